//! Writes the records of a run as they come: the journal, the logs, the live ladder.

use crate::settling::Settling;
use crate::{
    failure::Failure,
    files::{Places, create_private},
    print,
};
use cce_journal::{Header, Record, What, Writer};
use cce_kernel::{Fact, Output, model::EccLoss};
use cce_net::Sink;
use cce_views::{
    capture::Capture,
    ladder::{Paint, Rows, Text},
    logs::{LogFile, Logs},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    sync::mpsc::SyncSender,
};

/// Warnings about lost variables.
const WARNED_MAX: usize = 100;

/// The one who takes in records.
pub(crate) struct Scribe {
    journal: Writer<BufWriter<File>>,
    logs: Logs,
    files: BTreeMap<LogFile, BufWriter<File>>,
    capture: Option<LiveCapture>,
    ladder: Option<LiveLadder>,
    listener: Option<SyncSender<Record>>,
    settling: Option<Settling>,
    /// Lost variables that were warned of.
    warned: BTreeSet<(String, EccLoss)>,
    /// What went wrong first. Recording that fails never fails the run.
    trouble: Option<std::io::Error>,
}

/// The capture while it grows.
struct LiveCapture {
    capture: Capture,
    file: BufWriter<File>,
}

/// The ladder while it grows.
struct LiveLadder {
    rows: Rows,
    text: Text,
}

impl Scribe {
    /// Creates the files.
    pub(crate) fn new(header: &Header, places: &Places) -> Result<Self, Failure> {
        let journal = BufWriter::new(create_private(&places.journal)?);
        let journal = Writer::new(journal, header).map_err(|source| Failure::File {
            action: "write",
            path: places.journal.clone(),
            source,
        })?;
        let mut files = BTreeMap::new();
        for file in LogFile::ALL {
            files.insert(file, BufWriter::new(create_private(&places.logs.join(file.file_name()))?));
        }
        Ok(Self {
            journal,
            logs: Logs::new(header),
            files,
            capture: None,
            ladder: None,
            listener: None,
            settling: None,
            warned: BTreeSet::new(),
            trouble: None,
        })
    }

    /// Writes a capture of the binary links, if somebody wants one.
    pub(crate) fn with_capture(mut self, header: &Header, path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(self) };
        let capture = Capture::new(header);
        let mut file = BufWriter::new(create_private(path)?);
        let written = file.write_all(&capture.head());
        self.capture = Some(LiveCapture { capture, file });
        self.keep(written);
        Ok(self)
    }

    /// Draws the ladder as it grows.
    pub(crate) fn with_ladder(mut self, header: &Header) -> Self {
        let paint = if print::is_colourful() { Paint::Colour } else { Paint::Plain };
        let text = Text::new(header, paint);
        print::out(&text.head());
        self.ladder = Some(LiveLadder { rows: Rows::new(header), text });
        self
    }

    /// Passes every record on.
    pub(crate) fn with_listener(mut self, listener: SyncSender<Record>) -> Self {
        self.listener = Some(listener);
        self
    }

    /// Tells when the components of this process are connected with each other.
    pub(crate) fn with_settling(mut self, settling: Settling) -> Self {
        self.settling = Some(settling);
        self
    }

    fn write(&mut self, record: &Record) -> std::io::Result<()> {
        self.journal.record(record)?;
        for (file, line) in self.logs.push(record) {
            if let Some(to) = self.files.get_mut(&file) {
                writeln!(to, "{line}")?;
            }
        }
        if let Some(LiveCapture { capture, file }) = &mut self.capture {
            file.write_all(&capture.push(record))?;
        }
        Ok(())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.journal.flush()?;
        if let Some(capture) = &mut self.capture {
            capture.file.flush()?;
        }
        self.files.values_mut().try_for_each(BufWriter::flush)
    }

    fn keep(&mut self, result: std::io::Result<()>) {
        if let (Err(error), None) = (result, &self.trouble) {
            print::error(&format!("warning: the records of this run are incomplete: {error}"));
            self.trouble = Some(error);
        }
    }
}

impl LiveLadder {
    fn draw(&mut self, record: &Record) {
        for row in self.rows.push(record) {
            let drawn = self.text.row(&row, self.rows.names());
            print::out(&drawn);
        }
    }

    fn finish(&mut self) {
        for row in self.rows.finish() {
            let drawn = self.text.row(&row, self.rows.names());
            print::out(&drawn);
        }
    }
}

/// Says what is lost of a customer's data, each variable once for each way in which it is lost: a busy lab loses the same
/// with every task.
fn warn_of_loss(warned: &mut BTreeSet<(String, EccLoss)>, record: &Record) {
    let What::Out(Output::Note(Fact::Ecc { contact, variable, length, loss })) = &record.what else {
        return;
    };
    let is_worth_it = matches!(loss, EccLoss::Cut | EccLoss::NoRoom) && warned.len() < WARNED_MAX;
    if is_worth_it && warned.insert((variable.clone(), *loss)) {
        let words = loss.words();
        print::error(&format!(
            "warning: contact {contact}: variable {variable} of {length} characters {words}; further ones are in the \
             journal as `ecc`"
        ));
    }
}

impl Sink for Scribe {
    fn record(&mut self, record: &Record) {
        warn_of_loss(&mut self.warned, record);
        if self.trouble.is_none() {
            let written = self.write(record);
            self.keep(written);
        }
        if let Some(ladder) = &mut self.ladder {
            ladder.draw(record);
        }
        if let Some(settling) = &mut self.settling {
            settling.learn(record);
        }
        if let Some(listener) = &self.listener {
            // Nobody listens any more once the run is being stopped.
            let _ = listener.send(record.clone());
        }
    }

    fn quiet(&mut self) {
        let flushed = self.flush();
        self.keep(flushed);
    }

    fn finish(&mut self) {
        if let Some(ladder) = &mut self.ladder {
            ladder.finish();
        }
        let flushed = self.flush();
        self.keep(flushed);
    }
}
