//! The lab of a seed: domains, dialed numbers, scripts and queues, and the agents' settings.

use super::millis;
use cce_kernel::Rng;
use cce_model::{AgentId, CallTypeId, MrdId, PrecisionQueueId, SkillGroupNumber, SkillTarget};
use cce_scenario::{Bounds, Drawn, Swarm};
use cce_world::{Lab, Span};
use rand::{RngExt, seq::IndexedRandom};
use std::time::Duration;

/// Numbers of the first drawn one of each kind; the lab's own are overwritten.
const FIRST_AGENT: u64 = 2_001;
const FIRST_SKILL_TARGET: i32 = 6_001;
const FIRST_MRD: i32 = 5_011;
const FIRST_CALL_TYPE: CallTypeId = CallTypeId(5_053);
const FIRST_QUEUE: PrecisionQueueId = PrecisionQueueId(5_034);
const FIRST_SKILL_GROUP: SkillTarget = SkillTarget(5_199);
const FIRST_QUEUE_NUMBER: SkillGroupNumber = SkillGroupNumber(12_282_837);

/// Dialed numbers that lead nowhere: without a call type, and with one without a script.
pub(super) const UNROUTABLE: [&str; 2] = ["NoCallType", "NoScript"];

/// Draws a number of a range.
pub(super) fn number(range: Bounds, rng: &mut Rng) -> usize {
    usize::try_from(rng.random_range(range.least..=range.most)).unwrap_or(usize::MAX)
}

/// Draws the lab. Returns the dialed numbers that lead to a queue.
pub(super) fn draw(lab: &mut Lab, swarm: &Swarm, drawn: &mut Drawn, rng: &mut Rng) -> Vec<String> {
    let (agents, mrds) = (number(swarm.agents, rng), number(swarm.mrds, rng));
    draw_mrds(lab, mrds, drawn, rng);
    draw_agents(lab, agents, rng);
    // They are of the lab that is overwritten.
    lab.demo.agents.clear();
    lab.demo.customers.clear();
    draw_queues(lab, rng)
}

fn draw_mrds(lab: &mut Lab, count: usize, drawn: &mut Drawn, rng: &mut Rng) {
    let Some(template) = lab.mrds.first().cloned() else { return };
    let mrd = |(number, id): (usize, i32)| {
        let mut mrd = template.clone();
        mrd.id = MrdId(id);
        mrd.name = format!("Media{}", number + 1);
        mrd.interruptible = rng.random_bool(0.6);
        mrd.start_timeout = Span(millis(4_000..12_000, rng));
        if rng.random_bool(0.15) {
            mrd.max_task_duration = Span(millis(4_000..20_000, rng));
        }
        if rng.random_bool(0.5) {
            mrd.task_life = Span(millis(2_000..30_000, rng));
        }
        mrd.max_in_queue = rng.random_bool(0.2).then(|| rng.random_range(3..40));
        mrd
    };
    lab.mrds = (0..count).zip(FIRST_MRD..).map(mrd).collect();
    drawn.mrds = lab
        .mrds
        .iter()
        .map(|mrd| {
            let kind = if mrd.interruptible { "interruptible" } else { "not interruptible" };
            format!("{} ({kind}, start timeout {})", mrd.name, mrd.start_timeout)
        })
        .collect();
}

/// The first agent is of every domain, so that each has somebody; others are of some.
fn draw_agents(lab: &mut Lab, count: usize, rng: &mut Rng) {
    let Some(template) = lab.agents.first().cloned() else { return };
    let names: Vec<String> = lab.mrds.iter().map(|mrd| mrd.name.clone()).collect();
    let agent = |((first, id), skill_target): ((bool, u64), i32)| {
        let mut agent = template.clone();
        agent.id = id.to_string().as_str().into();
        agent.login_name = format!("agent{id}");
        agent.extension = id.to_string();
        agent.terminal = format!("DESK{id}");
        agent.skill_target = SkillTarget(skill_target);
        agent.mrds = names.iter().filter(|_| first || rng.random_bool(0.6)).cloned().collect();
        if agent.mrds.is_empty() {
            agent.mrds.extend(names.choose(rng).cloned());
        }
        agent
    };
    let first = (0..count).map(|number| number == 0);
    lab.agents = first.zip(FIRST_AGENT..).zip(FIRST_SKILL_TARGET..).map(agent).collect();
}

/// One or two queues for each domain, each with a script, a call type and a dialed number of its own.
fn draw_queues(lab: &mut Lab, rng: &mut Rng) -> Vec<String> {
    let (dialed, call_types) = (lab.dialed_numbers.first().cloned(), lab.call_types.first().cloned());
    let (scripts, queues) = (lab.scripts.first().cloned(), lab.precision_queues.first().cloned());
    let (Some(mut dialed), Some(mut call_type), Some(mut script), Some(mut queue)) =
        (dialed, call_types, scripts, queues)
    else {
        return Vec::new();
    };
    lab.dialed_numbers.clear();
    lab.call_types.clear();
    lab.scripts.clear();
    lab.precision_queues.clear();
    (call_type.id, queue.id) = (FIRST_CALL_TYPE, FIRST_QUEUE);
    (queue.skill_group, queue.number) = (FIRST_SKILL_GROUP, FIRST_QUEUE_NUMBER);
    let mut numbers = Vec::new();
    for mrd in lab.mrds.iter().map(|mrd| mrd.name.clone()) {
        for part in 0..rng.random_range(1..3) {
            let name = format!("{mrd}-{}", part + 1);
            numbers.push(name.clone());
            (dialed.number, dialed.mrd, dialed.call_type) = (name.clone(), mrd.clone(), Some(call_type.id));
            (call_type.name, call_type.script) = (name.clone(), Some(name.clone()));
            (script.name, script.precision_queue) = (name.clone(), name.clone());
            script.priority = rng.random_range(1..=20);
            (queue.name, queue.mrd) = (name, mrd.clone());
            let Some(step) = queue.steps.first().cloned() else { continue };
            let everybody: Vec<AgentId> = lab
                .agents
                .iter()
                .filter(|agent| agent.mrds.contains(&mrd))
                .map(|agent| agent.id.clone())
                .collect();
            let mut last = step.clone();
            (last.agents, last.wait) = (everybody.clone(), None);
            queue.steps = vec![last];
            if rng.random_bool(0.5) {
                let mut first = step;
                first.agents = everybody.into_iter().filter(|_| rng.random_bool(0.5)).collect();
                first.wait = Some(Span(millis(500..8_000, rng)));
                queue.steps.insert(0, first);
            }
            lab.dialed_numbers.push(dialed.clone());
            lab.call_types.push(call_type.clone());
            lab.scripts.push(script.clone());
            lab.precision_queues.push(queue.clone());
            call_type.id.0 += 1;
            queue.id.0 += 1;
            queue.number.0 += 1;
            queue.skill_group.0 += 1;
        }
    }
    let [without_type, without_script] = UNROUTABLE;
    (dialed.number, dialed.call_type) = (without_type.to_owned(), None);
    lab.dialed_numbers.push(dialed.clone());
    (call_type.name, call_type.script) = (without_script.to_owned(), None);
    (dialed.number, dialed.call_type) = (without_script.to_owned(), Some(call_type.id));
    lab.call_types.push(call_type);
    lab.dialed_numbers.push(dialed);
    lab.finesse.presence_grace = Span(Duration::from_secs(rng.random_range(3..60)));
    numbers
}
