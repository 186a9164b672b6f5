//! The objects that lead contacts to CCE: feeds, campaigns, notification rules, and how the MR PG may connect
//! (ccp-task-api 2). The configuration has the first ones; an administrator makes, changes and removes them, and what
//! became of them outlives a crash.

use crate::{Campaign, Config, Feed, HttpRule, HttpTarget, contact::Contact};
use cce_kernel::{Cx, Peer, Security};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What the keys of stored objects begin with: contacts are stored under their ids.
pub(crate) const STORED: &str = "object/";

/// Objects of one kind.
const OBJECTS_MAX: usize = 200;

/// The first id (ccp-task-api 2.1).
const FIRST_ID: u32 = 100_000;

/// What the system calls the rule that comes with it (ccp-task-api 2.1).
const DEFAULT_RULE: &str = "Cisco_Default_Task_Notification";

/// An object with what every one has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ApiObject<T> {
    pub object: T,
    pub description: String,
    /// Counts its changes.
    pub stamp: u64,
}

/// A rule: something happens to a contact of the campaign that gets one of the tags (ccp-task-api 2.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notification {
    pub id: u32,
    pub name: String,
    /// The campaign's id.
    pub campaign: u32,
    pub tags: Vec<String>,
    #[serde(flatten)]
    pub effect: Effect,
}

/// What a rule leads to, by its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Effect {
    /// The contact goes to CCE.
    Cce {
        /// Taken by contacts that bring none (inferred).
        script_selector: String,
        mrd: u32,
    },
    /// An address is told of the contact.
    Http(HttpTarget),
}

impl Effect {
    /// The type of such a rule.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Cce { .. } => "cce",
            Self::Http(_) => "http",
        }
    }
}

impl Notification {
    /// The first of the tags that it fires for.
    pub(crate) fn tag_among<'a>(&'a self, tags: &[String]) -> Option<&'a str> {
        self.tags.iter().find(|tag| tags.contains(tag)).map(String::as_str)
    }
}

/// Who may connect as MR PG (ccp-task-api 2.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MrAccess {
    pub is_enabled: bool,
    pub host_a: String,
    pub host_b: String,
    /// Whether only TLS will do.
    pub is_secured: bool,
}

impl Default for MrAccess {
    fn default() -> Self {
        Self { is_enabled: true, host_a: String::new(), host_b: String::new(), is_secured: false }
    }
}

impl MrAccess {
    /// Whether a peer may connect; `mr_pg` is the full name of the host of the lab's own MR PG.
    pub(crate) fn admits(&self, peer: &Peer, mr_pg: &str) -> bool {
        let hosts = [&self.host_a, &self.host_b];
        let is_named = |host: &&String| !host.is_empty() && is_at(peer, host, mr_pg);
        // Without a host any peer is accepted, and with one only those named (ccp-task-api 2.5).
        let is_known = hosts.iter().all(|host| host.is_empty()) || hosts.iter().any(is_named);
        // The lab's own links count as secure even in plain: nobody can listen to them.
        let is_secure = peer.security == Security::Tls || peer.node.is_some();
        self.is_enabled && is_known && (!self.is_secured || is_secure)
    }
}

/// Whether a peer is at that host. Nothing here asks a name server: an address, `localhost`, and the lab's own names count.
fn is_at(peer: &Peer, host: &str, mr_pg: &str) -> bool {
    let address = peer.address.rsplit_once(':').map_or(peer.address.as_str(), |(ip, _)| ip);
    let address = address.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = address == "::1" || address.starts_with("127.");
    let is_own = peer.node.is_some() && (host == mr_pg || host == cce_model::Kind::MrPg.name());
    address == host || is_own || (host == "localhost" && (is_loopback || peer.node.is_some()))
}

/// Every object.
#[derive(Clone, Debug)]
pub(crate) struct Objects {
    feeds: Vec<ApiObject<Feed>>,
    campaigns: Vec<ApiObject<Campaign>>,
    notifications: Vec<ApiObject<Notification>>,
    pub mr: MrAccess,
    latest: u32,
    /// Those that each life begins with: one that is removed must be known as that.
    given: BTreeSet<(ObjectKind, u32)>,
}

