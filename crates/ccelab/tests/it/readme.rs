//! The README and the guide to a demo: their commands are run literally, in order, in one folder, and what they say of the output is compared.

use crate::support::{data_home, folder, run, skip, stderr, stdout};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Set to anything, it makes the picture be drawn anew.
const WRITE: &str = "CCELAB_WRITE_DOCS";

/// What installs the binary that is tested: it is there already.
const INSTALL: &str = "cargo install --locked --path crates/ccelab";

/// Stands for any text within a line, and alone in a line for any lines.
const ANYTHING: &str = "…";

/// Stands in the output before that of the next block.
const NEXT: &str = "=== next block";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Commands, and the output that the page tells of them.
struct Block {
    commands: String,
    output: Option<String>,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    // What stands between fences has odd numbers.
    for fenced in page.split("```").skip(1).step_by(2) {
        let (kind, text) = fenced.split_once('\n').unwrap();
        match kind {
            "sh" => blocks.push(Block { commands: text.to_owned(), output: None }),
            "text" => blocks.last_mut().unwrap().output = Some(text.to_owned()),
            _ => panic!("the README has a block of `{kind}`: it is neither commands (sh) nor output (text)"),
        }
    }
    blocks
}

/// Whether a line is as told.
fn is_like(line: &str, told: &str) -> bool {
    let mut parts = told.split(ANYTHING);
    let Some(rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut rest = Some(rest);
    let mut is_open = false;
    for part in parts {
        is_open = part.is_empty();
        rest = rest.and_then(|rest| rest.find(part).map(|at| &rest[at + part.len()..]));
    }
    rest.is_some_and(|rest| is_open || rest.is_empty())
}

/// Whether an output is as told.
fn are_like(lines: &[&str], told: &[&str]) -> bool {
    match (lines, told) {
        (_, [ANYTHING]) | ([], []) => true,
        ([_, behind @ ..], [ANYTHING, others @ ..]) => are_like(lines, others) || are_like(behind, told),
        ([line, behind @ ..], [first, others @ ..]) => is_like(line, first) && are_like(behind, others),
        ([], [_, ..]) | ([_, ..], []) => false,
    }
}

#[test]
fn an_output_is_compared_line_by_line_where_nothing_is_left_open() {
    assert!(are_like(&["a 1 b", "c"], &["a … b", "c"]) && are_like(&["x", "y", "a"], &["…", "a"]));
    assert!(
        !are_like(&["a 1 c"], &["a … b"]) && !are_like(&["a", "b"], &["a"]) && !are_like(&["ab"], &["a"])
    );
}

#[test]
fn each_command_of_the_readme_does_what_the_readme_says() {
    if Command::new("curl").arg("--version").output().is_err() {
        return skip("the README's commands", "there is no curl");
    }
    let blocks = blocks(&fs::read_to_string(root().join("README.md")).unwrap());
    assert!(blocks.len() >= 6 && blocks[0].commands.starts_with(INSTALL));
    do_what_they_say(&blocks, &folder("readme"));
}

#[test]
fn each_command_of_the_guide_to_a_demo_does_what_the_guide_says() {
    let blocks = blocks(&fs::read_to_string(root().join("docs/demo.md")).unwrap());
    assert!(blocks.len() >= 6);
    do_what_they_say(&blocks, &folder("demo-guide"));
}

#[test]
fn each_command_of_the_page_on_ccp_s_private_api_does_what_the_page_says() {
    if Command::new("curl").arg("--version").output().is_err() {
        return skip("the commands of the private API", "there is no curl");
    }
    let blocks = blocks(&fs::read_to_string(root().join("docs/ccp-private-api.md")).unwrap());
    assert_eq!(blocks.len(), 2);
    do_what_they_say(&blocks, &folder("private-api"));
}

fn do_what_they_say(blocks: &[Block], folder: &Path) {
    let commands: Vec<String> = blocks.iter().map(|block| block.commands.replace(INSTALL, "")).collect();
    let script = commands.join(&format!("\necho '{NEXT}'\n"));
    let binary = Path::new(env!("CARGO_BIN_EXE_ccelab")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(folder)
        .env("PATH", path)
        .env("XDG_DATA_HOME", data_home())
        .output()
        .unwrap();
    let said = stdout(&output);
    assert!(output.status.success(), "in {}: {said}{}", folder.display(), stderr(&output));
    let outputs: Vec<&str> = said.split(&format!("{NEXT}\n")).collect();
    assert_eq!(outputs.len(), blocks.len());
    for (block, output) in blocks.iter().zip(outputs) {
        let Some(told) = &block.output else { continue };
        let (lines, told): (Vec<&str>, Vec<&str>) = (output.lines().collect(), told.lines().collect());
        let is_end = told.first().is_some_and(|line| line.starts_with(ANYTHING) && *line != ANYTHING);
        let told = if is_end { [&[ANYTHING], &told[..]].concat() } else { told };
        assert!(
            are_like(&lines, &told),
            "{}\nsaid:\n{output}\nand not:\n{}",
            block.commands,
            told.join("\n")
        );
    }
}

#[test]
fn a_recipe_has_ten_lines_at_most() {
    for block in blocks(&fs::read_to_string(root().join("README.md")).unwrap()) {
        assert!(block.commands.lines().count() <= 10, "{}", block.commands);
    }
}

#[test]
fn the_picture_is_the_ladder_of_a_run() {
    let folder = folder("picture");
    assert!(run(&folder, &["sim", "one-task"]).status.success());
    let drawn = run(&folder, &["ladder", ".ccelab/last/journal.jsonl", "--task", "T1", "--format", "svg"]);
    let (drawn, file) = (stdout(&drawn), root().join("docs/ladder.svg"));
    if std::env::var_os(WRITE).is_some() {
        fs::write(&file, &drawn).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == drawn, "docs/ladder.svg is another: run `cargo test -p ccelab picture` with {WRITE}=1");
    assert!(drawn.contains("prefers-color-scheme:dark"));
}
