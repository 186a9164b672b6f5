//! Signing in and out, and readiness.

use crate::{
    lab::{AGENT, CHAT, Lab, MRD, TASK, config, login, open_req, ready, task},
    work::{agent_event, end, offer, start},
};
use cce_agentpg::Config;
use cce_cti::{
    AgentInitReq, AgentMode, Cti, GetAgentTasksReq, GetPrecallMessagesReq, MakeAgentNotReadyReq,
    MakeAgentNotRoutableReq, MakeAgentRoutableInd, MediaLoginReq, MediaLogoutInd,
};
use cce_kernel::{Fact, Input, Output, Peer, Port};
use cce_model::{
    AgentState, Availability, Disposition, EventReason, InvokeId, MrdId, OnDisconnect, SkillTarget,
    fact::{AgentPgFact, OpcMessage},
    sample::SampleRows,
};

#[test]
fn a_sign_in_is_confirmed_and_shows_login_and_not_ready() {
    let mut lab = Lab::open();
    let said = lab.finesse_says(login(MRD));
    assert_eq!(said.names(lab.finesse), ["MEDIA_LOGIN_RESP", "AGENT_STATE_EVENT"]);
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!(event.skill_group_state, AgentState::Login);
    assert_eq!(event.agent_state, AgentState::NotReady);
    assert_eq!(
        (event.agent_mode, event.agent_availability_status, event.max_task_limit),
        (AgentMode::ROUTABLE, Availability::NotAvailable.into(), 3)
    );
    assert_eq!(said.reported_states()[0].agent_state, AgentState::NotReady);
}

#[test]
fn a_ready_agent_is_not_active_and_available() {
    let mut lab = Lab::open();
    lab.finesse_says(login(MRD));
    let said = lab.finesse_says(ready(MRD));
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT"]);
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!(
        (event.skill_group_state, event.agent_state),
        (AgentState::NotActive.into(), AgentState::NotActive.into())
    );
    assert_eq!(event.agent_availability_status, Availability::Icm);
    assert_eq!(said.reported_states()[0].availability, Availability::Icm);
}

#[test]
fn who_is_ready_but_not_routable_is_available_to_the_application_only() {
    let mut lab = Lab::open();
    lab.finesse_says(MediaLoginReq { make_routable: false, ..login(MRD) });
    let said = lab.finesse_says(cce_cti::MakeAgentReadyInd { make_routable: false, ..ready(MRD) });
    assert_eq!(agent_event(&said.to(lab.finesse)).agent_availability_status, Availability::Application);
}

#[test]
fn a_second_sign_in_is_told_so_and_sets_the_new_limit() {
    let mut lab = Lab::ready();
    let said = lab.finesse_says(MediaLoginReq { max_task_limit: 5, ..login(MRD) });
    assert_eq!(said.status(lab.finesse), 1);
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!((event.agent_state, event.max_task_limit), (AgentState::NotActive.into(), 5));
}

#[test]
fn who_signs_an_agent_in_again_speaks_for_the_agent() {
    let mut lab = Lab::ready();
    let second = lab.session(Port::CtiA, open_req());
    assert_eq!(lab.says(second, login(MRD)).status(second), 1);
    assert!(lab.lose(lab.finesse).reported_states().is_empty(), "the first session has no agent any more");
    assert_eq!(lab.lose(second).reported_states()[0].agent_state, AgentState::WorkNotReady);
}

#[test]
fn ready_without_routable_leaves_the_agent_as_routable_as_before() {
    let mut lab = Lab::ready();
    lab.finesse_says(not_ready(0));
    let said = lab.finesse_says(cce_cti::MakeAgentReadyInd { make_routable: false, ..ready(MRD) });
    assert_eq!(agent_event(&said.to(lab.finesse)).agent_mode, AgentMode::ROUTABLE);
}

#[test]
fn an_answered_task_has_no_time_to_start_any_more() {
    for answer in [cce_cti::Cti::from(offer(TASK)), start(TASK).into(), end(TASK).into()] {
        let mut lab = Lab::ready();
        let timer = lab.reserve(TASK).armed("start timeout").unwrap();
        assert!(lab.finesse_says(answer).cancels(&timer));
    }
}

#[test]
fn the_voice_domain_is_refused_with_11() {
    let mut lab = Lab::open();
    let said = lab.finesse_says(login(MrdId(1)));
    assert_eq!(said.names(lab.finesse), ["MEDIA_LOGIN_RESP"]);
    assert_eq!(said.status(lab.finesse), 11);
}

