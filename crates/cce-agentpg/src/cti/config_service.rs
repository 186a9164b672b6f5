//! The configuration service: the lab's objects, for clients that ask for them (cti-server-protocol 9).

use super::CtiServer;
use cce_cti::{
    AgentRecord, CallTypeRecord, ConfigAgentDeskSettingsEvent, ConfigAgentEvent, ConfigBeginEvent,
    ConfigCallTypeEvent, ConfigDeviceEvent, ConfigEndEvent, ConfigEndStatus, ConfigKeyEvent, ConfigKeyStatus,
    ConfigMrdEvent, ConfigPeripheralEvent, ConfigRequestEvent, ConfigRequestKeyEvent, ConfigSkillGroupEvent,
    ConfigType, Cti, DeskSettingsRecord, DeviceIdType, DeviceRecord, MrdRecord, PeripheralRecord, RecordType,
    SkillGroupRecord, config_information, dialect,
};
use cce_kernel::LinkId;
use cce_model::{Agent, AgentKey, AgentState, MrdId, SkillGroupNumber};
use cce_wire::{Code, List, Opaque, Text, Unsigned};
use std::time::Duration;

/// Records of one message, at most (cti-server-protocol 9).
const RECORDS_MAX: usize = 10;
/// `AgentType`: no supervisor, of which the lab has none.
const AGENT: u16 = 0;
/// `DeviceType` of an agent's device (inferred).
const AGENT_DEVICE: DeviceIdType = DeviceIdType::DEVICE;
/// The lab's desk settings, which every agent has (inferred).
const DESK_SETTINGS: u32 = 1;
/// `CustomerID` of a client that means any customer (inferred).
const ANY_CUSTOMER: [u32; 2] = [0, u32::MAX];

/// The keys: they change when the objects change. Two messages have them, in the same fields.
macro_rules! with_keys {
    ($name:ident { $($field:ident: $value:expr),* $(,)? } of $server:ident) => {
        $name {
            $($field: $value,)*
            service_config_key: Some(key(&[])),
            skill_group_config_key: Some(key(&skill_groups($server))),
            agent_config_key: Some(key(&agents($server, |_| None))),
            device_config_key: Some(key(&devices($server))),
            call_type_config_key: Some(key(&call_types($server))),
            peripheral_config_key: Some(key(&peripherals($server))),
            desk_settings_config_key: Some(key(&desk_settings($server))),
            ..$name::default()
        }
    };
}

impl CtiServer {
    /// The keys. A customer whom nobody knows has none, and another peripheral's are not kept here (inferred).
    pub(super) fn on_config_request_key(&self, m: &ConfigRequestKeyEvent) -> Vec<Cti> {
        let status = if !self.is_customer(m.customer_id) {
            ConfigKeyStatus::UNKNOWN_CUSTOMER
        } else if self.check_peripheral(m.peripheral_id).is_err() {
            ConfigKeyStatus::NO_KEYS
        } else {
            ConfigKeyStatus::OK
        };
        if status != ConfigKeyStatus::OK {
            return vec![ConfigKeyEvent { config_key_status: status, ..ConfigKeyEvent::default() }.into()];
        }
        vec![with_keys!(ConfigKeyEvent { config_key_status: status } of self).into()]
    }

    /// The objects of the kinds that were asked for, in the order of the protocol, as far as the session's version knows
    /// them. None at all means that the client is ready for changes, of which this lab has none.
    pub(super) fn on_config_request(&self, link: LinkId, m: &ConfigRequestEvent) -> Vec<Cti> {
        if m.config_information == 0 {
            return Vec::new();
        }
        let config_information = m.config_information;
        let begin = with_keys!(ConfigBeginEvent {
            config_type: ConfigType::ASKED_FOR,
            config_information: config_information,
        } of self);
        let (records, config_end_status) = self.asked_records(link, m);
        let text = Some(Text::new(in_words(config_end_status)));
        let end = ConfigEndEvent { config_end_status, text, ..ConfigEndEvent::default() };
        std::iter::once(begin.into()).chain(records).chain([end.into()]).collect()
    }

