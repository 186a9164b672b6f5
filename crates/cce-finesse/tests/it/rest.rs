//! Who may ask for what, and what is answered at once.

use crate::lab::{DIALOG, Lab, MEDIA, USER, config};
use cce_finesse::Config;
use cce_kernel::{BodyFlaw, Cors, Port, Request, Security};
use cce_model::XmlDeclaration;

#[test]
fn the_state_of_the_node_is_told_to_everyone() {
    let mut lab = Lab::new(config());
    let request = || Request::new("GET", "/finesse/api/SystemInfo?nocache=1706622949426");
    let told = lab.bare_request(request());
    assert_eq!(told.status(), 200);
    assert!(told.body().contains("OUT_OF_SERVICE"), "{}", told.body());
    let told = Lab::in_service().bare_request(request());
    assert!(told.body().contains("<status>IN_SERVICE</status>"), "{}", told.body());
}

#[test]
fn nothing_else_is_answered_out_of_service() {
    let refused = Lab::new(config()).get(USER);
    assert_eq!(refused.status(), 503);
    // The three texts are published (finesse-nonvoice 1.4).
    let error = "<ApiErrors><ApiError><ErrorType>Service Unavailable</ErrorType>\
                 <ErrorMessage>SERVER_OUT_OF_SERVICE</ErrorMessage><ErrorData></ErrorData></ApiError></ApiErrors>";
    assert_eq!(refused.body(), error);
}

/// finesse-nonvoice 2.1.
#[test]
fn the_state_of_the_node_tells_when_the_cti_server_answered_last() {
    let mut lab = Lab::in_service();
    let told = |lab: &mut Lab| {
        let body = lab.bare_request(Request::new("GET", "/finesse/api/SystemInfo")).body();
        let (_, rest) = body.split_once("<lastSuccessCTIHeartbeatTime>").expect("it is told");
        let heartbeats = |status: &str| body.contains(&format!("<lastCTIHeartbeatStatus>{status}<"));
        (rest.split_once('<').unwrap().0.to_owned(), heartbeats("success"))
    };
    assert_eq!(told(&mut lab), ("2024-01-30T13:55:49.426Z".to_owned(), true));
    lab.seconds(12);
    assert_eq!(told(&mut lab), ("2024-01-30T13:55:59.426Z".to_owned(), true), "every five seconds");
    lab.mute_cti();
    lab.seconds(60);
    assert_eq!(told(&mut lab), ("2024-01-30T13:55:59.426Z".to_owned(), false));
}

#[test]
fn bad_credentials_are_refused() {
    let mut lab = Lab::in_service();
    let bare = lab.bare_request(Request::new("GET", USER));
    assert_eq!(bare.status(), 401);
    assert!(bare.response().get("www-authenticate").unwrap().starts_with("Basic"));
    assert!(bare.body().contains("Authorization Failure"));
    for credentials in ["1080:wrong", "nobody:ccelab", "1080"] {
        assert_eq!(lab.request(Request::new("GET", USER), credentials).status(), 401, "{credentials}");
    }
    let odd = Request::new("GET", USER).header("authorization", "Bearer x");
    assert_eq!(lab.bare_request(odd).status(), 401);
}

#[test]
fn an_agent_acts_on_own_objects_only() {
    let mut lab = Lab::offered();
    for target in [USER, MEDIA, DIALOG] {
        let refused = lab.request(Request::new("PUT", target).xml("<User/>"), "1081:ccelab");
        assert_eq!(refused.status(), 401, "{target}");
        assert!(refused.body().contains("Invalid Authorization User Specified"));
        assert!(refused.body().contains("<ErrorData>1080</ErrorData>"), "{target}: {}", refused.body());
    }
}

#[test]
fn the_administrator_looks_and_does_not_act() {
    let mut lab = Lab::offered();
    let users = lab.request(Request::new("GET", "/finesse/api/Users"), "admin:ccelab");
    assert!(users.body().contains("1080") && users.body().contains("1081"));
    assert_eq!(lab.request(Request::new("GET", USER), "admin:ccelab").status(), 200);
    let body = "<User><state>READY</state></User>";
    assert_eq!(lab.request(Request::new("PUT", USER).xml(body), "admin:ccelab").status(), 401);
    assert_eq!(lab.get("/finesse/api/Users").status(), 401);
}

