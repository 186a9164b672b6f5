//! Reads scenario files.

use crate::{
    clauses::{WANTS, longest_way, read_rule, read_wants, selector},
    doubts::{Doubt, tell_in},
    gather::{Context, Files, ScenarioError},
    model::{Action, Expectation, Rule, RunLimits, Scenario, ScenarioStep},
    read::{Placed, ScenarioProblem, Section, Source, as_json, as_text},
    read_swarm::read_swarm,
    swarm::Swarm,
};
use cce_check::Check;
use cce_kernel::NodeName;
use cce_model::{MrdId, nearest};
use cce_select::{
    Selector, Vocabulary,
    place::{AGENT, CUSTOMER, PlacePattern},
};
use cce_world::{COMPONENTS, CastAgent, CastCustomer, Lab};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use toml::de::DeTable;

/// A scenario without an end of its own ends after that.
const UNTIL: Duration = Duration::from_mins(10);

/// How long a scenario goes on once everything has ended.
const REST: Duration = Duration::from_secs(2);

/// Reads a scenario.
pub fn load(name: &str, text: &str, context: Context<'_>) -> Result<Scenario, ScenarioError> {
    let mut files = Files::default();
    files.collect(name, text, context, &[]);
    let Some(lab) = files.lab(context) else { return Err(files.refuse()) };
    let mut draft = Draft::new(&lab);
    draft.customers.extend_from_slice(context.recorded);
    // What is included comes first, so that the one that includes it has the last word.
    let texts = files.texts.clone();
    // A text of any file may have a parameter of any other in braces, and name its people.
    for (name, text) in &texts {
        draft.read_parameters(name, text, context.chosen, &mut files.problems);
    }
    for (name, text) in &texts {
        draft.read_people(name, text, &mut files.problems);
    }
    for (name, text) in &texts {
        draft.read_rest(name, text, &mut files.problems);
    }
    draft.check_rule_names(&texts, &mut files.problems);
    draft.tell_unused(&texts, &mut files.problems);
    draft.tell_doubts(&texts, &mut files.problems);
    draft.check_chosen(context.chosen, &mut files.problems);
    if files.problems.is_empty() { Ok(draft.finish()) } else { Err(files.refuse()) }
}

/// What a file is called without its folder and its ending.
fn stem(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(".toml").unwrap_or(file)
}

/// What was read so far.
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) lab: Lab,
    pub(crate) parameters: BTreeMap<String, Vec<String>>,
    pub(crate) values: BTreeMap<String, String>,
    /// Where each parameter stands: the file and its key.
    given: Vec<(String, Placed)>,
    /// Parameters that a text has in braces.
    used: BTreeSet<String>,
    pub(crate) agents: Vec<CastAgent>,
    pub(crate) customers: Vec<(String, CastCustomer)>,
    pub(crate) until: Duration,
    pub(crate) rest: Duration,
    pub(crate) limits: RunLimits,
    pub(crate) steps: Vec<ScenarioStep>,
    pub(crate) rules: Vec<Rule>,
    /// Rules that steps name, each with the file.
    pub(crate) named_rules: Vec<(String, Placed)>,
    /// What people may never come to.
    pub(crate) doubts: Vec<Doubt>,
    /// Each seed draws the lab: its agents and domains are not known.
    pub(crate) is_drawn: bool,
    pub(crate) expectations: Vec<Expectation>,
    pub(crate) unchecked: BTreeMap<String, String>,
    pub(crate) window: Option<Selector>,
    pub(crate) lost: Option<String>,
    pub(crate) swarm: Option<Swarm>,
}

impl Draft {
    fn new(lab: &Lab) -> Self {
        Self {
            name: String::new(),
            about: String::new(),
            lost: None,
            lab: lab.clone(),
            parameters: BTreeMap::new(),
            values: BTreeMap::new(),
            given: Vec::new(),
            used: BTreeSet::new(),
            agents: Vec::new(),
            customers: Vec::new(),
            until: UNTIL,
            rest: REST,
            limits: RunLimits::default(),
            steps: Vec::new(),
            rules: Vec::new(),
            named_rules: Vec::new(),
            doubts: Vec::new(),
            is_drawn: false,
            expectations: Vec::new(),
            unchecked: BTreeMap::new(),
            window: None,
            swarm: None,
        }
    }

