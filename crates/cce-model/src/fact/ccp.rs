//! What happens inside CCP, between its three processes.

use crate::{ContactId, ContactStatus, Fact, SocialContact};
use serde::{Deserialize, Serialize};

/// One process or module of CCP that writes its own log lines (ccp-task-api 7, 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Process {
    /// The public API.
    PublicApps,
    /// The runtime's feeds.
    Feeds,
    /// The API process's eventing.
    Eventing,
    /// The API process's message proxy.
    MsgProxy,
}

/// Id of a message on CCP's bus: `ID:<host>-<port>-<started>-<connection>:<session>:<producer>:<part>:<number>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusMessageId {
    /// Port of the sender's connection.
    pub port: u16,
    /// When the sender started, in Unix milliseconds.
    pub started_ms: i64,
    /// The sender's connection and session numbers.
    pub path: [u32; 4],
    /// Counts the sender's messages.
    pub number: u32,
}

/// What CCP's bus carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BusMessage {
    /// The public API asks for a social contact: `PUSH.PushSocialContactRequest`.
    PushSocialContact,
    /// A social contact changed: `NFY.NotificationEvent`.
    Notification,
}

/// How the data store was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreAccess {
    /// Read by the runtime.
    RuntimeRead,
    /// Read by the API process.
    ApiRead,
    /// Written by the API process.
    ApiWrite,
}

/// Steps of Finesse's close call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseStep {
    /// The request arrived.
    Received,
    /// The contact may be closed.
    Valid,
    /// It is handled.
    Handled,
}

/// What becomes of the call that a notification rule of type `http` leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationStep {
    /// The rule fired.
    Fired,
    /// The address took it: a status of success.
    Delivered,
    /// The address answered with another status.
    Refused,
    /// The address gave no answer, or none in time.
    Unanswered,
    /// No try is left.
    GivenUp,
    /// Too much waits for the address already.
    Dropped,
    /// The lab may not call this address.
    Forbidden,
    /// The rule was removed before.
    Withdrawn,
}

/// Something that happened inside CCP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CcpFact {
    /// The public API took a request to create a task.
    RequestInitiated {
        /// HTTP method.
        method: String,
        /// Feed.
        feed: u32,
        /// The task's `name`.
        name: String,
        /// The task's `title`.
        title: String,
        /// The task's `description`.
        description: String,
    },
    /// The public API put the request on the bus.
    CreateSubmitted {
        /// Six letters and digits, the public API's own.
        request_id: String,
    },
    /// A process received a message from the bus.
    BusReceived {
        /// Who received it.
        process: Process,
        /// What it is.
        message: BusMessage,
        /// Its id.
        id: BusMessageId,
        /// Ties an answer to its request; none for a notification.
        correlation: Option<u64>,
    },
    /// The runtime took up the creation.
    CreateReceived {
        /// Six letters and digits, the runtime's own.
        request_id: String,
    },
    /// The runtime made the contact and confirmed it.
    Created {
        /// The contact.
        contact: ContactId,
        /// The runtime's request id.
        request_id: String,
    },
    /// The data store was used.
    Store {
        /// How.
        access: StoreAccess,
        /// The contact.
        contact: ContactId,
        /// The status that was read or written.
        status: ContactStatus,
    },
    /// A campaign's filter answered.
    FilterResponse {
        /// The contact.
        contact: ContactId,
        /// The campaign.
        campaign: u32,
        /// The filter.
        filter: u32,
        /// 100: the contact passes.
        response: u32,
    },
    /// A campaign took the contact in.
    CampaignStatus {
        /// The contact.
        contact: ContactId,
        /// The campaign.
        campaign: u32,
        /// The campaign's name.
        name: String,
        /// The filter that let it pass.
        filter: u32,
    },
    /// The campaign's notification rule fired: the contact goes to CCE.
    NotificationRequest {
        /// The contact.
        contact: ContactId,
        /// Campaigns that it is in.
        campaigns: Vec<u32>,
        /// Its tags.
        tags: Vec<String>,
    },
    /// A notification rule of type `http` calls an address.
    HttpNotification {
        /// The contact.
        contact: ContactId,
        /// The rule.
        rule: u32,
        /// The tag that it fired for.
        tag: String,
        /// The address; of several the one that this is about.
        url: String,
        /// The step.
        step: NotificationStep,
    },
    /// Eventing took up a change of a contact's status.
    DsNotification {
        /// The contact as it stands.
        contact: Box<SocialContact>,
        /// Campaigns that it is in.
        campaigns: Vec<u32>,
        /// Identity of the event object, as its class prints it.
        object: u32,
    },
    /// Eventing began to publish the change to a campaign's node.
    PublishBegun {
        /// The contact.
        contact: ContactId,
        /// Public id of the campaign whose node it is.
        campaign_public_id: String,
    },
    /// The change was published to a campaign's node.
    Published {
        /// The contact as it stands.
        contact: Box<SocialContact>,
        /// Public id of the campaign whose node it was.
        campaign_public_id: String,
    },
    /// Finesse closes the contact.
    Close {
        /// The contact.
        contact: ContactId,
        /// The step.
        step: CloseStep,
    },
}

impl From<CcpFact> for Fact {
    fn from(fact: CcpFact) -> Self {
        Self::Ccp(fact)
    }
}
