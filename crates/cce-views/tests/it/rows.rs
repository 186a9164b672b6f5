//! What rows say where several domains, tasks or moments meet.

use crate::{
    lab::{lab, run, run_of},
    ladder_of, logs_of,
};
use cce_journal::{Header, Record, What};
use cce_kernel::{Fact, Input, LinkId, LinkReason, Output, Port, Time};
use cce_model::{
    MrdId, Object, PeripheralError, ReasonCategory, ReasonCode, RouterCallKey, UserError,
    fact::{FinesseFact, RouterFact},
};
use cce_views::{
    ladder::{self, Excerpts, Lane, Moment, Page, Paint},
    logs::LogFile,
};

#[test]
fn rows_about_an_agent_name_the_domain_where_the_lab_has_more_than_one() {
    let mut lab = lab();
    let (header, records) = run_of(&lab);
    assert!(!ladder_of(&header, &records, None).contains(" in Tasks"), "one domain needs no name");
    let mut chat = lab.mrds[0].clone();
    (chat.id, chat.name) = (MrdId(5_012), "Chat".into());
    lab.mrds.push(chat);
    let (header, records) = run_of(&lab);
    let drawn = ladder_of(&header, &records, None);
    for row in [
        "● 1083 in Tasks NOT_READY→NOT_ACTIVE 0/2",
        "AGENT_STATE_EVENT 1083 in Tasks NOT_ACTIVE tasks=0/2",
        "AGENT_STATE_UPDATE 1083 in Tasks NOT_ACTIVE",
        "1083 notified: PUT Media READY in Tasks",
        "MAKE_AGENT_READY_IND 1083 in Tasks",
    ] {
        assert!(drawn.contains(row), "{row}: {drawn}");
    }
    assert!(drawn.contains("START_TASK_IND 1083\n") || drawn.contains("START_TASK_IND 1083  ●"), "{drawn}");
}

#[test]
fn a_task_ends_in_a_word_and_not_in_the_name_of_an_agent_s_state() {
    let (header, records) = run();
    let drawn = ladder_of(&header, &records, None);
    assert!(
        drawn.contains("● task ACTIVE→ended (38 normal end)") && !drawn.contains("LOGGED_OUT"),
        "{drawn}"
    );
}

#[test]
fn a_notification_says_the_reason_of_a_state_and_what_the_peripheral_says_of_an_error() {
    let (header, mut records) = run();
    let published = |record: &mut Record, change: &dyn Fn(&mut Object) -> bool| {
        let What::Out(Output::Note(Fact::Finesse(FinesseFact::Published(publication)))) = &mut record.what
        else {
            return false;
        };
        change(&mut publication.object)
    };
    let lunch = |object: &mut Object| {
        let Object::Media(media) = object else { return false };
        let (category, label) = (ReasonCategory::NotReady, "Lunch".to_owned());
        media.reason =
            Some(ReasonCode { category, id: 7, code: cce_model::EventReason(12), label, for_all: true });
        true
    };
    let refused = |object: &mut Object| {
        if !matches!(object, Object::Dialog(_)) {
            return false;
        }
        let (text, message) = ("INVALID_EXTENSION".to_owned(), "no such extension".to_owned());
        let peripheral = Some(PeripheralError { code: 10_125, text, message });
        let [kind, message, data] = ["Peripheral Error", "E_CTI_TIMEOUT", "16"].map(str::to_owned);
        *object = Object::UserError(UserError { kind, message, data, peripheral });
        true
    };
    assert!(records.iter_mut().any(|record| published(record, &lunch)));
    assert!(records.iter_mut().any(|record| published(record, &refused)));
    let (rows, _) = ladder::rows(&header, &records, None);
    for told in [" reason 12 Lunch", "User error E_CTI_TIMEOUT, peripheral 10125 INVALID_EXTENSION"] {
        assert!(rows.iter().any(|row| row.text.ends_with(told)), "{told}: {rows:?}");
    }
}

