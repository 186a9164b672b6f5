//! The applications of `examples/`, each as its page says to run it.

use crate::support::{Running, folder, free_address, http, run, skip, stderr, stdout, wait_for};
use std::{
    path::Path,
    process::{Command, Output},
};

#[test]
fn the_application_in_java_creates_a_task_and_works_it() {
    with_java(|name, application| works_its_task(name, application));
}

#[test]
fn the_application_in_java_works_its_task_over_tls() {
    with_java(|name, application| works_over_tls(name, application, "JDK_JAVA_OPTIONS"));
}

#[test]
fn the_application_in_java_works_in_any_lab_after_it_failed() {
    with_java(works_after_a_failure);
}

#[test]
fn the_application_in_python_creates_a_task_and_works_it() {
    with_python(|name, application| works_its_task(name, application));
}

#[test]
fn the_application_in_node_creates_a_task_and_works_it() {
    with_node(|name, application| works_its_task(name, application));
}

#[test]
fn the_application_in_rust_creates_a_task_and_works_it() {
    with_rust(|name, application| works_its_task(name, application));
}

#[test]
fn the_application_in_rust_works_its_task_over_tls() {
    with_rust(|name, application| works_over_tls(name, application, "CA_FILE"));
}

#[test]
fn the_application_in_python_works_its_task_over_tls() {
    with_python(|name, application| works_over_tls(name, application, "REQUESTS_CA_BUNDLE"));
}

#[test]
fn the_application_in_node_works_its_task_over_tls() {
    with_node(|name, application| works_over_tls(name, application, "NODE_EXTRA_CA_CERTS"));
}

#[test]
fn the_application_in_python_works_in_any_lab_after_it_failed() {
    with_python(works_after_a_failure);
}

#[test]
fn the_application_in_node_works_in_any_lab_after_it_failed() {
    with_node(works_after_a_failure);
}

#[test]
fn the_application_in_rust_works_in_any_lab_after_it_failed() {
    with_rust(works_after_a_failure);
}

#[test]
fn without_a_lab_each_application_says_so_and_nothing_else() {
    with_python(|_, application| says_that_there_is_no_lab(application));
    with_node(|_, application| says_that_there_is_no_lab(application));
    with_rust(|_, application| says_that_there_is_no_lab(application));
    with_java(|_, application| says_that_there_is_no_lab(application));
}

#[test]
fn the_page_of_the_examples_has_the_line_that_runs_each() {
    let page = std::fs::read_to_string(root().join("examples/README.md")).unwrap();
    for line in [
        "`python3 examples/python/application.py`",
        "`node examples/node/application.mjs`",
        "`cargo run --example application`",
        "`java examples/java/Application.java`",
    ] {
        assert!(page.contains(line), "{line}");
    }
}

#[test]
fn each_file_of_an_application_is_shorter_than_150_lines() {
    for application in [
        "python/application.py",
        "node/application.mjs",
        "rust/examples/application/main.rs",
        "rust/examples/application/lab.rs",
        "java/Application.java",
    ] {
        let text = std::fs::read_to_string(root().join("examples").join(application)).unwrap();
        assert!(text.lines().count() < 150, "{application}: {}", text.lines().count());
    }
}

type Run<'a> = &'a mut dyn FnMut() -> Command;

