//! What a scenario says and what cannot come about is refused when it is read, or told at the end.

use crate::support::{played, read};
use cce_play::Orders;
use cce_scenario::Unreachable;
use cce_sim::explore::Experiment;

/// What is wrong with a text.
fn problems(text: &str) -> Vec<String> {
    let Err(error) = read(text) else { return Vec::new() };
    error.problems.into_iter().map(|problem| problem.message).collect()
}

/// What is wrong with one selector of a scenario with one agent and one customer.
fn of_selector(selector: &str) -> String {
    problems(&format!("[agents.1081]\n[customers.alice]\n[[expect]]\nnever = '{selector}'")).join("; ")
}

/// What can never happen of a selector in the simulator.
fn unreachable(text: &str) -> String {
    let scenario = read(text).unwrap_or_else(|error| panic!("{:?}", error.problems));
    scenario.unreachable(&scenario.lab.nodes(), false).mistakes.join("; ")
}

fn failures(text: &str) -> Vec<String> {
    let run = played(text);
    run.report.failures.iter().map(|failure| format!("{}: {}", failure.by, failure.text)).collect()
}

#[test]
fn a_value_that_a_key_never_has_is_refused() {
    for (selector, said) in [
        ("agent_in_mrd agent=1018 to=READY", "`1018` is no value of `agent`; did you mean `1081`?"),
        ("agent_in_mrd mrd=5012 to=NOT_READY", "`5012` is no value of `mrd`; did you mean `5011`?"),
        ("link_down port=cti", "`cti` is no value of `port`; did you mean `cti-b`?"),
        (
            "link_down port=5222",
            "`5222` is none of app, ccp-rest, mr, icm-mr, icm-agent, cti-a, cti-b, desk, xmpp",
        ),
        ("finesse > desk REPLY to=ACEPT", "did you mean `ACCEPT`?"),
        ("finesse > desk REPLY status=2O2", "`2O2` is no whole number from 100 to 599"),
        (
            "desk > finesse ACCEPT method=SUBSCRIBE",
            "`SUBSCRIBE` is none of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
        ),
        ("desk > finesse ACCEPT method=PUSH", "`PUSH` is no value of `method`; did you mean `PUT`?"),
        ("ccp > mrpg NEW_TASK DialogueID=x", "`x` is no whole number from 0 to 4294967295"),
        ("ccp > mrpg NEW_TASK DialogueID=05", "`05` is no whole number from 0 to 4294967295"),
        (
            "ccp > mrpg NEW_TASK PreviousTask=alcie#1",
            "`alcie#1` is neither a task such as T1 or T#1 nor a task's id",
        ),
        ("agent_in_mrd routable=yes", "`yes` is none of true, false"),
    ] {
        assert!(of_selector(selector).contains(said), "{selector}: {}", of_selector(selector));
    }
}

#[test]
fn a_value_that_a_key_may_have_is_taken() {
    for selector in [
        "agent_in_mrd agent=1081 to!=RESERVED",
        "agent_in_mrd mrd=5011",
        "dialog from=none",
        "finesse > desk REPLY to=ACCEPT status=none",
        "ccp > mrpg NEW_TASK PreviousTask=alice#1",
        "ccp > mrpg NEW_TASK PreviousTask=154526_37051928_1",
        "ccp > mrpg NEW_TASK ScriptSelector=anything",
    ] {
        assert_eq!(of_selector(selector), "", "{selector}");
    }
}

#[test]
fn a_fact_is_never_sent() {
    for fact in ["peer_error", "contact alice to=discarded", "agentpg agent_in_mrd agent=1081", "held by=r"] {
        let said = of_selector(&format!("sent {fact}"));
        assert!(said.starts_with("`sent` is for messages: `"), "{fact}: {said}");
    }
    for message in ["NEW_TASK alice", "ccp > mrpg *", "finesse > desk UPDATE"] {
        assert_eq!(of_selector(&format!("sent {message}")), "", "{message}");
    }
}

