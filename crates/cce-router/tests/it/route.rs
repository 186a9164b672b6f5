//! From a request to an agent who is free.

use crate::lab::{
    AGENT, CHAT, Lab, MRD, OTHER, TASK, config, in_state, new_call, new_call_to, rows, standing, step,
    task_event, with_steps,
};
use cce_model::{
    AgentState, Availability, CallTypeId, DialogueId, InvokeId, MrdId, OperationCode, OperationFlags,
    PeripheralId, PrecisionQueueId, RouterCallKey, RoutingClientId, SkillTarget,
    fact::{QueueChoice, RouterFact},
};
use cce_mr::{
    Icm, RoutingService,
    icm::{AgentStateUpdate, NewCall},
};
use cce_wire::{List, NamedVariable, Text};

#[test]
fn an_agent_who_is_free_gets_the_task_at_once() {
    let mut lab = Lab::ready();
    let said = lab.call(4);
    let key = RouterCallKey { day: TASK.day, call: TASK.call };
    let facts = said.facts();
    assert!(matches!(
        facts[0],
        RouterFact::CallAdmitted {
            dialogue: DialogueId(4),
            call_type: CallTypeId(5053),
            mrd: MrdId(5011),
            ..
        }
    ));
    let choice = QueueChoice::Agent { skill_target: AGENT, eligible: 1 };
    let node = RouterFact::QueueNode {
        dialogue: DialogueId(4),
        key,
        queue: "CumulusTask".into(),
        queue_id: PrecisionQueueId(5034),
        step: 1,
        choice,
    };
    assert_eq!(facts[1..], [&node, &RouterFact::DialogDeleted { dialogue: DialogueId(4), key }]);
}

#[test]
fn the_agent_is_reserved_before_the_routing_client_is_told() {
    let mut lab = Lab::ready();
    let said = lab.call(4);
    let sent: Vec<_> = said.messages().into_iter().map(|(link, message)| (link, message.name())).collect();
    assert_eq!(sent, [(lab.agent, "DEVICE_TARGET_PRE_CALL_IND"), (lab.mr, "CONNECT")]);
}

#[test]
fn the_reservation_has_the_values_of_the_trace() {
    let reservation = Lab::ready().call(4).reservations().remove(0);
    assert_eq!(reservation.task_id, TASK);
    assert_eq!((reservation.per_id, reservation.pqid, reservation.step_order), (PeripheralId(5000), 5034, 1));
    assert_eq!(
        (reservation.agstid, reservation.sgstid, reservation.mrd_id),
        (SkillTarget(5172), SkillTarget(5199), MrdId(5011))
    );
    assert_eq!(
        (reservation.invoke_id, reservation.call_type_id, reservation.customer_id),
        (InvokeId(635), CallTypeId(5053), 1)
    );
    assert_eq!((reservation.rck_seq_num, reservation.delay_q_time, reservation.ecc_payload_id), (0, 0, 1));
    assert_eq!(reservation.num_enabled_services, Some(2));
    assert_eq!(reservation.enabled_services, Some(List(vec![1, 2])));
    assert_eq!(reservation.ccai_config_param.unwrap().to_string(), "4f62417b-bbea-44b9-9ba0-ba3e51ad8272");
    assert_eq!(reservation.dn, reservation.nic_called_party_number);
    assert_eq!(reservation.call_variable1.unwrap().to_string(), "Scott McTominay");
}

#[test]
fn the_answer_has_the_values_of_the_trace() {
    let connect = Lab::ready().call(4).connects().remove(0);
    assert_eq!(
        (connect.rcid, connect.pid, connect.did, connect.did_rel_seq),
        (RoutingClientId(5004), PeripheralId(5001), DialogueId(4), 0)
    );
    assert_eq!((connect.rtr_date, connect.rtr_cid, connect.rck_seq), (154_526, 37_051_928, 0));
    assert_eq!((connect.error_code, connect.tr_target_id, connect.svc_stid), (0, -1, SkillTarget::NONE));
    assert_eq!((connect.ecc_payload_id, connect.invoke_id), (1, InvokeId(635)));
    assert_eq!(
        (connect.sgstid, connect.pqid, connect.agstid, connect.mrd_id),
        (SkillTarget(5199), 5034, SkillTarget(5172), MrdId(5011))
    );
    assert!(connect.interruptible);
    assert!(connect.corr_id.unwrap().is_empty());
    assert_eq!(connect.ag_info.unwrap().to_string(), "5172");
    assert_eq!(connect.nic_called_party.unwrap().to_string(), "CumulusTask");
    assert_eq!(connect.call_variable1.unwrap().to_string(), "Scott McTominay");
}

