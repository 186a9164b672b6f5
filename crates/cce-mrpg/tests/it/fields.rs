//! Every field of what the MR PG says.

use crate::{
    cancel,
    lab::{Lab, Said, connect, new_task, pim},
    released,
};
use cce_kernel::{Address, Command, Input};
use cce_model::{DialogueId, Disposition, InvokeId, PeripheralId, RoutingClientId, TaskId};
use cce_mr::{
    CancelResult, FailureStatus, Icm, Mr,
    icm::{DialogFail, QueueEvent, Release},
    mr::{
        CancelTaskConf, CloseConf, CloseReq, FailureEvent, HeartbeatReq, NewTask, NewTaskFailureEvent,
        OpenConf, OpenReq, TaskQueuedEvent, TerminateDialogueEvent,
    },
};
use cce_wire::Text;

fn released_for_the_lab() -> Icm {
    Release {
        rcid: RoutingClientId(5004),
        pid: PeripheralId(5001),
        did: DialogueId(4),
        did_rel_seq: 1,
        reason_code: Disposition::TASK_ABANDONED_IN_ROUTER,
        ..Release::default()
    }
    .into()
}

#[test]
fn a_session_is_opened_and_kept_up_and_closed_in_the_pim_s_name() {
    let mut lab = Lab::started();
    let open = OpenReq {
        invoke_id: InvokeId(1),
        version_number: 1,
        idle_timeout: 20,
        peripheral_id: PeripheralId(5001),
        ..Default::default()
    };
    assert_eq!(lab.connect_application().messages_to_application(), [Mr::from(open)]);
    lab.application_says(OpenConf::default());
    let beat = HeartbeatReq { invoke_id: InvokeId(2), ..Default::default() };
    assert_eq!(lab.pass(5).messages_to_application(), [Mr::from(beat)]);
    let close = CloseReq { invoke_id: InvokeId(3), status: FailureStatus::NO_ERROR, ..Default::default() };
    let stopped = lab.input(Input::Command(Command::Stop));
    assert_eq!(stopped.messages_to_application(), [Mr::from(close)]);
}

/// What does not fit into the field is as long as the field allows.
#[test]
fn an_application_may_be_silent_for_four_heartbeats() {
    for (heartbeat, idle_timeout) in [(5, 20), (90, 360), (u64::from(u32::MAX), u32::MAX)] {
        let mut lab = Lab::beating(vec![pim(5001, vec![Address::Lab])], heartbeat);
        let said = lab.connect_application().messages_to_application();
        let [Mr::OpenReq(open)] = &said[..] else { panic!("{said:?}") };
        assert_eq!(open.idle_timeout, idle_timeout);
    }
}

#[test]
fn a_close_is_confirmed_by_its_invoke_id() {
    let said = Lab::open().application_says(CloseReq {
        invoke_id: InvokeId(77),
        status: FailureStatus::NO_ERROR,
        ..Default::default()
    });
    assert_eq!(
        said.messages_to_application(),
        [Mr::from(CloseConf { invoke_id: InvokeId(77), ..Default::default() })]
    );
}

/// Whatever gives a task up says so to the router in the same words: a cancel, a message out of sequence, the
/// application's own end, and the application's loss.
#[test]
fn the_router_is_told_of_every_task_that_is_given_up() {
    let end = |send_seq_no| TerminateDialogueEvent {
        dialogue_id: DialogueId(4),
        send_seq_no,
        cause: Disposition::NONE,
        ..Default::default()
    };
    let given_up: [fn(&mut Lab) -> Said; 5] = [
        |lab| lab.application_says(cancel(2)),
        |lab| lab.application_says(cancel(7)),
        |lab| {
            lab.application_says(TerminateDialogueEvent {
                dialogue_id: DialogueId(4),
                send_seq_no: 2,
                cause: Disposition::NONE,
                ..Default::default()
            })
        },
        |lab| {
            lab.application_says(TerminateDialogueEvent {
                dialogue_id: DialogueId(4),
                send_seq_no: 7,
                cause: Disposition::NONE,
                ..Default::default()
            })
        },
        Lab::lose_application,
    ];
    for give_up in given_up {
        assert_eq!(give_up(&mut Lab::with_task()).messages_to_router(), [released_for_the_lab()]);
    }
    let mut without = Lab::with_task();
    without.lose_router();
    without.application_bytes(crate::lab::NEW_TASK);
    assert_eq!(without.application_says(end(2)).messages_to_router(), [], "nobody is there to be told");
}

#[test]
fn an_end_out_of_sequence_is_answered_and_one_of_no_dialogue_is_not() {
    let end = |dialogue_id, send_seq_no| TerminateDialogueEvent {
        dialogue_id,
        send_seq_no,
        cause: Disposition::NONE,
        ..Default::default()
    };
    let mut lab = Lab::with_task();
    let none = lab.application_says(end(DialogueId(5), 2));
    assert!(none.names().is_empty() && none.states().is_empty(), "{none:?}");
    let told = TerminateDialogueEvent {
        dialogue_id: DialogueId(4),
        send_seq_no: 1,
        cause: Disposition::APPLICATION_INVALID_DIALOGUE_ID,
        ..Default::default()
    };
    assert_eq!(lab.application_says(end(DialogueId(4), 7)).messages_to_application(), [Mr::from(told)]);
}

