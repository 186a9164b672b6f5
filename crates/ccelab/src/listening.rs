//! What a run's hosts are called and where it listens: the configuration, with what the command line says over it.

use crate::{
    cli::{AddressOptions, Ports, Run},
    failure::Failure,
    ready_file,
};
use cce_kernel::{Kind, NodeName, Port};
use cce_model::nearest;
use cce_net::{NetError, PlainClients, SiteConfig};
use cce_world::{ADMIN_LINK, Lab, LinkSettings, PlainSetting, SITE_LINK, link_name};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

/// Where pages are served in a lab that does not say it.
const SITE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8088);

/// Where the admin port listens in a lab that does not say it.
const ADMIN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8090);

/// The products' port of HTTP, and that of HTTPS of CCP (ccp-task-api 1.1).
const HTTP: u16 = 80;
const HTTPS: u16 = 443;

/// CCP's port of BOSH over TLS (ccp-task-api 1.1).
const CCP_BOSH_TLS: u16 = 7443;

/// What a host is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicHost {
    component: Kind,
    name: String,
}

impl FromStr for PublicHost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (component, name) =
            text.split_once('=').ok_or("write COMPONENT=NAME, such as ccp=tasks.example.org")?;
        let hosts = [Kind::Ccp, Kind::MrPg, Kind::Router, Kind::AgentPg, Kind::Finesse];
        let known = hosts.into_iter().find(|kind| kind.name() == component);
        let component = known.ok_or_else(|| {
            format!("there is no component `{component}`{}", nearest(component, hosts.map(Kind::name)))
        })?;
        // It stands in addresses of clients, in URLs and in a certificate (RFC 952, RFC 1123 2.1).
        let is_label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if !name.split('.').all(is_label) {
            return Err(format!(
                "`{name}` is no host name: write one without a port, such as desk.example.org"
            ));
        }
        Ok(Self { component, name: name.to_ascii_lowercase() })
    }
}

/// The port of a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChosenPort {
    link: String,
    is_tls: bool,
    number: u16,
}

impl FromStr for ChosenPort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, number) = text.split_once('=').ok_or("write NAME=PORT, such as app=80")?;
        let number =
            number.parse().map_err(|_| format!("`{number}` is no port: write a number up to 65535"))?;
        // As keys of the ready file: one listener serves BOSH and WebSocket.
        let (link, is_tls) = match name {
            "xmpp_ws" => ("bosh", false),
            "xmpp_wss" => ("bosh", true),
            _ => name.strip_suffix("_tls").map_or((name, false), |name| (name, true)),
        };
        let link = if link == Kind::Router.name() { link_name(Port::IcmMr) } else { link };
        Ok(Self { link: link.replace('_', "-"), is_tls, number })
    }
}

impl AddressOptions {
    /// Whether it says the port of a listener.
    fn chooses(&self, link: &str, is_tls: bool) -> bool {
        let is_product = [Port::App, Port::Desk, Port::CcpBosh].map(link_name).contains(&link);
        (is_product && self.product_ports.is_some())
            || self.port_numbers.iter().any(|chosen| chosen.link == link && chosen.is_tls == is_tls)
    }
}

/// The lab with what the command line says of names and ports.
pub(crate) fn with_addresses(mut lab: Lab, options: &AddressOptions) -> Result<Lab, Failure> {
    for PublicHost { component, name } in &options.public_host {
        if let Some(host) = lab.hosts.get_mut(component.name()) {
            host.fqdn.clone_from(name);
        }
    }
    if let Some(first) = options.product_ports {
        take_product_ports(&mut lab, first)?;
    }
    for chosen in &options.port_numbers {
        choose(&mut lab, chosen)?;
    }
    Ok(lab)
}