#[test]
fn the_agents_of_a_swarm_are_not_known_when_it_is_read() {
    let text = "[swarm]\n[[expect]]\nnever = 'agent_in_mrd agent=9999'";
    assert_eq!(problems(text), Vec::<String>::new());
}

#[test]
fn a_contact_that_no_customer_creates_is_told() {
    let text = |steps: &str| {
        format!("[agents.1081]\n[customers.alice]\n{steps}[explore]\nfrom = \"contact T2 to=queued\"")
    };
    assert_eq!(
        unreachable(&text("")),
        "`contact T2 to=queued` can never match: the scenario's customers create 1 contact"
    );
    assert_eq!(unreachable(&text("[[steps]]\nat = \"5s\"\ncustomer = \"alice\"\ndoes = \"create\"\n")), "");
    assert_eq!(unreachable(&text("[[rules]]\nmatch = \"app > ccp CREATE\"\nduplicate = true\n")), "");
}

#[test]
fn a_rule_or_step_that_there_is_not_is_told_where_something_counts_from_it() {
    let text = |by: &str| {
        format!(
            "[agents.1081]\n[customers.alice]\n[[steps]]\nname = \"the cancel\"\nat = \"2s\"\ncustomer = \"alice\"\ndoes = \"cancel\"\n\
             [explore]\nfrom = 'stepped by=\"{by}\"'"
        )
    };
    assert_eq!(unreachable(&text("the cancel")), "");
    assert_eq!(
        unreachable(&text("the cancle")),
        "`stepped by=\"the cancle\"` can never match: there is no rule or step `the cancle`; did you mean `the cancel`?"
    );
}

#[test]
fn orders_that_count_from_something_that_never_happens_fail() {
    let text =
        "until = \"20s\"\n[agents.1081]\n[customers.alice]\n[explore]\nfrom = \"contact alice to=discarded\"";
    let experiment = Orders::new(read(text).unwrap(), 1);
    let mut play = experiment.in_order("-".parse().unwrap());
    play.run(|_| ());
    let end = experiment.outcome(&play.sim);
    assert_eq!(end.failures, ["explore.from"]);
}

#[test]
fn a_window_that_never_opens_is_told() {
    let text = |expected: &str| {
        failures(&format!(
            "until = \"30s\"\n[agents.1081]\n[customers.alice]\n[[expect]]\nname = \"w\"\n{expected}"
        ))
    };
    assert_eq!(
        text("while = \"contact alice to=discarded\"\nnever = \"router > mrpg CONNECT\""),
        [
            "w: while `contact alice to=discarded` never `router > mrpg CONNECT`: `contact alice to=discarded` never happened: \
             there was nothing to judge"
        ]
    );
    assert_eq!(
        text(
            "within = { from = \"desk > finesse PAUSE\", to = \"finesse > desk REPLY to=PAUSE\", time = \"1s\" }"
        ),
        [
            "w: `finesse > desk REPLY to=PAUSE` within 1s of `desk > finesse PAUSE`: `desk > finesse PAUSE` never happened: \
             there was nothing to judge"
        ]
    );
    assert_eq!(
        text(
            "within = { from = \"desk > finesse ACCEPT\", to = \"finesse > desk REPLY to=ACCEPT\", time = \"1s\" }"
        ),
        Vec::<String>::new()
    );
}

#[test]
fn what_an_agent_never_comes_to_is_told() {
    let agent = |settings: &str| problems(&format!("[agents.1081]\n{settings}"));
    assert_eq!(
        agent("offer = { accept = \"1s\", start = \"1s\", resume = \"2s\", close = \"5s\" }"),
        [
            "`resume` counts from having paused: that never comes about, and no step tells agent-1081 to `pause`"
        ]
    );
    assert_eq!(
        agent("sign_in = \"never\"\nready = \"1s\""),
        [
            "`ready` counts from having signed in: that never comes about, and no step tells agent-1081 to `sign-in`"
        ]
    );
    assert_eq!(agent("sign_in = \"never\"\nready = \"never\""), Vec::<String>::new());
    assert_eq!(
        agent("offer = { close = \"5s\" }"),
        [
            "`close` counts from having accepted: that never comes about, and no step tells agent-1081 to `accept`"
        ]
    );
    assert_eq!(
        agent("offer = { accept = \"1s\", start = \"never\", wrap_up = \"5s\" }"),
        [
            "`wrap_up` counts from having started: that never comes about, and no step tells agent-1081 to `start`"
        ]
    );
}

