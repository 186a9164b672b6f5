//! `ccelab sim` and `ccelab scenario`: plays a scenario in virtual time.

use crate::{
    cli,
    failure::Failure,
    files::{Places, load_lab, load_lab_text, read_text},
    print,
    scribe::Scribe,
};
use cce_journal::{Header, Record};
use cce_net::Sink;
use cce_scenario::{Breach, Context, Orders, Play, Report, Scenario};
use cce_views::ladder::{Excerpts, Paint};
use std::{
    collections::BTreeMap,
    fmt::Write,
    path::Path,
    time::{Duration, Instant},
};

/// Failures that are drawn; further ones are told.
const DRAWN_MAX: usize = 5;

/// Reads a scenario and whatever it names.
pub(crate) fn load_scenario(options: &cli::ScenarioFile) -> Result<Scenario, Failure> {
    let path = &options.scenario;
    let text = read_text(path)?;
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let files = |name: &str| read_text(&folder.join(name)).map_err(|failure| failure.to_string());
    // A configuration of the command line's has precedence over the scenario's own.
    let lab = |named: Option<(String, String)>| {
        let found = match named.filter(|_| options.config.is_none()) {
            Some(file) => load_lab_text(Some(file)),
            None => load_lab(options.config.as_deref(), &cli::TableFiles::default()),
        };
        found.map_err(|failure| failure.report())
    };
    let chosen: BTreeMap<String, String> = options.parameters.iter().cloned().collect();
    let context = Context { files: &files, lab: &lab, chosen: &chosen };
    Ok(cce_scenario::load(&path.display().to_string(), &text, context)?)
}

/// `ccelab scenario check`.
pub(crate) fn check(options: &cli::ScenarioFile) -> Result<(), Failure> {
    let scenario = load_scenario(options)?;
    print::line(&format!(
        "{}: {} agents, {} customers, {} steps, {} rules, {} expectations",
        scenario.name,
        scenario.lab.cast.agents.len(),
        scenario.customers.len(),
        scenario.steps.len(),
        scenario.rules.len(),
        scenario.expectations.len(),
    ));
    Ok(())
}

/// `ccelab sim`.
#[expect(clippy::disallowed_methods, reason = "people want to know how long a run took")]
pub(crate) fn sim(options: &cli::Sim) -> Result<(), Failure> {
    let scenario = load_scenario(&options.file)?;
    let places = Places::of(options.journal.clone(), options.logs.clone(), &[])?;
    let name = scenario.name.clone();
    let mut play = match &options.order {
        Some(order) => Orders::new(scenario, options.seed).repeat(order.clone()),
        None => Play::new(scenario, options.seed),
    };
    let mut scribe = Scribe::new(&play.header, &places)?;
    if options.ladder {
        scribe = scribe.with_ladder(&play.header);
    }
    let mut kept = Vec::new();
    let began = Instant::now();
    play.run(|records| {
        records.iter().for_each(|record| scribe.record(record));
        kept.extend_from_slice(records);
    });
    let took = began.elapsed();
    scribe.finish();
    let report = play.report();
    print::out(&summary(&name, &report, &places.journal));
    if let Some(drawn) = &play.sim.director().scenario().drawn {
        print::line(&format!("  {drawn}"));
    }
    print::line(&format!(
        "{} records; {:.1} s of virtual time in {} ms",
        kept.len(),
        Duration::from_micros(play.sim.now().0).as_secs_f64(),
        took.as_millis()
    ));
    if report.failures.is_empty() {
        return Ok(());
    }
    print::out(&failures(&play.header, &kept, &report.failures));
    let count = report.failures.len();
    let order = options.order.as_ref().map(|order| format!(" --order {order}")).unwrap_or_default();
    let again = command(&options.file, &format!("--seed {}{order}", options.seed));
    Err(Failure::Check(format!("{name}: {count} of what was expected is not so\nagain: {again}")))
}

pub(crate) fn summary(name: &str, report: &Report, journal: &Path) -> String {
    let mut text = format!("{name}\n");
    for end in &report.outcome.0 {
        let _ = writeln!(text, "  {end}");
    }
    for (rule, is_legal) in &report.bends {
        let kind = if *is_legal { "a legal order" } else { "a misbehaving peer" };
        let _ = writeln!(text, "  rule {rule}: acted; {kind}");
    }
    let _ = writeln!(text, "  journal: {}", journal.display());
    text
}

/// What is wrong, the first few with the ladder around them.
pub(crate) fn failures(header: &Header, records: &[Record], failures: &[Breach]) -> String {
    let paint = if print::is_colourful() { Paint::Colour } else { Paint::Plain };
    let ladder = Excerpts::new(header, records);
    let mut text = String::new();
    for (number, failure) in failures.iter().enumerate() {
        let place = failure.record.map(|record| format!(" (record {record})")).unwrap_or_default();
        let _ = writeln!(text, "\n{}\n  {}{place}", failure.by, failure.text);
        if let Some(why) = &failure.inferred {
            let _ = writeln!(text, "  this rests on inferred behaviour: {why}");
        }
        if let Some(record) = failure.record.filter(|_| number < DRAWN_MAX) {
            let _ = writeln!(text, "\n{}", ladder.around(record, &failure.related, paint));
        }
    }
    text
}

/// The command that repeats a run of a scenario.
pub(crate) fn command(file: &cli::ScenarioFile, options: &str) -> String {
    let mut words = format!("ccelab sim {} {options}", file.scenario.display());
    if let Some(config) = &file.config {
        let _ = write!(words, " --config {}", config.display());
    }
    for (name, value) in &file.parameters {
        let _ = write!(words, " --param {name}={value}");
    }
    words
}
