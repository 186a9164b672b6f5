//! The binary: reads files and the environment, prints, and drives the lab.

mod admin;
mod banner;
mod check;
mod cli;
mod commands;
mod cues;
mod decode;
mod demo;
mod descriptors;
mod explore;
mod failure;
mod files;
mod folders;
mod load;
mod merge;
mod people;
mod print;
mod run;
mod scribe;
mod settling;
mod sim;
mod stage;
mod swarm;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("CCELAB_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| print::Errors).init();
    match commands::execute(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            print::error(&failure.report());
            ExitCode::from(failure.code())
        }
    }
}
