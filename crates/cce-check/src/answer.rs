//! Indications of CTI clients and what becomes of them (cti-server-protocol 2, 11.1).
//!
//! An indication is answered by an event or by a failure. An event goes to whoever listens, so it is looked for
//! where the CTI server passes it on, and on the connection of a client that hears of every task.

use crate::{breach::Judge, judgement::Judgement, place::Place};
use cce_cti::{Cti, services};
use cce_kernel::{
    LinkId,
    fact::ArmMessage,
    model::{AgentRecord, MrdId, SkillTarget, TaskEvent, TaskEventKind, TaskId},
};
use cce_views::Subject;
use std::collections::BTreeMap;

/// Indications that wait for their answer. The oldest invoke ids give way.
const PENDING_MAX: usize = 16_384;
/// Failures that are remembered.
const FAILED_MAX: usize = 4_096;

/// What answers an indication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// An event of the task.
    Task(TaskEventKind, TaskId),
    /// An event of the agent.
    Agent(Place),
}

/// An indication without its answer.
#[derive(Clone, Debug)]
struct Pending {
    /// Its record.
    at: u64,
    name: &'static str,
    wanted: Wanted,
    /// Record of the event, once it was passed on.
    traced: Option<u64>,
}

/// An invoke id of a connection.
type Asked = (LinkId, u32);

/// Indications of all connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    /// Open connections, with the services of their session.
    links: BTreeMap<LinkId, u32>,
    sessions: BTreeMap<u32, LinkId>,
    pending: BTreeMap<Asked, Pending>,
    failed: BTreeMap<Asked, u64>,
    /// Ends of tasks that the CTI server has yet to tell.
    ends: BTreeMap<TaskId, u64>,
    /// An application gives its agent a task: an event without an indication follows.
    is_application: bool,
}

impl Answers {
    /// An input begins.
    pub(crate) fn on_input(&mut self) {
        self.is_application = false;
    }

    pub(crate) fn on_link_up(&mut self, link: LinkId) {
        self.links.insert(link, 0);
    }

    pub(crate) fn on_session(&mut self, session: u32, link: LinkId, services: u32) {
        self.links.insert(link, services);
        self.sessions.insert(session, link);
    }

    /// A session ended: its client waits no more.
    pub(crate) fn on_session_closed(&mut self, session: u32) {
        if let Some(link) = self.sessions.remove(&session) {
            self.on_link_gone(link);
        }
    }

    pub(crate) fn on_link_gone(&mut self, link: LinkId) {
        self.links.remove(&link);
        self.sessions.retain(|_, of| *of != link);
        self.pending.retain(|(of, _), _| *of != link);
        self.failed.retain(|(of, _), _| *of != link);
    }

    pub(crate) fn on_arm(&mut self, message: &ArmMessage) {
        self.is_application = matches!(
            message,
            ArmMessage::OfferApplicationTask { .. } | ArmMessage::StartApplicationTask { .. }
        );
    }

    /// A client says something.
    pub(crate) fn on_received(&mut self, link: LinkId, message: &Cti, seq: u64) {
        let Some((invoke_id, wanted)) = indication(message) else { return };
        if !self.links.contains_key(&link) {
            return;
        }
        let asked = (link, invoke_id);
        self.failed.remove(&asked);
        self.pending.insert(asked, Pending { at: seq, name: message.name(), wanted, traced: None });
        if self.pending.len() > PENDING_MAX {
            self.pending.pop_first();
        }
    }

    /// The CTI server says something to a client.
    pub(crate) fn on_sent(&mut self, link: LinkId, message: &Cti, judge: &mut Judge<'_>) {
        if let Some((kind, task)) = event(message) {
            let is_it = |(of, pending): &(&Asked, &Pending)| {
                of.0 == link && pending.traced.is_some() && pending.wanted == Wanted::Task(kind, task)
            };
            if let Some(asked) = self.pending.iter().find(is_it).map(|(asked, _)| *asked) {
                self.pending.remove(&asked);
            }
        } else if let Some(invoke_id) = failure(message) {
            self.on_failure((link, invoke_id), message.name(), judge);
        }
    }

    /// OPC tells how an agent stands.
    pub(crate) fn on_record(&mut self, record: &AgentRecord, judge: &mut Judge<'_>) {
        let place = Place { skill_target: record.skill_target, mrd: record.mrd };
        let answered = self.oldest(Wanted::Agent(place));
        if let Some(asked) = answered {
            self.pending.remove(&asked);
            judge.expect(Judgement::IndicationAnswered, true, &[], String::new);
        }
    }

    /// A task ended.
    pub(crate) fn on_end(&mut self, task: TaskId, seq: u64) {
        self.ends.insert(task, seq);
    }

    /// A reservation is withdrawn, which its client hears as such.
    pub(crate) fn on_withdrawn(&mut self, task: TaskId) {
        self.ends.remove(&task);
    }

