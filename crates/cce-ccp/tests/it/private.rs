//! The private API: close, renotify, and what it shows.

use crate::lab::{CONTACT, DIALOGUE, FIRST, Lab, PRIVATE, TASK, basic, config, failed, routed};
use cce_ccp::Config;
use cce_kernel::{CallId, Cors, Fact, Input, Output, Request};
use cce_model::{DialogueId, TaskId, fact::CcpFact};
use cce_mr::RoutingService;
use cce_xml::task::TASK_HEADER;
use std::time::Duration;

#[test]
fn a_closed_task_is_handled_by_its_agent() {
    let said = Lab::reserved().close();
    assert_eq!((said.status(), said.body()), (200, String::new()));
    assert_eq!(said.changes(), ["reserved>handled/externally_handled 5172"]);
}

#[test]
fn a_handled_task_still_shows_agent_and_task() {
    let mut lab = Lab::reserved();
    lab.close();
    let body = lab.get(CONTACT).body();
    assert!(body.contains("<agentID>5172</agentID>") && body.contains("<taskID>154526_37051928_1</taskID>"));
}

#[test]
fn the_steps_of_a_close_are_noted_in_the_order_of_the_lab_trace() {
    let said = Lab::reserved().close();
    let json: Vec<String> =
        said.ccp_facts().into_iter().map(|fact| serde_json::to_string(fact).unwrap()).collect();
    let starts = [
        r#"{"close":{"contact":"5AA797871000018D0000004139ED7AD5","step":"received"#,
        r#"{"close":{"contact":"5AA797871000018D0000004139ED7AD5","step":"valid"#,
        r#"{"store":{"access":"api_write","contact":"5AA797871000018D0000004139ED7AD5","status":"handled"#,
        r#"{"store":{"access":"api_read","contact":"5AA797871000018D0000004139ED7AD5","status":"handled"#,
        r#"{"close":{"contact":"5AA797871000018D0000004139ED7AD5","step":"handled"#,
        r#"{"bus_received":{"process":"eventing","message":"notification""#,
        r#"{"ds_notification":"#,
        r#"{"bus_received":{"process":"msg_proxy","message":"notification""#,
        r#"{"publish_begun":"#,
        r#"{"published":"#,
    ];
    assert_eq!(json.len(), starts.len());
    for (json, start) in json.iter().zip(starts) {
        assert!(json.starts_with(start), "{json}");
    }
}

#[test]
fn only_a_reserved_task_can_be_closed() {
    assert_eq!(Lab::submitted().close().status(), 412);
    assert_eq!(Lab::queued().close().status(), 412);
    assert_eq!(Lab::open().close().status(), 404);
    let mut discarded = Lab::submitted();
    discarded.says(failed(DIALOGUE, 1, 66));
    assert_eq!(discarded.close().status(), 412);
    let mut renotified = Lab::reserved();
    renotified.renotify(&renotification("Other", "ROUTE_SERVICE_TRANSFER"));
    assert_eq!(renotified.close().status(), 412);
}

#[test]
fn a_close_that_succeeded_already_succeeds_again_and_changes_nothing() {
    let mut lab = Lab::reserved();
    lab.close();
    let said = lab.close();
    assert_eq!((said.status(), said.changes().len()), (200, 0));
}

/// ccp-task-api 9: nothing but a close or a renotification ends it.
#[test]
fn a_contact_whose_close_was_missed_stays_reserved() {
    let mut lab = Lab::reserved();
    assert!(lab.wait(Duration::from_hours(24)).changes().is_empty());
    lab.lose_link();
    lab.restart();
    let shown = lab.administer("GET", &format!("/socialcontact/{FIRST}"), "").body();
    assert!(shown.contains("<status>reserved</status>"), "{shown}");
    assert_eq!(lab.close().status(), 200);
}

