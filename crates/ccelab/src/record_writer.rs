//! Writes the records of a run as they come: the journal, the logs, the capture, the live ladder. A destination that failed once
//! gets nothing more, and the others go on.

use crate::{
    failure::Failure,
    files::{create_journal, create_private},
    folders::Places,
    log_files::LogFiles,
    print,
    readiness::Readiness,
};
use cce_capture::Capture;
use cce_journal::{Header, Record, What, Writer};
use cce_kernel::{Fact, Output};
use cce_model::EccLoss;
use cce_net::Sink;
use cce_views::ladder::{LadderRows, LadderText, Row};
use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::SyncSender,
    },
};

/// Bytes of a ladder that wait for the banner: a lab whose other processes are late says much meanwhile.
const WAITING_MAX: usize = 1 << 18;

/// Warnings about lost variables.
const WARNED_MAX: usize = 100;

/// Writes each record of a run to the journal and to the views that are wanted.
pub(crate) struct RecordWriter {
    journal: Writer<BufWriter<File>>,
    logs: Option<LogFiles>,
    capture: Option<LiveCapture>,
    ladder: Option<LiveLadder>,
    listener: Option<SyncSender<Record>>,
    readiness: Option<Readiness>,
    /// Lost variables that were warned of.
    warned: BTreeSet<(String, EccLoss)>,
    /// Whether tasks may be open at the end of the run.
    is_open_ended: bool,
    journal_path: PathBuf,
    journal_loss: Loss,
    views_loss: Loss,
}

/// What one destination lacks.
#[derive(Debug, Default)]
struct Loss {
    /// The first failure, behind which nothing is written.
    trouble: Option<std::io::Error>,
    /// The number of records since then.
    records: u64,
}

/// Where records are written. Each destination can fail alone.
#[derive(Clone, Copy)]
enum Destination {
    Journal,
    /// The logs and the capture.
    Views,
}

/// The capture while it grows.
struct LiveCapture {
    capture: Capture,
    file: BufWriter<File>,
}

/// The ladder while it grows.
struct LiveLadder {
    rows: LadderRows,
    text: LadderText,
    /// The text that is drawn once something else is said, and whether that is said.
    waiting: Option<(String, Arc<AtomicBool>)>,
}

impl RecordWriter {
    /// Creates the journal.
    pub(crate) fn new(header: &Header, places: &Places) -> Result<Self, Failure> {
        Ok(Self {
            journal: create_journal(&places.journal, header)?,
            logs: None,
            capture: None,
            ladder: None,
            listener: None,
            readiness: None,
            warned: BTreeSet::new(),
            is_open_ended: false,
            journal_path: places.journal.clone(),
            journal_loss: Loss::default(),
            views_loss: Loss::default(),
        })
    }

    /// Writes the logs while the run goes on.
    pub(crate) fn with_logs(self, logs: LogFiles) -> Self {
        Self { logs: Some(logs), ..self }
    }

