//! The table: what is done to a message, and what becomes of it in both drivers.

use crate::{
    bench::{Script, Toy, Toys, cue, note, run, toy},
    told::{Told, causes, tell},
};
use cce_journal::{Bend, Order, Record, Treatment, What};
use cce_kernel::{Address, CloseReason, Command, Cx, Input, LinkId, Output, Port, Request, Response};
use std::time::Duration;

/// Longer than any way through the simulator, and seldom shorter than one through this machine.
const WHILE: Duration = Duration::from_millis(100);

/// Longer than any test.
const LONG: Duration = Duration::from_mins(10);

/// Runs toys by both drivers: both tell what is expected, and the same causes of it.
fn both(name: &str, toys: fn() -> Toys, script: impl Fn() -> Script, expected: &str) -> [Vec<Record>; 2] {
    let expected = Told::read(expected);
    let found = run(toys, script, &expected);
    for (driver, records) in ["the simulator", "TCP"].into_iter().zip(&found) {
        assert_eq!(tell(records), expected, "{name}, {driver}");
    }
    let [by_simulator, over_tcp] = &found;
    assert_eq!(causes(by_simulator), causes(over_tcp), "{name}: causes");
    found
}

#[test]
fn each_treatment_of_the_first_of_three_messages() {
    let replace = Treatment::Replace(frame(9).into());
    let cases = [
        ("pass", Treatment::Pass, "1 2 3", "treated"),
        ("overtake", Treatment::Overtake, "1 2 3", "treated"),
        ("delay", delay(false), "1 2 3", "treated"),
        ("delay alone", delay(true), "2 3 1", "treated"),
        ("hold", hold(7, false), "", "Held(7)"),
        ("hold alone", hold(7, true), "2 3", "Held(7)"),
        ("drop", Treatment::Drop, "2 3", "treated"),
        ("duplicate", Treatment::Duplicate, "1 1 2 3", "treated"),
        ("replace", replace, "9 2 3", "treated"),
        ("split", Treatment::Split(3), "1 2 3", "treated"),
        ("coalesce", Treatment::Coalesce, "1 2 3", "treated"),
        ("answer", answer("none"), "1 2 3", "treated"),
    ];
    for (name, treatment, arrived, bent) in cases {
        let script = || Script::default().treat(sends(1), treatment.clone());
        both(name, three, script, &format!("ccp: up {arrived} | mrpg: up {bent}"));
    }
}

#[test]
fn a_header_that_announces_too_much_is_due_to_the_message_that_it_came_with() {
    let too_long = || Treatment::Replace(vec![0xff; 8].into());
    let first = || Script::default().treat(sends(1), too_long());
    both("first", three, first, "ccp: up bad | mrpg: up treated");
    let second = || Script::default().treat(sends(1), Treatment::Coalesce).treat(sends(2), too_long());
    both("second", three, second, "ccp: up 1 bad | mrpg: up treated treated");
}

#[test]
fn a_message_that_a_close_cuts_short_is_due_to_the_close() {
    both("cut short", half, Script::default, "ccp: up bad Closed | mrpg: up");
}

#[test]
fn a_message_that_is_cut_takes_its_connection_along() {
    let script = || Script::default().treat(sends(1), Treatment::Cut).then(is_up("ccp"), vec![cue("mrpg")]);
    both("cut", on_cue, script, "ccp: up Reset | mrpg: up treated Reset");
}

#[test]
fn each_treatment_of_all_three_messages() {
    let cases = [
        ("drop", Treatment::Drop, ""),
        ("duplicate", Treatment::Duplicate, "1 1 2 2 3 3"),
        ("delay", delay(false), "1 2 3"),
        ("delay alone", delay(true), "1 2 3"),
        ("replace", Treatment::Replace(frame(9).into()), "9 9 9"),
        ("split", Treatment::Split(1), "1 2 3"),
    ];
    for (name, treatment, arrived) in cases {
        let script = || Script::default().treat(is_send, treatment.clone());
        both(name, three, script, &format!("ccp: up {arrived} | mrpg: up treated treated treated"));
    }
}

