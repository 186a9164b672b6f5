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
//!
//! What becomes of tasks (the order of the messages is inferred):
//! - One that ended meanwhile is told again by the server, ahead of its snapshot: its dialog goes by its disposition.
//! - One that the server does not know was lost with it: its dialog goes with 51, and CCP hears nothing (E18).
//! - One that CCP took back from its agent meanwhile ends when the node is in service (S5).
//! - One that ended while no node heard of it is told with its context: CCP hears how it went, whoever asked for it.
//! - So is one whose end was sent into a session that was given up soon behind it. A node that heard of it all the same
//!   passes it over.
//! - One that was offered before this node began cannot be accepted any more; it rings out, and is routed anew (E16).

use crate::{
    Finesse, arm_stat,
    dialog::{OpenDialog, Reserved},
    media::{apply, is_done},
    request::{Ask, Change, Target, UserChange},
    timer::{Timer, confirmation},
    user::desk,
};
use cce_cti::{
    AgentTasksResp, BeginAgentInitInd, EndAgentInitInd, GetAgentTasksReq, QueryAgentStateConf,
    QueryAgentStateReq, SnapshotTaskEvent, SnapshotTaskReq, SnapshotTaskResp, TaskInitInd,
};
use cce_kernel::{CloseReason, Cx};
use cce_model::{
    AgentId, AgentState, CallVariableDisplay, DialogState, Disposition, MrdId, Object, PublishEvent,
    SkillTarget, TaskId, TaskState, UserState, fact::FinesseFact,
};
use cce_wire::Text;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

/// How long the CTI server may take to answer everything (inferred).
pub(crate) const INIT_TIMEOUT: Duration = Duration::from_secs(30);

/// What is wrong with an answer that nothing waits for.
const UNASKED: &str = "nothing was asked under that invoke id";

/// Tasks whose ends are remembered; of more, the oldest are forgotten.
const HEARD_MAX: usize = 10_000;

/// Tasks of whose end the node has heard, the oldest first. The server tells again of an end that the link may have lost.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    tasks: BTreeSet<TaskId>,
    oldest: VecDeque<TaskId>,
}

impl Heard {
    pub(crate) fn insert(&mut self, task: TaskId) {
        if self.tasks.insert(task) {
            self.oldest.push_back(task);
        }
        if self.oldest.len() > HEARD_MAX
            && let Some(oldest) = self.oldest.pop_front()
        {
            self.tasks.remove(&oldest);
        }
    }

    fn contains(&self, task: TaskId) -> bool {
        self.tasks.contains(&task)
    }
}

/// What the node has asked the CTI server for, and what it keeps until it is in service.
#[derive(Debug, Default)]
pub(crate) struct Recovery {
    /// Invoke id of the `BEGIN_AGENT_INIT_IND` that is not answered.
    begun: Option<u32>,
    /// Agents in domains whose tasks are asked for, by invoke id.
    places: BTreeMap<u32, (AgentId, MrdId)>,
    /// Tasks that are asked for, by invoke id.
    tasks: BTreeMap<u32, TaskId>,
    /// Users whose voice states are asked for, by invoke id.
    users: BTreeMap<u32, AgentId>,
    /// Requests that were under way or waited when the session ended, in order.
    cut_off: Vec<(Target, Ask)>,
    /// Users whose absence ended while nobody could be signed out.
    overdue: BTreeSet<AgentId>,
    /// Tasks that are over for this node.
    pub(crate) heard: Heard,
}

impl Recovery {
    /// Nothing that was asked in a session is answered after its end.
    fn forget_questions(&mut self) {
        self.begun = None;
        self.places.clear();
        self.tasks.clear();
        self.users.clear();
    }

    fn is_answered(&self) -> bool {
        self.begun.is_none() && self.places.is_empty() && self.tasks.is_empty() && self.users.is_empty()
    }

