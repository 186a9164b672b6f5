//! What fails and comes back, over real connections: the scenarios that `cce-play` plays in the simulator, with shorter
//! times.

use crate::support::{Running, folder, scenario};
use std::path::Path;

/// Labs at the same time.
const LABS_MAX: usize = 10;

#[test]
fn a_task_outlives_a_cut_of_the_cti_link_in_every_state() {
    let states = ["OFFERED", "ACCEPTED", "ACTIVE", "PAUSED", "WRAPPING_UP"];
    let runs =
        states.map(|state| vec![format!("state={state}"), "lasting=3s".to_owned(), "pace=2s".to_owned()]);
    all_hold("cti-cut", &runs);
}

#[test]
fn a_restart_of_any_component_in_any_state_leaves_no_task_behind() {
    let short = ["pace=1s", "start_timeout=8s", "second_agent=15s"];
    let mut runs = Vec::new();
    for component in ["ccp", "mrpg", "router", "agentpg", "finesse"] {
        for state in ["OFFERED", "ACTIVE", "PAUSED", "WRAPPING_UP"] {
            // Only the agent PG loses tasks (task-routing E18): without it, nobody closes what is lost.
            let closes_lost = if component == "agentpg" { "30s" } else { "never" };
            let chosen = [
                format!("component={component}"),
                format!("state={state}"),
                format!("closes_lost={closes_lost}"),
            ];
            runs.push(chosen.into_iter().chain(short.map(str::to_owned)).collect());
        }
    }
    all_hold("component-restart", &runs);
}

/// Plays a shipped scenario with each of these parameters, each once: what fails is told with what its lab said.
fn all_hold(name: &str, runs: &[Vec<String>]) {
    let folder = folder(name);
    let mut failed = Vec::new();
    for together in runs.chunks(LABS_MAX) {
        let labs = together.iter().map(|parameters| launch(&folder, name, parameters)).collect::<Vec<_>>();
        failed.extend(labs.into_iter().filter_map(Running::failure));
    }
    assert!(failed.is_empty(), "{} of {} failed:\n{}", failed.len(), runs.len(), failed.join("\n"));
}

fn launch(folder: &Path, name: &str, parameters: &[String]) -> Running {
    let file = scenario(&format!("{name}.toml"));
    let mut arguments = vec!["--ports", "ephemeral", "--scenario", &file, "--until-over"];
    arguments.extend(parameters.iter().flat_map(|parameter| ["--param", parameter]));
    Running::start(folder, &parameters[..2].join("-"), &arguments)
}
