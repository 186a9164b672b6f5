//! An agent, against the server's side of a stream and hand-written notifications.

use super::stage::{Stage, call, calls, dialled, sent};
use cce_kernel::{
    Blob, CallError, CallId, CloseReason, Command, Fact, Input, LinkId, LinkReason, Output, Peer, Port,
    Response,
};
use cce_model::{AgentId, InterruptAction, LogoutAction, MrdId};
use cce_world::AgentTransport;
use cce_world::cast::agent::{AgentConfig, VirtualAgent, Work};
use cce_xmpp::{
    StreamCarrier, StreamLimits,
    server::{
        Credentials, EventMessage, ServerConfig, ServerEvent, ServerSession, event_message, notification,
        presence,
    },
};
use std::time::Duration;

const ACCEPT: &str =
    "PUT /finesse/api/Dialog/1_2_1 <Dialog><requestedAction>ACCEPT</requestedAction></Dialog>";
const MEDIA: &str = "/finesse/api/User/1080/Media/5011";

#[test]
fn an_agent_signs_in_step_by_step() {
    let mut desk = Desk::new(work());
    let login = desk.arrive();
    let [(_, port, request)] = &calls(&login)[..] else { panic!("{login:?}") };
    assert_eq!(*port, Port::Desk);
    assert_eq!((request.method.as_str(), request.target.as_str()), ("PUT", "/finesse/api/User/1080"));
    assert_eq!(request.body.text(), "<User><state>LOGIN</state><extension>2080</extension></User>");
    assert_eq!(request.get("requestId"), Some("auto-1"));
    assert_eq!(request.get("authorization"), Some("Basic MTA4MDpjY2VsYWI="));
    let (_, media) = call(&desk.user("NOT_READY", "auto-1"));
    assert_eq!(
        media,
        format!(
            "PUT {MEDIA} <Media><maxDialogLimit>3</maxDialogLimit><state>LOGIN</state>\
             <interruptAction>ACCEPT</interruptAction><dialogLogoutAction>CLOSE</dialogLogoutAction></Media>"
        )
    );
    assert!(calls(&desk.media("NOT_READY")).is_empty());
    assert_eq!(desk.stage.due_in("ready"), Some(Duration::from_secs(2)));
    assert_eq!(call(&desk.stage.fire()).1, format!("PUT {MEDIA} <Media><state>READY</state></Media>"));
    desk.media("READY");
    assert!(desk.stage.timers.is_empty());
}

#[test]
fn an_offer_is_worked_on_to_its_end() {
    let mut desk = Desk::ready(work());
    for (state, wait, action) in [("OFFERED", 4, "ACCEPT"), ("ACCEPTED", 1, "START"), ("ACTIVE", 20, "CLOSE")]
    {
        assert!(calls(&desk.dialog("1_2_1", state)).is_empty());
        assert_eq!(desk.stage.due_in("dialog"), Some(Duration::from_secs(wait)));
        let (put, text) = call(&desk.stage.fire());
        assert_eq!(text, ACCEPT.replace("ACCEPT", action));
        desk.stage.answer(put, 202);
        assert!(desk.stage.timers.is_empty(), "the next step waits for its notification");
    }
    desk.dialog("1_2_1", "CLOSED");
    assert!(desk.stage.timers.is_empty());
}

#[test]
fn several_dialogs_are_worked_on_at_the_same_time() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "OFFERED");
    desk.dialog("1_3_1", "ACCEPTED");
    assert_eq!(call(&desk.stage.fire()).1, ACCEPT.replace("1_2_1", "1_3_1").replace("ACCEPT", "START"));
    assert_eq!(call(&desk.stage.fire()).1, ACCEPT);
}

/// Call ids begin anew each day, so that dialogs of two days differ in nothing but the day.
#[test]
fn dialogs_of_two_days_are_worked_on_at_the_same_time() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "OFFERED");
    desk.dialog("2_2_1", "OFFERED");
    assert_eq!(call(&desk.stage.fire()).1, ACCEPT);
    assert_eq!(call(&desk.stage.fire()).1, ACCEPT.replace("1_2_1", "2_2_1"));
}