/// CCP on one address and Finesse on the next, each with the ports of the products.
fn take_product_ports(lab: &mut Lab, ccp: Ipv4Addr) -> Result<(), Failure> {
    let next = u32::from(ccp).checked_add(1).map(Ipv4Addr::from);
    let finesse =
        next.ok_or_else(|| Failure::Usage("--product-ports: no address follows that one".into()))?;
    let https = lab.release.finesse_https();
    for port in Port::LISTENED {
        let address = [(Kind::Ccp, ccp), (Kind::Finesse, finesse)]
            .into_iter()
            .find(|(kind, _)| *kind == port.listener());
        let (Some((_, address)), Some(link)) = (address, lab.links.get_mut(link_name(port))) else {
            continue;
        };
        set_address(link, address.into());
        match port {
            Port::App => set_ports(link, HTTP, HTTPS),
            Port::Desk => set_ports(link, HTTP, https),
            Port::CcpBosh => set_ports(link, port.default_tcp(), CCP_BOSH_TLS),
            Port::CcpRest
            | Port::Mr
            | Port::IcmMr
            | Port::IcmAgent
            | Port::CtiA
            | Port::CtiB
            | Port::Xmpp
            | Port::XmppWs
            | Port::Bosh
            | Port::CcpNotify => {}
        }
    }
    Ok(())
}

fn set_address(link: &mut LinkSettings, ip: IpAddr) {
    let at =
        |text: &str| text.parse().map(|address: SocketAddr| SocketAddr::new(ip, address.port()).to_string());
    // The configuration was checked: every address is one.
    link.listen = at(&link.listen).unwrap_or_default();
    link.listen_tls = link.listen_tls.as_deref().and_then(|text| at(text).ok());
    link.connect.clone_from(&link.listen);
}

fn set_ports(link: &mut LinkSettings, plain: u16, tls: u16) {
    let ip = ip_of(link);
    link.listen = SocketAddr::new(ip, plain).to_string();
    link.listen_tls = Some(SocketAddr::new(ip, tls).to_string());
    link.connect.clone_from(&link.listen);
}

fn ip_of(link: &LinkSettings) -> IpAddr {
    link.listen.parse().map_or(Ipv4Addr::LOCALHOST.into(), |address: SocketAddr| address.ip())
}

fn choose(lab: &mut Lab, chosen: &ChosenPort) -> Result<(), Failure> {
    let known: BTreeSet<String> = lab.links.keys().cloned().collect();
    let Some(link) = lab.links.get_mut(&chosen.link) else {
        let hint = nearest(&chosen.link, known.iter().map(String::as_str));
        return Err(Failure::Usage(format!("--port: there is no listener `{}`{hint}", chosen.link)));
    };
    if chosen.link == ADMIN_LINK && chosen.is_tls {
        return Err(Failure::Usage("--port: the admin port has no TLS: write admin=PORT".into()));
    }
    let address = SocketAddr::new(ip_of(link), chosen.number).to_string();
    if chosen.is_tls {
        link.listen_tls = Some(address);
    } else {
        link.connect = match link.connect.rsplit_once(':') {
            Some((host, _)) => format!("{host}:{}", chosen.number),
            None => address.clone(),
        };
        link.listen = address;
    }
    Ok(())
}

/// Tells of a port that was chosen for a listener that this run does not have.
pub(crate) fn check_chosen(lab: &Lab, options: &Run) -> Result<(), Failure> {
    for ChosenPort { link, is_tls, .. } in &options.addresses.port_numbers {
        let plain = lab.links.get(link).map(|link| link.plain);
        let why = if *is_tls && !lab.tls.enabled {
            "there is no TLS in this run"
        } else if link == SITE_LINK && options.static_folder.is_none() {
            "there are no pages: write --static DIR"
        } else if !*is_tls && plain == Some(PlainSetting::Off) {
            "nobody listens there in plain"
        } else {
            continue;
        };
        let name = if *is_tls { format!("{link}_tls") } else { link.clone() };
        return Err(Failure::Usage(format!("--port {}: {why}", name.replace('-', "_"))));
    }
    Ok(())
}

