//! How `ccelab top` is drawn. Colours are those of the terminal, so that light ones and dark ones both can be read.

use super::model::Top;
use crate::print::counted;
use cce_views::{AgentStatus, DomainStatus, QueueStatus, StatusRow, ladder::RowKind};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Style, Stylize},
    text::{Line, Span},
    widgets::{Block, Paragraph},
};

/// From this width on two lists stand beside each other.
const WIDE: u16 = 110;

/// Lines of a small list, with its frame.
const LIST: u16 = 4;

/// Lines that the ladder keeps, with its frame.
const LADDER: u16 = 7;

/// Columns of a row's time, and of its task.
const SINCE: usize = 8;
const TASK: usize = 5;

/// Draws the screen.
pub(super) fn draw(top: &Top, frame: &mut Frame<'_>) {
    let width = usize::from(frame.area().width);
    let (trouble, said) =
        (wrapped(top.trouble.as_deref().unwrap_or_default(), width), wrapped(&top.said, width));
    let lines = |text: &[Line<'_>]| u16::try_from(text.len()).unwrap_or(u16::MAX);
    let (of_trouble, of_said) = (lines(&trouble), lines(&said));
    let [head, warning, lists, ladder, answer, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(of_trouble),
        Constraint::Length(lists_height(top, frame.area(), of_trouble.saturating_add(of_said))),
        Constraint::Min(LADDER),
        Constraint::Length(of_said),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    frame.render_widget(Paragraph::new(trouble).red(), warning);
    frame.render_widget(Paragraph::new(said), answer);
    frame.render_widget(Paragraph::new(heading(top)), head);
    let [agents_area, waiting_area, held_area] = areas(lists);
    frame.render_widget(list("Agents", agents(top), agents_area), agents_area);
    frame.render_widget(list("Waiting tasks", waiting(top), waiting_area), waiting_area);
    let shown = held(top, usize::from(held_area.height.saturating_sub(2)));
    frame.render_widget(list("Held messages", shown, held_area), held_area);
    frame.render_widget(list("Ladder", rows(top, ladder), ladder), ladder);
    let keys = Line::from("q quits   ↑ ↓ choose a held message   r releases it   a releases all");
    frame.render_widget(Paragraph::new(keys.dim()), foot);
}

/// What all three lists take of the screen: what they need, up to half of a large one, and what the ladder leaves of a small one.
fn lists_height(top: &Top, screen: Rect, told: u16) -> u16 {
    let wanted = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2).max(LIST);
    let agents = wanted(agents(top).len());
    let right = wanted(waiting(top).len()).saturating_add(wanted(top.held.len()));
    if screen.width >= WIDE {
        return agents.max(right).clamp(2 * LIST, (screen.height / 2).max(2 * LIST));
    }
    let room = screen.height.saturating_sub(3 + LADDER).saturating_sub(told);
    agents.saturating_add(right).min(room).max(3 * LIST)
}

fn areas(lists: Rect) -> [Rect; 3] {
    if lists.width >= WIDE {
        let [agents, right] = Layout::horizontal([Constraint::Fill(3), Constraint::Fill(2)]).areas(lists);
        let [waiting, held] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(right);
        return [agents, waiting, held];
    }
    Layout::vertical([Constraint::Min(LIST), Constraint::Length(LIST), Constraint::Length(LIST)]).areas(lists)
}

/// A list in a frame. What does not fit is counted in the frame.
fn list(title: &str, mut lines: Vec<Line<'static>>, area: Rect) -> Paragraph<'static> {
    let room = usize::from(area.height.saturating_sub(2));
    let more = lines.len().saturating_sub(room);
    lines.truncate(room);
    let width = usize::from(area.width.saturating_sub(2));
    let lines: Vec<Line<'static>> = lines.into_iter().map(|line| cut(line, width)).collect();
    let mut block = Block::bordered().title(format!(" {title} ")).border_style(Style::new().dim());
    if more > 0 {
        block = block.title_bottom(Line::from(format!(" and {more} more ")).right_aligned());
    }
    Paragraph::new(lines).block(block)
}

/// What is too wide ends in `…`, so that nobody takes it for all.
fn cut(line: Line<'static>, width: usize) -> Line<'static> {
    if line.width() <= width {
        return line;
    }
    let mut room = width.saturating_sub(1);
    let mut spans = Vec::new();
    for span in line.spans {
        let kept: String = span.content.chars().take(room).collect();
        room -= kept.chars().count();
        spans.push(Span::styled(kept, span.style));
    }
    spans.push(Span::raw("…"));
    Line { spans, ..Line::default() }.style(line.style)
}

fn heading(top: &Top) -> Vec<Line<'static>> {
    let (tasks, rates) = (top.lab.tasks, top.lab.rates);
    let messages = counted(rates.messages_per_minute, "message");
    let first = Line::from(vec![
        Span::raw("ccelab ").bold(),
        Span::raw(format!("{}  running for {}, {messages} a minute", top.address, span(top.lab.at_ms))),
    ]);
    let (created, handled) = (rates.created_per_minute, rates.handled_per_minute);
    let second = Line::from(vec![
        Span::raw(format!(
            "{} open, {} handled, {} discarded",
            counted(tasks.open, "task"),
            tasks.handled,
            tasks.discarded
        )),
        Span::raw(format!("; in the last minute {created} new, {handled} handled")).dim(),
    ]);
    vec![first, second]
}

/// A text in lines of that width, which end between words where they can; none where it says nothing.
fn wrapped(text: &str, width: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.into_iter().map(Line::from).collect()
}

fn agents(top: &Top) -> Vec<Line<'static>> {
    if top.lab.agents.is_empty() {
        return vec![Line::from("no agent has signed in").dim()];
    }
    let mut lines: Vec<Line<'static>> =
        top.lab.agents.iter().map(|agent| one_agent(agent, top.lab.at_ms)).collect();
    if top.lab.more_agents > 0 {
        lines.push(Line::from(format!("and {} more agents", top.lab.more_agents)).dim());
    }
    lines
}

/// `1080  Tasks ACTIVE 1/3 for 4 s   T1 ACTIVE for 4 s`
fn one_agent(agent: &AgentStatus, now: u64) -> Line<'static> {
    let mut spans = vec![Span::raw(format!("{:<8}", agent.agent)).bold()];
    if agent.domains.is_empty() {
        spans.push(Span::raw(agent.user.clone()).dim());
    }
    for domain in &agent.domains {
        spans.push(Span::raw(format!("{} ", domain.domain)).dim());
        spans.push(state(domain));
        spans.push(
            Span::raw(format!(" {}/{} {}  ", domain.tasks, domain.limit, ago(now, domain.since_ms))).dim(),
        );
    }
    for dialog in &agent.dialogs {
        spans.push(Span::raw(format!("{} ", dialog.task)).bold());
        spans.push(Span::raw(format!("{} {}  ", dialog.state, ago(now, dialog.since_ms))));
    }
    Line::from(spans)
}

