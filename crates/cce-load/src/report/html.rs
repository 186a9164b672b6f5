//! The report as one page, which needs nothing beside itself.

use super::{LoadReport, RowReport, micros};
use crate::plot::{Axis, Marks, Plot, Scale, Series, escape};
use std::fmt::Write;

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;max-width:780px;margin:2em auto;padding:0 1em;color:#222}\
table{border-collapse:collapse;font-size:13px}td,th{padding:.2em .7em;text-align:right;border-bottom:1px solid #ddd}\
td:first-child,th:first-child{text-align:left}figure{margin:1.6em 0}figcaption{font-weight:600}\
svg{width:100%;height:auto}svg text{font-size:11px;fill:#444}.grid{stroke:#e4e4e4}\
.key{font-size:13px;margin-right:1em}.key i{display:inline-block;width:1em;height:.6em;margin-right:.4em}\
pre{background:#f6f6f6;padding:1em;overflow-x:auto;font-size:12px}";

impl LoadReport {
    /// The page: summary, tables, and plots of rates, latencies over time, their distribution, and latency over load.
    pub fn to_html(&self) -> String {
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>ccelab load</title>\n\
             <style>{STYLE}</style></head><body>\n<h1>ccelab load</h1>\n<p>{}<br>{}</p>\n",
            escape(&self.plan.load),
            escape(&self.plan.started),
        );
        let _ = write!(page, "<pre>{}</pre>\n{}", escape(&self.to_string()), self.phase_table());
        for plot in [self.rates(), self.over_time(), self.distribution(), self.over_load()] {
            page.push_str(&plot.to_figure());
        }
        page.push_str("</body></html>\n");
        page
    }

    /// The plot of latency over load, as an SVG file.
    pub fn to_svg(&self) -> String {
        self.over_load().to_svg()
    }

    fn phase_table(&self) -> String {
        let mut table = String::from("<table><tr><th>latency</th><th>count</th><th>mean</th>");
        for (percent, _) in self.phases.iter().take(1).flat_map(|phase| &phase.percentiles_us) {
            let _ = write!(table, "<th>{percent} %</th>");
        }
        table.push_str("<th>max</th></tr>\n");
        for phase in &self.phases {
            let _ = write!(
                table,
                "<tr><td>{} ({})</td><td>{}</td><td>{:.0} µs</td>",
                phase.phase, phase.about, phase.count, phase.mean_us
            );
            for (_, value) in &phase.percentiles_us {
                let _ = write!(table, "<td>{}</td>", micros(*value));
            }
            let _ = writeln!(table, "<td>{}</td></tr>", micros(phase.max_us));
        }
        table.push_str("</table>\n");
        table
    }

    fn rates(&self) -> Plot {
        let series = |name: &str, of: fn(&RowReport) -> u64| {
            self.series(name, Marks::Line, |row| (float(row.at), self.rate(of(row))))
        };
        Plot {
            title: "Tasks a second over time",
            x: seconds(),
            y: Axis { label: "tasks a second", scale: Scale::Linear, show: number },
            series: vec![
                series("planned", |row| row.planned),
                series("created", |row| row.created),
                series("ended", |row| row.ended),
                series("errors", |row| row.errors),
            ],
        }
    }

    fn over_time(&self) -> Plot {
        let series = |name: &str, of: fn(&RowReport) -> u64| {
            self.series(name, Marks::Line, |row| (float(row.at), float(of(row))))
        };
        Plot {
            title: "Latency over time",
            x: seconds(),
            y: duration(),
            series: vec![
                series("create, median", |row| row.create_p50_us),
                series("create, 99 %", |row| row.create_p99_us),
                series("offer, median", |row| row.offer_p50_us),
                series("offer, 99 %", |row| row.offer_p99_us),
                series("life, median", |row| row.life_p50_us),
                series("life, 99 %", |row| row.life_p99_us),
            ],
        }
    }

    /// The curve of each phase over "one of so many": 10 is the 90th percentile, 100 the 99th.
    fn distribution(&self) -> Plot {
        let series = self.phases.iter().map(|phase| {
            let most = float(phase.count);
            let points =
                phase.curve_us.iter().map(|(percent, value)| (100.0 / (100.0 - percent), float(*value)));
            let points = points.filter(|(one_of, _)| *one_of <= most).collect();
            Series { name: phase.phase.to_owned(), marks: Marks::Line, points }
        });
        Plot {
            title: "Distribution: one task of so many took longer",
            x: Axis { label: "one of", scale: Scale::Log, show: number },
            y: duration(),
            series: series.collect(),
        }
    }

    fn over_load(&self) -> Plot {
        let series = |name: &str, of: fn(&RowReport) -> u64| {
            let mut series = self.series(name, Marks::Dots, |row| (self.rate(row.planned), float(of(row))));
            // Behind the last planned task no load is there that a latency could belong to.
            series.points.retain(|(rate, _)| *rate > 0.0);
            series
        };
        Plot {
            title: "Latency over load: each dot is a stretch of the timeline",
            x: Axis { label: "planned tasks a second", scale: Scale::Linear, show: number },
            y: duration(),
            series: vec![
                series("create, median", |row| row.create_p50_us),
                series("create, 99 %", |row| row.create_p99_us),
                series("offer, median", |row| row.offer_p50_us),
                series("offer, 99 %", |row| row.offer_p99_us),
            ],
        }
    }

    fn series(&self, name: &str, marks: Marks, point: impl Fn(&RowReport) -> (f64, f64)) -> Series {
        Series { name: name.to_owned(), marks, points: self.whole_rows().iter().map(point).collect() }
    }

    /// The rows whose time is over: what one counts in a part of its time is no rate. A load that is shorter than a row has
    /// that one alone.
    fn whole_rows(&self) -> &[RowReport] {
        let is_whole = |row: &&RowReport| float(row.at + self.row_seconds) <= self.seconds;
        let whole = self.timeline.iter().take_while(is_whole).count();
        &self.timeline[..whole.max(1).min(self.timeline.len())]
    }

    fn rate(&self, count: u64) -> f64 {
        float(count) / float(self.row_seconds).min(self.seconds)
    }
}

fn seconds() -> Axis {
    Axis { label: "seconds", scale: Scale::Linear, show: number }
}

fn duration() -> Axis {
    Axis { label: "duration", scale: Scale::Log, show: short_duration }
}

#[expect(clippy::cast_precision_loss, reason = "places in a plot")]
fn float(value: u64) -> f64 {
    value as f64
}

/// A number with as many digits as it needs, two behind the point at most.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A decade of microseconds: `100 µs`, `1 ms`.
fn short_duration(value: f64) -> String {
    match value {
        value if value < 1e3 => format!("{value:.0} µs"),
        value if value < 1e6 => format!("{:.0} ms", value / 1e3),
        value => format!("{:.0} s", value / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Follow, Lives, LoadReport, Plan};
    use std::time::Duration;

    /// Ten tasks a second are planned for that time, and open ones are waited for until the load is over.
    fn report(planned_millis: u64, over_millis: u64) -> LoadReport {
        let mut lives = Lives::new(Follow::Creation, "run");
        for number in 0..planned_millis.div_ceil(100) {
            let planned = Duration::from_millis(100 * number);
            lives.plan(number, planned, planned);
        }
        LoadReport::new(Plan::default(), &lives, Duration::from_millis(over_millis), false)
    }

    fn loads(report: &LoadReport) -> Vec<f64> {
        report.over_load().series[0].points.iter().map(|(rate, _)| *rate).collect()
    }

    /// The load is over with the last task, in the middle of a row.
    fn rates(millis: u64) -> Vec<f64> {
        let report = report(millis, millis);
        let over_time: Vec<f64> = report.rates().series[0].points.iter().map(|(_, rate)| *rate).collect();
        assert_eq!(loads(&report), over_time);
        over_time
    }

    #[test]
    fn a_row_in_which_nothing_was_planned_has_no_latency_over_load() {
        assert_eq!(loads(&report(2_000, 5_000)), [10.0, 10.0]);
    }

    #[test]
    fn a_row_whose_time_is_not_over_is_no_part_of_the_rates() {
        assert_eq!(rates(3_200), [10.0, 10.0, 10.0]);
        assert_eq!(rates(3_000), [10.0, 10.0, 10.0]);
    }

    #[test]
    fn a_load_that_is_shorter_than_a_row_has_the_rate_of_its_own_time() {
        assert_eq!(rates(500), [10.0]);
    }
}
