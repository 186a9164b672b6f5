//! Rows of the reference's tables, each table as a whole.

use crate::{
    lab::{DIALOGUE, FIRST, Lab, TASK, routed},
    private::renotification,
};
use cce_kernel::Request;

/// ccp-task-api 3.1.
#[test]
fn both_families_of_paths_serve_every_operation() {
    for family in ["/ccp/task", "/ccp/rest/task"] {
        let (feed, contact) = (format!("{family}/feed/100080"), format!("{family}/contact/{FIRST}"));
        let body = "<Task><name>ann</name><title>Card lost</title></Task>";
        for create in [
            Request::new("POST", feed.clone()).xml(body),
            Request::new("GET", format!("{feed}?name=ann&title=Card+lost")),
        ] {
            let mut lab = Lab::open();
            let created = lab.call(create);
            assert_eq!((created.status(), created.body()), (201, String::new()), "{family}");
            let place = format!("http://ccp.lab:8080{contact}");
            assert_eq!(created.reply().get("location"), Some(place.as_str()));
            let polled = lab.get(&contact);
            assert_eq!(polled.status(), 200);
            assert!(polled.body().contains(&format!("<refURL>{place}</refURL>")));
            assert_eq!(lab.delete(&contact).status(), 200);
        }
    }
}

#[test]
fn a_social_contact_is_neither_made_nor_removed() {
    let mut lab = Lab::submitted();
    for method in ["POST", "DELETE"] {
        assert_eq!(lab.administer(method, &format!("/socialcontact/{FIRST}"), "").status(), 405, "{method}");
    }
    assert_eq!(lab.administer("GET", &format!("/socialcontact/{FIRST}"), "").status(), 200);
}

#[test]
fn an_empty_variable_is_no_variable() {
    let task = Lab::open().create(&["variable_cv_1=", "variable_cv_2=b", "variable_user_x="]).new_task();
    assert_eq!((task.call_variable1, task.named_variables.len()), (None, 0));
    assert_eq!(task.call_variable2.unwrap().to_string(), "b");
}

/// ccp-task-api 4: every variable is a field of the contact, and only call variables and expanded ones go to CCE.
#[test]
fn other_variables_are_stored_and_not_sent() {
    let mut lab = Lab::open();
    let others = ["mediaType", "podRefURL", "anything"];
    let fields = others.map(|name| format!("variable_{name}=v"));
    let task = lab.create(&fields.each_ref().map(String::as_str)).new_task();
    assert!(task.named_variables.is_empty() && task.call_variable1.is_none());
    let shown = lab.administer("GET", &format!("/socialcontact/{FIRST}"), "").body();
    for name in others {
        assert!(shown.contains(&format!("<name>{name}</name><value>v</value>")), "{name} in {shown}");
    }
}

/// ccp-task-api 3.6 and 3.7.
#[test]
fn renotify_and_close_have_one_path_and_answer_without_a_body() {
    let mut lab = Lab::reserved();
    let said = lab.renotify(&renotification("Other", "ROUTE_SERVICE_TRANSFER"));
    assert_eq!((said.status(), said.body()), (200, String::new()));
    lab.says(routed(DIALOGUE.next(), 1, TASK));
    let said = lab.close();
    assert_eq!((said.status(), said.body()), (200, String::new()));
}

#[test]
fn an_answer_with_a_body_says_that_it_is_xml() {
    let mut lab = Lab::submitted();
    for said in
        [lab.get(crate::lab::CONTACT), lab.get("/ccp/task/contact/X"), lab.administer("GET", "/feed", "")]
    {
        assert_eq!(said.reply().get("content-type"), Some("application/xml"), "{}", said.body());
    }
}
