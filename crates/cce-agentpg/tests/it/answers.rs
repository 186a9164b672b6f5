//! What every answer has in common with its request, whatever it is about (cti-server-protocol 2).

use crate::{
    lab::{AGENT, CHAT, Lab, MRD, TASK, login, open_req, reservation, task},
    work::start,
};
use cce_cti::*;
use cce_cti::{AgentMode, Distribution};
use cce_kernel::Port;
use cce_model::{
    AgentState, Availability, InvokeId, MonitorId, PeripheralId, PeripheralType, SessionId, SkillGroupNumber,
    SkillTarget, TaskState,
};
use cce_wire::{Text, Unsigned};

/// The invoke id of the request under test. No other request here has it.
const INVOKE_ID: InvokeId = InvokeId(0x7777);

#[test]
fn every_answer_repeats_the_invoke_id_of_its_request() {
    let instrument = Some(Text::new("1080"));
    let agent_id = Some(Text::new("1080"));
    let invoke_id = INVOKE_ID;
    let (mrd_id, icm_agent_id) = (MRD, AGENT);
    let requests: Vec<(Cti, &str)> = vec![
        (HeartbeatReq { invoke_id, ..Default::default() }.into(), "HEARTBEAT_CONF"),
        (MediaLoginReq { invoke_id, ..login(CHAT) }.into(), "MEDIA_LOGIN_RESP"),
        (
            MakeAgentNotReadyReq { invoke_id, mrd_id, icm_agent_id, ..Default::default() }.into(),
            "MAKE_AGENT_NOT_READY_RESP",
        ),
        (
            MakeAgentNotRoutableReq { invoke_id, mrd_id, icm_agent_id, ..Default::default() }.into(),
            "MAKE_AGENT_NOT_ROUTABLE_RESP",
        ),
        (
            ChangeMaxTaskLimitReq {
                invoke_id,
                mrd_id,
                icm_agent_id,
                max_task_limit: 2,
                ..Default::default()
            }
            .into(),
            "CHANGE_MAX_TASK_LIMIT_RESP",
        ),
        (
            OverrideLimitReq { invoke_id, mrd_id, icm_agent_id, ..Default::default() }.into(),
            "OVERRIDE_LIMIT_RESP",
        ),
        (
            GetAgentTasksReq { invoke_id, mrd_id, icm_agent_id, ..Default::default() }.into(),
            "AGENT_TASKS_RESP",
        ),
        (
            SnapshotTaskReq { invoke_id, mrd_id, task_id: TASK, ..Default::default() }.into(),
            "SNAPSHOT_TASK_RESP",
        ),
        (
            SnapshotTaskReq { invoke_id, mrd_id, task_id: task(9), ..Default::default() }.into(),
            "SNAPSHOT_TASK_RESP",
        ),
        (
            GetPrecallMessagesReq { invoke_id, mrd_id, ..Default::default() }.into(),
            "GET_PRECALL_MESSAGES_RESP",
        ),
        (
            StartApplicationTaskReq { invoke_id, mrd_id, icm_agent_id, ..Default::default() }.into(),
            "START_APPLICATION_TASK_RESP",
        ),
        (
            OfferApplicationTaskReq { invoke_id, mrd_id, icm_agent_id, ..Default::default() }.into(),
            "OFFER_APPLICATION_TASK_RESP",
        ),
        (
            AgentInitReq {
                invoke_id,
                mrd_id,
                icm_agent_id,
                agent_state: AgentState::Active.into(),
                max_task_limit: 3,
                ..Default::default()
            }
            .into(),
            "AGENT_INIT_RESP",
        ),
        (
            TaskInitReq {
                invoke_id,
                mrd_id,
                icm_agent_id,
                task_id: TASK,
                task_state: TaskState::Active.into(),
                ..Default::default()
            }
            .into(),
            "TASK_INIT_RESP",
        ),
        (
            QueryAgentStateReq { invoke_id, mrd_id, icm_agent_id, ..Default::default() }.into(),
            "QUERY_AGENT_STATE_CONF",
        ),
        (
            QueryDeviceInfoReq { invoke_id, agent_instrument: instrument.clone(), ..Default::default() }
                .into(),
            "QUERY_DEVICE_INFO_CONF",
        ),
        (
            SnapshotDeviceReq { invoke_id, agent_instrument: instrument, ..Default::default() }.into(),
            "SNAPSHOT_DEVICE_CONF",
        ),
        (
            QueryAgentStatisticsReq { invoke_id, agent_id: agent_id.clone(), ..Default::default() }.into(),
            "QUERY_AGENT_STATISTICS_CONF",
        ),
        (
            QuerySkillGroupStatisticsReq {
                invoke_id,
                skill_group_number: SkillGroupNumber(12_282_837),
                ..Default::default()
            }
            .into(),
            "QUERY_SKILL_GROUP_STATISTICS_CONF",
        ),
        (
            AgentDeskSettingsReq { invoke_id, agent_id, ..Default::default() }.into(),
            "AGENT_DESK_SETTINGS_CONF",
        ),
        (ListAgentTeamReq { invoke_id, ..Default::default() }.into(), "LIST_AGENT_TEAM_CONF"),
        (
            RegisterServiceReq { invoke_id, service_name: Some(Text::new("wall")), ..Default::default() }
                .into(),
            "REGISTER_SERVICE_CONF",
        ),
        (ClientEventReportReq { invoke_id, ..Default::default() }.into(), "CLIENT_EVENT_REPORT_CONF"),
        (RegisterVariablesReq { invoke_id, ..Default::default() }.into(), "REGISTER_VARIABLES_CONF"),
        (SetAppDataReq { invoke_id, ..Default::default() }.into(), "SET_APP_DATA_CONF"),
        (
            UserMessageReq { invoke_id, distribution: Distribution::ALL, ..Default::default() }.into(),
            "USER_MESSAGE_CONF",
        ),
        (
            MonitorStartReq { invoke_id, monitored_device_id: Some(Text::new("1080")), ..Default::default() }
                .into(),
            "MONITOR_START_CONF",
        ),
        (
            TaskMonitorStartReq {
                invoke_id,
                mrd_id,
                icm_agent_id,
                task_msg_mask: task_msg_mask::END,
                ..Default::default()
            }
            .into(),
            "TASK_MONITOR_START_CONF",
        ),
        (
            SessionMonitorStartReq { invoke_id, session_id: SessionId(3), ..Default::default() }.into(),
            "SESSION_MONITOR_START_CONF",
        ),
        (AnswerCallReq { invoke_id, ..Default::default() }.into(), "CONTROL_FAILURE_CONF"),
        (ListAgentTeamReq { invoke_id, ..Default::default() }.into(), "LIST_AGENT_TEAM_CONF"),
        (
            MonitorStopReq { invoke_id, monitor_id: MonitorId(99), ..Default::default() }.into(),
            "FAILURE_CONF",
        ),
        (
            StartTaskInd { invoke_id, mrd_id, icm_agent_id, task_id: task(9), ..Default::default() }.into(),
            "FAILURE_RESP",
        ),
        (CloseReq { invoke_id, ..Default::default() }.into(), "CLOSE_CONF"),
    ];
    for (request, answer) in requests {
        let asked = request.name();
        let (mut lab, link) = everything();
        let said = lab.says(link, request);
        let frames = said.frames(link);
        let place = said.names(link).iter().position(|name| *name == answer);
        let place = place.unwrap_or_else(|| panic!("{asked}: {:?}", said.names(link)));
        assert_eq!(frames[place][8..12], INVOKE_ID.0.to_be_bytes(), "{asked}");
    }
}

