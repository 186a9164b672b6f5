//! Clients that are slow, deaf, or many.

use crate::{
    answerer,
    lab::{DEADLINE, Lab, Toy, client, config, eventually, is_frame, send_raw},
    pinger,
};
use cce_journal::{Order, What};
use cce_kernel::{BodyFlaw, CallError, Command, Input, LinkReason, Port, Request, Response};
use cce_net::{NetConfig, OutsiderLimits};
use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};
use tokio::net::TcpSocket;

const QUICK: Duration = Duration::from_millis(100);

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

fn limited(limits: OutsiderLimits) -> NetConfig {
    NetConfig { limits, ..config() }
}

/// Whether the server hangs up, without a word.
fn is_hung_up_on(client: &mut TcpStream) -> bool {
    match client.read(&mut [0; 64]) {
        Ok(read) => read == 0,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

#[test]
fn whoever_is_slow_with_the_head_of_a_request_or_quiet_is_hung_up_on() {
    let lab = Lab::start_with(
        limited(OutsiderLimits { head: QUICK, ..OutsiderLimits::default() }),
        vec![answerer()],
    );
    for bytes in [&b""[..], b"G", b"GET / HTTP/1.1\r\nHost: x\r\n"] {
        let mut slow = client(lab.address(Port::App));
        slow.write_all(bytes).unwrap();
        assert!(is_hung_up_on(&mut slow), "{}", String::from_utf8_lossy(bytes));
    }
    let mut quiet_later = client(lab.address(Port::App));
    quiet_later.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = String::new();
    quiet_later.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201") && answer.ends_with("made"), "{answer}");
    assert!(send_raw(lab.address(Port::App), GET).starts_with("HTTP/1.1 201"));
    lab.stop();
}

#[test]
fn of_a_body_that_does_not_arrive_in_time_the_component_is_told() {
    let lab = Lab::start_with(
        limited(OutsiderLimits { body: QUICK, ..OutsiderLimits::default() }),
        vec![answerer()],
    );
    for framing in ["Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"] {
        let mut slow = client(lab.address(Port::App));
        write!(slow, "POST / HTTP/1.1\r\nHost: x\r\n{framing}").unwrap();
        let mut answer = String::new();
        // The rest of the body is not waited for: the connection ends behind the answer.
        let _ = slow.read_to_string(&mut answer);
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    let records = lab.stop();
    let late = records.iter().filter(|record| {
        matches!(&record.what, What::In(Input::Call { request, .. }) if request.body_flaw == Some(BodyFlaw::Late))
    });
    assert_eq!(late.count(), 2);
}

#[test]
fn whoever_does_not_read_its_response_is_hung_up_on() {
    let generous = Toy::new("ccp").on_call(|call, cx| {
        cx.reply(call, Response { status: 200, headers: Vec::new(), body: vec![b'a'; 32 << 20].into() });
    });
    let lab = Lab::start_with(
        limited(OutsiderLimits { write: QUICK, ..OutsiderLimits::default() }),
        vec![generous],
    );
    let mut deaf = client(lab.address(Port::App));
    deaf.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    eventually("the end of the connection", || match deaf.write(b"G") {
        Ok(_) => false,
        Err(error) => matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe),
    });
    lab.stop();
}

#[test]
fn one_address_may_have_so_many_connections_and_leaves_some_to_others() {
    let limits = OutsiderLimits { connections: 3, connections_per_address: 2, ..OutsiderLimits::default() };
    let lab = Lab::start_with(limited(limits), vec![answerer()]);
    let mr = lab.address(Port::Mr);
    let mut mine: Vec<_> = (0..2).map(|_| client(mr)).collect();
    mine.iter_mut().for_each(assert_is_served);
    let is_refused = |third: io::Result<TcpStream>| third.map_or(true, |mut third| is_hung_up_on(&mut third));
    assert!(is_refused(TcpStream::connect(mr)), "a third of one address");
    let mut other = from_another_address(&lab, mr).unwrap();
    assert_is_served(&mut other);
    assert!(is_refused(from_another_address(&lab, mr)), "a fourth of all");
    // Other listeners have limits of their own.
    assert!(send_raw(lab.address(Port::App), GET).starts_with("HTTP/1.1 201"));
    drop(mine);
    eventually("room for one more", || {
        let Ok(mut again) = TcpStream::connect(mr) else { return false };
        again.set_read_timeout(Some(DEADLINE)).unwrap();
        again.write_all(&HEARTBEAT).is_ok() && matches!(again.read(&mut [0; 8]), Ok(8))
    });
    lab.stop();
}

#[test]
fn a_flood_of_clients_leaves_the_labs_own_links_and_calls_alone() {
    let limits = OutsiderLimits { connections: 4, connections_per_address: 4, ..OutsiderLimits::default() };
    let caller = pinger().on_command(|cx| {
        cx.call(Port::CcpRest, Request::new("GET", "/own"));
    });
    let lab = Lab::start_with(limited(limits), vec![answerer(), caller]);
    // One that is reset at once may fail here.
    let flood: Vec<_> = (0..50).filter_map(|_| TcpStream::connect(lab.address(Port::App)).ok()).collect();
    let links: Vec<_> = (0..50).filter_map(|_| TcpStream::connect(lab.address(Port::Mr)).ok()).collect();
    lab.cue("mrpg");
    let reply = lab.wait("the reply", |record| matches!(record.what, What::In(Input::Reply { .. })));
    assert!(matches!(reply.what, What::In(Input::Reply { result: Ok(_), .. })), "{reply:?}");
    lab.wait("the answer", |record| record.node.as_str() == "mrpg" && is_frame(record));
    drop((flood, links));
    lab.stop();
}

#[test]
fn a_link_whose_peer_does_not_read_is_bounded_by_bytes_too() {
    // Far fewer messages than may wait, but large ones.
    let flood = Toy::new("ccp").on_link(|link, cx| {
        for _ in 0..64 {
            cx.send(link, vec![0_u8; 1 << 20]);
        }
    });
    let lab = Lab::start(vec![flood]);
    let deaf = client(lab.address(Port::Mr));
    let down = lab.wait("the overflow", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    assert!(matches!(down.what, What::In(Input::LinkDown { reason: LinkReason::Overflow, .. })));
    drop(deaf);
    lab.stop();
}

#[test]
fn bodies_that_wait_are_bounded_and_one_more_is_refused_until_there_is_room() {
    let lab = Lab::start(vec![answerer()]);
    let app = lab.address(Port::App);
    let all_but_one = vec![b'a'; (1 << 20) - 1];
    let begin = || {
        let mut client = client(app);
        write!(client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", 1 << 20).unwrap();
        // One that is refused already takes no more.
        let _ = client.write_all(&all_but_one);
        client
    };
    let mut unfinished: Vec<_> = (0..64).map(|_| begin()).collect();
    let post = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1048576\r\n\r\n";
    let whole = [post.as_bytes(), &all_but_one, b"a"].concat();
    // Of several that come at once more than one may be refused, which leaves room for the next one.
    eventually("a refusal", || {
        unfinished.push(begin());
        status_of(app, &whole) == "503"
    });
    drop(unfinished);
    eventually("room", || status_of(app, &whole) == "201");
    lab.stop();
}

#[test]
fn requests_of_a_components_own_are_bounded() {
    const ALLOWED: usize = 1_024;
    let eager = Toy::new("finesse").on_command(|cx| {
        for _ in 0..=ALLOWED {
            cx.call(Port::CcpRest, Request::new("GET", "/"));
        }
    });
    let lab = Lab::start(vec![eager, Toy::new("ccp")]);
    // Stalled, so that no connection is opened for any of them.
    let lasting = Duration::from_mins(5);
    let cue = Order::Command("finesse".into(), Command::Cue);
    lab.carry_out(vec![Order::Stall { port: Port::CcpRest, lasting }, cue]);
    let reply = lab.wait("the refusal", |record| matches!(record.what, What::In(Input::Reply { .. })));
    assert!(matches!(reply.what, What::In(Input::Reply { result: Err(CallError::Unreachable), .. })));
    let records = lab.stop();
    let replies = records.iter().filter(|record| matches!(record.what, What::In(Input::Reply { .. })));
    assert_eq!(replies.count(), 1);
}

const HEARTBEAT: [u8; 8] = [0, 0, 0, 0, 0, 0, 0, 5];

fn assert_is_served(client: &mut TcpStream) {
    client.write_all(&HEARTBEAT).unwrap();
    client.read_exact(&mut [0; 8]).unwrap();
}

/// A client whose own address is another one of this machine. One that is reset at once may fail here.
fn from_another_address(lab: &Lab, address: SocketAddr) -> io::Result<TcpStream> {
    let stream = lab.runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::new(127, 0, 0, 2), 0).into())?;
        socket.connect(address).await?.into_std()
    })?;
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    Ok(stream)
}

fn status_of(address: SocketAddr, request: &[u8]) -> String {
    let mut client = client(address);
    // Whoever is refused early may be reset before everything is sent.
    let _ = client.write_all(request);
    let mut answer = Vec::new();
    let _ = client.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap_or_default().to_owned()
}
