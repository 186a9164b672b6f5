//! The agents of a load: their connections, requests and waits.

use super::{
    connect::{Connector, Stream},
    generator::Generator,
    http::{Ask as HttpAsk, Pool, basic},
    targets::Target,
};
use bytes::BytesMut;
use cce_load::agent::{AgentInput, AgentOutput, AgentWait, LoadAgent, LoadAgentConfig};
use http::{HeaderValue, Method};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::{Notify, mpsc},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Answers and ends of waits that an agent has not looked at. It has a few requests under way for each of its tasks.
const INBOX_MAX: usize = 256;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// Bytes that are read at once.
const READ: usize = 1 << 14;

/// Every agent of a load.
#[derive(Debug)]
pub(super) struct Agents {
    pub(super) xmpp: Target,
    connector: Connector,
    pub(super) desk: Arc<Pool>,
    ready: AtomicUsize,
    is_ready: Notify,
    /// Asks them to sign out.
    pub(super) leave: CancellationToken,
    /// Ends them without a word.
    pub(super) stop: CancellationToken,
    /// Their loops.
    pub(super) loops: TaskTracker,
    /// Requests and waits.
    tasks: TaskTracker,
}

impl Agents {
    pub(super) fn new(xmpp: Target, connector: Connector, desk: Arc<Pool>, tasks: TaskTracker) -> Self {
        let (leave, stop) = (CancellationToken::new(), CancellationToken::new());
        let (ready, is_ready, loops) = (AtomicUsize::new(0), Notify::new(), TaskTracker::new());
        Self { xmpp, connector, desk, ready, is_ready, leave, stop, loops, tasks }
    }

    /// How many have been ready.
    pub(super) fn ready(&self) -> usize {
        self.ready.load(Ordering::Acquire)
    }

    /// Waits until so many have been ready.
    pub(super) async fn until_ready(&self, wanted: usize) {
        // An agent that becomes ready between the look and the wait leaves a permit (tokio, `Notify::notify_one`).
        while self.ready() < wanted {
            self.is_ready.notified().await;
        }
    }

    /// Lets agents sign in and work.
    pub(super) fn start(self: &Arc<Self>, configs: Vec<LoadAgentConfig>, generator: &Arc<Generator>) {
        for config in configs {
            let desktop = Desktop::new(config, self.clone(), generator.clone());
            self.loops.spawn(desktop.live());
        }
        self.loops.close();
    }
}

/// One agent with its connection.
struct Desktop {
    agent: LoadAgent,
    authorization: Option<HeaderValue>,
    stream: Option<Box<dyn Stream>>,
    first: Vec<AgentOutput>,
    inbox: mpsc::Receiver<AgentInput>,
    /// Where answers and ends of waits go.
    sender: mpsc::Sender<AgentInput>,
    agents: Arc<Agents>,
    generator: Arc<Generator>,
    is_gone: bool,
}

/// What happens next to an agent.
enum AgentTurn {
    AgentInput(AgentInput),
    Stop,
}

impl Desktop {
    fn new(config: LoadAgentConfig, agents: Arc<Agents>, generator: Arc<Generator>) -> Self {
        let (sender, inbox) = mpsc::channel(INBOX_MAX);
        let (agent, first) = LoadAgent::new(config);
        let (user, password) = agent.credentials();
        let authorization = basic(user, password);
        let (stream, is_gone) = (None, false);
        Self { agent, authorization, stream, first, inbox, sender, agents, generator, is_gone }
    }

    async fn live(mut self) {
        let first = std::mem::take(&mut self.first);
        self.carry_out(first).await;
        let (leave, mut was_asked) = (self.agents.leave.clone(), false);
        let mut bytes = BytesMut::with_capacity(READ);
        while !self.is_gone {
            let (stop, inbox, stream) = (&self.agents.stop, &mut self.inbox, &mut self.stream);
            let next = tokio::select! {
                // The end of the load counts first, then what was asked for before what is new.
                biased;
                () = stop.cancelled() => AgentTurn::Stop,
                () = leave.cancelled(), if !was_asked => {
                    was_asked = true;
                    AgentTurn::AgentInput(AgentInput::SignOut)
                }
                Some(input) = inbox.recv() => AgentTurn::AgentInput(input),
                input = receive(stream, &mut bytes) => AgentTurn::AgentInput(input),
            };
            match next {
                AgentTurn::Stop => return,
                AgentTurn::AgentInput(input) => {
                    let outputs = self.agent.handle(input);
                    self.carry_out(outputs).await;
                }
            }
        }
    }

