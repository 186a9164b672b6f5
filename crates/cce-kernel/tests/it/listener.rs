//! The end of a session that listens.

use cce_kernel::{
    CloseReason, Component, Cx, Fact, Host, HostClock, Input, LinkId, Output, Peer, Port, Time, TimerKey,
    session::{Listener, Silence},
};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

const KINDS: [Silence; 3] = [
    Silence::Rearmed(Duration::from_secs(6)),
    Silence::Measured(Duration::from_secs(6)),
    Silence::Intervals { every: Duration::from_secs(2), max: 3 },
];

/// Opens a session by the message `open`; whatever else comes is heard.
#[derive(Clone)]
struct Toy {
    listener: Listener<()>,
    silence: Silence,
    gone: Vec<(LinkId, bool)>,
}

struct Stage {
    host: Host,
    toy: Toy,
    now: Time,
    due: Option<Time>,
    last: Vec<Output>,
    link: LinkId,
}

impl Component for Toy {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        let gone = match input {
            Input::LinkUp { link, peer } => {
                if !self.listener.accept(link, &peer, self.silence, cx) {
                    cx.close(link, CloseReason::Refused);
                }
                None
            }
            Input::Frame { link, bytes } if bytes.text() == "open" => {
                self.listener.open(link, ());
                None
            }
            Input::Frame { link, .. } => {
                self.listener.hear(link, cx);
                None
            }
            Input::LinkDown { link, .. } => self.listener.forget(link, cx),
            Input::Timer(key) => self.listener.on_due(key.id, cx),
            _ => None,
        };
        self.gone.extend(gone.map(|gone| (gone.link, gone.session.is_some())));
    }
}

impl Stage {
    fn connected(silence: Silence) -> Self {
        let listener = Listener::new(|number| TimerKey::new("silence", number), CloseReason::Idle);
        let mut host = Host::new("toy".into(), 1, HostClock::default());
        let link = host.accept(Port::Mr);
        let toy = Toy { listener, silence, gone: Vec::new() };
        let mut stage = Self { host, toy, now: Time(0), due: None, last: Vec::new(), link };
        stage.input(Input::LinkUp { link, peer: Peer::default() });
        stage
    }

    fn open(silence: Silence) -> Self {
        let mut stage = Self::connected(silence);
        stage.says("open");
        stage
    }

    fn says(&mut self, words: &str) {
        let bytes = words.as_bytes().to_vec().into();
        self.input(Input::Frame { link: self.link, bytes });
    }

    fn input(&mut self, input: Input) {
        self.last = self.host.handle(&mut self.toy, input, self.now);
        for output in &self.last {
            match output {
                Output::Arm { at, .. } => self.due = Some(*at),
                Output::Cancel { .. } => self.due = None,
                _ => {}
            }
        }
    }

    /// Lets time pass, and the timer fire when it is due.
    fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(due) = self.due.filter(|due| *due <= until) {
            self.now = due;
            self.due = None;
            self.input(Input::Timer(TimerKey::new("silence", self.link.number.into())));
        }
        self.now = until;
    }
}

#[test]
fn a_silent_connection_is_closed() {
    for kind in KINDS {
        let mut stage = Stage::open(kind);
        stage.wait(SECOND * 5);
        assert_eq!(stage.toy.gone, []);
        stage.wait(SECOND);
        assert_eq!(stage.toy.gone, [(stage.link, true)]);
        let close = Output::Close { link: stage.link, reason: CloseReason::Idle };
        assert!(stage.last.contains(&close), "{kind:?}");
        assert_eq!(stage.due, None);
    }
}

#[test]
fn one_whose_session_is_not_open_by_then_made_a_mistake() {
    for kind in KINDS {
        let mut stage = Stage::connected(kind);
        stage.wait(SECOND * 6);
        assert_eq!(stage.toy.gone, [(stage.link, false)]);
        let is_error = |output: &Output| matches!(output, Output::Note(Fact::PeerError { .. }));
        assert!(is_error(&stage.last[0]), "the fact stands before what follows from it");
    }
}

#[test]
fn a_session_that_says_something_in_time_goes_on() {
    for kind in KINDS {
        let mut stage = Stage::open(kind);
        for _ in 0..20 {
            stage.wait(SECOND * 3);
            stage.says("heartbeat");
        }
        assert_eq!(stage.toy.gone, []);
        stage.wait(SECOND * 6);
        assert_eq!(stage.toy.gone.len(), 1);
    }
}

#[test]
fn an_endless_silence_ends_nothing() {
    let mut stage = Stage::open(Silence::Endless);
    stage.wait(SECOND * 100_000);
    assert_eq!((stage.due, stage.toy.gone.len()), (None, 0));
}

#[test]
fn another_silence_counts_for_connections_that_are_there() {
    let mut stage = Stage::open(Silence::Measured(SECOND * 60));
    stage.toy.listener.set_silence(Silence::Measured(SECOND * 90));
    stage.wait(SECOND * 89);
    assert_eq!(stage.toy.gone, []);
    stage.wait(SECOND);
    assert_eq!(stage.toy.gone.len(), 1);
}

#[test]
fn a_listener_without_a_place_refuses() {
    let mut stage = Stage::connected(Silence::Endless);
    for _ in 1..Port::Mr.links_max().unwrap().all() {
        let link = stage.host.accept(Port::Mr);
        stage.input(Input::LinkUp { link, peer: Peer::default() });
        assert_eq!(stage.last.iter().filter(|output| matches!(output, Output::Close { .. })).count(), 0);
    }
    let link = stage.host.accept(Port::Mr);
    stage.input(Input::LinkUp { link, peer: Peer::default() });
    assert_eq!(stage.last, [Output::Close { link, reason: CloseReason::Refused }]);
    assert!(!stage.toy.listener.has(link));
}

#[test]
fn what_is_said_on_a_connection_that_is_gone_is_not_heard() {
    let mut stage = Stage::open(KINDS[0]);
    let reason = cce_kernel::LinkReason::Reset;
    stage.input(Input::LinkDown { link: stage.link, reason });
    stage.says("heartbeat");
    assert_eq!((stage.last.len(), stage.due), (0, None));
}
