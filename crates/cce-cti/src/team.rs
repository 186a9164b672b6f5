//! Agent teams (cti-server-protocol 7).

use crate::FailureConf;
use cce_model::{AgentState, InvokeId, MonitorId, PeripheralId, TeamId};
use cce_wire::{Code, Text};

cce_wire::group! {
    /// A member of a team.
    AtcAgent {
        86 atc_agent_id: Text<12> as "AtcAgentID",
        /// 1 primary supervisor, 2 temporary supervisor, 4 supervisor.
        87 agent_flags: u16 as "AgentFlags",
        /// An agent state.
        88 atc_agent_state: Code<AgentState> as "AtcAgentState",
        /// Seconds.
        89 atc_state_duration: u32 as "AtcStateDuration",
    }
}

cce_wire::rows! { $ team {
    /// A team's members, or a change of them.
    128 => AgentTeamConfigEvent "AGENT_TEAM_CONFIG_EVENT" server -> client, published "cti-server-protocol 7" {
        peripheral_id: PeripheralId as "PeripheralID",
        team_id: TeamId as "TeamID",
        /// Number of groups of the floating part.
        number_of_agents: u16 as "NumberOfAgents",
        config_operation: u16 as "ConfigOperation",
        /// The team's department.
        department_id: i32 as "DepartmentID" since 19,
    } floats {
        243 agent_team_name: Text<32> as "AgentTeamName" since 16,
    } list agents: AtcAgent

    /// Asks for a supervisor's teams.
    133 => ListAgentTeamReq "LIST_AGENT_TEAM_REQ" client -> server, published "cti-server-protocol 7",
        answered by ListAgentTeamConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        supervisor_id: u32 as "SupervisorID",
    }

    /// A supervisor's teams, in one or more segments.
    134 => ListAgentTeamConf "LIST_AGENT_TEAM_CONF" server -> client, published "cti-server-protocol 7" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// Number of teams that follow in this segment.
        number_of_agent_teams: u16 as "NumberOfAgentTeams",
        segment_number: u16 as "SegmentNumber",
        /// 0 in the last segment.
        more: u16 as "More",
    } floats {
        92 list_team_id: TeamId as "ListTeamID" is repeated,
    }

    /// Begins to watch a team.
    135 => MonitorAgentTeamStartReq "MONITOR_AGENT_TEAM_START_REQ" client -> server, published "cti-server-protocol 7",
        answered by MonitorAgentTeamStartConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        team_id: TeamId as "TeamID",
    }

    /// The team is watched.
    136 => MonitorAgentTeamStartConf "MONITOR_AGENT_TEAM_START_CONF" server -> client, published "cti-server-protocol 7" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// Stands in the events of this monitor.
        monitor_id: MonitorId as "MonitorID" is monitor,
    }

    /// Ends to watch a team.
    137 => MonitorAgentTeamStopReq "MONITOR_AGENT_TEAM_STOP_REQ" client -> server, published "cti-server-protocol 7",
        answered by MonitorAgentTeamStopConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// The monitor.
        monitor_id: MonitorId as "MonitorID" is monitor,
    }

    /// The team is watched no more.
    138 => MonitorAgentTeamStopConf "MONITOR_AGENT_TEAM_STOP_CONF" server -> client, published "cti-server-protocol 7" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }
} }
