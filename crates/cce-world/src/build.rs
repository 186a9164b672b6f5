//! Components and journal headers of a lab.

use crate::{
    adjustable::Adjustable,
    cast,
    lab::{self, COMPONENTS, CastAgent, CastCustomer, Lab, MrApplicationSettings, PrecisionQueueSettings},
    span::{Span, Wait},
    tables,
    translated::{Links, Translated},
};
use cce_journal::{FORMAT, Header, HostHeader, LogSettings};
use cce_kernel::{Address, Component, Cors, HostClock, NodeName, Wall};
use cce_model::{AgentId, EccVariable, MrdId, ReasonCode, SkillTarget};
use jiff::{Timestamp, tz::TimeZone};
use std::time::Duration;

/// Pause of virtual people before they try again.
const RETRY: Duration = Duration::from_secs(1);

/// Heartbeats of a gateway after whose silence the router takes it for gone.
const SILENT_HEARTBEATS: u32 = 4;

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
    let wrong = || format!("`{text}`: write a time such as 2026-11-28T09:00:00Z");
    text.parse::<Timestamp>().map(|time| Wall(time.as_microsecond())).map_err(|_| wrong())
}

/// The lab that a journal was made with.
pub fn header_lab(header: &Header) -> Result<Lab, serde_json::Error> {
    let lab = serde_json::from_value::<Lab>(header.config.clone())?;
    Ok(Lab { tables: header.tables.clone(), ..lab })
}

impl Lab {
    /// The lab with the first ids of contacts and the first call id set, unless it sets them: else they have the moments in
    /// them at which CCP and the router need them, which no two runs over a network have in common.
    pub fn with_first_ids(mut self, start: Wall) -> Self {
        let node = self.ccp().node_value;
        if self.ccp.contact_ids.is_empty() {
            let id = |number| cce_ccp::contact_id(start.millis(), number, node).to_string();
            self.ccp.contact_ids = (0..FIRST_IDS).map(id).collect();
        }
        let call = i32::try_from(start.millis().rem_euclid(DAY_MILLIS)).unwrap_or_default();
        self.router.first_call_id.get_or_insert(call);
        self
    }

    /// The five components, then the virtual people.
    pub fn nodes(&self) -> Vec<NodeName> {
        let agents = self.cast.agents.iter().map(|agent| format!("{AGENT_PREFIX}{}", agent.id));
        let components = COMPONENTS.iter().map(ToString::to_string);
        let people = self.customers().map(|(name, _)| name);
        components.chain(agents).map(NodeName::from).chain(people).collect()
    }

    /// The virtual customers, by name.
    pub fn customers(&self) -> impl Iterator<Item = (NodeName, &CastCustomer)> {
        let named = |(number, customer)| (NodeName::from(format!("{CUSTOMER_PREFIX}{number}")), customer);
        (1..).zip(&self.cast.customers).map(move |(number, customer): (usize, _)| named((number, customer)))
    }

    /// Makes a component anew.
    pub fn build(&self, node: &NodeName) -> Option<Box<dyn Component>> {
        let inner = self.component(node)?;
        let links = Links::new(tables::layouts(&self.tables));
        Some(if links.are_plain() { inner } else { Box::new(Translated { inner, links }) })
    }

    fn component(&self, node: &NodeName) -> Option<Box<dyn Component>> {
        Some(match node.as_str() {
            "ccp" => {
                let ccp = cce_ccp::Ccp::new(self.ccp());
                Box::new(Adjustable::new("ccp", ccp, self, |ccp, lab| ccp.reconfigure(lab.ccp())))
            }
            "mrpg" => {
                let mrpg = cce_mrpg::MrPg::new(self.mrpg());
                Box::new(Adjustable::new("mrpg", mrpg, self, |mrpg, lab| mrpg.reconfigure(lab.mrpg())))
            }
            "router" => {
                let router = cce_router::Router::new(self.router());
                let apply = |router: &mut cce_router::Router, lab: &Self| router.reconfigure(lab.router());
                Box::new(Adjustable::new("router", router, self, apply))
            }
            "agentpg" => {
                let agentpg = cce_agentpg::AgentPg::new(self.agentpg());
                let apply =
                    |agentpg: &mut cce_agentpg::AgentPg, lab: &Self| agentpg.reconfigure(lab.agentpg());
                Box::new(Adjustable::new("agentpg", agentpg, self, apply))
            }
            "finesse" => {
                let finesse = cce_finesse::Finesse::new(self.finesse());
                let apply =
                    |finesse: &mut cce_finesse::Finesse, lab: &Self| finesse.reconfigure(lab.finesse());
                Box::new(Adjustable::new("finesse", finesse, self, apply))
            }
            person => return self.person(person),
        })
    }

