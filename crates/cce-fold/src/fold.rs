//! The one fold over a journal: it names each message and says which task it belongs to.

use crate::{
    contacts::Contacts,
    dictionary::Dictionary,
    event::{AnyMessage, Exchange, Meaning, ReadRecord, Subject},
    named::NamedIds,
    protocol::Protocol,
    recent::Recent,
    remote_nodes::RemoteNodes,
    web_socket::WebSocketMessages,
};
use bytes::Bytes;
use cce_cti::OpenConf;
use cce_journal::{Bent, Effect, Header, Record, Ticket, What};
use cce_kernel::{Blob, CallId, Fact, Input, LinkId, NodeName, Output, Peer, Port, Request};
use cce_model::{
    ContactId, ContactStatus, DialogueId, Object, PeripheralId, PeripheralType, TaskId,
    fact::{AgentPgFact, CcpFact, FinesseFact, OpcMessage, RouterFact},
};
use cce_mr::{Icm, Mr};
use cce_wire::{About, Message, frame_kind};
use cce_xmpp::websocket::WsEnd;
use std::{collections::BTreeMap, sync::Arc};

/// The protocol version of a CTI session before its OPEN_REQ was seen.
const CTI_VERSION_UNSEEN: u32 = 24;

/// Reads records in order and gives each its meaning.
#[derive(Clone, Debug, Default)]
pub struct Fold {
    dictionary: Dictionary,
    elsewhere: RemoteNodes,
    links: Recent<(NodeName, LinkId), LinkState>,
    requests: Recent<(NodeName, Direction, CallId), Subject>,
    contacts: Contacts,
    /// What the latest message that was sent is about.
    sent: Subject,
    /// What was learned last: most records are about the same as the one before.
    learned: Subject,
    /// What those are about that a scenario holds.
    held: Recent<Ticket, Subject>,
    /// What was sent and has not arrived, by the record of the sending.
    on_way: BTreeMap<u64, SentMessage>,
}

/// Messages on their way that are remembered. Of more than that the earliest are read once more where they arrive.
const ON_WAY_MAX: usize = 4_096;

/// What crossed a link, read.
#[derive(Clone, Debug)]
struct Reading {
    protocol: Option<Protocol>,
    message: AnyMessage,
    about: Arc<About>,
    /// What its text names, if it is one.
    named: NamedIds,
}

/// A message on its way.
#[derive(Clone, Debug)]
struct SentMessage {
    bytes: Bytes,
    reading: Reading,
}

/// A message in the place where it is sent or arrives.
#[derive(Debug)]
struct SeenMessage {
    reading: Reading,
    port: Port,
    peer: Arc<Peer>,
    client: Option<PeripheralId>,
}

#[derive(Clone, Debug, Default)]
struct LinkState {
    peer: Arc<Peer>,
    version: Option<u32>,
    /// The GED-188 session of the link is open.
    is_open: bool,
    /// The peripheral of the MR PIM that speaks on the link.
    peripheral: Option<PeripheralId>,
    /// The port of the gateway that dialled, on the listener that both gateways dial.
    dialled_as: Option<Port>,
    /// The WebSocket whose frames cross the link, if one does.
    messages: WebSocketMessages,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    In,
    Out,
}

impl LinkState {
    /// Takes in a message at one end of the link, and says what it is. `read` reads one that is not in WebSocket frames.
    fn take_in(
        &mut self,
        (node, link): (&NodeName, LinkId),
        way: Direction,
        frame: &Bytes,
        elsewhere: &RemoteNodes,
        read: impl FnOnce(Option<Protocol>) -> Reading,
    ) -> SeenMessage {
        // A client that is refused may open its session with another version; an open session keeps its own.
        if matches!(link.port, Port::CtiA | Port::CtiB) && !self.is_open {
            self.version = cce_cti::open_version(frame).or(self.version);
            self.is_open = frame_kind(frame) == Some(OpenConf::DOC.kind);
        }
        let reading = if link.port == Port::XmppWs {
            // In frames, which only their own direction can tell apart.
            read_stream(self.messages.texts(sender(node, link, way), frame))
        } else {
            read(Protocol::of(link.port, self.version.unwrap_or(CTI_VERSION_UNSEEN)))
        };
        // A listener is told an address only: who it is in another process shows by what opens the session.
        if self.peer.node.is_none()
            && node.kind() == Some(link.port.listener())
            && let Some(opener) = elsewhere.opener(&reading.message)
        {
            Arc::make_mut(&mut self.peer).node = Some(opener);
        }
        self.learn_opener(&reading.message);
        SeenMessage {
            port: self.dialled_as.unwrap_or(link.port),
            peer: Arc::clone(&self.peer),
            client: reading.about.client.or(self.peripheral),
            reading,
        }
    }