    /// A request about a user's voice state that was cut off, and that `is_done` knows to have come about: it waits no
    /// more. Returns the request's id.
    pub(crate) fn take_done(
        &mut self,
        agent: &AgentId,
        is_done: impl Fn(&UserChange) -> bool,
    ) -> Option<String> {
        let is_it = |(target, ask): &(Target, Ask)| match (target, &ask.change) {
            (Target::User(about), Change::User(change)) => about == agent && is_done(change),
            (Target::User(_) | Target::Media(..) | Target::Dialog(_), _) => false,
        };
        let found = self.cut_off.iter().position(is_it)?;
        Some(self.cut_off.remove(found).1.request_id)
    }

    /// A user is to be signed out once the CTI server can be asked.
    pub(crate) fn sign_out_later(&mut self, agent: AgentId) {
        self.overdue.insert(agent);
    }

    /// The user is back.
    pub(crate) fn on_present(&mut self, agent: &AgentId) {
        self.overdue.remove(agent);
    }
}

/// What a snapshot says of a task, whichever message it came in.
struct Snapshot {
    task: TaskId,
    skill_target: SkillTarget,
    mrd: MrdId,
    state: u16,
    reserved: Reserved,
}

macro_rules! snapshot {
    ($message:expr) => {{
        let m = $message;
        Snapshot {
            task: m.task_id,
            skill_target: SkillTarget(m.icm_agent_id),
            mrd: MrdId(m.mrd_id),
            state: m.task_state,
            reserved: Reserved {
                dialed_number: text(m.script_selector.as_ref()),
                contact: text(m.application_string2.as_ref()),
                queue_number: None,
                skill_group: m.skill_group_id,
                service: m.service_id,
                call_variables: crate::dialog::call_variables(
                    cce_wire::call_variables!(m),
                    &m.named_variable,
                ),
            },
        }
    }};
}

impl Finesse {
    /// The session is gone: what the node knows stays as it is, and what it asked for has no outcome.
    pub(crate) fn leave_service(&mut self, cx: &mut Cx<'_>) {
        cx.note(FinesseFact::Service { in_service: false }.into());
        self.publish_system(cx);
        self.late.clear();
        for (target, pending, waiting) in self.lines.take_all() {
            if let Some(pending) = &pending {
                cx.cancel(confirmation(pending.invoke_id));
            }
            let asks = pending.map(|pending| pending.ask).into_iter().chain(waiting);
            self.recovery.cut_off.extend(asks.map(|ask| (target.clone(), ask)));
        }
    }

    /// Nothing that was asked in the old session will be answered.
    pub(crate) fn forget_questions(&mut self) {
        self.recovery.forget_questions();
    }

    /// The session is open: the node learns anew what became of its agents and tasks, if it has any.
    pub(crate) fn initialise(&mut self, cx: &mut Cx<'_>) {
        if self.own_places().is_empty() && self.known_tasks().is_empty() && self.own_users().is_empty() {
            return self.enter_service(cx);
        }
        let application_path_id = self.application_path();
        self.recovery.begun = self.cti.send(cx, |invoke_id| BeginAgentInitInd {
            invoke_id,
            application_path_id,
            ..BeginAgentInitInd::default()
        });
        cx.arm(Timer::Initialising.key(0), INIT_TIMEOUT);
    }

    /// The server takes what the node has to tell.
    pub(crate) fn on_init_ready(&mut self, cx: &mut Cx<'_>) {
        if self.recovery.begun.take().is_none() {
            return;
        }
        for agent in self.own_users() {
            self.ask_user(agent, cx);
        }
        for (agent, mrd) in self.own_places() {
            self.ask_tasks_of(agent, mrd, cx);
        }
        for (mrd, task) in self.known_tasks() {
            self.ask_task(mrd, task, cx);
        }
        self.go_on(cx);
    }

    /// Asks for the tasks of an agent, who with that has a client again.
    pub(crate) fn ask_tasks_of(&mut self, agent: AgentId, mrd: MrdId, cx: &mut Cx<'_>) {
        let icm_agent_id = desk(&self.desks, &agent).user.skill_target.0;
        let asked = self.cti.send(cx, |invoke_id| GetAgentTasksReq {
            invoke_id,
            mrd_id: mrd.0,
            icm_agent_id,
            ..GetAgentTasksReq::default()
        });
        self.recovery.places.extend(asked.map(|invoke_id| (invoke_id, (agent, mrd))));
    }

