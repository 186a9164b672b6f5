//! `ccelab explore` of a swarm: many seeds, what failed, and what was never reached.

use crate::{
    cli,
    failure::Failure,
    print::{self, counted},
    seeds::{each_seed, jobs, records_of, write_journal},
};
use cce_play::{Play, RunEnd};
use cce_scenario::Scenario;
use cce_swarm::Coverage;
use std::{
    any::Any,
    collections::BTreeMap,
    fmt::Write as _,
    panic::{self, AssertUnwindSafe},
    path::Path,
    time::Instant,
};

/// Failed seeds that are told one by one.
const TOLD_MAX: usize = 20;

/// What became of one seed.
struct SeedOutcome {
    /// What was drawn, in one line.
    drawn: String,
    /// The numbers of what was drawn: agents, domains, tasks, faults, messages that are bent.
    counts: [usize; 5],
    /// Names of what failed; a panic of a component is one, too.
    failures: Vec<String>,
    /// How many contacts ended how.
    ends: BTreeMap<String, u64>,
}

/// Everything that all seeds found.
#[derive(Default)]
struct Findings {
    seeds: BTreeMap<u64, SeedOutcome>,
    coverage: Coverage,
}

/// Runs every seed, and says what was drawn and what failed, and where it is asked for what was never reached. Returns how many seeds failed.
#[expect(clippy::disallowed_methods, reason = "people want to know how long it took")]
pub(crate) fn explore(
    options: &cli::Explore,
    scenario: &Scenario,
    name: &str,
    seeds: &cli::Seeds,
    folder: &Path,
) -> Result<u64, Failure> {
    let began = Instant::now();
    let Findings { seeds: found, coverage } = run_all(options, scenario, seeds);
    let took = began.elapsed().as_secs_f64();
    let failed: Vec<(&u64, &SeedOutcome)> =
        found.iter().filter(|(_, found)| !found.failures.is_empty()).collect();
    let (count, contacts) = (counted(found.len(), "seed"), ends(found.values()));
    print::line(&format!("{name}: {count}, {} failed; contacts: {contacts}", failed.len()));
    print::line(&format!("  drawn: {}", all_drawn(found.values())));
    let hint = if options.coverage {
        ""
    } else {
        "; --coverage says which pairs of states and messages no seed reached"
    };
    print::line(&format!("  took {took:.1} s with {}{hint}", counted(jobs(options), "job")));
    for (seed, found) in failed.iter().take(TOLD_MAX) {
        let journal = folder.join(format!("seed-{seed}.jsonl"));
        print::out(&failure_text(options, **seed, found));
        let (header, records) = records_of(scenario, **seed);
        write_journal(&journal, &header, &records)?;
        print::line(&format!("  journal: {}", journal.display()));
    }
    if options.coverage {
        print::out(&format!("\n{coverage}"));
    }
    Ok(u64::try_from(failed.len()).unwrap_or(u64::MAX))
}

fn run_all(options: &cli::Explore, scenario: &Scenario, seeds: &cli::Seeds) -> Findings {
    let mut findings = Findings::default();
    each_seed(
        options,
        seeds,
        |seed| run(scenario, seed),
        |seed, (found, coverage)| {
            findings.coverage.add(&coverage);
            findings.seeds.insert(seed, found);
        },
    );
    findings
}

/// One seed. A component that panics ends it.
fn run(scenario: &Scenario, seed: u64) -> (SeedOutcome, Coverage) {
    let scenario = cce_swarm::draw(scenario.clone(), seed);
    let drawn = scenario.drawn.as_ref().map(ToString::to_string).unwrap_or_default();
    let counts = scenario.drawn.as_ref().map(|drawn| {
        [drawn.agents.len(), drawn.mrds.len(), drawn.tasks, drawn.faults.len(), drawn.rules.len()]
    });
    let counts = counts.unwrap_or_default();
    // Nothing that a panic may leave half done is looked at afterwards.
    let played = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut play = Play::new(scenario, seed);
        play.run(|_| ());
        let coverage = play.sim.director().coverage().cloned().unwrap_or_default();
        (RunEnd::of(play.sim.director()), coverage)
    }));
    match played {
        Ok((ended, coverage)) => {
            let mut ends = BTreeMap::new();
            for end in &ended.outcome.ends {
                let status = end.status.split(' ').next().unwrap_or_default();
                *ends.entry(status.to_owned()).or_insert(0) += 1;
            }
            (SeedOutcome { drawn, counts, failures: ended.failures, ends }, coverage)
        }
        Err(panic) => {
            let failures = vec![format!("a component panicked: {}", message(panic.as_ref()))];
            (SeedOutcome { drawn, counts, failures, ends: BTreeMap::new() }, Coverage::default())
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    // A panic carries a `&str` where its words are literal, and a `String` where they are formatted.
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it does not say why")
}

/// How contacts ended, all together: `handled 120, discarded 14`.
fn ends<'a>(found: impl Iterator<Item = &'a SeedOutcome>) -> String {
    let mut all: BTreeMap<&str, u64> = BTreeMap::new();
    for (status, count) in found.flat_map(|found| &found.ends) {
        *all.entry(status).or_insert(0) += count;
    }
    let parts: Vec<String> = all.iter().map(|(status, count)| format!("{status} {count}")).collect();
    parts.join(", ")
}

/// What all seeds drew together: `6 agents, 3 domains, 14 tasks, 3 faults`.
fn all_drawn<'a>(found: impl Iterator<Item = &'a SeedOutcome>) -> String {
    let all = found
        .fold([0; 5], |sum: [usize; 5], found| std::array::from_fn(|place| sum[place] + found.counts[place]));
    let nouns = ["agent", "domain", "task", "fault", "bent message"];
    let told = all.into_iter().zip(nouns).filter(|(count, _)| *count > 0);
    told.map(|(count, noun)| counted(count, noun)).collect::<Vec<_>>().join(", ")
}

fn failure_text(options: &cli::Explore, seed: u64, found: &SeedOutcome) -> String {
    let mut text = format!("\n{}\n", found.drawn);
    for failure in &found.failures {
        let _ = writeln!(text, "  failed: {failure}");
    }
    let _ = writeln!(text, "  again: {}", crate::sim::command(&options.file, &format!("--seed {seed}")));
    text
}