fn state(domain: &DomainStatus) -> Span<'static> {
    let text = Span::raw(domain.state.clone());
    match domain.state.as_str() {
        "ACTIVE" | "RESERVED" | "WORK_READY" => text.yellow(),
        "NOT_ACTIVE" if domain.routable => text.green(),
        _ => text.dim(),
    }
}

fn waiting(top: &Top) -> Vec<Line<'static>> {
    if top.lab.queues.is_empty() {
        return vec![Line::from("no task waits").dim()];
    }
    top.lab.queues.iter().flat_map(|queue| one_queue(queue, top.lab.at_ms)).collect()
}

/// The place, and then each task with its time.
fn one_queue(queue: &QueueStatus, now: u64) -> Vec<Line<'static>> {
    let head = Line::from(vec![
        Span::raw(counted(queue.count, "task")).bold(),
        Span::raw(format!(" {}", queue.place)),
    ]);
    let task = |(task, since): &(String, u64)| Line::from(format!("  {task:<6} {}", ago(now, *since)));
    std::iter::once(head).chain(queue.waiting.iter().map(task)).collect()
}

/// As many as there is room for, and the chosen one among them.
fn held(top: &Top, room: usize) -> Vec<Line<'static>> {
    if top.held.is_empty() {
        return vec![Line::from("no message is held").dim()];
    }
    let one = |(place, held): (usize, &crate::admin::HeldView)| {
        let to = held.to.as_deref().unwrap_or("outside");
        let about = held.about.as_deref().map(|about| format!(" {about}")).unwrap_or_default();
        let text = format!(
            "{} {} > {to} {}{about}  {}  by {}",
            held.ticket,
            held.from,
            held.message,
            ago(top.lab.at_ms, held.since_ms),
            held.rule
        );
        if place == top.chosen {
            Line::from(format!("▶ {text}")).bold()
        } else {
            Line::from(format!("  {text}"))
        }
    };
    let from = (top.chosen + 1).saturating_sub(room);
    top.held.iter().enumerate().skip(from).map(one).collect()
}

