//! What becomes of tasks when links break and messages are late.

use crate::{
    flow::{agent, customer, ends, lab, span, statuses},
    play::{ANY, Accident, HANDLED, Play, becomes, dispositions, facts, last_count},
};
use cce_journal::{Order, Record, Treatment};
use cce_kernel::{Fact, Port};
use cce_model::{
    ContactStatus, DialogState, Object, StatusReason,
    fact::{FinesseFact, RouterFact},
};
use cce_world::{CastAgent, CastCustomer};
use std::time::Duration;

const RESERVATION: (Port, &str) = (Port::IcmMr, "DEVICE_TARGET_PRE_CALL_IND");

#[test]
fn a_reservation_that_is_lost_with_its_link_goes_out_again() {
    for seed in 0..4 {
        let records = accident(seed, RESERVATION, Treatment::Cut, 90);
        assert_eq!(requeued(&records), 1);
        assert_eq!(ends(&records), [HANDLED]);
        assert_eq!(dispositions(&records), [38], "one agent had it, once");
    }
}

#[test]
fn a_reservation_that_arrived_is_not_repeated_though_its_news_was_lost() {
    for seed in 0..4 {
        let records = accident(seed, (Port::IcmAgent, "TASK_EVENT"), Treatment::Cut, 90);
        assert_eq!(requeued(&records), 0);
        assert_eq!(ends(&records), [HANDLED]);
        assert_eq!(dispositions(&records), [38]);
    }
}

#[test]
fn who_signs_out_while_the_reservation_travels_gets_no_task_and_another_does() {
    let mut met = 0;
    for seed in 0..40 {
        let leaver = CastAgent { accept: None, ..agent("1081", 3) };
        let late = CastAgent { sign_in: Some(span(10)), ..agent("1082", 3) };
        let lab = lab(vec![leaver, late], vec![CastCustomer { at: None, ..customer(4, None) }]);
        let mut play = Play::new(lab, seed);
        play.seconds(4).tell("customer-1", "create").pass(Duration::from_micros(100 * (seed % 10)));
        play.tell_agent("1081", "sign-out");
        let records = play.end(120);
        assert_eq!(ends(&records), [HANDLED], "seed {seed}");
        assert_eq!([last_count(&records, "1081"), last_count(&records, "1082")], [0, 0]);
        met += requeued(&records);
    }
    assert!(met > 0, "no run met the case");
}

#[test]
fn what_waits_when_the_mr_link_breaks_is_sent_again_if_it_may_be() {
    for (requeue, end) in [(true, HANDLED), (false, (ContactStatus::Discarded, StatusReason::ConnectionLost))]
    {
        let waits = CastCustomer { requeue_on_recovery: requeue, ..customer(4, None) };
        let late = CastAgent { sign_in: Some(span(20)), ..agent("1081", 3) };
        let cut = Accident {
            message: (Port::Mr, "TASK_QUEUED_EVENT"),
            behind: 0,
            treatment: Treatment::Pass,
            orders: vec![Order::Cut { port: Port::Mr, lasting: Duration::from_secs(5) }],
        };
        let records = Play::with(lab(vec![late], vec![waits]), 1, Some(cut)).end(90);
        assert_eq!(ends(&records), [end], "requeue {requeue}");
    }
}

#[test]
fn what_waits_keeps_its_status_while_the_mr_link_is_down() {
    use ContactStatus::{Handled, Queued, Reserved, Unread};
    let waits = CastCustomer { requeue_on_recovery: true, ..customer(4, None) };
    let late = CastAgent { sign_in: Some(span(30)), ..agent("1081", 3) };
    let mut play = Play::new(lab(vec![late], vec![waits]), 1);
    play.seconds(10).restart("mrpg");
    let records = play.end(80);
    let steps: Vec<ContactStatus> = statuses(&records).into_iter().map(|(to, _)| to).collect();
    assert_eq!(steps, [Unread, Queued, Reserved, Handled]);
}

#[test]
fn a_task_with_an_agent_outlives_the_mr_link() {
    let mut play = Play::new(lab(vec![agent("1081", 3)], vec![customer(4, None)]), 1);
    play.meets(DialogState::Active).restart("mrpg");
    assert_eq!(ends(&play.end(60)), [HANDLED]);
}

