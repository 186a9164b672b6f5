//! What agents and customers can do, through the whole lab.

use crate::{
    flow::{agent, customer, ends, lab, span, statuses},
    play::{HANDLED, Play, becomes, dialogs, dispositions, facts, last_count, states, tasks},
};
use cce_journal::{Record, What};
use cce_kernel::{Fact, Input, Output};
use cce_model::{
    AgentState, ContactStatus, DialogState, EventReason, LogoutAction, StatusReason, TaskState,
    fact::{AgentPgFact, FinesseFact, OpcMessage, RouterFact, SmOperation},
};
use cce_world::{CastAgent, CastCustomer};
use std::{collections::BTreeSet, time::Duration};

#[test]
fn a_task_is_paused_resumed_and_wrapped_up_before_it_is_handled() {
    use AgentState as A;
    use DialogState as D;
    use TaskState as T;
    let mut worker = agent("1081", 3);
    [worker.pause, worker.resume, worker.wrap_up] = [Some(span(2)); 3];
    let records = Play::new(lab(vec![worker], vec![customer(4, None)]), 1).end(60);
    assert_eq!(
        tasks(&records),
        [T::PreCall, T::Offered, T::Active, T::Paused, T::Active, T::WrapUp, T::Ended]
    );
    assert_eq!(
        states(&records, "1081"),
        [A::NotReady, A::NotActive, A::Reserved, A::Active, A::Paused, A::Active, A::WorkReady, A::NotActive]
    );
    let shown = [D::Offered, D::Accepted, D::Active, D::Paused, D::Active, D::WrappingUp, D::Closed];
    assert_eq!(dialogs(&records), shown);
    assert_eq!(ends(&records), [HANDLED]);
}

#[test]
fn the_router_hears_of_every_work_state() {
    use AgentState::{Active, NotActive, NotReady, Paused, Reserved, WorkReady};
    let mut worker = agent("1081", 3);
    [worker.pause, worker.wrap_up] = [Some(span(2)); 2];
    let records = Play::new(lab(vec![worker], vec![customer(4, None)]), 1).end(60);
    let seen: Vec<AgentState> = facts(&records)
        .filter_map(|fact| match fact {
            Fact::Router(RouterFact::Agent { after, .. }) => Some(after.state),
            _ => None,
        })
        .collect();
    assert_eq!(seen, [NotReady, NotActive, Reserved, Active, Paused, WorkReady, NotActive]);
}

#[test]
fn who_asks_to_be_not_ready_finishes_the_work_and_gets_no_more() {
    let mut play = Play::new(lab(vec![agent("1081", 3)], vec![customer(4, None), customer(7, None)]), 1);
    play.meets(DialogState::Active).tell_agent("1081", "not-ready");
    let records = play.seconds(60).records();
    assert_eq!(states(records, "1081").last(), Some(&AgentState::NotReady));
    assert_eq!(ends(records), [HANDLED]);
    play.tell_agent("1081", "ready");
    assert_eq!(ends(&play.end(60)), [HANDLED, HANDLED]);
}

#[test]
fn a_sign_out_closes_what_is_in_work() {
    let mut play = Play::new(lab(vec![agent("1081", 3)], vec![customer(4, None)]), 1);
    play.meets(DialogState::Active).tell_agent("1081", "sign-out");
    let records = play.end(60);
    assert_eq!(dispositions(&records), [40]);
    assert_eq!(ends(&records), [HANDLED]);
    assert_eq!(states(&records, "1081").last(), Some(&AgentState::Logout));
}

#[test]
fn a_sign_out_may_hand_the_work_to_somebody_else() {
    let leaver = CastAgent { dialog_logout_action: LogoutAction::Transfer, ..agent("1081", 3) };
    let mut play = Play::new(
        lab(vec![leaver, CastAgent { sign_in: Some(span(10)), ..agent("1082", 3) }], vec![customer(4, None)]),
        1,
    );
    play.meets(DialogState::Active).tell_agent("1081", "sign-out");
    let records = play.end(60);
    assert_eq!(dispositions(&records), [65, 38]);
    assert_eq!(ends(&records), [HANDLED]);
}

