//! Asking an admin port.

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_util::task::TaskTracker;

/// Bytes of an answer: that of a lab with many agents is long.
const ANSWER_MAX: usize = 1 << 22;

/// What an admin port answers, an error included; none where nobody answers.
pub(crate) async fn ask(address: &str, method: Method, path: &str) -> Option<Value> {
    let stream = TcpStream::connect(address).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    // It ends when its sender is dropped.
    TaskTracker::new().spawn(async move { drop(connection.await) });
    let request = Request::builder().method(method).uri(path).header(header::HOST, address);
    let answer = sender.send_request(request.body(Empty::<Bytes>::new()).ok()?).await.ok()?;
    let body = Limited::new(answer.into_body(), ANSWER_MAX).collect().await.ok()?.to_bytes();
    serde_json::from_slice(&body).ok()
}
