//! States of an expectation: whose they are, and how long they last.

use crate::support::{Run, played, read};

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

/// The dialog is closed as long as Finesse is away.
#[test]
fn a_state_ends_with_its_component() {
    let stopped = |expect: &str| {
        with(&format!(
            "until = \"20s\"\n[[steps]]\nname = \"away\"\nafter = \"dialog alice to=ACTIVE\"\nstop = \"finesse\"\n\
             [[steps]]\nname = \"later\"\nafter = 'stepped by=\"away\"'\nwait = \"1s\"\ncut = \"icm-mr\"\n\
             [checks.off]\none-end = \"Finesse does not come back\"\n[[expect]]\n{expect}"
        ))
    };
    let run = stopped("final = \"dialog alice to=ACTIVE\"");
    assert_eq!(texts(&run), ["it ended as ACTIVE, and finesse was stopped"]);
    for holds in [
        "while = \"dialog alice to=ACTIVE\"\nnever = 'stepped by=\"later\"'",
        "final = \"contact alice to=reserved\"",
        "final = \"task alice to=ACTIVE\"",
    ] {
        assert_eq!(texts(&stopped(holds)), [""; 0], "{holds}");
    }
    let run = stopped("while = \"task alice to=ACTIVE\"\nnever = 'stepped by=\"later\"'");
    assert_eq!(texts(&run), ["it happened during `task alice to=ACTIVE`"]);
}

#[test]
fn what_ended_stays_so_when_its_component_stops() {
    let run = with(
        "[[steps]]\nafter = \"contact alice to=handled\"\nwait = \"1s\"\nrestart = \"finesse\"\n\
         [[expect]]\nfinal = \"dialog alice to=CLOSED\"",
    );
    assert_eq!(texts(&run), [""; 0]);
}

#[test]
fn a_count_that_asks_for_nothing_is_refused() {
    let text =
        |bounds: &str| format!("[agents.1081]\n[[expect]]\ncount = {{ of = \"peer_error\", {bounds} }}");
    let problems = read(&text("least = 0")).unwrap_err().problems;
    assert_eq!(problems[0].message, "`least = 0` asks for nothing");
    assert!(read(&text("least = 0, most = 3")).is_ok() && read(&text("is = 0")).is_ok());
}
