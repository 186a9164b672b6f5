//! How much, how often and how likely: what the model, swarms and the reading of files share.

use cce_kernel::Rng;
use rand::RngExt;
use std::{fmt, str::FromStr};

/// From one number to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// At least.
    pub least: u64,
    /// At most.
    pub most: u64,
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { least, most } = self;
        if least == most { write!(f, "{least}") } else { write!(f, "{least} to {most}") }
    }
}

/// On how many messages a rule acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// On so many at the most.
    Count(u64),
    /// On every one.
    Always,
}

impl Times {
    /// Whether one that acted so often acts again.
    pub const fn allow(self, acted: u64) -> bool {
        match self {
            Self::Count(times) => acted < times,
            Self::Always => true,
        }
    }
}

/// How likely something is, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chance(pub u32);

impl Chance {
    /// What certainly happens.
    pub const CERTAIN: Self = Self(1_000_000);

    /// Whether it happens this time.
    pub fn draw(self, rng: &mut Rng) -> bool {
        self == Self::CERTAIN || rng.random_range(0..Self::CERTAIN.0) < self.0
    }
}

impl fmt::Display for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", f64::from(self.0) / 10_000.0)
    }
}

impl FromStr for Chance {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let percent = text.trim().strip_suffix('%').and_then(|percent| percent.trim().parse::<f64>().ok());
        let millionths = percent.map(|percent| (percent * 10_000.0).round());
        let within = millionths.filter(|millionths| (1.0..=f64::from(Self::CERTAIN.0)).contains(millionths));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is within the bounds"
        )]
        within
            .map(|millionths| Self(millionths as u32))
            .ok_or("a chance is more than 0% and at most 100%, such as \"5%\"")
    }
}

/// A noun after that many.
pub(crate) fn plural(count: u64, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}
