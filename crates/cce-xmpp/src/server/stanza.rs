//! Stanzas that the owner of sessions sends to clients.

use crate::ns;
use quick_xml::escape::{escape, partial_escape};
use std::fmt::Write;

/// An item of a node, as it is told (finesse-nonvoice 4.5).
#[derive(Clone, Copy, Debug)]
pub struct EventMessage<'a> {
    /// The publish-subscribe service: `pubsub.<domain>`.
    pub from: &'a str,
    /// The user's bare address.
    pub to: &'a str,
    /// The node, such as `/finesse/api/User/1080/Dialogs/Media` (finesse-nonvoice 4.4).
    pub node: &'a str,
    /// Names the item on its node.
    pub item: &'a str,
    /// Names the message: eight random characters in captures of 12.5 (finesse-nonvoice 4.5).
    pub id: &'a str,
    /// What the item holds: XML.
    pub payload: &'a str,
}

/// The message stanza of an item.
pub fn event_message(message: &EventMessage<'_>) -> String {
    // The message has neither a type nor a body (finesse-nonvoice 4.5).
    let EventMessage { from, to, node, item, id, payload } = message;
    format!(
        "<message from='{}' to='{}' id='{}'><event xmlns='{}'><items node='{}'><item id='{}'>\
         {payload}</item></items></event></message>",
        escape(*from),
        escape(*to),
        escape(*id),
        ns::PUBSUB_EVENT,
        escape(*node),
        escape(*item),
    )
}

/// What an item of Finesse holds. The `Update` document travels as text: it is the only child of `notification`, because
/// clients read no other. The namespace is `http://jabber.org/protocol/pubsub` by default.
pub fn notification(update: &str, namespace: &str) -> String {
    // The document is escaped as a whole, and what is escaped in it once more (finesse-nonvoice 4.5).
    format!("<notification xmlns='{}'>{}</notification>", escape(namespace), partial_escape(update))
}

/// Asks the client at the address `to` whether it is there (XEP-0199 4.1). Any answer will do.
pub fn ping(from: &str, to: &str, id: &str) -> String {
    let (from, to, id) = (escape(from), escape(to), escape(id));
    format!("<iq type='get' from='{from}' to='{to}' id='{id}'><ping xmlns='{}'/></iq>", ns::PING)
}

/// The presence of `from`, told to `to`: available with a priority, or unavailable.
pub fn presence(from: &str, to: &str, priority: Option<i8>) -> String {
    let mut text = format!("<presence from='{}' to='{}'", escape(from), escape(to));
    let _ = match priority {
        None => write!(text, " type='unavailable'/>"),
        Some(0) => write!(text, "/>"),
        Some(priority) => write!(text, "><priority>{priority}</priority></presence>"),
    };
    text
}
