//! What the CTI server does for clients besides the task layer: sessions of one device, monitors, queries.

use crate::lab::{AGENT, CHAT, Lab, MRD, TASK, config, login, open_req, reservation, task};
use crate::work::{end, start};
use cce_agentpg::Config;
use cce_cti::*;
use cce_cti::{Distribution, ForcedFlag};
use cce_kernel::{Fact, LinkId, Port};
use cce_model::{
    AgentState, ConnectionCallId, EccVariable, InvokeId, MonitorId, MrdId, PeripheralId, PeripheralType,
    SessionId, SkillGroupNumber, SkillTarget,
    fact::{AgentPgFact, ArmMessage},
    sample::SampleRows,
};
use cce_wire::{Code, NamedArray, NamedVariable, Text};

const ALL: u32 = services::ALL_EVENTS;

#[test]
fn a_session_of_one_device_hears_of_its_own_agent_only() {
    let mut lab = Lab::ready();
    let (own, other) =
        (lab.session(Port::CtiA, of_device("1080")), lab.session(Port::CtiA, of_device("1081")));
    let said = lab.reserve(TASK);
    assert_eq!(said.names(own), ["AGENT_STATE_EVENT", "AGENT_PRE_CALL_EVENT"]);
    assert_eq!(said.names(other), [""; 0]);
    let Cti::AgentStateEvent(event) = &said.to(own)[0] else { panic!("{said:?}") };
    assert_eq!(event.monitor_id, MonitorId(4), "the session's number (inferred)");
}

#[test]
fn a_session_of_one_device_is_confirmed_with_its_agent_and_monitor() {
    let mut lab = Lab::ready();
    let link = lab.connect(Port::CtiA);
    let said = lab.says(link, of_device("1080"));
    let [Cti::OpenConf(confirmation)] = &said.to(link)[..] else { panic!("{said:?}") };
    assert_eq!(
        (confirmation.monitor_id, confirmation.agent_state),
        (MonitorId(4), AgentState::NotActive.into())
    );
    assert_eq!(confirmation.agent_id, Some(Text::new("1080")));
}

#[test]
fn a_session_of_one_device_is_refused_with_the_code_for_its_agent_items() {
    let cases = [
        (6, OpenReq { agent_id: None, ..of_device("1080") }),
        (8, of_device("4711")),
        (32, OpenReq { agent_extension: Some(Text::new("1081")), ..of_device("1080") }),
    ];
    for (status, open) in cases {
        let mut lab = Lab::open();
        let link = lab.connect(Port::CtiA);
        assert_eq!(lab.says(link, open).status(link), status);
    }
}

#[test]
fn a_device_of_another_client_is_in_use() {
    let mut lab = Lab::open();
    lab.session(Port::CtiA, of_device("1080"));
    let link = lab.connect(Port::CtiA);
    let thief = OpenReq { client_id: Some(Text::new("other")), ..of_device("1080") };
    assert_eq!(lab.says(link, thief).status(link), 10);
}

#[test]
fn a_client_that_opens_its_device_again_loses_the_older_session() {
    let mut lab = Lab::open();
    let older = lab.session(Port::CtiA, of_device("1080"));
    let link = lab.connect(Port::CtiA);
    let said = lab.says(link, of_device("1080"));
    let [Cti::FailureEvent(event)] = &said.to(older)[..] else { panic!("{said:?}") };
    assert_eq!((event.status, said.closes(older)), (CtiStatus::NEW_SESSION_OPENED, true));
    assert_eq!(said.names(link), ["OPEN_CONF"]);
}

#[test]
fn a_message_newer_than_the_session_is_refused_with_48() {
    let mut lab = Lab::open();
    let link = lab.connect(Port::CtiA);
    let open = OpenReq { version_number: 10, services_requested: ALL, ..open_req() };
    lab.bytes(link, Cti::from(open).to_frame(&dialect(10)));
    let asked = Cti::from(ConfigRequestKeyEvent { peripheral_id: PeripheralId(5000), ..Default::default() });
    let said = lab.bytes(link, asked.to_frame(&dialect(10)));
    let [Cti::FailureConf(refusal)] = &said.to_version(link, 10)[..] else { panic!("{said:?}") };
    assert_eq!(refusal.status, CtiStatus::INVALID_MSG_TYPE_FOR_VERSION);
}

