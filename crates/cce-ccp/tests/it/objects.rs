//! Feeds, campaigns, notification rules and the MR configuration, as an administrator makes and changes them.

use crate::lab::{Lab, PRIVATE, Said, config};
use cce_ccp::Config;
use cce_kernel::{CloseReason, Peer, Port, Security};

const FEED: &str = "<Feed><name>Mail</name><type>12</type><tags><tag>mail</tag></tags></Feed>";
const MR: &str = "/contactcenter/mrconfig/default";

/// The path below the private API of what was made.
fn made(said: &Said) -> String {
    assert_eq!(said.status(), 201, "{}", said.body());
    let location = said.reply().get("location").expect("what is made has a place").to_owned();
    location.split_once(PRIVATE).expect("it is in the private API").1.to_owned()
}

fn rule(campaign: &str, tag: &str) -> String {
    format!(
        "<Notification><name>To CCE</name><type>cce</type><campaignUrl>http://ccp/campaign/{campaign}</campaignUrl>\
         <tags><tag>{tag}</tag></tags><scriptSelector>Fallback</scriptSelector>\
         <mediaRoutingDomainId>1</mediaRoutingDomainId></Notification>"
    )
}

/// A lab with a second feed, its campaign, and the rule that hands its contacts to CCE.
fn with_mail() -> (Lab, String) {
    let mut lab = Lab::open();
    let feed = made(&lab.administer("POST", "/feed", FEED));
    let campaign =
        format!("<Campaign><name>My Mail</name><feeds><feed>http://ccp{feed}</feed></feeds></Campaign>");
    assert_eq!(made(&lab.administer("POST", "/campaign", &campaign)), "/campaign/My+Mail");
    made(&lab.administer("POST", "/notificationrule", &rule("My+Mail", "mail")));
    (lab, feed)
}

fn create(lab: &mut Lab, feed: &str, more: &str) -> Said {
    lab.get(&format!("/ccp/task{feed}?name=ann&title=Hello{more}"))
}

#[test]
fn a_feed_that_was_made_is_shown_and_takes_tasks() {
    let mut lab = Lab::open();
    let said = lab.administer("POST", "/feed", FEED);
    assert_eq!((said.body(), said.reply().get("content-type")), (String::new(), Some("text/plain")));
    let feed = made(&said);
    let shown = lab.administer("GET", &feed, "").body();
    assert!(shown.contains("<name>Mail</name>") && shown.contains("<tag>mail</tag>"), "{shown}");
    assert_eq!(lab.administer("GET", "/feed", "").body().matches("<Feed>").count(), 2);
    assert_eq!(create(&mut lab, &feed, "").status(), 201);
}

#[test]
fn what_a_feed_must_not_be_is_told_by_field() {
    let mut lab = Lab::open();
    for (body, status, field) in [
        ("<Feed/>", 400, "name"),
        ("<Feed><name>Tasks</name><type>12</type></Feed>", 400, "already"),
        ("<Feed><name>Chat</name><type>8</type></Feed>", 501, "type"),
        ("<Feed><name>a</name><type>12</type><tags><tag>a</tag><tag>b</tag></tags></Feed>", 400, "tags"),
        ("<Campaign/>", 400, "Feed"),
    ] {
        let said = lab.administer("POST", "/feed", body);
        assert_eq!(said.status(), status, "{body}");
        assert!(said.body().contains(field), "{body}: {}", said.body());
    }
}

/// No number stands for a new object, or for an id that cannot be read.
#[test]
fn a_feed_with_the_id_0_is_changed_and_one_that_is_no_number_is_not_found() {
    let mut lab = Lab::with({
        let mut config = config();
        config.feeds[0].id = 0;
        config
    });
    assert_eq!(lab.administer("PUT", "/feed/x", FEED).status(), 404);
    assert_eq!(lab.administer("PUT", "/feed/0", FEED).status(), 200);
    assert_eq!(lab.administer("GET", "/feed", "").body().matches("<Feed>").count(), 1);
    assert_eq!(lab.administer("DELETE", "/feed/x", "").status(), 404);
    assert_eq!(lab.administer("DELETE", "/notificationrule/x", "").status(), 404);
    assert!(lab.administer("GET", "/feed/0", "").body().contains("<name>Mail</name>"));
}

