//! Users: who they are, how they prove it, and how they stand in the voice domain and in every other one
//! (finesse-nonvoice 1.3, 2.2, 2.3).

use cce_kernel::{Cx, Fact, Time, Wall};
use cce_model::{
    Agent, AgentId, AgentState, InterruptAction, LogoutAction, Media, Mrd, MrdId, ObjectModel, ReasonCode,
    SkillTarget, User, UserState,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// Bad passwords in a row at sign-in after which a user is locked.
const BAD_PASSWORDS_MAX: u32 = 5;
/// How long a user stays locked.
const LOCKED_FOR: Duration = Duration::from_mins(5);

/// Every user of the node. Their number is that of the configured agents, who stay as long as the node runs.
#[derive(Clone, Debug)]
pub(crate) struct Users {
    users: BTreeMap<AgentId, NodeUser>,
    by_skill_target: BTreeMap<SkillTarget, AgentId>,
}

/// One user with everything that belongs to them.
#[derive(Clone, Debug)]
pub(crate) struct NodeUser {
    /// As desktops see the user.
    pub(crate) shown: User,
    /// The user in every domain.
    pub(crate) media: BTreeMap<MrdId, Media>,
    /// Domains in which the user becomes not routable once every task has begun.
    pub(crate) not_routable_next: BTreeSet<MrdId>,
    /// As the user is configured now.
    agent: Arc<Agent>,
    bad_passwords: u32,
    locked_at: Option<Time>,
}

/// What a report of a voice state says of its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReasonReport {
    /// The reason, or that there is none.
    Reason(Option<ReasonCode>),
    /// Nothing.
    Nothing,
}

/// What became of a user whose voice state was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VoiceChange {
    /// Whether the user looks different now.
    pub(crate) is_changed: bool,
    /// Whether the user signed out by it.
    pub(crate) is_signed_out: bool,
}

impl Users {
    /// Nobody is signed in.
    pub(crate) fn new(model: &ObjectModel) -> Self {
        let agents = &model.agents;
        Self {
            users: agents.iter().map(|agent| (agent.id.clone(), NodeUser::new(agent, model))).collect(),
            by_skill_target: agents.iter().map(|agent| (agent.skill_target, agent.id.clone())).collect(),
        }
    }

    /// Passwords and memberships are others from now on; teams and domains stay as desktops saw them.
    pub(crate) fn reconfigure(&mut self, model: &ObjectModel) {
        for agent in &model.agents {
            self.user_mut(&agent.id).agent = Arc::clone(agent);
        }
    }

    /// Every user, in the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &NodeUser> {
        self.users.values()
    }

    /// A user.
    ///
    /// # Panics
    ///
    /// If there is no such user: ids of agents come from the configuration, whose users stay as they are.
    pub(crate) fn user(&self, agent: &AgentId) -> &NodeUser {
        self.users.get(agent).unwrap_or_else(|| panic!("{agent} is a user"))
    }

    /// A user, to be changed.
    pub(crate) fn user_mut(&mut self, agent: &AgentId) -> &mut NodeUser {
        self.users.get_mut(agent).unwrap_or_else(|| panic!("{agent} is a user"))
    }

    /// The user of that login id or login name.
    pub(crate) fn named(&self, name: &str) -> Option<&AgentId> {
        let by_id = self.users.get(&AgentId::from(name));
        // GET by login name works, too (finesse-nonvoice 1.2).
        let user = by_id.or_else(|| self.iter().find(|user| user.shown.login_name == name));
        user.map(|user| &user.shown.id)
    }

    /// The user of that id in the central controller's database. The peripheral may have agents who are no users here.
    pub(crate) fn of(&self, skill_target: SkillTarget) -> Option<&AgentId> {
        self.by_skill_target.get(&skill_target)
    }
}

impl NodeUser {
    fn new(agent: &Arc<Agent>, model: &ObjectModel) -> Self {
        Self {
            shown: User {
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
            },
            media: model.mrds.iter().map(|mrd| (mrd.id, signed_out(&agent.id, mrd))).collect(),
            not_routable_next: BTreeSet::new(),
            agent: Arc::clone(agent),
            bad_passwords: 0,
            locked_at: None,
        }
    }

