//! Recorded runs once more.

use crate::{
    misbehaving, shipped,
    support::{Run, read, run},
    swarm,
};
use cce_journal::{Record, What};
use cce_kernel::{Input, Output, Port, Time};
use cce_model::Disposition;
use cce_play::{
    Play, TaskEnd, deviation, leave_out_repeated, missing_customers, on_recorded_lab, unrepeatable,
};
use cce_scenario::Scenario;
use cce_sim::{Recorded, Sequence};
use std::time::Duration;

/// What a recorded run comes to when it is played again.
fn again<O: Sequence>(recorded: &Run<O>, scenario: Scenario) -> (Play<Recorded>, Vec<Record>) {
    let mut play = Play::recorded(&recorded.play.header, &recorded.records, scenario);
    let mut records = Vec::new();
    play.run(|fresh| records.extend_from_slice(fresh));
    (play, records)
}

fn lab_of<O: Sequence>(run: &Run<O>) -> Scenario {
    Scenario::of(cce_world::header_lab(&run.play.header).unwrap())
}

/// Has a run again, and compares every record.
fn compare<O: Sequence>(recorded: &Run<O>, what: &str) -> Play<Recorded> {
    let (play, records) = again(recorded, lab_of(recorded));
    let differs = records.iter().zip(&recorded.records).find(|(here, there)| here != there);
    assert_eq!(differs, None, "{what}");
    assert_eq!(records.len(), recorded.records.len(), "{what}");
    play
}

#[test]
fn every_shipped_scenario_is_the_same_to_the_byte_whatever_was_done_to_it() {
    for name in shipped::SHIPPED {
        for seed in if name == "lab-trace" { 1..2 } else { 4..7 } {
            let play = compare(&run(shipped::shipped(name), seed), &format!("{name}, seed {seed}"));
            assert_eq!(play.report().failures, [], "{name}, seed {seed}");
        }
    }
}

#[test]
fn every_seed_of_a_swarm_is_the_same_to_the_byte_with_its_cuts_stalls_and_crashes() {
    let swarm = swarm::small();
    for seed in 1..=20 {
        compare(&run(swarm.clone(), seed), &format!("seed {seed}"));
    }
}

#[test]
fn every_seed_of_a_misbehaving_swarm_is_the_same_to_the_byte_whatever_was_lost_doubled_or_changed() {
    let swarm = misbehaving::small();
    for seed in 1..=20 {
        compare(&run(swarm.clone(), seed), &format!("seed {seed}"));
    }
}

/// What a scenario does to a task, and the components that stop for a while.
const BENT: [&str; 9] = [
    "[[rules]]\nmatch = \"app > ccp POLL\"\ndrop = true",
    "[[rules]]\nmatch = \"ccp > app REPLY to=CREATE\"\ndrop = true",
    "[[rules]]\nmatch = \"app > ccp POLL\"\nduplicate = true",
    "[[rules]]\nmatch = \"ccp > mrpg NEW_TASK\"\ncorrupt = { byte = 9, to = 255 }",
    "[[rules]]\nmatch = \"ccp > mrpg NEW_TASK\"\ncorrupt = { byte = 0, to = 255 }",
    "[[rules]]\nmatch = \"ccp > mrpg NEW_TASK\"\ncut = true",
    "[[rules]]\nmatch = \"agentpg > finesse AGENT_PRE_CALL_EVENT\"\nswap = true",
    "[[steps]]\nat = \"3s\"\nrestart = \"ccp\"\n[[steps]]\nat = \"4s\"\nstop = \"mrpg\"\n[[steps]]\nat = \"7s\"\nstart = \"mrpg\"",
    "[[steps]]\nat = \"3s\"\nstop = \"finesse\"\n[[steps]]\nat = \"8s\"\nstart = \"finesse\"\n[[steps]]\nat = \"3500ms\"\nstall = \"icm-mr\"\nlasting = \"2s\"",
];

#[test]
fn a_task_that_was_bent_is_the_same_to_the_byte() {
    for bent in BENT {
        let text = format!("include = [\"one-task.toml\"]\nuntil = \"90s\"\n{bent}");
        for seed in 1..4 {
            let recorded =
                run(read(&text).unwrap_or_else(|error| panic!("{bent}: {:?}", error.problems)), seed);
            compare(&recorded, &format!("{bent}, seed {seed}"));
        }
    }
}

