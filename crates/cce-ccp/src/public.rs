//! The public API: tasks are created, polled and cancelled (ccp-task-api 3). Credentials are ignored here.

use crate::{
    Ccp, TASK_FEED, answer,
    contact::{Contact, Draft},
    runtime::{CancelOutcome, draw_request_id},
    task::{self, TaskRequest},
    work::Work,
};
use cce_kernel::{CallId, Cx, Request, Response, Wall};
use cce_model::{ContactId, ContactStatus, fact::CcpFact};
use cce_xml::task::TaskStatus;

/// The two families of paths, which do the same (ccp-task-api 3.1).
const BASES: [&str; 2] = ["/ccp/task", "/ccp/rest/task"];

/// Put on contacts whose tasks do not survive failures (ccp-task-api 5.2).
pub(crate) const DISCARD_TAG: &str = "discard_on_recovery";

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Resource {
    Feed(u32),
    Contact(ContactId),
}

impl Resource {
    /// The resource of a path, and the family that the client uses.
    fn parse(path: &str) -> Option<(&'static str, Self)> {
        let (base, rest) = BASES.iter().find_map(|base| Some((*base, path.strip_prefix(base)?)))?;
        let (kind, id) = rest.strip_prefix('/')?.split_once('/')?;
        let id = id.strip_suffix('/').unwrap_or(id);
        match kind {
            "feed" => Some((base, Self::Feed(id.parse().ok()?))),
            "contact" => Some((base, Self::Contact(id.into()))),
            _ => None,
        }
    }

    fn methods(&self) -> &'static str {
        match self {
            Self::Feed(_) => "GET, POST, OPTIONS",
            Self::Contact(_) => "GET, HEAD, DELETE, OPTIONS",
        }
    }
}

impl Ccp {
    pub(crate) fn on_public_call(&mut self, call: CallId, request: &Request, cx: &mut Cx<'_>) {
        let Some((base, resource)) = Resource::parse(request.path()) else {
            return reply(call, request, answer::not_found(request.path()), cx);
        };
        if let Some(flaw) = request.body_flaw {
            return reply(call, request, answer::without_body(flaw), cx);
        }
        match (&resource, request.method.as_str()) {
            (_, "OPTIONS") => reply(call, request, preflight(request, &resource), cx),
            (Resource::Feed(feed), "GET" | "POST") => self.on_create(call, base, *feed, request, cx),
            (Resource::Contact(id), "GET") => {
                let response = self.poll(base, id, request, cx);
                reply(call, request, response, cx);
            }
            // HEAD is no way to create a task, so a feed, whose GET does, has none (RFC 9110 9.2.1).
            (Resource::Contact(id), "HEAD") => {
                let response = self.poll(base, id, request, cx);
                reply(call, request, response.without_body(), cx);
            }
            (Resource::Contact(id), "DELETE") => {
                let response = self.on_cancel(id, cx);
                reply(call, request, response, cx);
            }
            _ => reply(call, request, answer::method_not_allowed(resource.methods()), cx),
        }
    }

    /// The answer goes out as soon as the contact is made, before CCE is asked (ccp-task-api 3.2).
    fn on_create(&mut self, call: CallId, base: &'static str, feed: u32, request: &Request, cx: &mut Cx<'_>) {
        let draft = match self.draft(feed, request, cx) {
            Ok(draft) => draft,
            Err(refusal) => return reply(call, request, refusal, cx),
        };
        cx.note(initiated(&request.method, &draft).into());
        // The public process and the runtime have ids of their own for one request (ccp-task-api 13, row 14).
        let request_id = draw_request_id("public request id", cx);
        cx.note(CcpFact::CreateSubmitted { request_id }.into());
        let work = Work::Create { call, base, draft: Box::new(draft), request: request.clone() };
        self.later(self.config.delays.create, work, cx);
    }

    /// Makes the contact, and answers.
    pub(crate) fn create(
        &mut self,
        call: CallId,
        base: &str,
        draft: Draft,
        request: &Request,
        cx: &mut Cx<'_>,
    ) {
        if !self.contacts.has_room() {
            return reply(call, request, no_room(), cx);
        }
        let id = self.on_create_request(draft, cx);
        // The family of paths is the one that the client used (ccp-task-api 3.1; inferred).
        let location = self.poll_url(base, &id, request);
        reply(call, request, Response::new(201).header("location", location), cx);
        self.process(&id, cx);
    }

    fn draft(&self, feed: u32, request: &Request, cx: &mut Cx<'_>) -> Result<Draft, Response> {
        let Some(feed) =
            self.objects.feed(feed).map(|feed| &feed.object).filter(|feed| feed.kind == TASK_FEED)
        else {
            // A feed of another type is no place for tasks: 404 (ccp-task-api 3.2; inferred).
            return Err(answer::not_found("feed"));
        };
        let task = match request.method.as_str() {
            "GET" => task::of_query(request.query()),
            _ => task::of_xml(&request.body),
        };
        let task = task.and_then(TaskRequest::checked).map_err(|flaws| answer::invalid(&flaws))?;
        if !self.contacts.has_room() {
            return Err(no_room());
        }
        // This string becomes the ANI of the call (mr-interface 3.1).
        let application =
            self.config.application_id.clone().unwrap_or_else(|| cx.uuid("application id").to_string());
        Ok(draft_of(feed.id, &feed.tag, task, application, cx.wall()))
    }