    /// Whether the user works in a domain.
    pub(crate) fn is_member(&self, mrd: MrdId) -> bool {
        self.agent.mrds.iter().any(|known| known.id == mrd)
    }

    /// The configured password, in plain: SCRAM computes its proofs from it.
    pub(crate) fn password(&self) -> &str {
        &self.agent.password
    }

    /// Tries a password: whether it is right and the user may sign in. Bad passwords count at sign-ins, and a lock keeps from
    /// sign-ins: whoever works goes on working, whatever strangers try (finesse-nonvoice 1.3).
    pub(crate) fn try_password(&mut self, password: &str, is_sign_in: bool, now: Time) -> bool {
        let is_right = cce_kernel::is_same_secret(password, &self.agent.password);
        if !is_sign_in {
            return is_right;
        }
        // A lock holds for 5 minutes, even against the right password (finesse-nonvoice 1.3).
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

    /// The user in a domain.
    ///
    /// # Panics
    ///
    /// If there is no such domain: users have a media of each, and domains stay as long as the node runs.
    pub(crate) fn media(&self, mrd: MrdId) -> &Media {
        self.media.get(&mrd).unwrap_or_else(|| panic!("a user has a media of {mrd}"))
    }

    /// The same, to be changed.
    pub(crate) fn media_mut(&mut self, mrd: MrdId) -> &mut Media {
        self.media.get_mut(&mrd).unwrap_or_else(|| panic!("a user has a media of {mrd}"))
    }

    /// The domains that the user is signed in to.
    pub(crate) fn signed_in_media(&self) -> impl Iterator<Item = &Media> {
        self.media.values().filter(|media| media.state != AgentState::Logout)
    }

    /// Whether the user is signed in to Finesse, or to a media.
    pub(crate) fn is_anywhere(&self) -> bool {
        self.shown.state != UserState::Logout || self.signed_in_media().next().is_some()
    }

    /// The agent PG reports a voice state. A reason that is not told stays with the state that it was given for. Who is
    /// signed out shows no reason, as a media does not (finesse-nonvoice 2.3; inferred for users).
    pub(crate) fn follow_voice(
        &mut self,
        to: UserState,
        told: ReasonReport,
        extension: &str,
        cx: &mut Cx<'_>,
    ) -> VoiceChange {
        let user = &mut self.shown;
        let (from, before) = (user.state, user.clone());
        let reason = match told {
            ReasonReport::Reason(reason) => reason,
            ReasonReport::Nothing => user.reason.take().filter(|_| from == to),
        };
        // Only NOT_READY keeps a reason: a READY event shows none (finesse-nonvoice 4.6), a sign-out -1.
        user.reason = reason.filter(|_| to == UserState::NotReady);
        user.extension = if to == UserState::Logout { String::new() } else { extension.to_owned() };
        user.state = to;
        if from != to {
            user.changed = Some(cx.wall());
            cx.note(Fact::User { agent: user.id.clone(), from, to });
        }
        VoiceChange { is_changed: *user != before, is_signed_out: from != to && to == UserState::Logout }
    }

    /// Changes what is known of the user in a domain, and returns that if it looks different now.
    pub(crate) fn change_media(
        &mut self,
        mrd: MrdId,
        now: Wall,
        change: impl FnOnce(&mut Media),
    ) -> Option<Media> {
        let media = self.media_mut(mrd);
        let before = media.clone();
        change(media);
        // `stateChangeTime` belongs to the state: new settings and reasons leave it
        // (finesse-nonvoice 2.3; inferred).
        if media.state != before.state {
            media.changed = Some(now);
        }
        let after = media.clone();
        // The change that waited for the agent's tasks to begin has come about (finesse-nonvoice 2.4).
        if !after.routable {
            self.not_routable_next.remove(&mrd);
        }
        (after != before).then_some(after)
    }
}

/// An agent in a domain before any sign-in.
fn signed_out(agent: &AgentId, mrd: &Mrd) -> Media {
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
        none_chosen: false,
        state: AgentState::Logout,
        changed: None,
    }
}
