//! Swarms with misbehaving peers: nobody panics, and only the tasks that bent messages are about may suffer.

use crate::swarm::{played, read};

const SWARM: &str = include_str!("../../../../sim-configs/scenarios/swarm-misbehaving.toml");

/// How many seeds are played.
const SEEDS: u64 = 8;

#[test]
fn tasks_that_no_bent_message_is_about_keep_every_check() {
    let small = SWARM.replace("tasks = [20, 80]", "tasks = [20, 30]").replace("60s", "30s");
    let swarm = read(&small).unwrap();
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
