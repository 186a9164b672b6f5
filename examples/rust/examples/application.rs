//! Creates a task, follows it, and works it as its agent: `cargo run --example application`.

#![expect(clippy::print_stdout, reason = "a program says what it does")]

use base64::{Engine, engine::general_purpose::STANDARD};
use roxmltree::Document;
use std::{env, error::Error, thread::sleep, time::Duration};
use ureq::Agent;

const MEDIA: &str = "5011";
const TASK: &str = "<Task><name>ann@example.org</name><title>Card lost</title>
  <description>My card is gone &amp; I need a new one.</description><scriptSelector>CumulusTask</scriptSelector>
  <variables><variable><name>cv_1</name><value>Ann</value></variable></variables></Task>";
type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let http: Agent = Agent::config_builder().timeout_global(Some(Duration::from_secs(30))).build().into();
    let mut task = Task::create(&http)?;
    let desktop = Desktop::new(&http);
    let worked = task.poll().and_then(|_| desktop.sign_in()).and_then(|()| desktop.work(&mut task));
    // Also after a failure: the next run finds the lab as this one did.
    desktop.sign_out()?;
    // Nobody is to work it any more then. What has ended meanwhile cannot be cancelled, which is as good.
    let _ = worked.is_err().then(|| http.delete(&task.url).call());
    worked
}

/// A task, as the customer's side sees it.
struct Task<'a> {
    http: &'a Agent,
    url: String,
    status: String,
}

impl<'a> Task<'a> {
    fn create(http: &'a Agent) -> Result<Self> {
        let feed = setting("FEED_URL", "http://127.0.0.1:8080/ccp/task/feed/100080");
        let created = match http.post(&feed).content_type("application/xml").send(TASK) {
            Err(ureq::Error::Io(_) | ureq::Error::ConnectionFailed) => Err(format!("no lab at {feed}"))?,
            sent => sent?,
        };
        let url = created.headers().get("location").ok_or("no Location")?.to_str()?.to_owned();
        println!("created {url}");
        Ok(Self { http, url, status: String::new() })
    }

    /// Its status, and its id once an agent is chosen. A new status is printed.
    fn poll(&mut self) -> Result<(String, Option<String>)> {
        let text = self.http.get(&self.url).call()?.body_mut().read_to_string()?;
        let status = text_of(&text, "status")?.ok_or("no status")?;
        if std::mem::replace(&mut self.status, status.clone()) != status {
            println!("task is {status}");
        }
        Ok((status, text_of(&text, "taskID")?))
    }
}

/// An agent's desktop, over Finesse's REST API. Each PUT is answered 202; what came of it is seen afterwards.
struct Desktop<'a> {
    http: &'a Agent,
    api: String,
    user: String,
    media: String,
    authorization: String,
}

impl<'a> Desktop<'a> {
    fn new(http: &'a Agent) -> Self {
        let (id, password) = (setting("AGENT", "1081"), setting("PASSWORD", "ccelab"));
        let authorization = format!("Basic {}", STANDARD.encode(format!("{id}:{password}")));
        let api = setting("FINESSE_URL", "http://127.0.0.1:8082/finesse/api");
        let (user, media) = (format!("/User/{id}"), format!("/User/{id}/Media/{MEDIA}"));
        Self { http, api, user, media, authorization }
    }

    fn put(&self, path: &str, body: &str) -> Result<()> {
        let request = self.http.put(format!("{}{path}", self.api)).content_type("application/xml");
        Ok(request.header("Authorization", &self.authorization).send(body).map(drop)?)
    }

    fn state(&self, path: &str) -> Result<String> {
        let request = self.http.get(format!("{}{path}", self.api));
        match request.header("Authorization", &self.authorization).call() {
            // Finesse may hear of a task later than CCP.
            Err(ureq::Error::StatusCode(404)) => Ok("LOGOUT".to_owned()),
            answer => Ok(text_of(&answer?.body_mut().read_to_string()?, "state")?.ok_or("no state")?),
        }
    }

    fn wait_for(&self, path: &str, wanted: &str) -> Result<()> {
        wait_for(wanted, || Ok((self.state(path)? == wanted).then(|| println!("agent: {path} {wanted}"))))
    }

    /// Unless it is so already, changes whether the agent is signed in, and waits until that is so.
    fn sign(&self, path: &str, body: &str, wanted: &str) -> Result<()> {
        let is_so = (self.state(path)? == "LOGOUT") == (wanted == "LOGOUT");
        if is_so { Ok(()) } else { self.put(path, body).and_then(|()| self.wait_for(path, wanted)) }
    }

    /// Signs in and gets ready, as far as the agent is not already.
    fn sign_in(&self) -> Result<()> {
        let extension = setting("AGENT", "1081");
        let login = format!("<User><state>LOGIN</state><extension>{extension}</extension></User>");
        self.sign(&self.user, &login, "NOT_READY")?;
        let login = "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state>\
                     <interruptAction>ACCEPT</interruptAction></Media>";
        self.sign(&self.media, login, "NOT_READY")?;
        // A task that waits is offered at once, so that the state need not be READY when it is looked at.
        let is_due = self.state(&self.media)? == "NOT_READY";
        if is_due { self.put(&self.media, "<Media><state>READY</state></Media>") } else { Ok(()) }
    }

    /// Does each thing once the dialog is in the state for it, until the customer's side hears that the task is handled.
    fn work(&self, task: &mut Task<'_>) -> Result<()> {
        let reserved = || task.poll().map(|(status, id)| id.filter(|_| status == "reserved"));
        let path = format!("/Dialog/{}", wait_for("an agent", reserved)?);
        for (state, action) in [("OFFERED", "ACCEPT"), ("ACCEPTED", "START"), ("ACTIVE", "CLOSE")] {
            self.wait_for(&path, state)?;
            self.put(&path, &format!("<Dialog><requestedAction>{action}</requestedAction></Dialog>"))?;
        }
        wait_for("handled", || Ok((task.poll()?.0 == "handled").then_some(())))
    }

    fn sign_out(&self) -> Result<()> {
        self.sign(&self.media, "<Media><state>LOGOUT</state></Media>", "LOGOUT")?;
        self.sign(&self.user, "<User><state>LOGOUT</state></User>", "LOGOUT")
    }
}

fn setting(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// The text of the first element of that name.
fn text_of(xml: &str, name: &str) -> Result<Option<String>> {
    let document = Document::parse(xml)?;
    Ok(document.descendants().find(|it| it.has_tag_name(name)).and_then(|it| it.text()).map(Into::into))
}

/// Looks every tenth of a second until there is something, for 30 s at most.
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    for _ in 0..300 {
        match look()? {
            Some(found) => return Ok(found),
            None => sleep(Duration::from_millis(100)),
        }
    }
    Err(format!("waited 30 s for {what}").into())
}
