//! Captures: written from a journal, read from files of other programs.

use cce_capture::{Capture, CaptureError, Flow, Gap, GapCause, flows, packets};
use cce_journal::{Bend, Bent, Header, Record, What};
use cce_kernel::{CloseReason, Input, LinkId, NodeName, Output, Port};
use cce_wire::Bytes;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn a_capture_holds_every_message_once_and_in_order_for_each_port() {
    let (header, records) = crate::lab::run();
    let file = write(&header, &records);
    let mut expected: BTreeMap<u16, usize> = BTreeMap::new();
    for (link, bytes) in records.iter().filter_map(received) {
        *expected.entry(listening(link)).or_default() += bytes.len();
    }
    let mut found: BTreeMap<u16, usize> = BTreeMap::new();
    for flow in read(&file) {
        assert!(flow.has_start && flow.gaps.is_empty());
        let port = [flow.key.from.1, flow.key.to.1].into_iter().find(|port| *port < 49_152).unwrap();
        *found.entry(port).or_default() += flow.bytes.len();
    }
    assert_eq!(found, expected);
}

#[test]
fn a_journal_of_one_component_has_its_messages_in_both_directions() {
    let (header, records) = crate::lab::run();
    let own = NodeName::from("mrpg");
    let header = Header { nodes: vec![own.clone()], ..header };
    let records: Vec<Record> = records.into_iter().filter(|record| record.node == own).collect();
    let mr: Vec<Flow> = read(&write(&header, &records))
        .into_iter()
        .filter(|flow| flow.key.to.1 == 38_001 || flow.key.from.1 == 38_001)
        .collect();
    assert_eq!(mr.len(), 2, "one flow each way");
}

/// What the MR PG sends to CCP of another process, as the records of the MR PG alone have it: `bends` is what was done to its
/// first message, each with whether it stands at the end of the run instead of right behind the message.
fn sent_outside(bends: &[(Bend, bool)]) -> (Vec<Bytes>, Vec<u8>) {
    bent_outside(bends, false)
}

/// The same; what follows may pass the message.
fn bent_outside(bends: &[(Bend, bool)], alone: bool) -> (Vec<Bytes>, Vec<u8>) {
    let (header, records) = crate::lab::run();
    let own = NodeName::from("mrpg");
    let header = Header { nodes: vec![own.clone()], ..header };
    let is_end =
        |record: &&Record| matches!(record.what, What::Out(Output::Close { .. }) | What::Stopped { .. });
    let own: Vec<Record> = records.into_iter().filter(|record| record.node == own).collect();
    let mut records: Vec<Record> = own.iter().take_while(|record| !is_end(record)).cloned().collect();
    let sent = |record: &Record| {
        let What::Out(Output::Send { link, bytes }) = &record.what else { return None };
        (link.port == Port::Mr).then(|| bytes.0.clone())
    };
    let messages: Vec<Bytes> = records.iter().filter_map(sent).collect();
    let first = records.iter().position(|record| sent(record).is_some()).unwrap();
    for (bend, is_late) in bends {
        let (cause, at) = (Some(records[first].seq), if *is_late { records.len() } else { first + 1 });
        let what = What::Bent(Bent { alone: alone && !is_late, ..Bent::new("a rule", bend.clone()) });
        let behind = &records[at - 1];
        records.insert(at, Record { cause, what, ..behind.clone() });
    }
    let flows = read(&write(&header, &records));
    let sent = flows.into_iter().find(|flow| flow.key.to.1 == 38_001).map(|flow| flow.bytes);
    (messages, sent.unwrap_or_default())
}

#[test]
fn a_message_to_somebody_outside_stands_where_it_leaves() {
    let (messages, sent) = sent_outside(&[]);
    assert!(messages.len() > 2);
    let all = messages.concat();
    assert_eq!(sent, all);
    let (first, rest) = (messages[0].to_vec(), messages[1..].concat());
    // HEARTBEAT_REQ overtakes what waits.
    let (beats, others): (Vec<Bytes>, Vec<Bytes>) =
        messages[1..].iter().cloned().partition(|message| message[4..8] == [0, 0, 0, 5]);
    let (beats, others) = (beats.concat(), others.concat());
    for (bends, expected) in [
        (&[(Bend::Dropped, false)][..], rest.clone()),
        (&[(Bend::Cut, false)], rest.clone()),
        (&[(Bend::Duplicated, false)], [&first[..], &all].concat()),
        (&[(Bend::Held(1), false)], beats.clone()),
        (&[(Bend::Held(1), false), (Bend::Released(1), true)], [&beats[..], &first, &others].concat()),
        (&[(Bend::Held(1), false), (Bend::Gone(1), true)], [&beats[..], &others].concat()),
        (&[(Bend::Delayed(1), false)], all.clone()),
        (
            &[(Bend::Delayed(u64::MAX / 4), false), (Bend::Hurried, true)],
            [&beats[..], &first, &others].concat(),
        ),
        (&[(Bend::Swapped(1), false), (Bend::Expired(1), true)], [&rest[..], &first].concat()),
        (&[(Bend::Split(4), false)], all.clone()),
    ] {
        assert_eq!(sent_outside(bends).1, expected, "{bends:?}");
    }
}

