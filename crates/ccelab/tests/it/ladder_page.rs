//! The page of a ladder in a browser: its filters, and rows that open.

use crate::support::{folder, run, skip, stderr, stdout};
use std::{fs, path::Path, process::Command};

/// What a person does on the page; what is seen then stands in the title.
const DRIVER: &str = r"<script>{
const seen = [];
const rows = () => [...document.querySelectorAll('details')].filter((row) => row.checkVisibility());
const look = (what) => seen.push(`${what}=${rows().length}`);
const set = (control, change) => { change(control); control.dispatchEvent(new Event('input')); };
const box = (value) => document.querySelector(`input[value=${value}]`);
look('all');
set(document.querySelector('#task'), (select) => { select.value = 'T2'; });
seen.push(`others=${rows().filter((row) => row.dataset.task !== 'T2').length}`);
look('T2');
set(box('notifications'), (input) => { input.checked = false; });
seen.push(`notifications=${rows().filter((row) => row.dataset.kind === 'notifications').length}`);
for (const lane of ['APP', 'RTR', 'CTI', 'FIN', 'DESK']) set(box(lane), (input) => { input.checked = false; });
seen.push(`elsewhere=${rows().filter((row) => !/CCP|PIM/.test(row.dataset.lanes)).length}`);
set(document.querySelector('#words'), (input) => { input.value = 'NEW_TASK '; });
const row = rows()[0];
seen.push(`text=${row.querySelector('.text').textContent.split(' ')[0]}`);
seen.push(`closed=${!row.querySelector('.more').checkVisibility()}`);
row.querySelector('summary').click();
seen.push(`open=${row.querySelector('.more').checkVisibility()}`);
seen.push(`field=${/ScriptSelector/.test(row.querySelector('table').textContent)}`);
seen.push(`log=${/mr-pim.log/.test(row.querySelector('.logs').textContent)}`);
document.title = seen.join(' ');
}</script>";

#[test]
fn the_page_filters_by_task_lane_kind_and_words_and_a_row_opens_by_a_click() {
    let Some(browser) = browser() else {
        return skip("the page of a ladder", "install Chromium (Debian: apt-get install chromium)");
    };
    let folder = folder("ladder-page");
    assert!(run(&folder, &["sim", "two-tasks-one-agent"]).status.success());
    let drawn = run(&folder, &["ladder", ".ccelab/last/journal.jsonl", "--html", "ladder.html"]);
    assert!(drawn.status.success(), "{}", stderr(&drawn));
    let page = fs::read_to_string(folder.join("ladder.html")).unwrap();
    fs::write(folder.join("driven.html"), page.replace("</body>", &format!("{DRIVER}</body>"))).unwrap();
    let title = title(browser, &folder);
    let said = |name: &str| {
        let found = title.split(' ').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("no {name} in {title}")).to_owned()
    };
    let number = |name: &str| said(name).parse::<usize>().unwrap();
    assert!(number("T2") > 10 && number("T2") < number("all"), "{title}");
    assert_eq!([number("others"), number("notifications"), number("elsewhere")], [0, 0, 0], "{title}");
    assert_eq!(said("text"), "NEW_TASK");
    for name in ["closed", "open", "field", "log"] {
        assert_eq!(said(name), "true", "{name} in {title}");
    }
}

/// What the title of the page is once its scripts have run.
fn title(browser: &str, folder: &Path) -> String {
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .args(["--dump-dom", &format!("file://{}", folder.join("driven.html").display())])
        .output()
        .unwrap();
    let page = stdout(&output);
    let (_, rest) = page.split_once("<title>").unwrap_or_else(|| panic!("{page}{}", stderr(&output)));
    rest.split_once("</title>").unwrap().0.to_owned()
}

pub(crate) fn browser() -> Option<&'static str> {
    let is_there = |name: &&str| {
        Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success())
    };
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find(is_there)
}
