//! Sessions of CTI clients.

use crate::lab::{Lab, MRD, TASK, config, login, open_req};
use cce_agentpg::Config;
use cce_cti::{
    CloseReq, Cti, CtiStatus, HeartbeatReq, OpenReq, SessionType, SystemEventId, config_information, dialect,
    services,
};
use cce_kernel::{Command, Fact, FrameFlaw, Input, Output, Port};
use cce_model::fact::AgentPgFact;
use cce_model::{InvokeId, PeripheralId, SessionId};
use cce_wire::{Bytes, Opaque, Secret, Text, frame};
use std::time::Duration;

#[test]
fn an_opened_session_hears_that_the_peripheral_is_on_line() {
    let mut lab = Lab::started(config());
    let link = lab.connect(Port::CtiA);
    let said = lab.says(link, open_req());
    let [Cti::OpenConf(_), Cti::SystemEvent(event)] = &said.to(link)[..] else { panic!("{said:?}") };
    assert_eq!((event.system_event_id, event.system_event_arg1), (SystemEventId::PERIPHERAL_ONLINE, 5000));
    assert!(event.text.as_ref().is_some_and(|text| !text.is_empty()));
}

#[test]
fn sessions_are_numbered_from_the_configured_one() {
    let mut lab = Lab::started(config());
    let link = lab.connect(Port::CtiA);
    let said = lab.says(link, open_req());
    let opened = Fact::from(AgentPgFact::SessionOpened {
        session: SessionId(3),
        link,
        version: 24,
        services: 0x0200_0cb6,
        signature: "Finesse".to_owned(),
    });
    assert_eq!(said.facts(), [&opened]);
}

#[test]
fn requests_to_open_are_refused_with_the_code_for_what_is_wrong() {
    let cases = [
        (1, OpenReq { version_number: 8, ..open_req() }),
        (1, OpenReq { version_number: 26, ..open_req() }),
        (6, OpenReq { client_id: None, ..open_req() }),
        (7, OpenReq { peripheral_id: PeripheralId(5001), ..open_req() }),
        (18, OpenReq { idle_timeout: 19, ..open_req() }),
        (22, OpenReq { reserved2: 1, ..open_req() }),
        (108, OpenReq { unique_instance_id: Some(Text::new("")), ..open_req() }),
    ];
    for (status, open) in cases {
        assert_eq!(refusal(config(), Port::CtiA, open), status);
    }
}

#[test]
fn any_peripheral_may_be_asked_for() {
    for peripheral_id in [PeripheralId(0), PeripheralId(u32::MAX)] {
        let mut lab = Lab::started(config());
        let link = lab.connect(Port::CtiA);
        let said = lab.says(link, OpenReq { peripheral_id, ..open_req() });
        assert_eq!(said.names(link)[0], "OPEN_CONF");
    }
}

#[test]
fn a_wrong_password_is_refused_where_one_is_configured() {
    let config = Config { client_password: Some("secret".to_owned()), ..config() };
    assert_eq!(refusal(config.clone(), Port::CtiA, open_req()), 36);
    let mut lab = Lab::started(config);
    let link = lab.connect(Port::CtiA);
    let password = Some(Secret(Opaque::new(&b"secret\0"[..])));
    let said = lab.says(link, OpenReq { client_password: password, ..open_req() });
    assert_eq!(said.names(link)[0], "OPEN_CONF");
}

#[test]
fn unused_mask_bits_are_refused_only_by_a_strict_server() {
    let strict = Config { strict_masks: true, ..config() };
    let old = OpenReq { services_requested: services::ALL_EVENTS, version_number: 14, ..open_req() };
    let cases = [
        (19, OpenReq { services_requested: 0x4000_0000, ..open_req() }),
        (19, OpenReq { services_requested: services::ACTIVE_STANDBY, version_number: 23, ..open_req() }),
        (20, OpenReq { call_msg_mask: u32::MAX, ..old }),
        (21, OpenReq { agent_state_mask: u32::MAX, ..open_req() }),
        (95, OpenReq { config_msg_mask: u32::MAX, ..open_req() }),
        (95, OpenReq { config_msg_mask: config_information::TERMINAL, version_number: 24, ..open_req() }),
    ];
    for (status, open) in cases {
        assert_eq!(refusal(strict.clone(), Port::CtiA, open.clone()), status);
        let mut lab = Lab::started(config());
        let link = lab.connect(Port::CtiA);
        let bytes = Cti::from(open.clone()).to_frame(&dialect(open.version_number));
        assert_eq!(lab.bytes(link, bytes).to_version(link, open.version_number)[0].name(), "OPEN_CONF");
    }
}

