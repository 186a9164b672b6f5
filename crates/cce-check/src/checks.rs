//! All checks over one journal.

use crate::{
    agentpg::{self, AgentPg},
    answer::Answers,
    breach::{Breach, Judge, Ledger, Tally},
    cancel::Cancels,
    check::Check,
    close::Asks,
    contact::{self, Contacts},
    delivery::Deliveries,
    dialogue::{Dialogues, Side},
    finesse::{self, Finesse},
    judgement::Judgement,
    outsider::{Misdeed, Outsiders},
    router::{Admission, Router, show},
    stream::Streams,
    table::{Ends, Table},
};
use cce_cti::Cti;
use cce_fold::{
    AgentMessage, AnyMessage, CtiGroup, Exchange, GatewayReport, Meaning, ReadRecord, Subject, TaskMessage,
};
use cce_journal::{Record, What};
use cce_kernel::{Fact, Input, LinkId, NodeName, Output, Port};
use cce_model::{
    AgentKey, ContactId, RouterCallKey, TaskId,
    fact::{AgentPgFact, CcpFact, FinesseFact, OpcMessage, QueueChoice, RouterFact},
};
use cce_mr::{Icm, Mr};
use std::collections::BTreeSet;

/// A component, by what the checks know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Ccp,
    MrPg,
    Router,
    AgentPg,
    Finesse,
    /// A virtual person.
    Other,
}

/// The contact of a task, as first told.
#[derive(Clone, Debug)]
struct Owner {
    contact: ContactId,
    at: u64,
    is_over: bool,
}

impl Ends for Owner {
    fn is_over(&self) -> bool {
        self.is_over
    }
}

/// Checks one journal, record by record.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    ledger: Ledger,
    gap: Option<u64>,
    /// Whoever runs the lab has ended the run: what components still say is not judged.
    is_ended: bool,
    contacts: Contacts,
    dialogues: Dialogues,
    router: Router,
    agentpg: AgentPg,
    finesse: Finesse,
    answers: Answers,
    cancels: Cancels,
    deliveries: Deliveries,
    asks: Asks,
    streams: Streams,
    outsiders: Outsiders,
    owners: Table<RouterCallKey, Owner>,
}

impl Checks {
    /// Every check, over a journal's first record on.
    pub fn new() -> Self {
        Self::default()
    }

    /// These checks without one of them.
    pub fn without(mut self, check: Check) -> Self {
        self.ledger.off[check.index()] = true;
        self
    }

    /// Whether a check is on.
    pub fn is_on(&self, check: Check) -> bool {
        !self.ledger.off[check.index()]
    }

    /// How often a check looked so far, and what it found.
    pub fn tally(&self, check: Check) -> Tally {
        self.ledger.tallies[check.index()]
    }

    /// Number of the record behind which nothing is judged, because records are missing there.
    pub fn gap(&self) -> Option<u64> {
        self.gap
    }

    /// Takes in the next event of the fold, and returns what it breaks. Behind the end of the run there is nothing to
    /// break: components say goodbye, and what they knew goes with them.
    pub fn push(&mut self, event: &ReadRecord<'_>) -> Vec<Breach> {
        if matches!(event.record.what, What::Gap { .. }) {
            self.gap = self.gap.or(Some(event.record.seq));
        }
        self.is_ended |= event.record.ends_the_run();
        if self.gap.is_some() || self.is_ended {
            return Vec::new();
        }
        let mut ledger = std::mem::take(&mut self.ledger);
        let mut judge = Judge::new(&mut ledger, event.record.seq, &event.subject);
        self.outsiders.on_event(event);
        self.on_record(event.record);
        self.on_event(event, &mut judge);
        let breaches = judge.breaches;
        self.ledger = ledger;
        self.without_outsiders(event.record, breaches)
    }

    /// What peers outside the lab did wrong, the first ones of it.
    pub fn misdeeds(&self) -> &[Misdeed] {
        self.outsiders.misdeeds()
    }

    /// How often peers outside the lab did something wrong.
    pub fn misdeed_count(&self) -> u64 {
        self.outsiders.count()
    }

