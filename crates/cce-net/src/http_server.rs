//! HTTP requests become inputs; replies become responses. No state and no decisions here.

use crate::{
    arrivals::Arrivals,
    byte_budget::{ByteBudget, BytePermit},
    config::{ANSWERS_MAX, BODIES_MAX, OutsiderLimits},
    connection_limits::ConnectionLimits,
    event::{Client, Event, Inbox, PendingReply},
    faults::Faults,
    port_listener::{Arrival, PortListener},
    remaining::Remaining,
    web::{Body, BodyRefusal, WebStream, WireResponse, bare, converse, read},
    web_socket,
};
use cce_kernel::{CallId, Caller, Port, Request, Response, Security, Trust};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{HOST, LOCATION},
    uri::{Authority, PathAndQuery},
};
use http_body_util::Full;
use hyper::body::Incoming;
use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::sync::{mpsc::error::TrySendError, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The port that URLs of HTTPS leave out.
const HTTPS: u16 = 443;

type WireRequest = http::Request<Incoming>;

/// What every request of one listener needs.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    pub(crate) port: Port,
    pub(crate) inbox: Inbox,
    pub(crate) faults: Arc<Faults>,
    /// Numbers the calls of the component that listens.
    pub(crate) calls: Arc<AtomicU64>,
    /// Whether that component lives.
    pub(crate) is_alive: Arc<AtomicBool>,
    pub(crate) tasks: TaskTracker,
    pub(crate) remaining: Arc<Remaining>,
    pub(crate) limits: OutsiderLimits,
    pub(crate) rooms: Rooms,
    /// Where clients in plain are sent to: the port over TLS.
    pub(crate) redirect: Option<u16>,
    /// The connections from outside that became streams: they count as links, and no longer as HTTP.
    pub(crate) streams: Arc<ConnectionLimits>,
}

/// How many bytes of its clients may wait.
#[derive(Clone, Debug)]
pub(crate) struct Rooms {
    /// Bodies that are read, or wait for the component.
    bodies: ByteBudget,
    /// Responses that wait for their clients.
    answers: ByteBudget,
}

impl Default for Rooms {
    fn default() -> Self {
        Self { bodies: ByteBudget::new(BODIES_MAX), answers: ByteBudget::new(ANSWERS_MAX) }
    }
}

/// Serves one listener until the token is cancelled.
pub(crate) async fn serve(listener: Arc<PortListener>, front: Front, stop: CancellationToken) {
    let mut arrivals = Arrivals::of(Arc::clone(&listener));
    loop {
        let arrival = tokio::select! {
            // A stop counts before one more connection.
            biased;
            () = stop.cancelled() => return,
            arrival = arrivals.next() => arrival,
        };
        let broken = listener.breaker(arrival.port);
        front.tasks.spawn(attend(arrival, broken, front.clone(), stop.clone()));
    }
}

async fn attend(arrival: Arrival, broken: CancellationToken, front: Front, stop: CancellationToken) {
    let Arrival { stream, port, permit } = arrival;
    // A connection without an address is gone already.
    let Ok(address) = stream.peer_addr() else { return };
    let _remaining = front.remaining.enter(format!("the HTTP client {address} of {port}"));
    let security = if stream.is_tls() { Security::Tls } else { Security::Plain };
    // Whoever comes from outside has a place among those.
    let caller = if permit.is_some() { Caller::Outside } else { Caller::Lab };
    // The lab's own may speak in plain everywhere.
    let redirect = front.redirect.filter(|_| security == Security::Plain && caller == Caller::Outside);
    let stream = WebStream::new(stream, broken.clone(), front.limits, permit);
    if let Some(port) = redirect {
        return converse(stream, front.limits, &stop, |request| ready(redirected(&request, port))).await;
    }
    let client = Client { address, port, caller, security, broken };
    converse(stream, front.limits, &stop, |request| forward(&front, client.clone(), request)).await;
}

/// The answer that names the same thing over TLS (finesse-nonvoice 1.1). Who names no host has a version of HTTP without redirects
/// to one, and is refused.
fn redirected<B>(request: &http::Request<B>, port: u16) -> WireResponse {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let Some(host) = host.and_then(|host| host.parse::<Authority>().ok()) else {
        return bare(StatusCode::BAD_REQUEST);
    };
    let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    let port = if port == HTTPS { String::new() } else { format!(":{port}") };
    let place = format!("https://{}{port}{path}", host.host());
    let mut response = bare(StatusCode::MOVED_PERMANENTLY);
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}

