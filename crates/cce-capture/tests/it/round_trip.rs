//! A whole run to a capture and back.

use crate::lab::run;
use bytes::Bytes;
use cce_capture::{Capture, CapturedStream, Flow, Packet, Piece, Versions, explain, flows, packets};
use cce_fold::{AnyMessage, Book, Dictionary, Fold, Meaning};
use cce_journal::{Header, Record};
use cce_kernel::NodeName;
use proptest::prelude::*;
use std::collections::BTreeMap;

const ETHERNET: usize = 14;
const IPV4: usize = 20;
const MR: u16 = 38_001;
const ICM: u16 = 40_002;

#[test]
fn a_capture_holds_each_message_that_arrived_once_and_in_order() {
    let (header, records) = run();
    let file = capture(&header, &records);
    let mut found: Vec<String> = flows(read(&file)).all.iter().flat_map(names).collect();
    let mut expected = arrived(&header, &records);
    assert!(expected.len() > 20, "{expected:?}");
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn each_direction_of_a_link_keeps_its_order() {
    let (header, records) = run();
    let to_application = flow_of(&capture(&header, &records), |flow| flow.key.to.1 == MR);
    assert_eq!(names(&to_application), arrived_at(&header, &records, "ccp"));
}

#[test]
fn the_halves_of_a_split_journal_have_the_link_between_them_alike() {
    let (header, records) = run();
    let of = |nodes: &[&str]| {
        let is_here = |node: &NodeName| nodes.contains(&node.as_str());
        let own: Vec<Record> = records.iter().filter(|record| is_here(&record.node)).cloned().collect();
        let nodes = header.nodes.iter().filter(|node| is_here(node)).cloned().collect();
        let file = capture(&Header { nodes, ..header.clone() }, &own);
        bytes_on(&file, ICM)
    };
    let whole = bytes_on(&capture(&header, &records), ICM);
    let (router, gateways) = (of(&["router"]), of(&["ccp", "mrpg", "agentpg", "finesse"]));
    assert_eq!(whole.len(), 4, "two gateways, two directions");
    assert_eq!(router, whole);
    assert_eq!(gateways, whole);
}

#[test]
fn every_byte_order_and_kind_of_packet_block_gives_the_same_flows() {
    let file = own();
    let expected = flows(read(&file));
    for order in [Order::Little, Order::Big] {
        assert_eq!(flows(read(&pcapng(order, read(&file)))), expected);
    }
}

#[test]
fn packets_that_come_twice_or_swapped_do_no_harm() {
    let file = own();
    let all: Vec<Packet<'_>> = read(&file).collect();
    let (starts, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(is_start);
    let twice: Vec<_> = rest.chunks(2).flat_map(|pair| pair.iter().rev().chain(pair)).copied().collect();
    let (early, late) = twice.split_at(twice.len() / 2);
    let found = flows([&starts, &starts, early, &starts, late].into_iter().flatten().copied());
    assert_eq!(by_key(found.all), by_key(flows(read(&file)).all));
}

proptest! {
    #[test]
    fn no_bytes_behind_any_magic_number_make_the_reader_panic_or_take_more_than_there_is(
        magic in prop::sample::select(vec![0x0A0D_0D0A_u32, 0xA1B2_C3D4, 0xA1B2_3C4D, 0xD4C3_B2A1, 0x4D3C_B2A1]),
        rest in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let file = [&magic.to_be_bytes()[..], &rest].concat();
        takes_no_more_than_there_is(&file);
    }

    #[test]
    fn no_damage_to_a_capture_makes_the_reader_panic_or_take_more_than_there_is(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        end in any::<prop::sample::Index>(),
    ) {
        let mut file = OWN.with(Clone::clone);
        for (at, byte) in damage {
            let at = at.index(file.len());
            file[at] = byte;
        }
        file.truncate(end.index(file.len()) + 1);
        takes_no_more_than_there_is(&file);
    }
}

thread_local! {
    static OWN: Vec<u8> = own();
}

fn takes_no_more_than_there_is(file: &[u8]) {
    let Ok(found) = packets(file) else { return };
    let flows = flows(found).all;
    assert!(flows.iter().map(|flow| flow.bytes.len()).sum::<usize>() <= file.len());
}

/// The capture of the simulated task.
fn own() -> Vec<u8> {
    let (header, records) = run();
    capture(&header, &records)
}

fn capture(header: &Header, records: &[Record]) -> Vec<u8> {
    let mut capture = Capture::new(header);
    let mut file = capture.head();
    records.iter().for_each(|record| file.extend(capture.push(record)));
    file.extend(capture.finish());
    file
}

fn read(file: &[u8]) -> impl Iterator<Item = Packet<'_>> {
    packets(file).unwrap().into_iter()
}

fn dictionary() -> Dictionary {
    Dictionary::new(&cce_journal::Tables::default())
}

fn names(flow: &Flow) -> Vec<String> {
    let book = Book::of_port(flow.key.from.1).or_else(|| Book::of_port(flow.key.to.1)).unwrap();
    let bytes = Bytes::copy_from_slice(&flow.bytes);
    let stream = CapturedStream { bytes, begins_anywhere: !flow.has_start, gaps: Vec::new() };
    let pieces = explain(book, Versions::Given(24), &dictionary(), &stream);
    pieces.iter().map(|piece| name(piece).unwrap_or_else(|| panic!("{piece:?}"))).collect()
}

fn name(piece: &Piece) -> Option<String> {
    match piece {
        Piece::Message(message) if message.error.is_none() => message.name.map(str::to_owned),
        Piece::Message(_) | Piece::Broken { .. } => None,
    }
}

fn arrived(header: &Header, records: &[Record]) -> Vec<String> {
    let mut fold = Fold::new(header);
    records.iter().filter_map(|record| arrived_name(&fold.push(record).kind)).collect()
}

/// What arrived at a component that has one binary link.
fn arrived_at(header: &Header, records: &[Record], node: &str) -> Vec<String> {
    let mut fold = Fold::new(header);
    let told =
        records.iter().map(|record| (record.node.as_str() == node, arrived_name(&fold.push(record).kind)));
    told.filter_map(|(is_there, name)| name.filter(|_| is_there)).collect()
}

fn arrived_name(kind: &Meaning<'_>) -> Option<String> {
    let Meaning::Received { message, .. } = kind else { return None };
    match message {
        AnyMessage::Cti(message) => Some(message.name().to_owned()),
        AnyMessage::Mr(message) => Some(message.name().to_owned()),
        AnyMessage::Icm(message) => Some(message.name().to_owned()),
        AnyMessage::Stream(_) | AnyMessage::Unreadable(_) => None,
    }
}

fn flow_of(file: &[u8], is_wanted: impl Fn(&Flow) -> bool) -> Flow {
    flows(read(file)).all.into_iter().find(is_wanted).unwrap()
}

fn bytes_on(file: &[u8], port: u16) -> Vec<Vec<u8>> {
    let on = |flow: &Flow| flow.key.from.1 == port || flow.key.to.1 == port;
    let mut found: Vec<_> = flows(read(file)).all.into_iter().filter(on).map(|flow| flow.bytes).collect();
    found.sort();
    found
}

fn by_key(flows: Vec<Flow>) -> BTreeMap<String, Flow> {
    let named = |flow: Flow| (format!("{:?}", flow.key), Flow { connection: 0, ..flow });
    flows.into_iter().map(named).collect()
}

fn is_start(packet: &Packet<'_>) -> bool {
    packet.bytes[ETHERNET + IPV4 + 13] & 0x02 != 0
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn four(self, number: u32) -> [u8; 4] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }

    fn two(self, number: u16) -> [u8; 2] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }

    fn length(self, bytes: usize) -> [u8; 4] {
        self.four(u32::try_from(bytes).unwrap())
    }
}

/// A section with one Ethernet interface; packets in all three kinds of blocks by turns.
fn pcapng<'a>(order: Order, packets: impl Iterator<Item = Packet<'a>>) -> Vec<u8> {
    let section = [&order.four(0x1A2B_3C4D)[..], &order.two(1), &order.two(0), &[0xff; 8]].concat();
    let interface = [&order.two(1)[..], &order.two(0), &order.four(0)].concat();
    let mut file = [block(order, 0x0A0D_0D0A, &section), block(order, 1, &interface)].concat();
    for (number, packet) in packets.enumerate() {
        let length = order.length(packet.bytes.len());
        let stamped = [order.four(0), order.four(0), order.four(0), length, length].concat();
        let (kind, mut body) = match number % 3 {
            0 => (6, stamped),
            1 => (2, stamped),
            _ => (3, length.to_vec()),
        };
        body.extend(packet.bytes);
        body.resize(body.len().next_multiple_of(4), 0);
        file.extend(block(order, kind, &body));
    }
    file
}

fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let length = order.length(body.len() + 12);
    [&order.four(kind)[..], &length, body, &length].concat()
}
