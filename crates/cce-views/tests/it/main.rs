//! The views of one simulated task: another agent, customer and task than the lab trace's.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

mod capture;
mod explain;
mod lab_trace;
mod reference;
mod round_trip;

use cce_journal::{Header, Record};
use cce_kernel::{Time, Wall, model::ContactId};
use cce_sim::Sim;
use cce_views::{
    ladder::{self, Mermaid, Paint, Text},
    logs::{LogFile, Logs},
};
use cce_world::{CastAgent, CastCustomer, CreateMethod, Lab, Layers, Span, load};
use std::{collections::BTreeMap, time::Duration};

#[test]
fn the_ladder_as_text() {
    insta::assert_snapshot!(text(Paint::Plain, None));
}

#[test]
fn the_ladder_as_a_sequence_diagram() {
    insta::assert_snapshot!(mermaid());
}

#[test]
fn the_logs_of_all_seven_processes() {
    let logs = logs();
    for file in LogFile::ALL {
        insta::assert_snapshot!(file.file_name(), logs[&file]);
    }
}

#[test]
fn a_ladder_is_never_wider_than_a_page() {
    assert!(text(Paint::Plain, None).lines().all(|line| line.chars().count() <= 120));
}

#[test]
fn a_ladder_of_one_task_shows_nothing_else() {
    let (header, records) = run();
    let contact = ladder::find_contact(&header, &records, "7CC797871000018D").unwrap();
    let text = text(Paint::Plain, Some(contact));
    assert!(text.contains("NEW_TASK") && !text.contains("MEDIA_LOGIN_REQ"), "{text}");
    assert!(ladder::find_contact(&header, &records, "nobody").is_none());
}

#[test]
fn colours_change_nothing_but_colours() {
    let coloured = text(Paint::Colour, None);
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(trimmed(&plain), trimmed(&text(Paint::Plain, None)));
}

#[test]
fn no_view_shows_credentials() {
    let everything = logs().into_values().collect::<String>() + &text(Paint::Plain, None) + &mermaid();
    assert!(!everything.contains("secret-of-1083") && !everything.contains("Basic "));
}

fn text(paint: Paint, only: Option<ContactId>) -> String {
    let (header, records) = run();
    let (rows, names) = ladder::rows(&header, &records, only);
    let mut text = Text::new(&header, paint);
    let mut drawn = text.ids(&names) + &text.head();
    rows.iter().for_each(|row| drawn.push_str(&text.row(row, &names)));
    drawn
}

fn mermaid() -> String {
    let (header, records) = run();
    let (rows, names) = ladder::rows(&header, &records, None);
    let rows: String = rows.iter().map(|row| Mermaid::row(row, &names)).collect();
    Mermaid::head(&names) + &rows
}

fn logs() -> BTreeMap<LogFile, String> {
    let (header, records) = run();
    let mut logs = Logs::new(&header);
    let mut texts = BTreeMap::new();
    for (file, line) in records.iter().flat_map(|record| logs.push(record)) {
        *texts.entry(file).or_insert_with(String::new) += &(line + "\n");
    }
    texts
}

fn run() -> (Header, Vec<Record>) {
    let lab = lab();
    let header = lab.header(3, Wall(1_718_000_000_000_000), lab.nodes());
    let mut sim = Sim::new(3);
    for node in lab.nodes() {
        sim.add(&node, header.clock(&node), lab.build(&node).unwrap());
    }
    sim.run_until(Time(14_000_000));
    (header, sim.records().to_vec())
}

fn lab() -> Lab {
    let mut lab = load(&Layers::default()).unwrap();
    lab.ccp.contact_ids = vec!["7CC797871000018D0000000A39ED7AD5".into()];
    lab.ccp.application_id = Some("11111111-2222-4333-8444-555555555555".into());
    lab.router.first_call_id = Some(4_711);
    lab.agents.iter_mut().for_each(|agent| agent.password = format!("secret-of-{}", agent.id));
    let seconds = |number| Span(Duration::from_secs(number));
    lab.cast.agents = vec![CastAgent {
        limit: 2,
        sign_in: Some(Span::default()),
        ready: Some(seconds(1)),
        accept: Some(seconds(1)),
        start: Some(seconds(1)),
        close: Some(seconds(2)),
        ..CastAgent::new("1083".into())
    }];
    lab.cast.customers = vec![CastCustomer {
        waits: false,
        at: Some(seconds(3)),
        method: CreateMethod::Post,
        feed: 100_080,
        name: "ann@example.org".into(),
        title: "Order A-17 & <lost>".into(),
        description: "By post".into(),
        script_selector: "CumulusTask".into(),
        requeue_on_recovery: true,
        poll: Some(seconds(1)),
        cancel_after: None,
        variables: BTreeMap::from([("cv_1".to_owned(), "Ann".to_owned())]),
    }];
    lab
}
