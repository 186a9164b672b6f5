//! Configurations: the built-in lab, files over it, the environment on top, and everything that can be wrong.

use cce_ccp::SystemFailureName;
use cce_kernel::Port;
use cce_model::{InterruptAction, LogoutAction, MediaConnected, MediaElement, SkillTarget};
use cce_world::{
    CastAgent, CastCustomer, ConfigPlace, ConfigProblem, Lab, Layers, Override, PlainSetting, Release,
    ShowDetail, Span, load, show,
};
use std::time::Duration;

/// One mistake of every kind, each on a line of its own.
const MISTAKES: &str = r#"
[ccp]
poll_lifetime = "soon"
pol_lifetime = "1min"

[cpp]
node_value = "0A000001"

[router]
first_invoke_id = "many"

[[scripts]]
name = "CumulusTask"
precision_queue = "Nowhere"
priority = 5
"#;

#[test]
fn the_built_in_lab_is_fine() {
    let lab = load(&Layers::default()).unwrap();
    assert_eq!(lab.agents.len(), 4);
    assert_eq!(lab.ccp.poll_lifetime, minutes(5));
}

#[test]
fn every_mistake_of_a_file_is_told_at_once_with_its_line_and_key() {
    let mut found: Vec<(usize, String)> =
        problems(MISTAKES).iter().map(|problem| (line(problem), problem.key.clone())).collect();
    found.sort();
    let expected = [
        (3, "ccp.poll_lifetime"),
        (4, "ccp.pol_lifetime"),
        (6, "cpp"),
        (10, "router.first_invoke_id"),
        (14, "scripts.0.precision_queue"),
    ];
    assert_eq!(found, expected.map(|(line, key)| (line, key.to_owned())));
}

/// Call ids from 0x70000000 on are of tasks that an application routed itself.
#[test]
fn the_first_call_id_leaves_room_for_a_days_tasks() {
    for (first, wrong) in [
        (0, vec![]),
        (0x37FF_FFFF, vec![]),
        (-1, vec!["router.first_call_id"]),
        (0x3800_0000, vec!["router.first_call_id"]),
    ] {
        assert_eq!(keys(&format!("[router]\nfirst_call_id = {first}\n")), wrong, "{first}");
    }
}

/// TR-325, CC-110: one payload has 2,000 bytes, of which each variable takes 5 and its length.
#[test]
fn expanded_variables_that_need_more_than_a_payload_are_refused() {
    for (last, wrong) in [(60, vec![]), (61, vec!["ecc_variables"])] {
        let variables = (0..9).map(|number| variable(&format!("user.v{number}"), 210));
        let lab: String = variables.chain([variable("user.last", last)]).collect();
        assert_eq!(keys(&lab), wrong, "{last}");
    }
}

#[test]
fn an_expanded_variable_has_a_name_and_a_length_that_cce_can_have() {
    let (longest, longer) = (format!("user.{}", "n".repeat(27)), format!("user.{}", "n".repeat(28)));
    for (name, length, wrong) in [
        (longest.as_str(), 210, None),
        ("user.a", 1, None),
        (&longer, 1, Some("name")),
        ("user.", 1, Some("name")),
        ("case", 1, Some("name")),
        ("user.a", 0, Some("length")),
        ("user.a", 211, Some("length")),
    ] {
        let expected: Vec<String> = wrong.iter().map(|key| format!("ecc_variables.0.{key}")).collect();
        assert_eq!(keys(&variable(name, length)), expected, "{name} {length}");
    }
    let array = format!("{}elements = 0\n", variable("user.a", 1));
    assert_eq!(keys(&array), ["ecc_variables.0.elements"]);
}

fn variable(name: &str, length: u32) -> String {
    format!("[[ecc_variables]]\nname = \"{name}\"\nlength = {length}\n")
}

/// The keys of everything that is wrong.
fn keys(text: &str) -> Vec<String> {
    let problems = load(&file(text)).err().map(|wrong| wrong.problems).unwrap_or_default();
    problems.into_iter().map(|problem| problem.key).collect()
}

/// Two elements of a list, each with a misspelt key, which is therefore missing, and a value of a wrong kind.
const MISSPELT: &str = r#"
[[mrds]]
id = 5012
nmae = "Mails"
description = "Mail"
interruptible = "yes"
start_timeout = "30s"
task_life = "20min"

