//! Applications that follow contacts by the notification service, on BOSH (ccp-task-api 6).

use crate::lab::{DIALOGUE, FIRST, Lab, Said, TASK, config, queued, routed};
use base64::{Engine, engine::general_purpose::STANDARD};
use cce_ccp::Config;
use cce_kernel::{Account, CallId, Command, Input, Output, Port, Request};

const NODE: &str = "ccp.campaign.updates.WCS_Campaign";

#[test]
fn who_subscribed_to_a_campaign_hears_of_each_change_of_its_contacts_as_it_is_logged() {
    let mut lab = Lab::open();
    let mut follower = Follower::present(&mut lab);
    let answer = follower.subscribe(&mut lab, NODE);
    assert!(answer.contains("subscription='subscribed'"), "{answer}");
    lab.create(&[]);
    follower.poll(&mut lab);
    let text = heard(&lab.says(queued(DIALOGUE, 1, 42)));
    assert!(
        text.contains(
            "<message xmlns='jabber:client' from='pubsub.sm1.dcloud.cisco.com' to='admin@sm1.dcloud.cisco.com"
        ),
        "{text}"
    );
    let (_, item) = text.split_once("<item id='").unwrap();
    let (_, payload) = item.split_once('>').unwrap();
    let (payload, _) = payload.split_once("</item>").unwrap();
    assert!(
        payload.starts_with(
            "<SocialContact><author>ann@example.org</author><campaignPublicId>WCS_Campaign</campaignPublicId>"
        ),
        "{payload}"
    );
    assert!(
        payload.contains(&format!("<id>{FIRST}</id>")) && payload.contains("<status>queued</status>"),
        "{payload}"
    );
}

#[test]
fn every_status_of_a_task_arrives_in_its_order() {
    let mut lab = Lab::open();
    let mut follower = Follower::following(&mut lab);
    lab.create(&[]);
    lab.says(routed(DIALOGUE, 1, TASK));
    lab.renotify("<Task><scriptSelector>Other</scriptSelector></Task>");
    lab.lose_link();
    assert_eq!(
        statuses(&follower.poll(&mut lab)),
        [
            "queued externally_routed",
            "reserved externally_routed",
            "queued task_renotify_requested",
            "discarded notification_cce_connection_lost",
        ]
    );
}

#[test]
fn an_update_of_tags_is_told_though_the_status_stays() {
    let mut lab = Lab::reserved();
    let mut follower = Follower::following(&mut lab);
    lab.administer(
        "PUT",
        &format!("/socialcontact/{FIRST}"),
        "<SocialContact><tags><tag>vip</tag></tags></SocialContact>",
    );
    let text = follower.poll(&mut lab);
    assert!(text.contains("<tag>vip</tag>") && text.contains("<status>reserved</status>"), "{text}");
}

#[test]
fn nobody_hears_of_a_campaign_without_a_subscription_or_after_its_end() {
    let mut lab = Lab::open();
    let mut silent = Follower::present(&mut lab);
    let mut left = Follower::following(&mut lab);
    left.iq(&mut lab, "u", &format!("<pubsub xmlns='http://jabber.org/protocol/pubsub'><unsubscribe node='{NODE}' jid='{}'/></pubsub>", left.jid.clone()));
    lab.create(&[]);
    silent.poll(&mut lab);
    left.poll(&mut lab);
    assert!(lab.says(queued(DIALOGUE, 1, 42)).replies().is_empty());
}

#[test]
fn a_campaign_has_its_node_as_long_as_it_is_there() {
    let mut lab = Lab::open();
    let mut follower = Follower::present(&mut lab);
    let node = "ccp.campaign.updates.My+Mail";
    assert!(follower.subscribe(&mut lab, node).contains("<item-not-found "));
    lab.administer("POST", "/campaign", "<Campaign><name>My Mail</name></Campaign>");
    assert!(follower.subscribe(&mut lab, node).contains("subscription='subscribed'"));
    lab.administer("DELETE", "/campaign/My+Mail", "");
    assert!(follower.subscribe(&mut lab, node).contains("<item-not-found "));
}

