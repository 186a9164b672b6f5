//! The ladder as one page for a browser, which needs nothing but itself: for a bug report.
//!
//! Each row opens and shows the message's fields, the journal's records of it, and the lines that the products' logs have of
//! them. What is secret is masked in all three.

mod mask;

use self::mask::masked;
use super::{DrawnContacts, Lane, Only, Places, Row, RowKind, Shape, cause, since, stampers, svg::escape};
use crate::{
    logs::{Line, LogFile, Logs},
    stamp::Stamper,
};
use cce_fold::{AnyMessage, Fold, Meaning};
use cce_journal::{Header, Record, What};
use cce_kernel::Output;
use cce_model::ContactId;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// Rows of one page. A browser is slow with more.
const ROWS_MAX: usize = 20_000;

/// Pixels from one lane to the next.
const LANE: usize = 52;

/// The middle of a row.
const MIDDLE: usize = 10;

/// Half of an arrow's head.
const HEAD: usize = 4;

/// What each record adds to the row that it belongs to.
#[derive(Debug, Default)]
struct Detail {
    fields: Vec<(String, String)>,
    records: Vec<String>,
    /// Each with its number in its log.
    lines: Vec<(usize, Line)>,
}

/// Draws a page.
#[derive(Debug)]
pub struct Html {
    stampers: BTreeMap<Lane, Stamper>,
    /// By the record whose handling it is, and the one that the row draws first: one input may lead to several rows.
    details: BTreeMap<(u64, u64), Detail>,
    body: String,
}

impl Html {
    /// The page of a run, or of one contact of it.
    pub fn draw(header: &Header, records: &[Record], only: Option<Only>) -> String {
        let (rows, names) = super::rows(header, records, only);
        let mut page = Self { stampers: stampers(header), details: BTreeMap::new(), body: String::new() };
        page.learn(header, records, &rows);
        for row in rows.iter().take(ROWS_MAX) {
            page.row(row, &names);
        }
        if rows.len() > ROWS_MAX {
            let more = rows.len() - ROWS_MAX;
            let _ = writeln!(
                page.body,
                "<p class=\"skipped\">… and {more} more rows: draw one task with --task</p>"
            );
        }
        page.whole(header, &names)
    }

    /// Keeps what is told of the records of each row.
    fn learn(&mut self, header: &Header, records: &[Record], rows: &[Row]) {
        for row in rows.iter().take(ROWS_MAX) {
            self.details.entry((row.record, row.first)).or_default();
        }
        let (mut fold, mut logs) = (Fold::new(header), Logs::new(header));
        let places = Places::new(records, rows);
        let mut counts: BTreeMap<LogFile, usize> = BTreeMap::new();
        for record in records {
            let event = fold.push(record);
            let lines = logs.push(record);
            let own = places.row_of_lines(record.seq, &lines).and_then(|at| rows.get(at));
            let numbered = lines.into_iter().map(|line| {
                let count = counts.entry(line.0).or_default();
                *count += 1;
                (*count, line)
            });
            let lines = self.learn_lines(numbered.collect(), own);
            let Some((first, detail)) = self.detail_of(record) else { continue };
            if let (Meaning::Received { message, .. } | Meaning::Sent { message, .. }, true) =
                (&event.kind, first == record.seq)
            {
                detail.fields = fields(message);
            }
            if !matches!(
                record.what,
                What::Out(Output::Arm { .. } | Output::Cancel { .. } | Output::Store { .. })
            ) {
                detail.records.push(masked(record));
            }
            detail.lines.extend(lines);
        }
    }

    /// A line stands in the row that `--at` finds for it. Returns those that have no row of their own.
    fn learn_lines(&mut self, lines: Vec<(usize, Line)>, row: Option<&Row>) -> Vec<(usize, Line)> {
        match row.and_then(|row| self.details.get_mut(&(row.record, row.first))) {
            Some(detail) => {
                detail.lines.extend(lines);
                Vec::new()
            }
            None => lines,
        }
    }