[[mrds]]
id = 5013
name = "Chats"
descripton = "Chat"
interruptible = false
start_timout = "30s"
task_life = "20min"

[[mrpg.applications]]
peripherall = 5002
connect = 7

[[dialed_numbers]]
number = "CumulusTask"
mrd = "Mails"
"#;

#[test]
fn missing_and_unknown_settings_of_every_element_are_told_and_nothing_that_follows_from_them() {
    let found: Vec<(usize, String, String)> = problems(MISSPELT)
        .into_iter()
        .map(|problem| (line(&problem), problem.key.clone(), problem.message))
        .collect();
    let told = |key: &str| {
        let found = found.iter().find(|(_, found, _)| found == key);
        found.map(|(line, _, message)| (*line, message.as_str()))
    };
    let missing = "this setting is missing";
    let expected = [
        ("mrds.0.name", 2, missing),
        ("mrds.0.nmae", 4, "there is no such setting; did you mean `name`?"),
        ("mrds.0.interruptible", 6, "invalid type: string \"yes\", expected a boolean"),
        ("mrds.1.description", 10, missing),
        ("mrds.1.start_timeout", 10, missing),
        ("mrds.1.descripton", 13, "there is no such setting; did you mean `description`?"),
        ("mrds.1.start_timout", 15, "there is no such setting; did you mean `start_timeout`?"),
        ("mrpg.applications.0.peripheral", 18, missing),
        ("mrpg.applications.0.peripherall", 19, "there is no such setting; did you mean `peripheral`?"),
    ];
    for (key, line, message) in expected {
        assert_eq!(told(key), Some((line, message)), "{key} in {found:?}");
    }
    assert!(told("mrpg.applications.0.connect").is_some());
    assert_eq!(found.len(), expected.len() + 1, "{found:?}");
}

#[test]
fn a_domain_s_longest_task_is_eight_hours_unless_it_says_otherwise() {
    let domain = "id = 5011\nname = \"Tasks\"\ndescription = \"\"\ninterruptible = true\nstart_timeout = \"30s\"\n\
                  task_life = \"20min\"\n";
    let longest = |more: &str| {
        let lab = load(&file(&format!("[[mrds]]\n{domain}{more}"))).unwrap();
        lab.mrds[0].max_task_duration
    };
    assert_eq!(longest(""), minutes(480));
    assert_eq!(longest("max_task_duration = \"1h\"\n"), minutes(60));
}

#[test]
fn a_problem_names_file_line_key_and_what_is_wrong() {
    let problems = problems("[[dialed_numbers]]\nnumber = \"Sales\"\nmrd = \"Mails\"\n");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["my-lab.toml:3: `dialed_numbers.0.mrd`: there is no domain `Mails`; there is `Tasks`"]);
}

#[test]
fn applications_contradict_neither_each_other_nor_the_lab() {
    let application = |lines: &str| problems(&format!("[[mrpg.applications]]\n{lines}\n"));
    let cases = [
        (
            "peripheral = 5001\nrouting_client = 1\nconnect = [\"a:1\"]",
            2,
            "another PIM or PG has peripheral 5001",
        ),
        (
            "peripheral = 7\nrouting_client = 5004\nconnect = [\"a:1\"]",
            3,
            "another PIM has routing client 5004",
        ),
        ("peripheral = 7\nconnect = []", 3, "write where the application listens, as host:port"),
        ("peripheral = 7\nconnect = [\"here\"]", 3, "`here` has no port; write host:port"),
    ];
    for (lines, at, message) in cases {
        let found = application(lines);
        assert_eq!((found.len(), line(&found[0]), found[0].message.as_str()), (1, at, message));
    }
}

