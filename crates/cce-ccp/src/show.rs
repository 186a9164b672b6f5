//! Configuration objects as the private API shows them (ccp-task-api 2). `base` is scheme and host of the request.

use crate::{Campaign, Feed};
use cce_xml::Xml;

/// A feed that asks for no credentials.
const NO_AUTHENTICATION: u32 = 1;

pub(crate) fn feeds(feeds: &[Feed], base: &str) -> String {
    Xml::document("feeds", |xml| {
        for feed in feeds {
            xml.node("Feed", |xml| inside_feed(xml, feed, base));
        }
    })
}

pub(crate) fn feed(feed: &Feed, base: &str) -> String {
    Xml::document("Feed", |xml| inside_feed(xml, feed, base))
}

pub(crate) fn campaigns(campaigns: &[Campaign], base: &str) -> String {
    Xml::document("Campaigns", |xml| {
        for campaign in campaigns {
            xml.node("Campaign", |xml| inside_campaign(xml, campaign, base));
        }
    })
}

pub(crate) fn campaign(campaign: &Campaign, base: &str) -> String {
    Xml::document("Campaign", |xml| inside_campaign(xml, campaign, base))
}

pub(crate) fn mr_config(port: u16, base: &str) -> String {
    Xml::document("MRconfig", |xml| {
        xml.text("enabled", true)
            .text("hostA", "")
            .text("hostB", "")
            .text("port", port)
            .text("refURL", format_args!("{base}/ccp-webapp/ccp/contactcenter/mrconfig/default"))
            .text("secured", false);
    })
}

fn inside_feed(xml: &mut Xml, feed: &Feed, base: &str) {
    xml.text("changeStamp", 0)
        .text("description", "")
        .text("name", &feed.name)
        .text("pushFeedURL", format_args!("{base}/ccp/task/feed/{}", feed.id))
        .text("refURL", feed_url(feed.id, base))
        .text("status", NO_AUTHENTICATION)
        .node("tags", |xml| {
            xml.text("tag", &feed.tag);
        })
        .text("type", feed.kind);
}

fn inside_campaign(xml: &mut Xml, campaign: &Campaign, base: &str) {
    let url = format!("{base}/ccp-webapp/ccp/campaign/{}", campaign.public_id);
    xml.text("refURL", &url)
        .text("resultsURL", format_args!("{url}/results"))
        .text("name", &campaign.name)
        .text("publicid", &campaign.public_id)
        .text("description", "")
        .text("changeStamp", 0)
        .node("feeds", |xml| {
            for feed in &campaign.feeds {
                xml.text("feed", feed_url(*feed, base));
            }
        })
        .node("filters", |xml| {
            xml.text("filter", format_args!("{base}/ccp-webapp/ccp/filter/{}", campaign.filter));
        });
}

fn feed_url(id: u32, base: &str) -> String {
    format!("{base}/ccp-webapp/ccp/feed/{id}")
}
