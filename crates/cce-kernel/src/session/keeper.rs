//! The end of a session that dials.

use crate::{Address, CloseReason, Cx, LinkId, Port, TimerKey};
use std::time::Duration;

/// On what terms a session is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Whom to dial, in turn: each dial takes the next. There is at least one.
    pub addresses: Vec<(Port, Address)>,
    /// Pause before a lost session is dialled again.
    pub redial: Duration,
    /// Interval of heartbeats.
    pub heartbeat: Duration,
    /// Heartbeats that may stay unanswered; when one more is due, the session ends with
    /// [`CloseReason::HeartbeatLost`].
    pub unanswered_max: u32,
    /// What ends a session that the other end does not open.
    pub opening: OpeningLimit,
}

/// What ends a session that the other end does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpeningLimit {
    /// A timer of its own, with [`CloseReason::Idle`]. Heartbeats begin once the session is open.
    Within(Duration),
    /// Heartbeats, which begin with the connection.
    Heartbeats,
    /// Heartbeats that are counted from the connection on, and sent once the session is open.
    CountedHeartbeats,
}

/// What a session's timers are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// The session is to be dialled again.
    Redial,
    /// The other end took too long to open it.
    Opening,
    /// The next heartbeat is due.
    Heartbeat,
}

/// What happens to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionEvent {
    /// The component begins.
    Start,
    /// A connection is there.
    Up(LinkId),
    /// A connection is gone, or could not be had.
    Down(LinkId),
    /// The other end confirmed the open.
    Confirmed,
    /// The other end answered a heartbeat.
    Answered,
    /// A timer of the session is due.
    Due(Alarm),
    /// This end gives the connection up, and dials anew after the pause.
    HangUp(CloseReason),
    /// The component is about to be stopped: nothing is dialled any more.
    Stop,
}

/// What follows from an event, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Dial the address with that place in [`Terms::addresses`], and tell [`Keeper::dialled`] which link that is.
    Dial(usize),
    /// Send the protocol's message for that.
    Say(LinkId, SessionMessage),
    /// Close the connection.
    Close(LinkId, CloseReason),
    /// Arm a timer.
    Arm(Alarm, Duration),
    /// Disarm a timer.
    Cancel(Alarm),
    /// Count the event as one about something that is over, by that name; see [`Cx::over_meanwhile`].
    OverMeanwhile(&'static str),
    /// The session is open.
    Opened,
    /// The session, or the attempt to have one, is over, and the next dial is due after the pause.
    Over {
        /// Whether it was open.
        was_open: bool,
    },
}

/// What the dialling end says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionMessage {
    /// Open a session.
    Open,
    /// Are you there?
    Heartbeat,
    /// The session is over.
    Close,
}

/// A session that this end dials: how far it is, and what is due next.
#[derive(Clone, Debug)]
pub struct Keeper {
    terms: Terms,
    state: State,
    /// Dials so far: the addresses take turns.
    dials: usize,
    /// Heartbeats without an answer.
    unanswered: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The component has not begun, or was told to stop: no timer is armed.
    Idle,
    /// There is no connection; the redial timer is armed.
    Down,
    /// An address is dialled. Its link is known once the dial is carried out.
    Dialling(Option<LinkId>),
    /// The connection is there, and the other end is asked to open a session.
    Opening(LinkId),
    /// The session is open.
    Open(LinkId),
}

impl Keeper {
    /// A session that nobody has dialled yet.
    pub fn new(terms: Terms) -> Self {
        assert!(!terms.addresses.is_empty(), "a session has somebody to dial");
        Self { terms, state: State::Idle, dials: 0, unanswered: 0 }
    }

    /// Goes by other terms from the next dial, heartbeat or pause on.
    pub fn set_terms(&mut self, terms: Terms) {
        assert!(!terms.addresses.is_empty(), "a session has somebody to dial");
        self.terms = terms;
    }

    /// The connection, whether its session is open or not.
    pub fn link(&self) -> Option<LinkId> {
        match self.state {
            State::Idle | State::Down => None,
            State::Dialling(link) => link,
            State::Opening(link) | State::Open(link) => Some(link),
        }
    }

