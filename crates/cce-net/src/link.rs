//! Connections: a reader that frames, a writer that drains a bounded queue.

use crate::{
    byte_budget::{ByteBudget, BytePermit},
    byte_stream::{ByteStream, ReadHalf, WriteHalf, share, split},
    causes::{DialledConnection, Sends},
    config::{LINGER, OUTBOX_BYTES_MAX, OUTBOX_MAX},
    connection_limits::ConnectionPermit,
    event::{Event, Inbox},
    faults::Faults,
    remaining::RemainingEntry,
    shared::Shared,
    tls::TlsDoor,
};
use bytes::{Bytes, BytesMut};
use cce_courier::{Part, joined, length, pieces};
use cce_kernel::{Carrier, FrameFlaw, LinkId, LinkReason, Port, Security};
use cce_wire::{Framer, HEADER};
use std::{
    io::{self, Cursor},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::{
    codec::{Decoder, FramedRead},
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

/// The pause between two pieces of a message: without it the other end would see them as one.
const PIECE_PAUSE: Duration = Duration::from_millis(1);

/// An open connection, as its actor holds it. Dropping it closes the connection once its queue is written.
#[derive(Debug)]
pub(crate) struct Link {
    /// The port, as the one who dialled calls it.
    pub(crate) port: Port,
    /// Its component closed it, and the close waits: behind something that is held, or for the disk.
    pub(crate) is_closing: bool,
    tls: TlsPhase,
    /// Cancelled to read nothing more in plain.
    plain_over: CancellationToken,
    outbox: mpsc::Sender<Chunk>,
    /// Room for the bytes in it.
    room: ByteBudget,
    /// What was sent, where the other end is in this process.
    sends: Option<Arc<Sends>>,
    /// Cancelled to end the connection without a goodbye.
    broken: CancellationToken,
    _open: DropGuard,
}

/// Bytes to be written, in pieces that are apart.
#[derive(Debug)]
struct Chunk {
    pieces: Vec<Bytes>,
    then: AfterBytes,
    /// Their place in the queue, until they are written.
    _place: BytePermit,
}

/// What follows behind bytes that were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AfterBytes {
    More,
    Tls,
}

/// How far a connection is that TLS begins on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TlsPhase {
    /// It stays as it is, as far as is known.
    Settled,
    /// It begins behind what has yet to leave the component.
    Announced,
    /// The next message is the last one in plain.
    LastMessage,
    /// The last message in plain is queued, and the handshake follows it.
    Handshake,
}

/// What counts a connection as long as the connection is there.
#[derive(Debug)]
pub(crate) struct ConnectionGuard {
    /// The entry that a stop waits for.
    pub(crate) _remaining: RemainingEntry,
    /// The place among the connections from outside, where the connection is one of them.
    pub(crate) _permit: Option<ConnectionPermit>,
}

/// A connection that is about to be a link.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: ByteStream,
    early: Bytes,
    here: SocketAddr,
    there: SocketAddr,
    security: Security,
    dialled: Option<DialledConnection>,
}

/// Why nothing more can be sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SendError {
    /// The queue is full: the other end does not read.
    Full,
    /// The connection is gone.
    Gone,
}

impl Socket {
    /// Prepares a connection. One that is gone already fails here, before it is numbered.
    pub(crate) fn new(
        stream: ByteStream,
        early: Bytes,
        dialled: Option<DialledConnection>,
    ) -> io::Result<Self> {
        // A message must not wait for the acknowledgement of the one before it.
        stream.tcp().set_nodelay(true)?;
        let (here, there) = (stream.local_addr()?, stream.peer_addr()?);
        let security = if stream.is_tls() { Security::Tls } else { Security::Plain };
        Ok(Self { stream, early, here, there, security, dialled })
    }

    /// TLS may begin on it later, unless it has begun.
    pub(crate) fn offer_tls(&mut self) {
        if self.security == Security::Plain {
            self.security = Security::Offered;
        }
    }

    /// What protects it.
    pub(crate) const fn security(&self) -> Security {
        self.security
    }

    /// Whether it was dialled from here to a listener of this process.
    pub(crate) fn is_dialled_here(&self) -> bool {
        self.dialled.is_some()
    }

    /// This end's own address.
    pub(crate) fn here(&self) -> SocketAddr {
        self.here
    }

    /// The other end's address.
    pub(crate) fn peer(&self) -> SocketAddr {
        self.there
    }
}

