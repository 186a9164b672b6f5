//! What goes from where to where, where facts are, and what is about a task: a selector that can never match is refused.

use crate::{
    facts,
    names::TaskName,
    place::{AGENT, APP, CTI, CUSTOMER, DESK, PlacePattern},
    word::{ANY, SelectorError, Word},
    words::{self, NOTIFY, REPLY},
};
use cce_cti::Cti;
use cce_kernel::{Kind, NodeName};
use cce_model::nearest;
use cce_mr::{Icm, Mr};
use cce_wire::{Mark, MessageDoc, Role};

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
const FACTS_WITHOUT_TASK: [&str; 24] = [
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
    "sides",
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

/// What a way carries, from its first end to its second one and back.
#[derive(Clone, Copy, Debug)]
enum Carries {
    /// Messages of the media routing interface, from a MR PIM to its application.
    Mr,
    /// Messages from a PG to the router.
    Icm,
    /// Messages of GED-188, from a CTI client to the server.
    Cti,
    /// Requests about tasks, from who asks CCP to who is asked.
    Tasks,
    /// Requests of a desktop to Finesse.
    Desk,
    /// What notification rules lead to, from CCP to their addresses.
    Notifications,
}

impl Carries {
    fn names(self, is_forth: bool) -> Vec<&'static str> {
        let roles = |one, other| if is_forth { (one, other) } else { (other, one) };
        match self {
            Self::Mr => rows(Mr::TABLE, roles(Role::Pim, Role::Application)),
            Self::Icm => rows(Icm::TABLE, roles(Role::Pg, Role::Router)),
            Self::Cti => rows(Cti::TABLE, roles(Role::Client, Role::Server)),
            Self::Tasks if is_forth => words::to_ccp().collect(),
            Self::Desk if is_forth => {
                words::to_finesse().chain(words::stream()).filter(|name| *name != UPDATE).collect()
            }
            Self::Notifications if is_forth => vec![NOTIFY],
            Self::Tasks | Self::Notifications => vec![REPLY],
            Self::Desk => words::stream().filter(|name| *name != AUTH).chain([REPLY]).collect(),
        }
    }
}

/// What Finesse tells a desktop unasked.
const UPDATE: &str = "UPDATE";
/// What only a desktop says.
const AUTH: &str = "AUTH";

/// Messages of a table from one role to another.
fn rows(table: &'static [MessageDoc], (from, to): (Role, Role)) -> Vec<&'static str> {
    table.iter().filter(|row| row.from.may_be(from) && row.to.may_be(to)).map(|row| row.name).collect()
}

/// When there is such a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LinkCondition {
    Always,
    /// That component is elsewhere, so that somebody outside stands for it.
    Without(&'static str),
    /// The MR PG has applications beside CCP, or CCP is elsewhere.
    WithApplications,
}

const CCP: &str = Kind::Ccp.name();
const MRPG: &str = Kind::MrPg.name();
const ROUTER: &str = Kind::Router.name();
const AGENTPG: &str = Kind::AgentPg.name();
const FINESSE: &str = Kind::Finesse.name();

/// Two ends with a link between them.
#[derive(Clone, Copy, Debug)]
struct LinkWay(&'static str, &'static str, Carries, LinkCondition);

/// Every link. Whoever stands outside may be any peer of a component.
const WAYS: [LinkWay; 16] = [
    LinkWay(MRPG, CCP, Carries::Mr, LinkCondition::Always),
    LinkWay(MRPG, APP, Carries::Mr, LinkCondition::WithApplications),
    LinkWay(APP, CCP, Carries::Mr, LinkCondition::Always),
    LinkWay(MRPG, ROUTER, Carries::Icm, LinkCondition::Always),
    LinkWay(AGENTPG, ROUTER, Carries::Icm, LinkCondition::Always),
    LinkWay(APP, ROUTER, Carries::Icm, LinkCondition::Always),
    LinkWay(MRPG, APP, Carries::Icm, LinkCondition::Without(ROUTER)),
    LinkWay(AGENTPG, APP, Carries::Icm, LinkCondition::Without(ROUTER)),
    LinkWay(FINESSE, AGENTPG, Carries::Cti, LinkCondition::Always),
    LinkWay(CTI, AGENTPG, Carries::Cti, LinkCondition::Always),
    LinkWay(FINESSE, CTI, Carries::Cti, LinkCondition::Without(AGENTPG)),
    LinkWay(FINESSE, CCP, Carries::Tasks, LinkCondition::Always),
    LinkWay(APP, CCP, Carries::Tasks, LinkCondition::Always),
    LinkWay(CCP, APP, Carries::Notifications, LinkCondition::Always),
    LinkWay(FINESSE, APP, Carries::Tasks, LinkCondition::Without(CCP)),
    LinkWay(DESK, FINESSE, Carries::Desk, LinkCondition::Always),
];

impl LinkWay {
    /// What goes from one place to another; any place where none is named. None where this is no way between them.
    fn names(self, from: Option<&str>, to: Option<&str>) -> Option<Vec<&'static str>> {
        let Self(one, other, carries, _) = self;
        let joins = |first: &str, second: &str| {
            from.is_none_or(|from| from == first) && to.is_none_or(|to| to == second)
        };
        let forth = joins(one, other).then(|| carries.names(true));
        let back = joins(other, one).then(|| carries.names(false));
        forth.into_iter().chain(back).reduce(|forth, back| [forth, back].concat())
    }

    /// What a run lacks in which there is no such way.
    fn lacks(self, nodes: &[NodeName], has_applications: bool) -> Option<String> {
        let is_here = |node: &str| nodes.iter().any(|known| known.as_str() == node);
        match self.3 {
            LinkCondition::Without(node) if is_here(node) => {
                Some(format!("this run's {node} stands there, and nobody outside"))
            }
            LinkCondition::WithApplications if is_here(CCP) && !has_applications => {
                Some("the MR PG has no application but CCP: see --mr-app".to_owned())
            }
            LinkCondition::Always | LinkCondition::Without(_) | LinkCondition::WithApplications => None,
        }
    }
}

