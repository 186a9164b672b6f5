//! What is held back, and what waits behind it.

use crate::parcel::{Parcel, Part, Stream};
use cce_journal::Ticket;
use cce_kernel::{CallId, LinkId, Time};
use std::collections::{BTreeMap, VecDeque};

/// Messages that one component may have held back, with what waits behind them, and their bytes. One more lets the oldest
/// go.
pub(crate) const HOLDS_MAX: usize = 1_024;
pub(crate) const HOLD_BYTES_MAX: usize = 64 << 20;

/// Messages that may wait on one stream to be written with the next one, and their bytes. One more does not wait.
pub(crate) const GLUED_MAX: usize = 1_024;
pub(crate) const GLUED_BYTES_MAX: usize = 1 << 20;

/// What a message waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wait {
    /// Somebody releases it.
    Ticket(Ticket),
    /// Its time. The number tells those of the same time apart.
    Until(Time, u64),
}

/// A message that went before somebody released it: its ticket, and its record if it has one.
pub(crate) type Gone = (Ticket, Option<u64>);

/// A held message that goes because too much is held.
pub(crate) struct PushedOut {
    /// The wait that ends early.
    pub(crate) wait: Wait,
    /// Its record, if it has one.
    pub(crate) record: Option<u64>,
    /// The parcels that go now; none while another hold of the stream is in front.
    pub(crate) going: VecDeque<Parcel>,
}

/// What is held back, and what waits behind it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holds {
    /// What is held on a stream, and what waits behind it.
    lines: BTreeMap<Stream, VecDeque<(Option<Wait>, Parcel)>>,
    /// The parcels that are held alone: their streams go on.
    alone: BTreeMap<Wait, Parcel>,
    /// Bytes that wait for the next message of their stream.
    glued: BTreeMap<Stream, Vec<Part>>,
    /// The waits, oldest first.
    waits: VecDeque<Wait>,
    last_number: u64,
    /// How much is held.
    load: Load,
}

/// A number of messages, and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Load {
    count: usize,
    bytes: usize,
}

impl Load {
    fn add(&mut self, parcel: &Parcel) {
        self.count += 1;
        self.bytes += parcel.size();
    }

    fn take<'a>(&mut self, parcels: impl IntoIterator<Item = &'a Parcel>) {
        for parcel in parcels {
            self.count -= 1;
            self.bytes -= parcel.size();
        }
    }
}

impl Holds {
    /// A wait of its own until that time.
    pub(crate) fn until(&mut self, time: Time) -> Wait {
        self.last_number += 1;
        Wait::Until(time, self.last_number)
    }

    /// Holds a message back, and what follows on its stream with it unless it is held alone.
    pub(crate) fn hold(&mut self, wait: Wait, parcel: Parcel, is_alone: bool) {
        self.load.add(&parcel);
        self.waits.push_back(wait);
        match parcel.stream().filter(|_| !is_alone) {
            Some(stream) => self.lines.entry(stream).or_default().push_back((Some(wait), parcel)),
            None => {
                self.alone.insert(wait, parcel);
            }
        }
    }

    /// Lets the oldest go where there is no room for one more of that size. To be called until it gives none.
    pub(crate) fn make_room(&mut self, size: usize) -> Option<PushedOut> {
        if self.load.count < HOLDS_MAX && self.load.bytes + size <= HOLD_BYTES_MAX {
            return None;
        }
        let wait = *self.waits.front()?;
        let record = self.parcel(wait).and_then(Parcel::record);
        Some(PushedOut { wait, record, going: self.release(wait) })
    }

    fn parcel(&self, wait: Wait) -> Option<&Parcel> {
        let in_line = || self.lines.values().flatten().find(|(held, _)| *held == Some(wait));
        self.alone.get(&wait).or_else(|| in_line().map(|(_, parcel)| parcel))
    }

    /// Puts a parcel behind what is held on its stream. Gives it back where nothing is.
    pub(crate) fn queue(&mut self, parcel: Parcel) -> Option<Parcel> {
        match parcel.stream().and_then(|stream| self.lines.get_mut(&stream)) {
            Some(line) => {
                self.load.add(&parcel);
                line.push_back((None, parcel));
                None
            }
            None => Some(parcel),
        }
    }

    /// Whether something waits for that.
    pub(crate) fn is_waiting(&self, wait: Wait) -> bool {
        self.waits.contains(&wait)
    }

