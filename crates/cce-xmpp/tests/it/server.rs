//! The server's answers.

use crate::support::{OPEN, auth, bound, feed, sent, server};
use cce_xmpp::{
    StreamError,
    server::{
        EventMessage, SIGN_IN_TRIES_MAX, ServerEnding, ServerEvent, event_message, notification, presence,
    },
};

const WRONG: &str = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>";
const SUCCESS: &str = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";

#[test]
fn the_header_names_the_domain_whatever_the_client_calls_it() {
    let text = sent(&feed(&mut server(), &OPEN.replace("fin1.lab", "10.0.0.9")));
    assert_eq!(
        text,
        "<?xml version='1.0' encoding='UTF-8'?><stream:stream xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams' version='1.0' from='fin1.lab' id='s1-1' xml:lang='en'>\
         <stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256</mechanism>\
         <mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms></stream:features>"
    );
}

#[test]
fn each_spelling_of_the_authorization_identity_signs_in() {
    for authzid in ["", "1080", "1080@fin1.lab", "1080@10.0.0.9"] {
        let mut session = server();
        feed(&mut session, OPEN);
        assert_eq!(sent(&feed(&mut session, &auth(authzid, "1080", "ccelab"))), SUCCESS, "{authzid}");
    }
}

#[test]
fn nobody_acts_for_somebody_else() {
    let mut session = server();
    feed(&mut session, OPEN);
    assert!(sent(&feed(&mut session, &auth("1081", "1080", "ccelab"))).contains("<invalid-authzid/>"));
}

#[test]
fn a_login_name_binds_as_the_login_id() {
    let mut session = server();
    feed(&mut session, &[OPEN, &auth("", "sjeffers", "ccelab"), OPEN].concat());
    let bind = "<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
    let events = feed(&mut session, bind);
    assert_eq!(
        sent(&events),
        "<iq type='result' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
         <jid>1080@fin1.lab/generated</jid></bind></iq>"
    );
    assert!(matches!(&events[1], ServerEvent::Bound(jid) if jid.to_string() == "1080@fin1.lab/generated"));
}

#[test]
fn an_empty_first_response_is_asked_for_again() {
    for first in ["", "="] {
        let mut session = server();
        feed(&mut session, OPEN);
        let empty =
            format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{first}</auth>");
        assert_eq!(
            sent(&feed(&mut session, &empty)),
            "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
        );
        let response =
            auth("", "1080", "ccelab").replace("auth", "response").replace(" mechanism='PLAIN'", "");
        assert_eq!(sent(&feed(&mut session, &response)), SUCCESS);
    }
}

#[test]
fn a_wrong_password_may_be_corrected() {
    let mut session = server();
    feed(&mut session, OPEN);
    assert_eq!(sent(&feed(&mut session, &auth("", "1080", "guess"))), WRONG);
    assert_eq!(sent(&feed(&mut session, &auth("", "1080", "ccelab"))), SUCCESS);
}

#[test]
fn too_many_wrong_passwords_end_the_stream() {
    let mut session = server();
    feed(&mut session, OPEN);
    for _ in 1..SIGN_IN_TRIES_MAX {
        assert_eq!(sent(&feed(&mut session, &auth("", "1080", "guess"))), WRONG);
    }
    let events = feed(&mut session, &auth("", "1080", "guess"));
    assert_eq!(sent(&events), format!("{WRONG}</stream:stream>"));
    assert_eq!(events.last(), Some(&ServerEvent::Closed(ServerEnding::SignInRefused)));
    assert_eq!(feed(&mut session, &auth("", "1080", "ccelab")), []);
}

