//! The ready file: where a lab is reached, as JSON. It is there as long as its lab is (docs/ready-file.md).

use crate::{
    banner::{Addresses, url},
    claims::file_failure,
    failure::Failure,
    files::{TEXT_MAX, write_whole},
    process::lives,
};
use cce_kernel::{Kind, Port};
use cce_world::{ADMIN_LINK, Lab, link_name};
use serde_json::{Map, Value, json};
use std::{
    cell::Cell,
    fs::{self, File},
    io::Read,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    time::Duration,
};

/// The key by which a file is known to be a ready file.
const PID: &str = "pid";

/// The key of what went wrong, where a lab did not come to be.
const ERROR: &str = "error";

/// How long a lab has to accept a connection.
const PATIENCE: Duration = Duration::from_secs(1);

/// The key of what a lab lacks that is not ready in time.
const LACKS: &str = "lacks";

/// The place of a ready file, of a lab that starts, runs or ends.
#[derive(Debug)]
pub(crate) struct ReadyFile {
    path: Option<PathBuf>,
    /// The lab was ready.
    is_written: Cell<bool>,
}

impl ReadyFile {
    /// Takes the place, if one is asked for. What an earlier lab left there is removed; the file of one that runs stays, and
    /// so does what is no ready file.
    pub(crate) fn take(path: Option<&Path>) -> Result<Self, Failure> {
        if let Some(path) = path {
            check(path).map_err(Failure::Usage)?;
            remove(path, |_| true);
            remove(&failed(path), |_| true);
            remove(&late(path), |_| true);
        }
        Ok(Self { path: path.map(Path::to_owned), is_written: Cell::new(false) })
    }

    /// Puts the file into place, whole: the lab is ready.
    pub(crate) fn write(&self, text: &str) -> Result<(), Failure> {
        let Some(path) = &self.path else { return Ok(()) };
        write_whole(path, &format!("{text}\n"))?;
        self.is_written.set(true);
        remove(&late(path), is_own);
        Ok(())
    }

    /// Says beside the place what the lab lacks that is not ready in time, if it lacks anything.
    pub(crate) fn tell_late(&self, lacks: &[&str]) {
        if let Some(path) = self.path.as_deref().filter(|_| !lacks.is_empty()) {
            tell(&late(path), LACKS, &json!(lacks));
        }
    }

    /// Says beside the place why the lab did not come to be. One that was ready has come to be, whatever becomes of it.
    pub(crate) fn tell_failure(&self, failure: &Failure) {
        if let Some(path) = self.path.as_deref().filter(|_| !self.is_written.get()) {
            tell(&failed(path), ERROR, &json!(failure.report()));
        }
    }
}

/// Whether a process is this one.
fn is_own(pid: u64) -> bool {
    pid == u64::from(std::process::id())
}

/// Writes a word of this process's lab. A file of that name that is no such word is somebody else's.
fn tell(path: &Path, key: &str, word: &Value) {
    if fs::symlink_metadata(path).is_err() || read(path).is_ok() {
        // Standard error has it in any case.
        let _ = write_whole(path, &format!("{}\n", json!({ PID: std::process::id(), key: word })));
    }
}

impl Drop for ReadyFile {
    /// A lab that is over is not ready. What another lab wrote there meanwhile is that lab's.
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            remove(path, is_own);
            remove(&late(path), is_own);
        }
    }
}

/// Says why the place is not free: the name of a file may have been given by mistake, and two labs may be started alike.
pub(crate) fn check(path: &Path) -> Result<(), String> {
    // An empty file may be what a script made to have a name.
    if !fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0) {
        return Ok(());
    }
    let ready = read(path).map_err(|why| format!("{why}, and would be overwritten: name another file"))?;
    let pid = ready[PID].as_i64().and_then(|pid| i32::try_from(pid).ok()).unwrap_or_default();
    let address = probed(&ready).and_then(|address| address.parse().ok());
    // The number of a process that was killed may be that of another one by now.
    if lives(pid) && address.is_some_and(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok()) {
        return Err(format!(
            "{} is of process {pid}, whose lab still runs: stop it, or name another file",
            path.display()
        ));
    }
    Ok(())
}

/// Where it is asked whether a lab answers: where a connection has no consequence, if there is such a listener. One that ends at
/// once would be a link that comes and goes, and over TLS a handshake that fails.
pub(crate) fn probed(ready: &Value) -> Option<&str> {
    let values = ready.as_object()?;
    let of_http = [ADMIN_LINK, "app", "desk"].into_iter().filter_map(|key| values.get_key_value(key));
    let (secure, plain): (Vec<_>, Vec<_>) = values.iter().partition(|(key, _)| key.ends_with("_tls"));
    let mut texts = of_http.chain(plain).chain(secure).filter_map(|(_, value)| value.as_str());
    texts.find(|text| text.parse::<SocketAddr>().is_ok())
}

