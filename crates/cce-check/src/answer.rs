//! Indications of CTI clients and what becomes of them (cti-server-protocol 2, 11.1).
//!
//! An indication is answered by an event or by a failure. An event goes to whoever listens, so it is looked for
//! where the CTI server passes it on, and on the connection of a client that hears of every task.

use crate::{breach::Judge, judgement::Judgement, said::Said, table::Bounded};
use cce_cti::{AgentStateEvent, Cti, OpenReq, services};
use cce_fold::Subject;
use cce_kernel::LinkId;
use cce_model::{
    AgentKey, AgentRecord, InvokeId, MrdId, SessionId, SkillTarget, TaskEvent, TaskEventKind, TaskId,
    fact::ArmMessage,
};
use cce_wire::Message;
use std::collections::BTreeMap;

/// Indications that wait for their answer. The oldest invoke ids give way.
const PENDING_MAX: usize = 16_384;
/// Answers that are remembered, of each kind: a second one comes soon, or not at all.
const ANSWERED_MAX: usize = 256;

/// What an indication names that names no agent.
const NO_AGENT: SkillTarget = SkillTarget(-1);
/// What one names that names no domain.
const NO_MRD: MrdId = MrdId(-1);

/// What answers an indication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExpectedAnswer {
    /// An event of the task.
    Task(TaskEventKind, TaskId),
    /// An event of the agent.
    Agent(AgentKey),
}

/// An indication without its answer.
#[derive(Clone, Debug)]
struct OpenIndication {
    name: &'static str,
    wanted: ExpectedAnswer,
    /// Record of the event, once it was passed on.
    traced: Option<u64>,
}

/// An invoke id of a connection.
type Asked = (LinkId, InvokeId);

/// What asked, and its record: a client may give two of its indications one invoke id.
type Asking = (LinkId, InvokeId, u64);

/// An answer is remembered. Of more, the one with the oldest record goes: one connection does not push out what another has.
fn remember(answers: &mut BTreeMap<Asked, u64>, asked: Asked, seq: u64) {
    answers.insert(asked, seq);
    if answers.len() > ANSWERED_MAX {
        let oldest = answers.iter().min_by_key(|(_, record)| **record).map(|(asked, _)| *asked);
        answers.remove(&oldest.expect("there are more than none"));
    }
}

/// A client's session.
#[derive(Clone, Debug, Default)]
struct Client {
    /// Services granted; none before it is open.
    services: u32,
    /// The agent of a session of one device, as the request to open it names the agent: extension, id, instrument; empty
    /// where it does not.
    device: [String; 3],
}

impl Client {
    /// Whether it hears of the tasks of an agent of that extension, id and instrument: of all, or in workstation mode of
    /// its own agent's (cti-server-protocol 4.5).
    fn hears(&self, agent: Option<&[String; 3]>) -> bool {
        let has = |service| self.services & service != 0;
        let is_own = || {
            let is_named = |(named, is): (&String, &String)| !named.is_empty() && named == is;
            agent.is_some_and(|agent| self.device.iter().zip(agent).any(is_named))
        };
        has(services::ALL_TASK_EVENTS)
            || has(services::CLIENT_EVENTS) && has(services::AGENT_REPORTING) && is_own()
    }
}

/// Indications of all connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    /// Open connections.
    links: BTreeMap<LinkId, Client>,
    /// Agents of whom OPC told: extension, id and instrument.
    agents: BTreeMap<SkillTarget, [String; 3]>,
    sessions: BTreeMap<SessionId, LinkId>,
    pending: BTreeMap<Asking, OpenIndication>,
    /// The records of failures by invoke id, until the id may stand for something else.
    failed: BTreeMap<Asked, u64>,
    /// The records of events by invoke id, as long as those of failures.
    answered: BTreeMap<Asked, u64>,
    /// What clients said.
    said: Said,
    /// Ends of tasks that the CTI server has yet to tell.
    ends: BTreeMap<TaskId, u64>,
    /// An application gives its agent a task: an event without an indication follows.
    is_application: bool,
    /// Record of the input that is handled.
    input: u64,
}

