//! `--agents`: who signs in by itself, and what they do with offers. `--mr-app`: who brings tasks of their own.

use cce_model::meant;
use cce_model::{AgentId, PeripheralId};
use cce_world::{CastAgent, MrApplicationSettings, Span, Wait};
use std::{str::FromStr, time::Duration};

/// How long an agent takes to accept, unless told otherwise.
const ACCEPT: Duration = Duration::from_secs(1);

/// The time from accepting to starting.
const START: Duration = Duration::from_millis(500);

/// The time from starting to closing.
const CLOSE: Duration = Duration::from_secs(3);

/// Tasks at the same time.
const LIMIT: u32 = 3;

/// One entry of `--agents`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AgentChoice {
    ids: Vec<AgentId>,
    manner: Manner,
}

/// What an agent does with every offer.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Manner {
    /// Works on it.
    Auto,
    /// Works on it, but takes this long to accept.
    Slow(Duration),
    /// Lets it ring.
    Ignore,
    /// Accepts it, and leaves the rest to others.
    Accept,
    /// Works on it, and wraps up for this long.
    WrapsUp(Duration),
    /// Works on it, and hands it to that script selector.
    Transfers(String),
}

/// How each is written.
const MANNERS: &str =
    "auto, slow:9s, ignore (or reject-by-ringing), accept, wraps-up:10s, transfers:SELECTOR";

/// What they begin with.
const NAMES: [&str; 7] = ["auto", "slow", "ignore", "reject-by-ringing", "accept", "wraps-up", "transfers"];

/// Those that something more belongs to, written whole.
const WITH_MORE: [&str; 3] = ["slow:9s", "wraps-up:10s", "transfers:CumulusTask"];

impl AgentChoice {
    /// The virtual agents that it asks for.
    pub(crate) fn casts(&self) -> impl Iterator<Item = CastAgent> {
        self.ids.iter().map(|id| self.cast(id))
    }

    fn cast(&self, id: &AgentId) -> CastAgent {
        let auto = CastAgent {
            limit: LIMIT,
            sign_in: Some(Span::default()),
            in_turn: true,
            ready: Some(Span::default()),
            accept: Some(Span(ACCEPT)),
            start: Some(Span(START).into()),
            close: Some(Span(CLOSE).into()),
            ..CastAgent::new(id.clone())
        };
        match &self.manner {
            Manner::Auto => auto,
            Manner::Slow(pause) => CastAgent { accept: Some(Span(*pause)), ..auto },
            Manner::Ignore => CastAgent { accept: None, ..auto },
            Manner::Accept => CastAgent { start: Some(Wait::Never), close: Some(Wait::Never), ..auto },
            Manner::WrapsUp(pause) => {
                CastAgent { wrap_up: Some(Span(CLOSE)), close: Some(Span(*pause).into()), ..auto }
            }
            Manner::Transfers(selector) => CastAgent { transfer_to: Some(selector.clone()), ..auto },
        }
    }
}

impl FromStr for AgentChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, manner) = text.split_once('=').unwrap_or((text, ""));
        let form = || {
            let name = manner.split(':').next().unwrap_or_default();
            let whole = WITH_MORE.iter().find(|whole| whole.split(':').next() == Some(name));
            let hint = whole.map_or_else(|| meant(name, NAMES), |whole| format!("; say `{id}={whole}`"));
            format!("`{text}`: write ID=MANNER, where a manner is {MANNERS}{hint}")
        };
        let time = |text: &str| text.parse::<Span>().map(|span| span.0).map_err(|_| form());
        let manner = match manner.split_once(':') {
            None if manner == "auto" => Manner::Auto,
            None if ["ignore", "reject-by-ringing"].contains(&manner) => Manner::Ignore,
            None if manner == "accept" => Manner::Accept,
            Some(("slow", pause)) => Manner::Slow(time(pause)?),
            Some(("wraps-up", pause)) => Manner::WrapsUp(time(pause)?),
            Some(("transfers", selector)) if !selector.is_empty() => Manner::Transfers(selector.to_owned()),
            _ => return Err(form()),
        };
        Ok(Self { ids: ids(id)?, manner })
    }
}

