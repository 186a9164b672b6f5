//! Joins the journals of a lab that is split into processes into one causal journal.
//!
//! Invariants:
//! - The same journals give the same bytes, in whichever order they are named.
//! - The records of one process keep their order, and a cause always has the lower number.
//! - A component's inputs, and the moments at which it had them, are its own: a merged journal can be replayed.

mod clocks;
mod joints;

use crate::{Bent, End, Header, HostHeader, Merged, MergedPart, Record, Ticket, What};
use cce_kernel::{HostClock, Input, NodeName, Output, Time, Wall};
use clocks::{Clocks, Sighting};
use joints::Joints;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Journals that are merged at once.
const PARTS_MAX: usize = 64;
/// What of a lab each process may have of its own: addresses as its host knows them, and the virtual people beside it.
const OWN_SETTINGS: [&str; 2] = ["links", "cast"];

/// The journal of one process.
#[derive(Clone, Debug)]
pub struct ProcessJournal {
    /// What messages call it.
    pub name: String,
    /// Its header.
    pub header: Header,
    /// Its records.
    pub records: Vec<Record>,
    /// How its run ended; none where that is not known.
    pub end: Option<End>,
}

/// One journal of several.
#[derive(Clone, Debug)]
pub struct MergedJournal {
    /// Its header, which says what it was merged from.
    pub header: Header,
    /// Every record.
    pub records: Vec<Record>,
    /// How the run ended, where that is known of every process.
    pub end: Option<End>,
    /// What is left apart, in words.
    pub warnings: Vec<String>,
}

/// Why journals cannot be merged.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("a merge takes the journals of two processes at least, and of {PARTS_MAX} at most; here are {0}")]
    Count(usize),
    /// A component is in two journals.
    #[error("{one} and {other} both have the component {node}: merge one journal of each process of one run")]
    Overlap {
        /// The component.
        node: NodeName,
        /// One journal.
        one: String,
        /// The other one.
        other: String,
    },
    /// The configurations differ.
    #[error("{one} and {other} are of different labs: they differ in {what}")]
    OtherLab {
        /// One journal.
        one: String,
        /// The other one.
        other: String,
        /// The sections of the configuration.
        what: String,
    },
    /// Records are missing.
    #[error(
        "{name} lacks records, first at record {seq}: which frame was received as which one was sent cannot be known"
    )]
    Gap {
        /// The journal.
        name: String,
        /// Where.
        seq: u64,
    },
    /// No connection leads from one journal to another.
    #[error("no connection of one of these journals is known to another one: they are of different runs")]
    Apart,
    /// Causes form a circle.
    #[error("these journals contradict each other at record {seq} of {name}: they are of different runs")]
    Circle {
        /// A journal.
        name: String,
        /// The first of its records that waits for its cause for ever.
        seq: u64,
    },
}

/// The place of a record: which part, and which of its records, from 0.
type Position = (usize, usize);

/// Merges the journals of the processes of one run.
pub fn merge(mut parts: Vec<ProcessJournal>) -> Result<MergedJournal, MergeError> {
    if !(2..=PARTS_MAX).contains(&parts.len()) {
        return Err(MergeError::Count(parts.len()));
    }
    // The same journals give the same bytes, in whichever order they are named.
    parts.iter_mut().for_each(|part| part.header.nodes.sort());
    parts.sort_by(|one, other| one.header.nodes.cmp(&other.header.nodes));
    check(&parts)?;
    let joints = Joints::find(&parts);
    if joints.causes.is_empty() {
        return Err(MergeError::Apart);
    }
    let sighting = |(received, sent): (&Position, &Position)| Sighting {
        from: sent.0,
        sent: true_time(&parts, *sent),
        to: received.0,
        received: true_time(&parts, *received),
    };
    let clocks = Clocks::fit(parts.len(), joints.causes.iter().map(sighting));
    let order = in_order(&parts, &joints, &clocks)?;
    let warnings = warnings(&parts, &joints, &clocks);
    Ok(assemble(&parts, &joints, &clocks, &order, warnings))
}

/// Whether they can be of one run.
fn check(parts: &[ProcessJournal]) -> Result<(), MergeError> {
    let mut owners: BTreeMap<&NodeName, &ProcessJournal> = BTreeMap::new();
    for part in parts {
        for node in &part.header.nodes {
            if let Some(other) = owners.insert(node, part) {
                let (one, other) = (other.name.clone(), part.name.clone());
                return Err(MergeError::Overlap { node: node.clone(), one, other });
            }
        }
        if let Some(gap) = part.records.iter().find(|record| matches!(record.what, What::Gap { .. })) {
            return Err(MergeError::Gap { name: part.name.clone(), seq: gap.seq });
        }
    }
    let (first, others) = parts.split_first().expect("their count was checked");
    for part in others {
        let what = differences(&first.header, &part.header);
        if !what.is_empty() {
            let (one, other) = (first.name.clone(), part.name.clone());
            return Err(MergeError::OtherLab { one, other, what: what.join(", ") });
        }
    }
    Ok(())
}

