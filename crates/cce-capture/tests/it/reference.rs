//! The generated documentation is that of the tables.

use cce_capture::reference::{dissector, handbook};
use cce_fold::Book;
use std::{fs, path::PathBuf};

/// Set to anything, it makes these tests write the files anew.
const WRITE: &str = "CCELAB_WRITE_DOCS";

#[test]
fn the_handbooks_are_those_of_the_tables() {
    for book in Book::ALL {
        compare(&format!("docs/protocols/{}.md", book.name()), &handbook(book));
    }
}

#[test]
fn the_dissector_is_that_of_the_tables() {
    compare("docs/wireshark/ccelab.lua", &dissector());
}

fn compare(path: &str, text: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var_os(WRITE).is_some() {
        fs::write(&file, text).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == text, "{path} is not up to date: run the tests of cce-capture once with {WRITE}=1");
}
