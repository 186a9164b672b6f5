//! Wrong numbers in a lab file: each numeric place gets some, and each is told at its line.

use cce_world::{BUILT_IN, ConfigPlace, Layers, load};

/// Settings that may be negative.
const SIGNED: [&str; 2] = ["first_call_id", "clock_error"];

/// Numbers of log lines, which may be as large as they like.
const LINES: [&str; 4] =
    ["finesse_line", "finesse_command_thread", "finesse_event_thread", "finesse_cti_sequence"];

/// The largest number of a TOML file.
const LARGEST: &str = "9223372036854775807";

/// Lines of `key = value` whose value is a number or a time.
fn places() -> Vec<(usize, &'static str, &'static str)> {
    let is_time = |value: &str| {
        let text = value.trim_matches('"');
        let unit = text.trim_start_matches(|sign: char| sign.is_ascii_digit());
        value.starts_with('"') && unit.len() < text.len() && ["ms", "s", "min", "h"].contains(&unit)
    };
    let is_number = |value: &str| value.bytes().all(|byte| byte.is_ascii_digit());
    let place = |(number, line): (usize, &'static str)| {
        let (key, rest) = line.split_once(" = ")?;
        let value = rest.split('#').next()?.trim();
        let counts = !value.is_empty() && (is_time(value) || is_number(value)) && !line.starts_with('#');
        counts.then_some((number, key, value))
    };
    (1..).zip(BUILT_IN.lines()).filter_map(place).collect()
}

fn with(number: usize, key: &str, value: &str) -> String {
    let other =
        |(at, line): (usize, &str)| if at == number { format!("{key} = {value}") } else { line.to_owned() };
    (1..).zip(BUILT_IN.lines()).map(other).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_wrong_number_is_told_at_its_line_wherever_it_stands() {
    let places = places();
    assert!(places.len() > 60, "{}", places.len());
    for (number, key, value) in places {
        let wrong: &[&str] = if value.starts_with('"') {
            &["\"-5s\"", "\"nan s\"", "\"99999999999999999999h\"", "5", "nan"]
        } else {
            &["-1", "99999999999999999999", LARGEST, "nan", "1.5"]
        };
        for wrong in wrong {
            let file = Some(("lab.toml".to_owned(), with(number, key, wrong)));
            match load(&Layers { file, ..Layers::default() }) {
                Ok(lab) => {
                    let is_right = (SIGNED.contains(&key) && wrong.trim_matches('"').starts_with('-'))
                        || (LINES.contains(&key) && *wrong == LARGEST);
                    assert!(is_right, "{key} = {wrong}");
                    for node in lab.nodes() {
                        assert!(lab.build(&node).is_some(), "{key} = {wrong}: {node}");
                    }
                }
                Err(error) => {
                    let is_here = |place: &ConfigPlace| matches!(place, ConfigPlace::File { line, .. } if *line == number);
                    let is_told = error.problems.iter().any(|problem| is_here(&problem.place));
                    assert!(is_told, "{key} = {wrong} (line {number}): {error}");
                }
            }
        }
    }
}

#[test]
fn a_range_that_is_no_range_is_told_and_takes_no_memory() {
    for range in ["2000..99999999999999999999", "0..18446744073709551615", "2199..2000", "1..4294967296"] {
        let text = format!("[[agents]]\nid = \"{range}\"\n");
        let error =
            load(&Layers { file: Some(("lab.toml".to_owned(), text)), ..Layers::default() }).unwrap_err();
        let is_here = |place: &ConfigPlace| matches!(place, ConfigPlace::File { line: 2, .. });
        assert!(error.problems.iter().any(|problem| is_here(&problem.place)), "{range}: {error}");
    }
}
