//! The objects of the lab trace, for the tests of every component: rows that name each other, to be changed and resolved.

use super::{
    Agent, CallType, DialedNumber, Mrd, ObjectModel, PrecisionQueue, Script, SkillGroup, Step, Table, Team,
};
use crate::{
    AgentId, CallTypeId, EccVariable, MrdId, PrecisionQueueId, ReasonCode, SkillGroupNumber, SkillTarget,
    TeamId,
};
use std::{sync::Arc, time::Duration};

/// Rows of a model. Every name must be that of a row.
#[derive(Clone, Debug)]
pub struct SampleRows {
    /// Media routing domains.
    pub mrds: Vec<Mrd>,
    /// Precision queues.
    pub queues: Vec<QueueRow>,
    /// Agents.
    pub agents: Vec<AgentRow>,
    /// Name, precision queue and priority of scripts.
    pub scripts: Vec<(String, PrecisionQueueId, u32)>,
    /// Call types.
    pub call_types: Vec<CallTypeRow>,
    /// Number, domain and call type of dialed numbers.
    pub dialed_numbers: Vec<(String, MrdId, Option<CallTypeId>)>,
    /// Expanded call context variables.
    pub ecc_variables: Vec<EccVariable>,
    /// Reason codes.
    pub reason_codes: Vec<ReasonCode>,
}

/// A precision queue with its skill group.
#[derive(Clone, Debug)]
pub struct QueueRow {
    /// Id.
    pub id: PrecisionQueueId,
    /// Name.
    pub name: String,
    /// Domain.
    pub mrd: MrdId,
    /// Id of the skill group.
    pub skill_group: SkillTarget,
    /// Its peripheral number.
    pub number: SkillGroupNumber,
    /// Agents and wait of each step.
    pub steps: Vec<(Vec<SkillTarget>, Option<Duration>)>,
}

/// An agent.
#[derive(Clone, Debug)]
pub struct AgentRow {
    /// Login id, which is also the extension.
    pub id: &'static str,
    /// Id in the central controller's database.
    pub skill_target: SkillTarget,
    /// Login name.
    pub login_name: &'static str,
    /// First name.
    pub first_name: &'static str,
    /// Last name.
    pub last_name: &'static str,
    /// Terminal device.
    pub terminal: &'static str,
    /// Domains.
    pub mrds: Vec<MrdId>,
}

/// A call type.
#[derive(Clone, Debug)]
pub struct CallTypeRow {
    /// Id.
    pub id: CallTypeId,
    /// Name.
    pub name: String,
    /// Name of its script.
    pub script: Option<String>,
    /// Configuration id of the agent services.
    pub ccai_config: String,
    /// Agent services.
    pub enabled_services: Vec<u16>,
}

impl SampleRows {
    /// The domain, the queue, the call type and two agents of the trace, and a second domain, `Chat`, whose tasks must not
    /// be interrupted, with a queue of the same agents.
    pub fn lab_trace() -> Self {
        let both = vec![SkillTarget(5172), SkillTarget(5173)];
        let ccai_config = "4f62417b-bbea-44b9-9ba0-ba3e51ad8272";
        Self {
            mrds: vec![mrd(5011, "Tasks", true), mrd(5012, "Chat", false)],
            queues: vec![
                queue(5034, "CumulusTask", 5011, (5199, 12_282_837), both.clone()),
                queue(5035, "CumulusChat", 5012, (5199, 12_282_837), both),
            ],
            agents: vec![
                agent("1080", 5172, "sjeffers", "UCSFSJEFFERS"),
                agent("1081", 5173, "rbarrows", "UCSFOTHER"),
            ],
            scripts: vec![
                ("CumulusTask".to_owned(), PrecisionQueueId(5034), 5),
                ("CumulusChat".to_owned(), PrecisionQueueId(5035), 5),
            ],
            call_types: vec![
                CallTypeRow {
                    ccai_config: ccai_config.to_owned(),
                    enabled_services: vec![1, 2],
                    ..call_type(5053, "CumulusTask")
                },
                call_type(5054, "CumulusChat"),
            ],
            dialed_numbers: vec![
                ("CumulusTask".to_owned(), MrdId(5011), Some(CallTypeId(5053))),
                ("CumulusChat".to_owned(), MrdId(5012), Some(CallTypeId(5054))),
            ],
            ecc_variables: Vec::new(),
            reason_codes: Vec::new(),
        }
    }

