//! What peers outside the lab do wrong: it is told as theirs, and breaks no check of the lab.

use crate::breach::Breach;
use cce_journal::{Record, What};
use cce_kernel::{Fact, Input, LinkId, NodeName, Port, model::ContactId};
use cce_views::{Event, Kind};
use std::{
    collections::{BTreeSet, VecDeque},
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

/// Peers outside the lab, and what they do wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outsiders {
    links: BTreeSet<(NodeName, LinkId)>,
    /// Records of what gateways outside the lab said.
    said: VecDeque<u64>,
    contacts: BTreeSet<ContactId>,
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
    pub(crate) fn on_event(&mut self, event: &Event<'_>) {
        let record = event.record;
        match &event.kind {
            Kind::LinkUp { link, peer } if peer.node.is_none() => {
                self.links.insert((record.node.clone(), *link));
                if self.links.len() > LINKS_MAX {
                    self.links.pop_first();
                }
            }
            Kind::LinkDown { link, .. } => {
                self.links.remove(&(record.node.clone(), *link));
            }
            Kind::Received { link, .. } if is_gateway(link.port) && self.is_outside(record, *link) => {
                self.said.push_back(record.seq);
                if self.said.len() > MESSAGES_MAX {
                    self.said.pop_front();
                }
            }
            Kind::Fact(Fact::PeerError { link, message, detail }) if self.is_outside(record, *link) => {
                self.add(record, format!("{message} on {link}: {detail}"));
            }
            _ => {}
        }
        if let What::In(Input::BadFrame { link, flaw }) = &record.what
            && self.is_outside(record, *link)
        {
            self.add(record, format!("no message on {link}: {flaw:?}"));
        }
    }

    /// Whether somebody outside the lab is at the other end.
    pub(crate) fn is_outside(&self, record: &Record, link: LinkId) -> bool {
        self.links.contains(&(record.node.clone(), link))
    }

    /// Whether a breach comes of what a gateway outside the lab said: directly, or by a contact that it has lied about.
    pub(crate) fn is_to_blame(&self, record: &Record, breach: &Breach) -> bool {
        let is_direct = record.cause.is_some_and(|cause| self.said.contains(&cause));
        is_direct || breach.subject.contact.as_ref().is_some_and(|contact| self.contacts.contains(contact))
    }

    /// A breach is an outsider's.
    pub(crate) fn blame(&mut self, record: &Record, breach: &Breach) {
        if let Some(contact) = &breach.subject.contact {
            self.contacts.insert(contact.clone());
            if self.contacts.len() > CONTACTS_MAX {
                self.contacts.pop_first();
            }
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
