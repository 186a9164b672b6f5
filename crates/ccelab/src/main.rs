//! The binary: reads files and the environment, prints, and drives the lab.

mod admin;
mod banner;
mod ca;
mod check;
mod claims;
mod cli;
mod commands;
mod cues;
mod decode;
mod demo;
mod descriptors;
mod excerpts;
mod explore;
mod failure;
mod file_kind;
mod files;
mod folders;
mod follow;
mod hosts;
mod ladder;
mod listening;
mod load;
mod log_files;
mod merge;
mod people;
mod print;
mod process;
mod readiness;
mod ready_file;
mod record_writer;
mod run;
mod scenario_run;
mod seeds;
mod shipped;
mod signals;
mod sim;
mod swarm;
mod tls;
mod top;
mod wait_ready;

use clap::Parser;
use mimalloc::MiMalloc;
use std::{path::Path, process::ExitCode};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// A lab makes and drops some thousand small texts for a task, in every thread.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    take_small_pages();
    write_warnings();
    let done = commands::execute(cli.command).and_then(|()| match print::unwritten() {
        None => Ok(()),
        Some(error) => Err(claims::file_failure("write", Path::new("standard output"), error)),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            print::error(&failure.report());
            ExitCode::from(failure.code())
        }
    }
}

/// The allocator asks for pages of 2 MB, of which an idle lab uses a small part: 29 MB of its own instead of 23.
fn take_small_pages() {
    // A kernel that refuses leaves the lab larger, and nothing else.
    #[cfg(target_os = "linux")]
    rustix::thread::disable_transparent_huge_pages(true).ok();
}

/// What the program itself has to say goes to standard error: warnings, or what CCELAB_LOG asks for, such as
/// `info,cce_net=debug`.
fn write_warnings() {
    let asked = std::env::var("CCELAB_LOG").ok().and_then(|text| text.parse().ok());
    let filter: Targets = asked.unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN));
    let lines = tracing_subscriber::fmt::layer().with_writer(|| print::Errors).with_filter(filter);
    tracing_subscriber::registry().with(lines).init();
}
