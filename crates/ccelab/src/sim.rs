//! `ccelab sim` and `ccelab scenario`: plays a scenario in virtual time.

use crate::{
    cli,
    excerpts::{ProblemText, with_excerpts},
    failure::Failure,
    files::{load_lab, load_lab_text, read_journal},
    folders::{Places, create_own},
    log_files::LogFiles,
    print,
    record_writer::RecordWriter,
    shipped,
    shipped::{InputFile, InputKind},
};
use cce_journal::{Header, Record};
use cce_net::Sink;
use cce_play::{Finding, FindingKind, Orders, Play, RunReport};
use cce_scenario::{Context, Scenario, Unreachable};
use cce_sim::Sequence;
use cce_views::ladder::Excerpts;
use cce_world::{CastCustomer, Lab};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
    time::{Duration, Instant},
};

/// Where a recorded run that is played once more is kept.
const AGAIN: &str = ".ccelab/again";

/// Ends of contacts that are told one by one.
const ENDS_MAX: usize = 20;

/// Reads a scenario and whatever it names.
pub(crate) fn load_scenario(options: &cli::ScenarioFile) -> Result<Scenario, Failure> {
    load_scenario_over(options, &[])
}

/// The same for a run that was recorded, whose customers it may name.
fn load_scenario_over(
    options: &cli::ScenarioFile,
    recorded: &[(String, CastCustomer)],
) -> Result<Scenario, Failure> {
    let found = shipped::find(InputKind::Scenario, &options.scenario)?;
    read_scenario(&found, options.config.as_deref(), &options.release, &options.parameters, recorded)
}

/// The customers of a recorded run by their names.
fn recorded_customers(lab: &Lab) -> Vec<(String, CastCustomer)> {
    lab.cast.names.iter().cloned().zip(lab.cast.customers.iter().cloned()).collect()
}

fn read_scenario(
    found: &InputFile,
    config: Option<&Path>,
    release: &cli::ReleaseOption,
    parameters: &[(String, String)],
    recorded: &[(String, CastCustomer)],
) -> Result<Scenario, Failure> {
    let files = |name: &str| found.named(name);
    // A configuration of the command line's has precedence over the scenario's own.
    let lab = |named: Option<(String, String)>| {
        let loaded = match named.filter(|_| config.is_none()) {
            Some(file) => load_lab_text(file, release),
            None => load_lab(config, release, &cli::TableFiles::default()),
        };
        loaded.map_err(|failure| failure.report())
    };
    let mut chosen: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in parameters {
        if chosen.insert(name.clone(), value.clone()).is_some() {
            return Err(Failure::Usage(format!("--param: `{name}` is there twice")));
        }
    }
    let context = Context { files: &files, lab: &lab, chosen: &chosen, recorded };
    Ok(cce_scenario::load(&found.name, &found.text, context)?)
}

/// `ccelab scenario list`: names, what each is about, and what it has.
pub(crate) fn list() -> Result<(), Failure> {
    for shipped in InputKind::Scenario.shipped() {
        let scenario =
            read_scenario(&InputFile::of(shipped), None, &cli::ReleaseOption::default(), &[], &[])?;
        let about = shipped::first_sentence(&scenario.about);
        print::line(&format!("{}\n    {about}\n    {}", shipped.name, scenario.contents()));
    }
    Ok(())
}

/// `ccelab scenario check`.
pub(crate) fn check(options: &cli::ScenarioCheck) -> Result<(), Failure> {
    let recorded = match &options.from {
        None => Vec::new(),
        Some(journal) => recorded_customers(&recorded_lab(&read_journal(journal)?.0)?),
    };
    let scenario = load_scenario_over(&options.file, &recorded)?;
    check_selectors(&scenario)?;
    print::line(&format!("{}: {}", scenario.name, scenario.contents()));
    Ok(())
}

/// `ccelab sim`.
pub(crate) fn sim(options: &cli::Sim) -> Result<(), Failure> {
    match (&options.from, options.file()) {
        (Some(journal), file) => recorded(options, journal, file.as_ref()),
        (None, Some(file)) => play(options, &file),
        (None, None) => Err(Failure::Usage("name a scenario, or a journal with --from".into())),
    }
}

