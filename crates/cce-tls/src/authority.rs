//! The authority that clients are made to trust, once.

use crate::{CertificateError, Certified, Pem};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SanType,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject};
use sha2::{Digest, Sha256};
use std::{fmt, net::IpAddr, time::SystemTime};
use time::{Duration, OffsetDateTime};

/// How long an authority is valid.
const AUTHORITY_LIFE: Duration = Duration::days(3_650);

/// How long a certificate of a lab is valid: clients that are strict accept 397 days at most.
const LAB_LIFE: Duration = Duration::days(397);

/// The clocks of clients may be behind.
const CLOCK_ERROR: Duration = Duration::days(1);

/// An authority: its key, and the certificate that clients trust.
pub struct Authority {
    key: KeyPair,
    certificate: CertificateDer<'static>,
    pem: String,
}

/// Whether a certificate is valid when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// From a day ago, for 397 days.
    Current,
    /// It ended a day ago.
    Expired,
}

impl Authority {
    /// A new authority, valid for ten years.
    ///
    /// # Errors
    ///
    /// If the system gives no random bytes.
    pub fn create(now: SystemTime) -> Result<Self, CertificateError> {
        let key = KeyPair::generate()?;
        let certificate = params(&key, OffsetDateTime::from(now)).self_signed(&key)?;
        Ok(Self { key, pem: certificate.pem(), certificate: certificate.der().clone() })
    }

    /// The authority of an earlier run.
    ///
    /// # Errors
    ///
    /// If one of the texts is no PEM, or the certificate is that of another key or of no authority of a lab.
    pub fn of_pem(certificate: &str, key: &str) -> Result<Self, CertificateError> {
        let no_pem = |what, detail: String| CertificateError::NoPem { what, detail };
        let key = KeyPair::from_pem(key).map_err(|error| no_pem(Pem::PrivateKey, error.to_string()))?;
        let der = CertificateDer::from_pem_slice(certificate.as_bytes())
            .map_err(|error| no_pem(Pem::Certificate, error.to_string()))?;
        let has = |part: &[u8]| der.windows(part.len()).any(|window| window == part);
        // What this authority signs names it, and has to name it as its certificate does.
        if !has(&key.subject_public_key_info()) || !has(name(&key).as_bytes()) {
            return Err(CertificateError::OtherKey);
        }
        Ok(Self { key, certificate: der, pem: certificate.to_owned() })
    }

    /// Its certificate, in PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Its certificate, in DER.
    pub fn der(&self) -> &[u8] {
        &self.certificate
    }

    /// Its private key, in PEM: for its owner alone.
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// The name under which trust stores list it.
    pub fn name(&self) -> String {
        name(&self.key)
    }

