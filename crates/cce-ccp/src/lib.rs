//! Customer Collaboration Platform: the Task API of third-party applications, the private API that Finesse
//! calls, the social contact that each task becomes, and the application's side of the MR interface.
//!
//! The product's three processes stay apart here, because they log apart: `public` is its public API,
//! `runtime` its feeds, campaigns and notifications with the MR link, `private` and `eventing` its API process,
//! `followers` those who are told, `notifier` the addresses that notification rules call.
//! `contact` is the store that they share, `mr` the listener that the MR PG connects to.
//!
//! Invariants:
//! - A contact's status changes in one function only, which notes the change and keeps the contact.
//! - A change is published after it is kept, once for each campaign of the contact.
//! - A contact is in one place: with CCP, in one MR dialogue, or settled.

#![warn(missing_docs)]

mod administer;
mod answer;
mod awaited;
mod config;
mod contact;
mod eventing;
mod followers;
mod mr;
mod notifier;
mod objects;
mod private;
mod public;
mod rules;
mod runtime;
mod search;
mod show;
mod task;
mod update;
mod work;

pub use config::{
    Campaign, Config, Delays, Feed, HttpRule, HttpTarget, Notifying, StatusTimestamp, SystemFailureName,
    TASK_FEED, Throttle,
};
pub use contact::{CONTACTS_MAX, OVER_MAX, id::contact_id};

use cce_kernel::{
    CallId, CloseReason, Command, Component, Configured, Cx, Input, LinkId, Peer, Port, Request, TimerKey,
};
use cce_model::{ContactId, ObjectModel};
use cce_pubsub::StreamTimer;
use contact::Contacts;
use eventing::Eventing;
use mr::MrListener;
use objects::Objects;
use runtime::Routing;
use std::{collections::VecDeque, sync::Arc};
use work::Works;

cce_kernel::timers! {
    /// What CCP waits for.
    pub(crate) enum Timer {
        /// The MR PG owes a heartbeat; counted by link.
        Beat = "mr-beat",
        /// The throttle lets the next task go.
        Pace = "pace",
        /// The next job of eventing is due.
        Eventing = "event",
        /// A step that takes its time is due; counted by step.
        Work = "work",
        /// A request has waited for its reservation for long enough; counted by call.
        Awaited = "awaited reservation",
        /// An address that a notification rule calls owes its answer, or is called anew; counted by rule.
        Notify = "notify",
    }
}

/// CCP as a component: its three processes, their store, and the listener that the MR PG connects to.
#[derive(Clone, Debug)]
pub struct Ccp {
    config: Config,
    contacts: Contacts,
    objects: Objects,
    eventing: Eventing,
    mr: MrListener,
    /// Contacts whose tasks are to be sent, in this order. Each contact is in it at most once.
    backlog: VecDeque<ContactId>,
    routing: Routing,
    /// Whether the throttle holds the backlog until its timer is due.
    is_paced: bool,
    /// Steps that take their time.
    works: Works,
    /// Requests about a task of whose reservation CCP has not heard yet.
    awaited: Vec<awaited::Awaited>,
    /// What waits for the addresses of notification rules.
    notifier: notifier::Notifier,
}

impl Configured for Ccp {
    type Config = Config;

    /// CCP knows none of the central controller's objects: feeds and campaigns are its own.
    fn new(_: Arc<ObjectModel>, config: Config) -> Self {
        let objects = Objects::new(&config);
        Self {
            contacts: Contacts::new(&config),
            eventing: Eventing::new(&config, &objects),
            objects,
            mr: MrListener::new(config.heartbeat, config.first_dialogue),
            backlog: VecDeque::new(),
            routing: Routing::Unknown,
            is_paced: false,
            works: Works::default(),
            awaited: Vec::new(),
            notifier: notifier::Notifier::default(),
            config,
        }
    }

    /// Ids and feeds stay as they are.
    fn reconfigure(&mut self, _: Arc<ObjectModel>, config: Config) {
        self.contacts.reconfigure(&config);
        self.mr.beat_every(config.heartbeat);
        self.config = config;
    }
}

impl Component for Ccp {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { stored, .. } => self.on_start(stored, cx),
            Input::LinkUp { link, peer } => self.on_link_up(link, &peer, cx),
            Input::LinkDown { link, .. } => {
                let event = self.mr.on_link_down(link, cx);
                self.on_mr_events(event, cx);
            }
            Input::Frame { link, bytes } => {
                let events = self.mr.on_frame(link, &bytes.0, cx);
                self.on_mr_events(events, cx);
            }
            Input::BadFrame { link, flaw } => {
                let event = self.mr.on_bad_frame(link, flaw, cx);
                self.on_mr_events(event, cx);
            }
            Input::Call { call, port: Port::CcpBosh, request } => self.on_bosh_request(call, &request, cx),
            Input::Call { call, request, .. } => self.on_call(call, &request, cx),
            Input::Timer(key) => self.on_timer(&key, cx),
            Input::Command(command) => self.on_command(command, cx),
            // Whatever else a call has begun is done.
            Input::CallGone { call } => self.on_call_gone(call, cx),
            Input::Reply { call, result } => self.on_notified(call, &result, cx),
        }
        self.flush_streams(cx);
    }
}

impl Ccp {
    fn on_link_up(&mut self, link: LinkId, peer: &Peer, cx: &mut Cx<'_>) {
        // The MR configuration names the peers that may connect (ccp-task-api 2.5).
        if self.objects.mr.admits(peer, &self.config.mr_pg_host) {
            return self.mr.on_link_up(link, peer, cx);
        }
        cx.note_peer_error(link, "connection", "the MR configuration does not let it connect");
        cx.close(link, CloseReason::Refused);
    }

    fn on_call(&mut self, call: CallId, request: &Request, cx: &mut Cx<'_>) {
        match request.path().strip_prefix(private::BASE) {
            Some(path) => self.on_private_call(call, request, path, cx),
            None => self.on_public_call(call, request, cx),
        }
    }

    fn on_timer(&mut self, key: &TimerKey, cx: &mut Cx<'_>) {
        if let Some(timer) = StreamTimer::find(key) {
            return self.on_stream_timer(timer, key, cx);
        }
        match Timer::of(key) {
            Timer::Beat => {
                let event = self.mr.on_beat(key.id, cx);
                self.on_mr_events(event, cx);
            }
            Timer::Pace => self.on_pace(cx),
            Timer::Eventing => self.eventing.work(cx),
            Timer::Work => self.on_work_due(key.id, cx),
            Timer::Awaited => self.on_awaited_due(key.id, cx),
            Timer::Notify => self.on_notify_due(key.id, cx),
        }
    }

    fn on_command(&mut self, command: Command, cx: &mut Cx<'_>) {
        match command {
            Command::Stop => {
                self.mr.on_stop(cx);
                self.eventing.streams.stop(cx);
            }
            refused @ (Command::Cue | Command::Act(_) | Command::Set { .. }) => cx.note(refused.unknown()),
        }
    }
}
