//! `ccelab ca`: the user's authority, for those who are to trust it.

use crate::{
    cli::CaExport,
    failure::Failure,
    files::WholeFile,
    print,
    tls::{AuthorityFolder, now},
};
use cce_tls::{Authority, java_key_store, pkcs12};
use std::path::Path;

/// Carries out `ca export`.
pub(crate) fn export(options: &CaExport) -> Result<(), Failure> {
    let folder = AuthorityFolder::of(options.ca_dir.as_deref())?;
    let authority = folder.authority(now())?;
    let password = &options.password;
    if let Some(path) = &options.pem {
        write(path, authority.pem(), &authority)?;
    }
    if let Some(path) = &options.p12 {
        write(path, pkcs12(&authority, password), &authority)?;
    }
    if let Some(path) = &options.jks {
        write(path, java_key_store(&authority, password), &authority)?;
    }
    Ok(())
}

fn write(path: &Path, bytes: impl AsRef<[u8]>, authority: &Authority) -> Result<(), Failure> {
    WholeFile::begin(path)?.for_everybody()?.finish(bytes)?;
    print::line(&format!("{} has the certificate of `{}`", path.display(), authority.name()));
    Ok(())
}
