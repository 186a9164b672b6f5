//! The configuration service (cti-server-protocol 9). A message carries up to 10 records; each begins with its
//! `RecordType`.

use crate::{ConfigEndStatus, ConfigKeyStatus, ConfigType, DeviceIdType, FailureConf, RecordType};
use cce_model::{
    AgentState, CallTypeId, InvokeId, MrdId, PeripheralId, PrecisionQueueId, SkillGroupNumber, SkillTarget,
};
use cce_wire::{Code, List, Opaque, Text, Unsigned};

cce_wire::group! {
    /// A service.
    ServiceRecord {
        /// 0 add, 1 change, 2 delete. Begins a record.
        183 record_type: RecordType as "RecordType",
        208 peripheral_id: PeripheralId as "PeripheralID" since 11,
        184 peripheral_number: u32 as "PeripheralNumber",
        213 old_peripheral_number: u32 as "OldPeripheralNumber" since 11,
        132 service_skill_target_id: Unsigned<SkillTarget> as "ServiceSkillTargetID",
        133 peripheral_name: Text<64> as "PeripheralName",
        134 description: Text<128> as "Description",
        173 extension: Text<16> as "Extension",
        174 service_level_threshold: u32 as "ServiceLevelThreshold",
        175 service_level_type: u32 as "ServiceLevelType",
        186 num_service_members: u16 as "NumServiceMembers",
        /// As many as `NumServiceMembers`.
        187 service_member: List<u32> as "ServiceMember",
        /// As many as `NumServiceMembers`.
        188 service_priority: List<u16> as "ServicePriority",
        129 max_queued: u32 as "MaxQueued",
        176 config_param: Text<255> as "ConfigParam",
    }
}

cce_wire::group! {
    /// A skill group, or a precision queue as one.
    SkillGroupRecord {
        /// 0 add, 1 change, 2 delete. Begins a record.
        183 record_type: RecordType as "RecordType",
        208 peripheral_id: PeripheralId as "PeripheralID" since 11,
        184 peripheral_number: u32 as "PeripheralNumber",
        213 old_peripheral_number: u32 as "OldPeripheralNumber" since 11,
        64 priority: u16 as "SkillGroupPriority",
        192 skill_group_skill_target_id: Unsigned<SkillTarget> as "SkillGroupSkillTargetID",
        173 extension: Text<16> as "Extension",
        133 peripheral_name: Text<64> as "PeripheralName",
        134 description: Text<128> as "Description",
        216 mr_domain_id: Unsigned<MrdId> as "MRDomainID" since 11,
        264 precision_queue_id: PrecisionQueueId as "PrecisionQueueID" since 21,
        265 precision_queue_name: Text<32> as "PrecisionQueueName" since 21,
        176 config_param: Text<255> as "ConfigParam",
    }
}

cce_wire::group! {
    /// An agent.
    AgentRecord {
        /// 0 add, 1 change, 2 delete. Begins a record.
        183 record_type: RecordType as "RecordType",
        208 peripheral_id: PeripheralId as "PeripheralID" since 11,
        303 active_terminal: Text<64> as "ActiveTerminal" since 23,
        /// 0 agent, 1 supervisor.
        189 agent_type: u16 as "AgentType",
        267 desk_settings_id: u32 as "DeskSettingsID" since 22,
        190 login_id: Text<64> as "LoginID",
        214 old_login_id: Text<64> as "OldLoginID" since 11,
        207 login_name: Text<255> as "LoginName" since 11,
        138 last_name: Text<32> as "LastName",
        137 first_name: Text<32> as "FirstName",
        173 extension: Text<16> as "Extension",
        134 description: Text<128> as "Description",
        185 agent_skill_target_id: Unsigned<SkillTarget> as "AgentSkillTargetID",
        /// At most 100.
        191 num_skills: u16 as "NumSkills",
        257 sso_enabled: u16 as "SSOEnabled" since 20,
        /// At most 40.
        261 num_mrds: u16 as "NumMRDs" since 21,
        /// As many as `NumSkills`.
        62 skill_group_numbers: List<SkillGroupNumber> as "SkillGroupNumber",
        /// As many as `NumSkills`.
        64 skill_group_priorities: List<u16> as "SkillGroupPriority",
        /// As many as `NumMRDs`.
        262 agent_mrd_ids: List<Unsigned<MrdId>> as "AgentMRDID" since 21,
        /// As many as `NumMRDs`.
        263 agent_mrd_states: List<Code<AgentState>> as "AgentMRDState" since 21,
    }
}

