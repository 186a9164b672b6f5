use super::{
    Admin, Control, Driver, HeldView, Reader, Refusal, RuleView, RunChange, SettingsRead, Stand, WaitingView,
};
use crate::scenario_run::read_rule;
use cce_journal::{Order, Ticket};
use cce_model::{CtiSides, SideOrder};
use cce_net::OutsiderLimits;
use cce_scenario::{Rule, Scenario};
use serde_json::{Map, Value, json};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Rules and holds, by hand.
#[derive(Default)]
struct Book {
    rules: Vec<RuleView>,
    held: Vec<HeldView>,
    /// The book itself, as the admin port has it.
    own: Weak<Mutex<Self>>,
}

/// Keeps what is ordered, unless the run is over.
#[derive(Default)]
struct Ledger {
    orders: Mutex<Vec<Order>>,
    is_closed: AtomicBool,
}

impl Driver for Ledger {
    fn act(&self, act: RunChange<'_>) -> Result<(), Refusal> {
        if self.is_closed.load(Ordering::Relaxed) {
            return Err(Refusal::Conflict("the run is over".into()));
        }
        self.orders.lock().unwrap().extend(act()?);
        Ok(())
    }
}

/// Reads while nobody keeps the book to themselves.
struct BookReader(Weak<Mutex<Book>>);

impl BookReader {
    fn assert_free(&self) {
        assert!(self.0.upgrade().unwrap().try_lock().is_ok(), "the run would wait for the reading");
    }
}

impl Reader for BookReader {
    fn rule(&self, rule: &Value) -> Result<Rule, Refusal> {
        self.assert_free();
        let lab = cce_world::load(&cce_world::Layers::default()).unwrap();
        let nodes = lab.nodes();
        read_rule(rule, &Scenario::of(lab), &nodes)
    }

    fn settings(&self, _: &Map<String, Value>) -> Result<SettingsRead, Refusal> {
        self.assert_free();
        Ok(SettingsRead::default())
    }
}

impl Book {
    fn stand(&mut self, name: &str, state: Stand) -> Result<Vec<Order>, Refusal> {
        let rule = self.rules.iter_mut().find(|rule| rule.name == name);
        let rule = rule.ok_or_else(|| Refusal::Unknown(format!("there is no rule `{name}`")))?;
        rule.state = state;
        Ok(Vec::new())
    }
}

impl Control for Book {
    fn list_rules(&self) -> Vec<RuleView> {
        self.rules.clone()
    }

    fn list_held(&self) -> Vec<HeldView> {
        self.held.clone()
    }

    fn describe_settings(&self) -> Value {
        json!({})
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(BookReader(Weak::clone(&self.own)))
    }

    fn change_settings(&mut self, _: &SettingsRead) -> Result<Vec<Order>, Refusal> {
        Ok(Vec::new())
    }

    fn list_waiting(&self) -> Vec<WaitingView> {
        Vec::new()
    }

    fn release_ticket(&mut self, ticket: Ticket) -> Result<Vec<Order>, Refusal> {
        let at = self.held.iter().position(|held| held.ticket == ticket);
        let at = at.ok_or_else(|| Refusal::Unknown(format!("nothing is held under {ticket}: GET /held")))?;
        self.held.remove(at);
        Ok(vec![Order::Release(ticket)])
    }

    fn release_every(&mut self) -> Vec<Order> {
        self.held.drain(..).map(|held| Order::Release(held.ticket)).collect()
    }

    fn arm_rule(&mut self, name: &str) -> Result<Vec<Order>, Refusal> {
        self.stand(name, Stand::Armed)
    }

    fn disarm_rule(&mut self, name: &str) -> Result<Vec<Order>, Refusal> {
        self.stand(name, Stand::Disarmed)
    }

    fn order_cti_sides(&self, order: SideOrder) -> Result<Vec<Order>, Refusal> {
        let why = CtiSides::default().refusal(order);
        why.map_or_else(
            || Ok(vec![Order::Command("agentpg".into(), order.into())]),
            |why| Err(Refusal::Conflict(why)),
        )
    }

    fn add_rule(&mut self, rule: Rule) -> Result<Vec<Order>, Refusal> {
        let name = &rule.name;
        if self.rules.iter().any(|rule| rule.name == *name) {
            return Err(Refusal::Conflict(format!("there is a rule `{name}` already")));
        }
        self.rules.push(view(name));
        Ok(Vec::new())
    }

    fn remove_rule(&mut self, name: &str) -> Result<Vec<Order>, Refusal> {
        let at = self.rules.iter().position(|rule| rule.name == name);
        let at = at.ok_or_else(|| Refusal::Unknown(format!("there is no rule `{name}`")))?;
        self.rules.remove(at);
        let held = self.held.extract_if(.., |held| held.rule == name);
        Ok(held.map(|held| Order::Release(held.ticket)).collect())
    }
}

