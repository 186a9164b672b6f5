//! `ccelab decode`: bytes of arguments, hex dumps and captures, field by field.

pub(crate) mod port_book;
mod text;

use crate::{cli::Decode, failure::Failure, files::load_tables, print};
use cce_capture::{
    CaptureError, CapturedStream, Flow, Flows, Gap, GapCause, Opening, Packet, Piece, Versions, explain,
    flows, has_message, openings, packets,
};
use cce_fold::{Book, Dictionary};
use cce_wire::{Bytes, Flaw, Located, Value};
use serde_json::json;
use std::{io::Read, path::Path};

/// Bytes of a file; a larger capture is to be cut with `editcap` or filtered first.
const FILE_MAX: u64 = 1 << 28;
/// Link type of packets that begin with their IP header.
const RAW_IP: u32 = 101;
/// Link type of packets that begin with their Ethernet header.
const ETHERNET: u32 = 1;

/// What is to be explained.
struct Input {
    streams: Vec<TitledStream>,
    /// What of a capture is in no stream.
    left_out: Vec<String>,
}

/// A stream, and what is known of it.
struct TitledStream {
    title: Option<String>,
    stream: CapturedStream,
    /// What the other direction's client opened its session with, if this one's opens none.
    opened: Vec<Opening>,
}

impl Input {
    fn of(bytes: Vec<u8>) -> Self {
        let stream = CapturedStream { bytes: bytes.into(), ..CapturedStream::default() };
        Self { streams: vec![TitledStream { title: None, stream, opened: Vec::new() }], left_out: Vec::new() }
    }
}

/// Carries out the command.
pub(crate) fn decode(options: &Decode) -> Result<(), Failure> {
    let dictionary = Dictionary::new(&load_tables(&options.tables)?);
    let book = options.protocol.book();
    let mut broken = Vec::new();
    let Input { streams, left_out } = input(options)?;
    for TitledStream { title, stream, opened } in &streams {
        if let Some(title) = title.as_ref().filter(|_| !options.json) {
            print::line(title);
        }
        let own = if opened.is_empty() { Versions::Own } else { Versions::Other(opened) };
        let versions = options.version.map_or(own, Versions::Given);
        for piece in explain(book, versions, &dictionary, stream) {
            broken.extend(trouble(&piece));
            print::line(&if options.json {
                as_json(&piece, book).to_string()
            } else {
                as_text(&piece, book)
            });
        }
    }
    for why in left_out {
        print::line(&if options.json {
            json!({ "error": why }).to_string()
        } else {
            format!("     -  ✗ {why}")
        });
        broken.push(why);
    }
    match broken.as_slice() {
        [] => Ok(()),
        [only] => Err(Failure::Check(only.clone())),
        [first, more @ ..] => Err(Failure::Check(format!("{first}; and {} more", more.len()))),
    }
}

fn input(options: &Decode) -> Result<Input, Failure> {
    let Some(path) = options.capture.as_ref().or(options.file.as_ref()) else {
        let bytes = text::plain(&options.hex.join(" "), 1).map_err(|error| {
            Failure::Usage(format!(
                "these are no hexadecimal digits: at character {}, {}",
                error.column, error.why
            ))
        })?;
        return Ok(Input::of(bytes));
    };
    let file = read(path)?;
    match packets(&file) {
        Ok(found) => of_capture(&flows(found), path, options),
        Err(CaptureError::Unknown) if options.capture.is_none() => of_other(file, path, options),
        Err(error) => Err(Failure::Usage(format!("{}: {error}", path.display()))),
    }
}

/// The streams of a capture, and what it has beside them.
fn of_capture(found: &Flows, path: &Path, options: &Decode) -> Result<Input, Failure> {
    let (streams, left_out) = (captured(found, options), left_out(found, options));
    if streams.is_empty() && left_out.is_empty() {
        let name = options.protocol.book().name();
        return Err(Failure::Check(format!(
            "{} has no TCP data on a port of {name}: say where it is spoken with --port PORT={name}",
            path.display()
        )));
    }
    Ok(Input { streams, left_out })
}

