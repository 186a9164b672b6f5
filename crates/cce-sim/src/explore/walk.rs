//! One run of a search.

use super::{
    Experiment, Explorer,
    frame::{BacktrackRequest, Frame},
    moments::{Moment, Moments},
    races::{Delivery, Event, races},
};
use crate::{Choice, Chosen, Schedule, Sim};
use std::panic::{self, AssertUnwindSafe};

/// The most deliveries of one instant whose order is asked for.
const EVENTS_MAX: usize = 2_000;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    AtItsEnd,
    Redundant,
    Endless,
    /// What can be delivered is not what could be delivered there before.
    Unstable,
    /// A component panicked, and the experiment knows what that comes to.
    Panicked,
}

/// One run along the frames of a search, and on beyond them.
pub(crate) struct Walk<'a, E: Experiment> {
    experiment: &'a E,
    explorer: Explorer,
    frames: &'a mut Vec<Frame>,
    moments: &'a mut Moments<E::Director>,
    /// The first frame that belongs to this part of the search.
    fixed: usize,
    /// What is wanted at frames that belong to another part.
    pub(crate) requests: Vec<BacktrackRequest>,
    pub(crate) path: Path,
    /// Whether what is chosen next follows an event whose effect is not known yet.
    is_under_way: bool,
}

/// How far a run is, and what led it there.
#[derive(Clone, Default)]
pub(crate) struct Path {
    /// How many choices there were.
    pub(crate) depth: usize,
    /// There were more than the bound allows.
    pub(crate) is_bounded: bool,
    pub(crate) schedule: Schedule,
    sleep: Vec<Delivery>,
    /// What was chosen in the window since the clock moved.
    events: Vec<Event>,
    window: Window,
    /// Records that ended something.
    endings: usize,
    is_over: bool,
    /// How many records were looked at.
    seen: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Window {
    #[default]
    NotYet,
    Open,
    /// It ends behind what does not follow from its end.
    Ending,
    Closed,
}

impl<'a, E: Experiment> Walk<'a, E> {
    pub(crate) fn new(
        experiment: &'a E,
        explorer: Explorer,
        frames: &'a mut Vec<Frame>,
        moments: &'a mut Moments<E::Director>,
        fixed: usize,
    ) -> Self {
        let (requests, path, is_under_way) = (Vec::new(), Path::default(), false);
        Self { experiment, explorer, frames, moments, fixed, requests, path, is_under_way }
    }

    /// Runs from the last moment that is kept, or from the beginning, to the end.
    pub(crate) fn run(&mut self) -> (Stopped, Sim<E::Director, Chosen>) {
        let mut sim = self.begin();
        let stopped = if self.experiment.panicked().is_some() {
            // Nobody looks at the run again: it may be as it is.
            panic::catch_unwind(AssertUnwindSafe(|| self.go(&mut sim))).unwrap_or(Stopped::Panicked)
        } else {
            self.go(&mut sim)
        };
        if stopped == Stopped::Panicked {
            // What waits still could have come before what the component panicked at.
            self.lose(sim.heads());
        }
        self.learn();
        (stopped, sim)
    }

    fn begin(&mut self) -> Sim<E::Director, Chosen> {
        if let Some(moment) = self.moments.last() {
            self.path = moment.path.clone();
            return moment.sim.clone();
        }
        let mut sim = self.experiment.build().by_choice();
        sim.heartbeats(self.experiment.heartbeats());
        sim
    }

    fn go(&mut self, sim: &mut Sim<E::Director, Chosen>) -> Stopped {
        loop {
            self.look(sim);
            while sim.attend() {
                self.look(sim);
            }
            self.leave(sim.take_stirred());
            self.lose(sim.take_lost());
            let heads = sim.heads();
            if heads.is_empty() {
                if let Some(stopped) = self.pass_time(sim) {
                    return stopped;
                }
                continue;
            }
            let awake = self.awake(&heads);
            if awake.as_ref().is_some_and(|awake| awake.len() > 1) {
                self.keep(sim);
            }
            let index = awake.map_or(Some(0), |awake| self.pick(&heads, &awake, sim.chosen() + 1));
            let Some(index) = index else { return Stopped::Redundant };
            let Some(head) = heads.get(index) else { return Stopped::Unstable };
            self.path.schedule.set(sim.chosen(), index);
            sim.choose(&head.stream);
        }
    }

    /// Looks at what was recorded since the last time.
    fn look(&mut self, sim: &mut Sim<E::Director, Chosen>) {
        let mut ended_by = Vec::new();
        for record in sim.records().get(self.path.seen..).unwrap_or_default() {
            self.path.is_over |= self.experiment.is_over(record);
            let ends = self.experiment.ends(record);
            self.path.endings += usize::from(ends);
            if self.path.window == Window::NotYet && self.experiment.begins(record) {
                self.path.window = Window::Open;
            } else if matches!(self.path.window, Window::Open | Window::Ending)
                && ends
                && self.path.endings >= self.experiment.endings()
            {
                self.path.window = Window::Ending;
                ended_by.push(record.node.clone());
            }
        }
        self.path.seen = sim.records().len();
        ended_by.iter().for_each(|node| sim.end_window(node));
    }