    /// What opens a session says which gateway has the other end.
    fn learn_opener(&mut self, message: &AnyMessage) {
        match message {
            AnyMessage::Mr(message) => {
                if let Mr::OpenReq(open) = &**message {
                    self.peripheral = Some(open.peripheral_id);
                }
            }
            AnyMessage::Icm(message) => {
                if let Icm::OpenReq(open) = &**message
                    && open.peripheral_type == PeripheralType::ENTERPRISE_AGENT
                {
                    self.dialled_as = Some(Port::IcmAgent);
                }
            }
            AnyMessage::Cti(_) | AnyMessage::Stream(_) | AnyMessage::Unreadable(_) => {}
        }
    }
}

/// The name that a component has for its end of a connection to a listener.
fn dialled_as(dialler: &NodeName, listener: Port) -> Option<Port> {
    let is_agent_pg =
        listener.socket() == Port::IcmAgent.socket() && dialler.kind() == Some(cce_model::Kind::AgentPg);
    is_agent_pg.then_some(Port::IcmAgent)
}

impl Fold {
    /// A fold over the journal of this header that has seen nothing.
    pub fn new(header: &Header) -> Self {
        let (dictionary, elsewhere) = (Dictionary::new(&header.tables), RemoteNodes::of(header));
        Self { dictionary, elsewhere, ..Self::default() }
    }

    /// Whether a component of the lab runs in another process than those whose records these are.
    pub fn is_elsewhere(&self, node: &NodeName) -> bool {
        self.elsewhere.has(node)
    }

    /// The component of another process that makes a request, where that can be told.
    pub fn caller(&self, request: &Request) -> Option<NodeName> {
        self.elsewhere.caller(request)
    }

    /// The social contact of a task.
    pub fn contact_of(&self, task: TaskId) -> Option<&ContactId> {
        self.contacts.of_task(task)
    }

    /// What a text is about, by the ids in it that a component knows.
    pub fn subject_of_text(&self, text: &str) -> Subject {
        self.complete(self.of_text(text))
    }

    /// The latest task of a social contact.
    pub fn task_of(&self, contact: &ContactId) -> Option<TaskId> {
        self.contacts.task_of(contact)
    }

