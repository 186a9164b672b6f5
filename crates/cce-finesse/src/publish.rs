//! What Finesse tells desktops: first as a fact, then to everyone who listens.
//!
//! While the node is out of service it publishes nothing about agents and dialogs (finesse-nonvoice 5). What would have
//! been published is held, of each object the latest, and follows once the node is in service.

use crate::{Config, nodes};
use cce_kernel::{Cx, Port};
use cce_model::{AgentId, DialogState, MrdId, Object, Publication, PublishEvent, TaskId, fact::FinesseFact};
use cce_pubsub::{Realm, Streams};
use cce_xmpp::server::{Nodes, notification};
use std::{collections::BTreeMap, sync::Arc};

/// The local part of the address of the web application (finesse-nonvoice 4.1).
const WEB_APPLICATION: &str = "finesse";

/// What is held, and the clients that listen.
#[derive(Clone, Debug)]
pub(crate) struct Publisher {
    /// In the order in which it will be published: dialogs that ended stand before the media whose sign-out ended them, and
    /// other dialogs behind it, as ever. It is bounded by the number of objects.
    held: BTreeMap<Key, Publication>,
    /// The notification service.
    pub(crate) streams: Streams,
}

/// What a held publication is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// A dialog that ended.
    Ended(TaskId),
    /// An agent in a domain.
    Media(AgentId, MrdId),
    /// A dialog that lives.
    Dialog(TaskId),
    /// A user.
    User(AgentId),
}

impl Publisher {
    /// A node to which nobody listens.
    pub(crate) fn new(nodes: Arc<Nodes>, config: &Config) -> Self {
        let (domain, watched) = (config.fqdn.clone(), Some(WEB_APPLICATION.to_owned()));
        let streams = Streams::new(Realm { domain, watched, nodes, bosh: Port::Bosh });
        Self { held: BTreeMap::new(), streams }
    }

    /// Publishes something, or holds it while the node is out of service. An error is not held: it answers one request.
    pub(crate) fn publish(
        &mut self,
        publication: Publication,
        is_in_service: bool,
        config: &Config,
        cx: &mut Cx<'_>,
    ) {
        match key(&publication.object).filter(|_| !is_in_service) {
            Some(key) => self.hold(key, publication),
            None => self.publish_now(&publication, config, cx),
        }
    }

    /// Publishes what was held.
    pub(crate) fn publish_held(&mut self, config: &Config, cx: &mut Cx<'_>) {
        for (_, publication) in std::mem::take(&mut self.held) {
            self.publish_now(&publication, config, cx);
        }
    }

    /// Tells every client of the system's state.
    pub(crate) fn publish_system(&mut self, update: &str, config: &Config, cx: &mut Cx<'_>) {
        let payload = notification(update, &config.notification_namespace);
        self.streams.deliver_to_all(nodes::SYSTEM, &payload, cx);
    }

    /// Every client of the agent hears; of a user, whoever subscribed to the users of the team, too.
    fn publish_now(&mut self, publication: &Publication, config: &Config, cx: &mut Cx<'_>) {
        cx.note(FinesseFact::Published(Box::new(publication.clone())).into());
        let payload = notification(&cce_xml::update(publication), &config.notification_namespace);
        self.streams.deliver(publication.agent.as_str(), &publication.node(), &payload, cx);
        if let Object::User(user) = &publication.object {
            // The node of a team is none of the automatic ones (finesse-nonvoice 4.4).
            self.streams.deliver_to_subscribers(&nodes::of_team(user.team_id), &payload, cx);
        }
    }

    /// Takes the place of what was held about the same object. A dialog that nobody saw is added, and not changed; one
    /// that came and went meanwhile is not published at all.
    fn hold(&mut self, key: Key, mut publication: Publication) {
        let before = match &key {
            Key::Ended(task) => self.held.remove(&Key::Dialog(*task)),
            Key::Media(..) | Key::Dialog(_) | Key::User(_) => self.held.remove(&key),
        };
        let was_unseen = before.is_some_and(|before| before.event == PublishEvent::Post);
        if was_unseen && matches!(key, Key::Ended(_)) {
            return;
        }
        if was_unseen && let Object::Dialog(dialog) = publication.object {
            // A client places a dialog by its POST, whose source is the collection's URL
            // (finesse-nonvoice 4.6).
            publication.event = PublishEvent::Post;
            publication.object = Object::Dialogs(dialog);
        }
        self.held.insert(key, publication);
    }
}

/// Under what something is held; none of an error, which answers one request.
fn key(object: &Object) -> Option<Key> {
    match object {
        Object::Dialog(dialog) | Object::Dialogs(dialog) if dialog.state == DialogState::Closed => {
            Some(Key::Ended(dialog.id))
        }
        Object::Dialog(dialog) | Object::Dialogs(dialog) => Some(Key::Dialog(dialog.id)),
        Object::Media(media) => Some(Key::Media(media.agent.clone(), media.mrd)),
        Object::User(user) => Some(Key::User(user.id.clone())),
        Object::UserError(_) | Object::MediaError(_) | Object::DialogError { .. } => None,
    }
}
