//! What a node does for its desktops while requests, reports and answers come in: each thing that happens is told here
//! in one place, with the states that it moves, the event that it publishes, and the request that it ends.
//!
//! At most one request about an object is unconfirmed at the CTI server; the others wait (finesse-nonvoice 1.4).

use crate::{
    Config, action, arm_stat,
    ccp::{CcpClient, TransferAnswer},
    cti::{CtiClient, VERSION},
    dialog::{Dialogs, OpenDialog, ReservedTask, call_variables, withdrawn},
    interrupt::{Interrupts, Work},
    media,
    nodes::nodes,
    presence::Absences,
    publish::Publisher,
    request::{Ask, Change, DialogChange, MediaChange, Target, UserChange},
    request_queue::{Pending, RequestQueues},
    timer::confirmation,
    user::Users,
    voice,
};
use cce_cti::{
    AgentInterruptAdvisoryEvent, AgentInterruptDoneAdvisoryEvent, AgentMadeNotRoutableEvent,
    AgentPreCallAbortEvent, AgentPreCallEvent, AgentStateEvent, ArmStatus, CtiStatus, EndTaskEvent,
    TaskDataUpdateEvent,
};
use cce_kernel::{CallError, CallId, Cx, Response};
use cce_model::{
    AgentId, AgentState, ApiError, CallVariableDisplay, Dialog, DialogState, Disposition, EventReason,
    InvokeId, Media, MrdId, Object, ObjectModel, OnDisconnect, Publication, PublishEvent, ReasonCategory,
    SkillTarget, TaskId, UserState, fact::FinesseFact,
};
use cce_xml::finesse::SystemInfo;
use std::sync::Arc;

/// Users and their dialogs, the requests about them, and whom the node talks to.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) model: Arc<ObjectModel>,
    pub(crate) config: Config,
    pub(crate) cti: CtiClient,
    pub(crate) users: Users,
    pub(crate) dialogs: Dialogs,
    pub(crate) requests: RequestQueues,
    pub(crate) absences: Absences,
    pub(crate) interrupts: Interrupts,
    pub(crate) publisher: Publisher,
    pub(crate) ccp: CcpClient,
}

impl Service {
    /// Nobody is signed in, and the node is out of service until the CTI server answers.
    pub(crate) fn new(model: Arc<ObjectModel>, config: Config) -> Self {
        Self {
            cti: CtiClient::new(&config),
            users: Users::new(&model),
            dialogs: Dialogs::default(),
            requests: RequestQueues::default(),
            absences: Absences::default(),
            interrupts: Interrupts::default(),
            publisher: Publisher::new(Arc::new(nodes(&model)), &config),
            ccp: CcpClient::default(),
            model,
            config,
        }
    }

    /// Teams and domains of users stay as desktops saw them.
    pub(crate) fn reconfigure(&mut self, model: Arc<ObjectModel>, config: Config) {
        self.users.reconfigure(&model);
        self.cti.reconfigure(&config);
        self.publisher.streams.set_nodes(&Arc::new(nodes(&model)));
        (self.model, self.config) = (model, config);
    }
}

/// What desktops are told.
impl Service {
    /// Publishes a change. The events of media and dialogs never repeat a request's id (finesse-nonvoice 1.5).
    fn publish(&mut self, agent: &AgentId, event: PublishEvent, object: Object, cx: &mut Cx<'_>) {
        self.publish_answer(agent, event, String::new(), object, cx);
    }

    /// Publishes what a request led to, under the request's id.
    pub(crate) fn publish_answer(
        &mut self,
        agent: &AgentId,
        event: PublishEvent,
        request_id: String,
        object: Object,
        cx: &mut Cx<'_>,
    ) {
        let publication =
            Publication { agent: agent.clone(), event, request_id, object, form: self.config.event_form };
        self.publisher.publish(publication, self.cti.is_in_service(), &self.config, cx);
    }

    /// Publishes that a request failed.
    pub(crate) fn publish_error(
        &mut self,
        target: &Target,
        request_id: String,
        error: impl FnOnce(MrdId) -> ApiError,
        cx: &mut Cx<'_>,
    ) {
        let (agent, object) = match target {
            Target::Media(agent, mrd) => (agent.clone(), Object::MediaError(error(*mrd))),
            Target::User(agent) => (agent.clone(), Object::UserError(error(MrdId::VOICE).into())),
            Target::Dialog(task) => {
                let dialog = &self.open(*task).dialog;
                (dialog.agent.clone(), Object::DialogError { dialog: *task, error: error(dialog.mrd) })
            }
        };
        self.publish_answer(&agent, PublishEvent::Put, request_id, object, cx);
    }

