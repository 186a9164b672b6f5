//! The ladder as text: lanes from left to right, arrows across them, words right of them.
//!
//! ```text
//! 08:55:49.391  +4.160  │    ├───►│    │    │    │    │    NEW_TASK dialogue=4 CumulusTask
//! ```

use super::{DrawnContacts, Lane, Page, Row, RowKind, RowMark, Shape, stampers};
use crate::{one_line::one_line, stamp::Stamper};
use cce_journal::Header;
use cce_kernel::Time;
use cce_model::ContactId;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Before what goes on in a further line.
const CONTINUED: &str = "    ";

/// Lines from one head to the next: about a page of a terminal.
const HEAD_EVERY: usize = 40;

/// Stands at a row whose time is before that of a row above it.
const EARLIER: char = '↑';

/// What that means.
const EARLIER_MEANS: &str = "↑ rows stand in the order of the records; the time is that at which the component began what it was doing";

/// Agents that the head tells one by one. A busy lab has thousands.
const AGENTS_MAX: usize = 12;

/// Draws rows as text, one by one.
#[derive(Debug)]
pub struct LadderText {
    stampers: BTreeMap<Lane, Stamper>,
    page: Page,
    introduced: BTreeSet<String>,
    since_head: usize,
    /// The latest time of a row so far.
    latest: Time,
    /// Whether it was told what [`EARLIER`] means.
    is_earlier_told: bool,
}

impl LadderText {
    /// A drawing of a run that starts with this header.
    pub fn new(header: &Header, page: Page) -> Self {
        Self {
            stampers: stampers(header),
            page,
            introduced: BTreeSet::new(),
            since_head: 0,
            latest: Time(0),
            is_earlier_told: false,
        }
    }

    /// Who is in which lane, and what the signs mean: once, above everything.
    pub fn legend(&self) -> String {
        let lanes = Lane::ALL.map(|lane| format!("{} {}", lane.name(), lane.about()));
        let mut signs = ["├──►│ message, request or answer", "├╌╌►│ notification", "● change"]
            .map(str::to_owned)
            .to_vec();
        if self.page.is_wide() {
            signs.push(format!("host clock: {}", self.zones().join(", ")));
        }
        let filled = |parts: &[String]| fill(parts, self.page.width());
        [filled(&lanes), filled(&signs)].concat().iter().fold(String::new(), |mut text, line| {
            let _ = writeln!(text, "{}", self.page.dim(line));
            text
        })
    }

    /// The zones that the clocks of the hosts show.
    fn zones(&self) -> Vec<&str> {
        let zones: BTreeSet<&str> = self.stampers.values().map(Stamper::zone_name).collect();
        zones.into_iter().collect()
    }

    /// The head: the names of the lanes.
    pub fn head(&self) -> String {
        let lane = self.page.lane();
        let lanes = Lane::ALL.iter().fold(String::new(), |mut line, name| {
            let _ = write!(line, "{:<lane$}", name.name());
            line
        });
        let line = if self.page.is_wide() {
            format!("{:<13}{:<8}{:<6}{lanes}", "host clock", "since", "task")
        } else if self.page.has_clock_alone() {
            format!("{:<13}{:<5}{lanes}", "host clock", "task")
        } else {
            format!("{:<7} {:<5}{lanes}", "since", "task")
        };
        format!("{}\n", self.page.dim(line.trim_end()))
    }

    /// The ids of every contact, task and agent, for the head of a drawing that is made afterwards.
    pub fn ids(&mut self, names: &DrawnContacts) -> String {
        let mut head = String::new();
        for (short, contact, tasks) in names.shown() {
            let tasks: Vec<String> = tasks.iter().map(ToString::to_string).collect();
            let ids =
                if tasks.is_empty() { "no task id".into() } else { format!("task {}", tasks.join(", ")) };
            let contact_line = format!("{short}  contact {}", one_line(contact.as_str()));
            if contact_line.chars().count() + 2 + ids.chars().count() <= self.page.width() {
                let _ = writeln!(head, "{contact_line}  {ids}");
            } else {
                let _ = writeln!(head, "{contact_line}");
                let filled = fill(&tasks, self.page.width() - short.len() - 7);
                filled.iter().for_each(|line| head.push_str(&[&short, "  task ", line, "\n"].concat()));
            }
            self.introduced.insert(contact.to_string());
            self.introduced.extend(tasks);
        }
        let agents =
            names.agents().iter().filter_map(|(agent, target)| Some(format!("{agent} {}", (*target)?)));
        let mut agents: Vec<String> = agents.collect();
        let more = agents.len().saturating_sub(AGENTS_MAX);
        agents.truncate(AGENTS_MAX);
        agents.extend((more > 0).then(|| format!("and {more} more")));
        if let Some(first) = agents.first_mut() {
            *first = format!("agents with their skill targets: {first}");
            for line in fill(&agents, self.page.width()) {
                let _ = writeln!(head, "{line}");
            }
        }
        head
    }

