//! Rules, steps and expectations at work.

use crate::support::{Run, played, read};
use cce_journal::{Bend, Bent, Director, Record, What};
use cce_kernel::{Input, Output, Port, Response, Time};
use cce_play::Engine;
use std::time::Duration;

/// One agent who takes every task, one customer, and what else a test wants.
fn with(rest: &str) -> Run {
    played(&format!("include = [\"one-task.toml\"]\n{rest}"))
}

/// What was done to the run, in order.
fn bends(run: &Run) -> Vec<Bend> {
    let bent = |record: &Record| {
        let What::Bent(bent) = &record.what else { return None };
        Some(bent.bend.clone())
    };
    run.records.iter().filter_map(bent).collect()
}

/// What the report says of rules that acted.
fn acted(run: &Run) -> Vec<String> {
    run.report.bends.iter().map(ToString::to_string).collect()
}

#[test]
fn an_expectation_that_is_met_says_nothing() {
    let run = with("[[expect]]\norder = [\"ccp > mrpg NEW_TASK alice\", \"contact alice to=handled\"]");
    assert_eq!(run.failures(), Vec::<&str>::new());
    assert_eq!(
        run.report.outcome.to_string(),
        "alice: handled (externally_handled), disposition 38 normal end"
    );
}

#[test]
fn an_order_that_is_the_other_way_round_is_told_with_what_came() {
    let run = with("[[expect]]\norder = [\"contact alice to=handled\", \"ccp > mrpg NEW_TASK alice\"]");
    let [failure] = &run.report.failures[..] else { panic!("{:?}", run.failures()) };
    let record = failure.record.unwrap();
    let expected = format!(
        "`ccp > mrpg NEW_TASK alice` did not follow `contact alice to=handled` (record {record}); it happened before that, at record "
    );
    assert!(failure.text.starts_with(&expected), "{}", failure.text);
    assert_eq!(failure.related, [record]);
}

#[test]
fn what_must_never_happen_is_told_when_it_does() {
    let run = with("[[expect]]\nnever = \"agentpg > finesse START_TASK_EVENT alice\"");
    assert_eq!(run.report.failures[0].text, "it happened");
}

#[test]
fn a_contact_whose_end_the_agent_pg_lost_is_a_failure_unless_the_scenario_names_the_loss() {
    let step = "[[steps]]\nafter = \"dialog alice to=ACTIVE\"\nrestart = \"agentpg\"";
    let expectation = "expectation 1: at the end `contact alice to=handled`";
    let silent = with(step);
    assert_eq!(silent.failures().len(), 2, "{:?}", silent.failures());
    assert_eq!(silent.report.lost, [] as [&str; 0]);
    let named = played(&format!("include = [\"one-task.toml\"]\nlost = \"both OPCs fail\"\n{step}"));
    assert_eq!(named.failures(), [expectation], "and no check");
    let [lost] = &named.report.lost[..] else { panic!("{:?}", named.report.lost) };
    assert!(
        lost.starts_with("alice stays reserved (record ") && lost.ends_with("): both OPCs fail"),
        "{lost}"
    );
    assert!(!named.report.is_over);
}