#[test]
fn contacts_of_a_feed_without_a_rule_stay_unread() {
    let mut lab = Lab::open();
    let feed = made(&lab.administer("POST", "/feed", FEED));
    assert!(create(&mut lab, &feed, "&scriptSelector=CumulusTask").sent().is_empty());
}

#[test]
fn a_rule_hands_contacts_with_its_tag_to_cce_and_others_not() {
    let (mut lab, feed) = with_mail();
    assert_eq!(create(&mut lab, &feed, "&scriptSelector=CumulusTask").names(), ["NEW_TASK"]);
    let other = made(&lab.administer("POST", "/notificationrule", &rule("My+Mail", "vip")));
    let first = lab.administer("GET", "/notificationrule", "").body();
    let (_, rest) = first.split_once("My+Mail").expect("the rule names its campaign");
    let (_, rest) = rest.split_once("/notificationrule/").expect("a rule has a URL");
    let (id, _) = rest.split_once('<').expect("an element ends");
    assert_eq!(lab.administer("DELETE", &format!("/notificationrule/{id}"), "").status(), 200);
    assert!(create(&mut lab, &feed, "").sent().is_empty(), "{other}");
    assert_eq!(create(&mut lab, &feed, "&tags=vip").names(), ["NEW_TASK"]);
}

#[test]
fn a_task_without_a_selector_takes_that_of_the_rule() {
    let (mut lab, feed) = with_mail();
    let task = create(&mut lab, &feed, "").new_task();
    assert_eq!(task.script_selector.map(|text| text.to_string()).as_deref(), Some("Fallback"));
    let task = create(&mut lab, &feed, "&scriptSelector=Own").new_task();
    assert_eq!(task.script_selector.map(|text| text.to_string()).as_deref(), Some("Own"));
}

#[test]
fn what_a_rule_must_have_is_told_by_field() {
    let mut lab = Lab::open();
    let of_all = ["name", "campaignUrl", "tags"];
    for (body, fields) in [
        ("<NotificationRule/>", &["type"][..]),
        ("<Notification><type>CCE</type></Notification>", &["scriptSelector", "mediaRoutingDomainId"]),
    ] {
        let said = lab.administer("POST", "/notificationrule", body).body();
        for field in of_all.iter().chain(fields) {
            assert!(said.contains(&format!("<errorData>{field}</errorData>")), "{field}: {said}");
        }
    }
    let unknown = lab.administer("POST", "/notificationrule", &rule("None", "a"));
    assert!(unknown.body().contains("there is no campaign"), "{}", unknown.body());
    let many = rule("WCS_Campaign", &["a", "b", "c", "d", "e", "f"].join("</tag><tag>"));
    assert_eq!(lab.administer("POST", "/notificationrule", &many).status(), 400);
    let five = rule("WCS_Campaign", &["a", "b", "c", "d", "e"].join("</tag><tag>"));
    assert_eq!(lab.administer("POST", "/notificationrule", &five).status(), 201);
    let email = rule("WCS_Campaign", "a").replace("<type>cce<", "<type>email<");
    assert_eq!(lab.administer("POST", "/notificationrule", &email).status(), 501);
}

#[test]
fn a_campaign_keeps_its_public_id_when_it_is_renamed_and_counts_its_changes() {
    let (mut lab, _) = with_mail();
    assert_eq!(
        lab.administer("PUT", "/campaign/My+Mail", "<Campaign><name>Post</name></Campaign>").status(),
        200
    );
    let shown = lab.administer("GET", "/campaign/My+Mail", "").body();
    assert!(shown.contains("<name>Post</name><publicid>My+Mail</publicid>"), "{shown}");
    assert!(shown.contains("<changeStamp>1</changeStamp>") && shown.contains("<feed>"), "{shown}");
}

