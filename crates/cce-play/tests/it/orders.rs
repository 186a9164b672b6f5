//! Every order of a shipped scenario's messages.

use crate::{shipped::shipped, swarm::read};
use cce_play::{Orders, RunEnd};
use cce_scenario::Scenario;
use cce_sim::explore::{Exploration, Explored, Explorer, Search};
use std::{sync::Mutex, thread};

/// The search, by two threads: what is found does not depend on how many they are.
fn explored(scenario: Scenario) -> Explored<RunEnd> {
    let orders = Orders::new(scenario, 1);
    let explorer = Explorer { end: orders.end(), max_runs: 100_000, max_choices: 2_000 };
    let mut exploration = Exploration::new(explorer);
    loop {
        let round = exploration.round();
        if round.is_empty() {
            return exploration.explored();
        }
        let (open, done) = (Mutex::new(round), Mutex::<Vec<Search<Orders>>>::default());
        let work = || {
            while let Some(mut part) = { open.lock().unwrap().pop() } {
                part.work(&orders, &mut |_| ());
                done.lock().unwrap().push(part);
            }
        };
        thread::scope(|scope| {
            scope.spawn(work);
            work();
        });
        exploration.take_back(done.into_inner().unwrap());
    }
}

/// Cancelled; refused and handled; accepted, lost against the reservation, and handled (ccp-task-api 3.5).
#[test]
fn a_cancel_that_races_a_reservation_has_three_ends_and_no_other() {
    let explored = explored(shipped("cancel-races-reservation"));
    assert_eq!(
        ends(&explored),
        [
            "alice: discarded (notification_cce_task_cancel_succeeded), DELETE 200",
            "alice: handled (externally_handled), DELETE 200, disposition 38 normal end",
            "alice: handled (externally_handled), DELETE 400, disposition 38 normal end",
        ]
    );
    let failed = explored.outcomes().into_iter().flat_map(|found| found.outcome.failures).count();
    assert_eq!(failed, 0);
}

/// The agent's second task is cancelled as soon as the first one has ended.
const TWO: &str = r#"
[agents.1081]
limit = 1
offer = { accept = "1s", start = "1s", close = "2s" }

[customers.alice]
poll = "never"

[customers.bob]
at = "2100ms"
poll = "never"

[[steps]]
name = "bob cancels"
after = "contact alice to=handled"
customer = "bob"
does = "cancel"

[explore]
from = "contact alice to=handled"
"#;

#[test]
fn orders_count_until_the_last_contact_has_ended() {
    let alice = "alice: handled (externally_handled), disposition 38 normal end";
    let bob = |status| {
        format!("{alice}; bob: handled (externally_handled), DELETE {status}, disposition 38 normal end")
    };
    assert_eq!(ends(&explored(read(TWO).unwrap())), [bob(200), bob(400)]);
}

/// What a complete search came to, in words.
fn ends(explored: &Explored<RunEnd>) -> Vec<String> {
    assert!(explored.is_complete(), "{explored}");
    let mut ends: Vec<String> =
        explored.outcomes().into_iter().map(|found| found.outcome.outcome.to_string()).collect();
    ends.sort();
    ends
}
