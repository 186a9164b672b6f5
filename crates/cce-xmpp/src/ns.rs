//! XML namespaces of the protocols spoken here.

pub(crate) const BIND: &str = "urn:ietf:params:xml:ns:xmpp-bind";
pub(crate) const CLIENT: &str = "jabber:client";
pub(crate) const DISCO_INFO: &str = "http://jabber.org/protocol/disco#info";
pub(crate) const DISCO_ITEMS: &str = "http://jabber.org/protocol/disco#items";
pub(crate) const FRAMING: &str = "urn:ietf:params:xml:ns:xmpp-framing";
pub(crate) const HTTP_BIND: &str = "http://jabber.org/protocol/httpbind";
pub(crate) const PING: &str = "urn:xmpp:ping";
pub(crate) const PUBSUB: &str = "http://jabber.org/protocol/pubsub";
pub(crate) const PUBSUB_EVENT: &str = "http://jabber.org/protocol/pubsub#event";
pub(crate) const ROSTER: &str = "jabber:iq:roster";
pub(crate) const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
pub(crate) const SESSION: &str = "urn:ietf:params:xml:ns:xmpp-session";
pub(crate) const STANZAS: &str = "urn:ietf:params:xml:ns:xmpp-stanzas";
pub(crate) const STREAM: &str = "http://etherx.jabber.org/streams";
pub(crate) const STREAMS: &str = "urn:ietf:params:xml:ns:xmpp-streams";
pub(crate) const TLS: &str = "urn:ietf:params:xml:ns:xmpp-tls";
pub(crate) const VCARD: &str = "vcard-temp";
pub(crate) const XBOSH: &str = "urn:xmpp:xbosh";
