//! Creating tasks through the public API.

use crate::lab::{CONTACT, FEED, FIRST, Lab, config, first};
use cce_ccp::{Config, Feed};
use cce_kernel::{BodyFlaw, Fact, Output, Request, Security};
use cce_model::{DialogueId, EccLoss, fact::CcpFact};

#[test]
fn a_task_is_created_by_get() {
    let said = Lab::open().create(&[]);
    assert_eq!(said.status(), 201);
    assert_eq!(said.reply().get("location"), Some(format!("http://ccp.lab:8080{CONTACT}").as_str()));
    assert!(said.body().is_empty());
}

#[test]
fn a_task_is_created_by_post_in_any_order_of_elements() {
    let said = Lab::open().call(Request::new("POST", FEED).xml(POSTED));
    assert_eq!(said.status(), 201);
    let task = said.new_task();
    assert_eq!(task.script_selector.unwrap().to_string(), "CumulusTask");
    assert_eq!(task.call_variable1.unwrap().to_string(), "Ann");
    let ecc: Vec<_> = task.named_variables.iter().map(|variable| variable.parts().unwrap()).collect();
    assert_eq!(ecc, [("user.order.id".to_owned(), "A-17".to_owned())]);
}

#[test]
fn every_call_variable_goes_to_cce_under_its_own_number() {
    let variables: Vec<String> = (1..=10).map(|number| format!("variable_cv_{number}=v{number}")).collect();
    let task = Lab::open().create(&variables.iter().map(String::as_str).collect::<Vec<_>>()).new_task();
    let told = [
        task.call_variable1,
        task.call_variable2,
        task.call_variable3,
        task.call_variable4,
        task.call_variable5,
        task.call_variable6,
        task.call_variable7,
        task.call_variable8,
        task.call_variable9,
        task.call_variable10,
    ];
    let told: Vec<_> = told.into_iter().map(|value| value.map(|value| value.to_string())).collect();
    assert_eq!(told, (1..=10).map(|number| Some(format!("v{number}"))).collect::<Vec<_>>());
}

/// TR-237, CC-111.
#[test]
fn a_character_that_latin_1_lacks_becomes_a_question_mark() {
    let said =
        Lab::open().create(&["variable_cv_1=%C3%A9%E2%82%AC", "variable_user_user.case=%E2%82%AC%C3%BC"]);
    let task = said.new_task();
    assert_eq!(task.call_variable1.unwrap().to_string(), "é?");
    assert_eq!(task.named_variables[0].parts(), Some(("user.case".to_owned(), "?ü".to_owned())));
}

#[test]
fn a_post_that_says_a_thing_twice_or_no_truth_is_refused() {
    for (elements, field) in [
        ("<name>a</name><name>b</name>", "name"),
        ("<name>a</name><requeueOnRecovery>maybe</requeueOnRecovery>", "requeueOnRecovery"),
    ] {
        let body = format!("<Task>{elements}<title>t</title></Task>");
        let said = Lab::open().call(Request::new("POST", FEED).xml(body));
        assert_eq!(said.status(), 400, "{elements}");
        let told = said.body();
        assert!(told.contains("<errorType>invalidInput.invalidFormat</errorType>"), "{told}");
        assert!(told.contains(&format!("<errorData>{field}</errorData>")), "{told}");
    }
}

#[test]
fn a_body_that_cannot_be_had_is_refused_with_a_document_that_browsers_may_read() {
    for (flaw, status) in [(BodyFlaw::TooLarge, 413), (BodyFlaw::Broken, 400)] {
        let request = Request { body_flaw: Some(flaw), ..Request::new("POST", FEED) };
        let said = Lab::open().call(request);
        assert_eq!(said.status(), status);
        assert_eq!(said.reply().get("access-control-allow-origin"), Some("*"));
        assert!(said.body().contains("<errorData>body</errorData>"), "{}", said.body());
    }
}

#[test]
fn the_location_keeps_the_family_of_paths_that_the_client_used() {
    let said = Lab::open().call(Request::new("POST", "/ccp/rest/task/feed/100080").xml(POSTED));
    let expected = format!("http://ccp.lab:8080/ccp/rest/task/contact/{FIRST}");
    assert_eq!(said.reply().get("location"), Some(expected.as_str()));
}

