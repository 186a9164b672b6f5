//! Calls' data and queues (cti-server-protocol 10, the compact table): floating fields are those that certainly belong.
//!
//! Calls, lines and devices: `LocalConnectionState` 0 null, 1 initiate, 2 alerting, 3 connect, 4 hold, 5 queued,
//! 6 fail; device types, line types and call types as in cti-server-protocol 12; 0xFFFF is none.

use crate::{
    CallKind, ConnectionDeviceIdType, ControlFailureConf, DeviceIdType, FailureConf, LocalConnectionState,
};
use cce_model::{
    ConnectionCallId, InvokeId, MonitorId, PeripheralId, PeripheralType, SkillGroupNumber, SkillTarget,
};
use cce_wire::{NamedArray, NamedVariable, Opaque, Text, Time32, Unsigned};

cce_wire::group! {
    /// A skill group that a call waits for.
    QueuedSkillGroup {
        62 number: SkillGroupNumber as "SkillGroupNumber",
        63 id: Unsigned<SkillTarget> as "SkillGroupID",
        64 priority: u16 as "SkillGroupPriority",
    }
}

cce_wire::group! {
    /// A client that has the call.
    CtiClient {
        23 cti_client_signature: Text<64> as "CTIClientSignature",
        24 cti_client_timestamp: Time32 as "CTIClientTimestamp",
    }
}

