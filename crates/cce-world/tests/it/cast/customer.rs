//! A customer.

use super::stage::{Stage, call, calls};
use cce_kernel::{Account, CallError, CallId, Command, Fact, Input, Output, Port, Response, TimerKey};
use cce_world::cast::customer::{Customer, CustomerConfig, FAILURES_MAX, Method};
use cce_xml::task::Task;
use std::time::Duration;

const PATH: &str = "/ccp/task/contact/AA";

#[test]
fn a_task_is_created_by_post_at_its_offset() {
    let mut stage = Stage::new(Customer::new(config()));
    assert_eq!(stage.due_in("create"), Some(Duration::from_secs(3)));
    let outputs = stage.fire();
    let (_, port, request) = calls(&outputs).remove(0);
    assert_eq!(port, Port::App);
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/ccp/task/feed/100080"));
    assert_eq!(Task::read(&request.body.0).unwrap(), config().task);
}

#[test]
fn a_task_is_created_by_a_query() {
    let mut stage = Stage::new(Customer::new(CustomerConfig { method: Method::Get, ..config() }));
    let (_, text) = call(&stage.fire());
    assert_eq!(
        text,
        "GET /ccp/task/feed/100080?name=ann%40x&title=Help%20%26%20care&scriptSelector=Sel&variable_cv_1=a%3Db"
    );
}

#[test]
fn the_path_of_the_location_is_polled_until_the_task_is_handled() {
    let mut stage = created(config());
    for status in ["unread", "queued", "reserved"] {
        assert_eq!(stage.due_in("poll"), Some(Duration::from_secs(1)));
        let (poll, text) = call(&stage.fire());
        assert_eq!(text, format!("GET {PATH}"));
        tell(&mut stage, poll, status);
    }
    let (poll, _) = call(&stage.fire());
    tell(&mut stage, poll, "handled");
    assert!(stage.timers.is_empty());
}

#[test]
fn a_discarded_or_forgotten_task_is_polled_no_more() {
    let mut stage = created(config());
    let (poll, _) = call(&stage.fire());
    tell(&mut stage, poll, "discarded");
    assert!(stage.timers.is_empty());
    let mut stage = created(config());
    let (poll, _) = call(&stage.fire());
    stage.answer(poll, 404);
    assert!(stage.timers.is_empty());
}

#[test]
fn several_tasks_run_beside_each_other() {
    let starts = vec![Duration::from_secs(1), Duration::from_secs(2)];
    let mut stage = Stage::new(Customer::new(CustomerConfig { starts, ..config() }));
    let (first, _) = call(&stage.fire());
    locate(&mut stage, first, "http://ccp/ccp/task/contact/AA");
    // The poll of the first and the start of the second are due together.
    let texts: Vec<String> = (0..2).map(|_| call(&stage.fire())).map(|(_, text)| text).collect();
    assert!(texts.iter().any(|text| text.starts_with("POST")), "{texts:?}");
    assert!(texts.contains(&format!("GET {PATH}")), "{texts:?}");
}

#[test]
fn the_offset_of_a_customer_that_waits_counts_from_its_cue() {
    let mut stage = Stage::new(Customer::new(CustomerConfig { waits: true, ..config() }));
    assert!(stage.timers.is_empty());
    stage.feed(Input::Command(Command::Cue));
    assert_eq!(stage.due_in("create"), Some(Duration::from_secs(3)));
}

#[test]
fn a_cancel_ends_the_task_for_the_customer() {
    let mut stage = created(CustomerConfig { cancel_after: Some(Duration::from_millis(500)), ..config() });
    let (cancel, text) = call(&stage.fire());
    assert_eq!(text, format!("DELETE {PATH}"));
    stage.answer(cancel, 200);
    assert!(stage.timers.is_empty());
}

#[test]
fn a_cancel_that_comes_too_late_changes_nothing() {
    let mut stage = created(CustomerConfig { cancel_after: Some(Duration::from_millis(500)), ..config() });
    let (cancel, _) = call(&stage.fire());
    stage.answer(cancel, 400);
    assert_eq!(call(&stage.fire()).1, format!("GET {PATH}"));
}

#[test]
fn a_task_that_stays_reserved_is_closed_as_its_application_would() {
    let mut stage = created(CustomerConfig { closes_lost: Some(Duration::from_millis(1_500)), ..config() });
    for _ in 0..2 {
        let (poll, _) = call(&stage.fire());
        tell(&mut stage, poll, "reserved");
    }
    let (poll, _) = call(&stage.fire());
    let (close, text) = call(&tell(&mut stage, poll, "reserved"));
    assert_eq!(text, "PUT /ccp-webapp/ccp/task/AA/close");
    stage.answer(close, 200);
    let (poll, _) = call(&stage.fire());
    tell(&mut stage, poll, "handled");
    assert!(stage.timers.is_empty());
}