#[test]
fn a_step_leads_to_what_an_agent_does_not_do_alone() {
    for (settings, does) in [
        ("sign_in = \"never\"\nready = \"1s\"", "sign-in"),
        ("offer = { close = \"5s\" }", "accept T1"),
        ("offer = { accept = \"1s\", resume = \"1s\" }", "pause"),
    ] {
        let step = format!("[[steps]]\nat = \"5s\"\nagent = \"1081\"\ndoes = \"{does}\"");
        assert_eq!(problems(&format!("[agents.1081]\n{settings}\n{step}")), Vec::<String>::new(), "{does}");
    }
}

#[test]
fn a_range_of_agents_is_told_once() {
    assert_eq!(problems("[agents.\"1080..1082\"]\noffer = { close = \"5s\" }").len(), 1);
}

#[test]
fn what_stands_beside_an_offer_and_does_not_count_is_told() {
    let found = problems("[agents.1081]\noffer = \"ignore\"\naccept = \"1s\"\nclose = \"2s\"");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("`offer` says that offers are ignored"), "{found:?}");
    let found = problems("[agents.1081]\naccept = \"5s\"\noffer = { accept = \"1s\", start = \"1s\" }");
    assert_eq!(found, ["`offer` says it already"]);
    let found = problems("[agents.1081]\noffer = { accept = \"1s\", limit = 2 }");
    assert!(found[0].starts_with("nobody has a setting `limit`"), "{found:?}");
}

#[test]
fn what_a_customer_never_comes_to_is_told() {
    let customer = |settings: &str| problems(&format!("[customers.alice]\n{settings}"));
    assert_eq!(
        customer("poll = \"never\"\ncloses_lost = \"10s\""),
        [
            "`closes_lost` counts from a poll that shows the task with an agent: that never comes about, and no step tells \
             alice to `poll`"
        ]
    );
    assert_eq!(
        customer("at = \"never\""),
        ["alice creates no task alone, and no step tells alice to `create`"]
    );
    assert!(customer("waits = true")[0].starts_with("a scenario has no cues"));
    assert!(customer("poll = \"0s\"")[0].starts_with("such a poll is no pause: the shortest is 10ms"));
}

#[test]
fn a_rule_that_would_change_nothing_is_told() {
    let rule = |rule: &str| problems(&format!("[agents.1081]\n[customers.alice]\n[[rules]]\n{rule}"));
    for delay in ["0s", "0ms..0ms", "lognormal 0ms 50%"] {
        let found = rule(&format!("match = \"ccp > mrpg NEW_TASK\"\ndelay = \"{delay}\""));
        assert_eq!(found, ["such a delay is none: make it longer, or leave the rule out"], "{delay}");
    }
    assert_eq!(
        rule("match = \"ccp > mrpg NEW_TASK\"\nhold = \"released\"\nexpire = \"0s\""),
        ["what expires at once is never held: make `expire` longer"]
    );
    assert_eq!(
        rule("match = \"finesse > desk REPLY to=ACCEPT\"\nduplicate = true"),
        ["a request has one response: an answer cannot come twice"]
    );
    assert_eq!(
        rule("match = \"ccp > finesse *\"\nduplicate = true"),
        ["a request has one response: an answer cannot come twice"]
    );
    assert!(rule("match = \"finesse > ccp *\"\nswap = true")[0].starts_with("an HTTP message stays whole"));
}

#[test]
fn a_split_that_leaves_a_message_whole_is_told() {
    let found = failures(
        "until = \"30s\"\n[agents.1081]\n[customers.alice]\n[[rules]]\nname = \"r\"\nmatch = \"ccp > mrpg NEW_TASK\"\nsplit = 65536",
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("r: the rule changed nothing: it has "), "{found:?}");
    assert!(found[0].ends_with(" bytes, and arrives in one piece"), "{found:?}");
}

