//! Messages without their secrets.

use cce_wire::{Bytes, Dialect, Floats, Opaque, Secret, Text, Value, locate, mask_secrets, open_frame};

cce_wire::messages! {
    /// A small protocol.
    Toy {
        /// Has a password.
        1 => Login "LOGIN" client -> server, published "here" {
            number: u32 as "Number",
        } floats {
            2 password: Secret<Opaque<64>> as "Password",
            3 name: Text<12> as "Name",
        }

        /// Has none.
        2 => Hello "HELLO" client -> server, published "here" {
            number: u32 as "Number",
        }
    }
}

const OWN: Dialect = Dialect { version: 24, floats: Floats::Wide };

#[test]
fn a_password_is_masked_and_keeps_its_length() {
    let (frame, masked) = (login().to_frame(&OWN), mask_secrets(Toy::TABLE, &OWN, &login().to_frame(&OWN)));
    assert_eq!(masked.len(), frame.len());
    assert_eq!(masked[12..], *b"\0\x02\0\x06******\0\x03\0\x04Ann\0");
}

#[test]
fn of_a_message_with_secrets_that_cannot_be_read_nothing_is_left() {
    let whole = login().to_frame(&OWN);
    let cut = cce_wire::frame(1, |to| to.extend_from_slice(&whole[8..whole.len() - 1]));
    let masked = mask_secrets(Toy::TABLE, &OWN, &cut);
    assert!(masked[8..].iter().all(|byte| *byte == b'*'));
}

#[test]
fn other_messages_stay_as_they_are() {
    for frame in [Toy::from(Hello::default()).to_frame(&OWN), Bytes::from_static(b"broken")] {
        assert_eq!(mask_secrets(Toy::TABLE, &OWN, &frame), frame);
    }
}

#[test]
fn a_secret_has_a_place_and_no_value() {
    let (_, body) = open_frame(&login().to_frame(&OWN)).unwrap();
    let (fields, error) = locate(&Toy::TABLE[0], &OWN, body);
    assert_eq!((fields[1].offset, &fields[1].value, error), (12, &Value::Secret, None));
    assert_eq!(fields[2].value, Value::Text("Ann".to_owned()));
}

fn login() -> Toy {
    let password = Some(Secret(Opaque::new(b"secret".to_vec())));
    Login { number: 7, password, name: Some(Text::new("Ann")), ..Login::default() }.into()
}