#[test]
fn a_task_that_is_handed_back_while_the_mr_link_is_down_goes_by_the_same_rule() {
    for (requeue, end) in [(true, HANDLED), (false, (ContactStatus::Discarded, StatusReason::ConnectionLost))]
    {
        let deaf = CastAgent { accept: None, ..agent("1080", 3) };
        let late = CastAgent { sign_in: Some(span(20)), ..agent("1081", 3) };
        let caller = CastCustomer { requeue_on_recovery: requeue, ..customer(4, None) };
        let cut = Accident {
            message: (Port::CtiA, "AGENT_MADE_NOT_ROUTABLE_EVENT"),
            behind: 0,
            treatment: Treatment::Pass,
            orders: vec![Order::Cut { port: Port::Mr, lasting: Duration::from_secs(5) }],
        };
        let records = Play::with(lab(vec![deaf, late], vec![caller]), 1, Some(cut)).end(120);
        assert_eq!(ends(&records), [end], "requeue {requeue}");
    }
}

#[test]
fn a_customer_who_gives_up_while_the_mr_link_is_down_is_not_sent_again() {
    let waits = CastCustomer { requeue_on_recovery: true, at: None, ..customer(4, None) };
    let mut play =
        Play::new(lab(vec![CastAgent { sign_in: Some(span(30)), ..agent("1081", 3) }], vec![waits]), 1);
    play.seconds(4).tell("customer-1", "create").to(becomes(ContactStatus::Queued));
    play.restart("mrpg").tell("customer-1", "cancel");
    let records = play.end(80);
    assert_eq!(ends(&records), [(ContactStatus::Discarded, StatusReason::CancelSucceeded)]);
    assert!(dispositions(&records).is_empty());
}

#[test]
fn a_confirmation_that_is_late_is_told_as_missing_and_harms_nothing() {
    let late = Treatment::Delay { by: Duration::from_secs(8), alone: false };
    let records = accident(1, (Port::CtiA, "START_TASK_EVENT"), late, 90);
    let errors: Vec<&str> = facts(&records)
        .filter_map(|fact| match fact {
            Fact::Finesse(FinesseFact::Published(publication)) => match &publication.object {
                Object::DialogError { error, .. } => Some(error.message.as_str()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(errors.first(), Some(&"E_CTI_TIMEOUT"), "{errors:?}");
    assert_eq!(ends(&records), [HANDLED]);
}

/// The checks of the play say whether a task is lost, doubled, or with the wrong agent.
#[test]
fn any_message_may_be_lost_with_its_link() {
    for port in [Port::Mr, Port::IcmMr, Port::IcmAgent, Port::CtiA] {
        for behind in 2..12 {
            let deaf = CastAgent { accept: None, ..agent("1080", 2) };
            let leaver = CastAgent { sign_out: Some(span(16)), ..agent("1081", 1) };
            let late = CastAgent { sign_in: Some(span(30)), ..agent("1082", 3) };
            let caller = |n: u64| CastCustomer {
                requeue_on_recovery: n.is_multiple_of(2),
                ..customer(4 + 2 * n, None)
            };
            let mut lab = lab(vec![deaf, leaver, late], (0..4).map(caller).collect());
            lab.mrds[0].start_timeout = span(6);
            let message = (port, ANY);
            let accident = Accident { message, behind, treatment: Treatment::Cut, orders: Vec::new() };
            Play::with(lab, 1, Some(accident)).end(120);
        }
    }
}

/// A task of the lab whose first message of that kind meets with an accident.
fn accident(seed: u64, message: (Port, &'static str), treatment: Treatment, seconds: u64) -> Vec<Record> {
    let accident = Accident { message, behind: 0, treatment, orders: Vec::new() };
    let lab = lab(vec![agent("1081", 3)], vec![customer(4, None)]);
    Play::with(lab, seed, Some(accident)).end(seconds)
}

fn requeued(records: &[Record]) -> usize {
    facts(records).filter(|fact| matches!(fact, Fact::Router(RouterFact::Requeued { .. }))).count()
}
