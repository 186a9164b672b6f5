//! Notification rules of type `http`: what they tell, whom, and what becomes of it.

use crate::lab::{FIRST, Lab, Said, basic, config};
use cce_ccp::{Config, HttpRule, HttpTarget, Notifying};
use cce_kernel::{CallError, CallId, Input, Output, Port, Request, Response, Security, Trust};
use std::time::Duration;

const URL: &str = "http://127.0.0.1:9000/contacts";
const OTHER: &str = "https://localhost:9001/contacts?from=lab";
/// The rule that comes with the campaign has the id before it.
const RULE: &str = "/notificationrule/100083";
/// The rule of the configuration.
const CONFIGURED: &str = "/notificationrule/100090";

#[test]
fn a_contact_that_gets_a_tag_of_a_rule_is_told_to_its_address() {
    let mut lab = lab(target());
    let said = lab.create(&["description=Stolen", "variable_cv_1=Ann"]);
    let (_, request) = called(&said);
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", URL));
    assert_eq!(request.get("content-type"), Some("application/xml"));
    assert_eq!((request.security, request.get("authorization")), (Security::Plain, None));
    let body = request.body.text();
    let expected = format!(
        "<SocialContact><author>ann@example.org</author><description>Stolen</description>\
         <extensionFields><extensionField><name>cv_1</name><value>Ann</value></extensionField>\
         <extensionField><name>scriptSelector</name><value>CumulusTask</value></extensionField></extensionFields>\
         <id>{FIRST}</id><link></link><notificationTag>cisco_uq_tag</notificationTag>\
         <publishedDate>1706622949255</publishedDate>\
         <refURL>http://sm1.dcloud.cisco.com/ccp-webapp/ccp/socialcontact/{FIRST}</refURL>\
         <screenPopUrl></screenPopUrl><sourceType>task</sourceType><status>unread</status>\
         <statusReason>unknown</statusReason><statusTimestamp>1706622949256</statusTimestamp>\
         <statusUserId></statusUserId><tags><tag>cisco_uq_tag</tag><tag>discard_on_recovery</tag></tags>\
         <title>Card lost</title></SocialContact>"
    );
    assert_eq!(body, expected);
    assert_eq!(said.names(), ["NEW_TASK"], "it goes to CCE all the same");
    assert_eq!(steps(&said), ["fired 127.0.0.1:9000"]);
}

#[test]
fn a_tag_that_an_update_adds_fires_once_and_one_that_was_there_does_not() {
    let mut lab = with(target(), &["vip", "mail"], terms());
    assert!(calls(&lab.create(&[])).is_empty());
    let tags = |tags: &[&str]| {
        let tags: String = tags.iter().map(|tag| format!("<tag>{tag}</tag>")).collect();
        format!("<SocialContact><tags>{tags}</tags></SocialContact>")
    };
    let path = format!("/socialcontact/{FIRST}");
    let said = lab.administer("PUT", &path, &tags(&["cisco_uq_tag", "mail", "vip"]));
    assert!(called(&said).1.body.text().contains("<notificationTag>vip</notificationTag>"));
    answer(&mut lab, &said, 200);
    assert!(calls(&lab.administer("PUT", &path, &tags(&["vip", "mail", "other"]))).is_empty());
    lab.administer("PUT", &path, &tags(&[]));
    let again = lab.administer("PUT", &path, &tags(&["mail"]));
    assert!(called(&again).1.body.text().contains("<notificationTag>mail</notificationTag>"));
}

#[test]
fn an_address_is_told_of_one_contact_after_the_other_and_one_rule_does_not_wait_for_another() {
    let mut config = config_of(target(), &["cisco_uq_tag"], terms());
    let second = HttpRule {
        id: 100_091,
        target: HttpTarget { url: OTHER.into(), ..target() },
        ..config.http_rules[0].clone()
    };
    config.http_rules.push(second);
    let mut lab = Lab::with(config);
    let first = lab.create(&[]);
    let urls: Vec<String> = calls(&first).into_iter().map(|(_, request)| request.target).collect();
    assert_eq!(urls, [URL, OTHER]);
    assert!(calls(&lab.create(&[])).is_empty(), "both addresses are being told");
    let next = answer(&mut lab, &first, 204);
    assert_eq!(steps(&next), ["delivered 127.0.0.1:9000"]);
    assert!(!called(&next).1.body.text().contains(FIRST), "it is the second contact");
}

