//! Bytes in the forms in which people have them: hex dumps, arrays of programs, plain digits.

use std::fmt;

/// Bytes behind which a wider gap in a line of a hex dump begins its text for people.
const DUMP_LINE: usize = 16;
/// Blanks in a row that separate the digits of any hex dump from its text.
const DUMP_GAP: &str = "   ";
/// Bytes that one `*` of a dump may stand for.
const REPEAT_MAX: usize = 1 << 20;

/// What a text holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TextContent {
    /// The bytes of a stream.
    Bytes(Vec<u8>),
    /// Packets, each dumped by itself.
    Packets(Vec<Vec<u8>>),
}

/// The first character that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) why: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.why)
    }
}

/// The text of a file, by its byte-order mark, else UTF-8. None for bytes that are no text.
pub(super) fn text_of(file: &[u8]) -> Option<String> {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let (units, left) = rest.as_chunks::<2>();
        let units: Vec<u16> = units.iter().copied().map(unit).collect();
        String::from_utf16(&units).ok().filter(|_| left.is_empty())
    };
    let text = match file {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => std::str::from_utf8(rest).ok().map(str::to_owned),
    }?;
    text.chars().all(|character| !character.is_control() || character.is_ascii_whitespace()).then_some(text)
}

/// The bytes that a text holds.
pub(super) fn parse(text: &str) -> Result<TextContent, Misfit> {
    if text.contains("\\x") {
        return escaped(text).map(TextContent::Bytes);
    }
    if text.contains('{') {
        return array(text).map(TextContent::Bytes);
    }
    dump(text)
}

/// What stands in the braces of an array of C, C# or Java.
fn array(text: &str) -> Result<Vec<u8>, Misfit> {
    let mut bytes = Vec::new();
    let (mut is_inside, mut is_comment) = (false, false);
    for (line, content) in (1..).zip(text.lines()) {
        let code = without_comments(content, &mut is_comment);
        let mut kept = String::new();
        for character in code.chars() {
            is_inside = (is_inside || character == '{') && character != '}';
            let is_kept = is_inside && !matches!(character, '{' | '}');
            kept.push(if is_kept { character } else { ' ' });
        }
        bytes.extend(plain(&kept.replace("(byte)", "      "), line)?);
    }
    Ok(bytes)
}

/// A line with blanks in place of its comments.
fn without_comments(line: &str, is_comment: &mut bool) -> String {
    let mut kept = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (mark, length) = match (*is_comment, rest.get(..2)) {
            (false, Some("//")) => break,
            (false, Some("/*")) => (Some(true), 2),
            (true, Some("*/")) => (Some(false), 2),
            _ => (None, first.len_utf8()),
        };
        kept.push_str(if *is_comment || mark.is_some() { " " } else { &rest[..length] });
        *is_comment = mark.unwrap_or(*is_comment);
        rest = &rest[length..];
    }
    kept
}

/// A string of a program: `\x00\x039`.
fn escaped(text: &str) -> Result<Vec<u8>, Misfit> {
    let mut bytes = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let inside = match (content.find(['"', '\'']), content.rfind(['"', '\''])) {
            (Some(from), Some(to)) if from < to => from + 1..to,
            _ => 0..content.len(),
        };
        let start = content[..inside.start].chars().count();
        let characters: Vec<char> = content[inside].chars().collect();
        let mut at = 0;
        while let Some(found) = characters.get(at) {
            let (byte, length) = escape(&characters[at..]).ok_or_else(|| Misfit {
                line,
                column: start + at + 1,
                why: format!("{found:?} is neither a byte nor an escape of one"),
            })?;
            bytes.push(byte);
            at += length;
        }
    }
    Ok(bytes)
}

/// The byte at the front, and how many characters say it.
fn escape(characters: &[char]) -> Option<(u8, usize)> {
    let digit = |at: usize| characters.get(at).and_then(|digit| digit.to_digit(16));
    match characters {
        ['\\', 'x', ..] => u8::try_from(digit(2)? << 4 | digit(3)?).ok().map(|byte| (byte, 4)),
        ['\\', 'n', ..] => Some((b'\n', 2)),
        ['\\', 'r', ..] => Some((b'\r', 2)),
        ['\\', 't', ..] => Some((b'\t', 2)),
        ['\\', '0', ..] => Some((0, 2)),
        ['\\', quoted @ ('\\' | '\'' | '"'), ..] => u8::try_from(*quoted).ok().map(|byte| (byte, 2)),
        ['\\', ..] | [] => None,
        [plain, ..] => u8::try_from(*plain).ok().filter(u8::is_ascii).map(|byte| (byte, 1)),
    }
}