fn view(name: &str) -> RuleView {
    RuleView {
        name: name.to_owned(),
        state: Stand::Armed,
        does: "hold".into(),
        matched: 0,
        fired: 0,
        became: Vec::new(),
    }
}

fn held(ticket: Ticket) -> HeldView {
    HeldView {
        ticket,
        rule: "late".into(),
        message: "START_TASK_EVENT".into(),
        from: "agentpg".into(),
        to: Some("finesse".into()),
        about: Some("T".into()),
        since_ms: 1_250,
    }
}

/// The admin port over a book with two messages that are held by one rule.
struct Port {
    address: SocketAddr,
    ledger: Arc<Ledger>,
    _runtime: tokio::runtime::Runtime,
}

impl Port {
    fn open() -> Self {
        Self::open_with(OutsiderLimits::default())
    }

    fn open_with(limits: OutsiderLimits) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let admin = runtime.block_on(Admin::bind((Ipv4Addr::LOCALHOST, 0).into(), limits)).unwrap();
        let (address, ledger) = (admin.address(), Arc::<Ledger>::default());
        let (rules, held) = (vec![view("late"), view("the start event waits")], vec![held(7), held(9)]);
        let book = Arc::new(Mutex::new(Book { rules, held, own: Weak::new() }));
        book.lock().unwrap().own = Arc::downgrade(&book);
        let driver = Arc::clone(&ledger);
        runtime.spawn(async move { admin.serve_with(book, driver).await });
        Self { address, ledger, _runtime: runtime }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (status, _, body) = self.exchange(method, path, body);
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> (u16, String, String) {
        self.exchange_from("http://localhost:3000", method, path, body)
    }

    /// As a page of that origin does.
    fn exchange_from(&self, origin: &str, method: &str, path: &str, body: &str) -> (u16, String, String) {
        let headers = format!("Host: localhost:8090\r\nOrigin: {origin}\r\n");
        self.exchange_with(&headers, method, path, body)
    }

    fn exchange_with(&self, headers: &str, method: &str, path: &str, body: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_lowercase(), body.to_owned())
    }

    fn ordered(&self) -> Vec<Order> {
        self.ledger.orders.lock().unwrap().clone()
    }
}

#[test]
fn what_is_held_is_listed_with_its_ticket_and_its_rule() {
    let (status, found) = Port::open().ask("GET", "/held", "");
    assert_eq!(status, 200);
    let first = json!({
        "ticket": 7, "rule": "late", "message": "START_TASK_EVENT", "from": "agentpg", "to": "finesse",
        "about": "T", "since_ms": 1_250,
    });
    assert_eq!((found.as_array().unwrap().len(), &found[0]), (2, &first));
}