/// The end of a link is one row, whatever tasks it takes with it.
#[test]
fn what_one_row_says_of_another_task_names_it() {
    let mut lab = lab();
    lab.cast.agents.clear();
    lab.ccp.contact_ids.push("8DD797871000018D0000000B39ED7AD5".into());
    lab.cast.customers.push(lab.cast.customers[0].clone());
    let (header, mut records) = run_of(&lab);
    let keys: Vec<RouterCallKey> = records
        .iter()
        .filter_map(|record| {
            let What::Out(Output::Note(Fact::Router(RouterFact::CallAdmitted { key, .. }))) = &record.what
            else {
                return None;
            };
            Some(*key)
        })
        .collect();
    let seq = records.last().unwrap().seq + 1;
    let at = records.last().unwrap().at;
    let record = |seq, cause, what| Record { seq, at, node: "router".into(), cause, what };
    let link = LinkId { port: Port::IcmMr, number: 1 };
    records.push(record(seq, None, What::In(Input::LinkDown { link, reason: LinkReason::Reset })));
    let queue_id = lab.precision_queues[0].id;
    for (number, key) in (1..).zip(&keys) {
        let left = RouterFact::Dequeued { key: *key, queue_id };
        records.push(record(seq + number, Some(seq), What::Out(Output::Note(left.into()))));
    }
    let drawn = ladder_of(&header, &records, None);
    let row = drawn.lines().find(|line| line.contains("left the queue")).unwrap_or_else(|| panic!("{drawn}"));
    assert!(row.contains(" T1 ") && row.ends_with("left the queue  ● T2: left the queue"), "{drawn}");
}

