//! The store of contacts: what each one is, and every change of its status.

pub(crate) mod id;

use crate::config::{Config, StatusTimestamp};
use cce_kernel::{Cx, Fact, Time, Wall};
use cce_model::{ContactId, ContactStatus, DialogueId, SocialContact, StatusReason, TaskId};
use cce_mr::RoutingService;
use id::Ids;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// Contacts that are kept. A new one takes the place of the oldest that is over; when none is, it is refused.
pub const CONTACTS_MAX: usize = 20_000;

/// Contacts that are over and can be read and searched for (ccp-task-api 5.7). More of them are kept as long as they can be
/// polled, since a client learns by a poll how its task ended (ccp-task-api 3.4).
pub const OVER_MAX: usize = 2_000;

/// How long behind its creation a fresh contact has its status in the trace (ccp-task-api 5.1).
const STATUS_DELAY_MICROS: i64 = 1_000;

/// Who caused the status of a fresh contact: nobody. The documents have that or `admin` (ccp-task-api 5.4).
const NOBODY: &str = "";

/// Who caused a change that no agent caused (ccp-task-api 5.4).
pub(crate) const SYSTEM: &str = "system";

/// A social contact, and how far its task has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Contact {
    /// Counts contacts in the order of their creation.
    pub serial: u64,
    /// The feed that it came from.
    pub feed: u32,
    /// What its interfaces show.
    pub social: SocialContact,
    /// Whether its task survives failures (ccp-task-api 9).
    pub requeue: bool,
    /// First application string of its task.
    pub application: String,
    /// Its task, while an agent has it or had it.
    pub task: Option<TaskId>,
    /// Seconds that CCE expects it to wait; none until it is queued.
    pub wait: Option<i32>,
    /// How it is routed.
    pub route: Route,
    /// Whether its poll URL was not yet given up by a cancel.
    pub pollable: bool,
    /// When it was polled last.
    #[serde(skip)]
    pub polled: Time,
    /// Where its task is.
    #[serde(skip)]
    pub place: TaskPlace,
}

/// How a task is routed: the fields that differ when it is routed anew (ccp-task-api 3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Route {
    /// The task that this one follows.
    pub previous: TaskId,
    /// What the router is asked for.
    pub service_requested: RoutingService,
}

impl Route {
    /// A task that follows no other.
    pub(crate) const NEW: Self = Self { previous: TaskId::NONE, service_requested: RoutingService::NONE };
}

/// Where a contact's task is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TaskPlace {
    /// With CCP: it has yet to be sent, or to be sent again.
    #[default]
    Waiting,
    /// With CCE, in this dialogue.
    Sent(DialogueId),
    /// With an agent, or over.
    Settled,
}

impl Contact {
    /// Its id.
    pub(crate) fn id(&self) -> &ContactId {
        &self.social.id
    }

    /// Whether nothing can happen to it any more.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.social.status, ContactStatus::Handled | ContactStatus::Discarded)
    }

    /// Whether a cancel was accepted and not yet answered by CCE.
    pub(crate) fn is_cancelling(&self) -> bool {
        !self.is_over() && self.social.reason == StatusReason::CancelRequested
    }

    /// Whether it has this status for this reason.
    pub(crate) fn is(&self, status: ContactStatus, reason: StatusReason) -> bool {
        self.social.status == status && self.social.reason == reason
    }
}

/// What a new contact is made of.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// Id of the feed, which decides about campaigns and their rules.
    pub feed: u32,
    /// When the request arrived.
    pub published: Wall,
    /// The task's `name`.
    pub author: String,
    /// The task's `title`.
    pub title: String,
    /// The task's `description`.
    pub description: String,
    /// Variables and script selector, in the order in which they are added.
    pub extension_fields: Vec<(String, String)>,
    /// The feed's tag, those of the system, those of the client.
    pub tags: Vec<String>,
    /// Whether its task survives failures.
    pub requeue: bool,
    /// First application string of its task.
    pub application: String,
}

