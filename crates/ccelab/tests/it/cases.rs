//! Inputs that once failed, over REST and XMPP against the running binary.

use crate::support::{Answer, Running, create_task, folder, http, run, stdout, wait_for, wait_for_status};
use serde_json::{Value, json};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

const DOMAIN: &str = "fin1.dcloud.cisco.com";
const MEDIA_LOGIN: &str = "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state><interruptAction>ACCEPT</interruptAction></Media>";

/// Starts a lab on free ports.
fn lab(folder: &Path, arguments: &[&str]) -> Running {
    Running::start(folder, "lab", &[&["--ports", "ephemeral"], arguments].concat())
}

/// An agent's desktop that speaks REST alone.
struct Desktop<'a> {
    lab: &'a Running,
    agent: &'a str,
}

impl Desktop<'_> {
    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let account = format!("{}:ccelab", self.agent);
        let path = format!("/finesse/api/{path}");
        http(method, &self.lab.address("desk"), &path, Some(&account), body).unwrap()
    }

    fn put(&self, path: &str, body: &str) -> u16 {
        self.ask("PUT", path, body).status
    }

    /// Asks until the answer has this in it.
    fn until(&self, path: &str, text: &str) -> String {
        wait_for(text, || Some(self.ask("GET", path, "").body).filter(|body| body.contains(text)))
    }

    fn user(&self) -> String {
        format!("User/{}", self.agent)
    }

    fn media(&self) -> String {
        format!("User/{}/Media/5011", self.agent)
    }

    fn sign_in(&self, extension: &str) -> u16 {
        let body = format!("<User><state>LOGIN</state><extension>{extension}</extension></User>");
        self.put(&self.user(), &body)
    }

    /// Signs in to everything and becomes ready.
    fn become_ready(&self) {
        assert_eq!(self.sign_in(self.agent), 202);
        self.until(&self.user(), "<state>NOT_READY</state>");
        assert_eq!(self.put(&self.media(), MEDIA_LOGIN), 202);
        self.until(&self.media(), "<state>NOT_READY</state>");
        assert_eq!(self.put(&self.media(), "<Media><state>READY</state></Media>"), 202);
        self.until(&self.media(), "<state>READY</state>");
    }

    /// The one dialog that the agent has, once there is one.
    fn dialog(&self) -> String {
        let list = self.until(&format!("{}/Dialogs", self.media()), "<state>OFFERED</state>");
        let (_, id) = list.split_once("<uri>/finesse/api/Dialog/").unwrap();
        id.split('<').next().unwrap().to_owned()
    }

    /// Takes a step in a dialog, and waits until it is there; what is closed is gone.
    fn act(&self, dialog: &str, action: &str, state: &str) {
        let path = format!("Dialog/{dialog}");
        let body = format!("<Dialog><requestedAction>{action}</requestedAction></Dialog>");
        assert_eq!(self.put(&path, &body), 202);
        if state == "CLOSED" {
            wait_for("the end", || Some(()).filter(|()| self.ask("GET", &path, "").status == 404));
        } else {
            self.until(&path, &format!("<state>{state}</state>"));
        }
    }
}

#[test]
fn the_last_request_for_routable_counts() {
    let folder = folder("case-routable");
    let lab = lab(&folder, &[]);
    let desk = Desktop { lab: &lab, agent: "1083" };
    desk.become_ready();
    create_task(&lab.address("app")).unwrap();
    let dialog = desk.dialog();
    for routable in ["false", "true"] {
        let body = format!("<Media><routable>{routable}</routable></Media>");
        assert_eq!(desk.put(&desk.media(), &body), 202);
    }
    desk.act(&dialog, "ACCEPT", "ACCEPTED");
    desk.act(&dialog, "START", "ACTIVE");
    desk.until(&desk.media(), "<routable>true</routable>");
    desk.act(&dialog, "CLOSE", "CLOSED");
    create_task(&lab.address("app")).unwrap();
    assert_ne!(desk.dialog(), dialog);
    lab.interrupt();
}

#[test]
fn the_events_of_a_team_s_users_come_to_who_subscribed() {
    let folder = folder("case-team");
    let lab = lab(&folder, &[]);
    let mut stream = Stream::open(&lab.address("xmpp"));
    let node = "/finesse/api/Team/5005/Users";
    let wish = format!(
        "<iq type='set' id='s' to='pubsub.{DOMAIN}'><pubsub xmlns='http://jabber.org/protocol/pubsub'>\
         <subscribe node='{node}' jid='1083@{DOMAIN}/sup'/></pubsub></iq>"
    );
    stream.ask(&wish, "id='s'");
    stream.until("subscription=\"subscribed\"");
    assert_eq!(Desktop { lab: &lab, agent: "1082" }.sign_in("1082"), 202);
    stream.until(node);
    stream.until("1082");
    stream.ask(&wish.replace("/Team/5005/Users", "/Team/77/Users").replace("id='s'", "id='t'"), "id='t'");
    stream.until("item-not-found");
    lab.interrupt();
}

