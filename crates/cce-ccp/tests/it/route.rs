//! What CCE says about a task.

use crate::lab::{DIALOGUE, FIRST, Lab, TASK, config, failed, first, queued, routed};
use cce_kernel::{Fact, Wall};
use cce_model::{ContactStatus, DialogueId, SocialContact, fact::CcpFact};
use std::time::Duration;

#[test]
fn a_queued_task_is_published_as_queued_without_a_task_id() {
    let said = Lab::submitted().says(queued(DIALOGUE, 1, 42));
    assert_eq!(said.changes(), ["unread>queued/externally_routed system"]);
    let published = published(&said.ccp_facts());
    assert_eq!((published.len(), published[0].field("taskID")), (1, None));
    assert_eq!(said.dialogues(), ["4: open>queued"]);
}

#[test]
fn a_second_queue_event_publishes_nothing_and_renews_the_wait() {
    let mut lab = Lab::queued();
    let said = lab.says(queued(DIALOGUE, 2, 7));
    assert!(said.changes().is_empty() && said.ccp_facts().is_empty());
    assert!(lab.get(crate::lab::CONTACT).body().contains("<estimatedWaitTime>7<"));
}

#[test]
fn a_task_that_never_waited_is_published_as_queued_and_reserved_both_with_its_task() {
    let said = Lab::submitted().says(routed(DIALOGUE, 1, TASK));
    let expected = ["unread>queued/externally_routed system", "queued>reserved/externally_routed 5172"];
    assert_eq!(said.changes(), expected);
    let published = published(&said.ccp_facts());
    let shown: Vec<_> = published.iter().map(|contact| (contact.status, contact.field("taskID"))).collect();
    let task = Some("154526_37051928_1");
    assert_eq!(shown, [(ContactStatus::Queued, task), (ContactStatus::Reserved, task)]);
    assert_eq!(said.dialogues(), ["4: open>routed"]);
}

#[test]
fn a_task_that_waited_becomes_reserved() {
    let said = Lab::queued().says(routed(DIALOGUE, 2, TASK));
    assert_eq!(said.changes(), ["queued>reserved/externally_routed 5172"]);
    assert_eq!(said.dialogues(), ["4: queued>routed"]);
}

#[test]
fn the_changes_name_the_task_once_it_is_assigned() {
    let said = Lab::submitted().says(routed(DIALOGUE, 1, TASK));
    let tasks = said
        .facts()
        .filter_map(|fact| if let Fact::Contact { task, .. } = fact { Some(*task) } else { None });
    assert_eq!(tasks.collect::<Vec<_>>(), [Some(TASK); 2]);
}

#[test]
fn the_answer_of_cce_adds_three_fields_behind_the_others() {
    let mut lab = Lab::open();
    lab.create(&["variable_cv_1=a", "variable_cv_2=b"]);
    let said = lab.says(routed(DIALOGUE, 1, TASK));
    let contact = published(&said.ccp_facts()).remove(0);
    let names: Vec<&str> = contact.extension_fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["cv_1", "cv_2", "scriptSelector", "mrdID", "mrdIsInterruptible", "taskID"]);
    assert_eq!((contact.field("mrdID"), contact.field("mrdIsInterruptible")), (Some("5011"), Some("true")));
}

#[test]
fn a_failure_discards_the_task_with_its_reason() {
    let said = Lab::submitted().says(failed(DIALOGUE, 1, 49));
    assert_eq!(said.changes(), ["unread>discarded/notification_invalid_script_selector system"]);
    assert_eq!(said.dialogues(), ["4: open>failed"]);
    assert_eq!(published(&said.ccp_facts()).len(), 1);
}

#[test]
fn a_waiting_task_may_fail_too() {
    let said = Lab::queued().says(failed(DIALOGUE, 2, 44));
    assert_eq!(said.changes(), ["queued>discarded/notification_media_routing_disabled system"]);
}

#[test]
fn a_status_change_shows_its_time_or_that_of_the_creation() {
    for (mode, after) in
        [(cce_ccp::StatusTimestamp::Change, 9_000_000), (cce_ccp::StatusTimestamp::Creation, 1_000)]
    {
        let mut lab = Lab::with(cce_ccp::Config { status_timestamp: mode, ..config() });
        lab.create(&[]);
        // In the trace the time of a fresh contact is one millisecond behind its creation (ccp-task-api 5.1).
        let fresh = lab.administer("GET", &format!("/socialcontact/{FIRST}"), "").body();
        assert!(fresh.contains("<createdDate>1706622949255</createdDate>"), "{fresh}");
        assert!(fresh.contains("<statusTimestamp>1706622949256</statusTimestamp>"), "{fresh}");
        lab.wait(Duration::from_secs(9));
        let contact = published(&lab.says(queued(DIALOGUE, 1, 0)).ccp_facts()).remove(0);
        assert_eq!(contact.status_changed, Wall(1_706_622_949_255_000 + after));
        assert_eq!((contact.id.as_str(), contact.published.millis()), (FIRST, 1_706_622_949_255));
    }
}

#[test]
fn two_tasks_go_through_dialogues_of_their_own() {
    let mut lab = Lab::submitted();
    assert_eq!(lab.create(&[]).new_task().dialogue_id, DialogueId(5));
    let said = lab.says(routed(DialogueId(5), 1, TASK));
    assert!(said.facts().all(|fact| !matches!(fact, Fact::Contact { contact, .. } if *contact == first())));
    assert_eq!(said.changes().len(), 2);
}

fn published(facts: &[&CcpFact]) -> Vec<SocialContact> {
    let contacts = facts.iter().filter_map(|fact| match fact {
        CcpFact::Published { contact, .. } => Some(contact.as_ref().clone()),
        _ => None,
    });
    contacts.collect()
}
