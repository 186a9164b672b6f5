//! Pieces of a ladder around records that are pointed out.

use super::{DrawnContacts, LadderText, Moment, Only, Page, Places, Row, RowMark, Shape, rows, stampers};
use crate::logs::LogFile;
use cce_journal::{Header, Record};
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
    rows: Vec<Row>,
    places: Places<'a>,
    names: DrawnContacts,
}

impl<'a> Excerpts<'a> {
    /// The ladder of these records, which are in order.
    pub fn new(header: &'a Header, records: &'a [Record]) -> Self {
        Self::of(header, records, None)
    }

    /// The same of one contact, or of all.
    pub fn of(header: &'a Header, records: &'a [Record], only: Option<Only>) -> Self {
        let (rows, names) = rows(header, records, only);
        let places = Places::new(records, &rows);
        Self { header, rows, places, names }
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
                if let Some(at) = self.places.row_of(seq) {
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
        Some(self.around_row(at, page))
    }

    /// The rows around the one that a line of the run's own log is about, with a mark at it. None where that log has no such line: it
    /// is of another run then, or of a product.
    pub fn at_line(&self, log: LogFile, number: usize, text: &str, page: Page) -> Option<String> {
        let at = self.places.row_of_line(self.header, log, number, text)?;
        Some(self.around_row(at, page))
    }

    fn around_row(&self, at: usize, page: Page) -> String {
        self.draw_around(&BTreeMap::from([(at, RowMark::Asked)]), (AROUND, AROUND), page)
    }

    /// The row that a record belongs to, alone.
    pub fn row(&self, seq: u64, page: Page) -> Option<String> {
        let row = self.rows.get(self.places.row_of(seq)?)?;
        let mut text = LadderText::new(self.header, page);
        let _ = text.ids(&self.names);
        Some(text.row(row, &self.names))
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
        self.rows[self.places.row_of(seq)?].subject.contact.as_ref()
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
}