impl Answers {
    /// An input begins.
    pub(crate) fn on_input(&mut self, seq: u64) {
        self.is_application = false;
        self.input = seq;
    }

    pub(crate) fn on_link_up(&mut self, link: LinkId) {
        self.links.insert(link, Client::default());
    }

    pub(crate) fn on_session(&mut self, session: SessionId, link: LinkId, services: u32) {
        self.links.entry(link).or_default().services = services;
        self.sessions.insert(session, link);
    }

    /// A session ended: its client waits no more.
    pub(crate) fn on_session_closed(&mut self, session: SessionId) {
        if let Some(link) = self.sessions.remove(&session) {
            self.on_link_gone(link);
        }
    }

    pub(crate) fn on_link_gone(&mut self, link: LinkId) {
        self.links.remove(&link);
        self.sessions.retain(|_, of| *of != link);
        self.pending.retain(|(of, _, _), _| *of != link);
        self.said.forget(link);
        self.renew_ids(link);
    }

    pub(crate) fn on_arm(&mut self, message: &ArmMessage) {
        self.is_application = matches!(
            message,
            ArmMessage::OfferApplicationTask { .. } | ArmMessage::StartApplicationTask { .. }
        );
    }

    /// A client says something. Returns what is wrong with it, if its invoke id is that of another indication that waits.
    pub(crate) fn on_received(&mut self, link: LinkId, message: &Cti, seq: u64) -> Option<String> {
        if self.links.contains_key(&link) {
            self.said.add(link, message.about().invoke);
        }
        // A request frees its own id for its answer, and one whose id is not known frees all (cti-server-protocol 4.4).
        match message.about().invoke {
            Some(invoke_id) => self.renew_id((link, invoke_id)),
            None => self.renew_ids(link),
        }
        let Some((invoke_id, wanted)) = indication(message) else {
            if let (Cti::OpenReq(open), Some(client)) = (message, self.links.get_mut(&link))
                && client.services == 0
            {
                client.device = device(open);
            }
            return None;
        };
        if !self.links.contains_key(&link) {
            return None;
        }
        let with_that_id = (link, invoke_id, 0)..=(link, invoke_id, u64::MAX);
        let earlier = self.pending.range(with_that_id).next().map(|(_, earlier)| earlier.name);
        let twice = earlier.map(|earlier| {
            format!("{} on {link} has invoke id {invoke_id}, as {earlier} that still waits", message.name())
        });
        self.pending
            .insert((link, invoke_id, seq), OpenIndication { name: message.name(), wanted, traced: None });
        self.pending.keep(PENDING_MAX);
        twice
    }

    /// A client says something that cannot be read.
    pub(crate) fn on_unreadable(&mut self, link: LinkId) {
        if self.links.contains_key(&link) {
            self.said.add(link, None);
        }
        self.renew_ids(link);
    }

    /// The client uses an invoke id once more, and a failure may answer that.
    fn renew_id(&mut self, asked: Asked) {
        self.failed.remove(&asked);
        self.answered.remove(&asked);
    }

    /// A message whose invoke id is not known may have any, and a failure may answer that.
    fn renew_ids(&mut self, link: LinkId) {
        self.failed.retain(|(of, _), _| *of != link);
        self.answered.retain(|(of, _), _| *of != link);
    }

    /// The CTI server says something to a client.
    pub(crate) fn on_sent(&mut self, link: LinkId, message: &Cti, judge: &mut Judge<'_>) {
        let about = message.about();
        if let Some((kind, task)) = TaskEventKind::of_name(message.name()).zip(about.task) {
            let is_it = |(of, pending): &(&Asking, &OpenIndication)| {
                of.0 == link && pending.traced.is_some() && pending.wanted == ExpectedAnswer::Task(kind, task)
            };
            if let Some(asked) = self.pending.iter().find(is_it).map(|(asked, _)| *asked) {
                self.answer(asked, judge.seq);
            }
        } else if let Some(invoke_id) = about.invoke.filter(|_| about.refusal.is_some()) {
            self.on_failure((link, invoke_id), message.name(), judge);
        }
    }