#[test]
fn a_campaign_that_is_removed_takes_its_rules_along() {
    let (mut lab, feed) = with_mail();
    assert_eq!(lab.administer("DELETE", "/campaign/My+Mail", "").status(), 200);
    assert_eq!(lab.administer("GET", "/campaign/My+Mail", "").status(), 404);
    assert_eq!(
        lab.administer("GET", "/notificationrule", "").body().matches("<NotificationRule>").count(),
        1
    );
    assert!(create(&mut lab, &feed, "").sent().is_empty());
    assert_eq!(lab.administer("DELETE", "/campaign/My+Mail", "").status(), 404);
}

#[test]
fn objects_outlive_a_crash_and_so_does_their_removal() {
    let (mut lab, feed) = with_mail();
    assert_eq!(lab.administer("DELETE", "/feed/100080", "").status(), 200);
    lab.restart();
    lab.open_session();
    assert_eq!(lab.administer("GET", "/feed/100080", "").status(), 404);
    assert_eq!(create(&mut lab, &feed, "").names(), ["NEW_TASK"]);
    let second = FEED.replace("Mail", "Second");
    assert_ne!(made(&lab.administer("POST", "/feed", &second)), feed, "an id is never used again");
}

#[test]
fn a_list_tells_more_or_less_as_it_is_asked_to() {
    let mut lab = Lab::submitted();
    let feeds = lab.administer("GET", "/feed?summary=true", "").body();
    assert!(!feeds.contains("changeStamp") && feeds.contains("<name>Tasks</name><pushFeedURL>"), "{feeds}");
    let campaigns = lab.administer("GET", "/campaign?metrics=true", "").body();
    assert!(
        campaigns.contains("<metrics><socialContactCount>1</socialContactCount></metrics>"),
        "{campaigns}"
    );
    assert!(!lab.administer("GET", "/campaign", "").body().contains("metrics"));
}

#[test]
fn the_links_of_a_campaign_lead_somewhere() {
    let mut lab = Lab::submitted();
    let tags = lab.administer("GET", "/campaign/WCS_Campaign/suggestedTags", "").body();
    assert_eq!(tags, "<tags><tag>cisco_uq_tag</tag></tags>");
    let filter = lab.administer("GET", "/filter/90001", "").body();
    assert!(filter.contains("/ccp-webapp/ccp/filter/90001</refURL>"), "{filter}");
    assert_eq!(lab.administer("GET", "/filter", "").body(), format!("<Filters>{filter}</Filters>"));
    assert_eq!(lab.administer("GET", "/filter/90002", "").status(), 404);
    assert_eq!(lab.administer("DELETE", "/filter/90001", "").status(), 405);
    let results = lab.administer("GET", "/campaign/WCS_Campaign/results", "").body();
    assert!(results.contains("<totalResults>1</totalResults>"), "{results}");
}

#[test]
fn routing_that_is_disabled_ends_the_session_and_lets_no_other_begin() {
    let mut lab = Lab::open();
    let said = lab.administer("PUT", MR, "<MRconfig><enabled>false</enabled></MRconfig>");
    assert_eq!(said.status(), 200);
    assert!(
        said.closed().iter().any(|(link, reason)| link.port == Port::Mr && **reason == CloseReason::Refused)
    );
    assert!(lab.administer("GET", MR, "").body().contains("<enabled>false</enabled>"));
    assert_eq!(refusals(&mut lab, &Peer::default()), 1);
    lab.administer("PUT", MR, "<MRconfig><enabled>true</enabled></MRconfig>");
    assert_eq!(refusals(&mut lab, &Peer::default()), 0);
}

#[test]
fn only_hosts_that_are_named_may_connect_and_only_by_tls_where_that_is_said() {
    let mut lab = Lab::with(Config { has_mr_tls: true, ..config() });
    let access = "<MRconfig><hostA>10.0.0.1</hostA><hostB>10.0.0.2</hostB><secured>true</secured></MRconfig>";
    assert_eq!(lab.administer("PUT", MR, access).status(), 200);
    let peer = |address: &str, security| Peer { address: address.to_owned(), security, ..Peer::default() };
    assert_eq!(refusals(&mut lab, &peer("10.0.0.2:4000", Security::Tls)), 0);
    assert_eq!(refusals(&mut lab, &peer("10.0.0.2:4000", Security::Plain)), 1);
    assert_eq!(refusals(&mut lab, &peer("10.0.0.3:4000", Security::Tls)), 1);
}

