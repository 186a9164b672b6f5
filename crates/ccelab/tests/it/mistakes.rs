//! Mistakes of the command line: each is told with what would be right.

use crate::support::{Running, ccelab, folder, http, run, scenario, stderr, stdout};
use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt, process::Output};

/// Runs what is wrong, and says what it was told.
fn told(name: &str, arguments: &[&str]) -> String {
    let output = run(&folder(name), arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
    stderr(&output)
}

#[test]
fn a_scenario_where_a_lab_belongs_is_called_a_scenario() {
    let file = scenario("one-task.toml");
    for arguments in
        [["run", "--config", &file], ["run", "--config", "one-task"], ["demo", "--config", &file]]
    {
        let text = told("mistake-lab", &arguments);
        assert!(text.contains("a lab belongs here") && text.contains("is a scenario"), "{text}");
    }
}

#[test]
fn a_lab_where_a_scenario_belongs_is_called_a_lab() {
    let file = scenario("../labs/task-and-chat.toml");
    for arguments in [["run", "--scenario", &file], ["run", "--scenario", "task-and-chat"]] {
        let text = told("mistake-scenario", &arguments);
        assert!(text.contains("a scenario belongs here") && text.contains("is a lab"), "{text}");
    }
    assert!(told("mistake-scenario", &["sim", "dcloud"]).contains("is a lab"));
}

#[test]
fn a_scenario_s_own_lab_that_is_a_scenario_is_called_one() {
    let folder = folder("mistake-own-lab");
    fs::write(folder.join("mine.toml"), "lab = \"one-task.toml\"\n[agents.1081]\n").unwrap();
    let output = run(&folder, &["sim", "mine.toml"]);
    assert!(stderr(&output).contains("one-task.toml is a scenario"), "{}", stderr(&output));
}

#[test]
fn a_name_that_nothing_has_is_told_with_the_nearest_one() {
    for (arguments, nearest) in [
        (&["sim", "on-task"][..], "did you mean `one-task`?"),
        (&["sim", "duplicate-ofer.toml"], "did you mean `duplicate-offer`?"),
        (&["run", "--config", "task-and-chats"], "did you mean `task-and-chat`?"),
        (&["run", "--agents", "1088=auto"], "it has 1080, 1081, 1082, 1083"),
        (&["decode", "mr", "--port", "39001=mrr", "00"], "did you mean `mr`?"),
        (&["run", "--only", "mrgp"], "did you mean `mrpg`?"),
        (&["run", "--ports", "ephemral"], "'ephemeral'"),
        (&["run", "--agents", "1080=ignor"], "did you mean `ignore`?"),
    ] {
        let text = told("mistake-name", arguments);
        assert!(text.contains(nearest), "{arguments:?}: {text}");
    }
}

#[test]
fn what_is_there_twice_and_counts_once_is_told() {
    for (arguments, twice) in [
        (&["run", "--only", "mrpg,ccp,mrpg"][..], "--only: `mrpg` is there twice"),
        (&["run", "--agents", "1081=auto,1081=accept"], "--agents: agent 1081 is there twice"),
        (
            &["sim", "cti-cut", "--param", "state=PAUSED", "--param", "state=ACTIVE"],
            "--param: `state` is there twice",
        ),
    ] {
        let text = told("mistake-twice", arguments);
        assert!(text.contains(twice), "{arguments:?}: {text}");
    }
}

#[test]
fn a_setting_that_nothing_has_is_told_with_the_nearest_one() {
    let folder = folder("mistake-setting");
    let text = "[ccp]\npol_lifetime = \"1min\"\n\n[finese]\nredial = \"1s\"\n";
    fs::write(folder.join("mine.toml"), text).unwrap();
    let output = run(&folder, &["config", "check", "--config", "mine.toml"]);
    for nearest in ["did you mean `poll_lifetime`?", "did you mean `finesse`?"] {
        assert!(stderr(&output).contains(nearest), "{}", stderr(&output));
    }
}

#[test]
fn a_lab_is_checked_and_shown_with_its_file_alone_too() {
    let folder = folder("mistake-config");
    fs::write(folder.join("mine.toml"), "[ccp]\npol_lifetime = \"1min\"\n").unwrap();
    let output = run(&folder, &["config", "check", "mine.toml"]);
    assert!(stderr(&output).contains("did you mean `poll_lifetime`?"), "{}", stderr(&output));
    let output = run(&folder, &["config", "show", "task-and-chat", "--brief"]);
    assert!(output.status.success() && stdout(&output).contains("Chat"), "{}", stderr(&output));
    let text = told("mistake-config", &["config", "check", &scenario("one-task.toml")]);
    assert!(text.contains("a lab belongs here"), "{text}");
}

#[test]
fn many_seeds_of_one_run_are_told_with_the_command_that_plays_them() {
    for command in ["sim", "run"] {
        let text = told("mistake-seeds", &[command, "--seed", "1..5"]);
        assert!(text.contains("`ccelab explore SCENARIO --seeds 1..5` plays every one of them"), "{text}");
    }
    assert!(told("mistake-seeds", &["sim", "one-task", "--seed", "x"]).contains("a whole number from 0"));
}

#[test]
fn a_moment_that_a_journal_lacks_is_told_with_those_that_it_has() {
    let folder = folder("mistake-moment");
    assert!(run(&folder, &["sim", "one-task"]).status.success());
    for (at, why) in [
        ("23:59:59", "it has rows from 08:54:26."),
        ("noon", "`noon` is no time: write 08:54:29.002, +3.002, or a line of a log such as finesse.log:120"),
        ("finesse.log:100000", "lines, and no line 100000 with a time"),
    ] {
        let output = run(&folder, &["ladder", ".ccelab/last/journal.jsonl", "--at", at]);
        assert_eq!(output.status.code(), Some(2), "{at}");
        assert!(stderr(&output).contains(why), "{at}: {}", stderr(&output));
    }
}

#[test]
fn a_task_that_a_journal_lacks_is_told_with_those_that_it_has() {
    let folder = folder("mistake-task");
    assert!(run(&folder, &["sim", "two-tasks-one-agent"]).status.success());
    let output = run(&folder, &["ladder", ".ccelab/last/journal.jsonl", "--task", "T3"]);
    assert!(stderr(&output).contains("did you mean `T"), "{}", stderr(&output));
}

#[test]
fn rules_over_the_admin_port_are_refused_where_their_direction_carries_no_such_message() {
    let folder = folder("mistake-rule");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    for selector in ["mrpg > ccp NEW_TASK", "agentpg > router CONNECT", "ccp > mrpg START_TASK_EVENT"] {
        let rule = format!("{{\"match\": \"{selector}\", \"drop\": true}}");
        let answer = http("POST", &lab.address("admin"), "/rules", None, &rule).unwrap();
        assert_eq!(answer.status, 400, "{selector}: {}", answer.body);
        fs::write(
            folder.join("mine.toml"),
            format!("[agents.1081]\n[[rules]]\nmatch = \"{selector}\"\ndrop = true\n"),
        )
        .unwrap();
        let output = run(&folder, &["scenario", "check", "mine.toml"]);
        assert_eq!(output.status.code(), Some(2), "{selector}");
    }
}

#[test]
fn a_rule_over_the_admin_port_with_a_value_that_nothing_has_is_refused_with_the_nearest_one() {
    let folder = folder("mistake-value");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--no-tls"]);
    let rule = |selector: &str| format!("{{\"match\": \"{selector}\", \"drop\": true}}");
    for (selector, told) in [
        ("finesse > desk UPDATE state=READYY", "`READYY` is no value of `state`; did you mean `READY`?"),
        ("desk > finesse ACCEPT requestedAction=ACEPT", "did you mean `ACCEPT`?"),
    ] {
        let answer = http("POST", &lab.address("admin"), "/rules", None, &rule(selector)).unwrap();
        assert_eq!(answer.status, 400, "{selector}: {}", answer.body);
        assert!(answer.body.contains(told), "{selector}: {}", answer.body);
    }
    let right =
        http("POST", &lab.address("admin"), "/rules", None, &rule("finesse > desk UPDATE state=READY"));
    assert_eq!(right.unwrap().status, 201);
    lab.interrupt();
}

#[test]
fn a_lab_listens_on_localhost() {
    let folder = folder("mistake-localhost");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--bind", "localhost"]);
    assert!(lab.address("app").starts_with("127.0.0.1:"));
}

#[test]
fn a_name_to_bind_to_is_refused_with_what_is_allowed() {
    let text = told("mistake-bind", &["run", "--bind", "lab.example.org"]);
    assert!(text.contains("an address, such as 127.0.0.1, or localhost"), "{text}");
}

#[test]
fn no_jobs_are_refused_with_what_is_allowed() {
    for jobs in ["0", "many"] {
        let text = told("mistake-jobs", &["explore", "one-task", "--seeds", "1..2", "--jobs", jobs]);
        assert!(text.contains("from 1 to 256"), "{text}");
    }
}

#[test]
fn a_file_that_is_no_journal_is_called_what_it_is() {
    let folder = folder("mistake-journal");
    assert!(run(&folder, &["sim", "one-task"]).status.success());
    for (file, what) in [
        (".ccelab/last/ctisvr.log", "a log in the product's format, ctisvr.log: any editor reads it"),
        (&scenario("one-task.toml"), "is a scenario"),
        (&scenario("../labs/dcloud.toml"), "is a lab"),
    ] {
        let output = run(&folder, &["ladder", file]);
        assert_eq!(output.status.code(), Some(2), "{file}");
        assert!(stderr(&output).contains(what), "{}", stderr(&output));
    }
}

/// Checks the built-in lab with a variable whose value is no text.
fn checked_with_bytes_in(variable: &str) -> Output {
    let mut command = ccelab(&folder("mistake-environment"));
    command.args(["config", "check"]).env(variable, OsStr::from_bytes(b"b\xfcro"));
    command.output().unwrap()
}

#[test]
fn a_setting_of_the_environment_that_is_no_text_is_named() {
    let output = checked_with_bytes_in("CCELAB__TLS__CERTIFICATE");
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.contains("the value of CCELAB__TLS__CERTIFICATE is not UTF-8"), "{text}");
}

#[test]
fn environment_variables_of_other_programs_may_hold_any_bytes() {
    let output = checked_with_bytes_in("GREETING");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
