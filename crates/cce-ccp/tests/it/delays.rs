//! Steps that take their time.

use crate::{
    lab::{CONTACT, DIALOGUE, Lab, Said, TASK, config, routed},
    private::renotification,
};
use cce_ccp::{Config, Delays};
use cce_kernel::Output;
use cce_model::{
    ContactStatus,
    fact::{CcpFact, CloseStep, Process},
};
use std::time::Duration;

fn slow(delays: Delays) -> Config {
    Config { delays, ..config() }
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What is due within a second, each with the milliseconds since now.
fn due(lab: &mut Lab, said: Said) -> Vec<(u64, Said)> {
    let begin = lab.now();
    let end = begin + ms(1_000);
    let mut heard = vec![(0, said)];
    while let Some(said) = lab.next_until(end) {
        heard.push((u64::try_from(lab.now().since(begin).as_millis()).unwrap(), said));
    }
    heard
}

/// When facts of a kind were noted.
fn times(heard: &[(u64, Said)], wanted: impl Fn(&CcpFact) -> bool) -> Vec<u64> {
    let counted = |(at, said): &(u64, Said)| {
        let found = said.ccp_facts().into_iter().filter(|fact| wanted(fact)).count();
        std::iter::repeat_n(*at, found).collect::<Vec<_>>()
    };
    heard.iter().flat_map(counted).collect()
}

fn is_begun(fact: &CcpFact) -> bool {
    matches!(fact, CcpFact::PublishBegun { .. })
}

fn is_published(fact: &CcpFact) -> bool {
    matches!(fact, CcpFact::Published { .. })
}

#[test]
fn a_contact_is_made_and_answered_after_its_delay() {
    let mut lab = Lab::with(slow(Delays { create: ms(23), ..Delays::default() }));
    let said = lab.create(&[]);
    assert!(said.changes().is_empty());
    let heard = due(&mut lab, said);
    let (at, said) = heard.last().unwrap();
    assert_eq!((*at, said.status(), said.names()), (23, 201, vec!["NEW_TASK"]));
}

#[test]
fn changes_of_the_runtime_reach_eventing_one_after_the_other() {
    let delays = Delays { change: ms(60), runtime_event: ms(20), publish: ms(2), ..Delays::default() };
    let mut lab = Lab::with(slow(delays));
    lab.create(&[]);
    let said = lab.says(routed(DIALOGUE, 1, TASK));
    assert_eq!(said.changes().len(), 2, "the contact changes at once");
    let heard = due(&mut lab, said);
    assert_eq!(times(&heard, is_begun), [80, 140]);
    assert_eq!(times(&heard, is_published), [82, 142]);
}

#[test]
fn no_notification_overtakes_another() {
    let delays = Delays { runtime_event: ms(50), publish: ms(2), ..Delays::default() };
    let mut lab = Lab::with(slow(delays));
    lab.create(&[]);
    lab.says(routed(DIALOGUE, 1, TASK));
    let said = lab.close();
    let heard = due(&mut lab, said);
    let published = |fact: &CcpFact| {
        if let CcpFact::Published { contact, .. } = fact { Some(contact.status) } else { None }
    };
    let order: Vec<_> = heard.iter().flat_map(|(_, said)| said.ccp_facts()).filter_map(published).collect();
    assert_eq!(order, [ContactStatus::Queued, ContactStatus::Reserved, ContactStatus::Handled]);
}

#[test]
fn the_steps_of_a_close_take_their_time() {
    let delays = Delays {
        close_check: ms(9),
        close_write: ms(5),
        close_read: ms(10),
        api_event: ms(18),
        ..Delays::default()
    };
    let mut lab = Lab::with(slow(delays));
    lab.create(&[]);
    lab.says(routed(DIALOGUE, 1, TASK));
    let said = lab.close();
    let heard = due(&mut lab, said);
    let step = |wanted| times(&heard, |fact| matches!(fact, CcpFact::Close { step, .. } if *step == wanted));
    assert_eq!([CloseStep::Received, CloseStep::Valid, CloseStep::Handled].map(step), [[0], [9], [34]]);
    let from_api = |fact: &CcpFact| matches!(fact, CcpFact::BusReceived { process: Process::MsgProxy, .. });
    assert_eq!(times(&heard, |fact| matches!(fact, CcpFact::Store { .. })), [14, 24]);
    assert_eq!(times(&heard, from_api), [52]);
    let changed: Vec<_> =
        heard.iter().filter(|(_, said)| !said.changes().is_empty()).map(|(at, _)| *at).collect();
    assert_eq!(changed, [14]);
}

#[test]
fn of_two_closes_under_way_both_succeed_and_one_changes_the_contact() {
    let mut lab = Lab::with(slow(Delays { close_write: ms(5), ..Delays::default() }));
    lab.create(&[]);
    lab.says(routed(DIALOGUE, 1, TASK));
    let first = lab.close();
    let second = lab.close();
    let both = Said([first.0, second.0].concat());
    let heard = due(&mut lab, both);
    let changes: Vec<String> = heard.iter().flat_map(|(_, said)| said.changes()).collect();
    assert_eq!(changes, ["reserved>handled/externally_handled 5172"]);
    let replies: Vec<u16> = heard
        .iter()
        .flat_map(|(_, said)| &said.0)
        .filter_map(
            |output| if let Output::Reply { response, .. } = output { Some(response.status) } else { None },
        )
        .collect();
    assert_eq!(replies, [200, 200]);
}

#[test]
fn a_task_that_is_taken_back_during_its_close_is_not_handled() {
    let mut lab = Lab::with(slow(Delays { close_write: ms(5), ..Delays::default() }));
    lab.create(&[]);
    lab.says(routed(DIALOGUE, 1, TASK));
    let closing = lab.close();
    assert_eq!(lab.renotify(&renotification("Other", "ROUTE_SERVICE_TRANSFER")).status(), 200);
    let heard = due(&mut lab, closing);
    assert_eq!(heard.last().unwrap().1.status(), 412);
    assert!(lab.get(CONTACT).body().contains("<status>queued</status>"));
}
