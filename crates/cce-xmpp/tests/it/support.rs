//! A server with one agent, and ways to talk to it.

use base64::{Engine, engine::general_purpose::STANDARD};
use cce_xmpp::{
    StreamCarrier, StreamLimits,
    server::{Credentials, Nodes, ServerConfig, ServerEvent, ServerSession},
};
use std::sync::Arc;

/// A stream header, as clients write it.
pub(crate) const OPEN: &str = "<?xml version='1.0'?><stream:stream to='fin1.lab' xmlns='jabber:client' \
     xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

/// The server's session of a lab with agent 1080.
pub(crate) fn server() -> ServerSession {
    server_over(StreamCarrier::Tcp)
}

/// The same over any carrier.
pub(crate) fn server_over(carrier: StreamCarrier) -> ServerSession {
    ServerSession::new(ServerConfig {
        carrier,
        domain: "fin1.lab".to_owned(),
        watched: Some("finesse".to_owned()),
        stream_id: "s1".to_owned(),
        resource: "generated".to_owned(),
        random: [7; 32],
        limits: StreamLimits::default(),
        nodes: Arc::new(nodes()),
    })
}

/// Those of a node with one team and one domain.
fn nodes() -> Nodes {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Nodes {
        everyones: owned(&["/finesse/api/SystemInfo", "/finesse/api/Team/5005/Users"]),
        before_user: "/finesse/api/User/".to_owned(),
        behind_user: owned(&["", "/Dialogs", "/Media", "/Dialogs/Media", "/Media/5011"]),
    }
}

/// Feeds text; agent 1080 may also sign in by its login name.
pub(crate) fn feed(session: &mut ServerSession, text: &str) -> Vec<ServerEvent> {
    session.feed(text.as_bytes(), accounts)
}

pub(crate) fn accounts(user: &str) -> Option<Credentials> {
    matches!(user, "1080" | "sjeffers")
        .then(|| Credentials { user: "1080".to_owned(), password: "ccelab".to_owned() })
}

/// Everything sent among `events`, in one text.
pub(crate) fn sent(events: &[ServerEvent]) -> String {
    let texts = events
        .iter()
        .filter_map(|event| if let ServerEvent::Send(bytes) = event { Some(bytes.as_slice()) } else { None });
    String::from_utf8(texts.collect::<Vec<_>>().concat()).unwrap()
}

/// The element that signs in with these three parts.
pub(crate) fn auth(authzid: &str, user: &str, password: &str) -> String {
    let response = STANDARD.encode(format!("{authzid}\0{user}\0{password}"));
    format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{response}</auth>")
}

/// A session that is signed in and bound as `1080@fin1.lab/cisco`.
pub(crate) fn bound() -> ServerSession {
    let mut session = server();
    let bind = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
                <resource>cisco</resource></bind></iq>";
    feed(&mut session, &[OPEN, &auth("", "1080", "ccelab"), OPEN, bind].concat());
    assert_eq!(session.jid().map(ToString::to_string).as_deref(), Some("1080@fin1.lab/cisco"));
    session
}
