//! Field types, framing, and the message table macro.
//!
//! A protocol is a table: one row per message, written with [`messages!`] (or [`rows!`] in one file per group
//! and [`protocol!`] to join them). A row gives the struct, its codec, its labels and values for log views, its
//! JSON, and an entry of the documentation table.
//!
//! Invariants:
//! - Lenient in, exact out: reading fails only where bytes are missing. A floating field that fits nowhere is
//!   kept and written back, a string keeps odd terminators, an unlisted message keeps its body.
//! - A message that was read is written with the same length and with its floating fields in the order in which they came,
//!   and reading it again gives the same message.
//! - What a strict peer would object to is said by `flaws`, never by reading.
//! - The [`Dialect`] decides the layout. It is always passed by reference, as a whole.
//! - Nothing is reserved for a length that a peer merely announces.

#![warn(missing_docs)]

mod about;
mod dialect;
mod doc;
mod field;
mod flaw;
mod framer;
mod hex;
mod latin;
mod layout;
mod locate;
mod macros;
mod mask;
mod message;
mod named;
mod number;
mod order;
mod reader;
mod row_text;
mod slot;
mod text;
mod ty;
mod value;

pub use about::{About, Mark, Marked};
pub use bytes::{Bytes, BytesMut};
pub use cce_kernel::Blob;
#[doc(hidden)]
pub use cce_model::MonitorId;
pub use dialect::{Dialect, Extra, Float, Floats};
pub use doc::{
    Completeness, Evidence, FieldDoc, FloatDoc, ListDoc, MessageDoc, Role, has_tag, name_foreign_tags,
    takes_tag,
};
pub use field::{Field, List, Secret, Time32};
pub use flaw::Flaw;
pub use framer::Framer;
pub use hex::{HexError, hexdump, parse_hex};
pub use layout::Layouts;
pub use locate::{Located, locate};
pub use mask::mask_secrets;
pub use message::{Body, HEADER, Message, frame, frame_kind, open_frame};
pub use named::{NamedArray, NamedVariable};
pub use number::{Code, Signed, Unsigned};
pub use order::{is_in_row_order, order_of};
pub use reader::{DecodeError, Reader};
pub use row_text::{Entry, Misfit, Reason, RowText, TableText};
pub use slot::{Group, Slot, judge, judge_member, list_flaws, place_member};
pub use text::{Opaque, Str, Text, numbered};
pub use ty::{Type, UnknownType};
pub use value::{Shown, Value};
