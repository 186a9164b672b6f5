//! The link to the router, and what comes over it.

use crate::{
    lab::{AGENT, Lab, MRD, TASK, config, login, open_req, reservation, task},
    work::{agent_event, end, start},
};
use cce_agentpg::Config;
use cce_cti::{MediaLogoutInd, OpenReq, SystemEventId, TaskMonitorStartReq, services, task_msg_mask};
use cce_kernel::{Fact, Input, LinkReason, Peer, Port};
use cce_model::{AgentState, InvokeId, PeripheralId, PeripheralType, SkillTarget};
use cce_mr::{
    FailureStatus, Icm,
    icm::{
        CloseReq, DeviceTargetPreCallInd, FailureConf, FailureEvent, HeartbeatConf, TaskDequeuedInd,
        TaskQueuedInd,
    },
};
use cce_wire::{NamedVariable, Text};
use std::time::Duration;

#[test]
fn the_router_is_asked_to_open() {
    let mut lab = Lab::started(config());
    let link = lab.router;
    let said = lab.input(Input::LinkUp { link, peer: Peer::default() });
    let [Icm::OpenReq(open)] = &said.to_router()[..] else { panic!("{said:?}") };
    assert_eq!(
        (open.version, open.peripheral_id, open.peripheral_type),
        (1, PeripheralId(5000), PeripheralType::ENTERPRISE_AGENT)
    );
}

#[test]
fn a_router_that_is_not_there_is_dialled_again() {
    let mut lab = Lab::started(config());
    let link = lab.router;
    lab.input(Input::LinkDown { link, reason: LinkReason::Refused });
    assert_eq!(lab.pass(1).dialled().port, Port::IcmAgent);
}

#[test]
fn a_router_that_does_not_answer_three_heartbeats_is_dropped() {
    let mut lab = Lab::open();
    lab.mute_router();
    for _ in 0..3 {
        assert_eq!(lab.pass(5).to_router()[0].name(), "HEARTBEAT_REQ");
    }
    let said = lab.pass(5);
    assert!(said.closes(lab.router));
    assert!(said.armed("router redial").is_some());
}

#[test]
fn a_router_that_takes_leave_is_answered_and_dialled_again() {
    let mut lab = Lab::open();
    let said = lab.router_says(CloseReq { invoke_id: InvokeId(7), ..CloseReq::default() });
    let [Icm::CloseConf(conf)] = &said.to_router()[..] else { panic!("{said:?}") };
    assert_eq!(conf.invoke_id, InvokeId(7));
    assert!(said.closes(lab.router) && said.armed("router redial").is_some());
    assert!(!said.facts().iter().any(|fact| matches!(fact, Fact::PeerError { .. })), "{said:?}");
}

#[test]
fn a_router_that_refuses_the_session_is_left_and_dialled_again() {
    let mut lab = Lab::started(config());
    let link = lab.router;
    lab.input(Input::LinkUp { link, peer: Peer::default() });
    let said = lab.router_says(FailureConf { status: FailureStatus::REFUSED, ..FailureConf::default() });
    assert!(said.closes(link) && said.armed("router redial").is_some());
}

#[test]
fn a_failure_in_an_open_session_is_told_and_leaves_the_session_open() {
    let mut lab = Lab::open();
    let said = lab.router_says(FailureEvent { status: FailureStatus::REFUSED, ..FailureEvent::default() });
    assert!(matches!(said.facts()[..], [Fact::PeerError { .. }]), "{said:?}");
    assert!(!said.closes(lab.router));
}

#[test]
fn an_answered_heartbeat_counts_from_the_start() {
    let mut lab = Lab::open();
    lab.pass(25);
    lab.mute_router();
    assert_eq!(lab.pass(5).to_router()[0].name(), "HEARTBEAT_REQ");
}

#[test]
fn a_reservation_reserves_and_tells_the_agent_s_client() {
    let mut lab = Lab::ready();
    let said = lab.reserve(TASK);
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT", "AGENT_PRE_CALL_EVENT"]);
    let names: Vec<_> = said.to_router().iter().map(Icm::name).collect();
    assert_eq!(names, ["TASK_EVENT", "AGENT_STATE_UPDATE"]);
    let state = &said.reported_states()[0];
    assert_eq!((state.agent_state, state.active_tasks, state.num_tasks), (AgentState::Reserved.into(), 0, 1));
}

