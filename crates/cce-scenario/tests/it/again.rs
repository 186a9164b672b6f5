//! Recorded runs once more.

use crate::{
    shipped::shipped,
    support::{Run, read, run},
};
use cce_journal::Record;
use cce_scenario::{Play, Scenario, deviation};

/// What a recorded run comes to when it is played again.
fn again(recorded: &Run, scenario: Scenario) -> (Play, Vec<Record>) {
    let mut play = Play::again(&recorded.play.header, &recorded.records, scenario);
    let mut records = Vec::new();
    play.run(|fresh| records.extend_from_slice(fresh));
    (play, records)
}

fn lab_of(run: &Run) -> Scenario {
    Scenario::of(cce_world::header_lab(&run.play.header).unwrap())
}

#[test]
fn a_run_that_nobody_bent_is_the_same_to_the_byte() {
    for name in ["one-task", "queue-then-agent", "two-tasks-one-agent", "rona-then-second-agent"] {
        let recorded = run(shipped(name), 4);
        let (_, records) = again(&recorded, lab_of(&recorded));
        assert_eq!(records, recorded.records, "{name}");
    }
}

#[test]
fn a_run_that_was_bent_says_the_same_in_the_same_order() {
    for name in ["start-event-held-until-close", "connect-before-pre-call", "cancel-races-reservation"] {
        let recorded = run(shipped(name), 4);
        let (play, records) = again(&recorded, lab_of(&recorded));
        assert_eq!(deviation(&recorded.records, &records), None, "{name}");
        assert!(play.report().failures.is_empty(), "{name}");
    }
}

#[test]
fn a_rule_can_be_tried_on_a_recorded_run() {
    let recorded = run(shipped("one-task"), 4);
    let rule = "[[rules]]\nname = \"lost\"\nmatch = \"agentpg > finesse START_TASK_EVENT T\"\ndrop = true";
    let scenario = Scenario { lab: lab_of(&recorded).lab, ..read(rule).unwrap() };
    let (play, records) = again(&recorded, scenario);
    assert_eq!(play.report().bends, [("lost".to_owned(), false)]);
    let parted = deviation(&recorded.records, &records).unwrap();
    assert_eq!(parted.node.as_str(), "finesse");
}
