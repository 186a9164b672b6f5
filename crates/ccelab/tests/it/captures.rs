//! Captures of a run: read by our own decoder, and by Wireshark with the dissector of the documentation.

use crate::support::{Running, create_task, folder, run, skip, stderr, stdout, wait_for_status};
use cce_fold::{AnyMessage, Fold, Meaning};
use cce_journal::{JournalReader, Record};
use cce_wire::{Shown, Value};
use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    process::Command,
};

/// A message's name, and its fields as filter name and text.
type Told = (String, Vec<(String, String)>);

/// Message type of an `OPEN_REQ`, and bytes of its fixed part.
const OPEN_REQ: (u32, usize) = (3, 44);
const HEARTBEAT_REQ: u32 = 5;

#[test]
fn tshark_with_the_dissector_names_every_message_and_field_of_a_demo() {
    if !has_tshark() {
        return;
    }
    let folder = demo("tshark");
    let pdml = tshark(&folder.join("P.pcapng"), &["-T", "pdml"]);
    let (found, expected) = (told(&pdml), journal(&folder));
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    let malformed = ["cti", "mr", "icm"].map(|book| format!("ccelab.{book}.malformed")).join(" or ");
    assert_eq!(tshark(&folder.join("P.pcapng"), &["-Y", &format!("{malformed} or _ws.malformed")]), "");
    let checked = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-Y"];
    let wrong = "tcp.analysis.flags or tcp.checksum.status == 0 or ip.checksum.status == 0";
    assert_eq!(tshark(&folder.join("P.pcapng"), &[&checked[..], &[wrong]].concat()), "");
    let interfaces = tshark(&folder.join("P.pcapng"), &["-T", "fields", "-e", "frame.interface_name"]);
    for name in ["mr", "icm", "cti-a"] {
        assert!(interfaces.lines().any(|line| line == name), "no {name}");
    }
}

#[test]
fn the_dissector_reads_each_session_in_the_version_that_it_opened() {
    if !has_tshark() {
        return;
    }
    let file = folder("versions").join("versions.pcap");
    std::fs::write(
        &file,
        pcap(&[[open(14, 1), heartbeat(7)].concat(), [open(20, 2), heartbeat(8)].concat()]),
    )
    .unwrap();
    let found = told(&tshark(&file, &["-T", "pdml"]));
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["OPEN_REQ", "HEARTBEAT_REQ", "OPEN_REQ", "HEARTBEAT_REQ"]);
    for (_, fields) in found.iter().step_by(2) {
        assert!(fields.contains(&("clientid".to_owned(), "Finesse".to_owned())), "{fields:?}");
    }
    assert_eq!(tshark(&file, &["-Y", "ccelab.cti.malformed or _ws.malformed"]), "");
}

#[test]
fn the_dissector_marks_what_is_malformed_and_nothing_else() {
    if !has_tshark() {
        return;
    }
    let file = folder("malformed").join("malformed.pcap");
    let short = [&2_u32.to_be_bytes()[..], &HEARTBEAT_REQ.to_be_bytes(), &[0, 1]].concat();
    let endless = [&u32::MAX.to_be_bytes()[..], &HEARTBEAT_REQ.to_be_bytes(), &[0; 4]].concat();
    let segments = [heartbeat(1), [heartbeat(2), short].concat(), [heartbeat(3), endless].concat()];
    std::fs::write(&file, pcap(&segments)).unwrap();
    let marked = tshark(&file, &["-Y", "ccelab.cti.malformed", "-T", "fields", "-e", "frame.number"]);
    assert_eq!(marked.lines().collect::<Vec<_>>(), ["2", "3"]);
    assert_eq!(tshark(&file, &["-Y", "_ws.lua.error or _ws.lua.text"]), "");
}

/// An `OPEN_REQ` of that version with a client's name, whose tag and length have that many bytes.
fn open(version: u32, width: usize) -> Vec<u8> {
    let (kind, fixed) = OPEN_REQ;
    let mut body = [1, version].map(u32::to_be_bytes).concat();
    body.resize(fixed, 0);
    for number in [1_u8, 8] {
        body.resize(body.len() + width - 1, 0);
        body.push(number);
    }
    body.extend(b"Finesse\0");
    let length = u32::try_from(body.len()).unwrap();
    [&length.to_be_bytes()[..], &kind.to_be_bytes(), &body].concat()
}

fn heartbeat(invoke_id: u32) -> Vec<u8> {
    [4, HEARTBEAT_REQ, invoke_id].map(u32::to_be_bytes).concat()
}

