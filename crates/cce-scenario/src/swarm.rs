//! What a swarm may draw, and what a seed drew.

use crate::amount::{Bounds, plural};
use cce_kernel::{NodeName, Port};
use cce_world::{COMPONENTS, Span};
use std::{fmt, time::Duration};

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
    /// The ways in which messages are bent.
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

/// What may be drawn, in one line.
impl fmt::Display for Swarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { agents, mrds, tasks, faults, kinds, ports, components, rules, bends, heal } = self;
        let noun = |bounds: &Bounds, noun: &str| format!("{bounds} {}", plural(bounds.most, noun));
        let (agents, mrds, tasks) = (noun(agents, "agent"), noun(mrds, "MRD"), noun(tasks, "task"));
        write!(f, "{agents}, {mrds}, {tasks}, {}", noun(faults, "fault"))?;
        if faults.most > 0 {
            write!(f, " ({})", joined(kinds.iter().map(|kind| kind.name())))?;
            if ports.len() < Port::LISTENED.len() {
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

/// What a seed drew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The seed.
    pub seed: u64,
    /// How many agents work, of which characters.
    pub agents: Vec<String>,
    /// Media routing domains, each with its traits.
    pub mrds: Vec<String>,
    /// Tasks that customers create.
    pub tasks: usize,
    /// What breaks, in order.
    pub faults: Vec<String>,
    /// What bends messages, as a peer would that does not keep to its protocol.
    pub rules: Vec<String>,
    /// When everything is whole again.
    pub heal: Duration,
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, agents, mrds, tasks, faults, rules, heal, .. } = self;
        write!(
            f,
            "seed {seed}: {} agents ({}), MRDs {}, {tasks} tasks; {}",
            agents.len(),
            counted(agents),
            mrds.join(", "),
            if faults.is_empty() { "nothing breaks".to_owned() } else { faults.join(", ") }
        )?;
        if !rules.is_empty() {
            write!(f, "; bent: {}", rules.join(", "))?;
        }
        write!(f, "; whole from {} on", Span(*heal))
    }
}

/// How often each word stands there: `2 quick, 1 slow`.
fn counted(words: &[String]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for word in words {
        match counts.iter_mut().find(|(known, _)| known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let parts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    parts.join(", ")
}
