//! Tests of what is judged of the router's choices.

use super::*;
use crate::{breach::Ledger, table::RETIRED_MAX};
use cce_fold::Subject;
use cce_kernel::Port;
use cce_model::{AgentState, TaskId};

const ID: TaskId = TaskId { day: 1, call: 1, sequence: 1 };
const OTHER: TaskId = TaskId { day: 1, call: 2, sequence: 1 };
const AGENT: SkillTarget = SkillTarget(5173);
const MRD: MrdId = MrdId(5011);
const MAIL: MrdId = MrdId(5012);
const PLACE: AgentKey = AgentKey { skill_target: AGENT, mrd: MRD };
const QUEUE: u32 = 5034;
const LINK: LinkId = LinkId { port: Port::IcmAgent, number: 1 };

struct Bench<'a> {
    router: Router,
    judge: Judge<'a>,
}

impl Bench<'_> {
    /// A request is admitted by the record of that number.
    fn admitted(&mut self, seq: u64, id: TaskId, mrd: MrdId, priority: u32) {
        self.admit(seq, Admission { key: id.key(), contact: "c", mrd, priority, interruptible: true });
    }

    fn admit(&mut self, seq: u64, admission: Admission<'_>) {
        self.judge.seq = seq;
        self.router.on_admitted(admission, &mut self.judge);
    }

    fn chosen(&mut self, id: TaskId, queue: u32, step: u32) -> Option<ContactId> {
        self.router.on_choice(id.key(), PrecisionQueueId(queue), step, AGENT, &mut self.judge)
    }

    fn limit(&mut self, limit: u32) {
        self.told(limit, AgentState::NotActive, true, Availability::Icm);
    }

    fn told(&mut self, limit: u32, state: AgentState, agent_mode: bool, availability: Availability) {
        let update = AgentStateUpdate {
            icm_agent_id: AGENT,
            mrd_id: MRD,
            max_task_limit: limit,
            agent_state: state.into(),
            agent_mode,
            availability: availability.into(),
            ..AgentStateUpdate::default()
        };
        self.router.on_agent_state(LINK, &update, self.judge.seq);
    }

    fn reported(&mut self, id: TaskId, mrd: MrdId, state: TaskState) {
        let event = TaskEvent {
            task_id: id,
            icm_agent_id: AGENT,
            mrd_id: mrd,
            task_state: state.into(),
            ..TaskEvent::default()
        };
        self.router.on_task_event(LINK, &event);
    }

    fn view(&mut self, tasks: u32, pending: u32) {
        let state = AgentState::NotReady;
        let view = AgentView { state, tasks, pending, limit: 3, beyond: 0, routable: true };
        self.router.on_view(PLACE, view, &mut self.judge);
    }
}