/// A capture of raw IP: for each of the segments a connection to the CTI server.
fn pcap(segments: &[Vec<u8>]) -> Vec<u8> {
    let mut file = [0xA1B2_C3D4_u32, 0x0002_0004, 0, 0, 65_535, 101].map(u32::to_be_bytes).concat();
    for (port, data) in (50_000_u16..).zip(segments) {
        let length = u16::try_from(40 + data.len()).unwrap();
        let mut packet = [&[0x45, 0][..], &length.to_be_bytes(), &[0, 0, 0x40, 0, 64, 6, 0, 0]].concat();
        packet.extend([192, 0, 2, 1, 192, 0, 2, 2]);
        packet.extend([port.to_be_bytes(), 42_027_u16.to_be_bytes()].concat());
        packet.extend([0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend(data);
        file.extend([0, 0, u32::from(length), u32::from(length)].map(u32::to_be_bytes).concat());
        file.extend(packet);
    }
    file
}

#[test]
fn a_run_of_the_lab_writes_the_capture_of_its_journal() {
    let folder = folder("run-pcap");
    let lab = Running::start(
        &folder,
        "lab",
        &["--ports", "ephemeral", "--agents", "1080=auto", "--pcap", "P.pcapng"],
    );
    let app = lab.address("app");
    let task = create_task(&app).unwrap();
    wait_for_status(&app, &task, "handled");
    lab.interrupt();
    let again = run(&folder, &["logs", "lab.jsonl", "--pcap", "again.pcapng"]);
    assert!(again.status.success(), "{}", stderr(&again));
    let read = |name| std::fs::read(folder.join(name)).unwrap();
    assert!(read("P.pcapng") == read("again.pcapng"));
    let text = stdout(&run(&folder, &["decode", "mr", "--capture", "P.pcapng"]));
    assert!(text.contains("DO_THIS_WITH_TASK"), "{text}");
}

#[test]
fn a_message_that_is_too_short_does_not_hide_those_behind_it() {
    let folder = folder("decode-short");
    let bytes = "0000000400000005 00000002  000000020000000500 01  0000000400000005 00000003";
    let output = run(&folder, &["decode", "cti", bytes]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("at byte 20: InvokeID needs 4 bytes, 2 left"), "{}", stderr(&output));
    assert!(stdout(&output).contains("    22  HEARTBEAT_REQ (5), 12 bytes\n"), "{}", stdout(&output));
    let json = stdout(&run(&folder, &["decode", "cti", "--json", bytes]));
    let second: serde_json::Value = serde_json::from_str(json.lines().nth(1).unwrap()).unwrap();
    assert_eq!((second["offset"].as_u64(), second["error_offset"].as_u64()), (Some(12), Some(20)));
    assert_eq!(json.lines().count(), 3);
}

#[test]
fn a_file_that_is_no_capture_or_a_broken_one_is_refused_with_the_reason() {
    let folder = folder("no-capture");
    std::fs::write(folder.join("dump"), "00000004 00000005 00000002").unwrap();
    let mut broken = vec![0xd4, 0xc3, 0xb2, 0xa1];
    broken.resize(32, 0);
    broken.resize(40, 0xff);
    std::fs::write(folder.join("broken"), broken).unwrap();
    std::fs::write(folder.join("empty"), [&[0xd4, 0xc3, 0xb2, 0xa1][..], &[0; 20]].concat()).unwrap();
    for (arguments, code, part) in [
        (["--capture", "dump"], 2, "neither a pcap nor a pcapng"),
        (["--capture", "broken"], 2, "byte 24"),
        (["--file", "broken"], 2, "byte 24"),
        (["--capture", "empty"], 1, "--port"),
    ] {
        let output = run(&folder, &["decode", "cti", arguments[0], arguments[1]]);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(stderr(&output).contains(part), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_capture_is_the_same_live_and_from_the_journal() {
    let folder = demo("pcap");
    let again = run(&folder, &["logs", "J", "--pcap", "again.pcapng"]);
    assert!(again.status.success(), "{}", stderr(&again));
    let read = |name| std::fs::read(folder.join(name)).unwrap();
    assert!(read("P.pcapng") == read("again.pcapng"));
}

#[test]
fn a_capture_is_decoded_stream_by_stream() {
    let folder = demo("decode-capture");
    let output = run(&folder, &["decode", "mr", "--file", "P.pcapng"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains(":38001, ") && text.contains("NEW_TASK (9), 201 bytes"), "{text}");
    assert!(text.contains("        44  ScriptSelector               CumulusTask\n"), "{text}");
    let json = stdout(&run(&folder, &["decode", "cti", "--file", "P.pcapng", "--json"]));
    let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(first["message"], "OPEN_REQ");
    assert_eq!(first["fields"][1]["value"], 24);
}

#[test]
fn a_capture_holds_no_password() {
    let folder = folder("pcap-password");
    std::fs::write(folder.join("lab.toml"), "[agentpg]\nclient_password = \"top-secret\"\n").unwrap();
    let output = run(&folder, &["demo", "--fast", "--config", "lab.toml", "--pcap", "P.pcapng"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let capture = std::fs::read(folder.join("P.pcapng")).unwrap();
    assert!(!capture.windows(10).any(|window| window == b"top-secret"));
}

/// A folder with the capture `P.pcapng` and the journal `J` of a demo.
fn demo(name: &str) -> PathBuf {
    let folder = folder(name);
    let output = run(&folder, &["demo", "--fast", "--journal", "J", "--pcap", "P.pcapng"]);
    assert!(output.status.success(), "{}", stderr(&output));
    folder
}

fn has_tshark() -> bool {
    let is_there = Command::new("tshark").arg("--version").output().is_ok();
    if !is_there {
        skip("the dissector", "install Debian's package tshark");
    }
    is_there
}

fn tshark(capture: &Path, arguments: &[&str]) -> String {
    let lua = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/wireshark/ccelab.lua");
    let output = Command::new("tshark")
        .arg("-r")
        .arg(capture)
        .arg("-X")
        .arg(format!("lua_script:{}", lua.display()))
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
}

/// What Wireshark says, by its XML: a `proto` element for each message, with a `field` for each field.
fn told(pdml: &str) -> Vec<Told> {
    const OWN: [&str; 3] = ["messagelength", "messagetype", "sessionversion"];
    let mut messages: Vec<Told> = Vec::new();
    for line in pdml.lines().filter(|line| line.contains("\"ccelab")) {
        if line.contains("<proto name=\"ccelab_") {
            messages.push((String::new(), Vec::new()));
        }
        let Some(name) = attribute(line, " name=\"ccelab.").filter(|_| line.contains("<field")) else {
            continue;
        };
        let (_, name) = name.split_once('.').unwrap();
        // Newer versions write truth out.
        let shown =
            attribute(line, " show=\"").unwrap_or_default().replace("True", "1").replace("False", "0");
        let message = messages.last_mut().unwrap();
        if name == "message" {
            message.0 = shown;
        } else if !OWN.contains(&name) {
            // A label that stands for numbers with and without a sign has two names.
            message.1.push((name.split('_').next().unwrap().to_owned(), shown));
        }
    }
    messages
}

fn attribute(line: &str, start: &str) -> Option<String> {
    let text = line.split_once(start)?.1.split('"').next()?;
    Some(text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
}

/// The messages that arrived on binary links, as the journal has them.
fn journal(folder: &Path) -> Vec<Told> {
    let file = BufReader::new(File::open(folder.join("J")).unwrap());
    let (header, records): (_, Vec<Record>) = JournalReader::read_all(file).unwrap();
    let mut fold = Fold::new(&header);
    records.iter().filter_map(|record| arrived(&fold.push(record).kind)).collect()
}

fn arrived(kind: &Meaning<'_>) -> Option<Told> {
    let Meaning::Received { message, .. } = kind else { return None };
    let (name, fields) = match message {
        AnyMessage::Cti(message) => (message.name(), message.fields()),
        AnyMessage::Mr(message) => (message.name(), message.fields()),
        AnyMessage::Icm(message) => (message.name(), message.fields()),
        AnyMessage::Stream(_) | AnyMessage::Unreadable(_) => return None,
    };
    Some((name.to_owned(), fields.iter().map(filter).collect()))
}

/// A field as Wireshark has it.
fn filter(field: &Shown) -> (String, String) {
    let name: String = field.label.chars().filter(char::is_ascii_alphanumeric).collect();
    let text = match &field.value {
        Value::Bool(truth) => u8::from(*truth).to_string(),
        // The lab has one list: numbers of two bytes.
        Value::List(numbers) => {
            numbers.iter().map(|number| format!("00:{number:0>2}")).collect::<Vec<_>>().join(":")
        }
        // The demo's password is empty.
        Value::Secret => String::new(),
        Value::Uint(_)
        | Value::Int(_)
        | Value::Text(_)
        | Value::Task(_)
        | Value::Time(_)
        | Value::Bytes(_) => field.value.to_string(),
    };
    (name.to_lowercase(), text)
}
