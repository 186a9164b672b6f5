//! Toy components, and a run whose records can be waited for.

use crate::script::Script;
use bytes::Bytes;
use cce_journal::{Order, Record, What};
use cce_kernel::{CallId, Command, Component, Cx, HostClock, Input, LinkId, NodeName, Port, Request};
use cce_net::{Net, NetConfig, Node, Running, Sink};
use std::{
    cell::RefCell,
    convert::Infallible,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

/// How long a test waits for a record.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// Nobody copies these components.
type Act<T> = Arc<Mutex<dyn FnMut(T, &mut Cx<'_>) + Send>>;

/// A component that does what a test says.
#[derive(Clone)]
pub(crate) struct Toy {
    name: &'static str,
    start: Act<()>,
    link: Act<LinkId>,
    frame: Act<LinkId>,
    down: Act<LinkId>,
    timer: Act<()>,
    call: Act<(CallId, Request)>,
    command: Act<()>,
}

impl Toy {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            start: said(|(), _| {}),
            link: said(|_, _| {}),
            frame: said(|_, _| {}),
            down: said(|_, _| {}),
            timer: said(|(), _| {}),
            call: said(|_, _| {}),
            command: said(|(), _| {}),
        }
    }

    pub(crate) fn on_start(mut self, mut act: impl FnMut(&mut Cx<'_>) + Send + 'static) -> Self {
        self.start = said(move |(), cx| act(cx));
        self
    }

    pub(crate) fn on_link(mut self, act: impl FnMut(LinkId, &mut Cx<'_>) + Send + 'static) -> Self {
        self.link = said(act);
        self
    }

    pub(crate) fn on_frame(mut self, act: impl FnMut(LinkId, &mut Cx<'_>) + Send + 'static) -> Self {
        self.frame = said(act);
        self
    }

    pub(crate) fn on_down(mut self, act: impl FnMut(LinkId, &mut Cx<'_>) + Send + 'static) -> Self {
        self.down = said(act);
        self
    }

    pub(crate) fn on_timer(mut self, mut act: impl FnMut(&mut Cx<'_>) + Send + 'static) -> Self {
        self.timer = said(move |(), cx| act(cx));
        self
    }

    pub(crate) fn on_call(self, mut act: impl FnMut(CallId, &mut Cx<'_>) + Send + 'static) -> Self {
        self.on_request(move |call, _, cx| act(call, cx))
    }

    pub(crate) fn on_request(
        mut self,
        mut act: impl FnMut(CallId, Request, &mut Cx<'_>) + Send + 'static,
    ) -> Self {
        self.call = said(move |(call, request), cx| act(call, request, cx));
        self
    }

    pub(crate) fn on_command(mut self, mut act: impl FnMut(&mut Cx<'_>) + Send + 'static) -> Self {
        self.command = said(move |(), cx| act(cx));
        self
    }

    pub(crate) fn node(self) -> Node {
        Node { name: self.name.into(), clock: HostClock::default(), component: Box::new(self) }
    }
}

fn said<T>(act: impl FnMut(T, &mut Cx<'_>) + Send + 'static) -> Act<T> {
    Arc::new(Mutex::new(act))
}

impl Component for Toy {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { .. } => (self.start.lock().unwrap())((), cx),
            Input::LinkUp { link, .. } => (self.link.lock().unwrap())(link, cx),
            Input::Frame { link, .. } => (self.frame.lock().unwrap())(link, cx),
            Input::Call { call, request, .. } => (self.call.lock().unwrap())((call, request), cx),
            Input::LinkDown { link, .. } => (self.down.lock().unwrap())(link, cx),
            Input::Timer(_) => (self.timer.lock().unwrap())((), cx),
            // A goodbye is no command of a test.
            Input::Command(Command::Cue) => (self.command.lock().unwrap())((), cx),
            Input::BadFrame { .. } | Input::CallGone { .. } | Input::Reply { .. } | Input::Command(_) => {}
        }
    }
}

/// A run of toys.
pub(crate) struct Lab {
    pub(crate) runtime: Runtime,
    running: Running,
    records: Receiver<Record>,
    seen: RefCell<Vec<Record>>,
}

struct Forward(Sender<Record>);

impl Sink for Forward {
    fn record(&mut self, record: &Record) {
        // A test that has seen enough does not listen any more.
        let _ = self.0.send(record.clone());
    }
}

impl Lab {
    pub(crate) fn start(toys: Vec<Toy>) -> Self {
        Self::start_with(config(), toys)
    }

    pub(crate) fn start_with(config: NetConfig, toys: Vec<Toy>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let (sender, records) = channel();
        let nodes = toys.into_iter().map(Toy::node).collect();
        let running = runtime.block_on(Net::start(config, 1, nodes, Box::new(Forward(sender)))).unwrap();
        Self { runtime, running, records, seen: RefCell::default() }
    }

    /// A run that is bent. Its components are what `toys` makes, each time that one of them is started.
    pub(crate) fn directed(script: Script, toys: fn() -> Vec<Toy>) -> Self {
        Self::directed_with(config(), script, toys)
    }

    pub(crate) fn directed_with(config: NetConfig, script: Script, toys: fn() -> Vec<Toy>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let (sender, records) = channel();
        let running = runtime.block_on(async {
            let nodes = toys().into_iter().map(Toy::node).collect();
            let bound = Net::bind(config, nodes).await.unwrap();
            let build = Arc::new(move |name: &NodeName| build(toys, name));
            bound.directed(Box::new(script), build).start(1, Box::new(Forward(sender)))
        });
        Self { runtime, running, records, seen: RefCell::default() }
    }

    pub(crate) fn carry_out(&self, orders: Vec<Order>) {
        let Ok(()) = self.running.handle().act(|| Ok::<_, Infallible>(orders));
    }

    pub(crate) fn address(&self, port: Port) -> SocketAddr {
        self.running.addresses()[&port]
    }

    /// Where pages find everything at one origin.
    pub(crate) fn site(&self) -> SocketAddr {
        self.running.site().unwrap().plain
    }

    /// The same over TLS.
    pub(crate) fn secure_site(&self) -> SocketAddr {
        self.running.site().unwrap().secure.unwrap()
    }

    pub(crate) fn secure_address(&self, port: Port) -> SocketAddr {
        self.running.secure_addresses()[&port]
    }

    /// The first record of that kind, among those seen and those to come.
    pub(crate) fn wait(&self, what: &str, wanted: impl Fn(&Record) -> bool) -> Record {
        if let Some(found) = self.seen.borrow().iter().find(|record| wanted(record)) {
            return found.clone();
        }
        loop {
            let record = self.records.recv_timeout(DEADLINE).unwrap_or_else(|_| panic!("waited for {what}"));
            self.seen.borrow_mut().push(record.clone());
            if wanted(&record) {
                return record;
            }
        }
    }

    /// Gives a component a command.
    pub(crate) fn cue(&self, node: &str) {
        self.runtime.block_on(self.running.command(&node.into(), Command::Cue));
    }

    /// Stops the run, and leaves alone what did not end.
    pub(crate) fn stop_but_keep_running(self) -> Runtime {
        self.runtime.block_on(self.running.stop());
        self.runtime
    }

    /// Stops the run and returns everything that was recorded.
    pub(crate) fn stop(self) -> Vec<Record> {
        let Self { runtime, running, records, seen } = self;
        runtime.block_on(running.stop());
        let mut all = seen.into_inner();
        all.extend(records.try_iter());
        all
    }
}

/// One of the toys, anew.
pub(crate) fn build(toys: fn() -> Vec<Toy>, name: &NodeName) -> Option<Box<dyn Component>> {
    toys().into_iter().find(|toy| toy.name == name.as_str()).map(|toy| toy.node().component)
}

pub(crate) fn config() -> NetConfig {
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    NetConfig { listen: Port::ALL.map(|port| (port.socket(), free)).into(), ..NetConfig::default() }
}

pub(crate) fn is_frame(record: &Record) -> bool {
    matches!(record.what, What::In(Input::Frame { .. }))
}

/// Sends bytes to an HTTP listener and reads until it closes.
pub(crate) fn send_raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    // A server that refuses a body may reset the connection behind its answer.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&Bytes::from(answer)).into_owned()
}

/// Looks again and again until something is so, at most until the deadline.
pub(crate) fn eventually(what: &str, mut look: impl FnMut() -> bool) {
    let end = now() + DEADLINE;
    while !look() {
        assert!(now() < end, "waited for {what}");
        std::thread::yield_now();
    }
}

#[expect(clippy::disallowed_methods, reason = "a deadline of a test over real sockets")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// A client of a listener. What it reads has a deadline.
pub(crate) fn client(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_write_timeout(Some(DEADLINE)).unwrap();
    stream
}