#[test]
fn what_follows_a_message_outside_passes_it_where_it_is_kept_alone() {
    let (messages, _) = sent_outside(&[]);
    let (first, rest) = (messages[0].to_vec(), messages[1..].concat());
    for (bends, expected) in [
        (&[(Bend::Held(1), false)][..], rest.clone()),
        (&[(Bend::Held(1), false), (Bend::Released(1), true)], [&rest[..], &first].concat()),
        (&[(Bend::Delayed(u64::MAX / 4), false), (Bend::Hurried, true)], [&rest[..], &first].concat()),
    ] {
        assert_eq!(bent_outside(bends, true).1, expected, "{bends:?}");
    }
}

/// What was sent before a close may arrive behind its record: the end is drawn behind that.
#[test]
fn what_arrives_behind_the_close_of_its_sender_stands_before_the_end() {
    let (header, records) = crate::lab::run();
    let is_mr = |link: &LinkId| link.port == Port::Mr;
    let up = |record: &&Record| matches!(&record.what, What::In(Input::LinkUp { link, .. }) if is_mr(link));
    let sent = |record: &&Record| {
        record.node.as_str() == "mrpg"
            && matches!(&record.what, What::Out(Output::Send { link, .. }) if is_mr(link))
    };
    let first = records.iter().find(sent).unwrap();
    let What::Out(Output::Send { link, .. }) = &first.what else { panic!("it is sent") };
    let close = Output::Close { link: *link, reason: CloseReason::Stopping };
    let mut short: Vec<Record> =
        records.iter().take_while(|record| record.seq < first.seq).cloned().collect();
    assert_eq!(short.iter().filter(up).count(), 2);
    short.push(first.clone());
    short.push(Record { what: What::Out(close), ..first.clone() });
    short.push(
        records
            .iter()
            .find(|record| record.cause == Some(first.seq) && received(record).is_some())
            .unwrap()
            .clone(),
    );
    let ends = ["mrpg", "ccp"].map(|node| Record {
        node: node.into(),
        what: What::Stopped { reason: "stopped".to_owned() },
        ..first.clone()
    });
    short.extend(ends);
    let file = write(&header, &short);
    let flow =
        read(&file).into_iter().find(|flow| flow.key.to.1 == 38_001 && !flow.bytes.is_empty()).unwrap();
    assert!(flow.gaps.is_empty(), "{:?}", flow.gaps);
    let flags =
        packets(&file).unwrap().into_iter().map(|packet| packet.bytes[14 + 20 + 13]).collect::<Vec<_>>();
    assert_eq!(flags.iter().filter(|flags| **flags & 0x01 != 0).count(), 2, "one end, by both sides");
    assert_eq!(flags[flags.len() - 4] & 0x08, 0x08, "data, and behind it the end");
}

#[test]
fn what_is_no_capture_is_refused() {
    assert_eq!(packets(b"plain text").unwrap_err(), CaptureError::Unknown);
    assert_eq!(packets(b"").unwrap_err(), CaptureError::Unknown);
}

#[test]
fn a_block_of_an_impossible_length_is_named_with_its_place() {
    let (header, records) = crate::lab::run();
    let mut file = write(&header, &records);
    file[32..36].copy_from_slice(&[0, 0, 0, 0]);
    let error = packets(&file).unwrap_err().to_string();
    assert!(error.contains("byte 28"), "{error}");
}

#[test]
fn pcap_files_of_every_byte_order_and_clock_are_read() {
    let frame = ethernet(&ipv4(&tcp(1_000, 0x10, b"hello")));
    for (magic, is_big) in [
        ([0xd4, 0xc3, 0xb2, 0xa1], false),
        ([0x4d, 0x3c, 0xb2, 0xa1], false),
        ([0xa1, 0xb2, 0xc3, 0xd4], true),
        ([0xa1, 0xb2, 0x3c, 0x4d], true),
    ] {
        assert_eq!(only(&pcap(magic, is_big, 1, std::slice::from_ref(&frame))), b"hello");
    }
}

