//! The courier of one component. Its messages and the director's decisions about them enter; acts for the driver leave.
//!
//! A message that nothing was decided about keeps its place in its stream.

use crate::{
    holds::{Gone, Holds, PushedOut, Wait},
    parcel::{Manner, Parcel, Part, Payload, Stream, Writing},
    pieces::{joined, pieces},
};
use bytes::Bytes;
use cce_journal::{Bend, Bent, DRIVER, Ticket, Treatment};
use cce_kernel::{CallError, CallId, Carrier, Input, LinkId, Port, Request, Response, Time};
use std::{
    collections::{BTreeMap, VecDeque, btree_map::OccupiedEntry},
    time::Duration,
};

/// The name under which the driver lets held messages go by itself.
const PUSHED: &str = "the driver: too much is held back";

/// An act of a driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// It records what was done to the run, as the component's.
    Record {
        /// The record of the message that it is about.
        cause: Option<u64>,
        /// What was done.
        bent: Bent,
    },
    /// The component hears something, unless it is about something that is over by then.
    Hear {
        /// What.
        input: Input,
        /// The record that led to it.
        cause: Option<u64>,
    },
    /// The component hears a second copy of a request. The driver numbers it, and its reply reaches nobody.
    HearAgain {
        /// The port that it came in on.
        port: Port,
        /// The request.
        request: Request,
    },
    /// It does something that the component's peers notice.
    Wire(WireAct),
}

/// An act of a driver that the peers of a component notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireAct {
    /// The driver writes bytes to a connection.
    Write {
        /// The connection.
        link: LinkId,
        /// One message, behind those that waited for it.
        parts: Vec<Part>,
        /// How they are written.
        writing: Writing,
    },
    /// The driver closes a connection once what was sent is written.
    Close {
        /// The connection.
        link: LinkId,
        /// The bytes that waited for a next message, which never comes.
        rest: Vec<Part>,
        /// The record of the close.
        record: u64,
    },
    /// The driver breaks a connection, so that both ends hear of it.
    Break {
        /// The connection.
        link: LinkId,
        /// The record that led to it.
        cause: Option<u64>,
    },
    /// The driver makes a request.
    Call {
        /// The exchange.
        call: CallId,
        /// The interface that is called.
        port: Port,
        /// The request.
        request: Request,
        /// The record of it.
        record: u64,
    },
    /// The driver gives up a request that it may have made: nobody waits for the response any more.
    GiveUp {
        /// The exchange.
        call: CallId,
    },
    /// The driver makes a request once more, and discards the outcome.
    CallAgain {
        /// The exchange of the first one.
        call: CallId,
        /// The interface that is called.
        port: Port,
        /// The request.
        request: Request,
        /// The record of it.
        record: u64,
    },
    /// The driver sends a response to the client of a request.
    Reply {
        /// The exchange.
        call: CallId,
        /// The response.
        response: Response,
        /// The record of it.
        record: u64,
    },
    /// The driver answers the client of a request, which the component never hears of.
    Answer {
        /// The exchange.
        call: CallId,
        /// The response.
        response: Response,
    },
    /// The driver breaks off the connection with the client of a request, who hears this error.
    BreakOff {
        /// The exchange.
        call: CallId,
        /// What the client hears, if it is a component of the lab.
        error: CallError,
    },
}

impl From<WireAct> for Act {
    fn from(act: WireAct) -> Self {
        Self::Wire(act)
    }
}

/// The courier of one component.
#[derive(Clone, Debug)]
pub struct Courier {
    holds: Holds,
    acts: VecDeque<Act>,
    /// After which time whoever waits for a response hears that there is none.
    response_deadline: Duration,
    /// Requests of the component without an outcome, each with its deadline and its record. They are numbered in the order
    /// in which they are made, so the first one has the earliest deadline.
    awaited: BTreeMap<CallId, (Time, u64)>,
}

impl Courier {
    /// A courier without parcels.
    pub fn new(response_deadline: Duration) -> Self {
        Self { holds: Holds::default(), acts: VecDeque::new(), response_deadline, awaited: BTreeMap::new() }
    }