#[test]
fn a_proxy_that_ends_tls_changes_the_scheme_of_the_location() {
    let request = Request::new("POST", FEED).xml(POSTED).header("x-forwarded-proto", "https");
    let said = Lab::open().call(request);
    assert!(said.reply().get("location").unwrap().starts_with("https://ccp.lab:8080/"));
}

#[test]
fn over_tls_the_location_has_the_scheme_and_the_host_of_the_request() {
    let request = Request { security: Security::Tls, ..Request::new("POST", FEED) };
    let said = Lab::open().call(request.xml(POSTED).header("host", "sm1.dcloud.cisco.com:8443"));
    let location = said.reply().get("location").unwrap();
    assert!(location.starts_with("https://sm1.dcloud.cisco.com:8443/"), "{location}");
}

#[test]
fn credentials_are_ignored() {
    let request = Request::new("POST", FEED).xml(POSTED).header("authorization", "Basic nonsense");
    assert_eq!(Lab::open().call(request).status(), 201);
}

#[test]
fn the_steps_of_a_creation_are_noted_in_the_order_of_the_lab_trace() {
    let said = Lab::open().create(&[]);
    let steps: Vec<&str> = said.ccp_facts().into_iter().map(step).collect();
    let expected = [
        "request",
        "submitted",
        "bus",
        "taken up",
        "created",
        "read unread",
        "filter 90001: 100",
        "campaign 100081",
        "read unread",
        "notification",
    ];
    assert_eq!(steps, expected);
}

#[test]
fn the_client_is_answered_after_the_contact_exists_and_before_cce_is_asked() {
    let said = Lab::open().create(&[]);
    let created = said.place_of(|output| matches!(output, Output::Note(Fact::Ccp(CcpFact::Created { .. }))));
    let replied = said.place_of(|output| matches!(output, Output::Reply { .. }));
    let sent = said.place_of(|output| matches!(output, Output::Send { .. }));
    assert!(created < replied && replied < sent);
}

#[test]
fn tags_are_those_of_the_feed_the_system_and_the_client() {
    assert_eq!(tags(&[]), ["cisco_uq_tag", "discard_on_recovery"]);
    assert_eq!(tags(&["tags=vip,cisco_uq_tag", "requeueOnRecovery=true"]), ["cisco_uq_tag", "vip"]);
}

#[test]
fn a_task_becomes_the_message_of_the_lab_trace() {
    let mut lab = Lab::with(Config { application_id: Some(GUID.to_owned()), ..config() });
    let variables = [
        "variable_cv_1=Scott+McTominay",
        "variable_cv_2=Report+Lost+Credit+Card",
        "variable_cv_3=123456789",
        "variable_cv_4=user%40email",
    ];
    let said = lab.create(&variables);
    let frame = said.0.iter().find_map(|output| match output {
        Output::Send { bytes, .. } => Some(&bytes.0),
        _ => None,
    });
    assert_eq!(frame.unwrap().len(), 201);
    let task = said.new_task();
    assert_eq!((task.dialogue_id, task.send_seq_no), (DialogueId(4), 1));
    assert_eq!(task.application_string1.unwrap().to_string(), GUID);
    assert_eq!(task.application_string2.unwrap().to_string(), FIRST);
}

#[test]
fn each_contact_draws_its_own_application_string() {
    let mut lab = Lab::open();
    let [one, two] = [(); 2].map(|()| lab.create(&[]).new_task().application_string1.unwrap().to_string());
    assert_ne!(one, two);
    assert_eq!((one.len(), &one[14..15]), (36, "4"));
}

#[test]
fn pinned_contact_ids_are_used_first() {
    let mut lab = Lab::with(Config { contact_ids: vec!["A".to_owned()], ..config() });
    let ids = [(); 2].map(|()| lab.create(&[]).new_task().application_string2.unwrap().to_string());
    assert_eq!(ids, ["A", FIRST]);
}

#[test]
fn a_call_variable_is_cut_to_forty_characters() {
    let said = Lab::open().create(&[&format!("variable_CV_10={}", "x".repeat(50))]);
    assert_eq!(said.new_task().call_variable10.unwrap().to_string(), "x".repeat(40));
}