#[test]
fn a_repeated_close_about_another_task_is_refused() {
    let mut lab = Lab::reserved();
    lab.close();
    assert_eq!(lab.call(about("close", String::new(), TaskId { call: 1, ..TASK })).status(), 412);
}

#[test]
fn a_close_before_the_news_of_the_reservation_waits_for_it() {
    let mut lab = Lab::submitted();
    assert!(lab.call(about("close", String::new(), TASK)).replies().is_empty());
    let said = lab.says(routed(DIALOGUE, 1, TASK));
    assert_eq!(said.status(), 200);
    assert_eq!(said.changes().last().unwrap(), "reserved>handled/externally_handled 5172");
}

#[test]
fn a_renotification_before_the_news_of_the_reservation_waits_for_it() {
    let mut lab = Lab::submitted();
    let body = renotification("Other", "ROUTE_SERVICE_RECOVERY");
    assert!(lab.call(about("renotify", body, TASK)).replies().is_empty());
    let said = lab.says(routed(DIALOGUE, 1, TASK));
    assert_eq!((said.status(), said.new_task().previous_task), (200, TASK));
}

#[test]
fn a_request_that_waits_for_a_reservation_is_refused_when_the_task_fails_instead() {
    let mut lab = Lab::submitted();
    lab.call(about("close", String::new(), TASK));
    assert_eq!(lab.says(failed(DIALOGUE, 1, 66)).status(), 412);
}

#[test]
fn a_request_waits_for_a_reservation_no_longer_than_its_time() {
    let mut lab = Lab::submitted();
    lab.call(about("close", String::new(), TASK));
    assert_eq!(lab.wait(Duration::from_secs(10)).status(), 412);
}

#[test]
fn the_wait_for_a_reservation_ends_with_the_news_and_with_who_waits() {
    let mut lab = Lab::submitted();
    let key = lab.call(about("close", String::new(), TASK)).armed("awaited reservation").unwrap();
    let cancelled = Output::Cancel { key };
    assert!(lab.says(routed(DIALOGUE, 1, TASK)).0.contains(&cancelled));

    let mut lab = Lab::submitted();
    let key = lab.call(about("close", String::new(), TASK)).armed("awaited reservation").unwrap();
    let gone = lab.input(Input::CallGone { call: CallId(key.id) });
    assert_eq!(gone.0, [Output::Cancel { key }]);
    assert!(lab.says(routed(DIALOGUE, 1, TASK)).replies().is_empty(), "nobody waits for an answer");
}

/// A request about a task.
fn about(path: &str, body: String, task: TaskId) -> Request {
    let request = Request::new("PUT", format!("/ccp-webapp/ccp/task/{FIRST}/{path}")).xml(body);
    request.header("authorization", basic("admin:ccelab")).header(TASK_HEADER, task.to_string())
}

#[test]
fn a_call_about_another_task_of_the_contact_is_refused() {
    let older = TaskId { call: TASK.call - 1, ..TASK };
    for (path, body) in
        [("close", String::new()), ("renotify", renotification("Other", "ROUTE_SERVICE_RECOVERY"))]
    {
        let mut lab = Lab::reserved();
        let mut status = |task: TaskId| lab.call(about(path, body.clone(), task)).status();
        assert_eq!((status(older), status(TASK)), (412, 200), "{path}");
    }
}

#[test]
fn a_renotified_task_is_sent_anew_behind_the_former_one() {
    let said = Lab::reserved().renotify(&renotification("Other", "ROUTE_SERVICE_TRANSFER"));
    assert_eq!(said.status(), 200);
    assert_eq!(said.changes(), ["reserved>queued/task_renotify_requested system"]);
    let task = said.new_task();
    assert_eq!(
        (task.dialogue_id, task.previous_task, task.service_requested),
        (DialogueId(5), TASK, Some(RoutingService::TRANSFER))
    );
    assert_eq!(task.script_selector.unwrap().to_string(), "Other");
    assert_eq!(task.application_string2.unwrap().to_string(), FIRST);
}