    /// Breaches but for those that a message of a gateway outside the lab contradicts.
    fn without_outsiders(&mut self, record: &Record, breaches: Vec<Breach>) -> Vec<Breach> {
        let (theirs, own): (Vec<_>, Vec<_>) =
            breaches.into_iter().partition(|breach| self.outsiders.is_to_blame(record, breach));
        for breach in theirs {
            self.ledger.tallies[breach.check.index()].breaches -= 1;
            self.outsiders.blame(record, &breach);
        }
        own
    }

    /// Judges the end: everything has ended, every indication is answered, nothing is reserved, and no dialog is
    /// open, whatever failed in between. Returns what is not so, each under its last record.
    pub fn finish(&mut self) -> Vec<Breach> {
        if self.gap.is_some() {
            return Vec::new();
        }
        let mut ledger = std::mem::take(&mut self.ledger);
        let subject = Subject::default();
        let mut judge = Judge::new(&mut ledger, 0, &subject);
        self.judge_end(&mut judge);
        self.agentpg.finish(&mut judge);
        self.answers.finish(&mut judge);
        self.cancels.finish(&mut judge);
        let breaches = judge.breaches;
        self.ledger = ledger;
        breaches
    }

    /// Contacts that are reserved though no component has their task any more, each with its last record: the product
    /// lost their ends, and only their applications can close them (task-routing E13, E18).
    pub fn lost(&self) -> Vec<(ContactId, u64)> {
        let mut held: BTreeSet<RouterCallKey> = self.agentpg.left_over().map(|(id, _)| id.key()).collect();
        held.extend(self.finesse.left_over().map(|(id, ..)| id.key()));
        held.extend(self.router.waiting().map(|(key, _)| key));
        held.extend(self.router.counted().map(|(key, _)| key));
        let is_lost = |key: Option<RouterCallKey>| key.is_none_or(|key| !held.contains(&key));
        let reserved = self.contacts.reserved().filter(|(_, key, _)| is_lost(*key));
        reserved.map(|(id, _, at)| (id.clone(), at)).collect()
    }

    /// Contacts whose tasks wait in queues of the router's while a task of one of those contacts keeps an agent from them.
    pub fn kept_waiting(&self, is_one: impl Fn(&ContactId) -> bool) -> BTreeSet<&ContactId> {
        let contact = |key| Some(&self.owners.find(&key)?.contact);
        let keys = self.router.kept_waiting(|key| contact(key).is_some_and(&is_one));
        keys.into_iter().filter_map(contact).collect()
    }

    /// What a record says apart from its meaning.
    fn on_record(&mut self, record: &Record) {
        let node = Node::of(&record.node);
        match &record.what {
            What::Started | What::Stopped { .. } => self.on_life(node, record),
            What::In(input) if node == Node::AgentPg => {
                self.agentpg.on_input(matches!(input, Input::Timer(_)));
                self.answers.on_input(record.seq);
            }
            What::In(_) if node == Node::Finesse => self.finesse.on_input(),
            What::In(Input::Start { stored, .. }) if node == Node::Ccp => {
                // Contacts are stored under their ids. Settings and objects of the private API have keys with a slash.
                let contacts = stored.keys().filter(|key| !key.contains('/'));
                self.contacts.on_start(contacts.map(|key| key.as_str().into()));
            }
            What::Out(Output::Close { link, .. }) => self.on_link_gone(node, &record.node, *link),
            What::In(_) | What::Out(_) | What::Connected { .. } | What::Bent(_) | What::Gap { .. } => {}
        }
    }

    /// A component begins anew, or ends: what it knew is lost.
    fn on_life(&mut self, node: Node, record: &Record) {
        match node {
            Node::Ccp => {
                self.dialogues.forget(Side::Ccp);
                self.contacts.forget_calls();
                self.streams.forget(&record.node);
            }
            Node::MrPg => {
                self.dialogues.forget(Side::MrPg);
                self.cancels.forget();
            }
            Node::Router => self.router.forget(),
            Node::AgentPg => {
                self.agentpg.forget();
                self.answers.forget();
                self.deliveries.forget();
            }
            Node::Finesse => {
                self.finesse.forget();
                self.streams.forget(&record.node);
            }
            Node::Other => self.streams.forget(&record.node),
        }
    }

