//! Notifications as a desktop reads them.

use crate::{XmlError, element::check_size};
use cce_model::{DialogState, TaskId};
use roxmltree::{Document, Node, ParsingOptions};

/// Nodes of a document: elements, and texts between them.
const NODES_MAX: u32 = 20_000;

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// `POST`, `PUT` or `DELETE`.
    pub event: String,
    /// The request that led to it; empty when it is not told.
    pub request_id: String,
    /// The URL of what it is about.
    pub source: String,
    /// What it is about.
    pub seen: Seen,
}

/// What a notification is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A dialog, alone or as a member of a list.
    Dialog {
        /// Its task.
        id: TaskId,
        /// Its state.
        state: DialogState,
    },
    /// An agent in a domain.
    Media {
        /// The domain.
        mrd: String,
        /// The state, in Finesse's words.
        state: String,
    },
    /// A user.
    User {
        /// Login id.
        id: String,
        /// Voice state.
        state: String,
    },
    /// The system.
    System {
        /// `IN_SERVICE` or `OUT_OF_SERVICE`.
        status: String,
    },
    /// A request failed.
    Error {
        /// The code, or the item at fault.
        data: String,
        /// The constant's name.
        message: String,
    },
    /// Anything else.
    Other,
}

/// Reads the document of a notification. A desktop hears many, and needs little of each: nothing of it is copied but that.
pub fn read_update(text: &str) -> Result<Update, XmlError> {
    check_size(text.as_bytes())?;
    let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        let (pos, detail) = (error.pos(), error.to_string());
        XmlError::Malformed { at: byte_at(text, pos.row, pos.col), detail }
    })?;
    let root = document.root_element();
    let found = root.tag_name().name();
    if found != "Update" {
        return Err(XmlError::OtherRoot { wanted: "Update", found: found.to_owned() });
    }
    let seen = child(root, "data").and_then(seen).unwrap_or(Seen::Other);
    let [event, request_id, source] = ["event", "requestId", "source"].map(|name| text_of(root, name));
    Ok(Update { event, request_id, source, seen })
}

fn seen(data: Node<'_, '_>) -> Option<Seen> {
    let in_list = || child(data, "dialogs").and_then(|dialogs| child(dialogs, "Dialog"));
    if let Some(dialog) = child(data, "dialog").or_else(in_list) {
        let id = TaskId::parse(text_in(child(dialog, "id")?))?;
        return Some(Seen::Dialog { id, state: DialogState::parse(text_in(child(dialog, "state")?))? });
    }
    if let Some(media) = child(data, "media").or_else(|| child(data, "Media")) {
        return Some(Seen::Media { mrd: text_of(media, "id"), state: text_of(media, "state") });
    }
    if let Some(user) = child(data, "user") {
        return Some(Seen::User { id: text_of(user, "loginId"), state: text_of(user, "state") });
    }
    if let Some(system) = child(data, "systemInfo") {
        return Some(Seen::System { status: text_of(system, "status") });
    }
    let error = child(child(data, "apiErrors")?, "apiError")?;
    Some(Seen::Error { data: text_of(error, "errorData"), message: text_of(error, "errorMessage") })
}

/// The first child of that name, whatever its prefix is.
fn child<'a, 'x>(element: Node<'a, 'x>, name: &str) -> Option<Node<'a, 'x>> {
    element.children().find(|child| child.is_element() && child.tag_name().name() == name)
}

/// The text of the first child of that name, without blanks around it; empty where there is none.
fn text_of(element: Node<'_, '_>, name: &str) -> String {
    child(element, name).map(|child| text_in(child).to_owned()).unwrap_or_default()
}

fn text_in<'a>(element: Node<'a, '_>) -> &'a str {
    element.text().unwrap_or_default().trim()
}

/// Which byte of a text stands in that row and column, both counted from 1.
fn byte_at(text: &str, row: u32, column: u32) -> u64 {
    let mut rows = text.split_inclusive('\n');
    let before: usize = rows.by_ref().take(row as usize - 1).map(str::len).sum();
    let columns = rows.next().unwrap_or_default().chars().take(column as usize - 1);
    (before + columns.map(char::len_utf8).sum::<usize>()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_notification_says_why_and_where() {
        let told = |text: &str| read_update(text).expect_err("it is none").to_string();
        assert_eq!(told("<User/>"), "the root element is `User` where `Update` is expected");
        assert!(told("<Update>\n<é>&nothing;</é></Update>").starts_with("malformed XML at byte 13: "));
        assert!(told("<Update><event></Update>").starts_with("malformed XML at byte 15: "));
        assert!(told("<!DOCTYPE Update><Update/>").starts_with("malformed XML at byte 0: "));
        assert!(told(&"<Update>".repeat(30_000)).starts_with("malformed XML"));
        assert!(told(&" ".repeat((4 << 20) + 1)).starts_with("the document has 4194305 bytes"));
    }

    #[test]
    fn a_prefix_and_blanks_make_no_difference_and_the_first_child_of_a_name_counts() {
        let text = "<n:Update xmlns:n='urn:n'><n:data><n:user><state> READY\n</state><state>TALKING</state>\
                    <loginId><![CDATA[10]]>80</loginId></n:user></n:data><event>PUT</event></n:Update>";
        let update = read_update(text).expect("it can be read");
        let seen = Seen::User { id: "1080".to_owned(), state: "READY".to_owned() };
        assert_eq!(
            update,
            Update { event: "PUT".into(), request_id: String::new(), source: String::new(), seen }
        );
    }
}
