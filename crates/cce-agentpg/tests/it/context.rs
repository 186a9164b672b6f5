//! The context of tasks that an application routes itself (cti-server-protocol 11.1).

use crate::lab::{AGENT, Lab, MRD};
use cce_cti::*;
use cce_model::{EccVariable, InvokeId, SkillTarget, TaskId, TaskState, sample::SampleRows};
use cce_wire::{NamedArray, NamedVariable, Text};

#[test]
fn a_task_that_an_application_offers_keeps_the_context_of_the_request() {
    let mut lab = lab();
    let said = lab.finesse_says(offer());
    let Cti::OfferApplicationTaskResp(answer) = &said.to(lab.finesse)[0] else { panic!("{said:?}") };
    let seen = snapshot(&mut lab, answer.task_id);
    assert_eq!((seen.task_state, seen.skill_group_id), (TaskState::Offered.into(), SkillTarget(5199)));
    assert_is_context(seen);
}

#[test]
fn a_task_that_an_application_starts_keeps_the_context_of_the_request() {
    let mut lab = lab();
    let own = start_own(&mut lab);
    let seen = snapshot(&mut lab, own);
    assert_eq!((seen.task_state, seen.icm_agent_id), (TaskState::Active.into(), AGENT));
    assert_is_context(seen);
}

/// A client that was away hears the same unasked (cti-server-protocol 11.2: 263).
#[test]
fn a_desktop_that_is_back_hears_the_context_of_its_application_s_task() {
    let mut lab = lab();
    let own = start_own(&mut lab);
    let said = lab.finesse_says(DesktopConnectedInd { icm_agent_id: AGENT, ..Default::default() });
    let heard = said.to(lab.finesse);
    let [_, Cti::AgentTasksEvent(list), Cti::SnapshotTaskEvent(seen), Cti::AgentTasksEndEvent(_), ..] =
        &heard[..]
    else {
        panic!("{said:?}")
    };
    assert_eq!((list.num_tasks, &list.flt_task_id), (1, &vec![own]));
    assert_eq!(seen.call_variable2, Some(Text::new("gold")));
    assert_eq!(seen.named_variable, offer().named_variable);
    assert_eq!(seen.application_string1, Some(Text::new("back office")));
}

#[test]
fn what_a_client_changes_of_an_array_is_told_and_stays() {
    let mut lab = lab();
    let own = start_own(&mut lab);
    let element = |index, value| NamedArray::new(index, "user.items", value);
    let said = lab.finesse_says(UpdateTaskContextInd {
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id: own,
        call_variable2: Some(Text::new("silver")),
        // The first element is too long, the last one is none of the array's (finesse-nonvoice 2.6).
        named_array: vec![element(0, "a long word"), element(1, "cup"), element(2, "hat")],
        ..Default::default()
    });
    let [Cti::TaskDataUpdateEvent(told)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    assert_eq!(told.named_array, [element(1, "cup"), element(0, "a long w")]);
    assert_eq!((told.num_named_arrays, told.num_named_variables), (2, 1));
    let seen = snapshot(&mut lab, own);
    assert_eq!((seen.named_array.len(), seen.call_variable2), (2, Some(Text::new("silver"))));
}

/// A task that is refused is none, and leaves nothing behind.
#[test]
fn an_application_s_task_that_is_refused_is_not_listed() {
    let mut lab = lab();
    let said = lab.finesse_says(OfferApplicationTaskReq { icm_agent_id: SkillTarget(9), ..offer() });
    let Cti::OfferApplicationTaskResp(answer) = &said.to(lab.finesse)[0] else { panic!("{said:?}") };
    assert_eq!((answer.status, answer.task_id), (ArmStatus::AGENT_NOT_FOUND, TaskId::NONE));
    let said = lab.finesse_says(DesktopConnectedInd { icm_agent_id: AGENT, ..Default::default() });
    assert!(!said.names(lab.finesse).contains(&"SNAPSHOT_TASK_EVENT"));
}

/// A lab with a ready agent, a scalar, and an array of two elements.
fn lab() -> Lab {
    let variable = |name: &str, elements| EccVariable { name: name.to_owned(), length: 8, elements };
    let ecc_variables = vec![variable("user.tier", None), variable("user.items", Some(2))];
    let mut lab = Lab::with_objects(SampleRows { ecc_variables, ..SampleRows::lab_trace() });
    lab.sign_in(MRD);
    lab
}

fn offer() -> OfferApplicationTaskReq {
    OfferApplicationTaskReq {
        invoke_id: InvokeId(40),
        mrd_id: MRD,
        icm_agent_id: AGENT,
        arm_skill_group_id: SkillTarget(5199),
        arm_service_id: SkillTarget::NONE,
        num_named_variables: 1,
        num_named_arrays: 1,
        call_variable2: Some(Text::new("gold")),
        call_variable10: Some(Text::new("the last one")),
        script_selector: Some(Text::new("Callback")),
        application_string1: Some(Text::new("back office")),
        named_variable: vec![NamedVariable::new("user.tier", "platinum")],
        named_array: vec![NamedArray::new(1, "user.items", "lamp")],
        ..Default::default()
    }
}

fn start_own(lab: &mut Lab) -> TaskId {
    let asked = offer();
    let said = lab.finesse_says(StartApplicationTaskReq {
        invoke_id: asked.invoke_id,
        mrd_id: asked.mrd_id,
        icm_agent_id: asked.icm_agent_id,
        arm_skill_group_id: asked.arm_skill_group_id,
        arm_service_id: asked.arm_service_id,
        num_named_variables: 1,
        num_named_arrays: 1,
        call_variable2: asked.call_variable2,
        call_variable10: asked.call_variable10,
        script_selector: asked.script_selector,
        application_string1: asked.application_string1,
        named_variable: asked.named_variable,
        named_array: asked.named_array,
        ..Default::default()
    });
    let Cti::StartApplicationTaskResp(answer) = &said.to(lab.finesse)[0] else { panic!("{said:?}") };
    answer.task_id
}

fn snapshot(lab: &mut Lab, task_id: TaskId) -> SnapshotTaskResp {
    let said = lab.finesse_says(SnapshotTaskReq { mrd_id: MRD, task_id, ..Default::default() });
    let heard = said.to(lab.finesse);
    let [Cti::SnapshotTaskResp(answer)] = &heard[..] else { panic!("{said:?}") };
    answer.clone()
}

/// The snapshot has everything that [`offer`] says, and nothing else.
fn assert_is_context(seen: SnapshotTaskResp) {
    let asked = offer();
    let variables = [seen.call_variable2, seen.call_variable10, seen.call_variable1];
    assert_eq!(variables, [asked.call_variable2, asked.call_variable10, None]);
    let strings = (seen.script_selector, seen.application_string1, seen.application_string2);
    assert_eq!(strings, (asked.script_selector, asked.application_string1, None));
    assert_eq!((seen.named_variable, seen.named_array), (asked.named_variable, asked.named_array));
    assert_eq!((seen.num_named_variables, seen.num_named_arrays), (1, 1));
}
