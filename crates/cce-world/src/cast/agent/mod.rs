//! An agent at a desktop: signs in, becomes ready, works on what is offered (finesse-nonvoice 2 and 4).
//!
//! It acts on notifications alone, so any number of dialogs can be under way. It asks for a list only after
//! its stream was lost, because what was published meanwhile is gone, and when a media is interrupted or goes on,
//! because the dialogs are not published then. What it did is never repeated faster
//! than its `retry` pause allows.
//!
//! Whatever has a time in the configuration it does by itself; everything can be told to it, too, by
//! [`Command::Act`]: see [`WORDS`].

mod dialogs;
mod instruction;
mod interrupt;
mod leave;
mod request;
mod sign_in;
mod stream;

pub use instruction::{WORDS, is_about_dialog};

use crate::lab::AgentTransport;
use cce_kernel::{
    CallError, CallId, CloseReason, Command, Component, Cx, Fact, Input, LinkId, Port, Request, Response,
    TimerKey,
};
use cce_model::{AgentId, DialogAction, InterruptAction, LogoutAction, MrdId, TaskId};
use cce_xml::finesse::{Seen, Update, read_update};
use cce_xmpp::client::{ClientEnding, ClientEvent};
use dialogs::Dialogs;
use instruction::Orders;
use interrupt::Interrupts;
use sign_in::Seat;
use std::{collections::BTreeMap, time::Duration};
use stream::{AgentHeard, AgentStream};

cce_kernel::timers! {
    /// What an agent waits for.
    enum Timer {
        /// The agent arrives.
        SignIn = "sign-in",
        /// A lost stream is to be opened again.
        Redial = "redial",
        /// Finesse took too long over a sign-in or sign-out.
        Patience = "patience",
        /// A sign-in that failed is made again.
        Retry = "retry",
        /// A media is to become ready; counted by domain.
        Ready = "ready",
        /// A media is to become not ready; counted by domain.
        NotReady = "not-ready",
        /// The agent goes home.
        SignOut = "sign-out",
        /// The agent's computer dies.
        Crash = "crash",
        /// The next step about a dialog is due; counted by dialog.
        Dialog = "dialog",
        /// The agent looks again what is interrupted.
        Interrupted = "interrupted",
    }
}

/// The plan that is kept once the agent is signed in to all its media.
pub const SIGN_IN: &str = "sign-in";

/// The plan that is kept once the agent is ready in all its media.
pub const READY: &str = "ready";

/// Timers of what an agent is going to do once, by itself.
pub const PLANS: [&str; 5] = [SIGN_IN, READY, "not-ready", "sign-out", "crash"];

/// What an agent does.
#[derive(Clone, Debug)]
pub struct AgentConfig {
    /// Login id.
    pub id: AgentId,
    /// Password.
    pub password: String,
    /// Extension.
    pub extension: String,
    /// The media that the agent signs in to.
    pub mrds: Vec<MrdId>,
    /// Finesse's XMPP domain.
    pub domain: String,
    /// How notifications reach the agent.
    pub xmpp: AgentTransport,
    /// `maxDialogLimit`: tasks at the same time, 1 to 10.
    pub limit: u32,
    /// What a task of another domain does to this agent's tasks.
    pub interrupt_action: InterruptAction,
    /// What becomes of dialogs at the sign-out.
    pub logout_action: LogoutAction,
    /// Signs in this long after the start.
    pub sign_in: Option<Duration>,
    /// That counts from a cue ([`Command::Cue`]) instead.
    pub waits: bool,
    /// Becomes ready this long after a sign-in to a media.
    pub ready: Option<Duration>,
    /// Becomes not ready this long after having become ready by itself.
    pub not_ready: Option<Duration>,
    /// Signs out this long after the start.
    pub sign_out: Option<Duration>,
    /// Crashes this long after the start, and stays away until told to return.
    pub crash: Option<Duration>,
    /// What the agent does with dialogs.
    pub work: Work,
    /// Between a failure and the next try.
    pub retry: Duration,
}

