//! Agents in media routing domains: requests to the CTI server, and the states that it reports.

use crate::{
    Finesse, arm_stat,
    line::Pending,
    request::{Change, Settings, Target},
    user::{desk, desk_mut},
};
use cce_cti::{
    AgentStateEvent, MakeAgentNotReadyReq, MakeAgentNotRoutableReq, MakeAgentReadyInd, MakeAgentRoutableInd,
    MediaLoginReq, MediaLogoutInd,
};
use cce_kernel::Cx;
use cce_model::{
    AgentId, AgentState, DialogState, Disposition, InterruptAction, LogoutAction, Media, Mrd, MrdId, Object,
    PublishEvent, ReasonCategory, ReasonCode, SkillTarget,
};
use cce_wire::Text;

/// `AgentMode` of an agent whom the router may give tasks.
const ROUTABLE: u16 = 1;

/// An agent in a domain before any sign-in.
pub(crate) fn signed_out(agent: &AgentId, mrd: &Mrd) -> Media {
    Media {
        agent: agent.clone(),
        mrd: mrd.id,
        name: mrd.name.clone(),
        description: mrd.description.clone(),
        interruptible: mrd.interruptible,
        max_dialog_limit: None,
        interrupt_action: InterruptAction::default(),
        logout_action: LogoutAction::default(),
        routable: false,
        reason: None,
        state: AgentState::Logout,
        changed: None,
    }
}

impl Finesse {
    /// Sends a media request, and returns its invoke id; none when there is nothing to change.
    pub(crate) fn send_media(
        &mut self,
        agent: &AgentId,
        mrd: MrdId,
        change: &Change,
        cx: &mut Cx<'_>,
    ) -> Option<u32> {
        let instrument = self.extension_of(agent);
        let desk = self.desks.get_mut(agent)?;
        let is_to_be_not_routable = desk.not_routable_next.contains(&mrd);
        if matches!(change, Change::Ready | Change::Routable(true)) {
            desk.not_routable_next.remove(&mrd);
        }
        let media = desk.media.get(&mrd)?;
        let mrd_id = mrd.0;
        let icm_agent_id = desk.user.skill_target.0;
        match *change {
            Change::SignIn(settings) => self.cti.send(cx, |invoke_id| MediaLoginReq {
                invoke_id,
                mrd_id,
                icm_agent_id,
                max_task_limit: settings.max_dialog_limit,
                make_routable: true,
                agent_instrument: Some(Text::new(&instrument)),
                ..MediaLoginReq::default()
            }),
            // READY from READY is ignored silently (finesse-nonvoice 2.4).
            Change::Ready if is_ready(media) && !is_to_be_not_routable => None,
            Change::Ready => self.cti.send(cx, |invoke_id| MakeAgentReadyInd {
                invoke_id,
                mrd_id,
                icm_agent_id,
                make_routable: true,
                ..MakeAgentReadyInd::default()
            }),
            Change::NotReady(reason) => self.cti.send(cx, |invoke_id| MakeAgentNotReadyReq {
                invoke_id,
                mrd_id,
                icm_agent_id,
                reason_code: reason,
                ..MakeAgentNotReadyReq::default()
            }),
            Change::SignOut(reason) => {
                let disposition = logout_disposition(media.logout_action).0;
                self.cti.send(cx, |invoke_id| MediaLogoutInd {
                    invoke_id,
                    mrd_id,
                    icm_agent_id,
                    reason_code: reason,
                    flt_icm_disp: Some(disposition),
                    flt_app_disp: Some(disposition),
                    ..MediaLogoutInd::default()
                })
            }
            // Ignored silently, as READY from READY is (inferred).
            Change::Routable(wanted)
                if wanted == media.routable && is_signed_in(media) && !is_to_be_not_routable =>
            {
                None
            }
            Change::Routable(true) => {
                let max_tasks = media.max_dialog_limit.unwrap_or(1);
                self.cti.send(cx, |invoke_id| MakeAgentRoutableInd {
                    invoke_id,
                    mrd_id,
                    icm_agent_id,
                    max_tasks,
                    ..MakeAgentRoutableInd::default()
                })
            }
            Change::Routable(false) => self.cti.send(cx, |invoke_id| MakeAgentNotRoutableReq {
                invoke_id,
                mrd_id,
                icm_agent_id,
                ..MakeAgentNotRoutableReq::default()
            }),
            Change::Act(_) | Change::UpdateCallData(_) | Change::Transfer(_) | Change::User(_) => None,
        }
    }

