//! Connections of a load, in plain or over TLS.

use super::targets::Target;
use crate::failure::Failure;
use cce_load::LoadFlaw;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{io, path::Path, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

/// What a connection can do.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// How connections are made.
#[derive(Clone)]
pub(super) enum Connector {
    Plain,
    Tls(TlsConnector),
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain => "Plain",
            Self::Tls(_) => "Tls",
        })
    }
}

impl Connector {
    /// Over TLS, with servers whose certificates are of the authority in that PEM file.
    pub(super) fn trusting(ca: &Path) -> Result<Self, Failure> {
        let refuse = |error: &dyn std::fmt::Display| {
            Failure::Usage(format!("{} has no certificate of an authority: {error}", ca.display()))
        };
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(ca).map_err(|error| refuse(&error))? {
            let certificate = certificate.map_err(|error| refuse(&error))?;
            roots.add(certificate).map_err(|error| refuse(&error))?;
        }
        let building = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let building = building.with_safe_default_protocol_versions().map_err(|error| refuse(&error))?;
        let config = building.with_root_certificates(roots).with_no_client_auth();
        Ok(Self::Tls(TlsConnector::from(Arc::new(config))))
    }

    /// A connection to a target. Its certificate must be of the host as the target is called, which may be an address.
    pub(super) async fn connect(&self, target: &Target) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect(target.address).await?;
        // A delay would be measured as the target's.
        stream.set_nodelay(true)?;
        match self {
            Self::Plain => Ok(Box::new(stream)),
            Self::Tls(connector) => {
                let name = ServerName::try_from(target.host().to_owned()).map_err(io::Error::other)?;
                Ok(Box::new(connector.connect(name, stream).await?))
            }
        }
    }
}

/// Why there is no connection.
pub(super) fn flaw_of(error: &io::Error) -> LoadFlaw {
    let of_tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match of_tls {
        Some(rustls::Error::InvalidCertificate(_)) => LoadFlaw::Untrusted,
        Some(_) | None => LoadFlaw::Unreachable,
    }
}
