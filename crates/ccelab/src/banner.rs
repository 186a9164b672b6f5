//! What `run` says at the start, for people and for test suites.

use cce_kernel::Port;
use cce_model::MrdId;
use cce_net::SiteAddresses;
use cce_world::{AgentSettings, Lab, PlainSetting, Release};
use std::{collections::BTreeMap, fmt::Write, io::IsTerminal, net::SocketAddr, path::Path};

/// The listeners of this process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses<'a> {
    /// Each listener in plain, by the port whose socket it is.
    pub(crate) ports: &'a BTreeMap<Port, SocketAddr>,
    /// Each listener over TLS, by its port.
    pub(crate) secure: &'a BTreeMap<Port, SocketAddr>,
    /// Where pages find everything at one origin, if they do.
    pub(crate) site: Option<SiteAddresses>,
    /// The certificate of the authority that they are to trust, where it is the lab's.
    pub(crate) ca: Option<&'a Path>,
    /// The admin port, where there is one.
    pub(crate) admin: Option<SocketAddr>,
}

/// What each interface is for.
const INTERFACES: [(Port, &str); 10] = [
    (Port::App, "CCP Task API"),
    (Port::CcpBosh, "CCP notifications, BOSH"),
    (Port::Mr, "MR interface"),
    (Port::IcmMr, "PG to router"),
    (Port::CtiA, "CTI server, side A"),
    (Port::CtiB, "CTI server, side B"),
    (Port::Desk, "Finesse REST"),
    (Port::Xmpp, "Finesse notifications"),
    (Port::XmppWs, "  by WebSocket"),
    (Port::Bosh, "  by BOSH"),
];

/// Where a person begins.
const MAIN_INTERFACES: [Port; 3] = [Port::App, Port::Desk, Port::Xmpp];

/// Who reads what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// A person at a terminal, who gets what one begins with.
    Person,
    /// A person at a terminal who wants it all, with commands that are ready to be pasted.
    Curious,
    /// A file or a program: logs of test runs are passed around, so that passwords are left out.
    File,
}

/// What stands in the place of a password that is left out.
const MASKED: &str = "PASSWORD";

impl Reader {
    /// Who reads standard output.
    pub(crate) fn of_standard_output(wants_all: bool) -> Self {
        match (std::io::stdout().is_terminal(), wants_all) {
            (false, _) => Self::File,
            (true, true) => Self::Curious,
            (true, false) => Self::Person,
        }
    }

    fn password(self, password: &str) -> &str {
        match self {
            Self::Person | Self::Curious => password,
            Self::File => MASKED,
        }
    }
}

/// The banner.
pub(crate) fn text(
    lab: &Lab,
    addresses: &Addresses<'_>,
    (journal, logs): (&Path, &Path),
    are_logs_live: bool,
    reader: Reader,
) -> String {
    let is_any = lab.release == Release::Lab;
    let release = if is_any { String::new() } else { format!(" as release {}", lab.release.name()) };
    let mut text = format!("ccelab: the lab is running{release}. Ctrl-C stops it.\n\n");
    if reader == Reader::Person {
        text.push_str(&main_interfaces(lab, addresses));
    } else {
        text.push_str(&all_interfaces(lab, addresses));
    }
    if let (Some(app), Some(feed), Some(selector)) =
        (addresses.ports.get(&Port::App), lab.ccp.feeds.first(), lab.dialed_numbers.first())
    {
        let _ = write!(
            text,
            "\n  create a task:\n    curl -i -H 'Content-Type: application/xml' http://{app}/ccp/task/feed/{} \\\n      \
             -d '<Task><name>ann@example.org</name><title>Card lost</title><scriptSelector>{}</scriptSelector></Task>'\n",
            feed.id, selector.number
        );
    }
    let people = people(lab, addresses, reader);
    let (people, gap) =
        if reader == Reader::Person { (people.trim_start_matches('\n'), "") } else { (&*people, "\n") };
    text.push_str(people);
    let when = if are_logs_live { "" } else { " once the run is over (live with --logs DIR)" };
    let _ = writeln!(text, "{gap}  journal {}, logs in {}{when}", journal.display(), logs.display());
    text
}

