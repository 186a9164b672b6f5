//! A customer: creates tasks over the Task API, polls them until they end, may cancel (ccp-task-api 3).
//!
//! Whatever has a time in the configuration it does by itself; everything can be told to it, too, by
//! [`Command::Act`]: see [`WORDS`].

use super::refusal;
use cce_kernel::{
    Account, CallError, CallId, Command, Component, Cx, Fact, Input, Port, Request, Response, Time, TimerKey,
};
use cce_model::ContactStatus;
use cce_xml::{
    RenotifyReason, close_call, renotify_call,
    task::{Task, TaskStatus},
};
use std::{collections::BTreeMap, time::Duration};

/// Failures in a row after which a customer gives a task up: with a pause of 1 s, a component may be away for
/// a minute.
pub const FAILURES_MAX: u32 = 60;

/// Tasks that a customer has at most.
const TASKS_MAX: usize = 10_000;

/// The words that a customer understands. All but `create` may be followed by a contact id, or by `T1`, `T2`, …:
/// the customer's first, second task. Without either, the oldest task is meant that is not over. `renotify` may
/// be followed by a script selector, too: the task is transferred there.
pub const WORDS: [&str; 5] = ["create", "poll", "cancel", "renotify", "close"];

/// Whether a task may be named behind a word.
pub fn is_about_task(word: &str) -> bool {
    WORDS.contains(&word) && word != "create"
}

/// The plan and the word for the creation of a task.
pub const CREATE: &str = "create";

/// Timers of what a customer is going to do once, by itself.
pub const PLANS: [&str; 2] = [CREATE, "cancel"];

/// What a customer does.
#[derive(Clone, Debug)]
pub struct CustomerConfig {
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
    pub poll: Option<Duration>,
    /// Between a failure and the next try.
    pub retry: Duration,
    /// The customer gives up this long after the task was created.
    pub cancel_after: Option<Duration>,
    /// After so long with an agent a task counts as lost, and is closed by the customer's application, as the product's
    /// guides ask of applications: what fails may leave a contact reserved for ever (task-routing E13, E18). The polls
    /// show it.
    pub closes_lost: Option<Duration>,
    /// CCP's administrator, for `renotify` and `close`.
    pub administrator: Account,
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
#[derive(Clone, Debug)]
pub struct Customer {
    config: CustomerConfig,
    tasks: Vec<Errand>,
    calls: BTreeMap<CallId, SentRequest>,
}

/// A request whose answer is awaited.
#[derive(Clone, Copy, Debug)]
struct SentRequest {
    at: usize,
    ask: Ask,
    by: RequestSource,
}

impl SentRequest {
    /// What the customer notes where nothing comes of it.
    fn refusal(self, detail: &str) -> Fact {
        let word = self.ask.word().to_owned();
        match self.by {
            RequestSource::Itself(_) => Fact::PlanRefused { plan: word, detail: detail.to_owned() },
            RequestSource::Command => Command::Act(word).refusal(detail),
        }
    }
}

/// Whose idea a request was. What was told is not repeated when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RequestSource {
    /// The customer makes it by itself, and tries again with this timer.
    Itself(Timer),
    /// Somebody told the customer to make it.
    Command,
}

/// One task, from the customer's side.
#[derive(Clone, Debug, Default)]
struct Errand {
    /// Where it is polled; empty until it was created.
    path: String,
    failures: u32,
    is_over: bool,
    /// The task that an agent has, by its id, and since when.
    reserved: Option<(String, Time)>,
}

cce_kernel::timers! {
    /// What a customer does by itself, for each task: timers are numbered by the place of the task.
    enum Timer {
        /// The task is created.
        Create = "create",
        /// The customer asks how the task stands.
        Poll = "poll",
        /// The customer gives up.
        Cancel = "cancel",
        /// The customer's application closes a task that was lost.
        Close = "close",
    }
}

impl Timer {
    const ALL: [Self; 4] = [Self::Create, Self::Poll, Self::Cancel, Self::Close];

    const fn ask(self) -> Ask {
        match self {
            Self::Create => Ask::Create,
            Self::Poll => Ask::Poll,
            Self::Cancel => Ask::Cancel,
            Self::Close => Ask::Close,
        }
    }

    /// The timer of the task at that place.
    const fn of_task(self, at: usize) -> TimerKey {
        self.key(at as u64)
    }
}

/// What a customer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    Create,
    Poll,
    Cancel,
    /// Only by command.
    Renotify,
    /// By command, and of a task that was lost.
    Close,
}