/// Where the listeners bind: free ports, or the configured ones.
pub(crate) fn plain(lab: &Lab, options: &Run) -> BTreeMap<Port, SocketAddr> {
    let sockets = Port::LISTENED.map(Port::socket).into_iter();
    sockets
        .filter_map(|port| {
            let link = lab.link(port)?;
            let address = bound(&link.listen, link_name(port), false, options)?;
            // The lab's own components find a hidden listener wherever it is.
            let hidden = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
            Some((port, if link.plain == PlainSetting::Off { hidden } else { address }))
        })
        .collect()
}

/// Where the listeners of these components bind for clients that speak over TLS.
pub(crate) fn secure(lab: &Lab, options: &Run, nodes: &[NodeName]) -> BTreeMap<Port, SocketAddr> {
    let sockets = Port::LISTENED.map(Port::socket).into_iter();
    let here = sockets.filter(|port| nodes.contains(&NodeName::from(port.listener())));
    here.filter_map(|port| {
        let address = bound(lab.link(port)?.listen_tls.as_ref()?, link_name(port), true, options)?;
        Some((port, address))
    })
    .collect()
}

/// What becomes of clients in plain, by the port whose socket it is.
pub(crate) fn plain_clients(lab: &Lab) -> BTreeMap<Port, PlainClients> {
    let treated = |port: Port| match lab.link(port)?.plain {
        PlainSetting::Served => None,
        PlainSetting::Redirected => Some((port, PlainClients::Redirected)),
        PlainSetting::Off => Some((port, PlainClients::Refused)),
    };
    Port::LISTENED.map(Port::socket).into_iter().filter_map(treated).collect()
}

/// Tells of clients who would have no way in, since there is no TLS.
pub(crate) fn check_without_tls(lab: &Lab, nodes: &[NodeName]) -> Result<(), Failure> {
    let sockets = Port::LISTENED.map(Port::socket).into_iter();
    let mut here = sockets.filter(|port| nodes.contains(&NodeName::from(port.listener())));
    let turned_away =
        here.find(|port| lab.link(*port).is_some_and(|link| link.plain != PlainSetting::Served));
    let Some(port) = turned_away else { return Ok(()) };
    let (name, release) = (link_name(port), lab.release.name());
    Err(Failure::Usage(format!(
        "--no-tls: [links.{name}] serves nobody in plain (release {release}): leave it out, or write plain = \"served\" there"
    )))
}

/// The listener for pages, with the folder that it serves.
pub(crate) fn site(lab: &Lab, options: &Run) -> Option<SiteConfig> {
    let folder = options.static_folder.clone()?;
    let link = lab.links.get(SITE_LINK);
    let address =
        |text: Option<&String>, is_tls| text.and_then(|text| bound(text, SITE_LINK, is_tls, options));
    let listen = address(link.map(|link| &link.listen), false);
    Some(SiteConfig {
        listen: listen.or_else(|| bound(&SITE.to_string(), SITE_LINK, false, options)).unwrap_or(SITE),
        listen_tls: address(link.and_then(|link| link.listen_tls.as_ref()), true),
        folder,
    })
}

/// Where the admin port listens.
pub(crate) fn admin(lab: &Lab, options: &Run) -> SocketAddr {
    let configured = lab.links.get(ADMIN_LINK).and_then(|link| link.listen.parse().ok());
    // Whoever reaches it controls the lab: that others are let in at the interfaces does not mean this one.
    with_port(configured.unwrap_or(ADMIN), ADMIN_LINK, false, options)
}

/// Where a configured address is bound in this run.
fn bound(configured: &str, link: &str, is_tls: bool, options: &Run) -> Option<SocketAddr> {
    // The configuration was checked: every address is one.
    let mut address = with_port(configured.parse().ok()?, link, is_tls, options);
    if let Some(bind) = options.bind {
        address.set_ip(bind);
    }
    Some(address)
}

/// A configured address, with a free port where none was chosen and free ones are asked for.
fn with_port(mut address: SocketAddr, link: &str, is_tls: bool, options: &Run) -> SocketAddr {
    if options.ports == Ports::Ephemeral && !options.addresses.chooses(link, is_tls) {
        address.set_port(0);
    }
    address
}

