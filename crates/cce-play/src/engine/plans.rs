//! What virtual people are going to do by themselves: a scenario waits for it as it does for its steps.

use cce_journal::{Record, What};
use cce_kernel::{Fact, Input, NodeName, Output, Time, TimerKey};
use cce_select::place::{AGENT, CUSTOMER};
use cce_world::cast::{agent, customer};
use std::collections::BTreeMap;

/// Plans that are awaited at the same time. A person has a few.
const PLANS_MAX: usize = 65_536;

/// Plans that were given up and are kept. Further ones are like them.
const DROPPED_MAX: usize = 64;

/// Refused plans that are kept. Further ones are like them.
const REFUSED_MAX: usize = 64;

/// What is planned, and for when.
#[derive(Clone, Debug, Default)]
pub(super) struct Plans {
    open: BTreeMap<(NodeName, TimerKey), Time>,
    /// What was given up before its time.
    dropped: Vec<(NodeName, TimerKey, Time)>,
    /// Plans that were refused and not kept since, by person and plan.
    refused: BTreeMap<(NodeName, String), PlanRefusal>,
    /// Agents whose sign-in has begun and is not complete, and when it began.
    arriving: BTreeMap<NodeName, Time>,
}

/// Why a plan was refused, and the record that says so.
#[derive(Clone, Debug)]
pub(super) struct PlanRefusal {
    pub(super) why: String,
    pub(super) record: u64,
}

impl Plans {
    /// Takes in what people plan, do and give up.
    pub(super) fn learn(&mut self, record: &Record) {
        let node = &record.node;
        match &record.what {
            What::Out(Output::Arm { key, at }) if is_plan(node, key) && self.open.len() < PLANS_MAX => {
                self.open.insert((node.clone(), key.clone()), *at);
            }
            What::Out(Output::Cancel { key }) if is_plan(node, key) => self.give_up(node, key),
            What::In(Input::Timer(key)) if is_plan(node, key) => {
                self.open.remove(&(node.clone(), key.clone()));
                if key.name == agent::SIGN_IN && self.arriving.len() < PLANS_MAX {
                    self.arriving.insert(node.clone(), record.at);
                }
            }
            What::Out(Output::Note(Fact::PlanRefused { plan, detail })) => {
                self.arriving.remove(node);
                if self.refused.len() < REFUSED_MAX {
                    let refusal = PlanRefusal { why: detail.clone(), record: record.seq };
                    self.refused.insert((node.clone(), plan.clone()), refusal);
                }
            }
            What::Out(Output::Note(Fact::PlanKept { plan })) => {
                self.arriving.remove(node);
                self.refused.remove(&(node.clone(), plan.clone()));
            }
            What::Stopped { .. } => {
                self.open.retain(|(owner, _), _| owner != node);
                self.arriving.remove(node);
            }
            What::In(_)
            | What::Out(_)
            | What::Connected { .. }
            | What::Bent(_)
            | What::Started
            | What::Gap { .. } => {}
        }
    }

    fn give_up(&mut self, node: &NodeName, key: &TimerKey) {
        let Some(at) = self.open.remove(&(node.clone(), key.clone())) else { return };
        if self.dropped.len() < DROPPED_MAX {
            self.dropped.push((node.clone(), key.clone(), at));
        }
    }

    /// What was given up: who, what, and for when it was planned.
    pub(super) fn dropped(&self) -> impl Iterator<Item = (&NodeName, &str, Time)> {
        self.dropped.iter().map(|(node, key, at)| (node, key.name.as_ref(), *at))
    }

    /// What was refused: who, what, and why.
    pub(super) fn refused(&self) -> impl Iterator<Item = (&NodeName, &str, &PlanRefusal)> {
        self.refused.iter().map(|((node, plan), refusal)| (node, plan.as_str(), refusal))
    }

    /// Who has begun to sign in and is not signed in, and since when.
    pub(super) fn arriving(&self) -> impl Iterator<Item = (&NodeName, Time)> {
        self.arriving.iter().map(|(node, at)| (node, *at))
    }

    /// Whether everything was done.
    pub(super) fn are_done(&self) -> bool {
        self.open.is_empty()
    }

    /// What is still to come: who, what, and when.
    pub(super) fn open(&self) -> impl Iterator<Item = (&NodeName, &str, Time)> {
        self.open.iter().map(|((node, key), at)| (node, key.name.as_ref(), *at))
    }
}

/// Whether a timer stands for something that a virtual person does once.
fn is_plan(node: &NodeName, key: &TimerKey) -> bool {
    let of = |plans: &[&str]| plans.contains(&key.name.as_ref());
    (node.as_str().starts_with(AGENT) && of(&agent::PLANS))
        || (node.as_str().starts_with(CUSTOMER) && of(&customer::PLANS))
}
