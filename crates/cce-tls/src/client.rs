//! Whom a client trusts that begins TLS.

use crate::CertificateError;
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::sync::Arc;

/// What a client needs that trusts servers with a certificate of one of these authorities, for the host that it calls.
///
/// # Errors
///
/// If a certificate cannot be read.
pub fn client_trusting(
    authorities: impl IntoIterator<Item = CertificateDer<'static>>,
) -> Result<Arc<ClientConfig>, CertificateError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority)?;
    }
    Ok(Arc::new(building()?.with_root_certificates(roots).with_no_client_auth()))
}

/// What a client needs that trusts every server.
///
/// # Errors
///
/// If TLS cannot be had at all.
pub fn client_trusting_anybody() -> Result<Arc<ClientConfig>, CertificateError> {
    let anybody = Arc::new(Anybody(ring::default_provider().signature_verification_algorithms));
    Ok(Arc::new(building()?.dangerous().with_custom_certificate_verifier(anybody).with_no_client_auth()))
}

type Building = rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>;

fn building() -> Result<Building, CertificateError> {
    let building = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(building.with_safe_default_protocol_versions()?)
}

/// Takes every certificate. That the server has its key is still looked at.
#[derive(Debug)]
struct Anybody(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
