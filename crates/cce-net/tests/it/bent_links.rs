//! What becomes of messages on framed links and streams that a director bends.

use crate::{
    lab::{Lab, Toy, is_frame},
    script::{
        Script, arrived, arrives, cause_of, delay, frame, hears, hold, hold_alone, is_held, leaves, sends,
        stop_and_replay,
    },
};
use cce_journal::{Bend, Bent, Order, Treatment, What};
use cce_kernel::{Address, CloseReason, Cx, Input, LinkId, LinkReason, Output, Port, TimerKey};
use std::time::Duration;

#[test]
fn each_treatment_of_the_first_of_three_messages_has_its_order_of_arrival() {
    let cases = [
        ("pass", Treatment::Pass, vec![1, 2, 3]),
        ("delay", delay(30, false), vec![1, 2, 3]),
        ("delay alone", delay(30, true), vec![2, 3, 1]),
        ("drop", Treatment::Drop, vec![2, 3]),
        ("duplicate", Treatment::Duplicate, vec![1, 1, 2, 3]),
        ("replace", Treatment::Replace(frame(9).into()), vec![9, 2, 3]),
        ("split", Treatment::Split(3), vec![1, 2, 3]),
        ("coalesce", Treatment::Coalesce, vec![1, 2, 3]),
    ];
    for (name, treatment, expected) in cases {
        let lab = Lab::directed(Script::default().bend(sends(1), treatment), three);
        lab.wait(name, arrives(expected[expected.len() - 1]));
        let records = stop_and_replay(lab, three);
        assert_eq!(arrived(&records), expected, "{name}");
    }
}

#[test]
fn a_hold_stops_what_follows_until_it_is_released() {
    let script = Script::default().bend(sends(1), hold(7)).then(leaves(3), vec![Order::Release(7)]);
    let lab = Lab::directed(script, three);
    lab.wait("the last", arrives(3));
    let records = stop_and_replay(lab, three);
    assert_eq!(arrived(&records), [1, 2, 3]);
}

#[test]
fn what_is_held_does_not_arrive_before_it_is_released() {
    fn toys() -> Vec<Toy> {
        // A second link shows that time goes on.
        let both = Toy::new("mrpg")
            .on_start(|cx| {
                cx.dial(Port::Mr, Address::Lab);
                cx.dial(Port::IcmMr, Address::Lab);
            })
            .on_link(|link, cx| cx.send(link, frame(if link.port == Port::Mr { 1 } else { 2 })));
        vec![both, Toy::new("ccp"), Toy::new("router")]
    }
    let lab = Lab::directed(Script::default().bend(sends(1), hold(7)), toys);
    lab.wait("the free one", arrives(2));
    lab.wait("the hold", is_held(7));
    lab.carry_out(vec![Order::Release(7)]);
    lab.wait("the held one", arrives(1));
    assert_eq!(arrived(&stop_and_replay(lab, toys)), [2, 1]);
}

#[test]
fn what_is_held_alone_is_overtaken_and_arrives_when_it_is_released() {
    let script = Script::default().bend(sends(1), hold_alone(7)).then(arrives(3), vec![Order::Release(7)]);
    let lab = Lab::directed(script, three);
    lab.wait("the first", arrives(1));
    assert_eq!(arrived(&stop_and_replay(lab, three)), [2, 3, 1]);
}

#[test]
fn what_overtakes_passes_a_hold_and_what_follows_it_does_not() {
    let script = Script::default()
        .bend(sends(1), hold(7))
        .bend(sends(2), Treatment::Overtake)
        .then(arrives(2), vec![Order::Release(7)]);
    let lab = Lab::directed(script, three);
    lab.wait("the last", arrives(3));
    assert_eq!(arrived(&stop_and_replay(lab, three)), [2, 1, 3]);
}

#[test]
fn two_holds_of_one_stream_keep_their_order_whichever_is_released_first() {
    let script = Script::default()
        .bend(sends(1), hold(7))
        .bend(sends(2), hold(8))
        .then(leaves(3), vec![Order::Release(8), Order::Release(7)]);
    let lab = Lab::directed(script, three);
    lab.wait("the last", arrives(3));
    assert_eq!(arrived(&stop_and_replay(lab, three)), [1, 2, 3]);
}

