//! How the node comes back into service when the CTI server is back (task-routing E16 to E19, finesse-nonvoice 5).
//!
//! | Phase of the session | What the node does |
//! |---|---|
//! | away, dialled, opening | answers 503 and publishes nothing; media, dialogs and waiting requests stay as they are |
//! | initialising | `BEGIN_AGENT_INIT_IND`; `QUERY_AGENT_STATE_REQ` for the voice state of each user who is signed in; `GET_AGENT_TASKS_REQ` for each agent who signed in here; `SNAPSHOT_TASK_REQ` for each task; `TASK_INIT_IND` for each of them that lives; `END_AGENT_INIT_IND` |
//! | in service | publishes once what is different now; requests whose outcome nobody knows fail |
//!
//! A node that knows of nobody has nothing to initialise, and is in service at once. Of agents who signed in at another
//! node, or at this one before it started anew, the CTI server tells by itself (inferred).

use crate::{
    action, arm_stat, media,
    request::{Ask, Change, DialogChange, MediaChange, UserChange},
    service::Service,
    snapshot::Snapshot,
    timer::{Timer, confirmation},
    user::ReasonReport,
    voice,
};
use cce_cti::{
    AgentTasksResp, ArmStatus, BeginAgentInitInd, CtiStatus, EndAgentInitInd, GetAgentTasksReq,
    QueryAgentStateConf, QueryAgentStateReq, SnapshotTaskReq, SnapshotTaskResp,
};
use cce_kernel::{
    CloseReason, Cx,
    session::{SessionEvent, Turn},
};
use cce_model::{AgentId, Disposition, EventReason, InvokeId, MrdId, TaskId, UserState, fact::FinesseFact};
use cce_wire::Text;
use std::fmt::Display;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// How long the CTI server may take to answer everything (inferred).
const INIT_TIMEOUT: Duration = Duration::from_secs(30);

/// What is wrong with an answer that nothing waits for.
const UNASKED: &str = "nothing was asked under that invoke id";

/// What the node has asked the CTI server for, and what it keeps until it is in service. Its questions are bounded by what
/// the node knows of, and end with the session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recovery {
    /// Invoke id of the `BEGIN_AGENT_INIT_IND` that is not answered.
    begun: Option<InvokeId>,
    /// Agents in domains whose tasks are asked for, by invoke id.
    members: BTreeMap<InvokeId, (AgentId, MrdId)>,
    /// Tasks that are asked for, by invoke id.
    tasks: BTreeMap<InvokeId, TaskId>,
    /// Users whose voice states are asked for, by invoke id.
    users: BTreeMap<InvokeId, AgentId>,
    /// Requests that were under way or waited when the session ended, in order.
    cut_off: Vec<Ask>,
    /// Users whose sign-outs were cut off and have come about, with their reasons: their media are to follow.
    signed_out: BTreeMap<AgentId, EventReason>,
}

impl Recovery {
    /// The session, or the attempt to have one, is over: what the node knows stays as it is, and nothing that was asked is
    /// answered any more. What became of the requests, the next session tells.
    pub(crate) fn on_session_over(&mut self, service: &mut Service, cx: &mut Cx<'_>) {
        cx.cancel(Timer::Initialising.key(0));
        self.begun = None;
        self.members.clear();
        self.tasks.clear();
        self.users.clear();
        service.interrupts.forget();
        service.dialogs.forget_interrupts();
        // The session was not initialised: desktops know that the node is out of service, and nothing was sent in it.
        if !service.cti.leave_service() {
            return;
        }
        // SystemInfo is told at both edges, and between them no other event is (finesse-nonvoice 5).
        cx.note(FinesseFact::Service { in_service: false }.into());
        service.publish_system(cx);
        for (pending, waiting) in service.requests.take_all() {
            if let Some(pending) = &pending {
                cx.cancel(confirmation(pending.invoke_id));
            }
            self.cut_off.extend(pending.map(|pending| pending.ask).into_iter().chain(waiting));
        }
    }

    /// The session is open: the node learns anew what became of its agents and tasks, if it has any.
    pub(crate) fn initialise(&mut self, service: &mut Service, cx: &mut Cx<'_>) {
        if self.own_members(service).is_empty()
            && service.dialogs.tasks().is_empty()
            && self.own_users(service).is_empty()
        {
            return self.enter_service(service, cx);
        }
        let application_path_id = service.cti.application_path();
        // Tasks that are not told between BEGIN and END are over with 51 (task-routing E19).
        self.begun = service.cti.send(cx, |invoke_id| BeginAgentInitInd {
            invoke_id,
            application_path_id,
            ..BeginAgentInitInd::default()
        });
        cx.arm(Timer::Initialising.key(0), INIT_TIMEOUT);
    }

