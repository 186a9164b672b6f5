//! For each judgement a journal that it refuses, and no other does. The table is one match over all judgements, so that one without a
//! journal does not compile.

use crate::{
    lab::Journal,
    material::{
        AGENT, AGENT_STATE_EVENT, ELSE, END, MRD, OTHER_MRD, QUEUE, SECOND, THIRD, admitted, agent,
        agent_update, altered, cancel_conf, change, chosen, contact, desk, dialog, dialogue, event, failure,
        failure_of, first_task, handled_contact, is_sent, nobody, node, open_req, published, report,
        reported, somebody, start_ind, told, withdrawn,
    },
    toys::{
        becomes, close_call, is_traced, publishes, sent_behind, simple, two_tasks_with_a_limit_of,
        unanswered, waiting,
    },
};
use cce_check::Judgement;
use cce_journal::{Record, What};
use cce_kernel::{CallId, Fact, Input, Output, Port, TimerKey};
use cce_model::{
    AgentState, ContactStatus, DialogState, DialogueState, Disposition, InvokeId, MrdId, Object,
    PrecisionQueueId, SessionId, SkillTarget, TaskEventKind, TaskId, TaskState, UserState,
    fact::{AgentPgFact, AgentView, ArmMessage, CcpFact, FinesseFact, QueueChoice, RouterFact, SmOperation},
};
use cce_mr::{MR, Mr, mr::NewTask};
use std::collections::BTreeSet;