    async fn carry_out(&mut self, outputs: Vec<AgentOutput>) {
        let mut outputs = std::collections::VecDeque::from(outputs);
        while let Some(output) = outputs.pop_front() {
            match output {
                AgentOutput::Dial => {
                    let input = self.dial().await;
                    outputs.extend(self.agent.handle(input));
                }
                AgentOutput::Send(bytes) => {
                    if let Some(stream) = &mut self.stream
                        && write(stream, &bytes).await.is_err()
                    {
                        self.stream = None;
                        outputs.extend(self.agent.handle(AgentInput::Disconnected));
                    }
                }
                AgentOutput::Hang => {
                    if let Some(mut stream) = self.stream.take() {
                        // The connection is over whether or not its shutdown succeeds.
                        let _ = stream.shutdown().await;
                        outputs.extend(self.agent.handle(AgentInput::Disconnected));
                    }
                }
                AgentOutput::Request { ask, path, body } => self.request(ask, path, body),
                AgentOutput::Sleep(wait, time) => self.sleep(wait, time),
                AgentOutput::Ready => {
                    self.agents.ready.fetch_add(1, Ordering::AcqRel);
                    self.agents.is_ready.notify_one();
                }
                AgentOutput::Dialog { tag, task, state } => {
                    self.generator.notify(tag.as_deref(), task, state);
                }
                AgentOutput::Failed(step, flaw) => self.generator.error(step, flaw),
                AgentOutput::Gone => self.is_gone = true,
            }
        }
    }

    async fn dial(&mut self) -> AgentInput {
        match timeout(CONNECT, self.agents.connector.connect(&self.agents.xmpp)).await {
            Ok(Ok(stream)) => {
                self.stream = Some(stream);
                AgentInput::Connected
            }
            Ok(Err(_)) | Err(_) => AgentInput::Disconnected,
        }
    }

    fn request(&self, ask: cce_load::agent::Ask, path: String, body: String) {
        let (desk, generator, sender) =
            (self.agents.desk.clone(), self.generator.clone(), self.sender.clone());
        let authorization = self.authorization.clone();
        self.agents.tasks.spawn(async move {
            let place = desk.place().await;
            let request = HttpAsk { method: Method::PUT, path, authorization, body };
            let answer = desk.exchange(&place, request, &generator.clock).await;
            // An agent that is slow to take its answer must not keep others from the connection.
            drop(place);
            let result = answer.and_then(super::http::Answer::successful).map(|_| ());
            // An agent that is gone does not wait for it.
            let _ = sender.send(AgentInput::Answered(ask, result)).await;
        });
    }

    fn sleep(&self, wait: AgentWait, time: Duration) {
        let (sender, stop) = (self.sender.clone(), self.agents.stop.clone());
        self.agents.tasks.spawn(async move {
            let slept = stop.run_until_cancelled(sleep(time)).await;
            if slept.is_some() {
                // An agent that is gone does not wait for it.
                let _ = sender.send(AgentInput::Due(wait)).await;
            }
        });
    }
}

/// Sends bytes at once. A stream over TLS keeps what it is given until it is flushed.
async fn write(stream: &mut Box<dyn Stream>, bytes: &[u8]) -> std::io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

/// What arrives on the connection; without one, nothing ever does.
async fn receive(stream: &mut Option<Box<dyn Stream>>, bytes: &mut BytesMut) -> AgentInput {
    let Some(open) = stream else { return std::future::pending().await };
    bytes.clear();
    bytes.reserve(READ);
    match open.read_buf(bytes).await {
        Ok(0) | Err(_) => {
            *stream = None;
            AgentInput::Disconnected
        }
        Ok(_) => AgentInput::Received(bytes.to_vec()),
    }
}