#[test]
fn an_unknown_agent_cannot_sign_in() {
    let mut lab = Lab::open();
    let said = lab.finesse_says(MediaLoginReq { icm_agent_id: SkillTarget(1), ..login(MRD) });
    assert_eq!(said.status(lab.finesse), 2);
}

#[test]
fn a_limit_outside_1_to_15_is_refused() {
    for limit in [0, 16] {
        let mut lab = Lab::open();
        let said = lab.finesse_says(MediaLoginReq { max_task_limit: limit, ..login(MRD) });
        assert_eq!(said.status(lab.finesse), 35);
        assert_eq!(said.reported_states(), []);
    }
}

#[test]
fn an_idle_agent_becomes_not_ready_at_once() {
    let mut lab = Lab::ready();
    let said = lab.finesse_says(not_ready(7));
    assert_eq!(said.names(lab.finesse), ["MAKE_AGENT_NOT_READY_RESP", "AGENT_STATE_EVENT"]);
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!((event.agent_state, event.event_reason_code), (AgentState::NotReady.into(), EventReason(7)));
}

#[test]
fn not_ready_is_refused_while_a_task_is_offered_and_not_when_it_is_accepted() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    assert_eq!(lab.finesse_says(not_ready(0)).status(lab.finesse), 14);
    lab.finesse_says(offer(TASK));
    let said = lab.finesse_says(not_ready(0));
    assert_eq!(said.status(lab.finesse), 0);
    assert_eq!(agent_event(&said.to(lab.finesse)).agent_state, AgentState::NotReady);
}

/// TR-065, TR-068.
#[test]
fn not_ready_takes_effect_at_once_and_the_tasks_stay() {
    let mut lab = Lab::working();
    let asked = lab.finesse_says(not_ready(3));
    assert_eq!(asked.names(lab.finesse), ["MAKE_AGENT_NOT_READY_RESP", "AGENT_STATE_EVENT"]);
    let event = agent_event(&asked.to(lab.finesse));
    assert_eq!(
        (event.agent_state, event.agent_availability_status),
        (AgentState::NotReady.into(), Availability::NotAvailable.into())
    );
    assert_eq!((event.num_tasks, event.event_reason_code), (1, EventReason(3)));
    assert_eq!(asked.reported_states()[0].availability, Availability::NotAvailable);
    for work in [
        cce_cti::Cti::from(crate::work::pause(TASK)),
        crate::work::resume(TASK).into(),
        crate::work::wrap_up(TASK).into(),
    ] {
        let worked = lab.finesse_says(work);
        assert_eq!(agent_event(&worked.to(lab.finesse)).agent_state, AgentState::NotReady);
    }
    let ended = lab.finesse_says(end(TASK));
    assert_eq!(ended.names(lab.finesse), ["AGENT_STATE_EVENT", "END_TASK_EVENT"]);
    assert_eq!(agent_event(&ended.to(lab.finesse)).agent_state, AgentState::NotReady);
}

#[test]
fn who_is_not_ready_may_say_so_again_with_another_reason() {
    let mut lab = Lab::working();
    lab.finesse_says(not_ready(3));
    let again = lab.finesse_says(MakeAgentNotReadyReq { invoke_id: InvokeId(13), ..not_ready(4) });
    assert_eq!(again.status(lab.finesse), 0);
    assert_eq!(agent_event(&again.to(lab.finesse)).event_reason_code, EventReason(4));
}

#[test]
fn who_is_ready_again_has_the_state_of_the_tasks() {
    let mut lab = Lab::working();
    lab.finesse_says(not_ready(0));
    let said = lab.finesse_says(ready(MRD));
    assert_eq!(agent_event(&said.to(lab.finesse)).agent_state, AgentState::Active);
    let ended = lab.finesse_says(end(TASK));
    assert_eq!(agent_event(&ended.to(lab.finesse)).agent_state, AgentState::NotActive);
}

#[test]
fn not_routable_waits_until_every_task_has_begun() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    let asked = lab.finesse_says(not_routable());
    assert_eq!(asked.status(lab.finesse), 0);
    assert_eq!(agent_event(&asked.to(lab.finesse)).agent_mode, AgentMode::ROUTABLE);
    let begun = lab.finesse_says(start(TASK));
    assert_eq!(agent_event(&begun.to(lab.finesse)).agent_mode, AgentMode::NOT_ROUTABLE);
}