#[test]
fn a_close_waits_behind_what_is_held_and_nothing_more_is_heard_of_the_link() {
    fn toys() -> Vec<Toy> {
        let brief = sender(|link, cx| {
            cx.send(link, frame(1));
            cx.close(link, CloseReason::Done);
        });
        // What it is told behind the close must not reach the one who closed.
        vec![brief, Toy::new("ccp").on_link(|link, cx| cx.send(link, frame(5)))]
    }
    let lab = Lab::directed(Script::default().bend(sends(1), hold(7)), toys);
    lab.wait("the hold", is_held(7));
    lab.wait("the greeting", leaves(5));
    lab.carry_out(vec![Order::Release(7)]);
    let down = lab.wait("the close", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    assert!(matches!(down.what, What::In(Input::LinkDown { reason: LinkReason::Closed, .. })), "{down:?}");
    let records = stop_and_replay(lab, toys);
    assert_eq!(down.node.as_str(), "ccp");
    assert_eq!(arrived(&records).last(), Some(&1));
}

#[test]
fn a_delayed_message_takes_at_least_that_long() {
    for alone in [false, true] {
        let lab = Lab::directed(Script::default().bend(sends(1), delay(50, alone)), three);
        let arrival = lab.wait("the arrival", arrives(1));
        let sent = cause_of(&lab, &arrival);
        assert!(arrival.at.since(sent.at) >= Duration::from_millis(50));
        lab.stop();
    }
}

#[test]
fn with_a_message_that_is_cut_its_connection_breaks_at_both_ends() {
    fn toys() -> Vec<Toy> {
        // Only one that both ends know can break at both.
        let sender =
            sender(|_, _| {}).on_frame(|link, cx| (1..=3).for_each(|kind| cx.send(link, frame(kind))));
        vec![sender, Toy::new("ccp").on_link(|link, cx| cx.send(link, frame(5)))]
    }
    let lab = Lab::directed(Script::default().bend(sends(2), Treatment::Cut), toys);
    for node in ["ccp", "mrpg"] {
        let down = lab.wait("the break", hears(node, |input| matches!(input, Input::LinkDown { .. })));
        assert!(matches!(down.what, What::In(Input::LinkDown { reason: LinkReason::Reset, .. })), "{down:?}");
    }
    let records = stop_and_replay(lab, toys);
    assert!(arrived(&records).iter().all(|kind| [1, 5].contains(kind)));
}

#[test]
fn a_stream_that_is_split_arrives_in_pieces() {
    fn stream() -> String {
        // Long enough that a reader who is late does not miss every pause.
        "a".repeat(199) + ">"
    }
    fn toys() -> Vec<Toy> {
        let server = Toy::new("finesse").on_link(|link, cx| cx.send(link, stream()));
        let client = Toy::new("agent-1080").on_start(|cx| {
            cx.dial(Port::Xmpp, Address::Lab);
        });
        vec![server, client]
    }
    let is_send = |output: &Output| matches!(output, Output::Send { .. });
    let lab = Lab::directed(Script::default().bend(is_send, Treatment::Split(2)), toys);
    lab.wait(
        "the end",
        |record| matches!(&record.what, What::In(Input::Frame { bytes, .. }) if bytes.text().ends_with('>')),
    );
    let records = stop_and_replay(lab, toys);
    let text = |record: &cce_journal::Record| {
        if let What::In(Input::Frame { bytes, .. }) = &record.what {
            Some(bytes.text().into_owned())
        } else {
            None
        }
    };
    let pieces: Vec<String> = records.iter().filter_map(text).collect();
    assert_eq!(pieces.concat(), stream());
    assert!(pieces.len() > 1);
}

#[test]
fn bytes_that_are_coalesced_wait_for_the_next_message() {
    const LINK: LinkId = LinkId { port: Port::Mr, number: 1 };
    fn toys() -> Vec<Toy> {
        let later = sender(|link, cx| {
            cx.send(link, frame(1));
            cx.arm(TimerKey::new("later", 0), Duration::from_millis(30));
        });
        vec![later.on_timer(|cx| cx.send(LINK, frame(2))), Toy::new("ccp")]
    }
    let lab = Lab::directed(Script::default().bend(sends(1), Treatment::Coalesce), toys);
    let second = lab.wait("the second", arrives(2));
    let first = lab.wait("the first", arrives(1));
    let sent = cause_of(&lab, &second);
    assert!(first.seq > sent.seq && first.seq < second.seq);
    assert!(leaves(1)(&cause_of(&lab, &first)), "each knows its own cause");
    stop_and_replay(lab, toys);
}

#[test]
fn coalesced_bytes_that_nothing_follows_go_with_the_close() {
    fn toys() -> Vec<Toy> {
        let brief = sender(|link, cx| {
            cx.send(link, frame(1));
            cx.close(link, CloseReason::Done);
        });
        vec![brief, Toy::new("ccp")]
    }
    let lab = Lab::directed(Script::default().bend(sends(1), Treatment::Coalesce), toys);
    lab.wait("the close", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    assert_eq!(arrived(&stop_and_replay(lab, toys)), [1]);
}

#[test]
fn when_too_much_is_held_the_oldest_goes_and_that_is_recorded() {
    fn toys() -> Vec<Toy> {
        let flood = sender(|link, cx| {
            cx.send(link, frame(1));
            (0..1_024).for_each(|_| cx.send(link, frame(2)));
        });
        vec![flood, Toy::new("ccp")]
    }
    for (treatment, expected) in [(hold(7), Bend::Expired(7)), (delay(600_000, false), Bend::Hurried)] {
        let script = Script::default().bend(sends(1), treatment).bend(sends(2), hold(8));
        let lab = Lab::directed(script, toys);
        lab.wait("the first", arrives(1));
        let records = stop_and_replay(lab, toys);
        let first = records.iter().find(|record| leaves(1)(record)).unwrap();
        let is_told = |what: &What| matches!(what, What::Bent(Bent { bend, by, .. }) if *bend == expected && by.contains("driver"));
        let told = records.iter().find(|record| is_told(&record.what)).unwrap();
        assert_eq!(told.cause, Some(first.seq));
    }
}

#[test]
fn what_was_done_to_a_message_stands_right_behind_it() {
    let lab = Lab::directed(Script::default().bend(sends(2), Treatment::Drop), three);
    lab.wait("the last", arrives(3));
    let records = lab.stop();
    let at = records.iter().position(|record| leaves(2)(record)).unwrap();
    assert!(matches!(records[at + 1].what, What::Bent(_)));
    assert_eq!(records[at + 1].cause, Some(records[at].seq));
    assert_eq!(records.iter().filter(|record| is_frame(record)).count(), 2);
}

/// Dials CCP and does that.
fn sender(act: impl FnMut(LinkId, &mut Cx<'_>) + Send + 'static) -> Toy {
    Toy::new("mrpg")
        .on_start(|cx| {
            cx.dial(Port::Mr, Address::Lab);
        })
        .on_link(act)
}

/// Sends CCP three messages.
fn three() -> Vec<Toy> {
    vec![sender(|link, cx| (1..=3).for_each(|kind| cx.send(link, frame(kind)))), Toy::new("ccp")]
}
