//! What the CTI server tells its clients of OPC's messages (cti-server-protocol 7, 11.2).

use super::session::{Pending, Session};
use cce_cti::{
    AgentInitResp, AgentInterruptAdvisoryEvent, AgentInterruptDoneAdvisoryEvent, AgentMadeNotRoutableEvent,
    AgentPreCallAbortEvent, AgentPreCallEvent, AgentStateEvent, AgentTasksResp, ArmStatus, BeginTaskEvent,
    ChangeMaxTaskLimitResp, ClientSessionClosedEvent, ClientSessionOpenedEvent, ControlFailure,
    ControlFailureConf, Cti, CtiStatus, DequeuedTaskEvent, EndTaskEvent, FailureResp, FltSkillGroup,
    MakeAgentNotReadyResp, MakeAgentNotRoutableResp, MaxTaskLifetimeExceededEvent, MediaLoginResp,
    OfferApplicationTaskResp, OfferTaskEvent, OverrideLimitResp, PauseTaskEvent, QueuedTaskEvent,
    ResumeTaskEvent, SetAgentStateConf, StartApplicationTaskResp, StartTaskEvent, TaskInitResp,
    WrapupTaskEvent,
};
use cce_model::{
    AgentKey, AgentRecord, AgentState, Disposition, InvokeId, MrdId, PeripheralId, PeripheralType, PreCall,
    QueuedTask, SkillGroup, SkillTarget, TaskEvent, TaskEventKind, TaskId,
};
use cce_wire::{List, NamedVariable, Text, Unsigned};

/// `AGENT_STATE_EVENT` of one queue (cti-server-protocol 7; the mapping of the fields is in 16.1).
pub(super) fn agent_state(record: &AgentRecord) -> Cti {
    AgentStateEvent {
        peripheral_id: record.peripheral,
        session_id: record.session,
        // Agent events have type 17; task events have 4, as in the lab trace (cti-server-protocol 19).
        peripheral_type: PeripheralType::ENTERPRISE_AGENT,
        skill_group_state: record.skill_group_state.into(),
        state_duration: record.skill_group_seconds,
        skill_group_number: record.skill_group_number,
        skill_group_id: Unsigned(record.skill_group),
        agent_state: record.state.into(),
        event_reason_code: record.reason,
        mrd_id: record.mrd,
        num_tasks: record.tasks,
        // 1 is routable; guides up to version 14 printed it the other way round (cti-server-protocol 7).
        agent_mode: record.routable.into(),
        max_task_limit: record.max_tasks,
        icm_agent_id: record.skill_target,
        agent_availability_status: record.availability.into(),
        cti_client_signature: Some(Text::new(&record.signature)),
        agent_id: Some(Text::new(record.agent.as_str())),
        agent_extension: Some(Text::new(&record.extension)),
        active_terminal: Some(Text::new(&record.terminal)),
        agent_instrument: Some(Text::new(&record.instrument)),
        duration: Some(record.seconds),
        direction: Some(record.direction),
        max_beyond_task_limit: Some(record.max_beyond),
        ..AgentStateEvent::default()
    }
    .into()
}

/// `AGENT_PRE_CALL_EVENT`: the reservation, with the context of the task (cti-server-protocol 7).
pub(super) fn pre_call(call: &PreCall) -> Cti {
    let services = &call.enabled_services;
    let mut event = AgentPreCallEvent {
        // NULL stands for the service that a task does not have (cti-server-protocol 7).
        service_number: Unsigned(call.service).number(),
        service_id: Unsigned(call.service),
        skill_group_number: call.skill_group_number,
        skill_group_id: Unsigned(call.skill_group),
        mrd_id: call.mrd,
        agent_skill_target_id: Unsigned(call.skill_target),
        agent_instrument: Some(Text::new(&call.instrument)),
        router_call_key_day: Some(Unsigned(call.task.day)),
        router_call_key_call_id: Some(Unsigned(call.task.call)),
        router_call_key_sequence_number: Some(Unsigned(call.task.sequence)),
        ani: Some(Text::new(&call.ani)),
        dialed_number: Some(Text::new(&call.dialed_number)),
        // CED is the contact's id, by which Finesse speaks of the task to CCP (finesse-nonvoice 3).
        caller_entered_digits: Some(Text::new(&call.ced)),
        flt_call_type_id: Some(call.call_type),
        pre_call_invoke_id: Some(call.invoke_id),
        num_named_variables: u16::try_from(call.named_variables.len()).unwrap_or(u16::MAX),
        named_variable: call
            .named_variables
            .iter()
            .map(|(name, value)| NamedVariable::new(name, value))
            .collect(),
        agent_id: Some(Text::new(call.agent.as_str())),
        protocol_reference_guid: unless_empty(&call.protocol_guid),
        num_of_enabled_services: (!services.is_empty())
            .then(|| u16::try_from(services.len()).unwrap_or(u16::MAX)),
        flt_enabled_services: (!services.is_empty()).then(|| List(services.clone())),
        ccai_config_id: unless_empty(&call.ccai_config),
        ..AgentPreCallEvent::default()
    };
    cce_wire::set_call_variables!(event, |number| variable(&call.call_variables, number));
    event.into()
}

