//! Components and journal headers of a lab.

use crate::{
    adjustable::Adjustable,
    cast,
    component_config::Product,
    lab::{self, CastAgent, CastCustomer, Lab},
    problem::ConfigProblem,
    resolve::resolve,
    span::{Span, Wait},
    tables,
    translated::{Links, Translated},
    world::World,
};
use cce_journal::{FORMAT, Header, HostHeader, LogSettings};
use cce_kernel::{Account, Component, HostClock, Kind, NodeName, Wall};
use cce_model::{DialogAction, DialogState};
use jiff::{Timestamp, tz::TimeZone};
use serde::de::Error as _;
use std::time::Duration;

/// Pause of virtual people before they try again.
const RETRY: Duration = Duration::from_secs(1);

/// Contacts whose ids are set by [`Lab::with_first_ids`].
const FIRST_IDS: u32 = 100;

/// Milliseconds of a day.
const DAY_MILLIS: i64 = 86_400_000;

/// What a virtual agent is called, before its login id.
const AGENT_PREFIX: &str = "agent-";

/// What a virtual customer is called, before its number from 1.
const CUSTOMER_PREFIX: &str = "customer-";

/// A moment of the calendar, as RFC 3339 text.
pub fn calendar(text: &str) -> Result<Wall, String> {
    let time = text.parse::<Timestamp>().map(|time| Wall(time.as_microsecond()));
    time.map_err(|_| format!("`{text}`: write a time such as 2026-11-28T09:00:00Z"))
}

/// The lab that a journal was made with. The error says what cannot be read, or every name that names nothing.
pub fn header_lab(header: &Header) -> Result<Lab, serde_json::Error> {
    let lab = serde_json::from_value::<Lab>(header.config.clone())?;
    resolve(&lab).map_err(|faults| {
        let told: Vec<String> =
            faults.into_iter().map(|fault| ConfigProblem::from(fault).to_string()).collect();
        serde_json::Error::custom(told.join("; "))
    })?;
    Ok(Lab { tables: header.tables.clone(), ..lab })
}

impl Lab {
    /// The lab with the first ids of contacts and the first call id set, unless it sets them: else they have the moments in
    /// them at which CCP and the router need them, which no two runs over a network have in common.
    pub fn with_first_ids(mut self, start: Wall) -> Self {
        let node = cce_ccp::Ccp::config(&self).node_value;
        if self.ccp.contact_ids.is_empty() {
            self.ccp.contact_ids = (0..FIRST_IDS)
                .map(|number| cce_ccp::contact_id(start.millis(), number, node).to_string())
                .collect();
        }
        let call = i32::try_from(start.millis().rem_euclid(DAY_MILLIS)).unwrap_or_default();
        self.router.first_call_id.get_or_insert(call);
        self
    }

    /// The five components, then the virtual people.
    pub fn nodes(&self) -> Vec<NodeName> {
        let agents = self.cast.agents.iter().map(|agent| format!("{AGENT_PREFIX}{}", agent.id));
        let components = Kind::PRODUCTS.into_iter().map(NodeName::from);
        let people = self.customers().map(|(name, _)| name);
        components.chain(agents.map(NodeName::from)).chain(people).collect()
    }

    /// The virtual customers, by name.
    pub fn customers(&self) -> impl Iterator<Item = (NodeName, &CastCustomer)> {
        let numbered = (1_usize..).zip(&self.cast.customers);
        numbered.map(|(number, customer)| (NodeName::from(format!("{CUSTOMER_PREFIX}{number}")), customer))
    }

    /// Makes components by name, of names that are resolved once. There is none of a name that the lab does not have, and
    /// none at all where a name in the lab names nothing.
    pub fn builder(&self) -> impl Fn(&NodeName) -> Option<Box<dyn Component>> + Send + Sync + use<> {
        let world = World::of(self).ok();
        move |node| world.as_ref()?.build(node)
    }

    /// Makes one component: see [`Lab::builder`].
    pub fn build(&self, node: &NodeName) -> Option<Box<dyn Component>> {
        self.builder()(node)
    }

    /// The header of a journal of these components.
    pub fn header(&self, seed: u64, start: Wall, nodes: Vec<NodeName>) -> Header {
        let hosts = self.hosts.iter().map(|(name, host)| {
            let header =
                HostHeader { fqdn: host.fqdn.clone(), zone: host.zone.clone(), clock: clock(host, start) };
            (NodeName::from(name.as_str()), header)
        });
        Header {
            format: FORMAT,
            build: format!("ccelab {}", env!("CARGO_PKG_VERSION")),
            seed,
            start,
            nodes,
            hosts: hosts.collect(),
            logs: self.log_settings(),
            tables: self.tables.clone(),
            // Plain data with text keys always becomes JSON.
            config: serde_json::to_value(self).unwrap_or_default(),
            merged: None,
        }
    }

    /// Further MR PIMs are processes of their own, numbered on from the lab's own one.
    fn log_settings(&self) -> LogSettings {
        let own = &self.logs.pim_process;
        let name = own.trim_end_matches(|c: char| c.is_ascii_digit());
        let number: u32 = own[name.len()..].parse().unwrap_or(0);
        let others = self.mrpg.applications.iter().map(|application| application.peripheral);
        let named =
            (number + 1..).zip(others).map(|(number, peripheral)| (peripheral, format!("{name}{number}")));
        LogSettings { pim_processes: named.collect(), ..self.logs.clone() }
    }

    /// The calendar at the start of a demo.
    pub fn demo_start(&self) -> Wall {
        Wall(self.demo.start.parse::<Timestamp>().map_or(0, Timestamp::as_microsecond))
    }