    /// OPC tells how an agent stands.
    pub(crate) fn on_record(&mut self, record: &AgentRecord, judge: &mut Judge<'_>) {
        let names = [record.extension.clone(), record.agent.to_string(), record.instrument.clone()];
        self.agents.insert(record.skill_target, names);
        let member = record.member();
        // What else changes an agent is no answer: OPC reports at once what an indication comes to.
        let answered = self.waiting(ExpectedAnswer::Agent(member)).find(|(_, _, at)| *at == self.input);
        if let Some(asked) = answered {
            self.answer(asked, judge.seq);
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
        let asked = self.oldest(ExpectedAnswer::Task(kind, task));
        let is_first_end = kind == TaskEventKind::End && self.ends.remove(&task).is_some();
        let is_due = is_first_end || kind != TaskEventKind::End && (asked.is_some() || self.is_application);
        judge.expect(Judgement::EventIsDue, is_due, &[], || {
            format!("{} of task {task} is one too many: no indication is without its answer", kind.name())
        });
        let Some(asked) = asked else { return };
        let agent = self.agents.get(&event.skill_target);
        let hears = self.links.get(&asked.0).is_some_and(|client| client.hears(agent));
        if !hears {
            self.answer(asked, judge.seq);
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
        for ((link, invoke_id, at), pending) in &self.pending {
            let OpenIndication { name, wanted, traced } = pending;
            let task = if let ExpectedAnswer::Task(_, task) = wanted { Some(*task) } else { None };
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
        let (link, invoke_id) = asked;
        let with_that_id = (link, invoke_id, 0)..=(link, invoke_id, u64::MAX);
        // Of two with one invoke id, a failure is of one that has no event.
        let found = self.pending.range(with_that_id).min_by_key(|(_, pending)| pending.traced);
        let asking = found.map(|(asking, _)| *asking);
        if let Some(pending) = asking.and_then(|asking| self.pending.remove(&asking)) {
            let event = pending.traced;
            judge.expect(Judgement::FailureOrEvent, event.is_none(), event.as_slice(), || {
                format!("{name} answers {}, which got its event", pending.name)
            });
            remember(&mut self.failed, asked, judge.seq);
        } else if let Some(before) = self.failed.get(&asked) {
            judge.expect(Judgement::FailureOnce, false, &[*before], || {
                format!("{name} with invoke id {} on {} comes twice", asked.1, asked.0)
            });
        } else if let Some(event) = self.answered.get(&asked) {
            judge.expect(Judgement::FailureOrEvent, false, &[*event], || {
                format!("{name} with invoke id {} on {} comes behind the event", asked.1, asked.0)
            });
        } else if self.links.contains_key(&link) {
            let is_said = self.said.is_answered_by(link, invoke_id);
            judge.expect(Judgement::FailureAnswers, is_said, &[], || {
                format!("{name} with invoke id {invoke_id} on {link} answers nothing that its client said")
            });
        }
    }

    /// An indication has its event.
    fn answer(&mut self, asked: Asking, seq: u64) {
        self.pending.remove(&asked);
        remember(&mut self.answered, (asked.0, asked.1), seq);
    }

    fn oldest(&self, wanted: ExpectedAnswer) -> Option<Asking> {
        self.waiting(wanted).min_by_key(|(_, _, at)| *at)
    }

    fn waiting(&self, wanted: ExpectedAnswer) -> impl Iterator<Item = Asking> {
        let waiting = self.pending.iter();
        let waiting =
            waiting.filter(move |(_, pending)| pending.wanted == wanted && pending.traced.is_none());
        waiting.map(|(asking, _)| *asking)
    }
}

/// The invoke id of an indication, and what answers it: an event of its task that OPC passes on, or how its agent
/// stands then.
fn indication(message: &Cti) -> Option<(InvokeId, ExpectedAnswer)> {
    let [answer] = message.doc()?.answered_by else { return None };
    let about = message.about();
    let wanted = if let Some(kind) = TaskEventKind::of_name(answer) {
        ExpectedAnswer::Task(kind, about.task.unwrap_or(TaskId::NONE))
    } else if *answer == AgentStateEvent::DOC.name {
        let (skill_target, mrd) = (about.agent.unwrap_or(NO_AGENT), about.mrd.unwrap_or(NO_MRD));
        ExpectedAnswer::Agent(AgentKey { skill_target, mrd })
    } else {
        return None;
    };
    Some((about.invoke?, wanted))
}

/// The names that a request to open a session gives its agent.
fn device(open: &OpenReq) -> [String; 3] {
    let text = |text: Option<String>| text.unwrap_or_default();
    [
        text(open.agent_extension.as_ref().map(ToString::to_string)),
        text(open.agent_id.as_ref().map(ToString::to_string)),
        text(open.agent_instrument.as_ref().map(ToString::to_string)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{agentpg::tests::record, breach::Ledger};
    use cce_cti::{
        FailureConf, HeartbeatReq, MakeAgentReadyInd, PauseTaskInd, QueryAgentStateReq, StartTaskEvent,
        StartTaskInd,
    };
    use cce_kernel::Port;
    use cce_model::PeripheralId;

    const LINK: LinkId = LinkId { port: Port::CtiA, number: 1 };

    /// What a client says, and how often a failure answers it; the breaches until the end.
    fn judged(said: impl FnOnce(&mut Answers, &mut Judge<'_>)) -> Vec<String> {
        let (mut ledger, subject) = (Ledger::default(), Subject::default());
        let mut judge = Judge::new(&mut ledger, 9, &subject);
        let mut answers = Answers::default();
        answers.on_link_up(LINK);
        said(&mut answers, &mut judge);
        answers.finish(&mut judge);
        judge.breaches.iter().map(ToString::to_string).collect()
    }

    /// In workstation mode the event of an agent's own task goes to the agent's session (cti-server-protocol 4.5, 11.4).
    #[test]
    fn a_session_of_one_device_is_to_hear_of_its_own_agents_tasks() {
        use cce_wire::Text;
        let own = OpenReq { agent_id: Some(Text::new("1080")), ..OpenReq::default() };
        let other = OpenReq { agent_instrument: Some(Text::new("1081")), ..OpenReq::default() };
        let event = started();
        let with_names = |names: [&str; 3], open: &OpenReq, services: u32| {
            judged(|answers, judge| {
                answers.on_received(LINK, &open.clone().into(), 1);
                answers.on_session(SessionId(1), LINK, services);
                answers.agents.insert(event.skill_target, names.map(str::to_owned));
                answers.on_received(LINK, &start(7), 2);
                answers.on_traced(&event, judge);
            })
        };
        let of_device = |open: &OpenReq, services| with_names(["1080"; 3], open, services);
        let workstation = services::CLIENT_EVENTS | services::AGENT_REPORTING;
        assert_eq!(of_device(&own, workstation).len(), 1, "the event does not reach its client");
        assert_eq!(of_device(&other, workstation), [""; 0], "another agent's client does not hear of it");
        assert_eq!(of_device(&own, services::CLIENT_EVENTS), [""; 0]);
        assert_eq!(of_device(&other, services::ALL_TASK_EVENTS).len(), 1);
        let without_instrument = with_names(["1080", "1080", ""], &OpenReq::default(), workstation);
        assert_eq!(without_instrument, [""; 0], "a name that neither has names nobody");
    }

    /// The start of the task that an indication of the defaults names.
    fn started() -> TaskEvent {
        TaskEvent {
            kind: TaskEventKind::Start,
            task: TaskId::default(),
            previous: TaskId::NONE,
            peripheral: PeripheralId(5000),
            mrd: MrdId(5011),
            skill_target: SkillTarget(5172),
            skill_group: SkillTarget(5199),
            service: SkillTarget::NONE,
            application_routed: true,
            icm_disposition: None,
            application_disposition: None,
            wrapup_data: String::new(),
            application_data: String::new(),
        }
    }

    fn start(invoke_id: u32) -> Cti {
        StartTaskInd { invoke_id: InvokeId(invoke_id), ..StartTaskInd::default() }.into()
    }

    fn failure(invoke_id: u32) -> Cti {
        FailureConf { invoke_id: InvokeId(invoke_id), ..FailureConf::default() }.into()
    }

    #[test]
    fn indications_and_failures_beyond_their_numbers_let_the_first_go() {
        let max = u32::try_from(PENDING_MAX).unwrap();
        let waiting = judged(|answers, _| {
            for id in 1..=max + 1 {
                answers.on_received(LINK, &start(id), u64::from(id));
            }
        });
        assert_eq!(waiting.len(), PENDING_MAX);
        assert!(waiting[0].contains("invoke id 2 "), "{}", waiting[0]);
        let max = u32::try_from(ANSWERED_MAX).unwrap();
        let failed = judged(|answers, judge| {
            for id in 1..=max + 1 {
                answers.on_received(LINK, &start(id), u64::from(id));
                answers.on_sent(LINK, &failure(id), judge);
            }
            answers.on_sent(LINK, &failure(1), judge);
            answers.on_sent(LINK, &failure(2), judge);
        });
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert!(failed[0].contains("invoke id 2 "), "{failed:?}");
    }

    #[test]
    fn answers_of_one_connection_do_not_push_out_the_latest_of_another() {
        let other = LinkId { number: 2, ..LINK };
        let max = u32::try_from(ANSWERED_MAX).unwrap();
        let mut answers = BTreeMap::new();
        for id in 1..=max {
            remember(&mut answers, (other, InvokeId(id)), u64::from(id));
        }
        remember(&mut answers, (LINK, InvokeId(1)), u64::from(max) + 1);
        assert_eq!(answers.len(), ANSWERED_MAX);
        assert!(answers.contains_key(&(LINK, InvokeId(1))) && !answers.contains_key(&(other, InvokeId(1))));
    }

    #[test]
    fn what_a_client_asked_goes_with_its_connection_and_what_others_asked_stays() {
        let other = LinkId { number: 2, ..LINK };
        let both = |gone: fn(&mut Answers)| {
            judged(|answers, judge| {
                answers.on_link_up(other);
                answers.on_session(SessionId(1), LINK, services::ALL_TASK_EVENTS);
                answers.on_session(SessionId(2), other, services::ALL_TASK_EVENTS);
                for (link, seq) in [(LINK, 3), (other, 4)] {
                    answers.on_received(link, &start(7), seq);
                    answers.on_received(link, &start(8), seq);
                    answers.on_sent(link, &failure(8), judge);
                }
                gone(answers);
                // A failure that was told is forgotten with the connection: another one may have that number.
                answers.on_sent(LINK, &failure(8), judge);
                answers.on_sent(other, &failure(8), judge);
                assert_eq!(answers.sessions.len(), 1);
                assert_eq!(answers.links.len(), 1);
            })
        };
        let goes: [fn(&mut Answers); 2] =
            [|answers| answers.on_link_gone(LINK), |answers| answers.on_session_closed(SessionId(1))];
        for gone in goes {
            let told = both(gone);
            assert_eq!(told.len(), 2, "{told:?}");
            assert!(told[0].contains("with invoke id 8 on cti-a#2 comes twice"), "{told:?}");
            assert!(told[1].contains("START_TASK_IND with invoke id 7 on cti-a#2 got no answer"), "{told:?}");
        }
    }

    #[test]
    fn two_indications_with_one_invoke_id_have_an_answer_each() {
        let pause = Cti::from(PauseTaskInd { invoke_id: InvokeId(7), ..PauseTaskInd::default() });
        let both = judged(|answers, judge| {
            assert_eq!(answers.on_received(LINK, &start(7), 1), None);
            let twice = answers.on_received(LINK, &pause, 2);
            assert!(twice.is_some_and(|twice| twice.contains("invoke id 7, as START_TASK_IND")));
            answers.on_sent(LINK, &failure(7), judge);
            answers.on_sent(LINK, &failure(7), judge);
        });
        assert_eq!(both, [""; 0]);
        let one = judged(|answers, judge| {
            answers.on_received(LINK, &start(7), 1);
            answers.on_received(LINK, &pause, 2);
            answers.on_sent(LINK, &failure(7), judge);
        });
        assert_eq!(one.len(), 1, "{one:?}");
    }

    /// One indication has one answer, whichever of the two comes first.
    #[test]
    fn a_failure_behind_the_event_is_a_breach_until_the_invoke_id_stands_for_something_else() {
        let request =
            Cti::from(QueryAgentStateReq { invoke_id: InvokeId(7), ..QueryAgentStateReq::default() });
        let behind = |said: fn(&mut Answers, &Cti), request: &Cti| {
            judged(|answers, judge| {
                answers.on_session(SessionId(1), LINK, services::ALL_TASK_EVENTS);
                let task_id = TaskId { day: 1, call: 1, sequence: 1 };
                let asked = StartTaskInd { invoke_id: InvokeId(7), task_id, ..StartTaskInd::default() };
                answers.on_received(LINK, &asked.into(), 1);
                answers.on_traced(&TaskEvent { task: task_id, ..started() }, judge);
                answers.on_sent(LINK, &StartTaskEvent { task_id, ..StartTaskEvent::default() }.into(), judge);
                said(answers, request);
                answers.on_sent(LINK, &failure(7), judge);
            })
        };
        let told = behind(|_, _| {}, &request);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("invoke id 7 on cti-a#1 comes behind the event"), "{told:?}");
        assert_eq!(behind(|answers, request| drop(answers.on_received(LINK, request, 2)), &request), [""; 0]);
        assert_eq!(behind(|answers, _| drop(answers.on_received(LINK, &start(7), 2)), &request), [""; 0]);
        assert_eq!(behind(|answers, _| answers.on_unreadable(LINK), &request), [""; 0]);
    }

    /// What another agent's client asks, or a task does, changes an agent, too.
    #[test]
    fn an_indication_about_an_agent_is_answered_by_the_report_that_it_leads_to_and_by_no_later_one() {
        let ready = MakeAgentReadyInd {
            invoke_id: InvokeId(7),
            mrd_id: record().mrd,
            icm_agent_id: record().skill_target,
            ..MakeAgentReadyInd::default()
        };
        let reported = |input: u64, fails: bool| {
            judged(|answers, judge| {
                answers.on_input(1);
                answers.on_received(LINK, &ready.clone().into(), 1);
                answers.on_input(input);
                answers.on_record(&record(), judge);
                if fails {
                    answers.on_sent(LINK, &failure(7), judge);
                }
            })
        };
        assert_eq!(reported(1, false), [""; 0]);
        assert!(reported(1, true)[0].contains("invoke id 7 on cti-a#1 comes behind the event"));
        assert!(
            reported(2, false)[0].contains("MAKE_AGENT_READY_IND with invoke id 7 on cti-a#1 got no answer")
        );
        assert_eq!(reported(2, true), [""; 0]);
    }

    #[test]
    fn an_invoke_id_may_be_used_once_more_for_something_else_that_fails() {
        let request =
            Cti::from(QueryAgentStateReq { invoke_id: InvokeId(7), ..QueryAgentStateReq::default() });
        let said = judged(|answers, judge| {
            answers.on_received(LINK, &start(7), 1);
            answers.on_sent(LINK, &failure(7), judge);
            answers.on_received(LINK, &request, 2);
            answers.on_sent(LINK, &failure(7), judge);
            answers.on_unreadable(LINK);
            answers.on_sent(LINK, &failure(7), judge);
        });
        assert_eq!(said, [""; 0]);
    }

    #[test]
    fn a_second_failure_of_one_indication_is_a_breach_whatever_heartbeats_there_are() {
        let heartbeat = Cti::from(HeartbeatReq { invoke_id: InvokeId(8), ..HeartbeatReq::default() });
        let said = judged(|answers, judge| {
            answers.on_received(LINK, &start(7), 1);
            answers.on_sent(LINK, &failure(7), judge);
            answers.on_received(LINK, &heartbeat, 2);
            answers.on_sent(LINK, &failure(7), judge);
        });
        assert_eq!(said.len(), 1, "{said:?}");
    }
}