    /// Whether that is the session's connection.
    pub fn owns(&self, link: LinkId) -> bool {
        self.link() == Some(link)
    }

    /// Whether the other end is asked to open the session, and has not answered.
    pub fn is_opening(&self) -> bool {
        matches!(self.state, State::Opening(_))
    }

    /// Whether the session is open.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// The link of the dial that was asked for.
    pub fn dialled(&mut self, link: LinkId) {
        assert_eq!(self.state, State::Dialling(None), "the dial of {link} was asked for");
        self.state = State::Dialling(Some(link));
    }

    /// Takes in what happens, and says what follows.
    pub fn on(&mut self, event: SessionEvent) -> Vec<Verdict> {
        match event {
            SessionEvent::Start => self.on_start(),
            SessionEvent::Up(link) => self.on_up(link),
            SessionEvent::Down(link) => self.on_down(link),
            SessionEvent::Confirmed => self.on_confirmed(),
            SessionEvent::Answered => self.on_answered(),
            SessionEvent::Due(Alarm::Redial) => self.on_redial_due(),
            SessionEvent::Due(Alarm::Opening) => self.on_opening_due(),
            SessionEvent::Due(Alarm::Heartbeat) => self.on_heartbeat_due(),
            SessionEvent::HangUp(reason) => self.hang_up(reason),
            SessionEvent::Stop => self.on_stop(),
        }
    }

    fn on_start(&mut self) -> Vec<Verdict> {
        assert_eq!(self.state, State::Idle, "a component begins once");
        self.dial()
    }

    fn on_redial_due(&mut self) -> Vec<Verdict> {
        assert_eq!(self.state, State::Down, "the redial timer runs while there is no connection");
        self.dial()
    }

    fn dial(&mut self) -> Vec<Verdict> {
        let turn = self.dials % self.terms.addresses.len();
        self.dials = self.dials.wrapping_add(1);
        self.state = State::Dialling(None);
        vec![Verdict::Dial(turn)]
    }

    fn on_up(&mut self, link: LinkId) -> Vec<Verdict> {
        if self.state != State::Dialling(Some(link)) {
            // The dial was given up before its connection came about.
            return vec![Verdict::OverMeanwhile("dial of a session")];
        }
        self.state = State::Opening(link);
        self.unanswered = 0;
        let watch = match self.terms.opening {
            OpeningLimit::Within(wait) => Verdict::Arm(Alarm::Opening, wait),
            OpeningLimit::Heartbeats | OpeningLimit::CountedHeartbeats => {
                Verdict::Arm(Alarm::Heartbeat, self.terms.heartbeat)
            }
        };
        vec![Verdict::Say(link, SessionMessage::Open), watch]
    }

    fn on_down(&mut self, link: LinkId) -> Vec<Verdict> {
        // Of a connection that this end closed, nothing more counts.
        if self.owns(link) { self.end() } else { vec![Verdict::OverMeanwhile("connection of a session")] }
    }

    /// A confirmation that nothing waits for changes nothing; see [`Keeper::is_opening`].
    fn on_confirmed(&mut self) -> Vec<Verdict> {
        let State::Opening(link) = self.state else { return Vec::new() };
        self.state = State::Open(link);
        self.unanswered = 0;
        match self.terms.opening {
            OpeningLimit::Within(_) => vec![
                Verdict::Cancel(Alarm::Opening),
                Verdict::Arm(Alarm::Heartbeat, self.terms.heartbeat),
                Verdict::Opened,
            ],
            OpeningLimit::Heartbeats | OpeningLimit::CountedHeartbeats => vec![Verdict::Opened],
        }
    }

    fn on_answered(&mut self) -> Vec<Verdict> {
        self.unanswered = 0;
        Vec::new()
    }

    fn on_opening_due(&mut self) -> Vec<Verdict> {
        assert!(self.is_opening(), "the opening timer runs while the session is opening");
        self.hang_up(CloseReason::Idle)
    }

