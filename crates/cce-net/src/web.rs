//! HTTP/1.1 on one connection, within its deadlines.

use crate::{
    byte_budget::{ByteBudget, BytePermit},
    byte_stream::ByteStream,
    config::{ACCEPT_PAUSE, ADMIN_WANTED, BODY_MAX, HEAD_MAX, LINGER, LINGER_BYTES_MAX, OutsiderLimits},
    connection_limits::{ConnectionLimits, ConnectionPermit},
    socket::{listen, reset},
    warning::RareWarning,
};
use bytes::{Bytes, BytesMut};
use cce_kernel::BodyFlaw;
use http::{
    Request, Response, StatusCode, Version,
    header::{CONTENT_LENGTH, HOST},
    request::Parts,
    uri::Authority,
};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    future::Future,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpListener,
    time::{Sleep, sleep, timeout},
};
use tokio_util::{
    sync::{CancellationToken, WaitForCancellationFutureOwned},
    task::TaskTracker,
};

/// A body that was read, and the place that its bytes have.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) place: Option<BytePermit>,
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyRefusal {
    /// Something is wrong with it.
    Flaw(BodyFlaw),
    /// Too many bytes of others wait.
    NoRoom,
}

/// Answers the requests of one connection, until its client leaves or breaks a rule, or the token is cancelled: then what
/// is under way may end for a moment.
pub(crate) async fn converse<A, F>(
    stream: WebStream,
    limits: OutsiderLimits,
    stop: &CancellationToken,
    answer: A,
) where
    A: Fn(Request<Incoming>) -> F,
    F: Future<Output = Response<Full<Bytes>>>,
{
    let unread = stream.unread.clone();
    let service = service_fn(|mut request: Request<Incoming>| {
        unread.set(!request.body().is_end_stream());
        request.extensions_mut().insert(unread.clone());
        // A server answers such a request with 400 (RFC 9112 3.2).
        let answering = names_its_host(&request).then(|| answer(request));
        async move {
            Ok::<_, Infallible>(match answering {
                Some(answering) => answering.await,
                None => bare(StatusCode::BAD_REQUEST),
            })
        }
    });
    let mut serving = http1::Builder::new();
    serving.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(HEAD_MAX);
    let mut conversation = pin!(serving.serve_connection(TokioIo::new(stream), service).with_upgrades());
    // What a conversation ends with is the client's affair: it is told by a status, or it is gone.
    let _ = tokio::select! {
        // The conversation's own end counts before the end of the run.
        biased;
        ended = conversation.as_mut() => ended,
        () = stop.cancelled() => {
            conversation.as_mut().graceful_shutdown();
            timeout(LINGER, conversation).await.unwrap_or(Ok(()))
        }
    };
}

/// Whether a request has the one header `Host` that HTTP/1.1 asks for, with a value that can be one (RFC 9112 3.2).
fn names_its_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => request.version() < Version::HTTP_11,
        (Some(_), Some(_)) => false,
        // An empty Host belongs to a target without a host (RFC 9112 3.2).
        (Some(host), None) => host.is_empty() || Authority::try_from(host.as_bytes()).is_ok(),
    }
}

/// Reads a body, unless it is too large already by what the client says of it.
pub(crate) async fn read(
    head: &Parts,
    body: Incoming,
    room: &ByteBudget,
    deadline: Duration,
) -> Result<Body, BodyRefusal> {
    // The client hears so before it sends everything; a length that is wrong is found when the body is read.
    let length =
        head.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > BODY_MAX) {
        return Err(BodyRefusal::Flaw(BodyFlaw::TooLarge));
    }
    let read = timeout(deadline, read_all(body, room)).await;
    let body = read.unwrap_or(Err(BodyRefusal::Flaw(BodyFlaw::Late)))?;
    if let Some(unread) = head.extensions.get::<UnreadBody>() {
        unread.set(false);
    }
    Ok(body)
}

/// Reads a body to its end.
pub(crate) async fn read_all(mut body: Incoming, room: &ByteBudget) -> Result<Body, BodyRefusal> {
    let (mut bytes, mut place) = (BytesMut::new(), None::<BytePermit>);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyRefusal::Flaw(BodyFlaw::Broken))?;
        // Trailers mean nothing to any API of the lab.
        let Ok(piece) = frame.into_data() else { continue };
        if bytes.len() + piece.len() > BODY_MAX {
            return Err(BodyRefusal::Flaw(BodyFlaw::TooLarge));
        }
        let more = room.take(piece.len()).ok_or(BodyRefusal::NoRoom)?;
        match &mut place {
            Some(place) => place.add(more),
            None => place = Some(more),
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Body { bytes: bytes.freeze(), place })
}

/// Whether a client may be sending a body that nobody reads to its end.
#[derive(Clone, Debug, Default)]
struct UnreadBody(Arc<AtomicBool>);

impl UnreadBody {
    fn set(&self, is_unread: bool) {
        self.0.store(is_unread, Ordering::Relaxed);
    }
}

/// A response, as it goes to a client.
pub(crate) type WireResponse = Response<Full<Bytes>>;

