//! The notification service: streams of desktops, who of them hears what (finesse-nonvoice 4.3 to 4.5).

use crate::{Config, timer::Timer};
use cce_kernel::{Blob, CloseReason, Cx, LinkId, Port, Security, TimerKey};
use cce_model::{Object, ObjectModel, Publication};
use cce_xmpp::{
    Jid, StreamCarrier, StreamError, StreamLimits,
    server::{
        Credentials, EventMessage, Nodes, ServerConfig, ServerEnding, ServerEvent, ServerSession,
        event_message, presence,
    },
};
use rand::RngExt;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    time::Duration,
};

/// How long a client may take from its connection to the bind of its resource (inferred). Who never signs in would take a
/// place from others for ever.
const SIGN_IN_DEADLINE: Duration = Duration::from_secs(30);
/// The node of the system's state (finesse-nonvoice 4.4).
const SYSTEM_NODE: &str = "/finesse/api/SystemInfo";
/// Characters of a message id.
const ID_LENGTH: usize = 8;

/// What a stream tells of its user. The component above decides what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UserPresence {
    /// A client of the user is present.
    Present(String),
    /// A client of the user that was present is gone; others may be there.
    Gone(String),
}

/// Every stream, and the number of the last item that was published.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    clients: BTreeMap<LinkId, Client>,
    items: u64,
    explicit: Subscriptions,
}

/// Explicit subscriptions by user. They outlive the streams on which they were made (finesse-nonvoice 4.4).
#[derive(Debug, Default)]
struct Subscriptions(BTreeMap<String, Vec<Subscription>>);

/// Explicit subscriptions of one user; of more, the oldest are forgotten.
const SUBSCRIPTIONS_MAX: usize = 64;

#[derive(Debug, PartialEq, Eq)]
struct Subscription {
    node: String,
    /// The one client of the user that is to hear; none for every one.
    resource: Option<String>,
}

impl Subscriptions {
    fn add(&mut self, user: String, subscription: Subscription) {
        let own = self.0.entry(user).or_default();
        own.retain(|known| *known != subscription);
        if own.len() >= SUBSCRIPTIONS_MAX {
            own.remove(0);
        }
        own.push(subscription);
    }

    fn remove(&mut self, user: &str, subscription: &Subscription) {
        if let Some(own) = self.0.get_mut(user) {
            own.retain(|known| known != subscription);
        }
    }

    /// Who hears of a node: users with the one client that is to hear, or none for every one. A client that is named
    /// and one of a user of whom every client hears does not hear twice.
    fn of_node(&self, node: &str) -> Vec<(String, Option<String>)> {
        let mut hearers = Vec::new();
        for (user, own) in &self.0 {
            let of_node: Vec<Option<String>> =
                own.iter().filter(|known| known.node == node).map(|known| known.resource.clone()).collect();
            let resources = if of_node.contains(&None) { vec![None] } else { of_node };
            hearers.extend(resources.into_iter().map(|resource| (user.clone(), resource)));
        }
        hearers
    }
}

#[derive(Debug)]
struct Client {
    session: ServerSession,
    /// Its address, once it has one.
    jid: Option<Jid>,
    /// The priority that other clients of the user were told of; none while the client is not present.
    told: Option<i8>,
}

impl Sessions {
    /// Sends a notification to every client of its agent that can receive it, and a user's to whoever subscribed to the
    /// users of the team.
    pub(crate) fn deliver(&mut self, publication: &Publication, config: &Config, cx: &mut Cx<'_>) {
        let update = cce_xml::update(publication);
        self.send_item(publication.agent.as_str(), None, &publication.node(), &update, config, cx);
        // Of a user alone, teams hear too.
        let Object::User(user) = &publication.object else { return };
        let node = format!("/finesse/api/Team/{}/Users", user.team_id);
        for (subscriber, resource) in self.explicit.of_node(&node) {
            self.send_item(&subscriber, resource.as_deref(), &node, &update, config, cx);
        }
    }