    /// Publishes a user, under the id of the request that led to it, if one did.
    pub(crate) fn publish_user(&mut self, agent: &AgentId, request_id: String, cx: &mut Cx<'_>) {
        let shown = Object::User(Box::new(self.users.user(agent).shown.clone()));
        self.publish_answer(agent, PublishEvent::Put, request_id, shown, cx);
    }

    /// Publishes a dialog that changed.
    pub(crate) fn publish_dialog(&mut self, dialog: Dialog, cx: &mut Cx<'_>) {
        let agent = dialog.agent.clone();
        self.publish(&agent, PublishEvent::Put, Object::Dialog(Box::new(dialog)), cx);
    }

    /// Tells every client whether the node is in service (finesse-nonvoice 5).
    pub(crate) fn publish_system(&mut self, cx: &mut Cx<'_>) {
        let update = cce_xml::system_update(&self.system_info(cx));
        self.publisher.publish_system(&update, &self.config, cx);
    }

    /// The node's state, as clients see it.
    pub(crate) fn system_info(&self, cx: &Cx<'_>) -> SystemInfo {
        SystemInfo {
            fqdn: self.config.fqdn.clone(),
            now: cx.wall(),
            status: self.cti.system_status(),
            last_heartbeat: self.cti.last_heartbeat(),
            cti_servers: self.cti.servers(&self.config.cti_hosts, cx.now()),
            secondary: self.config.secondary.clone(),
            cti_version: VERSION,
            heartbeat_seconds: self.config.heartbeat.as_secs(),
            peripheral: self.config.peripheral,
            timezone_minutes: cx.clock().zone_minutes,
        }
    }
}

/// Requests that were answered with 202.
impl Service {
    /// Takes a request in behind the others about the same object.
    pub(crate) fn submit(&mut self, ask: Ask, cx: &mut Cx<'_>) {
        let target = ask.target();
        self.requests.push(ask);
        self.advance(&target, cx);
    }

    /// Sends what waits for an object, until something awaits its confirmation.
    pub(crate) fn advance(&mut self, target: &Target, cx: &mut Cx<'_>) {
        while let Some(ask) = self.requests.next(target) {
            let sent = match &ask.change {
                Change::Media(agent, mrd, change) => {
                    let extension = self.extension_of(agent);
                    let member = (self.users.user_mut(agent), *mrd);
                    media::send(change, member, &extension, &mut self.cti, cx)
                }
                Change::Dialog(task, change) => self.send_action(*task, change, &ask.request_id, cx),
                Change::User(agent, change) => self.send_user(agent, change, &ask.request_id, cx),
            };
            if let Some(invoke_id) = sent {
                // A transfer waits for CCP, as long as the call to it may take (finesse-nonvoice 2.6).
                if !ask.is_transfer() {
                    cx.arm(confirmation(invoke_id), self.config.confirmation_timeout);
                }
                self.requests.begin(Pending { invoke_id, ask, answered: false });
            }
        }
    }

    /// Sends a dialog request, and returns its invoke id; none when the dialog allows it no more.
    fn send_action(
        &mut self,
        task: TaskId,
        change: &DialogChange,
        request_id: &str,
        cx: &mut Cx<'_>,
    ) -> Option<InvokeId> {
        let open = self.dialogs.get_mut(task).expect("the requests about a dialog end with it");
        let action = change.action();
        if !open.dialog.state.actions().contains(&action) {
            let error = action::not_allowed(&open.dialog, action);
            self.publish_error(&Target::Dialog(task), request_id.to_owned(), |_| error, cx);
            return None;
        }
        match change {
            DialogChange::UpdateCallData(data) => {
                if let Some(reason) = &data.wrap_up_reason {
                    open.wrap_up_reason = Some(reason.clone());
                }
                action::send_call_data(open, data, &mut self.cti, cx)
            }
            // CCP decides first; the number only names the wait (task-routing S5).
            DialogChange::Transfer(selector) => {
                self.ccp.transfer(open, selector, &self.config, cx);
                Some(self.cti.next_invoke_id())
            }
            DialogChange::Move(action) => action::send(open, *action, &mut self.cti, cx),
        }
    }

