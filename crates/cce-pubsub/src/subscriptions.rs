//! Who asked to hear of which nodes.

use cce_xmpp::server::Nodes;
use std::collections::BTreeMap;

/// Explicit subscriptions by user. They outlive the streams on which they were made (finesse-nonvoice 4.4).
#[derive(Clone, Debug, Default)]
pub(crate) struct Subscriptions(BTreeMap<String, Vec<Subscription>>);

/// Explicit subscriptions of one user; of more, the oldest are forgotten.
const SUBSCRIPTIONS_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) node: String,
    /// The one client of the user that is to hear; none for every one.
    pub(crate) resource: Option<String>,
}

impl Subscriptions {
    pub(crate) fn add(&mut self, user: String, subscription: Subscription) {
        let own = self.0.entry(user).or_default();
        // A second subscription doubles no delivery (finesse-nonvoice 4.4).
        own.retain(|known| *known != subscription);
        if own.len() >= SUBSCRIPTIONS_MAX {
            own.remove(0);
        }
        own.push(subscription);
    }

    pub(crate) fn remove(&mut self, user: &str, subscription: &Subscription) {
        if let Some(own) = self.0.get_mut(user) {
            own.retain(|known| known != subscription);
        }
    }

    /// Subscriptions to nodes that there are no more end.
    pub(crate) fn keep(&mut self, nodes: &Nodes) {
        for (user, own) in &mut self.0 {
            own.retain(|known| nodes.has(&known.node, user));
        }
    }

    /// Who hears of a node: users with the one client that is to hear, or none for every one. A client that is named
    /// and one of a user of whom every client hears does not hear twice.
    pub(crate) fn of_node(&self, node: &str) -> Vec<(String, Option<String>)> {
        let mut hearers = Vec::new();
        for (user, own) in &self.0 {
            let of_node: Vec<Option<String>> =
                own.iter().filter(|known| known.node == node).map(|known| known.resource.clone()).collect();
            // The bare address stands for every client of the user (finesse-nonvoice 4.4).
            let resources = if of_node.contains(&None) { vec![None] } else { of_node };
            hearers.extend(resources.into_iter().map(|resource| (user.clone(), resource)));
        }
        hearers
    }
}
