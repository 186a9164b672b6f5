//! HTTP requests become inputs; replies become responses. No state and no decisions here.

use crate::{
    actor::{Event, Inbox},
    config::BODY_MAX,
    door::{Door, HttpDoor},
    faults::Faults,
    parcel::Caller,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request as WireRequest, State, connect_info::Connected},
    http::{HeaderMap, StatusCode, header::CONTENT_LENGTH},
    response::Response as WireResponse,
    serve::IncomingStream,
};
use bytes::Bytes;
use cce_kernel::{BodyFlaw, CallId, Port, Request, Response};
use http_body_util::LengthLimitError;
use std::{
    error::Error,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{mpsc::error::TrySendError, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What every request of one listener needs.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    pub(crate) port: Port,
    pub(crate) inbox: Inbox,
    pub(crate) faults: Arc<Faults>,
    /// Numbers the calls of the component that listens.
    pub(crate) calls: Arc<AtomicU64>,
    pub(crate) tasks: TaskTracker,
}

/// Who is at the other end of an HTTP connection.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    /// As the client calls it.
    pub(crate) port: Port,
    /// Breaks the connection when it is cancelled.
    pub(crate) broken: CancellationToken,
}

impl Connected<IncomingStream<'_, HttpDoor>> for Client {
    fn connect_info(stream: IncomingStream<'_, HttpDoor>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Serves one listener until the token is cancelled.
pub(crate) async fn serve(door: Arc<Door>, front: Front, stop: CancellationToken) {
    let port = front.port;
    let router = Router::new().fallback(forward).with_state(front);
    let service = router.into_make_service_with_connect_info::<Client>();
    let serving = axum::serve(HttpDoor(door), service).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = serving.await {
        tracing::warn!(%error, %port, "the HTTP listener ended");
    }
}

async fn forward(
    State(front): State<Front>,
    ConnectInfo(client): ConnectInfo<Client>,
    request: WireRequest,
) -> WireResponse {
    let (parts, body) = request.into_parts();
    let (body, body_flaw) = match read(&parts.headers, body).await {
        Ok(body) => (body, None),
        Err(flaw) => (Bytes::new(), Some(flaw)),
    };
    let target = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let request = Request {
        method: parts.method.to_string(),
        target,
        headers: headers(&parts.headers),
        peer: client.address.to_string(),
        body: body.into(),
        body_flaw,
    };
    ask(&front, client, request).await.map_or_else(|| refuse(StatusCode::SERVICE_UNAVAILABLE), wire_response)
}

/// Reads a body, unless it is too large already by what the client says of it.
async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, BodyFlaw> {
    if announced(headers) > BODY_MAX {
        return Err(BodyFlaw::TooLarge);
    }
    to_bytes(body, BODY_MAX).await.map_err(|error| {
        let is_too_large = error.source().is_some_and(<dyn Error>::is::<LengthLimitError>);
        if is_too_large { BodyFlaw::TooLarge } else { BodyFlaw::Broken }
    })
}

async fn ask(front: &Front, client: Client, request: Request) -> Option<Response> {
    let port = client.port;
    front.faults.pass(port).await;
    let call = CallId(front.calls.fetch_add(1, Ordering::Relaxed) + 1);
    let (reply, answer) = oneshot::channel();
    let caller = Caller { client, reply };
    front.inbox.send(Event::Call { call, port: front.port, request, caller }).await.ok()?;
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

fn announced(headers: &HeaderMap) -> usize {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

fn wire_response(response: Response) -> WireResponse {
    let mut building = WireResponse::builder().status(response.status);
    for (name, value) in &response.headers {
        building = building.header(name, value);
    }
    building.body(Body::from(response.body.0)).unwrap_or_else(|_| refuse(StatusCode::INTERNAL_SERVER_ERROR))
}

fn refuse(status: StatusCode) -> WireResponse {
    let mut response = WireResponse::new(Body::empty());
    *response.status_mut() = status;
    response
}