    pub(crate) fn on_agent_state(&mut self, event: &AgentStateEvent, cx: &mut Cx<'_>) {
        // The peripheral may have agents who are no users here.
        let Some(agent) = self.agent_of(SkillTarget(event.icm_agent_id)) else { return };
        let mrd = MrdId(event.mrd_id);
        if mrd == MrdId::VOICE {
            return self.on_voice_state(&agent, event, cx);
        }
        let state = AgentState::of_number(event.agent_state);
        self.follow_interrupt(&agent, mrd, state, cx);
        let reason = self.reason_of(event);
        self.change_media(&agent, mrd, cx, |media| {
            media.state = state;
            media.routable = event.agent_mode == ROUTABLE;
            media.reason = reason;
            if media.state == AgentState::Logout {
                forget_settings(media);
            }
        });
        self.settle_media(&agent, mrd, cx);
    }

    /// Why an agent is not ready. Who is signed out has no reason, whatever it was given for (finesse-nonvoice 2.3).
    pub(crate) fn reason_of(&self, event: &AgentStateEvent) -> Option<ReasonCode> {
        let is_signed_out = AgentState::of_number(event.agent_state) == AgentState::Logout;
        let category = ReasonCategory::NotReady;
        self.model.reason_of_code(category, event.event_reason_code).filter(|_| !is_signed_out).cloned()
    }

    /// The response to a media request, or the refusal of any request.
    pub(crate) fn on_response(&mut self, invoke_id: u32, status: u32, cx: &mut Cx<'_>) {
        let Some(target) = self.lines.find(invoke_id) else {
            return self.on_late_response(invoke_id, status, cx);
        };
        if let (Target::Media(agent, mrd), Some(change)) =
            (&target, self.lines.pending(&target).map(|p| p.ask.change.clone()))
        {
            self.keep_settings(agent, *mrd, &change, status, cx);
        }
        if status != 0 {
            return self.refuse(&target, |mrd| arm_stat::refused(status, mrd), cx);
        }
        self.lines.answered(&target);
        if let Target::Media(agent, mrd) = target {
            self.note_not_routable_next(&agent, mrd);
            self.settle_media(&agent, mrd, cx);
        }
    }

    /// A sign-in that was given up is confirmed after all: what it set counts.
    fn on_late_response(&mut self, invoke_id: u32, status: u32, cx: &mut Cx<'_>) {
        if let Some((agent, mrd, settings)) = self.late.remove(&invoke_id) {
            self.keep_settings(&agent, mrd, &Change::SignIn(settings), status, cx);
        }
    }

    /// Changes what is known of an agent in a domain, and publishes it when it shows.
    pub(crate) fn change_media(
        &mut self,
        agent: &AgentId,
        mrd: MrdId,
        cx: &mut Cx<'_>,
        change: impl FnOnce(&mut Media),
    ) {
        let desk = desk_mut(&mut self.desks, agent);
        // A domain that the user has no media of.
        let Some(media) = desk.media.get_mut(&mrd) else { return };
        let before = media.clone();
        change(media);
        if !media.routable {
            desk.not_routable_next.remove(&mrd);
        }
        if *media == before {
            return;
        }
        if media.state != before.state {
            media.changed = Some(cx.wall());
        }
        let after = Object::Media(Box::new(media.clone()));
        self.publish(agent, PublishEvent::Put, after, cx);
    }

    /// A sign-in sets the media's settings, even when the agent is signed in already (finesse-nonvoice 2.4).
    fn keep_settings(&mut self, agent: &AgentId, mrd: MrdId, change: &Change, status: u32, cx: &mut Cx<'_>) {
        // Nothing else has settings.
        let &Change::SignIn(settings) = change else { return };
        let media = desk_mut(&mut self.desks, agent).media.get_mut(&mrd);
        let media = media.expect("who signs in to a media has it");
        match status {
            // The agent state event that follows publishes them.
            0 if !is_signed_in(media) => apply(media, settings),
            0 => self.change_media(agent, mrd, cx, |media| apply(media, settings)),
            arm_stat::ALREADY_LOGGED_IN => {
                let was_elsewhere = media.max_dialog_limit.is_none();
                self.change_media(agent, mrd, cx, |media| apply(media, settings));
                // The agent comes from another node, or from an earlier life of this one (task-routing E16).
                if was_elsewhere {
                    self.ask_tasks_of(agent.clone(), mrd, cx);
                }
            }
            _ => {}
        }
    }

