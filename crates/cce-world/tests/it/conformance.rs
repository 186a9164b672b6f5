//! Rows of the references that only the whole lab shows, and the values of the built-in one.

use crate::{
    flow::{agent, customer, lab, span},
    play::{Play, facts},
};
use cce_kernel::Fact;
use cce_model::{
    CallTypeId, MrdId, Object, PeripheralId, PrecisionQueueId, RoutingClientId, SkillGroupNumber,
    SkillTarget, fact::FinesseFact,
};
use cce_world::{CastAgent, CastCustomer, Lab, Layers, load};
use std::time::Duration;

fn built_in() -> Lab {
    load(&Layers::default()).unwrap()
}

#[test]
fn every_link_has_the_port_of_the_product() {
    let lab = built_in();
    let ports = [
        ("app", 8080),
        ("mr", 38001),
        ("icm", 40002),
        ("cti-a", 42027),
        ("cti-b", 43027),
        ("desk", 8082),
        ("xmpp", 5222),
        ("bosh", 7071),
        // The product's 7071 is Finesse's on this address; with --product-ports each has one of its own.
        ("ccp-bosh", 7072),
    ];
    for (link, port) in ports {
        let settings = &lab.links[link];
        for address in [&settings.listen, &settings.connect] {
            assert_eq!(address, &format!("127.0.0.1:{port}"), "{link}");
        }
    }
}

#[test]
fn every_listener_with_tls_has_its_port() {
    let lab = built_in();
    let found: Vec<_> =
        lab.links.iter().filter_map(|(link, of)| Some((link.as_str(), of.listen_tls.as_deref()?))).collect();
    let expected = [
        ("app", "127.0.0.1:8443"),
        ("bosh", "127.0.0.1:7443"),
        ("ccp-bosh", "127.0.0.1:7444"),
        ("cti-a", "127.0.0.1:42030"),
        ("cti-b", "127.0.0.1:43030"),
        ("desk", "127.0.0.1:8445"),
        // Of the lab alone: pages, and every interface beside them.
        ("site", "127.0.0.1:8448"),
        ("xmpp", "127.0.0.1:5223"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_built_in_lab_has_the_objects_of_the_lab_trace() {
    let lab = built_in();
    assert_eq!(
        (lab.agentpg.peripheral, lab.mrpg.peripheral, lab.mrpg.routing_client),
        (PeripheralId(5000), PeripheralId(5001), RoutingClientId(5004))
    );
    assert_eq!(
        (lab.mrds[0].id, lab.mrds[0].name.as_str(), lab.mrds[0].interruptible),
        (MrdId(5011), "Tasks", true)
    );
    let dialed = &lab.dialed_numbers[0];
    assert_eq!(
        (dialed.number.as_str(), dialed.mrd.as_str(), dialed.call_type),
        ("CumulusTask", "Tasks", Some(CallTypeId(5053)))
    );
    let queue = &lab.precision_queues[0];
    assert_eq!(
        (queue.id, queue.skill_group, queue.number),
        (PrecisionQueueId(5034), SkillTarget(5199), SkillGroupNumber(12_282_837))
    );
    assert_eq!((queue.name.as_str(), lab.call_types[0].id), ("CumulusTask", CallTypeId(5053)));
    let agent = &lab.agents[0];
    assert_eq!(
        (agent.id.as_str(), agent.extension.as_str(), agent.skill_target),
        ("1080", "1080", SkillTarget(5172))
    );
    assert_eq!(
        (lab.ccp.feeds[0].id, lab.ccp.campaigns[0].id, lab.ccp.campaigns[0].filter),
        (100_080, 100_081, 90_001)
    );
    assert!(lab.hosts["ccp"].fqdn.starts_with("sm1."));
}

/// ccp-task-api 2.1: what the system makes stands beside what the lab of the trace has.
#[test]
fn a_task_of_the_default_feed_is_handled_like_one_of_the_traces() {
    let built_in = built_in();
    assert_eq!(built_in.ccp.feeds[1].name, "Cisco_Default_Task_Feed");
    let campaign = &built_in.ccp.campaigns[1];
    assert_eq!(
        (campaign.name.as_str(), campaign.public_id.as_str()),
        ("Cisco_Default_Task_Campaign", "Cisco_Default_Task_Campaign")
    );
    let of_default = CastCustomer { feed: built_in.ccp.feeds[1].id, ..customer(4, None) };
    let records = Play::new(lab(vec![agent("1081", 3)], vec![of_default]), 1).end(60);
    assert_eq!(crate::flow::ends(&records), [crate::play::HANDLED]);
}

#[test]
fn a_domain_has_the_documented_terms() {
    let domain = built_in().mrds.remove(0);
    let seconds = [domain.start_timeout, domain.task_life, domain.max_task_duration].map(|span| span.0);
    assert_eq!(seconds, [30, 1_200, 28_800].map(Duration::from_secs));
    assert_eq!((domain.max_in_queue, domain.description.as_str()), (None, "Cumulus tasks"));
}

/// task-routing E3: what desktops hear of a sign-out, with states in between left out.
#[test]
fn a_sign_out_with_tasks_publishes_their_ends_and_then_the_media() {
    let worker = CastAgent { close: Some(span(60).into()), ..agent("1081", 3) };
    let mut play = Play::new(lab(vec![worker], vec![customer(4, None), customer(5, None)]), 1);
    let before = play.seconds(20).records().len();
    play.tell_agent("1081", "sign-out");
    let records = play.end(60);
    let shown: Vec<String> = facts(&records[before..]).filter_map(published).collect();
    assert_eq!(shown[..3], ["dialog CLOSED", "dialog CLOSED", "media LOGOUT"], "{shown:?}");
    assert_eq!(shown.iter().filter(|what| what.starts_with("media")).count(), 1, "{shown:?}");
}

fn published(fact: &Fact) -> Option<String> {
    let Fact::Finesse(FinesseFact::Published(publication)) = fact else { return None };
    match &publication.object {
        Object::Dialogs(dialog) => Some(format!("dialog {}", dialog.state)),
        Object::Media(media) => Some(format!("media {}", media.state)),
        _ => None,
    }
}
