//! What a director orders beside its treatments: stops, starts, cuts, stalls, commands, records.

use crate::{
    answerer,
    lab::{DEADLINE, Lab, Toy, config, is_frame, send_raw},
    script::{
        Script, arrives, frame, hears, hold, hold_alone, is_gone, is_held, leaves, note, sends,
        stop_and_replay,
    },
};
use cce_journal::{Bend, Bent, Order, Record, What};
use cce_kernel::{
    Address, CallError, CloseReason, Command, Input, LinkId, LinkReason, NodeName, Port, Request, Time,
    TimerKey,
};
use cce_net::NetConfig;
use std::{
    collections::BTreeMap,
    io::{ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    time::Duration,
};

/// Longer than any test.
const LONG: Duration = Duration::from_mins(10);

#[test]
fn who_is_killed_is_refused_and_its_connections_break() {
    let lab = Lab::directed(Script::default(), restless);
    lab.wait("a frame", is_frame);
    let mut outside = TcpStream::connect(lab.address(Port::Mr)).unwrap();
    let client = waiting_client(&lab);
    lab.carry_out(vec![Order::Stop(ccp())]);
    lab.wait("the end of its life", is_stop);
    for port in [Port::Mr, Port::App] {
        let refused = TcpStream::connect(lab.address(port)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused, "{port}");
    }
    assert_broken(&mut outside);
    assert_eq!(client.join().unwrap(), "", "a request that waits for its reply is broken off");
    lab.wait("the other end's loss", hears("mrpg", is_down(LinkReason::Reset)));
    lab.wait("the refusal", hears("mrpg", is_down(LinkReason::Refused)));
    stop_and_replay(lab, restless);
}

#[test]
fn who_is_started_again_has_what_it_stored_and_listens_where_it_did() {
    let lab = Lab::directed(Script::default(), restless);
    let first = lab.wait("a frame", is_frame);
    lab.carry_out(vec![Order::Stop(ccp())]);
    let end = lab.wait("the end of its life", is_stop);
    lab.carry_out(vec![Order::Start(ccp())]);
    let start = lab.wait("its second life", |record| {
        record.seq > end.seq && hears("ccp", |input| matches!(input, Input::Start { .. }))(record)
    });
    assert!(matches!(&start.what, What::In(Input::Start { stored, .. }) if stored["lives"] == "1"));
    let again = lab.wait("a frame on a new link", |record| record.seq > start.seq && arrives(1)(record));
    let number = |record: &Record| {
        if let What::In(Input::Frame { link, .. }) = &record.what { link.number } else { unreachable!() }
    };
    assert!(number(&again) > number(&first));
    let records = stop_and_replay(lab, restless);
    assert_eq!(records.iter().filter(|record| record.what == What::Started).count(), 3);
}

#[test]
fn who_lives_is_restarted() {
    let lab = Lab::directed(Script::default(), restless);
    lab.wait("a frame", is_frame);
    lab.carry_out(vec![Order::Start(ccp())]);
    let end = lab.wait("the end of its life", is_stop);
    lab.wait("a frame in its second life", |record| record.seq > end.seq && arrives(1)(record));
    stop_and_replay(lab, restless);
}

#[test]
fn who_panicked_can_be_started_again() {
    fn toys() -> Vec<Toy> {
        vec![Toy::new("mrpg").on_command(|_| panic!("on purpose")), answerer()]
    }
    let lab = Lab::directed(Script::default(), toys);
    lab.carry_out(vec![Order::Command("mrpg".into(), Command::Cue)]);
    let end = lab.wait("its end", is_stop);
    lab.carry_out(vec![Order::Start("mrpg".into())]);
    lab.wait("its second life", |record| record.seq > end.seq && record.what == What::Started);
    stop_and_replay(lab, toys);
}

#[test]
fn what_was_held_is_gone_with_the_one_who_sent_it() {
    fn toys() -> Vec<Toy> {
        vec![restless_dialler(), Toy::new("ccp")]
    }
    // A second life sends the same once more, and that is held, too.
    let lab = Lab::directed(Script::default().bend(sends(1), hold(7)), toys);
    lab.wait("the hold", is_held(7));
    lab.wait("the link", hears("ccp", |input| matches!(input, Input::LinkUp { .. })));
    lab.carry_out(vec![Order::Stop("mrpg".into()), Order::Release(7)]);
    lab.wait("the loss", hears("ccp", is_down(LinkReason::Reset)));
    let records = stop_and_replay(lab, toys);
    assert!(!records.iter().any(is_frame));
}

#[test]
fn a_cut_breaks_the_connections_of_its_port_and_refuses_new_ones() {
    let lab = Lab::directed(Script::default(), restless);
    lab.wait("a frame", is_frame);
    let mut outside = TcpStream::connect(lab.address(Port::Mr)).unwrap();
    lab.carry_out(vec![Order::Cut { port: Port::Mr, lasting: LONG }]);
    for node in ["ccp", "mrpg"] {
        lab.wait("the loss", hears(node, is_down(LinkReason::Reset)));
    }
    lab.wait("the refusal", hears("mrpg", is_down(LinkReason::Refused)));
    assert_broken(&mut outside);
    let refused = TcpStream::connect(lab.address(Port::Mr)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    // Other ports of the same component work on.
    let answer = send_raw(lab.address(Port::App), b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    stop_and_replay(lab, restless);
}

#[test]
fn a_cut_that_is_over_lets_connections_in_again() {
    let lab = Lab::directed(Script::default(), restless);
    lab.wait("a frame", is_frame);
    lab.carry_out(vec![Order::Cut { port: Port::Mr, lasting: Duration::from_millis(500) }]);
    let refusal = lab.wait("the refusal", hears("mrpg", is_down(LinkReason::Refused)));
    lab.wait("a frame behind it", |record| record.seq > refusal.seq && is_frame(record));
    stop_and_replay(lab, restless);
}

#[test]
fn a_cut_spares_who_uses_the_same_listener_by_another_name() {
    fn toys() -> Vec<Toy> {
        let caller = Toy::new("finesse").on_command(|cx| {
            cx.call(Port::CcpRest, Request::new("GET", "/own"));
        });
        vec![caller, answerer()]
    }
    let lab = Lab::directed(Script::default(), toys);
    let cut = Order::Cut { port: Port::App, lasting: LONG };
    lab.carry_out(vec![cut, Order::Command("finesse".into(), Command::Cue)]);
    lab.wait("the reply", hears("finesse", |input| matches!(input, Input::Reply { result: Ok(_), .. })));
    assert_broken(&mut TcpStream::connect(lab.address(Port::App)).unwrap());
    stop_and_replay(lab, toys);
}

#[test]
fn a_cut_breaks_requests_that_wait_for_their_reply() {
    fn toys() -> Vec<Toy> {
        let caller = Toy::new("finesse").on_start(|cx| {
            cx.call(Port::CcpRest, Request::new("GET", "/"));
        });
        vec![caller, Toy::new("ccp")]
    }
    let lab = Lab::directed(Script::default(), toys);
    lab.wait("the request", hears("ccp", |input| matches!(input, Input::Call { .. })));
    lab.carry_out(vec![Order::Cut { port: Port::CcpRest, lasting: LONG }]);
    let is_broken = |input: &Input| matches!(input, Input::Reply { result: Err(CallError::Broken), .. });
    lab.wait("its break", hears("finesse", is_broken));
    lab.wait("the leave", hears("ccp", |input| matches!(input, Input::CallGone { .. })));
    stop_and_replay(lab, toys);
}

#[test]
fn a_cut_breaks_requests_to_a_server_outside_too() {
    fn toys() -> Vec<Toy> {
        vec![Toy::new("finesse").on_start(|cx| {
            cx.call(Port::CcpRest, Request::new("GET", "/"));
        })]
    }
    let outside = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let connect = BTreeMap::from([(Port::App, outside.local_addr().unwrap().to_string())]);
    let lab = Lab::directed_with(NetConfig { connect, ..config() }, Script::default(), toys);
    let (mut waiting, _) = outside.accept().unwrap();
    waiting.set_read_timeout(Some(DEADLINE)).unwrap();
    waiting.read_exact(&mut [0; 4]).unwrap();
    lab.carry_out(vec![Order::Cut { port: Port::CcpRest, lasting: LONG }]);
    let reply = lab.wait("its break", hears("finesse", |input| matches!(input, Input::Reply { .. })));
    assert!(matches!(reply.what, What::In(Input::Reply { result: Err(CallError::Broken), .. })), "{reply:?}");
    stop_and_replay(lab, toys);
}

#[test]
fn a_cut_is_not_told_to_who_closed_the_link_already() {
    fn toys() -> Vec<Toy> {
        let brief = Toy::new("mrpg")
            .on_start(|cx| {
                cx.dial(Port::Mr, Address::Lab);
            })
            .on_link(|link, cx| {
                cx.send(link, frame(1));
                cx.close(link, CloseReason::Done);
            });
        vec![brief, Toy::new("ccp")]
    }
    let lab = Lab::directed(Script::default().bend(sends(1), hold(7)), toys);
    lab.wait("the hold", is_held(7));
    lab.wait("the link", hears("ccp", |input| matches!(input, Input::LinkUp { .. })));
    let cued = Order::Command("mrpg".into(), Command::Cue);
    lab.carry_out(vec![Order::Cut { port: Port::Mr, lasting: Duration::ZERO }, cued]);
    lab.wait("the end of the hold", is_gone(7));
    lab.wait("the loss", hears("ccp", is_down(LinkReason::Reset)));
    // What comes behind the cut shows that nothing came of it.
    lab.wait("the command", hears("mrpg", |input| matches!(input, Input::Command(Command::Cue))));
    let records = stop_and_replay(lab, toys);
    assert!(!records.iter().any(hears("mrpg", |input| matches!(input, Input::LinkDown { .. }))));
}

#[test]
fn what_is_held_on_a_link_that_overflows_is_gone_with_it() {
    fn toys() -> Vec<Toy> {
        vec![Toy::new("ccp").on_link(|link, cx| {
            cx.send(link, frame(1));
            (0..5_000).for_each(|_| cx.send(link, vec![0_u8; 4_096]));
        })]
    }
    let lab = Lab::directed(Script::default().bend(sends(1), hold_alone(7)), toys);
    let deaf = TcpStream::connect(lab.address(Port::Mr)).unwrap();
    lab.wait("the overflow", hears("ccp", is_down(LinkReason::Overflow)));
    lab.wait("the end of the hold", is_gone(7));
    lab.stop();
    drop(deaf);
}

#[test]
fn nothing_arrives_through_a_port_that_is_stalled() {
    const STALL: Duration = Duration::from_millis(120);
    const LINK: LinkId = LinkId { port: Port::Mr, number: 1 };
    fn toys() -> Vec<Toy> {
        let sender = Toy::new("mrpg")
            .on_start(|cx| {
                cx.dial(Port::Mr, Address::Lab);
            })
            .on_command(|cx| cx.send(LINK, frame(1)));
        vec![sender, answerer()]
    }
    let lab = Lab::directed(Script::default(), toys);
    for node in ["mrpg", "ccp"] {
        lab.wait("the link", hears(node, |input| matches!(input, Input::LinkUp { .. })));
    }
    let mut outside = TcpStream::connect(lab.address(Port::Mr)).unwrap();
    lab.wait("the other link", |record| {
        matches!(&record.what, What::In(Input::LinkUp { link, peer }) if link.number == 2 && peer.node.is_none())
    });
    lab.carry_out(vec![
        note(&ccp(), None, Bend::Stepped("stall".into())),
        Order::Stall { port: Port::Mr, lasting: STALL },
        note(&ccp(), None, Bend::Stepped("stalled".into())),
        Order::Command("mrpg".into(), Command::Cue),
    ]);
    let stepped = |text: &'static str| move |record: &Record| matches!(&record.what, What::Bent(Bent { bend: Bend::Stepped(step), .. }) if step == text);
    let before = lab.wait("the step", stepped("stall"));
    lab.wait("the stall", stepped("stalled"));
    outside.write_all(&frame(2)).unwrap();
    for kind in [1, 2] {
        assert!(lab.wait("a frame", arrives(kind)).at.since(before.at) >= STALL);
    }
    stop_and_replay(lab, toys);
}

#[test]
fn the_director_is_woken_at_its_time() {
    let orders = vec![Order::Command("mrpg".into(), Command::Cue)];
    let lab = Lab::directed(Script::default().at(Time(40_000), orders), commanded);
    let told = lab.wait("the command", hears("mrpg", |input| matches!(input, Input::Command(Command::Cue))));
    assert!(told.at >= Time(40_000));
    stop_and_replay(lab, commanded);
}

#[test]
fn orders_of_a_record_are_carried_out_in_their_order() {
    let orders = vec![
        Order::Command("mrpg".into(), Command::Cue),
        note(&ccp(), None, Bend::Armed),
        Order::Command("ccp".into(), Command::Cue),
    ];
    let lab = Lab::directed(Script::default().then(leaves(1), orders), restless);
    let cue = |node| hears(node, |input| matches!(input, Input::Command(Command::Cue)));
    let last = lab.wait("the last", cue("ccp"));
    let armed =
        lab.wait("the record", |record| matches!(record.what, What::Bent(Bent { bend: Bend::Armed, .. })));
    assert!(armed.seq < last.seq);
    lab.wait("the first", cue("mrpg"));
    stop_and_replay(lab, restless);
}

fn ccp() -> NodeName {
    "ccp".into()
}

fn commanded() -> Vec<Toy> {
    vec![Toy::new("mrpg")]
}

/// One dials and redials CCP, and CCP answers and counts its lives.
fn restless() -> Vec<Toy> {
    let listener = answerer().on_start(|cx| cx.store("lives", "1")).on_request(|call, request, cx| {
        if request.target != "/wait" {
            cx.reply(call, cce_kernel::Response::new(201));
        }
    });
    vec![restless_dialler(), listener]
}

fn restless_dialler() -> Toy {
    Toy::new("mrpg")
        .on_start(|cx| {
            cx.dial(Port::Mr, Address::Lab);
        })
        .on_link(|link, cx| cx.send(link, frame(1)))
        .on_down(|_, cx| cx.arm(TimerKey::new("redial", 0), Duration::from_millis(10)))
        .on_timer(|cx| {
            cx.dial(Port::Mr, Address::Lab);
        })
}

/// An outside client whose request is never replied to. Gives what it got until the connection ended.
fn waiting_client(lab: &Lab) -> std::thread::JoinHandle<String> {
    let address = lab.address(Port::App);
    let client = std::thread::spawn(move || send_raw(address, b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"));
    lab.wait("its request", hears("ccp", |input| matches!(input, Input::Call { .. })));
    client
}

/// The other end reset the connection, or it did so before it took it in.
fn assert_broken(client: &mut TcpStream) {
    client.set_read_timeout(Some(DEADLINE)).unwrap();
    // What was sent before the break may still be there.
    let mut rest = Vec::new();
    let end = client.read_to_end(&mut rest).unwrap_err();
    assert_eq!(end.kind(), ErrorKind::ConnectionReset);
}

fn is_stop(record: &Record) -> bool {
    matches!(record.what, What::Stopped { .. })
}

fn is_down(wanted: LinkReason) -> impl Fn(&Input) -> bool {
    move |input| matches!(input, Input::LinkDown { reason, .. } if *reason == wanted)
}
