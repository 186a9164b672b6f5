//! Notifications as a desktop gets them: Finesse counts them in their item ids (finesse-nonvoice 4.5), so on one
//! stream the numbers grow.

use crate::{breach::Judge, judgement::Judgement};
use cce_kernel::{LinkId, NodeName};
use memchr::memmem;
use std::collections::BTreeMap;

/// What stands before an item's id.
const ITEM: &[u8] = b"<item id=";
/// Before the number: a UUID of 36 characters. Behind it: 20 digits at most.
const ID_MAX: usize = 36 + 20 + 2;
const UUID: usize = 36;
/// Bytes of the piece before that are kept, since a piece may end anywhere.
const TAIL_MAX: usize = ITEM.len() + ID_MAX;

/// Streams, each with the number of its latest item.
#[derive(Clone, Debug, Default)]
pub(crate) struct Streams {
    open: BTreeMap<(NodeName, LinkId), Stream>,
}

#[derive(Clone, Debug, Default)]
struct Stream {
    latest: u64,
    at: u64,
    tail: Vec<u8>,
}

impl Streams {
    /// A piece of a stream reaches a desktop, or leaves for one that is not of the lab.
    pub(crate) fn on_piece(&mut self, node: &NodeName, link: LinkId, piece: &[u8], judge: &mut Judge<'_>) {
        let stream = self.open.entry((node.clone(), link)).or_default();
        stream.tail.extend_from_slice(piece);
        let mut from = 0;
        while let Some(at) = memmem::find(&stream.tail[from..], ITEM) {
            let rest = &stream.tail[from + at + ITEM.len()..];
            from += at;
            let Some(number) = number(rest) else {
                if !is_whole(rest) {
                    break;
                }
                from += ITEM.len();
                continue;
            };
            judge.expect(Judgement::ItemsInOrder, number > stream.latest, &[stream.at], || {
                format!("{node} gets item {number} on {link} behind item {}", stream.latest)
            });
            stream.latest = number;
            stream.at = judge.seq;
            from += ITEM.len();
        }
        let kept = stream.tail.len().saturating_sub(TAIL_MAX).max(from);
        stream.tail.drain(..kept);
    }

    pub(crate) fn on_link_gone(&mut self, node: &NodeName, link: LinkId) {
        self.open.remove(&(node.clone(), link));
    }

    /// A component begins anew.
    pub(crate) fn forget(&mut self, node: &NodeName) {
        self.open.retain(|(of, _), _| of != node);
    }
}

/// Whether an item's id is there to its end.
fn is_whole(rest: &[u8]) -> bool {
    rest.len() >= ID_MAX || rest.iter().skip(1).any(|byte| matches!(byte, b'\'' | b'"'))
}

/// The number behind the UUID, of an id with its quotes.
fn number(rest: &[u8]) -> Option<u64> {
    let (quote, id) = rest.split_first()?;
    let end = id.iter().position(|byte| byte == quote)?;
    std::str::from_utf8(id.get(UUID..end)?).ok()?.parse().ok()
}
