//! Links: how they open, and how they end.

use crate::toy::{END, Toy, downs, echo, frame, inputs, ping_pong, sim};
use cce_kernel::{
    Address, CloseReason, Component, FrameFlaw, Input, LinkId, LinkReason, Port, Time, TimerKey,
};

#[test]
fn both_ends_of_a_link_know_each_other() {
    let mut sim = sim(1, ping_pong(0));
    sim.run_until(END);
    for (node, other) in [("ccp", "mrpg"), ("mrpg", "ccp")] {
        let up = inputs(&sim, node)
            .into_iter()
            .find_map(|input| if let Input::LinkUp { peer, .. } = input { peer.node } else { None });
        assert_eq!(up.unwrap().as_str(), other);
    }
}

#[test]
fn a_listener_sees_the_port_whose_socket_it_is() {
    let gateway = Toy::boxed(|input, cx| {
        if let Input::Start { .. } = input {
            cx.dial(Port::IcmAgent, Address::Lab);
        }
    });
    let mut sim = sim(1, vec![("router", echo()), ("agentpg", gateway)]);
    sim.run_until(END);
    let port = |node| {
        let up = |input| if let Input::LinkUp { link, .. } = input { Some(link.port) } else { None };
        inputs(&sim, node).into_iter().find_map(up)
    };
    assert_eq!((port("router"), port("agentpg")), (Some(Port::IcmMr), Some(Port::IcmAgent)));
}

#[test]
fn a_dial_to_nobody_is_refused() {
    let mut sim = sim(1, ping_pong(0).split_off(1));
    sim.run_until(END);
    let last = inputs(&sim, "mrpg").pop().unwrap();
    assert!(matches!(last, Input::LinkDown { reason: LinkReason::Refused, .. }), "{last:?}");
}

#[test]
fn a_close_is_heard_behind_the_last_words() {
    let mut sim = sim(1, vec![("ccp", echo()), ("mrpg", leaving(vec![frame(1), frame(2)]))]);
    sim.run_until(END);
    let heard = inputs(&sim, "ccp");
    let [.., Input::Frame { bytes, .. }, Input::LinkDown { reason: LinkReason::Closed, .. }] = &heard[..]
    else {
        panic!("{heard:?}")
    };
    assert_eq!(bytes.0, frame(2));
    assert_eq!(downs(&sim, "mrpg"), 0, "nothing is heard of a link that one closed oneself");
}

#[test]
fn of_a_link_that_both_ends_close_nobody_hears_again() {
    for seed in 0..20 {
        // At the same time, before either can know of the other's close.
        let hanging_up = |dials: bool| {
            Toy::boxed(move |input, cx| {
                if let Input::Start { .. } = input
                    && dials
                {
                    cx.dial(Port::Mr, Address::Lab);
                }
                if let Input::LinkUp { .. } = input {
                    let wait = Time(1_000_000).since(cx.now());
                    cx.arm(TimerKey::new("close", 0), wait);
                }
                if let Input::Timer(_) = input {
                    cx.close(LinkId { port: Port::Mr, number: 1 }, CloseReason::Done);
                }
            })
        };
        let mut sim = sim(seed, vec![("ccp", hanging_up(false)), ("mrpg", hanging_up(true))]);
        sim.run_until(END);
        assert_eq!((downs(&sim, "ccp"), downs(&sim, "mrpg")), (0, 0), "seed {seed}");
    }
}

#[test]
fn nothing_is_heard_of_a_dial_that_was_given_up() {
    let toys = |listens: bool| {
        let fickle = Toy::boxed(|input, cx| {
            if let Input::Start { .. } = input {
                let link = cx.dial(Port::Mr, Address::Lab);
                cx.close(link, CloseReason::Stopping);
            }
        });
        let listener: Option<(&str, Box<dyn Component>)> = listens.then(|| ("ccp", echo()));
        listener.into_iter().chain([("mrpg", fickle)]).collect()
    };
    for listens in [true, false] {
        let mut sim = sim(1, toys(listens));
        sim.run_until(END);
        assert_eq!(inputs(&sim, "mrpg").len(), 1, "its start only");
    }
}

#[test]
fn a_link_that_ends_inside_a_message_says_so_first() {
    let mut sim = sim(1, vec![("ccp", echo()), ("mrpg", leaving(vec![vec![0, 0, 0, 4, 0]]))]);
    sim.run_until(END);
    let heard = inputs(&sim, "ccp");
    let [.., Input::BadFrame { flaw, .. }, Input::LinkDown { .. }] = &heard[..] else { panic!("{heard:?}") };
    assert_eq!(*flaw, FrameFlaw::Truncated { have: 5 });
}

#[test]
fn a_message_beyond_the_limit_is_told_once_and_nothing_follows_it() {
    let mut sim = sim(1, vec![("ccp", echo()), ("mrpg", leaving(vec![vec![0xff; 8], frame(1)]))]);
    sim.run_until(END);
    let heard = inputs(&sim, "ccp");
    let flaws = heard.iter().filter(|input| matches!(input, Input::BadFrame { .. })).count();
    let frames = heard.iter().filter(|input| matches!(input, Input::Frame { .. })).count();
    assert_eq!((flaws, frames), (1, 0));
}

/// Dials CCP, sends these bytes, and closes.
fn leaving(words: Vec<Vec<u8>>) -> Box<dyn Component> {
    Toy::boxed(move |input, cx| {
        if let Input::Start { .. } = input {
            cx.dial(Port::Mr, Address::Lab);
        }
        if let Input::LinkUp { link, .. } = input {
            words.iter().for_each(|bytes| cx.send(link, bytes.clone()));
            cx.close(link, CloseReason::Done);
        }
    })
}
