//! What somebody is to do and never comes to, because it counts from something that this person never does alone. It is
//! told once every file was read: a step of any of them may have it done.

use crate::{
    file::Draft,
    model::StepAction,
    read::{ScenarioProblem, Source},
};
use cce_select::place::AGENT;
use cce_world::{CastAgent, CastCustomer, Dependence};
use std::{collections::BTreeMap, ops::Range};
use toml::de::{DeTable, DeValue};

/// A setting that means nothing unless a step tells its owner to do something.
pub(crate) struct Doubt {
    /// The agent or customer, as selectors name them.
    who: String,
    file: String,
    span: Range<usize>,
    message: String,
    /// What a step may tell them.
    unless: &'static str,
}

impl Draft {
    /// Notes what an agent may never come to.
    pub(crate) fn doubt_agent(&mut self, agent: &CastAgent, table: &DeTable<'_>, from: &Source<'_>) {
        self.doubt(&format!("{AGENT}{}", agent.id), &agent.dependences(), table, from);
    }

    /// Notes what a customer may never come to.
    pub(crate) fn doubt_customer(
        &mut self,
        name: &str,
        customer: &CastCustomer,
        table: &DeTable<'_>,
        from: &Source<'_>,
    ) {
        self.doubt(name, &customer.dependences(), table, from);
        if customer.at.is_none() {
            let span = table.get("at").map_or(0..0, toml::Spanned::span);
            let message = format!("{name} creates no task alone, and no step tells {name} to `create`");
            self.note_doubt(name, span, message, "create", from);
        }
    }

    /// Notes what somebody may never come to, in place of what was noted when an included file described the same person.
    fn doubt(&mut self, who: &str, dependences: &[Dependence], table: &DeTable<'_>, from: &Source<'_>) {
        self.doubts.retain(|doubt| doubt.who != who);
        for dependence in dependences.iter().filter(|one| one.is_missing) {
            for setting in dependence.settings {
                let Some(span) = place(table, setting) else { continue };
                let word = dependence.word;
                let message = format!("{}, and no step tells {who} to `{word}`", dependence.words(setting));
                self.note_doubt(who, span, message, word, from);
            }
        }
    }

    fn note_doubt(
        &mut self,
        who: &str,
        span: Range<usize>,
        message: String,
        unless: &'static str,
        from: &Source<'_>,
    ) {
        let (who, file) = (who.to_owned(), from.name.to_owned());
        self.doubts.push(Doubt { who, file, span, message, unless });
    }

    /// Tells of what nobody comes to.
    pub(crate) fn tell_doubts(&self, texts: &[(String, String)], problems: &mut Vec<ScenarioProblem>) {
        let words = self.vocabulary();
        let mut told: Vec<(&str, &Range<usize>)> = Vec::new();
        for doubt in &self.doubts {
            let node = words.node_of(&doubt.who);
            let is_cleared = self.steps.iter().any(|step| {
                let StepAction::Tell(to, does) = &step.act else { return false };
                Some(to) == node && does.iter().any(|does| does.split(' ').next() == Some(doubt.unless))
            });
            // What is wrong with one agent of a range is wrong with each.
            let place = (doubt.file.as_str(), &doubt.span);
            if is_cleared || told.contains(&place) {
                continue;
            }
            told.push(place);
            tell_in(texts, &doubt.file, doubt.span.clone(), &doubt.message, problems);
        }
    }
}

/// Tells of a mistake in a file that was read before.
pub(crate) fn tell_in(
    texts: &[(String, String)],
    file: &str,
    span: Range<usize>,
    message: &str,
    problems: &mut Vec<ScenarioProblem>,
) {
    let text = texts.iter().find(|(name, _)| name == file).map_or("", |(_, text)| text);
    let mut from = Source::new(file, text, BTreeMap::new());
    from.problem(span, message);
    problems.append(&mut from.problems);
}

/// Where a setting stands that says a time; "never" says none, which is what some ask for.
fn place(table: &DeTable<'_>, setting: &str) -> Option<Range<usize>> {
    let offer = table.get("offer").and_then(|offer| offer.get_ref().as_table());
    let value = offer.and_then(|offer| offer.get(setting)).or_else(|| table.get(setting))?;
    let says_never = matches!(value.get_ref(), DeValue::String(text) if text == "never");
    (!says_never).then(|| value.span())
}
