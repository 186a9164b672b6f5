//! Clients that speak over TLS: where they are listened for, and with which certificate.

mod authority_folder;
mod names;

pub(crate) use authority_folder::AuthorityFolder;

use crate::{
    claims::open_input,
    cli::{Run, TlsOptions},
    failure::Failure,
    files::read_text,
    listening,
};
use authority_folder::read_key;
use cce_kernel::{NodeName, Port};
use cce_net::{SecureListeners, TlsDials};
use cce_tls::{
    Authority, CertificateError, Certified, Pem, Validity, client_trusting, client_trusting_anybody,
};
use cce_world::{CertificateSetting, Lab};
use rustls::ClientConfig;
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

/// The host for which a certificate with a wrong name is.
const WRONG_NAME: &str = "somewhere-else.example";

/// TLS of a run.
#[derive(Debug)]
pub(crate) struct RunTls {
    pub(crate) listeners: SecureListeners,
    /// Whom the lab's own connections over TLS trust.
    authority: Arc<ClientConfig>,
    /// The certificate of the authority that clients are to trust; none where the user's own certificate is served.
    pub(crate) ca: Option<PathBuf>,
}

impl RunTls {
    /// TLS of these components, as the configuration and the command line have it; none where nobody speaks over it.
    pub(crate) fn of(lab: &Lab, options: &Run, nodes: &[NodeName]) -> Result<Option<Self>, Failure> {
        let listen = listening::secure(lab, options, nodes);
        let is_of_use = !listen.is_empty() || lab.dials_over_tls();
        if !lab.tls.enabled || options.tls.no_tls || !is_of_use {
            return Ok(None);
        }
        let (certified, ca) = match own(&options.tls)? {
            Some(certified) => (certified, None),
            None => certify(lab, options, &listen)?,
        };
        let unusable = |error| unusable(&options.tls, error);
        // What is behind the server's own certificate, or it alone, is what the lab itself trusts.
        let authority = client_trusting(certified.chain().to_vec()).map_err(unusable)?;
        let server = certified.server().map_err(unusable)?;
        Ok(Some(Self { listeners: SecureListeners { server, listen }, authority, ca }))
    }

    /// Whom components trust that begin TLS themselves. Anybody may be trusted without a certificate of the lab's own.
    pub(crate) fn dials(tls: Option<&Self>) -> TlsDials {
        let authority = tls.map(|tls| Arc::clone(&tls.authority));
        TlsDials { authority, anybody: client_trusting_anybody().ok() }
    }
}

/// The user's own certificate, where one is given.
fn own(options: &TlsOptions) -> Result<Option<Certified>, Failure> {
    let (Some(certificate), Some(key)) = (&options.tls_cert, &options.tls_key) else { return Ok(None) };
    // A link that a person names is followed: tools that renew certificates give links.
    let (chain, key) = (read_text(certificate)?, read_key(key, open_input(key)?)?);
    Certified::of_pem(&chain, &key).map(Some).map_err(|error| unusable(options, error))
}

/// A certificate of the user's authority.
fn certify(
    lab: &Lab,
    options: &Run,
    listen: &BTreeMap<Port, SocketAddr>,
) -> Result<(Certified, Option<PathBuf>), Failure> {
    let now = now();
    let folder = AuthorityFolder::of(options.tls.ca_dir.as_deref())?;
    let authority = folder.authority(now)?;
    let site = listening::site(lab, options).and_then(|site| site.listen_tls);
    let names = names::of(lab, listen.values().chain(&site).map(SocketAddr::ip));
    let certified = match lab.tls.certificate {
        CertificateSetting::Valid => authority.certify(&names, Validity::Current, now),
        CertificateSetting::Expired => authority.certify(&names, Validity::Expired, now),
        CertificateSetting::WrongName => authority.certify(&[WRONG_NAME.to_owned()], Validity::Current, now),
        CertificateSetting::UnknownRoot => {
            Authority::create(now).and_then(|unknown| unknown.certify(&names, Validity::Current, now))
        }
    };
    let certified = certified.map_err(|error| Failure::Usage(format!("TLS: {error}")))?;
    Ok((certified, Some(folder.certificate())))
}

fn unusable(options: &TlsOptions, source: CertificateError) -> Failure {
    let certificate = options.tls_cert.as_deref().unwrap_or(Path::new("the lab's certificate"));
    let path = at_fault(&source, certificate, options.tls_key.as_deref().unwrap_or(certificate));
    Failure::Certificate { path: path.to_owned(), source }
}

/// The file that something is wrong with: the certificate's or its key's.
fn at_fault<'a>(error: &CertificateError, certificate: &'a Path, key: &'a Path) -> &'a Path {
    match error {
        CertificateError::NoPem { what: Pem::PrivateKey, .. } => key,
        CertificateError::NoPem { what: Pem::Certificate, .. }
        | CertificateError::OtherKey
        | CertificateError::BadName { .. }
        | CertificateError::Unmade(_)
        | CertificateError::Unusable(_) => certificate,
    }
}

/// Today, whatever calendar a run has: clients look at theirs.
#[expect(clippy::disallowed_methods, reason = "a certificate is valid from today on")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
