//! What went wrong in a run, and how it ended.

use super::{
    Engine, Progress,
    given::{Giver, Refused},
};
use crate::{
    deeds::{Acted, shown},
    model::{Expectation, Rule},
    outcome::Outcome,
    rules::RuleState,
    touched::Touched,
    watch,
};
use cce_check::Check;
use cce_kernel::{
    Time,
    model::{AgentId, ContactId, DialogState},
};
use std::collections::BTreeSet;

/// Breaches of checks that are kept. Where one thing goes wrong, much follows.
const BROKEN_MAX: usize = 64;

/// What a scenario found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What went wrong.
    pub failures: Vec<Breach>,
    /// What each rule did that ever acted.
    pub bends: Vec<Acted>,
    /// How the tasks ended.
    pub outcome: Outcome,
    /// Rules that a person added and that never acted, in words. That is no failure.
    pub idle: Vec<String>,
    /// Contacts whose ends the product lost, in words, where the scenario says that this may be.
    pub lost: Vec<String>,
    /// Contacts that an agent is planned never to finish, in words.
    pub endless: Vec<String>,
    /// Whether every step was taken and everything had ended.
    pub is_over: bool,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The rule, step, expectation or check.
    pub by: String,
    /// What went wrong.
    pub text: String,
    /// The record that broke it.
    pub record: Option<u64>,
    /// Others that have to do with it.
    pub related: Vec<u64>,
    /// It rests on behaviour that is inferred, and why.
    pub inferred: Option<String>,
}

impl Breach {
    pub(crate) fn new(by: &str, text: String, record: Option<u64>) -> Self {
        Self { by: by.to_owned(), text, record, related: Vec::new(), inferred: None }
    }
}

impl Engine {
    /// What went wrong, if nothing follows.
    pub fn report(&self) -> Report {
        let mut failures = self.broken.clone();
        if !self.is_open_ended {
            keep(&mut failures, self.unended(), &self.touched);
        }
        for watch in &self.watches {
            let Some(unmet) = watch.at_end() else { continue };
            let Expectation { name, want, inferred } = &watch.expectation;
            failures.push(Breach {
                by: format!("{name}: {}", watch::words(want)),
                text: unmet.text,
                record: unmet.record,
                related: unmet.related,
                inferred: inferred.clone(),
            });
        }
        failures.extend(self.unfinished());
        let lost = self.lost().into_iter().map(|(_, text)| text).collect();
        let endless = self.endless().into_iter().map(|(_, text)| text).collect();
        let (is_over, outcome) = (self.is_over() || self.is_open_ended, self.outcome());
        Report { failures, bends: self.bends(), idle: self.idle(), outcome, lost, endless, is_over }
    }

    /// What has not ended.
    fn unended(&self) -> Vec<cce_check::Breach> {
        let excused = self.lost().into_iter().chain(self.endless());
        let excused: BTreeSet<ContactId> = excused.map(|(contact, _)| contact).collect();
        let mut unended = self.checks.clone().finish();
        unended.retain(|breach| {
            let contact = breach.subject.contact.as_ref();
            let is_excused = breach.check == Check::OneEnd && contact.is_some_and(|id| excused.contains(id));
            !is_excused && (!self.touched.is_bent() || !self.ends.is_waiting(contact))
        });
        unended
    }

    /// Contacts whose ends the product lost, each in words; none where the scenario does not say that this may be.
    fn lost(&self) -> Vec<(ContactId, String)> {
        let Some(reason) = &self.scenario.lost else { return Vec::new() };
        let names = self.tracker.names();
        let words = |(contact, at): (ContactId, u64)| {
            let text = format!("{} stays reserved (record {at}): {reason}", names.short(&contact));
            (contact, text)
        };
        self.checks.lost().into_iter().map(words).collect()
    }

    /// Contacts that are in work where their agents are planned never to go on, each in words.
    fn endless(&self) -> Vec<(ContactId, String)> {
        let names = self.tracker.names();
        let words = |(contact, agent, state): (&ContactId, &AgentId, DialogState)| {
            let text = format!("{} stays {state}: agent {agent} never goes on", names.short(contact));
            (contact.clone(), text)
        };
        self.endless.planned(&self.scenario.lab.cast.agents).map(words).collect()
    }