cce_wire::group! {
    /// A device.
    DeviceRecord {
        /// 0 add, 1 change, 2 delete. Begins a record.
        183 record_type: RecordType as "RecordType",
        208 peripheral_id: PeripheralId as "PeripheralID" since 11,
        184 peripheral_number: u32 as "PeripheralNumber",
        195 device_type: DeviceIdType as "DeviceType",
        129 max_queued: u32 as "MaxQueued",
        193 service_id: Unsigned<SkillTarget> as "ServiceID",
        11 dialed_number: Text<40> as "DialedNumber",
        10 dnis: Text<32> as "DNIS",
        173 extension: Text<16> as "Extension",
        134 description: Text<128> as "Description",
    }
}

cce_wire::group! {
    /// A call type.
    CallTypeRecord {
        /// 0 add, 1 change, 2 delete. Begins a record.
        183 record_type: RecordType as "RecordType",
        210 call_type_id: CallTypeId as "CallTypeID" since 11,
        211 customer_definition_id: u32 as "CustomerDefinitionID" since 11,
        212 enterprise_name: Text<32> as "EnterpriseName" since 11,
        134 description: Text<128> as "Description",
        174 service_level_threshold: u32 as "ServiceLevelThreshold",
        175 service_level_type: u32 as "ServiceLevelType",
    }
}

cce_wire::group! {
    /// A media routing domain.
    MrdRecord {
        /// 0 add, 1 change, 2 delete. Begins a record.
        183 record_type: RecordType as "RecordType",
        216 mr_domain_id: Unsigned<MrdId> as "MRDomainID" since 11,
        212 enterprise_name: Text<32> as "EnterpriseName" since 11,
        134 description: Text<128> as "Description",
        /// Seconds.
        250 max_task_duration: u32 as "MaxTaskDuration" since 18,
        251 interruptible: bool as "Interruptible" since 18,
    }
}

cce_wire::group! {
    /// A peripheral. Tags 271 to 287 belong to this and to desk settings; which is which, and their types, is not published.
    PeripheralRecord {
        /// 0 add, 1 change, 2 delete. Begins a record.
        183 record_type: RecordType as "RecordType",
        208 peripheral_id: PeripheralId as "PeripheralID" since 11,
        133 peripheral_name: Text<64> as "PeripheralName",
        134 description: Text<128> as "Description",
        271 tag_271: Opaque<255> as "Tag271" since 22,
        272 tag_272: Opaque<255> as "Tag272" since 22,
        273 tag_273: Opaque<255> as "Tag273" since 22,
        274 tag_274: Opaque<255> as "Tag274" since 22,
        275 tag_275: Opaque<255> as "Tag275" since 22,
        276 tag_276: Opaque<255> as "Tag276" since 22,
        277 tag_277: Opaque<255> as "Tag277" since 22,
        278 tag_278: Opaque<255> as "Tag278" since 22,
        279 tag_279: Opaque<255> as "Tag279" since 22,
        280 tag_280: Opaque<255> as "Tag280" since 22,
        281 tag_281: Opaque<255> as "Tag281" since 22,
        282 tag_282: Opaque<255> as "Tag282" since 22,
        283 tag_283: Opaque<255> as "Tag283" since 22,
        284 tag_284: Opaque<255> as "Tag284" since 22,
        285 tag_285: Opaque<255> as "Tag285" since 22,
        286 tag_286: Opaque<255> as "Tag286" since 22,
        287 tag_287: Opaque<255> as "Tag287" since 22,
    }
}

cce_wire::group! {
    /// Desk settings of agents; see [`PeripheralRecord`] for the tags.
    DeskSettingsRecord {
        /// 0 add, 1 change, 2 delete. Begins a record.
        183 record_type: RecordType as "RecordType",
        267 desk_settings_id: u32 as "DeskSettingsID" since 22,
        208 peripheral_id: PeripheralId as "PeripheralID" since 11,
        134 description: Text<128> as "Description",
        271 tag_271: Opaque<255> as "Tag271" since 22,
        272 tag_272: Opaque<255> as "Tag272" since 22,
        273 tag_273: Opaque<255> as "Tag273" since 22,
        274 tag_274: Opaque<255> as "Tag274" since 22,
        275 tag_275: Opaque<255> as "Tag275" since 22,
        276 tag_276: Opaque<255> as "Tag276" since 22,
        277 tag_277: Opaque<255> as "Tag277" since 22,
        278 tag_278: Opaque<255> as "Tag278" since 22,
        279 tag_279: Opaque<255> as "Tag279" since 22,
        280 tag_280: Opaque<255> as "Tag280" since 22,
        281 tag_281: Opaque<255> as "Tag281" since 22,
        282 tag_282: Opaque<255> as "Tag282" since 22,
        283 tag_283: Opaque<255> as "Tag283" since 22,
        284 tag_284: Opaque<255> as "Tag284" since 22,
        285 tag_285: Opaque<255> as "Tag285" since 22,
        286 tag_286: Opaque<255> as "Tag286" since 22,
        287 tag_287: Opaque<255> as "Tag287" since 22,
    }
}