#[test]
fn a_message_that_only_the_server_sends_is_unknown_from_a_client() {
    let mut lab = Lab::open();
    let finesse = lab.finesse;
    assert_eq!(lab.says(finesse, OfferTaskEvent::default()).status(finesse), 48);
}

#[test]
fn a_strict_server_refuses_floating_fields_that_do_not_belong() {
    let strict = || {
        let mut lab = Lab::started(Config { strict_masks: true, ..config() });
        let link = lab.session(Port::CtiA, open_req());
        (lab, link)
    };
    let with = |tag: &str| {
        let body = format!("00000002 {tag}");
        let bytes = cce_wire::parse_hex(&body).unwrap();
        cce_wire::frame(5, |to| to.extend_from_slice(&bytes))
    };
    for (status, float) in [(3, "7fff0000"), (26, "00010002 4100")] {
        let (mut lab, link) = strict();
        assert_eq!(lab.bytes(link, with(float)).status(link), status);
    }
    let mut lenient = Lab::open();
    let finesse = lenient.finesse;
    assert_eq!(lenient.bytes(finesse, with("7fff0000")).names(finesse), ["HEARTBEAT_CONF"]);
}

#[test]
fn clients_that_monitor_clients_hear_of_sessions() {
    let mut lab = Lab::open();
    let watcher = lab.session(Port::CtiA, asking(services::CLIENT_MONITOR));
    let link = lab.connect(Port::CtiA);
    let said = lab.says(link, of_device("1080"));
    let [Cti::ClientSessionOpenedEvent(opened)] = &said.to(watcher)[..] else { panic!("{said:?}") };
    assert_eq!((opened.session_id, opened.agent_id.clone()), (SessionId(5), Some(Text::new("1080"))));
    let said = lab.lose(link);
    let [Cti::ClientSessionClosedEvent(closed)] = &said.to(watcher)[..] else { panic!("{said:?}") };
    assert_eq!((closed.session_id, closed.status), (SessionId(5), CtiStatus::CLIENT_DISCONNECTED));
}

#[test]
fn a_device_monitor_shows_the_device_under_its_own_number_until_it_is_stopped() {
    let mut lab = Lab::ready();
    let link = lab.session(Port::CtiA, asking(services::PERIPHERAL_MONITOR));
    let monitor = started(&mut lab, link, device_monitor("1080"));
    let said = lab.reserve(TASK);
    assert_eq!(said.names(link), ["AGENT_STATE_EVENT", "AGENT_PRE_CALL_EVENT"]);
    let Cti::AgentPreCallEvent(event) = &said.to(link)[1] else { panic!("{said:?}") };
    assert_eq!(event.monitor_id, monitor);
    let mask = ChangeMonitorMaskReq { monitor_id: monitor, agent_state_mask: 0x400, ..Default::default() };
    assert_eq!(lab.says(link, mask).names(link), ["CHANGE_MONITOR_MASK_CONF"]);
    assert_eq!(lab.finesse_says(start(TASK)).names(link), ["AGENT_STATE_EVENT"]);
    let stop = MonitorStopReq { monitor_id: monitor, ..Default::default() };
    assert_eq!(lab.says(link, stop.clone()).names(link), ["MONITOR_STOP_CONF"]);
    assert_eq!(lab.finesse_says(end(TASK)).to(link), []);
    assert_eq!(lab.says(link, stop).status(link), 55);
}

#[test]
fn monitors_are_refused_with_the_code_for_what_is_wrong() {
    let all = services::PERIPHERAL_MONITOR | services::CONNECTION_MONITOR | services::TASK_MONITOR;
    let with_call = MonitorStartReq { connection_call_id: ConnectionCallId(7), ..device_monitor("1080") };
    let cases: [(u32, u32, Cti); 8] = [
        (12, services::TASK_MONITOR, device_monitor("1080").into()),
        (87, all, device_monitor("4711").into()),
        (54, all, with_call.clone().into()),
        (13, all, MonitorStartReq { monitored_device_id: None, ..with_call }.into()),
        (12, services::PERIPHERAL_MONITOR, task_monitor(1, SkillTarget::NONE).into()),
        (91, all, task_monitor(0x400, SkillTarget::NONE).into()),
        (88, all, TaskMonitorStartReq { mrd_id: MrdId(99), ..task_monitor(1, SkillTarget::NONE) }.into()),
        (8, all, task_monitor(1, SkillTarget(99)).into()),
    ];
    for (status, wanted, message) in cases {
        let mut lab = Lab::open();
        let link = lab.session(Port::CtiA, asking(wanted));
        assert_eq!(lab.says(link, message).status(link), status);
    }
}

