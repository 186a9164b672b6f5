//! Bare sockets that do the exchanges of a task's life, in the process layout of a lab: one process has the five components, another the customers and
//! the agents. Nothing is decided, decoded or recorded: less than this no lab can cost that speaks these protocols over TCP.
//!
//! A life is 14 frames between components, 5 HTTP exchanges (create; accept, start, close; Finesse's close at CCP) and 6 notifications to
//! the agent. Its steps follow each other, as they do in a lab that has nothing else to do.

use crate::{Took, cpu};
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Instant,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Mutex, mpsc},
};

/// Customers with one task each at a time, HTTP connections that they share, and agents.
const USERS: u64 = 48;
const CONNECTIONS: usize = 16;
const AGENTS: usize = 50;

/// Bytes of a frame, of an HTTP head, of an HTTP body, and of a notification; about what a lab sends.
const FRAME: usize = 160;
const HEAD: usize = 250;
const BODY: usize = 300;
const PUSH: usize = 1_400;

/// The links between components, by the two ends.
const LINKS: [(Part, Part); 4] = [
    (Part::Ccp, Part::MrPg),
    (Part::MrPg, Part::Router),
    (Part::Router, Part::AgentPg),
    (Part::AgentPg, Part::Finesse),
];

/// The 14 frames: who sends each to whom, which ones the receiver sends then, and how many notifications.
const FRAMES: [(Part, Part, &[usize], usize); 14] = [
    (Part::Ccp, Part::MrPg, &[1], 0),             // NEW_TASK
    (Part::MrPg, Part::Router, &[2, 4], 0),       // NEW_CALL
    (Part::Router, Part::MrPg, &[3], 0),          // CONNECT
    (Part::MrPg, Part::Ccp, &[], 0),              // DO_THIS_WITH_TASK
    (Part::Router, Part::AgentPg, &[5], 0),       // DEVICE_TARGET_PRE_CALL_IND
    (Part::AgentPg, Part::Finesse, &[], 1),       // AGENT_PRE_CALL_EVENT
    (Part::Finesse, Part::AgentPg, &[7], 0),      // OFFER_TASK_IND
    (Part::AgentPg, Part::Finesse, &[], 1),       // OFFER_TASK_EVENT
    (Part::Finesse, Part::AgentPg, &[9, 10], 0),  // START_TASK_IND
    (Part::AgentPg, Part::Router, &[], 0),        // TASK_EVENT
    (Part::AgentPg, Part::Finesse, &[], 2),       // START_TASK_EVENT
    (Part::Finesse, Part::AgentPg, &[12, 13], 0), // END_TASK_IND
    (Part::AgentPg, Part::Router, &[], 0),        // TASK_EVENT
    (Part::AgentPg, Part::Finesse, &[], 2),       // END_TASK_EVENT
];

/// Its receiver tells CCP that the task is closed.
const LAST: usize = 13;

/// What the agent does once it is told of a frame: an HTTP request, which leads to that frame.
const fn answer(told: usize) -> Option<usize> {
    match told {
        5 => Some(6),
        7 => Some(8),
        10 => Some(11),
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Ccp,
    MrPg,
    Router,
    AgentPg,
    Finesse,
}

/// Which of the two processes this is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side {
    Lab,
    Load,
}

impl Side {
    pub(crate) fn of(word: &str) -> Option<Self> {
        match word {
            "floor-lab" => Some(Self::Lab),
            "floor-load" => Some(Self::Load),
            _ => None,
        }
    }
}