/// What the places at both ends of a message are called; none for one that may be any.
fn ends<'a>(from: &'a PlacePattern, to: Option<&'a PlacePattern>) -> (Option<&'a str>, Option<&'a str>) {
    (end(from), to.and_then(end))
}

/// Everything that some link carries from the one place to the other.
pub(crate) fn names_between(from: &PlacePattern, to: Option<&PlacePattern>) -> Vec<&'static str> {
    let (from, to) = ends(from, to);
    WAYS.into_iter().filter_map(|way| way.names(from, to)).flatten().collect()
}

/// Some link carries the message from the one place to the other, or from or to the one that is named.
pub(crate) fn known_way(
    name: &Word<'_>,
    from: &PlacePattern,
    to: Option<&PlacePattern>,
) -> Result<(), SelectorError> {
    let between = match ends(from, to) {
        (None, None) => return Ok(()),
        (Some(from), Some(to)) => format!("from {from} to {to}"),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("to {to}"),
    };
    let known = names_between(from, to);
    if known.is_empty() {
        return Err(name.error(format!("nothing goes {between}: there is no link between them")));
    }
    if name.text == ANY || known.contains(&name.text) {
        return Ok(());
    }
    let hint = nearest(name.text, known);
    Err(name.error(format!("no `{}` goes {between}{hint}", name.text)))
}

/// Why no link of a run carries the message, if that is so.
pub(crate) fn closed_way(
    name: &str,
    from: &PlacePattern,
    to: Option<&PlacePattern>,
    nodes: &[NodeName],
    has_applications: bool,
) -> Option<String> {
    let (from, to) = ends(from, to);
    let mut lacks = WAYS
        .into_iter()
        .filter(|way| way.names(from, to).is_some_and(|known| name == ANY || known.contains(&name)))
        .map(|way| way.lacks(nodes, has_applications));
    // A message may go by several ways: it has none only where each of them is closed.
    let first = lacks.next()??;
    lacks.all(|why| why.is_some()).then_some(first)
}

/// A fact is told by one component, or by the two that share it; a person tells none of them.
pub(crate) fn known_home(name: &Word<'_>, place: &PlacePattern) -> Result<(), SelectorError> {
    let homes = facts::homes(name.text);
    match end(place) {
        Some(place) if !homes.is_empty() && !homes.contains(&place) => Err(name.error(format!(
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
    // A message that lists tasks is about none in particular.
    let names_task = |row: &&MessageDoc| {
        let floats = row.floats.iter().filter(|float| !float.repeated).map(|float| &float.field);
        row.fixed.iter().chain(floats).any(|field| field.mark.is_some_and(|mark| NAMES_TASK.contains(&mark)))
    };
    let is_without = WITHOUT_TASK.contains(&name) || FACTS_WITHOUT_TASK.contains(&name);
    if is_without || (!rows.is_empty() && !rows.iter().any(names_task)) {
        return Err(word.error(format!("`{name}` is about no task: leave out `{}`", word.text)));
    }
    Ok(())
}