#[test]
fn packets_are_found_behind_every_usual_first_header() {
    let ip = ipv4(&tcp(1, 0x10, b"hello"));
    let vlan = [vec![0; 12], vec![0x81, 0, 0, 7, 8, 0], ip.clone()].concat();
    for (link_type, frame) in [
        (0, [vec![2, 0, 0, 0], ip.clone()].concat()),
        (1, ethernet(&ip)),
        (1, vlan),
        (101, ip.clone()),
        (113, [vec![0; 16], ip.clone()].concat()),
        (276, [vec![0; 20], ip.clone()].concat()),
        (101, ipv6(&tcp(1, 0x10, b"hello"))),
    ] {
        assert_eq!(only(&little(link_type, &[frame])), b"hello", "link type {link_type}");
    }
}

#[test]
fn segments_that_are_repeated_overlap_or_come_late_are_put_in_order() {
    let segments = [
        tcp(99, 0x02, b""),
        tcp(104, 0x10, b"world"),
        tcp(100, 0x10, b"hell"),
        tcp(100, 0x10, b"hell"),
        tcp(102, 0x10, b"llworl"),
        tcp(109, 0x10, b"!"),
    ];
    let frames: Vec<Vec<u8>> = segments.iter().map(|segment| ethernet(&ipv4(segment))).collect();
    assert_eq!(only(&little(1, &frames)), b"hellworld!");
}

#[test]
fn sequence_numbers_may_wrap() {
    let frames =
        [tcp(u32::MAX - 1, 0x10, b"abc"), tcp(1, 0x10, b"def")].map(|segment| ethernet(&ipv4(&segment)));
    assert_eq!(only(&little(1, &frames)), b"abcdef");
}

#[test]
fn a_lost_segment_is_a_gap_of_its_length_and_what_follows_is_taken() {
    let frames = [tcp(1, 0x10, b"abc"), tcp(9, 0x10, b"xyz")].map(|segment| ethernet(&ipv4(&segment)));
    let flow = read(&little(1, &frames)).remove(0);
    assert_eq!((flow.bytes.as_slice(), flow.has_start), (b"abcxyz".as_slice(), false));
    assert_eq!(flow.gaps, [Gap { offset: 3, missing: 5, why: GapCause::Lost { before: 2 } }]);
}

#[test]
fn a_segment_that_never_comes_holds_back_no_more_than_a_bound() {
    let count = 3_000_u32;
    let segments = (0..count).map(|number| tcp(10 + 2 * number, 0x10, b"ab"));
    let frames: Vec<Vec<u8>> = std::iter::once(tcp(1, 0x10, b"x"))
        .chain(segments)
        .map(|segment| ethernet(&ipv4(&segment)))
        .collect();
    let flow = read(&little(1, &frames)).remove(0);
    assert_eq!((flow.bytes.len(), flow.gaps.len()), (1 + 2 * 3_000, 1));
}

#[test]
fn what_the_snap_length_cuts_is_a_gap_of_its_own_kind() {
    let whole = [tcp(99, 0x02, b""), tcp(100, 0x10, b"hello"), tcp(105, 0x10, b"you")];
    let mut frames: Vec<Vec<u8>> = whole.iter().map(|segment| ethernet(&ipv4(segment))).collect();
    let mut file = little(1, &frames[..1]);
    let cut = frames[1].len() - 6;
    file.extend([[0; 4], [0; 4], number(cut), number(frames[1].len())].concat());
    file.extend(&frames[1][..cut]);
    file.extend(little(1, &frames.split_off(2))[24..].iter());
    let found = flows(packets(&file).unwrap());
    let flow = &found.all[0];
    assert_eq!(flow.bytes, b"heyou", "three bytes behind the packet fill the frame up");
    assert_eq!(flow.gaps, [Gap { offset: 2, missing: 3, why: GapCause::Cut { packet: 2, captured: cut } }]);
    assert_eq!(found.snap_length, Some(cut));
}

#[test]
fn fragments_are_put_together_in_any_order() {
    let segment = tcp(1, 0x10, b"a message that is sent in parts");
    let parts = [(0, 24, true), (24, 16, true), (40, segment.len() - 40, false)];
    let mut frames: Vec<Vec<u8>> = parts
        .iter()
        .map(|(at, length, more)| ethernet(&fragment(7, *at, *more, &segment[*at..at + length])))
        .collect();
    assert_eq!(only(&little(1, &frames)), b"a message that is sent in parts");
    frames.reverse();
    assert_eq!(only(&little(1, &frames)), b"a message that is sent in parts");
    frames.pop();
    let found = flows(packets(&little(1, &frames)).unwrap());
    assert_eq!((found.all.len(), found.fragments_left_out), (0, 2));
}