/// Case 01.
#[test]
fn routable_and_ready_take_an_earlier_not_routable_back() {
    let routable = MakeAgentRoutableInd {
        invoke_id: InvokeId(15),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        max_tasks: 3,
        ..Default::default()
    };
    for take_back in [cce_cti::Cti::from(routable), ready(MRD).into()] {
        let mut lab = Lab::ready();
        lab.reserve(TASK);
        lab.finesse_says(not_routable());
        lab.finesse_says(take_back);
        let begun = lab.finesse_says(start(TASK));
        assert_eq!(agent_event(&begun.to(lab.finesse)).agent_mode, AgentMode::ROUTABLE);
    }
}

#[test]
fn who_has_nothing_to_begin_is_not_routable_at_once() {
    let mut lab = Lab::ready();
    let said = lab.finesse_says(not_routable());
    assert_eq!(said.names(lab.finesse), ["MAKE_AGENT_NOT_ROUTABLE_RESP", "AGENT_STATE_EVENT"]);
    assert_eq!(agent_event(&said.to(lab.finesse)).agent_mode, AgentMode::NOT_ROUTABLE);
}

#[test]
fn routable_sets_the_limit_too() {
    let mut lab = Lab::ready();
    lab.finesse_says(not_routable());
    let said = lab.finesse_says(MakeAgentRoutableInd {
        invoke_id: InvokeId(15),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        max_tasks: 1,
        ..MakeAgentRoutableInd::default()
    });
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!(
        (event.agent_mode, event.max_task_limit, event.agent_availability_status),
        (AgentMode::ROUTABLE, 1, Availability::Icm.into())
    );
}

#[test]
fn a_sign_out_shows_logout() {
    let mut lab = Lab::ready();
    let said = lab.finesse_says(logout());
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT"]);
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!(
        (event.agent_state, event.agent_availability_status),
        (AgentState::Logout.into(), Availability::NotAvailable.into())
    );
    assert_eq!(said.reported_states()[0].agent_state, AgentState::Logout);
}

#[test]
fn a_sign_out_ends_every_task_before_it_shows_logout() {
    let mut lab = Lab::working();
    lab.reserve(task(1));
    let said = lab.finesse_says(logout());
    assert_eq!(
        said.names(lab.finesse),
        ["END_TASK_EVENT", "END_TASK_EVENT", "AGENT_STATE_EVENT"],
        "no state in between"
    );
    assert_eq!(said.reported_tasks(), [(TASK, 7, 40), (task(1), 7, 36)], "nobody answered the second");
    let states: Vec<_> = said.reported_states().iter().map(|state| state.agent_state).collect();
    assert_eq!(states, [AgentState::Logout]);
    assert_eq!(agent_event(&said.to(lab.finesse)).num_tasks, 0);
}

#[test]
fn a_sign_out_may_say_how_tasks_end() {
    let mut lab = Lab::working();
    let said = lab.finesse_says(MediaLogoutInd {
        flt_icm_disp: Some(Disposition::TASK_TRANSFERRED_ON_AGENT_LOGOUT),
        ..logout()
    });
    assert_eq!(said.reported_tasks(), [(TASK, 7, 65)]);
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    let said = lab.finesse_says(MediaLogoutInd {
        flt_icm_disp: Some(Disposition::TASK_TRANSFERRED_ON_AGENT_LOGOUT),
        ..logout()
    });
    assert_eq!(said.reported_tasks(), [(TASK, 7, 65)]);
}

#[test]
fn an_accepted_task_ends_with_the_sign_out_like_one_in_work() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    lab.finesse_says(crate::work::offer(TASK));
    assert_eq!(lab.finesse_says(logout()).reported_tasks(), [(TASK, 7, 40)]);
}

#[test]
fn who_is_gone_stays_signed_in_and_is_not_ready_where_the_peripheral_says_so() {
    let mut lab = Lab::with(Config { on_agent_disconnect: OnDisconnect::NotReady, ..config() });
    lab.sign_in(MRD);
    lab.reserve(TASK);
    let said = lab.finesse_says(MediaLogoutInd { reason_code: EventReason::FORCED_SIGN_OUT, ..logout() });
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT"], "the task stays, and its offer rings out");
    let event = agent_event(&said.to(lab.finesse));
    assert_eq!(
        (event.agent_state, event.event_reason_code),
        (AgentState::NotReady.into(), EventReason::FORCED_SIGN_OUT)
    );
    assert_eq!(said.reported_states()[0].agent_state, AgentState::NotReady);
    let asked = lab.finesse_says(logout());
    assert_eq!(asked.reported_states()[0].agent_state, AgentState::Logout, "another reason signs out");
}

#[test]
fn who_is_signed_out_cannot_sign_out() {
    let mut lab = Lab::open();
    assert_eq!(lab.finesse_says(logout()).status(lab.finesse), 6);
}

