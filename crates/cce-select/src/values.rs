//! What a key's value can be. A value that a key never has is refused: what waits for it would wait for ever, and what
//! must never be so would never be looked for.

use crate::{
    closed,
    known::tables,
    names::TaskName,
    selector::Vocabulary,
    synonyms::{self, Of},
    word::{SelectorError, Word},
};
use cce_model::{TaskId, meant};
use cce_wire::Type;
use std::ops::RangeInclusive;

/// What stands for no state, no value and no answer.
const NONE: &str = "none";

/// What a key's value can be.
pub(crate) enum Values {
    /// One of these words.
    Words(Vec<String>),
    /// One of these words, or a text of several words.
    WordsOrSentence(Vec<String>),
    /// A whole number within these bounds.
    Number(RangeInclusive<i64>),
    /// A task, by its name or its id.
    Task,
}

impl Values {
    pub(crate) fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all: Vec<String> = Vec::new();
        for word in words {
            if !all.iter().any(|known| known == word) {
                all.push(word.to_owned());
            }
        }
        Self::Words(all)
    }

    fn has(&self, value: &str, customers: &[String]) -> bool {
        match self {
            Self::WordsOrSentence(_) if value.contains(' ') => true,
            Self::Words(words) | Self::WordsOrSentence(words) => {
                words.iter().any(|word| word.eq_ignore_ascii_case(value))
            }
            // A number is compared as it is written: `05` is none.
            Self::Number(bounds) => {
                value.parse().is_ok_and(|number: i64| bounds.contains(&number) && number.to_string() == value)
            }
            Self::Task => TaskName::among(value, customers).is_some() || TaskId::parse(value).is_some(),
        }
    }

    /// Why a value of a key is none of these.
    fn refusal(&self, key: &str, value: &str) -> String {
        match self {
            Self::Words(words) | Self::WordsOrSentence(words) => {
                let is_word = |right: &str| words.iter().any(|word| word == right);
                let hint = synonyms::say(Of::Value, value, is_word)
                    .unwrap_or_else(|| meant(value, words.iter().map(String::as_str)));
                if hint.is_empty() {
                    format!("`{value}` is none of {}", words.join(", "))
                } else {
                    format!("`{value}` is no value of `{key}`{hint}")
                }
            }
            Self::Number(bounds) => {
                format!("`{value}` is no whole number from {} to {}", bounds.start(), bounds.end())
            }
            Self::Task => format!("`{value}` is neither a task such as T1 or T#1 nor a task's id"),
        }
    }
}

/// A key can have that value. What a key has elsewhere, or in another lab, is no mistake.
pub(crate) fn known_value(
    name: &str,
    key: &str,
    value: &str,
    word: &Word<'_>,
    vocabulary: &Vocabulary,
) -> Result<(), SelectorError> {
    let of_message = of_message(name, key);
    // What begins comes from nothing, what is not there has no value, and a call may get no answer.
    let is_always_there = matches!((name, key), (_, "to" | "method" | "port") | ("contact", "reason"));
    let of_other = closed::of(name, key, vocabulary).filter(|_| value != NONE || is_always_there);
    let possible: Vec<Values> = of_message.into_iter().chain(of_other).collect();
    let is_possible = possible.iter().any(|values| values.has(value, &vocabulary.customers));
    match possible.first() {
        Some(first) if !is_possible => Err(word.error(first.refusal(key, value))),
        Some(_) | None => Ok(()),
    }
}

/// What the fields of that label hold, of each row that has one; nothing where one of them holds a text.
fn of_message(name: &str, key: &str) -> Vec<Values> {
    let fields = tables().filter(|row| row.name == name).flat_map(|row| {
        let floats = row.floats.iter().map(|float| &float.field);
        let members = row.lists.iter().flat_map(|list| list.members.iter().map(|member| &member.field));
        row.fixed.iter().chain(floats).chain(members)
    });
    let types = fields.filter(|field| field.label.eq_ignore_ascii_case(key)).map(|field| of_type(&field.ty));
    types.collect::<Option<Vec<_>>>().unwrap_or_default()
}

fn of_type(ty: &Type) -> Option<Values> {
    let number = |least: i64, most: i64| Some(Values::Number(least..=most));
    match ty {
        Type::U8 => number(0, u8::MAX.into()),
        Type::U16 => number(0, u16::MAX.into()),
        Type::U32 => number(0, u32::MAX.into()),
        Type::I16 => number(i16::MIN.into(), i16::MAX.into()),
        Type::I32 => number(i32::MIN.into(), i32::MAX.into()),
        Type::Bool => Some(Values::words(["true", "false"])),
        Type::Task => Some(Values::Task),
        Type::Time
        | Type::Text(_)
        | Type::Str(_)
        | Type::Bytes(_)
        | Type::NamedVariable
        | Type::NamedArray
        | Type::List(_) => None,
    }
}
