//! Components that do what a test says.

use cce_journal::{Record, What};
use cce_kernel::{Component, Cx, HostClock, Input, NodeName, Output, Time};
use cce_sim::Sim;
use dyn_clone::DynClone;

/// Far behind everything that happens here.
pub(crate) const END: Time = Time(10_000_000);

/// A function with a state of its own, which is copied with it.
pub(crate) trait Act: FnMut(Input, &mut Cx<'_>) + DynClone + Send + Sync {}

impl<F: FnMut(Input, &mut Cx<'_>) + Clone + Send + Sync> Act for F {}

dyn_clone::clone_trait_object!(Act);

/// A component made of one function.
#[derive(Clone)]
pub(crate) struct Toy(Box<dyn Act>);

impl Toy {
    pub(crate) fn boxed(act: impl Act + 'static) -> Box<dyn Component> {
        Box::new(Self(Box::new(act)))
    }
}

impl Component for Toy {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        (self.0)(input, cx);
    }
}

/// A run of these components, not yet begun.
pub(crate) fn sim(seed: u64, toys: Vec<(&str, Box<dyn Component>)>) -> Sim {
    let mut sim = Sim::new(seed);
    for (name, toy) in toys {
        sim.add(&NodeName::from(name), HostClock::default(), toy);
    }
    sim
}

/// The inputs of one component, in order.
pub(crate) fn inputs(sim: &Sim, node: &str) -> Vec<Input> {
    let of_node = sim.records().iter().filter(|record| record.node.as_str() == node);
    of_node
        .filter_map(|record| if let What::In(input) = &record.what { Some(input.clone()) } else { None })
        .collect()
}

pub(crate) fn downs(sim: &Sim, node: &str) -> usize {
    inputs(sim, node).iter().filter(|input| matches!(input, Input::LinkDown { .. })).count()
}

/// The record of that number.
pub(crate) fn record(sim: &Sim, seq: u64) -> &Record {
    sim.records().iter().find(|record| record.seq == seq).unwrap()
}

pub(crate) fn is_output(record: &Record, wanted: impl Fn(&Output) -> bool) -> bool {
    matches!(&record.what, What::Out(output) if wanted(output))
}

/// A whole message with a body of one byte.
pub(crate) fn frame(mark: u8) -> Vec<u8> {
    vec![0, 0, 0, 1, 0, 0, 0, 5, mark]
}

/// A pinger that dials CCP as it starts and sends `count` messages, and a CCP that answers each.
pub(crate) fn ping_pong(count: u8) -> Vec<(&'static str, Box<dyn Component>)> {
    vec![("ccp", echo()), ("mrpg", pinger(count))]
}

pub(crate) fn pinger(count: u8) -> Box<dyn Component> {
    Toy::boxed(move |input, cx| {
        if let Input::Start { .. } = input {
            cx.dial(cce_kernel::Port::Mr, cce_kernel::Address::Lab);
        }
        if let Input::LinkUp { link, .. } = input {
            (0..count).for_each(|mark| cx.send(link, frame(mark)));
        }
    })
}

pub(crate) fn echo() -> Box<dyn Component> {
    Toy::boxed(|input, cx| {
        if let Input::Frame { link, bytes } = input {
            cx.send(link, bytes);
        }
    })
}
