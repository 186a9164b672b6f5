//! The cookie of the products' web servers.

use crate::{Cx, Request, Response, Security};

/// What a servlet container calls the session of a client.
const NAME: &str = "JSESSIONID";

impl Response {
    /// Gives a client that names no session one, for requests below `path` (ccp-task-api 1.1, finesse-nonvoice 1.3; the
    /// attributes are inferred). A session means nothing: the cookie is kept nowhere, and whichever a client sends is as good.
    pub fn in_session(self, path: &'static str, request: &Request, cx: &mut Cx<'_>) -> Self {
        if names_session(request) {
            return self;
        }
        let id = cx.uuid("session cookie");
        let secure = match request.security {
            Security::Tls => "; Secure",
            Security::Plain | Security::Offered => "",
        };
        self.header("set-cookie", format!("{NAME}={:X}; Path={path}{secure}; HttpOnly", id.simple()))
    }
}

fn names_session(request: &Request) -> bool {
    let lines = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    let mut cookies = lines.flat_map(|(_, value)| value.split(';'));
    cookies.any(|cookie| cookie.trim_start().split_once('=').is_some_and(|(name, _)| name == NAME))
}
