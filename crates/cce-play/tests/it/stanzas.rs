//! What selectors mean where one read of a stream, or one body of BOSH, carries several stanzas.

use crate::support::{Run, played};
use cce_journal::{Bend, What};
use cce_select::{Happening, Tracker};

/// One task whose agent hears of it over `xmpp`, with a rule and expectations.
fn one_task(xmpp: &str, rest: &str) -> Run {
    played(&format!(
        "include = [\"one-task.toml\"]\nname = \"stanzas\"\n[agents.1081]\nxmpp = \"{xmpp}\"\n{rest}"
    ))
}

/// What arrived at once, with whom it is about.
fn several(run: &Run) -> Vec<Vec<String>> {
    let mut tracker = Tracker::new(&run.play.header, vec!["alice".to_owned()]);
    let mut all = Vec::new();
    for record in &run.records {
        let event = tracker.push(record);
        let said = tracker.happenings(&event);
        if said.len() > 1 && said.iter().all(Happening::counts) {
            all.push(said.iter().map(|happening| happening.words(tracker.names())).collect());
        }
    }
    all
}

#[test]
fn each_of_two_notifications_in_one_read_is_heard_with_its_own_task() {
    let joined = r#"
        [[rules]]
        name = "in one read"
        match = "finesse > agent-1081 UPDATE object=Media state=ACTIVE"
        coalesce = true

        [[expect]]
        name = "both are heard"
        order = [
          "finesse > agent-1081 UPDATE object=Media state=ACTIVE",
          "finesse > agent-1081 UPDATE alice object=Dialog state=ACTIVE",
        ]

        [[expect]]
        name = "each once"
        count = { of = "finesse > agent-1081 UPDATE alice object=Dialog state=ACTIVE", is = 1 }
        "#;
    for xmpp in ["tcp", "websocket"] {
        let run = one_task(xmpp, joined);
        assert_eq!(run.failures(), [""; 0], "{xmpp}");
        assert_eq!(
            several(&run),
            [["finesse > agent-1081 UPDATE", "finesse > agent-1081 UPDATE alice"]],
            "{xmpp}"
        );
    }
}

#[test]
fn each_stanza_of_a_body_of_bosh_is_heard() {
    let both = r#"
        [[expect]]
        name = "both are heard"
        order = ["agent-1081 > finesse PRESENCE", "agent-1081 > finesse IQ id=ping-1"]
        "#;
    let run = one_task("bosh", both);
    assert_eq!(run.failures(), [""; 0]);
    let of_the_agent = ["agent-1081 > finesse PRESENCE", "agent-1081 > finesse IQ"];
    assert_eq!(several(&run).first().unwrap(), &of_the_agent);
}

#[test]
fn a_rule_acts_once_on_a_message_by_any_of_its_stanzas() {
    let late = r#"
        [[rules]]
        name = "late"
        match = "agent-1081 > finesse IQ id=ping-1"
        delay = "1s"
        "#;
    let run = one_task("bosh", late);
    assert_eq!(run.failures(), [""; 0]);
    let late = |what: &What| matches!(what, What::Bent(bent) if matches!(bent.bend, Bend::Delayed(_)));
    assert_eq!(run.records.iter().filter(|record| late(&record.what)).count(), 1);
}