/// Answers a request by what the component says, or by a stream.
pub(crate) async fn forward(front: &Front, client: Client, request: WireRequest) -> WireResponse {
    if front.port == Port::Bosh && web_socket::is_asked_for(&request) {
        return web_socket::answer(front, client, request).await;
    }
    let (parts, body) = request.into_parts();
    let (Body { bytes, place }, body_flaw) =
        match read(&parts, body, &front.rooms.bodies, front.limits.body).await {
            Ok(body) => (body, None),
            Err(BodyRefusal::Flaw(flaw)) => (Body::default(), Some(flaw)),
            Err(BodyRefusal::NoRoom) => return bare(StatusCode::SERVICE_UNAVAILABLE),
        };
    let target = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let request = Request {
        method: parts.method.to_string(),
        target,
        headers: headers(&parts.headers),
        peer: client.address.to_string(),
        security: client.security,
        trust: Trust::default(),
        caller: client.caller,
        body: bytes.into(),
        body_flaw,
    };
    let response = ask(front, client, request, place).await;
    response
        .and_then(|response| wire_response(front, response))
        .unwrap_or_else(|| bare(StatusCode::SERVICE_UNAVAILABLE))
}

async fn ask(front: &Front, client: Client, request: Request, place: Option<BytePermit>) -> Option<Response> {
    let port = client.port;
    front.faults.pass(port).await;
    let call = CallId(front.calls.fetch_add(1, Ordering::Relaxed) + 1);
    let (reply, answer) = oneshot::channel();
    let caller = PendingReply { client, reply };
    front.inbox.send(Event::Call { call, port: front.port, request, caller, place }).await.ok()?;
    let mut waiting = WaitingClient { call, front, is_answered: false };
    // A component that ends, or refuses the request, drops the other end.
    let response = answer.await.ok();
    waiting.is_answered = true;
    front.faults.pass(port).await;
    response
}

/// Tells the component when the client leaves before the reply: then this is dropped unanswered.
struct WaitingClient<'a> {
    call: CallId,
    front: &'a Front,
    is_answered: bool,
}

impl Drop for WaitingClient<'_> {
    fn drop(&mut self) {
        if self.is_answered {
            return;
        }
        let gone = Event::CallGone { call: self.call };
        // A drop cannot wait for room in the queue.
        if let Err(TrySendError::Full(gone)) = self.front.inbox.try_send(gone) {
            let inbox = self.front.inbox.clone();
            self.front.tasks.spawn(async move { inbox.send(gone).await });
        }
    }
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    // A value may have any bytes above 127 (RFC 9110 5.5), and a component has texts.
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// What is sent to a client; none where there is no room for it.
fn wire_response(front: &Front, response: Response) -> Option<WireResponse> {
    let mut building = http::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        building = building.header(name, value);
    }
    let body = Full::new(front.rooms.answers.keep(response.body.0)?);
    Some(building.body(body).unwrap_or_else(|_| bare(StatusCode::INTERNAL_SERVER_ERROR)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(host: &str, port: u16) -> String {
        let request = http::Request::get("/finesse/api/User/1081").header(HOST, host).body(()).unwrap();
        redirected(&request, port).headers()[LOCATION].to_str().unwrap().to_owned()
    }

    #[test]
    fn a_redirect_names_the_host_of_the_request_and_leaves_out_the_port_of_https() {
        assert_eq!(location("fin1.lab:80", 8445), "https://fin1.lab:8445/finesse/api/User/1081");
        assert_eq!(location("fin1.lab", HTTPS), "https://fin1.lab/finesse/api/User/1081");
        assert_eq!(location("[::1]:8082", 8445), "https://[::1]:8445/finesse/api/User/1081");
    }

    #[test]
    fn who_names_no_host_cannot_be_sent_anywhere() {
        let request = http::Request::get("/").body(()).unwrap();
        assert_eq!(redirected(&request, 8445).status(), StatusCode::BAD_REQUEST);
    }
}