/// Starts both processes and waits for their end.
pub(crate) fn measure(tasks: u64) -> Took {
    let before = cpu::of_children();
    let mut lab = start(&["floor-lab".to_owned()]);
    let mut ports = String::new();
    BufReader::new(lab.stdout.take().unwrap()).read_line(&mut ports).unwrap();
    let load_words = [&["floor-load".to_owned(), tasks.to_string()][..], &words(&ports)].concat();
    let began = Instant::now();
    assert!(start(&load_words).wait().unwrap().success(), "the floor's load failed");
    let time = began.elapsed();
    let load = cpu::of_children().saturating_sub(before);
    // It ends when its standard input does.
    drop(lab.stdin.take());
    lab.wait().unwrap();
    Took { tasks, time, load, lab: cpu::of_children().saturating_sub(before).saturating_sub(load) }
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

fn start(words: &[String]) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// The life of a process of the floor.
pub(crate) fn child(side: Side, rest: &[String]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match side {
        Side::Lab => {
            runtime.spawn(lab());
            let _ = std::io::stdin().read_line(&mut String::new());
        }
        Side::Load => {
            let numbers: Vec<u64> = rest.iter().map(|word| word.parse().unwrap()).collect();
            let port = |at: usize| u16::try_from(numbers[at]).unwrap();
            runtime.block_on(load(numbers[0], port(1), port(2), port(3)));
        }
    }
    runtime.shutdown_background();
}

type Writer = Mutex<OwnedWriteHalf>;

/// Every writing end of the process with the components.
struct Lab {
    /// By the order of `LINKS`: the end that sends towards Finesse, and the other one.
    links: Vec<(Writer, Writer)>,
    agents: Vec<Writer>,
    /// Finesse's connections to CCP.
    closes: Vec<Mutex<TcpStream>>,
}

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

async fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

async fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

async fn lab() {
    let ((app, app_port), (desk, desk_port), (push, push_port)) =
        (listener().await, listener().await, listener().await);
    let (mut links, mut readers) = (Vec::new(), Vec::new());
    for _ in LINKS {
        let (between, port) = listener().await;
        let (dialled, accepted) = tokio::join!(connect(port), accept(&between));
        let (near_read, near_write) = dialled.into_split();
        let (far_read, far_write) = accepted.into_split();
        links.push((Mutex::new(near_write), Mutex::new(far_write)));
        readers.extend([near_read, far_read]);
    }
    println!("{app_port} {desk_port} {push_port}");
    std::io::stdout().flush().unwrap();
    let mut agents = Vec::new();
    for _ in 0..AGENTS {
        agents.push(Mutex::new(accept(&push).await.into_split().1));
    }
    let mut closes = Vec::new();
    let ccp = tokio::spawn(serve_closes(app, CONNECTIONS));
    for _ in 0..CONNECTIONS {
        closes.push(Mutex::new(connect(app_port).await));
    }
    let app = ccp.await.unwrap();
    let lab = Arc::new(Lab { links, agents, closes });
    for reader in readers {
        tokio::spawn(read_frames(Arc::clone(&lab), reader));
    }
    tokio::spawn(serve(Arc::clone(&lab), desk));
    serve(lab, app).await;
}

/// Takes in Finesse's own connections, which it opens first.
async fn serve_closes(app: TcpListener, count: usize) -> TcpListener {
    for _ in 0..count {
        let mut stream = accept(&app).await;
        tokio::spawn(async move {
            let mut message = vec![0; HEAD + BODY];
            while stream.read_exact(&mut message).await.is_ok() {
                stream.write_all(&message).await.unwrap();
            }
        });
    }
    app
}

/// An HTTP request begins a life or goes on with it: its number and the frame that follows.
async fn serve(lab: Arc<Lab>, listener: TcpListener) {
    loop {
        let mut stream = accept(&listener).await;
        let lab = Arc::clone(&lab);
        tokio::spawn(async move {
            let mut message = vec![0; HEAD + BODY];
            while stream.read_exact(&mut message).await.is_ok() {
                stream.write_all(&message).await.unwrap();
                let (life, step) = read(&message);
                lab.send(life, step).await;
            }
        });
    }
}

async fn read_frames(lab: Arc<Lab>, mut from: OwnedReadHalf) {
    let mut frame = vec![0; FRAME];
    while from.read_exact(&mut frame).await.is_ok() {
        let (life, step) = read(&frame);
        let (_, _, then, pushes) = FRAMES[step];
        for next in then {
            lab.send(life, *next).await;
        }
        lab.push(life, step, pushes).await;
        if step == LAST {
            lab.close(life).await;
        }
    }
}

impl Lab {
    async fn send(&self, life: u64, step: usize) {
        let (from, to, ..) = FRAMES[step];
        let is_link = |ends: &(Part, Part)| [(from, to), (to, from)].contains(ends);
        let link = LINKS.iter().position(is_link).unwrap();
        let (near, far) = &self.links[link];
        let writer = if LINKS[link].0 == from { near } else { far };
        writer.lock().await.write_all(&message(FRAME, life, step)).await.unwrap();
    }

    async fn push(&self, life: u64, step: usize, count: usize) {
        let agent = &self.agents[usize::try_from(life).unwrap() % AGENTS];
        for left in (0..count).rev() {
            // The last one is what the agent waits for.
            let step = if left == 0 { step } else { usize::MAX };
            // Agents leave with the last life; what is pushed to them behind it is lost.
            let _ = agent.lock().await.write_all(&message(PUSH, life, step)).await;
        }
    }

    async fn close(&self, life: u64) {
        let mut stream = self.closes[usize::try_from(life).unwrap() % CONNECTIONS].lock().await;
        let mut message = message(HEAD + BODY, life, 0);
        stream.write_all(&message).await.unwrap();
        stream.read_exact(&mut message).await.unwrap();
    }
}

fn message(size: usize, life: u64, step: usize) -> Vec<u8> {
    let mut message = vec![b'.'; size];
    message[..8].copy_from_slice(&life.to_be_bytes());
    message[8..16].copy_from_slice(&(step as u64).to_be_bytes());
    message
}

fn read(message: &[u8]) -> (u64, usize) {
    let number = |at: usize| u64::from_be_bytes(message[at..at + 8].try_into().unwrap());
    (number(0), usize::try_from(number(8)).unwrap_or(usize::MAX))
}

/// Customers and agents: each customer begins a life when its last one has ended.
async fn load(tasks: u64, app: u16, desk: u16, push: u16) {
    let (sender, mut ended) = mpsc::channel(1_024);
    for _ in 0..AGENTS {
        let stream = connect(push).await;
        tokio::spawn(agent(stream, connect(desk).await, sender.clone()));
    }
    let mut pool = Vec::new();
    for _ in 0..CONNECTIONS {
        pool.push(Arc::new(Mutex::new(connect(app).await)));
    }
    let mut lives = 0..tasks;
    let mut begin = || {
        let Some(life) = lives.next() else { return };
        let stream = Arc::clone(&pool[usize::try_from(life).unwrap() % CONNECTIONS]);
        tokio::spawn(async move { exchange(&mut *stream.lock().await, life, 0).await });
    };
    (0..USERS).for_each(|_| begin());
    for _ in 0..tasks {
        ended.recv().await.unwrap();
        begin();
    }
}

async fn agent(mut told: TcpStream, mut desk: TcpStream, ended: mpsc::Sender<u64>) {
    let mut message = vec![0; PUSH];
    while told.read_exact(&mut message).await.is_ok() {
        let (life, step) = read(&message);
        if let Some(next) = answer(step) {
            exchange(&mut desk, life, next).await;
        } else if step == LAST {
            ended.send(life).await.unwrap();
        }
    }
}

async fn exchange(stream: &mut TcpStream, life: u64, step: usize) {
    let mut message = message(HEAD + BODY, life, step);
    stream.write_all(&message).await.unwrap();
    stream.read_exact(&mut message).await.unwrap();
}
