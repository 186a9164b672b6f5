//! Tests of what is judged of tasks and agents, one judgement after the other.

use super::*;
use crate::{breach::Ledger, router::Admission};
use cce_model::{Availability, MrdId, PeripheralId, PrecisionQueueId, SessionId, SkillGroupNumber};
use std::collections::BTreeSet;

const ID: TaskId = TaskId { day: 1, call: 1, sequence: 1 };
const OTHER: TaskId = TaskId { day: 1, call: 2, sequence: 1 };
const PLACE: AgentKey = AgentKey { skill_target: SkillTarget(5173), mrd: MrdId(5011) };
/// The agent of [`PLACE`] in another domain.
const MAIL: AgentKey = AgentKey { skill_target: SkillTarget(5173), mrd: MrdId(5012) };
const UNANSWERED: Disposition = Disposition::TASK_ABANDONED_BEFORE_OFFERED;
const NORMAL: Disposition = Disposition::NORMAL_END_TASK;

/// The agent PG, the router, and what is judged of the one by the other.
struct Bench<'a> {
    agentpg: AgentPg,
    router: Router,
    judge: Judge<'a>,
}

impl Bench<'_> {
    /// An input begins; a timer or a message.
    fn input(&mut self, is_timer: bool) {
        self.agentpg.on_input(is_timer);
    }

    /// A client tells anew how its tasks stand.
    fn init(&mut self) {
        self.agentpg.on_arm(
            PLACE,
            &ArmMessage::TaskInit {
                task: ID,
                state: TaskState::Active,
                skill_group: SkillTarget(5199),
                is_answered: true,
            },
        );
    }

    fn at(&mut self, seq: u64) -> &mut Self {
        self.judge.seq = seq;
        self
    }

    fn task(&mut self, id: TaskId, member: AgentKey, from: Option<TaskState>, to: TaskState) {
        let disposition = (to == TaskState::Ended).then_some(NORMAL);
        self.change(id, Change { member, from, to, disposition });
    }

    fn change(&mut self, id: TaskId, change: Change) {
        self.agentpg.on_task(id, change, &self.router, &mut self.judge);
    }

    /// A task comes to an agent and is begun.
    fn begun(&mut self, id: TaskId, member: AgentKey) {
        self.task(id, member, None, TaskState::PreCall);
        self.task(id, member, Some(TaskState::PreCall), TaskState::Active);
    }

    fn agent(&mut self, from: AgentState, to: AgentState, tasks: u32, routable: bool) {
        let now = AgentChange { from, to, tasks, routable };
        self.agentpg.on_agent(&AgentId::from("1081"), PLACE, now, &mut self.judge);
    }

    fn report(&mut self, alter: impl FnOnce(&mut AgentRecord)) {
        let mut record = record();
        alter(&mut record);
        self.agentpg.on_record(&record, &mut self.judge);
    }

    fn admitted(&mut self, id: TaskId, mrd: MrdId, interruptible: bool) {
        let admission = Admission { key: id.key(), contact: "", mrd, priority: 5, interruptible };
        self.router.on_admitted(admission, &mut self.judge);
    }
}

