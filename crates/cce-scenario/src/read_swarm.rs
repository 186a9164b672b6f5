//! Reads `[swarm]`.

use crate::{
    amount::Bounds,
    read::{Placed, Section, Source},
    swarm::{BendKind, FaultKind, Swarm},
};
use cce_kernel::{NodeName, Port};
use cce_model::nearest;
use cce_world::COMPONENTS;
use std::time::Duration;

/// Bounds of what may be drawn. Beyond them, a run takes long and shows nothing new.
const AGENTS_MAX: u64 = 200;
const MRDS_MAX: u64 = 8;
const TASKS_MAX: u64 = 2_000;
const FAULTS_MAX: u64 = 50;
const RULES_MAX: u64 = 50;

/// A swarm that says nothing else is whole from then on.
const HEAL: Duration = Duration::from_mins(1);

/// The shortest first phase: people have to sign in, and faults need time.
const HEAL_LEAST: Duration = Duration::from_secs(10);

/// Reads `[swarm]`.
pub(crate) fn read_swarm(section: &mut Section<'_>, from: &mut Source<'_>) -> Swarm {
    let range = |key, (least, most), bounds, section: &mut Section<'_>, from: &mut Source<'_>| {
        section.range(key, bounds, from).unwrap_or(Bounds { least, most })
    };
    let swarm = Swarm {
        agents: range("agents", (2, 50), 1..=AGENTS_MAX, section, from),
        mrds: range("mrds", (1, 4), 1..=MRDS_MAX, section, from),
        tasks: range("tasks", (20, 500), 0..=TASKS_MAX, section, from),
        faults: range("faults", (1, 6), 0..=FAULTS_MAX, section, from),
        kinds: named("kinds", "kind of fault", FaultKind::ALL, FaultKind::name, section, from),
        ports: named("ports", "port", &Port::LISTENED, Port::name, section, from),
        components: named("components", "component", &COMPONENTS, |name| name, section, from)
            .into_iter()
            .map(NodeName::from)
            .collect(),
        rules: range("rules", (0, 0), 0..=RULES_MAX, section, from),
        bends: named("bends", "way to bend", BendKind::ALL, BendKind::name, section, from),
        heal: section.duration("heal", from).unwrap_or(HEAL),
    };
    if swarm.heal < HEAL_LEAST {
        from.problem(section.place("heal"), "`swarm.heal` is at least 10s");
    }
    tell_unhit(&swarm, section, from);
    section.tell_unknown(from);
    swarm
}

/// Tells of what may be drawn and never is.
fn tell_unhit(swarm: &Swarm, section: &Section<'_>, from: &mut Source<'_>) {
    let mut tell = |key: &str, is_unhit: bool, why: &str| {
        if is_unhit && section.has(key) {
            from.problem(section.place_of_key(key), why);
        }
    };
    let has = |kind: FaultKind| swarm.kinds.contains(&kind);
    let is_whole = swarm.faults.most == 0;
    let no_faults = "nothing breaks: `faults` is 0";
    tell("kinds", is_whole, no_faults);
    tell("ports", is_whole, no_faults);
    tell("components", is_whole, no_faults);
    let is_of_ports = [FaultKind::Delay, FaultKind::Stall, FaultKind::Cut].into_iter().any(has);
    tell("ports", !is_whole && !is_of_ports, "`kinds` has no delay, stall or cut: nothing happens to ports");
    let restarts = has(FaultKind::Restart);
    tell("components", !is_whole && !restarts, "`kinds` has no restart: nothing happens to components");
    let is_alone = swarm.kinds == [FaultKind::Crash] && swarm.agents.most == 1;
    tell("kinds", is_alone, "the first agent never crashes, and there is no other one");
    // Finesse dials side B once side A is away.
    let leaves_a =
        !restarts || !swarm.components.iter().any(|node| node.as_str() == Port::CtiA.listener().name());
    let is_idle = swarm.ports == [Port::CtiB] && leaves_a;
    tell("ports", is_idle, "nobody uses `cti-b` while `cti-a` works, and nothing happens to that one");
    tell("bends", swarm.rules.most == 0, "nothing is bent: `rules` is 0");
    tell(
        "rules",
        swarm.rules.most > 0 && swarm.tasks.most == 0,
        "bent messages are about tasks, and there are none",
    );
}

/// A list of names; without one, everything that has a name.
fn named<T: Copy>(
    key: &'static str,
    what: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
    section: &mut Section<'_>,
    from: &mut Source<'_>,
) -> Vec<T> {
    if !section.has(key) {
        section.known(key);
        return all.to_vec();
    }
    let mut found = Vec::new();
    for Placed { text, span } in section.texts(key, from) {
        if let Some(one) = all.iter().find(|one| name(**one) == text) {
            found.push(*one);
        } else {
            let hint = nearest(&text, all.iter().map(|one| name(*one)));
            from.problem(span, format!("there is no {what} `{text}`{hint}"));
        }
    }
    found
}
