//! What peers outside the lab do wrong: it is told as theirs, and breaks no check of the lab.

use crate::{breach::Breach, judgement::Judgement, table::Bounded};
use cce_fold::{Meaning, ReadRecord};
use cce_journal::{Record, What};
use cce_kernel::{Fact, Input, LinkId, NodeName, Port};
use cce_model::ContactId;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
};

/// Misdeeds that are kept; further ones are counted.
const MISDEEDS_MAX: usize = 1_000;
/// Connections of outsiders that are open at the same time; the lowest give way.
const LINKS_MAX: usize = 4_096;
/// Messages of outside gateways whose consequences are still looked for.
const MESSAGES_MAX: usize = 256;
/// Contacts that an outside gateway has told lies about; the lowest give way.
const CONTACTS_MAX: usize = 4_096;

/// Something that an outsider did wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misdeed {
    /// Number of the record that tells of it.
    pub seq: u64,
    /// The component that it was done to.
    pub node: NodeName,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for Misdeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a peer of {} outside the lab, at record {}: {}", self.node, self.seq, self.text)
    }
}

/// Who is at the other end of a connection that none of this process's components has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FarEnd {
    /// Nobody of the lab.
    Stranger,
    /// A component of the lab, which another process runs.
    OtherProcess,
}

/// Peers outside the lab, and what they do wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outsiders {
    links: BTreeMap<(NodeName, LinkId), FarEnd>,
    /// Records of what gateways outside the lab said.
    said: VecDeque<u64>,
    /// What an outside gateway's message contradicted, by contact.
    contacts: BTreeSet<(ContactId, Judgement)>,
    /// Record of the latest frame that was broken.
    broken_frame: Option<u64>,
    misdeeds: Vec<Misdeed>,
    count: u64,
}

