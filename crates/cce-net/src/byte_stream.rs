//! The bytes of a connection, in plain or over TLS: the same bytes for whoever reads and writes them.

use crate::socket::{canonical, reset};
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};
use tokio_rustls::TlsStream;

/// The bytes of a connection.
#[derive(Debug)]
pub(crate) enum ByteStream {
    /// As they are.
    Plain(TcpStream),
    /// Over TLS, whose state is large.
    Tls(Box<TlsStream<TcpStream>>),
}

impl ByteStream {
    pub(crate) fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.tcp().peer_addr().map(canonical)
    }

    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp().local_addr().map(canonical)
    }

    pub(crate) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }

    pub(crate) const fn is_tls(&self) -> bool {
        matches!(self, Self::Tls(_))
    }
}

impl AsyncRead for ByteStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, to),
            // Many clients leave without `close_notify` (RFC 8446 6.1). Whether a message was cut is for its own protocol to say.
            Self::Tls(stream) => Poll::Ready(match ready!(Pin::new(stream.as_mut()).poll_read(cx, to)) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
                read => read,
            }),
        }
    }
}

impl AsyncWrite for ByteStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}

/// A stream of which one task reads while another writes. Between the two of them it can be taken out and put back.
#[derive(Clone, Debug)]
pub(crate) struct SharedStream(Arc<Mutex<Option<ByteStream>>>);

impl SharedStream {
    pub(crate) fn new(stream: ByteStream) -> Self {
        Self(Arc::new(Mutex::new(Some(stream))))
    }

    /// Takes the stream out, to put another one in its place. Nothing can be read or written meanwhile.
    pub(crate) fn take(&self) -> Option<ByteStream> {
        self.lock().take()
    }

    /// Puts a stream in.
    pub(crate) fn put(&self, stream: ByteStream) {
        *self.lock() = Some(stream);
    }

    fn lock(&self) -> MutexGuard<'_, Option<ByteStream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn poll<T>(&self, work: impl FnOnce(Pin<&mut ByteStream>) -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match self.lock().as_mut() {
            Some(stream) => work(Pin::new(stream)),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

/// What one task reads from.
#[derive(Debug)]
pub(crate) enum ReadHalf {
    /// The half of a connection that stays in plain: both tasks are free of each other.
    Plain(OwnedReadHalf),
    Shared(SharedStream),
}

/// What another task writes to.
#[derive(Debug)]
pub(crate) enum WriteHalf {
    Plain(OwnedWriteHalf),
    Shared(SharedStream),
}

/// The halves of a connection that stays as it is.
pub(crate) fn split(stream: ByteStream) -> (ReadHalf, WriteHalf) {
    match stream {
        ByteStream::Plain(stream) => {
            let (read, write) = stream.into_split();
            (ReadHalf::Plain(read), WriteHalf::Plain(write))
        }
        ByteStream::Tls(_) => share(stream),
    }
}

/// The halves of a connection that TLS may begin on.
pub(crate) fn share(stream: ByteStream) -> (ReadHalf, WriteHalf) {
    let stream = SharedStream::new(stream);
    (ReadHalf::Shared(stream.clone()), WriteHalf::Shared(stream))
}

impl WriteHalf {
    /// Lets the connection end without a goodbye.
    pub(crate) fn break_off(self) {
        match self {
            Self::Plain(half) => {
                reset(half.as_ref());
                // Dropping the half would send FIN.
                half.forget();
            }
            Self::Shared(stream) => stream.lock().iter().for_each(|stream| reset(stream.tcp())),
        }
    }
}

impl AsyncRead for ReadHalf {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(half) => Pin::new(half).poll_read(cx, to),
            Self::Shared(stream) => stream.poll(|stream| stream.poll_read(cx, to)),
        }
    }
}

impl AsyncWrite for WriteHalf {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(half) => Pin::new(half).poll_write(cx, bytes),
            Self::Shared(stream) => stream.poll(|stream| stream.poll_write(cx, bytes)),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(half) => Pin::new(half).poll_flush(cx),
            Self::Shared(stream) => stream.poll(|stream| stream.poll_flush(cx)),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(half) => Pin::new(half).poll_shutdown(cx),
            Self::Shared(stream) => stream.poll(|stream| stream.poll_shutdown(cx)),
        }
    }
}
