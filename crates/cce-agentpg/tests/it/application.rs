//! What applications may ask of the task layer besides working on what the router assigns.

use crate::{
    lab::{AGENT, CHAT, Lab, MRD, TASK, config, login, open_req, ready, reservation, task},
    work::{end, start},
};
use cce_cti::AgentMode;
use cce_cti::*;
use cce_kernel::Port;
use cce_model::{
    AgentState, Availability, EccVariable, InvokeId, MrdId, PeripheralId, PeripheralType, SkillTarget,
    TaskId, TaskState,
    sample::{QueueRow, SampleRows},
};
use cce_wire::{NamedVariable, Text};

#[test]
fn a_new_limit_counts_at_once() {
    let mut lab = Lab::working();
    let said = lab.finesse_says(limit(1));
    assert_eq!(answered(&said, &lab), 0);
    assert_eq!(
        (said.reported_states()[0].max_task_limit, said.reported_states()[0].availability),
        (1, Availability::NotAvailable.into())
    );
    assert_eq!(answered(&lab.finesse_says(limit(16)), &lab), 35);
}

#[test]
fn an_override_lets_an_agent_hold_one_task_more() {
    let mut lab = Lab::working();
    lab.finesse_says(limit(1));
    assert_eq!(answered(&lab.finesse_says(over()), &lab), 0);
    lab.finesse_says(start_own());
    let said = lab.finesse_says(start_own());
    assert_eq!(answered(&said, &lab), 35);
}

#[test]
fn an_absurd_limit_is_refused_wherever_it_comes() {
    for absurd in [0, 16, u32::from(u16::MAX), u32::MAX - 1, u32::MAX] {
        let mut lab = Lab::working();
        let refused = [
            lab.finesse_says(MediaLoginReq { max_task_limit: absurd, ..login(MRD) }),
            lab.finesse_says(limit(absurd)),
            lab.finesse_says(AgentInitReq { max_task_limit: absurd, ..init() }),
            lab.finesse_says(MakeAgentRoutableInd {
                mrd_id: MRD,
                icm_agent_id: AGENT,
                max_tasks: absurd,
                ..MakeAgentRoutableInd::default()
            }),
        ];
        assert_eq!(refused.map(|said| answered(&said, &lab)), [35; 4], "{absurd}");
        assert_eq!(lab.finesse_says(limit(2)).reported_states()[0].max_task_limit, 2);
    }
}

#[test]
fn an_absurd_number_of_tasks_beyond_the_limit_is_cut() {
    for absurd in [16, u32::from(u16::MAX), u32::MAX] {
        let mut lab = Lab::working();
        let beyond = Some(absurd);
        lab.finesse_says(MediaLoginReq { max_beyond_task_limit: beyond, ..login(MRD) });
        let said = lab.finesse_says(AgentInitReq { max_beyond_task_limit: beyond, ..init() });
        assert_eq!(said.reported_states(), [], "the sign-in told it already");
        assert_eq!(answered(&lab.finesse_says(over()), &lab), 35);
        let taken = (1..40).filter(|n| lab.reserve(task(*n)).reported_tasks()[0].1 == 0).count();
        // The task of the lab is one of 15 (task-routing 5).
        assert_eq!(taken, 15 - 1, "{absurd}");
    }
}

#[test]
fn an_application_gives_its_agent_a_task_that_no_router_has_seen() {
    let mut lab = Lab::ready();
    let said = lab.finesse_says(start_own());
    let names = said.names(lab.finesse);
    assert_eq!(names, ["START_APPLICATION_TASK_RESP", "AGENT_STATE_EVENT", "START_TASK_EVENT"]);
    let Cti::StartApplicationTaskResp(answer) = &said.to(lab.finesse)[0] else { panic!("{said:?}") };
    let own = answer.task_id;
    assert_eq!((own.day, own.call > 0x7000_0000), (TASK.day, true));
    assert_eq!(said.reported_tasks(), [(own, 1, 0)]);
    assert_eq!(lab.finesse_says(end(own)).reported_tasks(), [(own, 7, 38)]);
}

#[test]
fn an_application_may_offer_a_task_first() {
    let mut lab = Lab::ready();
    let request = OfferApplicationTaskReq {
        invoke_id: InvokeId(40),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        arm_skill_group_id: SkillTarget(5199),
        ..Default::default()
    };
    let said = lab.finesse_says(request);
    let Cti::OfferApplicationTaskResp(answer) = &said.to(lab.finesse)[0] else { panic!("{said:?}") };
    let names = lab.finesse_says(start(answer.task_id)).names(lab.finesse);
    assert_eq!(names, ["AGENT_STATE_EVENT", "START_TASK_EVENT"]);
}

