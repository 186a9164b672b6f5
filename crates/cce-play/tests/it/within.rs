//! What must follow in time.

use crate::support::{played, read};
use cce_journal::{Director, Record, What};
use cce_kernel::{Fact, Output, Time};
use cce_model::{ContactStatus, StatusReason};
use cce_play::{Engine, unmet};

const QUEUED: ContactStatus = ContactStatus::Queued;
const RESERVED: ContactStatus = ContactStatus::Reserved;

#[test]
fn what_follows_exactly_in_time_is_in_time_and_a_recorded_run_is_judged_alike() {
    let failures = |time: &str| {
        let text = format!(
            "include = [\"one-task.toml\"]\n[latency]\ndefault = \"2ms\"\n\
             [[expect]]\nwithin = {{ from = \"sent desk > finesse ACCEPT\", to = \"desk > finesse ACCEPT\", time = \"{time}\" }}"
        );
        let run = played(&text);
        let again = unmet(&run.play.header, &run.records, read(&text).unwrap());
        assert_eq!(again.broken, run.report.failures, "{time}");
        again.broken.len()
    };
    assert_eq!((failures("2ms"), failures("1999us")), (0, 1));
}

#[test]
fn what_comes_late_is_late_though_nobody_woke_the_engine_before() {
    let failures = |time: &str| {
        let text = format!(
            "include = [\"one-task.toml\"]\n\
             [[expect]]\nwithin = {{ from = \"desk > finesse ACCEPT\", to = \"desk > finesse START\", time = \"{time}\" }}"
        );
        let run = played(&text);
        let mut engine = Engine::new(read(&text).unwrap(), &run.play.header);
        for record in &run.records {
            engine.see(record);
        }
        engine.report().failures.len()
    };
    assert_eq!((failures("1100ms"), failures("900ms")), (0, 1));
}

#[test]
fn one_end_is_that_of_every_beginning_of_its_task() {
    let text = |end: &str| {
        format!(
            "include = [\"duplicate-offer.toml\"]\n\
             [[expect]]\ncount = {{ of = \"agentpg > finesse AGENT_PRE_CALL_EVENT alice\", is = 2 }}\n\
             [[expect]]\nwithin = {{ from = \"agentpg > finesse AGENT_PRE_CALL_EVENT alice\", to = \"{end}\", time = \"1min\" }}"
        )
    };
    assert_eq!(played(&text("dialog alice to=CLOSED")).failures(), Vec::<&str>::new());
    assert_eq!(played(&text("user to=LOGOUT")).failures().len(), 1);
}

#[test]
fn what_follows_for_one_task_does_not_follow_for_another() {
    let bob_first = [(0, 1, QUEUED), (4_000, 2, QUEUED), (4_900, 2, RESERVED), (8_900, 1, RESERVED)];
    assert_eq!(late("5s", bob_first), ["`contact to=reserved` did not follow within 5s"]);
    assert_eq!(late("9s", bob_first), [""; 0]);
}

#[test]
fn what_follows_in_time_is_in_time_behind_a_record_of_a_later_time() {
    let stepped_back = [(0, 1, QUEUED), (10_003, 2, QUEUED), (9_999, 1, RESERVED), (10_100, 2, RESERVED)];
    assert_eq!(late("10s", stepped_back), [""; 0]);
    let late_itself = [(0, 1, QUEUED), (10_003, 1, RESERVED)];
    assert_eq!(late("10s", late_itself), ["`contact to=reserved` did not follow within 10s"]);
}

#[test]
fn beginnings_of_too_many_tasks_leave_an_expectation_open() {
    let all = |count: u64| {
        let all = |at: u64, to| (0..count).map(move |number| (at, number, to));
        late("10min", all(0, QUEUED).chain(all(1, RESERVED)))
    };
    assert_eq!(all(4_096), [""; 0]);
    let [open] = &all(4_098)[..] else { panic!("one failure") };
    assert!(open.starts_with("it cannot be said: 4096 ") && open.ends_with("2 times more"), "{open}");
}

/// What is wrong where each contact that is queued must be reserved in `time`, and these changes come: after how many
/// milliseconds, of which contact, to which status.
fn late(time: &str, changes: impl IntoIterator<Item = (u64, u64, ContactStatus)>) -> Vec<String> {
    let text = format!(
        "[[expect]]\nwithin = {{ from = \"contact to=queued\", to = \"contact to=reserved\", time = \"{time}\" }}"
    );
    let records: Vec<Record> = (1..)
        .zip(changes)
        .map(|(seq, (at, contact, to))| {
            let fact = Fact::Contact {
                contact: format!("{contact:032X}").into(),
                from: None,
                to,
                reason: StatusReason::Unknown,
                user: "system".to_owned(),
                task: None,
            };
            let what = What::Out(Output::Note(fact));
            Record { seq, at: Time(at * 1_000), node: "ccp".into(), cause: None, what }
        })
        .collect();
    let scenario = read(&text).unwrap_or_else(|error| panic!("{:?}", error.problems));
    let header = played("include = [\"one-task.toml\"]").play.header;
    let found = unmet(&header, &records, scenario);
    found.broken.into_iter().chain(found.open).map(|finding| finding.text).collect()
}
