//! Reads the clauses of a scenario: rules, expectations, and the selectors in them.

use crate::{
    amount::{Chance, Times},
    answer::read_answer,
    model::{Action, Rule, Want},
    read::{Placed, Section, Source},
    set::read_set,
};
use cce_courier::Latency;
use cce_kernel::{NodeName, Port};
use cce_model::SideOrder;
use cce_model::{meant, nearest};
use cce_select::{ContactName, Selector, TaskName, Vocabulary, place::AGENT};
use cce_world::{
    COMPONENTS, Lab, LatencyText, Span,
    cast::{agent, customer},
};
use std::{ops::Range, time::Duration};

/// A hold without an expiry of its own ends after that.
const EXPIRE: Duration = Duration::from_mins(1);

/// Bytes of the largest message, an HTTP body: no piece is larger, and no byte stands behind it.
const MESSAGE_MAX: u64 = 1 << 20;

/// What a virtual person is told is something that it knows, about tasks that there may be.
pub(crate) fn check_order(node: &str, does: &Placed, words: &Vocabulary, from: &mut Source<'_>) {
    let mut rest = words_of(&does.text);
    let (order, place) = rest.next().unwrap_or_default();
    let orders: &[&str] = if node.starts_with(AGENT) { &agent::WORDS } else { &customer::WORDS };
    if !orders.contains(&order) {
        let hint = nearest(order, orders.iter().copied());
        from.problem(from.part(does, &place), format!("nobody knows how to `{order}`{hint}"));
    }
    let is_agent = node.starts_with(AGENT);
    let most = if is_agent { agent::is_about_dialog(order) } else { customer::is_about_task(order) };
    for (at, (word, place)) in rest.enumerate() {
        let message = match TaskName::among(word, &words.customers) {
            _ if at >= usize::from(most) && orders.contains(&order) => {
                format!(
                    "`{order}` is followed by {}: leave out `{word}`",
                    if most { "one task" } else { "nothing" }
                )
            }
            None => {
                let hint = meant(word, words.customers.iter().map(String::as_str));
                let such = if hint.is_empty() { " such as T, T2 or T#1" } else { "" };
                from.unknown(word, from.part(does, &place), format!("`{word}` is no task{such}{hint}"));
                continue;
            }
            Some(TaskName { contact: ContactName::Customer(owner), .. })
                if !is_agent && words.node_of(&owner).is_some_and(|owner| owner.as_str() != node) =>
            {
                format!("a customer knows no task but its own, and `{word}` is {owner}'s")
            }
            Some(_) => continue,
        };
        from.problem(from.part(does, &place), message);
    }
}

/// Words between blanks, with where they stand.
fn words_of(text: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut end = 0;
    text.split(' ').map(move |word| {
        let start = end;
        end += word.len() + 1;
        (word, start..start + word.len())
    })
}

/// Reads one rule; the admin port takes them, too.
pub(crate) fn read_rule(
    item: &mut Section<'_>,
    words: &Vocabulary,
    lab: &Lab,
    number: usize,
    from: &mut Source<'_>,
) -> Option<Rule> {
    let name = item.text("name", from).map_or_else(|| format!("rule {number}"), |name| name.text);
    if name.trim().is_empty() {
        from.problem(
            item.place("name"),
            "a name is not empty; without one, the rule is called by its number",
        );
    }
    let matching = item.text("match", from);
    if !item.has("match") {
        item.lack(&["match"], "a rule has a selector, `match`");
    }
    let matching = matching.and_then(|text| message_selector(&text, words, from));
    let nth = item.number_of("nth", 1..=u64::MAX, from).unwrap_or(1);
    let times = item.times("times", from).unwrap_or(Times::Count(1));
    let chance = item.text("chance", from).and_then(|text| {
        let told = text.text.parse().map_err(|error: &str| from.problem(text.span.clone(), error));
        told.ok()
    });
    let chance = chance.unwrap_or(Chance::CERTAIN);
    let alone = item.truth("alone", from).unwrap_or(false);
    let expire = item.duration("expire", from).unwrap_or(EXPIRE);
    let is_armed = item.truth("armed", from).unwrap_or(true);
    // A wrong selector ends the reading only here, so that what is wrong with the action is told with it.
    let action = read_action(item, words, lab, from)?;
    let matching = matching?;
    tell_without_effect(item, &matching, &action, expire, from);
    Some(Rule { name, matching, nth, times, chance, action, alone, expire, is_armed })
}

/// How long a delay may be, as its file says it.
pub(crate) const fn longest_way(latency: Latency) -> Duration {
    match latency {
        Latency::Constant(time)
        | Latency::Uniform { most: time, .. }
        // It has no bound: the time that the file has stands for it.
        | Latency::LogNormal { median: time, .. } => time,
    }
}

