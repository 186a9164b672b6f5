//! The one place that prints.

use std::io::{self, IsTerminal, Write};

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

/// Whether standard output takes colours.
pub(crate) fn is_colourful() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Shows how far something is, on a terminal only; nothing takes the line away.
pub(crate) fn progress(text: &str) {
    let mut to = std::io::stderr().lock();
    if to.is_terminal() {
        let _ = write!(to, "\r\x1b[2K{text}").and_then(|()| to.flush());
    }
}
