//! Scenarios over a lab that runs, and the admin port.

use crate::support::{
    Running, create_task, folder, http, run, scenario, stderr, stdout, wait_for, wait_for_status,
};
use serde_json::{Value, json};
use std::{fs, io::Write, net::TcpStream, path::Path};

/// An agent who works on every offer, and a rule that holds the first task on its way to routing.
const HELD: &str = r#"
name = "held"
about = "A task waits for a person."

[agents.1081]
offer = { accept = "10ms", start = "10ms", close = "10ms" }

[[rules]]
name = "the task waits"
match = "ccp > mrpg NEW_TASK"
hold = "released"
expire = "10min"
"#;

#[test]
fn what_a_rule_holds_is_let_go_over_the_admin_port() {
    let folder = folder("admin");
    let lab = start(&folder, HELD);
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    let task = create_task(&app).unwrap();
    let held =
        wait_for("the hold", || get(&admin, "/held").as_array().and_then(|held| held.first().cloned()));
    for (key, value) in [("message", "NEW_TASK"), ("from", "ccp"), ("to", "mrpg"), ("rule", "the task waits")]
    {
        assert_eq!(held[key], value, "{held}");
    }
    assert_eq!(get(&admin, "/rules/the%20task%20waits")["state"], "fired");
    let status = http("GET", &app, &task, None, "").unwrap().body;
    assert!(status.contains("<status>unread</status>"), "{status}");
    let released = post(&admin, &format!("/held/{}/release", held["ticket"]), "");
    assert_eq!(released, (200, json!({ "released": [held["ticket"]] })));
    wait_for_status(&app, &task, "handled");
    assert_eq!(get(&admin, "/held"), json!([]));
    assert_eq!(post(&admin, "/rules/the%20task%20waits/disarm", "").0, 200);
    let rule = get(&admin, "/rules/the%20task%20waits");
    assert_eq!((&rule["state"], &rule["fired"]), (&json!("disarmed"), &json!(1)));
    let became = rule["became"][0].as_str().unwrap();
    assert!(became.starts_with("released after ") && became.ends_with(" by hand"), "{rule}");
    let said = lab.said();
    assert!(said.contains("rule the task waits: acted; released after "), "{said}");
}

/// Nobody creates a task.
const UNMET: &str = "until = \"1s\"\n[[expect]]\ncount = { of = \"app > ccp CREATE\", least = 1 }\n";

#[test]
fn what_a_journal_shows_once_more_is_said_how_to_repeat_and_a_journal_that_is_no_file_shows_nothing() {
    let folder = folder("repeat");
    fs::write(folder.join("unmet.toml"), UNMET).unwrap();
    let again = "again: ccelab check J --scenario unmet.toml";
    for (journal, is_repeated) in [("J", true), ("/dev/null", false)] {
        let options = ["run", "--ports", "ephemeral", "--no-tls", "--scenario", "unmet.toml", "--until-over"];
        let output = run(&folder, &[&options[..], &["--journal", journal, "--logs", "L"]].concat());
        assert_eq!(output.status.code(), Some(1));
        let told = stderr(&output);
        assert!(told.contains("1 expectation failed"), "{told}");
        assert_eq!((told.contains(again), told.contains("again:")), (is_repeated, is_repeated), "{told}");
    }
}

#[test]
fn a_request_of_an_outside_client_waits_until_it_is_released() {
    let folder = folder("entering");
    let lab = start(&folder, &HELD.replace("ccp > mrpg NEW_TASK", "app > ccp CREATE"));
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    let client = std::thread::spawn({
        let app = app.clone();
        move || create_task(&app).unwrap()
    });
    let held =
        wait_for("the hold", || get(&admin, "/held").as_array().and_then(|held| held.first().cloned()));
    assert_eq!((&held["message"], &held["to"]), (&json!("CREATE"), &json!("ccp")), "{held}");
    assert!(!client.is_finished());
    assert_eq!(post(&admin, "/held/release", "").0, 200);
    wait_for_status(&app, &client.join().unwrap(), "handled");
    lab.interrupt();
}

