//! Files that their owner alone may read.

use std::{
    fs::{File, OpenOptions, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

/// Opens a file that its owner alone may read, or makes it: values are of whoever runs the lab. A symbolic link is not
/// followed.
pub(super) fn open_private(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .truncate(false)
        .create(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no plain file"));
    }
    // A file that was there before keeps its mode when it is opened.
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}