#[test]
fn the_labs_own_mr_pg_connects_where_tls_is_asked_for() {
    let mut lab = Lab::with(Config { has_mr_tls: true, ..config() });
    lab.administer("PUT", MR, "<MRconfig><secured>true</secured></MRconfig>");
    let own = Peer { node: Some(cce_model::Kind::MrPg.name().into()), ..Peer::default() };
    assert_eq!(refusals(&mut lab, &own), 0);
}

#[test]
fn tls_is_not_asked_for_where_the_lab_has_none() {
    let mut lab = Lab::open();
    let said = lab.administer("PUT", MR, "<MRconfig><secured>true</secured></MRconfig>");
    assert_eq!(said.status(), 400);
    assert!(said.body().contains("<errorData>secured</errorData>"), "{}", said.body());
    assert_eq!(lab.administer("PUT", MR, "<MRconfig><secured>false</secured></MRconfig>").status(), 200);
}

#[test]
fn what_was_made_and_removed_leaves_nothing_behind_and_its_id_stays_unused() {
    let mut lab = Lab::open();
    let first = made(&lab.administer("POST", "/feed", FEED));
    let before = lab.stored().len();
    let last = (0..20).fold(first.clone(), |known, _| {
        lab.administer("DELETE", &known, "");
        made(&lab.administer("POST", "/feed", FEED))
    });
    assert_eq!(lab.stored().len(), before + 1, "the latest id is kept");
    lab.administer("DELETE", &last, "");
    lab.restart();
    let next = made(&lab.administer("POST", "/feed", FEED));
    let number = |path: &str| path.trim_start_matches("/feed/").parse::<u32>().unwrap();
    assert!(number(&next) > number(&last), "{next} {last}");
}

#[test]
fn what_the_configuration_had_and_lost_is_forgotten() {
    let mut lab = Lab::open();
    lab.administer("DELETE", "/feed/100080", "");
    let before = lab.stored().len();
    lab.restart_with(Config { feeds: Vec::new(), ..config() });
    assert_eq!(lab.stored().len(), before - 1);
    lab.restart_with(config());
    assert_eq!(lab.administer("GET", "/feed/100080", "").status(), 200, "it is another one");
}

/// ccp-task-api 2.1.
#[test]
fn the_rule_of_the_system_follows_the_tag_of_its_feed() {
    let mut lab = Lab::open();
    let retag = |tag: &str| format!("<Feed><tags><tag>{tag}</tag></tags></Feed>");
    assert_eq!(lab.administer("PUT", "/feed/100080", &retag("cisco_task_tag")).status(), 200);
    assert_eq!(lab.create(&[]).names(), ["NEW_TASK"]);
    let rules = lab.administer("GET", "/notification", "").body();
    assert!(rules.contains("<tags><tag>cisco_task_tag</tag></tags>"), "{rules}");
    lab.restart();
    lab.open_session();
    assert_eq!(lab.create(&[]).names(), ["NEW_TASK"], "it outlives a crash");
}

#[test]
fn a_rule_that_somebody_made_keeps_its_tags() {
    let (mut lab, feed) = with_mail();
    lab.administer("PUT", &feed, "<Feed><tags><tag>post</tag></tags></Feed>");
    assert!(create(&mut lab, &feed, "").sent().is_empty());
    assert_eq!(create(&mut lab, &feed, "&tags=mail").names(), ["NEW_TASK"]);
}

