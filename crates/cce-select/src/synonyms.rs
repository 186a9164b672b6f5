//! Words that people write for what is called otherwise here: those of the ladder, of HTTP, and of the products.

use crate::place::{APP, DESK};
use cce_kernel::Kind;

const CCP: &str = Kind::Ccp.name();
const MRPG: &str = Kind::MrPg.name();
const ROUTER: &str = Kind::Router.name();
const AGENTPG: &str = Kind::AgentPg.name();
const FINESSE: &str = Kind::Finesse.name();

/// What a word stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// The name of a message.
    Message,
    /// A place.
    Place,
    /// A value of a key.
    Value,
}

/// What a word stands for, the word in small letters, and what it is called here.
const SYNONYMS: [(Of, &str, &[&str]); 17] = [
    (Of::Message, "delete", &["CANCEL"]),
    (Of::Message, "get", &["CREATE", "POLL"]),
    (Of::Message, "post", &["CREATE"]),
    (Of::Message, "put", &["CLOSE", "RENOTIFY", "ACCEPT", "READY"]),
    (Of::Place, "pim", &[MRPG]),
    (Of::Place, "rtr", &[ROUTER]),
    (Of::Place, "ctisvr", &[AGENTPG]),
    (Of::Place, "ctiserver", &[AGENTPG]),
    (Of::Place, "cti", &[AGENTPG]),
    (Of::Place, "pg", &[MRPG, AGENTPG]),
    (Of::Place, "fin", &[FINESSE]),
    (Of::Place, "socialminer", &[CCP]),
    (Of::Place, "customer", &[APP]),
    (Of::Place, "desktop", &[DESK]),
    (Of::Value, "canceled", &["discarded"]),
    (Of::Value, "cancelled", &["discarded"]),
    (Of::Value, "ended", &["LOGGED_OUT", "CLOSED"]),
];

/// What is right in the place of a word, in words, as far as it is among those that there are: `; say CREATE or POLL`.
pub(crate) fn say<'a>(of: Of, word: &str, there_is: impl Fn(&str) -> bool + 'a) -> Option<String> {
    let wrong = word.to_lowercase();
    let (_, _, right) = SYNONYMS.iter().find(|(kind, known, _)| *kind == of && *known == wrong)?;
    let right: Vec<&str> = right.iter().copied().filter(|right| there_is(right)).collect();
    match right[..] {
        [] => None,
        [one] => Some(format!("; say {one}")),
        [ref most @ .., last] => Some(format!("; say {} or {last}", most.join(", "))),
    }
}

/// The same of places, where the lanes of a ladder are their own names in large letters, too: `; say desk`.
pub(crate) fn say_place<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.collect();
    let own = || {
        let own = known.iter().find(|known| known.eq_ignore_ascii_case(word))?;
        Some(format!("; say {own}"))
    };
    say(Of::Place, word, |right| known.contains(&right)).or_else(own)
}
