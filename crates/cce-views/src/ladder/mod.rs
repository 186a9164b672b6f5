//! The ladder: what travelled between the lanes, in order, with what it changed.
//!
//! [`LadderRows`] turns records into rows; [`LadderText`], [`Mermaid`] and [`Svg`] draw them. A message is a row where it arrives,
//! or where it leaves when it goes to somebody outside the lab, or in another process that has a journal of its own. What a component says while it handles a
//! message stands in that message's row. Heartbeats, polls and their answers are counted, not drawn.

mod excerpt;
mod html;
mod mermaid;
mod moment;
mod names;
mod only;
mod page;
mod places;
mod row;
mod svg;
mod text;
mod treated;
mod words;

pub use excerpt::Excerpts;
pub use html::Html;
pub use mermaid::Mermaid;
pub use moment::Moment;
pub use names::DrawnContacts;
pub use only::Only;
pub use page::{Page, Paint};
pub use row::{Lane, Row, RowKind, RowMark, Shape};
pub use svg::Svg;
pub use text::LadderText;
pub(crate) use text::{draw, since};

use crate::roster::Roster;
use cce_fold::{AnyMessage, Exchange, Fold, Meaning, ReadRecord, Subject};
use cce_journal::{Header, Record, What};
use cce_kernel::{Fact, Input, Kind, LinkId, NodeName, Output, Port};
use cce_model::{
    AgentId, ContactId,
    fact::{CcpFact, FinesseFact},
};
use places::Places;
use row::HiddenCounts;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use treated::Treated;

/// How many recent outputs are remembered, to find out who caused an input.
const RECENT_OUTPUTS_MAX: usize = 65_536;

/// Contacts that the ladder of a run that goes on knows by their names.
const CONTACTS_MAX: usize = 65_536;

/// Connections of clients from outside that are open at the same time, and whose ends are drawn.
const VISITORS_MAX: usize = 65_536;

/// Makes rows of records, one journal at a time.
#[derive(Debug)]
pub struct LadderRows {
    fold: Fold,
    roster: Roster,
    only: Option<ContactId>,
    /// Who made each recent Send, Call and Reply, by record number.
    origins: VecDeque<(u64, Lane, NodeName)>,
    names: DrawnContacts,
    /// The request that was made last at the Task API, and what its customer is called: a contact may be created by it.
    applicant: Option<(u64, Vec<String>)>,
    open: Option<Row>,
    folded: HiddenCounts,
    /// What the open row tells of that.
    told: HiddenCounts,
    /// Requests that are drawn, by component and call: their replies are drawn too.
    drawn: BTreeMap<(Lane, u64), (Lane, Option<AgentId>)>,
    /// Requests that are drawn where they leave, by component and call, and whom they went to: their replies are drawn too.
    asked: BTreeMap<(NodeName, u64), Lane>,
    treated: Treated,
    /// The kinds of components that run in this process.
    inside: BTreeSet<Kind>,
    /// Connections from outside the lab whose beginning is drawn: their ends are drawn too.
    visitors: BTreeSet<(NodeName, LinkId)>,
}

impl LadderRows {
    /// Rows of every task.
    pub fn new(header: &Header) -> Self {
        Self {
            fold: Fold::new(header),
            roster: Roster::of(&header.config),
            only: None,
            origins: VecDeque::new(),
            names: DrawnContacts::default(),
            applicant: None,
            open: None,
            folded: HiddenCounts::default(),
            told: HiddenCounts::default(),
            drawn: BTreeMap::new(),
            asked: BTreeMap::new(),
            treated: Treated::default(),
            inside: header.nodes.iter().filter_map(NodeName::kind).collect(),
            visitors: BTreeSet::new(),
        }
    }

    /// Rows of a run that goes on, however long: of the contacts, those that appeared last have names.
    pub fn live(header: &Header) -> Self {
        Self { names: DrawnContacts::keeping(CONTACTS_MAX), ..Self::new(header) }
    }

    /// Takes in the next record and returns the rows that are complete with it.
    pub fn push(&mut self, record: &Record) -> Vec<Row> {
        let event = self.fold.push(record);
        self.read(&event)
    }

    /// The same of a record that a fold has read already.
    pub(crate) fn read(&mut self, event: &ReadRecord<'_>) -> Vec<Row> {
        let record = event.record;
        self.remember(record);
        self.treated.learn(event);
        self.forget(record);
        let mut done = Vec::new();
        if matches!(record.what, What::In(_))
            || !self
                .open
                .as_ref()
                .is_some_and(|row| matches!(record.what, What::Bent(_)) || row.record == cause(record))
        {
            done.extend(self.close());
        }
        self.names.learn(&event.subject);
        self.learn_names(event);
        if self.concerns(&event.subject) || may_begin(event) {
            self.on_event(event, &mut done);
        }
        done
    }

