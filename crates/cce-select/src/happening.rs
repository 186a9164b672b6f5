//! Everything that happens, with the names that selectors use.

use crate::{facts, names::ShortNames, place::Place, words};
use cce_fold::{AnyMessage, Exchange, Fold, Meaning, ReadRecord, Subject};
use cce_journal::{Bend, Bent, Header, Record, What};
use cce_kernel::{CallId, Fact, LinkId, NodeName, Output, Port, Request, Response};
use cce_model::{AgentState, DialogState, TaskState, UserState};
use std::{borrow::Cow, collections::BTreeMap, ops::Range};

/// How the names of messages begin that keep a link alive and mean nothing else.
pub(crate) const HEARTBEAT: &str = "HEARTBEAT";

/// Requests on their way, or without an answer, that are remembered; of more, the oldest are forgotten.
const REQUESTS_MAX: usize = 65_536;

/// Something that happens.
#[derive(Debug)]
pub struct Happening<'a> {
    /// Its record.
    pub record: &'a Record,
    /// Where it comes from, or where it happens.
    pub from: Place,
    /// Where it goes; none for what happens in one place.
    pub to: Option<Place>,
    /// What it is called.
    pub name: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// Whether it leaves `from` rather than arrives at `to`.
    pub is_sent: bool,
    /// Whether its arrival is recorded elsewhere: it goes to somebody outside, or to another process.
    leaves: bool,
    /// The link that it travels on, as the component names it whose record it is.
    pub link: Option<LinkId>,
    content: Content<'a>,
}

