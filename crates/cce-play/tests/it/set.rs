//! Settings that change while the lab runs.

use crate::support::{Run, played, read};
use cce_journal::What;
use cce_kernel::{Fact, Input, Output};
use cce_play::Play;
use cce_scenario::Scenario;

const PEOPLE: &str =
    "[agents.1081]\noffer = { accept = \"10s\", start = \"1s\", close = \"2s\" }\n[customers.alice]\n";

fn with(rest: &str) -> Run {
    played(&format!("{PEOPLE}{rest}"))
}

fn told(run: &Run) -> Vec<String> {
    let failures = run.report.failures.iter();
    failures.map(|failure| format!("{}: {}", failure.by, failure.text)).collect()
}

/// What was changed, where, in order.
fn settings(run: &Run) -> Vec<String> {
    let setting = |record: &cce_journal::Record| {
        let What::Out(Output::Note(Fact::Setting { setting, value })) = &record.what else { return None };
        Some(format!("{} {setting} {value}", record.node))
    };
    run.records.iter().filter_map(setting).collect()
}

fn problems(text: &str) -> Vec<String> {
    let error = read(&format!("{PEOPLE}{text}")).map(|_| ()).unwrap_err();
    error.problems.into_iter().map(|problem| problem.message).collect()
}

/// The offer rings for five seconds instead of thirty.
const SHORT: &str = "set = { \"mrd/Tasks.start_timeout\" = \"5s\" }";
const RINGS_OUT: &str = "[agents.1082]\nsign_in = \"20s\"\n[[expect]]\norder = [\"task alice to=LOGGED_OUT disposition=49\", \"contact alice to=handled\"]";

/// Whether the task ended before the agent would have accepted it.
fn rang_out_soon(run: &Run) -> bool {
    let is_end =
        |what: &What| matches!(what, What::Out(Output::Note(Fact::Task { disposition: Some(_), .. })));
    run.records.iter().any(|record| record.at.0 < 10_000_000 && is_end(&record.what))
}

#[test]
fn a_step_changes_a_setting_and_the_component_goes_by_it() {
    let run = with(&format!("[[steps]]\nat = \"1s\"\n{SHORT}"));
    assert_eq!(settings(&run), ["agentpg mrd/Tasks.start_timeout \"5s\""]);
    assert!(rang_out_soon(&run));
}

#[test]
fn so_do_a_rule_an_agent_and_a_customer() {
    for text in [
        format!("[[rules]]\nname = \"r\"\nmatch = \"ccp > mrpg NEW_TASK alice\"\n{SHORT}"),
        format!("[agents.1083]\nready = \"never\"\n{SHORT}"),
        format!("[customers.bob]\nat = \"1s\"\nscript_selector = \"CumulusTask\"\n{SHORT}"),
    ] {
        assert_eq!(settings(&with(&text)), ["agentpg mrd/Tasks.start_timeout \"5s\""], "{text}");
    }
}

#[test]
fn a_change_outlives_a_restart_of_its_component() {
    let run = with(&format!(
        "requeue_on_recovery = true\n[[steps]]\nat = \"100ms\"\n{SHORT}\n[[steps]]\nat = \"200ms\"\nrestart = \"agentpg\"\n{RINGS_OUT}"
    ));
    let kept = |record: &cce_journal::Record| match &record.what {
        What::In(Input::Start { stored, .. }) => stored.get("setting/mrd/Tasks.start_timeout").cloned(),
        _ => None,
    };
    let kept: Vec<String> = run.records.iter().filter_map(kept).collect();
    assert_eq!(kept, ["\"5s\""]);
    assert_eq!(settings(&run), ["agentpg mrd/Tasks.start_timeout \"5s\""; 2], "once in each life");
    assert!(rang_out_soon(&run));
}

#[test]
fn a_recorded_change_is_repeated_and_replayed() {
    let run = with(&format!("[[steps]]\nat = \"100ms\"\n{SHORT}\n{RINGS_OUT}"));
    let lab = run.play.sim.director().scenario().lab.clone();
    let found = cce_journal::replay(&run.play.header, run.records.clone(), |node| lab.build(node));
    assert!(found.difference.is_none(), "{:?}", found.difference);
    let mut again = Play::recorded(&run.play.header, &run.records, Scenario::of(lab));
    let mut records = Vec::new();
    again.run(|fresh| records.extend_from_slice(fresh));
    assert!(again.deviation(&run.records, &records).is_none());
    assert_eq!(records.len(), run.records.len());
}

