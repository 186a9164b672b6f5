//! An application that follows its tasks by CCP's notification service, in the simulator (ccp-task-api 6).

use crate::flow::{agent, customer, header, lab, start_with, statuses};
use base64::{Engine, engine::general_purpose::STANDARD};
use cce_journal::{Record, What};
use cce_kernel::{CallId, Component, Cx, Input, NodeName, Port, Request, Time};
use cce_sim::Sim;
use cce_xmpp::{
    StreamElement,
    bosh::{BoshAsk, BoshBody, BoshClient},
};
use std::collections::BTreeMap;

const FOLLOWER: &str = "customer-9";
const NODE: &str = "ccp.campaign.updates.WCS_Campaign";

#[test]
fn an_application_hears_every_status_of_a_task_in_its_order() {
    for seed in [1, 2, 3] {
        let records = follow(seed);
        let changes: Vec<String> =
            statuses(&records).iter().map(|(to, reason)| format!("{to} {reason}")).collect();
        let changes: Vec<&String> = changes.iter().filter(|change| !change.starts_with("unread")).collect();
        assert_eq!(changes.len(), 3, "{changes:?}");
        assert_eq!(heard(&records).iter().collect::<Vec<_>>(), changes, "seed {seed}");
    }
}

#[test]
fn an_application_that_follows_gives_the_same_bytes_for_the_same_seed() {
    let bytes = |seed| serde_json::to_string(&follow(seed)).unwrap();
    assert_eq!(bytes(7), bytes(7));
}

/// A run of one task, with a follower beside the lab's people.
fn follow(seed: u64) -> Vec<Record> {
    let lab = lab(vec![agent("1081", 3)], vec![customer(4, None)]);
    let mut sim = Sim::new(seed);
    start_with(&lab, seed, &mut sim, |_, component| component);
    let name = NodeName::from(FOLLOWER);
    let domain = lab.hosts["ccp"].fqdn.clone();
    sim.add(&name, header(&lab, seed).clock(&name), Box::new(Follower::new(domain)));
    sim.run_until(Time(120_000_000));
    sim.records().to_vec()
}

/// Status and reason of each contact that the follower was told of.
fn heard(records: &[Record]) -> Vec<String> {
    let answers = records.iter().filter_map(|record| match &record.what {
        What::In(Input::Reply { result: Ok(response), .. }) if record.node.as_str() == FOLLOWER => {
            Some(response.body.text().into_owned())
        }
        _ => None,
    });
    let of = |contact: &str, name: &str| {
        let (_, rest) = contact.split_once(&format!("<{name}>")).unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    };
    let told = |answer: String| {
        let contacts = answer.split("<SocialContact>").skip(1);
        contacts.map(|it| format!("{} {}", of(it, "status"), of(it, "statusReason"))).collect::<Vec<_>>()
    };
    answers.flat_map(told).collect()
}

/// Signs in as the administrator, and subscribes to the campaign's node.
#[derive(Clone, Debug)]
struct Follower {
    client: BoshClient,
    calls: BTreeMap<CallId, u64>,
}

impl Follower {
    fn new(domain: String) -> Self {
        Self { client: BoshClient::new(domain, 1), calls: BTreeMap::new() }
    }

    fn ask(&mut self, BoshAsk { rid, body }: BoshAsk, cx: &mut Cx<'_>) {
        let call = cx.call(Port::CcpBosh, Request::new("POST", "/http-bind/").xml(body));
        self.calls.insert(call, rid);
    }

    fn on_stanza(&mut self, stanza: &StreamElement) {
        let has = |name| stanza.elements().any(|child| child.name == name);
        let said = match stanza.name.as_str() {
            "features" if has("mechanisms") => {
                let token = STANDARD.encode("\0admin\0ccelab");
                format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{token}</auth>")
            }
            "features" => "<iq xmlns='jabber:client' type='set' id='b'>\
                           <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
                .to_owned(),
            "iq" if has("bind") => {
                let bind = stanza.elements().next().unwrap();
                let jid = bind.elements().next().unwrap().text();
                format!(
                    "<presence xmlns='jabber:client'/><iq xmlns='jabber:client' type='set' id='s'>\
                     <pubsub xmlns='http://jabber.org/protocol/pubsub'><subscribe node='{NODE}' jid='{jid}'/>\
                     </pubsub></iq>"
                )
            }
            _ => return,
        };
        self.client.say(said.as_bytes());
    }
}

impl Component for Follower {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { .. } => {
                let first = self.client.open();
                self.ask(first, cx);
            }
            Input::Reply { call, result } => {
                let rid = self.calls.remove(&call).unwrap();
                let body = BoshBody::read(&result.unwrap().body.0).unwrap();
                for stanza in self.client.take(rid, body).stanzas {
                    self.on_stanza(&stanza);
                }
            }
            _ => {}
        }
        while let Some(next) = self.client.next_ask() {
            self.ask(next, cx);
        }
    }
}