#[test]
fn components_start_when_they_did_and_not_when_their_lives_began() {
    let mut slow = run(shipped::shipped("one-task"), 4);
    for record in slow.records.iter_mut().filter(|record| record.what != What::Started) {
        record.at = record.at + Duration::from_micros(2_345);
    }
    // What components say depends on the time: only the run that this leads to is one that can have been.
    let (play, records) = again(&slow, lab_of(&slow));
    let started = |record: &Record| matches!(record.what, What::In(Input::Start { .. }));
    assert!(records.iter().filter(|record| started(record)).all(|record| record.at == Time(2_345)));
    let report = play.report();
    assert_eq!(report.outcome.ends[0].status, "handled (externally_handled)", "{}", report.outcome);
    compare(&Run { play, records, report }, "slow starts");
}

#[test]
fn a_run_that_lacks_records_or_ended_in_a_panic_cannot_be_had_again() {
    let recorded = run(shipped::shipped("one-task"), 4);
    assert_eq!(unrepeatable(&recorded.records), None);
    let stopped = |reason: &str| What::Stopped { reason: reason.into() };
    for (what, told) in [
        (What::Gap { dropped: 3 }, Some("records are missing")),
        (stopped("panicked: on purpose"), Some("panicked at record 20")),
        (stopped("stopped by the scenario"), None),
    ] {
        let mut records = recorded.records.clone();
        records[19].what = what;
        let why = unrepeatable(&records);
        assert_eq!(why.is_some(), told.is_some());
        assert!(why.unwrap_or_default().contains(told.unwrap_or_default()));
    }
}

/// A rule or something else for a recorded run of one task, and what that comes to.
fn on_top(text: &str) -> (Run, Play<Recorded>, Vec<Record>) {
    let recorded = run(shipped::shipped("one-task"), 4);
    let scenario = on_recorded_lab(read(text).unwrap(), lab_of(&recorded).lab);
    let (play, records) = again(&recorded, scenario);
    (recorded, play, records)
}

/// The only contact's end.
fn end_of(play: &Play<Recorded>) -> TaskEnd {
    let [end] = &play.report().outcome.ends[..] else { panic!("{}", play.report().outcome) };
    end.clone()
}

#[test]
fn a_run_with_a_rule_on_top_comes_to_what_it_would_have_come_to_from_the_beginning() {
    let lost = "[[rules]]\nmatch = \"agentpg > finesse AGENT_PRE_CALL_EVENT T\"\ndrop = true";
    let (recorded, play, records) = on_top(&format!("until = \"2min\"\n{lost}"));
    let end = end_of(&play);
    // The offer is lost; its start timeout is long over when the recorded run ends.
    assert_eq!(
        (end.status.as_str(), &end.dispositions[..]),
        ("reserved (externally_routed)", &[Disposition::TASK_ABANDONED_BEFORE_OFFERED][..])
    );
    let whole = run(read(&format!("include = [\"one-task.toml\"]\n{lost}")).unwrap(), 4);
    assert_eq!(whole.report.outcome.ends[0].dispositions, end.dispositions);
    assert_eq!(play.sim.now(), Time(120_000_000));
    let behind = |record: &&Record| record.at > recorded.records.last().unwrap().at;
    assert!(records.iter().filter(behind).any(|record| record.node.as_str() == "agentpg"));
}

/// The same rule is judged alike, whether it stands in a scenario or on top of a run.
#[test]
fn a_task_that_a_rule_on_top_loses_for_ever_breaks_the_run() {
    let lost = "[[rules]]\nmatch = \"router > mrpg CONNECT T\"\ndrop = true";
    let (_, play, _) = on_top(&format!("until = \"2min\"\n{lost}"));
    let whole = run(read(&format!("include = [\"one-task.toml\"]\n{lost}\n")).unwrap(), 4);
    let checks = |report: &cce_play::RunReport| -> Vec<(String, String)> {
        let broken = report.failures.iter().filter(|failure| failure.by.starts_with("check "));
        broken.map(|failure| (failure.by.clone(), failure.text.clone())).collect()
    };
    let broken = checks(&play.report());
    assert_eq!(broken.len(), 1, "{:?}", play.report().failures);
    assert_eq!(broken, checks(&whole.report));
    assert!(!play.report().is_over);
}