    /// The tasks of an agent, or that the agent is not signed in any more.
    pub(crate) fn on_agent_tasks(&mut self, answer: &AgentTasksResp, cx: &mut Cx<'_>) {
        let Some((agent, mrd)) = self.recovery.places.remove(&answer.invoke_id) else {
            return self.note_cti_error("AGENT_TASKS_RESP", UNASKED.to_owned(), cx);
        };
        match answer.status {
            0 => self.keep_cut_off_settings(&agent, mrd, cx),
            status if arm_stat::is_agent_gone(status) => self.lose_media(&agent, mrd, cx),
            status => return self.begin_again(status, cx),
        }
        for task in &answer.flt_task_id {
            if !self.is_known(*task) {
                self.ask_task(mrd, *task, cx);
            }
        }
        self.go_on(cx);
    }

    /// How a task stands that was asked for.
    pub(crate) fn on_snapshot(&mut self, answer: &SnapshotTaskResp, cx: &mut Cx<'_>) {
        let Some(task) = self.recovery.tasks.remove(&answer.invoke_id) else {
            return self.note_cti_error("SNAPSHOT_TASK_RESP", UNASKED.to_owned(), cx);
        };
        match answer.status {
            0 => {
                let seen = snapshot!(answer);
                self.learn(&seen, cx);
                self.tell_task(&seen, cx);
            }
            status if arm_stat::is_task_gone(status) => self.lose_task(task, cx),
            status => return self.begin_again(status, cx),
        }
        self.go_on(cx);
    }

    /// How a user stands in the voice domain who was asked for.
    pub(crate) fn on_user_answer(&mut self, answer: &QueryAgentStateConf, cx: &mut Cx<'_>) {
        let Some(agent) = self.recovery.users.remove(&answer.invoke_id) else {
            return self.note_cti_error("QUERY_AGENT_STATE_CONF", UNASKED.to_owned(), cx);
        };
        let state = UserState::of_agent(AgentState::of_number(answer.agent_state));
        self.learn_user(
            &agent,
            state.unwrap_or(UserState::Logout),
            &text(answer.agent_extension.as_ref()),
            cx,
        );
        self.go_on(cx);
    }

    /// The server refused a question, and said nothing of whom it was about: nothing is lost by that. A node that is not
    /// in service begins anew, since it cannot serve without the answer.
    fn begin_again(&mut self, status: u32, cx: &mut Cx<'_>) {
        self.note_cti_error("CTI", format!("a question was refused with {status}"), cx);
        if self.cti.is_initialising() {
            self.drop_cti(CloseReason::Refused, cx);
        }
    }

    /// How a task stands whose agent has no client, or a task that ended meanwhile.
    pub(crate) fn on_snapshot_event(&mut self, event: &SnapshotTaskEvent, cx: &mut Cx<'_>) {
        let seen = snapshot!(event);
        if TaskState::of_number(seen.state) == Some(TaskState::Ended) {
            return self.expect_end(seen, cx);
        }
        self.learn(&seen, cx);
    }

    /// A task ended while nobody could hear of it, or the link may have lost its end, which follows. Nobody sees a dialog of
    /// a task that this node does not know, but CCP is to hear how the task went (task-routing E16, E19): once.
    fn expect_end(&mut self, seen: Snapshot, cx: &mut Cx<'_>) {
        let Snapshot { task, skill_target, mrd, reserved, .. } = seen;
        let is_known = self.dialogs.contains_key(&task) || self.ringing.contains_key(&task);
        if is_known || self.recovery.heard.contains(task) {
            return;
        }
        match self.reserved((task, skill_target, mrd), reserved, cx.wall()) {
            Ok(open) => drop(self.ringing.insert(task, open)),
            Err(detail) => self.note_cti_error("SNAPSHOT_TASK_EVENT", detail, cx),
        }
    }

    /// `FAILURE_RESP`: its code says whether what a question was about is gone. Returns whether it was a question.
    pub(crate) fn on_question_refused(&mut self, invoke_id: u32, status: u32, cx: &mut Cx<'_>) -> bool {
        if self.recovery.begun == Some(invoke_id) {
            self.on_init_ready(cx);
            return true;
        }
        if self.recovery.places.contains_key(&invoke_id) {
            self.on_agent_tasks(&AgentTasksResp { invoke_id, status, ..AgentTasksResp::default() }, cx);
            return true;
        }
        let is_asked = self.recovery.tasks.contains_key(&invoke_id);
        if is_asked {
            self.on_snapshot(&SnapshotTaskResp { invoke_id, status, ..SnapshotTaskResp::default() }, cx);
        }
        is_asked
    }

