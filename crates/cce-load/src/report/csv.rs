//! The timeline as comma-separated values.

use super::LoadReport;
use std::fmt::Write;

/// The columns, in the order of the values.
const HEAD: &str = "at_s,seconds,planned,created,ended,errors,create_p50_us,create_p99_us,offer_p50_us,offer_p99_us,\
                    life_p50_us,life_p99_us";

impl LoadReport {
    /// One line for each row of the timeline, behind a line with names.
    pub fn to_csv(&self) -> String {
        let mut csv = format!("{HEAD}\n");
        for row in &self.timeline {
            let _ = writeln!(
                csv,
                "{},{},{},{},{},{},{},{},{},{},{},{}",
                row.at,
                self.row_seconds,
                row.planned,
                row.created,
                row.ended,
                row.errors,
                row.create_p50_us,
                row.create_p99_us,
                row.offer_p50_us,
                row.offer_p99_us,
                row.life_p50_us,
                row.life_p99_us,
            );
        }
        csv
    }
}
