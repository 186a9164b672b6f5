//! The runtime: from a feed through the campaigns' filters and notification rules to CCE, and what CCE says
//! about the tasks (ccp-task-api 5.5, 7, 9).

mod new_task;

use crate::{
    Ccp, Timer,
    contact::{Draft, Route, SYSTEM, TaskPlace},
    eventing::Sender,
    mr::{MrEvent, Routed},
};
use cce_kernel::{Cx, Fact};
use cce_model::{
    ContactId, ContactStatus, Disposition, StatusReason,
    fact::{CcpFact, StoreAccess},
};
use cce_mr::RoutingService;
use rand::RngExt;
use std::collections::BTreeMap;

/// The filter lets the contact pass.
const FILTER_PASSES: u32 = 100;

/// Whether the MR PG can reach the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Routing {
    /// It did not say in this session.
    Unknown,
    /// It can.
    Enabled,
    /// It cannot. Tasks that survive its failure wait for it; others, and new ones, are sent, and fail (task-routing E14).
    Disabled,
}

/// How a cancel went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CancelOutcome {
    /// The task is given up, or CCE was asked to.
    Accepted,
    /// An agent was chosen, or the task is over.
    TooLate,
}

impl Ccp {
    /// Takes up the contacts of an earlier life: what was with CCE when CCP failed is sent again or discarded
    /// (task-routing E11).
    pub(crate) fn on_start(&mut self, stored: BTreeMap<String, String>, cx: &mut Cx<'_>) {
        self.eventing.on_start(cx);
        let stored = self.objects.restore(stored, cx);
        self.eventing.on_campaigns(self.objects.campaigns());
        self.contacts.restore(stored, cx);
        for id in self.contacts.waiting() {
            // Offered and active tasks are not touched by CCP's failure (ccp-task-api 9).
            if self.take_back(&id, self.config.system_failure.reason(), cx) {
                self.backlog.push_back(id);
            }
        }
    }

    /// The feeds make a contact of a request, and confirm it to the public API.
    pub(crate) fn on_create_request(&mut self, draft: Draft, cx: &mut Cx<'_>) -> ContactId {
        self.eventing.send_create(cx);
        let request_id = draw_request_id("runtime request id", cx);
        cx.note(CcpFact::CreateReceived { request_id: request_id.clone() }.into());
        let id = self.contacts.create(draft, cx);
        cx.note(CcpFact::Created { contact: id.clone(), request_id }.into());
        id
    }

    /// Leads a new contact through the campaigns of its feed. The first notification rule that fires hands it to CCE;
    /// without one it stays unread.
    pub(crate) fn process(&mut self, id: &ContactId, cx: &mut Cx<'_>) {
        let contact = self.contacts.under_way(id);
        // The datastore is read before the filters answer, and once more behind them (ccp-task-api 7).
        let (feed, tags) = (contact.feed, contact.social.tags.clone());
        note_store(StoreAccess::RuntimeRead, id, ContactStatus::Unread, cx);
        let mut campaigns = Vec::new();
        for campaign in self.objects.campaigns_of(feed) {
            let (campaign, filter, name) = (campaign.id, campaign.filter, campaign.name.clone());
            let contact = id.clone();
            cx.note(CcpFact::FilterResponse { contact, campaign, filter, response: FILTER_PASSES }.into());
            let contact = id.clone();
            cx.note(CcpFact::CampaignStatus { contact, campaign, name, filter }.into());
            campaigns.push(campaign);
        }
        if campaigns.is_empty() {
            return;
        }
        note_store(StoreAccess::RuntimeRead, id, ContactStatus::Unread, cx);
        cx.note(CcpFact::NotificationRequest { contact: id.clone(), campaigns, tags: tags.clone() }.into());
        self.notify(id, &tags, cx);
        self.hand_over(id, cx);
    }

    /// The first notification rule that fires hands a contact to CCE that CCE never had.
    pub(crate) fn hand_over(&mut self, id: &ContactId, cx: &mut Cx<'_>) {
        let contact = self.contacts.under_way(id);
        let is_new = contact.social.status == ContactStatus::Unread && contact.place == TaskPlace::Waiting;
        // A tag that came before the campaigns looked at the contact has handed it over already.
        if !is_new || contact.is_cancelling() || self.backlog.contains(id) {
            return;
        }
        let Some(selector) = self.objects.selector_for(contact) else { return };
        // The rule's own serves where a task brings none (ccp-task-api 2.4).
        if contact.social.field("scriptSelector").is_none() && !selector.is_empty() {
            let selector = selector.to_owned();
            self.contacts.under_way_mut(id).social.set_field("scriptSelector", selector);
        }
        self.submit(id, cx);
    }

