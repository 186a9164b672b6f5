//! Links: how they open, how they end, and how they come back.

use crate::{
    answerer,
    lab::{DEADLINE, Lab, Toy, config, is_frame},
    pinger,
};
use cce_journal::What;
use cce_kernel::{Address, CloseReason, Input, LinkReason, Output, Port, TimerKey};
use cce_net::NetConfig;
use std::{
    collections::BTreeMap,
    io::Write,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

#[test]
fn nothing_is_heard_of_a_dial_that_was_given_up() {
    for with_listener in [true, false] {
        let fickle = Toy::new("mrpg")
            .on_start(|cx| {
                let given_up = cx.dial(Port::Mr, Address::Lab);
                cx.close(given_up, CloseReason::Stopping);
                cx.arm(TimerKey::new("later", 0), Duration::from_millis(100));
            })
            .on_timer(|cx| {
                cx.dial(Port::Mr, Address::Lab);
            });
        let toys = [fickle].into_iter().chain(with_listener.then(answerer)).collect();
        let lab = Lab::start(toys);
        let of_mrpg = |record: &cce_journal::Record| {
            record.node.as_str() == "mrpg"
                && matches!(record.what, What::In(Input::LinkUp { .. } | Input::LinkDown { .. }))
        };
        let first = lab.wait("the second dial's outcome", of_mrpg);
        let What::In(Input::LinkUp { link, .. } | Input::LinkDown { link, .. }) = first.what else {
            unreachable!()
        };
        assert_eq!(link.number, 2, "of the first nothing is heard");
        lab.stop();
    }
}

#[test]
fn a_peer_that_never_reads_is_hung_up_on() {
    let flood = Toy::new("ccp").on_link(|link, cx| {
        for _ in 0..5_000 {
            cx.send(link, vec![0_u8; 4_096]);
        }
    });
    let lab = Lab::start(vec![flood]);
    let mut client = TcpStream::connect(lab.address(Port::Mr)).unwrap();
    lab.wait("the overflow", |record| {
        matches!(record.what, What::In(Input::LinkDown { reason: LinkReason::Overflow, .. }))
    });
    // As long as the other end keeps its socket it takes these bytes in; once it is gone, writing fails.
    client.set_write_timeout(Some(DEADLINE)).unwrap();
    let (gone, is_gone) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        while client.write_all(&[0; 8]).is_ok() {
            std::thread::yield_now();
        }
        let _ = gone.send(());
    });
    is_gone.recv_timeout(DEADLINE).unwrap();
    lab.stop();
}

#[test]
fn a_link_comes_back_when_the_other_process_does() {
    let listener = || Lab::start(vec![answerer()]);
    let first = listener();
    let address = first.address(Port::Mr);
    let connect = BTreeMap::from([(Port::Mr, address.to_string())]);
    let stubborn = pinger()
        .on_down(|_, cx| cx.arm(TimerKey::new("redial", 0), Duration::from_millis(20)))
        .on_timer(|cx| {
            cx.dial(Port::Mr, Address::Lab);
        });
    let dialler = Lab::start_with(NetConfig { connect, ..config() }, vec![stubborn]);
    let first_answer = dialler.wait("an answer", is_frame);
    first.stop();
    dialler.wait("the loss", |record| {
        matches!(
            record.what,
            What::In(Input::LinkDown { reason: LinkReason::Closed | LinkReason::Reset, .. })
        )
    });
    let mut again = config();
    again.listen.insert(Port::Mr, address);
    let second = Lab::start_with(again, vec![answerer()]);
    dialler.wait("an answer on another link", |record| is_frame(record) && record.seq > first_answer.seq);
    dialler.stop();
    second.stop();
}

#[test]
fn every_address_of_a_name_is_tried() {
    let lab = Lab::start(vec![answerer()]);
    let port = lab.address(Port::Mr).port();
    let connect = BTreeMap::from([(Port::Mr, format!("localhost:{port}"))]);
    let dialler = Lab::start_with(NetConfig { connect, ..config() }, vec![pinger()]);
    dialler.wait("the answer", is_frame);
    dialler.stop();
    lab.stop();
}