#[test]
fn a_sign_in_that_cannot_be_read_is_refused() {
    let element = |mechanism: &str, text: &str| {
        format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{mechanism}'>{text}</auth>")
    };
    let cases = [
        (element("EXTERNAL", "eA=="), "invalid-mechanism"),
        (element("SCRAM-SHA-1", "eA=="), "malformed-request"),
        (element("PLAIN", "%%%"), "incorrect-encoding"),
        (element("PLAIN", "eA=="), "malformed-request"),
        (auth("", "", "ccelab"), "malformed-request"),
        ("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>".to_owned(), "aborted"),
    ];
    for (request, condition) in cases {
        let mut session = server();
        feed(&mut session, OPEN);
        let answer = sent(&feed(&mut session, &request));
        assert!(answer.contains(&format!("<{condition}/></failure>")), "{request}: {answer}");
    }
}

#[test]
fn a_stanza_before_the_sign_in_or_the_bind_ends_the_stream() {
    let roster = "<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>";
    for before in [OPEN.to_owned(), [OPEN, &auth("", "1080", "ccelab"), OPEN].concat()] {
        let mut session = server();
        feed(&mut session, &before);
        assert_ends(&feed(&mut session, roster), StreamError::NotAuthorized);
    }
}

#[test]
fn bad_input_ends_the_stream_with_its_condition() {
    let cases = [
        ("<a></b>".to_owned(), StreamError::NotWellFormed),
        ("<a>&lol;</a>".to_owned(), StreamError::RestrictedXml),
        (format!("<iq>{}", "x".repeat(66_000)), StreamError::PolicyViolation),
        ("<a>".repeat(40), StreamError::PolicyViolation),
        ("<enable xmlns='urn:xmpp:sm:3'/>".to_owned(), StreamError::UnsupportedStanzaType),
    ];
    for (input, error) in cases {
        assert_ends(&feed(&mut bound(), &input), error);
    }
}

#[test]
fn an_error_before_the_header_comes_behind_the_servers_own() {
    for input in ["<html xmlns='x'>", "<!DOCTYPE a>", "GET / HTTP/1.1\r\n"] {
        let text = sent(&feed(&mut server(), input));
        assert!(text.starts_with("<?xml version='1.0' encoding='UTF-8'?><stream:stream "), "{text}");
        assert!(text.ends_with("</stream:error></stream:stream>"), "{text}");
    }
}

#[test]
fn a_ping_is_answered_by_whom_it_asked() {
    let ping = "<iq type='get' id='p1' to='fin1.lab'><ping xmlns='urn:xmpp:ping'/></iq>";
    let answer = "<iq type='result' id='p1' from='fin1.lab' to='1080@fin1.lab/cisco'/>";
    assert_eq!(sent(&feed(&mut bound(), ping)), answer);
}