    /// What the driver does next. To be asked after each call until it gives none.
    pub fn next_act(&mut self) -> Option<Act> {
        self.acts.pop_front()
    }

    /// When it wants to be woken.
    pub fn due(&self) -> Option<Time> {
        let deadline = self.awaited.values().next().map(|(deadline, _)| *deadline);
        self.holds.due().into_iter().chain(deadline).min()
    }

    /// Lets the first message go whose delay is over, or gives up the first request whose deadline is. Says whether there was
    /// one.
    pub fn wake(&mut self, now: Time) -> bool {
        if let Some(wait) = self.holds.over(now) {
            self.let_go(wait);
            return true;
        }
        let late =
            self.awaited.first_entry().filter(|first| first.get().0 <= now).map(OccupiedEntry::remove_entry);
        late.map(|(call, (_, record))| self.give_up(call, record)).is_some()
    }

    /// The component makes a request: from now on it waits for the outcome.
    pub fn expect(&mut self, call: CallId, record: u64, now: Time) {
        self.awaited.insert(call, (now + self.response_deadline, record));
    }

    /// Requests whose deadline is over go on as somebody else decided.
    pub fn forgive(&mut self, now: Time) {
        self.awaited.retain(|_, (deadline, _)| *deadline > now);
    }

    /// The component hears the outcome of a request.
    pub fn answered(&mut self, call: CallId) {
        self.awaited.remove(&call);
    }

    /// Does with a message what the director wants.
    pub fn treat(&mut self, message: Payload, treatment: Treatment, now: Time) {
        if let Payload::Call { call, record, .. } = message {
            self.expect(call, record, now);
        }
        match treatment {
            Treatment::Pass => self.pass(message),
            Treatment::Overtake => self.post_message(message.written(Manner::Now(Writing::Overtaking))),
            Treatment::Delay { by, alone } => {
                let wait = self.holds.until(now + by);
                self.hold(wait, message.into(), alone);
            }
            Treatment::Hold { ticket, alone } => self.hold(Wait::Ticket(ticket), message.into(), alone),
            Treatment::Drop => self.lose(&message, now),
            Treatment::Duplicate => self.pass_twice(message),
            Treatment::Replace(bytes) => self.pass(message.replaced(bytes)),
            Treatment::Cut => self.cut(message),
            Treatment::Answer(response) => self.answer(message, *response),
            Treatment::Split(size) => self.pass(message.written(Manner::Now(Writing::Pieces(size)))),
            Treatment::Coalesce => self.pass(message.written(Manner::WithNext)),
        }
    }

    /// Sends a parcel on its way, behind whatever is held on its stream.
    pub fn pass(&mut self, parcel: impl Into<Parcel>) {
        let parcel = parcel.into();
        if parcel.stream().is_some_and(|stream| self.holds.is_held(stream)) {
            self.make_room(parcel.size());
        }
        if let Some(parcel) = self.holds.queue(parcel) {
            self.post(parcel);
        }
    }

    /// The component closes a connection: it hears nothing more of it, and the close goes behind what was sent. Says
    /// whether it waits there.
    pub fn close(&mut self, link: LinkId, record: u64) -> bool {
        let gone = self.holds.forget(Stream::In(link));
        self.tell_gone(gone);
        let waits = self.holds.is_held(Stream::Out(link));
        self.pass(Parcel::Close { link, record });
        waits
    }

    /// Whether something that arrived on a connection waits to be heard.
    pub fn is_entering(&self, link: LinkId) -> bool {
        self.holds.is_busy(Stream::In(link))
    }

    /// Whether it holds that message back.
    pub fn is_held(&self, ticket: Ticket) -> bool {
        self.holds.is_waiting(Wait::Ticket(ticket))
    }

    /// Lets a message go that was held back, and what waited behind it. One that is not here any more is gone already.
    pub fn release(&mut self, ticket: Ticket) {
        self.let_go(Wait::Ticket(ticket));
    }

    /// A connection is gone, and what was held on it with it.
    pub fn forget_link(&mut self, link: LinkId) {
        let gone = self.holds.forget_link(link);
        self.tell_gone(gone);
    }

