//! What a scenario says, happens: nothing is taken and then left undone without a word.

use crate::support::{Run, played, read};
use cce_journal::{Director, Record, What};
use cce_kernel::{Input, NodeName, Port, Time};
use cce_play::Engine;
use std::time::Duration;

/// What failed, with the reasons.
fn told(run: &Run) -> Vec<String> {
    run.report.failures.iter().map(|failure| format!("{}: {}", failure.by, failure.text)).collect()
}

/// What is wrong with a text.
fn problems(text: &str) -> Vec<String> {
    read(text).unwrap_err().problems.into_iter().map(|problem| problem.message).collect()
}

#[test]
fn an_agent_who_never_closes_keeps_the_dialog() {
    let run = played(
        "until = \"2min\"\n[agents.1081]\noffer = { accept = \"1s\", start = \"1s\", close = \"never\" }\n[customers.alice]\n\
         [[expect]]\nnever = \"desk > finesse CLOSE\"\n[[expect]]\nfinal = \"dialog alice to=ACTIVE\"\n\
         [checks.off]\none-end = \"the agent never completes the task\"",
    );
    assert_eq!(told(&run), Vec::<String>::new());
}

#[test]
fn an_agent_who_never_starts_keeps_the_dialog_accepted() {
    let run = played(
        "until = \"20s\"\n[agents.1081]\nstart = \"never\"\n[customers.alice]\n\
         [[expect]]\nfinal = \"dialog alice to=ACCEPTED\"\n[checks.off]\none-end = \"the agent never starts\"",
    );
    assert_eq!(told(&run), Vec::<String>::new());
}

#[test]
fn a_customer_is_told_about_its_task_by_each_of_its_names() {
    for name in ["", " alice", " T1", " alice#1"] {
        let run = played(&format!(
            "until = \"2min\"\n[customers.alice]\n[[steps]]\nafter = \"contact alice to=queued\"\nwait = \"3s\"\n\
             customer = \"alice\"\ndoes = \"cancel{name}\"\n[[expect]]\nfinal = \"contact alice to=discarded\""
        ));
        assert_eq!(told(&run), Vec::<String>::new(), "cancel{name}");
    }
}

#[test]
fn a_customer_is_told_nothing_about_the_task_of_another() {
    let found = problems(
        "[customers.alice]\n[customers.bob]\n[[steps]]\nat = \"3s\"\ncustomer = \"bob\"\ndoes = \"cancel alice\"",
    );
    assert_eq!(found, ["a customer knows no task but its own, and `alice` is alice's"]);
}

#[test]
fn words_that_nobody_follows_are_told_when_the_file_is_read() {
    let step = |does: &str| {
        format!(
            "[agents.1081]\n[customers.alice]\n[[steps]]\nat = \"3s\"\nagent = \"1081\"\ndoes = \"{does}\""
        )
    };
    assert_eq!(problems(&step("ready alice")), ["`ready` is followed by nothing: leave out `alice`"]);
    assert_eq!(problems(&step("pause alice T2")), ["`pause` is followed by one task: leave out `T2`"]);
    let create = "[customers.alice]\n[[steps]]\nat = \"3s\"\ncustomer = \"alice\"\ndoes = \"create alice\"";
    assert_eq!(problems(create), ["`create` is followed by nothing: leave out `alice`"]);
}

#[test]
fn a_step_that_a_customer_refuses_fails() {
    let text = |key: &str| {
        format!(
            "until = \"1min\"\n[agents.1081]\n[customers.alice]\nat = \"never\"\n[[steps]]\nat = \"3s\"\n\
             customer = \"alice\"\ndoes = \"create\"\n[[steps]]\nname = \"too early\"\nat = \"1s\"\n{key}customer = \"alice\"\ndoes = \"cancel\""
        )
    };
    assert_eq!(told(&played(&text(""))), ["too early: the step was refused: no task is open"]);
    assert_eq!(told(&played(&text("may_be_refused = true\n"))), Vec::<String>::new());
}

