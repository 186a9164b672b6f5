//! The lab's certificates: its authority, what it certifies, and the files by which others come to trust it.
//!
//! `ccelab` reads and writes the files; `cce-net` uses what [`Certified::server`] and [`client_trusting`] make of them.
//!
//! Invariants:
//! - Nothing in this crate opens a file, reads the environment or looks at a clock.
//! - No private key is shown: not by `Debug`, not in an error, not in an exported file.
//! - Keys are of ECDSA on the curve P-256: to make one takes less than a millisecond.

#![warn(missing_docs)]

mod authority;
mod certified;
mod client;
mod trust_store;

pub use authority::{Authority, Validity};
pub use certified::Certified;
pub use client::{client_trusting, client_trusting_anybody};
pub use trust_store::{java_key_store, pkcs12};

use std::fmt;

/// What a text in PEM is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pem {
    /// A certificate, or a chain of them.
    Certificate,
    /// A private key.
    PrivateKey,
}

impl fmt::Display for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate",
            Self::PrivateKey => "private key",
        })
    }
}

/// Why there is no certificate, or none that can be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The text is no PEM of what it should be.
    #[error("it has no {what} in PEM: {detail}")]
    NoPem {
        /// What it should be.
        what: Pem,
        /// What the reader says.
        detail: String,
    },
    /// The certificate of an authority is not that of its key.
    #[error("the certificate is not of this lab's authority and key")]
    OtherKey,
    /// A name cannot stand in a certificate.
    #[error("`{name}` cannot stand in a certificate: write a host name in ASCII, or an IP address")]
    BadName {
        /// The name.
        name: String,
    },
    /// A certificate cannot be made.
    #[error("a certificate cannot be made: {0}")]
    Unmade(#[from] rcgen::Error),
    /// A certificate and its key cannot serve.
    #[error("the certificate and its key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}
