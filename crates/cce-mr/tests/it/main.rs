//! The vectors of mr-interface 10, both ways, and what any bytes do.

mod properties;
#[expect(dead_code, reason = "versions and repeated fields are for GED-188")]
#[path = "../../../cce-cti/tests/it/sample.rs"]
mod sample;

use cce_model::{DialogueId, MrdId, SkillTarget, TaskId};
use cce_mr::{
    ICM, Icm, MR, Mr,
    mr::{DoThisWithTask, NewTask},
};
use cce_wire::{Bytes, Text, parse_hex};
use proptest::prelude::*;

const NEW_TASK: &str = "
000000c1 00000009 00000004 00000001 ffffffff ffffffff ffffffff ffffffff ffffffff 00000000 00000000 630c4375
6d756c75 73546173 6b006425 61653933 66356164 2d343532 642d3463 35322d38 3035372d 38643233 38363461 38613861
00652135 41413739 37383731 30303030 31384430 30303030 30343133 39454437 41443500 0d105363 6f747420 4d63546f
6d696e61 79000e18 5265706f 7274204c 6f737420 43726564 69742043 61726400 0f0a3132 33343536 37383900 100b7573
65724065 6d61696c 00";

const DO_THIS_WITH_TASK: &str = "
0000007f 0000000c 00000004 00000001 00025b9e 02355e18 00000001 0000144f ffffffff 00001434 66053531 37320067
01006401 00650100 0d105363 6f747420 4d63546f 6d696e61 79000e18 5265706f 7274204c 6f737420 43726564 69742043
61726400 0f0a3132 33343536 37383900 100b7573 65724065 6d61696c 00680400 00139369 020001";

#[test]
fn the_lab_s_new_task_has_201_bytes() {
    let frame = bytes(NEW_TASK);
    assert_eq!(frame.len(), 201);
    assert_eq!(Mr::read(&MR, &frame), Ok(new_task().into()));
    assert_eq!(Mr::from(new_task()).to_frame(&MR), frame);
    assert_eq!(Mr::from(new_task()).flaws(&MR), []);
}

#[test]
fn the_lab_s_do_this_with_task_has_135_bytes() {
    let frame = bytes(DO_THIS_WITH_TASK);
    assert_eq!(frame.len(), 135);
    assert_eq!(Mr::read(&MR, &frame), Ok(do_this_with_task().into()));
    assert_eq!(Mr::from(do_this_with_task()).to_frame(&MR), frame);
}

#[test]
fn every_number_stands_once_in_its_table() {
    for table in [Mr::TABLE, Icm::TABLE] {
        let mut kinds: Vec<u32> = table.iter().map(|row| row.kind).collect();
        kinds.dedup();
        assert_eq!(kinds.len(), table.len());
    }
}

proptest! {
    #[test]
    fn any_bytes_never_panic_and_keep_their_length(kind in 0_u32..40, body in prop::collection::vec(any::<u8>(), 0..200)) {
        for dialect in [&MR, &ICM] {
            if let Ok(message) = Mr::decode(dialect, kind, body.clone().into()) {
                prop_assert_eq!(message.to_frame(dialect).len(), body.len() + 8);
            }
            if let Ok(message) = Icm::decode(dialect, kind, body.clone().into()) {
                prop_assert_eq!(message.to_frame(dialect).len(), body.len() + 8);
            }
        }
    }
}

fn new_task() -> NewTask {
    NewTask {
        dialogue_id: DialogueId(4),
        send_seq_no: 1,
        mr_domain_id: MrdId::NONE,
        previous_task: TaskId::NONE,
        preferred_agent: SkillTarget::NONE,
        script_selector: Some(Text::new("CumulusTask")),
        application_string1: Some(Text::new("ae93f5ad-452d-4c52-8057-8d23864a8a8a")),
        application_string2: Some(Text::new("5AA797871000018D0000004139ED7AD5")),
        call_variable1: Some(Text::new("Scott McTominay")),
        call_variable2: Some(Text::new("Report Lost Credit Card")),
        call_variable3: Some(Text::new("123456789")),
        call_variable4: Some(Text::new("user@email")),
        ..NewTask::default()
    }
}

fn do_this_with_task() -> DoThisWithTask {
    let NewTask { call_variable1, call_variable2, call_variable3, call_variable4, .. } = new_task();
    DoThisWithTask {
        dialogue_id: DialogueId(4),
        send_seq_no: 1,
        icm_task_id: TaskId { day: 154_526, call: 37_051_928, sequence: 1 },
        skill_group: SkillTarget(5199),
        service: SkillTarget::NONE,
        agent: SkillTarget(5172),
        agent_info: Some(Text::new("5172")),
        label: Some(Text::new("")),
        application_string1: Some(Text::new("")),
        application_string2: Some(Text::new("")),
        call_variable1,
        call_variable2,
        call_variable3,
        call_variable4,
        mrd_id: Some(MrdId(5011)),
        interruptible: Some(1),
        ..DoThisWithTask::default()
    }
}

fn bytes(hex: &str) -> Bytes {
    parse_hex(hex).expect("the vectors are hexadecimal digits").into()
}
