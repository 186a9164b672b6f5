//! Journals of several processes become one.

use cce_journal::{
    Bend, Bent, End, FORMAT, Header, HostHeader, LogSettings, MergeError, MergedJournal, ProcessJournal,
    Record, Tables, What, merge,
};
use cce_kernel::{
    Address, CallId, CloseReason, HostClock, Input, LinkId, LinkReason, Output, Peer, Port, Request,
    Response, Time, TimerKey, Wall,
};
use std::collections::BTreeMap;

const CCP: &str = "10.0.0.1:38001";
const MRPG: &str = "10.0.0.2:5000";

/// The journal of a process with one component.
struct Journal {
    node: &'static str,
    start: i64,
    records: Vec<Record>,
}

impl Journal {
    fn new(node: &'static str, start: i64) -> Self {
        Self { node, start, records: Vec::new() }
    }

    /// Appends a record, and says its number.
    fn put(&mut self, at: u64, cause: Option<u64>, what: What) -> u64 {
        let seq = self.records.len() as u64 + 1;
        self.records.push(Record { seq, at: Time(at), node: self.node.into(), cause, what });
        seq
    }

    fn part(self) -> ProcessJournal {
        let clock = HostClock { start: Wall(self.start), ..HostClock::default() };
        let hosts = ["ccp", "mrpg", "finesse"]
            .map(|node| (node.into(), HostHeader { zone: "UTC".into(), clock, ..HostHeader::default() }));
        let header = Header {
            format: FORMAT,
            build: "ccelab 0".into(),
            seed: self.start.unsigned_abs(),
            start: Wall(self.start),
            nodes: vec![self.node.into()],
            hosts: BTreeMap::from(hosts),
            logs: LogSettings::default(),
            tables: Tables::default(),
            config: serde_json::json!({"mrds": [1], "cast": {"agents": []}}),
            merged: None,
        };
        let end = End { last: self.records.len() as u64, open_ended: true };
        ProcessJournal { name: format!("{}.jsonl", self.node), header, records: self.records, end: Some(end) }
    }
}

fn link(number: u32) -> LinkId {
    LinkId { port: Port::Mr, number }
}

fn up(number: u32, here: &str, there: &str) -> What {
    let peer = Peer { node: None, address: there.to_owned(), here: here.to_owned(), ..Peer::default() };
    What::In(Input::LinkUp { link: link(number), peer })
}

fn send(bytes: &str) -> What {
    What::Out(Output::Send { link: link(1), bytes: bytes.into() })
}

fn receive(bytes: &str) -> What {
    What::In(Input::Frame { link: link(1), bytes: bytes.into() })
}

fn bent(bend: Bend) -> What {
    What::Bent(Bent::new("rule", bend))
}

/// CCP listens, and the MR PG, which began 1000 µs before, connects.
fn connected() -> (Journal, Journal) {
    let (mut ccp, mut mrpg) = (Journal::new("ccp", 1_000_000), Journal::new("mrpg", 999_000));
    mrpg.put(0, None, What::Out(Output::Dial { link: link(1), address: Address::Lab }));
    ccp.put(10, None, up(1, CCP, MRPG));
    mrpg.put(20, Some(1), up(1, MRPG, CCP));
    (ccp, mrpg)
}

fn whole(journals: impl IntoIterator<Item = Journal>) -> MergedJournal {
    merge(journals.into_iter().map(Journal::part).collect()).unwrap()
}

fn error(parts: Vec<ProcessJournal>) -> String {
    merge(parts).unwrap_err().to_string()
}

/// What sent each frame that was received: the text of both.
fn frames(whole: &MergedJournal) -> Vec<(String, Option<String>)> {
    let sent = |seq: u64| match &whole.records[usize::try_from(seq).unwrap() - 1].what {
        What::Out(Output::Send { bytes, .. }) => Some(bytes.text().into_owned()),
        _ => None,
    };
    let frame = |record: &Record| match &record.what {
        What::In(Input::Frame { bytes, .. }) => {
            Some((bytes.text().into_owned(), record.cause.and_then(sent)))
        }
        _ => None,
    };
    whole.records.iter().filter_map(frame).collect()
}

fn told(pairs: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
    pairs.iter().map(|(received, sent)| ((*received).to_owned(), Some((*sent).to_owned()))).collect()
}

