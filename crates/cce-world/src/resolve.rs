//! From the names in a lab's text to references: every name that names nothing is found at once.

use crate::{
    lab::{
        AgentSettings, CallTypeSettings, DialedNumberSettings, EccSettings, Lab, MrdSettings,
        PrecisionQueueSettings, ReasonCodeSettings, ScriptSettings,
    },
    problem::Fault,
};
use cce_model::nearest_few;
use cce_model::{
    Agent, AgentId, CallType, CallTypeId, DialedNumber, EccVariable, EventReason, Mrd, ObjectModel,
    PrecisionQueue, ReasonCode, Script, SkillGroup, Step, Team,
};
use std::{collections::BTreeMap, fmt::Display, sync::Arc};

/// Objects by what others call them; none where an object itself names something that is not there.
type Named<K, T> = BTreeMap<K, Option<Arc<T>>>;

/// The objects of a lab.
pub(crate) fn resolve(lab: &Lab) -> Result<ObjectModel, Vec<Fault>> {
    let mut resolver = Resolver::default();
    let mut model = ObjectModel {
        ecc_variables: ecc_variables(&lab.ecc_variables),
        reason_codes: lab.finesse.reason_codes.iter().map(reason_code).collect(),
        ..ObjectModel::default()
    };
    // Each list comes behind those that it names.
    let mrds: Named<&str, Mrd> =
        lab.mrds.iter().map(|text| (text.name.as_str(), Some(model.mrds.add(mrd(text))))).collect();
    let groups = resolver.skill_groups(&lab.precision_queues, &mrds);
    let members = members(&lab.precision_queues, &groups);
    let team = Arc::new(Team { id: lab.finesse.team_id, name: lab.finesse.team_name.clone() });
    let mut agents = Named::new();
    for (at, text) in lab.agents.iter().enumerate() {
        let skill_groups = members.get(&text.id).cloned().unwrap_or_default();
        let agent = resolver.agent(at, text, skill_groups, &team, &mrds);
        agents.insert(text.id.as_str(), Some(model.agents.add(agent)));
    }
    let mut queues = Named::new();
    for ((at, text), group) in lab.precision_queues.iter().enumerate().zip(groups) {
        let queue = resolver.precision_queue(at, text, group, &agents);
        queues.insert(text.name.as_str(), queue.map(|queue| model.precision_queues.add(queue)));
    }
    let mut scripts = Named::new();
    for (at, text) in lab.scripts.iter().enumerate() {
        let script = resolver.script(at, text, &queues);
        scripts.insert(text.name.as_str(), script.map(|script| model.scripts.add(script)));
    }
    let mut call_types = Named::new();
    for (at, text) in lab.call_types.iter().enumerate() {
        let call_type = resolver.call_type(at, text, &scripts);
        call_types.insert(text.id, Some(model.call_types.add(call_type)));
    }
    for (at, text) in lab.dialed_numbers.iter().enumerate() {
        if let Some(number) = resolver.dialed_number(at, text, &mrds, &call_types) {
            model.dialed_numbers.add(number);
        }
    }
    if resolver.faults.is_empty() { Ok(model) } else { Err(resolver.faults) }
}

/// Expanded call context variables that the central controller knows.
pub(crate) fn ecc_variables(settings: &[EccSettings]) -> Vec<EccVariable> {
    let variable = |EccSettings { name, length, elements }: &EccSettings| EccVariable {
        name: name.clone(),
        length: *length,
        elements: *elements,
    };
    settings.iter().map(variable).collect()
}

/// Says that there is no such thing, and what there is.
pub(crate) fn one_of<T: Display>(
    what: &str,
    value: impl Display,
    all: impl IntoIterator<Item = T>,
) -> String {
    let names: Vec<String> = all.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => format!("there is no {what} `{value}`, nor any other"),
        _ => format!("there is no {what} `{value}`; there is {}", nearest_few(&value.to_string(), &names)),
    }
}

#[derive(Default)]
struct Resolver {
    faults: Vec<Fault>,
}