/// A run over a lab that somebody stopped owes no ends, so it owes none with a rule on top.
#[test]
fn a_recorded_run_whose_task_was_open_at_its_end_owes_no_end() {
    let mut recorded = run(shipped::shipped("one-task"), 4);
    recorded
        .records
        .truncate(recorded.records.iter().position(|record| record.at > Time(3_500_000)).unwrap());
    let lost = "until = \"2min\"\n[[rules]]\nmatch = \"router > mrpg CONNECT T\"\ndrop = true";
    let scenario = on_recorded_lab(read(lost).unwrap(), lab_of(&recorded).lab);
    let (play, _) = again(&recorded, scenario);
    assert_eq!(play.report().failures, []);
}

#[test]
fn a_run_with_a_rule_on_top_is_over_once_everything_has_ended() {
    let late =
        "rest = \"3s\"\n[[rules]]\nmatch = \"agentpg > finesse AGENT_PRE_CALL_EVENT T\"\ndelay = \"3s\"";
    let (recorded, play, _) = on_top(late);
    assert_eq!(end_of(&play).status, "handled (externally_handled)");
    let end = recorded.records.last().unwrap().at;
    assert!(play.sim.now() > end + Duration::from_secs(2), "{:?}", play.sim.now());
    assert!(play.sim.now() < end + Duration::from_secs(9), "{:?}", play.sim.now());
}

#[test]
fn a_run_that_nothing_parts_is_the_same_up_to_the_recorded_end_and_goes_on() {
    let (recorded, play, records) = on_top("until = \"40s\"\nrest = \"1min\"");
    let (same, more) = records.split_at(recorded.records.len());
    assert_eq!(same, recorded.records);
    assert!(more.iter().any(|record| matches!(record.what, What::In(Input::Timer(_)))));
    assert!(more.iter().any(|record| matches!(record.what, What::In(Input::Frame { .. }))));
    assert_eq!(play.deviation(&recorded.records, &records), None);
    assert_eq!(play.report().failures, []);
    assert_eq!(end_of(&play).status, "handled (externally_handled)");
}

#[test]
fn contacts_keep_the_names_of_their_customers() {
    let recorded = run(shipped::shipped("two-tasks-one-agent"), 4);
    let (play, _) = again(&recorded, lab_of(&recorded));
    assert_eq!(play.report().outcome, recorded.report.outcome);
    let other = "[customers.zoe]\n[customers.bob]\n[[steps]]\nat = \"4s\"\ncustomer = \"bob\"\ndoes = \"cancel\"\n\
                 [[steps]]\nat = \"4s\"\ncustomer = \"zoe\"\ndoes = \"cancel\"";
    let other = read(other).unwrap();
    assert_eq!(missing_customers(&other, &lab_of(&recorded).lab), ["zoe"]);
    let (play, _) = again(&recorded, on_recorded_lab(other, lab_of(&recorded).lab));
    let ends: Vec<_> = play.report().outcome.ends.into_iter().map(|end| (end.name, end.cancel)).collect();
    assert_eq!(ends, [("alice".to_owned(), None), ("bob".to_owned(), Some("200".to_owned()))]);
}

#[test]
fn what_a_recorded_run_had_is_not_done_twice() {
    let names = ["cancel-races-reservation", "start-event-held-until-close", "mr-link-cut-with-pending-task"];
    for name in names.into_iter().chain(["agent-crash-while-reserved", "duplicate-offer"]) {
        let recorded = run(shipped::shipped(name), 4);
        let mut scenario = on_recorded_lab(shipped::shipped(name), lab_of(&recorded).lab);
        let count = scenario.steps.len() + scenario.rules.len();
        assert_eq!(leave_out_repeated(&mut scenario, &recorded.records).len(), count, "{name}");
        let (play, records) = again(&recorded, scenario);
        assert_eq!(play.deviation(&recorded.records, &records), None, "{name}");
        assert_eq!(play.report().failures, [], "{name}");
        assert_eq!(play.report().outcome, recorded.report.outcome, "{name}");
    }
}

