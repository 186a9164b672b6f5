//! What clients' streams lead to, whatever carries them: sign-ins of users whom the node knows, and presence that is missed.

use crate::{service::Service, user::Users};
use cce_kernel::{Blob, CallId, Cx, LinkId, Request, Security, TimerKey};
use cce_model::AgentId;
use cce_pubsub::{StreamTimer, UserPresence};
use cce_xmpp::server::Credentials;

impl Service {
    /// A client connected.
    pub(crate) fn on_stream_up(&mut self, link: LinkId, security: Security, cx: &mut Cx<'_>) {
        self.publisher.streams.on_link_up(link, security, cx);
    }

    /// A client's connection is gone.
    pub(crate) fn on_stream_down(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        let presence = self.publisher.streams.on_link_down(link, cx);
        self.on_presence(presence, cx);
    }

    /// A stream has waited for long enough.
    pub(crate) fn on_stream_timer(&mut self, timer: StreamTimer, key: &TimerKey, cx: &mut Cx<'_>) {
        let presence = self.publisher.streams.on_timer(timer, key, cx);
        self.on_presence(presence, cx);
    }

    /// A client sent something on its connection.
    pub(crate) fn on_xmpp_bytes(&mut self, link: LinkId, bytes: &Blob, cx: &mut Cx<'_>) {
        let users = &self.users;
        let presence = self.publisher.streams.on_bytes(link, bytes, |name| account(users, name), cx);
        self.on_presence(presence, cx);
    }

    /// A client's request brings a body, or asks what it may ask.
    pub(crate) fn on_bosh_request(&mut self, call: CallId, request: &Request, cx: &mut Cx<'_>) {
        let users = &self.users;
        let presence = self.publisher.streams.on_request(call, request, |name| account(users, name), cx);
        self.on_presence(presence, cx);
    }

    /// A request was not waited for.
    pub(crate) fn on_bosh_request_gone(&mut self, call: CallId, cx: &mut Cx<'_>) {
        self.publisher.streams.on_request_gone(call, cx);
    }

    /// What was to be said in bodies goes out, behind everything else that an input led to.
    pub(crate) fn flush_streams(&mut self, cx: &mut Cx<'_>) {
        let presence = self.publisher.streams.flush(cx);
        self.on_presence(presence, cx);
    }

    /// What streams told of their users. Presence drives the automatic sign-out, and each client of a user keeps it off
    /// (finesse-nonvoice 4.3).
    fn on_presence(&mut self, told: impl IntoIterator<Item = UserPresence>, cx: &mut Cx<'_>) {
        for presence in told {
            match presence {
                UserPresence::Present(user) => self.absences.on_present(&AgentId::from(user.as_str()), cx),
                UserPresence::Gone(user) => {
                    let user = self.users.user(&AgentId::from(user.as_str()));
                    if user.is_anywhere() {
                        self.absences.begin(&user.shown, self.config.presence_grace, cx);
                    }
                }
            }
        }
    }
}

/// Who signs in by that name.
fn account(users: &Users, name: &str) -> Option<Credentials> {
    let agent = users.named(name)?;
    Some(Credentials { user: agent.to_string(), password: users.user(agent).password().to_owned() })
}