    fn finish(self) -> Scenario {
        let mut lab = self.lab;
        lab.cast.agents = self.agents;
        let (customers, cast): (Vec<String>, Vec<CastCustomer>) = self.customers.into_iter().unzip();
        lab.cast.customers = cast;
        lab.cast.names.clone_from(&customers);
        Scenario {
            name: self.name,
            about: self.about,
            lost: self.lost,
            lab,
            customers,
            until: self.until,
            rest: self.rest,
            limits: self.limits,
            steps: self.steps,
            rules: self.rules,
            expectations: self.expectations,
            unchecked: self.unchecked,
            window: self.window,
            swarm: self.swarm,
            drawn: None,
            parameters: self.parameters,
        }
    }

    /// Tells of parameters that no text has in braces: those of the scenario itself, since what is included serves others, too.
    /// Where a text has one that is not there, that was told, and may be the one that was meant.
    fn tell_unused(&self, texts: &[(String, String)], problems: &mut Vec<ScenarioProblem>) {
        if self.used.iter().any(|name| !self.parameters.contains_key(name)) {
            return;
        }
        // The one that includes comes behind all that it includes.
        let is_own = |file: &str| texts.last().is_some_and(|(own, _)| own == file);
        for (file, Placed { text: name, span }) in
            self.given.iter().filter(|(file, name)| is_own(file) && !self.used.contains(&name.text))
        {
            let message =
                format!("nothing uses the parameter `{name}`: write `{{{name}}}` where its value belongs");
            tell_in(texts, file, span.clone(), &message, problems);
        }
    }

    fn check_chosen(&self, chosen: &BTreeMap<String, String>, problems: &mut Vec<ScenarioProblem>) {
        for name in chosen.keys().filter(|name| !self.parameters.contains_key(*name)) {
            let hint = nearest(name, self.parameters.keys().map(String::as_str));
            let mut source = Source::new("the command line", "", BTreeMap::new());
            source.problem(0..0, format!("there is no parameter `{name}`{hint}"));
            problems.append(&mut source.problems);
        }
    }

    fn read_parameters(
        &mut self,
        name: &str,
        text: &str,
        chosen: &BTreeMap<String, String>,
        problems: &mut Vec<ScenarioProblem>,
    ) {
        self.with(name, text, problems, |draft, section, from| {
            let Some(parameters) = section.section("parameters", from) else { return };
            for (key, value) in parameters.entries() {
                let given = match as_json(value, from) {
                    Value::Array(items) => items,
                    one @ (Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Object(_)) => vec![one],
                };
                if given.is_empty() || given.iter().any(|item| item.is_array() || item.is_object()) {
                    let message = "a parameter is a value, or a list of alternatives: at least one";
                    from.problem(value.span(), message);
                    continue;
                }
                let alternatives: Vec<String> = given
                    .iter()
                    .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                    .collect();
                let first = chosen.get(&key.text).or_else(|| alternatives.first()).cloned();
                draft.values.extend(first.map(|first| (key.text.clone(), first)));
                draft.parameters.insert(key.text.clone(), alternatives);
                draft.given.push((from.name.to_owned(), key));
            }
        });
    }

    pub(crate) fn with(
        &mut self,
        name: &str,
        text: &str,
        problems: &mut Vec<ScenarioProblem>,
        read: impl FnOnce(&mut Self, &mut Section<'_>, &mut Source<'_>),
    ) {
        let Ok(table) = DeTable::parse(text) else { return };
        let mut source = Source::new(name, text, self.values.clone());
        read(self, &mut Section::new("", table.get_ref(), 0..text.len()), &mut source);
        self.used.append(&mut source.used);
        problems.append(&mut source.problems);
    }