#[test]
fn a_client_that_leaves_takes_its_held_request_along() {
    let folder = folder("leaving");
    let lab = start(&folder, &HELD.replace("ccp > mrpg NEW_TASK", "app > ccp CREATE"));
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    let mut client = TcpStream::connect(&app).unwrap();
    client.write_all(b"POST /ccp/task/feed/100080 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").unwrap();
    let held = || get(&admin, "/held").as_array().map(Vec::len);
    wait_for("the hold", || held().filter(|held| *held == 1));
    drop(client);
    wait_for("the end of the hold", || held().filter(|held| *held == 0));
    assert_eq!(post(&admin, "/held/1/release", "").0, 404);
    lab.interrupt();
}

#[test]
fn what_is_still_held_at_the_end_of_a_run_is_told() {
    let folder = folder("kept");
    let lab = start(&folder, HELD);
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    create_task(&app).unwrap();
    wait_for("the hold", || get(&admin, "/held").as_array().filter(|held| !held.is_empty()).cloned());
    let said = lab.said();
    assert!(said.contains("still held at the end: ccp > mrpg NEW_TASK"), "{said}");
}

#[test]
fn a_rule_is_added_while_the_lab_runs() {
    let folder = folder("add");
    let lab = start(&folder, &HELD.replace("NEW_TASK", "NEW_TASK T9"));
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    let rule =
        r#"{"name": "late", "match": "router > agentpg DEVICE_TARGET_PRE_CALL_IND", "hold": "released"}"#;
    let (status, said) = post(&admin, "/rules", rule);
    assert_eq!((status, &said["state"]), (201, &json!("armed")), "{said}");
    assert_eq!(post(&admin, "/rules", rule).0, 409);
    let (status, said) =
        post(&admin, "/rules", r#"{"name": "other", "match": "ccp > mrpg NEW_TSK", "drop": true}"#);
    assert_eq!(status, 400);
    assert!(said["error"].as_str().unwrap().contains("NEW_TASK"), "the nearest name is told: {said}");
    let task = create_task(&app).unwrap();
    wait_for("the hold", || get(&admin, "/held").as_array().filter(|held| !held.is_empty()).cloned());
    assert_eq!(post(&admin, "/held/release", "").0, 200);
    wait_for_status(&app, &task, "handled");
}

#[test]
fn rules_that_cannot_be_meant_are_refused_with_what_can() {
    let folder = folder("refused");
    let lab = Running::start(&folder, "refused", &["--ports", "ephemeral"]);
    let admin = lab.address("admin");
    let cases = [
        (json!({ "drop": false }), "`drop` is true, or is left out"),
        (json!({ "drop": true, "expire": null }), "`expire` is null: leave it out"),
        (json!({ "corrupt": { "byte": 1, "to": null } }), "`to` is null: leave it out"),
        (json!({ "drop": true, "name": "" }), "a rule's `name` is not empty"),
        (json!({ "drop": true, "name": " " }), "a rule's `name` is not empty"),
    ];
    for (mut rule, hint) in cases {
        rule["match"] = json!("ccp > mrpg NEW_TASK");
        let (status, said) = post(&admin, "/rules", &rule.to_string());
        assert_eq!(status, 400, "{rule}");
        assert!(said["error"].as_str().unwrap().starts_with(hint), "{said}");
    }
    lab.interrupt();
}

#[test]
fn a_rule_that_is_added_disarmed_waits_and_one_that_is_removed_holds_nothing() {
    let folder = folder("removed");
    let lab = Running::start(&folder, "removed", &["--ports", "ephemeral", "--agents", "1081=auto"]);
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    let rule = r#"{"name": "late", "match": "ccp > mrpg NEW_TASK", "hold": "released", "armed": false}"#;
    let (status, said) = post(&admin, "/rules", rule);
    assert_eq!((status, &said["state"]), (201, &json!("disarmed")));
    wait_for_status(&app, &create_task(&app).unwrap(), "handled");
    assert_eq!(post(&admin, "/rules/late/arm", "").0, 200);
    let task = create_task(&app).unwrap();
    wait_for("the hold", || get(&admin, "/held").as_array().filter(|held| !held.is_empty()).cloned());
    let removed = http("DELETE", &admin, "/rules/late", None, "").unwrap();
    assert_eq!(removed.status, 200, "{}", removed.body);
    wait_for_status(&app, &task, "handled");
    assert_eq!((get(&admin, "/rules"), get(&admin, "/held")), (json!([]), json!([])));
    let said = lab.said();
    assert!(said.contains("rule late: acted; released after ") && said.contains(" by its removal"), "{said}");
}

#[test]
fn a_run_in_which_something_expected_is_not_so_fails_and_says_what() {
    let folder = folder("unmet");
    let lab = start(&folder, HELD);
    assert_eq!(lab.ended().code(), Some(1), "the rule never acted");
}

#[test]
fn a_message_that_is_still_held_at_the_end_of_a_run_is_a_failure() {
    let folder = folder("still-held");
    let lab = start(&folder, HELD);
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    create_task(&app).unwrap();
    wait_for("the hold", || get(&admin, "/held").as_array().filter(|held| !held.is_empty()).cloned());
    assert_eq!(lab.ended().code(), Some(1));
    let checked = run(&folder, &["check", "run.jsonl"]);
    assert!(stdout(&checked).contains("contact"), "what had not ended is told: {}", stdout(&checked));
    assert_eq!(checked.status.code(), Some(1));
    assert!(run(&folder, &["check", "run.jsonl", "--unfinished"]).status.success());
}

#[test]
fn a_task_that_waits_when_a_run_without_a_scenario_ends_is_no_failure() {
    let folder = folder("waiting");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let app = lab.address("app");
    wait_for_status(&app, &create_task(&app).unwrap(), "queued");
    lab.interrupt();
}

#[test]
fn a_rule_over_the_admin_port_may_name_a_customer_of_the_scenario() {
    let folder = folder("customer");
    let lab = start(&folder, &format!("{HELD}\n[customers.ann]\nat = \"1h\"\n"));
    let admin = lab.address("admin");
    let drop = |name| format!(r#"{{"name": "{name}", "match": "ccp > mrpg NEW_TASK {name}", "drop": true}}"#);
    assert_eq!(post(&admin, "/rules", &drop("ann")).0, 201);
    assert_eq!(post(&admin, "/rules", &drop("bob")).0, 400);
}

#[test]
fn a_run_without_a_scenario_takes_rules_and_holds_messages_too() {
    let folder = folder("plain");
    let lab = Running::start(&folder, "plain", &["--ports", "ephemeral", "--agents", "1081=auto"]);
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    assert_eq!(get(&admin, "/rules"), json!([]));
    let rule = r#"{"name": "late", "match": "ccp > mrpg NEW_TASK", "hold": "released"}"#;
    assert_eq!(post(&admin, "/rules", rule).0, 201);
    let task = create_task(&app).unwrap();
    wait_for("the hold", || get(&admin, "/held").as_array().filter(|held| !held.is_empty()).cloned());
    assert_eq!(post(&admin, "/held/release", "").0, 200);
    wait_for_status(&app, &task, "handled");
    lab.interrupt();
}

#[test]
fn what_is_not_there_or_takes_nothing_in_is_told_over_the_admin_port() {
    let folder = folder("dead");
    let stop = "[[steps]]\nname = \"down\"\nafter = \"app > ccp CREATE\"\nstop = \"router\"\n";
    let lab = start(&folder, &format!("{HELD}\n{stop}"));
    let admin = lab.address("admin");
    let said = |path: &str, body: &str| {
        let (status, said) = post(&admin, path, body);
        (status, said["error"].as_str().unwrap_or_default().to_owned())
    };
    let (status, text) = said("/rules/teh%20task%20waits/disarm", "");
    assert_eq!(status, 404);
    assert!(text.contains("did you mean `the task waits`?"), "{text}");
    assert_eq!(
        said("/rules/the%20task%20waits/arm", ""),
        (409, "rule `the task waits` is armed already, and nothing it is about has come since".to_owned())
    );
    assert_eq!(said("/rules/the%20task%20waits/disarm", "").0, 200);
    assert_eq!(
        said("/rules/the%20task%20waits/disarm", ""),
        (409, "rule `the task waits` is disarmed already".to_owned())
    );
    assert_eq!(said("/held/release", "").0, 404);
    create_task(&lab.address("app")).unwrap();
    let stopped = wait_for("the stop", || {
        let answer = said("/settings", r#"{"mrd/Tasks.max_in_queue": 7}"#);
        (answer.0 == 409 && answer.1.contains("stopped")).then_some(answer.1)
    });
    assert_eq!(stopped, "`mrd/Tasks.max_in_queue`: router is stopped, and takes nothing in");
    assert_eq!(said("/settings", r#"{"finesse.ccp_retries": 7}"#).0, 200);
    let same = wait_for("the change", || {
        let answer = said("/settings", r#"{"finesse.ccp_retries": 7}"#);
        (answer.0 == 409).then_some(answer.1)
    });
    assert_eq!(same, "set finesse.ccp_retries = 7 changes nothing: it is so already");
    drop(lab);
}

#[test]
fn a_part_of_a_lab_takes_what_its_components_take() {
    let folder = folder("part-of-lab");
    fs::write(
        folder.join("scenario.toml"),
        "name = \"part\"\n[[rules]]\nmatch = \"mrpg > router NEW_CALL\"\ndrop = true\narmed = false",
    )
    .unwrap();
    let options = ["--ports", "ephemeral", "--only", "router", "--scenario", "scenario.toml"];
    let lab = Running::start(&folder, "part", &options);
    let admin = lab.address("admin");
    let (status, said) = post(&admin, "/settings", r#"{"finesse.ccp_retries": 7}"#);
    assert_eq!(
        (status, &said["error"]),
        (409, &json!("`finesse.ccp_retries` is of finesse, which this run has not"))
    );
    let (status, said) = post(&admin, "/cti", r#"{"do": "stop a"}"#);
    assert_eq!((status, &said["error"]), (409, &json!("this run has no agentpg")));
    assert_eq!(post(&admin, "/settings", r#"{"mrpg.heartbeat": "7s"}"#).0, 200);
    drop(lab);
}

#[test]
fn a_part_of_a_split_lab_has_no_admin_port() {
    let folder = folder("part");
    let lab = Running::start(&folder, "part", &["--ports", "ephemeral", "--only", "router"]);
    assert_eq!(lab.ready["admin"], Value::Null);
    lab.interrupt();
}

#[test]
fn a_run_that_breaks_a_check_fails_at_its_end() {
    let folder = folder("broken");
    let lab = Running::start(&folder, "broken", &["--ports", "ephemeral", "--agents", "1081=auto"]);
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    let rule = r#"{"name": "twice", "match": "agentpg > finesse START_TASK_EVENT", "duplicate": true}"#;
    assert_eq!(post(&admin, "/rules", rule).0, 201);
    let task = create_task(&app).unwrap();
    wait_for_status(&app, &task, "handled");
    assert_eq!(lab.ended().code(), Some(1));
}

#[test]
fn a_run_ends_by_itself_once_its_scenario_is_over() {
    let folder = folder("over");
    let scenario = HELD.replace("name = \"held\"", "name = \"held\"\nrest = \"0s\"");
    // Before the MR interface is open, nobody would route the task.
    let create = "[customers.ann]\nat = \"never\"\n\n[[steps]]\nafter = \"mrpg > ccp ROUTING_STATUS_EVENT\"\n\
                  customer = \"ann\"\ndoes = \"create\"\n\n[[rules]]";
    let scenario = scenario.replace("[[rules]]", create);
    let scenario = scenario.replace("hold = \"released\"\nexpire = \"10min\"", "delay = \"10ms\"");
    fs::write(folder.join("scenario.toml"), scenario).unwrap();
    let options = ["--ports", "ephemeral", "--scenario", "scenario.toml", "--until-over"];
    assert!(Running::start(&folder, "over", &options).end().success());
}

/// Those that last for half a minute at most.
const SHORT: [&str; 9] = [
    "cancel-races-reservation",
    "connect-before-pre-call",
    "duplicate-offer",
    "mr-link-cut-with-pending-task",
    "pre-call-before-connect",
    "queue-then-agent",
    "rona-then-second-agent",
    "start-event-held-until-close",
    "two-tasks-one-agent",
];

#[test]
fn shipped_scenarios_hold_over_real_connections_too() {
    let folder = folder("shipped");
    let launch = |name: &'static str| {
        let file = scenario(&format!("{name}.toml"));
        Running::start(&folder, name, &["--ports", "ephemeral", "--scenario", &file, "--until-over"])
    };
    let failed: Vec<String> = SHORT.map(launch).into_iter().filter_map(Running::failure).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn start(folder: &Path, scenario: &str) -> Running {
    fs::write(folder.join("scenario.toml"), scenario).unwrap();
    Running::start(folder, "run", &["--ports", "ephemeral", "--scenario", "scenario.toml"])
}

fn get(admin: &str, path: &str) -> Value {
    let answer = http("GET", admin, path, None, "").unwrap();
    serde_json::from_str(&answer.body).unwrap()
}

fn post(admin: &str, path: &str, body: &str) -> (u16, Value) {
    let answer = http("POST", admin, path, None, body).unwrap();
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}
