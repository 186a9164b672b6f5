//! `ccelab ladder`: the ladder of a journal, drawn on a terminal, as a picture, or as a page for a browser.

use crate::{
    cli::{Ladder, LadderFormat},
    failure::Failure,
    files::{read_journal, write_whole},
    follow::Follower,
    print,
};
use cce_fold::Fold;
use cce_journal::{Header, Record};
use cce_model::{ContactId, nearest};
use cce_views::{
    Why,
    ladder::{self, DrawnContacts, Html, LadderRows, LadderText, Mermaid, Row, Svg},
};
use std::{fmt::Write as _, time::Duration};

/// How often a journal that grows is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Records that are read at once.
const RECORDS_MAX: usize = 10_000;

/// Tasks that are listed where none is found.
const LISTED_MAX: usize = 30;

/// Carries out the command.
pub(crate) fn draw(options: &Ladder) -> Result<(), Failure> {
    if options.follow {
        return follow(options);
    }
    let (header, records) = read_journal(&options.journal)?;
    let only = match &options.task {
        None => None,
        Some(wanted) => Some(find(wanted, &ladder::rows(&header, &records, None).1)?),
    };
    if let Some(file) = &options.html {
        write_whole(file, &Html::draw(&header, &records, only))?;
        print::line(&format!("the ladder is in {}: open it in a browser", file.display()));
        return Ok(());
    }
    let (rows, names) = ladder::rows(&header, &records, only);
    match options.format {
        LadderFormat::Mermaid => {
            print::out(&Mermaid::head(&names));
            rows.iter().for_each(|row| print::out(&Mermaid::row(row, &names)));
        }
        LadderFormat::Svg => print::out(&Svg::draw(&header, &rows, &names)),
        LadderFormat::Text => {
            let mut text = LadderText::new(&header, print::page());
            print::out(&(text.ids(&names) + &text.legend() + &text.head()));
            rows.iter().for_each(|row| print::out(&text.row(row, &names)));
            print::out(&waiting(&header, &records, &names));
        }
    }
    Ok(())
}

/// Draws what is there of a run, and goes on with it until it is over.
fn follow(options: &Ladder) -> Result<(), Failure> {
    let (header, mut follower) = Follower::open(&options.journal)?;
    // Whoever wants one task may want an old one.
    let rows = if options.task.is_some() { LadderRows::new } else { LadderRows::live };
    let (mut rows, mut text) = (rows(&header), LadderText::new(&header, print::page()));
    print::out(&(text.legend() + &text.head()));
    let mut draw = |done: Vec<Row>, names: &DrawnContacts| {
        for row in done.iter().filter(|row| is_wanted(row, options.task.as_deref(), names)) {
            print::out(&text.row(row, names));
        }
    };
    loop {
        let records = follower.next(RECORDS_MAX)?;
        for record in &records {
            let done = rows.push(record);
            draw(done, rows.names());
        }
        if follower.is_over() {
            draw(rows.finish(), rows.names());
            return options.task.as_deref().map_or(Ok(()), |wanted| find(wanted, rows.names()).map(drop));
        }
        // Nobody may be left to say to.
        let pause = if records.is_empty() { LOOK } else { Duration::ZERO };
        if !print::is_read_for(pause) {
            return Ok(());
        }
    }
}

/// Whether a row is of the task that somebody wants to see, if it is one only.
fn is_wanted(row: &Row, wanted: Option<&str>, names: &DrawnContacts) -> bool {
    let Some(wanted) = wanted else { return true };
    row.subject.contact.as_ref().is_some_and(|contact| names.find(wanted) == [contact])
}

/// The one contact that somebody means.
fn find(wanted: &str, names: &DrawnContacts) -> Result<ContactId, Failure> {
    match names.find(wanted)[..] {
        [contact] => Ok(contact.clone()),
        [] => {
            let known: Vec<String> = names.shown().flat_map(spellings).collect();
            let hint = nearest(wanted, known.iter().map(String::as_str));
            let list = listed(names, |_| true);
            Err(Failure::Usage(format!("the journal has no task or contact `{wanted}`{hint}{list}")))
        }
        [..] => {
            let found = names.find(wanted);
            let list = listed(names, |contact| found.contains(&contact));
            Err(Failure::Usage(format!(
                "`{wanted}` is said of {} tasks: choose one of them{list}",
                found.len()
            )))
        }
    }
}

fn spellings((short, contact, tasks): (String, &ContactId, &[cce_model::TaskId])) -> Vec<String> {
    let tasks = tasks.iter().map(ToString::to_string);
    [short, contact.to_string()].into_iter().chain(tasks).collect()
}

/// The tasks of a journal, each in a line: short name, ids, customer.
fn listed(names: &DrawnContacts, is_meant: impl Fn(&ContactId) -> bool) -> String {
    let meant: Vec<_> = names.shown().filter(|(_, contact, _)| is_meant(contact)).collect();
    let mut text = String::new();
    for (short, contact, tasks) in meant.iter().take(LISTED_MAX) {
        let customer = names.customer(contact).unwrap_or_default();
        let tasks: Vec<String> = tasks.iter().map(ToString::to_string).collect();
        let line = format!("{short:<4} {contact}  {}  {customer}", tasks.join(", "));
        let _ = write!(text, "\n  {}", line.trim_end());
    }
    if meant.len() > LISTED_MAX {
        let _ = write!(text, "\n  and {} more", meant.len() - LISTED_MAX);
    }
    text
}

/// Tasks that wait at the end of a journal, and why, if there are any.
fn waiting(header: &Header, records: &[Record], names: &DrawnContacts) -> String {
    let (mut fold, mut why) = (Fold::new(header), Why::new(header));
    records.iter().for_each(|record| why.push(&fold.push(record)));
    let mut text = String::new();
    for waiting in why.waiting() {
        let Some(short) =
            names.shown().find_map(|(short, contact, _)| (*contact == waiting.contact).then_some(short))
        else {
            continue;
        };
        let since = Duration::from_micros(waiting.since.0).as_secs_f64();
        let _ = write!(text, "\n{short} waits since {since:.1} s {waiting}");
    }
    text
}
