//! HTTP requests over a bounded number of connections that are kept.

use super::{
    clock::Clock,
    connect::{Connector, flaw_of},
    targets::Target,
};
use bytes::Bytes;
use cce_kernel::Account;
use cce_load::LoadFlaw;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

/// Bytes of an answer.
const ANSWER_MAX: usize = 1 << 20;

type Connection = SendRequest<Full<Bytes>>;

/// The connections to one address.
#[derive(Debug)]
pub(super) struct Pool {
    target: Target,
    connector: Connector,
    idle: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
    timeout: Duration,
    tasks: TaskTracker,
}

/// The right to one connection.
#[derive(Debug)]
pub(super) struct LoadPermit {
    _permit: OwnedSemaphorePermit,
}

/// A request.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) path: String,
    /// The header of basic authentication, where there is one.
    pub(super) authorization: Option<HeaderValue>,
    pub(super) body: String,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// When it was complete.
    pub(super) at: Duration,
}

impl Answer {
    /// Itself, if its status is one of success.
    pub(super) fn successful(self) -> Result<Self, LoadFlaw> {
        if (200..300).contains(&self.status) { Ok(self) } else { Err(LoadFlaw::Status(self.status)) }
    }
}

/// The header of basic authentication.
pub(super) fn basic(user: &str, password: &str) -> Option<HeaderValue> {
    HeaderValue::try_from(Account::new(user, password).to_basic()).ok()
}

impl Pool {
    /// No connection yet.
    pub(super) fn new(
        target: Target,
        connector: Connector,
        connections: u32,
        timeout: Duration,
        tasks: TaskTracker,
    ) -> Self {
        // The command line allows far fewer connections than a semaphore has permits.
        let places = usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            target,
            connector,
            idle: Mutex::default(),
            places: Arc::new(Semaphore::new(places)),
            timeout,
            tasks,
        }
    }

    /// Waits for the right to a connection. Whoever waits longest comes first.
    pub(super) async fn place(&self) -> LoadPermit {
        let permit = self.places.clone().acquire_owned().await;
        LoadPermit { _permit: permit.expect("the semaphore is never closed") }
    }

    /// Makes a request and reads its answer, within the time that an answer may take.
    pub(super) async fn exchange(
        &self,
        _place: &LoadPermit,
        ask: Ask,
        clock: &Clock,
    ) -> Result<Answer, LoadFlaw> {
        let work = self.exchange_now(ask, clock);
        tokio::time::timeout(self.timeout, work).await.unwrap_or(Err(LoadFlaw::TimedOut))
    }

    async fn exchange_now(&self, ask: Ask, clock: &Clock) -> Result<Answer, LoadFlaw> {
        let mut request = self.request(ask)?;
        while let Some(mut kept) = self.take_idle() {
            match kept.try_send_request(request).await {
                Ok(response) => return self.read(kept, response, clock).await,
                // The peer closed the connection while nobody used it: nothing of the request was sent.
                Err(mut error) => request = error.take_message().ok_or(LoadFlaw::Broken)?,
            }
        }
        let mut connection = self.connect().await?;
        let response = connection.send_request(request).await.map_err(|_| LoadFlaw::Broken)?;
        self.read(connection, response, clock).await
    }

    fn request(&self, ask: Ask) -> Result<Request<Full<Bytes>>, LoadFlaw> {
        let mut building =
            Request::builder().method(ask.method).uri(ask.path).header(header::HOST, &self.target.name);
        if !ask.body.is_empty() {
            building = building.header(header::CONTENT_TYPE, "application/xml");
        }
        if let Some(authorization) = ask.authorization {
            building = building.header(header::AUTHORIZATION, authorization);
        }
        building.body(Full::new(ask.body.into())).map_err(|_| LoadFlaw::Unreadable)
    }

    /// A kept connection that its peer has not closed, as far as is known. The others are dropped.
    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| idle.pop()).find(SendRequest::is_ready)
    }

    async fn connect(&self) -> Result<Connection, LoadFlaw> {
        let connecting = self.connector.connect(&self.target);
        let stream = connecting.await.map_err(|error| flaw_of(&error))?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|_| LoadFlaw::Broken)?;
        // It ends when its sender is dropped or the peer leaves; who uses it then hears so.
        self.tasks.spawn(async move { drop(connection.await) });
        Ok(sender)
    }

    async fn read(
        &self,
        mut connection: Connection,
        response: http::Response<hyper::body::Incoming>,
        clock: &Clock,
    ) -> Result<Answer, LoadFlaw> {
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_MAX).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() { LoadFlaw::TooLarge } else { LoadFlaw::Broken }
        })?;
        let at = clock.now();
        // A connection takes its next request once its task has seen the end of the answer.
        if connection.ready().await.is_ok() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body: body.to_bytes(), at })
    }
}
