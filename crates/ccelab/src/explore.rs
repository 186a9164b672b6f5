//! `ccelab explore`: many seeds of a scenario, or every order of its messages; each with every combination of its parameters.

use crate::{
    cli,
    failure::Failure,
    folders,
    print::{self, counted},
    seeds::{each_seed, jobs, record, records_of, write_journal},
    sim::{load_for_sim, warn_of_idle},
    swarm,
};
use cce_play::{AgentEnds, Orders, Play, RunEnd, agent_differences, agent_ends};
use cce_scenario::Scenario;
use cce_sim::explore::{Exploration, Explored, Explorer, Search};
use cce_world::Lab;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

/// The most choices of one run.
const CHOICES_MAX: usize = 2_000;

/// Combinations of the alternatives of a scenario's parameters that are explored.
const COMBINATIONS_MAX: usize = 256;

/// Agents that are told of one outcome who stand otherwise. Further ones are counted.
const AGENTS_MAX: usize = 6;

/// Something that runs came to, how many of them, and the first of them.
struct Kind {
    ended: RunEnd,
    count: u64,
    /// The options that repeat it.
    again: String,
    journal: PathBuf,
    /// How its agents stand at the end of that run.
    agents: AgentEnds,
}

/// What the runs of one combination of parameters came to.
#[derive(Default)]
struct Ends {
    /// Runs that failed, whatever those of other combinations came to.
    failed: u64,
    /// What runs never came to, and how many of them failed in nothing else.
    unreached: BTreeMap<BTreeSet<String>, u64>,
}

impl Ends {
    fn of(kinds: &[Kind]) -> Self {
        let mut ends = Self::default();
        for Kind { ended, count, .. } in kinds {
            let has_failed = !ended.failures.is_empty();
            ends.failed += if has_failed { *count } else { 0 };
            *ends.unreached.entry(ended.unreached.clone()).or_default() +=
                if has_failed { 0 } else { *count };
        }
        ends
    }

    /// What some run never came to.
    fn missed(&self) -> BTreeSet<&str> {
        self.unreached.keys().flatten().map(String::as_str).collect()
    }

    /// Runs that failed, where those of no combination come to `nowhere`.
    fn failed(&self, nowhere: &BTreeSet<&str>) -> u64 {
        let has_failed =
            |missed: &BTreeSet<String>| missed.iter().any(|what| nowhere.contains(what.as_str()));
        let missing = self.unreached.iter().filter(|(missed, _)| has_failed(missed));
        self.failed + missing.map(|(_, count)| count).sum::<u64>()
    }
}

/// What runs of each combination never came to.
fn missed_everywhere(ends: &[Ends]) -> BTreeSet<&str> {
    let each = ends.iter().map(Ends::missed);
    each.reduce(|all, missed| all.intersection(&missed).copied().collect()).unwrap_or_default()
}

/// Carries out the command.
pub(crate) fn explore(options: &cli::Explore) -> Result<(), Failure> {
    let scenario = load_for_sim(&options.file)?;
    warn_of_idle(&scenario);
    let combinations = combinations(options, &scenario.parameters)?;
    let folders = folders::Exploration::begin()?;
    let mut ends = Vec::new();
    for (number, chosen) in (1..).zip(&combinations) {
        let mut options = options.clone();
        options.file.parameters.extend_from_slice(chosen);
        let folder =
            if combinations.len() == 1 { folders.folder() } else { folders.of_parameters(number)? };
        ends.push(explore_one(&options, &load_for_sim(&options.file)?, &words(chosen), &folder)?);
    }
    let nowhere = missed_everywhere(&ends);
    if ends.len() > 1 {
        nowhere
            .iter()
            .for_each(|what| print::line(&format!("never reached, whatever the parameters: {what}")));
    }
    let failed: u64 = ends.iter().map(|ends| ends.failed(&nowhere)).sum();
    if failed == 0 {
        Ok(())
    } else {
        Err(Failure::Check(format!("{} failed", print::counted(failed, "run"))))
    }
}