/// `AGENT_PRE_CALL_ABORT_EVENT`: the task's id travels in three floats (cti-server-protocol 7).
pub(super) fn pre_call_abort(task: TaskId, mrd: MrdId, instrument: &str) -> Cti {
    AgentPreCallAbortEvent {
        mrd_id: mrd,
        agent_instrument: Some(Text::new(instrument)),
        router_call_key_day: Some(Unsigned(task.day)),
        router_call_key_call_id: Some(Unsigned(task.call)),
        router_call_key_sequence_number: Some(Unsigned(task.sequence)),
        ..AgentPreCallAbortEvent::default()
    }
    .into()
}

/// The answer to a request that has one, else `FAILURE_RESP`.
pub(super) fn answer(pending: Option<&Pending>, invoke_id: InvokeId, status: ArmStatus) -> Cti {
    match pending {
        Some(Pending::MediaLogin) => MediaLoginResp { invoke_id, status, ..MediaLoginResp::default() }.into(),
        Some(Pending::MakeNotReady) => {
            MakeAgentNotReadyResp { invoke_id, status, ..MakeAgentNotReadyResp::default() }.into()
        }
        Some(Pending::MakeNotRoutable) => {
            MakeAgentNotRoutableResp { invoke_id, status, ..MakeAgentNotRoutableResp::default() }.into()
        }
        Some(Pending::ChangeLimit) => {
            ChangeMaxTaskLimitResp { invoke_id, status, ..ChangeMaxTaskLimitResp::default() }.into()
        }
        Some(Pending::OverrideLimit) => {
            OverrideLimitResp { invoke_id, status, ..OverrideLimitResp::default() }.into()
        }
        Some(Pending::AgentTasks(member)) => AgentTasksResp {
            invoke_id,
            status,
            mrd_id: member.mrd,
            icm_agent_id: member.skill_target,
            ..AgentTasksResp::default()
        }
        .into(),
        // A task that is refused has no id: -1, -1, -1 (cti-server-protocol 2).
        Some(Pending::OfferTask(_)) => OfferApplicationTaskResp {
            invoke_id,
            status,
            task_id: TaskId::NONE,
            ..OfferApplicationTaskResp::default()
        }
        .into(),
        Some(Pending::StartTask(_)) => StartApplicationTaskResp {
            invoke_id,
            status,
            task_id: TaskId::NONE,
            ..StartApplicationTaskResp::default()
        }
        .into(),
        Some(Pending::AgentInit) => AgentInitResp { invoke_id, status, ..AgentInitResp::default() }.into(),
        Some(Pending::TaskInit) => TaskInitResp { invoke_id, status, ..TaskInitResp::default() }.into(),
        // FAILURE_RESP is the one answer of an indication (cti-server-protocol 4.4).
        None => FailureResp { invoke_id, status, ..FailureResp::default() }.into(),
    }
}

/// The answer to a request to change a voice state: failure codes, and no status (cti-server-protocol 6).
pub(super) fn voice_answer(invoke_id: InvokeId, failure: Option<ControlFailure>) -> Cti {
    match failure {
        None => SetAgentStateConf { invoke_id, ..SetAgentStateConf::default() }.into(),
        Some(failure_code) => ControlFailureConf {
            invoke_id,
            failure_code,
            peripheral_error_code: peripheral_error(failure_code),
            ..ControlFailureConf::default()
        }
        .into(),
    }
}

/// The peripheral's own code of a failure; 0 is none. That of an unknown extension is captured (finesse-nonvoice 4.6).
const fn peripheral_error(failure: ControlFailure) -> u32 {
    match failure {
        ControlFailure::INVALID_LOGON_DEVICE => 10125,
        _ => 0,
    }
}

