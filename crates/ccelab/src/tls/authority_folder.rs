//! The folder of the user's authority: made once, and used by every lab of the user.

use super::at_fault;
use crate::{
    claims::{file_failure, open_unfollowed, private},
    failure::Failure,
    files::WholeFile,
    folders::create_folder,
};
use cce_tls::Authority;
use std::{
    env,
    fs::{self, File},
    io::Read,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// The certificate, which everybody may have.
const CERTIFICATE: &str = "ca.pem";

/// The private key, which its owner alone may read.
const KEY: &str = "ca-key.pem";

/// Held while the authority is made or read: several labs may start at once.
const LOCK: &str = "ca.lock";

/// Bytes of a file in PEM.
const PEM_MAX: u64 = 1 << 20;

/// Bits of a file's mode that let others have it.
const OTHERS: u32 = 0o077;

/// The folder of an authority.
#[derive(Debug)]
pub(crate) struct AuthorityFolder(PathBuf);

impl AuthorityFolder {
    /// The folder that is named, else the one of the user.
    pub(crate) fn of(named: Option<&Path>) -> Result<Self, Failure> {
        let of_user = || of_user(|name| env::var_os(name).map(PathBuf::from));
        named.map(Path::to_owned).or_else(of_user).map(Self).ok_or_else(|| {
            Failure::Usage(
                "there is no folder for the lab's certificate authority, since HOME is not set: name one with --ca-dir DIR, or do without TLS with --no-tls"
                    .into(),
            )
        })
    }

    /// Where the authority's certificate is.
    pub(crate) fn certificate(&self) -> PathBuf {
        let path = self.0.join(CERTIFICATE);
        // Whoever reads the path may be in another folder.
        fs::canonicalize(&path).unwrap_or(path)
    }

    /// The authority, which is made where there is none yet.
    pub(crate) fn authority(&self, now: SystemTime) -> Result<Authority, Failure> {
        create_folder(&self.0)?;
        let _lock = self.lock()?;
        let (certificate, key) = (self.0.join(CERTIFICATE), self.0.join(KEY));
        // The certificate is written last: where it is, the key is.
        if fs::symlink_metadata(&certificate).is_err() {
            let made = Authority::create(now)
                .map_err(|source| Failure::Certificate { path: certificate.clone(), source })?;
            WholeFile::begin(&key)?.finish(made.key_pem())?;
            WholeFile::begin(&certificate)?.for_everybody()?.finish(made.pem())?;
            return Ok(made);
        }
        let pem = read(&certificate, open_unfollowed(&certificate)?)?;
        let opened = open_unfollowed(&key).map_err(|failure| {
            let is_gone = fs::symlink_metadata(&key).is_err();
            if is_gone { useless(&certificate, &failure) } else { failure }
        });
        let text = read_key(&key, opened?)?;
        Authority::of_pem(&pem, &text).map_err(|source| {
            let path = at_fault(&source, &certificate, &key).to_owned();
            useless(&certificate, &Failure::Certificate { path, source })
        })
    }

    fn lock(&self) -> Result<File, Failure> {
        let path = self.0.join(LOCK);
        let lock = private().open(&path).map_err(|source| file_failure("lock", &path, source))?;
        // Where files cannot be locked, nobody is kept out.
        let _ = lock.lock();
        Ok(lock)
    }
}

/// The folder of the user's data on this platform, by the variables of the environment.
fn of_user(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name| variable(name).filter(|path| path.is_absolute());
    let data = absolute("XDG_DATA_HOME").or_else(|| {
        let below = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" };
        Some(absolute("HOME")?.join(below))
    });
    Some(data?.join("ccelab"))
}

/// The text of an open file with a private key. One that others may read is refused.
pub(super) fn read_key(path: &Path, file: File) -> Result<String, Failure> {
    let metadata = file.metadata().map_err(|source| file_failure("read", path, source))?;
    if metadata.mode() & OTHERS != 0 {
        let path = path.display();
        return Err(Failure::Usage(format!(
            "{path} is a private key, and others may read or write it: chmod 600 {path}"
        )));
    }
    read(path, file)
}

fn read(path: &Path, file: File) -> Result<String, Failure> {
    let mut text = String::new();
    let read = file.take(PEM_MAX).read_to_string(&mut text);
    read.map_err(|source| file_failure("read", path, source))?;
    Ok(text)
}

/// Says how to go on behind an authority that cannot be used any more.
fn useless(certificate: &Path, failure: &Failure) -> Failure {
    Failure::Usage(format!(
        "{failure}; remove {} to make a new authority, which clients have to trust anew, or do without TLS with --no-tls",
        certificate.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> Option<PathBuf> {
        of_user(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn the_folder_of_the_user_is_where_the_platform_keeps_data() {
        assert_eq!(found(&[("XDG_DATA_HOME", "/d"), ("HOME", "/h")]), Some("/d/ccelab".into()));
        // What is not absolute does not count (XDG Base Directory Specification).
        let of_home = found(&[("XDG_DATA_HOME", "d"), ("HOME", "/h")]).unwrap();
        assert!(of_home.starts_with("/h") && of_home.ends_with("ccelab"), "{}", of_home.display());
        assert_eq!(found(&[]), None);
    }
}