impl Link {
    /// Starts the tasks of a connection. `port` is what the one who dialled calls it.
    pub(crate) fn open(
        id: LinkId,
        port: Port,
        Socket { stream, early, here, there, security, dialled }: Socket,
        inbox: &Inbox,
        is_peer_here: bool,
        guard: ConnectionGuard,
        shared: &Shared,
    ) -> Self {
        let causes = is_peer_here.then(|| Arc::clone(&shared.causes));
        let (sends, receives) = causes.as_ref().map(|causes| causes.stream(here, there)).unzip();
        let door = shared.door.clone().filter(|_| security == Security::Offered);
        let (read, to) = if door.is_some() { share(stream) } else { split(stream) };
        let (outbox, queue) = mpsc::channel(OUTBOX_MAX);
        let way = ConnectionContext { id, port, inbox: inbox.clone(), faults: Arc::clone(&shared.faults) };
        let plain_over = CancellationToken::new();
        let reading = way.clone().read_all(early, read, receives);
        let reader = Some(if door.is_some() {
            let over = plain_over.clone();
            shared.tasks.spawn(async move { over.run_until_cancelled(reading).await.unwrap_or_default() })
        } else {
            shared.tasks.spawn(reading)
        });
        let (end, broken) = (CancellationToken::new(), CancellationToken::new());
        let (closed, cut, tasks) = (end.clone(), broken.clone(), shared.tasks.clone());
        let writer = Writer { way, to, reader, door, queue, closed, broken: cut, tasks };
        shared.tasks.spawn(async move {
            writer.run().await;
            drop((dialled, guard));
            if let Some(causes) = causes {
                causes.forget(here, there);
            }
        });
        Self {
            port,
            is_closing: false,
            tls: TlsPhase::Settled,
            plain_over,
            outbox,
            room: ByteBudget::new(OUTBOX_BYTES_MAX),
            sends,
            broken,
            _open: end.drop_guard(),
        }
    }

    /// TLS is to begin: what arrives meanwhile is not the other end's own, and whoever reads in plain stops before the other
    /// end can know.
    pub(crate) fn announce_tls(&mut self) {
        self.plain_over.cancel();
        self.tls = TlsPhase::Announced;
    }

    /// The next message is the last one in plain.
    pub(crate) fn secure(&mut self) {
        self.tls = TlsPhase::LastMessage;
    }

    /// TLS has begun.
    pub(crate) fn on_tls_begun(&mut self) {
        self.tls = TlsPhase::Settled;
    }

    /// Whether what arrives is not heard, since TLS is about to begin.
    pub(crate) fn is_deaf(&self) -> bool {
        self.tls != TlsPhase::Settled
    }

    /// Whether its other end is not a component of this process.
    pub(crate) fn is_outside(&self) -> bool {
        self.sends.is_none()
    }

    /// Queues messages to be written at once, or in pieces of that size.
    pub(crate) fn send(&mut self, parts: Vec<Part>, size: Option<usize>) -> Result<(), SendError> {
        // Before the bytes can be read at the other end, its reader must be able to tell where they came from.
        let permit = self.outbox.try_reserve().map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => SendError::Full,
            mpsc::error::TrySendError::Closed(()) => SendError::Gone,
        })?;
        // A queue is bounded by bytes as well as by messages.
        let place = self.room.take(length(&parts)).ok_or(SendError::Full)?;
        if let Some(sends) = &self.sends {
            parts.iter().for_each(|part| sends.sent(part.bytes.len(), part.record));
        }
        let pieces = match size {
            Some(size) => pieces(parts, size).iter().map(|piece| joined(piece)).collect(),
            None => vec![joined(&parts)],
        };
        let then = if self.tls == TlsPhase::LastMessage { AfterBytes::Tls } else { AfterBytes::More };
        permit.send(Chunk { pieces, then, _place: place });
        if then == AfterBytes::Tls {
            self.tls = TlsPhase::Handshake;
        }
        Ok(())
    }

    /// The other end, if it is in this process, will know which record ended the connection.
    pub(crate) fn ends_by(&self, record: Option<u64>) {
        if let (Some(sends), Some(record)) = (&self.sends, record) {
            sends.ends_by(record);
        }
    }

    /// Ends the connection without a goodbye.
    pub(crate) fn break_off(self) {
        self.broken.cancel();
    }
}