#[test]
fn an_expanded_variable_whose_name_none_can_have_stays_behind() {
    let long = format!("user.{}", "n".repeat(28));
    for name in [long.as_str(), "", "1", "videoToken", "user.", "user_videoToken"] {
        let said = Lab::open().create(&[&format!("variable_user_{name}=a"), "variable_user_user.ok=b"]);
        assert_eq!(variables(&said), [("user.ok".to_owned(), "b".to_owned())], "{name}");
        assert_eq!(losses(&said), [(name, EccLoss::Unknown)]);
    }
    let longest = format!("user.{}", "n".repeat(27));
    let said = Lab::open().create(&[&format!("variable_user_{longest}=a")]);
    assert_eq!((variables(&said).len(), losses(&said).len()), (1, 0));
}

#[test]
fn a_value_that_no_expanded_variable_can_hold_is_cut() {
    let value = |length| format!("variable_user_user.notes={}", "x".repeat(length));
    let said = Lab::open().create(&[&value(210)]);
    assert_eq!((variables(&said)[0].1.len(), losses(&said).len()), (210, 0));
    let said = Lab::open().create(&[&value(211)]);
    assert_eq!((variables(&said)[0].1.len(), losses(&said)), (210, vec![("user.notes", EccLoss::Cut)]));
}

#[test]
fn an_expanded_variable_without_room_in_the_message_swallows_no_other_one() {
    let large: Vec<String> =
        (0..16).map(|number| format!("variable_user_user.large{number:02}={}", "x".repeat(209))).collect();
    let mut given: Vec<&str> = large.iter().map(String::as_str).collect();
    given.push("variable_user_user.small=kept");
    let said = Lab::open().create(&given);
    let names: Vec<String> = variables(&said).into_iter().map(|(name, _)| name).collect();
    assert_eq!((names.len(), names.last().map(String::as_str)), (16, Some("user.small")));
    assert_eq!(losses(&said), [("user.large15", EccLoss::NoRoom)]);
    let frame = said.0.iter().find_map(|output| match output {
        Output::Send { bytes, .. } => Some(bytes.0.len()),
        _ => None,
    });
    assert!(frame.unwrap() <= 4_096);
}

fn variables(said: &crate::lab::Said) -> Vec<(String, String)> {
    said.new_task().named_variables.iter().filter_map(cce_wire::NamedVariable::parts).collect()
}

fn losses(said: &crate::lab::Said) -> Vec<(&str, EccLoss)> {
    let loss = |fact| match fact {
        &Fact::Ecc { ref variable, loss, .. } => Some((variable.as_str(), loss)),
        _ => None,
    };
    said.facts().filter_map(loss).collect()
}

#[test]
fn the_expanded_variables_fill_their_payload_to_the_last_byte() {
    // Each variable has four bytes of overhead. Fifteen large ones leave 25 bytes of 3,400, of which the last one's
    // overhead and name take ten.
    let kept = |last: usize| {
        let large = (0..15).map(|number| format!("variable_user_user.large{number:02}={}", "x".repeat(209)));
        let all: Vec<String> = large.chain([format!("variable_user_user.z={}", "x".repeat(last))]).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        Lab::open().create(&all).new_task().named_variables.len()
    };
    assert_eq!((kept(15), kept(16)), (16, 15));
}

#[test]
fn a_task_without_campaign_stays_unread() {
    let said = Lab::with(Config { campaigns: Vec::new(), ..config() }).create(&[]);
    assert_eq!((said.status(), said.sent().len()), (201, 0));
    assert_eq!(said.changes(), [">unread/unknown "]);
}

#[test]
fn a_missing_title_is_refused_by_name() {
    let said = Lab::open().get(&format!("{FEED}?name=Ann"));
    assert_eq!(said.status(), 400);
    let expected = "<apiErrors><apiError><errorData>title</errorData><errorMessage>title is required\
                    </errorMessage><errorType>invalidInput.fieldRequired</errorType></apiError></apiErrors>";
    assert_eq!(said.body(), expected);
    assert!(said.changes().is_empty());
}

#[test]
fn malformed_xml_is_refused() {
    for body in ["", "<Task>", "<Contact/>", "not XML"] {
        let said = Lab::open().call(Request::new("POST", FEED).xml(body));
        assert_eq!(said.status(), 400, "{body}");
        assert!(said.body().contains("invalidInput.invalidFormat"), "{body}");
    }
}

