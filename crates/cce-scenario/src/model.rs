//! A scenario as it was read.

use crate::{
    amount::{Chance, Times, plural},
    swarm::{Drawn, Swarm},
};
use cce_courier::Latency;
use cce_kernel::{Command, NodeName, Port, Response};
use cce_model::SideOrder;
use cce_select::Selector;
use cce_world::{Lab, SettingChange};
use std::{collections::BTreeMap, time::Duration};

/// A scenario, ready to be played.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it shows.
    pub about: String,
    /// The lab, with what the scenario changes in it, and its people.
    pub lab: Lab,
    /// Names of its customers, in the order of their numbers.
    pub customers: Vec<String>,
    /// It ends then at the latest.
    pub until: Duration,
    /// How long it goes on once everything has ended.
    pub rest: Duration,
    /// How much there may be of a simulated run.
    pub limits: RunLimits,
    /// What happens at a time or after an event.
    pub steps: Vec<ScenarioStep>,
    /// What happens to messages.
    pub rules: Vec<Rule>,
    /// What must be so.
    pub expectations: Vec<Expectation>,
    /// Checks that are switched off, with the reason.
    pub unchecked: BTreeMap<String, String>,
    /// What orders count from when they are explored; otherwise from the first contact on.
    pub window: Option<Selector>,
    /// Why contacts may stay reserved for ever though no component has their tasks, if they may.
    pub lost: Option<String>,
    /// What a seed draws, if there is anything to draw.
    pub swarm: Option<Swarm>,
    /// What was drawn for this one.
    pub drawn: Option<Drawn>,
    /// Its parameters, with the alternatives of each; the first counts unless another one is chosen.
    pub parameters: BTreeMap<String, Vec<String>>,
}

impl Scenario {
    /// A scenario in which nothing is done to a lab, and nothing is expected of it but what holds in every run.
    pub fn of(lab: Lab) -> Self {
        Self {
            name: String::new(),
            about: String::new(),
            customers: lab.cast.names.clone(),
            lab,
            until: Duration::ZERO,
            rest: Duration::ZERO,
            limits: RunLimits::default(),
            steps: Vec::new(),
            rules: Vec::new(),
            expectations: Vec::new(),
            unchecked: BTreeMap::new(),
            window: None,
            lost: None,
            swarm: None,
            drawn: None,
            parameters: BTreeMap::new(),
        }
    }
}

impl Scenario {
    /// What it consists of, in one line; of a swarm, what each seed may draw.
    pub fn contents(&self) -> String {
        let agents = (self.lab.cast.agents.len(), "agent");
        let parts = [agents, (self.customers.len(), "customer"), (self.steps.len(), "step")];
        let parts = parts
            .into_iter()
            .chain([(self.rules.len(), "rule"), (self.expectations.len(), "expectation")])
            .filter(|(count, _)| *count > 0 || self.swarm.is_none())
            .map(|(count, noun)| format!("{count} {}", plural(count as u64, noun)));
        let drawn = self.swarm.iter().map(|swarm| format!("each seed draws {swarm}"));
        let parts = parts.collect::<Vec<_>>().join(", ");
        drawn.chain(Some(parts).filter(|parts| !parts.is_empty())).collect::<Vec<_>>().join("; ")
    }
}

/// How much there may be of a simulated run: one that reaches a limit ends there, and fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// Virtual time.
    pub time: Duration,
    /// Records of its journal.
    pub records: u64,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { time: Duration::from_hours(48), records: 5_000_000 }
    }
}

/// Something that a scenario does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioStep {
    /// What it is called in records and reports.
    pub name: String,
    /// What it waits for.
    pub after: Option<Selector>,
    /// How long after that, or after the start.
    pub wait: Duration,
    /// It is taken again and again: how many times, and how long after the last time.
    pub again: Option<(u64, Duration)>,
    /// Whoever is to do it may say that it cannot be done now.
    pub may_be_refused: bool,
    /// What it does.
    pub act: StepAction,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepAction {
    /// Tells a virtual person to do something, in words; names of tasks in them are replaced by ids. A step that is
    /// taken again goes on with the next words.
    Tell(NodeName, Vec<String>),
    /// Kills a component.
    Stop(NodeName),
    /// Starts it again.
    Start(NodeName),
    /// Kills a component and starts it again at once.
    Restart(NodeName),
    /// Breaks the connections of a port and refuses new ones for a while.
    Cut(Port, Duration),
    /// Lets nothing through a port for a while.
    Stall(Port, Duration),
    /// The sides of the CTI server change.
    Cti(SideOrder),
    /// Settings of the lab change.
    Set(Vec<SettingChange>),
    /// A rule acts from now on.
    Arm(String),
    /// A rule acts no more.
    Disarm(String),
    /// What a rule holds is let go; none means all rules.
    Release(Option<String>),
}

