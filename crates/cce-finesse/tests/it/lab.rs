//! One Finesse node with the lab's values, and the people and servers around it.

use base64::{Engine, engine::general_purpose::STANDARD};
use cce_bench::Bench;
use cce_cti::{
    AgentMode, AgentPreCallEvent, AgentStateEvent, AgentTasksResp, ControlFailure, ControlFailureConf, Cti,
    EndTaskEvent, ForcedFlag, HeartbeatConf, OfferTaskEvent, OpenConf, QueryAgentStateConf, SessionType,
    SetAgentStateConf, SetAgentStateReq, StartTaskEvent,
};
use cce_finesse::{Config, Finesse};
use cce_kernel::{
    Account, CallId, Configured, Cors, Fact, HostClock, Input, LinkId, LinkReason, Output, Peer, Port,
    Request, Response, Security, Time, TimerKey, Wall,
};
use cce_model::{
    AgentState, Disposition, EventReason, InvokeId, Mrd, MrdId, Object, PeripheralId, Publication,
    SkillGroupNumber, SkillTarget, TaskId, fact::FinesseFact, sample::SampleRows,
};
use cce_model::{CallVariableDisplay, EventForm, OnDisconnect, UserSignOut, XmlDeclaration};
use cce_wire::{Text, Unsigned};
use std::{collections::BTreeMap, time::Duration};

pub(crate) const TASK: TaskId = TaskId { day: 154_526, call: 37_051_928, sequence: 1 };
pub(crate) const CONTACT: &str = "5AA797871000018D0000004139ED7AD5";
pub(crate) const MRD: MrdId = MrdId(5011);
pub(crate) const MEDIA: &str = "/finesse/api/User/1080/Media/5011";
pub(crate) const USER: &str = "/finesse/api/User/1080";
pub(crate) const DIALOG: &str = "/finesse/api/Dialog/154526_37051928_1";
pub(crate) const SIGN_IN: &str = "<Media><maxDialogLimit>3</maxDialogLimit><state>LOGIN</state>\
    <interruptAction>ACCEPT</interruptAction><dialogLogoutAction>CLOSE</dialogLogoutAction></Media>";
/// 2024-01-30 13:55:49.426 UTC.
pub(crate) const START: Wall = Wall(1_706_622_949_426_000);

pub(crate) struct Lab {
    bench: Bench<Finesse>,
    calls: u64,
    last_invoke_id: InvokeId,
    /// The CTI connection in use.
    pub(crate) link: LinkId,
    /// Whether it is dialled, and not there yet.
    is_dialled: bool,
    /// Answers whatever is asked about voice states; none where a test does so itself.
    voice: Option<Voice>,
}

/// Voice states by agent: state and extension of those who are signed in.
#[derive(Debug, Default)]
struct Voice(BTreeMap<String, (AgentState, String)>);

impl Voice {
    /// The CTI server's answer to a request about voice, with the event that follows.
    fn answer(&mut self, message: &Cti) -> Option<Vec<Cti>> {
        match message {
            Cti::SetAgentStateReq(asked) => Some(self.set(asked)),
            Cti::QueryAgentStateReq(asked) if asked.mrd_id == MrdId(1) => {
                let known = self.0.get(&format!("108{}", asked.icm_agent_id.0 - 5172));
                let (state, extension) = known.cloned().unwrap_or((AgentState::Logout, String::new()));
                let answer = QueryAgentStateConf {
                    invoke_id: asked.invoke_id,
                    agent_state: state.into(),
                    mrd_id: MrdId(1),
                    icm_agent_id: asked.icm_agent_id,
                    agent_extension: Some(Text::new(&extension)),
                    ..QueryAgentStateConf::default()
                };
                Some(vec![answer.into()])
            }
            _ => None,
        }
    }

