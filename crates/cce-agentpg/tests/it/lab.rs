//! The lab of the trace around an agent PG: its router, and a Finesse on side A.

use cce_agentpg::{AgentPg, Config};
use cce_bench::Bench;
use cce_cti::{Cti, HeartbeatReq, MakeAgentReadyInd, MediaLoginReq, OpenReq, dialect, services};
use cce_kernel::{Configured, Fact, HostClock, Input, LinkId, LinkReason, Output, Port, TimerKey, Wall};
use cce_model::{
    CallTypeId, InvokeId, MrdId, PeripheralId, SessionId, SkillTarget, TaskId, sample::SampleRows,
};
use cce_mr::{
    ICM, Icm,
    icm::{
        AgentStateUpdate, DeviceTargetPreCallAbortInd, DeviceTargetPreCallInd, HeartbeatConf, OpenConf,
        TaskEvent,
    },
};
use cce_wire::{Bytes, List, Opaque, Secret, Text};
use std::time::Duration;

/// The agent's skill target.
pub(crate) const AGENT: SkillTarget = SkillTarget(5172);
/// The domain.
pub(crate) const MRD: MrdId = MrdId(5011);
/// A domain of the same agent whose tasks must not be interrupted.
pub(crate) const CHAT: MrdId = MrdId(5012);
/// The trace's task.
pub(crate) const TASK: TaskId = TaskId { day: 154_526, call: 37_051_928, sequence: 1 };

/// An agent PG under test.
pub(crate) struct Lab {
    bench: Bench<AgentPg>,
    /// The link to the router.
    pub(crate) router: LinkId,
    /// Finesse's connection.
    pub(crate) finesse: LinkId,
}

/// What the agent PG did with one input.
#[derive(Debug)]
pub(crate) struct Said(pub(crate) Vec<Output>);

impl Lab {
    /// A lab whose router link and Finesse session are open.
    pub(crate) fn open() -> Self {
        Self::with(config())
    }

    /// The same with another configuration.
    pub(crate) fn with(config: Config) -> Self {
        Self::started(config).opened()
    }

    /// The same with other objects.
    pub(crate) fn with_objects(rows: SampleRows) -> Self {
        Self::started_with(rows, config()).opened()
    }

    fn opened(mut self) -> Self {
        self.connect_router();
        self.finesse = self.session(Port::CtiA, open_req());
        self
    }

    /// A lab that has only started.
    pub(crate) fn started(config: Config) -> Self {
        Self::started_with(SampleRows::lab_trace(), config)
    }

    fn started_with(rows: SampleRows, config: Config) -> Self {
        let clock = HostClock { start: Wall(1_706_622_867_000_000), ..HostClock::default() };
        let nowhere = LinkId { port: Port::IcmAgent, number: 0 };
        let mut bench = Bench::new("agentpg", clock, AgentPg::new(rows.model(), config));
        bench.keep_alive(router_answers);
        let mut lab = Self { bench, router: nowhere, finesse: nowhere };
        lab.router = Said(lab.bench.start()).dialled();
        lab
    }

    /// A lab with an agent who is ready.
    pub(crate) fn ready() -> Self {
        let mut lab = Self::open();
        lab.sign_in(MRD);
        lab
    }

    /// A lab with an agent who works on the trace's task.
    pub(crate) fn working() -> Self {
        let mut lab = Self::ready();
        lab.reserve(TASK);
        lab.finesse_says(crate::work::start(TASK));
        lab
    }

    /// Opens the link to the router.
    pub(crate) fn connect_router(&mut self) -> Said {
        self.bench.connect(self.router);
        self.router_says(OpenConf::default())
    }

    /// Opens a session, and names its connection.
    pub(crate) fn session(&mut self, port: Port, open: OpenReq) -> LinkId {
        let link = self.connect(port);
        self.says(link, open);
        let beat = Cti::from(HeartbeatReq::default()).to_frame(&dialect(24)).into();
        self.bench.pulse(Duration::from_secs(30), Input::Frame { link, bytes: beat });
        link
    }

    /// Accepts a connection without a session.
    pub(crate) fn connect(&mut self, port: Port) -> LinkId {
        self.bench.accept(port).0
    }

    /// Accepts a connection, and says what becomes of it.
    pub(crate) fn host_accepts(&mut self, port: Port) -> (LinkId, Said) {
        let (link, outputs) = self.bench.accept(port);
        (link, Said(outputs))
    }

    /// Signs the agent in to a domain with a limit of 3, and makes it ready.
    pub(crate) fn sign_in(&mut self, mrd: MrdId) {
        self.finesse_says(login(mrd));
        self.finesse_says(ready(mrd));
    }

