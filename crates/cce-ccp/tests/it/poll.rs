//! Polling a task.

use crate::lab::{CONTACT, DIALOGUE, FIRST, Lab, TASK, queued, routed};
use std::time::Duration;

#[test]
fn a_new_task_is_unread() {
    assert_eq!(
        poll(&mut Lab::submitted()),
        answer("", "<status>unread</status><statusReason>unknown</statusReason>")
    );
}

#[test]
fn a_waiting_task_shows_the_estimated_wait() {
    let status = "<status>queued</status><statusReason>externally_routed</statusReason>";
    assert_eq!(poll(&mut Lab::queued()), answer("<estimatedWaitTime>42</estimatedWaitTime>", status));
}

#[test]
fn an_unknown_wait_is_minus_one() {
    let mut lab = Lab::submitted();
    lab.says(queued(DIALOGUE, 1, -1));
    assert!(poll(&mut lab).contains("<estimatedWaitTime>-1</estimatedWaitTime>"));
}

#[test]
fn an_assigned_task_shows_agent_and_task() {
    let status = "<status>reserved</status><statusReason>externally_routed</statusReason>\
                  <taskID>154526_37051928_1</taskID>";
    assert_eq!(poll(&mut Lab::reserved()), answer("<agentID>5172</agentID>", status));
}

#[test]
fn an_assigned_task_shows_no_wait() {
    let mut lab = Lab::queued();
    lab.says(routed(DIALOGUE, 2, TASK));
    assert!(!poll(&mut lab).contains("estimatedWaitTime"));
}

#[test]
fn the_answer_refers_to_the_url_that_was_polled() {
    let mut lab = Lab::submitted();
    let said = lab.get(&format!("/ccp/rest/task/contact/{FIRST}"));
    let expected = format!("<refURL>http://ccp.lab:8080/ccp/rest/task/contact/{FIRST}</refURL>");
    assert!(said.body().contains(&expected));
}

#[test]
fn an_unknown_task_is_not_found() {
    assert_eq!(Lab::submitted().get("/ccp/task/contact/X").status(), 404);
}

#[test]
fn a_poll_url_is_gone_after_five_minutes_without_a_poll() {
    let mut lab = Lab::submitted();
    lab.wait(Duration::from_mins(5));
    assert_eq!(lab.get(CONTACT).status(), 404);
    assert_eq!(lab.delete(CONTACT).status(), 404);
}

#[test]
fn every_poll_renews_the_poll_url() {
    let mut lab = Lab::submitted();
    for _ in 0..3 {
        lab.wait(Duration::from_secs(299));
        assert_eq!(lab.get(CONTACT).status(), 200);
    }
}

#[test]
fn a_task_goes_on_when_its_poll_url_is_gone() {
    let mut lab = Lab::submitted();
    lab.wait(Duration::from_mins(5));
    lab.says(routed(DIALOGUE, 1, TASK));
    assert_eq!(lab.get(CONTACT).status(), 404);
    let shown = lab.administer("GET", &format!("/socialcontact/{FIRST}"), "");
    assert!(shown.body().contains("<status>reserved</status>"));
}

fn poll(lab: &mut Lab) -> String {
    let said = lab.get(CONTACT);
    assert_eq!(said.status(), 200);
    said.body()
}

fn answer(before: &str, after: &str) -> String {
    format!("<Task>{before}<refURL>http://ccp.lab:8080{CONTACT}</refURL>{after}</Task>")
}