    /// The client of a request left. Says whether the request, or its reply, was still here, so that the component need
    /// not hear of it.
    pub fn forget_request(&mut self, call: CallId) -> bool {
        let gone = self.holds.forget_request(call);
        let was_here = gone.is_some();
        self.tell_gone(gone.unwrap_or_default());
        was_here
    }

    /// The component's life is over, and everything that was held with it.
    pub fn end_life(&mut self) {
        self.awaited.clear();
        let gone = self.holds.clear();
        self.tell_gone(gone);
    }

    /// The run is over: what is held stays held, since nobody could let it go any more.
    pub fn end_run(&mut self) {
        self.awaited.clear();
        self.holds.clear();
    }

    /// There is no response in time, wherever request and response are.
    fn give_up(&mut self, call: CallId, record: u64) {
        let gone = self.holds.forget_own_request(call);
        self.tell_gone(gone);
        self.acts.push_back(WireAct::GiveUp { call }.into());
        let result = Err(CallError::Timeout);
        self.acts.push_back(Act::Hear { input: Input::Reply { call, result }, cause: Some(record) });
    }

    fn hold(&mut self, wait: Wait, parcel: Parcel, is_alone: bool) {
        self.make_room(parcel.size());
        self.holds.hold(wait, parcel, is_alone);
    }

    /// Lets the oldest go as long as too much is held.
    fn make_room(&mut self, size: usize) {
        while let Some(PushedOut { wait, record, going }) = self.holds.make_room(size) {
            let bend = match wait {
                Wait::Ticket(ticket) => Bend::Expired(ticket),
                Wait::Until(..) => Bend::Hurried,
            };
            self.record(record, PUSHED, bend);
            self.post_all(going);
        }
    }

    fn let_go(&mut self, wait: Wait) {
        let going = self.holds.release(wait);
        self.post_all(going);
    }

    fn post_all(&mut self, parcels: VecDeque<Parcel>) {
        parcels.into_iter().for_each(|parcel| self.post(parcel));
    }

    /// Records for each ticket that its message is gone, so that nobody tries to release it.
    fn tell_gone(&mut self, gone: Vec<Gone>) {
        for (ticket, cause) in gone {
            self.record(cause, DRIVER, Bend::Gone(ticket));
        }
    }

    fn record(&mut self, cause: Option<u64>, by: &str, bend: Bend) {
        self.acts.push_back(Act::Record { cause, bent: Bent::new(by, bend) });
    }

    /// Sends a parcel on its way.
    fn post(&mut self, parcel: Parcel) {
        let act = match parcel {
            Parcel::Payload(message) => return self.post_message(message),
            Parcel::Close { link, record } => {
                WireAct::Close { link, rest: self.holds.unglue(Stream::Out(link)), record }.into()
            }
            Parcel::Tail { link, input, cause } => {
                let rest = self.holds.unglue(Stream::In(link));
                rest.into_iter().for_each(|part| self.let_in(link, part.bytes, Manner::WHOLE));
                Act::Hear { input, cause }
            }
            Parcel::RequestCopy { port, request } => Act::HearAgain { port, request },
            Parcel::Abandoned(call) => WireAct::BreakOff { call, error: CallError::Timeout }.into(),
        };
        self.acts.push_back(act);
    }

    fn post_message(&mut self, message: Payload) {
        let act = match message {
            Payload::Bytes { link, part, manner } => return self.let_out(link, part, manner),
            Payload::Frame { link, bytes, manner } => return self.let_in(link, bytes, manner),
            Payload::Call { call, port, request, record } => {
                WireAct::Call { call, port, request, record }.into()
            }
            Payload::Reply { call, response, record } => WireAct::Reply { call, response, record }.into(),
            Payload::Request { call, port, request } => {
                Act::Hear { input: Input::Call { call, port, request }, cause: None }
            }
            Payload::Outcome { call, result, cause } => {
                Act::Hear { input: Input::Reply { call, result }, cause }
            }
        };
        self.acts.push_back(act);
    }

