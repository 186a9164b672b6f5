//! What CCP is told when it starts.

use cce_kernel::{Account, Cors, HttpUrl, Trust};
use cce_model::fact::BusMessageId;
use cce_model::{DialogueId, StatusReason};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Feed type of tasks (ccp-task-api 2.2).
pub const TASK_FEED: u32 = 12;

/// Everything that CCP needs to know. [`Config::default`] is a CCP without feeds and campaigns.
#[derive(Clone, Debug)]
pub struct Config {
    /// The server's full name; part of links, and of bus message ids in its logs.
    pub host: String,
    /// The administrator, whose account the private API demands (ccp-task-api 1.1).
    pub administrator: Account,
    /// The origins whose pages may call the private API from a browser.
    pub cors: Cors,
    /// The feeds that CCP begins with, in the order in which lists show them (ccp-task-api 2.2).
    pub feeds: Vec<Feed>,
    /// The campaigns that CCP begins with; each has a rule for the tags of its feeds (ccp-task-api 2.1, 2.3).
    pub campaigns: Vec<Campaign>,
    /// The notification rules of type `http` that CCP begins with (ccp-task-api 2.4).
    pub http_rules: Vec<HttpRule>,
    /// How CCP calls the addresses of such rules.
    pub notifying: Notifying,
    /// Last part of contact ids: in the product the server's IPv4 address (ccp-task-api 5.1).
    pub node_value: u32,
    /// Which time a contact's `statusTimestamp` shows.
    pub status_timestamp: StatusTimestamp,
    /// What the reason of a failure of CCP itself is called.
    pub system_failure: SystemFailureName,
    /// How long a task can be polled after the last poll.
    pub poll_lifetime: Duration,
    /// The product's limit of new tasks per minute; none is no limit.
    pub throttle: Option<Throttle>,
    /// Pause between two heartbeats that an MR PG is expected to keep; three silent ones end its session.
    pub heartbeat: Duration,
    /// How long CCP's own steps take.
    pub delays: Delays,
    /// Port that the MR configuration shows (ccp-task-api 2.5).
    pub mr_port: u16,
    /// Whether it takes TLS there, too.
    pub has_mr_tls: bool,
    /// Full name of the host of the lab's MR PG: the MR configuration may name it.
    pub mr_pg_host: String,
    /// First counter part of contact ids.
    pub first_contact: u32,
    /// Contact ids that are used first, in this order.
    pub contact_ids: Vec<String>,
    /// First application string of every task; none draws one for each contact.
    pub application_id: Option<String>,
    /// Dialogue id of the first task; later ones count up from it (mr-interface 2).
    pub first_dialogue: DialogueId,
    /// First correlation id of the public API's bus messages.
    pub first_correlation: u64,
    /// First bus message id of the public API's process; none draws a port.
    pub public_bus: Option<BusMessageId>,
    /// First bus message id of the runtime; none draws a port.
    pub runtime_bus: Option<BusMessageId>,
    /// First bus message id of the API process; none draws a port.
    pub api_bus: Option<BusMessageId>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: "ccp.lab".to_owned(),
            administrator: Account::new("admin", "ccelab"),
            cors: Cors::default(),
            feeds: Vec::new(),
            campaigns: Vec::new(),
            http_rules: Vec::new(),
            notifying: Notifying::default(),
            node_value: 0x7F00_0001,
            status_timestamp: StatusTimestamp::default(),
            system_failure: SystemFailureName::default(),
            poll_lifetime: Duration::from_mins(5),
            throttle: None,
            heartbeat: Duration::from_secs(5),
            delays: Delays::default(),
            mr_port: 38_001,
            has_mr_tls: false,
            mr_pg_host: "mrpg.lab".to_owned(),
            first_contact: 0,
            contact_ids: Vec::new(),
            application_id: None,
            first_dialogue: DialogueId(1),
            first_correlation: 1,
            public_bus: None,
            runtime_bus: None,
            api_bus: None,
        }
    }
}

/// How long CCP's own steps take; all zero: everything happens at once. What comes of them is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delays {
    /// From a request to the contact that is made of it.
    pub create: Duration,
    /// What the runtime needs for each change of a contact before it sends the notification.
    pub change: Duration,
    /// From the runtime to eventing.
    pub runtime_event: Duration,
    /// From the API process to eventing.
    pub api_event: Duration,
    /// What eventing needs to publish a contact.
    pub publish: Duration,
    /// From a close request to its check.
    pub close_check: Duration,
    /// From the check to the write.
    pub close_write: Duration,
    /// From the write to the read that follows, and from that to the reply.
    pub close_read: Duration,
}