#[test]
fn agents_of_a_lost_session_are_work_not_ready_and_not_routable() {
    let mut lab = Lab::working();
    let said = lab.lose(lab.finesse);
    let state = &said.reported_states()[0];
    assert_eq!(state.agent_state, AgentState::WorkNotReady);
    assert_eq!((state.num_tasks, state.availability), (1, Availability::NotAvailable.into()));
}

#[test]
fn a_sign_in_after_a_lost_session_renews_the_terms_and_keeps_the_tasks() {
    let mut lab = Lab::working();
    lab.lose(lab.finesse);
    lab.finesse = lab.session(Port::CtiA, open_req());
    let said = lab.finesse_says(MediaLoginReq { max_task_limit: 2, ..login(MRD) });
    assert_eq!(said.status(lab.finesse), 1);
    assert_eq!(said.reported_tasks(), []);
    let state = &said.reported_states()[0];
    assert_eq!(state.agent_state, AgentState::Active);
    assert_eq!(
        (state.max_task_limit, state.agent_mode, state.availability),
        (2, false, Availability::Application.into())
    );
    assert_eq!(lab.finesse_says(end(TASK)).reported_tasks(), [(TASK, 7, 38)]);
}

/// A reason belongs to NOT_READY and LOGOUT alone (task-routing 6.4).
#[test]
fn the_reason_of_not_ready_is_told_in_no_other_state() {
    let mut lab = Lab::working();
    lab.finesse_says(not_ready(3));
    let lost = lab.lose(lab.finesse);
    let told = lost.facts().into_iter().find_map(|fact| match fact {
        Fact::AgentPg(AgentPgFact::ToCtiServer(OpcMessage::Agent(record))) => Some(record),
        _ => None,
    });
    assert_eq!(
        told.map(|record| (record.state, record.reason)),
        Some((AgentState::WorkNotReady, EventReason::NONE))
    );
}

#[test]
fn who_had_no_task_is_not_ready_after_a_lost_session() {
    let mut lab = Lab::ready();
    lab.lose(lab.finesse);
    lab.finesse = lab.session(Port::CtiA, open_req());
    let said = lab.finesse_says(login(MRD));
    assert_eq!(said.status(lab.finesse), 1);
    assert_eq!(said.reported_states()[0].agent_state, AgentState::NotReady);
}

#[test]
fn the_life_of_tasks_is_not_counted_any_more_once_their_client_is_back() {
    let mut lab = Lab::working();
    let key = lab.lose(lab.finesse).armed("task life").unwrap();
    lab.finesse = lab.session(Port::CtiA, open_req());
    let said = lab.finesse_says(login(MRD));
    assert!(said.0.contains(&Output::Cancel { key }), "{said:?}");
}

/// Whoever speaks for the agent again stops the count; so does the agent's end (task-routing E16, E19).
#[test]
fn the_life_of_tasks_is_not_counted_for_who_has_a_client_or_is_signed_out() {
    let again = |mrd_id| GetAgentTasksReq { mrd_id, icm_agent_id: AGENT, ..Default::default() };
    let init = AgentInitReq {
        mrd_id: MRD,
        icm_agent_id: AGENT,
        agent_state: AgentState::Active.into(),
        max_task_limit: 3,
        ..Default::default()
    };
    for message in [Cti::from(again(MRD)), init.into(), logout().into()] {
        let mut lab = Lab::working();
        let key = lab.lose(lab.finesse).armed("task life").unwrap();
        lab.finesse = lab.session(Port::CtiA, open_req());
        let said = lab.finesse_says(message);
        assert!(said.cancels(&key), "{said:?}");
    }
}

/// Whether the owner is forgotten at the sign-out shows nowhere: who is signed out has no task that anything could be said
/// of, and the next sign-in names the next owner.
#[test]
fn reservations_can_be_had_by_the_client_of_their_agent_only() {
    let mut lab = Lab::ready();
    let first = lab.finesse;
    let second = lab.session(Port::CtiA, open_req());
    lab.finesse_says(logout());
    lab.says(second, login(MRD));
    lab.says(second, ready(MRD));
    lab.reserve(TASK);
    let mut had = |link| {
        let asked = GetPrecallMessagesReq { mrd_id: MRD, ..Default::default() };
        let said = lab.says(link, asked);
        said.names(link).len()
    };
    assert_eq!((had(first), had(second)), (1, 2));
}

#[test]
fn an_offer_rings_out_while_the_client_is_away() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    lab.lose(lab.finesse);
    assert_eq!(lab.pass(30).reported_tasks(), [(TASK, 7, 36)]);
}