#[test]
fn a_notification_that_comes_twice_leads_to_one_step() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "OFFERED");
    desk.stage.fire();
    desk.dialog("1_2_1", "OFFERED");
    assert!(desk.stage.timers.is_empty());
}

#[test]
fn an_interrupted_dialog_is_let_be_until_its_media_goes_on() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "ACTIVE");
    assert_eq!(
        interrupt(&mut desk, "INTERRUPTED", "INTERRUPTED"),
        "GET /finesse/api/User/1080/Dialogs/Media"
    );
    assert!(desk.stage.timers.is_empty());
    interrupt(&mut desk, "ACTIVE", "ACTIVE");
    assert_eq!(desk.stage.due_in("dialog"), Some(Duration::from_secs(20)));
    assert_eq!(call(&desk.stage.fire()).1, ACCEPT.replace("ACCEPT", "CLOSE"));
}

#[test]
fn of_two_answers_that_cross_the_later_question_counts() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "ACTIVE");
    let (first, _) = call(&desk.media("INTERRUPTED"));
    let (second, _) = call(&desk.media("ACTIVE"));
    desk.list(second, &listed("ACTIVE"));
    desk.list(first, &listed("INTERRUPTED"));
    assert!(desk.stage.due_in("dialog").is_some());
}

#[test]
fn a_list_that_is_older_than_a_notification_changes_nothing() {
    let mut desk = Desk::ready(Work { close: None, ..work() });
    desk.dialog("1_2_1", "ACTIVE");
    let (list, _) = call(&desk.media("INTERRUPTED"));
    desk.dialog("1_2_1", "WRAPPING_UP");
    desk.list(list, &listed("PAUSED"));
    assert!(desk.stage.timers.is_empty());
}

/// The agent lost its stream, has it again, and asks for its dialogs; returns the question.
fn missed_something(desk: &mut Desk) -> CallId {
    desk.stage.feed(Input::LinkDown { link: desk.link, reason: LinkReason::Reset });
    let (login, _) = call(&desk.arrive());
    desk.stage.answer(login, 202);
    let asked = calls(&desk.user("NOT_READY", "auto-4"));
    asked.iter().find(|(_, _, request)| request.method == "GET").unwrap().0
}

/// HTTP may be slower than XMPP: Finesse answered the list before the dialog moved on.
#[test]
fn a_dialog_that_moved_on_since_its_list_was_asked_for_goes_on_from_there() {
    let mut desk = Desk::ready(work());
    let list = missed_something(&mut desk);
    desk.dialog("1_2_1", "ACCEPTED");
    desk.list(list, &listed("OFFERED"));
    assert_eq!(call(&desk.stage.fire()).1, ACCEPT.replace("ACCEPT", "START"));
}

#[test]
fn a_dialog_that_began_since_its_list_was_asked_for_is_not_forgotten() {
    let mut desk = Desk::ready(work());
    let list = missed_something(&mut desk);
    desk.dialog("1_2_1", "OFFERED");
    desk.list(list, "");
    assert_eq!(call(&desk.stage.fire()).1, ACCEPT);
}

#[test]
fn a_dialog_that_ended_since_its_list_was_asked_for_does_not_begin_anew() {
    let mut desk = Desk::ready(work());
    let list = missed_something(&mut desk);
    desk.dialog("1_2_1", "CLOSED");
    desk.list(list, &listed("ACTIVE"));
    assert_eq!(desk.stage.due_in("dialog"), None);
}

#[test]
fn what_a_list_says_counts_where_the_latest_notification_is_older_than_its_question() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "OFFERED");
    let list = missed_something(&mut desk);
    desk.list(list, &listed("ACCEPTED"));
    assert_eq!(call(&desk.stage.fire()).1, ACCEPT.replace("ACCEPT", "START"));
}

#[test]
fn a_question_about_an_interrupt_that_fails_is_asked_again() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "ACTIVE");
    let (list, _) = call(&desk.media("INTERRUPTED"));
    desk.stage.answer(list, 503);
    assert_eq!(desk.stage.due_in("interrupted"), Some(Duration::from_secs(1)));
}