#[test]
fn a_request_to_open_that_is_too_short_is_refused_with_25() {
    let mut lab = Lab::started(config());
    let link = lab.connect(Port::CtiA);
    let short = Cti::from(open_req()).to_frame(&dialect(24)).slice(8..28);
    let said = lab.bytes(link, frame(3, |body| body.extend_from_slice(&short)));
    assert_eq!(said.status(link), 25);
}

#[test]
fn a_client_instance_has_one_session() {
    let instance = OpenReq { unique_instance_id: Some(Text::new("fin-1")), ..open_req() };
    let mut lab = Lab::started(config());
    lab.session(Port::CtiA, instance.clone());
    let link = lab.connect(Port::CtiA);
    assert_eq!(lab.says(link, instance).status(link), 109);
}

#[test]
fn whatever_comes_before_the_open_is_refused_with_4() {
    let mut lab = Lab::started(config());
    let link = lab.connect(Port::CtiA);
    let said = lab.says(link, HeartbeatReq { invoke_id: InvokeId(9), ..HeartbeatReq::default() });
    assert_eq!(said.status(link), 4);
    assert!(!said.closes(link));
}

#[test]
fn a_second_open_is_refused_with_5_and_the_session_stays() {
    let mut lab = Lab::open();
    assert_eq!(lab.finesse_says(open_req()).status(lab.finesse), 5);
    assert_eq!(lab.finesse_says(heartbeat()).names(lab.finesse), ["HEARTBEAT_CONF"]);
}

