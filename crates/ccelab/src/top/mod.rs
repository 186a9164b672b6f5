//! `ccelab top`: how a running lab stands, on a screen that keeps up with it.
//!
//! [`Top`] is what is known and chosen, [`screen`] draws it; this module has the terminal, the clock, and the admin port.

mod model;
mod screen;

use crate::{
    admin::{HeldView, Silence, StatusAnswer, ask},
    cli,
    failure::Failure,
    print, ready_file,
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
use tokio::{runtime::Handle, sync::mpsc, task::spawn_blocking, time::sleep};

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
        let answer = request(&address, Method::GET, "/status").await;
        answer.map_err(|why| {
            let last = last_end().filter(|_| matches!(why, Silence::Nobody));
            let ended = last.map(|end| format!("; the last run in this folder ended at {}", stamp(end)));
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
    if print::is_dumb() {
        let why = "top needs a terminal on which signs can be moved: TERM is `dumb`";
        return Err(Failure::Usage(why.into()));
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
        // Where no key ended it, the thread that draws ends at its next look, which may be later than the command.
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

/// What is known of whoever has the address of the lab.
#[derive(Clone, Copy, Debug, Default)]
enum Standing {
    /// Nobody has answered there yet.
    #[default]
    Unknown,
    /// A lab does.
    Answers,
    /// A lab did, and was first found to have ended then.
    Ended(SystemTime),
}

impl Standing {
    /// What is said where nobody answers at that time.
    fn silence(&mut self, why: &Silence, address: &str, now: SystemTime) -> String {
        // A lab that runs accepts connections, however busy it is.
        if let (Self::Answers, Silence::Nobody) = (*self, why) {
            *self = Self::Ended(now);
        }
        match (*self, why) {
            (Self::Ended(at), Silence::Nobody) => format!("the lab ended at {}", stamp(at)),
            (Self::Unknown | Self::Answers | Self::Ended(_), _) => {
                format!("{}; it is asked again", why.words(address))
            }
        }
    }
}

/// Asks how the lab stands again and again, at once where more has happened already, until nobody wants to know. The screen does
/// not wait for that.
async fn look(address: String, news: mpsc::Sender<News>) {
    let mut standing = Standing::default();
    loop {
        let status = read::<StatusAnswer>(&address, "/status").await;
        let held = read::<Vec<HeldView>>(&address, "/held").await;
        let stands = status.and_then(|status| Ok((status, held?)));
        if stands.is_ok() {
            standing = Standing::Answers;
        }
        let stands = stands.map_err(|why| standing.silence(&why, &address, now()));
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
    let answer = request(&address, Method::POST, &path).await.map_err(|why| why.words(&address));
    // A screen that has closed needs no answer.
    let _ = news.send(News::Answer(path, answer)).await;
}

async fn read<T: for<'a> Deserialize<'a>>(address: &str, path: &str) -> Result<T, Silence> {
    let answer = request(address, Method::GET, path).await?;
    serde_json::from_value(answer)
        .map_err(|error| Silence::Broken(format!("it is no admin port of this version: {error}")))
}

/// What the admin port answers, unless it refuses.
async fn request(address: &str, method: Method, path: &str) -> Result<serde_json::Value, Silence> {
    let answer = ask(address, method, path, PATIENCE).await?;
    match answer["error"].as_str() {
        Some(error) => Err(Silence::Refused(error.to_owned())),
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
    use serde_json::json;
    use std::{io::Write, net::TcpListener, thread};

    /// What is known of a lab whose admin port answers a request on each connection so, and then closes its listener.
    fn known(answers: &[&str]) -> Vec<Result<(), String>> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let count = answers.len() / 2 + 1;
        let server = thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let _ = stream.read(&mut [0; 1_024]).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let known = block_on(async {
            let (sender, mut news) = mpsc::channel(NEWS_MAX);
            let looking = Handle::current().spawn(look(address, sender));
            let mut known = Vec::new();
            while known.len() < count
                && let Some(News::Stands(stands)) = news.recv().await
            {
                known.push(stands.map(drop));
            }
            looking.abort();
            Ok(known)
        });
        server.join().unwrap();
        known.unwrap()
    }

    #[test]
    fn a_lab_that_gives_no_answer_is_asked_again_and_one_where_nobody_listens_has_ended() {
        let answer = |body: &serde_json::Value| {
            let body = body.to_string();
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        };
        let (status, held) = (answer(&json!(StatusAnswer::default())), answer(&json!([])));
        let (refused, torn) = (answer(&json!({"error": "too much"})), "HTTP/1.1 200 OK\r\nConte");
        let known = known(&[&status, &held, "", "", torn, &held, &refused, &held, &status, &held]);
        let [first, left, torn, refused, again, ended] = known.as_slice() else { panic!("{known:?}") };
        assert!(first.is_ok() && again.is_ok(), "{known:?}");
        for (why, said) in [(left, "gives no answer"), (torn, "gives no answer"), (refused, "too much")] {
            let why = why.as_ref().unwrap_err();
            assert!(why.contains(said) && why.ends_with("; it is asked again"), "{why}");
        }
        assert!(ended.as_ref().unwrap_err().starts_with("the lab ended at 20"), "{known:?}");
    }

    #[test]
    fn a_lab_that_was_started_again_ends_at_another_time_and_one_that_never_answered_does_not() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let said =
            |standing: &mut Standing, why: Silence, seconds| standing.silence(&why, "lab:1", at(seconds));
        let mut standing = Standing::default();
        let nobody = "no lab answers at lab:1; it is asked again";
        assert_eq!(said(&mut standing, Silence::Nobody, 1), nobody);
        for first in [60, 120] {
            standing = Standing::Answers;
            let ended = format!("the lab ended at 1970-01-01 00:0{}:00 UTC", first / 60);
            assert_eq!(said(&mut standing, Silence::Nobody, first), ended);
            assert_eq!(said(&mut standing, Silence::Nobody, first + 1), ended);
            let slow = said(&mut standing, Silence::Slow(PATIENCE), first + 2);
            assert_eq!(slow, "the lab at lab:1 does not answer within 5 s; it is asked again");
        }
    }

    #[test]
    fn a_moment_is_told_with_its_day_and_its_zone() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_706_622_869);
        assert_eq!(stamp(at), "2024-01-30 13:54:29 UTC");
    }
}
