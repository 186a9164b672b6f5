//! The one fold over a journal: it names each message and says which task it belongs to.

use crate::{
    dictionary::Dictionary,
    event::{AnyMessage, Exchange, Meaning, ReadRecord, Subject},
    protocol::Protocol,
    recent::Recent,
    remote_nodes::RemoteNodes,
};
use bytes::Bytes;
use cce_journal::{Bent, Effect, Header, Record, Ticket, What};
use cce_kernel::{CallId, Fact, Input, LinkId, NodeName, Output, Peer, Port, Request};
use cce_model::{
    ContactId, Object, PeripheralType, RouterCallKey, TaskId,
    fact::{AgentPgFact, CcpFact, FinesseFact, OpcMessage, RouterFact},
};
use cce_mr::{Icm, Mr};
use cce_wire::{About, Flaw, frame_kind};

/// The protocol version of a CTI session before its OPEN_REQ was seen.
const CTI_VERSION_UNSEEN: u32 = 24;

/// Message type of what opens a CTI session.
const OPEN_CONF: u32 = 4;

/// Reads records in order and gives each its meaning.
#[derive(Debug, Default)]
pub struct Fold {
    dictionary: Dictionary,
    elsewhere: RemoteNodes,
    links: Recent<(NodeName, LinkId), LinkState>,
    requests: Recent<(NodeName, Direction, CallId), Subject>,
    /// Contacts that a component knows: a text may name others, which are nobody's.
    contacts: Recent<ContactId, ()>,
    contact_of: Recent<TaskId, ContactId>,
    /// By the key that the router gave.
    admitted: Recent<RouterCallKey, ContactId>,
    task_of: Recent<ContactId, TaskId>,
    /// By peripheral of the PIM, and once more for those who do not know it: the latest of that number.
    dialogues: Recent<(Option<u32>, u32), ContactId>,
    /// What the latest message that was sent is about.
    sent: Subject,
    /// What those are about that a scenario holds.
    held: Recent<Ticket, Subject>,
}

