//! HTTP calls: a connection for each.

use crate::{
    byte_budget::{ByteBudget, BytePermit},
    causes::Origin,
    config::CONNECT_DEADLINE,
    event::{Ends, Outcome},
    shared::Shared,
    socket::{Connection, connect},
    web::{Body, Unread, read_all},
};
use bytes::Bytes;
use cce_kernel::{BodyFlaw, CallError, Request, Response};
use http_body_util::Full;
use hyper::{Method, body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use tokio::{net::TcpStream, time::timeout};

/// Makes a call. The caller's courier counts how long that may take.
pub(crate) async fn call(origin: Origin, request: Request, shared: Arc<Shared>) -> Outcome {
    let port = origin.port;
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
    let Some(address) = shared.addresses.get(&origin.port.socket()) else { return unreachable };
    let connecting = connect(address, origin, &shared.causes);
    let Ok(Ok(Connection { stream, dialled })) = timeout(CONNECT_DEADLINE, connecting).await else {
        return unreachable;
    };
    let is_inside = dialled.is_some();
    let ends = stream.local_addr().and_then(|here| Ok(Ends { here, there: stream.peer_addr()? })).ok();
    let result = exchange(stream, address, request, &shared.outcomes).await;
    let cause = ends.filter(|_| is_inside).and_then(|ends| shared.causes.reply_to(ends.here));
    let (result, place) = match result {
        Ok((response, place)) => (Ok(response), place),
        Err(error) => (Err(error), None),
    };
    // Whoever takes the call in here knows who makes it.
    let connection = ends.filter(|_| !is_inside);
    drop(dialled);
    Outcome { result, cause, is_inside, connection, place }
}

/// A response, and the place of its body.
type Answer = (Response, Option<BytePermit>);

async fn exchange(
    stream: TcpStream,
    address: &str,
    request: Request,
    room: &ByteBudget,
) -> Result<Answer, CallError> {
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|_| CallError::Broken)?;
    let sending = async move {
        let response = sender.send_request(wire_request(address, request)?).await;
        read_response(response.map_err(|_| CallError::Broken)?, room).await
    };
    // The connection only moves bytes; it ends when the exchange is over, and what it ends with adds nothing.
    let (result, _) = tokio::join!(sending, connection);
    result
}

fn wire_request(address: &str, request: Request) -> Result<hyper::Request<Full<Bytes>>, CallError> {
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| CallError::Broken)?;
    let mut building = hyper::Request::builder().method(method).uri(request.target.as_str());
    if request.get("host").is_none() {
        building = building.header("host", address);
    }
    for (name, value) in &request.headers {
        building = building.header(name, value);
    }
    building.header("connection", "close").body(Full::new(request.body.0)).map_err(|_| CallError::Broken)
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
        // One that there is no room for is as one that is too large.
        Unread::NoRoom | Unread::Flaw(BodyFlaw::TooLarge) => CallError::TooLarge,
        Unread::Flaw(BodyFlaw::Broken | BodyFlaw::Late) => CallError::Broken,
    })?;
    Ok((Response { status: parts.status.as_u16(), headers, body: bytes.into() }, place))
}
