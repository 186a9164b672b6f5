//! Masks and enumerations (cti-server-protocol 12).

use cce_cti::{
    ArmStatus, CallKind, ControlFailure, CtiStatus, agent_state_mask, call_control_mask, call_msg_mask,
    config_information, desk_settings_mask, pg_status, services, task_msg_mask,
};
use cce_model::{Disposition, PeripheralType};

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
