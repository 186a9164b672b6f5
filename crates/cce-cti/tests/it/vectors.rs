//! The vectors of cti-server-protocol 17, both ways: what is written, and what is read.

use cce_cti::{
    AgentInterruptAcceptedInd, AgentInterruptAdvisoryEvent, AgentInterruptDoneAcceptedInd,
    AgentInterruptDoneAdvisoryEvent, AgentInterruptUnacceptedInd, AgentMode, AgentPreCallEvent,
    AgentStateEvent, Cti, CtiStatus, DeviceIdType, Direction, EndTaskEvent, EndTaskInd, FailureConf,
    HeartbeatConf, HeartbeatReq, OfferTaskEvent, OfferTaskInd, OpenConf, OpenReq, SessionType,
    StartTaskEvent, StartTaskInd, SystemEvent, SystemEventId, dialect, open_version,
};
use cce_model::{
    AgentState, Availability, CallTypeId, Disposition, InvokeId, MrdId, PeripheralId, PeripheralType,
    SessionId, SkillGroupNumber, SkillTarget, TaskId,
};
use cce_wire::{Bytes, Flaw, List, Opaque, Secret, Text, Time32, Unsigned, parse_hex};

/// The lab's protocol version.
const VERSION: u32 = 24;
/// The lab's task.
const TASK: TaskId = TaskId { day: 154_526, call: 37_051_928, sequence: 1 };
/// The services of the vectors, an example.
const SERVICES: u32 = 0x0200_0cb6;
/// 2024-01-30 13:54:27 UTC.
const NOON: Time32 = Time32(1_706_622_867);

/// 80 bytes.
const OPEN_REQ: &str = "
00000048 00000003 00000001 00000018 00000078 00001388 02000cb6 00000000 00003fff 00000000 00000000 00000000
00000000 00010008 46696e65 73736500 00020000 00030008 46696e65 73736500";

/// 60 bytes.
const OPEN_CONF: &str = "
00000034 00000004 00000001 02000cb6 00000000 00000000 65b8ff93 00010011 00010000 00000001 00e40002 000100d0
00040000 138800e0 00020000";

/// 12 bytes.
const HEARTBEAT_REQ: &str = "
00000004 00000005 00000002";

/// 12 bytes.
const HEARTBEAT_CONF: &str = "
00000004 00000006 00000002";

/// 16 bytes.
const FAILURE_CONF: &str = "
00000008 00000001 00000001 00000012";

/// 34 bytes.
const SYSTEM_EVENT: &str = "
0000001a 0000001f 00000000 65b8ff93 00000003 00001388 00000000 00000000 ffff";

/// 150 bytes.
const AGENT_STATE_EVENT: &str = "
0000008e 0000001e 00000000 00001388 00000003 00110008 00000000 00bb6bd5 0000144f 00000008 00000000 13930000
00010001 00000003 00001434 00000001 00000000 00000003 00084669 6e657373 65000005 00053130 38300000 04000531
30383000 012f000d 55435346 534a4546 46455253 00000600 05313038 30000096 00040000 000000f4 00040000 0000010a
00040000 0000";

/// 326 bytes.
const AGENT_PRE_CALL_EVENT: &str = "
0000013e 00000069 00000000 00000000 ffffffff ffffffff 00bb6bd5 0000144f 00000000 13930000 14340006 00053130
38300000 48000400 025b9e00 49000402 355e1800 6e000400 00000100 08002561 65393366 3561642d 34353264 2d346335
322d3830 35372d38 64323338 36346138 61386100 000b000c 43756d75 6c757354 61736b00 000c0021 35414137 39373837
31303030 30313844 30303030 30303431 33394544 37414435 0000d200 04000013 bd00dd00 04000002 7b000d00 1053636f
7474204d 63546f6d 696e6179 00000e00 18526570 6f727420 4c6f7374 20437265 64697420 43617264 00000f00 0a313233
34353637 38390000 10000b75 73657240 656d6169 6c000005 00053130 38300001 36000200 02013500 04000100 02013700
25346636 32343137 622d6262 65612d34 3462392d 39626130 2d626133 65353161 64383237 3200";

/// 40 bytes.
const OFFER_TASK_IND: &str = "
00000020 000000a0 00008a88 00001393 00001434 00025b9e 02355e18 00000001 0000144f ffffffff";

