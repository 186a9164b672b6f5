//! What becomes of a step whose effect a component refuses, or that nobody answers.

use crate::support::{Run, played};

/// One agent who takes her time, one customer, and a step.
fn with(step: &str) -> Run {
    played(&format!(
        "[agents.1081]\noffer = {{ accept = \"10s\", start = \"5s\", close = \"20s\" }}\n[customers.alice]\n\
         requeue_on_recovery = true\n{step}"
    ))
}

/// What the report says of steps that were not taken.
fn told(run: &Run) -> Vec<String> {
    let failures = run.report.failures.iter();
    failures.map(|failure| format!("{}: {}", failure.by, failure.text)).collect()
}

/// The step fails with that, and passes where it may be refused.
fn assert_refused(step: &str, text: &str) {
    let failures = told(&with(step));
    assert_eq!(failures, [format!("step 1: the step was {text}")], "{step}");
    assert_eq!(told(&with(&format!("{step}\nmay_be_refused = true"))), [] as [&str; 0], "{step}");
}

#[test]
fn a_cancel_that_comes_too_late_for_ccp_fails_its_step() {
    assert_refused(
        "[[steps]]\nafter = \"contact alice to=reserved\"\nwait = \"3s\"\ncustomer = \"alice\"\ndoes = \"cancel alice\"",
        "refused: the answer is 400: only an unread or queued task can be cancelled",
    );
}

#[test]
fn a_poll_of_a_contact_that_is_gone_fails_its_step() {
    let run = played(
        "[customers.alice]\n[[steps]]\nafter = \"contact alice to=queued\"\nwait = \"1s\"\ncustomer = \"alice\"\ndoes = \"cancel\"\n\
         [[steps]]\nafter = \"contact alice to=discarded\"\nwait = \"1s\"\ncustomer = \"alice\"\ndoes = \"poll alice\"",
    );
    let [failure] = &told(&run)[..] else { panic!("{:?}", told(&run)) };
    assert!(failure.starts_with("step 2: the step was refused: the answer is 404"), "{failure}");
}

#[test]
fn an_action_that_finesse_refuses_at_once_fails_its_step() {
    assert_refused(
        "[[steps]]\nafter = \"dialog alice to=OFFERED\"\nagent = \"1081\"\ndoes = \"resume alice\"",
        "refused: the answer is 400: Invalid 'requestedAction' specified for task",
    );
}

#[test]
fn a_request_that_is_taken_and_fails_afterwards_fails_its_step() {
    assert_refused(
        "[[steps]]\nafter = \"dialog alice to=OFFERED\"\nagent = \"1081\"\ndoes = \"not-ready\"",
        "refused: E_ARM_STAT_DO_THIS_WITH_TASK_SENT_RECENTLY",
    );
}

#[test]
fn a_request_whose_answer_is_lost_fails_its_step() {
    let step = "[[steps]]\nafter = \"dialog alice to=ACTIVE\"\ncustomer = \"alice\"\ndoes = \"poll alice\"\n";
    let rule =
        "[[rules]]\nname = \"lost\"\nmatch = \"ccp > app REPLY alice to=POLL\"\narmed = false\ndrop = true\n";
    let arm = "[[steps]]\nafter = \"stepped by=\\\"step 1\\\"\"\narm = \"lost\"\n";
    let run = with(&format!("{step}{arm}{rule}"));
    assert!(
        told(&run).contains(&"step 1: the step was refused: no answer in time".to_owned()),
        "{:?}",
        told(&run)
    );
}

#[test]
fn sides_that_cannot_change_fail_their_step() {
    let stop = "[[steps]]\nat = \"2s\"\ncti = \"stop b\"\n[[steps]]\nat = \"3s\"\ncti = \"switch b\"";
    let run = with(stop);
    let [failure] = &told(&run)[..] else { panic!("{:?}", told(&run)) };
    assert!(failure.starts_with("step 2: the step was refused: "), "{failure}");
    let stopped = "[[steps]]\nat = \"2s\"\nstop = \"agentpg\"\n[[steps]]\nat = \"3s\"\ncti = \"switch b\"\n[[steps]]\nat = \"4s\"\nstart = \"agentpg\"";
    let run = with(stopped);
    assert!(
        told(&run).contains(&"step 2: the step was refused: agentpg is stopped".to_owned()),
        "{:?}",
        told(&run)
    );
}

#[test]
fn a_sign_in_that_is_tried_again_until_it_succeeds_is_no_refusal() {
    let run = with(
        "[[steps]]\nat = \"200ms\"\nstop = \"finesse\"\n[[steps]]\nat = \"20s\"\nstart = \"finesse\"\n\
         [agents.1082]\nsign_in = \"never\"\n[[steps]]\nat = \"10s\"\nagent = \"1082\"\ndoes = \"sign-in\"",
    );
    assert_eq!(told(&run), [] as [&str; 0]);
}
