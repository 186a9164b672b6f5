//! HTTP exchanges, as components see them.

use crate::{Blob, Security};
use serde::{Deserialize, Serialize};

/// An HTTP request, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// `GET`, `POST`, `PUT`, `DELETE`, `OPTIONS`, …
    pub method: String,
    /// Path and query, still percent-encoded.
    pub target: String,
    /// Names in lower case, in the order received.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// Network address of the client; empty in a request that is being made.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub peer: String,
    /// What protects the connection of the client: nothing, or TLS. In a request that is being made, what is to protect it.
    #[serde(default, skip_serializing_if = "Security::is_plain")]
    pub security: Security,
    /// Whose certificate will do, in a request that is being made over TLS.
    #[serde(default, skip_serializing_if = "Trust::is_usual")]
    pub trust: Trust,
    /// Whose connection it came on.
    #[serde(default, skip_serializing_if = "Caller::is_outside")]
    pub caller: Caller,
    /// The body; empty when there is none.
    #[serde(default)]
    pub body: Blob,
    /// Why the body is not here, though the client has one. The component answers as its API does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_flaw: Option<BodyFlaw>,
}

/// Who made a request, as far as the driver knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Caller {
    /// Somebody outside the lab, or a component in another process.
    #[default]
    Outside,
    /// A component of the lab, for which places are kept.
    Lab,
}

impl Caller {
    /// What records leave out.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    pub(crate) fn is_outside(&self) -> bool {
        *self == Self::Outside
    }
}

/// Whom a request that is made over TLS trusts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// Who has a certificate of the lab's authority, for the host that is called.
    #[default]
    Authority,
    /// Anybody.
    Anybody,
}

impl Trust {
    /// What records leave out.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    pub(crate) fn is_usual(&self) -> bool {
        *self == Self::Authority
    }
}

/// Why the body of a request cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyFlaw {
    /// It is larger than the driver accepts, and was not read.
    TooLarge,
    /// It ended too early, or its framing is broken.
    Broken,
    /// It did not arrive in time.
    Late,
}

impl BodyFlaw {
    /// The status that HTTP has for it.
    pub const fn status(self) -> u16 {
        match self {
            Self::TooLarge => 413,
            Self::Broken => 400,
            Self::Late => 408,
        }
    }
}

impl Request {
    /// A request without headers or body.
    pub fn new(method: &str, target: impl Into<String>) -> Self {
        Self { method: method.to_owned(), target: target.into(), ..Self::default() }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// Sets an XML body and says so.
    pub fn xml(mut self, body: impl Into<Blob>) -> Self {
        self.body = body.into();
        self.header("content-type", "application/xml")
    }

    /// The first header of that name, in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// How many bytes it has: of its target, its headers and its body.
    pub fn size(&self) -> usize {
        self.target.len() + size_of_headers(&self.headers) + self.body.0.len()
    }

    /// The query without its question mark; empty when there is none.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}

/// An HTTP response, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Headers beyond `Content-Length`, which the driver writes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body; empty when there is none.
    #[serde(default)]
    pub body: Blob,
}

impl Response {
    /// A response without headers or body.
    pub fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// Sets an XML body and says so.
    pub fn xml(mut self, body: impl Into<Blob>) -> Self {
        self.body = body.into();
        self.header("content-type", "application/xml")
    }

    /// The answer to HEAD in the place of this one to GET: the same without its body (RFC 9110 9.3.2).
    pub fn without_body(mut self) -> Self {
        let length = self.body.0.len().to_string();
        self.body = Blob::default();
        self.header("content-length", length)
    }

    /// The first header of that name, in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// How many bytes it has: of its headers and its body.
    pub fn size(&self) -> usize {
        size_of_headers(&self.headers) + self.body.0.len()
    }

    /// Whether the status is one of success (2xx).
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The origins whose pages may call an API from a browser; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors(Vec<String>);

/// What a page may send without being asked by name.
const USUAL_HEADERS: &str = "Authorization, Content-Type, requestId";

impl Cors {
    /// Stands for every origin.
    pub const EVERY_ORIGIN: &str = "*";

    /// Pages of these origins may call; `*` stands for every origin.
    pub fn of(origins: impl IntoIterator<Item = String>) -> Self {
        Self(origins.into_iter().collect())
    }

    /// Lets pages of an allowed origin read a response.
    pub fn share(&self, request: &Request, response: Response) -> Response {
        match self.allowed(request) {
            Some(origin) => response
                .header("access-control-allow-origin", origin)
                .header("access-control-allow-credentials", "true")
                .header("access-control-expose-headers", "requestId, Location")
                .header("vary", "Origin"),
            None => response,
        }
    }

    /// The answer to OPTIONS: the methods of the resource, and what a page of an allowed origin may send.
    pub fn options(&self, request: &Request, methods: &str) -> Response {
        let response = Response::new(200).header("allow", methods);
        if self.allowed(request).is_none() || request.get("access-control-request-method").is_none() {
            return self.share(request, response);
        }
        let headers = request.get("access-control-request-headers").unwrap_or(USUAL_HEADERS);
        let response = response
            .header("access-control-allow-methods", methods)
            .header("access-control-allow-headers", headers)
            .header("access-control-max-age", "3600");
        self.share(request, response)
    }

    /// The origin of a request, where its pages may call.
    fn allowed<'r>(&self, request: &'r Request) -> Option<&'r str> {
        let origin = request.get("origin")?;
        self.0.iter().any(|allowed| allowed == Self::EVERY_ORIGIN || allowed == origin).then_some(origin)
    }
}

/// Why a call got no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallError {
    /// Nobody listens there.
    Unreachable,
    /// The connection ended before the response.
    Broken,
    /// No response in time.
    Timeout,
    /// The response is larger than the driver accepts.
    TooLarge,
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn size_of_headers(headers: &[(String, String)]) -> usize {
    headers.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// A text without its percent-encoding (RFC 3986 2.1). None where two hexadecimal digits do not follow a `%`.
pub fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        if *byte == b'%' {
            let (digits, behind) = rest.split_at_checked(2)?;
            bytes.push(digits.iter().try_fold(0, |value: u8, digit| {
                let digit = char::from(*digit).to_digit(16)?;
                Some(value << 4 | u8::try_from(digit).ok()?)
            })?);
            rest = behind;
        } else {
            bytes.push(*byte);
        }
    }
    Some(bytes)
}
