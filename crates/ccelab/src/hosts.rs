//! `ccelab hosts`: the names of a lab's hosts, for clients that look them up.

use crate::{
    cli::{Hosts, ReleaseOption},
    failure::Failure,
    files::load_lab,
    listening::with_addresses,
    print,
};
use cce_model::Kind;
use cce_world::Lab;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Components to whose hosts clients from outside connect.
pub(crate) const SERVERS: [Kind; 3] = [Kind::Ccp, Kind::AgentPg, Kind::Finesse];

/// Carries out `hosts`.
pub(crate) fn hosts(options: &Hosts) -> Result<(), Failure> {
    let lab = load_lab(options.config.as_deref(), &ReleaseOption::default(), &options.tables)?;
    let lab = with_addresses(lab, &options.addresses)?;
    let servers = SERVERS.iter().filter_map(|kind| Some((*kind, &lab.hosts.get(kind.name())?.fqdn)));
    for (kind, name) in servers {
        let address = options.address.unwrap_or_else(|| address(&lab, kind));
        let short = name.split_once('.').map(|(short, _)| format!(" {short}"));
        print::line(&format!("{address}\t{name}{}", short.unwrap_or_default()));
    }
    Ok(())
}

/// Where a component's first port listens; where that is every address, this machine's own.
fn address(lab: &Lab, kind: Kind) -> IpAddr {
    let port = cce_model::Port::LISTENED.into_iter().find(|port| port.listener() == kind);
    let link = port.and_then(|port| lab.links.get(cce_world::link_name(port)));
    let listens = link.and_then(|link| link.listen.parse::<SocketAddr>().ok()).map(|address| address.ip());
    listens.filter(|address| !address.is_unspecified()).unwrap_or(Ipv4Addr::LOCALHOST.into())
}