#[test]
fn what_a_swarm_never_draws_is_told() {
    for (swarm, said) in [
        (
            "kinds = [\"crash\"]\nports = [\"mr\"]",
            "`kinds` has no delay, stall or cut: nothing happens to ports",
        ),
        (
            "kinds = [\"cut\"]\ncomponents = [\"ccp\"]",
            "`kinds` has no restart: nothing happens to components",
        ),
        ("faults = 0\nkinds = [\"cut\"]", "nothing breaks: `faults` is 0"),
        ("agents = 1\nkinds = [\"crash\"]", "the first agent never crashes, and there is no other one"),
        (
            "kinds = [\"stall\"]\nports = [\"cti-b\"]",
            "nobody uses `cti-b` while `cti-a` works, and nothing happens to that one",
        ),
        ("bends = [\"drop\"]", "nothing is bent: `rules` is 0"),
        ("tasks = 0\nrules = 3", "bent messages are about tasks, and there are none"),
    ] {
        assert_eq!(problems(&format!("[swarm]\n{swarm}")), [said], "{swarm}");
    }
}

/// Case 17: what an agent is planned to do holds the scenario open; how long it goes on behind that is `rest`.
#[test]
fn a_planned_crash_takes_place_and_its_sign_out_is_reached_with_the_rest_that_it_needs() {
    let input = |rest: &str| {
        format!(
            "name = \"the browser dies after five seconds\"\nuntil = \"3min\"\n{rest}[agents.1081]\ncrash = \"5s\"\n\
             [[expect]]\norder = [\"user agent=1081 to=NOT_READY\", \"forced_sign_out agent=1081\"]"
        )
    };
    let short = failures(&input(""));
    assert_eq!(short.len(), 1, "{short:?}");
    assert!(short[0].contains("`forced_sign_out agent=1081` did not follow"), "{short:?}");
    let run = played(&input("rest = \"70s\"\n"));
    assert_eq!(run.failures(), Vec::<&str>::new());
    let signed_out = run.records.iter().find(|record| format!("{:?}", record.what).contains("ForcedSignOut"));
    // The crash at 5 s, and Finesse's grace of a minute behind it.
    assert!((65_000_000..66_000_000).contains(&signed_out.unwrap().at.0));
}

#[test]
fn a_change_that_no_transition_makes_is_told() {
    for (selector, said) in [
        (
            "contact alice from=reserved to=discarded",
            "a contact never goes from reserved to discarded: after reserved comes queued or handled",
        ),
        ("contact from=handled to=queued", "after handled nothing comes"),
        ("contact from=none to=queued", "after none comes unread"),
        ("contact to=unread from=QUEUED", "a contact never goes from QUEUED to unread"),
        ("dialogue from=queued to=cancelled", "after queued comes cancelling or routed or failed"),
        ("task from=LOGGED_OUT to=ACTIVE", "after LOGGED_OUT nothing comes"),
        ("dialog from=UNKNOWN to=ACTIVE", "after UNKNOWN comes CLOSED"),
    ] {
        assert!(of_selector(selector).contains(said), "{selector}: {}", of_selector(selector));
    }
    for selector in [
        "contact from=none to=unread",
        "contact from=queued to=queued reason=notification_cce_task_cancel_requested",
        "contact from=reserved to!=handled",
        "dialogue from=cancelling to=queued",
        "task from=INTERRUPTED to=ACTIVE",
        "dialog from=UNKNOWN to=CLOSED",
    ] {
        assert_eq!(of_selector(selector), "", "{selector}");
    }
}

#[test]
fn a_key_that_is_there_twice_is_told() {
    let twice = "stands here twice: one value says it all";
    assert!(of_selector("contact to=handled to=discarded").contains(twice));
    assert!(of_selector("contact to=handled to!=discarded").contains(twice));
    assert!(of_selector("ccp > mrpg NEW_TASK DialogueID=1 dialogueid=2").contains(twice));
    assert_eq!(of_selector("contact to!=handled to!=discarded"), "");
}

