//! Every order in which messages can arrive.
//!
//! Components share nothing, so two deliveries depend on each other only if they have the same receiver. An
//! order is therefore what each receiver heard, and in which order; how the deliveries of different receivers lie
//! between each other makes no difference. The search runs each such order once: depth first, from copies of the
//! lab at moments that runs share, with sleep sets (Godefroid) against orders that ran already. `docs/exploration.md` says
//! why that leaves nothing out.

mod enumerate;
mod explored;
mod frame;
mod moments;
mod races;
mod rounds;
mod search;
#[cfg(test)]
mod uneven;
mod walk;

pub use explored::{Explored, Found, SearchBound};
pub use rounds::Exploration;
pub use search::{Ended, Search};

use crate::{Chosen, Schedule, Sim};
use cce_journal::{Director, Record};
use cce_kernel::Time;

/// What is explored.
pub trait Experiment {
    /// Who bends the runs.
    type Director: Director + Clone + Send + Sync;
    /// What a run comes to.
    type Outcome: Ord + Clone;

    /// A run that nothing was explored of yet: the same one every time.
    fn build(&self) -> Sim<Self::Director>;

    /// What a run that has ended came to. It must not depend on the numbers of records, nor on how records of
    /// different components lie between each other.
    fn outcome(&self, finished: &Sim<Self::Director, Chosen>) -> Self::Outcome;

    /// What a run comes to in which a component panics. Where there is nothing, the search panics, too.
    fn panicked(&self) -> Option<Self::Outcome> {
        None
    }

    /// Whether orders are of interest from this record on: from the beginning, unless told otherwise. Before
    /// it, the oldest is always next.
    fn begins(&self, _: &Record) -> bool {
        true
    }

    /// Whether orders are of no interest any more in what follows from this record, if it is the last of
    /// [`endings`](Self::endings). What does not follow from it comes first, in every order; then the oldest is always
    /// next.
    fn ends(&self, _: &Record) -> bool {
        false
    }

    /// How many records that end something there are in a run.
    fn endings(&self) -> usize {
        1
    }

    /// Whether the run is over as soon as nothing can be delivered after this record.
    fn is_over(&self, _: &Record) -> bool {
        false
    }

    /// Which records send heartbeats, if the director does not say so.
    fn heartbeats(&self) -> fn(&Record) -> bool {
        |_| false
    }
}

/// How far a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explorer {
    /// When each run ends, on its own clock.
    pub end: Time,
    /// The most runs, those included that were cut.
    pub max_runs: u64,
    /// The most choices of one run; behind the last, the oldest is always next.
    pub max_choices: usize,
}

impl Explorer {
    /// The run of one order, to its end.
    pub fn in_order<E: Experiment>(&self, experiment: &E, schedule: Schedule) -> Sim<E::Director, Chosen> {
        let mut sim = experiment.build().follow(schedule);
        sim.heartbeats(experiment.heartbeats());
        let mut seen = 0;
        let mut is_over = false;
        loop {
            let quiet = sim.choices().is_empty();
            let records = sim.records();
            is_over |= records[seen..].iter().any(|record| experiment.is_over(record));
            seen = records.len();
            if quiet && is_over || !sim.step(self.end) {
                return sim;
            }
        }
    }

    /// Runs every order, one after the other. `on_run` hears of each run.
    pub fn run<E: Experiment>(&self, experiment: &E, mut on_run: impl FnMut(Ended)) -> Explored<E::Outcome> {
        let mut exploration = Exploration::new(*self);
        loop {
            let mut round = exploration.round();
            if round.is_empty() {
                return exploration.explored();
            }
            for search in &mut round {
                search.work(experiment, &mut on_run);
            }
            exploration.take_back(round);
        }
    }
}
