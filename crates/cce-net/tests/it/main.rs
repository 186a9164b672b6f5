//! The network driver with toy components, over real loopback TCP on free ports.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

mod bent_calls;
mod bent_links;
mod calls;
mod calls_outside;
mod entering;
mod hostile;
mod lab;
mod links;
mod orders;
mod own_tls;
mod script;
mod site;
mod stops;
mod tls;
mod web_socket;

use cce_journal::{FORMAT, Header, LogSettings, What, replay};
use cce_kernel::{
    Address, BodyFlaw, CallError, Command, FrameFlaw, Input, LinkReason, NodeName, Output, Port, Request,
    Response, TimerKey, Wall,
};
use cce_net::{Net, NetError};
use lab::{Lab, Toy, client, config, is_frame, send_raw};
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

#[test]
fn frames_cross_and_know_the_output_that_led_to_them() {
    let lab = Lab::start(vec![pinger(), answerer()]);
    let frame = lab.wait("the answer", |record| record.node.as_str() == "mrpg" && is_frame(record));
    let send = lab.wait("its cause", |record| Some(record.seq) == frame.cause);
    assert_eq!(send.node.as_str(), "ccp");
    assert!(matches!(send.what, What::Out(Output::Send { .. })));
    lab.stop();
}

#[test]
fn both_ends_know_which_component_the_other_is() {
    let lab = Lab::start(vec![pinger(), answerer()]);
    for (node, peer) in [("mrpg", "ccp"), ("ccp", "mrpg")] {
        let up = lab.wait("a link", |record| {
            record.node.as_str() == node && matches!(record.what, What::In(Input::LinkUp { .. }))
        });
        let What::In(Input::LinkUp { peer: found, .. }) = up.what else { unreachable!() };
        assert_eq!(found.node.map(String::from).as_deref(), Some(peer));
    }
    lab.stop();
}

