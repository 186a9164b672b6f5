//! A back end closes a contact from the customer's side while an agent has its task (ccp-task-api 3.7): the agent's dialog
//! lives on, and what its agent does with it then is told to a CCP for which the contact is handled.

use crate::{
    flow::{agent, customer, ends, lab, span, statuses},
    play::{HANDLED, Play, dialogs, dispositions, facts},
};
use cce_journal::{Record, What};
use cce_kernel::{Fact, Input, Output, Port};
use cce_model::{ContactStatus, DialogState, Object, fact::FinesseFact};
use cce_world::CastAgent;

#[test]
fn an_agent_may_close_what_was_closed_already() {
    let mut play = Play::new(lab(vec![patient()], vec![customer(4, None)]), 1);
    play.meets(DialogState::Active).tell("customer-1", "close");
    play.seconds(5);
    assert_eq!((ends(play.records()), dispositions(play.records())), (vec![HANDLED], vec![]));
    assert_eq!(dialogs(play.records()).last(), Some(&DialogState::Active), "the agent works on");
    play.tell_agent("1081", "close");
    let records = play.end(60);
    assert_eq!(answers(&records), [("close".to_owned(), 200)]);
    assert_eq!((dispositions(&records), dialogs(&records).last()), (vec![38], Some(&DialogState::Closed)));
    assert_eq!(handled(&records), 1, "the second close changes nothing");
}

#[test]
fn a_transfer_of_what_was_closed_already_fails_and_the_agent_keeps_the_task() {
    let worker =
        CastAgent { transfer_to: Some("CumulusTask".to_owned()), close: Some(span(10).into()), ..patient() };
    let mut play = Play::new(lab(vec![worker], vec![customer(4, None)]), 1);
    play.meets(DialogState::Active).tell("customer-1", "close");
    // The virtual agent asks again and again.
    play.seconds(15);
    let asked = answers(play.records());
    assert!(
        !asked.is_empty() && asked.iter().all(|answer| *answer == ("renotify".to_owned(), 412)),
        "{asked:?}"
    );
    let errors = errors(play.records());
    assert_eq!(errors.len(), asked.len());
    assert!(errors.iter().all(|error| *error == "The task could not be resubmitted"), "{errors:?}");
    assert_eq!(dialogs(play.records()).last(), Some(&DialogState::Active));
    play.tell_agent("1081", "close");
    let records = play.end(60);
    assert_eq!(answers(&records).last(), Some(&("close".to_owned(), 200)));
    assert_eq!((ends(&records), dispositions(&records), handled(&records)), (vec![HANDLED], vec![38], 1));
}

#[test]
fn an_offer_that_rings_out_behind_the_close_is_routed_to_nobody() {
    let deaf = CastAgent { accept: None, ..agent("1081", 3) };
    let other = CastAgent { sign_in: Some(span(10)), ..agent("1082", 3) };
    let mut play = Play::new(lab(vec![deaf, other], vec![customer(4, None)]), 1);
    play.meets(DialogState::Offered).tell("customer-1", "close");
    let records = play.end(120);
    let asked = answers(&records);
    assert!(
        !asked.is_empty() && asked.iter().all(|answer| *answer == ("renotify".to_owned(), 412)),
        "{asked:?}"
    );
    assert_eq!((ends(&records), dispositions(&records), handled(&records)), (vec![HANDLED], vec![36], 1));
    assert_eq!(errors(&records), [] as [&str; 0], "RONA has nobody to tell");
}

/// Works for longer than any test lasts.
fn patient() -> CastAgent {
    CastAgent { close: Some(span(3_600).into()), ..agent("1081", 3) }
}

/// What Finesse asked of CCP, with each answer.
fn answers(records: &[Record]) -> Vec<(String, u16)> {
    let asked = records.iter().filter_map(|record| match &record.what {
        What::Out(Output::Call { call, port: Port::CcpRest, request })
            if record.node.as_str() == "finesse" =>
        {
            Some((*call, request.path().rsplit('/').next().unwrap().to_owned()))
        }
        _ => None,
    });
    let answer = |(call, what)| {
        let status = records.iter().find_map(|record| match &record.what {
            What::In(Input::Reply { call: of, result: Ok(response) })
                if *of == call && record.node.as_str() == "finesse" =>
            {
                Some(response.status)
            }
            _ => None,
        });
        status.map(|status| (what, status))
    };
    asked.filter_map(answer).collect()
}

/// Errors of which desktops heard.
fn errors(records: &[Record]) -> Vec<&str> {
    let error = |fact| match fact {
        &Fact::Finesse(FinesseFact::Published(ref publication)) => match &publication.object {
            Object::DialogError { error, .. } => Some(error.message.as_str()),
            _ => None,
        },
        _ => None,
    };
    facts(records).filter_map(error).collect()
}

/// How often the contact became handled.
fn handled(records: &[Record]) -> usize {
    statuses(records).iter().filter(|(to, _)| *to == ContactStatus::Handled).count()
}
