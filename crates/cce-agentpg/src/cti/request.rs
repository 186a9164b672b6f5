//! What the CTI server asks OPC on behalf of its clients (cti-server-protocol 11.1).

use super::{context::of_request, session::Pending, tasks::OwnTask};
use cce_cti::{AgentMode, Cti};
use cce_model::{AgentKey, InvokeId, TaskState, fact::ArmMessage};
use cce_wire::{Code, Text};

/// A client's message of the ARM layer, taken apart.
#[derive(Debug)]
pub(super) struct ClientRequest {
    /// The client's invoke id.
    pub(super) invoke_id: InvokeId,
    /// The agent in the domain that it is about.
    pub(super) member: AgentKey,
    /// What is asked.
    pub(super) message: ArmMessage,
    /// Which answer the client expects; none of an indication.
    pub(super) pending: Option<Pending>,
}

/// Takes the envelope, which is the same in all of them, off a message.
macro_rules! asked {
    ($message:ident, $arm:expr) => {
        asked!($message, $arm, None)
    };
    ($message:ident, $arm:expr, $pending:expr) => {
        Some(ClientRequest {
            invoke_id: $message.invoke_id,
            member: AgentKey { skill_target: $message.icm_agent_id, mrd: $message.mrd_id },
            message: $arm,
            pending: $pending,
        })
    };
}

/// The task for which a client asks.
macro_rules! own_task {
    ($message:ident) => {
        OwnTask {
            member: AgentKey { skill_target: $message.icm_agent_id, mrd: $message.mrd_id },
            skill_group: $message.arm_skill_group_id,
            service: $message.arm_service_id,
            context: of_request!($message),
        }
    };
}

/// The ARM message behind a client's message, if it is one.
#[expect(clippy::wildcard_enum_match_arm, reason = "the table has as many messages of other layers")]
pub(super) fn asked(message: &Cti) -> Option<ClientRequest> {
    match message {
        Cti::MediaLoginReq(m) => asked!(
            m,
            ArmMessage::MediaLogin {
                max_tasks: m.max_task_limit,
                // MaxBeyondTaskLimit came with version 22 (cti-server-protocol 15).
                max_beyond: m.max_beyond_task_limit.unwrap_or(0),
                routable: m.make_routable,
            },
            Some(Pending::MediaLogin)
        ),
        Cti::MediaLogoutInd(m) => asked!(
            m,
            ArmMessage::MediaLogout {
                reason: m.reason_code,
                // Version 20 brought the dispositions; without them tasks end with 40 (task-routing E3).
                icm_disposition: m.flt_icm_disp,
                application_disposition: m.flt_app_disp,
            }
        ),
        Cti::MakeAgentRoutableInd(m) => asked!(m, ArmMessage::MakeRoutable { max_tasks: m.max_tasks }),
        Cti::MakeAgentNotRoutableReq(m) => {
            asked!(m, ArmMessage::MakeNotRoutable, Some(Pending::MakeNotRoutable))
        }
        Cti::MakeAgentReadyInd(m) => asked!(m, ArmMessage::MakeReady { routable: m.make_routable }),
        Cti::MakeAgentNotReadyReq(m) => {
            asked!(m, ArmMessage::MakeNotReady { reason: m.reason_code }, Some(Pending::MakeNotReady))
        }
        Cti::OfferTaskInd(m) => asked!(
            m,
            ArmMessage::Offer {
                task: m.task_id,
                skill_group: m.arm_skill_group_id,
                service: m.arm_service_id,
            }
        ),
        Cti::StartTaskInd(m) => asked!(
            m,
            ArmMessage::Start {
                task: m.task_id,
                skill_group: m.arm_skill_group_id,
                service: m.arm_service_id,
            }
        ),
        Cti::PauseTaskInd(m) => asked!(m, ArmMessage::Pause { task: m.task_id }),
        Cti::ResumeTaskInd(m) => asked!(m, ArmMessage::Resume { task: m.task_id }),
        Cti::WrapupTaskInd(m) => asked!(m, ArmMessage::WrapUp { task: m.task_id }),
        Cti::EndTaskInd(m) => asked!(
            m,
            ArmMessage::End {
                task: m.task_id,
                icm_disposition: m.icm_disposition,
                application_disposition: m.application_disposition,
                wrapup_data: Text::or_empty(m.wrapup_data.as_ref()),
                application_data: Text::or_empty(m.application_data.as_ref()),
            }
        ),
        Cti::ChangeMaxTaskLimitReq(m) => {
            let limit = ArmMessage::ChangeMaxTaskLimit { max_tasks: m.max_task_limit };
            asked!(m, limit, Some(Pending::ChangeLimit))
        }
        Cti::OverrideLimitReq(m) => asked!(m, ArmMessage::OverrideLimit, Some(Pending::OverrideLimit)),
        Cti::GetAgentTasksReq(m) => {
            let member = AgentKey { skill_target: m.icm_agent_id, mrd: m.mrd_id };
            asked!(m, ArmMessage::GetAgentTasks, Some(Pending::AgentTasks(member)))
        }
        Cti::OfferApplicationTaskReq(m) => {
            let (skill_group, service) = (m.arm_skill_group_id, m.arm_service_id);
            let own = Pending::OfferTask(Box::new(own_task!(m)));
            asked!(m, ArmMessage::OfferApplicationTask { skill_group, service }, Some(own))
        }
        Cti::StartApplicationTaskReq(m) => {
            let (skill_group, service) = (m.arm_skill_group_id, m.arm_service_id);
            let own = Pending::StartTask(Box::new(own_task!(m)));
            asked!(m, ArmMessage::StartApplicationTask { skill_group, service }, Some(own))
        }
        Cti::AgentInitReq(m) => asked!(
            m,
            ArmMessage::AgentInit {
                state: m.agent_state.or_unknown(),
                // AgentMode 1 is routable (cti-server-protocol 19).
                routable: m.agent_mode != AgentMode::NOT_ROUTABLE,
                max_tasks: m.max_task_limit,
                max_beyond: m.max_beyond_task_limit.unwrap_or(0),
            },
            Some(Pending::AgentInit)
        ),
        // Of the two messages that tell of a task, 209 alone has an answer (cti-server-protocol 11.1).
        Cti::TaskInitInd(m) => asked!(
            m,
            ArmMessage::TaskInit {
                task: m.task_id,
                state: state_of(m.task_state),
                skill_group: m.arm_skill_group_id,
                is_answered: false,
            }
        ),
        Cti::TaskInitReq(m) => asked!(
            m,
            ArmMessage::TaskInit {
                task: m.task_id,
                state: state_of(m.task_state),
                skill_group: m.arm_skill_group_id,
                is_answered: true,
            },
            Some(Pending::TaskInit)
        ),
        Cti::AgentInterruptAcceptedInd(m) => asked!(m, ArmMessage::InterruptAccepted),
        Cti::AgentInterruptUnacceptedInd(m) => asked!(m, ArmMessage::InterruptUnaccepted),
        Cti::AgentInterruptDoneAcceptedInd(m) => asked!(m, ArmMessage::InterruptDoneAccepted),
        _ => None,
    }
}

/// Whatever is no task's state has ended.
fn state_of(code: Code<TaskState>) -> TaskState {
    code.state().unwrap_or(TaskState::Ended)
}
