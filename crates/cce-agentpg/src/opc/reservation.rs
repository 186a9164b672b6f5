//! Tasks that the router assigns, and takes back (mr-interface 8.1).

use super::{EventDetail, Opc, agent::AgentInMrd, agent_at, task::Task};
use cce_kernel::{Cx, LinkId};
use cce_model::{AgentKey, Disposition, PreCall, SkillTarget, TaskState, fact::OpcMessage};
use cce_mr::icm::{DeviceTargetPreCallAbortInd, DeviceTargetPreCallInd};
use cce_wire::{NamedVariable, Text};

impl Opc {
    /// Reserves an agent for a task. An agent who became not ready while the message travelled gets the task
    /// all the same, since its customer was told of the agent (inferred).
    pub(super) fn on_pre_call(&mut self, link: LinkId, message: &DeviceTargetPreCallInd, cx: &mut Cx<'_>) {
        let task = task_of(message, self.next_task_number());
        if let Err(detail) = self.check_assignable(&task) {
            cx.note_peer_error(link, "DEVICE_TARGET_PRE_CALL_IND", detail);
            if !self.tasks.contains_key(&task.id) && !self.ended.contains(task.id) {
                self.refuse(task, cx);
            }
            return;
        }
        // The agent is reserved with the pre-call, from which the start timeout runs, too (task-routing 3.8).
        self.begin(task, cx);
        // The router takes the first report of a task as the confirmation of its reservation (inferred).
        self.router.send_task(&task, None, cx);
        self.report(task.member, EventDetail::AsIs, cx);
        // The agent's state goes ahead of the reservation, as in the lab trace (cti-server-protocol 16.5).
        let agent = self.agents.get(&task.member).expect("the agent of a task is in its domain");
        self.to_cti.push(OpcMessage::PreCall(Box::new(pre_call(agent, &task, message))));
    }

    /// Nobody is reserved. The router takes that for a sign that it does not know how the agent stands, and hears it.
    fn refuse(&mut self, task: Task, cx: &mut Cx<'_>) {
        let refused = Task { state: TaskState::Ended, ..task };
        // The router learns from the end of an unknown task that the reservation failed.
        self.router.tell_task(&refused, Some(Disposition::TASK_ABANDONED_BEFORE_OFFERED), cx);
        // The router may have named somebody who is no agent here.
        if let Some(agent) = self.agents.get_mut(&task.member) {
            agent.reported = None;
            self.report_to_router(task.member, cx);
        }
    }

    /// Takes back a task that its agent has not begun.
    pub(super) fn on_pre_call_abort(
        &mut self,
        link: LinkId,
        message: &DeviceTargetPreCallAbortInd,
        cx: &mut Cx<'_>,
    ) {
        let known = self.tasks.get(&message.task_id).copied();
        let Some(task) = known.filter(Task::is_waiting) else {
            let detail = if known.is_some() { "the task has begun" } else { "no such task" };
            return cx.note_peer_error(link, "DEVICE_TARGET_PRE_CALL_ABORT_IND", detail);
        };
        // Before the offer it is 36, and behind it 37 (cti-server-protocol 11.3).
        let disposition = if task.state == TaskState::PreCall {
            Disposition::TASK_ABANDONED_BEFORE_OFFERED
        } else {
            Disposition::TASK_ABANDONED_WHILE_OFFERED
        };
        self.remove(task, disposition, cx);
        self.release_not_routable(task.member);
        self.report(task.member, EventDetail::AsIs, cx);
        let agent = agent_at(&mut self.agents, task.member).agent.id.clone();
        self.to_cti.push(OpcMessage::PreCallAbort { task: task.id, agent, mrd: task.member.mrd });
    }

    /// Refuses a task that nobody could accept there.
    fn check_assignable(&self, task: &Task) -> Result<(), &'static str> {
        let agent = self.agents.get(&task.member).ok_or("no such agent in this domain")?;
        if self.tasks.contains_key(&task.id) {
            return Err("the task is assigned already");
        }
        if self.ended.contains(task.id) {
            return Err("the task is over");
        }
        // An agent whose client is away could not accept the task (task-routing E16, step 3).
        if !agent.is_attended() {
            return Err("the agent is not signed in");
        }
        // Tasks past the limit are for those who pick or pull (task-routing 1.5).
        if self.load(task.member).total() >= agent.limit.saturating_add(agent.beyond) {
            return Err("the agent has as many tasks as allowed");
        }
        Ok(())
    }
}

fn pre_call(agent: &AgentInMrd, task: &Task, message: &DeviceTargetPreCallInd) -> PreCall {
    let mut groups = agent.agent.skill_groups.iter();
    let group = groups.find(|group| group.id == task.skill_group).unwrap_or(&agent.queue);
    PreCall {
        task: task.id,
        mrd: task.member.mrd,
        agent: agent.agent.id.clone(),
        instrument: agent.agent.instrument().to_owned(),
        skill_target: task.member.skill_target,
        skill_group: task.skill_group,
        skill_group_number: group.number,
        // ServiceNumber and ServiceID are NULL in the lab's reservation (cti-server-protocol 7).
        service: SkillTarget::NONE,
        network_target: message.network_target_id,
        ani: Text::or_empty(message.ani.as_ref()),
        ced: Text::or_empty(message.ced.as_ref()),
        dialed_number: Text::or_empty(message.dn.as_ref()),
        call_type: message.call_type_id,
        invoke_id: message.invoke_id,
        protocol_guid: Text::or_empty(message.call_guid.as_ref()),
        enabled_services: message.enabled_services.clone().map(|list| list.0).unwrap_or_default(),
        ccai_config: Text::or_empty(message.ccai_config_param.as_ref()),
        call_variables: cce_wire::numbered(cce_wire::call_variables!(message)).collect(),
        named_variables: message.named_variables.iter().filter_map(NamedVariable::parts).collect(),
    }
}

fn task_of(message: &DeviceTargetPreCallInd, number: u64) -> Task {
    Task {
        id: message.task_id,
        number,
        member: AgentKey { skill_target: message.agstid, mrd: message.mrd_id },
        state: TaskState::PreCall,
        skill_group: message.sgstid,
        interrupted: None,
        is_orphan: false,
    }
}
