//! What Finesse tells desktops: first as a fact, then to everyone who listens.

use crate::Finesse;
use cce_kernel::{
    Cx,
    fact::FinesseFact,
    model::{AgentId, Object, Publication, PublishEvent},
};

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
        cx.note(FinesseFact::Published(Box::new(publication.clone())).into());
        self.xmpp.deliver(&publication, &self.config, cx);
    }
}
