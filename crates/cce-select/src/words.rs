//! What HTTP requests and pieces of XMPP streams are called in selectors, and what their keys are.

use cce_kernel::{Port, Request};
use std::{iter, ops::Range};

/// What has a name, and its keys in groups.
type Named = (&'static str, &'static [&'static [&'static str]]);

/// HTTP requests, and their answers. What has no name of its own, `REQUEST`, may have any key.
const HTTP: [Named; 22] = [
    ("CREATE", &[REQUEST, TASK]),
    ("POLL", &[REQUEST]),
    ("CANCEL", &[REQUEST]),
    ("RENOTIFY", &[REQUEST, TASK]),
    ("CLOSE", &[REQUEST, OBJECT, ACTION]),
    ("LOGIN", &[REQUEST, OBJECT, CHANGE]),
    ("LOGOUT", &[REQUEST, OBJECT, CHANGE]),
    ("READY", &[REQUEST, OBJECT, CHANGE]),
    ("NOT_READY", &[REQUEST, OBJECT, CHANGE]),
    ("ACCEPT", &[REQUEST, OBJECT, ACTION]),
    ("START", &[REQUEST, OBJECT, ACTION]),
    ("PAUSE", &[REQUEST, OBJECT, ACTION]),
    ("RESUME", &[REQUEST, OBJECT, ACTION]),
    ("WRAP_UP", &[REQUEST, OBJECT, ACTION]),
    ("TRANSFER", &[REQUEST, OBJECT, ACTION]),
    ("UPDATE_CALL_DATA", &[REQUEST, OBJECT, ACTION]),
    ("DIALOGS", &[REQUEST, OBJECT, ACTION]),
    ("MEDIA", &[REQUEST, OBJECT, CHANGE]),
    ("USER", &[REQUEST, OBJECT, CHANGE]),
    (NOTIFY, &[REQUEST, NOTIFIED]),
    ("REQUEST", &[]),
    (
        "REPLY",
        &[ANSWER, TASK_STATUS, SOCIAL_CONTACT, DIALOG, MEDIA, USER, ASKED, SYSTEM, HTTP_ERROR, API_ERROR],
    ),
];

/// Pieces of XMPP streams, by their first stanza. A piece from the middle of one, `STREAM_PIECE`, may have any key.
const STREAM: [Named; 9] = [
    (
        "UPDATE",
        &[
            STANZA,
            &["node"],
            NOTIFICATION,
            OBJECT,
            DIALOG,
            MEDIA,
            USER,
            SYSTEM,
            &["status", "statusReason"],
            FOLLOWED,
            API_ERROR,
        ],
    ),
    ("PRESENCE", &[STANZA, &["priority", "show", "status", "type"]]),
    ("IQ", &[STANZA, &["jid", "node", "resource", "type"]]),
    ("MESSAGE", &[STANZA, &["type"]]),
    ("AUTH", &[&["mechanism", "xmlns"]]),
    ("STREAM", &[STANZA, &["encoding", "mechanism", "version", "xml:lang", "xmlns:stream"]]),
    ("STREAM_END", NO_KEYS),
    (BODY, NO_KEYS),
    ("STREAM_PIECE", &[]),
];

const REQUEST: &[&str] = &["method", "path"];
const ANSWER: &[&str] = &["to", "status"];

/// What a request or a notification is about.
const OBJECT: &[&str] = &["object"];

/// A task as an application asks for it (ccp-task-api 3.2).
const TASK: &[&str] = &[
    "name",
    "title",
    "description",
    "scriptSelector",
    "customerUID",
    "reNotifyReason",
    "requeueOnRecovery",
    "tag",
    "value",
];

/// How a task stands (ccp-task-api 1.4).
const TASK_STATUS: &[&str] = &["agentID", "estimatedWaitTime", "refURL", "statusReason", "taskID"];

/// A social contact, as CCP shows it to applications.
const SOCIAL_CONTACT: &[&str] = &[
    "author",
    "campaignPublicId",
    "chatIsInvited",
    "createdDate",
    "description",
    "inviteStatus",
    "isInvited",
    "isSoftLocked",
    "name",
    "publishedDate",
    "sourceType",
    "statusTimestamp",
    "statusUserId",
    "tag",
    "title",
    "value",
];

