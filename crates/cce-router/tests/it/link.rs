//! Links of peripheral gateways.

use crate::lab::{Lab, new_call, open_req, standing};
use cce_kernel::{CloseReason, Command, Fact, FrameFlaw, Input, Output, TimerKey};
use cce_model::{InvokeId, PeripheralId, SkillTarget};
use cce_mr::{
    Icm,
    icm::{CloseReq, HeartbeatReq, OpenReq},
};
use std::time::Duration;

#[test]
fn a_gateway_opens_its_session() {
    let mut lab = Lab::started([].into());
    let link = lab.connect();
    let said = lab.says(link, open_req(19, PeripheralId(5001)));
    let Icm::OpenConf(conf) = &said.messages()[0].1 else { panic!("no OPEN_CONF") };
    assert_eq!((conf.invoke_id, conf.central_controller_time.0), (InvokeId(1), 1_706_604_949));
}

#[test]
fn an_unknown_kind_or_version_is_refused() {
    let unknown = open_req(18, PeripheralId(5001));
    for open in [unknown, OpenReq { version: 2, ..open_req(19, PeripheralId(5001)) }] {
        let mut lab = Lab::open();
        let link = lab.connect();
        let said = lab.says(link, open);
        assert_eq!(said.names(link), ["FAILURE_CONF"]);
        assert!(said.closes(link) && said.has_peer_error());
    }
}

#[test]
fn a_heartbeat_is_answered() {
    let mut lab = Lab::open();
    let said = lab.says(lab.mr, HeartbeatReq { invoke_id: InvokeId(9), ..HeartbeatReq::default() });
    assert_eq!(said.names(lab.mr), ["HEARTBEAT_CONF"]);
}

#[test]
fn a_gateway_that_was_heard_of_stays() {
    let mut lab = Lab::open();
    lab.mute();
    lab.pass(19);
    lab.says(lab.mr, HeartbeatReq::default());
    let said = lab.pass(1);
    assert!(!said.closes(lab.mr));
    assert_eq!(said.armed("silence"), Some(silence(lab.mr.number)));
}

#[test]
fn a_silent_gateway_is_gone() {
    let mut lab = Lab::open();
    lab.mute();
    lab.call(4);
    let said = lab.pass(20);
    let close = Output::Close { link: lab.mr, reason: CloseReason::HeartbeatLost };
    assert!(said.0.contains(&close));
    assert_eq!(said.facts().len(), 1, "its task is dropped");
}

#[test]
fn a_gateway_is_silent_for_too_long_at_exactly_its_time() {
    let mut lab = Lab::open();
    lab.mute();
    assert!(!lab.pass_time(Duration::from_micros(19_999_999)).closes(lab.mr));
    assert!(lab.pass_time(Duration::from_micros(1)).closes(lab.mr));
}

#[test]
fn nobody_waits_for_a_gateway_that_is_gone() {
    let mut lab = Lab::open();
    let number = u64::from(lab.mr.number);
    assert_eq!(lab.lose(lab.mr).cancelled("silence"), [number]);
}

#[test]
fn a_peer_that_never_opens_a_session_is_dropped_and_that_is_told() {
    let mut lab = Lab::open();
    let mute = lab.connect();
    let said = lab.pass(20);
    assert!(said.closes(mute) && said.has_peer_error());
    lab.mute();
    let said = lab.pass(20);
    assert!(said.closes(lab.mr) && !said.has_peer_error(), "of a gateway that opened one it is not told");
}

#[test]
fn a_gateway_takes_leave() {
    let mut lab = Lab::open();
    let said = lab.says(lab.mr, CloseReq { invoke_id: InvokeId(3), ..CloseReq::default() });
    assert_eq!(said.names(lab.mr), ["CLOSE_CONF"]);
    assert!(said.closes(lab.mr));
}

#[test]
fn a_gateway_that_is_back_takes_the_place_of_its_old_link() {
    let mut lab = Lab::ready();
    let old = lab.agent;
    lab.agent = lab.connect();
    let said = lab.says(lab.agent, open_req(17, PeripheralId(5000)));
    assert!(said.0.contains(&Output::Close { link: old, reason: CloseReason::Superseded }));
    assert_eq!(lab.report(&standing(SkillTarget(5172), 3)).facts().len(), 1, "the agent is new");
}

#[test]
fn what_is_said_before_the_session_is_open_is_not_allowed() {
    let mut lab = Lab::ready();
    let link = lab.connect();
    let said = lab.says(link, new_call(4));
    assert_eq!(said.names(link), ["FAILURE_EVENT"]);
    assert!(said.closes(link) && said.has_peer_error());
}

#[test]
fn a_gateway_keeps_to_its_kind() {
    let mut lab = Lab::ready();
    assert!(lab.says(lab.mr, standing(SkillTarget(5172), 3)).closes(lab.mr));
    assert!(lab.says(lab.agent, new_call(4)).closes(lab.agent));
}

#[test]
fn a_message_that_cannot_be_read_ends_the_link() {
    let mut lab = Lab::open();
    let bytes = vec![0, 0, 0, 1, 0, 0, 0, 20, 7];
    let said = lab.input(Input::Frame { link: lab.mr, bytes: cce_wire::Bytes::from(bytes).into() });
    assert_eq!(said.names(lab.mr), ["FAILURE_EVENT"]);
    assert!(said.closes(lab.mr) && said.has_peer_error());
}

#[test]
fn a_broken_frame_ends_the_link() {
    let mut lab = Lab::open();
    let said = lab.input(Input::BadFrame { link: lab.mr, flaw: FrameFlaw::Truncated { have: 3 } });
    assert!(said.0.contains(&Output::Close { link: lab.mr, reason: CloseReason::BadFrame }));
    assert!(said.has_peer_error());
}

#[test]
fn links_are_bounded() {
    let mut lab = Lab::open();
    for _ in 2..64 {
        lab.connect();
    }
    let link = lab.connect();
    assert!(lab.says(link, open_req(19, PeripheralId(5003))).0.is_empty());
}

#[test]
fn the_router_takes_leave_of_everybody() {
    let mut lab = Lab::open();
    let said = lab.input(Input::Command(Command::Stop));
    assert_eq!((said.names(lab.mr), said.names(lab.agent)), (vec!["CLOSE_REQ"], vec!["CLOSE_REQ"]));
    assert!(said.closes(lab.mr) && said.closes(lab.agent));
}

#[test]
fn an_unknown_setting_is_refused() {
    let mut lab = Lab::open();
    let set = Command::Set { setting: "colour".to_owned(), value: "blue".to_owned() };
    let said = lab.input(Input::Command(set));
    assert!(matches!(said.0[..], [Output::Note(Fact::CommandRefused { .. })]));
}

fn silence(number: u32) -> TimerKey {
    TimerKey::new("silence", number.into())
}