cce_wire::rows! { $ call_data {
    /// A call waits for an agent.
    21 => CallQueuedEvent "CALL_QUEUED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        service_number: u32 as "ServiceNumber",
        service_id: Unsigned<SkillTarget> as "ServiceID",
        queue_device_type: DeviceIdType as "QueueDeviceType",
        calling_device_type: DeviceIdType as "CallingDeviceType",
        called_device_type: DeviceIdType as "CalledDeviceType",
        last_redirect_device_type: DeviceIdType as "LastRedirectDeviceType",
        num_queued: u16 as "NumQueued",
        num_skill_groups: u16 as "NumSkillGroups",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        45 queue_device_id: Text<64> as "QueueDeviceID",
        27 calling_device_id: Text<64> as "CallingDeviceID",
        28 called_device_id: Text<64> as "CalledDeviceID",
        29 last_redirect_device_id: Text<64> as "LastRedirectDeviceID",
    } list skill_groups: QueuedSkillGroup

    /// Data of a call that comes by a translation route.
    22 => CallTranslationRouteEvent "CALL_TRANSLATION_ROUTE_EVENT" server -> client, compact "cti-server-protocol 10" {
        num_named_variables: u16 as "NumNamedVariables",
        num_named_arrays: u16 as "NumNamedArrays",
    } floats {
        8 ani: Text<40> as "ANI",
        215 ani_ii: Text<2> as "ANI_II" since 11,
        9 user_to_user_info: Opaque<131> as "UserToUserInfo",
        10 dnis: Text<32> as "DNIS",
        11 dialed_number: Text<40> as "DialedNumber",
        12 caller_entered_digits: Text<40> as "CallerEnteredDigits",
        72 router_call_key_day: Unsigned<i32> as "RouterCallKeyDay" is key_day,
        73 router_call_key_call_id: Unsigned<i32> as "RouterCallKeyCallID" is key_call,
        110 router_call_key_sequence_number: Unsigned<i32> as "RouterCallKeySequenceNumber" is key_sequence,
        13 call_variable1: Text<41> as "CallVariable1",
        14 call_variable2: Text<41> as "CallVariable2",
        15 call_variable3: Text<41> as "CallVariable3",
        16 call_variable4: Text<41> as "CallVariable4",
        17 call_variable5: Text<41> as "CallVariable5",
        18 call_variable6: Text<41> as "CallVariable6",
        19 call_variable7: Text<41> as "CallVariable7",
        20 call_variable8: Text<41> as "CallVariable8",
        21 call_variable9: Text<41> as "CallVariable9",
        22 call_variable10: Text<41> as "CallVariable10",
        46 call_wrapup_data: Text<40> as "CallWrapupData",
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    }

    /// A call came to be.
    23 => BeginCallEvent "BEGIN_CALL_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        num_cti_clients: u16 as "NumCTIClients",
        num_named_variables: u16 as "NumNamedVariables",
        num_named_arrays: u16 as "NumNamedArrays",
        call_type: CallKind as "CallType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        called_party_disposition: u16 as "CalledPartyDisposition",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        8 ani: Text<40> as "ANI",
        215 ani_ii: Text<2> as "ANI_II" since 11,
        9 user_to_user_info: Opaque<131> as "UserToUserInfo",
        10 dnis: Text<32> as "DNIS",
        11 dialed_number: Text<40> as "DialedNumber",
        12 caller_entered_digits: Text<40> as "CallerEnteredDigits",
        72 router_call_key_day: Unsigned<i32> as "RouterCallKeyDay" is key_day,
        73 router_call_key_call_id: Unsigned<i32> as "RouterCallKeyCallID" is key_call,
        110 router_call_key_sequence_number: Unsigned<i32> as "RouterCallKeySequenceNumber" is key_sequence,
        223 call_reference_id: Opaque<32> as "CallReferenceID" since 14,
        232 call_originated_from: u8 as "CallOriginatedFrom" since 14,
        13 call_variable1: Text<41> as "CallVariable1",
        14 call_variable2: Text<41> as "CallVariable2",
        15 call_variable3: Text<41> as "CallVariable3",
        16 call_variable4: Text<41> as "CallVariable4",
        17 call_variable5: Text<41> as "CallVariable5",
        18 call_variable6: Text<41> as "CallVariable6",
        19 call_variable7: Text<41> as "CallVariable7",
        20 call_variable8: Text<41> as "CallVariable8",
        21 call_variable9: Text<41> as "CallVariable9",
        22 call_variable10: Text<41> as "CallVariable10",
        46 call_wrapup_data: Text<40> as "CallWrapupData",
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    } list clients: CtiClient

    /// A call is gone.
    24 => EndCallEvent "END_CALL_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
    }

    /// A call's data changed.
    25 => CallDataUpdateEvent "CALL_DATA_UPDATE_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        num_cti_clients: u16 as "NumCTIClients",
        num_named_variables: u16 as "NumNamedVariables",
        num_named_arrays: u16 as "NumNamedArrays",
        call_type: CallKind as "CallType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        new_connection_device_id_type: ConnectionDeviceIdType as "NewConnectionDeviceIDType",
        new_connection_call_id: ConnectionCallId as "NewConnectionCallID",
        called_party_disposition: u16 as "CalledPartyDisposition",
        campaign_id: u32 as "CampaignID",
        query_rule_id: u32 as "QueryRuleID",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        47 new_connection_device_id: Text<64> as "NewConnectionDeviceID",
        8 ani: Text<40> as "ANI",
        215 ani_ii: Text<2> as "ANI_II" since 11,
        9 user_to_user_info: Opaque<131> as "UserToUserInfo",
        10 dnis: Text<32> as "DNIS",
        11 dialed_number: Text<40> as "DialedNumber",
        12 caller_entered_digits: Text<40> as "CallerEnteredDigits",
        72 router_call_key_day: Unsigned<i32> as "RouterCallKeyDay" is key_day,
        73 router_call_key_call_id: Unsigned<i32> as "RouterCallKeyCallID" is key_call,
        110 router_call_key_sequence_number: Unsigned<i32> as "RouterCallKeySequenceNumber" is key_sequence,
        95 customer_phone_number: Text<20> as "CustomerPhoneNumber",
        96 customer_account_number: Text<32> as "CustomerAccountNumber",
        223 call_reference_id: Opaque<32> as "CallReferenceID" since 14,
        13 call_variable1: Text<41> as "CallVariable1",
        14 call_variable2: Text<41> as "CallVariable2",
        15 call_variable3: Text<41> as "CallVariable3",
        16 call_variable4: Text<41> as "CallVariable4",
        17 call_variable5: Text<41> as "CallVariable5",
        18 call_variable6: Text<41> as "CallVariable6",
        19 call_variable7: Text<41> as "CallVariable7",
        20 call_variable8: Text<41> as "CallVariable8",
        21 call_variable9: Text<41> as "CallVariable9",
        22 call_variable10: Text<41> as "CallVariable10",
        46 call_wrapup_data: Text<40> as "CallWrapupData",
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    } list clients: CtiClient

    /// Changes a call's data.
    26 => SetCallDataReq "SET_CALL_DATA_REQ" client -> server, compact "cti-server-protocol 10",
        answered by SetCallDataConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        num_named_variables: u16 as "NumNamedVariables",
        num_named_arrays: u16 as "NumNamedArrays",
        call_type: CallKind as "CallType",
        called_party_disposition: u16 as "CalledPartyDisposition",
        campaign_id: u32 as "CampaignID",
        query_rule_id: u32 as "QueryRuleID",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        8 ani: Text<40> as "ANI",
        9 user_to_user_info: Opaque<131> as "UserToUserInfo",
        12 caller_entered_digits: Text<40> as "CallerEnteredDigits",
        95 customer_phone_number: Text<20> as "CustomerPhoneNumber",
        96 customer_account_number: Text<32> as "CustomerAccountNumber",
        13 call_variable1: Text<41> as "CallVariable1",
        14 call_variable2: Text<41> as "CallVariable2",
        15 call_variable3: Text<41> as "CallVariable3",
        16 call_variable4: Text<41> as "CallVariable4",
        17 call_variable5: Text<41> as "CallVariable5",
        18 call_variable6: Text<41> as "CallVariable6",
        19 call_variable7: Text<41> as "CallVariable7",
        20 call_variable8: Text<41> as "CallVariable8",
        21 call_variable9: Text<41> as "CallVariable9",
        22 call_variable10: Text<41> as "CallVariable10",
        46 call_wrapup_data: Text<40> as "CallWrapupData",
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    }

    /// The call's data is changed.
    27 => SetCallDataConf "SET_CALL_DATA_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// The client needs the call no more.
    28 => ReleaseCallReq "RELEASE_CALL_REQ" client -> server, compact "cti-server-protocol 10",
        answered by ReleaseCallConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
    }

    /// The call is released.
    29 => ReleaseCallConf "RELEASE_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// A call waits no more.
    86 => CallDequeuedEvent "CALL_DEQUEUED_EVENT" server -> client, compact "cti-server-protocol 10" {
        monitor_id: MonitorId as "MonitorID" is monitor,
        peripheral_id: PeripheralId as "PeripheralID",
        peripheral_type: PeripheralType as "PeripheralType",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        queue_device_type: DeviceIdType as "QueueDeviceType",
        service_number: u32 as "ServiceNumber",
        service_id: Unsigned<SkillTarget> as "ServiceID",
        num_queued: u16 as "NumQueued",
        num_skill_groups: u16 as "NumSkillGroups",
        local_connection_state: LocalConnectionState as "LocalConnectionState",
        event_cause: u16 as "EventCause",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        45 queue_device_id: Text<64> as "QueueDeviceID",
    } list skill_groups: QueuedSkillGroup
} }
