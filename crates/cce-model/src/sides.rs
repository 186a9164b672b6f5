//! The two sides of the CTI server: what can be ordered of them, and which orders would have no effect
//! (cti-server-protocol 4.6).

use crate::{Kind, Port};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What is ordered of the sides of the CTI server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SideOrder {
    /// That side becomes the active one.
    Switch(Port),
    /// The active side asks its clients, and moves them to the other side.
    BeginMaintenance,
    /// The side in maintenance takes sessions again.
    EndMaintenance,
    /// That side breaks its connections, and every new one.
    Stop(Port),
    /// That side is back, as standby.
    Start(Port),
}

/// An order, in words, and the setting and the value of the command that gives it.
type Row = (SideOrder, &'static str, &'static str, &'static str);

impl SideOrder {
    /// The component that has the sides.
    pub const NODE: &str = Kind::AgentPg.name();

    const TABLE: [Row; 8] = [
        (Self::Switch(Port::CtiA), "switch a", "cti.active", "a"),
        (Self::Switch(Port::CtiB), "switch b", "cti.active", "b"),
        (Self::BeginMaintenance, "maintenance on", "cti.maintenance", "on"),
        (Self::EndMaintenance, "maintenance off", "cti.maintenance", "off"),
        (Self::Stop(Port::CtiA), "stop a", "cti.stop", "a"),
        (Self::Stop(Port::CtiB), "stop b", "cti.stop", "b"),
        (Self::Start(Port::CtiA), "start a", "cti.start", "a"),
        (Self::Start(Port::CtiB), "start b", "cti.start", "b"),
    ];

    /// The order of those words; the error says which there are.
    pub fn of(words: &str) -> Result<Self, String> {
        let known = Self::TABLE.into_iter().find(|(_, known, ..)| *known == words);
        known.map(|(order, ..)| order).ok_or_else(|| {
            let all = Self::TABLE.map(|(_, words, ..)| words);
            format!("`{words}` is nothing that sides of the CTI server do: {}", all.join(", "))
        })
    }

    /// The order that the change of a setting is, if it is one.
    pub fn of_setting(setting: &str, value: &str) -> Option<Self> {
        Self::TABLE
            .into_iter()
            .find(|(_, _, known, to)| *known == setting && *to == value)
            .map(|(order, ..)| order)
    }

    /// In words.
    pub fn words(self) -> &'static str {
        let (_, words, ..) = self.row();
        words
    }

    /// The setting that changes with it, and its new value.
    pub fn setting(self) -> (&'static str, &'static str) {
        let (_, _, setting, value) = self.row();
        (setting, value)
    }

    fn row(self) -> Row {
        Self::TABLE.into_iter().find(|(order, ..)| *order == self).expect("every order has a row")
    }
}

/// How the sides stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CtiSides {
    /// The side that serves, unless it is stopped too.
    pub active: Port,
    /// The sides that are stopped.
    pub stopped: BTreeSet<Port>,
    /// The side that takes no sessions.
    pub in_maintenance: Option<Port>,
    /// Clients are asked whether maintenance may begin.
    pub is_asking: bool,
}

impl Default for CtiSides {
    fn default() -> Self {
        Self { active: Port::CtiA, stopped: BTreeSet::new(), in_maintenance: None, is_asking: false }
    }
}

impl CtiSides {
    /// Why an order would have no effect, or cannot be followed, if that is so.
    pub fn refusal(&self, order: SideOrder) -> Option<String> {
        let name = |side: Port| if side == Port::CtiA { "side a" } else { "side b" };
        let is_stopped = |side: Port| self.stopped.contains(&side);
        let other = Self::other(self.active);
        match order {
            SideOrder::Switch(side) if is_stopped(side) => Some(format!("{} is stopped", name(side))),
            SideOrder::Switch(side) if self.active == side => {
                Some(format!("{} is the active side already", name(side)))
            }
            SideOrder::Stop(side) if is_stopped(side) => Some(format!("{} is stopped already", name(side))),
            SideOrder::Start(side) if !is_stopped(side) => Some(format!("{} runs already", name(side))),
            SideOrder::BeginMaintenance if is_stopped(other) => {
                Some(format!("{} would serve, and is stopped", name(other)))
            }
            SideOrder::BeginMaintenance if self.in_maintenance == Some(other) => {
                Some(format!("{} would serve, and is in maintenance", name(other)))
            }
            SideOrder::BeginMaintenance if self.is_asking => Some("clients are asked already".to_owned()),
            SideOrder::EndMaintenance if self.in_maintenance.is_none() && !self.is_asking => {
                Some("no side is in maintenance".to_owned())
            }
            SideOrder::Switch(_)
            | SideOrder::BeginMaintenance
            | SideOrder::EndMaintenance
            | SideOrder::Stop(_)
            | SideOrder::Start(_) => None,
        }
    }

    /// The side beside that one.
    pub fn other(side: Port) -> Port {
        if side == Port::CtiA { Port::CtiB } else { Port::CtiA }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_found_by_its_words_and_by_its_setting() {
        for (order, words, ..) in SideOrder::TABLE {
            assert_eq!(SideOrder::of(words), Ok(order));
            let (setting, value) = order.setting();
            assert_eq!(SideOrder::of_setting(setting, value), Some(order));
        }
    }

    #[test]
    fn orders_without_effect_are_refused() {
        let stopped = CtiSides { active: Port::CtiB, stopped: [Port::CtiA].into(), ..CtiSides::default() };
        let kept = CtiSides { active: Port::CtiB, in_maintenance: Some(Port::CtiA), ..CtiSides::default() };
        let asking = CtiSides { is_asking: true, ..CtiSides::default() };
        for (sides, words, why) in [
            (CtiSides::default(), "switch a", Some("side a is the active side already")),
            (CtiSides::default(), "switch b", None),
            (CtiSides::default(), "start b", Some("side b runs already")),
            (CtiSides::default(), "stop a", None),
            (CtiSides::default(), "maintenance on", None),
            (CtiSides::default(), "maintenance off", Some("no side is in maintenance")),
            (stopped.clone(), "switch a", Some("side a is stopped")),
            (stopped.clone(), "stop a", Some("side a is stopped already")),
            (stopped.clone(), "start a", None),
            (stopped, "maintenance on", Some("side a would serve, and is stopped")),
            (kept.clone(), "maintenance on", Some("side a would serve, and is in maintenance")),
            (kept.clone(), "switch a", None),
            (kept, "maintenance off", None),
            (asking.clone(), "maintenance off", None),
            (asking, "maintenance on", Some("clients are asked already")),
        ] {
            let found = sides.refusal(SideOrder::of(words).unwrap());
            assert_eq!(found.as_deref(), why, "{words}, {sides:?}");
        }
    }
}