/// What CCP tells the address of a notification rule (ccp-task-api 5.8).
const NOTIFIED: &[&str] = &[
    "author",
    "description",
    "id",
    "link",
    "name",
    "notificationTag",
    "publishedDate",
    "refURL",
    "screenPopUrl",
    "sourceType",
    "status",
    "statusReason",
    "statusTimestamp",
    "statusUserId",
    "tag",
    "title",
    "value",
];

/// What else CCP tells applications that follow a contact (ccp-task-api 5.6).
const FOLLOWED: &[&str] = &[
    "author",
    "campaignPublicId",
    "chatIsInvited",
    "publishedDate",
    "refURL",
    "sourceType",
    "statusTimestamp",
    "statusUserId",
    "tag",
    "title",
];

/// A change of a user, or of a user in a domain (finesse-nonvoice 2.2, 2.4).
const CHANGE: &[&str] = &[
    "state",
    "extension",
    "reasonCodeId",
    "id",
    "maxDialogLimit",
    "interruptAction",
    "dialogLogoutAction",
    "routable",
];

/// An action on a dialog (finesse-nonvoice 2.6).
const ACTION: &[&str] = &["requestedAction", "target", "toAddress", "name", "value"];

const DIALOG: &[&str] = &[
    "action",
    "callKeyCallId",
    "callKeyPrefix",
    "callKeySequenceNum",
    "dialedNumber",
    "dispositionCode",
    "id",
    "mediaAddress",
    "mediaId",
    "mediaType",
    "name",
    "queueName",
    "queueNumber",
    "routerCallKeyCallID",
    "routerCallKeyDay",
    "routerCallKeySequenceNum",
    "startTime",
    "state",
    "stateChangeTime",
    "uri",
    "value",
];

const MEDIA: &[&str] = &[
    "description",
    "dialogLogoutAction",
    "id",
    "interruptAction",
    "interruptible",
    "maxDialogLimit",
    "mediaConnected",
    "name",
    "reasonCodeId",
    "routable",
    "state",
    "stateChangeTime",
    "uri",
];

const USER: &[&str] = &[
    "dialogs",
    "extension",
    "firstName",
    "lastName",
    "loginId",
    "loginName",
    "mediaType",
    "reasonCodeId",
    "role",
    "state",
    "stateChangeTime",
    "teamId",
    "teamName",
    "uri",
    "wrapUpOnIncoming",
    "wrapUpOnOutgoing",
    "wrapUpTimer",
];

/// What Finesse tells only who asks: a user's target, the category of reason codes.
const ASKED: &[&str] = &["skillTargetId", "category"];

/// How the system stands.
const SYSTEM: &[&str] = &[
    "active",
    "connectedDuration",
    "ctiHeartbeatInterval",
    "ctiTimeInMMode",
    "ctiVersion",
    "currentTimestamp",
    "deploymentType",
    "finesseTimeInMMode",
    "host",
    "lastCTIHeartbeatStatus",
    "lastSuccessCTIHeartbeatTime",
    "peripheralId",
    "systemAuthMode",
    "timezoneOffset",
    "xmppDomain",
    "xmppPubSubDomain",
];

const HTTP_ERROR: &[&str] = &["ErrorData", "ErrorMedia", "ErrorMessage", "ErrorType"];
const API_ERROR: &[&str] = &["errorData", "errorMedia", "errorMessage", "errorType"];
const NOTIFICATION: &[&str] = &["event", "requestId", "source"];

/// What stands in the head of a stream or a stanza.
const STANZA: &[&str] = &["from", "id", "to", "xmlns"];

/// What says nothing; an empty list means any key.
const NO_KEYS: &[&[&str]] = &[&[]];

/// What CCP tells the address of a notification rule.
pub const NOTIFY: &str = "NOTIFY";

/// The answer to any request.
pub(crate) const REPLY: &str = "REPLY";

