//! HTTP calls. Connections within this process are kept for the next call; to another process there is one for each.

use crate::{
    byte_budget::{ByteBudget, BytePermit},
    byte_stream::ByteStream,
    causes::{DialledConnection, Origin},
    config::CONNECT_DEADLINE,
    event::{Ends, Outcome},
    pool::IdleConnection,
    shared::Shared,
    socket::{Connection, connect},
    tls::host_of,
    web::{Body, BodyRefusal, read_all},
};
use bytes::Bytes;
use cce_kernel::{BodyFlaw, CallError, HttpUrl, Port, Request, Response, Security, Trust};
use http::{
    HeaderValue,
    header::{CONNECTION, HOST},
};
use http_body_util::Full;
use hyper::{Method, body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use std::{future::poll_fn, io, pin::pin, sync::Arc, task::Poll};
use tokio::time::timeout;

/// Makes a call. The caller's courier counts how long that may take.
pub(crate) async fn call(origin: Origin, request: Request, shared: Arc<Shared>) -> Outcome {
    let port = origin.port;
    // A port that is stalled keeps the request as well as its response.
    shared.faults.pass(port).await;
    let outcome = call_now(origin, request, &shared).await;
    shared.faults.pass(port).await;
    outcome
}

async fn call_now(origin: Origin, request: Request, shared: &Shared) -> Outcome {
    let unreachable = Outcome {
        result: Err(CallError::Unreachable),
        cause: None,
        is_inside: true,
        connection: None,
        place: None,
    };
    if shared.faults.is_closed(origin.port) {
        return unreachable;
    }
    let port = origin.port;
    if port.is_outside() {
        return call_outside(origin, request, shared).await;
    }
    let security = request.security;
    let addresses = match security {
        Security::Tls => &shared.secure_addresses,
        Security::Plain | Security::Offered => &shared.addresses,
    };
    let Some(address) = addresses.get(&port.socket()) else { return unreachable };
    let request = match WireRequest::new(address, request) {
        Ok(request) => request,
        Err(error) => return Outcome { result: Err(error), ..unreachable },
    };
    while let Some(mut kept) = shared.pool.take(port, security, shared.clock.now()) {
        // The other end may have closed it while nothing happened on it.
        let is_over = poll_fn(|cx| Poll::Ready(kept.conversation.as_mut().poll(cx).is_ready())).await;
        if is_over {
            continue;
        }
        kept.dialled.again(origin.clone());
        match kept.exchange(&request, &shared.outcomes).await {
            // The other end has closed it meanwhile, and has seen nothing of the request.
            Err(ExchangeFailure::Unsent) => {}
            result => return kept.outcome((port, security), result, shared),
        }
    }
    let connecting = connect_over(address, security, Trust::Authority, origin, shared);
    let Ok(Ok((stream, dialled, ends))) = timeout(CONNECT_DEADLINE, connecting).await else {
        return unreachable;
    };
    let Some(dialled) = dialled else {
        let result = exchange_once(stream, &request, &shared.outcomes).await;
        let (result, place) = told(result);
        return Outcome { result, cause: None, is_inside: false, connection: ends, place };
    };
    let (Some(ends), Ok((sender, conversation))) = (ends, http1::handshake(TokioIo::new(stream)).await)
    else {
        return Outcome { result: Err(CallError::Broken), ..unreachable };
    };
    let mut kept = IdleConnection {
        sender,
        conversation: Box::pin(conversation),
        dialled,
        here: ends.here,
        is_open: true,
    };
    let result = kept.exchange(&request, &shared.outcomes).await;
    kept.outcome((port, security), result, shared)
}

/// A connection, as plain as it is asked for; its place among the dialled ones, and its two addresses.
type Dialling = (ByteStream, Option<DialledConnection>, Option<Ends>);

async fn connect_over(
    address: &str,
    security: Security,
    trust: Trust,
    origin: Origin,
    shared: &Shared,
) -> io::Result<Dialling> {
    let Connection { stream, dialled, early: _ } = connect(address, origin, &shared.causes).await?;
    let ends = stream.local_addr().and_then(|here| Ok(Ends { here, there: stream.peer_addr()? })).ok();
    let stream = match security {
        Security::Tls => shared.dials.begin(stream, host_of(address), trust).await?,
        Security::Plain | Security::Offered => stream,
    };
    Ok((stream, dialled, ends))
}

/// Calls the address that the request names as a whole.
async fn call_outside(origin: Origin, request: Request, shared: &Shared) -> Outcome {
    let outcome =
        |result, place, connection| Outcome { result, cause: None, is_inside: false, connection, place };
    let failed = |error| outcome(Err(error), None, None);
    let Some(url) = HttpUrl::parse(&request.target) else { return failed(CallError::Unreachable) };
    let (authority, trust) = (url.authority(), request.trust);
    let connecting = connect_over(&authority, url.security, trust, origin, shared);
    let Ok(Ok((stream, _dialled, ends))) = timeout(CONNECT_DEADLINE, connecting).await else {
        return failed(CallError::Unreachable);
    };
    match WireRequest::new(&authority, Request { target: url.target, ..request }) {
        Ok(request) => {
            let (result, place) = told(exchange_once(stream, &request, &shared.outcomes).await);
            outcome(result, place, ends)
        }
        Err(error) => failed(error),
    }
}

/// A response, and the place of its body.
type Answer = (Response, Option<BytePermit>);

/// Why there is no answer.
enum ExchangeFailure {
    /// The connection was over before anything was sent.
    Unsent,
    Call(CallError),
}

fn told(result: Result<Answer, ExchangeFailure>) -> (Result<Response, CallError>, Option<BytePermit>) {
    match result {
        Ok((response, place)) => (Ok(response), place),
        Err(ExchangeFailure::Call(error)) => (Err(error), None),
        Err(ExchangeFailure::Unsent) => (Err(CallError::Broken), None),
    }
}

impl IdleConnection {
    /// Does one exchange on the connection. It moves bytes meanwhile, and at no other time.
    async fn exchange(
        &mut self,
        request: &WireRequest,
        room: &ByteBudget,
    ) -> Result<Answer, ExchangeFailure> {
        let Self { sender, conversation, is_open, .. } = self;
        let sending = async {
            sender.ready().await.map_err(|_| ExchangeFailure::Unsent)?;
            let response = sender.send_request(request.copy()).await;
            let response = response.map_err(|error| {
                if error.is_canceled() {
                    ExchangeFailure::Unsent
                } else {
                    ExchangeFailure::Call(CallError::Broken)
                }
            })?;
            read_response(response, room).await.map_err(ExchangeFailure::Call)
        };
        let mut sending = pin!(sending);
        loop {
            tokio::select! {
                // What has arrived counts before the end of the connection.
                biased;
                result = sending.as_mut() => return result,
                _ = conversation.as_mut(), if *is_open => *is_open = false,
            }
        }
    }

    /// What came of an exchange. The connection is kept for the next one unless something went wrong on it.
    fn outcome(
        self,
        (port, security): (Port, Security),
        result: Result<Answer, ExchangeFailure>,
        shared: &Shared,
    ) -> Outcome {
        let cause = shared.causes.reply_to(self.here);
        let (result, place) = told(result);
        if result.is_ok() && self.is_open {
            shared.pool.keep(port, security, self, shared.clock.now());
        }
        // Whoever takes the call in here knows who makes it.
        Outcome { result, cause, is_inside: true, connection: None, place }
    }
}

/// One exchange with another process: a merge of journals knows an exchange by its connection.
async fn exchange_once(
    stream: ByteStream,
    request: &WireRequest,
    room: &ByteBudget,
) -> Result<Answer, ExchangeFailure> {
    let broken = |_| ExchangeFailure::Call(CallError::Broken);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let sending = async move {
        // The other end closes behind its answer, so that the connection has this exchange alone (RFC 9112 9.6).
        let mut request = request.copy();
        request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        let response = sender.send_request(request).await;
        read_response(response.map_err(broken)?, room).await.map_err(ExchangeFailure::Call)
    };
    // The connection only moves bytes; it ends when the exchange is over, and what it ends with adds nothing.
    let (result, _) = tokio::join!(sending, connection);
    result
}

/// A request as it is sent, once or once more.
struct WireRequest(hyper::Request<Full<Bytes>>);

impl WireRequest {
    fn new(address: &str, request: Request) -> Result<Self, CallError> {
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| CallError::Broken)?;
        let mut building = hyper::Request::builder().method(method).uri(request.target.as_str());
        if request.get("host").is_none() {
            building = building.header(HOST, address);
        }
        for (name, value) in &request.headers {
            building = building.header(name, value);
        }
        building.body(Full::new(request.body.0)).map(Self).map_err(|_| CallError::Broken)
    }

    /// What is sent. It may have to be sent once more, on another connection.
    fn copy(&self) -> hyper::Request<Full<Bytes>> {
        self.0.clone()
    }
}

async fn read_response(response: hyper::Response<Incoming>, room: &ByteBudget) -> Result<Answer, CallError> {
    let (parts, body) = response.into_parts();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let Body { bytes, place } = read_all(body, room).await.map_err(|unread| match unread {
        // A response for which there is no room has the error of one that is too large.
        BodyRefusal::NoRoom | BodyRefusal::Flaw(BodyFlaw::TooLarge) => CallError::TooLarge,
        BodyRefusal::Flaw(BodyFlaw::Broken | BodyFlaw::Late) => CallError::Broken,
    })?;
    Ok((Response { status: parts.status.as_u16(), headers, body: bytes.into() }, place))
}
