//! Cancelling a task.

use crate::lab::{CONTACT, DIALOGUE, FIRST, Lab, TASK, cancel_conf, failed, queued, routed};
use cce_model::Disposition;
use cce_mr::Mr;

const REQUESTED: &str = "queued>queued/notification_cce_task_cancel_requested system";

#[test]
fn a_task_that_was_never_sent_is_discarded_at_once() {
    let mut lab = crate::throttle::throttled();
    lab.create(&[]);
    let waiting = lab.create(&[]);
    let (_, id) = waiting.reply().get("location").unwrap().rsplit_once('/').unwrap();
    let said = lab.delete(&format!("/ccp/task/contact/{id}"));
    assert_eq!(said.status(), 200);
    assert_eq!(said.changes(), ["unread>discarded/notification_cce_task_cancel_succeeded system"]);
    assert!(lab.wait(crate::throttle::PAUSE).names().is_empty());
}

#[test]
fn cce_is_asked_to_give_up_a_waiting_task() {
    let said = Lab::queued().delete(CONTACT);
    assert_eq!((said.status(), said.changes()), (200, vec![REQUESTED.to_owned()]));
    let [Mr::CancelTask(cancel)] = &said.sent()[..] else { panic!("no CANCEL_TASK") };
    assert_eq!(
        (cancel.dialogue_id, cancel.send_seq_no, cancel.reason_code),
        (DIALOGUE, 2, Disposition::TASK_ABANDONED_IN_ROUTER)
    );
    assert_eq!(said.dialogues(), ["4: queued>cancelling"]);
}

#[test]
fn a_submitted_task_keeps_its_status_while_cce_is_asked() {
    let said = Lab::submitted().delete(CONTACT);
    assert_eq!(said.changes(), ["unread>unread/notification_cce_task_cancel_requested system"]);
    assert_eq!(said.names(), ["CANCEL_TASK"]);
}

#[test]
fn a_confirmed_cancel_discards_the_task() {
    let mut lab = Lab::queued();
    lab.delete(CONTACT);
    let said = lab.says(cancel_conf(DIALOGUE, 2, 0));
    assert_eq!(said.changes(), ["queued>discarded/notification_cce_task_cancel_succeeded system"]);
    assert_eq!(said.dialogues(), ["4: cancelling>cancelled"]);
}

#[test]
fn a_cancelled_task_cannot_be_polled_or_cancelled_again() {
    let mut lab = Lab::queued();
    lab.delete(CONTACT);
    assert_eq!(lab.get(CONTACT).status(), 404);
    let said = lab.delete(CONTACT);
    assert_eq!((said.status(), said.sent().len()), (404, 0));
}

#[test]
fn a_cancelled_task_stays_visible_as_a_social_contact() {
    let mut lab = Lab::queued();
    lab.delete(CONTACT);
    let shown = lab.administer("GET", &format!("/socialcontact/{FIRST}"), "");
    assert!(shown.body().contains("<statusReason>notification_cce_task_cancel_requested</statusReason>"));
}

#[test]
fn an_agent_that_was_chosen_first_wins_over_a_cancel() {
    let mut lab = Lab::queued();
    lab.delete(CONTACT);
    let said = lab.says(routed(DIALOGUE, 2, TASK));
    assert_eq!(said.changes().last().unwrap(), "queued>reserved/externally_routed 5172");
    assert_eq!(said.dialogues(), ["4: cancelling>routed"]);
    assert_eq!(lab.get(CONTACT).status(), 404);
}

#[test]
fn the_answer_to_a_lost_cancel_changes_nothing() {
    let mut lab = Lab::queued();
    lab.delete(CONTACT);
    lab.says(routed(DIALOGUE, 2, TASK));
    let said = lab.says(cancel_conf(DIALOGUE, 3, 1));
    assert!(said.0.is_empty());
}

#[test]
fn a_lost_cancel_that_is_answered_first_leaves_the_dialogue_open() {
    let mut lab = Lab::queued();
    lab.delete(CONTACT);
    assert_eq!(lab.says(cancel_conf(DIALOGUE, 2, 1)).dialogues(), ["4: cancelling>queued"]);
    let said = lab.says(routed(DIALOGUE, 3, TASK));
    assert_eq!(said.changes().last().unwrap(), "queued>reserved/externally_routed 5172");
}

#[test]
fn a_task_that_is_queued_during_its_cancel_keeps_the_reason() {
    let mut lab = Lab::submitted();
    lab.delete(CONTACT);
    let said = lab.says(queued(DIALOGUE, 1, 42));
    assert_eq!(said.changes(), ["unread>queued/notification_cce_task_cancel_requested system"]);
}

#[test]
fn a_task_that_is_abandoned_during_its_cancel_counts_as_cancelled() {
    let mut lab = Lab::queued();
    lab.delete(CONTACT);
    let said = lab.says(failed(DIALOGUE, 2, 35));
    assert_eq!(said.changes(), ["queued>discarded/notification_cce_task_cancel_succeeded system"]);
    assert!(lab.says(cancel_conf(DIALOGUE, 3, 1)).0.is_empty());
}

#[test]
fn a_task_that_an_agent_has_cannot_be_cancelled() {
    let mut lab = Lab::reserved();
    let said = lab.delete(CONTACT);
    assert_eq!(said.status(), 400);
    assert!(said.body().contains("<errorType>invalidState</errorType>"));
    assert_eq!(lab.get(CONTACT).status(), 200);
}

#[test]
fn an_unknown_task_cannot_be_cancelled() {
    assert_eq!(Lab::open().delete(CONTACT).status(), 404);
}
