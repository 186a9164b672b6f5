//! The whole lab on the in-memory driver.

use cce_journal::{Header, Record, ReplayReport, What, replay};
use cce_kernel::{Blob, Command, Component, Fact, Input, NodeName, Output, Port, Time, Wall};
use cce_model::{ContactStatus, StatusReason};
use cce_sim::Sim;
use cce_world::{COMPONENTS, CastAgent, CastCustomer, CreateMethod, Lab, Layers, Span, load};
use std::{collections::BTreeMap, time::Duration};

/// Far behind the end of every task here.
const END: Time = Time(120_000_000);

#[test]
fn a_task_is_handled() {
    let lab = lab(vec![agent("1081", 3)], vec![customer(4, None)]);
    assert_eq!(ends(&run(&lab, 1)), [(ContactStatus::Handled, StatusReason::ExternallyHandled)]);
}

#[test]
fn one_seed_gives_one_journal() {
    let lab = lab(vec![agent("1081", 3)], vec![customer(4, None)]);
    assert_eq!(lines(&run(&lab, 7)), lines(&run(&lab, 7)));
    assert_ne!(lines(&run(&lab, 7)), lines(&run(&lab, 8)));
}

#[test]
fn a_simulated_run_replays_without_a_difference() {
    let lab = lab(vec![agent("1081", 3)], vec![customer(4, None)]);
    let found = replayed(&lab, run(&lab, 1));
    assert!(found.difference.is_none(), "{:?}", found.difference);
    assert!(found.outputs > 100 && found.unknown.is_empty());
}

#[test]
fn a_replay_names_the_first_changed_output() {
    let lab = lab(vec![agent("1081", 3)], vec![customer(4, None)]);
    let mut records = run(&lab, 1);
    let changed = records.iter_mut().rev().find_map(|record| {
        let What::Out(Output::Send { bytes, .. }) = &mut record.what else { return None };
        *bytes = Blob::from("x");
        Some(record.seq)
    });
    let difference = replayed(&lab, records).difference.unwrap();
    assert_eq!(Some(difference.seq), changed);
}

#[test]
fn of_three_tasks_for_one_slot_one_waits_and_one_is_cancelled() {
    let customers = vec![customer(4, None), customer(5, None), customer(6, Some(2))];
    let lab = lab(vec![agent("1081", 1)], customers);
    let records = run(&lab, 3);
    let mut ends = ends(&records);
    ends.sort();
    let handled = (ContactStatus::Handled, StatusReason::ExternallyHandled);
    let cancelled = (ContactStatus::Discarded, StatusReason::CancelSucceeded);
    assert_eq!(ends, [handled, handled, cancelled]);
    let most = records.iter().filter_map(|record| {
        let What::Out(Output::Note(Fact::AgentInMrd { tasks, limit, .. })) = &record.what else {
            return None;
        };
        Some((*tasks, *limit))
    });
    assert!(most.into_iter().all(|(tasks, limit)| tasks <= limit));
}

#[test]
fn a_task_for_an_unknown_dialed_number_is_discarded_with_its_reason() {
    let mut lost = customer(4, None);
    lost.script_selector = "Nowhere".into();
    let lab = lab(vec![agent("1081", 3)], vec![lost]);
    let reason = StatusReason::InvalidScriptSelector;
    assert_eq!(ends(&run(&lab, 1)), [(ContactStatus::Discarded, reason)]);
}

#[test]
fn a_dialed_number_without_a_call_type_discards_its_tasks() {
    let mut lab = lab(vec![agent("1081", 3)], vec![customer(4, None)]);
    lab.dialed_numbers[0].call_type = None;
    assert_eq!(ends(&run(&lab, 1)), [(ContactStatus::Discarded, StatusReason::NoScript)]);
}

#[test]
fn a_full_queue_is_no_missing_script() {
    let mut lab = lab(Vec::new(), vec![customer(1, None), customer(2, None)]);
    lab.mrds[0].max_in_queue = Some(1);
    assert_eq!(ends(&run(&lab, 1)), [(ContactStatus::Discarded, StatusReason::InvalidNewTask)]);
}

