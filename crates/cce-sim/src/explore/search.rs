//! A search, or a part of one.

use super::{
    Experiment, Explored, Explorer, SearchBound,
    frame::{BacktrackRequest, Frame},
    moments::Moments,
    walk::{Path, Stopped, Walk},
};
use std::fmt;

/// A search, or the part of one that lies below some first choices.
pub struct Search<E: Experiment> {
    explorer: Explorer,
    /// The choices of the next run, and what is left to be chosen there.
    frames: Vec<Frame>,
    /// Where the next run begins.
    moments: Moments<E::Director>,
    /// The first of them whose choices belong to this part. Those before it belong to other parts.
    pub(super) fixed: usize,
    state: State,
    /// What is wanted at choices that belong to other parts.
    pub(super) requests: Vec<BacktrackRequest>,
    pub(super) family: Family,
    /// The most runs that it does before it is given back.
    pub(super) quota: u64,
    /// Its place among the parts.
    pub(super) place: usize,
    pub(super) explored: Explored<E::Outcome>,
}

impl<E: Experiment> fmt::Debug for Search<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search")
            .field("family", &self.family)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// What a part has to do with the others.
#[derive(Clone, Debug, Default)]
pub(super) struct Family {
    /// Names this part.
    pub(super) id: u64,
    /// The part that owns the choices just before its own.
    pub(super) parent: Option<u64>,
    /// The last of its choices that other parts may still have requests for.
    pub(super) held: Option<usize>,
}

/// How far a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There is a next run.
    Ready,
    /// Nothing is left to be chosen, unless another part has a request.
    Waiting,
    /// Everything was run.
    Done,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// An order was run to its end.
    Complete,
    /// The run was cut: whatever could follow had been run in another way.
    Redundant,
}

impl<E: Experiment> Search<E> {
    pub(super) fn new(explorer: Explorer) -> Self {
        Self {
            explorer,
            frames: Vec::new(),
            moments: Moments::new(),
            fixed: 0,
            state: State::Ready,
            requests: Vec::new(),
            family: Family::default(),
            quota: 0,
            place: 0,
            explored: Explored::new(),
        }
    }

    /// Does the runs of this round. `on_run` hears of each.
    pub fn work(&mut self, experiment: &E, on_run: &mut impl FnMut(Ended)) {
        while self.quota > 0 && self.is_ready() {
            self.quota -= 1;
            on_run(self.run(experiment));
            self.go_on();
        }
    }

    /// Whether there is a next run.
    pub(super) fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    /// Whether everything in this part was run.
    pub(super) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Gives away the first of its choices at which something is left, and all before it. What is given away owns
    /// them from now on, and goes on there.
    pub(super) fn split(&mut self, id: u64) -> Option<Self> {
        let first = self
            .frames
            .iter()
            .skip(self.fixed)
            .position(|frame| frame.stirs.is_some() && frame.next().is_some())?
            + self.fixed;
        let family = Family { id, parent: self.family.parent, held: Some(first) };
        let mut rest = Self { fixed: self.fixed, family, ..Self::new(self.explorer) };
        rest.frames = self.frames[..=first].to_vec();
        rest.moments = self.moments.until(first);
        rest.frames[first].go_on();
        (self.fixed, self.family.parent) = (first + 1, Some(id));
        Some(rest)
    }

    /// Another part has a request for one of its choices.
    pub(super) fn add_backtrack(&mut self, request: &BacktrackRequest) {
        if let Some(frame) = self.frames.get_mut(request.frame) {
            frame.add_backtrack(request);
        }
    }

    /// Other parts went on: there may be a next run, or nothing left to wait for.
    pub(super) fn wake(&mut self, held: Option<usize>) {
        self.family.held = held;
        if self.state == State::Waiting {
            self.go_on();
        }
    }

    fn run(&mut self, experiment: &E) -> Ended {
        let mut walk = Walk::new(experiment, self.explorer, &mut self.frames, &mut self.moments, self.fixed);
        let (stopped, sim) = walk.run();
        let Walk { requests, path: Path { depth, is_bounded, schedule, .. }, .. } = walk;
        self.requests.extend(requests);
        self.explored.deepest = self.explored.deepest.max(depth);
        if is_bounded {
            self.explored.bounds.insert(SearchBound::Choices);
        }
        self.explored.bounds.extend(match stopped {
            Stopped::AtItsEnd | Stopped::Redundant | Stopped::Panicked => None,
            Stopped::Endless => Some(SearchBound::Endless),
            Stopped::Unstable => Some(SearchBound::Unstable),
        });
        if matches!(stopped, Stopped::Redundant | Stopped::Unstable) {
            self.explored.redundant += 1;
            return Ended::Redundant;
        }
        let panicked = (stopped == Stopped::Panicked).then(|| experiment.panicked()).flatten();
        self.explored.add(panicked.unwrap_or_else(|| experiment.outcome(&sim)), schedule);
        Ended::Complete
    }

    /// Turns to the next run, if there is one.
    fn go_on(&mut self) {
        while self.frames.len() > self.fixed {
            if self.frames.last_mut().is_some_and(Frame::go_on) {
                self.moments.forget_behind(self.frames.len() - 1);
                self.state = State::Ready;
                return;
            }
            if self.family.held.is_some_and(|held| self.frames.len() <= held + 1) {
                self.state = State::Waiting;
                return;
            }
            self.frames.pop();
        }
        self.state = State::Done;
    }
}