    /// Writes bytes to a connection, behind what waited for them.
    fn let_out(&mut self, link: LinkId, part: Part, manner: Manner) {
        let stream = Stream::Out(link);
        let Some(part) = self.glued(stream, part, manner) else { return };
        let mut parts = self.holds.unglue(stream);
        parts.push(part);
        // Bytes that were to wait, and found no room, are written whole.
        let writing = if let Manner::Now(writing) = manner { writing } else { Writing::Whole };
        self.acts.push_back(WireAct::Write { link, parts, writing }.into());
    }

    /// What is to be written with the next message waits for it, unless too much waits already.
    fn glued(&mut self, stream: Stream, part: Part, manner: Manner) -> Option<Part> {
        if manner == Manner::WithNext { self.holds.glue(stream, part) } else { Some(part) }
    }

    /// Lets bytes in from outside the lab. On a framed port whole messages stay whole.
    fn let_in(&mut self, link: LinkId, bytes: Bytes, manner: Manner) {
        let stream = Stream::In(link);
        let Some(part) = self.glued(stream, Part { bytes, record: None }, manner) else { return };
        let mut parts = self.holds.unglue(stream);
        parts.push(part);
        let heard: Vec<Bytes> = match (link.port.carrier(), manner) {
            (Carrier::Stream, Manner::Now(Writing::Pieces(size))) => {
                pieces(parts, size).iter().map(|piece| joined(piece)).collect()
            }
            (Carrier::Stream, Manner::Now(Writing::Whole | Writing::Overtaking) | Manner::WithNext) => {
                vec![joined(&parts)]
            }
            (Carrier::Frames { .. } | Carrier::Http, _) => parts.into_iter().map(|part| part.bytes).collect(),
        };
        for bytes in heard {
            self.acts.push_back(Act::Hear { input: Input::Frame { link, bytes: bytes.into() }, cause: None });
        }
    }

    fn pass_twice(&mut self, message: Payload) {
        match &message {
            // A caller hears one outcome.
            Payload::Call { call, port, request, record } => {
                let (call, port, request, record) = (*call, *port, request.clone(), *record);
                self.acts.push_back(WireAct::CallAgain { call, port, request, record }.into());
            }
            Payload::Request { port, request, .. } => {
                self.pass(Parcel::RequestCopy { port: *port, request: request.clone() });
            }
            Payload::Bytes { .. } | Payload::Frame { .. } => self.pass(message.clone()),
            // A request has one response; a client would not hear a second one.
            Payload::Reply { .. } | Payload::Outcome { .. } => {}
        }
        self.pass(message);
    }

    /// A message is lost. The component waits for the outcome of its own request until the deadline; somebody else's client
    /// who waits hears after as long that there is none.
    fn lose(&mut self, message: &Payload, now: Time) {
        let (Payload::Reply { call, .. } | Payload::Request { call, .. }) = *message else { return };
        let wait = self.holds.until(now + self.response_deadline);
        self.hold(wait, Parcel::Abandoned(call), true);
    }

    /// Whoever makes a request hears that response, and nobody else hears of the request. Nothing but a request is answered.
    fn answer(&mut self, message: Payload, response: Response) {
        let act = match message {
            Payload::Call { call, record, .. } => {
                Act::Hear { input: Input::Reply { call, result: Ok(response) }, cause: Some(record) }
            }
            Payload::Request { call, .. } => WireAct::Answer { call, response }.into(),
            Payload::Bytes { .. }
            | Payload::Reply { .. }
            | Payload::Frame { .. }
            | Payload::Outcome { .. } => return self.pass(message),
        };
        self.acts.push_back(act);
    }