/// 48 bytes.
const OFFER_TASK_EVENT: &str = "
00000028 000000c2 00000000 00001388 00040000 13930002 5b9e0235 5e180000 00010000 14340000 144fffff ffff0001";

/// 40 bytes.
const START_TASK_IND: &str = "
00000020 000000a3 00008b47 00001393 00001434 00025b9e 02355e18 00000001 0000144f ffffffff";

/// 48 bytes.
const START_TASK_EVENT: &str = "
00000028 000000c3 00000000 00001388 00040000 13930002 5b9e0235 5e180000 00010000 14340000 144fffff ffff0001";

/// 46 bytes.
const END_TASK_IND: &str = "
00000026 000000a9 00008c2c 00001393 00001434 00025b9e 02355e18 00000001 00000026 00000026 002e0002 0000";

/// 58 bytes.
const END_TASK_EVENT: &str = "
00000032 000000c7 00000000 00001388 00040000 13930002 5b9e0235 5e180000 0001ffff ffffffff ffffffff ffff0000
14340000 00260000 0026";

#[test]
fn open_req() {
    let open = OpenReq {
        invoke_id: InvokeId(1),
        version_number: 24,
        idle_timeout: 120,
        peripheral_id: PeripheralId(5000),
        services_requested: SERVICES,
        agent_state_mask: 0x3fff,
        client_id: Some(Text::new("Finesse")),
        client_password: Some(Secret(Opaque::default())),
        client_signature: Some(Text::new("Finesse")),
        ..OpenReq::default()
    };
    both_ways(OPEN_REQ, 80, &open.into());
    assert_eq!(open_version(&bytes(OPEN_REQ)), Some(24));
}

#[test]
fn open_conf() {
    let conf = OpenConf {
        invoke_id: InvokeId(1),
        services_granted: SERVICES,
        icm_central_controller_time: NOON,
        peripheral_online: true,
        peripheral_type: PeripheralType::ENTERPRISE_AGENT,
        agent_state: AgentState::Logout.into(),
        session_type: SessionType::ACTIVE,
        num_peripherals: Some(1),
        flt_peripheral_id: vec![PeripheralId(5000)],
        multiline_agent_control: Some(0),
        ..OpenConf::default()
    };
    both_ways(OPEN_CONF, 60, &conf.into());
}

#[test]
fn heartbeats() {
    both_ways(HEARTBEAT_REQ, 12, &HeartbeatReq { invoke_id: InvokeId(2), ..HeartbeatReq::default() }.into());
    both_ways(
        HEARTBEAT_CONF,
        12,
        &HeartbeatConf { invoke_id: InvokeId(2), ..HeartbeatConf::default() }.into(),
    );
}

#[test]
fn failure_conf() {
    both_ways(
        FAILURE_CONF,
        16,
        &FailureConf { invoke_id: InvokeId(1), status: CtiStatus::INVALID_TIMEOUT, ..FailureConf::default() }
            .into(),
    );
}

#[test]
fn system_event_of_a_peripheral() {
    let event = SystemEvent {
        icm_central_controller_time: NOON,
        system_event_id: SystemEventId::PERIPHERAL_ONLINE,
        system_event_arg1: 5000,
        event_device_type: DeviceIdType::NONE,
        ..SystemEvent::default()
    };
    both_ways(SYSTEM_EVENT, 34, &event.into());
}

#[test]
fn agent_state_event_of_a_reservation() {
    let event = AgentStateEvent {
        peripheral_id: PeripheralId(5000),
        session_id: SessionId(3),
        peripheral_type: PeripheralType::ENTERPRISE_AGENT,
        skill_group_state: AgentState::Reserved.into(),
        skill_group_number: SkillGroupNumber(12_282_837),
        skill_group_id: Unsigned(SkillTarget(5199)),
        agent_state: AgentState::Reserved.into(),
        mrd_id: MrdId(5011),
        num_tasks: 1,
        agent_mode: AgentMode::ROUTABLE,
        max_task_limit: 3,
        icm_agent_id: SkillTarget(5172),
        agent_availability_status: Availability::Icm.into(),
        cti_client_signature: Some(Text::new("Finesse")),
        agent_id: Some(Text::new("1080")),
        agent_extension: Some(Text::new("1080")),
        active_terminal: Some(Text::new("UCSFSJEFFERS")),
        agent_instrument: Some(Text::new("1080")),
        duration: Some(0),
        direction: Some(Direction::NONE),
        max_beyond_task_limit: Some(0),
        ..AgentStateEvent::default()
    };
    both_ways(AGENT_STATE_EVENT, 150, &event.into());
}

