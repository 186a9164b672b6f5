//! Bytes as people write them.

use std::fmt::Write;

/// Bytes in one group of a dump.
const GROUP: usize = 4;
/// Bytes in one line of a dump.
const LINE: usize = 32;

/// Why a text is not hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// A character that is no digit.
    #[error("{found:?} at character {at} is not a hexadecimal digit")]
    Digit {
        /// The character.
        found: char,
        /// Its place, from 1.
        at: usize,
    },
    /// The last byte has one digit only.
    #[error("an odd number of hexadecimal digits: {count}")]
    Odd {
        /// Digits in all.
        count: usize,
    },
}

/// Groups of four bytes, eight groups to a line.
pub fn hexdump(bytes: &[u8]) -> String {
    let mut dump = String::new();
    for (index, byte) in bytes.iter().enumerate() {
        let gap = match index {
            0 => "",
            _ if index.is_multiple_of(LINE) => "\n",
            _ if index.is_multiple_of(GROUP) => " ",
            _ => "",
        };
        let _ = write!(dump, "{gap}{byte:02x}");
    }
    dump
}

/// Reads hexadecimal digits; blanks, line breaks and a `0x` before a group are skipped.
pub fn parse_hex(text: &str) -> Result<Vec<u8>, HexError> {
    let digits = digits_of(text)?;
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(HexError::Odd { count: digits.len() });
    }
    Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

fn digits_of(text: &str) -> Result<Vec<u8>, HexError> {
    let mut digits = Vec::new();
    let mut starts_group = true;
    let mut characters = text.chars().enumerate().peekable();
    while let Some((index, found)) = characters.next() {
        if found.is_whitespace() {
            starts_group = true;
            continue;
        }
        if starts_group && found == '0' && characters.next_if(|(_, next)| matches!(next, 'x' | 'X')).is_some()
        {
            starts_group = false;
            continue;
        }
        starts_group = false;
        let digit = found.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        digits.push(digit.ok_or(HexError::Digit { found, at: index + 1 })?);
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_reads_back() {
        let bytes: Vec<u8> = (0..70).collect();
        let dump = hexdump(&bytes);
        assert!(dump.starts_with("00010203 04050607 08"));
        assert_eq!(dump.lines().count(), 3);
        assert_eq!(parse_hex(&dump), Ok(bytes));
    }

    #[test]
    fn blanks_line_breaks_and_prefixes_are_skipped() {
        assert_eq!(parse_hex(" 0x00FF\n0X01 ab\t0c\r\n"), Ok(vec![0, 0xff, 1, 0xab, 0x0c]));
        assert_eq!(parse_hex(""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_digit_is_named_with_its_place() {
        assert_eq!(parse_hex("00 0g"), Err(HexError::Digit { found: 'g', at: 5 }));
        assert_eq!(parse_hex("00x0"), Err(HexError::Digit { found: 'x', at: 3 }));
        assert_eq!(parse_hex("00 1"), Err(HexError::Odd { count: 3 }));
    }
}