#[test]
fn tasks_of_a_lost_session_end_with_42_when_their_life_is_over() {
    let mut lab = Lab::working();
    lab.lose(lab.finesse);
    assert_eq!(lab.pass(1_200).reported_tasks(), [(TASK, 7, 42)]);
}

fn not_ready(reason_code: u16) -> MakeAgentNotReadyReq {
    MakeAgentNotReadyReq {
        invoke_id: InvokeId(12),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        reason_code: EventReason(reason_code),
        ..MakeAgentNotReadyReq::default()
    }
}

fn not_routable() -> MakeAgentNotRoutableReq {
    MakeAgentNotRoutableReq {
        invoke_id: InvokeId(14),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        ..MakeAgentNotRoutableReq::default()
    }
}

fn logout() -> MediaLogoutInd {
    MediaLogoutInd { invoke_id: InvokeId(16), mrd_id: MRD, icm_agent_id: AGENT, ..MediaLogoutInd::default() }
}

#[test]
fn a_sign_in_while_the_router_is_away_is_refused_with_36() {
    let mut lab = Lab::open();
    lab.lose(lab.router);
    assert_eq!(lab.finesse_says(login(MRD)).status(lab.finesse), 36);
}

#[test]
fn who_is_signed_in_already_may_renew_the_terms_while_the_router_is_away() {
    let mut lab = Lab::ready();
    lab.lose(lab.router);
    assert_eq!(lab.finesse_says(login(MRD)).status(lab.finesse), 1);
}

#[test]
fn a_sign_in_waits_while_the_session_with_the_router_is_opened() {
    let mut lab = opening();
    assert!(lab.finesse_says(login(MRD)).names(lab.finesse).is_empty());
    let said = lab.router_says(cce_mr::icm::OpenConf::default());
    assert_eq!(said.status(lab.finesse), 0);
}

#[test]
fn a_second_sign_in_of_the_agent_that_waits_is_refused_with_41() {
    let mut lab = opening();
    lab.finesse_says(login(MRD));
    assert_eq!(lab.finesse_says(login(MRD)).status(lab.finesse), 41);
}

#[test]
fn a_sign_in_that_waits_for_too_long_is_refused_with_37() {
    let mut lab = opening();
    lab.finesse_says(login(MRD));
    assert_eq!(lab.pass(10).status(lab.finesse), 37);
    assert!(lab.router_says(cce_mr::icm::OpenConf::default()).names(lab.finesse).len() <= 1, "it is over");
}

#[test]
fn a_sign_in_that_waits_is_refused_with_36_when_the_router_is_gone_again() {
    let mut lab = opening();
    lab.finesse_says(login(MRD));
    assert_eq!(lab.lose(lab.router).status(lab.finesse), 36);
}

#[test]
fn a_sign_in_that_waits_goes_with_its_client() {
    let mut lab = opening();
    lab.finesse_says(login(MRD));
    lab.lose(lab.finesse);
    let said = lab.router_says(cce_mr::icm::OpenConf::default());
    assert!(!said.facts().iter().any(|fact| matches!(fact, Fact::AgentInMrd { .. })));
}

#[test]
fn a_sign_in_to_a_domain_off_the_application_path_is_refused_with_27() {
    let mut rows = SampleRows::lab_trace();
    rows.mrds[0].on_path = false;
    let mut lab = Lab::with_objects(rows);
    assert_eq!(lab.finesse_says(login(MRD)).status(lab.finesse), 27);
}

#[test]
fn a_sign_in_of_an_agent_of_the_domain_without_a_queue_is_refused_with_38() {
    let mut rows = SampleRows::lab_trace();
    rows.queues[0].clear();
    let mut lab = Lab::with_objects(rows);
    assert_eq!(lab.finesse_says(login(MRD)).status(lab.finesse), 38);
}

#[test]
fn one_agent_more_than_the_peripheral_takes_is_refused_with_34() {
    let mut lab = Lab::with(Config { signed_in_max: Some(1), ..config() });
    lab.sign_in(MRD);
    assert_eq!(lab.finesse_says(login(CHAT)).status(lab.finesse), 0, "the same agent in another domain");
    let other = MediaLoginReq { icm_agent_id: SkillTarget(5173), ..login(MRD) };
    assert_eq!(lab.finesse_says(other).status(lab.finesse), 34);
}

/// A lab whose router was asked to open its session, and has not answered.
fn opening() -> Lab {
    let mut lab = Lab::started(config());
    lab.input(Input::LinkUp { link: lab.router, peer: Peer::default() });
    lab.finesse = lab.session(Port::CtiA, open_req());
    lab
}