    fn asked_records(&self, link: LinkId, m: &ConfigRequestEvent) -> (Vec<Cti>, ConfigEndStatus) {
        // CONFIG_BEGIN_EVENT has no status: the end says what is wrong (cti-server-protocol 9).
        if !self.is_customer(m.customer_id) {
            return (Vec::new(), ConfigEndStatus::UNKNOWN_CUSTOMER);
        }
        if self.check_peripheral(m.peripheral_id).is_err() {
            return (Vec::new(), ConfigEndStatus::INVALID);
        }
        let version = self.session(link).version();
        // The records come in the order of the protocol, whatever the mask asks for (cti-server-protocol 9).
        let kinds = [
            (config_information::SKILL_GROUP, skill_groups(self)),
            (config_information::AGENT, agents(self, |member| Some(self.state_at(member)))),
            (config_information::DEVICE, devices(self)),
            (config_information::CALL_TYPE, call_types(self)),
            (config_information::MRD, mrds(self)),
            (config_information::PERIPHERAL, peripherals(self)),
            (config_information::DESK_SETTINGS, desk_settings(self)),
        ];
        let chosen = kinds.into_iter().filter(|(kind, _)| m.config_information & kind != 0);
        let records: Vec<Cti> = chosen
            .flat_map(|(_, events)| events)
            .filter(|event| event.doc().is_some_and(|row| row.since <= version))
            .collect();
        let status = if records.is_empty() { ConfigEndStatus::EMPTY } else { ConfigEndStatus::COMPLETE };
        (records, status)
    }

    /// Whether a client asks for this customer's objects, or names no customer.
    fn is_customer(&self, customer: Option<u32>) -> bool {
        customer.is_none_or(|id| ANY_CUSTOMER.contains(&id) || id == self.config.customer)
    }

    fn state_at(&self, member: AgentKey) -> AgentState {
        self.records.get(&member).map_or(AgentState::Logout, |record| record.state)
    }
}

/// The text that goes with an end's status.
const fn in_words(status: ConfigEndStatus) -> &'static str {
    match status {
        ConfigEndStatus::COMPLETE => "complete",
        ConfigEndStatus::UNKNOWN_CUSTOMER => "unknown customer",
        ConfigEndStatus::INVALID => "unknown peripheral",
        _ => "nothing of that kind",
    }
}

/// Eight bytes that stand for what the objects say: FNV-1a over their messages.
fn key(events: &[Cti]) -> Opaque<8> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in events.iter().flat_map(|event| event.to_frame(&dialect(cce_cti::VERSION_MAX))) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    Opaque::new(hash.to_be_bytes().to_vec())
}

/// Messages of at most ten records each.
fn messages<R: Clone, M: Into<Cti>>(records: &[R], message: impl Fn(u16, Vec<R>) -> M) -> Vec<Cti> {
    records
        .chunks(RECORDS_MAX)
        .map(|part| message(u16::try_from(part.len()).unwrap_or(u16::MAX), part.to_vec()).into())
        .collect()
}

fn skill_groups(server: &CtiServer) -> Vec<Cti> {
    let records: Vec<_> = server
        .model
        // A precision queue is told as the skill group that shadows it (task-routing 0.2).
        .precision_queues
        .iter()
        .map(|queue| SkillGroupRecord {
            record_type: Some(RecordType::ADD),
            peripheral_id: Some(server.config.peripheral),
            peripheral_number: Some(queue.skill_group.number.0),
            skill_group_skill_target_id: Some(Unsigned(queue.skill_group.id)),
            peripheral_name: Some(Text::new(&queue.name)),
            description: Some(Text::new(&queue.name)),
            priority: Some(0),
            mr_domain_id: Some(Unsigned(queue.mrd().id)),
            precision_queue_id: Some(queue.id),
            precision_queue_name: Some(Text::new(&queue.name)),
            ..SkillGroupRecord::default()
        })
        .collect();
    messages(&records, |num_records, records| ConfigSkillGroupEvent {
        num_records,
        records,
        ..ConfigSkillGroupEvent::default()
    })
}

/// Agents; how they stand in their domains is told, and is no matter of the key.
fn agents(server: &CtiServer, state: impl Fn(AgentKey) -> Option<AgentState>) -> Vec<Cti> {
    let records: Vec<_> =
        server.model.agents.iter().map(|agent| agent_record(server, agent, &state)).collect();
    messages(&records, |num_records, records| ConfigAgentEvent {
        num_records,
        records,
        ..ConfigAgentEvent::default()
    })
}

