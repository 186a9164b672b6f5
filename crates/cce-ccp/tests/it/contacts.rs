//! Social contacts, as an administrator searches for them and changes them.

use crate::lab::{DIALOGUE, FEED, FIRST, Lab, Said, TASK, config, routed};
use cce_ccp::{Config, Feed};
use cce_kernel::Request;

fn contact(lab: &mut Lab) -> String {
    lab.administer("GET", &format!("/socialcontact/{FIRST}"), "").body()
}

fn put(lab: &mut Lab, inside: &str) -> Said {
    let body = format!("<SocialContact>{inside}</SocialContact>");
    lab.administer("PUT", &format!("/socialcontact/{FIRST}"), &body)
}

/// The time of the latest change, as the contact shows it.
fn timestamp(lab: &mut Lab) -> String {
    let shown = contact(lab);
    let (_, rest) = shown.split_once("<statusTimestamp>").expect("a contact has a time");
    rest.split_once('<').expect("an element ends").0.to_owned()
}

fn found(lab: &mut Lab, query: &str) -> usize {
    let said = lab.administer("GET", &format!("/search/contacts?q={query}"), "");
    assert_eq!(said.status(), 200, "{}", said.body());
    said.body().matches("<SocialContact>").count()
}

#[test]
fn contacts_are_found_by_status_author_tag_and_extension_field() {
    let mut lab = Lab::reserved();
    lab.create(&["variable_cv_1=Gold"]);
    for (query, number) in [
        ("sc.sourceType:task", 2),
        ("sc.socialContactStatus:reserved", 1),
        ("sc.socialContactStatus:handled", 0),
        ("NOT%20sc.socialContactStatus:reserved", 1),
        ("-sc.socialContactStatus:reserved", 1),
        ("sc.author:ann@*", 2),
        ("sc.title:%22card%20lost%22", 2),
        ("sc.tags:cisco_uq_tag", 2),
        ("sc.extensionField.cv_1:gold", 1),
        ("sc.extensionField.cv_1:*", 1),
        ("sc.socialContactStatus:reserved%20OR%20sc.extensionField.cv_1:gold", 2),
        ("sc.socialContactStatus:reserved%20AND%20sc.extensionField.cv_1:gold", 0),
        ("*:*", 2),
    ] {
        assert_eq!(found(&mut lab, query), number, "{query}");
    }
}

#[test]
fn a_search_shows_a_page_and_links_to_the_next() {
    let mut lab = Lab::open();
    (0..3).for_each(|_| drop(lab.create(&[])));
    let first = lab.administer("GET", "/search/contacts?q=*:*&count=2", "").body();
    let numbers = "<totalResults>3</totalResults><startIndex>0</startIndex><count>2</count><link>";
    assert!(first.starts_with(&format!("<SocialContacts>{numbers}")), "{first}");
    let (_, rest) = first.split_once("/ccp-webapp/ccp").unwrap();
    let (next, _) = rest.split_once("</link>").unwrap();
    let last = lab.administer("GET", &next.replace("&amp;", "&"), "").body();
    assert!(last.contains("<startIndex>2</startIndex><count>1</count><SocialContact>"), "{last}");
}

#[test]
fn a_search_that_cannot_be_read_is_refused() {
    let mut lab = Lab::open();
    for query in ["", "?q=", "?q=handled", "?q=sc.colour:red", "?q=*:*&count=many", "?q=*:*&startIndex=-1"] {
        assert_eq!(lab.administer("GET", &format!("/search/contacts{query}"), "").status(), 400, "{query}");
    }
}

#[test]
fn tags_that_are_put_are_published_whether_they_changed_or_not() {
    let mut lab = Lab::submitted();
    for _ in 0..2 {
        let said = put(&mut lab, "<tags><tag>cisco_uq_tag</tag><tag>vip</tag></tags>");
        assert_eq!(said.status(), 200);
        assert!(
            said.body().contains("<tags><tag>cisco_uq_tag</tag><tag>vip</tag></tags>"),
            "{}",
            said.body()
        );
        let published =
            said.ccp_facts().iter().filter(|fact| format!("{fact:?}").starts_with("Published")).count();
        assert_eq!(published, 1);
    }
}

