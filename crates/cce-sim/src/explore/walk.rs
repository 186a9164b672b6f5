//! One run of a search.

use super::{
    Experiment, Explorer,
    frame::{Frame, Wish},
    races::{Event, Sleeper, races},
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
pub(crate) struct Walk<'a, E> {
    experiment: &'a E,
    explorer: Explorer,
    frames: &'a mut Vec<Frame>,
    /// The first frame that belongs to this part of the search.
    fixed: usize,
    /// What is wanted at frames that belong to another part.
    pub(crate) wishes: Vec<Wish>,
    /// How many choices there were.
    pub(crate) depth: usize,
    /// There were more than the bound allows.
    pub(crate) is_bounded: bool,
    pub(crate) schedule: Schedule,
    sleep: Vec<Sleeper>,
    /// What was chosen in the window since the clock moved.
    events: Vec<Event>,
    /// Whether what is chosen next follows an event whose effect is not known yet.
    is_under_way: bool,
    window: Window,
    /// Records that ended something.
    endings: usize,
    is_over: bool,
    /// How many records were looked at.
    seen: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Window {
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
        fixed: usize,
    ) -> Self {
        Self {
            experiment,
            explorer,
            frames,
            fixed,
            wishes: Vec::new(),
            depth: 0,
            is_bounded: false,
            schedule: Schedule::default(),
            sleep: Vec::new(),
            events: Vec::new(),
            is_under_way: false,
            window: Window::NotYet,
            endings: 0,
            is_over: false,
            seen: 0,
        }
    }

    pub(crate) fn run(&mut self, sim: &mut Sim<E::Director, Chosen>) -> Stopped {
        sim.heartbeats(self.experiment.heartbeats());
        let stopped = if self.experiment.panicked().is_some() {
            // Nobody looks at the run again: it may be as it is.
            panic::catch_unwind(AssertUnwindSafe(|| self.go(sim))).unwrap_or(Stopped::Panicked)
        } else {
            self.go(sim)
        };
        self.learn();
        stopped
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
            let Some(index) = self.pick(&heads, sim.chosen() + 1) else { return Stopped::Redundant };
            let Some(head) = heads.get(index) else { return Stopped::Unstable };
            self.schedule.set(sim.chosen(), index);
            sim.choose(&head.stream);
        }
    }

    /// Looks at what was recorded since the last time.
    fn look(&mut self, sim: &mut Sim<E::Director, Chosen>) {
        let mut ended_by = Vec::new();
        for record in sim.records().get(self.seen..).unwrap_or_default() {
            self.is_over |= self.experiment.is_over(record);
            let ends = self.experiment.ends(record);
            self.endings += usize::from(ends);
            if self.window == Window::NotYet && self.experiment.begins(record) {
                self.window = Window::Open;
            } else if matches!(self.window, Window::Open | Window::Ending)
                && ends
                && self.endings >= self.experiment.endings()
            {
                self.window = Window::Ending;
                ended_by.push(record.node.clone());
            }
        }
        self.seen = sim.records().len();
        ended_by.iter().for_each(|node| sim.end_window(node));
    }

    /// The last delivery is over: what depends on it sleeps no more.
    fn leave(&mut self, stirs: bool) {
        if !std::mem::take(&mut self.is_under_way) {
            return;
        }
        let Some(Event { chosen, frame, .. }) = self.events.last_mut() else { return };
        chosen.stirs = stirs;
        if let Some(frame) = frame.and_then(|frame| self.frames.get_mut(frame)) {
            frame.stirs = Some(stirs);
            self.sleep.extend(frame.tried.iter().cloned());
        }
        self.sleep.retain(|sleeper| sleeper.is_independent_of(chosen));
    }

    /// What can never be delivered any more could have been delivered before.
    fn lose(&mut self, lost: Vec<Choice>) {
        if !matches!(self.window, Window::Open | Window::Ending) {
            return;
        }
        for Choice { stream, to, sent_in, .. } in lost.into_iter().filter(|lost| !lost.is_outside) {
            let chosen = Sleeper { stream, to, stirs: false };
            self.events.push(Event { number: u64::MAX, sent_in, chosen, frame: None, is_lost: true });
        }
    }

    /// Notes at each frame what must be chosen there in another run, because it may come before what was chosen.
    fn learn(&mut self) {
        let events = std::mem::take(&mut self.events);
        if events.len() > EVENTS_MAX {
            self.is_bounded = true;
            return;
        }
        for race in races(&events) {
            let streams = race.initials.iter().map(|at| events[*at].chosen.stream.clone()).collect();
            let wish = Wish { frame: race.frame, streams };
            match self.frames.get_mut(race.frame) {
                Some(_) if race.frame < self.fixed => self.wishes.push(wish),
                Some(frame) => frame.grant(&wish),
                None => self.is_bounded = true,
            }
        }
    }

    fn pass_time(&mut self, sim: &mut Sim<E::Director, Chosen>) -> Option<Stopped> {
        self.learn();
        if sim.is_endless() {
            return Some(Stopped::Endless);
        }
        if self.is_over || !sim.pass_time(self.explorer.end) {
            return Some(Stopped::AtItsEnd);
        }
        if self.window == Window::Ending {
            self.window = Window::Closed;
        }
        None
    }

    /// Which of the heads is next; none where whatever is next was run already.
    fn pick(&mut self, heads: &[Choice], number: u64) -> Option<usize> {
        let is_branching = match self.window {
            Window::NotYet | Window::Closed => false,
            Window::Open => true,
            Window::Ending => heads.iter().any(|head| !head.is_outside),
        };
        if !is_branching {
            return Some(0);
        }
        let is_asleep = |head: &Choice| self.sleep.iter().any(|sleeper| sleeper.stream == head.stream);
        let awake = |(_, head): &(usize, &Choice)| !head.is_outside && !is_asleep(head);
        let awake: Vec<usize> = heads.iter().enumerate().filter(awake).map(|(index, _)| index).collect();
        let (&first, others) = awake.split_first()?;
        let index = if others.is_empty() { first } else { self.branch(heads, &awake) };
        let frame = (!others.is_empty()).then(|| self.depth - 1);
        if let Some(Choice { stream, to, sent_in, .. }) = heads.get(index).cloned() {
            self.events.push(Event {
                number,
                sent_in,
                chosen: Sleeper { stream, to, stirs: true },
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
        self.depth += 1;
        let options = awake.iter().map(|index| (*index, heads[*index].clone())).collect();
        if self.depth > self.frames.len() {
            if self.frames.len() >= self.explorer.max_choices {
                return awake[0];
            }
            self.frames.push(Frame::new(options));
            return awake[0];
        }
        let frame = &self.frames[self.depth - 1];
        if frame.offers(&options) { frame.chosen() } else { usize::MAX }
    }
}
