//! Texts of customers and peers in views of lines: what they hold cannot break a line, nor command a terminal.

use std::borrow::Cow;

/// The text with its control characters spelt out, as in a Rust literal: `\n`, `\u{1b}`.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_spelt_out_and_nothing_else() {
        assert_eq!(one_line("Card\r\nlost \u{1b}[2J \u{e9} \\"), "Card\\r\\nlost \\u{1b}[2J \u{e9} \\");
    }
}