fn with_python(test: impl FnOnce(&str, Run<'_>)) {
    if has("python3", &["-c", "import requests, websocket"], "pip install -r tests/interop/requirements.txt")
    {
        test("python", &mut || command("python3", &["examples/python/application.py"]));
    }
}

fn with_node(test: impl FnOnce(&str, Run<'_>)) {
    let is_recent = "process.exit(Number(!globalThis.WebSocket))";
    if has("node", &[WEBSOCKET, "--eval", is_recent], "install Node 20.10 or later") {
        test("node", &mut || command("node", &[WEBSOCKET, "examples/node/application.mjs"]));
    }
}

/// Node 22 needs no leave for it.
const WEBSOCKET: &str = "--experimental-websocket";

fn with_java(test: impl FnOnce(&str, Run<'_>)) {
    if has("java", &["--version"], "install a JDK 17 (Debian: apt-get install default-jdk-headless)") {
        test("java", &mut || command("java", &["examples/java/Application.java"]));
    }
}

fn with_rust(test: impl FnOnce(&str, Run<'_>)) {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    test("rust", &mut || command(&cargo, &["run", "--quiet", "--example", "application"]));
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// Runs an application against a lab in which nobody is signed in. Its task is reserved, and handled in the end.
fn works_its_task(name: &str, application: Run<'_>) {
    let lab = Running::start(&folder(name), "lab", &["--ports", "ephemeral"]);
    assert_worked(&against(&lab, application));
    lab.interrupt();
}

/// The same by HTTPS, with the lab's authority as the page of the examples says.
fn works_over_tls(name: &str, application: Run<'_>, variable: &str) {
    let lab = Running::start(&folder(&format!("{name}-tls")), "lab", &["--ports", "ephemeral"]);
    let feed = format!("https://{}/ccp/task/feed/100080", lab.address("app_tls"));
    let desk = format!("https://{}/finesse/api", lab.address("desk_tls"));
    let mut trusting = application();
    trusting.env("FEED_URL", feed).env("FINESSE_URL", desk).env("EVENTS_URL", lab.address("xmpp_wss"));
    let untrusted = trusting.output().unwrap();
    assert!(!untrusted.status.success(), "it verifies the certificate: {}", stdout(&untrusted));
    let output = trusting.env(variable, trust_store(&lab, variable)).output().unwrap();
    assert_worked(&output);
    assert!(stdout(&output).contains("created https://"), "{}", stdout(&output));
    lab.interrupt();
}

/// What a variable says of the lab's authority: its certificate, or Java's options with a trust store that has it.
fn trust_store(lab: &Running, variable: &str) -> String {
    let certificate = lab.address("ca");
    if variable != "JDK_JAVA_OPTIONS" {
        return certificate;
    }
    let (folder, store) = (folder("java-trust"), "ca.p12");
    let authority = Path::new(&certificate).parent().unwrap().display().to_string();
    let exported = run(&folder, &["ca", "export", "--p12", store, "--ca-dir", &authority]);
    assert!(exported.status.success(), "{}", stderr(&exported));
    let store = folder.join(store);
    format!("-Djavax.net.ssl.trustStore={} -Djavax.net.ssl.trustStorePassword=changeit", store.display())
}

/// Breaks the connection of its agent's request to become ready, when nobody can have its task yet: a cancel that crosses a
/// reservation is lost, and its application hears nothing of that. Whatever that run leaves behind, the next one works, and
/// so does one whose agent is there already.
fn works_after_a_failure(name: &str, application: Run<'_>) {
    let lab = Running::start(&folder(name), "lab", &["--ports", "ephemeral"]);
    let rule = r#"{"name": "cut", "match": "desk > finesse READY", "cut": true}"#;
    assert_eq!(http("POST", &lab.address("admin"), "/rules", None, rule).unwrap().status, 201);
    let failed = against(&lab, application);
    assert!(!failed.status.success(), "{}", stdout(&failed));
    assert!(against(&lab, application).status.success(), "after a failure");
    let desk = lab.address("desk");
    let put = |path: &str, body: &str| {
        let answer = http("PUT", &desk, &format!("/finesse/api/User/1081{path}"), Some("1081:ccelab"), body);
        assert_eq!(answer.unwrap().status, 202);
        let state = || {
            let answer =
                http("GET", &desk, &format!("/finesse/api/User/1081{path}"), Some("1081:ccelab"), "")?;
            answer.body.contains("<state>NOT_READY</state>").then_some(())
        };
        wait_for("the sign-in", state);
    };
    put("", "<User><state>LOGIN</state><extension>1081</extension></User>");
    put(
        "/Media/5011",
        "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state><interruptAction>ACCEPT</interruptAction></Media>",
    );
    let again = against(&lab, application);
    assert!(again.status.success(), "{}{}", stdout(&again), stderr(&again));
    lab.interrupt();
}

/// Nobody listens at a port that was free a moment ago.
fn says_that_there_is_no_lab(application: Run<'_>) {
    let free = free_address();
    let feed = format!("http://{free}/ccp/task/feed/100080");
    let output = application().env("FEED_URL", &feed).output().unwrap();
    let told = stderr(&output);
    assert!(!output.status.success() && told.lines().count() == 1, "{told}");
    assert!(told.contains(&format!("no lab at {feed}")), "{told}");
}

fn against(lab: &Running, application: Run<'_>) -> Output {
    let desk = format!("http://{}/finesse/api", lab.address("desk"));
    let mut application = application();
    application.env("FEED_URL", lab.address("feed_url")).env("FINESSE_URL", desk);
    application.env("EVENTS_URL", lab.address("xmpp_ws")).output().unwrap()
}

fn assert_worked(output: &Output) {
    let text = stdout(output);
    assert!(output.status.success(), "{text}{}", stderr(output));
    let steps = ["created http", "task is ", "NOT_READY", "task is reserved", "task is handled", "LOGOUT"];
    let places: Vec<_> = steps.iter().map(|step| text.find(step)).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{text}");
}

fn has(program: &str, arguments: &[&str], fix: &str) -> bool {
    let is_there = Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success());
    if !is_there {
        skip(&format!("the example for {program}"), fix);
    }
    is_there
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
