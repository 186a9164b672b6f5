//! A folder of the user's, as pages of a browser see it: files alone, and none outside of it.

use crate::{
    byte_budget::ByteBudget,
    config::ANSWERS_MAX,
    web::{WireResponse, bare},
};
use bytes::Bytes;
use cce_kernel::percent_decoded;
use http::{
    HeaderValue, Method, Request, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS},
};
use http_body_util::Full;
use std::{
    ffi::OsStr,
    fs::OpenOptions,
    io::{self, Read},
    os::unix::{ffi::OsStrExt, fs::OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::task::spawn_blocking;

/// Largest file that is served, in bytes.
const FILE_MAX: u64 = 32 << 20;

/// What a folder is served as.
const INDEX: &str = "index.html";

/// What a file is by the end of its name. Anything else is bytes.
const TYPES: [(&str, &str); 26] = [
    ("avif", "image/avif"),
    ("cjs", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("gif", "image/gif"),
    ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/vnd.microsoft.icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("md", "text/markdown; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("mp3", "audio/mpeg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xml", "application/xml"),
];

/// The folder.
#[derive(Clone, Debug)]
pub(crate) struct StaticFolder {
    /// Without symbolic links: what lies elsewhere in truth is outside.
    root: Arc<Path>,
    /// Room for files that are read, or wait for their clients.
    room: ByteBudget,
}

/// What a path leads to.
enum PathTarget {
    File(Bytes, &'static str),
    /// A file that is only asked about: its length.
    Length(usize, &'static str),
    /// A folder, whose path ends with a slash.
    Folder,
    Nothing,
    TooLarge,
    NoRoom,
}

/// What a request asks for of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FilePart {
    Bytes,
    Length,
}

impl StaticFolder {
    /// The folder, which must be one.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let root = path.canonicalize()?;
        if !root.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { root: root.into(), room: ByteBudget::new(ANSWERS_MAX) })
    }

    /// Answers a request for a file.
    pub(crate) async fn answer<B>(&self, request: &Request<B>) -> WireResponse {
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            let mut response = bare(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        let path = request.uri().path();
        let Some(inside) = inside(path) else { return bare(StatusCode::NOT_FOUND) };
        let (folder, is_slashed) = (self.clone(), path.ends_with('/'));
        let wanted = if request.method() == Method::HEAD { FilePart::Length } else { FilePart::Bytes };
        // Disks are waited for elsewhere.
        let found = spawn_blocking(move || folder.find(&inside, is_slashed, wanted)).await;
        match found.unwrap_or(PathTarget::Nothing) {
            PathTarget::File(bytes, kind) => {
                let mut response = file(bytes.len(), kind);
                *response.body_mut() = Full::new(bytes);
                response
            }
            PathTarget::Length(length, kind) => file(length, kind),
            // Names in a page are relative to its folder, whose path ends with a slash (RFC 3986 5.2.3).
            PathTarget::Folder => moved(&format!("{path}/")),
            PathTarget::Nothing => bare(StatusCode::NOT_FOUND),
            PathTarget::TooLarge => bare(StatusCode::INTERNAL_SERVER_ERROR),
            PathTarget::NoRoom => bare(StatusCode::SERVICE_UNAVAILABLE),
        }
    }

    fn find(&self, inside: &Path, is_slashed: bool, wanted: FilePart) -> PathTarget {
        let Some(path) = self.own(inside) else { return PathTarget::Nothing };
        match (path.is_dir(), is_slashed) {
            (true, true) => match self.own(&inside.join(INDEX)) {
                Some(index) if index.is_file() => self.read(&index, wanted),
                Some(_) | None => PathTarget::Nothing,
            },
            (true, false) => PathTarget::Folder,
            // A file's name has no slash behind it, and a pipe or a device is no file.
            (false, false) if path.is_file() => self.read(&path, wanted),
            (false, _) => PathTarget::Nothing,
        }
    }

    /// Where a path leads to in truth, if that is in the folder.
    fn own(&self, inside: &Path) -> Option<PathBuf> {
        let path = self.root.join(inside).canonicalize().ok()?;
        let inside = path.strip_prefix(&self.root).ok()?;
        // A link within the folder may lead to what is hidden in it.
        let is_hidden = inside.iter().any(|name| name.as_bytes().starts_with(b"."));
        (!is_hidden).then_some(path)
    }

    fn read(&self, path: &Path, wanted: FilePart) -> PathTarget {
        // What was put into its place meanwhile is not followed, if it is a link, and not waited for, if it is a pipe.
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
        let Ok(file) = OpenOptions::new().read(true).custom_flags(flags).open(path) else {
            return PathTarget::Nothing;
        };
        let length = file.metadata().map_or(u64::MAX, |metadata| metadata.len());
        let Some(length) = usize::try_from(length).ok().filter(|_| length <= FILE_MAX) else {
            tracing::warn!("{} is larger than {FILE_MAX} bytes, and is not served", path.display());
            return PathTarget::TooLarge;
        };
        if wanted == FilePart::Length {
            return PathTarget::Length(length, kind_of(path));
        }
        // Before anything is read, and for as long as anybody has it.
        let Some(place) = self.room.take(length) else { return PathTarget::NoRoom };
        let mut bytes = Vec::with_capacity(length);
        // A file that grows meanwhile has no more room.
        if file.take(length as u64).read_to_end(&mut bytes).is_err() {
            return PathTarget::Nothing;
        }
        PathTarget::File(place.keep(bytes.into()), kind_of(path))
    }
}

/// The path below the folder; none of one that leads out of it, or to what is hidden.
fn inside(path: &str) -> Option<PathBuf> {
    let segments = path.strip_prefix('/')?.trim_end_matches('/').split('/');
    let mut inside = PathBuf::new();
    for segment in segments.filter(|_| path.len() > 1) {
        let name = percent_decoded(segment)?;
        if name.is_empty() || name.starts_with(b".") || name.iter().any(|byte| [0, b'/'].contains(byte)) {
            return None;
        }
        inside.push(OsStr::from_bytes(&name));
    }
    // A path of slashes alone, or with two at its end, is another one.
    (!path.contains("//")).then_some(inside)
}

fn kind_of(path: &Path) -> &'static str {
    let suffix = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    let known = TYPES.iter().find(|(known, _)| *known == suffix);
    known.map_or("application/octet-stream", |(_, kind)| kind)
}

/// What is said of a file.
fn file(length: usize, kind: &'static str) -> WireResponse {
    let mut response = bare(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_LENGTH, length.into());
    // Pages change while they are made: a browser asks before it uses one that it has (RFC 9111 5.2.2.4).
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // A browser takes a file for what its name says, and for nothing else (Fetch, `nosniff`).
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn moved(to: &str) -> WireResponse {
    // A path came in a request, so that it can stand in a header.
    let Ok(to) = HeaderValue::from_str(to) else { return bare(StatusCode::NOT_FOUND) };
    let mut response = bare(StatusCode::MOVED_PERMANENTLY);
    response.headers_mut().insert(LOCATION, to);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_below_the_folder_or_none() {
        for (path, wanted) in [
            ("/", Some("")),
            ("/a.html", Some("a.html")),
            ("/a/b/", Some("a/b")),
            ("/caf%C3%A9%20au%20lait.txt", Some("café au lait.txt")),
            ("/%25", Some("%")),
            ("", None),
            ("*", None),
            ("//", None),
            ("//example.org/a", None),
            ("/a//b", None),
            ("/../secret", None),
            ("/a/%2e%2e/secret", None),
            ("/a%2fb", None),
            ("/a%00b", None),
            ("/.git/config", None),
            ("/%2", None),
            ("/%+1", None),
        ] {
            assert_eq!(inside(path).as_deref(), wanted.map(Path::new), "{path}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_asked_about_takes_no_room_and_is_not_read() {
        let path = std::env::temp_dir().join(format!("ccelab-asked-about-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("page.html"), "<p>text</p>").unwrap();
        let folder = StaticFolder { room: ByteBudget::new(0), ..StaticFolder::open(&path).unwrap() };
        let ask = |method: Method| Request::builder().method(method).uri("/page.html").body(()).unwrap();
        let (head, get) = (folder.answer(&ask(Method::HEAD)).await, folder.answer(&ask(Method::GET)).await);
        std::fs::remove_dir_all(&path).unwrap();
        assert_eq!((head.status(), get.status()), (StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE));
        assert_eq!(head.headers()[CONTENT_LENGTH], "11");
    }

    #[test]
    fn a_type_follows_from_the_end_of_the_name() {
        assert!(TYPES.is_sorted());
        assert_eq!(kind_of(Path::new("a/desktop.HTML")), "text/html; charset=utf-8");
        assert_eq!(kind_of(Path::new("application.mjs")), "text/javascript; charset=utf-8");
        assert_eq!(kind_of(Path::new("LICENSE")), "application/octet-stream");
    }
}