#[test]
fn a_dialog_that_was_found_interrupted_is_looked_at_until_it_goes_on() {
    let mut desk = Desk::ready(work());
    desk.stage.feed(Input::LinkDown { link: desk.link, reason: LinkReason::Reset });
    let (login, _) = call(&desk.arrive());
    desk.stage.answer(login, 202);
    let asked = calls(&desk.user("NOT_READY", "auto-4"));
    let list = asked.iter().find(|(_, _, request)| request.method == "GET").unwrap().0;
    desk.list(list, &listed("INTERRUPTED"));
    assert!(desk.stage.due_in("interrupted").is_some());
}

#[test]
fn what_was_asked_before_the_stream_was_lost_is_asked_again() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "ACCEPTED");
    let (start, _) = call(&desk.stage.fire());
    desk.stage.answer(start, 202);
    desk.stage.feed(Input::LinkDown { link: desk.link, reason: LinkReason::Reset });
    let (login, _) = call(&desk.arrive());
    desk.stage.answer(login, 202);
    let asked = calls(&desk.user("NOT_READY", "auto-5"));
    let list = asked.iter().find(|(_, _, request)| request.method == "GET").unwrap().0;
    desk.list(list, &listed("ACCEPTED"));
    assert!(desk.stage.due_in("dialog").is_some());
}

#[test]
fn a_dialog_that_ends_early_needs_no_step() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "OFFERED");
    desk.dialog("1_2_1", "CLOSED");
    assert!(desk.stage.timers.is_empty());
}

#[test]
fn an_agent_who_ignores_offers_lets_them_ring() {
    let mut desk = Desk::ready(Work::default());
    assert!(desk.dialog("1_2_1", "OFFERED").is_empty());
    assert!(desk.stage.timers.is_empty());
}

#[test]
fn a_step_that_finesse_could_not_take_is_repeated_after_a_pause() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "OFFERED");
    let (put, _) = call(&desk.stage.fire());
    desk.stage.answer(put, 503);
    assert_eq!(desk.stage.due_in("dialog"), Some(Duration::from_secs(1)));
    let (put, _) = call(&desk.stage.fire());
    desk.stage.fail(put, CallError::Broken);
    let (put, text) = call(&desk.stage.fire());
    assert_eq!(text, ACCEPT);
    desk.stage.answer(put, 400);
    assert!(desk.stage.timers.is_empty(), "what is not allowed is not repeated");
}

#[test]
fn a_step_that_failed_later_is_repeated_after_a_pause() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "OFFERED");
    let (put, _) = call(&desk.stage.fire());
    desk.stage.answer(put, 202);
    desk.error("/finesse/api/Dialog/1_2_1", "E_ARM_STAT_TASK_OBJECT_NOT_FOUND", "auto-9");
    assert_eq!(call(&desk.stage.fire()).1, ACCEPT);
}

#[test]
fn a_sign_in_while_finesse_is_out_of_service_is_tried_every_second() {
    let mut desk = Desk::new(work());
    let (mut login, _) = call(&desk.arrive());
    for _ in 0..3 {
        desk.stage.answer(login, 503);
        assert_eq!(desk.stage.timers.len(), 1);
        assert_eq!(desk.stage.due_in("retry"), Some(Duration::from_secs(1)));
        login = call(&desk.stage.fire()).0;
    }
    desk.stage.answer(login, 202);
    assert!(!calls(&desk.user("NOT_READY", "auto-4")).is_empty());
}

#[test]
fn a_sign_in_that_nothing_follows_is_begun_anew() {
    let mut desk = Desk::new(work());
    let (login, _) = call(&desk.arrive());
    desk.stage.answer(login, 202);
    let (_, text) = call(&desk.stage.fire());
    assert!(text.starts_with("PUT /finesse/api/User/1080 <User>"), "{text}");
}

#[test]
fn a_long_wait_before_ready_does_not_begin_the_sign_in_anew() {
    let mut desk = Desk::with(AgentConfig { ready: Some(Duration::from_mins(1)), ..config(work()) });
    desk.arrive();
    desk.user("NOT_READY", "auto-1");
    desk.media("NOT_READY");
    assert_eq!(call(&desk.stage.fire()).1, format!("PUT {MEDIA} <Media><state>READY</state></Media>"));
}

