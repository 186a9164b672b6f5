//! Configuration objects as the private API shows them (ccp-task-api 2). `base` is scheme and host of the request.

use crate::{
    Campaign, Feed,
    objects::{ApiObject, Effect, MrAccess, Notification, Objects},
};
use cce_kernel::Trust;
use cce_xml::Xml;
use std::collections::BTreeMap;

/// A feed that asks for no credentials.
const NO_AUTHENTICATION: u32 = 1;

/// The type of a filter that is a script.
const SCRIPT_FILTER: u32 = 4;

/// How much of its objects a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    Whole,
    /// What clients look for: where they are, what they are called, and where tasks go (inferred).
    Summary,
}

pub(crate) fn feeds(feeds: &[ApiObject<Feed>], detail: Detail, base: &str) -> String {
    Xml::document("feeds", |xml| {
        for feed in feeds {
            xml.node("Feed", |xml| match detail {
                Detail::Whole => inside_feed(xml, feed, base),
                Detail::Summary => {
                    summary_of_feed(xml, &feed.object, base);
                }
            });
        }
    })
}

pub(crate) fn feed(feed: &ApiObject<Feed>, base: &str) -> String {
    Xml::document("Feed", |xml| inside_feed(xml, feed, base))
}

/// `counts` has the contacts of each feed, where they are asked for.
pub(crate) fn campaigns(
    campaigns: &[ApiObject<Campaign>],
    counts: Option<&BTreeMap<u32, usize>>,
    detail: Detail,
    base: &str,
) -> String {
    Xml::document("Campaigns", |xml| {
        for campaign in campaigns {
            xml.node("Campaign", |xml| {
                match detail {
                    Detail::Whole => inside_campaign(xml, campaign, base),
                    Detail::Summary => {
                        xml.text("refURL", campaign_url(&campaign.object, base))
                            .text("name", &campaign.object.name);
                    }
                }
                // The count is there only with `metrics=true` (ccp-task-api 2.3).
                if let Some(counts) = counts {
                    let of_feed = |feed| counts.get(feed).copied().unwrap_or_default();
                    let count: usize = campaign.object.feeds.iter().map(of_feed).sum();
                    xml.node("metrics", |xml| {
                        xml.text("socialContactCount", count);
                    });
                }
            });
        }
    })
}

pub(crate) fn campaign(campaign: &ApiObject<Campaign>, base: &str) -> String {
    Xml::document("Campaign", |xml| inside_campaign(xml, campaign, base))
}

/// The tags that the feeds of a campaign put on contacts (form inferred).
pub(crate) fn suggested_tags(campaign: &Campaign, objects: &Objects) -> String {
    Xml::document("tags", |xml| {
        let feeds = campaign.feeds.iter().filter_map(|id| objects.feed(*id));
        feeds.map(|feed| &feed.object.tag).filter(|tag| !tag.is_empty()).for_each(|tag| {
            xml.text("tag", tag);
        });
    })
}

/// The filters of the campaigns.
pub(crate) fn filters(campaigns: &[ApiObject<Campaign>], base: &str) -> String {
    let mut ids: Vec<u32> = campaigns.iter().map(|campaign| campaign.object.filter).collect();
    ids.sort_unstable();
    ids.dedup();
    Xml::document("Filters", |xml| {
        for id in ids {
            xml.node("Filter", |xml| inside_filter(xml, id, base));
        }
    })
}

/// The filter of that id, if a campaign has it.
pub(crate) fn filter(id: &str, campaigns: &[ApiObject<Campaign>], base: &str) -> Option<String> {
    let id: u32 = id.parse().ok()?;
    let is_known = campaigns.iter().any(|campaign| campaign.object.filter == id);
    is_known.then(|| Xml::document("Filter", |xml| inside_filter(xml, id, base)))
}

pub(crate) fn notifications(objects: &Objects, base: &str) -> String {
    Xml::document("NotificationRules", |xml| {
        for rule in objects.notifications() {
            xml.node("NotificationRule", |xml| inside_notification(xml, rule, objects, base));
        }
    })
}

pub(crate) fn notification(rule: &ApiObject<Notification>, objects: &Objects, base: &str) -> String {
    Xml::document("NotificationRule", |xml| inside_notification(xml, rule, objects, base))
}

pub(crate) fn mr_config(mr: &MrAccess, port: u16, base: &str) -> String {
    Xml::document("MRconfig", |xml| {
        xml.text("enabled", mr.is_enabled)
            .text("hostA", &mr.host_a)
            .text("hostB", &mr.host_b)
            .text("port", port)
            .text("refURL", format_args!("{base}/ccp-webapp/ccp/contactcenter/mrconfig/default"))
            .text("secured", mr.is_secured);
    })
}