/// What is stored of one object.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredObject {
    Feed(ApiObject<Feed>),
    Campaign(ApiObject<Campaign>),
    Notification(ApiObject<Notification>),
    Mr(MrAccess),
    /// Of an object that the configuration has.
    Removed,
    /// The latest id that an object had which is gone.
    Latest(u32),
}

/// The kinds of objects that have ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ObjectKind {
    Feed,
    Campaign,
    Notification,
}

impl ObjectKind {
    const ALL: [Self; 3] = [Self::Feed, Self::Campaign, Self::Notification];

    const fn name(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Campaign => "campaign",
            Self::Notification => "notification",
        }
    }

    fn key(self, id: u32) -> String {
        format!("{STORED}{}/{id}", self.name())
    }

    /// Kind and id of a key.
    fn of_key(key: &str) -> Option<(Self, u32)> {
        let (name, id) = key.strip_prefix(STORED)?.split_once('/')?;
        let kind = Self::ALL.into_iter().find(|kind| kind.name() == name)?;
        Some((kind, id.parse().ok()?))
    }
}

const MR_KEY: &str = "object/mr";

const LATEST_KEY: &str = "object/latest";

impl Objects {
    /// Those of the configuration. Each campaign has a rule for the tags of its feeds, as the system makes it.
    pub(crate) fn new(config: &Config) -> Self {
        let mut objects = Self {
            feeds: config.feeds.iter().cloned().map(fresh).collect(),
            campaigns: config.campaigns.iter().cloned().map(fresh).collect(),
            notifications: Vec::new(),
            mr: MrAccess::default(),
            latest: FIRST_ID,
            given: BTreeSet::new(),
        };
        let filters = config.campaigns.iter().map(|campaign| campaign.filter);
        let ids = config.campaigns.iter().map(|campaign| campaign.id);
        let rules = config.http_rules.iter().map(|rule| rule.id);
        let known = config.feeds.iter().map(|feed| feed.id).chain(ids).chain(filters).chain(rules);
        // Ids are six-digit numbers from 100000 on (ccp-task-api 2.1); all kinds share one count (inferred).
        objects.latest = known.max().unwrap_or(FIRST_ID).max(FIRST_ID);
        for campaign in &config.campaigns {
            // The rule fires on the tag that the campaign's feed puts on tasks (ccp-task-api 2.1).
            let tags = config.feeds.iter().filter(|feed| campaign.feeds.contains(&feed.id));
            let (id, tags) = (objects.next_id(), tags.map(|feed| feed.tag.clone()).collect());
            let (name, campaign) = (DEFAULT_RULE.to_owned(), campaign.id);
            // The documentation knows domain 1 alone; for tasks the dialed number decides
            // (ccp-task-api 2.4, mr-interface 3.1).
            let effect = Effect::Cce { script_selector: String::new(), mrd: 1 };
            objects.notifications.push(fresh(Notification { id, name, campaign, tags, effect }));
        }
        for rule in config.http_rules.iter().cloned() {
            let HttpRule { id, name, campaign, tags, target } = rule;
            let effect = Effect::Http(target);
            objects.notifications.push(fresh(Notification { id, name, campaign, tags, effect }));
        }
        let feeds = objects.feeds.iter().map(|feed| (ObjectKind::Feed, feed.object.id));
        let campaigns = objects.campaigns.iter().map(|campaign| (ObjectKind::Campaign, campaign.object.id));
        let rules = objects.notifications.iter().map(|rule| (ObjectKind::Notification, rule.object.id));
        objects.given = feeds.chain(campaigns).chain(rules).collect();
        objects
    }