    fn set(&mut self, asked: &SetAgentStateReq) -> Vec<Cti> {
        let text = |text: Option<String>| text.unwrap_or_default();
        let id = text(asked.agent_id.as_ref().map(ToString::to_string));
        let extension = text(asked.agent_instrument.as_ref().map(ToString::to_string));
        let wanted = asked.agent_state.or_unknown();
        let is_taken = self.0.iter().any(|(other, (_, taken))| *other != id && *taken == extension);
        let before = self.0.get(&id).map(|(state, _)| *state);
        let failure_code = match (before, wanted) {
            (_, AgentState::Login) if !["1080", "1081"].contains(&extension.as_str()) => 260,
            (_, AgentState::Login) if is_taken => 283,
            (None, AgentState::Available | AgentState::NotReady | AgentState::Logout) => 22,
            (Some(AgentState::Available), AgentState::Logout)
                if asked.forced_flag == ForcedFlag::UNFORCED =>
            {
                22
            }
            _ => 0,
        };
        if failure_code != 0 {
            let invoke_id = asked.invoke_id;
            let peripheral_error_code = if failure_code == 260 { 10125 } else { 0 };
            let refusal = ControlFailureConf {
                invoke_id,
                failure_code: ControlFailure(failure_code),
                peripheral_error_code,
                ..Default::default()
            };
            return vec![refusal.into()];
        }
        let state = match wanted {
            AgentState::Login => before.unwrap_or(AgentState::NotReady),
            other => other,
        };
        if state == AgentState::Logout {
            self.0.remove(&id);
        } else {
            self.0.insert(id.clone(), (state, extension.clone()));
        }
        let conf = SetAgentStateConf { invoke_id: asked.invoke_id, ..Default::default() };
        vec![conf.into(), voice_event(&id, state, asked.event_reason_code.0, &extension).into()]
    }
}

/// The CTI server reports an agent's voice state.
pub(crate) fn voice_event(id: &str, state: AgentState, reason: u16, extension: &str) -> AgentStateEvent {
    AgentStateEvent {
        mrd_id: MrdId(1),
        icm_agent_id: SkillTarget(5172 + i32::from(id == "1081")),
        agent_state: state.into(),
        event_reason_code: EventReason(reason),
        agent_extension: Some(Text::new(extension)),
        ..Default::default()
    }
}

/// What came of one input.
#[derive(Debug)]
pub(crate) struct Outcome(pub(crate) Vec<Output>);

impl Lab {
    /// Started, and dialling.
    pub(crate) fn new(config: Config) -> Self {
        Self::made_of(rows(), config)
    }

    fn made_of(rows: SampleRows, config: Config) -> Self {
        let clock = HostClock { start: START, ..HostClock::default() };
        let mut bench = Bench::new("finesse", clock, Finesse::new(rows.model(), config));
        bench.keep_alive(cti_server_answers);
        let mut lab = Self {
            bench,
            calls: 0,
            last_invoke_id: InvokeId::NONE,
            link: LinkId { port: Port::CtiA, number: 0 },
            is_dialled: false,
            voice: Some(Voice::default()),
        };
        let started = Outcome(lab.bench.start());
        lab.follow(started);
        assert!(lab.is_dialled, "Finesse dials at once");
        lab
    }

    /// With an open session, whose requests count from 1.
    pub(crate) fn in_service() -> Self {
        Self::in_service_with(config())
    }

    pub(crate) fn in_service_with(config: Config) -> Self {
        Self::new(config).opened()
    }

    /// With other objects.
    pub(crate) fn in_service_with_objects(rows: SampleRows) -> Self {
        Self::made_of(rows, config()).opened()
    }

    fn opened(mut self) -> Self {
        self.link_up();
        self.cti(open_conf(SessionType::ACTIVE));
        self
    }

    /// In service, agent 1080 signed in to Finesse and to the media, and ready.
    pub(crate) fn ready() -> Self {
        let mut lab = Self::in_service();
        lab.sign_in();
        lab.agent(AgentState::NotActive, 1);
        lab
    }

    /// An offered dialog on top of that.
    pub(crate) fn offered() -> Self {
        let mut lab = Self::ready();
        lab.agent(AgentState::Reserved, 1);
        lab.cti(pre_call());
        lab
    }

    /// The dialog is accepted.
    pub(crate) fn accepted() -> Self {
        let mut lab = Self::offered();
        lab.act("ACCEPT");
        lab.cti(offer_event());
        lab
    }

    /// The dialog is in work.
    pub(crate) fn active() -> Self {
        Self::active_with(config())
    }

    pub(crate) fn active_with(config: Config) -> Self {
        let mut lab = Self::in_service_with(config);
        lab.sign_in();
        lab.agent(AgentState::NotActive, 1);
        lab.agent(AgentState::Reserved, 1);
        lab.cti(pre_call());
        lab.act("ACCEPT");
        lab.cti(offer_event());
        lab.act("START");
        lab.agent(AgentState::Active, 1);
        lab.cti(start_event());
        lab
    }

    pub(crate) fn sign_in(&mut self) {
        self.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
        let invoke_id = self.put(MEDIA, SIGN_IN).invoke_id();
        self.cti(cce_cti::MediaLoginResp { invoke_id, ..Default::default() });
        self.agent(AgentState::NotReady, 1);
    }