#[test]
fn fragments_that_come_twice_count_once() {
    let segment = tcp(1, 0x10, b"a message that is sent in parts");
    let part = |at: usize, end: usize, more| ethernet(&fragment(7, at, more, &segment[at..end]));
    let (first, last) = (part(0, 24, true), part(24, segment.len(), false));
    for order in
        [[&first, &first, &last, &last], [&first, &last, &first, &last], [&last, &first, &last, &first]]
    {
        let found = flows(packets(&little(1, &order.map(Clone::clone))).unwrap());
        assert_eq!(found.all[0].bytes, b"a message that is sent in parts");
        assert_eq!((found.all.len(), found.fragments_left_out), (1, 0));
    }
    let shorter = ethernet(&fragment(7, 0, true, &segment[..16]));
    assert_eq!(
        only(&little(1, &[first.clone(), shorter, last.clone()])),
        b"a message that is sent in parts",
        "the first one counts"
    );
    let next = tcp(32, 0x10, b"another one under the same number");
    let again = [(0, 24, true), (24, next.len(), false)]
        .map(|(at, end, more): (usize, usize, bool)| ethernet(&fragment(7, at, more, &next[at..end])));
    let both = [[first, last], again].concat();
    assert_eq!(only(&little(1, &both)).len(), 31 + 33);
}

#[test]
fn only_segments_with_data_are_cut_before_their_data() {
    let data = ethernet(&ipv4(&tcp(1, 0x10, b"hello to everybody")));
    let empty = ethernet(&ipv4(&tcp(1, 0x10, b"")));
    let mut datagram = data.clone();
    datagram[23] = 17;
    let cut = |frame: &[u8], at: usize| {
        let file = [
            little(1, &[]),
            [[0; 4], [0; 4], number(at), number(frame.len())].concat(),
            frame[..at].to_vec(),
        ]
        .concat();
        flows(packets(&file).unwrap()).headless.values().sum::<usize>()
    };
    assert_eq!(cut(&data, 44), 1);
    assert_eq!(cut(&datagram, 44), 0, "that is no TCP");
    assert_eq!(cut(&data, 20), 0, "nobody knows what that is");
    assert_eq!(cut(&empty, 44), 0, "that has no data");
}

#[test]
fn fragments_of_the_newer_protocol_are_put_together_too() {
    let segment = tcp(1, 0x10, b"a message that is sent in parts");
    let frames =
        [(0, 24, 1_u8), (24, segment.len() - 24, 0)].map(|(at, length, more): (usize, usize, u8)| {
            let place = u16::try_from(at).unwrap() | u16::from(more);
            let head = [[6, 0].as_slice(), &place.to_be_bytes(), &[0, 0, 0, 9]].concat();
            ipv6_of(44, &[head, segment[at..at + length].to_vec()].concat())
        });
    assert_eq!(only(&little(101, &frames)), b"a message that is sent in parts");
}

#[test]
fn fragments_without_an_end_give_way_and_are_counted() {
    let segment = tcp(1, 0x10, b"0123456789ab");
    let frames: Vec<Vec<u8>> = (0..600).map(|id| ethernet(&fragment(id, 0, true, &segment[..24]))).collect();
    let found = flows(packets(&little(1, &frames)).unwrap());
    assert_eq!((found.all.len(), found.fragments_left_out), (0, 600));
}

#[test]
fn ports_that_are_used_again_without_a_start_in_the_capture_are_another_connection() {
    let frames = [tcp(9, 0x02, b""), tcp(10, 0x10, b"old"), tcp(3_000_000_000, 0x10, b"new")]
        .map(|segment| ethernet(&ipv4(&segment)));
    let found = read(&little(1, &frames));
    let bytes: Vec<_> = found.iter().map(|flow| (flow.connection, flow.bytes.clone())).collect();
    assert_eq!(bytes, [(0, b"old".to_vec()), (1, b"new".to_vec())]);
    assert!(found.iter().all(|flow| flow.gaps.is_empty()));
}

