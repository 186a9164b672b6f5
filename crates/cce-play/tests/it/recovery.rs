//! What fails and comes back: tasks outlive it, are routed anew, or end once (task-routing E13 to E19).

use crate::support::{Run, folder, played, read, read_with, run};
use cce_journal::{Record, What};
use cce_kernel::{Fact, Output};
use cce_model::{
    Disposition, TaskState,
    fact::{FinesseFact, SmOperation},
};
use std::{collections::BTreeMap, fs};

#[test]
fn a_task_outlives_a_short_outage_of_the_cti_server_in_every_state() {
    every_choice_holds(&shipped("cti-cut"), &["state", "lasting"], 10);
}

#[test]
fn a_restart_of_any_component_in_any_state_leaves_no_task_behind() {
    every_choice_holds(&shipped("component-restart"), &["component", "state"], 20);
}

/// With any other component nothing is lost that its application would have to close (task-routing E18).
#[test]
fn only_a_restart_of_the_agent_pg_loses_a_task() {
    let text = shipped("component-restart")
        .replace("\"finesse\", \"agentpg\"", "\"finesse\"")
        .replace("closes_lost = [\"90s\"]\n", "")
        .replace("closes_lost = \"{closes_lost}\"\n", "");
    assert!(!text.contains("closes_lost"), "{text}");
    every_choice_holds(&text, &["component", "state"], 16);
}

fn shipped(name: &str) -> String {
    fs::read_to_string(folder().join(format!("{name}.toml"))).unwrap()
}

/// Plays a scenario with every combination of the alternatives of these parameters, of which there are so many.
fn every_choice_holds(text: &str, parameters: &[&str], count: usize) {
    let alternatives = read(text).unwrap().parameters;
    let choices = parameters.iter().fold(vec![BTreeMap::new()], |choices, parameter| {
        let with = |choice: &BTreeMap<String, String>, value: &String| {
            let mut choice = choice.clone();
            choice.insert((*parameter).to_owned(), value.clone());
            choice
        };
        let values = &alternatives[*parameter];
        choices.iter().flat_map(|choice| values.iter().map(|value| with(choice, value))).collect()
    });
    assert_eq!(choices.len(), count);
    for choice in choices {
        let run = run(read_with(text, &choice).unwrap(), 1);
        assert_eq!(run.failures(), [] as [&str; 0], "{choice:?}");
        assert!(run.report.is_over, "{choice:?} is over before its time is up");
    }
}

#[test]
fn an_outage_of_both_sides_that_is_shorter_than_the_task_life_ends_no_task() {
    let run = played(include_str!("../cases/cti-outage.toml"));
    assert_eq!(run.failures(), [] as [&str; 0]);
}

/// Finesse is gone for a while in some state of alice's task.
fn without_finesse(state: &str, lasting: &str, rest: &str) -> Run {
    played(&format!(
        "include = [\"one-task.toml\"]\nuntil = \"10min\"\n[agents.1081]\noffer = {{ accept = \"4s\", start = \"4s\", close = \"20s\" }}\n\
         [agents.1082]\nsign_in = \"100s\"\n\
         [[steps]]\nafter = \"dialog alice to={state}\"\nstop = \"finesse\"\n\
         [[steps]]\nafter = \"finesse stopped\"\nwait = \"{lasting}\"\nstart = \"finesse\"\n{rest}"
    ))
}

#[test]
fn an_offer_from_before_finesse_died_rings_out_and_is_sent_again() {
    for requeue in [true, false] {
        let asked = format!("[customers.alice]\nrequeue_on_recovery = {requeue}\n");
        // Finesse is back before the start timeout of 30 s, and behind it.
        for lasting in ["2s", "60s"] {
            let run = without_finesse("OFFERED", lasting, &asked);
            assert_eq!(run.failures(), [] as [&str; 0], "{requeue} {lasting}");
            assert_eq!(ends(&run), [36, 38], "{requeue} {lasting}");
            assert_eq!(told(&run), [SmOperation::Renotify, SmOperation::EndTask], "{requeue} {lasting}");
        }
    }
}