#[test]
fn a_task_that_is_queued_again_is_not_lost() {
    let mut stage = created(CustomerConfig { closes_lost: Some(Duration::from_millis(1_500)), ..config() });
    for status in ["reserved", "queued", "reserved", "queued", "reserved"] {
        let (poll, text) = call(&stage.fire());
        assert_eq!(text, format!("GET {PATH}"));
        tell(&mut stage, poll, status);
    }
}

#[test]
fn a_failed_poll_is_repeated_after_a_pause() {
    let mut stage = created(config());
    for error in [CallError::Unreachable, CallError::Broken, CallError::Timeout] {
        let (poll, _) = call(&stage.fire());
        stage.fail(poll, error);
        assert_eq!(stage.due_in("poll"), Some(Duration::from_secs(2)));
    }
    let (poll, _) = call(&stage.fire());
    tell(&mut stage, poll, "handled");
    assert!(stage.timers.is_empty());
}

#[test]
fn a_customer_gives_up_after_many_failures() {
    let mut stage = created(config());
    let mut last = Vec::new();
    for _ in 0..=FAILURES_MAX {
        assert_eq!(refused_plan(&last), None);
        let (poll, _) = call(&stage.fire());
        last = stage.answer(poll, 500);
    }
    assert!(stage.timers.is_empty());
    assert_eq!(refused_plan(&last), Some(("poll", "60 tries failed")));
}

#[test]
fn a_creation_that_is_refused_or_says_no_place_is_a_refused_plan() {
    let create = || {
        let mut stage = Stage::new(Customer::new(config()));
        let (create, _) = call(&stage.fire());
        (stage, create)
    };
    let (mut stage, call) = create();
    assert_eq!(refused_plan(&stage.answer(call, 404)), Some(("create", "the answer is 404")));
    let (mut stage, call) = create();
    assert_eq!(refused_plan(&stage.answer(call, 201)), Some(("create", "the answer has no Location")));
    let (mut stage, call) = create();
    let broken = stage.fail(call, CallError::Broken);
    assert_eq!(refused_plan(&broken), Some(("create", "the connection ended before the answer")));
    let (mut stage, call) = create();
    assert_eq!(refused_plan(&stage.answer(call, 503)), None);
}

#[test]
fn a_first_cancel_of_a_contact_that_is_gone_is_a_refused_plan_and_a_repeated_one_is_not() {
    let cancelling = || {
        let config = CustomerConfig { cancel_after: Some(Duration::from_millis(1)), ..config() };
        let mut stage = created(config);
        let (cancel, _) = call(&stage.fire());
        (stage, cancel)
    };
    let (mut stage, cancel) = cancelling();
    assert_eq!(refused_plan(&stage.answer(cancel, 404)), Some(("cancel", "the answer is 404")));
    let (mut stage, cancel) = cancelling();
    stage.fail(cancel, CallError::Timeout);
    stage.timers.remove(&TimerKey::new("poll", 0));
    let (cancel, _) = call(&stage.fire());
    assert_eq!(refused_plan(&stage.answer(cancel, 404)), None);
}

/// The plan that is noted as refused, and why.
fn refused_plan(outputs: &[Output]) -> Option<(&str, &str)> {
    outputs.iter().find_map(|output| {
        let Output::Note(Fact::PlanRefused { plan, detail }) = output else { return None };
        Some((plan.as_str(), detail.as_str()))
    })
}

#[test]
fn a_creation_is_repeated_only_if_nothing_can_have_been_created() {
    let mut stage = Stage::new(Customer::new(config()));
    let (create, _) = call(&stage.fire());
    stage.fail(create, CallError::Unreachable);
    let (create, text) = call(&stage.fire());
    assert!(text.starts_with("POST"));
    stage.fail(create, CallError::Broken);
    assert!(stage.timers.is_empty());
}

#[test]
fn a_refused_task_is_not_asked_for_again() {
    let mut stage = Stage::new(Customer::new(config()));
    let (create, _) = call(&stage.fire());
    stage.answer(create, 400);
    assert!(stage.timers.is_empty());
}

#[test]
fn a_customer_that_is_stopped_does_nothing_more() {
    let mut stage = created(config());
    let (poll, _) = call(&stage.fire());
    stage.feed(Input::Command(Command::Stop));
    tell(&mut stage, poll, "queued");
    assert!(stage.timers.is_empty());
}

#[test]
fn a_customer_without_times_does_only_what_it_is_told() {
    let mut stage = idle();
    assert!(stage.timers.is_empty());
    let (create, text) = call(&told(&mut stage, "create"));
    assert!(text.starts_with("POST /ccp/task/feed/100080"), "{text}");
    locate(&mut stage, create, "http://ccp/ccp/task/contact/AA");
    assert!(stage.timers.is_empty());
    let (poll, text) = call(&told(&mut stage, "poll"));
    assert_eq!(text, format!("GET {PATH}"));
    tell(&mut stage, poll, "queued");
    assert!(stage.timers.is_empty());
    assert_eq!(call(&told(&mut stage, "cancel")).1, format!("DELETE {PATH}"));
}

