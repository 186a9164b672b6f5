//! What becomes of what virtual people are going to do by themselves, where a component refuses it.

use crate::support::{Run, played, read};

const AGENT: &str = "[agents.1081]\n";

/// Whoever signs out must give a reason.
const REASONS: &str =
    "[set.finesse]\nreason_codes = [{ id = 1, code = 901, label = \"Going home\", category = \"LOGOUT\" }]\n";

/// What the report says went wrong.
fn told(run: &Run) -> Vec<String> {
    run.report.failures.iter().map(|failure| format!("{}: {}", failure.by, failure.text)).collect()
}

/// How the tasks ended.
fn outcome(run: &Run) -> String {
    run.report.outcome.to_string()
}

#[test]
fn a_customer_whose_task_is_refused_is_a_failure_and_has_no_contact() {
    let text = |key: &str| format!("{AGENT}[customers.alice]\nname = \"\"\n{key}");
    let run = played(&text(""));
    let [failure] = &told(&run)[..] else { panic!("{:?}", told(&run)) };
    let why = failure.strip_prefix("alice: `create` was refused: ").unwrap_or_else(|| panic!("{failure}"));
    assert!(why.starts_with("the answer is 400"), "{why}");
    assert!(run.report.failures[0].record.is_some());
    assert_eq!(outcome(&run), format!("alice: no contact: {why}"));
    assert_eq!(told(&played(&text("may_be_refused = true"))), [] as [&str; 0]);
}

#[test]
fn a_customer_of_a_feed_that_the_lab_lacks_is_told_when_the_file_is_read() {
    let text = |key: &str| format!("{AGENT}[customers.alice]\nfeed = 999999\n{key}");
    let problems = read(&text("")).unwrap_err().problems;
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert!(problem.message.starts_with("there is no feed `999999`; there is `"), "{}", problem.message);
    assert_eq!((problem.line, problem.column), (3, 8));
    let run = played(&text("may_be_refused = true"));
    assert_eq!(told(&run), [] as [&str; 0]);
    assert!(outcome(&run).starts_with("alice: no contact: the answer is 404"), "{}", outcome(&run));
}

#[test]
fn a_cancel_that_comes_too_late_is_a_failure_unless_it_may_be_refused() {
    let text = |key: &str| format!("{AGENT}[customers.alice]\ncancel_after = \"3s\"\n{key}");
    assert_eq!(
        told(&played(&text(""))),
        ["alice: `cancel` was refused: the answer is 400: only an unread or queued task can be cancelled"]
    );
    assert_eq!(told(&played(&text("may_be_refused = true"))), [] as [&str; 0]);
}

#[test]
fn a_cancel_that_is_repeated_because_its_answer_was_lost_is_no_refusal() {
    let run = played(
        "[customers.alice]\ncancel_after = \"3s\"\n[[rules]]\nmatch = \"ccp > app REPLY alice to=CANCEL\"\ndrop = true",
    );
    assert_eq!(told(&run), [] as [&str; 0]);
    assert!(
        outcome(&run).starts_with("alice: discarded (notification_cce_task_cancel_succeeded)"),
        "{}",
        outcome(&run)
    );
}

#[test]
fn a_creation_that_is_lost_on_its_way_is_a_failure() {
    let rule = "[[rules]]\nmatch = \"app > ccp CREATE\"\ndrop = true";
    let run = played(&format!("{AGENT}[customers.alice]\n{rule}"));
    assert_eq!(told(&run), ["alice: `create` was refused: no answer in time"]);
    assert_eq!(outcome(&run), "alice: no contact: no answer in time");
}

#[test]
fn a_sign_out_without_the_reason_that_the_lab_demands_is_a_failure() {
    let text = |key: &str| format!("{REASONS}[agents.1081]\nsign_out = \"20s\"\n{key}\n[customers.alice]");
    let run = played(&text(""));
    let [failure] = &told(&run)[..] else { panic!("{:?}", told(&run)) };
    assert!(
        failure.ends_with(
            "`sign_out` was refused: the answer is 400: finesse.api.reasoncode.require_reasoncode"
        ),
        "{failure}"
    );
    assert_eq!(told(&played(&text("may_be_refused = true"))), [] as [&str; 0]);
}

#[test]
fn a_sign_out_of_an_agent_who_is_not_signed_in_is_a_failure() {
    let told_to =
        |at: &str, does: &str| format!("[[steps]]\nat = \"{at}\"\nagent = \"1081\"\ndoes = \"{does}\"\n");
    let run = played(&format!("[agents.1081]\nsign_out = \"9s\"\n{}", told_to("5s", "sign-out")));
    assert_eq!(told(&run), [] as [&str; 0], "the sign-out that was planned is given up");
    let run = played(&format!(
        "[agents.1081]\nsign_in = \"5s\"\nsign_out = \"9s\"\n{}{}",
        told_to("1s", "sign-in"),
        told_to("4s", "crash"),
    ));
    assert_eq!(run.report.dropped.len(), 2, "{:?}", run.report.dropped);
}

#[test]
fn an_agent_who_becomes_not_ready_without_being_ready_is_a_failure() {
    let run = played(
        "[agents.1081]\nready = \"1s\"\nnot_ready = \"3s\"\n[[steps]]\nat = \"3s\"\nagent = \"1081\"\ndoes = \"sign-out\"\n\
         [[steps]]\nat = \"6s\"\nagent = \"1081\"\ndoes = \"sign-in\"",
    );
    assert_eq!(told(&run), [] as [&str; 0]);
}

#[test]
fn a_sign_in_that_is_tried_until_it_succeeds_is_no_failure() {
    let run = played(
        "[agents.1081]\nsign_in = \"1s\"\n[[steps]]\nat = \"500ms\"\ncut = \"cti-a\"\nlasting = \"6s\"\n[customers.alice]",
    );
    assert_eq!(told(&run), [] as [&str; 0]);
}

#[test]
fn a_sign_in_that_is_not_complete_at_the_end_is_a_failure() {
    let run = played(
        "until = \"1min\"\n[agents.1081]\nsign_in = \"1s\"\n[[steps]]\nat = \"500ms\"\nstop = \"agentpg\"",
    );
    assert_eq!(told(&run), ["agent-1081: the sign-in that began at 1s was not complete before the end"]);
}

#[test]
fn a_customer_of_a_dialed_number_that_the_lab_lacks_is_told_when_the_file_is_read() {
    let text = |key: &str| format!("{AGENT}[customers.alice]\nscript_selector = \"cumulustask\"\n{key}");
    let problems = read(&text("")).unwrap_err().problems;
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert!(
        problem.message.starts_with("there is no dialed number `cumulustask`; there is `"),
        "{problem:?}"
    );
    let run = played(&text("may_be_refused = true"));
    assert_eq!(told(&run), [] as [&str; 0]);
    assert!(outcome(&run).starts_with("alice: discarded"), "{}", outcome(&run));
}
