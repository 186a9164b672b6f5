//! Calls of the addresses that notification rules of type `http` name (ccp-task-api 2.4, 5.8). How they are made is inferred:
//! see [`Notifying`].

use crate::{
    Ccp, HttpTarget, Notifying, Timer,
    objects::{Effect, Objects},
};
use cce_kernel::{Account, CallError, CallId, Cx, HttpUrl, Port, Request, Response};
use cce_model::{
    ContactId, SocialContact,
    fact::{CcpFact, NotificationStep},
};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// Bytes of documents that wait for all addresses. One more is dropped.
const BYTES_MAX: usize = 16 << 20;

/// How often the pause before the next try doubles at the most.
const PAUSE_DOUBLINGS: u32 = 16;

/// What waits for the addresses of rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notifier {
    /// By the id of the rule. None is empty.
    lines: BTreeMap<u32, Line>,
    bytes: usize,
}

/// What waits for the address of one rule, the first one being told.
#[derive(Clone, Debug, Default)]
struct Line {
    waiting: VecDeque<Notice>,
    /// The call that is under way.
    call: Option<CallId>,
    /// Tries of the first one that failed.
    failures: u32,
    /// The address that is called, or was called last.
    url: String,
}

/// What a rule tells its address.
#[derive(Clone, Debug)]
struct Notice {
    contact: ContactId,
    tag: String,
    body: String,
}

/// What follows from a try that failed.
enum Next {
    /// The other address is called.
    AtOnce,
    /// The addresses are called anew behind a pause.
    Later(Duration),
    /// No try is left.
    GiveUp,
}

impl Ccp {
    /// A contact gets these tags: rules of type `http` fire (ccp-task-api 2.4).
    pub(crate) fn notify(&mut self, id: &ContactId, tags: &[String], cx: &mut Cx<'_>) {
        let contact = self.contacts.under_way(id);
        let targets: Vec<(u32, String, String)> = self
            .objects
            .fired(contact.feed, tags)
            .filter_map(|(rule, tag)| match &rule.effect {
                Effect::Http(target) => Some((rule.id, tag.to_owned(), target.url.clone())),
                Effect::Cce { .. } => None,
            })
            .collect();
        for (rule, tag, url) in targets {
            let social = &self.contacts.under_way(id).social;
            let notice = Notice::of(social, tag, &self.config.host);
            note(&notice, rule, &url, NotificationStep::Fired, cx);
            if self.notifier.push(rule, notice, &url, &self.config.notifying, cx) {
                self.notifier.call(rule, &self.objects, &self.config.notifying, cx);
            }
        }
    }

    /// An address has answered, or cannot.
    pub(crate) fn on_notified(
        &mut self,
        call: CallId,
        result: &Result<Response, CallError>,
        cx: &mut Cx<'_>,
    ) {
        let Some(rule) = self.notifier.rule_of(call) else {
            // Its rule is gone.
            return cx.over_meanwhile("call of a notification rule");
        };
        let step = match result {
            Ok(response) if response.is_success() => NotificationStep::Delivered,
            Ok(_) => NotificationStep::Refused,
            Err(_) => NotificationStep::Unanswered,
        };
        self.notifier.end_call(rule, step, &self.objects, &self.config.notifying, cx);
    }

    /// The pause before the next try is over.
    pub(crate) fn on_notify_due(&mut self, rule: u64, cx: &mut Cx<'_>) {
        let rule = u32::try_from(rule).expect("the timer has the id of a rule");
        self.notifier.call(rule, &self.objects, &self.config.notifying, cx);
    }
}

impl Notice {
    fn of(social: &SocialContact, tag: String, host: &str) -> Self {
        let body = cce_xml::social_contact_notification(social, &tag, host);
        Self { contact: social.id.clone(), tag, body }
    }
}

impl Notifier {
    /// Puts a notification behind those that wait. Whether it is the first, whose turn is now.
    fn push(&mut self, rule: u32, notice: Notice, url: &str, terms: &Notifying, cx: &mut Cx<'_>) -> bool {
        let waiting = self.lines.get(&rule).map_or(0, |line| line.waiting.len());
        if waiting >= terms.waiting_max.max(1) || self.bytes + notice.body.len() > BYTES_MAX {
            note(&notice, rule, url, NotificationStep::Dropped, cx);
            return false;
        }
        self.bytes += notice.body.len();
        self.lines.entry(rule).or_default().waiting.push_back(notice);
        waiting == 0
    }

