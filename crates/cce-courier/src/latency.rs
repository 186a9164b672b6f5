//! How long things take on their way, and in which pieces bytes arrive.

use cce_kernel::{Port, Rng};
use rand::RngExt;
use std::{collections::BTreeMap, time::Duration};

/// Shortest and longest way of a message, in microseconds, unless told otherwise.
const DEFAULT_US: std::ops::Range<u64> = 50..400;

/// One in fixed point.
const ONE: u64 = 1 << 16;

/// Quantiles of the upper half of the standard normal distribution, in steps of 1/64 of the whole, times
/// log2(e), in 1/65536. The last one stands for infinity: the quantile of 0.9995.
const QUANTILES: [u64; 33] = [
    0, 3_704, 7_414, 11_135, 14_873, 18_635, 22_427, 26_255, 30_127, 34_050, 38_032, 42_083, 46_213, 50_433,
    54_756, 59_197, 63_772, 68_502, 73_409, 78_524, 83_878, 89_517, 95_493, 101_877, 108_764, 116_281,
    124_616, 134_051, 145_049, 158_458, 176_118, 203_646, 311_114,
];

/// Powers of two with exponents in steps of 1/16, in 1/65536.
const POWERS: [u64; 17] = [
    65_536, 68_438, 71_468, 74_632, 77_936, 81_386, 84_990, 88_752, 92_682, 96_785, 101_070, 105_545,
    110_218, 115_098, 120_194, 125_515, 131_072,
];

/// The largest spread of a log-normal latency, in percent.
const SPREAD_MAX: u16 = 300;

/// How long something takes on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Latency {
    /// Always the same.
    Constant(Duration),
    /// Anything from `least` to just below `most`.
    Uniform {
        /// The shortest.
        least: Duration,
        /// What is just too long.
        most: Duration,
    },
    /// Mostly around the median, and now and then much longer. Drawn from a fixed table of integers, so that
    /// a seed gives the same values on every machine.
    LogNormal {
        /// Half of the values are below, half above.
        median: Duration,
        /// Standard deviation of the logarithm, in percent; above 300 it counts as 300. With 50, two thirds
        /// of the values are between 0.6 and 1.6 medians, and none is above 5.2.
        spread_percent: u16,
    },
}

impl Latency {
    /// Draws a value, to the microsecond.
    pub fn draw(&self, rng: &mut Rng) -> Duration {
        match *self {
            Self::Constant(latency) => latency,
            Self::Uniform { least, most } => {
                let (least, most) = (micros(least), micros(most));
                Duration::from_micros(if least < most { rng.random_range(least..most) } else { least })
            }
            Self::LogNormal { median, spread_percent } => {
                let draw: u32 = rng.random();
                log_normal(median, spread_percent, draw >> 31 == 1, (draw & 0xFFFF).into())
            }
        }
    }

    /// The longest that can be drawn, or a little more.
    pub fn longest(&self) -> Duration {
        match *self {
            Self::Constant(latency) => latency,
            Self::Uniform { least, most } => least.max(most),
            Self::LogNormal { median, spread_percent } => log_normal(median, spread_percent, true, ONE),
        }
    }
}

impl Default for Latency {
    fn default() -> Self {
        let [least, most] = [DEFAULT_US.start, DEFAULT_US.end].map(Duration::from_micros);
        Self::Uniform { least, most }
    }
}

/// The value that lies as far from the median as `position` says, from 0 to [`ONE`] for the end of a half.
fn log_normal(median: Duration, spread_percent: u16, is_above: bool, position: u64) -> Duration {
    let deviation = between(&QUANTILES, position * 32);
    let exponent = deviation * u64::from(spread_percent.min(SPREAD_MAX)) / 100;
    let (doublings, rest) = (exponent / ONE, exponent % ONE);
    let factor = u128::from(between(&POWERS, rest * 16) << doublings);
    let (median, one) = (u128::from(micros(median)), u128::from(ONE));
    let value = if is_above { median * factor / one } else { median * one / factor };
    Duration::from_micros(u64::try_from(value).unwrap_or(u64::MAX))
}