    /// A row, with its line ends.
    pub fn row(&mut self, row: &Row, names: &DrawnContacts) -> String {
        let mut lines = String::new();
        if self.since_head >= HEAD_EVERY {
            self.since_head = 0;
            lines.push_str(&self.head());
        }
        let left = self.page.left();
        let is_earlier = row.shape != Shape::Counts && row.at < self.latest;
        if is_earlier && !std::mem::replace(&mut self.is_earlier_told, true) {
            fold(EARLIER_MEANS, self.page.width()).iter().for_each(|line| {
                let _ = writeln!(lines, "{}", self.page.dim(line));
            });
        }
        if let Some(skipped) = &row.skipped {
            let _ = writeln!(lines, "{}", self.page.dim(&format!("{:left$}… {skipped}", "")));
        }
        if row.shape == Shape::Counts {
            let _ = writeln!(lines, "{}", self.page.dim(&format!("{:left$}… {}", "", row.text)));
        } else {
            self.introduce(row, names, &mut lines);
            self.message(row, is_earlier, names, &mut lines);
            self.latest = self.latest.max(row.at);
        }
        self.since_head += lines.lines().count();
        lines
    }

    fn message(&self, row: &Row, is_earlier: bool, names: &DrawnContacts, lines: &mut String) {
        let mut words = wrap(&one_line(&row.text), &row.changes, self.page.room()).into_iter();
        let first = words.next().unwrap_or_default();
        let (left, lanes) = (self.page.dim(&self.left(row, is_earlier, names)), self.lanes(row));
        let line = format!("{left}{lanes}{}", self.words(&first, row.shape));
        let _ = writeln!(lines, "{}", line.trim_end());
        for more in words {
            let rest = format!("{:1$}{2}", "", self.page.left(), idle(self.page.lane()));
            let _ = writeln!(lines, "{}{}", self.page.dim(&rest), self.words(&more, row.shape));
        }
    }

    /// While a run goes on, an id is told when it is first seen.
    fn introduce(&mut self, row: &Row, names: &DrawnContacts, lines: &mut String) {
        let Some(contact) = &row.subject.contact else { return };
        let short = names.short(contact).unwrap_or_default();
        if self.introduced.insert(contact.to_string()) {
            let line = format!("{short}  contact {}", one_line(contact.as_str()));
            let _ = writeln!(lines, "{}", self.page.bold(&line));
        }
        if let Some(task) = row.subject.task
            && self.introduced.insert(task.to_string())
        {
            let _ = writeln!(lines, "{}", self.page.bold(&format!("{short}  task {task}")));
        }
    }

    fn left(&self, row: &Row, is_earlier: bool, names: &DrawnContacts) -> String {
        let name = row.subject.contact.as_ref().and_then(|contact: &ContactId| names.short(contact));
        let (name, mark) = (
            name.unwrap_or_default(),
            row.mark.map_or(if is_earlier { EARLIER } else { ' ' }, RowMark::sign),
        );
        let stamp =
            self.stampers.get(&row.lane()).map(|stamper| stamper.clock_at(row.at)).unwrap_or_default();
        if self.page.has_clock_alone() {
            return format!("{stamp:<12} {name:<4}{mark}");
        }
        if !self.page.is_wide() {
            return format!("{:<7} {name:<4}{mark}", since(row.at));
        }
        format!("{stamp:<12} {:<7} {name:<5}{mark}", since(row.at))
    }

    fn lanes(&self, row: &Row) -> String {
        let colour = match (row.shape, row.kind) {
            (_, RowKind::Notification) => "34",
            (Shape::Arrow { .. }, _) => "36",
            (Shape::Mark(_) | Shape::Counts, _) => "35",
        };
        self.page.painted(colour, &draw(row.shape, row.kind, self.page.lane()))
    }

    fn words(&self, words: &MarginLine, shape: Shape) -> String {
        match shape {
            Shape::Arrow { .. } => format!("{}{}", words.text, self.change(&words.changes)),
            Shape::Mark(_) | Shape::Counts => self.change(&format!("{}{}", words.text, words.changes)),
        }
    }

