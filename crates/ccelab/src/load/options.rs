//! What `ccelab load` is asked for.

use crate::failure::Failure;
use cce_load::{Distribution, Rates};
use cce_world::Span;
use clap::{ArgGroup, Args, ValueEnum};
use std::{path::PathBuf, time::Duration};

/// Load on a lab.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("loop").required(true).args(["rate", "users"]))]
#[command(group = ArgGroup::new("end").required(true).multiple(true).args(["duration", "tasks"]))]
pub(crate) struct Options {
    /// The lab that the load is for, a file or the name of one that comes with ccelab: its addresses, agents, feed and script
    /// selector
    #[arg(long, visible_alias = "lab", value_name = "LAB")]
    pub(crate) config: Option<PathBuf>,
    /// The ready file of a running lab, whose addresses count instead of the configured ones
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// Address of the Task API, instead of the configured one
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) app: Option<String>,
    /// Address of Finesse's REST interface, instead of the configured one
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) desk: Option<String>,
    /// Address of Finesse's notification service, instead of the configured one
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) xmpp: Option<String>,
    /// Speak TLS with all of them: at the secure addresses of the ready file, or at those that are given
    #[arg(long)]
    pub(crate) tls: bool,
    /// The authority that is trusted then, a PEM file, instead of the ready file's
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) ca: Option<PathBuf>,
    /// Load addresses that are not loopback ones, too. Say so only of machines that are yours to load
    #[arg(long)]
    pub(crate) target_is_mine: bool,

    /// Open loop: tasks a second, whatever becomes of them: 50, a ramp 10..200:30s, or several: 50:10s,50..100:20s,100
    #[arg(long, value_name = "RATES")]
    pub(crate) rate: Option<Rates>,
    /// How tasks of an open loop are spread
    #[arg(long, value_enum, default_value_t = Spread::Poisson)]
    pub(crate) arrivals: Spread,
    /// Seed of the arrivals
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Closed loop: so many customers, each with one task at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) users: Option<u32>,
    /// How long a customer of a closed loop waits before the next task
    #[arg(long, value_name = "TIME", default_value = "0s", requires = "users")]
    pub(crate) think: Span,
    /// No task begins after that
    #[arg(long, value_name = "TIME")]
    pub(crate) duration: Option<Span>,
    /// So many tasks
    #[arg(long, value_name = "N")]
    pub(crate) tasks: Option<u64>,
    /// How long open tasks are waited for at the end
    #[arg(long, value_name = "TIME", default_value = "10s")]
    pub(crate) drain: Span,

    /// The task feed [default: the lab's first]
    #[arg(long, value_name = "ID")]
    pub(crate) feed: Option<u32>,
    /// The script selector [default: the lab's first]
    #[arg(long, value_name = "NAME")]
    pub(crate) selector: Option<String>,
    /// The call variable, 1 to 10, that carries a number by which the load knows its tasks
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=10))]
    pub(crate) tag_variable: u8,
    /// Follow each task by reading its status at this distance
    #[arg(long, value_name = "TIME", conflicts_with = "agents")]
    pub(crate) poll: Option<Span>,

    /// Agents of the lab that the load signs in and lets work: 1080,1081 or 2000..2199. Tasks are followed to their end
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) agents: Vec<String>,
    /// Tasks of an agent at the same time
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=10))]
    pub(crate) limit: u32,
    /// How long an agent takes to accept
    #[arg(long, value_name = "TIME", default_value = "0s")]
    pub(crate) accept: Span,
    /// How long an agent takes from accepting to starting
    #[arg(long, value_name = "TIME", default_value = "0s")]
    pub(crate) start: Span,
    /// How long an agent works before the after-task work; without it there is none
    #[arg(long, value_name = "TIME")]
    pub(crate) wrap_up: Option<Span>,
    /// How long an agent takes to close: after the start, or after the beginning of the after-task work
    #[arg(long, value_name = "TIME", default_value = "0s")]
    pub(crate) close: Span,
    /// How long the sign-in of all agents may take
    #[arg(long, value_name = "TIME", default_value = "1min")]
    pub(crate) sign_in: Span,

    /// HTTP connections to each interface, at most. A task that waits for one is charged for it
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) connections: u32,
    /// How long an answer may take
    #[arg(long, value_name = "TIME", default_value = "10s")]
    pub(crate) timeout: Span,
    /// Exit code 1 unless every planned task came to its end without an error
    #[arg(long)]
    pub(crate) strict: bool,
    /// Where to put the report as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Where to put the timeline as comma-separated values
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Where to put the report as one page with plots
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Where to put the plot of latency over load, as an SVG picture
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

/// How tasks of an open loop are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Spread {
    /// At equal distances
    Constant,
    /// Independently of each other, as customers are
    Poisson,
}

impl Spread {
    pub(crate) const fn distribution(self) -> Distribution {
        match self {
            Self::Constant => Distribution::Constant,
            Self::Poisson => Distribution::Poisson,
        }
    }
}

impl Options {
    /// The ids of `--agents`.
    pub(crate) fn agent_ids(&self) -> Result<Vec<String>, Failure> {
        let mut ids = Vec::new();
        for entry in &self.agents {
            match cce_world::counted(entry) {
                None => ids.push(entry.clone()),
                Some(names) => {
                    ids.extend(names.map_err(|error| Failure::Usage(format!("--agents: {error}")))?);
                }
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// For how long all tasks of a closed loop may stand still.
    pub(crate) fn patience(&self) -> Duration {
        let wrap_up = self.wrap_up.unwrap_or_default();
        let times = [self.drain, self.think, self.accept, self.start, wrap_up, self.close];
        times.into_iter().fold(Duration::ZERO, |sum, Span(time)| sum.saturating_add(time))
    }

    /// The load, in words.
    pub(crate) fn load_in_words(&self) -> String {
        let end = match (self.duration, self.tasks) {
            (Some(duration), Some(tasks)) => format!("for {duration}, at most {tasks} tasks"),
            (Some(duration), None) => format!("for {duration}"),
            (None, Some(tasks)) => format!("until {tasks} tasks"),
            (None, None) => String::new(),
        };
        match (&self.rate, self.users) {
            (Some(rate), _) => {
                let spread = match self.arrivals {
                    Spread::Constant => "at equal distances".to_owned(),
                    Spread::Poisson => format!("Poisson, seed {}", self.seed),
                };
                format!("open loop, {rate} tasks a second, {spread}, {end}")
            }
            (None, users) => {
                let (users, think) = (users.unwrap_or(1), self.think);
                format!("closed loop, {users} customers, pause {think}, {end}")
            }
        }
    }
}