    fn on_link_gone(&mut self, node: Node, name: &NodeName, link: LinkId) {
        match node {
            Node::Router => self.router.on_link_gone(link),
            Node::AgentPg => {
                self.answers.on_link_gone(link);
                self.deliveries.on_link_gone(link);
            }
            Node::MrPg => self.cancels.on_link_gone(link),
            Node::Ccp => {}
            Node::Finesse | Node::Other => self.streams.on_link_gone(name, link),
        }
    }

    fn on_event(&mut self, event: &ReadRecord<'_>, judge: &mut Judge<'_>) {
        let name = &event.record.node;
        let node = Node::of(name);
        match &event.kind {
            Meaning::Fact(fact) => self.on_fact(node, fact, judge),
            Meaning::Received { link, message, .. } => {
                self.on_received(node, event.record, *link, message, judge);
            }
            Meaning::Sent { link, message, peer, .. } => {
                self.on_sent(node, name, *link, message, peer.node.is_none(), judge);
            }
            Meaning::Http(exchange) => {
                self.on_exchange(node, event, exchange);
                self.on_bosh(name, exchange, judge);
            }
            Meaning::LinkUp { link, .. } if node == Node::AgentPg => self.answers.on_link_up(*link),
            Meaning::LinkDown { link, .. } => self.on_link_gone(node, name, *link),
            Meaning::LinkUp { .. } | Meaning::Bent(_) | Meaning::Other => {}
        }
    }

    fn on_received(
        &mut self,
        node: Node,
        record: &Record,
        link: LinkId,
        message: &AnyMessage,
        judge: &mut Judge<'_>,
    ) {
        match message {
            AnyMessage::Cti(message) if node == Node::AgentPg => self.on_client(record, link, message, judge),
            AnyMessage::Cti(message) if node == Node::Finesse => self.on_server(message, judge),
            AnyMessage::Mr(message) if node == Node::MrPg => {
                if let Mr::CancelTask(cancel) = &**message {
                    self.cancels.on_cancel(link, cancel.dialogue_id, judge.seq);
                }
            }
            AnyMessage::Icm(message) if node == Node::Router => self.on_gateway(link, message, judge.seq),
            AnyMessage::Stream(piece) if node == Node::Other && is_of_desktop(link.port) => {
                self.streams.on_piece(&record.node, link, piece, judge);
            }
            AnyMessage::Unreadable(_) if node == Node::AgentPg => {
                self.answers.on_unreadable(link);
            }
            AnyMessage::Cti(_)
            | AnyMessage::Mr(_)
            | AnyMessage::Icm(_)
            | AnyMessage::Stream(_)
            | AnyMessage::Unreadable(_) => {}
        }
    }

    /// The CTI server receives a message of a client.
    fn on_client(&mut self, record: &Record, link: LinkId, message: &Cti, judge: &Judge<'_>) {
        if matches!(CtiGroup::of(message), CtiGroup::Opens(_)) {
            self.agentpg.on_open();
        }
        self.deliveries.on_received(link, message);
        if let Some(twice) = self.answers.on_received(link, message, judge.seq)
            && self.outsiders.is_outside(record, link)
        {
            self.outsiders.add(record, twice);
        }
    }

    /// Finesse receives a message of the CTI server.
    fn on_server(&mut self, message: &Cti, judge: &Judge<'_>) {
        let (agent, mrd, state) = match CtiGroup::of(message) {
            CtiGroup::Agent(AgentMessage::Told(event)) => {
                (event.icm_agent_id, event.mrd_id, event.agent_state)
            }
            CtiGroup::Agent(AgentMessage::Answered(conf)) => {
                (conf.icm_agent_id, conf.mrd_id, conf.agent_state)
            }
            CtiGroup::Task(TaskMessage::Snapshot) => return self.finesse.on_snapshot(),
            CtiGroup::Opens(_)
            | CtiGroup::Agent(AgentMessage::Asked(_) | AgentMessage::Interrupts { .. })
            | CtiGroup::Task(_)
            | CtiGroup::Failure(_)
            | CtiGroup::ArmAnswer(_)
            | CtiGroup::ControlFails(_)
            | CtiGroup::Plain => return,
        };
        self.finesse.on_agent_state(AgentKey { skill_target: agent, mrd }, state.or_unknown(), judge.seq);
    }