    /// Sends a request about a user's voice state, and returns its invoke id; none when there is nothing to change. Who
    /// signs in where they are signed in is shown as they are (finesse-nonvoice 2.2); a state that somebody is in already
    /// is passed over (inferred).
    fn send_user(
        &mut self,
        agent: &AgentId,
        change: &UserChange,
        request_id: &str,
        cx: &mut Cx<'_>,
    ) -> Option<InvokeId> {
        let user = &self.users.user(agent).shown;
        // Somebody signed out cannot sign out: the agent PG says so.
        let is_sign_out = matches!(change, UserChange::State(UserState::Logout, _));
        // Who is not ready already is so for another reason.
        let is_disconnect = matches!(change, UserChange::ForcedSignOut(OnDisconnect::NotReady))
            && user.state == UserState::NotReady;
        if is_sign_out || is_disconnect || !voice::is_shown_by(user, change) {
            return voice::send(user, change, &mut self.cti, cx);
        }
        if matches!(change, UserChange::SignIn { .. }) {
            self.publish_user(agent, request_id.to_owned(), cx);
        }
        None
    }

    /// The request of an object is confirmed: the next one goes.
    pub(crate) fn settle(&mut self, target: &Target, cx: &mut Cx<'_>) {
        self.end_wait(target, cx);
        self.advance(target, cx);
    }

    /// The CTI server refused the pending request of an object.
    pub(crate) fn refuse(&mut self, target: &Target, error: impl FnOnce(MrdId) -> ApiError, cx: &mut Cx<'_>) {
        let ask = self.end_wait(target, cx);
        self.publish_error(target, ask.request_id, error, cx);
        self.advance(target, cx);
    }

    /// The CTI server could not take the pending request of an object at all.
    pub(crate) fn on_failed(&mut self, target: &Target, status: CtiStatus, cx: &mut Cx<'_>) {
        let asked = self.requests.pending(target).map(|pending| &pending.ask.change);
        // A change of which every variable is rejected yields no event at all (finesse-nonvoice 2.6).
        if matches!(asked, Some(Change::Dialog(_, DialogChange::UpdateCallData(_))))
            && arm_stat::is_about_variables(status)
        {
            return self.settle(target, cx);
        }
        self.refuse(target, |mrd| arm_stat::failed(status, mrd), cx);
    }

    /// Takes out the pending request of an object, which is over one way or the other.
    pub(crate) fn end_wait(&mut self, target: &Target, cx: &mut Cx<'_>) -> Ask {
        let pending = self.requests.take_pending(target).expect("what is over was pending");
        cx.cancel(confirmation(pending.invoke_id));
        pending.ask
    }

    /// What a sign-in sets counts once it is confirmed, even when the agent is signed in already (finesse-nonvoice 2.4),
    /// and even when the client was told that it failed. Returns whom it was for if the agent comes from another node, or
    /// from an earlier life of this one.
    pub(crate) fn keep_settings(
        &mut self,
        invoke_id: InvokeId,
        status: ArmStatus,
        cx: &mut Cx<'_>,
    ) -> Option<(AgentId, MrdId)> {
        // Nothing else has settings.
        let (agent, mrd, settings) = self.requests.sign_in(invoke_id)?;
        // Only the voice domain has no media, and no sign-in to it is confirmed (finesse-nonvoice 4.6).
        let media = self.users.user_mut(&agent).media.get_mut(&mrd)?;
        match status {
            // The agent state event that follows publishes them.
            ArmStatus::SUCCESS if !media::is_signed_in(media) => media::apply(media, settings),
            ArmStatus::SUCCESS => self.change_media(&agent, mrd, cx, |media| media::apply(media, settings)),
            // Clients sign in again after a failover for this: error 1, and the settings are new
            // (finesse-nonvoice 2.4).
            ArmStatus::AGENT_ALREADY_LOGGED_IN => {
                let was_elsewhere = media.max_dialog_limit.is_none();
                self.change_media(&agent, mrd, cx, |media| media::apply(media, settings));
                return was_elsewhere.then_some((agent, mrd));
            }
            _ => {}
        }
        None
    }