#[test]
fn a_step_that_an_agent_refuses_fails_with_the_record_that_says_so() {
    let run = played(
        "[agents.1081]\n[customers.alice]\n[[steps]]\nname = \"too early\"\nafter = \"contact alice to=queued\"\n\
         agent = \"1081\"\ndoes = \"return\"",
    );
    assert_eq!(told(&run), ["too early: the step was refused: the agent did not crash"]);
    assert!(run.report.failures[0].record.is_some());
}

#[test]
fn a_component_that_is_stopped_cannot_be_stopped_and_one_that_runs_cannot_be_started() {
    let failures = |first: &str, second: &str| {
        told(&played(&format!(
            "[agents.1081]\n[[steps]]\nat = \"1s\"\n{first} = \"router\"\n[[steps]]\nat = \"2s\"\n{second} = \"router\""
        )))
    };
    assert_eq!(failures("stop", "stop"), ["step 2: the step was refused: router is stopped already"]);
    assert_eq!(failures("stop", "start"), Vec::<String>::new());
    assert_eq!(
        failures("restart", "start"),
        [
            "step 2: the step was refused: router runs already: `restart` ends that life and begins another one"
        ]
    );
}

#[test]
fn an_order_to_the_sides_of_the_cti_server_without_effect_is_refused() {
    let failures = |first: &str, second: &str, key: &str| {
        told(&played(&format!(
            "until = \"1min\"\n[agents.1081]\n[[steps]]\nat = \"1s\"\ncti = \"{first}\"\n[[steps]]\nat = \"20s\"\ncti = \"{second}\"\n{key}"
        )))
    };
    for (first, second, why) in [
        ("stop a", "stop a", "side a is stopped already"),
        ("stop a", "switch a", "side a is stopped"),
        ("stop a", "maintenance on", "side a would serve, and is stopped"),
        ("stop b", "start a", "side a runs already"),
        ("switch b", "switch b", "side b is the active side already"),
        ("maintenance on", "maintenance on", "side a would serve, and is in maintenance"),
        ("stop b", "maintenance off", "no side is in maintenance"),
    ] {
        assert_eq!(
            failures(first, second, ""),
            [format!("step 2: the step was refused: {why}")],
            "{first}, {second}"
        );
        assert_eq!(
            failures(first, second, "may_be_refused = true"),
            Vec::<String>::new(),
            "{first}, {second}"
        );
    }
    assert_eq!(failures("stop a", "start a", ""), Vec::<String>::new());
}

#[test]
fn a_rule_that_only_acts_without_effect_fails() {
    let run = played(
        "until = \"1min\"\n[agents.1081]\n[customers.alice]\n[[rules]]\nname = \"r\"\nmatch = \"ccp > app * alice\"\n\
         times = \"always\"\nduplicate = true",
    );
    assert_eq!(told(&run), ["r: the rule changed nothing: a request has one response"]);
}

#[test]
fn a_loss_that_is_said_and_does_not_come_about_fails() {
    let text = "until = \"1min\"\n[agents.1081]\n[customers.alice]\n";
    assert_eq!(told(&played(text)), Vec::<String>::new());
    assert_eq!(
        told(&played(&format!("lost = \"both OPCs fail\"\n{text}"))),
        ["lost: `lost` is said, and nothing was lost"]
    );
}

#[test]
fn a_rule_that_is_disarmed_cannot_be_disarmed() {
    let text = |armed: bool| {
        format!(
            "until = \"1min\"\n[agents.1081]\n[customers.alice]\n[[rules]]\nname = \"r\"\nmatch = \"ccp > mrpg NEW_TASK alice\"\n\
             armed = {armed}\ndelay = \"1s\"\n[[steps]]\nat = \"1s\"\ndisarm = \"r\""
        )
    };
    assert_eq!(told(&played(&text(false))), ["step 1: the step was refused: rule `r` is disarmed already"]);
    assert_eq!(told(&played(&text(true))), Vec::<String>::new());
}

