//! The people of a seed: agents of several characters, and customers.

use super::{lab, millis, moment};
use cce_kernel::{NodeName, Rng};
use cce_model::{AgentId, InterruptAction, LogoutAction};
use cce_scenario::{Drawn, Scenario, ScenarioStep, StepAction, Swarm};
use cce_select::place::AGENT;
use cce_world::{CastAgent, CastCustomer, CreateMethod, Span};
use rand::{RngExt, seq::IndexedRandom};
use std::time::Duration;

/// Once everything is whole, every agent is told to become ready that often, so far apart: who let an offer ring
/// is not ready any more.
const READY_TIMES: u64 = 8;
const READY_EVERY: Duration = Duration::from_secs(10);

/// Whoever was still signing out signs in then, after the heal.
const HOME: Duration = Duration::from_secs(15);

/// From the heal on, tasks have this time, and this much more for each: the slowest lab has one agent for all.
const REST: Duration = Duration::from_mins(4);
const PER_TASK: Duration = Duration::from_secs(12);

/// What somebody who fumbles wants at the wrong moment.
const FUMBLES: [&str; 8] = ["accept", "start", "pause", "resume", "wrap-up", "close", "ready", "not-ready"];

/// A task that an agent has for so long was lost: what agents do takes far less.
const LOST: Duration = Duration::from_mins(2);

/// A dialed number that nobody configured.
const UNKNOWN_NUMBER: &str = "Nowhere";

/// How long a run may take after the heal.
pub(super) fn time_for(tasks: usize) -> Duration {
    REST + PER_TASK * u32::try_from(tasks).unwrap_or(u32::MAX)
}

/// What an agent is like.
#[derive(Clone, Copy, Debug)]
enum Character {
    Quick,
    Slow,
    Pausing,
    Ignoring,
    Leaving,
    Idling,
    Fumbling,
}

impl Character {
    const ALL: [Self; 7] =
        [Self::Quick, Self::Slow, Self::Pausing, Self::Ignoring, Self::Leaving, Self::Idling, Self::Fumbling];

    const fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Slow => "slow",
            Self::Pausing => "pausing",
            Self::Ignoring => "ignoring",
            Self::Leaving => "signing out and in",
            Self::Idling => "not ready at times",
            Self::Fumbling => "fumbling",
        }
    }
}

/// Draws who works. The first agent is quick, so that every domain has somebody.
pub(super) fn draw_agents(scenario: &mut Scenario, swarm: &Swarm, drawn: &mut Drawn, rng: &mut Rng) {
    let ids: Vec<AgentId> = scenario.lab.agents.iter().map(|agent| agent.id.clone()).collect();
    scenario.lab.cast.agents.clear();
    for (number, id) in ids.into_iter().enumerate() {
        let some = Character::ALL.choose(rng).copied().unwrap_or(Character::Quick);
        let character = if number == 0 { Character::Quick } else { some };
        drawn.agents.push(character.name().to_owned());
        let node = NodeName::from(format!("{AGENT}{id}"));
        if matches!(character, Character::Leaving) {
            let leaves = moment(swarm.heal, 200..800, rng);
            let returns = leaves + millis(500..10_000, rng);
            scenario.steps.push(tell(&node, "sign-out", leaves));
            scenario.steps.push(tell(&node, "sign-in", returns.min(swarm.heal)));
            scenario.steps.push(tell(&node, "sign-in", swarm.heal + HOME));
        }
        if matches!(character, Character::Fumbling) {
            for _ in 0..rng.random_range(5..20) {
                let word = FUMBLES.choose(rng).copied().unwrap_or_default();
                scenario.steps.push(tell(&node, word, moment(swarm.heal, 50..900, rng)));
            }
        }
        let ready = ScenarioStep {
            again: Some((READY_TIMES, READY_EVERY)),
            ..tell(&node, "ready", swarm.heal + millis(1_000..5_000, rng))
        };
        scenario.steps.push(ready);
        scenario.lab.cast.agents.push(agent(id, character, rng));
    }
}

/// Somebody is told something at a time.
pub(super) fn tell(node: &NodeName, word: &str, at: Duration) -> ScenarioStep {
    ScenarioStep {
        name: format!("{node} {word}"),
        after: None,
        wait: at,
        again: None,
        may_be_refused: true,
        act: StepAction::Tell(node.clone(), vec![word.to_owned()]),
    }
}

fn agent(id: AgentId, character: Character, rng: &mut Rng) -> CastAgent {
    let mut agent = CastAgent::new(id);
    agent.limit = rng.random_range(1..=4);
    if rng.random_bool(0.5) {
        agent.interrupt_action = InterruptAction::Ignore;
    }
    if rng.random_bool(0.5) {
        agent.dialog_logout_action = LogoutAction::Transfer;
    }
    agent.sign_in = Some(Span(millis(200..4_000, rng)));
    agent.ready = Some(Span(millis(0..2_000, rng)));
    agent.accept = Some(Span(millis(100..900, rng)));
    agent.start = Some(Span(millis(0..900, rng)).into());
    agent.close = Some(Span(millis(300..3_000, rng)).into());
    match character {
        Character::Quick | Character::Leaving | Character::Fumbling => {}
        Character::Slow => {
            agent.accept = Some(Span(millis(1_000..6_000, rng)));
            agent.start = Some(Span(millis(500..3_000, rng)).into());
            agent.close = Some(Span(millis(2_000..12_000, rng)).into());
        }
        Character::Pausing => {
            agent.pause = Some(Span(millis(200..2_000, rng)));
            agent.resume = rng.random_bool(0.7).then(|| Span(millis(200..3_000, rng)));
            agent.wrap_up = rng.random_bool(0.7).then(|| Span(millis(200..2_000, rng)));
        }
        Character::Ignoring => (agent.accept, agent.start) = (None, None),
        Character::Idling => agent.not_ready = Some(Span(millis(3_000..15_000, rng))),
    }
    agent
}

/// Draws the customers, each with one task.
pub(super) fn draw_customers(scenario: &mut Scenario, swarm: &Swarm, numbers: &[String], rng: &mut Rng) {
    let Some(feed) = scenario.lab.ccp.feeds.first().map(|feed| feed.id) else { return };
    scenario.customers.clear();
    scenario.lab.cast.customers.clear();
    for number in 1..=lab::number(swarm.tasks, rng) {
        let mut customer = CastCustomer::new(feed, selector(numbers, rng));
        customer.at = Some(Span(moment(swarm.heal, 20..950, rng)));
        customer.requeue_on_recovery = rng.random_bool(0.5);
        customer.poll = Some(Span(millis(2_000..10_000, rng)));
        customer.cancel_after = rng.random_bool(0.15).then(|| Span(millis(0..20_000, rng)));
        customer.closes_lost = Some(Span(LOST));
        if rng.random_bool(0.3) {
            customer.method = CreateMethod::Get;
        }
        scenario.customers.push(format!("c{number}"));
        scenario.lab.cast.customers.push(customer);
    }
    scenario.lab.cast.names.clone_from(&scenario.customers);
}

/// Most dial a number that leads somewhere.
fn selector(numbers: &[String], rng: &mut Rng) -> String {
    if rng.random_bool(0.04) {
        let wrong = [lab::UNROUTABLE[0], lab::UNROUTABLE[1], UNKNOWN_NUMBER];
        return (*wrong.choose(rng).unwrap_or(&UNKNOWN_NUMBER)).to_owned();
    }
    numbers.choose(rng).cloned().unwrap_or_default()
}
