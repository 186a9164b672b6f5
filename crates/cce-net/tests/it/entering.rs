//! What becomes of messages that enter from outside the lab, before they are recorded.

use crate::{
    answerer,
    lab::{DEADLINE, Lab, Toy, config, is_frame, send_raw},
    pinger,
    script::{
        Script, arrived, arrives, delay, enters, frame, hears, hold, hold_alone, is_gone, is_held,
        stop_and_replay,
    },
};
use cce_journal::{Order, Record, Treatment, What};
use cce_kernel::{CallError, Input, LinkReason, Port, Request, Response};
use cce_net::NetConfig;
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread::JoinHandle,
    time::Duration,
};

#[test]
fn each_treatment_of_the_first_of_three_messages_has_its_order_of_arrival() {
    let cases = [
        ("pass", Treatment::Pass, vec![1, 2, 3]),
        ("overtake", Treatment::Overtake, vec![1, 2, 3]),
        ("delay", delay(30, false), vec![1, 2, 3]),
        ("delay alone", delay(100, true), vec![2, 3, 1]),
        ("drop", Treatment::Drop, vec![2, 3]),
        ("duplicate", Treatment::Duplicate, vec![1, 1, 2, 3]),
        ("replace", Treatment::Replace(frame(9).into()), vec![9, 2, 3]),
        ("split", Treatment::Split(3), vec![1, 2, 3]),
        ("coalesce", Treatment::Coalesce, vec![1, 2, 3]),
    ];
    for (name, treatment, expected) in cases {
        let lab = Lab::directed(Script::default().admit(enters(1), treatment), silent);
        let client = three(&lab);
        lab.wait(name, arrives(expected[expected.len() - 1]));
        drop(client);
        assert_eq!(arrived(&stop_and_replay(lab, silent)), expected, "{name}");
    }
}

