//! The ladder as a Mermaid sequence diagram.

use super::{DrawnContacts, Lane, Row, RowKind, Shape};
use crate::one_line::one_line;
use std::fmt::Write;

/// Draws rows as a Mermaid sequence diagram, one by one.
#[derive(Debug, Default)]
pub struct Mermaid;

impl Mermaid {
    /// The beginning: what it is, who takes part, and the ids.
    pub fn head(names: &DrawnContacts) -> String {
        let mut text = String::from("sequenceDiagram\n");
        for lane in Lane::ALL {
            let _ = writeln!(text, "    participant {}", lane.name());
        }
        for (short, contact, tasks) in names.shown() {
            let tasks: Vec<String> = tasks.iter().map(ToString::to_string).collect();
            let _ = writeln!(
                text,
                "    Note over APP,DESK: {short} contact {}, task {}",
                escape(contact.as_str()),
                if tasks.is_empty() { "none".into() } else { tasks.join(" and ") }
            );
        }
        text
    }

    /// A row, with its line ends.
    pub fn row(row: &Row, names: &DrawnContacts) -> String {
        let mut text = String::new();
        if let Some(skipped) = &row.skipped {
            let _ = writeln!(text, "    Note over APP,DESK: {}", escape(skipped));
        }
        let short = row.subject.contact.as_ref().and_then(|contact| names.short(contact));
        let label = escape(&short.map_or_else(|| row.text.clone(), |name| format!("{name} {}", row.text)));
        let _ = match row.shape {
            Shape::Arrow { from, to } => {
                let arrow = if row.kind == RowKind::Notification { "-->>" } else { "->>" };
                writeln!(text, "    {}{arrow}{}: {label}", from.name(), to.name())
            }
            Shape::Mark(lane) => writeln!(text, "    Note over {}: {label}", lane.name()),
            Shape::Counts => writeln!(text, "    Note over APP,DESK: {label}"),
        };
        for change in &row.changes {
            let _ = writeln!(text, "    Note over {}: {}", row.lane().name(), escape(change));
        }
        text
    }
}

/// A semicolon and a number sign end a statement in Mermaid.
fn escape(text: &str) -> String {
    one_line(text).replace('#', "#35;").replace(';', "#59;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_end_a_statement_are_escaped() {
        assert_eq!(escape("a; b"), "a#59; b");
    }
}