#[test]
fn extension_fields_are_set_and_those_without_a_value_deleted() {
    let mut lab = Lab::submitted();
    let field = |inside: &str| {
        format!("<extensionFields><extensionField>{inside}</extensionField></extensionFields>")
    };
    let said = put(&mut lab, &field("<name>order</name><value>A-17</value>"));
    assert!(!said.ccp_facts().iter().any(|fact| format!("{fact:?}").starts_with("Published")));
    assert!(contact(&mut lab).contains("<name>order</name><value>A-17</value>"));
    put(&mut lab, &field("<name>order</name>"));
    assert!(!contact(&mut lab).contains("order"));
    lab.restart();
    assert!(!contact(&mut lab).contains("order"), "it is kept");
}

#[test]
fn a_reserved_contact_can_be_handled_by_who_has_seen_its_latest_change() {
    let mut lab = Lab::reserved();
    let stale = put(&mut lab, "<status>handled</status><statusTimestamp>1</statusTimestamp>");
    assert_eq!(stale.status(), 400);
    assert_eq!(put(&mut lab, "<status>handled</status>").status(), 400, "it is to be shown");
    let seen = timestamp(&mut lab);
    let update = format!(
        "<status>handled</status><statusReason>EXTERNALLY_HANDLED</statusReason>\
                          <statusTimestamp>{seen}</statusTimestamp>"
    );
    let said = put(&mut lab, &update);
    assert_eq!(
        (said.status(), said.changes()),
        (200, vec!["reserved>handled/externally_handled 5172".to_owned()])
    );
}

/// The time of the latest change is an optimistic lock (ccp-task-api 5.7).
#[test]
fn an_update_of_tags_and_fields_by_who_has_not_seen_the_latest_change_is_refused() {
    let mut lab = Lab::reserved();
    let seen = timestamp(&mut lab);
    let fields = "<extensionFields><extensionField><name>order</name><value>1</value></extensionField></extensionFields>";
    for change in ["<tags><tag>vip</tag></tags>", fields] {
        let stale = put(&mut lab, &format!("{change}<statusTimestamp>1</statusTimestamp>"));
        assert_eq!(stale.status(), 400, "{change}");
        assert!(stale.body().contains("<errorData>statusTimestamp</errorData>"), "{}", stale.body());
        assert!(stale.facts().next().is_none(), "nothing comes of it");
        let right = put(&mut lab, &format!("{change}<statusTimestamp>{seen}</statusTimestamp>"));
        assert_eq!(right.status(), 200, "{change}");
    }
}

#[test]
fn what_is_with_cce_is_not_ended_or_queued_by_an_update() {
    let mut lab = Lab::queued();
    let seen = timestamp(&mut lab);
    for status in ["discarded", "handled", "reserved", "HANDLED"] {
        let said =
            put(&mut lab, &format!("<status>{status}</status><statusTimestamp>{seen}</statusTimestamp>"));
        assert_eq!((said.status(), said.changes().len()), (400, 0), "{status}");
    }
}

#[test]
fn a_task_has_no_transcript_and_is_no_email() {
    let mut lab = Lab::submitted();
    assert_eq!(lab.administer("GET", &format!("/socialcontact/{FIRST}/transcript"), "").status(), 404);
    assert_eq!(lab.administer("PUT", &format!("/socialcontact/{FIRST}/requeue"), "").status(), 400);
    assert_eq!(lab.administer("PUT", "/socialcontact/NONE/requeue", "").status(), 404);
}

#[test]
fn an_update_of_nothing_and_one_that_is_too_large_are_refused() {
    let mut lab = Lab::submitted();
    assert_eq!(lab.administer("PUT", "/socialcontact/NONE", "<SocialContact/>").status(), 404);
    assert_eq!(put(&mut lab, "<tags></tags><").status(), 400);
    let tags: String = (0..21).map(|number| format!("<tag>{number}</tag>")).collect();
    assert_eq!(put(&mut lab, &format!("<tags>{tags}</tags>")).status(), 400);
    let tag = "a".repeat(1 << 20);
    assert_eq!(put(&mut lab, &format!("<tags><tag>{tag}</tag></tags>")).status(), 400);
}