    /// Takes in the next record.
    pub fn push<'a>(&mut self, record: &'a Record) -> ReadRecord<'a> {
        let node = &record.node;
        let kind = match &record.what {
            What::In(Input::Frame { link, bytes }) => {
                let known = record.cause.and_then(|cause| self.on_way.remove(&cause));
                let known = known.filter(|sent| sent.bytes == bytes.0).map(|sent| sent.reading);
                let crossing = self.cross(node, *link, Direction::In, &bytes.0, known);
                return self.received(record, *link, bytes.0.len(), crossing);
            }
            What::Out(Output::Send { link, bytes }) => {
                let crossing = self.cross(node, *link, Direction::Out, &bytes.0, None);
                // The journal has no record of the arrival of what leaves the lab.
                if crossing.peer.node.is_some() {
                    self.remember(record.seq, &bytes.0, &crossing.reading);
                }
                return self.sent(record, *link, bytes.0.len(), crossing);
            }
            What::In(input) => self.on_input(node, input),
            What::Out(output) => {
                // A component that closes a connection gets nothing more from it, not even its end.
                if let Output::Close { link, .. } = output {
                    self.links.remove(&(node.clone(), *link));
                }
                on_output(output)
            }
            What::Started | What::Stopped { .. } => {
                self.forget(node);
                Meaning::Other
            }
            What::Bent(bent) => Meaning::Bent(bent),
            What::Connected { .. } | What::Gap { .. } => Meaning::Other,
        };
        let subject = self.complete(self.subject(node, &kind));
        self.learn(&subject);
        self.learn_kind(node, &kind, &subject);
        ReadRecord { record, subject, client: None, kind }
    }

    /// The meaning of an input that is not recorded yet, and may never be: nothing is learned from it.
    pub fn peek<'a>(&self, record: &'a Record) -> ReadRecord<'a> {
        let node = &record.node;
        let kind = match &record.what {
            What::In(Input::Frame { link, bytes }) => {
                let crossing = self.look(node, *link, &bytes.0);
                let subject = self.complete(self.of_crossing(&crossing));
                return received(record, subject, *link, bytes.0.len(), crossing);
            }
            What::In(Input::Call { call, port, request }) => {
                Meaning::Http(Exchange::RequestIn { call: *call, port: *port, request })
            }
            What::In(_)
            | What::Out(_)
            | What::Started
            | What::Stopped { .. }
            | What::Connected { .. }
            | What::Bent(_)
            | What::Gap { .. } => Meaning::Other,
        };
        let subject = self.complete(self.subject(node, &kind));
        ReadRecord { record, subject, client: None, kind }
    }

    /// What a message is about, which is remembered for those that follow.
    fn learn_of(&mut self, crossing: &SeenMessage) -> Subject {
        let subject = self.complete(self.of_crossing(crossing));
        self.learn(&subject);
        self.learn_dialogue(crossing.client, &crossing.reading.about, &subject);
        subject
    }

    fn received<'a>(
        &mut self,
        record: &'a Record,
        link: LinkId,
        length: usize,
        crossing: SeenMessage,
    ) -> ReadRecord<'a> {
        let subject = self.learn_of(&crossing);
        received(record, subject, link, length, crossing)
    }

    fn sent<'a>(
        &mut self,
        record: &'a Record,
        link: LinkId,
        length: usize,
        crossing: SeenMessage,
    ) -> ReadRecord<'a> {
        let subject = self.learn_of(&crossing);
        subject.clone_into(&mut self.sent);
        let SeenMessage { reading: Reading { message, .. }, port, peer, client } = crossing;
        let kind = Meaning::Sent { link, port, peer, message, length };
        ReadRecord { record, subject, client, kind }
    }

    fn remember(&mut self, record: u64, bytes: &Bytes, reading: &Reading) {
        self.on_way.insert(record, SentMessage { bytes: bytes.clone(), reading: reading.clone() });
        if self.on_way.len() > ON_WAY_MAX {
            self.on_way.pop_first();
        }
    }

    fn on_input<'a>(&mut self, node: &NodeName, input: &'a Input) -> Meaning<'a> {
        match input {
            Input::LinkUp { link, peer } => {
                let dialled_as = peer.node.as_ref().and_then(|peer| dialled_as(peer, link.port));
                let state = LinkState { peer: Arc::new(peer.clone()), dialled_as, ..LinkState::default() };
                self.links.insert((node.clone(), *link), state);
                Meaning::LinkUp { link: *link, peer }
            }
            Input::LinkDown { link, reason } => {
                self.links.remove(&(node.clone(), *link));
                Meaning::LinkDown { link: *link, reason: *reason }
            }
            Input::Call { call, port, request } => {
                Meaning::Http(Exchange::RequestIn { call: *call, port: *port, request })
            }
            Input::Reply { call, result } => Meaning::Http(Exchange::ReplyIn { call: *call, result }),
            Input::Frame { .. }
            | Input::Start { .. }
            | Input::BadFrame { .. }
            | Input::CallGone { .. }
            | Input::Timer(_)
            | Input::Command(_) => Meaning::Other,
        }
    }

    /// Takes in a message at one end of a link. It is read unless it is known from where it was sent.
    fn cross(
        &mut self,
        node: &NodeName,
        link: LinkId,
        way: Direction,
        frame: &Bytes,
        known: Option<Reading>,
    ) -> SeenMessage {
        let state = self.links.or_default(&(node.clone(), link));
        state.take_in((node, link), way, frame, &self.elsewhere, |protocol| {
            let known = known.filter(|known| known.protocol == protocol);
            known.unwrap_or_else(|| read(&self.dictionary, protocol, frame))
        })
    }

    /// Says what a frame would be that arrived now, and learns nothing from it.
    fn look(&self, node: &NodeName, link: LinkId, frame: &Bytes) -> SeenMessage {
        let mut state = self.links.get(&(node.clone(), link)).cloned().unwrap_or_default();
        state.take_in((node, link), Direction::In, frame, &self.elsewhere, |protocol| {
            read(&self.dictionary, protocol, frame)
        })
    }

    /// A component that begins anew has no connections and no calls.
    fn forget(&mut self, node: &NodeName) {
        self.links.retain(|(owner, _)| owner != node);
        self.requests.retain(|(owner, _, _)| owner != node);
    }

    /// What anything but a message on a link is about.
    fn subject(&self, node: &NodeName, kind: &Meaning<'_>) -> Subject {
        match kind {
            Meaning::Http(exchange) => self.of_exchange(node, exchange),
            Meaning::Fact(fact) => self.of_fact(fact),
            Meaning::Bent(bent) => self.of_bent(bent),
            Meaning::Received { .. }
            | Meaning::Sent { .. }
            | Meaning::LinkUp { .. }
            | Meaning::LinkDown { .. }
            | Meaning::Other => Subject::default(),
        }
    }

    /// What a scenario does, it does to the message just sent, or to one that is held.
    fn of_bent(&self, bent: &Bent) -> Subject {
        let of_held = match bent.bend.effect() {
            Effect::Leaves(ticket) => self.held.get(&ticket).cloned(),
            Effect::None => Some(Subject::default()),
            Effect::Waits(_) | Effect::Changes => None,
        };
        of_held.unwrap_or_else(|| self.sent.clone())
    }

    fn of_crossing(&self, crossing: &SeenMessage) -> Subject {
        match &crossing.reading.message {
            AnyMessage::Stream(_) => self.of_named(&crossing.reading.named),
            AnyMessage::Cti(_) | AnyMessage::Mr(_) | AnyMessage::Icm(_) | AnyMessage::Unreadable(_) => {
                self.of_about(crossing.client, &crossing.reading.about)
            }
        }
    }

    /// A message that begins a dialogue says whose it is: who had that number before does not matter.
    fn of_about(&self, client: Option<PeripheralId>, about: &About) -> Subject {
        let dialogue = about.dialogue.filter(|_| !about.opens);
        Subject {
            contact: about
                .contact
                .clone()
                .or_else(|| dialogue.and_then(|dialogue| self.of_dialogue(client, dialogue).contact)),
            task: about.task,
        }
    }

    fn of_dialogue(&self, client: Option<PeripheralId>, dialogue: DialogueId) -> Subject {
        Subject { contact: self.contacts.of_dialogue(client, dialogue).cloned(), task: None }
    }

    fn of_exchange(&self, node: &NodeName, exchange: &Exchange<'_>) -> Subject {
        let known = |direction, call: &CallId| self.requests.get(&(node.clone(), direction, *call)).cloned();
        match exchange {
            Exchange::RequestIn { port: Port::Bosh | Port::CcpBosh, request, .. }
            | Exchange::RequestOut { port: Port::Bosh | Port::CcpBosh, request, .. } => {
                self.of_body(&request.body)
            }
            Exchange::RequestOut { port: Port::CcpNotify, request, .. } => self.of_notified(request),
            Exchange::RequestIn { request, .. } | Exchange::RequestOut { request, .. } => {
                self.of_text(request.path())
            }
            Exchange::ReplyOut { response, .. } if is_bosh(&response.body) => self.of_body(&response.body),
            Exchange::ReplyIn { result: Ok(response), .. } if is_bosh(&response.body) => {
                self.of_body(&response.body)
            }
            Exchange::ReplyOut { call, response } => {
                let named = response.get("location").map(|url| self.of_text(url)).unwrap_or_default();
                if named.is_none() { known(Direction::In, call).unwrap_or_default() } else { named }
            }
            Exchange::ReplyIn { call, result } => {
                let location = result.as_ref().ok().and_then(|response| response.get("location"));
                let named = location.map(|url| self.of_text(url)).unwrap_or_default();
                if named.is_none() { known(Direction::Out, call).unwrap_or_default() } else { named }
            }
        }
    }

    fn of_fact(&self, fact: &Fact) -> Subject {
        match fact {
            Fact::Contact { contact, task, .. } | Fact::Dialogue { contact, task, .. } => {
                Subject { contact: Some(contact.clone()), task: *task }
            }
            Fact::Task { task, .. } => Subject::default().with_task(*task),
            Fact::Dialog { task, contact, .. } => {
                Subject { contact: Some(contact.clone()), task: Some(*task) }
            }
            Fact::Ecc { contact, .. } => Subject { contact: Some(contact.clone()), task: None },
            Fact::Ccp(fact) => of_ccp(fact),
            Fact::Router(fact) => self.of_router(fact),
            Fact::AgentPg(fact) => of_agentpg(fact),
            Fact::Finesse(fact) => of_finesse(fact),
            Fact::AgentInMrd { .. }
            | Fact::User { .. }
            | Fact::PeerError { .. }
            | Fact::CommandRefused { .. }
            | Fact::PlanRefused { .. }
            | Fact::PlanKept { .. }
            | Fact::Setting { .. } => Subject::default(),
        }
    }

    fn of_router(&self, fact: &RouterFact) -> Subject {
        match fact {
            RouterFact::CallAdmitted { ced, .. } => contact(ced),
            RouterFact::CallRefused { dialogue, .. } | RouterFact::CancelRefused { dialogue } => {
                self.of_dialogue(None, *dialogue)
            }
            RouterFact::QueueNode { key, dialogue, .. } | RouterFact::DialogDeleted { key, dialogue } => {
                Subject { contact: self.contacts.of_call(*key, *dialogue).cloned(), task: None }
            }
            RouterFact::Requeued { task, .. } => Subject::default().with_task(*task),
            RouterFact::Dequeued { key, .. } => {
                Subject { contact: self.contacts.of_key(*key).cloned(), task: None }
            }
            RouterFact::Agent { .. } => Subject::default(),
        }
    }

    /// What the stanzas of a body are about.
    fn of_body(&self, body: &Blob) -> Subject {
        self.of_named(&NamedIds::of(&body.0))
    }

    /// What a notification rule tells of: its document has one element that names the contact, and texts of the customer's
    /// that may name others.
    fn of_notified(&self, request: &Request) -> Subject {
        let body = request.body.text();
        let id = body.split_once("<id>").and_then(|(_, rest)| rest.split_once("</id>"));
        id.map(|(id, _)| self.of_text(id)).unwrap_or_default()
    }

    /// Finds a contact or a task in a path.
    fn of_text(&self, text: &str) -> Subject {
        self.of_named(&NamedIds::of(text.as_bytes()))
    }

    /// Anybody may write any id in a text: only those that a component knows are one.
    fn of_named(&self, named: &NamedIds) -> Subject {
        Subject {
            contact: named.contacts().find(|contact| self.contacts.has(contact)).cloned(),
            task: named.tasks().find(|task| self.contacts.of_task(*task).is_some()),
        }
    }

    /// Adds the contact of a known task, and the task of a known contact.
    fn complete(&self, subject: Subject) -> Subject {
        let contact =
            subject.contact.or_else(|| subject.task.and_then(|task| self.contact_of(task).cloned()));
        let task = subject.task.or_else(|| contact.as_ref().and_then(|contact| self.task_of(contact)));
        Subject { contact, task }
    }

    /// Most records are about what is known already.
    fn learn(&mut self, subject: &Subject) {
        let Some(contact) = &subject.contact else { return };
        if self.learned == *subject {
            return;
        }
        subject.clone_into(&mut self.learned);
        self.contacts.learn(contact, subject.task);
    }

    fn learn_kind(&mut self, node: &NodeName, kind: &Meaning<'_>, subject: &Subject) {
        match kind {
            Meaning::Fact(Fact::Contact { contact, to, .. }) => {
                let is_over = matches!(to, ContactStatus::Handled | ContactStatus::Discarded);
                self.contacts.set_over(contact, is_over);
            }
            Meaning::Fact(Fact::Router(RouterFact::CallAdmitted { key, .. })) => {
                self.contacts.learn_key(*key, subject.contact.as_ref());
            }
            // A task that has an agent may come back to its queue.
            Meaning::Fact(Fact::Router(RouterFact::Dequeued { key, .. })) => {
                self.contacts.forget_key(*key);
            }
            Meaning::Http(Exchange::RequestIn { call, .. }) => {
                self.requests.insert((node.clone(), Direction::In, *call), subject.clone());
            }
            Meaning::Http(Exchange::RequestOut { call, .. }) => {
                self.requests.insert((node.clone(), Direction::Out, *call), subject.clone());
            }
            Meaning::Http(Exchange::ReplyOut { call, .. }) => {
                self.requests.remove(&(node.clone(), Direction::In, *call));
            }
            Meaning::Http(Exchange::ReplyIn { call, .. }) => {
                self.requests.remove(&(node.clone(), Direction::Out, *call));
            }
            Meaning::Bent(bent) => self.learn_bent(bent, subject),
            Meaning::Received { .. }
            | Meaning::Sent { .. }
            | Meaning::LinkUp { .. }
            | Meaning::LinkDown { .. }
            | Meaning::Fact(_)
            | Meaning::Other => {}
        }
        if matches!(kind, Meaning::Http(Exchange::RequestOut { .. } | Exchange::ReplyOut { .. })) {
            subject.clone_into(&mut self.sent);
        }
    }

    fn learn_dialogue(&mut self, client: Option<PeripheralId>, about: &About, subject: &Subject) {
        if let (true, Some(dialogue), Some(contact)) = (about.opens, about.dialogue, &subject.contact) {
            self.contacts.learn_dialogue((client, dialogue), contact);
            self.contacts.learn_dialogue((None, dialogue), contact);
        }
    }

    fn learn_bent(&mut self, bent: &Bent, subject: &Subject) {
        match bent.bend.effect() {
            Effect::Waits(ticket) => {
                self.held.insert(ticket, subject.clone());
            }
            Effect::Leaves(ticket) => {
                self.held.remove(&ticket);
            }
            Effect::Changes | Effect::None => {}
        }
    }
}

