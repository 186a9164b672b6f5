//! Clients that speak over TLS, and the authority that they trust.

use crate::support::{DEADLINE, Running, ccelab, folder, run, skip, stderr, stdout};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, Error, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{
    fs::{self, Permissions},
    io::{self, Read, Write},
    net::TcpStream,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

const TLS_PORTS: [&str; 5] = ["app_tls", "cti_a_tls", "cti_b_tls", "desk_tls", "xmpp_tls"];

const TASK: &str =
    "<Task><name>ann</name><title>Card lost</title><scriptSelector>CumulusTask</scriptSelector></Task>";

/// How an XMPP client opens a stream.
const STREAM: &str = "<stream:stream to='fin1.dcloud.cisco.com' xmlns='jabber:client' \
                      xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

/// Starts a lab on free ports with an authority in that folder.
fn start(folder: &Path, name: &str, ca: &str, arguments: &[&str]) -> Running {
    Running::start(folder, name, &[&["--ports", "ephemeral", "--ca-dir", ca], arguments].concat())
}

/// Connects over TLS as a client that trusts one certificate in PEM.
fn connect(address: &str, ca: &Path, host: &str) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    secured(stream, ca, host)
}

/// Begins TLS on a connection.
fn secured(
    mut stream: TcpStream,
    ca: &Path,
    host: &str,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let host = ServerName::try_from(host.to_owned()).unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), host).unwrap();
    connection.complete_io(&mut stream)?;
    Ok(StreamOwned::new(connection, stream))
}

/// Why a client does not trust a lab.
fn distrust(lab: &Running, ca: &Path) -> Error {
    let error = connect(&lab.address("app_tls"), ca, "localhost").unwrap_err();
    error.into_inner().unwrap().downcast_ref::<Error>().unwrap().clone()
}

#[test]
fn the_ready_file_has_each_listener_over_tls_and_the_certificate_to_trust() {
    let folder = folder("tls-ready");
    let lab = start(&folder, "lab", "authority", &[]);
    let ca = lab.address("ca");
    assert_eq!(Path::new(&ca), fs::canonicalize(folder.join("authority/ca.pem")).unwrap());
    for port in TLS_PORTS {
        for host in ["127.0.0.1", "localhost", "fin1.dcloud.cisco.com", "sm1.dcloud.cisco.com"] {
            connect(&lab.address(port), Path::new(&ca), host).unwrap();
        }
    }
    let banner = lab.banner();
    assert!(banner.contains(&format!("https://{}/finesse/api", lab.address("desk_tls"))), "{banner}");
    assert!(banner.contains(&ca), "{banner}");
    lab.interrupt();
}

