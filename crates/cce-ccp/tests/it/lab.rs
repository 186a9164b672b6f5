//! A CCP with one feed and one campaign, and an MR PG beside it.

use base64::{Engine, engine::general_purpose::STANDARD};
use cce_bench::Bench;
use cce_ccp::{Campaign, Ccp, Config, Feed, TASK_FEED};
use cce_kernel::{
    CallId, CloseReason, Configured, Fact, HostClock, Input, LinkId, LinkReason, Output, Peer, Port, Request,
    Response, Time, TimerKey, Wall,
};
use cce_model::{ContactId, DialogueId, Disposition, InvokeId, MrdId, SkillTarget, TaskId, fact::CcpFact};
use cce_mr::{
    CancelResult, MR, Mr,
    mr::{
        CancelTaskConf, DoThisWithTask, HeartbeatReq, NewTask, NewTaskFailureEvent, OpenReq, TaskQueuedEvent,
    },
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// The first contact of a lab.
pub(crate) const FIRST: &str = "5AA797871000018D0000004139ED7AD5";
/// The task that CCE makes of it.
pub(crate) const TASK: TaskId = TaskId { day: 154_526, call: 37_051_928, sequence: 1 };
/// Id of the first dialogue.
pub(crate) const DIALOGUE: DialogueId = DialogueId(4);
/// The feed's URL, and where its tasks are.
pub(crate) const FEED: &str = "/ccp/task/feed/100080";
pub(crate) const CONTACT: &str = "/ccp/task/contact/5AA797871000018D0000004139ED7AD5";
/// Below this path is the private API.
pub(crate) const PRIVATE: &str = "/ccp-webapp/ccp";

/// A CCP under test, and what outlives it.
pub(crate) struct Lab {
    bench: Bench<Ccp>,
    config: Config,
    /// The MR PG's connection.
    pub(crate) link: LinkId,
    calls: u64,
}

/// What CCP did with one input.
#[derive(Debug)]
pub(crate) struct Said(pub(crate) Vec<Output>);

impl Lab {
    /// A lab whose MR session is open.
    pub(crate) fn open() -> Self {
        Self::with(config())
    }

    /// The same with another configuration.
    pub(crate) fn with(config: Config) -> Self {
        let mut lab = Self::started(config);
        lab.open_session();
        lab
    }

    /// A lab without an MR PG.
    pub(crate) fn started(config: Config) -> Self {
        // 2024-01-30 08:55:49.255 EST.
        let clock = HostClock { start: Wall(1_706_622_949_255_000), ..HostClock::default() };
        let mut lab = Self {
            bench: Bench::new("ccp", clock, Ccp::new(Arc::default(), config.clone())),
            config,
            link: LinkId { port: Port::Mr, number: 0 },
            calls: 0,
        };
        lab.bench.start();
        lab
    }

    /// A lab with one task at CCE, in the first dialogue.
    pub(crate) fn submitted() -> Self {
        let mut lab = Self::open();
        lab.create(&[]);
        lab
    }

    /// A lab with one task that waits for an agent.
    pub(crate) fn queued() -> Self {
        let mut lab = Self::submitted();
        lab.says(queued(DIALOGUE, 1, 42));
        lab
    }

    /// A lab with one task that agent 5172 has.
    pub(crate) fn reserved() -> Self {
        let mut lab = Self::submitted();
        lab.says(routed(DIALOGUE, 1, TASK));
        lab
    }

    pub(crate) fn input(&mut self, input: Input) -> Said {
        Said(self.bench.input(input))
    }

    /// Time passes. The MR PG keeps its session meanwhile.
    pub(crate) fn wait(&mut self, time: Duration) -> Said {
        Said(self.bench.advance(time))
    }

    /// Time passes to the next timer that is due by then.
    pub(crate) fn next_until(&mut self, until: Time) -> Option<Said> {
        self.bench.next_until(until).map(Said)
    }

    pub(crate) fn now(&self) -> Time {
        self.bench.now()
    }

    /// From now on, the MR PG says nothing by itself.
    pub(crate) fn mute(&mut self) {
        self.bench.say_nothing();
    }

    /// Ends the component without a word, and starts another with what it stored.
    pub(crate) fn restart(&mut self) -> Said {
        Said(self.bench.restart(Ccp::new(Arc::default(), self.config.clone())))
    }

    /// The same with another configuration from there on.
    pub(crate) fn restart_with(&mut self, config: Config) -> Said {
        self.config = config;
        self.restart()
    }

    /// What is stored.
    pub(crate) fn stored(&mut self) -> &BTreeMap<String, String> {
        self.bench.stored()
    }

    /// Spoils what is stored about the first contact.
    pub(crate) fn spoil_store(&mut self) {
        self.bench.stored().insert(FIRST.to_owned(), "{}".to_owned());
    }

    /// Stores something, as an earlier life did.
    pub(crate) fn store(&mut self, key: &str, value: &str) {
        self.bench.stored().insert(key.to_owned(), value.to_owned());
    }

    pub(crate) fn connect(&mut self) -> LinkId {
        self.bench.accept(Port::Mr).0
    }

    /// A peer connects to the MR port, which CCP may not let it.
    pub(crate) fn connect_as(&mut self, peer: Peer) -> (LinkId, Said) {
        let (link, outputs) = self.bench.accept_from(Port::Mr, peer);
        (link, Said(outputs))
    }

    pub(crate) fn open_session(&mut self) -> Said {
        self.link = self.connect();
        let beat = Mr::from(HeartbeatReq::default()).to_frame(&MR).into();
        self.bench.pulse(Duration::from_secs(5), Input::Frame { link: self.link, bytes: beat });
        self.says(OpenReq { invoke_id: InvokeId(1), version_number: 1, ..OpenReq::default() })
    }

    pub(crate) fn lose_link(&mut self) -> Said {
        self.input(Input::LinkDown { link: self.link, reason: LinkReason::Reset })
    }

    /// The MR PG says something.
    pub(crate) fn says(&mut self, message: impl Into<Mr>) -> Said {
        let bytes = message.into().to_frame(&MR).into();
        self.input(Input::Frame { link: self.link, bytes })
    }

    pub(crate) fn call(&mut self, request: Request) -> Said {
        self.calls += 1;
        let request = request.header("host", "ccp.lab:8080");
        self.input(Input::Call { call: CallId(self.calls), port: Port::App, request })
    }

    pub(crate) fn get(&mut self, target: &str) -> Said {
        self.call(Request::new("GET", target))
    }

    pub(crate) fn delete(&mut self, target: &str) -> Said {
        self.call(Request::new("DELETE", target))
    }

    /// Creates a task, with further fields in its query.
    pub(crate) fn create(&mut self, more: &[&str]) -> Said {
        let fields = ["name=ann%40example.org", "title=Card+lost", "scriptSelector=CumulusTask"];
        self.get(&format!("{FEED}?{}", [&fields, more].concat().join("&")))
    }

    /// Calls the private API as the administrator.
    pub(crate) fn administer(&mut self, method: &str, path: &str, body: &str) -> Said {
        let request = Request::new(method, format!("{PRIVATE}{path}")).xml(body);
        self.call(request.header("authorization", basic("admin:ccelab")))
    }

    /// Finesse closes the first contact.
    pub(crate) fn close(&mut self) -> Said {
        self.administer("PUT", &format!("/task/{FIRST}/close"), "")
    }

    /// Finesse hands the first contact back.
    pub(crate) fn renotify(&mut self, body: &str) -> Said {
        self.administer("PUT", &format!("/task/{FIRST}/renotify"), body)
    }
}

impl Said {
    /// Messages to the MR PG.
    pub(crate) fn sent(&self) -> Vec<Mr> {
        let frames = self.0.iter().filter_map(|output| match output {
            Output::Send { bytes, .. } => Some(Mr::read(&MR, &bytes.0).unwrap()),
            _ => None,
        });
        frames.collect()
    }

    /// The task that was sent.
    pub(crate) fn new_task(&self) -> NewTask {
        let sent = self.sent();
        let task =
            sent.iter().find_map(|message| if let Mr::NewTask(task) = message { Some(task) } else { None });
        task.expect("a NEW_TASK").clone()
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.sent().iter().map(Mr::name).collect()
    }

    pub(crate) fn reply(&self) -> &Response {
        let reply = self.0.iter().find_map(|output| match output {
            Output::Reply { response, .. } => Some(response),
            _ => None,
        });
        reply.expect("a reply")
    }

    /// Every answer to a request.
    pub(crate) fn replies(&self) -> Vec<&Response> {
        let replies = self.0.iter().filter_map(|output| match output {
            Output::Reply { response, .. } => Some(response),
            _ => None,
        });
        replies.collect()
    }

    /// The timer of that name which is armed.
    pub(crate) fn armed(&self, name: &str) -> Option<TimerKey> {
        self.0.iter().find_map(|output| match output {
            Output::Arm { key, .. } if key.name == name => Some(key.clone()),
            _ => None,
        })
    }

    pub(crate) fn status(&self) -> u16 {
        self.reply().status
    }

    pub(crate) fn body(&self) -> String {
        self.reply().body.text().into_owned()
    }

    /// Changes of contacts, as `from>to/reason user`.
    pub(crate) fn changes(&self) -> Vec<String> {
        let changes = self.facts().filter_map(|fact| match fact {
            Fact::Contact { from, to, reason, user, .. } => {
                Some(format!("{}>{to}/{reason} {user}", from.map_or("", |from| from.name())))
            }
            _ => None,
        });
        changes.collect()
    }

    /// Changes of dialogues, as `dialogue: from>to`.
    pub(crate) fn dialogues(&self) -> Vec<String> {
        let changes = self.facts().filter_map(|fact| match fact {
            Fact::Dialogue { dialogue, from, to, .. } => {
                Some(format!("{dialogue}: {}>{to}", from.map_or("", |from| from.name())))
            }
            _ => None,
        });
        changes.collect()
    }

    pub(crate) fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.0.iter().filter_map(|output| if let Output::Note(fact) = output { Some(fact) } else { None })
    }

    pub(crate) fn ccp_facts(&self) -> Vec<&CcpFact> {
        self.facts().filter_map(|fact| if let Fact::Ccp(fact) = fact { Some(fact) } else { None }).collect()
    }

    pub(crate) fn peer_errors(&self) -> Vec<&str> {
        let errors = self.facts().filter_map(|fact| match fact {
            Fact::PeerError { detail, .. } => Some(detail.as_str()),
            _ => None,
        });
        errors.collect()
    }

    pub(crate) fn closed(&self) -> Vec<(LinkId, &CloseReason)> {
        let closed = self.0.iter().filter_map(|output| match output {
            Output::Close { link, reason } => Some((*link, reason)),
            _ => None,
        });
        closed.collect()
    }

    pub(crate) fn place_of(&self, wanted: impl Fn(&Output) -> bool) -> usize {
        self.0.iter().position(wanted).expect("the output is there")
    }
}