/// Reads what crosses a link.
fn read(dictionary: &Dictionary, protocol: Option<Protocol>, frame: &Bytes) -> Reading {
    let Some(protocol) = protocol else { return read_stream(frame.clone()) };
    let message = match dictionary.decode(protocol, frame) {
        Ok(decoded) => decoded.into(),
        Err(error) => AnyMessage::Unreadable(error.to_string()),
    };
    let about = Arc::new(message.about());
    Reading { protocol: Some(protocol), message, about, named: NamedIds::default() }
}

fn read_stream(piece: Bytes) -> Reading {
    let named = NamedIds::of(&piece);
    Reading { protocol: None, message: AnyMessage::Stream(piece), about: Arc::default(), named }
}

/// Which end of a WebSocket connection sends what crosses it.
fn sender(node: &NodeName, link: LinkId, way: Direction) -> WsEnd {
    let own = if node.kind() == Some(link.port.listener()) { WsEnd::Server } else { WsEnd::Client };
    match way {
        Direction::In => own.other(),
        Direction::Out => own,
    }
}

fn received(
    record: &Record,
    subject: Subject,
    link: LinkId,
    length: usize,
    crossing: SeenMessage,
) -> ReadRecord<'_> {
    let SeenMessage { reading: Reading { message, protocol, .. }, port, peer, client } = crossing;
    let kind = Meaning::Received { link, port, peer, message, protocol, length };
    ReadRecord { record, subject, client, kind }
}

