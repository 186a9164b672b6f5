//! Masks and enumerations (cti-server-protocol 12).

use cce_cti::{
    AgentWorkMode, ArmStatus, CallKind, ConnectionDeviceIdType, ControlFailure, CtiStatus, DeviceIdType,
    Direction, LineType, LocalConnectionState, agent_state_mask, call_control_mask, call_msg_mask,
    config_information, desk_settings_mask, pg_status, services, status_of_flaw, task_msg_mask,
};
use cce_model::{Disposition, PeripheralType};
use cce_wire::Flaw;

#[test]
fn call_events_have_the_bits_of_their_version() {
    let valid = [9, 14, 15, 22, 23, 25].map(call_msg_mask::valid);
    assert_eq!(valid, [0x07ff_ffff, 0x07ff_ffff, 0x0fff_ffff, 0x0fff_ffff, u32::MAX, u32::MAX]);
}

#[test]
fn the_other_masks_have_the_bits_that_the_reference_lists() {
    assert_eq!(agent_state_mask::valid(24), 0x3fff);
    assert_eq!(call_control_mask::valid(24), 0x7_ffff);
    assert_eq!(desk_settings_mask::valid(24), 0x3fff);
    assert_eq!(task_msg_mask::valid(24), 0x3ff);
    assert_eq!(pg_status::valid(24), 0x1f);
    assert_eq!([19, 20, 22, 24, 25].map(config_information::valid), [0x1f, 0x3f, 0xff, 0x2ff, 0x3ff]);
    assert_eq!([23, 24].map(services::valid), [0x8078_bdff, 0x8278_bdff]);
}

#[test]
fn an_agent_state_has_the_bit_of_its_name() {
    let of = [0, 2, 8, 9, 10, 11, 14, 15].map(agent_state_mask::of);
    assert_eq!(of, [1, 4, 0x100, 0, 0x200, 0x400, 0x2000, 0]);
    let names: Vec<&str> = agent_state_mask::names(agent_state_mask::of(8)).collect();
    assert_eq!(names, ["RESERVED"]);
}

#[test]
fn a_task_event_has_the_bit_of_its_number() {
    assert_eq!([190, 191, 194, 199, 200, 201].map(task_msg_mask::of), [0, 1, 8, 0x100, 0x200, 0]);
    assert_eq!((task_msg_mask::OFFER, task_msg_mask::END), (8, 0x100));
}

#[test]
fn the_bits_of_a_mask_are_named_lowest_first() {
    let names: Vec<&str> = services::names(0x0200_0000 | 0x400 | 0x4 | 0x200).collect();
    assert_eq!(names, ["CLIENT_CONTROL", "AGENT_REPORTING", "ACTIVE_STANDBY"]);
}

#[test]
fn every_status_of_the_reference_has_a_name() {
    let named: Vec<u32> = (0..=120).filter(|number| CtiStatus(*number).name().is_some()).collect();
    assert_eq!(named, (0..=98).chain(107..=110).collect::<Vec<u32>>());
    assert_eq!(CtiStatus(48).name(), Some("E_CTI_INVALID_MSG_TYPE_FOR_VERSION"));
}

#[test]
fn a_flaw_of_a_message_has_the_status_of_its_kind() {
    let (tag, label, since) = (294, "UniqueInstanceID", 22);
    let flaws = [
        Flaw::UnknownTag { tag: 0x7fff },
        Flaw::UnknownTag { tag: 1 },
        Flaw::ForeignTag { tag },
        Flaw::Repeated { tag, label },
        Flaw::TagTooNew { tag, label, since },
        Flaw::BadLength { tag, label, length: 99 },
        Flaw::Missing { label },
        Flaw::MessageTooNew { message: "HEARTBEAT_REQ", since },
        Flaw::UnlistedMessage { kind: 999 },
    ];
    let statuses = flaws.map(|flaw| status_of_flaw(&flaw).map(|status| status.0));
    let of = [3, 26, 26, 26, 49, 23, 6, 48].map(Some);
    assert_eq!(statuses[..8], of);
    assert_eq!(statuses[8], None);
}

#[test]
fn every_disposition_of_the_reference_has_a_name() {
    let unnamed: Vec<u32> = (1..=65).filter(|number| Disposition(*number).name().is_none()).collect();
    assert_eq!(unnamed, [56]);
    assert_eq!(Disposition::NORMAL_END_TASK, Disposition(38));
}

#[test]
fn numbers_have_the_names_of_the_reference() {
    assert_eq!(PeripheralType(17).name(), Some("ENTERPRISE_AGENT"));
    assert_eq!(PeripheralType(4).name(), Some("DEFINITY_ECS_NON_EAS"));
    assert_eq!(PeripheralType(19).name(), Some("MEDIA_ROUTING"));
    assert_eq!(CallKind(25).name(), Some("TASK_ROUTED_BY_ICM"));
    assert_eq!(ControlFailure(280).name(), Some("WRAPUP_DATA_REQUIRED"));
    assert_eq!(ArmStatus(41).name(), Some("E_ARM_STAT_LOGIN_REQUEST_ALREADY_PENDING"));
}

