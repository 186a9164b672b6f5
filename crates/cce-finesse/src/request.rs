//! What a client asks for once it was answered with 202: about which object, and which change (finesse-nonvoice 1.4).

use cce_model::{
    AgentId, DialogAction, EventReason, InterruptAction, LogoutAction, MrdId, OnDisconnect, TaskId, UserState,
};
use std::collections::BTreeMap;

/// The object that requests are serialised on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// An agent in a domain.
    Media(AgentId, MrdId),
    /// A dialog.
    Dialog(TaskId),
    /// A user, whose state is the one in the voice domain.
    User(AgentId),
}

/// A request that was answered with 202, or one that Finesse makes by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    /// The client's name for it; empty when it gave none.
    pub(crate) request_id: String,
    /// What it asks for.
    pub(crate) change: Change,
}

impl Ask {
    /// The object that it waits for.
    pub(crate) fn target(&self) -> Target {
        match &self.change {
            Change::Media(agent, mrd, _) => Target::Media(agent.clone(), *mrd),
            Change::Dialog(task, _) => Target::Dialog(*task),
            Change::User(agent, _) => Target::User(agent.clone()),
        }
    }

    /// Whether it is a transfer, on which CCP decides first.
    pub(crate) fn is_transfer(&self) -> bool {
        matches!(self.change, Change::Dialog(_, DialogChange::Transfer(_)))
    }

    /// The user whom Finesse signs out by itself with it, because the user is gone; none of a client's request.
    pub(crate) fn forced(&self) -> Option<&AgentId> {
        match &self.change {
            Change::Media(agent, _, MediaChange::ForcedSignOut(_))
            | Change::User(agent, UserChange::ForcedSignOut(_)) => Some(agent),
            Change::Media(..) | Change::Dialog(..) | Change::User(..) => None,
        }
    }
}

/// What a request asks for, and of which object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Of an agent in a domain.
    Media(AgentId, MrdId, MediaChange),
    /// Of a dialog.
    Dialog(TaskId, DialogChange),
    /// Of a user.
    User(AgentId, UserChange),
}

/// What a change of a media asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MediaChange {
    /// To sign in.
    SignIn(Settings),
    /// To become ready.
    Ready,
    /// To become not ready, for a reason of that number; 0 none.
    NotReady(EventReason),
    /// To sign out, for a reason of that number; 0 none.
    SignOut(EventReason),
    /// To be signed out, because the user has signed out, for a reason of that number; 0 none.
    SignOutWithUser(EventReason),
    /// To be signed out, because the user is gone; what comes of it.
    ForcedSignOut(OnDisconnect),
    /// To let the router assign tasks, or not.
    Routable(bool),
}

/// What a change of a dialog asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DialogChange {
    /// To move the task.
    Move(Move),
    /// To change call variables.
    UpdateCallData(CallData),
    /// To hand the task to another script selector.
    Transfer(String),
}

/// An action that needs nothing but its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// ACCEPT.
    Accept,
    /// START.
    Start,
    /// PAUSE.
    Pause,
    /// RESUME.
    Resume,
    /// WRAP_UP.
    WrapUp,
    /// CLOSE.
    Close,
}

impl DialogChange {
    /// The action that it is.
    pub(crate) const fn action(&self) -> DialogAction {
        match self {
            Self::Move(Move::Accept) => DialogAction::Accept,
            Self::Move(Move::Start) => DialogAction::Start,
            Self::Move(Move::Pause) => DialogAction::Pause,
            Self::Move(Move::Resume) => DialogAction::Resume,
            Self::Move(Move::WrapUp) => DialogAction::WrapUp,
            Self::Move(Move::Close) => DialogAction::Close,
            Self::UpdateCallData(_) => DialogAction::UpdateCallData,
            Self::Transfer(_) => DialogAction::Transfer,
        }
    }
}

/// Call variables that are to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CallData {
    /// Call variables 1 to 10, by number.
    pub(crate) plain: BTreeMap<u8, String>,
    /// Expanded ones, by name.
    pub(crate) named: BTreeMap<String, String>,
    /// What the agent says of the task's wrap-up: the task's end carries it.
    pub(crate) wrap_up_reason: Option<String>,
}

impl Change {
    /// Where a user is to be signed in; none of any other change.
    pub(crate) fn extension(&self) -> Option<&str> {
        if let Self::User(_, UserChange::SignIn { extension }) = self { Some(extension) } else { None }
    }
}

/// What a sign-in to a media sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Tasks at the same time, 1 to 10.
    pub(crate) max_dialog_limit: u32,
    /// What a call or chat does to the domain.
    pub(crate) interrupt_action: InterruptAction,
    /// What signing out does to dialogs.
    pub(crate) logout_action: LogoutAction,
}

/// What a change of a user asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UserChange {
    /// To sign in.
    SignIn {
        /// Where the user's phone is.
        extension: String,
    },
    /// Another voice state, for a reason of that number; 0 none.
    State(UserState, EventReason),
    /// To be signed out whatever the voice state is, because the user is gone; what comes of it.
    ForcedSignOut(OnDisconnect),
}
