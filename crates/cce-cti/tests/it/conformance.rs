//! Names that the reference lists, each list as a whole.

use cce_cti::{Cti, CtiStatus};
use std::collections::BTreeSet;

/// cti-server-protocol 14. A tag that two messages call by different names is there twice.
#[test]
fn each_tag_of_the_reference_has_its_name_and_type() {
    let rows = Cti::TABLE
        .iter()
        .flat_map(|row| row.floats.iter().chain(row.lists.iter().flat_map(|list| list.members)));
    let listed: BTreeSet<u16> = TAGS.iter().map(|(tag, ..)| *tag).collect();
    let used: BTreeSet<(u16, &str, String)> = rows
        .filter(|float| listed.contains(&float.tag))
        .map(|float| (float.tag, float.field.label, float.field.ty.to_string()))
        .collect();
    let expected: BTreeSet<(u16, &str, String)> =
        TAGS.iter().map(|(tag, name, ty)| (*tag, *name, (*ty).to_owned())).collect();
    let differing: Vec<_> = used.symmetric_difference(&expected).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

/// cti-server-protocol 13.
#[test]
fn each_status_of_the_reference_has_its_name() {
    for (number, name) in STATUSES {
        assert_eq!(CtiStatus(*number).name(), Some(format!("E_CTI_{name}").as_str()), "{number}");
    }
}

#[rustfmt::skip]
const TAGS: &[(u16, &str, &str)] = &[
    (1, "ClientID", "STRING[64]"), (2, "ClientPassword", "UNSPEC[64]"),
    (3, "CTIClientSignature", "STRING[64]"), (3, "ClientSignature", "STRING[64]"),
    (4, "AgentExtension", "STRING[16]"), (5, "AgentID", "STRING[12]"), (6, "AgentInstrument", "STRING[64]"),
    (7, "Text", "STRING[255]"), (8, "ANI", "STRING[40]"), (9, "UserToUserInfo", "UNSPEC[131]"),
    (10, "DNIS", "STRING[32]"), (11, "DialedNumber", "STRING[40]"), (12, "CallerEnteredDigits", "STRING[40]"),
    (13, "CallVariable1", "STRING[41]"), (14, "CallVariable2", "STRING[41]"),
    (15, "CallVariable3", "STRING[41]"), (16, "CallVariable4", "STRING[41]"),
    (17, "CallVariable5", "STRING[41]"), (18, "CallVariable6", "STRING[41]"),
    (19, "CallVariable7", "STRING[41]"), (20, "CallVariable8", "STRING[41]"),
    (21, "CallVariable9", "STRING[41]"), (22, "CallVariable10", "STRING[41]"),
    (23, "CTIClientSignature", "STRING[64]"), (24, "CTIClientTimestamp", "TIME"),
    (25, "ConnectionDeviceID", "STRING[64]"), (26, "AlertingDeviceID", "STRING[64]"),
    (27, "CallingDeviceID", "STRING[64]"), (28, "CalledDeviceID", "STRING[64]"),
    (29, "LastRedirectDeviceID", "STRING[64]"), (30, "AnsweringDeviceID", "STRING[64]"),
    (31, "HoldingDeviceID", "STRING[64]"), (32, "RetrievingDeviceID", "STRING[64]"),
    (33, "ReleasingDeviceID", "STRING[64]"), (34, "FailingDeviceID", "STRING[64]"),
    (35, "PrimaryDeviceID", "STRING[64]"), (36, "SecondaryDeviceID", "STRING[64]"),
    (37, "ControllerDeviceID", "STRING[64]"), (38, "AddedPartyDeviceID", "STRING[64]"),
    (39, "ConnectedPartyCallID", "UINT"), (40, "ConnectedPartyDeviceIDType", "USHORT"),
    (41, "ConnectedPartyDeviceID", "STRING[64]"), (42, "TransferringDeviceID", "STRING[64]"),
    (43, "TransferredDeviceID", "STRING[64]"), (44, "DivertingDeviceID", "STRING[64]"),
    (45, "QueueDeviceID", "STRING[64]"), (46, "CallWrapupData", "STRING[40]"),
    (46, "WrapupData", "STRING[40]"), (47, "NewConnectionDeviceID", "STRING[64]"),
    (48, "TrunkUsedDeviceID", "STRING[64]"), (49, "AgentPassword", "STRING[64]"),
    (50, "ActiveConnectionDeviceID", "STRING[64]"), (51, "FacilityCode", "STRING[40]"),
    (52, "OtherConnectionDeviceID", "STRING[64]"), (53, "HeldConnectionDeviceID", "STRING[64]"),
    (56, "CallConnectionCallID", "UINT"), (57, "CallConnectionDeviceIDType", "USHORT"),
    (58, "CallConnectionDeviceID", "STRING[64]"), (62, "SkillGroupNumber", "UINT"),
    (62, "SkillGroupNumber", "UINT[]"), (63, "SkillGroupID", "UINT"), (64, "SkillGroupPriority", "USHORT"),
    (64, "SkillGroupPriority", "USHORT[]"), (65, "SkillGroupState", "USHORT"),
    (66, "ObjectName", "STRING[128]"), (68, "PositionID", "STRING[12]"), (69, "SupervisorID", "STRING[12]"),
    (70, "LineHandle", "USHORT"), (71, "LineType", "USHORT"), (72, "RouterCallKeyDay", "UINT"),
    (73, "RouterCallKeyCallID", "UINT"), (75, "CallState", "USHORT"), (76, "MonitoredDeviceID", "STRING[64]"),
    (77, "AuthorizationCode", "STRING[40]"), (78, "AccountCode", "STRING[40]"),
    (81, "ClientAddress", "STRING[64]"), (82, "NamedVariable", "NAMEDVAR"), (83, "NamedArray", "NAMEDARRAY"),
    (86, "AtcAgentID", "STRING[12]"), (87, "AgentFlags", "USHORT"), (88, "AtcAgentState", "USHORT"),
    (89, "AtcStateDuration", "UINT"), (92, "ListTeamID", "UINT"),
    (93, "DefaultDevicePortAddress", "STRING[32]"), (94, "ServiceName", "STRING[64]"),
    (95, "CustomerPhoneNumber", "STRING[20]"), (96, "CustomerAccountNumber", "STRING[32]"),
    (97, "ApplicationPathID", "INT"), (99, "ScriptSelector", "STRING[40]"),
    (100, "ApplicationString1", "STRING[40]"), (101, "ApplicationData", "STRING[40]"),
    (101, "ApplicationString2", "STRING[40]"), (110, "RouterCallKeySequenceNumber", "UINT"),
    (121, "TrunkNumber", "UINT"), (122, "TrunkGroupNumber", "UINT"), (123, "NextAgentState", "USHORT"),
    (129, "MaxQueued", "UINT"), (131, "CustomerID", "UINT"), (132, "ServiceSkillTargetID", "UINT"),
    (133, "PeripheralName", "STRING[64]"), (134, "Description", "STRING[128]"),
    (137, "FirstName", "STRING[32]"), (138, "LastName", "STRING[32]"), (150, "Duration", "UINT"),
    (173, "Extension", "STRING[16]"), (174, "ServiceLevelThreshold", "UINT"),
    (175, "ServiceLevelType", "UINT"), (176, "ConfigParam", "STRING[255]"),
    (177, "ServiceConfigKey", "UNSPEC[8]"), (178, "SkillGroupConfigKey", "UNSPEC[8]"),
    (179, "AgentConfigKey", "UNSPEC[8]"), (180, "DeviceConfigKey", "UNSPEC[8]"), (183, "RecordType", "USHORT"),
    (184, "PeripheralNumber", "UINT"), (185, "AgentSkillTargetID", "UINT"),
    (186, "NumServiceMembers", "USHORT"), (187, "ServiceMember", "UINT[]"),
    (188, "ServicePriority", "USHORT[]"), (189, "AgentType", "USHORT"), (190, "LoginID", "STRING[64]"),
    (191, "NumSkills", "USHORT"), (192, "SkillGroupSkillTargetID", "UINT"), (193, "ServiceID", "UINT"),
    (195, "DeviceType", "USHORT"), (206, "EventDeviceID", "STRING[64]"), (207, "LoginName", "STRING[255]"),
    (208, "FltPeripheralID", "UINT"), (208, "PeripheralID", "UINT"), (209, "CallTypeConfigKey", "UNSPEC[8]"),
    (210, "CallTypeID", "UINT"), (211, "CustomerDefinitionID", "UINT"), (212, "EnterpriseName", "STRING[32]"),
    (213, "OldPeripheralNumber", "UINT"), (214, "OldLoginID", "STRING[64]"), (215, "ANI_II", "STRING[2]"),
    (216, "MRDomainID", "UINT"), (217, "CTIOSCILClientID", "STRING[64]"),
    (218, "SilentMonitorStatus", "USHORT"), (221, "PreCallInvokeID", "UINT"),
    (223, "CallReferenceID", "UNSPEC[32]"), (224, "MultilineAgentControl", "USHORT"),
    (228, "NumPeripherals", "USHORT"), (232, "CallOriginatedFrom", "UCHAR"),
    (243, "AgentTeamName", "STRING[32]"), (244, "Direction", "UINT"), (250, "MaxTaskDuration", "UINT"),
    (251, "Interruptible", "BOOL"), (255, "InternalAgentState", "USHORT"), (257, "SSOEnabled", "USHORT"),
    (258, "TaskID", "TASKID"), (259, "ICMDisposition", "UINT"), (260, "ApplicationDisposition", "UINT"),
    (261, "NumMRDs", "USHORT"), (262, "AgentMRDID", "UINT[]"), (263, "AgentMRDState", "USHORT[]"),
    (264, "PrecisionQueueID", "UINT"), (265, "PrecisionQueueName", "STRING[32]"),
    (266, "MaxBeyondTaskLimit", "UINT"), (267, "DeskSettingsID", "UINT"),
    (268, "XferInWhileLoggedOut", "BOOL"), (269, "PeripheralConfigKey", "UNSPEC[8]"),
    (270, "DeskSettingsConfigKey", "UNSPEC[8]"), (288, "DesktopConnectedFlag", "BOOL"),
    (294, "ProtocolReferenceGUID", "STRING[40]"), (303, "ActiveTerminal", "STRING[64]"),
    (304, "TerminalTypeName", "STRING[64]"), (306, "ACDSharedLineUsage", "UINT"), (307, "PlayZipTone", "UINT"),
    (308, "UniqueInstID", "STRING[64]"), (309, "EnabledServiceTypes", "USHORT[]"),
    (310, "NumEnabledServices", "USHORT"), (311, "CCAIConfigParam", "STRING[40]"),
    (312, "MediaType", "STRING[64]"), (313, "MediaProvider", "STRING[64]"),
];

#[rustfmt::skip]
const STATUSES: &[(u32, &str)] = &[
    (0, "NO_ERROR"), (1, "INVALID_VERSION"), (2, "INVALID_MESSAGE_LENGTH"), (3, "INVALID_FIELD_TAG"),
    (4, "SESSION_NOT_OPEN"), (5, "SESSION_ALREADY_OPEN"), (6, "REQUIRED_DATA_MISSING"),
    (7, "INVALID_PERIPHERAL_ID"), (8, "INVALID_AGENT_DATA"), (9, "AGENT_NOT_LOGGED_ON"), (10, "DEVICE_IN_USE"),
    (11, "NEW_SESSION_OPENED"), (12, "FUNCTION_NOT_AVAILABLE"), (13, "INVALID_CALLID"),
    (14, "PROTECTED_VARIABLE"), (15, "CTI_SERVER_OFFLINE"), (16, "TIMEOUT"), (17, "UNSPECIFIED_FAILURE"),
    (18, "INVALID_TIMEOUT"), (19, "INVALID_SERVICE_MASK"), (20, "INVALID_CALL_MSG_MASK"),
    (21, "INVALID_AGENT_STATE_MASK"), (22, "INVALID_RESERVED_FIELD"), (23, "INVALID_FIELD_LENGTH"),
    (24, "INVALID_DIGITS"), (25, "BAD_MESSAGE_FORMAT"), (26, "INVALID_TAG_FOR_MSG_TYPE"),
    (27, "INVALID_DEVICE_ID_TYPE"), (28, "INVALID_LCL_CONN_STATE"), (29, "INVALID_EVENT_CAUSE"),
    (30, "INVALID_NUM_PARTIES"), (31, "INVALID_SYS_EVENT_ID"), (32, "INCONSISTENT_AGENT_DATA"),
    (33, "INVALID_CONNECTION_ID_TYPE"), (34, "INVALID_CALL_TYPE"), (35, "NOT_CALL_PARTY"),
    (36, "INVALID_PASSWORD"), (37, "CLIENT_DISCONNECTED"), (38, "INVALID_OBJECT_STATE"),
    (39, "INVALID_NUM_SKILL_GROUPS"), (40, "INVALID_NUM_LINES"), (41, "INVALID_LINE_TYPE"),
    (42, "INVALID_ALLOCATION_STATE"), (43, "INVALID_ANSWERING_MACHINE"), (44, "INVALID_CALL_MANNER_TYPE"),
    (45, "INVALID_CALL_PLACEMENT_TYPE"), (46, "INVALID_CONSULT_TYPE"), (47, "INVALID_FACILITY_TYPE"),
    (48, "INVALID_MSG_TYPE_FOR_VERSION"), (49, "INVALID_TAG_FOR_VERSION"), (50, "INVALID_AGENT_WORK_MODE"),
    (51, "INVALID_CALL_OPTION"), (52, "INVALID_DESTINATION_COUNTRY"), (53, "INVALID_ANSWER_DETECT_MODE"),
    (54, "MUTUALLY_EXCLUS_DEVICEID_TYPES"), (55, "INVALID_MONITORID"), (56, "SESSION_MONITOR_ALREADY_EXISTS"),
    (57, "SESSION_MONITOR_IS_CLIENTS"), (58, "INVALID_CALL_CONTROL_MASK"), (59, "INVALID_FEATURE_MASK"),
    (60, "INVALID_TRANSFER_CONFERENCE_SETUP_MASK"), (61, "INVALID_ARRAY_INDEX"), (62, "INVALID_CHARACTER"),
    (63, "CLIENT_NOT_FOUND"), (64, "SUPERVISOR_NOT_FOUND"), (65, "TEAM_NOT_FOUND"), (66, "NO_CALL_ACTIVE"),
    (67, "NAMED_VARIABLE_NOT_CONFIGURED"), (68, "NAMED_ARRAY_NOT_CONFIGURED"),
    (69, "INVALID_CALL_VARIABLE_MASK"), (70, "ELEMENT_NOT_FOUND"), (71, "INVALID_DISTRIBUTION_TYPE"),
    (72, "INVALID_SKILL_GROUP"), (73, "TOO_MUCH_DATA"), (74, "VALUE_TOO_LONG"),
    (75, "SCALAR_FUNCTION_ON_ARRAY"), (76, "ARRAY_FUNCTION_ON_SCALAR"), (77, "INVALID_NUM_NAMED_VARIABLES"),
    (78, "INVALID_NUM_NAMED_ARRAYS"), (79, "INVALID_RTP_DIRECTION"), (80, "INVALID_RTP_TYPE"),
    (81, "CALLED_PARTY_DISPOSITION"), (82, "INVALID_SUPERVISORY_ACTION"),
    (83, "AGENT_TEAM_MONITOR_ALREADY_EXISTS"), (84, "INVALID_SERVICE"), (85, "SERVICE_CONFLICT"),
    (86, "SKILL_GROUP_CONFLICT"), (87, "INVALID_DEVICE"), (88, "INVALID_MR_DOMAIN"),
    (89, "MONITOR_ALREADY_EXISTS"), (90, "MONITOR_TERMINATED"), (91, "INVALID_TASK_MSG_MASK"),
    (92, "SERVER_NOT_MASTER"), (93, "INVALID_CSD"), (94, "JTAPI_CCM_PROBLEM"), (95, "INVALID_CONFIG_MSG_MASK"),
    (96, "AUTO_CONFIG_RESET"), (97, "INVALID_MONITOR_STATUS"), (98, "INVALID_REQUEST_TYPE"),
    (107, "INVALID_CLIENT_FOR_STANDBY"), (108, "INVALID_UNIQUE_INSTANCE_ID"),
    (109, "DUPLICATE_UNIQUE_INSTANCE_ID"), (110, "SERVER_IN_MAINTENANCE_MODE"),
];