#[test]
fn an_offer_that_nobody_answered_is_handed_back_at_the_sign_out() {
    let deaf = CastAgent { accept: None, ..agent("1081", 3) };
    let late = CastAgent { sign_in: Some(span(10)), ..agent("1082", 3) };
    let mut play = Play::new(lab(vec![deaf, late], vec![customer(4, None)]), 1);
    play.meets(DialogState::Offered).tell_agent("1081", "sign-out");
    let records = play.end(60);
    assert_eq!(dispositions(&records), [36, 38]);
    assert_eq!(ends(&records), [HANDLED]);
}

#[test]
fn nobody_answers_so_the_agent_gets_no_more_and_the_task_goes_to_another() {
    let deaf = CastAgent { accept: None, ..agent("1080", 3) };
    let late = CastAgent { sign_in: Some(span(6)), ..agent("1081", 3) };
    let mut play = Play::new(lab(vec![deaf, late], vec![customer(4, None), customer(50, None)]), 1);
    let records = play.end(120);
    let told = |fact: &&Fact| {
        let fact = *fact;
        matches!(fact, Fact::Task { to: TaskState::Ended, .. })
            || matches!(fact, Fact::AgentInMrd { agent, routable: false, to: AgentState::NotActive, .. } if agent.as_str() == "1080")
            || matches!(fact, Fact::AgentPg(AgentPgFact::ToCtiServer(OpcMessage::MadeNotRoutable { .. })))
            || matches!(fact, Fact::Dialog { to: DialogState::Closed, .. })
            || matches!(fact, Fact::Finesse(FinesseFact::SmCall { .. }))
            || matches!(fact, Fact::Contact { reason: StatusReason::RenotifyRequested, .. })
    };
    let order: Vec<&str> = facts(&records).filter(told).take(6).map(kind).collect();
    assert_eq!(order, ["task 36", "agent", "not routable", "dialog 36", "renotify", "queued"]);
    assert_eq!(dispositions(&records), [36, 38, 38], "one offer that rings is enough");
    assert_eq!(ends(&records), [HANDLED, HANDLED]);
}

#[test]
fn who_let_an_offer_ring_gets_tasks_again_once_ready() {
    let mut lab = lab(vec![CastAgent { accept: None, ..agent("1080", 3) }], vec![customer(4, None)]);
    lab.mrds[0].start_timeout = span(5);
    let mut play = Play::new(lab, 1);
    play.meets(DialogState::Closed).seconds(20).tell_agent("1080", "ready");
    play.meets(DialogState::Offered).tell_agent("1080", "accept");
    play.meets(DialogState::Accepted).tell_agent("1080", "close");
    let records = play.end(60);
    assert_eq!(dispositions(&records), [36, 38]);
    assert_eq!(ends(&records), [HANDLED]);
}

#[test]
fn a_desktop_that_crashes_with_an_offer_loses_it_by_the_start_timeout() {
    let late = CastAgent { sign_in: Some(span(10)), ..agent("1082", 3) };
    let deaf = CastAgent { accept: None, ..agent("1081", 3) };
    let mut play = Play::new(lab(vec![deaf, late], vec![customer(4, None)]), 1);
    play.meets(DialogState::Offered).tell_agent("1081", "crash");
    let records = play.end(180);
    assert_eq!(dispositions(&records), [36, 38]);
    assert_eq!(ends(&records), [HANDLED]);
    assert_eq!(states(&records, "1081").last(), Some(&AgentState::Logout), "a minute after the crash");
}

#[test]
fn a_desktop_that_crashes_at_work_is_signed_out_after_a_minute() {
    let mut play = Play::new(
        lab(vec![CastAgent { close: Some(span(600).into()), ..agent("1081", 3) }], vec![customer(4, None)]),
        1,
    );
    play.meets(DialogState::Active).tell_agent("1081", "crash");
    assert!(dispositions(play.seconds(59).records()).is_empty());
    let records = play.end(10);
    assert_eq!(dispositions(&records), [40]);
    assert_eq!(ends(&records), [HANDLED]);
    let forced = |fact: &&Fact| {
        matches!(fact, Fact::Finesse(FinesseFact::ForcedSignOut { reason: EventReason::FORCED_SIGN_OUT, .. }))
    };
    assert_eq!(facts(&records).filter(forced).count(), 1);
}

#[test]
fn a_desktop_that_returns_in_time_goes_on_with_its_work() {
    let mut play = Play::new(lab(vec![agent("1081", 3)], vec![customer(4, None)]), 1);
    play.meets(DialogState::Active).tell_agent("1081", "crash");
    play.seconds(40).tell_agent("1081", "return");
    let records = play.end(120);
    assert_eq!(dispositions(&records), [38]);
    assert_eq!(ends(&records), [HANDLED]);
}

