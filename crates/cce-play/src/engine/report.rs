//! What went wrong in a run, and how it ended.

use super::{
    Engine, Marks, Progress,
    given::{Giver, RefusedStep},
};
use crate::{
    affected::Affected,
    effects::{Acted, shown},
    outcome::Outcome,
    overdue::LateStep,
    rules::RuleState,
};
use cce_check::{Check, Misdeed};
use cce_kernel::{NodeName, Time};
use cce_model::{AgentId, ContactId, DialogState};
use cce_scenario::Rule;
use cce_select::place::{AGENT, customer_number};
use std::collections::BTreeSet;

/// Breaches of checks that are kept. Where one thing goes wrong, much follows.
const BROKEN_MAX: usize = 64;

/// What a scenario found.
#[derive(Clone, Debug, Default)]
pub struct RunReport {
    /// What went wrong.
    pub failures: Vec<Finding>,
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
    /// What virtual people were going to do and gave up, because of what happened before, in words. That is no failure.
    pub dropped: Vec<String>,
    /// What peers outside the lab did wrong; further ones are counted only.
    pub misdeeds: Vec<Misdeed>,
    /// How many misdeeds there were.
    pub misdeed_count: u64,
    /// Whether every step was taken and everything had ended.
    pub is_over: bool,
}

/// Expectations that are not met.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Something happened that must not, or did not happen in its time.
    pub broken: Vec<Finding>,
    /// Something has not happened yet.
    pub open: Vec<Finding>,
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// An expectation of the scenario is not met.
    Expectation,
    /// A check that holds in every run is broken.
    Check,
    /// A rule never acted.
    IdleRule,
    /// Something else that the scenario says did not happen as it says.
    Other,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing it is.
    pub kind: FindingKind,
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
    /// What the run never came to, where that is all. Another run of the same scenario may: one with other parameters.
    pub unreached: Option<String>,
}

impl Finding {
    pub(crate) fn new(by: &str, text: String, record: Option<u64>) -> Self {
        let kind = FindingKind::Other;
        Self { kind, by: by.to_owned(), text, record, related: Vec::new(), inferred: None, unreached: None }
    }

    /// Somebody never came to something, which is told in words.
    fn unreached(by: &str, what: &str, text: String, record: Option<u64>) -> Self {
        Self { unreached: Some(format!("{by}: `{what}`")), ..Self::new(by, text, record) }
    }
}

impl Engine {
    /// What went wrong, if nothing follows.
    pub fn report(&self) -> RunReport {
        let mut failures = self.broken.clone();
        if !self.is_open_ended {
            keep(&mut failures, self.unended(), &self.affected);
        }
        let Expected { broken, open } = self.expected();
        failures.extend(broken.into_iter().chain(open));
        failures.extend(self.unfinished());
        let lost: Vec<String> = self.lost().into_iter().map(|(_, text)| text).collect();
        failures.extend(self.needless_loss(&lost));
        failures.extend(self.uncounted());
        let dropped = if self.scenario.drawn.is_some() { Vec::new() } else { self.dropped() };
        let endless = self.endless().into_iter().map(|(_, text)| text).collect();
        let (is_over, outcome) = (self.is_over() || self.is_open_ended, self.outcome());
        let (bends, idle) = (self.bends(), self.idle());
        RunReport {
            failures,
            bends,
            idle,
            outcome,
            lost,
            endless,
            dropped,
            misdeeds: self.checks.misdeeds().to_vec(),
            misdeed_count: self.checks.misdeed_count(),
            is_over,
        }
    }

    /// Expectations that are not met.
    pub(crate) fn expected(&self) -> Expected {
        let mut expected = Expected::default();
        for watch in &self.watches {
            let broken = watch.unmet.clone().or_else(|| watch.late(self.now));
            let is_broken = broken.is_some();
            let unbegun = || watch.unbegun().filter(|_| self.is_plain());
            let unmet = broken.or_else(|| watch.missing());
            let is_unbegun = unmet.is_none();
            let Some(unmet) = unmet.or_else(unbegun) else { continue };
            let by = format!("{}: {}", watch.name, watch.words());
            let breach = Finding {
                kind: FindingKind::Expectation,
                unreached: is_unbegun.then(|| by.clone()),
                by,
                text: unmet.text,
                record: unmet.record,
                related: unmet.related,
                inferred: watch.inferred.clone(),
            };
            if is_broken { &mut expected.broken } else { &mut expected.open }.push(breach);
        }
        expected
    }

    /// Whether a run comes to everything that its scenario says. What a swarm drew need not, nor need every order of an
    /// exploration, nor a run that a person ended.
    fn is_plain(&self) -> bool {
        self.scenario.drawn.is_none() && self.marks == Marks::Unwanted && !self.is_open_ended
    }

    /// Orders that count from something count from something that happens.
    fn uncounted(&self) -> Option<Finding> {
        let from = self.scenario.window.as_ref().filter(|_| self.marks == Marks::Waiting)?;
        Some(Finding::new("explore.from", format!("`{from}` never happened: no order counted"), None))
    }