impl Resolver {
    /// What a setting names.
    fn named<K: Ord + Display, T>(
        &mut self,
        (what, list): (&str, &'static [&'static str]),
        key: &str,
        name: &K,
        all: &Named<K, T>,
    ) -> Option<Arc<T>> {
        all.get(name).cloned().unwrap_or_else(|| {
            self.faults.push(Fault::new(key, one_of(what, name, all.keys())).against(list));
            None
        })
    }

    fn mrd(&mut self, key: &str, name: &str, mrds: &Named<&str, Mrd>) -> Option<Arc<Mrd>> {
        self.named(("domain", &["mrds"]), key, &name, mrds)
    }

    fn skill_groups(
        &mut self,
        queues: &[PrecisionQueueSettings],
        mrds: &Named<&str, Mrd>,
    ) -> Vec<Option<Arc<SkillGroup>>> {
        let mut group = |(at, queue): (usize, &PrecisionQueueSettings)| {
            let mrd = self.mrd(&format!("precision_queues.{at}.mrd"), &queue.mrd, mrds)?;
            let id = queue.skill_group;
            Some(Arc::new(SkillGroup { id, number: queue.number, mrd }))
        };
        queues.iter().enumerate().map(&mut group).collect()
    }

    fn agent(
        &mut self,
        at: usize,
        text: &AgentSettings,
        skill_groups: Vec<Arc<SkillGroup>>,
        team: &Arc<Team>,
        mrds: &Named<&str, Mrd>,
    ) -> Agent {
        let key = format!("agents.{at}.mrds");
        Agent {
            id: text.id.clone(),
            skill_target: text.skill_target,
            login_name: text.login_name.clone(),
            first_name: text.first_name.clone(),
            last_name: text.last_name.clone(),
            password: text.password.clone(),
            extension: text.extension.clone(),
            terminal: text.terminal.clone(),
            team: Arc::clone(team),
            mrds: text.mrds.iter().filter_map(|mrd| self.mrd(&key, mrd, mrds)).collect(),
            skill_groups,
        }
    }

    fn precision_queue(
        &mut self,
        at: usize,
        text: &PrecisionQueueSettings,
        skill_group: Option<Arc<SkillGroup>>,
        agents: &Named<&str, Agent>,
    ) -> Option<PrecisionQueue> {
        let mut steps = Vec::new();
        for (number, step) in text.steps.iter().enumerate() {
            let key = format!("precision_queues.{at}.steps.{number}.agents");
            let agents = step
                .agents
                .iter()
                .filter_map(|id| self.named(("agent", &["agents"]), &key, &id.as_str(), agents))
                .collect();
            steps.push(Step { wait: step.wait.map(|span| span.0), agents });
        }
        Some(PrecisionQueue { id: text.id, name: text.name.clone(), skill_group: skill_group?, steps })
    }

    fn script(
        &mut self,
        at: usize,
        text: &ScriptSettings,
        queues: &Named<&str, PrecisionQueue>,
    ) -> Option<Script> {
        let key = format!("scripts.{at}.precision_queue");
        let what = ("precision queue", &["precision_queues"][..]);
        let precision_queue = self.named(what, &key, &text.precision_queue.as_str(), queues)?;
        Some(Script { name: text.name.clone(), precision_queue, priority: text.priority })
    }

    fn call_type(&mut self, at: usize, text: &CallTypeSettings, scripts: &Named<&str, Script>) -> CallType {
        let key = format!("call_types.{at}.script");
        let script = text
            .script
            .as_ref()
            .and_then(|script| self.named(("script", &["scripts"]), &key, &script.as_str(), scripts));
        CallType {
            id: text.id,
            name: text.name.clone(),
            script,
            ccai_config: text.ccai_config.clone(),
            enabled_services: text.enabled_services.clone(),
        }
    }

    fn dialed_number(
        &mut self,
        at: usize,
        text: &DialedNumberSettings,
        mrds: &Named<&str, Mrd>,
        call_types: &Named<CallTypeId, CallType>,
    ) -> Option<DialedNumber> {
        let mrd = self.mrd(&format!("dialed_numbers.{at}.mrd"), &text.mrd, mrds);
        let key = format!("dialed_numbers.{at}.call_type");
        let what = ("call type", &["call_types"][..]);
        let call_type = text.call_type.and_then(|id| self.named(what, &key, &id, call_types));
        Some(DialedNumber { number: text.number.clone(), mrd: mrd?, call_type })
    }
}

/// The skill groups of each agent, in the order of the queues, each once.
fn members<'l>(
    queues: &'l [PrecisionQueueSettings],
    groups: &[Option<Arc<SkillGroup>>],
) -> BTreeMap<&'l AgentId, Vec<Arc<SkillGroup>>> {
    let mut members: BTreeMap<&AgentId, Vec<Arc<SkillGroup>>> = BTreeMap::new();
    for (queue, group) in queues.iter().zip(groups) {
        let Some(group) = group else { continue };
        for agent in queue.steps.iter().flat_map(|step| &step.agents) {
            let groups = members.entry(agent).or_default();
            if groups.last().is_none_or(|last| !Arc::ptr_eq(last, group)) {
                groups.push(Arc::clone(group));
            }
        }
    }
    members
}

fn mrd(text: &MrdSettings) -> Mrd {
    Mrd {
        id: text.id,
        name: text.name.clone(),
        description: text.description.clone(),
        interruptible: text.interruptible,
        on_path: text.application_path,
        start_timeout: text.start_timeout.0,
        max_task_duration: text.max_task_duration.0,
        task_life: text.task_life.0,
        max_in_queue: text.max_in_queue,
        max_time_in_queue: text.max_time_in_queue.map(|span| span.0),
    }
}

fn reason_code(text: &ReasonCodeSettings) -> ReasonCode {
    ReasonCode {
        category: text.category,
        id: text.id,
        code: EventReason(text.code),
        label: text.label.clone(),
        for_all: true,
    }
}