#[test]
fn an_agent_s_tasks_are_listed_and_one_without_tasks_becomes_not_ready() {
    let mut lab = Lab::working();
    let tasks = |lab: &mut Lab| {
        let request = GetAgentTasksReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() };
        let said = lab.finesse_says(request);
        let heard = said.to(lab.finesse);
        let Some(Cti::AgentTasksResp(answer)) = heard.last() else { panic!("{said:?}") };
        (answer.status, answer.flt_task_id.clone(), said.reported_states().len())
    };
    assert_eq!(tasks(&mut lab), (ArmStatus::SUCCESS, vec![TASK], 0));
    lab.finesse_says(end(TASK));
    assert_eq!(tasks(&mut lab), (ArmStatus::SUCCESS, vec![], 1));
}

/// Whether a refusal looks for tasks shows nowhere: who is refused has none.
#[test]
fn a_request_for_tasks_that_is_refused_names_none() {
    let mut lab = Lab::working();
    for (mrd_id, icm_agent_id, status) in [(CHAT, AGENT, 6), (MRD, SkillTarget(9), 2), (MrdId(9), AGENT, 3)] {
        let said = lab.finesse_says(GetAgentTasksReq { mrd_id, icm_agent_id, ..Default::default() });
        let [Cti::AgentTasksResp(answer)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
        assert_eq!((answer.status, answer.num_tasks, answer.flt_task_id.len()), (ArmStatus(status), 0, 0));
    }
}

/// Only the client that is back speaks for the agent again: everybody else has only asked.
#[test]
fn a_question_about_somebody_elses_agent_changes_nothing() {
    let mut lab = Lab::ready();
    let other = lab.session(Port::CtiA, open_req());
    let request = GetAgentTasksReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() };
    let said = lab.says(other, request.clone());
    assert_eq!((said.names(other), said.reported_states()), (vec!["AGENT_TASKS_RESP"], vec![]));
    let lost = lab.lose(other);
    assert_eq!(lost.reported_states(), [], "the agent is not its");
    assert_eq!(lab.lose(lab.finesse).reported_states().len(), 1);
    let back = lab.session(Port::CtiA, open_req());
    assert_eq!(lab.says(back, request).reported_states().len(), 1, "nobody else speaks for the agent");
}

/// The old connection may still look alive when the client comes back by another one.
#[test]
fn a_client_that_tells_anew_what_its_agents_do_speaks_for_them() {
    let mut lab = Lab::working();
    let back = lab.session(Port::CtiA, open_req());
    lab.says(back, BeginAgentInitInd::default());
    lab.says(back, GetAgentTasksReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() });
    lab.says(back, EndAgentInitInd::default());
    assert_eq!(lab.lose(lab.finesse).reported_states(), [], "the agent is the new session's");
}

#[test]
fn a_client_s_word_of_an_agent_signs_in_only_whom_a_sign_in_would() {
    let refused = |change: fn(&mut SampleRows)| {
        let mut rows = SampleRows::lab_trace();
        change(&mut rows);
        let mut lab = Lab::with_objects(rows);
        answered(&lab.finesse_says(init()), &lab)
    };
    assert_eq!(refused(|_| ()), 0);
    assert_eq!(refused(|rows| rows.mrds[0].on_path = false), 27);
    assert_eq!(refused(|rows| rows.queues.iter_mut().for_each(QueueRow::clear)), 38);
    let mut full = Lab::with(cce_agentpg::Config { signed_in_max: Some(1), ..config() });
    full.finesse_says(MediaLoginReq { icm_agent_id: SkillTarget(5173), ..login(MRD) });
    assert_eq!(answered(&full.finesse_says(init()), &full), 34);
    let mut offline = Lab::open();
    offline.lose(offline.router);
    assert_eq!(answered(&offline.finesse_says(init()), &offline), 36);
    let mut voice = Lab::open();
    assert_eq!(answered(&voice.finesse_says(AgentInitReq { mrd_id: MrdId(1), ..init() }), &voice), 11);
}

#[test]
fn a_client_s_word_of_an_agent_who_is_signed_in_needs_no_router() {
    let mut lab = Lab::ready();
    lab.lose(lab.router);
    assert_eq!(answered(&lab.finesse_says(init()), &lab), 0);
}

