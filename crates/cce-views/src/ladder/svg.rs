//! The ladder as an SVG picture.

use super::{DrawnContacts, Lane, Row, RowKind, Shape, stampers};
use crate::{one_line::one_line, stamp::Stamper};
use cce_journal::Header;
use std::{collections::BTreeMap, fmt::Write};

/// Pixels from one line to the next.
const LINE: usize = 18;
/// Pixels left of the first lane: stamp, time since the start, short name.
const LEFT: usize = 240;
/// Pixels from one lane to the next.
const LANE: usize = 56;
/// Pixels of a letter at the most: fonts differ.
const LETTER: usize = 8;
/// Pixels around everything.
const MARGIN: usize = 12;
/// Half of an arrow's head.
const HEAD: usize = 4;

/// On light pages, and on dark ones where the reader prefers them.
const STYLE: &str = ".page{fill:#fff}text{font:12px monospace;fill:#222}.dim{fill:#777}.change{fill:#8a4b00}\
                     line{stroke:#ccc}.arrow{stroke:#05668d}.told{stroke-dasharray:4 3}path,circle{fill:#05668d}.mark{fill:#8a4b00}\
                     @media(prefers-color-scheme:dark){.page{fill:#0d1117}text{fill:#ddd}.dim{fill:#999}\
                     .change{fill:#e3a04f}line{stroke:#444}.arrow{stroke:#58b4d1}path,circle{fill:#58b4d1}\
                     .mark{fill:#e3a04f}}";

/// Draws rows as one picture.
#[derive(Debug)]
pub struct Svg {
    stampers: BTreeMap<Lane, Stamper>,
    body: String,
    lines: usize,
    /// Pixels that the longest words need.
    width: usize,
}

impl Svg {
    /// The picture of rows of a run that starts with this header.
    pub fn draw(header: &Header, rows: &[Row], names: &DrawnContacts) -> String {
        let mut svg = Self { stampers: stampers(header), body: String::new(), lines: 0, width: 0 };
        for (short, contact, tasks) in names.shown() {
            let tasks: Vec<String> = tasks.iter().map(ToString::to_string).collect();
            svg.words(0, "dim", &format!("{short}  contact {contact}  task {}", tasks.join(", ")));
            svg.lines += 1;
        }
        svg.legend();
        svg.lines += 1;
        let top = svg.lines * LINE;
        for lane in Lane::ALL {
            svg.words(lane_at(lane) - LANE / 4, "", lane.name());
        }
        svg.lines += 1;
        rows.iter().for_each(|row| svg.row(row, names));
        svg.whole(top)
    }

    /// Who is in which lane, and what the signs mean.
    fn legend(&mut self) {
        for lanes in Lane::ALL.chunks(4) {
            let lanes: Vec<String> =
                lanes.iter().map(|lane| format!("{} {}", lane.name(), lane.about())).collect();
            self.words(0, "dim", &lanes.join(", "));
            self.lines += 1;
        }
        self.words(
            0,
            "dim",
            "solid arrow: message, request or answer; dashed arrow: notification; ●: change",
        );
        self.lines += 1;
    }

    fn row(&mut self, row: &Row, names: &DrawnContacts) {
        if let Some(skipped) = &row.skipped {
            self.words(LEFT, "dim", &format!("… {skipped}"));
            self.lines += 1;
        }
        let stamp =
            self.stampers.get(&row.lane()).map(|stamper| stamper.clock_at(row.at)).unwrap_or_default();
        let short = row.subject.contact.as_ref().and_then(|contact| names.short(contact)).unwrap_or_default();
        match row.shape {
            Shape::Arrow { from, to } => {
                self.words(0, "dim", &format!("{stamp}  {short}"));
                self.arrow(lane_at(from), lane_at(to), row.kind);
                self.words(words_at(), "", &row.text);
            }
            Shape::Mark(lane) => {
                self.words(0, "dim", &format!("{stamp}  {short}"));
                let (x, y) = (lane_at(lane), self.middle());
                let _ = writeln!(self.body, "<circle class=\"mark\" cx=\"{x}\" cy=\"{y}\" r=\"{HEAD}\"/>");
                self.words(words_at(), "change", &row.text);
            }
            Shape::Counts => self.words(LEFT, "dim", &format!("… {}", row.text)),
        }
        self.lines += 1;
        for change in &row.changes {
            self.words(words_at() + LINE, "change", change);
            self.lines += 1;
        }
    }

    fn arrow(&mut self, from: usize, to: usize, kind: RowKind) {
        let y = self.middle();
        let back = if from < to { to - 2 * HEAD } else { to + 2 * HEAD };
        let (above, below) = (y - HEAD, y + HEAD);
        let class = if kind == RowKind::Notification { "arrow told" } else { "arrow" };
        let _ = writeln!(
            self.body,
            "<line class=\"{class}\" x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\"/>\
             <path d=\"M{to} {y} L{back} {above} L{back} {below} Z\"/>"
        );
    }

    fn words(&mut self, x: usize, class: &str, text: &str) {
        let y = self.middle() + HEAD;
        self.width = self.width.max(x + text.chars().count() * LETTER);
        let _ = writeln!(self.body, "<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{}</text>", escape(text));
    }

    fn middle(&self) -> usize {
        self.lines * LINE + LINE / 2
    }

    fn whole(self, top: usize) -> String {
        let (width, height) = (self.width + 2 * MARGIN, self.lines * LINE + 2 * MARGIN);
        let bottom = self.lines * LINE;
        let lanes = Lane::ALL.iter().fold(String::new(), |mut lines, lane| {
            let x = lane_at(*lane);
            let _ = writeln!(lines, "<line x1=\"{x}\" y1=\"{}\" x2=\"{x}\" y2=\"{bottom}\"/>", top + LINE);
            lines
        });
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" xml:space=\"preserve\">\n\
             <style>{STYLE}</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n\
             <g transform=\"translate({MARGIN} {MARGIN})\">\n{lanes}{}</g></svg>\n",
            self.body
        )
    }
}

fn lane_at(lane: Lane) -> usize {
    let at = Lane::ALL.iter().position(|other| *other == lane).unwrap_or(0);
    LEFT + LANE / 2 + at * LANE
}

fn words_at() -> usize {
    LEFT + Lane::ALL.len() * LANE + HEAD
}

/// A text as a document of HTML or SVG has it.
pub(super) fn escape(text: &str) -> String {
    let plain = one_line(text);
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_text_of_the_picture() {
        assert_eq!(escape("<b>\"a\" & b</b>"), "&lt;b&gt;&quot;a&quot; &amp; b&lt;/b&gt;");
    }
}
