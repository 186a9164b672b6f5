//! Settings that would be taken and then do nothing, or nothing else, are refused; many alike objects are one entry.

use cce_model::{CallTypeId, MrdId, PrecisionQueueId, SkillGroupNumber, SkillTarget};
use cce_world::{BUILT_IN, Lab, Layers, Patch, Span, load};
use std::collections::BTreeMap;

fn lab(text: &str) -> Result<Lab, Vec<String>> {
    let file = Some(("lab.toml".to_owned(), text.to_owned()));
    let told = load(&Layers { file, ..Layers::default() });
    told.map_err(|error| {
        error.problems.iter().map(|problem| format!("{}: {}", problem.key, problem.message)).collect()
    })
}

fn refused(text: &str) -> Vec<String> {
    lab(text).expect_err("it has a mistake")
}

#[test]
fn a_pause_that_is_none_is_refused() {
    for (section, key) in [
        ("mrpg", "redial"),
        ("mrpg", "heartbeat"),
        ("agentpg", "redial"),
        ("agentpg", "heartbeat"),
        ("finesse", "redial"),
        ("finesse", "heartbeat"),
        ("finesse", "ccp_retry"),
    ] {
        let said = refused(&format!("[{section}]\n{key} = \"0s\""));
        assert_eq!(said, [format!("{section}.{key}: 0s is no pause: the shortest is 10ms")]);
        assert!(lab(&format!("[{section}]\n{key} = \"10ms\"")).is_ok(), "{section}.{key}");
    }
    let application =
        "[[mrpg.applications]]\nperipheral = 5003\nconnect = [\"127.0.0.1:1\"]\nredial = \"9ms\"";
    assert_eq!(refused(application), ["mrpg.applications.0.redial: 9ms is no pause: the shortest is 10ms"]);
}

#[test]
fn every_pause_between_polls_redials_and_heartbeats_has_the_bound() {
    let text: toml::Table = BUILT_IN.parse().unwrap();
    for (section, table) in &text {
        for key in ["redial", "heartbeat", "ccp_retry"] {
            if table.get(key).is_some() {
                assert_eq!(refused(&format!("[{section}]\n{key} = \"1ms\"")).len(), 1, "{section}.{key}");
            }
        }
    }
}

#[test]
fn a_pause_that_is_none_is_refused_while_the_lab_runs_too() {
    let patch = Patch { setting: "finesse.heartbeat".to_owned(), value: "0s".into() };
    let errors = lab("").unwrap().patched(&[patch]).unwrap_err();
    assert!(errors[0].message.contains("is no pause"), "{}", errors[0]);
}

#[test]
fn an_origin_that_is_no_page_s_is_refused() {
    for section in ["ccp", "finesse"] {
        let said = refused(&format!("[{section}]\ncors_origins = [\"*\", \"https://crm.example.org/app\"]"));
        assert!(said[0].starts_with(&format!("{section}.cors_origins.1: no page is of")), "{said:?}");
    }
}

#[test]
fn a_wait_on_the_last_step_of_a_queue_is_refused() {
    let queue = |steps: &str| {
        let rest = "name = \"CumulusTask\"\nid = 5034\nmrd = \"Tasks\"\nskill_group = 5199\nnumber = 1";
        lab(&format!("[[precision_queues]]\n{rest}\nsteps = [{steps}]"))
    };
    let last = "{ agents = [\"1081\"] }";
    let waiting = "{ agents = [\"1080\"], wait = \"30s\" }";
    assert!(queue(&format!("{waiting}, {last}")).is_ok());
    assert_eq!(
        queue(&format!("{last}, {waiting}")).unwrap_err(),
        ["precision_queues.0.steps.1.wait: on the last step tasks wait without limit: leave `wait` out"]
    );
}

