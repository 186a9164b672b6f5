//! SASL PLAIN (RFC 4616) in the three spellings that real clients use (finesse-nonvoice 4.2).

use base64::{Engine, engine::general_purpose::STANDARD};

/// Why a sign-in is refused (RFC 6120 6.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Aborted,
    IncorrectEncoding,
    InvalidAuthzid,
    InvalidMechanism,
    MalformedRequest,
    NotAuthorized,
}

impl Refusal {
    /// The condition's name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Aborted => "aborted",
            Self::IncorrectEncoding => "incorrect-encoding",
            Self::InvalidAuthzid => "invalid-authzid",
            Self::InvalidMechanism => "invalid-mechanism",
            Self::MalformedRequest => "malformed-request",
            Self::NotAuthorized => "not-authorized",
        }
    }
}

/// Whom a PLAIN response signs in.
pub(super) fn check(
    response: &str,
    sign_in: &mut dyn FnMut(&str, &str) -> Option<String>,
) -> Result<String, Refusal> {
    let bytes = STANDARD.decode(response).map_err(|_| Refusal::IncorrectEncoding)?;
    let text = String::from_utf8(bytes).map_err(|_| Refusal::MalformedRequest)?;
    let parts: Vec<&str> = text.split('\0').collect();
    let [acts_for, user, password] = parts[..] else {
        return Err(Refusal::MalformedRequest);
    };
    let user = local_part(user);
    if user.is_empty() {
        return Err(Refusal::MalformedRequest);
    }
    if !acts_for.is_empty() && local_part(acts_for) != user {
        return Err(Refusal::InvalidAuthzid);
    }
    sign_in(user, password).ok_or(Refusal::NotAuthorized)
}

/// The user of a name or of a bare address. Its domain may be any name that the client knows the server by.
fn local_part(name: &str) -> &str {
    name.split_once('@').map_or(name, |(user, _)| user)
}
