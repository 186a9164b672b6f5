//! Sign-in (RFC 6120 6): PLAIN in the three spellings that real clients use (finesse-nonvoice 4.2), and SCRAM.

use super::scram::{Challenge, Exchange, Hash};
use crate::{StreamElement, ns};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;
use subtle::ConstantTimeEq;

/// The mechanisms, best first: clients that do not choose by themselves take the first that they know.
const MECHANISMS: [(&str, Mechanism); 3] = [
    ("SCRAM-SHA-256", Mechanism::Scram(Hash::Sha256)),
    ("SCRAM-SHA-1", Mechanism::Scram(Hash::Sha1)),
    ("PLAIN", Mechanism::Plain),
];

/// Who signs in by some name.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The login id, which is the user of the address.
    pub user: String,
    /// The password, in plain: PLAIN compares it, and SCRAM computes proofs of it.
    pub password: String,
}

impl fmt::Debug for Credentials {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

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

#[derive(Clone, Copy, Debug)]
enum Mechanism {
    Plain,
    Scram(Hash),
}

/// What a step of a sign-in leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Send this; the client answers it.
    Challenge(String),
    /// This login id is signed in; send this with the news.
    Success(String, String),
    Refused(Refusal),
}

/// What a client is to send next.
#[derive(Clone, Debug)]
enum NextStep {
    Auth,
    /// The first response of a client that sent none with its choice of the mechanism.
    First(Mechanism),
    /// The proof.
    Last(Exchange),
}

/// One client's sign-in, from try to try.
#[derive(Clone, Debug)]
pub(super) struct SignIn {
    awaited: NextStep,
    random: [u8; 32],
    exchanges: u32,
}

/// The feature that offers the mechanisms.
pub(super) fn mechanisms() -> String {
    let names = MECHANISMS.map(|(name, _)| format!("<mechanism>{name}</mechanism>")).concat();
    format!("<mechanisms xmlns='{}'>{names}</mechanisms>", ns::SASL)
}

impl SignIn {
    /// A sign-in whose challenges are made of `random` bytes.
    pub(super) fn new(random: [u8; 32]) -> Self {
        Self { awaited: NextStep::Auth, random, exchanges: 0 }
    }

    /// Forgets what a client began and did not end.
    pub(super) fn forget(&mut self) {
        self.awaited = NextStep::Auth;
    }

    /// Takes in an element of the client. Accounts are found by the name that the client signs in with.
    pub(super) fn take(
        &mut self,
        element: &StreamElement,
        accounts: &dyn Fn(&str) -> Option<Credentials>,
    ) -> Step {
        let awaited = std::mem::replace(&mut self.awaited, NextStep::Auth);
        let text = element.text();
        let response = Some(text.trim()).filter(|text| !text.is_empty());
        let step = match (element.name.as_str(), awaited) {
            ("auth", _) => self.begin(element.attribute("mechanism"), response, accounts),
            ("response", NextStep::First(mechanism)) => {
                self.first(mechanism, response.unwrap_or("="), accounts)
            }
            ("response", NextStep::Last(exchange)) => last(exchange, response.unwrap_or("=")),
            // A client may give up and begin another try (RFC 6120 6.4.4).
            ("abort", _) => Err(Refusal::Aborted),
            _ => Err(Refusal::MalformedRequest),
        };
        step.unwrap_or_else(Step::Refused)
    }

    fn begin(
        &mut self,
        mechanism: Option<&str>,
        response: Option<&str>,
        accounts: &dyn Fn(&str) -> Option<Credentials>,
    ) -> Result<Step, Refusal> {
        let known = MECHANISMS.into_iter().find(|(name, _)| Some(*name) == mechanism);
        let (_, mechanism) = known.ok_or(Refusal::InvalidMechanism)?;
        if let Some(response) = response.filter(|response| *response != "=") {
            return self.first(mechanism, response, accounts);
        }
        // An empty challenge asks for the response that did not come with `auth` (RFC 6120 6.4.3).
        self.awaited = NextStep::First(mechanism);
        Ok(Step::Challenge(String::new()))
    }

    fn first(
        &mut self,
        mechanism: Mechanism,
        response: &str,
        accounts: &dyn Fn(&str) -> Option<Credentials>,
    ) -> Result<Step, Refusal> {
        let message = decoded(response)?;
        match mechanism {
            Mechanism::Plain => plain(&message, accounts).map(|user| Step::Success(user, String::new())),
            Mechanism::Scram(hash) => {
                let (exchange, challenge) = Exchange::begin(hash, &message, self.challenge(), accounts)?;
                self.awaited = NextStep::Last(exchange);
                Ok(Step::Challenge(STANDARD.encode(challenge)))
            }
        }
    }

    /// No two exchanges of a stream have one nonce.
    fn challenge(&mut self) -> Challenge {
        self.exchanges += 1;
        let (nonce, salt) = self.random.split_at(16);
        Challenge { nonce: format!("{}-{}", STANDARD.encode(nonce), self.exchanges), salt: salt.to_vec() }
    }
}

fn last(exchange: Exchange, response: &str) -> Result<Step, Refusal> {
    let (user, proof) = exchange.end(&decoded(response)?)?;
    Ok(Step::Success(user, STANDARD.encode(proof)))
}

fn decoded(response: &str) -> Result<String, Refusal> {
    // A response without content is one equals sign (RFC 6120 6.4.2).
    let response = if response == "=" { "" } else { response };
    let bytes = STANDARD.decode(response).map_err(|_| Refusal::IncorrectEncoding)?;
    String::from_utf8(bytes).map_err(|_| Refusal::MalformedRequest)
}

/// Whom a PLAIN message signs in (RFC 4616 2).
fn plain(message: &str, accounts: &dyn Fn(&str) -> Option<Credentials>) -> Result<String, Refusal> {
    let parts: Vec<&str> = message.split('\0').collect();
    let [acts_for, user, password] = parts[..] else {
        return Err(Refusal::MalformedRequest);
    };
    let user = local_part(user);
    if user.is_empty() {
        return Err(Refusal::MalformedRequest);
    }
    // The identity is empty, the bare name or the bare address with real clients (finesse-nonvoice 4.2).
    if !acts_for.is_empty() && local_part(acts_for) != user {
        return Err(Refusal::InvalidAuthzid);
    }
    // An unknown name and a wrong password look alike (RFC 6120 6.5.10).
    let account = accounts(user).ok_or(Refusal::NotAuthorized)?;
    // The time that this takes does not tell how much of a password is right.
    let is_right = bool::from(account.password.as_bytes().ct_eq(password.as_bytes()));
    if is_right { Ok(account.user) } else { Err(Refusal::NotAuthorized) }
}

/// The user of a name or of a bare address. Its domain may be any name that the client knows the server by.
pub(super) fn local_part(name: &str) -> &str {
    name.split_once('@').map_or(name, |(user, _)| user)
}
