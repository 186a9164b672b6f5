//! What becomes of tasks when the MR link or CCP itself fails.

use crate::{
    lab::{CONTACT, DIALOGUE, FIRST, Lab, TASK, config, failed, queued, routed},
    private::renotification,
};
use cce_ccp::{Config, SystemFailureName};
use cce_kernel::{Fact, Output};
use cce_mr::{RoutingService, mr::RoutingStatusEvent};

const REQUEUE: &[&str] = &["requeueOnRecovery=true"];

#[test]
fn a_new_task_without_a_link_is_discarded() {
    for survives in [&[], REQUEUE] {
        let mut lab = Lab::started(config());
        let said = lab.create(survives);
        assert_eq!(said.status(), 201);
        assert_eq!(said.changes()[1], "unread>discarded/notification_cce_connection_lost system");
        assert_eq!(lab.open_session().names(), ["OPEN_CONF"]);
    }
}

#[test]
fn a_waiting_task_is_discarded_with_the_link() {
    let said = Lab::queued().lose_link();
    assert_eq!(said.changes(), ["queued>discarded/notification_cce_connection_lost system"]);
    assert_eq!(said.dialogues(), ["4: queued>failed"]);
}

#[test]
fn a_waiting_task_that_survives_failures_keeps_status_and_reason() {
    let mut lab = kept();
    assert!(lab.lose_link().changes().is_empty());
    let said = lab.open_session();
    assert_eq!((said.names(), said.changes().len()), (vec!["OPEN_CONF", "NEW_TASK"], 0));
    let said = lab.says(routed(DIALOGUE.next(), 1, TASK));
    assert_eq!(said.changes(), ["queued>reserved/externally_routed 5172"]);
}

#[test]
fn what_a_failure_took_from_cce_is_sent_again_as_a_recovery_and_what_cce_never_had_is_not() {
    let mut lab = kept();
    lab.lose_link();
    assert_eq!(lab.open_session().new_task().service_requested, Some(RoutingService::RESUBMISSION));
    let mut lab = kept();
    lab.restart();
    assert_eq!(lab.open_session().new_task().service_requested, Some(RoutingService::RESUBMISSION));
    let mut lab = crate::throttle::throttled();
    lab.create(REQUEUE);
    lab.create(REQUEUE);
    lab.lose_link();
    lab.wait(crate::throttle::PAUSE);
    assert_eq!(lab.open_session().new_task().service_requested, Some(RoutingService::RESUBMISSION));
    assert_eq!(lab.wait(crate::throttle::PAUSE).new_task().service_requested, None);
}

#[test]
fn what_finesse_gave_back_is_sent_again_for_the_service_that_it_asked_for() {
    let mut lab = kept();
    lab.says(routed(DIALOGUE, 2, TASK));
    let body = "<Task><scriptSelector>CumulusTask</scriptSelector>\
                <reNotifyReason>ROUTE_SERVICE_RECOVERY</reNotifyReason></Task>";
    assert_eq!(lab.renotify(body).new_task().service_requested, Some(RoutingService::RECOVERY));
    lab.lose_link();
    let again = lab.open_session().new_task();
    assert_eq!((again.service_requested, again.previous_task), (Some(RoutingService::RECOVERY), TASK));
}

#[test]
fn tasks_are_sent_again_in_their_order() {
    let mut lab = Lab::open();
    let created: Vec<_> = (0..3).map(|_| lab.create(REQUEUE).new_task().application_string2).collect();
    lab.lose_link();
    let sent = lab.open_session().sent();
    let again: Vec<_> = sent
        .into_iter()
        .filter_map(|message| if let cce_mr::Mr::NewTask(task) = message { Some(task) } else { None })
        .map(|task| task.application_string2)
        .collect();
    assert_eq!(again, created);
}

#[test]
fn a_task_with_an_agent_outlives_the_link() {
    let mut lab = Lab::reserved();
    assert!(lab.lose_link().changes().is_empty());
    assert_eq!(lab.open_session().names(), ["OPEN_CONF"]);
    assert_eq!(lab.close().status(), 200);
}

#[test]
fn a_cancel_that_was_under_way_succeeds_with_the_end_of_the_link() {
    let mut lab = kept();
    lab.delete(CONTACT);
    let said = lab.lose_link();
    assert_eq!(said.changes(), ["queued>discarded/notification_cce_task_cancel_succeeded system"]);
}

#[test]
fn a_task_of_a_lost_session_can_be_cancelled() {
    let mut lab = kept();
    lab.lose_link();
    let said = lab.delete(CONTACT);
    assert_eq!(said.changes(), ["queued>discarded/notification_cce_task_cancel_succeeded system"]);
    assert_eq!(lab.open_session().names(), ["OPEN_CONF"]);
}

#[test]
fn an_unfinished_task_is_discarded_when_ccp_failed() {
    for (mut lab, from) in [(Lab::submitted(), "unread"), (Lab::queued(), "queued")] {
        let reason = "notification_cce_customercollaborationplatform_system_failure";
        assert_eq!(lab.restart().changes(), [format!("{from}>discarded/{reason} system")]);
    }
}

#[test]
fn a_failure_of_ccp_may_have_the_former_name_of_the_product() {
    let config = || Config { system_failure: SystemFailureName::SocialMiner, ..config() };
    let mut lab = Lab::with(config());
    lab.create(&[]);
    let reason = "notification_cce_socialminer_system_failure";
    assert_eq!(lab.restart_with(config()).changes(), [format!("unread>discarded/{reason} system")]);
    assert!(lab.get(CONTACT).body().contains(&format!("<statusReason>{reason}</statusReason>")));
    assert!(lab.restart().changes().is_empty(), "the next life reads that reason");
}