#[test]
fn each_answer_names_its_dialogue_its_place_and_its_reason() {
    let failure = |send_seq_no, reason_code| {
        Mr::from(NewTaskFailureEvent {
            dialogue_id: DialogueId(4),
            send_seq_no,
            reason_code,
            ..Default::default()
        })
    };
    let queued = QueueEvent {
        rcid: RoutingClientId(5004),
        did: DialogueId(4),
        rtr_date: 154_526,
        rtr_cid: 7,
        rck_seq: 2,
        estimated_wait_time: 42,
        ..QueueEvent::default()
    };
    let mut lab = Lab::with_task();
    let told = TaskQueuedEvent {
        dialogue_id: DialogueId(4),
        send_seq_no: 1,
        icm_task_id: TaskId { day: 154_526, call: 7, sequence: 3 },
        estimated_wait_time: 42,
        ..TaskQueuedEvent::default()
    };
    assert_eq!(lab.router_says(queued).messages_to_application(), [Mr::from(told)]);
    let fail = DialogFail {
        rcid: RoutingClientId(5004),
        did: DialogueId(4),
        reason_code: Disposition::APPLICATION_INVALID_SCRIPT_SELECTOR,
        ..DialogFail::default()
    };
    assert_eq!(
        lab.router_says(fail).messages_to_application(),
        [failure(2, Disposition::APPLICATION_INVALID_SCRIPT_SELECTOR)]
    );

    let conf = |send_seq_no, result| {
        Mr::from(CancelTaskConf { dialogue_id: DialogueId(4), send_seq_no, result, ..Default::default() })
    };
    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    lab.application_says(cancel(3));
    assert_eq!(
        lab.router_says(released(0)).messages_to_application(),
        [conf(1, CancelResult::CANCELLED), conf(2, CancelResult::CANCELLED)]
    );
    assert_eq!(
        lab.application_says(cancel(4)).messages_to_application(),
        [conf(3, CancelResult::AGENT_CHOSEN)],
        "it is over"
    );

    let mut lab = Lab::with_task();
    lab.application_says(cancel(2));
    lab.router_says(connect());
    assert_eq!(lab.router_says(released(1)).messages_to_application(), [conf(2, CancelResult::AGENT_CHOSEN)]);

    let again = Lab::with_task().application_says(new_task());
    let event =
        FailureEvent { status: Disposition::APPLICATION_DUPLICATE_DIALOGUE_ID.into(), ..Default::default() };
    assert_eq!(again.messages_to_application(), [Mr::from(event)]);
}

#[test]
fn a_dialogue_is_told_with_its_contact_its_number_and_its_task() {
    let contact = "5AA797871000018D0000004139ED7AD5";
    let mut lab = Lab::open();
    let opened = lab.application_bytes(crate::lab::NEW_TASK);
    assert_eq!(opened.dialogues(), [(DialogueId(4), contact.to_owned(), None)]);
    let task = TaskId { day: 154_526, call: 37_051_928, sequence: 1 };
    assert_eq!(lab.router_says(connect()).dialogues(), [(DialogueId(4), contact.to_owned(), Some(task))]);
    let strange = NewTask { application_string2: None, ..new_task() };
    assert_eq!(lab.application_says(strange).dialogues(), [(DialogueId(4), String::new(), None)]);
}

/// Of the cancels that met a decision, a thousand dialogues are remembered, the latest ones.
#[test]
fn a_thousand_dialogues_may_have_cancels_that_met_a_decision() {
    let mut lab = Lab::open();
    for dialogue_id in (1..=1_001).map(DialogueId) {
        lab.application_says(NewTask { dialogue_id, ..new_task() });
        lab.application_says(cce_mr::mr::CancelTask { dialogue_id, ..cancel(2) });
        lab.router_says(cce_mr::icm::Connect { did: dialogue_id, ..connect() });
    }
    let answers = |lab: &mut Lab, id| {
        let conf = cce_mr::icm::ReleaseConf { did: DialogueId(id), ..released(1) };
        lab.router_says(conf).names().len()
    };
    assert_eq!([1, 2, 1_001].map(|id| answers(&mut lab, id)), [0, 1, 1]);
}

#[test]
fn a_variable_that_is_not_passed_on_is_told_with_its_contact_and_its_length() {
    let mut lab = Lab::open();
    let named = vec![
        cce_wire::NamedVariable::new("user.order.id", "12345678901"),
        cce_wire::NamedVariable::new("user.unknown", "äb"),
    ];
    let said = lab.application_says(NewTask {
        named_variables: named,
        application_string2: Some(Text::new("contact")),
        ..new_task()
    });
    assert_eq!(said.variables_lost(), ["contact user.order.id 11 Cut", "contact user.unknown 2 Unknown"]);
}
