//! Answers to IQ stanzas. Every get and set gets one (finesse-nonvoice 4.2 and 8).

use super::{Nodes, ServerEvent};
use crate::{Jid, StreamElement, ns, stream};
use quick_xml::escape::escape;
use std::fmt::Write;

/// Whether the stanza is an IQ that must be answered.
pub(super) fn is_request(stanza: &StreamElement) -> bool {
    stanza.is("iq", ns::CLIENT) && matches!(stanza.attribute("type"), Some("get" | "set"))
}

/// What an IQ leads to.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// What is sent; none where the IQ is an answer itself.
    pub(super) stanza: Option<String>,
    /// What the owner is told.
    pub(super) event: Option<ServerEvent>,
}

impl From<String> for Answer {
    fn from(stanza: String) -> Self {
        Self { stanza: Some(stanza), event: None }
    }
}

/// What answers are made of.
#[derive(Debug)]
pub(super) struct Known<'a> {
    /// Who asks.
    pub(super) me: &'a Jid,
    /// The address whose presence every user watches.
    pub(super) watched: Option<String>,
    pub(super) nodes: &'a Nodes,
}

impl Known<'_> {
    /// Answers an IQ of a bound client.
    pub(super) fn answer(&self, iq: &StreamElement) -> Answer {
        let Self { me, nodes, .. } = *self;
        if !is_request(iq) {
            return answer_to_no_request(iq, me);
        }
        // A request has exactly one child (RFC 6120 8.2.3).
        let Some(child) = iq.elements().next() else {
            return error(iq, Some(me), "modify", "bad-request").into();
        };
        let is_get = iq.attribute("type") == Some("get");
        if let Some(condition) = missing(iq, child, me, nodes) {
            return error(iq, Some(me), "cancel", condition).into();
        }
        let payload = match (child.name.as_str(), &*child.namespace, is_get) {
            // Both have an empty result (finesse-nonvoice 4.1, 4.2).
            ("session", ns::SESSION, false) | ("ping", ns::PING, true) => String::new(),
            ("query", ns::ROSTER, true) => self.roster(),
            // Real clients get an empty vCard, and no error (finesse-nonvoice 4.2).
            ("vCard", ns::VCARD, true) => format!("<vCard xmlns='{}'/>", ns::VCARD),
            ("query", ns::DISCO_INFO, true) => disco_info(iq, child),
            ("query", ns::DISCO_ITEMS, true) => disco_items(iq, child, me),
            ("pubsub", ns::PUBSUB, false) => return pubsub(iq, child, me, nodes),
            // A client that writes several requests at once waits for an answer to each
            // (finesse-nonvoice 4.2).
            _ => return error(iq, Some(me), "cancel", "service-unavailable").into(),
        };
        result(iq, Some(me), &payload).into()
    }

    fn roster(&self) -> String {
        let watched = self
            .watched
            .as_ref()
            .map(|address| format!("<item jid='{}' subscription='to'/>", escape(address)));
        format!("<query xmlns='{}'>{}</query>", ns::ROSTER, watched.unwrap_or_default())
    }
}

/// An IQ of type result.
pub(super) fn result(iq: &StreamElement, me: Option<&Jid>, payload: &str) -> String {
    let open = opening(iq, me, "result");
    if payload.is_empty() { format!("{open}/>") } else { format!("{open}>{payload}</iq>") }
}

/// An IQ of type error, with an error type and condition of RFC 6120 8.3.
pub(super) fn error(iq: &StreamElement, me: Option<&Jid>, kind: &str, condition: &str) -> String {
    format!("{}>{}</iq>", opening(iq, me, "error"), stream::stanza_error(kind, condition))
}

/// Answers to what the client asked of an entity come from that entity, under the name that the client uses;
/// answers to what it asked of nobody come from nobody (RFC 6120 8.1.2.1). Strict clients check it.
fn opening(iq: &StreamElement, me: Option<&Jid>, kind: &str) -> String {
    let mut text = format!("<iq type='{kind}'");
    let to = me.map(Jid::to_string);
    let attributes = [("id", iq.attribute("id")), ("from", iq.attribute("to")), ("to", to.as_deref())];
    for (name, value) in attributes {
        if let Some(value) = value {
            let _ = write!(text, " {name}='{}'", escape(value));
        }
    }
    text
}

/// Results and errors answer what the client was asked, and need no answer.
fn answer_to_no_request(iq: &StreamElement, me: &Jid) -> Answer {
    if matches!(iq.attribute("type"), Some("result" | "error")) {
        return Answer::default();
    }
    error(iq, Some(me), "modify", "bad-request").into()
}

