//! Connections: a reader that frames, a writer that drains a bounded queue.

use crate::{
    actor::{Event, Inbox},
    causes::{Causes, Dialled, Sends},
    config::{LINGER, OUTBOX_MAX},
    net::Connection,
};
use bytes::{Bytes, BytesMut};
use cce_kernel::{Carrier, FrameFlaw, LinkId, LinkReason};
use cce_wire::Framer;
use std::{io, net::SocketAddr, sync::Arc};
use tokio::{
    io::AsyncWriteExt,
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::{
    codec::{Decoder, FramedRead},
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

/// An open connection, as its actor holds it. Dropping it closes the connection once its queue is written.
#[derive(Debug)]
pub(crate) struct Link {
    outbox: mpsc::Sender<Bytes>,
    /// What was sent, where the other end is in this process.
    sends: Option<Arc<Sends>>,
    _open: DropGuard,
}

/// A connection that is about to be a link.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    here: SocketAddr,
    there: SocketAddr,
    dialled: Option<Dialled>,
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
    pub(crate) fn new(Connection { stream, dialled }: Connection) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let (here, there) = (stream.local_addr()?, stream.peer_addr()?);
        Ok(Self { stream, here, there, dialled })
    }

    /// Whether it was dialled from here to a listener of this process.
    pub(crate) fn is_dialled_here(&self) -> bool {
        self.dialled.is_some()
    }

    /// The other end's address.
    pub(crate) fn peer(&self) -> SocketAddr {
        self.there
    }
}

impl Link {
    /// Starts the tasks of a connection. `causes` is given where the other end is in this process.
    pub(crate) fn open(
        id: LinkId,
        Socket { stream, here, there, dialled }: Socket,
        inbox: &Inbox,
        causes: Option<&Arc<Causes>>,
        tasks: &TaskTracker,
    ) -> Self {
        let (sends, receives) = causes.map(|causes| causes.stream(here, there)).unzip();
        let (read, write) = stream.into_split();
        let (outbox, queue) = mpsc::channel(OUTBOX_MAX);
        let frames = FramedRead::new(read, FrameCodec::new(id.port.carrier()));
        let reader = tasks.spawn(read_all(id, frames, receives, inbox.clone()));
        let closed = CancellationToken::new();
        let writer = Writer { id, to: write, queue, inbox: inbox.clone(), closed: closed.clone() };
        let causes = causes.map(Arc::clone);
        tasks.spawn(async move {
            writer.run(reader).await;
            drop(dialled);
            if let Some(causes) = causes {
                causes.forget(here, there);
            }
        });
        Self { outbox, sends, _open: closed.drop_guard() }
    }

    /// Queues a message.
    pub(crate) fn send(&self, bytes: Bytes, record: u64) -> Result<(), SendError> {
        let length = bytes.len();
        // Before the bytes can be read at the other end, its reader must be able to tell where they came from.
        let permit = self.outbox.try_reserve().map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => SendError::Full,
            mpsc::error::TrySendError::Closed(()) => SendError::Gone,
        })?;
        if let Some(sends) = &self.sends {
            sends.sent(length, record);
        }
        permit.send(bytes);
        Ok(())
    }
}

/// Writes what its link was given.
struct Writer {
    id: LinkId,
    to: OwnedWriteHalf,
    queue: mpsc::Receiver<Bytes>,
    inbox: Inbox,
    /// Cancelled when the actor lets go of the link.
    closed: CancellationToken,
}

impl Writer {
    /// Writes until the link is closed and everything is written, or the other end is not read from for too long.
    async fn run(mut self, reader: JoinHandle<()>) {
        let closed = self.closed.clone();
        let is_written = tokio::select! {
            // What can be written counts before the end of the patience.
            biased;
            () = self.drain() => true,
            () = async { closed.cancelled().await; sleep(LINGER).await } => false,
        };
        let stop = reader.abort_handle();
        if is_written {
            // Closing a socket with unread bytes resets it, and the last words would be lost: read on for a while.
            let _ = self.to.shutdown().await;
            let _ = timeout(LINGER, reader).await;
        }
        stop.abort();
    }

    async fn drain(&mut self) {
        while let Some(bytes) = self.queue.recv().await {
            if self.to.write_all(&bytes).await.is_err() {
                let _ = self.inbox.send(Event::Down { link: self.id, reason: LinkReason::Reset }).await;
                return;
            }
        }
    }
}

async fn read_all(
    link: LinkId,
    mut frames: FramedRead<OwnedReadHalf, FrameCodec>,
    receives: Option<Arc<Sends>>,
    inbox: Inbox,
) {
    use futures_core::Stream;
    use std::{future::poll_fn, pin::Pin};
    loop {
        let event = match poll_fn(|cx| Pin::new(&mut frames).poll_next(cx)).await {
            Some(Ok(Piece::Frame { bytes, end })) => {
                let cause = receives.as_ref().and_then(|receives| receives.at(end));
                Event::Frame { link, bytes, cause }
            }
            Some(Ok(Piece::Flaw(flaw))) => Event::BadFrame { link, flaw },
            Some(Err(_)) => Event::Down { link, reason: LinkReason::Reset },
            None => Event::Down { link, reason: LinkReason::Closed },
        };
        let is_last = matches!(event, Event::Down { .. });
        if inbox.send(event).await.is_err() || is_last {
            return;
        }
    }
}

/// What a reader finds.
#[derive(Debug)]
pub(crate) enum Piece {
    /// A message, or a piece of a stream, and the offset of its end in the stream.
    Frame { bytes: Bytes, end: u64 },
    /// The framing is broken.
    Flaw(FrameFlaw),
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
            Err(flaw) => Piece::Flaw(flaw),
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
        self.framer = Framer::new(Carrier::Stream);
        Ok(cut.map(Piece::Flaw))
    }
}
