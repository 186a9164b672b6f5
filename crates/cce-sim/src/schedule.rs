//! An order of deliveries that can be written down and repeated.

use std::{collections::BTreeMap, fmt, str::FromStr};

/// The most deliveries that a schedule can name.
pub const SCHEDULE_MAX: usize = 100_000;

/// An order of deliveries: which one is chosen where it is not the oldest.
///
/// Its text is a list of `delivery:choice`, as in `57:2,60:1`. Both count from 0: the delivery among all that
/// were chosen, the choice among what could be delivered, the oldest first. `-` is the schedule that always
/// takes the oldest.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Schedule(BTreeMap<u64, usize>);

/// What is wrong with the text of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// One of its parts.
    #[error("`{0}` is no part of a schedule: expected two numbers as in `57:2`")]
    Part(String),
    /// Its length.
    #[error("a schedule has at most {SCHEDULE_MAX} parts")]
    TooLong,
}

impl Schedule {
    /// Which delivery is chosen as the `delivery`th.
    pub fn at(&self, delivery: u64) -> usize {
        self.0.get(&delivery).copied().unwrap_or_default()
    }

    /// The last delivery that it names.
    pub(crate) fn last(&self) -> Option<u64> {
        self.0.last_key_value().map(|(delivery, _)| *delivery)
    }

    /// Adds what is chosen as the `delivery`th.
    pub(crate) fn set(&mut self, delivery: u64, choice: usize) {
        if choice > 0 {
            self.0.insert(delivery, choice);
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("-");
        }
        let parts: Vec<String> = self.0.iter().map(|(at, choice)| format!("{at}:{choice}")).collect();
        f.write_str(&parts.join(","))
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        if text.trim() == "-" {
            return Ok(Self::default());
        }
        let mut schedule = Self::default();
        for part in text.trim().split(',') {
            if schedule.0.len() == SCHEDULE_MAX {
                return Err(ScheduleError::TooLong);
            }
            let (at, choice) = read(part).ok_or_else(|| ScheduleError::Part(part.to_owned()))?;
            schedule.set(at, choice);
        }
        Ok(schedule)
    }
}

fn read(part: &str) -> Option<(u64, usize)> {
    let (at, choice) = part.split_once(':')?;
    Some((at.parse().ok()?, choice.parse().ok()?))
}