#[test]
fn an_unknown_get_or_set_is_answered_with_service_unavailable() {
    for kind in ["get", "set"] {
        let iq = format!("<iq type='{kind}' id='u&apos;1'><tune xmlns='x'/></iq>");
        assert_eq!(
            sent(&feed(&mut bound(), &iq)),
            "<iq type='error' id='u&apos;1' to='1080@fin1.lab/cisco'><error type='cancel'>\
             <service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        );
    }
}

#[test]
fn an_iq_without_a_request_is_a_bad_one_and_an_answer_needs_none() {
    for iq in ["<iq id='1'/>", "<iq type='get' id='1'/>", "<iq type='what' id='1'><a/></iq>"] {
        assert!(sent(&feed(&mut bound(), iq)).contains("<bad-request "), "{iq}");
    }
    assert_eq!(feed(&mut bound(), "<iq type='result' id='1'/><iq type='error' id='2'/><message/>"), []);
}

#[test]
fn a_node_is_a_leaf() {
    let iq = "<iq type='get' id='d' to='pubsub.10.0.0.9'><query xmlns='http://jabber.org/protocol/disco#info' \
              node='/finesse/api/User/1080'/></iq>";
    let answer = sent(&feed(&mut bound(), iq));
    assert!(answer.contains("from='pubsub.10.0.0.9'"), "{answer}");
    assert!(
        answer.contains("node='/finesse/api/User/1080'><identity category='pubsub' type='leaf'/>"),
        "{answer}"
    );
}

#[test]
fn a_subscription_to_a_known_node_succeeds() {
    for node in [
        "/finesse/api/User/1080/Dialogs/Media",
        "/finesse/api/User/1080/Media/5011",
        "/finesse/api/Team/5005/Users",
    ] {
        let events = feed(&mut bound(), &subscription("subscribe", node));
        assert_eq!(
            sent(&events),
            format!(
                "<iq type='result' id='s' from='pubsub.fin1.lab' to='1080@fin1.lab/cisco'>\
                 <pubsub xmlns='http://jabber.org/protocol/pubsub'><subscription node='{node}' jid='1080@fin1.lab' \
                 subscription='subscribed'/></pubsub></iq>"
            )
        );
        assert_eq!(events[1], ServerEvent::Subscribed { node: node.to_owned(), resource: None });
        let events = feed(&mut bound(), &subscription("unsubscribe", node));
        assert_eq!(events[1], ServerEvent::Unsubscribed { node: node.to_owned(), resource: None });
    }
}

#[test]
fn a_subscription_to_an_unknown_or_foreign_node_fails() {
    for node in [
        "",
        "/finesse/api/User/1081",
        "/finesse/api/User/1080/Media/x",
        "/finesse/api/User/1080/Media/5012",
        "/finesse/api/User/1080/Queues",
        "/finesse/api/Queue/9",
        "/finesse/api/Team//Users",
        "/finesse/api/Team/5006/Users",
        "/finesse/api/Team/5005",
        "/x",
    ] {
        let events = feed(&mut bound(), &subscription("subscribe", node));
        assert!(sent(&events).contains("<item-not-found "), "{node}");
        assert_eq!(events.len(), 1);
    }
}

#[test]
fn a_subscription_is_for_one_client_or_for_every_one_of_the_user() {
    let node = "/finesse/api/Team/5005/Users";
    let asked = subscription("subscribe", node);
    for (jid, resource) in [("1080@10.0.0.9", None), ("1080@fin1.lab/cisco", Some("cisco".to_owned()))] {
        let events = feed(&mut bound(), &asked.replace("1080@fin1.lab", jid));
        assert_eq!(events[1], ServerEvent::Subscribed { node: node.to_owned(), resource });
    }
    for jid in ["1081@fin1.lab", "1080@fin1.lab/other"] {
        let events = feed(&mut bound(), &asked.replace("1080@fin1.lab", jid));
        assert!(sent(&events).contains("<bad-request "), "{jid}");
        assert_eq!(events.len(), 1);
    }
}

#[test]
fn nothing_is_told_of_a_node_that_is_not_there() {
    let asked = |what: &str, to: &str, node: &str| {
        let query = format!("<query xmlns='http://jabber.org/protocol/disco#{what}' node='{node}'/>");
        sent(&feed(&mut bound(), &format!("<iq type='get' id='d' to='{to}'>{query}</iq>")))
    };
    for (what, to) in [("info", "pubsub.fin1.lab"), ("items", "pubsub.fin1.lab"), ("info", "fin1.lab")] {
        let answer = asked(what, to, "/finesse/api/Team/5006/Users");
        assert!(answer.contains("type='error'") && answer.contains("<item-not-found "), "{answer}");
    }
    let commands = asked("items", "fin1.lab", "http://jabber.org/protocol/commands");
    assert!(commands.contains("type='result'"), "{commands}");
    assert!(asked("info", "pubsub.fin1.lab", "/finesse/api/Team/5005/Users").contains("type='leaf'"));
}

#[test]
fn a_client_is_available_with_presence_of_a_priority_that_is_not_negative() {
    let mut session = bound();
    assert!(!session.is_available());
    let hidden = "<presence><priority>-1</priority></presence>";
    assert!(feed(&mut session, hidden).contains(&ServerEvent::Presence { available: true, priority: -1 }));
    assert!(!session.is_available());
    assert_eq!(feed(&mut session, "<presence/>"), [ServerEvent::Presence { available: true, priority: 0 }]);
    assert!(session.is_available());
    let gone = feed(&mut session, "<presence type='unavailable'/>");
    assert_eq!(gone, [ServerEvent::Presence { available: false, priority: 0 }]);
    assert!(!session.is_available());
}

#[test]
fn the_web_application_is_present() {
    let present = "<presence from='finesse@fin1.lab' to='1080@fin1.lab/cisco'/>";
    assert_eq!(sent(&feed(&mut bound(), "<presence/>")), present);
    let subscribed = "<presence from='finesse@fin1.lab' to='1080@fin1.lab' type='subscribed'/>";
    let asked = feed(&mut bound(), "<presence type='subscribe' to='finesse@fin1.lab'/>");
    assert_eq!(sent(&asked), format!("{subscribed}{present}"));
    assert_eq!(feed(&mut bound(), "<presence type='subscribe' to='1081@fin1.lab'/>"), []);
}

#[test]
fn the_end_of_the_clients_stream_ends_the_servers() {
    let mut session = bound();
    let events = feed(&mut session, "<presence/></stream:stream><presence/>");
    assert_eq!(
        &events[2..],
        [ServerEvent::Send(b"</stream:stream>".to_vec()), ServerEvent::Closed(ServerEnding::Peer)]
    );
    assert!(!session.is_available());
    assert_eq!(session.jid(), None);
}

#[test]
fn the_owner_can_end_a_stream() {
    let mut session = bound();
    assert_eq!(
        String::from_utf8(session.close(Some(StreamError::Conflict))).unwrap(),
        "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
    );
    assert!(session.close(None).is_empty());
    assert_eq!(feed(&mut session, "<presence/>"), []);
}

#[test]
fn an_update_travels_as_the_only_text_of_its_notification() {
    let message = EventMessage {
        from: "pubsub.fin1.lab",
        to: "1080@fin1.lab",
        node: "/finesse/api/User/1080",
        item: "i1",
        id: "QM0FAiNp",
        payload: &notification(
            "<Update><data>a &amp; b</data></Update>",
            "http://jabber.org/protocol/pubsub",
        ),
    };
    assert_eq!(
        event_message(&message),
        "<message from='pubsub.fin1.lab' to='1080@fin1.lab' id='QM0FAiNp'>\
         <event xmlns='http://jabber.org/protocol/pubsub#event'><items node='/finesse/api/User/1080'><item id='i1'>\
         <notification xmlns='http://jabber.org/protocol/pubsub'>&lt;Update&gt;&lt;data&gt;a &amp;amp; b&lt;/data&gt;\
         &lt;/Update&gt;</notification></item></items></event></message>"
    );
}

#[test]
fn presence_is_told_with_its_priority() {
    let told = presence("1080@fin1.lab/a", "1080@fin1.lab/b", Some(5));
    assert_eq!(
        told,
        "<presence from='1080@fin1.lab/a' to='1080@fin1.lab/b'><priority>5</priority></presence>"
    );
    assert_eq!(presence("a", "b", None), "<presence from='a' to='b' type='unavailable'/>");
}

fn subscription(verb: &str, node: &str) -> String {
    format!(
        "<iq type='set' to='pubsub.fin1.lab' id='s'><pubsub xmlns='http://jabber.org/protocol/pubsub'>\
         <{verb} node='{node}' jid='1080@fin1.lab'/></pubsub></iq>"
    )
}

fn assert_ends(events: &[ServerEvent], error: StreamError) {
    let end =
        format!("<{error} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
    assert!(sent(events).ends_with(&end), "{events:?}");
    assert_eq!(events.last(), Some(&ServerEvent::Closed(ServerEnding::Error(error))));
}
