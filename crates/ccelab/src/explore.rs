//! `ccelab explore`: many seeds of a scenario, or every order of its messages.

use crate::{
    cli,
    failure::Failure,
    files::{LAST, create_folder, create_private},
    print,
    sim::load_scenario,
    swarm,
};
use cce_journal::{Header, Record, Writer};
use cce_scenario::{Ended, Orders, Outcome, Play, Scenario};
use cce_sim::explore::{Exploration, Explored, Explorer, Search};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::BufWriter,
    num::NonZero,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

/// The most choices of one run.
const CHOICES_MAX: usize = 2_000;

/// Runs at the same time, whatever is asked for.
const JOBS_MAX: usize = 256;

/// Where journals go, below the folder of the last run.
const FOLDER: &str = "explore";

/// Something that runs came to, how many of them, and the first of them.
struct Kind {
    ended: Ended,
    count: u64,
    /// The options that repeat it.
    again: String,
    journal: PathBuf,
}

/// Carries out the command.
pub(crate) fn explore(options: &cli::Explore) -> Result<(), Failure> {
    let scenario = load_scenario(&options.file)?;
    let folder = Path::new(LAST).join(FOLDER);
    create_folder(&folder)?;
    if let Some(seeds) = options.seeds.as_ref().filter(|_| scenario.swarm.is_some() && !options.orders) {
        return swarm::explore(options, &scenario, seeds, &folder);
    }
    let (headline, kinds) = match &options.seeds {
        Some(seeds) if !options.orders => of_seeds(options, &scenario, seeds, &folder)?,
        _ if scenario.swarm.is_some() => {
            return Err(Failure::Usage("a swarm has too many orders: give it --seeds".into()));
        }
        _ => of_orders(options, &scenario, &folder)?,
    };
    print::line(&format!("{}: {headline}", scenario.name));
    print::out(&table(options, &kinds));
    let failed: u64 =
        kinds.iter().filter(|kind| !kind.ended.failures.is_empty()).map(|kind| kind.count).sum();
    if failed == 0 { Ok(()) } else { Err(Failure::Check(format!("{failed} runs failed"))) }
}

pub(crate) fn jobs(options: &cli::Explore) -> usize {
    options.jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get).min(JOBS_MAX)
}

/// Runs every seed.
fn of_seeds(
    options: &cli::Explore,
    scenario: &Scenario,
    seeds: &cli::Seeds,
    folder: &Path,
) -> Result<(String, Vec<Kind>), Failure> {
    let next = AtomicU64::new(seeds.first);
    let found: Mutex<BTreeMap<u64, Ended>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..jobs(options) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > seeds.last {
                        return;
                    }
                    let ended = ended(scenario, seed);
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    found.insert(seed, ended);
                    print::progress(&format!("{} of {} seeds", found.len(), seeds.count()));
                }
            });
        }
    });
    print::progress("");
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut kinds: BTreeMap<Ended, (u64, u64)> = BTreeMap::new();
    for (seed, ended) in &found {
        kinds.entry(ended.clone()).or_insert((0, *seed)).0 += 1;
    }
    let mut list = Vec::new();
    for (ended, (count, seed)) in kinds {
        let journal = folder.join(format!("seed-{seed}.jsonl"));
        let (header, records) = records_of(scenario, seed);
        write_journal(&journal, &header, &records)?;
        list.push(Kind { ended, count, again: format!("--seed {seed}"), journal });
    }
    Ok((format!("{} seeds, {} distinct outcomes", found.len(), list.len()), list))
}

/// What a seed comes to. A component that panics is a failure of that seed, and of no other.
fn ended(scenario: &Scenario, seed: u64) -> Ended {
    let played = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut play = Play::new(scenario.clone(), seed);
        play.run(|_| ());
        Ended::of(play.sim.director())
    }));
    played.unwrap_or_else(|_| Ended {
        outcome: Outcome::default(),
        failures: vec!["a component panicked".to_owned()],
    })
}

/// Everything that is recorded of a run, up to its end or to a panic.
pub(crate) fn records_of(scenario: &Scenario, seed: u64) -> (Header, Vec<Record>) {
    let mut play = Play::new(scenario.clone(), seed);
    let mut records = Vec::new();
    // The panic was told with the seed already.
    let _ = panic::catch_unwind(AssertUnwindSafe(|| play.run(|fresh| records.extend_from_slice(fresh))));
    (play.header, records)
}

/// Runs every order of one seed's messages.
fn of_orders(
    options: &cli::Explore,
    scenario: &Scenario,
    folder: &Path,
) -> Result<(String, Vec<Kind>), Failure> {
    let seed = options.seeds.as_ref().map_or(1, |seeds| seeds.first);
    let orders = Orders::new(scenario.clone(), seed);
    let explorer = Explorer { end: orders.end(), max_runs: options.max.get(), max_choices: CHOICES_MAX };
    let explored = search(&orders, explorer, jobs(options));
    let mut list = Vec::new();
    for (number, found) in (1..).zip(explored.outcomes()) {
        let journal = folder.join(format!("order-{number}.jsonl"));
        let mut play = orders.repeat(found.first.clone());
        let mut records = Vec::new();
        play.run(|fresh| records.extend_from_slice(fresh));
        write_journal(&journal, &play.header, &records)?;
        let again = format!("--seed {seed} --order {}", found.first);
        list.push(Kind { ended: found.outcome, count: found.count, again, journal });
    }
    let runs = format!(
        "{explored}, {} distinct outcomes; {} runs were cut as redundant",
        list.len(),
        explored.redundant
    );
    Ok((runs, list))
}

/// The search, its parts shared out among `jobs` threads. What is found does not depend on how many they are.
fn search(orders: &Orders, explorer: Explorer, jobs: usize) -> Explored<Ended> {
    let mut exploration = Exploration::new(explorer);
    loop {
        let round = exploration.round();
        if round.is_empty() {
            print::progress("");
            return exploration.explored();
        }
        print::progress(&format!("{} runs", exploration.runs()));
        let open = Mutex::new(round);
        let done: Mutex<Vec<Search<Ended>>> = Mutex::default();
        thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(|| {
                    while let Some(mut part) = take(&open) {
                        part.work(orders, &mut |_| ());
                        done.lock().unwrap_or_else(PoisonError::into_inner).push(part);
                    }
                });
            }
        });
        exploration.take_back(done.into_inner().unwrap_or_else(PoisonError::into_inner));
    }
}

fn take(open: &Mutex<Vec<Search<Ended>>>) -> Option<Search<Ended>> {
    open.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

fn table(options: &cli::Explore, kinds: &[Kind]) -> String {
    let mut text = String::new();
    for kind in kinds {
        let _ = writeln!(text, "\n{:>8} × {}", kind.count, kind.ended.outcome);
        for failure in &kind.ended.failures {
            let _ = writeln!(text, "{:>10} failed: {failure}", "");
        }
        let _ = writeln!(text, "{:>10} again: {}", "", crate::sim::command(&options.file, &kind.again));
        let _ = writeln!(text, "{:>10} journal: {}", "", kind.journal.display());
    }
    text
}

pub(crate) fn write_journal(path: &Path, header: &Header, records: &[Record]) -> Result<(), Failure> {
    let failed = |source| Failure::File { action: "write", path: path.to_owned(), source };
    let to = BufWriter::new(create_private(path)?);
    let mut writer = Writer::new(to, header).map_err(failed)?;
    for record in records {
        writer.record(record).map_err(failed)?;
    }
    writer.flush().map_err(failed)
}
