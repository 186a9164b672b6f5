//! What a person orders while a run goes on, over the admin port: messages, rules, settings and sides of the CTI server.
//!
//! Each method returns the orders that the driver carries out, or the reason why the order is refused. A refused order
//! changes nothing, neither in the engine nor in the run.

use super::{Engine, NOWHERE, already_so, bend_order};
use crate::effects::End;
use cce_journal::{Bend, Order, Ticket};
use cce_kernel::NodeName;
use cce_model::SideOrder;
use cce_scenario::{Rule, orders_of};
use cce_world::SettingChange;

/// Who lets something go over the admin port.
const BY_HAND: &str = "hand";

/// Whether a rule acts when its message comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arming {
    /// The rule acts.
    Armed,
    /// The rule does not act. What it holds stays held.
    Disarmed,
}

/// The reason why an order of a person is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefused {
    /// No rule has this name.
    #[error("there is no rule `{0}`")]
    NoRule(String),
    /// Another rule has this name.
    #[error("there is a rule `{0}` already: give it another `name`")]
    NameTaken(String),
    /// The rule is armed, and has counted nothing since it was armed.
    #[error("rule `{0}` is armed already, and nothing it is about has come since")]
    ArmedAlready(String),
    /// The rule is disarmed.
    #[error("rule `{0}` is disarmed already")]
    DisarmedAlready(String),
    /// The run has as many rules as it keeps.
    #[error("too many rules were added to this run: arm one of them again")]
    TooManyRules,
    /// No held message has this ticket.
    #[error("nothing is held under {0}")]
    NotHeld(Ticket),
    /// The lab is as the order wants it. The text says what is so.
    #[error("{0}")]
    NoEffect(String),
    /// A component that the order is for does not run here. The text says which one.
    #[error("{0}")]
    Away(String),
}

impl Engine {
    /// Lets the held message of a ticket go.
    pub fn release(&mut self, ticket: Ticket) -> Result<Vec<Order>, OrderRefused> {
        if !self.rules.held.contains_key(&ticket) {
            return Err(OrderRefused::NotHeld(ticket));
        }
        Ok(self.rules.release(ticket, End::Released(BY_HAND.to_owned(), self.now)))
    }

    /// Lets every held message go.
    pub fn release_all(&mut self) -> Vec<Order> {
        self.rules.release_all(None, BY_HAND, self.now)
    }

    /// The order to the sides of the CTI server.
    pub fn order_sides(&self, order: SideOrder) -> Result<Vec<Order>, OrderRefused> {
        let node = NodeName::from(SideOrder::NODE);
        if let Some(why) = self.away(&node) {
            return Err(OrderRefused::Away(why));
        }
        match self.given.sides().refusal(order) {
            Some(why) => Err(OrderRefused::NoEffect(why)),
            None => Ok(vec![Order::Command(node, order.into())]),
        }
    }

    /// Arms or disarms a rule. A rule that has counted since it was armed can be armed again, and counts anew.
    pub fn set_arming(&mut self, name: &str, to: Arming) -> Result<Vec<Order>, OrderRefused> {
        let number = self.rule_number(name)?;
        let state = &self.rules.states[number];
        match to {
            Arming::Armed if state.is_armed && state.matched == 0 => {
                Err(OrderRefused::ArmedAlready(name.to_owned()))
            }
            Arming::Disarmed if !state.is_armed => Err(OrderRefused::DisarmedAlready(name.to_owned())),
            Arming::Armed | Arming::Disarmed => Ok(self.apply_arming(number, to)),
        }
    }

    fn apply_arming(&mut self, number: usize, to: Arming) -> Vec<Order> {
        let state = &mut self.rules.states[number];
        (state.is_armed, state.acted, state.matched, state.taken_by) = (to == Arming::Armed, 0, 0, None);
        let bend = match to {
            Arming::Armed => Bend::Armed,
            Arming::Disarmed => Bend::Disarmed,
        };
        vec![bend_order(NOWHERE.into(), &state.rule.name, bend)]
    }

    /// Adds a rule of a person, armed or not as it says.
    pub fn add(&mut self, rule: Rule) -> Result<Vec<Order>, OrderRefused> {
        if self.rules().any(|state| state.rule.name == rule.name) {
            return Err(OrderRefused::NameTaken(rule.name));
        }
        if self.rules.is_full() {
            return Err(OrderRefused::TooManyRules);
        }
        let arming = if rule.is_armed { Arming::Armed } else { Arming::Disarmed };
        let number = self.rules.states.len();
        self.rules.add(rule);
        self.rules.states[number].is_added = true;
        Ok(self.apply_arming(number, arming))
    }

    /// Removes a rule, and lets go what it holds. The report of the run tells what the rule did all the same.
    pub fn remove(&mut self, name: &str) -> Result<Vec<Order>, OrderRefused> {
        let number = self.rule_number(name)?;
        let state = &mut self.rules.states[number];
        (state.is_armed, state.is_removed) = (false, true);
        let mut orders = vec![bend_order(NOWHERE.into(), name, Bend::Removed)];
        orders.extend(self.rules.release_all(Some(number), "its removal", self.now));
        Ok(orders)
    }

    fn rule_number(&self, name: &str) -> Result<usize, OrderRefused> {
        self.rules.position(name).ok_or_else(|| OrderRefused::NoRule(name.to_owned()))
    }

    /// The orders that change settings of the lab, all or none. A component of a setting that runs in another process is
    /// told there. `are_so` says whether each setting has its value already, as the changes were read.
    pub fn orders_to_set(&self, changes: &[SettingChange], are_so: bool) -> Result<Vec<Order>, OrderRefused> {
        let mut orders = Vec::new();
        for change in changes {
            let nodes = change.components.iter().map(|kind| NodeName::from(*kind));
            if !nodes.clone().any(|node| self.nodes.contains(&node)) {
                let nodes: Vec<String> = nodes.map(|node| node.to_string()).collect();
                return Err(OrderRefused::Away(format!(
                    "`{}` is of {}, which this run has not",
                    change.setting,
                    nodes.join(" and ")
                )));
            }
            if let Some(node) = nodes.into_iter().find(|node| self.given.is_stopped(node)) {
                return Err(OrderRefused::Away(format!(
                    "`{}`: {node} is stopped, and takes nothing in",
                    change.setting
                )));
            }
        }
        if are_so && !changes.iter().any(|change| self.is_on_way(change)) {
            return Err(OrderRefused::NoEffect(already_so(changes)));
        }
        for (node, words, command) in orders_of(changes).filter(|(node, ..)| self.nodes.contains(node)) {
            orders.push(bend_order(node.clone(), BY_HAND, Bend::Stepped(words)));
            orders.push(Order::Command(node, command));
        }
        Ok(orders)
    }
}