/// A hex dump as `xxd`, `hexdump` with or without `-C`, `od -A x -t x1`, `tcpdump -X` or Wireshark make it, or plain
/// digits.
fn dump(text: &str) -> Result<TextContent, Misfit> {
    let mut reader = Reader::default();
    for (number, line) in (1..).zip(text.lines()) {
        reader.line(line, number)?;
    }
    let Reader { bytes, mut packets, .. } = reader;
    if packets.is_empty() {
        return Ok(TextContent::Bytes(bytes));
    }
    packets.push(bytes);
    Ok(TextContent::Packets(packets))
}

/// Reads a dump line by line.
#[derive(Default)]
struct Reader {
    bytes: Vec<u8>,
    /// The packets before, where offsets began anew.
    packets: Vec<Vec<u8>>,
    /// Bytes of the line before.
    last: usize,
    /// Lines that are like the last one were left out.
    is_repeating: bool,
    /// The line before was of `hexdump`, whose last byte may be filled up.
    has_words: bool,
}

impl Reader {
    fn line(&mut self, line: &str, number: usize) -> Result<(), Misfit> {
        let trimmed = line.trim();
        if trimmed.is_empty() || is_packet_head(trimmed) {
            return Ok(());
        }
        if trimmed == "*" && self.last > 0 {
            self.is_repeating = true;
            return Ok(());
        }
        let (first, rest) = trimmed.split_once([' ', '\t']).unwrap_or((trimmed, ""));
        let Some(offset) = offset_of(first, rest, self.bytes.len(), self.is_repeating) else {
            self.take(plain(line, number)?);
            return Ok(());
        };
        let misfit = |why: &str| Misfit { line: number, column: 1, why: why.to_owned() };
        if self.is_repeating && !self.repeat(offset) {
            return Err(misfit("this offset is too far behind the `*` before it"));
        }
        if offset == 0 && !self.bytes.is_empty() {
            self.packets.push(std::mem::take(&mut self.bytes));
        }
        if rest.trim().is_empty() {
            // `od` and `hexdump` end with the offset of the end.
            if self.has_words && offset + 1 == self.bytes.len() {
                self.bytes.pop();
            }
            return Ok(());
        }
        let words = words_of(first, rest);
        self.has_words = words.is_some();
        let bytes = words.unwrap_or_else(|| dumped(first, rest));
        if bytes.is_empty() {
            return Err(misfit("no hexadecimal digits stand behind this offset"));
        }
        self.take(bytes);
        Ok(())
    }

    fn take(&mut self, bytes: Vec<u8>) {
        self.last = bytes.len();
        self.bytes.extend(bytes);
    }

    /// Fills up what lines like the last one had. An offset decides how much that is, so it has a bound.
    fn repeat(&mut self, offset: usize) -> bool {
        self.is_repeating = false;
        let missing = offset.saturating_sub(self.bytes.len());
        if missing > REPEAT_MAX || self.bytes.len() < self.last {
            return false;
        }
        let line = self.bytes[self.bytes.len() - self.last..].to_vec();
        self.bytes.extend(line.into_iter().cycle().take(missing));
        true
    }
}

/// The line in front of each packet of `tcpdump -X`.
fn is_packet_head(line: &str) -> bool {
    line.contains(" IP ") || line.contains(" IP6 ")
}

