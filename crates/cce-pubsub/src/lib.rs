//! The notification service of a component: streams of its clients on every carrier, and who of them hears what. Finesse has
//! one for desktops (finesse-nonvoice 4), CCP one for applications (ccp-task-api 6).
//!
//! What a stream says is `cce-xmpp`'s affair; what is published, and who may sign in, is the component's. The component hands
//! in what arrives, one call for each input, hears which users came and went ([`UserPresence`]), and lets out with
//! [`Streams::flush`] what bodies wait for.
//!
//! Invariants:
//! - Nobody hears of what it may not ask for, and nobody twice of one item.
//! - Sessions, their bytes and subscriptions are bounded; strangers take nothing from those who are known, and nobody from
//!   outside takes the room of the lab's own.

#![warn(missing_docs)]

mod bosh;
mod streams;
mod subscriptions;

pub use streams::{Realm, Streams, UserPresence};

cce_kernel::timers! {
    /// What a notification service waits for.
    pub enum StreamTimer {
        /// A client has not signed in; counted by stream.
        SignIn = "xmpp-sign-in",
        /// A client may be dead: nothing has come from it; counted by stream.
        Quiet = "xmpp-quiet",
        /// A request of a BOSH session has waited for long enough; counted by session.
        BoshWait = "bosh-wait",
        /// A BOSH session has had no request for too long; counted by session.
        BoshInactive = "bosh-inactive",
    }
}
