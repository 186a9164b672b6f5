//! The voice state of users: the agent PG has it, and Finesse asks for changes and tells what it hears
//! (finesse-nonvoice 2.2; cti-server-protocol 7).

use crate::{
    arm_stat,
    cti::CtiClient,
    request::{Ask, Change, MediaChange, Target, UserChange},
    service::Service,
    user::ReasonReport,
};
use cce_cti::{AgentStateEvent, ControlFailureConf, ForcedFlag, SetAgentStateReq};
use cce_kernel::Cx;
use cce_model::{
    AgentId, AgentState, EventReason, InvokeId, MrdId, Object, OnDisconnect, PublishEvent, ReasonCategory,
    User, UserSignOut, UserState,
};
use cce_wire::Text;

/// Asks the CTI server for a user's voice state, and returns the request's invoke id.
pub(crate) fn send(
    user: &User,
    change: &UserChange,
    cti: &mut CtiClient,
    cx: &mut Cx<'_>,
) -> Option<InvokeId> {
    let (state, event_reason_code, forced_flag) = match change {
        // A sign-in of somebody who is signed in succeeds, and keeps the state (finesse-nonvoice 2.2).
        UserChange::SignIn { .. } => (AgentState::Login, EventReason::NONE, ForcedFlag::FORCED),
        // The agent PG judges these: LOGOUT is accepted from NOT_READY only (finesse-nonvoice 2.2).
        UserChange::State(to, reason) => (to.agent_state(), *reason, ForcedFlag::UNFORCED),
        // A user who is gone cannot become not ready first (finesse-nonvoice 5).
        UserChange::ForcedSignOut(_) => {
            (AgentState::Logout, EventReason::FORCED_SIGN_OUT, ForcedFlag::FORCED)
        }
    };
    let instrument = match change {
        UserChange::SignIn { extension } => extension,
        UserChange::State(..) | UserChange::ForcedSignOut(_) => &user.extension,
    };
    let peripheral_id = cti.peripheral();
    cti.send(cx, |invoke_id| SetAgentStateReq {
        invoke_id,
        peripheral_id,
        agent_state: state.into(),
        event_reason_code,
        forced_flag,
        agent_instrument: (!instrument.is_empty()).then(|| Text::new(instrument)),
        agent_id: Some(Text::new(user.id.as_str())),
        ..SetAgentStateReq::default()
    })
}

/// Whether a user is as a request wants, for the reason that it gives.
pub(crate) fn is_shown_by(user: &User, change: &UserChange) -> bool {
    let code = user.reason.as_ref().map_or(EventReason::NONE, |reason| reason.code);
    is_in_state(user, change)
        && match change {
            UserChange::State(UserState::NotReady, reason) => code == *reason,
            UserChange::State(UserState::Logout | UserState::Ready, _)
            | UserChange::SignIn { .. }
            | UserChange::ForcedSignOut(_) => true,
        }
}

/// The same whatever the reason is.
pub(crate) fn is_in_state(user: &User, change: &UserChange) -> bool {
    match change {
        UserChange::SignIn { extension } => user.state != UserState::Logout && user.extension == *extension,
        UserChange::State(to, _) => user.state == *to,
        UserChange::ForcedSignOut(OnDisconnect::Logout) => user.state == UserState::Logout,
        // The agent PG decides what becomes of the user (finesse-nonvoice 5).
        UserChange::ForcedSignOut(OnDisconnect::NotReady) => user.state != UserState::Ready,
    }
}

/// For which reason a user asked to be signed out; none of any other request.
pub(crate) const fn reason_of_sign_out(change: &Change) -> Option<EventReason> {
    if let Change::User(_, UserChange::State(UserState::Logout, reason)) = change {
        Some(*reason)
    } else {
        None
    }
}