    /// Ends the wait of a media request when what it asked for has come about.
    fn settle_media(&mut self, agent: &AgentId, mrd: MrdId, cx: &mut Cx<'_>) {
        let target = Target::Media(agent.clone(), mrd);
        // A domain that the user has no media of.
        let Some(media) = desk(&self.desks, agent).media.get(&mrd) else { return };
        let unstarted = self.has_unstarted(agent, mrd);
        let is_done = |pending: &Pending| is_done(&pending.ask.change, pending.answered, media, unstarted);
        if self.lines.pending(&target).is_some_and(is_done) {
            self.settle(&target, cx);
        }
    }

    /// The CTI server confirmed that the agent is to be not routable. That takes effect once every task has begun
    /// (finesse-nonvoice 2.4); until then it can be taken back.
    fn note_not_routable_next(&mut self, agent: &AgentId, mrd: MrdId) {
        let pending = self.lines.pending(&Target::Media(agent.clone(), mrd));
        // Something else was confirmed.
        let Some(Change::Routable(false)) = pending.map(|pending| &pending.ask.change) else { return };
        let desk = desk_mut(&mut self.desks, agent);
        if desk.media.get(&mrd).is_some_and(|media| media.routable) {
            desk.not_routable_next.insert(mrd);
        }
    }

    fn has_unstarted(&self, agent: &AgentId, mrd: MrdId) -> bool {
        self.dialogs_of(agent, Some(mrd))
            .any(|dialog| matches!(dialog.state, DialogState::Offered | DialogState::Accepted))
    }
}

/// Whether the agent is signed in to the domain on this node.
fn is_signed_in(media: &Media) -> bool {
    !matches!(media.state, AgentState::Logout | AgentState::WorkNotReady)
}

/// Whether the agent is ready and routable.
fn is_ready(media: &Media) -> bool {
    is_signed_in(media) && media.state != AgentState::NotReady && media.routable
}

/// Whether a request has led to what it asked for. A request that has a response waits for that and for the
/// state; routable=false is confirmed by the response alone while it takes effect only later.
pub(crate) fn is_done(change: &Change, is_answered: bool, media: &Media, unstarted: bool) -> bool {
    match change {
        Change::SignIn(_) => is_answered && is_signed_in(media),
        Change::Ready => is_ready(media),
        Change::NotReady(_) => is_answered && media.state == AgentState::NotReady,
        Change::SignOut(_) => media.state == AgentState::Logout,
        Change::Routable(true) => media.routable,
        Change::Routable(false) => is_answered && (!media.routable || unstarted),
        Change::Act(_) | Change::UpdateCallData(_) | Change::Transfer(_) | Change::User(_) => true,
    }
}

/// How tasks end at sign-out.
fn logout_disposition(action: LogoutAction) -> Disposition {
    match action {
        LogoutAction::Close => Disposition::AGENT_LOGGED_OUT,
        LogoutAction::Transfer => Disposition::TRANSFERRED_ON_LOGOUT,
    }
}

/// The agent is signed out, which nobody reported.
pub(crate) fn sign_out(media: &mut Media) {
    media.state = AgentState::Logout;
    media.routable = false;
    forget_settings(media);
}

/// Settings are of one sign-in: who is signed out has none (finesse-nonvoice 2.3).
fn forget_settings(media: &mut Media) {
    media.max_dialog_limit = None;
    media.interrupt_action = InterruptAction::default();
    media.logout_action = LogoutAction::default();
}

pub(crate) fn apply(media: &mut Media, settings: Settings) {
    media.max_dialog_limit = Some(settings.max_dialog_limit);
    media.interrupt_action = settings.interrupt_action;
    media.logout_action = settings.logout_action;
}
