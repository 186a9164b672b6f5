//! Connections: a reader that frames, a writer that drains a bounded queue.

use crate::{
    actor::{Event, Inbox, Shared},
    causes::{Dialled, Sends},
    config::{LINGER, OUTBOX_BYTES_MAX, OUTBOX_MAX},
    door::reset,
    faults::Faults,
    guests::Guest,
    net::Connection,
    parcel::{Manner, Part},
    roll::Present,
    room::{Place, Room},
};
use bytes::{Bytes, BytesMut};
use cce_kernel::{Carrier, FrameFlaw, LinkId, LinkReason, Port};
use cce_wire::Framer;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
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
};

/// How many pieces of a message are written apart, and the pause between them: without it the other end would
/// see them as one.
const PIECES_APART_MAX: usize = 64;
const PIECE_PAUSE: Duration = Duration::from_millis(1);

/// An open connection, as its actor holds it. Dropping it closes the connection once its queue is written.
#[derive(Debug)]
pub(crate) struct Link {
    /// The port, as the one who dialled calls it.
    pub(crate) port: Port,
    /// Its component closed it, and the close waits behind something that is held.
    pub(crate) is_closing: bool,
    outbox: mpsc::Sender<Chunk>,
    /// Room for the bytes in it.
    room: Room,
    /// What was sent, where the other end is in this process.
    sends: Option<Arc<Sends>>,
    /// Cancelled to end the connection without a goodbye.
    broken: CancellationToken,
    _open: DropGuard,
}

/// Bytes to be written at once, or in pieces of that size.
#[derive(Debug)]
struct Chunk {
    bytes: Bytes,
    size: usize,
    /// Their place in the queue, until they are written.
    _place: Place,
}

/// What a connection holds on to as long as it is there.
#[derive(Debug)]
pub(crate) struct Presence {
    /// For a stop that waits for it.
    pub(crate) _present: Present,
    /// Its place among the connections from outside.
    pub(crate) _guest: Option<Guest>,
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
    /// Starts the tasks of a connection. `port` is what the one who dialled calls it.
    pub(crate) fn open(
        id: LinkId,
        port: Port,
        Socket { stream, here, there, dialled }: Socket,
        inbox: &Inbox,
        is_peer_here: bool,
        presence: Presence,
        shared: &Shared,
    ) -> Self {
        let causes = is_peer_here.then(|| Arc::clone(&shared.causes));
        let (sends, receives) = causes.as_ref().map(|causes| causes.stream(here, there)).unzip();
        let (read, write) = stream.into_split();
        let (outbox, queue) = mpsc::channel(OUTBOX_MAX);
        let way = Way { id, port, inbox: inbox.clone(), faults: Arc::clone(&shared.faults) };
        let frames = FramedRead::new(read, FrameCodec::new(id.port.carrier()));
        let reader = shared.tasks.spawn(read_all(way.clone(), frames, receives));
        let (closed, broken) = (CancellationToken::new(), CancellationToken::new());
        let writer = Writer { way, to: write, queue, closed: closed.clone(), broken: broken.clone() };
        shared.tasks.spawn(async move {
            writer.run(reader).await;
            drop((dialled, presence));
            if let Some(causes) = causes {
                causes.forget(here, there);
            }
        });
        let room = Room::new(OUTBOX_BYTES_MAX);
        Self { port, is_closing: false, outbox, room, sends, broken, _open: closed.drop_guard() }
    }

    /// Whether its other end is not a component of this process.
    pub(crate) fn is_outside(&self) -> bool {
        self.sends.is_none()
    }

    /// Queues a message, behind those parts that waited for it.
    pub(crate) fn send(&self, before: &[Part], part: Part, manner: Manner) -> Result<(), SendError> {
        // Before the bytes can be read at the other end, its reader must be able to tell where they came from.
        let permit = self.outbox.try_reserve().map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => SendError::Full,
            mpsc::error::TrySendError::Closed(()) => SendError::Gone,
        })?;
        let length = before.iter().chain([&part]).map(|part| part.bytes.len()).sum();
        let place = self.room.take(length).ok_or(SendError::Full)?;
        if let Some(sends) = &self.sends {
            before.iter().chain([&part]).for_each(|part| sends.sent(part.bytes.len(), part.record));
        }
        let size = if let Manner::Pieces(size) = manner { size.max(1) } else { usize::MAX };
        permit.send(Chunk { bytes: joined(before, part.bytes), size, _place: place });
        Ok(())
    }

    /// Ends the connection without a goodbye.
    pub(crate) fn break_off(self) {
        self.broken.cancel();
    }
}

/// The bytes of several messages as one.
pub(crate) fn joined(before: &[Part], last: Bytes) -> Bytes {
    if before.is_empty() {
        return last;
    }
    let all: Vec<&[u8]> = before.iter().map(|part| part.bytes.as_ref()).chain([last.as_ref()]).collect();
    all.concat().into()
}

/// What both tasks of a connection need.
#[derive(Clone)]
struct Way {
    id: LinkId,
    /// As the one who dialled calls it.
    port: Port,
    inbox: Inbox,
    faults: Arc<Faults>,
}

impl Way {
    /// Tells the component. Says whether it can still hear.
    async fn tell(&self, event: Event) -> bool {
        self.faults.pass(self.port).await;
        self.inbox.send(event).await.is_ok()
    }
}

/// Writes what its link was given.
struct Writer {
    way: Way,
    to: OwnedWriteHalf,
    queue: mpsc::Receiver<Chunk>,
    /// Cancelled when the actor lets go of the link.
    closed: CancellationToken,
    /// Cancelled when the connection is to end without a goodbye.
    broken: CancellationToken,
}

impl Writer {
    /// Writes until the link is closed and everything is written, or the other end is not read from for too long.
    async fn run(mut self, reader: JoinHandle<()>) {
        let (closed, broken) = (self.closed.clone(), self.broken.clone());
        let (faults, port) = (Arc::clone(&self.way.faults), self.way.port);
        let patience = async {
            closed.cancelled().await;
            faults.pass(port).await;
            sleep(LINGER).await;
        };
        let is_written = tokio::select! {
            // A broken connection writes nothing more; what can be written counts before the end of the patience.
            biased;
            () = broken.cancelled() => {
                reset(self.to.as_ref());
                reader.abort();
                // Else it would say goodbye.
                return self.to.forget();
            }
            () = self.drain() => true,
            () = patience => false,
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
        while let Some(chunk) = self.queue.recv().await {
            self.way.faults.pass(self.way.port).await;
            if self.write(&chunk).await.is_err() {
                let down = Event::Down { link: self.way.id, reason: LinkReason::Reset };
                let _ = self.way.inbox.send(down).await;
                return;
            }
        }
    }

    async fn write(&mut self, chunk: &Chunk) -> io::Result<()> {
        for (at, piece) in chunk.bytes.chunks(chunk.size).enumerate() {
            if (1..PIECES_APART_MAX).contains(&at) {
                sleep(PIECE_PAUSE).await;
            }
            self.to.write_all(piece).await?;
        }
        Ok(())
    }
}

async fn read_all(way: Way, mut frames: FramedRead<OwnedReadHalf, FrameCodec>, receives: Option<Arc<Sends>>) {
    use futures_core::Stream;
    use std::{future::poll_fn, pin::Pin};
    let link = way.id;
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
        if !way.tell(event).await || is_last {
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
