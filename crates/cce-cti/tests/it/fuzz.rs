//! The corpus of the fuzz targets, replayed.

use crate::bodies;
use std::{fs, path::Path};

#[test]
fn the_corpus_breaks_nothing() {
    replay("cti", bodies::cti);
    replay("mr", bodies::mr);
    replay("icm", bodies::icm);
    replay("framer", bodies::framer);
}

fn replay(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files.iter().for_each(|file| body(&fs::read(file).unwrap()));
}