    fn change(&self, text: &str) -> String {
        self.page.painted("32", text)
    }
}

/// Joins parts in lines of at most `width` columns; no part is broken.
fn fill(parts: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 2 + part.chars().count() <= width => {
                line.push_str(", ");
                line.push_str(part);
            }
            _ => lines.push(part.clone()),
        }
    }
    lines
}

/// Seconds since the start, in seven columns: the longer a run, the fewer decimals.
pub(crate) fn since(at: Time) -> String {
    let seconds = at.0 / 1_000_000;
    let millis = format!("{:03}", at.0 / 1_000 % 1_000);
    match seconds {
        0..100 => format!("+{seconds}.{millis}"),
        100..1_000 => format!("+{seconds}.{}", &millis[..2]),
        1_000..10_000 => format!("+{seconds}.{}", &millis[..1]),
        _ => format!("+{seconds}"),
    }
}

fn idle(width: usize) -> String {
    Lane::ALL.iter().map(|_| format!("{:<width$}", "│")).collect()
}

/// The lanes with an arrow or a mark on them, from one lane to the next in `width` columns.
pub(crate) fn draw(shape: Shape, kind: RowKind, width: usize) -> String {
    let mut cells: Vec<char> = idle(width).chars().collect();
    let column = |lane: Lane| lane as usize * width;
    match shape {
        Shape::Mark(lane) => cells[column(lane)] = '●',
        Shape::Arrow { from, to } => {
            let (left, right) = (column(from).min(column(to)), column(from).max(column(to)));
            cells[left..=right].fill(if kind == RowKind::Notification { '╌' } else { '─' });
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

/// One line right of the lanes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct MarginLine {
    text: String,
    /// What changed, behind the text.
    changes: String,
}

impl MarginLine {
    fn len(&self) -> usize {
        self.text.chars().count() + self.changes.chars().count()
    }
}

/// The text and what changed, in lines of at most `room` columns. What does not fit goes below.
fn wrap(text: &str, changes: &[String], room: usize) -> Vec<MarginLine> {
    let mut lines: Vec<MarginLine> =
        fold(text, room).into_iter().map(|text| MarginLine { text, ..MarginLine::default() }).collect();
    for change in changes {
        let addition = format!("  ● {}", one_line(change));
        match lines.last_mut() {
            Some(line) if line.len() + addition.chars().count() <= room => line.changes.push_str(&addition),
            _ => lines.extend(
                fold(&addition, room)
                    .into_iter()
                    .map(|changes| MarginLine { changes, ..MarginLine::default() }),
            ),
        }
    }
    lines
}

/// Breaks a text at its blanks, else behind the `_` of a long name, and where it has neither; what goes on is indented.
fn fold(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<char> = text.chars().collect();
    while rest.len() > room {
        let from = CONTINUED.len() + 1;
        let last = |is_end: &dyn Fn(usize) -> bool| (from..=room).rev().find(|at| is_end(*at));
        let at = last(&|at| rest[at] == ' ').or_else(|| last(&|at| rest[at - 1] == '_')).unwrap_or(room);
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
        let lanes = |from, to| draw(Shape::Arrow { from, to }, RowKind::Message, 5);
        assert_eq!(lanes(Lane::Ccp, Lane::Pim).trim_end(), "│    ├───►│    │    │    │    │");
        assert_eq!(lanes(Lane::Rtr, Lane::Ccp).trim_end(), "│    │◄────────┤    │    │    │");
    }

    #[test]
    fn a_notification_has_another_line_than_a_request() {
        let shape = Shape::Arrow { from: Lane::Fin, to: Lane::Desk };
        assert_eq!(draw(shape, RowKind::Notification, 4).trim_end(), "│   │   │   │   │   ├╌╌►│");
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
    fn a_name_that_is_longer_than_a_line_breaks_behind_an_underscore() {
        let lines = fold("error E_ARM_STAT_NOT_VALID_AFTER_INTERRUPT", 24);
        assert_eq!(lines, ["error", "    E_ARM_STAT_NOT_", "    VALID_AFTER_", "    INTERRUPT"]);
    }

    #[test]
    fn the_time_since_the_start_keeps_its_column() {
        let shown = [99_999_000, 100_000_000, 4_711_250_000, 86_400_000_000].map(|at| since(Time(at)));
        assert_eq!(shown, ["+99.999", "+100.00", "+4711.2", "+86400"]);
    }
}