#[test]
fn an_agent_whom_nobody_plays_is_told() {
    let text =
        |agent: &str| format!("[agents.1081]\n[explore]\nfrom = \"agent_in_mrd agent={agent} to=NOT_READY\"");
    assert_eq!(unreachable(&text("1081")), "");
    assert_eq!(
        unreachable(&text("1083")),
        "`agent_in_mrd agent=1083 to=NOT_READY` can never match: nobody plays agent 1083; did you mean `1081`?"
    );
    let other = "[agents.1081]\n[explore]\nfrom = \"agent_in_mrd agent!=1083 to=NOT_READY\"";
    assert_eq!(unreachable(other), "");
    let scenario = read(&text("1083")).unwrap();
    assert_eq!(scenario.unreachable(&scenario.lab.nodes(), true), Unreachable::default());
}

#[test]
fn what_never_happens_because_nobody_is_there_who_would_do_it_is_a_remark() {
    let told = |expectation: &str| {
        let scenario = read(&format!("[agents.1081]\n[customers.alice]\n[[expect]]\n{expectation}")).unwrap();
        let Unreachable { mistakes, idle } = scenario.unreachable(&scenario.lab.nodes(), false);
        (mistakes.join("; "), idle.join("; "))
    };
    let remark = |what: &str, why: &str| {
        (String::new(), format!("`{what}` is never to happen, and could not anyway: {why}"))
    };
    let nobody = "nobody plays agent 1083; did you mean `1081`?";
    let selector = "agent_in_mrd agent=1083 to=ACTIVE";
    for expectation in [
        format!("never = \"{selector}\""),
        format!("count = {{ of = \"{selector}\", is = 0 }}"),
        format!("while = \"contact alice to=queued\"\nnever = \"{selector}\""),
    ] {
        assert_eq!(told(&expectation), remark(selector, nobody), "{expectation}");
    }
    assert_eq!(
        told("never = \"contact T2 to=queued\""),
        remark("contact T2 to=queued", "the scenario's customers create 1 contact")
    );
    let mistake = |what: &str, why: &str| (format!("`{what}` can never match: {why}"), String::new());
    for expectation in [
        format!("count = {{ of = \"{selector}\", is = 1 }}"),
        format!("final = \"{selector}\""),
        format!("order = [\"{selector}\", \"contact alice to=queued\"]"),
        format!("while = \"{selector}\"\nnever = \"contact alice to=queued\""),
        format!("within = {{ from = \"contact alice to=queued\", to = \"{selector}\", time = \"1s\" }}"),
    ] {
        assert_eq!(told(&expectation), mistake(selector, nobody), "{expectation}");
    }
    let typo = "stepped by=\"the cancle\"";
    assert_eq!(
        told("never = 'stepped by=\"the cancle\"'"),
        mistake(typo, "there is no rule or step `the cancle`")
    );
}

#[test]
fn a_parameter_that_nothing_uses_is_told() {
    let text =
        "name = \"{used}\"\n[agents.1081]\n[customers.alice]\n[parameters]\nused = \"x\"\nidle = [1, 2]";
    let problems = read(text).unwrap_err().problems;
    let told: Vec<_> = problems.iter().map(|it| (it.message.as_str(), it.line, it.column)).collect();
    assert_eq!(told, [("nothing uses the parameter `idle`: write `{idle}` where its value belongs", 6, 1)]);
}

#[test]
fn words_that_a_step_never_comes_to_are_told() {
    let step = |times: &str| {
        problems(&format!(
            "[agents.1081]\n[customers.alice]\n[[steps]]\nat = \"9s\"\nagent = \"1081\"\ndoes = [\"pause\", \"resume\", \"pause\"]\n{times}"
        ))
    };
    assert_eq!(
        step(""),
        [
            "the step is taken once, and `resume` never comes: say how often and how soon, such as times = 3, every = \"1s\""
        ]
    );
    assert!(step("times = 2\nevery = \"1s\"")[0].starts_with("the step is taken 2 times, and `pause` never"));
    assert_eq!(step("times = 3\nevery = \"1s\""), Vec::<String>::new());
    assert_eq!(step("times = 7\nevery = \"1s\""), Vec::<String>::new());
}