/// Where a lab that does not come to be says why, for `wait-ready --pid`.
fn failed(path: &Path) -> PathBuf {
    beside(path, ".failed")
}

/// Where a lab that is not ready in time says what it lacks.
fn late(path: &Path) -> PathBuf {
    beside(path, ".late")
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Why the lab of a process did not come to be, if it said so.
pub(crate) fn failure_of(path: &Path, pid: u64) -> Option<String> {
    let told = read(&failed(path)).ok().filter(|told| told[PID].as_u64() == Some(pid))?;
    told[ERROR].as_str().map(str::to_owned)
}

/// What the lab lacks that was not ready in time and still starts, if one is there.
pub(crate) fn lateness(path: &Path) -> Option<String> {
    let told = read(&late(path)).ok()?;
    let pid = told[PID].as_i64().and_then(|pid| i32::try_from(pid).ok()).filter(|pid| lives(*pid))?;
    let lacks: Vec<&str> = told[LACKS].as_array()?.iter().filter_map(Value::as_str).collect();
    Some(format!("the lab of process {pid} is not ready: {}", lacks.join("; ")))
}

/// Removes a ready file of a process that is meant. Another file stays: its name may have been given by mistake.
fn remove(path: &Path, is_meant: impl FnOnce(u64) -> bool) {
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    if is_file && read(path).is_ok_and(|ready| ready[PID].as_u64().is_some_and(is_meant)) {
        // Where it cannot be removed, whoever waits for the lab finds that nobody answers.
        let _ = fs::remove_file(path);
    }
}

/// What a ready file says, or why it is none.
pub(crate) fn read(path: &Path) -> Result<Value, String> {
    if !path.exists() {
        return Err(format!("{} is not there", path.display()));
    }
    // It is no input of a run, which may put another file into its place.
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(TEXT_MAX).read_to_string(&mut text));
    read.map_err(|error| file_failure("read", path, error).to_string())?;
    let ready: Option<Value> = serde_json::from_str(&text).ok();
    ready.filter(|ready| ready[PID].is_u64()).ok_or_else(|| format!("{} is no ready file", path.display()))
}

/// The listeners of this process, and what a client has to know beside them, as JSON.
pub(crate) fn text(lab: &Lab, addresses: &Addresses<'_>, journal: &Path) -> String {
    let mut object = Map::new();
    object.insert(PID.into(), json!(std::process::id()));
    for (port, address) in addresses.ports {
        object.extend(told(lab, *port, "http", *address));
    }
    for (port, address) in addresses.secure {
        object.extend(told(lab, *port, "https", *address));
    }
    let site = addresses.site;
    let places =
        [("", "http", site.map(|site| site.plain)), ("_tls", "https", site.and_then(|site| site.secure))];
    for (tls, scheme, address) in places {
        if let Some(address) = address {
            object.insert(format!("site{tls}"), json!(address.to_string()));
            object.insert(format!("site_url{tls}"), json!(format!("{scheme}://{address}/")));
        }
    }
    if let Some(ca) = addresses.ca {
        object.insert("ca".into(), json!(ca.display().to_string()));
    }
    if let Some(address) = addresses.admin {
        object.insert("admin".into(), json!(address.to_string()));
        object.insert("admin_url".into(), json!(format!("http://{address}/")));
    }
    for (port, key) in [(Port::Desk, "xmpp_domain"), (Port::CcpBosh, "ccp_xmpp_domain")] {
        if [addresses.ports, addresses.secure].iter().any(|ports| ports.contains_key(&port)) {
            let host = lab.hosts.get(port.listener().name());
            object.insert(key.into(), json!(host.map(|host| &host.fqdn)));
        }
    }
    object.insert("agents".into(), agents(lab));
    object.insert("journal".into(), json!(journal.display().to_string()));
    Value::Object(object).to_string()
}

/// Every agent of the lab by login id. A password is no part of it: ready files are passed around.
fn agents(lab: &Lab) -> Value {
    let agent = |agent: &cce_world::AgentSettings| {
        (agent.id.to_string(), json!({ "skill_target": agent.skill_target, "extension": agent.extension }))
    };
    Value::Object(lab.agents.iter().map(agent).collect())
}

/// What is told of a listener: its address, and the URLs that lead there.
fn told(lab: &Lab, port: Port, scheme: &str, address: SocketAddr) -> Vec<(String, Value)> {
    let (tls, ws) = if scheme == "https" { ("_tls", "xmpp_wss") } else { ("", "xmpp_ws") };
    let at = |port| json!(url(port, scheme, address));
    let itself = (key(port) + tls, json!(address.to_string()));
    match port {
        Port::Bosh => vec![(ws.to_owned(), at(Port::XmppWs)), (key(port) + tls, at(port))],
        Port::CcpBosh => vec![(key(port) + tls, at(port))],
        Port::Desk => vec![itself, (format!("rest_url{tls}"), at(port))],
        Port::App => {
            let feed = lab.ccp.feeds.first().map(|feed| {
                let url = format!("{scheme}://{address}/ccp/task/feed/{}", feed.id);
                (format!("feed_url{tls}"), json!(url))
            });
            [itself].into_iter().chain(feed).collect()
        }
        Port::CcpRest
        | Port::Mr
        | Port::IcmMr
        | Port::IcmAgent
        | Port::CtiA
        | Port::CtiB
        | Port::Xmpp
        | Port::XmppWs
        | Port::CcpNotify => vec![itself],
    }
}

