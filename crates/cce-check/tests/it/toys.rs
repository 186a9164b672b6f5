//! For each check a journal that breaks it by one record, and one that nearly does.

use crate::lab::{
    Journal, Run, agent, closing, customer, deaf, dialling, impatient, journal, lab, lab_of_two_domains, late,
};
use cce_check::{Check, Checks};
use cce_journal::{Record, What};
use cce_kernel::{Fact, Input, Output, Port};
use cce_model::{
    AgentRecord, AgentState, CallTypeId, ContactStatus, DialogState, Disposition, Object, PublishEvent,
    SkillTarget, StatusReason, TaskEventKind, TaskState,
    fact::{AgentPgFact, CcpFact, FinesseFact, OpcMessage, QueueChoice, RouterFact, SmOperation},
};
use cce_world::{AgentTransport, CastAgent, Lab};

#[test]
fn a_contact_that_is_handled_twice_breaks_one_end() {
    let journal = simple();
    let end = journal.first(becomes(ContactStatus::Handled));
    breaks(&journal.twice(end), Check::OneEnd);
}

#[test]
fn a_contact_whose_end_is_missing_breaks_one_end() {
    let journal = simple();
    let end = journal.first(becomes(ContactStatus::Handled));
    breaks(&journal.without(end), Check::OneEnd);
}

#[test]
fn a_dialog_that_ends_otherwise_than_its_task_breaks_one_end() {
    let journal = simple();
    let end = journal.first(|fact| matches!(fact, Fact::Dialog { to: DialogState::Closed, .. }));
    let otherwise = journal.saying(end, |fact| {
        let Fact::Dialog { disposition, .. } = fact else { return };
        *disposition = Some(Disposition::MAXIMUM_TASK_LIFETIME_EXCEEDED);
    });
    breaks(&otherwise, Check::OneEnd);
}

#[test]
fn a_contact_whose_end_was_lost_with_ccp_breaks_one_end() {
    let journal = Run::new(lab(vec![agent("1081", 3)], vec![customer(4)]), 1)
        .to(|record| matches!(crate::alter::fact(record), Some(Fact::Finesse(FinesseFact::SmCall { .. }))))
        .restart("ccp")
        .end();
    let is_handled =
        |record: &Record| crate::alter::fact(record).is_some_and(becomes(ContactStatus::Handled));
    assert!(!journal.records.iter().any(is_handled));
    breaks(&journal, Check::OneEnd);
}

#[test]
fn an_end_that_was_lost_with_the_agent_pg_breaks_one_end_unless_the_application_closes() {
    let run = |customer| {
        let lost = Run::new(lab(vec![agent("1081", 3)], vec![customer]), 1);
        // By then the router knows that the task came to its agent.
        let is_accepted = |fact: &Fact| matches!(fact, Fact::Dialog { to: DialogState::Accepted, .. });
        lost.to(|record| crate::alter::fact(record).is_some_and(is_accepted)).restart("agentpg").end()
    };
    let lost = run(customer(4));
    breaks(&lost, Check::OneEnd);
    let mut checks = Checks::new();
    lost.run(&mut checks);
    assert_eq!(checks.lost().len(), 1);
    holds(&run(closing(customer(4))));
}

#[test]
fn an_end_is_not_lost_with_finesse() {
    let agents = vec![agent("1081", 3), late("1080", 90)];
    let reserved = |record: &_| crate::alter::fact(record).is_some_and(becomes(ContactStatus::Reserved));
    holds(&Run::new(lab(agents, vec![customer(4)]), 1).to(reserved).restart("finesse").end());
}

#[test]
fn a_task_that_lives_is_not_lost() {
    let mut checks = Checks::new();
    journal(lab(vec![CastAgent { close: None, ..agent("1081", 3) }], vec![customer(4)]), 1).run(&mut checks);
    assert_eq!(checks.lost(), []);
}

#[test]
fn a_task_that_the_router_chose_another_agent_for_breaks_one_agent() {
    let journal = simple();
    let choice = journal.first(is_choice);
    let other = journal.saying(choice, |fact| {
        let Fact::Router(RouterFact::QueueNode { choice: QueueChoice::Agent { skill_target, .. }, .. }) =
            fact
        else {
            return;
        };
        *skill_target = SkillTarget(5174);
    });
    breaks(&other, Check::OneAgent);
}

#[test]
fn a_task_that_is_routed_twice_breaks_one_agent() {
    let journal = simple();
    let choice = journal.first(is_choice);
    breaks(&journal.twice(choice), Check::OneAgent);
}

