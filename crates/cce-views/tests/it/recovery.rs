//! The views of a run in which Finesse takes up tasks that it had before.

use crate::{lab::lab, logs_of};
use cce_journal::{Header, Record, What};
use cce_kernel::{Fact, Kind, NodeName, Output, Time, Wall};
use cce_model::DialogState;
use cce_sim::Sim;
use cce_views::logs::LogFile;

/// CT-843: each message of the task layer is dumped before what is done with it (cti-server-protocol 11.3).
#[test]
fn what_finesse_asks_the_cti_server_after_a_restart_is_dumped_before_it_is_processed() {
    let (header, records) = run_with_a_recovery();
    let log = &logs_of(&header, &records)[&LogFile::Ctisvr];
    let lines: Vec<&str> = log.lines().collect();
    let at = lines.iter().position(|line| line.contains("ProcessGetAgentTasksReq")).unwrap();
    assert!(
        lines[..at].iter().rev().take(3).any(|line| line.contains("MsgType:GET_AGENT_TASKS_REQ")),
        "{log}"
    );
}

/// The header and the records of a run in which Finesse is restarted while the agent works.
fn run_with_a_recovery() -> (Header, Vec<Record>) {
    let (lab, finesse) = (lab(), NodeName::from(Kind::Finesse));
    let header = lab.header(3, Wall(1_718_000_000_000_000), lab.nodes());
    let mut sim = Sim::new(3);
    for node in lab.nodes() {
        sim.add(&node, header.clock(&node), lab.build(&node).unwrap());
    }
    let is_started = |record: &Record| {
        matches!(&record.what, What::Out(Output::Note(Fact::Dialog { to: DialogState::Active, .. })))
    };
    assert!(sim.run_to(Time(14_000_000), is_started));
    sim.restart(&finesse, lab.build(&finesse).unwrap());
    sim.run_until(Time(30_000_000));
    (header, sim.records().to_vec())
}
