//! Social contacts (ccp-task-api 5.6).

use crate::{Xml, java_order};
use cce_model::{ContactId, SocialContact};

/// Buckets of the map behind the extension fields in XML.
const XML_BUCKETS: u32 = 16;

/// The form that is published to a campaign's node.
pub fn social_contact_event(contact: &SocialContact, campaign_public_id: &str, fqdn: &str) -> String {
    Xml::document("SocialContact", |xml| {
        xml.text("author", &contact.author)
            .text("campaignPublicId", campaign_public_id)
            .text("chatIsInvited", "false");
        extension_fields(xml, contact);
        xml.text("id", &contact.id)
            .text("publishedDate", contact.published.millis())
            .text("refURL", social_contact_url(&format!("http://{fqdn}"), &contact.id))
            .text("sourceType", "task");
        status(xml, contact);
        tags(xml, contact);
        xml.text("title", &contact.title);
    })
}

/// The form that the private API shows; `base` is scheme and host of the request. What only contacts of other
/// sources have is empty (inferred); the fields of reply templates are left out, as a task's feed has none.
pub fn social_contact(contact: &SocialContact, base: &str) -> String {
    let url = social_contact_url(base, &contact.id);
    Xml::document("SocialContact", |xml| {
        xml.text("author", &contact.author)
            .text("createdDate", contact.created.millis())
            .text("description", &contact.description)
            .text("draftAction", "")
            .text("draftResponse", "");
        extension_fields(xml, contact);
        xml.text("id", &contact.id)
            .text("inviteStatus", "none")
            .text("isInvited", "false")
            .text("isSoftLocked", "false")
            .text("link", "")
            .text("publishedDate", contact.published.millis())
            .text("refURL", url)
            .text("replyToId", "")
            .text("shortUrlIds", "")
            .text("sourceType", "task");
        status(xml, contact);
        tags(xml, contact);
        xml.text("title", &contact.title);
    })
}

/// What a notification rule tells its address (ccp-task-api 5.8): a document of these elements (inferred). The page of the
/// administrators' own interface, which `screenPopUrl` leads to, is not there.
pub fn social_contact_notification(contact: &SocialContact, tag: &str, fqdn: &str) -> String {
    Xml::document("SocialContact", |xml| {
        xml.text("author", &contact.author).text("description", &contact.description);
        extension_fields(xml, contact);
        xml.text("id", &contact.id)
            .text("link", "")
            .text("notificationTag", tag)
            .text("publishedDate", contact.published.millis())
            .text("refURL", social_contact_url(&format!("http://{fqdn}"), &contact.id))
            .text("screenPopUrl", "")
            .text("sourceType", "task");
        status(xml, contact);
        tags(xml, contact);
        xml.text("title", &contact.title);
    })
}

/// Where the private API has a contact; `base` is scheme and host.
pub fn social_contact_url(base: &str, id: &ContactId) -> String {
    format!("{base}/ccp-webapp/ccp/socialcontact/{id}")
}

fn extension_fields(xml: &mut Xml, contact: &SocialContact) {
    xml.node("extensionFields", |xml| {
        for (name, value) in java_order(&contact.extension_fields, XML_BUCKETS) {
            xml.node("extensionField", |xml| {
                xml.text("name", name).text("value", value);
            });
        }
    });
}

fn status(xml: &mut Xml, contact: &SocialContact) {
    xml.text("status", contact.status)
        .text("statusReason", contact.reason)
        .text("statusTimestamp", contact.status_changed.millis())
        .text("statusUserId", &contact.user);
}

fn tags(xml: &mut Xml, contact: &SocialContact) {
    xml.node("tags", |xml| {
        for tag in &contact.tags {
            xml.text("tag", tag);
        }
    });
}