    /// Whether something is held on a stream.
    pub(crate) fn is_held(&self, stream: Stream) -> bool {
        self.lines.contains_key(&stream)
    }

    /// Whether something of a stream waits here, for a release or for the next bytes.
    pub(crate) fn is_busy(&self, stream: Stream) -> bool {
        self.is_held(stream) || self.glued.contains_key(&stream)
    }

    /// Everything that may go once this one is released, in order.
    pub(crate) fn release(&mut self, wait: Wait) -> VecDeque<Parcel> {
        self.waits.retain(|known| *known != wait);
        if let Some(parcel) = self.alone.remove(&wait) {
            self.load.take([&parcel]);
            return VecDeque::from([parcel]);
        }
        let holding =
            |line: &VecDeque<(Option<Wait>, Parcel)>| line.iter().position(|(held, _)| *held == Some(wait));
        let found = self.lines.iter().find_map(|(stream, line)| Some((*stream, holding(line)?)));
        let Some((stream, at)) = found else { return VecDeque::new() };
        let Some(line) = self.lines.get_mut(&stream) else { return VecDeque::new() };
        line[at].0 = None;
        let free = line.iter().take_while(|(held, _)| held.is_none()).count();
        let going: VecDeque<Parcel> = line.drain(..free).map(|(_, parcel)| parcel).collect();
        self.load.take(&going);
        if line.is_empty() {
            self.lines.remove(&stream);
        }
        going
    }

    /// When the next delay is over.
    pub(crate) fn due(&self) -> Option<Time> {
        self.waits
            .iter()
            .filter_map(|wait| if let Wait::Until(at, _) = wait { Some(*at) } else { None })
            .min()
    }

    /// A delay that is over.
    pub(crate) fn over(&self, now: Time) -> Option<Wait> {
        self.waits.iter().filter(|wait| matches!(wait, Wait::Until(at, _) if *at <= now)).min().copied()
    }

    /// Keeps bytes until the next ones of their stream. Gives them back where too many wait already.
    pub(crate) fn glue(&mut self, stream: Stream, part: Part) -> Option<Part> {
        let parts = self.glued.entry(stream).or_default();
        let bytes: usize = parts.iter().chain([&part]).map(|part| part.bytes.len()).sum();
        if parts.len() >= GLUED_MAX || bytes > GLUED_BYTES_MAX {
            return Some(part);
        }
        parts.push(part);
        None
    }

    /// The bytes that wait for the next ones of their stream.
    pub(crate) fn unglue(&mut self, stream: Stream) -> Vec<Part> {
        self.glued.remove(&stream).unwrap_or_default()
    }

    /// A connection is gone, and what was held on it with it.
    pub(crate) fn forget_link(&mut self, link: LinkId) -> Vec<Gone> {
        [Stream::Out(link), Stream::In(link)].into_iter().flat_map(|stream| self.forget(stream)).collect()
    }

    /// Nothing more happens on a stream.
    pub(crate) fn forget(&mut self, stream: Stream) -> Vec<Gone> {
        let line = self.lines.remove(&stream).unwrap_or_default();
        self.glued.remove(&stream);
        self.load.take(line.iter().map(|(_, parcel)| parcel));
        let mut gone: Vec<(Wait, Parcel)> =
            line.into_iter().filter_map(|(wait, parcel)| Some((wait?, parcel))).collect();
        let alone: Vec<_> = self.alone.extract_if(.., |_, parcel| parcel.stream() == Some(stream)).collect();
        self.load.take(alone.iter().map(|(_, parcel)| parcel));
        gone.extend(alone);
        self.tell(&gone)
    }

    /// The client of a request left. None where nothing of it was held, neither the request nor its reply.
    pub(crate) fn forget_request(&mut self, call: CallId) -> Option<Vec<Gone>> {
        let gone: Vec<_> = self.alone.extract_if(.., |_, parcel| parcel.is_of_request(call)).collect();
        self.load.take(gone.iter().map(|(_, parcel)| parcel));
        (!gone.is_empty()).then(|| self.tell(&gone))
    }

