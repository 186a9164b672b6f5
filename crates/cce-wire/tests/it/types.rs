//! Types as text.

use cce_wire::Type;

#[test]
fn every_type_that_a_table_file_can_name_is_read_as_it_is_written() {
    for ty in [
        Type::U8,
        Type::U16,
        Type::U32,
        Type::I16,
        Type::I32,
        Type::Bool,
        Type::Time,
        Type::Task,
        Type::Text(40),
        Type::Bytes(131),
        Type::NamedVariable,
        Type::NamedArray,
        Type::List(&Type::U16),
        Type::List(&Type::U32),
    ] {
        assert_eq!(ty.to_string().parse(), Ok(ty));
    }
}

#[test]
fn an_unknown_type_is_refused_with_those_that_there_are() {
    let error = "INTEGER".parse::<Type>().unwrap_err().to_string();
    assert!(error.starts_with("`INTEGER` is no type; there is UCHAR,"), "{error}");
}