#[test]
fn what_a_dialog_offers_is_carried_out() {
    let folder = folder("case-actions");
    let lab = lab(&folder, &[]);
    let desk = Desktop { lab: &lab, agent: "1082" };
    desk.become_ready();
    create_task(&lab.address("app")).unwrap();
    let dialog = desk.dialog();
    desk.act(&dialog, "ACCEPT", "ACCEPTED");
    desk.act(&dialog, "START", "ACTIVE");
    let path = format!("Dialog/{dialog}");
    desk.until(&path, "<action>UPDATE_CALL_DATA</action>");
    let body = "<Dialog><requestedAction>UPDATE_CALL_DATA</requestedAction><mediaProperties><callvariables>\
                <CallVariable><name>callVariable1</name><value>gold</value></CallVariable></callvariables>\
                </mediaProperties></Dialog>";
    assert_eq!(desk.put(&path, body), 202);
    desk.until(&path, "<value>gold</value>");
    lab.interrupt();
}

#[test]
fn head_and_options_are_answered_where_get_is() {
    let folder = folder("case-head");
    let lab = lab(&folder, &[]);
    let desk = Desktop { lab: &lab, agent: "1082" };
    for path in ["SystemInfo", "User/1082"] {
        let head = desk.ask("HEAD", path, "");
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
    }
    let options = desk.ask("OPTIONS", "User/1082", "");
    assert_eq!(options.status, 200);
    assert!(options.header("allow").unwrap().contains("PUT"), "{}", options.headers);
    let refused = desk.ask("POST", "User/1082", "");
    assert_eq!(refused.status, 405);
    for method in ["GET", "OPTIONS", "HEAD", "PUT"] {
        assert!(refused.header("allow").unwrap().contains(method), "{}", refused.headers);
    }
    let task = create_task(&lab.address("app")).unwrap();
    assert_eq!(http("HEAD", &lab.address("app"), &task, None, "").unwrap().status, 200);
    lab.interrupt();
}

#[test]
fn a_second_agent_on_an_extension_stays_signed_out() {
    let folder = folder("case-extension");
    let lab = lab(&folder, &[]);
    let (first, second) = (Desktop { lab: &lab, agent: "1082" }, Desktop { lab: &lab, agent: "1083" });
    assert_eq!(first.sign_in("1082"), 202);
    first.until(&first.user(), "<state>NOT_READY</state>");
    let mut stream = Stream::open(&lab.address("xmpp"));
    assert_eq!(second.sign_in("1082"), 202);
    stream.until("Device Busy");
    assert!(second.ask("GET", &second.user(), "").body.contains("<state>LOGOUT</state>"));
    lab.interrupt();
}

#[test]
fn a_lab_with_reason_codes_demands_one() {
    let folder = folder("case-reasons");
    let code =
        "[[finesse.reason_codes]]\ncategory = \"NOT_READY\"\nid = 16\ncode = 10\nlabel = \"Team Meeting\"\n";
    fs::write(folder.join("lab.toml"), code).unwrap();
    let lab = lab(&folder, &["--config", "lab.toml"]);
    let desk = Desktop { lab: &lab, agent: "1082" };
    assert_eq!(desk.sign_in("1082"), 202);
    desk.until(&desk.user(), "<state>NOT_READY</state>");
    let refused = desk.ask("PUT", "User/1082", "<User><state>NOT_READY</state></User>");
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("finesse.api.reasoncode.require_reasoncode"), "{}", refused.body);
    let reason = |id: u32| format!("<User><state>NOT_READY</state><reasonCodeId>{id}</reasonCodeId></User>");
    assert_eq!(desk.put("User/1082", &reason(16)), 202);
    assert_eq!(desk.put("User/1082", &reason(17)), 400);
    assert!(desk.ask("GET", "User/1082/ReasonCodes?category=NOT_READY", "").body.contains("Team Meeting"));
    lab.interrupt();
}

/// How long a poll takes.
#[expect(clippy::disallowed_methods, reason = "what a rule delays takes time on real links")]
fn poll(app: &str, task: &str) -> Duration {
    let began = Instant::now();
    assert_eq!(http("GET", app, task, None, "").unwrap().status, 200);
    began.elapsed()
}