/// What a run of the file would refuse wherever it is played, and what the simulator alone would.
fn check_selectors(scenario: &Scenario) -> Result<(), Failure> {
    // The people of a swarm are drawn later.
    if scenario.swarm.is_some() {
        return Ok(());
    }
    let nodes = scenario.lab.nodes();
    tell_unreachable(&scenario.unreachable(&nodes, true).mistakes)?;
    let Unreachable { mistakes, idle } = scenario.unreachable(&nodes, false);
    for dead in mistakes.into_iter().chain(idle) {
        print::line(&format!("in the simulator, where nobody comes from outside, {dead}"));
    }
    Ok(())
}

/// Selectors that can never match in a run are mistakes, as others are that a file shows by itself.
pub(crate) fn tell_unreachable(selectors: &[String]) -> Result<(), Failure> {
    if selectors.is_empty() { Ok(()) } else { Err(Failure::Usage(selectors.join("\n"))) }
}

/// A scenario for the simulator.
pub(crate) fn load_for_sim(file: &cli::ScenarioFile) -> Result<Scenario, Failure> {
    let scenario = load_scenario(file)?;
    // The people of a swarm are drawn later.
    if scenario.swarm.is_none() {
        tell_unreachable(&scenario.unreachable(&scenario.lab.nodes(), false).mistakes)?;
    }
    Ok(scenario)
}

/// Warns of what a scenario says is never to happen, and could not in the simulator anyway.
pub(crate) fn warn_of_idle(scenario: &Scenario) {
    // The people of a swarm are drawn later.
    if scenario.swarm.is_none() {
        let idle = scenario.unreachable(&scenario.lab.nodes(), false).idle;
        idle.iter().for_each(|idle| print::error(&format!("warning: {idle}")));
    }
}

fn play(options: &cli::Sim, file: &cli::ScenarioFile) -> Result<(), Failure> {
    let scenario = load_for_sim(file)?;
    warn_of_idle(&scenario);
    let places = Places::of(options.journal.clone(), options.logs.clone(), &[])?;
    let name = scenario.name.clone();
    let seed = options.seed;
    let Some(order) = &options.order else {
        let mut play = Play::new(scenario, seed);
        let kept = run(&mut play, options, &places)?;
        return tell(&name, &play, &kept, &places, &command(file, &format!("--seed {seed}")));
    };
    let mut play = Orders::new(scenario, seed).in_order(order.clone());
    let kept = run(&mut play, options, &places)?;
    if let Some(missed) = play.sim.missed() {
        return Err(Failure::Usage(format!(
            "the run never came to choice {missed} of --order: that order is of another scenario, seed or version"
        )));
    }
    tell(&name, &play, &kept, &places, &command(file, &format!("--seed {seed} --order {order}")))
}

/// Says what a run came to, and by which command it can be had again.
fn tell<O: Sequence>(
    name: &str,
    play: &Play<O>,
    kept: &[Record],
    places: &Places,
    again: &str,
) -> Result<(), Failure> {
    let report = play.report();
    print::words(&summary(name, &report, &places.journal));
    if let Some(drawn) = &play.sim.director().scenario().drawn {
        print::line(&format!("  {drawn}"));
    }
    judge(name, &play.header, kept, &report, again)
}

/// A scenario on top of a recorded run. What the run has already is not done twice.
fn over(scenario: Scenario, lab: Lab, from: &Path, recorded: &[Record], file: &Path) -> Scenario {
    let strangers = cce_play::missing_customers(&scenario, &lab);
    if !strangers.is_empty() {
        print::error(&format!(
            "warning: {} has no customer {}: its people and their names are the recorded ones",
            from.display(),
            strangers.join(", ")
        ));
    }
    let mut scenario = cce_play::on_recorded_lab(scenario, lab);
    let had = cce_play::leave_out_repeated(&mut scenario, recorded);
    if !had.is_empty() {
        let check = format!(
            "ccelab check {} --scenario {}",
            quoted(&from.display().to_string()),
            quoted(&file.display().to_string())
        );
        print::error(&format!(
            "warning: the recorded run had these steps and rules already, which are not done twice: {}\n  \
             to judge it by the file as it is: {check}",
            had.join(", ")
        ));
    }
    scenario
}

/// The lab of a recorded run.
fn recorded_lab(header: &Header) -> Result<Lab, Failure> {
    cce_world::header_lab(header)
        .map_err(|error| Failure::Usage(format!("the journal's configuration cannot be used: {error}")))
}

