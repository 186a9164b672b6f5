//! The voice state of users: the agent PG has it, and Finesse asks for changes and tells what it hears
//! (finesse-nonvoice 2.2; cti-server-protocol 7).

use crate::{
    Finesse, arm_stat,
    request::{Ask, Change, Target, UserChange},
    timer::confirmation,
    user::{desk, desk_mut},
};
use cce_cti::{AgentStateEvent, ControlFailureConf, SetAgentStateReq};
use cce_kernel::{Cx, Fact};
use cce_model::{AgentId, AgentState, Object, PublishEvent, ReasonCategory, User, UserState};
use cce_wire::Text;

/// `ForcedFlag` of a change that the agent's state has to allow.
const UNFORCED: u8 = 0;
/// `ForcedFlag` of a change whatever the agent's state is.
const FORCED: u8 = 1;

impl Finesse {
    /// Asks the CTI server for a user's voice state, and returns the request's invoke id; none when there is nothing to
    /// change. Who signs in where they are signed in is shown as they are (finesse-nonvoice 2.2); a state that somebody
    /// is in already is passed over (inferred).
    pub(crate) fn send_user(&mut self, agent: &AgentId, ask: &Ask, cx: &mut Cx<'_>) -> Option<u32> {
        let Change::User(change) = &ask.change else { unreachable!("{:?} is about a user", ask.change) };
        let user = &desk(&self.desks, agent).user;
        // Somebody signed out cannot sign out: the agent PG says so.
        let is_sign_out = matches!(change, UserChange::State(UserState::Logout, _));
        if is_shown_by(user, change) && !is_sign_out {
            if matches!(change, UserChange::SignIn { .. }) {
                self.publish_user(agent, ask.request_id.clone(), cx);
            }
            return None;
        }
        let (state, reason, forced_flag) = match change {
            UserChange::SignIn { .. } => (AgentState::Login, 0, FORCED),
            UserChange::State(to, reason) => (to.agent_state(), *reason, UNFORCED),
            UserChange::ForcedSignOut(reason) => (AgentState::Logout, *reason, FORCED),
        };
        let instrument = match change {
            UserChange::SignIn { extension } => extension,
            UserChange::State(..) | UserChange::ForcedSignOut(_) => &user.extension,
        };
        let request = SetAgentStateReq {
            peripheral_id: self.config.peripheral,
            agent_state: state.number(),
            event_reason_code: reason,
            forced_flag,
            agent_instrument: (!instrument.is_empty()).then(|| Text::new(instrument)),
            agent_id: Some(Text::new(agent.as_str())),
            ..SetAgentStateReq::default()
        };
        self.cti.send(cx, |invoke_id| SetAgentStateReq { invoke_id, ..request })
    }

    /// An agent's voice state, which a request may have led to.
    pub(crate) fn on_voice_state(&mut self, agent: &AgentId, event: &AgentStateEvent, cx: &mut Cx<'_>) {
        // A state of calls, which a user of the lab has none of.
        let Some(to) = UserState::of_agent(AgentState::of_number(event.agent_state)) else { return };
        let extension = event.agent_extension.as_ref().map(ToString::to_string).unwrap_or_default();
        let changed = self.move_user(agent, to, Some(event.event_reason_code), &extension, cx);
        let target = Target::User(agent.clone());
        let desk = desk(&self.desks, agent);
        let pending = self.lines.pending(&target);
        let led = pending.filter(
            |pending| matches!(&pending.ask.change, Change::User(change) if is_shown_by(&desk.user, change)),
        );
        let request_id = led.map(|pending| pending.ask.request_id.clone());
        let is_over = led.is_some_and(|pending| pending.answered);
        if changed || request_id.is_some() {
            self.publish_user(agent, request_id.unwrap_or_default(), cx);
        }
        if is_over {
            self.settle(&target, cx);
        }
    }

    /// The peripheral refuses a change of a voice state.
    pub(crate) fn on_voice_refused(&mut self, failure: &ControlFailureConf, cx: &mut Cx<'_>) {
        // Only users' requests are answered by it; an answer to none is over meanwhile.
        let Some(target @ Target::User(agent)) = &self.lines.find(failure.invoke_id) else { return };
        let Some(pending) = self.lines.settle(target) else { return };
        cx.cancel(confirmation(pending.invoke_id));
        let error = Object::UserError(arm_stat::refused_voice(failure));
        self.publish_answer(agent, PublishEvent::Put, pending.ask.request_id, error, cx);
        self.advance(target, cx);
    }

