//! The end of a session that listens.

use crate::{CloseReason, Cx, Fact, LinkId, Peer, Port, Time, TimerKey};
use std::{collections::BTreeMap, time::Duration};

/// How the silence of the other end is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It may be silent for ever.
    Endless,
    /// Its messages arm the timer anew, once the session is open.
    Rearmed(Duration),
    /// The timer fires when the silence could be over, and is armed again for what is left of it.
    Measured(Duration),
    /// The timer fires at each interval; the session ends with that many intervals without a message.
    Intervals {
        /// One interval.
        every: Duration,
        /// How many.
        max: u32,
    },
}

impl Silence {
    fn first_look(self) -> Option<Duration> {
        match self {
            Self::Endless => None,
            Self::Rearmed(wait) | Self::Measured(wait) | Self::Intervals { every: wait, .. } => Some(wait),
        }
    }
}

/// The connections of a listener, each with its session once that is open.
///
/// A connection that is silent for too long is closed, whether its session is open or not.
#[derive(Clone, Debug)]
pub struct Listener<S> {
    timer: fn(u64) -> TimerKey,
    /// Why a silent connection is closed.
    reason: CloseReason,
    guests: BTreeMap<LinkId, Guest<S>>,
}

#[derive(Clone, Debug)]
struct Guest<S> {
    address: String,
    session: Option<S>,
    silence: Silence,
    heard: Time,
    /// Intervals without a message.
    silent: u32,
}

/// A connection that is no more.
#[derive(Debug, PartialEq, Eq)]
pub struct ClosedConnection<S> {
    /// Which.
    pub link: LinkId,
    /// Its session, if it was open.
    pub session: Option<S>,
}

impl<S> Listener<S> {
    /// A listener whose timers are numbered by link; it closes what is silent for that reason.
    pub fn new(timer: fn(u64) -> TimerKey, reason: CloseReason) -> Self {
        Self { timer, reason, guests: BTreeMap::new() }
    }

    /// Takes a connection in, if there is a place for it at its port; if not, the component closes it.
    #[must_use]
    pub fn accept(&mut self, link: LinkId, peer: &Peer, silence: Silence, cx: &mut Cx<'_>) -> bool {
        if !link.port.takes_one_more(self.links().filter(|other| other.port == link.port).count()) {
            return false;
        }
        let guest =
            Guest { address: peer.address.clone(), session: None, silence, heard: cx.now(), silent: 0 };
        self.guests.insert(link, guest);
        self.watch(link, silence, cx);
        true
    }

    /// Another silence ends the connection from now on.
    ///
    /// # Panics
    ///
    /// If there is no such connection.
    pub fn watch(&mut self, link: LinkId, silence: Silence, cx: &mut Cx<'_>) {
        let guest = self.guests.get_mut(&link).expect("the connection is there");
        guest.silence = silence;
        let key = (self.timer)(u64::from(link.number));
        match silence.first_look() {
            Some(wait) => cx.arm(key, wait),
            None => cx.cancel(key),
        }
    }

    /// The same silence ends every connection, from the next look at each on.
    pub fn set_silence(&mut self, silence: Silence) {
        self.guests.values_mut().for_each(|guest| guest.silence = silence);
    }

    /// Opens a connection's session.
    ///
    /// # Panics
    ///
    /// If there is no such connection.
    pub fn open(&mut self, link: LinkId, session: S) {
        self.guests.get_mut(&link).expect("the connection is there").session = Some(session);
    }

    /// A message came. Says whether the connection is known.
    pub fn hear(&mut self, link: LinkId, cx: &mut Cx<'_>) -> bool {
        let key = (self.timer)(u64::from(link.number));
        // Over meanwhile: a connection that this end closed is heard no more.
        let Some(guest) = self.guests.get_mut(&link) else { return false };
        guest.heard = cx.now();
        guest.silent = 0;
        if let (Silence::Rearmed(wait), Some(_)) = (guest.silence, &guest.session) {
            cx.arm(key, wait);
        }
        true
    }

    /// A timer is due: a connection that was silent for too long is closed. One whose session is not open by then has
    /// made a mistake.
    pub fn on_due(&mut self, number: u64, cx: &mut Cx<'_>) -> Option<ClosedConnection<S>> {
        let mut guests = self.guests.iter_mut();
        let (&link, guest) = guests
            .find(|(link, _)| u64::from(link.number) == number)
            .expect("the timer of a connection goes with it");
        if let Some(wait) = guest.next_look(cx.now()) {
            cx.arm((self.timer)(number), wait);
            return None;
        }
        if guest.session.is_none() {
            let (message, detail) = ("OPEN_REQ".to_owned(), "none came in time".to_owned());
            cx.note(Fact::PeerError { link, message, detail });
        }
        self.close(link, self.reason.clone(), cx)
    }

    /// Closes a connection.
    pub fn close(
        &mut self,
        link: LinkId,
        reason: CloseReason,
        cx: &mut Cx<'_>,
    ) -> Option<ClosedConnection<S>> {
        cx.close(link, reason);
        self.forget(link, cx)
    }

    /// A connection is gone.
    pub fn forget(&mut self, link: LinkId, cx: &mut Cx<'_>) -> Option<ClosedConnection<S>> {
        let guest = self.guests.remove(&link)?;
        cx.cancel((self.timer)(u64::from(link.number)));
        Some(ClosedConnection { link, session: guest.session })
    }

    /// Whether there is such a connection.
    pub fn has(&self, link: LinkId) -> bool {
        self.guests.contains_key(&link)
    }

    /// Every connection.
    pub fn links(&self) -> impl Iterator<Item = LinkId> {
        self.guests.keys().copied()
    }

    /// The connections of a port.
    pub fn links_of(&self, port: Port) -> Vec<LinkId> {
        self.links().filter(|link| link.port == port).collect()
    }

    /// Every open session.
    pub fn sessions(&self) -> impl Iterator<Item = (LinkId, &S)> {
        self.guests.iter().filter_map(|(link, guest)| Some((*link, guest.session.as_ref()?)))
    }

    /// The open session of a connection.
    pub fn session(&self, link: LinkId) -> Option<&S> {
        self.guests.get(&link)?.session.as_ref()
    }

    /// The open session of a connection, to be changed.
    pub fn session_mut(&mut self, link: LinkId) -> Option<&mut S> {
        self.guests.get_mut(&link)?.session.as_mut()
    }

    /// The address of a connection's other end.
    pub fn address(&self, link: LinkId) -> Option<&str> {
        self.guests.get(&link).map(|guest| guest.address.as_str())
    }
}

impl<S> Guest<S> {
    /// After what time to look again; none if it was silent for too long.
    fn next_look(&mut self, now: Time) -> Option<Duration> {
        match self.silence {
            Silence::Endless => unreachable!("an endless silence has no timer"),
            Silence::Rearmed(_) => None,
            Silence::Measured(limit) => {
                limit.checked_sub(now.since(self.heard)).filter(|left| !left.is_zero())
            }
            Silence::Intervals { every, max } => {
                self.silent += 1;
                (self.silent < max).then_some(every)
            }
        }
    }
}
