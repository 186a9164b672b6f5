//! Pictures of what people see: the bytes that commands write to a terminal, on screens of 80 and of 200 columns, in a dark and in
//! a light palette. The pictures are in `target/screenshots`.

use crate::{
    ladder_page::browser,
    support::{Running, create_task, folder, skip, wait_for_status},
    top::OnTerminal,
};
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use vt100::{Cell, Color, Parser, Screen};

const WIDTHS: [u16; 2] = [80, 200];

/// Rows of a screen whose program fills it, and of one on which lines follow each other.
const FULL: u16 = 40;
const LONG: u16 = 400;

/// What text needs to be read by most people, of large text and of what is dimmed (WCAG 2.1, 1.4.3).
const CONTRAST: f64 = 3.0;

/// The colours that a terminal gives to the numbers of its palette.
struct Palette {
    name: &'static str,
    ground: u32,
    text: u32,
    numbered: [u32; 16],
}

/// As in Visual Studio Code, dark and light.
const PALETTES: [Palette; 2] = [
    Palette {
        name: "dark",
        ground: 0x1e_1e1e,
        text: 0xcc_cccc,
        numbered: [
            0x00_0000, 0xf1_4c4c, 0x0d_bc79, 0xe5_e510, 0x3b_8eea, 0xd6_70d6, 0x11_a8cd, 0xe5_e5e5,
            0x66_6666, 0xf1_4c4c, 0x23_d18b, 0xf5_f543, 0x3b_8eea, 0xd6_70d6, 0x29_b8db, 0xff_ffff,
        ],
    },
    Palette {
        name: "light",
        ground: 0xff_ffff,
        text: 0x33_3333,
        numbered: [
            0x00_0000, 0xcd_3131, 0x10_7c10, 0x79_7a00, 0x04_51a5, 0xbc_05bc, 0x05_7b96, 0x55_5555,
            0x66_6666, 0xcd_3131, 0x14_7a14, 0x7d_7a00, 0x04_51a5, 0xbc_05bc, 0x05_7b96, 0x44_4444,
        ],
    },
];

/// A scenario that fails: the agent never closes the dialog.
const FAILING: &str = r#"
name = "late"
include = ["one-task.toml"]
until = "20s"

[[expect]]
name = "the task is handled in time"
within = { from = "contact alice to=queued", to = "contact alice to=handled", time = "2s" }

[[expect]]
never = "agentpg > finesse START_TASK_EVENT alice"
"#;

#[test]
fn the_demo_on_a_terminal() {
    for columns in WIDTHS {
        let folder = folder("pictures-demo");
        let mut demo = OnTerminal::of_size(&folder, &["demo", "--fast"], (LONG, columns));
        assert!(demo.end().success());
        look_at("demo", &demo, (LONG, columns), "messages: ");
    }
}

#[test]
fn the_ladder_of_a_run_on_a_terminal() {
    for columns in WIDTHS {
        let folder = folder("pictures-run");
        let options =
            ["run", "--ports", "ephemeral", "--ready-file", "lab.ready", "--agents", "1081=auto", "--ladder"];
        let mut lab = OnTerminal::of_size(&folder, &options, (LONG, columns));
        lab.wait_for("PUT Media READY");
        let ready: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(folder.join("lab.ready")).unwrap()).unwrap();
        let app = ready["app"].as_str().unwrap();
        wait_for_status(app, &create_task(app).unwrap(), "handled");
        lab.interrupt();
        lab.end();
        look_at("run-ladder", &lab, (LONG, columns), "OFFER_TASK_EVENT");
    }
}

#[test]
fn top_on_a_terminal() {
    for columns in WIDTHS {
        let folder = folder("pictures-top");
        let lab =
            Running::start(&folder, "lab", &["--ports", "ephemeral", "--agents", "1081=accept,1082=ignore"]);
        let (app, admin) = (lab.address("app"), lab.address("admin"));
        wait_for_status(&app, &create_task(&app).unwrap(), "reserved");
        let mut top = OnTerminal::of_size(&folder, &["top", "--admin", &admin], (FULL, columns));
        top.wait_for("Held messages");
        // What it shows is on another screen, which it leaves at its end.
        look_at("top", &top, (FULL, columns), "RESERVED");
        top.press("q");
        assert!(top.end().success());
        lab.interrupt();
    }
}

#[test]
fn a_failing_expectation_on_a_terminal() {
    for columns in WIDTHS {
        let folder = folder("pictures-failing");
        fs::write(folder.join("late.toml"), FAILING).unwrap();
        let mut sim = OnTerminal::of_size(&folder, &["sim", "late.toml"], (LONG, columns));
        assert_eq!(sim.end().code(), Some(1));
        look_at("failing", &sim, (LONG, columns), "2 expectations failed");
    }
}

/// Judges a screen, and draws it in each palette.
fn look_at(name: &str, program: &OnTerminal, size: (u16, u16), part: &str) {
    program.wait_for(part);
    let mut parser = Parser::new(size.0, size.1, 0);
    parser.process(&program.bytes());
    let screen = parser.screen();
    let text = screen.contents();
    assert!(text.contains(part), "{name}: no `{part}` in\n{text}");
    assert_eq!(unread(&text), None, "{name} at {} columns:\n{text}", size.1);
    assert_eq!(broken(screen), [""; 0], "{name} at {} columns", size.1);
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../screenshots");
    fs::create_dir_all(&pictures).unwrap();
    for palette in PALETTES {
        assert_eq!(faint(screen, &palette), [""; 0], "{name}, {}", palette.name);
        let file = pictures.join(format!("{name}-{}-{}", size.1, palette.name));
        draw(screen, &palette, &file);
    }
}