#[test]
fn a_rule_acts_as_often_as_it_says_over_live_links_and_from_the_admin_port() {
    let folder = folder("case-times");
    let rule = "name = \"slow\"\n[[rules]]\nname = \"file\"\nmatch = \"app > ccp POLL\"\ndelay = \"300ms\"\ntimes = 2\n";
    fs::write(folder.join("scenario.toml"), rule).unwrap();
    let lab = lab(&folder, &["--scenario", "scenario.toml"]);
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    let task = create_task(&app).unwrap();
    let slow = Duration::from_millis(300);
    assert!(poll(&app, &task) >= slow && poll(&app, &task) >= slow);
    assert_eq!(get(&admin, "/rules/file")["state"], "fired");
    poll(&app, &task);
    assert_eq!(get(&admin, "/rules/file")["fired"], json!(2));
    let always = r#"{"name": "hand", "match": "app > ccp POLL", "times": "always", "delay": "300ms"}"#;
    assert_eq!(http("POST", &admin, "/rules", None, always).unwrap().status, 201);
    for _ in 0..3 {
        assert!(poll(&app, &task) >= slow);
    }
    let rule = get(&admin, "/rules/hand");
    assert_eq!((&rule["fired"], &rule["state"]), (&json!(3), &json!("armed")));
    assert_eq!(http("DELETE", &admin, "/rules/hand", None, "").unwrap().status, 200);
    let said = lab.said();
    assert!(said.contains("rule file: acted 2 times") && said.contains("rule hand: acted 3 times"), "{said}");
}

/// A message is on its way for half a second when its port is stalled.
const STALLED: &str = r#"
name = "stall after the message has left"
rest = "0s"
[agents.1081]
offer = { accept = "10ms", start = "10ms", close = "10ms" }
[customers.alice]
at = "1s"
[[rules]]
name = "a long way"
match = "agentpg > finesse AGENT_PRE_CALL_EVENT alice"
delay = "500ms"
[[steps]]
name = "stalled in flight"
after = "sent agentpg > finesse AGENT_PRE_CALL_EVENT alice"
wait = "100ms"
stall = "cti-a"
lasting = "2s"
[[steps]]
name = "within the stall"
after = 'stepped by="stalled in flight"'
wait = "1s"
agent = "1081"
does = "voice-not-ready"
[[expect]]
order = ['stepped by="within the stall"', "agentpg > finesse AGENT_PRE_CALL_EVENT alice"]
[[expect]]
final = "contact alice to=handled"
"#;

#[test]
fn a_stalled_port_keeps_back_what_is_on_its_way_over_the_network_too() {
    let folder = folder("case-stall");
    fs::write(folder.join("scenario.toml"), STALLED).unwrap();
    let lab = lab(&folder, &["--scenario", "scenario.toml", "--until-over"]);
    let out = lab.ready_file.with_extension("out");
    let ended = lab.end();
    assert!(ended.success(), "{}", fs::read_to_string(out).unwrap());
}

/// Ids of the first two contacts and the key of the first call.
fn first_ids(name: &str) -> (Vec<String>, Value) {
    let folder = folder(name);
    let options = ["--seed", "7", "--start", "2026-11-28T09:00:00Z", "--agents", "1081=slow:10ms"];
    let lab = lab(&folder, &options);
    let app = lab.address("app");
    let tasks: Vec<String> = (0..2).map(|_| create_task(&app).unwrap()).collect();
    tasks.iter().for_each(|task| wait_for_status(&app, task, "handled"));
    lab.interrupt();
    let journal = fs::read_to_string(folder.join("lab.jsonl")).unwrap();
    let admitted = journal.lines().find(|line| line.contains("call_admitted")).unwrap();
    (tasks, find(&serde_json::from_str(admitted).unwrap(), "key").unwrap())
}

fn find(value: &Value, key: &str) -> Option<Value> {
    let inside = value.as_object()?;
    inside.get(key).cloned().or_else(|| inside.values().find_map(|value| find(value, key)))
}

#[test]
fn the_first_ids_of_two_runs_with_one_seed_and_one_start_are_equal() {
    assert_eq!(first_ids("seed-one"), first_ids("seed-two"));
}

#[test]
fn the_agent_who_is_written_first_gets_the_first_task_in_every_run() {
    for turn in 0..4 {
        let folder = folder(&format!("in-turn-{turn}"));
        let lab = lab(&folder, &["--agents", "1082=accept,1080=auto,1081=auto"]);
        let app = lab.address("app");
        let task = create_task(&app).unwrap();
        wait_for_status(&app, &task, "reserved");
        // CCP may hear of the reservation before Finesse does. Agent 1082 is skill target 5174.
        let told = http("GET", &app, &task, None, "").unwrap().body;
        assert!(told.contains("<agentID>5174</agentID>"), "run {turn}: {told}");
        lab.interrupt();
    }
}