    /// The component waits no more for the outcome of its request.
    pub(crate) fn forget_own_request(&mut self, call: CallId) -> Vec<Gone> {
        let gone: Vec<_> = self.alone.extract_if(.., |_, parcel| parcel.is_of_own_request(call)).collect();
        self.load.take(gone.iter().map(|(_, parcel)| parcel));
        self.tell(&gone)
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) -> Vec<Gone> {
        let Self { lines, alone, .. } = std::mem::take(self);
        let lines = lines.into_values().flatten().filter_map(|(wait, parcel)| Some((wait?, parcel)));
        let gone: Vec<_> = lines.chain(alone).collect();
        self.tell(&gone)
    }

    /// Nobody waits for them any more. Says which of them somebody may want to release.
    fn tell(&mut self, gone: &[(Wait, Parcel)]) -> Vec<Gone> {
        self.waits.retain(|wait| !gone.iter().any(|(known, _)| known == wait));
        let ticket = |(wait, parcel): &(Wait, Parcel)| match wait {
            Wait::Ticket(ticket) => Some((*ticket, parcel.record())),
            Wait::Until(..) => None,
        };
        gone.iter().filter_map(ticket).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parcel::{Manner, Payload};
    use bytes::Bytes;
    use cce_kernel::Port;

    const LINK: LinkId = LinkId { port: Port::Mr, number: 1 };

    fn parcel(record: u64) -> Parcel {
        let part = Part { bytes: "x".into(), record: Some(record) };
        Parcel::from(Payload::Bytes { link: LINK, part, manner: Manner::WHOLE })
    }

    fn records(parcels: impl IntoIterator<Item = Parcel>) -> Vec<u64> {
        parcels.into_iter().filter_map(|parcel| parcel.record()).collect()
    }

    #[test]
    fn what_is_released_takes_along_what_waits_for_nothing_else() {
        let mut holds = Holds::default();
        holds.hold(Wait::Ticket(1), parcel(1), false);
        assert!(holds.queue(parcel(2)).is_none());
        holds.hold(Wait::Ticket(2), parcel(3), false);
        assert!(holds.queue(parcel(4)).is_none());
        assert_eq!(records(holds.release(Wait::Ticket(2))), [] as [u64; 0]);
        assert_eq!(records(holds.release(Wait::Ticket(1))), [1, 2, 3, 4]);
        assert!(holds.queue(parcel(5)).is_some());
    }

    #[test]
    fn one_more_than_the_maximum_lets_the_oldest_go() {
        let mut holds = Holds::default();
        for ticket in 0..HOLDS_MAX as u64 {
            assert!(holds.make_room(1).is_none());
            holds.hold(Wait::Ticket(ticket), parcel(ticket), true);
        }
        let pushed = holds.make_room(1).unwrap();
        assert_eq!((pushed.wait, pushed.record, records(pushed.going)), (Wait::Ticket(0), Some(0), vec![0]));
        assert!(holds.make_room(1).is_none());
    }

    #[test]
    fn one_byte_more_than_the_maximum_lets_as_many_go_as_it_takes() {
        let mut holds = Holds::default();
        let big = Bytes::from(vec![0; HOLD_BYTES_MAX / 4]);
        for ticket in 0..4 {
            assert!(holds.make_room(big.len()).is_none());
            let part = Part { bytes: big.clone(), record: Some(ticket) };
            let parcel = Parcel::from(Payload::Bytes { link: LINK, part, manner: Manner::WHOLE });
            if ticket % 2 == 0 {
                holds.hold(Wait::Ticket(ticket), parcel, false);
            } else {
                // It waits behind the one before.
                assert!(holds.queue(parcel).is_none());
            }
        }
        let first = holds.make_room(1).unwrap();
        assert_eq!(records(first.going), [0, 1], "what waits behind it goes with it");
        let second = holds.make_room(HOLD_BYTES_MAX).unwrap();
        assert_eq!(records(second.going), [2, 3]);
        assert!(holds.make_room(HOLD_BYTES_MAX).is_none());
        assert_eq!(holds.load, Load::default());
    }

    #[test]
    fn whatever_ends_a_hold_gives_its_room_back() {
        let ends: [fn(&mut Holds); 4] = [
            |holds| drop(holds.release(Wait::Ticket(1))),
            |holds| drop(holds.forget_link(LINK)),
            |holds| drop(holds.clear()),
            |holds| drop(holds.make_room(HOLD_BYTES_MAX)),
        ];
        for (number, end) in ends.into_iter().enumerate() {
            for is_alone in [true, false] {
                let mut holds = Holds::default();
                holds.hold(Wait::Ticket(1), parcel(1), is_alone);
                assert_eq!(holds.load, Load { count: 1, bytes: 1 });
                end(&mut holds);
                assert_eq!(holds.load, Load::default(), "end {number}");
            }
        }
    }

    #[test]
    fn what_is_given_up_gives_its_room_back_and_the_rest_keeps_its_own() {
        let request = |call| {
            let request = cce_kernel::Request::new("GET", "/");
            Parcel::from(Payload::Call { call: CallId(call), port: Port::CcpRest, request, record: call })
        };
        let mut holds = Holds::default();
        holds.hold(Wait::Ticket(1), request(1), true);
        holds.hold(Wait::Ticket(2), request(2), true);
        let both = holds.load;
        assert_eq!(holds.forget_own_request(CallId(1)), [(1, Some(1))]);
        assert_eq!((holds.load.count, holds.load.bytes * 2), (1, both.bytes));
        assert_eq!(holds.forget_request(CallId(2)), None, "it is no request of a client");
        assert_eq!(holds.clear(), [(2, Some(2))]);
    }

    #[test]
    fn no_more_than_the_maximum_waits_to_be_written_with_the_next() {
        let mut holds = Holds::default();
        let part = |size| Part { bytes: vec![0; size].into(), record: Some(1) };
        for _ in 0..GLUED_MAX {
            assert!(holds.glue(Stream::Out(LINK), part(1)).is_none());
        }
        assert!(holds.glue(Stream::Out(LINK), part(1)).is_some());
        assert_eq!(holds.unglue(Stream::Out(LINK)).len(), GLUED_MAX);
        assert!(holds.glue(Stream::Out(LINK), part(GLUED_BYTES_MAX)).is_none());
        assert!(holds.glue(Stream::Out(LINK), part(1)).is_some());
    }

    #[test]
    fn delays_are_over_in_the_order_of_their_times() {
        let mut holds = Holds::default();
        for (at, record) in [(30, 1), (20, 2), (10, 3)] {
            let wait = holds.until(Time(at));
            holds.hold(wait, parcel(record), true);
        }
        assert_eq!(holds.due(), Some(Time(10)));
        let mut seen = Vec::new();
        while let Some(wait) = holds.over(Time(20)) {
            seen.extend(records(holds.release(wait)));
        }
        assert_eq!((seen, holds.due()), (vec![3, 2], Some(Time(30))));
    }

    #[test]
    fn delays_of_one_time_are_over_in_the_order_in_which_they_began() {
        let mut holds = Holds::default();
        for record in [2, 1, 3] {
            let wait = holds.until(Time(10));
            holds.hold(wait, parcel(record), true);
        }
        let mut seen = Vec::new();
        while let Some(wait) = holds.over(Time(10)) {
            seen.extend(records(holds.release(wait)));
        }
        assert_eq!(seen, [2, 1, 3]);
    }

    #[test]
    fn bytes_that_wait_for_the_next_ones_go_with_their_connection() {
        let mut holds = Holds::default();
        for stream in [Stream::Out(LINK), Stream::In(LINK)] {
            holds.glue(stream, Part { bytes: "x".into(), record: Some(1) });
            holds.forget_link(LINK);
            assert!(holds.unglue(stream).is_empty(), "{stream:?}");
        }
    }

    #[test]
    fn what_is_held_on_another_link_stays() {
        let mut holds = Holds::default();
        holds.hold(Wait::Ticket(1), parcel(1), false);
        assert!(holds.forget_link(LinkId { number: 2, ..LINK }).is_empty());
        assert!(holds.is_held(Stream::Out(LINK)));
        assert_eq!(records(holds.release(Wait::Ticket(1))), [1]);
    }

    #[test]
    fn with_a_link_everything_goes_that_was_held_on_it() {
        let mut holds = Holds::default();
        holds.hold(Wait::Ticket(1), parcel(1), false);
        holds.hold(Wait::Ticket(2), parcel(2), true);
        let wait = holds.until(Time(5));
        holds.hold(wait, parcel(3), false);
        assert_eq!(holds.forget_link(LINK), [(1, Some(1)), (2, Some(2))]);
        assert_eq!((holds.due(), holds.clear()), (None, vec![]));
    }
}