#[test]
fn a_contact_with_two_agents_one_after_the_other_nearly_breaks_one_agent() {
    let journal = unanswered();
    assert_eq!(
        journal.records.iter().filter_map(crate::alter::fact).filter(|fact| is_choice(fact)).count(),
        2
    );
    holds(&journal);
}

#[test]
fn a_task_more_than_the_limit_breaks_within_limit() {
    breaks(&two_tasks_with_a_limit_of(1), Check::WithinLimit);
}

#[test]
fn as_many_tasks_as_the_limit_nearly_break_within_limit() {
    holds(&two_tasks_with_a_limit_of(2));
}

#[test]
fn a_task_that_is_still_counted_after_its_end_breaks_within_limit() {
    let journal = simple();
    let end = journal.last_before(journal.records.len(), is_agent);
    let counted = journal.saying(end, |fact| {
        if let Fact::AgentInMrd { tasks, .. } = fact {
            *tasks = 1;
        }
    });
    breaks(&counted, Check::WithinLimit);
}

#[test]
fn an_indication_without_its_event_breaks_one_answer() {
    let journal = simple();
    let event = journal.first(is_traced(TaskEventKind::Start));
    breaks(&journal.without(event), Check::OneAnswer);
}

#[test]
fn an_indication_with_two_events_breaks_one_answer() {
    let journal = simple();
    let event = journal.first(is_traced(TaskEventKind::Start));
    breaks(&journal.twice(event), Check::OneAnswer);
}

#[test]
fn an_event_that_its_client_does_not_get_breaks_one_answer() {
    let journal = simple();
    let sent = sent_behind(&journal, TaskEventKind::Start);
    breaks(&journal.without(sent), Check::OneAnswer);
}

#[test]
fn an_event_that_is_lost_with_its_session_nearly_breaks_one_answer() {
    let lab = lab(vec![agent("1081", 3)], vec![customer(4)]);
    let journal = Run::new(lab, 1).until(20).restart("finesse").end();
    let sent = sent_behind(&journal, TaskEventKind::Start);
    holds(&journal.without(sent));
}

#[test]
fn a_change_from_a_state_that_was_left_breaks_legal_transition() {
    let journal = waiting();
    let reserved = journal.first(becomes(ContactStatus::Reserved));
    breaks(&journal.twice(reserved), Check::LegalTransition);
}

#[test]
fn another_reason_for_the_same_state_nearly_breaks_legal_transition() {
    let journal = waiting();
    let cancel = journal.first(|fact| {
        matches!(fact, Fact::Contact { to: ContactStatus::Queued, reason: StatusReason::CancelRequested, .. })
    });
    holds(&journal.twice(cancel));
}

#[test]
fn an_agent_who_stays_routable_without_an_answer_breaks_legal_transition() {
    let journal = unanswered();
    let end = journal.first(|fact| {
        matches!(fact, Fact::Task { disposition: Some(Disposition::TASK_ABANDONED_BEFORE_OFFERED), .. })
    });
    let after =
        journal.records.iter().skip(end).position(|record| crate::alter::fact(record).is_some_and(is_agent));
    let routable = journal.saying(end + after.unwrap(), |fact| {
        if let Fact::AgentInMrd { routable, .. } = fact {
            *routable = true;
        }
    });
    breaks(&routable, Check::LegalTransition);
}

#[test]
fn an_interrupt_by_work_that_must_not_be_interrupted_holds() {
    holds(&interrupted());
}

#[test]
fn an_interrupt_by_work_that_may_be_interrupted_breaks_legal_transition() {
    let journal = interrupted();
    let chat = journal.nth(1, |fact| matches!(fact, Fact::Router(RouterFact::CallAdmitted { .. })));
    let by_nothing = journal.saying(chat, |fact| {
        if let Fact::Router(RouterFact::CallAdmitted { interruptible, .. }) = fact {
            *interruptible = true;
        }
    });
    breaks(&by_nothing, Check::LegalTransition);
}

#[test]
fn a_task_that_must_not_be_interrupted_and_is_breaks_legal_transition() {
    let journal = interrupted();
    let task = journal.first(|fact| matches!(fact, Fact::Router(RouterFact::CallAdmitted { .. })));
    let alone = journal.saying(task, |fact| {
        if let Fact::Router(RouterFact::CallAdmitted { interruptible, .. }) = fact {
            *interruptible = false;
        }
    });
    breaks(&alone, Check::LegalTransition);
    breaks(&alone, Check::NoMixing);
}

