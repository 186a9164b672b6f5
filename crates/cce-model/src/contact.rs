//! The social contact that CCP makes of each task.

use super::{ContactId, ContactStatus, StatusReason};
use crate::Wall;
use serde::{Deserialize, Serialize};

/// A social contact as it stands at one moment (ccp-task-api 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocialContact {
    /// Its id.
    pub id: ContactId,
    /// The task's `name`.
    pub author: String,
    /// The task's `title`.
    pub title: String,
    /// The task's `description`; empty when there is none.
    pub description: String,
    /// Names and values in the order in which they were added.
    pub extension_fields: Vec<(String, String)>,
    /// The feed's tag, the tags of the system, then those of the client.
    pub tags: Vec<String>,
    /// When the request arrived.
    pub published: Wall,
    /// When the contact was made.
    pub created: Wall,
    /// When the status changed last, as it is shown.
    pub status_changed: Wall,
    /// Its status.
    pub status: ContactStatus,
    /// Why it has that status.
    pub reason: StatusReason,
    /// Who gave it that status: `system`, or an agent's skill target id.
    pub user: String,
}

impl SocialContact {
    /// The value of an extension field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.extension_fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Sets an extension field, in place where it exists.
    pub fn set_field(&mut self, name: &str, value: impl Into<String>) {
        match self.extension_fields.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value.into(),
            None => self.extension_fields.push((name.to_owned(), value.into())),
        }
    }
}