#[test]
fn a_delayed_message_takes_at_least_that_long() {
    for is_alone in [false, true] {
        let script = || Script::default().treat(sends(1), delay(is_alone));
        let order = if is_alone { "2 3 1" } else { "1 2 3" };
        let found = both("delay", three, script, &format!("ccp: up {order} | mrpg: up treated"));
        for records in found {
            let sent = records.iter().find(|record| leaves(1)(record)).unwrap();
            let heard = records.iter().find(|record| arrives(1)(record)).unwrap();
            assert!(heard.at.since(sent.at) >= WHILE);
        }
    }
}

#[test]
fn a_swapped_message_follows_the_next_one_and_no_other() {
    let script = || {
        let released = note(&"mrpg".into(), None, Bend::Released(7));
        Script::default().treat(sends(1), hold(7, true)).then(leaves(2), vec![released, Order::Release(7)])
    };
    both("swap", three, script, "ccp: up 2 1 3 | mrpg: up Held(7) Released(7)");
}

#[test]
fn what_is_held_goes_with_what_waits_behind_it_when_it_is_released() {
    for is_alone in [false, true] {
        let script = move || {
            Script::default().treat(sends(1), hold(7, is_alone)).then(arrives(9), vec![Order::Release(7)])
        };
        let order = if is_alone { "2 3 1" } else { "1 2 3" };
        let expected = format!("ccp: up {order} | mrpg: up Held(7) up | router: up 9");
        both("release", three_and_a_sign, script, &expected);
    }
}

#[test]
fn what_is_told_of_a_hold_that_expires_stands_before_the_message() {
    let script = || {
        let expired = note(&"mrpg".into(), None, Bend::Expired(7));
        Script::default().treat(sends(1), hold(7, false)).then(arrives(9), vec![expired, Order::Release(7)])
    };
    both("expiry", three_and_a_sign, script, "ccp: up 1 2 3 | mrpg: up Held(7) up Expired(7) | router: up 9");
}

#[test]
fn two_holds_of_one_stream_keep_their_order_whichever_is_released_first() {
    let script = || {
        Script::default()
            .treat(sends(1), hold(7, false))
            .treat(sends(2), hold(8, false))
            .then(leaves(3), vec![Order::Release(8), Order::Release(7)])
    };
    both("two holds", three, script, "ccp: up 1 2 3 | mrpg: up Held(7) Held(8)");
}

#[test]
fn a_heartbeat_overtakes_what_is_held_and_what_is_delayed() {
    let held = || {
        Script::default()
            .treat(sends(1), hold(7, false))
            .treat(sends(2), Treatment::Overtake)
            .then(arrives(2), vec![Order::Release(7)])
    };
    both("held", three, held, "ccp: up 2 1 3 | mrpg: up Held(7) treated");
    let delayed = || Script::default().treat(sends(1), delay(false)).treat(sends(2), Treatment::Overtake);
    both("delayed", three, delayed, "ccp: up 2 1 3 | mrpg: up treated treated");
}

#[test]
fn a_treatment_counts_for_what_waits_behind_a_hold_too() {
    let cases = [
        ("delay", delay(false), "1 2 3"),
        ("duplicate", Treatment::Duplicate, "1 2 2 3"),
        ("replace", Treatment::Replace(frame(9).into()), "1 9 3"),
        ("split", Treatment::Split(3), "1 2 3"),
        ("coalesce", Treatment::Coalesce, "1 2 3"),
    ];
    for (name, treatment, arrived) in cases {
        let script = || {
            Script::default()
                .treat(sends(1), hold(7, false))
                .treat(sends(2), treatment.clone())
                .then(leaves(3), vec![Order::Release(7)])
        };
        both(name, three, script, &format!("ccp: up {arrived} | mrpg: up Held(7) treated"));
    }
}

#[test]
fn a_close_waits_behind_what_is_held() {
    fn toys() -> Toys {
        let brief = dialler(|link, cx| {
            cx.send(link, frame(1));
            cx.close(link, CloseReason::Done);
        });
        vec![("mrpg", brief), ("ccp", silent())]
    }
    let delayed = || Script::default().treat(sends(1), delay(false));
    both("close", toys, delayed, "ccp: up 1 Closed | mrpg: up treated");
    let coalesced = || Script::default().treat(sends(1), Treatment::Coalesce);
    both("coalesced", toys, coalesced, "ccp: up 1 Closed | mrpg: up treated");
}

