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
use model::{Action, Top};
use ratatui::{
    DefaultTerminal,
    backend::Backend,
    crossterm::event::{self, Event, KeyEventKind},
};
use serde::Deserialize;
use std::{
    io::{self, IsTerminal},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{runtime::Handle, task::spawn_blocking, time::timeout};

/// How often the lab is asked.
const LOOK: Duration = Duration::from_millis(500);

/// How long it has to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Carries out the command.
pub(crate) fn top(options: &cli::Top) -> Result<(), Failure> {
    let address = match &options.ready_file {
        None => options.admin.clone(),
        Some(file) => {
            let ready = ready_file::read(file).map_err(Failure::Usage)?;
            let admin = ready["admin"].as_str().map(str::to_owned);
            admin.ok_or_else(|| Failure::Usage(format!("{} names no admin port", file.display())))?
        }
    };
    block_on(async {
        let answer = ask_in_time(&address, Method::GET, "/status").await;
        answer.map_err(|why| {
            Failure::Usage(format!("{why}; `--admin HOST:PORT` or `--ready-file FILE` says where the lab is"))
        })?;
        watch(address.clone()).await
    })
}

/// Shows the lab whose admin port this is until somebody has seen enough.
pub(crate) async fn watch(address: String) -> Result<(), Failure> {
    if !io::stdout().is_terminal() {
        return Err(Failure::Usage("top draws on a terminal, and standard output is none".into()));
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
    while !is_over.load(Ordering::Acquire) {
        let is_behind = runtime.block_on(refresh(&mut top, address));
        terminal.draw(|frame| screen::draw(&top, frame))?;
        if !event::poll(if is_behind { Duration::ZERO } else { LOOK })? {
            continue;
        }
        let Event::Key(key) = event::read()? else { continue };
        if key.kind != KeyEventKind::Press {
            continue;
        }
        match top.on_key(key) {
            Action::Nothing => {}
            Action::Quit => {
                is_over.store(true, Ordering::Release);
            }
            Action::Post(path) => {
                let answer = runtime.block_on(ask_in_time(address, Method::POST, &path));
                top.on_answer(&path, answer.as_ref());
            }
        }
    }
    Ok(())
}

/// Asks how the lab stands; whether more has happened already.
async fn refresh(top: &mut Top, address: &str) -> bool {
    let status = read::<StatusAnswer>(address, "/status").await;
    let held = read::<Vec<HeldView>>(address, "/held").await;
    match (status, held) {
        (Ok(status), Ok(held)) => {
            let is_behind = status.is_behind;
            top.take_in(status.lab, held);
            is_behind
        }
        (Err(why), _) | (_, Err(why)) => {
            top.lose(why);
            false
        }
    }
}

async fn read<T: for<'a> Deserialize<'a>>(address: &str, path: &str) -> Result<T, String> {
    let answer = ask_in_time(address, Method::GET, path).await?;
    serde_json::from_value(answer)
        .map_err(|error| format!("{address} is no admin port of this version: {error}"))
}

async fn ask_in_time(address: &str, method: Method, path: &str) -> Result<serde_json::Value, String> {
    let answer = timeout(PATIENCE, ask(address, method, path)).await.ok().flatten();
    let answer = answer.ok_or_else(|| format!("no lab answers at {address}"))?;
    match answer["error"].as_str() {
        Some(error) => Err(error.to_owned()),
        None => Ok(answer),
    }
}
