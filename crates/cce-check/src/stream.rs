//! Notifications as a desktop gets them: Finesse counts them in their item ids (finesse-nonvoice 4.5), so on one
//! stream the numbers grow. In a session of BOSH the answers are in the order of its requests (XEP-0124, 14).

use crate::{breach::Judge, judgement::Judgement, table::Bounded};
use cce_kernel::{CallId, LinkId, NodeName};
use memchr::memmem;
use std::collections::BTreeMap;

/// Streams, and sessions of BOSH, that are followed at the same time; more than a component serves. Of more, the lowest
/// give way.
const OPEN_MAX: usize = 16_384;

/// Answers of one session that are remembered: a client that lost one asks for it again.
const ANSWERS_MAX: usize = 32;

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
    /// Requests of BOSH that wait for their answer: the session's id, and the request's number in it.
    asked: BTreeMap<(NodeName, CallId), (String, u64)>,
    sessions: BTreeMap<(NodeName, String), Session>,
}

/// A session of BOSH: by the number of the request, what stood in its answer.
type Session = BTreeMap<u64, Items>;

/// The first and the last item of an answer, and its record.
#[derive(Clone, Copy, Debug)]
struct Items {
    first: u64,
    last: u64,
    at: u64,
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
        let key = (node.clone(), link);
        if !self.open.contains_key(&key) {
            self.open.insert(key.clone(), Stream::default());
            self.open.keep(OPEN_MAX);
        }
        let Some(stream) = self.open.get_mut(&key) else { return };
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

    /// A body of BOSH reaches a component.
    pub(crate) fn on_body(&mut self, node: &NodeName, call: CallId, body: &[u8]) {
        let (Some(sid), Some(rid)) = (attribute(body, "sid"), attribute(body, "rid")) else { return };
        let Ok(rid) = rid.parse() else { return };
        self.asked.insert((node.clone(), call), (sid.to_owned(), rid));
        self.asked.keep(OPEN_MAX);
    }

    /// A component answers with a body of BOSH, or with something else.
    pub(crate) fn on_answer(&mut self, node: &NodeName, call: CallId, body: &[u8], judge: &mut Judge<'_>) {
        let Some((sid, rid)) = self.asked.remove(&(node.clone(), call)) else { return };
        let items: Vec<u64> = numbers(body).collect();
        let (Some(first), Some(last)) = (items.first(), items.last()) else { return };
        let session = self.sessions.entry((node.clone(), sid)).or_default();
        // A request that comes again gets what it got before (XEP-0124, 14.3).
        if session.contains_key(&rid) {
            return;
        }
        let before = session.range(..rid).next_back().map(|(_, items)| *items);
        let behind = session.range(rid..).next().map(|(_, items)| *items);
        let order = before.iter().map(|items| items.last).chain(items.iter().copied());
        let is_sorted =
            order.chain(behind.iter().map(|items| items.first)).is_sorted_by(|one, next| one < next);
        let related: Vec<u64> = before.iter().chain(&behind).map(|items| items.at).collect();
        judge.expect(Judgement::ItemsInOrder, is_sorted, &related, || {
            format!("{node} answers request {rid} with the items {items:?}, out of order")
        });
        session.insert(rid, Items { first: *first, last: *last, at: judge.seq });
        session.keep(ANSWERS_MAX);
        self.sessions.keep(OPEN_MAX);
    }

    /// A component begins anew.
    pub(crate) fn forget(&mut self, node: &NodeName) {
        self.open.retain(|(of, _), _| of != node);
        self.asked.retain(|(of, _), _| of != node);
        self.sessions.retain(|(of, _), _| of != node);
    }
}

/// The numbers of the items in a whole body.
fn numbers(body: &[u8]) -> impl Iterator<Item = u64> {
    memmem::find_iter(body, ITEM).filter_map(|at| number(&body[at + ITEM.len()..]))
}