/// A queue that is a copy of another one, but for these settings.
fn copied_queue(settings: &[(&str, &str)]) -> Vec<String> {
    let queue = |settings: &[(&str, &str)]| {
        let mut own = BTreeMap::from([
            ("id", "5034"),
            ("name", "\"CumulusTask\""),
            ("mrd", "\"Tasks\""),
            ("skill_group", "5199"),
            ("number", "12282837"),
            ("steps", "[{ agents = [\"1080\"] }]"),
        ]);
        own.extend(settings.iter().copied());
        let own: String = own.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        format!("[[precision_queues]]\n{own}")
    };
    lab(&format!("{}{}", queue(&[]), queue(settings))).err().unwrap_or_default()
}

#[test]
fn two_queues_have_numbers_of_their_own() {
    let (named, group, number) =
        ([("id", "5035"), ("name", "\"Other\"")], ("skill_group", "5198"), ("number", "12282838"));
    let with = |more: &[(&'static str, &'static str)]| copied_queue(&[&named[..], more].concat());
    assert_eq!(with(&[group, number]), [""; 0]);
    assert_eq!(with(&[group]), ["precision_queues.1.number: `12282837` is there twice"]);
    assert_eq!(with(&[number]), ["precision_queues.1.skill_group: `5199` is there twice"]);
    assert_eq!(
        with(&[number, ("skill_group", "0")]),
        ["precision_queues.1.skill_group: a skill group is a number of the database, which begin at 1"]
    );
    assert_eq!(
        with(&[number, ("skill_group", "5173")]),
        ["precision_queues.1.skill_group: agent 1081 has skill target 5173: no skill group has it"]
    );
}

#[test]
fn two_campaigns_have_nodes_of_their_own() {
    let campaign = |id: u32, public_id: &str| {
        format!(
            "[[ccp.campaigns]]\nid = {id}\nname = \"Chat\"\npublic_id = \"{public_id}\"\nfilter = 1\nfeeds = [100080]\n"
        )
    };
    assert!(lab(&(campaign(1, "a") + &campaign(2, "b"))).is_ok());
    assert_eq!(
        refused(&(campaign(1, "a") + &campaign(2, "a"))),
        ["ccp.campaigns.1.public_id: `a` is there twice"]
    );
}

#[test]
fn what_people_of_the_demo_never_come_to_is_refused() {
    let agent = |settings: &str| lab(&format!("[[demo.agents]]\nid = \"1080\"\nlimit = 3\n{settings}"));
    let whole = "sign_in = \"1s\"\nready = \"1s\"\naccept = \"1s\"\nclose = \"5s\"\n";
    assert!(agent(whole).is_ok());
    assert_eq!(
        agent(&format!("{whole}resume = \"1s\"")).unwrap_err(),
        ["demo.agents.0.resume: `resume` counts from having paused: that never comes about"]
    );
    assert_eq!(
        agent("sign_in = \"1s\"\nclose = \"5s\"").unwrap_err(),
        ["demo.agents.0.close: `close` counts from having accepted: that never comes about"]
    );
    assert_eq!(agent("ready = \"1s\"").unwrap_err().len(), 1);
}

/// The second entry would do nothing.
#[test]
fn an_agent_of_the_demo_has_one_entry() {
    let agents = |first: &str, second: &str| {
        let agent = |id: &str| format!("[[demo.agents]]\nid = \"{id}\"\nlimit = 3\nsign_in = \"1s\"\n");
        lab(&(agent(first) + &agent(second)))
    };
    assert!(agents("1080", "1081..1083").is_ok());
    for second in ["1080", "1080..1083"] {
        let said = agents("1080", second).unwrap_err();
        assert_eq!(said, ["demo.agents.1.id: `1080` is there twice"], "{second}");
    }
}

