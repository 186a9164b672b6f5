//! Where the records of a run stand in its ladder: one answer for excerpts, for lines of logs, and for the page of a browser.

use super::{
    Row, RowKind, cause,
    moment::{NAME_MIN, plain},
};
use crate::logs::{Line, LogFile, Logs};
use cce_journal::{Header, Record, What};
use cce_kernel::Output;
use std::collections::{BTreeMap, BTreeSet};

/// Finds the row of a record.
#[derive(Debug)]
pub(super) struct Places<'a> {
    records: &'a [Record],
    /// Rows by the record that they draw first.
    first: BTreeMap<u64, usize>,
    /// Rows by the record whose handling they are of, and the one that they draw first.
    handled: BTreeMap<(u64, u64), usize>,
    /// Notifications, in the same way.
    notified: BTreeMap<(u64, u64), usize>,
    /// Where what was sent arrived, both by record.
    arrivals: BTreeMap<u64, u64>,
    /// What was sent while an input was handled, both by record.
    sent: BTreeSet<(u64, u64)>,
    /// What each row is about, as it is compared with lines of logs.
    names: Vec<String>,
}

impl<'a> Places<'a> {
    /// The places of these records, which are in order, in these rows.
    pub(super) fn new(records: &'a [Record], rows: &[Row]) -> Self {
        let (mut first, mut handled, mut notified) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.first > 0) {
            first.entry(row.first).or_insert(at);
            handled.entry((row.record, row.first)).or_insert(at);
            if row.kind == RowKind::Notification {
                notified.entry((row.record, row.first)).or_insert(at);
            }
        }
        let mut arrivals = BTreeMap::new();
        for arrival in records.iter().filter(|record| is_arrival(record)) {
            arrival.cause.map(|sent| arrivals.entry(sent).or_insert(arrival.seq));
        }
        let sent = records.iter().filter(|record| matches!(record.what, What::Out(Output::Send { .. })));
        let sent = sent.map(|record| (cause(record), record.seq)).collect();
        let names = rows.iter().map(|row| plain(row.text.split(' ').next().unwrap_or_default())).collect();
        Self { records, first, handled, notified, arrivals, sent, names }
    }

    /// The row that a record belongs to, else the last one before it.
    pub(super) fn row_of(&self, seq: u64) -> Option<usize> {
        self.own_row_of(seq).or_else(|| self.first.range(..=seq).next_back().map(|(_, at)| *at))
    }

    /// The row that a record belongs to.
    pub(super) fn own_row_of(&self, seq: u64) -> Option<usize> {
        let record = self.record(seq)?;
        let drawn = |seq: u64| self.first.get(&seq).copied();
        let other_end = match &record.what {
            // A message is drawn where it arrives.
            What::Out(Output::Send { .. } | Output::Call { .. }) => self.arrivals.get(&seq).copied(),
            // What leads to no row where it arrives, such as an answer, is drawn where it leaves.
            What::In(_) => record.cause,
            What::Out(_)
            | What::Started
            | What::Stopped { .. }
            | What::Connected { .. }
            | What::Bent(_)
            | What::Gap { .. } => None,
        };
        drawn(seq)
            .or_else(|| drawn(other_end?))
            .or_else(|| self.notification(if is_arrival(record) { record.cause? } else { seq }))
            .or_else(|| self.handling(seq, cause(record)))
    }

    /// The row of the record that a line of a log is made of. The line is the one that has this text in the run's own log; of several
    /// alike the one whose number, from 1, is nearest.
    pub(super) fn row_of_line(
        &self,
        header: &Header,
        log: LogFile,
        number: usize,
        text: &str,
    ) -> Option<usize> {
        let (mut logs, mut written) = (Logs::new(header), 0);
        let mut nearest: Option<(usize, u64, Vec<Line>)> = None;
        for record in self.records {
            let lines = logs.push(record);
            for (_, line) in lines.iter().filter(|(of, _)| *of == log) {
                written += 1;
                let away = number.abs_diff(written);
                if line == text && nearest.as_ref().is_none_or(|(least, ..)| away < *least) {
                    nearest = Some((away, record.seq, lines.clone()));
                }
            }
        }
        let (_, seq, lines) = nearest?;
        self.row_of_lines(seq, &lines).or_else(|| self.row_of(seq))
    }

    /// The row that the lines of a record are about. Where they tell of a message while the component decides on it, that is the
    /// message, which leaves behind them.
    pub(super) fn row_of_lines(&self, seq: u64, lines: &[Line]) -> Option<usize> {
        let (record, own) = (self.record(seq)?, self.own_row_of(seq));
        if lines.is_empty() || !matches!(record.what, What::Out(Output::Note(_))) {
            return own;
        }
        let said = plain(&lines.iter().map(|(_, line)| line.as_str()).collect::<String>());
        let is_named = |at: &usize| {
            self.names.get(*at).is_some_and(|name| name.len() >= NAME_MIN && said.contains(name.as_str()))
        };
        if own.as_ref().is_some_and(is_named) {
            return own;
        }
        let handling = cause(record);
        let sent = self.sent.range((handling, seq)..=(handling, u64::MAX));
        sent.filter_map(|(_, sent)| self.own_row_of(*sent)).find(is_named).or(own)
    }

    fn record(&self, seq: u64) -> Option<&Record> {
        let at = self.records.binary_search_by_key(&seq, |record| record.seq).ok()?;
        self.records.get(at)
    }

    /// What a stream brings is drawn as what was published: the notification that was sent by a record.
    fn notification(&self, sent: u64) -> Option<usize> {
        let handling = cause(self.record(sent)?);
        self.notified.range((handling, 0)..=(handling, sent)).next_back().map(|(_, at)| *at)
    }

    /// The last row of an input's handling that began by then. What is drawn of a handling comes behind its input.
    fn handling(&self, seq: u64, input: u64) -> Option<usize> {
        if input > seq {
            return None;
        }
        self.handled.range((input, input)..=(input, seq)).next_back().map(|(_, at)| *at)
    }
}

const fn is_arrival(record: &Record) -> bool {
    matches!(record.what, What::In(_))
}
