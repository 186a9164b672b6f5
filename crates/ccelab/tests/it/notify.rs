//! Notification rules over real connections: CCP calls an application.

use crate::support::{Running, create_task, folder, scenario, wait_for};
use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
};

#[test]
fn an_application_is_told_of_each_contact_by_a_rule_of_the_labs_file() {
    let folder = folder("notify");
    let (address, told) = application(&["503 Service Unavailable", "204 No Content", "200 OK"]);
    let rule = format!(
        "[ccp.notifying]\nretry = \"20ms\"\n[[ccp.http_rules]]\nid = 100090\nname = \"CRM\"\ncampaign = 100081\n\
         tags = [\"cisco_uq_tag\"]\nurl = \"http://{address}/contacts\"\nuser = \"lab\"\npassword = \"s3cret\"\n"
    );
    fs::write(folder.join("lab.toml"), rule).unwrap();
    let arguments = ["--ports", "ephemeral", "--config", "lab.toml"];
    let lab = Running::start(&folder, "lab", &arguments);
    let app = lab.address("app");
    let tasks = [(); 2].map(|()| create_task(&app).unwrap());
    let requests: Vec<String> = (0..3).map(|_| wait_for("a call", || told.try_recv().ok())).collect();
    for (request, task) in requests.iter().zip([&tasks[0], &tasks[0], &tasks[1]]) {
        assert!(request.starts_with("POST /contacts HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("Basic bGFiOnMzY3JldA=="), "{request}");
        let id = task.rsplit('/').next().unwrap();
        assert!(request.contains(&format!("<id>{id}</id>")), "{id}: {request}");
        assert!(request.contains("<notificationTag>cisco_uq_tag</notificationTag>"), "{request}");
    }
    lab.interrupt();
    let records = fs::read_to_string(folder.join("lab.jsonl")).unwrap();
    for step in ["fired", "refused", "delivered"] {
        assert!(records.contains(&format!("\"step\":\"{step}\"")), "{step}");
    }
}

#[test]
fn the_scenario_of_a_rule_holds_over_the_network() {
    let file = scenario("http-notification.toml");
    let folder = folder("notify-scenario");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--scenario", &file, "--until-over"]);
    assert_eq!(lab.failure(), None);
}

/// An application that answers so, in this order, and says what it was asked.
fn application(answers: &'static [&'static str]) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let asked = read_request(&mut stream);
            write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            sender.send(asked).unwrap();
        }
    });
    (address, receiver)
}

/// Head and body.
fn read_request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    while !String::from_utf8_lossy(&read).contains("</SocialContact>") {
        let length = stream.read(&mut piece).unwrap();
        assert!(length > 0, "the request is cut off");
        read.extend_from_slice(&piece[..length]);
    }
    String::from_utf8(read).unwrap()
}