#[test]
fn a_task_that_nobody_accepts_goes_to_another_agent() {
    let mut deaf = agent("1080", 3);
    deaf.accept = None;
    let mut late = agent("1081", 3);
    late.sign_in = Some(span(6));
    let lab = lab(vec![deaf, late], vec![customer(4, None)]);
    assert_eq!(ends(&run(&lab, 1)), [(ContactStatus::Handled, StatusReason::ExternallyHandled)]);
}

#[test]
fn after_a_restart_of_any_component_a_new_task_is_handled() {
    for component in COMPONENTS {
        let lab = lab(vec![agent("1081", 3)], vec![customer(1, None), customer(40, None)]);
        let mut sim = start(&lab, 5);
        sim.run_until(Time(20_000_000));
        let name = NodeName::from(component);
        sim.restart(&name, lab.build(&name).unwrap());
        sim.run_until(END);
        let last = ends(sim.records()).pop();
        assert_eq!(last, Some((ContactStatus::Handled, StatusReason::ExternallyHandled)), "{component}");
    }
}

#[test]
fn another_agent_and_customer_than_the_demos_get_their_task_handled_with_its_pins() {
    let mut lab = load(&Layers::default()).unwrap().for_demo();
    lab.cast.agents = vec![agent("1081", 3)];
    lab.cast.customers = vec![customer(4, None)];
    assert_eq!(ends(&run(&lab, 1)), [(ContactStatus::Handled, StatusReason::ExternallyHandled)]);
}

#[test]
fn of_two_tasks_for_one_slot_the_second_is_queued_until_the_first_ends() {
    let lab = lab(vec![agent("1081", 1)], vec![customer(4, None), customer(5, None)]);
    let steps: Vec<ContactStatus> = statuses(&run(&lab, 3)).into_iter().map(|(to, _)| to).collect();
    let first_end = steps.iter().position(|to| *to == ContactStatus::Handled).unwrap();
    let queued = steps.iter().position(|to| *to == ContactStatus::Queued).unwrap();
    assert!(queued < first_end, "{steps:?}");
    assert_eq!(steps.iter().filter(|to| **to == ContactStatus::Handled).count(), 2);
}

#[test]
fn after_maintenance_of_a_side_of_the_cti_server_a_new_task_is_handled_over_the_other() {
    let lab = lab(vec![agent("1081", 3)], vec![customer(1, None), customer(40, None)]);
    let mut sim = start(&lab, 5);
    sim.run_until(Time(20_000_000));
    let command = Command::Set { setting: "cti.maintenance".to_owned(), value: "on".to_owned() };
    sim.command(&NodeName::from("agentpg"), command);
    sim.run_until(END);
    let handled = (ContactStatus::Handled, StatusReason::ExternallyHandled);
    assert_eq!(ends(sim.records()), [handled, handled]);
    let on_b = |record: &Record| matches!(&record.what, What::In(Input::Frame { link, .. }) if link.port == Port::CtiB);
    assert!(sim.records().iter().any(on_b));
}

#[test]
fn a_component_is_no_person_and_says_so() {
    for component in COMPONENTS {
        let lab = lab(Vec::new(), Vec::new());
        let mut sim = start(&lab, 1);
        sim.command(&NodeName::from(component), Command::Act("ready".to_owned()));
        sim.run_until(Time(1_000_000));
        let refused = Fact::CommandRefused {
            command: "ready".to_owned(),
            detail: "only virtual people act".to_owned(),
        };
        let is_refused = |record: &Record| record.what == What::Out(Output::Note(refused.clone()));
        assert_eq!(sim.records().iter().filter(|record| is_refused(record)).count(), 1, "{component}");
    }
}

