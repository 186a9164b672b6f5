//! What breaks, and what heals; and how messages are bent.

use super::{lab, millis, moment, people::tell};
use crate::coverage::about_tasks;
use cce_courier::Latency;
use cce_kernel::{NodeName, Port, Rng};
use cce_scenario::{
    Action, BendKind, Chance, Drawn, FaultKind, Rule, Scenario, ScenarioStep, StepAction, Swarm, Times,
};
use cce_select::{
    Selector, Vocabulary,
    place::{AGENT, PlacePattern},
};
use cce_world::{COMPONENTS, LatencyText, Span};
use rand::{RngExt, seq::IndexedRandom};
use std::time::Duration;

/// The shortest delay that a slow port has at most, and the longest one, in milliseconds.
const SLOWEST: std::ops::Range<u64> = 20..400;

/// The n-th message of a kind is bent, up to this one.
const NTH_MAX: u64 = 12;

/// The last byte of a message that may be another one.
const BYTE_MAX: usize = 64;

/// A message that waits for the next one of its stream waits no longer.
const EXPIRE: Duration = Duration::from_secs(10);

/// Draws what breaks. Everything is whole again when the first phase ends.
pub(super) fn draw(scenario: &mut Scenario, swarm: &Swarm, drawn: &mut Drawn, rng: &mut Rng) {
    // What breaks first is of the network or a desktop, unless only components are to break.
    let soft: Vec<FaultKind> =
        swarm.kinds.iter().copied().filter(|kind| *kind != FaultKind::Restart).collect();
    for number in 0..lab::number(swarm.faults, rng) {
        let kinds = if number == 0 && !soft.is_empty() { &soft } else { &swarm.kinds };
        let Some(kind) = kinds.choose(rng).copied() else { return };
        let at = moment(swarm.heal, 50..900, rng);
        // A short one is over before anybody notices; a long one is noticed by heartbeats.
        let longest = if rng.random_bool(0.7) { 3_000 } else { 25_000 };
        let lasting = millis(10..longest, rng).min(swarm.heal.saturating_sub(at));
        let words = match kind {
            FaultKind::Delay => {
                let Some(port) = swarm.ports.choose(rng).copied() else { continue };
                Some(delay(scenario, port, rng))
            }
            FaultKind::Stall => {
                let Some(port) = swarm.ports.choose(rng).copied() else { continue };
                let words = format!("{port} stalled {}", when(at, lasting));
                Some(on_port(scenario, StepAction::Stall(port, lasting), words, at))
            }
            FaultKind::Cut => {
                let Some(port) = swarm.ports.choose(rng).copied() else { continue };
                let words = format!("{port} cut {}", when(at, lasting));
                Some(on_port(scenario, StepAction::Cut(port, lasting), words, at))
            }
            FaultKind::Crash => crash(scenario, (at, lasting), rng),
            FaultKind::Restart => restart(scenario, (at, lasting), swarm, rng),
        };
        drawn.faults.extend(words);
    }
    scenario.lab.latency.split = rng.random_bool(0.3);
    scenario.lab.latency.coalesce = rng.random_bool(0.3);
}

fn delay(scenario: &mut Scenario, port: Port, rng: &mut Rng) -> String {
    let most = Duration::from_millis(rng.random_range(SLOWEST));
    let text = LatencyText(Latency::Uniform { least: Duration::from_micros(50), most });
    scenario.lab.latency.to_listener.insert(port, text);
    scenario.lab.latency.from_listener.insert(port, text);
    format!("{port} slow ({text})")
}

fn on_port(scenario: &mut Scenario, act: StepAction, words: String, at: Duration) -> String {
    scenario.steps.push(ScenarioStep {
        name: words.clone(),
        after: None,
        wait: at,
        again: None,
        may_be_refused: true,
        act,
    });
    words
}

/// The first agent stays: somebody has to be there. A lab of one agent has no crash.
fn crash(scenario: &mut Scenario, (at, lasting): (Duration, Duration), rng: &mut Rng) -> Option<String> {
    let others = scenario.lab.cast.agents.get(1..)?;
    let agent = others.choose(rng)?.id.clone();
    let node = NodeName::from(format!("{AGENT}{agent}"));
    scenario.steps.push(tell(&node, "crash", at));
    scenario.steps.push(tell(&node, "return", at + lasting));
    Some(format!("{node} crashed {}", when(at, lasting)))
}

fn restart(
    scenario: &mut Scenario,
    (at, lasting): (Duration, Duration),
    swarm: &Swarm,
    rng: &mut Rng,
) -> Option<String> {
    let node = swarm.components.choose(rng)?.clone();
    let words = format!("{node} down {}", when(at, lasting));
    let step = |name: String, wait, act| ScenarioStep {
        name,
        after: None,
        wait,
        again: None,
        may_be_refused: true,
        act,
    };
    scenario.steps.push(step(words.clone(), at, StepAction::Stop(node.clone())));
    scenario.steps.push(step(format!("{node} up"), at + lasting, StepAction::Start(node)));
    Some(words)
}

fn when(at: Duration, lasting: Duration) -> String {
    format!("at {} for {}", Span(at), Span(lasting))
}

/// Draws which messages are bent, and how: the n-th one of a kind that is about a task.
pub(super) fn draw_rules(scenario: &mut Scenario, swarm: &Swarm, drawn: &mut Drawn, rng: &mut Rng) {
    let kinds = about_tasks();
    let words = Vocabulary {
        places: COMPONENTS
            .into_iter()
            .map(|name| (name.to_owned(), PlacePattern::Node(NodeName::from(name))))
            .collect(),
        ..Vocabulary::default()
    };
    for _ in 0..lab::number(swarm.rules, rng) {
        let Some((kind, bend)) = kinds.choose(rng).zip(swarm.bends.choose(rng).copied()) else { return };
        let Ok(matching) = Selector::parse(kind, &words) else { continue };
        let nth = rng.random_range(1..NTH_MAX);
        let name = format!("{} {kind} #{nth}", bend.name());
        drawn.rules.push(name.clone());
        scenario.rules.push(Rule {
            name,
            matching,
            nth,
            times: Times::Count(1),
            chance: Chance::CERTAIN,
            action: action(bend, rng),
            alone: false,
            expire: EXPIRE,
            is_armed: true,
        });
    }
}

fn action(bend: BendKind, rng: &mut Rng) -> Action {
    match bend {
        BendKind::Drop => Action::Drop,
        BendKind::Duplicate => Action::Duplicate,
        BendKind::Swap => Action::Swap,
        BendKind::Corrupt => {
            Action::Corrupt { byte: rng.random_range(0..BYTE_MAX), to: rng.random_range(0..=u8::MAX) }
        }
    }
}