    /// The CTI server passes a task's event on.
    pub(crate) fn on_traced(&mut self, event: &TaskEvent, judge: &mut Judge<'_>) {
        let (kind, task) = (event.kind, event.task);
        let asked = self.oldest(Wanted::Task(kind, task));
        let is_first_end = kind == TaskEventKind::End && self.ends.remove(&task).is_some();
        let is_due = is_first_end || kind != TaskEventKind::End && (asked.is_some() || self.is_application);
        judge.expect(Judgement::EventIsDue, is_due, &[], || {
            format!("{} of task {task} is one too many: no indication is without its answer", kind.name())
        });
        let Some(asked) = asked else { return };
        let hears = self.links.get(&asked.0).is_some_and(|had| had & services::ALL_TASK_EVENTS != 0);
        if !hears {
            self.pending.remove(&asked);
        } else if let Some(pending) = self.pending.get_mut(&asked) {
            pending.traced = Some(judge.seq);
        }
    }

    /// The component begins anew.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Whatever got no answer.
    pub(crate) fn finish(&self, judge: &mut Judge<'_>) {
        for ((link, invoke_id), pending) in &self.pending {
            let Pending { at, name, wanted, traced } = pending;
            let task = if let Wanted::Task(_, task) = wanted { Some(*task) } else { None };
            let text = format!("{name} with invoke id {invoke_id} on {link} got no answer");
            judge.breach(
                Judgement::IndicationAnswered,
                *at,
                traced.as_slice(),
                Subject { contact: None, task },
                text,
            );
        }
        for (task, at) in &self.ends {
            let text = format!("the end of task {task} was not passed on");
            let subject = Subject { contact: None, task: Some(*task) };
            judge.breach(Judgement::EndPassedOn, *at, &[], subject, text);
        }
    }

    fn on_failure(&mut self, asked: Asked, name: &str, judge: &mut Judge<'_>) {
        if let Some(pending) = self.pending.remove(&asked) {
            let event = pending.traced;
            judge.expect(Judgement::FailureOrEvent, event.is_none(), event.as_slice(), || {
                format!("{name} answers {}, which got its event", pending.name)
            });
            self.failed.insert(asked, judge.seq);
            if self.failed.len() > FAILED_MAX {
                self.failed.pop_first();
            }
        } else if let Some(before) = self.failed.get(&asked) {
            judge.expect(Judgement::FailureOnce, false, &[*before], || {
                format!("{name} with invoke id {} on {} comes twice", asked.1, asked.0)
            });
        }
    }

    fn oldest(&self, wanted: Wanted) -> Option<Asked> {
        let waiting =
            self.pending.iter().filter(|(_, pending)| pending.wanted == wanted && pending.traced.is_none());
        waiting.min_by_key(|(_, pending)| pending.at).map(|(asked, _)| *asked)
    }
}

/// The invoke id of an indication, and what answers it. One that lets nothing be interrupted changes nothing: no event
/// answers it.
fn indication(message: &Cti) -> Option<(u32, Wanted)> {
    use TaskEventKind as K;
    let agent =
        |agent: i32, mrd: i32| Wanted::Agent(Place { skill_target: SkillTarget(agent), mrd: MrdId(mrd) });
    Some(match message {
        Cti::OfferTaskInd(m) => (m.invoke_id, Wanted::Task(K::Offer, m.task_id)),
        Cti::StartTaskInd(m) => (m.invoke_id, Wanted::Task(K::Start, m.task_id)),
        Cti::PauseTaskInd(m) => (m.invoke_id, Wanted::Task(K::Pause, m.task_id)),
        Cti::ResumeTaskInd(m) => (m.invoke_id, Wanted::Task(K::Resume, m.task_id)),
        Cti::WrapupTaskInd(m) => (m.invoke_id, Wanted::Task(K::WrapUp, m.task_id)),
        Cti::EndTaskInd(m) => (m.invoke_id, Wanted::Task(K::End, m.task_id)),
        Cti::MakeAgentReadyInd(m) => (m.invoke_id, agent(m.icm_agent_id, m.mrd_id)),
        Cti::MakeAgentRoutableInd(m) => (m.invoke_id, agent(m.icm_agent_id, m.mrd_id)),
        Cti::AgentInterruptAcceptedInd(m) => (m.invoke_id, agent(m.icm_agent_id, m.mrd_id)),
        Cti::AgentInterruptDoneAcceptedInd(m) => (m.invoke_id, agent(m.icm_agent_id, m.mrd_id)),
        Cti::MediaLogoutInd(m) => (m.invoke_id, agent(m.icm_agent_id, m.mrd_id)),
        _ => return None,
    })
}

fn event(message: &Cti) -> Option<(TaskEventKind, TaskId)> {
    use TaskEventKind as K;
    Some(match message {
        Cti::OfferTaskEvent(m) => (K::Offer, m.task_id),
        Cti::StartTaskEvent(m) => (K::Start, m.task_id),
        Cti::PauseTaskEvent(m) => (K::Pause, m.task_id),
        Cti::ResumeTaskEvent(m) => (K::Resume, m.task_id),
        Cti::WrapupTaskEvent(m) => (K::WrapUp, m.task_id),
        Cti::EndTaskEvent(m) => (K::End, m.task_id),
        _ => return None,
    })
}

fn failure(message: &Cti) -> Option<u32> {
    match message {
        Cti::FailureConf(m) => Some(m.invoke_id),
        Cti::FailureResp(m) => Some(m.invoke_id),
        Cti::ControlFailureConf(m) => Some(m.invoke_id),
        _ => None,
    }
}
