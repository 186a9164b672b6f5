//! The configuration service: the lab's objects, for clients that ask for them (cti-server-protocol 9).

use super::CtiServer;
use crate::config::{Agent, Config};
use cce_cti::{
    AgentRecord, CallTypeRecord, ConfigAgentEvent, ConfigBeginEvent, ConfigCallTypeEvent, ConfigDeviceEvent,
    ConfigEndEvent, ConfigKeyEvent, ConfigMrdEvent, ConfigPeripheralEvent, ConfigRequestEvent,
    ConfigRequestKeyEvent, ConfigSkillGroupEvent, Cti, DeviceRecord, MrdRecord, PeripheralRecord,
    SkillGroupRecord, config_information, dialect,
};
use cce_kernel::model::SkillTarget;
use cce_wire::{List, Opaque, Text};

/// Records of one message.
const RECORDS_MAX: usize = 10;
/// `ConfigType`: asked for.
const ASKED_FOR: u16 = 1;
/// `RecordType`: the object is there.
const ADD: u16 = 0;
/// `ConfigEndStatus`: all of it was sent.
const COMPLETE: u32 = 0;
/// `ConfigEndStatus`: another peripheral was asked for.
const INVALID: u32 = 3;
/// `ConfigEndStatus`: there is nothing of what was asked for.
const EMPTY: u32 = 4;
/// `ConfigKeyStatus`: the keys follow.
const KEYS: u32 = 0;
/// `DeviceType` of an agent's device (inferred).
const AGENT_DEVICE: u16 = 0;

impl CtiServer {
    /// The keys: they change when the objects change.
    pub(super) fn on_config_request_key(&self, m: &ConfigRequestKeyEvent) -> Vec<Cti> {
        let status = if self.check_peripheral(m.peripheral_id).is_ok() { KEYS } else { INVALID };
        let config = &self.config;
        let conf = ConfigKeyEvent {
            config_key_status: status,
            service_config_key: Some(key(&[])),
            skill_group_config_key: Some(key(&skill_groups(config))),
            agent_config_key: Some(key(&agents(config))),
            device_config_key: Some(key(&devices(config))),
            call_type_config_key: Some(key(&call_types(config))),
            peripheral_config_key: Some(key(&peripherals(config))),
            desk_settings_config_key: Some(key(&[])),
            ..ConfigKeyEvent::default()
        };
        vec![conf.into()]
    }

