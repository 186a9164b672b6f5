//! Changes of feeds, campaigns and the MR configuration by the private API (ccp-task-api 2.2, 2.3, 2.5). `rules` changes
//! notification rules.

use crate::{
    Campaign, Ccp, Feed, TASK_FEED, answer,
    answer::Flaw,
    objects::{ApiObject, MrAccess, ObjectKind},
    task::{TAGS_MAX, add_tag, at_most, required},
};
use cce_kernel::{Cx, Request, Response};
use cce_xml::{Element, parse};

/// Characters of both hosts together (ccp-task-api 2.5).
const HOSTS_MAX: usize = 254;

/// Characters of a name (inferred).
pub(crate) const NAME_MAX: usize = 100;

impl Ccp {
    /// Makes an object of what a request describes.
    pub(crate) fn make(&mut self, kind: ObjectKind, request: &Request, cx: &mut Cx<'_>) -> Response {
        // The request may be right: 503, and not 400 (ccp-task-api 1.3).
        if !self.objects.has_room(kind) {
            return answer::error(503, "serviceUnavailable", request.path(), "there are too many of them");
        }
        let made = match kind {
            ObjectKind::Feed => self.feed_of(request, None).map(|feed| self.put_feed(feed, cx)),
            ObjectKind::Campaign => self.campaign_of(request, None).map(|it| self.put_campaign(it, cx)),
            ObjectKind::Notification => self.rule_of(request, None).map(|rule| self.put_rule(rule, cx)),
        };
        match made {
            Ok(path) => {
                let url = format!("{}{path}", self.base_url(request));
                // The documentation's create has an empty body of this type (ccp-task-api 1.2).
                Response::new(201).header("content-type", "text/plain").header("location", url)
            }
            Err(refusal) => refusal,
        }
    }

    pub(crate) fn change_feed(&mut self, id: &str, request: &Request, cx: &mut Cx<'_>) -> Response {
        let Some(known) = self.objects.feed_named(id).cloned() else {
            return answer::not_found(request.path());
        };
        let changed = self.feed_of(request, Some(&known)).map(|feed| self.put_feed(feed, cx));
        changed.map_or_else(|refusal| refusal, |_| Response::new(200))
    }

    pub(crate) fn change_campaign(
        &mut self,
        public_id: &str,
        request: &Request,
        cx: &mut Cx<'_>,
    ) -> Response {
        let Some(known) = self.objects.campaign(public_id).cloned() else {
            return answer::not_found(request.path());
        };
        let changed = self.campaign_of(request, Some(&known)).map(|campaign| self.put_campaign(campaign, cx));
        changed.map_or_else(|refusal| refusal, |_| Response::new(200))
    }

    /// Removes an object, if there is one of that id.
    pub(crate) fn remove(
        &mut self,
        kind: ObjectKind,
        id: Option<u32>,
        path: &str,
        cx: &mut Cx<'_>,
    ) -> Response {
        let Some(id) = id else { return answer::not_found(path) };
        // A campaign that is removed takes its node along (ccp-task-api 2.3).
        self.objects.remove(kind, id, cx);
        self.eventing.on_campaigns(self.objects.campaigns());
        self.notifier.withdraw_gone(&self.objects, cx);
        Response::new(200)
    }

    /// Who may connect as MR PG is judged anew: whoever is connected connects once more (inferred).
    pub(crate) fn change_mr(&mut self, request: &Request, cx: &mut Cx<'_>) -> Response {
        let access = match root(request, "MRconfig").and_then(|root| self.mr_access(&root)) {
            Ok(access) => access,
            Err(refusal) => return refusal,
        };
        // The new rules stand before connections end, so that they judge whoever dials again at once.
        self.objects.put_mr(access, cx);
        let events = self.mr.shut(cx);
        self.on_mr_events(events, cx);
        Response::new(200)
    }

    fn put_feed(&mut self, feed: ApiObject<Feed>, cx: &mut Cx<'_>) -> String {
        let path = format!("/ccp-webapp/ccp/feed/{}", feed.object.id);
        self.objects.put_feed(feed, cx);
        path
    }