fn agent_record(
    server: &CtiServer,
    agent: &Agent,
    state: &impl Fn(AgentKey) -> Option<AgentState>,
) -> AgentRecord {
    let numbers: Vec<SkillGroupNumber> = agent.skill_groups.iter().map(|group| group.number).collect();
    let mut mrds: Vec<MrdId> = agent.skill_groups.iter().map(|group| group.mrd.id).collect();
    // Several queues of an agent may belong to one domain, which is listed once (task-routing 1.4).
    mrds.sort_unstable();
    mrds.dedup();
    let states: Option<Vec<Code<AgentState>>> = mrds
        .iter()
        .map(|mrd| state(AgentKey { skill_target: agent.skill_target, mrd: *mrd }).map(Code::from))
        .collect();
    let mrds: Vec<Unsigned<MrdId>> = mrds.iter().map(|mrd| Unsigned(*mrd)).collect();
    let count = |many: usize| Some(u16::try_from(many).unwrap_or(u16::MAX));
    AgentRecord {
        record_type: Some(RecordType::ADD),
        peripheral_id: Some(server.config.peripheral),
        active_terminal: Some(Text::new(&agent.terminal)),
        agent_type: Some(AGENT),
        desk_settings_id: Some(DESK_SETTINGS),
        login_id: Some(Text::new(agent.id.as_str())),
        login_name: Some(Text::new(&agent.login_name)),
        last_name: Some(Text::new(&agent.last_name)),
        first_name: Some(Text::new(&agent.first_name)),
        extension: Some(Text::new(&agent.extension)),
        description: Some(Text::new(agent.description())),
        sso_enabled: Some(0),
        agent_skill_target_id: Some(Unsigned(agent.skill_target)),
        num_skills: count(numbers.len()),
        num_mrds: count(mrds.len()),
        skill_group_priorities: Some(List(vec![0; numbers.len()])),
        skill_group_numbers: Some(List(numbers)),
        agent_mrd_ids: Some(List(mrds)),
        agent_mrd_states: states.map(List),
        ..AgentRecord::default()
    }
}

fn devices(server: &CtiServer) -> Vec<Cti> {
    let records: Vec<_> = server
        .model
        .agents
        .iter()
        .map(|agent| DeviceRecord {
            record_type: Some(RecordType::ADD),
            peripheral_id: Some(server.config.peripheral),
            device_type: Some(AGENT_DEVICE),
            peripheral_number: agent.extension.parse().ok(),
            description: Some(Text::new(agent.description())),
            extension: Some(Text::new(&agent.extension)),
            ..DeviceRecord::default()
        })
        .collect();
    messages(&records, |num_records, records| ConfigDeviceEvent {
        num_records,
        records,
        ..ConfigDeviceEvent::default()
    })
}

fn call_types(server: &CtiServer) -> Vec<Cti> {
    let records: Vec<_> = server
        .model
        .call_types
        .iter()
        .map(|call_type| CallTypeRecord {
            record_type: Some(RecordType::ADD),
            call_type_id: Some(call_type.id),
            customer_definition_id: Some(server.config.customer),
            enterprise_name: Some(Text::new(&call_type.name)),
            description: Some(Text::new(&call_type.name)),
            ..CallTypeRecord::default()
        })
        .collect();
    messages(&records, |num_records, records| ConfigCallTypeEvent {
        num_records,
        records,
        ..ConfigCallTypeEvent::default()
    })
}

fn mrds(server: &CtiServer) -> Vec<Cti> {
    let records: Vec<_> = server
        .model
        .mrds
        .iter()
        .map(|mrd| MrdRecord {
            record_type: Some(RecordType::ADD),
            mr_domain_id: Some(Unsigned(mrd.id)),
            enterprise_name: Some(Text::new(&mrd.name)),
            description: Some(Text::new(&mrd.description)),
            max_task_duration: Some(seconds(mrd.max_task_duration)),
            interruptible: Some(mrd.interruptible),
        })
        .collect();
    messages(&records, |num_records, records| ConfigMrdEvent {
        num_records,
        records,
        ..ConfigMrdEvent::default()
    })
}

fn peripherals(server: &CtiServer) -> Vec<Cti> {
    let record = PeripheralRecord {
        record_type: Some(RecordType::ADD),
        peripheral_id: Some(server.config.peripheral),
        peripheral_name: Some(Text::new(&server.config.name)),
        description: Some(Text::new(&server.config.name)),
        ..PeripheralRecord::default()
    };
    messages(&[record], |num_records, records| ConfigPeripheralEvent {
        num_records,
        records,
        ..ConfigPeripheralEvent::default()
    })
}

/// The lab's one kind of desk settings. Its settings have tags whose meaning is not published.
fn desk_settings(server: &CtiServer) -> Vec<Cti> {
    let record = DeskSettingsRecord {
        record_type: Some(RecordType::ADD),
        desk_settings_id: Some(DESK_SETTINGS),
        peripheral_id: Some(server.config.peripheral),
        description: Some(Text::new("default")),
        ..DeskSettingsRecord::default()
    };
    messages(&[record], |num_records, records| ConfigAgentDeskSettingsEvent {
        num_records,
        records,
        ..ConfigAgentDeskSettingsEvent::default()
    })
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}
