//! Absolute addresses of HTTP, as a request names them that leaves the lab.

use crate::Security;
use std::net::IpAddr;

/// An absolute address: scheme, host, port, and what is asked for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpUrl {
    /// What protects the connection: nothing with `http`, TLS with `https`.
    pub security: Security,
    /// A name, or an address without brackets.
    pub host: String,
    /// The port, which is that of the scheme where none is written.
    pub port: u16,
    /// Path and query; `/` where none is written.
    pub target: String,
}

impl HttpUrl {
    /// Reads an address. None of another scheme, of one without a host, with a name and a password in it, or with signs
    /// that no address has (RFC 3986 2, 3.2).
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (security, usual) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (Security::Plain, 80),
            "https" => (Security::Tls, 443),
            _ => return None,
        };
        // A fragment is for whoever follows a link, and never sent (RFC 3986 3.5).
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let is_written = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
        if authority.contains('@') || !rest.bytes().all(is_written) {
            return None;
        }
        let (host, port) = host_and_port(authority)?;
        let port = if port.is_empty() { usual } else { port.parse().ok().filter(|port| *port > 0)? };
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        Some(Self { security, host: host.to_owned(), port, target })
    }

    /// Host and port, as a dialler and the header `Host` have them.
    pub fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    /// Whether it stays on this machine.
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
    }
}

/// The host, without its brackets, and the port as it is written.
fn host_and_port(authority: &str) -> Option<(&str, &str)> {
    if let Some(inside) = authority.strip_prefix('[') {
        let (host, rest) = inside.split_once(']')?;
        let is_address = host.parse::<std::net::Ipv6Addr>().is_ok();
        let port = if rest.is_empty() { Some("") } else { rest.strip_prefix(':') };
        return port.filter(|_| is_address).map(|port| (host, port));
    }
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
    (!host.is_empty() && host.bytes().all(is_host)).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String)> {
        HttpUrl::parse(text).map(|url| (url.authority(), url.target))
    }

    #[test]
    fn an_address_has_the_port_of_its_scheme_and_the_path_of_the_root_unless_it_says_otherwise() {
        for (text, authority, target) in [
            ("http://crm.example", "crm.example:80", "/"),
            ("HTTPS://crm.example?a=1", "crm.example:443", "/?a=1"),
            ("http://127.0.0.1:9000/tasks/new?x=y#part", "127.0.0.1:9000", "/tasks/new?x=y"),
            ("https://[::1]:8443/", "[::1]:8443", "/"),
            ("http://[::1]", "[::1]:80", "/"),
        ] {
            assert_eq!(read(text), Some((authority.to_owned(), target.to_owned())), "{text}");
        }
        assert_eq!(HttpUrl::parse("https://a").unwrap().security, Security::Tls);
        assert_eq!(HttpUrl::parse("http://a").unwrap().security, Security::Plain);
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in [
            "",
            "crm",
            "ftp://crm/",
            "http://",
            "http:///x",
            "http://a:x/",
            "http://a:0/",
            "http://a:65536/",
            "http://u:p@a/",
            "http://a b/",
            "http://a/\r\nx",
            "http://[::1/",
            "http://[::1]x/",
            "http://[a]/",
            "http://ü/",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_name_and_by_its_addresses() {
        for (host, is_loopback) in [
            ("localhost", true),
            ("LocalHost", true),
            ("127.8.0.1", true),
            ("[::1]", true),
            ("[::ffff:127.0.0.1]", true),
            ("10.0.0.1", false),
            ("localhost.example", false),
            ("[::2]", false),
            ("127.0.0.1.example", false),
        ] {
            let url = HttpUrl::parse(&format!("http://{host}/")).unwrap();
            assert_eq!(url.is_loopback(), is_loopback, "{host}");
        }
    }
}
