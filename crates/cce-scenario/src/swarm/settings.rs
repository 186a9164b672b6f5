//! What a swarm may draw.

use crate::{
    known::nearest,
    model::plural,
    read::{Placed, Section, Source},
};
use cce_kernel::{NodeName, Port};
use cce_world::{COMPONENTS, Span};
use std::{fmt, time::Duration};

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

/// From one number to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// At least.
    pub least: u64,
    /// At most.
    pub most: u64,
}

/// What a swarm may draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swarm {
    /// How many agents work.
    pub agents: Bounds,
    /// How many media routing domains there are.
    pub mrds: Bounds,
    /// How many tasks customers create.
    pub tasks: Bounds,
    /// How many things break.
    pub faults: Bounds,
    /// What kinds of them.
    pub kinds: Vec<FaultKind>,
    /// Ports that are delayed, stalled or cut.
    pub ports: Vec<Port>,
    /// Components that are restarted.
    pub components: Vec<NodeName>,
    /// How many messages are bent as a misbehaving peer would.
    pub rules: Bounds,
    /// In which ways.
    pub bends: Vec<BendKind>,
    /// When everything is whole again.
    pub heal: Duration,
}

macro_rules! kinds {
    ($(#[doc = $doc:literal])* $name:ident { $( $(#[doc = $vdoc:literal])* $variant:ident = $text:literal ),* $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $( $(#[doc = $vdoc])* $variant ),* }

        impl $name {
            /// Every kind.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),* ];

            /// What files call it.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $text ),* }
            }
        }
    };
}

kinds! {
    /// What may break.
    FaultKind {
        /// A port is slow, during the whole run.
        Delay = "delay",
        /// Nothing goes through a port for a while.
        Stall = "stall",
        /// The connections of a port break, and no new ones come about for a while.
        Cut = "cut",
        /// An agent's desktop dies, and comes back later.
        Crash = "crash",
        /// A component is killed and started again a while later.
        Restart = "restart",
    }
}

kinds! {
    /// How a peer may misbehave.
    BendKind {
        /// A message is lost.
        Drop = "drop",
        /// A message comes twice.
        Duplicate = "duplicate",
        /// A message comes behind the next one.
        Swap = "swap",
        /// A byte of a message is another one.
        Corrupt = "corrupt",
    }
}

impl Swarm {
    /// Reads `[swarm]`.
    pub(crate) fn read(section: &mut Section<'_>, from: &mut Source<'_>) -> Self {
        let range = |key, (least, most), bounds, section: &mut Section<'_>, from: &mut Source<'_>| {
            section.range(key, bounds, from).unwrap_or(Bounds { least, most })
        };
        let swarm = Self {
            agents: range("agents", (2, 50), 1..=AGENTS_MAX, section, from),
            mrds: range("mrds", (1, 4), 1..=MRDS_MAX, section, from),
            tasks: range("tasks", (20, 500), 0..=TASKS_MAX, section, from),
            faults: range("faults", (1, 6), 0..=FAULTS_MAX, section, from),
            kinds: named("kinds", "kind of fault", FaultKind::ALL, FaultKind::name, section, from),
            ports: named("ports", "port", &Port::ALL, Port::name, section, from),
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
        section.tell_unknown(from);
        swarm
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { least, most } = self;
        if least == most { write!(f, "{least}") } else { write!(f, "{least} to {most}") }
    }
}

/// What may be drawn, in one line.
impl fmt::Display for Swarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { agents, mrds, tasks, faults, kinds, ports, components, rules, bends, heal } = self;
        let noun = |bounds: &Bounds, noun: &str| format!("{bounds} {}", plural(bounds.most, noun));
        let (agents, mrds, tasks) = (noun(agents, "agent"), noun(mrds, "MRD"), noun(tasks, "task"));
        write!(f, "{agents}, {mrds}, {tasks}, {}", noun(faults, "fault"))?;
        if faults.most > 0 {
            write!(f, " ({})", joined(kinds.iter().map(|kind| kind.name())))?;
            if ports.len() < Port::ALL.len() {
                write!(f, " of {}", joined(ports.iter().map(|port| port.name())))?;
            }
            if kinds.contains(&FaultKind::Restart) && components.len() < COMPONENTS.len() {
                write!(f, ", restarts of {}", joined(components.iter().map(NodeName::as_str)))?;
            }
        }
        if rules.most > 0 {
            let bends = joined(bends.iter().map(|bend| bend.name()));
            write!(f, ", {} ({bends})", noun(rules, "bent message"))?;
        }
        write!(f, "; whole from {} on", Span(*heal))
    }
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
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