    /// From now on the test says what the CTI server says about voice.
    pub(crate) fn without_voice(mut self) -> Self {
        self.voice = None;
        self
    }

    pub(crate) fn input(&mut self, input: Input) -> Outcome {
        let outcome = Outcome(self.bench.input(input));
        self.follow(outcome)
    }

    /// Time passes. The CTI server answers heartbeats meanwhile.
    pub(crate) fn pass(&mut self, time: Duration) -> Outcome {
        let outcome = Outcome(self.bench.advance(time));
        self.follow(outcome)
    }

    /// The same in seconds.
    pub(crate) fn seconds(&mut self, seconds: u64) -> Outcome {
        self.pass(Duration::from_secs(seconds))
    }

    /// From now on, the CTI server answers no heartbeat.
    pub(crate) fn mute_cti(&mut self) {
        self.bench.answer_nothing();
    }

    /// How often Finesse passed that over because it was over meanwhile.
    pub(crate) fn over_meanwhile(&self, what: &str) -> u64 {
        self.bench.over_meanwhile(what)
    }

    /// Timers that are armed.
    pub(crate) fn armed(&self) -> Vec<&TimerKey> {
        self.bench.armed().collect()
    }

    pub(crate) fn now(&self) -> Time {
        self.bench.now()
    }

    fn follow(&mut self, outcome: Outcome) -> Outcome {
        if let Some(frame) = outcome.frames().last() {
            self.last_invoke_id = InvokeId(u32::from_be_bytes(frame[8..12].try_into().expect("four bytes")));
        }
        if let Some(link) = outcome.dialled() {
            (self.link, self.is_dialled) = (link, true);
        }
        self.answer_voice(outcome)
    }

    /// Answers what is about voice, and shows what came of it in the place of the request.
    fn answer_voice(&mut self, outcome: Outcome) -> Outcome {
        let mut outputs = Vec::new();
        for output in outcome.0 {
            let asked = cti_frame(&output).map(read);
            let answers = self.voice.as_mut().zip(asked).and_then(|(voice, asked)| voice.answer(&asked));
            match answers {
                Some(answers) => answers.into_iter().for_each(|answer| outputs.extend(self.cti(answer).0)),
                None => outputs.push(output),
            }
        }
        Outcome(outputs)
    }

    pub(crate) fn link_up(&mut self) -> Outcome {
        self.is_dialled = false;
        let outcome = Outcome(self.bench.connect(self.link));
        self.follow(outcome)
    }

    pub(crate) fn cti(&mut self, message: impl Into<Cti>) -> Outcome {
        let bytes = message.into().to_frame(&cce_cti::dialect(24)).into();
        let link = self.link;
        self.input(Input::Frame { link, bytes })
    }

    /// The CTI server reports agent 1080.
    pub(crate) fn agent(&mut self, state: AgentState, mode: u16) -> Outcome {
        self.cti(AgentStateEvent {
            mrd_id: MRD,
            icm_agent_id: SkillTarget(5172),
            agent_state: state.into(),
            agent_mode: AgentMode(mode),
            ..Default::default()
        })
    }

    /// The connection to the CTI server breaks.
    pub(crate) fn lose_cti(&mut self) -> Outcome {
        let link = self.link;
        self.is_dialled = false;
        self.input(Input::LinkDown { link, reason: LinkReason::Reset })
    }

    /// A new one comes about, and its session is open.
    pub(crate) fn reopen(&mut self) -> Outcome {
        if !self.is_dialled {
            self.seconds(1);
        }
        assert!(self.is_dialled, "Finesse dials again");
        let opened = self.link_up().invoke_id();
        self.cti(OpenConf { invoke_id: opened, session_type: SessionType::ACTIVE, ..OpenConf::default() })
    }

    /// The CTI server takes what the node has to tell.
    pub(crate) fn init_ready(&mut self) -> Outcome {
        self.cti(cce_cti::AgentInitReadyEvent::default())
    }

    /// Invoke id of the latest request to the CTI server.
    pub(crate) fn last_invoke_id(&self) -> InvokeId {
        self.last_invoke_id
    }

    pub(crate) fn accept(&mut self, port: Port) -> LinkId {
        self.host_accepts(port).0
    }

    /// The same, and what came of it.
    pub(crate) fn host_accepts(&mut self, port: Port) -> (LinkId, Outcome) {
        let (link, outputs) = self.bench.accept(port);
        (link, Outcome(outputs))
    }

    /// A desktop connects to the notification service.
    pub(crate) fn accept_from(&mut self, peer: Peer) -> LinkId {
        self.bench.accept_from(Port::Xmpp, peer).0
    }