impl Ask {
    /// What a customer is told, and what a plan is called.
    const fn word(self) -> &'static str {
        match self {
            Self::Create => CREATE,
            Self::Poll => "poll",
            Self::Cancel => "cancel",
            Self::Renotify => "renotify",
            Self::Close => "close",
        }
    }
}

impl Customer {
    /// A customer that waits for its start.
    pub fn new(config: CustomerConfig) -> Self {
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
        for (at, start) in self.config.starts.iter().enumerate() {
            cx.arm(Timer::Create.of_task(at), *start);
        }
    }

    fn on_timer(&mut self, key: &TimerKey, cx: &mut Cx<'_>) {
        let timer = Timer::of(key);
        let at = usize::try_from(key.id).expect("tasks are counted by their place");
        // A task that was cancelled is over for its customer, and an agent may have it all the same.
        if !self.tasks[at].is_over || timer == Timer::Close {
            self.send(SentRequest { at, ask: timer.ask(), by: RequestSource::Itself(timer) }, cx);
        }
    }

    fn on_reply(&mut self, call: CallId, result: &Result<Response, CallError>, cx: &mut Cx<'_>) {
        let Some(sent) = self.calls.remove(&call) else { return };
        self.note_refusal(sent, result, cx);
        if self.tasks[sent.at].is_over {
            return;
        }
        match sent.ask {
            Ask::Create => self.on_create_answered(sent, result, cx),
            Ask::Poll => self.on_poll_answered(sent, result, cx),
            Ask::Cancel => self.on_cancel_answered(sent, result, cx),
            Ask::Renotify | Ask::Close => {}
        }
    }

    /// Only a request that certainly created nothing is repeated: one task must not become two.
    fn on_create_answered(
        &mut self,
        sent: SentRequest,
        result: &Result<Response, CallError>,
        cx: &mut Cx<'_>,
    ) {
        match result {
            Ok(response) if response.status == 201 => self.on_created(sent, response, cx),
            Ok(Response { status: 503, .. }) | Err(CallError::Unreachable) => self.on_failure(sent, cx),
            Ok(_) | Err(_) => self.end(sent.at, cx),
        }
    }

    fn on_created(&mut self, sent: SentRequest, response: &Response, cx: &mut Cx<'_>) {
        let at = sent.at;
        let Some(path) = response.get("location").map(path_of) else {
            cx.note(sent.refusal("the answer has no Location"));
            return self.end(at, cx);
        };
        self.tasks[at] = Errand { path: path.to_owned(), ..Errand::default() };
        self.poll_later(at, cx);
        if let Some(wait) = self.config.cancel_after {
            cx.arm(Timer::Cancel.of_task(at), wait);
        }
    }

    fn poll_later(&self, at: usize, cx: &mut Cx<'_>) {
        if let Some(wait) = self.config.poll {
            cx.arm(Timer::Poll.of_task(at), wait);
        }
    }

    fn on_poll_answered(&mut self, sent: SentRequest, result: &Result<Response, CallError>, cx: &mut Cx<'_>) {
        let at = sent.at;
        let status = match result {
            Ok(response) if response.status == 200 => TaskStatus::read_status(&response.body.0),
            // The task is no longer there for a customer: it was cancelled, or forgotten.
            Ok(Response { status: 404, .. }) => return self.end(at, cx),
            Ok(_) | Err(_) => None,
        };
        match status {
            None => self.on_failure(sent, cx),
            Some(ContactStatus::Handled | ContactStatus::Discarded) => self.end(at, cx),
            Some(ContactStatus::Unread | ContactStatus::Queued) => {
                self.tasks[at].reserved = None;
                self.go_on(at, cx);
            }
            Some(ContactStatus::Reserved) => {
                self.close_if_lost(at, result, cx);
                self.go_on(at, cx);
            }
        }
    }

    fn go_on(&mut self, at: usize, cx: &mut Cx<'_>) {
        self.tasks[at].failures = 0;
        self.poll_later(at, cx);
    }

    /// Closes a task that an agent has for too long. Until it is closed, each poll tries again.
    fn close_if_lost(&mut self, at: usize, polled: &Result<Response, CallError>, cx: &mut Cx<'_>) {
        let Some(patience) = self.config.closes_lost else { return };
        let now = cx.now();
        let response = polled.as_ref().ok();
        let task = response.and_then(|response| cce_xml::parse(&response.body.0).ok()?.text_of("taskID"));
        let task = task.unwrap_or_default();
        // A contact that is routed anew has another task, whose time begins anew.
        let errand = &mut self.tasks[at];
        let since = match &errand.reserved {
            Some((known, since)) if *known == task => *since,
            Some(_) | None => {
                errand.reserved = Some((task, now));
                now
            }
        };
        if now.since(since) >= patience {
            self.send(SentRequest { at, ask: Ask::Close, by: RequestSource::Itself(Timer::Close) }, cx);
        }
    }