    /// The router receives a message of a gateway.
    fn on_gateway(&mut self, link: LinkId, message: &Icm, seq: u64) {
        match GatewayReport::of(message) {
            Some(GatewayReport::Task(event)) => self.router.on_task_event(link, event),
            Some(GatewayReport::Agent(update)) => self.router.on_agent_state(link, update, seq),
            None => {}
        }
    }

    fn on_sent(
        &mut self,
        node: Node,
        name: &NodeName,
        link: LinkId,
        message: &AnyMessage,
        to_outside: bool,
        judge: &mut Judge<'_>,
    ) {
        match message {
            AnyMessage::Cti(message) if node == Node::AgentPg => self.on_sent_to_client(link, message, judge),
            AnyMessage::Mr(message) if node == Node::MrPg => self.cancels.on_sent(link, message, judge),
            AnyMessage::Mr(message) if node == Node::Ccp => {
                if let (Mr::NewTask(task), Some(contact)) = (&**message, &judge.subject.contact) {
                    self.contacts.on_new_task(contact, task.previous_task, judge);
                }
            }
            AnyMessage::Stream(piece) if node == Node::Finesse && to_outside && is_of_desktop(link.port) => {
                self.streams.on_piece(name, link, piece, judge);
            }
            AnyMessage::Cti(_)
            | AnyMessage::Mr(_)
            | AnyMessage::Icm(_)
            | AnyMessage::Stream(_)
            | AnyMessage::Unreadable(_) => {}
        }
    }

    fn on_sent_to_client(&mut self, link: LinkId, message: &Cti, judge: &mut Judge<'_>) {
        if let CtiGroup::Agent(AgentMessage::Told(event)) = CtiGroup::of(message) {
            let (skill_target, mrd) = (event.icm_agent_id, event.mrd_id);
            return self.agentpg.on_event_sent(AgentKey { skill_target, mrd }, judge);
        }
        self.deliveries.on_sent(link, message, judge);
        self.answers.on_sent(link, message, judge);
    }

    fn on_exchange(&mut self, node: Node, event: &ReadRecord<'_>, exchange: &Exchange<'_>) {
        let seq = event.record.seq;
        match exchange {
            Exchange::RequestOut { call, .. } if node == Node::Finesse => self.asks.on_call(*call, seq),
            Exchange::ReplyIn { call, .. } if node == Node::Finesse => self.asks.on_answer(*call),
            Exchange::RequestIn { call, request, .. } if node == Node::Ccp => {
                let Some(contact) = &event.subject.contact else { return };
                let path = request.path().trim_end_matches('/');
                if request.method == "PUT" && path.ends_with("/close") {
                    self.contacts.on_close_called(contact, *call, seq, self.asks.find(event.record.cause));
                }
            }
            Exchange::ReplyOut { call, .. } if node == Node::Ccp => {
                if let Some(contact) = &event.subject.contact {
                    self.contacts.on_answered(contact, *call);
                }
            }
            Exchange::RequestOut { .. }
            | Exchange::ReplyIn { .. }
            | Exchange::RequestIn { .. }
            | Exchange::ReplyOut { .. } => {}
        }
    }

    /// What travels in bodies of BOSH is judged where it leaves: the answers of one session may overtake each other.
    fn on_bosh(&mut self, name: &NodeName, exchange: &Exchange<'_>, judge: &mut Judge<'_>) {
        match exchange {
            Exchange::RequestIn { call, port: Port::Bosh | Port::CcpBosh, request } => {
                self.streams.on_body(name, *call, &request.body.0);
            }
            Exchange::ReplyOut { call, response } => {
                self.streams.on_answer(name, *call, &response.body.0, judge);
            }
            Exchange::RequestIn { .. } | Exchange::RequestOut { .. } | Exchange::ReplyIn { .. } => {}
        }
    }

