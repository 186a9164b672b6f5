//! Counters of agents and skill groups (cti-server-protocol 8).
//!
//! Calls there are none, and nothing waits at the peripheral: such counters are 0. What the agent PG does not count is unknown:
//! how long agents were in their states, what they handled, and what waits at the router.

use super::{Answer, CtiServer, Denial, agent_items, query::state_in_queue};
use cce_cti::{
    CtiStatus, QueryAgentStatisticsConf, QueryAgentStatisticsReq, QuerySkillGroupStatisticsConf,
    QuerySkillGroupStatisticsReq,
};
use cce_model::{AgentRecord, AgentState, Availability};
use cce_wire::{Text, Unsigned};

/// A counter that nobody knows (cti-server-protocol 8).
const UNKNOWN: u32 = u32::MAX;

impl CtiServer {
    /// An agent's counters.
    pub(super) fn on_agent_statistics(&self, m: &QueryAgentStatisticsReq) -> Answer {
        self.check_peripheral(m.peripheral_id)?;
        let items = agent_items::Items {
            extension: m.agent_extension.as_ref(),
            id: m.agent_id.as_ref(),
            instrument: m.agent_instrument.as_ref(),
            icm_agent_id: None,
        };
        let agent = items.find(&self.model).map_err(Denial::Status)?;
        let conf = QueryAgentStatisticsConf {
            invoke_id: m.invoke_id,
            peripheral_id: self.config.peripheral,
            avail_time_session: UNKNOWN,
            logged_on_time_session: UNKNOWN,
            not_ready_time_session: UNKNOWN,
            icm_available_time_session: UNKNOWN,
            routable_time_session: UNKNOWN,
            handled_calls_session: UNKNOWN,
            handled_calls_talk_time_session: UNKNOWN,
            handled_calls_after_call_time_session: UNKNOWN,
            handled_calls_time_session: UNKNOWN,
            avail_time_today: UNKNOWN,
            logged_on_time_today: UNKNOWN,
            not_ready_time_today: UNKNOWN,
            icm_available_time_today: UNKNOWN,
            routable_time_today: UNKNOWN,
            handled_calls_today: UNKNOWN,
            handled_calls_talk_time_today: UNKNOWN,
            handled_calls_after_call_time_today: UNKNOWN,
            handled_calls_time_today: UNKNOWN,
            agent_extension: Some(Text::new(&agent.extension)),
            agent_id: Some(Text::new(agent.id.as_str())),
            agent_instrument: Some(Text::new(agent.instrument())),
            ..QueryAgentStatisticsConf::default()
        };
        Ok(vec![conf.into()])
    }

    /// A skill group's counters: how its agents stand.
    pub(super) fn on_skill_group_statistics(&self, m: &QuerySkillGroupStatisticsReq) -> Answer {
        self.check_peripheral(m.peripheral_id)?;
        let mut groups = self.model.agents.iter().flat_map(|agent| &agent.skill_groups);
        let group = groups
            .find(|group| group.number == m.skill_group_number || m.skill_group_id == Unsigned(group.id));
        let group = group.ok_or(Denial::Status(CtiStatus::INVALID_SKILL_GROUP))?;
        let records: Vec<AgentRecord> = self
            .records
            .values()
            .flat_map(AgentRecord::by_queue)
            .filter(|record| record.skill_group == group.id)
            .collect();
        let count = |is_counted: &dyn Fn(&AgentRecord) -> bool| {
            u32::try_from(records.iter().filter(|record| is_counted(record)).count()).unwrap_or(UNKNOWN)
        };
        let in_state = |state: AgentState| count(&|record| state_in_queue(record) == state);
        let available = |availability: Availability| count(&|record| record.availability == availability);
        let logged_on = count(&|record| record.state != AgentState::Logout);
        let not_ready = in_state(AgentState::NotReady);
        let conf = QuerySkillGroupStatisticsConf {
            invoke_id: m.invoke_id,
            peripheral_id: self.config.peripheral,
            skill_group_number: group.number,
            skill_group_id: Unsigned(group.id),
            agents_logged_on: logged_on,
            // NOT_ACTIVE is the available state: ready, and without a task (task-routing 3.10).
            agents_avail: in_state(AgentState::NotActive),
            agents_not_ready: not_ready,
            agents_ready: logged_on - not_ready,
            agents_work_not_ready: in_state(AgentState::WorkNotReady),
            agents_work_ready: in_state(AgentState::WorkReady),
            agents_reserved: in_state(AgentState::Reserved),
            agents_busy_other: in_state(AgentState::BusyOther),
            agents_icm_available: available(Availability::Icm),
            agents_application_available: available(Availability::Application),
            // Tasks wait at the router, which does not tell a gateway that comes back of them.
            router_calls_q_now: UNKNOWN,
            longest_router_call_q_now: UNKNOWN,
            avail_time_to5: UNKNOWN,
            logged_on_time_to5: UNKNOWN,
            not_ready_time_to5: UNKNOWN,
            handled_calls_to5: UNKNOWN,
            handled_calls_talk_time_to5: UNKNOWN,
            handled_calls_after_call_time_to5: UNKNOWN,
            handled_calls_time_to5: UNKNOWN,
            avail_time_to_half: UNKNOWN,
            logged_on_time_to_half: UNKNOWN,
            not_ready_time_to_half: UNKNOWN,
            handled_calls_to_half: UNKNOWN,
            handled_calls_talk_time_to_half: UNKNOWN,
            handled_calls_after_call_time_to_half: UNKNOWN,
            handled_calls_time_to_half: UNKNOWN,
            avail_time_today: UNKNOWN,
            logged_on_time_today: UNKNOWN,
            not_ready_time_today: UNKNOWN,
            handled_calls_today: UNKNOWN,
            handled_calls_talk_time_today: UNKNOWN,
            handled_calls_after_call_time_today: UNKNOWN,
            handled_calls_time_today: UNKNOWN,
            ..QuerySkillGroupStatisticsConf::default()
        };
        Ok(vec![conf.into()])
    }
}
