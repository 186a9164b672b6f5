//! Which message a rule treated: its note stands in the row of what its sender handled, so it names what it is about.

use super::{Lane, words};
use cce_fold::{AnyMessage, Exchange, Meaning, ReadRecord};
use cce_journal::{Bent, Effect, Record, Ticket};
use std::collections::BTreeMap;

/// The messages that rules may be about.
#[derive(Debug, Default)]
pub(super) struct Treated {
    /// What left last, by its record.
    sent: Option<(u64, String)>,
    /// What is held.
    held: BTreeMap<Ticket, String>,
}

impl Treated {
    /// Keeps what leaves: `CONNECT to PIM`.
    pub(super) fn learn(&mut self, event: &ReadRecord<'_>) {
        let Some(here) = Lane::of(&event.record.node) else { return };
        let sent = match &event.kind {
            Meaning::Sent { message: AnyMessage::Stream(_), .. } => "a piece of a stream".to_owned(),
            Meaning::Sent { message, peer, port, .. } => {
                let to = peer.node.as_ref().and_then(Lane::of).unwrap_or_else(|| Lane::outside(*port, here));
                format!("{} to {}", message.name(), to.name())
            }
            Meaning::Http(Exchange::RequestOut { port, request, .. }) => {
                format!("{} to {}", words::request(request), Lane::listens(*port).name())
            }
            Meaning::Http(Exchange::ReplyOut { response, .. }) => words::response(response),
            Meaning::Http(Exchange::RequestIn { .. } | Exchange::ReplyIn { .. })
            | Meaning::Received { .. }
            | Meaning::LinkUp { .. }
            | Meaning::LinkDown { .. }
            | Meaning::Fact(_)
            | Meaning::Bent(_)
            | Meaning::Other => return,
        };
        self.sent = Some((event.record.seq, sent));
    }

    /// The message that was treated, as far as it is known.
    pub(super) fn of(&mut self, record: &Record, bent: &Bent) -> Option<String> {
        let last =
            || self.sent.as_ref().filter(|(seq, _)| record.cause == Some(*seq)).map(|(_, sent)| sent.clone());
        match bent.bend.effect() {
            Effect::Waits(ticket) => {
                let sent = last()?;
                self.held.insert(ticket, sent.clone());
                Some(sent)
            }
            Effect::Leaves(ticket) => self.held.remove(&ticket),
            Effect::Changes => last(),
            Effect::None => None,
        }
    }
}
