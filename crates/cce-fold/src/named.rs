//! The ids that a text names.

use cce_model::{ContactId, TaskId};
use std::sync::Arc;

/// Letters of the shortest id, `1_2_3`.
const SHORTEST: usize = 5;

/// Digits of a contact's id.
const CONTACT_DIGITS: usize = 32;

/// Every contact and every task whose id stands in a text, in their order there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named(Option<Arc<Ids>>);

#[derive(Debug, Default)]
struct Ids {
    contacts: Vec<ContactId>,
    tasks: Vec<TaskId>,
}

impl Named {
    /// What a path or a piece of XML names.
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut ids = Ids::default();
        let mut from = 0;
        while from < text.len() {
            let length = text[from..].iter().take_while(|byte| OF_WORD[usize::from(**byte)]).count();
            if length >= SHORTEST {
                ids.take(&text[from..from + length]);
            }
            from += length + 1;
        }
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

impl Ids {
    fn take(&mut self, word: &[u8]) {
        let begins_a_number = word.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
        let Some(word) = str::from_utf8(word).ok().filter(|_| begins_a_number || is_contact_id(word)) else {
            return;
        };
        if is_contact_id(word.as_bytes()) {
            self.contacts.push(word.into());
        } else if word.contains('_') {
            self.tasks.extend(TaskId::parse(word));
        }
    }
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

fn is_contact_id(word: &[u8]) -> bool {
    word.len() == CONTACT_DIGITS
        && word.iter().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_between_whatever_else_a_text_has() {
        let text = "/a/154526_5_1?x=0123456789ABCDEF0123456789ABCDEF&y=<id>-1_-1_-1</id>\u{fc}7_8_9";
        let named = Named::of(text.as_bytes());
        let contacts: Vec<_> = named.contacts().map(ContactId::as_str).collect();
        let tasks: Vec<_> = named.tasks().map(|task| task.to_string()).collect();
        assert_eq!(contacts, ["0123456789ABCDEF0123456789ABCDEF"]);
        assert_eq!(tasks, ["154526_5_1", "-1_-1_-1", "7_8_9"]);
    }

    #[test]
    fn what_only_looks_like_an_id_is_none() {
        let named = Named::of(b"0123456789abcdef0123456789abcdef 1_2 1_2_3_4 x1_2_3 \xff");
        assert_eq!((named.contacts().count(), named.tasks().count()), (0, 0));
    }
}