/// Where contacts come from (ccp-task-api 2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// Its id, such as 100080.
    pub id: u32,
    /// [`TASK_FEED`] for tasks.
    pub kind: u32,
    /// Its name; the private API makes no second feed of it (inferred).
    pub name: String,
    /// The tag that it puts on its contacts.
    pub tag: String,
}

/// Gathers contacts of feeds, and hands them to CCE by its notification rule (ccp-task-api 2.3, 2.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Its id, such as 100081.
    pub id: u32,
    /// Its name, which may differ from the public id: a rename keeps that (ccp-task-api 2.3).
    pub name: String,
    /// Names its node of events and its URL.
    pub public_id: String,
    /// Id of its filter.
    pub filter: u32,
    /// Ids of its feeds.
    pub feeds: Vec<u32>,
}

/// Tells an address of each contact of a campaign that gets a tag (ccp-task-api 2.4, 5.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRule {
    /// Its id, by which changes of it are stored.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// The campaign's id.
    pub campaign: u32,
    /// The tags that it fires for.
    pub tags: Vec<String>,
    /// Where it calls.
    pub target: HttpTarget,
}

/// Where a rule of type `http` calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpTarget {
    /// The address.
    pub url: String,
    /// The one that is called where that one fails; empty without one.
    #[serde(default)]
    pub alternate_url: String,
    /// Whom the address knows CCP as; empty where it does not ask.
    #[serde(default)]
    pub user: String,
    /// The password.
    #[serde(default)]
    pub password: String,
    /// Whose certificate will do, where the address is one of HTTPS.
    #[serde(default)]
    pub trust: Trust,
}

impl HttpTarget {
    /// The addresses, in the order in which they are called.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &str> {
        [self.url.as_str(), self.alternate_url.as_str()].into_iter().filter(|url| !url.is_empty())
    }
}

/// How CCP calls the addresses of notification rules. The reference has the fields of a notification, and nothing about its calls:
/// all of this is inferred.
///
/// A rule makes one call behind the other, so that it tells of contacts in order, and those of one rule do not wait for those of another.
/// A status of success is what it calls for. After any other outcome, or none in the time that every call has, it calls the other address, if it has one, and then pauses and
/// begins anew, until no try is left. What waits is lost with CCP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notifying {
    /// Hosts that may be called beside this machine; `*` stands for every host.
    pub hosts: Vec<String>,
    /// Pause before the next try; it doubles each time.
    pub retry: Duration,
    /// Tries after the first one.
    pub retries: u32,
    /// Notifications of one rule that wait for its address; one more is dropped.
    pub waiting_max: usize,
}

impl Default for Notifying {
    fn default() -> Self {
        Self { hosts: Vec::new(), retry: Duration::from_secs(1), retries: 3, waiting_max: 1_000 }
    }
}

impl Notifying {
    /// Stands for every host.
    pub const EVERY_HOST: &str = "*";

    /// Whether CCP may call that address.
    pub fn allows(&self, url: &HttpUrl) -> bool {
        let is_named = |host: &String| host == Self::EVERY_HOST || host.eq_ignore_ascii_case(&url.host);
        url.is_loopback() || self.hosts.iter().any(is_named)
    }
}

/// Which time a contact's `statusTimestamp` shows (ccp-task-api 13, row 10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusTimestamp {
    /// Its creation, whatever happens later, as in the lab trace.
    Creation,
    /// The last change of its status, as documented.
    #[default]
    Change,
}

/// What the reason of a contact is called that CCP lost by its own failure (ccp-task-api 5.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SystemFailureName {
    /// By the product's name of today, as the guide prints it.
    #[default]
    CustomerCollaborationPlatform,
    /// By its former name, which the product may still have (inferred).
    SocialMiner,
}

impl SystemFailureName {
    /// The reason.
    pub(crate) const fn reason(self) -> StatusReason {
        match self {
            Self::CustomerCollaborationPlatform => StatusReason::SystemFailure,
            Self::SocialMiner => StatusReason::SocialMinerSystemFailure,
        }
    }
}

/// The product's throttle of new tasks (ccp-task-api 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// Tasks that go to the MR PG in a minute; 0 counts as 1.
    pub per_minute: u32,
    /// Tasks that may wait; one more is discarded as rate limited.
    pub backlog: usize,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { per_minute: 375, backlog: 10_000 }
    }
}

impl Throttle {
    /// Pause between two tasks.
    pub(crate) fn pause(&self) -> Duration {
        Duration::from_mins(1) / self.per_minute.max(1)
    }
}
