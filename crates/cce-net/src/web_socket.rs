//! From HTTP to WebSocket: the handshake, on either end (RFC 6455 4, RFC 7395 3.1). What is behind it is a stream of bytes,
//! as of any link.

use crate::{
    byte_stream::ByteStream,
    event::{Client, Event},
    http_server::Front,
    socket::Connection,
    web::{WebStream, WireResponse, bare},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use cce_kernel::{LinkReason, Port};
use cce_xmpp::websocket::{WS_PROTOCOL, WS_VERSION, accept_key};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Version,
    header::{
        ALLOW, CONNECTION, HOST, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
        SEC_WEBSOCKET_VERSION, UPGRADE,
    },
};
use http_body_util::Empty;
use hyper::{
    body::Incoming,
    client::conn::http1,
    upgrade::{self, Upgraded},
};
use hyper_util::rt::TokioIo;
use std::sync::atomic::Ordering;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

/// Where the stream begins (finesse-nonvoice 1.2).
const PATH: &str = "/ws";

/// What is upgraded to.
const WEBSOCKET: &str = "websocket";

/// Bytes of a client's key (RFC 6455 4.1).
const KEY_BYTES: usize = 16;

/// What a client's key is here. It proves that the server understood the question, and is no secret.
const KEY: [u8; KEY_BYTES] = *b"ccelab-websocket";

/// Whether a request is for the stream, with a final slash or without.
pub(crate) fn is_asked_for<B>(request: &Request<B>) -> bool {
    request.uri().path().trim_end_matches('/') == PATH
}

/// Answers a request for the stream, and hands its connection on once the answer is written.
pub(crate) async fn answer(front: &Front, client: Client, mut request: Request<Incoming>) -> WireResponse {
    let proof = match judge(&request) {
        Ok(proof) => proof,
        Err(wrong) => return wrong.response(),
    };
    front.faults.pass(client.port).await;
    // The lab's own clients call the listener by this name, and others by that of BOSH.
    let is_outside = client.port != Port::XmppWs;
    let permit = if is_outside { front.streams.enter(client.address.ip()) } else { None };
    // A component that is gone answers no request, and has no stream either.
    let has_nobody = front.faults.is_closed(Port::XmppWs) || !front.is_alive.load(Ordering::Relaxed);
    if has_nobody || (is_outside && permit.is_none()) {
        return bare(StatusCode::SERVICE_UNAVAILABLE);
    }
    let (inbox, upgrading) = (front.inbox.clone(), upgrade::on(&mut request));
    let upgrading = timeout(front.limits.head, upgrading);
    front.tasks.spawn(async move {
        // A client that left meanwhile has no connection.
        let Ok(Ok(upgraded)) = upgrading.await else { return };
        let (stream, early) = parts::<WebStream>(upgraded);
        let stream = stream.into_stream();
        // A component that has ended does not hear it.
        let _ = inbox.send(Event::Accepted { port: Port::XmppWs, stream, early, permit }).await;
    });
    accepted(proof)
}

/// A connection and what was read of it already.
///
/// # Panics
///
/// If the connection was made of something else: each end makes its own.
fn parts<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(upgraded: Upgraded) -> (S, Bytes) {
    let parts = upgraded.downcast::<TokioIo<S>>().expect("this end made the connection of it");
    (parts.io.into_inner(), parts.read_buf)
}

/// What is wrong with a request for the stream.
#[derive(Clone, Copy, Debug)]
enum HandshakeFlaw {
    Method,
    /// The request has no `Upgrade: websocket`.
    Upgrade,
    Version,
    /// The key or the sub-protocol.
    Request,
}

impl HandshakeFlaw {
    fn response(self) -> WireResponse {
        let (status, told) = match self {
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, Some((ALLOW, "GET"))),
            Self::Upgrade => (StatusCode::UPGRADE_REQUIRED, None),
            Self::Version => (StatusCode::UPGRADE_REQUIRED, Some((SEC_WEBSOCKET_VERSION, WS_VERSION))),
            Self::Request => (StatusCode::BAD_REQUEST, None),
        };
        let mut response = bare(status);
        if let Some((name, value)) = told {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        // It says to what (RFC 9110 15.5.22), and an `Upgrade` is for this connection alone (RFC 9110 7.8).
        if status == StatusCode::UPGRADE_REQUIRED {
            response.headers_mut().insert(UPGRADE, HeaderValue::from_static(WEBSOCKET));
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        }
        response
    }
}

/// The proof that a rightly asked question was understood.
fn judge<B>(request: &Request<B>) -> Result<HeaderValue, HandshakeFlaw> {
    let headers = request.headers();
    if request.method() != Method::GET {
        return Err(HandshakeFlaw::Method);
    }
    let is_upgrade = has(headers, &CONNECTION, "upgrade") && has(headers, &UPGRADE, WEBSOCKET);
    if !is_upgrade || request.version() != Version::HTTP_11 {
        return Err(HandshakeFlaw::Upgrade);
    }
    if !has(headers, &SEC_WEBSOCKET_VERSION, WS_VERSION) {
        return Err(HandshakeFlaw::Version);
    }
    // 16 bytes in base64 (RFC 6455 4.1).
    let is_key = |key: &&str| STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == KEY_BYTES);
    let key = headers.get(SEC_WEBSOCKET_KEY).and_then(|key| key.to_str().ok()).filter(is_key);
    // XMPP is spoken in a sub-protocol of its own (RFC 7395 3.1).
    let key = key.filter(|_| has(headers, &SEC_WEBSOCKET_PROTOCOL, WS_PROTOCOL));
    key.and_then(|key| HeaderValue::from_str(&accept_key(key)).ok()).ok_or(HandshakeFlaw::Request)
}

/// The answer behind which the stream begins.
fn accepted(proof: HeaderValue) -> WireResponse {
    let mut response = bare(StatusCode::SWITCHING_PROTOCOLS);
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static(WEBSOCKET));
    headers.insert(SEC_WEBSOCKET_ACCEPT, proof);
    headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(WS_PROTOCOL));
    response
}

/// Whether a word is among those of a header, in any case.
fn has(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|found| found.trim().eq_ignore_ascii_case(word))
}

/// Asks a listener that was dialled for the stream.
pub(crate) async fn ask(connection: Connection, host: &str) -> Result<Connection, LinkReason> {
    let Connection { stream, dialled, early: _ } = connection;
    let broken = |_| LinkReason::Reset;
    let (mut sender, conversation) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let key = STANDARD.encode(KEY);
    let request = Request::builder()
        .uri(format!("{PATH}/"))
        .header(HOST, host)
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, WEBSOCKET)
        .header(SEC_WEBSOCKET_VERSION, WS_VERSION)
        .header(SEC_WEBSOCKET_KEY, &key)
        .header(SEC_WEBSOCKET_PROTOCOL, WS_PROTOCOL)
        .body(Empty::<Bytes>::new())
        .map_err(|_| LinkReason::Unreachable)?;
    let asking = async move {
        let response = sender.send_request(request).await.map_err(broken)?;
        let proof = response.headers().get(SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
        let is_proved = proof == Some(accept_key(&key).as_bytes());
        if response.status() != StatusCode::SWITCHING_PROTOCOLS || !is_proved {
            return Err(LinkReason::Refused);
        }
        upgrade::on(response).await.map_err(broken)
    };
    // The conversation only moves bytes; what it ends with the question tells, too.
    let (upgraded, _) = tokio::join!(asking, conversation.with_upgrades());
    let (stream, early) = parts::<ByteStream>(upgraded?);
    Ok(Connection { stream, early, dialled })
}
