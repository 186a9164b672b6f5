//! The task of the lab trace, simulated with the lab's times.

use cce_journal::{Header, Record};
use cce_kernel::{Command, Time};
use cce_sim::Sim;
use cce_views::logs::{LogFile, Logs};
use cce_world::{CastAgent, CastCustomer, CreateMethod, Lab, Layers, Span, load};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process,
    time::Duration,
};

const PROFILE: &str = include_str!("../../../../sim-configs/labs/lab-trace.toml");

/// What other agents do meanwhile, over and over: from when on, how often, and how many times, in microseconds;
/// who, and the two words that they are told in turn.
const OTHER_TRAFFIC: [(u64, u64, u64, &str, [&str; 2]); 5] = [
    (93_500_000, 300_000, 179, "agent-1081", ["ready", "not-ready"]),
    (93_610_000, 200_000, 252, "agent-1083", ["voice-ready", "voice-not-ready"]),
    (148_200_000, 350_000, 214, "agent-1081", ["ready", "not-ready"]),
    (148_410_000, 220_000, 334, "agent-1083", ["voice-ready", "voice-not-ready"]),
    (224_600_000, 5_000, 15, "agent-1083", ["voice-ready", "voice-not-ready"]),
];

/// Far behind the end of the task.
const END: Time = Time(228_000_000);

fn us(micros: u64) -> Span {
    Span(Duration::from_micros(micros))
}

fn lab() -> Lab {
    let file = Some(("lab-trace.toml".to_owned(), PROFILE.to_owned()));
    let mut lab = load(&Layers { file, ..Layers::default() }).unwrap();
    lab.cast.agents = vec![
        CastAgent {
            sign_in: Some(us(1_891_300)),
            ready: Some(us(6_654_400)),
            accept: Some(us(9_529_100)),
            start: Some(us(54_817_800)),
            close: Some(us(76_790_000)),
            ..CastAgent::new("1080".into())
        },
        CastAgent { sign_in: Some(us(1_000_000)), ..CastAgent::new("1081".into()) },
        CastAgent { sign_in: Some(us(1_200_000)), ..CastAgent::new("1083".into()) },
    ];
    lab.cast.customers = vec![customer()];
    lab
}

fn customer() -> CastCustomer {
    let variables = [
        ("cv_1", "Scott McTominay"),
        ("cv_2", "Report Lost Credit Card"),
        ("cv_3", "123456789"),
        ("cv_4", "user@email"),
    ];
    CastCustomer {
        at: Some(us(83_232_400)),
        method: CreateMethod::Get,
        name: "user@email".into(),
        title: "Report Lost Credit Card".into(),
        description: "Report Lost Credit Card".into(),
        poll: Some(us(1_000_000)),
        variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..CastCustomer::new(100_080, "CumulusTask")
    }
}

fn run(seed: u64) -> (Header, Vec<Record>) {
    let lab = lab();
    let header = lab.header(seed, lab.demo_start(), lab.nodes());
    let mut sim = Sim::new(seed);
    sim.set_latencies(lab.latency.latencies());
    for node in lab.nodes() {
        sim.add(&node, header.clock(&node), lab.build(&node).unwrap());
    }
    let mut steps: Vec<(u64, &str, &str)> = Vec::new();
    for (from, every, times, who, words) in OTHER_TRAFFIC {
        steps.extend((0..times).zip(words.iter().cycle()).map(|(n, word)| (from + n * every, who, *word)));
    }
    steps.sort_unstable();
    for (at, who, word) in steps {
        sim.run_until(Time(at));
        sim.command(&who.into(), Command::Act(word.to_owned()));
    }
    sim.run_until(END);
    (header, sim.records().to_vec())
}

fn logs(seed: u64) -> BTreeMap<LogFile, String> {
    let (header, records) = run(seed);
    let mut logs = Logs::new(&header);
    let mut texts = BTreeMap::new();
    for (file, line) in records.iter().flat_map(|record| logs.push(record)) {
        *texts.entry(file).or_insert_with(String::new) += &(line + "\n");
    }
    texts
}

fn write(seed: u64) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("cce-views-lab-trace-{}-{seed}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in logs(seed) {
        fs::write(folder.join(file.file_name()), text).unwrap();
    }
    folder
}

/// The reference is beside the project, where there is one; it is no part of the project.
#[expect(clippy::print_stderr, reason = "a person must see that something was not tested")]
fn compare(logs: &Path, options: &[&str]) {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/tools/compare-lab-trace.py");
    if !tool.exists() {
        return eprintln!(
            "skipped: the comparison with the lab trace: the reference is not beside the project"
        );
    }
    let output = process::Command::new("python3").arg(&tool).arg(logs).args(options).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_gateways_and_the_router_write_the_lab_trace_to_the_byte_for_every_seed() {
    for seed in 0..4 {
        let logs = write(seed);
        compare(&logs, &["--exact", "--files", "ctisvr,mr-pim,router"]);
        compare(&logs, &["--exact", "--min", "89"]);
        compare(&logs, &[]);
        fs::remove_dir_all(logs).unwrap();
    }
}

#[test]
fn no_seed_changes_a_line_about_the_task_in_the_logs_of_the_gateways_and_the_router() {
    let about_task = |seed| {
        let mut logs = logs(seed);
        logs.retain(|file, _| matches!(file, LogFile::Ctisvr | LogFile::MrPim | LogFile::Router));
        let is_about =
            |line: &&str| line.contains("1080") || line.contains("37051928") || line.contains("5172");
        logs.into_values()
            .map(|text| text.lines().filter(is_about).collect::<Vec<_>>().join("\n"))
            .collect::<Vec<_>>()
    };
    let first = about_task(0);
    assert!(first.iter().all(|log| log.contains("5172")));
    for seed in 1..6 {
        assert_eq!(about_task(seed), first, "seed {seed}");
    }
}
