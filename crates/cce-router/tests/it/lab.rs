//! The lab of the trace around a router: an MR PG and an agent PG.

use cce_bench::Bench;
use cce_kernel::{Configured, Fact, HostClock, Input, LinkId, LinkReason, Output, Port, TimerKey, Wall};
use cce_model::{
    AgentState, Availability, DialogueId, Disposition, InvokeId, MrdId, PeripheralId, PeripheralType,
    RoutingClientId, SkillTarget, TaskId, fact::RouterFact, sample::SampleRows,
};
use cce_mr::{
    ICM, Icm,
    icm::{
        AgentStateUpdate, Connect, DeviceTargetPreCallInd, DialogFail, HeartbeatReq, NewCall, OpenReq,
        QueueEvent, Release, ReleaseConf, TaskEvent,
    },
};
use cce_router::{Config, Router};
use cce_wire::{Code, Text};
use std::{collections::BTreeMap, time::Duration};

/// The trace's agent.
pub(crate) const AGENT: SkillTarget = SkillTarget(5172);
/// A second agent.
pub(crate) const OTHER: SkillTarget = SkillTarget(5173);
/// The trace's domain.
pub(crate) const MRD: MrdId = MrdId(5011);
/// A domain whose tasks must not be interrupted.
pub(crate) const CHAT: MrdId = MrdId(5012);
/// The trace's task; later ones follow by call id.
pub(crate) const TASK: TaskId = TaskId { day: 154_526, call: 37_051_928, sequence: 1 };

/// A router under test.
pub(crate) struct Lab {
    bench: Bench<Router>,
    /// The MR PG's link.
    pub(crate) mr: LinkId,
    /// The agent PG's link.
    pub(crate) agent: LinkId,
}

/// What the router did with one input.
#[derive(Debug)]
pub(crate) struct Said(pub(crate) Vec<Output>);

impl Lab {
    /// A lab with both gateways open, and nobody signed in.
    pub(crate) fn open() -> Self {
        Self::with(rows())
    }

    /// The same with other objects.
    pub(crate) fn with(rows: SampleRows) -> Self {
        Self::configured(rows, config())
    }

    /// The same with another configuration.
    pub(crate) fn configured(rows: SampleRows, config: Config) -> Self {
        let mut lab = Self::started_with(rows, config, BTreeMap::new());
        lab.mr = lab.gateway(19, PeripheralId(5001));
        lab.agent = lab.gateway(17, PeripheralId(5000));
        lab
    }

    /// A lab with the trace's agent ready for three tasks.
    pub(crate) fn ready() -> Self {
        let mut lab = Self::open();
        lab.report(&standing(AGENT, 3));
        lab
    }

    /// A router that only started.
    pub(crate) fn started(stored: BTreeMap<String, String>) -> Self {
        Self::started_with(rows(), config(), stored)
    }

    fn started_with(rows: SampleRows, config: Config, stored: BTreeMap<String, String>) -> Self {
        // 2024-01-30 08:55:49.401 UTC.
        let clock = HostClock { start: Wall(1_706_604_949_401_000), ..HostClock::default() };
        let nowhere = LinkId { port: Port::IcmMr, number: 0 };
        let mut bench = Bench::new("router", clock, Router::new(rows.model(), config));
        *bench.stored() = stored;
        bench.start();
        Self { bench, mr: nowhere, agent: nowhere }
    }

    /// A gateway that opened its session.
    pub(crate) fn gateway(&mut self, peripheral_type: u16, peripheral_id: PeripheralId) -> LinkId {
        let link = self.connect();
        self.says(link, open_req(peripheral_type, peripheral_id));
        let beat = Icm::from(HeartbeatReq::default()).to_frame(&ICM).into();
        self.bench.pulse(Duration::from_secs(10), Input::Frame { link, bytes: beat });
        link
    }

    /// A link without a session.
    pub(crate) fn connect(&mut self) -> LinkId {
        self.bench.accept(Port::IcmMr).0
    }

    /// The MR PG asks for a task to be routed, as in the trace.
    pub(crate) fn call(&mut self, did: u32) -> Said {
        self.says(self.mr, new_call(did))
    }

    /// The MR PG gives a task up.
    pub(crate) fn release(&mut self, did: u32) -> Said {
        self.says(
            self.mr,
            Release {
                rcid: RoutingClientId(5004),
                pid: PeripheralId(5001),
                did: DialogueId(did),
                reason_code: Disposition::TASK_ABANDONED_IN_ROUTER,
                ..Release::default()
            },
        )
    }

