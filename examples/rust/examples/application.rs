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
    let worked = work(&mut task, &desktop);
    // Also after a failure: the next run finds the lab as this one did.
    desktop.sign_out()?;
    if worked.is_err() {
        task.give_up();
    }
    worked
}

fn work(task: &mut Task<'_>, desktop: &Desktop<'_>) -> Result<()> {
    task.poll()?;
    desktop.sign_in()?;
    let reserved = || task.poll().map(|(status, id)| id.filter(|_| status == "reserved"));
    desktop.work(&wait_for("an agent", reserved)?)?;
    wait_for("handled", || Ok((task.poll()?.0 == "handled").then_some(())))
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
        let sent = http.post(&feed).content_type("application/xml").send(TASK);
        let is_nobody_there =
            |error: &ureq::Error| matches!(error, ureq::Error::Io(_) | ureq::Error::ConnectionFailed);
        if sent.as_ref().is_err_and(is_nobody_there) {
            return Err(format!("no lab at {feed}").into());
        }
        let created = sent?;
        let url = created.headers().get("location").ok_or("no Location")?.to_str()?.to_owned();
        println!("created {url}");
        Ok(Self { http, url, status: String::new() })
    }

    /// Nobody is to work it any more. What has ended meanwhile cannot be cancelled, which is as good.
    fn give_up(&self) {
        let _ = self.http.delete(&self.url).call();
    }

    /// Its status, and its id once an agent is chosen. A new status is printed.
    fn poll(&mut self) -> Result<(String, Option<String>)> {
        let text = self.http.get(&self.url).call()?.body_mut().read_to_string()?;
        let status = text_of(&text, "status")?.ok_or("no status")?;
        if status != self.status {
            println!("task is {status}");
            self.status.clone_from(&status);
        }
        Ok((status, text_of(&text, "taskID")?))
    }
}

/// An agent's desktop, over Finesse's REST API. Each PUT is answered 202; what came of it is seen afterwards.
struct Desktop<'a> {
    http: &'a Agent,
    api: String,
    id: String,
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
        Self { http, api, id, user, media, authorization }
    }

    fn put(&self, path: &str, body: &str) -> Result<()> {
        let request = self.http.put(format!("{}{path}", self.api)).content_type("application/xml");
        request.header("Authorization", &self.authorization).send(body)?;
        Ok(())
    }

    fn get(&self, path: &str) -> Result<String> {
        let request = self.http.get(format!("{}{path}", self.api));
        match request.header("Authorization", &self.authorization).call() {
            // Finesse may hear of a task later than CCP.
            Err(ureq::Error::StatusCode(404)) => Ok("<None/>".to_owned()),
            answer => Ok(answer?.body_mut().read_to_string()?),
        }
    }

    /// Where the state is such, asks for another one, and waits until it is there.
    fn change(&self, path: &str, is_due: fn(&str) -> bool, body: &str, wanted: &str) -> Result<()> {
        if !is_due(&self.state(path)?) {
            return Ok(());
        }
        self.put(path, body)?;
        self.wait_for(path, wanted)
    }

    fn state(&self, path: &str) -> Result<String> {
        Ok(text_of(&self.get(path)?, "state")?.unwrap_or_else(|| "LOGOUT".to_owned()))
    }

    fn wait_for(&self, path: &str, wanted: &str) -> Result<()> {
        wait_for(wanted, || Ok(text_of(&self.get(path)?, "state")?.filter(|state| state == wanted)))?;
        println!("agent: {path} {wanted}");
        Ok(())
    }

    /// Signs in and gets ready, as far as the agent is not already.
    fn sign_in(&self) -> Result<()> {
        let is_out = |state: &str| state == "LOGOUT";
        let login = format!("<User><state>LOGIN</state><extension>{}</extension></User>", self.id);
        self.change(&self.user, is_out, &login, "NOT_READY")?;
        let login = "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state>\
                     <interruptAction>ACCEPT</interruptAction></Media>";
        self.change(&self.media, is_out, login, "NOT_READY")?;
        // A task that waits is offered at once, so that the state need not be READY when it is looked at.
        if self.state(&self.media)? == "NOT_READY" {
            self.put(&self.media, "<Media><state>READY</state></Media>")?;
        }
        Ok(())
    }

    /// Does each thing once the dialog is in the state for it.
    fn work(&self, dialog: &str) -> Result<()> {
        let path = format!("/Dialog/{dialog}");
        for (state, action) in [("OFFERED", "ACCEPT"), ("ACCEPTED", "START"), ("ACTIVE", "CLOSE")] {
            self.wait_for(&path, state)?;
            self.put(&path, &format!("<Dialog><requestedAction>{action}</requestedAction></Dialog>"))?;
        }
        Ok(())
    }

    /// Signs out, as far as the agent is not already.
    fn sign_out(&self) -> Result<()> {
        let is_in = |state: &str| state != "LOGOUT";
        self.change(&self.media, is_in, "<Media><state>LOGOUT</state></Media>", "LOGOUT")?;
        self.change(&self.user, is_in, "<User><state>LOGOUT</state></User>", "LOGOUT")
    }
}

fn setting(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// The text of the first element of that name.
fn text_of(xml: &str, name: &str) -> Result<Option<String>> {
    let document = Document::parse(xml)?;
    let mut found = document.descendants().filter(|node| node.has_tag_name(name));
    Ok(found.find_map(|node| node.text()).map(ToOwned::to_owned))
}

/// Looks every tenth of a second until there is something, for 30 s at most.
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    for _ in 0..300 {
        if let Some(found) = look()? {
            return Ok(found);
        }
        sleep(Duration::from_millis(100));
    }
    Err(format!("waited 30 s for {what}").into())
}
