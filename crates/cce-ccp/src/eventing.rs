//! CCP's bus between its processes, and the publishing of contacts.

use crate::{config::Config, contact::Contact};
use cce_kernel::{
    Cx,
    fact::{BusMessage, BusMessageId, CcpFact, Process},
};
use rand::RngExt;

/// The process that sends a notification about a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The runtime: the change came from CCE, or from the public API.
    Runtime,
    /// The API process: the change came through the private API.
    Api,
}

/// Numbers bus messages, and publishes changes to the campaigns' nodes (ccp-task-api 6).
#[derive(Debug)]
pub(crate) struct Eventing {
    public: BusPeer,
    runtime: BusPeer,
    api: BusPeer,
    next_correlation: u64,
}

impl Eventing {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            public: BusPeer::new("public bus", config.public_bus),
            runtime: BusPeer::new("runtime bus", config.runtime_bus),
            api: BusPeer::new("api bus", config.api_bus),
            next_correlation: config.first_correlation,
        }
    }

    /// Connects the processes to the bus.
    pub(crate) fn on_start(&mut self, cx: &mut Cx<'_>) {
        for peer in [&mut self.public, &mut self.runtime, &mut self.api] {
            peer.connect(cx);
        }
    }

    /// The public API's request to make a contact reaches the feeds.
    pub(crate) fn send_create(&mut self, cx: &mut Cx<'_>) {
        let id = self.public.next(cx);
        let correlation = Some(self.next_correlation);
        self.next_correlation += 1;
        cx.note(received(Process::Feeds, BusMessage::PushSocialContact, id, correlation).into());
    }

    /// A contact's status changed: eventing takes that up, and publishes it once for each of the contact's
    /// campaigns. The message proxy listens to the API process only (inferred from the lab trace).
    pub(crate) fn publish(&mut self, sender: Sender, contact: &Contact, config: &Config, cx: &mut Cx<'_>) {
        let id = match sender {
            Sender::Runtime => self.runtime.next(cx),
            Sender::Api => self.api.next(cx),
        };
        cx.note(received(Process::Eventing, BusMessage::Notification, id, None).into());
        let campaigns = config.campaigns_of(contact.feed).map(|campaign| campaign.id).collect();
        let object = cx.rng("event object").random_range(0x10_0000..0x200_0000);
        cx.note(
            CcpFact::DsNotification { contact: Box::new(contact.social.clone()), campaigns, object }.into(),
        );
        if sender == Sender::Api {
            cx.note(received(Process::MsgProxy, BusMessage::Notification, id, None).into());
        }
        for campaign in config.campaigns_of(contact.feed) {
            let campaign_public_id = campaign.public_id.clone();
            cx.note(
                CcpFact::Published { contact: Box::new(contact.social.clone()), campaign_public_id }.into(),
            );
        }
    }
}

/// One process as a sender on the bus.
#[derive(Debug)]
struct BusPeer {
    purpose: &'static str,
    next: Option<BusMessageId>,
}

impl BusPeer {
    fn new(purpose: &'static str, pinned: Option<BusMessageId>) -> Self {
        Self { purpose, next: pinned }
    }

    /// Its first message id, unless the configuration gave one.
    fn connect(&mut self, cx: &mut Cx<'_>) -> BusMessageId {
        let purpose = self.purpose;
        *self.next.get_or_insert_with(|| BusMessageId {
            port: cx.rng(purpose).random_range(32_768..61_000),
            started_ms: cx.wall().millis(),
            path: [3, 2, 2, 1],
            number: 1,
        })
    }

    fn next(&mut self, cx: &mut Cx<'_>) -> BusMessageId {
        let id = self.connect(cx);
        self.next = Some(BusMessageId { number: id.number.wrapping_add(1), ..id });
        id
    }
}

fn received(process: Process, message: BusMessage, id: BusMessageId, correlation: Option<u64>) -> CcpFact {
    CcpFact::BusReceived { process, message, id, correlation }
}