    /// Takes up what an earlier life stored of them, and returns the rest.
    pub(crate) fn restore(
        &mut self,
        stored: BTreeMap<String, String>,
        cx: &mut Cx<'_>,
    ) -> BTreeMap<String, String> {
        let (own, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
            stored.into_iter().partition(|(key, _)| key.starts_with(STORED));
        for (key, value) in own {
            match serde_json::from_str(&value) {
                // The configuration has no such object any more.
                Ok(StoredObject::Removed) if !self.is_given(&key) => cx.forget(key),
                Ok(stored) => self.take_up(&key, stored),
                Err(_) => cx.forget(key),
            }
        }
        rest
    }

    fn is_given(&self, key: &str) -> bool {
        ObjectKind::of_key(key).is_some_and(|object| self.given.contains(&object))
    }

    fn take_up(&mut self, key: &str, stored: StoredObject) {
        if let Some((_, id)) = ObjectKind::of_key(key) {
            self.latest = self.latest.max(id);
        }
        match (stored, ObjectKind::of_key(key)) {
            (StoredObject::Feed(feed), _) => put(&mut self.feeds, feed, |feed| feed.id),
            (StoredObject::Campaign(campaign), _) => {
                self.latest = self.latest.max(campaign.object.filter);
                put(&mut self.campaigns, campaign, |campaign| campaign.id);
            }
            (StoredObject::Notification(rule), _) => put(&mut self.notifications, rule, |rule| rule.id),
            (StoredObject::Mr(mr), _) => self.mr = mr,
            (StoredObject::Removed, Some((kind, id))) => self.drop_object(kind, id),
            (StoredObject::Removed, None) => {}
            (StoredObject::Latest(id), _) => self.latest = self.latest.max(id),
        }
    }

    fn drop_object(&mut self, kind: ObjectKind, id: u32) {
        match kind {
            ObjectKind::Feed => self.feeds.retain(|feed| feed.object.id != id),
            ObjectKind::Campaign => self.campaigns.retain(|campaign| campaign.object.id != id),
            ObjectKind::Notification => self.notifications.retain(|rule| rule.object.id != id),
        }
    }

    /// An id that no object has or had.
    pub(crate) fn next_id(&mut self) -> u32 {
        loop {
            // Behind the last number there is, the first ones follow that no object has.
            self.latest = self.latest.checked_add(1).unwrap_or(FIRST_ID);
            if !self.is_taken(self.latest) {
                return self.latest;
            }
        }
    }

    fn is_taken(&self, id: u32) -> bool {
        self.feeds.iter().any(|feed| feed.object.id == id)
            || self
                .campaigns
                .iter()
                .any(|campaign| [campaign.object.id, campaign.object.filter].contains(&id))
            || self.notifications.iter().any(|rule| rule.object.id == id)
    }

    /// Whether there is a place for one more of a kind.
    pub(crate) fn has_room(&self, kind: ObjectKind) -> bool {
        let number = match kind {
            ObjectKind::Feed => self.feeds.len(),
            ObjectKind::Campaign => self.campaigns.len(),
            ObjectKind::Notification => self.notifications.len(),
        };
        number < OBJECTS_MAX
    }

    pub(crate) fn feeds(&self) -> &[ApiObject<Feed>] {
        &self.feeds
    }

    pub(crate) fn campaigns(&self) -> &[ApiObject<Campaign>] {
        &self.campaigns
    }

    pub(crate) fn notifications(&self) -> &[ApiObject<Notification>] {
        &self.notifications
    }

    pub(crate) fn feed(&self, id: u32) -> Option<&ApiObject<Feed>> {
        self.feeds.iter().find(|feed| feed.object.id == id)
    }

    /// The feed of an id as a path has it.
    pub(crate) fn feed_named(&self, id: &str) -> Option<&ApiObject<Feed>> {
        self.feed(id.parse().ok()?)
    }

    pub(crate) fn campaign(&self, public_id: &str) -> Option<&ApiObject<Campaign>> {
        self.campaigns.iter().find(|campaign| campaign.object.public_id == public_id)
    }

    pub(crate) fn rule(&self, id: u32) -> Option<&ApiObject<Notification>> {
        self.notifications.iter().find(|rule| rule.object.id == id)
    }

    /// The rule of an id as a path has it.
    pub(crate) fn rule_named(&self, id: &str) -> Option<&ApiObject<Notification>> {
        self.rule(id.parse().ok()?)
    }

    /// The campaigns that a feed belongs to, in order.
    pub(crate) fn campaigns_of(&self, feed: u32) -> impl Iterator<Item = &Campaign> {
        self.campaigns
            .iter()
            .map(|campaign| &campaign.object)
            .filter(move |campaign| campaign.feeds.contains(&feed))
    }

    /// The script selector of the first rule of type `cce` that fires for a contact (ccp-task-api 2.4): it hands the task to CCE.
    pub(crate) fn selector_for(&self, contact: &Contact) -> Option<&str> {
        self.fired(contact.feed, &contact.social.tags).find_map(|(rule, _)| match &rule.effect {
            Effect::Cce { script_selector, .. } => Some(script_selector.as_str()),
            Effect::Http(_) => None,
        })
    }

    /// The rules that fire for a contact of that feed which gets these tags, each with the tag that it fires for. The contact
    /// counts as one of the campaigns of its feed (ccp-task-api 2.4, 6).
    pub(crate) fn fired(&self, feed: u32, tags: &[String]) -> impl Iterator<Item = (&Notification, &str)> {
        let campaigns: Vec<u32> = self.campaigns_of(feed).map(|campaign| campaign.id).collect();
        let rules = self.notifications.iter().map(|rule| &rule.object);
        rules
            .filter(move |rule| campaigns.contains(&rule.campaign))
            .filter_map(|rule| Some((rule, rule.tag_among(tags)?)))
    }

    pub(crate) fn put_feed(&mut self, feed: ApiObject<Feed>, cx: &mut Cx<'_>) {
        store(&ObjectKind::Feed.key(feed.object.id), &StoredObject::Feed(feed.clone()), cx);
        let id = feed.object.id;
        let old = self.feed(id).map(|feed| feed.object.tag.clone());
        put(&mut self.feeds, feed, |feed| feed.id);
        if let Some(old) = old {
            self.follow_tag(id, &old, cx);
        }
    }

    /// The rules by which the system hands tasks to CCE follow the tag of a feed that had another one (ccp-task-api 2.1).
    /// Those that somebody made stay as they are (inferred).
    fn follow_tag(&mut self, feed: u32, old: &str, cx: &mut Cx<'_>) {
        let Some(new) = self.feed(feed).map(|feed| feed.object.tag.clone()).filter(|new| new != old) else {
            return;
        };
        let campaigns: Vec<Campaign> = self.campaigns_of(feed).cloned().collect();
        for campaign in campaigns {
            // Another feed of the campaign may put the old tag on its tasks.
            let is_old_in_use = campaign
                .feeds
                .iter()
                .any(|id| *id != feed && self.feed(*id).is_some_and(|feed| feed.object.tag == old));
            let mut rules = self.notifications.iter();
            let followed = rules.find(|rule| {
                let given = self.given.contains(&(ObjectKind::Notification, rule.object.id));
                let is_of_cce = matches!(rule.object.effect, Effect::Cce { .. });
                let has_old = rule.object.tags.iter().any(|tag| tag == old);
                given && is_of_cce && rule.object.campaign == campaign.id && has_old
            });
            if let Some(mut rule) = followed.cloned() {
                rule.object.tags.retain(|tag| *tag != new && (is_old_in_use || tag != old));
                rule.object.tags.extend(Some(new.clone()).filter(|new| !new.is_empty()));
                rule.stamp += 1;
                self.put_notification(rule, cx);
            }
        }
    }

    pub(crate) fn put_campaign(&mut self, campaign: ApiObject<Campaign>, cx: &mut Cx<'_>) {
        store(&ObjectKind::Campaign.key(campaign.object.id), &StoredObject::Campaign(campaign.clone()), cx);
        put(&mut self.campaigns, campaign, |campaign| campaign.id);
    }

    pub(crate) fn put_notification(&mut self, rule: ApiObject<Notification>, cx: &mut Cx<'_>) {
        store(&ObjectKind::Notification.key(rule.object.id), &StoredObject::Notification(rule.clone()), cx);
        put(&mut self.notifications, rule, |rule| rule.id);
    }

    pub(crate) fn put_mr(&mut self, mr: MrAccess, cx: &mut Cx<'_>) {
        store(MR_KEY, &StoredObject::Mr(mr.clone()), cx);
        self.mr = mr;
    }

    /// Removes an object, and what means nothing without it: the rules of a campaign, a feed's place in campaigns.
    pub(crate) fn remove(&mut self, kind: ObjectKind, id: u32, cx: &mut Cx<'_>) {
        if self.given.contains(&(kind, id)) {
            store(&kind.key(id), &StoredObject::Removed, cx);
        } else {
            // Its id is not given again, and nothing else is left of it.
            cx.forget(kind.key(id));
            store(LATEST_KEY, &StoredObject::Latest(self.latest), cx);
        }
        self.drop_object(kind, id);
        match kind {
            ObjectKind::Feed => self.leave_campaigns(id, cx),
            ObjectKind::Campaign => {
                let of_campaign = self.notifications.iter().filter(|rule| rule.object.campaign == id);
                for rule in of_campaign.map(|rule| rule.object.id).collect::<Vec<_>>() {
                    self.remove(ObjectKind::Notification, rule, cx);
                }
            }
            ObjectKind::Notification => {}
        }
    }

    fn leave_campaigns(&mut self, feed: u32, cx: &mut Cx<'_>) {
        for campaign in &mut self.campaigns {
            if campaign.object.feeds.contains(&feed) {
                campaign.object.feeds.retain(|id| *id != feed);
                campaign.stamp += 1;
                let key = ObjectKind::Campaign.key(campaign.object.id);
                store(&key, &StoredObject::Campaign(campaign.clone()), cx);
            }
        }
    }
}

fn fresh<T>(object: T) -> ApiObject<T> {
    ApiObject { object, description: String::new(), stamp: 0 }
}

/// Puts an object in the place of the one with its id, or behind all.
fn put<T>(all: &mut Vec<ApiObject<T>>, new: ApiObject<T>, id: impl Fn(&T) -> u32) {
    match all.iter_mut().find(|known| id(&known.object) == id(&new.object)) {
        Some(known) => *known = new,
        None => all.push(new),
    }
}

fn store(key: &str, stored: &StoredObject, cx: &mut Cx<'_>) {
    let json = serde_json::to_string(stored).expect("an object has no maps and no fallible fields");
    cx.store(key, json);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str, security: Security) -> Peer {
        Peer { address: address.to_owned(), security, ..Peer::default() }
    }

