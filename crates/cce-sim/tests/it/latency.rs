//! How long things take, and in which pieces they arrive.

use crate::toy::{END, Toy, frame, inputs, is_output, ping_pong, record, sim};
use cce_courier::{Latencies, Latency, Pieces, PortDirection};
use cce_journal::{Record, What};
use cce_kernel::{Input, Output, Port, Request, Response, Time};
use cce_sim::Sim;
use std::time::Duration;

fn constant(millis: u64) -> Latency {
    Latency::Constant(Duration::from_millis(millis))
}

/// When inputs of this kind reached a component.
fn times(sim: &Sim, node: &str, wanted: impl Fn(&Input) -> bool) -> Vec<Time> {
    let is_wanted = |record: &&Record| {
        record.node.as_str() == node && matches!(&record.what, What::In(input) if wanted(input))
    };
    sim.records().iter().filter(is_wanted).map(|record| record.at).collect()
}

fn is_frame(input: &Input) -> bool {
    matches!(input, Input::Frame { .. })
}

/// The marks of the messages that reached a component.
fn marks(sim: &Sim, node: &str) -> Vec<u8> {
    inputs(sim, node)
        .iter()
        .filter_map(
            |input| if let Input::Frame { bytes, .. } = input { bytes.0.last().copied() } else { None },
        )
        .collect()
}

fn run(seed: u64, count: u8, pieces: Pieces) -> Sim {
    let mut sim = sim(seed, ping_pong(count));
    sim.set_pieces(pieces);
    sim.run_until(END);
    sim
}

#[test]
fn each_direction_of_a_port_takes_its_own_time() {
    let mut latencies = Latencies::new(constant(100));
    latencies.set(Port::Mr, PortDirection::ToListener, constant(3));
    latencies.set(Port::Mr, PortDirection::FromListener, constant(8));
    let mut sim = sim(1, ping_pong(1));
    sim.set_latencies(latencies);
    sim.run_until(END);
    // The way of the dial, of the message, and a microsecond between both ends of the new link.
    assert_eq!(times(&sim, "ccp", is_frame), [Time(6_001)]);
    assert_eq!(times(&sim, "mrpg", is_frame), [Time(14_001)]);
}

#[test]
fn a_request_and_its_reply_take_their_own_times() {
    let client = Toy::boxed(|input, cx| {
        if let Input::Start { .. } = input {
            cx.call(Port::CcpRest, Request::new("GET", "/"));
        }
    });
    let server = Toy::boxed(|input, cx| {
        if let Input::Call { call, .. } = input {
            cx.reply(call, Response::new(200));
        }
    });
    let mut latencies = Latencies::new(constant(100));
    latencies.set(Port::CcpRest, PortDirection::ToListener, constant(3));
    latencies.set(Port::CcpRest, PortDirection::FromListener, constant(8));
    let mut sim = sim(1, vec![("ccp", server), ("finesse", client)]);
    sim.set_latencies(latencies);
    sim.run_until(END);
    assert_eq!(times(&sim, "finesse", |input| matches!(input, Input::Reply { .. })), [Time(11_000)]);
}

#[test]
fn split_bytes_give_the_same_messages() {
    for seed in 0..20 {
        let pieces = Pieces { split: true, coalesce: false };
        assert_eq!(marks(&run(seed, 40, pieces), "ccp"), (0..40).collect::<Vec<_>>(), "seed {seed}");
    }
}

#[test]
fn split_and_joined_bytes_give_the_same_messages_with_their_own_causes() {
    for seed in 0..20 {
        let sim = run(seed, 40, Pieces { split: true, coalesce: true });
        for node in ["ccp", "mrpg"] {
            assert_eq!(marks(&sim, node), (0..40).collect::<Vec<_>>(), "seed {seed}");
        }
        for found in sim.records() {
            let What::In(Input::Frame { bytes, .. }) = &found.what else { continue };
            let cause = record(&sim, found.cause.unwrap());
            assert!(
                is_output(cause, |out| matches!(out, Output::Send { bytes: sent, .. } if sent == bytes)),
                "seed {seed}: {found:?} because of {cause:?}"
            );
        }
    }
}

#[test]
fn joined_bytes_arrive_at_once() {
    let together = |pieces| {
        let mut times = times(&run(1, 40, pieces), "ccp", is_frame);
        times.dedup();
        times.len()
    };
    assert_eq!(together(Pieces::default()), 40);
    assert!(together(Pieces { split: false, coalesce: true }) < 35);
}

#[test]
fn bytes_of_a_stream_arrive_in_pieces_and_joined() {
    let chunks = |pieces| {
        let desk = Toy::boxed(|input, cx| {
            if let Input::Start { .. } = input {
                cx.dial(Port::Xmpp, cce_kernel::Address::Lab);
            }
            if let Input::LinkUp { link, .. } = input {
                (0..10).for_each(|mark| cx.send(link, frame(mark)));
            }
        });
        let mut sim = sim(1, vec![("finesse", Toy::boxed(|_, _| {})), ("desk", desk)]);
        sim.set_pieces(pieces);
        sim.run_until(END);
        let arrived = inputs(&sim, "finesse").into_iter();
        let chunks = arrived
            .filter_map(|input| if let Input::Frame { bytes, .. } = input { Some(bytes.0) } else { None });
        chunks.collect::<Vec<_>>()
    };
    let sent: Vec<u8> = (0..10).flat_map(frame).collect();
    let split = chunks(Pieces { split: true, coalesce: false });
    let joined = chunks(Pieces { split: false, coalesce: true });
    assert!(split.len() > 10 && joined.len() < 10, "{} and {}", split.len(), joined.len());
    assert_eq!((split.concat(), joined.concat()), (sent.clone(), sent));
}