#[test]
fn an_agent_who_is_signed_out_of_a_media_signs_in_again() {
    for state in ["LOGOUT", "WORK_NOT_READY"] {
        let mut desk = Desk::ready(work());
        assert!(calls(&desk.media(state)).is_empty());
        let (_, text) = call(&desk.stage.fire());
        assert!(text.starts_with("PUT /finesse/api/User/1080 <User>"), "{text}");
    }
}

#[test]
fn a_lost_stream_is_dialled_again_and_what_was_missed_is_asked_for() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "OFFERED");
    let reset = Input::LinkDown { link: desk.link, reason: LinkReason::Reset };
    assert!(desk.stage.feed(reset).iter().all(|output| matches!(output, Output::Arm { .. })));
    assert_eq!(desk.stage.due_in("redial"), Some(Duration::from_secs(1)));
    desk.arrive();
    let outputs = desk.user("NOT_READY", "auto-4");
    let targets: Vec<String> = calls(&outputs).into_iter().map(|(_, _, request)| request.target).collect();
    assert_eq!(targets, [MEDIA, "/finesse/api/User/1080/Dialogs/Media"]);
    let list = calls(&outputs)[1].0;
    desk.list(list, "<Dialog><id>1_3_1</id><state>ACTIVE</state></Dialog>");
    let waits: Vec<&str> = desk.stage.timers.keys().map(|key| key.name.as_ref()).collect();
    assert_eq!(waits, ["dialog", "patience"], "the offer that is gone is forgotten, the open dialog goes on");
    assert_eq!(desk.stage.due_in("dialog"), Some(Duration::from_secs(20)));
}

#[test]
fn an_agent_who_is_signed_in_still_becomes_ready() {
    let mut desk = Desk::new(work());
    desk.arrive();
    desk.user("NOT_READY", "auto-1");
    let (list, text) = call(&desk.error(MEDIA, "E_ARM_STAT_AGENT_ALREADY_LOGGED_IN", "auto-2"));
    assert_eq!(text, "GET /finesse/api/User/1080/Dialogs/Media");
    desk.list(list, "");
    let (ready, text) = call(&desk.stage.fire());
    assert!(text.contains("<state>READY</state>"), "{text}");
    desk.stage.answer(ready, 202);
    assert!(desk.stage.timers.is_empty());
}

#[test]
fn another_failure_of_the_media_sign_in_is_tried_again() {
    let mut desk = Desk::new(work());
    desk.arrive();
    desk.user("NOT_READY", "auto-1");
    desk.error(MEDIA, "E_ARM_STAT_CC_OFFLINE", "auto-2");
    assert_eq!(desk.stage.due_in("retry"), Some(Duration::from_secs(1)));
}

#[test]
fn an_agent_whom_somebody_else_signs_in_stops_acting() {
    for request_id in ["", "1706623000-7", "auto-x"] {
        let mut desk = Desk::ready(work());
        desk.dialog("1_2_1", "OFFERED");
        let outputs = desk.user("NOT_READY", request_id);
        assert_left(&outputs, &CloseReason::Superseded);
        assert!(desk.stage.timers.is_empty());
        assert!(desk.stage.feed(Input::LinkDown { link: desk.link, reason: LinkReason::Closed }).is_empty());
    }
}

#[test]
fn an_agent_whose_sign_in_the_agent_pg_lost_signs_in_again() {
    let mut desk = Desk::ready(work());
    desk.user("LOGOUT", "");
    assert_eq!(desk.stage.due_in("retry"), Some(Duration::from_secs(1)));
}

#[test]
fn an_agent_whose_user_cannot_sign_in_tries_again() {
    let mut desk = Desk::new(work());
    desk.arrive();
    desk.error("/finesse/api/User/1080", "CF_EXTENSION_IN_USE", "auto-1");
    assert_eq!(desk.stage.due_in("retry"), Some(Duration::from_secs(1)));
}

#[test]
fn what_finesse_learns_ahead_of_the_sign_in_is_nobody_s() {
    let mut desk = Desk::new(work());
    desk.arrive();
    assert!(desk.user("NOT_READY", "").is_empty());
    assert!(!desk.user("NOT_READY", "auto-1").is_empty(), "the agent goes on to the media");
}