#[test]
fn what_people_planned_and_gave_up_is_told() {
    let run = played(
        "until = \"2min\"\n[agents.1081]\n[customers.alice]\ncancel_after = \"90s\"\n[[expect]]\nfinal = \"contact alice to=handled\"",
    );
    assert_eq!(told(&run), Vec::<String>::new());
    let [dropped] = &run.report.dropped[..] else { panic!("{:?}", run.report.dropped) };
    assert!(dropped.starts_with("alice: `cancel` at ") && dropped.ends_with(" was given up"), "{dropped}");
}

#[test]
fn a_range_of_agents_is_as_many_agents() {
    let lab = "[agents.\"1080..1082\"]\n";
    let scenario = read(lab).unwrap();
    let ids: Vec<&str> = scenario.lab.cast.agents.iter().map(|agent| agent.id.as_str()).collect();
    assert_eq!(ids, ["1080", "1081", "1082"]);
    assert!(problems("[agents.\"1081..1999\"]")[0].starts_with("the lab has no agent `10"));
    assert_eq!(
        problems("[agents.1081]\nlimit = \"abc\""),
        ["limit: string \"abc\" is not what it takes: a whole number, not less than 0"]
    );
    assert_eq!(problems("[agents.\"1080..1082\"]\nlimit = 11").len(), 1, "one mistake is told once");
}

#[test]
fn a_release_of_nothing_fails() {
    let run = played("[agents.1081]\n[[steps]]\nat = \"1s\"\nrelease = \"all\"");
    assert_eq!(told(&run), ["step 1: the step was refused: nothing is held"]);
}

#[test]
fn only_a_step_that_somebody_can_refuse_may_be_refused() {
    let of = |act: &str| problems(&format!("[[steps]]\nat = \"1s\"\n{act}\nmay_be_refused = true"));
    assert_eq!(of("restart = \"ccp\""), ["nobody refuses such a step"]);
}

#[test]
fn a_cut_or_a_stall_that_may_do_nothing_may_do_nothing() {
    let failures = |act: &str, may_be: bool| {
        let text = format!(
            "until = \"20s\"\n[agents.1081]\n[[steps]]\nat = \"1s\"\n{act} = \"cti-b\"\nlasting = \"2s\"\nmay_be_refused = {may_be}"
        );
        told(&played(&text))
    };
    for act in ["cut", "stall"] {
        assert_eq!(failures(act, false), ["step 1: the step did nothing: nobody uses cti-b meanwhile"]);
        assert_eq!(failures(act, true), [""; 0]);
    }
}

#[test]
fn a_step_is_for_a_person_of_its_kind() {
    let of = |who: &str| {
        problems(&format!(
            "[agents.1081]\n[customers.alice]\n[[steps]]\nat = \"1s\"\n{who}\ndoes = \"cancel\""
        ))
    };
    for number in [1, 7] {
        let said = format!("the scenario has no customer `customer-{number}`; there is `alice`");
        assert_eq!(of(&format!("customer = \"customer-{number}\"")), [said]);
    }
    assert_eq!(of("agent = \"alice\""), ["`alice` is a customer: write customer = \"alice\""]);
    assert_eq!(of("customer = \"1081\""), ["`1081` is an agent: write agent = \"1081\""]);
}

/// A driver may lose what the engine orders.
#[test]
fn a_step_that_nobody_has_taken_in_is_told() {
    let run = played(
        "until = \"20s\"\n[agents.1081]\n[[steps]]\nname = \"rest\"\nat = \"9s\"\nagent = \"1081\"\ndoes = \"voice-not-ready\"",
    );
    assert_eq!(told(&run), [""; 0]);
    let mut engine = Engine::new(run.play.sim.director().scenario().clone(), &run.play.header);
    engine.wake(Time(9_000_000));
    let failures = engine.report().failures;
    let told: Vec<&str> =
        failures.iter().filter(|one| one.by == "rest").map(|one| one.text.as_str()).collect();
    assert_eq!(told, ["the step was not answered before the end"]);
    for record in &run.records {
        engine.see(record);
    }
    assert_eq!(engine.report().failures, []);
}

