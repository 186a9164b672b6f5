//! The ladder as text: lanes from left to right, arrows across them, words right of them.
//!
//! ```text
//! 08:55:49.391  +4.160  │    ├───►│    │    │    │    │    NEW_TASK dialogue=4 CumulusTask
//! ```

use super::{DrawnContacts, Lane, Row, RowMark, Shape, stampers};
use crate::{one_line::one_line, stamp::Stamper};
use cce_journal::Header;
use cce_kernel::Time;
use cce_model::ContactId;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Columns of a ladder.
const WIDTH: usize = 120;

/// Columns from one lane to the next.
const LANE: usize = 5;

/// Columns of the stamp, the time since the start, and the short name of the task.
const LEFT: usize = 27;

/// Before what goes on in a further line.
const CONTINUED: &str = "    ";

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
pub struct LadderText {
    stampers: BTreeMap<Lane, Stamper>,
    paint: Paint,
    introduced: BTreeSet<String>,
}

impl LadderText {
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
    pub fn ids(&mut self, names: &DrawnContacts) -> String {
        let mut head = String::new();
        for (short, contact, tasks) in names.shown() {
            let tasks: Vec<String> = tasks.iter().map(ToString::to_string).collect();
            let ids =
                if tasks.is_empty() { "no task id".into() } else { format!("task {}", tasks.join(", ")) };
            let _ = writeln!(head, "{short}  contact {}  {ids}", one_line(contact.as_str()));
            self.introduced.insert(contact.to_string());
            self.introduced.extend(tasks);
        }
        head
    }

    /// A row, with its line ends.
    pub fn row(&mut self, row: &Row, names: &DrawnContacts) -> String {
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
        let mut words = wrap(&one_line(&row.text), &row.changes, room).into_iter();
        let lanes = draw(row.shape);
        let first = words.next().unwrap_or_default();
        let line =
            format!("{}{}{}", self.dim(&left), self.lanes(&lanes, row.shape), self.words(&first, row.shape));
        let _ = writeln!(lines, "{}", line.trim_end());
        for more in words {
            let rest = format!("{:LEFT$}{}", "", idle());
            let _ = writeln!(lines, "{}{}", self.dim(&rest), self.words(&more, row.shape));
        }
        lines
    }

    /// While a run goes on, an id is told when it is first seen.
    fn introduce(&mut self, row: &Row, names: &DrawnContacts, lines: &mut String) {
        let Some(contact) = &row.subject.contact else { return };
        let short = names.short(contact).unwrap_or_default();
        if self.introduced.insert(contact.to_string()) {
            let _ =
                writeln!(lines, "{}", self.bold(&format!("{short}  contact {}", one_line(contact.as_str()))));
        }
        if let Some(task) = row.subject.task
            && self.introduced.insert(task.to_string())
        {
            let _ = writeln!(lines, "{}", self.bold(&format!("{short}  task {task}")));
        }
    }

    fn left(&self, row: &Row, names: &DrawnContacts) -> String {
        let stamp =
            self.stampers.get(&row.lane()).map(|stamper| stamper.clock_at(row.at)).unwrap_or_default();
        let name = row.subject.contact.as_ref().and_then(|contact: &ContactId| names.short(contact));
        let mark = row.mark.map_or(' ', RowMark::sign);
        format!("{stamp:<12} {:<7} {:<5}{mark}", since(row.at), name.unwrap_or_default())
    }

    fn lanes(&self, lanes: &str, shape: Shape) -> String {
        match (self.paint, shape) {
            (Paint::Plain, _) => lanes.to_owned(),
            (Paint::Colour, Shape::Arrow { .. }) => format!("\x1b[36m{lanes}\x1b[0m"),
            (Paint::Colour, _) => format!("\x1b[35m{lanes}\x1b[0m"),
        }
    }

    fn words(&self, words: &Words, shape: Shape) -> String {
        match shape {
            Shape::Arrow { .. } => format!("{}{}", words.text, self.change(&words.changes)),
            Shape::Mark(_) | Shape::Counts => self.change(&format!("{}{}", words.text, words.changes)),
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

/// Seconds since the start, in seven columns: the longer a run, the fewer decimals.
fn since(at: Time) -> String {
    let seconds = at.0 / 1_000_000;
    let millis = format!("{:03}", at.0 / 1_000 % 1_000);
    match seconds {
        0..100 => format!("+{seconds}.{millis}"),
        100..1_000 => format!("+{seconds}.{}", &millis[..2]),
        1_000..10_000 => format!("+{seconds}.{}", &millis[..1]),
        _ => format!("+{seconds}"),
    }
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

/// One line right of the lanes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Words {
    text: String,
    /// What changed, behind the text.
    changes: String,
}

impl Words {
    fn len(&self) -> usize {
        self.text.chars().count() + self.changes.chars().count()
    }
}

/// The text and what changed, in lines of at most `room` columns. What does not fit goes below.
fn wrap(text: &str, changes: &[String], room: usize) -> Vec<Words> {
    let mut lines: Vec<Words> =
        fold(text, room).into_iter().map(|text| Words { text, ..Words::default() }).collect();
    for change in changes {
        let addition = format!("  ● {}", one_line(change));
        match lines.last_mut() {
            Some(line) if line.len() + addition.chars().count() <= room => line.changes.push_str(&addition),
            _ => lines.extend(
                fold(&addition, room).into_iter().map(|changes| Words { changes, ..Words::default() }),
            ),
        }
    }
    lines
}

/// Breaks a text at its blanks, and where it has none; what goes on is indented.
fn fold(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<char> = text.chars().collect();
    while rest.len() > room {
        let from = CONTINUED.len() + 1;
        let at = (from..=room).rev().find(|at| rest[*at] == ' ').unwrap_or(room);
        let more = rest.split_off(at);
        lines.push(rest.into_iter().collect());
        rest = CONTINUED.chars().chain(more.into_iter().skip_while(|letter| *letter == ' ')).collect();
    }
    lines.push(rest.into_iter().collect());
    lines
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
        assert!(lines.iter().all(|line| line.len() <= 50));
    }

    #[test]
    fn nothing_of_a_long_text_is_lost() {
        let text = "peer error in NEW_TASK: the field ScriptSelector is longer than 32 characters";
        let lines = wrap(text, &[], 30);
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        let expected =
            ["peer error in NEW_TASK: the", "    field ScriptSelector is", "    longer than 32 characters"];
        assert_eq!(texts, expected);
        let lines = wrap("NEW_TASK", &["z".repeat(70)], 30);
        let all: String = lines.iter().map(|line| line.changes.trim_start().to_owned()).collect();
        assert_eq!(all, format!("● {}", "z".repeat(70)));
        assert!(lines.iter().all(|line| line.len() <= 30));
    }

    #[test]
    fn the_time_since_the_start_keeps_its_column() {
        let shown = [99_999_000, 100_000_000, 4_711_250_000, 86_400_000_000].map(|at| since(Time(at)));
        assert_eq!(shown, ["+99.999", "+100.00", "+4711.2", "+86400"]);
    }
}