#[test]
fn what_does_not_exist_is_not_found() {
    let mut lab = Lab::in_service();
    for (target, message) in [
        ("/finesse/api/User/4711", "UNKNOWN_USER"),
        ("/finesse/api/User/1080/Media/1", "Invalid mrdId"),
        ("/finesse/api/User/1080/Media/x/Dialogs", "Invalid mrdId"),
        ("/finesse/api/Dialog/1_2_3", "Invalid dialogId"),
        ("/finesse/api/Dialog/17", "Invalid dialogId"),
        ("/finesse/api/Nothing", "Not Found"),
        ("/finesse/api/Team/5006", "Invalid teamId"),
        ("/finesse/api/Team/x", "Invalid teamId"),
        ("/finesse/api/ReasonCode/16", "Invalid reasonCodeId"),
        ("/finesse/api/User/1080/ReasonCode/16", "Invalid reasonCodeId"),
        ("/", "Not Found"),
    ] {
        let missing = lab.get(target);
        assert_eq!(missing.status(), 404, "{target}");
        assert!(missing.body().contains(message), "{target}: {}", missing.body());
    }
}

#[test]
fn a_body_that_cannot_be_had_is_refused_with_an_error_body() {
    let mut lab = Lab::in_service();
    for (flaw, status) in [(BodyFlaw::TooLarge, 413), (BodyFlaw::Broken, 400)] {
        let request = Request { body_flaw: Some(flaw), ..Request::new("PUT", USER) };
        let refused = lab.request(request, "1080:ccelab");
        assert_eq!(refused.status(), status);
        assert!(refused.body().contains("<ApiErrors>"), "{}", refused.body());
    }
}

#[test]
fn a_resource_takes_its_own_methods_only() {
    let mut lab = Lab::in_service();
    for (method, target, allowed) in [
        ("DELETE", USER, "GET,OPTIONS,HEAD,PUT"),
        ("POST", MEDIA, "GET,OPTIONS,HEAD,PUT"),
        ("PUT", "/finesse/api/User/1080/Queues", "GET,OPTIONS,HEAD"),
        ("PUT", "/finesse/api/SystemInfo", "GET,OPTIONS,HEAD"),
        ("PUT", "/finesse/api/Team/5005", "GET,OPTIONS,HEAD"),
        ("PUT", "/finesse/api/ReasonCode/16", "GET,OPTIONS,HEAD"),
    ] {
        let refused = lab.request(Request::new(method, target), "1080:ccelab");
        assert_eq!(
            (refused.status(), refused.response().get("allow")),
            (405, Some(allowed)),
            "{method} {target}"
        );
    }
}

#[test]
fn a_requests_id_comes_back_whatever_the_answer() {
    let mut lab = Lab::in_service();
    let refused = lab.put(MEDIA, "<Media></Media>");
    assert_eq!(refused.response().get("requestId"), Some("r-1"));
    let accepted = lab.put(MEDIA, "<Media><state>READY</state></Media>");
    assert_eq!((accepted.status(), accepted.response().get("requestId")), (202, Some("r-1")));
    assert_eq!(lab.get(USER).response().get("requestId"), None);
}

#[test]
fn an_error_about_a_media_names_the_domain() {
    let refused = Lab::in_service().put(MEDIA, "<Media></Media>");
    assert!(refused.body().contains("<ErrorMedia>5011</ErrorMedia>"), "{}", refused.body());
}

#[test]
fn a_media_without_membership_shows_the_domain_only() {
    let mut lab = Lab::in_service();
    let member = lab.get(MEDIA).body();
    assert!(member.contains("<state>LOGOUT</state>"), "{member}");
    let other = lab.get("/finesse/api/User/1080/Media/5012").body();
    assert!(other.contains("<name>Mail</name>") && !other.contains("<state>"), "{other}");
    let list = lab.get("/finesse/api/User/1080/Media?nocache=1").body();
    assert!(list.contains("Tasks") && list.contains("Mail"), "{list}");
}

#[test]
fn dialogs_are_listed_by_agent_and_by_domain() {
    let mut lab = Lab::offered();
    let task = "154526_37051928_1";
    for target in
        ["/finesse/api/User/1080/Dialogs/Media", "/finesse/api/User/1080/Media/5011/Dialogs", DIALOG]
    {
        assert!(lab.get(target).body().contains(task), "{target}");
    }
    for target in ["/finesse/api/User/1080/Dialogs", "/finesse/api/User/1080/Media/5012/Dialogs"] {
        let empty = lab.get(target);
        assert_eq!(empty.status(), 200);
        assert!(!empty.body().contains(task), "{target}");
    }
}