    /// The model of these rows.
    ///
    /// # Panics
    ///
    /// A row names another one that is not there.
    pub fn model(self) -> Arc<ObjectModel> {
        let mut model = ObjectModel {
            ecc_variables: self.ecc_variables,
            reason_codes: self.reason_codes,
            ..ObjectModel::default()
        };
        for row in self.mrds {
            model.mrds.add(row);
        }
        let groups: Vec<Arc<SkillGroup>> = self.queues.iter().map(|row| row.group(&model.mrds)).collect();
        let team = Arc::new(Team { id: TeamId(5005), name: "CumulusTeam".to_owned() });
        for row in self.agents {
            let queues = self.queues.iter().zip(&groups).filter(|(queue, _)| queue.has(row.skill_target));
            let skill_groups = queues.map(|(_, group)| Arc::clone(group)).collect();
            let agent = row.agent(&model.mrds, skill_groups, Arc::clone(&team));
            model.agents.add(agent);
        }
        for (row, skill_group) in self.queues.into_iter().zip(groups) {
            let queue = row.queue(skill_group, &model.agents);
            model.precision_queues.add(queue);
        }
        for (name, queue, priority) in self.scripts {
            let queue = model.precision_queues.find(|known| known.id == queue).expect("a row of that id");
            model.scripts.add(Script { name, precision_queue: Arc::clone(queue), priority });
        }
        for row in self.call_types {
            let script = row.script.map(|name| named(&model.scripts, name.as_str()));
            let CallTypeRow { id, name, ccai_config, enabled_services, .. } = row;
            model.call_types.add(CallType { id, name, script, ccai_config, enabled_services });
        }
        for (number, mrd, call_type) in self.dialed_numbers {
            let mrd = named(&model.mrds, &mrd);
            let call_type = call_type.map(|id| named(&model.call_types, &id));
            model.dialed_numbers.add(DialedNumber { number, mrd, call_type });
        }
        Arc::new(model)
    }
}

impl QueueRow {
    /// Nobody is in the queue any more.
    pub fn clear(&mut self) {
        self.steps.iter_mut().for_each(|(agents, _)| agents.clear());
    }

    fn has(&self, agent: SkillTarget) -> bool {
        self.steps.iter().any(|(agents, _)| agents.contains(&agent))
    }

    fn group(&self, mrds: &Table<Mrd>) -> Arc<SkillGroup> {
        Arc::new(SkillGroup { id: self.skill_group, number: self.number, mrd: named(mrds, &self.mrd) })
    }

    fn queue(self, skill_group: Arc<SkillGroup>, agents: &Table<Agent>) -> PrecisionQueue {
        let step = |(members, wait): (Vec<SkillTarget>, Option<Duration>)| Step {
            wait,
            agents: members.iter().map(|agent| named(agents, agent)).collect(),
        };
        let steps = self.steps.into_iter().map(step).collect();
        PrecisionQueue { id: self.id, name: self.name, skill_group, steps }
    }
}

impl AgentRow {
    fn agent(self, mrds: &Table<Mrd>, skill_groups: Vec<Arc<SkillGroup>>, team: Arc<Team>) -> Agent {
        Agent {
            id: AgentId::from(self.id),
            skill_target: self.skill_target,
            login_name: self.login_name.to_owned(),
            first_name: self.first_name.to_owned(),
            last_name: self.last_name.to_owned(),
            password: "ccelab".to_owned(),
            extension: self.id.to_owned(),
            terminal: self.terminal.to_owned(),
            team,
            mrds: self.mrds.iter().map(|mrd| named(mrds, mrd)).collect(),
            skill_groups,
        }
    }
}

fn mrd(id: i32, name: &str, interruptible: bool) -> Mrd {
    Mrd {
        id: MrdId(id),
        name: name.to_owned(),
        description: format!("{name} of the lab"),
        interruptible,
        on_path: true,
        start_timeout: Duration::from_secs(30),
        max_task_duration: Duration::from_hours(1),
        task_life: Duration::from_mins(20),
        max_in_queue: None,
        max_time_in_queue: None,
    }
}

fn queue(id: u32, name: &str, mrd: i32, (group, number): (i32, u32), agents: Vec<SkillTarget>) -> QueueRow {
    let (mrd, skill_group) = (MrdId(mrd), SkillTarget(group));
    let (id, number) = (PrecisionQueueId(id), SkillGroupNumber(number));
    QueueRow { id, name: name.to_owned(), mrd, skill_group, number, steps: vec![(agents, None)] }
}

fn agent(id: &'static str, skill_target: i32, login_name: &'static str, terminal: &'static str) -> AgentRow {
    AgentRow {
        id,
        skill_target: SkillTarget(skill_target),
        login_name,
        first_name: "Sandra",
        last_name: "Jefferson",
        terminal,
        mrds: vec![MrdId(5011), MrdId(5012)],
    }
}

fn call_type(id: u32, name: &str) -> CallTypeRow {
    CallTypeRow {
        id: CallTypeId(id),
        name: name.to_owned(),
        script: Some(name.to_owned()),
        ccai_config: String::new(),
        enabled_services: Vec::new(),
    }
}

fn named<T, Q>(table: &Table<T>, key: &Q) -> Arc<T>
where
    T: super::Keyed,
    T::Key: std::borrow::Borrow<Q>,
    Q: Ord + ?Sized,
{
    Arc::clone(table.get(key).expect("a row of that name"))
}