/// Every combination of the alternatives of those parameters whose values the command line does not say.
fn combinations(
    options: &cli::Explore,
    parameters: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<Vec<(String, String)>>, Failure> {
    let mut combinations = vec![Vec::new()];
    for (name, alternatives) in parameters {
        if options.file.parameters.iter().any(|(chosen, _)| chosen == name) {
            continue;
        }
        if combinations.len() * alternatives.len() > COMBINATIONS_MAX {
            return Err(Failure::Usage(format!(
                "the parameters have more than {COMBINATIONS_MAX} combinations: choose the values of some, as in --param {name}=…"
            )));
        }
        let with = |combination: &Vec<(String, String)>, value: &String| {
            combination.iter().cloned().chain([(name.clone(), value.clone())]).collect()
        };
        combinations = combinations
            .iter()
            .flat_map(|combination| alternatives.iter().map(move |value| with(combination, value)))
            .collect();
    }
    Ok(combinations)
}

/// A combination, for a headline: ` (patience=5s)`.
fn words(chosen: &[(String, String)]) -> String {
    if chosen.is_empty() {
        return String::new();
    }
    let values: Vec<String> = chosen.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!(" ({})", values.join(", "))
}

/// Explores a scenario whose parameters have values.
fn explore_one(
    options: &cli::Explore,
    scenario: &Scenario,
    parameters: &str,
    folder: &Path,
) -> Result<Ends, Failure> {
    let name = format!("{}{parameters}", scenario.name);
    if let Some(seeds) = options.seeds.as_ref().filter(|_| scenario.swarm.is_some() && !options.orders) {
        let failed = swarm::explore(options, scenario, &name, seeds, folder)?;
        return Ok(Ends { failed, unreached: BTreeMap::new() });
    }
    let (headline, kinds) = match &options.seeds {
        Some(seeds) if !options.orders => of_seeds(options, scenario, seeds, folder)?,
        _ if scenario.swarm.is_some() => {
            return Err(Failure::Usage("a swarm has too many orders: give it --seeds".into()));
        }
        _ => of_orders(options, scenario, folder)?,
    };
    print::line(&format!("{name}: {headline}"));
    print::out(&table(options, &kinds, &scenario.lab));
    Ok(Ends::of(&kinds))
}

/// Runs every seed.
fn of_seeds(
    options: &cli::Explore,
    scenario: &Scenario,
    seeds: &cli::Seeds,
    folder: &Path,
) -> Result<(String, Vec<Kind>), Failure> {
    let mut kinds: BTreeMap<RunEnd, (u64, u64)> = BTreeMap::new();
    each_seed(
        options,
        seeds,
        |seed| ended(scenario, seed),
        |seed, ended| {
            let (count, first) = kinds.entry(ended).or_insert((0, seed));
            (*count, *first) = (*count + 1, seed.min(*first));
        },
    );
    let mut list = Vec::new();
    for (ended, (count, seed)) in kinds {
        let journal = folder.join(format!("seed-{seed}.jsonl"));
        let (header, records) = records_of(scenario, seed);
        write_journal(&journal, &header, &records)?;
        let (again, agents) = (format!("--seed {seed}"), agent_ends(&records));
        list.push(Kind { ended, count, again, journal, agents });
    }
    Ok((format!("{}, {}", counted(seeds.count(), "seed"), counted(list.len(), "distinct outcome")), list))
}

/// What a seed comes to. A component that panics is a failure of that seed, and of no other.
fn ended(scenario: &Scenario, seed: u64) -> RunEnd {
    // Nothing that a panic may leave half done is looked at afterwards.
    let played = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut play = Play::new(scenario.clone(), seed);
        play.run(|_| ());
        RunEnd::of(play.sim.director())
    }));
    played.unwrap_or_else(|_| RunEnd::panicked())
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
        let mut play = orders.in_order(found.first.clone());
        let mut records = Vec::new();
        record(&mut play, &mut records);
        write_journal(&journal, &play.header, &records)?;
        let again = format!("--seed {seed} --order {}", found.first);
        let agents = agent_ends(&records);
        list.push(Kind { ended: found.outcome, count: found.count, again, journal, agents });
    }
    let cut = explored.redundant;
    Ok((
        format!("{explored}, {}; {cut} runs were cut as redundant", counted(list.len(), "distinct outcome")),
        list,
    ))
}

/// The search, its parts shared out among `jobs` threads. What is found does not depend on how many they are.
#[expect(clippy::disallowed_methods, reason = "people want to know how long it will take")]
fn search(orders: &Orders, explorer: Explorer, jobs: usize) -> Explored<RunEnd> {
    let (most, began) = (explorer.max_runs, Instant::now());
    let mut exploration = Exploration::new(explorer);
    loop {
        let round = exploration.round();
        if round.is_empty() {
            print::progress("");
            return exploration.explored();
        }
        print::progress(&print::progress_to(exploration.runs(), most, "run", began.elapsed()));
        let open = Mutex::new(round);
        let done: Mutex<Vec<Search<Orders>>> = Mutex::default();
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

/// The next part, for one thread.
fn take(open: &Mutex<Vec<Search<Orders>>>) -> Option<Search<Orders>> {
    // In the head of the caller's `while let` the lock would be held while the thread works on the part.
    open.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

fn table(options: &cli::Explore, kinds: &[Kind], lab: &Lab) -> String {
    let mut text = String::new();
    for (number, kind) in kinds.iter().enumerate() {
        let _ = writeln!(text, "\n{:>8} × {}", kind.count, kind.ended.outcome);
        for failure in &kind.ended.failures {
            let _ = writeln!(text, "{:>10} failed: {failure}", "");
        }
        for what in &kind.ended.unreached {
            let _ = writeln!(text, "{:>10} never reached: {what}", "");
        }
        for what in differences(kind, kinds.first().filter(|_| number > 0), lab) {
            let _ = writeln!(text, "{:>10} unlike the first: {what}", "");
        }
        let _ = writeln!(text, "{:>10} again: {}", "", crate::sim::command(&options.file, &kind.again));
        let _ = writeln!(text, "{:>10} journal: {}", "", kind.journal.display());
    }
    text
}

/// The ends of tasks and of agents that differ from those of the first outcome. The journals of both say how agents end.
fn differences(kind: &Kind, first: Option<&Kind>, lab: &Lab) -> Vec<String> {
    let Some(first) = first else { return Vec::new() };
    let domain = |id| {
        let known = lab.mrds.iter().find(|mrd| mrd.id == id).filter(|_| lab.mrds.len() > 1);
        known.map_or_else(String::new, |mrd| format!(" in {}", mrd.name))
    };
    let agents = agent_differences(&kind.agents, &first.agents, domain);
    let more = agents.len().saturating_sub(AGENTS_MAX);
    let rest = (more > 0).then(|| format!("and {}", counted(more, "more agent")));
    let agents = agents.into_iter().take(AGENTS_MAX).chain(rest);
    kind.ended.differences(&first.ended).into_iter().chain(agents).collect()
}