#[test]
fn what_is_held_is_gone_with_its_sender_its_receiver_or_its_port() {
    let cut = Order::Cut { port: Port::Mr, lasting: LONG };
    let cases = [
        (Order::Stop("mrpg".into()), "ccp: up Reset | mrpg: up Held(7) stopped Gone(7)"),
        (Order::Stop("ccp".into()), "ccp: up stopped | mrpg: up Held(7) Gone(7) Reset"),
        (cut, "ccp: up Reset | mrpg: up Held(7) Gone(7) Reset"),
    ];
    for (order, expected) in cases {
        let script = || {
            Script::default().treat(sends(1), hold(7, false)).then(is_up("ccp"), vec![cue("mrpg")]).then(
                |record| matches!(&record.what, What::Bent(bent) if bent.bend == Bend::Held(7)),
                vec![order.clone()],
            )
        };
        both("gone", on_cue, script, expected);
    }
}

#[test]
fn each_treatment_of_a_request_and_of_its_reply() {
    let replace = Treatment::Replace("other".into());
    let gave = "call:a/1";
    let cases = [
        ("pass", Treatment::Pass, gave, "reply:gave-a", "reply:gave-a"),
        ("overtake", Treatment::Overtake, gave, "reply:gave-a", "reply:gave-a"),
        ("delay", delay(false), gave, "reply:gave-a", "reply:gave-a"),
        ("delay alone", delay(true), gave, "reply:gave-a", "reply:gave-a"),
        ("drop", Treatment::Drop, "", "Timeout", "Timeout"),
        ("replace", replace, "call:other/5", "reply:gave-other", "reply:other"),
        ("cut", Treatment::Cut, "", "Broken", "Broken"),
        ("answer", answer("away"), "", "reply:away", "reply:gave-a"),
        ("split", Treatment::Split(1), gave, "reply:gave-a", "reply:gave-a"),
        ("coalesce", Treatment::Coalesce, gave, "reply:gave-a", "reply:gave-a"),
    ];
    for (name, treatment, heard, of_request, of_reply) in cases {
        let script = || Script::default().treat(is_call, treatment.clone());
        both(name, exchange, script, &format!("ccp: {heard} | finesse: treated {of_request}"));
        let script = || Script::default().treat(is_reply, treatment.clone());
        both(name, exchange, script, &format!("ccp: {gave} treated | finesse: {of_reply}"));
    }
}

/// Whatever keeps a response away, the caller hears at the deadline that there is none, and whoever has the request that the
/// caller left.
#[test]
fn a_response_that_is_not_there_in_time_is_a_timeout_wherever_it_is() {
    let gave = "call:a/1";
    let too_late = |is_alone| Treatment::Delay { by: LONG, alone: is_alone };
    for is_alone in [false, true] {
        let late = || Script::default().treat(is_call, too_late(is_alone));
        both("late request", exchange, late, "ccp: | finesse: treated Timeout");
        let late = || Script::default().treat(is_reply, too_late(is_alone));
        both("late reply", exchange, late, &format!("ccp: {gave} treated | finesse: Timeout"));
        let held = || Script::default().treat(is_call, hold(7, is_alone));
        both("held request", exchange, held, "ccp: | finesse: Held(7) Gone(7) Timeout");
        let held = || Script::default().treat(is_reply, hold(7, is_alone));
        both("held reply", exchange, held, &format!("ccp: {gave} Held(7) Gone(7) | finesse: Timeout"));
    }
    let none = "call:a/1 left";
    both("no reply", unanswered, Script::default, &format!("ccp: {none} | finesse: Timeout"));
}

/// The port is stalled while the request is on its way there, or the response back.
#[test]
fn a_response_that_is_not_there_in_time_because_of_a_stall_is_a_timeout() {
    // What is under way is held until the port is stalled: the order is the same however slow the machine is.
    let stalled = || {
        let is_held =
            |record: &Record| matches!(&record.what, What::Bent(bent) if bent.bend == Bend::Held(7));
        let stall = Order::Stall { port: Port::CcpRest, lasting: LONG };
        Script::default().then(is_held, vec![stall, Order::Release(7)])
    };
    let request = || stalled().treat(is_call, hold(7, false));
    both("request", exchange, request, "ccp: | finesse: Held(7) Timeout");
    let reply = || stalled().treat(is_reply, hold(7, false));
    both("reply", exchange, reply, "ccp: call:a/1 Held(7) | finesse: Timeout");
}