    /// Sends a notification of the system's node to every client that can receive it.
    pub(crate) fn deliver_system(&mut self, update: &str, config: &Config, cx: &mut Cx<'_>) {
        let bound = self.clients.values().filter_map(|client| client.jid.as_ref());
        let users: BTreeSet<String> = bound.map(|jid| jid.user.clone()).collect();
        for user in users {
            self.send_item(&user, None, SYSTEM_NODE, update, config, cx);
        }
    }

    /// Sends an item of a node to the clients of a user, or to one of them.
    fn send_item(
        &mut self,
        user: &str,
        resource: Option<&str>,
        node: &str,
        update: &str,
        config: &Config,
        cx: &mut Cx<'_>,
    ) {
        let links: Vec<LinkId> = self
            .of_user(user)
            .filter(|(_, client)| client.session.is_available() && client.is_at(resource))
            .map(|(link, _)| link)
            .collect();
        if links.is_empty() {
            return;
        }
        // An item that nobody gets has no number.
        self.items += 1;
        let resource = resource.map(|resource| format!("/{resource}")).unwrap_or_default();
        let stanza = event_message(&EventMessage {
            from: &format!("pubsub.{}", config.fqdn),
            to: &format!("{user}@{}{resource}", config.fqdn),
            node,
            // A UUID with a counting number right behind it (finesse-nonvoice 4.5).
            item: &format!("{}{}", cx.uuid("item"), self.items),
            id: &random_id(cx),
            update,
            namespace: &config.notification_namespace,
        });
        for link in links {
            self.send(link, &stanza, cx);
        }
    }

    /// Sends a stanza to a client that is there.
    fn send(&mut self, link: LinkId, stanza: &str, cx: &mut Cx<'_>) {
        let client = self.clients.get_mut(&link).expect("a client that is sent to is there");
        cx.send(link, client.session.stanza(stanza));
    }