#[test]
fn a_syntax_error_names_its_line() {
    let problems = problems("[ccp]\nnode_value = \n");
    assert_eq!(problems.iter().map(line).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_file_changes_only_what_it_names() {
    let built_in = load(&Layers::default()).unwrap();
    let mut lab = load(&file("[ccp]\npoll_lifetime = \"2min\"\n")).unwrap();
    assert_eq!(lab.ccp.poll_lifetime, minutes(2));
    lab.ccp.poll_lifetime = built_in.ccp.poll_lifetime;
    assert_eq!(lab, built_in);
}

#[test]
fn the_environment_wins_over_the_file() {
    let layers = with_variable("CCELAB__CCP__POLL_LIFETIME", "1min");
    assert_eq!(load(&layers).unwrap().ccp.poll_lifetime, minutes(1));
}

#[test]
fn a_text_setting_of_the_environment_may_look_like_a_number() {
    let layers = with_variable("CCELAB__CCP__NODE_VALUE", "10000001");
    assert_eq!(load(&layers).unwrap().ccp.node_value, "10000001");
}

#[test]
fn a_wrong_environment_variable_is_named() {
    let error = load(&with_variable("CCELAB__CCP__POLL_LIFETIME", "soon")).unwrap_err();
    let places: Vec<&ConfigPlace> = error.problems.iter().map(|problem| &problem.place).collect();
    assert_eq!(places, [&ConfigPlace::Override("CCELAB__CCP__POLL_LIFETIME".into())]);
}

#[test]
fn the_command_line_wins_over_the_environment() {
    let mut layers = with_variable("CCELAB__CCP__POLL_LIFETIME", "1min");
    let (key, value) = ("ccp.poll_lifetime".into(), "3min".into());
    layers.overrides = vec![Override { key, value, option: "--poll-lifetime".into() }];
    assert_eq!(load(&layers).unwrap().ccp.poll_lifetime, minutes(3));
}

#[test]
fn the_profile_of_a_release_lies_below_what_a_file_says() {
    let lab = load(&file("release = \"11.6\"\n[finesse]\nmedia_element = \"media\"\n")).unwrap();
    let finesse = &lab.finesse;
    assert_eq!(finesse.notification_namespace, "http://jabber.org/protocol/pubsub");
    assert_eq!(
        (finesse.media_element, lab.link(Port::Desk).unwrap().plain),
        (MediaElement::Small, PlainSetting::Served)
    );
    assert_eq!(
        (lab.ccp.system_failure, finesse.media_connected),
        (SystemFailureName::SocialMiner, MediaConnected::Hidden)
    );
    let lab = load(&file("release = \"15.0\"\n")).unwrap();
    assert_eq!(
        (lab.ccp.system_failure, lab.finesse.media_connected),
        (SystemFailureName::CustomerCollaborationPlatform, MediaConnected::Shown)
    );
    let lab = load(&with_variable("CCELAB__RELEASE", "12.6")).unwrap();
    assert_eq!(lab.release, Release::R12_6);
    let treated = |port| lab.link(port).unwrap().plain;
    assert_eq!(treated(Port::App), PlainSetting::Served);
    assert_eq!(treated(Port::Desk), PlainSetting::Redirected);
    assert_eq!((treated(Port::Xmpp), treated(Port::Bosh)), (PlainSetting::Off, PlainSetting::Off));
}

#[test]
fn a_release_needs_no_quotation_marks() {
    for (text, release) in [("11.6", Release::R11_6), ("15.0", Release::R15_0), ("15", Release::R15_0)] {
        assert_eq!(load(&file(&format!("release = {text}\n"))).unwrap().release, release);
    }
}

#[test]
fn a_release_that_there_is_not_is_told_with_those_that_there_are() {
    let error = load(&file("release = \"12.0\"\n")).unwrap_err();
    assert_eq!(error.problems.len(), 1, "{error:?}");
    let told = error.problems[0].to_string();
    assert!(told.starts_with("my-lab.toml:1: `release`: ") && told.contains("`12.5`"), "{told}");
}

#[test]
fn clients_in_plain_are_turned_away_only_where_there_is_another_way_in() {
    let told = |text: &str| load(&file(text)).unwrap_err().problems[0].to_string();
    let without = told("release = \"12.6\"\n[tls]\nenabled = false\n");
    assert!(without.starts_with("release 12.6: `links.") && without.contains("no way in"), "{without}");
    let stream = told("[links.cti-a]\nplain = \"redirected\"\n");
    assert!(stream.contains("only requests of HTTP"), "{stream}");
    assert!(told("[links.mr]\nplain = \"off\"\n").contains("no way in"));
    assert!(told("[links.admin]\nplain = \"off\"\n").contains("the lab's own"));
}

#[test]
fn a_dialed_number_needs_no_call_type() {
    let lab = load(&file("[[dialed_numbers]]\nnumber = \"Sales\"\nmrd = \"Tasks\"\n")).unwrap();
    assert_eq!(lab.dialed_numbers[0].call_type, None);
}

#[test]
fn a_lab_that_is_shown_loads_again_as_the_same_lab() {
    assert_shown_loads_again(&load(&Layers::default()).unwrap());
}

#[test]
fn a_lab_with_every_optional_setting_loads_again_too() {
    let mut lab = load(&Layers::default()).unwrap();
    lab.ccp.application_id = Some("11111111-2222-4333-8444-555555555555".into());
    lab.router.first_call_id = Some(4_711);
    lab.mrds[0].max_in_queue = Some(10);
    let last = lab.precision_queues[0].steps[0].clone();
    lab.precision_queues[0].steps[0].wait = Some(minutes(1));
    lab.precision_queues[0].steps.push(last);
    lab.demo.customers[0].cancel_after = Some(minutes(1));
    let agent = &mut lab.demo.agents[0];
    agent.interrupt_action = InterruptAction::Ignore;
    agent.dialog_logout_action = LogoutAction::Transfer;
    [agent.not_ready, agent.sign_out, agent.crash] = [Some(minutes(1)); 3];
    [agent.pause, agent.resume, agent.wrap_up] = [Some(minutes(2)); 3];
    assert_shown_loads_again(&lab);
}

#[test]
fn people_without_times_load_again_too() {
    let mut lab = load(&Layers::default()).unwrap();
    lab.demo.agents = vec![CastAgent::new("1081".into())];
    lab.demo.customers = vec![CastCustomer::new(100_080, "CumulusTask")];
    assert_shown_loads_again(&lab);
}

fn assert_shown_loads_again(lab: &Lab) {
    let mut own = toml::Table::try_from(lab).unwrap();
    // The people of a run are no setting.
    own.retain(|section, _| !["cast", "tables"].contains(&section));
    let shown = show(&file(&own.to_string()), ShowDetail::Whole).unwrap();
    assert_eq!(load(&file(&shown)).as_ref(), Ok(lab));
}

fn problems(text: &str) -> Vec<ConfigProblem> {
    load(&file(text)).unwrap_err().problems
}

fn line(problem: &ConfigProblem) -> usize {
    let ConfigPlace::File { name, line, .. } = &problem.place else { panic!("{problem} is in no file") };
    assert_eq!(name, "my-lab.toml");
    *line
}

fn file(text: &str) -> Layers {
    Layers { file: Some(("my-lab.toml".into(), text.into())), ..Layers::default() }
}

/// An environment variable over a file that says two minutes.
fn with_variable(name: &str, value: &str) -> Layers {
    let mut layers = file("[ccp]\npoll_lifetime = \"2min\"\n");
    layers.environment.insert(name.into(), value.into());
    layers
}

fn minutes(number: u64) -> Span {
    Span(Duration::from_secs(60 * number))
}

#[test]
fn first_numbers_of_logs_and_latencies_are_read_and_checked() {
    let text = "[logs.first.ccp]\nccpapi.EVENTING = 113\n[latency.to_listener]\nicm-mr = \"2ms\"\n";
    let file = Some(("my-lab.toml".to_owned(), text.to_owned()));
    let lab = load(&Layers { file, ..Layers::default() }).unwrap();
    assert_eq!(lab.logs.first.ccp["ccpapi"]["EVENTING"], 113);
    assert_eq!(lab.latency.to_listener[&Port::IcmMr].to_string(), "2ms");
    let wrong = "[logs.first.ccp]\nccpapi.EVENTS = 1\nccp.FEEDS = 1\n[latency]\ndefault = \"soon\"\n\
                 [latency.to_listener]\nicm = \"2ms\"\n";
    let found: Vec<String> = problems(wrong).iter().map(ToString::to_string).collect();
    let expected = [
        "there is no component `EVENTS`; there is `EVENTING`",
        "there is no log `ccp`; there is `ccppublicapps`",
        "write 2ms, 50us..400us or lognormal 2ms 50%",
        "unknown variant `icm`, expected one of `app`",
    ];
    for part in expected {
        assert!(found.iter().any(|told| told.contains(part)), "no `{part}` in {found:#?}");
    }
}

/// A lab of 200 agents and nothing else of its own.
const MANY: &str = r#"
[[agents]]
id = "2000..2199"
login_name = "agent{id}"
first_name = "Agent"
last_name = "{id}"
password = "secret"
extension = "3000..3199"
terminal = "T{id}"
skill_target = 6000
mrds = ["Tasks"]
"#;

#[test]
fn many_alike_agents_are_one_entry_and_the_rest_of_the_lab_follows() {
    let lab = load(&file(MANY)).unwrap_or_else(|error| panic!("{:?}", error.problems));
    assert_eq!(lab.agents.len(), 200);
    let last = &lab.agents[199];
    assert_eq!(
        (last.id.as_str(), last.extension.as_str(), last.skill_target),
        ("2199", "3199", SkillTarget(6199))
    );
    assert_eq!((last.login_name.as_str(), last.terminal.as_str()), ("agent2199", "T2199"));
    assert_eq!(lab.demo.agents[0].id.as_str(), "2000");
    let in_queues = lab.precision_queues.iter().flat_map(|queue| &queue.steps);
    assert!(in_queues.clone().count() > 0 && in_queues.clone().all(|step| step.agents.len() == 200));
}

#[test]
fn a_range_that_does_not_count_along_is_told_where_it_stands() {
    let said = |from: &str, to: &str| {
        let error = load(&file(&MANY.replace(from, to))).unwrap_err();
        error.problems[0].to_string()
    };
    assert_eq!(
        said("3000..3199", "3000..3100"),
        "my-lab.toml:8: `agents.0.extension`: `3000..3100` stands for 101, and the entry for 200"
    );
    assert_eq!(
        said("2000..2199", "2199..2000"),
        "my-lab.toml:3: `agents.0.id`: `2199..2000` counts down: the second number is the larger one"
    );
    assert!(said("2000..2199", "0..99999999").ends_with("stands for more than 10000"));
}

#[test]
fn a_range_counts_along_from_whole_numbers_alone() {
    for wrong in ["6000.0", "6000.5"] {
        let error = load(&file(&MANY.replace("skill_target = 6000", &format!("skill_target = {wrong}"))))
            .unwrap_err();
        let said: Vec<String> = error.problems.iter().map(ToString::to_string).collect();
        assert!(said.len() == 1 && said[0].contains("`agents.0.skill_target`"), "{said:?}");
        assert!(said[0].contains(wrong), "{said:?}");
    }
}

#[test]
fn a_lab_with_numbers_of_its_own_has_a_demo_that_dials_them() {
    let text = "[[dialed_numbers]]\nnumber = \"Chat\"\nmrd = \"Tasks\"\ncall_type = 5001\n";
    let built_in = load(&Layers::default()).unwrap();
    let text = text.replace("5001", &built_in.call_types[0].id.to_string());
    let lab = load(&file(&text)).unwrap_or_else(|error| panic!("{:?}", error.problems));
    assert!(lab.demo.customers.iter().all(|customer| customer.script_selector == "Chat"));
}

/// A lab of alike agents: what stands here in the place of the entry's settings.
fn alike(settings: &str) -> Vec<String> {
    let rest = "first_name = \"A\"\nlast_name = \"B\"\npassword = \"p\"\n";
    let text = format!("[[agents]]\nid = \"2000..4000\"\n{rest}{settings}");
    let layers = Layers { file: Some(("lab.toml".into(), text)), ..Layers::default() };
    load(&layers).map_or_else(
        |error| error.problems.iter().map(|problem| problem.message.clone()).collect(),
        |_| Vec::new(),
    )
}

#[test]
fn one_mistake_in_a_range_is_told_once() {
    let good = "login_name = \"agent{id}\"\nextension = \"2000..4000\"\nterminal = \"T{id}\"\nskill_target = 6000\nmrds = [\"Tasks\"]\n";
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        alike(&good.replace(from, to))
    };
    let domain = with("\"Tasks\"", "\"Nowhere\"");
    assert_eq!(domain.len(), 1, "{domain:?}");
    for (from, to) in [("agent{id}", "agent"), ("T{id}", "T")] {
        let found = with(from, to);
        assert_eq!(found, [format!("`{to}` is there twice")], "{from}");
    }
    let found = with("6000", "-5");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("begin at 1"), "{found:?}");
}