/// What one begins with, each as clients reach it, and how many more there are.
fn main_interfaces(lab: &Lab, addresses: &Addresses<'_>) -> String {
    let mut text = String::new();
    let mut told = 0;
    for (port, what) in INTERFACES.into_iter().filter(|(port, _)| MAIN_INTERFACES.contains(port)) {
        let is_served = lab.link(port).is_none_or(|link| link.plain == PlainSetting::Served);
        let plain =
            addresses.ports.get(&port.socket()).filter(|_| is_served).map(|at| url(port, "http", *at));
        let secure = || addresses.secure.get(&port.socket()).map(|at| url(port, "https", *at));
        if let Some(url) = plain.or_else(secure) {
            told += 1;
            let _ = writeln!(text, "  {what:<24}{url}");
        }
    }
    let pages = addresses.site.map(|site| ("pages, and all APIs", site.plain));
    let admin = addresses.admin.map(|admin| ("admin: rules and holds", admin));
    for (what, address) in pages.into_iter().chain(admin) {
        let _ = writeln!(text, "  {what:<24}http://{address}/");
    }
    let more = (addresses.ports.len() + addresses.secure.len()).saturating_sub(told);
    if more > 0 {
        let _ = writeln!(
            text,
            "  {:<24}--verbose, or the ready file (--ready-file FILE)",
            format!("{more} more listeners:")
        );
    }
    text
}

/// Every listener, and what goes out.
fn all_interfaces(lab: &Lab, addresses: &Addresses<'_>) -> String {
    let mut text = String::new();
    for (port, what) in INTERFACES {
        let (plain, secure) = (addresses.ports.get(&port.socket()), addresses.secure.get(&port.socket()));
        if let Some(address) = plain {
            let is_redirected = lab.link(port).is_some_and(|link| link.plain == PlainSetting::Redirected);
            let redirected = if is_redirected { ", which redirects" } else { "" };
            let _ = writeln!(text, "  {what:<24}{}{redirected}", url(port, "http", *address));
        } else if secure.is_some() {
            let _ = writeln!(text, "  {what:<24}off in plain");
        }
        if let Some(address) = secure {
            let _ = writeln!(text, "  {:<24}{}", "  over TLS", url(port, "https", *address));
        }
    }
    if let Some(site) = addresses.site {
        let _ = writeln!(text, "  {:<24}http://{}/", "pages, and all APIs", site.plain);
        if let Some(secure) = site.secure {
            let _ = writeln!(text, "  {:<24}https://{secure}/", "  over TLS");
        }
    }
    if let Some(ca) = addresses.ca {
        let _ = writeln!(text, "  {:<24}{} (ccelab ca export --help)", "TLS clients trust", ca.display());
    }
    if let Some(address) = addresses.admin {
        let _ = writeln!(text, "  {:<24}http://{address}/", "admin: rules and holds");
    }
    for application in &lab.mrpg.applications {
        let what = format!("MR PIM {} connects to", application.peripheral);
        let _ = writeln!(text, "  {what:<24}{}", application.connect.join(", "));
    }
    text
}

fn people(lab: &Lab, addresses: &Addresses<'_>, reader: Reader) -> String {
    let ids: Vec<&str> = lab.agents.iter().map(|agent| agent.id.as_str()).collect();
    let password = match reader {
        Reader::Person | Reader::Curious => lab.agents.first().map_or("", |agent| agent.password.as_str()),
        Reader::File => "as the configuration says",
    };
    let mut text = format!(
        "\n  agents {} (password {password}), administrator {}\n",
        ids.join(", "),
        lab.ccp.administrator
    );
    if !lab.cast.agents.is_empty() {
        let working: Vec<&str> = lab.cast.agents.iter().map(|agent| agent.id.as_str()).collect();
        let _ = writeln!(text, "  working by themselves: {}", working.join(", "));
    } else if let (Reader::Person, Some(agent)) = (reader, lab.agents.first()) {
        let _ = writeln!(
            text,
            "  nobody is signed in, so tasks will queue: --agents {}=auto, or by hand as --verbose shows",
            agent.id
        );
    } else if let Some(desk) = desk(lab, addresses) {
        text.push_str("  nobody is signed in, so tasks will queue\n");
        if let Some(agent) = lab.agents.first() {
            text.push_str(&sign_in(lab, agent, &desk, reader));
        }
    }
    text
}

/// How curl reaches Finesse REST: over TLS, where requests in plain are redirected.
fn desk(lab: &Lab, addresses: &Addresses<'_>) -> Option<String> {
    if lab.link(Port::Desk).is_none_or(|link| link.plain == PlainSetting::Served) {
        return addresses.ports.get(&Port::Desk).map(|address| format!("http://{address}"));
    }
    let trusting = addresses.ca.map(|ca| format!("--cacert {} ", ca.display())).unwrap_or_default();
    addresses.secure.get(&Port::Desk).map(|address| format!("{trusting}https://{address}"))
}