/// A response without a body.
pub(crate) fn bare(status: StatusCode) -> WireResponse {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// The connection of an HTTP client. It can be broken, and ends by itself where the client does not read for too long.
#[derive(Debug)]
pub(crate) struct WebStream {
    stream: ByteStream,
    broken: Pin<Box<WaitForCancellationFutureOwned>>,
    patience: Duration,
    /// Since when the client does not read.
    stuck: Option<Pin<Box<Sleep>>>,
    unread: UnreadBody,
    linger: Option<Linger>,
    _permit: Option<ConnectionPermit>,
}

/// How long, and of how many bytes, the rest of a client is read that has its answer already.
#[derive(Debug)]
struct Linger {
    until: Pin<Box<Sleep>>,
    left: usize,
}

impl WebStream {
    pub(crate) fn new(
        stream: ByteStream,
        broken: CancellationToken,
        limits: OutsiderLimits,
        permit: Option<ConnectionPermit>,
    ) -> Self {
        let broken = Box::pin(broken.cancelled_owned());
        let unread = UnreadBody::default();
        Self { stream, broken, patience: limits.write, stuck: None, unread, linger: None, _permit: permit }
    }

    /// The connection itself, which speaks another protocol from here on.
    pub(crate) fn into_stream(self) -> ByteStream {
        self.stream
    }

    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.broken.as_mut().poll(cx).is_ready() {
            reset(self.stream.tcp());
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }

    /// Reads what a client still sends, and drops it: closing a socket with unread bytes resets it, and the answer would be
    /// lost that says why nobody reads them (RFC 9112 9.6).
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(cx)?;
        let linger = self
            .linger
            .get_or_insert_with(|| Linger { until: Box::pin(sleep(LINGER)), left: LINGER_BYTES_MAX });
        // Of TLS, too: nobody wants to know what is in it.
        let tcp = self.stream.tcp();
        let mut scratch = [0_u8; 4_096];
        while linger.left > 0 && linger.until.as_mut().poll(cx).is_pending() {
            ready!(tcp.poll_read_ready(cx))?;
            match tcp.try_read(&mut scratch) {
                Ok(0) => break,
                Ok(read) => linger.left = linger.left.saturating_sub(read),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// The client does not read at the moment.
    fn wait<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let patience = self.patience;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(patience)));
        if stuck.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        reset(self.stream.tcp());
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for WebStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, to)
    }
}

impl AsyncWrite for WebStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if written.is_pending() {
            return self.wait(cx);
        }
        self.stuck = None;
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        // TLS takes what it cannot send yet: then it is here that the client is waited for.
        if flushed.is_pending() {
            return self.wait(cx);
        }
        if self.stream.is_tls() {
            self.stuck = None;
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.linger.is_none() {
            let ended = Pin::new(&mut self.stream).poll_shutdown(cx);
            // The goodbye of TLS waits for a client that does not read.
            if ended.is_pending() {
                return self.wait(cx);
            }
            if matches!(ended, Poll::Ready(Err(_))) || !self.unread.0.load(Ordering::Relaxed) {
                return ended;
            }
        }
        self.poll_rest(cx)
    }
}

/// An HTTP listener that belongs to no component, with the same limits.
#[derive(Debug)]
pub struct WebListener {
    listener: TcpListener,
    address: SocketAddr,
}

impl WebListener {
    /// Takes the address; port 0 takes a free one.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = listen(address)?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until it is dropped. Every request comes with its whole body, or with what is wrong with it.
    pub async fn serve<A>(self, name: &str, limits: OutsiderLimits, answer: A) -> Infallible
    where
        A: Fn(Request<Result<Bytes, BodyFlaw>>) -> Response<Bytes> + Send + Sync + 'static,
    {
        let service = WebService { limits, room: ByteBudget::new(crate::config::BODIES_MAX), answer };
        let (service, open) =
            (Arc::new(service), ConnectionLimits::named(name.to_owned(), limits.at_most(ADMIN_WANTED)));
        let (tasks, stop, trouble) = (TaskTracker::new(), CancellationToken::new(), RareWarning::default());
        // Whoever drops the future ends the connections, too.
        let _gone = stop.clone().drop_guard();
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => match open.enter(peer.ip()) {
                    Some(permit) => {
                        let stream = WebStream::new(
                            ByteStream::Plain(stream),
                            CancellationToken::new(),
                            limits,
                            Some(permit),
                        );
                        let (service, stop) = (Arc::clone(&service), stop.clone());
                        tasks.spawn(async move {
                            converse(stream, limits, &stop, |request| service.answer(request)).await;
                        });
                    }
                    None => reset(&stream),
                },
                Err(error) => {
                    if let Some(times) = trouble.due() {
                        tracing::warn!(%error, times, "{name}: cannot accept a connection");
                    }
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// The service behind a [`WebListener`], which its requests share.
struct WebService<A> {
    limits: OutsiderLimits,
    room: ByteBudget,
    answer: A,
}

impl<A> WebService<A>
where
    A: Fn(Request<Result<Bytes, BodyFlaw>>) -> Response<Bytes>,
{
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = match read(&parts, body, &self.room, self.limits.body).await {
            Ok(Body { bytes, .. }) => Ok(bytes),
            Err(BodyRefusal::Flaw(flaw)) => Err(flaw),
            Err(BodyRefusal::NoRoom) => return bare(StatusCode::SERVICE_UNAVAILABLE),
        };
        (self.answer)(Request::from_parts(parts, body)).map(Full::new)
    }
}
