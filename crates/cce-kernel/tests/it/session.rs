//! The end of a session that dials.

use crate::toy::{BEAT, OPEN_WAIT, REDIAL, Stage};
use cce_kernel::{
    Address, CloseReason, Time,
    session::{Alarm, OpeningLimit, Turn},
};
use proptest::prelude::*;

const WAYS: [OpeningLimit; 3] =
    [OpeningLimit::Within(OPEN_WAIT), OpeningLimit::Heartbeats, OpeningLimit::CountedHeartbeats];

#[test]
fn a_connection_is_asked_to_open_and_a_confirmation_opens_it() {
    for way in WAYS {
        let mut stage = Stage::new(way);
        stage.start();
        stage.connect();
        assert_eq!(stage.said(), ["open"]);
        assert!(stage.keeper().is_opening());
        stage.hear("confirmed");
        assert_eq!(stage.turn(), Turn::Opened);
        assert!(stage.keeper().is_open());
    }
}

#[test]
fn a_second_confirmation_changes_nothing() {
    let mut stage = Stage::open(OpeningLimit::Heartbeats);
    stage.hear("confirmed");
    assert_eq!((stage.turn(), stage.last.len()), (Turn::None, 0));
}

#[test]
fn a_lost_session_is_dialled_again_after_the_pause_at_the_next_address() {
    for way in WAYS {
        let mut stage = Stage::open(way);
        stage.lose();
        assert_eq!(stage.turn(), Turn::Over { was_open: true });
        let before = stage.now;
        assert!(stage.next_timer());
        assert_eq!(stage.now.since(before), REDIAL);
        stage.lose();
        assert_eq!(stage.turn(), Turn::Over { was_open: false });
        stage.next_timer();
        let names = ["a", "b", "a"].map(|name| Address::At(name.to_owned()));
        assert_eq!(stage.dialled, names);
    }
}

#[test]
fn three_unanswered_heartbeats_end_a_session_when_the_fourth_is_due() {
    for way in WAYS {
        let mut stage = Stage::open(way);
        for _ in 0..3 {
            stage.next_timer();
            assert_eq!(stage.said(), ["heartbeat"]);
        }
        stage.next_timer();
        assert_eq!(stage.closed(), Some(CloseReason::HeartbeatLost));
        assert_eq!((stage.said().len(), stage.now), (0, Time(0) + BEAT * 4));
        assert!(stage.is_armed(Alarm::Redial));
    }
}

#[test]
fn an_answered_heartbeat_begins_the_count_anew() {
    let mut stage = Stage::open(OpeningLimit::Heartbeats);
    for _ in 0..10 {
        stage.next_timer();
        stage.next_timer();
        stage.hear("answer");
    }
    assert!(stage.keeper().is_open());
}

#[test]
fn an_open_that_nobody_confirms_ends_by_its_timer() {
    let mut stage = Stage::new(OpeningLimit::Within(OPEN_WAIT));
    stage.start();
    stage.connect();
    stage.next_timer();
    assert_eq!((stage.closed(), stage.now), (Some(CloseReason::Idle), Time(0) + OPEN_WAIT));
}

#[test]
fn an_open_that_nobody_confirms_ends_by_heartbeats() {
    for (way, said) in [(OpeningLimit::Heartbeats, 3), (OpeningLimit::CountedHeartbeats, 0)] {
        let mut stage = Stage::new(way);
        stage.start();
        stage.connect();
        let mut beats = 0;
        while stage.closed().is_none() {
            stage.next_timer();
            beats += stage.said().len();
        }
        assert_eq!((beats, stage.closed()), (said, Some(CloseReason::HeartbeatLost)));
        assert_eq!(stage.now, Time(0) + BEAT * 4);
    }
}

#[test]
fn a_session_that_this_end_gives_up_is_dialled_again() {
    let mut stage = Stage::open(OpeningLimit::Heartbeats);
    stage.break_framing();
    assert_eq!(stage.closed(), Some(CloseReason::BadFrame));
    assert_eq!(stage.turn(), Turn::Over { was_open: true });
    assert!(stage.is_armed(Alarm::Redial));
}

#[test]
fn the_end_of_a_connection_that_this_end_closed_is_counted_as_over_meanwhile() {
    let mut stage = Stage::open(OpeningLimit::Heartbeats);
    let link = stage.links[0];
    stage.break_framing();
    stage.input(cce_kernel::Input::LinkDown { link, reason: cce_kernel::LinkReason::Reset });
    assert_eq!(stage.turn(), Turn::None);
    assert_eq!(stage.host.over_meanwhile().get("connection of a session"), Some(&1));
}

#[test]
fn a_stop_says_goodbye_in_an_open_session_only() {
    for way in WAYS {
        let mut stage = Stage::open(way);
        stage.stop();
        assert_eq!((stage.said(), stage.closed()), (vec!["close".to_owned()], Some(CloseReason::Stopping)));
        let mut stage = Stage::new(way);
        stage.start();
        stage.connect();
        stage.stop();
        assert_eq!((stage.said(), stage.closed()), (vec![], Some(CloseReason::Stopping)));
    }
}

#[test]
fn nothing_is_dialled_after_a_stop_while_the_session_was_down() {
    for way in WAYS {
        let mut stage = Stage::open(way);
        stage.lose();
        stage.stop();
        assert!(stage.timers.is_empty());
    }
}

/// What may happen next.
#[derive(Clone, Copy, Debug)]
enum Next {
    Connect,
    Lose,
    Confirm,
    Answer,
    Break,
    Timer,
}

proptest! {
    #[test]
    fn there_is_one_dial_at_a_time_and_somebody_always_watches(
        way in prop::sample::select(WAYS.to_vec()),
        nexts in prop::collection::vec(prop::sample::select(vec![
            Next::Connect, Next::Lose, Next::Confirm, Next::Answer, Next::Break, Next::Timer,
        ]), 0..60),
        stops in any::<bool>(),
    ) {
        let mut stage = Stage::new(way);
        stage.start();
        for next in nexts {
            let has_link = !stage.links.is_empty();
            match next {
                Next::Connect if has_link && !stage.is_up => stage.connect(),
                Next::Lose if has_link => stage.lose(),
                Next::Confirm if stage.is_up => stage.hear("confirmed"),
                Next::Answer if stage.is_up => stage.hear("answer"),
                Next::Break if stage.is_up => stage.break_framing(),
                Next::Timer => { stage.next_timer(); }
                Next::Connect | Next::Lose | Next::Confirm | Next::Answer | Next::Break => continue,
            }
            prop_assert!(stage.links.len() <= 1, "two dials at once");
            prop_assert_eq!(stage.keeper().link(), stage.links.first().copied());
            let is_dialling = stage.links.len() == 1 && !stage.is_up;
            prop_assert_eq!(stage.timers.len(), usize::from(!is_dialling), "one timer watches, a dial watches itself");
            prop_assert_eq!(stage.is_armed(Alarm::Redial), stage.links.is_empty());
            prop_assert!(stage.last.len() <= 4);
        }
        if stops {
            stage.stop();
            prop_assert!(stage.timers.is_empty() && stage.links.is_empty());
        }
    }

    #[test]
    fn a_mute_peer_is_left_within_a_bounded_time(way in prop::sample::select(WAYS.to_vec()), confirms in any::<bool>()) {
        let mut stage = Stage::new(way);
        stage.start();
        stage.connect();
        if confirms {
            stage.hear("confirmed");
        }
        while !stage.links.is_empty() {
            prop_assert!(stage.next_timer());
            prop_assert!(stage.now.since(Time(0)) <= OPEN_WAIT.max(BEAT * 4));
        }
    }
}
