//! The admin port over HTTP. Requests of this machine enter; each finds its row in one table, and a change leaves as orders to the
//! driver alone.

use super::{Control, Driver, Refusal, RuleView, RunJournal};
use bytes::Bytes;
use cce_journal::{Order, Ticket};
use cce_kernel::BodyFlaw;
use cce_model::{SideOrder, nearest};
use cce_net::{NetHandle, OutsiderLimits, WebListener};
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts, uri::Authority,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    io, iter,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The largest body of a request, in bytes.
const BODY_MAX: usize = 1 << 16;

/// The admin port, where its address is taken.
pub(crate) struct Admin {
    listener: WebListener,
    limits: OutsiderLimits,
    journal: Option<RunJournal>,
}

/// The service behind the admin port, which every request shares.
#[derive(Clone)]
struct AdminService {
    /// The address that the port listens at.
    bound: IpAddr,
    control: Arc<Mutex<dyn Control>>,
    driver: Arc<dyn Driver>,
    journal: Arc<Mutex<Option<RunJournal>>>,
}

/// The body of an order to the sides of the CTI server.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SidesBody {
    /// The order in the words of a scenario's step.
    #[serde(rename = "do")]
    words: String,
}

/// A status, and what is said with it.
type Answer = (StatusCode, Value);

impl Admin {
    /// Takes the address; port 0 takes a free one.
    #[expect(
        clippy::unused_async,
        reason = "a listener belongs to a runtime: it cannot be bound outside of one"
    )]
    pub(crate) async fn bind(address: SocketAddr, limits: OutsiderLimits) -> io::Result<Self> {
        Ok(Self { listener: WebListener::bind(address)?, limits, journal: None })
    }

    /// Tells how the lab stands, too, by the journal of its run.
    pub(crate) fn with_journal(self, path: PathBuf) -> Self {
        Self { journal: Some(RunJournal::new(path)), ..self }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Serves until it is dropped. What it is told to do, `handle` does.
    pub(crate) async fn serve(self, control: Arc<Mutex<dyn Control>>, handle: NetHandle) -> Infallible {
        self.serve_with(control, Arc::new(handle)).await
    }

    pub(super) async fn serve_with(
        self,
        control: Arc<Mutex<dyn Control>>,
        driver: Arc<dyn Driver>,
    ) -> Infallible {
        let bound = self.address().ip();
        let service = AdminService { bound, control, driver, journal: Arc::new(Mutex::new(self.journal)) };
        self.listener.serve("the admin port", self.limits, move |request| answer(&service, request)).await
    }
}