#[test]
fn a_tag_that_another_feed_of_the_campaign_puts_stays_with_the_rule_of_the_system() {
    let other = cce_ccp::Feed { id: 100_090, name: "Other".to_owned(), ..config().feeds[0].clone() };
    let mut campaigns = config().campaigns;
    campaigns[0].feeds.push(other.id);
    let feeds = vec![config().feeds[0].clone(), other];
    let mut lab = Lab::with(Config { feeds, campaigns, ..config() });
    lab.administer("PUT", "/feed/100090", "<Feed><tags><tag>vip</tag></tags></Feed>");
    for feed in ["/feed/100080", "/feed/100090"] {
        assert_eq!(create(&mut lab, feed, "&scriptSelector=CumulusTask").names(), ["NEW_TASK"], "{feed}");
    }
}

#[test]
fn a_feed_without_a_tag_shows_none() {
    let mut lab = Lab::open();
    lab.administer(
        "POST",
        "/feed",
        "<Feed><name>Plain</name><type>12</type><tags><tag> </tag></tags></Feed>",
    );
    let shown = lab.administer("GET", "/feed?summary=true", "").body();
    assert!(
        shown.contains("<name>Plain</name>") && !shown.contains("<tag></tag>") && !shown.contains("<tag/>"),
        "{shown}"
    );
}

#[test]
fn tags_of_rules_and_feeds_are_read_as_those_of_tasks() {
    let mut lab = Lab::open();
    let tags = "<tags><tag> mail </tag><tag>mail</tag><tag/></tags>";
    let feed = made(&lab.administer(
        "POST",
        "/feed",
        &format!("<Feed><name>Mail</name><type>12</type>{tags}</Feed>"),
    ));
    let shown = lab.administer("GET", &feed, "").body();
    assert!(shown.contains("<tags><tag>mail</tag></tags>"), "{shown}");
    let long = rule("WCS_Campaign", &"a".repeat(101));
    assert_eq!(lab.administer("POST", "/notificationrule", &long).status(), 400);
    let blank = rule("WCS_Campaign", " ");
    assert_eq!(lab.administer("POST", "/notificationrule", &blank).status(), 400, "a rule needs a tag");
}

#[test]
fn an_mr_configuration_that_cannot_be_is_refused() {
    let mut lab = Lab::open();
    let long = format!("<hostA>{}</hostA><hostB>{}</hostB>", "a".repeat(127), "b".repeat(128));
    for inside in ["<enabled>yes</enabled>", "<secured>1</secured>", "<port>40000</port>", &long] {
        let said = lab.administer("PUT", MR, &format!("<MRconfig>{inside}</MRconfig>"));
        assert_eq!(said.status(), 400, "{inside}");
    }
    assert_eq!(lab.administer("PUT", MR, "<MRconfig><port>38001</port></MRconfig>").status(), 200);
    let longest = format!("<hostA>{}</hostA><hostB>{}</hostB>", "a".repeat(127), "b".repeat(127));
    assert_eq!(lab.administer("PUT", MR, &format!("<MRconfig>{longest}</MRconfig>")).status(), 200);
}

#[test]
fn the_health_page_tells_of_the_connection_to_cce() {
    let path = "/serviceability/SocialMinerSystemHealth.xml?category=all";
    assert!(Lab::open().administer("GET", path, "").body().contains("<status>UP</status>"));
    assert!(Lab::started(config()).administer("GET", path, "").body().contains("<status>DOWN</status>"));
}

#[test]
fn every_campaign_of_the_configuration_has_the_rule_of_the_system() {
    let shown = Lab::open().administer("GET", "/notificationrule", "").body();
    assert!(shown.contains("<name>Cisco_Default_Task_Notification</name>"), "{shown}");
    assert!(shown.contains("<tag>cisco_uq_tag</tag>") && shown.contains("<type>cce</type>"), "{shown}");
    let none = Config { campaigns: Vec::new(), ..config() };
    assert_eq!(
        Lab::with(none).administer("GET", "/notificationrule", "").body(),
        "<NotificationRules></NotificationRules>"
    );
}

/// How often a peer that connects is told that it may not.
fn refusals(lab: &mut Lab, peer: &Peer) -> usize {
    let (link, said) = lab.connect_as(peer.clone());
    said.closed()
        .iter()
        .filter(|(closed, reason)| *closed == link && **reason == CloseReason::Refused)
        .count()
}