/// Users and their voice states.
impl Service {
    /// An agent's voice state, which a request may have led to.
    pub(crate) fn on_voice_state(&mut self, event: &AgentStateEvent, cx: &mut Cx<'_>) {
        // The peripheral may have agents who are no users here: a client hears of them all the same.
        let Some(agent) = self.users.of(event.icm_agent_id).cloned() else { return };
        // The state is one of calls, which users of the lab do not have.
        let Some(to) = UserState::of_agent(event.agent_state.or_unknown()) else { return };
        let extension = Text::or_empty(event.agent_extension.as_ref());
        let reason = self.model.reason_of_code(ReasonCategory::NotReady, event.event_reason_code);
        let told = ReasonReport::Reason(reason.cloned());
        let is_changed = self.follow_voice(&agent, to, told, &extension, cx);
        let target = Target::User(agent.clone());
        let user = &self.users.user(&agent).shown;
        let led = self.requests.pending(&target).filter(
            |pending| matches!(&pending.ask.change, Change::User(_, change) if is_shown_by(user, change)),
        );
        let request_id = led.map(|pending| pending.ask.request_id.clone());
        let is_over = led.is_some_and(|pending| pending.answered);
        let signed_out = led.and_then(|pending| reason_of_sign_out(&pending.ask.change));
        if is_changed || request_id.is_some() {
            self.publish_user(&agent, request_id.unwrap_or_default(), cx);
        }
        if let Some(reason) = signed_out {
            self.sign_out_of_media(&agent, reason, cx);
        }
        // The response and the state come in either order (inferred).
        if is_over {
            self.settle(&target, cx);
        }
    }

    /// The user has signed out, and where the lab says so, that signs out of every media, each as its sign-in said
    /// (finesse-nonvoice 2.2; that the voice state goes first is inferred: where it is refused, the user stays signed in
    /// everywhere).
    pub(crate) fn sign_out_of_media(&mut self, agent: &AgentId, reason: EventReason, cx: &mut Cx<'_>) {
        if self.config.user_sign_out == UserSignOut::Voice {
            return;
        }
        let media: Vec<MrdId> = self.users.user(agent).signed_in_media().map(|media| media.mrd).collect();
        for mrd in media {
            let change = Change::Media(agent.clone(), mrd, MediaChange::SignOutWithUser(reason));
            self.submit(Ask { request_id: String::new(), change }, cx);
        }
    }

    /// The peripheral refuses a change of a voice state.
    pub(crate) fn on_voice_refused(&mut self, failure: &ControlFailureConf, cx: &mut Cx<'_>) {
        // Only users' requests are answered by it.
        let Some(target @ Target::User(agent)) = &self.requests.by_invoke_id(failure.invoke_id) else {
            return cx.over_meanwhile("request that is answered");
        };
        let ask = self.end_wait(target, cx);
        let error = Object::UserError(arm_stat::refused_voice(failure));
        self.publish_answer(agent, PublishEvent::Put, ask.request_id, error, cx);
        self.advance(target, cx);
    }

    /// Follows the agent PG; returns whether the user looks different now.
    pub(crate) fn follow_voice(
        &mut self,
        agent: &AgentId,
        to: UserState,
        told: ReasonReport,
        extension: &str,
        cx: &mut Cx<'_>,
    ) -> bool {
        let user = self.users.user_mut(agent);
        let moved = user.follow_voice(to, told, extension, cx);
        // Who is signed in nowhere is not missed.
        if moved.is_signed_out && !user.is_anywhere() {
            self.absences.end(agent, cx);
        }
        moved.is_changed
    }

    /// Whether a user is signed in, or about to be.
    pub(crate) fn is_user_signed_in(&self, agent: &AgentId) -> bool {
        self.users.user(agent).shown.state != UserState::Logout || self.asked_extension(agent).is_some()
    }

    /// Where a user is signed in, or about to be; empty for nowhere.
    pub(crate) fn extension_of(&self, agent: &AgentId) -> String {
        let known = Some(self.users.user(agent).shown.extension.as_str());
        let known = known.filter(|extension| !extension.is_empty());
        known.or_else(|| self.asked_extension(agent)).unwrap_or_default().to_owned()
    }

    fn asked_extension(&self, agent: &AgentId) -> Option<&str> {
        self.requests.asked(&Target::User(agent.clone())).find_map(Change::extension)
    }
}
