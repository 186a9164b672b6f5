//! Many connections at once, and few descriptors.

use crate::support::{Running, create_task, folder, wait_for, wait_for_status};
use std::{fs, net::TcpStream};

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
fn the_banner_in_a_file_has_no_password() {
    let lab = Running::start(&folder("banner"), "lab", &["--ports", "ephemeral"]);
    let banner = lab.banner();
    assert!(banner.contains("-u 1080:PASSWORD") && !banner.contains("ccelab)"), "{banner}");
    lab.interrupt();
}