    /// Agent 1080 changes something, as request `r-1`.
    pub(crate) fn put(&mut self, target: &str, body: &str) -> Outcome {
        self.request(Request::new("PUT", target).xml(body).header("requestId", "r-1"), "1080:ccelab")
    }

    pub(crate) fn act(&mut self, action: &str) -> Outcome {
        self.put(DIALOG, &format!("<Dialog><requestedAction>{action}</requestedAction></Dialog>"))
    }

    pub(crate) fn get(&mut self, target: &str) -> Outcome {
        self.request(Request::new("GET", target), "1080:ccelab")
    }

    pub(crate) fn request(&mut self, request: Request, credentials: &str) -> Outcome {
        let token = format!("Basic {}", STANDARD.encode(credentials));
        self.bare_request(request.header("authorization", token))
    }

    pub(crate) fn bare_request(&mut self, request: Request) -> Outcome {
        self.calls += 1;
        let call = CallId(self.calls);
        self.input(Input::Call { call, port: Port::Desk, request })
    }
}

/// A CTI server that is there answers heartbeats.
fn cti_server_answers(output: &Output) -> Option<Input> {
    let Output::Send { link, .. } = output else { return None };
    let Cti::HeartbeatReq(beat) = read(cti_frame(output)?) else { return None };
    let answer = HeartbeatConf { invoke_id: beat.invoke_id, ..HeartbeatConf::default() };
    let bytes = Cti::from(answer).to_frame(&cce_cti::dialect(24)).into();
    Some(Input::Frame { link: *link, bytes })
}

impl Outcome {
    pub(crate) fn dialled(&self) -> Option<LinkId> {
        self.0.iter().find_map(|output| {
            let Output::Dial { link, .. } = output else { return None };
            Some(*link)
        })
    }

    pub(crate) fn response(&self) -> &Response {
        let reply = self.0.iter().find_map(|output| {
            let Output::Reply { response, .. } = output else { return None };
            Some(response)
        });
        reply.expect("every request is answered at once")
    }

    pub(crate) fn status(&self) -> u16 {
        self.response().status
    }

    pub(crate) fn body(&self) -> String {
        self.response().body.text().into_owned()
    }

    /// Frames sent to the CTI server.
    pub(crate) fn frames(&self) -> Vec<Vec<u8>> {
        self.0.iter().filter_map(cti_frame).collect()
    }

    /// Messages sent to the CTI server.
    pub(crate) fn sent(&self) -> Vec<Cti> {
        self.frames().into_iter().map(read).collect()
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.sent().iter().map(Cti::name).collect()
    }

    /// Invoke id of the one request that was sent.
    pub(crate) fn invoke_id(&self) -> InvokeId {
        let frames = self.frames();
        assert_eq!(frames.len(), 1, "{:?}", self.names());
        InvokeId(u32::from_be_bytes(frames[0][8..12].try_into().expect("four bytes")))
    }

    /// Text sent to clients of the notification service.
    pub(crate) fn stanzas(&self, link: LinkId) -> String {
        let text = self.0.iter().filter_map(|output| {
            let Output::Send { link: to, bytes } = output else { return None };
            (*to == link).then(|| bytes.text())
        });
        text.collect()
    }

    pub(crate) fn facts(&self) -> Vec<&Fact> {
        let facts = self.0.iter().filter_map(|output| {
            let Output::Note(fact) = output else { return None };
            Some(fact)
        });
        facts.collect()
    }

    pub(crate) fn published(&self) -> Vec<&Publication> {
        let published = self.facts().into_iter().filter_map(|fact| {
            let Fact::Finesse(FinesseFact::Published(publication)) = fact else { return None };
            Some(&**publication)
        });
        published.collect()
    }

    /// What was published, in short: `PUT ACTIVE`, `DELETE CLOSED`, `error E_ARM_…`.
    pub(crate) fn shown(&self) -> Vec<String> {
        self.published().into_iter().map(short).collect()
    }

    pub(crate) fn has_output(&self, wanted: &Output) -> bool {
        self.0.contains(wanted)
    }
}

/// The lab trace's agents, who work in the domain of the trace alone, and a second domain.
pub(crate) fn rows() -> SampleRows {
    let mut rows = SampleRows::lab_trace();
    let mail =
        Mrd { name: "Mail".to_owned(), description: "Mail of the lab".to_owned(), ..rows.mrds[0].clone() };
    rows.mrds[1] = Mrd { id: MrdId(5012), ..mail };
    rows.agents.iter_mut().for_each(|agent| agent.mrds = vec![MRD]);
    rows
}

