//! The lab's messages come out byte for byte as the reference gives them (cti-server-protocol 17).

use crate::{
    lab::{Lab, TASK, config, open_req},
    work::{end, offer, start},
};
use cce_kernel::Port;
use cce_wire::{Bytes, parse_hex};

#[test]
fn open_conf() {
    let mut lab = Lab::started(config());
    lab.connect_router();
    let link = lab.connect(Port::CtiA);
    let said = lab.says(link, open_req());
    assert_eq!(
        said.frames(link)[0],
        hex("00000034 00000004 00000001 02000cb6 00000000 00000000 65b8ff93 00010011 00010000 00000001 00e40002
             000100d0 00040000 138800e0 00020000")
    );
}

#[test]
fn agent_state_event_of_a_reservation() {
    let mut lab = Lab::ready();
    let said = lab.reserve(TASK);
    assert_eq!(
        said.frames(lab.finesse)[0],
        hex("0000008e 0000001e 00000000 00001388 00000003 00110008 00000000 00bb6bd5 0000144f 00000008 00000000
             13930000 00010001 00000003 00001434 00000001 00000000 00000003 00084669 6e657373 65000005 00053130
             38300000 04000531 30383000 012f000d 55435346 534a4546 46455253 00000600 05313038 30000096 00040000
             000000f4 00040000 0000010a 00040000 0000")
    );
}

#[test]
fn agent_pre_call_event() {
    let mut lab = Lab::ready();
    let said = lab.reserve(TASK);
    assert_eq!(
        said.frames(lab.finesse)[1],
        hex("0000013e 00000069 00000000 00000000 ffffffff ffffffff 00bb6bd5 0000144f 00000000 13930000 14340006
             00053130 38300000 48000400 025b9e00 49000402 355e1800 6e000400 00000100 08002561 65393366 3561642d
             34353264 2d346335 322d3830 35372d38 64323338 36346138 61386100 000b000c 43756d75 6c757354 61736b00
             000c0021 35414137 39373837 31303030 30313844 30303030 30303431 33394544 37414435 0000d200 04000013
             bd00dd00 04000002 7b000d00 1053636f 7474204d 63546f6d 696e6179 00000e00 18526570 6f727420 4c6f7374
             20437265 64697420 43617264 00000f00 0a313233 34353637 38390000 10000b75 73657240 656d6169 6c000005
             00053130 38300001 36000200 02013500 04000100 02013700 25346636 32343137 622d6262 65612d34 3462392d
             39626130 2d626133 65353161 64383237 3200")
    );
}

#[test]
fn offer_task_event() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    let said = lab.finesse_says(offer(TASK));
    assert_eq!(
        said.frames(lab.finesse),
        [hex("00000028 000000c2 00000000 00001388 00040000 13930002 5b9e0235 5e180000 00010000 14340000 144fffff
              ffff0001")]
    );
}

#[test]
fn start_task_event() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    let said = lab.finesse_says(start(TASK));
    assert_eq!(
        said.frames(lab.finesse)[1],
        hex("00000028 000000c3 00000000 00001388 00040000 13930002 5b9e0235 5e180000 00010000 14340000 144fffff
             ffff0001")
    );
}

#[test]
fn end_task_event_of_the_lab_s_indication() {
    let mut lab = Lab::working();
    let received =
        hex("00000026 000000a9 00008c2c 00001393 00001434 00025b9e 02355e18 00000001 00000026 00000026
                        002e0002 0000");
    let said = lab.bytes(lab.finesse, received);
    assert_eq!(
        said.frames(lab.finesse)[1],
        hex("00000032 000000c7 00000000 00001388 00040000 13930002 5b9e0235 5e180000 0001ffff ffffffff ffffffff
             ffff0000 14340000 00260000 0026")
    );
}

#[test]
fn wrap_up_data_comes_back_in_the_event() {
    let mut lab = Lab::working();
    let said =
        lab.finesse_says(cce_cti::EndTaskInd { wrapup_data: Some(cce_wire::Text::new("done")), ..end(TASK) });
    assert!(said.frames(lab.finesse)[1].ends_with(b"\0\x2e\0\x05done\0"));
}

fn hex(text: &str) -> Bytes {
    parse_hex(text).unwrap().into()
}