/// The first task is with the agent when the component falls; what becomes of it is not asked here.
#[test]
fn a_restart_while_a_task_is_in_work_does_not_stop_the_next_task() {
    for component in COMPONENTS {
        // An offer from before rings out, and its agent is not routable then (task-routing E1, E16).
        let other = CastAgent { sign_in: Some(span(45)), ..agent("1082", 3) };
        let lab = lab(vec![agent("1081", 3), other], vec![customer(4, None), customer(60, None)]);
        let mut sim = start(&lab, 5);
        let is_in_work = |record: &Record| matches!(&record.what, What::Out(Output::Note(Fact::AgentInMrd { tasks, .. })) if *tasks > 0);
        assert!(sim.run_to(END, is_in_work));
        sim.restart(&NodeName::from(component), lab.build(&NodeName::from(component)).unwrap());
        sim.run_until(Time(59_000_000));
        let before = sim.records().len();
        sim.run_until(END);
        let last = ends(&sim.records()[before..]).pop();
        assert_eq!(last, Some((ContactStatus::Handled, StatusReason::ExternallyHandled)), "{component}");
    }
}

pub(crate) fn lab(agents: Vec<CastAgent>, customers: Vec<CastCustomer>) -> Lab {
    let mut lab = load(&Layers::default()).unwrap();
    lab.cast.agents = agents;
    lab.cast.customers = customers;
    lab
}

pub(crate) fn agent(id: &str, limit: u32) -> CastAgent {
    CastAgent {
        limit,
        sign_in: Some(Span::default()),
        ready: Some(span(1)),
        accept: Some(span(1)),
        start: Some(span(1).into()),
        close: Some(span(3).into()),
        ..CastAgent::new(id.into())
    }
}

pub(crate) fn customer(at: u64, cancel_after: Option<u64>) -> CastCustomer {
    CastCustomer {
        waits: false,
        at: Some(span(at)),
        method: CreateMethod::Post,
        feed: 100_080,
        name: "ann@example.org".into(),
        title: "Order A-17 lost".into(),
        description: String::new(),
        script_selector: "CumulusTask".into(),
        requeue_on_recovery: false,
        poll: Some(span(1)),
        closes_lost: None,
        may_be_refused: false,
        cancel_after: cancel_after.map(span),
        variables: BTreeMap::from([("cv_1".to_owned(), "Ann".to_owned())]),
    }
}

pub(crate) fn span(seconds: u64) -> Span {
    Span(Duration::from_secs(seconds))
}

pub(crate) fn header(lab: &Lab, seed: u64) -> Header {
    lab.header(seed, Wall(1_706_622_866_000_000), lab.nodes())
}

fn start(lab: &Lab, seed: u64) -> Sim {
    let mut sim = Sim::new(seed);
    start_with(lab, seed, &mut sim, |_, component| component);
    sim
}

/// Starts the components of a lab, each as `change` makes it.
pub(crate) fn start_with(
    lab: &Lab,
    seed: u64,
    sim: &mut Sim,
    change: impl Fn(&NodeName, Box<dyn Component>) -> Box<dyn Component>,
) {
    let header = header(lab, seed);
    for node in lab.nodes() {
        sim.add(&node, header.clock(&node), change(&node, lab.build(&node).unwrap()));
    }
}

pub(crate) fn run(lab: &Lab, seed: u64) -> Vec<Record> {
    let mut sim = start(lab, seed);
    sim.run_until(END);
    sim.records().to_vec()
}

pub(crate) fn replayed(lab: &Lab, records: Vec<Record>) -> ReplayReport {
    replay(&header(lab, 1), records, |node| lab.build(node))
}

/// How each contact ended, in the order of the ends.
pub(crate) fn ends(records: &[Record]) -> Vec<(ContactStatus, StatusReason)> {
    let is_end = |to| matches!(to, ContactStatus::Handled | ContactStatus::Discarded);
    statuses(records).into_iter().filter(|(to, _)| is_end(*to)).collect()
}

/// Every status that a contact took, in order.
pub(crate) fn statuses(records: &[Record]) -> Vec<(ContactStatus, StatusReason)> {
    let status = |record: &Record| {
        let What::Out(Output::Note(Fact::Contact { to, reason, .. })) = &record.what else { return None };
        Some((*to, *reason))
    };
    records.iter().filter_map(status).collect()
}

fn lines(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| serde_json::to_string(record).unwrap()).collect()
}
