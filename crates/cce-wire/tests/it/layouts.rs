//! Rows from outside in place of the table's own.

use cce_wire::{
    Bytes, Dialect, Entry, Float, Floats, Layouts, Reason, RowText, TableText, Text, Type, parse_hex,
};
use std::collections::BTreeMap;

cce_wire::messages! {
    /// A small protocol.
    Toy {
        /// Published, so it stays.
        1 => Hello "HELLO" client -> server, published "here" {
            number: u32 as "Number",
        }

        /// Inferred, so it can be replaced.
        2 => Work "WORK" client -> server, inferred "here" {
            invoke_id: u32 as "InvokeID",
            domain: i32 as "Domain",
            urgent: bool as "Urgent",
        } floats {
            5 agent: Text<12> as "AgentID",
            6 weight: u32 as "Weight" is repeated,
        }

        /// Inferred, too.
        3 => Done "DONE" server -> client, inferred "here" {
            invoke_id: u32 as "InvokeID",
        }
    }
}

const OWN: Dialect = Dialect { version: 24, floats: Floats::Wide };

#[test]
fn the_built_in_row_in_a_table_file_changes_nothing() {
    let table = table(Toy::TABLE[1..].iter().map(|doc| (doc.name, RowText::of(doc))));
    let layouts = Layouts::new(Toy::TABLE, &table).unwrap();
    let frame = work().to_frame(&OWN);
    assert_eq!(layouts.frame_outward(&OWN, &frame), frame);
    assert_eq!(layouts.frame_inward(&OWN, &frame), frame);
}

#[test]
fn number_order_types_and_tags_are_those_of_the_file() {
    let layouts = other_layouts();
    let outside = layouts.frame_outward(&OWN, &work().to_frame(&OWN));
    // Number 20; Urgent in a byte, Domain in two, a constant, InvokeID; then tag 50.
    let expected = "00000014 00000014 01 0007 0000002a 00000009 00320005 31303830 00";
    assert_eq!(outside, Bytes::from(parse_hex(expected).unwrap()));
    assert_eq!(Toy::read(&OWN, &layouts.frame_inward(&OWN, &outside)), Ok(work()));
}

#[test]
fn none_stays_none_in_another_width() {
    let layouts = other_layouts();
    let message = Toy::from(Work { domain: -1, ..Work::default() });
    let outside = layouts.frame_outward(&OWN, &message.to_frame(&OWN));
    assert_eq!(outside[9..11], [0xff, 0xff]);
    assert_eq!(Toy::read(&OWN, &layouts.frame_inward(&OWN, &outside)), Ok(message));
}

#[test]
fn a_message_without_a_row_in_the_file_stays_as_it_is() {
    let frame = Toy::from(Hello { number: 4, ..Hello::default() }).to_frame(&OWN);
    assert_eq!(other_layouts().frame_outward(&OWN, &frame), frame);
    assert_eq!(other_layouts().frame_inward(&OWN, &frame), frame);
}

#[test]
fn the_number_that_a_message_had_before_means_nothing_outside() {
    let frame = work().to_frame(&OWN);
    let inward = other_layouts().frame_inward(&OWN, &frame);
    assert!(matches!(Toy::read(&OWN, &inward), Ok(Toy::Unlisted { .. })));
}

#[test]
fn two_messages_may_swap_their_numbers() {
    let row = |number, fixed: &[&str]| RowText { number, fixed: strings(fixed), floats: Vec::new() };
    let swapped = table([
        ("WORK", row(3, &["InvokeID UINT", "Domain INT", "Urgent BOOL"])),
        ("DONE", row(2, &["InvokeID UINT"])),
    ]);
    let layouts = Layouts::new(Toy::TABLE, &swapped).unwrap();
    let done = Toy::from(Done { invoke_id: 7, ..Done::default() });
    let outside = layouts.frame_outward(&OWN, &done.to_frame(&OWN));
    assert_eq!(outside[4..8], [0, 0, 0, 2]);
    assert_eq!(Toy::read(&OWN, &layouts.frame_inward(&OWN, &outside)), Ok(done));
}

#[test]
fn a_text_may_stand_in_the_fixed_part_and_a_number_behind_it() {
    let row = RowText {
        number: 2,
        fixed: strings(&["AgentID STRING[8]", "Domain INT", "Urgent BOOL"]),
        floats: strings(&["9 InvokeID UINT", "6 Weight UINT"]),
    };
    let layouts = Layouts::new(Toy::TABLE, &table([("WORK", row)])).unwrap();
    let mut message = work();
    if let Toy::Work(work) = &mut message {
        work.weight = vec![3, 4];
    }
    let outside = layouts.frame_outward(&OWN, &message.to_frame(&OWN));
    assert_eq!(&outside[8..16], b"1080\0\0\0\0");
    assert_eq!(Toy::read(&OWN, &layouts.frame_inward(&OWN, &outside)), Ok(message));
}

