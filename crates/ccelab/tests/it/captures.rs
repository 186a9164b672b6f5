//! Captures of a run: read by our own decoder, and by Wireshark with the dissector of the documentation.

use crate::support::{folder, run, skip, stderr, stdout};
use cce_journal::{Reader, Record};
use cce_views::{Fold, Kind, Message};
use cce_wire::{Shown, Value};
use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    process::Command,
};

/// A message's name, and its fields as filter name and text.
type Told = (String, Vec<(String, String)>);

#[test]
fn tshark_with_the_dissector_names_every_message_and_field_of_a_demo() {
    if Command::new("tshark").arg("--version").output().is_err() {
        return skip("the dissector", "install Debian's package tshark");
    }
    let folder = demo("tshark");
    let pdml = tshark(&folder, &["-T", "pdml"]);
    let (found, expected) = (told(&pdml), journal(&folder));
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    let malformed = ["cti", "mr", "icm"].map(|book| format!("ccelab.{book}.malformed")).join(" or ");
    assert_eq!(tshark(&folder, &["-Y", &format!("{malformed} or _ws.malformed")]), "");
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

fn tshark(folder: &Path, arguments: &[&str]) -> String {
    let lua = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/wireshark/ccelab.lua");
    let output = Command::new("tshark")
        .current_dir(folder)
        .args(["-r", "P.pcapng", "-X"])
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
    let (header, records): (_, Vec<Record>) = Reader::read_all(file).unwrap();
    let mut fold = Fold::new(&header);
    records.iter().filter_map(|record| arrived(&fold.push(record).kind)).collect()
}

fn arrived(kind: &Kind<'_>) -> Option<Told> {
    let Kind::Received { message, .. } = kind else { return None };
    let (name, fields) = match message {
        Message::Cti(message) => (message.name(), message.fields()),
        Message::Mr(message) => (message.name(), message.fields()),
        Message::Icm(message) => (message.name(), message.fields()),
        Message::Stream(_) | Message::Unreadable(_) => return None,
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
