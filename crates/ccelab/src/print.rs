//! The one place that prints.

use cce_views::ladder::{Page, Paint};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    termios::tcgetwinsize,
};
use std::{
    io::{self, BufWriter, IsTerminal, StdoutLock, Write},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// What went wrong with standard output first.
static TROUBLE: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints to standard output. What cannot be written is told when the command is over.
pub(crate) fn out(text: &str) {
    let mut to = io::stdout().lock();
    // Standard output keeps back what follows the last end of a line.
    let written = to.write_all(text.as_bytes()).and_then(|()| to.flush());
    drop(to);
    keep(written);
}

/// Prints what somebody writes by themselves, such as a journal.
pub(crate) fn written(write: impl FnOnce(BufWriter<StdoutLock<'_>>) -> io::Result<()>) {
    keep(write(BufWriter::new(io::stdout().lock())));
}

fn keep(written: io::Result<()>) {
    if let Err(error) = written {
        trouble().get_or_insert(error);
    }
}

fn trouble() -> MutexGuard<'static, Option<io::Error>> {
    TROUBLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why standard output could not be written. A reader that left, such as `head`, is no error.
pub(crate) fn unwritten() -> Option<io::Error> {
    trouble().take().filter(|error| !has_left(error))
}

fn has_left(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Waits for that long while somebody may read standard output. Says whether somebody still may.
pub(crate) fn is_read_for(pause: Duration) -> bool {
    if trouble().as_ref().is_some_and(has_left) {
        return false;
    }
    let stdout = io::stdout();
    let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
    let deadline = Timespec { tv_sec: 0, tv_nsec: pause.subsec_nanos().into() };
    // Nothing is asked but whether the other end is gone; where that cannot be known, the pause is over later.
    match poll(&mut watched, Some(&deadline)) {
        Ok(0) => true,
        Ok(_) if watched[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) => false,
        Ok(_) | Err(_) => {
            thread::sleep(pause);
            true
        }
    }
}

/// Prints a line to standard output.
pub(crate) fn line(text: &str) {
    out(&format!("{text}\n"));
}

/// Prints sentences to standard output: what is longer than a line of the terminal goes on below it.
pub(crate) fn words(text: &str) {
    out(&within(text, columns()));
}

/// Prints to standard error. Where nobody can read it, the exit code still says what happened.
pub(crate) fn error(text: &str) {
    let width = tcgetwinsize(io::stderr()).ok().map(|size| usize::from(size.ws_col));
    let _ = writeln!(Errors, "{}", within(text.trim_end(), width.filter(|width| *width > 0)));
}

/// What people copy, which stays in one piece.
const COPIED: [&str; 3] = ["again:", "journal:", "logs:"];

/// A text whose lines fit, as far as words do: they end between words, and go on further in. What is drawn in colours fits by
/// itself.
fn within(text: &str, width: Option<usize>) -> String {
    let Some(width) = width else { return text.to_owned() };
    let is_kept = |line: &str| {
        line.chars().count() <= width
            || line.contains('\x1b')
            || COPIED.iter().any(|begin| line.trim_start().starts_with(begin))
    };
    let lines = text.split('\n');
    lines
        .map(|line| if is_kept(line) { line.to_owned() } else { broken(line, width) })
        .collect::<Vec<_>>()
        .join("\n")
}

fn broken(line: &str, width: usize) -> String {
    let indent = line.len() - line.trim_start().len();
    let mut lines = vec![" ".repeat(indent)];
    for word in line.split_whitespace() {
        let last = lines.last_mut().expect("there is a first line");
        let is_new = last.trim().is_empty();
        if is_new || last.chars().count() + 1 + word.chars().count() <= width {
            last.push_str(if is_new { "" } else { " " });
            last.push_str(word);
        } else {
            lines.push(format!("{}{word}", " ".repeat(indent + 2)));
        }
    }
    lines.join("\n")
}

/// The width of standard output, as `COLUMNS` or the terminal says; none where it is no terminal. What reads a pipe may have set
/// `COLUMNS` for a terminal of its own, as Python's readline does.
fn columns() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = said.or_else(|| tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col)));
    width.filter(|width| *width > 0)
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
    let ending = match count {
        1 => "",
        _ if noun.ends_with("ch") => "es",
        _ => "s",
    };
    format!("{count} {noun}{ending}")
}