#[test]
fn over_tls_the_location_of_a_task_is_https_at_the_host_of_the_request() {
    let folder = folder("tls-location");
    let lab = start(&folder, "lab", "authority", &[]);
    let app = lab.address("app_tls");
    let (_, port) = app.rsplit_once(':').unwrap();
    let mut stream = connect(&app, Path::new(&lab.address("ca")), "localhost").unwrap();
    write!(
        stream,
        "POST /ccp/task/feed/100080 HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/xml\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{TASK}",
        TASK.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let location = format!("location: https://localhost:{port}/ccp/");
    assert!(answer.starts_with("HTTP/1.1 201") && answer.contains(&location), "{answer}");
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: JSESSIONID=")).unwrap();
    assert!(cookie.ends_with("; Path=/ccp; Secure; HttpOnly"), "{cookie}");
    lab.interrupt();
    let journal = fs::read_to_string(folder.join("lab.jsonl")).unwrap();
    assert!(
        journal.contains(r#""security":"tls""#) && journal.contains("Card lost"),
        "records have what was said"
    );
}

#[test]
fn an_authority_is_made_once_and_its_key_is_for_its_owner_alone() {
    let folder = folder("tls-once");
    let labs = ["first", "second", "third"].map(|name| start(&folder, name, "authority", &[]));
    let ca = fs::read_to_string(folder.join("authority/ca.pem")).unwrap();
    for lab in &labs {
        connect(&lab.address("desk_tls"), Path::new(&lab.address("ca")), "localhost").unwrap();
    }
    let mode =
        |name: &str| fs::metadata(folder.join("authority").join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("ca-key.pem"), mode("ca.pem")), (0o600, 0o644));
    labs.into_iter().for_each(Running::interrupt);
    assert_eq!(fs::read_to_string(folder.join("authority/ca.pem")).unwrap(), ca);
}

#[test]
fn commands_that_make_the_authority_at_the_same_time_make_one() {
    let folder = folder("tls-race");
    let exports: Vec<_> = (0..8)
        .map(|number| {
            let file = format!("{number}.pem");
            ccelab(&folder).args(["ca", "export", "--ca-dir", "authority", "--pem", &file]).spawn().unwrap()
        })
        .collect();
    for mut export in exports {
        assert!(export.wait().unwrap().success());
    }
    let made = fs::read(folder.join("authority/ca.pem")).unwrap();
    assert!((0..8).all(|number| fs::read(folder.join(format!("{number}.pem"))).unwrap() == made));
}

#[test]
fn a_certificate_is_bad_in_the_way_that_was_asked_for() {
    let folder = folder("tls-bad");
    for kind in ["expired", "wrong-name", "unknown-root"] {
        fs::write(folder.join("lab.toml"), format!("[tls]\ncertificate = \"{kind}\"\n")).unwrap();
        let lab = start(&folder, kind, "authority", &["--config", "lab.toml"]);
        let Error::InvalidCertificate(why) = distrust(&lab, Path::new(&lab.address("ca"))) else {
            panic!("{kind}")
        };
        match kind {
            "expired" => assert!(matches!(why, CertificateError::ExpiredContext { .. }), "{why:?}"),
            "wrong-name" => {
                assert!(matches!(why, CertificateError::NotValidForNameContext { .. }), "{why:?}");
            }
            _ => assert!(matches!(why, CertificateError::UnknownIssuer), "{why:?}"),
        }
        lab.interrupt();
    }
}

#[test]
fn a_certificate_of_ones_own_is_served() {
    let folder = folder("tls-own");
    // An authority's certificate and key are a certificate and its key.
    assert!(run(&folder, &["ca", "export", "--ca-dir", "own", "--pem", "own.pem"]).status.success());
    let arguments = ["--ports", "ephemeral", "--tls-cert", "own.pem", "--tls-key", "own/ca-key.pem"];
    let lab = Running::start(&folder, "lab", &arguments);
    assert!(lab.ready.get("ca").is_none(), "{}", lab.ready);
    let presented = distrust(&lab, &folder.join("own.pem"));
    // It is trusted, and used for what it is not for.
    assert!(matches!(presented, Error::InvalidCertificate(_)), "{presented:?}");
    lab.interrupt();
    // Tools that renew certificates give links.
    symlink("own/ca-key.pem", folder.join("key.pem")).unwrap();
    let arguments = ["--ports", "ephemeral", "--tls-cert", "own.pem", "--tls-key", "key.pem"];
    Running::start(&folder, "linked", &arguments).interrupt();
    let mixed = ["run", "--ports", "ephemeral", "--tls-cert", "own.pem", "--tls-key", "own.pem"];
    fs::set_permissions(folder.join("own.pem"), Permissions::from_mode(0o600)).unwrap();
    let refused = run(&folder, &mixed);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("cannot use own.pem: it has no private key in PEM"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn without_tls_nobody_listens_for_it() {
    let folder = folder("tls-none");
    fs::write(folder.join("lab.toml"), "[tls]\nenabled = false\n").unwrap();
    for (name, without) in [("option", ["--no-tls", "--seed=1"]), ("setting", ["--config", "lab.toml"])] {
        let lab = Running::start(&folder, name, &[&["--ports", "ephemeral"], &without[..]].concat());
        assert!(TLS_PORTS.iter().all(|port| lab.ready.get(port).is_none()), "{}", lab.ready);
        assert!(lab.ready.get("ca").is_none());
        lab.interrupt();
    }
}

#[test]
fn a_key_that_others_may_read_and_a_symbolic_link_are_refused() {
    let folder = folder("tls-key");
    let export = ["ca", "export", "--ca-dir", "authority", "--pem", "ca.pem"];
    assert!(run(&folder, &export).status.success());
    let key = folder.join("authority/ca-key.pem");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let refused = run(&folder, &export);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("chmod 600 authority/ca-key.pem"), "{}", stderr(&refused));
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    fs::rename(&key, folder.join("elsewhere")).unwrap();
    symlink(folder.join("elsewhere"), &key).unwrap();
    let refused = run(&folder, &export);
    assert!(
        stderr(&refused).contains("it is a symbolic link, which is not followed"),
        "{}",
        stderr(&refused)
    );
    fs::remove_file(&key).unwrap();
    let missing = run(&folder, &export);
    assert_eq!(missing.status.code(), Some(2), "{}", stderr(&missing));
    assert!(
        stderr(&missing).contains("remove authority/ca.pem to make a new authority"),
        "{}",
        stderr(&missing)
    );
}

#[test]
fn a_key_that_cannot_be_used_is_named_and_a_useless_authority_can_be_made_anew() {
    let folder = folder("tls-broken");
    let export = ["ca", "export", "--ca-dir", "authority", "--pem", "ca.pem"];
    assert!(run(&folder, &export).status.success());
    let no_key = |path: &str| {
        fs::write(folder.join(path), "no key").unwrap();
        fs::set_permissions(folder.join(path), Permissions::from_mode(0o600)).unwrap();
    };
    no_key("key.pem");
    let own = ["run", "--ports", "ephemeral", "--tls-cert", "ca.pem", "--tls-key", "key.pem"];
    let refused = run(&folder, &own);
    let said = stderr(&refused);
    assert!(said.contains("cannot use key.pem: it has no private key in PEM"), "{said}");
    no_key("authority/ca-key.pem");
    let refused = run(&folder, &export);
    assert_eq!(refused.status.code(), Some(2));
    let said = stderr(&refused);
    assert!(said.contains("cannot use authority/ca-key.pem: it has no private key in PEM"), "{said}");
    assert!(said.contains("remove authority/ca.pem to make a new authority"), "{said}");
    fs::remove_file(folder.join("authority/ca.pem")).unwrap();
    assert!(run(&folder, &export).status.success());
}

#[test]
fn a_port_in_use_for_tls_says_how_to_do_without() {
    let folder = folder("tls-in-use");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let free = |name: &str| format!("[links.{name}]\nlisten = \"127.0.0.1:0\"\nconnect = \"127.0.0.1:1\"\n");
    let text = format!("{}listen_tls = \"{address}\"\n{}{}", free("app"), free("mr"), free("admin"));
    fs::write(folder.join("lab.toml"), text).unwrap();
    let refused = run(&folder, &["run", "--config", "lab.toml", "--only", "ccp", "--ca-dir", "authority"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = stderr(&refused);
    assert!(said.contains("the TLS address of app") && said.contains("--no-tls"), "{said}");
}

/// Opens a stream in plain, asks for TLS with something behind the request, and goes on over TLS.
fn start_tls(lab: &Running, behind: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let mut plain = TcpStream::connect(lab.address("xmpp")).unwrap();
    plain.set_read_timeout(Some(DEADLINE)).unwrap();
    write!(plain, "{STREAM}").unwrap();
    read_until(&mut plain, "</stream:features>");
    // At once: what is read with the request is passed over, and what comes later breaks the handshake.
    let request = format!("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>{behind}");
    plain.write_all(request.as_bytes()).unwrap();
    read_until(&mut plain, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    let mut secure = secured(plain, Path::new(&lab.address("ca")), "fin1.dcloud.cisco.com").unwrap();
    write!(secure, "{STREAM}").unwrap();
    secure
}

/// Everything up to that text.
fn read_until(from: &mut impl Read, end: &str) -> String {
    let (mut read, mut byte) = (Vec::new(), [0]);
    while !read.ends_with(end.as_bytes()) {
        let count = from.read(&mut byte).unwrap();
        assert_eq!(count, 1, "{}", String::from_utf8_lossy(&read));
        read.push(byte[0]);
    }
    String::from_utf8(read).unwrap()
}

#[test]
fn who_injects_a_sign_in_in_plain_behind_the_request_for_tls_gains_nothing() {
    let folder = folder("tls-injection");
    let lab = start(&folder, "lab", "authority", &[]);
    // Agent 1080 with its right password.
    let sign_in = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>ADEwODAAY2NlbGFi</auth>";
    let mut stream = start_tls(&lab, sign_in);
    let features = read_until(&mut stream, "</stream:features>");
    assert!(!features.contains("success") && features.contains("<mechanism>PLAIN"), "{features}");
    assert!(!features.contains("starttls"), "{features}");
    write!(stream, "{sign_in}").unwrap();
    read_until(&mut stream, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    lab.interrupt();
    let replayed = run(&folder, &["replay", "lab.jsonl"]);
    assert!(replayed.status.success(), "{}{}", stdout(&replayed), stderr(&replayed));
    let again = run(&folder, &["sim", "--from", "lab.jsonl"]);
    assert!(again.status.success(), "{}{}", stdout(&again), stderr(&again));
}

#[test]
fn a_client_that_wants_to_renegotiate_is_refused_and_others_are_not_hurt() {
    if !Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success()) {
        return skip("a client that renegotiates", "install OpenSSL");
    }
    let folder = folder("tls-renegotiation");
    let lab = start(&folder, "lab", "authority", &[]);
    let app = lab.address("app_tls");
    let mut client = Command::new("openssl")
        .args(["s_client", "-tls1_2", "-connect", &app])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A line with an R asks for it.
    client.stdin.as_mut().unwrap().write_all(b"R\n").unwrap();
    let output = client.wait_with_output().unwrap();
    let said = stdout(&output) + &stderr(&output);
    assert!(said.contains("RENEGOTIATING") && said.contains("no renegotiation"), "{said}");
    connect(&app, Path::new(&lab.address("ca")), "localhost").unwrap();
    lab.interrupt();
}

#[test]
fn java_trusts_a_lab_by_either_trust_store() {
    if !has_java() {
        return;
    }
    let folder = folder("tls-java");
    let lab = start(&folder, "lab", "authority", &[]);
    let export = [
        "ca",
        "export",
        "--ca-dir",
        "authority",
        "--p12",
        "ca.p12",
        "--jks",
        "ca.jks",
        "--password",
        "geheim",
    ];
    assert!(run(&folder, &export).status.success());
    let url = format!("https://{}/finesse/api/SystemInfo", lab.address("desk_tls"));
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/interop/HttpsClient.java");
    for store in ["ca.p12", "ca.jks"] {
        let get = |password: &str| {
            let mut java = Command::new("java");
            java.current_dir(&folder).arg(format!("-Djavax.net.ssl.trustStore={store}"));
            java.arg(format!("-Djavax.net.ssl.trustStorePassword={password}")).arg(&client).arg(&url);
            java.output().unwrap()
        };
        let got = get("geheim");
        assert!(stdout(&got).contains("200 over TLSv1.3"), "{store}: {}{}", stdout(&got), stderr(&got));
        assert!(!get("another").status.success(), "{store}");
    }
    lab.interrupt();
}

fn has_java() -> bool {
    let found = Command::new("javac").arg("-version").output();
    let is_there = found.is_ok_and(|output| output.status.success());
    if !is_there {
        skip("Java's trust stores", "install a JDK, 11 or later");
    }
    is_there
}