#[derive(Debug)]
enum Content<'a> {
    Message(&'a AnyMessage),
    Request(&'a Request),
    /// The answer to a request of that name.
    Response(&'static str, Option<&'a Response>),
    /// A stanza, or several while they are not yet told apart.
    Xml(Cow<'a, str>),
    Fact(&'a Fact),
    Bent(&'a Bent),
    Words(Vec<(&'static str, String)>),
}

impl Happening<'_> {
    /// Whether it counts as having happened: a message does when it arrives, one to somebody outside, or to another
    /// process, when it leaves.
    pub fn counts(&self) -> bool {
        !self.is_sent || self.leaves
    }

    /// Whether it keeps a link alive and means nothing else.
    pub fn is_heartbeat(&self) -> bool {
        self.name.starts_with(HEARTBEAT)
    }

    /// Whether it leads to a state that is over once its component stops: what has ended stays ended, and CCP stores its
    /// contacts.
    pub fn ends_with_its_component(&self) -> bool {
        let Content::Fact(fact) = &self.content else { return false };
        match fact {
            Fact::Dialogue { to, .. } => !to.successors().is_empty(),
            Fact::Task { to, .. } => *to != TaskState::Ended,
            Fact::Dialog { to, .. } => *to != DialogState::Closed,
            Fact::AgentInMrd { to, .. } => *to != AgentState::Logout,
            Fact::User { to, .. } => *to != UserState::Logout,
            Fact::Contact { .. }
            | Fact::Ecc { .. }
            | Fact::PeerError { .. }
            | Fact::CommandRefused { .. }
            | Fact::PlanRefused { .. }
            | Fact::PlanKept { .. }
            | Fact::Setting { .. }
            | Fact::Ccp(_)
            | Fact::Router(_)
            | Fact::AgentPg(_)
            | Fact::Finesse(_) => false,
        }
    }

    /// Whether it is an HTTP request.
    pub fn is_request(&self) -> bool {
        words::is_request(self.name)
    }

    /// A selector that means it, for people.
    pub fn words(&self, names: &ShortNames) -> String {
        let from = names.place(&self.from);
        let mut words = match &self.to {
            Some(to) => format!("{from} > {} {}", names.place(to), self.name),
            None => format!("{from} {}", self.name),
        };
        if let Some(contact) = &self.subject.contact {
            words += " ";
            words += &names.short(contact);
        }
        words
    }

    /// What it says under a key.
    pub fn field(&self, key: &str) -> Option<String> {
        match &self.content {
            Content::Message(message) => of_message(message, key),
            Content::Request(request) => of_request(request, key),
            Content::Response(to, response) => of_response(to, *response, key),
            Content::Xml(xml) => words::xml_word(xml, key),
            Content::Fact(fact) => facts::field(fact, key),
            Content::Bent(bent) => (key == "by").then(|| bent.by.clone()),
            Content::Words(words) => {
                words.iter().find(|(known, _)| *known == key).map(|(_, word)| word.clone())
            }
        }
    }

    /// Every key under which it says something.
    pub fn keys(&self) -> Vec<String> {
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        match &self.content {
            Content::Message(message) => keys_of_message(message),
            Content::Request(request) => {
                let mut keys = owned(&["method", "path"]);
                keys.extend(of_request(request, "object").map(|_| "object".to_owned()));
                keys.extend(words::xml_keys(&request.body.text()));
                keys
            }
            Content::Response(_, response) => {
                let mut keys = owned(&["to", "status"]);
                keys.extend(response.iter().flat_map(|response| words::xml_keys(&response.body.text())));
                keys
            }
            Content::Xml(xml) => words::xml_keys(xml),
            Content::Fact(fact) => facts::shown(fact),
            Content::Bent(_) => owned(&["by"]),
            Content::Words(words) => words.iter().map(|(key, _)| (*key).to_owned()).collect(),
        }
    }
}

fn keys_of_message(message: &AnyMessage) -> Vec<String> {
    let shown = match message {
        AnyMessage::Cti(message) => message.fields(),
        AnyMessage::Mr(message) => message.fields(),
        AnyMessage::Icm(message) => message.fields(),
        AnyMessage::Stream(_) | AnyMessage::Unreadable(_) => return Vec::new(),
    };
    shown.iter().map(|field| field.label.to_string()).collect()
}

fn of_message(message: &AnyMessage, key: &str) -> Option<String> {
    let shown = match message {
        AnyMessage::Cti(message) => message.fields(),
        AnyMessage::Mr(message) => message.fields(),
        AnyMessage::Icm(message) => message.fields(),
        AnyMessage::Stream(_) | AnyMessage::Unreadable(_) => return None,
    };
    shown.iter().find(|field| field.label.eq_ignore_ascii_case(key)).map(|field| field.value.to_string())
}

fn of_request(request: &Request, key: &str) -> Option<String> {
    match key {
        "method" => Some(request.method.clone()),
        "path" => Some(request.path().to_owned()),
        "object" => ["Dialog", "Media", "User"]
            .into_iter()
            .find(|name| request.body.text().starts_with(&format!("<{name}")))
            .map(str::to_owned),
        _ => words::xml_word(&request.body.text(), key),
    }
}

fn of_response(to: &str, response: Option<&Response>, key: &str) -> Option<String> {
    match (key, response) {
        ("to", _) => Some(to.to_owned()),
        ("status", Some(response)) => Some(response.status.to_string()),
        ("status", None) => Some("none".to_owned()),
        (_, Some(response)) => words::xml_word(&response.body.text(), key),
        _ => None,
    }
}

/// Gives records the names that selectors use.
#[derive(Clone, Debug)]
pub struct Tracker {
    fold: Fold,
    names: ShortNames,
    /// Who sent the request of a record that has not arrived yet.
    senders: BTreeMap<u64, NodeName>,
    /// Requests that came in, by component and call: the port, who waits, and what was asked.
    open: BTreeMap<(NodeName, CallId), (Port, Place, &'static str)>,
    /// Requests that went out, by component and call: the port that they went to, and what was asked.
    asked: BTreeMap<(NodeName, CallId), (Port, &'static str)>,
}

impl Tracker {
    /// A tracker over the journal of this header, whose virtual customers have these names.
    pub fn new(header: &Header, customers: Vec<String>) -> Self {
        Self {
            fold: Fold::new(header),
            names: ShortNames::new(customers),
            senders: BTreeMap::new(),
            open: BTreeMap::new(),
            asked: BTreeMap::new(),
        }
    }

    /// The short names of contacts and tasks.
    pub fn names(&self) -> &ShortNames {
        &self.names
    }

    /// Takes in the next record.
    pub fn push<'a>(&mut self, record: &'a Record) -> ReadRecord<'a> {
        let event = self.fold.push(record);
        self.names.learn(&event);
        event
    }

    /// What happened by the record that was taken in last, in order. Most records are one happening or none; a piece
    /// of an XMPP stream, or a body of BOSH, is one for each stanza.
    pub fn happenings<'a>(&mut self, event: &'a ReadRecord<'a>) -> Vec<Happening<'a>> {
        self.whole(event).map_or_else(Vec::new, |whole| self.each_stanza(whole))
    }

    fn whole<'a>(&mut self, event: &'a ReadRecord<'a>) -> Option<Happening<'a>> {
        let record = event.record;
        let here = || Place::Node(record.node.clone());
        let at = |name, content| Happening {
            record,
            from: here(),
            to: None,
            name,
            subject: event.subject.clone(),
            is_sent: false,
            leaves: false,
            link: None,
            content,
        };
        match &event.kind {
            Meaning::Received { link, peer, message, .. } => {
                let there = peer.node.clone().map_or(Place::Outside(link.port), Place::Node);
                let (name, content) = describe(message);
                let link = Some(*link);
                Some(Happening { from: there, to: Some(here()), link, ..at(name, content) })
            }
            Meaning::Sent { link, peer, message, .. } => {
                let there = peer.node.clone().map_or(Place::Outside(link.port), Place::Node);
                let (name, content) = describe(message);
                let leaves = leaves(&self.fold, &there);
                let link = Some(*link);
                Some(Happening { to: Some(there), is_sent: true, leaves, link, ..at(name, content) })
            }
            Meaning::Http(exchange) => Some(self.exchange(event, exchange)),
            Meaning::LinkUp { link, .. } => {
                let words = Content::Words(vec![("port", link.port.to_string())]);
                Some(Happening { link: Some(*link), ..at("link_up", words) })
            }
            Meaning::LinkDown { link, .. } => {
                let words = Content::Words(vec![("port", link.port.to_string())]);
                Some(Happening { link: Some(*link), ..at("link_down", words) })
            }
            Meaning::Fact(fact) => Some(at(facts::name(fact), Content::Fact(fact))),
            Meaning::Bent(bent) => Some(at(bent_name(bent), Content::Bent(bent))),
            Meaning::Other => match &record.what {
                What::Started => Some(at("started", Content::Words(Vec::new()))),
                What::Stopped { .. } => Some(at("stopped", Content::Words(Vec::new()))),
                What::In(_) | What::Out(_) | What::Connected { .. } | What::Bent(_) | What::Gap { .. } => {
                    None
                }
            },
        }
    }

    fn exchange<'a>(&mut self, event: &'a ReadRecord<'a>, exchange: &'a Exchange<'a>) -> Happening<'a> {
        let record = event.record;
        let here = Place::Node(record.node.clone());
        let fold = &self.fold;
        let happening = |from, to, name, is_sent, content| Happening {
            record,
            from,
            leaves: is_sent && leaves(fold, &to),
            to: Some(to),
            name,
            subject: event.subject.clone(),
            is_sent,
            link: None,
            content,
        };
        match exchange {
            Exchange::RequestOut { call, port, request } => {
                let (name, content) = describe_request(*port, request);
                remember(&mut self.senders, record.seq, record.node.clone());
                remember(&mut self.asked, (record.node.clone(), *call), (*port, name));
                happening(here, called(*port), name, true, content)
            }
            Exchange::RequestIn { call, port, request } => {
                let (name, content) = describe_request(*port, request);
                let sender = record.cause.and_then(|cause| self.senders.remove(&cause));
                // The sender's own record stands in the journal of another process.
                let sender = sender.or_else(|| self.fold.caller(request));
                let from = sender.map_or(Place::Outside(*port), Place::Node);
                remember(&mut self.open, (record.node.clone(), *call), (*port, from.clone(), name));
                happening(from, here, name, false, content)
            }
            Exchange::ReplyOut { call, response } => {
                // Of a request that is forgotten, or that the journal lacks, only the answer is known.
                let known = self.open.remove(&(record.node.clone(), *call));
                let (port, to, asked) = known.unwrap_or((Port::App, Place::Outside(Port::App), "REQUEST"));
                let (name, content) = describe_response(port, asked, Some(response));
                happening(here, to, name, true, content)
            }
            Exchange::ReplyIn { call, result } => {
                let known = self.asked.remove(&(record.node.clone(), *call));
                let (port, asked) = known.unwrap_or((Port::App, "REQUEST"));
                let (name, content) = describe_response(port, asked, result.as_ref().ok());
                happening(called(port), here, name, false, content)
            }
        }
    }

    /// The stanzas of a happening that carries several. A network joins and cuts a stream as it likes, so that what
    /// stands in one piece need not be about one task.
    fn each_stanza<'a>(&self, whole: Happening<'a>) -> Vec<Happening<'a>> {
        let Content::Xml(xml) = &whole.content else { return vec![whole] };
        let stanzas = words::stanzas(xml);
        if stanzas.len() < 2 {
            return vec![whole];
        }
        let one = |range: Range<usize>| {
            let xml = match xml {
                Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
                Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
            };
            Happening {
                from: whole.from.clone(),
                to: whole.to.clone(),
                name: words::piece(&xml),
                subject: self.fold.subject_of_text(&xml),
                content: Content::Xml(xml),
                ..whole
            }
        };
        stanzas.into_iter().map(one).collect()
    }

    /// The meaning of an input from outside that is not recorded yet.
    pub fn peek<'a>(&self, record: &'a Record) -> ReadRecord<'a> {
        self.fold.peek(record)
    }

    /// What would happen by an input from outside that is not recorded yet, in order.
    pub fn entering<'a>(&self, event: &'a ReadRecord<'a>) -> Vec<Happening<'a>> {
        self.whole_entering(event).map_or_else(Vec::new, |whole| self.each_stanza(whole))
    }

    fn whole_entering<'a>(&self, event: &'a ReadRecord<'a>) -> Option<Happening<'a>> {
        let (port, sender, name, link, content) = match &event.kind {
            Meaning::Http(Exchange::RequestIn { port, request, .. }) => {
                let (name, content) = describe_request(*port, request);
                (*port, self.fold.caller(request), name, None, content)
            }
            Meaning::Received { link, peer, message, .. } => {
                let (name, content) = describe(message);
                (link.port, peer.node.clone(), name, Some(*link), content)
            }
            Meaning::Http(
                Exchange::RequestOut { .. } | Exchange::ReplyOut { .. } | Exchange::ReplyIn { .. },
            )
            | Meaning::Sent { .. }
            | Meaning::LinkUp { .. }
            | Meaning::LinkDown { .. }
            | Meaning::Fact(_)
            | Meaning::Bent(_)
            | Meaning::Other => return None,
        };
        Some(Happening {
            record: event.record,
            from: sender.map_or(Place::Outside(port), Place::Node),
            to: Some(Place::Node(event.record.node.clone())),
            name,
            subject: event.subject.clone(),
            is_sent: true,
            leaves: false,
            link,
            content,
        })
    }
}

/// Whether no record of this journal tells that a message to that place arrives.
fn leaves(fold: &Fold, to: &Place) -> bool {
    match to {
        Place::Outside(_) => true,
        Place::Node(node) => fold.is_elsewhere(node),
    }
}

fn bent_name(bent: &Bent) -> &'static str {
    match bent.bend {
        Bend::Held(_) => "held",
        Bend::Released(_) | Bend::Expired(_) => "released",
        Bend::Stepped(_) => "stepped",
        Bend::Gone(_)
        | Bend::Delayed(_)
        | Bend::Hurried
        | Bend::Swapped(_)
        | Bend::Dropped
        | Bend::Duplicated
        | Bend::Corrupted
        | Bend::Cut
        | Bend::Answered(_)
        | Bend::Split(_)
        | Bend::Coalesced
        | Bend::Armed
        | Bend::Disarmed
        | Bend::Removed => "bent",
    }
}