    /// The response to a request, or its refusal.
    pub(crate) fn on_response(&mut self, invoke_id: InvokeId, status: ArmStatus, cx: &mut Cx<'_>) {
        // It was given up, or it answered an interrupt that is over.
        let Some(target) = self.requests.by_invoke_id(invoke_id) else {
            if let Some((agent, mrd)) = self.interrupts.on_refused(invoke_id) {
                self.dialogs.follow_interrupt(&agent, mrd, Work::GoesOn, cx);
            }
            return cx.over_meanwhile("request that is answered");
        };
        // The client has its 202, so that it hears of the refusal by a notification (finesse-nonvoice 2.4).
        if status != ArmStatus::SUCCESS {
            return self.refuse(&target, |mrd| arm_stat::refused(status, mrd), cx);
        }
        self.requests.mark_answered(&target);
        // What was asked of a dialog or a user has come about with its event.
        let Target::Media(agent, mrd) = &target else { return };
        let user = self.users.user_mut(agent);
        // It takes effect once every task has begun, and until then it can be taken back (finesse-nonvoice 2.4).
        let pending = self.requests.pending(&target).map(|pending| &pending.ask.change);
        if let Some(Change::Media(_, _, MediaChange::Routable(false))) = pending
            && user.media(*mrd).routable
        {
            user.not_routable_next.insert(*mrd);
        }
        self.settle_media(agent, *mrd, cx);
    }

    /// The CTI server did not confirm a request in time: the client hears of it, and later requests about the same
    /// object go on. What comes after that is an event like any other.
    pub(crate) fn on_unconfirmed(&mut self, invoke_id: InvokeId, cx: &mut Cx<'_>) {
        let target =
            self.requests.by_invoke_id(invoke_id).expect("the timer of a confirmation ends with the wait");
        let ask = self.requests.pending(&target).expect("it was found as pending").ask.clone();
        self.cti.note_error("CTI", format!("request {invoke_id} was not confirmed in time"), cx);
        if let Change::Media(agent, mrd, MediaChange::SignIn(settings)) = &ask.change {
            self.requests.remember_late(invoke_id, (agent.clone(), *mrd, *settings));
        }
        self.refuse(&target, |mrd| arm_stat::unconfirmed(&ask.change, mrd), cx);
        // Nobody else asks for it again: it is made again after the same while, unless the user is back by then.
        if let Some(agent) = ask.forced() {
            self.absences.begin(&self.users.user(agent).shown, self.config.presence_grace, cx);
        }
    }
}

/// Agents in domains.
impl Service {
    /// The agent PG reports how an agent stands in a domain.
    pub(crate) fn on_agent_state(&mut self, event: &AgentStateEvent, cx: &mut Cx<'_>) {
        let mrd = event.mrd_id;
        if mrd == MrdId::VOICE {
            return self.on_voice_state(event, cx);
        }
        let Some(agent) = self.user_in(event.icm_agent_id, mrd) else { return };
        let state = event.agent_state.or_unknown();
        self.follow_interrupt(&agent, mrd, state, cx);
        // Who is signed out has no reason, whatever it was given for (finesse-nonvoice 2.3).
        let reason = self.model.reason_of_code(ReasonCategory::NotReady, event.event_reason_code);
        let reason = reason.filter(|_| state != AgentState::Logout).cloned();
        let has_codes = self.model.reasons(ReasonCategory::NotReady).next().is_some();
        let report = media::MediaReason { reason, has_codes };
        self.change_media(&agent, mrd, cx, |media| media::follow(media, state, event.agent_mode, report));
        self.settle_media(&agent, mrd, cx);
    }

    /// The router may give the agent no tasks any more.
    pub(crate) fn on_made_not_routable(&mut self, event: &AgentMadeNotRoutableEvent, cx: &mut Cx<'_>) {
        let mrd = event.mrd_id;
        let Some(agent) = self.user_in(event.icm_agent_id, mrd) else { return };
        // RONA takes the agent out of routing and leaves the state alone
        // (finesse-nonvoice 5, task-routing E1).
        self.change_media(&agent, mrd, cx, |media| media.routable = false);
    }

    /// Work of another domain wants to interrupt (task-routing S6).
    pub(crate) fn on_interrupt_advisory(&mut self, event: &AgentInterruptAdvisoryEvent, cx: &mut Cx<'_>) {
        let mrd = event.mrd_id;
        let Some(agent) = self.user_in(event.icm_agent_id, mrd) else { return };
        // The sign-in's `interruptAction` answers for the agent (finesse-nonvoice 5).
        let chosen = self.users.user(&agent).media(mrd).interrupt_action;
        self.interrupts.answer(agent, event, chosen, &mut self.cti, cx);
    }