#[test]
fn a_recovery_asks_for_another_service_than_a_transfer() {
    let said = Lab::reserved().renotify(&renotification("CumulusTask", "route_service_recovery"));
    assert_eq!(said.new_task().service_requested, Some(RoutingService::RECOVERY));
}

#[test]
fn a_renotified_task_goes_through_queued_to_the_next_agent() {
    let mut lab = Lab::reserved();
    lab.renotify(&renotification("Other", "ROUTE_SERVICE_TRANSFER"));
    let next = TaskId { call: 37_051_929, ..TASK };
    let said = lab.says(routed(DIALOGUE.next(), 1, next));
    let expected = ["queued>queued/externally_routed system", "queued>reserved/externally_routed 5172"];
    assert_eq!(said.changes(), expected);
    assert!(lab.get(CONTACT).body().contains("<taskID>154526_37051929_1</taskID>"));
}

#[test]
fn a_renotified_task_shows_no_former_task() {
    let mut lab = Lab::reserved();
    let said = lab.renotify(&renotification("Other", "ROUTE_SERVICE_TRANSFER"));
    let Some(CcpFact::Published { contact, .. }) = said.ccp_facts().pop() else {
        panic!("nothing published")
    };
    assert_eq!((contact.field("taskID"), contact.field("scriptSelector")), (None, Some("Other")));
    assert!(!lab.get(CONTACT).body().contains("taskID"));
}

#[test]
fn a_renotified_task_may_fail() {
    let mut lab = Lab::reserved();
    lab.renotify(&renotification("Other", "ROUTE_SERVICE_TRANSFER"));
    let said = lab.says(failed(DIALOGUE.next(), 1, 66));
    assert_eq!(said.changes(), ["queued>discarded/notification_no_script system"]);
}

#[test]
fn only_a_reserved_task_can_be_renotified() {
    let body = renotification("Other", "ROUTE_SERVICE_TRANSFER");
    assert_eq!(Lab::submitted().renotify(&body).status(), 412);
    assert_eq!(Lab::queued().renotify(&body).status(), 412);
    assert_eq!(Lab::open().renotify(&body).status(), 404);
    let mut discarded = Lab::submitted();
    discarded.says(failed(DIALOGUE, 1, 66));
    assert_eq!(discarded.renotify(&body).status(), 412);
    let mut handled = Lab::reserved();
    handled.close();
    assert_eq!(handled.renotify(&body).status(), 412);
    let mut renotified = Lab::reserved();
    assert_eq!(renotified.renotify(&body).status(), 200);
    assert_eq!(renotified.renotify(&body).status(), 412);
}

#[test]
fn a_renotification_needs_the_selector_only() {
    let said = Lab::reserved().renotify("<Task><scriptSelector>Other</scriptSelector></Task>");
    let task = said.new_task();
    assert_eq!((said.status(), task.previous_task, task.service_requested), (200, TASK, None));
}

#[test]
fn a_renotification_with_a_bad_selector_or_reason_is_refused() {
    let long = "s".repeat(33);
    let bodies = [
        renotification("", "ROUTE_SERVICE_TRANSFER"),
        renotification(&long, "ROUTE_SERVICE_TRANSFER"),
        renotification("Other", "BECAUSE"),
        "<Task>".to_owned(),
    ];
    let mut lab = Lab::reserved();
    for body in bodies {
        let said = lab.renotify(&body);
        assert_eq!((said.status(), said.changes().len()), (400, 0), "{body}");
    }
}

