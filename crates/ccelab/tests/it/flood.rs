//! Many connections at once, and few descriptors.

use crate::{
    processes::work_one_task,
    support::{Running, create_task, folder, http, run, stdout, wait_for, wait_for_status},
};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
};

const DESCRIPTORS: u32 = 256;

#[test]
fn a_flood_of_connections_leaves_the_lab_its_descriptors_and_is_told_once_for_each_listener() {
    let folder = folder("flood");
    let options = ["--ports", "ephemeral", "--agents", "1080=auto"];
    let lab = Running::start_with_descriptors(&folder, "lab", DESCRIPTORS, &options);
    let listeners = ["desk", "xmpp", "cti_a", "cti_b", "mr", "router"];
    let flood: Vec<TcpStream> = listeners
        .into_iter()
        .flat_map(|name| (0..60).map(move |_| name))
        // One that is reset at once may fail here.
        .filter_map(|name| TcpStream::connect(lab.address(name)).ok())
        .collect();
    let app = lab.address("app");
    let task = wait_for("a task", || create_task(&app));
    // The lab's own links were not refused: the task goes all the way, through each of these listeners.
    wait_for_status(&app, &task, "handled");
    drop(flood);
    lab.interrupt();
    let said = fs::read_to_string(folder.join("lab.err")).unwrap();
    let told = said.lines().filter(|line| line.contains("refused since this was last told")).count();
    assert_eq!(told, listeners.len(), "{said}");
    assert!(!said.contains("cannot accept"), "{said}");
}

#[test]
fn idle_connections_from_outside_leave_the_mr_pg_its_place_at_ccp() {
    let lab = Running::start(&folder("mr-flood"), "lab", &["--ports", "ephemeral", "--agents", "1080=auto"]);
    let (admin, app, mr) = (lab.address("admin"), lab.address("app"), lab.address("mr"));
    let flood = || (0..30).filter_map(|_| TcpStream::connect(&mr).ok()).collect::<Vec<_>>();
    let before = flood();
    let cut = r#"{"name": "cut", "match": "ccp > mrpg NEW_TASK", "cut": true}"#;
    assert_eq!(http("POST", &admin, "/rules", None, cut).unwrap().status, 201);
    wait_for("a task", || create_task(&app));
    wait_for("the cut", || {
        http("GET", &admin, "/rules/cut", None, "").filter(|rule| rule.body.contains(r#""state":"fired""#))
    });
    // The place that the MR PG had is free for a moment.
    let after = flood();
    work_one_task(&app);
    drop((before, after));
    lab.interrupt();
}

#[test]
fn what_a_peer_outside_does_wrong_is_told_at_the_end_of_the_run_once_and_in_words() {
    let folder = folder("misdeeds");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let mut peer = TcpStream::connect(lab.address("mr")).unwrap();
    peer.write_all(&[0xFF; 8]).unwrap();
    peer.read_to_end(&mut Vec::new()).unwrap();
    let said = lab.said();
    let checked = stdout(&run(&folder, &["check", "lab.jsonl"]));
    for told in [said, checked] {
        let misdeeds: Vec<_> =
            told.lines().filter(|line| line.starts_with("a peer of ccp outside the lab")).collect();
        assert_eq!(misdeeds.len(), 1, "{told}");
        assert!(misdeeds[0].contains("bytes is announced, and at most 4096 are accepted"), "{told}");
    }
}

#[test]
fn the_banner_says_the_same_of_agents_whoever_names_them() {
    let agents = |name: &str, arguments: &[&str]| {
        let lab = Running::start(&folder(name), "lab", &[&["--ports", "ephemeral"], arguments].concat());
        let banner = lab.banner();
        let told = banner.lines().skip_while(|line| !line.starts_with("  agents ")).take(2);
        told.map(str::to_owned).collect::<Vec<_>>()
    };
    let named = agents("banner-agents", &["--agents", "1081=auto"]);
    assert!(named[0].contains("(password ") && named[1] == "  working by themselves: 1081", "{named:?}");
    assert_eq!(agents("banner-scenario", &["--scenario", "one-task"]), named);
}

#[test]
fn the_banner_in_a_file_has_no_password() {
    let lab = Running::start(&folder("banner"), "lab", &["--ports", "ephemeral"]);
    let banner = lab.banner();
    assert!(banner.contains("-u 1080:PASSWORD") && !banner.contains("ccelab)"), "{banner}");
    lab.interrupt();
}
