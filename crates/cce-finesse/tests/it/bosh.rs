//! The notification service in the bodies of HTTP exchanges (finesse-nonvoice 4.2).

use crate::{
    lab::{Lab, Outcome, pre_call},
    xmpp::{connect, say},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use cce_kernel::{CallId, Caller, Command, Entropy, Fact, Input, Output, Port, Request, Response, TimerKey};

const RID: u64 = 1_573_741_820;

#[test]
fn a_session_begins_with_what_the_product_offers_and_the_features() {
    let mut lab = Lab::in_service();
    let opened = ask(&mut lab, 1, &create("wait='30' hold='1' ver='1.9'"));
    let body = body(&opened, 1);
    let expected = "wait='30' hold='1' requests='2' inactivity='30' polling='5' ver='1.6' from='fin1.lab' secure='false'>";
    assert!(body.starts_with("<body xmlns='http://jabber.org/protocol/httpbind' "), "{body}");
    assert!(body.contains(expected), "{body}");
    assert!(
        body.contains("<stream:features xmlns:stream='http://etherx.jabber.org/streams'><mechanisms "),
        "{body}"
    );
    let response = reply(&opened, 1);
    assert_eq!(response.get("content-type"), Some("text/xml; charset=utf-8"));
}

#[test]
fn a_notification_answers_the_request_that_waits() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    let waiting = desktop.poll(&mut lab);
    assert!(replies(&waiting).is_empty());
    let offered = lab.cti(pre_call());
    let [(call, response)] = &replies(&offered)[..] else { panic!("{offered:?}") };
    assert_eq!(call.0, desktop.call);
    let text = response.body.text();
    assert!(
        text.contains("<message xmlns='jabber:client' from='pubsub.fin1.lab' to='1080@fin1.lab'"),
        "{text}"
    );
    assert!(text.contains("node='/finesse/api/User/1080/Dialogs/Media'"), "{text}");
}

#[test]
fn what_is_published_while_nothing_waits_comes_with_the_next_request_in_its_order() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    lab.cti(pre_call());
    lab.cti(crate::lab::end_event(38));
    let text = desktop.poll_now(&mut lab);
    let (post, delete) = (text.find("POST&lt;/event").unwrap(), text.find("DELETE&lt;/event").unwrap());
    assert!(post < delete, "{text}");
}

#[test]
fn a_request_waits_no_longer_than_was_agreed_on() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    desktop.poll(&mut lab);
    assert!(replies(&lab.seconds(29)).is_empty());
    let waited = lab.seconds(1);
    assert_eq!(body(&waited, desktop.call), "<body xmlns='http://jabber.org/protocol/httpbind'/>");
}

#[test]
fn a_request_that_comes_too_early_makes_the_wait_of_another_no_longer() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    desktop.poll(&mut lab);
    lab.seconds(20);
    ask(&mut lab, 99, &desktop.body(desktop.rid + 2, "", ""));
    let waited = lab.seconds(10);
    assert_eq!(body(&waited, desktop.call), "<body xmlns='http://jabber.org/protocol/httpbind'/>");
}

#[test]
fn a_second_request_releases_the_first() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    desktop.poll(&mut lab);
    let first = desktop.call;
    lab.seconds(5);
    let second = desktop.poll(&mut lab);
    let released: Vec<u64> = replies(&second).iter().map(|(call, _)| call.0).collect();
    assert_eq!(released, [first]);
}

#[test]
fn a_repeated_request_gets_the_same_answer_again() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    let ping = "<iq xmlns='jabber:client' type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>";
    let first = desktop.say(&mut lab, ping);
    let answer = body(&first, desktop.call);
    assert!(answer.contains("id='p'"), "{answer}");
    desktop.rid -= 1;
    let again = desktop.say(&mut lab, ping);
    assert_eq!(body(&again, desktop.call), answer);
}

