//! Mistakes in scenario files: each is told with its place, and with what would be right.

use crate::support::{read, read_with};
use std::collections::BTreeMap;

/// Every mistake as `line:column: message`.
fn mistakes(text: &str) -> Vec<String> {
    let Err(error) = read(text) else { return Vec::new() };
    error
        .problems
        .iter()
        .map(|problem| format!("{}:{}: {}", problem.line, problem.column, problem.message))
        .collect()
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_one() {
    assert_eq!(mistakes("nmae = \"x\""), ["1:1: a scenario has no key `nmae`; did you mean `name`?"]);
}

#[test]
fn an_unknown_message_is_told_with_the_nearest_one() {
    let text = "[[expect]]\nnever = \"ccp > mrpg NEW_TSAK\"";
    assert_eq!(mistakes(text)[0], "2:21: there is no message `NEW_TSAK`; did you mean `NEW_TASK`?");
}

#[test]
fn an_unknown_place_is_told_with_the_nearest_one() {
    let text = "[[expect]]\nnever = \"cpp > mrpg NEW_TASK\"";
    assert_eq!(mistakes(text)[0], "2:10: there is no place `cpp`; did you mean `ccp`?");
}

#[test]
fn an_unknown_field_is_told_with_the_nearest_one() {
    let text = "[[expect]]\nnever = \"ccp > mrpg NEW_TASK Dialogue=4\"";
    let found = &mistakes(text)[0];
    assert!(found.starts_with("2:30: NEW_TASK has no field `Dialogue`; did you mean `DialogueID"), "{found}");
}

#[test]
fn a_state_that_there_is_not_is_told_with_those_that_there_are() {
    let text = "[[expect]]\nfinal = \"contact T to=hanlded\"";
    assert_eq!(
        mistakes(text),
        ["2:20: `hanlded` is none of unread, queued, reserved, handled, discarded; did you mean `handled`?"]
    );
}

#[test]
fn a_message_that_its_link_does_not_carry_is_told() {
    let text = "[[expect]]\nnever = \"mrpg > router NEW_TASK\"";
    assert!(
        mistakes(text)[0].starts_with("2:24: no `NEW_TASK` goes from mrpg to router"),
        "{:?}",
        mistakes(text)
    );
}

#[test]
fn a_way_without_a_link_is_told() {
    let text = "[[expect]]\nnever = \"router > ccp NEW_TASK\"";
    assert_eq!(mistakes(text), ["2:23: nothing goes from router to ccp: there is no link between them"]);
}

#[test]
fn a_word_that_is_no_task_is_told_with_the_names_of_customers() {
    let text = "[customers.alice]\n[[expect]]\nnever = \"contact alcie to=handled\"";
    assert_eq!(
        mistakes(text)[0],
        "3:18: `alcie` is neither KEY=VALUE nor a task such as T, T2 or T#1; did you mean `alice`?"
    );
}

#[test]
fn a_rule_does_one_thing() {
    let text = "[[rules]]\nmatch = \"ccp > mrpg NEW_TASK\"\ndrop = true\ncut = true";
    let [found] = &mistakes(text)[..] else { panic!() };
    assert!(found.contains("a rule does one thing"), "{found}");
}

#[test]
fn a_rule_is_about_a_message() {
    let text = "[[rules]]\nmatch = \"contact T\"\ndrop = true";
    assert_eq!(mistakes(text), ["2:9: a rule is about a message, not about a fact"]);
}

#[test]
fn a_step_is_for_somebody_who_is_there() {
    let text = "[agents.1081]\n[[steps]]\nat = \"1s\"\nagent = \"1082\"\ndoes = \"ready\"";
    assert!(mistakes(text)[0].starts_with("4:9: the scenario has no `1082`"), "{:?}", mistakes(text));
}

#[test]
fn a_step_tells_people_what_they_know_how_to_do() {
    let text = "[agents.1081]\n[[steps]]\nat = \"1s\"\nagent = \"1081\"\ndoes = \"pasue\"";
    assert_eq!(mistakes(text)[0], "5:8: nobody knows how to `pasue`; did you mean `pause`?");
}

#[test]
fn settings_that_are_not_there_are_told_where_they_are_set() {
    let text = "[set.\"mrd/Taks\"]\nstart_timeout = \"5s\"";
    assert_eq!(mistakes(text), ["2:1: there is no mrd `Taks`; there is \"Tasks\""]);
    let text = "[set.\"mrd/Tasks\"]\nstart_timeuot = \"5s\"";
    assert_eq!(mistakes(text), ["2:1: there is no setting `mrd/Tasks.start_timeuot`"]);
}

#[test]
fn agents_are_those_of_the_lab() {
    let found = mistakes("[agents.1099]\n");
    assert!(found[0].starts_with("1:9: the lab has no agent `1099`"), "{found:?}");
}

#[test]
fn people_have_the_settings_that_they_have() {
    assert_eq!(mistakes("[agents.1081]\nlimti = 2"), ["2:1: nobody has a setting `limti`"]);
    assert_eq!(mistakes("[customers.alice]\npoll = 3").len(), 1);
}

#[test]
fn a_check_that_is_off_exists_and_has_a_reason() {
    let text = "[checks]\noff = { one-edn = \"because\" }";
    assert_eq!(mistakes(text), ["2:9: there is no check `one-edn`; did you mean `one-end`?"]);
    assert_eq!(mistakes("[checks]\noff = { one-end = \"\" }"), ["2:19: say why the check is off"]);
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = "nmae = \"x\"\nuntil = \"soon\"\n[[rules]]\nmatch = \"nothing\"\n[[expect]]\n";
    assert_eq!(mistakes(text).len(), 5, "{:?}", mistakes(text));
}

#[test]
fn a_broken_file_is_told_with_the_place_where_it_breaks() {
    assert!(mistakes("name = \"x\n")[0].starts_with("1:"), "{:?}", mistakes("name = \"x\n"));
}

#[test]
fn an_include_that_is_not_there_is_told() {
    let found = mistakes("include = [\"nowhere.toml\"]");
    assert!(found[0].starts_with("1:12: cannot include `nowhere.toml`"), "{found:?}");
}

#[test]
fn the_file_that_includes_has_the_last_word() {
    let scenario = read("include = [\"one-task.toml\"]\nname = \"mine\"\n[agents.1081]\nlimit = 7").unwrap();
    assert_eq!(scenario.name, "mine");
    assert_eq!(scenario.lab.cast.agents.len(), 1);
    assert_eq!(scenario.lab.cast.agents[0].limit, 7);
    assert_eq!(scenario.customers, ["alice"]);
    assert_eq!(scenario.expectations.len(), 3);
}

#[test]
fn a_scenario_without_a_name_is_called_after_its_file() {
    assert_eq!(read("include = [\"one-task.toml\"]").unwrap().name, "test");
}

#[test]
fn a_parameter_has_its_first_alternative_unless_another_one_is_chosen() {
    let text =
        "[parameters]\npatience = [\"5s\", \"60s\"]\n[set.\"mrd/Tasks\"]\nstart_timeout = \"{patience}\"";
    let timeout = |scenario: cce_scenario::Scenario| scenario.lab.mrds[0].start_timeout.0.as_secs();
    assert_eq!(timeout(read(text).unwrap()), 5);
    let chosen = BTreeMap::from([("patience".to_owned(), "60s".to_owned())]);
    assert_eq!(timeout(read_with(text, &chosen).unwrap()), 60);
}

#[test]
fn a_parameter_that_is_chosen_and_not_there_is_told() {
    let unknown = BTreeMap::from([("patiense".to_owned(), "60s".to_owned())]);
    let error = read_with("[parameters]\npatience = \"5s\"", &unknown).unwrap_err();
    assert_eq!(error.problems[0].message, "there is no parameter `patiense`; did you mean `patience`?");
}

#[test]
fn a_parameter_that_is_not_there_is_told_where_it_is_used() {
    let text = "[parameters]\npatience = \"5s\"\n[[steps]]\nat = \"{patiense}\"\ncut = \"mr\"";
    assert!(mistakes(text)[0].starts_with("4:6: there is no parameter `patiense`"), "{:?}", mistakes(text));
}
