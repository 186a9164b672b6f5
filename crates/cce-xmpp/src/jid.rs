//! Addresses of users and of their connected clients.

use std::fmt;

/// The address of one connected client: `1080@fin1.example.com/desktop`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Jid {
    /// The login id, as it stands before the `@` (finesse-nonvoice 4.1).
    pub user: String,
    /// The server's domain.
    pub domain: String,
    /// Tells one client of the user from another; empty in a bare address.
    pub resource: String,
}

impl Jid {
    /// Reads `user@domain` with or without a resource; an address without a user is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        // The first slash ends the bare address: a resource may have `@` and `/` in it (RFC 7622 3.2).
        let (bare, resource) = text.split_once('/').unwrap_or((text, ""));
        let (user, domain) = bare.split_once('@')?;
        (!user.is_empty() && !domain.is_empty()).then(|| Self {
            user: user.to_owned(),
            domain: domain.to_owned(),
            resource: resource.to_owned(),
        })
    }

    /// The address without the resource.
    pub fn bare(&self) -> String {
        format!("{}@{}", self.user, self.domain)
    }

    /// Whether both name the same user.
    pub fn is_same_user(&self, other: &Self) -> bool {
        self.user == other.user && self.domain.eq_ignore_ascii_case(&other.domain)
    }
}

impl fmt::Display for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.user, self.domain)?;
        if self.resource.is_empty() { Ok(()) } else { write!(f, "/{}", self.resource) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_what_it_writes() {
        for text in ["1080@fin1.lab", "1080@fin1.lab/desktop", "1080@fin1.lab/a/b@c"] {
            assert_eq!(Jid::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_address_needs_a_user_and_a_domain() {
        for text in ["", "fin1.lab", "@fin1.lab", "1080@", "fin1.lab/1080@x"] {
            assert_eq!(Jid::parse(text), None, "{text}");
        }
    }
}