    fn on_heartbeat_due(&mut self) -> Vec<Verdict> {
        let (State::Opening(link) | State::Open(link)) = self.state else {
            unreachable!("heartbeats run while there is a connection")
        };
        if self.unanswered >= self.terms.unanswered_max {
            return self.hang_up(CloseReason::HeartbeatLost);
        }
        self.unanswered += 1;
        let is_said = self.is_open() || self.terms.opening != OpeningLimit::CountedHeartbeats;
        let beat = is_said.then_some(Verdict::Say(link, SessionMessage::Heartbeat));
        beat.into_iter().chain([Verdict::Arm(Alarm::Heartbeat, self.terms.heartbeat)]).collect()
    }

    fn hang_up(&mut self, reason: CloseReason) -> Vec<Verdict> {
        // There is nothing to close, and the next dial is under way or due.
        let Some(link) = self.link() else { return vec![Verdict::OverMeanwhile("connection of a session")] };
        let mut verdicts = vec![Verdict::Close(link, reason)];
        verdicts.extend(self.end());
        verdicts
    }

    /// The connection is gone: the next dial is due after the pause.
    fn end(&mut self) -> Vec<Verdict> {
        let was_open = self.is_open();
        self.state = State::Down;
        let mut verdicts = self.cancel_watch();
        verdicts.extend([Verdict::Arm(Alarm::Redial, self.terms.redial), Verdict::Over { was_open }]);
        verdicts
    }

    /// Takes leave. A session that is not open has nothing to be closed by a message.
    fn on_stop(&mut self) -> Vec<Verdict> {
        let link = self.link();
        let goodbye = link.filter(|_| self.is_open()).map(|link| Verdict::Say(link, SessionMessage::Close));
        let close = link.map(|link| Verdict::Close(link, CloseReason::Stopping));
        self.state = State::Idle;
        let mut verdicts: Vec<Verdict> = goodbye.into_iter().chain(close).collect();
        verdicts.extend(self.cancel_watch());
        verdicts.push(Verdict::Cancel(Alarm::Redial));
        verdicts
    }

    fn cancel_watch(&self) -> Vec<Verdict> {
        let has_timer = matches!(self.terms.opening, OpeningLimit::Within(_));
        let opening = has_timer.then_some(Verdict::Cancel(Alarm::Opening));
        opening.into_iter().chain([Verdict::Cancel(Alarm::Heartbeat)]).collect()
    }
}

/// A component's part in a session that it dials: the messages of its protocol, and the names of its timers.
pub trait Dialler {
    /// How far the session is.
    fn keeper(&mut self) -> &mut Keeper;

    /// The timer for that.
    fn key(&self, alarm: Alarm) -> TimerKey;

    /// Sends the protocol's message for that.
    fn say(&mut self, word: SessionMessage, link: LinkId, cx: &mut Cx<'_>);

    /// Takes in what happens and does what follows, up to the turn that the component has to know of.
    fn keep(&mut self, event: SessionEvent, cx: &mut Cx<'_>) -> Turn {
        let mut turn = Turn::None;
        for verdict in self.keeper().on(event) {
            match verdict {
                Verdict::Dial(place) => {
                    let (port, address) = self.keeper().terms.addresses[place].clone();
                    let link = cx.dial(port, address);
                    self.keeper().dialled(link);
                }
                Verdict::Say(link, word) => self.say(word, link, cx),
                Verdict::Close(link, reason) => cx.close(link, reason),
                Verdict::Arm(alarm, wait) => cx.arm(self.key(alarm), wait),
                Verdict::Cancel(alarm) => cx.cancel(self.key(alarm)),
                Verdict::OverMeanwhile(what) => cx.over_meanwhile(what),
                Verdict::Opened => turn = Turn::Opened,
                Verdict::Over { was_open } => turn = Turn::Over { was_open },
            }
        }
        turn
    }
}

/// The turn that a session takes, as far as a component has to know of it.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// None: it goes on as it is.
    None,
    /// It is open.
    Opened,
    /// It is over, and is dialled again after the pause.
    Over {
        /// Whether it was open.
        was_open: bool,
    },
}