#[test]
fn the_oldest_open_task_is_meant_unless_one_is_named() {
    let mut stage = idle();
    for id in ["AA", "BB"] {
        let (create, _) = call(&told(&mut stage, "create"));
        locate(&mut stage, create, &format!("http://ccp/ccp/task/contact/{id}"));
    }
    for name in ["T2", "T#2", "BB"] {
        assert_eq!(call(&told(&mut stage, &format!("poll {name}"))).1, "GET /ccp/task/contact/BB", "{name}");
    }
    let (cancel, text) = call(&told(&mut stage, "cancel"));
    assert_eq!(text, format!("DELETE {PATH}"));
    stage.answer(cancel, 200);
    assert_eq!(call(&told(&mut stage, "cancel")).1, "DELETE /ccp/task/contact/BB");
    assert_eq!(call(&told(&mut stage, "cancel T1")).1, format!("DELETE {PATH}"), "even one that is over");
}

#[test]
fn a_task_is_renotified_with_the_administrator_s_account() {
    let mut stage = created(config());
    let outputs = told(&mut stage, "renotify");
    let (_, _, request) = calls(&outputs).remove(0);
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("PUT", "/ccp-webapp/ccp/task/AA/renotify")
    );
    assert_eq!(request.get("authorization"), Some("Basic YWRtaW46c2VjcmV0"));
    let reason = "<reNotifyReason>ROUTE_SERVICE_RECOVERY</reNotifyReason>";
    assert_eq!(request.body.text(), format!("<Task><scriptSelector>Sel</scriptSelector>{reason}</Task>"));
    let (_, text) = call(&told(&mut stage, "renotify T1 Other"));
    assert!(text.contains("<scriptSelector>Other</scriptSelector>"), "{text}");
    assert!(text.contains("ROUTE_SERVICE_TRANSFER"), "{text}");
}

#[test]
fn what_a_customer_was_told_and_failed_is_not_repeated() {
    let mut stage = idle();
    let (create, _) = call(&told(&mut stage, "create"));
    stage.answer(create, 503);
    assert!(stage.timers.is_empty());
    let mut stage = idle();
    let (create, _) = call(&told(&mut stage, "create"));
    locate(&mut stage, create, "http://ccp/ccp/task/contact/AA");
    for word in ["poll", "cancel"] {
        let (asked, _) = call(&told(&mut stage, word));
        stage.answer(asked, 503);
        assert!(stage.timers.is_empty(), "{word}");
    }
}

#[test]
fn words_that_a_customer_cannot_follow_are_refused_with_the_reason() {
    for (words, reason) in [
        ("dance", "`dance` is unknown; a customer knows create, poll, cancel, renotify"),
        ("", "`` is unknown"),
        ("poll", "no task is open"),
        ("poll T1", "`T1` is no task so far"),
        ("cancel XY", "`XY` is no task so far"),
        ("create T1", "`create` is followed by too many words"),
        ("poll T1 T2", "`poll` is followed by too many words"),
    ] {
        let outputs = told(&mut idle(), words);
        let [Output::Note(Fact::CommandRefused { command, detail })] = &outputs[..] else {
            panic!("`{words}` is refused: {outputs:?}")
        };
        assert_eq!(command, words);
        assert!(detail.starts_with(reason), "{detail}");
    }
}

/// Somebody without times.
fn idle() -> Stage<Customer> {
    Stage::new(Customer::new(CustomerConfig { starts: Vec::new(), poll: None, ..config() }))
}

fn told(stage: &mut Stage<Customer>, words: &str) -> Vec<Output> {
    stage.feed(Input::Command(Command::Act(words.to_owned())))
}

fn config() -> CustomerConfig {
    CustomerConfig {
        starts: vec![Duration::from_secs(3)],
        waits: false,
        feed: 100_080,
        method: Method::Post,
        task: Task {
            name: Some("ann@x".to_owned()),
            title: Some("Help & care".to_owned()),
            script_selector: Some("Sel".to_owned()),
            variables: vec![("cv_1".to_owned(), "a=b".to_owned())],
            ..Task::default()
        },
        poll: Some(Duration::from_secs(1)),
        retry: Duration::from_secs(2),
        closes_lost: None,
        cancel_after: None,
        administrator: Account::new("admin", "secret"),
    }
}

/// A customer whose task was just created.
fn created(config: CustomerConfig) -> Stage<Customer> {
    let mut stage = Stage::new(Customer::new(config));
    let (create, _) = call(&stage.fire());
    locate(&mut stage, create, "https://ccp.lab:8443/ccp/task/contact/AA");
    stage
}

fn locate(stage: &mut Stage<Customer>, call: CallId, location: &str) -> Vec<Output> {
    stage.feed(Input::Reply { call, result: Ok(Response::new(201).header("Location", location)) })
}

fn tell(stage: &mut Stage<Customer>, call: CallId, status: &str) -> Vec<Output> {
    let body = format!("<Task><refURL>x</refURL><status>{status}</status></Task>");
    stage.feed(Input::Reply { call, result: Ok(Response::new(200).xml(body)) })
}