/// The numbers up to 300, and the one for none, that have names, with them.
fn named(name: impl Fn(u16) -> Option<&'static str>) -> Vec<(u16, &'static str)> {
    (0..=300).chain([u16::MAX]).filter_map(|number| Some((number, name(number)?))).collect()
}

#[test]
fn work_modes_of_agents_have_the_numbers_of_the_reference() {
    assert_eq!(
        named(|number| AgentWorkMode(number).name()),
        [
            (0, "UNSPECIFIED"),
            (1, "AUTO_IN"),
            (2, "MANUAL_IN"),
            (3, "REMOTE_AGENT_CALL_BY_CALL"),
            (4, "REMOTE_AGENT_NAILED")
        ]
    );
}

#[test]
fn directions_have_the_numbers_of_the_reference() {
    assert_eq!(
        named(|number| Direction(number.into()).name()),
        [
            (0, "NONE"),
            (1, "IN"),
            (2, "OUT"),
            (3, "OTHER_IN"),
            (4, "OTHER_OUT"),
            (5, "OUTBOUND_RESERVE"),
            (6, "OUTBOUND_PREVIEW"),
            (7, "OUTBOUND_PREDICTIVE")
        ]
    );
}

#[test]
fn types_of_device_ids_have_the_numbers_of_the_reference() {
    assert_eq!(
        named(|number| DeviceIdType(number).name()),
        [
            (0, "DEVICE"),
            (70, "TRUNK"),
            (71, "TRUNK_GROUP"),
            (72, "MAC"),
            (73, "CTI_PORT"),
            (74, "ROUTE_POINT"),
            (75, "EXTERNAL"),
            (76, "AGENT_DEVICE"),
            (77, "QUEUE"),
            (78, "NON_ACD_DEVICE"),
            (79, "SHARED_DEVICE"),
            (0xffff, "NONE")
        ]
    );
}

#[test]
fn types_of_connection_ids_have_the_numbers_of_the_reference() {
    assert_eq!(
        named(|number| ConnectionDeviceIdType(number).name()),
        [(0, "STATIC"), (1, "DYNAMIC"), (0xffff, "NONE")]
    );
}

#[test]
fn states_of_local_connections_have_the_numbers_of_the_reference() {
    assert_eq!(
        named(|number| LocalConnectionState(number).name()),
        [
            (0, "NULL"),
            (1, "INITIATE"),
            (2, "ALERTING"),
            (3, "CONNECT"),
            (4, "HOLD"),
            (5, "QUEUED"),
            (6, "FAIL"),
            (0xffff, "NONE")
        ]
    );
}

#[test]
fn types_of_lines_have_the_numbers_of_the_reference() {
    assert_eq!(
        named(|number| LineType(number).name()),
        [
            (0, "INBOUND_ACD"),
            (1, "OUTBOUND_ACD"),
            (2, "INSIDE"),
            (3, "UNKNOWN"),
            (4, "SUPERVISOR"),
            (5, "MESSAGE"),
            (6, "HELP"),
            (7, "OUTBOUND"),
            (8, "DID"),
            (9, "SILENT_MONITOR"),
            (10, "NON_ACD_IN"),
            (11, "NON_ACD_OUT")
        ]
    );
}

#[test]
fn kinds_of_calls_have_the_numbers_of_the_reference() {
    assert_eq!(
        named(|number| CallKind(number).name()),
        [
            (1, "ACD_IN"),
            (16, "UNMONITORED"),
            (17, "PREVIEW"),
            (18, "RESERVATION"),
            (19, "ASSIST"),
            (20, "EMERGENCY"),
            (21, "SUPERVISOR_MONITOR"),
            (22, "SUPERVISOR_WHISPER"),
            (23, "SUPERVISOR_BARGE_IN"),
            (24, "SUPERVISOR_INTERCEPT"),
            (25, "TASK_ROUTED_BY_ICM"),
            (26, "TASK_ROUTED_BY_APPLICATION"),
            (27, "RESERVATION_PREVIEW"),
            (28, "RESERVATION_DIRECT"),
            (29, "RESERVATION_PREDICTIVE"),
            (30, "RESERVATION_CALLBACK"),
            (31, "RESERVATION_PERSONAL"),
            (32, "CUSTOMER_PREVIEW"),
            (33, "CUSTOMER_DIRECT"),
            (34, "CUSTOMER_PREDICTIVE"),
            (35, "CUSTOMER_CALLBACK"),
            (36, "CUSTOMER_PERSONAL"),
            (37, "CUSTOMER_IVR"),
            (38, "NON_ACD"),
            (39, "PLAY_GREETING"),
            (40, "RECORD_GREETING"),
            (41, "VOICE_CALLBACK"),
            (0xffff, "NONE")
        ]
    );
}