#[test]
fn an_agent_stops_acting_when_another_client_is_present() {
    let mut desk = Desk::ready(work());
    let outputs = desk.bytes(&presence("1080@fin1.lab/desktop", "1080@fin1.lab/auto", Some(0)));
    assert_left(&outputs, &CloseReason::Superseded);
}

#[test]
fn an_agent_who_is_stopped_closes_the_stream() {
    let mut desk = Desk::ready(work());
    assert_left(&desk.stage.feed(Input::Command(Command::Stop)), &CloseReason::Stopping);
}

#[test]
fn a_wrong_password_is_not_tried_again() {
    let mut desk = Desk::with(AgentConfig { password: "guess".to_owned(), ..config(work()) });
    let outputs = desk.arrive();
    assert!(
        outputs.contains(&Output::Close { link: desk.link, reason: CloseReason::Refused }),
        "{outputs:?}"
    );
    assert!(desk.stage.timers.is_empty());
}

#[test]
fn a_stream_that_cannot_be_read_is_reported_and_dialled_again() {
    let mut desk = Desk::ready(work());
    let outputs = desk.bytes("<a></b>");
    assert!(
        outputs.iter().any(|output| matches!(output, Output::Note(Fact::PeerError { .. }))),
        "{outputs:?}"
    );
    assert!(dialled(&desk.stage.fire()).is_some());
}

#[test]
fn an_update_that_cannot_be_read_is_reported() {
    let mut desk = Desk::ready(work());
    let outputs = desk.update("<Other/>");
    assert!(matches!(&outputs[..], [Output::Note(Fact::PeerError { .. })]), "{outputs:?}");
}

pub(super) fn work() -> Work {
    let [accept, start, close] = [4, 1, 20].map(|seconds| Some(Duration::from_secs(seconds)));
    Work { accept, start, close, ..Work::default() }
}

pub(super) fn config(work: Work) -> AgentConfig {
    AgentConfig {
        id: AgentId::from("1080"),
        password: "ccelab".to_owned(),
        extension: "2080".to_owned(),
        mrds: vec![MrdId(5011)],
        domain: "fin1.lab".to_owned(),
        xmpp: AgentTransport::Tcp,
        limit: 3,
        interrupt_action: InterruptAction::Accept,
        logout_action: LogoutAction::Close,
        sign_in: Some(Duration::from_secs(1)),
        waits: false,
        ready: Some(Duration::from_secs(2)),
        not_ready: None,
        sign_out: None,
        crash: None,
        work,
        retry: Duration::from_secs(1),
    }
}

/// An agent with the server's side of its stream.
pub(super) struct Desk {
    pub(super) stage: Stage<VirtualAgent>,
    server: ServerSession,
    pub(super) link: LinkId,
}

impl Desk {
    pub(super) fn new(work: Work) -> Self {
        Self::with(config(work))
    }

    pub(super) fn with(config: AgentConfig) -> Self {
        let stage = Stage::new(VirtualAgent::new(config));
        Self { stage, server: server(), link: LinkId { port: Port::Xmpp, number: 0 } }
    }

    /// An agent who is ready for tasks; three requests were made.
    pub(super) fn ready(work: Work) -> Self {
        let mut desk = Self::new(work);
        let (login, _) = call(&desk.arrive());
        desk.stage.answer(login, 202);
        let (media, _) = call(&desk.user("NOT_READY", "auto-1"));
        desk.stage.answer(media, 202);
        desk.media("NOT_READY");
        let (ready, _) = call(&desk.stage.fire());
        desk.stage.answer(ready, 202);
        desk.media("READY");
        assert!(desk.stage.timers.is_empty());
        desk
    }

    /// Lets timers fire until the agent dials, and its stream come up; returns what the agent does then.
    pub(super) fn arrive(&mut self) -> Vec<Output> {
        let mut fired = self.stage.fire();
        while dialled(&fired).is_none() {
            fired = self.stage.fire();
        }
        self.connect(&fired)
    }

    /// Tells the agent something on which it dials, and lets its stream come up.
    pub(super) fn reopen(&mut self, words: &str) -> Vec<Output> {
        let dialling = self.stage.feed(Input::Command(Command::Act(words.to_owned())));
        self.connect(&dialling)
    }