/// The answer to a request for a task that an application routes itself.
pub(super) fn task_assigned(pending: Option<&Pending>, invoke_id: InvokeId, task_id: TaskId) -> Cti {
    if matches!(pending, Some(Pending::OfferTask(_))) {
        return OfferApplicationTaskResp { invoke_id, task_id, ..OfferApplicationTaskResp::default() }.into();
    }
    StartApplicationTaskResp { invoke_id, task_id, ..StartApplicationTaskResp::default() }.into()
}

/// `AGENT_MADE_NOT_ROUTABLE_EVENT`; its reasons are not public.
pub(super) fn made_not_routable(peripheral_id: PeripheralId, member: AgentKey) -> Cti {
    AgentMadeNotRoutableEvent {
        peripheral_id,
        mrd_id: member.mrd,
        icm_agent_id: member.skill_target,
        ..AgentMadeNotRoutableEvent::default()
    }
    .into()
}

/// `AGENT_INTERRUPT_ADVISORY_EVENT`, and `AGENT_INTERRUPT_DONE_ADVISORY_EVENT` when it is over.
pub(super) fn interrupt(peripheral_id: PeripheralId, member: AgentKey, by: MrdId, is_over: bool) -> Cti {
    let (mrd_id, icm_agent_id, interrupting_mrd_id) = (member.mrd, member.skill_target, by);
    if is_over {
        let done = AgentInterruptDoneAdvisoryEvent::default();
        return AgentInterruptDoneAdvisoryEvent {
            peripheral_id,
            mrd_id,
            icm_agent_id,
            interrupting_mrd_id,
            ..done
        }
        .into();
    }
    let advisory = AgentInterruptAdvisoryEvent::default();
    AgentInterruptAdvisoryEvent { peripheral_id, mrd_id, icm_agent_id, interrupting_mrd_id, ..advisory }
        .into()
}

/// `MAX_TASK_LIFETIME_EXCEEDED_EVENT`.
pub(super) fn lifetime_exceeded(peripheral_id: PeripheralId, task_id: TaskId, member: AgentKey) -> Cti {
    MaxTaskLifetimeExceededEvent {
        peripheral_id,
        peripheral_type: TaskEvent::PERIPHERAL_TYPE,
        mr_domain_id: member.mrd,
        task_id,
        icm_agent_id: member.skill_target,
        ..MaxTaskLifetimeExceededEvent::default()
    }
    .into()
}

/// Two kinds of task event share each of these layouts.
macro_rules! event {
    ($name:ident { $($field:ident: $value:expr),* $(,)? } of $event:ident) => {
        $name {
            peripheral_id: $event.peripheral,
            peripheral_type: TaskEvent::PERIPHERAL_TYPE,
            mrd_id: $event.mrd,
            task_id: $event.task,
            icm_agent_id: $event.skill_target,
            $($field: $value,)*
            ..$name::default()
        }
        .into()
    };
}

/// The event of a task, 194 to 199 (cti-server-protocol 11.2).
pub(super) fn task(event: &TaskEvent) -> Cti {
    match event.kind {
        TaskEventKind::Offer => event!(OfferTaskEvent {
            skill_group_id: event.skill_group,
            service_id: event.service,
            application_routed: event.application_routed,
        } of event),
        TaskEventKind::Start => event!(StartTaskEvent {
            skill_group_id: event.skill_group,
            service_id: event.service,
            application_routed: event.application_routed,
        } of event),
        TaskEventKind::Pause => event!(PauseTaskEvent {} of event),
        TaskEventKind::Resume => event!(ResumeTaskEvent {} of event),
        TaskEventKind::WrapUp => event!(WrapupTaskEvent {} of event),
        TaskEventKind::End => event!(EndTaskEvent {
            previous_task_id: event.previous,
            icm_disposition: event.icm_disposition.unwrap_or(Disposition::NONE),
            application_disposition: event.application_disposition.unwrap_or(Disposition::NONE),
            // Empty data is left out, which Finesse shows as null (cti-server-protocol 11.2).
            wrapup_data: unless_empty(&event.wrapup_data),
            application_data: unless_empty(&event.application_data),
        } of event),
    }
}

fn variable(variables: &[(u8, String)], number: u8) -> Option<Text<41>> {
    variables.iter().find(|(known, _)| *known == number).map(|(_, value)| Text::new(value))
}