#[test]
fn an_accept_that_comes_when_the_offer_has_rung_out_is_told() {
    let run = |accept: &str, more: &str| {
        failures(&format!(
            "until = \"2min\"\n[set.\"mrd/Tasks\"]\nstart_timeout = \"5s\"\n[agents.1081]\noffer = {{ accept = \"{accept}\" }}\n\
             [agents.1082]\nsign_in = \"10s\"\n[customers.alice]\n{more}"
        ))
    };
    let late = run("6s", "");
    assert_eq!(late.len(), 1, "{late:?}");
    assert!(
        late[0].starts_with("agent-1081: `accept` was never reached: it comes 6s after OFFERED, and"),
        "{late:?}"
    );
    assert_eq!(run("4s", ""), Vec::<String>::new());
    // What the agent comes to after all, because the news of the end are late, is another run.
    let held =
        "[[rules]]\nmatch = \"finesse > desk UPDATE alice event=DELETE\"\ndelay = \"5s\"\ntimes = \"always\"";
    assert!(!run("6s", held).iter().any(|failure| failure.contains("never reached")));
}

#[test]
fn a_step_that_a_rule_or_a_fault_keeps_from_its_time_is_not_called_late() {
    let run = |more: &str| {
        failures(&format!(
            "until = \"2min\"\n[set.\"mrd/Tasks\"]\nstart_timeout = \"9s\"\nmax_task_duration = \"20s\"\n[agents.1081]\n\
             offer = {{ accept = \"4s\", start = \"1s\", close = \"12s\" }}\n[agents.1082]\nsign_in = \"30s\"\n[customers.alice]\n{more}"
        ))
    };
    assert_eq!(run(""), Vec::<String>::new());
    // The offer is with Finesse 3 s before it is over; the agent asked for 4.
    for kept in [
        "[[rules]]\nmatch = \"agentpg > finesse AGENT_PRE_CALL_EVENT\"\ndelay = \"6s\"",
        "[[rules]]\nmatch = \"agentpg > finesse AGENT_PRE_CALL_EVENT\"\nhold = \"released\"\nexpire = \"6s\"",
        "[[steps]]\nafter = \"agent_in_mrd agent=1081 to=RESERVED\"\nstall = \"cti-a\"\nlasting = \"6s\"",
        "[[rules]]\nmatch = \"agentpg > finesse START_TASK_EVENT\"\ndelay = \"9s\"",
    ] {
        let found = run(kept);
        assert!(!found.iter().any(|failure| failure.contains("was never reached")), "{kept}: {found:?}");
    }
}

#[test]
fn a_limit_counts_that_the_domain_had_when_the_task_began() {
    let run = |at: &str| {
        failures(&format!(
            "until = \"2min\"\n[agents.1081]\noffer = {{ accept = \"6s\" }}\n[agents.1082]\nsign_in = \"15s\"\n\
             [customers.alice]\n[[steps]]\nat = \"{at}\"\nset = {{ \"mrd/Tasks.start_timeout\" = \"5s\" }}"
        ))
    };
    assert_eq!(run("7s"), Vec::<String>::new());
    let early = run("100ms");
    assert_eq!(early.len(), 1, "{early:?}");
    assert!(
        early[0].ends_with("it comes 6s after OFFERED, and the domain ends the dialog after 5s"),
        "{early:?}"
    );
}