    /// `FAILURE_CONF`: the server could not take a question at all. Returns whether it was one.
    pub(crate) fn on_question_failed(&mut self, invoke_id: u32, status: u32, cx: &mut Cx<'_>) -> bool {
        if self.recovery.begun == Some(invoke_id) {
            self.on_init_ready(cx);
            return true;
        }
        let is_asked = self.recovery.places.remove(&invoke_id).is_some()
            || self.recovery.tasks.remove(&invoke_id).is_some()
            || self.recovery.users.remove(&invoke_id).is_some();
        if is_asked {
            self.begin_again(status, cx);
        }
        is_asked
    }

    /// Enters service once everything is answered.
    fn go_on(&mut self, cx: &mut Cx<'_>) {
        if !self.cti.is_initialising() || !self.recovery.is_answered() {
            return;
        }
        let application_path_id = self.application_path();
        self.cti.send(cx, |invoke_id| EndAgentInitInd {
            invoke_id,
            application_path_id,
            ..EndAgentInitInd::default()
        });
        self.enter_service(cx);
    }

    fn enter_service(&mut self, cx: &mut Cx<'_>) {
        cx.cancel(Timer::Initialising.key(0));
        self.cti.enter_service();
        cx.note(FinesseFact::Service { in_service: true }.into());
        self.publish_system(cx);
        self.publish_held(cx);
        for (target, ask) in std::mem::take(&mut self.recovery.cut_off) {
            self.judge_cut_off(&target, ask, cx);
        }
        self.end_all_transferred(cx);
        for agent in std::mem::take(&mut self.recovery.overdue) {
            self.sign_out_absent(&agent, cx);
        }
    }

    /// What a request asked for has come about, or it failed: it is not repeated, since its sender may have given up.
    fn judge_cut_off(&mut self, target: &Target, ask: Ask, cx: &mut Cx<'_>) {
        match target {
            Target::Media(agent, mrd) => {
                let media = self.desks.get(agent).and_then(|desk| desk.media.get(mrd));
                if media.is_some_and(|media| is_done(&ask.change, true, media, false)) {
                    return;
                }
                // Nobody else would ask for it again (task-routing E5).
                if ask.is_forced() {
                    return self.recovery.sign_out_later(agent.clone());
                }
                let error = Object::MediaError(arm_stat::unconfirmed(&ask.change, *mrd));
                self.publish_answer(agent, PublishEvent::Put, ask.request_id, error, cx);
            }
            Target::Dialog(task) => self.judge_cut_off_action(*task, ask, cx),
            // One that has come about was taken out when its user's state was learnt.
            Target::User(agent) if ask.is_forced() => self.recovery.sign_out_later(agent.clone()),
            Target::User(agent) => {
                let error = Object::UserError(arm_stat::unconfirmed(&ask.change, MrdId::VOICE).into());
                self.publish_answer(agent, PublishEvent::Put, ask.request_id, error, cx);
            }
        }
    }

    fn judge_cut_off_action(&mut self, task: TaskId, ask: Ask, cx: &mut Cx<'_>) {
        // Over meanwhile: nobody sees how a request about a dialog ends that is gone.
        let Some(open) = self.dialogs.get(&task) else { return };
        let dialog = open.dialog.clone();
        let is_taken = open.is_transferred && matches!(ask.change, Change::Transfer(_));
        if !is_taken && !crate::dialog::leads_to(&ask.change, dialog.state) {
            let error = arm_stat::unconfirmed(&ask.change, dialog.mrd);
            self.publish_dialog_error(&dialog, ask.request_id, error, cx);
        }
    }

