//! Call variables that a desktop changes (finesse-nonvoice 2.6; case 13).

use crate::lab::{DIALOG, Lab, MRD, TASK, config, pre_call};
use cce_cti::{ArmStatus, Cti, CtiStatus, FailureConf, FailureResp, TaskDataUpdateEvent};
use cce_finesse::Config;
use cce_model::Object;
use cce_model::{CallVariableDisplay, SkillTarget};
use cce_wire::{NamedVariable, Text};

#[test]
fn the_cti_server_is_told_what_changes() {
    let mut lab = Lab::active();
    let asked =
        lab.put(DIALOG, &update(&[("callVariable1", "gold"), ("user.tier", "1"), ("callVariable10", "")]));
    assert_eq!(asked.status(), 202);
    let [Cti::UpdateTaskContextInd(sent)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    assert_eq!((sent.task_id, sent.mrd_id, sent.icm_agent_id), (TASK, MRD, SkillTarget(5172)));
    assert_eq!(sent.call_variable1, Some(Text::new("gold")));
    assert_eq!(sent.call_variable10, Some(Text::new("")));
    assert_eq!(sent.call_variable2, None);
    assert_eq!(
        (sent.num_named_variables, &sent.named_variable[..]),
        (1, &[NamedVariable::new("user.tier", "1")][..])
    );
}

#[test]
fn a_dialog_shows_what_the_cti_server_says_of_its_data() {
    for (shown, wanted) in [(CallVariableDisplay::Shown, 2), (CallVariableDisplay::Hidden, 0)] {
        let mut lab = Lab::active_with(Config { call_variables: shown, ..config() });
        lab.put(DIALOG, &update(&[("callVariable1", "gold")]));
        let told = lab.cti(data("gold"));
        assert_eq!(told.shown(), ["PUT dialog ACTIVE"]);
        let Object::Dialog(dialog) = &told.published()[0].object else { panic!("{told:?}") };
        assert_eq!(dialog.call_variables.len(), wanted, "{dialog:?}");
    }
}

#[test]
fn every_call_variable_has_its_own_number_in_the_dialog_and_at_the_cti_server() {
    let mut lab = Lab::in_service_with(Config { call_variables: CallVariableDisplay::Shown, ..config() });
    let offered = lab.cti(cce_cti::AgentPreCallEvent {
        call_variable1: Some(Text::new("variable 1")),
        call_variable2: Some(Text::new("variable 2")),
        call_variable3: Some(Text::new("variable 3")),
        call_variable4: Some(Text::new("variable 4")),
        call_variable5: Some(Text::new("variable 5")),
        call_variable6: Some(Text::new("variable 6")),
        call_variable7: Some(Text::new("variable 7")),
        call_variable8: Some(Text::new("variable 8")),
        call_variable9: Some(Text::new("variable 9")),
        call_variable10: Some(Text::new("variable 10")),
        ..pre_call()
    });
    let Object::Dialogs(dialog) = &offered.published()[0].object else { panic!("{offered:?}") };
    let expected: Vec<_> =
        (1..=10).map(|number| (format!("callVariable{number}"), format!("variable {number}"))).collect();
    assert_eq!(dialog.call_variables, expected);

    let mut lab = Lab::active();
    let pairs: Vec<_> = expected.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let asked = lab.put(DIALOG, &update(&pairs));
    let [Cti::UpdateTaskContextInd(sent)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    let sent = [
        &sent.call_variable1,
        &sent.call_variable2,
        &sent.call_variable3,
        &sent.call_variable4,
        &sent.call_variable5,
        &sent.call_variable6,
        &sent.call_variable7,
        &sent.call_variable8,
        &sent.call_variable9,
        &sent.call_variable10,
    ];
    for (value, (name, expected)) in sent.into_iter().zip(&expected) {
        assert_eq!(value.as_ref().map(ToString::to_string).as_ref(), Some(expected), "{name}");
    }

    let mut lab = Lab::active_with(Config { call_variables: CallVariableDisplay::Shown, ..config() });
    let told = lab.cti(TaskDataUpdateEvent {
        task_id: TASK,
        mr_domain_id: MRD,
        icm_agent_id: SkillTarget(5172),
        call_variable1: Some(Text::new("variable 1")),
        call_variable2: Some(Text::new("variable 2")),
        call_variable3: Some(Text::new("variable 3")),
        call_variable4: Some(Text::new("variable 4")),
        call_variable5: Some(Text::new("variable 5")),
        call_variable6: Some(Text::new("variable 6")),
        call_variable7: Some(Text::new("variable 7")),
        call_variable8: Some(Text::new("variable 8")),
        call_variable9: Some(Text::new("variable 9")),
        call_variable10: Some(Text::new("variable 10")),
        ..Default::default()
    });
    let Object::Dialog(dialog) = &told.published()[0].object else { panic!("{told:?}") };
    assert_eq!(dialog.call_variables, expected);
}

#[test]
fn the_next_request_waits_for_the_event() {
    let mut lab = Lab::active();
    lab.put(DIALOG, &update(&[("callVariable1", "gold")]));
    assert!(lab.act("PAUSE").names().is_empty());
    assert_eq!(lab.cti(data("gold")).names(), ["PAUSE_TASK_IND"]);
}

#[test]
fn a_refusal_becomes_an_error_with_the_requests_id() {
    let mut lab = Lab::active();
    let invoke_id = lab.put(DIALOG, &update(&[("callVariable1", "gold")])).invoke_id();
    let refused =
        lab.cti(FailureResp { invoke_id, status: ArmStatus::TASK_OBJECT_NOT_FOUND, ..Default::default() });
    assert_eq!(refused.shown(), ["error E_ARM_STAT_TASK_OBJECT_NOT_FOUND"]);
    assert_eq!(refused.published()[0].request_id, "r-1");
}

#[test]
fn a_change_whose_variables_the_cti_server_rejects_yields_no_event_and_the_next_one_goes() {
    for status in [CtiStatus::NAMED_VARIABLE_NOT_CONFIGURED, CtiStatus::SCALAR_FUNCTION_ON_ARRAY] {
        let mut lab = Lab::active();
        let invoke_id = lab.put(DIALOG, &update(&[("user.none", "x")])).invoke_id();
        assert!(lab.act("PAUSE").names().is_empty());
        let rejected = lab.cti(FailureConf { invoke_id, status, ..Default::default() });
        assert_eq!((rejected.shown(), rejected.names()), (vec![], vec!["PAUSE_TASK_IND"]));
    }
}

#[test]
fn names_that_are_unknown_or_there_twice_and_values_that_are_too_long_are_refused() {
    let (long, name) = ("x".repeat(41), format!("user.{}", "x".repeat(28)));
    for variables in [
        &[("callVariable0", "x")][..],
        &[("callVariable11", "x")],
        &[("callVariable01", "x")],
        &[("tier", "x")],
        &[("user.", "x")],
        &[("callVariable1", "x"), ("callVariable1", "y")],
        &[("user.tier", "x"), ("user.tier", "y")],
        &[("callVariable1", &long)],
        &[(&name, "x")],
    ] {
        let refused = Lab::active().put(DIALOG, &update(variables));
        assert_eq!(refused.status(), 400, "{variables:?}");
        assert!(refused.body().contains("Invalid Input"), "{}", refused.body());
        assert!(refused.names().is_empty());
    }
    for body in ["", "<mediaProperties/>", "<mediaProperties><callvariables/></mediaProperties>"] {
        let body = format!("<Dialog><requestedAction>UPDATE_CALL_DATA</requestedAction>{body}</Dialog>");
        assert!(Lab::active().put(DIALOG, &body).body().contains("Parameter Missing"), "{body}");
    }
}

/// A value of an expanded variable is cut on the way, and nobody is told (finesse-nonvoice 2.6).
#[test]
fn a_long_value_of_an_expanded_variable_is_taken_and_cut() {
    let mut lab = Lab::active();
    let asked = lab.put(DIALOG, &update(&[("user.tier", &"x".repeat(211))]));
    assert_eq!(asked.status(), 202);
    let [Cti::UpdateTaskContextInd(sent)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    let parts = sent.named_variable[0].parts().unwrap();
    assert_eq!(parts, ("user.tier".to_owned(), "x".repeat(210)));
}

#[test]
fn names_and_values_of_the_greatest_length_are_taken() {
    let (name, longer) = (format!("user.{}", "n".repeat(27)), format!("user.{}", "n".repeat(28)));
    let (plain, expanded) = ("x".repeat(40), "x".repeat(210));
    // A letter with an accent is one byte of the wire, which is in Latin-1 (ccp-task-api 4).
    let accented = "é".repeat(40);
    for (variable, status) in [
        (("callVariable1", plain.as_str()), 202),
        (("callVariable1", &accented), 202),
        (("callVariable1", &format!("{accented}é")), 400),
        (("user.tier", &expanded), 202),
        ((&name, "x"), 202),
        ((&longer, "x"), 400),
    ] {
        assert_eq!(Lab::active().put(DIALOG, &update(&[variable])).status(), status, "{variable:?}");
    }
}

/// The CTI server ends the session of a client whose message has more than 12,500 bytes: one agent would take the node from
/// all the others (cti-server-protocol 2, 3).
#[test]
fn expanded_variables_of_more_than_2000_bytes_together_are_refused_and_nothing_is_sent() {
    // Name, value and a NUL behind each: exactly 200 bytes. A value that is too long counts as it is cut.
    let names: Vec<_> = (0..60).map(|number| format!("user.{number:02}")).collect();
    let (full, longest) = ("é".repeat(191), "x".repeat(1_000));
    let pairs =
        |count: usize, value| names[..count].iter().map(|name| (name.as_str(), value)).collect::<Vec<_>>();
    let taken = pairs(10, full.as_str());
    let cut = pairs(9, longest.as_str());
    for (variables, status) in [
        (&taken[..], 202),
        (&[&taken[..], &[("user.a", "")]].concat(), 400),
        (&cut, 202),
        (&pairs(10, &longest), 400),
        (&pairs(60, &longest), 400),
    ] {
        let asked = Lab::active().put(DIALOG, &update(variables));
        assert_eq!((asked.status(), asked.names().len()), (status, usize::from(status == 202)));
    }
}

#[test]
fn whatever_a_dialog_lists_is_taken() {
    let body = |action: &str| {
        let data = "<mediaProperties><callvariables><CallVariable><name>callVariable1</name><value>x</value>\
                    </CallVariable></callvariables></mediaProperties><target>Other</target>";
        format!("<Dialog><requestedAction>{action}</requestedAction>{data}</Dialog>")
    };
    let mut listed = 0;
    for reach in [Lab::offered, Lab::accepted, Lab::active] {
        let shown = reach().get(DIALOG).body();
        for part in shown.split("<action>").skip(1) {
            let action = part.split('<').next().unwrap();
            assert_eq!(reach().put(DIALOG, &body(action)).status(), 202, "{action}");
            listed += 1;
        }
    }
    assert_eq!(listed, 10);
}

fn update(variables: &[(&str, &str)]) -> String {
    let variable = |(name, value): &(&str, &str)| {
        format!("<CallVariable><name>{name}</name><value>{value}</value></CallVariable>")
    };
    let list: String = variables.iter().map(variable).collect();
    format!(
        "<Dialog><requestedAction>UPDATE_CALL_DATA</requestedAction>\
         <mediaProperties><callvariables>{list}</callvariables></mediaProperties></Dialog>"
    )
}

fn data(value: &str) -> TaskDataUpdateEvent {
    TaskDataUpdateEvent {
        task_id: TASK,
        mr_domain_id: MRD,
        icm_agent_id: SkillTarget(5172),
        num_named_variables: 1,
        call_variable1: Some(Text::new(value)),
        named_variable: vec![NamedVariable::new("user.tier", "1")],
        ..Default::default()
    }
}