/// What a terminal did not understand stands among the letters.
fn unread(text: &str) -> Option<char> {
    text.chars().find(|letter| letter.is_control() && *letter != '\n')
}

/// Parts of what people copy: commands and paths stay in one piece.
const COPIED: [&str; 6] = ["again: ", "journal", "logs", "curl -i", "-d '<Task>", "ca.pem"];

/// Lines that the terminal broke at its border, since they were too long. A command or a path that is to be copied may be.
fn broken(screen: &Screen) -> Vec<String> {
    let (rows, columns) = screen.size();
    let lines: Vec<String> = screen.rows(0, columns).collect();
    (0..rows)
        .filter(|row| screen.row_wrapped(*row))
        .map(|row| lines[usize::from(row)].clone())
        .filter(|line| !COPIED.iter().any(|part| line.contains(part)))
        .collect()
}

/// Lines with letters that are hard to read.
fn faint(screen: &Screen, palette: &Palette) -> Vec<String> {
    let (rows, columns) = screen.size();
    let is_faint = |cell: &Cell| {
        let (text, ground) = colours(cell, palette);
        cell.has_contents() && !cell.contents().trim().is_empty() && contrast(text, ground) < CONTRAST
    };
    let lines: Vec<String> = screen.rows(0, columns).collect();
    (0..rows)
        .filter(|row| (0..columns).filter_map(|column| screen.cell(*row, column)).any(is_faint))
        .map(|row| lines[usize::from(row)].clone())
        .collect()
}

fn colours(cell: &Cell, palette: &Palette) -> (u32, u32) {
    let of = |colour: Color, otherwise: u32| match colour {
        Color::Default => otherwise,
        Color::Idx(number) => *palette
            .numbered
            .get(usize::from(number))
            .expect("a colour that the palette of the terminal does not choose is not readable in every one"),
        Color::Rgb(red, green, blue) => u32::from_be_bytes([0, red, green, blue]),
    };
    let (text, ground) = (of(cell.fgcolor(), palette.text), of(cell.bgcolor(), palette.ground));
    let text = if cell.dim() { mixed(text, ground) } else { text };
    if cell.inverse() { (ground, text) } else { (text, ground) }
}

/// Dimmed text is two thirds of the way from the ground.
fn mixed(text: u32, ground: u32) -> u32 {
    let [_, text @ ..] = text.to_be_bytes();
    let [_, ground @ ..] = ground.to_be_bytes();
    let part = |at: usize| {
        let sum = u32::from(text[at]) * 2 + u32::from(ground[at]);
        u8::try_from(sum / 3).unwrap()
    };
    u32::from_be_bytes([0, part(0), part(1), part(2)])
}

/// The ratio of two colours' luminances (WCAG 2.1, 1.4.3).
fn contrast(one: u32, other: u32) -> f64 {
    let luminance = |colour: u32| {
        let [_, rgb @ ..] = colour.to_be_bytes();
        let linear = rgb.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126f64.mul_add(linear[0], 0.7152f64.mul_add(linear[1], 0.0722 * linear[2]))
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Draws the used part of a screen: a page, and its picture where there is a browser.
fn draw(screen: &Screen, palette: &Palette, file: &Path) {
    let (rows, columns) = screen.size();
    let used = (0..rows).rev().find(|row| (0..columns).any(|column| is_written(screen.cell(*row, column))));
    let used = used.map_or(0, |row| row + 1);
    let lines: String = (0..used).map(|row| drawn_row(screen, row, palette) + "\n").collect();
    let page = format!(
        "<!doctype html><meta charset=\"utf-8\"><style>body{{margin:8px;background:#{:06x}}}\
         pre{{font:14px/18px 'DejaVu Sans Mono',monospace;margin:0}}i{{font-style:normal}}</style><pre>{lines}</pre>",
        palette.ground
    );
    let source = file.with_extension("html");
    fs::write(&source, page).unwrap();
    let picture = file.with_extension("png");
    if let Some(browser) = browser() {
        photograph(browser, &source, &picture, (u32::from(columns) * 9 + 16, u32::from(used) * 18 + 16));
    } else {
        skip("pictures of terminals", "install Chromium (Debian: apt-get install chromium)");
    }
}

/// A row as text of a page, each piece in its colours.
fn drawn_row(screen: &Screen, row: u16, palette: &Palette) -> String {
    let (mut text, mut last) = (String::new(), String::new());
    for cell in (0..screen.size().1).filter_map(|column| screen.cell(row, column)) {
        let (colour, ground) = colours(cell, palette);
        let weight = if cell.bold() { "font-weight:bold;" } else { "" };
        let style = format!("{weight}color:#{colour:06x};background:#{ground:06x}");
        if style != last {
            let end = if last.is_empty() { "" } else { "</i>" };
            let _ = write!(text, "{end}<i style=\"{style}\">");
            last = style;
        }
        let letter = if cell.has_contents() { cell.contents() } else { " " };
        text.push_str(&letter.replace('&', "&amp;").replace('<', "&lt;"));
    }
    text + "</i>"
}

fn is_written(cell: Option<&Cell>) -> bool {
    cell.is_some_and(|cell| !cell.contents().trim().is_empty())
}

fn photograph(browser: &str, page: &Path, picture: &PathBuf, (width, height): (u32, u32)) {
    let profile = folder("pictures-profile");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .arg("--hide-scrollbars")
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--window-size={width},{height}"))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!("file://{}", page.canonicalize().unwrap().display()))
        .output()
        .unwrap();
    let bytes = fs::read(picture).unwrap_or_default();
    assert!(
        bytes.starts_with(b"\x89PNG") && bytes.len() > 1_000,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
