//! What virtual people are going to do by themselves: a scenario waits for it as it does for its steps.

use cce_journal::{Record, What};
use cce_kernel::{Input, NodeName, Output, Time, TimerKey};
use cce_select::place::{AGENT, CUSTOMER};
use cce_world::cast::{agent, customer};
use std::collections::BTreeMap;

/// Plans that are awaited at the same time. A person has a few.
const PLANS_MAX: usize = 65_536;

/// Plans that were given up and are kept. Further ones are like them.
const DROPPED_MAX: usize = 64;

/// What is planned, and for when.
#[derive(Debug, Default)]
pub(super) struct Plans {
    open: BTreeMap<(NodeName, TimerKey), Time>,
    /// What was given up before its time.
    dropped: Vec<(NodeName, TimerKey, Time)>,
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
            }
            What::Stopped { .. } => self.open.retain(|(owner, _), _| owner != node),
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