/// What CCP itself puts on a contact takes nothing from what a client may (ccp-task-api 3.2, 4, 10).
#[test]
fn a_contact_at_its_limits_can_be_updated() {
    let variables: Vec<String> = (0..99).map(|number| format!("variable_v{number}=x")).collect();
    let tags: Vec<String> = (0..20).map(|number| format!("t{number}")).collect();
    let mut given: Vec<&str> = variables.iter().map(String::as_str).collect();
    let asked = format!("tags={}", tags.join(","));
    given.push(&asked);
    let mut lab = Lab::open();
    assert_eq!(lab.create(&given).status(), 201);
    lab.says(routed(DIALOGUE, 1, TASK));
    let delete = "<extensionFields><extensionField><name>v0</name></extensionField></extensionFields>";
    let add = |name| {
        format!(
            "<extensionFields><extensionField><name>{name}</name><value>y</value></extensionField></extensionFields>"
        )
    };
    assert_eq!(put(&mut lab, &add("v1")).status(), 200, "a value is another one");
    assert_eq!(put(&mut lab, &add("more")).status(), 400);
    assert_eq!(put(&mut lab, delete).status(), 200);
    assert_eq!(put(&mut lab, &add("more")).status(), 200);
    assert_eq!(put(&mut lab, &add("again")).status(), 400);
    // A client puts the tags that it read, which are CCP's, too.
    let shown = contact(&mut lab);
    let (_, rest) = shown.split_once("<tags>").unwrap();
    let (all, _) = rest.split_once("</tags>").unwrap();
    assert_eq!(all.matches("<tag>").count(), 22);
    assert_eq!(put(&mut lab, &format!("<tags>{all}</tags>")).status(), 200);
    assert_eq!(put(&mut lab, &format!("<tags>{all}<tag>t20</tag></tags>")).status(), 400);
}

#[test]
fn a_contact_of_a_megabyte_can_be_updated_as_long_as_it_does_not_grow() {
    let mut lab = Lab::open();
    let half = "x".repeat((1 << 19) - 100);
    assert_eq!(lab.create(&[&format!("variable_a={half}"), &format!("variable_b={half}")]).status(), 201);
    let field = |name: &str, value: &str| {
        format!(
            "<extensionFields><extensionField><name>{name}</name><value>{value}</value></extensionField></extensionFields>"
        )
    };
    assert_eq!(put(&mut lab, &field("b", &half.to_uppercase())).status(), 200);
    assert_eq!(put(&mut lab, &field("c", &half)).status(), 400);
    assert_eq!(put(&mut lab, &field("a", "")).status(), 200);
    assert_eq!(put(&mut lab, &field("c", &half)).status(), 200);
}

/// ccp-task-api 3.2.
#[test]
fn the_uid_of_a_customer_is_kept_as_data() {
    let uid = "<customerUID>C-9</customerUID>";
    let body = format!(
        "<Task><name>ann</name><title>t</title>{uid}<scriptSelector>CumulusTask</scriptSelector></Task>"
    );
    let mut posted = Lab::open();
    let said = posted.call(Request::new("POST", FEED).xml(body));
    let mut got = Lab::open();
    got.create(&["customerUID=C-9"]);
    for lab in [&mut posted, &mut got] {
        let shown = contact(lab);
        assert!(shown.contains("<name>customerUID</name><value>C-9</value>"), "{shown}");
        assert_eq!(found(lab, "sc.extensionField.customerUID:C-9"), 1);
    }
    assert!(said.new_task().named_variables.is_empty(), "CCE does not hear of it");
}

#[test]
fn tags_of_an_update_are_read_as_those_of_a_task() {
    let mut lab = Lab::submitted();
    let said = put(&mut lab, "<tags><tag> vip </tag><tag>vip</tag><tag/></tags>");
    assert!(said.body().contains("<tags><tag>vip</tag></tags>"), "{}", said.body());
}

#[test]
fn a_rule_fires_for_a_tag_that_comes_later_and_once() {
    let feeds = vec![Feed { tag: String::new(), ..config().feeds[0].clone() }];
    let mut lab = Lab::with(Config { feeds, ..config() });
    lab.administer(
        "POST",
        "/notification",
        "<Notification><name>To CCE</name><type>cce</type><campaignUrl>http://ccp/campaign/WCS_Campaign</campaignUrl>\
         <tags><tag>vip</tag></tags><scriptSelector>Fallback</scriptSelector>\
         <mediaRoutingDomainId>1</mediaRoutingDomainId></Notification>",
    );
    assert!(lab.create(&[]).sent().is_empty(), "no rule fires for what has no tag");
    assert!(put(&mut lab, "<tags><tag>other</tag></tags>").sent().is_empty());
    let said = put(&mut lab, "<tags><tag>other</tag><tag>vip</tag></tags>");
    assert_eq!(said.new_task().script_selector.unwrap().to_string(), "CumulusTask");
    assert!(put(&mut lab, "<tags><tag>vip</tag></tags>").sent().is_empty());
}