    /// The router reserves the agent for a task.
    pub(crate) fn reserve(&mut self, task: TaskId) -> Said {
        self.router_says(reservation(task, MRD))
    }

    /// The router takes a task back.
    pub(crate) fn abort(&mut self, task: TaskId) -> Said {
        self.router_says(DeviceTargetPreCallAbortInd { task_id: task, ..Default::default() })
    }

    /// Finesse says something.
    pub(crate) fn finesse_says(&mut self, message: impl Into<Cti>) -> Said {
        self.says(self.finesse, message)
    }

    /// A CTI client says something in version 24.
    pub(crate) fn says(&mut self, link: LinkId, message: impl Into<Cti>) -> Said {
        self.bytes(link, message.into().to_frame(&dialect(24)))
    }

    /// The router says something.
    pub(crate) fn router_says(&mut self, message: impl Into<Icm>) -> Said {
        self.bytes(self.router, message.into().to_frame(&ICM))
    }

    /// A frame arrives.
    pub(crate) fn bytes(&mut self, link: LinkId, frame: Bytes) -> Said {
        self.input(Input::Frame { link, bytes: frame.into() })
    }

    /// A link is gone.
    pub(crate) fn lose(&mut self, link: LinkId) -> Said {
        self.input(Input::LinkDown { link, reason: LinkReason::Reset })
    }

    /// Some seconds pass. The router and the clients keep their sessions meanwhile.
    pub(crate) fn pass(&mut self, seconds: u64) -> Said {
        Said(self.bench.advance(Duration::from_secs(seconds)))
    }

    /// From now on, the router answers no heartbeat.
    pub(crate) fn mute_router(&mut self) {
        self.bench.answer_nothing();
    }

    /// From now on, clients say nothing by themselves.
    pub(crate) fn mute_finesse(&mut self) {
        self.bench.say_nothing();
    }

    /// Any input.
    pub(crate) fn input(&mut self, input: Input) -> Said {
        Said(self.bench.input(input))
    }
}

/// A router that is there answers heartbeats.
fn router_answers(output: &Output) -> Option<Input> {
    let Output::Send { link, bytes } = output else { return None };
    if link.port != Port::IcmAgent {
        return None;
    }
    let Ok(Icm::HeartbeatReq(beat)) = Icm::read(&ICM, &bytes.0) else { return None };
    let answer = HeartbeatConf { invoke_id: beat.invoke_id, ..HeartbeatConf::default() };
    Some(Input::Frame { link: *link, bytes: Icm::from(answer).to_frame(&ICM).into() })
}

impl Said {
    /// Messages to a client that speaks version 24.
    pub(crate) fn to(&self, link: LinkId) -> Vec<Cti> {
        self.to_version(link, 24)
    }

    /// Messages to a client of another version.
    pub(crate) fn to_version(&self, link: LinkId, version: u32) -> Vec<Cti> {
        self.frames(link).iter().map(|frame| Cti::read(&dialect(version), frame).unwrap()).collect()
    }

