//! An agent of the generator: signs in, becomes ready, works each offer by its times, signs out (finesse-nonvoice 2 and 4).
//!
//! It does what a load needs and no more: no pause, no interrupt, no second sign-in after another client took over. What goes wrong
//! is counted, and the agent goes on.

use crate::statistics::{LifeStep, LoadFlaw};
use cce_model::{DialogAction, DialogState, InterruptAction, LogoutAction, MrdId, TaskId};
use cce_xml::{
    Element,
    finesse::{dialog_command, media_login, media_state, user_login, user_state},
    parse,
};
use cce_xmpp::{
    StreamCarrier, StreamLimits,
    client::{ClientConfig, ClientEvent, ClientSession},
};
use std::{collections::BTreeMap, time::Duration};

/// Tasks at the same time: Finesse's `maxDialogLimit` goes up to 10.
pub const TASKS_MAX: u32 = 10;

/// Dialogs that an agent knows at the same time: more than it can have, because some end late.
const DIALOGS_MAX: usize = 64;

/// Between a failure and the next try.
const RETRY: Duration = Duration::from_secs(1);

/// What an agent is.
#[derive(Clone, Debug)]
pub struct LoadAgentConfig {
    /// Login id.
    pub id: String,
    /// Password.
    pub password: String,
    /// Extension.
    pub extension: String,
    /// The media that the agent signs in to.
    pub mrds: Vec<MrdId>,
    /// Finesse's XMPP domain.
    pub domain: String,
    /// Tasks at the same time, 1 to [`TASKS_MAX`].
    pub limit: u32,
    /// How long each step takes.
    pub times: AgentTimes,
    /// The call variable that has a task's tag, such as `callVariable10`.
    pub tag: String,
}

/// How long an agent takes for each step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgentTimes {
    /// From the offer to ACCEPT.
    pub accept: Duration,
    /// From ACCEPTED to START.
    pub start: Duration,
    /// From ACTIVE to WRAP_UP; none: the agent does not wrap up.
    pub wrap_up: Option<Duration>,
    /// From ACTIVE, or WRAPPING_UP, to CLOSE.
    pub close: Duration,
}

/// What happens to an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentInput {
    /// The connection to the notification service is up.
    Connected,
    /// It could not be made, or is lost.
    Disconnected,
    /// Bytes arrived on it.
    Received(Vec<u8>),
    /// A request was answered: whether it was accepted.
    Answered(Ask, Result<(), LoadFlaw>),
    /// A wait is over.
    Due(AgentWait),
    /// The load is over.
    SignOut,
}

/// What an agent asks of Finesse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Sign the user in.
    UserLogin,
    /// Sign in to a media.
    MediaLogin(MrdId),
    /// Become ready in it.
    Ready(MrdId),
    /// Act on a dialog.
    Act(TaskId, DialogAction),
    /// Sign out of a media.
    MediaLogout(MrdId),
    /// Sign the user out.
    UserLogout,
}

/// What an agent waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgentWait {
    /// The connection is to be made again.
    Redial,
    /// The sign-in is to be tried again.
    SignIn,
    /// A media is to become ready again.
    Ready(MrdId),
    /// The next step about a dialog.
    Act(TaskId),
}

/// What is to be done for an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentOutput {
    /// Connect to the notification service.
    Dial,
    /// Send this on the connection.
    Send(Vec<u8>),
    /// Close the connection when everything is sent.
    Hang,
    /// Make a request, and say how it was answered.
    Request {
        /// What it asks.
        ask: Ask,
        /// Path.
        path: String,
        /// Body, XML.
        body: String,
    },
    /// Say when so much time is over.
    Sleep(AgentWait, Duration),
    /// The agent is ready in every media for the first time.
    Ready,
    /// A notification about a dialog.
    Dialog {
        /// The task's tag, if it has one.
        tag: Option<String>,
        /// The dialog.
        task: TaskId,
        /// Its state.
        state: DialogState,
    },
    /// Something failed.
    Failed(LifeStep, LoadFlaw),
    /// The agent is signed out: nothing more comes.
    Gone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Arriving,
    SigningIn,
    Working,
    Leaving,
    Gone,
}

