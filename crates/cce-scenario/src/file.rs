//! Reads scenario files.

use crate::{
    clauses::{ACTS, WANTS, check_order, component, port_named, read_rule, read_wants, selector},
    model::{Act, Expectation, Rule, Scenario, Step},
    people::{character, flatten, from_json, overlay},
    place::{AGENT, CUSTOMER, PlacePattern},
    read::{Placed, Problem, Section, Source, as_json, json_table},
    selector::{Selector, Vocabulary, nearest},
    swarm::Swarm,
};
use cce_check::Check;
use cce_kernel::NodeName;
use cce_world::{COMPONENTS, CastAgent, CastCustomer, Lab, Patch};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt, ops::Range, time::Duration};
use toml::de::{DeTable, DeValue};

/// A scenario without an end of its own ends after that.
const UNTIL: Duration = Duration::from_mins(10);

/// How long a scenario goes on once everything has ended.
const REST: Duration = Duration::from_secs(2);

/// How deep files may include others.
const INCLUDES_MAX: usize = 8;

/// What a scenario is read with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The text of a file that the scenario names, by the name that stands there.
    pub files: &'a dyn Fn(&str) -> Result<String, String>,
    /// The lab of a configuration file, or the lab of those who name none.
    pub lab: &'a dyn Fn(Option<(String, String)>) -> Result<Lab, String>,
    /// Values of its parameters; others have the first of their alternatives.
    pub chosen: &'a BTreeMap<String, String>,
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("chosen", &self.chosen).finish_non_exhaustive()
    }
}

/// Everything that is wrong with a scenario.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the scenario has {} {}", problems.len(), if problems.len() == 1 { "error" } else { "errors" })]
pub struct ScenarioError {
    /// At least one.
    pub problems: Vec<Problem>,
    /// Texts by file name, for showing places.
    pub sources: BTreeMap<String, String>,
}

/// Reads a scenario.
pub fn load(name: &str, text: &str, context: Context<'_>) -> Result<Scenario, ScenarioError> {
    let mut files = Files { texts: Vec::new(), problems: Vec::new() };
    files.collect(name, text, context, 0);
    let Some(lab) = files.lab(context) else { return Err(files.refuse()) };
    let mut draft = Draft::new(&lab);
    // What is included comes first, so that the one that includes it has the last word.
    let texts = files.texts.clone();
    for (name, text) in &texts {
        draft.read_parameters(name, text, context.chosen, &mut files.problems);
    }
    for (name, text) in &texts {
        draft.read_people(name, text, &mut files.problems);
    }
    for (name, text) in &texts {
        draft.read_rest(name, text, &mut files.problems);
    }
    draft.check_chosen(context.chosen, &mut files.problems);
    if files.problems.is_empty() { Ok(draft.finish()) } else { Err(files.refuse()) }
}

/// A scenario's files, those that are included first.
struct Files {
    texts: Vec<(String, String)>,
    problems: Vec<Problem>,
}

impl Files {
    fn collect(&mut self, name: &str, text: &str, context: Context<'_>, depth: usize) {
        let mut source = Source::new(name, text, BTreeMap::new());
        let mut includes = Vec::new();
        match DeTable::parse(text) {
            Ok(table) => {
                let mut section = Section::new("", table.get_ref(), 0..0);
                includes = section.texts("include", &mut source);
            }
            Err(error) => source.problem(error.span().unwrap_or(0..0), error.message()),
        }
        let is_sound = source.problems.is_empty();
        let mut found = Vec::new();
        for Placed { text: other, span } in includes {
            match (context.files)(&other) {
                _ if depth == INCLUDES_MAX => source.problem(span, "files include each other too deep"),
                Ok(text) => found.push((other, text)),
                Err(error) => source.problem(span, format!("cannot include `{other}`: {error}")),
            }
        }
        self.problems.append(&mut source.problems);
        for (other, text) in found {
            self.collect(&other, &text, context, depth + 1);
        }
        if is_sound && !self.texts.iter().any(|(known, _)| known == name) {
            self.texts.push((name.to_owned(), text.to_owned()));
        }
    }

    /// The lab that the last file names which names one.
    fn lab(&mut self, context: Context<'_>) -> Option<Lab> {
        let mut named = None;
        for (name, text) in &self.texts {
            let Ok(table) = DeTable::parse(text) else { continue };
            let mut source = Source::new(name, text, BTreeMap::new());
            if let Some(file) = Section::new("", table.get_ref(), 0..0).text("lab", &mut source) {
                named = Some((name.clone(), text.clone(), file));
            }
            self.problems.append(&mut source.problems);
        }
        let Some((name, text, file)) = named else {
            return (context.lab)(None)
                .map_err(|error| self.tell(&name_of(&self.texts), "", 0..0, error))
                .ok();
        };
        let found =
            (context.files)(&file.text).and_then(|text| (context.lab)(Some((file.text.clone(), text))));
        found.map_err(|error| self.tell(&name, &text, file.span, error)).ok()
    }

    fn tell(&mut self, name: &str, text: &str, span: Range<usize>, message: String) {
        let mut source = Source::new(name, text, BTreeMap::new());
        source.problem(span, message);
        self.problems.append(&mut source.problems);
    }