/// What a ladder on standard output is drawn on: as wide as `COLUMNS` or the terminal says, and without colours where the
/// terminal has none or nobody wants them.
pub(crate) fn page() -> Page {
    // An empty NO_COLOR does not count (no-color.org).
    let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_colourful = io::stdout().is_terminal() && !is_unwanted && !is_dumb();
    let page = Page::new(if is_colourful { Paint::Colour } else { Paint::Plain });
    columns().map_or(page, |width| page.with_width(width))
}

/// Whether the terminal knows no signs by which lines change and colours come.
pub(crate) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Before that nobody can say how long something takes.
const ESTIMATE_AFTER: Duration = Duration::from_secs(1);

/// How often progress is told where no line can change.
const PROGRESS_EVERY: Duration = Duration::from_secs(10);

/// When progress was told last, or could have been first.
static TOLD: Mutex<Option<Instant>> = Mutex::new(None);

/// Shows how many of a number of things are done, and about how much longer the others take.
pub(crate) fn progress_of(done: u64, all: u64, noun: &str, took: Duration) -> String {
    let more = left_of(done, all, took).map(|left| format!(", about {left} s more")).unwrap_or_default();
    format!("{done} of {}{more}", counted(all, noun))
}

/// The progress of work that may end with fewer than `most`.
pub(crate) fn progress_to(done: u64, most: u64, noun: &str, took: Duration) -> String {
    let more = left_of(done, most, took).map(|left| format!(", at most {left} s more")).unwrap_or_default();
    format!("{done} of at most {}{more}", counted(most, noun))
}

/// How many seconds the rest takes, once that can be said.
fn left_of(done: u64, all: u64, took: Duration) -> Option<u128> {
    let left = took.as_millis() * u128::from(all.saturating_sub(done)) / u128::from(done.max(1)) / 1_000;
    (done < all && took >= ESTIMATE_AFTER).then_some(left)
}

/// Shows how far something is: on a terminal in a line that changes, and that nothing takes away; elsewhere in a line now
/// and then.
#[expect(clippy::disallowed_methods, reason = "people want to know that a long run goes on")]
pub(crate) fn progress(text: &str) {
    let mut to = std::io::stderr().lock();
    if to.is_terminal() && !is_dumb() {
        // Back to the beginning of the line, which is erased (ECMA-48 8.3.41).
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_stands_behind_a_count_that_takes_long() {
        let told = |done, seconds| progress_of(done, 100, "seed", Duration::from_secs(seconds));
        assert_eq!(
            [told(25, 10), told(1, 0), told(100, 40)],
            ["25 of 100 seeds, about 30 s more", "1 of 100 seeds", "100 of 100 seeds"]
        );
    }

    #[test]
    fn a_long_line_goes_on_below_and_what_is_copied_stays_in_one_piece() {
        let text = "  a line of words\nagain: ccelab sim file\nshort";
        assert_eq!(within(text, Some(10)), "  a line\n    of\n    words\nagain: ccelab sim file\nshort");
        assert_eq!(within(text, None), text);
    }

    #[test]
    fn where_there_may_be_fewer_the_estimate_is_a_bound() {
        let told = |done, seconds| progress_to(done, 1_000, "run", Duration::from_secs(seconds));
        assert_eq!(
            [told(250, 10), told(250, 0)],
            ["250 of at most 1000 runs, at most 30 s more", "250 of at most 1000 runs"]
        );
    }

    #[test]
    fn a_count_has_the_plural_of_its_noun() {
        assert_eq!(
            [counted(1, "breach"), counted(2, "breach"), counted(0, "rule")],
            ["1 breach", "2 breaches", "0 rules"]
        );
    }
}
