//! A component's next life.

use crate::toy::{END, Toy, downs, echo, frame, inputs, ping_pong, sim};
use cce_journal::{Record, What};
use cce_kernel::{Address, Component, Input, LinkReason, Port, Time, TimerKey};
use std::time::Duration;

#[test]
fn a_life_and_its_end_are_records() {
    let mut sim = sim(1, vec![("ccp", echo())]);
    sim.run_until(Time(1_000));
    sim.restart(&"ccp".into(), echo());
    sim.run_until(END);
    let lives = sim.records().iter().filter(|record| !matches!(record.what, What::In(_) | What::Out(_)));
    let lives: Vec<&What> = lives.map(|record| &record.what).collect();
    assert!(matches!(lives[..], [What::Started, What::Stopped { .. }, What::Started]), "{lives:?}");
}

#[test]
fn what_was_stored_is_there_in_the_next_life_and_what_was_forgotten_is_not() {
    let keeper = || {
        Toy::boxed(|input, cx| {
            if let Input::Start { .. } = input {
                cx.store("kept", "1");
                cx.store("dropped", "2");
                cx.forget("dropped");
            }
        })
    };
    let mut sim = sim(1, vec![("ccp", keeper())]);
    sim.run_until(Time(1_000));
    sim.restart(&"ccp".into(), keeper());
    sim.run_until(END);
    let Some(Input::Start { stored, .. }) = inputs(&sim, "ccp").pop() else { panic!() };
    assert_eq!(stored.into_iter().collect::<Vec<_>>(), [("kept".to_owned(), "1".to_owned())]);
}

#[test]
fn a_timer_of_the_last_life_never_comes() {
    let mut sim =
        sim(1, vec![("ccp", Toy::boxed(|_, cx| cx.arm(TimerKey::new("late", 0), Duration::from_secs(1))))]);
    sim.run_until(Time(1_000));
    sim.restart(&"ccp".into(), echo());
    sim.run_until(END);
    assert!(!inputs(&sim, "ccp").iter().any(|input| matches!(input, Input::Timer(_))));
}

#[test]
fn the_other_end_hears_of_it_redials_and_goes_on() {
    let mut sim = sim(1, vec![("ccp", echo()), ("mrpg", stubborn())]);
    sim.run_until(Time(1_000_000));
    sim.restart(&"ccp".into(), echo());
    sim.run_until(END);
    let heard = inputs(&sim, "mrpg");
    assert!(heard.iter().any(|input| matches!(input, Input::LinkDown { reason: LinkReason::Reset, .. })));
    let answers = heard
        .iter()
        .filter_map(|input| if let Input::Frame { link, .. } = input { Some(link.number) } else { None });
    assert_eq!(answers.collect::<Vec<_>>(), [1, 2], "a link's number is never used again");
}

#[test]
fn a_link_that_breaks_while_it_opens_never_comes_up_afterwards() {
    for seed in 0..20 {
        let mut sim = sim(seed, ping_pong(1));
        assert!(sim.run_to(END, is_up));
        sim.restart(&"ccp".into(), echo());
        sim.run_until(END);
        let heard = inputs(&sim, "mrpg");
        let after = heard.iter().skip_while(|input| !matches!(input, Input::LinkDown { .. })).count();
        assert_eq!((downs(&sim, "mrpg"), after), (1, 1), "seed {seed}: {heard:?}");
    }
}

#[test]
fn whoever_dials_a_component_that_dies_meanwhile_is_refused() {
    let mut sim = sim(1, ping_pong(0));
    let is_dial = |record: &Record| matches!(record.what, What::Out(cce_kernel::Output::Dial { .. }));
    assert!(sim.run_to(END, is_dial));
    sim.restart(&"ccp".into(), echo());
    sim.run_until(END);
    let last = inputs(&sim, "mrpg").pop().unwrap();
    assert!(matches!(last, Input::LinkDown { reason: LinkReason::Refused, .. }), "{last:?}");
}

fn is_up(record: &Record) -> bool {
    matches!(record.what, What::In(Input::LinkUp { .. }))
}

/// Dials CCP again and again, and sends one message on each link.
fn stubborn() -> Box<dyn Component> {
    Toy::boxed(|input, cx| {
        if let Input::Start { .. } | Input::Timer(_) = input {
            cx.dial(Port::Mr, Address::Lab);
        }
        if let Input::LinkUp { link, .. } = input {
            cx.send(link, frame(0));
        }
        if let Input::LinkDown { .. } = input {
            cx.arm(TimerKey::new("redial", 0), Duration::from_secs(1));
        }
    })
}