    /// The server takes what the node has to tell.
    pub(crate) fn on_init_ready(&mut self, service: &mut Service, cx: &mut Cx<'_>) {
        // The server tells it again when it becomes ready by itself: the node has told everything.
        if self.begun.take().is_none() {
            return;
        }
        // Users, agents and tasks in this order, all before the first answer (inferred).
        for agent in self.own_users(service) {
            let icm_agent_id = service.users.user(&agent).shown.skill_target;
            let peripheral_id = service.cti.peripheral();
            let asked = service.cti.send(cx, |invoke_id| QueryAgentStateReq {
                invoke_id,
                peripheral_id,
                // The voice domain is built in, and its state is the user's
                // (task-routing 4.1, finesse-nonvoice 2.2).
                mrd_id: MrdId::VOICE,
                icm_agent_id,
                ..QueryAgentStateReq::default()
            });
            self.users.extend(asked.map(|invoke_id| (invoke_id, agent)));
        }
        for (agent, mrd) in self.own_members(service) {
            self.ask_tasks_of(agent, mrd, service, cx);
        }
        for (mrd, task) in service.dialogs.tasks() {
            self.ask_task(mrd, task, service, cx);
        }
        self.go_on(service, cx);
    }

    /// Asks for the tasks of an agent, who with that has a client again.
    pub(crate) fn ask_tasks_of(
        &mut self,
        agent: AgentId,
        mrd: MrdId,
        service: &mut Service,
        cx: &mut Cx<'_>,
    ) {
        let icm_agent_id = service.users.user(&agent).shown.skill_target;
        // The question says that the client is back: the agent PG computes the agent's state anew
        // (cti-server-protocol 11.1).
        let asked = service.cti.send(cx, |invoke_id| GetAgentTasksReq {
            invoke_id,
            mrd_id: mrd,
            icm_agent_id,
            ..GetAgentTasksReq::default()
        });
        self.members.extend(asked.map(|invoke_id| (invoke_id, (agent, mrd))));
    }

    /// The tasks of an agent, or that the agent is not signed in any more.
    pub(crate) fn on_agent_tasks(
        &mut self,
        answer: &AgentTasksResp,
        service: &mut Service,
        cx: &mut Cx<'_>,
    ) -> Turn {
        let Some((agent, mrd)) = self.members.remove(&answer.invoke_id) else {
            service.cti.note_error("AGENT_TASKS_RESP", UNASKED, cx);
            return Turn::None;
        };
        match answer.status {
            ArmStatus::SUCCESS => self.keep_cut_off_settings(&agent, mrd, service, cx),
            // The agent PG knows the agent as signed out.
            status if arm_stat::is_agent_gone(status) => {
                service.change_media(&agent, mrd, cx, media::sign_out);
            }
            status => return begin_again(status, service, cx),
        }
        // Tasks that the agent brought from another node are recovered here (task-routing E16).
        for task in &answer.flt_task_id {
            if !service.dialogs.has(*task) && !self.tasks.values().any(|asked| asked == task) {
                self.ask_task(mrd, *task, service, cx);
            }
        }
        self.go_on(service, cx);
        Turn::None
    }

    /// How a task stands that was asked for.
    pub(crate) fn on_snapshot(
        &mut self,
        answer: &SnapshotTaskResp,
        service: &mut Service,
        cx: &mut Cx<'_>,
    ) -> Turn {
        let Some(task) = self.tasks.remove(&answer.invoke_id) else {
            service.cti.note_error("SNAPSHOT_TASK_RESP", UNASKED, cx);
            return Turn::None;
        };
        match answer.status {
            ArmStatus::SUCCESS => {
                let seen = Snapshot::from(answer);
                seen.learn(service, cx);
                seen.tell(service, cx);
            }
            // The agent PG lost the task, and CCP hears nothing of it (task-routing E18).
            status if arm_stat::is_task_gone(status) => {
                service.drop_task(task, Disposition::TASK_ENDED_DURING_APPLICATION_INIT, cx);
            }
            status => return begin_again(status, service, cx),
        }
        self.go_on(service, cx);
        Turn::None
    }