#[test]
fn requests_that_overtake_each_other_are_taken_in_by_their_numbers() {
    let mut lab = Lab::in_service();
    let desktop = Desktop::present(&mut lab, "1080", "desk");
    let iq = |id: &str| {
        format!("<iq xmlns='jabber:client' type='get' id='{id}'><ping xmlns='urn:xmpp:ping'/></iq>")
    };
    let early = ask(&mut lab, 91, &desktop.body(desktop.rid + 2, "", &iq("second")));
    assert!(replies(&early).is_empty());
    let late = ask(&mut lab, 90, &desktop.body(desktop.rid + 1, "", &iq("first")));
    let texts: String =
        replies(&late).iter().map(|(_, response)| response.body.text().into_owned()).collect();
    assert!(texts.find("id='first'").unwrap() < texts.find("id='second'").unwrap(), "{texts}");
    assert_eq!(replies(&late)[0].0, CallId(90));
}

#[test]
fn a_number_out_of_the_window_ends_the_session_and_the_presence() {
    for ahead in [-20_i64, 3, 1_000] {
        let mut lab = Lab::in_service();
        let desktop = Desktop::present(&mut lab, "1080", "desk");
        let other = connect(&mut lab, "1080", "phone");
        say(&mut lab, other, "<presence/>");
        let rid = desktop.rid.checked_add_signed(ahead).unwrap();
        let ended = ask(&mut lab, 99, &desktop.body(rid, "", ""));
        assert_eq!(flaws(&ended), ["its requests are out of order, or have wrong keys"]);
        assert!(body(&ended, 99).contains("type='terminate'"), "{ahead}");
        assert!(body(&ended, 99).contains("condition='item-not-found'"), "{ahead}");
        assert!(
            ended
                .stanzas(other)
                .contains("from='1080@fin1.lab/desk' to='1080@fin1.lab/phone' type='unavailable'")
        );
        let gone = ask(&mut lab, 100, &desktop.body(desktop.rid + 1, "", ""));
        assert!(body(&gone, 100).contains("condition='item-not-found'"));
    }
}

#[test]
fn a_client_that_terminates_is_gone_at_once() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    let other = connect(&mut lab, "1080", "phone");
    say(&mut lab, other, "<presence/>");
    assert!(desktop.poll_now(&mut lab).contains("1080@fin1.lab/phone"));
    desktop.poll(&mut lab);
    let waiting = desktop.call;
    let farewell = "<presence xmlns='jabber:client' type='unavailable'/>";
    let ended = ask(&mut lab, 77, &desktop.body(desktop.rid + 1, "type='terminate'", farewell));
    for call in [waiting, 77] {
        assert!(body(&ended, call).contains("type='terminate'"), "{call}");
    }
    assert!(ended.stanzas(other).contains("type='unavailable'"));
}

#[test]
fn a_session_without_a_request_is_over_after_a_while() {
    let mut lab = Lab::in_service();
    let desktop = Desktop::present(&mut lab, "1080", "desk");
    lab.seconds(29);
    // What is published meanwhile makes it no younger.
    lab.cti(pre_call());
    assert_eq!(flaws(&lab.seconds(1)), ["it has had no request for too long"]);
    let late = ask(&mut lab, 99, &desktop.body(desktop.rid + 1, "", ""));
    assert!(body(&late, 99).contains("condition='item-not-found'"));
}

#[test]
fn a_client_that_never_signs_in_is_told_so_and_forgotten() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::open(&mut lab);
    lab.seconds(15);
    desktop.poll(&mut lab);
    let ended = lab.seconds(15);
    let text = body(&ended, desktop.call);
    assert!(
        text.contains("condition='remote-stream-error'") && text.contains("<connection-timeout "),
        "{text}"
    );
}

#[test]
fn a_newer_client_takes_the_address_from_one_on_another_carrier() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    desktop.poll(&mut lab);
    let waiting = desktop.call;
    let newer = lab.accept(Port::Xmpp);
    let bound = crate::xmpp::sign_in(&mut lab, newer, "1080", "desk");
    let text = body(&bound, waiting);
    assert!(text.contains("<stream:error xmlns:stream=") && text.contains("<conflict "), "{text}");
}

#[test]
fn a_request_that_nobody_waits_for_any_more_loses_nothing() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    desktop.poll(&mut lab);
    lab.input(Input::CallGone { call: CallId(desktop.call) });
    assert!(replies(&lab.cti(pre_call())).is_empty());
    assert!(desktop.poll_now(&mut lab).contains("Dialogs/Media"));
}

