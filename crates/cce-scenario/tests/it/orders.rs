//! Every order of a shipped scenario's messages.

use crate::shipped::shipped;
use cce_scenario::{Ended, Orders};
use cce_sim::explore::{Exploration, Explored, Explorer, Search};
use std::{sync::Mutex, thread};

/// The search, by two threads: what is found does not depend on how many they are.
fn explored(name: &str) -> Explored<Ended> {
    let orders = Orders::new(shipped(name), 1);
    let explorer = Explorer { end: orders.end(), max_runs: 100_000, max_choices: 2_000 };
    let mut exploration = Exploration::new(explorer);
    loop {
        let round = exploration.round();
        if round.is_empty() {
            return exploration.explored();
        }
        let (open, done) = (Mutex::new(round), Mutex::<Vec<Search<Ended>>>::default());
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
    let explored = explored("cancel-races-reservation");
    assert!(explored.is_complete(), "{explored}");
    let mut ends: Vec<String> =
        explored.outcomes().into_iter().map(|found| found.outcome.outcome.to_string()).collect();
    ends.sort();
    assert_eq!(
        ends,
        [
            "alice: discarded (notification_cce_task_cancel_succeeded), DELETE 200",
            "alice: handled (externally_handled), DELETE 200, disposition 38",
            "alice: handled (externally_handled), DELETE 400, disposition 38",
        ]
    );
    let failed = explored.outcomes().into_iter().flat_map(|found| found.outcome.failures).count();
    assert_eq!(failed, 0);
}