    /// How a user stands in the voice domain who was asked for. Reasons are not told (finesse-nonvoice 2.2).
    pub(crate) fn on_user_answer(
        &mut self,
        answer: &QueryAgentStateConf,
        service: &mut Service,
        cx: &mut Cx<'_>,
    ) {
        let Some(agent) = self.users.remove(&answer.invoke_id) else {
            return service.cti.note_error("QUERY_AGENT_STATE_CONF", UNASKED, cx);
        };
        // A state of calls counts as signed out: users of the lab have no calls.
        let state = UserState::of_agent(answer.agent_state.or_unknown());
        let extension = Text::or_empty(answer.agent_extension.as_ref());
        let is_changed = service.follow_voice(
            &agent,
            state.unwrap_or(UserState::Logout),
            ReasonReport::Nothing,
            &extension,
            cx,
        );
        let user = &service.users.user(&agent).shown;
        let done = self.take_done(&agent, |change| voice::is_in_state(user, change));
        let reason = done.as_ref().and_then(|ask| voice::reason_of_sign_out(&ask.change));
        if is_changed || done.is_some() {
            service.publish_user(&agent, done.map(|ask| ask.request_id).unwrap_or_default(), cx);
        }
        self.signed_out.extend(reason.map(|reason| (agent, reason)));
        self.go_on(service, cx);
    }

    /// `FAILURE_RESP`: its code says whether what a question was about is gone. None if it was no question.
    pub(crate) fn on_question_refused(
        &mut self,
        invoke_id: InvokeId,
        status: ArmStatus,
        service: &mut Service,
        cx: &mut Cx<'_>,
    ) -> Option<Turn> {
        // A server that knows no BEGIN is asked all the same (inferred).
        if self.begun == Some(invoke_id) {
            self.on_init_ready(service, cx);
            return Some(Turn::None);
        }
        if self.members.contains_key(&invoke_id) {
            let answer = AgentTasksResp { invoke_id, status, ..AgentTasksResp::default() };
            return Some(self.on_agent_tasks(&answer, service, cx));
        }
        let answer = SnapshotTaskResp { invoke_id, status, ..SnapshotTaskResp::default() };
        self.tasks.contains_key(&invoke_id).then(|| self.on_snapshot(&answer, service, cx))
    }

    /// `FAILURE_CONF`: the server could not take a question at all. None if it was no question.
    pub(crate) fn on_question_failed(
        &mut self,
        invoke_id: InvokeId,
        status: CtiStatus,
        service: &mut Service,
        cx: &mut Cx<'_>,
    ) -> Option<Turn> {
        if self.begun == Some(invoke_id) {
            self.on_init_ready(service, cx);
            return Some(Turn::None);
        }
        let is_asked = self.members.remove(&invoke_id).is_some()
            || self.tasks.remove(&invoke_id).is_some()
            || self.users.remove(&invoke_id).is_some();
        is_asked.then(|| begin_again(status, service, cx))
    }

    /// Enters service once everything is answered.
    fn go_on(&mut self, service: &mut Service, cx: &mut Cx<'_>) {
        // Desktops see nothing of the node until every task and user is known (finesse-nonvoice 5).
        let is_answered =
            self.begun.is_none() && self.members.is_empty() && self.tasks.is_empty() && self.users.is_empty();
        if !service.cti.is_initialising() || !is_answered {
            return;
        }
        // Tasks of which the server has not heard by then end (task-routing E19).
        let application_path_id = service.cti.application_path();
        service.cti.send(cx, |invoke_id| EndAgentInitInd {
            invoke_id,
            application_path_id,
            ..EndAgentInitInd::default()
        });
        self.enter_service(service, cx);
    }

    /// What is different is published before the requests that were cut off are judged by it. What waited for the CTI
    /// server follows: sign-outs from the media of users who signed out (finesse-nonvoice 2.2), ends of transferred tasks
    /// (task-routing S5), and sign-outs of users who are away (E5).
    fn enter_service(&mut self, service: &mut Service, cx: &mut Cx<'_>) {
        cx.cancel(Timer::Initialising.key(0));
        service.cti.enter_service();
        cx.note(FinesseFact::Service { in_service: true }.into());
        service.publish_system(cx);
        service.publisher.publish_held(&service.config, cx);
        for ask in std::mem::take(&mut self.cut_off) {
            judge_cut_off(&ask, service, cx);
        }
        for (agent, reason) in std::mem::take(&mut self.signed_out) {
            service.sign_out_of_media(&agent, reason, cx);
        }
        service.end_all_transferred(cx);
        for agent in service.absences.take_overdue() {
            service.sign_out_absent(&agent, cx);
        }
    }

    /// A request about a user's voice state that was cut off, and that `is_done` knows to have come about: it waits no
    /// more.
    fn take_done(&mut self, agent: &AgentId, is_done: impl Fn(&UserChange) -> bool) -> Option<Ask> {
        let found = self.cut_off.iter().position(|ask| match &ask.change {
            Change::User(about, change) => about == agent && is_done(change),
            Change::Media(..) | Change::Dialog(..) => false,
        })?;
        Some(self.cut_off.remove(found))
    }