#[test]
fn over_long_fields_are_refused() {
    let mut lab = Lab::open();
    for fields in [format!("name={}", "n".repeat(101)), format!("name=n&scriptSelector={}", "s".repeat(33))] {
        let said = lab.get(&format!("{FEED}?title=t&{fields}"));
        assert_eq!(said.status(), 400);
        assert!(said.body().contains("invalidInput.outOfRange"));
    }
}

#[test]
fn fields_at_their_limits_are_accepted() {
    let tags: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    for fields in [
        format!("name={}", "n".repeat(100)),
        // A letter of two bytes is one character.
        format!("name={}", "%C3%A4".repeat(100)),
        format!("name=n&scriptSelector={}", "s".repeat(32)),
        format!("name=n&tags={}", tags.join(",")),
    ] {
        assert_eq!(Lab::open().get(&format!("{FEED}?title=t&{fields}")).status(), 201, "{fields}");
    }
    let variables: Vec<String> = (0..99).map(|number| format!("variable_v{number}=x")).collect();
    let said = Lab::open().create(&variables.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(said.status(), 201, "99 variables and the selector are 100 fields");
}

#[test]
fn one_more_than_the_limit_is_refused() {
    let tags: Vec<String> = (0..21).map(|number| number.to_string()).collect();
    let variables: Vec<String> = (0..100).map(|number| format!("variable_v{number}=x")).collect();
    for fields in [format!("tags={}", tags.join(",")), variables.join("&")] {
        assert_eq!(Lab::open().create(&[&fields]).status(), 400, "{fields}");
    }
}

/// ccp-task-api 1.2.
#[test]
fn names_of_elements_are_case_sensitive() {
    for body in [
        "<Task><Name>a</Name><title>t</title></Task>",
        "<Task><name>a</name><Title>t</Title></Task>",
        "<task><name>a</name><title>t</title></task>",
    ] {
        assert_eq!(Lab::open().call(Request::new("POST", FEED).xml(body)).status(), 400, "{body}");
    }
    let said = Lab::open().get(&format!("{FEED}?Name=a&title=t"));
    assert_eq!(said.status(), 400);
}

/// ccp-task-api 1.2: a request without a body may say that it has one of XML.
#[test]
fn the_content_type_of_a_request_is_passed_over() {
    let mut lab = Lab::submitted();
    for method in ["GET", "DELETE"] {
        let request = Request::new(method, CONTACT).header("content-type", "application/xml");
        assert_eq!(lab.call(request).status(), 200, "{method}");
    }
    for kind in ["text/plain", "Application/XML; charset=utf-8"] {
        let request = Request::new("POST", FEED).xml(POSTED).header("content-type", kind);
        assert_eq!(Lab::open().call(request).status(), 201, "{kind}");
    }
}

/// ccp-task-api 4.
#[test]
fn the_prefix_of_a_variable_may_have_any_case_and_is_stripped_once() {
    let said =
        Lab::open().create(&["variable_CV_1=a", "variable_UsEr_user.x=b", "variable_user_user_user.y=c"]);
    assert_eq!(said.new_task().call_variable1.unwrap().to_string(), "a");
    assert_eq!(variables(&said), [("user.x".to_owned(), "b".to_owned())]);
    assert_eq!(losses(&said), [("user_user.y", EccLoss::Unknown)]);
}

/// ccp-task-api 5.2.
#[test]
fn what_a_task_says_stands_in_its_contact() {
    let mut lab = Lab::open();
    lab.call(
        Request::new("POST", FEED).xml(POSTED.replace("<title>", "<description>Blue</description><title>")),
    );
    let shown = lab.administer("GET", &format!("/socialcontact/{FIRST}"), "").body();
    for field in [
        "<author>ann@example.org</author>",
        "<description>Blue</description>",
        "<sourceType>task</sourceType>",
        "<title>Card lost</title>",
        "<publishedDate>1706622949255</publishedDate>",
        "<name>cv_1</name><value>Ann</value>",
        "<name>user_user.order.id</name><value>A-17</value>",
        "<name>scriptSelector</name><value>CumulusTask</value>",
        "<tags><tag>cisco_uq_tag</tag><tag>discard_on_recovery</tag></tags>",
    ] {
        assert!(shown.contains(field), "{field} in {shown}");
    }
}

#[test]
fn an_unknown_feed_is_not_found() {
    assert_eq!(Lab::open().get("/ccp/task/feed/1?name=a&title=b").status(), 404);
    assert_eq!(Lab::open().get("/ccp/task/feed/x?name=a&title=b").status(), 404);
}

#[test]
fn a_feed_of_another_type_takes_no_tasks() {
    let callback = Feed { id: 7, kind: 10, name: "Callback".to_owned(), tag: "t".to_owned() };
    let mut lab = Lab::with(Config { feeds: vec![callback], ..config() });
    assert_eq!(lab.get("/ccp/task/feed/7?name=a&title=b").status(), 404);
}

#[test]
fn an_unknown_path_is_not_found() {
    for path in ["/", "/ccp", "/ccp/task/", "/ccp/taskx/feed/100080", "/ccp/task/other/1", "/ccp/task/feed"] {
        assert_eq!(Lab::open().get(path).status(), 404, "{path}");
    }
}

#[test]
fn another_method_is_refused_and_the_allowed_ones_are_named() {
    let said = Lab::open().call(Request::new("PUT", FEED));
    assert_eq!((said.status(), said.reply().get("allow")), (405, Some("GET, POST, OPTIONS")));
    let said = Lab::submitted().call(Request::new("POST", CONTACT));
    assert_eq!((said.status(), said.reply().get("allow")), (405, Some("GET, HEAD, DELETE, OPTIONS")));
}

/// Case 14. GET creates a task, and HEAD must not (RFC 9110 9.2.1).
#[test]
fn head_polls_a_task_and_creates_none() {
    let mut lab = Lab::submitted();
    let (whole, head) = (lab.get(CONTACT), lab.call(Request::new("HEAD", CONTACT)));
    assert_eq!((head.status(), head.body()), (200, String::new()));
    let length = whole.body().len().to_string();
    assert_eq!(head.reply().get("content-length"), Some(length.as_str()));
    assert_eq!(lab.call(Request::new("HEAD", FEED)).status(), 405);
}

#[test]
fn a_browser_may_ask_before_it_calls() {
    let said = Lab::open().call(Request::new("OPTIONS", FEED));
    assert_eq!(said.status(), 200);
    assert_eq!(said.reply().get("access-control-allow-origin"), Some("*"));
    assert_eq!(said.reply().get("access-control-allow-methods"), Some("GET, POST, OPTIONS"));
    assert_eq!(said.reply().get("access-control-allow-headers"), Some("Content-Type"));
}

#[test]
fn a_browser_may_read_where_its_task_is() {
    assert_eq!(Lab::open().create(&[]).reply().get("access-control-expose-headers"), Some("Location"));
}

const GUID: &str = "ae93f5ad-452d-4c52-8057-8d23864a8a8a";

const POSTED: &str = "\n<!-- a task --><Task><variables><variable><value>Ann</value><name>cv_1</name></variable>\
    <variable><name>user_user.order.id</name><value>A-17</value></variable></variables>\
    <title>Card lost</title><customerUID>9</customerUID><name>ann@example.org</name>\
    <scriptSelector>CumulusTask</scriptSelector></Task>";

fn tags(more: &[&str]) -> Vec<String> {
    let said = Lab::open().create(more);
    let tags = said.ccp_facts().into_iter().find_map(|fact| match fact {
        CcpFact::NotificationRequest { contact, tags, .. } if *contact == first() => Some(tags.clone()),
        _ => None,
    });
    tags.unwrap()
}

fn step(fact: &CcpFact) -> &'static str {
    match fact {
        CcpFact::RequestInitiated { feed: 100_080, .. } => "request",
        CcpFact::CreateSubmitted { .. } => "submitted",
        CcpFact::BusReceived { correlation: Some(1), .. } => "bus",
        CcpFact::CreateReceived { .. } => "taken up",
        CcpFact::Created { .. } => "created",
        CcpFact::Store { .. } => "read unread",
        CcpFact::FilterResponse { filter: 90_001, response: 100, .. } => "filter 90001: 100",
        CcpFact::CampaignStatus { campaign: 100_081, .. } => "campaign 100081",
        CcpFact::NotificationRequest { .. } => "notification",
        _ => "something else",
    }
}