#[test]
fn a_new_connection_on_the_same_ports_is_another_flow() {
    let frames = [tcp(9, 0x02, b""), tcp(10, 0x10, b"old"), tcp(70, 0x02, b""), tcp(71, 0x10, b"new")]
        .map(|segment| ethernet(&ipv4(&segment)));
    let bytes: Vec<Vec<u8>> = read(&little(1, &frames)).into_iter().map(|flow| flow.bytes).collect();
    assert_eq!(bytes, [b"old".to_vec(), b"new".to_vec()]);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes: Vec<u8>, magic in 0_usize..6) {
        let starts: [&[u8]; 6] = [
            &[0x0a, 0x0d, 0x0d, 0x0a], &[0xd4, 0xc3, 0xb2, 0xa1], &[0xa1, 0xb2, 0xc3, 0xd4],
            &[0x4d, 0x3c, 0xb2, 0xa1], &[0xa1, 0xb2, 0x3c, 0x4d], &[],
        ];
        let file = [starts[magic], &bytes].concat();
        let _ = packets(&file).map(flows);
    }

    #[test]
    fn a_damaged_capture_never_makes_the_reader_panic(at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
        let frames = [tcp(1, 0x10, b"abc"), tcp(4, 0x10, b"def")].map(|segment| ethernet(&ipv4(&segment)));
        let mut file = little(1, &frames);
        let place = at.index(file.len());
        file[place] = byte;
        file.truncate(cut.index(file.len() + 1));
        let _ = packets(&file).map(flows);
    }
}

fn write(header: &Header, records: &[Record]) -> Vec<u8> {
    let mut capture = Capture::new(header);
    let mut file = capture.head();
    records.iter().for_each(|record| file.extend(capture.push(record)));
    file.extend(capture.finish());
    file
}

fn read(file: &[u8]) -> Vec<Flow> {
    flows(packets(file).unwrap()).all
}

/// The bytes of the only flow.
fn only(file: &[u8]) -> Vec<u8> {
    let flows = read(file);
    assert_eq!(flows.len(), 1);
    flows[0].bytes.clone()
}

fn received(record: &Record) -> Option<(Port, &Bytes)> {
    let What::In(Input::Frame { link, bytes }) = &record.what else { return None };
    (listening(link.port) != 0).then_some((link.port, &bytes.0))
}

fn listening(port: Port) -> u16 {
    match port {
        Port::Mr => 38_001,
        Port::IcmMr | Port::IcmAgent => 40_002,
        Port::CtiA => 42_027,
        Port::CtiB => 43_027,
        Port::App
        | Port::CcpRest
        | Port::Desk
        | Port::Xmpp
        | Port::XmppWs
        | Port::Bosh
        | Port::CcpBosh
        | Port::CcpNotify => 0,
    }
}

fn little(link_type: u32, frames: &[Vec<u8>]) -> Vec<u8> {
    pcap([0xd4, 0xc3, 0xb2, 0xa1], false, link_type, frames)
}

fn pcap(magic: [u8; 4], is_big: bool, link_type: u32, frames: &[Vec<u8>]) -> Vec<u8> {
    let number = |value: u32| if is_big { value.to_be_bytes() } else { value.to_le_bytes() };
    let mut file = [magic.to_vec(), vec![0; 16], number(link_type).to_vec()].concat();
    for frame in frames {
        let length = number(u32::try_from(frame.len()).unwrap());
        file.extend([[0; 4], [0; 4], length, length].concat());
        file.extend(frame);
    }
    file
}

fn ethernet(ip: &[u8]) -> Vec<u8> {
    [vec![0; 12], vec![8, 0], ip.to_vec()].concat()
}

/// With an option of four bytes, and a frame that is filled up behind the packet.
fn ipv4(tcp: &[u8]) -> Vec<u8> {
    let length = u16::try_from(24 + tcp.len()).unwrap().to_be_bytes();
    let head =
        [0x46, 0, length[0], length[1], 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 1, 1, 1];
    [head.as_slice(), tcp, &[0; 3]].concat()
}

/// A part of a packet.
fn fragment(id: u16, at: usize, more: bool, part: &[u8]) -> Vec<u8> {
    let mut packet = ipv4(part);
    let place = u16::try_from(at / 8).unwrap() | if more { 0x2000 } else { 0 };
    packet[4..6].copy_from_slice(&id.to_be_bytes());
    packet[6..8].copy_from_slice(&place.to_be_bytes());
    packet
}

fn number(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap().to_le_bytes()
}

fn ipv6(tcp: &[u8]) -> Vec<u8> {
    ipv6_of(6, tcp)
}

fn ipv6_of(protocol: u8, load: &[u8]) -> Vec<u8> {
    let length = u16::try_from(load.len()).unwrap().to_be_bytes();
    [[0x60, 0, 0, 0, length[0], length[1], protocol, 64].as_slice(), &[1; 16], &[2; 16], load].concat()
}

fn tcp(seq: u32, flags: u8, data: &[u8]) -> Vec<u8> {
    let mut segment = vec![0xc0, 0, 0x94, 0x71];
    segment.extend(seq.to_be_bytes());
    segment.extend([0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(data);
    segment
}
