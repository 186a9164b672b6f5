//! XML vocabularies of the Task API and of Finesse: one file for each resource.
//!
//! Reading is lenient: a declaration or none, blanks, comments, children in any order, elements that nobody
//! knows. Writing is exact: one line, no declaration, the products' own order of children.
//!
//! Invariants:
//! - A document beyond the limits of depth or size, or with a DOCTYPE, is refused; nothing is expanded.
//! - Nothing here reads a clock: times come in as a host's calendar clock shows them.

#![warn(missing_docs)]

mod contact;
mod element;
pub mod finesse;
mod java;
mod private;
pub mod task;
mod time;
mod write;

pub use contact::{social_contact, social_contact_event, social_contact_notification, social_contact_url};
pub use element::{Element, XmlError, parse};
pub use finesse::{system_update, update};
pub use java::{java_map, java_order};
pub use private::{RenotifyReason, close_call, renotify_call};
pub use time::{iso_utc, java_date};
pub use write::Xml;
