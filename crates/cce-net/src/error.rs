//! Why a run cannot start.

use crate::StoreError;
use cce_kernel::Port;
use std::{io, net::SocketAddr, path::PathBuf};

/// Why a run cannot start.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// Somebody else listens there.
    #[error("port {port} ({address}) is in use")]
    PortInUse {
        /// The port.
        port: Port,
        /// The address.
        address: SocketAddr,
    },
    /// Somebody else listens where TLS is to be.
    #[error("the TLS address of {port} ({address}) is in use")]
    SecurePortInUse {
        /// The port.
        port: Port,
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address} for {port}: {source}")]
    Listen {
        /// The port.
        port: Port,
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// A listener has no address.
    #[error("no address to listen on for {port}")]
    NoAddress {
        /// The port.
        port: Port,
    },
    /// Somebody else listens where pages are to be served.
    #[error("the address for your pages ({address}) is in use")]
    SiteInUse {
        /// The address.
        address: SocketAddr,
        /// Whether it is that over TLS.
        is_tls: bool,
    },
    /// The address for pages cannot be listened on.
    #[error("cannot listen on {address} for your pages: {source}")]
    SiteListen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// There is no such folder of pages.
    #[error("cannot serve the folder {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What a component stored cannot be used.
    #[error(transparent)]
    Stored(#[from] StoreError),
}