    /// A new key, and a certificate for these host names and addresses.
    ///
    /// # Errors
    ///
    /// If a name cannot stand in a certificate.
    pub fn certify(
        &self,
        names: &[String],
        validity: Validity,
        now: SystemTime,
    ) -> Result<Certified, CertificateError> {
        let key = KeyPair::generate()?;
        let now = OffsetDateTime::from(now);
        let end = match validity {
            Validity::Current => now + LAB_LIFE - CLOCK_ERROR,
            Validity::Expired => now - CLOCK_ERROR,
        };
        let mut leaf = CertificateParams::default();
        leaf.distinguished_name.push(DnType::CommonName, "ccelab");
        leaf.subject_alt_names = names.iter().map(|name| alternative(name)).collect::<Result<_, _>>()?;
        leaf.not_after = end;
        leaf.not_before = end - LAB_LIFE;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        let issuer = Issuer::new(params(&self.key, now), &self.key);
        let certificate = leaf.signed_by(&key, &issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Ok(Certified::new(vec![certificate.der().clone(), self.certificate.clone()], key))
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// An authority made anew has another name, so that no client takes it for the one before.
fn name(key: &KeyPair) -> String {
    let digest = Sha256::digest(key.subject_public_key_info());
    let id: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("ccelab authority {id}")
}

fn params(key: &KeyPair, now: OffsetDateTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name(key));
    // It signs certificates of labs, and none of further authorities.
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = now - CLOCK_ERROR;
    params.not_after = now + AUTHORITY_LIFE;
    params
}

fn alternative(name: &str) -> Result<SanType, CertificateError> {
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(SanType::IpAddress(address));
    }
    let bad = || CertificateError::BadName { name: name.to_owned() };
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._*".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_host) {
        return Err(bad());
    }
    Ok(SanType::DnsName(name.try_into().map_err(|_| bad())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::{
        RootCertStore,
        client::{WebPkiServerVerifier, danger::ServerCertVerifier},
        crypto::ring,
        pki_types::{ServerName, UnixTime},
    };
    use std::{sync::Arc, time::Duration as Span};

    /// In 2026.
    const NOW: Span = Span::from_secs(1_795_000_000);

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + NOW
    }

    fn names() -> Vec<String> {
        ["fin1.dcloud.cisco.com", "localhost", "127.0.0.1", "::1"].map(str::to_owned).into()
    }

    /// Whether a client that trusts the authority accepts a certificate for that host.
    fn accepts(authority: &Authority, certified: &Certified, host: &'static str) -> bool {
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate.clone()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
        let host = ServerName::try_from(host).unwrap();
        let (leaf, others) = certified.chain().split_first().unwrap();
        verifier.verify_server_cert(leaf, others, &host, &[], UnixTime::since_unix_epoch(NOW)).is_ok()
    }

    #[test]
    fn a_client_that_trusts_the_authority_accepts_each_name_and_no_other() {
        let authority = Authority::create(now()).unwrap();
        let certified = authority.certify(&names(), Validity::Current, now()).unwrap();
        for host in ["fin1.dcloud.cisco.com", "localhost", "127.0.0.1", "::1"] {
            assert!(accepts(&authority, &certified, host), "{host}");
        }
        assert!(!accepts(&authority, &certified, "sm1.dcloud.cisco.com"));
    }

    #[test]
    fn an_expired_certificate_is_refused() {
        let authority = Authority::create(now()).unwrap();
        let certified = authority.certify(&names(), Validity::Expired, now()).unwrap();
        assert!(!accepts(&authority, &certified, "localhost"));
    }

    #[test]
    fn a_certificate_of_another_authority_is_refused() {
        let authority = Authority::create(now()).unwrap();
        let other = Authority::create(now()).unwrap();
        let certified = other.certify(&names(), Validity::Current, now()).unwrap();
        assert!(!accepts(&authority, &certified, "localhost"));
    }

    #[test]
    fn an_authority_that_was_kept_goes_on() {
        let first = Authority::create(now()).unwrap();
        let kept = Authority::of_pem(first.pem(), &first.key_pem()).unwrap();
        let certified = kept.certify(&names(), Validity::Current, now()).unwrap();
        assert!(accepts(&first, &certified, "localhost"));
    }

    #[test]
    fn a_certificate_with_the_key_of_another_authority_is_refused() {
        let (one, other) = (Authority::create(now()).unwrap(), Authority::create(now()).unwrap());
        let mixed = Authority::of_pem(one.pem(), &other.key_pem());
        assert!(matches!(mixed, Err(CertificateError::OtherKey)));
    }

    #[test]
    fn what_is_no_pem_is_named() {
        let authority = Authority::create(now()).unwrap();
        let error = Authority::of_pem("no", &authority.key_pem()).unwrap_err();
        assert!(error.to_string().contains("no certificate in PEM"), "{error}");
        let error = Authority::of_pem(authority.pem(), "no").unwrap_err();
        assert!(error.to_string().contains("no private key in PEM"), "{error}");
    }

    #[test]
    fn a_name_that_cannot_stand_in_a_certificate_is_told() {
        let authority = Authority::create(now()).unwrap();
        for name in ["", "two words", "grüße.example"] {
            let error = authority.certify(&[name.to_owned()], Validity::Current, now()).unwrap_err();
            assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let authority = Authority::create(now()).unwrap();
        let shown = format!("{authority:?}");
        assert!(shown.contains("ccelab authority") && !shown.contains("PRIVATE"), "{shown}");
    }
}