#[test]
fn a_task_that_goes_on_otherwise_than_it_was_interrupted_breaks_legal_transition() {
    let journal = interrupted();
    let back = journal.first(|fact| matches!(fact, Fact::Task { from: Some(TaskState::Interrupted), .. }));
    let otherwise = journal.saying(back, |fact| {
        if let Fact::Task { to, .. } = fact {
            *to = TaskState::Paused;
        }
    });
    breaks(&otherwise, Check::LegalTransition);
}

#[test]
fn a_dialog_that_goes_on_otherwise_than_it_was_interrupted_breaks_legal_transition() {
    let journal = interrupted();
    let back =
        journal.first(|fact| matches!(fact, Fact::Dialog { from: Some(DialogState::Interrupted), .. }));
    let otherwise = journal.saying(back, |fact| {
        if let Fact::Dialog { to, .. } = fact {
            *to = DialogState::WrappingUp;
        }
    });
    breaks(&otherwise, Check::LegalTransition);
}

#[test]
fn an_agent_who_is_interrupted_with_work_that_goes_on_breaks_legal_transition() {
    let journal = interrupted();
    let task = journal.first(|fact| matches!(fact, Fact::Task { to: TaskState::Interrupted, .. }));
    breaks(&journal.without(task), Check::LegalTransition);
}

#[test]
fn an_agent_who_works_while_the_work_is_interrupted_breaks_legal_transition() {
    let journal = interrupted();
    let agent = journal.first(|fact| matches!(fact, Fact::AgentInMrd { to: AgentState::Interrupted, .. }));
    let works = journal.saying(agent, |fact| {
        if let Fact::AgentInMrd { to, .. } = fact {
            *to = AgentState::Paused;
        }
    });
    breaks(&works, Check::LegalTransition);
}

#[test]
fn a_dialog_of_another_contact_breaks_one_to_one_ids() {
    let journal = simple();
    let dialog = journal.first(|fact| matches!(fact, Fact::Dialog { .. }));
    let other = journal.saying(dialog, |fact| {
        if let Fact::Dialog { contact, .. } = fact {
            *contact = "00000000000000000000000000000000".into();
        }
    });
    breaks(&other, Check::OneToOneIds);
}

#[test]
fn a_new_task_without_a_renotification_breaks_one_to_one_ids() {
    let journal = unanswered();
    let renotified =
        journal.first(|fact| matches!(fact, Fact::Contact { reason: StatusReason::RenotifyRequested, .. }));
    breaks(&journal.without(renotified), Check::OneToOneIds);
}

#[test]
fn a_second_task_behind_a_renotification_nearly_breaks_one_to_one_ids() {
    holds(&unanswered());
}

#[test]
fn a_later_task_of_equal_priority_that_leaves_first_breaks_queue_order() {
    breaks(&with_second_of_priority(5), Check::QueueOrder);
}

#[test]
fn a_later_task_of_a_better_priority_nearly_breaks_queue_order() {
    holds(&with_second_of_priority(4));
}

#[test]
fn a_task_beside_one_that_must_not_be_interrupted_breaks_no_mixing() {
    breaks(&mixed(0), Check::NoMixing);
}

#[test]
fn a_task_that_may_interrupt_nearly_breaks_no_mixing() {
    holds(&mixed(1));
}

#[test]
fn a_contact_that_a_renotification_calls_handled_breaks_handled_cause() {
    let journal = simple();
    let call = journal.first(|fact| matches!(fact, Fact::Finesse(FinesseFact::SmCall { .. })));
    let other = journal.saying(call, |fact| {
        if let Fact::Finesse(FinesseFact::SmCall { operation, .. }) = fact {
            *operation = SmOperation::Renotify;
        }
    });
    breaks(&other, Check::HandledCause);
}

#[test]
fn a_contact_that_is_handled_without_a_call_breaks_handled_cause() {
    let journal = simple();
    let call = close_call(&journal);
    breaks(&journal.without(call), Check::HandledCause);
}

#[test]
fn a_close_call_after_a_resubmission_breaks_handled_cause() {
    let journal = unanswered();
    let call = journal.first(|fact| {
        matches!(fact, Fact::Finesse(FinesseFact::SmCall { operation: SmOperation::Renotify, .. }))
    });
    let other = journal.saying(call, |fact| {
        if let Fact::Finesse(FinesseFact::SmCall { operation, .. }) = fact {
            *operation = SmOperation::EndTask;
        }
    });
    breaks(&other, Check::HandledCause);
}

#[test]
fn an_applications_own_close_call_nearly_breaks_handled_cause() {
    let mut journal = simple();
    let call = close_call(&journal);
    journal.records[call].cause = None;
    holds(&journal);
}