    /// A scenario does what it says: every step is taken, every rule acts, nothing stays held.
    fn unfinished(&self) -> Vec<Breach> {
        let steps = self.scenario.steps.iter().zip(&self.steps);
        let waiting = steps.filter(|(_, progress)| **progress != Progress::Taken);
        let steps = waiting.map(|(step, _)| match &step.after {
            Some(after) => {
                Breach::new(&step.name, format!("the step was not taken: it waits for `{after}`"), None)
            }
            None => Breach::new(&step.name, "the step was not taken before the end".into(), None),
        });
        // What a swarm drew need not come up.
        let is_drawn = self.scenario.drawn.is_some();
        let idle =
            self.rules.states.iter().filter(|state| state.is_waiting() && !state.is_added && !is_drawn);
        let rules = idle.map(|state| Breach::new(&state.rule.name, never_acted(state), None));
        let refused = self.refused().into_iter().filter(move |_| !is_drawn);
        let undecided = self.undecided().filter(move |_| !is_drawn);
        let planned = self.unreached().filter(move |_| !is_drawn);
        let held = self.rules.held.values().filter(move |_| !is_drawn).map(|held| {
            let by = self.rules.states.get(held.rule).map_or("", |state| state.rule.name.as_str());
            Breach::new(by, format!("still held at the end: {}", held.words), held.record)
        });
        steps.chain(refused).chain(undecided).chain(planned).chain(rules).chain(held).collect()
    }

    /// Steps that somebody refused were not taken, unless the scenario allows it.
    fn refused(&self) -> Vec<Breach> {
        let told = |Refused { by, why, record }: &Refused| match by {
            Giver::Step(step) => {
                let step = self.scenario.steps.get(*step).filter(|step| !step.may_be_refused)?;
                Some(Breach::new(&step.name, format!("the step was refused: {why}"), *record))
            }
            Giver::Rule(rule) => {
                Some(Breach::new(rule, format!("what the rule orders was refused: {why}"), *record))
            }
        };
        self.given.refused().iter().filter_map(told).collect()
    }

    /// Steps of which nobody knows at the end whether they were refused. Whoever ends a run by hand ends steps, too.
    fn undecided(&self) -> impl Iterator<Item = Breach> {
        let steps = self.given.undecided().filter(|_| !self.is_open_ended);
        let steps = steps.filter_map(|step| self.scenario.steps.get(step));
        steps
            .filter(|step| !step.may_be_refused)
            .map(|step| Breach::new(&step.name, "the step was not answered before the end".to_owned(), None))
    }

    /// What virtual people were going to do behind the end. Whoever ends a run by hand ends plans, too.
    fn unreached(&self) -> impl Iterator<Item = Breach> {
        let until = Time(0) + self.scenario.until;
        let open = self.plans.open().filter(move |(_, _, at)| !self.is_open_ended && *at > until);
        open.map(|(node, what, at)| {
            let at = at.since(Time(0));
            let text = format!(
                "`{}` at {} was not reached before the end; see `until`",
                what.replace('-', "_"),
                shown(at)
            );
            Breach::new(node.as_str(), text, None)
        })
    }

    /// Rules of a person that never acted.
    fn idle(&self) -> Vec<String> {
        let idle = self.rules.states.iter().filter(|state| state.is_added && state.deeds.times() == 0);
        idle.map(|state| format!("{}: {}", state.rule.name, never_acted(state))).collect()
    }

    fn bends(&self) -> Vec<Acted> {
        self.rules.states.iter().filter_map(|state| state.acted(self.now)).collect()
    }
}

fn never_acted(RuleState { rule, matched, taken_by, .. }: &RuleState) -> String {
    let Rule { matching, nth, .. } = rule;
    match taken_by {
        Some(by) => format!(
            "the rule never acted: `{matching}` left {matched} times, and none was left for it; the last was taken by rule `{by}`"
        ),
        None => format!("the rule never acted: `{matching}` left {matched} times, not {nth}"),
    }
}

/// Keeps what checks found, but for what a bent message excuses.
pub(super) fn keep(broken: &mut Vec<Breach>, found: Vec<cce_check::Breach>, touched: &Touched) {
    let found = found.into_iter().filter(|breach| !touched.excuses(breach));
    for breach in found.take(BROKEN_MAX.saturating_sub(broken.len())) {
        broken.push(Breach {
            by: format!("check {}: {}", breach.check, breach.check.about()),
            text: breach.text,
            record: Some(breach.seq),
            related: breach.related,
            inferred: None,
        });
    }
}