/// A request that was released, and answered, before its deadline has one outcome.
#[test]
fn a_response_in_time_has_no_timeout_behind_it() {
    let script = || Script::default().treat(is_call, delay(false)).treat(is_reply, delay(false));
    both("in time", exchange, script, "ccp: call:a/1 treated | finesse: treated reply:gave-a");
}

#[test]
fn a_request_that_is_there_twice_arrives_twice_and_has_one_outcome() {
    let script = || Script::default().treat(is_call, Treatment::Duplicate);
    both("request", exchange, script, "ccp: call:a/1 call:a/1 | finesse: treated reply:gave-a");
    let script = || Script::default().treat(is_reply, Treatment::Duplicate);
    both("reply", exchange, script, "ccp: call:a/1 treated | finesse: reply:gave-a");
}

#[test]
fn a_reply_that_is_held_is_gone_with_its_client_and_the_component_hears_nothing() {
    let script = || {
        Script::default().treat(is_reply, hold(7, false)).then(
            |record| matches!(&record.what, What::Bent(bent) if bent.bend == Bend::Held(7)),
            vec![Order::Stop("finesse".into())],
        )
    };
    both("client", exchange, script, "ccp: call:a/1 Held(7) Gone(7) | finesse: stopped");
}

#[test]
fn a_port_that_is_cut_breaks_requests_and_refuses_new_connections() {
    let cut = |port| Order::Cut { port, lasting: LONG };
    let script = move || {
        Script::default()
            .then(|record| matches!(record.what, What::In(Input::Call { .. })), vec![cut(Port::CcpRest)])
    };
    both("requests", unanswered, script, "ccp: call:a/1 left | finesse: Broken");
    let script = move || Script::default().then(arrives(1), vec![cut(Port::Mr)]);
    both("connections", restless, script, "ccp: up 1 Reset | mrpg: up Reset Refused");
}

#[test]
fn nothing_arrives_through_a_port_that_is_stalled() {
    let script = || {
        let stall = Order::Stall { port: Port::Mr, lasting: WHILE };
        Script::default().then(is_up("ccp"), vec![stall, cue("mrpg")])
    };
    for records in both("stall", on_cue, script, "ccp: up 1 | mrpg: up") {
        let up = records.iter().find(|record| is_up("ccp")(record)).unwrap();
        let heard = records.iter().find(|record| arrives(1)(record)).unwrap();
        assert!(heard.at.since(up.at) >= WHILE);
    }
}

#[test]
fn a_text_is_whole_however_it_is_treated() {
    let cases = [
        ("split", Treatment::Split(2), "\"abcdefghi"),
        ("duplicate", Treatment::Duplicate, "\"abcabcdefghi"),
        ("replace", Treatment::Replace("xyz".into()), "\"xyzdefghi"),
        ("coalesce", Treatment::Coalesce, "\"abcdefghi"),
        ("drop", Treatment::Drop, "\"defghi"),
    ];
    for (name, treatment, text) in cases {
        let is_first =
            |output: &Output| matches!(output, Output::Send { bytes, .. } if bytes.text() == "abc");
        let script = || Script::default().treat(is_first, treatment.clone());
        both(name, words, script, &format!("agent-1080: up {text} | finesse: up treated"));
    }
}

fn delay(alone: bool) -> Treatment {
    Treatment::Delay { by: WHILE, alone }
}

fn hold(ticket: u64, alone: bool) -> Treatment {
    Treatment::Hold { ticket, alone }
}

/// An empty message of that type.
fn frame(kind: u8) -> Vec<u8> {
    vec![0, 0, 0, 0, 0, 0, 0, kind]
}

fn is_send(output: &Output) -> bool {
    matches!(output, Output::Send { .. })
}

fn sends(kind: u8) -> impl Fn(&Output) -> bool + Send + 'static {
    move |output| matches!(output, Output::Send { bytes, .. } if bytes.0 == frame(kind))
}

fn leaves(kind: u8) -> impl Fn(&Record) -> bool + Send + 'static {
    move |record| matches!(&record.what, What::Out(output) if sends(kind)(output))
}

fn arrives(kind: u8) -> impl Fn(&Record) -> bool + Send + 'static {
    move |record| matches!(&record.what, What::In(Input::Frame { bytes, .. }) if bytes.0 == frame(kind))
}