/// What a listener is called there.
pub(crate) fn key(port: Port) -> String {
    if port.socket() == Port::IcmMr {
        Kind::Router.name().to_owned()
    } else {
        link_name(port).replace('-', "_")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        collections::{BTreeMap, BTreeSet},
        net::Ipv4Addr,
    };

    const DOCUMENT: &str = include_str!("../../../docs/ready-file.md");

    /// What a whole lab with TLS says.
    fn whole() -> Value {
        let lab = cce_world::load(&cce_world::Layers::default()).unwrap();
        let at = |first: u16| -> BTreeMap<Port, SocketAddr> {
            let ports = Port::LISTENED.map(Port::socket).into_iter().collect::<BTreeSet<_>>();
            ports
                .into_iter()
                .zip(first..)
                .map(|(port, at)| (port, (Ipv4Addr::LOCALHOST, at).into()))
                .collect()
        };
        let (ports, mut secure) = (at(1_000), at(2_000));
        // A listener has an address over TLS where the lab's file gives it one.
        secure.retain(|port, _| lab.link(*port).is_some_and(|link| link.listen_tls.is_some()));
        let admin = Some((Ipv4Addr::LOCALHOST, 8_090).into());
        let site = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let site = Some(cce_net::SiteAddresses { plain: site(8_088), secure: Some(site(8_448)) });
        let addresses =
            Addresses { ports: &ports, secure: &secure, site, ca: Some(Path::new("ca.pem")), admin };
        serde_json::from_str(&text(&lab, &addresses, Path::new("journal.jsonl"))).unwrap()
    }

    #[test]
    fn every_key_is_documented_and_each_documented_key_is_there() {
        let documented: BTreeSet<&str> = DOCUMENT
            .lines()
            .filter_map(|line| line.strip_prefix("| `"))
            .filter_map(|line| line.split_once('`'))
            .map(|(key, _)| key)
            .collect();
        let whole = whole();
        let said: BTreeSet<&str> = whole.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(said, documented);
    }

    #[test]
    fn an_address_has_a_host_and_a_port_and_a_url_is_whole() {
        let whole = whole();
        assert_eq!(
            whole["rest_url"],
            json!(format!("http://{}/finesse/api", whole["desk"].as_str().unwrap()))
        );
        let texts = whole.as_object().unwrap().iter().filter_map(|(key, value)| Some((key, value.as_str()?)));
        for (key, value) in texts
            .filter(|(key, _)| !["ca", "journal", "xmpp_domain", "ccp_xmpp_domain"].contains(&key.as_str()))
        {
            let is_address = value.parse::<SocketAddr>().is_ok();
            assert!(is_address || value.contains("://127.0.0.1:"), "{key}: {value}");
        }
    }

    #[test]
    fn an_agent_has_its_skill_target_and_its_extension_and_no_password() {
        assert_eq!(whole()["agents"]["1080"], json!({ "skill_target": 5_172, "extension": "1080" }));
    }

    #[test]
    fn a_file_that_is_no_ready_file_is_left_alone() {
        let path = std::env::temp_dir().join(format!("ccelab-no-ready-file-{}", std::process::id()));
        fs::write(&path, "[agents]\n").unwrap();
        let refused = ReadyFile::take(Some(&path)).unwrap_err().to_string();
        assert!(refused.contains("is no ready file, and would be overwritten"), "{refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "[agents]\n");
        // A script may have made a file to have a name.
        fs::write(&path, "").unwrap();
        assert!(ReadyFile::take(Some(&path)).is_ok());
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_lab_is_asked_where_a_connection_has_no_consequence() {
        let mut whole = whole();
        let mut asked = Vec::new();
        while let Some(address) = probed(&whole).map(str::to_owned) {
            let values = whole.as_object_mut().unwrap();
            let key = values.iter().find(|(_, value)| value.as_str() == Some(&address)).unwrap().0.clone();
            values.remove(&key);
            asked.push(key);
        }
        assert_eq!(asked[..3], ["admin", "app", "desk"]);
        let first_secure = asked.iter().position(|key| key.ends_with("_tls")).unwrap();
        assert!(asked[first_secure..].iter().all(|key| key.ends_with("_tls")), "{asked:?}");
    }
}