#[test]
fn a_request_that_is_repeated_after_its_connection_broke_gets_what_there_is() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    desktop.poll(&mut lab);
    lab.input(Input::CallGone { call: CallId(desktop.call) });
    lab.cti(pre_call());
    desktop.rid -= 1;
    assert!(desktop.poll_now(&mut lab).contains("Dialogs/Media"));
}

#[test]
fn keys_count_where_a_client_sends_them() {
    let mut lab = Lab::in_service();
    // The hash of `a`, by which the next body proves that it is of the same client (XEP-0124 15).
    let create = create("newkey='86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'");
    let mut desktop = Desktop::open_by(&mut lab, &create);
    assert!(replies(&desktop.ask_with(&mut lab, "key='a'")).is_empty());
    let ended = desktop.ask_with(&mut lab, "key='guess'");
    assert!(body(&ended, desktop.call).contains("condition='item-not-found'"));
}

#[test]
fn a_client_that_lets_no_request_wait_is_answered_at_once() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::open_by(&mut lab, &create("hold='0' wait='0'"));
    let polled = desktop.poll(&mut lab);
    assert_eq!(body(&polled, desktop.call), "<body xmlns='http://jabber.org/protocol/httpbind'/>");
}

#[test]
fn a_client_that_asks_for_nothing_too_often_loses_its_session() {
    for offer in ["hold='0' wait='30'", "hold='1' wait='0'", "hold='1' wait='30'"] {
        let mut lab = Lab::in_service();
        let mut desktop = Desktop::open_by(&mut lab, &create(offer));
        desktop.poll(&mut lab);
        lab.seconds(5);
        let in_time = desktop.poll(&mut lab);
        assert!(flaws(&in_time).is_empty(), "{offer}");
        lab.seconds(4);
        let too_soon = desktop.poll(&mut lab);
        assert_eq!(
            flaws(&too_soon),
            ["it asks too often, or too much before its client is known"],
            "{offer}"
        );
        let ended = body(&too_soon, desktop.call);
        assert!(ended.contains("condition='policy-violation'"), "{offer}: {ended}");
    }
}

#[test]
fn a_client_that_brings_or_finds_something_may_ask_at_once() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::open_by(&mut lab, &create("hold='0'"));
    for _ in 0..3 {
        desktop.poll(&mut lab);
        let brought = desktop.say(&mut lab, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='X'/>");
        assert!(body(&brought, desktop.call).contains("<failure"), "{brought:?}");
    }
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    for _ in 0..3 {
        desktop.poll(&mut lab);
        lab.cti(pre_call());
        lab.cti(crate::lab::end_event(38));
        assert!(!desktop.poll_now(&mut lab).ends_with("/>"));
    }
}

#[test]
fn a_wait_that_is_over_makes_the_next_request_none_too_soon() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::open_by(&mut lab, &create("wait='1' hold='1'"));
    for _ in 0..3 {
        assert!(flaws(&desktop.poll(&mut lab)).is_empty());
        lab.seconds(1);
    }
}

#[test]
fn a_client_whose_request_is_gone_may_ask_again_at_once() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::open_by(&mut lab, &create("wait='30' hold='1'"));
    for _ in 0..3 {
        assert!(flaws(&desktop.poll(&mut lab)).is_empty());
        lab.input(Input::CallGone { call: CallId(desktop.call) });
    }
}

#[test]
fn a_body_of_a_stranger_is_small() {
    let mut lab = Lab::in_service();
    let mut stranger = Desktop::open(&mut lab);
    let refused = stranger.say(&mut lab, &" ".repeat(10_000));
    assert!(body(&refused, stranger.call).contains("condition='policy-violation'"));
    let mut known = Desktop::present(&mut lab, "1080", "desk");
    assert!(flaws(&known.say(&mut lab, &" ".repeat(10_000))).is_empty());
}

