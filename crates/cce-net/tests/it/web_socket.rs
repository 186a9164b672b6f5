//! From HTTP to WebSocket and on, over real connections.

use crate::lab::{Lab, Toy, client, config, is_frame, send_raw};
use cce_journal::What;
use cce_kernel::{Address, Input, LinkReason, Output, Port, Response};
use cce_net::{NetConfig, OutsiderLimits};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

pub(crate) const ASKED: &str = "GET /ws/ HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
     Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
     Sec-WebSocket-Protocol: chat, xmpp\r\n\r\n";

#[test]
fn a_client_that_asks_rightly_has_a_stream_behind_the_answer() {
    for path in ["/ws/", "/ws"] {
        let lab = greeting();
        let (mut stream, head) = upgraded(&lab, &ASKED.replace("/ws/", path));
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        let head = head.to_ascii_lowercase();
        assert!(head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{head}");
        assert!(head.contains("sec-websocket-protocol: xmpp\r\n"), "{head}");
        let mut greeting = [0; 2];
        stream.read_exact(&mut greeting).unwrap();
        assert_eq!(&greeting, b"up");
        stream.write_all(b"bytes").unwrap();
        let frame = lab.wait("the bytes", is_frame);
        let What::In(Input::Frame { link, bytes }) = frame.what else { unreachable!("it is a frame") };
        assert_eq!((link.port, bytes.text().as_ref()), (Port::XmppWs, "bytes"));
        lab.stop();
    }
}

#[test]
fn what_came_right_behind_the_request_is_not_lost() {
    let lab = greeting();
    let (_stream, _) = upgraded(&lab, &format!("{ASKED}early"));
    let frame = lab.wait("the bytes", is_frame);
    assert!(matches!(frame.what, What::In(Input::Frame { bytes, .. }) if bytes.text() == "early"));
    lab.stop();
}

#[test]
fn who_asks_wrongly_is_told_what_is_wrong() {
    let cases = [
        ("GET /ws", "POST /ws", "405", "allow: get"),
        ("Upgrade: websocket", "Upgrade: h2c", "426", "upgrade: websocket"),
        ("keep-alive, Upgrade", "close", "426", "upgrade: websocket"),
        ("Version: 13", "Version: 8", "426", "sec-websocket-version: 13"),
        ("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=", "400", ""),
        ("chat, xmpp", "chat", "400", ""),
    ];
    let lab = greeting();
    for (right, wrong, status, header) in cases {
        let request = ASKED.replace(right, wrong).replace("keep-alive, ", "close, ");
        let answer = send_raw(lab.address(Port::Bosh), request.as_bytes()).to_ascii_lowercase();
        assert!(answer.starts_with(&format!("http/1.1 {status} ")), "{wrong}: {answer}");
        assert!(answer.contains(header), "{wrong}: {answer}");
        let asks_for_an_upgrade =
            answer.contains("connection: upgrade") && answer.contains("\r\nupgrade: websocket");
        assert_eq!(asks_for_an_upgrade, status == "426", "{wrong}: {answer}");
    }
    lab.stop();
}

#[test]
fn a_component_that_is_gone_has_no_stream() {
    let lab = Lab::start(vec![Toy::new("finesse").on_command(|_| panic!("on purpose"))]);
    lab.cue("finesse");
    lab.wait("its end", |record| matches!(record.what, What::Stopped { .. }));
    for request in [ASKED, "GET /http-bind/ HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n"] {
        let answer = send_raw(lab.address(Port::Bosh), request.replace("keep-alive", "close").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    }
    lab.stop();
}

#[test]
fn other_paths_of_the_listener_are_requests_to_the_component() {
    let lab = Lab::start(vec![Toy::new("finesse").on_call(|call, cx| cx.reply(call, Response::new(204)))]);
    let answer = send_raw(
        lab.address(Port::Bosh),
        b"GET /http-bind/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    lab.stop();
}

#[test]
fn a_component_that_dials_has_the_stream_at_once_and_each_piece_knows_its_output() {
    let dialling = Toy::new("agent-1080")
        .on_start(|cx| {
            cx.dial(Port::XmppWs, Address::Lab);
        })
        .on_link(|link, cx| cx.send(link, "hello"));
    let lab = Lab::start(vec![Toy::new("finesse"), dialling]);
    let frame = lab.wait("the bytes", is_frame);
    let send = lab.wait("its cause", |record| Some(record.seq) == frame.cause);
    assert!(matches!(send.what, What::Out(Output::Send { bytes, .. }) if bytes.text() == "hello"));
    let up = lab.wait("the link", |record| {
        record.node.as_str() == "finesse" && matches!(record.what, What::In(Input::LinkUp { .. }))
    });
    let What::In(Input::LinkUp { link, peer }) = up.what else { unreachable!("it is a link") };
    assert_eq!((link.port, peer.node.unwrap().as_str()), (Port::XmppWs, "agent-1080"));
    lab.stop();
}

#[test]
fn a_client_that_does_not_read_its_stream_is_dropped() {
    let talkative =
        Toy::new("finesse").on_link(|link, cx| (0..20_000).for_each(|_| cx.send(link, vec![0_u8; 4_096])));
    let lab = Lab::start(vec![talkative]);
    let (_deaf, _) = upgraded(&lab, ASKED);
    let down = lab.wait("the end", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    assert!(matches!(
        down.what,
        What::In(Input::LinkDown { link, reason: LinkReason::Overflow }) if link.port == Port::XmppWs
    ));
    lab.stop();
}

#[test]
fn streams_of_one_address_are_bounded_and_leave_the_listener_to_others() {
    let limits = OutsiderLimits { connections: 3, connections_per_address: 2, ..OutsiderLimits::default() };
    let lab = Lab::start_with(NetConfig { limits, ..config() }, vec![Toy::new("finesse")]);
    let heads: Vec<_> = (0..3).map(|_| upgraded(&lab, ASKED)).collect();
    let statuses: Vec<&str> = heads.iter().map(|(_, head)| &head[9..12]).collect();
    assert_eq!(statuses, ["101", "101", "503"]);
    lab.stop();
}

/// A server that greets whoever has a stream.
fn greeting() -> Lab {
    Lab::start(vec![Toy::new("finesse").on_link(|link, cx| cx.send(link, "up"))])
}

/// Sends a request, and reads the head of the answer and nothing more.
pub(crate) fn upgraded(lab: &Lab, request: &str) -> (TcpStream, String) {
    upgraded_at(lab.address(Port::Bosh), request)
}

/// The same at another listener.
pub(crate) fn upgraded_at(address: SocketAddr, request: &str) -> (TcpStream, String) {
    let mut stream = client(address);
    stream.write_all(request.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    (stream, String::from_utf8(head).unwrap())
}
