//! How a journal takes up little room: its lines stand in an LZ4 frame, which `lz4 -d` unpacks.

use lz4_flex::frame::{BlockMode, BlockSize, FrameDecoder, FrameEncoder, FrameInfo};
use std::io::{self, BufRead, ErrorKind, Read, Write};

/// What an LZ4 frame begins with; no line of a journal does.
const LZ4: u8 = 0x04;

/// What becomes of a journal's lines on their way out.
#[derive(Debug)]
pub(crate) enum Packing<W: Write> {
    None(W),
    Lz4(Box<FrameEncoder<W>>),
}

impl<W: Write> Packing<W> {
    pub(crate) fn lz4(to: W) -> Self {
        // Each block refers to those before it, so that a run where little happens is packed as well as a busy one,
        // whose blocks are large. Checksums tell damage from lines.
        let frame = FrameInfo::new()
            .block_mode(BlockMode::Linked)
            .block_size(BlockSize::Max256KB)
            .block_checksums(true);
        Self::Lz4(Box::new(FrameEncoder::with_frame_info(frame, to)))
    }

    /// Nothing is written any more.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        match self {
            Self::None(_) => Ok(()),
            Self::Lz4(frame) => Ok(frame.try_finish()?),
        }
    }

    pub(crate) fn into_inner(self) -> W {
        match self {
            Self::None(to) => to,
            Self::Lz4(frame) => frame.into_inner(),
        }
    }
}

impl<W: Write> Write for Packing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::None(to) => to.write(bytes),
            Self::Lz4(frame) => frame.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::None(to) => to.flush(),
            Self::Lz4(frame) => {
                frame.flush()?;
                frame.get_mut().flush()
            }
        }
    }
}

/// The lines of a journal, whether it is packed or not. A packed one that was cut off ends where its last whole block
/// does, as one that is not packed ends where it was cut.
#[derive(Debug)]
pub(crate) enum UnpackedReader<R: Read> {
    Lines(R),
    Lz4(Box<FrameDecoder<R>>),
}

impl<R: BufRead> UnpackedReader<R> {
    /// Looks at the first byte.
    pub(crate) fn new(mut from: R) -> io::Result<Self> {
        let is_packed = from.fill_buf()?.first() == Some(&LZ4);
        Ok(if is_packed { Self::Lz4(Box::new(FrameDecoder::new(from))) } else { Self::Lines(from) })
    }
}

impl<R: BufRead> Read for UnpackedReader<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut there = self.fill_buf()?;
        let read = there.read(to)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for UnpackedReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Lines(from) => from.fill_buf(),
            Self::Lz4(frame) => match frame.fill_buf() {
                // Asked again, which returns the same bytes: the first borrow of them cannot leave one arm alone.
                Ok(_) => frame.fill_buf(),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(&[]),
                Err(error) => Err(error),
            },
        }
    }

    fn consume(&mut self, bytes: usize) {
        match self {
            Self::Lines(from) => from.consume(bytes),
            Self::Lz4(frame) => frame.consume(bytes),
        }
    }
}
