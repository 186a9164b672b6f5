//! The README's table of what is emulated, in part emulated, or not.

use super::table::{Item, REFERENCES, Section, State, Table};
use std::fmt::Write;

/// The lines between which the table stands.
pub(crate) const BEGIN: &str = "<!-- conformance: made from docs/conformance.toml -->\n";
pub(crate) const END: &str = "<!-- end of conformance -->\n";

/// What the reader knows each reference as.
const NAMES: [(&str, &str); 5] = [
    ("TR", "Task routing"),
    ("CC", "CCP Task API"),
    ("FI", "Finesse, nonvoice"),
    ("CT", "CTI server (GED-188)"),
    ("MR", "Media routing interface"),
];

/// How much of a section is emulated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Part,
    Little,
}

/// The README with the table in its place.
pub(crate) fn with_table(readme: &str, table: &Table) -> Option<String> {
    let (before, rest) = readme.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{}{END}{after}", of(table)))
}

fn of(table: &Table) -> String {
    let mut text = "|  | Emulated | In part | Hardly or not |\n| --- | --- | --- | --- |\n".to_owned();
    for (prefix, ..) in REFERENCES {
        let name = NAMES.iter().find(|(known, _)| *known == prefix).map_or(prefix, |(_, name)| name);
        let sections: Vec<&Section> = table
            .sections
            .iter()
            .filter(|section| section.items.iter().any(|item| item.numbers.prefix == prefix))
            .collect();
        let cells = [Extent::Whole, Extent::Part, Extent::Little].map(|extent| {
            let titles = sections.iter().filter(|section| extent_of(section) == extent);
            titles.map(|section| title(section)).collect::<Vec<_>>().join("; ")
        });
        let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
    }
    text
}

/// The title of a section, and how much of it is shown where that is not all.
fn title(section: &Section) -> String {
    let (shown, of) = counts(section);
    if shown == of { section.title.clone() } else { format!("{} ({shown} of {of})", section.title) }
}

fn extent_of(section: &Section) -> Extent {
    match counts(section) {
        (shown, of) if shown == of => Extent::Whole,
        (shown, of) if shown * 2 >= of => Extent::Part,
        (_, _) => Extent::Little,
    }
}

/// How many items are shown, and how many there are to be shown: what is waived is not.
fn counts(section: &Section) -> (usize, usize) {
    let count = |is_meant: fn(&State) -> bool| {
        let items = section.items.iter().filter(|Item { state, .. }| is_meant(state));
        items.map(|item| usize::from(item.numbers.count())).sum()
    };
    let shown = count(|state| matches!(state, State::Shown(_)));
    (shown, shown + count(|state| matches!(state, State::Planned(_))))
}