    fn person(&self, name: &str) -> Option<Box<dyn Component>> {
        if let Some(id) = name.strip_prefix(AGENT_PREFIX) {
            let agent = self.cast.agents.iter().find(|agent| agent.id.as_str() == id)?;
            return Some(Box::new(cast::Agent::new(self.agent(agent)?)));
        }
        let number: usize = name.strip_prefix(CUSTOMER_PREFIX)?.parse().ok()?;
        let customer = self.cast.customers.get(number.checked_sub(1)?)?;
        let administrator = (self.ccp.administrator.clone(), self.ccp.password.clone());
        Some(Box::new(cast::Customer::new(customer_config(customer, administrator))))
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

    fn ccp(&self) -> cce_ccp::Config {
        let settings = &self.ccp;
        cce_ccp::Config {
            host: self.fqdn("ccp"),
            administrator: settings.administrator.clone(),
            password: settings.password.clone(),
            cors: Cors::of(settings.cors_origins.clone()),
            feeds: settings
                .feeds
                .iter()
                .map(|feed| cce_ccp::Feed {
                    id: feed.id,
                    kind: cce_ccp::TASK_FEED,
                    name: feed.name.clone(),
                    tag: feed.tag.clone(),
                })
                .collect(),
            campaigns: settings
                .campaigns
                .iter()
                .map(|campaign| cce_ccp::Campaign {
                    id: campaign.id,
                    name: campaign.name.clone(),
                    public_id: campaign.public_id.clone(),
                    filter: campaign.filter,
                    feeds: campaign.feeds.clone(),
                })
                .collect(),
            node_value: u32::from_str_radix(&settings.node_value, 16).unwrap_or_default(),
            status_timestamp: match settings.status_timestamp {
                lab::StatusTimestamp::Change => cce_ccp::StatusTimestamp::Change,
                lab::StatusTimestamp::Creation => cce_ccp::StatusTimestamp::Creation,
            },
            poll_lifetime: settings.poll_lifetime.0,
            throttle: (settings.throttle_per_minute > 0).then(|| cce_ccp::Throttle {
                per_minute: settings.throttle_per_minute,
                ..cce_ccp::Throttle::default()
            }),
            heartbeat: self.mrpg.heartbeat.0,
            delays: cce_ccp::Delays::from(settings.delays),
            contact_ids: settings.contact_ids.clone(),
            application_id: settings.application_id.clone(),
            first_dialogue: settings.first_dialogue,
            ..cce_ccp::Config::default()
        }
    }

    fn mrpg(&self) -> cce_mrpg::Config {
        cce_mrpg::Config {
            pims: std::iter::once(self.own_pim())
                .chain(self.mrpg.applications.iter().map(|application| self.other_pim(application)))
                .collect(),
            redial: self.mrpg.redial.0,
            heartbeat: self.mrpg.heartbeat.0,
        }
    }

    /// The PIM of the lab's own CCP.
    fn own_pim(&self) -> cce_mrpg::PimConfig {
        cce_mrpg::PimConfig {
            peripheral: self.mrpg.peripheral,
            routing_client: self.mrpg.routing_client,
            applications: vec![Address::Lab],
            redial: self.mrpg.redial.0,
            ecc: self.ecc(),
            application_host: self.fqdn("ccp"),
        }
    }

    /// The PIM of an application of the user's own.
    fn other_pim(&self, application: &MrApplicationSettings) -> cce_mrpg::PimConfig {
        let first = application.connect.first().map(String::as_str).unwrap_or_default();
        cce_mrpg::PimConfig {
            peripheral: application.peripheral,
            routing_client: application.routing_client(),
            applications: application.connect.iter().cloned().map(Address::At).collect(),
            redial: application.redial.unwrap_or(self.mrpg.redial).0,
            ecc: self.ecc(),
            application_host: first.rsplit_once(':').map_or(first, |(host, _)| host).to_owned(),
        }
    }

    /// Expanded call context variables that the central controller knows.
    pub(crate) fn ecc(&self) -> Vec<EccVariable> {
        let variable = |lab::EccSettings { name, length, elements }: &lab::EccSettings| EccVariable {
            name: name.clone(),
            length: *length,
            elements: *elements,
        };
        self.ecc_variables.iter().map(variable).collect()
    }

    fn router(&self) -> cce_router::Config {
        cce_router::Config {
            dialed_numbers: self
                .dialed_numbers
                .iter()
                .map(|dialed| cce_router::DialedNumber {
                    number: dialed.number.clone(),
                    mrd: self.mrd_id(&dialed.mrd),
                    call_type: dialed.call_type,
                })
                .collect(),
            call_types: self
                .call_types
                .iter()
                .map(|call_type| cce_router::CallType {
                    id: call_type.id,
                    script: call_type.script.clone(),
                    ccai_config: call_type.ccai_config.clone(),
                    enabled_services: call_type.enabled_services.clone(),
                })
                .collect(),
            scripts: self
                .scripts
                .iter()
                .map(|script| cce_router::Script {
                    name: script.name.clone(),
                    precision_queue: self.queue_id(&script.precision_queue),
                    priority: script.priority,
                })
                .collect(),
            precision_queues: self.precision_queues.iter().map(|queue| self.precision_queue(queue)).collect(),
            mrds: self
                .mrds
                .iter()
                .map(|mrd| cce_router::Mrd {
                    id: MrdId(mrd.id),
                    name: mrd.name.clone(),
                    interruptible: mrd.interruptible,
                    max_in_queue: mrd.max_in_queue,
                })
                .collect(),
            first_call_id: self.router.first_call_id,
            first_invoke_id: self.router.first_invoke_id,
            silence: self.agentpg.heartbeat.0.max(self.mrpg.heartbeat.0) * SILENT_HEARTBEATS,
            ..cce_router::Config::default()
        }
    }

    fn precision_queue(&self, queue: &PrecisionQueueSettings) -> cce_router::PrecisionQueue {
        let skill_target = |id: &AgentId| {
            let agent = self.agents.iter().find(|agent| agent.id == *id);
            SkillTarget(agent.map_or(-1, |agent| agent.skill_target))
        };
        cce_router::PrecisionQueue {
            id: queue.id,
            name: queue.name.clone(),
            mrd: self.mrd_id(&queue.mrd),
            skill_group: SkillTarget(queue.skill_group),
            skill_group_number: queue.number,
            steps: queue
                .steps
                .iter()
                .map(|step| cce_router::Step {
                    wait: step.wait.map(|span| span.0),
                    agents: step.agents.iter().map(skill_target).collect(),
                })
                .collect(),
        }
    }

    fn agentpg(&self) -> cce_agentpg::Config {
        cce_agentpg::Config {
            peripheral: self.agentpg.peripheral,
            redial: self.agentpg.redial.0,
            heartbeat: self.agentpg.heartbeat.0,
            state_report_delay: self.agentpg.state_report_delay.0,
            first_session: self.agentpg.first_session,
            strict_masks: self.agentpg.strict_masks,
            client_password: self.agentpg.client_password.clone(),
            signed_in_max: self.agentpg.signed_in_max,
            ecc: self.ecc(),
            mrds: self
                .mrds
                .iter()
                .map(|mrd| cce_agentpg::Mrd {
                    id: MrdId(mrd.id),
                    name: mrd.name.clone(),
                    description: mrd.description.clone(),
                    on_path: mrd.application_path,
                    interruptible: mrd.interruptible,
                    start_timeout: Some(mrd.start_timeout.0),
                    max_task_duration: Some(mrd.max_task_duration.0),
                    life: mrd.task_life.0,
                })
                .collect(),
            agents: self.agents.iter().map(|agent| self.pg_agent(agent)).collect(),
            name: self.fqdn("agentpg").split('.').next().unwrap_or_default().to_owned(),
            skill_groups: self.precision_queues.iter().map(|queue| self.pg_group(queue)).collect(),
            call_types: self.call_types.iter().map(|kind| (kind.id, kind.name.clone())).collect(),
            ..cce_agentpg::Config::default()
        }
    }

    fn pg_agent(&self, agent: &lab::AgentSettings) -> cce_agentpg::Agent {
        let queues = self.precision_queues.iter().filter(|queue| is_in(queue, &agent.id));
        cce_agentpg::Agent {
            id: agent.id.clone(),
            skill_target: SkillTarget(agent.skill_target),
            login_name: agent.login_name.clone(),
            first_name: agent.first_name.clone(),
            last_name: agent.last_name.clone(),
            extension: agent.extension.clone(),
            instrument: agent.extension.clone(),
            terminal: agent.terminal.clone(),
            mrds: agent.mrds.iter().map(|name| self.mrd_id(name)).collect(),
            memberships: queues
                .map(|queue| cce_agentpg::Membership {
                    mrd: self.mrd_id(&queue.mrd),
                    skill_group: SkillTarget(queue.skill_group),
                    skill_group_number: queue.number,
                })
                .collect(),
        }
    }

    fn pg_group(&self, queue: &PrecisionQueueSettings) -> cce_agentpg::SkillGroup {
        cce_agentpg::SkillGroup {
            number: queue.number,
            skill_group: SkillTarget(queue.skill_group),
            queue: queue.id,
            name: queue.name.clone(),
            mrd: self.mrd_id(&queue.mrd),
        }
    }

    fn finesse(&self) -> cce_finesse::Config {
        let account = |name: &String, password: &String| cce_finesse::Account {
            name: name.clone(),
            password: password.clone(),
        };
        let administrator = account(&self.ccp.administrator, &self.ccp.password);
        cce_finesse::Config {
            fqdn: self.fqdn("finesse"),
            peripheral: self.agentpg.peripheral,
            cti_password: self.agentpg.client_password.clone().unwrap_or_default(),
            agents: self.agents.iter().map(|agent| self.finesse_agent(agent)).collect(),
            mrds: self
                .mrds
                .iter()
                .map(|mrd| cce_finesse::Mrd {
                    id: MrdId(mrd.id),
                    name: mrd.name.clone(),
                    description: mrd.description.clone(),
                    interruptible: mrd.interruptible,
                })
                .collect(),
            queues: self.precision_queues.iter().map(|queue| (queue.number, queue.name.clone())).collect(),
            queue_numbers: self
                .precision_queues
                .iter()
                .map(|queue| (SkillTarget(queue.skill_group), queue.number))
                .collect(),
            administrator: administrator.clone(),
            ccp_administrator: administrator,
            call_variables: match self.finesse.call_variables {
                lab::CallVariables::Shown => cce_finesse::CallVariables::Shown,
                lab::CallVariables::Hidden => cce_finesse::CallVariables::Hidden,
            },
            notification_namespace: self.finesse.notification_namespace.clone(),
            cors: Cors::of(self.finesse.cors_origins.clone()),
            reason_codes: self.finesse.reason_codes.iter().map(reason_code).collect(),
            first_invoke_id: self.finesse.first_invoke_id,
            redial: self.finesse.redial.0,
            heartbeat: self.finesse.heartbeat.0,
            presence_grace: self.finesse.presence_grace.0,
            confirmation_timeout: self.finesse.confirmation_timeout.0,
            ccp_retry: self.finesse.ccp_retry.0,
            ccp_retries: self.finesse.ccp_retries,
        }
    }

    fn finesse_agent(&self, agent: &lab::AgentSettings) -> cce_finesse::Agent {
        cce_finesse::Agent {
            id: agent.id.clone(),
            login_name: agent.login_name.clone(),
            first_name: agent.first_name.clone(),
            last_name: agent.last_name.clone(),
            extension: agent.extension.clone(),
            password: agent.password.clone(),
            skill_target: SkillTarget(agent.skill_target),
            team_id: self.finesse.team_id,
            team_name: self.finesse.team_name.clone(),
            mrds: agent.mrds.iter().map(|name| self.mrd_id(name)).collect(),
        }
    }

    fn agent(&self, agent: &CastAgent) -> Option<cast::agent::Config> {
        let settings = self.agents.iter().find(|settings| settings.id == agent.id)?;
        Some(cast::agent::Config {
            id: agent.id.clone(),
            password: settings.password.clone(),
            extension: settings.extension.clone(),
            mrds: settings.mrds.iter().map(|name| self.mrd_id(name)).collect(),
            domain: self.fqdn("finesse"),
            limit: agent.limit,
            interrupt_action: agent.interrupt_action,
            logout_action: agent.dialog_logout_action,
            sign_in: agent.sign_in.map(|span| span.0),
            ready: agent.ready.map(|span| span.0),
            not_ready: agent.not_ready.map(|span| span.0),
            sign_out: agent.sign_out.map(|span| span.0),
            crash: agent.crash.map(|span| span.0),
            work: work_of(agent),
            retry: RETRY,
        })
    }

    fn fqdn(&self, component: &str) -> String {
        self.hosts.get(component).map(|host| host.fqdn.clone()).unwrap_or_default()
    }

    fn queue_id(&self, name: &str) -> u32 {
        self.precision_queues.iter().find(|queue| queue.name == name).map_or(0, |queue| queue.id)
    }

    pub(crate) fn mrd_id(&self, name: &str) -> MrdId {
        MrdId(self.mrds.iter().find(|mrd| mrd.name == name).map_or(-1, |mrd| mrd.id))
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
    }
}

impl From<lab::CcpDelays> for cce_ccp::Delays {
    fn from(delays: lab::CcpDelays) -> Self {
        Self {
            create: delays.create.0,
            change: delays.change.0,
            runtime_event: delays.runtime_event.0,
            api_event: delays.api_event.0,
            publish: delays.publish.0,
            close_check: delays.close_check.0,
            close_write: delays.close_write.0,
            close_read: delays.close_read.0,
        }
    }
}

fn customer_config(customer: &CastCustomer, administrator: (String, String)) -> cast::customer::Config {
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    cast::customer::Config {
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

fn is_in(queue: &PrecisionQueueSettings, agent: &AgentId) -> bool {
    queue.steps.iter().any(|step| step.agents.contains(agent))
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

fn reason_code(settings: &lab::ReasonCodeSettings) -> ReasonCode {
    ReasonCode {
        category: settings.category,
        id: settings.id,
        code: settings.code,
        label: settings.label.clone(),
        for_all: true,
    }
}
