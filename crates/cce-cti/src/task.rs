//! The ARM layer's task messages: indications of the client, events of the server (cti-server-protocol 11).

use cce_kernel::model::TaskId;
use cce_wire::Text;

cce_wire::rows! { $ task {
    /// The agent accepts a task.
    160 => OfferTaskInd "OFFER_TASK_IND" client -> server, inferred "cti-server-protocol 11.1" {
        /// Echoed by a refusal.
        invoke_id: u32 as "InvokeID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        task_id: TaskId as "TaskID",
        /// Skill target id of the skill group; -1 none.
        arm_skill_group_id: i32 as "ARMSkillGroupID",
        /// Skill target id of the service; -1 none.
        arm_service_id: i32 as "ARMServiceID",
    }

    /// The agent begins a task.
    163 => StartTaskInd "START_TASK_IND" client -> server, inferred "cti-server-protocol 11.1" {
        /// Echoed by a refusal.
        invoke_id: u32 as "InvokeID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        task_id: TaskId as "TaskID",
        /// Skill target id of the skill group; -1 none.
        arm_skill_group_id: i32 as "ARMSkillGroupID",
        /// Skill target id of the service; -1 none.
        arm_service_id: i32 as "ARMServiceID",
    }

    /// The agent pauses a task.
    166 => PauseTaskInd "PAUSE_TASK_IND" client -> server, inferred "cti-server-protocol 11.1" {
        /// Echoed by a refusal.
        invoke_id: u32 as "InvokeID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        task_id: TaskId as "TaskID",
    }

    /// The agent goes on with a task.
    167 => ResumeTaskInd "RESUME_TASK_IND" client -> server, inferred "cti-server-protocol 11.1" {
        /// Echoed by a refusal.
        invoke_id: u32 as "InvokeID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        task_id: TaskId as "TaskID",
    }

    /// The agent begins after-task work.
    168 => WrapupTaskInd "WRAPUP_TASK_IND" client -> server, inferred "cti-server-protocol 11.1" {
        /// Echoed by a refusal.
        invoke_id: u32 as "InvokeID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        task_id: TaskId as "TaskID",
    }

    /// The agent ends a task.
    169 => EndTaskInd "END_TASK_IND" client -> server, inferred "cti-server-protocol 11.1" {
        /// Echoed by a refusal.
        invoke_id: u32 as "InvokeID",
        /// The domain.
        mrd_id: i32 as "MRDID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        task_id: TaskId as "TaskID",
        /// How it ended, for the central controller.
        icm_disposition: u32 as "ICMDisposition",
        /// How it ended, for the application.
        application_disposition: u32 as "ApplicationDisposition",
    } floats {
        /// The tag is inferred.
        46 wrapup_data: Text<40> as "WrapupData",
        /// The tag is inferred.
        101 application_data: Text<40> as "ApplicationData",
    }

    /// An agent accepted a task.
    194 => OfferTaskEvent "OFFER_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: u32 as "MonitorID",
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: u32 as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: u16 as "PeripherlType",
        /// The domain.
        mrd_id: i32 as "MRDomainID",
        task_id: TaskId as "TaskID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        /// Skill target id of the skill group; -1 none.
        skill_group_id: i32 as "SkillGroupID",
        /// Skill target id of the service; -1 none.
        service_id: i32 as "ServiceID",
        /// True even for a task that the router assigned (cti-server-protocol 19).
        application_routed: bool as "ApplicationRouted",
    }

    /// An agent began a task.
    195 => StartTaskEvent "START_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: u32 as "MonitorID",
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: u32 as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: u16 as "PeripherlType",
        /// The domain.
        mrd_id: i32 as "MRDomainID",
        task_id: TaskId as "TaskID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        /// Skill target id of the skill group; -1 none.
        skill_group_id: i32 as "SkillGroupID",
        /// Skill target id of the service; -1 none.
        service_id: i32 as "ServiceID",
        /// True even for a task that the router assigned (cti-server-protocol 19).
        application_routed: bool as "ApplicationRouted",
    }

    /// An agent paused a task.
    196 => PauseTaskEvent "PAUSE_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: u32 as "MonitorID",
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: u32 as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: u16 as "PeripherlType",
        /// The domain.
        mrd_id: i32 as "MRDomainID",
        task_id: TaskId as "TaskID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
    }

    /// An agent went on with a task.
    197 => ResumeTaskEvent "RESUME_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: u32 as "MonitorID",
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: u32 as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: u16 as "PeripherlType",
        /// The domain.
        mrd_id: i32 as "MRDomainID",
        task_id: TaskId as "TaskID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
    }

    /// An agent began after-task work.
    198 => WrapupTaskEvent "WRAPUP_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: u32 as "MonitorID",
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: u32 as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: u16 as "PeripherlType",
        /// The domain.
        mrd_id: i32 as "MRDomainID",
        task_id: TaskId as "TaskID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
    }

    /// A task ended.
    199 => EndTaskEvent "END_TASK_EVENT" server -> client, inferred "cti-server-protocol 11.2" {
        /// 0 for a session with all events.
        monitor_id: u32 as "MonitorID",
        /// The agent's peripheral. The product's trace spells it so.
        peripheral_id: u32 as "PeripherlID",
        /// 4 in the lab, although the peripheral is of type 17. The product's trace spells it so.
        peripheral_type: u16 as "PeripherlType",
        /// The domain.
        mrd_id: i32 as "MRDomainID",
        task_id: TaskId as "TaskID",
        /// The task that it follows; -1 throughout for none.
        previous_task_id: TaskId as "PreviousTaskID",
        /// Skill target id of the agent.
        icm_agent_id: i32 as "ICMAgentID",
        /// How it ended, for the central controller.
        icm_disposition: u32 as "ICMDisposition",
        /// How it ended, for the application.
        application_disposition: u32 as "ApplicationDisposition",
    } floats {
        /// The tag is inferred.
        46 wrapup_data: Text<40> as "WrapupData",
        /// The tag is inferred.
        101 application_data: Text<40> as "ApplicationData",
    }
} }
