//! Limits: the throttle of new tasks, and the store of contacts.

use crate::{
    lab::{DIALOGUE, FIRST, Lab, Said, TASK, config, failed},
    private::renotification,
};
use cce_ccp::{CONTACTS_MAX, Config, OVER_MAX, Throttle};
use cce_kernel::Output;
use cce_model::DialogueId;
use std::time::Duration;

/// Between two tasks.
pub(crate) const PAUSE: Duration = Duration::from_millis(160);

#[test]
fn the_throttle_lets_one_task_pass_at_a_time() {
    let mut lab = throttled();
    assert_eq!(lab.create(&[]).names(), ["NEW_TASK"]);
    assert!(lab.create(&[]).names().is_empty());
    assert_eq!(lab.wait(PAUSE).names(), ["NEW_TASK"]);
    assert!(lab.wait(PAUSE).names().is_empty());
    assert_eq!(lab.create(&[]).names(), ["NEW_TASK"]);
}

#[test]
fn the_throttle_waits_as_long_as_its_rate_asks() {
    let said = throttled().create(&[]);
    let armed = said.0.iter().find_map(|output| match output {
        Output::Arm { key, at } if key.name == "pace" => Some(at.0),
        _ => None,
    });
    assert_eq!(armed, Some(160_000));
}

#[test]
fn a_task_beyond_the_backlog_is_rate_limited() {
    let mut lab = throttled();
    (0..3).for_each(|_| drop(lab.create(&[])));
    let said = lab.create(&[]);
    assert_eq!(said.changes()[1], "unread>discarded/notification_rate_limited system");
}

#[test]
fn the_backlog_takes_as_many_tasks_as_are_configured() {
    let mut lab = throttled();
    let changes = (0..3).map(|_| lab.create(&[]).changes().len()).collect::<Vec<_>>();
    assert_eq!(changes, [1, 1, 1], "one passes, two wait");
}

#[test]
fn a_renotified_task_is_not_rate_limited() {
    let mut lab = throttled();
    lab.create(&[]);
    lab.says(crate::lab::routed(DIALOGUE, 1, TASK));
    (0..2).for_each(|_| drop(lab.create(&[])));
    let said = lab.renotify(&renotification("Other", "ROUTE_SERVICE_TRANSFER"));
    assert_eq!(said.changes(), ["reserved>queued/task_renotify_requested system"]);
}

#[test]
fn a_task_in_the_backlog_is_discarded_with_the_link() {
    let mut lab = throttled();
    lab.create(&[]);
    lab.create(&[]);
    assert_eq!(lab.lose_link().changes().len(), 2);
}

#[test]
fn a_new_contact_takes_the_place_of_the_oldest_that_is_over() {
    let mut lab = full();
    lab.says(failed(DIALOGUE, 1, 43));
    let said = lab.create(&[]);
    assert_eq!(said.status(), 201);
    assert!(said.0.iter().any(|output| matches!(output, Output::Store { key, value: None } if key == FIRST)));
}

#[test]
fn of_contacts_that_are_over_the_oldest_is_forgotten_once_it_cannot_be_polled() {
    let mut lab = Lab::open();
    for number in 0..=u32::try_from(OVER_MAX).unwrap() {
        lab.create(&[]);
        lab.says(failed(DialogueId(DIALOGUE.0 + number), 1, 43));
    }
    let forgotten = |said: &Said| {
        let keys = said.0.iter().filter_map(|output| match output {
            Output::Store { key, value: None } => Some(key.clone()),
            _ => None,
        });
        keys.collect::<Vec<_>>()
    };
    assert_eq!(forgotten(&lab.create(&[])), [""; 0]);
    lab.wait(config().poll_lifetime);
    assert_eq!(forgotten(&lab.create(&[])), [FIRST]);
}

#[test]
fn a_new_contact_is_refused_when_none_is_over() {
    let said = full().create(&[]);
    assert_eq!((said.status(), said.changes().len()), (503, 0));
}

#[test]
fn one_seed_gives_the_same_outputs() {
    let run = || {
        let mut lab = Lab::open();
        let created = lab.create(&[]);
        let routed = lab.says(crate::lab::routed(DIALOGUE, 1, TASK));
        [created.0, routed.0, lab.close().0]
    };
    assert_eq!(run(), run());
}

pub(crate) fn throttled() -> Lab {
    Lab::with(Config { throttle: Some(Throttle { per_minute: 375, backlog: 2 }), ..config() })
}

/// A lab whose store is full of open contacts.
fn full() -> Lab {
    let mut lab = Lab::open();
    (0..CONTACTS_MAX).for_each(|_| drop(lab.create(&[])));
    lab
}
