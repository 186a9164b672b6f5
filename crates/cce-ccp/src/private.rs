//! The private API, for Finesse and administrators: it demands the administrator's credentials
//! (ccp-task-api 1.1, 2, 3.6, 3.7, 5.7).

use crate::{
    Ccp, answer,
    answer::Flaw,
    contact::Contact,
    eventing::Sender,
    objects::ObjectKind,
    runtime::note_store,
    search::{Page, Query},
    show::{self, Detail},
    task::{SELECTOR_MAX, at_most, required},
    work::{Close, Closing, Work},
};
use cce_kernel::{CallId, Cx, Request, Response};
use cce_model::{
    ContactId, ContactStatus, StatusReason, TaskId,
    fact::{CcpFact, CloseStep, StoreAccess},
};
use cce_mr::RoutingService;
use cce_xml::{
    RenotifyReason,
    task::{TASK_HEADER, value_in_query},
};
use std::{collections::BTreeMap, time::Duration};

/// Where every path of the private API begins.
pub(crate) const BASE: &str = "/ccp-webapp/ccp/";

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Resource {
    Feeds,
    Feed(String),
    Campaigns,
    Campaign(String),
    CampaignResults(String),
    SuggestedTags(String),
    Filters,
    Filter(String),
    Notifications,
    Notification(String),
    SocialContact(ContactId),
    /// Of a chat; a task has none.
    Transcript(ContactId),
    /// Of an email of another product.
    Requeue(ContactId),
    Search,
    Health,
    Close(ContactId),
    Renotify(ContactId),
    Ping,
    MrConfig,
}

impl Resource {
    /// The resource of a path below [`BASE`].
    fn parse(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts[..] {
            ["feed"] => Some(Self::Feeds),
            ["feed", id] => Some(Self::Feed(id.to_owned())),
            ["campaign"] => Some(Self::Campaigns),
            ["campaign", id] => Some(Self::Campaign(id.to_owned())),
            ["campaign", id, "results"] => Some(Self::CampaignResults(id.to_owned())),
            ["campaign", id, "suggestedTags"] => Some(Self::SuggestedTags(id.to_owned())),
            ["filter"] => Some(Self::Filters),
            ["filter", id] => Some(Self::Filter(id.to_owned())),
            ["notificationrule" | "notification"] => Some(Self::Notifications),
            ["notificationrule" | "notification", id] => Some(Self::Notification(id.to_owned())),
            ["socialcontact", id] => Some(Self::SocialContact(id.into())),
            ["socialcontact", id, "transcript"] => Some(Self::Transcript(id.into())),
            ["socialcontact", id, "requeue"] => Some(Self::Requeue(id.into())),
            ["search", "contacts"] => Some(Self::Search),
            ["serviceability", "SocialMinerSystemHealth.xml"] => Some(Self::Health),
            ["task", id, "close"] => Some(Self::Close(id.into())),
            ["task", id, "renotify"] => Some(Self::Renotify(id.into())),
            ["authentication", "ping"] => Some(Self::Ping),
            ["contactcenter", "mrconfig", "default"] => Some(Self::MrConfig),
            _ => None,
        }
    }

    fn methods(&self) -> &'static str {
        match self {
            Self::Close(_) | Self::Renotify(_) | Self::Requeue(_) => "PUT, OPTIONS",
            Self::Feeds | Self::Campaigns | Self::Notifications => "GET, HEAD, POST, OPTIONS",
            Self::Feed(_) | Self::Campaign(_) | Self::Notification(_) => "GET, HEAD, PUT, DELETE, OPTIONS",
            Self::SocialContact(_) | Self::MrConfig => "GET, HEAD, PUT, OPTIONS",
            Self::Ping
            | Self::Filters
            | Self::Filter(_)
            | Self::CampaignResults(_)
            | Self::SuggestedTags(_)
            | Self::Transcript(_)
            | Self::Search
            | Self::Health => "GET, HEAD, OPTIONS",
        }
    }

    /// Whether the resource is for Finesse alone: no browser calls it (inferred).
    fn is_for_finesse(&self) -> bool {
        matches!(self, Self::Close(_) | Self::Renotify(_))
    }

    /// Whether a request is answered without credentials: one for what can be done. The ping by OPTIONS is there to try
    /// credentials, so that only a browser's question is answered, which says that it is one (ccp-task-api 2.6; inferred).
    fn is_open(&self, request: &Request) -> bool {
        let is_preflight = request.get("access-control-request-method").is_some();
        request.method == "OPTIONS" && (*self != Self::Ping || is_preflight)
    }

    /// Whether it can be read.
    fn is_readable(&self) -> bool {
        !matches!(self, Self::Close(_) | Self::Renotify(_) | Self::Requeue(_))
    }
}