#[test]
fn a_scenario_waits_for_what_an_agent_is_planned_to_do() {
    for planned in ["crash = \"5s\"", "sign_out = \"5s\"", "not_ready = \"5s\""] {
        let run = played(&format!(
            "until = \"3min\"\n[agents.1081]\n{planned}\n[[expect]]\norder = [\"user agent=1081 to=NOT_READY\", \"{}\"]",
            match planned.split(' ').next().unwrap() {
                "crash" => "forced_sign_out agent=1081",
                "sign_out" => "user agent=1081 to=LOGOUT",
                _ => "desk > finesse NOT_READY",
            }
        ));
        // Finesse signs out after its grace of a minute, behind the end.
        let failed = usize::from(planned.starts_with("crash"));
        assert_eq!(run.report.failures.len(), failed, "{planned}: {:?}", told(&run));
        assert!(run.play.sim.now().0 >= 5_000_000, "{planned}: {:?}", run.play.sim.now());
    }
}

#[test]
fn a_customer_who_is_planned_to_give_up_does_so_before_the_end() {
    let run = played(
        "until = \"3min\"\n[customers.alice]\ncancel_after = \"40s\"\n[[expect]]\nfinal = \"contact alice to=discarded\"",
    );
    assert_eq!(told(&run), Vec::<String>::new());
}

#[test]
fn what_is_planned_behind_the_end_is_told() {
    let run = played("until = \"10s\"\n[agents.1081]\ncrash = \"1min\"");
    assert_eq!(told(&run), ["agent-1081: `crash` at 1m was not reached before the end; see `until`"]);
}

#[test]
fn plans_that_cannot_come_about_are_told_when_the_file_is_read() {
    let agent = |settings: &str| problems(&format!("[agents.1081]\n{settings}"));
    assert_eq!(
        agent("ready = \"never\"\nnot_ready = \"1s\""),
        ["`not_ready` counts from having become ready by itself, and `ready` is never"]
    );
    assert_eq!(
        agent("sign_out = \"1min\"\ncrash = \"2min\""),
        ["the agent is gone by then: `sign_out` comes before, and ends what was planned"]
    );
    assert_eq!(
        agent("sign_in = \"20s\"\nsign_out = \"10s\""),
        ["`sign_out` counts from the start, and the agent does not sign in before that"]
    );
}

#[test]
fn a_stall_keeps_back_what_is_on_its_way_already() {
    let run = played(
        r#"
latency.from_listener.cti-a = "500ms"
[agents.1081]
offer = { accept = "1s", start = "1s", close = "2s" }
[customers.alice]
[[steps]]
name = "stalled in flight"
after = "sent agentpg > finesse AGENT_PRE_CALL_EVENT alice"
wait = "100ms"
stall = "cti-a"
lasting = "5s"
[[steps]]
name = "two seconds into the stall"
after = 'stepped by="stalled in flight"'
wait = "2s"
agent = "1081"
does = "voice-not-ready"
[[expect]]
name = "nothing comes through the port while it is stalled"
order = ['stepped by="two seconds into the stall"', "agentpg > finesse AGENT_PRE_CALL_EVENT alice"]
[[expect]]
within = { from = 'stepped by="stalled in flight"', to = "agentpg > finesse AGENT_PRE_CALL_EVENT alice", time = "5001ms" }
[[expect]]
final = "contact alice to=handled"
"#,
    );
    assert_eq!(told(&run), Vec::<String>::new());
}