    /// How a user stands after the session with the CTI server was away. Reasons are not told (finesse-nonvoice 2.2).
    pub(crate) fn learn_user(&mut self, agent: &AgentId, to: UserState, extension: &str, cx: &mut Cx<'_>) {
        let changed = self.move_user(agent, to, None, extension, cx);
        let desk = desk(&self.desks, agent);
        let request_id = self.recovery.take_done(agent, |change| is_in_state(&desk.user, change));
        if changed || request_id.is_some() {
            self.publish_user(agent, request_id.unwrap_or_default(), cx);
        }
    }

    /// Whether a user is signed in, or about to be.
    pub(crate) fn is_user_signed_in(&self, agent: &AgentId) -> bool {
        let is_signed_in = |user: &User| user.state != UserState::Logout;
        self.desks.get(agent).is_some_and(|desk| is_signed_in(&desk.user))
            || self.asked_extension(agent).is_some()
    }

    /// Where a user is signed in, or about to be; empty for nowhere.
    pub(crate) fn extension_of(&self, agent: &AgentId) -> String {
        let known = self.desks.get(agent).map(|desk| desk.user.extension.clone());
        let known = known.filter(|extension| !extension.is_empty());
        known.or_else(|| self.asked_extension(agent).map(str::to_owned)).unwrap_or_default()
    }

    fn asked_extension(&self, agent: &AgentId) -> Option<&str> {
        self.lines.asked(&Target::User(agent.clone())).find_map(|change| match change {
            Change::User(UserChange::SignIn { extension }) => Some(extension.as_str()),
            Change::User(UserChange::State(..) | UserChange::ForcedSignOut(_))
            | Change::SignIn(_)
            | Change::Ready
            | Change::NotReady(_)
            | Change::SignOut(_)
            | Change::Routable(_)
            | Change::Act(_)
            | Change::UpdateCallData(_)
            | Change::Transfer(_) => None,
        })
    }

    /// Follows the agent PG; returns whether the user looks different now. Who is signed out shows no reason, whatever it
    /// was given for (finesse-nonvoice 2.2). A reason that is not told stays with the state that it was given for.
    fn move_user(
        &mut self,
        agent: &AgentId,
        to: UserState,
        code: Option<u16>,
        extension: &str,
        cx: &mut Cx<'_>,
    ) -> bool {
        let told = code.and_then(|code| self.model.reason_of_code(ReasonCategory::NotReady, code)).cloned();
        let desk = desk_mut(&mut self.desks, agent);
        let user = &mut desk.user;
        let (from, before) = (user.state, user.clone());
        user.reason = if code.is_none() && from == to { user.reason.take() } else { told };
        if to != UserState::NotReady {
            user.reason = None;
        }
        user.extension = if to == UserState::Logout { String::new() } else { extension.to_owned() };
        user.state = to;
        if from != to {
            user.changed = Some(cx.wall());
            cx.note(Fact::User { agent: agent.clone(), from, to });
        }
        let is_changed = *user != before;
        if from != to && to == UserState::Logout {
            self.on_user_signed_out(agent, cx);
        }
        is_changed
    }

    fn publish_user(&mut self, agent: &AgentId, request_id: String, cx: &mut Cx<'_>) {
        let desk = desk(&self.desks, agent);
        let shown = Object::User(Box::new(desk.user.clone()));
        self.publish_answer(agent, PublishEvent::Put, request_id, shown, cx);
    }
}

/// Whether a user is as a request wants, for the reason that it gives.
fn is_shown_by(user: &User, change: &UserChange) -> bool {
    let code = user.reason.as_ref().map_or(0, |reason| reason.code);
    is_in_state(user, change)
        && match change {
            UserChange::State(UserState::NotReady, reason) => code == *reason,
            UserChange::State(UserState::Logout | UserState::Ready, _)
            | UserChange::SignIn { .. }
            | UserChange::ForcedSignOut(_) => true,
        }
}

/// The same whatever the reason is.
fn is_in_state(user: &User, change: &UserChange) -> bool {
    match change {
        UserChange::SignIn { extension } => user.state != UserState::Logout && user.extension == *extension,
        UserChange::State(to, _) => user.state == *to,
        UserChange::ForcedSignOut(_) => user.state == UserState::Logout,
    }
}