fn is_up(node: &'static str) -> impl Fn(&Record) -> bool + Send + 'static {
    move |record| record.node.as_str() == node && matches!(record.what, What::In(Input::LinkUp { .. }))
}

fn is_call(output: &Output) -> bool {
    matches!(output, Output::Call { .. })
}

fn is_reply(output: &Output) -> bool {
    matches!(output, Output::Reply { .. })
}

fn silent() -> Toy {
    toy(|_, _| ())
}

/// Dials CCP, and does that once the link is up.
fn dialler(mut act: impl FnMut(LinkId, &mut Cx<'_>) + Send + 'static) -> Toy {
    toy(move |input, cx| match input {
        Input::Start { .. } => {
            cx.dial(Port::Mr, Address::Lab);
        }
        Input::LinkUp { link, .. } => act(link, cx),
        _ => {}
    })
}

/// Sends CCP three messages.
fn three() -> Toys {
    vec![("mrpg", dialler(|link, cx| (1..=3).for_each(|kind| cx.send(link, frame(kind))))), ("ccp", silent())]
}

/// The same, and then one to the router, on a link that is opened then.
fn three_and_a_sign() -> Toys {
    let sender = dialler(|link, cx| {
        if link.port == Port::Mr {
            (1..=3).for_each(|kind| cx.send(link, frame(kind)));
            cx.dial(Port::IcmMr, Address::Lab);
        } else {
            cx.send(link, frame(9));
        }
    });
    vec![("mrpg", sender), ("ccp", silent()), ("router", silent())]
}

/// Sends CCP half a header, and closes.
fn half() -> Toys {
    let sender = dialler(|link, cx| {
        cx.send(link, vec![0; 4]);
        cx.close(link, CloseReason::Done);
    });
    vec![("mrpg", sender), ("ccp", silent())]
}

/// Sends CCP one message when it is told to.
fn on_cue() -> Toys {
    let (mut up, mut is_told) = (None, false);
    let sender = toy(move |input, cx| {
        match input {
            Input::Start { .. } => {
                cx.dial(Port::Mr, Address::Lab);
            }
            Input::LinkUp { link, .. } => up = Some(link),
            Input::Command(Command::Cue) => is_told = true,
            _ => {}
        }
        if let (Some(link), true) = (up, is_told) {
            is_told = false;
            cx.send(link, frame(1));
        }
    });
    vec![("mrpg", sender), ("ccp", silent())]
}

/// Dials CCP again, once.
fn restless() -> Toys {
    let mut is_done = false;
    let sender = toy(move |input, cx| match input {
        Input::Start { .. } => {
            cx.dial(Port::Mr, Address::Lab);
        }
        Input::LinkUp { link, .. } => cx.send(link, frame(1)),
        Input::LinkDown { .. } if !std::mem::replace(&mut is_done, true) => {
            cx.dial(Port::Mr, Address::Lab);
        }
        _ => {}
    });
    vec![("mrpg", sender), ("ccp", silent())]
}

fn answer(body: &str) -> Treatment {
    Treatment::Answer(Box::new(Response { body: body.into(), ..Response::new(503) }))
}

fn caller() -> Toy {
    toy(|input, cx| {
        if let Input::Start { .. } = input {
            let mut request = Request::new("POST", "/").header("content-length", "1");
            request.body = "a".into();
            cx.call(Port::CcpRest, request);
        }
    })
}

/// Asks CCP, which answers with what it was asked.
fn exchange() -> Toys {
    let echo = toy(|input, cx| {
        if let Input::Call { call, request, .. } = input {
            let body = format!("gave-{}", request.body.text()).into();
            cx.reply(call, Response { status: 200, headers: Vec::new(), body });
        }
    });
    vec![("finesse", caller()), ("ccp", echo)]
}

fn unanswered() -> Toys {
    vec![("finesse", caller()), ("ccp", silent())]
}

/// Finesse says three words on a stream.
fn words() -> Toys {
    let server = toy(|input, cx| {
        if let Input::LinkUp { link, .. } = input {
            ["abc", "def", "ghi"].into_iter().for_each(|word| cx.send(link, word));
        }
    });
    let client = toy(|input, cx| {
        if let Input::Start { .. } = input {
            cx.dial(Port::Xmpp, Address::Lab);
        }
    });
    vec![("finesse", server), ("agent-1080", client)]
}