    fn of_user<'a>(&'a self, user: &'a str) -> impl Iterator<Item = (LinkId, &'a Client)> {
        self.clients.iter().filter(|(_, client)| client.is_of(user)).map(|(link, client)| (*link, client))
    }

    /// A client connected.
    pub(crate) fn on_link_up(
        &mut self,
        link: LinkId,
        security: Security,
        config: &Config,
        model: &ObjectModel,
        cx: &mut Cx<'_>,
    ) {
        let of_port = self.clients.keys().filter(|known| known.port == link.port).count();
        if !link.port.takes_one_more(of_port) {
            return cx.close(link, CloseReason::Refused);
        }
        let session = ServerSession::new(ServerConfig {
            carrier: carrier_of(link.port),
            domain: config.fqdn.clone(),
            stream_id: format!("{:08x}", link.number),
            resource: random_id(cx),
            random: cx.rng("sign-in").random(),
            limits: StreamLimits::default(),
            nodes: Nodes {
                teams: model.agents.iter().map(|agent| agent.team.id.to_string()).collect(),
                mrds: model.mrds.iter().map(|mrd| mrd.id.to_string()).collect(),
            },
        });
        let session = match security {
            Security::Offered => session.offering_tls(),
            Security::Plain | Security::Tls => session,
        };
        self.clients.insert(link, Client { session, jid: None, told: None });
        cx.arm(sign_in_of(link), SIGN_IN_DEADLINE);
    }

    /// A client has not bound a resource in time.
    ///
    /// # Panics
    ///
    /// If no such client waits for its sign-in: the timer ends with it.
    pub(crate) fn on_sign_in_overdue(&mut self, number: u64, cx: &mut Cx<'_>) {
        let overdue = self
            .clients
            .iter()
            .find(|(link, client)| u64::from(link.number) == number && client.jid.is_none());
        let link = *overdue.expect("the timer of a sign-in ends with it").0;
        let mut client = self.clients.remove(&link).expect("it was found");
        cx.send(link, client.session.close(Some(StreamError::ConnectionTimeout)));
        cx.close(link, CloseReason::Idle);
    }

    /// A connection is gone: the user's other clients hear of it.
    pub(crate) fn on_link_down(&mut self, link: LinkId, cx: &mut Cx<'_>) -> Option<UserPresence> {
        let Some(client) = self.clients.remove(&link) else {
            cx.over_meanwhile("stream");
            return None;
        };
        if client.jid.is_none() {
            cx.cancel(sign_in_of(link));
        }
        self.tell_gone(&client, cx)
    }

    /// Reads what a client sent; `accounts` knows who signs in by a name. The component takes the events in one after the
    /// other by [`Self::take_in`].
    pub(crate) fn feed(
        &mut self,
        link: LinkId,
        bytes: &Blob,
        accounts: impl Fn(&str) -> Option<Credentials>,
        cx: &mut Cx<'_>,
    ) -> Vec<ServerEvent> {
        let Some(client) = self.clients.get_mut(&link) else {
            cx.over_meanwhile("stream");
            return Vec::new();
        };
        client.session.feed(&bytes.0, accounts)
    }

    /// Does what an event of a stream asks for.
    pub(crate) fn take_in(
        &mut self,
        link: LinkId,
        event: ServerEvent,
        cx: &mut Cx<'_>,
    ) -> Option<UserPresence> {
        // An earlier event of the same input ended the stream.
        let Some(client) = self.clients.get(&link) else {
            cx.over_meanwhile("stream");
            return None;
        };
        match event {
            ServerEvent::Send(bytes) => cx.send(link, bytes),
            ServerEvent::Secure => cx.secure(link),
            ServerEvent::Bound(jid) => return self.on_bound(link, jid, cx),
            ServerEvent::Presence { available, priority } => {
                return self.on_presence(link, available.then_some(priority), cx);
            }
            ServerEvent::Closed(ending) => return self.on_stream_closed(link, ending, cx),
            ServerEvent::Subscribed { node, resource } => {
                self.explicit.add(client.user(), Subscription { node, resource });
            }
            ServerEvent::Unsubscribed { node, resource } => {
                self.explicit.remove(&client.user(), &Subscription { node, resource });
            }
        }
        None
    }

    /// Ends every stream, as the protocol asks.
    pub(crate) fn stop(&mut self, cx: &mut Cx<'_>) {
        for (link, mut client) in std::mem::take(&mut self.clients) {
            if client.jid.is_none() {
                cx.cancel(sign_in_of(link));
            }
            cx.send(link, client.session.close(Some(StreamError::SystemShutdown)));
            cx.close(link, CloseReason::Stopping);
        }
    }

    /// Whether a client of the user is present.
    pub(crate) fn is_present(&self, user: &str) -> bool {
        self.of_user(user).any(|(_, client)| client.told.is_some())
    }

    /// A newer stream takes its address from an older one.
    fn on_bound(&mut self, link: LinkId, jid: Jid, cx: &mut Cx<'_>) -> Option<UserPresence> {
        cx.cancel(sign_in_of(link));
        let older = self.clients.iter().find(|(_, client)| client.jid.as_ref() == Some(&jid));
        let older = older.map(|(link, _)| *link);
        self.clients.get_mut(&link).expect("a stream that is bound is there").jid = Some(jid);
        let older = older?;
        let mut client = self.clients.remove(&older).expect("it was found");
        cx.send(older, client.session.close(Some(StreamError::Conflict)));
        cx.close(older, CloseReason::Superseded);
        self.tell_gone(&client, cx)
    }

    /// Every present client of a user hears of each other one, itself included (RFC 6121 4.2.2).
    fn on_presence(&mut self, link: LinkId, priority: Option<i8>, cx: &mut Cx<'_>) -> Option<UserPresence> {
        let client = self.clients.get_mut(&link).expect("a stream that tells of presence is there");
        let jid = client.jid.clone().expect("presence comes behind the bind");
        let was_told = std::mem::replace(&mut client.told, priority);
        let me = jid.to_string();
        for (other, theirs, told) in self.present(&jid.user) {
            self.send(other, &presence(&me, &theirs, priority), cx);
            if was_told.is_none() && other != link {
                self.send(link, &presence(&theirs, &me, Some(told)), cx);
            }
        }
        match (was_told, priority) {
            (_, Some(_)) => Some(UserPresence::Present(jid.user)),
            (Some(_), None) => Some(UserPresence::Gone(jid.user)),
            (None, None) => None,
        }
    }

    fn on_stream_closed(
        &mut self,
        link: LinkId,
        ending: ServerEnding,
        cx: &mut Cx<'_>,
    ) -> Option<UserPresence> {
        let reason = match ending {
            ServerEnding::Peer => CloseReason::Done,
            ServerEnding::SignInRefused | ServerEnding::TlsRefused => CloseReason::Refused,
            ServerEnding::Error(error) => bad_stream(link, error.to_string(), cx),
            ServerEnding::BadFrame(flaw) => bad_stream(link, flaw.to_string(), cx),
        };
        cx.close(link, reason);
        self.on_link_down(link, cx)
    }

    /// The other clients of a user hear that one is gone. Of a client that never was present, nobody has heard.
    fn tell_gone(&mut self, client: &Client, cx: &mut Cx<'_>) -> Option<UserPresence> {
        let jid = client.jid.as_ref().filter(|_| client.told.is_some())?;
        let me = jid.to_string();
        for (link, theirs, _) in self.present(&jid.user) {
            self.send(link, &presence(&me, &theirs, None), cx);
        }
        Some(UserPresence::Gone(jid.user.clone()))
    }

    /// The present clients of a user: connection, address and priority.
    fn present(&self, user: &str) -> Vec<(LinkId, String, i8)> {
        self.of_user(user)
            .filter_map(|(link, client)| Some((link, client.jid.as_ref()?.to_string(), client.told?)))
            .collect()
    }
}