/// A session of every service that signed the agent in, who works on the trace's task.
fn everything() -> (Lab, cce_kernel::LinkId) {
    let mut lab = Lab::open();
    let all = open_req().services_requested
        | services::CLIENT_MONITOR
        | services::TASK_MONITOR
        | services::SERVER
        | services::SUPERVISOR
        | services::CLIENT_CONTROL;
    lab.finesse = lab.session(Port::CtiA, OpenReq { services_requested: all, ..open_req() });
    lab.sign_in(MRD);
    lab.router_says(reservation(TASK, MRD));
    lab.finesse_says(start(TASK));
    let link = lab.finesse;
    (lab, link)
}

#[test]
fn an_agent_s_state_is_told_with_all_that_it_is_about() {
    let (mut lab, link) = everything();
    let ask = QueryAgentStateReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() };
    let said = lab.says(link, ask);
    let [Cti::QueryAgentStateConf(conf)] = &said.to(link)[..] else { panic!("{said:?}") };
    assert_eq!((conf.mrd_id, conf.icm_agent_id, conf.num_skill_groups), (MRD, AGENT, 1));
    assert_eq!(
        (conf.agent_mode, conf.agent_availability_status, conf.max_beyond_task_limit),
        (AgentMode::ROUTABLE, Availability::Icm.into(), Some(0))
    );
    assert_eq!(
        (&conf.agent_id, &conf.agent_extension, &conf.agent_instrument),
        (&Some(Text::new("1080")), &Some(Text::new("1080")), &Some(Text::new("1080")))
    );
}