#[test]
fn credentials_are_demanded_before_anything_else() {
    let close = || Request::new("PUT", format!("{PRIVATE}/task/{FIRST}/close"));
    let renotify = || Request::new("PUT", format!("{PRIVATE}/task/{FIRST}/renotify"));
    let requests = [
        renotify().xml(renotification("Other", "ROUTE_SERVICE_TRANSFER")),
        renotify().xml("<Task>").header("authorization", basic("admin:wrong")),
        close(),
        close().header("authorization", basic("admin:wrong")),
        close().header("authorization", "Basic %%%"),
        close().header("authorization", "Bearer x"),
        Request::new("GET", format!("{PRIVATE}/unknown")),
    ];
    for request in requests {
        let said = Lab::reserved().call(request);
        assert_eq!(said.status(), 401);
        assert!(said.reply().get("www-authenticate").unwrap().starts_with("Basic "));
        assert!(said.facts().all(|fact| !matches!(fact, Fact::Ccp(_))));
    }
}

#[test]
fn another_method_is_refused() {
    let said = Lab::reserved().administer("POST", &format!("/task/{FIRST}/close"), "");
    assert_eq!((said.status(), said.reply().get("allow")), (405, Some("PUT, OPTIONS")));
    assert_eq!(Lab::open().administer("DELETE", "/feed", "").status(), 405);
}

#[test]
fn an_unknown_path_is_not_found() {
    for path in ["/task", "/nothing", "/feed/1", "/feed/x", "/campaign/none", "/socialcontact/X"] {
        assert_eq!(Lab::open().administer("GET", path, "").status(), 404, "{path}");
    }
}

/// Case 14.
#[test]
fn head_is_get_without_the_body() {
    for path in ["/feed", "/campaign", "/contactcenter/mrconfig/default", "/authentication/ping"] {
        let whole = Lab::open().administer("GET", path, "");
        let head = Lab::open().administer("HEAD", path, "");
        assert_eq!((head.status(), head.body()), (200, String::new()), "{path}");
        let length = whole.body().len().to_string();
        assert_eq!(head.reply().get("content-length"), Some(length.as_str()), "{path}");
    }
    let missing = Lab::open().administer("HEAD", "/feed/1", "");
    assert_eq!((missing.status(), missing.body()), (404, String::new()));
}

/// Case 14.
#[test]
fn options_names_the_methods_to_everybody() {
    let close = format!("/ccp-webapp/ccp/task/{FIRST}/close");
    for (path, allowed) in [("/ccp-webapp/ccp/feed", "GET, HEAD, POST, OPTIONS"), (&close, "PUT, OPTIONS")] {
        let asked = Lab::open().call(Request::new("OPTIONS", path).header("origin", "http://localhost:3000"));
        assert_eq!((asked.status(), asked.reply().get("allow")), (200, Some(allowed)), "{path}");
        assert_eq!(asked.reply().get("access-control-allow-origin"), None, "no origin is allowed by default");
    }
}

#[test]
fn pages_of_an_allowed_origin_may_read() {
    let origin = "http://localhost:3000";
    let config = Config { cors: Cors::of([origin.to_owned()]), ..config() };
    let mut lab = Lab::started(config);
    let feeds = || Request::new("OPTIONS", "/ccp-webapp/ccp/feed").header("origin", origin);
    let asked = lab.call(feeds().header("access-control-request-method", "GET"));
    assert_eq!(asked.reply().get("access-control-allow-origin"), Some(origin));
    assert_eq!(asked.reply().get("access-control-allow-methods"), Some("GET, HEAD, POST, OPTIONS"));
    let unauthorized = lab.call(Request { method: "GET".to_owned(), ..feeds() });
    assert_eq!(
        (unauthorized.status(), unauthorized.reply().get("access-control-allow-origin")),
        (401, Some(origin))
    );
}

#[test]
fn a_ping_tells_that_the_credentials_are_right() {
    for method in ["GET", "OPTIONS"] {
        assert_eq!(Lab::open().administer(method, "/authentication/ping", "").status(), 200);
        let ping = || Request::new(method, format!("{PRIVATE}/authentication/ping"));
        for wrong in [ping(), ping().header("authorization", basic("admin:wrong"))] {
            let said = Lab::open().call(wrong);
            assert_eq!(said.status(), 401, "{method}");
            assert!(said.reply().get("www-authenticate").is_some(), "{method}");
        }
    }
}

