//! The ladder as text: lanes from left to right, arrows across them, words right of them.
//!
//! ```text
//! 08:55:49.391  +4.160  │    ├───►│    │    │    │    │    NEW_TASK dialogue=4 CumulusTask
//! ```

use super::{Lane, Mark, Names, Row, Shape, stampers};
use crate::stamp::Stamper;
use cce_journal::Header;
use cce_kernel::{Time, model::ContactId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Columns of a ladder.
const WIDTH: usize = 120;

/// Columns from one lane to the next.
const LANE: usize = 5;

/// Columns of the stamp, the time since the start, and the short name of the task.
const LEFT: usize = 27;

/// Whether a drawing has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// For a terminal.
    Colour,
    /// For a file or a pipe.
    Plain,
}

/// Draws rows as text, one by one.
#[derive(Debug)]
pub struct Text {
    stampers: BTreeMap<Lane, Stamper>,
    paint: Paint,
    introduced: BTreeSet<String>,
}

impl Text {
    /// A drawing of a run that starts with this header.
    pub fn new(header: &Header, paint: Paint) -> Self {
        Self { stampers: stampers(header), paint, introduced: BTreeSet::new() }
    }

    /// The head: the names of the lanes.
    pub fn head(&self) -> String {
        let lanes = Lane::ALL.iter().fold(String::new(), |mut line, lane| {
            let _ = write!(line, "{:<LANE$}", lane.name());
            line
        });
        let line = format!("{:<13}{:<8}{:<6}{lanes}", "host clock", "since", "task");
        format!("{}\n", self.dim(line.trim_end()))
    }

    /// The ids of every contact and task, for the head of a drawing that is made afterwards.
    pub fn ids(&mut self, names: &Names) -> String {
        let mut head = String::new();
        for (contact, tasks) in &names.0 {
            let tasks: Vec<String> = tasks.iter().map(ToString::to_string).collect();
            let short = names.short(contact).unwrap_or_default();
            let ids =
                if tasks.is_empty() { "no task id".into() } else { format!("task {}", tasks.join(", ")) };
            let _ = writeln!(head, "{short}  contact {contact}  {ids}");
            self.introduced.insert(contact.to_string());
            self.introduced.extend(tasks);
        }
        head
    }

    /// A row, with its line ends.
    pub fn row(&mut self, row: &Row, names: &Names) -> String {
        let mut lines = String::new();
        if let Some(skipped) = &row.skipped {
            let _ = writeln!(lines, "{}", self.dim(&format!("{:LEFT$}… {skipped}", "")));
        }
        if row.shape == Shape::Counts {
            let _ = writeln!(lines, "{}", self.dim(&format!("{:LEFT$}… {}", "", row.text)));
            return lines;
        }
        self.introduce(row, names, &mut lines);
        let left = self.left(row, names);
        let room = WIDTH - LEFT - Lane::ALL.len() * LANE;
        let mut words = wrap(&row.text, &row.changes, room).into_iter();
        let lanes = draw(row.shape);
        let first = words.next().unwrap_or_default();
        let line = format!("{}{}{}", self.dim(&left), self.lanes(&lanes, row.shape), self.words(&first, row));
        let _ = writeln!(lines, "{}", line.trim_end());
        for more in words {
            let rest = format!("{:LEFT$}{}", "", idle());
            let _ = writeln!(lines, "{}{}", self.dim(&rest), self.change(&more));
        }
        lines
    }

    /// While a run goes on, an id is told when it is first seen.
    fn introduce(&mut self, row: &Row, names: &Names, lines: &mut String) {
        let Some(contact) = &row.subject.contact else { return };
        let short = names.short(contact).unwrap_or_default();
        if self.introduced.insert(contact.to_string()) {
            let _ = writeln!(lines, "{}", self.bold(&format!("{short}  contact {contact}")));
        }
        if let Some(task) = row.subject.task
            && self.introduced.insert(task.to_string())
        {
            let _ = writeln!(lines, "{}", self.bold(&format!("{short}  task {task}")));
        }
    }

