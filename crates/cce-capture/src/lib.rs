//! Messages outside a run. A capture holds the binary links of a run as TCP streams in a pcapng file, and is read back
//! into streams.
//!
//! A journal holds messages, not segments. The writer makes segments for them: each link is a connection with
//! its handshake, each message a segment or several, each end of a link a FIN or a reset. Components have
//! addresses of 192.0.2.0/24, everybody outside the lab has one of 198.51.100.0/24, and a listener has the port
//! that its protocol has in the product, whatever port the run used. Passwords are masked.
//!
//! A stream of bytes is explained message by message and field by field ([`explain`]), and [`mod@reference`] writes what the
//! message tables say: the handbooks and the Wireshark dissector.

mod explain;
mod file;
mod ip;
mod outward;
mod packet;
mod read;
pub mod reference;
mod streams;
mod write;

pub use explain::{
    CapturedStream, Explained, Fault, Opening, Piece, Versions, explain, has_message, openings,
};
pub use file::{CaptureError, Packet, packets};
pub use read::{Flow, FlowKey, Flows, Gap, GapCause, flows};
pub use write::Capture;