/// What signs an agent in and makes it ready, to be pasted into a shell.
fn sign_in(lab: &Lab, agent: &AgentSettings, desk: &str, reader: Reader) -> String {
    let AgentSettings { id, password, extension, .. } = agent;
    let password = reader.password(password);
    let mrd = lab.mrds.iter().find(|mrd| agent.mrds.contains(&mrd.name)).map_or(MrdId::NONE, |mrd| mrd.id);
    format!(
        "\n  sign agent {id} in and make it ready (or start with --agents {id}=auto):\n    \
         put() {{ curl -s -i -u {id}:{password} -X PUT -H 'Content-Type: application/xml' \
         {desk}/finesse/api/User/{id}$1 -d \"$2\" | head -1; }}\n    \
         put '' '<User><state>LOGIN</state><extension>{extension}</extension></User>'\n    \
         put /Media/{mrd} '<Media><state>LOGIN</state><maxDialogLimit>3</maxDialogLimit>\
         <interruptAction>ACCEPT</interruptAction></Media>'\n    \
         put /Media/{mrd} '<Media><state>READY</state></Media>'\n"
    )
}

/// Where an interface is: a URL where it has one, else an address.
pub(crate) fn url(port: Port, scheme: &str, address: SocketAddr) -> String {
    match port {
        Port::App => format!("{scheme}://{address}/ccp/task/feed/…"),
        Port::Desk => format!("{scheme}://{address}/finesse/api"),
        Port::XmppWs => format!("{}://{address}/ws/", if scheme == "https" { "wss" } else { "ws" }),
        Port::Bosh | Port::CcpBosh => format!("{scheme}://{address}/http-bind/"),
        Port::CcpRest
        | Port::Mr
        | Port::IcmMr
        | Port::IcmAgent
        | Port::CtiA
        | Port::CtiB
        | Port::Xmpp
        | Port::CcpNotify => address.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn banner(reader: Reader) -> String {
        let mut lab = cce_world::load(&cce_world::Layers::default()).unwrap();
        lab.agents.iter_mut().for_each(|agent| agent.password = "s3cret".into());
        let ports = BTreeMap::from([(Port::Desk, SocketAddr::from((Ipv4Addr::LOCALHOST, 8082)))]);
        let addresses =
            Addresses { ports: &ports, secure: &BTreeMap::new(), site: None, ca: None, admin: None };
        people(&lab, &addresses, reader)
    }

    /// The banner of the whole lab.
    fn whole(reader: Reader, change: impl FnOnce(&mut Lab)) -> String {
        let mut lab = cce_world::load(&cce_world::Layers::default()).unwrap();
        change(&mut lab);
        let at = |number: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, number));
        let ports: BTreeMap<Port, SocketAddr> = Port::LISTENED
            .map(Port::socket)
            .into_iter()
            .zip(1_000..)
            .map(|(port, number)| (port, at(number)))
            .collect();
        let site = Some(SiteAddresses { plain: at(8_088), secure: Some(at(8_448)) });
        let (ca, admin) = (Some(Path::new("ca.pem")), Some(at(8_090)));
        let addresses = Addresses { ports: &ports, secure: &ports, site, ca, admin };
        text(&lab, &addresses, (Path::new("journal.jsonl"), Path::new("logs")), false, reader)
    }

    #[test]
    fn a_person_at_a_terminal_reads_15_lines_at_the_most() {
        let alone = whole(Reader::Person, |_| ());
        let agent = cce_world::CastAgent::new("1081".into());
        let attended = whole(Reader::Person, |lab| lab.cast.agents = vec![agent]);
        for text in [&alone, &attended] {
            assert!(text.lines().count() <= 15, "{text}");
            for part in
                ["CCP Task API", "Finesse REST", "admin: rules", "more listeners", "curl -i", "journal.jsonl"]
            {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        assert!(alone.contains("nobody is signed in") && attended.contains("working by themselves: 1081"));
        let all = whole(Reader::Curious, |_| ());
        assert!(all.contains("CTI server, side B") && all.contains("put() {"), "{all}");
    }

    #[test]
    fn a_person_gets_commands_that_are_ready_to_be_pasted() {
        let text = banner(Reader::Curious);
        assert!(text.contains("(password s3cret)") && text.contains("-u 1080:s3cret"), "{text}");
    }

    #[test]
    fn no_password_goes_into_a_file() {
        let text = banner(Reader::File);
        assert!(!text.contains("s3cret") && text.contains("-u 1080:PASSWORD"), "{text}");
    }
}
