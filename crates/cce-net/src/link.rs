//! Connections: a reader that frames, a writer that drains a bounded queue.

use crate::{
    actor::{Event, Inbox},
    causes::{Causes, Sends},
    config::{LINGER, OUTBOX_MAX},
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
    time::timeout,
};
use tokio_util::{
    codec::{Decoder, FramedRead},
    task::TaskTracker,
};

/// An open connection, as its actor holds it. Dropping it closes the connection once its queue is written.
#[derive(Debug)]
pub(crate) struct Link {
    outbox: mpsc::Sender<Bytes>,
    sends: Arc<Sends>,
}

/// Why nothing more can be sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SendError {
    /// The queue is full: the other end does not read.
    Full,
    /// The connection is gone.
    Gone,
}

impl Link {
    /// Starts the tasks of a connection.
    pub(crate) fn open(
        id: LinkId,
        stream: TcpStream,
        inbox: &Inbox,
        causes: &Arc<Causes>,
        tasks: &TaskTracker,
    ) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let (here, there) = (stream.local_addr()?, stream.peer_addr()?);
        let (sends, receives) = causes.stream(here, there);
        let (read, write) = stream.into_split();
        let (outbox, queue) = mpsc::channel(OUTBOX_MAX);
        let frames = FramedRead::new(read, FrameCodec::new(id.port.carrier()));
        let reader = tasks.spawn(read_all(id, frames, receives, inbox.clone()));
        let closing = Closing { causes: Arc::clone(causes), here, there };
        tasks.spawn(write_all(id, write, queue, reader, inbox.clone(), closing));
        Ok(Self { outbox, sends })
    }

    /// Queues a message.
    pub(crate) fn send(&self, bytes: Bytes, record: u64) -> Result<(), SendError> {
        let length = bytes.len();
        // Before the bytes can be read at the other end, its reader must be able to tell where they came from.
        let permit = self.outbox.try_reserve().map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => SendError::Full,
            mpsc::error::TrySendError::Closed(()) => SendError::Gone,
        })?;
        self.sends.sent(length, record);
        permit.send(bytes);
        Ok(())
    }
}

struct Closing {
    causes: Arc<Causes>,
    here: SocketAddr,
    there: SocketAddr,
}

async fn write_all(
    id: LinkId,
    mut to: OwnedWriteHalf,
    mut queue: mpsc::Receiver<Bytes>,
    reader: JoinHandle<()>,
    inbox: Inbox,
    closing: Closing,
) {
    while let Some(bytes) = queue.recv().await {
        if to.write_all(&bytes).await.is_err() {
            let _ = inbox.send(Event::Down { link: id, reason: LinkReason::Reset }).await;
            break;
        }
    }
    let _ = to.shutdown().await;
    // Closing a socket with unread bytes resets it, and the last words would be lost: read on for a while.
    let stop = reader.abort_handle();
    if timeout(LINGER, reader).await.is_err() {
        stop.abort();
    }
    closing.causes.hung_up(closing.here);
    closing.causes.forget(closing.here, closing.there);
}

async fn read_all(
    link: LinkId,
    mut frames: FramedRead<OwnedReadHalf, FrameCodec>,
    receives: Arc<Sends>,
    inbox: Inbox,
) {
    use futures_core::Stream;
    use std::{future::poll_fn, pin::Pin};
    loop {
        let event = match poll_fn(|cx| Pin::new(&mut frames).poll_next(cx)).await {
            Some(Ok(Piece::Frame { bytes, end })) => Event::Frame { link, bytes, cause: receives.at(end) },
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
