//! `ccelab load` against a lab.

use crate::support::{Running, ccelab, folder, run, stderr, stdout, wait_for};
use serde_json::Value;
use std::{fs, path::Path, process::Stdio};

fn lab(folder: &Path) -> Running {
    Running::start(folder, "lab", &["--ports", "ephemeral"])
}

/// Runs a load on the lab of a folder, and returns what it printed and its report.
fn load(folder: &Path, arguments: &[&str]) -> (String, Value) {
    let common = ["load", "--ready-file", "lab.ready", "--json", "load.json", "--strict"];
    let output = run(folder, &[&common, arguments].concat());
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    let report = fs::read_to_string(folder.join("load.json")).unwrap();
    (stdout(&output), serde_json::from_str(&report).unwrap())
}

#[test]
fn two_hundred_tasks_of_a_closed_loop_come_to_their_end_and_add_up() {
    let folder = folder("load");
    let lab = lab(&folder);
    let files = ["--csv", "load.csv", "--html", "load.html", "--svg", "load.svg"];
    let (said, report) =
        load(&folder, &[&["--users", "8", "--tasks", "200", "--agents", "1080..1083"][..], &files].concat());
    let count = |name: &str| report["counts"][name].as_u64().unwrap();
    for name in ["planned", "sent", "created", "offered", "accepted", "ended"] {
        assert_eq!(count(name), 200, "{name}: {said}");
    }
    for phase in report["phases"].as_array().unwrap() {
        assert_eq!(phase["count"], 200, "{phase}");
    }
    let csv = fs::read_to_string(folder.join("load.csv")).unwrap();
    let ended: u64 =
        csv.lines().skip(1).map(|row| row.split(',').nth(4).unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(ended, 200, "{csv}");
    let page = fs::read_to_string(folder.join("load.html")).unwrap();
    assert!(page.contains("<svg") && !page.contains("<script") && !page.contains("src="));
    let plot = fs::read_to_string(folder.join("load.svg")).unwrap();
    assert!(plot.starts_with("<svg xmlns=") && plot.contains("<circle"), "{plot}");
    lab.interrupt();
}

#[test]
fn an_open_loop_sends_as_many_tasks_as_its_rates_say() {
    let folder = folder("load-open");
    let lab = lab(&folder);
    // 10 tasks in the first second, and 15 on the ramp.
    let (_, report) =
        load(&folder, &["--rate", "10:1s,10..20:1s", "--arrivals", "constant", "--duration", "1min"]);
    assert_eq!(report["counts"]["created"], 25, "{report}");
    lab.interrupt();
}

#[test]
fn a_load_goes_to_no_other_lab_than_that_of_its_ready_file() {
    let folder = folder("load-ready");
    for (file, text, why) in [
        ("package.json", r#"{"name": "app"}"#, "package.json is no ready file"),
        (
            "part.ready",
            r#"{"pid": 1, "desk": "127.0.0.1:1"}"#,
            "part.ready does not name that listener of its lab: give --app",
        ),
    ] {
        fs::write(folder.join(file), text).unwrap();
        let output = run(&folder, &["load", "--ready-file", file, "--rate", "1", "--tasks", "1"]);
        assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
}

#[test]
fn an_address_that_is_not_loopback_is_refused() {
    let folder = folder("load-foreign");
    let arguments = ["load", "--app", "192.0.2.1:8080", "--rate", "1", "--tasks", "1"];
    let output = run(&folder, &arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--target-is-mine"), "{}", stderr(&output));
}

#[test]
fn a_load_without_an_end_is_refused() {
    let output = run(&folder("load-endless"), &["load", "--rate", "1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--duration"), "{}", stderr(&output));
}

#[test]
fn tasks_are_followed_by_their_status_until_they_are_handled() {
    let folder = folder("load-poll");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--agents", "1080=auto,1081=auto"]);
    let shape = ["--users", "4", "--tasks", "6", "--poll", "50ms", "--drain", "1min"];
    let (said, report) = load(&folder, &shape);
    assert_eq!(report["counts"]["ended"], 6, "{said}");
    assert!(said.contains("by status, read every 50ms"), "{said}");
    let life = report["phases"].as_array().unwrap().iter().find(|phase| phase["phase"] == "life").unwrap();
    assert_eq!(life["count"], 6, "{life}");
    lab.interrupt();
    let journal = fs::read_to_string(folder.join("lab.jsonl")).unwrap();
    assert_eq!(journal.matches(r#""to":"handled""#).count(), 6);
}

/// Runs a load that is to end by itself on the lab of a folder, and returns the counts of its report.
fn counts_of_what_ends(folder: &Path, arguments: &[&str]) -> Value {
    let common = ["load", "--ready-file", "lab.ready", "--json", "load.json"];
    let errors = fs::File::create(folder.join("load.err")).unwrap();
    let mut command = ccelab(folder);
    let mut load = command.args(common).args(arguments).stdout(Stdio::null()).stderr(errors).spawn().unwrap();
    let deadline = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        wait_for("the end of the load", || load.try_wait().unwrap());
    }));
    if let Err(panic) = deadline {
        load.kill().unwrap();
        load.wait().unwrap();
        std::panic::resume_unwind(panic);
    }
    let report: Value = serde_json::from_str(&fs::read_to_string(folder.join("load.json")).unwrap()).unwrap();
    assert_eq!(report["interrupted"], false);
    report["counts"].clone()
}

/// Nobody takes their tasks.
#[test]
fn a_closed_loop_ends_though_the_tasks_of_its_customers_do_not() {
    let folder = folder("load-stuck");
    let lab = lab(&folder);
    for (bounds, said) in [
        (&["--duration", "1s", "--drain", "100ms"][..], ""),
        (&["--tasks", "2", "--drain", "1s"], ""),
        (&["--tasks", "10", "--drain", "1s"], "2 of 10 tasks were begun: no task came any further for 1s"),
    ] {
        let counts = counts_of_what_ends(&folder, &[&["--users", "2", "--poll", "50ms"], bounds].concat());
        let count = |name: &str| counts[name].as_u64().unwrap();
        assert_eq!((count("planned"), count("created"), count("unfinished")), (2, 2, 2), "{bounds:?}");
        let told = fs::read_to_string(folder.join("load.err")).unwrap();
        assert_eq!(told.contains("tasks were begun"), !said.is_empty(), "{bounds:?}: {told}");
        assert!(told.contains(said), "{told}");
    }
    lab.interrupt();
}

#[test]
fn a_load_that_is_interrupted_ends_in_order_and_its_summary_adds_up() {
    let folder = folder("load-interrupted");
    let lab = lab(&folder);
    let arguments = ["load", "--ready-file", "lab.ready", "--json", "load.json"];
    let shape = ["--rate", "50", "--duration", "1h", "--agents", "1080..1083"];
    let load = ccelab(&folder).args(arguments).args(shape).stdout(Stdio::piped()).spawn().unwrap();
    let journal = folder.join("lab.jsonl");
    wait_for("twenty tasks", || {
        let journal = fs::read_to_string(&journal).ok()?;
        (journal.matches(r#""to":"handled""#).count() >= 20).then_some(())
    });
    rustix::process::kill_process(rustix::process::Pid::from_child(&load), rustix::process::Signal::INT)
        .unwrap();
    let output = load.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stdout(&output));
    assert!(stdout(&output).contains(", interrupted"), "{}", stdout(&output));
    let report: Value = serde_json::from_str(&fs::read_to_string(folder.join("load.json")).unwrap()).unwrap();
    assert_eq!(report["interrupted"], true);
    let count = |name: &str| report["counts"][name].as_u64().unwrap();
    assert!(count("ended") >= 15, "{report}");
    assert_eq!(count("planned"), count("sent") + count("unsent"));
    assert_eq!(count("sent"), count("created") + count("failed") + count("unanswered"));
    let ends = ["ended", "discarded", "lost", "unfinished"].map(count);
    assert_eq!(count("created"), ends.iter().sum::<u64>());
    lab.interrupt();
}

/// A lab with an authority in the folder.
fn lab_over_tls(folder: &Path) -> Running {
    Running::start(folder, "lab", &["--ports", "ephemeral", "--ca-dir", "authority"])
}

#[test]
fn tasks_and_agents_over_tls_come_to_their_end_and_nothing_of_them_is_in_plain() {
    let folder = folder("load-tls");
    let lab = lab_over_tls(&folder);
    let shape = ["--tls", "--users", "4", "--tasks", "60", "--agents", "1080..1083"];
    let (said, report) = load(&folder, &shape);
    let count = |name: &str| report["counts"][name].as_u64().unwrap();
    for name in ["planned", "created", "offered", "accepted", "ended"] {
        assert_eq!(count(name), 60, "{name}: {said}");
    }
    for port in ["app_tls", "desk_tls", "xmpp_tls"] {
        assert!(said.contains(&lab.address(port)), "{port}: {said}");
    }
    lab.interrupt();
    let journal = fs::read_to_string(folder.join("lab.jsonl")).unwrap();
    // Finesse asks CCP in plain, at other paths.
    for path in ["/ccp/task/", "/finesse/api/"] {
        let is_asked = format!(r#""target":"{path}"#);
        let asked: Vec<_> = journal.lines().filter(|line| line.contains(&is_asked)).collect();
        let secured = asked.iter().filter(|line| line.contains(r#""security":"tls""#)).count();
        assert!(secured >= 60 && secured == asked.len(), "{path}: {secured} of {}", asked.len());
    }
}

#[test]
fn over_tls_a_target_may_be_called_by_a_name_of_its_certificate_and_by_no_other() {
    let folder = folder("load-tls-name");
    let lab = lab_over_tls(&folder);
    let app = lab.address("app_tls");
    let (_, port) = app.rsplit_once(':').unwrap();
    let shape = ["--tls", "--rate", "100", "--tasks", "3"];
    let (said, report) = load(&folder, &[&shape[..], &["--app", &format!("localhost:{port}")]].concat());
    assert_eq!(
        (report["counts"]["planned"].as_u64(), report["counts"]["created"].as_u64()),
        (Some(3), Some(3)),
        "{said}"
    );
    fs::write(folder.join("wrong.toml"), "[tls]\ncertificate = \"wrong-name\"\n").unwrap();
    let wrong = ["--ports", "ephemeral", "--ca-dir", "authority", "--config", "wrong.toml"];
    let other = Running::start(&folder, "other", &wrong);
    let arguments = [
        "load",
        "--ready-file",
        "other.ready",
        "--tls",
        "--rate",
        "100",
        "--tasks",
        "3",
        "--json",
        "other.json",
    ];
    let output = run(&folder, &arguments);
    assert!(stdout(&output).contains("certificate is not trusted"), "{}{}", stdout(&output), stderr(&output));
    let report: Value =
        serde_json::from_str(&fs::read_to_string(folder.join("other.json")).unwrap()).unwrap();
    assert_eq!(
        (report["counts"]["created"].as_u64(), report["counts"]["failed"].as_u64()),
        (Some(0), Some(3))
    );
    other.interrupt();
    lab.interrupt();
}

#[test]
fn a_load_over_tls_without_an_authority_or_with_another_one_says_so() {
    let folder = folder("load-tls-authority");
    let lab = lab_over_tls(&folder);
    let app = lab.address("app_tls");
    let refused = run(&folder, &["load", "--tls", "--app", &app, "--rate", "1", "--tasks", "1"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("give --ca, or the ready file"), "{}", stderr(&refused));
    let foreign = run(&folder, &["ca", "export", "--pem", "foreign.pem", "--ca-dir", "foreign"]);
    assert!(foreign.status.success(), "{}", stderr(&foreign));
    let arguments = [
        "load",
        "--ready-file",
        "lab.ready",
        "--tls",
        "--ca",
        "foreign.pem",
        "--rate",
        "100",
        "--tasks",
        "2",
    ];
    let output = run(&folder, &arguments);
    assert!(stdout(&output).contains("certificate is not trusted"), "{}{}", stdout(&output), stderr(&output));
    lab.interrupt();
}