    fn refuse(self) -> ScenarioError {
        ScenarioError { problems: self.problems, sources: self.texts.into_iter().collect() }
    }
}

/// What a file is called without its folder and its ending.
fn stem(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(".toml").unwrap_or(file)
}

fn name_of(texts: &[(String, String)]) -> String {
    texts.last().map(|(name, _)| name.clone()).unwrap_or_default()
}

/// What was read so far.
struct Draft {
    name: String,
    about: String,
    lab: Lab,
    parameters: BTreeMap<String, Vec<String>>,
    values: BTreeMap<String, String>,
    agents: Vec<CastAgent>,
    customers: Vec<(String, CastCustomer)>,
    until: Duration,
    rest: Duration,
    steps: Vec<Step>,
    rules: Vec<Rule>,
    expectations: Vec<Expectation>,
    unchecked: BTreeMap<String, String>,
    window: Option<Selector>,
    swarm: Option<Swarm>,
}

impl Draft {
    fn new(lab: &Lab) -> Self {
        Self {
            name: String::new(),
            about: String::new(),
            lab: lab.clone(),
            parameters: BTreeMap::new(),
            values: BTreeMap::new(),
            agents: Vec::new(),
            customers: Vec::new(),
            until: UNTIL,
            rest: REST,
            steps: Vec::new(),
            rules: Vec::new(),
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
        Scenario {
            name: self.name,
            about: self.about,
            lab,
            customers,
            until: self.until,
            rest: self.rest,
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

    fn check_chosen(&self, chosen: &BTreeMap<String, String>, problems: &mut Vec<Problem>) {
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
        problems: &mut Vec<Problem>,
    ) {
        self.with(name, text, problems, |draft, section, from| {
            let Some(parameters) = section.section("parameters", from) else { return };
            for (key, value) in parameters.entries() {
                let given = match as_json(value, from) {
                    Value::Array(items) => items,
                    one => vec![one],
                };
                let alternatives: Vec<String> = given
                    .iter()
                    .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                    .collect();
                let first = chosen.get(&key.text).or_else(|| alternatives.first()).cloned();
                let Some(first) = first else {
                    from.problem(key.span, "a parameter has at least one alternative");
                    continue;
                };
                draft.values.insert(key.text.clone(), first);
                draft.parameters.insert(key.text, alternatives);
            }
        });
    }

    fn read_people(&mut self, name: &str, text: &str, problems: &mut Vec<Problem>) {
        self.with(name, text, problems, |draft, section, from| {
            if section.truth("demo", from) == Some(true) {
                draft.lab = draft.lab.clone().for_demo();
            }
            draft.read_patches(section, from);
            draft.read_agents(section, from);
            draft.read_customers(section, from);
        });
    }

    fn with(
        &mut self,
        name: &str,
        text: &str,
        problems: &mut Vec<Problem>,
        read: impl FnOnce(&mut Self, &mut Section<'_>, &mut Source<'_>),
    ) {
        let Ok(table) = DeTable::parse(text) else { return };
        let mut source = Source::new(name, text, self.values.clone());
        read(self, &mut Section::new("", table.get_ref(), 0..text.len()), &mut source);
        problems.append(&mut source.problems);
    }

    fn read_patches(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let mut settings = Vec::new();
        for (head, value) in section.section("set", from).iter().flat_map(Section::entries) {
            flatten(&head, value, &mut settings, from);
        }
        for (key, value) in section.section("latency", from).iter().flat_map(Section::entries) {
            let head = Placed { text: format!("latency.{}", key.text), span: key.span };
            flatten(&head, value, &mut settings, from);
        }
        {
            for (setting, value, span) in settings {
                match self.lab.patched(&[Patch { setting, value }]) {
                    Ok(lab) => self.lab = lab,
                    Err(errors) => {
                        errors.into_iter().for_each(|error| from.problem(span.clone(), error.message));
                    }
                }
            }
        }
    }

    fn read_agents(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let Some(agents) = section.section("agents", from) else { return };
        for (id, value) in agents.entries() {
            if !self.lab.agents.iter().any(|agent| agent.id.as_str() == id.text) {
                let known = self.lab.agents.iter().map(|agent| agent.id.as_str());
                from.problem(
                    id.span,
                    format!("the lab has no agent `{}`{}", id.text, nearest(&id.text, known)),
                );
                continue;
            }
            let Some(table) = value.get_ref().as_table() else {
                from.problem(value.span(), "an agent is a table");
                continue;
            };
            let given = character(json_table(table, from));
            let mut whole = json!({ "id": id.text, "limit": 3, "sign_in": "500ms", "ready": "500ms" });
            overlay(&mut whole, given);
            if let Some(agent) = from_json::<CastAgent>(whole, table, &value.span(), from) {
                self.agents.retain(|known| known.id != agent.id);
                self.agents.push(agent);
            }
        }
    }

    fn read_customers(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let Some(customers) = section.section("customers", from) else { return };
        for (name, value) in customers.entries() {
            let Some(table) = value.get_ref().as_table() else {
                from.problem(value.span(), "a customer is a table");
                continue;
            };
            let mut whole = self.customer();
            overlay(&mut whole, json_table(table, from));
            if let Some(customer) = from_json::<CastCustomer>(whole, table, &value.span(), from) {
                self.customers.retain(|(known, _)| *known != name.text);
                self.customers.push((name.text, customer));
            }
        }
    }

    /// What a customer is like who says nothing: the first one of the lab's demo, after two seconds.
    fn customer(&self) -> Value {
        let first = self.lab.demo.customers.first().and_then(|first| serde_json::to_value(first).ok());
        let mut whole = first.unwrap_or_else(|| json!({}));
        if let Some(table) = whole.as_object_mut() {
            for key in ["waits", "cancel_after"] {
                table.remove(key);
            }
        }
        overlay(&mut whole, json!({ "at": "2s", "poll": "1s" }).as_object().cloned().unwrap_or_default());
        whole
    }

    fn read_rest(&mut self, name: &str, text: &str, problems: &mut Vec<Problem>) {
        self.with(name, text, problems, |draft, section, from| {
            for key in ["include", "parameters", "lab", "demo", "set", "latency", "agents", "customers"] {
                section.known(key);
            }
            let words = draft.vocabulary();
            let name = section.text("name", from).map(|name| name.text);
            draft.name = name.unwrap_or_else(|| stem(from.name).to_owned());
            if let Some(about) = section.text("about", from) {
                draft.about = about.text;
            }
            draft.until = section.duration("until", from).unwrap_or(draft.until);
            draft.rest = section.duration("rest", from).unwrap_or(draft.rest);
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
            section.tell_unknown(from);
            draft.check_rule_names(from);
        });
    }

    fn vocabulary(&self) -> Vocabulary {
        let node = |name: &str| PlacePattern::Node(NodeName::from(name));
        let components = COMPONENTS.iter().map(|name| ((*name).to_owned(), node(name)));
        let agents = self.agents.iter().map(|agent| format!("{AGENT}{}", agent.id));
        let numbered = |number: usize| format!("{CUSTOMER}{number}");
        let customers =
            (1..).zip(&self.customers).map(|(number, (name, _))| (name.clone(), node(&numbered(number))));
        Vocabulary {
            places: components
                .chain(agents.map(|name| (name.clone(), node(&name))))
                .chain(customers)
                .collect(),
            customers: self.customers.iter().map(|(name, _)| name.clone()).collect(),
        }
    }

    fn read_step(&mut self, mut item: Section<'_>, words: &Vocabulary, from: &mut Source<'_>) {
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

    fn read_rule(&mut self, mut item: Section<'_>, words: &Vocabulary, from: &mut Source<'_>) {
        if let Some(rule) = read_rule(&mut item, words, self.rules.len() + 1, from) {
            self.rules.push(rule);
        }
        item.tell_unknown(from);
    }

    fn read_expectation(&mut self, mut item: Section<'_>, words: &Vocabulary, from: &mut Source<'_>) {
        let name = item.text("name", from).map(|name| name.text);
        let inferred = item.text("inferred", from).map(|why| why.text);
        let found = read_wants(&mut item, words, from);
        if !WANTS.iter().any(|key| item.has(key)) {
            from.problem(
                item.span.clone(),
                "an expectation says what: order, never, count, within, while and never, or final",
            );
        }
        for want in found {
            let number = self.expectations.len() + 1;
            let name = name.clone().unwrap_or_else(|| format!("expectation {number}"));
            self.expectations.push(Expectation { name, want, inferred: inferred.clone() });
        }
        item.tell_unknown(from);
    }

    fn read_checks(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let Some(mut checks) = section.section("checks", from) else { return };
        if let Some(off) = checks.section("off", from) {
            for (name, reason) in off.entries() {
                if name.text.parse::<Check>().is_err() {
                    let hint = nearest(&name.text, Check::ALL.map(Check::name));
                    from.problem(name.span.clone(), format!("there is no check `{}`{hint}", name.text));
                }
                match reason.get_ref() {
                    DeValue::String(text) if !text.trim().is_empty() => {
                        self.unchecked.insert(name.text, text.to_string());
                    }
                    _ => from.problem(reason.span(), "say why the check is off"),
                }
            }
        }
        checks.tell_unknown(from);
    }

    fn read_window(&mut self, section: &mut Section<'_>, words: &Vocabulary, from: &mut Source<'_>) {
        let Some(mut explore) = section.section("explore", from) else { return };
        let begin = explore.text("from", from);
        if begin.is_none() {
            from.problem(explore.span.clone(), "say what orders count from: from = \"contact T to=queued\"");
        }
        explore.tell_unknown(from);
        self.window = begin.and_then(|text| selector(&text, words, from)).or(self.window.take());
    }

    fn read_swarm(&mut self, section: &mut Section<'_>, from: &mut Source<'_>) {
        let Some(mut swarm) = section.section("swarm", from) else { return };
        self.swarm = Some(Swarm::read(&mut swarm, from));
    }

    /// Steps name rules that there are.
    fn check_rule_names(&self, from: &mut Source<'_>) {
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