cce_wire::group! {
    /// A terminal.
    TerminalRecord {
        /// 0 add, 1 change, 2 delete. Begins a record.
        183 record_type: RecordType as "RecordType",
        /// The type is not published.
        302 terminal_type: Opaque<64> as "TerminalType" since 23,
        303 active_terminal: Text<64> as "ActiveTerminal" since 23,
        /// The size is inferred.
        304 terminal_type_name: Text<64> as "TerminalTypeName" since 23,
        /// The type is not published.
        305 number_of_instruments: Opaque<64> as "NumberOfInstruments" since 23,
    }
}

cce_wire::group! {
    /// The services of an agent.
    AgentServiceRecord {
        /// 0 add, 1 change, 2 delete. Begins a record.
        183 record_type: RecordType as "RecordType",
        /// That the agent is named by this tag is inferred.
        185 agent_skill_target_id: Unsigned<SkillTarget> as "AgentSkillTargetID",
        310 num_of_enabled_services: u16 as "NumEnabledServices" since 24,
        /// 1 agent answers, 2 call transcription.
        309 flt_enabled_services: List<u16> as "EnabledServiceTypes" since 24,
    }
}

cce_wire::rows! { $ config {
    /// Asks for the keys of the configuration.
    230 => ConfigRequestKeyEvent "CONFIG_REQUEST_KEY_EVENT" client -> server, published "cti-server-protocol 9" since 11 {
        peripheral_id: PeripheralId as "PeripheralID",
    } floats {
        131 customer_id: u32 as "CustomerID",
    }

    /// The keys of the configuration: one that is as before says that nothing changed.
    231 => ConfigKeyEvent "CONFIG_KEY_EVENT" server -> client, published "cti-server-protocol 9" since 11 {
        /// 0 fine, 1 service provider, 2 keys not supported, 3 unknown customer.
        config_key_status: ConfigKeyStatus as "ConfigKeyStatus",
    } floats {
        177 service_config_key: Opaque<8> as "ServiceConfigKey",
        178 skill_group_config_key: Opaque<8> as "SkillGroupConfigKey",
        179 agent_config_key: Opaque<8> as "AgentConfigKey",
        180 device_config_key: Opaque<8> as "DeviceConfigKey",
        209 call_type_config_key: Opaque<8> as "CallTypeConfigKey" since 11,
        269 peripheral_config_key: Opaque<8> as "PeripheralConfigKey" since 22,
        270 desk_settings_config_key: Opaque<8> as "DeskSettingsConfigKey" since 22,
    }

    /// Asks for the configuration, or says that the client is ready for its changes.
    232 => ConfigRequestEvent "CONFIG_REQUEST_EVENT" client -> server, published "cti-server-protocol 9" since 11 {
        /// See [`config_information`](crate::config_information).
        config_information: u32 as "ConfigInformation",
        config_msg_mask: u32 as "ConfigMsgMask",
        peripheral_id: PeripheralId as "PeripheralID",
    } floats {
        131 customer_id: u32 as "CustomerID",
    }

    /// Records follow.
    233 => ConfigBeginEvent "CONFIG_BEGIN_EVENT" server -> client, published "cti-server-protocol 9" since 11 {
        /// 1 asked for, 2 unsolicited.
        config_type: ConfigType as "ConfigType",
        /// See [`config_information`](crate::config_information).
        config_information: u32 as "ConfigInformation",
    } floats {
        177 service_config_key: Opaque<8> as "ServiceConfigKey",
        178 skill_group_config_key: Opaque<8> as "SkillGroupConfigKey",
        179 agent_config_key: Opaque<8> as "AgentConfigKey",
        180 device_config_key: Opaque<8> as "DeviceConfigKey",
        209 call_type_config_key: Opaque<8> as "CallTypeConfigKey" since 11,
        269 peripheral_config_key: Opaque<8> as "PeripheralConfigKey" since 22,
        270 desk_settings_config_key: Opaque<8> as "DeskSettingsConfigKey" since 22,
    }

    /// No more records.
    234 => ConfigEndEvent "CONFIG_END_EVENT" server -> client, published "cti-server-protocol 9" since 11 {
        /// 0 fine, 1 no service provider, 2 unknown customer, 3 invalid, 4 empty, 5 partial.
        config_end_status: ConfigEndStatus as "ConfigEndStatus",
    } floats {
        7 text: Text<255> as "Text",
    }

    /// Services.
    235 => ConfigServiceEvent "CONFIG_SERVICE_EVENT" server -> client, compact "cti-server-protocol 9" since 11 {
        /// Records of the floating part, 1 to 10.
        num_records: u16 as "NumRecords",
    } list records: ServiceRecord

    /// Skill groups.
    236 => ConfigSkillGroupEvent "CONFIG_SKILL_GROUP_EVENT" server -> client, published "cti-server-protocol 9" since 11 {
        /// Records of the floating part, 1 to 10.
        num_records: u16 as "NumRecords",
    } list records: SkillGroupRecord

    /// Agents.
    237 => ConfigAgentEvent "CONFIG_AGENT_EVENT" server -> client, published "cti-server-protocol 9" since 11 {
        /// Records of the floating part, 1 to 10.
        num_records: u16 as "NumRecords",
    } list records: AgentRecord

    /// Devices.
    238 => ConfigDeviceEvent "CONFIG_DEVICE_EVENT" server -> client, published "cti-server-protocol 9" since 11 {
        /// Records of the floating part, 1 to 10.
        num_records: u16 as "NumRecords",
    } list records: DeviceRecord

    /// Call types.
    245 => ConfigCallTypeEvent "CONFIG_CALL_TYPE_EVENT" server -> client, published "cti-server-protocol 9" since 11 {
        /// Records of the floating part, 1 to 10.
        num_records: u16 as "NumRecords",
    } list records: CallTypeRecord

    /// Media routing domains.
    254 => ConfigMrdEvent "CONFIG_MRD_EVENT" server -> client, published "cti-server-protocol 9" since 20 {
        /// Records of the floating part, 1 to 10.
        num_records: u16 as "NumRecords",
    } list records: MrdRecord

    /// Peripherals.
    260 => ConfigPeripheralEvent "CONFIG_PERIPHERAL_EVENT" server -> client, compact "cti-server-protocol 9" since 22 {
        /// Records of the floating part, 1 to 10.
        num_records: u16 as "NumRecords",
    } list records: PeripheralRecord

    /// Desk settings.
    261 => ConfigAgentDeskSettingsEvent "CONFIG_AGENT_DESK_SETTINGS_EVENT" server -> client, compact "cti-server-protocol 9" since 22 {
        /// Records of the floating part, 1 to 10.
        num_records: u16 as "NumRecords",
    } list records: DeskSettingsRecord

    /// Terminals.
    276 => ConfigTerminalEvent "CONFIG_TERMINAL_EVENT" server -> client, compact "cti-server-protocol 9" since 25 {
        /// Records of the floating part, 1 to 10.
        num_records: u16 as "NumRecords",
    } list records: TerminalRecord

    /// Agents' services.
    282 => ConfigAgentServiceEvent "CONFIG_AGENT_SERVICE_EVENT" server -> client, compact "cti-server-protocol 9" since 24 {
        /// Records of the floating part, 1 to 10.
        num_records: u16 as "NumRecords",
    } list records: AgentServiceRecord

    /// Sets an agent's services.
    283 => SetAgentServiceDataReq "SET_AGENT_SERVICE_DATA_REQ" client -> server, compact "cti-server-protocol 9" since 24,
        answered by SetAgentServiceDataConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
    } floats {
        310 num_of_enabled_services: u16 as "NumEnabledServices" since 24,
        /// 1 agent answers, 2 call transcription.
        309 flt_enabled_services: List<u16> as "EnabledServiceTypes" since 24,
    }

    /// The agent's services are set.
    284 => SetAgentServiceDataConf "SET_AGENT_SERVICE_DATA_CONF" server -> client, compact "cti-server-protocol 9" since 24 {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }
} }
