//! What the message tables say, for people and for Wireshark.

mod lua;
mod markdown;

pub use lua::dissector;
pub use markdown::handbook;