#[test]
fn call_events_have_the_bits_of_the_reference_in_its_order() {
    let names: Vec<&str> = call_msg_mask::names(u32::MAX).collect();
    assert_eq!(
        names,
        [
            "DELIVERED",
            "QUEUED",
            "ESTABLISHED",
            "HELD",
            "RETRIEVED",
            "CLEARED",
            "CONNECTION_CLEARED",
            "ORIGINATED",
            "CONFERENCED",
            "TRANSFERRED",
            "DIVERTED",
            "SERVICE_INITIATED",
            "TRANSLATION_ROUTE",
            "BEGIN_CALL",
            "END_CALL",
            "DATA_UPDATE",
            "FAILED",
            "REACHED_NETWORK",
            "DEQUEUED",
            "AGENT_PRE_CALL",
            "AGENT_PRE_CALL_ABORT",
            "RTP_STARTED",
            "RTP_STOPPED",
            "TEAM_CONFIG",
            "LEGACY_PRE_CALL",
            "ATTRIBUTE_CHANGE",
            "TERMINATION",
            "AGENT_GREETING",
            "RECORDING_STARTED",
            "RECORDING_ENDED",
            "RECORDING_FAILED",
            "RECORDING_TARGET_INFO"
        ]
    );
}

#[test]
fn agent_states_have_the_bits_of_the_reference_in_its_order() {
    let names: Vec<&str> = agent_state_mask::names(u32::MAX).collect();
    assert_eq!(
        names,
        [
            "LOGIN",
            "LOGOUT",
            "NOT_READY",
            "AVAILABLE",
            "TALKING",
            "WORK_NOT_READY",
            "WORK_READY",
            "BUSY_OTHER",
            "RESERVED",
            "HOLD",
            "ACTIVE",
            "PAUSED",
            "INTERRUPTED",
            "NOT_ACTIVE"
        ]
    );
}

#[test]
fn call_controls_have_the_bits_of_the_reference_in_its_order() {
    let names: Vec<&str> = call_control_mask::names(u32::MAX).collect();
    assert_eq!(
        names,
        [
            "QUERY_AGENT_STATE",
            "SET_AGENT_STATE",
            "ALTERNATE_CALL",
            "ANSWER_CALL",
            "CLEAR_CALL",
            "CLEAR_CONNECTION",
            "CONFERENCE_CALL",
            "CONSULTATION_CALL",
            "DEFLECT_CALL",
            "HOLD_CALL",
            "MAKE_CALL",
            "MAKE_PREDICTIVE_CALL",
            "RECONNECT_CALL",
            "RETRIEVE_CALL",
            "TRANSFER_CALL",
            "QUERY_DEVICE_INFO",
            "SNAPSHOT_CALL",
            "SNAPSHOT_DEVICE",
            "SEND_DTMF_SIGNAL"
        ]
    );
}

#[test]
fn desk_settings_have_the_bits_of_the_reference_in_its_order() {
    let names: Vec<&str> = desk_settings_mask::names(u32::MAX).collect();
    assert_eq!(
        names,
        [
            "AVAILABLE_AFTER_INCOMING",
            "AVAILABLE_AFTER_OUTGOING",
            "AUTO_ANSWER",
            "IDLE_REASON_REQUIRED",
            "LOGOUT_REASON_REQUIRED",
            "SUPERVISOR_CALLS_ALLOWED",
            "AGENT_TO_AGENT_CALLS_ALLOWED",
            "INTERNATIONAL_CALLS_ALLOWED",
            "PUBLIC_NET_CALLS_ALLOWED",
            "PRIVATE_NET_CALLS_ALLOWED",
            "OPERATOR_ASSISTED_CALLS_ALLOWED",
            "PBX_CALLS_ALLOWED",
            "NON_ACD_CALLS_ALLOWED",
            "AGENT_MAY_SELECT_GROUP"
        ]
    );
}

#[test]
fn configuration_records_have_the_bits_of_the_reference_in_its_order() {
    let names: Vec<&str> = config_information::names(u32::MAX).collect();
    assert_eq!(
        names,
        [
            "SERVICE",
            "SKILL_GROUP",
            "AGENT",
            "DEVICE",
            "CALL_TYPE",
            "MRD",
            "PERIPHERAL",
            "DESK_SETTINGS",
            "TERMINAL",
            "AGENT_SERVICES"
        ]
    );
}

#[test]
fn task_events_have_the_bits_of_the_reference_in_its_order() {
    let names: Vec<&str> = task_msg_mask::names(u32::MAX).collect();
    assert_eq!(
        names,
        ["BEGIN", "QUEUED", "DEQUEUED", "OFFER", "START", "PAUSE", "RESUME", "WRAPUP", "END", "DATA_UPDATE"]
    );
}

#[test]
fn gateway_faults_have_the_bits_of_the_reference_in_its_order() {
    let names: Vec<&str> = pg_status::names(u32::MAX).collect();
    assert_eq!(
        names,
        ["OPC_DOWN", "CC_DOWN", "PERIPHERAL_OFFLINE", "CTI_SERVER_OFFLINE", "LIMITED_FUNCTION"]
    );
}