    fn on_fact(&mut self, node: Node, fact: &Fact, judge: &mut Judge<'_>) {
        match fact {
            Fact::Contact { contact, from, to, reason, task, .. } => {
                if let Some(task) = task {
                    self.pair(contact, *task, judge);
                }
                let change = contact::Change { from: *from, to: *to, reason: *reason, task: *task };
                self.contacts.on_change(contact, change, judge);
            }
            Fact::Dialogue { dialogue, contact, from, to, task } => {
                if let Some(task) = task {
                    self.pair(contact, *task, judge);
                }
                let side = if node == Node::Ccp { Side::Ccp } else { Side::MrPg };
                self.dialogues.on_change(side, *dialogue, contact, (*from, *to), judge);
            }
            Fact::Task { task, skill_target, mrd, from, to, disposition } => {
                let member = AgentKey { skill_target: *skill_target, mrd: *mrd };
                let change = agentpg::Change { member, from: *from, to: *to, disposition: *disposition };
                self.on_task(*task, change, judge);
            }
            Fact::Dialog { task, agent, contact, from, to, disposition, .. } => {
                self.pair(contact, *task, judge);
                let change = finesse::Change { agent, from: *from, to: *to, disposition: *disposition };
                self.finesse.on_dialog(*task, change, &self.agentpg, judge);
            }
            Fact::AgentInMrd { agent, skill_target, mrd, from, to, tasks, routable, .. } => {
                let member = AgentKey { skill_target: *skill_target, mrd: *mrd };
                let now = agentpg::AgentChange { from: *from, to: *to, tasks: *tasks, routable: *routable };
                self.agentpg.on_agent(agent, member, now, judge);
            }
            Fact::User { agent, from, to } => self.finesse.on_user(agent, *from, *to, &self.agentpg, judge),
            Fact::Ecc { .. }
            | Fact::PeerError { .. }
            | Fact::CommandRefused { .. }
            | Fact::PlanRefused { .. }
            | Fact::PlanKept { .. }
            | Fact::Setting { .. } => {}
            Fact::Ccp(fact) => self.on_ccp(fact, judge),
            Fact::Router(fact) => self.on_router(fact, judge),
            Fact::AgentPg(fact) => self.on_agentpg(fact, judge),
            Fact::Finesse(fact) => self.on_finesse(fact, judge),
        }
    }

    fn on_task(&mut self, task: TaskId, change: agentpg::Change, judge: &mut Judge<'_>) {
        self.agentpg.on_task(task, change, &self.router, judge);
        if change.to != cce_model::TaskState::Ended {
            return;
        }
        self.answers.on_end(task, judge.seq);
        self.deliveries.on_end(task);
        let key = task.key();
        if let Some(owner) = self.owners.find_mut(&key) {
            owner.is_over = true;
            self.owners.retire(&key);
        }
    }

    fn on_ccp(&mut self, fact: &CcpFact, judge: &mut Judge<'_>) {
        match fact {
            CcpFact::NotificationRequest { contact, .. } => self.contacts.on_submitted(contact),
            CcpFact::DsNotification { contact, .. } | CcpFact::Published { contact, .. } => {
                self.contacts.on_published(contact, judge);
            }
            CcpFact::RequestInitiated { .. }
            | CcpFact::CreateSubmitted { .. }
            | CcpFact::BusReceived { .. }
            | CcpFact::CreateReceived { .. }
            | CcpFact::Created { .. }
            | CcpFact::Store { .. }
            | CcpFact::FilterResponse { .. }
            | CcpFact::CampaignStatus { .. }
            | CcpFact::HttpNotification { .. }
            | CcpFact::PublishBegun { .. }
            | CcpFact::Close { .. } => {}
        }
    }

