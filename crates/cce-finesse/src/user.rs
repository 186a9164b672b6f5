//! Users: who they are, how they prove it, and their voice state, which Finesse keeps alone
//! (finesse-nonvoice 1.3, 2.2).

use crate::{
    Finesse, arm_stat,
    config::{Account, Agent, Mrd},
    media::signed_out,
};
use cce_kernel::{
    Cx, Fact, Time,
    model::{
        AgentId, ApiError, Media, MrdId, Object, PublishEvent, ReasonCategory, SkillTarget, User, UserState,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Bad passwords in a row at sign-in after which a user is locked.
pub(crate) const BAD_PASSWORDS_MAX: u32 = 5;
/// How long a user stays locked.
pub(crate) const LOCKED_FOR: Duration = Duration::from_mins(5);

/// One user with everything that belongs to them.
#[derive(Debug)]
pub(crate) struct Desk {
    /// As desktops see the user.
    pub(crate) user: User,
    /// The user in every domain.
    pub(crate) media: BTreeMap<MrdId, Media>,
    /// Domains in which the user becomes not routable once every task has begun.
    pub(crate) not_routable_next: BTreeSet<MrdId>,
    password: String,
    memberships: BTreeSet<MrdId>,
    bad_passwords: u32,
    locked_at: Option<Time>,
}

/// Who makes a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// An agent.
    Agent(AgentId),
    /// The administrator.
    Administrator,
}

impl Desk {
    pub(crate) fn new(agent: &Agent, mrds: &[Mrd]) -> Self {
        Self {
            user: signed_out_user(agent),
            media: mrds.iter().map(|mrd| (mrd.id, signed_out(&agent.id, mrd))).collect(),
            not_routable_next: BTreeSet::new(),
            password: agent.password.clone(),
            memberships: agent.mrds.clone(),
            bad_passwords: 0,
            locked_at: None,
        }
    }

    /// Whether the user has a queue in a domain.
    pub(crate) fn is_member(&self, mrd: MrdId) -> bool {
        self.memberships.contains(&mrd)
    }

    /// Whether the password is right and the user may sign in. Bad passwords count at sign-ins, and a lock keeps from
    /// sign-ins: whoever works goes on working, whatever strangers try (finesse-nonvoice 1.3).
    pub(crate) fn admits(&mut self, password: &str, is_sign_in: bool, now: Time) -> bool {
        let is_right = password == self.password;
        if !is_sign_in {
            return is_right;
        }
        if self.locked_at.is_some_and(|at| now.since(at) < LOCKED_FOR) {
            return false;
        }
        self.locked_at = None;
        self.bad_passwords = if is_right { 0 } else { self.bad_passwords + 1 };
        if self.bad_passwords >= BAD_PASSWORDS_MAX {
            self.locked_at = Some(now);
            self.bad_passwords = 0;
        }
        is_right
    }
}

impl Finesse {
    /// The user of that login id or login name.
    pub(crate) fn user_named(&self, name: &str) -> Option<AgentId> {
        let id = AgentId::from(name);
        if self.desks.contains_key(&id) {
            return Some(id);
        }
        self.desks.values().find(|desk| desk.user.login_name == name).map(|desk| desk.user.id.clone())
    }

    /// The user of that id in the central controller's database.
    pub(crate) fn agent_of(&self, skill_target: SkillTarget) -> Option<AgentId> {
        self.by_skill_target.get(&skill_target).cloned()
    }

    /// Who has this name and password.
    pub(crate) fn authenticate(&mut self, account: &Account, is_sign_in: bool, now: Time) -> Option<Caller> {
        if let Some(agent) = self.user_named(&account.name) {
            let admitted = self.desks.get_mut(&agent)?.admits(&account.password, is_sign_in, now);
            return admitted.then_some(Caller::Agent(agent));
        }
        (*account == self.config.administrator).then_some(Caller::Administrator)
    }

    /// Signs a user in. Someone who is signed in keeps their state, and everyone hears of it
    /// (finesse-nonvoice 2.2).
    pub(crate) fn sign_in_user(
        &mut self,
        agent: &AgentId,
        extension: String,
        request_id: String,
        cx: &mut Cx<'_>,
    ) {
        // Any configured device will do: people change desks.
        if let Err(error) = self.is_free(agent, &extension) {
            return self.publish_answer(agent, PublishEvent::Put, request_id, Object::UserError(error), cx);
        }
        let Some(desk) = self.desks.get_mut(agent) else { return };
        desk.user.extension = extension;
        let to = if desk.user.state == UserState::Logout { UserState::NotReady } else { desk.user.state };
        self.move_user(agent, to, 0, cx);
        self.publish_user(agent, request_id, cx);
    }

    /// Whether an extension is somebody's, and nobody else is signed in there.
    fn is_free(&self, agent: &AgentId, extension: &str) -> Result<(), ApiError> {
        if !self.config.agents.iter().any(|agent| agent.extension == extension) {
            return Err(arm_stat::invalid_device());
        }
        let mut others = self.desks.iter().filter(|(other, _)| *other != agent).map(|(_, desk)| &desk.user);
        let is_taken = others.any(|user| user.state != UserState::Logout && user.extension == extension);
        if is_taken { Err(arm_stat::device_busy()) } else { Ok(()) }
    }

    /// Changes a user's voice state, for a reason of that number (0 none); the same state and reason again change nothing.
    pub(crate) fn change_user(
        &mut self,
        agent: &AgentId,
        to: UserState,
        reason: u16,
        request_id: String,
        cx: &mut Cx<'_>,
    ) {
        if self.move_user(agent, to, reason, cx) {
            self.publish_user(agent, request_id, cx);
        }
    }

    /// Who is signed out shows no reason, whatever it was given for (finesse-nonvoice 2.2).
    fn move_user(&mut self, agent: &AgentId, to: UserState, code: u16, cx: &mut Cx<'_>) -> bool {
        let is_not_ready = to == UserState::NotReady;
        let reason = self.config.reason_of_code(ReasonCategory::NotReady, code).filter(|_| is_not_ready);
        let reason = reason.cloned();
        let Some(desk) = self.desks.get_mut(agent) else { return false };
        let user = &mut desk.user;
        let from = user.state;
        let changed = from != to || user.reason != reason;
        user.reason = reason;
        if from != to {
            user.state = to;
            user.changed = Some(cx.wall());
            cx.note(Fact::User { agent: agent.clone(), from, to });
        }
        if to == UserState::Logout {
            user.extension.clear();
        }
        changed
    }

    fn publish_user(&mut self, agent: &AgentId, request_id: String, cx: &mut Cx<'_>) {
        let Some(desk) = self.desks.get(agent) else { return };
        let shown = Object::User(Box::new(desk.user.clone()));
        self.publish_answer(agent, PublishEvent::Put, request_id, shown, cx);
    }
}

/// Whether a user in `from` may ask for `to`: signing out is for those who are not ready, and everything but
/// signing in for those who are signed in (finesse-nonvoice 2.2).
pub(crate) fn may_change(from: UserState, to: UserState) -> bool {
    match to {
        UserState::Logout => from == UserState::NotReady,
        UserState::Ready | UserState::NotReady => from != UserState::Logout,
    }
}

fn signed_out_user(agent: &Agent) -> User {
    User {
        id: agent.id.clone(),
        login_name: agent.login_name.clone(),
        first_name: agent.first_name.clone(),
        last_name: agent.last_name.clone(),
        extension: String::new(),
        state: UserState::Logout,
        changed: None,
        reason: None,
        team_id: agent.team_id,
        team_name: agent.team_name.clone(),
        skill_target: agent.skill_target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_signs_out_only_when_not_ready() {
        assert!(may_change(UserState::NotReady, UserState::Logout));
        assert!(!may_change(UserState::Ready, UserState::Logout));
        assert!(!may_change(UserState::Logout, UserState::Logout));
    }

    #[test]
    fn only_someone_signed_in_becomes_ready() {
        assert!(may_change(UserState::NotReady, UserState::Ready));
        assert!(!may_change(UserState::Logout, UserState::Ready));
    }
}