    pub(crate) fn on_mr_events(&mut self, events: impl IntoIterator<Item = MrEvent>, cx: &mut Cx<'_>) {
        for event in events {
            match event {
                MrEvent::Up => self.on_routing(Routing::Unknown, cx),
                MrEvent::RoutingStatus { enabled: true } => self.on_routing(Routing::Enabled, cx),
                MrEvent::RoutingStatus { enabled: false } => self.routing = Routing::Disabled,
                MrEvent::Down(contacts) => self.on_mr_down(contacts, cx),
                MrEvent::Queued { contact, wait } => self.on_queued(&contact, wait, cx),
                MrEvent::Routed { contact, routed } => self.on_routed(&contact, routed, cx),
                MrEvent::Failed { contact, reason } => self.on_failed(&contact, reason, cx),
                MrEvent::Cancelled { contact } => self.discard(&contact, StatusReason::CancelSucceeded, cx),
            }
        }
        self.answer_news(cx);
    }

    fn on_routing(&mut self, routing: Routing, cx: &mut Cx<'_>) {
        self.routing = routing;
        self.pump(cx);
    }

    pub(crate) fn on_pace(&mut self, cx: &mut Cx<'_>) {
        self.is_paced = false;
        self.pump(cx);
    }

    /// Gives up a task that no agent has (ccp-task-api 3.5). Its poll URL is gone from here on.
    pub(crate) fn cancel(&mut self, id: &ContactId, cx: &mut Cx<'_>) -> CancelOutcome {
        let contact = self.contacts.under_way_mut(id);
        let (place, status) = (contact.place, contact.social.status);
        if place == TaskPlace::Settled {
            return CancelOutcome::TooLate;
        }
        contact.pollable = false;
        // CCE decides whether the cancel is in time: until then the status stays (ccp-task-api 3.5).
        if let TaskPlace::Sent(dialogue) = place {
            self.change(id, status, StatusReason::CancelRequested, SYSTEM, Sender::Runtime, cx);
            self.mr.send_cancel(dialogue, cx);
        } else {
            // What CCE never had is discarded at once (ccp-task-api 3.5; inferred).
            self.backlog.retain(|waiting| waiting != id);
            self.discard(id, StatusReason::CancelSucceeded, cx);
        }
        CancelOutcome::Accepted
    }

    /// Takes a task back from its agent, to be routed anew (ccp-task-api 3.6). [`Ccp::submit`] follows.
    pub(crate) fn take_for_renotify(
        &mut self,
        id: &ContactId,
        selector: &str,
        service_requested: RoutingService,
        cx: &mut Cx<'_>,
    ) {
        let contact = self.contacts.under_way_mut(id);
        // The new request names the former task as PreviousTask (ccp-task-api 3.6).
        contact.route = Route { previous: contact.task.take().unwrap_or_default(), service_requested };
        contact.wait = None;
        contact.place = TaskPlace::Waiting;
        // A contact that waits has no taskID (ccp-task-api 5.5; inferred).
        contact.social.extension_fields.retain(|(name, _)| name != "taskID");
        contact.social.set_field("scriptSelector", selector);
        self.change(id, ContactStatus::Queued, StatusReason::RenotifyRequested, SYSTEM, Sender::Api, cx);
    }

    /// Sends a contact's task to CCE as soon as the link and the throttle allow it (ccp-task-api 9).
    pub(crate) fn submit(&mut self, id: &ContactId, cx: &mut Cx<'_>) {
        let contact = self.contacts.under_way_mut(id);
        let is_new = contact.social.status == ContactStatus::Unread;
        if !self.mr.is_open() && (is_new || !contact.requeue) {
            // A new request fails without a link, whatever it asks for; what is queued already goes by requeueOnRecovery
            // (ccp-task-api 9, task-routing E10). Which reason a new one has is inferred.
            return self.discard(id, StatusReason::ConnectionLost, cx);
        }
        if is_new && self.routing == Routing::Disabled {
            // It is sent all the same, and the gateway's refusal is final (task-routing E14).
            contact.requeue = false;
        }
        if is_new && self.is_overrun() {
            // Transfers and tasks that CCE knew already are never refused for their number (task-routing E12).
            return self.discard(id, StatusReason::RateLimited, cx);
        }
        self.backlog.push_back(id.clone());
        self.pump(cx);
    }