#[test]
fn a_stall_keeps_back_requests_and_answers_that_are_on_their_way() {
    for (way, event) in [("to", "app > ccp POLL"), ("from", "ccp > app REPLY to=POLL")] {
        let run = played(&format!(
            "latency.{way}_listener.app = \"500ms\"\n[agents.1081]\n[customers.alice]\n[[steps]]\nname = \"s\"\n\
             after = \"sent {event}\"\nwait = \"100ms\"\nstall = \"app\"\nlasting = \"3s\"\n\
             [[expect]]\nfinal = \"contact alice to=handled\"",
        ));
        assert_eq!(told(&run), Vec::<String>::new(), "{event}");
        let is_step = |record: &&Record| matches!(&record.what, What::Bent(bent) if bent.by == "s");
        let began = run.records.iter().find(is_step).unwrap().at;
        let arrives = |record: &&Record| match &record.what {
            What::In(Input::Call { port, .. }) => *port == Port::App,
            What::In(Input::Reply { .. }) => record.node.as_str().starts_with("customer-"),
            _ => false,
        };
        let mut arrivals =
            run.records.iter().filter(arrives).map(|record| record.at).filter(|at| *at > began);
        assert!(arrivals.next().unwrap() >= began + Duration::from_secs(3), "{event}");
    }
}

#[test]
fn a_shorter_stall_does_not_end_a_longer_one() {
    let run = played(
        "[agents.1081]\n[customers.alice]\n[[steps]]\nname = \"long\"\nat = \"1900ms\"\nstall = \"app\"\nlasting = \"5s\"\n\
         [[steps]]\nname = \"short\"\nat = \"2500ms\"\nstall = \"app\"\nlasting = \"100ms\"\n\
         [[steps]]\nname = \"later\"\nat = \"6800ms\"\nagent = \"1081\"\ndoes = \"voice-not-ready\"\n\
         [[expect]]\norder = ['stepped by=\"later\"', \"app > ccp CREATE\"]",
    );
    assert_eq!(told(&run), ["short: the step did nothing: app is stalled for longer anyway"]);
}

/// What is said of a selector that can never match.
fn refused(selector: &str) -> String {
    let text = format!("[agents.1081]\n[customers.alice]\n[[expect]]\nnever = '{selector}'");
    problems(&text).join("; ")
}

#[test]
fn a_request_that_creates_a_task_has_no_name_yet() {
    for task in ["alice", "T1", "T1#1"] {
        let said = refused(&format!("app > ccp CREATE {task}"));
        assert!(
            said.starts_with("a CREATE has no task yet: write ") && said.contains("`alice > ccp CREATE`"),
            "{said}"
        );
    }
    let run = played(
        "[agents.1081]\n[customers.alice]\n[[expect]]\norder = [\"alice > ccp CREATE\", \"contact alice to=handled\"]\n\
         [[expect]]\norder = [\"ccp > app REPLY to=CREATE alice\", \"contact alice to=handled\"]",
    );
    assert_eq!(told(&run), Vec::<String>::new());
}

#[test]
fn what_is_about_no_task_takes_no_task() {
    for selector in [
        "desk > finesse READY alice",
        "agentpg > finesse AGENT_STATE_EVENT alice",
        "finesse > agentpg OPEN_REQ alice",
        "agentpg > cti AGENT_TASKS_RESP alice",
        "agent_in_mrd alice to=RESERVED",
        "link_down alice",
        "peer_error alice",
        "stepped alice",
    ] {
        let said = refused(selector);
        assert!(said.ends_with("is about no task: leave out `alice`"), "{selector}: {said}");
    }
}