/// What both tasks of a connection need.
#[derive(Clone)]
struct ConnectionContext {
    id: LinkId,
    /// As the one who dialled calls it.
    port: Port,
    inbox: Inbox,
    faults: Arc<Faults>,
}

impl ConnectionContext {
    /// Tells the component of everything that arrives.
    async fn read_all(self, early: Bytes, from: ReadHalf, receives: Option<Arc<Sends>>) {
        use futures_core::Stream;
        use std::{future::poll_fn, pin::Pin};
        let link = self.id;
        let mut frames =
            FramedRead::new(Cursor::new(early).chain(from), FrameCodec::new(link.port.carrier()));
        let end = || receives.as_ref().and_then(|receives| receives.end());
        loop {
            let event = match poll_fn(|cx| Pin::new(&mut frames).poll_next(cx)).await {
                Some(Ok(Piece::Frame { bytes, end })) => {
                    let cause = receives.as_ref().and_then(|receives| receives.at(end));
                    Event::Frame { link, bytes, cause }
                }
                Some(Ok(Piece::Flaw { flaw, header_end })) => {
                    let receives = receives.as_ref();
                    let cause = receives.and_then(|receives| match header_end {
                        Some(header_end) => receives.at(header_end),
                        // Whoever ended the connection cut the message short.
                        None => receives.end(),
                    });
                    Event::BadFrame { link, flaw, cause }
                }
                Some(Err(_)) => Event::Down { link, reason: LinkReason::Reset, cause: end() },
                None => Event::Down { link, reason: LinkReason::Closed, cause: end() },
            };
            let is_last = matches!(event, Event::Down { .. });
            if !self.tell(event).await || is_last {
                return;
            }
        }
    }

    /// Tells the component. Says whether it can still hear.
    async fn tell(&self, event: Event) -> bool {
        self.faults.pass(self.port).await;
        self.inbox.send(event).await.is_ok()
    }
}

/// Writes what its link was given.
struct Writer {
    way: ConnectionContext,
    to: WriteHalf,
    /// None while TLS begins.
    reader: Option<JoinHandle<()>>,
    /// The door by which TLS begins on the connection, where TLS is offered.
    door: Option<Arc<TlsDoor>>,
    queue: mpsc::Receiver<Chunk>,
    /// Cancelled when the actor lets go of the link.
    closed: CancellationToken,
    /// Cancelled when the connection is to end without a goodbye.
    broken: CancellationToken,
    tasks: TaskTracker,
}

impl Writer {
    /// Writes until the link is closed and everything is written, or the other end is not read from for too long.
    async fn run(mut self) {
        let (closed, broken) = (self.closed.clone(), self.broken.clone());
        let (faults, port) = (Arc::clone(&self.way.faults), self.way.port);
        let patience = async {
            closed.cancelled().await;
            // The patience counts from the end of a stall, in which nothing can be written.
            faults.pass(port).await;
            sleep(LINGER).await;
        };
        let is_written = tokio::select! {
            // A broken connection writes nothing more; what can be written counts before the end of the patience.
            biased;
            () = broken.cancelled() => false,
            () = self.drain() => true,
            () = patience => false,
        };
        // The queue of a broken connection ends too, and may be seen to end by whoever looked at `broken` just before.
        if broken.is_cancelled() {
            self.reader.iter().for_each(JoinHandle::abort);
            return self.to.break_off();
        }
        let Some(reader) = self.reader else { return };
        let stop = reader.abort_handle();
        if is_written {
            // Closing a socket with unread bytes resets it, and the last words would be lost: read on for a while.
            // The goodbye of TLS waits for a client that does not read.
            let _ = timeout(LINGER, self.to.shutdown()).await;
            let _ = timeout(LINGER, reader).await;
        }
        stop.abort();
    }

    async fn drain(&mut self) {
        while let Some(chunk) = self.queue.recv().await {
            self.way.faults.pass(self.way.port).await;
            if self.write(chunk).await.is_err() {
                let down = Event::Down { link: self.way.id, reason: LinkReason::Reset, cause: None };
                // A component that has ended does not hear it.
                let _ = self.way.inbox.send(down).await;
                return;
            }
        }
    }

    async fn write(&mut self, chunk: Chunk) -> io::Result<()> {
        if chunk.then == AfterBytes::Tls
            && let Some(reader) = self.reader.take()
        {
            // Before the other end can answer: what it answers is not for the one who reads in plain.
            let _ = reader.await;
        }
        for (at, piece) in chunk.pieces.iter().enumerate() {
            if at > 0 {
                sleep(PIECE_PAUSE).await;
            }
            self.to.write_all(piece).await?;
        }
        // A TLS stream buffers what it was given until it is flushed.
        self.to.flush().await?;
        match chunk.then {
            AfterBytes::More => Ok(()),
            AfterBytes::Tls => self.secure().await,
        }
    }

