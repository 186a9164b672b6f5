//! The ready file: when it is there, and how one waits for it.

use crate::support::{Running, ccelab, folder, http, run, stderr, wait_for};
use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
};

const OLD: &str = "{\"pid\":1,\"admin\":\"127.0.0.1:1\"}\n";

#[test]
fn a_lab_that_fails_to_start_leaves_no_ready_file_of_an_earlier_one() {
    let folder = folder("ready-failed");
    fs::write(folder.join("lab.ready"), OLD).unwrap();
    let output = run(&folder, &["run", "--ready-file", "lab.ready", "--config", "missing.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.join("lab.ready").exists());
}

#[test]
fn a_second_lab_leaves_the_ready_file_of_one_that_runs() {
    let folder = folder("ready-second");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let output =
        run(&folder, &["run", "--ports", "ephemeral", "--ready-file", "lab.ready", "--journal", "J"]);
    assert_eq!(output.status.code(), Some(2));
    let told = format!("lab.ready is of process {}, whose lab still runs", lab.id());
    assert!(stderr(&output).contains(&told), "{}", stderr(&output));
    assert!(lab.ready_file.exists() && !folder.join("J").exists());
    lab.interrupt();
}

#[test]
fn the_ready_file_of_another_lab_is_not_what_a_process_is_waited_for() {
    let folder = folder("ready-of-another");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let mut second = ccelab(&folder);
    second.args(["run", "--ports", "ephemeral", "--ready-file", "lab.ready"]).stderr(Stdio::null());
    let mut second = second.spawn().unwrap();
    let pid = second.id().to_string();
    let output = run(&folder, &["wait-ready", "lab.ready", "--timeout", "1min", "--pid", &pid]);
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    assert!(told.contains("whose lab still runs"), "{told}");
    assert_eq!(second.wait().unwrap().code(), Some(2));
    lab.interrupt();
}

#[test]
fn only_a_lab_that_never_was_ready_says_beside_its_ready_file_why() {
    let folder = folder("ready-ended-ill");
    // A status screen needs a terminal, which is found out behind the start.
    let output = run(&folder, &["run", "--ports", "ephemeral", "--ready-file", "lab.ready", "--top"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("top needs a terminal"), "{}", stderr(&output));
    assert!(!folder.join("lab.ready.failed").exists() && !folder.join("lab.ready").exists());
    fs::write(folder.join("mine.failed"), "my own\n").unwrap();
    run(&folder, &["run", "--ready-file", "mine", "--config", "missing.toml"]);
    assert_eq!(fs::read_to_string(folder.join("mine.failed")).unwrap(), "my own\n");
    let mut names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!names.any(|name| name.to_string_lossy().ends_with(".late")));
}

#[test]
fn a_lab_that_may_not_have_the_name_of_a_file_writes_nothing_beside_it() {
    let folder = folder("ready-refused");
    fs::write(folder.join("other"), "[agents]\n").unwrap();
    let mut command = ccelab(&folder);
    command.args(["run", "--ports", "ephemeral", "--ready-file", "other"]).stderr(Stdio::null());
    let mut lab = command.spawn().unwrap();
    let pid = lab.id().to_string();
    let output = run(&folder, &["wait-ready", "other", "--timeout", "1min", "--pid", &pid]);
    let told = stderr(&output);
    assert!(told.contains("has ended, and no lab is ready: other is no ready file"), "{told}");
    assert_eq!(lab.wait().unwrap().code(), Some(2));
    assert!(!folder.join("other.failed").exists());
}

/// Its scenario keeps from CCP that routing is enabled.
const LATE: &str = r#"until = "1h"

[[rules]]
name = "late"
match = "mrpg > ccp ROUTING_STATUS_EVENT"
hold = "released"
expire = "1h"
"#;

#[test]
fn the_ready_file_of_a_lab_that_is_late_is_written_once_it_is_ready_and_not_before() {
    let folder = folder("ready-late");
    fs::write(folder.join("late.toml"), LATE).unwrap();
    let mut command = ccelab(&folder);
    command.args(["run", "--ports", "ephemeral", "--ready-file", "lab.ready", "--scenario", "late.toml"]);
    command.stdout(fs::File::create(folder.join("out")).unwrap()).stderr(Stdio::null());
    let mut lab = command.spawn().unwrap();
    let pid = lab.id().to_string();
    let late = wait_for("the lab to be late", || fs::read_to_string(folder.join("lab.ready.late")).ok());
    assert!(late.contains("routing is enabled"), "{late}");
    assert!(!folder.join("lab.ready").exists() && !folder.join("lab.ready.failed").exists());
    for (arguments, said) in
        [(&[][..], "no lab is ready after 200ms"), (&["--pid", &pid], "runs, and no lab")]
    {
        let waits = ["wait-ready", "lab.ready", "--timeout", "200ms"];
        let told = stderr(&run(&folder, &[&waits[..], arguments].concat()));
        assert!(told.contains(said), "{told}");
        assert!(
            told.contains(&format!("the lab of process {pid} is not ready: CCP does not know yet")),
            "{told}"
        );
    }
    let admin = wait_for("the banner", || {
        let banner = fs::read_to_string(folder.join("out")).unwrap();
        let (_, rest) = banner.split_once("admin: rules and holds")?;
        Some(rest.split_once("http://")?.1.split_once('/')?.0.to_owned())
    });
    assert_eq!(http("POST", &admin, "/held/release", None, "").unwrap().status, 200);
    let output = run(&folder, &["wait-ready", "lab.ready", "--timeout", "1min", "--pid", &pid]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!folder.join("lab.ready.late").exists());
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    wait_for("the end", || lab.try_wait().unwrap());
    assert!(!folder.join("lab.ready").exists() && !folder.join("lab.ready.failed").exists());
}

/// Starts what follows with SIGHUP as it is at a terminal, also where these tests run behind `nohup`.
const AT_A_TERMINAL: &str = r#"set -- --default-signal=HUP "$0" "$@" && exec env "$@""#;

#[test]
fn the_ready_file_goes_when_its_lab_ends() {
    for signal in ["INT", "TERM", "HUP"] {
        let folder = folder("ready-ended");
        let journal = folder.join("lab.jsonl");
        let records = [Path::new("--journal"), &journal];
        let lab = Running::start_limited(&folder, "lab", AT_A_TERMINAL, &["--ports", "ephemeral"], &records);
        let file = lab.ready_file.clone();
        assert!(file.exists());
        lab.signal(signal);
        assert!(lab.end().success(), "{signal}");
        assert!(!file.exists());
        let journal = fs::read_to_string(journal).unwrap();
        assert!(journal.lines().last().unwrap().starts_with("{\"ended\":"), "{signal}");
    }
}

#[test]
fn a_lab_behind_nohup_lives_on_without_its_terminal() {
    let folder = folder("ready-nohup");
    let lab = Running::start_limited(&folder, "lab", "trap '' HUP", &["--ports", "ephemeral"], &[]);
    lab.signal("HUP");
    assert!(http("GET", &lab.address("admin"), "/", None, "").is_some());
    lab.interrupt();
}

#[test]
fn whoever_waits_goes_on_once_the_lab_answers() {
    let folder = folder("ready-waits");
    let mut waits = ccelab(&folder).args(["wait-ready", "lab.ready", "--timeout", "1min"]).spawn().unwrap();
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    assert!(waits.wait().unwrap().success());
    lab.interrupt();
}

#[test]
fn a_part_of_a_lab_is_waited_for_at_its_listeners() {
    let folder = folder("ready-part");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--only", "router"]);
    let output = run(&folder, &["wait-ready", "lab.ready"]);
    assert!(output.status.success(), "{}", stderr(&output));
    lab.interrupt();
}

#[test]
fn whoever_waits_for_a_part_of_a_lab_leaves_no_trace_there() {
    let folder = folder("ready-traceless");
    let lab =
        Running::start_limited(&folder, "lab", "true", &["--ports", "ephemeral", "--only", "finesse"], &[]);
    let output = run(&folder, &["wait-ready", "lab.ready"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let errors = lab.ready_file.with_extension("err");
    lab.interrupt();
    let (journal, told) =
        (folder.join(".ccelab/last/finesse/journal.jsonl"), fs::read_to_string(errors).unwrap());
    let journal = fs::read_to_string(journal).unwrap();
    assert!(journal.contains("\"started\"") && !journal.contains("\"link_up\""), "{journal}");
    assert!(!told.contains("TLS handshake"), "{told}");
}

#[test]
fn whoever_waits_in_vain_hears_why() {
    let folder = folder("ready-in-vain");
    fs::write(folder.join("old.ready"), OLD).unwrap();
    fs::write(folder.join("other"), "[agents]\n").unwrap();
    for (file, why) in [
        ("missing.ready", "missing.ready is not there"),
        ("other", "other is no ready file"),
        ("old.ready", "nobody answers at 127.0.0.1:1"),
    ] {
        let output = run(&folder, &["wait-ready", file, "--timeout", "300ms"]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
}

#[test]
fn whoever_waits_for_a_process_hears_at_once_that_it_has_ended_and_why() {
    let folder = folder("ready-died");
    let mut command = ccelab(&folder);
    command.args(["run", "--ready-file", "lab.ready", "--config", "missing.toml"]).stderr(Stdio::null());
    let mut lab = command.spawn().unwrap();
    let pid = lab.id().to_string();
    let output = run(&folder, &["wait-ready", "lab.ready", "--timeout", "1h", "--pid", &pid]);
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    assert!(told.contains(&format!("process {pid} has ended, and no lab is ready")), "{told}");
    assert!(told.contains("missing.toml"), "{told}");
    assert_eq!(lab.wait().unwrap().code(), Some(2));
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    assert!(!folder.join("lab.ready.failed").exists(), "that was another lab");
    let pid = lab.id().to_string();
    let output = run(&folder, &["wait-ready", "lab.ready", "--pid", &pid]);
    assert!(output.status.success(), "{}", stderr(&output));
    lab.interrupt();
}

#[test]
fn another_lab_at_the_same_address_is_not_the_one_that_is_waited_for() {
    let folder = folder("ready-other");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let old = OLD.replace("127.0.0.1:1", &lab.address("admin"));
    fs::write(folder.join("old.ready"), old).unwrap();
    let output = run(&folder, &["wait-ready", "old.ready", "--timeout", "1s"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("another process"), "{}", stderr(&output));
}

/// It listens everywhere, on free ports and as long as the test takes.
#[test]
fn what_is_bound_everywhere_is_named_by_an_address_that_clients_can_use() {
    let folder = folder("ready-everywhere");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--bind", "0.0.0.0", "--static", "."]);
    let said = lab.ready.as_object().unwrap().values().filter_map(serde_json::Value::as_str);
    let everywhere: Vec<&str> = said.filter(|value| value.contains("0.0.0.0")).collect();
    assert!(everywhere.is_empty(), "{everywhere:?}");
    assert!(!lab.banner().contains("0.0.0.0"), "{}", lab.banner());
    for name in ["app", "desk_tls", "site", "admin"] {
        assert!(TcpStream::connect(lab.address(name)).is_ok(), "{name}");
    }
    lab.interrupt();
}

#[test]
fn what_the_ready_file_says_can_be_had_from_standard_output() {
    let folder = folder("ready-printed");
    let mut command = ccelab(&folder);
    command.args(["run", "--ports", "ephemeral", "--no-tls", "--print-ready"]).stdout(Stdio::piped());
    let mut lab = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(lab.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready["pid"], lab.id());
    assert!(Command::new("kill").args(["-TERM", &lab.id().to_string()]).status().unwrap().success());
    assert!(wait_for("the end", || lab.try_wait().unwrap()).success());
}