#[test]
fn a_frame_that_is_received_is_caused_by_the_one_that_was_sent() {
    let (mut ccp, mut mrpg) = connected();
    for at in [100, 200, 300] {
        ccp.put(at, None, send("same"));
        mrpg.put(at + 1_010, None, receive("same"));
    }
    mrpg.put(1_400, None, send("back"));
    ccp.put(410, None, receive("back"));
    let whole = whole([ccp, mrpg]);
    let causes: Vec<(u64, u64)> =
        whole.records.iter().filter_map(|record| Some((record.seq, record.cause?))).collect();
    assert!(causes.iter().all(|(seq, cause)| cause < seq), "{causes:?}");
    assert_eq!(
        frames(&whole),
        told(&[("same", "same"), ("same", "same"), ("same", "same"), ("back", "back")])
    );
    let sent: Vec<u64> = whole
        .records
        .iter()
        .filter_map(|record| match record.what {
            What::In(Input::Frame { .. }) => record.cause,
            _ => None,
        })
        .collect();
    assert!(sent.is_sorted() && sent[0] < sent[1], "{sent:?}");
    assert_eq!(whole.warnings, Vec::<String>::new());
}

#[test]
fn a_connection_is_caused_by_its_dial_and_both_ends_know_each_other() {
    let (ccp, mrpg) = connected();
    let whole = whole([ccp, mrpg]);
    let mut ups: Vec<(&str, Option<&str>, bool)> = whole
        .records
        .iter()
        .filter_map(|record| match &record.what {
            What::In(Input::LinkUp { peer, .. }) => {
                let cause = &whole.records[usize::try_from(record.cause?).unwrap() - 1];
                let is_dial = matches!(cause.what, What::Out(Output::Dial { .. }));
                Some((record.node.as_str(), peer.node.as_ref().map(cce_kernel::NodeName::as_str), is_dial))
            }
            _ => None,
        })
        .collect();
    ups.sort_unstable();
    assert_eq!(ups, [("ccp", Some("mrpg"), true), ("mrpg", Some("ccp"), true)]);
}

#[test]
fn the_order_of_the_journals_does_not_matter_and_each_is_in_its_own_order() {
    let made = || {
        let (mut ccp, mut mrpg) = connected();
        ccp.put(100, None, send("a"));
        mrpg.put(1_110, None, receive("a"));
        (ccp, mrpg)
    };
    let ((ccp, mrpg), (other_ccp, other_mrpg)) = (made(), made());
    let (one, other) = (whole([ccp, mrpg]), whole([other_mrpg, other_ccp]));
    assert_eq!((&one.records, &one.header), (&other.records, &other.header));
    let numbers: Vec<u64> = one.records.iter().map(|record| record.seq).collect();
    assert_eq!(numbers, (1..=5).collect::<Vec<u64>>());
    assert_eq!(one.end, Some(End { last: 5, open_ended: true }));
}

#[test]
fn times_are_those_of_one_clock_and_each_host_shows_what_it_showed() {
    let (mut ccp, mut mrpg) = connected();
    ccp.put(100, None, send("a"));
    let asked = mrpg.put(1_110, None, receive("a"));
    let key = TimerKey::new("wait", 0);
    mrpg.put(1_110, Some(asked), What::Out(Output::Arm { key, at: Time(5_000) }));
    mrpg.put(1_200, None, send("b"));
    ccp.put(210, None, receive("b"));
    let (before, shown) = (mrpg.start, 1_110);
    let whole = whole([ccp, mrpg]);
    let merged = whole.header.merged.as_ref().unwrap();
    assert_eq!(merged.parts[0].offset_us, 0);
    assert_eq!(merged.parts[1].offset_us, 0, "what the two clocks say agrees with both directions");
    assert_eq!(merged.parts[1].uncertainty_us, Some(10));
    let got =
        whole.records.iter().find(|record| matches!(record.what, What::In(Input::Frame { .. }))).unwrap();
    let clock = whole.header.clock(&"mrpg".into());
    assert_eq!(clock.read(got.at).0, before + shown);
    let armed = whole.records.iter().find_map(|record| match &record.what {
        What::Out(Output::Arm { at, .. }) => Some(at.0 - record.at.0),
        _ => None,
    });
    assert_eq!(armed, Some(3_890));
    assert_eq!(whole.header.seed_of(&"ccp".into()), 1_000_000);
    assert_eq!(whole.header.seed_of(&"mrpg".into()), 999_000);
}

#[test]
fn what_a_scenario_did_to_frames_is_known() {
    let (mut ccp, mut mrpg) = connected();
    let mut put = |bytes, bend: Option<Bend>| {
        let sent = ccp.put(100, None, send(bytes));
        if let Some(bend) = bend {
            ccp.put(100, Some(sent), bent(bend));
        }
    };
    put("lost", Some(Bend::Dropped));
    put("twice", Some(Bend::Duplicated));
    put("changed", Some(Bend::Corrupted));
    put("held", Some(Bend::Held(1)));
    put("passes", None);
    for bytes in ["twice", "twice", "chanXed", "passes", "held"] {
        mrpg.put(1_200, None, receive(bytes));
    }
    let whole = whole([ccp, mrpg]);
    let expected = [
        ("twice", "twice"),
        ("twice", "twice"),
        ("chanXed", "changed"),
        ("passes", "passes"),
        ("held", "held"),
    ];
    assert_eq!(frames(&whole), told(&expected));
    assert_eq!(whole.warnings, Vec::<String>::new());
}