    /// Writes a capture of the binary links, if somebody wants one.
    pub(crate) fn with_capture(mut self, header: &Header, path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(self) };
        let capture = Capture::new(header);
        let mut file = BufWriter::new(create_private(path)?);
        let written = file.write_all(&capture.head());
        self.capture = Some(LiveCapture { capture, file });
        self.note_result(Destination::Views, written);
        Ok(self)
    }

    /// Says in the journal that tasks may be open at its end: somebody ends the run when it suits them.
    pub(crate) fn open_ended(mut self) -> Self {
        self.is_open_ended = true;
        self
    }

    /// Draws the ladder as it grows.
    pub(crate) fn with_ladder(self, header: &Header) -> Self {
        self.with_ladder_behind(header, &Arc::new(AtomicBool::new(true)))
    }

    /// Draws the ladder as it grows, once something else is said, such as the banner.
    pub(crate) fn with_ladder_behind(mut self, header: &Header, is_said: &Arc<AtomicBool>) -> Self {
        let text = LadderText::new(header, print::page());
        let head = text.legend() + &text.head();
        self.ladder = Some(LiveLadder {
            rows: LadderRows::live(header),
            text,
            waiting: Some((head, Arc::clone(is_said))),
        });
        self
    }

    /// Passes every record on.
    pub(crate) fn with_listener(mut self, listener: SyncSender<Record>) -> Self {
        self.listener = Some(listener);
        self
    }

    /// Tells when the components of this process are connected with each other.
    pub(crate) fn with_readiness(mut self, readiness: Readiness) -> Self {
        self.readiness = Some(readiness);
        self
    }

    /// Writes a record to the logs and to the capture.
    fn write_views(&mut self, record: &Record) -> std::io::Result<()> {
        if let Some(logs) = &mut self.logs {
            logs.record(record)?;
        }
        if let Some(LiveCapture { capture, file }) = &mut self.capture {
            file.write_all(&capture.push(record))?;
        }
        Ok(())
    }

    fn flush_views(&mut self) -> std::io::Result<()> {
        if let Some(capture) = &mut self.capture {
            capture.file.flush()?;
        }
        self.logs.as_mut().map_or(Ok(()), LogFiles::flush)
    }

    fn is_lost(&self, destination: Destination) -> bool {
        let loss = match destination {
            Destination::Journal => &self.journal_loss,
            Destination::Views => &self.views_loss,
        };
        loss.trouble.is_some()
    }

    /// Keeps the first failure of a destination, and warns of it.
    fn note_result(&mut self, destination: Destination, result: std::io::Result<()>) {
        let Err(error) = result else { return };
        let (name, loss) = match destination {
            Destination::Journal => {
                (format!("the journal {}", self.journal_path.display()), &mut self.journal_loss)
            }
            Destination::Views => ("logs or the capture".to_owned(), &mut self.views_loss),
        };
        if loss.trouble.is_none() {
            print::error(&format!("warning: {name} cannot be written any more: {error}"));
            loss.trouble = Some(error);
        }
    }

    fn flush(&mut self) {
        if !self.is_lost(Destination::Journal) {
            let flushed = self.journal.flush();
            self.note_result(Destination::Journal, flushed);
        }
        if !self.is_lost(Destination::Views) {
            let flushed = self.flush_views();
            self.note_result(Destination::Views, flushed);
        }
    }

    /// Says once more at the end what is lost: a warning in the middle of a run is easily missed.
    fn tell_losses(&self) {
        let (journal, views) = (&self.journal_loss, &self.views_loss);
        if let Some(error) = &journal.trouble {
            print::error(&format!(
                "warning: the journal {} is cut off, {} records of the run and what was buffered before them are lost: {error}",
                self.journal_path.display(),
                journal.records
            ));
        }
        if let Some(error) = &views.trouble {
            print::error(&format!(
                "warning: logs or the capture lack {} records of the run and what was buffered before them: {error}",
                views.records
            ));
        }
    }
}

impl LiveLadder {
    fn finish(&mut self) {
        let rows = self.rows.finish();
        if let Some((_, is_said)) = &self.waiting {
            is_said.store(true, Ordering::Release);
        }
        self.print(&rows);
    }

    fn print(&mut self, rows: &[Row]) {
        let drawn: String = rows.iter().map(|row| self.text.row(row, self.rows.names())).collect();
        match &mut self.waiting {
            Some((waiting, is_said)) if !is_said.load(Ordering::Acquire) && waiting.len() < WAITING_MAX => {
                waiting.push_str(&drawn);
            }
            waiting => {
                let before = waiting.take().map(|(before, _)| before).unwrap_or_default();
                if !before.is_empty() || !drawn.is_empty() {
                    print::out(&(before + &drawn));
                }
            }
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

impl Sink for RecordWriter {
    fn record(&mut self, record: &Record) {
        warn_of_loss(&mut self.warned, record);
        if self.is_lost(Destination::Journal) {
            self.journal_loss.records += 1;
        } else {
            let written = self.journal.record(record);
            self.note_result(Destination::Journal, written);
        }
        if self.is_lost(Destination::Views) {
            self.views_loss.records += 1;
        } else {
            let written = self.write_views(record);
            self.note_result(Destination::Views, written);
        }
        if let Some(ladder) = &mut self.ladder {
            let rows = ladder.rows.push(record);
            ladder.print(&rows);
        }
        if let Some(readiness) = &mut self.readiness {
            readiness.learn(record);
        }
        if let Some(listener) = &self.listener {
            // Nobody listens any more once the run is being stopped.
            let _ = listener.send(record.clone());
        }
    }

    fn quiet(&mut self) {
        if let Some(ladder) = &mut self.ladder {
            // The banner may have been printed since the last row.
            ladder.print(&[]);
        }
        self.flush();
    }

    fn is_whole(&self) -> bool {
        !self.is_lost(Destination::Journal)
    }

    fn finish(&mut self) {
        if let Some(ladder) = &mut self.ladder {
            ladder.finish();
        }
        if !self.is_lost(Destination::Journal) {
            let ended = self.journal.end(self.is_open_ended);
            self.note_result(Destination::Journal, ended);
        }
        if let Some(LiveCapture { capture, file }) = &mut self.capture
            && self.views_loss.trouble.is_none()
        {
            // What leaves though no record stands behind it is drawn here.
            let finished = file.write_all(&capture.finish());
            self.note_result(Destination::Views, finished);
        }
        self.flush();
        self.tell_losses();
    }
}