#[test]
fn expanded_call_variables_reach_the_agent_s_client() {
    let mut lab = Lab::ready();
    let named_variables = vec![NamedVariable::new("user.order", "4711")];
    let said = lab.router_says(DeviceTargetPreCallInd { named_variables, ..reservation(TASK, MRD) });
    let [_, cce_cti::Cti::AgentPreCallEvent(event)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    assert_eq!(event.num_named_variables, 1);
    assert_eq!(event.named_variable[0].parts(), Some(("user.order".to_owned(), "4711".to_owned())));
}

#[test]
fn a_reservation_for_somebody_unknown_is_refused_with_36() {
    let mut lab = Lab::ready();
    refuses(&mut lab, DeviceTargetPreCallInd { agstid: SkillTarget(1), ..reservation(TASK, MRD) });
}

#[test]
fn a_reservation_for_somebody_signed_out_is_refused_with_36() {
    refuses(&mut Lab::open(), reservation(TASK, MRD));
}

#[test]
fn a_reservation_over_the_limit_is_refused_with_36() {
    let mut lab = Lab::ready();
    (1..=3).for_each(|n| drop(lab.reserve(task(n))));
    refuses(&mut lab, reservation(TASK, MRD));
}

#[test]
fn a_task_beyond_the_limit_is_taken_where_the_agent_allows_it() {
    let mut lab = Lab::open();
    lab.finesse_says(cce_cti::MediaLoginReq {
        max_task_limit: 1,
        max_beyond_task_limit: Some(1),
        ..login(MRD)
    });
    lab.finesse_says(crate::lab::ready(MRD));
    lab.reserve(TASK);
    assert_eq!(lab.reserve(task(1)).reported_tasks(), [(task(1), 0, 0)]);
}

#[test]
fn a_task_reserved_twice_stays_as_it_is() {
    let mut lab = Lab::working();
    let said = lab.reserve(TASK);
    assert_eq!(said.to_router(), []);
    assert!(matches!(said.facts()[..], [Fact::PeerError { .. }]));
}

#[test]
fn a_reservation_that_comes_again_does_not_bring_back_a_task_that_is_over() {
    let mut lab = Lab::working();
    lab.finesse_says(end(TASK));
    let said = lab.reserve(TASK);
    assert_eq!(said.to_router(), []);
    assert!(matches!(said.facts()[..], [Fact::PeerError { .. }]));
}

#[test]
fn who_became_not_ready_meanwhile_gets_the_task_all_the_same() {
    let mut lab = Lab::open();
    lab.finesse_says(login(MRD));
    let said = lab.reserve(TASK);
    assert_eq!(agent_event(&said.to(lab.finesse)).agent_state, AgentState::NotReady);
    let ended = lab.finesse_says(end(TASK));
    assert_eq!(agent_event(&ended.to(lab.finesse)).agent_state, AgentState::NotReady);
}

#[test]
fn an_abort_withdraws_a_task_that_has_not_begun() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    let said = lab.abort(TASK);
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT", "AGENT_PRE_CALL_ABORT_EVENT"]);
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!((event.agent_state, event.num_tasks), (AgentState::NotActive.into(), 0));
    assert_eq!(said.reported_tasks(), [(TASK, 7, 36)]);
}

#[test]
fn an_abort_of_a_begun_task_changes_nothing() {
    let mut lab = Lab::working();
    let said = lab.abort(TASK);
    assert_eq!(said.to_router(), []);
    assert!(matches!(said.facts()[..], [Fact::PeerError { .. }]));
}

#[test]
fn tasks_go_on_while_the_router_is_away_and_it_hears_of_them_when_it_is_back() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    lab.reserve(task(1));
    lab.lose(lab.router);
    assert_eq!(lab.finesse_says(start(TASK)).to_router(), []);
    lab.finesse_says(end(task(1)));
    lab.router = lab.pass(1).dialled();
    let said = lab.connect_router();
    assert_eq!(said.reported_tasks(), [(task(1), 0, 0), (task(1), 7, 38), (TASK, 1, 0)]);
    let states: Vec<_> = said.reported_states().iter().map(|s| (s.icm_agent_id, s.agent_state)).collect();
    assert_eq!(states, [(AGENT, AgentState::Active.into())]);
}

