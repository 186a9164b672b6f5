//! Faults that are planted into components are found by a swarm, each by the check that is about it.

use crate::{misbehaving, swarm::small};
use cce_check::Check;
use cce_cti::Cti;
use cce_kernel::{Component, Cx, Fact, Host, Input, NodeName, Output, Port};
use cce_model::{
    AgentState, Disposition, SkillTarget, TaskId,
    fact::{AgentPgFact, OpcMessage, QueueChoice, RouterFact},
};
use cce_mr::{ICM, Icm, MR, Mr};
use cce_play::Play;
use cce_scenario::Scenario;
use dyn_clone::DynClone;

/// A planted fault is found within so many seeds.
const SEEDS: u64 = 200;

#[test]
fn a_lost_requeue_is_found() {
    is_found("ccp", Check::OneEnd, || Box::new(LostRequeue));
}

#[test]
fn a_double_reservation_is_found() {
    is_found("router", Check::OneAgent, || Box::new(DoubleReservation));
}

#[test]
fn a_leaked_slot_is_found() {
    is_found("router", Check::OneEnd, || Box::new(LeakedSlot));
}

#[test]
fn a_wrong_state_behind_an_offer_that_rang_out_is_found() {
    is_found("agentpg", Check::LegalTransition, || Box::new(StillRoutable));
}

#[test]
fn an_event_out_of_order_is_found() {
    is_found("agentpg", Check::PublishOrder, || Box::new(OutOfOrder));
}

#[test]
fn nothing_is_found_where_nothing_was_planted() {
    for node in ["ccp", "router", "agentpg"] {
        for seed in 1..=2 {
            let play = play(seed, node, || Box::new(Sound));
            assert!(play.report().failures.is_empty(), "{node}, seed {seed}: {:#?}", play.report().failures);
        }
    }
}

/// Bent messages excuse whoever waits for an agent whom a bent task keeps, and nobody who waits for nothing.
#[test]
fn a_task_that_never_comes_to_the_router_is_found_among_tasks_that_suffer() {
    let fault: fn() -> Box<dyn Fault> = || Box::new(LostTask { tasks: 0 });
    let mut bent = 0;
    for seed in 1..=4 {
        let report = planted(misbehaving::small(), seed, "ccp", fault).report();
        let is_found = report.failures.iter().any(|failure| failure.by.starts_with("check one-end:"));
        assert!(is_found, "seed {seed}: {:#?}", report.failures);
        bent += report.bends.len();
    }
    assert!(bent > 0, "no rule ever acted");
}

/// Plays seeds until that check finds the fault.
fn is_found(node: &'static str, check: Check, fault: fn() -> Box<dyn Fault>) {
    let by = format!("check {check}:");
    let found = (1..=SEEDS).find(|seed| {
        let failures = play(*seed, node, fault).report().failures;
        failures.iter().any(|failure| failure.by.starts_with(&by))
    });
    assert!(found.is_some(), "{check} found nothing in {SEEDS} seeds");
}

/// One seed with a fault in one component.
fn play(seed: u64, node: &'static str, fault: fn() -> Box<dyn Fault>) -> Play {
    planted(small(), seed, node, fault)
}

fn planted(swarm: Scenario, seed: u64, node: &'static str, fault: fn() -> Box<dyn Fault>) -> Play {
    let mut play = Play::planted(swarm, seed, move |name, component| {
        if name.as_str() == node { Box::new(Planted::new(name, component, fault())) } else { component }
    });
    play.run(|_| ());
    play
}

/// What is wrong with a component.
trait Fault: DynClone + Send + Sync {
    /// What the component takes in; none: nothing.
    fn input(&mut self, input: Input) -> Option<Input> {
        Some(input)
    }

    /// What comes of one input.
    fn outputs(&mut self, outputs: Vec<Output>) -> Vec<Output> {
        outputs
    }
}

dyn_clone::clone_trait_object!(Fault);

/// A component with a fault.
#[derive(Clone)]
struct Planted {
    inner: Box<dyn Component>,
    fault: Box<dyn Fault>,
    name: NodeName,
    /// Its own, as in a replay, so that its outputs can be altered.
    host: Option<Host>,
}

impl Planted {
    fn new(name: &NodeName, inner: Box<dyn Component>, fault: Box<dyn Fault>) -> Self {
        Self { inner, fault, name: name.clone(), host: None }
    }
}

impl Component for Planted {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        let Some(input) = self.fault.input(input) else { return };
        let host = self.host.get_or_insert_with(|| Host::new(self.name.clone(), 1, *cx.clock()));
        let outputs = host.handle(self.inner.as_mut(), input, cx.now());
        for output in self.fault.outputs(outputs) {
            pass_on(output, cx);
        }
    }
}

fn pass_on(output: Output, cx: &mut Cx<'_>) {
    match output {
        Output::Send { link, bytes } => cx.send(link, bytes),
        Output::Dial { link, address } => assert_eq!(cx.dial(link.port, address), link),
        Output::Close { link, reason } => cx.close(link, reason),
        Output::Secure { link } => cx.secure(link),
        Output::Call { call, port, request } => assert_eq!(cx.call(port, request), call),
        Output::Reply { call, response } => cx.reply(call, response),
        Output::Arm { key, at } => cx.arm(key, at.since(cx.now())),
        Output::Cancel { key } => cx.cancel(key),
        Output::Store { key, value: Some(value) } => cx.store(key, value),
        Output::Store { key, value: None } => cx.forget(key),
        Output::Note(fact) => cx.note(fact),
    }
}

