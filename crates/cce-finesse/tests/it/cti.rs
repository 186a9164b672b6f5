//! The session with the CTI server.

use crate::lab::{DIALOG, Lab, USER, config, open_conf, pre_call};
use cce_cti::{Cti, CtiStatus, FailureConf, FailureEvent, SessionType};
use cce_kernel::{
    Address, CloseReason, Command, Fact, FrameFlaw, Input, LinkReason, Output, Port, Time, TimerKey,
};
use cce_model::{InvokeId, SkillTarget, fact::FinesseFact};
use cce_wire::{Unsigned, parse_hex};
use std::{collections::BTreeMap, time::Duration};

const HEARTBEAT: TimerKey = TimerKey::new("heartbeat", 0);
const REDIAL: TimerKey = TimerKey::new("redial", 0);

#[test]
fn the_session_is_opened_as_the_reference_shows() {
    let mut lab = Lab::new(config());
    let opened = lab.link_up();
    let vector =
        "00000048 00000003 00000001 00000018 00000078 00001388 02000cb6 00000000 00003fff 00000000 00000000
        00000000 00000000 00010008 46696e65 73736500 00020000 00030008 46696e65 73736500";
    assert_eq!(opened.frames(), [parse_hex(vector).unwrap()]);
}

/// A server that drops a session after less than the heartbeats' interval would drop every one (cti-server-protocol 4.2).
#[test]
fn the_server_is_asked_to_wait_for_four_heartbeats_and_for_120_seconds_at_least() {
    for (heartbeat, idle) in [(5, 120), (30, 120), (31, 124), (150, 600)] {
        let heartbeat = Duration::from_secs(heartbeat);
        let mut lab = Lab::new(cce_finesse::Config { heartbeat, ..config() });
        let [Cti::OpenReq(open)] = &lab.link_up().sent()[..] else { panic!("the open") };
        assert_eq!(open.idle_timeout, idle);
    }
}

#[test]
fn an_active_server_brings_the_node_into_service() {
    let mut lab = Lab::new(config());
    lab.link_up();
    let opened = lab.cti(open_conf(SessionType::ACTIVE));
    assert_eq!(opened.facts(), [&service(true)]);
    assert_eq!(lab.get(USER).status(), 200);
}

#[test]
fn a_standby_server_is_left_for_the_other_side() {
    let mut lab = Lab::new(config());
    lab.link_up();
    let link = lab.link;
    let left = lab.cti(open_conf(SessionType::STANDBY));
    assert_eq!(left.names(), ["CLOSE_REQ"]);
    assert!(left.has_output(&Output::Close { link, reason: CloseReason::Done }));
    assert!(left.facts().is_empty());
    assert_eq!(lab.seconds(1).dialled().unwrap().port, Port::CtiB);
}

#[test]
fn a_refused_connection_is_tried_on_the_other_side_after_a_pause() {
    let mut lab = Lab::new(config());
    let link = lab.link;
    let refused = lab.input(Input::LinkDown { link, reason: LinkReason::Refused });
    assert!(refused.has_output(&Output::Arm { key: REDIAL, at: Time(1_000_000) }));
    assert!(refused.facts().is_empty());
    lab.link = lab.seconds(1).dialled().unwrap();
    assert_eq!(lab.link.port, Port::CtiB);
    let link = lab.link;
    lab.input(Input::LinkDown { link, reason: LinkReason::Refused });
    assert_eq!(lab.seconds(1).dialled().unwrap().port, Port::CtiA);
}

#[test]
fn a_refused_session_is_closed() {
    let mut lab = Lab::new(config());
    lab.link_up();
    let link = lab.link;
    let refused = lab.cti(FailureConf {
        invoke_id: InvokeId(1),
        status: CtiStatus::CTI_SERVER_OFFLINE,
        ..Default::default()
    });
    assert!(refused.has_output(&Output::Close { link, reason: CloseReason::Refused }));
}

#[test]
fn an_open_without_an_answer_is_given_up() {
    let mut lab = Lab::new(config());
    lab.link_up();
    let link = lab.link;
    let given_up = lab.seconds(30);
    assert!(given_up.has_output(&Output::Close { link, reason: CloseReason::Idle }));
}

#[test]
fn the_timers_of_a_session_end_with_it() {
    let opening = Output::Cancel { key: TimerKey::new("opening", 0) };
    let initialising = Output::Cancel { key: TimerKey::new("initialising", 0) };
    let mut lab = Lab::new(config());
    lab.link_up();
    let opened = lab.cti(open_conf(SessionType::ACTIVE));
    assert!(opened.has_output(&opening) && opened.has_output(&initialising), "{opened:?}");
    for lost in [lab.lose_cti(), Lab::in_service().input(Input::Command(Command::Stop))] {
        for cancelled in [&opening, &initialising, &Output::Cancel { key: HEARTBEAT }] {
            assert!(lost.has_output(cancelled), "{cancelled:?}: {lost:?}");
        }
    }
}

