//! When tasks are to begin in an open loop.

use cce_kernel::{Rng, fork};
use jiff::SignedDuration;
use rand::RngExt;
use std::{fmt, str::FromStr, time::Duration};

/// Tasks a second, at most: beyond that a generator measures itself.
const RATE_MAX: f64 = 1e6;

/// Stretches of a plan.
const STRETCHES_MAX: usize = 1_000;

/// How tasks a second change over time: `50`, `10..200:30s`, or several of those, separated by commas. Only the last stretch may
/// go on without an end.
#[derive(Clone, Debug, PartialEq)]
pub struct Rates {
    /// As it was written.
    text: String,
    stretches: Vec<Stretch>,
}

/// A stretch of time in which the rate goes from one value to another in a straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    /// Tasks a second at its beginning.
    from: f64,
    /// Tasks a second at its end.
    to: f64,
    /// Seconds; none: it goes on, at a constant rate.
    lasts: Option<f64>,
}

/// Why rates cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no rate: {wrong}; write 50, 10..200:30s, or 50:10s,100:10s")]
pub struct RatesError {
    text: String,
    wrong: &'static str,
}

/// How arrivals are spread at a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// At equal distances.
    Constant,
    /// Independently of each other, as callers are: distances are drawn from the exponential distribution.
    Poisson,
}

/// The moments at which tasks are to begin, counted from the start of the load.
#[derive(Debug)]
pub struct Arrivals {
    rates: Rates,
    distribution: Distribution,
    rng: Rng,
    /// How many tasks the rates stand for until the next arrival.
    area: f64,
}

impl Rates {
    /// The moment until which the rates stand for that many tasks; none where the plan is over before. In a stretch the
    /// tasks until second `t` are `from·t + (to − from)·t²/(2·lasts)`.
    fn moment_of(&self, area: f64) -> Option<Duration> {
        let (mut left, mut began) = (area, 0.0);
        for stretch in &self.stretches {
            let slope = stretch.lasts.map_or(0.0, |lasts| (stretch.to - stretch.from) / lasts);
            let whole =
                stretch.lasts.map_or(f64::INFINITY, |lasts| f64::midpoint(stretch.from, stretch.to) * lasts);
            if left < whole {
                let root = (stretch.from * stretch.from + 2.0 * slope * left).max(0.0).sqrt();
                // A ramp from nothing has no rate at its first task.
                let seconds = if left > 0.0 { 2.0 * left / (stretch.from + root) } else { 0.0 };
                return Duration::try_from_secs_f64(began + seconds).ok();
            }
            left -= whole;
            began += stretch.lasts?;
        }
        None
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for Rates {
    type Err = RatesError;

    fn from_str(text: &str) -> Result<Self, RatesError> {
        let error = |wrong| RatesError { text: text.to_owned(), wrong };
        let stretches: Vec<Stretch> =
            text.split(',').map(stretch).collect::<Result<_, _>>().map_err(error)?;
        if stretches.len() > STRETCHES_MAX {
            return Err(error("it has more than 1,000 stretches"));
        }
        let (_, before_last) = stretches.split_last().ok_or_else(|| error("it is empty"))?;
        if before_last.iter().any(|stretch| stretch.lasts.is_none()) {
            return Err(error("only the last stretch may have no duration"));
        }
        Ok(Self { text: text.to_owned(), stretches })
    }
}

fn stretch(text: &str) -> Result<Stretch, &'static str> {
    let (rates, lasts) = match text.split_once(':') {
        None => (text, None),
        Some((rates, lasts)) => (rates, Some(seconds(lasts).ok_or("the duration cannot be read")?)),
    };
    let (from, to) = match rates.split_once("..") {
        None => (rate(rates)?, rate(rates)?),
        Some((from, to)) => (rate(from)?, rate(to)?),
    };
    match lasts {
        None if from.total_cmp(&to).is_ne() => Err("a ramp needs a duration"),
        None if from <= 0.0 => Err("nothing would ever arrive"),
        None | Some(_) => Ok(Stretch { from, to, lasts }),
    }
}

fn rate(text: &str) -> Result<f64, &'static str> {
    let rate: f64 = text.trim().parse().map_err(|_| "a rate is a number of tasks a second")?;
    if (0.0..=RATE_MAX).contains(&rate) { Ok(rate) } else { Err("a rate is between 0 and 1,000,000") }
}

fn seconds(text: &str) -> Option<f64> {
    let lasts: SignedDuration = text.trim().parse().ok()?;
    Some(lasts.as_secs_f64()).filter(|seconds| *seconds > 0.0)
}

impl Arrivals {
    /// Arrivals by a plan. Only the Poisson distribution draws from the seed.
    pub fn new(rates: Rates, distribution: Distribution, seed: u64) -> Self {
        let mut arrivals = Self { rates, distribution, rng: fork(seed, "arrivals"), area: 0.0 };
        if distribution == Distribution::Poisson {
            arrivals.area = arrivals.step();
        }
        arrivals
    }

    /// How many tasks of the plan lie between two arrivals. Where the number of tasks is exponential with mean 1,
    /// arrivals are a Poisson process with that rate, also on a ramp.
    fn step(&mut self) -> f64 {
        match self.distribution {
            Distribution::Constant => 1.0,
            // The draw is below 1, so that the logarithm is finite.
            Distribution::Poisson => -(1.0 - self.rng.random::<f64>()).ln(),
        }
    }
}

impl Iterator for Arrivals {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let moment = self.rates.moment_of(self.area)?;
        self.area += self.step();
        Some(moment)
    }
}
