//! Asking an admin port.

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{error::Error, io::ErrorKind, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_util::task::TaskTracker;

/// Bytes of an answer: that of a lab with many agents is long.
const ANSWER_MAX: usize = 1 << 22;

/// Why an admin port gives no answer.
#[derive(Debug)]
pub(crate) enum Silence {
    /// Nobody listens there.
    Nobody,
    /// It takes too long.
    Slow(Duration),
    /// It answers what is no answer, or breaks off: why.
    Broken(String),
    /// It refuses what is asked: why.
    Refused(String),
}

impl Silence {
    /// What is said of the admin port of that address.
    pub(crate) fn words(&self, address: &str) -> String {
        match self {
            Self::Nobody => format!("no lab answers at {address}"),
            Self::Slow(patience) => {
                format!("the lab at {address} does not answer within {} s", patience.as_secs())
            }
            Self::Broken(why) => format!("{address} gives no answer: {why}"),
            Self::Refused(why) => why.clone(),
        }
    }
}

/// What an admin port answers within that time, an error included.
pub(crate) async fn ask(
    address: &str,
    method: Method,
    path: &str,
    patience: Duration,
) -> Result<Value, Silence> {
    timeout(patience, exchange(address, method, path)).await.map_err(|_| Silence::Slow(patience))?
}

async fn exchange(address: &str, method: Method, path: &str) -> Result<Value, Silence> {
    let stream = TcpStream::connect(address).await.map_err(|error| {
        if error.kind() == ErrorKind::ConnectionRefused { Silence::Nobody } else { broken(&error) }
    })?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
    // It ends when its sender is dropped.
    TaskTracker::new().spawn(async move { drop(connection.await) });
    let request = Request::builder().method(method).uri(path).header(header::HOST, address);
    let request = request.body(Empty::<Bytes>::new()).map_err(|error| broken(&error))?;
    let answer = sender.send_request(request).await.map_err(|error| broken(&error))?;
    let body = Limited::new(answer.into_body(), ANSWER_MAX).collect().await;
    let body = body.map_err(|error| Silence::Broken(error.to_string()))?.to_bytes();
    serde_json::from_slice(&body).map_err(|error| broken(&error))
}

fn broken(error: &dyn Error) -> Silence {
    Silence::Broken(error.to_string())
}
