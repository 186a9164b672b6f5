//! What is a component's alone, from the settings of a lab.

use crate::lab::{self, Lab, MrApplicationSettings};
use cce_kernel::{Account, Address, Configured, Cors, Kind, Port, Security, Trust};
use cce_model::EventForm;

/// Heartbeats of a gateway after whose silence the router takes it for gone.
const SILENT_HEARTBEATS: u32 = 4;

/// A product of the lab.
pub(crate) trait Product: Clone + Configured {
    /// What it is.
    const KIND: Kind;

    /// Its own configuration.
    fn config(lab: &Lab) -> Self::Config;
}

impl Product for cce_ccp::Ccp {
    const KIND: Kind = Kind::Ccp;

    fn config(lab: &Lab) -> cce_ccp::Config {
        let (settings, mr) = (&lab.ccp, lab.link(Port::Mr));
        cce_ccp::Config {
            host: lab.fqdn(Kind::Ccp),
            administrator: lab.administrator(),
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
            http_rules: settings.http_rules.iter().map(cce_ccp::HttpRule::from).collect(),
            notifying: cce_ccp::Notifying::from(&settings.notifying),
            node_value: u32::from_str_radix(&settings.node_value, 16).unwrap_or_default(),
            status_timestamp: settings.status_timestamp,
            system_failure: settings.system_failure,
            poll_lifetime: settings.poll_lifetime.0,
            throttle: (settings.throttle_per_minute > 0).then(|| cce_ccp::Throttle {
                per_minute: settings.throttle_per_minute,
                ..cce_ccp::Throttle::default()
            }),
            heartbeat: lab.mrpg.heartbeat.0,
            // The check of the configuration tells of an address that has no port.
            mr_port: mr
                .and_then(|link| link.listen.rsplit_once(':')?.1.parse().ok())
                .unwrap_or(Port::Mr.default_tcp()),
            has_mr_tls: lab.tls.enabled && mr.is_some_and(|link| link.listen_tls.is_some()),
            mr_pg_host: lab.fqdn(Kind::MrPg),
            delays: cce_ccp::Delays::from(settings.delays),
            contact_ids: settings.contact_ids.clone(),
            application_id: settings.application_id.clone(),
            first_dialogue: settings.first_dialogue,
            ..cce_ccp::Config::default()
        }
    }
}

impl Product for cce_mrpg::MrPg {
    const KIND: Kind = Kind::MrPg;

    fn config(lab: &Lab) -> cce_mrpg::Config {
        cce_mrpg::Config {
            pims: std::iter::once(lab.own_pim())
                .chain(lab.mrpg.applications.iter().map(|application| lab.other_pim(application)))
                .collect(),
            redial: lab.mrpg.redial.0,
            heartbeat: lab.mrpg.heartbeat.0,
        }
    }
}

impl Product for cce_router::Router {
    const KIND: Kind = Kind::Router;

    fn config(lab: &Lab) -> cce_router::Config {
        cce_router::Config {
            first_call_id: lab.router.first_call_id,
            first_invoke_id: lab.router.first_invoke_id,
            silence: lab.agentpg.heartbeat.0.max(lab.mrpg.heartbeat.0) * SILENT_HEARTBEATS,
            ..cce_router::Config::default()
        }
    }
}

impl Product for cce_agentpg::AgentPg {
    const KIND: Kind = Kind::AgentPg;

    fn config(lab: &Lab) -> cce_agentpg::Config {
        let settings = &lab.agentpg;
        cce_agentpg::Config {
            peripheral: settings.peripheral,
            redial: settings.redial.0,
            heartbeat: settings.heartbeat.0,
            state_report_delay: settings.state_report_delay.0,
            first_session: settings.first_session,
            strict_masks: settings.strict_masks,
            client_password: settings.client_password.clone(),
            signed_in_max: settings.signed_in_max,
            on_agent_disconnect: settings.on_agent_disconnect,
            name: lab.fqdn(Kind::AgentPg).split('.').next().unwrap_or_default().to_owned(),
            ..cce_agentpg::Config::default()
        }
    }
}

impl Product for cce_finesse::Finesse {
    const KIND: Kind = Kind::Finesse;