#[test]
fn three_lost_heartbeats_end_the_session() {
    let mut lab = Lab::in_service();
    lab.mute_cti();
    let link = lab.link;
    for _ in 0..3 {
        assert_eq!(lab.seconds(5).names(), ["HEARTBEAT_REQ"]);
    }
    let lost = lab.seconds(5);
    assert!(lost.has_output(&Output::Close { link, reason: CloseReason::HeartbeatLost }));
    assert_eq!(lost.facts(), [&service(false)]);
}

#[test]
fn an_answered_heartbeat_clears_the_count() {
    let mut lab = Lab::in_service();
    lab.seconds(50);
    lab.mute_cti();
    assert_eq!(lab.seconds(5).names(), ["HEARTBEAT_REQ"]);
}

#[test]
fn finesse_has_nothing_against_maintenance_of_a_side() {
    let mut lab = Lab::in_service();
    let said = lab.cti(cce_cti::ActiveMaintenanceReqMsg { invoke_id: InvokeId(9), ..Default::default() });
    assert_eq!(said.names(), ["ACTIVE_MAINTENANCE_RESP_MSG"]);
    assert_eq!(said.invoke_id(), InvokeId(9));
}

#[test]
fn a_server_that_goes_off_line_is_left() {
    let mut lab = Lab::in_service();
    let link = lab.link;
    let left = lab.cti(FailureEvent { status: CtiStatus::CTI_SERVER_OFFLINE, ..Default::default() });
    assert!(left.has_output(&Output::Close { link, reason: CloseReason::Done }));
    assert_eq!(left.facts(), [&service(false)]);
}

#[test]
fn a_lost_server_leaves_media_and_dialogs_as_they_are_and_nobody_hears_of_them() {
    let mut lab = Lab::active();
    let link = lab.link;
    let lost = lab.input(Input::LinkDown { link, reason: LinkReason::Reset });
    assert_eq!(lost.facts(), [&service(false)]);
    assert!(!lost.0.iter().any(|output| matches!(output, Output::Call { .. })));
    assert_eq!(lab.get(USER).status(), 503);
}

#[test]
fn a_message_that_cannot_be_read_ends_the_session() {
    let mut lab = Lab::in_service();
    let link = lab.link;
    let bytes = cce_kernel::Blob::from(bytes::Bytes::from_static(&[0, 0, 0, 2, 0, 0, 0, 30, 0, 0]));
    let ended = lab.input(Input::Frame { link, bytes });
    assert!(matches!(ended.facts()[0], Fact::PeerError { .. }));
    assert!(
        ended.0.iter().any(|out| matches!(out, Output::Close { reason: CloseReason::BadMessage(_), .. }))
    );
}

#[test]
fn broken_framing_ends_the_session() {
    let mut lab = Lab::in_service();
    let link = lab.link;
    let ended = lab.input(Input::BadFrame { link, flaw: FrameFlaw::Truncated { have: 3 } });
    assert!(ended.has_output(&Output::Close { link, reason: CloseReason::BadFrame }));
}

#[test]
fn an_unknown_agent_is_the_servers_error() {
    let mut lab = Lab::in_service();
    let wrong =
        lab.cti(cce_cti::AgentPreCallEvent { agent_skill_target_id: Unsigned(SkillTarget(1)), ..pre_call() });
    assert!(matches!(wrong.facts()[..], [Fact::PeerError { .. }]));
}

#[test]
fn a_stopping_node_says_goodbye() {
    let mut lab = Lab::in_service();
    let link = lab.link;
    let stopped = lab.input(Input::Command(Command::Stop));
    assert!(matches!(stopped.sent()[..], [Cti::CloseReq(_)]));
    assert!(stopped.has_output(&Output::Close { link, reason: CloseReason::Stopping }));
    assert!(stopped.has_output(&Output::Cancel { key: REDIAL }));
}

#[test]
fn a_node_that_starts_anew_knows_nobody() {
    let mut lab = Lab::active();
    lab.input(Input::Command(Command::Stop));
    let started = lab.input(Input::Start { stored: BTreeMap::new(), entropy: cce_kernel::Entropy::Seed });
    lab.link = started.dialled().unwrap();
    lab.link_up();
    lab.cti(open_conf(SessionType::ACTIVE));
    assert!(lab.get(USER).body().contains("<state>LOGOUT</state>"));
    assert_eq!(lab.get(DIALOG).status(), 404);
}

#[test]
fn an_unknown_setting_is_refused() {
    let set = Command::Set { setting: "volume".to_owned(), value: "11".to_owned() };
    let refused = Lab::in_service().input(Input::Command(set));
    assert!(matches!(refused.facts()[..], [Fact::CommandRefused { .. }]));
}

#[test]
fn a_started_node_dials_side_a_of_the_lab() {
    let lab = Lab::new(config());
    assert_eq!(lab.link.port, Port::CtiA);
    let mut lab = Lab::new(config());
    lab.pass(Duration::from_secs(1));
    let link = lab.link;
    lab.input(Input::LinkDown { link, reason: LinkReason::Closed });
    let again = lab.seconds(1);
    assert!(matches!(again.0[..], [Output::Dial { address: Address::Lab, .. }]));
}

fn service(in_service: bool) -> Fact {
    FinesseFact::Service { in_service }.into()
}