fn answer(service: &AdminService, request: Request<Result<Bytes, BodyFlaw>>) -> Response<Bytes> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    if !is_called_by_its_name(&parts, service.bound) {
        return foreign("the admin port answers to its own address and to localhost, by no other name");
    }
    let origin = parts.headers.get(header::ORIGIN).cloned();
    if origin.as_ref().is_some_and(|origin| !is_local(origin)) {
        return foreign("only pages of this machine may use the admin port");
    }
    let (status, said) = match body {
        Ok(_) if parts.uri.query().is_some() => refusal(
            StatusCode::BAD_REQUEST,
            "the admin port reads no query: what to do stands in the path, and in the body where one is taken",
        ),
        Ok(body) if body.len() <= BODY_MAX => service.answer(&parts.method, &path, &body),
        Ok(_) | Err(BodyFlaw::TooLarge) => {
            refusal(StatusCode::PAYLOAD_TOO_LARGE, &format!("a body has at most {BODY_MAX} bytes"))
        }
        Err(BodyFlaw::Broken) => refusal(StatusCode::BAD_REQUEST, "the body ends too early"),
        Err(BodyFlaw::Late) => refusal(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"),
    };
    let mut response =
        Response::new(if said.is_null() { Bytes::new() } else { Bytes::from(format!("{said}\n")) });
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(origin) = origin {
        // The header has room for one origin: the one that asks (Fetch, CORS protocol).
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    let is_asked = parts.method == Method::OPTIONS;
    if (is_asked || status == StatusCode::METHOD_NOT_ALLOWED)
        && let Ok(methods) = HeaderValue::from_str(&methods(&path).join(", "))
    {
        // Whoever used another one is told, too (RFC 9110 15.5.6).
        headers.insert(header::ALLOW, methods.clone());
        if is_asked {
            allow(headers, &parts.headers, &methods);
        }
    }
    response
}

/// Whether an origin is of this machine. A page from elsewhere may not change a run.
fn is_local(origin: &HeaderValue) -> bool {
    // A page without an origin of its own says `null` (RFC 6454 6.2), which has no host.
    let host = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    host.and_then(|host| host.parse().ok()).is_some_and(|host| is_loopback(&host))
}

/// Whether a request names this machine as its host. A page from elsewhere whose DNS name was made to lead to this machine (DNS
/// rebinding) sends that name. A program may send no name at all.
fn is_called_by_its_name(parts: &Parts, bound: IpAddr) -> bool {
    let named = parts.headers.get(header::HOST).map(|host| host.to_str().ok()?.parse::<Authority>().ok());
    // The authority of an absolute target counts before the header (RFC 9112 3.2.2).
    let Some(host) = parts.uri.authority().cloned().map(Some).or(named) else { return true };
    // A client that writes an address was not led here by a name.
    let is_bound = |ip: IpAddr| ip == bound || bound.is_unspecified();
    host.is_some_and(|host| is_loopback(&host) || ip(&host).is_some_and(is_bound))
}

fn is_loopback(host: &Authority) -> bool {
    host.host().eq_ignore_ascii_case("localhost") || ip(host).is_some_and(|ip| ip.is_loopback())
}

fn ip(host: &Authority) -> Option<IpAddr> {
    // An IPv6 address stands in brackets (RFC 3986 3.2.2).
    host.host().trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn foreign(text: &str) -> Response<Bytes> {
    let (status, said) = refusal(StatusCode::FORBIDDEN, text);
    let mut response = Response::new(Bytes::from(format!("{said}\n")));
    *response.status_mut() = status;
    response
}

/// Allows what a browser asks for before it calls from another origin.
fn allow(headers: &mut HeaderMap, asked: &HeaderMap, methods: &HeaderValue) {
    let wanted = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods.clone());
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        wanted.unwrap_or_else(|| HeaderValue::from_static("Content-Type")),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
}

/// A request that the admin port answers.
struct Route {
    method: &'static str,
    /// A path with at most one name in braces.
    path: &'static str,
    /// The sentence of the index, which does not list itself.
    about: Option<&'static str>,
    run: fn(&AdminService, &RouteRequest<'_>) -> Result<Answer, Refusal>,
}

/// A request as its route reads it.
struct RouteRequest<'a> {
    path: &'a str,
    /// The segment that stands for the name in braces; empty where the route has none.
    name: &'a str,
    body: &'a [u8],
}

/// Every request that is answered, in the order of the index.
static ROUTES: [Route; 16] = [
    Route { method: "GET", path: "/", about: None, run: |_, _| Ok(ok(index())) },
    Route {
        method: "GET",
        path: "/rules",
        about: Some(
            "every rule: name, state (armed, fired, disarmed), what it does, how often it matched since it was armed, how often it ever fired, what became of its messages",
        ),
        run: |service, _| Ok(ok(json!(service.control().list_rules()))),
    },
    Route {
        method: "GET",
        path: "/rules/{name}",
        about: Some("one of them"),
        run: |service, request| service.rule(request.name).map(|rule| ok(json!(rule))),
    },
    Route {
        method: "POST",
        path: "/rules",
        about: Some("adds a rule, with the keys that it has in a scenario file"),
        run: |service, request| service.add(request.body),
    },
    Route {
        method: "DELETE",
        path: "/rules/{name}",
        about: Some("removes it and lets go what it holds"),
        run: |service, request| service.remove(request.without_body()?.name),
    },
    Route {
        method: "POST",
        path: "/rules/{name}/arm",
        about: Some(
            "lets it act from now on, once more if it did already; 409 where it is armed and has counted nothing",
        ),
        run: |service, request| service.arm(request.without_body()?.name),
    },
    Route {
        method: "POST",
        path: "/rules/{name}/disarm",
        about: Some("lets it act no more; what it holds stays held; 409 where it is disarmed already"),
        run: |service, request| service.disarm(request.without_body()?.name),
    },
    Route {
        method: "POST",
        path: "/cti",
        about: Some("changes the sides of the CTI server: {\"do\": \"stop a\"}"),
        run: |service, request| service.order_sides(request.body),
    },
    Route {
        method: "GET",
        path: "/settings",
        about: Some(
            "every setting of the lab: the components that take it while the lab runs, or why it is fixed; and what was changed",
        ),
        run: |service, _| Ok(ok(service.control().describe_settings())),
    },
    Route {
        method: "POST",
        path: "/settings",
        about: Some("changes settings, all or none: {\"finesse.ccp_retries\": 3}"),
        run: |service, request| service.set(request.body),
    },
    Route {
        method: "GET",
        path: "/status",
        about: Some(
            "how the lab stands: agents with states and tasks, queues, counts and rates, the last rows of the ladder; is_behind where more has happened",
        ),
        run: |service, _| service.status(),
    },
    Route {
        method: "GET",
        path: "/why",
        about: Some(
            "every task that waits: its short name, contact, place, since_ms, and for each agent why that agent does not get it",
        ),
        run: |service, _| Ok(ok(json!(service.control().list_waiting()))),
    },
    Route {
        method: "GET",
        path: "/why/{task}",
        about: Some("one of them, by short name or contact id"),
        run: |service, request| service.why(request.name),
    },
    Route {
        method: "GET",
        path: "/held",
        about: Some("every message that is held: ticket, rule, message, from, to, about, since_ms"),
        run: |service, _| Ok(ok(json!(service.control().list_held()))),
    },
    Route {
        method: "POST",
        path: "/held/{ticket}/release",
        about: Some("lets one go"),
        run: |service, request| service.release(request.without_body()?.name),
    },
    Route {
        method: "POST",
        path: "/held/release",
        about: Some("lets all go; 404 where nothing is held"),
        run: |service, request| {
            request.without_body()?;
            service.release_all()
        },
    },
];

impl Route {
    /// The segment that stands for the name in braces, where these segments are a path of the route.
    fn name_in<'a>(&self, segments: &'a [String]) -> Option<&'a str> {
        let mut own = self.path.split('/').filter(|segment| !segment.is_empty());
        let mut name = "";
        for segment in segments {
            let own = own.next()?;
            if own.starts_with('{') {
                name = segment;
            } else if own != segment {
                return None;
            }
        }
        own.next().is_none().then_some(name)
    }
}

