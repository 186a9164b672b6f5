//! How changes travel on CCP's bus.

use crate::lab::{DIALOGUE, Lab, TASK, config, routed};
use cce_ccp::{Campaign, Config};
use cce_model::{
    DialogueId,
    fact::{BusMessageId, CcpFact, Process},
};

#[test]
fn a_change_by_cce_reaches_eventing_and_not_the_message_proxy() {
    let said = Lab::submitted().says(routed(DIALOGUE, 1, TASK));
    let receivers: Vec<Process> = bus(&said.ccp_facts()).into_iter().map(|(process, _)| process).collect();
    assert_eq!(receivers, [Process::Eventing; 2]);
}

#[test]
fn eventing_and_the_message_proxy_receive_the_same_message_of_a_close() {
    let said = Lab::reserved().close();
    let received = bus(&said.ccp_facts());
    assert_eq!([received[0].0, received[1].0], [Process::Eventing, Process::MsgProxy]);
    assert_eq!(received[0].1, received[1].1);
}

#[test]
fn messages_of_one_process_are_counted() {
    let said = Lab::submitted().says(routed(DIALOGUE, 1, TASK));
    let numbers: Vec<u32> = bus(&said.ccp_facts()).into_iter().map(|(_, id)| id.number).collect();
    assert_eq!(numbers, [1, 2]);
}

#[test]
fn a_pinned_message_id_is_the_first() {
    let id = BusMessageId { port: 38_977, started_ms: 1_706_611_030_181, path: [4, 2, 2, 1], number: 3 };
    let mut lab = Lab::with(Config { public_bus: Some(id), ..config() });
    let ids = [(); 2].map(|()| bus(&lab.create(&[]).ccp_facts())[0].1);
    assert_eq!(ids, [id, BusMessageId { number: 4, ..id }]);
}

#[test]
fn a_change_is_published_once_for_each_campaign() {
    let mut campaigns = config().campaigns;
    let second = Campaign { id: 100_082, public_id: "Second".to_owned(), ..campaigns[0].clone() };
    campaigns.push(second);
    let mut lab = Lab::with(Config { campaigns, ..config() });
    lab.create(&[]);
    let said = lab.says(crate::lab::queued(DIALOGUE, 1, 0));
    let nodes: Vec<&str> = said.ccp_facts().into_iter().filter_map(node).collect();
    assert_eq!(nodes, ["WCS_Campaign", "Second"]);
}

#[test]
fn the_object_of_a_notification_has_six_hexadecimal_digits() {
    let mut lab = Lab::open();
    for number in 0..20 {
        lab.create(&[]);
        let said = lab.says(routed(DialogueId(DIALOGUE.0 + number), 1, TASK));
        for fact in said.ccp_facts() {
            let CcpFact::DsNotification { object, .. } = fact else { continue };
            assert_eq!(format!("{object:x}").len(), 6);
        }
    }
}

fn node(fact: &CcpFact) -> Option<&str> {
    match fact {
        CcpFact::Published { campaign_public_id, .. } => Some(campaign_public_id),
        _ => None,
    }
}

fn bus(facts: &[&CcpFact]) -> Vec<(Process, BusMessageId)> {
    let received = facts.iter().filter_map(|fact| match fact {
        CcpFact::BusReceived { process, id, .. } => Some((*process, *id)),
        _ => None,
    });
    received.collect()
}
