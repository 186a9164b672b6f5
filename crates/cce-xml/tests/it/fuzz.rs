//! The corpus of the fuzz targets, replayed.

use crate::bodies;
use std::{
    fs,
    path::{Path, PathBuf},
};

#[test]
fn the_corpus_breaks_nothing() {
    replay("xml", bodies::xml);
}

fn replay(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files = fs::read_dir(&folder).expect("the corpus stands beside the targets");
    let files: Vec<PathBuf> = files.flatten().map(|entry| entry.path()).collect();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files.iter().for_each(|file| body(&fs::read(file).expect("a file of the corpus can be read")));
}