impl Ccp {
    /// Answers a request whose path goes on with `path` below [`BASE`].
    pub(crate) fn on_private_call(&mut self, call: CallId, request: &Request, path: &str, cx: &mut Cx<'_>) {
        let resource = Resource::parse(path);
        if let Some(resource) = resource.as_ref().filter(|resource| resource.is_open(request)) {
            return cx.reply(call, self.options(resource, request));
        }
        // Credentials come before everything else: without them nobody learns what there is
        // (ccp-task-api 1.1).
        if !self.is_administrator(request) {
            return self.reply(call, request, unauthorized(), cx);
        }
        let Some(resource) = resource else {
            return self.reply(call, request, answer::not_found(request.path()), cx);
        };
        if let Some(flaw) = request.body_flaw {
            return self.reply(call, request, answer::without_body(flaw), cx);
        }
        if let (Resource::Close(id) | Resource::Renotify(id), "PUT") = (&resource, request.method.as_str())
            && self.awaits_reservation(id, about(request))
        {
            return self.await_reservation(call, id, request, cx);
        }
        self.answer_private(call, &resource, request, cx);
    }

    /// Answers a request that waits for nothing.
    fn answer_private(&mut self, call: CallId, resource: &Resource, request: &Request, cx: &mut Cx<'_>) {
        match (resource, request.method.as_str()) {
            (Resource::Close(id), "PUT") => self.on_close(call, id, request, cx),
            (Resource::Renotify(id), "PUT") => self.on_renotify(call, id, request, cx),
            (_, "GET") if resource.is_readable() => {
                let shown = self.show(resource, request);
                self.reply(call, request, shown, cx);
            }
            // The ping by OPTIONS tells what the one by GET does (ccp-task-api 2.6).
            (Resource::Ping, "OPTIONS") => cx.reply(call, self.options(resource, request)),
            (_, "HEAD") if resource.is_readable() => {
                let shown = self.show(resource, request).without_body();
                self.reply(call, request, shown, cx);
            }
            (_, method) => {
                let answer = self.administer(resource, method, request, cx);
                self.reply(call, request, answer, cx);
            }
        }
    }

    /// Answers a client. Finesse, whose calls of tasks are answered elsewhere, keeps no cookie (inferred).
    fn reply(&self, call: CallId, request: &Request, response: Response, cx: &mut Cx<'_>) {
        let response = response.in_session("/ccp-webapp", request, cx);
        cx.reply(call, self.config.cors.share(request, response));
    }

    /// Makes, changes or removes what a request names.
    fn administer(
        &mut self,
        resource: &Resource,
        method: &str,
        request: &Request,
        cx: &mut Cx<'_>,
    ) -> Response {
        match (resource, method) {
            (Resource::Feeds, "POST") => self.make(ObjectKind::Feed, request, cx),
            (Resource::Campaigns, "POST") => self.make(ObjectKind::Campaign, request, cx),
            (Resource::Notifications, "POST") => self.make(ObjectKind::Notification, request, cx),
            (Resource::Feed(id), "PUT") => self.change_feed(id, request, cx),
            (Resource::Campaign(id), "PUT") => self.change_campaign(id, request, cx),
            (Resource::Notification(id), "PUT") => self.change_rule(id, request, cx),
            (Resource::Feed(id), "DELETE") => {
                let known = self.objects.feed_named(id).map(|feed| feed.object.id);
                self.remove(ObjectKind::Feed, known, request.path(), cx)
            }
            (Resource::Campaign(id), "DELETE") => {
                let known = self.objects.campaign(id).map(|campaign| campaign.object.id);
                self.remove(ObjectKind::Campaign, known, request.path(), cx)
            }
            (Resource::Notification(id), "DELETE") => {
                let known = self.objects.rule_named(id).map(|rule| rule.object.id);
                self.remove(ObjectKind::Notification, known, request.path(), cx)
            }
            (Resource::SocialContact(id), "PUT") => self.update(id, request, cx),
            (Resource::MrConfig, "PUT") => self.change_mr(request, cx),
            // It is for the emails of another product (ccp-task-api 5.7).
            (Resource::Requeue(id), "PUT") => match self.contacts.find(id) {
                Some(_) => answer::error(400, "invalidState", id.as_str(), "a task is no email"),
                None => answer::not_found(id.as_str()),
            },
            _ => answer::method_not_allowed(resource.methods()),
        }
    }