    /// A sign-in whose confirmation was lost took effect: what it set counts.
    fn keep_cut_off_settings(&mut self, agent: &AgentId, mrd: MrdId, cx: &mut Cx<'_>) {
        let target = Target::Media(agent.clone(), mrd);
        let settings = self.recovery.cut_off.iter().find_map(|(about, ask)| match &ask.change {
            Change::SignIn(settings) if *about == target => Some(*settings),
            Change::SignIn(_)
            | Change::Ready
            | Change::NotReady(_)
            | Change::SignOut(_)
            | Change::Routable(_)
            | Change::Act(_)
            | Change::UpdateCallData(_)
            | Change::Transfer(_)
            | Change::User(_) => None,
        });
        if let Some(settings) = settings {
            self.change_media(agent, mrd, cx, |media| apply(media, settings));
        }
    }

    /// Agents in domains who signed in at this node, or were about to.
    fn own_places(&self) -> BTreeSet<(AgentId, MrdId)> {
        let own = self.desks.values().flat_map(|desk| desk.media.values());
        let own = own.filter(|media| media.max_dialog_limit.is_some());
        let mut places: BTreeSet<_> = own.map(|media| (media.agent.clone(), media.mrd)).collect();
        places.extend(self.recovery.cut_off.iter().filter_map(|(target, ask)| match (target, &ask.change) {
            (Target::Media(agent, mrd), Change::SignIn(_)) => Some((agent.clone(), *mrd)),
            (Target::Media(..) | Target::Dialog(_) | Target::User(_), _) => None,
        }));
        places
    }

    /// Users who are signed in, and those about whom a request was cut off.
    fn own_users(&self) -> BTreeSet<AgentId> {
        let signed_in = self.desks.values().filter(|desk| desk.user.state != UserState::Logout);
        let mut users: BTreeSet<_> = signed_in.map(|desk| desk.user.id.clone()).collect();
        users.extend(self.recovery.cut_off.iter().filter_map(|(target, _)| match target {
            Target::User(agent) => Some(agent.clone()),
            Target::Media(..) | Target::Dialog(_) => None,
        }));
        users
    }

    fn ask_user(&mut self, agent: AgentId, cx: &mut Cx<'_>) {
        let icm_agent_id = desk(&self.desks, &agent).user.skill_target.0;
        let peripheral_id = self.config.peripheral;
        let asked = self.cti.send(cx, |invoke_id| QueryAgentStateReq {
            invoke_id,
            peripheral_id,
            mrd_id: MrdId::VOICE.0,
            icm_agent_id,
            ..QueryAgentStateReq::default()
        });
        self.recovery.users.extend(asked.map(|invoke_id| (invoke_id, agent)));
    }

    /// Tasks that the node knows of, each with its domain.
    fn known_tasks(&self) -> Vec<(MrdId, TaskId)> {
        let known = self.dialogs.values().chain(self.ringing.values());
        known.map(|open| (open.dialog.mrd, open.dialog.id)).collect()
    }

    fn is_known(&self, task: TaskId) -> bool {
        self.dialogs.contains_key(&task)
            || self.ringing.contains_key(&task)
            || self.recovery.tasks.values().any(|asked| *asked == task)
    }

    fn ask_task(&mut self, mrd: MrdId, task: TaskId, cx: &mut Cx<'_>) {
        let asked = self.cti.send(cx, |invoke_id| SnapshotTaskReq {
            invoke_id,
            mrd_id: mrd.0,
            task_id: task,
            ..SnapshotTaskReq::default()
        });
        self.recovery.tasks.extend(asked.map(|invoke_id| (invoke_id, task)));
    }

    /// The agent PG knows the agent as signed out.
    fn lose_media(&mut self, agent: &AgentId, mrd: MrdId, cx: &mut Cx<'_>) {
        self.change_media(agent, mrd, cx, crate::media::sign_out);
    }

    /// The agent PG does not know the task (task-routing E18).
    fn lose_task(&mut self, task: TaskId, cx: &mut Cx<'_>) {
        self.recovery.heard.insert(task);
        self.ringing.remove(&task);
        if let Some(open) = self.remove_dialog(task, Disposition::ENDED_DURING_INIT, cx) {
            self.drop_requests(&open.dialog, cx);
        }
    }