    /// A sign-in whose confirmation was lost took effect: what it set counts.
    fn keep_cut_off_settings(&self, agent: &AgentId, mrd: MrdId, service: &mut Service, cx: &mut Cx<'_>) {
        let settings = self.cut_off.iter().find_map(|ask| match &ask.change {
            Change::Media(about, member, MediaChange::SignIn(settings))
                if (about, *member) == (agent, mrd) =>
            {
                Some(*settings)
            }
            Change::Media(..) | Change::Dialog(..) | Change::User(..) => None,
        });
        if let Some(settings) = settings {
            service.change_media(agent, mrd, cx, |media| media::apply(media, settings));
        }
    }

    /// Agents in domains who signed in at this node, or were about to.
    fn own_members(&self, service: &Service) -> BTreeSet<(AgentId, MrdId)> {
        let own = service.users.iter().flat_map(|user| user.media.values());
        // Only the node of the sign-in knows the limit (finesse-nonvoice 2.3).
        let own = own.filter(|media| media.max_dialog_limit.is_some());
        let mut members: BTreeSet<_> = own.map(|media| (media.agent.clone(), media.mrd)).collect();
        members.extend(self.cut_off.iter().filter_map(|ask| match &ask.change {
            // Nobody is signed in to the voice domain by a media (finesse-nonvoice 4.6).
            Change::Media(agent, mrd, MediaChange::SignIn(_)) if *mrd != MrdId::VOICE => {
                Some((agent.clone(), *mrd))
            }
            Change::Media(..) | Change::Dialog(..) | Change::User(..) => None,
        }));
        members
    }

    /// Users who are signed in, and those about whom a request was cut off.
    fn own_users(&self, service: &Service) -> BTreeSet<AgentId> {
        let signed_in = service.users.iter().filter(|user| user.shown.state != UserState::Logout);
        let mut users: BTreeSet<_> = signed_in.map(|user| user.shown.id.clone()).collect();
        users.extend(self.cut_off.iter().filter_map(|ask| match &ask.change {
            Change::User(agent, _) => Some(agent.clone()),
            Change::Media(..) | Change::Dialog(..) => None,
        }));
        users
    }

    fn ask_task(&mut self, mrd: MrdId, task: TaskId, service: &mut Service, cx: &mut Cx<'_>) {
        let asked = service.cti.send(cx, |invoke_id| SnapshotTaskReq {
            invoke_id,
            mrd_id: mrd,
            task_id: task,
            ..SnapshotTaskReq::default()
        });
        self.tasks.extend(asked.map(|invoke_id| (invoke_id, task)));
    }
}

/// The server refused a question, and said nothing of whom it was about: nothing is lost by that. A node that is not
/// in service begins anew, since it cannot serve without the answer.
fn begin_again(status: impl Display, service: &mut Service, cx: &mut Cx<'_>) -> Turn {
    service.cti.note_error("CTI", format!("a question was refused with {status}"), cx);
    if service.cti.is_initialising() {
        return service.cti.on(SessionEvent::HangUp(CloseReason::Refused), cx);
    }
    Turn::None
}

/// What a request asked for has come about, or it failed: it is not repeated, since its sender may have given up. Of a
/// sign-out that Finesse made by itself there is no sender, and nobody else would ask for it again (task-routing E5,
/// finesse-nonvoice 2.2).
fn judge_cut_off(ask: &Ask, service: &mut Service, cx: &mut Cx<'_>) {
    let is_done = match &ask.change {
        Change::Media(agent, mrd, change) => {
            let media = service.users.user(agent).media.get(mrd);
            media.is_some_and(|media| media::is_done(change, true, media, false))
        }
        Change::Dialog(task, change) => {
            // Nobody sees how a request about a dialog ends that is gone.
            let Some(open) = service.dialogs.get(*task) else {
                return cx.over_meanwhile("dialog of a request that was cut off");
            };
            // CCP took the task before the link was gone, and its end follows (task-routing S5).
            let is_taken = open.is_transferred && matches!(change, DialogChange::Transfer(_));
            is_taken || action::leads_to(change, open.dialog.state)
        }
        // One that has come about was taken out when its user's state was learnt.
        Change::User(..) => false,
    };
    if is_done {
        return;
    }
    if let Some(agent) = ask.forced() {
        return service.absences.sign_out_later(agent.clone());
    }
    if let Change::Media(_, _, MediaChange::SignOutWithUser(_)) = &ask.change {
        return service.submit(ask.clone(), cx);
    }
    let id = ask.request_id.clone();
    service.publish_error(&ask.target(), id, |mrd| arm_stat::unconfirmed(&ask.change, mrd), cx);
}
