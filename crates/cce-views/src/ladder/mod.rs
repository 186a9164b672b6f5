//! The ladder: what travelled between the lanes, in order, with what it changed.
//!
//! [`LadderRows`] turns records into rows; [`LadderText`], [`Mermaid`] and [`Svg`] draw them. A message is a row where it arrives,
//! or where it leaves when it goes to somebody outside the lab. What a component says while it handles a
//! message stands in that message's row. Heartbeats, polls and their answers are counted, not drawn.

mod excerpt;
mod mermaid;
mod row;
mod svg;
mod text;
mod words;

pub use excerpt::Excerpts;
pub use mermaid::Mermaid;
pub use row::{Lane, Row, RowMark, Shape};
pub use svg::Svg;
pub use text::{LadderText, Paint};

use cce_fold::{AnyMessage, Exchange, Fold, Meaning, ReadRecord, Subject};
use cce_journal::{Header, Record, What};
use cce_kernel::{Fact, Output, Port};
use cce_model::{ContactId, TaskId, fact::FinesseFact};
use row::Folded;
use std::collections::{BTreeMap, VecDeque};

/// How many recent outputs are remembered, to find out who caused an input.
const RECENT_OUTPUTS_MAX: usize = 65_536;

/// Makes rows of records, one journal at a time.
#[derive(Debug)]
pub struct LadderRows {
    fold: Fold,
    only: Option<ContactId>,
    /// The lane of each recent Send, Call and Reply, by record number.
    origins: VecDeque<(u64, Lane)>,
    names: DrawnContacts,
    open: Option<Row>,
    folded: Folded,
    /// What the open row tells of that.
    told: Folded,
    /// Requests that are drawn, by component and call: their replies are drawn too.
    drawn: BTreeMap<(Lane, u64), Lane>,
}

impl LadderRows {
    /// Rows of every task.
    pub fn new(header: &Header) -> Self {
        Self {
            fold: Fold::new(header),
            only: None,
            origins: VecDeque::new(),
            names: DrawnContacts::default(),
            open: None,
            folded: Folded::default(),
            told: Folded::default(),
            drawn: BTreeMap::new(),
        }
    }

    /// Takes in the next record and returns the rows that are complete with it.
    pub fn push(&mut self, record: &Record) -> Vec<Row> {
        let event = self.fold.push(record);
        self.remember(record);
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
        if self.concerns(&event.subject) || may_begin(&event) {
            self.on_event(&event, &mut done);
        }
        done
    }