/// Tells of what a rule says that would change nothing.
fn tell_without_effect(
    item: &Section<'_>,
    matching: &Selector,
    action: &Action,
    expire: Duration,
    from: &mut Source<'_>,
) {
    let waits = matches!(action, Action::Hold(_) | Action::Delay(_));
    if item.has("alone") && !waits {
        from.problem(item.place_of_key("alone"), "`alone` is for `hold` and `delay`");
    }
    if item.has("expire") && !matches!(action, Action::Hold(_) | Action::Swap) {
        from.problem(item.place_of_key("expire"), "`expire` is for `hold` and `swap`");
    }
    if matches!(action, Action::Delay(latency) if longest_way(*latency).is_zero()) {
        from.problem(item.place("delay"), "such a delay is none: make it longer, or leave the rule out");
    }
    if item.has("expire") && expire.is_zero() {
        from.problem(item.place("expire"), "what expires at once is never held: make `expire` longer");
    }
    if *action == Action::Duplicate && matching.is_answer() {
        from.problem(item.place("match"), "a request has one response: an answer cannot come twice");
    }
    let needs_a_stream = matches!(action, Action::Swap | Action::Split(_) | Action::Coalesce);
    if matches!(action, Action::Answer(_)) && !matching.means_requests() {
        let message = "`status` answers an HTTP request, and this is none: `app > ccp CREATE` is one";
        from.problem(item.place("match"), message);
    }
    if needs_a_stream && matching.is_http() {
        let message =
            "an HTTP message stays whole, and has a stream of its own: nothing comes before or behind it";
        from.problem(item.place("match"), message);
    }
    if matching.is_heartbeat() {
        from.problem(
            item.place("match"),
            "heartbeats are never bent, or links would break while a message waits",
        );
    }
}

/// What a rule can do.
const ACTIONS: [&str; 12] = [
    "delay",
    "hold",
    "swap",
    "drop",
    "duplicate",
    "corrupt",
    "cut",
    "status",
    "split",
    "coalesce",
    "cti",
    "set",
];

/// What an expectation can want.
pub(crate) const WANTS: [&str; 5] = ["order", "never", "count", "within", "final"];

/// What a step can do.
pub(crate) const ACTS: [&str; 12] = [
    "agent", "customer", "stop", "start", "restart", "cut", "stall", "cti", "set", "arm", "disarm", "release",
];

pub(crate) fn read_action(
    item: &mut Section<'_>,
    words: &Vocabulary,
    lab: &Lab,
    from: &mut Source<'_>,
) -> Option<Action> {
    let mut found = Vec::new();
    if let Some(text) = item.text("delay", from) {
        let told = text.text.parse::<LatencyText>();
        let told = told.map_err(|error| from.problem(text.span.clone(), format!("delay: {error}")));
        found.extend(told.ok().map(|latency| Action::Delay(latency.0)));
    }
    if let Some(text) = item.text("hold", from) {
        let until = if text.text == "released" {
            Some(None)
        } else if text.text.parse::<Span>().is_ok() {
            let message = format!("`hold` waits for something: for a time write `delay = \"{}\"`", text.text);
            from.problem(text.span.clone(), message);
            None
        } else {
            selector(&text, words, from).map(Some)
        };
        found.extend(until.map(Action::Hold));
    }
    for (key, action) in [
        ("swap", Action::Swap),
        ("drop", Action::Drop),
        ("duplicate", Action::Duplicate),
        ("cut", Action::Cut),
        ("coalesce", Action::Coalesce),
    ] {
        match item.truth(key, from) {
            Some(true) => found.push(action),
            Some(false) => from.problem(item.place(key), format!("`{key}` is true, or is left out")),
            None => {}
        }
    }
    found.extend(read_answer(item, from).map(Action::Answer));
    let size = item.number_of("split", 1..=MESSAGE_MAX, from);
    found.extend(size.and_then(|size| usize::try_from(size).ok()).map(Action::Split));
    if let Some(mut corrupt) = item.section("corrupt", from) {
        let byte =
            corrupt.number_of("byte", 0..=MESSAGE_MAX, from).and_then(|byte| usize::try_from(byte).ok());
        let to = corrupt.number_of("to", 0..=u64::from(u8::MAX), from).and_then(|to| u8::try_from(to).ok());
        if !(corrupt.has("byte") && corrupt.has("to")) {
            corrupt.lack(&["byte", "to"], "`corrupt` has `byte`, which one from 0, and `to`, its value");
        }
        corrupt.tell_unknown(from);
        found.extend(byte.zip(to).map(|(byte, to)| Action::Corrupt { byte, to }));
    }
    if let Some(words) = item.text("cti", from) {
        match SideOrder::of(&words.text) {
            Ok(order) => found.push(Action::Cti(order)),
            Err(message) => from.problem(words.span, message),
        }
    }
    found.extend(read_set(item, lab, from).map(Action::Set));
    tell_unless_one(
        item,
        &ACTIONS,
        "a rule does one thing: delay, hold, swap, drop, duplicate, corrupt, cut, status, split, coalesce, cti or set",
        from,
    );
    found.into_iter().next()
}

/// Tells of a table that does not have exactly one of these keys: where the second one stands, or the table if there is
/// none. Says whether it has one.
pub(crate) fn tell_unless_one(
    item: &mut Section<'_>,
    keys: &'static [&'static str],
    message: &'static str,
    from: &mut Source<'_>,
) -> bool {
    let mut places: Vec<_> =
        keys.iter().filter(|key| item.has(key)).map(|key| item.place_of_key(key)).collect();
    places.sort_unstable_by_key(|place| place.start);
    match places.get(1) {
        Some(second) => from.problem(second.clone(), message),
        None if places.is_empty() => item.lack(keys, message),
        None => {}
    }
    places.len() == 1
}