/// `BEGIN_TASK_EVENT` of a task that has no agent yet.
pub(super) fn begin(queued: &QueuedTask) -> Cti {
    let mut event = BeginTaskEvent {
        peripheral_id: queued.peripheral,
        peripheral_type: TaskEvent::PERIPHERAL_TYPE,
        mr_domain_id: queued.mrd,
        task_id: queued.task,
        icm_agent_id: SkillTarget::NONE,
        num_named_variables: u16::try_from(queued.named_variables.len()).unwrap_or(u16::MAX),
        script_selector: Some(Text::new(&queued.dialed_number)),
        application_string1: Some(Text::new(&queued.ani)),
        application_string2: Some(Text::new(&queued.ced)),
        named_variable: queued
            .named_variables
            .iter()
            .map(|(name, value)| NamedVariable::new(name, value))
            .collect(),
        ..BeginTaskEvent::default()
    };
    cce_wire::set_call_variables!(event, |number| variable(&queued.call_variables, number));
    event.into()
}

/// `QUEUED_TASK_EVENT`; no service routes a task, so that `ServiceID` is -1.
pub(super) fn queued(queued: &QueuedTask) -> Cti {
    QueuedTaskEvent {
        peripheral_id: queued.peripheral,
        peripheral_type: TaskEvent::PERIPHERAL_TYPE,
        mr_domain_id: queued.mrd,
        task_id: queued.task,
        skill_group_id: queued.skill_group,
        service_id: SkillTarget::NONE,
        ..QueuedTaskEvent::default()
    }
    .into()
}

/// `DEQUEUED_TASK_EVENT`, whether an agent or nobody gets the task.
pub(super) fn dequeued(
    peripheral_id: PeripheralId,
    task_id: TaskId,
    mrd: MrdId,
    skill_group: SkillTarget,
) -> Cti {
    DequeuedTaskEvent {
        peripheral_id,
        peripheral_type: TaskEvent::PERIPHERAL_TYPE,
        mr_domain_id: mrd,
        task_id,
        skill_group_id: skill_group,
        service_id: SkillTarget::NONE,
        ..DequeuedTaskEvent::default()
    }
    .into()
}

fn unless_empty<const MAX: usize>(text: &str) -> Option<Text<MAX>> {
    (!text.is_empty()).then(|| Text::new(text))
}

/// A skill group of an agent in that state.
pub(super) fn skill_group(group: &SkillGroup, state: AgentState) -> FltSkillGroup {
    FltSkillGroup {
        number: Some(group.number),
        id: Some(Unsigned(group.id)),
        priority: Some(0),
        state: Some(state.into()),
    }
}

/// `CLIENT_SESSION_OPENED_EVENT`.
pub(super) fn session_opened(session: &Session, peripheral_id: PeripheralId) -> Cti {
    let opened = &session.opened;
    ClientSessionOpenedEvent {
        session_id: session.client.session,
        peripheral_id,
        services_granted: session.services,
        call_msg_mask: opened.call_msg_mask,
        agent_state_mask: opened.agent_state_mask,
        client_port: port_of(session),
        client_address: Some(Text::new(address_of(session))),
        client_id: opened.client_id.clone(),
        client_signature: opened.client_signature.clone(),
        agent_extension: opened.agent_extension.clone(),
        agent_id: opened.agent_id.clone(),
        agent_instrument: opened.agent_instrument.clone(),
        ..ClientSessionOpenedEvent::default()
    }
    .into()
}

/// `CLIENT_SESSION_CLOSED_EVENT`.
pub(super) fn session_closed(session: &Session, peripheral_id: PeripheralId, status: CtiStatus) -> Cti {
    let opened = &session.opened;
    ClientSessionClosedEvent {
        session_id: session.client.session,
        peripheral_id,
        status,
        client_port: port_of(session),
        client_address: Some(Text::new(address_of(session))),
        client_id: opened.client_id.clone(),
        client_signature: opened.client_signature.clone(),
        agent_extension: opened.agent_extension.clone(),
        agent_id: opened.agent_id.clone(),
        agent_instrument: opened.agent_instrument.clone(),
        ..ClientSessionClosedEvent::default()
    }
    .into()
}

fn address_of(session: &Session) -> &str {
    session.address.rsplit_once(':').map_or(session.address.as_str(), |(host, _)| host)
}

fn port_of(session: &Session) -> u32 {
    session.address.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(0)
}