#[test]
fn a_frame_that_nobody_sent_has_no_cause_and_is_told() {
    let (mut ccp, mrpg) = connected();
    ccp.put(100, None, receive("from nowhere"));
    let whole = whole([ccp, mrpg]);
    assert_eq!(frames(&whole), [("from nowhere".to_owned(), None)]);
    assert!(whole.warnings[0].starts_with("1 messages were received"), "{:?}", whole.warnings);
}

#[test]
fn the_end_of_a_link_is_caused_by_the_output_that_closed_it() {
    let (mut ccp, mut mrpg) = connected();
    mrpg.put(1_100, None, What::Out(Output::Close { link: link(1), reason: CloseReason::Done }));
    ccp.put(110, None, What::In(Input::LinkDown { link: link(1), reason: LinkReason::Closed }));
    let whole = whole([ccp, mrpg]);
    let down = whole.records.last().unwrap();
    let cause = &whole.records[usize::try_from(down.cause.unwrap()).unwrap() - 1];
    assert!(matches!(cause.what, What::Out(Output::Close { .. })));
}

#[test]
fn a_stream_is_joined_by_its_bytes() {
    let (mut ccp, mut mrpg) = (Journal::new("finesse", 1_000), Journal::new("mrpg", 1_000));
    let link = LinkId { port: Port::Xmpp, number: 1 };
    let peer = |here: &str, there: &str| Peer {
        node: None,
        address: there.into(),
        here: here.into(),
        ..Peer::default()
    };
    ccp.put(0, None, What::In(Input::LinkUp { link, peer: peer(CCP, MRPG) }));
    mrpg.put(0, None, What::In(Input::LinkUp { link, peer: peer(MRPG, CCP) }));
    for bytes in ["<a/>", "<b/>"] {
        ccp.put(10, None, What::Out(Output::Send { link, bytes: bytes.into() }));
    }
    for bytes in ["<a", "/><b", "/>"] {
        mrpg.put(20, None, What::In(Input::Frame { link, bytes: bytes.into() }));
    }
    let found = frames(&whole([ccp, mrpg]));
    assert_eq!(found, told(&[("<a", "<a/>"), ("/><b", "<b/>"), ("/>", "<b/>")]));
}

/// What is held alone, or behind the next one, leaves when it is let go.
#[test]
fn alike_frames_of_which_one_passes_the_other_are_joined_in_the_order_in_which_they_left() {
    let held = |alone| What::Bent(Bent { alone, ..Bent::new("rule", Bend::Held(1)) });
    let delayed = What::Bent(Bent { alone: true, ..Bent::new("rule", Bend::Delayed(30)) });
    for (done, let_go, order) in [
        (held(false), Some(Bend::Released(1)), [1, 2]),
        (held(true), Some(Bend::Released(1)), [2, 1]),
        (bent(Bend::Swapped(1)), Some(Bend::Released(1)), [2, 1]),
        (bent(Bend::Delayed(30)), None, [1, 2]),
        (delayed.clone(), None, [2, 1]),
        (delayed, Some(Bend::Hurried), [2, 1]),
    ] {
        let (mut ccp, mut mrpg) = connected();
        let first = ccp.put(100, None, send("alike"));
        ccp.put(100, Some(first), done.clone());
        let second = ccp.put(110, None, send("alike"));
        if let Some(let_go) = let_go {
            ccp.put(120, Some(first), bent(let_go));
        }
        mrpg.put(1_200, None, receive("alike"));
        mrpg.put(1_200, None, receive("alike"));
        let whole = whole([ccp, mrpg]);
        let sent =
            whole.records.iter().filter(|record| matches!(record.what, What::Out(Output::Send { .. })));
        let sent: Vec<u64> = sent.map(|record| record.seq).collect();
        assert!(first < second && sent.len() == 2);
        let received =
            whole.records.iter().filter(|record| matches!(record.what, What::In(Input::Frame { .. })));
        let causes: Vec<u64> = received.filter_map(|record| record.cause).collect();
        assert_eq!(causes, order.map(|place| sent[place - 1]), "{done:?}");
    }
}