    /// The other work is over (task-routing S6).
    pub(crate) fn on_interrupt_done(&mut self, event: &AgentInterruptDoneAdvisoryEvent, cx: &mut Cx<'_>) {
        let Some(agent) = self.user_in(event.icm_agent_id, event.mrd_id) else { return };
        self.interrupts.go_on(agent, event, &mut self.cti, cx);
    }

    /// Dialogs stop or go on ahead of the media, so that whoever reads them because of it reads them right.
    fn follow_interrupt(&mut self, agent: &AgentId, mrd: MrdId, state: AgentState, cx: &mut Cx<'_>) {
        let Some(work) = self.interrupts.follow(agent, mrd, state) else { return };
        let is_told_by_media = self.users.user(agent).media(mrd).state != state;
        for dialog in self.dialogs.follow_interrupt(agent, mrd, work, cx) {
            // One that becomes UNKNOWN is published (finesse-nonvoice 2.6; inferred).
            if dialog.state == DialogState::Unknown || !is_told_by_media {
                self.publish_dialog(dialog, cx);
            }
        }
    }

    /// The user whom an event about a domain is about. None of the peripheral's agents who are no users here, and of domains
    /// that this node does not have: a client hears of them all the same.
    fn user_in(&self, skill_target: SkillTarget, mrd: MrdId) -> Option<AgentId> {
        let agent = self.users.of(skill_target)?;
        self.users.user(agent).media.contains_key(&mrd).then(|| agent.clone())
    }

    /// Changes what is known of an agent in a domain, and publishes it when it shows.
    pub(crate) fn change_media(
        &mut self,
        agent: &AgentId,
        mrd: MrdId,
        cx: &mut Cx<'_>,
        change: impl FnOnce(&mut Media),
    ) {
        if let Some(media) = self.users.user_mut(agent).change_media(mrd, cx.wall(), change) {
            self.publish(agent, PublishEvent::Put, Object::Media(Box::new(media)), cx);
        }
    }

    /// Ends the wait of a media request when what it asked for has come about.
    fn settle_media(&mut self, agent: &AgentId, mrd: MrdId, cx: &mut Cx<'_>) {
        let target = Target::Media(agent.clone(), mrd);
        // A CTI server that confirms a sign-in to the voice domain is wrong about it: nothing comes about.
        let Some(media) = self.users.user(agent).media.get(&mrd) else { return self.settle(&target, cx) };
        let unstarted = self
            .dialogs
            .of(agent, Some(mrd))
            .any(|dialog| matches!(dialog.state, DialogState::Offered | DialogState::Accepted));
        if let Some(Pending { ask: Ask { change: Change::Media(_, _, change), .. }, answered, .. }) =
            self.requests.pending(&target)
            && media::is_done(change, *answered, media, unstarted)
        {
            self.settle(&target, cx);
        }
    }
}

/// Users who are there, or not (finesse-nonvoice 5; task-routing E5).
impl Service {
    /// The user did not come back. While the CTI server cannot be asked, the sign-out waits.
    pub(crate) fn on_absence_over(&mut self, timer: u64, cx: &mut Cx<'_>) {
        let agent = self.absences.on_due(timer);
        // The user left Finesse first, and the last media behind it.
        if !self.users.user(&agent).is_anywhere() {
            return cx.over_meanwhile("sign-in of a user who is missed");
        }
        if self.cti.is_in_service() {
            self.sign_out_absent(&agent, cx);
        } else {
            self.absences.sign_out_later(agent);
        }
    }

    /// Signs out of every media, whose tasks end as the agent chose at the sign-in, then of Finesse. What comes of it, the
    /// agent PG decides (`on_agent_disconnect`).
    pub(crate) fn sign_out_absent(&mut self, agent: &AgentId, cx: &mut Cx<'_>) {
        cx.note(
            FinesseFact::ForcedSignOut { agent: agent.clone(), reason: EventReason::FORCED_SIGN_OUT }.into(),
        );
        let media = self.users.user(agent).signed_in_media();
        let on = self.config.on_agent_disconnect;
        let media =
            media.map(|media| Change::Media(agent.clone(), media.mrd, MediaChange::ForcedSignOut(on)));
        let user = Change::User(agent.clone(), UserChange::ForcedSignOut(on));
        for change in media.chain([user]).collect::<Vec<_>>() {
            self.submit(Ask { request_id: String::new(), change }, cx);
        }
    }
}

