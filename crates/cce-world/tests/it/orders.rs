//! Every order of what happens at once in a lab.

use crate::flow::{agent, customer, lab, replayed, span, start_with};
use cce_journal::{Bystander, Record, What};
use cce_kernel::{Command, Component, Cx, Fact, Input, NodeName, Output, Port, Time, TimerKey};
use cce_model::{ContactStatus, Disposition, StatusReason};
use cce_sim::{
    Chosen, Sim,
    explore::{Experiment, Explored, Explorer},
};
use cce_world::{COMPONENTS, Lab};
use std::sync::OnceLock;

/// Long after the end of every run.
const NEVER: u64 = 3_600;

const END: Time = Time(60_000_000);

const EXPLORER: Explorer = Explorer { end: END, max_runs: 10_000, max_choices: 1_000 };

/// What an order comes to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Outcome {
    /// How the contact ended.
    end: Option<(ContactStatus, StatusReason)>,
    /// What the customer's DELETE was answered.
    cancel: Option<u16>,
    /// How the task ended at the agent PG.
    disposition: Option<Disposition>,
    /// Tasks of the agent at the end.
    tasks: Option<u32>,
}

/// A person who acts on a cue instead of by a timer.
#[derive(Clone)]
struct OnCue {
    person: Box<dyn Component>,
    timer: TimerKey,
}

impl Component for OnCue {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        let is_cue = input == Input::Command(Command::Cue);
        self.person.handle(if is_cue { Input::Timer(self.timer.clone()) } else { input }, cx);
    }
}

/// A task waits; then an agent becomes ready, and the customer cancels.
struct CancelRacesReservation(Lab);

impl CancelRacesReservation {
    fn new() -> Self {
        let mut agent = agent("1081", 1);
        agent.ready = Some(span(NEVER));
        let mut customer = customer(4, Some(NEVER));
        customer.poll = Some(span(NEVER));
        Self(lab(vec![agent], vec![customer]))
    }
}

impl Experiment for CancelRacesReservation {
    type Director = Bystander;
    type Outcome = Outcome;

    fn build(&self) -> Sim {
        let mut sim = Sim::new(1);
        let people =
            [("agent-1081", TimerKey::new("ready", 5011)), ("customer-1", TimerKey::new("cancel", 0))];
        start_with(&self.0, 1, &mut sim, |node, person| {
            match people.iter().find(|(name, _)| *name == node.as_str()) {
                Some((_, timer)) => Box::new(OnCue { person, timer: timer.clone() }),
                None => person,
            }
        });
        sim.run_until(Time(6_500_000));
        for (person, _) in people {
            sim.command(&NodeName::from(person), Command::Cue);
        }
        sim
    }

    fn begins(&self, record: &Record) -> bool {
        matches!(record.what, What::In(Input::Command(Command::Cue)))
    }

    fn ends(&self, record: &Record) -> bool {
        contact_end(record).is_some()
    }

    fn heartbeats(&self) -> fn(&Record) -> bool {
        is_heartbeat
    }

    fn outcome(&self, finished: &Sim<Bystander, Chosen>) -> Outcome {
        let records = finished.records();
        Outcome {
            end: last(records, contact_end),
            cancel: last(records, cancel_answer),
            disposition: last(records, disposition),
            tasks: last(records, tasks_of_agent),
        }
    }
}

/// What the last of these records says that says anything of the kind.
fn last<T>(records: &[Record], says: impl Fn(&Record) -> Option<T>) -> Option<T> {
    records.iter().rev().find_map(says)
}

fn cancel_answer(record: &Record) -> Option<u16> {
    let What::In(Input::Reply { result: Ok(response), .. }) = &record.what else { return None };
    (record.node.as_str() == "customer-1").then_some(response.status)
}

fn disposition(record: &Record) -> Option<Disposition> {
    let What::Out(Output::Note(Fact::Task { disposition, .. })) = &record.what else { return None };
    *disposition
}

fn tasks_of_agent(record: &Record) -> Option<u32> {
    let What::Out(Output::Note(Fact::AgentInMrd { tasks, .. })) = &record.what else { return None };
    Some(*tasks)
}

fn contact_end(record: &Record) -> Option<(ContactStatus, StatusReason)> {
    let What::Out(Output::Note(Fact::Contact { to, reason, .. })) = &record.what else { return None };
    matches!(to, ContactStatus::Handled | ContactStatus::Discarded).then_some((*to, *reason))
}

fn is_heartbeat(record: &Record) -> bool {
    let What::Out(Output::Send { link, bytes }) = &record.what else { return false };
    let is_framed = matches!(link.port, Port::Mr | Port::IcmMr | Port::IcmAgent | Port::CtiA | Port::CtiB);
    is_framed && matches!(bytes.0.get(4..8), Some([0, 0, 0, 5 | 6]))
}

/// Both tests below look at the same search.
fn explored() -> &'static Explored<Outcome> {
    static EXPLORED: OnceLock<Explored<Outcome>> = OnceLock::new();
    EXPLORED.get_or_init(|| EXPLORER.run(&CancelRacesReservation::new(), |_| ()))
}

/// Cancelled; refused and handled; accepted, lost against the reservation, and handled (ccp-task-api 3.5).
#[test]
fn a_cancel_that_races_a_reservation_has_three_outcomes() {
    let explored = explored();
    let handled = |cancel| Outcome {
        end: Some((ContactStatus::Handled, StatusReason::ExternallyHandled)),
        cancel: Some(cancel),
        disposition: Some(Disposition::NORMAL_END_TASK),
        tasks: Some(0),
    };
    let cancelled = Outcome {
        end: Some((ContactStatus::Discarded, StatusReason::CancelSucceeded)),
        cancel: Some(200),
        disposition: None,
        tasks: Some(0),
    };
    let found: Vec<_> = explored.outcomes().into_iter().map(|found| (found.outcome, found.count)).collect();
    assert_eq!(found, [(handled(200), 288), (cancelled, 6), (handled(400), 72)]);
    assert!(explored.is_complete(), "{explored}");
}

#[test]
fn each_outcome_of_a_race_is_repeated_by_its_schedule() {
    let race = CancelRacesReservation::new();
    for found in explored().outcomes() {
        let mut sim = EXPLORER.in_order(&race, found.first.clone());
        assert_eq!(race.outcome(&sim), found.outcome, "{}", found.first);
        let of_lab = |record: &Record| COMPONENTS.contains(&record.node.as_str());
        let replayed = replayed(&race.0, sim.take_records().into_iter().filter(of_lab).collect());
        assert!(replayed.difference.is_none(), "{:?}", replayed.difference);
    }
}
