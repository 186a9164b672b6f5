//! Reads the steps of a scenario.

use crate::{
    clauses::{ACTS, check_order, component, port_named, selector, tell_unless_one},
    doubts::tell_in,
    file::Draft,
    model::{ScenarioStep, StepAction},
    read::{Placed, ScenarioProblem, Section, Source},
    set::read_set,
};
use cce_model::{SideOrder, nearest};
use cce_select::{
    Vocabulary,
    place::{AGENT, CUSTOMER},
};
use std::time::Duration;

/// How often a step is taken at the most.
const TIMES_MAX: u64 = 1_000_000;

impl Draft {
    pub(crate) fn read_step(&mut self, mut item: Section<'_>, words: &Vocabulary, from: &mut Source<'_>) {
        let known = from.problems.len();
        let name = item.text("name", from);
        let after = item.text("after", from).and_then(|text| selector(&text, words, from));
        let (at, wait) = (item.duration("at", from), item.duration("wait", from));
        let when = "a step has a time, `at`, or an event, `after`";
        let has_one = tell_unless_one(&mut item, &["at", "after"], when, from);
        if has_one && item.has("at") && item.has("wait") {
            from.problem(item.place_of_key("wait"), "`wait` counts from an event, `after`");
        }
        let act = self.read_act(&mut item, words, from);
        let lasting = item.duration("lasting", from).unwrap_or(Duration::ZERO);
        let again = item.number_of("times", 1..=TIMES_MAX, from).zip(item.duration("every", from));
        if again.is_some_and(|(times, every)| times > 1 && every.is_zero()) {
            from.problem(item.place("every"), "`every` is more than nothing: else there is no end of it");
        }
        for (one, other) in [("times", "every"), ("every", "times")] {
            if item.has(one) && !item.has(other) {
                from.problem(
                    item.place_of_key(one),
                    "a step that is taken again has both, `times` and `every`",
                );
            }
        }
        // Of words that are wrong, more need not be said.
        if let Some(StepAction::Tell(_, words)) = &act
            && from.problems.len() == known
        {
            let times = again.map_or(1, |(times, _)| times);
            tell_never_said(&item, words, times, from);
        }
        let may_be_refused = item.truth("may_be_refused", from).unwrap_or(false);
        tell_needless(&item, from);
        let stall = item.place_of_key("stall");
        item.tell_unknown(from);
        let Some(act) = act else { return };
        if matches!(act, StepAction::Stall(..)) && lasting.is_zero() {
            from.problem(stall, "say for how long nothing goes through: lasting = \"2s\"");
        }
        let act = match act {
            StepAction::Cut(port, _) => StepAction::Cut(port, lasting),
            StepAction::Stall(port, _) => StepAction::Stall(port, lasting),
            other @ (StepAction::Tell(..)
            | StepAction::Stop(_)
            | StepAction::Start(_)
            | StepAction::Restart(_)
            | StepAction::Cti(_)
            | StepAction::Set(_)
            | StepAction::Arm(_)
            | StepAction::Disarm(_)
            | StepAction::Release(_)) => other,
        };
        let number = self.steps.len() + 1;
        let name = name.map_or_else(|| format!("step {number}"), |name| name.text);
        let wait = at.or(wait).unwrap_or(Duration::ZERO);
        self.steps.push(ScenarioStep { name, after, wait, again, may_be_refused, act });
    }

