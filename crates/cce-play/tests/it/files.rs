//! Mistakes in scenario files: each is told with its place, and with what would be right.

use crate::support::{read, read_among, read_with};
use cce_scenario::ScenarioProblem;
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
fn a_key_that_is_nearly_the_missing_one_is_told_alone() {
    for (text, told) in [
        (
            "[[rules]]\nmatch = \"app > ccp CREATE\"\nstaus = 503\nbody = \"x\"",
            "3:1: `rules` has no key `staus`; did you mean `status`?",
        ),
        (
            "[[rules]]\nmach = \"app > ccp CREATE\"\nstatus = 503",
            "2:1: `rules` has no key `mach`; did you mean `match`?",
        ),
        (
            "[[expect]]\nnver = \"ccp > mrpg NEW_TASK\"",
            "2:1: `expect` has no key `nver`; did you mean `never`?",
        ),
        (
            "[[steps]]\naftr = \"ccp > mrpg NEW_TASK\"\nstop = \"ccp\"",
            "2:1: `steps` has no key `aftr`; did you mean `after`?",
        ),
        (
            "[[expect]]\ncount = { of = \"ccp > mrpg NEW_TASK\", moost = 2 }",
            "2:39: `expect.count` has no key `moost`; did you mean `most`?",
        ),
    ] {
        assert_eq!(mistakes(text), [told]);
    }
    let two = mistakes("[[steps]]\nat = \"1s\"\nfoo = 1");
    assert!(two[0].starts_with("1:1: a step does one thing") && two[1].starts_with("3:1: "), "{two:?}");
}