/// Whole messages, so that no field is forgotten.
#[test]
fn what_is_told_of_devices_and_counters_is_complete() {
    let (mut lab, link) = everything();
    let instrument = Some(Text::new("1080"));
    let mut answer = |request: Cti| lab.says(link, request).to(link).remove(0);
    let device = QueryDeviceInfoConf {
        invoke_id: InvokeId(5),
        peripheral_type: PeripheralType::ENTERPRISE_AGENT,
        class_of_device: 0x80,
        num_lines: 1,
        call_control_supported: call_control_mask::QUERY_AGENT_STATE
            | call_control_mask::SET_AGENT_STATE
            | call_control_mask::QUERY_DEVICE_INFO
            | call_control_mask::SNAPSHOT_DEVICE,
        lines: vec![DeviceLine { line_handle: Some(0), line_type: Some(LineType::INBOUND_ACD) }],
        ..Default::default()
    };
    let asked = QueryDeviceInfoReq {
        invoke_id: InvokeId(5),
        agent_instrument: instrument.clone(),
        ..Default::default()
    };
    assert_eq!(answer(asked.into()), device.into());

    // What nobody counts is 0xFFFFFFFF (cti-server-protocol 8).
    let unknown = u32::MAX;
    let agent = QueryAgentStatisticsConf {
        invoke_id: InvokeId(6),
        peripheral_id: PeripheralId(5000),
        agent_extension: Some(Text::new("1080")),
        agent_id: Some(Text::new("1080")),
        agent_instrument: instrument.clone(),
        avail_time_session: unknown,
        logged_on_time_session: unknown,
        not_ready_time_session: unknown,
        icm_available_time_session: unknown,
        routable_time_session: unknown,
        handled_calls_session: unknown,
        handled_calls_talk_time_session: unknown,
        handled_calls_after_call_time_session: unknown,
        handled_calls_time_session: unknown,
        avail_time_today: unknown,
        logged_on_time_today: unknown,
        not_ready_time_today: unknown,
        icm_available_time_today: unknown,
        routable_time_today: unknown,
        handled_calls_today: unknown,
        handled_calls_talk_time_today: unknown,
        handled_calls_after_call_time_today: unknown,
        handled_calls_time_today: unknown,
        ..Default::default()
    };
    let asked = QueryAgentStatisticsReq {
        invoke_id: InvokeId(6),
        agent_instrument: instrument,
        ..Default::default()
    };
    assert_eq!(answer(asked.into()), agent.into());

    let group = QuerySkillGroupStatisticsConf {
        invoke_id: InvokeId(7),
        peripheral_id: PeripheralId(5000),
        skill_group_number: SkillGroupNumber(12_282_837),
        skill_group_id: Unsigned(SkillTarget(5199)),
        agents_logged_on: 1,
        agents_ready: 1,
        agents_icm_available: 1,
        router_calls_q_now: unknown,
        longest_router_call_q_now: unknown,
        avail_time_to5: unknown,
        logged_on_time_to5: unknown,
        not_ready_time_to5: unknown,
        handled_calls_to5: unknown,
        handled_calls_talk_time_to5: unknown,
        handled_calls_after_call_time_to5: unknown,
        handled_calls_time_to5: unknown,
        avail_time_to_half: unknown,
        logged_on_time_to_half: unknown,
        not_ready_time_to_half: unknown,
        handled_calls_to_half: unknown,
        handled_calls_talk_time_to_half: unknown,
        handled_calls_after_call_time_to_half: unknown,
        handled_calls_time_to_half: unknown,
        avail_time_today: unknown,
        logged_on_time_today: unknown,
        not_ready_time_today: unknown,
        handled_calls_today: unknown,
        handled_calls_talk_time_today: unknown,
        handled_calls_after_call_time_today: unknown,
        handled_calls_time_today: unknown,
        ..Default::default()
    };
    let by_id = QuerySkillGroupStatisticsReq {
        invoke_id: InvokeId(7),
        skill_group_id: Unsigned(SkillTarget(5199)),
        ..Default::default()
    };
    assert_eq!(answer(by_id.into()), group.into());
}

