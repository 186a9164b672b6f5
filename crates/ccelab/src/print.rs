//! The one place that prints.

#![expect(clippy::print_stderr, reason = "a command line program prints, here and nowhere else")]

use std::io::{IsTerminal, Write};

/// Prints to standard output. A reader that left, such as `head`, is no error.
pub(crate) fn out(text: &str) {
    let mut to = std::io::stdout().lock();
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

/// Prints a line to standard output.
pub(crate) fn line(text: &str) {
    out(&format!("{text}\n"));
}

/// Prints to standard error.
pub(crate) fn error(text: &str) {
    eprintln!("{}", text.trim_end());
}

/// Whether standard output takes colours.
pub(crate) fn is_colourful() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