#[test]
fn a_request_and_its_reply_are_joined_by_the_connection() {
    let (mut ccp, mut finesse) = (Journal::new("ccp", 1_000), Journal::new("finesse", 1_000));
    let request = |peer: &str| Request { peer: peer.into(), ..Request::new("PUT", "/task/1/close") };
    // Somebody outside asks the same.
    let outside = What::In(Input::Call { call: CallId(1), port: Port::App, request: request("10.0.0.9:1") });
    ccp.put(5, None, outside);
    let call = CallId(8);
    finesse.put(10, None, What::Out(Output::Call { call, port: Port::CcpRest, request: request("") }));
    let asked = ccp.put(
        20,
        None,
        What::In(Input::Call { call: CallId(2), port: Port::App, request: request("10.0.0.3:7") }),
    );
    let response = Response::new(202);
    ccp.put(20, Some(asked), What::Out(Output::Reply { call: CallId(2), response: response.clone() }));
    finesse.put(30, None, What::Connected { call, here: "10.0.0.3:7".into(), there: "10.0.0.1:8080".into() });
    finesse.put(30, None, What::In(Input::Reply { call, result: Ok(response) }));
    let whole = whole([ccp, finesse]);
    let nodes = |record: &Record| {
        let cause = &whole.records[usize::try_from(record.cause?).unwrap() - 1];
        Some((record.node.to_string(), cause.node.to_string()))
    };
    let inputs = whole.records.iter().filter(|record| matches!(record.what, What::In(_)));
    let pairs: Vec<Option<(String, String)>> = inputs.map(nodes).collect();
    let pair = |one: &str, other: &str| Some((one.to_owned(), other.to_owned()));
    assert_eq!(pairs, [None, pair("ccp", "finesse"), pair("finesse", "ccp")]);
}

#[test]
fn tickets_of_two_scenarios_stay_apart() {
    let (mut ccp, mut mrpg) = connected();
    ccp.put(100, None, bent(Bend::Held(1)));
    mrpg.put(1_100, None, bent(Bend::Held(1)));
    let whole = whole([ccp, mrpg]);
    let tickets: Vec<u64> = whole
        .records
        .iter()
        .filter_map(|record| match &record.what {
            What::Bent(Bent { bend: Bend::Held(ticket), .. }) => Some(*ticket),
            _ => None,
        })
        .collect();
    assert_eq!(tickets, [1, 2]);
}

#[test]
fn virtual_people_of_every_process_are_those_of_the_whole() {
    let (ccp, mrpg) = connected();
    let (mut one, mut other) = (ccp.part(), mrpg.part());
    one.header.config["cast"] = serde_json::json!({"agents": ["1080"]});
    other.header.config["cast"] = serde_json::json!({"agents": ["1081"]});
    let whole = merge(vec![one, other]).unwrap();
    assert_eq!(whole.header.config["cast"]["agents"], serde_json::json!(["1080", "1081"]));
}

#[test]
fn a_journal_without_a_peer_is_told_and_stays_apart() {
    let (ccp, mrpg) = connected();
    let mut finesse = Journal::new("finesse", 1_000_000);
    finesse.put(50, None, What::Started);
    let whole = whole([ccp, mrpg, finesse]);
    assert_eq!(whole.records.len(), 4);
    assert!(whole.warnings[0].contains("finesse.jsonl"), "{:?}", whole.warnings);
    let part = &whole.header.merged.unwrap().parts[1];
    assert_eq!((part.offset_us, part.uncertainty_us), (0, None));
}

#[test]
fn journals_that_cannot_be_of_one_run_are_refused() {
    let (ccp, mrpg) = connected();
    let (ccp, mrpg) = (ccp.part(), mrpg.part());
    assert!(error(vec![ccp.clone()]).contains("two processes at least"));
    assert_eq!(
        merge(vec![ccp.clone(), ccp.clone()]).unwrap_err(),
        MergeError::Overlap { node: "ccp".into(), one: "ccp.jsonl".into(), other: "ccp.jsonl".into() }
    );
    let mut other = mrpg.clone();
    other.header.config["mrds"] = serde_json::json!([2]);
    assert!(error(vec![ccp.clone(), other]).contains("they differ in `mrds`"));
    let mut other = mrpg.clone();
    other.records[1].what = What::Gap { dropped: 3 };
    assert!(error(vec![ccp.clone(), other]).contains("mrpg.jsonl lacks records, first at record 2"));
    let mut other = mrpg;
    other.records[1].what = up(1, MRPG, "10.0.0.77:1");
    assert_eq!(merge(vec![ccp, other]).unwrap_err(), MergeError::Apart);
}

#[test]
fn journals_whose_causes_form_a_circle_are_refused() {
    let (mut ccp, mut mrpg) = connected();
    // Each received what the other one sent later.
    ccp.put(100, None, receive("b"));
    ccp.put(110, None, send("a"));
    mrpg.put(1_100, None, receive("a"));
    mrpg.put(1_110, None, send("b"));
    assert!(error(vec![ccp.part(), mrpg.part()]).contains("contradict each other"));
}
