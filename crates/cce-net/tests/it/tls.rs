//! Clients that speak over TLS, or try to.

use crate::{
    answerer,
    lab::{Lab, Toy, client, config, eventually, is_frame, now, send_raw},
    script::Script,
    web_socket::{ASKED, upgraded},
};
use cce_journal::{Order, Record, What};
use cce_kernel::{Address, Input, LinkReason, Output, Port, Request, Response, Security};
use cce_net::{NetConfig, OutsiderLimits, PlainClients, SecureListeners, SiteConfig};
use cce_tls::{Authority, Validity};
use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned, SupportedProtocolVersion,
    pki_types::ServerName, version,
};
use std::{
    collections::BTreeMap,
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::{Arc, LazyLock},
    time::{Duration, SystemTime},
};

const QUICK: Duration = Duration::from_millis(100);

const HEARTBEAT: [u8; 8] = [0, 0, 0, 0, 0, 0, 0, 5];

const GET: &[u8] = b"GET /secret HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

const BOTH: [&SupportedProtocolVersion; 2] = [&version::TLS12, &version::TLS13];

#[expect(clippy::disallowed_methods, reason = "a certificate is valid today")]
pub(crate) static AUTHORITY: LazyLock<(Authority, SystemTime)> = LazyLock::new(|| {
    let now = SystemTime::now();
    (Authority::create(now).unwrap(), now)
});

type Secure = StreamOwned<ClientConnection, TcpStream>;

pub(crate) fn secure() -> NetConfig {
    let (authority, now) = &*AUTHORITY;
    let certified = authority.certify(&["127.0.0.1".to_owned()], Validity::Current, *now).unwrap();
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listen: BTreeMap<Port, SocketAddr> =
        [Port::App, Port::Mr, Port::Xmpp, Port::Bosh].map(|port| (port, free)).into();
    NetConfig { secure: Some(SecureListeners { server: certified.server().unwrap(), listen }), ..config() }
}

fn limited(limits: OutsiderLimits) -> NetConfig {
    NetConfig { limits, ..secure() }
}

fn over(stream: TcpStream, versions: &[&'static SupportedProtocolVersion]) -> Secure {
    let mut roots = RootCertStore::empty();
    roots.add(AUTHORITY.0.der().to_vec().into()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let host = ServerName::try_from("127.0.0.1").unwrap();
    StreamOwned::new(ClientConnection::new(Arc::new(config), host).unwrap(), stream)
}

fn connect(lab: &Lab, port: Port) -> Secure {
    over(client(lab.secure_address(port)), &BOTH)
}

/// Sends a heartbeat over TLS, and reads the answer.
fn assert_is_served(lab: &Lab) {
    let mut stream = connect(lab, Port::Mr);
    stream.write_all(&HEARTBEAT).unwrap();
    let mut answer = [0; 8];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer, [0, 0, 0, 0, 0, 0, 0, 6]);
}

/// Whether the server hangs up, whatever it says before.
fn hangs_up(stream: &mut TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    if let Err(error) = stream.read_to_end(&mut said) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
    }
    said
}

fn is_link_up(record: &Record) -> Option<Security> {
    let What::In(Input::LinkUp { peer, .. }) = &record.what else { return None };
    Some(peer.security)
}

fn is_heard(record: &Record, expected: &[u8]) -> bool {
    matches!(&record.what, What::In(Input::Frame { bytes, .. }) if bytes.0[..] == *expected)
}

