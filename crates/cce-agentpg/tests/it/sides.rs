//! The two sides of the CTI server: which one serves, what stops it, and maintenance (cti-server-protocol 4.6).

use crate::lab::{Lab, MRD, login, open_req};
use cce_cti::SessionType;
use cce_cti::*;
use cce_kernel::{Command, Fact, Input, Port};
use cce_model::{InvokeId, PeripheralId, fact::AgentPgFact};

#[test]
fn the_other_side_becomes_active_by_command_and_clients_are_sent_there() {
    let mut lab = Lab::open();
    let (finesse, standby) = (lab.finesse, lab.session(Port::CtiB, open_req()));
    let said = lab.input(set("cti.active", "b"));
    assert_eq!((said.names(finesse), said.closes(finesse)), (vec!["FAILURE_EVENT"], true));
    assert_eq!(said.names(standby), ["STANDBY_ACTIVE_EVENT_MSG"]);
    assert!(said.facts().contains(&&Fact::from(AgentPgFact::SideActive { side: Port::CtiB })));
    assert_eq!(lab.says(standby, login(MRD)).names(standby)[0], "MEDIA_LOGIN_RESP");
}

/// A request for configuration has no invoke id: what stands in its place is the peripheral (cti-server-protocol 9).
#[test]
fn the_refusal_of_a_request_without_an_invoke_id_has_none() {
    let mut lab = Lab::open();
    let standby = lab.session(Port::CtiB, open_req());
    let request = ConfigRequestKeyEvent { peripheral_id: PeripheralId(5000), ..Default::default() };
    let said = lab.says(standby, request);
    let [Cti::FailureConf(refusal)] = &said.to(standby)[..] else { panic!("{said:?}") };
    assert_eq!(refusal.invoke_id, InvokeId::NONE);
}

#[test]
fn maintenance_begins_when_every_client_accepts_it() {
    let mut lab = Lab::open();
    let (finesse, standby) = (lab.finesse, lab.session(Port::CtiB, open_req()));
    assert_eq!(lab.input(set("cti.maintenance", "on")).names(finesse), ["ACTIVE_MAINTENANCE_REQ_MSG"]);
    let accept = ActiveMaintenanceRespMsg { maintenance_mode_accepted: true, ..Default::default() };
    lab.says(finesse, accept);
    let said = lab.pass(0);
    assert_eq!(said.names(finesse), ["ACTIVE_MAINTENANCE_EVENT_MSG", "FAILURE_EVENT"]);
    assert_eq!(said.names(standby), ["STANDBY_ACTIVE_EVENT_MSG"]);
    let late = lab.connect(Port::CtiA);
    assert_eq!(lab.says(late, open_req()).status(late), 110);
    lab.input(set("cti.maintenance", "off"));
    let back = lab.connect(Port::CtiA);
    assert_eq!(lab.says(back, open_req()).names(back), ["OPEN_CONF"]);
}

/// Whatever ends the question, clients that were asked and are still there hear that maintenance does not begin, and
/// nothing becomes of it later.
#[test]
fn maintenance_that_is_called_off_during_the_question_does_not_begin() {
    for (setting, value) in [("cti.maintenance", "off"), ("cti.stop", "b"), ("cti.active", "b")] {
        let mut lab = Lab::open();
        let finesse = lab.finesse;
        let due = lab.input(set("cti.maintenance", "on")).armed("cti maintenance").unwrap();
        let said = lab.input(set(setting, value));
        assert!(said.cancels(&due), "{setting}: {said:?}");
        let told = said.to(finesse);
        let goes_on = told.iter().find_map(|message| match message {
            Cti::ActiveMaintenanceEventMsg(event) => Some(event.continue_maintenance),
            _ => None,
        });
        assert_eq!(goes_on, Some(false), "{setting}: {told:?}");
        assert_eq!(lab.pass(5).0, [], "{setting}");
    }
}

#[test]
fn a_client_may_object_to_maintenance() {
    let mut lab = Lab::open();
    let finesse = lab.finesse;
    lab.input(set("cti.maintenance", "on"));
    let said = lab.says(finesse, ActiveMaintenanceRespMsg::default());
    let [Cti::ActiveMaintenanceEventMsg(event)] = &said.to(finesse)[..] else { panic!("{said:?}") };
    assert!(!event.continue_maintenance && !said.closes(finesse));
    let refused = said.facts().into_iter().find_map(|fact| match fact {
        Fact::CommandRefused { command, detail } => Some((command.as_str(), detail.as_str())),
        _ => None,
    });
    assert_eq!(refused, Some(("cti.maintenance", "a client objects")));
}