#[test]
fn steps_that_take_too_long_together_are_told() {
    let run = |pause: &str| {
        failures(&format!(
            "until = \"2min\"\n[set.\"mrd/Tasks\"]\nmax_task_duration = \"25s\"\n[agents.1081]\n\
             offer = {{ accept = \"5s\", start = \"5s\", pause = \"{pause}\", resume = \"4s\", close = \"8s\" }}\n[customers.alice]"
        ))
    };
    assert_eq!(run("7s"), Vec::<String>::new());
    let late = run("9s");
    assert_eq!(late.len(), 1, "{late:?}");
    assert!(
        late[0].ends_with("it comes 8s after ACTIVE, and the domain ends the dialog after 7s"),
        "{late:?}"
    );
}

#[test]
fn so_is_a_close_that_comes_when_the_task_has_lasted_too_long() {
    let found = failures(
        "until = \"2min\"\n[set.\"mrd/Tasks\"]\nmax_task_duration = \"20s\"\n[agents.1081]\n\
         offer = { accept = \"1s\", start = \"1s\", close = \"30s\" }\n[customers.alice]",
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("agent-1081: `close` was never reached: it comes 30s after ACTIVE"),
        "{found:?}"
    );
}

/// What fails in a run with this step behind another one.
fn stepping(before: &str, step: &str) -> Vec<String> {
    failures(&format!(
        "until = \"2min\"\n[agents.1081]\n[customers.alice]\n[[rules]]\nname = \"late\"\nmatch = \"ccp > mrpg NEW_TASK\"\n\
         delay = \"10ms\"\n{before}\n[[steps]]\nname = \"dead\"\n{step}"
    ))
}

#[test]
fn a_step_that_sets_what_is_so_already_is_told() {
    let set = |value: &str| format!("at = \"200ms\"\nset = {{ \"mrd/Tasks.start_timeout\" = \"{value}\" }}");
    let so =
        "dead: the step was refused: set mrd/Tasks.start_timeout = 30s changes nothing: it is so already";
    assert_eq!(stepping("", &set("30s")), [so]);
    assert_eq!(stepping("", &set("31s")), Vec::<String>::new());
    assert!(stepping("", &set("30000ms"))[0].ends_with("changes nothing: it is so already"));
    let before = "[[steps]]\nat = \"100ms\"\nset = { \"mrd/Tasks.start_timeout\" = \"31s\" }";
    assert!(stepping(before, &set("31s"))[0].ends_with("changes nothing: it is so already"));
    assert_eq!(stepping(before, &set("30s")), Vec::<String>::new());
    let more = "at = \"200ms\"\nset = { \"mrd/Tasks.start_timeout\" = \"30s\", \"finesse.ccp_retries\" = 7 }";
    assert_eq!(stepping("", more), Vec::<String>::new());
}

#[test]
fn of_two_changes_at_the_same_moment_the_second_one_counts() {
    let set = |value: &str| format!("at = \"200ms\"\nset = {{ \"mrd/Tasks.start_timeout\" = \"{value}\" }}");
    let before = format!("[[steps]]\n{}", set("31s"));
    assert_eq!(stepping(&before, &set("30s")), Vec::<String>::new());
}

#[test]
fn an_agent_who_may_be_refused_may_be_too_late() {
    let late = |refused: &str| {
        failures(&format!(
            "until = \"2min\"\n[set.\"mrd/Tasks\"]\nstart_timeout = \"5s\"\n[agents.1081]\nmay_be_refused = {refused}\n\
             offer = {{ accept = \"6s\" }}\n[agents.1082]\nsign_in = \"10s\"\n[customers.alice]"
        ))
    };
    let is_told = |found: &[String]| found.iter().any(|text| text.contains("was never reached"));
    assert!(is_told(&late("false")));
    assert!(!is_told(&late("true")));
}

#[test]
fn a_rule_that_only_sets_what_is_so_already_is_told() {
    let rule = |value: &str, more: &str| {
        failures(&format!(
            "until = \"2min\"\n[agents.1081]\n[customers.alice]\n[[rules]]\nname = \"r\"\nmatch = \"ccp > mrpg *\"\n\
             set = {{ \"mrd/Tasks.start_timeout\" = \"{value}\" }}\n{more}"
        ))
    };
    assert_eq!(
        rule("30s", ""),
        ["r: the rule changed nothing: set mrd/Tasks.start_timeout = 30s changes nothing: it is so already"]
    );
    assert_eq!(rule("31s", "times = \"always\""), Vec::<String>::new());
}

