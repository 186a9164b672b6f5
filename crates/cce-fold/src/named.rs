//! Finds the ids in a text: a path or a piece of XML enters, the contacts and tasks that it names leave, in their order there.

use cce_model::{ContactId, TaskId};
use memchr::memchr;
use std::sync::Arc;

/// Digits of a contact's id.
const CONTACT_DIGITS: usize = 32;

/// Every contact and every task whose id stands in a text, in their order there.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamedIds(Option<Arc<Ids>>);

#[derive(Debug, Default)]
struct Ids {
    contacts: Vec<ContactId>,
    tasks: Vec<TaskId>,
}

impl NamedIds {
    /// What a path or a piece of XML names. An id is a word of its own, and texts are long: only what each kind of id must have is
    /// looked for.
    pub(crate) fn of(text: &[u8]) -> Self {
        let ids = Ids { contacts: contacts_in(text), tasks: tasks_in(text) };
        let has_any = !ids.contacts.is_empty() || !ids.tasks.is_empty();
        Self(has_any.then(|| Arc::new(ids)))
    }

    /// The contacts.
    pub(crate) fn contacts(&self) -> impl Iterator<Item = &ContactId> {
        self.0.iter().flat_map(|ids| &ids.contacts)
    }

    /// The tasks.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = TaskId> {
        self.0.iter().flat_map(|ids| ids.tasks.iter().copied())
    }
}

/// Words of exactly as many digits as a contact's id has. The last one of them is looked at first: where it is none, no id has any
/// byte before it.
fn contacts_in(text: &[u8]) -> Vec<ContactId> {
    let mut contacts = Vec::new();
    let mut from = 0;
    while let Some(digits) = text.get(from..from + CONTACT_DIGITS) {
        if let Some(at) = digits.iter().rposition(|byte| !is_contact_digit(*byte)) {
            from += at + 1;
            continue;
        }
        let end = end_of_word(text, from + CONTACT_DIGITS);
        let begins = from.checked_sub(1).is_none_or(|before| !is_of_word(text[before]));
        if begins && end == from + CONTACT_DIGITS {
            contacts.extend(str::from_utf8(digits).ok().map(ContactId::from));
        }
        from = end + 1;
    }
    contacts
}

/// Words that are a task's id: its parts stand between underscores.
fn tasks_in(text: &[u8]) -> Vec<TaskId> {
    let mut tasks = Vec::new();
    let mut from = 0;
    while let Some(at) = memchr(b'_', &text[from..]).map(|at| from + at) {
        let before = text[from..at].iter().rposition(|byte| !is_of_word(*byte));
        let word = &text[before.map_or(from, |before| from + before + 1)..end_of_word(text, at)];
        if word[0].is_ascii_digit() || word[0] == b'-' {
            tasks.extend(str::from_utf8(word).ok().and_then(TaskId::parse));
        }
        from = end_of_word(text, at);
    }
    tasks
}

/// Where the word ends that has a byte before that place.
fn end_of_word(text: &[u8], place: usize) -> usize {
    text[place..].iter().position(|byte| !is_of_word(*byte)).map_or(text.len(), |length| place + length)
}

const fn is_contact_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'F')
}

const fn is_of_word(byte: u8) -> bool {
    OF_WORD[byte as usize]
}

/// Whether a byte is of a word, by its value: texts are read byte by byte, and there are many.
const OF_WORD: [bool; 256] = {
    let mut of_word = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        of_word[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        byte += 1;
    }
    of_word
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_between_whatever_else_a_text_has() {
        let text = "/a/154526_5_1?x=0123456789ABCDEF0123456789ABCDEF&y=<id>-1_-1_-1</id>\u{fc}7_8_9";
        let named = NamedIds::of(text.as_bytes());
        let contacts: Vec<_> = named.contacts().map(ContactId::as_str).collect();
        let tasks: Vec<_> = named.tasks().map(|task| task.to_string()).collect();
        assert_eq!(contacts, ["0123456789ABCDEF0123456789ABCDEF"]);
        assert_eq!(tasks, ["154526_5_1", "-1_-1_-1", "7_8_9"]);
    }

    #[test]
    fn ids_are_found_wherever_they_stand_whatever_stands_beside_them() {
        let contact = "0123456789ABCDEF0123456789ABCDEF";
        for before in ["", ">", "/a/", "x>", "ABC ", "12_ ", "\u{fc}", "A,B,"] {
            for behind in ["", "<", "/b", " ABC", " _1", "\u{fc}", ",A"] {
                let text = format!("{before}{contact}{behind}");
                let named = NamedIds::of(text.as_bytes());
                assert_eq!(named.contacts().count(), 1, "{text}");
                let text = format!("{before}7_8_9{behind}");
                let named = NamedIds::of(text.as_bytes());
                assert_eq!(
                    named.tasks().map(|task| task.to_string()).collect::<Vec<_>>(),
                    ["7_8_9"],
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn digits_are_no_contact_where_more_of_a_word_stands_beside_them() {
        for digits in 0..=70 {
            for (before, behind) in [("", ""), ("x", ""), ("", "-"), ("_", "z"), ("<a>", "</a>")] {
                let text = format!("{before}{}{behind}", "A".repeat(digits));
                let is_whole = digits == CONTACT_DIGITS && !before.ends_with(['x', '_']) && behind != "-";
                assert_eq!(NamedIds::of(text.as_bytes()).contacts().count(), usize::from(is_whole), "{text}");
            }
        }
    }

    #[test]
    fn what_only_looks_like_an_id_is_none() {
        let named = NamedIds::of(b"0123456789abcdef0123456789abcdef 1_2 1_2_3_4 x1_2_3 \xff");
        assert_eq!((named.contacts().count(), named.tasks().count()), (0, 0));
    }
}
