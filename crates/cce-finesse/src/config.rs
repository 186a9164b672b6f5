//! Everything that Finesse is told at its start.

use cce_kernel::Cors;
use cce_model::{AgentId, MrdId, ReasonCategory, ReasonCode, SkillTarget};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Everything that Finesse is told at its start.
#[derive(Clone, Debug)]
pub struct Config {
    /// Fully qualified name of the node; also the XMPP domain.
    pub fqdn: String,
    /// Peripheral id of the agent PG.
    pub peripheral: u32,
    /// Every user.
    pub agents: Vec<Agent>,
    /// Every nonvoice media routing domain.
    pub mrds: Vec<Mrd>,
    /// Names of queues by peripheral number; a queue that is not listed has an empty name.
    pub queues: BTreeMap<u32, String>,
    /// Peripheral numbers of queues by their skill groups in the central controller's database.
    pub queue_numbers: BTreeMap<SkillTarget, u32>,
    /// Finesse's own administrator, who may list users.
    pub administrator: Account,
    /// The account with which Finesse calls CCP.
    pub ccp_administrator: Account,
    /// Whether dialogs show call variables.
    pub call_variables: CallVariables,
    /// The origins whose pages may call REST from a browser.
    pub cors: Cors,
    /// Reasons for being not ready, and for signing out. Where a category has some, a change needs one
    /// (finesse-nonvoice 2.7).
    pub reason_codes: Vec<ReasonCode>,
    /// XML namespace of `notification` in event stanzas (finesse-nonvoice 4.5).
    pub notification_namespace: String,
    /// `InvokeID` of the first request to the CTI server.
    pub first_invoke_id: u32,
    /// What Finesse gives the CTI server as password; empty for none.
    pub cti_password: String,
    /// Pause before a lost CTI link is dialled again.
    pub redial: Duration,
    /// Heartbeat interval of the CTI link.
    pub heartbeat: Duration,
    /// How long a user who was present may be away before Finesse signs out; 60 s in the product
    /// (finesse-nonvoice 5).
    pub presence_grace: Duration,
    /// How long a request keeps later requests about the same object waiting when the CTI server does not
    /// confirm it; 5 s in the lab (inferred).
    pub confirmation_timeout: Duration,
    /// Pause before CCP is asked again to close or renotify a contact of whose reservation it had not heard; doubles
    /// each time (inferred).
    pub ccp_retry: Duration,
    /// How often it is asked again (inferred).
    pub ccp_retries: u32,
}

impl Config {
    /// The reason codes of a category.
    pub(crate) fn reasons(&self, category: ReasonCategory) -> impl Iterator<Item = &ReasonCode> {
        self.reason_codes.iter().filter(move |reason| reason.category == category)
    }

    /// The reason of that number, as the CTI server tells it.
    pub(crate) fn reason_of_code(&self, category: ReasonCategory, code: u16) -> Option<&ReasonCode> {
        self.reasons(category).find(|reason| reason.code == code)
    }

    /// The name of a team that some user belongs to.
    pub(crate) fn team_name(&self, id: u32) -> Option<&str> {
        self.agents.iter().find(|agent| agent.team_id == id).map(|agent| agent.team_name.as_str())
    }
}

/// A user.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Login id.
    pub id: AgentId,
    /// Login name.
    pub login_name: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Extension; also the instrument.
    pub extension: String,
    /// Password, for REST and for XMPP.
    pub password: String,
    /// Id in the central controller's database.
    pub skill_target: SkillTarget,
    /// Team's id.
    pub team_id: u32,
    /// Team's name.
    pub team_name: String,
    /// Domains with a queue that the agent belongs to.
    pub mrds: BTreeSet<MrdId>,
}

/// A nonvoice media routing domain.
#[derive(Clone, Debug)]
pub struct Mrd {
    /// Its id.
    pub id: MrdId,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Whether its tasks may be interrupted.
    pub interruptible: bool,
}

/// A name with its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name.
    pub name: String,
    /// The password.
    pub password: String,
}

/// Whether dialogs show call variables (finesse-nonvoice 2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallVariables {
    /// As documented.
    Shown,
    /// As the lab trace shows.
    Hidden,
}