    /// A cancel that comes too late is refused with 400; the task goes on, and so do the polls.
    fn on_cancel_answered(
        &mut self,
        sent: SentRequest,
        result: &Result<Response, CallError>,
        cx: &mut Cx<'_>,
    ) {
        match result {
            Ok(Response { status: 200 | 404, .. }) => {
                self.end(sent.at, cx);
                // The cancel may come too late for CCE, and the polls end with it: the close counts from here.
                if let Some(patience) = self.config.closes_lost {
                    cx.arm(Timer::Close.of_task(sent.at), patience);
                }
            }
            Ok(Response { status: 503, .. }) | Err(_) => self.on_failure(sent, cx),
            Ok(_) => {}
        }
    }

    fn on_failure(&mut self, sent: SentRequest, cx: &mut Cx<'_>) {
        let SentRequest { at, ask, by } = sent;
        let timer = match (by, ask) {
            // What was told is not repeated: this task will never be created.
            (RequestSource::Command, Ask::Create) => return self.end(at, cx),
            (RequestSource::Command, Ask::Poll | Ask::Cancel | Ask::Renotify | Ask::Close) => return,
            (RequestSource::Itself(timer), _) => timer,
        };
        self.tasks[at].failures += 1;
        if self.tasks[at].failures > FAILURES_MAX {
            cx.note(sent.refusal(&format!("{FAILURES_MAX} tries failed")));
            return self.end(at, cx);
        }
        cx.arm(timer.of_task(at), self.config.retry);
    }

    fn end(&mut self, at: usize, cx: &mut Cx<'_>) {
        self.tasks[at].is_over = true;
        self.tasks[at].reserved = None;
        // Timers are armed once the task is created.
        if self.tasks[at].path.is_empty() {
            return;
        }
        cx.cancel(Timer::Poll.of_task(at));
        if self.config.cancel_after.is_some() {
            cx.cancel(Timer::Cancel.of_task(at));
        }
    }

    fn send(&mut self, sent: SentRequest, cx: &mut Cx<'_>) {
        let path = self.tasks[sent.at].path.as_str();
        let request = match sent.ask {
            Ask::Create => creation(&self.config),
            Ask::Poll => Request::new("GET", path),
            Ask::Cancel => Request::new("DELETE", path),
            Ask::Renotify => renotification(&self.config, path, None),
            // CCP takes the task as handled, though no agent said so (ccp-task-api 3.7).
            Ask::Close => close_call(contact(path)).by(&self.config.administrator),
        };
        self.ask(sent, request, cx);
    }

    fn ask(&mut self, sent: SentRequest, request: Request, cx: &mut Cx<'_>) {
        self.calls.insert(cx.call(Port::App, request), sent);
    }

    fn on_told(&mut self, words: &str, cx: &mut Cx<'_>) {
        if let Err(detail) = self.follow(words, cx) {
            cx.note(Command::Act(words.to_owned()).refusal(&detail));
        }
    }

    fn follow(&mut self, words: &str, cx: &mut Cx<'_>) -> Result<(), String> {
        let words: Vec<&str> = words.split_whitespace().collect();
        match words[..] {
            ["create"] => self.create(cx),
            ["poll", ref about @ ..] if about.len() < 2 => self.tell(Ask::Poll, about.first(), cx),
            ["cancel", ref about @ ..] if about.len() < 2 => self.tell(Ask::Cancel, about.first(), cx),
            ["close", ref about @ ..] if about.len() < 2 => self.tell(Ask::Close, about.first(), cx),
            ["renotify"] => self.tell(Ask::Renotify, None, cx),
            ["renotify", about] => self.tell(Ask::Renotify, Some(&about), cx),
            ["renotify", about, selector] => {
                let at = self.chosen(Some(about))?;
                let request = renotification(&self.config, &self.tasks[at].path, Some(selector));
                self.ask(SentRequest { at, ask: Ask::Renotify, by: RequestSource::Command }, request, cx);
                Ok(())
            }
            [known, ..] if WORDS.contains(&known) => Err(format!("`{known}` is followed by too many words")),
            [] | [..] => {
                let unknown = words.first().unwrap_or(&"");
                Err(format!("`{unknown}` is unknown; a customer knows {}", WORDS.join(", ")))
            }
        }
    }