#[test]
fn agent_pre_call_event() {
    let event = AgentPreCallEvent {
        service_number: u32::MAX,
        service_id: Unsigned(SkillTarget::NONE),
        skill_group_number: SkillGroupNumber(12_282_837),
        skill_group_id: Unsigned(SkillTarget(5199)),
        mrd_id: MrdId(5011),
        agent_skill_target_id: Unsigned(SkillTarget(5172)),
        agent_instrument: Some(Text::new("1080")),
        router_call_key_day: Some(Unsigned(154_526)),
        router_call_key_call_id: Some(Unsigned(37_051_928)),
        router_call_key_sequence_number: Some(Unsigned(1)),
        ani: Some(Text::new("ae93f5ad-452d-4c52-8057-8d23864a8a8a")),
        dialed_number: Some(Text::new("CumulusTask")),
        caller_entered_digits: Some(Text::new("5AA797871000018D0000004139ED7AD5")),
        flt_call_type_id: Some(CallTypeId(5053)),
        pre_call_invoke_id: Some(InvokeId(635)),
        call_variable1: Some(Text::new("Scott McTominay")),
        call_variable2: Some(Text::new("Report Lost Credit Card")),
        call_variable3: Some(Text::new("123456789")),
        call_variable4: Some(Text::new("user@email")),
        agent_id: Some(Text::new("1080")),
        num_of_enabled_services: Some(2),
        flt_enabled_services: Some(List(vec![1, 2])),
        ccai_config_id: Some(Text::new("4f62417b-bbea-44b9-9ba0-ba3e51ad8272")),
        ..AgentPreCallEvent::default()
    };
    both_ways(AGENT_PRE_CALL_EVENT, 326, &event.into());
}

#[test]
fn offer_task() {
    let ind = OfferTaskInd {
        invoke_id: InvokeId(0x8a88),
        mrd_id: MrdId(5011),
        icm_agent_id: SkillTarget(5172),
        task_id: TASK,
        arm_skill_group_id: SkillTarget(5199),
        arm_service_id: SkillTarget::NONE,
        ..OfferTaskInd::default()
    };
    both_ways(OFFER_TASK_IND, 40, &ind.into());
    let event = OfferTaskEvent {
        peripheral_id: PeripheralId(5000),
        peripheral_type: PeripheralType::DEFINITY_ECS_NON_EAS,
        mrd_id: MrdId(5011),
        task_id: TASK,
        icm_agent_id: SkillTarget(5172),
        skill_group_id: SkillTarget(5199),
        service_id: SkillTarget::NONE,
        application_routed: true,
        ..OfferTaskEvent::default()
    };
    both_ways(OFFER_TASK_EVENT, 48, &event.into());
}

#[test]
fn start_task() {
    let ind = StartTaskInd {
        invoke_id: InvokeId(0x8b47),
        mrd_id: MrdId(5011),
        icm_agent_id: SkillTarget(5172),
        task_id: TASK,
        arm_skill_group_id: SkillTarget(5199),
        arm_service_id: SkillTarget::NONE,
        ..StartTaskInd::default()
    };
    both_ways(START_TASK_IND, 40, &ind.into());
    let event = StartTaskEvent {
        peripheral_id: PeripheralId(5000),
        peripheral_type: PeripheralType::DEFINITY_ECS_NON_EAS,
        mrd_id: MrdId(5011),
        task_id: TASK,
        icm_agent_id: SkillTarget(5172),
        skill_group_id: SkillTarget(5199),
        service_id: SkillTarget::NONE,
        application_routed: true,
        ..StartTaskEvent::default()
    };
    both_ways(START_TASK_EVENT, 48, &event.into());
}

