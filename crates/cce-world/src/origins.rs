//! Origins whose pages may call: one that no browser says would let nobody in.

use crate::{lab::Lab, problem::Fault};
use cce_kernel::Cors;
use http::uri::Authority;

/// The origin of a page from a file or a sandbox.
const OPAQUE: &str = "null";

/// The ports that browsers leave out.
const OWN_PORTS: [(&str, u16); 2] = [("http", 80), ("https", 443)];

/// Tells of origins that are no page's.
pub(crate) fn check_origins(lab: &Lab, faults: &mut Vec<Fault>) {
    let lists =
        [("ccp.cors_origins", &lab.ccp.cors_origins), ("finesse.cors_origins", &lab.finesse.cors_origins)];
    for (key, origins) in lists {
        for (at, origin) in origins.iter().enumerate().filter(|(_, origin)| !may_match(origin)) {
            let message = format!(
                "no page is of `{origin}`: write `*`, or an origin as browsers say it, without a path and in small letters, \
                 such as https://crm.example.org or http://localhost:3000"
            );
            faults.push(Fault::new(format!("{key}.{at}"), message));
        }
    }
}

/// Whether a browser says such an origin: scheme, host, and a port that is not the scheme's own (RFC 6454 6.2).
fn may_match(origin: &str) -> bool {
    if [Cors::EVERY_ORIGIN, OPAQUE].contains(&origin) {
        return true;
    }
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let Ok(host) = authority.parse::<Authority>() else { return false };
    let port = authority.strip_prefix(host.host()).unwrap_or("@");
    let is_port = port.is_empty()
        || host.port_u16().is_some_and(|port| {
            !OWN_PORTS.contains(&(scheme, port)) && authority.ends_with(&format!(":{port}"))
        });
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase());
    // A page's host stands there whole.
    is_scheme && is_port && !origin.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::may_match;

    #[test]
    fn an_origin_is_what_a_browser_says() {
        for origin in [
            "*",
            "null",
            "https://crm.example.org",
            "http://localhost:3000",
            "http://[::1]:8080",
            "moz-extension://ab-1",
        ] {
            assert!(may_match(origin), "{origin}");
        }
    }

    #[test]
    fn what_no_browser_says_is_no_origin() {
        for origin in [
            "",
            "crm.example.org",
            "https://",
            "https://crm.example.org/",
            "https://crm.example.org/app",
            "https://crm.example.org:443",
            "http://localhost:80",
            "http://localhost:",
            "http://localhost:03000",
            "HTTPS://crm.example.org",
            "https://CRM.example.org",
            "https://user@crm.example.org",
            "https://*.example.org",
            "://crm.example.org",
        ] {
            assert!(!may_match(origin), "{origin}");
        }
    }
}
