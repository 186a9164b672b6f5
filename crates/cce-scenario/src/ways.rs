//! What goes from where to where, where facts are, and what is about a task: a selector that can never match is refused.

use crate::{
    known::nearest,
    names::TaskName,
    place::{AGENT, APP, CTI, CUSTOMER, DESK, PlacePattern},
    selector::{SelectorError, Word},
    words,
};
use cce_cti::Cti;
use cce_mr::{Icm, Mr};
use cce_wire::{Mark, MessageDoc};

/// Any message of a way.
pub(crate) const ANY: &str = "*";

/// Marks by which a message on a binary link names its task, contact or dialogue.
const NAMES_TASK: [Mark; 5] = [Mark::Task, Mark::KeyCall, Mark::Dialogue, Mark::Opens, Mark::Contact];

/// Requests and stanzas that are about a user, a domain or a stream.
const WITHOUT_TASK: [&str; 12] = [
    "CREATE",
    "LOGIN",
    "LOGOUT",
    "READY",
    "NOT_READY",
    "MEDIA",
    "USER",
    "PRESENCE",
    "AUTH",
    "STREAM",
    "STREAM_END",
    "IQ",
];

/// Facts and events that are about no task.
const FACTS_WITHOUT_TASK: [&str; 23] = [
    "agent_in_mrd",
    "user",
    "peer_error",
    "command_refused",
    "request_initiated",
    "create_submitted",
    "create_received",
    "bus_received",
    "agent",
    "session_opened",
    "session_closed",
    "session_refused",
    "side_active",
    "agent_record",
    "made_not_routable",
    "answer",
    "service",
    "forced_sign_out",
    "link_up",
    "link_down",
    "started",
    "stopped",
    "stepped",
];

/// Where the changes of state are that have a column of their own in ladders.
const HOMES: [(&str, &[&str]); 6] = [
    ("contact", &["ccp"]),
    ("dialogue", &["ccp", "mrpg"]),
    ("task", &["agentpg"]),
    ("dialog", &["finesse"]),
    ("agent_in_mrd", &["agentpg"]),
    ("user", &["finesse"]),
];

/// Who is at one end of a way.
fn end(place: &PlacePattern) -> Option<&str> {
    match place {
        PlacePattern::Any => None,
        PlacePattern::App => Some(APP),
        PlacePattern::Desk => Some(DESK),
        PlacePattern::Cti => Some(CTI),
        PlacePattern::Node(node) if node.as_str().starts_with(CUSTOMER) => Some(APP),
        PlacePattern::Node(node) if node.as_str().starts_with(AGENT) => Some(DESK),
        PlacePattern::Node(node) => Some(node.as_str()),
    }
}

fn names(table: &'static [MessageDoc]) -> Vec<&'static str> {
    table.iter().map(|row| row.name).collect()
}

/// HTTP between the one who asks and the one who answers, in that direction.
fn http(is_to_listener: bool) -> Vec<&'static str> {
    words::http().filter(|name| (*name == "REPLY") != is_to_listener).collect()
}

/// Everything that goes from one end to another; none where there is no link. People outside may be any peer of
/// a component: an MR application, a PG, a router, a CTI client.
fn way(from: &str, to: &str) -> Option<Vec<&'static str>> {
    let mut ends = [from, to];
    ends.sort_unstable();
    Some(match ends {
        ["ccp", "mrpg"] => names(Mr::TABLE),
        ["mrpg" | "agentpg" | APP, "router"] | ["agentpg", APP] => names(Icm::TABLE),
        ["agentpg", "finesse"] | ["agentpg" | CTI, CTI | "finesse"] => names(Cti::TABLE),
        ["ccp", "finesse"] => http(to == "ccp"),
        [APP, "finesse"] => http(to == APP),
        [APP, "ccp"] => [http(to == "ccp"), names(Mr::TABLE)].concat(),
        [APP, "mrpg"] => [names(Mr::TABLE), names(Icm::TABLE)].concat(),
        [DESK, "finesse"] => [http(to == "finesse"), words::stream().collect()].concat(),
        _ => return None,
    })
}

/// Between two places there is at most one link, which carries the messages of one protocol.
pub(crate) fn known_way(
    name: &Word<'_>,
    from: &PlacePattern,
    to: Option<&PlacePattern>,
) -> Result<(), SelectorError> {
    let Some((from, to)) = end(from).zip(to.and_then(end)) else { return Ok(()) };
    let Some(known) = way(from, to) else {
        return Err(name.error(format!("nothing goes from {from} to {to}: there is no link between them")));
    };
    if name.text == ANY || known.contains(&name.text) {
        return Ok(());
    }
    let hint = nearest(name.text, known);
    Err(name.error(format!("no `{}` goes from {from} to {to}{hint}", name.text)))
}

/// A change of state is told by one component.
pub(crate) fn known_home(name: &Word<'_>, place: &PlacePattern) -> Result<(), SelectorError> {
    let Some((_, homes)) = HOMES.into_iter().find(|(known, _)| *known == name.text) else { return Ok(()) };
    match end(place) {
        Some(place) if !homes.contains(&place) => Err(name.error(format!(
            "`{}` never happens at {place}, but at {}",
            name.text,
            homes.join(" or ")
        ))),
        Some(_) | None => Ok(()),
    }
}

/// Only what is about a task, a contact or a dialogue can be told by a task's name.
pub(crate) fn known_subject(name: &str, task: &TaskName, word: &Word<'_>) -> Result<(), SelectorError> {
    if name == "CREATE" {
        let alike =
            format!("`app > ccp CREATE` with `nth`, `alice > ccp CREATE`, or `REPLY to=CREATE {task}`");
        return Err(word.error(format!("a CREATE has no task yet: write {alike}")));
    }
    let rows: Vec<&MessageDoc> =
        [Cti::TABLE, Mr::TABLE, Icm::TABLE].into_iter().flatten().filter(|row| row.name == name).collect();
    let names_task = |row: &&MessageDoc| NAMES_TASK.iter().any(|mark| row.has(*mark));
    let is_without = WITHOUT_TASK.contains(&name) || FACTS_WITHOUT_TASK.contains(&name);
    if is_without || (!rows.is_empty() && !rows.iter().any(names_task)) {
        return Err(word.error(format!("`{name}` is about no task: leave out `{}`", word.text)));
    }
    Ok(())
}