#[test]
fn a_dial_to_nobody_is_refused() {
    let lab = Lab::start(vec![pinger()]);
    let down = lab.wait("the refusal", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    let expected = [LinkReason::Refused, LinkReason::Unreachable];
    assert!(matches!(down.what, What::In(Input::LinkDown { reason, .. }) if expected.contains(&reason)));
    lab.stop();
}

#[test]
fn a_call_gets_its_reply_and_both_know_their_causes() {
    let caller = Toy::new("finesse").on_start(|cx| {
        cx.call(Port::CcpRest, Request::new("GET", "/hello?x=1").header("X-Toy", "7"));
    });
    let server = answerer();
    let lab = Lab::start(vec![caller, server]);
    let call = lab.wait("the call", |record| matches!(record.what, What::In(Input::Call { .. })));
    let What::In(Input::Call { request, port, .. }) = &call.what else { unreachable!() };
    assert_eq!((request.target.as_str(), request.get("x-toy"), *port), ("/hello?x=1", Some("7"), Port::App));
    let made = lab.wait("its cause", |record| Some(record.seq) == call.cause);
    assert_eq!(made.node.as_str(), "finesse");
    let reply = lab.wait("the reply", |record| matches!(record.what, What::In(Input::Reply { .. })));
    let What::In(Input::Reply { result: Ok(response), .. }) = &reply.what else { panic!("{reply:?}") };
    assert_eq!((response.status, response.body.text().as_ref()), (201, "made"));
    assert!(reply.cause.is_some());
    lab.stop();
}

#[test]
fn a_call_to_nobody_is_unreachable() {
    let caller = Toy::new("finesse").on_start(|cx| {
        cx.call(Port::CcpRest, Request::new("GET", "/"));
    });
    let lab = Lab::start(vec![caller]);
    let reply = lab.wait("the reply", |record| matches!(record.what, What::In(Input::Reply { .. })));
    assert!(matches!(reply.what, What::In(Input::Reply { result: Err(CallError::Unreachable), .. })));
    lab.stop();
}

#[test]
fn of_a_request_with_a_body_over_the_limit_the_component_gets_all_but_the_body() {
    let lab = Lab::start(vec![answerer()]);
    let answer = send_raw(
        lab.address(Port::App),
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\nConnection: close\r\n\r\n",
    );
    assert!(answer.starts_with("HTTP/1.1 413") && answer.ends_with("made"), "{answer}");
    let answer =
        send_raw(lab.address(Port::App), b"GET /after HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let first = lab.wait("a call", |record| matches!(record.what, What::In(Input::Call { .. })));
    let What::In(Input::Call { request, .. }) = first.what else { unreachable!() };
    assert_eq!((request.body_flaw, request.body.0.len()), (Some(BodyFlaw::TooLarge), 0));
    lab.stop();
}

#[test]
fn a_client_that_sends_all_of_a_body_over_the_limit_reads_its_answer() {
    let lab = Lab::start(vec![answerer()]);
    let mut client = client(lab.address(Port::App));
    let body = vec![b'x'; 16 << 20];
    write!(client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len()).unwrap();
    client.write_all(&body).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    lab.stop();
}

#[test]
fn a_client_that_leaves_before_the_reply_is_noticed() {
    let silent = Toy::new("ccp");
    let lab = Lab::start(vec![silent]);
    let mut client = TcpStream::connect(lab.address(Port::App)).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    lab.wait("the call", |record| matches!(record.what, What::In(Input::Call { .. })));
    drop(client);
    lab.wait("the leave", |record| matches!(record.what, What::In(Input::CallGone { .. })));
    lab.stop();
}

#[test]
fn an_oversized_frame_is_told_and_other_links_live_on() {
    let lab = Lab::start(vec![answerer()]);
    let mut bad = TcpStream::connect(lab.address(Port::Mr)).unwrap();
    bad.write_all(&[0xff; 8]).unwrap();
    let told = lab.wait("the bad frame", |record| matches!(record.what, What::In(Input::BadFrame { .. })));
    assert!(matches!(told.what, What::In(Input::BadFrame { flaw: FrameFlaw::TooLong { .. }, .. })));
    let mut good = TcpStream::connect(lab.address(Port::Mr)).unwrap();
    good.write_all(&[0, 0, 0, 0, 0, 0, 0, 5]).unwrap();
    lab.wait("a good frame", is_frame);
    lab.stop();
}

#[test]
fn a_connection_that_ends_inside_a_frame_is_told() {
    let lab = Lab::start(vec![answerer()]);
    let mut client = TcpStream::connect(lab.address(Port::Mr)).unwrap();
    client.write_all(&[0, 0, 0, 4, 0]).unwrap();
    drop(client);
    let told = lab.wait("the bad frame", |record| matches!(record.what, What::In(Input::BadFrame { .. })));
    assert!(matches!(told.what, What::In(Input::BadFrame { flaw: FrameFlaw::Truncated { have: 5 }, .. })));
    lab.stop();
}

#[test]
fn a_peer_that_does_not_read_loses_its_link_and_nothing_else() {
    let flood = Toy::new("ccp").on_link(|link, cx| {
        for _ in 0..5_000 {
            cx.send(link, vec![0_u8; 4_096]);
        }
    });
    let lab = Lab::start(vec![flood]);
    let client = TcpStream::connect(lab.address(Port::Mr)).unwrap();
    let down = lab.wait("the overflow", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    assert!(matches!(down.what, What::In(Input::LinkDown { reason: LinkReason::Overflow, .. })));
    drop(client);
    lab.stop();
}

#[test]
fn a_component_that_panics_ends_alone() {
    let doomed = Toy::new("mrpg").on_start(|_| panic!("on purpose"));
    let lab = Lab::start(vec![doomed, answerer()]);
    let stopped = lab.wait("its end", |record| matches!(record.what, What::Stopped { .. }));
    assert!(matches!(&stopped.what, What::Stopped { reason } if reason.contains("on purpose")));
    assert_eq!(stopped.node.as_str(), "mrpg");
    let answer = send_raw(lab.address(Port::App), b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    lab.stop();
}

#[test]
fn a_stop_lets_components_say_goodbye() {
    let lab = Lab::start(vec![pinger(), answerer()]);
    lab.wait("the answer", |record| record.node.as_str() == "mrpg" && is_frame(record));
    let records = lab.stop();
    let told = records.iter().filter(|record| matches!(record.what, What::In(Input::Command(Command::Stop))));
    assert_eq!(told.count(), 2);
    let ended = records.iter().filter(|record| matches!(record.what, What::Stopped { .. }));
    assert_eq!(ended.count(), 2);
}

#[test]
fn causes_always_have_lower_numbers_and_no_number_is_missing() {
    let lab = Lab::start(vec![pinger(), answerer()]);
    lab.wait("the answer", |record| record.node.as_str() == "mrpg" && is_frame(record));
    let records = lab.stop();
    assert!(records.iter().all(|record| record.cause.is_none_or(|cause| cause < record.seq)));
    assert!(records.iter().zip(1..).all(|(record, seq)| record.seq == seq));
}

#[test]
fn a_port_in_use_is_named() {
    let lab = Lab::start(vec![answerer()]);
    let taken = lab.address(Port::App);
    let mut config = config();
    config.listen.insert(Port::App, taken);
    let error = lab.runtime.block_on(Net::bind(config, vec![answerer().node()])).unwrap_err();
    assert!(matches!(error, NetError::PortInUse { port: Port::App, address } if address == taken));
    lab.stop();
}

#[test]
fn values_are_kept_for_the_next_run() {
    let folder = std::env::temp_dir().join(format!("cce-net-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut config = config();
    config.data = Some(folder.clone());
    let keeper = || Toy::new("ccp").on_start(|cx| cx.store("key", "value"));
    let lab = Lab::start_with(config.clone(), vec![keeper()]);
    lab.wait("the store", |record| matches!(record.what, What::Out(Output::Store { .. })));
    lab.stop();
    let lab = Lab::start_with(config, vec![keeper()]);
    let start = lab.wait("the start", |record| matches!(record.what, What::In(Input::Start { .. })));
    assert!(matches!(start.what, What::In(Input::Start { stored, .. }) if stored["key"] == "value"));
    lab.stop();
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_reply_leaves_only_once_what_was_stored_before_it_is_on_disk() {
    const REQUESTS: i64 = 40;
    let folder = std::env::temp_dir().join(format!("cce-net-gate-{}", std::process::id()));
    let copies = folder.join("copies");
    std::fs::create_dir_all(&copies).unwrap();
    let mut config = config();
    config.data = Some(folder.clone());
    let mut stored = 0;
    let keeper = Toy::new("ccp").on_request(move |call, _, cx| {
        stored += 1;
        cx.store(format!("key {stored}"), "value");
        cx.reply(call, Response::new(200));
    });
    let lab = Lab::start_with(config, vec![keeper]);
    for number in 1..=REQUESTS {
        let request = b"GET / HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n";
        assert!(send_raw(lab.address(Port::App), request).starts_with("HTTP/1.1 200"));
        // As `kill -9` leaves them at this moment: what the log has is in the database once it is opened.
        for name in ["ccp.db", "ccp.db-wal"] {
            std::fs::copy(folder.join(name), copies.join(name)).unwrap();
        }
        let copy = rusqlite::Connection::open(copies.join("ccp.db")).unwrap();
        let count: i64 = copy.query_row("SELECT count(*) FROM stored", [], |row| row.get(0)).unwrap();
        assert_eq!(count, number);
        drop(copy);
    }
    lab.stop();
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_run_over_sockets_replays_without_a_difference() {
    let lab = Lab::start(vec![pinger(), answerer()]);
    lab.wait("the answer", |record| record.node.as_str() == "mrpg" && is_frame(record));
    let records = lab.stop();
    let build =
        |node: &NodeName| Some(if node.as_str() == "ccp" { answerer() } else { pinger() }.node().component);
    let found = replay(&header(), records, build);
    assert!(found.difference.is_none(), "{:?}", found.difference);
    assert!(found.outputs >= 3 && found.unknown.is_empty() && found.dropped == 0);
}

#[test]
fn a_timer_is_due_at_its_time_and_caused_by_its_arming() {
    let toy = Toy::new("ccp").on_start(|cx| {
        cx.arm(TimerKey::new("late", 0), Duration::from_millis(20));
        cx.arm(TimerKey::new("early", 0), Duration::from_millis(5));
        cx.arm(TimerKey::new("never", 0), Duration::from_millis(1));
        cx.cancel(TimerKey::new("never", 0));
    });
    let lab = Lab::start(vec![toy]);
    let is_late = |key: &TimerKey| key.name == "late";
    lab.wait("the timer", |record| matches!(&record.what, What::In(Input::Timer(key)) if is_late(key)));
    let records = lab.stop();
    let timers: Vec<_> = records
        .iter()
        .filter_map(
            |record| if let What::In(Input::Timer(key)) = &record.what { Some((key, record)) } else { None },
        )
        .collect();
    assert_eq!(timers.iter().map(|(key, _)| key.name.as_ref()).collect::<Vec<_>>(), ["early", "late"]);
    for (key, timer) in timers {
        let cause = records.iter().find(|record| Some(record.seq) == timer.cause).unwrap();
        let What::Out(Output::Arm { key: armed, at }) = &cause.what else { panic!("{cause:?}") };
        assert!(armed == key && *at <= timer.at);
    }
}

fn header() -> Header {
    Header {
        format: FORMAT,
        build: "ccelab 0".into(),
        seed: 1,
        start: Wall(0),
        nodes: Vec::new(),
        hosts: BTreeMap::new(),
        logs: LogSettings::default(),
        tables: cce_journal::Tables::default(),
        config: serde_json::Value::Null,
        merged: None,
    }
}

/// Dials CCP and sends it a heartbeat.
fn pinger() -> Toy {
    Toy::new("mrpg")
        .on_start(|cx| {
            cx.dial(Port::Mr, Address::Lab);
        })
        .on_link(|link, cx| cx.send(link, vec![0_u8, 0, 0, 0, 0, 0, 0, 5]))
}

/// Answers frames and calls.
fn answerer() -> Toy {
    Toy::new("ccp").on_frame(|link, cx| cx.send(link, vec![0_u8, 0, 0, 0, 0, 0, 0, 6])).on_request(
        |call, request, cx| {
            let status = request.body_flaw.map_or(201, BodyFlaw::status);
            cx.reply(call, Response { status, headers: Vec::new(), body: "made".into() });
        },
    )
}
