//! What clients ask about agents and devices (cti-server-protocol 7 and 8).

use super::{Answer, CtiServer, Denial, agent_items, event};
use cce_cti::{
    AgentDeskSettingsConf, AgentDeskSettingsReq, CtiStatus, DeviceLine, LineType, ListAgentTeamConf,
    ListAgentTeamReq, QueryAgentStateConf, QueryAgentStateReq, QueryDeviceInfoConf, QueryDeviceInfoReq,
    SnapshotDeviceConf, SnapshotDeviceReq, call_control_mask, desk_settings_mask, services,
};
use cce_kernel::LinkId;
use cce_model::{
    Agent, AgentKey, AgentRecord, AgentState, Availability, MrdId, PeripheralId, PeripheralType, SkillTarget,
};
use cce_wire::Text;

/// `ClassOfDevice`: voice.
const VOICE_DEVICE: u16 = 0x80;
/// Requests about devices that the lab answers.
const CONTROL: u32 = call_control_mask::QUERY_AGENT_STATE
    | call_control_mask::SET_AGENT_STATE
    | call_control_mask::QUERY_DEVICE_INFO
    | call_control_mask::SNAPSHOT_DEVICE;

impl CtiServer {
    /// How an agent stands in a domain.
    pub(super) fn on_query_agent_state(&self, m: &QueryAgentStateReq) -> Answer {
        self.check_peripheral(m.peripheral_id)?;
        let items = agent_items::Items {
            extension: m.agent_extension.as_ref(),
            id: m.agent_id.as_ref(),
            instrument: m.agent_instrument.as_ref(),
            icm_agent_id: Some(m.icm_agent_id),
        };
        let agent = items.find(&self.model).map_err(Denial::Status)?;
        let mrd = asked_mrd(agent, m.mrd_id)?;
        let record = self.records.get(&AgentKey { skill_target: agent.skill_target, mrd });
        Ok(vec![agent_state_conf(m, agent, mrd, record).into()])
    }

    /// The state of an agent as a session of its device is told: in the voice domain, else in the first other.
    pub(super) fn state_of(&self, agent: SkillTarget) -> AgentState {
        // Members are in the order of their domains, of which voice is the first.
        let records = self.records.iter().filter(|(member, _)| member.skill_target == agent);
        let mut states = records.map(|(_, record)| record.state);
        states.find(|state| *state != AgentState::Logout).unwrap_or(AgentState::Logout)
    }

    /// What a device can do: one line, and the requests that the lab answers.
    pub(super) fn on_query_device(&self, m: &QueryDeviceInfoReq) -> Answer {
        self.check_peripheral(m.peripheral_id)?;
        self.device(m.agent_instrument.as_ref())?;
        let conf = QueryDeviceInfoConf {
            invoke_id: m.invoke_id,
            peripheral_type: PeripheralType::ENTERPRISE_AGENT,
            class_of_device: VOICE_DEVICE,
            num_lines: 1,
            call_control_supported: CONTROL,
            lines: vec![DeviceLine { line_handle: Some(0), line_type: Some(LineType::INBOUND_ACD) }],
            ..QueryDeviceInfoConf::default()
        };
        Ok(vec![conf.into()])
    }

    /// The calls of a device: the lab has none.
    pub(super) fn on_snapshot_device(&self, m: &SnapshotDeviceReq) -> Answer {
        self.check_peripheral(m.peripheral_id)?;
        self.device(m.agent_instrument.as_ref())?;
        Ok(vec![SnapshotDeviceConf { invoke_id: m.invoke_id, ..SnapshotDeviceConf::default() }.into()])
    }

    /// An agent's desk settings: those of somebody who works on tasks, without calls and wrap-up timers.
    pub(super) fn on_desk_settings(&self, m: &AgentDeskSettingsReq) -> Answer {
        self.check_peripheral(m.peripheral_id)?;
        let items = agent_items::Items { id: m.agent_id.as_ref(), ..agent_items::Items::default() };
        items.find(&self.model).map_err(Denial::Status)?;
        let conf = AgentDeskSettingsConf {
            invoke_id: m.invoke_id,
            peripheral_id: self.config.peripheral,
            desk_settings_mask: desk_settings_mask::AVAILABLE_AFTER_INCOMING
                | desk_settings_mask::AVAILABLE_AFTER_OUTGOING,
            wrapup_data_incoming_mode: OPTIONAL,
            wrapup_data_outgoing_mode: OPTIONAL,
            ..AgentDeskSettingsConf::default()
        };
        Ok(vec![conf.into()])
    }