    /// The row of its handling that a record belongs to, by what it draws first: the last one that began by then, or else the
    /// first one.
    fn detail_of(&mut self, record: &Record) -> Option<(u64, &mut Detail)> {
        let cause = cause(record);
        let begun = self.details.range((cause, 0)..=(cause, record.seq)).next_back();
        let row = begun.or_else(|| self.details.range((cause, 0)..=(cause, u64::MAX)).next());
        let (_, first) = row.map(|(row, _)| *row)?;
        self.details.get_mut(&(cause, first)).map(|detail| (first, detail))
    }

    fn row(&mut self, row: &Row, names: &DrawnContacts) {
        if let Some(skipped) = &row.skipped {
            let _ = writeln!(self.body, "<div class=\"skipped\">… {}</div>", escape(skipped));
        }
        let Some(lanes) = lanes_of(row.shape) else {
            let _ = writeln!(self.body, "<div class=\"skipped\">… {}</div>", escape(&row.text));
            return;
        };
        let clock =
            self.stampers.get(&row.lane()).map(|stamper| stamper.clock_at(row.at)).unwrap_or_default();
        let short = row.subject.contact.as_ref().and_then(|contact| names.short(contact)).unwrap_or_default();
        let changes: String = row
            .changes
            .iter()
            .map(|change| format!("<span class=\"change\">● {}</span>", escape(change)))
            .collect();
        let _ = write!(
            self.body,
            "<details data-task=\"{short}\" data-lanes=\"{lanes}\" data-kind=\"{}\"><summary><time>{clock}</time>\
             <span class=\"since\">{}</span><b>{short}</b>{}<span class=\"text\">{}{changes}</span></summary>",
            row.kind.name(),
            since(row.at),
            arrow(row),
            escape(&row.text),
        );
        let more = self.details.get(&(row.record, row.first)).map(more).unwrap_or_default();
        let _ = writeln!(self.body, "<div class=\"more\">{more}</div></details>");
    }

    /// What the signs mean, whose clock it is, and how the agents are called.
    fn legend(&self, names: &DrawnContacts) -> String {
        let zones: BTreeSet<&str> = self.stampers.values().map(Stamper::zone_name).collect();
        let zones: Vec<&str> = zones.into_iter().collect();
        let agents: Vec<String> = names
            .agents()
            .iter()
            .filter_map(|(agent, target)| Some(format!("{agent} {}", (*target)?)))
            .collect();
        let agents = if agents.is_empty() {
            String::new()
        } else {
            format!(" Agents with their skill targets: {}.", agents.join(", "))
        };
        format!(
            "A solid arrow is a message, a request or an answer, a dashed one a notification; ● is a change. Host clock: {}.{agents}",
            zones.join(", ")
        )
    }

    fn whole(self, header: &Header, names: &DrawnContacts) -> String {
        let heads: String = Lane::ALL
            .iter()
            .map(|lane| {
                format!("<text x=\"{}\" y=\"14\" text-anchor=\"middle\">{}</text>", at(*lane), lane.name())
            })
            .collect();
        let tasks: String =
            names.shown().map(|(short, contact, tasks)| option(names, &short, contact, tasks)).collect();
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Ladder of a ccelab run</title>\n\
             <meta name=\"viewport\" content=\"width=device-width\"><style>{}</style></head>\n<body><header>\
             <h1>Ladder of a ccelab run</h1>\n<p class=\"about\">{}, seed {}. {} A row opens by a click.</p>\n<p class=\"about\">{}</p>\n\
             <fieldset><label>task <select id=\"task\"><option value=\"\">all</option>{tasks}</select></label></fieldset>\n\
             <fieldset><legend>lanes</legend>{}</fieldset>\n<fieldset><legend>kinds</legend>{}</fieldset>\n\
             <fieldset><label>words <input id=\"words\" type=\"search\"></label> <span id=\"count\"></span></fieldset>\n\
             <div class=\"head\"><span>host clock</span><span>since</span><span>task</span><span class=\"lanes\"><svg width=\"364\">{heads}</svg></span>\
             <span></span></div></header>\n<main>\n{}</main>\n<script>{}</script></body></html>\n",
            include_str!("html/page.css"),
            escape(&header.build),
            header.seed,
            Lane::ALL.map(|lane| format!("{}: {}.", lane.name(), lane.about())).join(" "),
            escape(&self.legend(names)),
            boxes("lane", Lane::ALL.map(Lane::name)),
            boxes("kind", RowKind::DRAWN.map(RowKind::name)),
            self.body,
            include_str!("html/page.js"),
        )
    }
}

