//! In which order things happen.
//!
//! [`Sim`] has the mechanics of a run: components, links, calls, timers, and what is on its way. Which of the things that can
//! happen happens next is for its order to say. There are three:
//!
//! | Order | What happens next |
//! |---|---|
//! | [`Seeded`] | what is due first; a draw decides among equals |
//! | [`Chosen`] | what somebody chooses; the clock stands still while anything can be chosen |
//! | [`Recorded`] | what happened next in a recorded run, until this run parts from it; then as in a seeded one |

use crate::{Sim, pending::Rank, queue::Planned, stream::LinkEnd};
use cce_journal::{Director, Record, Treatment};
use cce_kernel::{NodeName, Output, Rng, Time, fork};
use rand::RngExt;
use std::{convert::Infallible, fmt::Debug};

/// In which order things happen: what the mechanics of a run ask of [`Seeded`], [`Chosen`](crate::Chosen) or [`Recorded`](crate::Recorded).
pub trait Sequence: Clone + Debug + Sized {
    /// What the order knows of an output ahead: what that leads to.
    type Foreseen;

    /// Something that is going to happen and that only the order can carry out.
    type Event: Clone + Debug;

    /// What decides among things that are due at the same time.
    fn tie(&mut self) -> u32;

    /// Takes in what can be delivered from `at` on, or hands it back to be delivered at that time.
    fn take_in(&mut self, _at: Time, planned: Planned<Self::Event>) -> Option<Planned<Self::Event>> {
        Some(planned)
    }

    /// Drops what was taken in for a component that dies, and returns the connections that others were opening to it.
    fn forget(&mut self, _node: &NodeName) -> Vec<LinkEnd> {
        Vec::new()
    }

    /// What is meant of what was taken in cannot be delivered before `until`.
    fn put_off(&mut self, _until: Time, _is_meant: &dyn Fn(&Planned<Self::Event>) -> bool) {}

    /// What is sent from now on is of this rank.
    fn set_rank(&mut self, _rank: Rank) {}

    /// Whether the message of a record overtakes others, though its director does not say so.
    fn overtakes(&self, _record: &Record) -> bool {
        false
    }

    /// Something may have changed what becomes of messages of other components.
    fn stir(&mut self) {}

    /// The director does something of its own.
    fn part(&mut self) {}

    /// Whether a caller hears of its deadline.
    fn counts_deadlines(&self) -> bool {
        true
    }

    /// Does the next thing that happens until `end`. Says whether there was one.
    fn step<D: Director>(sim: &mut Sim<D, Self>, end: Time) -> bool {
        sim.step_by_time(end)
    }

    /// Whether it may know what an output leads to: then it is shown each one.
    const FORESEES: bool = false;

    /// What the order knows of an output, which was recorded under that number; none where the output acts by itself.
    fn foresee<D: Director>(
        _sim: &mut Sim<D, Self>,
        _node: &NodeName,
        _output: &Output,
        _seq: u64,
        _treatment: &Treatment,
    ) -> Option<Self::Foreseen> {
        None
    }

    /// An output leads to what the order knows.
    fn fulfil<D: Director>(
        sim: &mut Sim<D, Self>,
        node: &NodeName,
        output: Output,
        seq: u64,
        foreseen: Self::Foreseen,
    );

    /// An event of this order is due.
    fn happen<D: Director>(sim: &mut Sim<D, Self>, node: &NodeName, event: Self::Event, cause: Option<u64>);
}

/// What is due first happens next, and a draw of the run's seed decides among equals.
#[derive(Clone, Debug)]
pub struct Seeded {
    draws: Rng,
}

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self { draws: fork(seed, "order") }
    }
}

impl Sequence for Seeded {
    type Foreseen = Infallible;
    type Event = Infallible;

    fn tie(&mut self) -> u32 {
        self.draws.random()
    }

    fn fulfil<D: Director>(_: &mut Sim<D, Self>, _: &NodeName, _: Output, _: u64, never: Infallible) {
        match never {}
    }

    fn happen<D: Director>(_: &mut Sim<D, Self>, _: &NodeName, never: Infallible, _: Option<u64>) {
        match never {}
    }
}