fn on_output(output: &Output) -> Meaning<'_> {
    match output {
        Output::Call { call, port, request } => {
            Meaning::Http(Exchange::RequestOut { call: *call, port: *port, request })
        }
        Output::Reply { call, response } => Meaning::Http(Exchange::ReplyOut { call: *call, response }),
        Output::Note(fact) => Meaning::Fact(fact),
        Output::Send { .. }
        | Output::Dial { .. }
        | Output::Close { .. }
        | Output::Secure { .. }
        | Output::Arm { .. }
        | Output::Cancel { .. }
        | Output::Store { .. } => Meaning::Other,
    }
}

/// Whether it is a body of BOSH.
fn is_bosh(body: &Blob) -> bool {
    body.0.starts_with(b"<body ")
}

fn contact(id: &str) -> Subject {
    Subject { contact: (!id.is_empty()).then(|| id.into()), task: None }
}

fn of_ccp(fact: &CcpFact) -> Subject {
    let contact = match fact {
        CcpFact::Created { contact, .. }
        | CcpFact::Store { contact, .. }
        | CcpFact::FilterResponse { contact, .. }
        | CcpFact::CampaignStatus { contact, .. }
        | CcpFact::NotificationRequest { contact, .. }
        | CcpFact::HttpNotification { contact, .. }
        | CcpFact::PublishBegun { contact, .. }
        | CcpFact::Close { contact, .. } => contact,
        CcpFact::DsNotification { contact, .. } | CcpFact::Published { contact, .. } => &contact.id,
        CcpFact::RequestInitiated { .. }
        | CcpFact::CreateSubmitted { .. }
        | CcpFact::BusReceived { .. }
        | CcpFact::CreateReceived { .. } => return Subject::default(),
    };
    Subject { contact: Some(contact.clone()), task: None }
}

