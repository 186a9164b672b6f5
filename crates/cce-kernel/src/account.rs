//! Names with their passwords, and how HTTP requests bring them (RFC 7617).

use crate::{Request, is_same_secret};
use base64::{Engine, engine::general_purpose::STANDARD};

/// A name with its password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The name; letters of another case are another name.
    pub name: String,
    /// Its password, in plain.
    pub password: String,
}

impl Account {
    /// An account of that name with that password.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { name: name.into(), password: password.into() }
    }

    /// Whether somebody gives just these. How long that takes tells nothing of the password but its length.
    pub fn is(&self, given: &Self) -> bool {
        self.name == given.name && is_same_secret(&given.password, &self.password)
    }

    /// The value of an `Authorization` header that brings it: `Basic bmFtZTpzZWNyZXQ=`.
    pub fn to_basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.name, self.password)))
    }

    /// The account that such a value brings; none of another scheme, and none where the value cannot be read.
    fn from_basic(value: &str) -> Option<Self> {
        let (scheme, token) = value.split_once(' ')?;
        // A bearer token belongs to single sign-on, which no public client needs (finesse-nonvoice 1.3).
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let text = String::from_utf8(STANDARD.decode(token.trim()).ok()?).ok()?;
        let (name, password) = text.split_once(':')?;
        Some(Self::new(name, password))
    }
}

impl Request {
    /// Adds the header of Basic authentication.
    pub fn by(self, account: &Account) -> Self {
        self.header("authorization", account.to_basic())
    }

    /// The account that the request brings by Basic authentication, if it brings one that can be read.
    pub fn account(&self) -> Option<Account> {
        self.get("authorization").and_then(Account::from_basic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_brings_the_account_that_it_was_given() {
        let account = Account::new("admin", "a:colon, and ü");
        let request = Request::new("GET", "/").by(&account);
        assert_eq!(request.account(), Some(account));
    }

    #[test]
    fn the_scheme_is_read_in_any_case_and_with_blanks_around_the_token() {
        let request = Request::new("GET", "/").header("authorization", "bASIC  bmFtZTpzZWNyZXQ= ");
        assert_eq!(request.account(), Some(Account::new("name", "secret")));
    }

    #[test]
    fn what_is_no_account_is_none() {
        // A bearer token, no token, no base64, no colon, no UTF-8.
        for value in ["Bearer bmFtZTpzZWNyZXQ=", "Basic", "Basic ?", "Basic bmFtZQ==", "Basic /zo="] {
            let request = Request::new("GET", "/").header("authorization", value);
            assert_eq!(request.account(), None, "{value}");
        }
    }

    #[test]
    fn an_account_is_that_of_its_name_and_its_password_alone() {
        let account = Account::new("admin", "secret");
        assert!(account.is(&Account::new("admin", "secret")));
        for (name, password) in [("admin", "Secret"), ("Admin", "secret"), ("admin", ""), ("", "secret")] {
            assert!(!account.is(&Account::new(name, password)), "{name}:{password}");
        }
    }
}
