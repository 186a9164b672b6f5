//! A moment of a run as somebody found it: a time, or a line of a log.

use super::{Lane, Row, Shape};
use crate::stamp::Stamper;
use cce_kernel::Time;
use std::collections::BTreeMap;

/// Milliseconds of a day.
const DAY: u64 = 24 * 60 * 60 * 1_000;

/// A message and the line of the one who sent it are no further apart, in milliseconds.
const NEAR: u64 = 250;

/// Further away from every row, in milliseconds, is no moment of the run.
const FAR: u64 = 60_000;

/// Letters of a message's name that are no accident in a line.
pub(super) const NAME_MIN: usize = 5;

/// A moment of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    clock: Clock,
    /// The component whose log says it, where it is a line of one.
    lane: Option<Lane>,
    /// What else the line says, letters and digits only.
    words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// Since the start of the run, in milliseconds.
    Since(u64),
    /// What a host's clock showed, in milliseconds of the day.
    Host(u64),
}

impl Moment {
    /// The moment that a text says: `+3.002` since the start, or a time of the day, alone or in a line of a log of that lane:
    /// `08:54:29`, `08:54:29.002`, `08:54:29:002`.
    pub fn parse(text: &str, lane: Option<Lane>) -> Option<Self> {
        let clock = match text.trim().strip_prefix('+') {
            Some(since) => Clock::Since(seconds(since)?),
            None => Clock::Host(text.char_indices().find_map(|(at, _)| time_of_day(&text[at..]))?),
        };
        Some(Self { clock, lane, words: plain(text) })
    }

    /// The moment of a line of a log, by its number from 1. A message has several lines, of which the first one has the time. None
    /// where the log has no such line, or nothing above it has a time.
    pub fn of_line(log: &str, number: usize, lane: Lane) -> Option<Self> {
        let lines: Vec<&str> = log.lines().collect();
        let at = number.checked_sub(1).filter(|at| *at < lines.len())?;
        let has_time = |line: &&str| Self::parse(line, None).is_some();
        let first = lines[..=at].iter().rposition(has_time)?;
        let more = lines[first + 1..].iter().take_while(|line| !has_time(line)).count();
        Self::parse(&lines[first..=first + more].join("\n"), Some(lane))
    }

    /// The row of that moment; none where the run has none near it.
    pub(super) fn row(&self, rows: &[Row], stampers: &BTreeMap<Lane, Stamper>) -> Option<usize> {
        let drawn = rows.iter().enumerate().filter(|(_, row)| row.shape != Shape::Counts);
        let ranked = drawn.map(|(at, row)| {
            let away = self.away(row, stampers);
            let agrees = if away <= NEAR { self.agrees(row) } else { 0 };
            ((std::cmp::Reverse(agrees), away), at)
        });
        let (_, at) = ranked.min()?;
        (self.away(&rows[at], stampers) <= FAR).then_some(at)
    }

    /// How far from a row, in milliseconds.
    fn away(&self, row: &Row, stampers: &BTreeMap<Lane, Stamper>) -> u64 {
        match self.clock {
            Clock::Since(wanted) => wanted.abs_diff(millis(row.at)),
            Clock::Host(wanted) => {
                // A log has the clock of its own host, whoever else the row is about.
                let lane = self.lane.unwrap_or_else(|| row.lane());
                let shown = stampers.get(&lane).map(|stamper| stamper.clock_at(row.at));
                let away = shown.and_then(|shown| time_of_day(&shown)).map_or(DAY, |is| wanted.abs_diff(is));
                away.min(DAY.abs_diff(away))
            }
        }
    }

    /// How much a row has in common with the line: its component, its message, its task.
    fn agrees(&self, row: &Row) -> usize {
        let Some(lane) = self.lane else { return 0 };
        let is_there = match row.shape {
            Shape::Arrow { from, to } => from == lane || to == lane,
            Shape::Mark(own) => own == lane,
            Shape::Counts => false,
        };
        let names = row.text.split(' ').map(plain).filter(|word| word.len() >= NAME_MIN);
        let is_named = names.take(1).any(|name| self.words.contains(&name));
        let task = row.subject.task.is_some_and(|task| self.words.contains(&task.call.to_string()));
        let contact = row.subject.contact.as_ref();
        let is_about = task || contact.is_some_and(|contact| self.words.contains(&plain(contact.as_str())));
        4 * usize::from(is_named && is_there) + 2 * usize::from(is_about) + usize::from(is_there)
    }
}

fn millis(at: Time) -> u64 {
    at.0 / 1_000
}

/// Letters and digits, in small letters: logs write names in several ways.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// `3.002` or `3.002s`, in milliseconds.
fn seconds(text: &str) -> Option<u64> {
    let (whole, fraction) =
        text.trim().trim_end_matches('s').split_once('.').unwrap_or((text.trim().trim_end_matches('s'), ""));
    Some(whole.parse::<u64>().ok()?.checked_mul(1_000)? + thousandths(fraction)?)
}

/// `08:54:29.002` at the beginning of a text, in milliseconds of the day.
fn time_of_day(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let two = |at: usize| {
        let digits = text.get(at..at + 2)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u64>().ok())?
    };
    let is_colon = |at: usize| bytes.get(at) == Some(&b':');
    let (hours, minutes, seconds) = (two(0)?, two(3)?, two(6)?);
    if !is_colon(2) || !is_colon(5) || hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let fraction = text[8..].strip_prefix(['.', ':', ',']).unwrap_or_default();
    let end = fraction.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(fraction.len());
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000 + thousandths(&fraction[..end])?)
}

/// The digits behind a point, as thousandths.
fn thousandths(digits: &str) -> Option<u64> {
    let three: String = digits.chars().chain("000".chars()).take(3).collect();
    three.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_in_every_way_in_which_logs_and_ladders_write_it() {
        let host = |text: &str| match Moment::parse(text, None).map(|moment| moment.clock) {
            Some(Clock::Host(millis)) => millis,
            other => panic!("{text}: {other:?}"),
        };
        let morning = (8 * 60 + 54) * 60_000;
        assert_eq!(host("08:54:29"), morning + 29_000);
        for text in [
            "08:54:29.002",
            "08:54:29:002 PG1A-mr-pim Trace: Application->PG:",
            "0000000123: 127.0.0.1: Jan 30 2024 08:54:29.002 -0500: %CCBU_x: text at 10:00:00",
        ] {
            assert_eq!(host(text), morning + 29_002, "{text}");
        }
        for (text, since) in [("+3.002", 3_002), ("+3", 3_000), ("+12.5s", 12_500)] {
            assert_eq!(Moment::parse(text, None).unwrap().clock, Clock::Since(since), "{text}");
        }
        for text in ["", "yesterday", "25:00:00", "8:54", "+soon", "08:54:2"] {
            assert_eq!(Moment::parse(text, None), None, "{text}");
        }
    }
}