    /// A message is lost, and its connection with it.
    fn cut(&mut self, message: Payload) {
        let broken =
            |call, cause| Act::Hear { input: Input::Reply { call, result: Err(CallError::Broken) }, cause };
        let act = match message {
            Payload::Bytes { link, part, .. } => WireAct::Break { link, cause: part.record }.into(),
            Payload::Frame { link, .. } => WireAct::Break { link, cause: None }.into(),
            Payload::Call { call, record, .. } => broken(call, Some(record)),
            Payload::Outcome { call, cause, .. } => broken(call, cause),
            Payload::Reply { call, .. } | Payload::Request { call, .. } => {
                WireAct::BreakOff { call, error: CallError::Broken }.into()
            }
        };
        self.acts.push_back(act);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINE: Duration = Duration::from_secs(30);

    fn request(call: u64) -> Payload {
        let (call, record) = (CallId(call), call);
        Payload::Call { call, port: Port::CcpRest, request: Request::new("GET", "/"), record }
    }

    fn acts(courier: &mut Courier) -> Vec<Act> {
        std::iter::from_fn(|| courier.next_act()).collect()
    }

    /// A courier with two requests, of one second and of two, that are lost.
    fn waiting() -> Courier {
        let mut courier = Courier::new(DEADLINE);
        for seconds in [1, 2] {
            courier.treat(request(seconds), Treatment::Drop, Time(seconds * 1_000_000));
        }
        assert_eq!(acts(&mut courier), []);
        courier
    }

    fn timed_out(call: u64) -> [Act; 2] {
        let (cause, call) = (Some(call), CallId(call));
        let result = Err(CallError::Timeout);
        [WireAct::GiveUp { call }.into(), Act::Hear { input: Input::Reply { call, result }, cause }]
    }

    #[test]
    fn a_request_is_given_up_at_its_deadline_and_not_before() {
        let mut courier = waiting();
        assert_eq!(courier.due(), Some(Time(31_000_000)));
        assert!(!courier.wake(Time(30_999_999)));
        assert!(courier.wake(Time(31_000_000)) && !courier.wake(Time(31_000_000)));
        assert_eq!(acts(&mut courier), timed_out(1));
        assert_eq!(courier.due(), Some(Time(32_000_000)));
    }

    #[test]
    fn a_deadline_ends_with_the_outcome_the_life_or_the_run_and_where_it_does_not_count() {
        let all: [fn(&mut Courier); 3] =
            [Courier::end_life, Courier::end_run, |courier| courier.forgive(Time(32_000_000))];
        for end in all {
            let mut courier = waiting();
            end(&mut courier);
            assert_eq!(courier.due(), None);
        }
        let first: [fn(&mut Courier); 2] =
            [|courier| courier.answered(CallId(1)), |courier| courier.forgive(Time(31_000_000))];
        for end in first {
            let mut courier = waiting();
            end(&mut courier);
            assert_eq!(courier.due(), Some(Time(32_000_000)));
        }
    }

    #[test]
    fn a_delay_that_is_over_with_a_deadline_goes_first() {
        let mut courier = waiting();
        let pass = Payload::Reply { call: CallId(1), response: Response::default(), record: 9 };
        courier.treat(pass, Treatment::Delay { by: DEADLINE, alone: false }, Time(1_000_000));
        assert_eq!(courier.due(), Some(Time(31_000_000)));
        assert!(courier.wake(Time(31_000_000)));
        let [Act::Wire(WireAct::Reply { record: 9, .. })] = acts(&mut courier)[..] else {
            panic!("no reply")
        };
        assert!(courier.wake(Time(31_000_000)));
        assert_eq!(
            acts(&mut courier),
            timed_out(1),
            "a request of the component is another one than the client's"
        );
    }

    #[test]
    fn a_request_that_is_given_up_is_not_sent_any_more() {
        let mut courier = Courier::new(DEADLINE);
        courier.treat(request(1), Treatment::Hold { ticket: 7, alone: true }, Time(0));
        courier.treat(request(2), Treatment::Hold { ticket: 8, alone: true }, Time(0));
        assert!(courier.wake(Time(0) + DEADLINE));
        let gone = Act::Record { cause: Some(1), bent: Bent::new(DRIVER, Bend::Gone(7)) };
        assert_eq!(acts(&mut courier), [&[gone][..], &timed_out(1)].concat());
        assert!(!courier.is_held(7) && courier.is_held(8));
        courier.release(7);
        assert_eq!(acts(&mut courier), []);
    }
}