fn of_agentpg(fact: &AgentPgFact) -> Subject {
    match fact {
        AgentPgFact::ToCtiServer(OpcMessage::PreCall(call)) => {
            Subject { contact: Some(call.ced.as_str().into()), task: Some(call.task) }
        }
        AgentPgFact::ToCtiServer(OpcMessage::Queued(queued)) => contact(&queued.ced).with_task(queued.task),
        AgentPgFact::ToCtiServer(OpcMessage::Task(event)) => Subject::default().with_task(event.task),
        AgentPgFact::ToCtiServer(
            OpcMessage::PreCallAbort { task, .. }
            | OpcMessage::TaskAssigned { task, .. }
            | OpcMessage::Dequeued { task, .. }
            | OpcMessage::TaskState { task, .. }
            | OpcMessage::LifetimeExceeded { task, .. },
        ) => Subject::default().with_task(*task),
        AgentPgFact::ToCtiServer(
            OpcMessage::Agent(_)
            | OpcMessage::MadeNotRoutable { .. }
            | OpcMessage::Interrupt { .. }
            | OpcMessage::Answer { .. }
            | OpcMessage::VoiceAnswer { .. },
        )
        | AgentPgFact::SessionOpened { .. }
        | AgentPgFact::SideActive { .. }
        | AgentPgFact::Sides(_)
        | AgentPgFact::SessionRefused { .. }
        | AgentPgFact::SessionClosed { .. }
        | AgentPgFact::ToOpc { .. }
        | AgentPgFact::TaskEventTraced(_) => Subject::default(),
    }
}

fn of_finesse(fact: &FinesseFact) -> Subject {
    match fact {
        FinesseFact::Published(publication) => match &publication.object {
            Object::Dialog(dialog) | Object::Dialogs(dialog) => Subject::default().with_task(dialog.id),
            Object::DialogError { dialog, .. } => Subject::default().with_task(*dialog),
            Object::Media(_) | Object::User(_) | Object::MediaError(_) | Object::UserError(_) => {
                Subject::default()
            }
        },
        FinesseFact::SmCall { task, contact, .. } => {
            Subject { contact: Some(contact.clone()), task: Some(*task) }
        }
        FinesseFact::Service { .. } | FinesseFact::ForcedSignOut { .. } => Subject::default(),
    }
}

#[cfg(test)]
mod tests;
