//! Names, numbers and orders that a reference lists, each list as a whole.

use crate::objects::{dialog, later, media};
use cce_model::{AgentState, DialogState, Disposition, MediaConnected, PeripheralId};
use cce_xml::{
    finesse::{self, CtiServerInfo, SystemInfo},
    parse,
};

#[test]
fn each_state_of_a_dialog_has_its_actions() {
    let rows: [(DialogState, &[&str]); 8] = [
        (DialogState::Offered, &["ACCEPT"]),
        (DialogState::Accepted, &["UPDATE_CALL_DATA", "TRANSFER", "START", "CLOSE"]),
        (DialogState::Active, &["PAUSE", "UPDATE_CALL_DATA", "WRAP_UP", "TRANSFER", "CLOSE"]),
        (DialogState::Paused, &["UPDATE_CALL_DATA", "WRAP_UP", "TRANSFER", "CLOSE", "RESUME"]),
        (DialogState::WrappingUp, &["UPDATE_CALL_DATA", "CLOSE"]),
        (DialogState::Interrupted, &[]),
        (DialogState::Unknown, &["CLOSE"]),
        (DialogState::Closed, &[]),
    ];
    for (state, expected) in rows {
        let root = parse(finesse::dialog(&dialog(state, later(0))).as_bytes()).unwrap();
        let participant = root.at(&["participants", "Participant"]).unwrap();
        let shown: Vec<&str> = participant
            .at(&["actions"])
            .unwrap()
            .children
            .iter()
            .map(|action| action.text.as_str())
            .collect();
        assert_eq!(shown, expected, "{state}");
        let states = (root.text_of("state").unwrap(), participant.text_of("state").unwrap());
        assert_eq!(states, (state.to_string(), state.to_string()));
    }
    assert_eq!(rows.map(|(state, _)| state), DialogState::ALL);
}

#[test]
fn each_end_has_the_name_that_finesse_gives_it() {
    for (disposition, name) in [
        (19, "CD_RING_NO_ANSWER"),
        (36, "CD_RING_NO_ANSWER"),
        (37, "CD_TASK_ABANDONED_WHILE_OFFERED"),
        (38, "CD_NORMAL_END_DIALOG"),
        (39, "CD_CANT_OBTAIN_DIALOG_ID"),
        (40, "CD_AGENT_LOGGED_OUT_DURING_DIALOG"),
        (41, "CD_MAX_DIALOG_LIFETIME_EXCEEDED"),
        (51, "CD_TASK_ENDED_DURING_APP_INIT"),
        (63, "CD_TASK_TRANSFER"),
        (64, "CD_APPLICATION_DISCONNECTED"),
        (65, "CD_TASK_TRANSFERRED_ON_AGENT_LOGOUT"),
    ] {
        let mut closed = dialog(DialogState::Closed, later(0));
        closed.disposition = Some(Disposition(disposition));
        let text = finesse::dialog(&closed);
        assert!(
            text.contains(&format!("<dispositionCode>{name}</dispositionCode>")),
            "{disposition}: {text}"
        );
    }
}

#[test]
fn agent_states_have_their_numbers_and_names() {
    let names = [
        "LOGIN",
        "LOGOUT",
        "NOT_READY",
        "AVAILABLE",
        "TALKING",
        "WORK_NOT_READY",
        "WORK_READY",
        "BUSY_OTHER",
        "RESERVED",
        "UNKNOWN",
        "HOLD",
        "ACTIVE",
        "PAUSED",
        "INTERRUPTED",
        "NOT_ACTIVE",
    ];
    for (number, name) in (0_u16..).zip(names) {
        let state = AgentState::of_number(number);
        assert_eq!((state.name(), state.number()), (name, number));
    }
}

#[test]
fn a_media_names_the_states_of_its_agent() {
    for state in AgentState::ALL.iter().copied() {
        let name = if state == AgentState::NotActive { "READY" } else { state.name() };
        let shown = finesse::media(&cce_model::Media { state, ..media() }, true, MediaConnected::Hidden);
        assert!(shown.contains(&format!("<state>{name}</state>")), "{shown}");
    }
}

#[test]
fn system_info_tells_what_clients_read() {
    let info = SystemInfo {
        fqdn: "fin.lab".to_owned(),
        now: later(0),
        status: cce_xml::finesse::SystemStatus::InService,
        last_heartbeat: Some(later(-1_000)),
        cti_servers: ["a", "b"].map(|host| CtiServerInfo { host: host.to_owned(), connected: None }),
        secondary: None,
        cti_version: 24,
        heartbeat_seconds: 5,
        peripheral: PeripheralId(5000),
        timezone_minutes: -300,
    };
    let root = parse(finesse::system_info(&info).as_bytes()).unwrap();
    for (name, value) in [
        ("currentTimestamp", "2024-01-30T13:55:49.426Z"),
        ("deploymentType", "UCCE"),
        ("status", "IN_SERVICE"),
        ("lastCTIHeartbeatStatus", "success"),
        ("ctiVersion", "24"),
        ("ctiHeartbeatInterval", "5"),
        ("peripheralId", "5000"),
        ("timezoneOffset", "-300"),
        ("ctiMMode", ""),
        ("ctiTimeInMMode", "-1"),
        ("finesseMMode", ""),
        ("finesseTimeInMMode", "-1"),
        ("xmppDomain", "fin.lab"),
        ("xmppPubSubDomain", "pubsub.fin.lab"),
    ] {
        assert_eq!(root.text_of(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(root.at(&["primaryNode", "host"]).unwrap().text, "fin.lab");
}