#[test]
fn a_rule_that_is_armed_already_is_armed_in_vain() {
    let arm = |at: &str| format!("at = \"{at}\"\narm = \"late\"");
    assert_eq!(
        stepping("", &arm("1s")),
        ["dead: the step was refused: rule `late` is armed already, and nothing it is about has come since"]
    );
    // Once it has acted, it acts anew.
    let found = stepping("", &arm("5s"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("late: the rule never acted"), "{found:?}");
}

#[test]
fn a_fault_of_a_port_whose_component_is_stopped_all_the_while_is_told() {
    let stopped = |start: &str| {
        format!(
            "[[steps]]\nat = \"100ms\"\nstop = \"agentpg\"\n[[steps]]\nat = \"{start}\"\nstart = \"agentpg\""
        )
    };
    let told = "dead: the step did nothing: agentpg is stopped all the while";
    for fault in
        ["cut = \"cti-a\"", "cut = \"cti-a\"\nlasting = \"100ms\"", "stall = \"cti-a\"\nlasting = \"100ms\""]
    {
        let step = format!("at = \"150ms\"\n{fault}");
        assert_eq!(stepping(&stopped("1s"), &step), [told], "{fault}");
    }
    let step = "at = \"150ms\"\ncut = \"cti-a\"\nlasting = \"1s\"";
    assert_eq!(stepping(&stopped("200ms"), step), Vec::<String>::new());
}

#[test]
fn a_fault_that_a_longer_one_covers_is_told() {
    let first = |fault: &str| format!("[[steps]]\nat = \"100ms\"\n{fault} = \"mr\"\nlasting = \"1s\"");
    let second =
        |fault: &str, lasting: &str| format!("at = \"200ms\"\n{fault} = \"mr\"\nlasting = \"{lasting}\"");
    for (fault, word) in [("cut", "cut"), ("stall", "stalled")] {
        let told = format!("dead: the step did nothing: mr is {word} for longer anyway");
        assert_eq!(stepping(&first(fault), &second(fault, "900ms")), [told.as_str()], "{fault}");
        let longer = stepping(&first(fault), &second(fault, "901ms"));
        assert!(!longer.contains(&told), "{fault}: {longer:?}");
    }
    assert_eq!(stepping(&first("stall"), &second("cut", "500ms")), Vec::<String>::new());
    let over = "at = \"20s\"\ncut = \"mr\"";
    assert_eq!(stepping(&first("cut"), over), Vec::<String>::new());
}

#[test]
fn a_fault_of_a_port_that_nobody_uses_is_told() {
    let told = "dead: the step did nothing: nobody uses cti-b meanwhile";
    for fault in
        ["cut = \"cti-b\"", "cut = \"cti-b\"\nlasting = \"1s\"", "stall = \"cti-b\"\nlasting = \"1s\""]
    {
        assert_eq!(stepping("", &format!("at = \"1s\"\n{fault}")), [told], "{fault}");
    }
    for (port, at) in [("cti-a", "5s"), ("mr", "5s"), ("icm-agent", "5s"), ("xmpp", "5s")] {
        let found = stepping("", &format!("at = \"{at}\"\nstall = \"{port}\"\nlasting = \"10ms\""));
        assert_eq!(found, Vec::<String>::new(), "{port}");
    }
}

#[test]
fn a_fault_meets_what_begins_before_it_is_over() {
    let text = |customer: &str| {
        format!(
            "until = \"2min\"\n[agents.1081]\n[customers.alice]\nat = \"{customer}\"\n\
             [[steps]]\nname = \"dead\"\nat = \"20s\"\nstall = \"app\"\nlasting = \"1s\""
        )
    };
    assert_eq!(failures(&text("20500ms")), Vec::<String>::new());
    assert_eq!(failures(&text("22s")), ["dead: the step did nothing: nobody uses app meanwhile"]);
}