    fn put_campaign(&mut self, campaign: ApiObject<Campaign>, cx: &mut Cx<'_>) -> String {
        let path = format!("/ccp-webapp/ccp/campaign/{}", campaign.object.public_id);
        self.objects.put_campaign(campaign, cx);
        self.eventing.on_campaigns(self.objects.campaigns());
        path
    }

    /// The feed that a request describes; what it leaves out stays as it was.
    fn feed_of(
        &mut self,
        request: &Request,
        known: Option<&ApiObject<Feed>>,
    ) -> Result<ApiObject<Feed>, Response> {
        let root = root(request, "Feed")?;
        let was = known.map(|known| &known.object);
        let name = root.text_of("name").or(was.map(|was| was.name.clone())).unwrap_or_default();
        let kind = root.text_of("type").or(was.map(|was| was.kind.to_string())).unwrap_or_default();
        let tags = tags_of(&root);
        let is_given = root.child("tags").is_some();
        let tag = if is_given { tags.first().cloned() } else { was.map(|was| was.tag.clone()) };
        let is_taken = self
            .objects
            .feeds()
            .iter()
            .any(|feed| feed.object.name == name && Some(feed.object.id) != was.map(|was| was.id));
        judged([
            required("name", &name),
            at_most("name", name.chars().count(), NAME_MAX, "characters"),
            required("type", &kind),
            is_taken.then(|| Flaw::range("name", format!("there is a feed `{name}` already"))),
            // The feed has one tag, which it puts on each task (ccp-task-api 2.1; inferred).
            (tags.len() > 1).then(|| Flaw::range("tags", "a task feed puts one tag on contacts".to_owned())),
            longest_tag(&tags),
        ])?;
        // Feeds of chats and callbacks are types of the product that are not implemented: 501
        // (ccp-task-api 1.3, 2.2).
        if kind.parse::<u32>().ok() != Some(TASK_FEED) {
            let message = format!("feeds of type {TASK_FEED} alone are there: tasks");
            return Err(answer::error(501, "notImplemented", "type", &message));
        }
        let id = was.map_or_else(|| self.objects.next_id(), |was| was.id);
        let feed = Feed { id, kind: TASK_FEED, name, tag: tag.unwrap_or_default() };
        Ok(kept(feed, &root, known))
    }

    /// The campaign that a request describes. Its public id comes from its first name, and stays (ccp-task-api 2.3).
    fn campaign_of(
        &mut self,
        request: &Request,
        known: Option<&ApiObject<Campaign>>,
    ) -> Result<ApiObject<Campaign>, Response> {
        let root = root(request, "Campaign")?;
        let was = known.map(|known| &known.object);
        let name = root.text_of("name").or(was.map(|was| was.name.clone())).unwrap_or_default();
        let public_id = was.map_or_else(|| answer::form_encode(&name), |was| was.public_id.clone());
        let urls = texts(&root, "feeds", "feed");
        let feeds: Vec<Option<u32>> = urls.iter().map(|url| self.feed_at(url)).collect();
        // A campaign names its feeds by URL (ccp-task-api 2.3); one that leads nowhere is refused (inferred).
        let unknown = urls.iter().zip(&feeds).find(|(_, feed)| feed.is_none()).map(|(url, _)| url);
        let is_taken = was.is_none() && self.objects.campaign(&public_id).is_some();
        judged([
            required("name", &name),
            at_most("name", name.chars().count(), NAME_MAX, "characters"),
            is_taken.then(|| Flaw::range("name", format!("there is a campaign `{public_id}` already"))),
            unknown.map(|url| Flaw::range("feeds", format!("there is no feed `{url}`"))),
        ])?;
        let is_given = root.child("feeds").is_some();
        let feeds = match was {
            Some(was) if !is_given => was.feeds.clone(),
            _ => feeds.into_iter().flatten().collect(),
        };
        let (id, filter) = match was {
            Some(was) => (was.id, was.filter),
            None => (self.objects.next_id(), self.objects.next_id()),
        };
        Ok(kept(Campaign { id, name, public_id, filter, feeds }, &root, known))
    }

