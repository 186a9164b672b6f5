//! One origin for pages: interfaces by their paths, and a folder.

use crate::{
    lab::{Lab, Toy, config, eventually, send_raw},
    script::Script,
    web_socket::{ASKED, upgraded_at},
};
use cce_journal::{Order, What};
use cce_kernel::{Input, Port, Request, Response};
use cce_net::{Net, NetConfig, NetError, SiteConfig};
use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

#[test]
fn each_interface_is_asked_at_its_own_path_and_by_its_own_port() {
    let lab = lab(&folder());
    for (path, port) in [
        ("/ccp/task/feed/100080", Port::App),
        ("/ccp-webapp/ccp/feed", Port::App),
        ("/finesse/api/SystemInfo", Port::Desk),
        ("/http-bind/", Port::Bosh),
    ] {
        let answer = get(&lab, path);
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(path), "{answer}");
        let is_of = |request: &Request| request.target == path;
        let call = lab.wait(
            path,
            |record| matches!(&record.what, What::In(Input::Call { request, .. }) if is_of(request)),
        );
        let What::In(Input::Call { port: called, request, .. }) = call.what else { unreachable!() };
        assert_eq!((called, request.get("host")), (port, Some("x")));
    }
    lab.stop();
}

#[test]
fn the_stream_begins_behind_its_own_path() {
    let lab = lab(&folder());
    let (_stream, head) = upgraded_at(lab.site(), ASKED);
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let up = lab.wait("the stream", |record| matches!(record.what, What::In(Input::LinkUp { .. })));
    assert!(matches!(up.what, What::In(Input::LinkUp { link, .. }) if link.port == Port::XmppWs));
    lab.stop();
}

#[test]
fn a_file_is_served_with_its_type_and_a_folder_with_its_index() {
    let folder = folder();
    fs::create_dir(folder.join("app")).unwrap();
    fs::write(folder.join("app/index.html"), "<p>app").unwrap();
    fs::write(folder.join("a b.js"), "let a").unwrap();
    let lab = lab(&folder);
    let file = get(&lab, "/a%20b.js?v=1").to_ascii_lowercase();
    assert!(file.contains("content-type: text/javascript; charset=utf-8\r\n"), "{file}");
    assert!(
        file.contains("x-content-type-options: nosniff\r\n") && file.ends_with("\r\n\r\nlet a"),
        "{file}"
    );
    assert!(get(&lab, "/app/").ends_with("\r\n\r\n<p>app"));
    let moved = get(&lab, "/app").to_ascii_lowercase();
    assert!(moved.starts_with("http/1.1 301 ") && moved.contains("location: /app/\r\n"), "{moved}");
    let head = send(&lab, "HEAD", "/app/").to_ascii_lowercase();
    assert!(head.contains("content-length: 6\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    let post = send(&lab, "POST", "/app/").to_ascii_lowercase();
    assert!(post.starts_with("http/1.1 405 ") && post.contains("allow: get, head\r\n"), "{post}");
    lab.stop();
}

#[test]
fn what_is_no_file_of_the_folder_is_not_there() {
    let (folder, outside) = (folder(), folder());
    fs::write(outside.join("secret"), "secret").unwrap();
    fs::write(folder.join(".env"), "secret").unwrap();
    fs::write(folder.join("file"), "file").unwrap();
    fs::create_dir(folder.join("empty")).unwrap();
    symlink(outside.join("secret"), folder.join("linked")).unwrap();
    symlink(&outside, folder.join("elsewhere")).unwrap();
    symlink("file", folder.join("beside")).unwrap();
    symlink(".env", folder.join("shown")).unwrap();
    let lab = lab(&folder);
    let above = format!("/../{}/secret", outside.file_name().unwrap().to_str().unwrap());
    let encoded = above.replace("..", "%2e%2e");
    for path in [
        "/nothing",
        "/.env",
        "/shown",
        "/linked",
        "/elsewhere/secret",
        "/elsewhere",
        "/empty/",
        "/file/",
        "/",
        &above,
        &encoded,
    ] {
        let answer = get(&lab, path);
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
    }
    assert!(get(&lab, "/beside").ends_with("file"), "a link that stays inside");
    lab.stop();
}

#[test]
fn a_request_breaks_where_its_port_is_cut() {
    let lab = Lab::directed_with(with_site(&folder()), Script::default(), || vec![echo("ccp")]);
    assert!(get(&lab, "/ccp/task/feed/1").starts_with("HTTP/1.1 200 "));
    lab.carry_out(vec![Order::Cut { port: Port::App, lasting: Duration::from_mins(10) }]);
    eventually("the cut", || get(&lab, "/ccp/task/feed/1").is_empty());
    lab.stop();
}

#[test]
fn an_interface_whose_component_is_elsewhere_is_not_there() {
    let lab = Lab::start_with(with_site(&folder()), vec![Toy::new("finesse")]);
    let answer = get(&lab, "/ccp/task/feed/1");
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    lab.stop();
}

#[test]
fn a_folder_that_there_is_not_is_told_before_anything_starts() {
    let config = with_site(Path::new("/nowhere/at/all"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let refused = runtime.block_on(Net::bind(config, Vec::new())).unwrap_err();
    assert!(matches!(refused, NetError::Folder { .. }), "{refused}");
}

fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("ccelab-site-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn with_site(folder: &Path) -> NetConfig {
    let listen = ([127, 0, 0, 1], 0).into();
    NetConfig { site: Some(SiteConfig { listen, listen_tls: None, folder: folder.to_owned() }), ..config() }
}

/// Repeats what it is asked for.
fn echo(name: &'static str) -> Toy {
    Toy::new(name).on_request(|call, request, cx| cx.reply(call, Response::new(200).xml(request.target)))
}

fn lab(folder: &Path) -> Lab {
    Lab::start_with(with_site(folder), vec![echo("ccp"), echo("finesse")])
}

fn get(lab: &Lab, path: &str) -> String {
    send(lab, "GET", path)
}

fn send(lab: &Lab, method: &str, path: &str) -> String {
    send_raw(
        lab.site(),
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes(),
    )
}