    fn read_rest(&mut self, name: &str, text: &str, problems: &mut Vec<ScenarioProblem>) {
        self.with(name, text, problems, |draft, section, from| {
            // These were read before: by `Files`, `read_parameters` and `read_people`.
            for key in ["include", "parameters", "lab", "demo", "set", "latency", "agents", "customers"] {
                section.known(key);
            }
            let words = draft.vocabulary();
            let name = section.text("name", from).map(|name| name.text);
            if name.as_ref().is_some_and(|name| name.trim().is_empty()) {
                from.problem(
                    section.place("name"),
                    "a name is not empty; without one, the file's name counts",
                );
            }
            draft.name = name.unwrap_or_else(|| stem(from.name).to_owned());
            if let Some(about) = section.text("about", from) {
                draft.about = about.text;
            }
            if let Some(reason) = section.text("lost", from) {
                draft.read_lost(reason, from);
            }
            draft.until = section.duration("until", from).unwrap_or(draft.until);
            draft.rest = section.duration("rest", from).unwrap_or(draft.rest);
            draft.read_limits(section, from);
            draft.read_changes(section, &words, from);
            for item in section.sections("steps", from) {
                draft.read_step(item, &words, from);
            }
            for item in section.sections("rules", from) {
                draft.read_rule(item, &words, from);
            }
            for item in section.sections("expect", from) {
                draft.read_expectation(item, &words, from);
            }
            draft.read_checks(section, from);
            draft.read_window(section, &words, from);
            draft.read_swarm(section, from);
            draft.check_time(section, from);
            section.tell_unknown(from);
        });
    }

    pub(crate) fn vocabulary(&self) -> Vocabulary {
        let node = |name: &str| PlacePattern::Node(NodeName::from(name));
        let components = COMPONENTS.iter().map(|name| ((*name).to_owned(), node(name)));
        let people = self.agents.iter().map(|agent| format!("{AGENT}{}", agent.id));
        let numbered = |number: usize| format!("{CUSTOMER}{number}");
        let customers =
            (1..).zip(&self.customers).map(|(number, (name, _))| (name.clone(), node(&numbered(number))));
        let agents = self.lab.agents.iter().map(|agent| agent.id.to_string());
        let mrds = self.lab.mrds.iter().map(|mrd| mrd.id).chain([MrdId::VOICE]).map(|id| id.to_string());
        let of_lab = |names: &mut dyn Iterator<Item = String>| {
            if self.is_drawn { Vec::new() } else { names.collect() }
        };
        Vocabulary {
            agents: of_lab(&mut agents.into_iter()),
            mrds: of_lab(&mut mrds.into_iter()),
            places: components
                .chain(people.map(|name| (name.clone(), node(&name))))
                .chain(customers)
                .collect(),
            customers: self.customers.iter().map(|(name, _)| name.clone()).collect(),
        }
    }

    fn read_rule(&mut self, mut item: Section<'_>, words: &Vocabulary, from: &mut Source<'_>) {
        if let Some(rule) = read_rule(&mut item, words, &self.lab, self.rules.len() + 1, from) {
            if self.rules.iter().any(|known| known.name == rule.name) {
                let place = if item.has("name") { item.place("name") } else { item.span.clone() };
                from.problem(place, format!("there is a rule `{}` already: give it another name", rule.name));
            }
            self.rules.push(rule);
        }
        item.tell_unknown(from);
    }

    fn read_expectation(&mut self, mut item: Section<'_>, words: &Vocabulary, from: &mut Source<'_>) {
        let name = item.text("name", from).map(|name| name.text);
        let inferred = item.text("inferred", from).map(|why| why.text);
        let found = read_wants(&mut item, words, from);
        if !WANTS.iter().any(|key| item.has(key)) {
            let message = "an expectation says what: order, never, count, within, while and never, or final";
            item.lack(&WANTS, message);
        }
        for want in found {
            let number = self.expectations.len() + 1;
            let name = name.clone().unwrap_or_else(|| format!("expectation {number}"));
            self.expectations.push(Expectation { name, want, inferred: inferred.clone() });
        }
        item.tell_unknown(from);
    }

