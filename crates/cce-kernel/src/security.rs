//! What protects the bytes of a connection on their way.

use serde::{Deserialize, Serialize};

/// What protects the bytes of a connection on their way. A component sees the same bytes either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// Nothing.
    #[default]
    Plain,
    /// Nothing, until the component that listens begins TLS: see [`Output::Secure`](crate::Output::Secure).
    Offered,
    /// TLS, from its first byte.
    Tls,
}

impl Security {
    /// What records leave out.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    pub(crate) fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}
