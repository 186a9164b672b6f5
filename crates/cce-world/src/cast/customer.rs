//! A customer: creates tasks over the Task API, polls them until they end, may cancel (ccp-task-api 3).

use cce_kernel::{
    CallError, CallId, Command, Component, Cx, Input, Port, Request, Response, TimerKey, model::ContactStatus,
};
use cce_xml::task::{Task, TaskStatus};
use std::{collections::BTreeMap, time::Duration};

/// Failures in a row after which a customer gives a task up: with a pause of 1 s, a component may be away for
/// a minute.
pub const FAILURES_MAX: u32 = 60;

/// What a customer does.
#[derive(Clone, Debug)]
pub struct Config {
    /// One task is created at each of these offsets from the customer's start.
    pub starts: Vec<Duration>,
    /// The offsets count from a cue ([`Command::Cue`]) instead.
    pub waits: bool,
    /// The task feed.
    pub feed: u32,
    /// `POST` with an XML body, or `GET` with a query.
    pub method: Method,
    /// What every task says.
    pub task: Task,
    /// Between an answer and the next poll.
    pub poll: Duration,
    /// Between a failure and the next try.
    pub retry: Duration,
    /// The customer gives up this long after the task was created.
    pub cancel_after: Option<Duration>,
}

/// How a task is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By an XML body.
    Post,
    /// By query parameters.
    Get,
}

/// A customer. Once every task has ended it does nothing more.
#[derive(Debug)]
pub struct Customer {
    config: Config,
    tasks: Vec<Errand>,
    calls: BTreeMap<CallId, (usize, Ask)>,
}

/// One task, from the customer's side.
#[derive(Clone, Debug, Default)]
struct Errand {
    /// Where it is polled; empty until it was created.
    path: String,
    failures: u32,
    is_over: bool,
}

/// What a customer asks for. Each kind has the timer that asks for it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    Create,
    Poll,
    Cancel,
}

impl Ask {
    const ALL: [Self; 3] = [Self::Create, Self::Poll, Self::Cancel];

    const fn timer(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Poll => "poll",
            Self::Cancel => "cancel",
        }
    }
}

impl Customer {
    /// A customer that waits for its start.
    pub fn new(config: Config) -> Self {
        Self { config, tasks: Vec::new(), calls: BTreeMap::new() }
    }

    fn on_start(&mut self, cx: &mut Cx<'_>) {
        self.calls.clear();
        self.tasks = vec![Errand::default(); self.config.starts.len()];
        if !self.config.waits {
            self.begin(cx);
        }
    }

    fn begin(&mut self, cx: &mut Cx<'_>) {
        for at in 0..self.tasks.len() {
            cx.arm(key(Ask::Create, at), self.config.starts[at]);
        }
    }

    fn on_timer(&mut self, timer: &TimerKey, cx: &mut Cx<'_>) {
        let ask = Ask::ALL.into_iter().find(|ask| ask.timer() == timer.name);
        let at = usize::try_from(timer.id).unwrap_or(usize::MAX);
        if let (Some(ask), Some(errand)) = (ask, self.tasks.get(at))
            && !errand.is_over
        {
            self.send(ask, at, cx);
        }
    }

    fn on_reply(&mut self, call: CallId, result: &Result<Response, CallError>, cx: &mut Cx<'_>) {
        let Some((at, ask)) = self.calls.remove(&call) else { return };
        if self.tasks[at].is_over {
            return;
        }
        match ask {
            Ask::Create => self.on_create_answered(at, result, cx),
            Ask::Poll => self.on_poll_answered(at, result, cx),
            Ask::Cancel => self.on_cancel_answered(at, result, cx),
        }
    }

    /// Only a request that certainly created nothing is repeated: one task must not become two.
    fn on_create_answered(&mut self, at: usize, result: &Result<Response, CallError>, cx: &mut Cx<'_>) {
        match result {
            Ok(response) if response.status == 201 => self.on_created(at, response, cx),
            Ok(Response { status: 503, .. }) | Err(CallError::Unreachable) => {
                self.on_failure(at, Ask::Create, cx);
            }
            Ok(_) | Err(_) => self.end(at, cx),
        }
    }