#[test]
fn a_handshake_with_the_pages_that_goes_no_further_does_not_hold_up_the_end() {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let site = SiteConfig { listen, listen_tls: Some(listen), folder: std::env::temp_dir() };
    let lab = Lab::start_with(NetConfig { site: Some(site), ..secure() }, vec![answerer()]);
    let _silent = client(lab.secure_site());
    // Accepted after the one that is silent.
    let mut other = over(client(lab.secure_site()), &BOTH);
    other.write_all(b"GET /ccp/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    other.read_exact(&mut [0; 8]).unwrap();
    let began = now();
    lab.stop();
    assert!(began.elapsed() < OutsiderLimits::default().stop, "{:?}", began.elapsed());
}

#[test]
fn streams_behind_an_upgrade_share_their_places_whether_over_tls_or_not() {
    let limits = OutsiderLimits { connections: 3, connections_per_address: 2, ..OutsiderLimits::default() };
    let lab = Lab::start_with(limited(limits), vec![Toy::new("finesse")]);
    let (_plain, head) = upgraded(&lab, ASKED);
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let ask = || {
        let mut client = connect(&lab, Port::Bosh);
        client.write_all(ASKED.as_bytes())?;
        let mut status = [0; 12];
        client.read_exact(&mut status)?;
        Ok::<_, std::io::Error>((client, String::from_utf8(status.to_vec()).unwrap()))
    };
    // A connection leaves its place among those of HTTP a moment after its client has read that it is a stream.
    let secured = [(); 2].map(|()| {
        let mut answered = None;
        eventually("a place among the connections", || {
            answered = ask().ok();
            answered.is_some()
        });
        answered.unwrap()
    });
    let statuses = secured.each_ref().map(|(_, status)| status.as_str());
    assert_eq!(statuses, ["HTTP/1.1 101", "HTTP/1.1 503"]);
    lab.stop();
}

#[test]
fn frames_cross_over_both_versions_as_they_are() {
    let lab = Lab::start_with(secure(), vec![answerer()]);
    for (offered, agreed) in
        [(&version::TLS12, ProtocolVersion::TLSv1_2), (&version::TLS13, ProtocolVersion::TLSv1_3)]
    {
        let mut stream = over(client(lab.secure_address(Port::Mr)), &[offered]);
        stream.write_all(&HEARTBEAT).unwrap();
        let mut answer = [0; 8];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!((answer[7], stream.conn.protocol_version()), (6, Some(agreed)));
    }
    let up = lab.wait("a link", |record| is_link_up(record).is_some());
    assert_eq!(is_link_up(&up), Some(Security::Tls));
    lab.wait("the heartbeat", |record| is_heard(record, &HEARTBEAT));
    lab.stop();
}

#[test]
fn of_a_request_over_tls_the_component_is_told_so() {
    let lab = Lab::start_with(secure(), vec![answerer()]);
    let mut stream = connect(&lab, Port::App);
    stream.write_all(GET).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201") && answer.ends_with("made"), "{answer}");
    let call = lab.wait("the call", |record| matches!(record.what, What::In(Input::Call { .. })));
    let What::In(Input::Call { request, port, .. }) = call.what else { unreachable!() };
    assert_eq!((request.security, port, request.target.as_str()), (Security::Tls, Port::App, "/secret"));
    lab.stop();
}

#[test]
fn a_plain_stream_can_be_secured_and_plain_frames_cannot() {
    let lab = Lab::start_with(secure(), vec![answerer(), Toy::new("finesse")]);
    let _frames = client(lab.address(Port::Mr));
    let frames = lab.wait("frames", |record| record.node.as_str() == "ccp" && is_link_up(record).is_some());
    assert_eq!(is_link_up(&frames), Some(Security::Plain));
    let _stream = client(lab.address(Port::Xmpp));
    let stream = lab.wait("a stream", |r| r.node.as_str() == "finesse" && is_link_up(r).is_some());
    assert_eq!(is_link_up(&stream), Some(Security::Offered));
    lab.stop();
}

#[test]
fn what_was_said_last_is_read_before_the_goodbye() {
    let brief = Toy::new("ccp").on_link(|link, cx| {
        cx.send(link, vec![7_u8; 300_000]);
        cx.close(link, cce_kernel::CloseReason::Done);
    });
    let lab = Lab::start_with(secure(), vec![brief]);
    let mut stream = connect(&lab, Port::Mr);
    let mut said = Vec::new();
    // An end without the goodbye of TLS would be an error here.
    stream.read_to_end(&mut said).unwrap();
    assert_eq!(said.len(), 300_000);
    lab.stop();
}

#[test]
fn a_client_that_leaves_without_the_goodbye_of_tls_has_closed() {
    let lab = Lab::start_with(secure(), vec![answerer()]);
    let mut stream = connect(&lab, Port::Mr);
    stream.write_all(&HEARTBEAT).unwrap();
    stream.read_exact(&mut [0; 8]).unwrap();
    drop(stream.sock);
    let down = lab.wait("the end", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    assert!(matches!(down.what, What::In(Input::LinkDown { reason: LinkReason::Closed, .. })), "{down:?}");
    lab.stop();
}

#[test]
fn an_older_version_is_refused_with_its_alert() {
    let lab = Lab::start_with(secure(), vec![answerer()]);
    let mut old = client(lab.secure_address(Port::Mr));
    old.write_all(&hello_of_tls_1_1()).unwrap();
    // A fatal alert: protocol_version (RFC 5246 7.2.2).
    assert_eq!(hangs_up(&mut old), [21, 3, 3, 0, 2, 2, 70]);
    assert_is_served(&lab);
    lab.stop();
}

#[test]
fn whoever_sends_something_else_than_a_handshake_is_hung_up_on_alone() {
    let lab = Lab::start_with(secure(), vec![answerer()]);
    // A record that is longer than any may be, and a message of a handshake that is.
    let (long_record, long_message) = ([22, 3, 1, 255, 255], [22, 3, 1, 0, 4, 1, 255, 255, 255]);
    for bytes in [GET, &HEARTBEAT, &[0xff; 4_096], &long_record, &long_message] {
        let mut bad = client(lab.secure_address(Port::Mr));
        bad.write_all(bytes).unwrap();
        hangs_up(&mut bad);
        assert_is_served(&lab);
    }
    lab.stop();
}

#[test]
fn a_handshake_that_never_ends_is_ended_and_nobody_waits_for_it() {
    let limits = OutsiderLimits { handshake: Duration::from_secs(2), ..OutsiderLimits::default() };
    let lab = Lab::start_with(limited(limits), vec![answerer()]);
    let mut silent = client(lab.secure_address(Port::Mr));
    let mut halting = client(lab.secure_address(Port::Mr));
    halting.write_all(&hello_of_tls_1_1()[..20]).unwrap();
    let leaves = client(lab.secure_address(Port::Mr));
    drop(leaves);
    assert_is_served(&lab);
    for slow in [&mut silent, &mut halting] {
        assert!(hangs_up(slow).is_empty());
    }
    lab.stop();
}

#[test]
fn a_handshake_has_its_place_among_the_connections_of_its_port() {
    let limits = OutsiderLimits { connections: 2, connections_per_address: 2, ..OutsiderLimits::default() };
    let lab = Lab::start_with(limited(limits), vec![answerer()]);
    let silent = client(lab.secure_address(Port::Mr));
    let mut plain = client(lab.address(Port::Mr));
    plain.write_all(&HEARTBEAT).unwrap();
    plain.read_exact(&mut [0; 8]).unwrap();
    for address in [lab.address(Port::Mr), lab.secure_address(Port::Mr)] {
        assert!(TcpStream::connect(address).map_or(true, |mut third| hangs_up(&mut third).is_empty()));
    }
    drop(silent);
    eventually("room for one more", || {
        let mut again = connect(&lab, Port::Mr);
        again.write_all(&HEARTBEAT).is_ok() && again.read_exact(&mut [0; 8]).is_ok()
    });
    lab.stop();
}

#[test]
fn a_stop_does_not_wait_for_a_handshake() {
    let lab = Lab::start_with(secure(), vec![answerer()]);
    let mut silent = client(lab.secure_address(Port::Mr));
    assert_is_served(&lab);
    lab.stop();
    hangs_up(&mut silent);
}

#[test]
fn a_client_that_does_not_read_over_tls_loses_its_link() {
    let flood = Toy::new("ccp").on_link(|link, cx| {
        for _ in 0..64 {
            cx.send(link, vec![0_u8; 1 << 20]);
        }
    });
    let lab = Lab::start_with(secure(), vec![flood]);
    let mut deaf = connect(&lab, Port::Mr);
    deaf.conn.complete_io(&mut deaf.sock).unwrap();
    let down = lab.wait("the overflow", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    assert!(matches!(down.what, What::In(Input::LinkDown { reason: LinkReason::Overflow, .. })));
    lab.stop();
}

#[test]
fn a_client_that_does_not_read_its_response_over_tls_is_hung_up_on() {
    let generous = Toy::new("ccp").on_call(|call, cx| {
        cx.reply(call, Response { status: 200, headers: Vec::new(), body: vec![b'a'; 32 << 20].into() });
    });
    let limits = OutsiderLimits { write: QUICK, ..OutsiderLimits::default() };
    let lab = Lab::start_with(limited(limits), vec![generous]);
    let mut deaf = connect(&lab, Port::App);
    deaf.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    eventually("the end of the connection", || match deaf.sock.write(b"G") {
        Ok(_) => false,
        Err(error) => matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe),
    });
    lab.stop();
}

#[test]
fn a_cut_port_is_cut_for_clients_over_tls_too() {
    let lab = Lab::directed_with(secure(), Script::default(), || vec![answerer()]);
    let mut stream = connect(&lab, Port::Mr);
    stream.write_all(&HEARTBEAT).unwrap();
    stream.read_exact(&mut [0; 8]).unwrap();
    lab.carry_out(vec![Order::Cut { port: Port::Mr, lasting: Duration::from_mins(1) }]);
    assert_eq!(stream.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    let refused = TcpStream::connect(lab.secure_address(Port::Mr)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    lab.stop();
}

#[test]
fn a_client_in_plain_is_sent_to_the_address_over_tls_and_the_labs_own_are_served() {
    let own = Toy::new("agent-1080").on_start(|cx| {
        cx.call(Port::CcpRest, Request::new("GET", "/own"));
    });
    let ccp = Toy::new("ccp").on_call(|call, cx| cx.reply(call, Response::new(204)));
    let plain = BTreeMap::from([(Port::App, PlainClients::Redirected)]);
    let lab = Lab::start_with(NetConfig { plain, ..secure() }, vec![ccp, own]);
    let asked = "PUT /finesse/api/User/1081?x=1 HTTP/1.1\r\nHost: fin1.lab:8082\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let answer = send_raw(lab.address(Port::App), asked.as_bytes()).to_ascii_lowercase();
    let port = lab.secure_address(Port::App).port();
    let place = format!("location: https://fin1.lab:{port}/finesse/api/user/1081?x=1\r\n");
    assert!(answer.starts_with("http/1.1 301 ") && answer.contains(&place), "{answer}");
    lab.wait("the reply", |record| matches!(&record.what, What::In(Input::Reply { result: Ok(reply), .. }) if reply.status == 204));
    let records = lab.stop();
    let calls = records.iter().filter(|record| matches!(record.what, What::In(Input::Call { .. }))).count();
    assert_eq!(calls, 1, "the component hears of its own only: {records:?}");
}

#[test]
fn a_client_in_plain_is_refused_where_nobody_listens_for_it() {
    let own = Toy::new("agent-1080").on_start(|cx| {
        cx.dial(Port::Xmpp, Address::Lab);
    });
    let plain = BTreeMap::from([(Port::Xmpp, PlainClients::Refused)]);
    let lab = Lab::start_with(NetConfig { plain, ..secure() }, vec![securing(), own]);
    lab.wait("the lab's own link", |record| is_link_up(record).is_some());
    let mut outside = client(lab.address(Port::Xmpp));
    assert_eq!(outside.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    let mut stream = connect(&lab, Port::Xmpp);
    stream.write_all(b"hello").unwrap();
    lab.wait("the bytes", |record| is_heard(record, b"hello"));
    lab.stop();
}

/// Secures its link at the first piece of the stream, and then sends back that it has heard something.
fn securing() -> Toy {
    let mut heard = 0;
    Toy::new("finesse").on_frame(move |link, cx| {
        heard += 1;
        if heard == 1 {
            cx.secure(link);
            cx.send(link, "proceed");
        } else {
            cx.send(link, format!("heard {heard}"));
        }
    })
}

/// Asks for TLS, with something behind the request, and waits for the answer.
fn ask(lab: &Lab, request: &[u8]) -> TcpStream {
    let mut stream = client(lab.address(Port::Xmpp));
    stream.write_all(request).unwrap();
    let mut answer = [0; 7];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"proceed");
    stream
}

#[test]
fn a_stream_goes_on_over_tls_where_its_component_secures_it() {
    for version in BOTH {
        let lab = Lab::start_with(secure(), vec![securing()]);
        let mut stream = over(ask(&lab, b"starttls"), &[version]);
        stream.write_all(b"hello").unwrap();
        let mut answer = [0; 7];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"heard 2");
        lab.wait("the bytes", |record| is_heard(record, b"hello"));
        lab.stop();
    }
}

#[test]
fn what_comes_in_plain_behind_the_request_for_tls_is_never_heard() {
    // The request is answered late, so that what is behind it has arrived: in pieces of its own.
    let mut heard = 0;
    let slow = Toy::new("finesse").on_frame(move |link, cx| {
        heard += 1;
        if heard == 1 {
            cx.secure(link);
            cx.arm(cce_kernel::TimerKey::new("proceed", 0), Duration::from_millis(200));
        }
    });
    let lab = Lab::start_with(secure(), vec![slow]);
    let mut stream = client(lab.address(Port::Xmpp));
    stream.write_all(b"starttls").unwrap();
    lab.wait("the request", |record| matches!(record.what, What::Out(Output::Secure { .. })));
    for _ in 0..20 {
        stream.write_all(b"injected").unwrap();
    }
    lab.wait("the timer", |record| matches!(record.what, What::In(Input::Timer(_))));
    let records = lab.stop();
    assert_eq!(records.iter().filter(|record| is_frame(record)).count(), 1, "{records:?}");
}

#[test]
fn a_stream_whose_handshake_fails_is_gone() {
    let lab = Lab::start_with(secure(), vec![securing()]);
    let mut stream = ask(&lab, b"starttls");
    stream.write_all(b"<auth>AGFubgBzZWNyZXQ=</auth>").unwrap();
    let down = lab.wait("the end", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    assert!(matches!(down.what, What::In(Input::LinkDown { reason: LinkReason::Reset, .. })));
    hangs_up(&mut stream);
    let records = lab.stop();
    assert_eq!(records.iter().filter(|record| is_frame(record)).count(), 1, "{records:?}");
}

#[test]
fn a_stream_whose_handshake_never_begins_is_given_up() {
    let limits = OutsiderLimits { handshake: QUICK, ..OutsiderLimits::default() };
    let lab = Lab::start_with(limited(limits), vec![securing()]);
    let mut stream = ask(&lab, b"starttls");
    lab.wait("the end", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    hangs_up(&mut stream);
    lab.stop();
}

/// A `ClientHello` of TLS 1.1, with the suites of its time (RFC 4346 7.4.1.2).
fn hello_of_tls_1_1() -> Vec<u8> {
    let mut body = vec![3, 2];
    body.extend([7; 32]);
    // No session; two suites; no compression; one signature algorithm.
    body.extend([0, 0, 4, 0, 0x2f, 0xc0, 0x13, 1, 0, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3]);
    let length = u8::try_from(body.len()).unwrap();
    let mut hello = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
    hello.extend(body);
    hello
}
