//! What `ccelab explore` does alike with a scenario's seeds and with a swarm's: plays them on several threads, and keeps the journals
//! of those that it tells of.

use crate::{cli, failure::Failure, files::create_journal, print};
use cce_journal::{Header, Record};
use cce_play::Play;
use cce_scenario::Scenario;
use cce_sim::Sequence;
use std::{
    num::NonZero,
    panic::{self, AssertUnwindSafe},
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

/// Runs at the same time, at most.
pub(crate) const JOBS_MAX: usize = 256;

/// How many runs there are at the same time.
pub(crate) fn jobs(options: &cli::Explore) -> usize {
    options.jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get).min(JOBS_MAX)
}

/// Plays every seed, several at the same time. `take` is given what became of each, in any order.
#[expect(clippy::disallowed_methods, reason = "people want to know how long it will take")]
pub(crate) fn each_seed<T: Send>(
    options: &cli::Explore,
    seeds: &cli::Seeds,
    play: impl Fn(u64) -> T + Sync,
    take: impl FnMut(u64, T) + Send,
) {
    let next = AtomicU64::new(seeds.first);
    let taken = Mutex::new((0, take));
    let began = Instant::now();
    thread::scope(|scope| {
        for _ in 0..jobs(options) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > seeds.last {
                        return;
                    }
                    let found = play(seed);
                    let (count, take) = &mut *taken.lock().unwrap_or_else(PoisonError::into_inner);
                    take(seed, found);
                    *count += 1;
                    print::progress(&print::progress_of(*count, seeds.count(), "seed", began.elapsed()));
                }
            });
        }
    });
    print::progress("");
}

/// Everything that is recorded of a run, up to its end or to a panic.
pub(crate) fn records_of(scenario: &Scenario, seed: u64) -> (Header, Vec<Record>) {
    let mut play = Play::new(scenario.clone(), seed);
    let mut records = Vec::new();
    record(&mut play, &mut records);
    (play.header, records)
}

/// Runs to the end, or to a panic, which was told already.
pub(crate) fn record<O: Sequence>(play: &mut Play<O>, records: &mut Vec<Record>) {
    let _ = panic::catch_unwind(AssertUnwindSafe(|| play.run(|fresh| records.extend_from_slice(fresh))));
}

/// Writes the journal of a run.
pub(crate) fn write_journal(path: &Path, header: &Header, records: &[Record]) -> Result<(), Failure> {
    let failed = |source| Failure::File { action: "write", path: path.to_owned(), source };
    let mut writer = create_journal(path, header)?;
    for record in records {
        writer.record(record).map_err(failed)?;
    }
    writer.end(false).and_then(|()| writer.flush()).map_err(failed)
}