#[test]
fn a_snapshot_shows_a_task_with_its_context() {
    let mut lab = Lab::working();
    let request =
        SnapshotTaskReq { invoke_id: InvokeId(9), mrd_id: MRD, task_id: TASK, ..Default::default() };
    let said = lab.finesse_says(request.clone());
    let [Cti::SnapshotTaskResp(answer)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    assert_eq!(
        (answer.status, answer.task_state, answer.icm_agent_id),
        (ArmStatus::SUCCESS, TaskState::Active.into(), AGENT)
    );
    assert_eq!(answer.script_selector, Some(Text::new("CumulusTask")));
    assert_eq!(answer.call_variable1, Some(Text::new("Scott McTominay")));
    let unknown = SnapshotTaskReq { task_id: task(1), ..request };
    let said = lab.finesse_says(unknown);
    assert!(
        matches!(&said.to(lab.finesse)[..], [Cti::SnapshotTaskResp(answer)] if answer.status == ArmStatus::TASK_OBJECT_NOT_FOUND)
    );
}

#[test]
fn every_call_variable_has_its_own_number_wherever_it_is_told() {
    let sent: Vec<_> = (1..=10).map(|number| Some(Text::new(format!("variable {number}")))).collect();
    let mut lab = Lab::ready();
    let reserved = lab.router_says(cce_mr::icm::DeviceTargetPreCallInd {
        call_variable1: Some(Text::new("variable 1")),
        call_variable2: Some(Text::new("variable 2")),
        call_variable3: Some(Text::new("variable 3")),
        call_variable4: Some(Text::new("variable 4")),
        call_variable5: Some(Text::new("variable 5")),
        call_variable6: Some(Text::new("variable 6")),
        call_variable7: Some(Text::new("variable 7")),
        call_variable8: Some(Text::new("variable 8")),
        call_variable9: Some(Text::new("variable 9")),
        call_variable10: Some(Text::new("variable 10")),
        ..reservation(TASK, MRD)
    });
    let [_, Cti::AgentPreCallEvent(told)] = &reserved.to(lab.finesse)[..] else { panic!("{reserved:?}") };
    let told = [
        &told.call_variable1,
        &told.call_variable2,
        &told.call_variable3,
        &told.call_variable4,
        &told.call_variable5,
        &told.call_variable6,
        &told.call_variable7,
        &told.call_variable8,
        &told.call_variable9,
        &told.call_variable10,
    ];
    assert!(told.into_iter().eq(&sent), "{told:?}");
    let asked = SnapshotTaskReq { mrd_id: MRD, task_id: TASK, ..Default::default() };
    let said = lab.finesse_says(asked);
    let [Cti::SnapshotTaskResp(told)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    let told = [
        &told.call_variable1,
        &told.call_variable2,
        &told.call_variable3,
        &told.call_variable4,
        &told.call_variable5,
        &told.call_variable6,
        &told.call_variable7,
        &told.call_variable8,
        &told.call_variable9,
        &told.call_variable10,
    ];
    assert!(told.into_iter().eq(&sent), "{told:?}");

    let changed: Vec<_> = (1..=10).map(|number| Some(Text::new(format!("new {number}")))).collect();
    let said = lab.finesse_says(UpdateTaskContextInd {
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id: TASK,
        call_variable1: Some(Text::new("new 1")),
        call_variable2: Some(Text::new("new 2")),
        call_variable3: Some(Text::new("new 3")),
        call_variable4: Some(Text::new("new 4")),
        call_variable5: Some(Text::new("new 5")),
        call_variable6: Some(Text::new("new 6")),
        call_variable7: Some(Text::new("new 7")),
        call_variable8: Some(Text::new("new 8")),
        call_variable9: Some(Text::new("new 9")),
        call_variable10: Some(Text::new("new 10")),
        ..Default::default()
    });
    let [Cti::TaskDataUpdateEvent(told)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    let told = [
        &told.call_variable1,
        &told.call_variable2,
        &told.call_variable3,
        &told.call_variable4,
        &told.call_variable5,
        &told.call_variable6,
        &told.call_variable7,
        &told.call_variable8,
        &told.call_variable9,
        &told.call_variable10,
    ];
    assert!(told.into_iter().eq(&changed), "{told:?}");
}

#[test]
fn a_changed_context_is_told_to_who_hears_of_tasks() {
    let mut lab = Lab::working();
    let update = UpdateTaskContextInd {
        invoke_id: InvokeId(9),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id: TASK,
        call_variable3: Some(Text::new("changed")),
        ..Default::default()
    };
    let said = lab.finesse_says(update.clone());
    let [Cti::TaskDataUpdateEvent(event)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    assert_eq!(event.call_variable3, Some(Text::new("changed")));
    assert_eq!(event.call_variable1, Some(Text::new("Scott McTominay")));
    for (status, wrong) in [
        (18, UpdateTaskContextInd { task_id: task(1), ..update.clone() }),
        (22, UpdateTaskContextInd { icm_agent_id: SkillTarget(5173), ..update.clone() }),
        (20, UpdateTaskContextInd { mrd_id: CHAT, ..update.clone() }),
    ] {
        assert_eq!(lab.finesse_says(wrong).status(lab.finesse), status);
    }
}

#[test]
fn an_expanded_variable_that_changes_twice_is_there_once_and_a_long_value_is_cut() {
    let ecc_variables = vec![EccVariable { name: "user.tier".to_owned(), length: 8, elements: None }];
    let mut lab = Lab::with_objects(SampleRows { ecc_variables, ..SampleRows::lab_trace() });
    lab.sign_in(MRD);
    lab.reserve(TASK);
    lab.finesse_says(start(TASK));
    let update = |value: &str| UpdateTaskContextInd {
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id: TASK,
        num_named_variables: 1,
        named_variable: vec![NamedVariable::new("user.tier", value)],
        ..Default::default()
    };
    lab.finesse_says(update("gold"));
    let said = lab.finesse_says(update("platinum card"));
    let [Cti::TaskDataUpdateEvent(event)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    assert_eq!(event.named_variable, [NamedVariable::new("user.tier", "platinum")]);
    assert_eq!(event.num_named_variables, 1);
}

#[test]
fn of_a_change_with_good_and_bad_variables_the_good_ones_are_taken_without_a_word() {
    let ecc_variables = vec![EccVariable { name: "user.tier".to_owned(), length: 8, elements: None }];
    let mut lab = Lab::with_objects(SampleRows { ecc_variables, ..SampleRows::lab_trace() });
    lab.sign_in(MRD);
    lab.reserve(TASK);
    lab.finesse_says(start(TASK));
    let said = lab.finesse_says(UpdateTaskContextInd {
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id: TASK,
        num_named_variables: 2,
        named_variable: vec![NamedVariable::new("user.none", "x"), NamedVariable::new("user.tier", "gold")],
        ..Default::default()
    });
    let [Cti::TaskDataUpdateEvent(event)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    assert_eq!(event.named_variable, [NamedVariable::new("user.tier", "gold")]);
    assert_eq!(event.num_named_variables, 1);
}

#[test]
fn a_task_that_takes_too_long_ends_with_41_after_a_warning() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    lab.finesse_says(start(TASK));
    let said = lab.pass(3600);
    let expected = ["MAX_TASK_LIFETIME_EXCEEDED_EVENT", "AGENT_STATE_EVENT", "END_TASK_EVENT"];
    assert_eq!(said.names(lab.finesse), expected);
    let Cti::MaxTaskLifetimeExceededEvent(warning) = &said.to(lab.finesse)[0] else { panic!("{said:?}") };
    assert_eq!((warning.task_id, warning.mr_domain_id, warning.icm_agent_id), (TASK, MRD, AGENT));
    assert_eq!(
        (warning.peripheral_id, warning.peripheral_type),
        (PeripheralId(5000), PeripheralType::DEFINITY_ECS_NON_EAS)
    );
    assert_eq!(said.reported_tasks(), [(TASK, 7, 41)]);
}

#[test]
fn the_task_layer_needs_a_session_that_reports_agents() {
    let messages: [Cti; 4] = [
        GetPrecallMessagesReq::default().into(),
        SnapshotTaskReq::default().into(),
        SetAppPathDataInd::default().into(),
        start_own().into(),
    ];
    for message in messages {
        let mut lab = Lab::open();
        let open = OpenReq { services_requested: services::ALL_EVENTS, ..open_req() };
        let link = lab.session(Port::CtiA, open);
        assert_eq!(lab.says(link, message).status(link), 12);
    }
}

#[test]
fn an_application_without_finesse_signs_an_agent_in_and_works() {
    let mut lab = Lab::open();
    let own = OpenReq {
        services_requested: services::AGENT_REPORTING | services::CLIENT_EVENTS,
        client_id: Some(Text::new("desk")),
        agent_id: Some(Text::new("1080")),
        ..open_req()
    };
    let link = lab.session(Port::CtiA, own);
    assert_eq!(lab.says(link, login(MRD)).names(link), ["MEDIA_LOGIN_RESP", "AGENT_STATE_EVENT"]);
    lab.says(link, ready(MRD));
    assert_eq!(lab.reserve(TASK).names(link), ["AGENT_STATE_EVENT", "AGENT_PRE_CALL_EVENT"]);
    assert_eq!(lab.says(link, start(TASK)).names(link), ["AGENT_STATE_EVENT", "START_TASK_EVENT"]);
    let ended = lab.says(link, end(TASK));
    assert_eq!(ended.names(link), ["AGENT_STATE_EVENT", "END_TASK_EVENT"]);
    assert_eq!(ended.reported_tasks(), [(TASK, 7, 38)]);
}

/// Workstation mode has one agent for each session, bridge mode has all of them (cti-server-protocol 11.4).
#[test]
fn a_session_of_one_device_asks_for_nobody_but_its_own_agent() {
    let own = services::AGENT_REPORTING | services::CLIENT_EVENTS | services::CLIENT_CONTROL;
    let open_as = |services_requested| OpenReq {
        services_requested,
        client_id: Some(Text::new("desk")),
        agent_id: Some(Text::new("1081")),
        ..open_req()
    };
    let about_1080: [Cti; 8] = [
        UpdateTaskContextInd { mrd_id: MRD, icm_agent_id: AGENT, task_id: TASK, ..Default::default() }.into(),
        login(MRD).into(),
        start(TASK).into(),
        start_own().into(),
        GetAgentTasksReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() }.into(),
        SnapshotTaskReq { mrd_id: MRD, task_id: TASK, ..Default::default() }.into(),
        DesktopConnectedInd { icm_agent_id: AGENT, ..Default::default() }.into(),
        SetAgentStateReq { agent_id: Some(Text::new("1080")), ..Default::default() }.into(),
    ];
    for message in &about_1080 {
        for (services, is_refused) in
            [(own, true), (own | services::SUPERVISOR, false), (own | services::ALL_EVENTS, false)]
        {
            let mut lab = Lab::working();
            let link = lab.session(Port::CtiA, open_as(services));
            let refused = lab.says(link, message.clone()).to(link).into_iter().any(|answer| {
                matches!(answer, Cti::FailureConf(failure) if failure.status == CtiStatus::FUNCTION_NOT_AVAILABLE)
            });
            assert_eq!(refused, is_refused, "{} {services:x}", message.name());
        }
    }
    let mut lab = Lab::working();
    let link = lab.session(Port::CtiA, open_as(own));
    lab.finesse_says(end(TASK));
    let asked = SnapshotTaskReq { mrd_id: MRD, task_id: TASK, ..Default::default() };
    assert_eq!(lab.says(link, asked).status(link), 12, "it was another agent's");
    let own_login = MediaLoginReq { icm_agent_id: SkillTarget(5173), ..login(MRD) };
    assert_eq!(lab.says(link, own_login).status(link), 0);
}

fn limit(max_task_limit: u32) -> ChangeMaxTaskLimitReq {
    ChangeMaxTaskLimitReq { mrd_id: MRD, icm_agent_id: AGENT, max_task_limit, ..Default::default() }
}

/// The agent of [`Lab::working`], as its client knows it.
fn init() -> AgentInitReq {
    AgentInitReq {
        invoke_id: InvokeId(12),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        agent_mode: AgentMode::ROUTABLE,
        agent_state: AgentState::Active.into(),
        max_task_limit: 3,
        ..AgentInitReq::default()
    }
}

fn over() -> OverrideLimitReq {
    OverrideLimitReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() }
}

fn start_own() -> StartApplicationTaskReq {
    StartApplicationTaskReq {
        invoke_id: InvokeId(41),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        arm_skill_group_id: SkillTarget(5199),
        arm_service_id: SkillTarget::NONE,
        ..Default::default()
    }
}

/// The status of the answer to a request of the task layer.
pub(crate) fn answered(said: &crate::lab::Said, lab: &Lab) -> u32 {
    let status = |message: &Cti| match message {
        Cti::ChangeMaxTaskLimitResp(m) => Some(m.status.0),
        Cti::OverrideLimitResp(m) => Some(m.status.0),
        Cti::AgentTasksResp(m) => Some(m.status.0),
        Cti::AgentInitResp(m) => Some(m.status.0),
        Cti::MediaLoginResp(m) => Some(m.status.0),
        Cti::TaskInitResp(m) => Some(m.status.0),
        Cti::FailureResp(m) => Some(m.status.0),
        Cti::StartApplicationTaskResp(m) if m.task_id == TaskId::NONE => Some(m.status.0),
        _ => None,
    };
    said.to(lab.finesse).iter().find_map(status).unwrap()
}