#[test]
fn a_task_monitor_shows_the_events_in_its_mask() {
    let mut lab = Lab::working();
    let link = lab.session(Port::CtiA, asking(services::TASK_MONITOR));
    let monitor = started(&mut lab, link, task_monitor(task_msg_mask::END, AGENT));
    lab.reserve(task(1));
    assert_eq!(lab.finesse_says(start(task(1))).to(link), []);
    let said = lab.finesse_says(end(TASK));
    let [Cti::EndTaskEvent(event)] = &said.to(link)[..] else { panic!("{said:?}") };
    assert_eq!((event.monitor_id, event.task_id), (monitor, TASK));
}

#[test]
fn a_task_monitor_of_a_domain_shows_no_other_domain() {
    let mut lab = Lab::ready();
    lab.sign_in(CHAT);
    let link = lab.session(Port::CtiA, asking(services::TASK_MONITOR));
    let of_chat = TaskMonitorStartReq { mrd_id: CHAT, ..task_monitor(task_msg_mask::START, AGENT) };
    started(&mut lab, link, of_chat);
    lab.reserve(TASK);
    assert_eq!(lab.finesse_says(start(TASK)).to(link), []);
    lab.finesse_says(end(TASK));
    lab.router_says(reservation(task(1), CHAT));
    let begun = lab.finesse_says(StartTaskInd { mrd_id: CHAT, ..start(task(1)) });
    assert_eq!(begun.names(link), ["START_TASK_EVENT"]);
}

#[test]
fn a_session_monitor_shows_what_that_session_hears_and_no_other_does() {
    let mut lab = Lab::ready();
    let silent = OpenReq { agent_state_mask: 0, ..asking(services::CLIENT_MONITOR) };
    lab.session(Port::CtiA, silent.clone());
    let link = lab.session(Port::CtiA, silent);
    let of = |session_id| SessionMonitorStartReq { session_id, ..Default::default() };
    assert_eq!(lab.says(link, of(SessionId(4))).names(link), ["SESSION_MONITOR_START_CONF"]);
    assert_eq!(lab.reserve(TASK).to(link), [], "session 3 hears of it, and session 4 does not");
}

#[test]
fn a_session_monitor_shows_what_the_other_session_hears() {
    let mut lab = Lab::ready();
    let link = lab.session(Port::CtiA, asking(services::CLIENT_MONITOR));
    let own = |session_id| SessionMonitorStartReq { session_id, ..Default::default() };
    assert_eq!(lab.says(link, own(SessionId(4))).status(link), 57);
    assert_eq!(lab.says(link, own(SessionId(99))).status(link), 63);
    assert_eq!(lab.says(link, own(SessionId(3))).names(link), ["SESSION_MONITOR_START_CONF"]);
    assert_eq!(lab.says(link, own(SessionId(3))).status(link), 56);
    assert_eq!(lab.reserve(TASK).names(link), ["AGENT_STATE_EVENT"], "Finesse's masks ask for no calls");
}

#[test]
fn an_agent_s_state_in_a_domain_can_be_asked_for() {
    let mut lab = Lab::working();
    let ask = QueryAgentStateReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() };
    let finesse = lab.finesse;
    let said = lab.says(finesse, ask.clone());
    let [Cti::QueryAgentStateConf(answer)] = &said.to(finesse)[..] else { panic!("{said:?}") };
    assert_eq!(
        (answer.agent_state, answer.num_tasks, answer.max_task_limit),
        (AgentState::Active.into(), 1, 3)
    );
    assert_eq!(answer.skill_groups[0].number, Some(SkillGroupNumber(12_282_837)));
    let chat = lab.says(finesse, QueryAgentStateReq { mrd_id: CHAT, ..ask.clone() });
    let [Cti::QueryAgentStateConf(answer)] = &chat.to(finesse)[..] else { panic!("{chat:?}") };
    assert_eq!(answer.agent_state, AgentState::Logout);
    assert_eq!(
        lab.says(finesse, QueryAgentStateReq { mrd_id: MrdId(99), ..ask.clone() }).status(finesse),
        88
    );
    assert_eq!(
        lab.says(finesse, QueryAgentStateReq { icm_agent_id: SkillTarget(99), ..ask }).status(finesse),
        8
    );
}

