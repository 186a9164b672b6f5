//! Whatever the lab legally does breaks no check.

use crate::lab::{
    Journal, Run, agent, closing, customer, deaf, dialling, impatient, insistent, journal, lab,
    lab_of_two_domains, late, span,
};
use cce_check::Checks;
use cce_journal::{Record, What};
use cce_kernel::{Fact, Output};
use cce_model::{ContactStatus, LogoutAction};
use cce_world::{COMPONENTS, CastAgent, Layers, load};

#[test]
fn a_task_that_is_handled_breaks_nothing() {
    is_fine(&journal(lab(vec![agent("1081", 3)], vec![customer(4)]), 1));
}

#[test]
fn the_demo_breaks_nothing() {
    is_fine(&journal(load(&Layers::default()).unwrap().for_demo(), 1));
}

#[test]
fn a_ccp_that_takes_its_time_to_publish_breaks_nothing() {
    let mut lab = lab(vec![agent("1081", 3)], vec![customer(4)]);
    (lab.ccp.delays.runtime_event, lab.ccp.delays.change) = (span(1), span(1));
    is_fine(&journal(lab, 1));
}

#[test]
fn queueing_and_a_cancel_break_nothing() {
    let customers = vec![customer(4), customer(5), impatient(6, 2)];
    is_fine(&journal(lab(vec![agent("1081", 1)], customers), 3));
}

#[test]
fn overlapping_tasks_of_many_customers_break_nothing() {
    for seed in 1..6 {
        let customers = (0..12).map(|at| if at % 4 == 3 { impatient(at, 3) } else { customer(at) }).collect();
        is_fine(&journal(lab(vec![agent("1081", 2), agent("1082", 3)], customers), seed));
    }
}

#[test]
fn a_cancel_that_races_the_reservation_breaks_nothing() {
    for seed in 1..9 {
        is_fine(&journal(lab(vec![late("1081", 1)], vec![impatient(1, 1), impatient(2, 1)]), seed));
    }
}

#[test]
fn a_task_that_goes_to_another_agent_breaks_nothing() {
    is_fine(&journal(lab(vec![deaf("1080"), late("1081", 6)], vec![customer(4)]), 1));
}

#[test]
fn refused_tasks_break_nothing() {
    is_fine(&journal(lab(vec![agent("1081", 3)], vec![dialling(4, "Nowhere")]), 1));
    let mut lab = lab(vec![agent("1081", 3)], vec![customer(4)]);
    lab.dialed_numbers[0].call_type = None;
    is_fine(&journal(lab, 1));
}

#[test]
fn work_in_two_domains_breaks_nothing() {
    for interruptible in [true, false] {
        let customers =
            (0..6).map(|at| dialling(at, if at % 2 == 0 { "Mail" } else { "CumulusTask" })).collect();
        let mut lab = lab_of_two_domains(vec![agent("1081", 2), agent("1082", 1)], customers);
        lab.mrds[1].interruptible = interruptible;
        is_fine(&journal(lab, 2));
    }
}

#[test]
fn a_restart_between_tasks_breaks_nothing() {
    for component in COMPONENTS {
        let lab = lab(vec![agent("1081", 3)], vec![customer(1), customer(40)]);
        is_fine(&Run::new(lab, 5).until(20).restart(component).end());
    }
}

#[test]
fn a_restart_while_tasks_are_in_work_and_in_queue_breaks_nothing() {
    for component in COMPONENTS {
        for seed in 1..4 {
            let customers = [customer(4), insistent(5), customer(6), customer(60)].map(closing).to_vec();
            let lab = lab(vec![agent("1081", 1), late("1080", 90)], customers);
            is_fine(&Run::new(lab, seed).to(is(ContactStatus::Reserved)).restart(component).end());
        }
    }
}

#[test]
fn a_restart_at_any_moment_of_a_task_breaks_nothing() {
    for component in COMPONENTS {
        for seconds in 4..11 {
            let agents = vec![agent("1081", 3), late("1080", 90)];
            let customers = [customer(4), insistent(5), customer(60)].map(closing).to_vec();
            let lab = lab(agents, customers);
            is_fine(&Run::new(lab, 5).until(seconds).restart(component).end());
        }
    }
}

#[test]
fn maintenance_of_a_side_of_the_cti_server_breaks_nothing() {
    let lab = lab(vec![agent("1081", 3)], vec![customer(1), customer(40)]);
    is_fine(&Run::new(lab, 5).until(20).set("agentpg", "cti.maintenance", "on").end());
}

#[test]
fn pauses_and_wrap_ups_break_nothing() {
    let thorough = CastAgent {
        pause: Some(span(1)),
        resume: Some(span(2)),
        wrap_up: Some(span(1)),
        close: Some(span(2).into()),
        ..agent("1081", 2)
    };
    is_fine(&journal(lab(vec![thorough], vec![customer(4), customer(5), customer(6)]), 1));
}

#[test]
fn a_sign_out_with_tasks_in_hand_breaks_nothing() {
    for action in [LogoutAction::Close, LogoutAction::Transfer] {
        for seconds in 4..10 {
            let leaving =
                CastAgent { dialog_logout_action: action, sign_out: Some(span(seconds)), ..agent("1080", 3) };
            let agents = vec![leaving, late("1081", 12)];
            is_fine(&journal(lab(agents, vec![customer(4), customer(6), customer(8)]), seconds));
        }
    }
}

#[test]
fn an_agent_who_becomes_not_ready_breaks_nothing() {
    let resting = CastAgent { not_ready: Some(span(5)), ..agent("1080", 3) };
    is_fine(&journal(lab(vec![resting, late("1081", 12)], vec![customer(4), customer(7)]), 1));
}

#[test]
fn a_desktop_that_crashes_breaks_nothing() {
    for seconds in 4..10 {
        let crashing = CastAgent { crash: Some(span(seconds)), ..agent("1080", 3) };
        let customers = vec![customer(4), customer(6), customer(8)];
        let journal = journal(lab(vec![crashing, late("1081", 12)], customers), seconds);
        is_fine_so_far(&journal);
    }
}

fn is(status: ContactStatus) -> impl FnMut(&Record) -> bool {
    move |record| matches!(&record.what, What::Out(Output::Note(Fact::Contact { to, .. })) if *to == status)
}

/// Ends may come later.
fn is_fine_so_far(journal: &Journal) {
    let breaches = journal.run(&mut Checks::new());
    assert!(breaches.is_empty(), "{breaches:#?}");
}

fn is_fine(journal: &Journal) {
    let breaches: Vec<String> = journal.breaches().iter().map(ToString::to_string).collect();
    assert!(breaches.is_empty(), "{breaches:#?}");
}
