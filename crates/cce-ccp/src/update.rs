//! Changes of a social contact by the private API (ccp-task-api 5.7).

use crate::{
    Ccp,
    administer::{judged, root, tags_of},
    answer,
    answer::Flaw,
    contact::Contact,
    eventing::Sender,
    task::{BYTES_MAX, FIELDS_MAX, TAGS_MAX, at_most},
};
use cce_kernel::{Cx, Request, Response};
use cce_model::{ContactId, ContactStatus, SocialContact, StatusReason};
use cce_xml::{Element, Xml, social_contact_url};

/// What a request asks for. What it leaves out stays as it is.
struct Change {
    status: Option<(ContactStatus, StatusReason)>,
    tags: Option<Vec<String>>,
    /// Names with their new values; those without one are deleted.
    fields: Vec<(String, Option<String>)>,
}

impl Ccp {
    /// Changes what a request names, and publishes the contact if its status changed, or its tags were named. A rule may fire for
    /// a tag that comes so (ccp-task-api 2.4).
    pub(crate) fn update(&mut self, id: &ContactId, request: &Request, cx: &mut Cx<'_>) -> Response {
        let Some(contact) = self.contacts.find(id) else { return answer::not_found(id.as_str()) };
        let change = match root(request, "SocialContact").and_then(|root| change_of(&root, contact)) {
            Ok(change) => change,
            Err(refusal) => return refusal,
        };
        let contact = self.contacts.under_way_mut(id);
        let is_published = change.tags.is_some();
        if let Some(tags) = change.tags {
            contact.social.tags = tags;
        }
        for (name, value) in change.fields {
            match value {
                Some(value) => contact.social.set_field(&name, value),
                None => contact.social.extension_fields.retain(|(known, _)| *known != name),
            }
        }
        if let Some((status, reason)) = change.status {
            let user = self.contacts.under_way(id).social.user.clone();
            self.change(id, status, reason, &user, Sender::Api, cx);
        } else {
            self.contacts.save(id, cx);
            // An update that names tags is published, changed or not (ccp-task-api 6).
            if is_published {
                self.publish(id, Sender::Api, cx);
                self.hand_over(id, cx);
            }
        }
        let base = self.base_url(request);
        Response::new(200).xml(shown(self.contacts.under_way(id), &base))
    }
}

fn change_of(root: &Element, contact: &Contact) -> Result<Change, Response> {
    let social = &contact.social;
    let fields = fields(root);
    let tags = root.child("tags").map(|_| tags_of(root));
    let added = fields.iter().filter(|(name, value)| value.is_some() && social.field(name).is_none()).count();
    judged([
        at_most("tags", tags.as_ref().map_or(0, Vec::len), TAGS_MAX, "tags"),
        // A contact has at most 100 pairs and 1 MB (ccp-task-api 4, 10).
        at_most("extensionFields", social.extension_fields.len() + added, FIELDS_MAX, "extension fields"),
        at_most("SocialContact", bytes(social, tags.as_deref(), &fields), BYTES_MAX, "bytes"),
        fields.iter().any(|(name, _)| name.is_empty()).then(|| Flaw::required("name")),
    ])?;
    lock(root, social)?;
    Ok(Change { status: status(root, contact)?, tags, fields })
}

/// Bytes of the texts that a contact would have with these tags and fields. What a field had before counts, too: it is a bound, and
/// no measure.
fn bytes(social: &SocialContact, tags: Option<&[String]>, fields: &[(String, Option<String>)]) -> usize {
    let texts =
        [&social.author, &social.title, &social.description].into_iter().chain(tags.unwrap_or(&social.tags));
    let known = social.extension_fields.iter().map(|(name, value)| name.len() + value.len());
    let given = fields.iter().map(|(name, value)| name.len() + value.as_ref().map_or(0, String::len));
    texts.map(String::len).chain(known).chain(given).sum()
}

/// Names and values; an element with a name but no value deletes the pair.
fn fields(root: &Element) -> Vec<(String, Option<String>)> {
    let Some(list) = root.child("extensionFields") else { return Vec::new() };
    let pair = |field: &Element| {
        let value = field.text_of("value").filter(|value| !value.is_empty());
        (field.text_of("name").unwrap_or_default(), value)
    };
    list.all("extensionField").map(pair).collect()
}

/// Whoever names the time of the latest change has seen that one: it is an optimistic lock, with the value from the last GET
/// (ccp-task-api 5.7).
fn lock(root: &Element, social: &SocialContact) -> Result<(), Response> {
    match root.text_of("statusTimestamp") {
        Some(seen) if seen.parse::<i64>().ok() != Some(social.status_changed.millis()) => {
            Err(state("statusTimestamp", "the contact has changed meanwhile: read it again"))
        }
        Some(_) | None => Ok(()),
    }
}

/// The status that is asked for, if it is another one.
fn status(root: &Element, contact: &Contact) -> Result<Option<(ContactStatus, StatusReason)>, Response> {
    let Some(text) = root.text_of("status") else { return Ok(None) };
    let social = &contact.social;
    // A status is case-sensitive, and a reason is not (ccp-task-api 5.3).
    let status = ContactStatus::parse(&text)
        .ok_or_else(|| invalid("status", format!("there is no status `{text}`")))?;
    // A status is not changed without the time that was seen (ccp-task-api 5.7; inferred).
    if root.text_of("statusTimestamp").is_none() {
        return Err(answer::invalid(&[Flaw::required("statusTimestamp")]));
    }
    if status == social.status {
        return Ok(None);
    }
    let reason = root.text_of("statusReason").unwrap_or_default();
    let reason = match reason.as_str() {
        "" => StatusReason::ExternallyHandled,
        text => StatusReason::parse(&text.to_ascii_lowercase())
            .ok_or_else(|| invalid("statusReason", format!("there is no reason `{text}`")))?,
    };
    // What is with CCE is given up by the Task API alone (ccp-task-api 3.1).
    match (social.status, status) {
        (ContactStatus::Reserved, ContactStatus::Handled) => Ok(Some((status, reason))),
        (ContactStatus::Unread | ContactStatus::Queued, ContactStatus::Discarded) => {
            Err(state("status", "the Task API cancels a task"))
        }
        // CCP reserves this status to itself (ccp-task-api 5.7).
        (_, ContactStatus::Queued) => {
            Err(state("status", "CCP alone queues contacts; renotify hands a task back"))
        }
        _ => Err(state("status", "the contact cannot get this status from the one that it has")),
    }
}

fn invalid(field: &str, message: String) -> Response {
    answer::invalid(&[Flaw::range(field, message)])
}

fn state(field: &str, message: &str) -> Response {
    answer::error(400, "invalidState", field, message)
}

fn shown(contact: &Contact, base: &str) -> String {
    let social = &contact.social;
    Xml::document("SocialContact", |xml| {
        // The answer has these four elements, and not the whole contact (ccp-task-api 5.7).
        xml.text("refURL", social_contact_url(base, &social.id))
            .text("status", social.status)
            .text("statusTimestamp", social.status_changed.millis())
            .node("tags", |xml| {
                for tag in &social.tags {
                    xml.text("tag", tag);
                }
            });
    })
}
