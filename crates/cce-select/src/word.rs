//! The words of a selector, each with its place in the text, and the error that points at one.

use std::ops::Range;

/// Stands for any message, and for any place.
pub(crate) const ANY: &str = "*";

/// What is wrong with a selector, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SelectorError {
    /// What is wrong, and what would be right.
    pub message: String,
    /// Bytes of the selector's text.
    pub span: Range<usize>,
    /// A name that nothing has: wherever else it stands, it is the same mistake.
    pub wrong_name: Option<String>,
}

/// One word of a selector's text.
#[derive(Clone, Debug)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    span: Range<usize>,
}

impl Word<'_> {
    pub(crate) fn error(&self, message: String) -> SelectorError {
        SelectorError { message, span: self.span.clone(), wrong_name: None }
    }

    /// Nothing has the name that the word is.
    pub(crate) fn unknown(&self, message: String) -> SelectorError {
        SelectorError { wrong_name: Some(self.text.to_owned()), ..self.error(message) }
    }
}

/// Words between blanks; blanks between double quotes belong to a word.
pub(crate) fn split(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut is_quoted = false;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        is_quoted ^= character == '"';
        let is_gap = character.is_whitespace() && (!is_quoted || at == text.len());
        match start {
            None if !is_gap => start = Some(at),
            Some(from) if is_gap => {
                words.push(Word { text: &text[from..at], span: from..at });
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// Names of messages are written large.
pub(crate) fn is_message(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}
