//! Applications that follow contacts by the notification service (ccp-task-api 6): who may sign in, and what their requests bring.
//! Whether an application is present is told to its own clients, and to nobody else.

use crate::{Ccp, Config};
use cce_kernel::{Account, CallId, Cx, Request, TimerKey};
use cce_pubsub::StreamTimer;
use cce_xmpp::server::Credentials;

impl Ccp {
    /// A client's request brings a body, or asks what it may ask.
    pub(crate) fn on_bosh_request(&mut self, call: CallId, request: &Request, cx: &mut Cx<'_>) {
        let config = &self.config;
        self.eventing.streams.on_request(call, request, |name| account(config, name), cx);
    }

    /// A stream has waited for long enough.
    pub(crate) fn on_stream_timer(&mut self, timer: StreamTimer, key: &TimerKey, cx: &mut Cx<'_>) {
        self.eventing.streams.on_timer(timer, key, cx);
    }

    /// What was to be said in bodies goes out, behind everything else that an input led to.
    pub(crate) fn flush_streams(&mut self, cx: &mut Cx<'_>) {
        self.eventing.streams.flush(cx);
    }
}

/// Who signs in by that name: the administrator (ccp-task-api 6; inferred).
fn account(config: &Config, name: &str) -> Option<Credentials> {
    let Account { name: user, password } = config.administrator.clone();
    (name == user).then_some(Credentials { user, password })
}
