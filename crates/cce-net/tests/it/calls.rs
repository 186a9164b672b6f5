//! HTTP exchanges at their edges.

use crate::{
    answerer,
    lab::{Lab, Toy, config, send_raw},
};
use cce_journal::{Record, What};
use cce_kernel::{CallError, Input, Port, Request, Response};
use cce_net::NetConfig;
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpListener,
};

#[test]
fn a_request_of_http_1_1_without_its_one_host_is_refused() {
    let lab = Lab::start(vec![answerer()]);
    let status = |head: &str| {
        let request = format!("GET / {head}Connection: close\r\n\r\n");
        send_raw(lab.address(Port::App), request.as_bytes()).split(' ').nth(1).unwrap().to_owned()
    };
    for head in [
        "HTTP/1.1\r\n",
        "HTTP/1.1\r\nHost: a\r\nHost: a\r\n",
        "HTTP/1.1\r\nHost: a b\r\n",
        "HTTP/1.0\r\nHost: a\r\nHost: b\r\n",
    ] {
        assert_eq!(status(head), "400", "{head}");
    }
    for head in ["HTTP/1.1\r\nHost: a:1\r\n", "HTTP/1.1\r\nHost:\r\n", "HTTP/1.0\r\n"] {
        assert_eq!(status(head), "201", "{head}");
    }
}

#[test]
fn a_body_in_chunks_is_cut_off_at_the_limit() {
    let lab = Lab::start(vec![answerer()]);
    let mut request =
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".to_vec();
    let chunk = vec![b'a'; 0x8000];
    for _ in 0..65 {
        request.extend_from_slice(b"8000\r\n");
        request.extend_from_slice(&chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    assert!(send_raw(lab.address(Port::App), &request).starts_with("HTTP/1.1 413"));
    lab.stop();
}

#[test]
fn a_body_with_broken_framing_is_told_from_one_that_is_too_large() {
    let lab = Lab::start(vec![answerer()]);
    let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    let answer = send_raw(lab.address(Port::App), format!("{head}3\r\nabc\r\nzz\r\n").as_bytes());
    assert!(answer.starts_with("HTTP/1.1 400") && answer.ends_with("made"), "{answer}");
    lab.stop();
}

#[test]
fn a_call_of_a_component_that_ended_is_refused() {
    let doomed = Toy::new("ccp").on_call(|_, _| panic!("on purpose"));
    let lab = Lab::start(vec![doomed]);
    for _ in 0..2 {
        let answer =
            send_raw(lab.address(Port::App), b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    }
    lab.stop();
}

#[test]
fn a_server_that_hangs_up_breaks_the_call() {
    assert_eq!(answered_by(""), Err(CallError::Broken));
    assert_eq!(answered_by("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"), Err(CallError::Broken));
}

#[test]
fn a_response_over_the_limit_is_told_from_a_broken_one() {
    let body = "a".repeat((2 << 20) + 1);
    let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    assert_eq!(answered_by(&response), Err(CallError::TooLarge));
}

/// A contact may have a megabyte of texts (ccp-task-api 10).
#[test]
fn a_megabyte_of_texts_with_markup_around_it_arrives() {
    let measure = Toy::new("ccp").on_request(|call, request, cx| {
        cx.reply(call, Response { body: request.body.0.len().to_string().into(), ..Response::new(200) });
    });
    let lab = Lab::start(vec![measure]);
    let body = format!("<Task><name>{}</name></Task>", "a".repeat(1 << 20));
    let head =
        format!("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    let answer = send_raw(lab.address(Port::App), [head, body.clone()].concat().as_bytes());
    assert!(answer.ends_with(&format!("\r\n\r\n{}", body.len())), "{answer}");
    lab.stop();
}

#[test]
fn calls_on_one_connection_are_numbered_apart_and_each_gets_its_own_reply() {
    let echo = Toy::new("ccp").on_call(|call, cx| {
        cx.reply(call, Response { status: 200, headers: Vec::new(), body: call.0.to_string().into() });
    });
    let lab = Lab::start(vec![echo]);
    let answer = send_raw(
        lab.address(Port::App),
        b"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    let bodies: Vec<&str> = answer.split("\r\n\r\n").skip(1).map(|rest| &rest[..1]).collect();
    assert_eq!(bodies, ["1", "2"], "{answer}");
    lab.stop();
}

/// What a component hears when an outside server answers its call with these bytes and hangs up.
fn answered_by(bytes: &str) -> Result<Response, CallError> {
    let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let connect = BTreeMap::from([(Port::App, server.local_addr().unwrap().to_string())]);
    let bytes = bytes.to_owned();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        let _ = stream.read(&mut [0; 4_096]).unwrap();
        // A client that has read enough may hang up first.
        let _ = stream.write_all(bytes.as_bytes());
    });
    let caller = Toy::new("finesse").on_start(|cx| {
        cx.call(Port::CcpRest, Request::new("GET", "/"));
    });
    let lab = Lab::start_with(NetConfig { connect, ..config() }, vec![caller]);
    let is_reply = |record: &Record| matches!(record.what, What::In(Input::Reply { .. }));
    let reply = lab.wait("the reply", is_reply);
    lab.stop();
    serving.join().unwrap();
    let What::In(Input::Reply { result, .. }) = reply.what else { unreachable!() };
    result
}

#[test]
fn an_answer_tells_its_length() {
    let lab = Lab::start(vec![answerer()]);
    let answer = send_raw(lab.address(Port::App), b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains(&format!("content-length: {}", body.len())), "{answer}");
    assert!(!head.to_lowercase().contains("transfer-encoding"), "{answer}");
    lab.stop();
}