    pub(crate) fn fqdn(&self, kind: Kind) -> String {
        self.hosts.get(kind.name()).map(|host| host.fqdn.clone()).unwrap_or_default()
    }
}

impl World {
    /// Makes a component anew; none where the lab has none of that name.
    pub fn build(&self, node: &NodeName) -> Option<Box<dyn Component>> {
        let name = node.as_str();
        // The lab has one of each product, which is named after its kind.
        let kind = node.kind().filter(|kind| !Kind::PRODUCTS.contains(kind) || name == kind.name())?;
        let inner: Box<dyn Component> = match kind {
            Kind::Ccp => Box::new(Adjustable::<cce_ccp::Ccp>::new(self)),
            Kind::MrPg => Box::new(Adjustable::<cce_mrpg::MrPg>::new(self)),
            Kind::Router => Box::new(Adjustable::<cce_router::Router>::new(self)),
            Kind::AgentPg => Box::new(Adjustable::<cce_agentpg::AgentPg>::new(self)),
            Kind::Finesse => Box::new(Adjustable::<cce_finesse::Finesse>::new(self)),
            Kind::Agent => Box::new(self.virtual_agent(name)?),
            Kind::Customer => Box::new(self.virtual_customer(name)?),
        };
        let links = Links::new(tables::layouts(&self.lab.tables));
        Some(if links.are_plain() { inner } else { Box::new(Translated { inner, links }) })
    }

    fn virtual_agent(&self, name: &str) -> Option<cast::VirtualAgent> {
        let id = name.strip_prefix(AGENT_PREFIX)?;
        let agent = self.lab.cast.agents.iter().find(|agent| agent.id.as_str() == id)?;
        self.agent(agent).map(cast::VirtualAgent::new)
    }

    fn virtual_customer(&self, name: &str) -> Option<cast::Customer> {
        let number: usize = name.strip_prefix(CUSTOMER_PREFIX)?.parse().ok()?;
        let customer = self.lab.cast.customers.get(number.checked_sub(1)?)?;
        Some(cast::Customer::new(customer_config(customer, self.lab.administrator())))
    }

    fn agent(&self, agent: &CastAgent) -> Option<cast::agent::AgentConfig> {
        let known = self.model.agents.find(|known| known.id == agent.id)?;
        // The first who arrives by itself waits for nobody.
        let mut arriving = self.lab.cast.agents.iter().filter(|agent| agent.sign_in.is_some());
        let is_first = arriving.next().is_none_or(|first| first.id == agent.id);
        Some(cast::agent::AgentConfig {
            id: agent.id.clone(),
            password: known.password.clone(),
            extension: known.extension.clone(),
            mrds: known.mrds.iter().map(|mrd| mrd.id).collect(),
            domain: self.lab.fqdn(Kind::Finesse),
            limit: agent.limit,
            xmpp: agent.xmpp,
            interrupt_action: agent.interrupt_action,
            logout_action: agent.dialog_logout_action,
            sign_in: agent.sign_in.map(|span| span.0),
            waits: agent.in_turn && !is_first,
            ready: agent.ready.map(|span| span.0),
            not_ready: agent.not_ready.map(|span| span.0),
            sign_out: agent.sign_out.map(|span| span.0),
            crash: agent.crash.map(|span| span.0),
            work: work_of(agent),
            retry: RETRY,
        })
    }
}

impl CastAgent {
    /// What the agent does next, by itself, about a dialog in a state, and how long after it got there.
    pub fn next_step(&self, state: DialogState, was_paused: bool) -> Option<(DialogAction, Duration)> {
        work_of(self).step(state, was_paused)
    }
}

/// Whoever accepts by itself goes on by itself.
fn work_of(agent: &CastAgent) -> cast::agent::Work {
    let at_once = agent.accept.map(|_| Wait::After(Span::default()));
    let time = |span: Option<Span>| span.map(|span| span.0);
    let wait = |wait: Option<Wait>| wait.or(at_once).and_then(Wait::time);
    cast::agent::Work {
        accept: time(agent.accept),
        start: wait(agent.start),
        pause: time(agent.pause),
        resume: time(agent.resume),
        wrap_up: time(agent.wrap_up),
        close: wait(agent.close),
        transfer_to: agent.transfer_to.clone(),
    }
}

fn customer_config(customer: &CastCustomer, administrator: Account) -> cast::customer::CustomerConfig {
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    cast::customer::CustomerConfig {
        starts: customer.at.iter().map(|span| span.0).collect(),
        waits: customer.waits,
        feed: customer.feed,
        method: match customer.method {
            lab::CreateMethod::Post => cast::customer::Method::Post,
            lab::CreateMethod::Get => cast::customer::Method::Get,
        },
        task: cce_xml::task::Task {
            name: given(&customer.name),
            title: given(&customer.title),
            description: given(&customer.description),
            script_selector: given(&customer.script_selector),
            requeue_on_recovery: customer.requeue_on_recovery,
            variables: customer.variables.clone().into_iter().collect(),
            ..cce_xml::task::Task::default()
        },
        poll: customer.poll.map(|span| span.0),
        retry: RETRY,
        cancel_after: customer.cancel_after.map(|span| span.0),
        closes_lost: customer.closes_lost.map(|span| span.0),
        administrator,
    }
}

fn clock(host: &lab::HostSettings, start: Wall) -> HostClock {
    let zone = TimeZone::get(&host.zone).unwrap_or(TimeZone::UTC);
    let time = Timestamp::from_microsecond(start.0).unwrap_or(Timestamp::UNIX_EPOCH);
    HostClock {
        start,
        error_us: host.clock_error.micros(),
        grain_us: u32::try_from(host.clock_grain.0.as_micros()).unwrap_or(u32::MAX),
        zone_minutes: zone.to_offset(time).seconds() / 60,
    }
}
