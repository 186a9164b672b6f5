//! `ccelab top`: how a running lab stands, on a screen that keeps up with it.
//!
//! [`Top`] is what is known and chosen, [`screen`] draws it; this module has the terminal, the clock, and the admin port.

mod model;
mod screen;

use crate::{
    admin::{HeldView, StatusAnswer, ask},
    cli,
    failure::Failure,
    ready_file,
    run::block_on,
};
use http::Method;
use model::{Action, News, Top};
use ratatui::{
    DefaultTerminal,
    backend::Backend,
    crossterm::event::{self, Event, KeyEventKind},
};
use serde::Deserialize;
use std::{
    fs::File,
    io::{self, IsTerminal, Read, Seek, SeekFrom},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::{
    runtime::Handle,
    sync::mpsc,
    task::spawn_blocking,
    time::{sleep, timeout},
};

/// How often the lab is asked.
const LOOK: Duration = Duration::from_millis(500);

/// How often keys and news are looked at: a key is answered within that time.
const TICK: Duration = Duration::from_millis(100);

/// News that may wait for the screen.
const NEWS_MAX: usize = 16;

/// How long it has to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Carries out the command.
pub(crate) fn top(options: &cli::Top) -> Result<(), Failure> {
    let address = match &options.ready_file {
        None => options.admin.clone(),
        Some(file) => {
            let ready = ready_file::read(file).map_err(|why| Failure::Usage(gone(&why)))?;
            let admin = ready["admin"].as_str().map(str::to_owned);
            admin.ok_or_else(|| Failure::Usage(format!("{} names no admin port", file.display())))?
        }
    };
    block_on(async {
        let answer = ask_in_time(&address, Method::GET, "/status").await;
        answer.map_err(|why| {
            let ended =
                last_end().map(|end| format!("; the last run in this folder ended at {}", stamp(end)));
            Failure::Usage(format!(
                "{}{}; `--admin HOST:PORT` or `--ready-file FILE` says where the lab is",
                why.words(&address),
                ended.unwrap_or_default()
            ))
        })?;
        watch(address.clone()).await
    })
}

/// Shows the lab whose admin port this is until somebody has seen enough.
pub(crate) async fn watch(address: String) -> Result<(), Failure> {
    if !io::stdout().is_terminal() {
        return Err(Failure::Usage("top needs a terminal: standard output is a file or a pipe".into()));
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let watching = Watching(Arc::clone(&is_over));
    let runtime = Handle::current();
    let done = spawn_blocking(move || {
        let mut terminal = ratatui::try_init().map_err(failed)?;
        let shown = show(&mut terminal, &address, &runtime, &is_over);
        ratatui::restore();
        shown.map_err(failed)
    });
    let done = done.await.unwrap_or(Ok(()));
    drop(watching);
    done
}

/// Somebody watches. Whoever stops that gives the terminal back.
struct Watching(Arc<AtomicBool>);

impl Drop for Watching {
    fn drop(&mut self) {
        if !self.0.swap(true, Ordering::AcqRel) {
            ratatui::restore();
        }
    }
}

fn failed(source: io::Error) -> Failure {
    Failure::File { action: "draw on", path: PathBuf::from("the terminal"), source }
}

fn show(
    terminal: &mut DefaultTerminal,
    address: &str,
    runtime: &Handle,
    is_over: &AtomicBool,
) -> io::Result<()> {
    // A terminal without a second screen still shows what was written before. `Terminal::clear` would ask where the cursor
    // is, which not every terminal answers.
    terminal.backend_mut().clear()?;
    let mut top = Top::new(address);
    let (sender, mut news) = mpsc::channel(NEWS_MAX);
    runtime.spawn(look(address.to_owned(), sender.clone()));
    terminal.draw(|frame| screen::draw(&top, frame))?;
    while !is_over.load(Ordering::Acquire) {
        let mut has_changed = false;
        while let Ok(one) = news.try_recv() {
            top.hear(one);
            has_changed = true;
        }
        if event::poll(TICK)? {
            has_changed = true;
            if let Event::Key(key) = event::read()?
                && key.kind == KeyEventKind::Press
            {
                match top.on_key(key) {
                    Action::Nothing => {}
                    Action::Quit => is_over.store(true, Ordering::Release),
                    Action::Post(path) => {
                        runtime.spawn(post(address.to_owned(), path, sender.clone()));
                    }
                }
            }
        }
        if has_changed {
            terminal.draw(|frame| screen::draw(&top, frame))?;
        }
    }
    Ok(())
}

/// Asks how the lab stands again and again, at once where more has happened already, until nobody wants to know. The screen does
/// not wait for that.
async fn look(address: String, news: mpsc::Sender<News>) {
    let (mut has_answered, mut end) = (false, None);
    loop {
        let status = read::<StatusAnswer>(&address, "/status").await;
        let held = read::<Vec<HeldView>>(&address, "/held").await;
        let stands = status.and_then(|status| Ok((status, held?)));
        if stands.is_ok() {
            (has_answered, end) = (true, None);
        }
        let stands = stands.map_err(|why| match why {
            // A lab that runs accepts connections, however busy it is.
            Silence::Nobody if has_answered => {
                format!("the lab ended at {}", stamp(*end.get_or_insert_with(now)))
            }
            Silence::Nobody | Silence::Slow | Silence::Refuses(_) => why.words(&address),
        });
        let is_behind = stands.as_ref().is_ok_and(|(status, _)| status.is_behind);
        if news.send(News::Stands(Box::new(stands.map(|(status, held)| (status.lab, held))))).await.is_err() {
            return;
        }
        if !is_behind {
            sleep(LOOK).await;
        }
    }
}

/// Asks the admin port for something, and tells what it answers.
async fn post(address: String, path: String, news: mpsc::Sender<News>) {
    let answer = ask_in_time(&address, Method::POST, &path).await.map_err(|why| why.words(&address));
    // A screen that has closed needs no answer.
    let _ = news.send(News::Answer(path, answer)).await;
}

async fn read<T: for<'a> Deserialize<'a>>(address: &str, path: &str) -> Result<T, Silence> {
    let answer = ask_in_time(address, Method::GET, path).await?;
    serde_json::from_value(answer)
        .map_err(|error| Silence::Refuses(format!("{address} is no admin port of this version: {error}")))
}

/// Why a lab does not say what it is asked.
#[derive(Debug)]
enum Silence {
    /// Nobody listens there, or whoever did is gone.
    Nobody,
    /// It takes too long.
    Slow,
    /// It says why.
    Refuses(String),
}

impl Silence {
    fn words(self, address: &str) -> String {
        match self {
            Self::Nobody => format!("no lab answers at {address}"),
            Self::Slow => format!("the lab at {address} does not answer within {} s", PATIENCE.as_secs()),
            Self::Refuses(why) => why,
        }
    }
}

async fn ask_in_time(address: &str, method: Method, path: &str) -> Result<serde_json::Value, Silence> {
    let answer = timeout(PATIENCE, ask(address, method, path)).await.map_err(|_| Silence::Slow)?;
    let answer = answer.ok_or(Silence::Nobody)?;
    match answer["error"].as_str() {
        Some(error) => Err(Silence::Refuses(error.to_owned())),
        None => Ok(answer),
    }
}

/// The journal of the last run in this folder.
const LAST: &str = ".ccelab/last/journal.jsonl";

/// How the last line of a journal begins whose run is over.
const ENDED: &str = "{\"ended\"";

/// Bytes of a journal's last line, and more.
const END_MAX: u64 = 1 << 16;

/// When the last run in this folder ended, if it did.
fn last_end() -> Option<SystemTime> {
    let mut file = File::open(LAST).ok()?;
    let metadata = file.metadata().ok()?;
    file.seek(SeekFrom::Start(metadata.len().saturating_sub(END_MAX))).ok()?;
    let mut end = Vec::new();
    file.take(END_MAX).read_to_end(&mut end).ok()?;
    let last = String::from_utf8_lossy(&end);
    last.lines().last().filter(|line| line.starts_with(ENDED))?;
    metadata.modified().ok()
}

/// A ready file is there as long as its lab.
fn gone(why: &str) -> String {
    match last_end() {
        Some(end) => format!("{why}: the last run in this folder ended at {}", stamp(end)),
        None => why.to_owned(),
    }
}

#[expect(clippy::disallowed_methods, reason = "people want to know when a lab ended")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// `2026-11-30 13:46:24 UTC`.
fn stamp(at: SystemTime) -> String {
    let at = jiff::Timestamp::try_from(at).unwrap_or_default();
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_with_its_day_and_its_zone() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_706_622_869);
        assert_eq!(stamp(at), "2024-01-30 13:54:29 UTC");
    }
}
