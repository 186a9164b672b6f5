//! The virtual people of a run, as a lab and a scenario configure them.

use crate::span::{Span, Wait};
use cce_model::{AgentId, InterruptAction, LogoutAction};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The virtual people of one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CastSettings {
    /// Agents that sign in and work by themselves.
    pub agents: Vec<CastAgent>,
    /// Customers that create tasks.
    pub customers: Vec<CastCustomer>,
    /// What a scenario calls the customers, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// How notifications reach a virtual agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentTransport {
    /// The stream on a connection of its own.
    #[default]
    Tcp,
    /// The stream in messages of a WebSocket connection.
    Websocket,
    /// The stream in the bodies of HTTP exchanges.
    Bosh,
}

/// A virtual agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CastAgent {
    /// Login id.
    pub id: AgentId,
    /// Tasks at the same time, 1 to 10.
    pub limit: u32,
    /// How notifications reach the agent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub xmpp: AgentTransport,
    /// What a task of another domain does to this agent's tasks.
    #[serde(default, skip_serializing_if = "is_default")]
    pub interrupt_action: InterruptAction,
    /// What becomes of dialogs at the sign-out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dialog_logout_action: LogoutAction,
    /// After the start; without it, by command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<Span>,
    /// `sign_in` counts from when the agent before this one has arrived: is signed in, and ready if it becomes so by itself.
    #[serde(default, skip_serializing_if = "is_default")]
    pub in_turn: bool,
    /// After signing in; without it, by command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Span>,
    /// After having become ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_ready: Option<Span>,
    /// After the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_out: Option<Span>,
    /// After the start: the desktop dies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crash: Option<Span>,
    /// After the offer; without it, offers are ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept: Option<Span>,
    /// After accepting. Without it: at once if `accept` has a time, else by command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Wait>,
    /// After starting, once in each dialog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Span>,
    /// After pausing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<Span>,
    /// After starting, or after the pause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrap_up: Option<Span>,
    /// After the wrap-up, if there is one, else as `wrap_up`. Without it: as `start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close: Option<Wait>,
    /// Instead of that close a transfer, where the dialog allows it: the script selector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_to: Option<String>,
    /// A refusal of what the agent does by itself is no failure of a scenario.
    #[serde(default, skip_serializing_if = "is_default")]
    pub may_be_refused: bool,
}

impl CastAgent {
    /// An agent with three slots who does nothing without a command.
    pub fn new(id: AgentId) -> Self {
        Self {
            id,
            limit: 3,
            xmpp: AgentTransport::default(),
            interrupt_action: InterruptAction::default(),
            dialog_logout_action: LogoutAction::default(),
            sign_in: None,
            in_turn: false,
            ready: None,
            not_ready: None,
            sign_out: None,
            crash: None,
            accept: None,
            start: None,
            pause: None,
            resume: None,
            wrap_up: None,
            close: None,
            transfer_to: None,
            may_be_refused: false,
        }
    }

    /// Every time that the agent's doings have.
    pub fn times_mut(&mut self) -> impl Iterator<Item = &mut Span> {
        let arrival = [&mut self.sign_in, &mut self.ready, &mut self.not_ready, &mut self.sign_out];
        let work = [&mut self.accept, &mut self.pause, &mut self.resume, &mut self.wrap_up, &mut self.crash];
        let waits = [&mut self.start, &mut self.close].into_iter().flatten().filter_map(Wait::span_mut);
        arrival.into_iter().chain(work).filter_map(Option::as_mut).chain(waits)
    }
}

/// A virtual customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CastCustomer {
    /// After the start; without it, tasks are created by command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Span>,
    /// That counts from a cue instead.
    #[serde(default, skip_serializing_if = "is_default")]
    pub waits: bool,
    /// `POST` or `GET`.
    pub method: CreateMethod,
    /// Task feed.
    pub feed: u32,
    /// The task's `name`.
    pub name: String,
    /// The task's `title`.
    pub title: String,
    /// The task's `description`.
    #[serde(default)]
    pub description: String,
    /// Dialed number.
    pub script_selector: String,
    /// What becomes of the task when a link fails.
    #[serde(default)]
    pub requeue_on_recovery: bool,
    /// Between two polls; without it, by command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<Span>,
    /// The customer gives up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_after: Option<Span>,
    /// A task that is reserved for that long was lost: the customer's application closes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_lost: Option<Span>,
    /// Variables by name.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// A refusal of what the customer does by itself is no failure of a scenario.
    #[serde(default, skip_serializing_if = "is_default")]
    pub may_be_refused: bool,
}

impl CastCustomer {
    /// A customer of a feed and a dialed number who does nothing without a command.
    pub fn new(feed: u32, script_selector: impl Into<String>) -> Self {
        Self {
            at: None,
            waits: false,
            method: CreateMethod::Post,
            feed,
            name: "customer".to_owned(),
            title: "task".to_owned(),
            description: String::new(),
            script_selector: script_selector.into(),
            requeue_on_recovery: false,
            poll: None,
            cancel_after: None,
            closes_lost: None,
            variables: BTreeMap::new(),
            may_be_refused: false,
        }
    }

    /// Every time that the customer's doings have.
    pub fn times_mut(&mut self) -> impl Iterator<Item = &mut Span> {
        let times = [&mut self.at, &mut self.poll, &mut self.cancel_after, &mut self.closes_lost];
        times.into_iter().filter_map(Option::as_mut)
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// How a task is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CreateMethod {
    /// By an XML body.
    #[serde(rename = "POST")]
    Post,
    /// By query parameters.
    #[serde(rename = "GET")]
    Get,
}