/// What is broken by that.
fn broken(steps: impl FnOnce(&mut Bench<'_>)) -> Vec<Judgement> {
    let (mut ledger, subject) = (Ledger::default(), Subject::default());
    let judge = Judge::new(&mut ledger, 1, &subject);
    let mut bench = Bench { agentpg: AgentPg::default(), router: Router::default(), judge };
    bench.input(false);
    steps(&mut bench);
    bench.judge.breaches.into_iter().map(|breach| breach.judgement).collect()
}

/// An agent who is not ready and has nothing.
pub(crate) fn record() -> AgentRecord {
    AgentRecord {
        agent: "1081".into(),
        peripheral: PeripheralId(5000),
        extension: "1081".to_owned(),
        instrument: "1081".to_owned(),
        session: SessionId(1),
        signature: String::new(),
        unique_instance: String::new(),
        skill_group_state: AgentState::NotReady,
        skill_group_seconds: 0,
        state: AgentState::NotReady,
        seconds: 0,
        reason: cce_model::EventReason::NONE,
        mrd: PLACE.mrd,
        tasks: 0,
        max_tasks: 1,
        max_beyond: 0,
        routable: false,
        availability: Availability::NotAvailable,
        skill_target: PLACE.skill_target,
        skill_group_number: SkillGroupNumber(0),
        skill_group: SkillTarget(5199),
        direction: cce_model::Direction::NONE,
        terminal: String::new(),
        other_queues: Vec::new(),
    }
}

fn event(kind: TaskEventKind) -> TaskEvent {
    TaskEvent {
        kind,
        task: ID,
        previous: TaskId::NONE,
        peripheral: PeripheralId(5000),
        mrd: PLACE.mrd,
        skill_target: PLACE.skill_target,
        skill_group: SkillTarget(5199),
        service: SkillTarget::NONE,
        application_routed: true,
        icm_disposition: None,
        application_disposition: None,
        wrapup_data: String::new(),
        application_data: String::new(),
    }
}

/// Only an offer that rings out makes its agent not routable: a client may name the same disposition.
#[test]
fn only_a_timer_that_ends_an_offer_as_not_accepted_makes_its_agent_not_routable() {
    for (is_timer, from, how, breaks) in [
        (true, TaskState::PreCall, UNANSWERED, true),
        (false, TaskState::PreCall, UNANSWERED, false),
        (true, TaskState::Active, UNANSWERED, false),
        (true, TaskState::PreCall, NORMAL, false),
    ] {
        let ends = |routable: bool| {
            broken(|bench| {
                bench.task(ID, PLACE, None, TaskState::PreCall);
                if from == TaskState::Active {
                    bench.task(ID, PLACE, Some(TaskState::PreCall), from);
                }
                bench.input(is_timer);
                let (to, disposition) = (TaskState::Ended, Some(how));
                bench.change(ID, Change { member: PLACE, from: Some(from), to, disposition });
                bench.agent(AgentState::Logout, AgentState::NotReady, 0, routable);
            })
        };
        let expected = if breaks { vec![Judgement::UnacceptedIsNotRoutable] } else { vec![] };
        assert_eq!(ends(true), expected, "{is_timer} {from} {how:?}");
        assert_eq!(ends(false), [], "{is_timer} {from} {how:?}");
    }
}

/// The report that goes with the end of a task counts that task still (task-routing 7), and no other report does.
#[test]
fn a_report_has_the_state_the_count_and_whether_the_agent_is_routable() {
    let reported = |has_end: bool, alter: fn(&mut AgentRecord)| {
        broken(|bench| {
            bench.begun(OTHER, PLACE);
            bench.begun(ID, PLACE);
            if has_end {
                bench.task(ID, PLACE, Some(TaskState::Active), TaskState::Ended);
            }
            let tasks = if has_end { 1 } else { 2 };
            bench.agent(AgentState::Logout, AgentState::NotReady, tasks, false);
            bench.report(alter);
        })
    };
    let wrong = [Judgement::AgentReportedAsItStands];
    assert_eq!(reported(false, |it| it.tasks = 2), []);
    assert_eq!(reported(false, |it| it.tasks = 3), wrong);
    assert_eq!(reported(true, |it| it.tasks = 1), []);
    assert_eq!(reported(true, |it| it.tasks = 2), []);
    assert_eq!(reported(true, |it| it.tasks = 3), wrong);
    assert_eq!(reported(true, |it| it.tasks = 0), wrong);
    assert_eq!(reported(false, |it| (it.tasks, it.routable) = (2, true)), wrong);
    assert_eq!(reported(false, |it| (it.tasks, it.state) = (2, AgentState::Active)), wrong);
}

#[test]
fn reports_follow_in_the_order_in_which_an_agent_stood_so_in_one_input() {
    let reported = |routable: [bool; 2]| {
        broken(|bench| {
            bench.agent(AgentState::Logout, AgentState::NotReady, 0, true);
            bench.agent(AgentState::NotReady, AgentState::NotReady, 0, false);
            routable.into_iter().for_each(|routable| bench.report(|it| it.routable = routable));
        })
    };
    assert_eq!(reported([true, false]), []);
    assert_eq!(reported([false, false]), []);
    assert_eq!(reported([false, true]), [Judgement::AgentReportedAsItStands]);
    // What was so in another input is over.
    let later = broken(|bench| {
        bench.agent(AgentState::Logout, AgentState::NotReady, 0, true);
        bench.agent(AgentState::NotReady, AgentState::NotReady, 0, false);
        bench.input(false);
        bench.report(|it| it.routable = true);
    });
    assert_eq!(later, [Judgement::AgentReportedAsItStands]);
}

#[test]
fn an_agent_has_as_many_tasks_as_the_limit_and_those_beyond_it() {
    let tasks = |max_tasks: u32, max_beyond: u32, count: i32| {
        broken(|bench| {
            bench.agent(AgentState::Logout, AgentState::NotReady, 0, false);
            bench.report(|it| (it.max_tasks, it.max_beyond) = (max_tasks, max_beyond));
            for call in 1..=count {
                bench.begun(TaskId { call, ..ID }, PLACE);
            }
        })
    };
    assert_eq!(tasks(2, 0, 2), []);
    assert_eq!(tasks(2, 0, 3), [Judgement::AgentsRoom]);
    assert_eq!(tasks(2, 1, 3), []);
    assert_eq!(tasks(0, 0, 1), [Judgement::AgentsRoom]);
}

/// A client that is back may tell of a task in any state, of one that has ended too (task-routing E16).
#[test]
fn what_a_client_tells_anew_may_contradict_what_was_known() {
    let told = |is_init: bool, from: Option<TaskState>, member: AgentKey, has_ended: bool| {
        broken(|bench| {
            bench.begun(ID, PLACE);
            if has_ended {
                bench.task(ID, PLACE, Some(TaskState::Active), TaskState::Ended);
            }
            bench.input(false);
            if is_init {
                bench.init();
            }
            bench.task(ID, member, from, TaskState::WrapUp);
            // The task counts once.
            if member == PLACE {
                bench.agent(AgentState::Logout, AgentState::NotReady, 1, false);
            }
        })
    };
    assert_eq!(told(true, None, PLACE, false), []);
    assert_eq!(told(true, None, PLACE, true), []);
    assert_eq!(told(true, None, MAIL, true), []);
    assert_eq!(told(true, Some(TaskState::Paused), PLACE, false), []);
    assert_eq!(told(false, Some(TaskState::Paused), PLACE, false), [Judgement::TaskTransition]);
    assert_eq!(told(false, None, PLACE, false), [Judgement::TaskTransition]);
    assert_eq!(told(false, Some(TaskState::Active), PLACE, false), []);
    assert_eq!(told(true, None, MAIL, false), [Judgement::TaskKeepsItsAgent]);
    assert_eq!(told(false, None, MAIL, true), [Judgement::TaskEndsOnce]);
}

#[test]
fn a_task_goes_on_as_it_was_before_its_interrupt_unless_it_ends_or_is_told_anew() {
    let goes_on = |is_init: bool, to: TaskState| {
        broken(|bench| {
            bench.begun(OTHER, MAIL);
            bench.begun(ID, PLACE);
            bench.task(ID, PLACE, Some(TaskState::Active), TaskState::Interrupted);
            bench.input(false);
            if is_init {
                bench.init();
            }
            bench.task(ID, PLACE, Some(TaskState::Interrupted), to);
        })
    };
    assert_eq!(goes_on(false, TaskState::Active), []);
    assert_eq!(goes_on(false, TaskState::Ended), []);
    assert_eq!(goes_on(true, TaskState::Paused), []);
    assert_eq!(goes_on(false, TaskState::Paused), [Judgement::TaskGoesOnAsBefore]);
}

#[test]
fn a_task_gives_way_if_it_may_to_a_task_of_another_domain_that_must_not_be_interrupted() {
    let gives_way = |may: bool, cause: Option<(AgentKey, bool)>, is_init: bool| {
        broken(|bench| {
            bench.admitted(ID, PLACE.mrd, may);
            if let Some((member, interruptible)) = cause {
                bench.admitted(OTHER, member.mrd, interruptible);
                bench.begun(OTHER, member);
            }
            bench.begun(ID, PLACE);
            if is_init {
                bench.init();
            }
            bench.task(ID, PLACE, Some(TaskState::Active), TaskState::Interrupted);
        })
    };
    let wrong = [Judgement::InterruptHasACause];
    assert_eq!(gives_way(true, Some((MAIL, false)), false), []);
    assert_eq!(gives_way(true, Some((MAIL, true)), false), wrong);
    assert_eq!(gives_way(true, Some((PLACE, false)), false), wrong);
    assert_eq!(gives_way(false, Some((MAIL, false)), false), wrong);
    assert_eq!(gives_way(true, None, false), wrong);
    assert_eq!(gives_way(false, None, true), []);
}

#[test]
fn an_event_of_a_task_is_passed_on_once_it_was_told_while_the_task_is_so_and_behind_its_agents_report() {
    let traced = |kind: TaskEventKind, told: Option<u64>, reported: u64| {
        broken(|bench| {
            bench.at(2).begun(ID, PLACE);
            bench.agent(AgentState::Logout, AgentState::NotReady, 1, false);
            bench.at(reported).report(|it| it.tasks = 1);
            told.into_iter().for_each(|seq| bench.agentpg.on_told(&event(kind), seq));
            bench.at(9);
            bench.agentpg.on_traced(&event(kind), &mut bench.judge);
        })
    };
    assert_eq!(traced(TaskEventKind::Start, Some(5), 6), []);
    assert_eq!(traced(TaskEventKind::Start, Some(5), 4), [Judgement::TaskEventBehindItsAgents]);
    assert_eq!(traced(TaskEventKind::Start, None, 6), [Judgement::TaskEventAsItStands]);
    assert_eq!(traced(TaskEventKind::Pause, Some(5), 6), [Judgement::TaskEventAsItStands]);
    let never = broken(|bench| bench.agentpg.on_traced(&event(TaskEventKind::Start), &mut bench.judge));
    assert_eq!(never, [Judgement::TaskEventOfATask]);
}

/// The count of a sign-out is told behind the ends of its tasks, and an offer changes nothing that is reported.
#[test]
fn an_offer_and_a_sign_out_need_no_report_ahead_of_the_event() {
    let passed_on = |kind: TaskEventKind, state: AgentState| {
        broken(|bench| {
            bench.at(2).task(ID, PLACE, None, TaskState::PreCall);
            let to = if kind == TaskEventKind::Offer { TaskState::Offered } else { TaskState::Active };
            bench.task(ID, PLACE, Some(TaskState::PreCall), to);
            if state != AgentState::Logout {
                bench.agent(AgentState::Logout, state, 1, false);
            }
            bench.agentpg.on_told(&event(kind), 5);
            bench.at(9);
            bench.agentpg.on_traced(&event(kind), &mut bench.judge);
        })
    };
    assert_eq!(passed_on(TaskEventKind::Offer, AgentState::NotReady), []);
    assert_eq!(passed_on(TaskEventKind::Start, AgentState::Logout), []);
    assert_eq!(passed_on(TaskEventKind::Start, AgentState::NotReady), [Judgement::TaskEventBehindItsAgents]);
}

#[test]
fn an_agents_event_leaves_ahead_of_its_tasks_unless_it_answers_who_opens_a_session() {
    let sent = |is_opening: bool| {
        broken(|bench| {
            bench.at(2).begun(ID, PLACE);
            bench.agent(AgentState::Logout, AgentState::NotReady, 1, false);
            bench.at(6).report(|it| it.tasks = 1);
            bench.agentpg.on_told(&event(TaskEventKind::Start), 5);
            bench.at(9);
            bench.agentpg.on_traced(&event(TaskEventKind::Start), &mut bench.judge);
            bench.input(false);
            if is_opening {
                bench.agentpg.on_open();
            }
            bench.agentpg.on_event_sent(PLACE, &mut bench.judge);
        })
    };
    assert_eq!(sent(false), [Judgement::AgentEventAheadOfItsTasks]);
    assert_eq!(sent(true), []);
    // Ahead of the event of its task it is in order.
    let ahead = broken(|bench| {
        bench.agent(AgentState::Logout, AgentState::NotReady, 0, false);
        bench.at(6).report(|_| ());
        bench.agentpg.on_event_sent(PLACE, &mut bench.judge);
    });
    assert_eq!(ahead, []);
}

#[test]
fn only_its_own_change_of_a_task_changes_what_an_agent_has() {
    let told = |tasks: u32, to: AgentState| {
        broken(|bench| {
            bench.begun(OTHER, PLACE);
            bench.begun(ID, PLACE);
            bench.task(ID, PLACE, Some(TaskState::Active), TaskState::Paused);
            bench.agent(AgentState::Logout, AgentState::NotReady, 2, false);
            bench.task(OTHER, PLACE, Some(TaskState::Active), TaskState::Ended);
            bench.agentpg.on_arm(PLACE, &ArmMessage::MakeReady { routable: false });
            bench.agent(AgentState::NotReady, to, tasks, false);
        })
    };
    assert_eq!(told(1, AgentState::Paused), []);
    assert_eq!(told(1, AgentState::Active), [Judgement::AgentTransition]);
    assert_eq!(told(2, AgentState::Paused), [Judgement::AgentsCount]);
    let counted = broken(|bench| {
        bench.begun(ID, PLACE);
        bench.agent(AgentState::Logout, AgentState::NotReady, 1, false);
        bench.task(ID, PLACE, Some(TaskState::Active), TaskState::Ended);
        bench.agentpg.finish(&mut bench.judge);
    });
    assert_eq!(counted, [Judgement::AgentsCountAtTheEnd]);
}

/// A later task of the router's choice for somebody else is not this agent's.
#[test]
fn a_task_comes_to_the_agent_whom_the_router_chose_and_beside_nothing_that_must_be_alone() {
    let comes = |agent: SkillTarget, other: Option<(AgentKey, bool)>| {
        broken(|bench| {
            if let Some((member, interruptible)) = other {
                bench.admitted(OTHER, member.mrd, interruptible);
                bench.begun(OTHER, member);
            }
            bench.admitted(ID, PLACE.mrd, true);
            bench.router.on_choice(ID.key(), PrecisionQueueId(5034), 1, agent, &mut bench.judge);
            bench.task(ID, PLACE, None, TaskState::PreCall);
        })
    };
    assert_eq!(comes(PLACE.skill_target, None), []);
    assert_eq!(comes(SkillTarget(5174), None), [Judgement::TaskWithTheChosenAgent]);
    assert_eq!(comes(PLACE.skill_target, Some((MAIL, false))), [Judgement::TaskBesideUninterruptible]);
    assert_eq!(comes(PLACE.skill_target, Some((MAIL, true))), []);
    assert_eq!(comes(PLACE.skill_target, Some((PLACE, false))), []);
}

#[test]
fn a_task_is_over_with_its_end_and_not_before() {
    let member = AgentKey { skill_target: SkillTarget(5173), mrd: MrdId(5011) };
    let open = Task { member, state: TaskState::Active, at: 1, interrupted: None, end: None, told: None };
    let ended = Task { end: Some(Disposition::NORMAL_END_TASK), ..open.clone() };
    assert!(!open.is_over() && ended.is_over());
}

#[test]
fn a_task_goes_from_state_to_state_as_in_task_routing_1_1_and_in_no_other_way() {
    use TaskState as T;
    for (from, legal) in [
        (T::PreCall, &[T::Offered, T::Active, T::Ended][..]),
        (T::Offered, &[T::Active, T::Ended]),
        (T::Active, &[T::Paused, T::WrapUp, T::Interrupted, T::Ended]),
        (T::Paused, &[T::Active, T::WrapUp, T::Interrupted, T::Ended]),
        (T::WrapUp, &[T::Interrupted, T::Ended]),
        (T::Interrupted, &[T::Active, T::Paused, T::WrapUp, T::Ended]),
        (T::Ended, &[]),
    ] {
        let allowed = T::ALL.iter().copied().filter(|to| is_legal(from, *to));
        assert_eq!(allowed.collect::<BTreeSet<_>>(), legal.iter().copied().collect(), "{from}");
    }
}

#[test]
fn who_is_signed_out_becomes_not_ready_first() {
    use AgentState as A;
    let from_logout: Vec<A> = A::ALL.iter().copied().filter(|to| is_step(A::Logout, *to, false)).collect();
    assert_eq!(from_logout.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([A::Login, A::NotReady]));
    for from in A::ALL.iter().filter(|from| **from != A::Logout) {
        assert!(A::ALL.iter().all(|to| is_step(*from, *to, true)), "{from}");
    }
}

/// Task-routing 1.4, E6 and E16.
#[test]
fn an_agent_is_not_ready_by_request_and_without_a_client_when_the_session_is_over() {
    use AgentState as A;
    let (ready, not_ready) = (
        ArmMessage::MakeReady { routable: true },
        ArmMessage::MakeNotReady { reason: cce_model::EventReason::NONE },
    );
    let init = |state| ArmMessage::AgentInit { state, routable: true, max_tasks: 3, max_beyond: 0 };
    let elsewhere = AgentKey { mrd: MrdId(1), ..PLACE };
    let goes = |from: A, to: A, said: Option<(AgentKey, &ArmMessage)>| {
        broken(|bench| {
            let first = if from == A::NotReady { &[A::NotReady][..] } else { &[A::Login, from] };
            let mut was = A::Logout;
            for state in first {
                bench.agent(was, *state, 0, true);
                was = *state;
            }
            bench.input(false);
            if let Some((member, message)) = said {
                bench.agentpg.on_arm(member, message);
            }
            bench.agent(from, to, 0, true);
        })
        .is_empty()
    };
    for (from, to, message) in [
        (A::NotActive, A::NotReady, &not_ready),
        (A::NotActive, A::NotReady, &ArmMessage::GetAgentTasks),
        (A::NotActive, A::NotReady, &init(A::NotReady)),
        (A::NotReady, A::NotActive, &ready),
        (A::NotReady, A::NotActive, &init(A::NotActive)),
    ] {
        assert!(goes(from, to, Some((PLACE, message))), "{from} to {to} by {message:?}");
        assert!(!goes(from, to, None), "{from} to {to}");
        assert!(!goes(from, to, Some((elsewhere, message))), "{from} to {to}, in another domain");
    }
    assert!(!goes(A::NotActive, A::NotReady, Some((PLACE, &ready))));
    assert!(!goes(A::NotReady, A::NotActive, Some((PLACE, &not_ready))));
    assert!(goes(A::NotReady, A::Logout, None) && goes(A::WorkNotReady, A::NotReady, None));
    let lost = |is_over: bool| {
        broken(|bench| {
            bench.agent(A::Logout, A::NotReady, 0, true);
            bench.input(false);
            if is_over {
                bench.agentpg.on_session_closed();
            }
            bench.agent(A::NotReady, A::WorkNotReady, 0, false);
        })
    };
    assert_eq!((lost(true), lost(false)), (vec![], vec![Judgement::AgentTransition]));
}

#[test]
fn only_who_is_available_for_calls_signs_out_by_force_alone() {
    use AgentState as A;
    let asked = |from: &A| is_step(*from, A::Logout, false);
    let refused: Vec<A> = A::ALL.iter().copied().filter(|from| !asked(from)).collect();
    assert_eq!(refused.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([A::Logout, A::Available]));
}

#[test]
fn the_state_of_an_agent_follows_from_the_tasks() {
    use AgentState as A;
    use TaskState as T;
    for (tasks, states) in [
        (&[][..], &[A::Login, A::Logout, A::NotActive, A::Available][..]),
        (&[T::PreCall], &[A::Reserved, A::Interrupted]),
        (&[T::Offered], &[A::Reserved, A::Interrupted]),
        (&[T::PreCall, T::Offered], &[A::Reserved, A::Interrupted]),
        (&[T::Active], &[A::Active]),
        (&[T::Paused], &[A::Paused]),
        (&[T::WrapUp], &[A::WorkReady]),
        (&[T::Interrupted], &[A::Interrupted]),
        (&[T::Active, T::Paused, T::WrapUp, T::PreCall], &[A::Active]),
        (&[T::Paused, T::WrapUp, T::Offered], &[A::WorkReady]),
        (&[T::Paused, T::PreCall], &[A::Paused]),
        (&[T::Interrupted, T::PreCall], &[A::Interrupted]),
    ] {
        let tasks: Vec<_> = tasks.iter().map(|state| (TaskId::NONE, *state)).collect();
        let fitting = A::ALL.iter().copied().filter(|state| fits(*state, &tasks));
        // Who asked to be not ready is that; whose client is away keeps the tasks as they are.
        let wanted = states.iter().copied().chain([A::NotReady, A::WorkNotReady]);
        assert_eq!(fitting.collect::<BTreeSet<_>>(), wanted.collect(), "{}", describe(&tasks));
    }
}