#[test]
fn an_end_is_told_again_until_a_later_heartbeat_is_answered() {
    let mut lab = Lab::working();
    lab.mute_router();
    lab.finesse_says(end(TASK));
    assert_eq!(reconnect(&mut lab).reported_tasks(), [(TASK, 0, 0), (TASK, 7, 38)]);
    let Icm::HeartbeatReq(beat) = &lab.pass(5).to_router()[0] else { panic!("no heartbeat") };
    assert_eq!(reconnect(&mut lab).reported_tasks().len(), 2, "the heartbeat may be lost");
    lab.router_says(HeartbeatConf { invoke_id: beat.invoke_id, ..HeartbeatConf::default() });
    let Icm::HeartbeatReq(beat) = &lab.pass(5).to_router()[0] else { panic!("no heartbeat") };
    lab.router_says(HeartbeatConf { invoke_id: beat.invoke_id, ..HeartbeatConf::default() });
    assert_eq!(reconnect(&mut lab).reported_tasks(), []);
}

#[test]
fn an_end_that_was_told_behind_a_heartbeat_outlives_its_answer() {
    let mut lab = Lab::working();
    lab.mute_router();
    let Icm::HeartbeatReq(beat) = &lab.pass(5).to_router()[0] else { panic!("no heartbeat") };
    lab.finesse_says(end(TASK));
    lab.router_says(HeartbeatConf { invoke_id: beat.invoke_id, ..HeartbeatConf::default() });
    assert_eq!(reconnect(&mut lab).reported_tasks(), [(TASK, 0, 0), (TASK, 7, 38)]);
}

#[test]
fn ends_that_nobody_hears_of_are_bounded() {
    let mut lab = Lab::ready();
    for n in 0..1_002 {
        lab.reserve(task(n));
        lab.finesse_says(end(task(n)));
    }
    let told = reconnect(&mut lab).reported_tasks();
    assert_eq!((told.len(), told[0].0), (2_000, task(2)));
}

#[test]
fn a_refused_reservation_is_followed_by_how_the_agent_stands() {
    let mut lab = Lab::open();
    lab.finesse_says(login(MRD));
    lab.finesse_says(MediaLogoutInd { mrd_id: MRD, icm_agent_id: AGENT, ..MediaLogoutInd::default() });
    let said = lab.reserve(TASK);
    let names: Vec<_> = said.to_router().iter().map(Icm::name).collect();
    assert_eq!(names, ["TASK_EVENT", "AGENT_STATE_UPDATE"]);
    assert_eq!(said.reported_states()[0].agent_state, AgentState::Logout);
}

