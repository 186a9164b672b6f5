//! Pieces of a ladder around records that are pointed out.

use super::{DrawnContacts, LadderText, Moment, Page, Row, RowKind, RowMark, Shape, cause, rows, stampers};
use cce_journal::{Header, Record, What};
use cce_kernel::Output;
use cce_model::ContactId;
use std::collections::BTreeMap;

/// Rows that are drawn before one that is pointed out, and behind it.
const BEFORE: usize = 6;
const BEHIND: usize = 2;

/// Rows that are drawn before a moment that somebody looks for, and behind it.
const AROUND: usize = 10;

/// Draws pieces of one journal's ladder.
#[derive(Debug)]
pub struct Excerpts<'a> {
    header: &'a Header,
    records: &'a [Record],
    rows: Vec<Row>,
    names: DrawnContacts,
}

impl<'a> Excerpts<'a> {
    /// The ladder of these records, which are in order.
    pub fn new(header: &'a Header, records: &'a [Record]) -> Self {
        Self::of(header, records, None)
    }

    /// The same of one contact, or of all.
    pub fn of(header: &'a Header, records: &'a [Record], only: Option<ContactId>) -> Self {
        let (rows, names) = rows(header, records, only);
        Self { header, records, rows, names }
    }

    /// The rows around a record that is wrong and those that it contradicts, with marks at them. Rows between are
    /// left out; a record that is not drawn by itself is pointed out where it belongs.
    pub fn around(&self, wrong: u64, related: &[u64], page: Page) -> String {
        self.around_all([(wrong, related)], page)
    }

    /// The same of several records that are wrong, in one piece.
    pub fn around_all<'b>(&self, wrong: impl IntoIterator<Item = (u64, &'b [u64])>, page: Page) -> String {
        let mut marks: BTreeMap<usize, RowMark> = BTreeMap::new();
        for (wrong, related) in wrong {
            let related = related.iter().map(|seq| (*seq, RowMark::Related));
            for (seq, mark) in related.chain([(wrong, RowMark::Wrong)]) {
                if let Some(at) = self.row_of(seq) {
                    let strongest = marks.get(&at).copied().unwrap_or(mark).max(mark);
                    marks.insert(at, strongest);
                }
            }
        }
        self.draw(&marks, page)
    }

    /// The rows around a moment, with a mark at the one that is nearest to it; none where the run has none near it.
    pub fn at(&self, moment: &Moment, page: Page) -> Option<String> {
        let at = moment.row(&self.rows, &stampers(self.header))?;
        Some(self.draw_around(&BTreeMap::from([(at, RowMark::Asked)]), (AROUND, AROUND), page))
    }

    /// The time of its first and of its last row, on the clocks of their hosts.
    pub fn span(&self) -> Option<[String; 2]> {
        let drawn = || self.rows.iter().filter(|row| row.shape != Shape::Counts);
        let stampers = stampers(self.header);
        let clock = |row: &Row| stampers.get(&row.lane()).map(|stamper| stamper.clock_at(row.at));
        Some([drawn().next().and_then(clock)?, drawn().next_back().and_then(clock)?])
    }

    /// The contact that the row of a record is about.
    pub fn contact_of(&self, seq: u64) -> Option<&ContactId> {
        self.rows[self.row_of(seq)?].subject.contact.as_ref()
    }

    fn draw(&self, marks: &BTreeMap<usize, RowMark>, page: Page) -> String {
        self.draw_around(marks, (BEFORE, BEHIND), page)
    }

    fn draw_around(
        &self,
        marks: &BTreeMap<usize, RowMark>,
        (before, behind): (usize, usize),
        page: Page,
    ) -> String {
        let mut text = LadderText::new(self.header, page);
        let mut drawn = text.head();
        let mut next = 0;
        for (at, row) in self.rows.iter().enumerate() {
            let from = at.saturating_sub(behind);
            if marks.range(from..=at + before).next().is_none() {
                continue;
            }
            if at > next {
                drawn.push_str("…\n");
            }
            next = at + 1;
            let row = Row { mark: marks.get(&at).copied(), ..row.clone() };
            drawn.push_str(&text.row(&row, &self.names));
        }
        drawn
    }

    /// The row that a record belongs to, else the last one before it.
    fn row_of(&self, seq: u64) -> Option<usize> {
        let at = self.records.binary_search_by_key(&seq, |record| record.seq).ok()?;
        let record = &self.records[at];
        let drawn = |seq: u64| self.rows.iter().position(|row| row.first == seq);
        let other_end = match &record.what {
            // A message is drawn where it arrives.
            What::Out(Output::Send { .. } | Output::Call { .. }) => {
                let arrival =
                    self.records[at..].iter().find(|later| is_arrival(later) && later.cause == Some(seq));
                arrival.map(|arrival| arrival.seq)
            }
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
            .or_else(|| self.row_before(seq, cause(record)))
    }

    /// What a stream brings is drawn as what was published: the notification that was sent by a record.
    fn notification(&self, sent: u64) -> Option<usize> {
        let at = self.records.binary_search_by_key(&sent, |record| record.seq).ok()?;
        let handling = cause(&self.records[at]);
        self.rows
            .iter()
            .rposition(|row| row.kind == RowKind::Notification && row.record == handling && row.first <= sent)
    }

    fn row_before(&self, seq: u64, handling: u64) -> Option<usize> {
        let before = || self.rows.iter().enumerate().rev().filter(|(_, row)| (1..=seq).contains(&row.first));
        // What is drawn of one input's handling comes behind that input.
        let mut of_handling = before().take_while(|(_, row)| row.first >= handling);
        let own = of_handling.find(|(_, row)| row.record == handling).or_else(|| before().next());
        own.map(|(at, _)| at)
    }
}

const fn is_arrival(record: &Record) -> bool {
    matches!(record.what, What::In(_))
}