/// A snapshot of the system's health (form inferred).
pub(crate) fn health(is_mr_open: bool, contacts: usize, backlog: usize) -> String {
    Xml::document("SystemHealth", |xml| {
        xml.node("connectionToCCE", |xml| {
            xml.text("status", if is_mr_open { "UP" } else { "DOWN" });
        })
        .node("socialContacts", |xml| {
            xml.text("count", contacts).text("waitingForCCE", backlog);
        });
    })
}

fn inside_feed(xml: &mut Xml, feed: &ApiObject<Feed>, base: &str) {
    // The fields of a feed are printed in alphabetical order (ccp-task-api 2.2).
    let ApiObject { object, description, stamp } = feed;
    xml.text("changeStamp", stamp)
        .text("description", description)
        .text("name", &object.name)
        .text("pushFeedURL", format_args!("{base}/ccp/task/feed/{}", object.id))
        .text("refURL", feed_url(object.id, base))
        .text("status", NO_AUTHENTICATION)
        .node("tags", |xml| tag_of(xml, object))
        .text("type", object.kind);
}

fn summary_of_feed(xml: &mut Xml, feed: &Feed, base: &str) {
    xml.text("name", &feed.name)
        .text("pushFeedURL", format_args!("{base}/ccp/task/feed/{}", feed.id))
        .text("refURL", feed_url(feed.id, base))
        .node("tags", |xml| tag_of(xml, feed))
        .text("type", feed.kind);
}

/// A feed that puts no tag on contacts has none.
fn tag_of(xml: &mut Xml, feed: &Feed) {
    if !feed.tag.is_empty() {
        xml.text("tag", &feed.tag);
    }
}

fn inside_campaign(xml: &mut Xml, campaign: &ApiObject<Campaign>, base: &str) {
    let ApiObject { object, description, stamp } = campaign;
    let url = campaign_url(object, base);
    xml.text("refURL", &url)
        .text("resultsURL", format_args!("{url}/results"))
        .text("suggestedTagsURL", format_args!("{url}/suggestedTags"))
        .text("name", &object.name)
        // The examples of GET write it with a small i (ccp-task-api 2.3).
        .text("publicid", &object.public_id)
        .text("description", description)
        // A campaign has these three, too (ccp-task-api 2.3). The lab filters no contacts and invites nobody to chats:
        // they are empty (inferred).
        .text("includeExpr", "")
        .text("excludeExpr", "")
        .text("chatInvitationFeed", "")
        .text("changeStamp", stamp)
        .node("feeds", |xml| {
            for feed in &object.feeds {
                xml.text("feed", feed_url(*feed, base));
            }
        })
        .node("filters", |xml| {
            xml.text("filter", filter_url(object.filter, base));
        });
}

/// A script of the system that every contact passes; nobody changes it (inferred).
fn inside_filter(xml: &mut Xml, id: u32, base: &str) {
    xml.text("changeStamp", 0)
        .text("description", "lets every contact pass")
        .text("name", format_args!("Filter {id}"))
        .text("refURL", filter_url(id, base))
        .text("systemDefined", "true")
        .text("type", SCRIPT_FILTER);
}

/// In alphabetical order, as CCP's other objects are (inferred).
fn inside_notification(xml: &mut Xml, rule: &ApiObject<Notification>, objects: &Objects, base: &str) {
    let ApiObject { object, description, stamp } = rule;
    let mut campaigns = objects.campaigns().iter().map(|campaign| &campaign.object);
    let campaign = campaigns.find(|campaign| campaign.id == object.campaign);
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (cce, http) = match &object.effect {
        Effect::Cce { script_selector, mrd } => (Some((script_selector, mrd)), None),
        Effect::Http(target) => (None, Some(target)),
    };
    xml.maybe("alternateHttpUrl", http.and_then(|target| given(&target.alternate_url)))
        .maybe("campaignUrl", campaign.map(|campaign| campaign_url(campaign, base)))
        .text("changeStamp", stamp)
        .text("description", description)
        // A password is given, and never shown (inferred).
        .maybe("httpUrl", http.map(|target| &target.url))
        .maybe("httpUsername", http.and_then(|target| given(&target.user)))
        .maybe("mediaRoutingDomainId", cce.map(|(_, mrd)| mrd))
        .text("name", &object.name)
        .text("refURL", format_args!("{base}/ccp-webapp/ccp/notificationrule/{}", object.id))
        .maybe("scriptSelector", cce.map(|(selector, _)| selector))
        .maybe("sslVerifyCertificates", http.map(|target| target.trust == Trust::Authority))
        .node("tags", |xml| {
            for tag in &object.tags {
                xml.text("tag", tag);
            }
        })
        .text("type", object.effect.name());
}

fn filter_url(id: u32, base: &str) -> String {
    format!("{base}/ccp-webapp/ccp/filter/{id}")
}

fn feed_url(id: u32, base: &str) -> String {
    format!("{base}/ccp-webapp/ccp/feed/{id}")
}

fn campaign_url(campaign: &Campaign, base: &str) -> String {
    format!("{base}/ccp-webapp/ccp/campaign/{}", campaign.public_id)
}