#[test]
fn nothing_goes_where_there_is_no_link_or_the_other_way() {
    for (selector, said) in [
        ("app > router NEW_TASK", "no `NEW_TASK` goes from app to router"),
        ("desk > ccp POLL", "nothing goes from desk to ccp: there is no link between them"),
        ("cti > router CONNECT", "nothing goes from cti to router: there is no link between them"),
        ("agent-1081 > agentpg OPEN_REQ", "nothing goes from desk to agentpg: there is no link between them"),
        ("finesse > desk ACCEPT", "no `ACCEPT` goes from finesse to desk"),
        ("desk > finesse REPLY to=LOGIN", "no `REPLY` goes from desk to finesse"),
        ("ccp > mrpg DO_THIS_WITH_TASK", "no `DO_THIS_WITH_TASK` goes from ccp to mrpg"),
        ("mrpg > ccp NEW_TASK", "no `NEW_TASK` goes from mrpg to ccp"),
        ("router > mrpg NEW_CALL", "no `NEW_CALL` goes from router to mrpg"),
        ("finesse > agentpg START_TASK_EVENT", "no `START_TASK_EVENT` goes from finesse to agentpg"),
        ("agentpg > finesse START_TASK_IND", "no `START_TASK_IND` goes from agentpg to finesse"),
        ("cti > finesse START_TASK_IND", "no `START_TASK_IND` goes from cti to finesse"),
        ("alice > ccp LOGIN", "no `LOGIN` goes from app to ccp"),
        ("desk > finesse CREATE", "no `CREATE` goes from desk to finesse"),
        ("desk > finesse UPDATE", "no `UPDATE` goes from desk to finesse"),
        ("finesse > desk AUTH", "no `AUTH` goes from finesse to desk"),
        ("* > finesse NEW_TASK", "no `NEW_TASK` goes to finesse"),
        ("* > router CONNECT", "no `CONNECT` goes to router"),
        ("finesse > * NEW_TASK", "no `NEW_TASK` goes from finesse"),
        ("finesse NEW_TASK", "no `NEW_TASK` goes from finesse"),
        ("alice > ccp ACCEPT_X", "there is no message `ACCEPT_X`"),
    ] {
        assert!(refused(selector).starts_with(said), "{selector}: {}", refused(selector));
    }
}

#[test]
fn a_change_of_state_happens_where_it_is_told() {
    assert_eq!(refused("finesse contact to=handled"), "`contact` never happens at finesse, but at ccp");
    assert_eq!(refused("alice dialog to=ACTIVE"), "`dialog` never happens at app, but at finesse");
    for (selector, home) in [
        ("router published", "ccp"),
        ("ccp queue_node", "router"),
        ("finesse session_opened", "agentpg"),
        ("router pre_call", "agentpg"),
        ("desk publication", "finesse"),
        ("agentpg dialogue", "ccp or mrpg"),
    ] {
        let said = refused(selector);
        assert!(said.ends_with(&format!("but at {home}")), "{selector}: {said}");
    }
    for selector in ["mrpg dialogue", "agentpg agent_record", "finesse peer_error", "router link_up"] {
        assert!(read(&format!("[[expect]]\nnever = '{selector}'")).is_ok(), "{selector}");
    }
}

#[test]
fn what_no_run_of_these_people_has_is_told() {
    let dead = |selector: &str, nodes: &[&str], has_outside: bool| {
        let scenario = read(&format!("[agents.1081]\n[[expect]]\nnever = '{selector}'")).unwrap();
        let nodes: Vec<NodeName> = nodes.iter().map(|node| NodeName::from(*node)).collect();
        scenario.unreachable(&nodes, has_outside).mistakes.join("; ")
    };
    let all = ["ccp", "mrpg", "router", "agentpg", "finesse", "agent-1081"];
    assert_eq!(dead("cti > agentpg OPEN_REQ", &all, true), "");
    assert_eq!(
        dead("cti > agentpg OPEN_REQ", &all, false),
        "`cti > agentpg OPEN_REQ` can never match: the simulator has no CTI clients from outside"
    );
    assert_eq!(
        dead("app > ccp CREATE", &all, false),
        "`app > ccp CREATE` can never match: the simulator has no applications from outside, and the scenario has no customer"
    );
    assert_eq!(
        dead("app > mrpg NEW_TASK", &all, true),
        "`app > mrpg NEW_TASK` can never match: the MR PG has no application but CCP: see --mr-app"
    );
    assert_eq!(dead("app > mrpg NEW_TASK", &["mrpg", "router"], true), "", "CCP is in another process");
    assert_eq!(
        dead("cti > finesse START_TASK_EVENT", &all, true),
        "`cti > finesse START_TASK_EVENT` can never match: this run's agentpg stands there, and nobody outside"
    );
    assert_eq!(dead("app > ccp NEW_TASK_FAILURE_EVENT", &all, true), "");
    assert_eq!(
        dead("mrpg > ccp TASK_QUEUED_EVENT", &["ccp"], true),
        "",
        "the other end is in another process"
    );
    assert_eq!(
        dead("mrpg > ccp TASK_QUEUED_EVENT", &["router"], true),
        "`mrpg > ccp TASK_QUEUED_EVENT` can never match: this run has no mrpg"
    );
}