    /// Returns the last row. Nothing follows.
    pub fn finish(&mut self) -> Vec<Row> {
        let mut done: Vec<Row> = self.close().into_iter().collect();
        done.extend(self.folded.take().map(Row::counts));
        done
    }

    /// The contacts seen so far in order, each with its tasks in order.
    pub fn names(&self) -> &DrawnContacts {
        &self.names
    }

    fn close(&mut self) -> Option<Row> {
        let row = self.open.take()?;
        if self.concerns(&row.subject) {
            return Some(row);
        }
        self.folded.put_back(self.told);
        None
    }

    fn concerns(&self, subject: &Subject) -> bool {
        match &self.only {
            None => true,
            Some(only) => subject.contact.as_ref() == Some(only),
        }
    }

    fn remember(&mut self, record: &Record) {
        let What::Out(Output::Send { .. } | Output::Call { .. } | Output::Reply { .. }) = record.what else {
            return;
        };
        if let Some(lane) = Lane::of(&record.node) {
            self.origins.push_back((record.seq, lane, record.node.clone()));
            if self.origins.len() > RECENT_OUTPUTS_MAX {
                self.origins.pop_front();
            }
        }
    }

    /// What a component was asked and has asked is over with its life, and a request with its client.
    fn forget(&mut self, record: &Record) {
        let node = &record.node;
        match &record.what {
            What::In(Input::CallGone { call }) => {
                Lane::of(node).and_then(|here| self.drawn.remove(&(here, call.0)));
            }
            What::Started | What::Stopped { .. } => {
                self.drawn.retain(|(lane, _), _| Some(*lane) != Lane::of(node));
                self.asked.retain(|(asking, _), _| asking != node);
                self.visitors.retain(|(visited, _)| visited != node);
            }
            What::In(_) | What::Out(_) | What::Connected { .. } | What::Bent(_) | What::Gap { .. } => {}
        }
    }

    fn origin(&self, record: &Record) -> Option<(Lane, &NodeName)> {
        let cause = record.cause?;
        let at = self.origins.binary_search_by_key(&cause, |(seq, ..)| *seq).ok()?;
        let (_, lane, node) = &self.origins[at];
        Some((*lane, node))
    }

    /// What people call a contact besides its ids: its customer, and the dialogue that routes it.
    fn learn_names(&mut self, event: &ReadRecord<'_>) {
        match &event.kind {
            Meaning::Http(Exchange::RequestIn { port: Port::App, request, .. })
                if !words::is_poll(request) =>
            {
                let node = self.origin(event.record).map(|(_, node)| node);
                let virtual_customer = node.and_then(|node| self.virtual_customer(node));
                let names = words::customer(request).into_iter().chain(virtual_customer);
                let mut names: Vec<String> = names.collect();
                if request.body.0.is_empty() {
                    // Virtual customers who create by GET share one address: the run's own name tells them apart.
                    names.reverse();
                }
                self.applicant = Some((event.record.seq, names));
            }
            Meaning::Fact(Fact::Ccp(CcpFact::Created { contact, .. })) => {
                if let Some((_, names)) = self.applicant.take_if(|(seq, _)| Some(*seq) == event.record.cause)
                {
                    names.into_iter().for_each(|name| self.names.call(contact, name));
                }
            }
            Meaning::Received { message, .. } => {
                if let (Some(contact), Some(dialogue)) = (&event.subject.contact, message.about().dialogue) {
                    self.names.call(contact, dialogue.to_string());
                }
            }
            Meaning::Http(_)
            | Meaning::Sent { .. }
            | Meaning::LinkUp { .. }
            | Meaning::LinkDown { .. }
            | Meaning::Fact(_)
            | Meaning::Bent(_)
            | Meaning::Other => {}
        }
    }

    /// What the run calls a virtual customer: the name in its scenario, or else that of its node.
    fn virtual_customer(&self, node: &NodeName) -> Option<String> {
        let number: usize = node.as_str().strip_prefix("customer-")?.parse().ok()?;
        Some(self.roster.customer(number).map_or_else(|| node.to_string(), str::to_owned))
    }

