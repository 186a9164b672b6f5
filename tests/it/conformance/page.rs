//! The table as a page for people.

use super::table::{Item, REFERENCES, Section, State, Table};
use std::fmt::Write;

const HEAD: &str = "\
# Conformance

What the products do that ccelab emulates, item by item, and how this project shows that it does the same. This page is made
from [`conformance.toml`](conformance.toml) by a test of `ccelab-tests`; another test finds every test that is named here.

An item is **shown** by tests, **planned** (what is lacking stands there), or **waived** (the reason stands there). Where an item
is met in part, it is planned. `scenario:name` is a shipped scenario whose ladder is kept and compared.

";

pub(crate) fn of(table: &Table) -> String {
    let mut page = HEAD.to_owned();
    let all = || table.items();
    row(&mut page, &["Reference", "Items", "Shown", "Planned", "Waived"]);
    row(&mut page, &["---", "---:", "---:", "---:", "---:"]);
    for (prefix, reference, _) in REFERENCES {
        let title = format!("{reference} (`{prefix}`)");
        counted(&mut page, &[&title], all().filter(|item| item.numbers.prefix == prefix));
    }
    counted(&mut page, &["all"], all());
    page += "\n## By section\n\n";
    row(&mut page, &["Section", "", "Items", "Shown", "Planned", "Waived"]);
    row(&mut page, &["---", "---", "---:", "---:", "---:", "---:"]);
    for Section { source, title, items } in &table.sections {
        counted(&mut page, &[source, title], items.iter());
    }
    table.sections.iter().for_each(|section| of_section(&mut page, section));
    page
}

fn of_section(page: &mut String, section: &Section) {
    let _ = write!(page, "\n## {}: {}\n\n", section.source, section.title);
    row(page, &["Item", "What is required", "How it is shown"]);
    row(page, &["---", "---", "---"]);
    for Item { numbers, says, state } in &section.items {
        let shown = match state {
            State::Shown(tests) => {
                tests.iter().map(|test| format!("`{test}`")).collect::<Vec<_>>().join("<br>")
            }
            State::Planned(lacking) => format!("*planned*: {lacking}"),
            State::Waived(reason) => format!("*waived*: {reason}"),
        };
        row(page, &[&numbers.to_string(), says, &shown]);
    }
}

fn counted<'a>(page: &mut String, titles: &[&str], items: impl Iterator<Item = &'a Item>) {
    let mut counts = [0; 4];
    for Item { numbers, state, .. } in items {
        let place = match state {
            State::Shown(_) => 1,
            State::Planned(_) => 2,
            State::Waived(_) => 3,
        };
        counts[0] += numbers.count();
        counts[place] += numbers.count();
    }
    let counts = counts.map(|count| count.to_string());
    let cells: Vec<&str> = titles.iter().copied().chain(counts.iter().map(String::as_str)).collect();
    row(page, &cells);
}

fn row(page: &mut String, cells: &[&str]) {
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}