    fn connect(&mut self, dialling: &[Output]) -> Vec<Output> {
        self.link = dialled(dialling).expect("the agent dials");
        self.server = server();
        let mut outputs = self.stage.feed(Input::LinkUp { link: self.link, peer: Peer::default() });
        loop {
            let answers = self.server.feed(sent(&outputs).as_bytes(), |user| {
                Some(Credentials { user: user.to_owned(), password: "ccelab".to_owned() })
            });
            let texts = answers.iter().filter_map(|event| {
                if let ServerEvent::Send(bytes) = event { str::from_utf8(bytes).ok() } else { None }
            });
            let text: String = texts.collect();
            if text.is_empty() {
                return outputs;
            }
            let next = self.bytes(&text);
            if next.is_empty() {
                return outputs;
            }
            outputs = next;
        }
    }

    fn bytes(&mut self, text: &str) -> Vec<Output> {
        self.stage.feed(Input::Frame { link: self.link, bytes: Blob::from(text) })
    }

    fn update(&mut self, update: &str) -> Vec<Output> {
        let message = EventMessage {
            from: "pubsub.fin1.lab",
            to: "1080@fin1.lab",
            node: "/finesse/api/User/1080",
            item: "1",
            id: "1",
            payload: &notification(update, "http://jabber.org/protocol/pubsub"),
        };
        self.bytes(&event_message(&message))
    }

    fn publish(&mut self, data: &str, request_id: &str, source: &str) -> Vec<Output> {
        self.update(&format!(
            "<Update><data>{data}</data><event>PUT</event><requestId>{request_id}</requestId>\
             <source>{source}</source></Update>"
        ))
    }

    pub(super) fn user(&mut self, state: &str, request_id: &str) -> Vec<Output> {
        let data = format!("<user><loginId>1080</loginId><state>{state}</state></user>");
        self.publish(&data, request_id, "/finesse/api/User/1080")
    }

    pub(super) fn media(&mut self, state: &str) -> Vec<Output> {
        self.publish(&format!("<media><id>5011</id><state>{state}</state></media>"), "", MEDIA)
    }

    pub(super) fn dialog(&mut self, id: &str, state: &str) -> Vec<Output> {
        let data = format!("<dialog><id>{id}</id><state>{state}</state></dialog>");
        self.publish(&data, "", &format!("/finesse/api/Dialog/{id}"))
    }

    pub(super) fn error(&mut self, source: &str, message: &str, request_id: &str) -> Vec<Output> {
        let error =
            format!("<apiError><errorData>1</errorData><errorMessage>{message}</errorMessage></apiError>");
        self.publish(&format!("<apiErrors>{error}</apiErrors>"), request_id, source)
    }

    pub(super) fn list(&mut self, call: CallId, dialogs: &str) {
        let body = format!("<Dialogs>{dialogs}</Dialogs>");
        self.stage.feed(Input::Reply { call, result: Ok(Response::new(200).xml(body)) });
    }
}

fn server() -> ServerSession {
    ServerSession::new(ServerConfig {
        carrier: StreamCarrier::Tcp,
        domain: "fin1.lab".to_owned(),
        watched: Some("finesse".to_owned()),
        stream_id: "s".to_owned(),
        resource: "r".to_owned(),
        random: [0; 32],
        limits: StreamLimits::default(),
        nodes: std::sync::Arc::default(),
    })
}

fn listed(state: &str) -> String {
    format!("<Dialog><id>1_2_1</id><state>{state}</state></Dialog>")
}

/// The media comes to a state, and the agent asks how its dialog stands; returns the question.
fn interrupt(desk: &mut Desk, media: &str, dialog: &str) -> String {
    let (list, asked) = call(&desk.media(media));
    desk.list(list, &listed(dialog));
    asked
}

fn assert_left(outputs: &[Output], reason: &CloseReason) {
    assert_eq!(sent(outputs), "<presence type='unavailable'/></stream:stream>");
    assert!(calls(outputs).is_empty(), "{outputs:?}");
    assert!(
        matches!(outputs.last(), Some(Output::Close { reason: found, .. }) if found == reason),
        "{outputs:?}"
    );
}
