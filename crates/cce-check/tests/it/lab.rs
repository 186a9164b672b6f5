//! Journals of the lab in the simulator, and what the checks say of them.

use cce_check::{Breach, Checks};
use cce_fold::Fold;
use cce_journal::{Director, Header, Record};
use cce_kernel::{Command, NodeName, Time, Wall};
use cce_model::{CallTypeId, MrdId, PrecisionQueueId, SkillGroupNumber, SkillTarget};
use cce_sim::Sim;
use cce_world::{CastAgent, CastCustomer, CreateMethod, Lab, Layers, Span, load};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Far behind the end of every task here.
pub(crate) const END: Time = Time(120_000_000);

/// A journal.
#[derive(Clone)]
pub(crate) struct Journal {
    pub(crate) header: Header,
    pub(crate) records: Vec<Record>,
}

impl Journal {
    /// What all checks say of it, up to its end.
    pub(crate) fn breaches(&self) -> Vec<Breach> {
        let mut checks = Checks::new();
        let mut breaches = self.run(&mut checks);
        breaches.extend(checks.finish());
        breaches
    }

    /// What these checks say of its records.
    pub(crate) fn run(&self, checks: &mut Checks) -> Vec<Breach> {
        let mut fold = Fold::new(&self.header);
        self.records.iter().flat_map(|record| checks.push(&fold.push(record))).collect()
    }
}

/// A run of a lab that somebody disturbs.
pub(crate) struct Run {
    lab: Lab,
    seed: u64,
    sim: Sim,
}

impl Run {
    pub(crate) fn new(lab: Lab, seed: u64) -> Self {
        let header = header(&lab, seed);
        let mut sim = Sim::new(seed);
        for node in lab.nodes() {
            sim.add(&node, header.clock(&node), lab.build(&node).unwrap());
        }
        Self { lab, seed, sim }
    }

    pub(crate) fn until(mut self, seconds: u64) -> Self {
        self.sim.run_until(Time(seconds * 1_000_000));
        self
    }

    /// Runs to the first record that is so.
    pub(crate) fn to(mut self, done: impl FnMut(&Record) -> bool) -> Self {
        assert!(self.sim.run_to(END, done));
        self
    }

    pub(crate) fn restart(mut self, component: &str) -> Self {
        let name = NodeName::from(component);
        self.sim.restart(&name, self.lab.build(&name).unwrap());
        self
    }

    pub(crate) fn set(mut self, component: &str, setting: &str, value: &str) -> Self {
        let command = Command::Set { setting: setting.to_owned(), value: value.to_owned() };
        self.sim.command(&NodeName::from(component), command);
        self
    }

    /// Runs to the end.
    pub(crate) fn end(mut self) -> Journal {
        self.sim.run_until(END);
        Journal { header: header(&self.lab, self.seed), records: self.sim.records().to_vec() }
    }
}

pub(crate) fn journal(lab: Lab, seed: u64) -> Journal {
    Run::new(lab, seed).end()
}

/// The journal of a lab that somebody directs, on a network of its own.
pub(crate) fn journal_of<D: Director>(
    lab: Lab,
    seed: u64,
    director: D,
    set: impl FnOnce(&mut Sim<D>),
) -> Journal {
    let header = header(&lab, seed);
    let mut sim = Sim::directed(seed, director);
    set(&mut sim);
    for node in lab.nodes() {
        sim.add(&node, header.clock(&node), lab.build(&node).unwrap());
    }
    sim.build_with(Arc::new(move |node| lab.build(node)));
    sim.run_until(END);
    Journal { header, records: sim.take_records() }
}

fn header(lab: &Lab, seed: u64) -> Header {
    lab.header(seed, Wall(1_706_622_866_000_000), lab.nodes())
}

pub(crate) fn lab(agents: Vec<CastAgent>, customers: Vec<CastCustomer>) -> Lab {
    let mut lab = load(&Layers::default()).unwrap();
    lab.cast.agents = agents;
    lab.cast.customers = customers;
    lab
}

/// The lab with a second domain, `Mail`, whose dialed number is `Mail`.
pub(crate) fn lab_of_two_domains(agents: Vec<CastAgent>, customers: Vec<CastCustomer>) -> Lab {
    let mut lab = lab(agents, customers);
    let mut mrd = lab.mrds[0].clone();
    (mrd.id, mrd.name) = (MrdId(5012), "Mail".into());
    lab.mrds.push(mrd);
    let mut dialed = lab.dialed_numbers[0].clone();
    (dialed.number, dialed.mrd, dialed.call_type) = ("Mail".into(), "Mail".into(), Some(CallTypeId(5054)));
    lab.dialed_numbers.push(dialed);
    let mut call_type = lab.call_types[0].clone();
    (call_type.id, call_type.name, call_type.script) = (CallTypeId(5054), "Mail".into(), Some("Mail".into()));
    lab.call_types.push(call_type);
    let mut script = lab.scripts[0].clone();
    (script.name, script.precision_queue) = ("Mail".into(), "Mail".into());
    lab.scripts.push(script);
    let mut queue = lab.precision_queues[0].clone();
    (queue.id, queue.name, queue.mrd) = (PrecisionQueueId(5035), "Mail".into(), "Mail".into());
    (queue.skill_group, queue.number) = (SkillTarget(5198), SkillGroupNumber(12_282_838));
    lab.precision_queues.push(queue);
    lab.agents.iter_mut().for_each(|agent| agent.mrds.push("Mail".into()));
    lab
}

pub(crate) fn agent(id: &str, limit: u32) -> CastAgent {
    CastAgent {
        limit,
        sign_in: Some(Span::default()),
        ready: Some(span(1)),
        accept: Some(span(1)),
        start: Some(span(1).into()),
        close: Some(span(3).into()),
        ..CastAgent::new(id.into())
    }
}

/// Who never accepts.
pub(crate) fn deaf(id: &str) -> CastAgent {
    CastAgent { accept: None, ..agent(id, 3) }
}

/// Who comes late.
pub(crate) fn late(id: &str, after: u64) -> CastAgent {
    CastAgent { sign_in: Some(span(after)), ..agent(id, 3) }
}

pub(crate) fn customer(at: u64) -> CastCustomer {
    CastCustomer {
        waits: false,
        at: Some(span(at)),
        method: CreateMethod::Post,
        feed: 100_080,
        name: "ann@example.org".into(),
        title: "Order A-17 lost".into(),
        description: String::new(),
        script_selector: "CumulusTask".into(),
        requeue_on_recovery: false,
        poll: Some(span(1)),
        cancel_after: None,
        closes_lost: None,
        may_be_refused: false,
        variables: BTreeMap::new(),
    }
}

/// Who gives up after a while.
pub(crate) fn impatient(at: u64, after: u64) -> CastCustomer {
    CastCustomer { cancel_after: Some(span(after)), ..customer(at) }
}

/// Who dials another number.
pub(crate) fn dialling(at: u64, number: &str) -> CastCustomer {
    CastCustomer { script_selector: number.into(), ..customer(at) }
}

/// Whose application closes what the product lost.
pub(crate) fn closing(customer: CastCustomer) -> CastCustomer {
    CastCustomer { closes_lost: Some(span(35)), ..customer }
}

/// Whose task survives failures.
pub(crate) fn insistent(at: u64) -> CastCustomer {
    CastCustomer { requeue_on_recovery: true, ..customer(at) }
}

pub(crate) fn span(seconds: u64) -> Span {
    Span(Duration::from_secs(seconds))
}
