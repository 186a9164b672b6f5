//! Tests of what the fold keeps of links.

use super::*;
use cce_kernel::{CloseReason, LinkReason, Peer, Time};

const LINK: LinkId = LinkId { port: Port::CtiA, number: 1 };

fn record(what: What) -> Record {
    Record { seq: 1, at: Time(0), node: "agentpg".into(), cause: None, what }
}

/// Links that are known once a connection has come about and this has happened.
fn known_behind(what: What) -> usize {
    let mut fold = Fold::default();
    fold.push(&record(What::In(Input::LinkUp { link: LINK, peer: Peer::default() })));
    assert!(fold.links.contains_key(&("agentpg".into(), LINK)));
    let behind = record(what);
    fold.push(&behind);
    fold.links.len()
}

#[test]
fn a_link_is_forgotten_with_its_connection_whoever_ends_it() {
    let other = LinkId { number: 2, ..LINK };
    let closed = |link| What::Out(Output::Close { link, reason: CloseReason::Done });
    let down = |link| What::In(Input::LinkDown { link, reason: LinkReason::Closed });
    for (what, known) in [
        (closed(LINK), 0),
        (down(LINK), 0),
        (What::Stopped { reason: String::new() }, 0),
        (closed(other), 1),
        (down(other), 1),
    ] {
        assert_eq!(known_behind(what.clone()), known, "{what:?}");
    }
}