    /// Changes a contact's status, and publishes the change.
    pub(crate) fn change(
        &mut self,
        id: &ContactId,
        status: ContactStatus,
        reason: StatusReason,
        user: &str,
        sender: Sender,
        cx: &mut Cx<'_>,
    ) {
        self.contacts.set_status(id, status, reason, user, cx);
        self.publish(id, sender, cx);
    }

    /// Publishes a contact as it stands.
    pub(crate) fn publish(&mut self, id: &ContactId, sender: Sender, cx: &mut Cx<'_>) {
        let Some(contact) = self.contacts.find(id) else {
            // It was handled, and made room before a slow close was published.
            return cx.over_meanwhile("contact");
        };
        self.eventing.publish(sender, contact, &self.objects, self.config.delays, cx);
    }

    /// Sends what waits, in order.
    fn pump(&mut self, cx: &mut Cx<'_>) {
        while self.mr.is_open()
            && !self.is_paced
            && let Some(id) = self.next_to_send()
        {
            self.send_task(&id, cx);
            if let Some(throttle) = &self.config.throttle {
                self.is_paced = true;
                cx.arm(Timer::Pace.key(0), throttle.pause());
            }
        }
    }

    fn next_to_send(&mut self) -> Option<ContactId> {
        let waits = |id: &ContactId| self.contacts.find(id).is_some_and(|contact| contact.requeue);
        let at = match self.routing {
            // What survives its failure waits for the router; the rest is sent, to be refused by the gateway (task-routing E14).
            Routing::Disabled => self.backlog.iter().position(|id| !waits(id))?,
            Routing::Unknown | Routing::Enabled => 0,
        };
        self.backlog.remove(at)
    }

    fn send_task(&mut self, id: &ContactId, cx: &mut Cx<'_>) {
        let contact = self.contacts.under_way_mut(id);
        let (task, lost) = new_task::of_contact(contact);
        for (variable, length, loss) in lost {
            cx.note(Fact::Ecc { contact: id.clone(), variable, length, loss });
        }
        if let Some(dialogue) = self.mr.send_new_task(id, task, cx) {
            contact.place = TaskPlace::Sent(dialogue);
        }
    }

    fn is_overrun(&self) -> bool {
        self.config.throttle.is_some_and(|throttle| self.is_paced && self.backlog.len() >= throttle.backlog)
    }

    /// The link is gone, and with it every open dialogue (task-routing E10). What is kept goes first when the
    /// link is back, in the order in which it was sent.
    fn on_mr_down(&mut self, contacts: Vec<ContactId>, cx: &mut Cx<'_>) {
        let waiting = std::mem::take(&mut self.backlog);
        for id in contacts.into_iter().chain(waiting) {
            if self.take_back(&id, StatusReason::ConnectionLost, cx) {
                self.backlog.push_back(id);
            }
        }
    }

    /// Decides about a task that CCE no longer knows: true when it is to be sent again. A cancelled one needs
    /// no confirmation, since CCE dropped it with the link (inferred).
    fn take_back(&mut self, id: &ContactId, failure: StatusReason, cx: &mut Cx<'_>) -> bool {
        let contact = self.contacts.under_way_mut(id);
        if contact.is_cancelling() {
            self.discard(id, StatusReason::CancelSucceeded, cx);
            return false;
        }
        if !contact.requeue {
            self.discard(id, failure, cx);
            return false;
        }
        let was_with_cce =
            contact.social.status != ContactStatus::Unread || matches!(contact.place, TaskPlace::Sent(_));
        let is_lost = was_with_cce && failure != StatusReason::RoutingDisabled;
        // The router hears of a recovery as 1; a transfer or RONA keeps its own number
        // (task-routing 3.2; inferred).
        if is_lost && contact.route.service_requested == RoutingService::NONE {
            contact.route.service_requested = RoutingService::RESUBMISSION;
        }
        contact.place = TaskPlace::Waiting;
        // A rule fired for whatever CCE has had, whatever became of rule and tags since (ccp-task-api 2.4).
        contact.social.status != ContactStatus::Unread || self.objects.selector_for(contact).is_some()
    }

    /// CCE took the task, and nobody is free. A task that is sent again keeps its status and reason.
    fn on_queued(&mut self, id: &ContactId, wait: i32, cx: &mut Cx<'_>) {
        let contact = self.contacts.under_way_mut(id);
        contact.wait = Some(wait);
        let reason = if contact.is_cancelling() {
            StatusReason::CancelRequested
        } else {
            StatusReason::ExternallyRouted
        };
        if contact.is(ContactStatus::Queued, reason) {
            return self.contacts.save(id, cx);
        }
        self.change(id, ContactStatus::Queued, reason, SYSTEM, Sender::Runtime, cx);
    }