/// A recorded run once more, with the rules and the expectations of a scenario, if there is one.
fn recorded(options: &cli::Sim, from: &Path, file: Option<&cli::ScenarioFile>) -> Result<(), Failure> {
    let (header, recorded) = read_journal(from)?;
    if let Some(why) = cce_play::unrepeatable(&recorded) {
        return Err(Failure::Usage(format!("{} cannot be had again: {why}", from.display())));
    }
    let has_one_seed = header.nodes.iter().all(|node| header.seed_of(node) == header.seed);
    if !has_one_seed {
        return Err(Failure::Usage(format!(
            "{} cannot be had again: its processes had different seeds; give all the same --seed",
            from.display()
        )));
    }
    let lab = recorded_lab(&header)?;
    let scenario = match file {
        Some(file) => {
            let scenario = load_scenario_over(file, &recorded_customers(&lab))?;
            over(scenario, lab, from, &recorded, &file.scenario)
        }
        None => Scenario::of(lab),
    };
    let folder = Path::new(AGAIN);
    let journal = options.journal.clone().unwrap_or_else(|| folder.join("journal.jsonl"));
    // To begin a journal there would empty the one that is read.
    if journal.canonicalize().is_ok_and(|path| from.canonicalize().is_ok_and(|from| path == from)) {
        return Err(Failure::Usage(format!("{} is what is played: name another --journal", from.display())));
    }
    create_own(folder)?;
    let logs = options.logs.clone().unwrap_or_else(|| folder.to_owned());
    let places = Places::of(Some(journal), Some(logs), &[])?;
    let mut play = Play::recorded(&header, &recorded, scenario);
    let kept = run(&mut play, options, &places)?;
    let report = play.report();
    let name =
        file.map_or_else(|| from.display().to_string(), |_| play.sim.director().scenario().name.clone());
    print::words(&summary(&name, &report, &places.journal));
    match play.deviation(&recorded, &kept) {
        None => print::line(&format!(
            "everything happened as it was recorded, in the same order{}",
            beyond(play.beyond())
        )),
        Some(deviation) if file.is_none() => {
            return Err(Failure::Check(parted(&deviation, &header, &recorded, &kept)));
        }
        Some(deviation) => print::line(&parted(&deviation, &header, &recorded, &kept)),
    }
    judge(&name, &header, &kept, &report, &command_recorded(from, file))
}

fn beyond(more: Duration) -> String {
    if more.is_zero() {
        return String::new();
    }
    format!("; the run went on for {:.1} s behind the recorded end", more.as_secs_f64())
}

/// The rows of the two runs that part, each as its own ladder has it.
fn parted(deviation: &cce_play::Deviation, header: &Header, recorded: &[Record], now: &[Record]) -> String {
    let row = |fact: &Option<(u64, cce_kernel::Fact)>, records: &[Record]| match fact {
        None => "nothing more".to_owned(),
        Some((record, _)) => {
            let row = Excerpts::new(header, records).row(*record, print::page());
            row.unwrap_or_else(|| format!("record {record}")).trim_end().replace('\n', "\n            ")
        }
    };
    format!(
        "the run parts from the recorded one at {}\n  recorded: {}\n  now:      {}",
        deviation.node,
        row(&deviation.recorded, recorded),
        row(&deviation.found, now)
    )
}

/// Runs to the end, and records everything.
#[expect(clippy::disallowed_methods, reason = "people want to know how long a run took")]
fn run<O: Sequence>(play: &mut Play<O>, options: &cli::Sim, places: &Places) -> Result<Vec<Record>, Failure> {
    let mut writer =
        RecordWriter::new(&play.header, places)?.with_logs(LogFiles::create(&play.header, &places.logs)?);
    if options.ladder {
        writer = writer.with_ladder(&play.header);
    }
    let mut kept = Vec::new();
    let began = Instant::now();
    play.run(|records| {
        records.iter().for_each(|record| writer.record(record));
        kept.extend_from_slice(records);
    });
    let took = began.elapsed();
    writer.finish();
    print::line(&format!(
        "{} records; {:.1} s of virtual time in {} ms",
        kept.len(),
        Duration::from_micros(play.sim.now().0).as_secs_f64(),
        took.as_millis()
    ));
    Ok(kept)
}

fn judge(
    name: &str,
    header: &Header,
    records: &[Record],
    report: &RunReport,
    again: &str,
) -> Result<(), Failure> {
    if report.failures.is_empty() {
        return Ok(());
    }
    print::words(&failures(header, records, &report.failures));
    Err(Failure::Check(format!("{name}: {}\nagain: {again}", verdict(&report.failures))))
}

