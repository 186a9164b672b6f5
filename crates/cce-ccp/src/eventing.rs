//! CCP's bus between its processes, and the publishing of contacts to whoever subscribed to their campaigns' nodes.

use crate::{
    Campaign, Timer,
    config::{Config, Delays},
    contact::Contact,
    objects::{ApiObject, Objects},
};
use cce_kernel::{Cx, Port, Time};
use cce_model::{
    ContactId, SocialContact,
    fact::{BusMessage, BusMessageId, CcpFact, Process},
};
use cce_pubsub::{Realm, Streams};
use cce_xmpp::server::Nodes;
use rand::RngExt;
use std::{collections::VecDeque, sync::Arc};

/// The nodes that belong to no campaign (ccp-task-api 6). Nothing is published there: the lab has no chats, and what CCP says
/// when it is back is not public.
const OTHER_NODES: [&str; 2] = ["ccp.contacts.chat", "ccp.serviceability.eventingInfo"];

/// A campaign's node (ccp-task-api 2.3).
fn node_of(campaign_public_id: &str) -> String {
    format!("ccp.campaign.updates.{campaign_public_id}")
}

fn nodes_of(campaigns: &[ApiObject<Campaign>]) -> Arc<Nodes> {
    let of_campaigns = campaigns.iter().map(|campaign| node_of(&campaign.object.public_id));
    let everyones = OTHER_NODES.map(str::to_owned).into_iter().chain(of_campaigns).collect();
    Arc::new(Nodes { everyones, ..Nodes::default() })
}

/// Jobs of eventing that wait at the same time.
const JOBS_MAX: usize = 10_000;

/// The process that sends a notification about a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The runtime: the change came from CCE, or from the public API.
    Runtime,
    /// The API process: the change came through the private API.
    Api,
}

/// Numbers bus messages, and publishes changes to the campaigns' nodes (ccp-task-api 6).
#[derive(Clone, Debug)]
pub(crate) struct Eventing {
    public: BusPeer,
    runtime: BusPeer,
    api: BusPeer,
    next_correlation: u64,
    /// When the runtime sent its last notification, or will have.
    runtime_sent: Time,
    /// What waits, with the time when it is due.
    jobs: VecDeque<(Time, Job)>,
    /// The server's full name.
    host: String,
    /// The notification service.
    pub(crate) streams: Streams,
}

impl Eventing {
    pub(crate) fn new(config: &Config, objects: &Objects) -> Self {
        let (domain, nodes) = (config.host.clone(), nodes_of(objects.campaigns()));
        let realm = Realm { domain, watched: None, nodes, bosh: Port::CcpBosh };
        Self {
            public: BusPeer::new("public bus", config.public_bus),
            runtime: BusPeer::new("runtime bus", config.runtime_bus),
            api: BusPeer::new("api bus", config.api_bus),
            next_correlation: config.first_correlation,
            runtime_sent: Time(0),
            jobs: VecDeque::new(),
            host: config.host.clone(),
            streams: Streams::new(realm),
        }
    }

    /// Each campaign has a node as long as it is there (ccp-task-api 2.3).
    pub(crate) fn on_campaigns(&mut self, campaigns: &[ApiObject<Campaign>]) {
        self.streams.set_nodes(&nodes_of(campaigns));
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
        // A create has a correlation id, and a notification has `null` (ccp-task-api 8.2).
        let correlation = Some(self.next_correlation);
        self.next_correlation += 1;
        cx.note(received(Process::Feeds, BusMessage::PushSocialContact, id, correlation).into());
    }

