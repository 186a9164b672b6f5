//! Reads the steps of a scenario.

use crate::{
    clauses::{ACTS, check_order, component, port_named, selector},
    file::Draft,
    model::{Act, Step},
    place::{AGENT, CUSTOMER},
    read::{Placed, Section, Source},
    selector::{Vocabulary, nearest},
};
use std::time::Duration;

impl Draft {
    pub(crate) fn read_step(&mut self, mut item: Section<'_>, words: &Vocabulary, from: &mut Source<'_>) {
        let name = item.text("name", from);
        let after = item.text("after", from).and_then(|text| selector(&text, words, from));
        let (at, wait) = (item.duration("at", from), item.duration("wait", from));
        if after.is_some() == at.is_some() && !item.has("after") {
            from.problem(item.span.clone(), "a step has a time, `at`, or an event, `after`");
        }
        let act = self.read_act(&mut item, words, from);
        let lasting = item.duration("lasting", from).unwrap_or(Duration::ZERO);
        let again = item.number("times", from).zip(item.duration("every", from));
        if item.has("times") != item.has("every") {
            from.problem(item.span.clone(), "a step that is taken again has both, `times` and `every`");
        }
        let span = item.span.clone();
        let is_given = ACTS.iter().any(|key| item.has(key));
        item.tell_unknown(from);
        let Some(act) = act else {
            if !is_given {
                from.problem(
                    span,
                    "a step does one thing: agent and does, customer and does, stop, start, restart, cut, \
                     stall, arm, disarm or release",
                );
            }
            return;
        };
        let act = match act {
            Act::Cut(port, _) => Act::Cut(port, lasting),
            Act::Stall(port, _) => Act::Stall(port, lasting),
            other => other,
        };
        let number = self.steps.len() + 1;
        let name = name.map_or_else(|| format!("step {number}"), |name| name.text);
        let wait = at.or(wait).unwrap_or(Duration::ZERO);
        self.steps.push(Step { name, after, wait, again, act });
    }

    fn read_act(&self, item: &mut Section<'_>, words: &Vocabulary, from: &mut Source<'_>) -> Option<Act> {
        let does = item.texts("does", from);
        let agent = item.text("agent", from);
        let customer = item.text("customer", from);
        let mut found = Vec::new();
        if let Some(agent) = agent {
            found.extend(self.tell(&agent, format!("{AGENT}{}", agent.text), &does, words, from));
        }
        if let Some(customer) = customer {
            let number = self.customers.iter().position(|(name, _)| *name == customer.text).map(|at| at + 1);
            let node = number.map_or_else(|| customer.text.clone(), |number| format!("{CUSTOMER}{number}"));
            found.extend(self.tell(&customer, node, &does, words, from));
        }
        let node = |text: Placed, from: &mut Source<'_>| component(&text, from);
        found.extend(item.text("stop", from).and_then(|text| node(text, from)).map(Act::Stop));
        found.extend(item.text("start", from).and_then(|text| node(text, from)).map(Act::Start));
        found.extend(item.text("restart", from).and_then(|text| node(text, from)).map(Act::Restart));
        let port = |text: Placed, from: &mut Source<'_>| {
            port_named(&text.text).map_err(|message| from.problem(text.span, message)).ok()
        };
        let none = Duration::ZERO;
        found.extend(
            item.text("cut", from).and_then(|text| port(text, from)).map(|port| Act::Cut(port, none)),
        );
        found.extend(
            item.text("stall", from).and_then(|text| port(text, from)).map(|port| Act::Stall(port, none)),
        );
        found.extend(item.text("arm", from).map(|rule| Act::Arm(rule.text)));
        found.extend(item.text("disarm", from).map(|rule| Act::Disarm(rule.text)));
        found.extend(
            item.text("release", from).map(|rule| Act::Release(Some(rule.text).filter(|rule| rule != "all"))),
        );
        if found.len() > 1 {
            from.problem(item.span.clone(), "a step does one thing; make two of it");
        }
        found.into_iter().next()
    }

    fn tell(
        &self,
        who: &Placed,
        node: String,
        does: &[Placed],
        words: &Vocabulary,
        from: &mut Source<'_>,
    ) -> Option<Act> {
        let is_known = self.agents.iter().any(|agent| format!("{AGENT}{}", agent.id) == node)
            || node.strip_prefix(CUSTOMER).is_some_and(|number| number.parse::<usize>().is_ok());
        if !is_known {
            let known = self.agents.iter().map(|agent| agent.id.as_str());
            let known = known.chain(words.customers.iter().map(String::as_str));
            let hint = nearest(&who.text, known);
            from.problem(who.span.clone(), format!("the scenario has no `{}`{hint}", who.text));
            return None;
        }
        if does.is_empty() {
            from.problem(who.span.clone(), "say what to do: does = \"pause T\"");
            return None;
        }
        for does in does {
            check_order(&node, does, words, from);
        }
        Some(Act::Tell(node.into(), does.iter().map(|does| does.text.clone()).collect()))
    }

    /// Steps name rules that there are.
    pub(crate) fn check_rule_names(&self, from: &mut Source<'_>) {
        for step in &self.steps {
            let (Act::Arm(name) | Act::Disarm(name) | Act::Release(Some(name))) = &step.act else { continue };
            if !self.rules.iter().any(|rule| rule.name == *name) {
                let hint = nearest(name, self.rules.iter().map(|rule| rule.name.as_str()));
                let at = from.text.find(name.as_str()).unwrap_or(0);
                from.problem(at..at + name.len(), format!("there is no rule `{name}`{hint}"));
            }
        }
    }
}
