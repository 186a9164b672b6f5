//! Agents who are planned never to finish.

use crate::support::{Run, played};

fn with(offer: &str, rest: &str) -> Run {
    played(&format!("until = \"2min\"\n[agents.1081]\noffer = {{ {offer} }}\n[customers.alice]\n{rest}"))
}

#[test]
fn a_task_that_an_agent_never_closes_is_told_and_is_no_failure() {
    let run = with(
        "accept = \"1s\", start = \"1s\", close = \"never\"",
        "[[expect]]\nnever = \"desk > finesse CLOSE\"\n[[expect]]\nfinal = \"dialog alice to=ACTIVE\"",
    );
    assert_eq!(run.failures(), [] as [&str; 0]);
    assert_eq!(run.report.endless, ["alice stays ACTIVE: agent 1081 never goes on"]);
    assert!(!run.report.is_over);
}

#[test]
fn so_are_one_that_never_starts_one_that_stays_paused_and_one_that_stays_in_wrap_up() {
    for (offer, state) in [
        ("accept = \"1s\", start = \"never\"", "ACCEPTED"),
        ("accept = \"1s\", start = \"1s\", pause = \"1s\", close = \"never\"", "PAUSED"),
        ("accept = \"1s\", start = \"1s\", wrap_up = \"1s\", close = \"never\"", "WRAPPING_UP"),
    ] {
        let run = with(offer, "");
        assert_eq!(run.failures(), [] as [&str; 0], "{offer}");
        assert_eq!(run.report.endless, [format!("alice stays {state}: agent 1081 never goes on")]);
    }
}

#[test]
fn a_task_that_stays_open_against_the_plan_is_a_failure() {
    let lost =
        "[[rules]]\nname = \"lost\"\nmatch = \"desk > finesse START\"\ndrop = true\ntimes = \"always\"";
    let run = with("accept = \"1s\", start = \"1s\", close = \"never\"", lost);
    assert!(run.failures().iter().any(|by| by.starts_with("check one-end")), "{:?}", run.failures());
    assert_eq!(run.report.endless, [] as [&str; 0]);
}

#[test]
fn a_task_that_a_step_closes_has_no_excuse() {
    let run = with(
        "accept = \"1s\", start = \"1s\", close = \"never\"",
        "[[steps]]\nafter = \"dialog alice to=ACTIVE\"\nwait = \"1s\"\nagent = \"1081\"\ndoes = \"close alice\"\n\
         [[rules]]\nname = \"lost\"\nmatch = \"finesse > agentpg END_TASK_IND\"\ndrop = true",
    );
    assert!(run.failures().iter().any(|by| by.starts_with("check one-end")), "{:?}", run.failures());
    assert_eq!(run.report.endless, [] as [&str; 0]);
}