#[test]
fn nobody_can_tell_the_next_session_from_the_seed_once_a_driver_drew() {
    let ids = |entropy: &Entropy| {
        let mut lab = Lab::in_service();
        lab.input(Input::Start { stored: [].into(), entropy: entropy.clone() });
        [Desktop::open(&mut lab).sid, Desktop::open(&mut lab).sid]
    };
    let drawn = |byte| Entropy::Drawn(vec![byte; 32].into());
    assert_eq!(ids(&Entropy::Seed), ids(&Entropy::Seed));
    assert_eq!(ids(&drawn(1)), ids(&drawn(1)), "a replay draws the same");
    let all = [&Entropy::Seed, &drawn(1), &drawn(2)].map(ids);
    let different: std::collections::BTreeSet<&String> = all.iter().flatten().collect();
    assert_eq!(different.len(), 6, "{all:?}");
}

#[test]
fn what_is_no_body_is_refused() {
    let mut lab = Lab::in_service();
    for (text, condition) in [
        ("", "bad-request"),
        ("<body", "bad-request"),
        ("<body rid='1'/>", "bad-request"),
        ("<body xmlns='http://jabber.org/protocol/httpbind'/>", "bad-request"),
        ("<body xmlns='http://jabber.org/protocol/httpbind' rid='9007199254740991'/>", "bad-request"),
        ("<body xmlns='http://jabber.org/protocol/httpbind' rid='1' sid='none'/>", "item-not-found"),
        ("<!DOCTYPE x><body xmlns='http://jabber.org/protocol/httpbind' rid='1'/>", "bad-request"),
    ] {
        let refused = ask(&mut lab, 5, text);
        assert_eq!(
            flaws(&refused).is_empty(),
            cce_xmpp::bosh::BoshBody::read(text.as_bytes()).is_ok(),
            "{text}"
        );
        assert!(body(&refused, 5).contains(&format!("condition='{condition}'")), "{text}");
    }
}

#[test]
fn a_page_of_another_origin_may_ask() {
    let mut lab = Lab::in_service();
    let preflight = Request::new("OPTIONS", "/http-bind/")
        .header("origin", "http://page")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let allowed = call(&mut lab, 3, preflight);
    let response = reply(&allowed, 3);
    assert_eq!(response.get("access-control-allow-origin"), Some("http://page"));
    assert_eq!(response.get("access-control-allow-headers"), Some("content-type"));
    let mut asked = request(&create(""));
    asked = asked.header("origin", "http://page");
    let answer = reply(&call(&mut lab, 4, asked), 4);
    assert_eq!(answer.get("access-control-allow-origin"), Some("http://page"));
    for response in [&answer, &response] {
        assert_eq!(response.get("access-control-allow-credentials"), None);
        let origins = response.headers.iter().filter(|(name, _)| name == "access-control-allow-origin");
        assert_eq!(origins.count(), 1, "{response:?}");
    }
}

#[test]
fn other_methods_and_paths_are_refused() {
    let mut lab = Lab::in_service();
    for (method, path, status) in
        [("GET", "/http-bind/", 405), ("POST", "/elsewhere", 404), ("GET", "/finesse/api/User/1080", 404)]
    {
        assert_eq!(
            reply(&call(&mut lab, 3, Request::new(method, path)), 3).status,
            status,
            "{method} {path}"
        );
    }
    assert_eq!(
        reply(&call(&mut lab, 3, Request { target: "/http-bind".into(), ..request("") }), 3).status,
        200
    );
}

#[test]
fn sessions_are_bounded_and_leave_some_to_other_addresses_and_to_the_labs_own() {
    let mut lab = Lab::in_service();
    let open_as = |lab: &mut Lab, peer: &str, caller: Caller| {
        let asked = Request { peer: format!("{peer}:5000"), caller, ..request(&create("")) };
        body(&call(lab, 1, asked), 1).contains(" sid='")
    };
    let open = |lab: &mut Lab, peer: &str| open_as(lab, peer, Caller::Outside);
    assert_eq!((0..2_251).filter(|_| open(&mut lab, "10.0.0.1")).count(), 2_250);
    assert_eq!((0..751).filter(|_| open(&mut lab, "10.0.0.2")).count(), 750);
    let own = (0..2_501).filter(|_| open_as(&mut lab, "10.0.0.1", Caller::Lab)).count();
    assert_eq!(own, 2_500, "places are kept for the lab's own");
    lab.seconds(30);
    assert!(open(&mut lab, "10.0.0.1"), "those who never asked again are forgotten");
}

