//! The notification service.

use crate::lab::{DIALOG, Lab, Outcome, USER, config, pre_call};
use base64::{Engine, engine::general_purpose::STANDARD};
use cce_finesse::Config;
use cce_kernel::{
    CloseReason, Command, Fact, Input, LinkId, LinkReason, Output, Peer, Port, Security, TimerKey,
};
use std::time::Duration;

const LOGIN: &str = "<User><state>LOGIN</state><extension>1080</extension></User>";
const START_TLS: &str = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const HEADER: &str = "<stream:stream to='fin1.lab' xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

#[test]
fn a_client_with_the_agents_password_is_let_in() {
    let mut lab = Lab::in_service();
    let link = lab.accept(Port::Xmpp);
    say(&mut lab, link, HEADER);
    assert!(auth(&mut lab, link, "1080", "wrong").stanzas(link).contains("<failure"));
    assert!(auth(&mut lab, link, "1080", "ccelab").stanzas(link).contains("<success"));
}

#[test]
fn a_client_of_a_connection_that_can_be_secured_may_ask_for_tls_and_need_not() {
    let mut lab = Lab::in_service();
    for asks in [true, false] {
        let link = secured(&mut lab, Security::Offered);
        let features = say(&mut lab, link, HEADER).stanzas(link);
        assert!(features.contains("<starttls") && features.contains("<mechanism>PLAIN"), "{features}");
        if asks {
            let asked = say(&mut lab, link, START_TLS);
            assert!(asked.has_output(&Output::Secure { link }) && asked.stanzas(link).contains("<proceed"));
            assert!(!say(&mut lab, link, HEADER).stanzas(link).contains("<starttls"));
        }
        assert!(auth(&mut lab, link, "1080", "ccelab").stanzas(link).contains("<success"));
    }
}

#[test]
fn a_client_that_asks_for_tls_where_it_is_not_offered_is_let_go() {
    let mut lab = Lab::in_service();
    for security in [Security::Plain, Security::Tls] {
        let link = secured(&mut lab, security);
        assert!(!say(&mut lab, link, HEADER).stanzas(link).contains("<starttls"));
        let refused = say(&mut lab, link, START_TLS);
        assert!(refused.has_output(&Output::Close { link, reason: CloseReason::Refused }));
    }
}

#[test]
fn a_quiet_client_is_asked_whether_it_is_there() {
    let mut lab = Lab::in_service();
    let link = connect(&mut lab, "1080", "desk");
    assert!(!lab.seconds(59).stanzas(link).contains("urn:xmpp:ping"));
    let asked = lab.seconds(1).stanzas(link);
    assert!(
        asked.starts_with("<iq type='get' from='fin1.lab' to='1080@fin1.lab/desk'")
            && asked.ends_with("<ping xmlns='urn:xmpp:ping'/></iq>"),
        "{asked}"
    );
}

#[test]
fn a_client_that_answers_stays_whatever_it_answers() {
    let mut lab = Lab::in_service();
    let link = connect(&mut lab, "1080", "desk");
    for _ in 0..3 {
        lab.seconds(60);
        say(&mut lab, link, "<iq type='error' id='x'/>");
        assert!(!lab.seconds(59).has_output(&Output::Close { link, reason: CloseReason::Idle }));
    }
}

#[test]
fn a_client_that_speaks_is_not_asked() {
    let mut lab = Lab::in_service();
    let link = connect(&mut lab, "1080", "desk");
    for _ in 0..4 {
        assert_eq!(lab.seconds(40).stanzas(link), "");
        say(&mut lab, link, " ");
    }
}

#[test]
fn a_dead_client_is_gone_for_the_users_others_and_its_absence_counts() {
    let mut lab = Lab::in_service();
    let dead = connect(&mut lab, "1080", "desk");
    say(&mut lab, dead, "<presence/>");
    lab.seconds(50);
    let alive = connect(&mut lab, "1080", "phone");
    say(&mut lab, alive, "<presence/>");
    lab.seconds(50);
    say(&mut lab, alive, " ");
    assert!(!lab.seconds(19).has_output(&Output::Close { link: dead, reason: CloseReason::Idle }));
    let ended = lab.seconds(1);
    assert!(ended.has_output(&Output::Close { link: dead, reason: CloseReason::Idle }));
    assert!(ended.stanzas(dead).contains("<connection-timeout"));
    assert!(ended.stanzas(alive).contains("/desk' to='1080@fin1.lab/phone' type='unavailable'"));
}