    /// A task stands like that; the server says by itself how one ended.
    fn learn(&mut self, seen: &Snapshot, cx: &mut Cx<'_>) {
        // How a task ended, the server tells by itself.
        let Some(state) = dialog_state(seen.state) else { return };
        let is_own = self.is_signed_in_here(seen.skill_target, seen.mrd);
        if let Some(open) = self.dialogs.get(&seen.task) {
            // What was recovered from an interrupt is unknown until it closes (task-routing 1.3, E16).
            if ![state, DialogState::Unknown].contains(&open.dialog.state) {
                self.on_dialog_state(seen.task, state, cx);
            }
            self.learn_call_variables(seen.task, &seen.reserved.call_variables, cx);
        } else if !self.ringing.contains_key(&seen.task) {
            self.take_in(seen, state, is_own, cx);
        }
    }

    /// Somebody else may have changed the call variables while the link was away.
    fn learn_call_variables(&mut self, task: TaskId, variables: &[(String, String)], cx: &mut Cx<'_>) {
        let is_shown = self.config.call_variables == CallVariableDisplay::Shown;
        // Over meanwhile, or another node's.
        let Some(open) = self.dialogs.get_mut(&task) else { return };
        if !is_shown || open.dialog.call_variables == variables {
            return;
        }
        open.dialog.call_variables = variables.to_vec();
        let dialog = open.dialog.clone();
        let agent = dialog.agent.clone();
        self.publish(&agent, PublishEvent::Put, Object::Dialog(Box::new(dialog)), cx);
    }

    /// A task of which this node had no dialog.
    fn take_in(&mut self, seen: &Snapshot, state: DialogState, is_own: bool, cx: &mut Cx<'_>) {
        let Snapshot { task, skill_target, mrd, ref reserved, .. } = *seen;
        let open = match self.reserved((task, skill_target, mrd), reserved.clone(), cx.wall()) {
            Ok(open) => open,
            Err(detail) => return self.note_cti_error("SNAPSHOT_TASK", detail, cx),
        };
        if state == DialogState::Offered && !is_own {
            self.ringing.insert(task, open);
        } else {
            self.begin(OpenDialog::in_state(open, state), cx);
        }
    }

    /// The client says how a live task of its agent stands, so that it stays (task-routing E19).
    fn tell_task(&mut self, seen: &Snapshot, cx: &mut Cx<'_>) {
        let Snapshot { task, skill_target, mrd, state, ref reserved } = *seen;
        let is_live = dialog_state(state).is_some();
        if !is_live || !self.cti.is_initialising() || !self.is_signed_in_here(skill_target, mrd) {
            return;
        }
        self.cti.send(cx, |invoke_id| TaskInitInd {
            invoke_id,
            mrd_id: mrd.0,
            icm_agent_id: skill_target.0,
            task_id: task,
            task_state: state,
            arm_skill_group_id: reserved.skill_group,
            arm_service_id: reserved.service,
            ..TaskInitInd::default()
        });
    }

    fn is_signed_in_here(&self, skill_target: SkillTarget, mrd: MrdId) -> bool {
        let desk = self.agent_of(skill_target).and_then(|agent| self.desks.get(&agent));
        let media = desk.and_then(|desk| desk.media.get(&mrd));
        media.is_some_and(|media| media.max_dialog_limit.is_some() && media.state != AgentState::Logout)
    }

    /// `ApplicationPathID`: the lab has one path, which is the peripheral's (inferred).
    fn application_path(&self) -> i32 {
        self.config.peripheral.cast_signed()
    }
}

/// The state of a live task's dialog.
fn dialog_state(task_state: u16) -> Option<DialogState> {
    match TaskState::of_number(task_state)? {
        TaskState::PreCall => Some(DialogState::Offered),
        TaskState::Offered => Some(DialogState::Accepted),
        TaskState::Active => Some(DialogState::Active),
        TaskState::Paused => Some(DialogState::Paused),
        TaskState::WrapUp => Some(DialogState::WrappingUp),
        TaskState::Interrupted => Some(DialogState::Interrupted),
        TaskState::Ended => None,
    }
}

fn text<const MAX: usize>(field: Option<&Text<MAX>>) -> String {
    field.map(ToString::to_string).unwrap_or_default()
}