#[test]
fn an_agent_whose_task_has_ended_has_no_tasks_though_the_event_of_the_end_counted_it() {
    let mut lab = Lab::working();
    let finesse = lab.finesse;
    lab.finesse_says(crate::work::end(TASK));
    let said =
        lab.says(finesse, QueryAgentStateReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() });
    let [Cti::QueryAgentStateConf(answer)] = &said.to(finesse)[..] else { panic!("{said:?}") };
    assert_eq!((answer.agent_state, answer.num_tasks), (AgentState::NotActive.into(), 0));
}

#[test]
fn an_agent_signs_in_to_the_voice_domain_and_out() {
    let mut lab = Lab::open();
    let finesse = lab.finesse;
    let mut set = |agent_state, forced_flag| {
        let id = Some(Text::new("1081"));
        let request = SetAgentStateReq { agent_state, forced_flag, agent_id: id, ..Default::default() };
        let said = lab.says(finesse, request);
        said.to(finesse).iter().map(told).collect::<Vec<_>>()
    };
    let changed = |state: u32| vec!["SET_AGENT_STATE_CONF".to_owned(), format!("1 {state}")];
    assert_eq!(
        set(AgentState::Available.into(), ForcedFlag::UNFORCED),
        ["control 22"],
        "nobody is signed in"
    );
    assert_eq!(set(AgentState::Login.into(), ForcedFlag::UNFORCED), changed(2));
    assert_eq!(set(AgentState::Login.into(), ForcedFlag::UNFORCED), ["control 259"]);
    assert_eq!(set(AgentState::Available.into(), ForcedFlag::UNFORCED), changed(3));
    assert_eq!(
        set(AgentState::Login.into(), ForcedFlag::FORCED),
        changed(3),
        "a forced sign-in keeps the state"
    );
    assert_eq!(
        set(AgentState::Logout.into(), ForcedFlag::UNFORCED),
        ["control 22"],
        "only who is not ready signs out"
    );
    assert_eq!(
        set(AgentState::Talking.into(), ForcedFlag::UNFORCED),
        ["control 21"],
        "there are no calls to talk in"
    );
    assert_eq!(set(AgentState::Logout.into(), ForcedFlag::AUTHENTICATE_ONLY), ["control 22"]);
    assert_eq!(
        set(AgentState::NotReady.into(), ForcedFlag::AUTHENTICATE_ONLY),
        ["SET_AGENT_STATE_CONF"],
        "it is judged, and not carried out"
    );
    assert_eq!(set(AgentState::Unknown.into(), ForcedFlag::UNFORCED), ["control 3"]);
    assert_eq!(set(AgentState::Logout.into(), ForcedFlag::FORCED), changed(1));
}

