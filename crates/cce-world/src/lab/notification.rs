//! Notification rules that call an address, and how they call it.

use crate::span::Span;
use serde::{Deserialize, Serialize};

/// How the addresses of notification rules are called: see [`cce_ccp::Notifying`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NotifyingSettings {
    /// Hosts that may be called beside this machine; `*` stands for every host.
    pub hosts: Vec<String>,
    /// Pause before the next try; it doubles each time.
    pub retry: Span,
    /// Tries after the first one.
    pub retries: u32,
    /// Notifications of one rule that wait for its address.
    pub waiting: u32,
}

impl Default for NotifyingSettings {
    fn default() -> Self {
        let cce_ccp::Notifying { hosts, retry, retries, waiting_max } = cce_ccp::Notifying::default();
        let waiting = u32::try_from(waiting_max).unwrap_or(u32::MAX);
        Self { hosts, retry: Span(retry), retries, waiting }
    }
}

/// A notification rule that calls an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRuleSettings {
    /// Its id, which no other rule has. Changes of it are stored by it.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Id of its campaign.
    pub campaign: u32,
    /// The tags that it fires for.
    pub tags: Vec<String>,
    /// The address.
    pub url: String,
    /// The address that is called where that one fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternate_url: Option<String>,
    /// The name by which the address knows the lab.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The password with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Whether an address of HTTPS needs a certificate of the lab's authority.
    #[serde(default = "verified", skip_serializing_if = "is_verified")]
    pub verify: bool,
}

const fn verified() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde demands a reference")]
const fn is_verified(verify: &bool) -> bool {
    *verify
}