/// Every contact that CCP knows.
#[derive(Clone, Debug)]
pub(crate) struct Contacts {
    by_id: BTreeMap<ContactId, Contact>,
    /// Contacts that are over, the one that ended first in front.
    over: VecDeque<ContactId>,
    next_serial: u64,
    ids: Ids,
    timestamp: StatusTimestamp,
    poll_lifetime: Duration,
}

impl Contacts {
    /// An empty store.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            by_id: BTreeMap::new(),
            over: VecDeque::new(),
            next_serial: 1,
            ids: Ids::new(config),
            timestamp: config.status_timestamp,
            poll_lifetime: config.poll_lifetime,
        }
    }

    /// What of the configuration changes while CCP runs.
    pub(crate) fn reconfigure(&mut self, config: &Config) {
        self.timestamp = config.status_timestamp;
        self.poll_lifetime = config.poll_lifetime;
    }

    /// Takes up what an earlier life stored. A value that cannot be read is named and dropped.
    pub(crate) fn restore(&mut self, stored: BTreeMap<String, String>, cx: &mut Cx<'_>) {
        let mut contacts: Vec<Contact> =
            stored.into_iter().filter_map(|(key, value)| read_stored(&key, &value, cx)).collect();
        contacts.sort_by_key(|contact| contact.serial);
        for mut contact in contacts {
            // The five minutes without a poll begin with CCP's new life (ccp-task-api 3.4; inferred).
            contact.polled = cx.now();
            contact.place = place_after_restart(contact.social.status);
            if contact.is_over() {
                self.over.push_back(contact.id().clone());
            }
            self.next_serial = contact.serial + 1;
            self.by_id.insert(contact.id().clone(), contact);
        }
    }

    /// Whether a further contact has a place here.
    pub(crate) fn has_room(&self) -> bool {
        self.by_id.len() < CONTACTS_MAX || !self.over.is_empty()
    }

    /// The contact of that id.
    pub(crate) fn find(&self, id: &ContactId) -> Option<&Contact> {
        self.by_id.get(id)
    }

    /// Whether there is a poll URL: it is gone once a cancel was accepted, or when nobody polled for too long
    /// (ccp-task-api 3.4).
    pub(crate) fn is_pollable(&self, id: &ContactId, now: Time) -> bool {
        self.find(id)
            .is_some_and(|contact| contact.pollable && now.since(contact.polled) < self.poll_lifetime)
    }

    /// Every contact, the latest first.
    pub(crate) fn all(&self) -> Vec<&Contact> {
        let mut all: Vec<&Contact> = self.by_id.values().collect();
        all.sort_by_key(|contact| std::cmp::Reverse(contact.serial));
        all
    }

    /// A contact whose task is under way.
    ///
    /// # Panics
    ///
    /// If there is none: only contacts that are over are removed.
    pub(crate) fn under_way(&self, id: &ContactId) -> &Contact {
        self.by_id.get(id).unwrap_or_else(|| panic!("contact {id} is under way"))
    }

    /// The same, to be changed.
    pub(crate) fn under_way_mut(&mut self, id: &ContactId) -> &mut Contact {
        self.by_id.get_mut(id).unwrap_or_else(|| panic!("contact {id} is under way"))
    }

    /// Ids of the contacts whose tasks are with CCP, the oldest first.
    pub(crate) fn waiting(&self) -> Vec<ContactId> {
        let mut waiting: Vec<&Contact> =
            self.by_id.values().filter(|contact| contact.place == TaskPlace::Waiting).collect();
        waiting.sort_by_key(|contact| contact.serial);
        waiting.into_iter().map(|contact| contact.id().clone()).collect()
    }

    /// Makes a contact: `unread`.
    pub(crate) fn create(&mut self, draft: Draft, cx: &mut Cx<'_>) -> ContactId {
        self.make_room(cx);
        let created = cx.wall();
        let id = self.ids.next(created, |id| self.by_id.contains_key(id));
        let social = SocialContact {
            id: id.clone(),
            author: draft.author,
            title: draft.title,
            description: draft.description,
            extension_fields: draft.extension_fields,
            tags: draft.tags,
            published: draft.published,
            created,
            // `statusTimestamp` begins one millisecond behind the creation, and the trace leaves it there
            // (ccp-task-api 5.1; 13, row 10).
            status_changed: Wall(created.0.saturating_add(STATUS_DELAY_MICROS)),
            status: ContactStatus::Unread,
            // A fresh contact has the reason `unknown` (ccp-task-api 5.3).
            reason: StatusReason::Unknown,
            user: NOBODY.to_owned(),
        };
        let contact = Contact {
            serial: self.next_serial,
            feed: draft.feed,
            social,
            requeue: draft.requeue,
            application: draft.application,
            task: None,
            wait: None,
            route: Route::NEW,
            pollable: true,
            polled: cx.now(),
            place: TaskPlace::Waiting,
        };
        self.next_serial += 1;
        note_status(&contact, None, cx);
        store(&contact, cx);
        self.by_id.insert(id.clone(), contact);
        id
    }

    /// Changes a contact's status, its reason, or both; says so, and keeps it.
    pub(crate) fn set_status(
        &mut self,
        id: &ContactId,
        status: ContactStatus,
        reason: StatusReason,
        user: &str,
        cx: &mut Cx<'_>,
    ) {
        let contact = self.by_id.get_mut(id).unwrap_or_else(|| panic!("contact {id} is under way"));
        let from = contact.social.status;
        // The state machine of ccp-task-api 5.5 has no other way; whoever asks was judged before.
        assert!(from.successors().contains(&status), "{id} cannot go from {from} to {status}");
        contact.social.status = status;
        contact.social.reason = reason;
        user.clone_into(&mut contact.social.user);
        // Documentation and trace disagree about this time, so that a switch decides
        // (ccp-task-api 13, row 10).
        if self.timestamp == StatusTimestamp::Change {
            contact.social.status_changed = cx.wall().max(contact.social.status_changed);
        }
        if contact.is_over() {
            contact.place = TaskPlace::Settled;
            self.over.push_back(id.clone());
        }
        note_status(contact, Some(from), cx);
        store(contact, cx);
    }

    /// Keeps a contact as it stands.
    pub(crate) fn save(&self, id: &ContactId, cx: &mut Cx<'_>) {
        if let Some(contact) = self.by_id.get(id) {
            store(contact, cx);
        }
    }

    /// There is room when a request comes, and delayed creations are bounded themselves.
    fn make_room(&mut self, cx: &mut Cx<'_>) {
        while let Some(oldest) = self.over.front()
            && (self.by_id.len() >= CONTACTS_MAX
                || self.over.len() > OVER_MAX && !self.is_pollable(oldest, cx.now()))
        {
            self.by_id.remove(oldest);
            cx.forget(oldest.as_str());
            self.over.pop_front();
        }
    }
}

