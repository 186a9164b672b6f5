//! What HTTP requests and pieces of XMPP streams are called in selectors.

use cce_kernel::{Port, Request};

/// Names of HTTP requests and of their answers.
pub(crate) const HTTP: [&str; 21] = [
    "CREATE",
    "POLL",
    "CANCEL",
    "RENOTIFY",
    "CLOSE",
    "LOGIN",
    "LOGOUT",
    "READY",
    "NOT_READY",
    "ACCEPT",
    "START",
    "PAUSE",
    "RESUME",
    "WRAP_UP",
    "TRANSFER",
    "UPDATE_CALL_DATA",
    "DIALOGS",
    "MEDIA",
    "USER",
    "REQUEST",
    "REPLY",
];

/// Names of pieces of XMPP streams.
pub(crate) const STREAM: [&str; 8] =
    ["UPDATE", "PRESENCE", "IQ", "MESSAGE", "AUTH", "STREAM", "STREAM_END", "STREAM_PIECE"];

/// What a request is called: by what it asks for, not by its method.
pub(crate) fn request(port: Port, request: &Request) -> &'static str {
    let parts: Vec<&str> = request.path().trim_matches('/').split('/').collect();
    match port {
        Port::App | Port::CcpRest => application(&request.method, &parts),
        Port::Desk => desk(request, &parts),
        Port::Mr | Port::IcmMr | Port::IcmAgent | Port::CtiA | Port::CtiB | Port::Xmpp => "REQUEST",
    }
}

fn application(method: &str, parts: &[&str]) -> &'static str {
    match (method, parts) {
        ("PUT", [.., "task", _, "close"]) => "CLOSE",
        ("PUT", [.., "task", _, "renotify"]) => "RENOTIFY",
        ("GET", [.., "contact", _]) => "POLL",
        ("DELETE", [.., "contact", _]) => "CANCEL",
        ("POST" | "GET", [.., "feed", _]) => "CREATE",
        _ => "REQUEST",
    }
}

fn desk(request: &Request, parts: &[&str]) -> &'static str {
    let body = request.body.text();
    let asked = element(&body, "requestedAction").or_else(|| element(&body, "state"));
    if request.method != "GET"
        && let Some(name) = HTTP.into_iter().find(|name| asked.as_deref() == Some(*name))
    {
        return name;
    }
    match parts {
        [.., "Dialogs"] | [.., "Dialogs", _] => "DIALOGS",
        [.., "Media"] | [.., "Media", _] => "MEDIA",
        [.., "User", _] => "USER",
        _ => "REQUEST",
    }
}

/// What a piece of an XMPP stream is called: after its first element, or `UPDATE` for a notification.
pub(crate) fn piece(text: &str) -> &'static str {
    if text.contains("pubsub#event") {
        return "UPDATE";
    }
    let known = [
        ("<?xml", "STREAM"),
        ("<stream:stream", "STREAM"),
        ("</stream:stream", "STREAM_END"),
        ("<presence", "PRESENCE"),
        ("<iq", "IQ"),
        ("<message", "MESSAGE"),
        ("<auth", "AUTH"),
    ];
    let start = text.trim_start();
    known.into_iter().find(|(head, _)| start.starts_with(head)).map_or("STREAM_PIECE", |(_, name)| name)
}

/// A word that a piece of XML says about itself: the text of the first element, or the value of the first
/// attribute, of that name. A notification's document is XML written as text.
pub(crate) fn xml_word(xml: &str, key: &str) -> Option<String> {
    let plain = xml.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    match key {
        "object" => published(&plain).map(str::to_owned),
        _ => element(&plain, key).or_else(|| attribute(&plain, key)),
    }
}

/// What kind of object a notification is about: what stands first in its data. A list of dialogs tells of one dialog
/// that came or went.
fn published(update: &str) -> Option<&str> {
    let (_, data) = update.split_once("<data><")?;
    let (name, _) = data.split_once('>')?;
    Some(if name == "dialogs" { "dialog" } else { name })
}

fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (value, _) = rest.split_once('<')?;
    Some(value.to_owned())
}

fn attribute(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!(" {name}="))?;
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (value, _) = rest[1..].split_once(quote)?;
    Some(value.to_owned())
}