#[test]
fn clients_hear_that_the_central_controller_is_gone() {
    let mut lab = Lab::open();
    let said = lab.lose(lab.router);
    let [cce_cti::Cti::SystemEvent(event)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    assert_eq!((event.system_event_id, event.pg_status), (SystemEventId::CENTRAL_CONTROLLER_OFFLINE, 2));
}

#[test]
fn a_delayed_report_shows_the_state_of_its_own_moment() {
    let mut lab = Lab::with(Config { state_report_delay: Duration::from_secs(1), ..config() });
    let said = lab.finesse_says(login(MRD));
    assert_eq!(said.reported_states(), []);
    let again = lab.finesse_says(crate::lab::ready(MRD));
    assert_eq!(again.armed("state report"), None);
    let reported = lab.pass(1).reported_states();
    assert_eq!(reported.iter().map(|s| s.agent_state).collect::<Vec<_>>(), [AgentState::NotActive]);
}

#[test]
fn a_delay_of_states_does_not_delay_tasks() {
    let mut lab = Lab::with(Config { state_report_delay: Duration::from_secs(1), ..config() });
    lab.sign_in(MRD);
    let said = lab.reserve(TASK);
    assert_eq!(said.reported_tasks(), [(TASK, 0, 0)]);
    assert_eq!(said.reported_states(), []);
}

#[test]
fn an_unreadable_message_drops_the_router_and_no_client() {
    let mut lab = Lab::open();
    let said = lab.bytes(lab.router, cce_wire::frame(30, |_| ()));
    assert!(said.closes(lab.router));
    assert!(!said.closes(lab.finesse));
}

#[test]
fn a_restart_begins_with_everybody_signed_out() {
    let mut lab = Lab::working();
    lab.router = lab.input(Input::Start { stored: [].into(), entropy: cce_kernel::Entropy::Seed }).dialled();
    assert_eq!(lab.connect_router().reported_states(), []);
    lab.finesse = lab.session(Port::CtiA, open_req());
    assert_eq!(lab.finesse_says(login(MRD)).status(lab.finesse), 0);
}

fn reconnect(lab: &mut Lab) -> crate::lab::Said {
    lab.lose(lab.router);
    lab.router = lab.pass(1).dialled();
    lab.connect_router()
}

fn refuses(lab: &mut Lab, message: DeviceTargetPreCallInd) {
    let said = lab.router_says(message);
    assert_eq!(said.reported_tasks(), [(TASK, 7, 36)]);
    assert_eq!(said.to(lab.finesse), []);
    assert!(matches!(said.facts()[..], [Fact::PeerError { .. }]));
}

#[test]
fn whoever_watches_tasks_hears_of_one_that_waits_with_its_context() {
    let mut lab = Lab::ready();
    let waiting = TaskQueuedInd {
        task_id: TASK,
        mrd_id: MRD,
        sgstid: SkillTarget(5199),
        is_new: true,
        dn: Some(Text::new("CumulusTask")),
        ced: Some(Text::new("C-1")),
        call_variable1: Some(Text::new("Scott McTominay")),
        named_variables: vec![NamedVariable::new("user.order", "4711")],
        ..TaskQueuedInd::default()
    };
    let said = lab.router_says(waiting.clone());
    let [cce_cti::Cti::BeginTaskEvent(begin), cce_cti::Cti::QueuedTaskEvent(queued)] =
        &said.to(lab.finesse)[..]
    else {
        panic!("{said:?}")
    };
    assert_eq!(
        (begin.task_id, begin.icm_agent_id, begin.peripheral_type),
        (TASK, SkillTarget::NONE, PeripheralType::DEFINITY_ECS_NON_EAS)
    );
    assert_eq!(begin.script_selector, Some(Text::new("CumulusTask")));
    assert_eq!(begin.call_variable1, Some(Text::new("Scott McTominay")));
    assert_eq!(begin.num_named_variables, 1);
    assert_eq!(
        (queued.task_id, queued.skill_group_id, queued.service_id),
        (TASK, SkillTarget(5199), SkillTarget::NONE)
    );
    assert_eq!(
        (queued.peripheral_id, queued.peripheral_type, queued.mr_domain_id),
        (PeripheralId(5000), PeripheralType::DEFINITY_ECS_NON_EAS, MRD)
    );
    let again = lab.router_says(TaskQueuedInd { is_new: false, ..waiting });
    assert_eq!(again.names(lab.finesse), ["QUEUED_TASK_EVENT"], "it is routed anew");
    let over = TaskDequeuedInd {
        task_id: TASK,
        mrd_id: MRD,
        sgstid: SkillTarget(5199),
        ..TaskDequeuedInd::default()
    };
    let said = lab.router_says(over);
    let [cce_cti::Cti::DequeuedTaskEvent(over)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    assert_eq!(
        (over.task_id, over.skill_group_id, over.service_id),
        (TASK, SkillTarget(5199), SkillTarget::NONE)
    );
    assert_eq!(
        (over.peripheral_id, over.peripheral_type, over.mr_domain_id),
        (PeripheralId(5000), PeripheralType::DEFINITY_ECS_NON_EAS, MRD)
    );
}

#[test]
fn a_task_that_waits_is_told_by_the_masks_and_to_nobody_for_an_agent_alone() {
    let mut lab = Lab::open();
    let open = |services_requested, id: &str| OpenReq {
        services_requested,
        client_id: Some(Text::new(id)),
        agent_id: Some(Text::new("1080")),
        ..open_req()
    };
    let desk = lab.session(Port::CtiA, open(services::CLIENT_EVENTS | services::AGENT_REPORTING, "desk"));
    let watcher = lab.session(Port::CtiA, OpenReq { agent_id: None, ..open(services::TASK_MONITOR, "tool") });
    let monitor = TaskMonitorStartReq {
        mrd_id: MRD,
        icm_agent_id: SkillTarget::NONE,
        task_msg_mask: task_msg_mask::DEQUEUED,
        ..TaskMonitorStartReq::default()
    };
    lab.says(watcher, monitor);
    let waiting = TaskQueuedInd { task_id: TASK, mrd_id: MRD, is_new: true, ..TaskQueuedInd::default() };
    let said = lab.router_says(waiting);
    assert_eq!((said.names(desk).len(), said.names(watcher).len()), (0, 0));
    let over = TaskDequeuedInd { task_id: TASK, mrd_id: MRD, ..TaskDequeuedInd::default() };
    let said = lab.router_says(over);
    assert_eq!((said.names(desk).len(), said.names(watcher)), (0, vec!["DEQUEUED_TASK_EVENT"]));
}
