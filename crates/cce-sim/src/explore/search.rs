//! A search, or a part of one.

use super::{
    Bound, Experiment, Explored, Explorer,
    walk::{Sleeper, Stopped, Walk},
};
use crate::{Choice, Stream};
use std::collections::BTreeSet;

/// A search, or the part of one that lies below some first choices.
#[derive(Clone, Debug)]
pub struct Search<O> {
    explorer: Explorer,
    /// The choices of the next run, and what is left to be chosen there.
    frames: Vec<Frame>,
    /// The first of them whose choices belong to this part.
    fixed: usize,
    is_done: bool,
    /// The most runs that it does before it is given back.
    pub(super) quota: u64,
    /// Its place among the parts.
    pub(super) place: usize,
    pub(super) explored: Explored<O>,
}

/// A point of a run at which at least two deliveries were possible that do not only repeat what was run.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// What can be chosen, with its place among everything that could be delivered.
    options: Vec<(usize, Choice)>,
    /// Which of them is chosen.
    at: usize,
    /// Which of them must be chosen in some run.
    wanted: BTreeSet<usize>,
    /// Whether what is chosen stirs; none until it was run.
    pub(super) stirs: Option<bool>,
    /// What was chosen before.
    pub(super) tried: Vec<Sleeper>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// An order was run to its end.
    Complete,
    /// The run was cut: whatever could follow had been run in another way.
    Redundant,
}

impl<O: Ord + Clone> Search<O> {
    pub(super) fn new(explorer: Explorer) -> Self {
        Self {
            explorer,
            frames: Vec::new(),
            fixed: 0,
            is_done: false,
            quota: 0,
            place: 0,
            explored: Explored::new(),
        }
    }

    /// Does the runs of this round. `on_run` hears of each.
    pub fn work<E: Experiment<Outcome = O>>(&mut self, experiment: &E, on_run: &mut impl FnMut(Ended)) {
        while self.quota > 0 && !self.is_done {
            self.quota -= 1;
            on_run(self.run(experiment));
            self.is_done = !self.go_on();
        }
    }

    /// Whether everything in this part was run.
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// Gives away what is left to be chosen at its first choice.
    pub(super) fn split(&mut self) -> Option<Self> {
        let mut first = self.fixed;
        loop {
            let frame = self.frames.get_mut(first).filter(|frame| frame.stirs.is_some())?;
            frame.want_all();
            if frame.next().is_some() {
                break;
            }
            first += 1;
        }
        let mut rest = Self { fixed: first, ..Self::new(self.explorer) };
        rest.frames = self.frames[..=first].to_vec();
        rest.frames[first].go_on();
        self.fixed = first + 1;
        Some(rest)
    }

    fn run<E: Experiment<Outcome = O>>(&mut self, experiment: &E) -> Ended {
        let mut sim = experiment.build();
        let mut walk = Walk::new(experiment, self.explorer, &mut self.frames);
        let stopped = walk.run(&mut sim);
        let Walk { depth, is_bounded, schedule, .. } = walk;
        self.explored.deepest = self.explored.deepest.max(depth);
        if is_bounded {
            self.explored.bounds.insert(Bound::Choices);
        }
        self.explored.bounds.extend(match stopped {
            Stopped::AtItsEnd | Stopped::Redundant => None,
            Stopped::Endless => Some(Bound::Endless),
            Stopped::Unstable => Some(Bound::Unstable),
        });
        if matches!(stopped, Stopped::Redundant | Stopped::Unstable) {
            self.explored.redundant += 1;
            return Ended::Redundant;
        }
        self.explored.add(experiment.outcome(&sim), schedule);
        Ended::Complete
    }

    /// Turns to the next run. Says whether there is one.
    fn go_on(&mut self) -> bool {
        while self.frames.len() > self.fixed {
            if self.frames.last_mut().is_some_and(Frame::go_on) {
                return true;
            }
            self.frames.pop();
        }
        false
    }
}

impl Frame {
    pub(super) fn new(options: Vec<(usize, Choice)>) -> Self {
        Self { options, at: 0, wanted: BTreeSet::from([0]), stirs: None, tried: Vec::new() }
    }

    /// What is chosen, with its place among everything that could be delivered.
    pub(super) fn chosen(&self) -> &(usize, Choice) {
        &self.options[self.at]
    }

    /// One of these streams must be chosen in some run. Any of them will do; where one is that cannot be chosen,
    /// it sleeps, so that whatever follows was run already.
    pub(super) fn want_one_of(&mut self, streams: &[&Stream]) {
        let option = |stream: &&Stream| self.options.iter().position(|(_, choice)| choice.stream == **stream);
        let Some(options) = streams.iter().map(option).collect::<Option<Vec<usize>>>() else { return };
        if let Some(first) = options.first()
            && !options.iter().any(|option| self.wanted.contains(option))
        {
            self.wanted.insert(*first);
        }
    }

    /// Everything must be chosen in some run.
    fn want_all(&mut self) {
        self.wanted = (0..self.options.len()).collect();
    }

    /// What is left to be chosen.
    fn next(&self) -> Option<usize> {
        let is_tried = |at: &usize| {
            *at == self.at || self.tried.iter().any(|tried| tried.stream == self.options[*at].1.stream)
        };
        self.wanted.iter().copied().find(|at| !is_tried(at))
    }

    /// Turns to the next choice. Says whether there is one.
    fn go_on(&mut self) -> bool {
        let Some(next) = self.next() else { return false };
        let Choice { stream, to, .. } = self.options[self.at].1.clone();
        self.tried.push(Sleeper { stream, to, stirs: self.stirs.take().unwrap_or(true) });
        self.at = next;
        true
    }
}
