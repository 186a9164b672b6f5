//! A component whose one session speaks no protocol, and its surroundings.

use cce_kernel::{
    Address, CloseReason, Component, Cx, Host, HostClock, Input, LinkId, Output, Port, Time, TimerKey,
    session::{Alarm, Dialler, Keeper, OpeningLimit, SessionEvent, SessionMessage, Terms, Turn},
};
use std::{collections::BTreeMap, time::Duration};

pub(crate) const REDIAL: Duration = Duration::from_secs(1);
pub(crate) const BEAT: Duration = Duration::from_secs(5);
pub(crate) const OPEN_WAIT: Duration = Duration::from_secs(30);

#[derive(Clone)]
struct Toy {
    keeper: Keeper,
    turns: Vec<Turn>,
}

/// The toy, its timers, and what it did last.
pub(crate) struct Stage {
    pub(crate) host: Host,
    toy: Toy,
    pub(crate) now: Time,
    pub(crate) timers: BTreeMap<TimerKey, Time>,
    pub(crate) last: Vec<Output>,
    /// Connections that were dialled and neither closed nor lost.
    pub(crate) links: Vec<LinkId>,
    pub(crate) is_up: bool,
    pub(crate) dialled: Vec<Address>,
}

impl Dialler for Toy {
    fn keeper(&mut self) -> &mut Keeper {
        &mut self.keeper
    }

    fn key(&self, alarm: Alarm) -> TimerKey {
        TimerKey::new("session", alarm as u64)
    }

    fn say(&mut self, word: SessionMessage, link: LinkId, cx: &mut Cx<'_>) {
        cx.send(link, word_of(word).as_bytes().to_vec());
    }
}

impl Component for Toy {
    /// Frames are what the other end means by them.
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        let event = match input {
            Input::Start { .. } => SessionEvent::Start,
            Input::LinkUp { link, .. } => SessionEvent::Up(link),
            Input::LinkDown { link, .. } => SessionEvent::Down(link),
            Input::Frame { bytes, .. } if bytes.text() == "confirmed" => SessionEvent::Confirmed,
            Input::Frame { .. } => SessionEvent::Answered,
            Input::BadFrame { .. } => SessionEvent::HangUp(CloseReason::BadFrame),
            Input::Timer(key) => SessionEvent::Due(alarm_of(key.id)),
            Input::Command(_) => SessionEvent::Stop,
            Input::Call { .. } | Input::CallGone { .. } | Input::Reply { .. } => return,
        };
        let turn = self.keep(event, cx);
        self.turns.push(turn);
    }
}

impl Stage {
    pub(crate) fn new(opening: OpeningLimit) -> Self {
        let addresses = ["a", "b"].map(|name| (Port::Mr, Address::At(name.to_owned()))).to_vec();
        let terms = Terms { addresses, redial: REDIAL, heartbeat: BEAT, unanswered_max: 3, opening };
        Self {
            host: Host::new("toy".into(), 1, HostClock::default()),
            toy: Toy { keeper: Keeper::new(terms), turns: Vec::new() },
            now: Time(0),
            timers: BTreeMap::new(),
            last: Vec::new(),
            links: Vec::new(),
            is_up: false,
            dialled: Vec::new(),
        }
    }

    /// Started, connected, and open.
    pub(crate) fn open(opening: OpeningLimit) -> Self {
        let mut stage = Self::new(opening);
        stage.start();
        stage.connect();
        stage.hear("confirmed");
        stage
    }

    pub(crate) fn start(&mut self) {
        self.input(Input::Start { stored: [].into(), entropy: cce_kernel::Entropy::Seed });
    }

    pub(crate) fn connect(&mut self) {
        let link = self.links[0];
        self.input(Input::LinkUp { link, peer: cce_kernel::Peer::default() });
        self.is_up = true;
    }

    pub(crate) fn lose(&mut self) {
        let link = self.links.remove(0);
        self.is_up = false;
        self.input(Input::LinkDown { link, reason: cce_kernel::LinkReason::Reset });
    }

    pub(crate) fn hear(&mut self, words: &str) {
        let link = self.links[0];
        self.input(Input::Frame { link, bytes: words.as_bytes().to_vec().into() });
    }

    pub(crate) fn break_framing(&mut self) {
        let link = self.links[0];
        let flaw = cce_kernel::FrameFlaw::Truncated { have: 1 };
        self.input(Input::BadFrame { link, flaw });
    }

    pub(crate) fn stop(&mut self) {
        self.input(Input::Command(cce_kernel::Command::Stop));
    }

    /// Lets time pass to the timer that is due next, which fires. Says whether there is one.
    pub(crate) fn next_timer(&mut self) -> bool {
        let Some((key, at)) =
            self.timers.iter().min_by_key(|(_, at)| **at).map(|(key, at)| (key.clone(), *at))
        else {
            return false;
        };
        self.timers.remove(&key);
        self.now = at;
        self.input(Input::Timer(key));
        true
    }

    pub(crate) fn is_armed(&self, alarm: Alarm) -> bool {
        self.timers.contains_key(&TimerKey::new("session", alarm as u64))
    }

    /// What was said last, in order.
    pub(crate) fn said(&self) -> Vec<String> {
        let said = self.last.iter().filter_map(|output| match output {
            Output::Send { bytes, .. } => Some(bytes.text().into_owned()),
            _ => None,
        });
        said.collect()
    }

    pub(crate) fn closed(&self) -> Option<CloseReason> {
        self.last.iter().find_map(|output| match output {
            Output::Close { reason, .. } => Some(reason.clone()),
            _ => None,
        })
    }

    pub(crate) fn turn(&self) -> Turn {
        *self.toy.turns.last().expect("something happened")
    }

    pub(crate) fn keeper(&self) -> &Keeper {
        &self.toy.keeper
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.last = self.host.handle(&mut self.toy, input, self.now);
        for output in &self.last {
            match output {
                Output::Dial { link, address } => {
                    self.links.push(*link);
                    self.dialled.push(address.clone());
                }
                Output::Close { link, .. } => {
                    self.links.retain(|other| other != link);
                    self.is_up = false;
                }
                Output::Arm { key, at } => {
                    self.timers.insert(key.clone(), *at);
                }
                Output::Cancel { key } => {
                    self.timers.remove(key);
                }
                _ => {}
            }
        }
    }
}

fn word_of(word: SessionMessage) -> &'static str {
    match word {
        SessionMessage::Open => "open",
        SessionMessage::Heartbeat => "heartbeat",
        SessionMessage::Close => "close",
    }
}

fn alarm_of(id: u64) -> Alarm {
    let alarms = [Alarm::Redial, Alarm::Opening, Alarm::Heartbeat];
    alarms.into_iter().find(|alarm| *alarm as u64 == id).expect("a timer of the session")
}
