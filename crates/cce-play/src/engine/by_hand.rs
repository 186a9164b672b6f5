//! What a person orders while a run goes on, over the admin port: messages, rules, settings and sides of the CTI server.

use super::{Engine, NOWHERE, already_so, bend_order};
use crate::effects::End;
use cce_journal::{Bend, Order, Ticket};
use cce_kernel::NodeName;
use cce_model::SideOrder;
use cce_scenario::{Rule, orders_of};
use cce_world::Changed;

/// Who lets something go over the admin port.
const BY_HAND: &str = "hand";

impl Engine {
    /// Lets a message go.
    pub fn release(&mut self, ticket: Ticket) -> Option<Vec<Order>> {
        let end = End::Released(BY_HAND.to_owned(), self.now);
        self.rules.held.contains_key(&ticket).then(|| self.rules.release(ticket, end))
    }

    /// Lets everything go.
    pub fn release_all(&mut self) -> Vec<Order> {
        self.rules.release_all(None, BY_HAND, self.now)
    }

    /// The order to the sides of the CTI server; the error says why it would have no effect.
    pub fn order_sides(&self, order: SideOrder) -> Result<Vec<Order>, String> {
        let node = NodeName::from(SideOrder::NODE);
        if let Some(why) = self.away(&node) {
            return Err(why);
        }
        match self.given.sides().refusal(order) {
            Some(why) => Err(why),
            None => Ok(vec![Order::Command(node, order.into())]),
        }
    }

    /// Lets a rule act from now on, or no more. None where there is no such rule.
    pub fn arm(&mut self, name: &str, is_armed: bool) -> Option<Vec<Order>> {
        let number = self.rules.position(name)?;
        let state = &mut self.rules.states[number];
        (state.is_armed, state.acted, state.matched, state.taken_by) = (is_armed, 0, 0, None);
        let bend = if is_armed { Bend::Armed } else { Bend::Disarmed };
        Some(vec![bend_order(NOWHERE.into(), name, bend)])
    }

    /// Why nothing would follow if a rule were armed: it is, and has counted nothing since.
    pub fn armed(&self, name: &str) -> Option<String> {
        let state = &self.rules.states[self.rules.position(name)?];
        let is_fresh = state.is_armed && state.matched == 0;
        is_fresh.then(|| format!("rule `{name}` is armed already, and nothing it is about has come since"))
    }

    /// Why a rule cannot be disarmed: it is already.
    pub fn disarmed(&self, name: &str) -> Option<String> {
        let state = &self.rules.states[self.rules.position(name)?];
        (!state.is_armed).then(|| format!("rule `{name}` is disarmed already"))
    }

    /// Adds a rule of a person, armed or not as it says. None where there are too many.
    pub fn add(&mut self, rule: Rule) -> Option<Vec<Order>> {
        if self.rules.is_full() {
            return None;
        }
        let (name, is_armed) = (rule.name.clone(), rule.is_armed);
        self.rules.add(rule);
        if let Some(state) = self.rules.states.last_mut() {
            state.is_added = true;
        }
        self.arm(&name, is_armed)
    }

    /// Removes a rule, and lets go what it holds. What it did is told at the end all the same. None where there is no such
    /// rule.
    pub fn remove(&mut self, name: &str) -> Option<Vec<Order>> {
        let number = self.rules.position(name)?;
        let state = &mut self.rules.states[number];
        (state.is_armed, state.is_removed) = (false, true);
        let mut orders = vec![bend_order(NOWHERE.into(), name, Bend::Removed)];
        orders.extend(self.rules.release_all(Some(number), "its removal", self.now));
        Some(orders)
    }

    /// Changes settings of the lab by hand; the error says which component does not take one in. One that runs in another
    /// process is told there. `are_so` says whether each has its value already, by the settings that the changes were read with.
    pub fn set(&self, changes: &[Changed], are_so: bool) -> Result<Vec<Order>, String> {
        let mut orders = Vec::new();
        for change in changes {
            let nodes = change.components.iter().map(|kind| NodeName::from(*kind));
            if !nodes.clone().any(|node| self.nodes.contains(&node)) {
                let nodes: Vec<String> = nodes.map(|node| node.to_string()).collect();
                return Err(format!(
                    "`{}` is of {}, which this run has not",
                    change.setting,
                    nodes.join(" and ")
                ));
            }
            if let Some(node) = nodes.into_iter().find(|node| self.given.is_stopped(node)) {
                return Err(format!("`{}`: {node} is stopped, and takes nothing in", change.setting));
            }
        }
        if are_so && !changes.iter().any(|change| self.is_on_way(change)) {
            return Err(already_so(changes));
        }
        for (node, words, command) in orders_of(changes).filter(|(node, ..)| self.nodes.contains(node)) {
            orders.push(bend_order(node.clone(), BY_HAND, Bend::Stepped(words)));
            orders.push(Order::Command(node, command));
        }
        Ok(orders)
    }
}