#[test]
fn a_team_has_its_users() {
    let mut lab = Lab::in_service();
    lab.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    let team = lab.get("/finesse/api/Team/5005");
    assert_eq!(team.status(), 200);
    let part = "<Team><uri>/finesse/api/Team/5005</uri><id>5005</id><name>CumulusTeam</name><users><User>\
                <uri>/finesse/api/User/1080</uri><loginId>1080</loginId>";
    assert!(team.body().starts_with(part), "{}", team.body());
    assert!(team.body().contains("<state>NOT_READY</state>"), "{}", team.body());
    assert!(team.body().contains("<loginId>1081</loginId>"), "{}", team.body());
}

/// Case 14.
#[test]
fn head_is_get_without_the_body() {
    let mut lab = Lab::in_service();
    for target in ["/finesse/api/SystemInfo", USER, MEDIA, "/finesse/api/Team/5005"] {
        let (whole, head) = (lab.get(target), lab.request(Request::new("HEAD", target), "1080:ccelab"));
        assert_eq!((head.status(), head.body()), (200, String::new()), "{target}");
        let length = whole.body().len().to_string();
        assert_eq!(head.response().get("content-length"), Some(length.as_str()), "{target}");
        assert_eq!(head.response().get("content-type"), Some("application/xml"), "{target}");
    }
    assert_eq!(lab.request(Request::new("HEAD", USER), "1080:wrong").status(), 401);
    assert_eq!(lab.request(Request::new("HEAD", DIALOG), "1080:ccelab").status(), 404);
}

/// Case 14.
#[test]
fn options_names_the_methods_to_everybody() {
    let mut lab = Lab::in_service();
    for (target, allowed) in [
        (USER, "GET,OPTIONS,HEAD,PUT"),
        ("/finesse/api/SystemInfo", "GET,OPTIONS,HEAD"),
        (DIALOG, "GET,OPTIONS,HEAD,PUT"),
    ] {
        let asked =
            lab.bare_request(Request::new("OPTIONS", target).header("origin", "http://localhost:3000"));
        assert_eq!((asked.status(), asked.response().get("allow")), (200, Some(allowed)));
        assert_eq!(
            asked.response().get("access-control-allow-origin"),
            None,
            "no origin is allowed by default"
        );
    }
    assert_ne!(lab.bare_request(Request::new("OPTIONS", "/finesse/api/Nothing")).status(), 200);
}

#[test]
fn pages_of_an_allowed_origin_may_call() {
    let origins = |origin: &str| Config { cors: Cors::of([origin.to_owned()]), ..config() };
    let preflight = || {
        let asked = Request::new("OPTIONS", USER).header("access-control-request-method", "PUT");
        asked.header("access-control-request-headers", "authorization,requestid").header("origin", ORIGIN)
    };
    for allowed in [ORIGIN, "*"] {
        let mut lab = Lab::in_service_with(origins(allowed));
        let asked = lab.bare_request(preflight());
        let said = |name: &str| asked.response().get(name).map(str::to_owned);
        assert_eq!(said("access-control-allow-origin").as_deref(), Some(ORIGIN));
        assert_eq!(said("access-control-allow-methods").as_deref(), Some("GET,OPTIONS,HEAD,PUT"));
        assert_eq!(said("access-control-allow-headers").as_deref(), Some("authorization,requestid"));
        let read = lab.request(Request::new("GET", USER).header("origin", ORIGIN), "1080:ccelab");
        assert_eq!(read.response().get("access-control-allow-origin"), Some(ORIGIN));
        let refused = lab.request(Request::new("GET", USER).header("origin", ORIGIN), "1080:wrong");
        assert_eq!(
            (refused.status(), refused.response().get("access-control-allow-origin")),
            (401, Some(ORIGIN))
        );
    }
    let mut lab = Lab::in_service_with(origins("http://elsewhere"));
    assert_eq!(lab.bare_request(preflight()).response().get("access-control-allow-origin"), None);
}

const ORIGIN: &str = "http://localhost:3000";

#[test]
fn lists_of_reason_codes_and_queues_are_empty() {
    let mut lab = Lab::in_service();
    let codes = lab.get("/finesse/api/User/1080/ReasonCodes?category=LOGOUT&nocache=1");
    assert!(codes.body().contains("category=\"LOGOUT\""), "{}", codes.body());
    assert_eq!(lab.get("/finesse/api/ReasonCodes").status(), 400);
    assert_eq!(lab.get("/finesse/api/ReasonCodes?category=LUNCH").status(), 400);
    assert_eq!(lab.get("/finesse/api/User/1080/Queues").status(), 200);
}