#[test]
fn what_fails_is_tried_again_behind_pauses_that_double_and_given_up_then() {
    let mut lab = lab(target());
    let said = lab.create(&[]);
    let failed = answer(&mut lab, &said, 503);
    assert_eq!(steps(&failed), ["refused 127.0.0.1:9000"]);
    assert!(calls(&failed).is_empty());
    let again = due_after(&mut lab, Duration::from_secs(1));
    let broken = fail(&mut lab, &again, CallError::Broken);
    assert_eq!(steps(&broken), ["unanswered 127.0.0.1:9000"]);
    let third = due_after(&mut lab, Duration::from_secs(2));
    let last = fail(&mut lab, &third, CallError::Unreachable);
    assert_eq!(steps(&last), ["unanswered 127.0.0.1:9000", "given_up 127.0.0.1:9000"]);
    assert!(calls(&lab.wait(Duration::from_mins(10))).is_empty());
    assert_eq!(calls(&lab.create(&[])).len(), 1, "the next contact has tries of its own");
}

#[test]
fn the_other_address_is_called_at_once_where_the_first_one_fails() {
    let mut lab = lab(HttpTarget { alternate_url: OTHER.into(), ..target() });
    let said = lab.create(&[]);
    let other = answer(&mut lab, &said, 302);
    let (_, request) = called(&other);
    assert_eq!((request.target.as_str(), request.security), (OTHER, Security::Tls));
    let failed = answer(&mut lab, &other, 500);
    assert!(calls(&failed).is_empty());
    let (_, request) = called(&due_after(&mut lab, Duration::from_secs(1)));
    assert_eq!(request.target, URL);
}

#[test]
fn a_call_goes_on_until_its_outcome_is_told_and_nothing_else_is_called_meanwhile() {
    let mut lab = lab(HttpTarget { alternate_url: OTHER.into(), ..target() });
    let said = lab.create(&[]);
    assert!(calls(&lab.wait(Duration::from_mins(10))).is_empty());
    let late = fail(&mut lab, &said, CallError::Timeout);
    assert_eq!(steps(&late), ["unanswered 127.0.0.1:9000"]);
    assert_eq!(called(&late).1.target, OTHER);
}

#[test]
fn a_rule_of_the_configuration_keeps_its_changes_whatever_rules_stand_ahead_of_it() {
    let first = config_of(target(), &["cisco_uq_tag"], terms());
    let mut lab = Lab::with(first.clone());
    let change = format!("<NotificationRule><httpUrl>{OTHER}</httpUrl></NotificationRule>");
    assert_eq!(lab.administer("PUT", CONFIGURED, &change).status(), 200);
    let other = HttpRule { id: 100_091, name: "Other".into(), ..first.http_rules[0].clone() };
    lab.restart_with(Config { http_rules: [vec![other], first.http_rules.clone()].concat(), ..first });
    assert!(lab.administer("GET", CONFIGURED, "").body().contains(&format!("<httpUrl>{OTHER}</httpUrl>")));
    assert!(lab.administer("GET", "/notificationrule/100091", "").body().contains(URL));
}

#[test]
fn what_is_too_much_for_an_address_is_dropped() {
    let mut lab = with(target(), &["cisco_uq_tag"], Notifying { waiting_max: 2, ..terms() });
    assert_eq!(steps(&lab.create(&[])), ["fired 127.0.0.1:9000"]);
    assert_eq!(steps(&lab.create(&[])), ["fired 127.0.0.1:9000"]);
    assert_eq!(steps(&lab.create(&[])), ["fired 127.0.0.1:9000", "dropped 127.0.0.1:9000"]);
}