#[test]
fn tags_and_lengths_may_have_another_width() {
    let narrow = TableText { float_width: Some(1), rows: BTreeMap::new() };
    let layouts = Layouts::new(Toy::TABLE, &narrow).unwrap();
    let frame = work().to_frame(&OWN);
    let outside = layouts.frame_outward(&OWN, &frame);
    assert_eq!(outside.len(), frame.len() - 2);
    assert_eq!(layouts.frame_inward(&OWN, &outside), frame);
}

#[test]
fn an_unknown_floating_field_comes_in_unless_the_table_uses_its_tag_for_something_else() {
    let layouts = other_layouts();
    let mut outside = layouts.frame_outward(&OWN, &work().to_frame(&OWN)).to_vec();
    outside.extend(parse_hex("00630001 aa 00060004 00000001").unwrap());
    let length = u32::try_from(outside.len() - 8).unwrap();
    outside[..4].copy_from_slice(&length.to_be_bytes());
    let Ok(Toy::Work(read)) = Toy::read(&OWN, &layouts.frame_inward(&OWN, &outside.into())) else { panic!() };
    let unknown = Float { tag: 0x63, body: Bytes::from_static(&[0xaa]).into() };
    assert_eq!((read.extra.floats, read.weight), (vec![unknown], vec![]));
}

#[test]
fn a_body_that_ends_inside_a_field_is_too_short_inside_as_well() {
    let layouts = other_layouts();
    let cut = Bytes::from(parse_hex("00000002 00000014 0100").unwrap());
    assert!(Toy::read(&OWN, &layouts.frame_inward(&OWN, &cut)).is_err());
}

#[test]
fn every_misfit_is_named_with_its_place() {
    let cases: [(&str, RowText, Entry, &str); 9] = [
        ("WORKS", row(&[], &[]), Entry::Row, "there is no such message in the table"),
        ("HELLO", row(&[], &[]), Entry::Row, "its layout is published, so it cannot be replaced"),
        ("DONE", row(&["InvokeID"], &[]), Entry::Fixed(0), "`InvokeID`: write `NAME TYPE`, or"),
        ("DONE", row(&["InvokeID INTEGER"], &[]), Entry::Fixed(0), "`INTEGER` is no type"),
        ("DONE", row(&["InvokeID UINT", "X UINT"], &[]), Entry::Fixed(1), "the message has no field X"),
        ("DONE", row(&["InvokeID TASKID"], &[]), Entry::Fixed(0), "InvokeID is of type UINT, which TASKID"),
        ("DONE", row(&[], &[]), Entry::Row, "InvokeID is missing"),
        ("DONE", row(&["InvokeID UINT", "InvokeID UINT"], &[]), Entry::Fixed(1), "InvokeID is there twice"),
        ("DONE", row(&["InvokeID UINT"], &["5 X"]), Entry::Float(0), "`5 X`: write `TAG NAME TYPE`"),
    ];
    for (name, row, entry, reason) in cases {
        let misfits = Layouts::new(Toy::TABLE, &table([(name, row)])).unwrap_err();
        let found = misfits.iter().find(|misfit| misfit.entry == entry);
        assert!(found.is_some_and(|misfit| misfit.reason.to_string().starts_with(reason)), "{misfits:?}");
    }
}

#[test]
fn a_number_that_another_message_has_is_refused() {
    let taken = RowText { number: 1, fixed: strings(&["InvokeID UINT"]), floats: Vec::new() };
    let misfits = Layouts::new(Toy::TABLE, &table([("DONE", taken)])).unwrap_err();
    assert_eq!(misfits[0].entry, Entry::Number);
    assert_eq!(misfits[0].reason, Reason::NumberTaken { number: 1, other: "HELLO".to_owned() });
}

fn work() -> Toy {
    Work { invoke_id: 9, domain: 7, urgent: true, agent: Some(Text::new("1080")), ..Work::default() }.into()
}

fn other_layouts() -> Layouts {
    let row = RowText {
        number: 20,
        fixed: strings(&["Urgent UCHAR", "Domain SHORT", "Reserved UINT = 42", "InvokeID UINT"]),
        floats: strings(&["50 AgentID STRING[12]"]),
    };
    Layouts::new(Toy::TABLE, &table([("WORK", row)])).expect("the row fits")
}

fn row(fixed: &[&str], floats: &[&str]) -> RowText {
    RowText { number: 3, fixed: strings(fixed), floats: strings(floats) }
}

fn table<'a>(rows: impl IntoIterator<Item = (&'a str, RowText)>) -> TableText {
    let rows = rows.into_iter().map(|(name, row)| (name.to_owned(), row)).collect();
    TableText { float_width: None, rows }
}

fn strings(entries: &[&str]) -> Vec<String> {
    entries.iter().map(ToString::to_string).collect()
}

#[test]
fn a_number_of_the_built_in_table_keeps_its_type_in_the_file() {
    assert_eq!(RowText::of(&Toy::TABLE[1]).fixed, ["InvokeID UINT", "Domain INT", "Urgent BOOL"]);
    assert_eq!(Toy::TABLE[1].fixed[2].ty, Type::Bool);
}
