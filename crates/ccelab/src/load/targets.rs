//! Where a load goes to.

use super::{connect::Connector, options::Options};
use crate::{failure::Failure, ready_file};
use cce_kernel::Port;
use cce_world::Lab;
use serde::Deserialize;
use std::{
    net::{SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
};

/// An interface that is loaded.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// As it was given: host and port.
    pub(super) name: String,
    pub(super) address: SocketAddr,
}

impl Target {
    /// The host of its name: a name or an address.
    pub(super) fn host(&self) -> &str {
        let host = self.name.rsplit_once(':').map_or(self.name.as_str(), |(host, _)| host);
        host.trim_start_matches('[').trim_end_matches(']')
    }
}

/// The interfaces that are loaded.
#[derive(Clone, Debug)]
pub(super) struct Targets {
    pub(super) app: Target,
    pub(super) desk: Target,
    pub(super) xmpp: Target,
    pub(super) connector: Connector,
}

/// What counts of a ready file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ready {
    app: Option<String>,
    desk: Option<String>,
    xmpp: Option<String>,
    app_tls: Option<String>,
    desk_tls: Option<String>,
    xmpp_tls: Option<String>,
    ca: Option<PathBuf>,
}

impl Ready {
    /// The addresses that count where TLS is spoken.
    fn secure(self) -> Self {
        let Self { app_tls, desk_tls, xmpp_tls, ca, .. } = self;
        Self { app: app_tls, desk: desk_tls, xmpp: xmpp_tls, ca, ..Self::default() }
    }
}

impl Targets {
    /// The addresses of the options, else of the ready file, else of the lab. Those that are not loopback are refused
    /// unless the user says that the machines are theirs.
    pub(super) fn of(options: &Options, lab: &Lab) -> Result<Self, Failure> {
        let ready = options.ready_file.as_deref().map(read_ready).transpose()?.unwrap_or_default();
        let (ready, connector) = if options.tls {
            let ready = ready.secure();
            let ca = options.ca.as_deref().or(ready.ca.as_deref());
            let ca = ca.ok_or_else(|| {
                Failure::Usage(
                    "no authority to trust is known: give --ca, or the ready file of a lab with TLS".into(),
                )
            })?;
            let connector = Connector::trusting(ca)?;
            (ready, connector)
        } else {
            (ready, Connector::Plain)
        };
        let configured = |port: Port| {
            let link = (!options.tls).then(|| lab.link(port)).flatten();
            link.map(|link| link.connect.clone())
        };
        // Without agents nobody speaks to Finesse.
        let is_used = |port: Port| port == Port::App || !options.agents.is_empty();
        let lacks = |option: &str| match &options.ready_file {
            Some(file) => format!("{} does not name that listener of its lab: give {option}", file.display()),
            None => format!("no address is known: give {option}"),
        };
        let target = |given: &Option<String>, ready: Option<String>, port: Port, option: &str| {
            // What a ready file does not have is of another lab, perhaps.
            let is_open = options.ready_file.is_none() || !is_used(port);
            let name = given.clone().or(ready).or_else(|| if is_open { configured(port) } else { None });
            let name = name.ok_or_else(|| Failure::Usage(lacks(option)))?;
            resolve(&name, option, options.target_is_mine)
        };
        Ok(Self {
            app: target(&options.app, ready.app, Port::App, "--app")?,
            desk: target(&options.desk, ready.desk, Port::Desk, "--desk")?,
            xmpp: target(&options.xmpp, ready.xmpp, Port::Xmpp, "--xmpp")?,
            connector,
        })
    }

    /// Names and addresses of those that the load reaches.
    pub(super) fn in_words(&self, with_agents: bool) -> Vec<(String, String)> {
        let all =
            [("Task API", &self.app), ("Finesse REST", &self.desk), ("Finesse notifications", &self.xmpp)];
        let count = if with_agents { all.len() } else { 1 };
        all.into_iter().take(count).map(|(name, target)| (name.to_owned(), target.name.clone())).collect()
    }
}

fn read_ready(path: &Path) -> Result<Ready, Failure> {
    let ready = ready_file::read(path).map_err(Failure::Usage)?;
    serde_json::from_value(ready)
        .map_err(|error| Failure::Usage(format!("{} is no ready file: {error}", path.display())))
}

/// The address of a name. It is looked up once, so that the address that is loaded is the one that was judged.
fn resolve(name: &str, option: &str, is_mine: bool) -> Result<Target, Failure> {
    let found = name.to_socket_addrs().map_err(|error| {
        Failure::Usage(format!("{option}: cannot find `{name}`: {error}; write HOST:PORT"))
    })?;
    let addresses: Vec<SocketAddr> = found.collect();
    let Some(address) = addresses.first().copied() else {
        return Err(Failure::Usage(format!("{option}: `{name}` has no address")));
    };
    if !is_mine && !address.ip().is_loopback() {
        return Err(Failure::Usage(format!(
            "{name} is not on this machine: load can make a system useless for everybody else. If it is yours to load, \
             say --target-is-mine"
        )));
    }
    Ok(Target { name: name.to_owned(), address })
}