/// The last rows that there is room for, below the names of the lanes.
fn rows(top: &Top, area: Rect) -> Vec<Line<'static>> {
    let room = usize::from(area.height.saturating_sub(3));
    let width = usize::from(area.width.saturating_sub(2));
    let lines: Vec<Line<'static>> = top.lab.rows.iter().flat_map(|row| one_row(row, width)).collect();
    let from = lines.len().saturating_sub(room);
    let head = Line::from(format!("{:<SINCE$}{:<TASK$}{}", "since", "task", StatusRow::head())).dim();
    std::iter::once(head).chain(lines.into_iter().skip(from)).collect()
}

/// What a row changed stands below it where it does not fit beside it.
fn one_row(row: &StatusRow, width: usize) -> Vec<Line<'static>> {
    let lanes = Span::raw(row.lanes.clone());
    let lanes = match row.kind {
        RowKind::Notification => lanes.blue(),
        RowKind::Message | RowKind::Request | RowKind::Answer => lanes.cyan(),
        RowKind::Change | RowKind::Connection | RowKind::Counted => lanes.magenta(),
    };
    let mut line = Line::from(vec![
        Span::raw(format!("{:<SINCE$}", row.since)).dim(),
        Span::raw(format!("{:<TASK$}", row.task)).bold(),
        lanes,
        Span::raw(row.text.clone()),
    ]);
    if row.changes.is_empty() {
        return vec![line];
    }
    let changes = Span::raw(format!("  ● {}", row.changes)).green();
    if line.width() + changes.width() <= width {
        line.push_span(changes);
        return vec![line];
    }
    let indent = Span::raw(" ".repeat(SINCE + TASK + row.lanes.chars().count()));
    vec![line, Line::from(vec![indent, changes])]
}

fn ago(now: u64, since: u64) -> String {
    format!("for {}", span(now.saturating_sub(since)))
}

