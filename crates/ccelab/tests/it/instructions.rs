//! How many instructions a simulated task takes: a figure that does not depend on how busy the machine is.
//!
//! Two runs of the same seed, one with more tasks, differ by what those tasks take; the start and the end cancel out. The figure
//! stands in `instructions.toml`, for one compiler, in the profile in which tests are built. A change that makes it better or
//! worse by more than the room there is either renewed on purpose or mended: `CCELAB_WRITE_INSTRUCTIONS=1 cargo test -p ccelab
//! --test it instructions` renews it, and the commit says why.

use crate::support::{folder, say_skipped, skip, stderr};
use std::{fmt::Write, fs, path::Path, process::Command};

/// Thousandths by which the figure may differ.
const ROOM: u64 = 30;

const FEW: u64 = 2;
const MANY: u64 = 6;

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/instructions.toml");

#[test]
fn a_simulated_task_takes_as_many_instructions_as_it_did() {
    let what = "instructions of a simulated task";
    if Command::new("valgrind").arg("--version").output().is_err() {
        return skip(what, "valgrind is not installed");
    }
    let kept: toml::Table = fs::read_to_string(KEPT).unwrap().parse().unwrap();
    let is_renewed = std::env::var_os("CCELAB_WRITE_INSTRUCTIONS").is_some();
    let compiler = compiler();
    let is_same = kept["rustc"].as_str() == Some(&compiler) && cfg!(debug_assertions);
    if !is_renewed && !is_same {
        return say_skipped(what, &format!("the figure is of {} in profile dev", kept["rustc"]));
    }
    let folder = folder("instructions");
    let found = (count(&folder, MANY) - count(&folder, FEW)) / (MANY - FEW);
    if is_renewed {
        let comment: String =
            fs::read_to_string(KEPT).unwrap().lines().take(1).map(|line| format!("{line}\n")).collect();
        let text =
            format!("{comment}rustc = \"{compiler}\"\nprofile = \"dev\"\ninstructions_per_task = {found}\n");
        fs::write(KEPT, text).unwrap();
        return;
    }
    let expected = u64::try_from(kept["instructions_per_task"].as_integer().unwrap()).unwrap();
    assert!(
        found.abs_diff(expected) * 1_000 <= expected * ROOM,
        "{found} instructions a task, {expected} before; renew the figure if that is meant, see instructions.rs"
    );
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output().unwrap();
    let machine = std::env::consts::ARCH;
    format!("{} {machine}", String::from_utf8(output.stdout).unwrap().trim())
}

/// Instructions of a whole simulated run with so many tasks.
fn count(folder: &Path, tasks: u64) -> u64 {
    let mut scenario =
        String::from("name = \"tasks\"\nabout = \"One agent, many tasks.\"\n\n[agents.1081]\n");
    (1..=tasks).for_each(|number| writeln!(scenario, "\n[customers.c{number}]").unwrap());
    fs::write(folder.join("tasks.toml"), scenario).unwrap();
    let out = format!("callgrind.{tasks}");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", &format!("--callgrind-out-file={out}"), env!("CARGO_BIN_EXE_ccelab")])
        .args(["sim", "tasks.toml", "--seed", "1", "--journal", "journal.jsonl", "--logs", "logs"])
        .current_dir(folder)
        .env_remove("CCELAB_LOG")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let profile = fs::read_to_string(folder.join(out)).unwrap();
    let total =
        profile.lines().find_map(|line| line.strip_prefix("summary: ").or(line.strip_prefix("totals: ")));
    total.unwrap().trim().parse().unwrap()
}