#[test]
fn the_address_knows_ccp_by_a_name_and_a_password_that_nobody_is_shown() {
    let account = HttpTarget { user: "lab".into(), password: "s3cret".into(), ..target() };
    let mut lab = lab(account);
    let (_, request) = called(&lab.create(&[]));
    assert_eq!(request.get("authorization"), Some(basic("lab:s3cret").as_str()));
    let shown = lab.administer("GET", CONFIGURED, "").body();
    assert!(shown.contains("<httpUsername>lab</httpUsername>") && !shown.contains("s3cret"), "{shown}");
}

#[test]
fn a_rule_is_made_and_changed_and_removed_by_the_private_api() {
    let mut lab = Lab::open();
    let body = rule(&format!("<httpUrl>{URL}</httpUrl><sslVerifyCertificates>false</sslVerifyCertificates>"));
    let made = lab.administer("POST", "/notificationrule", &body);
    assert_eq!(made.status(), 201, "{}", made.body());
    assert!(made.reply().get("location").unwrap().ends_with(RULE), "{:?}", made.reply());
    let shown = lab.administer("GET", RULE, "").body();
    let expected = format!(
        "<NotificationRule><campaignUrl>http://ccp.lab:8080/ccp-webapp/ccp/campaign/WCS_Campaign</campaignUrl>\
         <changeStamp>0</changeStamp><description></description><httpUrl>{URL}</httpUrl><name>CRM</name>\
         <refURL>http://ccp.lab:8080/ccp-webapp/ccp{RULE}</refURL>\
         <sslVerifyCertificates>false</sslVerifyCertificates><tags><tag>cisco_uq_tag</tag></tags>\
         <type>http</type></NotificationRule>"
    );
    assert_eq!(shown, expected);
    let (_, request) = called(&lab.create(&[]));
    assert_eq!((request.target.as_str(), request.trust), (URL, Trust::Anybody));
    assert_eq!(lab.create(&[]).names(), ["NEW_TASK"]);
    let change = format!("<NotificationRule><httpUrl>{OTHER}</httpUrl></NotificationRule>");
    assert_eq!(lab.administer("PUT", RULE, &change).status(), 200);
    assert!(lab.administer("GET", RULE, "").body().contains(&format!("<httpUrl>{OTHER}</httpUrl>")));
    lab.restart();
    lab.open_session();
    assert_eq!(called(&lab.create(&[])).1.target, OTHER, "it outlives a crash");
    let removed = lab.administer("DELETE", RULE, "");
    assert_eq!(steps(&removed), ["withdrawn localhost:9001"]);
    assert!(calls(&lab.create(&[])).is_empty());
}

#[test]
fn what_is_wrong_with_a_rule_of_http_is_told_by_field() {
    let mut lab = Lab::open();
    for (inside, field) in [
        ("", "httpUrl"),
        ("<httpUrl>ftp://a/</httpUrl>", "httpUrl"),
        ("<httpUrl>http://crm.example/</httpUrl>", "httpUrl"),
        (
            "<httpUrl>http://127.0.0.1/</httpUrl><alternateHttpUrl>127.0.0.1</alternateHttpUrl>",
            "alternateHttpUrl",
        ),
        ("<httpUrl>http://127.0.0.1/</httpUrl><httpUsername>a:b</httpUsername>", "httpUsername"),
        (
            "<httpUrl>http://127.0.0.1/</httpUrl><sslVerifyCertificates>1</sslVerifyCertificates>",
            "sslVerifyCertificates",
        ),
    ] {
        let said = lab.administer("POST", "/notificationrule", &rule(inside));
        assert_eq!(said.status(), 400, "{inside}");
        assert!(
            said.body().contains(&format!("<errorData>{field}</errorData>")),
            "{inside}: {}",
            said.body()
        );
    }
}