/// The configuration of the lab trace, with the documented time of status changes.
pub(crate) fn config() -> Config {
    Config {
        host: "sm1.dcloud.cisco.com".to_owned(),
        feeds: vec![Feed {
            id: 100_080,
            kind: TASK_FEED,
            name: "Tasks".to_owned(),
            tag: "cisco_uq_tag".to_owned(),
        }],
        campaigns: vec![Campaign {
            id: 100_081,
            name: "Cumulus Task".to_owned(),
            public_id: "WCS_Campaign".to_owned(),
            filter: 90_001,
            feeds: vec![100_080],
        }],
        node_value: 0x39ED_7AD5,
        first_contact: 0x41,
        first_dialogue: DIALOGUE,
        ..Config::default()
    }
}

pub(crate) fn first() -> ContactId {
    FIRST.into()
}

pub(crate) fn basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

pub(crate) fn queued(dialogue_id: DialogueId, send_seq_no: u32, estimated_wait_time: i32) -> TaskQueuedEvent {
    TaskQueuedEvent { dialogue_id, send_seq_no, icm_task_id: TASK, estimated_wait_time, ..Default::default() }
}

pub(crate) fn routed(dialogue_id: DialogueId, send_seq_no: u32, icm_task_id: TaskId) -> DoThisWithTask {
    DoThisWithTask {
        dialogue_id,
        send_seq_no,
        icm_task_id,
        agent: SkillTarget(5172),
        mrd_id: Some(MrdId(5011)),
        interruptible: Some(1),
        ..DoThisWithTask::default()
    }
}

pub(crate) fn failed(dialogue_id: DialogueId, send_seq_no: u32, reason_code: u32) -> NewTaskFailureEvent {
    NewTaskFailureEvent {
        dialogue_id,
        send_seq_no,
        reason_code: Disposition(reason_code),
        ..Default::default()
    }
}

pub(crate) fn cancel_conf(dialogue_id: DialogueId, send_seq_no: u32, result: u32) -> CancelTaskConf {
    CancelTaskConf { dialogue_id, send_seq_no, result: CancelResult(result), ..Default::default() }
}