/// A browser asks without credentials, and says so.
#[test]
fn a_browser_may_ask_about_the_ping_before_it_has_credentials() {
    let origin = "http://localhost:3000";
    let mut lab = Lab::started(Config { cors: Cors::of([origin.to_owned()]), ..config() });
    let asked = Request::new("OPTIONS", format!("{PRIVATE}/authentication/ping"));
    let said = lab.call(asked.header("origin", origin).header("access-control-request-method", "GET"));
    assert_eq!((said.status(), said.reply().get("access-control-allow-origin")), (200, Some(origin)));
}

#[test]
fn the_feeds_say_where_tasks_are_created() {
    let body = Lab::open().administer("GET", "/feed", "").body();
    assert!(body.starts_with("<feeds><Feed>"));
    assert!(body.contains("<pushFeedURL>http://ccp.lab:8080/ccp/task/feed/100080</pushFeedURL>"));
    assert!(body.contains("<tags><tag>cisco_uq_tag</tag></tags><type>12</type>"));
    let one = Lab::open().administer("GET", "/feed/100080", "").body();
    assert_eq!(body, format!("<feeds>{one}</feeds>"));
    // The fields of a feed are printed in alphabetical order (ccp-task-api 2.2).
    let whole = "<Feed><changeStamp>0</changeStamp><description></description><name>Tasks</name>\
                 <pushFeedURL>http://ccp.lab:8080/ccp/task/feed/100080</pushFeedURL>\
                 <refURL>http://ccp.lab:8080/ccp-webapp/ccp/feed/100080</refURL><status>1</status>\
                 <tags><tag>cisco_uq_tag</tag></tags><type>12</type></Feed>";
    assert_eq!(one, whole);
}

#[test]
fn the_campaigns_name_their_feeds() {
    let body = Lab::open().administer("GET", "/campaign", "").body();
    assert!(body.contains("<publicid>WCS_Campaign</publicid>"));
    // The fields stand in the order of the reference (ccp-task-api 2.3).
    let order = ["<description>", "<includeExpr>", "<excludeExpr>", "<chatInvitationFeed>", "<changeStamp>"];
    assert!(order.map(|field| body.find(field).expect(field)).is_sorted(), "{body}");
    assert!(body.contains("<feeds><feed>http://ccp.lab:8080/ccp-webapp/ccp/feed/100080</feed></feeds>"));
    let one = Lab::open().administer("GET", "/campaign/WCS_Campaign", "").body();
    assert_eq!(body, format!("<Campaigns>{one}</Campaigns>"));
}

#[test]
fn the_mr_configuration_shows_its_port() {
    let body = Lab::with(Config { mr_port: 40_000, ..config() })
        .administer("GET", "/contactcenter/mrconfig/default", "")
        .body();
    let whole = "<MRconfig><enabled>true</enabled><hostA></hostA><hostB></hostB><port>40000</port>\
                 <refURL>http://ccp.lab:8080/ccp-webapp/ccp/contactcenter/mrconfig/default</refURL>\
                 <secured>false</secured></MRconfig>";
    assert_eq!(body, whole);
}

#[test]
fn finesse_is_answered_before_the_change_is_published() {
    let said = Lab::reserved().close();
    let replied = said.place_of(|output| matches!(output, Output::Reply { .. }));
    let published =
        said.place_of(|output| matches!(output, Output::Note(Fact::Ccp(CcpFact::Published { .. }))));
    assert!(replied < published);
}

pub(crate) fn renotification(selector: &str, reason: &str) -> String {
    format!(
        "<Task><scriptSelector>{selector}</scriptSelector><reNotifyReason>{reason}</reNotifyReason></Task>"
    )
}
