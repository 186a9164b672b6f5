//! A lab with many agents, and customers who ask for tasks at given times: of benches, and of the test of what an ended task leaves.

use cce_journal::{Record, What};
use cce_kernel::{Fact, Output};
use cce_model::{ContactStatus, SkillTarget};
use cce_world::{
    CastAgent, Lab, Layers, Span,
    cast::customer::{CustomerConfig, Method},
    load,
};
use std::time::Duration;

/// The built-in lab with so many agents more, who accept, start and close a task after so many seconds each.
pub(crate) fn lab(agents: u32, [accept, start, close]: [u64; 3]) -> Lab {
    let mut lab = load(&Layers::default()).unwrap();
    let first = lab.agents[0].clone();
    let span = |seconds| Some(Span(Duration::from_secs(seconds)));
    for number in 0..agents {
        let id = format!("{}", 2_000 + number);
        let mut agent = first.clone();
        (agent.id, agent.extension, agent.login_name) =
            (id.as_str().into(), id.clone(), format!("agent{id}"));
        (agent.skill_target, agent.terminal) = (SkillTarget(6_000 + number.cast_signed()), format!("T{id}"));
        lab.agents.push(agent);
        lab.precision_queues[0].steps[0].agents.push(id.as_str().into());
        lab.cast.agents.push(CastAgent {
            sign_in: span(0),
            ready: span(1),
            accept: span(accept),
            start: span(start).map(Into::into),
            close: span(close).map(Into::into),
            ..CastAgent::new(id.as_str().into())
        });
    }
    lab
}

/// A customer who asks for a task at each of these times, and does not ask how it stands.
pub(crate) fn customer(starts: Vec<Duration>) -> CustomerConfig {
    CustomerConfig {
        starts,
        waits: false,
        feed: 100_080,
        method: Method::Post,
        task: cce_xml::task::Task {
            name: Some("ann@example.org".into()),
            title: Some("An order is lost".into()),
            script_selector: Some("CumulusTask".into()),
            ..cce_xml::task::Task::default()
        },
        poll: None,
        retry: Duration::from_secs(1),
        cancel_after: None,
        closes_lost: None,
        administrator: cce_kernel::Account::default(),
    }
}

/// Whether a record says that a contact is handled.
pub(crate) fn is_handled(record: &Record) -> bool {
    matches!(&record.what, What::Out(Output::Note(Fact::Contact { to: ContactStatus::Handled, .. })))
}
