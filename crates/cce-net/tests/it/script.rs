//! A director who does what a test says, and what its tests look at.

use crate::{
    header,
    lab::{Lab, Toy, build, is_frame},
};
use cce_journal::{Bend, Bent, Director, Order, Reaction, Record, Treatment, What, replay};
use cce_kernel::{Input, NodeName, Output, Time};
use std::time::Duration;

type See = Box<dyn FnMut(&Record) -> Option<Reaction> + Send>;
type Enter = Box<dyn FnMut(&NodeName, &Input) -> Option<Reaction> + Send>;

/// A director who does what a test says.
#[derive(Default)]
pub(crate) struct Script {
    see: Vec<See>,
    enter: Vec<Enter>,
    due: Option<(Time, Vec<Order>)>,
}

impl Script {
    /// Bends messages that leave.
    pub(crate) fn bend(
        self,
        wanted: impl Fn(&Output) -> bool + Send + 'static,
        treatment: Treatment,
    ) -> Self {
        self.see(move |record| {
            let What::Out(output) = &record.what else { return None };
            wanted(output).then(|| reaction(&record.node, Some(record.seq), treatment.clone()))
        })
    }

    /// Bends messages that enter.
    pub(crate) fn admit(
        mut self,
        wanted: impl Fn(&Input) -> bool + Send + 'static,
        treatment: Treatment,
    ) -> Self {
        let enter = move |node: &NodeName, input: &Input| {
            wanted(input).then(|| reaction(node, None, treatment.clone()))
        };
        self.enter.push(Box::new(enter));
        self
    }

    /// Orders something once something has happened.
    pub(crate) fn then(self, wanted: impl Fn(&Record) -> bool + Send + 'static, orders: Vec<Order>) -> Self {
        let mut orders = Some(orders);
        self.see(move |record| if wanted(record) { orders.take().map(Reaction::from) } else { None })
    }

    /// Orders something at a time.
    pub(crate) fn at(mut self, time: Time, orders: Vec<Order>) -> Self {
        self.due = Some((time, orders));
        self
    }

    fn see(mut self, see: impl FnMut(&Record) -> Option<Reaction> + Send + 'static) -> Self {
        self.see.push(Box::new(see));
        self
    }
}

impl Director for Script {
    fn see(&mut self, record: &Record) -> Reaction {
        self.see.iter_mut().find_map(|see| see(record)).unwrap_or_default()
    }

    fn entering(&mut self, _: Time, node: &NodeName, input: &Input) -> Reaction {
        self.enter.iter_mut().find_map(|enter| enter(node, input)).unwrap_or_default()
    }

    fn due(&self) -> Option<Time> {
        self.due.as_ref().map(|(due, _)| *due)
    }

    fn wake(&mut self, now: Time) -> Vec<Order> {
        self.due.take_if(|(due, _)| *due <= now).map(|(_, orders)| orders).unwrap_or_default()
    }
}

/// A treatment, and the record of it.
fn reaction(node: &NodeName, cause: Option<u64>, treatment: Treatment) -> Reaction {
    let bend = if let Treatment::Hold { ticket, .. } = &treatment {
        Bend::Held(*ticket)
    } else {
        Bend::Stepped(format!("{treatment:?}"))
    };
    Reaction { treatment, orders: vec![note(node, cause, bend)] }
}

/// The order to record that something was done.
pub(crate) fn note(node: &NodeName, cause: Option<u64>, bend: Bend) -> Order {
    Order::Record { node: node.clone(), cause, bent: Bent::new("script", bend) }
}

pub(crate) fn hold(ticket: u64) -> Treatment {
    Treatment::Hold { ticket, alone: false }
}

pub(crate) fn hold_alone(ticket: u64) -> Treatment {
    Treatment::Hold { ticket, alone: true }
}

pub(crate) fn delay(millis: u64, alone: bool) -> Treatment {
    Treatment::Delay { by: Duration::from_millis(millis), alone }
}

/// An empty message of that type.
pub(crate) fn frame(kind: u8) -> Vec<u8> {
    vec![0, 0, 0, 0, 0, 0, 0, kind]
}

/// Sends of that type.
pub(crate) fn sends(kind: u8) -> impl Fn(&Output) -> bool + Send + 'static {
    move |output| matches!(output, Output::Send { bytes, .. } if bytes.0 == frame(kind))
}

/// Arrivals of that type.
pub(crate) fn enters(kind: u8) -> impl Fn(&Input) -> bool + Send + 'static {
    move |input| matches!(input, Input::Frame { bytes, .. } if bytes.0 == frame(kind))
}

/// Records of sends of that type.
pub(crate) fn leaves(kind: u8) -> impl Fn(&Record) -> bool + Send + 'static {
    move |record| matches!(&record.what, What::Out(output) if sends(kind)(output))
}

/// Records of arrivals of that type.
pub(crate) fn arrives(kind: u8) -> impl Fn(&Record) -> bool + Send + 'static {
    move |record| matches!(&record.what, What::In(input) if enters(kind)(input))
}

/// Records of a hold.
pub(crate) fn is_held(ticket: u64) -> impl Fn(&Record) -> bool {
    move |record| matches!(&record.what, What::Bent(Bent { bend: Bend::Held(held), .. }) if *held == ticket)
}

/// Records that what was held is gone.
pub(crate) fn is_gone(ticket: u64) -> impl Fn(&Record) -> bool {
    move |record| matches!(&record.what, What::Bent(Bent { bend: Bend::Gone(gone), .. }) if *gone == ticket)
}

/// Inputs of that component.
pub(crate) fn hears<'a>(
    node: &'a str,
    wanted: impl Fn(&Input) -> bool + 'a,
) -> impl Fn(&Record) -> bool + 'a {
    move |record| record.node.as_str() == node && matches!(&record.what, What::In(input) if wanted(input))
}

/// The types of what has arrived, in order.
pub(crate) fn arrived(records: &[Record]) -> Vec<u8> {
    let kind = |record: &Record| {
        if let What::In(Input::Frame { bytes, .. }) = &record.what { bytes.0.last().copied() } else { None }
    };
    records.iter().filter(|record| is_frame(record)).filter_map(kind).collect()
}

/// The record that led to another.
pub(crate) fn cause_of(lab: &Lab, record: &Record) -> Record {
    lab.wait("the cause", |found| Some(found.seq) == record.cause)
}

/// Stops the run; its journal must replay without a difference. Returns the journal.
pub(crate) fn stop_and_replay(lab: Lab, toys: fn() -> Vec<Toy>) -> Vec<Record> {
    let records = lab.stop();
    let found = replay(&header(), records.clone(), |name| build(toys, name));
    assert!(found.difference.is_none(), "{:?}", found.difference);
    assert!(found.inputs > 0 && found.unknown.is_empty() && found.dropped == 0);
    records
}