    /// Nothing came of a request: whoever told the customer to make it hears so, and a scenario whose customer planned it.
    fn note_refusal(&self, sent: SentRequest, result: &Result<Response, CallError>, cx: &mut Cx<'_>) {
        let is_final = sent.by == RequestSource::Command
            || match (sent.ask, result) {
                // A poll is no plan, and a lost task is closed until it is gone; the others are tried again.
                (Ask::Poll | Ask::Renotify | Ask::Close, _)
                | (_, Ok(Response { status: 503, .. }) | Err(CallError::Unreachable))
                | (Ask::Cancel, Err(_)) => false,
                // A cancel whose answer was lost has cancelled the task.
                (Ask::Cancel, Ok(Response { status: 404, .. })) => self.tasks[sent.at].failures == 0,
                (Ask::Create | Ask::Cancel, _) => true,
            };
        if is_final && let Some(why) = refusal(result) {
            cx.note(sent.refusal(&why));
        }
    }

    fn create(&mut self, cx: &mut Cx<'_>) -> Result<(), String> {
        if self.tasks.len() >= TASKS_MAX {
            return Err(format!("the customer has {TASKS_MAX} tasks already"));
        }
        self.tasks.push(Errand::default());
        self.send(SentRequest { at: self.tasks.len() - 1, ask: Ask::Create, by: RequestSource::Command }, cx);
        Ok(())
    }

    fn tell(&mut self, ask: Ask, about: Option<&&str>, cx: &mut Cx<'_>) -> Result<(), String> {
        let at = self.chosen(about.copied())?;
        self.send(SentRequest { at, ask, by: RequestSource::Command }, cx);
        Ok(())
    }

    /// The task that a command is about.
    fn chosen(&self, about: Option<&str>) -> Result<usize, String> {
        let Some(name) = about else {
            return self
                .tasks
                .iter()
                .position(|errand| !errand.path.is_empty() && !errand.is_over)
                .ok_or_else(|| "no task is open".to_owned());
        };
        // `T2` and `T#2` are the customer's second task.
        let digits = name.strip_prefix("T#").or_else(|| name.strip_prefix('T'));
        let place = digits.and_then(|digits| digits.parse::<usize>().ok()?.checked_sub(1));
        let by_name = place
            .or_else(|| self.tasks.iter().position(|errand| errand.path.rsplit('/').next() == Some(name)));
        by_name
            .filter(|at| self.tasks.get(*at).is_some_and(|errand| !errand.path.is_empty()))
            .ok_or_else(|| format!("`{name}` is no task so far: write a contact id, or T1 for the first one"))
    }

    fn on_stop(&mut self, cx: &mut Cx<'_>) {
        for (at, errand) in self.tasks.iter_mut().enumerate() {
            // Of a task that is over there is no timer but that of its close.
            if std::mem::replace(&mut errand.is_over, true) && self.config.closes_lost.is_none() {
                continue;
            }
            for timer in Timer::ALL {
                cx.cancel(timer.of_task(at));
            }
        }
    }
}

impl Component for Customer {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { .. } => self.on_start(cx),
            Input::Timer(timer) => self.on_timer(&timer, cx),
            Input::Reply { call, result } => self.on_reply(call, &result, cx),
            Input::Command(Command::Cue) => self.begin(cx),
            Input::Command(Command::Stop) => self.on_stop(cx),
            Input::Command(Command::Act(words)) => self.on_told(&words, cx),
            Input::Command(refused @ Command::Set { .. }) => {
                cx.note(refused.refusal("a customer has no settings"));
            }
            // A customer has no links, and serves nobody.
            Input::LinkUp { .. }
            | Input::LinkDown { .. }
            | Input::Frame { .. }
            | Input::BadFrame { .. }
            | Input::Call { .. }
            | Input::CallGone { .. } => {}
        }
    }
}

/// The path of an absolute address, or what is given if it is a path.
fn path_of(location: &str) -> &str {
    let Some((_, rest)) = location.split_once("://") else { return location };
    rest.find('/').map_or("/", |at| &rest[at..])
}

fn creation(config: &CustomerConfig) -> Request {
    let target = format!("/ccp/task/feed/{}", config.feed);
    match config.method {
        Method::Post => Request::new("POST", target).xml(config.task.to_xml()),
        Method::Get => Request::new("GET", format!("{target}?{}", config.task.to_query())),
    }
}

/// Asks CCP to route a task anew: by its own dialed number, or by another one (ccp-task-api 3.6).
fn renotification(config: &CustomerConfig, path: &str, selector: Option<&str>) -> Request {
    let reason = if selector.is_some() { RenotifyReason::Transfer } else { RenotifyReason::Recovery };
    let selector = selector.or(config.task.script_selector.as_deref()).unwrap_or_default();
    renotify_call(contact(path), selector, reason).by(&config.administrator)
}

/// The contact of a task's path.
fn contact(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