/// What happens to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it is called in records and reports.
    pub name: String,
    /// The messages that count, where they leave.
    pub matching: Selector,
    /// Which of them is the first that it acts on, from 1.
    pub nth: u64,
    /// How many it acts on.
    pub times: Times,
    /// How likely it acts on each of these.
    pub chance: Chance,
    /// What it does.
    pub action: Action,
    /// What follows on the stream does not wait.
    pub alone: bool,
    /// A hold ends then at the latest.
    pub expire: Duration,
    /// Whether it acts from the start.
    pub is_armed: bool,
}

/// What a rule or a step orders of components.
pub fn orders_of(changes: &[SettingChange]) -> impl Iterator<Item = (NodeName, String, Command)> {
    changes.iter().flat_map(|change| {
        let command = Command::Set { setting: change.setting.clone(), value: change.value.clone() };
        change.components.iter().map(move |node| (NodeName::from(*node), change.words(), command.clone()))
    })
}

/// What a rule does with its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Makes it take longer: always as long, or drawn for each message.
    Delay(Latency),
    /// Holds it until something happens; none means until a person or a step releases it.
    Hold(Option<Selector>),
    /// Puts it behind the next one of its stream.
    Swap,
    /// Loses it.
    Drop,
    /// Makes it arrive twice.
    Duplicate,
    /// Changes one byte: which one, from 0, and to what.
    Corrupt {
        /// Which byte of the message, header included, or of the HTTP body.
        byte: usize,
        /// Its new value.
        to: u8,
    },
    /// Breaks its connection.
    Cut,
    /// Answers an HTTP request, in the place of whoever is asked.
    Answer(Response),
    /// Makes its bytes arrive in pieces of that size.
    Split(usize),
    /// Makes its bytes arrive with those of the next one.
    Coalesce,
    /// Lets it pass, and changes the sides of the CTI server.
    Cti(SideOrder),
    /// Lets it pass, and changes settings of the lab.
    Set(Vec<SettingChange>),
}

impl Rule {
    /// Whether the network, or a peer that keeps to its protocol, could have made the order that the rule makes. None of
    /// a rule that makes no order: it answers, or changes something in the lab.
    pub const fn is_legal(&self) -> Option<bool> {
        match self.action {
            Action::Delay(_) | Action::Hold(_) => Some(!self.alone),
            Action::Cut | Action::Split(_) | Action::Coalesce => Some(true),
            Action::Swap | Action::Drop | Action::Duplicate | Action::Corrupt { .. } => Some(false),
            Action::Answer(_) | Action::Cti(_) | Action::Set(_) => None,
        }
    }
}

/// Something that must be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// What it is called in reports.
    pub name: String,
    /// What is wanted.
    pub want: Want,
    /// It rests on behaviour that is inferred, and why.
    pub inferred: Option<String>,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// They happen in this order, whatever else happens between them.
    Order(Vec<Selector>),
    /// It never happens.
    Never(Selector),
    /// It happens so many times.
    Count {
        /// What is counted.
        of: Selector,
        /// At least.
        least: u64,
        /// At most.
        most: u64,
    },
    /// The one follows the other in time, each time.
    Within {
        /// The one.
        from: Selector,
        /// The other.
        to: Selector,
        /// How long it may take.
        time: Duration,
    },
    /// While the state holds, something never happens.
    While {
        /// A selector of facts with `to=`.
        state: Selector,
        /// What must not happen.
        never: Selector,
    },
    /// The last change leads to this state.
    Final(Selector),
}