impl Client {
    /// Whose client it is.
    ///
    /// # Panics
    ///
    /// If it has no address: subscriptions come behind the bind.
    fn user(&self) -> String {
        self.jid.as_ref().expect("subscriptions come behind the bind").user.clone()
    }

    /// Whether it is the client of that resource, where one is named.
    fn is_at(&self, resource: Option<&str>) -> bool {
        resource.is_none_or(|resource| self.jid.as_ref().is_some_and(|jid| jid.resource == resource))
    }

    fn is_of(&self, user: &str) -> bool {
        self.jid.as_ref().is_some_and(|jid| jid.user == user)
    }
}

/// What carries the streams of a port.
///
/// # Panics
///
/// If the port has no streams.
fn carrier_of(port: Port) -> StreamCarrier {
    match port {
        Port::Xmpp => StreamCarrier::Tcp,
        Port::XmppWs => StreamCarrier::WebSocket,
        Port::App
        | Port::CcpRest
        | Port::Mr
        | Port::IcmMr
        | Port::IcmAgent
        | Port::CtiA
        | Port::CtiB
        | Port::Desk
        | Port::Bosh => unreachable!("{port} carries no streams"),
    }
}

/// A client broke a rule of its stream.
fn bad_stream(link: LinkId, detail: String, cx: &mut Cx<'_>) -> CloseReason {
    cx.note_peer_error(link, "stream", &detail);
    CloseReason::BadMessage(detail)
}

fn sign_in_of(link: LinkId) -> TimerKey {
    Timer::SignIn.key(u64::from(link.number))
}

/// Random letters and digits.
fn random_id(cx: &mut Cx<'_>) -> String {
    let mut id = String::new();
    for _ in 0..ID_LENGTH {
        let digit = cx.rng("stanza").random_range(0..36);
        let _ = write!(id, "{}", char::from_digit(digit, 36).unwrap_or('0'));
    }
    id
}