#[test]
fn a_client_that_is_gone_is_not_asked() {
    let mut lab = Lab::in_service();
    let link = connect(&mut lab, "1080", "desk");
    lab.input(Input::LinkDown { link, reason: LinkReason::Reset });
    assert!(!lab.armed().iter().any(|timer| timer.name == "xmpp-quiet"));
}

/// A client on a connection that is protected so.
fn secured(lab: &mut Lab, security: Security) -> LinkId {
    lab.accept_from(Peer { security, ..Peer::default() })
}

#[test]
fn a_notification_reaches_every_present_client_of_the_agent() {
    let mut lab = Lab::in_service();
    let [desk, phone] = ["desk", "phone"].map(|resource| connect(&mut lab, "1080", resource));
    let other = connect(&mut lab, "1081", "desk");
    let silent = connect(&mut lab, "1080", "silent");
    for link in [desk, phone, other] {
        say(&mut lab, link, "<presence/>");
    }
    say(&mut lab, silent, "<presence><priority>-1</priority></presence>");
    let offered = lab.cti(pre_call());
    for link in [desk, phone] {
        let stanza = offered.stanzas(link);
        assert!(stanza.starts_with("<message from='pubsub.fin1.lab' to='1080@fin1.lab'"), "{stanza}");
        assert!(stanza.contains("node='/finesse/api/User/1080/Dialogs/Media'"), "{stanza}");
        assert!(stanza.contains("&lt;Update"), "{stanza}");
    }
    assert_eq!(offered.stanzas(other), "");
    assert_eq!(offered.stanzas(silent), "");
}

