//! The views of one simulated task: another agent, customer and task than the lab trace's.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

mod html;
mod lab;
mod recovery;
mod rows;
mod status;

use crate::lab::{lab, run, run_of};
use cce_cti::{ArmStatus, Cti, CtiStatus, FailureConf, FailureResp, dialect};
use cce_journal::{Header, Record, What};
use cce_kernel::{
    CallId, CloseReason, Fact, Input, Kind, LinkId, LinkReason, Output, Peer, Port, Request, Response, Time,
};
use cce_model::{
    ContactId, ContactStatus, DialogueId, InvokeId, MrdId, SessionId, SkillTarget,
    fact::{AgentPgFact, ArmMessage, OpcMessage, RouterFact},
};
use cce_views::{
    ladder::{self, Excerpts, LadderText, Lane, Mermaid, Page, Paint, Svg},
    logs::{LogFile, Logs},
};
use cce_world::{CreateMethod, Span};
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

/// The ladder of a run as a terminal of this width has it.
fn at_width(width: usize) -> String {
    let (header, records) = run();
    let (rows, names) = ladder::rows(&header, &records, None);
    let mut text = LadderText::new(&header, Page::new(Paint::Plain).with_width(width));
    let mut drawn = text.legend() + &text.ids(&names) + &text.head();
    rows.iter().for_each(|row| drawn.push_str(&text.row(row, &names)));
    drawn
}

#[test]
fn the_ladder_on_a_terminal_of_80_columns() {
    insta::assert_snapshot!(at_width(80));
}

#[test]
fn a_ladder_fits_every_terminal_and_shows_the_same_messages_on_each() {
    let messages = |text: &str| text.matches(['►', '◄']).count();
    let usual = messages(&at_width(120));
    for width in [80, 81, 109, 110, 200] {
        let drawn = at_width(width);
        let widest = drawn.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width, "{widest} columns of {width}");
        assert_eq!(messages(&drawn), usual, "{width} columns");
    }
}

#[test]
fn the_head_comes_again_on_each_page() {
    let drawn = at_width(80);
    let heads: Vec<usize> =
        drawn.lines().enumerate().filter(|(_, line)| line.starts_with("since")).map(|(at, _)| at).collect();
    assert!(heads.len() > 1 && heads.windows(2).all(|pair| pair[1] - pair[0] <= 50), "{heads:?}");
}

#[test]
fn every_row_of_a_desktop_names_its_agent_and_no_row_says_a_skill_target() {
    let (header, records) = run();
    let (rows, names) = ladder::rows(&header, &records, None);
    let desk = |row: &&ladder::Row| matches!(row.shape, ladder::Shape::Arrow { from, to } if from == Lane::Desk || to == Lane::Desk);
    assert!(rows.iter().filter(desk).count() > 10);
    assert!(rows.iter().filter(desk).all(|row| row.text.starts_with("1083 ")), "{rows:#?}");
    let (agent, skill_target) = &names.agents()[0];
    let skill_target = skill_target.unwrap().to_string();
    assert_eq!(agent.as_str(), "1083");
    assert!(rows.iter().all(|row| !row.text.contains(&skill_target)), "{rows:#?}");
}

#[test]
fn an_orderly_end_does_not_look_like_a_failure() {
    let (header, mut records) = run();
    let ended = AgentPgFact::SessionClosed {
        session: SessionId(1),
        status: cce_model::CtiStatus::CTI_SERVER_OFFLINE,
    };
    records.push(Record { node: "agentpg".into(), ..record(9_999, What::Out(Output::Note(ended.into()))) });
    let drawn = ladder_of(&header, &records, None);
    assert!(drawn.contains("CTI session 1 closed in order: the CTI server stops"), "{drawn}");
    assert!(!drawn.contains("E_CTI"), "{drawn}");
}