    fn left(&self, row: &Row, names: &Names) -> String {
        let stamp =
            self.stampers.get(&row.lane()).map(|stamper| stamper.clock_at(row.at)).unwrap_or_default();
        let name = row.subject.contact.as_ref().and_then(|contact: &ContactId| names.short(contact));
        let mark = row.mark.map_or(' ', Mark::sign);
        format!("{stamp:<13}{:<8}{:<5}{mark}", since(row.at), name.unwrap_or_default())
    }

    fn lanes(&self, lanes: &str, shape: Shape) -> String {
        match (self.paint, shape) {
            (Paint::Plain, _) => lanes.to_owned(),
            (Paint::Colour, Shape::Arrow { .. }) => format!("\x1b[36m{lanes}\x1b[0m"),
            (Paint::Colour, _) => format!("\x1b[35m{lanes}\x1b[0m"),
        }
    }

    fn words(&self, words: &str, row: &Row) -> String {
        let Some(head) = words.strip_prefix(row.text.as_str()) else { return words.to_owned() };
        match row.shape {
            Shape::Arrow { .. } => format!("{}{}", row.text, self.change(head)),
            Shape::Mark(_) | Shape::Counts => self.change(words),
        }
    }

    fn change(&self, text: &str) -> String {
        match self.paint {
            Paint::Plain => text.to_owned(),
            Paint::Colour => format!("\x1b[32m{text}\x1b[0m"),
        }
    }

    fn dim(&self, text: &str) -> String {
        match self.paint {
            Paint::Plain => text.to_owned(),
            Paint::Colour => format!("\x1b[2m{text}\x1b[0m"),
        }
    }

    fn bold(&self, text: &str) -> String {
        match self.paint {
            Paint::Plain => text.to_owned(),
            Paint::Colour => format!("\x1b[1m{text}\x1b[0m"),
        }
    }
}

fn since(at: Time) -> String {
    format!("+{}.{:03}", at.0 / 1_000_000, at.0 / 1_000 % 1_000)
}

fn idle() -> String {
    Lane::ALL.iter().map(|_| format!("{:<LANE$}", "│")).collect()
}

/// The lanes with an arrow or a mark on them.
fn draw(shape: Shape) -> String {
    let mut cells: Vec<char> = idle().chars().collect();
    match shape {
        Shape::Mark(lane) => cells[column(lane)] = '●',
        Shape::Arrow { from, to } => {
            let (left, right) = (column(from).min(column(to)), column(from).max(column(to)));
            cells[left..=right].fill('─');
            cells[column(from)] = if from < to { '├' } else { '┤' };
            cells[column(to)] = '│';
            if from < to {
                cells[right - 1] = '►';
            } else {
                cells[left + 1] = '◄';
            }
        }
        Shape::Counts => {}
    }
    cells.into_iter().collect()
}

fn column(lane: Lane) -> usize {
    lane as usize * LANE
}

/// The text and what changed, in lines of at most `room` columns.
fn wrap(text: &str, changes: &[String], room: usize) -> Vec<String> {
    let mut lines = vec![cut(text, room)];
    for change in changes {
        let addition = format!("  ● {change}");
        let fits = lines.last().is_some_and(|line| line.chars().count() + addition.chars().count() <= room);
        match lines.last_mut() {
            Some(line) if fits => line.push_str(&addition),
            _ => lines.push(cut(&format!("  ● {change}"), room)),
        }
    }
    lines
}

fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_crosses_the_lanes_between_its_ends() {
        let lanes = |from, to| draw(Shape::Arrow { from, to });
        assert_eq!(lanes(Lane::Ccp, Lane::Pim).trim_end(), "│    ├───►│    │    │    │    │");
        assert_eq!(lanes(Lane::Rtr, Lane::Ccp).trim_end(), "│    │◄────────┤    │    │    │");
    }

    #[test]
    fn what_does_not_fit_beside_the_text_goes_below() {
        let changes = ["x".repeat(30), "y".repeat(30)];
        let lines = wrap("NEW_TASK", &changes, 50);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.chars().count() <= 50));
    }
}