    /// CCE chose an agent. A task that never waited is published as queued first (ccp-task-api 5.5).
    fn on_routed(&mut self, id: &ContactId, routed: Routed, cx: &mut Cx<'_>) {
        let contact = self.contacts.under_way_mut(id);
        contact.task = Some(routed.task);
        // From here on a cancel is too late (task-routing E7).
        contact.place = TaskPlace::Settled;
        contact.social.set_field("mrdID", routed.mrd.to_string());
        contact.social.set_field("mrdIsInterruptible", routed.interruptible.to_string());
        contact.social.set_field("taskID", routed.task.to_string());
        let reason = StatusReason::ExternallyRouted;
        if !contact.is(ContactStatus::Queued, reason) {
            self.change(id, ContactStatus::Queued, reason, SYSTEM, Sender::Runtime, cx);
        }
        // The user of a reserved contact is the agent's skill target (task-routing 1.2).
        let agent = routed.agent.to_string();
        self.change(id, ContactStatus::Reserved, reason, &agent, Sender::Runtime, cx);
    }

    /// A task that survives failures is kept while the router cannot be reached, and sent again when it can
    /// (mr-interface 5).
    fn on_failed(&mut self, id: &ContactId, reason: Disposition, cx: &mut Cx<'_>) {
        if reason == Disposition::ROUTING_DISABLED && self.routing != Routing::Enabled {
            self.routing = Routing::Disabled;
            if self.take_back(id, StatusReason::RoutingDisabled, cx) {
                self.backlog.push_back(id.clone());
            }
            return;
        }
        let is_cancelling = self.contacts.under_way(id).is_cancelling();
        self.discard(id, discard_reason(reason, is_cancelling), cx);
    }

    fn discard(&mut self, id: &ContactId, reason: StatusReason, cx: &mut Cx<'_>) {
        self.change(id, ContactStatus::Discarded, reason, SYSTEM, Sender::Runtime, cx);
    }
}

/// Says that the data store was used.
pub(crate) fn note_store(access: StoreAccess, id: &ContactId, status: ContactStatus, cx: &mut Cx<'_>) {
    cx.note(CcpFact::Store { access, contact: id.clone(), status }.into());
}

/// Six letters and digits that name a request within one process.
pub(crate) fn draw_request_id(purpose: &'static str, cx: &mut Cx<'_>) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let generator = cx.rng(purpose);
    (0..6).map(|_| char::from(LETTERS[generator.random_range(0..LETTERS.len())])).collect()
}

/// What a failure of CCE is called in a contact (mr-interface 6). The list there has no code of a missing script, for
/// which contacts have a reason: 66 is a code of our own (inferred). A script that ended without an agent has no reason
/// of its own (ccp-task-api 5.3).
fn discard_reason(code: Disposition, is_cancelling: bool) -> StatusReason {
    match code {
        Disposition::NO_SCRIPT => StatusReason::NoScript,
        Disposition::ROUTING_DISABLED => StatusReason::RoutingDisabled,
        Disposition::APPLICATION_INVALID_MRD_ID => StatusReason::InvalidMrd,
        Disposition::APPLICATION_INVALID_SCRIPT_SELECTOR => StatusReason::InvalidScriptSelector,
        Disposition::TASK_ABANDONED_IN_ROUTER | Disposition::APPLICATION_TERMINATE_DIALOGUE
            if is_cancelling =>
        {
            StatusReason::CancelSucceeded
        }
        // The documented list of reasons ends before those of other failures (ccp-task-api 5.3).
        _ => StatusReason::InvalidNewTask,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_of_cce_has_its_discard_reason() {
        let reasons =
            [66, 43, 44, 45, 46, 47, 49, 50].map(|code| discard_reason(Disposition(code), false).name());
        let expected = [
            "notification_no_script",
            "notification_invalid_new_task_message",
            "notification_media_routing_disabled",
            "notification_invalid_mrd_id",
            "notification_invalid_new_task_message",
            "notification_invalid_new_task_message",
            "notification_invalid_script_selector",
            "notification_invalid_new_task_message",
        ];
        assert_eq!(reasons, expected);
    }

    #[test]
    fn an_abandoned_task_counts_as_cancelled_only_after_a_cancel() {
        assert_eq!(
            discard_reason(Disposition::TASK_ABANDONED_IN_ROUTER, true),
            StatusReason::CancelSucceeded
        );
        assert_eq!(
            discard_reason(Disposition::TASK_ABANDONED_IN_ROUTER, false),
            StatusReason::InvalidNewTask
        );
    }
}