#[test]
fn what_a_request_says_reaches_the_agent_and_the_routing_client() {
    let named = vec![NamedVariable::new("user.case", "42")];
    let call = NewCall {
        service_req: RoutingService::RECOVERY,
        operation_code: OperationCode(7),
        operation_flags: OperationFlags(5),
        calling_party: Some(Text::new("application")),
        ced: Some(Text::new("contact")),
        named_variables: named.clone(),
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
        ..new_call(4)
    };
    let mut lab = Lab::ready();
    let said = lab.says(lab.mr, call);
    let reserved = said.reservations().remove(0);
    assert_eq!((reserved.service_requested, &reserved.named_variables), (RoutingService::RECOVERY, &named));
    assert_eq!((reserved.ani, reserved.ced), (Some(Text::new("application")), Some(Text::new("contact"))));
    assert_eq!((reserved.call_guid, reserved.sg_delay_q_time), (Some(Text::default()), 0));
    let reserved = [
        reserved.call_variable1,
        reserved.call_variable2,
        reserved.call_variable3,
        reserved.call_variable4,
        reserved.call_variable5,
        reserved.call_variable6,
        reserved.call_variable7,
        reserved.call_variable8,
        reserved.call_variable9,
        reserved.call_variable10,
    ];
    let connect = said.connects().remove(0);
    assert_eq!(
        (connect.operation_code, connect.operation_flags, &connect.named_variables),
        (OperationCode(7), OperationFlags(5), &named)
    );
    let connect = [
        connect.call_variable1,
        connect.call_variable2,
        connect.call_variable3,
        connect.call_variable4,
        connect.call_variable5,
        connect.call_variable6,
        connect.call_variable7,
        connect.call_variable8,
        connect.call_variable9,
        connect.call_variable10,
    ];
    let sent: Vec<_> = (1..=10).map(|number| Some(Text::new(format!("variable {number}")))).collect();
    assert_eq!((&reserved[..], &connect[..]), (&sent[..], &sent[..]));
}

#[test]
fn every_task_has_a_key_and_an_invoke_id_of_its_own() {
    let mut lab = Lab::ready();
    let of =
        |said: crate::lab::Said| said.connects().iter().map(|c| (c.rtr_cid, c.invoke_id)).collect::<Vec<_>>();
    assert_eq!(of(lab.call(4)), [(TASK.call, InvokeId(635))]);
    assert_eq!(of(lab.call(5)), [(TASK.call + 1, InvokeId(636))]);
}

#[test]
fn a_restart_goes_on_after_the_last_key() {
    let stored = Lab::ready().call(4).stored();
    let mut lab = Lab::started(stored);
    lab.mr = lab.gateway(19, PeripheralId(5001));
    assert_eq!(lab.call(4).queued()[0].rtr_cid, TASK.call + 1);
}

#[test]
fn the_call_id_restarts_when_the_local_day_turns() {
    let mut lab = Lab::ready();
    lab.call(4);
    lab.pass(DAY);
    let keys: Vec<_> =
        [5, 6].map(|did| lab.call(did).connects().iter().map(|c| (c.rtr_date, c.rtr_cid)).next()).into();
    assert_eq!(keys, [Some((TASK.day + 1, 1)), Some((TASK.day + 1, 2))]);
}

#[test]
fn a_router_that_was_away_over_midnight_gives_no_key_of_the_day_before() {
    let mut stored = Lab::ready().call(4).stored();
    stored.insert("day of last call id".to_owned(), (TASK.day - 1).to_string());
    let mut lab = Lab::started(stored);
    lab.mr = lab.gateway(19, PeripheralId(5001));
    let first = &lab.call(4).queued()[0];
    assert_eq!((first.rtr_date, first.rtr_cid), (TASK.day, TASK.call));
}

#[test]
fn a_clock_that_is_set_back_brings_no_key_back() {
    let mut stored = Lab::ready().call(4).stored();
    stored.insert("day of last call id".to_owned(), (TASK.day + 1).to_string());
    let mut lab = Lab::started(stored);
    lab.mr = lab.gateway(19, PeripheralId(5001));
    let first = &lab.call(4).queued()[0];
    assert_eq!((first.rtr_date, first.rtr_cid), (TASK.day + 1, TASK.call + 1));
}

/// Seconds of a day.
const DAY: u64 = 86_400;

#[test]
fn without_a_configured_call_id_the_clock_gives_the_first() {
    let mut lab = Lab::configured(rows(), cce_router::Config { first_call_id: None, ..config() });
    assert_eq!(lab.call(4).queued()[0].rtr_cid, 32_149_401);
}

#[test]
fn most_free_slots_come_first() {
    let mut lab = Lab::open();
    lab.report(&standing(AGENT, 2));
    lab.report(&standing(OTHER, 3));
    assert_eq!(lab.call(4).chosen(), [OTHER]);
}