    fn on_router(&mut self, fact: &RouterFact, judge: &mut Judge<'_>) {
        match fact {
            RouterFact::CallAdmitted { key, ced, mrd, priority, interruptible, .. } => {
                let (mrd, priority, interruptible) = (*mrd, *priority, *interruptible);
                let admission = Admission { key: *key, contact: ced, mrd, priority, interruptible };
                self.router.on_admitted(admission, judge);
                let contact = ContactId::from(ced.as_str());
                self.contacts.on_admitted(&contact, *key, judge);
                self.own(&contact, *key, judge);
            }
            RouterFact::QueueNode { key, queue_id, step, choice: QueueChoice::Wait, .. } => {
                self.router.on_wait(*key, *queue_id, *step);
            }
            RouterFact::QueueNode {
                key,
                queue_id,
                step,
                choice: QueueChoice::Agent { skill_target, .. },
                ..
            } => {
                let contact = self.router.on_choice(*key, *queue_id, *step, *skill_target, judge);
                if let Some(contact) = contact {
                    self.contacts.on_assigned(&contact, judge.seq);
                }
            }
            RouterFact::Requeued { task, skill_target, mrd } => {
                let member = AgentKey { skill_target: *skill_target, mrd: *mrd };
                if let Some(contact) = self.router.on_requeued(task.key(), member) {
                    self.contacts.on_requeued(&contact);
                }
            }
            RouterFact::Dequeued { key, .. } => self.router.on_dequeued(*key),
            RouterFact::Agent { skill_target, mrd, after, .. } => {
                self.router.on_view(AgentKey { skill_target: *skill_target, mrd: *mrd }, *after, judge);
            }
            RouterFact::CallRefused { .. }
            | RouterFact::DialogDeleted { .. }
            | RouterFact::CancelRefused { .. } => {}
        }
    }

    fn on_agentpg(&mut self, fact: &AgentPgFact, judge: &mut Judge<'_>) {
        match fact {
            AgentPgFact::SessionOpened { session, link, services, .. } => {
                self.answers.on_session(*session, *link, *services);
            }
            AgentPgFact::SessionClosed { session, .. } => {
                self.agentpg.on_session_closed();
                self.answers.on_session_closed(*session);
            }
            AgentPgFact::ToOpc { message, skill_target, mrd, .. } => {
                self.agentpg.on_arm(AgentKey { skill_target: *skill_target, mrd: *mrd }, message);
                self.answers.on_arm(message);
            }
            AgentPgFact::ToCtiServer(message) => self.on_opc(message, judge),
            AgentPgFact::TaskEventTraced(event) => {
                self.agentpg.on_traced(event, judge);
                self.deliveries.on_event(event.kind, event.task);
                self.answers.on_traced(event, judge);
            }
            AgentPgFact::SideActive { .. } | AgentPgFact::Sides(_) | AgentPgFact::SessionRefused { .. } => {}
        }
    }

    fn on_opc(&mut self, message: &OpcMessage, judge: &mut Judge<'_>) {
        match message {
            OpcMessage::Agent(record) => {
                self.agentpg.on_record(record, judge);
                self.answers.on_record(record, judge);
            }
            OpcMessage::PreCall(call) => {
                self.pair(&call.ced.as_str().into(), call.task, judge);
                self.deliveries.on_reservation(call.task);
            }
            OpcMessage::PreCallAbort { task, .. } => self.answers.on_withdrawn(*task),
            OpcMessage::Task(event) => self.agentpg.on_told(event, judge.seq),
            OpcMessage::TaskAssigned { .. }
            | OpcMessage::Queued(_)
            | OpcMessage::Dequeued { .. }
            | OpcMessage::MadeNotRoutable { .. }
            | OpcMessage::TaskState { .. }
            | OpcMessage::Interrupt { .. }
            | OpcMessage::LifetimeExceeded { .. }
            | OpcMessage::Answer { .. }
            | OpcMessage::VoiceAnswer { .. } => {}
        }
    }

    fn on_finesse(&mut self, fact: &FinesseFact, judge: &mut Judge<'_>) {
        match fact {
            FinesseFact::Published(publication) => {
                self.finesse.on_published(publication, &self.agentpg, judge);
            }
            FinesseFact::SmCall { operation, task, contact, call, .. } => {
                self.pair(contact, *task, judge);
                self.finesse.on_ask(*operation, *task, &self.agentpg, judge);
                self.asks.on_meaning(*call, *operation, *task, contact);
            }
            FinesseFact::ForcedSignOut { agent, .. } => self.finesse.on_forced(agent),
            FinesseFact::Service { in_service } => {
                if !in_service {
                    self.finesse.leave_service();
                }
            }
        }
    }

