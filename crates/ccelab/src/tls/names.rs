//! The names and addresses by which clients reach a lab.

use crate::hosts::SERVERS;
use cce_world::Lab;
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket},
};

/// Every name and address that a certificate is for: the lab's hosts, this machine, where it listens and where it is said
/// to be found, and what the configuration adds.
pub(super) fn of(lab: &Lab, listening: impl Iterator<Item = IpAddr>) -> Vec<String> {
    let mut names: BTreeSet<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    for host in SERVERS.iter().filter_map(|kind| lab.hosts.get(kind.name())) {
        names.insert(host.fqdn.clone());
        // `ccelab hosts` gives each host its short name, too.
        names.extend(host.fqdn.split('.').next().map(str::to_owned));
    }
    for link in lab.links.values() {
        let Some((host, _)) = link.connect.rsplit_once(':') else { continue };
        // An IPv6 address stands in brackets before its port (RFC 3986 3.2.2), and without them in a certificate.
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        names.insert(host.to_owned());
    }
    for address in listening {
        match address {
            address if !address.is_unspecified() => drop(names.insert(address.to_string())),
            _ => names.extend(this_machine()),
        }
    }
    names.extend(lab.tls.names.iter().cloned());
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

/// The name of this machine, and the addresses by which it reaches others.
fn this_machine() -> Vec<String> {
    let uname = rustix::system::uname();
    let name = uname.nodename().to_str().map(str::to_owned).ok();
    // To connect a socket for datagrams sends nothing. The addresses are those of documentation (RFC 5737, RFC 3849).
    let outward = |from: IpAddr, to: IpAddr| {
        let socket = UdpSocket::bind((from, 0)).ok()?;
        socket.connect((to, 9)).ok()?;
        Some(socket.local_addr().ok()?.ip().to_string())
    };
    let v4 = outward(Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into());
    let v6 = outward(Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into());
    name.into_iter().chain(v4).chain(v6).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_world::Layers;

    #[test]
    fn the_hosts_of_the_lab_this_machine_and_further_names_are_among_them() {
        let mut lab = cce_world::load(&Layers::default()).unwrap();
        lab.tls.names = vec!["lab.example".into()];
        lab.links.get_mut("desk").unwrap().connect = "[fd00::7]:8082".into();
        let names = of(&lab, [IpAddr::from([10, 1, 2, 3]), Ipv4Addr::UNSPECIFIED.into()].into_iter());
        for name in ["sm1.dcloud.cisco.com", "fin1", "localhost", "::1", "10.1.2.3", "fd00::7", "lab.example"]
        {
            assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
        }
        assert!(!names.iter().any(|name| name == "0.0.0.0" || name.starts_with("rtra")), "{names:?}");
    }
}