    /// The agent PG reports how an agent stands.
    pub(crate) fn report(&mut self, update: &AgentStateUpdate) -> Said {
        self.says(self.agent, update.clone())
    }

    /// The agent PG reports a task of the trace's agent: `after` counts from the trace's task.
    pub(crate) fn task(&mut self, after: i32, task_state: u16) -> Said {
        self.says(self.agent, task_event(after, task_state))
    }

    /// A gateway says something.
    pub(crate) fn says(&mut self, link: LinkId, message: impl Into<Icm>) -> Said {
        self.input(Input::Frame { link, bytes: message.into().to_frame(&ICM).into() })
    }

    /// A link is gone.
    pub(crate) fn lose(&mut self, link: LinkId) -> Said {
        self.input(Input::LinkDown { link, reason: LinkReason::Reset })
    }

    /// Some seconds pass. The gateways that are open keep their sessions meanwhile.
    pub(crate) fn pass(&mut self, seconds: u64) -> Said {
        self.pass_time(Duration::from_secs(seconds))
    }

    /// Time passes.
    pub(crate) fn pass_time(&mut self, time: Duration) -> Said {
        Said(self.bench.advance(time))
    }

    /// From now on, the gateways say nothing by themselves.
    pub(crate) fn mute(&mut self) {
        self.bench.say_nothing();
    }

    /// Any input.
    pub(crate) fn input(&mut self, input: Input) -> Said {
        Said(self.bench.input(input))
    }
}

impl Said {
    /// Every message, with its link.
    pub(crate) fn messages(&self) -> Vec<(LinkId, Icm)> {
        let sent = |output: &Output| match output {
            Output::Send { link, bytes } => Some((*link, Icm::read(&ICM, &bytes.0).unwrap())),
            _ => None,
        };
        self.0.iter().filter_map(sent).collect()
    }

    /// Names of the messages on a link.
    pub(crate) fn names(&self, link: LinkId) -> Vec<&'static str> {
        self.messages().iter().filter(|(to, _)| *to == link).map(|(_, message)| message.name()).collect()
    }

    pub(crate) fn connects(&self) -> Vec<Connect> {
        self.pick(|message| if let Icm::Connect(found) = message { Some(found) } else { None })
    }

    pub(crate) fn reservations(&self) -> Vec<DeviceTargetPreCallInd> {
        self.pick(|message| if let Icm::DeviceTargetPreCallInd(found) = message { Some(found) } else { None })
    }

    pub(crate) fn queued(&self) -> Vec<QueueEvent> {
        self.pick(|message| if let Icm::QueueEvent(found) = message { Some(found) } else { None })
    }

    pub(crate) fn failures(&self) -> Vec<DialogFail> {
        self.pick(|message| if let Icm::DialogFail(found) = message { Some(found) } else { None })
    }

    pub(crate) fn released(&self) -> Vec<ReleaseConf> {
        self.pick(|message| if let Icm::ReleaseConf(found) = message { Some(found) } else { None })
    }

    /// Skill targets of the agents chosen.
    pub(crate) fn chosen(&self) -> Vec<SkillTarget> {
        self.connects().iter().map(|connect| connect.agstid).collect()
    }

    /// Dialogues that were routed.
    pub(crate) fn routed(&self) -> Vec<u32> {
        self.connects().iter().map(|connect| connect.did.0).collect()
    }

    /// The facts of the router's own.
    pub(crate) fn facts(&self) -> Vec<&RouterFact> {
        let fact =
            |output| if let &Output::Note(Fact::Router(ref fact)) = output { Some(fact) } else { None };
        self.0.iter().filter_map(fact).collect()
    }

    /// Whether a peer's error was noted.
    pub(crate) fn has_peer_error(&self) -> bool {
        self.0.iter().any(|output| matches!(output, Output::Note(Fact::PeerError { .. })))
    }

    /// Whether a link is closed.
    pub(crate) fn closes(&self, link: LinkId) -> bool {
        self.0.iter().any(|output| matches!(output, Output::Close { link: closed, .. } if *closed == link))
    }

    /// The timer of that name which is armed.
    pub(crate) fn armed(&self, name: &str) -> Option<TimerKey> {
        self.0.iter().find_map(|output| match output {
            Output::Arm { key, .. } if key.name == name => Some(key.clone()),
            _ => None,
        })
    }

    /// Numbers of the timers of that name which are taken back.
    pub(crate) fn cancelled(&self, name: &str) -> Vec<u64> {
        let cancelled = |output: &Output| match output {
            Output::Cancel { key } if key.name == name => Some(key.id),
            _ => None,
        };
        self.0.iter().filter_map(cancelled).collect()
    }

    /// What is kept for the next life.
    pub(crate) fn stored(&self) -> BTreeMap<String, String> {
        let kept = |output: &Output| match output {
            Output::Store { key, value: Some(value) } => Some((key.clone(), value.clone())),
            _ => None,
        };
        self.0.iter().filter_map(kept).collect()
    }

    pub(crate) fn pick<T>(&self, pick: impl Fn(Icm) -> Option<T>) -> Vec<T> {
        self.messages().into_iter().filter_map(|(_, message)| pick(message)).collect()
    }
}