/// Names of HTTP requests and of their answers.
pub(crate) fn http() -> impl Iterator<Item = &'static str> {
    HTTP.into_iter().map(|(name, _)| name)
}

/// Whether it is the name of an HTTP request.
pub(crate) fn is_request(name: &str) -> bool {
    name != REPLY && http().any(|known| known == name)
}

/// What only applications ask CCP for.
const OF_TASKS: [&str; 4] = ["CREATE", "POLL", "CANCEL", "RENOTIFY"];

/// Names of requests to CCP.
pub fn to_ccp() -> impl Iterator<Item = &'static str> {
    OF_TASKS.into_iter().chain(["CLOSE", "REQUEST"])
}

/// Names of requests to Finesse.
pub fn to_finesse() -> impl Iterator<Item = &'static str> {
    http().filter(|name| ![REPLY, NOTIFY].contains(name) && !OF_TASKS.contains(name))
}

/// Names of pieces of XMPP streams.
pub(crate) fn stream() -> impl Iterator<Item = &'static str> {
    STREAM.into_iter().map(|(name, _)| name)
}

/// The keys of what has this name; none if that may have any.
pub(crate) fn keys(name: &str) -> Option<Vec<&'static str>> {
    let (_, groups) = HTTP.into_iter().chain(STREAM).find(|(known, _)| *known == name)?;
    let mut keys = groups.concat();
    keys.sort_unstable();
    keys.dedup();
    Some(keys).filter(|_| !groups.is_empty())
}

