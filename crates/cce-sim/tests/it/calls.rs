//! HTTP exchanges.

use crate::toy::{END, Toy, inputs, is_output, record, sim};
use cce_journal::{Record, What};
use cce_kernel::{CallError, Component, Input, Output, Port, Request, Response};

#[test]
fn a_call_gets_its_reply_and_both_know_their_causes() {
    let mut sim = sim(1, vec![("ccp", server()), ("finesse", caller())]);
    sim.run_until(END);
    let find = |wanted: fn(&Input) -> bool| {
        sim.records().iter().find(|record| matches!(&record.what, What::In(input) if wanted(input))).unwrap()
    };
    let call: &Record = find(|input| matches!(input, Input::Call { port: Port::App, .. }));
    let made = record(&sim, call.cause.unwrap());
    assert!(made.node.as_str() == "finesse" && is_output(made, |out| matches!(out, Output::Call { .. })));
    let reply =
        find(|input| matches!(input, Input::Reply { result: Ok(response), .. } if response.status == 201));
    let said = record(&sim, reply.cause.unwrap());
    assert!(said.node.as_str() == "ccp" && is_output(said, |out| matches!(out, Output::Reply { .. })));
}

#[test]
fn a_call_to_nobody_is_unreachable() {
    let mut sim = sim(1, vec![("finesse", caller())]);
    sim.run_until(END);
    let last = inputs(&sim, "finesse").pop().unwrap();
    assert!(matches!(last, Input::Reply { result: Err(CallError::Unreachable), .. }), "{last:?}");
}

#[test]
fn who_waits_for_a_component_that_dies_hears_that_the_call_broke() {
    let mut sim = sim(1, vec![("ccp", Toy::boxed(|_, _| {})), ("finesse", caller())]);
    sim.run_to(END, is_call);
    sim.restart(&"ccp".into(), server());
    sim.run_until(END);
    let last = inputs(&sim, "finesse").pop().unwrap();
    assert!(matches!(last, Input::Reply { result: Err(CallError::Broken), .. }), "{last:?}");
}

#[test]
fn a_component_hears_that_its_caller_died_behind_the_call_itself() {
    for seed in 0..20 {
        for call_has_arrived in [true, false] {
            let mut sim = sim(seed, vec![("ccp", Toy::boxed(|_, _| {})), ("finesse", caller())]);
            sim.run_to(END, |record| {
                if call_has_arrived {
                    is_call(record)
                } else {
                    is_output(record, |out| matches!(out, Output::Call { .. }))
                }
            });
            sim.restart(&"finesse".into(), Toy::boxed(|_, _| {}));
            sim.run_until(END);
            let heard = inputs(&sim, "ccp");
            let [.., Input::Call { call, .. }, Input::CallGone { call: gone }] = &heard[..] else {
                panic!("seed {seed}: {heard:?}")
            };
            assert_eq!(call, gone);
        }
    }
}

fn is_call(record: &Record) -> bool {
    matches!(record.what, What::In(Input::Call { .. }))
}

fn caller() -> Box<dyn Component> {
    Toy::boxed(|input, cx| {
        if let Input::Start { .. } = input {
            cx.call(Port::CcpRest, Request::new("GET", "/hello"));
        }
    })
}

fn server() -> Box<dyn Component> {
    Toy::boxed(|input, cx| {
        if let Input::Call { call, .. } = input {
            cx.reply(call, Response::new(201));
        }
    })
}