/// The offset at the front of a line, if that is one.
fn offset_of(first: &str, rest: &str, so_far: usize, is_repeating: bool) -> Option<usize> {
    let digits = first.trim_end_matches(':');
    let offset = usize::from_str_radix(digits.strip_prefix("0x").unwrap_or(digits), 16).ok()?;
    if first.ends_with(':') {
        return Some(offset);
    }
    // Behind an offset without a colon come single bytes, or words behind an offset of seven digits; plain digits may be
    // grouped otherwise.
    let next = rest.split_whitespace().next();
    let has_bytes = next.is_some_and(|byte| byte.len() == 2);
    let has_words = first.len() == 7 && next.is_some_and(|word| word.len() == 4);
    let is_end =
        next.is_none() && so_far > 0 && (offset == so_far || offset + 1 == so_far && first.len() == 7);
    let is_expected = offset == so_far || (offset == 0 && so_far > 0) || is_repeating;
    ((is_expected && (has_bytes || has_words)) || is_end || (is_repeating && next.is_none()))
        .then_some(offset)
        .filter(|_| first.len() >= 4)
}

/// The words of `hexdump`, whose bytes are swapped.
fn words_of(first: &str, rest: &str) -> Option<Vec<u8>> {
    if first.len() != 7 || first.ends_with(':') {
        return None;
    }
    rest.split_whitespace()
        .map(|word| Some(u16::from_str_radix(word, 16).ok().filter(|_| word.len() == 4)?.to_le_bytes()))
        .collect::<Option<Vec<_>>>()
        .map(|words| words.concat())
}

fn dumped(first: &str, rest: &str) -> Vec<u8> {
    let rest = rest.trim_start().split('|').next().unwrap_or_default();
    // Only `xxd` and `tcpdump` have colons; they have two blanks before their text, whatever the length of their lines.
    let gap = if first.ends_with(':') { "  " } else { DUMP_GAP };
    digits(rest.split(gap).next().unwrap_or_default())
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
        let Some(more) = plain(token, 0).ok().filter(|_| !is_after_gap || bytes.len() < DUMP_LINE) else {
            break;
        };
        bytes.extend(more);
        is_after_gap = false;
    }
    bytes
}