/// What a request is called: by what it asks for, not by its method.
pub fn request(port: Port, request: &Request) -> &'static str {
    let parts: Vec<&str> = request.path().trim_matches('/').split('/').collect();
    match port {
        Port::App | Port::CcpRest => application(&request.method, &parts),
        Port::Desk => desk(request, &parts),
        Port::CcpNotify => NOTIFY,
        Port::Mr
        | Port::IcmMr
        | Port::IcmAgent
        | Port::CtiA
        | Port::CtiB
        | Port::Xmpp
        | Port::XmppWs
        | Port::Bosh
        | Port::CcpBosh => "REQUEST",
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
        && let Some(name) = http().find(|name| asked.as_deref() == Some(*name))
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

/// A request of BOSH without a stanza, or its answer.
pub(crate) const BODY: &str = "BODY";

/// What stands in a body of BOSH.
pub(crate) fn inside_body(body: &str) -> &str {
    let inside = body.trim().strip_suffix("</body>").and_then(|rest| rest.split_once('>'));
    inside.map_or("", |(_, stanzas)| stanzas)
}

/// Where each stanza of a piece of an XMPP stream stands. The head of a stream goes with its features, and what ends a
/// stanza of an earlier piece is a part of its own.
pub(crate) fn stanzas(xml: &str) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    let mut depth = 0_usize;
    let mut is_declared = false;
    for (at, tag) in tags(xml) {
        let begins = match tag.as_bytes() {
            [b'?' | b'!', ..] => true,
            _ if tag.starts_with("/stream:stream") => true,
            // It ends a stanza of an earlier piece, to which everything before it belongs.
            [b'/', ..] if depth == 0 => {
                starts.truncate(1);
                false
            }
            [b'/', ..] => {
                depth -= 1;
                false
            }
            _ => {
                let is_first = depth == 0 && !is_declared && !tag.starts_with("stream:features");
                // The head of a stream stays open as long as the stream.
                let is_whole = tag.ends_with('/') || tag.starts_with("stream:stream");
                depth += usize::from(!is_whole);
                is_first
            }
        };
        is_declared = tag.starts_with('?');
        if begins && !xml[..at].trim_ascii().is_empty() {
            starts.push(at);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([xml.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// What stands between `<` and `>`, and where.
fn tags(xml: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    iter::from_fn(move || {
        let start = at + xml[at..].find('<')?;
        // The value of an attribute may have a `>` (XML 1.0 2.3).
        let mut quote = None;
        let end = xml[start..].find(|next: char| {
            match (quote, next) {
                (None, '"' | '\'') => quote = Some(next),
                (Some(open), _) if open == next => quote = None,
                _ => {}
            }
            quote.is_none() && next == '>'
        })?;
        at = start + end;
        Some((start, &xml[start + 1..at]))
    })
}

/// What a piece of an XMPP stream is called: after its first element, or `UPDATE` for a notification.
pub(crate) fn piece(text: &str) -> &'static str {
    // A notification stands in a message, and has a name of its own.
    if text.contains("pubsub#event") {
        return "UPDATE";
    }
    let known = [
        ("<?xml", "STREAM"),
        ("<stream:stream", "STREAM"),
        ("</stream:stream", "STREAM_END"),
        ("<open", "STREAM"),
        ("<close", "STREAM_END"),
        ("<presence", "PRESENCE"),
        ("<iq", "IQ"),
        ("<message", "MESSAGE"),
        ("<auth", "AUTH"),
    ];
    let start = text.trim_start();
    known.into_iter().find(|(head, _)| start.starts_with(head)).map_or("STREAM_PIECE", |(_, name)| name)
}

/// A word that a piece of XML says about itself: the text of the first element, or the value of the first
/// attribute, of that name.
pub(crate) fn xml_word(xml: &str, key: &str) -> Option<String> {
    let plain = unescaped(xml);
    match key {
        "object" => published(&plain).map(str::to_owned),
        _ => element(&plain, key).or_else(|| attribute(&plain, key)),
    }
}

/// Every key under which a piece of XML says something: elements that have a text, and attributes.
pub(crate) fn xml_keys(xml: &str) -> Vec<String> {
    let plain = unescaped(xml);
    let mut keys = Vec::new();
    for tag in plain.split('<').skip(1) {
        let Some((head, text)) = tag.split_once('>') else { continue };
        let name = head.split([' ', '/']).next().unwrap_or_default();
        let attributes = head.split('=').filter_map(|part| part.rsplit_once(' ')).map(|(_, name)| name);
        let is_text = head == name && !text.trim().is_empty();
        keys.extend(Some(name).filter(|_| is_text).into_iter().chain(attributes).map(str::to_owned));
    }
    keys.extend(published(&plain).map(|_| "object".to_owned()));
    keys.retain(|key| xml_word(xml, key).is_some());
    keys
}

/// A notification's document is XML written as text.
fn unescaped(xml: &str) -> String {
    xml.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'")
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

#[cfg(test)]
mod tests {
    use super::stanzas;

    #[track_caller]
    fn assert_cut(parts: &[&str]) {
        let xml = parts.concat();
        let cut: Vec<&str> = stanzas(&xml).into_iter().map(|range| &xml[range]).collect();
        assert_eq!(cut, parts);
    }

    #[test]
    fn each_stanza_of_a_piece_stands_by_itself() {
        assert_cut(&[
            "<message to='a>b'><event><data>&lt;Dialog&gt;</data></event></message>",
            "<iq/>",
            "<presence/>",
        ]);
    }

    #[test]
    fn stanzas_of_one_name_within_each_other_are_one() {
        assert_cut(&["<message><message>x</message></message>", "<message/>"]);
    }

    #[test]
    fn the_head_of_a_stream_goes_with_its_features() {
        assert_cut(&[
            "<?xml version='1.0'?><stream:stream to='x'><stream:features><bind/></stream:features>",
            "<iq/>",
        ]);
    }

    #[test]
    fn a_stream_that_ends_ends_by_itself() {
        assert_cut(&["<presence type='unavailable'/>", "</stream:stream>"]);
    }

    #[test]
    fn what_ends_an_earlier_stanza_is_one_part() {
        assert_cut(&["<b/>end</data></event></message>", "<iq/>"]);
    }

    #[test]
    fn a_stanza_that_is_not_whole_is_a_part() {
        assert_cut(&["<iq/>", "<message><event"]);
        assert_cut(&["<iq/>", "<message><event>"]);
    }

    #[test]
    fn blanks_are_no_stanza() {
        assert_cut(&[" "]);
        assert_cut(&[" <iq/> ", "<iq/>"]);
    }
}