#[test]
fn a_count_is_told_when_it_is_too_small_or_too_large() {
    let failures = |is: u32| {
        let rest =
            format!("[[expect]]\ncount = {{ of = \"agentpg > finesse START_TASK_EVENT\", is = {is} }}");
        with(&rest).report.failures.iter().map(|failure| failure.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(failures(1), Vec::<String>::new());
    assert_eq!(failures(2), ["it happened 1 times, not 2"]);
    assert_eq!(failures(0), ["it happened more than 0 times"]);
}

#[test]
fn a_count_names_its_first_records_however_many_there_are() {
    let run = played(
        "until = \"60s\"\n[customers.alice]\npoll = \"500ms\"\n[checks.off]\none-end = \"nobody is there\"\n\
         [[expect]]\ncount = { of = \"app > ccp POLL alice\", least = 1000 }",
    );
    let [failure] = &run.report.failures[..] else { panic!("{:?}", run.failures()) };
    assert_eq!(failure.related.len(), 16, "{}", failure.text);
    assert!(failure.record > failure.related.last().copied(), "the latest one is named, too");
}

#[test]
fn what_must_follow_in_time_is_told_when_it_is_late() {
    let failures = |time: &str| {
        let rest = format!(
            "[[expect]]\nwithin = {{ from = \"desk > finesse ACCEPT\", to = \"desk > finesse START\", time = \"{time}\" }}"
        );
        with(&rest).report.failures.len()
    };
    assert_eq!((failures("1100ms"), failures("900ms")), (0, 1));
}

#[test]
fn what_must_not_happen_during_a_state_may_happen_before_and_after_it() {
    let failures = |state: &str| {
        let rest =
            format!("[[expect]]\nwhile = \"dialog alice to={state}\"\nnever = \"desk > finesse START\"");
        with(&rest).report.failures.len()
    };
    assert_eq!((failures("OFFERED"), failures("ACCEPTED"), failures("ACTIVE")), (0, 1, 0));
}

#[test]
fn a_message_that_is_held_is_let_go_by_what_the_rule_waits_for() {
    let run = with(
        "[[rules]]\nname = \"r\"\nmatch = \"router > mrpg CONNECT alice\"\nhold = \"desk > finesse ACCEPT alice\"\n\
         [[expect]]\norder = [\"desk > finesse ACCEPT alice\", \"router > mrpg CONNECT alice\"]",
    );
    assert_eq!(run.failures(), Vec::<&str>::new());
    assert_eq!(bends(&run), [Bend::Held(1), Bend::Released(1)]);
    let [acted] = &acted(&run)[..] else { panic!("{:?}", run.report.bends) };
    assert!(
        acted.starts_with("r: acted; released after ")
            && acted.ends_with(" by `desk > finesse ACCEPT alice`; a legal order"),
        "{acted}"
    );
}

#[test]
fn a_hold_that_expires_names_what_did_not_come() {
    let run = with(
        "[[rules]]\nmatch = \"router > mrpg CONNECT alice\"\nhold = \"desk > finesse TRANSFER alice\"\nexpire = \"3s\"\n",
    );
    let expected =
        "rule 1: acted; `desk > finesse TRANSFER alice` did not come: expired after 3s; a legal order";
    assert_eq!(acted(&run), [expected]);
}

#[test]
fn a_hold_that_nothing_ends_expires() {
    let run = with(
        "[[rules]]\nmatch = \"router > mrpg CONNECT alice\"\nhold = \"released\"\nexpire = \"3s\"\n\
         [[expect]]\nwithin = { from = \"sent router > mrpg CONNECT\", to = \"router > mrpg CONNECT\", time = \"3010ms\" }",
    );
    assert_eq!(run.failures(), Vec::<&str>::new());
    assert_eq!(bends(&run), [Bend::Held(1), Bend::Expired(1)]);
    assert_eq!(acted(&run), ["rule 1: acted; expired after 3s; a legal order"]);
}

#[test]
fn a_message_that_is_still_held_at_the_end_is_an_error_that_names_the_rule() {
    let run = with(
        "until = \"20s\"\n[[rules]]\nname = \"forever\"\nmatch = \"router > mrpg CONNECT alice\"\nhold = \"released\"",
    );
    let held = run.report.failures.iter().find(|failure| failure.by == "forever").unwrap();
    assert_eq!(held.text, "still held at the end: router > mrpg CONNECT alice");
    assert_eq!(acted(&run), ["forever: acted; held until the end; a legal order"]);
}

#[test]
fn what_is_held_on_a_connection_that_breaks_is_gone_and_holds_nothing_up() {
    let run = with(
        "until = \"10min\"\n[[rules]]\nname = \"r\"\nmatch = \"ccp > mrpg NEW_TASK alice\"\nhold = \"released\"\nexpire = \"8min\"\n\
         [[steps]]\nafter = \"held by=r\"\nwait = \"1s\"\ncut = \"mr\"\n\
         [customers.alice]\nrequeue_on_recovery = true\n",
    );
    let bends: Vec<Bend> = bends(&run).into_iter().filter(|bend| !matches!(bend, Bend::Stepped(_))).collect();
    assert_eq!(bends, [Bend::Held(1), Bend::Gone(1)]);
    assert_eq!(acted(&run), ["r: acted; gone after 1s, before it was released; a legal order"]);
    assert_eq!(run.failures(), Vec::<&str>::new());
    assert!(run.play.sim.now() < Time(300_000_000), "nobody waits for the hold");
}

#[test]
fn a_swap_without_a_next_message_and_a_delay_that_outlasts_the_run_are_told() {
    let run = with(
        "until = \"30s\"\n[[rules]]\nname = \"s\"\nmatch = \"ccp > mrpg NEW_TASK\"\nswap = true\nexpire = \"2s\"\n\
         [[rules]]\nname = \"d\"\nmatch = \"agentpg > finesse START_TASK_EVENT\"\ndelay = \"10min\"\n",
    );
    assert_eq!(
        acted(&run),
        [
            "s: acted; no next message came: expired after 2s; a misbehaving peer",
            "d: acted; the run ended within its delay of 10m; a legal order"
        ]
    );
}

#[test]
fn a_rule_that_finds_nothing_to_do_fails_and_says_why_and_makes_no_misbehaving_peer() {
    let cases = [
        (
            "agentpg > finesse START_TASK_EVENT",
            "corrupt = { byte = 9999, to = 1 }",
            "it has 48 bytes, and no byte 9999",
        ),
        ("agentpg > finesse START_TASK_EVENT", "corrupt = { byte = 0, to = 0 }", "its byte 0 is 0 anyway"),
        ("agentpg > finesse START_TASK_EVENT", "split = 4096", "it has 48 bytes, and arrives in one piece"),
    ];
    for (message, does, why) in cases {
        let run = with(&format!("[[rules]]\nname = \"r\"\nmatch = \"{message}\"\n{does}\n"));
        assert_eq!(acted(&run), [format!("r: acted; without effect: {why}")]);
        assert_eq!(run.failures(), ["r"]);
        assert_eq!(bends(&run), []);
    }
}

/// An agent who is told something, as often as that.
fn told(words: &str, at: &str, times: u32) -> String {
    format!(
        "[[steps]]\nat = \"{at}\"\nevery = \"5ms\"\ntimes = {times}\nagent = \"1081\"\ndoes = \"{words}\"\n"
    )
}

#[test]
fn a_rule_that_can_hold_no_more_says_so() {
    let rule = "[[rules]]\nmatch = \"desk > finesse READY\"\nhold = \"released\"\n";
    let run = played(&format!(
        "until = \"20s\"\n[agents.1081]\nready = \"never\"\n{}{}",
        told("ready", "5s", 1_025),
        rule.repeat(1_025)
    ));
    assert_eq!(
        acted(&run)[1_024],
        "rule 1025: acted; without effect: 1024 messages are held already, and no more can be"
    );
}

#[test]
fn a_delay_that_the_driver_cut_short_is_told() {
    let rule = "include = [\"one-task.toml\"]\n[[rules]]\nname = \"r\"\nmatch = \"agentpg > finesse START_TASK_EVENT\"\ndelay = \"10s\"\n";
    let run = played(rule);
    let mut engine = Engine::new(read(rule).unwrap(), &run.play.header);
    for record in &run.records {
        engine.see(record);
        if let What::Bent(Bent { bend: Bend::Delayed(_), .. }) = &record.what {
            let at = record.at + Duration::from_secs(2);
            let bent = Bent::new("the driver", Bend::Hurried);
            engine.see(&Record { seq: 0, at, what: What::Bent(bent), ..record.clone() });
        }
    }
    assert_eq!(engine.report().bends[0].became, ["released after 2s by the driver"]);
}

#[test]
fn a_rule_that_acted_is_told_when_it_was_disarmed_or_armed_again() {
    let polls = "[[rules]]\nname = \"p\"\nmatch = \"app > ccp POLL\"\ndelay = \"1ms\"\n";
    let step = |after: &str, act: &str| format!("[[steps]]\nafter = \"{after}\"\n{act} = \"p\"\n");
    let disarmed = with(&(polls.to_owned() + &step("desk > finesse ACCEPT", "disarm")));
    assert_eq!(acted(&disarmed), ["p: acted; a legal order"]);
    let again = with(&(polls.to_owned() + &step("desk > finesse ACCEPT", "arm")));
    assert_eq!(acted(&again), ["p: acted 2 times; a legal order"]);
}

#[test]
fn a_step_lets_go_what_a_rule_holds() {
    let run = with(
        "[[rules]]\nname = \"r\"\nmatch = \"router > mrpg CONNECT alice\"\nhold = \"released\"\n\
         [[steps]]\nafter = \"held by=r\"\nwait = \"1s\"\nrelease = \"r\"",
    );
    assert_eq!(run.failures(), Vec::<&str>::new());
    assert_eq!(bends(&run), [Bend::Held(1), Bend::Released(1)]);
}

#[test]
fn a_step_lets_go_what_its_rule_holds_and_no_other_rule() {
    let run = with(
        "[[rules]]\nname = \"a\"\nmatch = \"router > mrpg CONNECT alice\"\nhold = \"released\"\n\
         [[rules]]\nname = \"b\"\nmatch = \"agentpg > finesse AGENT_PRE_CALL_EVENT alice\"\nhold = \"released\"\nexpire = \"9s\"\n\
         [[steps]]\nafter = \"held by=a\"\nwait = \"1s\"\nrelease = \"a\"",
    );
    let other = acted(&run).into_iter().find(|told| told.starts_with("b: ")).unwrap();
    assert!(other.starts_with("b: acted; expired after 9s"), "{other}");
}

#[test]
fn a_value_that_is_excluded_means_every_other_value() {
    let run = with("[[expect]]\ncount = { of = \"contact alice to!=handled\", is = 1 }");
    let texts: Vec<&str> = run.report.failures.iter().map(|failure| failure.text.as_str()).collect();
    assert_eq!(texts, ["it happened more than 1 times"], "handled is one state of several");
}

#[test]
fn a_selector_means_its_receiver_only() {
    let run = with("[[expect]]\ncount = { of = \"mrpg > router OPEN_REQ\", is = 1 }");
    assert_eq!(run.failures(), Vec::<&str>::new(), "the OPEN_REQ to CCP is another");
}

#[test]
fn what_is_behind_a_held_message_waits_unless_the_hold_is_alone() {
    let is_overtaken = |alone: bool| {
        let text = format!(
            "include = [\"two-tasks-one-agent.toml\"]\n\
             [[rules]]\nmatch = \"ccp > mrpg NEW_TASK alice\"\nhold = \"released\"\nexpire = \"2s\"\nalone = {alone}\n\
             [[expect]]\nname = \"overtaken\"\norder = [\"ccp > mrpg NEW_TASK bob\", \"ccp > mrpg NEW_TASK alice\"]"
        );
        !played(&text).failures().iter().any(|failure| failure.starts_with("overtaken"))
    };
    assert!(!is_overtaken(false));
    assert!(is_overtaken(true));
}

#[test]
fn a_swapped_message_comes_right_behind_the_next_one() {
    let run = with(
        "[[rules]]\nname = \"r\"\nmatch = \"agentpg > finesse AGENT_STATE_EVENT NumTasks=1\"\nswap = true\n\
         [[expect]]\norder = [\"sent agentpg > finesse AGENT_STATE_EVENT NumTasks=1\", \
         \"agentpg > finesse AGENT_PRE_CALL_EVENT\", \"agentpg > finesse AGENT_STATE_EVENT NumTasks=1\"]\n\
         [checks.off]\npublish-order = \"a misbehaving peer\"\nwithin-limit = \"a misbehaving peer\"\n",
    );
    assert_eq!(run.failures(), Vec::<&str>::new());
    assert_eq!(bends(&run), [Bend::Swapped(1), Bend::Released(1)]);
    assert_eq!(acted(&run), ["r: acted; released at once by the next message; a misbehaving peer"]);
}

#[test]
fn a_dropped_message_never_arrives() {
    let run = with(
        "until = \"20s\"\n[[rules]]\nmatch = \"agentpg > finesse START_TASK_EVENT\"\ndrop = true\n\
         [[expect]]\nname = \"x\"\nnever = \"agentpg > finesse START_TASK_EVENT\"",
    );
    assert!(!run.failures().iter().any(|failure| failure.starts_with('x')), "{:?}", run.failures());
    assert_eq!(bends(&run), [Bend::Dropped]);
}

#[test]
fn a_request_that_a_rule_answers_never_arrives_and_its_customer_hears_the_status() {
    let run = with(
        "[[rules]]\nname = \"busy\"\nmatch = \"app > ccp POLL\"\ntimes = 2\nstatus = 503\n\
         headers = { retry-after = \"1\" }\nbody = \"<away/>\"\n\
         [[expect]]\ncount = { of = \"ccp > app REPLY to=POLL status=503\", is = 2 }\n\
         [[expect]]\norder = [\"ccp > app REPLY to=POLL status=503\", \"contact alice to=handled\"]",
    );
    assert_eq!(run.failures(), Vec::<&str>::new());
    assert_eq!(bends(&run), [Bend::Answered(503), Bend::Answered(503)]);
    assert_eq!(acted(&run), ["busy: acted 2 times"]);
    let heard = run.records.iter().find_map(|record| match &record.what {
        What::In(Input::Reply { result: Ok(response), .. }) if response.status == 503 => Some(response),
        _ => None,
    });
    let Response { headers, body, .. } = heard.expect("the customer hears it");
    let expected = [("retry-after", "1"), ("content-type", "application/xml")];
    assert_eq!(*headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(body.text(), "<away/>");
}

#[test]
fn of_all_messages_of_a_way_only_requests_are_answered() {
    let run = with(
        "until = \"20s\"\n[[rules]]\nmatch = \"desk > finesse *\"\ntimes = \"always\"\nstatus = 500\n\
         [[expect]]\nnever = \"desk > finesse LOGIN\"\n\
         [[expect]]\norder = [\"finesse > desk REPLY status=500\", \"finesse > desk REPLY status=500\"]\n\
         [[expect]]\ncount = { of = \"desk > finesse AUTH\", least = 1 }",
    );
    let expected =
        |failure: &&str| failure.contains("LOGIN") || failure.contains("REPLY") || failure.contains("AUTH");
    assert_eq!(run.failures().into_iter().filter(expected).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_ccp_whose_private_api_is_away_hears_nothing_of_finesse() {
    let run = with(
        "until = \"20s\"\n[[rules]]\nmatch = \"finesse > ccp *\"\ntimes = \"always\"\nstatus = 503\n\
         [[expect]]\nname = \"away\"\nnever = \"finesse > ccp CLOSE\"\n\
         [[expect]]\nname = \"heard\"\ncount = { of = \"ccp > finesse REPLY status=503\", least = 1 }",
    );
    let ours = |failure: &&str| failure.starts_with("away") || failure.starts_with("heard");
    assert_eq!(run.failures().into_iter().filter(ours).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_corrupted_length_is_told_to_the_receiver_as_broken_framing() {
    let run = with(
        "until = \"60s\"\n[[rules]]\nmatch = \"agentpg > finesse AGENT_PRE_CALL_EVENT\"\ncorrupt = { byte = 0, to = 255 }\n",
    );
    assert!(bends(&run).contains(&Bend::Corrupted));
    let is_told = |record: &Record| matches!(&record.what, What::In(Input::BadFrame { link, .. }) if link.port == Port::CtiA);
    assert!(run.records.iter().any(is_told));
}

#[test]
fn a_cut_breaks_the_connection_of_its_message() {
    let run = with(
        "[[rules]]\nmatch = \"ccp > mrpg NEW_TASK\"\ncut = true\n[customers.alice]\nrequeue_on_recovery = true\n\
         [[expect]]\norder = [\"ccp link_down port=mr\", \"ccp > mrpg NEW_TASK alice\"]",
    );
    assert_eq!(run.failures(), Vec::<&str>::new());
}

#[test]
fn a_request_and_a_reply_of_http_can_be_held_too() {
    let run = with(
        "[[rules]]\nmatch = \"desk > finesse ACCEPT\"\nhold = \"released\"\nexpire = \"2s\"\n\
         [[rules]]\nmatch = \"finesse > desk REPLY to=START\"\ndelay = \"3s\"\n\
         [[expect]]\nwithin = { from = \"sent desk > finesse ACCEPT\", to = \"desk > finesse ACCEPT\", time = \"2010ms\" }\n\
         [[expect]]\nname = \"late\"\norder = [\"agentpg > finesse START_TASK_EVENT\", \"finesse > desk REPLY to=START\"]",
    );
    assert_eq!(run.failures(), Vec::<&str>::new());
}

#[test]
fn a_rule_counts_the_messages_that_match() {
    let run = with("[[rules]]\nmatch = \"app > ccp POLL\"\nnth = 3\ndelay = \"100ms\"\n");
    assert_eq!(bends(&run), [Bend::Delayed(100_000)]);
    let before = run.records.iter().position(|record| matches!(record.what, What::Bent(_))).unwrap();
    let is_poll = |record: &&Record| matches!(&record.what, What::Out(Output::Call { request, .. }) if request.path().contains("/contact/"));
    assert_eq!(run.records[..before].iter().filter(is_poll).count(), 3);
}

/// The rules that acted on polls, with the number of the poll each.
fn polls_bent(rules: &str) -> Vec<(String, usize)> {
    let run = with(rules);
    let is_poll = |record: &&Record| matches!(&record.what, What::Out(Output::Call { request, .. }) if request.path().contains("/contact/"));
    let bent = |(at, record): (usize, &Record)| {
        let What::Bent(bent) = &record.what else { return None };
        Some((bent.by.clone(), run.records[..at].iter().filter(is_poll).count()))
    };
    run.records.iter().enumerate().filter_map(bent).collect()
}

#[test]
fn a_rule_whose_message_another_one_takes_acts_on_the_next_one() {
    let rule = |name: &str, nth: u64| {
        format!("[[rules]]\nname = \"{name}\"\nmatch = \"app > ccp POLL\"\nnth = {nth}\ndelay = \"1ms\"\n")
    };
    let acted = |rules: &[(&str, u64)]| {
        polls_bent(&rules.iter().map(|(name, nth)| rule(name, *nth)).collect::<String>())
    };
    let named = |expected: &[(&str, usize)]| -> Vec<(String, usize)> {
        expected.iter().map(|(name, poll)| ((*name).to_owned(), *poll)).collect()
    };
    assert_eq!(acted(&[("a", 1), ("b", 1), ("c", 1)]), named(&[("a", 1), ("b", 2), ("c", 3)]));
    assert_eq!(acted(&[("a", 2), ("b", 1)]), named(&[("b", 1), ("a", 2)]));
    assert_eq!(acted(&[("a", 2), ("b", 2), ("c", 3)]), named(&[("a", 2), ("b", 3), ("c", 4)]));
}

#[test]
fn a_rule_that_never_acted_as_another_one_took_its_message_says_which() {
    let rule = |name: &str| {
        format!(
            "[[rules]]\nname = \"{name}\"\nmatch = \"agentpg > finesse START_TASK_EVENT\"\ndelay = \"1ms\"\n"
        )
    };
    let run = with(&(rule("first") + &rule("second")));
    let [failure] = &run.report.failures[..] else { panic!("{:?}", run.failures()) };
    assert_eq!(failure.by, "second");
    assert!(
        failure.text.ends_with("left 1 times, and none was left for it; the last was taken by rule `first`")
    );
}

#[test]
fn a_rule_that_never_acted_and_a_step_that_was_not_taken_are_told() {
    let run = with(
        "[[rules]]\nname = \"idle\"\nmatch = \"ccp > mrpg CANCEL_TASK\"\ndrop = true\n\
         [[steps]]\nname = \"lazy\"\nafter = \"contact alice to=discarded\"\ncut = \"mr\"\n",
    );
    let mut failures = run.failures();
    failures.sort_unstable();
    assert_eq!(failures, ["idle", "lazy"]);
}

#[test]
fn a_component_that_is_stopped_and_started_goes_on() {
    let run = played(
        "[agents.1081]\n[customers.alice]\nat = \"12s\"\n\
         [[steps]]\nat = \"4s\"\nstop = \"router\"\n[[steps]]\nat = \"6s\"\nstart = \"router\"\n\
         [[expect]]\nfinal = \"contact alice to=handled\"\n\
         [[expect]]\norder = [\"router stopped\", \"router started\", \"ccp > mrpg NEW_TASK\"]",
    );
    assert_eq!(run.failures(), Vec::<&str>::new());
}

#[test]
fn a_state_is_told_as_it_ended() {
    let run = with("[[expect]]\nfinal = \"agent_in_mrd agent=1081 to=RESERVED\"");
    assert_eq!(run.report.failures[0].text, "it ended as NOT_ACTIVE");
}

#[test]
fn a_step_is_taken_again_and_again_with_its_words_in_turn() {
    let run = played(
        "[agents.1081]\nready = \"never\"\n\
         [[steps]]\nat = \"2s\"\nevery = \"1s\"\ntimes = 3\nagent = \"1081\"\ndoes = [\"ready\", \"not-ready\"]\n\
         [[expect]]\norder = [\"desk > finesse READY\", \"desk > finesse NOT_READY\", \"desk > finesse READY\"]\n\
         [[expect]]\ncount = { of = \"desk > finesse NOT_READY\", is = 1 }",
    );
    assert_eq!(run.failures(), Vec::<&str>::new());
}

#[test]
fn a_key_of_a_fact_is_looked_for_in_the_innermost_of_its_names() {
    let run = with(
        "[[expect]]\ncount = { of = \"agent_record agent=1081 state=ACTIVE\", least = 1 }\n\
         [[expect]]\nnever = \"agent_record agent=1082\"",
    );
    assert_eq!(run.failures(), Vec::<&str>::new());
}

#[test]
fn a_notification_is_known_by_the_kind_of_its_object() {
    let run = with(
        "[[expect]]\norder = [\"finesse > desk UPDATE object=User state=NOT_READY\", \
         \"finesse > desk UPDATE object=Media state=READY\", \
         \"finesse > desk UPDATE object=Dialog event=POST state=OFFERED\", \
         \"finesse > desk UPDATE object=Dialog event=PUT state=ACTIVE\"]",
    );
    assert_eq!(run.failures(), Vec::<&str>::new());
}

/// How often a rule acted, by the report's line.
fn times(run: &Run) -> Vec<String> {
    run.report.bends.iter().map(|acted| format!("{} {}", acted.rule, acted.times)).collect()
}

#[test]
fn a_rule_acts_as_often_as_it_says() {
    let poll = "app > ccp POLL alice";
    let with_times =
        |keys: &str| with(&format!("[[rules]]\nname = \"r\"\nmatch = \"{poll}\"\ndelay = \"100ms\"\n{keys}"));
    let polls = with("").records.iter().filter(|record| is_poll(record)).count();
    assert!(polls > 6, "{polls}");
    assert_eq!(times(&with_times("")), ["r 1"]);
    assert_eq!(times(&with_times("times = 3")), ["r 3"]);
    assert_eq!(times(&with_times("nth = 2\ntimes = 3")), ["r 3"]);
    let always = with_times("times = \"always\"");
    let slowed = always.records.iter().filter(|record| is_poll(record)).count();
    assert_eq!(times(&always), [format!("r {slowed}")]);
    assert_eq!(always.failures(), Vec::<&str>::new());
}

/// Whether a customer's poll leaves.
fn is_poll(record: &Record) -> bool {
    matches!(&record.what, What::Out(Output::Call { request, port: Port::App, .. }) if request.method == "GET" && request.target.contains("/contact/"))
}

#[test]
fn a_rule_that_always_acts_makes_each_message_late() {
    let run = with(
        "[[rules]]\nmatch = \"app > ccp POLL\"\ntimes = \"always\"\ndelay = \"300ms\"\n\
         [[expect]]\nwithin = { from = \"sent app > ccp POLL\", to = \"app > ccp POLL\", time = \"301ms\" }\n\
         [[expect]]\nname = \"not earlier\"\nwithin = { from = \"sent app > ccp POLL\", to = \"app > ccp POLL\", time = \"299ms\" }",
    );
    assert_eq!(run.report.failures.len(), 1, "{:?}", run.failures());
    assert!(run.failures()[0].starts_with("not earlier"));
}

#[test]
fn a_delay_of_a_range_is_drawn_for_each_message_and_by_the_seed() {
    let text = "include = [\"one-task.toml\"]\n[[rules]]\nmatch = \"app > ccp POLL\"\ntimes = \"always\"\ndelay = \"10ms..400ms\"";
    let delays = |seed| {
        let run = crate::support::run(read(text).unwrap(), seed);
        let delay = |bend: &Bend| if let Bend::Delayed(us) = bend { Some(*us) } else { None };
        bends(&run).iter().filter_map(delay).collect::<Vec<_>>()
    };
    let first = delays(1);
    assert!(first.iter().all(|us| (10_000..400_000).contains(us)), "{first:?}");
    assert!(first.windows(2).any(|pair| pair[0] != pair[1]), "{first:?}");
    assert_eq!(first, delays(1));
    assert_ne!(first, delays(2));
}

#[test]
fn a_lossy_link_loses_some_messages_and_not_all() {
    let run = with(
        "[[rules]]\nname = \"lossy\"\nmatch = \"ccp > app REPLY to=POLL\"\ntimes = \"always\"\nchance = \"40%\"\ndrop = true\n\
         [customers.bob]\npoll = \"100ms\"",
    );
    let replies = |record: &&Record| {
        matches!(&record.what, What::Out(Output::Reply { .. })) && record.node.as_str() == "ccp"
    };
    let all = run.records.iter().filter(replies).count() as u64;
    let lost = run.report.bends[0].times;
    assert!(lost > all / 5 && lost < all * 3 / 5, "{lost} of {all}");
}

#[test]
fn a_chance_that_never_came_is_no_failure() {
    let run = with("[[rules]]\nmatch = \"ccp > mrpg NEW_TASK\"\nchance = \"0.0001%\"\ndrop = true");
    assert_eq!(run.failures(), Vec::<&str>::new());
}

#[test]
fn messages_that_are_always_swapped_change_places_two_by_two() {
    let link = "agentpg > finesse";
    let event = |name: &str| format!("[[rules]]\nmatch = \"{link} {name} alice\"\ntimes = \"always\"\n");
    let run = with(&format!("{}swap = true\n", event("OFFER_TASK_EVENT")));
    assert_eq!(times(&run), ["rule 1 1"]);
    let run = with(&format!("{}coalesce = true\n", event("OFFER_TASK_EVENT")));
    assert_eq!((times(&run), run.failures()), (vec!["rule 1 1".to_owned()], Vec::new()));
}

#[test]
fn what_is_always_coalesced_comes_by_twos() {
    let run = with(
        "[[rules]]\nname = \"r\"\nmatch = \"agentpg > finesse AGENT_STATE_EVENT\"\ntimes = \"always\"\ncoalesce = true",
    );
    assert_eq!(
        run.report.outcome.to_string(),
        "alice: handled (externally_handled), disposition 38 normal end"
    );
    assert!(run.report.bends[0].times > 1, "{:?}", run.report.bends);
}

#[test]
fn a_rule_that_a_person_added_and_that_never_acted_is_listed_and_no_failure() {
    let scenario = read("include = [\"one-task.toml\"]").unwrap();
    let rule =
        read("[[rules]]\nname = \"by hand\"\nmatch = \"ccp > mrpg NEW_TASK T9\"\ndrop = true").unwrap();
    let header = scenario.lab.header(1, scenario.lab.demo_start(), scenario.lab.nodes());
    let mut engine = Engine::new(scenario, &header);
    engine.add(rule.rules[0].clone()).unwrap();
    let report = engine.report();
    assert_eq!(
        report.idle,
        ["by hand: the rule never acted: no such message came: `ccp > mrpg NEW_TASK T9`"]
    );
    assert!(report.failures.iter().all(|failure| failure.by != "by hand"));
}

#[test]
fn an_order_whose_next_never_came_tells_what_came_nearest() {
    let text = |order: &str| with(&format!("[[expect]]\norder = {order}")).report.failures[0].text.clone();
    let other = text("[\"ccp > mrpg NEW_TASK alice\", \"finesse > desk REPLY to=ACCEPT status=404\"]");
    assert!(
        other.contains("; the nearest was record ") && other.ends_with(": status=202, not 404"),
        "{other}"
    );
    let end = text("[\"ccp > mrpg NEW_TASK alice\", \"END_TASK_IND alice ICMDisposition=63\"]");
    assert!(end.ends_with(": ICMDisposition=38 normal end, not 63 transferred"), "{end}");
    let fact = text("[\"ccp > mrpg NEW_TASK alice\", \"task alice to=LOGGED_OUT disposition=36\"]");
    assert!(fact.ends_with("disposition=38 normal end, not 36 ring no answer"), "{fact}");
    let task = text("[\"ccp > mrpg NEW_TASK alice\", \"desk > finesse ACCEPT T2\"]");
    assert!(task.ends_with("`agent-1081 > finesse ACCEPT alice`: another task"), "{task}");
    let never = text("[\"ccp > mrpg CANCEL_TASK alice\", \"contact alice to=handled\"]");
    assert_eq!(never, "`ccp > mrpg CANCEL_TASK alice` never happened");
}