/// How an agent stands in a media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seat {
    Out,
    Asked,
    NotReady,
    Ready,
}

/// An agent.
#[derive(Debug)]
pub struct LoadAgent {
    config: LoadAgentConfig,
    phase: Phase,
    session: Option<ClientSession>,
    seats: BTreeMap<MrdId, Seat>,
    /// Open dialogs, and the action that comes next for each.
    dialogs: BTreeMap<TaskId, Option<DialogAction>>,
    was_ready: bool,
}

impl LoadAgent {
    /// An agent, and the first thing to do for it.
    pub fn new(config: LoadAgentConfig) -> (Self, Vec<AgentOutput>) {
        let seats = config.mrds.iter().map(|mrd| (*mrd, Seat::Out)).collect();
        let (session, dialogs) = (None, BTreeMap::new());
        (
            Self { config, phase: Phase::Arriving, session, seats, dialogs, was_ready: false },
            vec![AgentOutput::Dial],
        )
    }

    /// Login id and password, for requests.
    pub fn credentials(&self) -> (&str, &str) {
        (&self.config.id, &self.config.password)
    }

    /// Takes in what happened.
    pub fn handle(&mut self, input: AgentInput) -> Vec<AgentOutput> {
        let mut out = Vec::new();
        match input {
            AgentInput::Connected => self.on_connected(&mut out),
            AgentInput::Disconnected => self.on_disconnected(&mut out),
            AgentInput::Received(bytes) => self.on_bytes(&bytes, &mut out),
            AgentInput::Answered(ask, result) => self.on_answer(ask, result, &mut out),
            AgentInput::Due(wait) => self.on_due(wait, &mut out),
            AgentInput::SignOut => self.sign_out(&mut out),
        }
        out
    }

    fn on_connected(&mut self, out: &mut Vec<AgentOutput>) {
        let mut session = ClientSession::new(ClientConfig {
            carrier: StreamCarrier::Tcp,
            // Nothing is masked on this carrier.
            random: [0; 16],
            domain: self.config.domain.clone(),
            user: self.config.id.clone(),
            password: self.config.password.clone(),
            resource: "load".to_owned(),
            limits: StreamLimits::default(),
        });
        out.push(AgentOutput::Send(session.open()));
        self.session = Some(session);
    }

    fn on_disconnected(&mut self, out: &mut Vec<AgentOutput>) {
        self.session = None;
        match self.phase {
            Phase::Gone => {}
            Phase::Leaving => self.depart(out),
            Phase::Arriving | Phase::SigningIn | Phase::Working => {
                self.phase = Phase::Arriving;
                out.push(AgentOutput::Failed(LifeStep::Stream, LoadFlaw::Unreachable));
                out.push(AgentOutput::Sleep(AgentWait::Redial, RETRY));
            }
        }
    }

    fn on_bytes(&mut self, bytes: &[u8], out: &mut Vec<AgentOutput>) {
        let events = self.session.as_mut().map(|session| session.feed(bytes)).unwrap_or_default();
        for event in events {
            match event {
                ClientEvent::Send(text) => out.push(AgentOutput::Send(text)),
                // Nothing is told to an agent whose presence is not known yet; the answer to a ping comes behind it.
                ClientEvent::Ready(_) => {
                    let ping = self.session.as_mut().map(ClientSession::ping);
                    out.extend(ping.map(AgentOutput::Send));
                }
                ClientEvent::Pong => self.sign_in(out),
                ClientEvent::Notification { update, .. } => self.on_update(&update, out),
                ClientEvent::OtherPresence(_) => {}
                ClientEvent::Closed(ending) => {
                    out.push(AgentOutput::Failed(
                        LifeStep::Stream,
                        LoadFlaw::Told(format!("stream over: {ending:?}")),
                    ));
                    out.push(AgentOutput::Hang);
                }
            }
        }
    }

    fn sign_in(&mut self, out: &mut Vec<AgentOutput>) {
        if matches!(self.phase, Phase::Leaving | Phase::Gone) {
            return;
        }
        self.phase = Phase::SigningIn;
        let body = user_login(&self.config.extension);
        out.push(AgentOutput::Request { ask: Ask::UserLogin, path: self.user(), body });
    }

