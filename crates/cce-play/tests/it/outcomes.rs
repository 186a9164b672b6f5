//! How outcomes are told.

use cce_model::{AgentState, Disposition, MrdId};
use cce_play::{Outcome, RunEnd, TaskEnd, agent_differences};

fn end(name: &str, status: &str, dispositions: &[u32]) -> TaskEnd {
    let dispositions = dispositions.iter().copied().map(Disposition).collect();
    TaskEnd { name: name.to_owned(), status: status.to_owned(), cancel: None, dispositions }
}

fn ends(names: std::ops::Range<usize>, status: &str, dispositions: &[u32]) -> Vec<TaskEnd> {
    names.map(|number| end(&format!("T{number}"), status, dispositions)).collect()
}

#[test]
fn a_few_contacts_are_told_one_by_one() {
    let cancelled = TaskEnd { cancel: Some("200".to_owned()), ..end("bob", "discarded (cancelled)", &[]) };
    let outcome = Outcome::from(vec![end("alice", "handled (closed)", &[36, 38]), cancelled]);
    assert_eq!(
        outcome.to_string(),
        "alice: handled (closed), disposition 36 ring no answer, disposition 38 normal end; bob: discarded (cancelled), DELETE 200"
    );
    assert_eq!(Outcome::from(ends(1..7, "handled", &[])).to_string().matches("; ").count(), 5);
    assert_eq!(Outcome::default().to_string(), "no task");
}

#[test]
fn many_contacts_are_told_by_how_many_ended_how_and_rare_ends_by_name() {
    let few = ends(5..9, "discarded (cancelled)", &[]);
    let rare = ends(9..11, "reserved", &[20]);
    let outcome = Outcome::from([few, rare, ends(11..131, "handled (closed)", &[38])].concat());
    assert_eq!(
        outcome.to_string(),
        "120 contacts: handled (closed), disposition 38 normal end; 4 contacts: discarded (cancelled); \
         T9, T10: reserved, disposition 20 intercept reorder"
    );
}

#[test]
fn outcomes_differ_in_contacts_failures_and_what_was_not_reached() {
    let run = |ends: Vec<TaskEnd>, failures: &[&str]| RunEnd {
        outcome: Outcome::from(ends),
        failures: failures.iter().map(|by| (*by).to_owned()).collect(),
        unreached: std::iter::once("agent-1081: `close`".to_owned())
            .filter(|_| failures.is_empty())
            .collect(),
    };
    let cancelled = TaskEnd { cancel: Some("200".to_owned()), ..end("bob", "discarded (cancelled)", &[]) };
    let one = run(vec![end("alice", "handled (closed)", &[36, 38]), cancelled.clone()], &["expectation 1"]);
    let two = run(vec![end("alice", "handled (closed)", &[38]), end("bob", "handled (closed)", &[])], &[]);
    assert_eq!(
        one.differences(&two),
        [
            "alice: disposition 36 ring no answer, 38 normal end, not disposition 38 normal end",
            "bob: discarded (cancelled), not handled (closed); DELETE 200, not no answer to DELETE",
            "fails: expectation 1",
            "reaches agent-1081: `close`",
        ]
    );
    assert_eq!(one.differences(&one), Vec::<String>::new());
    let many = run(ends(0..9, "handled", &[]), &["expectation 1"])
        .differences(&run(ends(0..9, "reserved", &[]), &["expectation 1"]));
    assert_eq!((many.len(), many[6].as_str()), (7, "and 3 more contacts"));
}

#[test]
fn agents_differ_by_how_they_stand_in_a_domain() {
    let stand = |state| [(("1081".into(), MrdId(5_001)), state)].into_iter().collect();
    assert_eq!(
        agent_differences(&stand(AgentState::NotActive), &stand(AgentState::NotReady), |_| " in Chat"
            .to_owned()),
        ["agent 1081 in Chat ends READY, not NOT_READY"]
    );
}
