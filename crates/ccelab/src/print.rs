//! The one place that prints.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Prints to standard output. A reader that left, such as `head`, is no error.
pub(crate) fn out(text: &str) {
    let mut to = std::io::stdout().lock();
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

/// Prints a line to standard output.
pub(crate) fn line(text: &str) {
    out(&format!("{text}\n"));
}

/// Prints to standard error. Where nobody can read it, the exit code still says what happened.
pub(crate) fn error(text: &str) {
    let _ = writeln!(Errors, "{}", text.trim_end());
}

/// Standard error, for whoever writes to it by themselves: what cannot be written is lost.
pub(crate) struct Errors;

impl Write for Errors {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = io::stderr().write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = io::stderr().flush();
        Ok(())
    }
}

/// So many of a noun: `1 seed`, `2 seeds`.
pub(crate) fn counted(count: impl TryInto<u64>, noun: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Whether standard output takes colours.
pub(crate) fn is_colourful() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// How often progress is told where no line can change.
const PROGRESS_EVERY: Duration = Duration::from_secs(10);

/// When progress was told last, or could have been first.
static TOLD: Mutex<Option<Instant>> = Mutex::new(None);

/// Shows how far something is: on a terminal in a line that changes, and that nothing takes away; elsewhere in a line now
/// and then.
#[expect(clippy::disallowed_methods, reason = "people want to know that a long run goes on")]
pub(crate) fn progress(text: &str) {
    let mut to = std::io::stderr().lock();
    if to.is_terminal() {
        let _ = write!(to, "\r\x1b[2K{text}").and_then(|()| to.flush());
        return;
    }
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    let since = *told.get_or_insert_with(Instant::now);
    if !text.is_empty() && since.elapsed() >= PROGRESS_EVERY {
        *told = Some(Instant::now());
        let _ = writeln!(to, "{text}");
    }
}