    /// Answers a request about a task, whatever state its contact is in.
    pub(crate) fn answer_awaited(&mut self, call: CallId, request: &Request, cx: &mut Cx<'_>) {
        let path = request.path().strip_prefix(BASE).unwrap_or_default();
        if let Some(resource) = Resource::parse(path) {
            self.answer_private(call, &resource, request, cx);
        }
    }

    /// What can be done with a resource, and whether a page of another origin may; nobody needs credentials for that,
    /// since browsers ask without.
    fn options(&self, resource: &Resource, request: &Request) -> Response {
        if resource.is_for_finesse() {
            return Response::new(200).header("allow", resource.methods());
        }
        self.config.cors.options(request, resource.methods())
    }

    fn is_administrator(&self, request: &Request) -> bool {
        request.account().is_some_and(|given| self.config.administrator.is(&given))
    }

    /// Finesse reports that an agent closed the task: it is handled (ccp-task-api 3.7).
    fn on_close(&mut self, call: CallId, id: &ContactId, request: &Request, cx: &mut Cx<'_>) {
        note_close(id, CloseStep::Received, cx);
        let close = Close { call, id: id.clone(), about: about(request) };
        self.close_later(self.config.delays.close_check, close, Closing::Check, cx);
    }

    fn close_later(&mut self, wait: Duration, close: Close, step: Closing, cx: &mut Cx<'_>) {
        self.later(wait, Work::Close { close, step }, cx);
    }

    /// Takes the next step of a close. Meanwhile the contact may have been closed, or taken back.
    pub(crate) fn close_contact(&mut self, close: Close, step: Closing, cx: &mut Cx<'_>) {
        let delays = self.config.delays;
        let Close { call, id, about } = &close;
        if matches!(step, Closing::Check | Closing::Write) && self.is_closed(id, *about) {
            return cx.reply(*call, Response::new(200));
        }
        match step {
            Closing::Check => {
                // A close of what is not reserved is 412 (ccp-task-api 3.7; inferred).
                if let Err(refusal) = self.reserved(id, *about) {
                    return cx.reply(*call, refusal);
                }
                note_close(id, CloseStep::Valid, cx);
                self.close_later(delays.close_write, close, Closing::Write, cx);
            }
            Closing::Write => {
                let user = match self.reserved(id, *about) {
                    // The user of a handled contact stays the agent's skill target (ccp-task-api 5.4).
                    Ok(contact) => contact.social.user.clone(),
                    Err(refusal) => return cx.reply(*call, refusal),
                };
                let (status, reason) = (ContactStatus::Handled, StatusReason::ExternallyHandled);
                self.contacts.set_status(id, status, reason, &user, cx);
                note_store(StoreAccess::ApiWrite, id, status, cx);
                self.close_later(delays.close_read, close, Closing::Read, cx);
            }
            Closing::Read => {
                // The trace reads the contact once more behind the write (ccp-task-api 7).
                note_store(StoreAccess::ApiRead, id, ContactStatus::Handled, cx);
                self.close_later(delays.close_read, close, Closing::Report, cx);
            }
            Closing::Report => {
                // Finesse has its 200 before eventing hears of the change (ccp-task-api 7).
                note_close(id, CloseStep::Handled, cx);
                cx.reply(*call, Response::new(200));
                self.publish(id, Sender::Api, cx);
            }
        }
    }

    /// Whether the close has succeeded already: a repeated one changes nothing, and is answered alike
    /// (ccp-task-api 3.7).
    fn is_closed(&self, id: &ContactId, about: Option<TaskId>) -> bool {
        self.contacts.find(id).is_some_and(|contact| {
            contact.social.status == ContactStatus::Handled && (about.is_none() || about == contact.task)
        })
    }