/// What failed, counted by kinds: `2 expectations failed, 1 rule never acted: late`.
pub(crate) fn verdict(failures: &[Finding]) -> String {
    let of = |kind: FindingKind| failures.iter().filter(move |failure| failure.kind == kind);
    let idle: Vec<&str> = of(FindingKind::IdleRule).map(|rule| rule.by.as_str()).collect();
    let broken: BTreeSet<&str> = of(FindingKind::Check).map(|check| check_name(&check.by)).collect();
    let are = if broken.len() == 1 { "is" } else { "are" };
    let named = broken.iter().copied().collect::<Vec<_>>().join(", ");
    let words = [
        (of(FindingKind::Expectation).count(), "expectation", " failed".to_owned()),
        (broken.len(), "check", format!(" {are} broken: {named}")),
        (idle.len(), "rule", format!(" never acted: {}", idle.join(", "))),
        (of(FindingKind::Other).count(), "thing", " did not go as the scenario says".to_owned()),
    ];
    let told = words.into_iter().filter(|(count, ..)| *count > 0);
    told.map(|(count, noun, what)| format!("{}{what}", print::counted(count, noun)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The check of `check one-end: A contact …`.
fn check_name(by: &str) -> &str {
    by.strip_prefix("check ").and_then(|rest| rest.split(':').next()).unwrap_or(by)
}

pub(crate) fn summary(name: &str, report: &RunReport, journal: &Path) -> String {
    let mut text = format!("{name}\n");
    if report.outcome.count() > ENDS_MAX {
        let _ = writeln!(text, "  {}", report.outcome);
    } else {
        for end in &report.outcome.ends {
            let _ = writeln!(text, "  {end}");
        }
    }
    for open in report.lost.iter().chain(&report.endless).take(ENDS_MAX) {
        let _ = writeln!(text, "  {open}");
    }
    if !report.is_over {
        let _ = writeln!(text, "  the run ended before everything had ended");
    }
    for acted in &report.bends {
        let _ = writeln!(text, "  {}", as_rule(&acted.to_string()));
    }
    for idle in &report.idle {
        let _ = writeln!(text, "  {}", as_rule(idle));
    }
    for dropped in &report.dropped {
        let _ = writeln!(text, "  {dropped}");
    }
    let _ = writeln!(text, "  journal: {}", journal.display());
    text
}

/// What a rule did. One without a name of its own is called `rule 1` already.
fn as_rule(told: &str) -> String {
    if told.starts_with("rule ") { told.to_owned() } else { format!("rule {told}") }
}

/// What is wrong, the first few tasks with the ladder around it.
pub(crate) fn failures(header: &Header, records: &[Record], failures: &[Finding]) -> String {
    let wrong = failures.iter().map(|failure| {
        let place = failure.record.map(|record| format!(" (record {record})")).unwrap_or_default();
        let place = if failure.text.contains(place.trim_start()) { "" } else { place.as_str() };
        let mut text = format!("{}\n  {}{place}\n", failure.by, failure.text);
        if let Some(why) = &failure.inferred {
            let _ = writeln!(text, "  this rests on inferred behaviour: {why}");
        }
        ProblemText { text, record: failure.record, related: &failure.related }
    });
    format!("\n{}\n", with_excerpts(header, records, wrong.collect()))
}

/// The command that repeats a run of a scenario.
pub(crate) fn command(file: &cli::ScenarioFile, options: &str) -> String {
    format!("ccelab sim {} {options}{}", quoted(&file.scenario.display().to_string()), choices(file))
}

/// The command that has a recorded run once more.
fn command_recorded(from: &Path, file: Option<&cli::ScenarioFile>) -> String {
    let mut words = format!("ccelab sim --from {}", quoted(&from.display().to_string()));
    if let Some(file) = file {
        let _ = write!(words, " {}{}", quoted(&file.scenario.display().to_string()), choices(file));
    }
    words
}

/// What was chosen for a scenario on the command line.
fn choices(file: &cli::ScenarioFile) -> String {
    let mut words = String::new();
    if let Some(config) = &file.config {
        let _ = write!(words, " --config {}", quoted(&config.display().to_string()));
    }
    for (name, value) in &file.parameters {
        let _ = write!(words, " --param {}", quoted(&format!("{name}={value}")));
    }
    words
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    if word.chars().all(|character| character.is_ascii_alphanumeric() || "_./:=,-".contains(character)) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