#[test]
fn a_campaign_that_is_made_again_has_no_subscribers() {
    let mut lab = Lab::open();
    let mut follower = Follower::following(&mut lab);
    lab.administer("DELETE", "/campaign/WCS_Campaign", "");
    let again =
        "<Campaign><name>WCS_Campaign</name><feeds><feed>http://ccp/feed/100080</feed></feeds></Campaign>";
    assert_eq!(lab.administer("POST", "/campaign", again).status(), 201);
    let rule = "<Notification><name>To CCE</name><type>cce</type><campaignUrl>http://ccp/campaign/WCS_Campaign</campaignUrl>\
                <tags><tag>cisco_uq_tag</tag></tags><scriptSelector>Fallback</scriptSelector>\
                <mediaRoutingDomainId>1</mediaRoutingDomainId></Notification>";
    assert_eq!(lab.administer("POST", "/notification", rule).status(), 201);
    lab.create(&[]);
    follower.poll(&mut lab);
    let queued = lab.says(queued(DIALOGUE, 1, 42));
    assert_eq!(queued.changes(), ["unread>queued/externally_routed system"]);
    assert!(queued.replies().is_empty());
}

#[test]
fn the_nodes_of_chats_and_of_the_service_itself_are_there() {
    let mut lab = Lab::open();
    let mut follower = Follower::present(&mut lab);
    for node in ["ccp.contacts.chat", "ccp.serviceability.eventingInfo"] {
        assert!(follower.subscribe(&mut lab, node).contains("subscription='subscribed'"), "{node}");
    }
}

#[test]
fn the_administrator_alone_signs_in() {
    let mut lab = Lab::with(Config { administrator: Account::new("admin", "other"), ..config() });
    let mut follower = Follower::open(&mut lab);
    assert!(follower.sign_in(&mut lab, "admin", "ccelab").contains("<not-authorized/>"));
    assert!(follower.sign_in(&mut lab, "1080", "other").contains("<not-authorized/>"));
    assert!(follower.sign_in(&mut lab, "admin", "other").contains("<success "));
}

#[test]
fn a_roster_of_ccp_is_empty_and_nobody_else_is_present() {
    let mut lab = Lab::open();
    let mut follower = Follower::present(&mut lab);
    let answer = follower.iq(&mut lab, "r", "<query xmlns='jabber:iq:roster'/>");
    assert!(answer.contains("<query xmlns='jabber:iq:roster'></query>"), "{answer}");
}

#[test]
fn a_stopping_ccp_ends_the_sessions_of_its_followers() {
    let mut lab = Lab::open();
    let mut follower = Follower::following(&mut lab);
    follower.poll(&mut lab);
    let text = heard(&lab.input(Input::Command(Command::Stop)));
    assert!(text.contains("condition='system-shutdown'"), "{text}");
}

#[test]
fn a_follower_that_asks_no_more_is_forgotten_and_the_task_api_goes_on() {
    let mut lab = Lab::open();
    let follower = Follower::following(&mut lab);
    lab.wait(std::time::Duration::from_secs(40));
    let late = follower.ask(&mut lab, follower.rid + 1, "", "");
    assert!(heard(&late).contains("condition='item-not-found'"));
    let created = lab.create(&[]);
    let (_, place) = created.reply().get("location").unwrap().split_once("8080").unwrap();
    assert_eq!(lab.get(place).status(), 200);
}

/// An application on a BOSH session.
struct Follower {
    sid: String,
    jid: String,
    rid: u64,
}

