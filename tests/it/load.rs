//! A thousand tasks of fifty clients for twenty agents. The clients know the public Task API only.

use cce_journal::{Record, What};
use cce_kernel::{Fact, Input, Output, Port, Wall};
use cce_model::{ContactId, ContactStatus, SkillTarget};
use cce_mr::{MR, Mr};
use cce_net::{Net, NetConfig, Node, Sink};
use cce_world::{CastAgent, Lab, Layers, Span, load};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

const AGENTS: i32 = 20;
const CLIENTS: usize = 50;
const TASKS_PER_CLIENT: usize = 20;
const DEADLINE: Duration = Duration::from_mins(2);

#[test]
fn a_thousand_tasks_of_fifty_clients_are_handled_none_lost_none_twice() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (sender, routing_enabled) = mpsc::channel();
    let ends = Ends { handled: Arc::default(), routing_enabled: sender };
    let lab = lab();
    let running = runtime.block_on(Net::start(config(), 1, nodes(&lab), Box::new(ends.clone()))).unwrap();
    let app = running.addresses()[&Port::App];
    routing_enabled.recv_timeout(DEADLINE).unwrap();

    let clients: Vec<_> = (0..CLIENTS).map(|_| std::thread::spawn(move || client(app))).collect();
    let tasks: Vec<String> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    runtime.block_on(running.stop());

    let different: BTreeSet<&String> = tasks.iter().collect();
    assert_eq!(different.len(), CLIENTS * TASKS_PER_CLIENT, "a task id was given twice");
    let ends = ends.handled.lock().unwrap();
    assert_eq!(ends.len(), CLIENTS * TASKS_PER_CLIENT);
    assert!(ends.values().all(|times| *times == 1), "a contact was handled twice");
}

/// Creates its tasks one after the other, polls each until it is handled, and returns their ids.
fn client(app: SocketAddr) -> Vec<String> {
    let end = now() + DEADLINE;
    let paths: Vec<String> = (0..TASKS_PER_CLIENT).map(|_| create(app)).collect();
    paths.iter().map(|path| wait_until_handled(app, path, end)).collect()
}

fn create(app: SocketAddr) -> String {
    let body = "<Task><name>ann</name><title>Card lost</title><scriptSelector>CumulusTask</scriptSelector>\
                <requeueOnRecovery>true</requeueOnRecovery></Task>";
    let answer = http(app, "POST", "/ccp/task/feed/100080", body);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let location = answer.lines().find(|line| line.to_ascii_lowercase().starts_with("location:"));
    let url = location.unwrap().split_once(':').unwrap().1.trim();
    url[url.find("/ccp/").unwrap()..].to_owned()
}

fn wait_until_handled(app: SocketAddr, path: &str, end: Instant) -> String {
    loop {
        let answer = http(app, "GET", path, "");
        if answer.contains("<status>handled</status>") {
            let (_, rest) = answer.split_once("<taskID>").unwrap();
            return rest.split_once('<').unwrap().0.to_owned();
        }
        assert!(!answer.contains("<status>discarded</status>"), "{answer}");
        assert!(now() < end, "not handled in {DEADLINE:?}: {answer}");
        std::thread::park_timeout(Duration::from_millis(100));
    }
}

fn http(app: SocketAddr, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(app).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {app}\r\nContent-Type: application/xml\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The built-in lab with twenty agents of its own, all of them virtual and quick.
fn lab() -> Lab {
    let mut lab = load(&Layers::default()).unwrap();
    let pattern = lab.agents[0].clone();
    lab.agents = (0..AGENTS)
        .map(|number| {
            let mut agent = pattern.clone();
            agent.id = format!("{}", 2000 + number).as_str().into();
            agent.login_name = format!("agent{number}");
            agent.extension = format!("{}", 2000 + number);
            agent.skill_target = SkillTarget(6000 + number);
            agent
        })
        .collect();
    let ids: Vec<_> = lab.agents.iter().map(|agent| agent.id.clone()).collect();
    lab.precision_queues[0].steps[0].agents.clone_from(&ids);
    let moment = |millis| Span(Duration::from_millis(millis));
    lab.cast.agents = ids
        .into_iter()
        .map(|id| CastAgent {
            sign_in: Some(Span::default()),
            ready: Some(Span::default()),
            accept: Some(moment(5)),
            start: Some(moment(5).into()),
            close: Some(moment(20).into()),
            ..CastAgent::new(id)
        })
        .collect();
    lab
}

fn nodes(lab: &Lab) -> Vec<Node> {
    let header = lab.header(1, Wall(1_706_622_866_000_000), lab.nodes());
    let build = lab.builder();
    lab.nodes()
        .into_iter()
        .map(|name| Node { clock: header.clock(&name), component: build(&name).unwrap(), name })
        .collect()
}

fn config() -> NetConfig {
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    NetConfig { listen: Port::ALL.map(|port| (port.socket(), free)).into(), ..NetConfig::default() }
}

/// Counts how often each contact was handled, and tells when the lab routes tasks: one that comes earlier is
/// discarded, as in the product.
#[derive(Clone)]
struct Ends {
    handled: Arc<Mutex<BTreeMap<ContactId, u32>>>,
    routing_enabled: mpsc::Sender<()>,
}

impl Sink for Ends {
    fn record(&mut self, record: &Record) {
        assert!(!matches!(record.what, What::Gap { .. }), "records were lost");
        if let What::Out(Output::Note(Fact::Contact { contact, to: ContactStatus::Handled, .. })) =
            &record.what
        {
            *self.handled.lock().unwrap().entry(contact.clone()).or_default() += 1;
        }
        if record.node.as_str() == "ccp"
            && let What::In(Input::Frame { bytes, .. }) = &record.what
            && let Ok(Mr::RoutingStatusEvent(status)) = Mr::read(&MR, &bytes.0)
            && status.routing_enabled
        {
            self.routing_enabled.send(()).unwrap();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a deadline of a test over real sockets")]
fn now() -> Instant {
    Instant::now()
}