/// What an agent does with dialogs by itself, and how long each step takes; a step without a time waits for a
/// command. An agent without a time to accept lets every offer ring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// From the offer to ACCEPT.
    pub accept: Option<Duration>,
    /// From ACCEPTED to START.
    pub start: Option<Duration>,
    /// From ACTIVE to PAUSE, once in each dialog.
    pub pause: Option<Duration>,
    /// From PAUSED to RESUME.
    pub resume: Option<Duration>,
    /// From ACTIVE to WRAP_UP; after the pause, if there is one.
    pub wrap_up: Option<Duration>,
    /// To CLOSE: from WRAPPING_UP if the agent wraps up, else from ACTIVE.
    pub close: Option<Duration>,
    /// Instead of that CLOSE a TRANSFER, where the dialog allows it: the script selector.
    pub transfer_to: Option<String>,
}

/// An agent.
#[derive(Clone, Debug)]
pub struct VirtualAgent {
    config: AgentConfig,
    phase: Phase,
    stream: Option<AgentStream>,
    /// Whether this is not the first sign-in: notifications may have been missed since.
    has_signed_in: bool,
    calls: BTreeMap<CallId, (Ask, u64)>,
    requests: u64,
    seats: BTreeMap<MrdId, Seat>,
    dialogs: Dialogs,
    interrupts: Interrupts,
    orders: Orders,
}

/// How far the agent has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Not signed in, and in no hurry: before the sign-in, or after the sign-out.
    Out,
    /// Not signed in; tries to.
    Away,
    /// Asked to sign the user in.
    SigningIn,
    /// The user is signed in.
    Working,
    /// Asked to sign out of the media, then of Finesse.
    SigningOut,
    /// Gone without a word, until told to return.
    Crashed,
    /// Left for good: stopped, refused, or somebody else took over.
    Left,
}

/// What an agent waits for an answer to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ask {
    UserLogin,
    MediaLogin,
    Ready(MrdId),
    List,
    /// The same because of an interrupt; the latest number counts.
    InterruptList(u64),
    Act(TaskId, DialogAction),
    MediaLogout(MrdId),
    UserLogout,
    /// Something that was told: nothing follows from the answer.
    Told,
}

impl VirtualAgent {
    /// An agent that waits for its start.
    pub fn new(config: AgentConfig) -> Self {
        Self {
            config,
            phase: Phase::Out,
            stream: None,
            has_signed_in: false,
            calls: BTreeMap::new(),
            requests: 0,
            seats: BTreeMap::new(),
            dialogs: Dialogs::default(),
            interrupts: Interrupts::default(),
            orders: Orders::default(),
        }
    }

    fn on_start(&mut self, cx: &mut Cx<'_>) {
        // Another life begins: nothing of the one before counts.
        *self = Self::new(self.config.clone());
        let AgentConfig { sign_in, waits, sign_out, crash, .. } = self.config;
        let sign_in = sign_in.filter(|_| !waits);
        let plans = [(Timer::SignIn, sign_in), (Timer::SignOut, sign_out), (Timer::Crash, crash)];
        for (timer, wait) in plans {
            if let Some(wait) = wait {
                cx.arm(timer.key(0), wait);
            }
        }
    }

    /// The agent before this one has arrived.
    fn on_cue(&mut self, cx: &mut Cx<'_>) {
        match self.config.sign_in.filter(|_| self.config.waits && self.phase == Phase::Out) {
            Some(wait) => cx.arm(Timer::SignIn.key(0), wait),
            None => cx.note(Command::Cue.refusal("the agent waits for no cue")),
        }
    }

    fn on_timer(&mut self, timer: &TimerKey, cx: &mut Cx<'_>) {
        match Timer::of(timer) {
            Timer::SignIn => self.carry_out(SIGN_IN.to_owned(), cx, |agent, cx| {
                agent.orders.take_seats();
                agent.arrive(cx);
                Ok(())
            }),
            Timer::Redial => self.arrive(cx),
            Timer::Patience if self.phase == Phase::SigningOut => self.depart(cx),
            Timer::Retry | Timer::Patience => self.sign_in(cx),
            Timer::Ready => self.send_ready(timer.id, cx),
            Timer::NotReady => self.send_not_ready(timer.id, cx),
            Timer::SignOut => self.carry_out("sign-out".to_owned(), cx, Self::go_home),
            Timer::Crash => self.crash(cx),
            Timer::Dialog => self.act(timer.id, cx),
            Timer::Interrupted => self.ask_what_is_interrupted(cx),
        }
    }