    fn on_update(&mut self, document: &str, out: &mut Vec<AgentOutput>) {
        let Ok(root) = parse(document.as_bytes()) else {
            return out.push(AgentOutput::Failed(LifeStep::Stream, LoadFlaw::Unreadable));
        };
        let Some(data) = root.child("data") else { return };
        if let Some(dialog) = data.child("dialog").or_else(|| data.at(&["dialogs", "Dialog"])) {
            self.on_dialog(dialog, out);
        } else if let Some(media) = data.child("media").or_else(|| data.child("Media")) {
            self.on_media(media, out);
        } else if let Some(user) = data.child("user") {
            if self.phase == Phase::SigningIn && user.text_of("state").is_some_and(|state| state != "LOGOUT")
            {
                self.take_seats(out);
            }
        } else if let Some(error) = data.at(&["apiErrors", "apiError"]) {
            self.on_error(&root, error, out);
        }
    }

    fn take_seats(&mut self, out: &mut Vec<AgentOutput>) {
        self.phase = Phase::Working;
        for mrd in self.config.mrds.clone() {
            self.seats.insert(mrd, Seat::Asked);
            let body = media_login(self.config.limit, InterruptAction::Accept, LogoutAction::Close);
            out.push(AgentOutput::Request { ask: Ask::MediaLogin(mrd), path: self.media(mrd), body });
        }
    }

    fn on_media(&mut self, media: &Element, out: &mut Vec<AgentOutput>) {
        let mrd = media.text_of("id").and_then(|id| id.parse().ok()).map(MrdId);
        let (Some(mrd), Some(state)) = (mrd, media.text_of("state")) else { return };
        let Some(seat) = self.seats.get(&mrd).copied() else { return };
        match (state.as_str(), seat) {
            ("LOGOUT", _) if self.phase == Phase::Leaving => self.on_seat_left(mrd, out),
            ("NOT_READY", Seat::Asked) => self.become_ready(mrd, out),
            // An offer that was not accepted in time makes an agent not ready (task-routing E8).
            ("NOT_READY", Seat::Ready) if self.phase == Phase::Working => {
                self.seats.insert(mrd, Seat::NotReady);
                out.push(AgentOutput::Sleep(AgentWait::Ready(mrd), RETRY));
            }
            ("LOGIN" | "LOGOUT" | "NOT_READY", _) | (_, Seat::Out) => {}
            _ => self.settle(mrd, out),
        }
    }

    fn become_ready(&mut self, mrd: MrdId, out: &mut Vec<AgentOutput>) {
        if self.phase == Phase::Working {
            self.seats.insert(mrd, Seat::NotReady);
            out.push(AgentOutput::Request {
                ask: Ask::Ready(mrd),
                path: self.media(mrd),
                body: media_state("READY"),
            });
        }
    }

    fn settle(&mut self, mrd: MrdId, out: &mut Vec<AgentOutput>) {
        self.seats.insert(mrd, Seat::Ready);
        if !self.was_ready && self.seats.values().all(|seat| *seat == Seat::Ready) {
            self.was_ready = true;
            out.push(AgentOutput::Ready);
        }
    }

    /// A request that was accepted could not be carried out; the source tells what it was about.
    fn on_error(&mut self, root: &Element, error: &Element, out: &mut Vec<AgentOutput>) {
        let message = error.text_of("errorMessage").unwrap_or_default();
        let source = root.text_of("source").unwrap_or_default();
        if let Some(task) = source.strip_prefix("/finesse/api/Dialog/").and_then(TaskId::parse) {
            let step = self.dialogs.get(&task).copied().flatten().map_or(LifeStep::Close, step_of);
            // Failures of one kind are counted together, whatever dialog they name.
            let kind = message.replace(&format!(": {task}"), "");
            return out.push(AgentOutput::Failed(step, LoadFlaw::Told(kind)));
        }
        let mrd = source.rsplit_once("/Media/").and_then(|(_, id)| id.parse().ok()).map(MrdId);
        match (mrd, message.as_str()) {
            // Signed in from before: that agent goes on from there.
            (Some(mrd), "E_ARM_STAT_AGENT_ALREADY_LOGGED_IN") => self.become_ready(mrd, out),
            (Some(mrd), _) if self.phase == Phase::Leaving => self.on_seat_left(mrd, out),
            (Some(_) | None, _) => fail_to_sign_in(LoadFlaw::Told(message), out),
        }
    }

