//! One run of toys, by either driver.

use crate::told::{Told, tell};
use cce_journal::{Bend, Bent, Director, Order, Reaction, Record, Treatment, What};
use cce_kernel::{Command, Component, Cx, HostClock, Input, NodeName, Output, Port, Time};
use cce_net::{Net, NetConfig, Node, Sink};
use cce_sim::Sim;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        mpsc::{Sender, channel},
    },
    time::Duration,
};

/// How long a test waits for a record.
const DEADLINE: Duration = Duration::from_secs(30);

/// Far behind everything that happens in the simulator.
const END: Time = Time(300_000_000);

/// How long a caller over TCP waits for a response.
const RESPONSE_DEADLINE: Duration = Duration::from_secs(1);

/// Nobody copies these components.
type Act = Arc<Mutex<dyn FnMut(Input, &mut Cx<'_>) + Send>>;

/// A component made of one function.
#[derive(Clone)]
pub(crate) struct Toy(Act);

impl Component for Toy {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        (self.0.lock().unwrap())(input, cx);
    }
}

/// Components by name.
pub(crate) type Toys = Vec<(&'static str, Toy)>;

pub(crate) fn toy(act: impl FnMut(Input, &mut Cx<'_>) + Send + 'static) -> Toy {
    Toy(Arc::new(Mutex::new(act)))
}

type See = Box<dyn FnMut(&Record) -> Option<Reaction> + Send>;

/// A director who does what a test says.
#[derive(Default)]
pub(crate) struct Script(Vec<See>);

impl Script {
    /// Treats each message that is wanted so.
    pub(crate) fn treat(
        self,
        wanted: impl Fn(&Output) -> bool + Send + 'static,
        treatment: Treatment,
    ) -> Self {
        self.see(move |record| {
            let What::Out(output) = &record.what else { return None };
            let bend = if let Treatment::Hold { ticket, .. } = treatment {
                Bend::Held(ticket)
            } else {
                Bend::Stepped("treated".to_owned())
            };
            let orders = vec![note(&record.node, Some(record.seq), bend)];
            wanted(output).then(|| Reaction { treatment: treatment.clone(), orders })
        })
    }

    /// Orders something once something has happened.
    pub(crate) fn then(
        mut self,
        wanted: impl Fn(&Record) -> bool + Send + 'static,
        orders: Vec<Order>,
    ) -> Self {
        let mut orders = Some(orders);
        self.0.push(Box::new(
            move |record| if wanted(record) { orders.take().map(Reaction::from) } else { None },
        ));
        self
    }

    fn see(mut self, see: impl FnMut(&Record) -> Option<Reaction> + Send + 'static) -> Self {
        self.0.push(Box::new(see));
        self
    }
}

impl Director for Script {
    fn see(&mut self, record: &Record) -> Reaction {
        self.0.iter_mut().find_map(|see| see(record)).unwrap_or_default()
    }

    fn entering(&mut self, _: Time, _: &NodeName, _: &Input) -> Reaction {
        Reaction::default()
    }

    fn due(&self) -> Option<Time> {
        None
    }

    fn wake(&mut self, _: Time) -> Vec<Order> {
        Vec::new()
    }
}

/// The order to record that something was done.
pub(crate) fn note(node: &NodeName, cause: Option<u64>, bend: Bend) -> Order {
    Order::Record { node: node.clone(), cause, bent: Bent::new("script", bend) }
}

/// The order to tell a component to go on.
pub(crate) fn cue(node: &str) -> Order {
    Order::Command(node.into(), Command::Cue)
}

/// Runs toys by both drivers until each component was told at least as much as expected.
pub(crate) fn run(toys: fn() -> Toys, script: impl Fn() -> Script, expected: &Told) -> [Vec<Record>; 2] {
    [by_simulator(toys, script()), over_tcp(toys, script(), expected)]
}

fn by_simulator(toys: fn() -> Toys, script: Script) -> Vec<Record> {
    let mut sim = Sim::directed(1, script);
    sim.build_with(Arc::new(move |name| build(toys, name)));
    for (name, toy) in toys() {
        sim.add(&name.into(), HostClock::default(), Box::new(toy));
    }
    sim.run_until(END);
    sim.take_records()
}

fn over_tcp(toys: fn() -> Toys, script: Script, expected: &Told) -> Vec<Record> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let config = NetConfig {
        listen: Port::ALL.map(|port| (port.socket(), free)).into(),
        response_deadline: Some(RESPONSE_DEADLINE),
        ..NetConfig::default()
    };
    let nodes = toys().into_iter().map(|(name, toy)| Node {
        name: name.into(),
        clock: HostClock::default(),
        component: Box::new(toy),
    });
    let (sender, receiver) = channel();
    let running = runtime.block_on(async {
        let bound = Net::bind(config, nodes.collect()).await.unwrap();
        let build = Arc::new(move |name: &NodeName| build(toys, name));
        bound.directed(Box::new(script), build).start(1, Box::new(Forward(sender)))
    });
    let mut records = Vec::new();
    while !expected.is_within(&tell(&records)) {
        match receiver.recv_timeout(DEADLINE) {
            Ok(record) => records.push(record),
            // What is missing is told by the comparison.
            Err(_) => break,
        }
    }
    runtime.block_on(running.stop());
    records
}

fn build(toys: fn() -> Toys, name: &NodeName) -> Option<Box<dyn Component>> {
    let (_, toy) = toys().into_iter().find(|(known, _)| *known == name.as_str())?;
    Some(Box::new(toy))
}

struct Forward(Sender<Record>);

impl Sink for Forward {
    fn record(&mut self, record: &Record) {
        // A test that has seen enough does not listen any more.
        let _ = self.0.send(record.clone());
    }
}
