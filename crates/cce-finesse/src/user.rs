//! Users: who they are, and how they prove it (finesse-nonvoice 1.3, 2.2).

use crate::{Finesse, config::Account, media::signed_out};
use cce_kernel::Time;
use cce_model::{Agent, AgentId, Media, MrdId, ObjectModel, SkillTarget, User, UserState};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
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
    /// As the user is configured now.
    agent: Arc<Agent>,
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
    pub(crate) fn new(agent: &Arc<Agent>, model: &ObjectModel) -> Self {
        Self {
            user: signed_out_user(agent),
            media: model.mrds.iter().map(|mrd| (mrd.id, signed_out(&agent.id, mrd))).collect(),
            not_routable_next: BTreeSet::new(),
            agent: Arc::clone(agent),
            bad_passwords: 0,
            locked_at: None,
        }
    }

    /// The user is configured otherwise from now on.
    pub(crate) fn reconfigure(&mut self, agent: &Arc<Agent>) {
        self.agent = Arc::clone(agent);
    }

    /// Whether the user works in a domain.
    pub(crate) fn is_member(&self, mrd: MrdId) -> bool {
        self.agent.mrds.iter().any(|known| known.id == mrd)
    }

    /// Whether the password is right and the user may sign in. Bad passwords count at sign-ins, and a lock keeps from
    /// sign-ins: whoever works goes on working, whatever strangers try (finesse-nonvoice 1.3).
    pub(crate) fn admits(&mut self, password: &str, is_sign_in: bool, now: Time) -> bool {
        let is_right = password == self.agent.password;
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
        team_id: agent.team.id,
        team_name: agent.team.name.clone(),
        skill_target: agent.skill_target,
    }
}

/// A user's desk.
///
/// # Panics
///
/// If there is no such user: ids of agents come from the configuration, whose users stay as they are.
pub(crate) fn desk<'a>(desks: &'a BTreeMap<AgentId, Desk>, agent: &AgentId) -> &'a Desk {
    desks.get(agent).unwrap_or_else(|| panic!("{agent} is a user"))
}

/// The same, to be changed.
pub(crate) fn desk_mut<'a>(desks: &'a mut BTreeMap<AgentId, Desk>, agent: &AgentId) -> &'a mut Desk {
    desks.get_mut(agent).unwrap_or_else(|| panic!("{agent} is a user"))
}