#[test]
fn who_names_no_session_is_given_one_which_stands_for_no_password() {
    let mut lab = Lab::in_service();
    let secure = Request { security: Security::Tls, ..Request::new("GET", USER) };
    for (request, secured) in [(Request::new("GET", USER), ""), (secure, "; Secure")] {
        let told = lab.request(request, "1080:ccelab");
        let cookie = told.response().get("set-cookie").unwrap().to_owned();
        let id = cookie.strip_prefix("JSESSIONID=").unwrap();
        let (id, attributes) = id.split_at(32);
        assert_eq!(attributes, format!("; Path=/finesse{secured}; HttpOnly"));
        let back = || Request::new("GET", USER).header("cookie", format!("JSESSIONID={id}"));
        let told = lab.request(back(), "1080:ccelab");
        assert_eq!((told.status(), told.response().get("set-cookie")), (200, None));
        assert_eq!(lab.bare_request(back()).status(), 401);
    }
    let put = lab.put(MEDIA, "<Media><state>READY</state></Media>");
    assert!(put.response().get("set-cookie").is_some(), "answers to changes have it, too");
}

#[test]
fn what_is_read_begins_with_a_declaration_where_that_is_set() {
    let declaration = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
    let mut lab = Lab::in_service();
    assert!(lab.get("/finesse/api/SystemInfo").body().starts_with("<SystemInfo>"));
    let mut lab = Lab::in_service_with(Config { xml_declaration: XmlDeclaration::Present, ..config() });
    for (target, root) in [("/finesse/api/SystemInfo", "<SystemInfo>"), (USER, "<User>"), (MEDIA, "<Media>")]
    {
        let told = lab.get(target);
        assert!(told.body().starts_with(&format!("{declaration}{root}")), "{}", told.body());
        let head = lab.request(Request::new("HEAD", target), "1080:ccelab");
        assert_eq!(head.response().get("content-length"), Some(told.body().len().to_string().as_str()));
    }
    assert!(lab.get("/finesse/api/User/4711").body().starts_with("<ApiErrors>"));
    assert_eq!(lab.put(MEDIA, "<Media><state>READY</state></Media>").body(), "");
}

/// Which CTI servers are active, and since when, as `SystemInfo` says.
fn cti_servers(lab: &mut Lab) -> [(String, bool, u64); 2] {
    let told = lab.get("/finesse/api/SystemInfo").body();
    let system = cce_xml::parse(told.as_bytes()).expect("a document");
    let servers: Vec<_> = system.child("ctiServers").expect("a list").all("ctiServer").collect();
    [0, 1].map(|side| {
        let text = |name| servers[side].text_of(name).expect("a text");
        (text("host"), text("active") == "true", text("connectedDuration").parse().expect("seconds"))
    })
}

#[test]
fn the_state_of_the_node_tells_how_long_it_has_which_cti_server() {
    let (a, b) = ("pg3a.lab".to_owned(), "pg3b.lab".to_owned());
    let mut lab = Lab::new(config());
    assert_eq!(cti_servers(&mut lab), [(a.clone(), false, 0), (b.clone(), false, 0)]);
    let mut lab = Lab::in_service();
    assert_eq!(lab.link.port, Port::CtiA);
    lab.seconds(4);
    assert_eq!(cti_servers(&mut lab), [(a.clone(), true, 4), (b.clone(), false, 0)]);
    lab.lose_cti();
    assert_eq!(cti_servers(&mut lab), [(a.clone(), false, 0), (b.clone(), false, 0)]);
    lab.reopen();
    assert_eq!(lab.link.port, Port::CtiB);
    assert_eq!(cti_servers(&mut lab), [(a, false, 0), (b, true, 0)]);
}

#[test]
fn the_other_node_is_named_where_there_is_one() {
    assert!(!Lab::in_service().get("/finesse/api/SystemInfo").body().contains("secondaryNode"));
    let mut lab = Lab::in_service_with(Config { secondary: Some("fin2.lab".to_owned()), ..config() });
    let told = lab.get("/finesse/api/SystemInfo").body();
    assert!(told.contains("<secondaryNode><host>fin2.lab</host></secondaryNode>"), "{told}");
}
