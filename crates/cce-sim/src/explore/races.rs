//! Which deliveries of a run could have come in the other order (dynamic partial-order reduction with source
//! sets, Abdulla and others 2014).

use super::walk::Sleeper;

/// A delivery of a run that was chosen in the window.
#[derive(Debug)]
pub(crate) struct Event {
    /// Its number among the deliveries of the run.
    pub(crate) number: u64,
    /// The number of the delivery that led to its sending.
    pub(crate) sent_in: u64,
    pub(crate) chosen: Sleeper,
    /// The frame that it was chosen at, where there was a choice.
    pub(crate) frame: Option<usize>,
    /// It was not delivered, because what was before made that impossible. Nothing depends on it.
    pub(crate) is_lost: bool,
}

/// Two deliveries in a run that could have come in the other order: what would then come first.
pub(crate) struct Race {
    /// The frame at which the first of the two was chosen.
    pub(crate) frame: usize,
    /// What can be chosen there instead, as places among the events.
    pub(crate) initials: Vec<usize>,
}

/// The races among the deliveries of one instant.
pub(crate) fn races(events: &[Event]) -> Vec<Race> {
    let past = pasts(events);
    let mut races = Vec::new();
    for second in 0..events.len() {
        for first in 0..second {
            if let Some(frame) = events[first].frame
                && is_race(events, &past, first, second)
            {
                races.push(Race { frame, initials: initials(events, &past, first, second) });
            }
        }
    }
    races
}

/// For each event, which others happen before it: what led to it, and what it depends on.
fn pasts(events: &[Event]) -> Vec<Vec<bool>> {
    let mut past: Vec<Vec<bool>> = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let mut own = vec![false; at];
        for earlier in (0..at).rev() {
            if !own[earlier] && is_before(&events[earlier], event) {
                own[earlier] = true;
                own.iter_mut().zip(&past[earlier]).for_each(|(own, theirs)| *own |= theirs);
            }
        }
        past.push(own);
    }
    past
}

fn is_before(earlier: &Event, event: &Event) -> bool {
    !earlier.is_lost && (earlier.number == event.sent_in || !earlier.chosen.is_independent_of(&event.chosen))
}

/// Whether the second of two could come first: it depends on the first by their receiver alone.
fn is_race(events: &[Event], past: &[Vec<bool>], first: usize, second: usize) -> bool {
    let (a, b) = (&events[first], &events[second]);
    past[second][first]
        && a.number != b.sent_in
        && a.chosen.stream != b.chosen.stream
        && !(first + 1..second).any(|between| past[between][first] && past[second][between])
}

/// What can come first if the second of two comes before the first: of whatever does not follow from the first,
/// what follows from nothing else of that.
fn initials(events: &[Event], past: &[Vec<bool>], first: usize, second: usize) -> Vec<usize> {
    let is_other = |other: &usize| !past[*other][first] && !events[*other].is_lost;
    let mut others: Vec<usize> = (first + 1..second).filter(is_other).collect();
    others.push(second);
    let is_initial =
        |at: &usize| !others.iter().take_while(|other| *other < at).any(|other| past[*at][*other]);
    others.iter().copied().filter(is_initial).collect()
}