#[test]
fn a_heartbeat_is_confirmed_and_keeps_the_session() {
    let mut lab = Lab::open();
    let said = lab.finesse_says(heartbeat());
    let [Cti::HeartbeatConf(confirmation)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    assert_eq!(confirmation.invoke_id, InvokeId(2));
    assert!(said.armed("cti idle").is_some());
}

#[test]
fn a_silent_session_is_closed() {
    let mut lab = Lab::open();
    lab.mute_finesse();
    let said = lab.pass(120);
    assert!(said.closes(lab.finesse));
    let closed = Fact::from(AgentPgFact::SessionClosed { session: SessionId(3), status: CtiStatus::TIMEOUT });
    assert_eq!(said.facts(), [&closed]);
}

#[test]
fn a_session_without_an_idle_timeout_may_be_silent() {
    let mut lab = Lab::started(config());
    let link = lab.connect(Port::CtiA);
    let said = lab.says(link, OpenReq { idle_timeout: u32::MAX, ..open_req() });
    assert_eq!(said.armed("cti idle"), None);
}

#[test]
fn a_close_is_confirmed_and_closes() {
    let mut lab = Lab::open();
    let said = lab.finesse_says(CloseReq {
        invoke_id: InvokeId(4),
        status: CtiStatus::NO_ERROR,
        ..CloseReq::default()
    });
    assert_eq!(said.names(lab.finesse), ["CLOSE_CONF"]);
    assert!(said.closes(lab.finesse));
}

#[test]
fn an_unknown_message_is_refused_by_a_code_that_depends_on_the_version() {
    for (version, status) in [(14, 2), (24, 48)] {
        let (mut lab, link) = opened(&OpenReq { version_number: version, ..open_req() });
        let said = lab.bytes(link, frame(999, |body| body.extend_from_slice(&7u32.to_be_bytes())));
        let [Cti::FailureConf(failure)] = &said.to_version(link, version)[..] else { panic!("{said:?}") };
        assert_eq!((failure.invoke_id, failure.status), (InvokeId(7), CtiStatus(status)));
    }
}

#[test]
fn agents_are_signed_in_only_through_sessions_that_report_agents() {
    let (mut lab, link) = opened(&OpenReq { services_requested: services::ALL_EVENTS, ..open_req() });
    let said = lab.says(link, login(MRD));
    assert_eq!(said.status(link), 12);
    assert!(matches!(said.facts()[..], [Fact::PeerError { .. }]));
}

#[test]
fn a_message_that_cannot_be_read_is_answered_and_its_session_goes_on() {
    for kind in [151, 169, 36, 255] {
        let mut lab = Lab::ready();
        let said = lab.bytes(lab.finesse, frame(kind, |body| body.extend_from_slice(&[0, 0, 0, 7])));
        let [Cti::FailureConf(failure)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
        assert_eq!(
            (failure.invoke_id, failure.status, said.closes(lab.finesse)),
            (InvokeId(7), CtiStatus::BAD_MESSAGE_FORMAT, false)
        );
        assert_eq!(lab.reserve(TASK).names(lab.finesse).len(), 2, "{kind}: its agents are served as before");
    }
}

#[test]
fn a_client_of_all_and_of_its_own_events_that_names_no_agent_is_granted_all_events_alone() {
    let both = services::ALL_EVENTS | services::CLIENT_EVENTS;
    assert_eq!(granted(false, both), Ok(services::ALL_EVENTS));
}

#[test]
fn a_strict_server_or_a_client_of_its_own_events_alone_demands_an_agent() {
    let both = services::ALL_EVENTS | services::CLIENT_EVENTS;
    assert_eq!(granted(true, both), Err(6));
    assert_eq!(granted(false, services::CLIENT_EVENTS), Err(6));
}

/// What a client is granted that asks for these services and names no agent, or the status of its refusal.
fn granted(strict_masks: bool, services_requested: u32) -> Result<u32, u32> {
    let mut lab = Lab::with(Config { strict_masks, ..config() });
    let link = lab.connect(Port::CtiA);
    let said = lab.says(link, OpenReq { services_requested, ..open_req() });
    match said.to(link).into_iter().next() {
        Some(Cti::OpenConf(conf)) => Ok(conf.services_granted),
        Some(Cti::FailureConf(failure)) => Err(failure.status.0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_oversized_frame_is_refused_with_2_and_closes() {
    let mut lab = Lab::open();
    let link = lab.finesse;
    let said =
        lab.input(Input::BadFrame { link, flaw: FrameFlaw::TooLong { announced: 12_501, max: 12_500 } });
    assert_eq!(said.status(link), 2);
    assert!(said.closes(link));
}

#[test]
fn events_come_in_the_version_of_each_session() {
    let mut lab = Lab::ready();
    let old = lab.connect(Port::CtiA);
    let open = OpenReq { version_number: 14, ..open_req() };
    lab.bytes(old, Cti::from(open).to_frame(&dialect(14)));
    let said = lab.reserve(TASK);
    let [Cti::AgentStateEvent(event), ..] = &said.to_version(old, 14)[..] else { panic!("{said:?}") };
    assert_eq!(event.max_beyond_task_limit, None);
    assert!(said.frames(old)[0].len() < said.frames(lab.finesse)[0].len());
}

#[test]
fn a_session_hears_only_of_the_states_in_its_mask() {
    let mut lab = Lab::ready();
    let narrow = OpenReq { agent_state_mask: 0x400, ..open_req() };
    let link = lab.session(Port::CtiA, narrow);
    assert_eq!(lab.reserve(TASK).to(link), []);
    let said = lab.finesse_says(crate::work::start(TASK));
    assert_eq!(said.names(link), ["AGENT_STATE_EVENT", "START_TASK_EVENT"]);
}

#[test]
fn reservations_go_to_the_agent_s_client_and_to_who_asks_for_them() {
    let mut lab = Lab::ready();
    let asks = lab.session(Port::CtiA, OpenReq { call_msg_mask: 0x0008_0000, ..open_req() });
    let does_not = lab.session(Port::CtiA, open_req());
    let said = lab.reserve(TASK);
    assert!(said.names(lab.finesse).contains(&"AGENT_PRE_CALL_EVENT"));
    assert!(said.names(asks).contains(&"AGENT_PRE_CALL_EVENT"));
    assert!(!said.names(does_not).contains(&"AGENT_PRE_CALL_EVENT"));
}

#[test]
fn task_events_go_to_sessions_that_asked_for_them() {
    let mut lab = Lab::ready();
    let without = OpenReq { services_requested: services::ALL_EVENTS, ..open_req() };
    let link = lab.session(Port::CtiA, without);
    lab.reserve(TASK);
    assert_eq!(lab.finesse_says(crate::work::offer(TASK)).to(link), []);
}

#[test]
fn the_standby_side_takes_sessions_and_says_what_it_is() {
    let mut lab = Lab::started(config());
    let link = lab.connect(Port::CtiB);
    let said = lab.says(link, open_req());
    let [Cti::OpenConf(confirmation)] = &said.to(link)[..] else { panic!("{said:?}") };
    assert_eq!(confirmation.session_type, SessionType::STANDBY);
}

#[test]
fn the_standby_side_refuses_who_does_not_know_of_it() {
    let unaware = OpenReq { services_requested: services::ALL_EVENTS, ..open_req() };
    assert_eq!(refusal(config(), Port::CtiB, unaware), 107);
    assert_eq!(refusal(config(), Port::CtiB, OpenReq { version_number: 23, ..open_req() }), 15);
}

#[test]
fn the_standby_side_answers_heartbeats_and_nothing_else() {
    let mut lab = Lab::started(config());
    let link = lab.session(Port::CtiB, open_req());
    assert_eq!(lab.says(link, heartbeat()).names(link), ["HEARTBEAT_CONF"]);
    assert_eq!(lab.says(link, login(MRD)).status(link), 92);
}

#[test]
fn the_standby_side_sends_no_events() {
    let mut lab = Lab::ready();
    let link = lab.session(Port::CtiB, OpenReq { call_msg_mask: u32::MAX, ..open_req() });
    assert_eq!(lab.reserve(TASK).to(link), []);
}

#[test]
fn a_connection_without_a_session_is_closed_after_a_while() {
    let config = Config { open_timeout: Duration::from_secs(5), ..config() };
    let mut lab = Lab::started(config);
    let link = lab.connect(Port::CtiA);
    let said = lab.pass(5);
    assert!(said.closes(link));
    assert!(matches!(said.facts()[..], [Fact::PeerError { .. }]), "{:?}", said.facts());
}

#[test]
fn connections_are_bounded() {
    let mut lab = Lab::started(config());
    let max = Port::CtiA.links_max().unwrap().all();
    let last = (0..=max).map(|_| lab.connect(Port::CtiA)).last().unwrap();
    assert_eq!(lab.says(last, open_req()).0, []);
}

#[test]
fn a_stop_takes_leave_of_clients_and_router() {
    let mut lab = Lab::open();
    let said = lab.input(Input::Command(Command::Stop));
    let [Cti::FailureEvent(goodbye)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    assert_eq!(goodbye.status, CtiStatus::CTI_SERVER_OFFLINE);
    assert_eq!(said.to_router()[0].name(), "CLOSE_REQ");
    assert!(said.closes(lab.finesse) && said.closes(lab.router));
    assert!(!said.0.iter().any(|output| matches!(output, Output::Arm { .. })));
}

#[test]
fn an_unknown_setting_is_refused() {
    let mut lab = Lab::open();
    let set = Command::Set { setting: "colour".to_owned(), value: "red".to_owned() };
    let said = lab.input(Input::Command(set));
    assert!(matches!(said.facts()[..], [Fact::CommandRefused { .. }]));
}

fn refusal(config: Config, port: Port, open: OpenReq) -> u32 {
    let mut lab = Lab::started(config);
    let link = lab.connect(port);
    let version = open.version_number;
    let said = lab.bytes(link, Cti::from(open).to_frame(&dialect(version)));
    let refused =
        said.facts().iter().any(|fact| matches!(fact, Fact::AgentPg(AgentPgFact::SessionRefused { .. })));
    assert!(refused, "{said:?}");
    said.status(link)
}

fn opened(open: &OpenReq) -> (Lab, cce_kernel::LinkId) {
    let mut lab = Lab::started(config());
    let link = lab.connect(Port::CtiA);
    let bytes: Bytes = Cti::from(open.clone()).to_frame(&dialect(open.version_number));
    lab.bytes(link, bytes);
    (lab, link)
}

fn heartbeat() -> HeartbeatReq {
    HeartbeatReq { invoke_id: InvokeId(2), ..HeartbeatReq::default() }
}