    fn poll(&mut self, base: &str, id: &ContactId, request: &Request, cx: &mut Cx<'_>) -> Response {
        let url = self.poll_url(base, id, request);
        if !self.contacts.is_pollable(id, cx.now()) {
            return answer::not_found(id.as_str());
        }
        let contact = self.contacts.under_way_mut(id);
        // Every GET restarts the five minutes (ccp-task-api 3.4; inferred).
        contact.polled = cx.now();
        Response::new(200).xml(status_of(contact, url).to_xml())
    }

    fn on_cancel(&mut self, id: &ContactId, cx: &mut Cx<'_>) -> Response {
        if !self.contacts.is_pollable(id, cx.now()) {
            return answer::not_found(id.as_str());
        }
        match self.cancel(id, cx) {
            CancelOutcome::Accepted => Response::new(200),
            // An agent has been selected: 400 (ccp-task-api 3.5).
            CancelOutcome::TooLate => answer::error(
                400,
                "invalidState",
                id.as_str(),
                "only an unread or queued task can be cancelled",
            ),
        }
    }

    /// The absolute URL of a task, by the scheme, host and family of paths that the client used.
    fn poll_url(&self, base: &str, id: &ContactId, request: &Request) -> String {
        let host = request.get("host").unwrap_or(&self.config.host);
        format!("{}://{host}{base}/contact/{id}", answer::scheme(request))
    }
}

/// Browsers may call from anywhere, and read where the task is (ccp-task-api 1.2).
fn reply(call: CallId, request: &Request, response: Response, cx: &mut Cx<'_>) {
    let response = response
        .in_session("/ccp", request, cx)
        .header("access-control-allow-origin", "*")
        .header("access-control-expose-headers", "Location");
    cx.reply(call, response);
}

/// Allows what a browser asks for before it calls from another origin (details inferred).
fn preflight(request: &Request, resource: &Resource) -> Response {
    let headers = request.get("access-control-request-headers").unwrap_or("Content-Type");
    Response::new(200)
        .header("allow", resource.methods())
        .header("access-control-allow-methods", resource.methods())
        .header("access-control-allow-headers", headers)
        .header("access-control-max-age", "3600")
}

fn no_room() -> Response {
    answer::error(503, "serviceUnavailable", "contacts", "too many contacts are open")
}

fn initiated(method: &str, draft: &Draft) -> CcpFact {
    CcpFact::RequestInitiated {
        method: method.to_owned(),
        feed: draft.feed,
        name: draft.author.clone(),
        title: draft.title.clone(),
        description: draft.description.clone(),
    }
}

/// What a contact is made of (ccp-task-api 5.2).
fn draft_of(feed: u32, feed_tag: &str, task: TaskRequest, application: String, published: Wall) -> Draft {
    let mut tags: Vec<String> = Some(feed_tag.to_owned()).filter(|tag| !tag.is_empty()).into_iter().collect();
    // No source shows a tag of tasks that are sent again, so that these have none (ccp-task-api 5.2).
    if !task.requeue {
        tags.push(DISCARD_TAG.to_owned());
    }
    for tag in task.tags {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let mut extension_fields = task.variables;
    // The uid is kept as data, where who reads the contact sees it (ccp-task-api 3.2; as a field: inferred).
    if !task.customer_uid.is_empty() {
        extension_fields.retain(|(name, _)| name != "customerUID");
        extension_fields.push(("customerUID".to_owned(), task.customer_uid));
    }
    // The selector stands behind the variables: a key that is added later prints first in its bucket
    // (ccp-task-api 5.6).
    if !task.script_selector.is_empty() {
        extension_fields.push(("scriptSelector".to_owned(), task.script_selector));
    }
    Draft {
        feed,
        published,
        author: task.name,
        title: task.title,
        description: task.description,
        extension_fields,
        tags,
        requeue: task.requeue,
        application,
    }
}

fn status_of(contact: &Contact, url: String) -> TaskStatus {
    let social = &contact.social;
    let is_assigned = matches!(social.status, ContactStatus::Reserved | ContactStatus::Handled);
    TaskStatus {
        // Both ids are there once an agent has the task (ccp-task-api 3.4).
        agent_id: is_assigned.then(|| social.user.clone()),
        // CCE computes it once, and later polls return the same number (ccp-task-api 3.4).
        estimated_wait_time: contact.wait.filter(|_| social.status == ContactStatus::Queued),
        ref_url: url,
        status: social.status,
        status_reason: social.reason,
        task_id: contact.task.filter(|_| is_assigned),
    }
}