/// Nothing is wrong.
#[derive(Clone)]
struct Sound;

impl Fault for Sound {}

/// CCP does not send the new task of a contact that is to be routed anew.
#[derive(Clone)]
struct LostRequeue;

impl Fault for LostRequeue {
    fn outputs(&mut self, mut outputs: Vec<Output>) -> Vec<Output> {
        outputs.retain(|output| {
            let Output::Send { link, bytes } = output else { return true };
            let is_again =
                |task: &Mr| matches!(task, Mr::NewTask(task) if task.previous_task != TaskId::NONE);
            link.port != Port::Mr || !Mr::read(&MR, &bytes.0).is_ok_and(|message| is_again(&message))
        });
        outputs
    }
}

/// CCP does not send its twelfth task.
#[derive(Clone)]
struct LostTask {
    tasks: u32,
}

impl Fault for LostTask {
    fn outputs(&mut self, mut outputs: Vec<Output>) -> Vec<Output> {
        outputs.retain(|output| {
            let Output::Send { link, bytes } = output else { return true };
            let is_task = link.port == Port::Mr && matches!(Mr::read(&MR, &bytes.0), Ok(Mr::NewTask(_)));
            self.tasks += u32::from(is_task);
            !is_task || self.tasks != 12
        });
        outputs
    }
}

/// The router chooses two agents for one task, and reserves both.
#[derive(Clone)]
struct DoubleReservation;

impl DoubleReservation {
    /// Another agent than that one.
    fn other(agent: SkillTarget) -> SkillTarget {
        SkillTarget(if agent.0 == 6_001 { 6_002 } else { 6_001 })
    }

    fn twice(output: &Output) -> Option<Output> {
        match output {
            Output::Note(Fact::Router(RouterFact::QueueNode {
                choice: QueueChoice::Agent { .. }, ..
            })) => {
                let mut twice = output.clone();
                if let Output::Note(Fact::Router(RouterFact::QueueNode {
                    choice: QueueChoice::Agent { skill_target, .. },
                    ..
                })) = &mut twice
                {
                    *skill_target = Self::other(*skill_target);
                }
                Some(twice)
            }
            Output::Send { link, bytes } if link.port == Port::IcmAgent => {
                let Ok(Icm::DeviceTargetPreCallInd(mut offer)) = Icm::read(&ICM, &bytes.0) else {
                    return None;
                };
                offer.agstid = Self::other(offer.agstid);
                let bytes = Icm::from(offer).to_frame(&ICM).into();
                Some(Output::Send { link: *link, bytes })
            }
            _ => None,
        }
    }
}

impl Fault for DoubleReservation {
    fn outputs(&mut self, outputs: Vec<Output>) -> Vec<Output> {
        outputs.into_iter().flat_map(|output| [Self::twice(&output), Some(output)]).flatten().collect()
    }
}

/// The router does not notice that a task is over: its agent's slot is never free again.
#[derive(Clone)]
struct LeakedSlot;

impl Fault for LeakedSlot {
    fn input(&mut self, input: Input) -> Option<Input> {
        let Input::Frame { link, bytes } = &input else { return Some(input) };
        let is_end = link.port.socket() == Port::IcmMr
            && matches!(Icm::read(&ICM, &bytes.0), Ok(Icm::TaskEvent(event)) if event.disposition != Disposition::NONE);
        Some(input).filter(|_| !is_end)
    }
}

/// An agent who let an offer ring is ready for the next one.
#[derive(Clone)]
struct StillRoutable;

impl Fault for StillRoutable {
    fn outputs(&mut self, mut outputs: Vec<Output>) -> Vec<Output> {
        let made = outputs.iter().find_map(|output| match output {
            Output::Note(Fact::AgentPg(AgentPgFact::ToCtiServer(OpcMessage::MadeNotRoutable {
                skill_target,
                mrd,
            }))) => Some((*skill_target, *mrd)),
            _ => None,
        });
        for output in &mut outputs {
            if let Output::Note(Fact::AgentInMrd { skill_target, mrd, to, routable, .. }) = output
                && made == Some((*skill_target, *mrd))
            {
                (*to, *routable) = (AgentState::NotActive, true);
            }
        }
        outputs
    }
}

/// The CTI server sends an agent's event behind that of the task that caused it.
#[derive(Clone)]
struct OutOfOrder;

impl OutOfOrder {
    fn name(output: &Output) -> Option<&'static str> {
        let Output::Send { link, bytes } = output else { return None };
        let dialect = cce_cti::dialect(cce_cti::VERSION_MAX);
        (link.port == Port::CtiA)
            .then(|| Cti::read(&dialect, &bytes.0).ok().map(|message| message.name()))
            .flatten()
    }
}

impl Fault for OutOfOrder {
    fn outputs(&mut self, mut outputs: Vec<Output>) -> Vec<Output> {
        let sent: Vec<usize> = (0..outputs.len()).filter(|at| Self::name(&outputs[*at]).is_some()).collect();
        for pair in sent.windows(2) {
            if Self::name(&outputs[pair[0]]) == Some("AGENT_STATE_EVENT")
                && Self::name(&outputs[pair[1]]) != Some("AGENT_STATE_EVENT")
            {
                outputs.swap(pair[0], pair[1]);
            }
        }
        outputs
    }
}
