//! Agents who sign in one after the other, in the order in which they are written: each once the one before it has arrived, so that the
//! router knows them in that order in every run.

use cce_journal::{Order, Record, What};
use cce_kernel::{Command, Fact, NodeName, Output, TimerKey};
use cce_select::place::AGENT;
use cce_world::{
    CastAgent,
    cast::agent::{READY, SIGN_IN},
};

/// Agents who have not arrived, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals(Vec<Arrival>);

#[derive(Clone, Debug)]
struct Arrival {
    node: NodeName,
    /// The agent has no cue so far.
    waits: bool,
    /// The plan after which the agent has arrived.
    last: &'static str,
}

impl Arrivals {
    /// The agents who arrive by themselves. Nobody is before the first one.
    pub(super) fn of(agents: &[CastAgent]) -> Self {
        let agents = agents.iter().filter(|agent| agent.sign_in.is_some()).enumerate();
        let arrivals = agents.map(|(place, agent)| Arrival {
            node: format!("{AGENT}{}", agent.id).into(),
            waits: agent.in_turn && place > 0,
            last: if agent.ready.is_some() { READY } else { SIGN_IN },
        });
        Self(arrivals.collect())
    }

    /// Whoever waits, and for whom.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (&NodeName, &NodeName)> {
        let pairs = self.0.iter().zip(self.0.iter().skip(1));
        pairs.filter(|(_, next)| next.waits).map(|(before, next)| (&next.node, &before.node))
    }

    /// Takes in what agents say of their arrival: the next one gets its cue. Whoever was refused, stopped, or gave the arrival up
    /// to leave holds up nobody.
    pub(super) fn learn(&mut self, record: &Record) -> Option<Order> {
        // None: whatever the agent planned, there is nothing to wait for.
        let kept = match &record.what {
            What::Out(Output::Note(Fact::PlanKept { plan })) => Some(plan.as_str()),
            What::Out(Output::Note(Fact::PlanRefused { .. })) | What::Stopped { .. } => None,
            What::Out(Output::Cancel { key: TimerKey { name, .. } })
                if [SIGN_IN, READY].contains(&name.as_ref()) =>
            {
                None
            }
            What::In(_)
            | What::Out(_)
            | What::Connected { .. }
            | What::Bent(_)
            | What::Started
            | What::Gap { .. } => return None,
        };
        let is_over =
            |arrival: &Arrival| arrival.node == record.node && kept.is_none_or(|plan| plan == arrival.last);
        let place = self.0.iter().position(is_over)?;
        self.0.remove(place);
        let next = self.0.get_mut(place).filter(|next| next.waits)?;
        next.waits = false;
        Some(Order::Command(next.node.clone(), Command::Cue))
    }
}