/// finesse-nonvoice 4.5.
#[test]
fn a_message_has_an_id_of_eight_characters_and_its_item_one_that_ends_with_a_growing_number() {
    let mut lab = Lab::in_service();
    let desk = connect(&mut lab, "1080", "desk");
    say(&mut lab, desk, "<presence/>");
    let told = [lab.cti(pre_call()), lab.cti(crate::lab::offer_event())].map(|said| said.stanzas(desk));
    let ids = told.each_ref().map(|stanza| {
        let after = |mark: &str| {
            let (_, rest) = stanza.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {stanza}"));
            rest.split_once('\'').expect("a value ends").0.to_owned()
        };
        let [message, item] = [after("to='1080@fin1.lab' id='"), after("<item id='")];
        assert!(message.len() == 8 && message.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{message}");
        let (uuid, number) = item.split_at(36);
        let is_dash = |at: usize| [8, 13, 18, 23].contains(&at);
        let is_uuid =
            |(at, byte): (usize, u8)| if is_dash(at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
        assert!(uuid.bytes().enumerate().all(is_uuid), "{item}");
        assert!(!stanza.contains(" type=") && !stanza.contains("<body"), "{stanza}");
        (message, uuid.to_owned(), number.parse::<u64>().unwrap())
    });
    assert_ne!(ids[0].0, ids[1].0);
    assert_ne!(ids[0].1, ids[1].1);
    assert!(ids[0].2 < ids[1].2, "{ids:?}");
}

#[test]
fn a_client_without_presence_receives_nothing() {
    let mut lab = Lab::in_service();
    let link = connect(&mut lab, "1080", "desk");
    assert_eq!(lab.cti(pre_call()).stanzas(link), "");
}

#[test]
fn clients_of_one_user_hear_of_each_other() {
    let mut lab = Lab::in_service();
    let first = connect(&mut lab, "1080", "one");
    say(&mut lab, first, "<presence/>");
    let second = connect(&mut lab, "1080", "two");
    let joined = say(&mut lab, second, "<presence/>");
    assert!(joined.stanzas(first).contains("from='1080@fin1.lab/two'"));
    assert!(joined.stanzas(second).contains("from='1080@fin1.lab/one'"));
    let left = lab.input(Input::LinkDown { link: second, reason: LinkReason::Reset });
    let told = left.stanzas(first);
    assert!(told.contains("from='1080@fin1.lab/two'") && told.contains("type='unavailable'"), "{told}");
}

#[test]
fn a_newer_client_takes_the_address_of_an_older_one() {
    let mut lab = Lab::in_service();
    let older = connect(&mut lab, "1080", "desk");
    let newer = lab.accept(Port::Xmpp);
    open(&mut lab, newer, "1080");
    let bound = bind(&mut lab, newer, "desk");
    assert!(bound.stanzas(older).contains("<conflict"));
    assert!(bound.has_output(&Output::Close { link: older, reason: CloseReason::Superseded }));
}

/// Case 12.
#[test]
fn who_subscribes_to_a_teams_users_hears_of_them() {
    let mut lab = Lab::in_service();
    let [supervisor, phone] = ["desk", "phone"].map(|resource| connect(&mut lab, "1081", resource));
    for link in [supervisor, phone] {
        say(&mut lab, link, "<presence/>");
    }
    let node = "/finesse/api/Team/5005/Users";
    let subscribed = subscribe(&mut lab, supervisor, "subscribe", node, "1081@fin1.lab");
    assert!(subscribed.stanzas(supervisor).contains("subscription='subscribed'"));
    let signed_in = lab.put(USER, LOGIN);
    for link in [supervisor, phone] {
        let heard = signed_in.stanzas(link);
        assert!(heard.contains(&format!("node='{node}'")) && heard.contains("NOT_READY"), "{heard}");
        assert!(heard.contains("&lt;source&gt;/finesse/api/User/1080&lt;"), "{heard}");
    }
    subscribe(&mut lab, phone, "unsubscribe", node, "1081@fin1.lab");
    let ready = lab.put(USER, "<User><state>READY</state></User>");
    assert_eq!(ready.stanzas(supervisor), "");
}

#[test]
fn a_subscription_of_one_client_is_for_it_alone_and_for_users_only() {
    let mut lab = Lab::in_service();
    let [desk, phone] = ["desk", "phone"].map(|resource| connect(&mut lab, "1081", resource));
    for link in [desk, phone] {
        say(&mut lab, link, "<presence/>");
    }
    subscribe(&mut lab, desk, "subscribe", "/finesse/api/Team/5005/Users", "1081@fin1.lab/desk");
    let signed_in = lab.put(USER, LOGIN);
    assert!(signed_in.stanzas(desk).contains("to='1081@fin1.lab/desk'"));
    assert_eq!(signed_in.stanzas(phone), "");
    assert_eq!(lab.cti(pre_call()).stanzas(desk), "");
    let refused = lab.put(USER, "<User><state>LOGIN</state><extension>4711</extension></User>");
    assert_eq!(refused.stanzas(desk), "", "what fails is the user's own");
}

#[test]
fn an_event_has_the_namespace_of_the_release() {
    for namespace in ["urn:xmpp:push:0", "http://jabber.org/protocol/pubsub"] {
        let mut lab =
            Lab::in_service_with(Config { notification_namespace: namespace.to_owned(), ..config() });
        let desk = connect(&mut lab, "1080", "desk");
        say(&mut lab, desk, "<presence/>");
        let told = lab.put(USER, LOGIN).stanzas(desk);
        assert!(told.contains(&format!("<notification xmlns='{namespace}'>")), "{told}");
    }
}

#[test]
fn a_subscription_outlives_its_stream() {
    let mut lab = Lab::in_service();
    let first = connect(&mut lab, "1081", "desk");
    subscribe(&mut lab, first, "subscribe", "/finesse/api/Team/5005/Users", "1081@fin1.lab");
    say(&mut lab, first, "</stream:stream>");
    let second = connect(&mut lab, "1081", "desk");
    say(&mut lab, second, "<presence/>");
    assert!(lab.put(USER, LOGIN).stanzas(second).contains("Team/5005/Users"));
}

#[test]
fn a_node_that_is_not_there_is_not_found() {
    let mut lab = Lab::in_service();
    let link = connect(&mut lab, "1080", "desk");
    for node in ["/finesse/api/Team/5006/Users", "/finesse/api/Queue/9", "/finesse/api/User/1080/Media/5099"]
    {
        let refused = subscribe(&mut lab, link, "subscribe", node, "1080@fin1.lab").stanzas(link);
        assert!(refused.contains("<item-not-found "), "{node}: {refused}");
    }
}

#[test]
fn a_client_that_breaks_the_rules_is_closed() {
    let mut lab = Lab::in_service();
    let link = connect(&mut lab, "1080", "desk");
    let closed = say(&mut lab, link, "<!DOCTYPE x>");
    assert!(matches!(closed.facts()[..], [Fact::PeerError { .. }]));
    assert!(
        closed.0.iter().any(|out| matches!(out, Output::Close { reason: CloseReason::BadMessage(_), .. }))
    );
    assert!(say(&mut lab, link, "<presence/>").0.is_empty());
}

#[test]
fn a_client_that_ends_its_stream_is_let_go() {
    let mut lab = Lab::in_service();
    let link = connect(&mut lab, "1080", "desk");
    let ended = say(&mut lab, link, "</stream:stream>");
    assert_eq!(ended.stanzas(link), "</stream:stream>");
    assert!(ended.has_output(&Output::Close { link, reason: CloseReason::Done }));
}

#[test]
fn a_client_that_binds_no_resource_in_time_is_hung_up_on_and_one_that_did_stays() {
    let mut lab = Lab::in_service();
    let [quiet, half] = [(); 2].map(|()| lab.accept(Port::Xmpp));
    open(&mut lab, half, "1080");
    let bound = connect(&mut lab, "1080", "desk");
    let told = lab.seconds(30);
    for link in [quiet, half] {
        assert!(told.stanzas(link).contains("<connection-timeout "), "{}", told.stanzas(link));
        assert!(told.has_output(&Output::Close { link, reason: CloseReason::Idle }));
    }
    say(&mut lab, bound, "<presence/>");
    assert_ne!(lab.cti(pre_call()).stanzas(bound), "");
}

#[test]
fn the_time_for_a_sign_in_begins_with_the_connection_and_ends_with_the_bind() {
    let mut lab = Lab::in_service();
    let (link, accepted) = lab.host_accepts(Port::Xmpp);
    let key = TimerKey::new("xmpp-sign-in", u64::from(link.number));
    let at = lab.now() + Duration::from_secs(30);
    assert!(accepted.has_output(&Output::Arm { key: key.clone(), at }));
    open(&mut lab, link, "1080");
    assert!(bind(&mut lab, link, "desk").has_output(&Output::Cancel { key }));
}

#[test]
fn a_stopping_node_ends_its_streams() {
    let mut lab = Lab::in_service();
    let link = connect(&mut lab, "1080", "desk");
    say(&mut lab, link, "<presence/>");
    let absent = connect(&mut lab, "1081", "desk");
    let stopped = lab.input(Input::Command(Command::Stop));
    // The web application is gone first, for who watches it (finesse-nonvoice 4.1).
    let gone = "<presence from='finesse@fin1.lab' to='1080@fin1.lab/desk' type='unavailable'/>";
    assert!(stopped.stanzas(link).starts_with(&format!("{gone}<stream:error>")), "{}", stopped.stanzas(link));
    assert!(stopped.stanzas(absent).starts_with("<stream:error>"), "{}", stopped.stanzas(absent));
    assert!(stopped.stanzas(link).ends_with("</stream:stream>"));
    assert!(stopped.has_output(&Output::Close { link, reason: CloseReason::Stopping }));
}

#[test]
fn a_notification_is_noted_whether_or_not_somebody_listens() {
    let mut lab = Lab::in_service();
    assert_eq!(lab.cti(pre_call()).published()[0].source(), "/finesse/api/User/1080/Media/5011/Dialogs");
    assert_eq!(lab.get(DIALOG).status(), 200);
}

pub(crate) fn connect(lab: &mut Lab, user: &str, resource: &str) -> LinkId {
    let link = lab.accept(Port::Xmpp);
    sign_in(lab, link, user, resource);
    link
}

/// Signs a client in on a connection, and binds its resource; returns what the bind led to.
pub(crate) fn sign_in(lab: &mut Lab, link: LinkId, user: &str, resource: &str) -> Outcome {
    open(lab, link, user);
    bind(lab, link, resource)
}

fn subscribe(lab: &mut Lab, link: LinkId, verb: &str, node: &str, jid: &str) -> Outcome {
    let iq = format!(
        "<iq type='set' to='pubsub.fin1.lab' id='s'><pubsub xmlns='http://jabber.org/protocol/pubsub'>\
         <{verb} node='{node}' jid='{jid}'/></pubsub></iq>"
    );
    say(lab, link, &iq)
}

fn open(lab: &mut Lab, link: LinkId, user: &str) {
    say(lab, link, HEADER);
    auth(lab, link, user, "ccelab");
    say(lab, link, HEADER);
}

fn auth(lab: &mut Lab, link: LinkId, user: &str, password: &str) -> Outcome {
    let token = STANDARD.encode(format!("\0{user}\0{password}"));
    let auth = format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{token}</auth>");
    say(lab, link, &auth)
}

fn bind(lab: &mut Lab, link: LinkId, resource: &str) -> Outcome {
    let bind = format!(
        "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{resource}</resource></bind></iq>"
    );
    say(lab, link, &bind)
}

pub(crate) fn say(lab: &mut Lab, link: LinkId, text: &str) -> Outcome {
    lab.input(Input::Frame { link, bytes: text.into() })
}
