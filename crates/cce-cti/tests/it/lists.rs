//! Records and groups: what belongs together stays together.

use cce_cti::{
    AgentRecord, AgentTeamConfigEvent, AtcAgent, ConfigAgentEvent, ConfigSkillGroupEvent,
    ConnectionDeviceIdType, Cti, DeviceCall, DeviceLine, FltSkillGroup, LineType, QueryAgentStateConf,
    QueryDeviceInfoConf, RecordType, RequestedSkillGroup, SetAgentStateReq, SkillGroupRecord,
    SnapshotDeviceConf, dialect,
};
use cce_model::{
    AgentState, ConnectionCallId, MrdId, PeripheralId, PrecisionQueueId, SkillGroupNumber, SkillTarget,
};
use cce_wire::{List, Text, Unsigned};

#[test]
fn a_record_begins_with_its_type_and_has_its_lists_in_one_field_each() {
    let record = |login: &str, groups: &[u32]| AgentRecord {
        record_type: Some(RecordType::ADD),
        peripheral_id: Some(PeripheralId(5000)),
        login_id: Some(Text::new(login)),
        num_skills: Some(u16::try_from(groups.len()).unwrap()),
        num_mrds: Some(1),
        skill_group_numbers: Some(List(groups.iter().copied().map(SkillGroupNumber).collect())),
        skill_group_priorities: Some(List(vec![1; groups.len()])),
        agent_mrd_ids: Some(List(vec![Unsigned(MrdId(5011))])),
        agent_mrd_states: Some(List(vec![AgentState::NotReady.into()])),
        ..AgentRecord::default()
    };
    let records = vec![record("1080", &[12_282_837, 7, 8]), record("1081", &[]), record("1082", &[7])];
    stays(ConfigAgentEvent { num_records: 3, records, ..ConfigAgentEvent::default() });
}

#[test]
fn records_that_hold_different_fields_stay_apart() {
    let short = SkillGroupRecord {
        record_type: Some(RecordType::DELETE),
        peripheral_id: Some(PeripheralId(5000)),
        ..SkillGroupRecord::default()
    };
    let long = SkillGroupRecord {
        record_type: Some(RecordType::CHANGE),
        priority: Some(1),
        peripheral_name: Some(Text::new("Cumulus")),
        precision_queue_id: Some(PrecisionQueueId(5081)),
        ..SkillGroupRecord::default()
    };
    let records = vec![short.clone(), long.clone(), short, long];
    stays(ConfigSkillGroupEvent { num_records: 4, records, ..ConfigSkillGroupEvent::default() });
}

#[test]
fn lines_of_a_device_are_pairs() {
    let lines = (0..3)
        .map(|line| DeviceLine { line_handle: Some(line), line_type: Some(LineType::INBOUND_ACD) })
        .collect();
    stays(QueryDeviceInfoConf { num_lines: 3, lines, ..QueryDeviceInfoConf::default() });
}

#[test]
fn calls_of_a_device_are_groups_of_five() {
    let call = |id| DeviceCall {
        call_connection_call_id: Some(id),
        call_connection_device_id_type: Some(ConnectionDeviceIdType::STATIC),
        call_connection_device_id: Some(Text::new("1080")),
        call_state: Some(3),
        silent_monitor_status: Some(0),
    };
    stays(SnapshotDeviceConf {
        num_calls: 2,
        calls: vec![call(ConnectionCallId(7)), call(ConnectionCallId(8))],
        ..SnapshotDeviceConf::default()
    });
}

#[test]
fn members_of_a_team_follow_its_name() {
    let agent = |id: &str| AtcAgent {
        atc_agent_id: Some(Text::new(id)),
        agent_flags: Some(0),
        atc_agent_state: Some(AgentState::NotReady.into()),
        atc_state_duration: Some(60),
    };
    stays(AgentTeamConfigEvent {
        number_of_agents: 2,
        agent_team_name: Some(Text::new("Team")),
        agents: vec![agent("1080"), agent("1081")],
        ..AgentTeamConfigEvent::default()
    });
}

#[test]
fn skill_groups_of_an_agent_are_groups_that_a_request_may_name_in_part() {
    let group = |number| FltSkillGroup {
        number: Some(number),
        id: Some(Unsigned(SkillTarget(5199))),
        priority: Some(0),
        state: Some(AgentState::NotActive.into()),
    };
    stays(QueryAgentStateConf {
        num_skill_groups: 2,
        skill_groups: vec![group(SkillGroupNumber(1)), group(SkillGroupNumber(2))],
        ..QueryAgentStateConf::default()
    });
    let number = |number| RequestedSkillGroup { number: Some(number), priority: None };
    stays(SetAgentStateReq {
        num_skill_groups: 2,
        skill_groups: vec![number(SkillGroupNumber(1)), number(SkillGroupNumber(2))],
        ..SetAgentStateReq::default()
    });
}

fn stays(message: impl Into<Cti>) {
    let message = message.into();
    let read = Cti::read(&dialect(24), &message.to_frame(&dialect(24)));
    assert_eq!(read, Ok(message.clone()));
    assert_eq!(message.flaws(&dialect(24)), []);
}
