//! What CCP reads and writes.

use crate::objects::{TASK, contact};
use cce_model::{ContactStatus, StatusReason};
use cce_xml::{
    java_date, java_map, parse, social_contact, social_contact_event,
    task::{Task, TaskApiError, TaskStatus, api_errors},
};

/// The lab trace's first publication of the contact.
const QUEUED: &str = "<SocialContact><author>user@email</author><campaignPublicId>WCS_Campaign</campaignPublicId>\
     <chatIsInvited>false</chatIsInvited><extensionFields><extensionField>\
     <name>mrdIsInterruptible</name><value>true</value></extensionField><extensionField>\
     <name>cv_4</name><value>user@email</value></extensionField><extensionField><name>cv_1</name>\
     <value>Scott McTominay</value></extensionField><extensionField><name>cv_3</name>\
     <value>123456789</value></extensionField><extensionField><name>mrdID</name>\
     <value>5011</value></extensionField><extensionField><name>cv_2</name>\
     <value>Report Lost Credit Card</value></extensionField><extensionField>\
     <name>scriptSelector</name><value>CumulusTask</value></extensionField><extensionField>\
     <name>taskID</name><value>154526_37051928_1</value></extensionField></extensionFields>\
     <id>5AA797871000018D0000004139ED7AD5</id><publishedDate>1706622949233</publishedDate>\
     <refURL>http://sm1.dcloud.cisco.com/ccp-webapp/ccp/socialcontact/5AA797871000018D0000004139ED7AD5</refURL>\
     <sourceType>task</sourceType><status>queued</status>\
     <statusReason>externally_routed</statusReason>\
     <statusTimestamp>1706622949256</statusTimestamp><statusUserId>system</statusUserId><tags>\
     <tag>cisco_uq_tag</tag><tag>discard_on_recovery</tag></tags>\
     <title>Report Lost Credit Card</title></SocialContact>";

/// The lab trace's print of the extension fields in an event object.
const FIELDS: &str = "{cv_1=Scott McTominay, cv_3=123456789, \
     mrdID=5011, cv_2=Report Lost Credit Card, scriptSelector=CumulusTask, mrdIsInterruptible=true, cv_4=user@email, taskID=154526_37051928_1}";

#[test]
fn the_publication_of_the_lab_trace_is_written_byte_for_byte() {
    assert_eq!(social_contact_event(&contact(), "WCS_Campaign", "sm1.dcloud.cisco.com"), QUEUED);
}

#[test]
fn a_later_publication_differs_in_the_status_only() {
    let mut contact = contact();
    contact.status = ContactStatus::Handled;
    contact.reason = StatusReason::ExternallyHandled;
    contact.user = "5172".to_owned();
    let expected = QUEUED
        .replace(">queued<", ">handled<")
        .replace(">externally_routed<", ">externally_handled<")
        .replace(">system<", ">5172<");
    assert_eq!(social_contact_event(&contact, "WCS_Campaign", "sm1.dcloud.cisco.com"), expected);
}

#[test]
fn the_map_of_the_lab_trace_is_printed_byte_for_byte() {
    assert_eq!(java_map(&contact().extension_fields), FIELDS);
    assert_eq!(java_map(&[]), "{}");
}

#[test]
fn the_private_api_shows_a_contact_with_children_in_alphabetical_order() {
    let text = social_contact(&contact(), "https://ccp.lab:8443");
    let root = parse(text.as_bytes()).unwrap();
    let names: Vec<&str> = root.children.iter().map(|child| child.name.as_str()).collect();
    // All of those of ccp-task-api 5.6 but what only a feed with a reply template has.
    let whole = [
        "author",
        "createdDate",
        "description",
        "draftAction",
        "draftResponse",
        "extensionFields",
        "id",
        "inviteStatus",
        "isInvited",
        "isSoftLocked",
        "link",
        "publishedDate",
        "refURL",
        "replyToId",
        "shortUrlIds",
        "sourceType",
        "status",
        "statusReason",
        "statusTimestamp",
        "statusUserId",
        "tags",
        "title",
    ];
    assert_eq!(names, whole);
    assert_eq!(root.text_of("createdDate").as_deref(), Some("1706622949255"));
    assert_eq!(
        root.text_of("refURL").as_deref(),
        Some("https://ccp.lab:8443/ccp-webapp/ccp/socialcontact/5AA797871000018D0000004139ED7AD5")
    );
}

#[test]
fn a_contact_escapes_what_a_customer_wrote() {
    let mut contact = contact();
    contact.title = "1 < 2 & 3 > 2 \u{1}\"'".to_owned();
    let text = social_contact_event(&contact, "c", "h");
    assert!(text.ends_with("<title>1 &lt; 2 &amp; 3 &gt; 2 \"'</title></SocialContact>"), "{text}");
}