#[test]
fn settings_change_over_the_admin_port_and_those_that_cannot_say_why() {
    let folder = folder("set");
    let lab = lab(&folder, &[]);
    let admin = lab.address("admin");
    let set = |body: &str| {
        let answer = http("POST", &admin, "/settings", None, body).unwrap();
        (answer.status, answer.body)
    };
    assert_eq!(set(r#"{"ccp.password": "other", "finesse.ccp_retries": 3}"#).0, 200);
    let changed = || Some(get(&admin, "/settings")["changed"].clone());
    let all = json!({ "ccp.password": "***", "finesse.ccp_retries": "3" });
    wait_for("the changes", || changed().filter(|changed| *changed == all));
    for (body, why) in [
        (r#"{"finesse.ccp_retries": -1}"#, "-1"),
        (r#"{"links.app.listen": "x", "finesse.ccp_retries": 4}"#, "bound at the start"),
        (r#"{"finesse.retries": 1}"#, "there is no setting"),
        ("[]", "write settings and values"),
    ] {
        let (status, said) = set(body);
        assert!(status == 400 && said.contains(why), "{body}: {status} {said}");
    }
    assert_eq!(changed(), Some(all), "all or none");
    lab.interrupt();
    assert!(run(&folder, &["replay", "lab.jsonl"]).status.success());
    let again = run(&folder, &["sim", "--from", "lab.jsonl"]);
    assert!(stdout(&again).contains("everything happened as it was recorded"), "{}", stdout(&again));
}

#[test]
fn why_a_task_waits_is_told_over_the_admin_port_and_by_the_ladder() {
    let folder = folder("why");
    let lab = lab(&folder, &[]);
    let (app, admin) = (lab.address("app"), lab.address("admin"));
    assert_eq!(get(&admin, "/why"), json!([]));
    let task = create_task(&app).unwrap();
    wait_for_status(&app, &task, "queued");
    let contact = task.rsplit('/').next().unwrap();
    let waiting = wait_for("the wait", || {
        let told = get(&admin, "/why/T1");
        (told["place"] == "in queue CumulusTask, at step 1").then_some(told)
    });
    assert_eq!(get(&admin, &format!("/why/{contact}")), waiting);
    assert_eq!(waiting["agents"][0], json!({ "agent": "1080", "why": "is not signed in to the domain" }));
    assert_eq!(http("GET", &admin, "/why/T9", None, "").unwrap().status, 404);
    lab.interrupt();
    let ladder = stdout(&run(&folder, &["ladder", "lab.jsonl"]));
    assert!(ladder.contains("\nT1 waits since "), "{ladder}");
    assert!(ladder.contains("\n  1080 is not signed in to the domain\n"), "{ladder}");
}

fn get(admin: &str, path: &str) -> Value {
    let answer = http("GET", admin, path, None, "").unwrap();
    serde_json::from_str(&answer.body).unwrap()
}

/// An XMPP stream of agent 1083.
struct Stream {
    socket: TcpStream,
    heard: String,
}

impl Stream {
    /// Signs in, and tells that the agent is present.
    fn open(address: &str) -> Self {
        let socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut stream = Self { socket, heard: String::new() };
        let head = format!(
            "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='{DOMAIN}' version='1.0'>"
        );
        stream.ask(&head, "</stream:features>");
        // 1083 and its password, as SASL PLAIN has it.
        let credentials =
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>ADEwODMAY2NlbGFi</auth>";
        stream.ask(credentials, "<success");
        stream.ask(&head, "</stream:features>");
        let bind = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>sup</resource></bind></iq>";
        stream.ask(bind, "</iq>");
        stream.ask("<presence/><iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>", "id='p'");
        stream
    }

    fn ask(&mut self, text: &str, answer: &str) {
        self.heard.clear();
        self.socket.write_all(text.as_bytes()).unwrap();
        self.until(&answer.replace('\'', "\""));
    }

    /// Reads until it has heard this.
    fn until(&mut self, text: &str) {
        let Self { socket, heard } = self;
        wait_for(text, || {
            let mut bytes = [0; 4096];
            if let Ok(count) = socket.read(&mut bytes) {
                heard.push_str(&String::from_utf8_lossy(&bytes[..count]).replace('\'', "\""));
            }
            heard.contains(text).then_some(())
        });
    }
}
