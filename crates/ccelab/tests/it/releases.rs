//! Releases, names, ports and one origin, as a lab that runs has them.

use crate::support::{
    Answer, Running, ccelab, create_task, folder, http, run, say_skipped, stderr, stdout, wait_for_status,
};
use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::Duration,
};

const SIGN_IN: &str = "<User><state>LOGIN</state><extension>1081</extension></User>";
const MEDIA: &str = "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state><interruptAction>ACCEPT</interruptAction></Media>";

/// What differs between the events of releases: namespace, element of a media, reason of a ready user, error of a user.
struct Spelling {
    namespace: &'static str,
    media: &'static str,
    ready: &'static str,
    error: &'static str,
}

const SPELLINGS: [(&str, Spelling); 2] = [
    (
        "11.6",
        Spelling {
            namespace: "<notification xmlns='http://jabber.org/protocol/pubsub'>",
            media: "&lt;Update&gt;&lt;data&gt;&lt;Media&gt;&lt;uri&gt;",
            ready: "&lt;pendingState&gt;&lt;/pendingState&gt;&lt;reasonCodeId&gt;-1&lt;/reasonCodeId&gt;&lt;roles&gt;",
            error: "&lt;apiError&gt;&lt;errorData&gt;22&lt;/errorData&gt;",
        },
    ),
    (
        "lab",
        Spelling {
            namespace: "<notification xmlns='urn:xmpp:push:0'>",
            media: "&lt;Update&gt;&lt;data&gt;&lt;media&gt;&lt;uri&gt;",
            ready: "&lt;pendingState&gt;&lt;/pendingState&gt;&lt;roles&gt;",
            error: "&lt;apiError&gt;&lt;errorType&gt;Invalid State&lt;/errorType&gt;",
        },
    ),
];

#[test]
fn events_are_spelled_as_the_release_spells_them() {
    for (release, spelling) in SPELLINGS {
        let lab = Running::start(&folder("release"), "lab", &["--ports", "ephemeral", "--release", release]);
        let mut stream = Stream::open(&lab);
        put(&lab, "", "<User><state>READY</state></User>");
        stream.hear(spelling.error);
        put(&lab, "", SIGN_IN);
        stream.hear(spelling.namespace);
        put(&lab, "/Media/5011", MEDIA);
        stream.hear(spelling.media);
        put(&lab, "", "<User><state>READY</state></User>");
        stream.hear(spelling.ready);
        lab.interrupt();
    }
}

#[test]
fn the_log_prints_an_event_as_it_was_sent() {
    for (release, start) in [("11.6", "<Update><data><Media><uri>"), ("12.5", "<Update><data><media><uri>")] {
        let folder = folder("log-of-release");
        let played = run(&folder, &["sim", "one-task", "--release", release, "--logs", "logs"]);
        assert!(played.status.success(), "{}", stderr(&played));
        let log = fs::read_to_string(folder.join("logs/finesse.log")).unwrap();
        assert!(log.contains(start), "{release}: {log}");
    }
}

#[test]
fn from_12_5_on_clients_in_plain_are_sent_away_and_the_lab_works_all_the_same() {
    let lab = Running::start(
        &folder("redirects"),
        "lab",
        &["--ports", "ephemeral", "--release", "12.6", "--agents", "1081=auto"],
    );
    let answer = http("GET", &lab.address("desk"), "/finesse/api/SystemInfo?nocache=1", None, "").unwrap();
    let secure = lab.address("desk_tls");
    let place = format!("https://{secure}/finesse/api/SystemInfo?nocache=1");
    assert_eq!((answer.status, answer.header("location")), (301, Some(place.as_str())));
    for gone in ["xmpp", "xmpp_ws", "bosh"] {
        assert!(lab.ready.get(gone).is_none(), "{gone}: {}", lab.ready);
    }
    for there in ["xmpp_tls", "xmpp_wss", "bosh_tls", "xmpp_domain"] {
        assert!(lab.ready.get(there).is_some(), "{there}: {}", lab.ready);
    }
    let app = lab.address("app");
    wait_for_status(&app, &create_task(&app).unwrap(), "handled");
    assert!(lab.said().starts_with("ccelab: the lab is running as release 12.6."));
}

#[test]
fn a_release_without_plain_clients_needs_tls() {
    let refused = run(&folder("no-tls"), &["run", "--ports", "ephemeral", "--release", "15.0", "--no-tls"]);
    let told = stderr(&refused);
    assert!(
        !refused.status.success() && told.contains("release 15.0") && told.contains("plain = \"served\""),
        "{told}"
    );
}

#[test]
fn config_show_says_what_comes_from_the_release() {
    let shown = stdout(&run(&folder("show"), &["config", "show", "--brief", "--release", "12.5"]));
    for part in [
        "# from --release, in place of \"lab\"\nrelease = \"12.5\"",
        "# from release 12.5, in place of \"served\"\nplain = \"redirected\"",
    ] {
        assert!(shown.contains(part), "no {part} in {shown}");
    }
}