    /// A contact's status changed: eventing takes that up, and publishes it once for each of the contact's
    /// campaigns, one change after the other. The message proxy listens to the API process only (inferred from
    /// the lab trace).
    pub(crate) fn publish(
        &mut self,
        sender: Sender,
        contact: &Contact,
        objects: &Objects,
        delays: Delays,
        cx: &mut Cx<'_>,
    ) {
        let id = match sender {
            // Each process numbers its own bus messages (ccp-task-api 8.1, 8.2).
            Sender::Runtime => self.runtime.next(cx),
            Sender::Api => self.api.next(cx),
        };
        let social = &contact.social;
        let campaigns: Vec<_> = objects.campaigns_of(contact.feed).collect();
        let numbers = campaigns.iter().map(|campaign| campaign.id).collect();
        let mut due = self.arrival(sender, delays, cx.now());
        // Lines come in threes: the notification, the begin of a publish, and its end (ccp-task-api 6).
        self.plan(due, Job::TakeUp { sender, id, contact: Box::new(social.clone()), campaigns: numbers });
        for campaign in campaigns {
            self.plan(due, Job::Begin(social.id.clone(), campaign.public_id.clone()));
            due = due + delays.publish;
            self.plan(due, Job::End(Box::new(social.clone()), campaign.public_id.clone()));
        }
        self.work(cx);
    }

    /// Does what is due, in order, and waits for the next. What is too much is done before its time.
    pub(crate) fn work(&mut self, cx: &mut Cx<'_>) {
        while let Some((due, job)) = self.jobs.pop_front() {
            if due > cx.now() && self.jobs.len() < JOBS_MAX {
                cx.arm(Timer::Eventing.key(0), due.since(cx.now()));
                return self.jobs.push_front((due, job));
            }
            self.carry_out(job, cx);
        }
    }

    fn carry_out(&mut self, job: Job, cx: &mut Cx<'_>) {
        if let Job::End(contact, campaign) = &job {
            // The end of a publish has the payload, and the begin has only the node (ccp-task-api 8.2).
            let event = cce_xml::social_contact_event(contact, campaign, &self.host);
            self.streams.deliver_to_subscribers(&node_of(campaign), &event, cx);
        }
        job.note(cx);
    }

    /// When a notification that is sent now reaches eventing. None overtakes another.
    fn arrival(&mut self, sender: Sender, delays: Delays, now: Time) -> Time {
        let due = match sender {
            Sender::Runtime => {
                // Queued and reserved are 65 ms apart in the trace though CCE answered once
                // (ccp-task-api 5.5).
                self.runtime_sent = self.runtime_sent.max(now) + delays.change;
                self.runtime_sent + delays.runtime_event
            }
            Sender::Api => now + delays.api_event,
        };
        self.jobs.back().map_or(due, |(last, _)| due.max(*last))
    }

    fn plan(&mut self, due: Time, job: Job) {
        self.jobs.push_back((due, job));
    }
}

/// What eventing has to do.
#[derive(Clone, Debug)]
enum Job {
    /// To receive a notification.
    TakeUp { sender: Sender, id: BusMessageId, contact: Box<SocialContact>, campaigns: Vec<u32> },
    /// To begin to publish a contact to a campaign's node.
    Begin(ContactId, String),
    /// To end that.
    End(Box<SocialContact>, String),
}

impl Job {
    fn note(self, cx: &mut Cx<'_>) {
        match self {
            Self::TakeUp { sender, id, contact, campaigns } => {
                cx.note(received(Process::Eventing, BusMessage::Notification, id, None).into());
                // The log shows it with six hexadecimal digits (ccp-task-api 8.3).
                let object = cx.rng("event object").random_range(0x10_0000..0x100_0000);
                cx.note(CcpFact::DsNotification { contact, campaigns, object }.into());
                // The trace has a line of the message proxy for the close alone, which came through the API
                // (ccp-task-api 7).
                if sender == Sender::Api {
                    cx.note(received(Process::MsgProxy, BusMessage::Notification, id, None).into());
                }
            }
            Self::Begin(contact, campaign_public_id) => {
                cx.note(CcpFact::PublishBegun { contact, campaign_public_id }.into());
            }
            Self::End(contact, campaign_public_id) => {
                cx.note(CcpFact::Published { contact, campaign_public_id }.into());
            }
        }
    }
}

/// One process as a sender on the bus.
#[derive(Clone, Debug)]
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