impl Outsiders {
    /// The misdeeds that are kept.
    pub(crate) fn misdeeds(&self) -> &[Misdeed] {
        &self.misdeeds
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Takes in the next event.
    pub(crate) fn on_event(&mut self, event: &ReadRecord<'_>) {
        let record = event.record;
        match &event.kind {
            Meaning::LinkUp { link, peer } if peer.node.is_none() => {
                self.links.insert((record.node.clone(), *link), FarEnd::Stranger);
                self.links.keep(LINKS_MAX);
            }
            Meaning::LinkDown { link, .. } => {
                self.links.remove(&(record.node.clone(), *link));
            }
            // What opened the session has shown that it is a component of another process.
            Meaning::Received { link, peer, .. } | Meaning::Sent { link, peer, .. }
                if peer.node.is_some() && self.is_stranger(record, *link) =>
            {
                self.links.insert((record.node.clone(), *link), FarEnd::OtherProcess);
            }
            Meaning::Received { link, .. } if is_gateway(link.port) && self.is_stranger(record, *link) => {
                self.said.push_back(record.seq);
                self.said.keep(MESSAGES_MAX);
            }
            // What a component says of a broken frame was told with the frame itself.
            Meaning::Fact(Fact::PeerError { link, message, detail })
                if self.is_outside(record, *link)
                    && record.cause.is_none_or(|cause| self.broken_frame != Some(cause)) =>
            {
                self.add(record, format!("{message} on {link}: {detail}"));
            }
            Meaning::Received { .. }
            | Meaning::Sent { .. }
            | Meaning::Http(_)
            | Meaning::LinkUp { .. }
            | Meaning::Fact(_)
            | Meaning::Bent(_)
            | Meaning::Other => {}
        }
        if let What::In(Input::BadFrame { link, flaw }) = &record.what
            && self.is_outside(record, *link)
        {
            self.broken_frame = Some(record.seq);
            self.add(record, format!("no message on {link}: {flaw}"));
        }
    }

    /// Whether somebody outside the lab is at the other end.
    pub(crate) fn is_outside(&self, record: &Record, link: LinkId) -> bool {
        self.links.contains_key(&(record.node.clone(), link))
    }

    /// Whether somebody is there who is no part of the lab, in this process or in another one.
    fn is_stranger(&self, record: &Record, link: LinkId) -> bool {
        self.links.get(&(record.node.clone(), link)) == Some(&FarEnd::Stranger)
    }

    /// Whether an outside gateway's message contradicts what is judged: directly, or earlier about the same contact.
    pub(crate) fn is_to_blame(&self, record: &Record, breach: &Breach) -> bool {
        let is_direct = record.cause.is_some_and(|cause| self.said.contains(&cause));
        let contact = breach.subject.contact.as_ref();
        let known = contact.map(|contact| (contact.clone(), breach.judgement));
        rests_on_peers(&record.node, breach.judgement)
            && (is_direct || known.is_some_and(|known| self.contacts.contains(&known)))
    }

    /// A breach is an outsider's.
    pub(crate) fn blame(&mut self, record: &Record, breach: &Breach) {
        if let Some(contact) = &breach.subject.contact {
            self.contacts.insert((contact.clone(), breach.judgement));
            self.contacts.keep(CONTACTS_MAX);
        }
        self.add(record, format!("what it said leads to this: {}", breach.text));
    }

    pub(crate) fn add(&mut self, record: &Record, text: String) {
        self.count += 1;
        if self.misdeeds.len() < MISDEEDS_MAX {
            self.misdeeds.push(Misdeed { seq: record.seq, node: record.node.clone(), text });
        }
    }
}

/// Whether components speak there with their gateways.
const fn is_gateway(port: Port) -> bool {
    matches!(port, Port::Mr | Port::IcmMr | Port::IcmAgent)
}

/// Whether the judgement compares what a gateway told this component with something else.
fn rests_on_peers(node: &NodeName, judgement: Judgement) -> bool {
    node.kind().is_some_and(|kind| judgement.rests_on_gateways().contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Check;
    use cce_fold::{AnyMessage, Subject};
    use cce_kernel::{FrameFlaw, LinkReason, Peer, Time};

    const GATEWAY: Port = Port::IcmAgent;

    fn link(port: Port, number: u32) -> LinkId {
        LinkId { port, number }
    }

    fn record(seq: u64, cause: Option<u64>, what: What) -> Record {
        Record { seq, at: Time(0), node: cce_model::Kind::Router.into(), cause, what }
    }

    fn at(seq: u64, cause: Option<u64>) -> Record {
        record(seq, cause, What::Started)
    }

    fn take_in(outsiders: &mut Outsiders, record: &Record, kind: Meaning<'_>) {
        outsiders.on_event(&ReadRecord { record, subject: Subject::default(), client: None, kind });
    }

    fn connect(outsiders: &mut Outsiders, link: LinkId, node: Option<&str>) {
        let peer =
            Peer { node: node.map(NodeName::from), address: "127.0.0.1:1".to_owned(), ..Peer::default() };
        take_in(outsiders, &at(1, None), Meaning::LinkUp { link, peer: &peer });
    }

    fn say(outsiders: &mut Outsiders, seq: u64, link: LinkId) {
        let message = AnyMessage::Stream(cce_kernel::Blob::default().0);
        let kind = Meaning::Received {
            link,
            port: link.port,
            peer: std::sync::Arc::default(),
            message,
            protocol: None,
            length: 8,
        };
        take_in(outsiders, &at(seq, None), kind);
    }

    fn err(outsiders: &mut Outsiders, seq: u64, link: LinkId) {
        let fact =
            Fact::PeerError { link, message: "TASK_EVENT".to_owned(), detail: "no such task".to_owned() };
        take_in(outsiders, &at(seq, None), Meaning::Fact(&fact));
    }

    fn breach(contact: Option<&str>) -> Breach {
        let contact = contact.map(ContactId::from);
        Breach {
            check: Check::WithinLimit,
            judgement: Judgement::RoutersCount,
            seq: 9,
            related: Vec::new(),
            text: "the router counts 2 tasks".to_owned(),
            subject: Subject { contact, task: None },
        }
    }

    /// A gateway outside the lab, connected to the router.
    fn with_gateway() -> Outsiders {
        let mut outsiders = Outsiders::default();
        connect(&mut outsiders, link(GATEWAY, 1), None);
        outsiders
    }

    #[test]
    fn an_error_of_a_peer_outside_is_told_and_one_of_the_lab_s_own_is_not() {
        let mut outsiders = with_gateway();
        connect(&mut outsiders, link(GATEWAY, 2), Some(cce_model::Kind::AgentPg.name()));
        err(&mut outsiders, 5, link(GATEWAY, 1));
        err(&mut outsiders, 6, link(GATEWAY, 2));
        let [misdeed] = outsiders.misdeeds() else { panic!("{:?}", outsiders.misdeeds()) };
        assert_eq!(
            misdeed.to_string(),
            "a peer of router outside the lab, at record 5: TASK_EVENT on icm-agent#1: no such task"
        );
        assert_eq!(outsiders.count(), 1);
    }

    #[test]
    fn broken_framing_is_told_as_the_outsider_s() {
        let mut outsiders = with_gateway();
        connect(&mut outsiders, link(GATEWAY, 2), Some(cce_model::Kind::AgentPg.name()));
        for number in [1, 2] {
            let flaw = FrameFlaw::TooLong { announced: 9, max: 1 };
            let bad = record(7, None, What::In(Input::BadFrame { link: link(GATEWAY, number), flaw }));
            take_in(&mut outsiders, &bad, Meaning::Other);
        }
        assert_eq!(outsiders.count(), 1);
        assert!(
            outsiders.misdeeds()[0].text.starts_with("no message on icm-agent#1: a message of 9 bytes"),
            "{:?}",
            outsiders.misdeeds()
        );
    }

    #[test]
    fn a_connection_is_one_component_s_and_counts_until_it_ends() {
        let mut outsiders = with_gateway();
        let elsewhere = Record { node: cce_model::Kind::AgentPg.into(), ..at(5, None) };
        assert!(outsiders.is_outside(&at(5, None), link(GATEWAY, 1)));
        assert!(!outsiders.is_outside(&elsewhere, link(GATEWAY, 1)));
        assert!(!outsiders.is_outside(&at(5, None), link(GATEWAY, 2)));
        let gone = Meaning::LinkDown { link: link(GATEWAY, 1), reason: LinkReason::Closed };
        take_in(&mut outsiders, &at(6, None), gone);
        err(&mut outsiders, 7, link(GATEWAY, 1));
        assert_eq!(outsiders.count(), 0);
    }

    #[test]
    fn what_follows_from_a_gateway_s_message_is_the_gateway_s() {
        let mut outsiders = with_gateway();
        say(&mut outsiders, 5, link(GATEWAY, 1));
        assert!(outsiders.is_to_blame(&at(6, Some(5)), &breach(None)));
        assert!(!outsiders.is_to_blame(&at(6, Some(4)), &breach(None)), "another message led to it");
        assert!(!outsiders.is_to_blame(&at(6, None), &breach(None)), "nothing outside led to it");
    }

    #[test]
    fn a_gateway_of_another_process_belongs_to_the_lab_until_its_connection_ends() {
        let mut outsiders = with_gateway();
        let opened = |outsiders: &mut Outsiders, peer: Peer| {
            let message = AnyMessage::Stream(cce_kernel::Blob::default().0);
            let link = link(GATEWAY, 1);
            let peer = std::sync::Arc::new(peer);
            let kind = Meaning::Received { link, port: GATEWAY, peer, message, protocol: None, length: 8 };
            take_in(outsiders, &at(4, None), kind);
        };
        let peer = Peer { node: Some(cce_model::Kind::AgentPg.into()), ..Peer::default() };
        opened(&mut outsiders, peer);
        say(&mut outsiders, 5, link(GATEWAY, 1));
        assert!(outsiders.is_outside(&at(5, None), link(GATEWAY, 1)), "its errors are told as a peer's");
        assert!(!outsiders.is_to_blame(&at(6, Some(5)), &breach(None)));
        let gone = Meaning::LinkDown { link: link(GATEWAY, 1), reason: LinkReason::Closed };
        take_in(&mut outsiders, &at(7, None), gone);
        connect(&mut outsiders, link(GATEWAY, 1), None);
        say(&mut outsiders, 8, link(GATEWAY, 1));
        assert!(outsiders.is_to_blame(&at(9, Some(8)), &breach(None)), "another one has connected");
    }

    #[test]
    fn what_the_router_decides_by_itself_is_no_gateway_s_fault() {
        let mut outsiders = with_gateway();
        say(&mut outsiders, 5, link(GATEWAY, 1));
        outsiders.blame(&at(6, Some(5)), &breach(Some("A")));
        for judgement in [Judgement::KeyIsNew, Judgement::ContactOfATask, Judgement::RoutedOnce] {
            let own = Breach { judgement, ..breach(Some("A")) };
            assert!(!outsiders.is_to_blame(&at(6, Some(5)), &own), "{judgement:?}");
        }
    }

    #[test]
    fn clients_and_the_lab_s_own_gateways_excuse_nothing() {
        for (port, node) in [
            (Port::CtiA, None),
            (Port::App, None),
            (Port::Xmpp, None),
            (GATEWAY, Some(cce_model::Kind::AgentPg.name())),
        ] {
            let mut outsiders = Outsiders::default();
            connect(&mut outsiders, link(port, 1), node);
            say(&mut outsiders, 5, link(port, 1));
            assert!(!outsiders.is_to_blame(&at(6, Some(5)), &breach(None)), "{port} {node:?}");
        }
        for port in [Port::Mr, Port::IcmMr] {
            let mut outsiders = Outsiders::default();
            connect(&mut outsiders, link(port, 1), None);
            say(&mut outsiders, 5, link(port, 1));
            assert!(outsiders.is_to_blame(&at(6, Some(5)), &breach(None)), "{port}");
        }
    }

    #[test]
    fn a_contact_that_a_gateway_has_lied_about_stays_its_own_and_no_other_does() {
        let mut outsiders = with_gateway();
        outsiders.blame(&at(6, Some(5)), &breach(Some("A")));
        assert_eq!(outsiders.misdeeds()[0].text, "what it said leads to this: the router counts 2 tasks");
        assert!(outsiders.is_to_blame(&at(90, None), &breach(Some("A"))));
        assert!(!outsiders.is_to_blame(&at(90, None), &breach(Some("B"))));
        assert!(!outsiders.is_to_blame(&at(90, None), &breach(None)));
    }

    #[test]
    fn misdeeds_are_kept_up_to_a_number_and_counted_beyond_it() {
        let mut outsiders = with_gateway();
        for seq in 0..=MISDEEDS_MAX as u64 {
            outsiders.add(&at(seq, None), String::new());
        }
        assert_eq!((outsiders.misdeeds().len(), outsiders.count()), (MISDEEDS_MAX, MISDEEDS_MAX as u64 + 1));
    }

    #[test]
    fn connections_messages_and_contacts_beyond_their_numbers_let_the_first_go() {
        let mut outsiders = Outsiders::default();
        for number in 1..=u32::try_from(LINKS_MAX).unwrap() + 1 {
            connect(&mut outsiders, link(GATEWAY, number), None);
        }
        assert!(!outsiders.is_outside(&at(5, None), link(GATEWAY, 1)));
        assert!(outsiders.is_outside(&at(5, None), link(GATEWAY, 2)));
        for seq in 1..=MESSAGES_MAX as u64 + 1 {
            say(&mut outsiders, seq, link(GATEWAY, 2));
        }
        assert!(!outsiders.is_to_blame(&at(999, Some(1)), &breach(None)));
        assert!(outsiders.is_to_blame(&at(999, Some(2)), &breach(None)));
        for number in 0..=CONTACTS_MAX {
            outsiders.blame(&at(5, None), &breach(Some(&format!("{number:05}"))));
        }
        assert!(!outsiders.is_to_blame(&at(999, None), &breach(Some("00000"))));
        assert!(outsiders.is_to_blame(&at(999, None), &breach(Some("00001"))));
    }
}
