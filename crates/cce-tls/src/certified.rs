//! A certificate with its key, as a server presents it.

use crate::{CertificateError, Pem};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{fmt, sync::Arc};

/// A chain of certificates, the server's own first, and its key.
pub struct Certified {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Certified {
    pub(crate) fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Self {
        Self { chain, key }
    }

    /// A certificate and a key of the user's own: the chain in one text, the server's own certificate first.
    ///
    /// # Errors
    ///
    /// If one of the texts has no PEM of what it should have.
    pub fn of_pem(chain: &str, key: &str) -> Result<Self, CertificateError> {
        let no_pem = |what, detail: String| CertificateError::NoPem { what, detail };
        let chain = CertificateDer::pem_slice_iter(chain.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| no_pem(Pem::Certificate, error.to_string()))?;
        if chain.is_empty() {
            return Err(no_pem(Pem::Certificate, "the text has none".into()));
        }
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
            .map_err(|error| no_pem(Pem::PrivateKey, error.to_string()))?;
        Ok(Self { chain, key })
    }

    /// The chain, the server's own certificate first.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }

    /// What a server needs for TLS 1.2 and 1.3 with this certificate. Clients have no certificates.
    ///
    /// # Errors
    ///
    /// If the key is not that of the certificate.
    pub fn server(self) -> Result<Arc<ServerConfig>, CertificateError> {
        let building = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?;
        Ok(Arc::new(building.with_no_client_auth().with_single_cert(self.chain, self.key)?))
    }
}

impl fmt::Debug for Certified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certified").field("chain", &self.chain.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Authority, Validity};
    use std::time::SystemTime;

    #[test]
    fn a_certificate_with_another_key_cannot_serve() {
        let now = SystemTime::UNIX_EPOCH;
        let authority = Authority::create(now).unwrap();
        let other = Authority::create(now).unwrap();
        let own = Certified::of_pem(authority.pem(), &authority.key_pem()).unwrap();
        assert!(own.server().is_ok());
        let mixed = Certified::of_pem(authority.pem(), &other.key_pem()).unwrap();
        assert!(matches!(mixed.server(), Err(CertificateError::Unusable(_))));
    }

    #[test]
    fn a_text_without_a_certificate_is_told() {
        let authority = Authority::create(SystemTime::UNIX_EPOCH).unwrap();
        let error = Certified::of_pem(&authority.key_pem(), &authority.key_pem()).unwrap_err();
        assert!(error.to_string().contains("no certificate in PEM"), "{error}");
        let error = Certified::of_pem(authority.pem(), authority.pem()).unwrap_err();
        assert!(error.to_string().contains("no private key in PEM"), "{error}");
    }

    #[test]
    fn a_chain_has_the_authority_behind_the_server() {
        let authority = Authority::create(SystemTime::UNIX_EPOCH).unwrap();
        let certified =
            authority.certify(&["localhost".into()], Validity::Current, SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(certified.chain().len(), 2);
        assert_eq!(&*certified.chain()[1], authority.der());
    }
}