#[test]
fn addresses_elsewhere_are_called_only_where_the_configuration_names_their_hosts() {
    let url = "http://crm.example/contacts";
    let elsewhere = HttpTarget { url: url.into(), ..target() };
    let hosts =
        |hosts: &[&str]| Notifying { hosts: hosts.iter().map(|host| (*host).into()).collect(), ..terms() };
    for (named, is_called) in [(vec!["CRM.example"], true), (vec!["*"], true), (vec!["example"], false)] {
        let mut lab = with(elsewhere.clone(), &["cisco_uq_tag"], hosts(&named));
        let said = lab.create(&[]);
        assert_eq!(calls(&said).len(), usize::from(is_called), "{named:?}");
        let expected = if is_called {
            vec!["fired crm.example:80"]
        } else {
            vec!["fired crm.example:80", "forbidden crm.example:80"]
        };
        assert_eq!(steps(&said), expected, "{named:?}");
    }
}

#[test]
fn the_rule_of_an_earlier_version_is_read() {
    let mut lab = Lab::open();
    let old = r#"{"notification":{"object":{"id":100090,"name":"Old","campaign":100081,"tags":["old"],"script_selector":"Own","mrd":1},"description":"","stamp":0}}"#;
    lab.store("object/notification/100090", old);
    lab.restart();
    let shown = lab.administer("GET", "/notification/100090", "").body();
    assert!(
        shown.contains("<scriptSelector>Own</scriptSelector>") && shown.contains("<type>cce</type>"),
        "{shown}"
    );
}

fn target() -> HttpTarget {
    HttpTarget { url: URL.into(), ..HttpTarget::default() }
}

fn terms() -> Notifying {
    Notifying { retries: 2, ..Notifying::default() }
}

fn config_of(target: HttpTarget, tags: &[&str], notifying: Notifying) -> Config {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    let rule = HttpRule { id: 100_090, name: "CRM".into(), campaign: 100_081, tags, target };
    Config { http_rules: vec![rule], notifying, ..config() }
}

fn with(target: HttpTarget, tags: &[&str], notifying: Notifying) -> Lab {
    Lab::with(config_of(target, tags, notifying))
}

fn lab(target: HttpTarget) -> Lab {
    with(target, &["cisco_uq_tag"], terms())
}

fn rule(inside: &str) -> String {
    format!(
        "<NotificationRule><name>CRM</name><type>http</type><campaignUrl>http://ccp.lab/ccp-webapp/ccp/campaign/WCS_Campaign</campaignUrl>\
         <tags><tag>cisco_uq_tag</tag></tags>{inside}</NotificationRule>"
    )
}

/// Calls to addresses of rules.
fn calls(said: &Said) -> Vec<(CallId, Request)> {
    let calls = said.0.iter().filter_map(|output| match output {
        Output::Call { call, port: Port::CcpNotify, request } => Some((*call, request.clone())),
        _ => None,
    });
    calls.collect()
}

fn called(said: &Said) -> (CallId, Request) {
    calls(said).into_iter().next().expect("an address is called")
}

fn answer(lab: &mut Lab, said: &Said, status: u16) -> Said {
    let (call, _) = called(said);
    lab.input(Input::Reply { call, result: Ok(Response::new(status)) })
}

fn fail(lab: &mut Lab, said: &Said, error: CallError) -> Said {
    let (call, _) = called(said);
    lab.input(Input::Reply { call, result: Err(error) })
}

/// What happens first after so long, and nothing of a rule's before.
fn due_after(lab: &mut Lab, wait: Duration) -> Said {
    let due = lab.now() + wait;
    while let Some(said) = lab.next_until(due) {
        if !steps(&said).is_empty() || !calls(&said).is_empty() {
            assert_eq!(lab.now(), due);
            return said;
        }
    }
    panic!("nothing is due at {due:?}");
}

/// Steps of notifications, with the addresses that they are about.
fn steps(said: &Said) -> Vec<String> {
    use cce_model::fact::CcpFact;
    let steps = said.ccp_facts().into_iter().filter_map(|fact| match fact {
        CcpFact::HttpNotification { step, url, .. } => {
            let step = serde_json::to_value(step).unwrap();
            let url = cce_kernel::HttpUrl::parse(url).map(|url| url.authority()).unwrap_or_default();
            Some(format!("{} {url}", step.as_str().unwrap()))
        }
        _ => None,
    });
    steps.collect()
}