    /// Returns the last row. Nothing follows.
    pub fn finish(&mut self) -> Vec<Row> {
        let mut done: Vec<Row> = self.close().into_iter().collect();
        done.extend(self.folded.take().map(|counts| Row::counts(counts, Subject::default())));
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
            self.origins.push_back((record.seq, lane));
            if self.origins.len() > RECENT_OUTPUTS_MAX {
                self.origins.pop_front();
            }
        }
    }

    fn origin(&self, record: &Record) -> Option<Lane> {
        let cause = record.cause?;
        let at = self.origins.binary_search_by_key(&cause, |(seq, _)| *seq).ok()?;
        Some(self.origins[at].1)
    }

    fn on_event(&mut self, event: &ReadRecord<'_>, done: &mut Vec<Row>) {
        let Some(here) = Lane::of(&event.record.node) else { return };
        match &event.kind {
            Meaning::Received { message, port, .. } => {
                let from = self.origin(event.record).unwrap_or_else(|| Lane::outside(*port, here));
                self.on_message(event, message, from, here, done);
            }
            Meaning::Sent { message, peer, port, .. } if peer.node.is_none() => {
                self.on_message(event, message, here, Lane::outside(*port, here), done);
            }
            Meaning::Http(exchange) => self.on_exchange(event, exchange, here, done),
            Meaning::Fact(fact) => self.on_fact(event, fact, here, done),
            Meaning::LinkDown { link, reason } if Lane::dials(here, link.port) => {
                let text = format!("{} link: {}", link.port, words::link_reason(*reason));
                self.start(Row::mark(event, here, text), done);
            }
            Meaning::LinkUp { link, peer } if Lane::dials(here, link.port) || peer.node.is_none() => {
                let text = format!("{} link open", words::link_name(here, link.port));
                self.start(Row::mark(event, here, text), done);
            }
            Meaning::Bent(bent) => self.change(event, words::bent(bent), here, done),
            Meaning::Sent { .. } | Meaning::LinkUp { .. } | Meaning::LinkDown { .. } | Meaning::Other => {}
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
        let text = match message {
            AnyMessage::Stream(_) => return,
            AnyMessage::Unreadable(why) => format!("unreadable: {why}"),
            AnyMessage::Cti(_) | AnyMessage::Mr(_) | AnyMessage::Icm(_) => {
                let name = words::message_name(message);
                if name.starts_with("HEARTBEAT") {
                    self.folded.heartbeats += 1;
                    return;
                }
                format!("{name}{}", words::message_details(message))
            }
        };
        self.start(Row::arrow(event, from, to, text), done);
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
            Exchange::RequestIn { port: Port::Bosh, .. }
            | Exchange::RequestOut { .. }
            | Exchange::ReplyIn { .. } => {}
            Exchange::RequestIn { call, port, request } => {
                let from = self.origin(event.record).unwrap_or_else(|| Lane::outside(*port, here));
                if words::is_poll(request) {
                    self.folded.polls += 1;
                    return;
                }
                self.drawn.insert((here, call.0), from);
                self.start(Row::arrow(event, from, here, words::request(request)), done);
            }
            Exchange::ReplyOut { call, response } => {
                let Some(to) = self.drawn.remove(&(here, call.0)) else { return };
                // The reply is a row of its own, even where it leaves while the request is handled.
                self.start(Row::arrow(event, here, to, words::response(response)), done);
            }
        }
    }

    fn on_fact(&mut self, event: &ReadRecord<'_>, fact: &Fact, here: Lane, done: &mut Vec<Row>) {
        if let Fact::Finesse(FinesseFact::Published(publication)) = fact {
            self.start(Row::arrow(event, here, Lane::Desk, words::publication(publication)), done);
            return;
        }
        if let Some(change) = words::fact(fact) {
            self.change(event, change, here, done);
        }
    }

    /// Something happened in a lane: it stands in the row that is open there, or in one of its own.
    fn change(&mut self, event: &ReadRecord<'_>, change: String, here: Lane, done: &mut Vec<Row>) {
        match &mut self.open {
            Some(row) if row.lane() == here => {
                row.changes.push(change);
                row.subject.contact = row.subject.contact.take().or_else(|| event.subject.contact.clone());
            }
            _ => self.start(Row::mark(event, here, change), done),
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

/// All rows of a journal, or those of one contact.
pub fn rows<'a>(
    header: &Header,
    records: impl IntoIterator<Item = &'a Record>,
    only: Option<ContactId>,
) -> (Vec<Row>, DrawnContacts) {
    let mut maker = LadderRows { only: only.clone(), ..LadderRows::new(header) };
    let mut all: Vec<Row> = records.into_iter().flat_map(|record| maker.push(record)).collect();
    all.extend(maker.finish());
    (all, DrawnContacts { only, ..maker.names })
}

/// Finds the contact that a person means: its short name in the ladder, a contact id, a task id, or the beginning
/// of a contact id.
pub fn find_contact<'a>(
    header: &Header,
    records: impl IntoIterator<Item = &'a Record>,
    wanted: &str,
) -> Option<ContactId> {
    let (_, names) = rows(header, records, None);
    let is_exact = |short: &str, tasks: &[TaskId]| {
        short == wanted || tasks.iter().any(|task| task.to_string() == wanted)
    };
    let exact = names.shown().find(|(short, _, tasks)| is_exact(short, tasks));
    exact
        .or_else(|| names.shown().find(|(_, contact, _)| contact.as_str().starts_with(wanted)))
        .map(|(_, contact, _)| contact.clone())
}

/// Contacts in the order in which they appeared, each with its tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrawnContacts {
    contacts: Vec<(ContactId, Vec<TaskId>)>,
    /// The one that is drawn, where it is not all.
    only: Option<ContactId>,
}

impl DrawnContacts {
    /// `T1`, `T2`, …: the short name of a contact.
    pub fn short(&self, contact: &ContactId) -> Option<String> {
        self.contacts.iter().position(|(known, _)| known == contact).map(short)
    }

    /// Short name, contact and tasks of each that is drawn.
    pub fn shown(&self) -> impl Iterator<Item = (String, &ContactId, &[TaskId])> {
        let is_shown = |contact: &ContactId| self.only.as_ref().is_none_or(|only| only == contact);
        let all = self.contacts.iter().enumerate();
        all.filter(move |(_, (contact, _))| is_shown(contact))
            .map(|(at, (contact, tasks))| (short(at), contact, tasks.as_slice()))
    }

    fn learn(&mut self, subject: &Subject) {
        let Some(contact) = &subject.contact else { return };
        let at = self.contacts.iter().position(|(known, _)| known == contact).unwrap_or_else(|| {
            self.contacts.push((contact.clone(), Vec::new()));
            self.contacts.len() - 1
        });
        let tasks = &mut self.contacts[at].1;
        if let Some(task) = subject.task
            && !tasks.contains(&task)
        {
            tasks.push(task);
        }
    }
}

fn short(at: usize) -> String {
    format!("T{}", at + 1)
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