#[test]
fn who_connects_is_known_on_other_addresses_too() {
    for address in [Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED] {
        let Some(lab) = lab_at(address.into(), vec![pinger(), answerer()]) else { return };
        let frame = lab.wait("a frame", is_frame);
        let up = lab.wait("the accepted link", |record| {
            record.node.as_str() == "ccp" && matches!(record.what, What::In(Input::LinkUp { .. }))
        });
        assert!(frame.cause.is_some() && up.cause.is_some(), "{address}");
        assert!(matches!(up.what, What::In(Input::LinkUp { peer, .. }) if peer.node.is_some()), "{address}");
        lab.stop();
    }
}

#[test]
fn a_client_has_one_address_at_whichever_listener() {
    let Some(lab) = lab_at(Ipv6Addr::UNSPECIFIED.into(), vec![answerer()]) else { return };
    let there = SocketAddr::from((Ipv4Addr::LOCALHOST, lab.address(Port::Mr).port()));
    let client = TcpStream::connect(there).unwrap();
    let up = lab.wait("the link", |record| matches!(record.what, What::In(Input::LinkUp { .. })));
    let What::In(Input::LinkUp { peer, .. }) = up.what else { unreachable!() };
    assert_eq!((peer.address, peer.here), (client.local_addr().unwrap().to_string(), there.to_string()));
    let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, lab.address(Port::App).port())).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let call = lab.wait("the call", |record| matches!(record.what, What::In(Input::Call { .. })));
    let What::In(Input::Call { request, .. }) = call.what else { unreachable!() };
    assert_eq!(request.peer, client.local_addr().unwrap().to_string());
    lab.stop();
}

/// A lab that listens on that address; none where this machine has no such one.
#[expect(clippy::print_stderr, reason = "a person must see that something was not tested")]
fn lab_at(address: IpAddr, toys: Vec<Toy>) -> Option<Lab> {
    let free = SocketAddr::from((address, 0));
    if TcpListener::bind(free).is_err() {
        eprintln!("skipped: this machine cannot listen on {address}");
        return None;
    }
    let mut config = config();
    config.listen.values_mut().for_each(|address| *address = free);
    Some(Lab::start_with(config, toys))
}

#[test]
fn a_listener_sees_the_port_whose_socket_it_is() {
    let gateway = Toy::new("agentpg").on_start(|cx| {
        cx.dial(Port::IcmAgent, Address::Lab);
    });
    let lab = Lab::start(vec![gateway, Toy::new("router")]);
    for (node, port) in [("router", Port::IcmMr), ("agentpg", Port::IcmAgent)] {
        lab.wait("its link", |record| {
            record.node.as_str() == node
                && matches!(record.what, What::In(Input::LinkUp { link, .. }) if link.port == port)
        });
    }
    lab.stop();
}

#[test]
fn a_piece_of_a_stream_knows_the_output_that_led_to_it() {
    let server = Toy::new("finesse").on_link(|link, cx| cx.send(link, "<stream/>"));
    let client = Toy::new("agent-1080").on_start(|cx| {
        cx.dial(Port::Xmpp, Address::Lab);
    });
    let lab = Lab::start(vec![server, client]);
    let piece = lab.wait("the stream", is_frame);
    let send = lab.wait("its cause", |record| Some(record.seq) == piece.cause);
    assert!(matches!(send.what, What::Out(Output::Send { bytes, .. }) if bytes.text() == "<stream/>"));
    lab.stop();
}

#[test]
fn what_was_sent_before_a_close_arrives() {
    let brief = Toy::new("mrpg")
        .on_start(|cx| {
            cx.dial(Port::Mr, Address::Lab);
        })
        .on_link(|link, cx| {
            cx.send(link, vec![0_u8, 0, 0, 0, 0, 0, 0, 7]);
            cx.close(link, CloseReason::Done);
        });
    let lab = Lab::start(vec![brief, answerer()]);
    let frame = lab.wait("the last words", is_frame);
    let down = lab.wait("the close", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    assert!(frame.seq < down.seq && down.node.as_str() == "ccp");
    let records = lab.stop();
    let heard = records.iter().filter(|record| matches!(record.what, What::In(Input::LinkDown { .. })));
    assert!(heard.into_iter().all(|record| record.node.as_str() == "ccp"));
}