const ALIKE: &str = r#"
[[ecc_variables]]
name = "user.skill1..9"
length = 10
[[mrds]]
name = "Chat 1..20"
id = 6001
description = "{id}"
interruptible = true
start_timeout = "30s"
task_life = "5min"
[[call_types]]
id = "100..119"
name = "Call type {id}"
script = "Script 01..20"
[[scripts]]
name = "Script 01..20"
precision_queue = "Queue 1..20"
priority = 10
[[precision_queues]]
name = "Queue 1..20"
id = 7001
mrd = "Chat 1..20"
skill_group = 8001
number = 9001
steps = [{ agents = ["2000..2001"] }]
[[dialed_numbers]]
number = "chat01..20"
mrd = "Chat 1..20"
call_type = "100..119"
[[agents]]
id = "2000..2001"
login_name = "agent{id}"
first_name = "Agent"
last_name = "{id}"
password = "ccelab"
extension = "2000..2001"
terminal = "SEP{id}"
skill_target = 6000
mrds = ["Chat 1..20"]
[[ccp.feeds]]
id = "100080..100089"
name = "Feed {id}"
tag = "cce"
[[ccp.campaigns]]
id = "200..209"
name = "Campaign {id}"
public_id = "c{id}"
filter = 300
feeds = ["100080..100089"]
[[finesse.reason_codes]]
category = "NOT_READY"
id = "1..5"
code = 10
label = "reason {id}"
"#;

#[test]
fn many_alike_objects_of_any_list_are_one_entry() {
    let lab = lab(ALIKE).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!((lab.ecc_variables.len(), lab.ecc_variables[8].name.as_str()), (9, "user.skill9"));
    let mrd = &lab.mrds[19];
    assert_eq!((mrd.name.as_str(), mrd.id, mrd.description.as_str()), ("Chat 20", MrdId(6020), "Chat 20"));
    let call_type = &lab.call_types[19];
    assert_eq!(
        (call_type.id, call_type.name.as_str(), call_type.script.as_deref()),
        (CallTypeId(119), "Call type 119", Some("Script 20"))
    );
    let queue = &lab.precision_queues[1];
    assert_eq!(
        (queue.id, queue.mrd.as_str(), queue.skill_group, queue.number),
        (PrecisionQueueId(7002), "Chat 2", SkillTarget(8002), SkillGroupNumber(9002))
    );
    let dialed = &lab.dialed_numbers[9];
    assert_eq!(
        (dialed.number.as_str(), dialed.mrd.as_str(), dialed.call_type),
        ("chat10", "Chat 10", Some(CallTypeId(109)))
    );
    assert_eq!((lab.agents[1].mrds.len(), lab.agents[1].mrds[19].as_str()), (20, "Chat 20"));
    assert_eq!(
        (lab.ccp.feeds[9].id, lab.ccp.campaigns[9].filter, lab.ccp.campaigns[9].feeds.len()),
        (100_089, 309, 10)
    );
    assert_eq!(
        (lab.finesse.reason_codes[4].code, lab.finesse.reason_codes[4].label.as_str()),
        (14, "reason 5")
    );
}

#[test]
fn a_range_that_another_one_of_its_entry_does_not_fit_is_told_where_it_stands() {
    let said =
        refused(&ALIKE.replace("precision_queue = \"Queue 1..20\"", "precision_queue = \"Queue 1..19\""));
    assert_eq!(said, ["scripts.0.precision_queue: `Queue 1..19` stands for 19, and the entry for 20"]);
    let said = refused(&ALIKE.replace("feeds = [\"100080..100089\"]", "feeds = [\"9..1\"]"));
    assert_eq!(said, ["ccp.campaigns.0.feeds: `9..1` counts down: the second number is the larger one"]);
}

#[test]
fn one_of_many_alike_objects_is_named_like_any_other() {
    let value = serde_json::json!(20);
    let patch = Patch { setting: "ecc-variable/user.skill3.length".to_owned(), value };
    let changed = lab(ALIKE).unwrap().patched(&[patch]).unwrap();
    assert_eq!((changed.ecc_variables[2].length, changed.ecc_variables[3].length), (20, 10));
    let patch = Patch { setting: "mrd/Chat 7.start_timeout".to_owned(), value: "9s".into() };
    let changed = lab(ALIKE).unwrap().patched(&[patch]).unwrap();
    assert_eq!(changed.mrds[6].start_timeout, "9s".parse::<Span>().unwrap());
}