#[test]
fn a_public_host_is_the_xmpp_domain_and_the_node_of_system_info() {
    let options = ["--ports", "ephemeral", "--public-host", "finesse=desk.example.org"];
    let lab = Running::start(&folder("public"), "lab", &options);
    let info = http("GET", &lab.address("desk"), "/finesse/api/SystemInfo", None, "").unwrap().body;
    for part in ["<host>desk.example.org</host>", "<xmppDomain>desk.example.org</xmppDomain>"] {
        assert!(info.contains(part), "{info}");
    }
    assert_eq!(lab.ready["xmpp_domain"], "desk.example.org");
    lab.interrupt();
    let hosts = stdout(&run(&folder("hosts"), &["hosts", "--public-host", "ccp=tasks.example.org"]));
    assert!(hosts.contains("127.0.0.1\ttasks.example.org tasks\n"), "{hosts}");
}

#[test]
fn a_port_that_is_chosen_is_taken_whatever_the_others_are() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let options = ["--ports", "ephemeral", "--port", &format!("desk={free}")];
    let lab = Running::start(&folder("port"), "lab", &options);
    assert_eq!(lab.address("desk"), format!("127.0.0.1:{free}"));
    assert_ne!(lab.address("app"), "127.0.0.1:8080");
    lab.interrupt();
    let unknown = stderr(&run(&folder("port"), &["run", "--port", "dsk=1"]));
    assert!(unknown.contains("no listener `dsk`") && unknown.contains("desk"), "{unknown}");
}

#[test]
fn the_products_ports_are_those_of_ccp_on_one_address_and_of_finesse_on_the_next() {
    let id = std::process::id();
    let first = format!("127.{}.{}.2", 64 + id / 256 % 128, id % 256);
    if TcpListener::bind(format!("{first}:80")).is_err() {
        return say_skipped(
            "the products' ports",
            "ports below 1024 need a privilege, and 127.0.0.0/8 a Linux",
        );
    }
    let lab = Running::start(
        &folder("product"),
        "lab",
        &["--ports", "ephemeral", &format!("--product-ports={first}")],
    );
    let next = format!("{}3", &first[..first.len() - 1]);
    for (key, address) in [("app", &first), ("desk", &next)] {
        assert_eq!(lab.address(key), format!("{address}:80"));
        assert_eq!(lab.address(&format!("{key}_tls")), format!("{address}:443"));
    }
    let created = create_task(&lab.address("app")).unwrap();
    wait_for_status(&lab.address("app"), &created, "queued");
    lab.interrupt();
}

#[test]
fn at_one_origin_a_page_finds_itself_and_every_interface() {
    let folder = folder("origin");
    fs::create_dir(folder.join("pages")).unwrap();
    fs::write(folder.join("pages/index.html"), "<p>a page").unwrap();
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--static", "pages"]);
    let site = lab.address("site");
    let get = |path: &str| -> Answer { http("GET", &site, path, None, "").unwrap() };
    assert_eq!(get("/").body, "<p>a page");
    assert!(get("/finesse/api/SystemInfo").body.contains("<status>IN_SERVICE</status>"));
    let path = create_task(&site).unwrap();
    wait_for_status(&site, &path, "queued");
    let task = "<Task><name>a</name><title>b</title><scriptSelector>CumulusTask</scriptSelector></Task>";
    let created = http("POST", &site, "/ccp/task/feed/100080", None, task).unwrap();
    assert!(created.header("location").unwrap().starts_with(&lab.address("site_url")), "{}", created.headers);
    assert_eq!(get("/ws/").status, 426);
    assert_eq!(get("/ccp.html").status, 404);
    lab.interrupt();
    let nowhere =
        ccelab(&folder).args(["run", "--ports", "ephemeral", "--static", "nowhere"]).output().unwrap();
    assert!(stderr(&nowhere).contains("cannot serve the folder nowhere"), "{}", stderr(&nowhere));
}

fn put(lab: &Running, path: &str, body: &str) {
    let path = format!("/finesse/api/User/1081{path}");
    let answer = http("PUT", &lab.address("desk"), &path, Some("1081:ccelab"), body).unwrap();
    assert_eq!(answer.status, 202, "{path}: {}", answer.body);
}

/// The notifications of agent 1081, as bytes.
struct Stream {
    socket: TcpStream,
    heard: String,
}

impl Stream {
    /// Hears everything from here on.
    fn open(lab: &Running) -> Self {
        let socket = TcpStream::connect(lab.address("xmpp")).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut stream = Self { socket, heard: String::new() };
        let domain = lab.address("xmpp_domain");
        let header = format!(
            "<stream:stream to='{domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
        );
        // Name and password of agent 1081.
        let auth = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>ADEwODEAY2NlbGFi</auth>";
        let bind = "<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
        for (said, heard) in [
            (header.as_str(), "</stream:features>"),
            (auth, "<success"),
            (&header, "</stream:features>"),
            (bind, "</jid>"),
            ("<presence/>", "<presence"),
        ] {
            stream.socket.write_all(said.as_bytes()).unwrap();
            stream.hear(heard);
        }
        stream
    }

    /// Waits until this was said, and forgets what was said before.
    fn hear(&mut self, wanted: &str) {
        let mut bytes = [0; 4096];
        while !self.heard.contains(wanted) {
            let read = self
                .socket
                .read(&mut bytes)
                .unwrap_or_else(|error| panic!("{wanted}: {error}: {}", self.heard));
            assert!(read > 0, "the stream ended before {wanted}: {}", self.heard);
            self.heard += &String::from_utf8_lossy(&bytes[..read]);
        }
        let end = self.heard.find(wanted).map_or(0, |at| at + wanted.len());
        self.heard.drain(..end);
    }
}