/// Each state of an agent is counted under its name, and in no other.
#[test]
fn each_state_is_counted_for_itself() {
    let (mut lab, link) = everything();
    let mut counted = |work: Cti| {
        lab.says(link, work);
        let asked = QuerySkillGroupStatisticsReq {
            skill_group_number: SkillGroupNumber(12_282_837),
            ..Default::default()
        };
        let said = lab.says(link, asked);
        let [Cti::QuerySkillGroupStatisticsConf(conf)] = &said.to(link)[..] else { panic!("{said:?}") };
        [
            conf.agents_logged_on,
            conf.agents_ready,
            conf.agents_not_ready,
            conf.agents_avail,
            conf.agents_work_ready,
            conf.agents_reserved,
        ]
    };
    assert_eq!(counted(crate::work::wrap_up(TASK).into()), [1, 1, 0, 0, 1, 0]);
    assert_eq!(counted(crate::work::end(TASK).into()), [1, 1, 0, 1, 0, 0]);
    let not_ready = MakeAgentNotReadyReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() };
    assert_eq!(counted(not_ready.into()), [1, 0, 1, 0, 0, 0]);
    let logout = MediaLogoutInd { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() };
    assert_eq!(counted(logout.into()), [0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_user_message_is_told_as_it_was_sent() {
    let (mut lab, link) = everything();
    let sent = UserMessageReq {
        distribution: Distribution::ALL,
        client_id: Some(Text::new("desk")),
        agent_extension: Some(Text::new("2080")),
        agent_id: Some(Text::new("1080")),
        agent_instrument: Some(Text::new("3080")),
        text: Some(Text::new("fire drill")),
        ..Default::default()
    };
    let said = lab.says(link, sent.clone());
    let Some(Cti::UserMessageEvent(event)) = said.to(link).into_iter().next() else { panic!("{said:?}") };
    assert_eq!(
        (event.distribution, &event.client_id, &event.text),
        (Distribution::ALL, &sent.client_id, &sent.text)
    );
    assert_eq!(
        (&event.agent_extension, &event.agent_id, &event.agent_instrument),
        (&sent.agent_extension, &sent.agent_id, &sent.agent_instrument)
    );
    assert_eq!(event.icm_central_controller_time, cce_kernel::Wall(1_706_622_867_000_000).into());
}