    fn on_created(&mut self, at: usize, response: &Response, cx: &mut Cx<'_>) {
        let Some(path) = response.get("location").map(path_of) else {
            return self.end(at, cx);
        };
        self.tasks[at] = Errand { path: path.to_owned(), failures: 0, is_over: false };
        cx.arm(key(Ask::Poll, at), self.config.poll);
        if let Some(wait) = self.config.cancel_after {
            cx.arm(key(Ask::Cancel, at), wait);
        }
    }

    fn on_poll_answered(&mut self, at: usize, result: &Result<Response, CallError>, cx: &mut Cx<'_>) {
        let status = match result {
            Ok(response) if response.status == 200 => TaskStatus::read_status(&response.body.0),
            // The task is no longer there for a customer: it was cancelled, or forgotten.
            Ok(Response { status: 404, .. }) => return self.end(at, cx),
            Ok(_) | Err(_) => None,
        };
        match status {
            None => self.on_failure(at, Ask::Poll, cx),
            Some(ContactStatus::Handled | ContactStatus::Discarded) => self.end(at, cx),
            Some(ContactStatus::Unread | ContactStatus::Queued | ContactStatus::Reserved) => {
                self.tasks[at].failures = 0;
                cx.arm(key(Ask::Poll, at), self.config.poll);
            }
        }
    }

    /// A cancel that comes too late is refused with 400; the task goes on, and so do the polls.
    fn on_cancel_answered(&mut self, at: usize, result: &Result<Response, CallError>, cx: &mut Cx<'_>) {
        match result {
            Ok(Response { status: 200 | 404, .. }) => self.end(at, cx),
            Ok(Response { status: 503, .. }) | Err(_) => self.on_failure(at, Ask::Cancel, cx),
            Ok(_) => {}
        }
    }

    fn on_failure(&mut self, at: usize, ask: Ask, cx: &mut Cx<'_>) {
        self.tasks[at].failures += 1;
        if self.tasks[at].failures > FAILURES_MAX {
            return self.end(at, cx);
        }
        cx.arm(key(ask, at), self.config.retry);
    }

    fn end(&mut self, at: usize, cx: &mut Cx<'_>) {
        self.tasks[at].is_over = true;
        if self.tasks[at].path.is_empty() {
            return;
        }
        cx.cancel(key(Ask::Poll, at));
        if self.config.cancel_after.is_some() {
            cx.cancel(key(Ask::Cancel, at));
        }
    }

    fn send(&mut self, ask: Ask, at: usize, cx: &mut Cx<'_>) {
        let path = self.tasks[at].path.as_str();
        let request = match ask {
            Ask::Create => creation(&self.config),
            Ask::Poll => Request::new("GET", path),
            Ask::Cancel => Request::new("DELETE", path),
        };
        self.calls.insert(cx.call(Port::App, request), (at, ask));
    }

    fn on_stop(&mut self, cx: &mut Cx<'_>) {
        for (at, errand) in self.tasks.iter_mut().enumerate().filter(|(_, errand)| !errand.is_over) {
            errand.is_over = true;
            for ask in Ask::ALL {
                cx.cancel(key(ask, at));
            }
        }
    }
}

impl Component for Customer {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "a customer has no links and serves nobody")]
        match input {
            Input::Start { .. } => self.on_start(cx),
            Input::Timer(timer) => self.on_timer(&timer, cx),
            Input::Reply { call, result } => self.on_reply(call, &result, cx),
            Input::Command(Command::Cue) => self.begin(cx),
            Input::Command(Command::Stop) => self.on_stop(cx),
            Input::Command(refused @ (Command::Act(_) | Command::Set { .. })) => {
                cx.note(refused.refusal("a customer has no settings"));
            }
            _ => {}
        }
    }
}

fn key(ask: Ask, at: usize) -> TimerKey {
    TimerKey::new(ask.timer(), at as u64)
}

/// The path of an absolute address, or what is given if it is a path.
fn path_of(location: &str) -> &str {
    let Some((_, rest)) = location.split_once("://") else { return location };
    rest.find('/').map_or("/", |at| &rest[at..])
}

fn creation(config: &Config) -> Request {
    let target = format!("/ccp/task/feed/{}", config.feed);
    match config.method {
        Method::Post => Request::new("POST", target).xml(config.task.to_xml()),
        Method::Get => Request::new("GET", format!("{target}?{}", config.task.to_query())),
    }
}
