//! What breaks a check, and how breaches are collected.

use crate::{
    check::{COUNT, Check},
    judgement::Judgement,
};
use cce_fold::Subject;
use std::fmt;

/// Something that breaks a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The check.
    pub check: Check,
    /// What of the check is broken.
    pub judgement: Judgement,
    /// Number of the record that breaks it. At the end of a run: of the last record of what did not end.
    pub seq: u64,
    /// Numbers of the records that it contradicts.
    pub related: Vec<u64>,
    /// What is wrong, with what is needed to understand it.
    pub text: String,
    /// The contact and the task that it is about.
    pub subject: Subject,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at record {}: {}", self.check, self.seq, self.text)?;
        if self.related.is_empty() {
            return Ok(());
        }
        let related: Vec<String> = self.related.iter().map(ToString::to_string).collect();
        write!(f, " (see record {})", related.join(", "))
    }
}

/// How often a check looked, and what it found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events that were judged.
    pub judged: u64,
    /// Breaches.
    pub breaches: u64,
}

/// Which checks are on, and what they have found so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) off: [bool; COUNT],
    pub(crate) tallies: [Tally; COUNT],
}

/// Collects the breaches of one record.
#[derive(Debug)]
pub(crate) struct Judge<'a> {
    ledger: &'a mut Ledger,
    pub(crate) seq: u64,
    pub(crate) subject: &'a Subject,
    pub(crate) breaches: Vec<Breach>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(ledger: &'a mut Ledger, seq: u64, subject: &'a Subject) -> Self {
        Self { ledger, seq, subject, breaches: Vec::new() }
    }

    /// Judges one event: unless it `holds`, this record breaks the check of the judgement.
    pub(crate) fn expect(
        &mut self,
        judgement: Judgement,
        holds: bool,
        related: &[u64],
        text: impl FnOnce() -> String,
    ) {
        if !holds {
            return self.breach(judgement, self.seq, related, self.subject.clone(), text());
        }
        self.ledger.tallies[judgement.check().index()].judged += 1;
    }

    /// The check is broken.
    pub(crate) fn breach(
        &mut self,
        judgement: Judgement,
        seq: u64,
        related: &[u64],
        subject: Subject,
        text: String,
    ) {
        let check = judgement.check();
        if self.ledger.off[check.index()] {
            return;
        }
        let tally = &mut self.ledger.tallies[check.index()];
        tally.judged += 1;
        tally.breaches += 1;
        self.breaches.push(Breach { check, judgement, seq, related: related.to_vec(), text, subject });
    }
}