#[test]
fn what_cannot_change_while_the_lab_runs_is_a_mistake_with_the_reason() {
    let step = |set: &str| problems(&format!("[[steps]]\nat = \"1s\"\nset = {{ {set} }}"));
    assert_eq!(
        step("\"queue/CumulusTask.steps\" = []"),
        [
            "`queue/CumulusTask.steps` does not change while the lab runs: queues and sign-ins that are under way depend on it"
        ]
    );
    assert!(step("\"finesse.ccp_retries\" = -1")[0].contains("-1"));
    assert!(step("\"finesse.ccp_retrys\" = 1")[0].starts_with("there is no setting `finesse.ccp_retrys`"));
    assert!(step("")[0].starts_with("`set` names 1 to"));
    assert!(
        !problems("[[rules]]\nmatch = \"ccp > mrpg NEW_TASK\"\nset = { \"links.mr.listen\" = \"x\" }")
            .is_empty()
    );
    assert!(!problems("[customers.bob]\nset = { \"router.first_call_id\" = 1 }").is_empty());
}

#[test]
fn a_component_that_is_stopped_refuses_a_change() {
    let run = with(
        "[[steps]]\nat = \"10ms\"\nstop = \"finesse\"\n[[steps]]\nat = \"20ms\"\nset = { \"finesse.ccp_retries\" = 1 }\n\
         [[steps]]\nat = \"30ms\"\nstart = \"finesse\"",
    );
    assert_eq!(told(&run), ["step 2: the step was refused: finesse is stopped"]);
}

#[test]
fn a_password_is_masked_where_its_change_is_told() {
    let run = with("[[steps]]\nat = \"10ms\"\nset = { \"agent/1083.password\" = \"other\" }");
    let stepped: Vec<String> = run
        .records
        .iter()
        .filter_map(|record| match &record.what {
            What::Bent(bent) => Some(format!("{:?}", bent.bend)),
            _ => None,
        })
        .collect();
    assert_eq!(stepped, ["Stepped(\"set agent/1083.password = ***\")"]);
}

#[test]
fn a_rule_stops_a_side_of_the_cti_server_and_another_one_brings_it_back() {
    let run = with(
        "[[rules]]\nname = \"A dies\"\nmatch = \"agentpg > finesse START_TASK_EVENT alice\"\ncti = \"stop a\"\n\
         [[rules]]\nname = \"A is back\"\nmatch = \"desk > finesse CLOSE alice\"\ncti = \"start a\"\n\
         [[expect]]\norder = ['stepped by=\"A dies\"', \"side_active side=cti-b\", 'stepped by=\"A is back\"']",
    );
    let failures: Vec<String> = told(&run)
        .into_iter()
        .filter(|text| text.starts_with("expectation") || text.starts_with("A "))
        .collect();
    assert_eq!(failures, [] as [&str; 0]);
    assert!(run.report.bends.iter().any(|acted| acted.to_string() == "A dies: acted"));
}

#[test]
fn rules_switch_sides_and_begin_and_end_maintenance() {
    for words in ["switch b", "maintenance on", "stop a"] {
        let run = with(&format!(
            "[[rules]]\nname = \"r\"\nmatch = \"ccp > mrpg NEW_TASK alice\"\ncti = \"{words}\""
        ));
        assert!(run.report.bends.iter().any(|acted| acted.rule == "r" && acted.times == 1), "{words}");
        assert!(!told(&run).iter().any(|text| text.contains("refused")), "{words}: {:?}", told(&run));
    }
}

#[test]
fn what_a_rule_orders_and_nobody_can_do_is_a_failure_of_the_rule() {
    let run = with(
        "[[steps]]\nat = \"100ms\"\ncti = \"stop b\"\n\
         [[rules]]\nname = \"r\"\nmatch = \"ccp > mrpg NEW_TASK alice\"\ncti = \"switch b\"",
    );
    let [failure] = &told(&run)[..] else { panic!("{:?}", told(&run)) };
    assert!(failure.starts_with("r: what the rule orders was refused: "), "{failure}");
}