#[test]
fn an_agent_signs_in_at_any_configured_instrument_that_nobody_has() {
    let mut lab = Lab::open();
    let finesse = lab.finesse;
    let mut sign_in = |id: &str, instrument: &str| {
        let said = lab.says(finesse, voice(id, 0, instrument));
        said.to(finesse).iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(sign_in("1080", "4711"), ["control 260 of the peripheral's 10125"]);
    assert_eq!(sign_in("1080", "1081"), ["SET_AGENT_STATE_CONF", "1 2"]);
    assert_eq!(sign_in("1081", "1081"), ["control 283"], "the extension is in use");
    assert_eq!(sign_in("4711", "1080"), ["control 256"]);
    assert_eq!(sign_in("1081", ""), ["control 283"], "the agent's own");
    assert_eq!(sign_in("", "1080"), ["control 259"], "the instrument names its owner");
}

#[test]
fn a_voice_state_is_noted_recorded_and_told_with_the_place_where_the_agent_is() {
    let mut lab = Lab::open();
    let finesse = lab.finesse;
    let said = lab.says(finesse, voice("1080", 0, "1081"));
    let Some(Cti::AgentStateEvent(event)) = said.to(finesse).pop() else { panic!("{said:?}") };
    assert_eq!(
        (event.skill_group_state, event.agent_state, event.mrd_id),
        (AgentState::Login.into(), AgentState::NotReady.into(), MrdId(1))
    );
    assert_eq!(
        (event.agent_extension, event.agent_instrument),
        (Some(Text::new("1081")), Some(Text::new("1081")))
    );
    let is_voice = |fact: &&Fact| matches!(fact, Fact::AgentInMrd { mrd: MrdId::VOICE, .. });
    let facts = said.facts();
    let Some(Fact::AgentInMrd { from, to, .. }) = facts.iter().copied().find(is_voice) else {
        panic!("{facts:?}")
    };
    assert_eq!((*from, *to), (AgentState::Logout, AgentState::NotReady));
    let asked = facts.iter().any(|fact| {
        matches!(fact, Fact::AgentPg(AgentPgFact::ToOpc { message: ArmMessage::SetAgentState { .. }, .. }))
    });
    assert!(asked);
}

#[test]
fn a_client_that_comes_back_hears_of_the_voice_states_that_outlived_it() {
    let mut lab = Lab::open();
    let finesse = lab.finesse;
    lab.says(finesse, voice("1080", 0, ""));
    lab.says(finesse, voice("1080", 3, ""));
    lab.says(finesse, voice("1081", 0, ""));
    lab.says(finesse, voice("1081", 1, ""));
    lab.lose(finesse);
    let link = lab.connect(Port::CtiA);
    let said = lab.says(link, open_req());
    let told: Vec<String> = said.to(link).iter().map(told).collect();
    assert_eq!(told, ["OPEN_CONF", "SYSTEM_EVENT", "1 3"], "1081 is signed out");
    let other = lab.connect(Port::CtiA);
    let said = lab.says(other, open_req());
    assert_eq!(
        said.names(other),
        ["OPEN_CONF", "SYSTEM_EVENT", "AGENT_STATE_EVENT"],
        "nobody took it over yet"
    );
    let asked = QueryAgentStateReq { mrd_id: MrdId(1), icm_agent_id: AGENT, ..Default::default() };
    let said = lab.says(link, asked);
    let [Cti::QueryAgentStateConf(answer)] = &said.to(link)[..] else { panic!("{said:?}") };
    assert_eq!(
        (answer.agent_state, answer.agent_extension.clone()),
        (AgentState::Available.into(), Some(Text::new("1080")))
    );
}

#[test]
fn a_voice_state_is_changed_by_clients_that_control_agents_only() {
    let mut lab = Lab::open();
    let watcher = lab.session(Port::CtiA, asking(ALL));
    assert_eq!(lab.says(watcher, voice("1080", 0, "")).status(watcher), 12);
}

fn voice(id: &str, agent_state: u16, instrument: &str) -> SetAgentStateReq {
    let text = |text: &str| (!text.is_empty()).then_some(text.to_owned());
    SetAgentStateReq {
        invoke_id: InvokeId(77),
        agent_state: Code::of_number(agent_state),
        agent_id: text(id).map(Text::new),
        agent_instrument: text(instrument).map(Text::new),
        ..Default::default()
    }
}

#[test]
fn a_client_s_variables_are_checked_against_the_configured_ones() {
    let ecc_variables = vec![EccVariable { name: "user.order".to_owned(), length: 4, elements: None }];
    let mut lab = Lab::with_objects(SampleRows { ecc_variables, ..SampleRows::lab_trace() });
    let finesse = lab.finesse;
    lab.finesse_says(login(MRD));
    lab.finesse_says(crate::lab::ready(MRD));
    lab.reserve(TASK);
    lab.finesse_says(start(TASK));
    let mut update = |name: &str, value: &str| {
        let said = lab.says(
            finesse,
            UpdateTaskContextInd {
                invoke_id: InvokeId(9),
                mrd_id: MRD,
                icm_agent_id: AGENT,
                task_id: TASK,
                num_named_variables: 1,
                named_variable: vec![NamedVariable::new(name, value)],
                ..Default::default()
            },
        );
        said.to(finesse).iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(update("user.order", "4711"), ["TASK_DATA_UPDATE_EVENT"]);
    assert_eq!(update("user.none", "1"), ["failure 67"]);
    let data =
        SetCallDataReq { named_array: vec![NamedArray::new(0, "user.order", "1")], ..Default::default() };
    assert_eq!(lab.says(finesse, data).status(finesse), 76);
    let long = vec![NamedVariable::new("user.order", "47110")];
    let data = SetCallDataReq { named_variable: long, ..Default::default() };
    assert_eq!(lab.says(finesse, data).status(finesse), 74);
}

#[test]
fn a_device_has_a_line_and_no_calls() {
    let mut lab = Lab::open();
    let finesse = lab.finesse;
    let ask = QueryDeviceInfoReq { agent_instrument: Some(Text::new("1080")), ..Default::default() };
    let said = lab.says(finesse, ask.clone());
    let [Cti::QueryDeviceInfoConf(answer)] = &said.to(finesse)[..] else { panic!("{said:?}") };
    assert_eq!((answer.peripheral_type, answer.lines.len()), (PeripheralType::ENTERPRISE_AGENT, 1));
    let unknown = QueryDeviceInfoReq { agent_instrument: Some(Text::new("x")), ..ask };
    assert_eq!(lab.says(finesse, unknown).status(finesse), 87);
    let calls = SnapshotDeviceReq { agent_instrument: Some(Text::new("1080")), ..Default::default() };
    let said = lab.says(finesse, calls);
    assert!(matches!(&said.to(finesse)[..], [Cti::SnapshotDeviceConf(answer)] if answer.num_calls == 0));
}

#[test]
fn statistics_count_agents_and_no_calls() {
    let mut lab = Lab::ready();
    let finesse = lab.finesse;
    let ask = QuerySkillGroupStatisticsReq {
        skill_group_number: SkillGroupNumber(12_282_837),
        ..Default::default()
    };
    let said = lab.says(finesse, ask);
    let [Cti::QuerySkillGroupStatisticsConf(answer)] = &said.to(finesse)[..] else { panic!("{said:?}") };
    assert_eq!((answer.agents_logged_on, answer.agents_avail, answer.calls_q_now), (1, 1, 0));
    let ask = QueryAgentStatisticsReq { agent_id: Some(Text::new("1080")), ..Default::default() };
    assert_eq!(lab.says(finesse, ask).names(finesse), ["QUERY_AGENT_STATISTICS_CONF"]);
    let unknown =
        QuerySkillGroupStatisticsReq { skill_group_number: SkillGroupNumber(1), ..Default::default() };
    assert_eq!(lab.says(finesse, unknown).status(finesse), 72);
}

#[test]
fn call_control_is_known_and_finds_no_call() {
    let mut lab = Lab::open();
    let finesse = lab.finesse;
    let told = |said: crate::lab::Said| said.to(finesse).iter().map(told).collect::<Vec<_>>();
    assert_eq!(told(lab.says(finesse, AnswerCallReq::default())), ["control 24"]);
    assert_eq!(told(lab.says(finesse, MakeCallReq::default())), ["control 34"]);
}

#[test]
fn a_registered_service_is_the_session_s_until_it_ends() {
    let mut lab = Lab::open();
    let server = lab.session(Port::CtiA, asking(services::SERVER));
    let other = lab.session(Port::CtiA, asking(services::SERVER));
    let register = RegisterServiceReq { service_name: Some(Text::new("Lookup")), ..Default::default() };
    let said = lab.says(server, register.clone());
    let [Cti::RegisterServiceConf(own)] = &said.to(server)[..] else { panic!("{said:?}") };
    assert_eq!(lab.says(other, register.clone()).status(other), 85);
    let take =
        UnregisterServiceReq { registered_service_id: own.registered_service_id, ..Default::default() };
    assert_eq!(lab.says(other, take).status(other), 84);
    lab.lose(server);
    assert_eq!(lab.says(other, register).names(other), ["REGISTER_SERVICE_CONF"]);
}

#[test]
fn a_user_message_reaches_those_it_is_for() {
    let mut lab = Lab::open();
    let (finesse, desk) = (lab.finesse, lab.session(Port::CtiA, of_device("1080")));
    let to = |distribution, client: &str| UserMessageReq {
        distribution,
        client_id: Some(Text::new(client)),
        text: Some(Text::new("hello")),
        ..Default::default()
    };
    let said = lab.says(finesse, to(Distribution::CLIENT, "desk"));
    assert_eq!(
        (said.names(finesse), said.names(desk)),
        (vec!["USER_MESSAGE_CONF"], vec!["USER_MESSAGE_EVENT"])
    );
    assert_eq!(
        lab.says(finesse, to(Distribution::ALL, "")).names(finesse),
        ["USER_MESSAGE_EVENT", "USER_MESSAGE_CONF"]
    );
    let refused = [
        (63, to(Distribution::CLIENT, "nobody")),
        (64, to(Distribution::SUPERVISOR, "")),
        (65, to(Distribution::TEAM, "")),
        (71, to(Distribution(9), "")),
    ];
    for (status, message) in refused {
        assert_eq!(lab.says(finesse, message).status(finesse), status);
    }
}

#[test]
fn a_task_is_worked_to_its_end_in_every_version() {
    for version in [9, 14, 19, 20, 24, 25] {
        let mut lab = Lab::ready();
        let link = lab.connect(Port::CtiA);
        let open = OpenReq {
            version_number: version,
            client_id: Some(Text::new("old")),
            services_requested: ALL | services::AGENT_REPORTING | services::ALL_TASK_EVENTS,
            ..open_req()
        };
        lab.bytes(link, Cti::from(open).to_frame(&dialect(version)));
        lab.reserve(TASK);
        let mut names = Vec::new();
        for message in [Cti::from(start(TASK)), Cti::from(end(TASK))] {
            let said = lab.bytes(link, message.to_frame(&dialect(version)));
            names.extend(said.to_version(link, version).iter().map(Cti::name));
        }
        let expected = ["AGENT_STATE_EVENT", "START_TASK_EVENT", "AGENT_STATE_EVENT", "END_TASK_EVENT"];
        assert_eq!(names, expected, "version {version}");
    }
}

/// A request for a session of one device.
fn of_device(id: &str) -> OpenReq {
    OpenReq {
        services_requested: services::CLIENT_EVENTS,
        client_id: Some(Text::new("desk")),
        agent_id: Some(Text::new(id)),
        call_msg_mask: u32::MAX,
        ..open_req()
    }
}

/// A request for a session of these services.
fn asking(services_requested: u32) -> OpenReq {
    OpenReq { services_requested, client_id: Some(Text::new("tool")), ..open_req() }
}

fn device_monitor(device: &str) -> MonitorStartReq {
    MonitorStartReq {
        call_msg_mask: u32::MAX,
        agent_state_mask: 0x3fff,
        monitored_device_id: Some(Text::new(device)),
        ..Default::default()
    }
}

fn task_monitor(task_msg_mask: u32, icm_agent_id: SkillTarget) -> TaskMonitorStartReq {
    TaskMonitorStartReq { mrd_id: MrdId::NONE, icm_agent_id, task_msg_mask, ..Default::default() }
}

/// The number of a monitor that was started.
fn started(lab: &mut Lab, link: LinkId, request: impl Into<Cti>) -> MonitorId {
    let said = lab.says(link, request);
    match &said.to(link)[..] {
        [Cti::MonitorStartConf(conf)] => conf.monitor_id,
        [Cti::TaskMonitorStartConf(conf)] => conf.monitor_id,
        _ => panic!("{said:?}"),
    }
}

fn told(message: &Cti) -> String {
    match message {
        Cti::ControlFailureConf(m) if m.peripheral_error_code == 0 => format!("control {}", m.failure_code),
        Cti::ControlFailureConf(m) => {
            format!("control {} of the peripheral's {}", m.failure_code, m.peripheral_error_code)
        }
        Cti::FailureConf(m) => format!("failure {}", m.status),
        Cti::AgentStateEvent(m) => format!("{} {}", m.mrd_id, m.agent_state),
        other => other.name().to_owned(),
    }
}