    fn on_dialog(&mut self, dialog: &Element, out: &mut Vec<AgentOutput>) {
        let task = dialog.text_of("id").and_then(|id| TaskId::parse(&id));
        let state = dialog.text_of("state").and_then(|state| DialogState::parse(&state));
        let (Some(task), Some(state)) = (task, state) else {
            return out.push(AgentOutput::Failed(LifeStep::Stream, LoadFlaw::Unreadable));
        };
        out.push(AgentOutput::Dialog { tag: self.tag_in(dialog), task, state });
        if state == DialogState::Closed {
            self.dialogs.remove(&task);
            return;
        }
        let next = self.config.times.next(state);
        let is_known = self.dialogs.get(&task).copied();
        let action = next.map(|(action, _)| action);
        if is_known == Some(action) || (is_known.is_none() && self.dialogs.len() >= DIALOGS_MAX) {
            return;
        }
        self.dialogs.insert(task, action);
        match next {
            Some((_, Duration::ZERO)) => self.act(task, out),
            Some((_, wait)) => out.push(AgentOutput::Sleep(AgentWait::Act(task), wait)),
            None => {}
        }
    }

    fn tag_in(&self, dialog: &Element) -> Option<String> {
        let variables = dialog.at(&["mediaProperties", "callvariables"])?;
        variables
            .all("CallVariable")
            .find(|variable| variable.child("name").is_some_and(|name| name.text == self.config.tag))?
            .text_of("value")
    }

    fn act(&mut self, task: TaskId, out: &mut Vec<AgentOutput>) {
        // Over meanwhile: the dialog was closed while its next step was waited for.
        let Some(Some(action)) = self.dialogs.get(&task).copied() else { return };
        let path = format!("/finesse/api/Dialog/{task}");
        out.push(AgentOutput::Request { ask: Ask::Act(task, action), path, body: dialog_command(action) });
    }

    fn on_answer(&mut self, ask: Ask, result: Result<(), LoadFlaw>, out: &mut Vec<AgentOutput>) {
        match (ask, result) {
            (Ask::Ready(mrd), Ok(())) if self.seats.get(&mrd) == Some(&Seat::NotReady) => {
                self.settle(mrd, out);
            }
            (Ask::MediaLogout(mrd), Err(_)) => self.on_seat_left(mrd, out),
            (Ask::UserLogout, _) => self.depart(out),
            (_, Ok(())) => {}
            (Ask::Act(task, action), Err(flaw)) => {
                // Over meanwhile, or not possible as it stands: a notification tells what is.
                out.push(AgentOutput::Failed(step_of(action), flaw));
                self.dialogs.remove(&task);
            }
            (Ask::Ready(mrd), Err(flaw)) => {
                out.push(AgentOutput::Failed(LifeStep::SignIn, flaw));
                out.push(AgentOutput::Sleep(AgentWait::Ready(mrd), RETRY));
            }
            (Ask::UserLogin | Ask::MediaLogin(_), Err(flaw)) => fail_to_sign_in(flaw, out),
        }
    }

    fn on_due(&mut self, wait: AgentWait, out: &mut Vec<AgentOutput>) {
        match wait {
            AgentWait::Redial if matches!(self.phase, Phase::Leaving | Phase::Gone) => {}
            AgentWait::Redial => out.push(AgentOutput::Dial),
            // Over meanwhile: without a stream the sign-in follows the next connection.
            AgentWait::SignIn if self.session.as_ref().is_some_and(ClientSession::is_ready) => {
                self.sign_in(out);
            }
            AgentWait::SignIn => {}
            AgentWait::Ready(mrd) => self.become_ready(mrd, out),
            AgentWait::Act(task) => self.act(task, out),
        }
    }

