//! Reads how a rule answers an HTTP request: `status`, with `headers` and `body`.

use crate::read::{Placed, Section, Source, as_text};
use cce_kernel::Response;

/// Statuses of a final response (RFC 9110 15).
const STATUSES: std::ops::RangeInclusive<u64> = 200..=599;

/// Statuses of responses that have no body (RFC 9110 15.3.5, 15.4.5).
const WITHOUT_BODY: [u16; 2] = [204, 304];

/// Bytes of a body, and of one header's value; headers of a response.
const BODY_MAX: usize = 1 << 20;
const VALUE_MAX: usize = 8 << 10;
const HEADERS_MAX: usize = 64;

/// What the driver writes itself, as it frames the response.
const FRAMING: [&str; 3] = ["connection", "content-length", "transfer-encoding"];

/// The response that a rule gives, if it gives one.
pub(crate) fn read_answer(item: &mut Section<'_>, from: &mut Source<'_>) -> Option<Response> {
    let status = item.number_of("status", STATUSES, from).and_then(|status| u16::try_from(status).ok());
    let body = item.text("body", from);
    let headers = item.section("headers", from);
    if let Some(key) = ["body", "headers"].into_iter().find(|key| item.has(key) && !item.has("status")) {
        let message = match key {
            "body" => "`body` is for `status`, the answer to a request",
            _ => "`headers` is for `status`, the answer to a request",
        };
        item.lack_at(item.place_of_key(key), &["status"], message);
        return None;
    }
    let mut response = Some(Response::default());
    for (name, value) in headers.iter().flat_map(Section::entries) {
        let value = as_text(value, from, "headers").filter(|value| is_header(&name, value, from));
        response = response.zip(value).map(|(response, value)| response.header(&name.text, value.text));
    }
    if let Some(headers) = headers.filter(|headers| headers.entries().count() > HEADERS_MAX) {
        from.problem(headers.span, format!("a response has at most {HEADERS_MAX} headers here"));
    }
    let (status, response) = (status?, Response { status: status?, ..response? });
    match body {
        Some(body) if WITHOUT_BODY.contains(&status) => {
            from.problem(body.span, format!("a response with status {status} has no body (RFC 9110 15)"));
            None
        }
        Some(body) if body.text.len() > BODY_MAX => {
            from.problem(body.span, format!("a body has at most {BODY_MAX} bytes"));
            None
        }
        Some(body) => Some(with_body(response, body.text)),
        None => Some(response),
    }
}

/// A client reads a body by its type: XML is what the APIs of the lab speak.
fn with_body(mut response: Response, body: String) -> Response {
    if response.get("content-type").is_none() {
        let kind = if body.starts_with('<') { "application/xml" } else { "text/plain; charset=utf-8" };
        response = response.header("content-type", kind);
    }
    Response { body: body.into(), ..response }
}

fn is_header(name: &Placed, value: &Placed, from: &mut Source<'_>) -> bool {
    let is_in_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let problem = if name.text.is_empty() || !name.text.chars().all(is_in_token) {
        Some((name, format!("`{}` is no name of a header (RFC 9110 5.1)", name.text.escape_debug())))
    } else if FRAMING.contains(&name.text.to_ascii_lowercase().as_str()) {
        Some((name, format!("`{}` is written by the lab: leave it out", name.text)))
    } else if value.text.len() > VALUE_MAX || value.text.chars().any(|c| !(' '..='~').contains(&c)) {
        let message =
            format!("the value of a header has visible ASCII letters only, at most {VALUE_MAX} of them");
        Some((value, message))
    } else {
        None
    };
    problem.map(|(place, message)| from.problem(place.span.clone(), message)).is_none()
}
