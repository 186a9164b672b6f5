//! `ccelab decode`: bytes of arguments, hex dumps and captures, field by field.

use crate::{cli::Decode, failure::Failure, files::load_tables, print};
use cce_views::{
    Dictionary, Explained, Piece,
    capture::{CaptureError, Flow, Packet, flows, packets},
    explain, opened_version,
    reference::Book,
};
use cce_wire::{Bytes, Value, parse_hex};
use serde_json::json;
use std::{fs, io::Read, path::Path, str::FromStr};

/// Bytes of a file; a larger capture is to be cut with `editcap` or filtered first.
const FILE_MAX: u64 = 1 << 28;
/// Bytes behind which a wider gap in a line of a hex dump begins its text for people.
const DUMP_LINE: usize = 16;
/// Blanks in a row that separate the digits of any hex dump from its text.
const DUMP_GAP: &str = "   ";

/// A port of a capture, and what is spoken there: `39001=mr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PortBook {
    port: u16,
    book: Book,
}

impl FromStr for PortBook {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('=').and_then(|(port, name)| {
            let book = Book::ALL.into_iter().find(|book| book.name() == name)?;
            Some(Self { port: port.parse().ok()?, book })
        });
        parts.ok_or_else(|| format!("`{text}`: write PORT=PROTOCOL, such as 39001=mr"))
    }
}

/// A stream to be explained.
struct Stream {
    title: Option<String>,
    bytes: Bytes,
    version: Option<u32>,
    is_missing: bool,
    has_gap: bool,
}

impl Stream {
    fn of(bytes: Vec<u8>) -> Self {
        Self { title: None, bytes: bytes.into(), version: None, is_missing: false, has_gap: false }
    }

    /// What is lost behind the bytes.
    fn gap(&self) -> Option<Piece> {
        let why = "packets are missing, or there are too many: what follows is left out".to_owned();
        self.has_gap.then(|| Piece::Broken { offset: self.bytes.len(), why })
    }
}

/// Carries out the command.
pub(crate) fn decode(options: &Decode) -> Result<(), Failure> {
    let dictionary = Dictionary::new(&load_tables(&options.tables)?);
    let book = options.protocol.book();
    let mut broken = Vec::new();
    for stream in streams(options)? {
        if let Some(title) = stream.title.as_ref().filter(|_| !options.json) {
            print::line(title);
        }
        let version = options.version.or(stream.version);
        let pieces = explain(book, version, &dictionary, &stream.bytes, stream.is_missing);
        for piece in pieces.into_iter().chain(stream.gap()) {
            broken.extend(trouble(&piece));
            print::line(&if options.json { as_json(&piece).to_string() } else { as_text(&piece) });
        }
    }
    match broken.as_slice() {
        [] => Ok(()),
        [only] => Err(Failure::Check(only.clone())),
        [first, more @ ..] => Err(Failure::Check(format!("{first}; and {} more", more.len()))),
    }
}

fn streams(options: &Decode) -> Result<Vec<Stream>, Failure> {
    let Some(path) = options.capture.as_ref().or(options.file.as_ref()) else {
        let bytes = parse_hex(&options.hex.join(" "))
            .map_err(|error| Failure::Usage(format!("these are no hexadecimal digits: {error}")))?;
        return Ok(vec![Stream::of(bytes)]);
    };
    let file = read(path)?;
    match packets(&file) {
        Ok(found) => of_capture(found, path, options),
        Err(CaptureError::Unknown) if options.capture.is_none() => of_dump(file, path),
        Err(error) => Err(Failure::Usage(format!("{}: {error}", path.display()))),
    }
}

fn of_capture(found: Vec<Packet<'_>>, path: &Path, options: &Decode) -> Result<Vec<Stream>, Failure> {
    let streams = captured(&flows(found), options);
    if streams.is_empty() {
        let name = options.protocol.book().name();
        return Err(Failure::Check(format!(
            "{} has no TCP data on a port of {name}: say where it is spoken with --port PORT={name}",
            path.display()
        )));
    }
    Ok(streams)
}