    /// Finesse hands a task back, to be routed anew (ccp-task-api 3.6).
    fn on_renotify(&mut self, call: CallId, id: &ContactId, request: &Request, cx: &mut Cx<'_>) {
        // The codes are 404 for the contact, then 400 for the body, then 412 for the state
        // (ccp-task-api 3.6; the order is inferred).
        if self.contacts.find(id).is_none() {
            return cx.reply(call, answer::not_found(id.as_str()));
        }
        let (selector, service_requested) = match renotification(request) {
            Ok(wanted) => wanted,
            Err(refusal) => return cx.reply(call, refusal),
        };
        if let Err(refusal) = self.reserved(id, about(request)) {
            return cx.reply(call, refusal);
        }
        // The contact is queued while the resubmission is under way, and the 200 does not wait for it
        // (ccp-task-api 3.6).
        self.take_for_renotify(id, &selector, service_requested, cx);
        cx.reply(call, Response::new(200));
        self.submit(id, cx);
    }

    /// The contact, if an agent has its task, and the request is about no other one.
    fn reserved(&self, id: &ContactId, about: Option<TaskId>) -> Result<&Contact, Response> {
        let contact = self.contacts.find(id).ok_or_else(|| answer::not_found(id.as_str()))?;
        let refuse = |text| Err(answer::error(412, "invalidState", id.as_str(), text));
        if contact.social.status != ContactStatus::Reserved {
            return refuse("the social contact is not reserved");
        }
        if about.is_some() && about != contact.task {
            return refuse("the social contact has another task");
        }
        Ok(contact)
    }

    fn show(&self, resource: &Resource, request: &Request) -> Response {
        let url = self.base_url(request);
        let objects = &self.objects;
        let detail = if is_asked(request, "summary") { Detail::Summary } else { Detail::Whole };
        let body = match resource {
            Resource::Feeds => Some(show::feeds(objects.feeds(), detail, &url)),
            Resource::Feed(id) => objects.feed_named(id).map(|feed| show::feed(feed, &url)),
            Resource::Campaigns => {
                let counts = is_asked(request, "metrics").then(|| self.contacts_by_feed());
                Some(show::campaigns(objects.campaigns(), counts.as_ref(), detail, &url))
            }
            Resource::Campaign(id) => objects.campaign(id).map(|campaign| show::campaign(campaign, &url)),
            Resource::CampaignResults(id) => return self.show_results(id, request, &url),
            Resource::SuggestedTags(id) => {
                objects.campaign(id).map(|campaign| show::suggested_tags(&campaign.object, objects))
            }
            Resource::Filters => Some(show::filters(objects.campaigns(), &url)),
            Resource::Filter(id) => show::filter(id, objects.campaigns(), &url),
            Resource::Notifications => Some(show::notifications(objects, &url)),
            Resource::Notification(id) => {
                objects.rule_named(id).map(|rule| show::notification(rule, objects, &url))
            }
            // The contact is shown even when its poll URL is gone (ccp-task-api 3.4, 3.5).
            Resource::SocialContact(id) => {
                self.contacts.find(id).map(|contact| cce_xml::social_contact(&contact.social, &url))
            }
            Resource::MrConfig => Some(show::mr_config(&objects.mr, self.config.mr_port, &url)),
            Resource::Search => return self.search(request, &url),
            Resource::Health => {
                Some(show::health(self.mr.is_open(), self.contacts.all().len(), self.backlog.len()))
            }
            // The ping tells by its status whether the credentials are right (ccp-task-api 2.6).
            Resource::Ping => return Response::new(200).header("allow", resource.methods()),
            // A transcript is of a chat, and a task has none: 404 (ccp-task-api 5.7).
            Resource::Transcript(_) | Resource::Requeue(_) | Resource::Close(_) | Resource::Renotify(_) => {
                None
            }
        };
        body.map_or_else(|| answer::not_found(request.path()), |body| Response::new(200).xml(body))
    }
}

