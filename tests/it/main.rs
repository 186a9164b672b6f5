//! The whole lab under load, over real TCP; and the table of requirements.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

mod conformance;
mod docs;
mod load;
mod schemas;
mod tidy;
