//! How a lab stands in the middle of a run, and at its end.

use crate::lab::{lab, run, run_of};
use cce_journal::{Header, Record, What};
use cce_kernel::{Fact, Output};
use cce_model::DialogState;
use cce_views::{LabStatus, StatusView};
use cce_world::Span;
use std::time::Duration;

fn status(header: &Header, records: &[Record]) -> LabStatus {
    let mut view = StatusView::new(header);
    records.iter().for_each(|record| view.push(record));
    view.status()
}

/// The place behind the first record that tells of this state of a dialog.
fn behind(records: &[Record], wanted: DialogState) -> usize {
    let is_wanted = |record: &Record| matches!(&record.what, What::Out(Output::Note(Fact::Dialog { to, .. })) if *to == wanted);
    records.iter().position(is_wanted).unwrap() + 1
}

#[test]
fn an_agent_at_work_has_a_state_and_a_task() {
    let (header, records) = run();
    let at = behind(&records, DialogState::Active);
    let status = status(&header, &records[..at]);
    let agent = &status.agents[0];
    assert_eq!((agent.agent.as_str(), agent.domains[0].state.as_str()), ("1083", "ACTIVE"));
    assert_eq!((agent.domains[0].tasks, agent.dialogs[0].task.as_str()), (1, "T1"));
    assert_eq!(agent.dialogs[0].since_ms, records[at - 1].at.0 / 1_000);
    assert_eq!((status.tasks.created, status.tasks.open, status.tasks.handled), (1, 1, 0));
}

#[test]
fn a_task_that_has_ended_is_counted_and_its_agent_is_free() {
    let (header, records) = run();
    let status = status(&header, &records);
    assert!(status.agents[0].dialogs.is_empty());
    assert_eq!((status.tasks.open, status.tasks.handled), (0, 1));
    assert_eq!((status.rates.created_per_minute, status.rates.handled_per_minute), (1, 1));
    assert!(status.rows.iter().any(|row| row.task == "T1" && row.text.starts_with("END_TASK_EVENT 1083")));
}

#[test]
fn what_a_component_alone_knew_is_gone_once_it_has_stopped() {
    let (header, records) = run();
    let at = behind(&records, DialogState::Active);
    let stopped = |node: &str| {
        let mut records = records[..at].to_vec();
        let mut last = records[at - 1].clone();
        (last.seq, last.node, last.cause) = (last.seq + 1, node.into(), None);
        last.what = What::Stopped { reason: "stopped by the scenario".into() };
        records.push(last);
        status(&header, &records)
    };
    let without_finesse = stopped("finesse");
    assert!(without_finesse.agents.iter().all(|agent| agent.dialogs.is_empty() && agent.user.is_empty()));
    assert_eq!(without_finesse.agents[0].domains[0].state, "ACTIVE", "the agent PG knows it");
    let without_agent_pg = stopped("agentpg");
    assert!(without_agent_pg.agents.iter().all(|agent| agent.domains.is_empty()));
    assert_eq!(without_agent_pg.agents[0].dialogs.len(), 1, "Finesse knows it");
}

#[test]
fn a_task_that_nobody_can_take_waits_in_its_queue() {
    let mut lab = lab();
    lab.cast.agents.clear();
    lab.cast.customers[0].cancel_after = Some(Span(Duration::from_secs(5)));
    let (header, records) = run_of(&lab);
    let is_queued = |record: &Record| {
        matches!(
            &record.what,
            What::Out(Output::Note(Fact::Router(cce_model::fact::RouterFact::QueueNode { .. })))
        )
    };
    let at = records.iter().position(is_queued).unwrap() + 1;
    let waiting = status(&header, &records[..at]);
    assert_eq!(waiting.queues.len(), 1, "{waiting:?}");
    assert!(waiting.queues[0].place.starts_with("in queue "), "{waiting:?}");
    assert_eq!(waiting.queues[0].waiting[0].0, "T1");
    assert!(status(&header, &records).queues.is_empty());
}

#[test]
fn what_happened_longer_than_a_minute_ago_is_in_no_rate() {
    let (header, mut records) = run();
    let mut late = records.last().unwrap().clone();
    late.at.0 += 61_000_000;
    late.seq += 1;
    late.what = What::Started;
    records.push(late);
    let rates = status(&header, &records).rates;
    assert_eq!((rates.created_per_minute, rates.messages_per_minute), (0, 0));
}
