//! Why a command fails, and its exit code.

use crate::listening;
use cce_journal::ReadError;
use cce_net::NetError;
use cce_scenario::ScenarioError;
use cce_tls::CertificateError;
use cce_world::{ConfigError, ConfigPlace};
use std::{fmt::Write, io, path::PathBuf};

/// Why a command fails.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A check or an expectation failed.
    #[error("{0}")]
    Check(String),
    /// Wrong usage.
    #[error("{0}")]
    Usage(String),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A scenario is wrong.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The run cannot start.
    #[error(transparent)]
    Net(#[from] NetError),
    /// A journal cannot be read.
    #[error("cannot read journal {}: {source}", path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ReadError,
    },
    /// Another run is writing there.
    #[error(
        "{} is being written by {owner}: stop that run, or give --journal FILE and --logs DIR of your own",
        path.display()
    )]
    InUse {
        /// The file or folder.
        path: PathBuf,
        /// Who writes, such as `process 4711`.
        owner: String,
    },
    /// A certificate or its key cannot be used.
    #[error("cannot use {}: {source}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: CertificateError,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// `read`, `write`, `create`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Failure {
    /// 1 a check failed, 2 wrong usage or configuration.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Check(_) => 1,
            Self::Usage(_)
            | Self::Config(_)
            | Self::Scenario(_)
            | Self::Net(_)
            | Self::Journal { .. }
            | Self::InUse { .. }
            | Self::Certificate { .. }
            | Self::File { .. } => 2,
        }
    }

    /// What is printed.
    pub(crate) fn report(&self) -> String {
        match self {
            Self::Config(error) => config_report(error),
            Self::Scenario(error) => scenario_report(error),
            Self::Net(error) => format!("error: {self}{}", listening::advice(error)),
            Self::Check(_)
            | Self::Usage(_)
            | Self::Journal { .. }
            | Self::Certificate { .. }
            | Self::InUse { .. }
            | Self::File { .. } => format!("error: {self}"),
        }
    }
}

/// Every problem, with the line of the file that it stands on.
fn config_report(error: &ConfigError) -> String {
    let mut report = format!("error: {error}\n");
    for problem in &error.problems {
        let _ = writeln!(report, "  {problem}");
        if let (ConfigPlace::File { line, .. }, Some((_, text))) = (&problem.place, &error.source_text)
            && let Some(source) = text.lines().nth(line - 1)
        {
            let _ = writeln!(report, "    {line:>4} | {source}");
        }
    }
    report
}

/// Every problem, with the place in the file pointed out.
fn scenario_report(error: &ScenarioError) -> String {
    let mut report = format!("error: {error}\n");
    for problem in &error.problems {
        let _ =
            writeln!(report, "  {}:{}:{}: {}", problem.file, problem.line, problem.column, problem.message);
        let source = error.sources.get(&problem.file).and_then(|text| text.lines().nth(problem.line - 1));
        if let Some(source) = source {
            let length =
                problem.span.len().clamp(1, source.chars().count().saturating_sub(problem.column - 1).max(1));
            let _ = writeln!(report, "    {:>4} | {source}", problem.line);
            let _ = writeln!(
                report,
                "         | {:>width$}",
                "^".repeat(length),
                width = problem.column - 1 + length
            );
        }
    }
    report
}