/// One id, or all from one to another, both included: `2000..2199`.
fn ids(text: &str) -> Result<Vec<AgentId>, String> {
    let Some(names) = cce_world::counted(text) else { return Ok(vec![text.into()]) };
    Ok(names?.into_iter().map(|name| name.as_str().into()).collect())
}

/// One entry of `--mr-app`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MrApplication {
    peripheral: PeripheralId,
    address: String,
}

impl MrApplication {
    /// The settings that it stands for.
    pub(crate) fn settings(&self) -> MrApplicationSettings {
        MrApplicationSettings {
            peripheral: self.peripheral,
            routing_client: None,
            connect: vec![self.address.clone()],
            tls: false,
            redial: None,
        }
    }
}

impl FromStr for MrApplication {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('=').and_then(|(peripheral, address)| {
            address.rsplit_once(':')?.1.parse::<u16>().ok()?;
            Some(Self { peripheral: PeripheralId(peripheral.parse().ok()?), address: address.to_owned() })
        });
        parts.ok_or_else(|| format!("`{text}`: write PERIPHERAL=HOST:PORT, such as 5002=127.0.0.1:39001"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_can_be_automatic_slow_or_deaf() {
        let accept = |text: &str| text.parse::<AgentChoice>().unwrap().casts().next().unwrap().accept;
        assert_eq!(accept("1080=auto"), Some(Span(ACCEPT)));
        assert_eq!(accept("1080=slow:9s"), Some(Span(Duration::from_secs(9))));
        assert_eq!(accept("1080=ignore"), None);
    }

    #[test]
    fn an_agent_can_leave_the_rest_wrap_up_or_transfer() {
        let cast = |text: &str| text.parse::<AgentChoice>().unwrap().casts().next().unwrap();
        assert_eq!(cast("1080=reject-by-ringing"), cast("1080=ignore"));
        assert_eq!(cast("1080=accept").start, Some(Wait::Never));
        let wraps_up = cast("1080=wraps-up:10s");
        assert_eq!(
            (wraps_up.wrap_up, wraps_up.close),
            (Some(Span(CLOSE)), Some(Span(Duration::from_secs(10)).into()))
        );
        assert_eq!(cast("1080=transfers:Sales").transfer_to.as_deref(), Some("Sales"));
    }

    #[test]
    fn many_agents_are_one_entry() {
        let choice: AgentChoice = "2000..2199=auto".parse().unwrap();
        let ids: Vec<String> = choice.casts().map(|agent| agent.id.to_string()).collect();
        assert_eq!((ids.len(), ids[0].as_str(), ids[199].as_str()), (200, "2000", "2199"));
        let error = "2199..2000=auto".parse::<AgentChoice>().unwrap_err();
        assert!(error.contains("counts down"), "{error}");
    }

    #[test]
    fn a_manner_that_lacks_its_time_or_selector_is_told_whole() {
        for (wrong, right) in [
            ("1081=slow", "; say `1081=slow:9s`"),
            ("1081=slow:9", "; say `1081=slow:9s`"),
            ("1081=transfers", "; say `1081=transfers:CumulusTask`"),
            ("1081=wraps-up", "; say `1081=wraps-up:10s`"),
            ("1081=slwo:9s", "; did you mean `slow`?"),
        ] {
            let error = wrong.parse::<AgentChoice>().unwrap_err();
            assert!(error.ends_with(right), "{error}");
        }
    }

    #[test]
    fn another_manner_is_refused_with_the_right_forms() {
        for wrong in ["1080=lazy", "1080=slow", "1080=slow:soon", "1080=transfers:", "1080"] {
            let error = wrong.parse::<AgentChoice>().unwrap_err();
            assert!(error.contains("slow:9s") && error.contains("transfers:SELECTOR"), "{error}");
        }
    }
}