fn place_after_restart(status: ContactStatus) -> TaskPlace {
    match status {
        // CCE dropped these dialogues with the link (task-routing E10); agents keep the others' tasks (E11).
        ContactStatus::Unread | ContactStatus::Queued => TaskPlace::Waiting,
        ContactStatus::Reserved | ContactStatus::Handled | ContactStatus::Discarded => TaskPlace::Settled,
    }
}

fn read_stored(key: &str, value: &str, cx: &mut Cx<'_>) -> Option<Contact> {
    match serde_json::from_str(value) {
        Ok(contact) => Some(contact),
        Err(error) => {
            cx.forget(key);
            let detail = format!("the stored contact {key} cannot be read: {error}");
            cx.note(Fact::CommandRefused { command: "start".to_owned(), detail });
            None
        }
    }
}

fn note_status(contact: &Contact, from: Option<ContactStatus>, cx: &mut Cx<'_>) {
    cx.note(Fact::Contact {
        contact: contact.id().clone(),
        from,
        to: contact.social.status,
        reason: contact.social.reason,
        user: contact.social.user.clone(),
        task: contact.task,
    });
}

fn store(contact: &Contact, cx: &mut Cx<'_>) {
    let json = serde_json::to_string(contact).expect("a contact has no maps and no fallible fields");
    cx.store(contact.id().as_str(), json);
}
