//! Numbers with a meaning are on the wire, for views and in JSON what they wrap.

use cce_model::{MrdId, SkillTarget};
use cce_wire::{Bytes, BytesMut, Field, Reader, Value};

#[test]
fn a_number_with_a_meaning_is_written_and_shown_as_the_number() {
    let mut written = BytesMut::new();
    MrdId(5011).write(&mut written);
    SkillTarget::NONE.write(&mut written);
    assert_eq!(written[..], [0, 0, 0x13, 0x93, 0xff, 0xff, 0xff, 0xff]);
    assert_eq!((MrdId(5011).value(), SkillTarget::NONE.value()), (Value::Int(5011), Value::Int(-1)));
    assert_eq!((MrdId::TYPE, SkillTarget::TYPE), (i32::TYPE, i32::TYPE));
}

#[test]
fn a_number_without_a_name_survives() {
    let mut reader = Reader::new("TEST", Bytes::from_static(&[0x80, 0, 0, 1]));
    assert_eq!(MrdId::read("MRDID", &mut reader), Ok(MrdId(i32::MIN + 1)));
}
