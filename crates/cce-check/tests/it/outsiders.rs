//! Journals of one part of a split lab: every peer is in another process, and the lab's own faults count all the same.

use crate::lab::{Journal, agent, customer, journal, lab};
use cce_check::{Breach, Checks, Judgement};
use cce_journal::What;
use cce_kernel::{Fact, Input};
use cce_model::fact::RouterFact;

/// What the router's process records of a run with two tasks.
fn of_the_router() -> Journal {
    let mut journal = journal(lab(vec![agent("1081", 3)], vec![customer(4), customer(6)]), 1);
    journal.records.retain(|record| record.node.as_str() == "router");
    journal.header.nodes.retain(|node| node.as_str() == "router");
    for record in &mut journal.records {
        if let What::In(Input::LinkUp { peer, .. }) = &mut record.what {
            peer.node = None;
        }
    }
    journal
}

fn is_admission(fact: &Fact) -> bool {
    matches!(fact, Fact::Router(RouterFact::CallAdmitted { .. }))
}

/// The second task gets the first one's key.
fn with_a_key_twice() -> Journal {
    let journal = of_the_router();
    let (first, second) = (journal.nth(0, is_admission), journal.nth(1, is_admission));
    let Some(Fact::Router(RouterFact::CallAdmitted { key, .. })) =
        crate::alter::fact(&journal.records[first]).cloned()
    else {
        panic!("no admission")
    };
    journal.saying(second, |fact| {
        let Fact::Router(RouterFact::CallAdmitted { key: own, .. }) = fact else { return };
        *own = key;
    })
}

/// The router counts more tasks of an agent than the agent's PG told of.
fn with_a_wrong_count() -> Journal {
    let journal = of_the_router();
    let busy = journal.first(
        |fact| matches!(fact, Fact::Router(RouterFact::Agent { after, .. }) if after.tasks + after.pending > 0),
    );
    journal.saying(busy, |fact| {
        let Fact::Router(RouterFact::Agent { after, .. }) = fact else { return };
        after.tasks += 1;
    })
}

fn judgements(breaches: &[Breach]) -> Vec<Judgement> {
    breaches.iter().map(|breach| breach.judgement).collect()
}

#[test]
fn a_part_of_a_split_lab_without_a_fault_breaks_nothing() {
    let journal = of_the_router();
    assert_eq!(journal.run(&mut Checks::new()), []);
}

#[test]
fn a_key_that_the_router_gives_twice_is_the_routers_fault_whoever_asked_for_it() {
    let journal = with_a_key_twice();
    let mut checks = Checks::new();
    let found = judgements(&journal.run(&mut checks));
    assert!(found.contains(&Judgement::KeyIsNew), "{found:?}");
    assert!(found.contains(&Judgement::ContactOfATask), "{found:?}");
    assert!(checks.tally(Judgement::KeyIsNew.check()).breaches > 0);
    assert_eq!(checks.misdeed_count(), 0, "{:?}", checks.misdeeds());
}

#[test]
fn a_gateway_of_a_configured_peripheral_is_the_labs_own_in_another_process() {
    let journal = with_a_wrong_count();
    let mut checks = Checks::new();
    assert_eq!(judgements(&journal.run(&mut checks)), [Judgement::RoutersCount]);
    assert_eq!(checks.misdeed_count(), 0);
}

#[test]
fn what_a_strange_gateway_tells_of_an_agent_is_no_fault_of_the_router() {
    let mut journal = with_a_wrong_count();
    journal.header.config = serde_json::Value::Null;
    let mut checks = Checks::new();
    assert_eq!(journal.run(&mut checks), []);
    assert_eq!(checks.misdeed_count(), 1, "{:?}", checks.misdeeds());
    assert_eq!(checks.tally(Judgement::RoutersCount.check()).breaches, 0);
}
