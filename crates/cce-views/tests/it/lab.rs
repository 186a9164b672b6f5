//! A simulated lab with one task: another agent, customer and task than the lab trace's.

use cce_journal::{Header, Record};
use cce_kernel::{Time, Wall};
use cce_sim::Sim;
use cce_world::{CastAgent, CastCustomer, CreateMethod, Lab, Layers, Span, load};
use std::{collections::BTreeMap, time::Duration};

/// The header and the records of the run.
pub(crate) fn run() -> (Header, Vec<Record>) {
    run_of(&lab())
}

/// The first 14 s of this lab.
pub(crate) fn run_of(lab: &Lab) -> (Header, Vec<Record>) {
    let header = lab.header(3, Wall(1_718_000_000_000_000), lab.nodes());
    let mut sim = Sim::new(3);
    for node in lab.nodes() {
        sim.add(&node, header.clock(&node), lab.build(&node).unwrap());
    }
    sim.run_until(Time(14_000_000));
    (header, sim.records().to_vec())
}

/// One agent, one customer, and one task, with numbers of their own.
pub(crate) fn lab() -> Lab {
    let mut lab = load(&Layers::default()).unwrap();
    lab.ccp.contact_ids = vec!["7CC797871000018D0000000A39ED7AD5".into()];
    lab.ccp.application_id = Some("11111111-2222-4333-8444-555555555555".into());
    lab.router.first_call_id = Some(4_711);
    lab.agents.iter_mut().for_each(|agent| agent.password = format!("secret-of-{}", agent.id));
    let seconds = |number| Span(Duration::from_secs(number));
    lab.cast.agents = vec![CastAgent {
        limit: 2,
        sign_in: Some(Span::default()),
        ready: Some(seconds(1)),
        accept: Some(seconds(1)),
        start: Some(seconds(1).into()),
        close: Some(seconds(2).into()),
        ..CastAgent::new("1083".into())
    }];
    lab.cast.customers = vec![CastCustomer {
        waits: false,
        at: Some(seconds(3)),
        method: CreateMethod::Post,
        feed: 100_080,
        name: "ann@example.org".into(),
        title: "Order A-17 & <lost>".into(),
        description: "By post".into(),
        script_selector: "CumulusTask".into(),
        requeue_on_recovery: true,
        poll: Some(seconds(1)),
        cancel_after: None,
        closes_lost: None,
        may_be_refused: false,
        variables: BTreeMap::from([("cv_1".to_owned(), "Ann".to_owned())]),
    }];
    lab
}