#[test]
fn each_judgement_refuses_a_journal_that_no_other_refuses() {
    let mut wrong = Vec::new();
    for judgement in Judgement::ALL {
        let breaches = against(*judgement).breaches();
        let fired: BTreeSet<Judgement> = breaches.iter().map(|breach| breach.judgement).collect();
        let is_told = breaches.iter().all(|breach| breach.check == judgement.check() && breach.seq > 0);
        if fired != BTreeSet::from([*judgement]) || !is_told {
            let texts: Vec<String> = breaches.iter().map(ToString::to_string).collect();
            wrong.push((judgement, fired, texts));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// CCP may know a contact of an earlier run: one that it stored, whatever else it did.
#[test]
fn a_contact_that_was_never_made_is_excused_by_what_ccp_stored_of_it_and_by_nothing_else() {
    let started = |node: &str, key: &str| {
        let stored = [(key.to_owned(), "1".to_owned())].into();
        let journal = simple()
            .and(node, What::In(Input::Start { stored, entropy: cce_kernel::Entropy::Seed }))
            .then("ccp", contact(Some(ContactStatus::Reserved), ContactStatus::Handled));
        journal.breaches().iter().map(|breach| breach.judgement).collect::<Vec<_>>()
    };
    assert_eq!(started("ccp", somebody().as_str()), []);
    for other in [handled_contact(&simple()).as_str(), "setting/ccp.poll", "object/latest"] {
        assert_eq!(started("ccp", other), [Judgement::ContactBegan], "{other}");
    }
    assert_eq!(started("stranger", somebody().as_str()), [Judgement::ContactBegan]);
}

/// A client that initialises again may tell of a task that has ended meanwhile: it is over at once.
#[test]
fn a_task_that_a_client_tells_of_as_ended_is_over() {
    let (mrd, skill_target) = (MrdId(MRD), SkillTarget(AGENT));
    let (state, skill_group) = (TaskState::Ended, SkillTarget(5199));
    let message = ArmMessage::TaskInit { task: SECOND, state, skill_group, is_answered: true };
    let init =
        AgentPgFact::ToOpc { session: SessionId(1), invoke_id: InvokeId(1), mrd, skill_target, message };
    let journal = simple()
        .then("agentpg", init.into())
        .then("agentpg", change(SECOND, AGENT, MRD, None, TaskState::Ended, Some(END)))
        .then("agentpg", withdrawn(SECOND));
    assert_eq!(journal.breaches(), []);
}

/// A request frees its own invoke id, not those of others.
#[test]
fn a_second_failure_of_an_indication_is_refused_behind_another_request_too() {
    let journal = simple();
    let (asked, other) = (start_ind(&journal), open_req(&journal));
    let failure = failure(&journal.records[asked]);
    let journal = journal.again_at_the_end(asked).and("agentpg", failure.clone());
    let journal = journal.again_at_the_end(other).and("agentpg", failure);
    let breaches = journal.breaches();
    assert_eq!(breaches.iter().map(|breach| breach.judgement).collect::<Vec<_>>(), [Judgement::FailureOnce]);
}

/// A contact is handled while the call to close it waits for its answer.
#[test]
fn a_contact_that_is_handled_behind_the_answer_to_its_close_call_is_handled_by_no_call() {
    let mut journal = simple();
    let asked = close_call(&journal);
    let What::In(Input::Call { call: of, .. }) = &journal.records[asked].what else { panic!("no call") };
    let of = *of;
    let is_answer = |record: &Record| {
        record.node.as_str() == "ccp"
            && matches!(&record.what, What::Out(Output::Reply { call, .. }) if *call == of)
    };
    let answer = journal.nth_record(0, is_answer);
    let answer = journal.records.remove(answer);
    journal.records.insert(asked + 1, answer);
    let fired: BTreeSet<Judgement> = journal.breaches().iter().map(|breach| breach.judgement).collect();
    assert_eq!(fired, BTreeSet::from([Judgement::HandledByACall]));
}

/// CCP drops empty parts of a path.
#[test]
fn a_close_call_whose_path_ends_with_a_slash_is_one() {
    let mut journal = simple();
    let call = close_call(&journal);
    let cause = journal.records[call].cause;
    let What::In(Input::Call { request, .. }) = &mut journal.records[call].what else { panic!("no call") };
    request.target += "/";
    assert!(cause.is_some());
    assert_eq!(journal.breaches(), []);
}

/// Who called CCP before it was started anew hears nothing.
#[test]
fn a_close_call_of_an_earlier_life_of_ccp_handles_nothing() {
    let mut journal = simple();
    let call = close_call(&journal);
    let started = Record { what: What::Started, ..journal.records[call].clone() };
    journal.records.insert(call + 1, started);
    let fired: BTreeSet<Judgement> = journal.breaches().iter().map(|breach| breach.judgement).collect();
    assert!(fired.contains(&Judgement::HandledByACall), "{fired:?}");
}

/// A journal that only this judgement refuses. A new judgement needs one here.
pub(crate) fn against(judgement: Judgement) -> Journal {
    use Judgement as J;
    match judgement {
        J::ContactEndsOnce
        | J::ContactOver
        | J::TaskEndsOnce
        | J::TaskEndsSomehow
        | J::TaskOver
        | J::DialogClosesOnce
        | J::DialogEndsAsItsTask
        | J::DialogOver
        | J::DialogueOver
        | J::WaitOver
        | J::SlotFree => against_one_end(judgement),
        J::TaskKeepsItsAgent
        | J::TaskWithTheChosenAgent
        | J::RoutedOnce
        | J::DialogKeepsItsAgent
        | J::DialogWithTheTasksAgent => against_one_agent(judgement),
        J::AgentsRoom
        | J::AgentsCount
        | J::AgentsCountAtTheEnd
        | J::ChosenIsAvailable
        | J::RoutersLimit
        | J::RoutersCount => against_within_limit(judgement),
        J::IndicationAnswered
        | J::EventIsDue
        | J::EndPassedOn
        | J::FailureOrEvent
        | J::FailureOnce
        | J::FailureAnswers
        | J::CancelConfirmed
        | J::CancelConfirmedOnce => against_one_answer(judgement),
        J::ContactBegan
        | J::ContactTransition
        | J::DialogueTransition
        | J::TaskBegan
        | J::TaskBeginsReserved
        | J::TaskTransition
        | J::TaskGoesOnAsBefore
        | J::InterruptHasACause
        | J::DialogTransition
        | J::DialogGoesOnAsBefore
        | J::AgentTransition
        | J::AgentReportedAsItStands
        | J::UnacceptedIsNotRoutable
        | J::UserTransition => against_legal_transition(judgement),
        J::ContactOfATask | J::NewTaskFollows | J::AdmittedOnce | J::KeyIsNew => {
            against_one_to_one_ids(judgement)
        }
        J::PriorityOrder => out_of_order(5, 4),
        J::ArrivalOrder => out_of_order(5, 5),
        J::ChosenBesideUninterruptible => simple()
            .routed(SECOND, (MRD, false), AGENT)
            .routed(THIRD, (OTHER_MRD, true), AGENT)
            .unrouted(SECOND, MRD, AGENT)
            .unrouted(THIRD, OTHER_MRD, AGENT),
        J::TaskBesideUninterruptible => simple()
            .then("router", admitted(SECOND, MRD, 5, false))
            .task(SECOND, MRD, &[TaskState::PreCall])
            .routed(THIRD, (OTHER_MRD, true), AGENT)
            .task(THIRD, OTHER_MRD, &[TaskState::PreCall])
            .task_over(SECOND, MRD, TaskState::PreCall)
            .task_over(THIRD, OTHER_MRD, TaskState::PreCall)
            .unrouted(THIRD, OTHER_MRD, AGENT),
        J::HandledByACall => {
            let journal = simple();
            let call = close_call(&journal);
            journal.without(call)
        }
        J::HandledByTheEnd => {
            let journal = simple();
            let call = journal.first(|fact| matches!(fact, Fact::Finesse(FinesseFact::SmCall { .. })));
            journal.saying(call, |fact| {
                if let Fact::Finesse(FinesseFact::SmCall { operation, task, .. }) = fact {
                    (*operation, *task) = (SmOperation::Renotify, SECOND);
                }
            })
        }
        J::RoutedAnewByRight => simple()
            .then("finesse", dialog(None, DialogState::Offered))
            .then("finesse", dialog(Some(DialogState::Offered), DialogState::Closed))
            .then("finesse", sm_call(SmOperation::Renotify)),
        J::CloseAfterTheEnd => simple().then("finesse", sm_call(SmOperation::EndTask)),
        J::ContactPublishedAsItStands
        | J::TaskEventOfATask
        | J::TaskEventAsItStands
        | J::TaskEventBehindItsAgents
        | J::AgentEventAheadOfItsTasks
        | J::DeliveredOnce
        | J::DialogPublishedAsItStands
        | J::MediaPublishedAsItStands
        | J::MediaPublishedOnce
        | J::UserPublishedAsItStands
        | J::ItemsInOrder => against_publish_order(judgement),
    }
}

/// Finesse asks something of CCP about a task that no run here has.
fn sm_call(operation: SmOperation) -> Fact {
    let (agent, task, contact, call) = (desk(), SECOND, nobody(), CallId(9_999));
    FinesseFact::SmCall { operation, agent, task, contact, call }.into()
}

fn against_one_end(judgement: Judgement) -> Journal {
    let journal = simple();
    match judgement {
        Judgement::ContactEndsOnce => {
            let end = journal.first(becomes(ContactStatus::Handled));
            journal.twice(end)
        }
        Judgement::ContactOver => journal.then("ccp", contact(None, ContactStatus::Unread)).then(
            "ccp",
            CcpFact::NotificationRequest { contact: somebody(), campaigns: vec![], tags: vec![] }.into(),
        ),
        Judgement::TaskEndsOnce => {
            let end = journal.first(|fact| matches!(fact, Fact::Task { to: TaskState::Ended, .. }));
            journal.twice(end)
        }
        Judgement::TaskEndsSomehow => {
            let journal = journal.task(SECOND, MRD, &[TaskState::PreCall]);
            let end = change(SECOND, AGENT, MRD, Some(TaskState::PreCall), TaskState::Ended, None);
            journal.then("agentpg", end).then("agentpg", withdrawn(SECOND))
        }
        Judgement::TaskOver => journal
            .task(SECOND, MRD, &[TaskState::PreCall])
            .then("agentpg", agent(AgentState::NotActive, AgentState::Reserved, 1)),
        Judgement::DialogClosesOnce => {
            let end = journal.first(|fact| matches!(fact, Fact::Dialog { to: DialogState::Closed, .. }));
            journal.twice(end)
        }
        Judgement::DialogEndsAsItsTask => {
            let end = journal.first(|fact| matches!(fact, Fact::Dialog { to: DialogState::Closed, .. }));
            journal.saying(end, |fact| {
                if let Fact::Dialog { disposition, .. } = fact {
                    *disposition = Some(Disposition::MAXIMUM_TASK_LIFETIME_EXCEEDED);
                }
            })
        }
        Judgement::DialogOver => journal.then("finesse", dialog(None, DialogState::Offered)),
        Judgement::DialogueOver => journal.then("mrpg", dialogue(None, DialogueState::Open, None)),
        Judgement::WaitOver => journal
            .then("router", admitted(SECOND, MRD, 5, true))
            .then("router", node(SECOND, QueueChoice::Wait)),
        _ => journal.routed(SECOND, (MRD, true), AGENT),
    }
}

fn against_one_agent(judgement: Judgement) -> Journal {
    let journal = simple();
    match judgement {
        Judgement::TaskKeepsItsAgent => journal
            .task(SECOND, MRD, &[TaskState::PreCall])
            .then("agentpg", change(SECOND, ELSE, MRD, Some(TaskState::PreCall), TaskState::Active, None))
            .task_over(SECOND, MRD, TaskState::PreCall),
        Judgement::TaskWithTheChosenAgent => journal
            .routed(SECOND, (MRD, true), ELSE)
            .task(SECOND, MRD, &[TaskState::PreCall])
            .task_over(SECOND, MRD, TaskState::PreCall)
            .unrouted(SECOND, MRD, ELSE),
        Judgement::RoutedOnce => journal
            .routed(SECOND, (MRD, true), AGENT)
            .then("router", node(SECOND, chosen(AGENT)))
            .unrouted(SECOND, MRD, AGENT),
        Judgement::DialogKeepsItsAgent => {
            let elsewhere = altered(dialog(Some(DialogState::Offered), DialogState::Closed), |fact| {
                if let Fact::Dialog { agent, .. } = fact {
                    *agent = "1082".into();
                }
            });
            journal.then("finesse", dialog(None, DialogState::Offered)).then("finesse", elsewhere)
        }
        _ => journal
            .then("agentpg", change(SECOND, ELSE, MRD, None, TaskState::PreCall, None))
            .then("finesse", dialog(None, DialogState::Offered))
            .then("agentpg", change(SECOND, ELSE, MRD, Some(TaskState::PreCall), TaskState::Ended, Some(END)))
            .then("agentpg", withdrawn(SECOND))
            .then("finesse", dialog(Some(DialogState::Offered), DialogState::Closed)),
    }
}

fn against_within_limit(judgement: Judgement) -> Journal {
    let journal = simple();
    match judgement {
        Judgement::AgentsRoom => two_tasks_with_a_limit_of(1),
        Judgement::AgentsCount => journal
            .then("agentpg", agent(AgentState::NotActive, AgentState::NotActive, 1))
            .then("agentpg", agent(AgentState::NotActive, AgentState::NotActive, 0)),
        Judgement::AgentsCountAtTheEnd => journal
            .task(SECOND, MRD, &[TaskState::PreCall])
            .then("agentpg", agent(AgentState::NotActive, AgentState::Reserved, 1))
            .task_over(SECOND, MRD, TaskState::PreCall),
        Judgement::ChosenIsAvailable => {
            let told = agent_update(&journal, |update| update.agent_mode = false);
            journal.and("router", told).routed(SECOND, (MRD, true), AGENT).unrouted(SECOND, MRD, AGENT)
        }
        Judgement::RoutersLimit => {
            let tasks = [20, 21, 22, 23].map(|call| TaskId { call, ..SECOND });
            let full = tasks.iter().fold(journal, |journal, task| journal.routed(*task, (MRD, true), AGENT));
            tasks.iter().fold(full, |journal, task| journal.unrouted(*task, MRD, AGENT))
        }
        _ => {
            let before = AgentView {
                state: AgentState::NotActive,
                tasks: 0,
                pending: 0,
                limit: 3,
                beyond: 0,
                routable: true,
            };
            let after = AgentView { tasks: 1, ..before };
            let (skill_target, mrd) = (SkillTarget(AGENT), MrdId(MRD));
            journal.then("router", RouterFact::Agent { skill_target, mrd, before, after }.into())
        }
    }
}

fn against_one_answer(judgement: Judgement) -> Journal {
    let journal = simple();
    match judgement {
        Judgement::IndicationAnswered => {
            let event = journal.first(is_traced(TaskEventKind::Start));
            journal.without(event)
        }
        Judgement::EventIsDue => {
            let event = event(&journal, TaskEventKind::Start);
            let report = report(&journal);
            journal
                .task(SECOND, MRD, &[TaskState::PreCall, TaskState::Active])
                .then("agentpg", told(&event))
                .then("agentpg", report)
                .then("agentpg", AgentPgFact::TaskEventTraced(Box::new(event)).into())
                .task_over(SECOND, MRD, TaskState::Active)
        }
        Judgement::EndPassedOn => journal.task(SECOND, MRD, &[TaskState::PreCall]).then(
            "agentpg",
            change(SECOND, AGENT, MRD, Some(TaskState::PreCall), TaskState::Ended, Some(END)),
        ),
        Judgement::FailureOrEvent => {
            let asked = start_ind(&journal);
            let failure = failure(&journal.records[asked]);
            let sent = sent_behind(&journal, TaskEventKind::Start);
            let mut journal = journal;
            journal.records[sent].what = failure;
            journal
        }
        Judgement::FailureOnce => {
            let asked = start_ind(&journal);
            let failure = failure(&journal.records[asked]);
            let journal = journal.again_at_the_end(asked);
            journal.and("agentpg", failure.clone()).and("agentpg", failure)
        }
        Judgement::FailureAnswers => {
            let unused = [0x7f, 0xff, 0xff, 0xff];
            let failure = failure_of(&journal.records[start_ind(&journal)], &unused);
            journal.and("agentpg", failure)
        }
        Judgement::CancelConfirmed => {
            let journal = waiting();
            let sent = cancel_conf(&journal);
            journal.without(sent)
        }
        _ => {
            let journal = waiting();
            let sent = cancel_conf(&journal);
            journal.twice(sent)
        }
    }
}

fn against_legal_transition(judgement: Judgement) -> Journal {
    use TaskState as T;
    let journal = simple();
    match judgement {
        Judgement::ContactBegan => {
            journal.then("ccp", contact(Some(ContactStatus::Reserved), ContactStatus::Handled))
        }
        Judgement::ContactTransition => journal
            .then("ccp", contact(None, ContactStatus::Unread))
            .then("ccp", contact(Some(ContactStatus::Queued), ContactStatus::Discarded)),
        Judgement::DialogueTransition => {
            journal.then("mrpg", dialogue(Some(DialogueState::Open), DialogueState::Routed, None))
        }
        Judgement::TaskBegan => journal
            .then("agentpg", change(SECOND, AGENT, MRD, Some(T::Offered), T::PreCall, None))
            .task_over(SECOND, MRD, T::PreCall),
        Judgement::TaskBeginsReserved => {
            journal.task(SECOND, MRD, &[T::Active]).task_over(SECOND, MRD, T::Active)
        }
        Judgement::TaskTransition => {
            journal.task(SECOND, MRD, &[T::PreCall, T::Paused]).task_over(SECOND, MRD, T::Paused)
        }
        Judgement::TaskGoesOnAsBefore => journal
            .task(THIRD, OTHER_MRD, &[T::PreCall])
            .task(SECOND, MRD, &[T::PreCall, T::Active, T::Interrupted, T::Paused])
            .task_over(SECOND, MRD, T::Paused)
            .task_over(THIRD, OTHER_MRD, T::PreCall),
        Judgement::InterruptHasACause => journal
            .task(SECOND, MRD, &[T::PreCall, T::Active, T::Interrupted])
            .task_over(SECOND, MRD, T::Interrupted),
        Judgement::DialogTransition => journal
            .then("finesse", dialog(None, DialogState::Active))
            .then("finesse", dialog(Some(DialogState::Active), DialogState::Closed)),
        Judgement::DialogGoesOnAsBefore => {
            use DialogState as D;
            let path = [D::Offered, D::Active, D::Interrupted, D::Paused, D::Closed];
            let befores = [None, Some(D::Offered), Some(D::Active), Some(D::Interrupted), Some(D::Paused)];
            let steps = befores.into_iter().zip(path);
            steps.fold(journal, |journal, (from, to)| journal.then("finesse", dialog(from, to)))
        }
        Judgement::AgentTransition => {
            journal.then("agentpg", agent(AgentState::NotReady, AgentState::NotActive, 0))
        }
        Judgement::AgentReportedAsItStands => {
            let told = reported(&journal, |record| record.routable = !record.routable);
            journal.then("agentpg", told)
        }
        Judgement::UnacceptedIsNotRoutable => {
            let end = Some(Disposition::TASK_ABANDONED_BEFORE_OFFERED);
            journal
                .task(SECOND, MRD, &[T::PreCall])
                .and("agentpg", What::In(Input::Timer(TimerKey::new("start", 1))))
                .then("agentpg", change(SECOND, AGENT, MRD, Some(T::PreCall), T::Ended, end))
                .then("agentpg", withdrawn(SECOND))
                .then("agentpg", agent(AgentState::NotActive, AgentState::NotActive, 0))
        }
        _ => journal.then(
            "finesse",
            Fact::User { agent: "1082".into(), from: UserState::Ready, to: UserState::NotReady },
        ),
    }
}

fn against_one_to_one_ids(judgement: Judgement) -> Journal {
    let journal = simple();
    match judgement {
        Judgement::ContactOfATask => {
            let task = first_task(&journal);
            journal
                .then("mrpg", dialogue(None, DialogueState::Open, Some(task)))
                .then("mrpg", dialogue(Some(DialogueState::Open), DialogueState::Failed, None))
        }
        Judgement::NewTaskFollows => {
            let mut journal = unanswered();
            let is_new_task = |record: &Record| {
                let What::Out(Output::Send { bytes, .. }) = &record.what else { return false };
                record.node.as_str() == "ccp" && matches!(Mr::read(&MR, &bytes.0), Ok(Mr::NewTask(_)))
            };
            let renotified = journal.nth_record(1, is_new_task);
            let What::Out(Output::Send { bytes, .. }) = &mut journal.records[renotified].what else {
                panic!()
            };
            let Ok(Mr::NewTask(task)) = Mr::read(&MR, &bytes.0) else { panic!() };
            *bytes = Mr::from(NewTask { previous_task: SECOND, ..task }).to_frame(&MR).into();
            journal
        }
        Judgement::AdmittedOnce => {
            let again = altered(admitted(SECOND, MRD, 5, true), |fact| {
                if let Fact::Router(RouterFact::CallAdmitted { ced, .. }) = fact {
                    handled_contact(&journal).as_str().clone_into(ced);
                }
            });
            journal.then("router", again)
        }
        _ => journal
            .then("router", admitted(SECOND, MRD, 5, true))
            .then("router", admitted(SECOND, MRD, 5, true)),
    }
}

fn against_publish_order(judgement: Judgement) -> Journal {
    let journal = simple();
    match judgement {
        Judgement::ContactPublishedAsItStands => {
            let queued = journal.first(|fact| matches!(fact, Fact::Ccp(CcpFact::Published { .. })));
            journal.again_at_the_end(queued)
        }
        Judgement::TaskEventOfATask => {
            let event = event(&journal, TaskEventKind::Start);
            journal.application_task().then("agentpg", AgentPgFact::TaskEventTraced(Box::new(event)).into())
        }
        Judgement::TaskEventAsItStands => {
            let event = event(&journal, TaskEventKind::Start);
            journal
                .task(SECOND, MRD, &[TaskState::PreCall])
                .application_task()
                .then("agentpg", AgentPgFact::TaskEventTraced(Box::new(event)).into())
                .task_over(SECOND, MRD, TaskState::PreCall)
        }
        Judgement::TaskEventBehindItsAgents => {
            let event = event(&journal, TaskEventKind::Start);
            journal
                .task(SECOND, MRD, &[TaskState::PreCall, TaskState::Active])
                .application_task()
                .then("agentpg", told(&event))
                .then("agentpg", AgentPgFact::TaskEventTraced(Box::new(event)).into())
                .task_over(SECOND, MRD, TaskState::Active)
        }
        Judgement::AgentEventAheadOfItsTasks => {
            let first = journal.nth_record(1, |record| is_sent(record, AGENT_STATE_EVENT));
            journal.again_at_the_end(first)
        }
        Judgement::DeliveredOnce => {
            let sent = sent_behind(&journal, TaskEventKind::Start);
            journal.twice(sent)
        }
        Judgement::DialogPublishedAsItStands => {
            let active = journal.first(publishes(DialogState::Active));
            journal.again_at_the_end(active)
        }
        Judgement::MediaPublishedAsItStands => {
            let wrong = published(&journal, |object| {
                let Object::Media(media) = object else { return false };
                media.state = AgentState::Paused;
                true
            });
            journal.then("finesse", wrong)
        }
        Judgement::MediaPublishedOnce => {
            let again = published(&journal, |object| matches!(object, Object::Media(_)));
            journal.then("finesse", again)
        }
        Judgement::UserPublishedAsItStands => {
            let wrong = published(&journal, |object| {
                let Object::User(user) = object else { return false };
                user.state = UserState::Logout;
                true
            });
            journal.then("finesse", wrong)
        }
        _ => {
            let piece = journal.nth_record(0, |record| {
                record.node.as_str() == "agent-1081"
                    && matches!(&record.what, What::In(Input::Frame { link, bytes })
                        if link.port == Port::Xmpp && String::from_utf8_lossy(&bytes.0).contains("<item id="))
            });
            journal.again_at_the_end(piece)
        }
    }
}

/// Two tasks wait, and the one that arrived second leaves first.
fn out_of_order(second: u32, first: u32) -> Journal {
    simple()
        .then("router", admitted(SECOND, MRD, first, true))
        .then("router", node(SECOND, QueueChoice::Wait))
        .routed_with(THIRD, (MRD, true), AGENT, second)
        .unrouted(THIRD, MRD, AGENT)
        .then("router", RouterFact::Dequeued { key: SECOND.key(), queue_id: PrecisionQueueId(QUEUE) }.into())
}

impl Journal {
    /// With another record at the end.
    pub(crate) fn and(mut self, node: &str, what: What) -> Self {
        let (seq, at) = self.records.last().map(|last| (last.seq + 1, last.at)).unwrap();
        self.records.push(Record { seq, at, node: node.into(), cause: None, what });
        self
    }

    /// With another fact at the end.
    pub(crate) fn then(self, node: &str, fact: Fact) -> Self {
        self.and(node, What::Out(Output::Note(fact)))
    }

    /// With a task of the agent that goes through these states.
    pub(crate) fn task(self, task: TaskId, mrd: i32, states: &[TaskState]) -> Self {
        let befores = std::iter::once(None).chain(states.iter().copied().map(Some));
        let steps = befores.zip(states);
        steps.fold(self, |journal, (from, to)| {
            journal.then("agentpg", change(task, AGENT, mrd, from, *to, None))
        })
    }

    /// With the end of that task, of which no client hears.
    pub(crate) fn task_over(self, task: TaskId, mrd: i32, from: TaskState) -> Self {
        self.then("agentpg", change(task, AGENT, mrd, Some(from), TaskState::Ended, Some(END)))
            .then("agentpg", withdrawn(task))
    }

    /// With a task that the router gives to an agent.
    fn routed(self, task: TaskId, domain: (i32, bool), agent: i32) -> Self {
        self.routed_with(task, domain, agent, 5)
    }

    fn routed_with(self, task: TaskId, (mrd, interruptible): (i32, bool), agent: i32, priority: u32) -> Self {
        self.then("router", admitted(task, mrd, priority, interruptible))
            .then("router", node(task, chosen(agent)))
    }

    /// With the reservation taken back, and the task given up.
    fn unrouted(self, task: TaskId, mrd: i32, agent: i32) -> Self {
        let (skill_target, mrd) = (SkillTarget(agent), MrdId(mrd));
        self.then("router", RouterFact::Requeued { task, skill_target, mrd }.into()).then(
            "router",
            RouterFact::Dequeued { key: task.key(), queue_id: PrecisionQueueId(QUEUE) }.into(),
        )
    }

    /// With an application that gives its agent a task: an event without an indication follows.
    pub(crate) fn application_task(self) -> Self {
        let message =
            ArmMessage::StartApplicationTask { skill_group: SkillTarget(5199), service: SkillTarget(1) };
        let (mrd, skill_target) = (MrdId(MRD), SkillTarget(AGENT));
        let asked =
            AgentPgFact::ToOpc { session: SessionId(1), invoke_id: InvokeId(1), mrd, skill_target, message };
        self.then("agentpg", asked.into())
    }
}
