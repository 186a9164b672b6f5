//! How long things take on simulated links, as people write it.

use crate::span::Span;
use cce_courier::{Latencies, Latency, Pieces, PortDirection};
use cce_kernel::Port;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// The simulator's links. In a run over the network, nothing here counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LatencySettings {
    /// Of every port and direction that is not named below.
    pub default: LatencyText,
    /// Towards the listener of a port; of HTTP, the requests.
    pub to_listener: BTreeMap<Port, LatencyText>,
    /// From the listener of a port; of HTTP, the replies.
    pub from_listener: BTreeMap<Port, LatencyText>,
    /// Whether bytes arrive in random pieces.
    pub split: bool,
    /// Whether bytes arrive together with later ones at random.
    pub coalesce: bool,
}

/// A latency written as `2ms` (always the same), `50us..400us` (anything between) or `lognormal 2ms 50%`
/// (median, and standard deviation of the logarithm).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LatencyText(pub Latency);

impl LatencySettings {
    /// The latency of each port and direction, for the simulator.
    pub fn latencies(&self) -> Latencies {
        let mut latencies = Latencies::new(self.default.0);
        for (way, ports) in [
            (PortDirection::ToListener, &self.to_listener),
            (PortDirection::FromListener, &self.from_listener),
        ] {
            ports.iter().for_each(|(port, latency)| latencies.set(*port, way, latency.0));
        }
        latencies
    }

    /// In which pieces bytes arrive, for the simulator.
    pub fn pieces(&self) -> Pieces {
        Pieces { split: self.split, coalesce: self.coalesce }
    }
}

impl FromStr for LatencyText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || format!("`{text}`: write 2ms, 50us..400us or lognormal 2ms 50%");
        let span = |text: &str| text.trim().parse::<Span>().map(|span| span.0).map_err(|_| form());
        if let Some(rest) = text.strip_prefix("lognormal ") {
            let (median, spread) = rest.trim().rsplit_once(' ').ok_or_else(form)?;
            let spread = spread.strip_suffix('%').and_then(|percent| percent.parse().ok());
            let spread_percent = spread.ok_or_else(form)?;
            return Ok(Self(Latency::LogNormal { median: span(median)?, spread_percent }));
        }
        Ok(Self(match text.split_once("..") {
            Some((least, most)) => Latency::Uniform { least: span(least)?, most: span(most)? },
            None => Latency::Constant(span(text)?),
        }))
    }
}

impl fmt::Display for LatencyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Latency::Constant(latency) => write!(f, "{}", Span(latency)),
            Latency::Uniform { least, most } => write!(f, "{}..{}", Span(least), Span(most)),
            Latency::LogNormal { median, spread_percent } => {
                write!(f, "lognormal {} {spread_percent}%", Span(median))
            }
        }
    }
}

impl Serialize for LatencyText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LatencyText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_latency_reads_what_it_writes() {
        for text in ["2ms", "50µs..400µs", "lognormal 2ms 50%", "165ms 300µs"] {
            assert_eq!(text.parse::<LatencyText>().unwrap().to_string(), text);
        }
        let constant = Latency::Constant(Duration::from_micros(165_300));
        assert_eq!("165.3ms".parse(), Ok(LatencyText(constant)));
    }

    #[test]
    fn a_wrong_latency_is_refused_with_the_right_forms() {
        for text in ["2", "-2ms", "1ms..", "lognormal 2ms", "lognormal 2ms 50", ""] {
            let error = text.parse::<LatencyText>().unwrap_err();
            assert!(error.contains("lognormal 2ms 50%"), "{text}: {error}");
        }
    }
}
