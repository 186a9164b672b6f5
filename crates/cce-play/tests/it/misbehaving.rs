//! Swarms with misbehaving peers: nobody panics, and only the tasks that bent messages are about may suffer.

use crate::swarm::{played, read};
use cce_scenario::Scenario;

const SWARM: &str = include_str!("../../../../sim-configs/scenarios/swarm-misbehaving.toml");

/// How many seeds are played.
const SEEDS: u64 = 8;

#[test]
fn tasks_that_no_bent_message_is_about_keep_every_check() {
    let swarm = small();
    let mut acted = 0;
    for seed in 1..=SEEDS {
        let play = played(&swarm, seed);
        let report = play.report();
        let drawn = play.sim.director().scenario().drawn.clone().unwrap();
        assert!(report.failures.is_empty(), "{drawn}: {:#?}", report.failures);
        acted += report.bends.len();
    }
    assert!(acted > 0, "no rule ever acted");
}

/// The shipped one in small.
pub(crate) fn small() -> Scenario {
    let small = SWARM.replace("tasks = [20, 80]", "tasks = [20, 30]").replace("60s", "30s");
    assert_ne!(small, SWARM);
    read(&small).unwrap()
}

#[test]
fn tasks_that_wait_for_an_agent_whom_a_bent_task_keeps_are_not_judged() {
    let play = played(&read(SWARM).unwrap(), 281);
    let report = play.report();
    let ended_as = |status: &str| report.outcome.ends.iter().any(|end| end.status.starts_with(status));
    assert!(ended_as("queued"), "{}", report.outcome);
    assert!(report.failures.is_empty(), "{:#?}", report.failures);
}