/// Text of any form, or the bytes of messages as they are.
fn of_other(file: Vec<u8>, path: &Path, options: &Decode) -> Result<Input, Failure> {
    let Some(text) = text::text_of(&file) else {
        let file = Bytes::from(file);
        if !has_message(options.protocol.book(), &file) {
            return Err(Failure::Usage(format!(
                "{} is neither a capture (pcap, pcapng) nor a hex dump, and no message of {} stands in its bytes",
                path.display(),
                options.protocol.book().name()
            )));
        }
        return Ok(Input::of(file.into()));
    };
    let held = text::parse(&text).map_err(|error| Failure::Usage(format!("{}:{error}", path.display())))?;
    match held {
        text::TextContent::Bytes(bytes) => match as_packets(std::slice::from_ref(&bytes)) {
            Some(found) => of_capture(&found, path, options),
            None => Ok(Input::of(bytes)),
        },
        text::TextContent::Packets(dumped) => match as_packets(&dumped) {
            Some(found) => of_capture(&found, path, options),
            None => Ok(Input::of(dumped.concat())),
        },
    }
}

/// The flows of dumped packets, if they are some with their headers.
fn as_packets(dumped: &[Vec<u8>]) -> Option<Flows> {
    [ETHERNET, RAW_IP].into_iter().find_map(|link_type| {
        let packets = || dumped.iter().map(|bytes| Packet { link_type, bytes, original: bytes.len() });
        // One packet that is read by itself tells packets from bytes that happen to look like a header.
        packets().any(|packet| !flows([packet]).all.is_empty()).then(|| flows(packets()))
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = if path.as_os_str() == "-" {
        at_most(std::io::stdin().lock())
    } else {
        std::fs::File::open(path).and_then(at_most)
    };
    let bytes = read.map_err(|source| Failure::File { action: "read", path: path.to_owned(), source })?;
    if bytes.len() as u64 > FILE_MAX {
        let path = path.display();
        return Err(Failure::Usage(format!("{path} has more than {FILE_MAX} bytes: cut it, or filter it")));
    }
    Ok(bytes)
}

/// One byte more than is allowed, at most.
fn at_most(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(FILE_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The flows on the protocol's ports.
fn captured(found: &Flows, options: &Decode) -> Vec<TitledStream> {
    let chosen = found.all.iter().filter(|flow| is_spoken((flow.key.from.1, flow.key.to.1), options));
    let streams: Vec<(&Flow, CapturedStream)> = chosen.map(|flow| (flow, stream(flow))).collect();
    let opened: Vec<Vec<Opening>> = streams.iter().map(|(_, stream)| openings(stream)).collect();
    let other = |at: usize| {
        (0..streams.len())
            .find(|other| *other != at && streams[*other].0.connection == streams[at].0.connection)
            .filter(|_| opened[at].is_empty())
    };
    let others: Vec<Vec<Opening>> = (0..streams.len())
        .map(|at| other(at).map(|other| opened[other].clone()).unwrap_or_default())
        .collect();
    streams
        .into_iter()
        .zip(others)
        .map(|((flow, stream), opened)| TitledStream { title: Some(title(flow)), stream, opened })
        .collect()
}

/// Whether the protocol is spoken between these ports.
fn is_spoken((from, to): (u16, u16), options: &Decode) -> bool {
    let book = options.protocol.book();
    let is_spoken = |port| {
        let given = options.ports.iter().find(|given| given.port == port).map(|given| given.book);
        given.or_else(|| Book::of_port(port)) == Some(book)
    };
    is_spoken(from) || is_spoken(to)
}

fn stream(flow: &Flow) -> CapturedStream {
    let mut gaps: Vec<_> = flow.gaps.iter().map(|gap| (gap.offset, words(gap))).collect();
    if flow.is_too_long {
        gaps.push((flow.bytes.len(), "there is more than is read: what follows is left out".to_owned()));
    }
    CapturedStream { bytes: flow.bytes.clone().into(), begins_anywhere: !flow.has_start, gaps }
}

/// What is missing in a gap, and why.
fn words(gap: &Gap) -> String {
    let Gap { missing, why, .. } = gap;
    let bytes = if *missing == 1 { "byte is" } else { "bytes are" };
    match why {
        GapCause::Lost { before } => {
            format!("{missing} {bytes} missing here: no packet before packet {before} has them")
        }
        GapCause::Cut { packet, captured } => format!(
            "{missing} {bytes} missing here: packet {packet} is cut at {captured} bytes (snap length): capture again \
             with -s 0"
        ),
    }
}

/// What a capture has beside its flows. Packets of other protocols do not count.
fn left_out(found: &Flows, options: &Decode) -> Vec<String> {
    let Flows { fragments_left_out: fragments, headless, snap_length, has_more, all: _ } = found;
    let mut told = Vec::new();
    if *fragments > 0 {
        told.push(format!(
            "IP fragments are left out, because others of their packets are missing or cut: {fragments}"
        ));
    }
    let spoken = headless.iter().filter(|(ports, _)| is_spoken(**ports, options));
    let headless: usize = spoken.map(|(_, count)| count).sum();
    if let (true, Some(at)) = (headless > 0, snap_length) {
        told.push(format!(
            "packets are cut before their data, at {at} bytes or less (snap length): {headless}; capture again with -s 0"
        ));
    }
    if *has_more {
        told.push("there are more connections than are read: filter the capture".to_owned());
    }
    told
}

fn title(flow: &Flow) -> String {
    let end = |(ip, port): &(Vec<u8>, u16)| format!("{}:{port}", address(ip));
    let (have, missing) = (flow.bytes.len(), flow.gaps.iter().map(|gap| gap.missing).sum::<usize>());
    let of = if missing == 0 { String::new() } else { format!(" of {}", have + missing) };
    format!("{} -> {}, {have} bytes{of}", end(&flow.key.from), end(&flow.key.to))
}

fn address(ip: &[u8]) -> String {
    if let Ok(four) = <[u8; 4]>::try_from(ip) {
        return std::net::Ipv4Addr::from(four).to_string();
    }
    <[u8; 16]>::try_from(ip).map(|long| format!("[{}]", std::net::Ipv6Addr::from(long))).unwrap_or_default()
}

/// What is wrong with a stretch, if anything is.
fn trouble(piece: &Piece) -> Option<String> {
    let (offset, why) = match piece {
        Piece::Message(message) => {
            let fault = message.error.as_ref()?;
            (fault.offset, &fault.why)
        }
        Piece::Broken { offset, why } => (*offset, why),
    };
    Some(format!("at byte {offset}: {why}"))
}

fn as_text(piece: &Piece, book: Book) -> String {
    let message = match piece {
        Piece::Message(message) => message,
        Piece::Broken { offset, why } => return format!("{offset:>6}  ✗ {why}"),
    };
    let name = message.name.unwrap_or("a message that the table does not list");
    let head = format!("{:>6}  {name} ({}), {} bytes", message.offset, message.number, message.length);
    let fields = message.fields.iter().map(|field| {
        let label =
            label_of(field, book).map_or_else(|| format!("tag {}", field.tag.unwrap_or(0)), str::to_owned);
        format!("{:>10}  {label:<28} {}", field.offset, field.value)
    });
    let flaws = message.flaws.iter().map(|flaw| format!("            noted: {}", noted(flaw, book)));
    let error =
        message.error.iter().map(|fault| format!("            ✗ at byte {}: {}", fault.offset, fault.why));
    std::iter::once(head).chain(fields).chain(flaws).chain(error).collect::<Vec<_>>().join("\n")
}

/// What a field is called: by its message's row, or, where it does not belong there, by the name of its tag.
fn label_of(field: &Located, book: Book) -> Option<&'static str> {
    field.label.or_else(|| field.tag.filter(|_| book == Book::Cti).and_then(cce_cti::tags::name))
}

/// A flaw, and what becomes of it: without `strict_masks` the lab lives with each.
fn noted(flaw: &Flaw, book: Book) -> String {
    let status =
        cce_cti::status_of_flaw(flaw).filter(|_| book == Book::Cti).and_then(cce_cti::CtiStatus::name);
    status.map_or_else(
        || flaw.to_string(),
        |status| format!("{flaw} (a strict CTI server refuses it: {status})"),
    )
}

fn as_json(piece: &Piece, book: Book) -> serde_json::Value {
    let message = match piece {
        Piece::Message(message) => message,
        Piece::Broken { offset, why } => return json!({ "offset": offset, "error": why }),
    };
    let fields: Vec<_> = message
        .fields
        .iter()
        .map(|field| {
            let label = label_of(field, book);
            json!({ "offset": field.offset, "tag": field.tag, "label": label, "value": plain(&field.value) })
        })
        .collect();
    let flaws: Vec<String> = message.flaws.iter().map(ToString::to_string).collect();
    json!({
        "offset": message.offset,
        "message": message.name,
        "number": message.number,
        "length": message.length,
        "fields": fields,
        "flaws": flaws,
        "error": message.error.as_ref().map(|fault| &fault.why),
        "error_offset": message.error.as_ref().map(|fault| fault.offset),
    })
}

fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Uint(number) | Value::Time(number) => json!(number),
        Value::Int(number) => json!(number),
        Value::Bool(truth) => json!(truth),
        Value::List(values) => values.iter().map(plain).collect(),
        Value::Text(_) | Value::Task(_) | Value::Bytes(_) | Value::Secret => json!(value.to_string()),
    }
}
