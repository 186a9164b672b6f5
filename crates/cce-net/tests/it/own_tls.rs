//! The lab's own connections over TLS: what is within is as on any other.

use crate::{
    answerer,
    lab::{Lab, Toy, is_frame},
    tls::{AUTHORITY, secure},
};
use cce_journal::{Record, What};
use cce_kernel::{Address, CallError, Caller, Input, LinkReason, Output, Port, Request, Security};
use cce_net::{NetConfig, TlsDials};
use cce_tls::{Authority, client_trusting};

fn trusting(authority: &Authority) -> NetConfig {
    let authority = client_trusting([authority.der().to_vec().into()]).unwrap();
    NetConfig { dials: TlsDials { authority: Some(authority), anybody: None }, ..secure() }
}

fn dialler() -> Toy {
    Toy::new("mrpg")
        .on_start(|cx| {
            cx.dial(Port::Mr, Address::LabOverTls);
        })
        .on_link(|link, cx| cx.send(link, vec![0_u8, 0, 0, 0, 0, 0, 0, 5]))
}

fn is_up(node: &str) -> impl Fn(&Record) -> bool {
    move |record| record.node.as_str() == node && matches!(record.what, What::In(Input::LinkUp { .. }))
}

#[test]
fn a_link_over_tls_has_its_frames_and_its_causes_and_both_ends_know_each_other() {
    let lab = Lab::start_with(trusting(&AUTHORITY.0), vec![dialler(), answerer()]);
    for (node, peer) in [("mrpg", "ccp"), ("ccp", "mrpg")] {
        let up = lab.wait("a link", is_up(node));
        let What::In(Input::LinkUp { peer: found, .. }) = up.what else { unreachable!() };
        assert_eq!(found.node.map(String::from).as_deref(), Some(peer));
        assert_eq!(found.security, Security::Tls, "{node}");
    }
    let frame = lab.wait("the answer", |record| record.node.as_str() == "mrpg" && is_frame(record));
    let send = lab.wait("its cause", |record| Some(record.seq) == frame.cause);
    assert!(send.node.as_str() == "ccp" && matches!(send.what, What::Out(Output::Send { .. })), "{send:?}");
    lab.stop();
}

#[test]
fn a_request_over_tls_is_one_of_the_labs_own_and_so_is_the_next() {
    let caller = Toy::new("finesse").on_command(|cx| {
        let request = Request::new("PUT", "/x");
        cx.call(Port::CcpRest, Request { security: Security::Tls, ..request });
    });
    let lab = Lab::start_with(trusting(&AUTHORITY.0), vec![caller, answerer()]);
    let mut latest = 0;
    for _ in 0..2 {
        lab.cue("finesse");
        let is_new = |record: &Record| record.seq > latest;
        let is_call = |record: &Record| matches!(record.what, What::In(Input::Call { .. }));
        let call = lab.wait("the call", |record| is_new(record) && is_call(record));
        let What::In(Input::Call { request, .. }) = &call.what else { unreachable!() };
        assert_eq!((request.security, request.caller), (Security::Tls, Caller::Lab));
        assert!(call.cause.is_some());
        let is_reply = |record: &Record| matches!(record.what, What::In(Input::Reply { .. }));
        let reply = lab.wait("the reply", |record| is_new(record) && is_reply(record));
        let What::In(Input::Reply { result: Ok(response), .. }) = &reply.what else { panic!("{reply:?}") };
        assert!(response.status == 201 && reply.cause.is_some());
        latest = reply.seq;
    }
    lab.stop();
}

#[test]
fn nothing_comes_about_with_whom_the_lab_does_not_trust() {
    let other = Authority::create(AUTHORITY.1).unwrap();
    let caller = Toy::new("finesse").on_start(|cx| {
        let request = Request::new("PUT", "/x");
        cx.call(Port::CcpRest, Request { security: Security::Tls, ..request });
    });
    let lab = Lab::start_with(trusting(&other), vec![dialler(), caller, answerer()]);
    let down = lab.wait("no link", |record| matches!(record.what, What::In(Input::LinkDown { .. })));
    assert!(
        matches!(down.what, What::In(Input::LinkDown { reason: LinkReason::Unreachable, .. })),
        "{down:?}"
    );
    let records = lab.stop();
    let is_failure = |record: &Record| {
        matches!(record.what, What::In(Input::Reply { result: Err(CallError::Unreachable), .. }))
    };
    let is_reply = |record: &Record| matches!(record.what, What::In(Input::Reply { .. }));
    assert!(records.iter().filter(|record| is_reply(record)).all(is_failure));
}