/// The value of a table at a place in 1/65536 of its steps.
fn between<const N: usize>(table: &[u64; N], place: u64) -> u64 {
    let step = usize::try_from(place / ONE).unwrap_or(N).min(N - 1);
    let (from, to) = (table[step], table[(step + 1).min(N - 1)]);
    from + (to - from) * (place % ONE) / ONE
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A direction of a port. Requests of HTTP go to the listener, replies come from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PortDirection {
    /// The direction of what the one who connected or called sends.
    ToListener,
    /// The direction of what the one who listens sends.
    FromListener,
}

/// The latency of each port and direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    default: Latency,
    ways: BTreeMap<(Port, PortDirection), Latency>,
}

impl Latencies {
    /// Latencies that are the same everywhere.
    pub fn new(default: Latency) -> Self {
        Self { default, ways: BTreeMap::new() }
    }

    /// Sets the latency of one direction of one port, as the one who connects calls it: the two gateways reach
    /// the router by different ports.
    pub fn set(&mut self, port: Port, way: PortDirection, latency: Latency) {
        self.ways.insert((port, way), latency);
    }

    /// The latency of one direction of one port.
    pub fn of(&self, port: Port, way: PortDirection) -> Latency {
        self.ways.get(&(port, way)).copied().unwrap_or(self.default)
    }

    /// The longest of all, or a little more.
    pub fn longest(&self) -> Duration {
        self.ways.values().map(Latency::longest).fold(self.default.longest(), Duration::max)
    }
}

/// The pieces in which the bytes of a link arrive. The bytes keep their order always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pieces {
    /// What is sent at once may arrive in several pieces, cut anywhere.
    pub split: bool,
    /// What is sent one after the other may arrive at once.
    pub coalesce: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_kernel::fork;

    const MEDIAN: Duration = Duration::from_millis(10);

    fn draws(latency: Latency, seed: u64) -> Vec<Duration> {
        let mut rng = fork(seed, "latency");
        (0..4_000).map(|_| latency.draw(&mut rng)).collect()
    }

    fn log_normal(spread_percent: u16) -> Latency {
        Latency::LogNormal { median: MEDIAN, spread_percent }
    }

    #[test]
    fn the_bounds_of_each_latency_hold() {
        let [least, most] = [3, 9].map(Duration::from_millis);
        assert!(draws(Latency::Uniform { least, most }, 1).iter().all(|value| (least..most).contains(value)));
        assert!(draws(Latency::Constant(least), 1).iter().all(|value| *value == least));
        for spread in [0, 50, 300, u16::MAX] {
            let longest = log_normal(spread).longest();
            assert!(draws(log_normal(spread), 1).iter().all(|value| *value <= longest), "{spread}");
        }
    }

    #[test]
    fn half_of_the_log_normal_values_are_below_the_median() {
        let below = draws(log_normal(50), 1).iter().filter(|value| **value < MEDIAN).count();
        assert!((1_900..2_100).contains(&below), "{below}");
    }

    #[test]
    fn two_thirds_of_the_log_normal_values_are_within_one_deviation() {
        let (least, most) = (Duration::from_micros(6_065), Duration::from_micros(16_487));
        let within = draws(log_normal(50), 1).iter().filter(|value| (least..=most).contains(value)).count();
        assert!((2_640..2_820).contains(&within), "{within}");
    }

    #[test]
    fn a_log_normal_latency_without_spread_is_its_median() {
        assert!(draws(log_normal(0), 1).iter().all(|value| *value == MEDIAN));
        assert_eq!(log_normal(50).longest(), Duration::from_micros(51_824));
    }

    #[test]
    fn the_first_values_of_a_seed_are_pinned() {
        assert_eq!(draws(log_normal(50), 7), draws(log_normal(50), 7));
        let first: Vec<_> = draws(log_normal(50), 7).into_iter().take(3).map(micros).collect();
        assert_eq!(first, [3_941, 4_529, 10_176]);
    }

    #[test]
    fn a_range_upside_down_is_its_lower_end() {
        let latency = Latency::Uniform { least: MEDIAN, most: Duration::ZERO };
        assert_eq!(draws(latency, 1)[0], MEDIAN);
        assert_eq!(latency.longest(), MEDIAN);
    }
}