    /// Somebody names the contact of a task.
    fn pair(&mut self, contact: &ContactId, task: TaskId, judge: &mut Judge<'_>) {
        if task != TaskId::NONE {
            self.own(contact, task.key(), judge);
        }
    }

    /// A task has one contact, whoever names it. Applications of their own need not name any.
    fn own(&mut self, contact: &ContactId, key: RouterCallKey, judge: &mut Judge<'_>) {
        if contact.as_str().is_empty() {
            return;
        }
        let Some(owner) = self.owners.find(&key) else {
            let owner = Owner { contact: contact.clone(), at: judge.seq, is_over: false };
            return self.owners.insert(key, owner);
        };
        judge.expect(Judgement::ContactOfATask, owner.contact == *contact, &[owner.at], || {
            format!("task {} is of contact {contact}, and was of contact {}", show(key), owner.contact)
        });
    }

    /// Each thing that did not end is told once: with its contact, else by itself.
    fn judge_end(&self, judge: &mut Judge<'_>) {
        let mut told: BTreeSet<RouterCallKey> = self.contacts.finish(judge).into_iter().collect();
        for (id, task) in self.agentpg.left_over() {
            if told.insert(id.key()) {
                let text = format!("task {id} is still {} at the end of the run", task.describe());
                judge.breach(Judgement::TaskOver, task.at(), &[], self.subject(id), text);
            }
        }
        for (id, at, state) in self.finesse.left_over() {
            if told.insert(id.key()) {
                let text = format!("dialog {id} is still {state} at the end of the run");
                judge.breach(Judgement::DialogOver, at, &[], self.subject(id), text);
            }
        }
        self.judge_router_end(&mut told, judge);
        for (text, contact, at) in self.dialogues.left_over() {
            // One that is open with its contact was told with it.
            if self.contacts.is_over(contact) {
                let subject = Subject { contact: Some(contact.clone()), task: None };
                judge.breach(
                    Judgement::DialogueOver,
                    at,
                    &[],
                    subject,
                    format!("{text} at the end of the run"),
                );
            }
        }
    }

    fn judge_router_end(&self, told: &mut BTreeSet<RouterCallKey>, judge: &mut Judge<'_>) {
        for (key, since) in self.router.waiting() {
            if told.insert(key) {
                let text = format!("task {} still waits in its queue at the end of the run", show(key));
                judge.breach(Judgement::WaitOver, since, &[], self.subject_at(key), text);
            }
        }
        for (key, member) in self.router.counted() {
            let at = self.router.chosen(key).map_or(0, |(_, at)| at);
            if told.insert(key) {
                let text = format!(
                    "the router still counts task {} of agent {member} at the end of the run",
                    show(key)
                );
                judge.breach(Judgement::SlotFree, at, &[], self.subject_at(key), text);
            }
        }
    }

    fn subject(&self, task: TaskId) -> Subject {
        Subject { task: Some(task), ..self.subject_at(task.key()) }
    }

    /// The contact whose task has that key.
    fn subject_at(&self, key: RouterCallKey) -> Subject {
        Subject { contact: self.owners.find(&key).map(|owner| owner.contact.clone()), task: None }
    }
}

impl Node {
    fn of(name: &NodeName) -> Self {
        match name.kind() {
            Some(cce_model::Kind::Ccp) => Self::Ccp,
            Some(cce_model::Kind::MrPg) => Self::MrPg,
            Some(cce_model::Kind::Router) => Self::Router,
            Some(cce_model::Kind::AgentPg) => Self::AgentPg,
            Some(cce_model::Kind::Finesse) => Self::Finesse,
            Some(cce_model::Kind::Agent | cce_model::Kind::Customer) | None => Self::Other,
        }
    }
}

/// Whether a link of that port carries the stream of a desktop.
const fn is_of_desktop(port: Port) -> bool {
    matches!(port, Port::Xmpp | Port::XmppWs)
}