/// Dialogs.
impl Service {
    fn open(&self, task: TaskId) -> &OpenDialog {
        self.dialogs.get(task).unwrap_or_else(|| panic!("the dialog of {task} is open"))
    }

    /// The offered dialog of a task, or why it may not begin.
    pub(crate) fn offer(&self, reserved: ReservedTask, cx: &Cx<'_>) -> Result<OpenDialog, String> {
        self.dialogs.offer(reserved, (&self.users, &self.model), self.config.call_variables, cx.wall())
    }

    /// A reservation reached the agent: the dialog begins (task-routing S1).
    pub(crate) fn on_pre_call(&mut self, event: &AgentPreCallEvent, cx: &mut Cx<'_>) {
        let reserved = ReservedTask::of(event).ok_or_else(|| "no router call key".to_owned());
        match reserved.and_then(|reserved| self.offer(reserved, cx)) {
            Ok(open) => self.begin(open, cx),
            Err(detail) => self.cti.note_error("AGENT_PRE_CALL_EVENT", detail, cx),
        }
    }

    /// A dialog begins, or is recovered.
    pub(crate) fn begin(&mut self, open: OpenDialog, cx: &mut Cx<'_>) {
        let dialog = self.dialogs.begin(open, cx);
        let agent = dialog.agent.clone();
        self.publish(&agent, PublishEvent::Post, Object::Dialogs(Box::new(dialog)), cx);
    }

    /// A reservation was withdrawn. The message does not say how the task ended (inferred). The router withdrew it by
    /// itself: nobody needs to be told.
    pub(crate) fn on_pre_call_abort(&mut self, event: &AgentPreCallAbortEvent, cx: &mut Cx<'_>) {
        let Some(task) = withdrawn(event) else {
            return self.cti.note_error("AGENT_PRE_CALL_ABORT_EVENT", "it names no task", cx);
        };
        let state = self.dialogs.get(task).map(|open| open.dialog.state);
        // An offer that nobody accepted is 36, and one that was accepted 37 (task-routing 1.6).
        let how = if state == Some(DialogState::Offered) {
            Disposition::TASK_ABANDONED_BEFORE_OFFERED
        } else {
            Disposition::TASK_ABANDONED_WHILE_OFFERED
        };
        self.drop_task(task, how, cx);
    }

    /// A task event moved the dialog.
    pub(crate) fn on_dialog_state(&mut self, task: TaskId, state: DialogState, cx: &mut Cx<'_>) {
        let Some(dialog) = self.dialogs.follow(task, state, cx) else { return self.pass_over(task, cx) };
        self.publish_dialog(dialog, cx);
        // Actions are indications, which nothing but their event confirms (cti-server-protocol 4.4).
        let target = Target::Dialog(task);
        if let Some(Pending { ask: Ask { change: Change::Dialog(_, change), .. }, .. }) =
            self.requests.pending(&target)
            && action::leads_to(change, state)
        {
            self.settle(&target, cx);
        }
    }

    /// The call variables of a task changed: its dialog shows them (finesse-nonvoice 2.6).
    pub(crate) fn on_task_data(&mut self, event: &TaskDataUpdateEvent, cx: &mut Cx<'_>) {
        let Some(open) = self.dialogs.get_mut(event.task_id) else {
            return self.pass_over(event.task_id, cx);
        };
        if self.config.call_variables == CallVariableDisplay::Shown {
            open.dialog.call_variables =
                call_variables(cce_wire::call_variables!(event), &event.named_variable);
        }
        let dialog = open.dialog.clone();
        self.publish_dialog(dialog, cx);
        let target = Target::Dialog(event.task_id);
        let pending = self.requests.pending(&target).map(|pending| &pending.ask.change);
        if let Some(Change::Dialog(_, DialogChange::UpdateCallData(_))) = pending {
            self.settle(&target, cx);
        }
    }

    /// The task is over for this agent: the dialog goes, and CCP hears whether it is handled or to be routed anew
    /// (task-routing 1.6).
    pub(crate) fn on_end_task(&mut self, event: &EndTaskEvent, cx: &mut Cx<'_>) {
        let (task, how) = (event.task_id, event.icm_disposition);
        let ringing = self.dialogs.take_ringing(task);
        let Some(open) = ringing.or_else(|| self.close_dialog(task, how, cx)) else {
            return self.pass_over(task, cx);
        };
        // The server tells again of an end that the link may have lost: CCP hears of it once (task-routing E19).
        self.dialogs.hear_end(task);
        self.ccp.tell(&open, how, &self.config, cx);
        self.drop_requests(&open.dialog, cx);
    }