impl RouteRequest<'_> {
    /// The request itself. A body is refused, unless it is an empty object, which says nothing beside the path.
    fn without_body(&self) -> Result<&Self, Refusal> {
        let body = self.body.trim_ascii();
        if body.is_empty() || serde_json::from_slice(body).is_ok_and(|said: Value| said == json!({})) {
            return Ok(self);
        }
        Err(Refusal::Wrong(format!("{} takes no body: what it is about stands in the path", self.path)))
    }
}

/// The methods of a path; none where there is nothing.
fn methods(path: &str) -> Vec<&'static str> {
    let segments = segments(path);
    let mut methods = Vec::new();
    for route in ROUTES.iter().filter(|route| route.name_in(&segments).is_some()) {
        methods.push(route.method);
        if route.method == "GET" {
            // Whoever answers GET answers HEAD (RFC 9110 9.1).
            methods.push("HEAD");
        }
    }
    if !methods.is_empty() {
        methods.push("OPTIONS");
    }
    methods
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').filter(|segment| !segment.is_empty()).map(plain).collect()
}

/// A segment of a path, its percent-encoded bytes decoded (RFC 3986 2.1): names of rules may have blanks.
fn plain(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl AdminService {
    fn answer(&self, method: &Method, path: &str, body: &[u8]) -> Answer {
        let segments = segments(path);
        // The body of an answer to HEAD is left out on its way (RFC 9110 9.3.2).
        let method_of_route = if method == Method::HEAD { "GET" } else { method.as_str() };
        let mut of_method = ROUTES.iter().filter(|route| route.method == method_of_route);
        let route = of_method.find_map(|route| Some((route, route.name_in(&segments)?)));
        let Some((route, name)) = route else { return elsewhere(method, path) };
        (route.run)(self, &RouteRequest { path, name, body }).unwrap_or_else(|refused| {
            let status = match refused {
                Refusal::Unknown(_) => StatusCode::NOT_FOUND,
                Refusal::Wrong(_) => StatusCode::BAD_REQUEST,
                Refusal::Conflict(_) => StatusCode::CONFLICT,
            };
            refusal(status, &refused.to_string())
        })
    }

    /// Changes the sides of the CTI server. The body says what to do, as a scenario's step does.
    fn order_sides(&self, body: &[u8]) -> Result<Answer, Refusal> {
        let asked: SidesBody = serde_json::from_slice(body).map_err(|error| {
            Refusal::Wrong(format!("the body is not like {{\"do\": \"stop a\"}}: {error}"))
        })?;
        let order = SideOrder::of(&asked.words).map_err(Refusal::Wrong)?;
        self.act(|control| control.order_cti_sides(order))?;
        Ok(ok(json!({ "cti": order.words() })))
    }

    /// The status of the lab.
    fn status(&self) -> Result<Answer, Refusal> {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let journal = journal.as_mut().ok_or_else(|| {
            Refusal::Conflict(
                "the status is read from the journal, which cannot be read here: it is no file".into(),
            )
        })?;
        Ok(ok(json!(journal.status()?)))
    }

    /// Why a task waits: by its short name, or by the id of its contact.
    fn why(&self, task: &str) -> Result<Answer, Refusal> {
        let waiting = self.control().list_waiting();
        let found = waiting.iter().find(|view| view.task == task || view.waiting.contact.as_str() == task);
        found.map(|view| ok(json!(view))).ok_or_else(|| {
            let hint = nearest(task, waiting.iter().map(|view| view.task.as_str()));
            Refusal::Unknown(format!("`{task}` does not wait{hint}: GET /why lists what does"))
        })
    }

    /// Changes settings of the lab: an object of settings and values.
    fn set(&self, body: &[u8]) -> Result<Answer, Refusal> {
        let asked: Value = serde_json::from_slice(body)
            .map_err(|error| Refusal::Wrong(format!("the body is no JSON: {error}")))?;
        let settings = asked.as_object().filter(|settings| !settings.is_empty());
        let settings = settings.ok_or_else(|| {
            Refusal::Wrong("write settings and values: {\"finesse.ccp_retries\": 3}".to_owned())
        })?;
        // The run waits for the control, which is let go before anything is read.
        let reader = self.control().reader();
        let read = reader.settings(settings)?;
        self.act(|control| control.change_settings(&read))?;
        let names: Vec<&String> = settings.keys().collect();
        Ok(ok(json!({ "set": names })))
    }

    fn release(&self, ticket: &str) -> Result<Answer, Refusal> {
        let number: Ticket = ticket
            .parse()
            .map_err(|_| Refusal::Wrong(format!("`{ticket}` is no ticket: GET /held lists them")))?;
        self.act(|control| control.release_ticket(number))?;
        Ok(ok(json!({ "released": [number] })))
    }

    fn release_all(&self) -> Result<Answer, Refusal> {
        let mut tickets = Vec::<Ticket>::new();
        self.act(|control| {
            // They are listed under the lock under which they are let go: none is held or released between.
            tickets.extend(control.list_held().iter().map(|held| held.ticket));
            if tickets.is_empty() {
                return Err(Refusal::Unknown("nothing is held that could be released".to_owned()));
            }
            Ok(control.release_every())
        })?;
        Ok(ok(json!({ "released": tickets })))
    }

    fn arm(&self, name: &str) -> Result<Answer, Refusal> {
        self.act(|control| control.arm_rule(name))?;
        Ok(ok(json!(self.rule(name)?)))
    }

    fn disarm(&self, name: &str) -> Result<Answer, Refusal> {
        self.act(|control| control.disarm_rule(name))?;
        Ok(ok(json!(self.rule(name)?)))
    }

    fn remove(&self, name: &str) -> Result<Answer, Refusal> {
        let mut released = Vec::<Ticket>::new();
        self.act(|control| {
            let orders = control.remove_rule(name)?;
            released.extend(
                orders.iter().filter_map(|order| {
                    if let Order::Release(ticket) = order { Some(*ticket) } else { None }
                }),
            );
            Ok(orders)
        })?;
        Ok(ok(json!({ "removed": name, "released": released })))
    }

    fn add(&self, body: &[u8]) -> Result<Answer, Refusal> {
        let rule: Value = serde_json::from_slice(body)
            .map_err(|error| Refusal::Wrong(format!("the body is no JSON: {error}")))?;
        if !rule.is_object() {
            return Err(Refusal::Wrong(
                "a rule is an object with the keys of a scenario file, such as match and hold".to_owned(),
            ));
        }
        // The run waits for the control, which is let go before anything is read.
        let reader = self.control().reader();
        let rule = reader.rule(&rule)?;
        let name = rule.name.clone();
        self.act(|control| control.add_rule(rule))?;
        Ok((StatusCode::CREATED, json!(self.rule(&name)?)))
    }

    /// Changes the run by the orders that the control answers with.
    fn act(&self, act: impl FnOnce(&mut dyn Control) -> Result<Vec<Order>, Refusal>) -> Result<(), Refusal> {
        // The driver holds its own lock when it asks the same control what becomes of a record. Whoever takes both takes the
        // driver's first, so that the two never wait for each other.
        self.driver.act(Box::new(|| act(&mut *self.control())))
    }

    fn rule(&self, name: &str) -> Result<RuleView, Refusal> {
        let rules = self.control().list_rules();
        let found = rules.iter().find(|rule| rule.name == name).cloned();
        found.ok_or_else(|| Refusal::no_rule(name, rules.iter().map(|rule| rule.name.as_str())))
    }

    fn control(&self) -> MutexGuard<'_, dyn Control + 'static> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A path that is not there, or a method that it does not have.
fn elsewhere(method: &Method, path: &str) -> Answer {
    let methods = methods(path);
    if methods.is_empty() {
        return refusal(StatusCode::NOT_FOUND, &format!("there is no {path}: GET / says what there is"));
    }
    if method == Method::OPTIONS {
        return (StatusCode::OK, Value::Null);
    }
    let text = format!("{path} has no {method}; it has {}", methods.join(", "));
    refusal(StatusCode::METHOD_NOT_ALLOWED, &text)
}

fn ok(said: Value) -> Answer {
    (StatusCode::OK, said)
}

fn refusal(status: StatusCode, text: &str) -> Answer {
    (status, json!({ "error": text }))
}

/// The routes and what each of them does, by method and path.
fn index() -> Value {
    let pid = ("pid".to_owned(), json!(std::process::id()));
    let rows = ROUTES
        .iter()
        .filter_map(|route| Some((format!("{} {}", route.method, route.path), json!(route.about?))));
    iter::once(pid).chain(rows).collect()
}
