//! Creates a task, follows it, and works it as its agent: `cargo run --example application`.

#![expect(clippy::print_stdout, reason = "a program says what it does")]

mod lab;

use base64::{Engine, engine::general_purpose::STANDARD};
use lab::{DEADLINE, Events, Result, setting, text_of, trusted, url_of};
use rustls::crypto::ring;
use std::{io::ErrorKind::ConnectionRefused, sync::Arc, thread::sleep, time::Duration};
use ureq::{Agent, tls::Certificate, tls::TlsConfig};

const TASK: &str = "<Task><name>ann@example.org</name><title>Card lost</title>
  <description>My card is gone &amp; I need a new one.</description><scriptSelector>CumulusTask</scriptSelector>
  <variables><variable><name>cv_1</name><value>Ann</value></variable></variables></Task>";

fn main() -> Result<()> {
    let trusted = trusted()?.map(|certificate| Certificate::from_der(&certificate).to_owned());
    let tls = TlsConfig::builder().root_certs(trusted.into());
    let tls = tls.unversioned_rustls_crypto_provider(Arc::new(ring::default_provider())).build();
    let http: Agent = Agent::config_builder().timeout_global(Some(DEADLINE)).tls_config(tls).build().into();
    let mut task = Task::create(&http)?;
    let worked = task.wait_for(&["queued", "reserved"]).and_then(|_| work(&http, &mut task));
    // Nobody is to work it any more then. What has ended meanwhile cannot be cancelled, which is as good.
    let _ = worked.is_err().then(|| http.delete(&task.url).call());
    worked
}

fn work(http: &Agent, task: &mut Task<'_>) -> Result<()> {
    let mut desktop = Desktop::new(http)?;
    let worked = desktop.sign_in().and_then(|()| desktop.work(task));
    // Also after a failure: the next run finds the lab as this one did.
    worked.and(desktop.sign_out())
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
            Err(ureq::Error::Io(e)) if e.kind() == ConnectionRefused => Err(format!("no lab at {feed}"))?,
            sent => sent?,
        };
        let url = created.headers().get("location").ok_or("no Location")?.to_str()?.to_owned();
        println!("created {url}");
        Ok(Self { http, url, status: String::new() })
    }

    /// Looks every tenth of a second until it has such a status. A new one is printed. An agent who is chosen works
    /// it by the id that is returned.
    fn wait_for(&mut self, wanted: &[&str]) -> Result<Option<String>> {
        for _ in 0..300 {
            let text = self.http.get(&self.url).call()?.body_mut().read_to_string()?;
            let status = text_of(&text, "status")?.ok_or("no status")?;
            if std::mem::replace(&mut self.status, status.clone()) != status {
                println!("task is {status}");
            }
            if wanted.contains(&status.as_str()) {
                return text_of(&text, "taskID");
            }
            sleep(Duration::from_millis(100));
        }
        Err(format!("waited 30 s for {wanted:?}"))?
    }
}

/// An agent's desktop: it asks by Finesse's REST API, and hears over WebSocket what came of it.
struct Desktop<'a> {
    http: &'a Agent,
    authorization: String,
    events: Events,
}

impl<'a> Desktop<'a> {
    fn new(http: &'a Agent) -> Result<Self> {
        let (agent, password) = (setting("AGENT", "1081"), setting("PASSWORD", "ccelab"));
        let authorization = format!("Basic {}", STANDARD.encode(format!("{agent}:{password}")));
        let system = http.get(url_of("system")).call()?.body_mut().read_to_string()?;
        let domain = text_of(&system, "xmppDomain")?.ok_or("no domain")?;
        let url = setting("EVENTS_URL", "ws://127.0.0.1:7071/ws/");
        Ok(Self { http, authorization, events: Events::connect(&url, &domain, &agent, &password)? })
    }

    fn put(&self, of: &str, body: &str) -> Result<()> {
        let request = self.http.put(url_of(of)).content_type("application/xml");
        Ok(request.header("Authorization", &self.authorization).send(body).map(drop)?)
    }

    /// Of the user, the media or a dialog: as the latest event said, or as it was before the first.
    fn state(&mut self, of: &str) -> Result<String> {
        if !self.events.states.contains_key(of) {
            let state = match self.http.get(url_of(of)).header("Authorization", &self.authorization).call() {
                // Finesse may hear of a task later than CCP.
                Err(ureq::Error::StatusCode(404)) => None,
                answer => text_of(&answer?.body_mut().read_to_string()?, "state")?,
            };
            self.events.states.insert(of.to_owned(), state.unwrap_or_else(|| "LOGOUT".to_owned()));
        }
        Ok(self.events.states[of].clone())
    }

    fn wait_for(&mut self, of: &str, wanted: &str) -> Result<()> {
        while self.state(of)? != wanted {
            self.events.hear()?;
        }
        println!("agent: {of} {wanted}");
        Ok(())
    }

    /// Unless it is so already, changes whether the agent is signed in, and waits until that is so.
    fn sign(&mut self, of: &str, body: &str, wanted: &str) -> Result<()> {
        let is_so = (self.state(of)? == "LOGOUT") == (wanted == "LOGOUT");
        if is_so { Ok(()) } else { self.put(of, body).and_then(|()| self.wait_for(of, wanted)) }
    }

    /// Signs in and gets ready, as far as the agent is not already.
    fn sign_in(&mut self) -> Result<()> {
        let extension = setting("AGENT", "1081");
        let login = format!("<User><state>LOGIN</state><extension>{extension}</extension></User>");
        self.sign("user", &login, "NOT_READY")?;
        let login = "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state>\
                     <interruptAction>ACCEPT</interruptAction></Media>";
        self.sign("media", login, "NOT_READY")?;
        // A task that waits is offered at once, so that the state need not be READY when it is looked at.
        let is_due = self.state("media")? == "NOT_READY";
        if is_due { self.put("media", "<Media><state>READY</state></Media>") } else { Ok(()) }
    }

    /// Does each thing once the dialog is in the state for it, until the customer's side hears that the task is handled.
    fn work(&mut self, task: &mut Task<'_>) -> Result<()> {
        let dialog = task.wait_for(&["reserved"])?.ok_or("no id")?;
        for (state, action) in [("OFFERED", "ACCEPT"), ("ACCEPTED", "START"), ("ACTIVE", "CLOSE")] {
            self.wait_for(&dialog, state)?;
            self.put(&dialog, &format!("<Dialog><requestedAction>{action}</requestedAction></Dialog>"))?;
        }
        task.wait_for(&["handled"]).map(drop)
    }

    fn sign_out(&mut self) -> Result<()> {
        self.sign("media", "<Media><state>LOGOUT</state></Media>", "LOGOUT")?;
        self.sign("user", "<User><state>LOGOUT</state></User>", "LOGOUT")
    }
}