#[derive(Debug, Default)]
struct LinkState {
    peer: Peer,
    version: Option<u32>,
    /// Its GED-188 session is open.
    is_open: bool,
    /// Of the MR PIM on it.
    peripheral: Option<u32>,
    /// Which gateway's it is, on the listener that both gateways dial.
    dialled_as: Option<Port>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    In,
    Out,
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
        self.contact_of.get(&task)
    }

    /// The latest task of a social contact.
    pub fn task_of(&self, contact: &ContactId) -> Option<TaskId> {
        self.task_of.get(contact).copied()
    }

    /// Takes in the next record.
    pub fn push<'a>(&mut self, record: &'a Record) -> ReadRecord<'a> {
        let kind = match &record.what {
            What::In(input) => self.on_input(&record.node, input),
            What::Out(output) => self.on_output(&record.node, output),
            What::Started | What::Stopped { .. } => {
                self.forget(&record.node);
                Meaning::Other
            }
            What::Bent(bent) => Meaning::Bent(bent),
            What::Connected { .. } | What::Gap { .. } => Meaning::Other,
        };
        let client = self.client_of(&record.node, &kind);
        let subject = self.complete(self.subject(&record.node, client, &kind));
        self.learn(&record.node, client, &kind, &subject);
        ReadRecord { record, subject, client, kind }
    }

    /// The meaning of an input that is not recorded yet, and may never be: nothing is learned from it.
    pub fn peek<'a>(&self, record: &'a Record) -> ReadRecord<'a> {
        let kind = match &record.what {
            What::In(Input::Frame { link, bytes }) => {
                let state = self.links.get(&(record.node.clone(), *link));
                let opens =
                    cce_cti::open_version(&bytes.0).filter(|_| !state.is_some_and(|state| state.is_open));
                let version = opens.or_else(|| state.and_then(|state| state.version));
                let (message, flaws) = self.decode(link.port, version, &bytes.0);
                let (mut peer, port) = (self.peer(&record.node, *link), self.port(&record.node, *link));
                if record.node.kind() == Some(link.port.listener()) {
                    peer.node = peer.node.or_else(|| self.elsewhere.opener(&message));
                }
                Meaning::Received { link: *link, port, peer, message, flaws, length: bytes.0.len() }
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
        let client = self.client_of(&record.node, &kind);
        let subject = self.complete(self.subject(&record.node, client, &kind));
        ReadRecord { record, subject, client, kind }
    }

    fn on_input<'a>(&mut self, node: &NodeName, input: &'a Input) -> Meaning<'a> {
        match input {
            Input::LinkUp { link, peer } => {
                let dialled_as = peer.node.as_ref().and_then(|peer| dialled_as(peer, link.port));
                let state = LinkState { peer: peer.clone(), dialled_as, ..LinkState::default() };
                self.links.insert((node.clone(), *link), state);
                Meaning::LinkUp { link: *link, peer }
            }
            Input::LinkDown { link, reason } => {
                self.links.remove(&(node.clone(), *link));
                Meaning::LinkDown { link: *link, reason: *reason }
            }
            Input::Frame { link, bytes } => {
                let (message, flaws) = self.read(node, *link, &bytes.0);
                let (peer, port) = (self.peer(node, *link), self.port(node, *link));
                Meaning::Received { link: *link, port, peer, message, flaws, length: bytes.0.len() }
            }
            Input::Call { call, port, request } => {
                Meaning::Http(Exchange::RequestIn { call: *call, port: *port, request })
            }
            Input::Reply { call, result } => Meaning::Http(Exchange::ReplyIn { call: *call, result }),
            Input::Start { .. }
            | Input::BadFrame { .. }
            | Input::CallGone { .. }
            | Input::Timer(_)
            | Input::Command(_) => Meaning::Other,
        }
    }

    fn on_output<'a>(&mut self, node: &NodeName, output: &'a Output) -> Meaning<'a> {
        match output {
            Output::Send { link, bytes } => {
                let (message, _) = self.read(node, *link, &bytes.0);
                let (peer, port) = (self.peer(node, *link), self.port(node, *link));
                Meaning::Sent { link: *link, port, peer, message, length: bytes.0.len() }
            }
            Output::Call { call, port, request } => {
                Meaning::Http(Exchange::RequestOut { call: *call, port: *port, request })
            }
            Output::Reply { call, response } => Meaning::Http(Exchange::ReplyOut { call: *call, response }),
            Output::Note(fact) => Meaning::Fact(fact),
            Output::Dial { .. }
            | Output::Close { .. }
            | Output::Arm { .. }
            | Output::Cancel { .. }
            | Output::Store { .. } => Meaning::Other,
        }
    }

    fn read(&mut self, node: &NodeName, link: LinkId, frame: &Bytes) -> (AnyMessage, Vec<Flaw>) {
        let key = (node.clone(), link);
        if !self.links.contains_key(&key) {
            self.links.insert(key.clone(), LinkState::default());
        }
        let state = self.links.get_mut(&key).expect("it was inserted");
        // A client that is refused may open its session with another version; an open session keeps its own.
        if matches!(link.port, Port::CtiA | Port::CtiB) && !state.is_open {
            state.version = cce_cti::open_version(frame).or(state.version);
            state.is_open = frame_kind(frame) == Some(OPEN_CONF);
        }
        let version = state.version;
        let (message, flaws) = self.decode(link.port, version, frame);
        if let Some(state) = self.links.get_mut(&(node.clone(), link)) {
            // A listener is told an address only: who it is in another process shows by what opens the session.
            if state.peer.node.is_none() && node.kind() == Some(link.port.listener()) {
                state.peer.node = self.elsewhere.opener(&message);
            }
            match &message {
                AnyMessage::Mr(Mr::OpenReq(open)) => state.peripheral = Some(open.peripheral_id),
                AnyMessage::Icm(Icm::OpenReq(open))
                    if open.peripheral_type == PeripheralType::ENTERPRISE_AGENT =>
                {
                    state.dialled_as = Some(Port::IcmAgent);
                }
                AnyMessage::Mr(_)
                | AnyMessage::Icm(_)
                | AnyMessage::Cti(_)
                | AnyMessage::Stream(_)
                | AnyMessage::Unreadable(_) => {}
            }
        }
        (message, flaws)
    }

    fn decode(&self, port: Port, version: Option<u32>, frame: &Bytes) -> (AnyMessage, Vec<Flaw>) {
        let Some(protocol) = Protocol::of(port, version.unwrap_or(CTI_VERSION_UNSEEN)) else {
            return (AnyMessage::Stream(frame.clone()), Vec::new());
        };
        match self.dictionary.decode(protocol, frame) {
            Ok(decoded) => {
                let flaws = decoded.flaws(protocol);
                (decoded.into(), flaws)
            }
            Err(error) => (AnyMessage::Unreadable(error.to_string()), Vec::new()),
        }
    }

    fn peer(&self, node: &NodeName, link: LinkId) -> Peer {
        self.links.get(&(node.clone(), link)).map(|state| state.peer.clone()).unwrap_or_default()
    }

    fn port(&self, node: &NodeName, link: LinkId) -> Port {
        self.links.get(&(node.clone(), link)).and_then(|state| state.dialled_as).unwrap_or(link.port)
    }

    /// A component that begins anew has no connections and no calls.
    fn forget(&mut self, node: &NodeName) {
        self.links.retain(|(owner, _)| owner != node);
        self.requests.retain(|(owner, _, _)| owner != node);
    }

    fn client_of(&self, node: &NodeName, kind: &Meaning<'_>) -> Option<u32> {
        let (Meaning::Received { link, message, .. } | Meaning::Sent { link, message, .. }) = kind else {
            return None;
        };
        let of_link = || self.links.get(&(node.clone(), *link))?.peripheral;
        message.about().client.or_else(of_link)
    }

    fn subject(&self, node: &NodeName, client: Option<u32>, kind: &Meaning<'_>) -> Subject {
        match kind {
            Meaning::Received { message, .. } | Meaning::Sent { message, .. } => {
                self.of_message(client, message)
            }
            Meaning::Http(exchange) => self.of_exchange(node, exchange),
            Meaning::Fact(fact) => self.of_fact(fact),
            Meaning::Bent(bent) => self.of_bent(bent),
            Meaning::LinkUp { .. } | Meaning::LinkDown { .. } | Meaning::Other => Subject::default(),
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

    fn of_message(&self, client: Option<u32>, message: &AnyMessage) -> Subject {
        match message {
            AnyMessage::Stream(bytes) => self.of_text(&String::from_utf8_lossy(bytes)),
            AnyMessage::Cti(_) | AnyMessage::Mr(_) | AnyMessage::Icm(_) | AnyMessage::Unreadable(_) => {
                self.of_about(client, message.about())
            }
        }
    }

    /// A message that begins a dialogue says whose it is: who had that number before does not matter.
    fn of_about(&self, client: Option<u32>, about: About) -> Subject {
        let dialogue = about.dialogue.filter(|_| !about.opens);
        let of_dialogue = || dialogue.and_then(|dialogue| self.of_dialogue(client, dialogue).contact);
        Subject { contact: about.contact.or_else(of_dialogue), task: about.task }
    }

    fn of_dialogue(&self, client: Option<u32>, dialogue: u32) -> Subject {
        let known = self.dialogues.get(&(client, dialogue)).or_else(|| self.dialogues.get(&(None, dialogue)));
        Subject { contact: known.cloned(), task: None }
    }

    fn of_exchange(&self, node: &NodeName, exchange: &Exchange<'_>) -> Subject {
        let known = |direction, call: &CallId| self.requests.get(&(node.clone(), direction, *call)).cloned();
        match exchange {
            Exchange::RequestIn { request, .. } | Exchange::RequestOut { request, .. } => {
                self.of_text(request.path())
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
            | Fact::Setting { .. } => Subject::default(),
        }
    }

    fn of_router(&self, fact: &RouterFact) -> Subject {
        match fact {
            RouterFact::CallAdmitted { ced, .. } => contact(Some(ced.clone())),
            RouterFact::CallRefused { dialogue, .. }
            | RouterFact::QueueNode { dialogue, .. }
            | RouterFact::DialogDeleted { dialogue, .. }
            | RouterFact::CancelRefused { dialogue } => self.of_dialogue(None, *dialogue),
            RouterFact::Requeued { task, .. } => Subject::default().with_task(*task),
            RouterFact::Dequeued { key, .. } => {
                Subject { contact: self.admitted.get(key).cloned(), task: None }
            }
            RouterFact::Agent { .. } => Subject::default(),
        }
    }

    /// Finds a contact or a task in a path or in a piece of XML. Anybody may write any id there: only those that
    /// a component knows are one.
    fn of_text(&self, text: &str) -> Subject {
        let words = || text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
        let mut contacts = words().filter(|word| is_contact_id(word)).map(|word| ContactId(word.to_owned()));
        let mut tasks = words().filter_map(TaskId::parse);
        Subject {
            contact: contacts.find(|contact| self.contacts.contains_key(contact)),
            task: tasks.find(|task| self.contact_of.contains_key(task)),
        }
    }

    /// Adds the contact of a known task, and the task of a known contact.
    fn complete(&self, subject: Subject) -> Subject {
        let contact =
            subject.contact.or_else(|| subject.task.and_then(|task| self.contact_of(task).cloned()));
        let task = subject.task.or_else(|| contact.as_ref().and_then(|contact| self.task_of(contact)));
        Subject { contact, task }
    }

    fn learn(&mut self, node: &NodeName, client: Option<u32>, kind: &Meaning<'_>, subject: &Subject) {
        if let Some(contact) = &subject.contact {
            self.contacts.insert(contact.clone(), ());
        }
        if let (Some(contact), Some(task)) = (&subject.contact, subject.task) {
            self.contact_of.insert(task, contact.clone());
            self.task_of.insert(contact.clone(), task);
        }
        match kind {
            Meaning::Sent { message, .. } | Meaning::Received { message, .. } => {
                self.learn_dialogue(client, &message.about(), subject);
            }
            Meaning::Fact(Fact::Router(RouterFact::CallAdmitted { key, .. })) => {
                if let Some(contact) = &subject.contact {
                    self.admitted.insert(*key, contact.clone());
                }
            }
            Meaning::Fact(Fact::Router(
                RouterFact::Dequeued { key, .. } | RouterFact::DialogDeleted { key, .. },
            )) => {
                self.admitted.remove(key);
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
            Meaning::LinkUp { .. } | Meaning::LinkDown { .. } | Meaning::Fact(_) | Meaning::Other => {}
        }
        if is_sending(kind) {
            subject.clone_into(&mut self.sent);
        }
    }

    fn learn_dialogue(&mut self, client: Option<u32>, about: &About, subject: &Subject) {
        if let (true, Some(dialogue), Some(contact)) = (about.opens, about.dialogue, &subject.contact) {
            self.dialogues.insert((client, dialogue), contact.clone());
            self.dialogues.insert((None, dialogue), contact.clone());
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

const fn is_sending(kind: &Meaning<'_>) -> bool {
    matches!(
        kind,
        Meaning::Sent { .. } | Meaning::Http(Exchange::RequestOut { .. } | Exchange::ReplyOut { .. })
    )
}

fn contact(id: Option<String>) -> Subject {
    Subject { contact: id.filter(|id| !id.is_empty()).map(ContactId), task: None }
}

fn of_ccp(fact: &CcpFact) -> Subject {
    let contact = match fact {
        CcpFact::Created { contact, .. }
        | CcpFact::Store { contact, .. }
        | CcpFact::FilterResponse { contact, .. }
        | CcpFact::CampaignStatus { contact, .. }
        | CcpFact::NotificationRequest { contact, .. }
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
            Subject { contact: Some(ContactId(call.ced.clone())), task: Some(call.task) }
        }
        AgentPgFact::ToCtiServer(OpcMessage::Queued(queued)) => {
            contact(Some(queued.ced.clone())).with_task(queued.task)
        }
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
            | OpcMessage::Answer { .. },
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

fn is_contact_id(word: &str) -> bool {
    word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
}