#[test]
fn what_the_recorded_run_let_go_is_not_what_a_rule_on_top_holds() {
    let recorded = run(shipped::shipped("start-event-held-until-close"), 4);
    // Of a request the caller would hear in time that there is no response.
    let rule = "[[rules]]\nname = \"kept\"\nmatch = \"agentpg > finesse END_TASK_EVENT\"\nhold = \"released\"
        alone = true\nexpire = \"90s\"";
    let scenario =
        on_recorded_lab(read(&format!("until = \"1min\"\n{rule}")).unwrap(), lab_of(&recorded).lab);
    let (play, _) = again(&recorded, scenario);
    let held: Vec<&str> = play.sim.director().held().map(|held| held.name).collect();
    assert_eq!(held, ["END_TASK_EVENT"]);
}

#[test]
fn another_rule_of_a_name_that_the_recorded_run_had_counts() {
    let recorded = run(shipped::shipped("duplicate-offer"), 4);
    let by = &shipped::shipped("duplicate-offer").rules[0].name;
    let text = format!("[[rules]]\nname = \"{by}\"\nmatch = \"app > ccp POLL\"\ndrop = true");
    assert!(leave_out_repeated(&mut read(&text).unwrap(), &recorded.records).is_empty());
}

#[test]
fn a_journal_says_that_what_follows_passes_a_held_message_and_a_rule_that_does_otherwise_counts() {
    let scenario = |alone: bool| {
        let mut scenario = shipped::shipped("start-event-held-until-close");
        scenario.rules[0].alone = alone;
        scenario
    };
    for alone in [false, true] {
        let recorded = run(scenario(alone), 4);
        let told: Vec<String> = recorded
            .records
            .iter()
            .filter(|record| matches!(record.what, What::Bent(_)))
            .map(|record| serde_json::to_string(record).unwrap())
            .collect();
        let count = told.iter().filter(|line| line.contains("\"alone\":true")).count();
        assert_eq!(count, usize::from(alone), "{told:?}");
        assert!(told.iter().all(|line| line.contains("alone") == line.contains("\"alone\":true")));
        let is_left_out = |alone| {
            let rule = scenario(alone).rules[0].name.clone();
            leave_out_repeated(&mut scenario(alone), &recorded.records).contains(&rule)
        };
        assert!(is_left_out(alone) && !is_left_out(!alone));
    }
}

#[test]
fn what_follows_the_recorded_end_takes_the_latencies_of_the_scenario() {
    let (recorded, _, records) =
        on_top("until = \"40s\"\nrest = \"1min\"\n[latency.to_listener]\nicm-mr = \"700ms\"");
    let end = recorded.records.last().unwrap().at;
    let to_router = |from: Time| {
        let sent = records.iter().find(|record| {
            let is_sent =
                matches!(&record.what, What::Out(Output::Send { link, .. }) if link.port == Port::IcmMr);
            is_sent && record.node.as_str() == "mrpg" && record.at > from
        });
        let sent = sent.unwrap();
        let arrived = records.iter().find(|record| record.cause == Some(sent.seq)).unwrap();
        arrived.at.0 - sent.at.0
    };
    assert!(to_router(Time(5_000_000)) < 1_000);
    assert_eq!(to_router(end), 700_000);
}

#[test]
fn a_rule_can_be_tried_on_a_recorded_run() {
    let recorded = run(shipped::shipped("one-task"), 4);
    let rule = "[[rules]]\nname = \"lost\"\nmatch = \"agentpg > finesse START_TASK_EVENT T\"\ndrop = true";
    let scenario = Scenario { lab: lab_of(&recorded).lab, ..read(rule).unwrap() };
    let (play, records) = again(&recorded, scenario);
    let [acted] = &play.report().bends[..] else { panic!("one rule acted") };
    assert_eq!(acted.to_string(), "lost: acted; a misbehaving peer");
    let parted = deviation(&recorded.records, &records).unwrap();
    assert_eq!(parted.node.as_str(), "finesse");
}
