//! What views and checks look into, of the messages of the CTI server and of gateways.

use cce_cti::{
    AgentStateEvent, ArmStatus, ControlFailureConf, Cti, CtiStatus, EndTaskEvent, EndTaskInd, OfferTaskEvent,
    OfferTaskInd, OpenReq, QueryAgentStateConf, SetAgentStateReq, StartTaskEvent, StartTaskInd,
};
use cce_model::{MrdId, SkillTarget};
use cce_mr::{
    Icm,
    icm::{AgentStateUpdate, TaskEvent},
};

/// A message of the CTI server by what views and checks do with it. The table has some 240 messages: [`CtiGroup::of`] sorts each
/// of them, so that a new one does not compile until it was considered, and a view that does something with a new group does
/// not compile until each view has said what.
#[derive(Debug)]
pub enum CtiGroup<'a> {
    /// A client opens its session.
    Opens(&'a OpenReq),
    /// An agent's state, or a change of it.
    Agent(AgentMessage<'a>),
    /// A task, its offer, start or end.
    Task(TaskMessage<'a>),
    /// The session fails somebody, by its own statuses.
    Failure(CtiStatus),
    /// An answer of the ARM layer that is little more than its status, which has another list.
    ArmAnswer(ArmStatus),
    /// The peripheral refuses.
    ControlFails(&'a ControlFailureConf),
    /// Nothing in it is looked into.
    Plain,
}

/// A message about an agent's state.
#[derive(Debug)]
pub enum AgentMessage<'a> {
    /// The state is told.
    Told(&'a AgentStateEvent),
    /// The state is told to somebody who asked.
    Answered(&'a QueryAgentStateConf),
    /// The state is to change.
    Asked(&'a SetAgentStateReq),
    /// Work is interrupted, or goes on.
    Interrupts {
        /// The agent, by skill target.
        agent: SkillTarget,
        /// The domain whose work it is.
        mrd: MrdId,
        /// The domain that interrupts it, where the message says it.
        by: Option<MrdId>,
    },
}

/// A message about a task.
#[derive(Debug)]
pub enum TaskMessage<'a> {
    /// An agent is to be offered the task.
    OfferInd(&'a OfferTaskInd),
    /// Work on the task begins.
    StartInd(&'a StartTaskInd),
    /// The task is to end.
    EndInd(&'a EndTaskInd),
    /// The task was offered.
    OfferEvent(&'a OfferTaskEvent),
    /// Work on the task began.
    StartEvent(&'a StartTaskEvent),
    /// The task ended.
    EndEvent(&'a EndTaskEvent),
    /// What is known of the task is told once more.
    Snapshot,
}

/// What a gateway reports to the router.
#[derive(Debug)]
pub enum GatewayReport<'a> {
    /// How an agent stands.
    Agent(&'a AgentStateUpdate),
    /// How a task stands.
    Task(&'a TaskEvent),
}

impl<'a> GatewayReport<'a> {
    /// The report that a message is, if it is one.
    pub fn of(message: &'a Icm) -> Option<Self> {
        match message {
            Icm::AgentStateUpdate(m) => Some(Self::Agent(m)),
            Icm::TaskEvent(m) => Some(Self::Task(m)),
            Icm::FailureConf(_)
            | Icm::FailureEvent(_)
            | Icm::OpenReq(_)
            | Icm::OpenConf(_)
            | Icm::HeartbeatReq(_)
            | Icm::HeartbeatConf(_)
            | Icm::CloseReq(_)
            | Icm::CloseConf(_)
            | Icm::NewCall(_)
            | Icm::Connect(_)
            | Icm::QueueEvent(_)
            | Icm::Release(_)
            | Icm::DialogFail(_)
            | Icm::ReleaseConf(_)
            | Icm::DeviceTargetPreCallInd(_)
            | Icm::DeviceTargetPreCallAbortInd(_)
            | Icm::TaskQueuedInd(_)
            | Icm::TaskDequeuedInd(_)
            | Icm::Unlisted { .. } => None,
        }
    }
}

impl<'a> CtiGroup<'a> {
    /// The group of a message.
    #[expect(clippy::too_many_lines, reason = "every message of the table stands here once")]
    pub fn of(message: &'a Cti) -> Self {
        match message {
            Cti::OpenReq(m) => Self::Opens(m),
            Cti::AgentStateEvent(m) => Self::Agent(AgentMessage::Told(m)),
            Cti::QueryAgentStateConf(m) => Self::Agent(AgentMessage::Answered(m)),
            Cti::SetAgentStateReq(m) => Self::Agent(AgentMessage::Asked(m)),
            Cti::ControlFailureConf(m) => Self::ControlFails(m),
            Cti::FailureConf(m) => Self::Failure(m.status),
            Cti::FailureEvent(m) => Self::Failure(m.status),
            Cti::FailureResp(m) => Self::ArmAnswer(m.status),
            Cti::MediaLoginResp(m) => Self::ArmAnswer(m.status),
            Cti::MakeAgentNotReadyResp(m) => Self::ArmAnswer(m.status),
            Cti::MakeAgentNotRoutableResp(m) => Self::ArmAnswer(m.status),
            Cti::ChangeMaxTaskLimitResp(m) => Self::ArmAnswer(m.status),
            Cti::OverrideLimitResp(m) => Self::ArmAnswer(m.status),
            Cti::AgentInitResp(m) => Self::ArmAnswer(m.status),
            Cti::OfferApplicationTaskResp(m) => Self::ArmAnswer(m.status),
            Cti::StartApplicationTaskResp(m) => Self::ArmAnswer(m.status),
            Cti::TaskInitResp(m) => Self::ArmAnswer(m.status),
            Cti::AgentTasksResp(m) => Self::ArmAnswer(m.status),
            Cti::AgentInterruptAdvisoryEvent(m) => Self::Agent(AgentMessage::Interrupts {
                agent: m.icm_agent_id,
                mrd: m.mrd_id,
                by: Some(m.interrupting_mrd_id),
            }),
            Cti::AgentInterruptDoneAdvisoryEvent(m) => Self::Agent(AgentMessage::Interrupts {
                agent: m.icm_agent_id,
                mrd: m.mrd_id,
                by: Some(m.interrupting_mrd_id),
            }),
            Cti::AgentInterruptAcceptedInd(m) => {
                Self::Agent(AgentMessage::Interrupts { agent: m.icm_agent_id, mrd: m.mrd_id, by: None })
            }
            Cti::AgentInterruptUnacceptedInd(m) => {
                Self::Agent(AgentMessage::Interrupts { agent: m.icm_agent_id, mrd: m.mrd_id, by: None })
            }
            Cti::AgentInterruptDoneAcceptedInd(m) => {
                Self::Agent(AgentMessage::Interrupts { agent: m.icm_agent_id, mrd: m.mrd_id, by: None })
            }
            Cti::OfferTaskInd(m) => Self::Task(TaskMessage::OfferInd(m)),
            Cti::StartTaskInd(m) => Self::Task(TaskMessage::StartInd(m)),
            Cti::EndTaskInd(m) => Self::Task(TaskMessage::EndInd(m)),
            Cti::OfferTaskEvent(m) => Self::Task(TaskMessage::OfferEvent(m)),
            Cti::StartTaskEvent(m) => Self::Task(TaskMessage::StartEvent(m)),
            Cti::EndTaskEvent(m) => Self::Task(TaskMessage::EndEvent(m)),
            Cti::SnapshotTaskResp(_) | Cti::SnapshotTaskEvent(_) => Self::Task(TaskMessage::Snapshot),
            Cti::GetPrecallMessagesReq(_)
            | Cti::SnapshotTaskReq(_)
            | Cti::QueryAgentStateReq(_)
            | Cti::SetAgentStateConf(_)
            | Cti::AgentPreCallEvent(_)
            | Cti::AgentPreCallAbortEvent(_)
            | Cti::AgentDeskSettingsReq(_)
            | Cti::AgentDeskSettingsConf(_)
            | Cti::AgentLegacyPreCallEvent(_)
            | Cti::AlternateCallReq(_)
            | Cti::AlternateCallConf(_)
            | Cti::AnswerCallReq(_)
            | Cti::AnswerCallConf(_)
            | Cti::ClearCallReq(_)
            | Cti::ClearCallConf(_)
            | Cti::ClearConnectionReq(_)
            | Cti::ClearConnectionConf(_)
            | Cti::ConferenceCallReq(_)
            | Cti::ConferenceCallConf(_)
            | Cti::ConsultationCallConf(_)
            | Cti::DeflectCallConf(_)
            | Cti::HoldCallReq(_)
            | Cti::HoldCallConf(_)
            | Cti::MakeCallReq(_)
            | Cti::MakeCallConf(_)
            | Cti::ReconnectCallReq(_)
            | Cti::ReconnectCallConf(_)
            | Cti::RetrieveCallReq(_)
            | Cti::RetrieveCallConf(_)
            | Cti::TransferCallReq(_)
            | Cti::TransferCallConf(_)
            | Cti::SnapshotCallReq(_)
            | Cti::BadCallReq(_)
            | Cti::BadCallConf(_)
            | Cti::CallQueuedEvent(_)
            | Cti::CallTranslationRouteEvent(_)
            | Cti::BeginCallEvent(_)
            | Cti::EndCallEvent(_)
            | Cti::CallDataUpdateEvent(_)
            | Cti::SetCallDataReq(_)
            | Cti::SetCallDataConf(_)
            | Cti::ReleaseCallReq(_)
            | Cti::ReleaseCallConf(_)
            | Cti::CallDequeuedEvent(_)
            | Cti::CallDeliveredEvent(_)
            | Cti::CallEstablishedEvent(_)
            | Cti::CallHeldEvent(_)
            | Cti::CallRetrievedEvent(_)
            | Cti::CallClearedEvent(_)
            | Cti::CallConnectionClearedEvent(_)
            | Cti::CallOriginatedEvent(_)
            | Cti::CallFailedEvent(_)
            | Cti::CallConferencedEvent(_)
            | Cti::CallTransferredEvent(_)
            | Cti::CallDivertedEvent(_)
            | Cti::CallServiceInitiatedEvent(_)
            | Cti::CallReachedNetworkEvent(_)
            | Cti::ConfigRequestKeyEvent(_)
            | Cti::ConfigKeyEvent(_)
            | Cti::ConfigRequestEvent(_)
            | Cti::ConfigBeginEvent(_)
            | Cti::ConfigEndEvent(_)
            | Cti::ConfigServiceEvent(_)
            | Cti::ConfigSkillGroupEvent(_)
            | Cti::ConfigAgentEvent(_)
            | Cti::ConfigDeviceEvent(_)
            | Cti::ConfigCallTypeEvent(_)
            | Cti::ConfigMrdEvent(_)
            | Cti::ConfigPeripheralEvent(_)
            | Cti::ConfigAgentDeskSettingsEvent(_)
            | Cti::ConfigTerminalEvent(_)
            | Cti::ConfigAgentServiceEvent(_)
            | Cti::SetAgentServiceDataReq(_)
            | Cti::SetAgentServiceDataConf(_)
            | Cti::QueryDeviceInfoReq(_)
            | Cti::QueryDeviceInfoConf(_)
            | Cti::SnapshotDeviceReq(_)
            | Cti::SnapshotDeviceConf(_)
            | Cti::MediaLoginReq(_)
            | Cti::MediaLogoutInd(_)
            | Cti::MakeAgentRoutableInd(_)
            | Cti::MakeAgentNotRoutableReq(_)
            | Cti::MakeAgentReadyInd(_)
            | Cti::MakeAgentNotReadyReq(_)
            | Cti::AgentMadeNotRoutableEvent(_)
            | Cti::ChangeMaxTaskLimitReq(_)
            | Cti::OverrideLimitReq(_)
            | Cti::BeginAgentInitInd(_)
            | Cti::AgentInitReq(_)
            | Cti::EndAgentInitInd(_)
            | Cti::AgentInitReadyEvent(_)
            | Cti::GetPrecallMessagesResp(_)
            | Cti::SetAppPathDataInd(_)
            | Cti::AgentTasksRequestEvent(_)
            | Cti::AgentTasksEndEvent(_)
            | Cti::DesktopConnectedInd(_)
            | Cti::MonitorStartReq(_)
            | Cti::MonitorStartConf(_)
            | Cti::MonitorStopReq(_)
            | Cti::MonitorStopConf(_)
            | Cti::ChangeMonitorMaskReq(_)
            | Cti::ChangeMonitorMaskConf(_)
            | Cti::ClientSessionOpenedEvent(_)
            | Cti::ClientSessionClosedEvent(_)
            | Cti::SessionMonitorStartReq(_)
            | Cti::SessionMonitorStartConf(_)
            | Cti::SessionMonitorStopReq(_)
            | Cti::SessionMonitorStopConf(_)
            | Cti::TaskMonitorStartReq(_)
            | Cti::TaskMonitorStartConf(_)
            | Cti::TaskMonitorStopReq(_)
            | Cti::TaskMonitorStopConf(_)
            | Cti::ChangeTaskMonitorMaskReq(_)
            | Cti::ChangeTaskMonitorMaskConf(_)
            | Cti::ConsultationCallReq(_)
            | Cti::DeflectCallReq(_)
            | Cti::MakePredictiveCallReq(_)
            | Cti::MakePredictiveCallConf(_)
            | Cti::SnapshotCallConf(_)
            | Cti::SendDtmfSignalReq(_)
            | Cti::SendDtmfSignalConf(_)
            | Cti::RtpStartedEvent(_)
            | Cti::RtpStoppedEvent(_)
            | Cti::SupervisorAssistReq(_)
            | Cti::SupervisorAssistConf(_)
            | Cti::SupervisorAssistEvent(_)
            | Cti::EmergencyCallReq(_)
            | Cti::EmergencyCallConf(_)
            | Cti::EmergencyCallEvent(_)
            | Cti::SuperviseCallReq(_)
            | Cti::SuperviseCallConf(_)
            | Cti::AgentTeamConfigReq(_)
            | Cti::AgentTeamConfigConf(_)
            | Cti::SetDeviceAttributesReq(_)
            | Cti::SetDeviceAttributesConf(_)
            | Cti::StartRecordingReq(_)
            | Cti::StartRecordingConf(_)
            | Cti::StopRecordingReq(_)
            | Cti::StopRecordingConf(_)
            | Cti::RouteRegisterEvent(_)
            | Cti::RouteRegisterReplyEvent(_)
            | Cti::RouteRequestEvent(_)
            | Cti::RouteSelectEvent(_)
            | Cti::RouteEndEvent(_)
            | Cti::CallAttributeChangeEvent(_)
            | Cti::TeamConfigReq(_)
            | Cti::TeamConfigEvent(_)
            | Cti::TeamConfigConf(_)
            | Cti::CallTerminationEvent(_)
            | Cti::CallAgentGreetingEvent(_)
            | Cti::AgentGreetingControlReq(_)
            | Cti::AgentGreetingControlConf(_)
            | Cti::StartNetworkRecordingReq(_)
            | Cti::StartNetworkRecordingConf(_)
            | Cti::StopNetworkRecordingReq(_)
            | Cti::StopNetworkRecordingConf(_)
            | Cti::NetworkRecordingStartedEvent(_)
            | Cti::NetworkRecordingEndedEvent(_)
            | Cti::NetworkRecordingFailedEvent(_)
            | Cti::NetworkRecordingTargetInfoEvent(_)
            | Cti::UserMessageReq(_)
            | Cti::UserMessageConf(_)
            | Cti::UserMessageEvent(_)
            | Cti::RegisterVariablesReq(_)
            | Cti::RegisterVariablesConf(_)
            | Cti::SetAppDataReq(_)
            | Cti::SetAppDataConf(_)
            | Cti::RegisterServiceReq(_)
            | Cti::RegisterServiceConf(_)
            | Cti::UnregisterServiceReq(_)
            | Cti::UnregisterServiceConf(_)
            | Cti::OpenConf(_)
            | Cti::HeartbeatReq(_)
            | Cti::HeartbeatConf(_)
            | Cti::CloseReq(_)
            | Cti::CloseConf(_)
            | Cti::SystemEvent(_)
            | Cti::ClientEventReportReq(_)
            | Cti::ClientEventReportConf(_)
            | Cti::StandbyActiveEventMsg(_)
            | Cti::ActiveMaintenanceReqMsg(_)
            | Cti::ActiveMaintenanceRespMsg(_)
            | Cti::ActiveMaintenanceEventMsg(_)
            | Cti::StoppingRequestsToThisSideInd(_)
            | Cti::QueryAgentStatisticsReq(_)
            | Cti::QueryAgentStatisticsConf(_)
            | Cti::QuerySkillGroupStatisticsReq(_)
            | Cti::QuerySkillGroupStatisticsConf(_)
            | Cti::OfferApplicationTaskReq(_)
            | Cti::StartApplicationTaskReq(_)
            | Cti::PauseTaskInd(_)
            | Cti::ResumeTaskInd(_)
            | Cti::WrapupTaskInd(_)
            | Cti::UpdateTaskContextInd(_)
            | Cti::TaskInitInd(_)
            | Cti::BeginTaskEvent(_)
            | Cti::QueuedTaskEvent(_)
            | Cti::DequeuedTaskEvent(_)
            | Cti::PauseTaskEvent(_)
            | Cti::ResumeTaskEvent(_)
            | Cti::WrapupTaskEvent(_)
            | Cti::TaskDataUpdateEvent(_)
            | Cti::MaxTaskLifetimeExceededEvent(_)
            | Cti::TaskInitReq(_)
            | Cti::GetAgentTasksReq(_)
            | Cti::AgentTasksEvent(_)
            | Cti::AgentTeamConfigEvent(_)
            | Cti::ListAgentTeamReq(_)
            | Cti::ListAgentTeamConf(_)
            | Cti::MonitorAgentTeamStartReq(_)
            | Cti::MonitorAgentTeamStartConf(_)
            | Cti::MonitorAgentTeamStopReq(_)
            | Cti::MonitorAgentTeamStopConf(_)
            | Cti::Unlisted { .. } => Self::Plain,
        }
    }
}