    /// Names of the messages to a client.
    pub(crate) fn names(&self, link: LinkId) -> Vec<&'static str> {
        self.to(link).iter().map(Cti::name).collect()
    }

    /// Frames on a link, as they stand on the wire.
    pub(crate) fn frames(&self, link: LinkId) -> Vec<Bytes> {
        let frame = |output: &Output| match output {
            Output::Send { link: to, bytes } if *to == link => Some(bytes.0.clone()),
            _ => None,
        };
        self.0.iter().filter_map(frame).collect()
    }

    /// Messages to the router.
    pub(crate) fn to_router(&self) -> Vec<Icm> {
        let frame = |output: &Output| match output {
            Output::Send { link, bytes } if link.port == Port::IcmAgent => {
                Some(Icm::read(&ICM, &bytes.0).unwrap())
            }
            _ => None,
        };
        self.0.iter().filter_map(frame).collect()
    }

    /// Task events to the router: task, state, disposition.
    pub(crate) fn reported_tasks(&self) -> Vec<(TaskId, u16, u32)> {
        let event = |message: Icm| match message {
            Icm::TaskEvent(TaskEvent { task_id, task_state, disposition, .. }) => {
                Some((task_id, task_state.number(), disposition.0))
            }
            _ => None,
        };
        self.to_router().into_iter().filter_map(event).collect()
    }

    /// States that the router hears of.
    pub(crate) fn reported_states(&self) -> Vec<AgentStateUpdate> {
        let update = |message: Icm| match message {
            Icm::AgentStateUpdate(update) => Some(update),
            _ => None,
        };
        self.to_router().into_iter().filter_map(update).collect()
    }

    /// The facts, in order.
    pub(crate) fn facts(&self) -> Vec<&Fact> {
        self.0
            .iter()
            .filter_map(|output| if let Output::Note(fact) = output { Some(fact) } else { None })
            .collect()
    }

    /// Whether a connection is closed.
    pub(crate) fn closes(&self, link: LinkId) -> bool {
        self.0.iter().any(|output| matches!(output, Output::Close { link: closed, .. } if *closed == link))
    }

    /// Timers that are armed, by name.
    pub(crate) fn armed(&self, name: &str) -> Option<TimerKey> {
        self.0.iter().find_map(|output| match output {
            Output::Arm { key, .. } if key.name == name => Some(key.clone()),
            _ => None,
        })
    }

    /// Whether the timer is taken back.
    pub(crate) fn cancels(&self, timer: &TimerKey) -> bool {
        self.0.iter().any(|output| matches!(output, Output::Cancel { key } if key == timer))
    }

    /// Whether a timer of that name is taken back.
    pub(crate) fn cancels_any(&self, name: &str) -> bool {
        self.0.iter().any(|output| matches!(output, Output::Cancel { key } if key.name == name))
    }

    /// The connection that is dialled.
    pub(crate) fn dialled(&self) -> LinkId {
        let dial = |output: &Output| match output {
            Output::Dial { link, .. } => Some(*link),
            _ => None,
        };
        self.0.iter().find_map(dial).unwrap()
    }

    /// The status of the one refusal or answer to a client.
    pub(crate) fn status(&self, link: LinkId) -> u32 {
        let status = |message| match message {
            Cti::FailureConf(failure) => Some(failure.status.0),
            Cti::FailureResp(failure) => Some(failure.status.0),
            Cti::MediaLoginResp(answer) => Some(answer.status.0),
            Cti::MakeAgentNotReadyResp(answer) => Some(answer.status.0),
            Cti::MakeAgentNotRoutableResp(answer) => Some(answer.status.0),
            Cti::StartApplicationTaskResp(answer) => Some(answer.status.0),
            Cti::TaskInitResp(answer) => Some(answer.status.0),
            _ => None,
        };
        self.to(link).into_iter().find_map(status).unwrap()
    }
}

/// The trace's configuration.
pub(crate) fn config() -> Config {
    Config { first_session: SessionId(3), ..Config::default() }
}

/// Finesse's request to open a session, as the reference gives it.
pub(crate) fn open_req() -> OpenReq {
    OpenReq {
        invoke_id: InvokeId(1),
        version_number: 24,
        idle_timeout: 120,
        peripheral_id: PeripheralId(5000),
        services_requested: services::ACTIVE_STANDBY | 0xcb6,
        agent_state_mask: 0x3fff,
        client_id: Some(Text::new("Finesse")),
        client_password: Some(Secret(Opaque::default())),
        client_signature: Some(Text::new("Finesse")),
        ..OpenReq::default()
    }
}

/// A sign-in with a limit of 3.
pub(crate) fn login(mrd: MrdId) -> MediaLoginReq {
    MediaLoginReq {
        invoke_id: InvokeId(10),
        mrd_id: mrd,
        icm_agent_id: AGENT,
        max_task_limit: 3,
        make_routable: true,
        ..MediaLoginReq::default()
    }
}

/// Makes the agent ready.
pub(crate) fn ready(mrd: MrdId) -> MakeAgentReadyInd {
    MakeAgentReadyInd {
        invoke_id: InvokeId(11),
        mrd_id: mrd,
        icm_agent_id: AGENT,
        make_routable: true,
        ..MakeAgentReadyInd::default()
    }
}

/// The trace's reservation, for any task.
pub(crate) fn reservation(task: TaskId, mrd: MrdId) -> DeviceTargetPreCallInd {
    DeviceTargetPreCallInd {
        task_id: task,
        mrd_id: mrd,
        agstid: AGENT,
        sgstid: SkillTarget(5199),
        invoke_id: InvokeId(635),
        call_type_id: CallTypeId(5053),
        ani: Some(Text::new("ae93f5ad-452d-4c52-8057-8d23864a8a8a")),
        dn: Some(Text::new("CumulusTask")),
        ced: Some(Text::new("5AA797871000018D0000004139ED7AD5")),
        enabled_services: Some(List(vec![1, 2])),
        ccai_config_param: Some(Text::new("4f62417b-bbea-44b9-9ba0-ba3e51ad8272")),
        call_variable1: Some(Text::new("Scott McTominay")),
        call_variable2: Some(Text::new("Report Lost Credit Card")),
        call_variable3: Some(Text::new("123456789")),
        call_variable4: Some(Text::new("user@email")),
        ..DeviceTargetPreCallInd::default()
    }
}

/// The n-th task behind the trace's.
pub(crate) fn task(n: i32) -> TaskId {
    TaskId { call: TASK.call + n, ..TASK }
}
