//! States of an expectation: whose they are, and how long they last.

use crate::support::{Run, played};

/// One agent who takes every task, one customer, and what else a test wants.
fn with(rest: &str) -> Run {
    played(&format!("{rest}\n[agents.1081]\n[customers.alice]\n"))
}

fn texts(run: &Run) -> Vec<&str> {
    run.report.failures.iter().map(|failure| failure.text.as_str()).collect()
}

#[test]
fn a_state_is_over_with_the_next_change_whatever_it_came_from() {
    for (state, end) in [
        ("contact alice from=queued to=reserved", "it ended as handled; from=reserved, not queued"),
        ("dialog alice from=ACCEPTED to=ACTIVE", "it ended as CLOSED; from=ACTIVE, not ACCEPTED"),
        (
            "contact alice to=handled reason=externally_routed",
            "it ended as handled; reason=externally_handled, not externally_routed",
        ),
        ("agent_in_mrd agent=1081 tasks=1 to=ACTIVE", "it ended as NOT_ACTIVE; tasks=0, not 1"),
    ] {
        assert_eq!(texts(&with(&format!("[[expect]]\nfinal = \"{state}\""))), [end], "{state}");
    }
    let run = with(
        "[[expect]]\nwhile = \"contact alice from=unread to=queued\"\nnever = \"finesse > desk UPDATE alice\"\n\
         [[expect]]\nfinal = \"contact alice from=reserved to=handled\"",
    );
    assert_eq!(texts(&run), [""; 0]);
}

#[test]
fn a_state_is_that_of_whom_its_keys_name() {
    let run = with(
        "[agents.1082]\nsign_in = \"30s\"\nready = \"never\"\n\
         [[expect]]\nfinal = \"agent_in_mrd agent=1081 mrd=5011 to=NOT_ACTIVE\"",
    );
    assert_eq!(texts(&run), [""; 0]);
}