/// An attribute of the element that a body is.
fn attribute<'a>(body: &'a [u8], name: &str) -> Option<&'a str> {
    let head = body.split(|byte| *byte == b'>').next().and_then(|head| std::str::from_utf8(head).ok())?;
    let (_, value) = head.split_once(&format!(" {name}="))?;
    let quote = value.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    value[1..].split(quote).next()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::Ledger;
    use cce_fold::Subject;
    use cce_kernel::Port;

    const UUID_OF_ALL: &str = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

    fn body(items: &[u64]) -> String {
        let item = |number: &u64| format!("<item id='{UUID_OF_ALL}{number}'/>");
        format!(
            "<body xmlns='http://jabber.org/protocol/httpbind'>{}</body>",
            items.iter().map(item).collect::<String>()
        )
    }

    /// Breaches of these answers: the number of the request in the session of that letter, and the items.
    fn wrong(answers: &[(&str, u64, &[u64])]) -> usize {
        let (mut ledger, subject) = (Ledger::default(), Subject::default());
        let mut judge = Judge::new(&mut ledger, 9, &subject);
        let (mut streams, finesse) = (Streams::default(), NodeName::from("finesse"));
        for (call, (sid, rid, items)) in (1..).map(CallId).zip(answers) {
            streams.on_body(
                &finesse,
                call,
                format!("<body rid=\"{rid}\" xml:lang='en' sid='{sid}'/>").as_bytes(),
            );
            streams.on_answer(&finesse, call, body(items).as_bytes(), &mut judge);
        }
        judge.breaches.len()
    }

    #[test]
    fn the_items_of_a_bosh_session_are_in_the_order_of_its_requests() {
        assert_eq!(wrong(&[("a", 1, &[7]), ("a", 2, &[]), ("a", 3, &[8, 9])]), 0);
        assert_eq!(wrong(&[("a", 1, &[8]), ("a", 2, &[7])]), 1);
        assert_eq!(wrong(&[("a", 1, &[8]), ("a", 2, &[8])]), 1, "twice");
        assert_eq!(wrong(&[("a", 1, &[9, 8])]), 1);
        assert_eq!(wrong(&[("a", 2, &[8]), ("a", 1, &[7])]), 0, "the client sorts the answers");
        assert_eq!(wrong(&[("a", 2, &[7]), ("a", 1, &[8])]), 1);
        assert_eq!(wrong(&[("a", 1, &[8]), ("a", 2, &[9]), ("a", 1, &[8])]), 0, "asked for again");
        assert_eq!(wrong(&[("a", 1, &[8]), ("b", 2, &[7])]), 0);
    }

    #[test]
    fn what_is_followed_has_a_bound_and_goes_with_its_component() {
        let (mut ledger, subject) = (Ledger::default(), Subject::default());
        let mut judge = Judge::new(&mut ledger, 9, &subject);
        let (mut streams, finesse) = (Streams::default(), NodeName::from("finesse"));
        for number in 0..=u32::try_from(OPEN_MAX).unwrap() {
            streams.on_piece(&finesse, LinkId { port: Port::Xmpp, number }, b"<stream>", &mut judge);
            let (call, request) = (CallId(number.into()), format!("<body rid='1' sid='{number:06}'/>"));
            streams.on_body(&finesse, call, request.as_bytes());
            if number > 0 {
                streams.on_answer(&finesse, call, body(&[1]).as_bytes(), &mut judge);
            }
            streams.on_body(&finesse, call, request.as_bytes());
        }
        streams.on_answer(&finesse, CallId(0), body(&[1]).as_bytes(), &mut judge);
        let sizes = |streams: &Streams| (streams.open.len(), streams.asked.len(), streams.sessions.len());
        assert_eq!(sizes(&streams), (OPEN_MAX, OPEN_MAX, OPEN_MAX));
        streams.forget(&"ccp".into());
        assert_eq!(sizes(&streams), (OPEN_MAX, OPEN_MAX, OPEN_MAX));
        streams.forget(&finesse);
        assert_eq!(sizes(&streams), (0, 0, 0));
    }
}
