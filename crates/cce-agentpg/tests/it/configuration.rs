//! The configuration that the CTI server tells its clients, and its keys (cti-server-protocol 9).

use crate::lab::{Lab, MRD, login};
use cce_cti::*;
use cce_cti::{ConfigEndStatus, ConfigKeyStatus};
use cce_model::{
    AgentState, PeripheralId,
    sample::{QueueRow, SampleRows},
};
use cce_wire::Text;

#[test]
fn the_configuration_is_told_in_its_order_with_at_most_ten_records_a_message() {
    let mut rows = SampleRows::lab_trace();
    let (first, is_there) = (rows.queues[0].clone(), rows.queues.len());
    let more = (is_there..12).map(|number| QueueRow { name: format!("Queue {number}"), ..first.clone() });
    rows.queues.extend(more);
    let mut lab = Lab::with_objects(rows);
    let finesse = lab.finesse;
    let ask = ConfigRequestEvent {
        config_information: u32::MAX,
        peripheral_id: PeripheralId(5000),
        ..Default::default()
    };
    let said = lab.says(finesse, ask);
    let expected = [
        "CONFIG_BEGIN_EVENT",
        "CONFIG_SKILL_GROUP_EVENT",
        "CONFIG_SKILL_GROUP_EVENT",
        "CONFIG_AGENT_EVENT",
        "CONFIG_DEVICE_EVENT",
        "CONFIG_CALL_TYPE_EVENT",
        "CONFIG_MRD_EVENT",
        "CONFIG_PERIPHERAL_EVENT",
        "CONFIG_AGENT_DESK_SETTINGS_EVENT",
        "CONFIG_END_EVENT",
    ];
    assert_eq!(said.names(finesse), expected);
    let messages = said.to(finesse);
    let Cti::ConfigSkillGroupEvent(second) = &messages[2] else { panic!() };
    assert_eq!((second.num_records, second.records.len()), (2, 2));
    let Cti::ConfigAgentEvent(agents) = &messages[3] else { panic!() };
    assert_eq!(agents.records[0].login_id, Some(Text::new("1080")));
}

#[test]
fn the_keys_of_the_configuration_change_with_it() {
    let keys = |rows: SampleRows| {
        let mut lab = Lab::with_objects(rows);
        let finesse = lab.finesse;
        let said = lab
            .says(finesse, ConfigRequestKeyEvent { peripheral_id: PeripheralId(5000), ..Default::default() });
        let [Cti::ConfigKeyEvent(keys)] = &said.to(finesse)[..] else { panic!("{said:?}") };
        (keys.agent_config_key.clone(), keys.call_type_config_key.clone())
    };
    let (agents, call_types) = keys(SampleRows::lab_trace());
    let mut rows = SampleRows::lab_trace();
    rows.call_types[0].name = "One".to_owned();
    let changed = keys(rows);
    assert_eq!(changed.0, agents);
    assert_ne!(changed.1, call_types);
}

#[test]
fn another_peripheral_s_configuration_is_not_told() {
    let mut lab = Lab::open();
    let finesse = lab.finesse;
    let ask =
        ConfigRequestEvent { config_information: 4, peripheral_id: PeripheralId(77), ..Default::default() };
    let said = lab.says(finesse, ask);
    let [Cti::ConfigBeginEvent(_), Cti::ConfigEndEvent(end)] = &said.to(finesse)[..] else {
        panic!("{said:?}")
    };
    assert_eq!(end.config_end_status, ConfigEndStatus::INVALID);
    let said =
        lab.says(finesse, ConfigRequestKeyEvent { peripheral_id: PeripheralId(77), ..Default::default() });
    let [Cti::ConfigKeyEvent(keys)] = &said.to(finesse)[..] else { panic!("{said:?}") };
    assert_eq!((keys.config_key_status, keys.agent_config_key.clone()), (ConfigKeyStatus::NO_KEYS, None));
}

#[test]
fn another_customer_s_configuration_is_not_told() {
    let mut lab = Lab::open();
    let finesse = lab.finesse;
    let mut status = |customer_id: u32| {
        let customer_id = Some(customer_id);
        let ask =
            ConfigRequestKeyEvent { peripheral_id: PeripheralId(5000), customer_id, ..Default::default() };
        let said = lab.says(finesse, ask);
        let [Cti::ConfigKeyEvent(keys)] = &said.to(finesse)[..] else { panic!("{said:?}") };
        let key_status = keys.config_key_status;
        let ask = ConfigRequestEvent {
            config_information: 4,
            peripheral_id: PeripheralId(5000),
            customer_id,
            ..Default::default()
        };
        let said = lab.says(finesse, ask);
        let Some(Cti::ConfigEndEvent(end)) = said.to(finesse).pop() else { panic!("{said:?}") };
        (key_status, end.config_end_status, end.text.map(|text| text.to_string()).unwrap_or_default())
    };
    assert_eq!(
        status(77),
        (ConfigKeyStatus::UNKNOWN_CUSTOMER, ConfigEndStatus::UNKNOWN_CUSTOMER, "unknown customer".to_owned())
    );
    assert_eq!(status(1), (ConfigKeyStatus::OK, ConfigEndStatus::COMPLETE, "complete".to_owned()));
}

#[test]
fn records_of_the_configuration_are_complete() {
    let mut lab = Lab::open();
    lab.finesse_says(login(MRD));
    let finesse = lab.finesse;
    let ask = ConfigRequestEvent {
        config_information: u32::MAX,
        peripheral_id: PeripheralId(5000),
        ..Default::default()
    };
    let messages = lab.says(finesse, ask).to(finesse);
    let text = |text: &str| Some(Text::new(text));
    for message in messages {
        match message {
            Cti::ConfigBeginEvent(begin) => assert!(begin.agent_config_key.is_some()),
            Cti::ConfigAgentEvent(agents) => {
                let agent = &agents.records[0];
                assert_eq!((agent.desk_settings_id, agent.sso_enabled), (Some(1), Some(0)));
                assert_eq!(agent.description, text("Sandra Jefferson"));
                let states = agent.agent_mrd_states.clone().unwrap().0;
                assert_eq!(
                    (agent.num_mrds, states),
                    (Some(2), vec![AgentState::NotReady.into(), AgentState::Logout.into()]),
                    "not ready in one, signed out of the other"
                );
            }
            Cti::ConfigMrdEvent(mrds) => {
                let mrd = &mrds.records[0];
                assert_eq!(mrd.max_task_duration, Some(3_600));
                assert_eq!(mrd.description, text("Tasks of the lab"));
            }
            Cti::ConfigCallTypeEvent(kinds) => {
                let kind = &kinds.records[0];
                assert_eq!(
                    (kind.customer_definition_id, kind.enterprise_name.clone()),
                    (Some(1), Some(Text::new("CumulusTask")))
                );
            }
            Cti::ConfigAgentDeskSettingsEvent(settings) => {
                assert_eq!(settings.records[0].desk_settings_id, Some(1));
            }
            _ => {}
        }
    }
}

#[test]
fn the_key_of_agents_does_not_change_with_their_states() {
    let mut lab = Lab::open();
    let finesse = lab.finesse;
    let key = |lab: &mut Lab| {
        let said = lab
            .says(finesse, ConfigRequestKeyEvent { peripheral_id: PeripheralId(5000), ..Default::default() });
        let [Cti::ConfigKeyEvent(keys)] = &said.to(finesse)[..] else { panic!("{said:?}") };
        keys.agent_config_key.clone()
    };
    let before = key(&mut lab);
    lab.finesse_says(login(MRD));
    assert_eq!(key(&mut lab), before);
}
