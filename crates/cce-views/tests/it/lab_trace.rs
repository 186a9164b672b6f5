//! The task of the lab trace, simulated with the lab's times.

use base64::{Engine, engine::general_purpose::STANDARD};
use cce_journal::{Header, Record};
use cce_kernel::{Component, Cx, Input, NodeName, Port, Request, Time, TimerKey};
use cce_sim::Sim;
use cce_views::logs::{LogFile, Logs};
use cce_world::{CastAgent, CastCustomer, CreateMethod, Lab, Layers, Span, load};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

const PROFILE: &str = include_str!("../../../../sim-configs/labs/lab-trace.toml");

/// Desks of other agents: they send requests at given times, whatever comes of them.
struct OtherDesks(Vec<(Duration, Request)>);

impl Component for OtherDesks {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        if let Input::Start { .. } = input {
            for (id, (at, _)) in (0..).zip(&self.0) {
                cx.arm(TimerKey::new("step", id), *at);
            }
        }
        if let Input::Timer(key) = input {
            let step = usize::try_from(key.id).unwrap();
            cx.call(Port::Desk, self.0[step].1.clone());
        }
    }
}

fn put(agent: &str, path: &str, body: &str) -> Request {
    let token = STANDARD.encode(format!("{agent}:ccelab"));
    Request::new("PUT", format!("/finesse/api/User/{agent}{path}"))
        .header("authorization", format!("Basic {token}"))
        .xml(body.to_owned())
}

fn media(agent: &str, body: &str) -> Request {
    put(agent, "/Media/5011", body)
}

fn steps() -> Vec<(Duration, Request)> {
    let mut steps = Vec::new();
    for (at, agent) in [(1_000, "1081"), (1_200, "1083")] {
        let body = format!("<User><state>LOGIN</state><extension>{agent}</extension></User>");
        steps.push((ms(at), put(agent, "", &body)));
        steps.push((ms(at + 100), media(agent, MEDIA_LOGIN)));
    }
    let mut repeat = |from: u64, every: u64, times: u64, request: &dyn Fn(&str) -> Request| {
        for number in 0..times {
            let state = if number % 2 == 0 { "READY" } else { "NOT_READY" };
            steps.push((Duration::from_micros(from + number * every), request(state)));
        }
    };
    let ready = |state: &str| media("1081", &format!("<Media><state>{state}</state></Media>"));
    let voice = |state: &str| put("1083", "", &format!("<User><state>{state}</state></User>"));
    repeat(92_951_500, 200, 4, &voice);
    repeat(93_500_000, 640_000, 84, &ready);
    repeat(93_610_000, 155_000, 343, &voice);
    repeat(148_200_000, 950_000, 80, &ready);
    repeat(148_410_000, 160_000, 468, &voice);
    repeat(224_600_000, 1_000, 15, &voice);
    steps
}

const MEDIA_LOGIN: &str = "<Media><state>LOGIN</state><maxDialogLimit>1</maxDialogLimit>\
    <interruptAction>ACCEPT</interruptAction><dialogLogoutAction>CLOSE</dialogLogoutAction></Media>";

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn us(micros: u64) -> Span {
    Span(Duration::from_micros(micros))
}

fn lab() -> Lab {
    let file = Some(("lab-trace.toml".to_owned(), PROFILE.to_owned()));
    let mut lab = load(&Layers { file, ..Layers::default() }).unwrap();
    lab.cast.agents = vec![CastAgent {
        id: "1080".into(),
        limit: 3,
        sign_in: us(1_891_300),
        ready: us(6_654_400),
        accept: Some(us(9_529_100)),
        start: us(54_817_800),
        close: us(76_790_000),
    }];
    lab.cast.customers = vec![CastCustomer {
        waits: false,
        at: us(83_232_400),
        method: CreateMethod::Get,
        feed: 100_080,
        name: "user@email".into(),
        title: "Report Lost Credit Card".into(),
        description: "Report Lost Credit Card".into(),
        script_selector: "CumulusTask".into(),
        requeue_on_recovery: false,
        poll: Span(Duration::from_secs(1)),
        cancel_after: None,
        variables: BTreeMap::from(
            [
                ("cv_1", "Scott McTominay"),
                ("cv_2", "Report Lost Credit Card"),
                ("cv_3", "123456789"),
                ("cv_4", "user@email"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        ),
    }];
    lab
}

fn run(seed: u64) -> (Header, Vec<Record>) {
    let lab = lab();
    let mut nodes = lab.nodes();
    nodes.push(NodeName::from("desks"));
    let header = lab.header(seed, lab.demo_start(), nodes.clone());
    let mut sim = Sim::new(seed);
    sim.set_latencies(lab.latency.latencies());
    for node in nodes {
        let component = lab.build(&node).unwrap_or_else(|| Box::new(OtherDesks(steps())));
        sim.add(&node, header.clock(&node), component);
    }
    sim.run_until(Time(230_000_000));
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
    let folder = std::env::temp_dir().join(format!("cce-views-lab-trace-{}-{seed}", std::process::id()));
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
    let output = Command::new("python3").arg(&tool).arg(logs).args(options).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_gateways_and_the_router_write_the_lab_trace_to_the_byte_for_every_seed() {
    for seed in 0..8 {
        let logs = write(seed);
        compare(&logs, &["--exact", "--files", "ctisvr,mr-pim,router"]);
        compare(&logs, &["--exact", "--min", "74"]);
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
    for seed in 1..30 {
        assert_eq!(about_task(seed), first, "seed {seed}");
    }
}