fn describe(message: &AnyMessage) -> (&'static str, Content<'_>) {
    match message {
        AnyMessage::Stream(bytes) => {
            let xml = String::from_utf8_lossy(bytes);
            (words::piece(&xml), Content::Xml(xml))
        }
        AnyMessage::Cti(_) | AnyMessage::Mr(_) | AnyMessage::Icm(_) | AnyMessage::Unreadable(_) => {
            (message.name(), Content::Message(message))
        }
    }
}

/// Who is called by a port.
fn called(port: Port) -> Place {
    if port.is_outside() { Place::Outside(port) } else { Place::Node(port.listener().into()) }
}

/// A request; one of BOSH is what it carries.
fn describe_request(port: Port, request: &Request) -> (&'static str, Content<'_>) {
    match port {
        Port::Bosh | Port::CcpBosh => describe_body(&request.body.text()),
        Port::App
        | Port::CcpRest
        | Port::Mr
        | Port::IcmMr
        | Port::IcmAgent
        | Port::CtiA
        | Port::CtiB
        | Port::Desk
        | Port::Xmpp
        | Port::XmppWs
        | Port::CcpNotify => (words::request(port, request), Content::Request(request)),
    }
}

/// The answer to a request of that name; one of BOSH is what it carries.
fn describe_response<'a>(
    port: Port,
    asked: &'static str,
    response: Option<&'a Response>,
) -> (&'static str, Content<'a>) {
    match response {
        Some(response) if matches!(port, Port::Bosh | Port::CcpBosh) => describe_body(&response.body.text()),
        response => ("REPLY", Content::Response(asked, response)),
    }
}

fn describe_body(body: &str) -> (&'static str, Content<'static>) {
    let inside = words::inside_body(body);
    let name = if inside.is_empty() { words::BODY } else { words::piece(inside) };
    (name, Content::Xml(Cow::Owned(inside.to_owned())))
}

/// Whether a message keeps a link alive and means nothing else.
pub fn is_heartbeat(message: &AnyMessage) -> bool {
    message.name().starts_with(HEARTBEAT)
}

/// Whether a record sends a message that a rule may bend.
pub const fn is_sending(record: &Record) -> bool {
    matches!(record.what, What::Out(Output::Send { .. } | Output::Call { .. } | Output::Reply { .. }))
}

fn remember<K: Ord, V>(table: &mut BTreeMap<K, V>, key: K, value: V) {
    table.insert(key, value);
    if table.len() > REQUESTS_MAX {
        table.pop_first();
    }
}
