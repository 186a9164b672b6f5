//! Answers that both APIs give, and how requests are spelled.

use cce_kernel::{BodyFlaw, Request, Response, Security};
use cce_xml::task::TaskError;
use std::fmt::Write;

/// One thing that is wrong with a request (ccp-task-api 1.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// A dotted category; the names are inferred.
    pub kind: &'static str,
    /// The field at fault.
    pub data: String,
    /// Free text for the developer.
    pub message: String,
}

impl Flaw {
    pub(crate) fn required(field: &str) -> Self {
        let message = format!("{field} is required");
        Self { kind: "invalidInput.fieldRequired", data: field.to_owned(), message }
    }

    pub(crate) fn range(field: &str, message: String) -> Self {
        Self { kind: "invalidInput.outOfRange", data: field.to_owned(), message }
    }

    pub(crate) fn format(field: &str, message: String) -> Self {
        Self { kind: "invalidInput.invalidFormat", data: field.to_owned(), message }
    }
}

/// What is wrong with a document of a task.
pub(crate) fn task_flaws(error: TaskError) -> Vec<Flaw> {
    match error {
        TaskError::Xml(error) => vec![Flaw::format("Task", error.to_string())],
        TaskError::Fields(flaws) => {
            flaws.into_iter().map(|flaw| Flaw::format(flaw.field, flaw.message)).collect()
        }
    }
}

/// An answer with one error in its body.
pub(crate) fn error(status: u16, kind: &'static str, data: &str, message: &str) -> Response {
    let flaw = Flaw { kind, data: data.to_owned(), message: message.to_owned() };
    Response::new(status).xml(errors_xml(&[flaw]))
}

/// 400, with everything that is wrong.
pub(crate) fn invalid(flaws: &[Flaw]) -> Response {
    Response::new(400).xml(errors_xml(flaws))
}

fn errors_xml(flaws: &[Flaw]) -> String {
    // Real clients read lower camel case, and one error or more (ccp-task-api 1.4).
    cce_xml::task::api_errors(flaws.iter().map(|flaw| cce_xml::task::TaskApiError {
        kind: flaw.kind,
        data: &flaw.data,
        message: &flaw.message,
    }))
}

/// 413 or 400: the body cannot be had.
pub(crate) fn without_body(flaw: BodyFlaw) -> Response {
    let (kind, message) = match flaw {
        BodyFlaw::TooLarge => ("invalidInput.outOfRange", "the body is larger than is accepted"),
        BodyFlaw::Broken => ("invalidInput.invalidFormat", "the body ends too early, or is framed wrongly"),
        BodyFlaw::Late => ("invalidInput.invalidFormat", "the body did not arrive in time"),
    };
    error(flaw.status(), kind, "body", message)
}

/// 404: there is no `what`, or the client may not see it any more.
pub(crate) fn not_found(what: &str) -> Response {
    error(404, "notFound", what, "there is no such resource")
}

/// 405, with the methods that the resource has.
pub(crate) fn method_not_allowed(allowed: &'static str) -> Response {
    // Other methods than the listed ones are 405 (ccp-task-api 1.3, 3.1; inferred).
    let response = error(405, "methodNotAllowed", allowed, "the resource does not know this method");
    response.header("allow", allowed)
}

/// The scheme that the client used. A proxy in front that ends TLS says so.
pub(crate) fn scheme(request: &Request) -> &'static str {
    // URLs have the scheme that the request came in on (ccp-task-api 3.1; inferred).
    match (request.security, request.get("x-forwarded-proto")) {
        (Security::Tls, _) | (Security::Plain | Security::Offered, Some("https")) => "https",
        (Security::Plain | Security::Offered, _) => "http",
    }
}

/// Encodes a name as the value of a form, as the product makes public ids (ccp-task-api 2.3).
pub(crate) fn form_encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b' ' => encoded.push('+'),
            // These bytes stay as they are in a form; the public id is the URL-encoded name
            // (ccp-task-api 2.3).
            plain if plain.is_ascii_alphanumeric() || b".-*_".contains(&plain) => {
                encoded.push(char::from(plain));
            }
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
        encoded
    })
}
