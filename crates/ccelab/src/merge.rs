//! `ccelab merge`: the journals of a split lab become one.

use crate::{
    claims::file_failure,
    cli,
    failure::Failure,
    files::{create_journal, read_journal_to_end},
    print,
};
use cce_journal::{End, Merged, MergedPart, ProcessJournal, Record, Writer};
use std::{
    fmt::Write as _,
    io::{self, Write},
    path::Path,
};

/// Carries out the command. The merged journal goes to the file that is named, or to standard output; what is told of it goes
/// to standard error.
pub(crate) fn merge(options: &cli::Merge) -> Result<(), Failure> {
    let parts = options.journals.iter().map(|path| part(path)).collect::<Result<Vec<_>, _>>()?;
    let whole = cce_journal::merge(parts).map_err(|error| Failure::Usage(error.to_string()))?;
    whole.warnings.iter().for_each(|warning| print::error(&format!("warning: {warning}")));
    if let Some(merged) = &whole.header.merged {
        print::error(told_clocks(merged).trim_end());
    }
    match &options.out {
        None => {
            print::written(|to| {
                Writer::new(to, &whole.header).and_then(|writer| write(&whole.records, whole.end, writer))
            });
            Ok(())
        }
        Some(path) => {
            let writer = create_journal(path, &whole.header)?;
            let written = write(&whole.records, whole.end, writer);
            written.map_err(|source| file_failure("write", path, source))
        }
    }
}

fn part(path: &Path) -> Result<ProcessJournal, Failure> {
    let (header, records, end) = read_journal_to_end(path)?;
    Ok(ProcessJournal { name: path.display().to_string(), header, records, end })
}

/// Writes a whole journal: its records, and how its run ended, where that is known.
pub(crate) fn write<W: Write>(records: &[Record], end: Option<End>, mut writer: Writer<W>) -> io::Result<()> {
    records.iter().try_for_each(|record| writer.record(record))?;
    if let Some(end) = end {
        writer.end(end.open_ended)?;
    }
    writer.flush()
}

/// The time by which each clock was moved, and how far that is certain.
fn told_clocks(merged: &Merged) -> String {
    let mut text = String::new();
    for (number, part) in merged.parts.iter().enumerate() {
        let MergedPart { nodes, offset_us, uncertainty_us, .. } = part;
        let nodes: Vec<&str> = nodes.iter().map(cce_kernel::NodeName::as_str).collect();
        let clock = match uncertainty_us {
            _ if number == 0 => "its clock is that of the whole".to_owned(),
            Some(uncertainty) => format!("clock moved by {offset_us} µs, ± {uncertainty} µs"),
            None => format!("clock moved by {offset_us} µs; its messages do not say how far that is right"),
        };
        let _ = writeln!(text, "{}: {clock}", nodes.join(","));
    }
    text
}
