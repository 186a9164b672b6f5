//! Pauses after which something is done again: without one, a component, or whoever plays a person, would do nothing else.

use crate::{lab::Lab, problem::Fault, span::Span};
use std::time::Duration;

/// The shortest pause before something is done again.
pub const PAUSE_LEAST: Duration = Duration::from_millis(10);

/// Every setting that is such a pause, by its key.
fn pauses(lab: &Lab) -> Vec<(String, Span)> {
    let own = [
        ("mrpg.redial", lab.mrpg.redial),
        ("mrpg.heartbeat", lab.mrpg.heartbeat),
        ("agentpg.redial", lab.agentpg.redial),
        ("agentpg.heartbeat", lab.agentpg.heartbeat),
        ("finesse.redial", lab.finesse.redial),
        ("finesse.heartbeat", lab.finesse.heartbeat),
        ("finesse.ccp_retry", lab.finesse.ccp_retry),
        ("ccp.notifying.retry", lab.ccp.notifying.retry),
    ];
    let own = own.into_iter().map(|(key, pause)| (key.to_owned(), pause));
    let applications = lab.mrpg.applications.iter().enumerate().filter_map(|(at, application)| {
        Some((format!("mrpg.applications.{at}.redial"), application.redial?))
    });
    let customers = lab.demo.customers.iter().enumerate();
    let customers =
        customers.filter_map(|(at, customer)| Some((format!("demo.customers.{at}.poll"), customer.poll?)));
    own.chain(applications).chain(customers).collect()
}

/// Pauses that are too short.
pub(crate) fn check_pauses(lab: &Lab, faults: &mut Vec<Fault>) {
    for (key, pause) in pauses(lab).into_iter().filter(|(_, pause)| pause.0 < PAUSE_LEAST) {
        let message = format!("{pause} is no pause: the shortest is {}", Span(PAUSE_LEAST));
        faults.push(Fault::new(key, message));
    }
}
