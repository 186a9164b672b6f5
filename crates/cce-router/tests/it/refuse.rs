//! Requests that are refused (task-routing E22, E23).

use crate::lab::{CHAT, Lab, new_call, new_call_to, rows, with_steps};
use cce_model::fact::{RefusalReason, RouterFact};
use cce_model::{DialogueId, Disposition, PrecisionQueueId};
use cce_mr::{CancelResult, icm::NewCall};

#[test]
fn an_unknown_dialed_number_is_no_script_selector() {
    assert_refused(rows(), new_call_to(4, "Nobody"), RefusalReason::UnknownDialedNumber, 49);
}

#[test]
fn a_dialed_number_without_a_call_type_has_no_script() {
    let mut rows = rows();
    rows.dialed_numbers[0].2 = None;
    assert_refused(rows, new_call(4), RefusalReason::NoScript, 66);
}

#[test]
fn a_call_type_without_a_script_has_none() {
    let mut rows = rows();
    rows.call_types[0].script = None;
    assert_refused(rows, new_call(4), RefusalReason::NoScript, 66);
}

#[test]
fn a_request_for_another_domain_is_refused() {
    let call = NewCall { mr_domain_id: CHAT, ..new_call(4) };
    assert_refused(rows(), call, RefusalReason::UnknownMrd, 45);
}

#[test]
fn a_queue_of_another_domain_ends_the_script() {
    let mut rows = rows();
    rows.scripts[0].1 = PrecisionQueueId(5035);
    assert_refused(rows, new_call(4), RefusalReason::ScriptEnded, 43);
}

#[test]
fn a_queue_without_steps_ends_the_script() {
    assert_refused(with_steps(Vec::new()), new_call(4), RefusalReason::ScriptEnded, 43);
}

#[test]
fn a_dialogue_that_is_open_goes_on_when_it_is_asked_for_again() {
    let mut lab = Lab::open();
    lab.call(4);
    let said = lab.call(4);
    assert_eq!(said.names(lab.mr), ["FAILURE_EVENT"]);
    let refused =
        RouterFact::CallRefused { dialogue: DialogueId(4), reason: RefusalReason::DuplicateDialogue };
    assert_eq!(said.facts(), [&refused]);
    assert_eq!(lab.release(4).released()[0].result, CancelResult::CANCELLED);
}

fn assert_refused(rows: cce_model::sample::SampleRows, call: NewCall, reason: RefusalReason, code: u32) {
    let mut lab = Lab::with(rows);
    let said = lab.says(lab.mr, call);
    assert_eq!(said.facts().pop(), Some(&RouterFact::CallRefused { dialogue: DialogueId(4), reason }));
    assert_eq!(said.names(lab.mr), ["DIALOG_FAIL"]);
    assert_eq!(said.failures()[0].reason_code, Disposition(code));
}