    #[test]
    fn hosts_that_are_named_are_the_only_ones_that_may_connect() {
        let only = |host: &str| MrAccess { host_b: host.to_owned(), ..MrAccess::default() };
        let plain = |address| peer(address, Security::Plain);
        assert!(MrAccess::default().admits(&plain("10.0.0.1:4000"), ""));
        assert!(only("10.0.0.1").admits(&plain("10.0.0.1:4000"), ""));
        assert!(!only("10.0.0.1").admits(&plain("10.0.0.2:4000"), ""));
        assert!(only("fd00::1").admits(&plain("[fd00::1]:4000"), ""));
        assert!(only("localhost").admits(&plain("127.0.0.1:4000"), ""));
        assert!(!only("pg.lab").admits(&plain("127.0.0.1:4000"), "pg.lab"));
        let own = Peer { node: Some("mrpg".into()), ..plain("127.0.0.1:4000") };
        assert!(only("pg.lab").admits(&own, "pg.lab"));
    }

    #[test]
    fn nobody_may_connect_where_routing_is_not_enabled_or_not_secured_as_it_must_be() {
        let disabled = MrAccess { is_enabled: false, ..MrAccess::default() };
        assert!(!disabled.admits(&peer("10.0.0.1:4000", Security::Tls), ""));
        let secured = MrAccess { is_secured: true, ..MrAccess::default() };
        assert!(secured.admits(&peer("10.0.0.1:4000", Security::Tls), ""));
        assert!(!secured.admits(&peer("10.0.0.1:4000", Security::Plain), ""));
    }
}