    fn on_event(&mut self, event: &ReadRecord<'_>, done: &mut Vec<Row>) {
        let Some(here) = Lane::of(&event.record.node) else { return };
        match &event.kind {
            Meaning::Received { message, port, .. } => {
                let from = self.came_from(event.record, *port, here);
                self.on_message(event, message, from, here, done);
            }
            Meaning::Sent { message, peer, port, .. } if peer.node.is_none() => {
                self.on_message(event, message, here, Lane::outside(*port, here), done);
            }
            Meaning::Http(exchange) => self.on_exchange(event, exchange, here, done),
            Meaning::Fact(fact) => self.on_fact(event, fact, here, done),
            Meaning::LinkDown { link, reason } => {
                let was_visitor = self.visitors.remove(&(event.record.node.clone(), *link));
                if was_visitor || Lane::dials(here, link.port) {
                    let name = words::link_name(here, link.port);
                    let text = format!("{name} link: {}", words::link_reason(*reason));
                    self.start(Row::mark(event, here, RowKind::Connection, text), done);
                }
            }
            Meaning::LinkUp { link, peer } => {
                let dials = Lane::dials(here, link.port);
                if !dials && peer.node.is_none() && self.visitors.len() < VISITORS_MAX {
                    self.visitors.insert((event.record.node.clone(), *link));
                }
                if dials || peer.node.is_none() {
                    let text = format!("{} link open", words::link_name(here, link.port));
                    self.start(Row::mark(event, here, RowKind::Connection, text), done);
                }
            }
            Meaning::Bent(bent) => {
                let treated = self.treated.of(event.record, bent);
                self.change(event, words::bent(bent, treated.as_deref()), here, done);
            }
            Meaning::Other => self.on_close(event, here, done),
            Meaning::Sent { .. } => {}
        }
    }

    /// A connection from outside that the component ends itself is told to nobody in the lab.
    fn on_close(&mut self, event: &ReadRecord<'_>, here: Lane, done: &mut Vec<Row>) {
        if let What::Out(Output::Close { link, reason }) = &event.record.what
            && self.visitors.remove(&(event.record.node.clone(), *link))
        {
            let name = words::link_name(here, link.port);
            self.change(event, format!("{name} link closed{}", words::close_reason(reason)), here, done);
        }
    }

    fn on_message(
        &mut self,
        event: &ReadRecord<'_>,
        message: &AnyMessage,
        from: Lane,
        to: Lane,
        done: &mut Vec<Row>,
    ) {
        let agent = words::agent_of(message, &self.roster);
        let text = match message {
            AnyMessage::Stream(_) => return,
            AnyMessage::Unreadable(why) => format!("unreadable: {why}"),
            AnyMessage::Cti(_) | AnyMessage::Mr(_) | AnyMessage::Icm(_) => {
                if words::message_name(message).starts_with("HEARTBEAT") {
                    self.folded.heartbeats += 1;
                    return;
                }
                words::message(message, agent.as_ref(), &self.roster)
            }
        };
        self.start(Row::arrow(event, (from, to), RowKind::Message, text).of(agent), done);
    }

    fn on_exchange(
        &mut self,
        event: &ReadRecord<'_>,
        exchange: &Exchange<'_>,
        here: Lane,
        done: &mut Vec<Row>,
    ) {
        match exchange {
            // What a stream brings is drawn as what Finesse published.
            Exchange::RequestIn { port: Port::Bosh | Port::CcpBosh, .. }
            | Exchange::RequestOut { port: Port::Bosh | Port::CcpBosh, .. } => {}
            Exchange::RequestIn { call, port, request } => {
                let from = self.came_from(event.record, *port, here);
                if words::is_poll(request) {
                    self.folded.polls += 1;
                    return;
                }
                let is_of_desk = port.socket() == Port::Desk;
                let agent = is_of_desk.then(|| words::requester(request, &self.roster)).flatten();
                self.drawn.insert((here, call.0), (from, agent.clone()));
                let row = Row::arrow(event, (from, here), RowKind::Request, words::request(request));
                self.start(row.of(agent), done);
            }
            Exchange::ReplyOut { call, response } => {
                let Some((to, agent)) = self.drawn.remove(&(here, call.0)) else { return };
                // The reply is a row of its own, even where it leaves while the request is handled.
                let row = Row::arrow(event, (here, to), RowKind::Answer, words::response(response));
                self.start(row.of(agent), done);
            }
            // Where the other end is a component of this process, it is drawn there.
            Exchange::RequestOut { port, .. }
                if !port.is_outside() && self.inside.contains(&port.listener()) => {}
            Exchange::RequestOut { call, port, request } => {
                let to = Lane::listens(*port);
                if words::is_poll(request) {
                    self.folded.polls += 1;
                    return;
                }
                self.asked.insert((event.record.node.clone(), call.0), to);
                let row = Row::arrow(event, (here, to), RowKind::Request, words::request(request));
                self.start(row, done);
            }
            Exchange::ReplyIn { call, result } => {
                let asked = (event.record.node.clone(), call.0);
                let Some(from) = self.asked.remove(&asked) else { return };
                let text = match result {
                    Ok(response) => words::response(response),
                    Err(error) => words::call_error(*error).to_owned(),
                };
                self.start(Row::arrow(event, (from, here), RowKind::Answer, text), done);
            }
        }
    }