impl Follower {
    fn open(lab: &mut Lab) -> Self {
        let mut follower = Self { sid: String::new(), jid: String::new(), rid: 1_000 };
        let create =
            "to='sm1.dcloud.cisco.com' wait='30' hold='1' xmpp:version='1.0' xmlns:xmpp='urn:xmpp:xbosh'";
        let opened = follower.ask(lab, 1_000, create, "");
        let text = heard(&opened);
        let (_, rest) = text.split_once(" sid='").expect("a session has an id");
        rest.split_once('\'').expect("an attribute ends").0.clone_into(&mut follower.sid);
        follower
    }

    fn sign_in(&mut self, lab: &mut Lab, user: &str, password: &str) -> String {
        let token = STANDARD.encode(format!("\0{user}\0{password}"));
        let auth = format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{token}</auth>");
        self.say(lab, &auth)
    }

    /// Signed in as the administrator, bound and present.
    fn present(lab: &mut Lab) -> Self {
        let mut follower = Self::open(lab);
        assert!(follower.sign_in(lab, "admin", "ccelab").contains("<success "));
        follower.next(lab, "xmpp:restart='true' xmlns:xmpp='urn:xmpp:xbosh'", "");
        let bound = follower.iq(lab, "b", "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
        let (_, rest) = bound.split_once("<jid>").expect("an address");
        rest.split_once('<').expect("an element ends").0.clone_into(&mut follower.jid);
        follower.say(lab, "<presence xmlns='jabber:client'/>");
        follower
    }

    /// Subscribed to the campaign's node.
    fn following(lab: &mut Lab) -> Self {
        let mut follower = Self::present(lab);
        assert!(follower.subscribe(lab, NODE).contains("subscription='subscribed'"));
        follower
    }

    fn subscribe(&mut self, lab: &mut Lab, node: &str) -> String {
        let jid = self.jid.clone();
        self.iq(
            lab,
            "s",
            &format!(
                "<pubsub xmlns='http://jabber.org/protocol/pubsub'><subscribe node='{node}' jid='{jid}'/></pubsub>"
            ),
        )
    }

    fn iq(&mut self, lab: &mut Lab, id: &str, payload: &str) -> String {
        let kind = if payload.starts_with("<query") { "get" } else { "set" };
        self.say(lab, &format!("<iq xmlns='jabber:client' type='{kind}' id='{id}'>{payload}</iq>"))
    }

    fn say(&mut self, lab: &mut Lab, stanzas: &str) -> String {
        self.next(lab, "", stanzas)
    }

    /// A request that waits for something; what is there already.
    fn poll(&mut self, lab: &mut Lab) -> String {
        self.next(lab, "", "")
    }

    fn next(&mut self, lab: &mut Lab, attributes: &str, stanzas: &str) -> String {
        self.rid += 1;
        let said = self.ask(lab, self.rid, attributes, stanzas);
        heard(&said)
    }

    fn ask(&self, lab: &mut Lab, rid: u64, attributes: &str, stanzas: &str) -> Said {
        let sid = if self.sid.is_empty() { String::new() } else { format!("sid='{}'", self.sid) };
        let body = format!(
            "<body rid='{rid}' {sid} {attributes} xmlns='http://jabber.org/protocol/httpbind'>{stanzas}</body>"
        );
        let request = Request::new("POST", "/http-bind/").xml(body);
        lab.input(Input::Call { call: CallId(rid), port: Port::CcpBosh, request })
    }
}

/// What requests of followers were answered with.
fn heard(said: &Said) -> String {
    let own = |output: &Output| match output {
        Output::Reply { call, response } if call.0 >= 1_000 => Some(response.body.text().into_owned()),
        _ => None,
    };
    said.0.iter().filter_map(own).collect()
}

/// Status and reason of each contact in a text, in order.
fn statuses(text: &str) -> Vec<String> {
    let one = |contact: &str| {
        let of = |name: &str| {
            let (_, rest) = contact.split_once(&format!("<{name}>"))?;
            Some(rest.split_once('<')?.0.to_owned())
        };
        Some(format!("{} {}", of("status")?, of("statusReason")?))
    };
    text.split("<SocialContact>").skip(1).filter_map(one).collect()
}
