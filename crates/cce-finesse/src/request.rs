//! What a client asks for once it was answered with 202: about which object, and which change (finesse-nonvoice 1.4).

use cce_model::{AgentId, DialogAction, InterruptAction, LogoutAction, MrdId, TaskId, UserState};
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

/// A request that was answered with 202.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    /// The client's name for it; empty when it gave none.
    pub(crate) request_id: String,
    /// What it asks for.
    pub(crate) change: Change,
}

/// Reason code of a sign-out that Finesse makes by itself (task-routing E5).
pub(crate) const FORCED: u16 = 255;

impl Ask {
    /// Whether Finesse asks by itself, because the user is gone.
    pub(crate) fn is_forced(&self) -> bool {
        match &self.change {
            // A sign-out that the user asked for has a configured code or none; 255 is Finesse's
            // (task-routing E5).
            Change::SignOut(reason) => *reason == FORCED,
            Change::User(change) => matches!(change, UserChange::ForcedSignOut(_)),
            Change::SignIn(_)
            | Change::Ready
            | Change::NotReady(_)
            | Change::Routable(_)
            | Change::Act(_)
            | Change::UpdateCallData(_)
            | Change::Transfer(_) => false,
        }
    }
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Media: sign in.
    SignIn(Settings),
    /// Media: become ready.
    Ready,
    /// Media: become not ready, for a reason of that number; 0 none.
    NotReady(u16),
    /// Media: sign out, for a reason of that number; 0 none.
    SignOut(u16),
    /// Media: let the router assign tasks, or not.
    Routable(bool),
    /// Dialog: take an action that needs nothing else.
    Act(DialogAction),
    /// Dialog: change call variables.
    UpdateCallData(CallData),
    /// Dialog: hand the task to another script selector.
    Transfer(String),
    /// User: change the voice state.
    User(UserChange),
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
    /// The action on a dialog that it is; none of a change of a media.
    pub(crate) fn action(&self) -> Option<DialogAction> {
        match self {
            Self::Act(action) => Some(*action),
            Self::UpdateCallData(_) => Some(DialogAction::UpdateCallData),
            Self::Transfer(_) => Some(DialogAction::Transfer),
            Self::SignIn(_)
            | Self::Ready
            | Self::NotReady(_)
            | Self::SignOut(_)
            | Self::Routable(_)
            | Self::User(_) => None,
        }
    }

    /// Where a user is to be signed in; none of any other change.
    pub(crate) fn extension(&self) -> Option<&str> {
        if let Self::User(UserChange::SignIn { extension }) = self { Some(extension) } else { None }
    }

    /// What a sign-in to a media sets; none of any other change.
    pub(crate) fn settings(&self) -> Option<Settings> {
        if let Self::SignIn(settings) = self { Some(*settings) } else { None }
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
    State(UserState, u16),
    /// To be signed out whatever the voice state is, for a reason of that number.
    ForcedSignOut(u16),
}