    fn on_fact(&mut self, event: &ReadRecord<'_>, fact: &Fact, here: Lane, done: &mut Vec<Row>) {
        if let Fact::Finesse(FinesseFact::Published(publication)) = fact {
            let text = words::publication(publication, &self.roster);
            let row = Row::arrow(event, (here, Lane::Desk), RowKind::Notification, text);
            self.start(row.of(Some(publication.agent.clone())), done);
            return;
        }
        if let Some(change) = words::fact(fact, &self.roster) {
            self.change(event, change, here, done);
            if let Some(row) = self.open.as_mut().filter(|row| row.agent.is_none()) {
                row.agent = words::agent_of_fact(fact, &self.roster);
            }
        }
    }

    fn came_from(&self, record: &Record, port: Port, here: Lane) -> Lane {
        self.origin(record).map_or_else(|| Lane::outside(port, here), |(lane, _)| lane)
    }

    /// Something happened in a lane: it stands in the row that is open there, or in one of its own.
    fn change(&mut self, event: &ReadRecord<'_>, change: String, here: Lane, done: &mut Vec<Row>) {
        match &mut self.open {
            Some(row) if row.lane() == here => {
                let other = event
                    .subject
                    .contact
                    .as_ref()
                    .filter(|contact| row.subject.contact.as_ref().is_some_and(|own| own != *contact));
                let whose = other.and_then(|contact| self.names.short(contact));
                row.changes.push(whose.map_or_else(|| change.clone(), |whose| format!("{whose}: {change}")));
                row.subject.contact = row.subject.contact.take().or_else(|| event.subject.contact.clone());
            }
            _ => self.start(Row::mark(event, here, RowKind::Change, change), done),
        }
    }

    /// Opens a row, which closes the one before.
    fn start(&mut self, mut row: Row, done: &mut Vec<Row>) {
        done.extend(self.close());
        self.told = self.folded;
        row.skipped = self.folded.take();
        self.open = Some(row);
    }
}

/// A request that creates a contact does not name it; what is noted while it is handled does.
fn may_begin(event: &ReadRecord<'_>) -> bool {
    match &event.kind {
        Meaning::Http(Exchange::RequestIn { request, .. }) => {
            event.subject.is_none() && !words::is_poll(request)
        }
        Meaning::Http(Exchange::RequestOut { .. } | Exchange::ReplyOut { .. } | Exchange::ReplyIn { .. })
        | Meaning::Received { .. }
        | Meaning::Sent { .. }
        | Meaning::LinkUp { .. }
        | Meaning::LinkDown { .. }
        | Meaning::Fact(_)
        | Meaning::Bent(_)
        | Meaning::Other => false,
    }
}

/// All rows of a journal, or those of one contact, or of one of its tasks.
pub fn rows<'a>(
    header: &Header,
    records: impl IntoIterator<Item = &'a Record>,
    only: Option<Only>,
) -> (Vec<Row>, DrawnContacts) {
    let contact = only.as_ref().map(|only| only.contact.clone());
    let mut maker = LadderRows { only: contact, ..LadderRows::new(header) };
    let mut all: Vec<Row> = records.into_iter().flat_map(|record| maker.push(record)).collect();
    all.extend(maker.finish());
    if let Some(only) = &only {
        only.keep(&mut all, maker.names.tasks(&only.contact));
    }
    let agents: BTreeSet<&AgentId> = all.iter().filter_map(|row| row.agent.as_ref()).collect();
    let names = maker.names.drawn(only, agents.into_iter(), &maker.roster);
    (all, names)
}

/// Finds the one contact that a person means by any spelling of its ids, or by its customer's name.
pub fn find_contact<'a>(
    header: &Header,
    records: impl IntoIterator<Item = &'a Record>,
    wanted: &str,
) -> Option<ContactId> {
    let (_, names) = rows(header, records, None);
    match names.find(wanted)[..] {
        [contact] => Some(contact.clone()),
        [] | [..] => None,
    }
}

/// The record whose handling a record belongs to: an input is its own.
fn cause(record: &Record) -> u64 {
    match record.what {
        What::Out(_) => record.cause.unwrap_or(record.seq),
        What::In(_)
        | What::Started
        | What::Stopped { .. }
        | What::Connected { .. }
        | What::Bent(_)
        | What::Gap { .. } => record.seq,
    }
}

/// The journal's header is needed for stamps only; rows carry the run's own time.
pub(crate) fn stampers(header: &Header) -> BTreeMap<Lane, crate::stamp::Stamper> {
    Lane::ALL
        .into_iter()
        .map(|lane| (lane, crate::stamp::Stamper::new(header, lane.component().name())))
        .collect()
}