    /// A scenario that says what loses contacts loses some.
    fn needless_loss(&self, lost: &[String]) -> Option<Finding> {
        let is_needless = self.scenario.lost.is_some() && lost.is_empty() && self.is_plain();
        is_needless.then(|| Finding::new("lost", "`lost` is said, and nothing was lost".to_owned(), None))
    }

    /// What virtual people were going to do and gave up, because of what happened before.
    fn dropped(&self) -> Vec<String> {
        let told = |(node, what, at): (&NodeName, &str, Time)| {
            let at = shown(at.since(Time(0)));
            let who = self.tracker.names().node(node);
            format!("{who}: `{}` at {at} was given up", written(what))
        };
        self.plans.dropped().map(told).collect()
    }

    /// What has not ended.
    fn unended(&self) -> Vec<cce_check::Breach> {
        let excused = self.lost().into_iter().chain(self.endless());
        let excused: BTreeSet<ContactId> = excused.map(|(contact, _)| contact).collect();
        let kept_waiting = self.checks.kept_waiting(|contact| self.affected.has_contact(contact));
        let mut unended = self.checks.clone().finish();
        unended.retain(|breach| {
            let contact = breach.subject.contact.as_ref();
            let is_excused = breach.check == Check::OneEnd && contact.is_some_and(|id| excused.contains(id));
            !is_excused && !contact.is_some_and(|id| kept_waiting.contains(id))
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
    fn unfinished(&self) -> Vec<Finding> {
        let steps = self.scenario.steps.iter().zip(&self.steps);
        let waiting = steps.filter(|(_, step)| step.progress != Progress::Taken);
        let steps = waiting.map(|(step, _)| match &step.after {
            Some(after) => {
                Finding::new(&step.name, format!("the step was not taken: it waits for `{after}`"), None)
            }
            None => Finding::new(&step.name, "the step was not taken before the end".into(), None),
        });
        // What a swarm drew need not come up.
        let is_drawn = self.scenario.drawn.is_some();
        let idle =
            self.rules.states.iter().filter(|state| state.is_waiting() && !state.is_added && !is_drawn);
        let rules = idle.map(|state| Finding {
            kind: FindingKind::IdleRule,
            ..Finding::new(&state.rule.name, never_acted(state), None)
        });
        // A rule that was to change something changes something.
        let void = self.rules.states.iter().filter(|state| !state.is_added && !is_drawn);
        let void =
            void.filter_map(|state| Some(Finding::new(&state.rule.name, changed_nothing(state)?, None)));
        let refused = self.refused().into_iter().chain(self.refused_plans()).filter(move |_| !is_drawn);
        let undecided = self.undecided().filter(move |_| !is_drawn);
        let planned = self
            .unreached()
            .chain(self.overdue())
            .chain(self.unarrived())
            .chain(self.uncued())
            .filter(move |_| !is_drawn);
        let held = self.rules.held.values().filter(move |_| !is_drawn).map(|held| {
            let by = self.rules.states.get(held.rule).map_or("", |state| state.rule.name.as_str());
            Finding::new(by, format!("still held at the end: {}", held.words), held.record)
        });
        steps.chain(refused).chain(undecided).chain(planned).chain(rules).chain(void).chain(held).collect()
    }

    /// Steps that somebody refused were not taken, unless the scenario allows it.
    fn refused(&self) -> Vec<Finding> {
        let told = |RefusedStep { by, why, record }: &RefusedStep| match by {
            Giver::Step(step) => {
                let step = self.scenario.steps.get(*step).filter(|step| !step.may_be_refused)?;
                Some(Finding::new(&step.name, format!("the step was refused: {why}"), *record))
            }
            Giver::Rule(rule) => {
                Some(Finding::new(rule, format!("what the rule orders was refused: {why}"), *record))
            }
        };
        self.given.refused().iter().filter_map(told).chain(self.idle_faults()).collect()
    }

    /// Steps that cut or stalled a port, and did nothing to it.
    fn idle_faults(&self) -> impl Iterator<Item = Finding> {
        self.given.idle_faults().filter_map(|(step, why)| {
            let step = self.scenario.steps.get(step).filter(|step| !step.may_be_refused)?;
            Some(Finding::new(&step.name, format!("the step did nothing: {why}"), None))
        })
    }

    /// What virtual people planned and what was refused, unless the scenario allows it.
    fn refused_plans(&self) -> impl Iterator<Item = Finding> {
        let refused = self.plans.refused().filter(|(node, ..)| !self.may_be_refused(node));
        refused.map(|(node, plan, refusal)| {
            let text = format!("`{}` was refused: {}", written(plan), refusal.why);
            Finding::new(self.tracker.names().node(node), text, Some(refusal.record))
        })
    }

    /// Agents whose sign-in was not complete at the end. Whoever ends a run by hand ends sign-ins, too.
    fn unarrived(&self) -> impl Iterator<Item = Finding> {
        let arriving = self.plans.arriving();
        let arriving = arriving.filter(|(node, _)| !self.is_open_ended && !self.may_be_refused(node));
        arriving.map(|(node, at)| {
            let at = shown(at.since(Time(0)));
            let text = format!("the sign-in that began at {at} was not complete before the end");
            Finding::new(self.tracker.names().node(node), text, None)
        })
    }

    /// Agents who wait for the arrival of the one before them.
    fn uncued(&self) -> impl Iterator<Item = Finding> {
        let waiting = self.arrivals.waiting().filter(|_| !self.is_open_ended);
        waiting.map(|(node, before)| {
            let text = format!("it never signed in: it waits for {before}, who has not arrived");
            Finding::new(node.as_str(), text, None)
        })
    }

    /// Whether a scenario allows that a person's plans are refused.
    fn may_be_refused(&self, node: &NodeName) -> bool {
        let cast = &self.scenario.lab.cast;
        match (node.as_str().strip_prefix(AGENT), customer_number(node)) {
            (Some(id), _) => cast.agents.iter().any(|agent| agent.id.as_str() == id && agent.may_be_refused),
            (None, Some(number)) => {
                cast.customers.get(number).is_some_and(|customer| customer.may_be_refused)
            }
            (None, None) => false,
        }
    }

    /// Steps of which nobody knows at the end whether they were refused. Whoever ends a run by hand ends steps, too.
    fn undecided(&self) -> impl Iterator<Item = Finding> {
        let steps = self.given.undecided().filter(|_| !self.is_open_ended);
        let steps = steps.filter_map(|step| self.scenario.steps.get(step));
        steps
            .filter(|step| !step.may_be_refused)
            .map(|step| Finding::new(&step.name, "the step was not answered before the end".to_owned(), None))
    }

    /// What virtual people were going to do behind the end. Whoever ends a run by hand ends plans, too.
    fn unreached(&self) -> impl Iterator<Item = Finding> {
        let until = Time(0) + self.scenario.until;
        let open = self.plans.open().filter(move |(_, _, at)| !self.is_open_ended && *at > until);
        open.map(|(node, what, at)| {
            let at = at.since(Time(0));
            let what = written(what);
            let text = format!("`{what}` at {} was not reached before the end; see `until`", shown(at));
            Finding::unreached(self.tracker.names().node(node), &what, text, None)
        })
    }

    /// What agents were going to do about dialogs, and what came too late for each of these.
    fn overdue(&self) -> impl Iterator<Item = Finding> {
        let late = self.overdue.never_reached().filter(|(agent, ..)| {
            self.is_plain() && !self.may_be_refused(&NodeName::from(format!("{AGENT}{agent}")))
        });
        late.map(|(agent, action, late)| {
            let LateStep { wait, left, state, record } = late;
            let action = action.name().to_lowercase();
            let (wait, left) = (shown(*wait), shown(*left));
            let text = format!(
                "`{action}` was never reached: it comes {wait} after {state}, and the domain ends the dialog after {left}"
            );
            Finding::unreached(&format!("{AGENT}{agent}"), &action, text, Some(*record))
        })
    }

    /// Rules of a person that never acted.
    fn idle(&self) -> Vec<String> {
        let added = self.rules.states.iter().filter(|state| state.is_added);
        let why = |state: &RuleState| match state.effects.times() {
            0 => Some(never_acted(state)),
            _ => changed_nothing(state),
        };
        added.filter_map(|state| Some(format!("{}: {}", state.rule.name, why(state)?))).collect()
    }

    fn bends(&self) -> Vec<Acted> {
        self.rules.states.iter().filter_map(|state| state.acted(self.now)).collect()
    }
}

/// A plan as scenarios write it: `not_ready`.
fn written(plan: &str) -> String {
    plan.replace('-', "_")
}

/// What is wrong with a rule that acted and had no effect, each time.
fn changed_nothing(state: &RuleState) -> Option<String> {
    let why = state.effects.only_void()?;
    Some(format!("the rule changed nothing: {why}"))
}

fn never_acted(RuleState { rule, matched, taken_by, .. }: &RuleState) -> String {
    let Rule { matching, nth, .. } = rule;
    match taken_by {
        Some(by) => format!(
            "the rule never acted: `{matching}` left {matched} times, and none was left for it; the last was taken by rule `{by}`"
        ),
        None if *matched == 0 => format!("the rule never acted: no such message came: `{matching}`"),
        None => format!("the rule never acted: `{matching}` left {matched} times, not {nth}"),
    }
}

/// Keeps what checks found, but for what a bent message excuses.
pub(super) fn keep(broken: &mut Vec<Finding>, found: Vec<cce_check::Breach>, affected: &Affected) {
    let found = found.into_iter().filter(|breach| !affected.excuses(breach));
    for breach in found.take(BROKEN_MAX.saturating_sub(broken.len())) {
        broken.push(Finding {
            kind: FindingKind::Check,
            by: format!("check {}: {}", breach.check, breach.check.about()),
            text: breach.text,
            record: Some(breach.seq),
            related: breach.related,
            inferred: None,
            unreached: None,
        });
    }
}
