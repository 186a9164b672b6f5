//! What clients' streams lead to, whatever carries them: sign-ins of users whom the node knows, and presence that is missed.

use crate::{
    service::Service,
    user::Users,
    xmpp::{StreamKey, UserPresence},
};
use cce_kernel::{Blob, CallId, Cx, LinkId, Request, Security, TimerKey};
use cce_model::AgentId;
use cce_xmpp::server::{Credentials, ServerEvent};

impl Service {
    /// A client connected.
    pub(crate) fn on_stream_up(&mut self, link: LinkId, security: Security, cx: &mut Cx<'_>) {
        self.publisher.sessions.on_link_up(link, security, &self.config, &self.model, cx);
    }

    /// A client's connection is gone.
    pub(crate) fn on_stream_down(&mut self, link: LinkId, cx: &mut Cx<'_>) {
        let presence = self.publisher.sessions.on_stream_down(StreamKey::Link(link), cx);
        self.on_user_presence(presence, cx);
    }

    /// Nothing may have come from a client for too long.
    pub(crate) fn on_quiet(&mut self, timer: &TimerKey, cx: &mut Cx<'_>) {
        let presence = self.publisher.sessions.on_quiet(timer, cx);
        self.on_user_presence(presence, cx);
    }

    /// A client sent something on its connection.
    pub(crate) fn on_xmpp_bytes(&mut self, link: LinkId, bytes: &Blob, cx: &mut Cx<'_>) {
        let users = &self.users;
        let key = StreamKey::Link(link);
        let events = self.publisher.sessions.feed(key, bytes, |name| account(users, name), cx);
        self.on_stream_events(key, events, cx);
    }

    /// A client's request brings a body, or asks what it may ask.
    pub(crate) fn on_bosh_request(&mut self, call: CallId, request: &Request, cx: &mut Cx<'_>) {
        let Self { publisher, config, model, .. } = self;
        let Some(key) = publisher.sessions.on_request(call, request, config, model, cx) else { return };
        while let Some(body) = self.publisher.sessions.next_body(key, cx) {
            for part in body {
                let users = &self.users;
                let events = self.publisher.sessions.take(key, &part, |name| account(users, name), cx);
                self.on_stream_events(key, events, cx);
            }
        }
    }

    /// A request was not waited for.
    pub(crate) fn on_bosh_request_gone(&mut self, call: CallId, cx: &mut Cx<'_>) {
        self.publisher.sessions.on_request_gone(call, cx);
    }

    /// A session had no request for too long.
    pub(crate) fn on_bosh_inactive(&mut self, timer: &TimerKey, cx: &mut Cx<'_>) {
        let presence = self.publisher.sessions.on_inactive(timer, cx);
        self.on_user_presence(presence, cx);
    }

    /// What was to be said in bodies goes out, behind everything else that an input led to.
    pub(crate) fn flush_streams(&mut self, cx: &mut Cx<'_>) {
        for presence in self.publisher.sessions.flush(cx) {
            self.on_user_presence(Some(presence), cx);
        }
    }

    /// Each event is taken in before the next, since one may end the stream that the next one is about.
    fn on_stream_events(&mut self, key: StreamKey, events: Vec<ServerEvent>, cx: &mut Cx<'_>) {
        for event in events {
            let presence = self.publisher.sessions.take_in(key, event, cx);
            self.on_user_presence(presence, cx);
        }
    }

    /// What a stream told of its user, if anything. Where the last client of a user is gone, the wait begins.
    fn on_user_presence(&mut self, presence: Option<UserPresence>, cx: &mut Cx<'_>) {
        match presence {
            Some(UserPresence::Present(user)) => self.absences.on_present(&AgentId::from(user.as_str()), cx),
            Some(UserPresence::Gone(user)) => {
                let desk = self.users.desk(&AgentId::from(user.as_str()));
                if !self.publisher.sessions.is_present(&user) && desk.is_anywhere() {
                    self.absences.begin(&desk.user, self.config.presence_grace, cx);
                }
            }
            None => {}
        }
    }
}

/// Who signs in by that name.
fn account(users: &Users, name: &str) -> Option<Credentials> {
    let agent = users.named(name)?;
    Some(Credentials { user: agent.to_string(), password: users.desk(agent).password().to_owned() })
}