    /// Connects, unless connected; the sign-in follows.
    fn arrive(&mut self, cx: &mut Cx<'_>) {
        self.phase = Phase::Away;
        if self.stream.is_none() {
            self.stream = Some(AgentStream::open(&self.config, cx));
        }
    }

    /// The stream, if it is on that connection.
    fn stream_on(&mut self, link: LinkId) -> Option<&mut AgentStream> {
        self.stream.as_mut().filter(|stream| stream.is_on(link))
    }

    fn on_link_up(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        if let Some(stream) = self.stream_on(link) {
            stream.on_up(cx);
        }
    }

    fn on_link_down(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        if self.stream_on(link).is_some() {
            self.lose_stream(cx);
        }
    }

    /// Dialogs go on meanwhile: requests need no stream.
    fn lose_stream(&mut self, cx: &mut Cx<'_>) {
        self.stream = None;
        if matches!(self.phase, Phase::Out | Phase::SigningOut) {
            return self.forget_everything(Phase::Out, cx);
        }
        self.phase = Phase::Away;
        cx.arm(Timer::Redial.key(0), self.config.retry);
    }

    fn on_bytes(&mut self, link: LinkId, bytes: &[u8], cx: &mut Cx<'_>) {
        let events = self.stream_on(link).map(|stream| stream.feed(bytes)).unwrap_or_default();
        self.on_stream_events(events, cx);
    }

    fn on_stream_events(&mut self, events: Vec<ClientEvent>, cx: &mut Cx<'_>) {
        for event in events {
            let Some(stream) = &mut self.stream else { return };
            match event {
                ClientEvent::Send(bytes) => stream.send(bytes, cx),
                // Nothing is told to an agent whose presence is not known yet, and HTTP may overtake XMPP. The answer to
                // a ping comes behind the presence.
                ClientEvent::Ready(_) => stream.ping(cx),
                ClientEvent::Notification { update, .. } => {
                    let link = stream.link();
                    self.on_update(link, &update, cx);
                }
                ClientEvent::OtherPresence(_) => self.leave(CloseReason::Superseded, cx),
                ClientEvent::Pong => self.sign_in(cx),
                ClientEvent::Closed(ending) => self.on_stream_closed(&ending, cx),
            }
        }
    }

    fn on_stream_closed(&mut self, ending: &ClientEnding, cx: &mut Cx<'_>) {
        match ending {
            ClientEnding::Refused => self.leave(CloseReason::Refused, cx),
            // Somebody bound the same resource.
            ClientEnding::Error(condition) if condition == "conflict" => {
                self.leave(CloseReason::Superseded, cx);
            }
            ClientEnding::Peer | ClientEnding::Error(_) => self.give_stream_up(CloseReason::Done, cx),
            ClientEnding::BadStream(error) => self.on_bad_stream(error.to_string(), cx),
            ClientEnding::BadFrame(flaw) => self.on_bad_stream(flaw.to_string(), cx),
        }
    }

    /// Nothing that Finesse sends on the stream can be read any more.
    fn on_bad_stream(&mut self, detail: String, cx: &mut Cx<'_>) {
        if let Some(stream) = &self.stream {
            cx.note(peer_error(stream.link(), "stream", detail.clone()));
        }
        self.give_stream_up(CloseReason::BadMessage(detail), cx);
    }

    /// The session on the stream is over: what carried it ends, too.
    fn give_stream_up(&mut self, reason: CloseReason, cx: &mut Cx<'_>) {
        if let Some(stream) = self.stream.take() {
            stream.drop_without_a_word(reason, cx);
        }
        self.lose_stream(cx);
    }

    fn ask(&mut self, ask: Ask, request: Request, cx: &mut Cx<'_>) {
        self.requests += 1;
        self.orders.follow_up(&ask, self.requests);
        let request = request::identified(request, &self.config, self.requests);
        self.calls.insert(cx.call(Port::Desk, request), (ask, self.requests));
    }

