//! Changes of a social contact by the private API (ccp-task-api 5.7).

use crate::{
    Ccp,
    administer::{first_tags, judged, root},
    answer,
    answer::Flaw,
    contact::Contact,
    eventing::Sender,
    public::DISCARD_TAG,
    task::{BYTES_MAX, FIELDS_MAX, TAGS_MAX, at_most},
};
use cce_kernel::{Cx, Request, Response};
use cce_model::{ContactId, ContactStatus, SocialContact, StatusReason};
use cce_xml::{Element, Xml, social_contact_url};

/// Fields that CCP adds when an agent is chosen (ccp-task-api 5.2).
const OWN_FIELDS: [&str; 3] = ["mrdID", "mrdIsInterruptible", "taskID"];

/// Tags that CCP puts on a contact: that of its feed, and [`DISCARD_TAG`].
const OWN_TAGS_MAX: usize = 2;

/// Fields that one update may name: each of a full contact, and as many new ones.
const NAMED_MAX: usize = 2 * FIELDS_MAX + OWN_FIELDS.len();

/// What a request asks for. What it leaves out stays as it is.
struct Change {
    status: Option<(ContactStatus, StatusReason)>,
    has_tags: bool,
    /// The contact with its new tags and fields.
    social: SocialContact,
}

impl Ccp {
    /// Changes what a request names, and publishes the contact if its status changed, or its tags were named. A rule may fire for
    /// a tag that comes so (ccp-task-api 2.4).
    pub(crate) fn update(&mut self, id: &ContactId, request: &Request, cx: &mut Cx<'_>) -> Response {
        let Some(contact) = self.contacts.find(id) else { return answer::not_found(id.as_str()) };
        let feed_tag = self.objects.feed(contact.feed).map_or("", |feed| &feed.object.tag);
        let changed = root(request, "SocialContact").and_then(|root| change_of(&root, contact, feed_tag));
        let change = match changed {
            Ok(change) => change,
            Err(refusal) => return refusal,
        };
        let contact = self.contacts.under_way_mut(id);
        let before = std::mem::replace(&mut contact.social, change.social).tags;
        if let Some((status, reason)) = change.status {
            let user = self.contacts.under_way(id).social.user.clone();
            self.change(id, status, reason, &user, Sender::Api, cx);
        } else {
            self.contacts.save(id, cx);
            // An update that names tags is published, changed or not (ccp-task-api 6).
            if change.has_tags {
                self.publish(id, Sender::Api, cx);
                self.hand_over(id, cx);
            }
        }
        let mut tags = self.contacts.under_way(id).social.tags.clone();
        tags.retain(|tag| !before.contains(tag));
        self.notify(id, &tags, cx);
        let base = self.base_url(request);
        Response::new(200).xml(shown(self.contacts.under_way(id), &base))
    }
}

fn change_of(root: &Element, contact: &Contact, feed_tag: &str) -> Result<Change, Response> {
    let known = &contact.social;
    let fields = fields(root);
    judged([
        at_most("extensionFields", fields.len(), NAMED_MAX, "extension fields"),
        fields.iter().any(|(name, _)| name.is_empty()).then(|| Flaw::required("name")),
    ])?;
    let has_tags = root.child("tags").is_some();
    let mut social = known.clone();
    if has_tags {
        social.tags = first_tags(root, TAGS_MAX + OWN_TAGS_MAX);
    }
    for (name, value) in fields {
        match value {
            Some(value) => social.set_field(&name, value),
            None => social.extension_fields.retain(|(known, _)| *known != name),
        }
    }
    let [before, after] = [known, &social].map(|social| Size::of(social, feed_tag));
    // A contact has at most 20 tags, 100 pairs and 1 MB (ccp-task-api 3.2, 4, 10). One that has more by CCP's own doing may
    // be changed as long as it does not grow.
    judged([
        at_most("tags", after.tags, TAGS_MAX.max(before.tags), "tags"),
        at_most("extensionFields", after.fields, FIELDS_MAX.max(before.fields), "extension fields"),
        at_most("SocialContact", after.bytes, BYTES_MAX.max(before.bytes), "bytes"),
    ])?;
    lock(root, known)?;
    Ok(Change { status: status(root, contact)?, has_tags, social })
}

/// What counts towards the limits of a contact: what CCP itself adds does not (inferred).
struct Size {
    tags: usize,
    fields: usize,
    bytes: usize,
}

impl Size {
    fn of(social: &SocialContact, feed_tag: &str) -> Self {
        let tags = || social.tags.iter().filter(|tag| **tag != feed_tag && *tag != DISCARD_TAG);
        let fields =
            || social.extension_fields.iter().filter(|(name, _)| !OWN_FIELDS.contains(&name.as_str()));
        let texts = [&social.author, &social.title, &social.description].into_iter().chain(tags());
        let pairs = fields().map(|(name, value)| name.len() + value.len());
        Self {
            tags: tags().count(),
            fields: fields().count(),
            bytes: texts.map(String::len).chain(pairs).sum(),
        }
    }
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