#[test]
fn end_task_with_wrap_up_data_of_two_terminators() {
    let ind = EndTaskInd {
        invoke_id: InvokeId(0x8c2c),
        mrd_id: MrdId(5011),
        icm_agent_id: SkillTarget(5172),
        task_id: TASK,
        icm_disposition: Disposition::NORMAL_END_TASK,
        application_disposition: Disposition::NORMAL_END_TASK,
        wrapup_data: Some(Text::exact(&[0, 0][..])),
        ..EndTaskInd::default()
    };
    let ind = Cti::from(ind);
    assert_eq!(
        (Cti::read(&dialect(VERSION), &bytes(END_TASK_IND)), bytes(END_TASK_IND).len()),
        (Ok(ind.clone()), 46)
    );
    assert_eq!(ind.to_frame(&dialect(VERSION)), bytes(END_TASK_IND));
    // The server traces this and goes on.
    let flaw = Flaw::StringLength { label: "WrapupData", strlen: 0, fieldlen: 2, text: String::new() };
    assert_eq!(ind.flaws(&dialect(VERSION)), [flaw]);
}

#[test]
fn end_task_event() {
    let event = EndTaskEvent {
        peripheral_id: PeripheralId(5000),
        peripheral_type: PeripheralType::DEFINITY_ECS_NON_EAS,
        mrd_id: MrdId(5011),
        task_id: TASK,
        previous_task_id: TaskId::NONE,
        icm_agent_id: SkillTarget(5172),
        icm_disposition: Disposition::NORMAL_END_TASK,
        application_disposition: Disposition::NORMAL_END_TASK,
        ..EndTaskEvent::default()
    };
    both_ways(END_TASK_EVENT, 58, &event.into());
}

#[test]
fn an_interrupt_and_its_end_are_advised_of() {
    let (peripheral_id, mrd_id, icm_agent_id, interrupting_mrd_id) = (PeripheralId(5000), 5011, 5172, 5012);
    let advisory = AgentInterruptAdvisoryEvent {
        peripheral_id,
        mrd_id: MrdId(mrd_id),
        icm_agent_id: SkillTarget(icm_agent_id),
        interrupting_mrd_id: MrdId(interrupting_mrd_id),
        ..AgentInterruptAdvisoryEvent::default()
    };
    both_ways("00000014 000000ab 00000000 00001388 00001393 00001434 00001394", 28, &advisory.into());
    let done = AgentInterruptDoneAdvisoryEvent {
        peripheral_id,
        mrd_id: MrdId(mrd_id),
        icm_agent_id: SkillTarget(icm_agent_id),
        interrupting_mrd_id: MrdId(interrupting_mrd_id),
        ..AgentInterruptDoneAdvisoryEvent::default()
    };
    both_ways("00000014 000000ae 00000000 00001388 00001393 00001434 00001394", 28, &done.into());
}

#[test]
fn answers_to_an_interrupt_name_agent_and_domain() {
    let (invoke_id, mrd_id, icm_agent_id) = (InvokeId(0x8c2d), 5011, 5172);
    let accepted = AgentInterruptAcceptedInd {
        invoke_id,
        mrd_id: MrdId(mrd_id),
        icm_agent_id: SkillTarget(icm_agent_id),
        ..AgentInterruptAcceptedInd::default()
    };
    both_ways("0000000c 000000ac 00008c2d 00001393 00001434", 20, &accepted.into());
    let unaccepted = AgentInterruptUnacceptedInd {
        invoke_id,
        mrd_id: MrdId(mrd_id),
        icm_agent_id: SkillTarget(icm_agent_id),
        ..AgentInterruptUnacceptedInd::default()
    };
    both_ways("0000000c 000000ad 00008c2d 00001393 00001434", 20, &unaccepted.into());
    let done = AgentInterruptDoneAcceptedInd {
        invoke_id,
        mrd_id: MrdId(mrd_id),
        icm_agent_id: SkillTarget(icm_agent_id),
        ..AgentInterruptDoneAcceptedInd::default()
    };
    both_ways("0000000c 000000af 00008c2d 00001393 00001434", 20, &done.into());
}

#[test]
fn a_header_alone_is_a_message_without_a_body() {
    both_ways("00000000 00000115", 8, &cce_cti::StandbyActiveEventMsg::default().into());
}

fn both_ways(vector: &str, length: usize, message: &Cti) {
    let frame = bytes(vector);
    assert_eq!(frame.len(), length);
    assert_eq!(Cti::read(&dialect(VERSION), &frame).as_ref(), Ok(message));
    assert_eq!(message.to_frame(&dialect(VERSION)), frame);
    assert_eq!(message.flaws(&dialect(VERSION)), []);
}

fn bytes(hex: &str) -> Bytes {
    parse_hex(hex).expect("the vectors are hexadecimal digits").into()
}