pub(crate) fn read_wants(item: &mut Section<'_>, words: &Vocabulary, from: &mut Source<'_>) -> Vec<Want> {
    let mut found = Vec::new();
    let order: Vec<Placed> = item.texts("order", from);
    let count = order.len();
    let order: Vec<Selector> = order.iter().filter_map(|text| selector(text, words, from)).collect();
    if count == 1 {
        from.problem(item.place("order"), "an order has at least two selectors");
    } else if order.len() == count && count > 0 {
        found.push(Want::Order(order));
    }
    let state = item.text("while", from).and_then(|text| state_selector(&text, words, from));
    if item.has("while") && !item.has("never") {
        from.problem(item.place_of_key("while"), "`while` says when something does not happen: `never`");
    }
    for text in item.texts("never", from) {
        let Some(never) = selector(&text, words, from) else { continue };
        found.push(match &state {
            Some(state) => Want::While { state: state.clone(), never },
            None => Want::Never(never),
        });
    }
    found.extend(read_count(item, words, from));
    found.extend(read_within(item, words, from));
    for text in item.texts("final", from) {
        found.extend(state_selector(&text, words, from).map(Want::Final));
    }
    found
}

pub(crate) fn read_count(item: &mut Section<'_>, words: &Vocabulary, from: &mut Source<'_>) -> Option<Want> {
    let mut count = item.section("count", from)?;
    let of = count.text("of", from).and_then(|text| selector(&text, words, from));
    let is = count.number("is", from);
    let least = count.number("least", from);
    let most = count.number("most", from);
    if !count.has("of") || !["is", "least", "most"].into_iter().any(|key| count.has(key)) {
        let message = "a count has `of`, a selector, and `is`, `least` or `most`";
        count.lack(&["of", "is", "least", "most"], message);
    }
    if let Some(key) = ["least", "most"].into_iter().find(|key| count.has("is") && count.has(key)) {
        from.problem(count.place_of_key(key), "`is` says it all: `least` and `most` stand without it");
    }
    if least == Some(0) && !count.has("most") {
        from.problem(count.place("least"), "`least = 0` asks for nothing");
    }
    if least.zip(most).is_some_and(|(least, most)| least > most) {
        from.problem(count.place("most"), "`most` is less than `least`");
    }
    count.tell_unknown(from);
    Some(Want::Count { of: of?, least: is.or(least).unwrap_or(0), most: is.or(most).unwrap_or(u64::MAX) })
}

pub(crate) fn read_within(item: &mut Section<'_>, words: &Vocabulary, from: &mut Source<'_>) -> Option<Want> {
    let mut within = item.section("within", from)?;
    let begin = within.text("from", from).and_then(|text| selector(&text, words, from));
    let end = within.text("to", from).and_then(|text| selector(&text, words, from));
    let time = within.duration("time", from);
    if !(within.has("from") && within.has("to") && within.has("time")) {
        within.lack(&["from", "to", "time"], "`within` has `from` and `to`, selectors, and `time`");
    }
    within.tell_unknown(from);
    Some(Want::Within { from: begin?, to: end?, time: time? })
}

pub(crate) fn selector(text: &Placed, words: &Vocabulary, from: &mut Source<'_>) -> Option<Selector> {
    Selector::parse(&text.text, words)
        .map_err(|error| {
            let place = from.part(text, &error.span);
            match error.wrong_name {
                Some(name) => from.unknown(&name, place, error.message),
                None => from.problem(place, error.message),
            }
        })
        .ok()
}

pub(crate) fn message_selector(text: &Placed, words: &Vocabulary, from: &mut Source<'_>) -> Option<Selector> {
    let found = selector(text, words, from)?;
    if !found.is_message() {
        from.problem(text.span.clone(), "a rule is about a message, not about a fact");
        return None;
    }
    Some(found)
}

pub(crate) fn state_selector(text: &Placed, words: &Vocabulary, from: &mut Source<'_>) -> Option<Selector> {
    let found = selector(text, words, from)?;
    if found.is_message() || found.wants("to").is_none() {
        from.problem(text.span.clone(), "a state is a fact with its new state: contact T to=handled");
        return None;
    }
    Some(found)
}

pub(crate) fn component(text: &Placed, from: &mut Source<'_>) -> Option<NodeName> {
    if COMPONENTS.contains(&text.text.as_str()) {
        return Some(text.text.as_str().into());
    }
    let hint = nearest(&text.text, COMPONENTS);
    from.problem(text.span.clone(), format!("there is no component `{}`{hint}", text.text));
    None
}

pub(crate) fn port_named(name: &str) -> Result<Port, String> {
    Port::ALL.into_iter().find(|port| port.name() == name).ok_or_else(|| {
        let hint = nearest(name, Port::ALL.into_iter().map(Port::name));
        format!("there is no port `{name}`{hint}")
    })
}