#[test]
fn a_state_that_is_published_when_it_is_over_breaks_publish_order() {
    let journal = simple();
    let active = journal.first(publishes(DialogState::Active));
    breaks(&journal.again_at_the_end(active), Check::PublishOrder);
}

#[test]
fn a_contact_that_is_published_as_it_was_before_the_last_time_breaks_publish_order() {
    let journal = simple();
    let queued = journal.first(|fact| matches!(fact, Fact::Ccp(CcpFact::Published { .. })));
    breaks(&journal.again_at_the_end(queued), Check::PublishOrder);
}

#[test]
fn a_state_that_is_published_before_it_is_so_breaks_publish_order() {
    let journal = simple();
    let change = journal.first(|fact| matches!(fact, Fact::Dialog { to: DialogState::Active, .. }));
    breaks(&journal.without(change), Check::PublishOrder);
}

#[test]
fn a_notification_that_reaches_the_desktop_late_breaks_publish_order() {
    let journal = simple();
    let at_desktop = |record: &Record| {
        record.node.as_str() == "agent-1081"
            && matches!(&record.what, What::In(Input::Frame { link, bytes })
                if link.port == Port::Xmpp && String::from_utf8_lossy(&bytes.0).contains("<item id="))
    };
    let piece = journal.nth_record(0, at_desktop);
    breaks(&journal.again_at_the_end(piece), Check::PublishOrder);
}

#[test]
fn an_item_that_comes_twice_over_bosh_breaks_publish_order() {
    let listening = CastAgent { xmpp: AgentTransport::Bosh, ..agent("1081", 3) };
    let mut over_bosh = journal(lab(vec![listening], vec![customer(4)]), 1);
    holds(&over_bosh);
    let has_item = |record: &Record| match &record.what {
        What::Out(Output::Reply { response, .. }) => {
            record.node.as_str() == "finesse" && response.body.text().contains("<item id=")
        }
        _ => false,
    };
    let [first, second] = [0, 1].map(|nth| over_bosh.nth_record(nth, has_item));
    let What::Out(Output::Reply { response, .. }) = &over_bosh.records[first].what else {
        panic!("no reply")
    };
    let items = response.body.clone();
    let What::Out(Output::Reply { response, .. }) = &mut over_bosh.records[second].what else {
        panic!("no reply")
    };
    response.body = items;
    breaks(&over_bosh, Check::PublishOrder);
}

#[test]
fn an_agents_event_behind_that_of_its_task_breaks_publish_order() {
    let journal = simple();
    // The first one is of the voice domain, where there are no tasks.
    let first = journal.nth_record(1, |record| {
        let What::Out(Output::Send { link, bytes }) = &record.what else { return false };
        // AGENT_STATE_EVENT has number 30.
        link.port == Port::CtiA && bytes.0.get(4..8) == Some(&[0, 0, 0, 30])
    });
    breaks(&journal.again_at_the_end(first), Check::PublishOrder);
}

#[test]
fn a_state_that_is_published_twice_nearly_breaks_publish_order() {
    let journal = simple();
    let active = journal.first(publishes(DialogState::Active));
    holds(&journal.twice(active));
}

/// One task that is handled.
pub(crate) fn simple() -> Journal {
    journal(lab(vec![agent("1081", 3)], vec![customer(4)]), 1)
}

/// One task that the first agent does not accept.
pub(crate) fn unanswered() -> Journal {
    journal(lab(vec![deaf("1080"), late("1081", 6)], vec![customer(4)]), 1)
}

/// Three tasks for one slot, one of which is cancelled.
pub(crate) fn waiting() -> Journal {
    journal(lab(vec![agent("1081", 1)], vec![customer(4), customer(5), impatient(6, 2)]), 3)
}

/// Two tasks at the same time, of an agent who is told another limit in between.
pub(crate) fn two_tasks_with_a_limit_of(limit: u32) -> Journal {
    let journal = journal(lab(vec![agent("1081", 3)], vec![customer(4), customer(5)]), 1);
    let second = journal.nth(1, |fact| matches!(fact, Fact::Task { from: None, .. }));
    let told = journal.last_before(second, is_record);
    journal.saying(told, |fact| {
        if let Fact::AgentPg(AgentPgFact::ToCtiServer(OpcMessage::Agent(record))) = fact {
            **record = AgentRecord { max_tasks: limit, ..(**record).clone() };
        }
    })
}

