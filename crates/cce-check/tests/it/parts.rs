//! Judgements of several parts: each part refuses a journal of its own.

use crate::{
    lab::Journal,
    material::{AGENT, MRD, SECOND, agent, change, contact, desk, dialog, event, nobody, reported},
    toys::simple,
};
use cce_check::Judgement;
use cce_kernel::{CallId, Fact};
use cce_model::{
    AgentState, ContactStatus, DialogState, Disposition, MrdId, Object, Publication, PublishEvent,
    TaskEventKind, TaskState, UserState,
    fact::{AgentPgFact, FinesseFact, SmOperation},
};
use std::collections::BTreeSet;

#[test]
fn each_part_of_a_judgement_refuses_a_journal() {
    use AgentState as A;
    use DialogState as D;
    use Judgement as J;
    use TaskState as T;
    let end = |before, from| {
        move |journal: Journal| {
            journal.task_over(SECOND, MRD, from).then("agentpg", agent(before, A::NotActive, 0))
        }
    };
    let parts: Vec<(J, &str, Journal)> = vec![
        (
            J::AgentTransition,
            "from another state",
            simple().then("agentpg", agent(A::NotReady, A::NotActive, 0)),
        ),
        (
            J::AgentTransition,
            "a state that does not fit the tasks",
            end(A::Active, T::PreCall)(
                simple().task(SECOND, MRD, &[T::PreCall]).then("agentpg", agent(A::NotActive, A::Active, 1)),
            ),
        ),
        (
            J::AgentTransition,
            "from signed out to ready",
            simple()
                .then("agentpg", agent(A::NotActive, A::Logout, 0))
                .then("agentpg", agent(A::Logout, A::NotActive, 0)),
        ),
        (J::AgentReportedAsItStands, "another state", {
            let journal = simple();
            let told = reported(&journal, |record| record.state = A::NotReady);
            journal.then("agentpg", told)
        }),
        (J::AgentReportedAsItStands, "another number of tasks", {
            let journal = simple();
            let told = reported(&journal, |record| record.tasks += 1);
            journal.then("agentpg", told)
        }),
        (
            J::TaskTransition,
            "from another state",
            simple()
                .task(SECOND, MRD, &[T::PreCall])
                .then("agentpg", change(SECOND, AGENT, MRD, Some(T::Offered), T::Active, None))
                .task_over(SECOND, MRD, T::Active),
        ),
        (
            J::TaskTransition,
            "from wrap-up to work",
            simple().task(SECOND, MRD, &[T::PreCall, T::Active, T::WrapUp, T::Active]).task_over(
                SECOND,
                MRD,
                T::Active,
            ),
        ),
        (
            J::DialogTransition,
            "from another state",
            simple()
                .then("finesse", dialog(None, D::Offered))
                .then("finesse", dialog(Some(D::Accepted), D::Active))
                .then("finesse", dialog(Some(D::Active), D::Closed)),
        ),
        (
            J::ContactTransition,
            "an illegal step",
            simple()
                .then("ccp", contact(None, ContactStatus::Unread))
                .then("ccp", contact(Some(ContactStatus::Unread), ContactStatus::Reserved))
                .then("ccp", contact(Some(ContactStatus::Reserved), ContactStatus::Queued))
                .then("ccp", contact(Some(ContactStatus::Queued), ContactStatus::Discarded)),
        ),
        (
            J::ContactBegan,
            "in another status than unread",
            simple()
                .then("ccp", contact(None, ContactStatus::Queued))
                .then("ccp", contact(Some(ContactStatus::Queued), ContactStatus::Discarded)),
        ),
        (
            J::ContactBegan,
            "from another status",
            simple()
                .then("ccp", contact(Some(ContactStatus::Queued), ContactStatus::Unread))
                .then("ccp", contact(Some(ContactStatus::Unread), ContactStatus::Discarded)),
        ),
        (
            J::UserTransition,
            "a state that the CTI server does not tell of",
            simple().then(
                "finesse",
                Fact::User { agent: desk(), from: UserState::NotReady, to: UserState::Ready },
            ),
        ),
        (J::TaskEventAsItStands, "an event that OPC did not tell of", {
            let event = event(&simple(), TaskEventKind::Start);
            simple()
                .task(SECOND, MRD, &[T::PreCall, T::Active])
                .application_task()
                .then("agentpg", AgentPgFact::TaskEventTraced(Box::new(event)).into())
                .task_over(SECOND, MRD, T::Active)
        }),
        (
            J::DialogPublishedAsItStands,
            "as another agent's",
            republished(|publication| {
                let (Object::Dialog(dialog) | Object::Dialogs(dialog)) = &mut publication.object else {
                    return false;
                };
                dialog.agent = "1082".into();
                true
            }),
        ),
        (
            J::DialogPublishedAsItStands,
            "to another agent",
            republished(|publication| {
                publication.agent = "1082".into();
                matches!(publication.object, Object::Dialog(_) | Object::Dialogs(_))
            }),
        ),
        (
            J::DialogPublishedAsItStands,
            "as deleted while it is open",
            republished(|publication| {
                let is_open = publication.event != PublishEvent::Delete;
                publication.event = PublishEvent::Delete;
                is_open && matches!(publication.object, Object::Dialog(_) | Object::Dialogs(_))
            }),
        ),
        (
            J::DialogPublishedAsItStands,
            "as changed when it is closed",
            republished(|publication| {
                let is_closed = publication.event == PublishEvent::Delete;
                publication.event = PublishEvent::Put;
                is_closed && matches!(publication.object, Object::Dialog(_) | Object::Dialogs(_))
            }),
        ),
        (J::CloseAfterTheEnd, "a resubmission", {
            let closed = Fact::Dialog {
                task: SECOND,
                agent: desk(),
                mrd: MrdId(MRD),
                contact: nobody(),
                from: Some(D::Offered),
                to: D::Closed,
                disposition: Some(Disposition::TASK_TRANSFERRED_ON_AGENT_LOGOUT),
            };
            simple().then("finesse", dialog(None, D::Offered)).then("finesse", closed).then(
                "finesse",
                FinesseFact::SmCall {
                    operation: SmOperation::EndTask,
                    agent: desk(),
                    task: SECOND,
                    contact: nobody(),
                    call: CallId(9_999),
                }
                .into(),
            )
        }),
    ];
    for (judgement, part, journal) in parts {
        let fired: BTreeSet<Judgement> = journal.breaches().iter().map(|breach| breach.judgement).collect();
        assert_eq!(fired, BTreeSet::from([judgement]), "{part}: {:#?}", journal.breaches());
    }
}

/// A run in which the first publication of which this is true is altered by it.
fn republished(alter: impl Fn(&mut Publication) -> bool) -> Journal {
    let journal = simple();
    let altered = |fact: &Fact| {
        let Fact::Finesse(FinesseFact::Published(publication)) = fact else { return None };
        let mut publication = publication.clone();
        alter(&mut publication).then(|| FinesseFact::Published(publication).into())
    };
    let at = journal.first(|fact| altered(fact).is_some());
    journal.saying(at, |fact| *fact = altered(fact).unwrap())
}