    /// A supervisor's teams: the lab has none.
    pub(super) fn on_list_teams(&self, link: LinkId, m: &ListAgentTeamReq) -> Answer {
        self.with_service(link, services::SUPERVISOR)?;
        Ok(vec![ListAgentTeamConf { invoke_id: m.invoke_id, ..ListAgentTeamConf::default() }.into()])
    }

    /// Refuses another peripheral than this one.
    pub(super) fn check_peripheral(&self, peripheral: PeripheralId) -> Result<(), Denial> {
        if peripheral.is_any() || peripheral == self.config.peripheral {
            return Ok(());
        }
        Err(Denial::Status(CtiStatus::INVALID_PERIPHERAL_ID))
    }

    fn device(&self, instrument: Option<&Text<64>>) -> Result<&Agent, Denial> {
        let wanted = instrument.map(ToString::to_string).filter(|wanted| !wanted.is_empty());
        let wanted = wanted.ok_or(Denial::Status(CtiStatus::REQUIRED_DATA_MISSING))?;
        let device = self.model.agent_at(&wanted).map(|agent| &**agent);
        device.ok_or(Denial::Status(CtiStatus::INVALID_DEVICE))
    }
}

/// Wrap-up data is optional.
const OPTIONAL: u32 = 1;

fn agent_state_conf(
    m: &QueryAgentStateReq,
    agent: &Agent,
    mrd: MrdId,
    record: Option<&AgentRecord>,
) -> QueryAgentStateConf {
    let state = record.map_or(AgentState::Logout, |record| record.state);
    let queues: Vec<AgentRecord> = record.iter().flat_map(|record| record.by_queue()).collect();
    let groups = agent.skill_groups.iter().filter(|group| group.mrd.id == mrd);
    let groups: Vec<_> = groups
        .map(|group| {
            let queue = queues.iter().find(|queue| queue.skill_group == group.id);
            event::skill_group(group, queue.map_or(state, state_in_queue))
        })
        .collect();
    QueryAgentStateConf {
        invoke_id: m.invoke_id,
        agent_state: state.into(),
        num_skill_groups: u16::try_from(groups.len()).unwrap_or(u16::MAX),
        mrd_id: mrd,
        num_tasks: record.map_or(0, |record| record.tasks),
        agent_mode: record.is_some_and(|record| record.routable).into(),
        max_task_limit: record.map_or(0, |record| record.max_tasks),
        icm_agent_id: agent.skill_target,
        agent_availability_status: record
            .map_or(Availability::NotAvailable, |record| record.availability)
            .into(),
        agent_id: Some(Text::new(agent.id.as_str())),
        agent_extension: Some(Text::new(record.map_or(&agent.extension, |record| &record.extension))),
        agent_instrument: Some(Text::new(record.map_or(agent.instrument(), |record| &record.instrument))),
        max_beyond_task_limit: record.map(|record| record.max_beyond),
        skill_groups: groups,
        ..QueryAgentStateConf::default()
    }
}

/// A domain of the agent's; 0 and -1 are the voice domain.
fn asked_mrd(agent: &Agent, mrd: MrdId) -> Result<MrdId, Denial> {
    let mrd = if [MrdId(0), MrdId::NONE].contains(&mrd) { MrdId::VOICE } else { mrd };
    let is_member = agent.skill_groups.iter().any(|group| group.mrd.id == mrd);
    if mrd == MrdId::VOICE || is_member { Ok(mrd) } else { Err(Denial::Status(CtiStatus::INVALID_MR_DOMAIN)) }
}

/// How an agent stands in the queue of a record: LOGIN is shown once, and is not where the agent is.
pub(super) fn state_in_queue(record: &AgentRecord) -> AgentState {
    if record.skill_group_state == AgentState::Login { record.state } else { record.skill_group_state }
}
