//! `ccelab wait-ready`: waits until a ready file is there and its lab answers.

use crate::{cli, failure::Failure, ready_file, run::block_on};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{path::Path, time::Duration};
use tokio::{
    net::TcpStream,
    time::{interval, timeout},
};
use tokio_util::task::TaskTracker;

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(50);

/// How long a lab has to answer before it is asked again.
const PATIENCE: Duration = Duration::from_secs(2);

/// Bytes of the admin port's answer.
const ANSWER_MAX: usize = 1 << 16;

/// Carries out the command.
pub(crate) fn wait_ready(options: &cli::WaitReady) -> Result<(), Failure> {
    block_on(async {
        let mut why = format!("{} is not there", options.file.display());
        let waited = timeout(options.timeout.0, async {
            let mut looks = interval(LOOK);
            loop {
                looks.tick().await;
                match look(&options.file).await {
                    Ok(()) => return,
                    Err(reason) => why = reason,
                }
            }
        });
        let is_ready = waited.await.is_ok();
        let late = || Failure::Check(format!("no lab is ready after {}: {why}", options.timeout));
        if is_ready { Ok(()) } else { Err(late()) }
    })
}

/// Whether the lab of a ready file answers, or why not.
async fn look(file: &Path) -> Result<(), String> {
    let ready = ready_file::read(file)?;
    let silent = |address: &str| format!("nobody answers at {address}, which {} names", file.display());
    if let Some(admin) = ready["admin"].as_str() {
        let answer = timeout(PATIENCE, ask(admin)).await.ok().flatten().ok_or_else(|| silent(admin))?;
        let is_its_own = answer["pid"] == ready["pid"];
        let other = || format!("another process than that of {} answers at {admin}", file.display());
        return if is_its_own { Ok(()) } else { Err(other()) };
    }
    // Part of a split lab: what it listens on is all that there is.
    for address in addresses(&ready) {
        let connected = timeout(PATIENCE, TcpStream::connect(address)).await;
        connected.ok().and_then(Result::ok).ok_or_else(|| silent(address))?;
    }
    Ok(())
}

/// The listeners of a ready file, each as host and port.
fn addresses(ready: &Value) -> impl Iterator<Item = &str> {
    let values = ready.as_object().into_iter().flat_map(serde_json::Map::values);
    values.filter_map(Value::as_str).filter(|text| text.parse::<std::net::SocketAddr>().is_ok())
}

/// What an admin port says of itself; none where nobody does.
async fn ask(address: &str) -> Option<Value> {
    let stream = TcpStream::connect(address).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    // It ends when its sender is dropped.
    TaskTracker::new().spawn(async move { drop(connection.await) });
    let request = Request::get("/").header(header::HOST, address).body(Empty::<Bytes>::new()).ok()?;
    let answer = sender.send_request(request).await.ok()?;
    let body = Limited::new(answer.into_body(), ANSWER_MAX).collect().await.ok()?.to_bytes();
    serde_json::from_slice(&body).ok()
}