#[test]
fn a_client_of_both_sides_sees_a_die_b_take_over_and_a_return() {
    let mut lab = Lab::ready();
    let b = lab.session(Port::CtiB, open_req());
    let died = lab.input(set("cti.stop", "a"));
    assert!(died.closes(lab.finesse) && died.names(lab.finesse).is_empty(), "side A dies without a word");
    assert_eq!(died.names(b).first(), Some(&"STANDBY_ACTIVE_EVENT_MSG"));
    let refused = lab.host_accepts(Port::CtiA);
    assert!(refused.1.closes(refused.0), "a dead side takes no connection");
    assert_eq!(lab.says(b, login(MRD)).status(b), 1, "side B serves, and knows who is signed in");
    lab.input(set("cti.start", "a"));
    let a = lab.connect(Port::CtiA);
    let said = lab.says(a, open_req());
    let [Cti::OpenConf(conf)] = &said.to(a)[..] else { panic!("{said:?}") };
    assert_eq!(conf.session_type, SessionType::STANDBY, "side A is back as standby");
    let back = lab.input(set("cti.active", "a"));
    assert_eq!(back.names(b), ["FAILURE_EVENT"]);
    assert_eq!(back.names(a).first(), Some(&"STANDBY_ACTIVE_EVENT_MSG"));
}

#[test]
fn a_side_that_is_stopped_can_neither_become_active_nor_take_over_for_maintenance() {
    let mut lab = Lab::ready();
    lab.input(set("cti.stop", "b"));
    for (setting, value) in [("cti.active", "b"), ("cti.maintenance", "on")] {
        let said = lab.input(set(setting, value));
        assert!(matches!(said.facts()[..], [Fact::CommandRefused { .. }]), "{setting}: {said:?}");
        assert!(!said.closes(lab.finesse), "{setting}");
    }
}

#[test]
fn an_order_to_the_sides_that_would_have_no_effect_is_refused() {
    let cases = [
        (&[][..], "cti.active", "a"),
        (&[], "cti.start", "b"),
        (&[], "cti.maintenance", "off"),
        (&[("cti.stop", "a")], "cti.stop", "a"),
        (&[("cti.stop", "a")], "cti.active", "a"),
        (&[("cti.maintenance", "on")], "cti.maintenance", "on"),
    ];
    for (before, setting, value) in cases {
        let mut lab = Lab::ready();
        for (setting, value) in before {
            let said = lab.input(set(setting, value));
            let is_refused = said.facts().iter().any(|fact| matches!(fact, Fact::CommandRefused { .. }));
            assert!(!is_refused, "{setting} {value}: {said:?}");
        }
        let said = lab.input(set(setting, value));
        assert!(matches!(said.facts()[..], [Fact::CommandRefused { .. }]), "{setting} {value}: {said:?}");
    }
}

#[test]
fn every_change_of_the_sides_is_told() {
    let mut lab = Lab::ready();
    for (setting, value) in
        [("cti.stop", "b"), ("cti.start", "b"), ("cti.active", "b"), ("cti.maintenance", "on")]
    {
        let said = lab.input(set(setting, value));
        let told =
            said.facts().iter().filter(|fact| matches!(fact, Fact::AgentPg(AgentPgFact::Sides(_)))).count();
        assert_eq!(told, 1, "{setting} {value}: {said:?}");
    }
}

#[test]
fn with_both_sides_stopped_the_first_that_starts_serves() {
    let mut lab = Lab::ready();
    lab.input(set("cti.stop", "a"));
    lab.input(set("cti.stop", "b"));
    lab.input(set("cti.start", "a"));
    let a = lab.connect(Port::CtiA);
    let said = lab.says(a, open_req());
    let Some(Cti::OpenConf(conf)) = said.to(a).into_iter().next() else { panic!("{said:?}") };
    assert_eq!(conf.session_type, SessionType::ACTIVE);
}

fn set(setting: &str, value: &str) -> Input {
    Input::Command(Command::Set { setting: setting.to_owned(), value: value.to_owned() })
}