    /// Tells the address of a rule the first thing that waits for it.
    fn call(&mut self, rule: u32, objects: &Objects, terms: &Notifying, cx: &mut Cx<'_>) {
        let Some(target) = target_of(rule, objects) else { return self.withdraw(rule, cx) };
        while let Some(line) = self.lines.get_mut(&rule) {
            let urls: Vec<&str> = target.urls().collect();
            urls[line.failures as usize % urls.len()].clone_into(&mut line.url);
            let notice = line.waiting.front().expect("no line is empty");
            // The lab's configuration may have changed since the rule was made.
            let url = HttpUrl::parse(&line.url).filter(|url| terms.allows(url));
            if let Some(url) = url {
                let request = request_to(&url, &line.url, target, notice);
                line.call = Some(cx.call(Port::CcpNotify, request));
                return;
            }
            note(notice, rule, &line.url, NotificationStep::Forbidden, cx);
            self.pop(rule);
        }
    }

    /// A try is over.
    fn end_call(
        &mut self,
        rule: u32,
        step: NotificationStep,
        objects: &Objects,
        terms: &Notifying,
        cx: &mut Cx<'_>,
    ) {
        let line = self.lines.get_mut(&rule).expect("a call is that of a line");
        line.call = None;
        let notice = line.waiting.front().expect("no line is empty");
        note(notice, rule, &line.url, step, cx);
        if step == NotificationStep::Delivered {
            return self.go_on(rule, objects, terms, cx);
        }
        line.failures += 1;
        let addresses = target_of(rule, objects).map_or(1, |target| target.urls().count());
        match next(line.failures, addresses, terms) {
            Next::AtOnce => self.call(rule, objects, terms, cx),
            Next::Later(pause) => cx.arm(Timer::Notify.key(rule.into()), pause),
            Next::GiveUp => {
                note(notice, rule, &line.url, NotificationStep::GivenUp, cx);
                self.go_on(rule, objects, terms, cx);
            }
        }
    }

    /// The first one that waits is over: it is the next one's turn.
    fn go_on(&mut self, rule: u32, objects: &Objects, terms: &Notifying, cx: &mut Cx<'_>) {
        self.pop(rule);
        self.call(rule, objects, terms, cx);
    }

    /// What waits for rules that are gone is told to nobody.
    pub(crate) fn withdraw_gone(&mut self, objects: &Objects, cx: &mut Cx<'_>) {
        let gone: Vec<u32> =
            self.lines.keys().copied().filter(|rule| target_of(*rule, objects).is_none()).collect();
        gone.into_iter().for_each(|rule| self.withdraw(rule, cx));
    }

    fn withdraw(&mut self, rule: u32, cx: &mut Cx<'_>) {
        let Some(line) = self.lines.remove(&rule) else { return };
        cx.cancel(Timer::Notify.key(rule.into()));
        for notice in &line.waiting {
            self.bytes -= notice.body.len();
            note(notice, rule, &line.url, NotificationStep::Withdrawn, cx);
        }
    }

    fn pop(&mut self, rule: u32) {
        let Some(line) = self.lines.get_mut(&rule) else { return };
        if let Some(notice) = line.waiting.pop_front() {
            self.bytes -= notice.body.len();
        }
        line.failures = 0;
        if line.waiting.is_empty() {
            self.lines.remove(&rule);
        }
    }

    fn rule_of(&self, call: CallId) -> Option<u32> {
        self.lines.iter().find(|(_, line)| line.call == Some(call)).map(|(rule, _)| *rule)
    }
}

/// Where a rule calls, while it is there and is one that calls.
fn target_of(rule: u32, objects: &Objects) -> Option<&HttpTarget> {
    match &objects.rule(rule)?.object.effect {
        Effect::Http(target) => Some(target),
        Effect::Cce { .. } => None,
    }
}

/// What follows from so many failures in a row.
fn next(failures: u32, addresses: usize, terms: &Notifying) -> Next {
    let addresses = u32::try_from(addresses).unwrap_or(1).max(1);
    let rounds = failures / addresses;
    if !failures.is_multiple_of(addresses) {
        Next::AtOnce
    } else if rounds > terms.retries {
        Next::GiveUp
    } else {
        let doublings = rounds.saturating_sub(1).min(PAUSE_DOUBLINGS);
        Next::Later(terms.retry.saturating_mul(1 << doublings))
    }
}

/// The request names the whole address, by which the driver finds it.
fn request_to(url: &HttpUrl, text: &str, target: &HttpTarget, notice: &Notice) -> Request {
    let request = Request::new("POST", text).xml(notice.body.clone());
    let request = Request { security: url.security, trust: target.trust, ..request };
    if target.user.is_empty() {
        return request;
    }
    request.by(&Account::new(&target.user, &target.password))
}

fn note(notice: &Notice, rule: u32, url: &str, step: NotificationStep, cx: &mut Cx<'_>) {
    let (contact, tag) = (notice.contact.clone(), notice.tag.clone());
    cx.note(CcpFact::HttpNotification { contact, rule, tag, url: url.to_owned(), step }.into());
}