#[test]
fn sides_of_the_cti_server_take_an_order_that_has_an_effect() {
    let port = Port::open();
    assert_eq!(port.ask("POST", "/cti", r#"{"do": "stop a"}"#), (200, json!({ "cti": "stop a" })));
    assert_eq!(port.ordered(), [Order::Command("agentpg".into(), SideOrder::of("stop a").unwrap().into())]);
    for words in ["start a", "start b", "switch a", "maintenance off"] {
        let (status, said) = port.ask("POST", "/cti", &json!({ "do": words }).to_string());
        assert_eq!(status, 409, "{words}: {said}");
    }
    for body in [
        r#"{"do": "stop a", "lasting": "5s"}"#,
        r#"{"does": "stop a"}"#,
        r#"{"do": "stop c"}"#,
        "{}",
        "stop a",
    ] {
        assert_eq!(port.ask("POST", "/cti", body).0, 400, "{body}");
    }
    assert_eq!(port.ordered().len(), 1, "what is refused is not ordered");
}

#[test]
fn a_message_is_released_once() {
    let port = Port::open();
    assert_eq!(port.ask("POST", "/held/7/release", ""), (200, json!({ "released": [7] })));
    assert_eq!(port.ordered(), [Order::Release(7)]);
    let (status, said) = port.ask("POST", "/held/7/release", "");
    assert_eq!(status, 404);
    assert!(said["error"].as_str().unwrap().contains("GET /held"), "{said}");
}

#[test]
fn all_messages_are_released_in_their_order() {
    let port = Port::open();
    assert_eq!(port.ask("POST", "/held/release", ""), (200, json!({ "released": [7, 9] })));
    assert_eq!(port.ordered(), [Order::Release(7), Order::Release(9)]);
    assert_eq!(port.ask("GET", "/held", ""), (200, json!([])));
    let (status, said) = port.ask("POST", "/held/release", "");
    assert_eq!((status, &said["error"]), (404, &json!("nothing is held that could be released")));
}

#[test]
fn what_is_not_there_is_told_with_the_nearest_name() {
    let port = Port::open();
    for path in ["/rules/latte", "/rules/latte/"] {
        let (status, said) = port.ask("GET", path, "");
        let told = "there is no rule `latte`; did you mean `late`?: GET /rules lists them";
        assert_eq!((status, &said["error"]), (404, &json!(told)), "{path}");
    }
}

#[test]
fn what_nobody_reads_is_refused() {
    let port = Port::open();
    for (method, path, body, hint) in [
        ("POST", "/held/release?rule=late", "", "reads no query"),
        ("GET", "/held?rule=late", "", "reads no query"),
        ("POST", "/held/release", r#"{"rule": "late"}"#, "takes no body"),
        ("POST", "/held/7/release", "7", "takes no body"),
        ("POST", "/rules/late/arm", r#"{"times": 3}"#, "takes no body"),
        ("DELETE", "/rules/late", r#"{"hold": false}"#, "takes no body"),
    ] {
        let (status, said) = port.ask(method, path, body);
        assert_eq!(status, 400, "{method} {path}");
        assert!(said["error"].as_str().unwrap().contains(hint), "{said}");
    }
    assert!(port.ordered().is_empty());
    assert_eq!(port.ask("POST", "/held/7/release", "{}").0, 200);
}

#[test]
fn a_path_or_a_method_that_is_not_there_is_told_before_its_body() {
    let port = Port::open();
    assert_eq!(port.ask("POST", "/held/7/let-go", "7").0, 404);
    assert_eq!(port.ask("POST", "/rules/late", r#"{"hold": false}"#).0, 405);
}

#[test]
fn rules_are_disarmed_and_armed_by_their_names() {
    let port = Port::open();
    let path = "/rules/the%20start%20event%20waits";
    let (status, said) = port.ask("POST", &format!("{path}/disarm"), "");
    assert_eq!((status, &said["state"]), (200, &json!("disarmed")));
    assert_eq!(port.ask("GET", path, "").1["state"], "disarmed");
    assert_eq!(port.ask("POST", &format!("{path}/arm"), "").1["state"], "armed");
    assert_eq!(port.ask("POST", "/rules/other/arm", "").0, 404);
    assert_eq!(port.ask("GET", "/rules", "").1.as_array().unwrap().len(), 2);
}

#[test]
fn a_rule_is_added_once() {
    let port = Port::open();
    let rule = r#"{"name": "new", "match": "ccp > mrpg NEW_TASK", "drop": true}"#;
    let (status, said) = port.ask("POST", "/rules", rule);
    assert_eq!((status, &said["name"]), (201, &json!("new")));
    assert_eq!(port.ask("POST", "/rules", rule).0, 409);
}

#[test]
fn nothing_is_changed_but_by_the_driver_who_records_it() {
    let port = Port::open();
    let before = ["/rules", "/held"].map(|path| port.ask("GET", path, "").1);
    port.ledger.is_closed.store(true, Ordering::Relaxed);
    for (method, path, body) in [
        ("POST", "/rules", r#"{"match": "ccp > mrpg NEW_TASK", "drop": true}"#),
        ("DELETE", "/rules/late", ""),
        ("POST", "/rules/late/disarm", ""),
        ("POST", "/held/7/release", ""),
        ("POST", "/held/release", ""),
        ("POST", "/settings", r#"{"finesse.ccp_retries": 3}"#),
        ("POST", "/cti", r#"{"do": "stop a"}"#),
    ] {
        assert_eq!(port.ask(method, path, body).0, 409, "{method} {path}");
    }
    assert_eq!(["/rules", "/held"].map(|path| port.ask("GET", path, "").1), before);
}

#[test]
fn what_somebody_writes_is_read_while_the_run_goes_on() {
    let port = Port::open();
    assert_eq!(port.ask("POST", "/settings", r#"{"finesse.ccp_retries": 3}"#).0, 200);
    assert_eq!(port.ask("POST", "/rules", r#"{"match": "ccp > mrpg NEW_TASK", "drop": true}"#).0, 201);
}

#[test]
fn a_rule_is_removed_with_what_it_holds() {
    let port = Port::open();
    let removed = json!({ "removed": "late", "released": [7, 9] });
    assert_eq!(port.ask("DELETE", "/rules/late", ""), (200, removed));
    assert_eq!(port.ordered(), [Order::Release(7), Order::Release(9)]);
    assert_eq!(port.ask("GET", "/rules/late", "").0, 404);
    assert_eq!(port.ask("DELETE", "/rules/late", "").0, 404);
}

#[test]
fn it_answers_to_names_and_addresses_of_this_machine_only() {
    let port = Port::open();
    let status = |host: &str| port.exchange_with(&format!("Host: {host}\r\n"), "GET", "/held", "").0;
    for host in ["localhost", "LOCALHOST:8090", "127.0.0.1:1", "127.1.2.3", "[::1]:8090", "[::1]"] {
        assert_eq!(status(host), 200, "{host}");
    }
    for host in ["evil.example", "localhost.evil.example:8090", "192.0.2.1", "127.0.0.1.evil.example", ""] {
        assert_eq!(status(host), 403, "{host}");
    }
    assert_eq!(port.exchange_with("Host: localhost\r\n", "GET", "http://evil.example/held", "").0, 403);
}

#[test]
fn what_cannot_be_done_is_refused_with_what_can() {
    let port = Port::open();
    let cases = [
        ("POST", "/rules", "nonsense", 400, "no JSON"),
        ("POST", "/rules", "[]", 400, "object"),
        ("POST", "/rules", "{}", 400, "match"),
        ("POST", "/held/first/release", "", 400, "no ticket"),
        ("GET", "/nowhere", "", 404, "GET /"),
        ("DELETE", "/held", "", 405, "GET"),
    ];
    for (method, path, body, status, hint) in cases {
        let (found, said) = port.ask(method, path, body);
        assert_eq!(found, status, "{method} {path}");
        assert!(said["error"].as_str().unwrap().contains(hint), "{said}");
    }
    assert_eq!(port.ask("POST", "/rules", &"x".repeat(1 << 17)).0, 413);
    assert!(port.ordered().is_empty());
}

#[test]
fn head_is_answered_as_get_is_without_the_body() {
    let port = Port::open();
    for path in ["/", "/rules", "/rules/late", "/held", "/rules/other"] {
        let (got, head, body) = port.exchange("GET", path, "");
        let (status, same, nothing) = port.exchange("HEAD", path, "");
        let length =
            |head: &str| head.lines().find(|line| line.starts_with("content-length")).map(str::to_owned);
        assert_eq!((status, length(&same), nothing.as_str()), (got, length(&head), ""), "{path}");
        assert!(!body.is_empty());
    }
    let (status, head, _) = port.exchange("HEAD", "/held/release", "");
    assert!(status == 405 && head.contains("allow: post, options"), "{head}");
}

#[test]
fn a_request_without_a_host_is_refused() {
    assert_eq!(Port::open().exchange_with("", "GET", "/held", "").0, 400);
}

#[test]
fn pages_of_this_machine_may_call() {
    let port = Port::open();
    let (status, head, _) = port.exchange("OPTIONS", "/held/7/release", "");
    assert_eq!(status, 200);
    for part in
        ["access-control-allow-origin: http://localhost:3000", "access-control-allow-methods: post, options"]
    {
        assert!(head.contains(part), "no `{part}` in {head}");
    }
    assert_eq!(port.exchange_from("http://127.0.0.1:8090", "GET", "/held", "").0, 200);
}

#[test]
fn pages_from_elsewhere_change_nothing() {
    let port = Port::open();
    for origin in ["https://example.org", "http://localhost.example.org", "null"] {
        let (status, head, _) = port.exchange_from(origin, "POST", "/held/release", "");
        assert_eq!(status, 403, "{origin}");
        assert!(!head.contains("access-control-allow-origin"), "{head}");
    }
    assert!(port.ordered().is_empty());
}

#[test]
fn it_says_what_there_is() {
    let port = Port::open();
    let (status, said) = port.ask("GET", "/", "");
    assert_eq!(status, 200);
    assert_eq!(said.as_object().unwrap().len(), 16);
    for route in said.as_object().unwrap().keys().filter_map(|key| key.split_once(' ')) {
        let (_, head, _) = port.exchange("OPTIONS", route.1, "");
        assert!(head.contains(&route.0.to_lowercase()), "{route:?}: {head}");
    }
}

#[test]
fn whoever_is_slow_or_comes_in_numbers_is_hung_up_on() {
    let quick = Duration::from_millis(100);
    let limits = OutsiderLimits { connections: 2, head: quick, body: quick, ..OutsiderLimits::default() };
    let port = Port::open_with(limits);
    let connect = || {
        let stream = TcpStream::connect(port.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    };
    let mut slow_head = connect();
    slow_head.write_all(b"GET /rules HTTP/1.1\r\n").unwrap();
    assert_eq!(slow_head.read(&mut [0; 64]).unwrap_or(0), 0);
    drop(slow_head);
    let mut slow_body = connect();
    slow_body.write_all(b"POST /rules HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{").unwrap();
    let mut answer = String::new();
    let _ = slow_body.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}