#[test]
fn java_dates_follow_the_zone_and_its_summer_time() {
    let winter = contact().published;
    assert_eq!(java_date(winter, "America/New_York"), "Tue Jan 30 08:55:49 EST 2024");
    assert_eq!(java_date(winter, "Europe/Berlin"), "Tue Jan 30 14:55:49 CET 2024");
    let summer = cce_kernel::Wall(winter.0 + 182 * 86_400_000_000);
    assert_eq!(java_date(summer, "America/New_York"), "Tue Jul 30 09:55:49 EDT 2024");
}

#[test]
fn a_zone_that_nobody_knows_counts_as_utc() {
    assert_eq!(java_date(contact().published, "Mars/Olympus"), "Tue Jan 30 13:55:49 UTC 2024");
}

#[test]
fn the_worked_example_of_a_creation_is_read() {
    let body = "<Task><name>ann@example.org</name><title>Card lost</title>\
                <scriptSelector>CumulusTask</scriptSelector>\n<variables><variable><name>cv_1</name>\
                <value>Ann</value></variable>\n<variable><name>user_user.order.id</name>\
                <value>A-17</value></variable></variables></Task>";
    let task = Task::read(body.as_bytes()).unwrap();
    assert_eq!(task.script_selector.as_deref(), Some("CumulusTask"));
    let variables = [("cv_1", "Ann"), ("user_user.order.id", "A-17")];
    assert_eq!(task.variables, variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert!(!task.requeue_on_recovery);
}

#[test]
fn a_renotification_reads_what_it_writes() {
    let task = Task {
        script_selector: Some("Cards".to_owned()),
        re_notify_reason: Some("ROUTE_SERVICE_TRANSFER".to_owned()),
        ..Task::default()
    };
    assert_eq!(Task::read(task.to_xml().as_bytes()).unwrap(), task);
}

#[test]
fn a_task_of_every_field_reads_what_it_writes() {
    let task = Task {
        name: Some("Zoë".to_owned()),
        title: Some("a <b> & c".to_owned()),
        description: Some("two\nlines".to_owned()),
        script_selector: Some("Cards".to_owned()),
        customer_uid: Some("u".to_owned()),
        re_notify_reason: None,
        requeue_on_recovery: true,
        tags: vec!["x".to_owned(), "y".to_owned()],
        variables: vec![("cv_1".to_owned(), String::new())],
    };
    assert_eq!(Task::read(task.to_xml().as_bytes()).unwrap(), task);
}

#[test]
fn a_waiting_task_shows_its_wait_and_no_agent() {
    let status = status();
    assert_eq!(
        status.to_xml(),
        "<Task><estimatedWaitTime>42</estimatedWaitTime><refURL>https://ccp.lab/ccp/task/contact/5AA7</refURL>\
         <status>queued</status><statusReason>externally_routed</statusReason></Task>"
    );
    assert_eq!(TaskStatus::read(status.to_xml().as_bytes()), Some(status));
}

#[test]
fn an_assigned_task_reads_what_it_writes() {
    let status = TaskStatus {
        agent_id: Some("5172".to_owned()),
        estimated_wait_time: None,
        status: ContactStatus::Reserved,
        task_id: Some(TASK),
        ..status()
    };
    assert_eq!(TaskStatus::read(status.to_xml().as_bytes()), Some(status));
}

#[test]
fn a_status_with_unknown_words_is_not_read() {
    let text = status().to_xml();
    for (known, unknown) in [(">queued<", ">QUEUED<"), (">42<", ">soon<"), ("<Task>", "<Job>")] {
        assert_eq!(TaskStatus::read(text.replace(known, unknown).as_bytes()), None, "{unknown}");
    }
}

#[test]
fn errors_are_written_in_lower_camel_case() {
    let error =
        TaskApiError { kind: "invalidInput.fieldRequired", data: "title", message: "title is required" };
    assert_eq!(
        api_errors([error]),
        "<apiErrors><apiError><errorData>title</errorData><errorMessage>title is required</errorMessage>\
         <errorType>invalidInput.fieldRequired</errorType></apiError></apiErrors>"
    );
    assert_eq!(parse(api_errors([error, error]).as_bytes()).unwrap().all("apiError").count(), 2);
}

fn status() -> TaskStatus {
    TaskStatus {
        agent_id: None,
        estimated_wait_time: Some(42),
        ref_url: "https://ccp.lab/ccp/task/contact/5AA7".to_owned(),
        status: ContactStatus::Queued,
        status_reason: StatusReason::ExternallyRouted,
        task_id: None,
    }
}
