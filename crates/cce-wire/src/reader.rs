//! Reading a body, with errors that say where it ended.

use bytes::{Buf, Bytes};

/// Why bytes cannot be read as a message. The only cause is that some are missing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not even a header.
    #[error("a message header needs 8 bytes, the frame has {have}")]
    Header {
        /// Bytes of the frame.
        have: usize,
    },
    /// The header does not fit the frame.
    #[error("the header announces {announced} bytes of body, the frame has {have}")]
    Length {
        /// Bytes of the body, as the header says.
        announced: u64,
        /// Bytes that follow the header.
        have: u64,
    },
    /// The body ends inside a field.
    #[error("{message}: {field} at byte {offset} of the body needs {need} bytes, {left} left")]
    Short {
        /// Wire name of the message.
        message: &'static str,
        /// Label of the field.
        field: &'static str,
        /// Where the field begins, in bytes from the start of the body.
        offset: usize,
        /// Bytes of the field.
        need: usize,
        /// Bytes left in the body, or in the floating field that holds this one.
        left: usize,
    },
    /// The body ends inside a floating field.
    #[error("{message}: floating field {tag} at byte {offset} of the body needs {need} bytes, {left} left")]
    ShortFloat {
        /// Wire name of the message.
        message: &'static str,
        /// Tag of the field.
        tag: u16,
        /// Where its data begins, in bytes from the start of the body.
        offset: usize,
        /// Bytes that the field's length announces.
        need: usize,
        /// Bytes left in the body.
        left: usize,
    },
}

/// A body that is being read from front to back.
#[derive(Clone, Debug)]
pub struct Reader {
    message: &'static str,
    bytes: Bytes,
    offset: usize,
}

impl Reader {
    /// Begins at the start of a body; `message` is named in errors.
    pub fn new(message: &'static str, bytes: Bytes) -> Self {
        Self { message, bytes, offset: 0 }
    }

    /// Whether everything is read.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Bytes that are left.
    pub fn left(&self) -> usize {
        self.bytes.len()
    }

    /// Takes the next `need` bytes.
    pub fn take(&mut self, field: &'static str, need: usize) -> Result<Bytes, DecodeError> {
        let left = self.bytes.len();
        if left < need {
            return Err(DecodeError::Short { message: self.message, field, offset: self.offset, need, left });
        }
        Ok(self.split(need))
    }

    /// Takes the data of a floating field.
    pub fn take_float(&mut self, tag: u16, need: usize) -> Result<Bytes, DecodeError> {
        let left = self.bytes.len();
        if left < need {
            return Err(DecodeError::ShortFloat {
                message: self.message,
                tag,
                offset: self.offset,
                need,
                left,
            });
        }
        Ok(self.split(need))
    }

    /// Takes everything that is left.
    pub fn rest(&mut self) -> Bytes {
        self.split(self.bytes.len())
    }

    /// Takes one byte.
    pub fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        Ok(self.take(field, 1)?.get_u8())
    }

    /// Takes a number of two bytes.
    pub fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        Ok(self.take(field, 2)?.get_u16())
    }

    /// Takes a number of four bytes.
    pub fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        Ok(self.take(field, 4)?.get_u32())
    }

    /// Takes a signed number of four bytes.
    pub fn i32(&mut self, field: &'static str) -> Result<i32, DecodeError> {
        Ok(self.take(field, 4)?.get_i32())
    }

    fn split(&mut self, count: usize) -> Bytes {
        self.offset += count;
        self.bytes.split_to(count)
    }
}