#[test]
fn a_wrong_name_is_one_mistake_wherever_it_stands() {
    let text = "[customers.alice]\nat = \"1s\"\n\n[[steps]]\nafter = \"contact alicia to=queued\"\n\
                customer = \"alicia\"\ndoes = \"cancel\"\n\n[[expect]]\nfinal = \"contact alicia to=handled\"";
    assert_eq!(
        mistakes(text),
        ["5:18: `alicia` is no task; did you mean `alice`? It stands in line 6, line 10, too."]
    );
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

/// People write what the ladder, HTTP and the products say.
#[test]
fn a_word_of_the_ladder_of_http_or_of_the_products_is_told_with_the_word_of_a_selector() {
    for (matching, told) in [
        ("app > ccp DELETE", "there is no message `DELETE`; say CANCEL"),
        ("app > ccp GET", "there is no message `GET`; say CREATE or POLL"),
        ("finesse > ccp PUT", "there is no message `PUT`; say CLOSE, RENOTIFY, ACCEPT or READY"),
        ("RTR > mrpg CONNECT", "there is no place `RTR`; say router"),
        ("router > PIM CONNECT", "there is no place `PIM`; say mrpg"),
        ("CTI > finesse *", "there is no place `CTI`; say agentpg"),
        ("ctisvr > finesse *", "there is no place `ctisvr`; say agentpg"),
        ("FIN > DESK *", "there is no place `FIN`; say finesse"),
        ("finesse > DESK *", "there is no place `DESK`; say desk"),
        (
            "desk > finesse ACCEPT bob",
            "`bob` is neither KEY=VALUE nor a task such as T, T2 or T#1: there is no customer `bob`; there is `alice`",
        ),
    ] {
        let text = format!("[customers.alice]\n[[rules]]\nmatch = \"{matching}\"\ndrop = true");
        let found = mistakes(&text);
        assert!(found[0].ends_with(&format!(": {told}")), "{matching}: {found:?}");
    }
    for (fact, told) in [
        ("contact alice to=canceled", "`canceled` is no value of `to`; say discarded"),
        ("task alice to=ended", "`ended` is no value of `to`; say LOGGED_OUT"),
    ] {
        let found = mistakes(&format!("[customers.alice]\n[[expect]]\nnever = \"{fact}\""));
        assert!(found[0].ends_with(&format!(": {told}")), "{fact}: {found:?}");
    }
    let held = "[[rules]]\nmatch = \"ccp > mrpg NEW_TASK\"\nhold = \"2s\"";
    assert_eq!(mistakes(held)[0], "3:8: `hold` waits for something: for a time write `delay = \"2s\"`");
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
    assert_eq!(mistakes(text), ["2:20: `hanlded` is no value of `to`; did you mean `handled`?"]);
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
    assert_eq!(mistakes(text)[0], "3:18: `alcie` is no task; did you mean `alice`?");
}

#[test]
fn an_answer_that_no_server_gives_is_told_at_its_place() {
    let rule = |keys: &str| {
        let found = mistakes(&format!("[[rules]]\nmatch = \"app > ccp POLL\"\n{keys}"));
        let [one] = &found[..] else { panic!("{keys}: {found:?}") };
        one.clone()
    };
    assert_eq!(
        rule("status = 503\nbody = \"x\"\nheaders = { retry-after = \"1\" }\nnthh = 1").split(':').next(),
        Some("6")
    );
    for (keys, mistake) in [
        ("status = 199", "3:10: rules.status is a whole number from 200 to 599"),
        ("status = 600", "3:10: rules.status is a whole number from 200 to 599"),
        ("status = 204\nbody = \"x\"", "4:8: a response with status 204 has no body (RFC 9110 15)"),
        ("drop = true\nbody = \"x\"", "4:1: `body` is for `status`, the answer to a request"),
        ("drop = true\nheaders = { a = \"x\" }", "4:1: `headers` is for `status`, the answer to a request"),
        ("status = 503\nheaders = { \"a b\" = \"x\" }", "4:13: `a b` is no name of a header (RFC 9110 5.1)"),
        (
            "status = 503\nheaders = { Content-Length = \"9\" }",
            "4:13: `Content-Length` is written by the lab: leave it out",
        ),
        (
            "status = 503\nheaders = { a = \"é\" }",
            "4:17: the value of a header has visible ASCII letters only, at most 8192 of them",
        ),
    ] {
        assert_eq!(rule(keys), mistake, "{keys}");
    }
}

#[test]
fn a_rule_that_answers_what_is_no_request_is_told() {
    for selector in ["ccp > mrpg NEW_TASK", "ccp > mrpg *", "ccp > app REPLY", "finesse > desk UPDATE"] {
        let text = format!("[[rules]]\nmatch = \"{selector}\"\nstatus = 503");
        let message = "2:9: `status` answers an HTTP request, and this is none: `app > ccp CREATE` is one";
        assert_eq!(mistakes(&text), [message], "{selector}");
    }
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
    assert!(mistakes(text)[0].starts_with("4:9: the scenario has no agent `1082`"), "{:?}", mistakes(text));
}

#[test]
fn a_step_tells_people_what_they_know_how_to_do() {
    let text = "[agents.1081]\n[[steps]]\nat = \"1s\"\nagent = \"1081\"\ndoes = \"pasue\"";
    assert_eq!(mistakes(text)[0], "5:9: nobody knows how to `pasue`; did you mean `pause`?");
}

#[test]
fn settings_that_are_not_there_are_told_where_they_are_set() {
    let text = "[set.\"mrd/Taks\"]\nstart_timeout = \"5s\"";
    assert_eq!(mistakes(text), ["1:6: there is no mrd `Taks`; there is \"Tasks\""]);
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
    assert_eq!(
        mistakes("[agents.1081]\nlimti = 2"),
        ["2:1: nobody has a setting `limti`; did you mean `limit`?"]
    );
    assert_eq!(mistakes("[customers.alice]\npoll = 3").len(), 1);
}

#[test]
fn a_check_that_is_off_exists_and_has_a_reason() {
    let text = "[checks]\noff = { one-edn = \"because\" }";
    assert_eq!(mistakes(text), ["2:9: there is no check `one-edn`; did you mean `one-end`?"]);
    assert_eq!(mistakes("[checks]\noff = { one-end = \"\" }"), ["2:19: say why the check is off"]);
    assert_eq!(mistakes("lost = \" \""), ["1:8: `lost` says what loses the ends of contacts"]);
}

/// One mistake each, and where it stands.
const MISTAKES: &[(&str, &str)] = &[
    ("", "1:1"),
    ("# nothing but a remark\n", "1:1"),
    ("name = \"\"", "1:8"),
    ("name = 3", "1:8"),
    ("name = \"x\"\nuntil = \"soon\"", "2:9"),
    ("demo = \"yes\"", "1:8"),
    ("include = 3", "1:11"),
    ("include = [\"one-task.toml\", \"nowhere.toml\"]", "1:29"),
    ("lab = \"nowhere.toml\"", "1:7"),
    ("untli = \"5s\"", "1:1"),
    // Parameters.
    ("parameters = 3", "1:14"),
    ("[parameters]\npatience = []", "2:12"),
    ("[parameters]\npatience = [[\"5s\"]]", "2:12"),
    ("[parameters]\np = \"5s\"\n[[steps]]\nat = \"{q}\"\ncut = \"mr\"", "4:6"),
    ("[parameters]\np = \"x\"\n[[expect]]\nnever = \"{p} NEW_TSAK\"", "4:9"),
    // Settings.
    ("[set.finese]\npresence_grace = \"5s\"", "1:6"),
    ("[set]\nfinesse.presence_gracee = \"5s\"", "2:9"),
    ("[set]\nfinesse.presence_grace = \"5 apples\"", "2:26"),
    ("[set]\nfinesse.presence_grace = 5", "2:26"),
    ("[set.\"mrd/Taks\"]\nstart_timeout = \"5s\"", "1:6"),
    ("[set.\"mrd/Tasks\"]\nstart_timeuot = \"5s\"", "2:1"),
    ("[set.\"mrd/Tasks\"]\nstart_timeout = \"5x\"", "2:17"),
    ("[set.\"mrd/Tasks\"]\nstart_timeout.long = \"5x\"", "2:15"),
    ("[latency]\ndefautl = \"2ms\"", "2:1"),
    ("[latency]\ndefault = \"2 apples\"", "2:11"),
    ("[latency]\nsplit = 3", "2:9"),
    ("[latency.to_listener]\nmrr = \"2ms\"", "2:1"),
    ("[latency.to_listener]\nmr = \"20ms..\"", "2:6"),
    ("[parameters]\np = \"5s\"\n[set.\"mrd/Tasks\"]\nstart_timeout = \"{q}\"", "4:17"),
    ("[parameters]\np = \"5s\"\n[agents.1081]\nready = \"{q}\"", "4:9"),
    ("[parameters]\np = \"5s\"\n[agents.1081]\nlimit = \"{q}\"", "4:9"),
    ("[parameters]\np = \"5s\"\n[[rules]]\ndrop = true\nmatch = \"{q}\"", "5:9"),
    // People.
    ("agents = 3", "1:10"),
    ("[agents.1099]", "1:9"),
    ("[agents]\n1081 = 3", "2:8"),
    ("[agents.1081]\nlimit = 11", "2:9"),
    ("[agents.1081]\nlimit = \"three\"", "2:9"),
    ("[agents.1081]\nlimit = \"never\"", "2:9"),
    ("[agents.1081]\nlimt = 3", "2:1"),
    ("[agents.1081]\nid = \"1082\"", "2:1"),
    ("[agents.1081]\nready = \"soon\"", "2:9"),
    ("[agents.1081]\ninterrupt_action = \"ACEPT\"", "2:20"),
    ("[agents.1081]\noffer = \"ignroe\"", "2:9"),
    ("[agents.1081]\noffer = { acept = \"1s\" }", "2:11"),
    ("[agents.1081]\noffer = { accept = \"1s\", close = 3 }", "2:34"),
    ("[agents.1081]\naccept = \"1s\"\noffer = { accept = \"2s\" }", "2:1"),
    ("[agents.1081]\noffer = { accept = 1 }", "2:20"),
    ("customers = 3", "1:13"),
    ("[customers]\nalice = 3", "2:9"),
    ("[customers.alice]\npol = \"1s\"", "2:1"),
    ("[customers.alice]\npoll = 3", "2:8"),
    ("[customers.alice]\nmethod = \"PUT\"", "2:10"),
    ("[customers.alice]\nvariables = { cv_1 = 3 }", "2:22"),
    ("[customers.alice]\nvariables = { name = 3 }\nname = \"x\"", "2:22"),
    ("[customers.ccp]", "1:12"),
    ("[customers.app]", "1:12"),
    ("[customers.T2]", "1:12"),
    ("[customers.agent-1081]", "1:12"),
    ("[customers.\"bob smith\"]", "1:12"),
    // Steps.
    ("steps = 3", "1:9"),
    ("steps = [3]", "1:10"),
    ("[[steps]]\ncut = \"mr\"", "1:1"),
    ("[[steps]]\nat = \"1s\"", "1:1"),
    ("[[steps]]\nat = \"1s\"\nafter = \"link_up\"\ncut = \"mr\"", "3:1"),
    ("[[steps]]\nat = \"1s\"\nwait = \"1s\"\ncut = \"mr\"", "3:1"),
    ("[[steps]]\nat = 3\ncut = \"mr\"", "2:6"),
    ("[[steps]]\nafter = \"link_pu\"\ncut = \"mr\"", "2:10"),
    ("[[steps]]\nat = \"1s\"\ncut = \"mrr\"", "3:7"),
    ("[[steps]]\nat = \"1s\"\nstop = \"routr\"", "3:8"),
    ("[[steps]]\nat = \"1s\"\ncut = \"mr\"\nstall = \"mr\"", "4:1"),
    ("[[steps]]\nat = \"1s\"\ncut = \"mr\"\nlasting = \"long\"", "4:11"),
    ("[[steps]]\nat = \"1s\"\nstop = \"router\"\nlasting = \"1s\"", "4:1"),
    ("[[steps]]\nat = \"1s\"\nstop = \"router\"\ndoes = \"ready\"", "4:1"),
    ("[[steps]]\nat = \"1s\"\ncut = \"mr\"\ntimes = 3", "4:1"),
    ("[[steps]]\nat = \"1s\"\ncut = \"mr\"\nevery = \"3s\"", "4:1"),
    ("[[steps]]\nat = \"1s\"\ncut = \"mr\"\nevery = \"3s\"\ntimes = 0", "5:9"),
    ("[[steps]]\nat = \"1s\"\ncut = \"mr\"\nevery = \"3s\"\ntimes = -1", "5:9"),
    ("[[steps]]\nat = \"1s\"\nagent = \"1081\"\ndoes = \"ready\"", "3:9"),
    ("[agents.1081]\n[[steps]]\nat = \"1s\"\nagent = \"1081\"", "4:9"),
    ("[agents.1081]\n[[steps]]\nat = \"1s\"\nagent = \"1081\"\ndoes = [\"ready\", \"redy\"]", "5:19"),
    ("[agents.1081]\n[[steps]]\nat = \"1s\"\nagent = \"1081\"\ndoes = \"pause bob\"", "5:15"),
    ("[[steps]]\nname = \"lost\"\nat = \"1s\"\narm = \"lost\"", "4:7"),
    ("[[steps]]\nat = \"1s\"\nrelease = \"al\"", "3:11"),
    ("[[steps]]\nat = \"1s\"\ncut = \"mr\"\nevery = \"0s\"\ntimes = 3", "4:9"),
    ("[[steps]]\nat = \"1s\"\ncut = \"mr\"\nevery = \"1s\"\ntimes = 10000000", "5:9"),
    ("[[steps]]\nat = \"1s\"\nstall = \"mr\"", "3:1"),
    // Rules.
    ("rules = 3", "1:9"),
    ("[[rules]]\ndrop = true", "1:1"),
    ("[[rules]]\nmatch = \"NEW_TASK\"", "1:1"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\ndrop = true\nnth = 0", "4:7"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\ndrop = true\nnth = 1.5", "4:7"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\ndrop = true\nswap = true", "4:1"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\ndrop = false", "3:8"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\ndrop = 1", "3:8"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\nsplit = 0", "3:9"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\ndelay = \"long\"", "3:9"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\nhold = \"desk > finesse ACEPT\"", "3:24"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\nhold = \"released\"\nexpire = 3", "4:10"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\ncorrupt = { byte = 3 }", "3:11"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\ncorrupt = { byte = 3, to = 256 }", "3:28"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\ncorrupt = { byte = 3, too = 25, to = 2 }", "3:23"),
    ("[[rules]]\nmatch = \"contact T\"\ndrop = true", "2:9"),
    ("[[rules]]\nmatch = \"ccp > mrpg NEW_TASK\"\ndrop = true\nalnoe = true", "4:1"),
    ("[[rules]]\nmatch = \"CREATE\"\nswap = true", "2:9"),
    ("[[rules]]\nmatch = \"ccp > app REPLY\"\nsplit = 3", "2:9"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\ndrop = true\nalone = true", "4:1"),
    ("[[rules]]\nmatch = \"NEW_TASK\"\ndrop = true\nexpire = \"1s\"", "4:1"),
    ("[[rules]]\nmatch = \"HEARTBEAT_REQ\"\ndrop = true", "2:9"),
    ("[[rules]]\nname = \"\"\nmatch = \"NEW_TASK\"\ndrop = true", "2:8"),
    (
        "[[rules]]\nname = \"x\"\nmatch = \"NEW_TASK\"\ndrop = true\n[[rules]]\nname = \"x\"\nmatch = \"NEW_TASK\"\ndrop = true",
        "6:8",
    ),
    // Expectations.
    ("[[expect]]\norder = []", "2:9"),
    ("[[expect]]\nname = \"nothing\"", "1:1"),
    ("[[expect]]\norder = [\"NEW_TASK\"]", "2:9"),
    ("[[expect]]\norder = [\"NEW_TASK\", \"NEW_TSAK\"]", "2:23"),
    ("[[expect]]\nnever = [\"NEW_TASK\", \"NEW_TASK T-1\"]", "2:32"),
    ("[[expect]]\nnever = '''NEW_TASK T-1'''", "2:21"),
    ("[[expect]]\nnever = \"held by=\\\"a b\\\" T-1\"", "2:9"),
    ("[[expect]]\ncount = { of = \"NEW_TASK\" }", "2:9"),
    ("[[expect]]\ncount = { of = \"NEW_TSAK\", is = 3 }", "2:17"),
    ("[[expect]]\ncount = { of = \"NEW_TASK\", is = \"three\" }", "2:33"),
    ("[[expect]]\ncount = { of = \"NEW_TASK\", least = 3, most = 2 }", "2:46"),
    ("[[expect]]\ncount = { of = \"NEW_TASK\", is = 3, most = 2 }", "2:36"),
    ("[[expect]]\nwithin = { from = \"NEW_TASK\", to = \"CONNECT\" }", "2:10"),
    ("[[expect]]\nwithin = { from = \"NEW_TASK\", to = \"CONECT\", time = \"1s\" }", "2:37"),
    ("[[expect]]\nwithin = { from = \"NEW_TASK\", to = \"CONNECT\", time = 1 }", "2:54"),
    ("[[expect]]\nwhile = \"contact T to=queued\"\nfinal = \"contact T to=handled\"", "2:1"),
    ("[[expect]]\nwhile = \"contact T\"\nnever = \"NEW_TASK\"", "2:9"),
    ("[[expect]]\nfinal = [\"contact T to=handled\", \"contact T\"]", "2:34"),
    ("[[expect]]\nfinal = \"contact T to=hanlded\"", "2:20"),
    // Checks, exploration, swarm.
    ("[checks]\non = {}", "2:1"),
    ("[checks.off]\none-edn = \"because\"", "2:1"),
    ("[checks.off]\none-end = true", "2:11"),
    ("[explore]", "1:1"),
    ("[explore]\nform = \"NEW_TASK\"\nfrom = \"NEW_TASK\"", "2:1"),
    ("[explore]\nfrom = \"NEW_TSAK\"", "2:9"),
    ("[swarm]\nagents = [50, 2]", "2:10"),
    ("[swarm]\nagents = 0", "2:10"),
    ("[swarm]\nmrds = \"many\"", "2:8"),
    ("[swarm]\nkinds = [\"delay\", \"stal\"]", "2:19"),
    ("[swarm]\nports = [\"mrr\"]", "2:10"),
    ("[swarm]\nheal = \"1s\"", "2:8"),
    ("[swarm]\ntaks = 3", "2:1"),
];

#[test]
fn every_mistake_is_told_once_and_where_it_stands() {
    for (text, place) in MISTAKES {
        let found = mistakes(text);
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("{place}: ")),
            "{text}\n{place}: {found:?}"
        );
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = "nmae = \"x\"\nuntil = \"soon\"\n[[rules]]\nmatch = \"nothing\"\n[[expect]]\n";
    assert_eq!(mistakes(text).len(), 5, "{:?}", mistakes(text));
}

#[test]
fn mistakes_are_told_from_the_top_of_the_file_to_its_end() {
    let text = "[customers.app]\n[customers.T2]\n[[rules]]\nmatch = \"nothing\"\n[agents.1081]\nlimt = 3";
    let lines: Vec<String> = mistakes(text).iter().map(|told| told[..1].to_owned()).collect();
    assert_eq!(lines, ["1", "2", "3", "4", "6"]);
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

/// Mistakes of a scenario `dir/a.toml` beside which these files are, each with its file.
fn mistakes_among(files: &[(&str, &str)]) -> Vec<String> {
    let find =
        |name: &str| files.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    let file = |name: &str| find(name).ok_or_else(|| "no such file".to_owned());
    let Err(error) = read_among("dir/a.toml", &find("a.toml").unwrap(), &file) else { return Vec::new() };
    let place = |problem: &ScenarioProblem| format!("{}:{}:{}", problem.file, problem.line, problem.column);
    error.problems.iter().map(|problem| format!("{}: {}", place(problem), problem.message)).collect()
}

#[test]
fn files_that_include_each_other_are_told_with_the_ring() {
    let ring = [
        ("a.toml", "name = \"a\"\ninclude = [\"b.toml\"]"),
        ("b.toml", "about = \"b\"\ninclude = [\"c.toml\"]"),
        ("c.toml", "about = \"c\"\nuntil = \"1s\"\ninclude = [\"a.toml\"]"),
    ];
    let told = "c.toml:3:12: files include each other in a ring: a.toml > b.toml > c.toml > a.toml";
    assert_eq!(mistakes_among(&ring), [told]);
    let inner = [ring[0], ring[1], ("c.toml", "include = [\"b.toml\"]")];
    let told = "c.toml:1:12: files include each other in a ring: b.toml > c.toml > b.toml";
    assert_eq!(mistakes_among(&inner), [told]);
    let itself = [("a.toml", "include = \"a.toml\"")];
    assert_eq!(
        mistakes_among(&itself),
        ["dir/a.toml:1:11: files include each other in a ring: a.toml > a.toml"]
    );
}

#[test]
fn a_file_that_several_include_is_read_once() {
    let files = [
        ("a.toml", "include = [\"b.toml\", \"c.toml\"]"),
        ("b.toml", "include = [\"d.toml\"]"),
        ("c.toml", "include = [\"d.toml\"]"),
        ("d.toml", "nmae = \"x\""),
    ];
    assert_eq!(mistakes_among(&files), ["d.toml:1:1: a scenario has no key `nmae`; did you mean `name`?"]);
}

#[test]
fn a_step_of_one_file_may_name_a_rule_of_another() {
    let files = [
        ("a.toml", "include = [\"b.toml\"]\n[[rules]]\nname = \"late\"\nmatch = \"NEW_TASK\"\ndrop = true"),
        ("b.toml", "[[steps]]\nat = \"1s\"\narm = \"late\"\n[[steps]]\nat = \"1s\"\narm = \"lost\""),
    ];
    assert_eq!(mistakes_among(&files), ["b.toml:6:7: there is no rule `lost`; there is `late`"]);
}

#[test]
fn a_short_name_is_recognised_behind_one_slip() {
    for (wrong, right) in [("mrr", "mr"), ("rm", "mr"), ("ap", "app"), ("dekc", "desk"), ("xmp", "xmpp")] {
        let text = format!("[[steps]]\nat = \"1s\"\ncut = \"{wrong}\"");
        let told = format!("3:7: there is no port `{wrong}`; did you mean `{right}`?");
        assert_eq!(mistakes(&text), [told]);
    }
}

#[test]
fn where_no_name_is_near_all_are_told_if_they_are_few() {
    let told = "3:8: there is no component `zz`; there is `ccp`, `mrpg`, `router`, `agentpg`, `finesse`";
    assert_eq!(mistakes("[[steps]]\nat = \"1s\"\nstop = \"zz\""), [told]);
    assert_eq!(mistakes("[[expect]]\nnever = \"zz\""), ["2:10: there is no message or fact `zz`"]);
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
fn a_parameter_has_its_value_in_the_reason_of_a_check_that_is_off_too() {
    let text = "[parameters]\nwho = [\"Finesse\", \"CCP\"]\n[agents.1081]\n[checks.off]\none-end = \"{who} never ends\"";
    let chosen = [("who".to_owned(), "CCP".to_owned())].into();
    assert_eq!(read_with(text, &chosen).unwrap().unchecked["one-end"], "CCP never ends");
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

#[test]
fn a_scenario_says_in_one_line_what_it_consists_of() {
    let text =
        "[agents.1081]\n[customers.alice]\n[customers.bob]\n[[rules]]\nmatch = \"NEW_TASK\"\ndrop = true";
    assert_eq!(read(text).unwrap().contents(), "1 agent, 2 customers, 0 steps, 1 rule, 0 expectations");
}