/// Two tasks wait, the second of which has priority 1 and leaves first; its priority is told otherwise.
fn with_second_of_priority(told: u32) -> Journal {
    let customers = vec![customer(4), customer(5), dialling(6, "Urgent")];
    let journal = journal(lab_with_urgent_tasks(lab(vec![agent("1081", 1)], customers)), 3);
    let urgent = journal.nth(2, |fact| matches!(fact, Fact::Router(RouterFact::CallAdmitted { .. })));
    journal.saying(urgent, |fact| {
        if let Fact::Router(RouterFact::CallAdmitted { priority, .. }) = fact {
            *priority = told;
        }
    })
}

fn lab_with_urgent_tasks(mut lab: Lab) -> Lab {
    let mut dialed = lab.dialed_numbers[0].clone();
    (dialed.number, dialed.call_type) = ("Urgent".into(), Some(CallTypeId(5054)));
    lab.dialed_numbers.push(dialed);
    let mut call_type = lab.call_types[0].clone();
    (call_type.id, call_type.name, call_type.script) =
        (CallTypeId(5054), "Urgent".into(), Some("Urgent".into()));
    lab.call_types.push(call_type);
    let mut script = lab.scripts[0].clone();
    (script.name, script.priority) = ("Urgent".into(), 1);
    lab.scripts.push(script);
    lab
}

/// Two tasks of two domains at the same time, one of which is told to be of a domain that must not be interrupted.
fn mixed(alone: usize) -> Journal {
    let customers = vec![customer(4), dialling(5, "Mail")];
    let journal = journal(lab_of_two_domains(vec![agent("1081", 3)], customers), 1);
    let admitted = journal.nth(alone, |fact| matches!(fact, Fact::Router(RouterFact::CallAdmitted { .. })));
    journal.saying(admitted, |fact| {
        if let Fact::Router(RouterFact::CallAdmitted { interruptible, .. }) = fact {
            *interruptible = false;
        }
    })
}

/// A task that gives way to one of a domain that must not be interrupted, and goes on.
fn interrupted() -> Journal {
    let customers = vec![customer(4), dialling(7, "Mail")];
    let mut lab = lab_of_two_domains(vec![agent("1081", 3)], customers);
    lab.mrds[1].interruptible = false;
    journal(lab, 1)
}

pub(crate) fn close_call(journal: &Journal) -> usize {
    journal.nth_record(0, |record| {
        record.node.as_str() == "ccp"
            && matches!(&record.what, What::In(Input::Call { request, .. }) if request.path().ends_with("/close"))
    })
}

/// The first thing that is sent behind that event of a task.
pub(crate) fn sent_behind(journal: &Journal, kind: TaskEventKind) -> usize {
    let traced = journal.first(is_traced(kind));
    let sent = journal.records[traced..].iter().position(
        |record| matches!(&record.what, What::Out(Output::Send { link, .. }) if link.port == Port::CtiA),
    );
    traced + sent.unwrap()
}

pub(crate) fn becomes(status: ContactStatus) -> impl Fn(&Fact) -> bool {
    move |fact| matches!(fact, Fact::Contact { to, .. } if *to == status)
}

fn is_choice(fact: &Fact) -> bool {
    matches!(fact, Fact::Router(RouterFact::QueueNode { choice: QueueChoice::Agent { .. }, .. }))
}

fn is_agent(fact: &Fact) -> bool {
    matches!(fact, Fact::AgentInMrd { .. })
}

fn is_record(fact: &Fact) -> bool {
    matches!(fact, Fact::AgentPg(AgentPgFact::ToCtiServer(OpcMessage::Agent(_))))
}

pub(crate) fn is_traced(kind: TaskEventKind) -> impl Fn(&Fact) -> bool {
    move |fact| matches!(fact, Fact::AgentPg(AgentPgFact::TaskEventTraced(event)) if event.kind == kind)
}

pub(crate) fn publishes(state: DialogState) -> impl Fn(&Fact) -> bool {
    move |fact| {
        let Fact::Finesse(FinesseFact::Published(publication)) = fact else { return false };
        publication.event == PublishEvent::Put
            && matches!(&publication.object, Object::Dialog(dialog) if dialog.state == state)
    }
}

/// The altered journal breaks that check, at a record of its own.
fn breaks(journal: &Journal, check: Check) {
    let breaches = journal.breaches();
    let found = breaches.iter().find(|breach| breach.check == check);
    assert!(found.is_some_and(|breach| breach.seq > 0), "{check} is not broken: {breaches:#?}");
}

fn holds(journal: &Journal) {
    let breaches: Vec<String> = journal.breaches().iter().map(ToString::to_string).collect();
    assert!(breaches.is_empty(), "{breaches:#?}");
}