    fn on_update(&mut self, link: LinkId, document: &str, cx: &mut Cx<'_>) {
        let Update { request_id, source, seen, .. } = match read_update(document) {
            Ok(update) => update,
            Err(error) => return cx.note(peer_error(link, "Update", error.to_string())),
        };
        match seen {
            Seen::User { state, .. } => self.on_user(&state, &request_id, cx),
            Seen::Media { mrd, state } => self.on_media(&mrd, &state, cx),
            Seen::Dialog { id, state } => self.on_notified(id, state, cx),
            Seen::Error { message, .. } if request::number_of(&request_id).is_some() => {
                self.orders.note_failure(request::number_of(&request_id), &message, cx);
                self.on_error(&source, &message, cx);
            }
            Seen::System { status } => self.on_system(&status, cx),
            Seen::Error { .. } | Seen::Other => {}
        }
    }

    fn on_reply(&mut self, call: CallId, result: &Result<Response, CallError>, cx: &mut Cx<'_>) {
        let heard = self.stream.as_mut().and_then(|stream| stream.on_reply(call, result));
        if let Some(AgentHeard { events, is_over }) = heard {
            self.on_stream_events(events, cx);
            // What was heard may have ended the stream already.
            if is_over && self.stream.is_some() {
                self.lose_stream(cx);
            }
            return;
        }
        let Some((ask, number)) = self.calls.remove(&call) else { return };
        self.orders.note_refusal(&ask, number, result, cx);
        let is_accepted = result.as_ref().is_ok_and(Response::is_success);
        match ask {
            Ask::Act(task, action) => self.on_act_answered(task, action, result, cx),
            Ask::List if is_accepted => self.on_list(number, result, cx),
            Ask::InterruptList(number) => self.on_interrupt_list(number, result, cx),
            Ask::Ready(mrd) if is_accepted => self.on_ready_accepted(mrd, cx),
            Ask::MediaLogout(mrd) => self.on_media_logout_answered(mrd, is_accepted, cx),
            Ask::UserLogout => self.depart(cx),
            Ask::Told => {}
            Ask::UserLogin | Ask::MediaLogin if is_accepted => {}
            Ask::UserLogin if result.as_ref().is_ok_and(|response| matches!(response.status, 401 | 404)) => {
                self.leave(CloseReason::Refused, cx);
            }
            // Nothing is open for this agent, then.
            Ask::List if result.as_ref().is_ok_and(|response| response.status < 500) => {}
            Ask::List | Ask::Ready(_) | Ask::UserLogin | Ask::MediaLogin => self.sign_in_later(cx),
        }
    }
}

impl Component for VirtualAgent {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        // Who has left for good hears nothing but a new start, and commands, which it refuses.
        if self.phase == Phase::Left && !matches!(input, Input::Start { .. } | Input::Command(_)) {
            return;
        }
        match input {
            Input::Start { .. } => self.on_start(cx),
            Input::LinkUp { link, .. } => self.on_link_up(link, cx),
            Input::LinkDown { link, .. } => self.on_link_down(link, cx),
            Input::Frame { link, bytes } => self.on_bytes(link, &bytes.0, cx),
            Input::Reply { call, result } => self.on_reply(call, &result, cx),
            Input::Timer(timer) => self.on_timer(&timer, cx),
            Input::Command(Command::Stop) if self.phase == Phase::Left => {}
            Input::Command(Command::Stop) => self.leave(CloseReason::Stopping, cx),
            Input::Command(Command::Act(words)) => self.on_instruction(&words, cx),
            Input::Command(Command::Cue) => self.on_cue(cx),
            Input::Command(refused @ Command::Set { .. }) => {
                cx.note(refused.refusal("an agent has no settings"));
            }
            // An agent serves nobody, and has no port with frames.
            Input::BadFrame { .. } | Input::Call { .. } | Input::CallGone { .. } => {}
        }
        // What a session of BOSH has to say leaves with its next request.
        if let Some(stream) = &mut self.stream {
            stream.flush(cx);
        }
    }
}

fn peer_error(link: LinkId, message: &str, detail: String) -> Fact {
    Fact::PeerError { link, message: message.to_owned(), detail }
}