/// A span of time: `4 s`, `2 min 5 s`, `3 h 10 min`.
fn span(millis: u64) -> String {
    let seconds = millis / 1_000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_views::{DialogStatus, LabRates, LabStatus, TaskCounts};
    use ratatui::{Terminal, backend::TestBackend};
    use serde_json::json;

    fn sample() -> Top {
        let mut top = Top::new("127.0.0.1:8090");
        let domain = |state: &str, tasks, since_ms| DomainStatus {
            domain: "Tasks".into(),
            state: state.into(),
            since_ms,
            tasks,
            limit: 3,
            routable: true,
        };
        let dialog = DialogStatus { task: "T1".into(), state: "ACTIVE".into(), since_ms: 62_000 };
        let busy = AgentStatus {
            agent: "1080".into(),
            user: "NOT_READY".into(),
            domains: vec![domain("ACTIVE", 1, 60_000)],
            dialogs: vec![dialog],
        };
        let free = AgentStatus {
            agent: "1081".into(),
            user: "NOT_READY".into(),
            domains: vec![domain("NOT_ACTIVE", 0, 2_000)],
            dialogs: Vec::new(),
        };
        let row = |at: u64, kind, lanes: &str, text: &str| StatusRow {
            since: format!("+{at}.000"),
            task: "T1".into(),
            lanes: lanes.into(),
            kind,
            text: text.into(),
            changes: if at == 60 { "task OFFERED→ACTIVE".into() } else { String::new() },
        };
        let lab = LabStatus {
            at_ms: 65_000,
            tasks: TaskCounts { created: 3, open: 2, handled: 1, discarded: 0 },
            rates: LabRates { created_per_minute: 2, handled_per_minute: 1, messages_per_minute: 87 },
            agents: vec![busy, free],
            more_agents: 0,
            queues: vec![QueueStatus {
                place: "in queue CumulusTask, at step 1".into(),
                count: 1,
                waiting: vec![("T3".into(), 50_000)],
            }],
            rows: vec![
                row(60, RowKind::Message, "│   │   │   │   │◄──┤   │   ", "START_TASK_IND 1080"),
                row(
                    61,
                    RowKind::Notification,
                    "│   │   │   │   │   ├╌╌►│   ",
                    "1080 notified: PUT Dialog ACTIVE",
                ),
            ],
        };
        let held = json!([
            {"ticket": 4, "rule": "late", "message": "NEW_TASK", "from": "ccp", "to": "mrpg", "about": "T2", "since_ms": 61_000},
            {"ticket": 5, "rule": "late", "message": "CANCEL_TASK", "from": "ccp", "to": "mrpg", "about": "T2", "since_ms": 64_000},
        ]);
        top.take_in(lab, serde_json::from_value(held).unwrap());
        top
    }

    fn drawn(top: &Top, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(top, frame)).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn the_screen_at_80_columns() {
        insta::assert_snapshot!(drawn(&sample(), 80, 24));
    }

    #[test]
    fn the_screen_at_200_columns() {
        insta::assert_snapshot!(drawn(&sample(), 200, 50));
    }

    #[test]
    fn the_chosen_message_is_on_the_screen() {
        let mut top = sample();
        top.chosen = 1;
        assert!(drawn(&top, 80, 20).contains("▶ 5 ccp > mrpg CANCEL_TASK"));
    }

    #[test]
    fn a_lab_that_has_just_begun_says_what_there_is_not() {
        let drawn = drawn(&Top::new("127.0.0.1:8090"), 80, 24);
        for part in ["no agent has signed in", "no task waits", "no message is held"] {
            assert!(drawn.contains(part), "{drawn}");
        }
    }

    #[test]
    fn a_lab_that_does_not_answer_is_said_to() {
        let mut top = sample();
        top.lose("no lab answers at 127.0.0.1:8090".into());
        assert!(drawn(&top, 100, 24).contains("no lab answers at 127.0.0.1:8090"));
    }

    #[test]
    fn trouble_and_the_answer_to_a_key_are_whole_at_80_columns() {
        let mut top = sample();
        top.lose(format!("{} for-no-known-reason", "no lab answers at 127.0.0.1:8090 ".repeat(3)));
        top.said = format!("/held/4/release: {} gone-for-good", "the message that was held ".repeat(4));
        let drawn = drawn(&top, 80, 24);
        for part in ["for-no-known-reason", "gone-for-good", "q quits", "a releases all"] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
    }

    #[test]
    fn what_is_too_wide_ends_in_an_ellipsis() {
        let mut top = sample();
        top.lab.agents[0].domains[0].domain = "A domain with a name of many words ".repeat(3);
        assert!(drawn(&top, 80, 24).lines().any(|line| line.contains("…│")), "{}", drawn(&top, 80, 24));
    }

    #[test]
    fn a_very_small_terminal_is_drawn_all_the_same() {
        for (width, height) in [(1, 1), (20, 5), (200, 3)] {
            drawn(&sample(), width, height);
        }
    }

    #[test]
    fn spans_are_said_in_the_units_of_people() {
        assert_eq!([4_999, 125_000, 11_400_000].map(span), ["4 s", "2 min 5 s", "3 h 10 min"]);
    }
}