/// The sections of the configuration in which two labs differ.
fn differences(one: &Header, other: &Header) -> Vec<String> {
    let empty = serde_json::Map::new();
    let sections = |header: &Header| header.config.as_object().unwrap_or(&empty).clone();
    let (ones, others) = (sections(one), sections(other));
    let names: BTreeSet<&String> = ones.keys().chain(others.keys()).collect();
    let differ = |name: &&&String| {
        !OWN_SETTINGS.contains(&name.as_str()) && ones.get(name.as_str()) != others.get(name.as_str())
    };
    let tables = (one.tables != other.tables).then(|| "the message tables".to_owned());
    names.iter().filter(differ).map(|name| format!("`{name}`")).chain(tables).collect()
}

/// When something happened, in microseconds since 1970, as its process knows it.
fn true_time(parts: &[ProcessJournal], (part, at): Position) -> i64 {
    let ProcessJournal { header, records, .. } = &parts[part];
    header.start.0.saturating_add(i64::try_from(records[at].at.0).unwrap_or(i64::MAX))
}

/// All records in an order in which each stands behind its cause: by time, as far as causes allow. What a component says
/// about one input stays together.
fn in_order(parts: &[ProcessJournal], joints: &Joints, clocks: &Clocks) -> Result<Vec<Position>, MergeError> {
    let mut next = vec![0_usize; parts.len()];
    let total: usize = parts.iter().map(|part| part.records.len()).sum();
    let mut order = Vec::with_capacity(total);
    while order.len() < total {
        let heads = (0..parts.len()).map(|part| (part, next[part]));
        let heads: Vec<Position> = heads.filter(|(part, at)| *at < parts[*part].records.len()).collect();
        let time = |place: &&Position| clocks.corrected(place.0, true_time(parts, **place));
        let Some(&(part, _)) = heads
            .iter()
            .filter(|place| joints.causes.get(*place).is_none_or(|(part, at)| *at < next[*part]))
            .min_by_key(|place| (time(place), place.0))
        else {
            // Each part waits for a record that stands behind what another part waits for.
            let (part, at) = heads[0];
            return Err(MergeError::Circle {
                name: parts[part].name.clone(),
                seq: parts[part].records[at].seq,
            });
        };
        // What a component says about an input has the input's time, and stays together with it.
        loop {
            order.push((part, next[part]));
            next[part] += 1;
            let at = parts[part].records[next[part] - 1].at;
            if !parts[part]
                .records
                .get(next[part])
                .is_some_and(|record| record.at == at && matches!(record.what, What::Out(_) | What::Bent(_)))
            {
                break;
            }
        }
    }
    Ok(order)
}

fn warnings(parts: &[ProcessJournal], joints: &Joints, clocks: &Clocks) -> Vec<String> {
    let mut warnings = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        if !joints.joined.contains(&number) {
            warnings.push(format!(
                "no connection of {} is known to another journal: its links stay outside, and its clock is taken as it is",
                part.name
            ));
        }
    }
    if joints.unmatched > 0 {
        warnings.push(format!(
            "{} messages were received on joined connections that no journal sent: they have no cause",
            joints.unmatched
        ));
    }
    if clocks.conflict > 0 {
        warnings.push(format!(
            "the clocks contradict each other by {} µs: they ran at different speeds, or one was set",
            clocks.conflict
        ));
    }
    warnings
}

