//! What becomes of HTTP requests and replies of the lab's own components that a director bends.

use crate::{
    lab::{Lab, Toy, config},
    script::{Script, cause_of, delay, hears, hold, is_held, stop_and_replay},
};
use cce_journal::{Order, Record, Treatment, What};
use cce_kernel::{CallError, Input, Output, Port, Request, Response};
use cce_net::NetConfig;
use std::time::Duration;

#[test]
fn each_treatment_of_a_request_or_a_reply_has_its_outcome() {
    use Treatment::{Answer, Coalesce, Cut, Drop, Duplicate, Overtake, Pass, Replace, Split};
    let replace = || Replace("other".into());
    let away = Response { body: "away".into(), ..Response::new(503) };
    let (gave, other) = (Ok("gave a".to_owned()), Ok("gave other".to_owned()));
    let (broken, timeout) = (Err(CallError::Broken), Err(CallError::Timeout));
    let cases = [
        ("pass", Pass, gave.clone(), gave.clone()),
        ("overtake", Overtake, gave.clone(), gave.clone()),
        ("delay", delay(5, false), gave.clone(), gave.clone()),
        ("delay alone", delay(5, true), gave.clone(), gave.clone()),
        ("drop", Drop, timeout.clone(), timeout),
        ("duplicate", Duplicate, gave.clone(), gave.clone()),
        ("replace", replace(), other, Ok("other".to_owned())),
        ("cut", Cut, broken.clone(), broken),
        ("answer", Answer(Box::new(away)), Ok("away".to_owned()), gave.clone()),
        ("split", Split(1), gave.clone(), gave.clone()),
        ("coalesce", Coalesce, gave.clone(), gave),
    ];
    for (name, treatment, of_request, of_reply) in cases {
        assert_eq!(outcome(Script::default().bend(is_call("a"), treatment.clone())), of_request, "{name}");
        assert_eq!(outcome(Script::default().bend(is_reply("gave a"), treatment)), of_reply, "{name}");
    }
}

#[test]
fn a_request_that_is_cut_or_lost_never_arrives() {
    for treatment in [Treatment::Cut, Treatment::Drop] {
        let lab = lab(Script::default().bend(is_call("a"), treatment));
        lab.wait("its outcome", hears("finesse", is_failure));
        let records = stop_and_replay(lab, one);
        assert_eq!(calls(&records), [] as [&str; 0]);
    }
}

#[test]
fn a_request_that_is_there_twice_arrives_twice_and_has_one_outcome() {
    let lab = lab(Script::default().bend(is_call("a"), Treatment::Duplicate));
    let first = lab.wait("the first", hears("ccp", |input| matches!(input, Input::Call { .. })));
    let second = lab.wait("the second", |record| {
        record.seq > first.seq && matches!(record.what, What::In(Input::Call { .. }))
    });
    assert_eq!(first.cause, second.cause);
    lab.wait("the outcome", hears("finesse", |input| matches!(input, Input::Reply { .. })));
    let records = stop_and_replay(lab, one);
    let outcomes = records.iter().filter(|record| matches!(record.what, What::In(Input::Reply { .. })));
    assert_eq!(outcomes.count(), 1);
    assert_eq!(calls(&records), ["a", "a"]);
}

#[test]
fn a_held_request_does_not_stop_another() {
    let script =
        Script::default().bend(is_call("a"), hold(7)).then(is_answered("gave b"), vec![Order::Release(7)]);
    let lab = Lab::directed(script, two);
    lab.wait("the held one's outcome", is_answered("gave a"));
    assert_eq!(calls(&stop_and_replay(lab, two)), ["b", "a"]);
}

#[test]
fn a_held_reply_does_not_stop_another_and_is_the_cause_of_its_arrival() {
    let lab = Lab::directed(Script::default().bend(is_reply("gave a"), hold(7)), two);
    lab.wait("the other's outcome", is_answered("gave b"));
    lab.wait("the hold", is_held(7));
    lab.carry_out(vec![Order::Release(7)]);
    let arrival = lab.wait("the held one", is_answered("gave a"));
    let sent = cause_of(&lab, &arrival);
    assert!(matches!(&sent.what, What::Out(output) if is_reply("gave a")(output)));
    let records = stop_and_replay(lab, two);
    let first = records.iter().find(|record| matches!(record.what, What::In(Input::Reply { .. }))).unwrap();
    assert!(is_answered("gave b")(first));
}

#[test]
fn a_delayed_request_takes_at_least_that_long() {
    let lab = lab(Script::default().bend(is_call("a"), delay(50, false)));
    let arrival = lab.wait("the request", hears("ccp", |input| matches!(input, Input::Call { .. })));
    let sent = cause_of(&lab, &arrival);
    assert!(arrival.at.since(sent.at) >= Duration::from_millis(50));
    lab.stop();
}

/// What comes of the one call of `one`.
fn outcome(script: Script) -> Result<String, CallError> {
    let lab = lab(script);
    let reply = lab.wait("the outcome", hears("finesse", |input| matches!(input, Input::Reply { .. })));
    stop_and_replay(lab, one);
    let What::In(Input::Reply { result, .. }) = reply.what else { unreachable!() };
    result.map(|response| response.body.text().into_owned())
}

/// Nobody waits long for what was lost.
fn lab(script: Script) -> Lab {
    let response_deadline = Some(Duration::from_secs(1));
    Lab::directed_with(NetConfig { response_deadline, ..config() }, script, one)
}

fn one() -> Vec<Toy> {
    vec![caller(), echo()]
}

/// Two calls at the same time.
fn two() -> Vec<Toy> {
    let both = Toy::new("finesse").on_start(|cx| {
        for body in ["a", "b"] {
            cx.call(Port::CcpRest, request(body));
        }
    });
    vec![both, echo()]
}

fn caller() -> Toy {
    Toy::new("finesse").on_start(|cx| {
        cx.call(Port::CcpRest, request("a"));
    })
}

/// Answers with what it was asked.
fn echo() -> Toy {
    Toy::new("ccp").on_request(|call, request, cx| {
        cx.reply(call, Response::new(200).xml(format!("gave {}", request.body.text())));
    })
}

fn request(body: &str) -> Request {
    Request::new("POST", "/").xml(body)
}

fn is_call(body: &'static str) -> impl Fn(&Output) -> bool + Send + 'static {
    move |output| matches!(output, Output::Call { request, .. } if request.body.text() == body)
}

fn is_reply(body: &'static str) -> impl Fn(&Output) -> bool + Send + 'static {
    move |output| matches!(output, Output::Reply { response, .. } if response.body.text() == body)
}

fn is_answered(body: &'static str) -> impl Fn(&Record) -> bool + Send + 'static {
    hears(
        "finesse",
        move |input| matches!(input, Input::Reply { result: Ok(response), .. } if response.body.text() == body),
    )
}

fn is_failure(input: &Input) -> bool {
    matches!(input, Input::Reply { result: Err(_), .. })
}

/// The bodies of the requests that arrived, in order.
fn calls(records: &[Record]) -> Vec<String> {
    let body = |record: &Record| {
        if let What::In(Input::Call { request, .. }) = &record.what {
            Some(request.body.text().into_owned())
        } else {
            None
        }
    };
    records.iter().filter_map(body).collect()
}