    /// TLS begins, and whoever reads goes on behind it.
    async fn secure(&mut self) -> io::Result<()> {
        let broken = || io::Error::from(io::ErrorKind::ConnectionAborted);
        let (WriteHalf::Shared(stream), Some(door)) = (&self.to, self.door.take()) else {
            return Err(broken());
        };
        let plain = stream.take().ok_or_else(broken)?;
        let secured = door.pass(plain, self.way.port.name()).await.ok_or_else(broken)?;
        stream.put(secured);
        let read = ReadHalf::Shared(stream.clone());
        let link = self.way.id;
        self.way.inbox.send(Event::Secured { link }).await.map_err(|_| broken())?;
        self.reader = Some(self.tasks.spawn(self.way.clone().read_all(Bytes::new(), read, None)));
        Ok(())
    }
}

/// What a reader finds.
#[derive(Debug)]
pub(crate) enum Piece {
    /// A message, or a piece of a stream, and the offset of its end in the stream.
    Frame { bytes: Bytes, end: u64 },
    /// The framing is broken: by a header, whose end has that offset, or by the end of the connection.
    Flaw { flaw: FrameFlaw, header_end: Option<u64> },
}

/// The one framing decoder, as a codec.
#[derive(Debug)]
pub(crate) struct FrameCodec {
    framer: Framer,
    offset: u64,
}

impl FrameCodec {
    pub(crate) fn new(carrier: Carrier) -> Self {
        Self { framer: Framer::new(carrier), offset: 0 }
    }

    fn next(&mut self) -> Option<Piece> {
        Some(match self.framer.next()? {
            Ok(bytes) => {
                self.offset += bytes.len() as u64;
                Piece::Frame { bytes, end: self.offset }
            }
            Err(flaw) => Piece::Flaw { flaw, header_end: Some(self.offset + HEADER as u64) },
        })
    }
}

impl Decoder for FrameCodec {
    type Item = Piece;
    type Error = io::Error;

    fn decode(&mut self, from: &mut BytesMut) -> io::Result<Option<Piece>> {
        self.framer.push(&from.split());
        Ok(self.next())
    }

    fn decode_eof(&mut self, from: &mut BytesMut) -> io::Result<Option<Piece>> {
        self.framer.push(&from.split());
        if let Some(piece) = self.next() {
            return Ok(Some(piece));
        }
        let cut = self.framer.finish();
        // It is asked until it has nothing more: what was cut is told once.
        self.framer = Framer::new(Carrier::Stream);
        Ok(cut.map(|flaw| Piece::Flaw { flaw, header_end: None }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Clock, socket::reset};
    use tokio::net::{TcpListener, TcpStream};

    #[tokio::test]
    async fn a_write_that_fails_is_told_even_where_nobody_reads() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let dialled = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (gone, _) = listener.accept().await.unwrap();
        reset(&gone);
        drop(gone);
        let id = LinkId { port: Port::Mr, number: 1 };
        let (inbox, mut events) = mpsc::channel(1);
        let faults = Arc::new(Faults::new(Clock::start(), CancellationToken::new()));
        let (outbox, queue) = mpsc::channel(OUTBOX_MAX);
        let room = ByteBudget::new(OUTBOX_MAX);
        for _ in 0..OUTBOX_MAX {
            let place = room.take(1).unwrap();
            let chunk = Chunk { pieces: vec!["x".into()], then: AfterBytes::More, _place: place };
            outbox.try_send(chunk).unwrap();
        }
        drop(outbox);
        // Once the connection is gone, one of the writes fails.
        let (_read, to) = split(ByteStream::Plain(dialled));
        let way = ConnectionContext { id, port: Port::Mr, inbox, faults };
        let (closed, broken) = (CancellationToken::new(), CancellationToken::new());
        let tasks = TaskTracker::new();
        let reader = tasks.spawn(async {});
        Writer { way, to, reader: Some(reader), door: None, queue, closed, broken, tasks }.drain().await;
        let told = events.recv().await;
        assert!(matches!(told, Some(Event::Down { link, reason: LinkReason::Reset, .. }) if link == id));
    }
}