    fn read_act(
        &mut self,
        item: &mut Section<'_>,
        words: &Vocabulary,
        from: &mut Source<'_>,
    ) -> Option<StepAction> {
        let does = item.texts("does", from);
        let agent = item.text("agent", from);
        let customer = item.text("customer", from);
        let mut found = Vec::new();
        if let Some(agent) = agent
            && let Some(node) = self.agent_node(&agent, from)
        {
            found.extend(tell(&agent, node, &does, words, from));
        }
        if let Some(customer) = customer
            && let Some(node) = self.customer_node(&customer, from)
        {
            found.extend(tell(&customer, node, &does, words, from));
        }
        let node = |text: Placed, from: &mut Source<'_>| component(&text, from);
        found.extend(item.text("stop", from).and_then(|text| node(text, from)).map(StepAction::Stop));
        found.extend(item.text("start", from).and_then(|text| node(text, from)).map(StepAction::Start));
        found.extend(item.text("restart", from).and_then(|text| node(text, from)).map(StepAction::Restart));
        let port = |text: Placed, from: &mut Source<'_>| {
            port_named(&text.text).map_err(|message| from.problem(text.span, message)).ok()
        };
        // How long a cut or a stall lasts is read behind the action, by `read_step`.
        let none = Duration::ZERO;
        found.extend(
            item.text("cut", from).and_then(|text| port(text, from)).map(|port| StepAction::Cut(port, none)),
        );
        found.extend(
            item.text("stall", from)
                .and_then(|text| port(text, from))
                .map(|port| StepAction::Stall(port, none)),
        );
        if let Some(words) = item.text("cti", from) {
            match SideOrder::of(&words.text) {
                Ok(order) => found.push(StepAction::Cti(order)),
                Err(message) => from.problem(words.span, message),
            }
        }
        found.extend(read_set(item, &self.lab, from).map(StepAction::Set));
        found.extend(item.text("arm", from).map(|rule| StepAction::Arm(self.rule_named(rule, from))));
        found.extend(item.text("disarm", from).map(|rule| StepAction::Disarm(self.rule_named(rule, from))));
        if let Some(rule) = item.text("release", from) {
            let is_one = rule.text != "all";
            found.push(StepAction::Release(is_one.then(|| self.rule_named(rule, from))));
        }
        tell_unless_one(
            item,
            &ACTS,
            "a step does one thing: agent and does, customer and does, stop, start, restart, cut, stall, \
             cti, set, arm, disarm or release",
            from,
        );
        found.into_iter().next()
    }

    /// Remembers that a step names a rule. Whether there is such a rule is known once all of them are read.
    fn rule_named(&mut self, rule: Placed, from: &Source<'_>) -> String {
        self.named_rules.push((from.name.to_owned(), rule.clone()));
        rule.text
    }

    fn agent_node(&self, who: &Placed, from: &mut Source<'_>) -> Option<String> {
        if self.agents.iter().any(|agent| agent.id.as_str() == who.text) {
            return Some(format!("{AGENT}{}", who.text));
        }
        let (name, place) = (&who.text, who.span.clone());
        if self.customers.iter().any(|(customer, _)| customer == name) {
            from.problem(place, format!("`{name}` is a customer: write customer = \"{name}\""));
        } else {
            let hint = nearest(name, self.agents.iter().map(|agent| agent.id.as_str()));
            from.unknown(name, place, format!("the scenario has no agent `{name}`{hint}"));
        }
        None
    }

    fn customer_node(&self, who: &Placed, from: &mut Source<'_>) -> Option<String> {
        if let Some(at) = self.customers.iter().position(|(name, _)| *name == who.text) {
            return Some(format!("{CUSTOMER}{}", at + 1));
        }
        let (name, place) = (&who.text, who.span.clone());
        if self.agents.iter().any(|agent| agent.id.as_str() == name) {
            from.problem(place, format!("`{name}` is an agent: write agent = \"{name}\""));
        } else {
            let hint = nearest(name, self.customers.iter().map(|(name, _)| name.as_str()));
            from.unknown(name, place, format!("the scenario has no customer `{name}`{hint}"));
        }
        None
    }

    /// Steps name rules that there are, whichever file these stand in.
    pub(crate) fn check_rule_names(&self, texts: &[(String, String)], problems: &mut Vec<ScenarioProblem>) {
        for (file, rule) in &self.named_rules {
            if self.rules.iter().any(|known| known.name == rule.text) {
                continue;
            }
            let hint = nearest(&rule.text, self.rules.iter().map(|rule| rule.name.as_str()));
            let message = format!("there is no rule `{}`{hint}", rule.text);
            tell_in(texts, file, rule.span.clone(), &message, problems);
        }
    }
}

fn tell(
    who: &Placed,
    node: String,
    does: &[Placed],
    words: &Vocabulary,
    from: &mut Source<'_>,
) -> Option<StepAction> {
    if does.is_empty() {
        from.problem(who.span.clone(), "say what to do: does = \"pause T\"");
        return None;
    }
    for does in does {
        check_order(&node, does, words, from);
    }
    Some(StepAction::Tell(node.into(), does.iter().map(|does| does.text.clone()).collect()))
}

/// Tells of words that a step never comes to: each time that it is taken it says the next ones.
fn tell_never_said(item: &Section<'_>, words: &[String], times: u64, from: &mut Source<'_>) {
    if let Some(never) = words.get(usize::try_from(times).unwrap_or(usize::MAX)) {
        let times = if times == 1 { "once".to_owned() } else { format!("{times} times") };
        let message = format!(
            "the step is taken {times}, and `{never}` never comes: say how often and how soon, such as times = {}, every = \"1s\"",
            words.len()
        );
        from.problem(item.place("does"), message);
    }
}

/// Tells of what means nothing beside what the step does.
fn tell_needless(item: &Section<'_>, from: &mut Source<'_>) {
    let one_of = |keys: &[&str]| keys.iter().any(|key| item.has(key));
    if item.has("does") && !one_of(&["agent", "customer"]) {
        from.problem(item.place_of_key("does"), "`does` is for somebody: `agent` or `customer`");
    }
    if item.has("may_be_refused")
        && !one_of(&[
            "agent", "customer", "stop", "start", "cut", "stall", "cti", "set", "arm", "disarm", "release",
        ])
    {
        from.problem(item.place_of_key("may_be_refused"), "nobody refuses such a step");
    }
    if item.has("lasting") && !one_of(&["cut", "stall"]) {
        from.problem(item.place_of_key("lasting"), "`lasting` is for `cut` and `stall`");
    }
}
