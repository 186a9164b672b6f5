//! The ladder as a page for a browser.

use crate::lab::{lab, run};
use cce_kernel::{Command, Kind, NodeName, Time, Wall};
use cce_sim::Sim;
use cce_views::ladder::{self, Html};

fn page() -> String {
    let (header, records) = run();
    Html::draw(&header, &records, None)
}

#[test]
fn each_row_has_its_task_its_lanes_and_its_kind() {
    let (header, records) = run();
    let (rows, _) = ladder::rows(&header, &records, None);
    let drawn = rows.iter().filter(|row| row.shape != ladder::Shape::Counts).count();
    let page = page();
    assert_eq!(page.matches("<details data-task=").count(), drawn);
    assert!(page.contains("data-task=\"T1\" data-lanes=\"CCP PIM\" data-kind=\"messages\""), "{page}");
}

#[test]
fn a_row_opens_to_the_fields_the_records_and_the_log_lines_of_its_message() {
    let page = page();
    let (_, from) = page.split_once(">NEW_TASK dialogue=").unwrap();
    let row = from.split_once("</details>").unwrap().0;
    assert!(row.contains("<td>ScriptSelector</td>"), "{row}");
    assert!(row.contains("&quot;node&quot;:&quot;mrpg&quot;"), "{row}");
    assert!(row.contains("mr-pim.log:18: "), "{row}");
}

#[test]
fn rows_of_one_cause_have_the_fields_and_records_of_their_own() {
    let (header, records) = run();
    let (rows, _) = ladder::rows(&header, &records, None);
    let told = rows.iter().find(|row| row.kind == ladder::RowKind::Notification).unwrap();
    assert!(rows.iter().any(|row| row.record == told.record && row.first != told.first), "{told:?}");
    let page = page();
    let (_, from) = page.split_once("data-kind=\"notifications\"").unwrap();
    let row = from.split_once("</details>").unwrap().0;
    assert!(!row.contains("<h2>fields</h2>"), "a notification has no fields of a message: {row}");
    let has = |seq: u64| row.contains(&format!("&quot;seq&quot;:{seq}}}"));
    assert!(has(told.first), "{row}");
    assert!(!has(told.record), "{row}");
}

/// A page for a bug report is read by people who have no lab.
#[test]
fn the_page_says_what_its_signs_mean_whose_clock_it_is_and_who_the_agents_are() {
    let page = page();
    for told in [
        "a dashed one a notification; ● is a change",
        "Host clock: America/New_York.",
        "skill targets: 1083 ",
    ] {
        assert!(page.contains(told), "{told}");
    }
}

/// On a narrow page a row has four columns, and its head has them, too.
#[test]
fn a_narrow_page_has_no_column_of_clocks() {
    let page = page();
    assert!(page.contains("time, .head > :first-child { display: none; }"));
    assert!(page.contains("grid-template-columns: 5em 3em 364px 1fr"), "lanes are as wide as their drawing");
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let page = page();
    for reference in ["src=", "href=", "@import", "url("] {
        assert!(!page.contains(reference), "{reference}");
    }
}

#[test]
fn the_page_has_no_credentials() {
    let page = page();
    assert!(!page.contains("secret-of-1083"));
    assert!(!page.contains("Basic "), "{:?}", page.find("Basic "));
    assert!(page.contains("authorization") && page.contains("***"));
}

/// What was changed is in the record of the next start, under the setting's name.
#[test]
fn the_page_has_no_password_that_a_restarted_component_kept() {
    let (lab, finesse) = (lab(), NodeName::from(Kind::Finesse));
    let header = lab.header(3, Wall(1_718_000_000_000_000), lab.nodes());
    let mut sim = Sim::new(3);
    sim.add(&finesse, header.clock(&finesse), lab.build(&finesse).unwrap());
    let (setting, value) = ("agent/1083.password".to_owned(), "\"changed meanwhile\"".to_owned());
    sim.command(&finesse, Command::Set { setting, value });
    sim.run_until(Time(1_000_000));
    sim.restart(&finesse, lab.build(&finesse).unwrap());
    sim.run_until(Time(2_000_000));
    let page = Html::draw(&header, sim.records(), None);
    assert!(page.matches("setting/agent/1083.password").count() > 0, "{page}");
    assert!(!page.contains("changed meanwhile"), "{:?}", page.find("changed meanwhile"));
}

#[test]
fn a_page_of_one_task_has_no_other_rows() {
    let (header, records) = run();
    let contact = ladder::find_contact(&header, &records, "T1").unwrap();
    let page = Html::draw(&header, &records, Some(contact.into()));
    assert!(page.contains("NEW_TASK") && !page.contains(">MEDIA_LOGIN_REQ"));
}
