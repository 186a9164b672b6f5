//! What can never happen in a run of certain components and people.

use crate::{
    amount::plural,
    model::{Action, Scenario, StepAction, Want},
};
use cce_kernel::NodeName;
use cce_model::nearest;
use cce_select::{
    ContactName, Selector, TaskName,
    place::{AGENT, CUSTOMER, PlacePattern},
};
use cce_world::COMPONENTS;

/// What a customer is told to do who creates a contact.
const CREATE: &str = "create";

/// What rules and steps do, each by its name.
const DOINGS: [&str; 4] = ["held", "released", "bent", "stepped"];

/// What of a scenario can never match in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unreachable {
    /// Mistakes, with the reason.
    pub mistakes: Vec<String>,
    /// What is never to happen, and never can because nobody is there who would do it: it holds, and shows nothing.
    pub idle: Vec<String>,
}

/// What a scenario demands of a selector.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Demand {
    /// The selector may or has to match.
    Match,
    /// The selector never matches.
    NeverMatch,
}

/// Why a selector never matches.
enum Lack {
    /// A person is missing who would have to do it.
    Person(String),
    /// Something is missing that is no person, or the way between two places is closed.
    Else(String),
}

impl Scenario {
    /// Every selector of the scenario, and whether it is to match.
    fn selectors(&self) -> impl Iterator<Item = (&Selector, Demand)> {
        let steps = self.steps.iter().filter_map(|step| step.after.as_ref());
        let rules = self.rules.iter().flat_map(|rule| {
            let until = if let Action::Hold(until) = &rule.action { until.as_ref() } else { None };
            std::iter::once(&rule.matching).chain(until)
        });
        let wants = self.expectations.iter().flat_map(|expectation| match &expectation.want {
            Want::Order(order) => order.iter().map(|one| (one, Demand::Match)).collect(),
            Want::Never(one) | Want::Count { of: one, most: 0, .. } => vec![(one, Demand::NeverMatch)],
            Want::Count { of: one, .. } | Want::Final(one) => vec![(one, Demand::Match)],
            Want::Within { from, to, .. } => vec![(from, Demand::Match), (to, Demand::Match)],
            Want::While { state, never } => vec![(state, Demand::Match), (never, Demand::NeverMatch)],
        });
        let others = steps.chain(rules).chain(&self.window).map(|one| (one, Demand::Match));
        others.chain(wants)
    }

    /// What can never match in a run of these components and people, with the reason. Whether there can be people
    /// outside depends on the driver. A component of the lab that is not there runs in another process: what goes between
    /// it and one that is there is seen here.
    pub fn unreachable(&self, nodes: &[NodeName], has_outside: bool) -> Unreachable {
        let is_component = |node: &NodeName| COMPONENTS.contains(&node.as_str());
        let lacks = |selector: &Selector, place: &PlacePattern| {
            let is_there = |prefix: &str| nodes.iter().any(|node| node.as_str().starts_with(prefix));
            match place {
                PlacePattern::Node(node)
                    if is_component(node)
                        && selector.is_message()
                        && selector.places().any(
                            |place| matches!(place, PlacePattern::Node(node) if nodes.contains(node)),
                        ) =>
                {
                    None
                }
                PlacePattern::Node(node) if !nodes.contains(node) => {
                    let why = format!("this run has no {node}");
                    Some(if is_component(node) { Lack::Else(why) } else { Lack::Person(why) })
                }
                PlacePattern::Cti if !has_outside => {
                    Some(Lack::Else("the simulator has no CTI clients from outside".to_owned()))
                }
                PlacePattern::App if !has_outside && !is_there(CUSTOMER) => Some(Lack::Else(
                    "the simulator has no applications from outside, and the scenario has no customer"
                        .to_owned(),
                )),
                PlacePattern::Desk if !has_outside && !is_there(AGENT) => Some(Lack::Else(
                    "the simulator has no desktops from outside, and the scenario has no agent".to_owned(),
                )),
                PlacePattern::Any
                | PlacePattern::App
                | PlacePattern::Desk
                | PlacePattern::Cti
                | PlacePattern::Node(_) => None,
            }
        };
        let lack = |selector: &Selector| {
            let has_applications = !self.lab.mrpg.applications.is_empty();
            selector
                .places()
                .find_map(|place| lacks(selector, place))
                .or_else(|| selector.closed_way(nodes, has_applications).map(Lack::Else))
                .or_else(|| if has_outside { None } else { self.unnamed(selector) })
        };
        let mut dead = Unreachable::default();
        for (selector, demand) in self.selectors() {
            match lack(selector) {
                Some(Lack::Person(why)) if demand == Demand::NeverMatch => {
                    dead.idle.push(format!("`{selector}` is never to happen, and could not anyway: {why}"));
                }
                Some(Lack::Person(why) | Lack::Else(why)) => {
                    dead.mistakes.push(format!("`{selector}` can never match: {why}"));
                }
                None => {}
            }
        }
        dead
    }

    /// What a selector names that nobody in the scenario makes. People outside create contacts and add rules.
    fn unnamed(&self, selector: &Selector) -> Option<Lack> {
        let contacts = self.contacts_max();
        if let Some(TaskName { contact: ContactName::Number(number), .. }) = selector.task()
            && contacts.is_some_and(|most| *number as u64 > most)
        {
            let most = contacts.unwrap_or_default();
            let why = format!("the scenario's customers create {most} {}", plural(most, "contact"));
            return Some(Lack::Person(why));
        }
        if let Some(agent) =
            selector.wants("agent").filter(|_| !selector.is_message() && self.swarm.is_none())
            && !self.lab.cast.agents.iter().any(|known| known.id.as_str() == agent)
        {
            let known = self.lab.cast.agents.iter().map(|known| known.id.as_str());
            return Some(Lack::Person(format!("nobody plays agent {agent}{}", nearest(agent, known))));
        }
        let doer = selector.wants("by").filter(|_| DOINGS.contains(&selector.name()))?;
        let rules = self.rules.iter().map(|rule| rule.name.as_str());
        let known = rules.chain(self.steps.iter().map(|step| step.name.as_str())).collect::<Vec<_>>();
        let hint = nearest(doer, known.iter().copied());
        (!known.contains(&doer)).then(|| Lack::Else(format!("there is no rule or step `{doer}`{hint}")))
    }

    /// Contacts that the customers create at the most; none where a rule may make more of a request.
    fn contacts_max(&self) -> Option<u64> {
        let is_doubling = self.rules.iter().any(|rule| rule.action == Action::Duplicate);
        let told = self.steps.iter().filter_map(|step| {
            let StepAction::Tell(_, words) = &step.act else { return None };
            let creates = words.iter().any(|word| word == CREATE);
            creates.then(|| step.again.map_or(1, |(times, _)| times))
        });
        let own = self.lab.cast.customers.iter().filter(|customer| customer.at.is_some()).count() as u64;
        (!is_doubling).then(|| told.fold(own, u64::saturating_add))
    }
}