#[test]
fn a_held_message_stops_what_follows_it_and_the_end_of_its_connection() {
    let lab = Lab::directed(Script::default().admit(enters(1), hold(7)), silent);
    drop(three(&lab));
    lab.wait("the hold", is_held(7));
    // Another connection is another stream.
    let mut other = TcpStream::connect(lab.address(Port::Mr)).unwrap();
    other.write_all(&frame(4)).unwrap();
    lab.wait("the other's message", arrives(4));
    lab.carry_out(vec![Order::Release(7)]);
    let down = lab.wait("the end", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    let records = stop_and_replay(lab, silent);
    assert_eq!(arrived(&records), [4, 1, 2, 3]);
    assert!(records.iter().filter(|record| is_frame(record)).all(|frame| frame.seq < down.seq));
}

#[test]
fn what_is_held_alone_stops_nothing() {
    let script = Script::default().admit(enters(1), hold_alone(7)).then(arrives(3), vec![Order::Release(7)]);
    let lab = Lab::directed(script, silent);
    let client = three(&lab);
    lab.wait("the held one", arrives(1));
    assert_eq!(arrived(&stop_and_replay(lab, silent)), [2, 3, 1]);
    drop(client);
}

#[test]
fn a_message_that_is_cut_breaks_its_connection_and_never_happened() {
    let lab = Lab::directed(Script::default().admit(enters(1), Treatment::Cut), silent);
    let mut client = three(&lab);
    let down = lab.wait("the break", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    assert!(matches!(down.what, What::In(Input::LinkDown { reason: LinkReason::Reset, .. })));
    client.set_read_timeout(Some(DEADLINE)).unwrap();
    assert!(client.read(&mut [0]).is_err(), "the client's end breaks too");
    assert_eq!(arrived(&stop_and_replay(lab, silent)), [] as [u8; 0]);
}

#[test]
fn bytes_of_a_stream_from_outside_can_be_split() {
    fn toys() -> Vec<Toy> {
        vec![Toy::new("finesse")]
    }
    let is_bytes = |input: &Input| matches!(input, Input::Frame { .. });
    let lab = Lab::directed(Script::default().admit(is_bytes, Treatment::Split(3)), toys);
    let mut client = TcpStream::connect(lab.address(Port::Xmpp)).unwrap();
    client.write_all(b"<stream>").unwrap();
    let text = |record: &Record| {
        if let What::In(Input::Frame { bytes, .. }) = &record.what {
            bytes.text().into_owned()
        } else {
            String::new()
        }
    };
    lab.wait("the end", |record| text(record).ends_with('>'));
    let records = stop_and_replay(lab, toys);
    let pieces: Vec<String> = records.iter().map(text).filter(|text| !text.is_empty()).collect();
    assert_eq!(pieces, ["<st", "rea", "m>"]);
}

#[test]
fn messages_of_the_labs_own_components_are_not_judged_again_where_they_enter() {
    fn toys() -> Vec<Toy> {
        vec![pinger(), answerer()]
    }
    let lab = Lab::directed(Script::default().admit(|_| true, Treatment::Drop), toys);
    lab.wait("the answer", hears("mrpg", |input| matches!(input, Input::Frame { .. })));
    stop_and_replay(lab, toys);
}

#[test]
fn a_held_request_waits_and_another_does_not() {
    let lab = Lab::directed(Script::default().admit(calls("/held"), hold(7)), answering);
    let held = client(lab.address(Port::App), "/held");
    lab.wait("the hold", is_held(7));
    assert!(client(lab.address(Port::App), "/free").join().unwrap().starts_with("HTTP/1.1 201"));
    lab.carry_out(vec![Order::Release(7)]);
    assert!(held.join().unwrap().starts_with("HTTP/1.1 201"));
    assert_eq!(targets(&stop_and_replay(lab, answering)), ["/free", "/held"]);
}

#[test]
fn a_client_that_leaves_takes_its_held_request_along_and_the_director_hears_of_it() {
    let lab = Lab::directed(Script::default().admit(calls("/held"), hold(7)), answering);
    let mut held = TcpStream::connect(lab.address(Port::App)).unwrap();
    held.write_all(b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    lab.wait("the hold", is_held(7));
    drop(held);
    lab.wait("the end of the hold", is_gone(7));
    assert!(client(lab.address(Port::App), "/free").join().unwrap().starts_with("HTTP/1.1 201"));
    let records = stop_and_replay(lab, answering);
    assert_eq!(targets(&records), ["/free"]);
    assert!(!records.iter().any(|record| matches!(record.what, What::In(Input::CallGone { .. }))));
}

#[test]
fn the_director_hears_that_what_is_held_is_gone_with_its_connection() {
    let cut = vec![Order::Cut { port: Port::Mr, lasting: Duration::ZERO }];
    for end in [cut, vec![Order::Stop("ccp".into())]] {
        let lab = Lab::directed(Script::default().admit(enters(1), hold(7)), silent);
        let client = three(&lab);
        lab.wait("the hold", is_held(7));
        lab.carry_out(end);
        lab.wait("the end of the hold", is_gone(7));
        stop_and_replay(lab, silent);
        drop(client);
    }
}

#[test]
fn what_is_held_at_the_end_of_the_run_stays_held() {
    let lab = Lab::directed(Script::default().admit(calls("/held"), hold(7)), answering);
    let held = client(lab.address(Port::App), "/held");
    lab.wait("the hold", is_held(7));
    assert!(!stop_and_replay(lab, answering).iter().any(is_gone(7)));
    held.join().unwrap();
}

#[test]
fn each_treatment_of_a_request_has_its_answer() {
    let cases = [
        ("pass", Treatment::Pass, "HTTP/1.1 201", 1),
        ("delay", delay(20, false), "HTTP/1.1 201", 1),
        ("duplicate", Treatment::Duplicate, "HTTP/1.1 201", 2),
        ("split", Treatment::Split(1), "HTTP/1.1 201", 1),
        ("coalesce", Treatment::Coalesce, "HTTP/1.1 201", 1),
        ("drop", Treatment::Drop, "", 0),
        ("cut", Treatment::Cut, "", 0),
        ("answer", Treatment::Answer(Box::new(Response::new(503))), "HTTP/1.1 503", 0),
    ];
    for (name, treatment, answer, count) in cases {
        let response_deadline = Some(Duration::from_secs(1));
        let config = NetConfig { response_deadline, ..config() };
        let lab = Lab::directed_with(config, Script::default().admit(calls("/"), treatment), answering);
        let found = client(lab.address(Port::App), "/").join().unwrap();
        assert_eq!(found.is_empty(), answer.is_empty(), "{name}: {found}");
        assert!(found.starts_with(answer), "{name}: {found}");
        assert_eq!(targets(&stop_and_replay(lab, answering)).len(), count, "{name}");
    }
}

#[test]
fn a_request_whose_body_is_replaced_says_how_long_it_is() {
    let lab =
        Lab::directed(Script::default().admit(calls("/"), Treatment::Replace("longer".into())), answering);
    let request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\na";
    assert!(send_raw(lab.address(Port::App), request).starts_with("HTTP/1.1 201"));
    let call = lab.wait("the request", |record| matches!(record.what, What::In(Input::Call { .. })));
    let What::In(Input::Call { request, .. }) = call.what else { unreachable!() };
    assert_eq!((request.body.text().as_ref(), request.get("content-length")), ("longer", Some("6")));
    stop_and_replay(lab, answering);
}

#[test]
fn replies_of_a_server_outside_are_judged_where_they_enter() {
    fn toys() -> Vec<Toy> {
        vec![Toy::new("finesse").on_start(|cx| {
            cx.call(Port::CcpRest, Request::new("GET", "/"));
        })]
    }
    let outside = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let connect = BTreeMap::from([(Port::App, outside.local_addr().unwrap().to_string())]);
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = outside.accept().unwrap();
        let _ = stream.read(&mut [0; 4_096]).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
    });
    let is_reply = |input: &Input| matches!(input, Input::Reply { .. });
    let script = Script::default().admit(is_reply, Treatment::Cut);
    let lab = Lab::directed_with(NetConfig { connect, ..config() }, script, toys);
    let reply = lab.wait("the outcome", hears("finesse", is_reply));
    serving.join().unwrap();
    assert!(matches!(reply.what, What::In(Input::Reply { result: Err(CallError::Broken), .. })));
    stop_and_replay(lab, toys);
}

#[test]
fn a_request_that_is_still_held_when_the_run_stops_is_refused() {
    let lab = Lab::directed(Script::default().admit(calls("/held"), hold(7)), answering);
    let held = client(lab.address(Port::App), "/held");
    lab.wait("the hold", is_held(7));
    stop_and_replay(lab, answering);
    assert!(held.join().unwrap().starts_with("HTTP/1.1 503"));
}

fn silent() -> Vec<Toy> {
    vec![Toy::new("ccp")]
}

fn answering() -> Vec<Toy> {
    vec![answerer()]
}

/// An outside client that sends CCP three messages.
fn three(lab: &Lab) -> TcpStream {
    let mut client = TcpStream::connect(lab.address(Port::Mr)).unwrap();
    client.write_all(&[frame(1), frame(2), frame(3)].concat()).unwrap();
    client
}

/// An outside client that makes a request. Gives what it got until the connection ended.
fn client(address: SocketAddr, target: &str) -> JoinHandle<String> {
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    std::thread::spawn(move || send_raw(address, request.as_bytes()))
}

fn calls(target: &'static str) -> impl Fn(&Input) -> bool + Send + 'static {
    move |input| matches!(input, Input::Call { request, .. } if request.target == target)
}

/// The targets of the requests that happened, in order.
fn targets(records: &[Record]) -> Vec<String> {
    let target = |record: &Record| {
        if let What::In(Input::Call { request, .. }) = &record.what {
            Some(request.target.clone())
        } else {
            None
        }
    };
    records.iter().filter_map(target).collect()
}