#[test]
fn a_client_that_stops_asking_is_dropped_once_too_much_waits() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    let other = connect(&mut lab, "1080", "phone");
    let presence = "<presence><priority>1</priority></presence>";
    let is_gone = |outcome: &Outcome| {
        outcome.stanzas(other).contains("/desk' to='1080@fin1.lab/phone' type='unavailable'")
    };
    let before = (0..20_000).find(|_| is_gone(&say(&mut lab, other, presence)));
    assert!(before.is_some_and(|times| times > 1_000), "{before:?}");
    let late = desktop.poll(&mut lab);
    assert!(body(&late, desktop.call).contains("condition='item-not-found'"));
}

#[test]
fn what_strangers_send_early_is_bounded_takes_nothing_from_others_and_is_gone_with_them() {
    let mut lab = Lab::in_service();
    let mut known = Desktop::present(&mut lab, "1080", "desk");
    let elements = "<a/>".repeat(1_000);
    let mut calls = 50;
    let mut keep = |lab: &mut Lab| {
        calls += 1;
        let desktop = Desktop::open(lab);
        let early = desktop.body(desktop.rid + 2, "", &elements);
        replies(&ask(lab, calls, &early)).is_empty()
    };
    let kept = (0..1_000).take_while(|_| keep(&mut lab)).count();
    assert!((20..50).contains(&kept), "{kept}");
    let early = known.body(known.rid + 2, "", &elements);
    assert!(replies(&ask(&mut lab, 99, &early)).is_empty(), "a client that is known has room of its own");
    known.poll(&mut lab);
    lab.seconds(30);
    assert!(keep(&mut lab), "those who never asked again are forgotten");
}

#[test]
fn strangers_from_outside_take_no_room_from_the_labs_own() {
    let mut lab = Lab::in_service();
    let elements = "<a/>".repeat(1_000);
    let mut keep = |caller: Caller| {
        let opened = call(&mut lab, 1, Request { caller, ..request(&create("wait='30' hold='1'")) });
        let desktop = Desktop::of(&body(&opened, 1));
        let early = desktop.body(desktop.rid + 2, "", &elements);
        replies(&call(&mut lab, 2, Request { caller, ..request(&early) })).is_empty()
    };
    assert!((0..1_000).any(|_| !keep(Caller::Outside)), "there is no room for strangers any more");
    assert!((0..20).all(|_| keep(Caller::Lab)), "an agent of the lab signs in as ever");
}

