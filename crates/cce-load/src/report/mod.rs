//! What a load was like, for people and programs.

mod csv;
mod html;
mod text;

use crate::{
    lives::Lives,
    statistics::{Counts, Phase, Row},
};
use serde::Serialize;
use std::time::Duration;

/// Percentiles that are reported.
const PERCENTILES: [f64; 6] = [50.0, 90.0, 95.0, 99.0, 99.9, 99.99];

/// Percentiles of a curve: each halves what is left, from 0 to 99.9999 or so.
const CURVE_POINTS: u32 = 40;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// What the load was sent to, by interface: name and address.
    pub targets: Vec<(String, String)>,
    /// Open or closed loop, with its figures, in words.
    pub load: String,
    /// How far tasks are followed, in words.
    pub follow: String,
    /// The generator's agents.
    pub agents: usize,
    /// Seed of what is drawn.
    pub seed: u64,
    /// The calendar at the start, ISO 8601.
    pub started: String,
}

/// What a load was like.
#[derive(Clone, Debug, Serialize)]
pub struct LoadReport {
    /// What was asked for.
    pub plan: Plan,
    /// Whether it was interrupted before its end.
    pub interrupted: bool,
    /// Seconds from the first planned start to the end of the last task, or of the wait for it.
    pub seconds: f64,
    /// How many tasks came how far.
    pub counts: Counts,
    /// Tasks a second that were created, until the last planned start or the last creation.
    pub created_per_second: f64,
    /// Tasks a second that ended, until the last planned start or the last end.
    pub ended_per_second: f64,
    /// Tasks that were open when the load was over.
    pub open: usize,
    /// How long the oldest task had lasted that was open when the load was over; no phase has it. 0 where none was open.
    pub oldest_open_us: u64,
    /// Durations of each phase that was seen.
    pub phases: Vec<PhaseReport>,
    /// Errors by where they happened and of which kind.
    pub errors: Vec<ErrorReport>,
    /// Seconds that a row of the timeline stands for.
    pub row_seconds: u64,
    /// The timeline.
    pub timeline: Vec<RowReport>,
}

/// Durations of a phase, in microseconds.
#[derive(Clone, Debug, Serialize)]
pub struct PhaseReport {
    /// Its name.
    pub phase: &'static str,
    /// What it is.
    pub about: &'static str,
    /// How many tasks passed it.
    pub count: u64,
    /// The shortest.
    pub min_us: u64,
    /// The mean.
    pub mean_us: f64,
    /// The longest.
    pub max_us: u64,
    /// Percentile and duration.
    pub percentiles_us: Vec<(f64, u64)>,
    /// The same in steps that halve what is left, for a curve.
    pub curve_us: Vec<(f64, u64)>,
}

/// Errors of a kind.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorReport {
    /// Where.
    pub step: String,
    /// What.
    pub error: String,
    /// How many.
    pub count: u64,
}

/// A row of the timeline; durations in microseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RowReport {
    /// Seconds since the start at which the row begins.
    pub at: u64,
    /// Tasks that were to begin in it.
    pub planned: u64,
    /// Tasks that were created in it.
    pub created: u64,
    /// Tasks that ended in it.
    pub ended: u64,
    /// Errors in it.
    pub errors: u64,
    /// Planned start to answer: median.
    pub create_p50_us: u64,
    /// The same: 99th percentile.
    pub create_p99_us: u64,
    /// Planned start to offer: median.
    pub offer_p50_us: u64,
    /// The same: 99th percentile.
    pub offer_p99_us: u64,
    /// Planned start to end: median.
    pub life_p50_us: u64,
    /// The same: 99th percentile.
    pub life_p99_us: u64,
}

impl LoadReport {
    /// The report of lives at a moment.
    pub fn new(plan: Plan, lives: &Lives, now: Duration, interrupted: bool) -> Self {
        let statistics = lives.statistics();
        let (counts, last, oldest) = (lives.counts(), statistics.last, lives.oldest(now));
        let phases = Phase::ALL.into_iter().filter(|phase| statistics.phase(*phase).count() > 0);
        let mut errors: Vec<ErrorReport> = statistics
            .errors
            .iter()
            .map(|((step, flaw), count)| ErrorReport {
                step: step.to_string(),
                error: flaw.to_string(),
                count: *count,
            })
            .collect();
        if statistics.other_errors > 0 {
            let (step, error) = ("any".to_owned(), "kinds beyond the first hundred".to_owned());
            errors.push(ErrorReport { step, error, count: statistics.other_errors });
        }
        let row_seconds = statistics.row_seconds;
        let planned = plan_length(counts.planned, last.planned, now);
        let timeline = (0..).zip(&statistics.rows).map(|(at, row)| row_report(at * row_seconds, row));
        Self {
            plan,
            interrupted,
            seconds: now.as_secs_f64(),
            counts,
            created_per_second: per_second(counts.created, planned.max(last.created)),
            ended_per_second: per_second(counts.ended, planned.max(last.ended)),
            open: lives.open(),
            oldest_open_us: oldest.and_then(|open| open.as_micros().try_into().ok()).unwrap_or_default(),
            phases: phases.map(|phase| phase_report(phase, lives)).collect(),
            errors,
            row_seconds,
            timeline: timeline.collect(),
        }
    }

    /// The report as one JSON object.
    pub fn to_json(&self) -> String {
        // Numbers, strings and lists alone: nothing that JSON cannot say. A ratio that is no number becomes null.
        serde_json::to_string_pretty(self).expect("a report is made of what JSON has")
    }
}

/// How long a plan was: behind its last task comes the pause that lies between two of its tasks on average. Of one task there is
/// none.
fn plan_length(tasks: u64, last: Duration, now: Duration) -> Duration {
    match u32::try_from(tasks).unwrap_or(u32::MAX) {
        0 | 1 => now,
        tasks => last.saturating_add(last / (tasks - 1)).min(now),
    }
}

/// What the wait for tasks that are open still takes is no part of the time: it is the user's choice.
#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn per_second(count: u64, time: Duration) -> f64 {
    if time.is_zero() { 0.0 } else { count as f64 / time.as_secs_f64() }
}

fn phase_report(phase: Phase, lives: &Lives) -> PhaseReport {
    let latencies = lives.statistics().phase(phase);
    let curve = (0..CURVE_POINTS).map(|step| 100.0 * (1.0 - 0.5_f64.powf(f64::from(step) / 2.0)));
    let at = |percent: f64| (percent, latencies.at(percent));
    PhaseReport {
        phase: phase.name(),
        about: phase.about(),
        count: latencies.count(),
        min_us: latencies.min(),
        mean_us: latencies.mean(),
        max_us: latencies.max(),
        percentiles_us: PERCENTILES.into_iter().map(at).collect(),
        curve_us: curve.map(at).collect(),
    }
}

fn row_report(at: u64, row: &Row) -> RowReport {
    RowReport {
        at,
        planned: row.planned,
        created: row.created,
        ended: row.ended,
        errors: row.errors,
        create_p50_us: row.create.at(50.0),
        create_p99_us: row.create.at(99.0),
        offer_p50_us: row.offer.at(50.0),
        offer_p99_us: row.offer.at(99.0),
        life_p50_us: row.life.at(50.0),
        life_p99_us: row.life.at(99.0),
    }
}

/// So many microseconds in a unit that suits them: `850 µs`, `1.20 ms`, `3.40 s`.
#[expect(clippy::cast_precision_loss, reason = "three digits for people")]
pub fn micros(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.2} ms", micros as f64 / 1e3),
        1_000_000.. => format!("{:.2} s", micros as f64 / 1e6),
    }
}