impl Ccp {
    /// How many contacts there are of each feed.
    fn contacts_by_feed(&self) -> BTreeMap<u32, usize> {
        let mut counts = BTreeMap::new();
        self.contacts.all().iter().for_each(|contact| *counts.entry(contact.feed).or_default() += 1);
        counts
    }

    /// Searches for contacts (ccp-task-api 5.7).
    fn search(&self, request: &Request, base: &str) -> Response {
        let query = value_in_query(request.query(), "q").unwrap_or_default();
        match Query::read(&query) {
            Ok(wanted) => self.show_found(|contact| wanted.finds(contact), request, base),
            Err(why) => answer::invalid(&[Flaw::format("q", why)]),
        }
    }

    /// The contacts of a campaign, in the form of what a search finds (inferred).
    fn show_results(&self, public_id: &str, request: &Request, base: &str) -> Response {
        let Some(campaign) = self.objects.campaign(public_id) else {
            return answer::not_found(request.path());
        };
        self.show_found(|contact| campaign.object.feeds.contains(&contact.feed), request, base)
    }

    fn show_found(&self, is_meant: impl Fn(&Contact) -> bool, request: &Request, base: &str) -> Response {
        let (start, count) =
            (value_in_query(request.query(), "startIndex"), value_in_query(request.query(), "count"));
        let page = match Page::of(start.as_deref(), count.as_deref()) {
            Ok(page) => page,
            Err(field) => {
                return answer::invalid(&[Flaw::format(field, format!("{field} is no number"))]);
            }
        };
        let mut found = self.contacts.all();
        found.retain(|contact| is_meant(contact));
        Response::new(200).xml(page.show(&found, &next_page(request), base))
    }
}

/// Where the next page is, without its numbers: the path below the private API, with the query as the client wrote it.
fn next_page(request: &Request) -> String {
    let path = request.path().trim_start_matches('/');
    let kept: Vec<&str> = request
        .query()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("startIndex=") && !pair.starts_with("count="))
        .collect();
    format!("/{path}?{}", kept.iter().map(|pair| format!("{pair}&")).collect::<String>())
}

fn is_asked(request: &Request, name: &str) -> bool {
    value_in_query(request.query(), name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

fn unauthorized() -> Response {
    let response =
        answer::error(401, "unauthorized", "Authorization", "the administrator's credentials are needed");
    response.header("www-authenticate", "Basic realm=\"CCP\"")
}

/// Script selector and kind of service of a renotification, or why it is refused.
fn renotification(request: &Request) -> Result<(String, RoutingService), Response> {
    let task = cce_xml::task::Task::read(&request.body.0)
        .map_err(|error| answer::invalid(&answer::task_flaws(error)))?;
    // The selector is mandatory here, and may be the task's own or another (ccp-task-api 3.6).
    let selector = task.script_selector.unwrap_or_default();
    let service = service_requested(task.re_notify_reason.as_deref());
    let flaws: Vec<_> = [
        required("scriptSelector", &selector),
        at_most("scriptSelector", selector.chars().count(), SELECTOR_MAX, "characters"),
        service
            .is_none()
            .then(|| answer::Flaw::format("reNotifyReason", "reNotifyReason is unknown".to_owned())),
    ]
    .into_iter()
    .flatten()
    .collect();
    match service {
        Some(service) if flaws.is_empty() => Ok((selector, service)),
        _ => Err(answer::invalid(&flaws)),
    }
}

/// What the router is told about a renotified task (task-routing 3.2). The reason is optional (ccp-task-api 3.6);
/// without one no service is asked for (inferred). None: the reason is unknown.
fn service_requested(reason: Option<&str>) -> Option<RoutingService> {
    match reason {
        None | Some("") => Some(RoutingService::NONE),
        Some(name) => RenotifyReason::parse(name).map(|reason| match reason {
            RenotifyReason::Transfer => RoutingService::TRANSFER,
            RenotifyReason::Recovery => RoutingService::RECOVERY,
        }),
    }
}

/// The task that a request names, if it names one.
pub(crate) fn about(request: &Request) -> Option<TaskId> {
    request.get(TASK_HEADER).and_then(TaskId::parse)
}

fn note_close(id: &ContactId, step: CloseStep, cx: &mut Cx<'_>) {
    cx.note(CcpFact::Close { contact: id.clone(), step }.into());
}