#[test]
fn every_message_of_a_link_has_one_selector() {
    let run = played(
        "[agents.1081]\n[customers.alice]\n[[rules]]\nmatch = \"mrpg > router *\"\ntimes = \"always\"\ndelay = \"50ms\"\n\
         [[expect]]\nwithin = { from = \"sent mrpg > router NEW_CALL\", to = \"mrpg > router NEW_CALL\", time = \"51ms\" }\n\
         [[expect]]\nwhile = \"contact alice to=reserved\"\nnever = \"ccp > app *\"",
    );
    assert!(run.report.bends[0].times > 1, "{:?}", run.report.bends);
    assert_eq!(run.failures().len(), 1, "{:?}", run.failures());
}

#[test]
fn a_time_that_is_far_away_is_refused_with_the_limit() {
    let swarm = "rest = \"10s\"\n[swarm]\nagents = [2, 2]\nmrds = [1, 1]\ntasks = [1, 1]\nfaults = [1, 1]\nkinds = [\"cut\"]\n\
                 ports = [\"mr\"]\nheal = \"9999999999s\"";
    let said = problems(swarm);
    assert!(
        said[0].ends_with("and a run has 48h of virtual time: shorten it, or raise `limits.time`"),
        "{said:?}"
    );
    assert!(said[0].starts_with("`swarm.heal` is "), "{said:?}");
    for (text, what) in [
        ("rest = \"400h\"", "`rest` is 400h"),
        ("[agents.1081]\nsign_in = \"400h\"", "a time of agent 1081 is 400h"),
        ("[customers.alice]\nat = \"400h\"", "`at` of customer alice is 400h"),
        ("[[steps]]\nname = \"s\"\nat = \"400h\"\nrelease = \"all\"", "a time of step `s` is 400h"),
        (
            "[[rules]]\nname = \"r\"\nmatch = \"ccp > mrpg NEW_TASK\"\ndelay = \"400h\"",
            "the delay of rule `r` is 400h",
        ),
    ] {
        let found = problems(text);
        assert!(found[0].starts_with(what), "{found:?}");
    }
    assert!(problems("until = \"400h\"")[0].starts_with("`until` is 400h"));
    assert!(read("until = \"400h\"\n[limits]\ntime = \"500h\"").is_ok());
}

#[test]
fn a_run_that_reaches_a_limit_ends_there_and_says_which() {
    let run =
        played("until = \"1h\"\n[limits]\nrecords = 300\n[agents.1081]\n[customers.alice]\nat = \"50min\"");
    let failure = run.report.failures.iter().find(|failure| failure.by == "limits.records").unwrap();
    assert!(failure.text.contains("more than 300 records; raise `limits.records`"), "{}", failure.text);
    assert!((300..6_000).contains(&run.records.len()), "{}", run.records.len());
}

#[test]
fn an_agent_who_is_ready_for_voice_is_signed_out_by_finesse_as_well() {
    let run = played(
        "until = \"3min\"\nrest = \"2min\"\n[agents.1081]\nready = \"never\"\ncrash = \"5s\"\n\
         [[steps]]\nat = \"3s\"\nagent = \"1081\"\ndoes = \"voice-ready\"\n\
         [[expect]]\norder = [\"user agent=1081 to=READY\", \"forced_sign_out agent=1081\", \"user agent=1081 to=LOGOUT\"]",
    );
    assert_eq!(told(&run), Vec::<String>::new());
}
