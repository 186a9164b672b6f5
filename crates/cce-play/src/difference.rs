//! The differences of two outcomes, in words.

use crate::{
    explore::RunEnd,
    outcome::{Outcome, TaskEnd},
};
use cce_journal::{Record, What};
use cce_kernel::{Fact, Output};
use cce_model::{AgentId, AgentState, MrdId};
use std::collections::{BTreeMap, BTreeSet};

/// So many contacts are told whose ends differ. Further ones are counted.
const TOLD_MAX: usize = 6;

/// How each agent stands in each domain at the end of a run.
pub type AgentEnds = BTreeMap<(AgentId, MrdId), AgentState>;

/// How agents stood before somebody ended the run.
pub fn agent_ends<'a>(records: impl IntoIterator<Item = &'a Record>) -> AgentEnds {
    let lived = records.into_iter().take_while(|record| !record.ends_the_run());
    let changes = lived.filter_map(|record| {
        let What::Out(Output::Note(Fact::AgentInMrd { agent, mrd, to, .. })) = &record.what else {
            return None;
        };
        Some(((agent.clone(), *mrd), *to))
    });
    changes.collect()
}

/// What is so in one run, and otherwise in another: `agent 1081 ends READY, not NOT_READY`.
pub fn agent_differences(
    one: &AgentEnds,
    other: &AgentEnds,
    domain: impl Fn(MrdId) -> String,
) -> Vec<String> {
    let state = |ends: &AgentEnds, key| ends.get(key).copied().unwrap_or(AgentState::Logout);
    let keys: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    let differ = keys.into_iter().filter(|key| state(one, key) != state(other, key));
    differ
        .map(|key| {
            let (agent, mrd) = key;
            let (is, was) = (state(one, key).media_name(), state(other, key).media_name());
            format!("agent {agent}{} ends {is}, not {was}", domain(*mrd))
        })
        .collect()
}

impl RunEnd {
    /// What is so here, and otherwise in the other one.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let fails = |one: &Self, two: &Self| -> Vec<String> {
            one.failures.iter().filter(|by| !two.failures.contains(by)).cloned().collect()
        };
        let misses = |one: &Self, two: &Self| -> Vec<String> {
            one.unreached.difference(&two.unreached).cloned().collect()
        };
        let told = |what: &str, all: Vec<String>| -> Vec<String> {
            all.into_iter().map(|by| format!("{what} {by}")).collect()
        };
        [
            self.outcome.differences(&other.outcome),
            told("fails:", fails(self, other)),
            told("does not fail:", fails(other, self)),
            told("does not reach", misses(self, other)),
            told("reaches", misses(other, self)),
        ]
        .concat()
    }
}

impl Outcome {
    /// How contacts ended here, and otherwise in the other one.
    fn differences(&self, other: &Self) -> Vec<String> {
        let of = |outcome: &Self| -> BTreeMap<String, TaskEnd> {
            outcome.ends.iter().map(|end| (end.name.clone(), end.clone())).collect()
        };
        let (here, there) = (of(self), of(other));
        let names: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
        let differ: Vec<String> = names
            .into_iter()
            .filter_map(|name| match (here.get(name), there.get(name)) {
                (Some(one), Some(two)) if one == two => None,
                (Some(one), Some(two)) => Some(format!("{name}: {}", end_differences(one, two).join("; "))),
                (Some(_), None) => Some(format!("{name} has a contact here only")),
                (None, _) => Some(format!("{name} has no contact here")),
            })
            .collect();
        let more = differ.len().saturating_sub(TOLD_MAX);
        let counted = (more > 0).then(|| format!("and {more} more contacts"));
        differ.into_iter().take(TOLD_MAX).chain(counted).collect()
    }
}

/// What is said of an end without a disposition.
const NO_DISPOSITION: &str = "no disposition";

/// What is so of one end of a contact, and otherwise of another.
fn end_differences(one: &TaskEnd, other: &TaskEnd) -> Vec<String> {
    let cancel = |end: &TaskEnd| {
        end.cancel.as_ref().map_or_else(|| "no answer to DELETE".to_owned(), |is| format!("DELETE {is}"))
    };
    let dispositions = |end: &TaskEnd| {
        let all: Vec<String> = end.dispositions.iter().map(|how| how.in_words()).collect();
        if all.is_empty() { NO_DISPOSITION.to_owned() } else { format!("disposition {}", all.join(", ")) }
    };
    let status = |end: &TaskEnd| end.status.clone();
    let parts: [&dyn Fn(&TaskEnd) -> String; 3] = [&status, &cancel, &dispositions];
    let differ = parts.into_iter().map(|part| (part(one), part(other))).filter(|(is, was)| is != was);
    let told = |(is, was): (String, String)| match (is.as_str(), was.as_str()) {
        (_, NO_DISPOSITION) => format!("{is}, where the first has none"),
        (NO_DISPOSITION, _) => format!("{is}, where the first has {was}"),
        _ => format!("{is}, not {was}"),
    };
    differ.map(told).collect()
}