#[test]
fn a_task_is_found_by_the_name_of_its_customer_and_by_its_dialogue() {
    let (header, records) = run();
    let (_, names) = ladder::rows(&header, &records, None);
    let (_, contact, _) = names.shown().next().unwrap();
    let customer = names.customer(contact).unwrap();
    let dialogue = ladder::rows(&header, &records, None).0.iter().find_map(|row| {
        row.text.strip_prefix("NEW_TASK dialogue=").map(|rest| rest.split(' ').next().unwrap().to_owned())
    });
    for wanted in [customer, dialogue.unwrap()] {
        assert_eq!(ladder::find_contact(&header, &records, &wanted).as_ref(), Some(contact), "{wanted}");
    }
}

/// Whether the contact is created by a task in XML, or by the query of a GET.
#[test]
fn a_task_is_found_by_the_name_as_its_customer_writes_it() {
    for method in [CreateMethod::Post, CreateMethod::Get] {
        let mut lab = lab();
        (lab.cast.customers[0].name, lab.cast.customers[0].method) = ("Tom & Änn".into(), method);
        let (header, records) = run_of(&lab);
        assert!(ladder::find_contact(&header, &records, "Tom & Änn").is_some(), "{method:?}");
    }
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
fn a_router_that_runs_alone_knows_which_gateway_a_link_is_of() {
    let (header, records) = run();
    let alone: Vec<Record> =
        records.into_iter().filter(|record| record.node.as_str() == "router").map(without_peer).collect();
    let drawn = ladder_of(&header, &alone, None);
    let lanes = |part: &str| {
        let found =
            drawn.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part} in {drawn}"));
        found[found.find('│').unwrap()..].split(part).next().unwrap().trim_end().to_owned()
    };
    assert_eq!(lanes("NEW_CALL"), "│    │    ├───►│    │    │    │");
    assert_eq!(lanes("AGENT_STATE_UPDATE"), "│    │    │    │◄───┤    │    │");
    assert_eq!(lanes("DEVICE_TARGET_PRE_CALL_IND"), "│    │    │    ├───►│    │    │");
    assert!(drawn.contains("icm link open") && !drawn.contains("icm-mr link open"), "{drawn}");
}

#[test]
fn finesse_that_runs_alone_shows_what_it_asks_ccp() {
    let (header, records) = run();
    let alone = Header { nodes: vec!["finesse".into()], ..header.clone() };
    let own: Vec<Record> =
        records.iter().filter(|record| record.node.as_str() == "finesse").cloned().collect();
    let drawn = ladder_of(&alone, &own, None);
    let row = |part: &str| {
        drawn.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part} in {drawn}"))
    };
    assert!(row("PUT /task/…/close").contains("│    │◄──────────────────┤    │"), "{drawn}");
    assert!(row("200 ok").contains("│    ├──────────────────►│    │"), "{drawn}");
    // In the journal of the whole lab it is drawn once, where it arrives.
    let of_all = |wanted: &str| ladder_of(&header, &records, None).matches(wanted).count();
    assert_eq!(of_all("/close"), 1);
}

/// As the journal of a process of its own has it: who called is not known.
fn without_peer(mut record: Record) -> Record {
    if let What::In(Input::LinkUp { peer, .. }) = &mut record.what {
        *peer = Peer { node: None, ..Peer::default() };
    }
    Record { cause: None, ..record }
}

/// Numbers of requests begin anew with each life of a component, and answers to polls are not drawn.
#[test]
fn what_was_asked_of_a_component_is_over_with_its_life_or_with_its_client() {
    let (header, _) = run();
    let (call, port) = (CallId(1), Port::App);
    let asked = |path: &str| {
        let request = Request::new("GET", format!("/ccp/task/{path}"));
        What::In(Input::Call { call, port, request })
    };
    let answered = || What::Out(Output::Reply { call, response: Response::new(200) });
    let poll = "contact/0123456789ABCDEF0123456789ABCDEF";
    for over in [What::Stopped { reason: String::new() }, What::Started, What::In(Input::CallGone { call })] {
        let life = [asked("feed/100080"), over, asked(poll), answered()];
        let records: Vec<Record> = (1..).zip(life).map(|(seq, what)| record(seq, what)).collect();
        let (rows, _) = ladder::rows(&header, &records, None);
        let answers = rows.iter().filter(|row| row.kind == ladder::RowKind::Answer);
        assert_eq!(answers.count(), 0, "{rows:?}");
    }
}