/// Nothing can be told of a node that is not there (XEP-0030 3.2). What clients ask the server itself about, such as
/// its commands, is an empty list.
fn missing(iq: &StreamElement, query: &StreamElement, me: &Jid, nodes: &Nodes) -> Option<&'static str> {
    let node = query.attribute("node").filter(|_| query.name == "query")?;
    let is_asked_of_pubsub = is_pubsub(iq.attribute("to").unwrap_or_default());
    let is_about_node =
        *query.namespace == *ns::DISCO_INFO || (*query.namespace == *ns::DISCO_ITEMS && is_asked_of_pubsub);
    (is_about_node && !nodes.has(node, &me.user)).then_some("item-not-found")
}

/// A client reads the first identity of a node to learn what kind of node it is (finesse-nonvoice 4.2).
fn disco_info(iq: &StreamElement, query: &StreamElement) -> String {
    let asked = iq.attribute("to").unwrap_or_default();
    let (category, kind, features): (&str, &str, &[&str]) = if query.attribute("node").is_some() {
        ("pubsub", "leaf", &[ns::PUBSUB])
    } else if is_pubsub(asked) {
        ("pubsub", "service", &[ns::DISCO_INFO, ns::DISCO_ITEMS, ns::PUBSUB])
    } else {
        ("server", "im", &[ns::DISCO_INFO, ns::DISCO_ITEMS, ns::PING, ns::ROSTER, ns::VCARD])
    };
    let mut text = opening_query(ns::DISCO_INFO, query);
    let _ = write!(text, "<identity category='{category}' type='{kind}'/>");
    for feature in features {
        let _ = write!(text, "<feature var='{feature}'/>");
    }
    text + "</query>"
}

fn disco_items(iq: &StreamElement, query: &StreamElement, me: &Jid) -> String {
    let mut text = opening_query(ns::DISCO_ITEMS, query);
    let is_server = !is_pubsub(iq.attribute("to").unwrap_or_default());
    // The service is found among the items of the domain (XEP-0030 4).
    if is_server && query.attribute("node").is_none() {
        let _ = write!(text, "<item jid='pubsub.{}'/>", escape(&me.domain));
    }
    text + "</query>"
}

fn opening_query(namespace: &str, query: &StreamElement) -> String {
    let node = query.attribute("node").map(|node| format!(" node='{}'", escape(node))).unwrap_or_default();
    format!("<query xmlns='{namespace}'{node}>")
}

/// Clients address the service by whatever host name they were configured with.
fn is_pubsub(address: &str) -> bool {
    // Smack goes on with `pubsub.` and the name that it was configured with (finesse-nonvoice 4.2).
    address.starts_with("pubsub.")
}

fn pubsub(iq: &StreamElement, pubsub: &StreamElement, me: &Jid, nodes: &Nodes) -> Answer {
    let request = pubsub.elements().find(|child| matches!(child.name.as_str(), "subscribe" | "unsubscribe"));
    let Some(request) = request else {
        return error(iq, Some(me), "cancel", "service-unavailable").into();
    };
    let node = request.attribute("node").unwrap_or_default();
    // Another user's node is as unknown as one that is not there (finesse-nonvoice 4.4).
    if !nodes.has(node, &me.user) {
        return error(iq, Some(me), "cancel", "item-not-found").into();
    }
    // Full and bare addresses are accepted (finesse-nonvoice 4.4).
    let subscriber = request.attribute("jid").map_or_else(|| me.to_string(), str::to_owned);
    let Some(resource) = resource_of(&subscriber, me) else {
        return error(iq, Some(me), "modify", "bad-request").into();
    };
    let (node, is_over) = (node.to_owned(), request.name == "unsubscribe");
    // The answer to an unsubscribe is empty (finesse-nonvoice 4.4).
    if is_over {
        let event = Some(ServerEvent::Unsubscribed { node, resource });
        return Answer { stanza: Some(result(iq, Some(me), "")), event };
    }
    let payload = format!(
        "<pubsub xmlns='{}'><subscription node='{}' jid='{}' subscription='subscribed'/></pubsub>",
        ns::PUBSUB,
        escape(&node),
        escape(subscriber)
    );
    let event = Some(ServerEvent::Subscribed { node, resource });
    Answer { stanza: Some(result(iq, Some(me), &payload)), event }
}

/// The resource of an address that the client may subscribe with: its own address, with or without one. Its domain may
/// be any name that the client knows the server by (XEP-0060 6.1.3.1).
#[expect(clippy::option_option, reason = "an address that is not the client's, and one without a resource")]
fn resource_of(address: &str, me: &Jid) -> Option<Option<String>> {
    let (bare, resource) = address.split_once('/').map_or((address, None), |(bare, own)| (bare, Some(own)));
    let user = bare.split_once('@').map_or(bare, |(user, _)| user);
    let is_own = user == me.user && resource.is_none_or(|resource| resource == me.resource);
    is_own.then(|| resource.map(str::to_owned))
}
