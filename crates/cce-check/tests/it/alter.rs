//! Journals that differ from a real one in one record.

use crate::lab::Journal;
use cce_journal::{Record, What};
use cce_kernel::{Fact, Output};

impl Journal {
    /// Without the record.
    pub(crate) fn without(mut self, at: usize) -> Self {
        self.records.remove(at);
        self
    }

    /// With the record once more, right behind it.
    pub(crate) fn twice(self, at: usize) -> Self {
        self.again(at, at + 1)
    }

    /// With the record once more, at the end.
    pub(crate) fn again_at_the_end(self, at: usize) -> Self {
        let end = self.records.len();
        self.again(at, end)
    }

    /// With another fact in the record.
    pub(crate) fn saying(mut self, at: usize, change: impl FnOnce(&mut Fact)) -> Self {
        let What::Out(Output::Note(fact)) = &mut self.records[at].what else { panic!("no fact at {at}") };
        let before = fact.clone();
        change(fact);
        assert_ne!(*fact, before, "nothing is changed");
        self
    }

    /// Where the `nth` record stands, from 0, whose fact is so.
    pub(crate) fn nth(&self, nth: usize, is_it: impl Fn(&Fact) -> bool) -> usize {
        self.nth_record(nth, |record| fact(record).is_some_and(&is_it))
    }

    /// Where the first such fact stands.
    pub(crate) fn first(&self, is_it: impl Fn(&Fact) -> bool) -> usize {
        self.nth(0, is_it)
    }

    /// Where the last such fact stands before that place.
    pub(crate) fn last_before(&self, end: usize, is_it: impl Fn(&Fact) -> bool) -> usize {
        self.records[..end].iter().rposition(|record| fact(record).is_some_and(&is_it)).unwrap()
    }

    /// Where the `nth` such record stands.
    pub(crate) fn nth_record(&self, nth: usize, is_it: impl Fn(&Record) -> bool) -> usize {
        let found = self.records.iter().enumerate().filter(|(_, record)| is_it(record));
        found.map(|(at, _)| at).nth(nth).unwrap()
    }

    fn again(mut self, at: usize, to: usize) -> Self {
        let copy = self.records[at].clone();
        self.records.insert(to, copy);
        self
    }
}

pub(crate) fn fact(record: &Record) -> Option<&Fact> {
    if let What::Out(Output::Note(fact)) = &record.what { Some(fact) } else { None }
}