fn of_dump(file: Vec<u8>, path: &Path) -> Result<Vec<Stream>, Failure> {
    let text = String::from_utf8(file).map_err(|_| {
        Failure::Usage(format!("{} is neither a capture (pcap, pcapng) nor a hex dump", path.display()))
    })?;
    let bytes = hex_dump(&text).map_err(|line| {
        Failure::Usage(format!("{}:{line}: these are no hexadecimal digits of whole bytes", path.display()))
    })?;
    Ok(vec![Stream::of(bytes)])
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = if path.as_os_str() == "-" {
        at_most(std::io::stdin().lock())
    } else {
        fs::File::open(path).and_then(at_most)
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

/// The flows on the protocol's ports. A GED-188 flow has the version that either direction opened.
fn captured(flows: &[Flow], options: &Decode) -> Vec<Stream> {
    let book = options.protocol.book();
    let spoken = |port| {
        let given = options.ports.iter().find(|given| given.port == port).map(|given| given.book);
        given.or_else(|| Book::of_port(port)) == Some(book)
    };
    let chosen = flows.iter().filter(|flow| spoken(flow.key.from.1) || spoken(flow.key.to.1));
    let version_of = |flow: &Flow| {
        let back = flow.key.back();
        flows
            .iter()
            .filter(|other| other.key == flow.key || other.key == back)
            .find_map(|other| opened_version(&Bytes::copy_from_slice(&other.bytes)))
    };
    chosen
        .map(|flow| Stream {
            title: Some(title(flow)),
            bytes: flow.bytes.clone().into(),
            version: version_of(flow),
            is_missing: !flow.has_start,
            has_gap: flow.has_gap,
        })
        .collect()
}

fn title(flow: &Flow) -> String {
    let end = |(ip, port): &(Vec<u8>, u16)| format!("{}:{port}", address(ip));
    format!("{} -> {}, {} bytes", end(&flow.key.from), end(&flow.key.to), flow.bytes.len())
}

fn address(ip: &[u8]) -> String {
    if let Ok(four) = <[u8; 4]>::try_from(ip) {
        return std::net::Ipv4Addr::from(four).to_string();
    }
    <[u8; 16]>::try_from(ip).map(|long| format!("[{}]", std::net::Ipv6Addr::from(long))).unwrap_or_default()
}

/// The bytes of a hex dump as `xxd`, `hexdump -C`, `od -A x -t x1` or Wireshark make it, or of plain digits.
/// The error is the number of the line.
fn hex_dump(text: &str) -> Result<Vec<u8>, usize> {
    let mut bytes = Vec::new();
    for (number, line) in text.lines().enumerate() {
        bytes.extend(dump_line(line, bytes.len()).ok_or(number + 1)?);
    }
    Ok(bytes)
}

fn dump_line(line: &str, so_far: usize) -> Option<Vec<u8>> {
    let line = line.trim();
    let (first, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let offset = usize::from_str_radix(first.trim_end_matches(':'), 16).ok();
    // Behind an offset without a colon come single bytes; plain digits may be grouped otherwise.
    let has_bytes = rest.split_whitespace().next().is_some_and(|byte| byte.len() == 2);
    let is_offset = first.ends_with(':') || (first.len() >= 4 && offset == Some(so_far) && has_bytes);
    if offset == Some(so_far) && rest.is_empty() && so_far > 0 && first.len() >= 4 {
        // `od` ends with the offset of the end.
        return Some(Vec::new());
    }
    if !is_offset {
        return parse_hex(line).ok();
    }
    let rest = rest.trim_start().split('|').next().unwrap_or_default();
    // Only `xxd` has colons; it has two blanks before its text, whatever the length of its lines.
    let gap = if first.ends_with(':') { "  " } else { DUMP_GAP };
    let bytes = digits(rest.split(gap).next().unwrap_or_default());
    (!bytes.is_empty()).then_some(bytes)
}

/// The bytes at the front. Where a line is full, a wider gap is where its text begins; before, it parts two
/// halves of the line.
fn digits(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut is_after_gap = false;
    for token in text.split([' ', '\t']) {
        if token.is_empty() {
            is_after_gap = true;
            continue;
        }
        let Some(more) = parse_hex(token).ok().filter(|_| !is_after_gap || bytes.len() < DUMP_LINE) else {
            break;
        };
        bytes.extend(more);
        is_after_gap = false;
    }
    bytes
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

fn as_text(piece: &Piece) -> String {
    let message = match piece {
        Piece::Message(message) => message,
        Piece::Broken { offset, why } => return format!("{offset:>6}  ✗ {why}"),
    };
    let name = message.name.unwrap_or("a message that the table does not list");
    let head = format!("{:>6}  {name} ({}), {} bytes", message.offset, message.number, message.length);
    let fields = message.fields.iter().map(|field| {
        let label = field.label.map_or_else(|| format!("tag {}", field.tag.unwrap_or(0)), str::to_owned);
        format!("{:>10}  {label:<28} {}", field.offset, field.value)
    });
    let flaws = message.flaws.iter().map(|flaw| format!("            would be refused: {flaw}"));
    let error =
        message.error.iter().map(|fault| format!("            ✗ at byte {}: {}", fault.offset, fault.why));
    std::iter::once(head).chain(fields).chain(flaws).chain(error).collect::<Vec<_>>().join("\n")
}

fn as_json(piece: &Piece) -> serde_json::Value {
    match piece {
        Piece::Broken { offset, why } => json!({ "offset": offset, "error": why }),
        Piece::Message(message) => message_json(message),
    }
}

fn message_json(message: &Explained) -> serde_json::Value {
    let fields: Vec<_> = message
        .fields
        .iter()
        .map(|field| {
            json!({ "offset": field.offset, "tag": field.tag, "label": field.label, "value": plain(&field.value) })
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

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: [u8; 12] = [0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 2];

    #[test]
    fn every_usual_form_of_a_hex_dump_gives_the_same_bytes() {
        for dump in [
            "00000004 00000005 00000002",
            "0000 0004\n0000 0005\n00000002\n",
            "00000000: 0000 0004 0000 0005 0000 0002            ............",
            "0000   00 00 00 04 00 00 00 05 00 00 00 02               ............",
            "00000000  00 00 00 04 00 00 00 05  00 00 00 02              |............|\n0000000c\n",
            "000000 00 00 00 04 00 00 00 05 00 00 00 02\n00000c\n",
            "000000 00 00 00 04 00 00 00 05 00 00 00 02  >............<\n00000c\n",
        ] {
            assert_eq!(hex_dump(dump), Ok(MESSAGE.to_vec()), "{dump}");
        }
    }

    #[test]
    fn text_that_looks_like_digits_is_no_byte() {
        let sixteen: Vec<u8> = (0xa0..0xb0).collect();
        for dump in [
            "00000000: a0a1 a2a3 a4a5 a6a7 a8a9 aaab acad aeaf  be ef cafe",
            "0000  a0 a1 a2 a3 a4 a5 a6 a7  a8 a9 aa ab ac ad ae af  be ef cafe",
            "00000000  a0 a1 a2 a3 a4 a5 a6 a7  a8 a9 aa ab ac ad ae af  |be ef cafe|",
        ] {
            assert_eq!(hex_dump(dump), Ok(sixteen.clone()), "{dump}");
        }
    }

    #[test]
    fn a_line_may_have_more_than_sixteen_bytes() {
        let wide: Vec<u8> = (0..32).collect();
        let pairs: Vec<_> = wide.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex_dump(&format!("000000 {}\n000020\n", pairs.join(" "))), Ok(wide.clone()));
        assert_eq!(hex_dump(&format!("00000000: {}  be ef", pairs.join(" "))), Ok(wide));
    }

    #[test]
    fn a_line_that_is_no_dump_is_named() {
        assert_eq!(hex_dump("00000004\nno digits\n"), Err(2));
    }
}
