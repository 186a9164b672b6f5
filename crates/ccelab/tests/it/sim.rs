//! Scenarios in virtual time.

use crate::support::{Running, create_task, folder, run, scenario, stderr, stdout, wait_for_status};
use std::fs;

/// One agent, one customer, and an expectation that cannot be met.
const WRONG: &str = r#"
name = "wrong"

[agents.1081]

[customers.alice]

[[expect]]
name = "discarded"
final = "contact alice to=discarded"
"#;

#[test]
fn a_scenario_that_holds_says_how_its_tasks_ended() {
    let folder = folder("sim-holds");
    let output = run(&folder, &["sim", &scenario("two-tasks-one-agent.toml")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = stdout(&output);
    assert!(said.contains("alice: handled (externally_handled), disposition 38 normal end"), "{said}");
    assert!(said.contains("bob: handled"), "{said}");
}

#[test]
fn what_is_not_so_is_told_with_the_ladder_and_the_command_that_repeats_it() {
    let folder = folder("sim-fails");
    fs::write(folder.join("wrong.toml"), WRONG).unwrap();
    let output = run(&folder, &["sim", "wrong.toml", "--seed", "7"]);
    assert_eq!(output.status.code(), Some(1));
    let said = stdout(&output);
    assert!(said.contains("discarded: at the end `contact alice to=discarded`"), "{said}");
    assert!(said.contains("it ended as handled (record "), "{said}");
    assert!(said.lines().any(|line| line.contains('✗')), "{said}");
    let errors = stderr(&output);
    assert!(errors.contains("again: ccelab sim wrong.toml --seed 7"), "{errors}");
}

#[test]
fn failures_about_one_task_are_drawn_once() {
    let folder = folder("sim-fails-once");
    let text = "name = \"often\"\n[agents.1081]\n[customers.alice]\n[customers.bob]\nat = \"12s\"\n\
                [[expect]]\nfinal = [\"contact alice to=discarded\", \"contact bob to=discarded\"]\n\
                [[expect]]\nnever = [\"dialog alice to=CLOSED\", \"ccp > mrpg CANCEL_TASK alice\"]\n\
                [[expect]]\norder = [\"ccp > mrpg NEW_TASK alice\", \"ccp > mrpg CANCEL_TASK alice\"]\n";
    fs::write(folder.join("often.toml"), text).unwrap();
    let output = run(&folder, &["sim", "often.toml"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let said = stdout(&output);
    assert_eq!(said.matches("host clock").count(), 2, "{said}");
    let head = said.find("APP").unwrap();
    for by in ["at the end `contact alice to=discarded`", "never `dialog alice to=CLOSED`"] {
        assert!(said.find(by).is_some_and(|at| at < head), "{by}: {said}");
    }
    assert!(said.lines().filter(|line| line.contains('✗')).count() >= 2, "{said}");
    assert!(stderr(&output).contains("4 expectations failed"), "{}", stderr(&output));
}

#[test]
fn one_seed_gives_one_journal() {
    let folder = folder("sim-seed");
    for name in ["one", "two"] {
        let journal = format!("{name}.jsonl");
        let arguments =
            ["sim", &scenario("rona-then-second-agent.toml"), "--seed", "3", "--journal", &journal];
        assert!(run(&folder, &arguments).status.success());
    }
    assert_eq!(fs::read(folder.join("one.jsonl")).unwrap(), fs::read(folder.join("two.jsonl")).unwrap());
}

#[test]
fn a_mistake_in_a_scenario_is_pointed_out() {
    let folder = folder("sim-mistake");
    fs::write(folder.join("bad.toml"), "name = \"bad\"\n[[expect]]\nnever = \"ccp > mrpg NEW_TSAK\"\n")
        .unwrap();
    let output = run(&folder, &["scenario", "check", "bad.toml"]);
    assert_eq!(output.status.code(), Some(2));
    let errors = stderr(&output);
    assert!(errors.contains("bad.toml:3:21: there is no message `NEW_TSAK`"), "{errors}");
    assert!(errors.contains("did you mean `NEW_TASK`?"), "{errors}");
    assert!(errors.lines().any(|line| line.trim_end().ends_with("^^^^^^^^")), "{errors}");
}

#[test]
fn what_no_run_can_come_to_is_told_by_scenario_check() {
    let folder = folder("scenario-check");
    let check = |never: &str| {
        let text = format!("[agents.1081]\n[customers.alice]\n[[expect]]\nnever = '{never}'");
        std::fs::write(folder.join("s.toml"), text).unwrap();
        run(&folder, &["scenario", "check", "s.toml"])
    };
    let dead = check("app > mrpg NEW_TASK");
    assert_eq!(dead.status.code(), Some(2));
    assert!(
        stderr(&dead).contains("can never match: the MR PG has no application but CCP"),
        "{}",
        stderr(&dead)
    );
    let elsewhere = check("cti > agentpg OPEN_REQ");
    assert!(elsewhere.status.success());
    let remark =
        "in the simulator, where nobody comes from outside, `cti > agentpg OPEN_REQ` can never match";
    assert!(stdout(&elsewhere).contains(remark), "{}", stdout(&elsewhere));
    let idle = "`agent_in_mrd agent=1083` is never to happen, and could not anyway: nobody plays agent 1083";
    assert!(stdout(&check("agent_in_mrd agent=1083")).contains(idle));
    let sim = run(&folder, &["sim", "s.toml"]);
    assert!(sim.status.success());
    assert!(stderr(&sim).contains(&format!("warning: {idle}")), "{}", stderr(&sim));
}

#[test]
fn a_scenario_without_a_mistake_is_told_in_one_line() {
    let folder = folder("sim-check");
    for (name, told) in [
        ("one-task", "one-task: 1 agent, 1 customer, 0 steps, 0 rules, 3 expectations\n"),
        (
            "swarm",
            "swarm: each seed draws 2 to 50 agents, 1 to 4 MRDs, 20 to 500 tasks, 1 to 5 faults (delay, stall, cut, crash, \
             restart); whole from 1m on\n",
        ),
    ] {
        let output = run(&folder, &["scenario", "check", &scenario(&format!("{name}.toml"))]);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), told));
    }
}

#[test]
fn many_seeds_are_told_by_their_outcomes() {
    let folder = folder("sim-seeds");
    let output = run(&folder, &["explore", &scenario("one-task.toml"), "--seeds", "1..8", "--jobs", "2"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let said = stdout(&output);
    assert!(said.contains("8 seeds, 1 distinct outcome"), "{said}");
    assert!(said.contains("8 × alice: handled"), "{said}");
    let journal = |seed| folder.join(format!(".ccelab/last/explore/seed-{seed}.jsonl")).exists();
    assert!(journal(1));
    run(&folder, &["explore", &scenario("one-task.toml"), "--seeds", "2..2"]);
    assert!(journal(2) && !journal(1), "journals of the exploration before are gone");
}

#[test]
fn an_exploration_says_in_what_its_outcomes_differ() {
    let folder = folder("sim-differences");
    let output = run(
        &folder,
        &["explore", &scenario("cancel-races-reservation.toml"), "--seeds", "1..8", "--jobs", "2"],
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let said = stdout(&output);
    assert!(said.contains("8 seeds, 2 distinct outcomes"), "{said}");
    let unlike: Vec<&str> = said.lines().filter(|line| line.contains("unlike the first: ")).collect();
    assert_eq!(
        unlike[0].trim_start(),
        "unlike the first: alice: handled (externally_handled), not discarded (notification_cce_task_cancel_succeeded); \
         disposition 38 normal end, where the first has none"
    );
}

#[test]
fn every_combination_of_parameters_is_explored_but_for_those_that_are_chosen() {
    let folder = folder("sim-parameters");
    let file = "name = \"p\"\n[parameters]\nspeed = [\"1s\", \"2s\"]\npatience = [\"5s\", \"9s\"]\n\
                [agents.1081]\noffer = { accept = \"{speed}\" }\n[set.\"mrd/Tasks\"]\nstart_timeout = \"{patience}\"\n\
                [customers.ann]\n";
    fs::write(folder.join("p.toml"), file).unwrap();
    let all = stdout(&run(&folder, &["explore", "p.toml", "--seeds", "1..2"]));
    for part in
        ["p (patience=5s, speed=1s): 2 seeds", "p (patience=9s, speed=2s): 2 seeds", "parameters-4/seed-1"]
    {
        assert!(all.contains(part), "no `{part}` in {all}");
    }
    let one = stdout(&run(&folder, &["explore", "p.toml", "--seeds", "1..1", "--param", "patience=7s"]));
    assert_eq!(one.matches(": 1 seed,").count(), 2, "{one}");
    assert!(one.contains("--seed 1 --param patience=7s --param speed=2s"), "{one}");
}

#[test]
fn every_order_is_told_by_its_outcome_with_the_command_that_repeats_it() {
    let folder = folder("sim-orders");
    let file = scenario("one-task.toml");
    let output = run(&folder, &["explore", &file, "--orders", "--max", "40"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let said = stdout(&output);
    assert!(said.contains("at least ") && said.contains("the bound of runs was reached"), "{said}");
    assert!(said.contains("--seed 1 --order -"), "{said}");
    let again = run(&folder, &["sim", &file, "--seed", "1", "--order", "-"]);
    assert!(again.status.success(), "{}", stderr(&again));
    let other = run(&folder, &["sim", &file, "--seed", "1", "--order", "999999:1"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(stderr(&other).contains("never came to choice 999999"), "{}", stderr(&other));
}

#[test]
fn a_run_over_the_network_can_be_had_again_in_the_same_order() {
    let folder = folder("sim-from");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral", "--agents", "1081=auto"]);
    let app = lab.address("app");
    let task = create_task(&app).unwrap();
    wait_for_status(&app, &task, "handled");
    lab.interrupt();
    let output = run(&folder, &["sim", "--from", "lab.jsonl"]);
    assert!(output.status.success(), "{}\n{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("everything happened as it was recorded, in the same order"));
    assert!(stdout(&output).contains("T1: handled"));
    let lost =
        "until = \"2min\"\n[[rules]]\nmatch = \"agentpg > finesse AGENT_PRE_CALL_EVENT T\"\ndrop = true\n";
    fs::write(folder.join("lost.toml"), lost).unwrap();
    let output = run(&folder, &["sim", "--from", "lab.jsonl", "lost.toml"]);
    // The start timeout is over long after somebody ended the recorded run.
    assert!(
        stdout(&output).contains("T1: reserved (externally_routed), disposition 36 ring no answer"),
        "{}",
        stdout(&output)
    );
    assert!(stdout(&output).contains("120.0 s of virtual time"), "{}", stdout(&output));
}

#[test]
fn a_journal_is_not_overwritten_by_its_own_repetition() {
    let folder = folder("sim-from-itself");
    assert!(run(&folder, &["sim", &scenario("one-task.toml"), "--journal", "one.jsonl"]).status.success());
    let output = run(&folder, &["sim", "--from", "one.jsonl", "--journal", "one.jsonl"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn the_command_that_has_a_recorded_run_again_is_whole_and_quoted() {
    let folder = folder("sim-from-command");
    let wrong = WRONG.replace("\"wrong\"", "\"{called}\"\nparameters = { called = \"x\" }");
    fs::write(folder.join("wrong one.toml"), wrong).unwrap();
    let file = scenario("one-task.toml");
    assert!(run(&folder, &["sim", &file, "--journal", "a run.jsonl"]).status.success());
    let chosen = ["--param", "called=it is wrong"];
    let output = run(&folder, &[&["sim", "--from", "a run.jsonl", "wrong one.toml"][..], &chosen].concat());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let whole = "again: ccelab sim --from 'a run.jsonl' 'wrong one.toml' --param 'called=it is wrong'";
    assert!(stderr(&output).contains(whole), "{}", stderr(&output));
}

#[test]
fn a_recorded_run_with_its_own_scenario_on_top_is_told_to_have_that_already() {
    let folder = folder("sim-from-own");
    let file = scenario("cancel-races-reservation.toml");
    let recorded = run(&folder, &["sim", &file, "--journal", "own.jsonl"]);
    let output = run(&folder, &["sim", "--from", "own.jsonl", &file]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert!(stderr(&output).contains("had these steps and rules already"), "{}", stderr(&output));
    assert!(stderr(&output).contains("ccelab check own.jsonl --scenario "), "{}", stderr(&output));
    let alice = |text: &str| text.lines().find(|line| line.starts_with("  alice: ")).map(str::to_owned);
    assert_eq!(alice(&stdout(&output)), alice(&stdout(&recorded)));
    fs::write(folder.join("zoe.toml"), "[customers.zoe]\n").unwrap();
    let output = run(&folder, &["sim", "--from", "own.jsonl", "zoe.toml"]);
    assert!(stderr(&output).contains("own.jsonl has no customer zoe"), "{}", stderr(&output));
    assert_eq!(alice(&stdout(&output)), alice(&stdout(&recorded)));
}

#[test]
fn a_journal_is_judged_by_what_a_scenario_expects() {
    let folder = folder("sim-check");
    fs::write(folder.join("wrong.toml"), WRONG).unwrap();
    let file = scenario("one-task.toml");
    assert!(run(&folder, &["sim", &file, "--journal", "one.jsonl"]).status.success());
    let met = run(&folder, &["check", "one.jsonl", "--scenario", &file]);
    assert!(met.status.success(), "{}", stderr(&met));
    assert!(stdout(&met).contains("one-task: all 3 expectations are met"), "{}", stdout(&met));
    let unmet = run(&folder, &["check", "one.jsonl", "--scenario", "wrong.toml"]);
    assert_eq!(unmet.status.code(), Some(1));
    assert!(stderr(&unmet).contains("wrong: 1 of 1 expectation is not met"), "{}", stderr(&unmet));
}

#[test]
fn a_scenario_over_a_recorded_run_names_its_customers_and_says_where_it_parts() {
    let folder = folder("sim-from-names");
    let rule = "name = \"late connect\"\n[[rules]]\nname = \"late\"\nmatch = \"router > mrpg CONNECT alice\"\ndelay = \"2s\"\n";
    fs::write(folder.join("late.toml"), rule).unwrap();
    assert!(run(&folder, &["sim", "one-task", "--journal", "base.jsonl"]).status.success());
    let alone = run(&folder, &["scenario", "check", "late.toml"]);
    assert!(stderr(&alone).contains("`alice` is neither"), "{}", stderr(&alone));
    let check = run(&folder, &["scenario", "check", "late.toml", "--from", "base.jsonl"]);
    assert!(check.status.success(), "{}", stderr(&check));
    let output = run(&folder, &["sim", "--from", "base.jsonl", "late.toml"]);
    let said = stdout(&output);
    assert!(output.status.success(), "{said}{}", stderr(&output));
    assert!(said.contains("\nlate connect\n") && said.contains("rule late: acted"), "{said}");
    let parted: Vec<&str> =
        said.lines().filter(|line| line.starts_with("  recorded: ") || line.starts_with("  now: ")).collect();
    assert_eq!(parted.len(), 2, "{said}");
    assert!(parted.iter().all(|line| line.contains("│") && !line.contains('{')), "{said}");
}

/// The command says of a task that is lost for ever what `sim` says of one.
#[test]
fn a_task_that_a_rule_on_top_of_a_recorded_run_loses_is_judged_as_in_any_run() {
    let folder = folder("sim-from-lost");
    let lost =
        "until = \"2min\"\n[[rules]]\nname = \"lost\"\nmatch = \"router > mrpg CONNECT T1\"\ndrop = true\n";
    fs::write(folder.join("lost.toml"), lost).unwrap();
    assert!(run(&folder, &["sim", "one-task", "--journal", "base.jsonl"]).status.success());
    let output = run(&folder, &["sim", "--from", "base.jsonl", "lost.toml"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stderr(&output).contains("1 check is broken: one-end"), "{}", stderr(&output));
    assert!(stdout(&output).contains("the run ended before everything had ended"), "{}", stdout(&output));
}