fn option(names: &DrawnContacts, short: &str, contact: &ContactId, tasks: &[cce_model::TaskId]) -> String {
    let customer = names.customer(contact).map(|name| format!(" {}", escape(&name))).unwrap_or_default();
    let tasks: Vec<String> = tasks.iter().map(ToString::to_string).collect();
    format!(
        "<option value=\"{short}\">{short}{customer} {} {}</option>",
        escape(contact.as_str()),
        tasks.join(", ")
    )
}

fn boxes<const N: usize>(name: &str, values: [&str; N]) -> String {
    let one = |value| {
        format!("<label><input type=\"checkbox\" name=\"{name}\" value=\"{value}\" checked>{value}</label>")
    };
    values.map(one).concat()
}

fn lanes_of(shape: Shape) -> Option<String> {
    match shape {
        Shape::Arrow { from, to } => Some(format!("{} {}", from.name(), to.name())),
        Shape::Mark(lane) => Some(lane.name().to_owned()),
        Shape::Counts => None,
    }
}

fn at(lane: Lane) -> usize {
    LANE / 2 + lane as usize * LANE
}

fn arrow(row: &Row) -> String {
    let mut svg = String::from("<span class=\"lanes\"><svg width=\"364\">");
    for lane in Lane::ALL {
        let x = at(lane);
        let _ = write!(svg, "<line x1=\"{x}\" y1=\"0\" x2=\"{x}\" y2=\"100%\"/>");
    }
    match row.shape {
        Shape::Arrow { from, to } => {
            let (from, to) = (at(from), at(to));
            let back = if from < to { to - 2 * HEAD } else { to + 2 * HEAD };
            let told = if row.kind == RowKind::Notification { " told" } else { "" };
            let (above, below) = (MIDDLE - HEAD, MIDDLE + HEAD);
            let _ = write!(
                svg,
                "<line class=\"arrow{told}\" x1=\"{from}\" y1=\"{MIDDLE}\" x2=\"{to}\" y2=\"{MIDDLE}\"/>\
                 <path d=\"M{to} {MIDDLE} L{back} {above} L{back} {below} Z\"/>"
            );
        }
        Shape::Mark(lane) => {
            let _ = write!(svg, "<circle cx=\"{}\" cy=\"{MIDDLE}\" r=\"{HEAD}\"/>", at(lane));
        }
        Shape::Counts => {}
    }
    svg + "</svg></span>"
}

fn more(detail: &Detail) -> String {
    let mut text = String::new();
    if !detail.fields.is_empty() {
        let cells: String = detail
            .fields
            .iter()
            .map(|(label, value)| format!("<tr><td>{}</td><td>{}</td></tr>", escape(label), escape(value)))
            .collect();
        let _ = write!(text, "<h2>fields</h2><table>{cells}</table>");
    }
    if !detail.records.is_empty() {
        let lines: String = detail.records.iter().map(|record| format!("{}\n", escape(record))).collect();
        let _ = write!(text, "<h2>journal</h2><pre class=\"journal\">{lines}</pre>");
    }
    if !detail.lines.is_empty() {
        let lines: String = detail
            .lines
            .iter()
            .map(|(number, (file, line))| format!("{}:{number}: {}\n", file.file_name(), escape(line)))
            .collect();
        let _ = write!(text, "<h2>logs</h2><pre class=\"logs\">{lines}</pre>");
    }
    text
}

fn fields(message: &AnyMessage) -> Vec<(String, String)> {
    let shown = match message {
        AnyMessage::Cti(message) => message.fields(),
        AnyMessage::Mr(message) => message.fields(),
        AnyMessage::Icm(message) => message.fields(),
        AnyMessage::Stream(_) | AnyMessage::Unreadable(_) => return Vec::new(),
    };
    shown.into_iter().map(|field| (field.label.to_owned(), field.value.to_string())).collect()
}