/// The trace's configuration.
pub(crate) fn config() -> Config {
    Config { first_call_id: Some(TASK.call), first_invoke_id: InvokeId(635), ..Config::default() }
}

/// The trace's objects, and a second domain with a queue of the trace's agent.
pub(crate) fn rows() -> SampleRows {
    let mut rows = SampleRows::lab_trace();
    rows.queues[1].steps = vec![step(&[AGENT], None)];
    rows
}

/// The trace's objects with these steps.
pub(crate) fn with_steps(steps: Vec<(Vec<SkillTarget>, Option<Duration>)>) -> SampleRows {
    let mut rows = rows();
    rows.queues[0].steps = steps;
    rows
}

pub(crate) fn step(agents: &[SkillTarget], wait: Option<u64>) -> (Vec<SkillTarget>, Option<Duration>) {
    (agents.to_vec(), wait.map(Duration::from_secs))
}

/// The trace's request, for any dialogue.
pub(crate) fn new_call(did: u32) -> NewCall {
    NewCall {
        rcid: RoutingClientId(5004),
        pid: PeripheralId(5001),
        did: DialogueId(did),
        did_rel_seq: 1,
        grp_del_key: 5004,
        rtr_date: -1,
        rtr_cid: -1,
        rck_seq: -1,
        at_vru: true,
        pref_agstid: SkillTarget::NONE,
        mr_domain_id: MrdId::NONE,
        called_party: Some(Text::new("CumulusTask")),
        calling_party: Some(Text::new("ae93f5ad-452d-4c52-8057-8d23864a8a8a")),
        ced: Some(Text::new("5AA797871000018D0000004139ED7AD5")),
        call_variable1: Some(Text::new("Scott McTominay")),
        ..NewCall::default()
    }
}

/// The same for another dialed number.
pub(crate) fn new_call_to(did: u32, number: &str) -> NewCall {
    NewCall { called_party: Some(Text::new(number)), ..new_call(did) }
}

pub(crate) fn open_req(peripheral_type: u16, peripheral_id: PeripheralId) -> OpenReq {
    OpenReq {
        invoke_id: InvokeId(1),
        version: 1,
        peripheral_id,
        peripheral_type: PeripheralType(peripheral_type),
        ..OpenReq::default()
    }
}

/// An agent who is ready for this many tasks of the trace's domain.
pub(crate) fn standing(agent: SkillTarget, limit: u32) -> AgentStateUpdate {
    AgentStateUpdate {
        icm_agent_id: agent,
        mrd_id: MRD,
        agent_state: AgentState::NotActive.into(),
        max_task_limit: limit,
        agent_mode: true,
        availability: Availability::Icm.into(),
        ..AgentStateUpdate::default()
    }
}

/// The same in another state.
pub(crate) fn in_state(agent: SkillTarget, limit: u32, state: AgentState) -> AgentStateUpdate {
    AgentStateUpdate { agent_state: state.into(), ..standing(agent, limit) }
}

/// A task of the trace's agent: `after` counts from the trace's task.
pub(crate) fn task_event(after: i32, task_state: u16) -> TaskEvent {
    let task_id = TaskId { call: TASK.call + after, ..TASK };
    TaskEvent {
        task_id,
        icm_agent_id: AGENT,
        mrd_id: MRD,
        task_state: Code::of_number(task_state),
        ..TaskEvent::default()
    }
}