#[test]
fn ccp_hears_of_a_task_that_outlived_finesse_for_too_long() {
    let life = "[set.\"mrd/Tasks\"]\ntask_life = \"30s\"\n";
    let run = without_finesse("ACTIVE", "60s", life);
    // Nobody is shown a dialog whose task ended while Finesse was away.
    assert_eq!(run.failures(), ["expectation 2: at the end `dialog alice to=CLOSED`"]);
    assert_eq!((ends(&run), told(&run)), (vec![42], vec![SmOperation::EndTask]));
}

#[test]
fn an_agent_pg_that_stood_still_with_a_close_under_way_ends_the_task_once_and_ccp_hears_of_it() {
    let run = played(
        "include = [\"one-task.toml\"]\n\
         [[steps]]\nafter = \"desk > finesse CLOSE alice\"\nstall = \"cti-a\"\nlasting = \"18s\"\n\
         [[expect]]\norder = [\"service in_service=false\", \"service in_service=true\", \"contact alice to=handled\"]",
    );
    assert_eq!(run.failures(), [] as [&str; 0]);
    assert_eq!((ends(&run), told(&run)), (vec![38], vec![SmOperation::EndTask]));
}

/// The link to the CTI server stands still, with whatever was sent last, until both ends have given it up; nobody closes a
/// contact whose end was lost.
fn with_a_dead_link(from: &str, rest: &str) -> Run {
    played(&format!(
        "include = [\"one-task.toml\"]\nuntil = \"10min\"\n\
         [agents.1081]\noffer = {{ accept = \"4s\", start = \"4s\", pause = \"4s\", resume = \"4s\", wrap_up = \"4s\", close = \"4s\" }}\n\
         [agents.1082]\nsign_in = \"100s\"\n\
         [[steps]]\nafter = \"{from}\"\nstall = \"cti-a\"\nlasting = \"22s\"\n\
         [[expect]]\nname = \"given up\"\norder = [\"service in_service=false\", \"service in_service=true\"]\n{rest}"
    ))
}

#[test]
fn whatever_a_given_up_link_loses_of_a_task_is_recovered_with_the_next_one() {
    for state in ["PRE_CALL", "OFFERED", "ACTIVE", "PAUSED", "WRAPUP"] {
        let run = with_a_dead_link(&format!("task alice to={state}"), "");
        assert_eq!(run.failures(), [] as [&str; 0], "{state}");
        assert_eq!((ends(&run), told(&run)), (vec![38], vec![SmOperation::EndTask]), "{state}");
    }
}

/// Neither the reservation nor its end reached Finesse.
#[test]
fn an_offer_that_came_and_rang_out_in_a_link_that_was_given_up_is_sent_again() {
    let quick = "[set.\"mrd/Tasks\"]\nstart_timeout = \"5s\"\n";
    let run = with_a_dead_link("task alice to=PRE_CALL", quick);
    assert_eq!(run.failures(), [] as [&str; 0]);
    assert_eq!(ends(&run), [36, 38]);
    assert_eq!(told(&run), [SmOperation::Renotify, SmOperation::EndTask]);
}

/// The agent closed the task, and its end is in the link.
#[test]
fn an_end_in_a_link_that_was_given_up_is_told_to_ccp_once() {
    let run = with_a_dead_link("task alice to=LOGGED_OUT", "");
    assert_eq!(run.failures(), [] as [&str; 0]);
    assert_eq!((ends(&run), told(&run)), (vec![38], vec![SmOperation::EndTask]));
}

/// How tasks ended at the agent PG.
fn ends(run: &Run) -> Vec<u32> {
    let end = |record: &Record| match &record.what {
        What::Out(Output::Note(Fact::Task {
            to: TaskState::Ended,
            disposition: Some(Disposition(how)),
            ..
        })) => Some(*how),
        _ => None,
    };
    run.records.iter().filter_map(end).collect()
}

/// What Finesse asked of CCP.
fn told(run: &Run) -> Vec<SmOperation> {
    let call = |record: &Record| match &record.what {
        What::Out(Output::Note(Fact::Finesse(FinesseFact::SmCall { operation, .. }))) => Some(*operation),
        _ => None,
    };
    run.records.iter().filter_map(call).collect()
}