    fn config(lab: &Lab) -> cce_finesse::Config {
        cce_finesse::Config {
            fqdn: lab.fqdn(Kind::Finesse),
            secondary: lab.finesse.secondary_node.clone(),
            // One agent PG has both sides.
            cti_hosts: [(); 2].map(|()| lab.fqdn(Kind::AgentPg)),
            peripheral: lab.agentpg.peripheral,
            cti_password: lab.agentpg.client_password.clone().unwrap_or_default(),
            administrator: lab.administrator(),
            ccp_administrator: lab.administrator(),
            call_variables: lab.finesse.call_variables,
            notification_namespace: lab.finesse.notification_namespace.clone(),
            event_form: EventForm {
                media_element: lab.finesse.media_element,
                ready_reason: lab.finesse.ready_reason_code,
                user_errors: lab.finesse.user_errors,
                media_connected: lab.finesse.media_connected,
            },
            xml_declaration: lab.finesse.xml_declaration,
            user_sign_out: lab.finesse.user_sign_out,
            on_agent_disconnect: lab.agentpg.on_agent_disconnect,
            cors: Cors::of(lab.finesse.cors_origins.clone()),
            first_invoke_id: lab.finesse.first_invoke_id,
            redial: lab.finesse.redial.0,
            heartbeat: lab.finesse.heartbeat.0,
            presence_grace: lab.finesse.presence_grace.0,
            confirmation_timeout: lab.finesse.confirmation_timeout.0,
            ccp_retry: lab.finesse.ccp_retry.0,
            ccp_retries: lab.finesse.ccp_retries,
            ccp_security: lab.security(lab.finesse.ccp_tls),
        }
    }
}

impl Lab {
    /// The administrator of CCP, and of Finesse.
    pub(crate) fn administrator(&self) -> Account {
        Account::new(&self.ccp.administrator, &self.ccp.password)
    }

    /// What protects a connection of the lab's own; nothing in a run without TLS.
    fn security(&self, over_tls: bool) -> Security {
        if over_tls && self.tls.enabled { Security::Tls } else { Security::Plain }
    }

    /// The PIM of the lab's own CCP.
    fn own_pim(&self) -> cce_mrpg::PimConfig {
        cce_mrpg::PimConfig {
            peripheral: self.mrpg.peripheral,
            routing_client: self.mrpg.routing_client,
            applications: vec![Address::Lab.protected(self.security(self.mrpg.tls))],
            redial: self.mrpg.redial.0,
            application_host: self.fqdn(Kind::Ccp),
        }
    }

    /// The PIM of an application of the user's own.
    fn other_pim(&self, application: &MrApplicationSettings) -> cce_mrpg::PimConfig {
        let first = application.connect.first().map(String::as_str).unwrap_or_default();
        let security = self.security(application.tls);
        let protected = |address: Address| address.protected(security);
        cce_mrpg::PimConfig {
            peripheral: application.peripheral,
            routing_client: application.routing_client(),
            applications: application.connect.iter().cloned().map(Address::At).map(protected).collect(),
            redial: application.redial.unwrap_or(self.mrpg.redial).0,
            application_host: first.rsplit_once(':').map_or(first, |(host, _)| host).to_owned(),
        }
    }
}

impl From<&lab::HttpRuleSettings> for cce_ccp::HttpRule {
    fn from(rule: &lab::HttpRuleSettings) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let target = cce_ccp::HttpTarget {
            url: rule.url.clone(),
            alternate_url: text(&rule.alternate_url),
            user: text(&rule.user),
            password: text(&rule.password),
            trust: if rule.verify { Trust::Authority } else { Trust::Anybody },
        };
        let (name, tags) = (rule.name.clone(), rule.tags.clone());
        Self { id: rule.id, name, campaign: rule.campaign, tags, target }
    }
}

impl From<&lab::NotifyingSettings> for cce_ccp::Notifying {
    fn from(settings: &lab::NotifyingSettings) -> Self {
        Self {
            hosts: settings.hosts.clone(),
            retry: settings.retry.0,
            retries: settings.retries,
            waiting_max: usize::try_from(settings.waiting).unwrap_or(usize::MAX),
        }
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