#[test]
fn a_stopping_node_ends_its_sessions() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    desktop.poll(&mut lab);
    let stopped = lab.input(Input::Command(Command::Stop));
    let text = body(&stopped, desktop.call);
    assert!(text.contains("condition='system-shutdown'") && text.contains("<system-shutdown "), "{text}");
    let left: Vec<&TimerKey> = lab.armed().into_iter().filter(|key| key.name.starts_with("bosh")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_broken_stanza_is_told_as_the_stream_s_error() {
    let mut lab = Lab::in_service();
    let mut desktop = Desktop::present(&mut lab, "1080", "desk");
    let ended = desktop.say(&mut lab, "<jump xmlns='jabber:client'/>");
    let text = body(&ended, desktop.call);
    assert!(
        text.contains("condition='remote-stream-error'") && text.contains("<unsupported-stanza-type "),
        "{text}"
    );
    let told = ended.0.iter().any(
        |output| matches!(output, Output::Note(Fact::PeerError { link, .. }) if link.port == Port::Bosh),
    );
    assert!(told, "{ended:?}");
}

/// A desktop on a session.
struct Desktop {
    sid: String,
    rid: u64,
    /// The latest request.
    call: u64,
}

impl Desktop {
    fn open(lab: &mut Lab) -> Self {
        Self::open_by(lab, &create("wait='30' hold='1'"))
    }

    fn open_by(lab: &mut Lab, create: &str) -> Self {
        Self::of(&body(&ask(lab, 1, create), 1))
    }

    /// Of the answer that began it.
    fn of(text: &str) -> Self {
        let (_, rest) = text.split_once(" sid='").expect("a session has an id");
        let (sid, _) = rest.split_once('\'').expect("an attribute ends");
        Self { sid: sid.to_owned(), rid: RID, call: 1 }
    }

    /// Signed in, bound and present; nothing waits.
    fn present(lab: &mut Lab, user: &str, resource: &str) -> Self {
        let mut desktop = Self::open(lab);
        let token = STANDARD.encode(format!("\0{user}\0ccelab"));
        let auth = format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{token}</auth>");
        let signed_in = desktop.say(lab, &auth);
        assert!(body(&signed_in, desktop.call).contains("<success "));
        let restarted =
            desktop.ask_with(lab, "xmpp:restart='true' xmlns:xmpp='urn:xmpp:xbosh' to='fin1.lab'");
        assert!(body(&restarted, desktop.call).contains("<bind xmlns="));
        let bind = format!(
            "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
             <resource>{resource}</resource></bind></iq>"
        );
        let bound = desktop.say(lab, &bind);
        assert!(body(&bound, desktop.call).contains(&format!("{user}@fin1.lab/{resource}")));
        let present = desktop.say(lab, "<presence xmlns='jabber:client'/>");
        assert!(
            body(&present, desktop.call).contains("<presence xmlns='jabber:client' from='finesse@fin1.lab'")
        );
        desktop
    }

    fn say(&mut self, lab: &mut Lab, stanzas: &str) -> Outcome {
        self.next(lab, "", stanzas)
    }

    fn ask_with(&mut self, lab: &mut Lab, attributes: &str) -> Outcome {
        self.next(lab, attributes, "")
    }

    /// A request that waits for something.
    fn poll(&mut self, lab: &mut Lab) -> Outcome {
        self.next(lab, "", "")
    }

    fn poll_now(&mut self, lab: &mut Lab) -> String {
        let polled = self.poll(lab);
        body(&polled, self.call)
    }

    fn next(&mut self, lab: &mut Lab, attributes: &str, stanzas: &str) -> Outcome {
        self.rid += 1;
        self.call += 1;
        let body = self.body(self.rid, attributes, stanzas);
        ask(lab, self.call, &body)
    }

    fn body(&self, rid: u64, attributes: &str, stanzas: &str) -> String {
        let sid = &self.sid;
        format!(
            "<body rid='{rid}' sid='{sid}' {attributes} xmlns='http://jabber.org/protocol/httpbind'>{stanzas}</body>"
        )
    }
}

fn create(attributes: &str) -> String {
    format!(
        "<body to='fin1.lab' rid='{RID}' {attributes} xmpp:version='1.0' xmlns:xmpp='urn:xmpp:xbosh' \
         xmlns='http://jabber.org/protocol/httpbind'/>"
    )
}

fn request(body: &str) -> Request {
    let request = Request::new("POST", "/http-bind/").header("content-type", "text/xml; charset=utf-8");
    Request { body: body.into(), peer: "10.0.0.9:50000".into(), ..request }
}

fn ask(lab: &mut Lab, call_number: u64, body: &str) -> Outcome {
    call(lab, call_number, request(body))
}

fn call(lab: &mut Lab, call: u64, request: Request) -> Outcome {
    lab.input(Input::Call { call: CallId(call), port: Port::Bosh, request })
}

fn replies(outcome: &Outcome) -> Vec<(CallId, &Response)> {
    let reply = |output| {
        if let &Output::Reply { call, ref response } = output { Some((call, response)) } else { None }
    };
    outcome.0.iter().filter_map(reply).collect()
}

/// What is told of sessions and bodies that are wrong.
fn flaws(outcome: &Outcome) -> Vec<&str> {
    let flaw = |output| match output {
        &Output::Note(Fact::PeerError { link, ref detail, .. }) if link.port == Port::Bosh => {
            Some(detail.as_str())
        }
        _ => None,
    };
    outcome.0.iter().filter_map(flaw).collect()
}

fn reply(outcome: &Outcome, call: u64) -> Response {
    let found = replies(outcome).into_iter().find(|(found, _)| found.0 == call);
    found.unwrap_or_else(|| panic!("no reply to {call} in {outcome:?}")).1.clone()
}

fn body(outcome: &Outcome, call: u64) -> String {
    reply(outcome, call).body.text().into_owned()
}
