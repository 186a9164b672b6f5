//! Which deliveries of a run could have come in the other order (dynamic partial-order reduction with source
//! sets, Abdulla and others 2014).

use crate::Stream;
use cce_kernel::NodeName;

/// A delivery, as far as it matters whether two of them may be exchanged. One that is in a sleep set (Godefroid) is not chosen
/// next: what could follow if it came next was run already.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) stream: Stream,
    pub(crate) to: NodeName,
    /// It may have changed what becomes of messages of other components.
    pub(crate) stirs: bool,
}

impl Delivery {
    /// Whether two deliveries may be exchanged: neither receiver can tell the difference.
    pub(crate) fn is_independent_of(&self, other: &Self) -> bool {
        self.to != other.to && !self.stirs && !other.stirs
    }
}

/// A delivery of a run that was chosen in the window.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Its number among the deliveries of the run.
    pub(crate) number: u64,
    /// The number of the delivery that led to its sending.
    pub(crate) sent_in: u64,
    pub(crate) chosen: Delivery,
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
    let mut others: Vec<usize> =
        (first + 1..second).filter(|other| !past[*other][first] && !events[*other].is_lost).collect();
    others.push(second);
    others
        .iter()
        .copied()
        .filter(|at| !others.iter().take_while(|other| *other < at).any(|other| past[*at][*other]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_kernel::CallId;

    #[test]
    fn two_deliveries_to_one_receiver_by_two_streams_race() {
        let events = [event(1, 0, 1, "a"), event(2, 0, 2, "a")];
        assert_eq!(found(&events), [(1, vec![1])]);
    }

    #[test]
    fn deliveries_to_two_receivers_do_not_race() {
        assert!(found(&[event(1, 0, 1, "a"), event(2, 0, 2, "b")]).is_empty());
    }

    #[test]
    fn a_delivery_does_not_race_what_it_led_to() {
        assert!(found(&[event(1, 0, 1, "a"), event(2, 1, 2, "a")]).is_empty());
    }

    #[test]
    fn deliveries_of_one_stream_do_not_race() {
        assert!(found(&[event(1, 0, 1, "a"), event(2, 0, 1, "a")]).is_empty());
    }

    #[test]
    fn deliveries_with_one_between_that_depends_on_both_do_not_race() {
        let events = [event(1, 0, 1, "a"), event(2, 0, 2, "a"), event(3, 0, 3, "a")];
        assert_eq!(found(&events), [(1, vec![1]), (2, vec![2])]);
    }

    #[test]
    fn what_is_lost_races_nothing() {
        let lost = Event { is_lost: true, ..event(1, 0, 1, "a") };
        assert!(found(&[lost, event(2, 0, 2, "a")]).is_empty());
    }

    #[test]
    fn a_delivery_without_a_choice_is_no_first_of_a_race() {
        let forced = Event { frame: None, ..event(1, 0, 1, "a") };
        assert!(found(&[forced, event(2, 0, 2, "a")]).is_empty());
    }

    #[test]
    fn what_happens_before_the_past_happens_before() {
        // The second follows from the first, and the third from the second, at other receivers.
        let events = [event(1, 0, 1, "a"), event(2, 1, 2, "b"), event(3, 2, 3, "c")];
        assert_eq!(pasts(&events), [vec![], vec![true], vec![true, true]]);
    }

    #[test]
    fn what_comes_first_in_the_other_order_follows_from_nothing_else() {
        // The third follows from the second, so that the second must come first for the third to come.
        let events = [event(1, 0, 1, "a"), event(2, 0, 2, "b"), event(3, 2, 3, "a")];
        assert_eq!(found(&events), [(1, vec![1])]);
    }

    #[test]
    fn all_that_could_come_first_in_the_other_order_are_named() {
        let events = [event(1, 0, 1, "a"), event(2, 0, 2, "b"), event(3, 0, 3, "a")];
        assert_eq!(found(&events), [(1, vec![1, 2])]);
    }

    /// The races: frame and initials of each.
    fn found(events: &[Event]) -> Vec<(usize, Vec<usize>)> {
        races(events).into_iter().map(|race| (race.frame, race.initials)).collect()
    }

    /// A delivery that was chosen at the frame of its number.
    fn event(number: u64, sent_in: u64, stream: u64, to: &str) -> Event {
        let stream = Stream::Request(("customer".into(), CallId(stream)));
        let chosen = Delivery { stream, to: to.into(), stirs: false };
        Event { number, sent_in, chosen, frame: usize::try_from(number).ok(), is_lost: false }
    }
}
