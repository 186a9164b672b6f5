//! The summary for people.

use super::{LoadReport, micros};
use std::fmt;

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = &self.counts;
        writeln!(f, "load      {}", self.plan.load)?;
        for (name, address) in &self.plan.targets {
            writeln!(f, "target    {name} {address}")?;
        }
        writeln!(f, "followed  {}", self.plan.follow)?;
        let interrupted = if self.interrupted { ", interrupted" } else { "" };
        writeln!(f, "took      {:.1} s{interrupted}\n", self.seconds)?;
        writeln!(
            f,
            "tasks     {} planned, {} sent, {} not sent",
            counts.planned, counts.sent, counts.unsent
        )?;
        writeln!(
            f,
            "          {} created ({:.1} a second), {} failed, {} without an answer",
            counts.created, self.created_per_second, counts.failed, counts.unanswered
        )?;
        if counts.offered > 0 {
            writeln!(f, "          {} offered, {} accepted", counts.offered, counts.accepted)?;
        }
        writeln!(
            f,
            "          {} ended ({:.1} a second), {} discarded, {} lost, {} unfinished",
            counts.ended, self.ended_per_second, counts.discarded, counts.lost, counts.unfinished
        )?;
        if counts.foreign > 0 {
            writeln!(f, "          {} offers of tasks that are not of this load", counts.foreign)?;
        }
        self.write_phases(f)?;
        self.write_errors(f)
    }
}

impl LoadReport {
    fn write_phases(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.phases.is_empty() {
            return Ok(());
        }
        write!(f, "\n{:<8}{:>10}{:>11}", "latency", "count", "min")?;
        for (percent, _) in self.phases.iter().take(1).flat_map(|phase| &phase.percentiles_us) {
            write!(f, "{:>11}", format!("{percent} %"))?;
        }
        writeln!(f, "{:>11}", "max")?;
        for phase in &self.phases {
            write!(f, "{:<8}{:>10}{:>11}", phase.phase, phase.count, micros(phase.min_us))?;
            for (_, value) in &phase.percentiles_us {
                write!(f, "{:>11}", micros(*value))?;
            }
            writeln!(f, "{:>11}", micros(phase.max_us))?;
        }
        for phase in &self.phases {
            writeln!(f, "  {:<8}{}", phase.phase, phase.about)?;
        }
        if self.open > 0 {
            let (open, oldest) = (self.open, micros(self.oldest_open_us));
            writeln!(f, "  without what {open} open tasks still wait for; the oldest has waited {oldest}")?;
        }
        Ok(())
    }

    fn write_errors(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.errors.is_empty() {
            return writeln!(f, "\nerrors    none");
        }
        writeln!(f, "\nerrors")?;
        for error in &self.errors {
            writeln!(f, "{:>10}  {}: {}", error.count, error.step, error.error)?;
        }
        Ok(())
    }
}