#[test]
fn an_unfinished_task_that_survives_failures_is_sent_again_when_ccp_failed() {
    let mut lab = kept();
    assert!(lab.restart().changes().is_empty());
    assert_eq!(lab.open_session().names(), ["OPEN_CONF", "NEW_TASK"]);
}

#[test]
fn a_task_with_an_agent_outlives_ccp() {
    let mut lab = Lab::reserved();
    assert!(lab.restart().changes().is_empty());
    lab.open_session();
    assert_eq!(lab.close().changes(), ["reserved>handled/externally_handled 5172"]);
}

#[test]
fn a_cancel_outlives_ccp() {
    let mut lab = Lab::queued();
    lab.delete(CONTACT);
    let said = lab.restart();
    assert_eq!(said.changes(), ["queued>discarded/notification_cce_task_cancel_succeeded system"]);
    assert_eq!(lab.get(CONTACT).status(), 404);
}

#[test]
fn a_new_contact_gets_a_new_id_after_a_restart() {
    let mut lab = Lab::reserved();
    lab.restart();
    lab.open_session();
    let id = lab.create(&[]).new_task().application_string2.unwrap().to_string();
    assert_ne!(id, FIRST);
}

#[test]
fn a_stored_contact_that_cannot_be_read_is_named_and_dropped() {
    let mut lab = Lab::reserved();
    lab.spoil_store();
    let said = lab.restart();
    assert!(said.0.iter().any(|output| matches!(output, Output::Store { key, value: None } if key == FIRST)));
    assert!(
        said.facts()
            .any(|fact| matches!(fact, Fact::CommandRefused { detail, .. } if detail.contains(FIRST)))
    );
}

#[test]
fn a_renotified_task_goes_by_the_same_rule_without_a_link() {
    let mut lab = Lab::reserved();
    lab.lose_link();
    let body = "<Task><scriptSelector>A</scriptSelector><reNotifyReason>ROUTE_SERVICE_RECOVERY</reNotifyReason></Task>";
    let said = lab.renotify(body);
    assert_eq!(said.status(), 200);
    assert_eq!(said.changes()[1], "queued>discarded/notification_cce_connection_lost system");
}

#[test]
fn a_task_that_fails_with_the_router_is_kept_if_it_may_be_and_sent_again() {
    let mut lab = kept();
    assert!(lab.says(routing(false)).changes().is_empty());
    let said = lab.says(failed(DIALOGUE, 2, 44));
    assert!(said.changes().is_empty(), "{:?}", said.changes());
    assert_eq!(said.names(), Vec::<&str>::new());
    assert_eq!(lab.says(routing(true)).names(), ["NEW_TASK"]);
}

#[test]
fn a_new_task_is_refused_without_the_router() {
    for survives in [&[], REQUEUE] {
        let mut lab = Lab::open();
        lab.says(routing(false));
        assert_eq!(lab.create(survives).names(), ["NEW_TASK"]);
        let changes = lab.says(failed(DIALOGUE, 1, 44)).changes();
        assert_eq!(changes, ["unread>discarded/notification_media_routing_disabled system"]);
        assert!(lab.says(routing(true)).names().is_empty());
    }
}

#[test]
fn a_session_without_news_about_routing_is_tried() {
    let mut lab = kept();
    lab.says(routing(false));
    lab.lose_link();
    let said = lab.open_session();
    assert!(said.names().contains(&"NEW_TASK"), "{:?}", said.names());
    assert!(lab.says(failed(DIALOGUE.next(), 1, 44)).changes().is_empty());
    assert_eq!(lab.says(routing(true)).names(), ["NEW_TASK"]);
}

#[test]
fn a_task_that_fails_with_the_router_tells_that_the_router_is_away() {
    let mut lab = kept();
    lab.says(failed(DIALOGUE, 2, 44));
    assert_eq!(lab.create(REQUEUE).names(), ["NEW_TASK"], "the one that waits is not sent");
    assert_eq!(lab.says(routing(true)).names(), ["NEW_TASK"]);
}

#[test]
fn what_is_kept_of_a_renotified_task_names_the_former_task_as_former_only() {
    let mut lab = Lab::reserved();
    let said = lab.renotify(&renotification("Other", "ROUTE_SERVICE_TRANSFER"));
    let kept = said.0.iter().find_map(|output| match output {
        Output::Store { value: Some(value), .. } => Some(value.as_str()),
        _ => None,
    });
    let kept: serde_json::Value = serde_json::from_str(kept.unwrap()).unwrap();
    assert_eq!(kept["task"], serde_json::Value::Null, "{kept}");
}

#[test]
fn a_failure_while_the_router_is_there_ends_the_task() {
    let mut lab = kept();
    lab.says(routing(true));
    let changes = lab.says(failed(DIALOGUE, 2, 44)).changes();
    assert_eq!(changes, ["queued>discarded/notification_media_routing_disabled system"]);
}

#[test]
fn a_cancel_that_the_router_cannot_answer_succeeds() {
    let mut lab = kept();
    lab.delete(CONTACT);
    lab.says(routing(false));
    let changes = lab.says(failed(DIALOGUE, 2, 44)).changes();
    assert_eq!(changes, ["queued>discarded/notification_cce_task_cancel_succeeded system"]);
}

fn routing(routing_enabled: bool) -> RoutingStatusEvent {
    RoutingStatusEvent { routing_enabled, ..RoutingStatusEvent::default() }
}

/// A lab with one waiting task that survives failures.
fn kept() -> Lab {
    let mut lab = Lab::open();
    lab.create(REQUEUE);
    lab.says(queued(DIALOGUE, 1, 42));
    lab
}
