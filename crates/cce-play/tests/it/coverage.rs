//! What a swarm reached, and what it never did.

use crate::swarm::{played, small};
use cce_swarm::{Coverage, Grid};

#[test]
fn what_there_is_to_reach_comes_from_tables_and_states() {
    for (grid, state, message) in [
        (Grid::Contact, "queued", "DO_THIS_WITH_TASK"),
        (Grid::Dialogue, "cancelling", "CANCEL_TASK"),
        (Grid::Dialogue, "queued", "CONNECT"),
        (Grid::Task, "INTERRUPTED", "START_TASK_IND"),
        (Grid::Dialog, "PAUSED", "RESUME"),
        (Grid::Agent, "WORK_READY", "MAKE_AGENT_READY_IND"),
        (Grid::Agent, "RESERVED", "DEVICE_TARGET_PRE_CALL_IND"),
    ] {
        assert!(grid.states().contains(&state), "{grid:?} has no {state}");
        assert!(grid.messages().contains(&message), "{grid:?} has no {message}: {:?}", grid.messages());
    }
}

#[test]
fn a_run_reaches_what_every_task_needs_and_not_what_nobody_does() {
    let play = played(&small(), 1);
    let coverage = play.sim.director().coverage().unwrap();
    for (grid, state, message) in [
        (Grid::Contact, "queued", "DO_THIS_WITH_TASK"),
        (Grid::Dialogue, "queued", "CONNECT"),
        (Grid::Task, "PRE_CALL", "OFFER_TASK_IND"),
        (Grid::Dialog, "OFFERED", "ACCEPT"),
        (Grid::Agent, "NOT_ACTIVE", "DEVICE_TARGET_PRE_CALL_IND"),
    ] {
        assert!(coverage.has(grid, state, message), "{state} and {message} never met:\n{coverage}");
        assert!(!coverage.missing(grid, message).contains(&state));
    }
    assert!(!coverage.has(Grid::Dialog, "CLOSED", "TRANSFER"), "{coverage}");
}

#[test]
fn coverage_of_several_runs_is_what_any_of_them_reached() {
    let nothing = Coverage::default();
    let play = played(&small(), 1);
    let mut both = nothing.clone();
    both.add(play.sim.director().coverage().unwrap());
    for grid in Grid::ALL {
        let (none, all) = nothing.count(grid);
        let (some, of) = both.count(grid);
        assert!(none == 0 && all == of && (1..all).contains(&some), "{grid:?}: {some} of {all}");
    }
}

#[test]
fn a_message_that_met_nothing_is_told_in_one_word() {
    let text = Coverage::default().to_string();
    assert!(text.contains("0 of 64 pairs reached\n  ACCEPT: never\n"), "{text}");
}