/// What helps where a run cannot start, behind the words that say why.
pub(crate) fn advice(error: &NetError) -> String {
    match error {
        NetError::PortInUse { port, .. } => elsewhere(link_name(*port), &ready_file::key(*port), false),
        NetError::SecurePortInUse { port, .. } => elsewhere(link_name(*port), &ready_file::key(*port), true),
        NetError::SiteInUse { is_tls, .. } => elsewhere(SITE_LINK, SITE_LINK, *is_tls),
        NetError::Listen { address, .. } | NetError::SiteListen { address, .. } => hint(*address),
        NetError::NoAddress { .. } | NetError::Folder { .. } | NetError::Stored(_) => String::new(),
    }
}

/// How a listener gets another address, by its name in configurations and its key in ready files.
fn elsewhere(link: &str, key: &str, is_tls: bool) -> String {
    let (tls, which, without) =
        if is_tls { ("_tls", "listen_tls in ", ", or do without TLS with --no-tls") } else { ("", "", "") };
    format!(
        ": stop what listens there, choose another port with --port {key}{tls}=PORT, another address with \
         {which}[links.{link}], or take free ports with --ports ephemeral{without}"
    )
}

/// What helps where the system refuses an address.
fn hint(address: SocketAddr) -> String {
    let mut hint = String::new();
    if address.port() < 1024 && address.port() != 0 {
        hint +=
            "; ports below 1024 need a privilege (Linux: sudo sysctl net.ipv4.ip_unprivileged_port_start=80)";
    }
    if address.ip().is_loopback() && address.ip() != IpAddr::V4(Ipv4Addr::LOCALHOST) {
        hint += "; the address may be missing (macOS: sudo ifconfig lo0 alias and the address)";
    }
    hint
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use cce_world::{Layers, load};
    use clap::Parser;

    fn lab_with(options: &AddressOptions) -> Lab {
        with_addresses(load(&Layers::default()).unwrap(), options).unwrap()
    }

    #[test]
    fn a_public_host_is_what_the_host_is_called() {
        let public_host = vec!["finesse=Desk.example.org".parse().unwrap()];
        let lab = lab_with(&AddressOptions { public_host, ..AddressOptions::default() });
        assert_eq!(lab.hosts["finesse"].fqdn, "desk.example.org");
        for wrong in ["desk.example.org", "finese=a", "finesse=a:8445", "finesse=", "finesse=-a", "ccp=a/b"] {
            assert!(wrong.parse::<PublicHost>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_port_is_chosen_by_its_key_of_the_ready_file() {
        let ports =
            ["app=80", "desk_tls=9445", "cti_a=42028", "router=40003"].map(|text| text.parse().unwrap());
        let lab = lab_with(&AddressOptions { port_numbers: ports.into(), ..AddressOptions::default() });
        let listen = |name: &str| lab.links[name].listen.as_str();
        assert_eq!((listen("app"), listen("cti-a")), ("127.0.0.1:80", "127.0.0.1:42028"));
        assert_eq!(
            (listen("icm"), lab.links["icm"].connect.as_str()),
            ("127.0.0.1:40003", "127.0.0.1:40003")
        );
        assert_eq!(lab.links["desk"].listen_tls.as_deref(), Some("127.0.0.1:9445"));
        assert_eq!(listen("desk"), "127.0.0.1:8082");
        for (text, is_tls) in [("xmpp_ws=80", false), ("xmpp_wss=80", true)] {
            let chosen: ChosenPort = text.parse().unwrap();
            assert_eq!((chosen.link.as_str(), chosen.is_tls), (link_name(Port::Bosh), is_tls));
        }
        for wrong in ["app", "app=", "app=65536", "app=http"] {
            assert!(wrong.parse::<ChosenPort>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_port_of_a_listener_that_there_is_not_is_refused() {
        let run = |arguments: &[&str]| {
            let options = parsed(arguments);
            let lab = with_addresses(load(&Layers::default()).unwrap(), &options.addresses);
            lab.and_then(|mut lab| {
                lab.tls.enabled &= !options.tls.no_tls;
                check_chosen(&lab, &options)
            })
        };
        for wrong in [
            &["--port", "admin_tls=9000"] as &[&str],
            &["--port", "site=9000"],
            &["--port", "site_tls=9000"],
            &["--port", "desk_tls=9000", "--no-tls"],
        ] {
            assert!(run(wrong).is_err(), "{wrong:?}");
        }
        for right in [
            &["--port", "admin=9000"] as &[&str],
            &["--port", "site=9000", "--static", "."],
            &["--port", "mr_tls=9000"],
        ] {
            assert!(run(right).is_ok(), "{right:?}");
        }
    }

    #[test]
    fn the_admin_port_has_the_number_that_was_chosen_and_stays_where_the_configuration_has_it() {
        let at = |arguments: &[&str]| {
            let options = parsed(arguments);
            let lab = with_addresses(load(&Layers::default()).unwrap(), &options.addresses).unwrap();
            admin(&lab, &options).to_string()
        };
        assert_eq!(at(&["--port", "admin=9000", "--ports", "ephemeral"]), "127.0.0.1:9000");
        assert_eq!(at(&["--port", "app=9000", "--ports", "ephemeral"]), "127.0.0.1:0");
        assert_eq!(at(&["--bind", "0.0.0.0"]), "127.0.0.1:8090");
    }

    #[test]
    fn who_finds_a_port_in_use_is_told_names_that_there_are() {
        let address = ADMIN;
        for (error, port, link) in [
            (NetError::PortInUse { port: Port::IcmMr, address }, "--port router=40009", "[links.icm]"),
            (NetError::PortInUse { port: Port::CtiA, address }, "--port cti_a=40009", "[links.cti-a]"),
            (
                NetError::SecurePortInUse { port: Port::Desk, address },
                "--port desk_tls=40009",
                "[links.desk]",
            ),
            (NetError::SiteInUse { address, is_tls: true }, "--port site_tls=40009", "[links.site]"),
        ] {
            let advice = advice(&error);
            assert!(advice.contains(&port.replace("40009", "PORT")) && advice.contains(link), "{advice}");
            let options = parsed(&[&port[..6], &port[7..], "--static", "."]);
            assert!(with_addresses(load(&Layers::default()).unwrap(), &options.addresses).is_ok(), "{port}");
        }
    }

    #[test]
    fn a_listener_without_clients_in_plain_has_no_port_to_choose() {
        let mut lab = load(&Layers::default()).unwrap();
        lab.links.get_mut("xmpp").unwrap().plain = PlainSetting::Off;
        assert!(check_chosen(&lab, &parsed(&["--port", "xmpp=9000"])).is_err());
        assert!(check_chosen(&lab, &parsed(&["--port", "xmpp_tls=9000"])).is_ok());
    }

    fn parsed(arguments: &[&str]) -> Box<Run> {
        let arguments = [&["ccelab", "run"], arguments].concat();
        let Command::Run(options) = Cli::try_parse_from(arguments).unwrap().command else {
            panic!("it is a run");
        };
        options
    }

    #[test]
    fn the_products_ports_are_on_an_address_of_each() {
        let product_ports = Some(Ipv4Addr::new(127, 0, 0, 2));
        let lab = lab_with(&AddressOptions { product_ports, ..AddressOptions::default() });
        let of = |name: &str| {
            (lab.links[name].listen.clone(), lab.links[name].listen_tls.clone().unwrap_or_default())
        };
        assert_eq!(of("app"), ("127.0.0.2:80".into(), "127.0.0.2:443".into()));
        assert_eq!(of("desk"), ("127.0.0.3:80".into(), "127.0.0.3:443".into()));
        assert_eq!(of("ccp-bosh"), ("127.0.0.2:7071".into(), "127.0.0.2:7443".into()));
        assert_eq!(of("bosh"), ("127.0.0.3:7071".into(), "127.0.0.3:7443".into()));
        assert_eq!(of("cti-a").0, "127.0.0.1:42027");
    }
}
