//! Requests to addresses outside the lab.

use crate::{
    answerer,
    lab::{Lab, Toy},
    tls::{AUTHORITY, secure},
};
use cce_journal::What;
use cce_kernel::{CallError, Input, Port, Request, Response, Security, Trust};
use cce_net::{NetConfig, TlsDials};
use cce_tls::{Authority, client_trusting, client_trusting_anybody};
use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    sync::{Arc, OnceLock},
    thread,
};

/// What the lab's component was answered.
fn outcome(lab: Lab) -> Result<u16, CallError> {
    let is_reply = |what: &What| matches!(what, What::In(Input::Reply { .. }));
    lab.wait("an outcome", |record| is_reply(&record.what));
    let records = lab.stop();
    let reply = records.into_iter().find_map(|record| {
        let What::In(Input::Reply { result, .. }) = record.what else { return None };
        Some(result.map(|response: Response| response.status))
    });
    reply.unwrap()
}

/// An application that says what it is asked, once, and takes it.
fn application() -> (SocketAddr, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
        let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
        stream.write_all(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n").unwrap();
        head
    });
    (address, asked)
}

fn caller(url: String) -> Toy {
    Toy::new("finesse").on_start(move |cx| {
        cx.call(Port::CcpNotify, Request::new("POST", url.as_str()).xml("<a/>"));
    })
}

#[test]
fn the_address_that_a_request_names_is_asked_for_its_path() {
    let (address, asked) = application();
    let lab = Lab::start(vec![caller(format!("http://{address}/contacts?from=lab"))]);
    assert_eq!(outcome(lab), Ok(204));
    let head = asked.join().unwrap();
    assert_eq!(head[0], "POST /contacts?from=lab HTTP/1.1");
    for line in
        [format!("host: {address}"), "content-type: application/xml".into(), "connection: close".into()]
    {
        assert!(head.iter().any(|known| known.eq_ignore_ascii_case(&line)), "{line}: {head:?}");
    }
}

#[test]
fn where_nobody_listens_nobody_is_reached() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(outcome(Lab::start(vec![caller(format!("http://{address}/"))])), Err(CallError::Unreachable));
    assert_eq!(outcome(Lab::start(vec![caller("/no/address".into())])), Err(CallError::Unreachable));
}

#[test]
fn an_address_of_https_is_trusted_by_its_authority_or_whoever_it_is() {
    let trusting = |authority: &Authority| client_trusting([authority.der().to_vec().into()]).unwrap();
    let other = Authority::create(AUTHORITY.1).unwrap();
    let anybody = Some(client_trusting_anybody().unwrap());
    for (authority, trust, host, expected) in [
        (Some(trusting(&AUTHORITY.0)), Trust::Authority, "127.0.0.1", Ok(201)),
        (Some(trusting(&AUTHORITY.0)), Trust::Authority, "localhost", Err(CallError::Unreachable)),
        (Some(trusting(&other)), Trust::Authority, "127.0.0.1", Err(CallError::Unreachable)),
        (None, Trust::Authority, "127.0.0.1", Err(CallError::Unreachable)),
        (None, Trust::Anybody, "localhost", Ok(201)),
    ] {
        let dials = TlsDials { authority, anybody: anybody.clone() };
        assert_eq!(over_tls(dials, trust, host), expected, "{trust:?} {host}");
    }
}

/// What comes of a request to the lab's own listener over TLS.
fn over_tls(dials: TlsDials, trust: Trust, host: &'static str) -> Result<u16, CallError> {
    let at = Arc::new(OnceLock::<SocketAddr>::new());
    let known = Arc::clone(&at);
    let caller = Toy::new("finesse").on_command(move |cx| {
        let url = format!("https://{host}:{}/", known.get().unwrap().port());
        let request = Request::new("POST", url);
        cx.call(Port::CcpNotify, Request { security: Security::Tls, trust, ..request });
    });
    let config = NetConfig { dials, ..secure() };
    let lab = Lab::start_with(config, vec![answerer(), caller]);
    at.set(lab.secure_address(Port::App)).unwrap();
    lab.cue("finesse");
    outcome(lab)
}
