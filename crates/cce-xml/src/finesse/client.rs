//! Notifications as a desktop reads them.

use crate::{Element, XmlError, parse};
use cce_model::{DialogState, TaskId};

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// `POST`, `PUT` or `DELETE`.
    pub event: String,
    /// The request that led to it; empty when it is not told.
    pub request_id: String,
    /// The URL of what it is about.
    pub source: String,
    /// What it is about.
    pub seen: Seen,
}

/// What a notification is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A dialog, alone or as a member of a list.
    Dialog {
        /// Its task.
        id: TaskId,
        /// Its state.
        state: DialogState,
    },
    /// An agent in a domain.
    Media {
        /// The domain.
        mrd: String,
        /// The state, in Finesse's words.
        state: String,
    },
    /// A user.
    User {
        /// Login id.
        id: String,
        /// Voice state.
        state: String,
    },
    /// The system.
    System {
        /// `IN_SERVICE` or `OUT_OF_SERVICE`.
        status: String,
    },
    /// A request failed.
    Error {
        /// The code, or the item at fault.
        data: String,
        /// The constant's name.
        message: String,
    },
    /// Anything else.
    Other,
}

/// Reads the document of a notification.
pub fn read_update(text: &str) -> Result<Update, XmlError> {
    let root = parse(text.as_bytes())?.named("Update")?;
    let text_of = |name| root.text_of(name).unwrap_or_default();
    let seen = root.child("data").and_then(seen).unwrap_or(Seen::Other);
    Ok(Update { event: text_of("event"), request_id: text_of("requestId"), source: text_of("source"), seen })
}

fn seen(data: &Element) -> Option<Seen> {
    let text = |element: &Element, name: &str| element.text_of(name).unwrap_or_default();
    if let Some(dialog) = data.child("dialog").or_else(|| data.at(&["dialogs", "Dialog"])) {
        let id = TaskId::parse(&dialog.text_of("id")?)?;
        return Some(Seen::Dialog { id, state: DialogState::parse(&dialog.text_of("state")?)? });
    }
    if let Some(media) = data.child("media").or_else(|| data.child("Media")) {
        return Some(Seen::Media { mrd: text(media, "id"), state: text(media, "state") });
    }
    if let Some(user) = data.child("user") {
        return Some(Seen::User { id: text(user, "loginId"), state: text(user, "state") });
    }
    if let Some(system) = data.child("systemInfo") {
        return Some(Seen::System { status: text(system, "status") });
    }
    let error = data.at(&["apiErrors", "apiError"])?;
    Some(Seen::Error { data: text(error, "errorData"), message: text(error, "errorMessage") })
}
