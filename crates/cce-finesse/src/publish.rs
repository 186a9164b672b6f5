//! What Finesse tells desktops: first as a fact, then to everyone who listens.
//!
//! While the node is out of service it publishes nothing about agents and dialogs (finesse-nonvoice 5). What would have
//! been published is held, of each object the latest, and follows once the node is in service.

use crate::Finesse;
use cce_kernel::Cx;
use cce_model::{AgentId, DialogState, MrdId, Object, Publication, PublishEvent, TaskId, fact::FinesseFact};
use std::collections::BTreeMap;

/// What is held, in the order in which it will be published: dialogs that ended stand before the media whose sign-out
/// ended them, and other dialogs behind it, as ever.
pub(crate) type Held = BTreeMap<Key, Publication>;

/// What a held publication is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// A dialog that ended.
    Ended(TaskId),
    /// An agent in a domain.
    Media(AgentId, MrdId),
    /// A dialog that lives.
    Dialog(TaskId),
    /// A user.
    User(AgentId),
}

impl Finesse {
    /// Publishes a change. The events of media and dialogs never repeat a request's id
    /// (finesse-nonvoice 1.5).
    pub(crate) fn publish(&mut self, agent: &AgentId, event: PublishEvent, object: Object, cx: &mut Cx<'_>) {
        self.publish_answer(agent, event, String::new(), object, cx);
    }

    /// Publishes what a request led to, under the request's id.
    pub(crate) fn publish_answer(
        &mut self,
        agent: &AgentId,
        event: PublishEvent,
        request_id: String,
        object: Object,
        cx: &mut Cx<'_>,
    ) {
        let publication = Publication { agent: agent.clone(), event, request_id, object };
        match key(&publication.object).filter(|_| !self.cti.is_in_service()) {
            Some(key) => self.hold(key, publication),
            None => self.publish_now(&publication, cx),
        }
    }

    /// Tells every client whether the node is in service (finesse-nonvoice 5).
    pub(crate) fn publish_system(&mut self, cx: &mut Cx<'_>) {
        let update = cce_xml::system_update(&self.system_info(cx));
        self.xmpp.deliver_system(&update, &self.config, cx);
    }

    /// Publishes what was held.
    pub(crate) fn publish_held(&mut self, cx: &mut Cx<'_>) {
        for (_, publication) in std::mem::take(&mut self.held) {
            self.publish_now(&publication, cx);
        }
    }

    fn publish_now(&mut self, publication: &Publication, cx: &mut Cx<'_>) {
        cx.note(FinesseFact::Published(Box::new(publication.clone())).into());
        self.xmpp.deliver(publication, &self.config, cx);
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
