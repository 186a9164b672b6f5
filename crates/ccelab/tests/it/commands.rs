//! The smaller commands, and wrong usage.

use crate::support::{Running, ccelab, folder, http, run, skip, stderr, stdout, wait_for};
use std::{fs, process::Command};

#[test]
fn bytes_are_explained_field_by_field() {
    let folder = folder("decode");
    let open = "00000048 00000003 00000001 00000018 00000078 00001388 02000cb6 00000000 00003fff 00000000 00000000 \
                00000000 00000000 00010008 46696e65 73736500 00020000 00030008 46696e65 73736500";
    let text = stdout(&run(&folder, &["decode", "cti", open, "0000000400000005", "00000002"]));
    for part in ["OPEN_REQ (3), 80 bytes", "VersionNumber", "Finesse", "HEARTBEAT_REQ (5), 12 bytes"] {
        assert!(text.contains(part), "no `{part}` in {text}");
    }
}

#[test]
fn bytes_that_are_no_message_are_refused_with_their_offset() {
    let folder = folder("decode");
    let output = run(&folder, &["decode", "mr", "00000004 00000005 00000002 000000"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("byte 12"), "{}", stderr(&output));
    assert_eq!(run(&folder, &["decode", "mr", "xyz"]).status.code(), Some(2));
}

#[test]
fn the_whole_configuration_is_shown_and_can_be_loaded_again() {
    let folder = folder("config");
    let shown = stdout(&run(&folder, &["config", "show"]));
    fs::write(folder.join("lab.toml"), &shown).unwrap();
    let output = run(&folder, &["config", "check", "--config", "lab.toml"]);
    assert!(output.status.success(), "{}\n{shown}", stderr(&output));
    assert_eq!(stdout(&run(&folder, &["config", "show", "--config", "lab.toml"])), shown);
}

#[test]
fn every_mistake_in_a_configuration_is_named_with_file_line_and_key() {
    let folder = folder("mistakes");
    let text = "[ccp]\nadministrator = 7\npol_lifetime = \"1min\"\n\n[finesse]\nredial = \"soon\"\n\n[nonsense]\nx = 1\n";
    fs::write(folder.join("lab.toml"), text).unwrap();
    let output = run(&folder, &["run", "--config", "lab.toml"]);
    assert_eq!(output.status.code(), Some(2));
    for part in [
        "lab.toml:3: `ccp.pol_lifetime`",
        "lab.toml:2: `ccp.administrator`",
        "lab.toml:6: `finesse.redial`",
        "lab.toml:8: `nonsense`",
    ] {
        assert!(stderr(&output).contains(part), "no `{part}` in {}", stderr(&output));
    }
}

#[test]
fn files_that_are_missing_or_something_else_are_named_with_the_cause() {
    let folder = folder("files");
    fs::write(folder.join("other.jsonl"), "{\"ccelab_journal\":99,\"build\":\"ccelab 9\"}\n").unwrap();
    fs::write(folder.join("text"), "hello\n").unwrap();
    for (arguments, part) in [
        (["replay", "missing.jsonl"], "missing.jsonl"),
        (["ladder", "text"], "no journal"),
        (["replay", "other.jsonl"], "format 99"),
    ] {
        let output = run(&folder, &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(part), "{}", stderr(&output));
    }
}

#[test]
fn a_journal_that_ends_within_a_letter_is_read_up_to_there() {
    let folder = folder("torn");
    assert!(run(&folder, &["demo", "--fast", "--journal", "J"]).status.success());
    let mut bytes = fs::read(folder.join("J")).unwrap();
    let lines = bytes.split(|byte| *byte == b'\n').count() - 1;
    bytes.extend_from_slice("{\"seq\":99999,\"what\":\"\u{e9}".as_bytes());
    bytes.pop();
    fs::write(folder.join("J"), bytes).unwrap();
    for arguments in [["replay", "J"], ["ladder", "J"]] {
        let output = run(&folder, &arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        let warning = format!("J ends in the middle of line {}", lines + 1);
        assert!(stderr(&output).contains(&warning), "{}", stderr(&output));
    }
}

#[test]
fn an_error_that_nobody_can_read_keeps_its_exit_code() {
    let folder = folder("deaf");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = ccelab(&folder).args(["replay", "missing.jsonl"]).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn a_port_in_use_is_one_clear_line_and_leaves_the_last_records_alone() {
    let folder = folder("in-use");
    let lab = Running::start(&folder, "first", &["--ports", "ephemeral"]);
    let taken = lab.address("app");
    fs::write(folder.join("lab.toml"), format!("[links.app]\nlisten = \"{taken}\"\nconnect = \"{taken}\"\n"))
        .unwrap();
    let output = run(&folder, &["run", "--config", "lab.toml", "--only", "ccp"]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.contains(&taken) && text.contains("in use") && text.lines().count() == 1, "{text}");
    assert!(!folder.join(".ccelab").exists());
}

#[test]
fn the_banner_s_commands_sign_an_agent_in_and_make_it_ready() {
    let folder = folder("banner");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let banner = lab.banner();
    let commands: Vec<&str> = banner.lines().map(str::trim).filter(|line| line.starts_with("put")).collect();
    assert_eq!(commands.len(), 4, "{banner}");
    if Command::new("curl").arg("--version").output().is_err() {
        return skip("the banner's commands", "there is no curl");
    }
    let pasted =
        Command::new("sh").args(["-c", &commands.join("\n").replace("PASSWORD", "ccelab")]).output().unwrap();
    assert_eq!(stdout(&pasted).matches("202 Accepted").count(), 3, "{}", stdout(&pasted));
    let media = "/finesse/api/User/1080/Media/5011";
    wait_for("a ready agent", || {
        let answer = http("GET", &lab.address("desk"), media, Some("1080:ccelab"), "")?;
        answer.body.contains("<state>READY</state>").then_some(())
    });
}

#[test]
fn the_names_of_the_lab_s_hosts_lead_to_where_it_listens() {
    let folder = folder("hosts");
    fs::write(folder.join("lab.toml"), "[links.desk]\nlisten = \"127.0.0.3:8082\"\n").unwrap();
    let lines = |arguments: &[&str]| stdout(&run(&folder, arguments));
    assert_eq!(
        lines(&["hosts", "--config", "lab.toml"]),
        "127.0.0.1\tsm1.dcloud.cisco.com sm1\n127.0.0.1\tpg3a.dcloud.cisco.com pg3a\n127.0.0.3\tfin1.dcloud.cisco.com fin1\n"
    );
    let elsewhere = lines(&["hosts", "--address", "10.1.2.3"]);
    assert!(elsewhere.lines().all(|line| line.starts_with("10.1.2.3\t")), "{elsewhere}");
}

#[test]
fn an_unknown_agent_or_component_is_refused() {
    let folder = folder("usage");
    for arguments in [
        ["--agents", "9999=auto"],
        ["--only", "voice"],
        ["--agents", "1080=lazy"],
        ["--agents", "1080=auto,1080=ignore"],
        ["--agents", "1080=transfers:Nowhere"],
    ] {
        let output = run(&folder, &["run", arguments[0], arguments[1]]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_body_over_the_limit_is_refused_and_its_client_hears_so() {
    let folder = folder("limit");
    let lab = Running::start(&folder, "lab", &["--ports", "ephemeral"]);
    let body = "x".repeat(2_200_000);
    let answer = http("POST", &lab.address("app"), "/ccp/task/feed/100080", None, &body);
    assert_eq!(answer.unwrap().status, 413);
    let answer = http("POST", &lab.address("app"), "/ccp/task/feed/100080", None, "<Task>").unwrap();
    assert_eq!(answer.status, 400);
}

#[test]
fn a_hex_dump_is_explained_like_its_bytes() {
    let folder = folder("dump");
    let dump = "00000000: 0000 0004 0000 0005 0000 0002            ............\n";
    fs::write(folder.join("dump.txt"), dump).unwrap();
    let of_dump = stdout(&run(&folder, &["decode", "cti", "--file", "dump.txt"]));
    assert_eq!(of_dump, stdout(&run(&folder, &["decode", "cti", "000000040000000500000002"])));
}

#[test]
fn a_file_that_is_neither_dump_nor_capture_is_named() {
    let folder = folder("garbage");
    fs::write(folder.join("words.txt"), "00000004\nthese are words\n").unwrap();
    fs::write(folder.join("bytes.bin"), [0xff_u8; 64]).unwrap();
    for (file, why) in
        [("words.txt", "words.txt:2:1: "), ("bytes.bin", "bytes.bin is neither"), ("none", "none: ")]
    {
        let output = run(&folder, &["decode", "mr", "--file", file]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
}

#[test]
fn a_bad_table_is_refused_with_file_line_and_reason() {
    let folder = folder("bad-table");
    fs::write(folder.join("mr.toml"), "[NEW_TASK]\nnumber = 9\nfixed = [\n  \"Weather UINT\",\n]\n").unwrap();
    let output = run(&folder, &["demo", "--fast", "--mr-table", "mr.toml"]);
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains("mr.toml:4: `NEW_TASK.fixed.0`: the message has no field Weather"), "{told}");
}

#[test]
fn a_wrong_form_of_mr_app_is_refused_with_the_right_one() {
    let folder = folder("bad-mr-app");
    for wrong in ["5002", "5002=nowhere", "x=127.0.0.1:1"] {
        let output = run(&folder, &["run", "--mr-app", wrong]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("write PERIPHERAL=HOST:PORT"), "{}", stderr(&output));
    }
    let taken = run(&folder, &["run", "--ports", "ephemeral", "--mr-app", "5001=127.0.0.1:1"]);
    assert_eq!(taken.status.code(), Some(2));
    assert!(stderr(&taken).contains("has peripheral 5001"), "{}", stderr(&taken));
}

#[test]
fn a_demo_with_tables_of_its_own_is_handled_drawn_and_replayed() {
    let folder = folder("own-table");
    let built_in = stdout(&run(&folder, &["config", "tables", "mr"]));
    let moved = built_in.lines().map(|line| match line.strip_prefix("number = ") {
        Some(number) => format!("number = {}\n", number.parse::<u32>().unwrap() + 1_000),
        None => format!("{line}\n"),
    });
    fs::write(folder.join("mr.toml"), moved.collect::<String>()).unwrap();
    let output = run(&folder, &["demo", "--fast", "--mr-table", "mr.toml", "--journal", "J"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("NEW_TASK dialogue=4"), "{}", stdout(&output));
    assert!(run(&folder, &["replay", "J"]).status.success());
    assert!(stdout(&run(&folder, &["ladder", "J"])).contains("DO_THIS_WITH_TASK 1080 dialogue=4"));
}

#[test]
fn a_swarm_says_what_its_seeds_drew_and_what_they_never_reached() {
    let folder = folder("swarm");
    let text = "name = \"few\"\n[swarm]\nagents = 2\nmrds = 1\ntasks = [3, 6]\nfaults = 1\nports = [\"app\"]\n\
                kinds = [\"delay\"]\nheal = \"10s\"\n";
    fs::write(folder.join("few.toml"), text).unwrap();
    let explored = stdout(&run(&folder, &["explore", "few.toml", "--seeds", "1..3"]));
    let lines: Vec<&str> = explored.lines().collect();
    assert_eq!(lines.len(), 3, "{explored}");
    assert!(lines[0].starts_with("few: 3 seeds, 0 failed; contacts: "), "{explored}");
    assert!(
        lines[1].starts_with("  drawn: 6 agents, 3 domains, ") && lines[1].contains("3 faults"),
        "{explored}"
    );
    assert!(lines[2].starts_with("  took ") && lines[2].contains("--coverage"), "{explored}");
    let all = stdout(&run(&folder, &["explore", "few.toml", "--seeds", "1..3", "--coverage"]));
    for part in ["pairs reached", "UPDATE_CALL_DATA: never\n"] {
        assert!(all.contains(part), "no `{part}` in {all}");
    }
    let played = stdout(&run(&folder, &["sim", "few.toml", "--seed", "2"]));
    assert!(played.contains("seed 2: 2 agents (") && played.contains("app slow ("), "{played}");
}

#[test]
fn what_one_combination_of_parameters_never_comes_to_is_no_failure_where_another_does() {
    let folder = folder("explore-combinations");
    let explored = |accepts: &str| {
        let text = format!(
            "name = \"ring\"\nuntil = \"2min\"\n[parameters]\naccept = [{accepts}]\n[set.\"mrd/Tasks\"]\nstart_timeout = \"5s\"\n\
             [agents.1081]\noffer = {{ accept = \"{{accept}}\" }}\n[agents.1082]\nsign_in = \"10s\"\n[customers.alice]\n"
        );
        fs::write(folder.join("ring.toml"), text).unwrap();
        let output = run(&folder, &["explore", "ring.toml", "--seeds", "1..2"]);
        (output.status.code(), stdout(&output), stderr(&output))
    };
    let missed = "never reached: agent-1081: `accept`";
    let everywhere = "never reached, whatever the parameters: agent-1081: `accept`";
    let (code, out, _) = explored("\"4s\", \"6s\"");
    assert!(code == Some(0) && out.contains(missed) && !out.contains(everywhere), "{out}");
    let (code, out, errors) = explored("\"7s\", \"6s\"");
    assert!(
        code == Some(1) && out.contains(everywhere) && errors.contains("4 runs failed"),
        "{out}\n{errors}"
    );
    let (code, out, errors) = explored("\"6s\"");
    assert!(code == Some(1) && out.contains(missed) && errors.contains("2 runs failed"), "{out}\n{errors}");
}