    /// The task is over, which CCP knows or need not hear.
    pub(crate) fn drop_task(&mut self, task: TaskId, how: Disposition, cx: &mut Cx<'_>) {
        let ringing = self.dialogs.take_ringing(task);
        match self.close_dialog(task, how, cx) {
            Some(open) => self.drop_requests(&open.dialog, cx),
            None if ringing.is_none() => self.pass_over(task, cx),
            // Nobody saw a dialog of it (task-routing E16).
            None => {}
        }
        self.dialogs.hear_end(task);
    }

    /// There is no dialog of a task. Every node hears of every task, so that it may be another node's.
    fn pass_over(&self, task: TaskId, cx: &mut Cx<'_>) {
        if self.dialogs.has_heard_end(task) {
            cx.over_meanwhile("task");
        }
    }

    /// Takes the dialog away from its agent.
    fn close_dialog(&mut self, task: TaskId, how: Disposition, cx: &mut Cx<'_>) -> Option<OpenDialog> {
        let open = self.dialogs.close(task, how, cx)?;
        let shown = Object::Dialogs(Box::new(open.dialog.clone()));
        self.publish(&open.dialog.agent, PublishEvent::Delete, shown, cx);
        Some(open)
    }

    /// Fails every request that the dialog did not outlive, but for the one that ended it.
    fn drop_requests(&mut self, dialog: &Dialog, cx: &mut Cx<'_>) {
        let (pending, waiting) = self.requests.remove(&Target::Dialog(dialog.id));
        if let Some(pending) = &pending {
            cx.cancel(confirmation(pending.invoke_id));
        }
        let unfinished = pending.map(|pending| pending.ask).filter(|ask| !action::ends(&ask.change));
        for Ask { request_id, .. } in unfinished.into_iter().chain(waiting) {
            let error = arm_stat::dialog_gone(dialog.id, dialog.mrd);
            let object = Object::DialogError { dialog: dialog.id, error };
            self.publish_answer(&dialog.agent, PublishEvent::Put, request_id, object, cx);
        }
    }

    /// CCP answered, maybe to a transfer. Only when it routes the task anew, the task ends for the agent; else the agent keeps
    /// it (task-routing S5, E13).
    pub(crate) fn on_ccp_reply(
        &mut self,
        call: CallId,
        result: &Result<Response, CallError>,
        cx: &mut Cx<'_>,
    ) {
        // CCP was only told of something.
        let answer = self.ccp.on_reply(call, result, &self.config, cx);
        let Some(TransferAnswer { task, is_taken }) = answer else { return };
        let target = Target::Dialog(task);
        if is_taken {
            // The task ended while CCP was asked, which has no need to hear how: it routes the task anew.
            let Some(open) = self.dialogs.note_transferred(task) else {
                return cx.over_meanwhile("task that CCP takes back");
            };
            // While the CTI server is away, the end waits for it.
            if self.cti.is_in_service() {
                let sent = action::send_end(open, Disposition::TASK_TRANSFER, &mut self.cti, cx);
                // From here on the CTI server confirms the request, which may be given up meanwhile.
                if let Some(invoke_id) = sent
                    && self.requests.sent_transfer(&target, invoke_id)
                {
                    cx.arm(confirmation(invoke_id), self.config.confirmation_timeout);
                }
            }
            return;
        }
        // The client was told that the link to the CTI server broke.
        let pending = self.requests.pending(&target).map(|pending| &pending.ask.change);
        let Some(Change::Dialog(_, DialogChange::Transfer(selector))) = pending else {
            return cx.over_meanwhile("transfer that CCP refuses");
        };
        let selector = selector.clone();
        self.refuse(&target, |media| arm_stat::not_transferred(&selector, media), cx);
    }

    /// Ends every task that CCP routes anew: the CTI server was away, or may not have heard of the end.
    pub(crate) fn end_all_transferred(&mut self, cx: &mut Cx<'_>) {
        for open in self.dialogs.iter().filter(|open| open.is_transferred) {
            action::send_end(open, Disposition::TASK_TRANSFER, &mut self.cti, cx);
        }
    }
}