    /// The last delivery is over: what depends on it sleeps no more.
    fn leave(&mut self, stirs: bool) {
        if !std::mem::take(&mut self.is_under_way) {
            return;
        }
        let Some(Event { chosen, frame, .. }) = self.path.events.last_mut() else { return };
        chosen.stirs = stirs;
        if let Some(frame) = frame.and_then(|frame| self.frames.get_mut(frame)) {
            frame.stirs = Some(stirs);
            self.path.sleep.extend(frame.sleep_set.iter().cloned());
        }
        self.path.sleep.retain(|asleep| asleep.is_independent_of(chosen));
    }

    /// What can never be delivered any more could have been delivered before.
    fn lose(&mut self, lost: Vec<Choice>) {
        if !matches!(self.path.window, Window::Open | Window::Ending) {
            return;
        }
        for Choice { stream, to, sent_in, .. } in lost.into_iter().filter(|lost| !lost.is_outside) {
            let chosen = Delivery { stream, to, stirs: false };
            self.path.events.push(Event { number: u64::MAX, sent_in, chosen, frame: None, is_lost: true });
        }
    }

    /// Notes at each frame what must be chosen there in another run, because it may come before what was chosen.
    fn learn(&mut self) {
        let events = std::mem::take(&mut self.path.events);
        if events.len() > EVENTS_MAX {
            self.path.is_bounded = true;
            return;
        }
        for race in races(&events) {
            let streams = race.initials.iter().map(|at| events[*at].chosen.stream.clone()).collect();
            let request = BacktrackRequest { frame: race.frame, streams };
            match self.frames.get_mut(race.frame) {
                Some(_) if race.frame < self.fixed => self.requests.push(request),
                Some(frame) => frame.add_backtrack(&request),
                None => self.path.is_bounded = true,
            }
        }
    }

    fn pass_time(&mut self, sim: &mut Sim<E::Director, Chosen>) -> Option<Stopped> {
        self.learn();
        if sim.is_endless() {
            return Some(Stopped::Endless);
        }
        if self.path.is_over || !sim.pass_time(self.explorer.end) {
            return Some(Stopped::AtItsEnd);
        }
        if self.path.window == Window::Ending {
            self.path.window = Window::Closed;
        }
        None
    }

    /// Which of the heads may be chosen here, in the window; none outside it, where the oldest is next.
    fn awake(&self, heads: &[Choice]) -> Option<Vec<usize>> {
        let is_branching = match self.path.window {
            Window::NotYet | Window::Closed => false,
            Window::Open => true,
            Window::Ending => heads.iter().any(|head| !head.is_outside),
        };
        let is_asleep = |head: &Choice| self.path.sleep.iter().any(|asleep| asleep.stream == head.stream);
        let is_awake = |(_, head): &(usize, &Choice)| !head.is_outside && !is_asleep(head);
        is_branching.then(|| heads.iter().enumerate().filter(is_awake).map(|(index, _)| index).collect())
    }

    /// Other choices will be made here: they go on from this moment.
    fn keep(&mut self, sim: &Sim<E::Director, Chosen>) {
        if self.path.depth < self.explorer.max_choices {
            let path = &self.path;
            self.moments.keep(path.depth, || Moment { sim: sim.clone(), path: path.clone() });
        }
    }

    /// Which of the heads is next; none where whatever is next was run already.
    fn pick(&mut self, heads: &[Choice], awake: &[usize], number: u64) -> Option<usize> {
        let (&first, others) = awake.split_first()?;
        let index = if others.is_empty() { first } else { self.branch(heads, awake) };
        let frame = (!others.is_empty()).then(|| self.path.depth - 1);
        if let Some(Choice { stream, to, sent_in, .. }) = heads.get(index).cloned() {
            self.path.events.push(Event {
                number,
                sent_in,
                chosen: Delivery { stream, to, stirs: true },
                frame,
                is_lost: false,
            });
            self.is_under_way = true;
        }
        Some(index)
    }

    /// The choice of the frame at this depth, which is made where there is none yet. It is the last of all numbers
    /// if something else can be chosen than before.
    fn branch(&mut self, heads: &[Choice], awake: &[usize]) -> usize {
        self.path.depth += 1;
        let options = awake.iter().map(|index| (*index, heads[*index].clone())).collect();
        if self.path.depth > self.frames.len() {
            if self.frames.len() >= self.explorer.max_choices {
                return awake[0];
            }
            self.frames.push(Frame::new(options));
            return awake[0];
        }
        let frame = &self.frames[self.path.depth - 1];
        if frame.offers(&options) { frame.chosen() } else { usize::MAX }
    }
}