/// A component's outputs have the time of the input that it handles, and other components do not wait for it.
#[test]
fn a_row_with_an_earlier_time_than_the_one_above_is_marked_and_stays_where_its_record_is() {
    let (header, mut records) = run();
    let rows = ladder_of(&header, &records, None);
    assert!(!rows.contains('↑'), "{rows}");
    let (drawn, _) = ladder::rows(&header, &records, None);
    let answer = drawn.iter().rfind(|row| row.text.contains("202 accepted")).unwrap().first;
    let record = records.iter_mut().find(|record| record.seq == answer).unwrap();
    record.at = Time(record.at.0 - 500_000);
    let late = ladder_of(&header, &records, None);
    let marked: Vec<&str> = late.lines().filter(|line| line.contains('↑')).collect();
    assert_eq!(marked.len(), 2, "{late}");
    assert!(marked[0].starts_with("↑ rows stand in the order of the records"), "{late}");
    assert!(marked[1].contains("202 accepted"), "{late}");
    let texts = |drawn: &str| -> Vec<String> {
        let rows = drawn.lines().filter(|line| line.contains('│'));
        rows.map(|line| line.split('│').next_back().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(texts(&late), texts(&rows), "no row changes its place");
}

fn marked(header: &Header, records: &[Record], moment: &Moment) -> String {
    let drawn = Excerpts::new(header, records).at(moment, Page::new(Paint::Plain)).unwrap();
    assert!(drawn.lines().count() > 10, "{drawn}");
    let mut lines = drawn.lines().filter(|line| line.contains('▸'));
    let line = lines.next().unwrap_or_else(|| panic!("{drawn}")).to_owned();
    assert_eq!(lines.next(), None, "{drawn}");
    line
}

#[test]
fn a_line_of_every_log_leads_to_its_row() {
    let (header, records) = run();
    let logs = logs_of(&header, &records);
    assert_eq!(Moment::of_line(&logs[&LogFile::Router], 0, Lane::Rtr), None);
    assert_eq!(Moment::of_line(&logs[&LogFile::Router], 1_000_000, Lane::Rtr), None);
    lines_lead_to_rows(&header, &records);
}

#[test]
fn a_line_leads_to_its_row_by_the_clock_of_its_own_host() {
    let mut lab = lab();
    lab.hosts.get_mut("agentpg").unwrap().zone = "Asia/Tokyo".into();
    let (header, records) = run_of(&lab);
    lines_lead_to_rows(&header, &records);
}

fn lines_lead_to_rows(header: &Header, records: &[Record]) {
    let logs = logs_of(header, records);
    for (log, said, row) in [
        (LogFile::Ctisvr, "START_TASK_IND", "START_TASK_IND 1083"),
        (LogFile::Ctisvr, "END_TASK_EVENT", "END_TASK_EVENT 1083"),
        (LogFile::MrPim, "NEW_TASK", "NEW_TASK dialogue="),
        (LogFile::Router, "NewCall", "NEW_CALL dialogue="),
        (LogFile::Finesse, "END_TASK_EVENT", "END_TASK_EVENT 1083"),
    ] {
        let number = logs[&log].lines().position(|line| line.contains(said));
        let number = number.unwrap_or_else(|| panic!("{said}: {}", logs[&log])) + 1;
        let moment = Moment::of_line(&logs[&log], number, log.lane()).unwrap();
        let found = marked(header, records, &moment);
        assert!(found.contains(row), "{said}: {found}");
    }
}

#[test]
fn a_time_leads_to_the_row_that_is_nearest_and_a_time_of_another_day_to_none() {
    let (header, records) = run();
    let at = |text: &str| Moment::parse(text, None).unwrap();
    assert!(marked(&header, &records, &at("+3.001")).contains(" +3.0"));
    let [first, _] = Excerpts::new(&header, &records).span().unwrap();
    let clock = marked(&header, &records, &at(&first));
    assert!(clock.starts_with(&first), "{clock}");
    let page = Page::new(Paint::Plain);
    assert_eq!(Excerpts::new(&header, &records).at(&at("+4000"), page), None);
}

/// Every row that a line of a log leads to, by what the line says.
fn row_of_line(header: &Header, records: &[Record], log: LogFile, said: &str) -> String {
    let logs = logs_of(header, records);
    let lines = logs[&log].lines().enumerate();
    let (at, line) = lines.filter(|(_, line)| line.contains(said)).last().unwrap_or_else(|| panic!("{said}"));
    let page = Page::new(Paint::Plain);
    let drawn = Excerpts::new(header, records).at_line(log, at + 1, line, page).unwrap();
    drawn.lines().find(|line| line.contains('▸')).unwrap().to_owned()
}

/// The notification of a dialog has the same time, agent and path as the request that led to it.
#[test]
fn a_line_of_the_run_s_own_log_leads_to_the_row_of_the_record_that_it_was_made_of() {
    let (header, records) = run();
    for (log, said, row) in [
        (LogFile::Finesse, "<state>ACCEPTED</state>", "notified: PUT Dialog ACCEPTED"),
        (LogFile::Finesse, "<state>CLOSED</state>", "notified: DELETE Dialog CLOSED"),
        (LogFile::Finesse, "User/1083/Media, payload", "notified: PUT Media READY"),
        (LogFile::Router, "DeviceTargetPreCall_V14", "DEVICE_TARGET_PRE_CALL_IND 1083"),
        (LogFile::Router, " Connect:", "CONNECT 1083"),
        (LogFile::Ctisvr, "END_TASK_EVENT:", "END_TASK_EVENT 1083"),
    ] {
        let found = row_of_line(&header, &records, log, said);
        assert!(found.contains(row), "{said}: {found}");
    }
    let page = Page::new(Paint::Plain);
    let other = Excerpts::new(&header, &records).at_line(LogFile::Router, 1, "a line of another run", page);
    assert_eq!(other, None);
}

/// The page has a line in the row that `--at` finds for it.
#[test]
fn the_page_has_a_line_of_a_log_where_the_ladder_finds_it() {
    let (header, records) = run();
    let page = ladder::Html::draw(&header, &records, None);
    let (_, from) = page.split_once(">CONNECT 1083").unwrap();
    let row = from.split_once("</details>").unwrap().0;
    assert!(row.contains("router.log:") && row.contains(" Connect: "), "{row}");
}

/// The note stands in the row of what the router handled, and not in that of the message that it treated.
#[test]
fn a_note_of_a_rule_names_the_message_that_it_treated() {
    let (header, mut records) = run();
    let sent = records
        .iter()
        .position(|record| {
            record.node.as_str() == "router"
                && matches!(&record.what, What::Out(Output::Send { link, .. }) if link.port == Port::IcmMr)
        })
        .unwrap();
    let [seq, at] = [records[sent].seq, records[sent].at.0];
    for record in &mut records[sent + 1..] {
        record.seq += 1;
        record.cause = record.cause.map(|cause| if cause > seq { cause + 1 } else { cause });
    }
    let bent = cce_journal::Bent {
        by: "slow".to_owned(),
        bend: cce_journal::Bend::Delayed(3_000_000),
        alone: false,
    };
    let note = Record {
        seq: seq + 1,
        at: Time(at),
        node: "router".into(),
        cause: Some(seq),
        what: What::Bent(bent),
    };
    records.insert(sent + 1, note);
    let drawn = ladder_of(&header, &records, None);
    assert!(drawn.contains("● slow: OPEN_CONF to PIM delayed by 3s"), "{drawn}");
}
