//! What messages are about and what answers them, by the marks of their rows.

use crate::sample::Sample;
use cce_cti::{AgentPreCallEvent, AgentTasksResp, Cti, StartTaskInd, dialect};
use cce_model::{InvokeId, MrdId, SkillTarget, TaskId};
use cce_wire::{Evidence, Mark, MessageDoc, Text, Unsigned, Value};

const VERSION: u32 = 24;
const TASK: TaskId = TaskId { day: 154_526, call: 50_066_120, sequence: 1 };

/// The task ids that a message shows.
fn shown_tasks(message: &Cti) -> Vec<TaskId> {
    let task = |value| if let Value::Task(task) = value { Some(task) } else { None };
    let shown = message.fields().into_iter().filter(|shown| shown.label == "TaskID");
    shown.filter_map(|shown| task(shown.value)).collect()
}

#[test]
fn every_message_with_one_task_id_is_about_that_task() {
    let has_task = |row: &&MessageDoc| row.fixed.iter().any(|field| field.label == "TaskID");
    let rows: Vec<_> = Cti::TABLE.iter().filter(has_task).collect();
    assert!(rows.len() > 20, "{} rows have a task id", rows.len());
    for row in rows {
        let body = Sample::new(row, 7).body(&dialect(VERSION));
        let message = Cti::decode(&dialect(VERSION), row.kind, body.into()).unwrap();
        assert_eq!(shown_tasks(&message), Vec::from_iter(message.about().task), "{}", row.name);
    }
}

#[test]
fn a_message_about_several_tasks_is_about_none_in_particular() {
    let tasks =
        |ids: &[TaskId]| Cti::from(AgentTasksResp { flt_task_id: ids.to_vec(), ..AgentTasksResp::default() });
    assert_eq!(tasks(&[TASK]).about().task, Some(TASK));
    assert_eq!(tasks(&[TASK, TaskId { sequence: 2, ..TASK }]).about().task, None);
}

#[test]
fn a_reservation_is_about_the_task_of_its_router_call_key_and_its_contact() {
    let reservation = AgentPreCallEvent {
        router_call_key_day: Some(Unsigned(154_526)),
        router_call_key_call_id: Some(Unsigned(50_066_120)),
        router_call_key_sequence_number: Some(Unsigned(1)),
        caller_entered_digits: Some(Text::new("0123456789ABCDEF0123456789ABCDEF")),
        ..AgentPreCallEvent::default()
    };
    let about = Cti::from(reservation.clone()).about();
    assert_eq!(about.task, Some(TASK));
    assert_eq!(about.contact, Some("0123456789ABCDEF0123456789ABCDEF".into()));
    let half = AgentPreCallEvent { router_call_key_call_id: None, ..reservation };
    assert_eq!(Cti::from(half).about().task, None);
}

#[test]
fn what_says_none_is_left_out_but_any_number_may_be_an_invoke_id() {
    let start = StartTaskInd {
        invoke_id: InvokeId(u32::MAX),
        icm_agent_id: SkillTarget::NONE,
        mrd_id: MrdId(5011),
        ..StartTaskInd::default()
    };
    let start = StartTaskInd { task_id: TaskId::NONE, ..start };
    let about = Cti::from(start.clone()).about();
    assert_eq!((about.invoke, about.agent, about.task), (Some(InvokeId(u32::MAX)), None, None));
    let about = Cti::from(StartTaskInd { icm_agent_id: SkillTarget(5001), ..start }).about();
    assert_eq!(about.agent, Some(SkillTarget(5001)));
}

#[test]
fn what_answers_or_refuses_a_message_is_a_row_of_the_other_side() {
    for row in Cti::TABLE {
        for name in row.answered_by.iter().chain(row.refused_by) {
            let answer = Cti::TABLE.iter().find(|answer| answer.name == *name);
            let answer = answer.unwrap_or_else(|| panic!("{name}, of {}, is no row", row.name));
            assert_eq!((answer.from, answer.to), (row.to, row.from), "{} and {name}", row.name);
        }
    }
}

#[test]
fn every_request_has_an_answer_and_a_refusal_and_both_carry_its_invoke_id() {
    let row = |name: &str| Cti::TABLE.iter().find(|row| row.name == name).unwrap();
    for request in Cti::TABLE.iter().filter(|row| row.name.ends_with("_REQ") && row.has(Mark::Invoke)) {
        assert!(!request.answered_by.is_empty(), "{} has no answer", request.name);
        assert!(!request.refused_by.is_empty(), "{} has no refusal", request.name);
        let answers = request.answered_by.iter().chain(request.refused_by).map(|name| row(name));
        for answer in answers.filter(|answer| answer.evidence != Evidence::Raw) {
            assert!(answer.has(Mark::Invoke), "{} has no invoke id", answer.name);
        }
    }
}
