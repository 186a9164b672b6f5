//! Which nodes a service has.

use std::collections::BTreeSet;

/// The nodes of a service (finesse-nonvoice 4.4, ccp-task-api 6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nodes {
    /// Those that everybody may ask for.
    pub everyones: BTreeSet<String>,
    /// What stands before a user's name in the nodes that it has for itself.
    pub before_user: String,
    /// What stands behind it there: one for each such node.
    pub behind_user: BTreeSet<String>,
}

impl Nodes {
    /// Whether a node exists for this user.
    pub fn has(&self, node: &str, user: &str) -> bool {
        let own = || node.strip_prefix(&self.before_user)?.strip_prefix(user);
        self.everyones.contains(node) || own().is_some_and(|rest| self.behind_user.contains(rest))
    }
}
