//! HTTP requests become inputs; replies become responses. No state and no decisions here.

use crate::{
    arrivals::Arrivals,
    byte_budget::{ByteBudget, BytePermit},
    config::{ANSWERS_MAX, BODIES_MAX, OutsiderLimits},
    connection_limits::ConnectionLimits,
    event::{Caller, Client, Event, Inbox},
    faults::Faults,
    port_listener::{Arrival, PortListener},
    remaining::Remaining,
    web::{Body, Unread, WebStream, bare, converse, read},
    web_socket,
};
use bytes::Bytes;
use cce_kernel::{CallId, Port, Request, Response, Security};
use http::{HeaderMap, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::{mpsc::error::TrySendError, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

type WireRequest = http::Request<Incoming>;
type WireResponse = http::Response<Full<Bytes>>;

/// What every request of one listener needs.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    pub(crate) port: Port,
    pub(crate) inbox: Inbox,
    pub(crate) faults: Arc<Faults>,
    /// Numbers the calls of the component that listens.
    pub(crate) calls: Arc<AtomicU64>,
    pub(crate) tasks: TaskTracker,
    pub(crate) remaining: Arc<Remaining>,
    pub(crate) limits: OutsiderLimits,
    pub(crate) rooms: Rooms,
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
    // One that has no address is gone already.
    let Ok(address) = stream.peer_addr() else { return };
    let _remaining = front.remaining.enter(format!("the HTTP client {address} of {port}"));
    let security = if stream.is_tls() { Security::Tls } else { Security::Plain };
    let stream = WebStream::new(stream, broken.clone(), front.limits, permit);
    let client = Client { address, port, security, broken };
    converse(stream, front.limits, &stop, |request| forward(&front, client.clone(), request)).await;
}

async fn forward(front: &Front, client: Client, request: WireRequest) -> WireResponse {
    if front.port == Port::Bosh && web_socket::is_asked_for(&request) {
        return web_socket::answer(front, client, request).await;
    }
    let (parts, body) = request.into_parts();
    let (Body { bytes, place }, body_flaw) =
        match read(&parts.headers, body, &front.rooms.bodies, front.limits.body).await {
            Ok(body) => (body, None),
            Err(Unread::Flaw(flaw)) => (Body::default(), Some(flaw)),
            Err(Unread::NoRoom) => return bare(StatusCode::SERVICE_UNAVAILABLE),
        };
    let target = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let request = Request {
        method: parts.method.to_string(),
        target,
        headers: headers(&parts.headers),
        peer: client.address.to_string(),
        security: client.security,
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
    let caller = Caller { client, reply };
    front.inbox.send(Event::Call { call, port: front.port, request, caller, place }).await.ok()?;
    let mut waiting = Waiting { call, front, is_answered: false };
    let response = answer.await.ok();
    waiting.is_answered = true;
    front.faults.pass(port).await;
    response
}

/// Tells the component when the client leaves before the reply: then this is dropped unanswered.
struct Waiting<'a> {
    call: CallId,
    front: &'a Front,
    is_answered: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.is_answered {
            return;
        }
        let gone = Event::CallGone { call: self.call };
        if let Err(TrySendError::Full(gone)) = self.front.inbox.try_send(gone) {
            let inbox = self.front.inbox.clone();
            self.front.tasks.spawn(async move { inbox.send(gone).await });
        }
    }
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
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
