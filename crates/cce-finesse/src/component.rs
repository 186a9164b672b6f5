//! Finesse as a component: what it holds, and who takes each input.

use crate::{
    arm_stat,
    ccp::Asks,
    config::Config,
    cti::CtiClient,
    dialog::OpenDialog,
    line::{Lines, Pending},
    publish::Held,
    recovery::Recovery,
    request::{Ask, Change, Settings, Target},
    timer::{Timer, confirmation},
    user::Desk,
    xmpp::Sessions,
};
use cce_kernel::{
    CloseReason, Command, Component, Configured, Cx, Fact, Input, LinkId, Port, TimerKey,
    session::{Alarm, SessionEvent},
};
use cce_model::{
    Agent, AgentId, ApiError, Mrd, MrdId, Object, ObjectModel, PublishEvent, SkillTarget, TaskId,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Sign-ins that were not confirmed in time, and may be confirmed later; of more, the oldest are forgotten.
const LATE_MAX: usize = 1_000;

/// A Finesse node: REST and notifications toward desktops, a CTI client, and calls to CCP.
#[derive(Debug)]
pub struct Finesse {
    pub(crate) model: Arc<ObjectModel>,
    pub(crate) config: Config,
    pub(crate) desks: BTreeMap<AgentId, Desk>,
    pub(crate) by_skill_target: BTreeMap<SkillTarget, AgentId>,
    pub(crate) dialogs: BTreeMap<TaskId, OpenDialog>,
    /// Tasks that were offered before this node began: nobody sees them, and they ring out (task-routing E16).
    pub(crate) ringing: BTreeMap<TaskId, OpenDialog>,
    pub(crate) lines: Lines,
    /// Sign-ins that were not confirmed in time, by invoke id.
    pub(crate) late: BTreeMap<u32, (AgentId, MrdId, Settings)>,
    /// Users who were present, are not, and whose return is waited for.
    pub(crate) absent: BTreeSet<AgentId>,
    /// Calls to CCP that are not answered, or are to be made again.
    pub(crate) asks: Asks,
    pub(crate) cti: CtiClient,
    pub(crate) recovery: Recovery,
    /// What is published once the node is in service.
    pub(crate) held: Held,
    pub(crate) xmpp: Sessions,
}

impl Configured for Finesse {
    type Config = Config;

    /// Nobody is signed in, and the node is out of service until the CTI server answers.
    fn new(model: Arc<ObjectModel>, config: Config) -> Self {
        let desk = |agent: &Arc<Agent>| (agent.id.clone(), Desk::new(agent, &model));
        Self {
            desks: model.agents.iter().map(desk).collect(),
            by_skill_target: model
                .agents
                .iter()
                .map(|agent| (agent.skill_target, agent.id.clone()))
                .collect(),
            dialogs: BTreeMap::new(),
            ringing: BTreeMap::new(),
            recovery: Recovery::default(),
            held: Held::default(),
            lines: Lines::default(),
            late: BTreeMap::new(),
            absent: BTreeSet::new(),
            asks: Asks::new(),
            cti: CtiClient::new(&config),
            xmpp: Sessions::default(),
            model,
            config,
        }
    }

    /// Teams and domains of users stay as desktops saw them.
    fn reconfigure(&mut self, model: Arc<ObjectModel>, config: Config) {
        for agent in &model.agents {
            if let Some(desk) = self.desks.get_mut(&agent.id) {
                desk.reconfigure(agent);
            }
        }
        self.cti.reconfigure(&config);
        (self.model, self.config) = (model, config);
    }
}

impl Finesse {
    pub(crate) fn mrd(&self, id: MrdId) -> Option<&Mrd> {
        self.model.mrds.get(&id).map(|mrd| &**mrd)
    }

    /// Takes a request in behind the others about the same object.
    pub(crate) fn submit(&mut self, target: &Target, ask: Ask, cx: &mut Cx<'_>) {
        self.lines.push(target.clone(), ask);
        self.advance(target, cx);
    }

    /// Ends the wait of an object whose request is confirmed.
    pub(crate) fn settle(&mut self, target: &Target, cx: &mut Cx<'_>) -> Option<Pending> {
        let pending = self.lines.settle(target)?;
        cx.cancel(confirmation(pending.invoke_id));
        self.advance(target, cx);
        Some(pending)
    }

    /// The CTI server refused the pending request of an object.
    pub(crate) fn refuse(&mut self, target: &Target, error: impl FnOnce(MrdId) -> ApiError, cx: &mut Cx<'_>) {
        let pending = self.lines.settle(target).expect("what is refused is pending");
        cx.cancel(confirmation(pending.invoke_id));
        let request_id = pending.ask.request_id;
        match target {
            Target::Media(agent, mrd) => {
                self.publish_answer(
                    agent,
                    PublishEvent::Put,
                    request_id,
                    Object::MediaError(error(*mrd)),
                    cx,
                );
            }
            Target::Dialog(task) => {
                if let Some(dialog) = self.dialogs.get(task).map(|open| open.dialog.clone()) {
                    self.publish_dialog_error(&dialog, request_id, error(dialog.mrd), cx);
                }
            }
            Target::User(agent) => {
                let error = Object::UserError(error(MrdId::VOICE).into());
                self.publish_answer(agent, PublishEvent::Put, request_id, error, cx);
            }
        }
        self.advance(target, cx);
    }

    pub(crate) fn note_cti_error(&self, message: &str, detail: String, cx: &mut Cx<'_>) {
        if let Some(link) = self.cti.link() {
            cx.note(Fact::PeerError { link, message: message.to_owned(), detail });
        }
    }

    /// Sends what waits for an object, until something awaits its confirmation.
    pub(crate) fn advance(&mut self, target: &Target, cx: &mut Cx<'_>) {
        while let Some(ask) = self.lines.next(target) {
            let sent = match target {
                Target::Media(agent, mrd) => self.send_media(agent, *mrd, &ask.change, cx),
                Target::Dialog(task) => self.send_action(*task, &ask, cx),
                Target::User(agent) => self.send_user(agent, &ask, cx),
            };
            if let Some(invoke_id) = sent {
                cx.arm(confirmation(invoke_id), self.config.confirmation_timeout);
                self.lines.begin(target.clone(), Pending { invoke_id, ask, answered: false });
            }
        }
    }

    /// A node that starts anew knows nobody: agents sign in again.
    fn on_start(&mut self, cx: &mut Cx<'_>) {
        *self = Self::new(Arc::clone(&self.model), self.config.clone());
        self.keep_cti(SessionEvent::Start, cx);
    }

    fn on_link_up(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        if self.cti.owns(link) {
            self.keep_cti(SessionEvent::Up(link), cx);
        } else if link.port == Port::Xmpp {
            self.xmpp.on_link_up(link, &self.config, &self.model, cx);
        }
    }

    fn on_link_down(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        if self.cti.owns(link) {
            self.keep_cti(SessionEvent::Down(link), cx);
        } else {
            let presence = self.xmpp.on_link_down(link, cx);
            self.on_user_presence(presence, cx);
        }
    }

    fn on_timer(&mut self, key: &TimerKey, cx: &mut Cx<'_>) {
        match Timer::of(key) {
            Timer::Redial => self.keep_cti(SessionEvent::Due(Alarm::Redial), cx),
            Timer::Opening => self.keep_cti(SessionEvent::Due(Alarm::Opening), cx),
            Timer::Heartbeat => self.keep_cti(SessionEvent::Due(Alarm::Heartbeat), cx),
            Timer::Initialising => self.drop_cti(CloseReason::Idle, cx),
            Timer::Confirmation => {
                let invoke_id = u32::try_from(key.id).expect("a confirmation is counted by invoke id");
                self.on_unconfirmed(invoke_id, cx);
            }
            Timer::Absence => self.on_absence_over(key.id, cx),
            Timer::AskAgain => self.on_ask_again(key.id, cx),
            Timer::SignIn => self.xmpp.on_sign_in_overdue(key.id, cx),
        }
    }

    /// The CTI server did not confirm a request in time: the client hears of it, and later requests about the same
    /// object go on. What comes after that is an event like any other.
    fn on_unconfirmed(&mut self, invoke_id: u32, cx: &mut Cx<'_>) {
        let target = self.lines.find(invoke_id).expect("the timer of a confirmation ends with the wait");
        let ask = self.lines.pending(&target).expect("it was found as pending").ask.clone();
        let is_forced = ask.is_forced();
        let change = ask.change;
        self.note_cti_error("CTI", format!("request {invoke_id} was not confirmed in time"), cx);
        if let (Change::SignIn(settings), Target::Media(agent, mrd)) = (&change, &target) {
            if self.late.len() >= LATE_MAX {
                self.late.pop_first();
            }
            self.late.insert(invoke_id, (agent.clone(), *mrd, *settings));
        }
        self.refuse(&target, |mrd| arm_stat::unconfirmed(&change, mrd), cx);
        if let Target::Media(agent, _) | Target::User(agent) = &target
            && is_forced
        {
            self.sign_out_again(agent, cx);
        }
    }

    fn on_command(&mut self, command: Command, cx: &mut Cx<'_>) {
        match command {
            Command::Stop => {
                self.stop_cti(cx);
                self.xmpp.stop(cx);
            }
            refused @ (Command::Cue | Command::Act(_) | Command::Set { .. }) => cx.note(refused.unknown()),
        }
    }
}

impl Component for Finesse {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { .. } => self.on_start(cx),
            Input::LinkUp { link, .. } => self.on_link_up(link, cx),
            Input::LinkDown { link, .. } => self.on_link_down(link, cx),
            Input::Frame { link, bytes } if self.cti.owns(link) => self.on_cti_frame(link, &bytes, cx),
            Input::Frame { link, bytes } => self.on_xmpp_bytes(link, &bytes, cx),
            Input::BadFrame { link, flaw } if self.cti.owns(link) => {
                self.note_cti_error("CTI", flaw.to_string(), cx);
                self.drop_cti(CloseReason::BadFrame, cx);
            }
            Input::Call { call, request, .. } => self.on_request(call, &request, cx),
            Input::Timer(key) => self.on_timer(&key, cx),
            Input::Command(command) => self.on_command(command, cx),
            Input::Reply { call, result } => self.on_ccp_reply(call, &result, cx),
            // Nothing waits for a client that left.
            Input::BadFrame { .. } | Input::CallGone { .. } => {}
        }
    }
}
