//! Durations as people write them.

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{fmt, str::FromStr, time::Duration};

/// A duration written as `250ms`, `5s` or `1min 30s`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// When somebody goes on with something: after a while, or never. Written as a [`Span`], or as `never`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Wait {
    /// After that.
    After(Span),
    /// Only when told to.
    Never,
}

/// How [`Wait::Never`] is written.
const NEVER: &str = "never";

impl Wait {
    /// The time, if there is one.
    pub const fn time(self) -> Option<Duration> {
        match self {
            Self::After(Span(time)) => Some(time),
            Self::Never => None,
        }
    }

    /// The time, to change it.
    pub const fn span_mut(&mut self) -> Option<&mut Span> {
        match self {
            Self::After(span) => Some(span),
            Self::Never => None,
        }
    }
}

impl From<Span> for Wait {
    fn from(span: Span) -> Self {
        Self::After(span)
    }
}

impl From<Wait> for String {
    fn from(wait: Wait) -> Self {
        match wait {
            Wait::After(span) => span.to_string(),
            Wait::Never => NEVER.to_owned(),
        }
    }
}

impl TryFrom<String> for Wait {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == NEVER {
            return Ok(Self::Never);
        }
        text.parse().map(Self::After).map_err(|what| format!("`{text}` is no time: {what}, or {NEVER}"))
    }
}

/// A duration that may be negative, written as `-12ms`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignedSpan(pub SignedDuration);

impl SignedSpan {
    /// Whole microseconds.
    pub fn micros(self) -> i64 {
        i64::try_from(self.0.as_micros()).unwrap_or(i64::MAX)
    }
}

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let signed: SignedDuration = text.parse().map_err(|_| "write 250ms, 5s or 1min 30s")?;
        Duration::try_from(signed).map(Self).map_err(|_| "this duration cannot be negative")
    }
}

/// As it is written in files: `1min 30s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = SignedDuration::try_from(self.0).unwrap_or(SignedDuration::MAX);
        f.pad(&format!("{signed:#}"))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl Serialize for SignedSpan {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{:#}", self.0))
    }
}

impl<'de> Deserialize<'de> for SignedSpan {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map(Self).map_err(|_| {
            D::Error::custom(format_args!("`{text}` is no duration; write 250ms, 5s or 1min 30s"))
        })
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let SignedSpan(signed) = SignedSpan::deserialize(from)?;
        Duration::try_from(signed).map(Self).map_err(|_| D::Error::custom("this duration cannot be negative"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_what_it_writes() {
        for text in ["250ms", "5s", "1m 30s", "8h"] {
            let span: Span = serde_json::from_value(text.into()).unwrap();
            assert_eq!(serde_json::to_value(span).unwrap(), text);
        }
    }

    #[test]
    fn a_wait_is_a_time_or_never() {
        for text in ["250ms", "never"] {
            let wait: Wait = serde_json::from_value(text.into()).unwrap();
            assert_eq!(serde_json::to_value(wait).unwrap(), text);
        }
        let error = serde_json::from_value::<Wait>("soon".into()).unwrap_err().to_string();
        assert!(error.contains("write 250ms, 5s or 1min 30s, or never"), "{error}");
    }

    #[test]
    fn only_clock_errors_may_be_negative() {
        assert!(serde_json::from_value::<Span>("-5s".into()).is_err());
        assert_eq!(serde_json::from_value::<SignedSpan>("-5ms".into()).unwrap().micros(), -5_000);
    }
}