/// Digits in pairs, with `0x` before them, and blanks, commas, dashes, colons or quotes between them.
pub(super) fn plain(line: &str, number: usize) -> Result<Vec<u8>, Misfit> {
    let mut bytes = Vec::new();
    let mut high = None;
    let characters: Vec<char> = line.chars().collect();
    let misfit = |at: usize, why: String| Misfit { line: number, column: at + 1, why };
    let mut at = 0;
    let mut starts_group = true;
    while let Some(found) = characters.get(at) {
        let is_between = found.is_whitespace() || matches!(found, ',' | ';' | '-' | ':' | '"');
        if is_between {
            if let (Some(_), false) = (high, found.is_whitespace()) {
                return Err(misfit(at, format!("{found:?} stands inside of a byte")));
            }
        } else if starts_group && *found == '0' && matches!(characters.get(at + 1), Some('x' | 'X')) {
            at += 1;
        } else {
            let digit = found.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            let digit = digit.ok_or_else(|| misfit(at, format!("{found:?} is no hexadecimal digit")))?;
            match high.take() {
                None => high = Some(digit),
                Some(first) => bytes.push(first << 4 | digit),
            }
        }
        starts_group = is_between;
        at += 1;
    }
    match high {
        None => Ok(bytes),
        Some(_) => Err(misfit(characters.len(), "the last byte has one digit only".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: [u8; 12] = [0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 2];

    fn bytes(text: &str) -> Result<Vec<u8>, Misfit> {
        match parse(text)? {
            TextContent::Bytes(bytes) => Ok(bytes),
            TextContent::Packets(packets) => Ok(packets.concat()),
        }
    }

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
            "0000000 0000 0400 0000 0500 0000 0200\n000000c\n",
            "16:11:02.123456 IP 10.0.0.5.50001 > 10.0.0.9.42027: Flags [P.], length 12\n\t0x0000:  0000 0004 0000 \
             0005 0000 0002                 ............\n",
        ] {
            assert_eq!(bytes(dump), Ok(MESSAGE.to_vec()), "{dump}");
        }
    }

    #[test]
    fn every_form_of_a_program_gives_the_same_bytes() {
        for text in [
            "unsigned char m[] = {\n0x00, 0x00, 0x00, 0x04, /* length */ 0x00, 0x00, 0x00, 0x05, // type\n0x00, 0x00, 0x00, 0x02 };",
            "static const char peer0_0[] = { /* Packet 1 */\n0x00, 0x00, 0x00, 0x04 };\nchar peer0_1[] = { /* Packet 2 */\n\
             0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x02 };\nunsigned int m_len = 12;",
            "new byte[] { (byte)0x00, 0x00, 0x00, 0x04, 0x00,0x00,0x00,0x05,0x00,0x00,0x00,0x02 }",
        ] {
            assert_eq!(bytes(text), Ok(MESSAGE.to_vec()), "{text}");
        }
        for text in [
            "00-00-00-04-00-00-00-05-00-00-00-02",
            "00:00:00:04:00:00:00:05:00:00:00:02",
            "0x00 0x00 0x00 0x04 0x00000005 0x00 0x00 0x00 0x02",
            "0x00,0x00,0x00,0x04,0x00,0x00,0x00,0x05,0x00,0x00,0x00,0x02",
            r"b'\x00\x00\x00\x04\x00\x00\x00\x05\x00\x00\x00\x02'",
            r#""\x00\x00\x00\x04\x00\x00\x00\x05\x00\x00\0\x02""#,
        ] {
            assert_eq!(bytes(text), Ok(MESSAGE.to_vec()), "{text}");
        }
        assert_eq!(bytes(r"b'\x009\n\\A'"), Ok(b"\x009\n\\A".to_vec()));
    }

    #[test]
    fn byte_order_marks_say_how_a_text_is_written() {
        let of_utf_8 = [b"\xef\xbb\xbf".as_slice(), b"0004"].concat();
        let little: Vec<u8> = "\u{feff}0004".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}0004".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for file in [of_utf_8, little, big, b"0004".to_vec()] {
            assert_eq!(text_of(&file).as_deref(), Some("0004"), "{file:?}");
        }
        for file in [&MESSAGE[..], b"\xff\xfe0", b"\xff\xfe\x00\xd8"] {
            assert_eq!(text_of(file), None, "{file:?}");
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
            assert_eq!(bytes(dump), Ok(sixteen.clone()), "{dump}");
        }
    }

    #[test]
    fn a_line_may_have_more_than_sixteen_bytes() {
        let wide: Vec<u8> = (0..32).collect();
        let pairs: Vec<_> = wide.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(bytes(&format!("000000 {}\n000020\n", pairs.join(" "))), Ok(wide.clone()));
        assert_eq!(bytes(&format!("00000000: {}  be ef", pairs.join(" "))), Ok(wide));
    }

    #[test]
    fn lines_that_are_left_out_as_equal_are_filled_up_within_a_bound() {
        let line = "00 ".repeat(16);
        let dump = format!("00000000  {line}\n*\n00000030  00 01\n00000032\n");
        assert_eq!(bytes(&dump), Ok([vec![0; 49], vec![1]].concat()));
        let far = format!("00000000  {line}\n*\nf0000000  00 01\n");
        assert_eq!(bytes(&far).unwrap_err().line, 3);
    }

    #[test]
    fn the_last_byte_of_an_odd_number_is_not_filled_up() {
        assert_eq!(bytes("0000000 0100 0002\n0000003\n"), Ok(vec![0, 1, 2]));
    }

    #[test]
    fn offsets_that_begin_anew_begin_another_packet() {
        let dump = "0000  00 01\n0002  02\n\n0000  03 04\n";
        assert_eq!(parse(dump), Ok(TextContent::Packets(vec![vec![0, 1, 2], vec![3, 4]])));
    }

    #[test]
    fn what_is_no_dump_is_named_with_line_column_and_character() {
        for (text, place) in [
            ("00000004\nno digits\n", "2:1: 'n' is no hexadecimal digit"),
            ("10:06:31:759 cg1a-ctisvr Trace: 00 00", "1:15: 'g' is no hexadecimal digit"),
            ("00 0", "1:5: the last byte has one digit only"),
            ("00-0-00", "1:5: '-' stands inside of a byte"),
            ("char m[] = { 0x00,\n  zz };", "2:3: 'z' is no hexadecimal digit"),
            (r"b'\x00\q'", r"1:7: '\\' is neither a byte nor an escape of one"),
        ] {
            let told = bytes(text).unwrap_err().to_string();
            assert!(told.starts_with(place), "{text}: {told}");
        }
    }
}