    /// Who may connect. The port is the one that the lab's configuration gives: a running lab listens nowhere else.
    fn mr_access(&self, root: &Element) -> Result<MrAccess, Response> {
        let was = &self.objects.mr;
        let truth = |name: &'static str, was: bool| match root.text_of(name).as_deref() {
            None => Ok(was),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(other) => Err(Flaw::format(name, format!("{name} is true or false, not `{other}`"))),
        };
        let (enabled, secured) = (truth("enabled", was.is_enabled), truth("secured", was.is_secured));
        let host = |name, was: &String| root.text_of(name).unwrap_or_else(|| was.clone());
        let (host_a, host_b) = (host("hostA", &was.host_a), host("hostB", &was.host_b));
        let port = root.text_of("port");
        let has_other_port =
            port.as_ref().is_some_and(|port| port.parse::<u16>().ok() != Some(self.config.mr_port));
        // The limit of 254 characters holds for both hosts together (ccp-task-api 2.5).
        let length = host_a.chars().count() + host_b.chars().count();
        judged([
            enabled.as_ref().err().cloned(),
            secured.as_ref().err().cloned(),
            // A port in plain that demands TLS would admit nobody from outside (ccp-task-api 2.5).
            (secured.as_ref().is_ok_and(|secured| *secured) && !self.config.has_mr_tls).then(|| {
                Flaw::range(
                    "secured",
                    "the lab listens in plain; listen_tls of [links.mr] says otherwise".to_owned(),
                )
            }),
            has_other_port.then(|| {
                let message =
                    format!("the lab listens on {}; its configuration says where", self.config.mr_port);
                Flaw::range("port", message)
            }),
            at_most("hostA", length, HOSTS_MAX, "characters together with hostB"),
        ])?;
        let (is_enabled, is_secured) = (enabled.unwrap_or_default(), secured.unwrap_or_default());
        Ok(MrAccess { is_enabled, host_a, host_b, is_secured })
    }

    /// The feed that a URL ends with.
    fn feed_at(&self, url: &str) -> Option<u32> {
        self.objects.feed_named(last_part(url)?).map(|feed| feed.object.id)
    }

    /// Scheme and host that a client used.
    pub(crate) fn base_url(&self, request: &Request) -> String {
        format!("{}://{}", answer::scheme(request), request.get("host").unwrap_or(&self.config.host))
    }
}

pub(crate) fn last_part(url: &str) -> Option<&str> {
    // An id is what stands behind the last slash of its URL (ccp-task-api 2.2).
    url.trim_end_matches('/').rsplit('/').next()
}

/// The root of a request's document.
pub(crate) fn root(request: &Request, wanted: &'static str) -> Result<Element, Response> {
    let root = parse(&request.body.0).and_then(|root| root.named(wanted));
    root.map_err(|error| answer::invalid(&[Flaw::format(wanted, error.to_string())]))
}

/// The tags of a document, as those of a task are read.
pub(crate) fn tags_of(root: &Element) -> Vec<String> {
    first_tags(root, TAGS_MAX)
}

/// The same; of more than `max`, one more.
pub(crate) fn first_tags(root: &Element, max: usize) -> Vec<String> {
    let mut tags = Vec::new();
    texts(root, "tags", "tag").iter().for_each(|tag| add_tag(&mut tags, tag, max));
    tags
}

/// The texts of a list.
pub(crate) fn texts(root: &Element, list: &str, name: &str) -> Vec<String> {
    let list = root.child(list);
    list.map(|list| list.all(name).map(|entry| entry.text.clone()).collect()).unwrap_or_default()
}

/// What is wrong with the longest tag of an object, if anything is.
pub(crate) fn longest_tag(tags: &[String]) -> Option<Flaw> {
    let longest = tags.iter().map(|tag| tag.chars().count()).max();
    at_most("tag", longest.unwrap_or(0), NAME_MAX, "characters")
}

/// Refuses what has flaws.
pub(crate) fn judged(flaws: impl IntoIterator<Item = Option<Flaw>>) -> Result<(), Response> {
    let flaws: Vec<Flaw> = flaws.into_iter().flatten().collect();
    if flaws.is_empty() { Ok(()) } else { Err(answer::invalid(&flaws)) }
}

/// An object with the description that its document has, or had.
pub(crate) fn kept<T>(object: T, root: &Element, known: Option<&ApiObject<T>>) -> ApiObject<T> {
    let was = known.map(|known| known.description.clone());
    let description = root.text_of("description").or(was).unwrap_or_default();
    ApiObject { object, description, stamp: known.map_or(0, |known| known.stamp + 1) }
}