fn assemble(
    parts: &[ProcessJournal],
    joints: &Joints,
    clocks: &Clocks,
    order: &[Position],
    warnings: Vec<String>,
) -> MergedJournal {
    let starts: Vec<i64> = parts
        .iter()
        .enumerate()
        .map(|(part, ProcessJournal { header, .. })| clocks.corrected(part, header.start.0))
        .collect();
    // The time of the whole counts from the start of its first process.
    let start = starts.iter().copied().min().unwrap_or_default();
    let shifts: Vec<u64> = starts.iter().map(|at| at.abs_diff(start)).collect();
    let tickets = first_tickets(parts);
    let numbers: BTreeMap<Position, u64> = order.iter().copied().zip(1..).collect();
    let records = order.iter().map(|place| {
        let Record { seq: _, at, node, cause, what } = parts[place.0].records[place.1].clone();
        let own = cause.and_then(|cause| place_of(&parts[place.0], place.0, cause));
        let cause = own.as_ref().or_else(|| joints.causes.get(place)).map(|cause| numbers[cause]);
        let what = shifted(what, shifts[place.0], tickets[place.0], joints.peers.get(place));
        Record { seq: numbers[place], at: later(at, shifts[place.0]), node, cause, what }
    });
    let records: Vec<Record> = records.collect();
    let ends: Option<Vec<End>> = parts.iter().map(|part| part.end).collect();
    let end = ends
        .map(|ends| End { last: records.len() as u64, open_ended: ends.iter().any(|end| end.open_ended) });
    MergedJournal { header: header(parts, clocks, Wall(start), &shifts), records, end, warnings }
}

/// Where the record of that number stands in its part.
fn place_of(part: &ProcessJournal, number: usize, seq: u64) -> Option<Position> {
    part.records.binary_search_by_key(&seq, |record| record.seq).ok().map(|at| (number, at))
}

/// How many tickets the parts before each part have given: two processes number theirs alike.
fn first_tickets(parts: &[ProcessJournal]) -> Vec<Ticket> {
    let last = |part: &ProcessJournal| part.records.iter().filter_map(ticket).max().unwrap_or(0);
    let mut given = 0;
    let before = |part: &ProcessJournal| {
        let first = given;
        given += last(part);
        first
    };
    parts.iter().map(before).collect()
}

fn ticket(record: &Record) -> Option<Ticket> {
    let What::Bent(Bent { bend, .. }) = &record.what else { return None };
    bend.ticket()
}

const fn later(at: Time, shift: u64) -> Time {
    Time(at.0.saturating_add(shift))
}

/// What happened, in the times and tickets of the whole, with the peer that another journal knows.
fn shifted(mut what: What, shift: u64, tickets: Ticket, peer: Option<&NodeName>) -> What {
    match &mut what {
        What::Out(Output::Arm { at, .. }) => *at = later(*at, shift),
        What::In(Input::LinkUp { peer: known, .. }) => {
            known.node = known.node.take().or_else(|| peer.cloned());
        }
        What::Bent(Bent { bend, .. }) => {
            if let Some(ticket) = bend.ticket_mut() {
                *ticket += tickets;
            }
        }
        What::In(_)
        | What::Out(_)
        | What::Started
        | What::Stopped { .. }
        | What::Connected { .. }
        | What::Gap { .. } => {}
    }
    what
}

/// Each component keeps its calendar clock: what it showed at some moment it shows at that moment of the whole.
fn header(parts: &[ProcessJournal], clocks: &Clocks, start: Wall, shifts: &[u64]) -> Header {
    let mut whole = Header { start, nodes: Vec::new(), merged: None, ..parts[0].header.clone() };
    let mut own = Vec::new();
    for (number, ProcessJournal { header, .. }) in parts.iter().enumerate() {
        whole.nodes.extend(header.nodes.iter().cloned());
        for node in &header.nodes {
            let clock = header.clock(node);
            let begun = clock.start.0.saturating_sub(i64::try_from(shifts[number]).unwrap_or(i64::MAX));
            let host = header.hosts.get(node).cloned().unwrap_or_default();
            let clock = HostClock { start: Wall(begun), ..clock };
            whole.hosts.insert(node.clone(), HostHeader { clock, ..host });
        }
        own.push(MergedPart {
            nodes: header.nodes.clone(),
            seed: header.seed,
            start: header.start,
            offset_us: clocks.offsets[number],
            uncertainty_us: clocks.uncertainties[number],
        });
    }
    whole.nodes.sort();
    add_people(&mut whole.config, parts);
    whole.merged = Some(Merged { parts: own, conflict_us: clocks.conflict });
    whole
}

/// The virtual people of every process are those of the whole.
fn add_people(config: &mut Value, parts: &[ProcessJournal]) {
    let Some(cast) = config.get_mut("cast").and_then(Value::as_object_mut) else { return };
    for part in parts {
        let Some(theirs) = part.header.config.get("cast").and_then(Value::as_object) else { continue };
        for (kind, people) in theirs {
            let known = cast.entry(kind.clone()).or_insert_with(|| people.clone());
            if let (Some(known), Some(people)) = (known.as_array_mut(), people.as_array()) {
                let new: Vec<Value> = people.iter().filter(|one| !known.contains(one)).cloned().collect();
                known.extend(new);
            }
        }
    }
}
