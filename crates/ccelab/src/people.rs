//! `--agents`: who signs in by itself, and what they do with offers. `--mr-app`: who brings tasks of their own.

use cce_model::AgentId;
use cce_world::{CastAgent, MrApplicationSettings, Span};
use std::{str::FromStr, time::Duration};

/// How long an agent takes to accept, unless told otherwise.
const ACCEPT: Duration = Duration::from_secs(1);

/// From accepting to starting.
const START: Duration = Duration::from_millis(500);

/// From starting to closing.
const CLOSE: Duration = Duration::from_secs(3);

/// Tasks at the same time.
const LIMIT: u32 = 3;

/// One entry of `--agents`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AgentChoice {
    ids: Vec<AgentId>,
    manner: Manner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Works on every offer.
    Auto,
    /// Works on every offer, but takes this long to accept.
    Slow(Duration),
    /// Signs in and ignores every offer.
    Ignore,
}

impl AgentChoice {
    /// The virtual agents that it asks for.
    pub(crate) fn casts(&self) -> impl Iterator<Item = CastAgent> {
        self.ids.iter().map(|id| self.cast(id))
    }

    fn cast(&self, id: &AgentId) -> CastAgent {
        let accept = match self.manner {
            Manner::Auto => Some(ACCEPT),
            Manner::Slow(pause) => Some(pause),
            Manner::Ignore => None,
        };
        CastAgent {
            limit: LIMIT,
            sign_in: Some(Span::default()),
            in_turn: true,
            ready: Some(Span::default()),
            accept: accept.map(Span),
            start: Some(Span(START).into()),
            close: Some(Span(CLOSE).into()),
            ..CastAgent::new(id.clone())
        }
    }
}

impl FromStr for AgentChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || format!("`{text}`: write ID=auto, ID=slow:9s or ID=ignore");
        let (id, manner) = text.split_once('=').ok_or_else(form)?;
        let manner = match manner.split_once(':') {
            None if manner == "auto" => Manner::Auto,
            None if manner == "ignore" => Manner::Ignore,
            Some(("slow", pause)) => Manner::Slow(pause.parse::<Span>().map_err(|_| form())?.0),
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
    peripheral: u32,
    address: String,
}

impl MrApplication {
    /// The settings that it stands for.
    pub(crate) fn settings(&self) -> MrApplicationSettings {
        MrApplicationSettings {
            peripheral: self.peripheral,
            routing_client: None,
            connect: vec![self.address.clone()],
            redial: None,
        }
    }
}

impl FromStr for MrApplication {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('=').and_then(|(peripheral, address)| {
            address.rsplit_once(':')?.1.parse::<u16>().ok()?;
            Some(Self { peripheral: peripheral.parse().ok()?, address: address.to_owned() })
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
    fn many_agents_are_one_entry() {
        let choice: AgentChoice = "2000..2199=auto".parse().unwrap();
        let ids: Vec<String> = choice.casts().map(|agent| agent.id.to_string()).collect();
        assert_eq!((ids.len(), ids[0].as_str(), ids[199].as_str()), (200, "2000", "2199"));
        let error = "2199..2000=auto".parse::<AgentChoice>().unwrap_err();
        assert!(error.contains("counts down"), "{error}");
    }

    #[test]
    fn another_manner_is_refused_with_the_right_forms() {
        let error = "1080=lazy".parse::<AgentChoice>().unwrap_err();
        assert!(error.contains("ID=slow:9s"), "{error}");
    }
}
