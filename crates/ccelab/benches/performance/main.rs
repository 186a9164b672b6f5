//! What a task costs: on bare sockets, in a running lab, and in the simulator.
//!
//! `cargo bench -p ccelab --bench performance` measures all of it in one run and prints ratios. Words behind `--` choose:
//!
//! - `floor`, `lives`, `sim`, `growth`: only these parts; without a word, the first three.
//! - `tasks=2000`: tasks of a part. `growth` counts from 1,000 up to it by tens.
//! - `packed`, `plain`: how the journal of `lives` is kept, instead of what is usual.
//! - `svg=PATH`: where `growth` puts its plot.
//! - `bin=PATH`: another build of `ccelab` for `lives`.
//!
//! Everything stays on loopback and ends by itself. Times are of this machine at this moment; the ratios are what counts. CPU times are those that
//! Linux keeps of a process (`/proc`), and suffer less from what else runs.

#![expect(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark takes the time and prints it, and ends where something is wrong"
)]

mod cpu;
mod crowd;
mod floor;
mod lives;
mod simulated;

use mimalloc::MiMalloc;
use std::time::Duration;

/// The one of the binary.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// What a part took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    pub(crate) tasks: u64,
    pub(crate) time: Duration,
    /// CPU time of the side that is measured.
    pub(crate) lab: Duration,
    /// CPU time of the side that makes the load; none in the simulator.
    pub(crate) load: Duration,
}

impl Took {
    fn per_second(&self) -> f64 {
        self.tasks as f64 / self.time.as_secs_f64()
    }

    fn cpu_ms(&self) -> f64 {
        (self.lab + self.load).as_secs_f64() * 1e3 / self.tasks as f64
    }

    fn print(&self, name: &str, floor: Option<&Self>) {
        let each = |time: Duration| time.as_secs_f64() * 1e3 / self.tasks as f64;
        let ratio = floor.map_or_else(String::new, |floor| {
            format!(
                "   {:.2} x the floor's time, {:.2} x its CPU",
                floor.per_second() / self.per_second(),
                self.cpu_ms() / floor.cpu_ms()
            )
        });
        println!(
            "{name:<34} {:>9.0} tasks/s   CPU a task: {:.3} ms lab, {:.3} ms load{ratio}",
            self.per_second(),
            each(self.lab),
            each(self.load)
        );
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let [side, rest @ ..] = words.as_slice()
        && let Some(side) = floor::Side::of(side)
    {
        return floor::child(side, rest);
    }
    let has = |word: &str| words.iter().any(|other| other == word);
    let none = !["floor", "lives", "sim", "growth"].into_iter().any(has);
    let tasks = words.iter().find_map(|word| word.strip_prefix("tasks=")?.parse::<u64>().ok());
    let floor = (none || has("floor")).then(|| {
        let took = floor::measure(tasks.unwrap_or(10_000));
        took.print("floor: bare sockets", None);
        took
    });
    if none || has("lives") {
        let packing = ["packed", "plain"].into_iter().find(|word| has(word));
        let binary = words.iter().find_map(|word| word.strip_prefix("bin="));
        let (took, bytes) = lives::measure(tasks.unwrap_or(3_000), packing, binary);
        took.print("lives: ccelab run, ccelab load", floor.as_ref());
        println!("{:<34} {bytes:>9} bytes of journal a task", "");
    }
    if none || has("sim") {
        simulated::measure(tasks.unwrap_or(2_000));
    }
    if has("growth") {
        let svg = words.iter().find_map(|word| word.strip_prefix("svg="));
        simulated::growth(tasks.unwrap_or(100_000), svg);
    }
}