/// What is broken by that, each with the records that it contradicts.
fn told(steps: impl FnOnce(&mut Bench<'_>)) -> Vec<(Judgement, Vec<u64>)> {
    let (mut ledger, subject) = (Ledger::default(), Subject::default());
    let judge = Judge::new(&mut ledger, 1, &subject);
    let mut bench = Bench { router: Router::default(), judge };
    steps(&mut bench);
    bench.judge.breaches.into_iter().map(|breach| (breach.judgement, breach.related)).collect()
}

fn broken(steps: impl FnOnce(&mut Bench<'_>)) -> Vec<Judgement> {
    told(steps).into_iter().map(|(judgement, _)| judgement).collect()
}

/// Task-routing 1.4 and 1.5: after a RONA, for one, the agent is not routable.
#[test]
fn a_task_goes_to_an_agent_whom_the_latest_report_calls_available() {
    use AgentState as A;
    let chosen = |state: A, is_routable: bool, availability: Availability| {
        broken(|bench| {
            bench.admitted(2, ID, MRD, 5);
            bench.told(3, A::NotReady, false, Availability::NotAvailable);
            bench.told(3, state, is_routable, availability);
            bench.chosen(ID, QUEUE, 1);
        })
    };
    for state in [A::NotActive, A::Reserved, A::Active, A::Paused, A::WorkReady, A::Interrupted] {
        assert_eq!(chosen(state, true, Availability::Icm), [], "{state}");
    }
    for (state, is_routable, availability) in [
        (A::Login, true, Availability::Icm),
        (A::Logout, true, Availability::Icm),
        (A::NotReady, true, Availability::Icm),
        (A::WorkNotReady, true, Availability::Icm),
        (A::NotActive, false, Availability::Icm),
        (A::NotActive, true, Availability::NotAvailable),
        (A::NotActive, true, Availability::Application),
    ] {
        assert_eq!(chosen(state, is_routable, availability), [Judgement::ChosenIsAvailable], "{state}");
    }
    let unreported = broken(|bench| {
        bench.admitted(2, ID, MRD, 5);
        bench.chosen(ID, QUEUE, 1);
    });
    assert_eq!(unreported, []);
}

#[test]
fn a_key_is_given_once() {
    let given = |second: TaskId| {
        broken(|bench| {
            bench.admitted(1, ID, MRD, 5);
            bench.admitted(2, second, MRD, 5);
        })
    };
    assert_eq!(given(OTHER), []);
    assert_eq!(given(ID), [Judgement::KeyIsNew]);
}

/// One task waits, another one gets an agent: who was admitted when, with which priority, and waits where.
#[test]
fn a_task_leaves_its_queue_behind_whoever_is_ahead_of_it_and_came_as_far() {
    let leaves = |(seq, priority, queue, step): (u64, u32, u32, u32)| {
        told(|bench| {
            bench.admitted(seq, OTHER, MRD, priority);
            bench.admitted(5, ID, MRD, 5);
            bench.router.on_wait(OTHER.key(), PrecisionQueueId(queue), step);
            bench.chosen(ID, QUEUE, 2);
        })
    };
    let arrived = [(Judgement::ArrivalOrder, vec![3])];
    assert_eq!(leaves((3, 5, QUEUE, 2)), arrived);
    assert_eq!(leaves((3, 5, QUEUE, 3)), arrived);
    assert_eq!(leaves((3, 5, QUEUE, 1)), []);
    assert_eq!(leaves((3, 5, QUEUE + 1, 2)), []);
    assert_eq!(leaves((7, 5, QUEUE, 2)), []);
    assert_eq!(leaves((3, 6, QUEUE, 2)), []);
    assert_eq!(leaves((7, 4, QUEUE, 2)), [(Judgement::PriorityOrder, vec![7])]);
}

#[test]
fn a_task_that_waited_itself_is_not_ahead_of_itself() {
    let waits = broken(|bench| {
        bench.admitted(3, ID, MRD, 5);
        bench.router.on_wait(ID.key(), PrecisionQueueId(QUEUE), 1);
        bench.router.on_wait(ID.key(), PrecisionQueueId(QUEUE), 2);
        bench.chosen(ID, QUEUE, 2);
        assert_eq!(bench.router.waiting().count(), 0, "it has left");
    });
    assert_eq!(waits, []);
}

#[test]
fn a_task_is_routed_once_unless_its_reservation_did_not_come_about() {
    let twice = |between: fn(&mut Bench<'_>)| {
        told(|bench| {
            bench.admitted(1, ID, MRD, 5);
            bench.judge.seq = 2;
            assert_eq!(bench.chosen(ID, QUEUE, 1), Some("c".into()));
            between(bench);
            bench.judge.seq = 3;
            bench.chosen(ID, QUEUE, 1);
        })
    };
    assert_eq!(twice(|_| ()), [(Judgement::RoutedOnce, vec![2])]);
    let requeued = twice(|bench| {
        assert_eq!(bench.router.on_requeued(ID.key(), PLACE), Some("c".into()));
        assert_eq!(bench.router.waiting().collect::<Vec<_>>(), [(ID.key(), 1)]);
        assert_eq!(bench.router.counted().count(), 0);
    });
    assert_eq!(requeued, []);
}

#[test]
fn an_agent_gets_as_many_tasks_as_the_limit_that_was_reported() {
    let gets = |limit: u32, reported: &[TaskId]| {
        broken(|bench| {
            bench.limit(limit);
            bench.admitted(1, ID, MRD, 5);
            reported.iter().for_each(|id| bench.reported(*id, MRD, TaskState::Active));
            bench.chosen(ID, QUEUE, 1);
        })
    };
    assert_eq!(gets(0, &[]), [Judgement::RoutersLimit]);
    assert_eq!(gets(1, &[]), []);
    assert_eq!(gets(1, &[OTHER]), [Judgement::RoutersLimit]);
    assert_eq!(gets(2, &[OTHER]), []);
    // A task that was reported already counts once.
    assert_eq!(gets(1, &[ID]), []);
}

#[test]
fn nobody_is_chosen_who_has_a_task_of_another_domain_that_must_not_be_interrupted() {
    let beside = |mrd: MrdId, interruptible: bool| {
        told(|bench| {
            bench.admit(1, Admission { key: OTHER.key(), contact: "d", mrd, priority: 5, interruptible });
            bench.judge.seq = 2;
            bench.chosen(OTHER, QUEUE + 1, 1);
            bench.admitted(3, ID, MRD, 5);
            bench.chosen(ID, QUEUE, 1);
        })
    };
    assert_eq!(beside(MAIL, false), [(Judgement::ChosenBesideUninterruptible, vec![2])]);
    assert_eq!(beside(MAIL, true), []);
    assert_eq!(beside(MRD, false), []);
}

#[test]
fn the_router_counts_what_it_assigned_and_what_was_reported_and_has_not_ended() {
    let counts = |tasks: u32, pending: u32, between: fn(&mut Bench<'_>)| {
        broken(|bench| {
            bench.admitted(1, ID, MRD, 5);
            bench.chosen(ID, QUEUE, 1);
            bench.reported(OTHER, MRD, TaskState::Active);
            between(bench);
            bench.view(tasks, pending);
        })
    };
    let wrong = [Judgement::RoutersCount];
    assert_eq!(counts(1, 1, |_| ()), []);
    assert_eq!(counts(2, 0, |_| ()), []);
    assert_eq!(counts(1, 0, |_| ()), wrong);
    assert_eq!(counts(2, 1, |_| ()), wrong);
    let ends: fn(&mut Bench<'_>) = |bench| bench.reported(OTHER, MRD, TaskState::Ended);
    assert_eq!(counts(1, 0, ends), []);
    assert_eq!(counts(1, 1, ends), wrong);
    // Of an agent of whom nothing is known since the link is gone nothing is judged.
    assert_eq!(counts(7, 0, |bench| bench.router.on_link_gone(LINK)), []);
    assert_eq!(counts(7, 0, |bench| bench.router.on_link_gone(LinkId { number: 2, ..LINK })), wrong);
}

/// A task of one domain is with an agent, and one of another domain waits.
#[test]
fn a_task_keeps_its_agent_from_tasks_of_its_domain_and_one_that_must_not_be_interrupted_from_others() {
    let waits = |waiting: MrdId, interruptible: bool, limit: u32, others: &[MrdId]| {
        let mut is_kept = false;
        broken(|bench| {
            bench.limit(limit);
            bench.admit(1, Admission { key: ID.key(), contact: "c", mrd: MRD, priority: 5, interruptible });
            bench.chosen(ID, QUEUE, 1);
            for mrd in others {
                bench.reported(TaskId { call: 9, ..ID }, *mrd, TaskState::Active);
            }
            bench.admitted(2, OTHER, waiting, 5);
            bench.router.on_wait(OTHER.key(), PrecisionQueueId(QUEUE + 1), 1);
            assert!(bench.router.kept_waiting(|key| key == OTHER.key()).is_empty(), "none is with an agent");
            let kept = bench.router.kept_waiting(|key| key == ID.key());
            is_kept = !kept.is_empty();
            assert!(kept.iter().all(|key| *key == OTHER.key()));
        });
        is_kept
    };
    assert!(waits(MRD, true, 1, &[]));
    assert!(!waits(MRD, true, 2, &[]), "the agent has room");
    assert!(waits(MRD, true, 2, &[MRD]));
    assert!(!waits(MAIL, true, 1, &[MAIL]));
    assert!(waits(MAIL, false, 1, &[MAIL]));
    assert!(!waits(MAIL, false, 1, &[]), "the agent is not of that domain");
}

#[test]
fn who_leaves_a_queue_without_an_agent_is_ahead_of_nobody() {
    let left = broken(|bench| {
        bench.admitted(1, OTHER, MRD, 5);
        bench.admitted(2, ID, MRD, 5);
        bench.router.on_wait(OTHER.key(), PrecisionQueueId(QUEUE), 1);
        bench.router.on_dequeued(OTHER.key());
        bench.chosen(ID, QUEUE, 1);
    });
    assert_eq!(left, []);
}

#[test]
fn a_router_that_begins_anew_has_neither_queues_nor_counts_and_its_choices_stand() {
    let anew = broken(|bench| {
        bench.admitted(1, OTHER, MRD, 5);
        bench.admitted(2, ID, MRD, 5);
        bench.router.on_wait(OTHER.key(), PrecisionQueueId(QUEUE), 1);
        bench.router.forget();
        bench.view(7, 0);
        bench.judge.seq = 3;
        bench.chosen(ID, QUEUE, 1);
        assert_eq!(bench.router.chosen(ID.key()), Some((AGENT, 3)));
        assert_eq!(bench.router.chosen(OTHER.key()), None);
        assert_eq!(bench.router.domain(ID.key()), Some((MRD, true)));
        assert_eq!(bench.router.domain(TaskId { call: 9, ..ID }.key()), None);
    });
    assert_eq!(anew, []);
}

/// A task whose end is told twice is remembered as long as one whose end is told once.
#[test]
fn a_task_that_is_over_is_forgotten_once_as_many_others_are_over() {
    let is_known = |ends: usize, others: usize| {
        let mut known = false;
        broken(|bench| {
            bench.admitted(1, ID, MRD, 5);
            (0..ends).for_each(|_| bench.reported(ID, MRD, TaskState::Ended));
            for call in (10..).take(others) {
                let other = TaskId { call, ..ID };
                bench.admitted(2, other, MRD, 5);
                bench.router.on_dequeued(other.key());
            }
            known = bench.router.domain(ID.key()).is_some();
        });
        known
    };
    assert!(is_known(1, RETIRED_MAX - 1) && is_known(2, RETIRED_MAX - 1));
    assert!(!is_known(1, RETIRED_MAX) && !is_known(2, RETIRED_MAX));
    assert!(is_known(0, RETIRED_MAX));
}