#[test]
fn the_wanted_agent_comes_before_a_better_one() {
    let mut lab = Lab::open();
    lab.report(&standing(AGENT, 3));
    lab.report(&standing(OTHER, 1));
    let wanted = NewCall { pref_agstid: OTHER, ..new_call(4) };
    let link = lab.mr;
    assert_eq!(lab.says(link, wanted).chosen(), [OTHER]);
}

#[test]
fn a_wanted_agent_who_is_not_free_is_not_waited_for() {
    let mut lab = Lab::open();
    lab.report(&standing(AGENT, 3));
    let wanted = NewCall { pref_agstid: OTHER, ..new_call(4) };
    let link = lab.mr;
    assert_eq!(lab.says(link, wanted).chosen(), [AGENT]);
}

#[test]
fn of_equals_the_one_who_waits_longest_comes_first() {
    let mut lab = Lab::open();
    lab.report(&standing(OTHER, 3));
    lab.pass(1);
    lab.report(&standing(AGENT, 3));
    assert_eq!(lab.call(4).chosen(), [OTHER]);
}

#[test]
fn a_tie_goes_to_the_lower_skill_target() {
    let mut lab = Lab::open();
    lab.report(&standing(OTHER, 3));
    lab.report(&standing(AGENT, 3));
    let said = lab.call(4);
    assert_eq!(said.chosen(), [AGENT]);
    assert!(said.facts().iter().any(|fact| matches!(
        fact,
        RouterFact::QueueNode { choice: QueueChoice::Agent { eligible: 2, .. }, .. }
    )));
}

#[test]
fn whoever_becomes_idle_waits_anew() {
    let mut lab = Lab::open();
    lab.report(&standing(AGENT, 3));
    lab.pass(1);
    lab.report(&standing(OTHER, 3));
    lab.report(&in_state(AGENT, 3, AgentState::Active));
    lab.pass(1);
    lab.report(&standing(AGENT, 3));
    assert_eq!(lab.call(4).chosen(), [OTHER]);
}

#[test]
fn a_reservation_counts_before_it_is_reported() {
    let mut lab = Lab::open();
    lab.report(&standing(AGENT, 1));
    assert_eq!(lab.call(4).chosen(), [AGENT]);
    assert_eq!(lab.call(5).names(lab.mr), ["QUEUE_EVENT"]);
}

#[test]
fn nobody_is_chosen_who_is_not_eligible() {
    let away = [
        in_state(AGENT, 3, AgentState::NotReady),
        in_state(AGENT, 3, AgentState::Logout),
        in_state(AGENT, 3, AgentState::WorkNotReady),
        AgentStateUpdate { agent_mode: false, ..standing(AGENT, 3) },
        AgentStateUpdate { availability: Availability::NotAvailable.into(), ..standing(AGENT, 3) },
        AgentStateUpdate { mrd_id: CHAT, ..standing(AGENT, 3) },
        standing(AGENT, 0),
    ];
    for update in away {
        let mut lab = Lab::open();
        lab.report(&update);
        assert_eq!(lab.call(4).chosen(), [], "{update:?}");
    }
}

#[test]
fn a_task_that_must_not_be_interrupted_keeps_its_agent_from_other_domains() {
    let mut lab = Lab::ready();
    lab.report(&AgentStateUpdate { mrd_id: CHAT, ..standing(AGENT, 3) });
    assert_eq!(lab.says(lab.mr, new_call_to(4, "CumulusChat")).chosen(), [AGENT]);
    assert!(lab.call(5).chosen().is_empty());
    let end = cce_mr::icm::TaskEvent { mrd_id: CHAT, ..task_event(0, 7) };
    assert_eq!(lab.says(lab.agent, end).routed(), [5]);
}

#[test]
fn an_interruptible_task_leaves_its_agent_free_for_other_domains() {
    let mut lab = Lab::ready();
    lab.report(&AgentStateUpdate { mrd_id: CHAT, ..standing(AGENT, 3) });
    lab.call(4);
    assert_eq!(lab.says(lab.mr, new_call_to(5, "CumulusChat")).chosen(), [AGENT]);
}

#[test]
fn a_step_of_which_nobody_is_signed_in_is_left_at_once() {
    let mut lab = Lab::with(with_steps(vec![step(&[OTHER], Some(30)), step(&[AGENT], None)]));
    lab.report(&standing(AGENT, 3));
    let said = lab.call(4);
    assert_eq!(said.reservations()[0].step_order, 2);
    assert!(!said.messages().iter().any(|(_, message)| matches!(message, Icm::QueueEvent(_))));
    assert_eq!(said.connects()[0].mrd_id, MRD);
}
