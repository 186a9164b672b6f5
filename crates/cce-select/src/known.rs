//! What there is to name: checks the words of selectors, and says what would be right.

use crate::{
    facts, keys,
    synonyms::{self, Of},
    word::{ANY, SelectorError, Word},
    words,
};
use cce_cti::Cti;
use cce_model::{meant, nearest};
use cce_mr::{Icm, Mr};

pub(crate) fn tables() -> impl Iterator<Item = &'static cce_wire::MessageDoc> {
    [Cti::TABLE, Mr::TABLE, Icm::TABLE].into_iter().flatten()
}

/// There is such a message, request, stanza or fact.
pub(crate) fn known_name(word: &Word<'_>, is_message: bool) -> Result<(), SelectorError> {
    let messages = || tables().map(|row| row.name).chain(words::http()).chain(words::stream());
    let others = || facts::all().map(|fact| fact.name).filter(|_| !is_message);
    if messages().chain(others()).any(|name| name == word.text) || (is_message && word.text == ANY) {
        return Ok(());
    }
    let what = if is_message { "message" } else { "message or fact" };
    let hint = synonyms::say(Of::Message, word.text, |_| true)
        .unwrap_or_else(|| nearest(word.text, messages().chain(others())));
    Err(word.error(format!("there is no {what} `{}`{hint}", word.text)))
}

/// Names that selectors may use, but for those of messages of the tables.
pub fn names() -> Vec<&'static str> {
    words::http().chain(words::stream()).chain(facts::all().map(|fact| fact.name)).collect()
}

/// The keys that a selector may use with a name: labels of a table; what HTTP requests and stanzas say; what stands in
/// a fact, with dots where one goes into it, and 0 for any place in a list. None where any key may be, or where there is
/// no such name.
pub fn keys_of(name: &str) -> Option<Vec<String>> {
    let labels = labels(name);
    if !labels.is_empty() {
        return Some(labels.into_iter().map(str::to_owned).collect());
    }
    let of_fact = facts::all().find(|fact| fact.name == name).map(|fact| keys::paths(fact.inside));
    of_fact.or_else(|| words::keys(name).map(|keys| keys.into_iter().map(str::to_owned).collect()))
}

/// What the fields of a message of the tables are called.
fn labels(name: &str) -> Vec<&'static str> {
    let rows = tables().filter(|row| row.name == name);
    rows.flat_map(|row| {
        let fixed = row.fixed.iter().map(|field| field.label);
        let floats = row.floats.iter().map(|float| float.field.label);
        let lists = row.lists.iter().flat_map(|list| list.members.iter().map(|member| member.field.label));
        fixed.chain(floats).chain(lists)
    })
    .collect()
}

/// A key is one that such a happening may have. Upper and lower case of labels are alike.
pub(crate) fn known_key(name: &str, key: &str, word: &Word<'_>) -> Result<(), SelectorError> {
    let Some(known) = keys_of(name) else { return Ok(()) };
    let is_label = !labels(name).is_empty();
    let is_known = match facts::all().find(|fact| fact.name == name) {
        Some(fact) => keys::is_path(fact.inside, key),
        None => known.iter().any(|known| known == key || (is_label && known.eq_ignore_ascii_case(key))),
    };
    if is_known {
        return Ok(());
    }
    let what = if is_label { "field" } else { "key" };
    let near = meant(key, known.iter().map(String::as_str));
    let outer = known.iter().map(String::as_str).filter(|known| !known.contains('.'));
    let hint = if near.is_empty() { nearest(key, outer) } else { near };
    Err(word.error(format!("{name} has no {what} `{key}`{hint}")))
}