pub(crate) fn config() -> Config {
    Config {
        fqdn: "fin1.lab".to_owned(),
        secondary: None,
        cti_hosts: ["pg3a.lab".to_owned(), "pg3b.lab".to_owned()],
        peripheral: PeripheralId(5000),
        administrator: account("admin"),
        ccp_administrator: account("admin"),
        call_variables: CallVariableDisplay::Hidden,
        cors: Cors::default(),
        notification_namespace: "http://jabber.org/protocol/pubsub".to_owned(),
        event_form: EventForm::default(),
        xml_declaration: XmlDeclaration::default(),
        user_sign_out: UserSignOut::default(),
        on_agent_disconnect: OnDisconnect::default(),
        ccp_security: Security::Plain,
        first_invoke_id: InvokeId(1),
        cti_password: String::new(),
        redial: Duration::from_secs(1),
        heartbeat: Duration::from_secs(5),
        presence_grace: Duration::from_mins(1),
        confirmation_timeout: Duration::from_secs(5),
        ccp_retry: Duration::from_secs(1),
        ccp_retries: 2,
    }
}

pub(crate) fn open_conf(session_type: SessionType) -> OpenConf {
    OpenConf { invoke_id: InvokeId(1), session_type, peripheral_online: true, ..Default::default() }
}

/// The tasks of agent 1080, as the answer to a request.
pub(crate) fn agent_tasks(invoke_id: InvokeId, tasks: &[TaskId]) -> AgentTasksResp {
    AgentTasksResp {
        invoke_id,
        mrd_id: MRD,
        icm_agent_id: SkillTarget(5172),
        num_tasks: u16::try_from(tasks.len()).expect("few"),
        flt_task_id: tasks.to_vec(),
        ..AgentTasksResp::default()
    }
}

/// The lab's reservation.
pub(crate) fn pre_call() -> AgentPreCallEvent {
    AgentPreCallEvent {
        service_number: u32::MAX,
        service_id: Unsigned(SkillTarget::NONE),
        skill_group_number: SkillGroupNumber(12_282_837),
        skill_group_id: Unsigned(SkillTarget(5199)),
        mrd_id: MRD,
        agent_skill_target_id: Unsigned(SkillTarget(5172)),
        router_call_key_day: Some(Unsigned(154_526)),
        router_call_key_call_id: Some(Unsigned(37_051_928)),
        router_call_key_sequence_number: Some(Unsigned(1)),
        dialed_number: Some(Text::new("CumulusTask")),
        caller_entered_digits: Some(Text::new(CONTACT)),
        call_variable1: Some(Text::new("Scott McTominay")),
        call_variable3: Some(Text::new("123456789")),
        ..Default::default()
    }
}

pub(crate) fn offer_event() -> OfferTaskEvent {
    OfferTaskEvent { task_id: TASK, mrd_id: MRD, icm_agent_id: SkillTarget(5172), ..Default::default() }
}

pub(crate) fn start_event() -> StartTaskEvent {
    StartTaskEvent { task_id: TASK, mrd_id: MRD, icm_agent_id: SkillTarget(5172), ..Default::default() }
}

pub(crate) fn end_event(disposition: u32) -> EndTaskEvent {
    EndTaskEvent {
        task_id: TASK,
        mrd_id: MRD,
        icm_agent_id: SkillTarget(5172),
        icm_disposition: Disposition(disposition),
        application_disposition: Disposition(disposition),
        ..Default::default()
    }
}

fn account(name: &str) -> Account {
    Account::new(name, "ccelab")
}

fn read(frame: Vec<u8>) -> Cti {
    Cti::read(&cce_cti::dialect(24), &frame.into()).expect("Finesse writes what it can read")
}

fn cti_frame(output: &Output) -> Option<Vec<u8>> {
    let Output::Send { link, bytes } = output else { return None };
    (link.port != Port::Xmpp).then(|| bytes.0.to_vec())
}

fn short(publication: &Publication) -> String {
    let event = publication.event.name();
    match &publication.object {
        Object::Dialog(dialog) => format!("{event} dialog {}", dialog.state),
        Object::Dialogs(dialog) => format!("{event} dialogs {}", dialog.state),
        Object::Media(media) => format!("{event} media {}", media.state),
        Object::User(user) => format!("{event} user {}", user.state),
        Object::UserError(error) => format!("error {}", error.message),
        Object::MediaError(error) | Object::DialogError { error, .. } => {
            format!("error {}", error.message)
        }
    }
}
