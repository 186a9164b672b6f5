//! What is wrong in a run, with the ladder around it: what is about the same task is told together, and drawn once.

use crate::print;
use cce_journal::{Header, Record};
use cce_model::ContactId;
use cce_views::ladder::Excerpts;
use std::fmt::Write as _;

/// Pieces of a ladder that are drawn at the most.
const DRAWN_MAX: usize = 5;

/// Something that is wrong.
pub(crate) struct ProblemText<'a> {
    /// What is to be said of it, with its line ends.
    pub(crate) text: String,
    /// The record that is wrong, if it is one.
    pub(crate) record: Option<u64>,
    /// Others that have to do with it.
    pub(crate) related: &'a [u64],
}

/// Those that are told together: they are about one contact, or stand alone.
struct Group<'a> {
    contact: Option<ContactId>,
    wrong: Vec<ProblemText<'a>>,
}

/// Everything that is wrong, in the order of the first of each task. Where there are no records, nothing is drawn.
pub(crate) fn with_excerpts(header: &Header, records: &[Record], wrong: Vec<ProblemText<'_>>) -> String {
    let (page, ladder) = (print::page(), Excerpts::new(header, records));
    let mut text = String::new();
    let mut drawn = 0;
    for Group { wrong, .. } in groups(&ladder, wrong) {
        if !text.is_empty() {
            text.push('\n');
        }
        wrong.iter().for_each(|wrong| text.push_str(&wrong.text));
        let marks: Vec<(u64, &[u64])> =
            wrong.iter().filter_map(|wrong| Some((wrong.record?, wrong.related))).collect();
        if !marks.is_empty() && !records.is_empty() && drawn < DRAWN_MAX {
            drawn += 1;
            let _ = write!(text, "\n{}", ladder.around_all(marks, page));
        }
    }
    text
}

fn groups<'a>(ladder: &Excerpts<'_>, wrong: Vec<ProblemText<'a>>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for wrong in wrong {
        let contact = wrong.record.and_then(|record| ladder.contact_of(record)).cloned();
        let same =
            contact.is_some().then(|| groups.iter_mut().find(|group| group.contact == contact)).flatten();
        match same {
            Some(group) => group.wrong.push(wrong),
            None => groups.push(Group { contact, wrong: vec![wrong] }),
        }
    }
    groups
}