/// A client of the user's own, whose other end has no journal.
#[test]
fn a_client_from_outside_comes_and_goes() {
    let (header, _) = run();
    let visitor = |number, what: fn(LinkId) -> What| Record {
        node: "agentpg".into(),
        ..record(number, what(LinkId { port: Port::CtiA, number: u32::try_from(number / 10).unwrap() }))
    };
    let comes = |link| What::In(Input::LinkUp { link, peer: Peer::default() });
    let goes = |link| What::In(Input::LinkDown { link, reason: LinkReason::Closed });
    let is_refused = |link| What::Out(Output::Close { link, reason: CloseReason::Refused });
    let records = [visitor(10, comes), visitor(11, goes), visitor(20, comes), visitor(21, is_refused)];
    let (rows, _) = ladder::rows(&header, &records, None);
    let said: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(said[..3], ["cti-a link open", "cti-a link: closed by the other end", "cti-a link open"]);
    let last = ladder_of(&header, &records, None);
    assert!(last.contains("cti-a link closed: the other end is refused"), "{last}");
    // Of links within the lab the end that dialled tells.
    let (header, records) = run();
    let open = |name: &str| ladder_of(&header, &records, None).matches(name).count();
    assert_eq!(open("cti-a link open"), 1);
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

#[test]
fn what_a_customer_writes_breaks_no_line() {
    let mut lab = lab();
    lab.cast.customers[0].title = "Card\nlost\u{1b}[2J".into();
    lab.cast.customers[0].variables.insert("cv_2".into(), "a\nb".into());
    let plain = logs();
    let (header, records) = run_of(&lab);
    let logs = logs_of(&header, &records);
    assert!(
        logs[&LogFile::CcpPublicApps].contains("[Title=Card\\nlost"),
        "{}",
        logs[&LogFile::CcpPublicApps]
    );
    for (file, text) in &logs {
        assert_eq!(text.lines().count(), plain[file].lines().count(), "{}", file.file_name());
        assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'));
    }
    assert!(!ladder_of(&header, &records, None).contains('\u{1b}'));
}

#[test]
fn values_of_a_log_line_are_those_of_its_record() {
    let (header, mut records) = run();
    for record in &mut records {
        match &mut record.what {
            What::Out(Output::Note(Fact::Router(RouterFact::CallAdmitted { operation, .. }))) => {
                *operation = cce_model::OperationCode(3);
            }
            What::Out(Output::Note(Fact::AgentPg(AgentPgFact::ToCtiServer(OpcMessage::PreCall(call))))) => {
                call.service = SkillTarget(71);
            }
            What::In(_)
            | What::Out(_)
            | What::Started
            | What::Stopped { .. }
            | What::Connected { .. }
            | What::Bent(_)
            | What::Gap { .. } => {}
        }
    }
    let logs = logs_of(&header, &records);
    assert!(logs[&LogFile::Router].contains("OpCode=3, "));
    assert!(logs[&LogFile::Ctisvr].contains("SvSkTargID=71(71)"));
}

#[test]
fn a_path_that_somebody_asks_for_makes_no_task() {
    let (header, mut records) = run();
    let path = "/ccp/task/contact/0123456789ABCDEF0123456789ABCDEF";
    let call = CallId(900);
    let asked = What::In(Input::Call { call, port: Port::App, request: Request::new("DELETE", path) });
    let refused = What::Out(Output::Reply { call, response: Response::new(404) });
    records.insert(0, record(1, asked));
    records.insert(1, record(1, refused));
    let (rows, names) = ladder::rows(&header, &records, None);
    assert!(rows.iter().any(|row| row.text.starts_with("DELETE")), "{rows:?}");
    let contacts: Vec<&str> = names.shown().map(|(_, contact, _)| contact.as_str()).collect();
    assert_eq!(contacts, ["7CC797871000018D0000000A39ED7AD5"]);
    assert!(ladder::find_contact(&header, &records, "0123").is_none());
}

#[test]
fn a_task_that_leaves_the_queue_is_named() {
    let mut lab = lab();
    lab.cast.agents.clear();
    lab.cast.customers[0].cancel_after = Some(Span(Duration::from_secs(2)));
    let (header, records) = run_of(&lab);
    let contact = ladder::find_contact(&header, &records, "T1").unwrap();
    let drawn = ladder_of(&header, &records, Some(contact));
    let line =
        drawn.lines().find(|line| line.contains("left the queue")).unwrap_or_else(|| panic!("{drawn}"));
    assert!(line.contains(" T1 "), "{line}");
}

#[test]
fn a_ladder_of_one_of_two_tasks_has_its_short_name_and_only_its_ids() {
    let mut lab = lab();
    lab.ccp.contact_ids.push("8DD797871000018D0000000B39ED7AD5".into());
    lab.cast.customers.push(lab.cast.customers[0].clone());
    let (header, records) = run_of(&lab);
    let second = ladder::find_contact(&header, &records, "T2").unwrap();
    let drawn = ladder_of(&header, &records, Some(second));
    assert!(drawn.starts_with("T2  contact 8DD7"), "{drawn}");
    let first = drawn.lines().find(|line| line.contains('►')).unwrap();
    assert!(first.contains(" T2 ") && first.contains("POST /ccp/task/feed/100080"), "{drawn}");
    assert!(!drawn.contains("7CC7") && !drawn.contains("T1"), "{drawn}");
}

#[test]
fn the_end_of_a_cti_session_says_what_its_status_means() {
    let (header, mut records) = run();
    let ended = AgentPgFact::SessionClosed { session: SessionId(1), status: cce_model::CtiStatus::TIMEOUT };
    records.push(Record { node: "agentpg".into(), ..record(9_999, What::Out(Output::Note(ended.into()))) });
    let drawn = ladder_of(&header, &records, None);
    assert!(drawn.contains("CTI session 1 ended: status 16 timeout"), "{drawn}");
}

#[test]
fn a_refusal_of_the_arm_layer_is_named_by_the_list_of_its_layer() {
    let (header, mut records) = run();
    let heard = |record: &Record| {
        let What::In(Input::Frame { link, .. }) = record.what else { return None };
        (record.node == Kind::Finesse.into() && link.port == Port::CtiA).then_some(link)
    };
    let link = records.iter().find_map(heard).unwrap();
    for message in [
        FailureResp {
            invoke_id: InvokeId(1),
            status: ArmStatus::TASK_OBJECT_NOT_FOUND,
            ..FailureResp::default()
        }
        .into(),
        Cti::from(FailureConf {
            invoke_id: InvokeId(2),
            status: CtiStatus::INVALID_TIMEOUT,
            ..FailureConf::default()
        }),
    ] {
        let bytes = message.to_frame(&dialect(cce_cti::VERSION_MAX)).into();
        let what = What::In(Input::Frame { link, bytes });
        records.push(Record { node: Kind::Finesse.into(), ..record(9_999, what) });
    }
    let drawn = ladder_of(&header, &records, None);
    assert!(drawn.contains("FAILURE_RESP status 18 task object not found"), "{drawn}");
    assert!(drawn.contains("FAILURE_CONF status 18 invalid timeout"), "{drawn}");
}

#[test]
fn the_cti_server_traces_interrupts_and_their_answers() {
    let (header, mut records) = run();
    let (skill_target, mrd, by) = (SkillTarget(5173), MrdId(5011), MrdId(5012));
    let advised = |is_over| OpcMessage::Interrupt { skill_target, mrd, by, is_over };
    let answered = |message| AgentPgFact::ToOpc {
        session: SessionId(1),
        invoke_id: InvokeId(7),
        mrd,
        skill_target,
        message,
    };
    let facts = [
        AgentPgFact::ToCtiServer(advised(false)),
        answered(ArmMessage::InterruptAccepted),
        AgentPgFact::ToCtiServer(advised(true)),
        answered(ArmMessage::InterruptDoneAccepted),
    ];
    for fact in facts {
        let what = What::Out(Output::Note(fact.into()));
        records.push(Record { node: "agentpg".into(), ..record(9_999, what) });
    }
    let logs = logs_of(&header, &records);
    let traced = ["AGENT_INTERRUPT_ADVISORY_EVENT", "AGENT_INTERRUPT_DONE_ADVISORY_EVENT"]
        .map(|name| format!("Trace: {name}: MRDID=5011 ICMAgentID=5173 InterruptingMRDID=5012"));
    let taken = ["ProcessAgentInterruptAcceptedInd", "ProcessAgentInterruptDoneAcceptedInd"]
        .map(|name| format!("Trace: {name} - sessionID 1"));
    for line in traced.into_iter().chain(taken) {
        assert!(logs[&LogFile::Ctisvr].contains(&line), "{line}");
    }
}

fn record(seq: u64, what: What) -> Record {
    Record { seq, at: Time::default(), node: "ccp".into(), cause: None, what }
}

fn text(paint: Paint, only: Option<ContactId>) -> String {
    let (header, records) = run();
    draw(&header, &records, paint, only)
}

fn ladder_of(header: &Header, records: &[Record], only: Option<ContactId>) -> String {
    draw(header, records, Paint::Plain, only)
}

fn draw(header: &Header, records: &[Record], paint: Paint, only: Option<ContactId>) -> String {
    let (rows, names) = ladder::rows(header, records, only.map(Into::into));
    let mut text = LadderText::new(header, Page::new(paint));
    let mut drawn = text.ids(&names) + &text.head();
    rows.iter().for_each(|row| drawn.push_str(&text.row(row, &names)));
    drawn
}

#[test]
fn the_ladder_as_a_picture_says_and_draws_every_row() {
    let (header, records) = run();
    let (rows, names) = ladder::rows(&header, &records, None);
    let svg = Svg::draw(&header, &rows, &names);
    let arrows = rows.iter().filter(|row| matches!(row.shape, ladder::Shape::Arrow { .. })).count();
    assert_eq!(svg.matches("<path ").count(), arrows);
    assert!(svg.contains(">NEW_TASK dialogue=") && svg.contains(">CCP</text>"), "{svg}");
    let mut reader = quick_xml::Reader::from_str(&svg);
    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
}

/// A picture in a document has no empty half.
#[test]
fn a_picture_is_as_wide_as_what_it_says() {
    let (header, records) = run();
    let (rows, names) = ladder::rows(&header, &records, None);
    let width = |rows: &[ladder::Row]| -> usize {
        let svg = Svg::draw(&header, rows, &names);
        assert!(svg.contains("dashed arrow: notification") && svg.contains("PIM MR PG"), "{svg}");
        svg.split_once("width=\"").unwrap().1.split_once('"').unwrap().0.parse().unwrap()
    };
    let mut longer = rows.clone();
    longer[3].text = "x".repeat(200);
    assert!(width(&longer) > 200 * 7 && width(&rows) < 1_300, "{} and {}", width(&longer), width(&rows));
}

fn mermaid() -> String {
    let (header, records) = run();
    let (rows, names) = ladder::rows(&header, &records, None);
    let rows: String = rows.iter().map(|row| Mermaid::row(row, &names)).collect();
    Mermaid::head(&names) + &rows
}

fn logs() -> BTreeMap<LogFile, String> {
    let (header, records) = run();
    logs_of(&header, &records)
}

fn logs_of(header: &Header, records: &[Record]) -> BTreeMap<LogFile, String> {
    let mut logs = Logs::new(header);
    let mut texts = BTreeMap::new();
    for (file, line) in records.iter().flat_map(|record| logs.push(record)) {
        *texts.entry(file).or_insert_with(String::new) += &(line + "\n");
    }
    texts
}

#[test]
fn an_excerpt_marks_the_row_of_a_record_and_leaves_out_what_is_far() {
    let (header, records) = run();
    let is_end = |record: &&Record| {
        matches!(&record.what, What::Out(Output::Note(Fact::Contact { to: ContactStatus::Handled, .. })))
    };
    let is_admission = |record: &&Record| {
        matches!(&record.what, What::Out(Output::Note(Fact::Router(RouterFact::CallAdmitted { .. }))))
    };
    let seq = |found: Option<&Record>| found.unwrap().seq;
    let (wrong, related) = (seq(records.iter().find(is_end)), seq(records.iter().find(is_admission)));
    let text = Excerpts::new(&header, &records).around(wrong, &[related], Page::new(Paint::Plain));
    let marked = |sign: char| text.lines().filter(|line| line.contains(sign)).collect::<Vec<_>>();
    assert!(marked('✗').len() == 1 && marked('✗')[0].contains("/close"), "{text}");
    assert!(marked('○').len() == 1 && marked('○')[0].contains("NEW_CALL"), "{text}");
    assert!(text.contains("\n…\n") && !text.contains("OFFER_TASK_IND"), "{text}");
}

/// A message is drawn where it arrives, an answer where it leaves, and what a stream brings as what was published: each is
/// pointed out there, whichever of its records is wrong.
#[test]
fn an_excerpt_marks_the_row_of_a_message_whichever_end_is_wrong() {
    let (header, records) = run();
    let excerpts = Excerpts::new(&header, &records);
    let marked = |wrong: u64| {
        let text = excerpts.around(wrong, &[], Page::new(Paint::Plain));
        text.lines().find(|line| line.contains('✗')).unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    let arrival_of = |sent: &Record| {
        records
            .iter()
            .find(|record| matches!(record.what, What::In(_)) && record.cause == Some(sent.seq))
            .unwrap()
    };
    let sent = |port: Port, text: &[u8]| {
        let says = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text);
        let is_it = |record: &&Record| {
            let is_sent = matches!(&record.what, What::Out(Output::Send { link, bytes }) if link.port == port && says(&bytes.0));
            let is_asked = matches!(&record.what, What::Out(Output::Call { port: on, request, .. }) if *on == port && says(&request.body.0));
            is_sent || is_asked
        };
        records.iter().find(is_it).unwrap()
    };
    // The type of NEW_TASK is 9, with its dialogue behind it.
    let new_task = sent(Port::Mr, &[0, 0, 0, 9, 0, 0, 0]);
    let update = sent(Port::Xmpp, b"&gt;OFFERED&lt;");
    let request = sent(Port::Desk, b"<requestedAction>CLOSE<");
    for (message, row) in [(new_task, "NEW_TASK"), (update, "Dialog OFFERED"), (request, "CLOSE")] {
        assert!(marked(message.seq).contains(row), "sent: {}", marked(message.seq));
        let arrival = arrival_of(message).seq;
        assert!(marked(arrival).contains(row), "arrived: {}", marked(arrival));
    }
    let answer =
        records.iter().find(|record| matches!(record.what, What::Out(Output::Reply { .. }))).unwrap();
    assert_eq!(marked(answer.seq), marked(arrival_of(answer).seq));
}

#[test]
fn a_virtual_customer_is_found_by_its_name_in_the_scenario_and_its_number_is_that_of_no_dialogue() {
    let found = |names: &[&str], wanted: &str| {
        let mut lab = lab();
        lab.cast.names = names.iter().map(|name| (*name).to_owned()).collect();
        lab.ccp.first_dialogue = DialogueId(7);
        let (header, records) = run_of(&lab);
        ladder::find_contact(&header, &records, wanted)
    };
    assert!(found(&["gold"], "gold").is_some());
    assert!(found(&[], "customer-1").is_some());
    assert_eq!(found(&["gold"], "1"), None);
    assert!(found(&["gold"], "7").is_some(), "the dialogue has its number");
}
