//! `ccelab ladder`: the ladder of a journal, drawn on a terminal, as a picture, or as a page for a browser.

use crate::{
    claims::file_failure,
    cli::{Ladder, LadderFormat},
    failure::Failure,
    files::{read_journal, write_whole},
    folders::JOURNAL,
    follow::Follower,
    print,
};
use cce_fold::Fold;
use cce_journal::{Header, Record};
use cce_model::{ContactId, nearest};
use cce_views::{
    Why,
    ladder::{self, DrawnContacts, Excerpts, Html, LadderRows, LadderText, Mermaid, Moment, Only, Row, Svg},
    logs::LogFile,
};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// How often a journal that grows is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Records that are read at once.
const RECORDS_MAX: usize = 10_000;

/// Tasks that are listed where none is found.
const LISTED_MAX: usize = 30;

/// Carries out the command.
pub(crate) fn draw(options: &Ladder) -> Result<(), Failure> {
    let journal = of_folder(&options.journal);
    if options.follow {
        return follow(options, &journal);
    }
    let (header, records) = read_journal(&journal)?;
    let only = match &options.task {
        None => None,
        Some(wanted) => Some(find(wanted, &ladder::rows(&header, &records, None).1)?),
    };
    if let Some(at) = &options.at {
        let excerpts = Excerpts::of(&header, &records, only);
        print::out(&around(at, &journal, &excerpts)?);
        return Ok(());
    }
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

/// The journal of a folder in which a run was kept, or the file itself.
fn of_folder(journal: &Path) -> PathBuf {
    let kept = [JOURNAL.to_owned(), format!("{JOURNAL}.lz4")].map(|name| journal.join(name));
    let kept = kept.into_iter().find(|kept| kept.is_file());
    kept.unwrap_or_else(|| journal.to_owned())
}

/// The rows around a moment that somebody found: a time, or a line of a log.
fn around(at: &str, journal: &Path, excerpts: &Excerpts<'_>) -> Result<String, Failure> {
    let page = print::page().with_clock();
    let moment = match of_log(at, journal)? {
        Some(line) => {
            let own = line.text.lines().nth(line.number - 1);
            if let Some(drawn) = own.and_then(|own| excerpts.at_line(line.log, line.number, own, page)) {
                return Ok(drawn);
            }
            line.moment
        }
        None => Moment::parse(at, None).ok_or_else(|| {
            let ways = "write 08:54:29.002, +3.002, or a line of a log such as finesse.log:120";
            Failure::Usage(format!("`{at}` is no time: {ways}"))
        })?,
    };
    excerpts.at(&moment, page).ok_or_else(|| {
        let span = excerpts.span().map(|[first, last]| format!(": it has rows from {first} to {last}"));
        Failure::Usage(format!("nothing happened around {at} in the journal{}", span.unwrap_or_default()))
    })
}

/// A line of a log.
struct LogLine {
    log: LogFile,
    /// The whole log.
    text: String,
    /// From 1.
    number: usize,
    moment: Moment,
}

/// The line that `finesse.log:120` means. The file is looked for beside the journal, too.
fn of_log(at: &str, journal: &Path) -> Result<Option<LogLine>, Failure> {
    let Some((path, number)) = at.rsplit_once(':') else { return Ok(None) };
    let path = Path::new(path);
    let name = path.file_name().unwrap_or_default();
    let (Some(log), Ok(number)) =
        (LogFile::ALL.into_iter().find(|log| name == log.file_name()), number.parse::<usize>())
    else {
        return Ok(None);
    };
    let beside = journal.with_file_name(name);
    let path = [path, &beside].into_iter().find(|path| path.exists()).ok_or_else(|| {
        let (log, journal) = (path.display(), journal.display());
        Failure::Usage(format!("{log} is neither here nor beside {journal}: write its path"))
    })?;
    let text = fs::read(path).map_err(|source| file_failure("read", path, source))?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let moment = Moment::of_line(&text, number, log.lane()).ok_or_else(|| {
        let count = text.lines().count();
        Failure::Usage(format!("{} has {count} lines, and no line {number} with a time", path.display()))
    })?;
    Ok(Some(LogLine { log, text, number, moment }))
}

/// Draws what is there of a run, and goes on with it until it is over.
fn follow(options: &Ladder, journal: &Path) -> Result<(), Failure> {
    let (header, mut follower) = Follower::open(journal)?;
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
        // The reader of the output may have left.
        let pause = if records.is_empty() { LOOK } else { Duration::ZERO };
        if !print::is_read_for(pause) {
            return Ok(());
        }
    }
}

/// Whether a row is of the task that somebody wants to see, if it is one only.
fn is_wanted(row: &Row, wanted: Option<&str>, names: &DrawnContacts) -> bool {
    let Some(wanted) = wanted else { return true };
    let Some(contact) = &row.subject.contact else { return false };
    if names.find(wanted) != [contact] {
        return false;
    }
    // What is about a contact and no task of it is about the one that somebody wants, too.
    match (names.task_of(wanted, contact), row.subject.task) {
        (Ok(Some(wanted)), Some(task)) => wanted == task,
        (Ok(_), _) => true,
        (Err(_), task) => task.is_none(),
    }
}

/// The one contact that somebody means, or one task of it.
fn find(wanted: &str, names: &DrawnContacts) -> Result<Only, Failure> {
    match names.find(wanted)[..] {
        [contact] => match names.task_of(wanted, contact) {
            Ok(task) => Ok(Only { contact: contact.clone(), task }),
            Err(count) => Err(Failure::Usage(format!(
                "the journal has no task `{wanted}`: that contact has {}{}",
                print::counted(count as u64, "task"),
                listed(names, |one| one == contact)
            ))),
        },
        [] => {
            let spellings = names.shown().flat_map(|(short, contact, tasks)| {
                [short, contact.to_string()].into_iter().chain(tasks.iter().map(ToString::to_string))
            });
            let known: Vec<String> = spellings.collect();
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
