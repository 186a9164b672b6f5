//! Texts of customers and peers in views of lines: what they hold cannot break a line, nor command a terminal.

use std::borrow::Cow;

/// The text with its control characters spelt out, as in a Rust literal: `\n`, `\u{1b}`.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(may_begin_control) || !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let spell = |letter: char| -> Box<dyn Iterator<Item = char>> {
        if letter.is_control() {
            Box::new(letter.escape_default())
        } else {
            Box::new(std::iter::once(letter))
        }
    };
    Cow::Owned(text.chars().flat_map(spell).collect())
}

/// Whether a control character may begin with that byte: those beyond ASCII begin with the last one.
const fn may_begin_control(byte: u8) -> bool {
    matches!(byte, ..b' ' | 0x7f | 0xc2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_spelt_out_and_nothing_else() {
        assert_eq!(one_line("Card\r\nlost \u{1b}[2J \u{e9} \\"), "Card\\r\\nlost \\u{1b}[2J \u{e9} \\");
    }

    #[test]
    fn each_character_is_spelt_out_if_it_is_a_control_character_alone_in_its_text() {
        for letter in ('\0'..='\u{2ff}').chain(['\u{2028}', '\u{fffd}', '\u{1f600}']) {
            let is_spelt = matches!(one_line(letter.encode_utf8(&mut [0; 4])), Cow::Owned(_));
            assert_eq!(is_spelt, letter.is_control(), "{letter:?}");
        }
    }
}