    /// A loss has a reason.
    fn read_lost(&mut self, reason: Placed, from: &mut Source<'_>) {
        if reason.text.trim().is_empty() {
            from.problem(reason.span, "`lost` says what loses the ends of contacts");
        } else {
            self.lost = Some(reason.text);
        }
    }

    fn read_checks(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let Some(mut checks) = section.section("checks", from) else { return };
        if let Some(off) = checks.section("off", from) {
            for (name, reason) in off.entries() {
                if name.text.parse::<Check>().is_err() {
                    let hint = nearest(&name.text, Check::ALL.map(Check::name));
                    from.problem(name.span.clone(), format!("there is no check `{}`{hint}", name.text));
                }
                let Some(reason) = as_text(reason, from, "the reason") else { continue };
                if reason.text.trim().is_empty() {
                    from.problem(reason.span, "say why the check is off");
                } else {
                    self.unchecked.insert(name.text, reason.text);
                }
            }
        }
        checks.tell_unknown(from);
    }

    fn read_window(&mut self, section: &mut Section<'_>, words: &Vocabulary, from: &mut Source<'_>) {
        let Some(mut explore) = section.section("explore", from) else { return };
        let begin = explore.text("from", from);
        if !explore.has("from") {
            from.problem(explore.span.clone(), "say what orders count from: from = \"contact T to=queued\"");
        }
        explore.tell_unknown(from);
        self.window = begin.and_then(|text| selector(&text, words, from)).or(self.window.take());
    }

    fn read_limits(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let Some(mut limits) = section.section("limits", from) else { return };
        self.limits.time = limits.duration("time", from).unwrap_or(self.limits.time);
        self.limits.records = limits.number_of("records", 1..=u64::MAX, from).unwrap_or(self.limits.records);
        limits.tell_unknown(from);
    }

    /// What ends behind the limit of time cannot be played.
    fn check_time(&self, section: &Section<'_>, from: &mut Source<'_>) {
        let heal = self.swarm.as_ref().map_or(Duration::ZERO, |swarm| swarm.heal);
        let step = self.steps.iter().map(|step| (step.wait, format!("a time of step `{}`", step.name)));
        let rule = self.rules.iter().filter_map(|rule| {
            let Action::Delay(latency) = &rule.action else { return None };
            Some((longest_way(*latency), format!("the delay of rule `{}`", rule.name)))
        });
        let people = self.agents.iter().flat_map(|agent| {
            let plans = [agent.sign_in, agent.ready, agent.not_ready, agent.sign_out, agent.crash];
            plans.into_iter().flatten().map(move |plan| (plan.0, format!("a time of agent {}", agent.id)))
        });
        let customers = self
            .customers
            .iter()
            .filter_map(|(name, customer)| Some((customer.at?.0, format!("`at` of customer {name}"))));
        let longest = |times: &mut dyn Iterator<Item = (Duration, String)>| {
            times.max_by_key(|(time, _)| *time).unwrap_or_default()
        };
        let own = |time: Duration, what: &str| (time, format!("`{what}`"));
        for (key, (time, what)) in [
            ("until", own(self.until, "until")),
            ("rest", own(self.rest, "rest")),
            ("swarm", own(heal, "swarm.heal")),
            ("steps", longest(&mut { step })),
            ("rules", longest(&mut { rule })),
            ("agents", longest(&mut { people })),
            ("customers", longest(&mut { customers })),
        ] {
            if time > self.limits.time && section.has(key) {
                let (time, limit) = (cce_world::Span(time), cce_world::Span(self.limits.time));
                from.problem(
                    section.place(key),
                    format!("{what} is {time}, and a run has {limit} of virtual time: shorten it, or raise `limits.time`"),
                );
            }
        }
    }

    fn read_swarm(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let Some(mut swarm) = section.section("swarm", from) else { return };
        self.swarm = Some(read_swarm(&mut swarm, from));
    }
}
