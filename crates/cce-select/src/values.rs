//! What a key's value can be. A value that a key never has is refused: what waits for it would wait for ever, and what
//! must never be so would never be looked for.

use crate::{
    facts,
    known::tables,
    names::TaskName,
    selector::Vocabulary,
    word::{SelectorError, Word},
    words,
};
use cce_kernel::Port;
use cce_model::meant;
use cce_model::{
    AgentState, ContactStatus, DialogState, DialogueState, StatusReason, TaskId, TaskState, UserState,
};
use cce_wire::Type;
use std::ops::RangeInclusive;

/// What stands for no state, no value and no answer.
const NONE: &str = "none";

/// What a key's value can be.
enum Values {
    /// One of these words.
    Words(Vec<String>),
    /// A whole number within these bounds.
    Number(RangeInclusive<i64>),
    /// A task, by its name or its id.
    Task,
}

impl Values {
    fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Words(words.into_iter().map(str::to_owned).collect())
    }

    fn has(&self, value: &str, customers: &[String]) -> bool {
        match self {
            Self::Words(words) => words.iter().any(|word| word.eq_ignore_ascii_case(value)),
            // A number is compared as it is written: `05` is none.
            Self::Number(bounds) => {
                value.parse().is_ok_and(|number: i64| bounds.contains(&number) && number.to_string() == value)
            }
            Self::Task => TaskName::among(value, customers).is_some() || TaskId::parse(value).is_some(),
        }
    }

    /// Why a value is none of these.
    fn refusal(&self, value: &str) -> String {
        match self {
            Self::Words(words) => {
                let hint = meant(value, words.iter().map(String::as_str));
                format!("`{value}` is none of {}{hint}", words.join(", "))
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
    let of_other = of_other(name, key, vocabulary).filter(|_| value != NONE || !may_be_absent(name, key));
    let possible: Vec<Values> = of_message.into_iter().chain(of_other).collect();
    let has = |values: &Values| values.has(value, &vocabulary.customers);
    match possible.first() {
        Some(first) if !possible.iter().any(has) => Err(word.error(first.refusal(value))),
        Some(_) | None => Ok(()),
    }
}

/// What begins comes from nothing, what is not there has no value, and a call may get no answer.
fn may_be_absent(name: &str, key: &str) -> bool {
    !matches!((name, key), (_, "to" | "method" | "port") | ("contact", "reason"))
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

/// What else has a known value: a fact, an event, a request or an answer.
fn of_other(name: &str, key: &str, vocabulary: &Vocabulary) -> Option<Values> {
    let names = |names: &[String]| (!names.is_empty()).then(|| Values::Words(names.to_vec()));
    match (name, key) {
        ("contact", "reason") => Some(Values::words(StatusReason::ALL.iter().map(|reason| reason.name()))),
        ("contact", "from" | "to") => {
            Some(Values::words(ContactStatus::ALL.iter().map(|state| state.name())))
        }
        ("dialogue", "from" | "to") => {
            Some(Values::words(DialogueState::ALL.iter().map(|state| state.name())))
        }
        ("task", "from" | "to") => Some(Values::words(TaskState::ALL.iter().map(|state| state.name()))),
        ("dialog", "from" | "to") => Some(Values::words(DialogState::ALL.iter().map(|state| state.name()))),
        ("agent_in_mrd", "from" | "to") => {
            Some(Values::words(AgentState::ALL.iter().map(|state| state.name())))
        }
        ("user", "from" | "to") => Some(Values::words(UserState::ALL.iter().map(|state| state.name()))),
        ("link_up" | "link_down", "port") => Some(Values::words(Port::ALL.into_iter().map(Port::name))),
        (words::REPLY, "to") => Some(Values::words(words::http().filter(|name| *name != words::REPLY))),
        (words::REPLY, "status") => Some(Values::Number(100..=599)),
        (_, "method") if words::http().any(|known| known == name) => Some(Values::words(METHODS)),
        (_, "agent") if is_fact(name) => names(&vocabulary.agents),
        (_, "mrd") if is_fact(name) => names(&vocabulary.mrds),
        (_, "skill_target" | "tasks" | "limit") if is_fact(name) => {
            Some(Values::Number(i32::MIN.into()..=i32::MAX.into()))
        }
        (_, "routable" | "in_service") if is_fact(name) => Some(Values::words(["true", "false"])),
        _ => None,
    }
}

/// Methods that requests have.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

fn is_fact(name: &str) -> bool {
    facts::all().any(|fact| fact.name == name)
}
