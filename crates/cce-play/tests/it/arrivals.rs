//! Agents who say no time arrive in the order in which they are written.

use crate::support::{played, read, run};
use cce_journal::{Record, What};
use cce_kernel::{Fact, Output};

/// The agents who become ready, in the order in which the agent PG says so.
fn ready(records: &[Record]) -> Vec<String> {
    let ready = records.iter().filter_map(|record| match &record.what {
        What::Out(Output::Note(Fact::AgentInMrd { agent, from, to, .. }))
            if from.name() == "NOT_READY" && to.name() == "NOT_ACTIVE" =>
        {
            Some(agent.to_string())
        }
        _ => None,
    });
    ready.collect()
}

#[test]
fn agents_become_ready_in_the_order_in_which_they_are_written_with_every_seed() {
    let text = "[agents.1082]\n[agents.1080]\n[agents.1081]\noffer = \"ignore\"\n[customers.alice]";
    for seed in 0..20 {
        let run = run(read(text).unwrap(), seed);
        assert_eq!(run.failures(), [] as [&str; 0]);
        assert_eq!(ready(&run.records), ["1082", "1080", "1081"], "seed {seed}");
    }
}

#[test]
fn who_ignores_and_comes_first_gets_the_task_first() {
    let run = played(
        "[agents.1082]\noffer = \"ignore\"\n[agents.1081]\n[customers.alice]\n\
         [[expect]]\norder = [\"dialog alice agent=1082 to=OFFERED\", \"dialog alice agent=1081 to=OFFERED\", \"contact alice to=handled\"]",
    );
    assert_eq!(run.failures(), [] as [&str; 0]);
}

#[test]
fn an_agent_with_a_time_does_not_wait_for_the_one_before() {
    let run = played(
        "[agents.1082]\nsign_in = \"5s\"\n[agents.1081]\nsign_in = \"1s\"\n[customers.alice]\nat = \"10s\"",
    );
    assert_eq!(ready(&run.records), ["1081", "1082"]);
}

#[test]
fn an_agent_in_turn_may_take_a_while() {
    let run = played(
        "[agents.1082]\nsign_in = \"5s\"\n[agents.1081]\nin_turn = true\nsign_in = \"1s\"\n[customers.alice]\nat = \"20s\"",
    );
    assert_eq!(run.failures(), [] as [&str; 0]);
    assert_eq!(ready(&run.records), ["1082", "1081"]);
}

#[test]
fn who_is_refused_holds_up_nobody() {
    let run = played(
        "[set.agentpg]\nsigned_in_max = 1\n[agents.1082]\n[agents.1081]\nmay_be_refused = true\n[agents.1080]\nmay_be_refused = true\n\
         [customers.alice]",
    );
    assert_eq!(run.failures(), [] as [&str; 0]);
    let refused = run.records.iter().filter_map(|record| match &record.what {
        What::Out(Output::Note(Fact::PlanRefused { plan, .. })) => {
            Some((record.node.as_str(), plan.as_str()))
        }
        _ => None,
    });
    assert_eq!(refused.collect::<Vec<_>>(), [("agent-1081", "sign-in"), ("agent-1080", "sign-in")]);
}

#[test]
fn however_an_arrival_ends_the_next_agent_signs_in() {
    let told =
        |at: &str, does: &str| format!("[[steps]]\nat = \"{at}\"\nagent = \"1080\"\ndoes = \"{does}\"\n");
    for (what, first, steps) in [
        ("a sign-out before ready", "ready = \"9s\"\n", told("3s", "sign-out")),
        ("a crash before ready", "ready = \"9s\"\n", told("3s", "crash")),
        ("a ready before the planned one", "ready = \"9s\"\n", told("3s", "ready")),
        ("a crash ahead of the sign-in", "sign_in = \"9s\"\n", told("3s", "crash")),
    ] {
        let run =
            played(&format!("[agents.1080]\n{first}[agents.1081]\n[customers.alice]\nat = \"20s\"\n{steps}"));
        assert_eq!(run.failures(), [] as [&str; 0], "{what}");
        assert!(ready(&run.records).contains(&"1081".to_owned()), "{what}");
    }
}

#[test]
fn an_agent_whose_turn_never_comes_is_a_failure_that_says_for_whom_it_waits() {
    let run =
        played("until = \"1min\"\n[agents.1080]\n[agents.1081]\n[[steps]]\nat = \"1ms\"\nstop = \"agentpg\"");
    let told: Vec<String> =
        run.report.failures.iter().map(|failure| format!("{}: {}", failure.by, failure.text)).collect();
    assert!(
        told.contains(
            &"agent-1081: it never signed in: it waits for agent-1080, who has not arrived".to_owned()
        ),
        "{told:?}"
    );
}

/// What is wrong with a text.
fn problems(text: &str) -> Vec<String> {
    read(text).unwrap_err().problems.into_iter().map(|problem| problem.message).collect()
}

#[test]
fn a_turn_that_cannot_be_is_refused() {
    for (text, said) in [
        ("[agents.1080]\nin_turn = true", "nobody written before this agent arrives alone"),
        (
            "[agents.1080]\nsign_in = \"never\"\nready = \"never\"\noffer = \"ignore\"\n[agents.1081]\nin_turn = true",
            "nobody written before",
        ),
        (
            "[agents.1080]\n[agents.1081]\nin_turn = true\nsign_out = \"9s\"",
            "`sign_out` counts from the start",
        ),
        ("[agents.\"1080..1081\"]\n[agents.1081]", "agent `1081` is there twice"),
    ] {
        let problems = problems(text);
        assert!(problems.iter().any(|problem| problem.contains(said)), "{text}: {problems:?}");
    }
}

#[test]
fn a_transfer_that_cannot_be_is_refused() {
    for (offer, said) in [
        ("transfer_to = \"Nowhere\"", "the lab has no dialed number `Nowhere`"),
        ("transfer_to = \"CumulusTask\"\noffer = \"ignore\"", "`transfer_to` counts from"),
        ("transfer_to = \"CumulusTask\"\nwrap_up = \"1s\"", "`transfer_to` counts from"),
        ("transfer_to = \"CumulusTask\"\nclose = \"never\"", "`transfer_to` counts from"),
    ] {
        let problems = problems(&format!("[agents.1080]\n{offer}"));
        assert!(problems.iter().any(|problem| problem.contains(said)), "{offer}: {problems:?}");
    }
}
