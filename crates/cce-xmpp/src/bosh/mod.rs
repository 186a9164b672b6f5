//! BOSH (XEP-0124, XEP-0206): a stream in the bodies of HTTP exchanges, without IO.
//!
//! [`BoshBody`] is what a request or a response carries. [`BoshServer`] keeps the exchanges of one session in order and says what
//! each is answered with; [`BoshClient`] is the other end. Neither knows what a stanza means: that is the session's, which is
//! the same as on every carrier. The owner carries bodies, and has the clock.

mod body;
mod client;
mod server;

pub use body::{BoshBody, BoshCondition};
pub use client::{BoshAsk, BoshClient, BoshHeard};
pub use server::{BoshAnswer, BoshOffer, BoshServer};