    fn sign_out(&mut self, out: &mut Vec<AgentOutput>) {
        match self.phase {
            Phase::Leaving | Phase::Gone => {}
            Phase::Arriving | Phase::SigningIn => self.depart(out),
            Phase::Working => {
                self.phase = Phase::Leaving;
                for mrd in self.config.mrds.clone() {
                    let (ask, body) = (Ask::MediaLogout(mrd), media_state("LOGOUT"));
                    out.push(AgentOutput::Request { ask, path: self.media(mrd), body });
                }
            }
        }
    }

    fn on_seat_left(&mut self, mrd: MrdId, out: &mut Vec<AgentOutput>) {
        self.seats.insert(mrd, Seat::Out);
        if self.phase == Phase::Leaving && self.seats.values().all(|seat| *seat == Seat::Out) {
            let body = user_state("LOGOUT");
            out.push(AgentOutput::Request { ask: Ask::UserLogout, path: self.user(), body });
        }
    }

    fn depart(&mut self, out: &mut Vec<AgentOutput>) {
        if self.phase == Phase::Gone {
            return;
        }
        self.phase = Phase::Gone;
        if let Some(mut session) = self.session.take() {
            out.push(AgentOutput::Send(session.close()));
        }
        out.extend([AgentOutput::Hang, AgentOutput::Gone]);
    }

    fn user(&self) -> String {
        format!("/finesse/api/User/{}", self.config.id)
    }

    fn media(&self, mrd: MrdId) -> String {
        format!("{}/Media/{mrd}", self.user())
    }
}

impl AgentTimes {
    /// What an agent does with a dialog in a state, and after how long.
    fn next(self, state: DialogState) -> Option<(DialogAction, Duration)> {
        match (state, self.wrap_up) {
            (DialogState::Offered, _) => Some((DialogAction::Accept, self.accept)),
            (DialogState::Accepted, _) => Some((DialogAction::Start, self.start)),
            (DialogState::Active, Some(wrap_up)) => Some((DialogAction::WrapUp, wrap_up)),
            (DialogState::Active, None) | (DialogState::WrappingUp, _) => {
                Some((DialogAction::Close, self.close))
            }
            (
                DialogState::Paused | DialogState::Interrupted | DialogState::Closed | DialogState::Unknown,
                _,
            ) => None,
        }
    }
}

fn fail_to_sign_in(flaw: LoadFlaw, out: &mut Vec<AgentOutput>) {
    out.push(AgentOutput::Failed(LifeStep::SignIn, flaw));
    out.push(AgentOutput::Sleep(AgentWait::SignIn, RETRY));
}

fn step_of(action: DialogAction) -> LifeStep {
    match action {
        DialogAction::Accept => LifeStep::Accept,
        DialogAction::WrapUp => LifeStep::WrapUp,
        DialogAction::Close => LifeStep::Close,
        DialogAction::Start
        | DialogAction::Pause
        | DialogAction::Resume
        | DialogAction::Transfer
        | DialogAction::UpdateCallData => LifeStep::Start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_a_kind_are_one_kind_whatever_dialog_they_name() {
        let (mut agent, _) = LoadAgent::new(LoadAgentConfig {
            id: "1080".to_owned(),
            password: "ccelab".to_owned(),
            extension: "1080".to_owned(),
            mrds: vec![MrdId(5_011)],
            domain: "finesse.example.org".to_owned(),
            limit: 1,
            times: AgentTimes::default(),
            tag: "callVariable10".to_owned(),
        });
        let failure = |task: &str| {
            format!(
                "<Update><data><apiErrors><apiError><errorMessage>INVALID_DIALOG_ID: {task}</errorMessage>\
                 </apiError></apiErrors></data><source>/finesse/api/Dialog/{task}</source></Update>"
            )
        };
        let mut out = Vec::new();
        for task in ["154526_50066000_1", "154526_50066001_1"] {
            agent.on_update(&failure(task), &mut out);
        }
        let told = AgentOutput::Failed(LifeStep::Close, LoadFlaw::Told("INVALID_DIALOG_ID".to_owned()));
        assert_eq!(out, [told.clone(), told]);
    }
}