#[test]
fn a_cancel_that_races_a_reservation_has_three_outcomes() {
    let mut outcomes = BTreeSet::new();
    for seed in 0..12 {
        for late in 0..12 {
            outcomes.insert(race(seed, Duration::from_micros(150 * late)));
        }
    }
    let cancelled = (ContactStatus::Discarded, 200, vec![]);
    let refused = (ContactStatus::Handled, 400, vec![38]);
    let lost = (ContactStatus::Handled, 200, vec![38]);
    assert_eq!(outcomes, BTreeSet::from([cancelled, refused, lost]));
}

#[test]
fn people_who_are_only_told_take_a_task_through_the_lab() {
    let lab = lab(vec![CastAgent::new("1081".into())], vec![CastCustomer::new(100_080, "CumulusTask")]);
    let mut play = Play::new(lab, 1);
    play.seconds(2).tell_agent("1081", "sign-in").seconds(2).tell_agent("1081", "ready").seconds(1);
    play.tell("customer-1", "create").meets(DialogState::Offered).tell_agent("1081", "accept");
    play.meets(DialogState::Accepted).tell_agent("1081", "start T1");
    play.meets(DialogState::Active).tell("customer-1", "poll").tell_agent("1081", "wrap-up");
    play.meets(DialogState::WrappingUp).tell_agent("1081", "close");
    play.to(becomes(ContactStatus::Handled)).tell_agent("1081", "sign-out");
    let records = play.end(120);
    assert_eq!(dispositions(&records), [38]);
    assert_eq!(states(&records, "1081").last(), Some(&AgentState::Logout));
}

#[test]
fn a_customer_may_hand_a_task_to_another_dialed_number() {
    let mut lab = lab(vec![agent("1081", 3)], vec![customer(4, None)]);
    let mut other = lab.dialed_numbers[0].clone();
    other.number = "Other".into();
    lab.dialed_numbers.push(other);
    lab.cast.agents[0].close = Some(span(30).into());
    let mut play = Play::new(lab, 1);
    play.meets(DialogState::Active).tell("customer-1", "renotify T1 Other");
    play.meets(DialogState::Offered);
    let told = statuses(play.records());
    assert!(told.contains(&(ContactStatus::Queued, StatusReason::RenotifyRequested)), "{told:?}");
}

/// An agent becomes ready for a task that waits, and its customer gives it up a little later: the contact's end,
/// the status of the answer to DELETE, and how tasks ended.
fn race(seed: u64, late: Duration) -> (ContactStatus, u16, Vec<u32>) {
    let idle = CastAgent { ready: None, ..agent("1081", 3) };
    let mut play = Play::new(lab(vec![idle], vec![CastCustomer { poll: None, ..customer(4, None) }]), seed);
    play.seconds(6).tell_agent("1081", "ready").pass(late).tell("customer-1", "cancel");
    let records = play.end(60);
    assert_eq!(last_count(&records, "1081"), 0, "nobody stays reserved");
    let (end, _) = ends(&records)[0];
    (end, status_of_delete(&records), dispositions(&records))
}

fn status_of_delete(records: &[Record]) -> u16 {
    let asked = records.iter().find_map(|record| match &record.what {
        What::Out(Output::Call { call, request, .. }) if request.method == "DELETE" => {
            Some((&record.node, *call))
        }
        _ => None,
    });
    let (customer, call) = asked.unwrap();
    let answered = records.iter().find_map(|record| match &record.what {
        What::In(Input::Reply { call: of, result: Ok(response) })
            if record.node == *customer && *of == call =>
        {
            Some(response.status)
        }
        _ => None,
    });
    answered.unwrap()
}

fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::Task { disposition: Some(how), .. } if how.0 == 36 => "task 36",
        Fact::AgentInMrd { .. } => "agent",
        Fact::AgentPg(_) => "not routable",
        Fact::Dialog { disposition: Some(how), .. } if how.0 == 36 => "dialog 36",
        Fact::Finesse(FinesseFact::SmCall { operation: SmOperation::Renotify, .. }) => "renotify",
        Fact::Contact { to: ContactStatus::Queued, .. } => "queued",
        _ => "something else",
    }
}