    /// The objects of the kinds that were asked for, in the order of the protocol. None at all means that the
    /// client is ready for changes, of which this lab has none.
    pub(super) fn on_config_request(&self, m: &ConfigRequestEvent) -> Vec<Cti> {
        let config = &self.config;
        let wants = |kind: u32| m.config_information & kind != 0;
        if m.config_information == 0 {
            return Vec::new();
        }
        let begin = ConfigBeginEvent {
            config_type: ASKED_FOR,
            config_information: m.config_information,
            ..ConfigBeginEvent::default()
        };
        let kinds = [
            (config_information::SKILL_GROUP, skill_groups(config)),
            (config_information::AGENT, agents(config)),
            (config_information::DEVICE, devices(config)),
            (config_information::CALL_TYPE, call_types(config)),
            (config_information::MRD, mrds(config)),
            (config_information::PERIPHERAL, peripherals(config)),
        ];
        let is_known = self.check_peripheral(m.peripheral_id).is_ok();
        let chosen = kinds.into_iter().filter(|(kind, _)| is_known && wants(*kind));
        let records: Vec<Cti> = chosen.flat_map(|(_, events)| events).collect();
        let status = match (is_known, records.is_empty()) {
            (false, _) => INVALID,
            (true, true) => EMPTY,
            (true, false) => COMPLETE,
        };
        let end = ConfigEndEvent { config_end_status: status, ..ConfigEndEvent::default() };
        std::iter::once(begin.into()).chain(records).chain([end.into()]).collect()
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
    let number = |part: &[R]| u16::try_from(part.len()).unwrap_or(u16::MAX);
    records.chunks(RECORDS_MAX).map(|part| message(number(part), part.to_vec()).into()).collect()
}

fn skill_groups(config: &Config) -> Vec<Cti> {
    let record = |group: &crate::config::SkillGroup| SkillGroupRecord {
        record_type: Some(ADD),
        peripheral_id: Some(config.peripheral),
        peripheral_number: Some(group.number),
        skill_group_skill_target_id: Some(group.skill_group.0.cast_unsigned()),
        peripheral_name: Some(Text::new(&group.name)),
        mr_domain_id: Some(group.mrd.0.cast_unsigned()),
        precision_queue_id: Some(group.queue),
        precision_queue_name: Some(Text::new(&group.name)),
        ..SkillGroupRecord::default()
    };
    let records: Vec<_> = config.skill_groups.iter().map(record).collect();
    messages(&records, |num_records, records| ConfigSkillGroupEvent {
        num_records,
        records,
        ..ConfigSkillGroupEvent::default()
    })
}

fn agents(config: &Config) -> Vec<Cti> {
    let records: Vec<_> = config.agents.iter().map(|agent| agent_record(config, agent)).collect();
    messages(&records, |num_records, records| ConfigAgentEvent {
        num_records,
        records,
        ..ConfigAgentEvent::default()
    })
}

fn agent_record(config: &Config, agent: &Agent) -> AgentRecord {
    let numbers: Vec<u32> = agent.memberships.iter().map(|group| group.skill_group_number).collect();
    let mut mrds: Vec<u32> = agent.memberships.iter().map(|group| group.mrd.0.cast_unsigned()).collect();
    mrds.dedup();
    let count = |many: usize| Some(u16::try_from(many).unwrap_or(u16::MAX));
    AgentRecord {
        record_type: Some(ADD),
        peripheral_id: Some(config.peripheral),
        active_terminal: Some(Text::new(&agent.terminal)),
        agent_type: Some(0),
        login_id: Some(Text::new(agent.id.as_str())),
        login_name: Some(Text::new(&agent.login_name)),
        last_name: Some(Text::new(&agent.last_name)),
        first_name: Some(Text::new(&agent.first_name)),
        extension: Some(Text::new(&agent.extension)),
        agent_skill_target_id: Some(id_of(agent.skill_target)),
        num_skills: count(numbers.len()),
        num_mrds: count(mrds.len()),
        skill_group_priorities: Some(List(vec![0; numbers.len()])),
        skill_group_numbers: Some(List(numbers)),
        agent_mrd_ids: Some(List(mrds)),
        ..AgentRecord::default()
    }
}

fn devices(config: &Config) -> Vec<Cti> {
    let record = |agent: &Agent| DeviceRecord {
        record_type: Some(ADD),
        peripheral_id: Some(config.peripheral),
        device_type: Some(AGENT_DEVICE),
        extension: Some(Text::new(&agent.extension)),
        ..DeviceRecord::default()
    };
    let records: Vec<_> = config.agents.iter().map(record).collect();
    messages(&records, |num_records, records| ConfigDeviceEvent {
        num_records,
        records,
        ..ConfigDeviceEvent::default()
    })
}

fn call_types(config: &Config) -> Vec<Cti> {
    let record = |(id, name): &(u32, String)| CallTypeRecord {
        record_type: Some(ADD),
        call_type_id: Some(*id),
        enterprise_name: Some(Text::new(name)),
        ..CallTypeRecord::default()
    };
    let records: Vec<_> = config.call_types.iter().map(record).collect();
    messages(&records, |num_records, records| ConfigCallTypeEvent {
        num_records,
        records,
        ..ConfigCallTypeEvent::default()
    })
}

fn mrds(config: &Config) -> Vec<Cti> {
    let record = |mrd: &crate::config::Mrd| MrdRecord {
        record_type: Some(ADD),
        mr_domain_id: Some(mrd.id.0.cast_unsigned()),
        enterprise_name: Some(Text::new(&mrd.name)),
        interruptible: Some(mrd.interruptible),
        ..MrdRecord::default()
    };
    let records: Vec<_> = config.mrds.iter().map(record).collect();
    messages(&records, |num_records, records| ConfigMrdEvent {
        num_records,
        records,
        ..ConfigMrdEvent::default()
    })
}

fn peripherals(config: &Config) -> Vec<Cti> {
    let record = PeripheralRecord {
        record_type: Some(ADD),
        peripheral_id: Some(config.peripheral),
        peripheral_name: Some(Text::new(&config.name)),
        ..PeripheralRecord::default()
    };
    messages(&[record], |num_records, records| ConfigPeripheralEvent {
        num_records,
        records,
        ..ConfigPeripheralEvent::default()
    })
}

fn id_of(target: SkillTarget) -> u32 {
    target.0.cast_unsigned()
}
