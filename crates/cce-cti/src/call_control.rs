//! What clients do with calls (cti-server-protocol 10, the compact table): floating fields are those that certainly belong.
//!
//! Calls, lines and devices: `LocalConnectionState` 0 null, 1 initiate, 2 alerting, 3 connect, 4 hold, 5 queued,
//! 6 fail; device types, line types and call types as in cti-server-protocol 12; 0xFFFF is none.

use crate::{ConnectionDeviceIdType, ControlFailureConf, FailureConf, LineType, SnapshotCallConf};
use cce_model::{ConnectionCallId, InvokeId, PeripheralId, SkillGroupNumber};
use cce_wire::{NamedArray, NamedVariable, Opaque, Text};

use crate::ConnectedParty;

cce_wire::rows! { $ call_control {
    /// Holds the active call and takes another.
    40 => AlternateCallReq "ALTERNATE_CALL_REQ" client -> server, compact "cti-server-protocol 10",
        answered by AlternateCallConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        active_connection_call_id: ConnectionCallId as "ActiveConnectionCallID",
        other_connection_call_id: ConnectionCallId as "OtherConnectionCallID",
        active_connection_device_id_type: ConnectionDeviceIdType as "ActiveConnectionDeviceIDType",
        other_connection_device_id_type: ConnectionDeviceIdType as "OtherConnectionDeviceIDType",
    } floats {
        50 active_connection_device_id: Text<64> as "ActiveConnectionDeviceID",
        52 other_connection_device_id: Text<64> as "OtherConnectionDeviceID",
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// The calls are exchanged.
    41 => AlternateCallConf "ALTERNATE_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Answers a call.
    42 => AnswerCallReq "ANSWER_CALL_REQ" client -> server, compact "cti-server-protocol 10",
        answered by AnswerCallConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// The call is answered.
    43 => AnswerCallConf "ANSWER_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Ends a call.
    44 => ClearCallReq "CLEAR_CALL_REQ" client -> server, compact "cti-server-protocol 10",
        answered by ClearCallConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// The call is ended.
    45 => ClearCallConf "CLEAR_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Takes a party out of a call.
    46 => ClearConnectionReq "CLEAR_CONNECTION_REQ" client -> server, compact "cti-server-protocol 10",
        answered by ClearConnectionConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// The party is out of the call.
    47 => ClearConnectionConf "CLEAR_CONNECTION_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Joins the held and the active call.
    48 => ConferenceCallReq "CONFERENCE_CALL_REQ" client -> server, compact "cti-server-protocol 10",
        answered by ConferenceCallConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        held_connection_call_id: ConnectionCallId as "HeldConnectionCallID",
        active_connection_call_id: ConnectionCallId as "ActiveConnectionCallID",
        held_connection_device_id_type: ConnectionDeviceIdType as "HeldConnectionDeviceIDType",
        active_connection_device_id_type: ConnectionDeviceIdType as "ActiveConnectionDeviceIDType",
        call_placement_type: u16 as "CallPlacementType",
        call_manner_type: u16 as "CallMannerType",
        alert_rings: u16 as "AlertRings",
        call_option: u16 as "CallOption",
        facility_type: u16 as "FacilityType",
        answering_machine: u16 as "AnsweringMachine",
        priority: u16 as "Priority",
        post_route: u16 as "PostRoute",
        num_named_variables: u16 as "NumNamedVariables",
        num_named_arrays: u16 as "NumNamedArrays",
    } floats {
        53 held_connection_device_id: Text<64> as "HeldConnectionDeviceID",
        50 active_connection_device_id: Text<64> as "ActiveConnectionDeviceID",
        6 agent_instrument: Text<64> as "AgentInstrument",
        11 dialed_number: Text<40> as "DialedNumber",
        9 user_to_user_info: Opaque<131> as "UserToUserInfo",
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
        51 facility_code: Text<40> as "FacilityCode",
        77 authorization_code: Text<40> as "AuthorizationCode",
        78 account_code: Text<40> as "AccountCode",
    }

    /// The calls are joined.
    49 => ConferenceCallConf "CONFERENCE_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
        new_connection_call_id: ConnectionCallId as "NewConnectionCallID",
        new_connection_device_id_type: ConnectionDeviceIdType as "NewConnectionDeviceIDType",
        num_parties: u16 as "NumParties",
        line_handle: u16 as "LineHandle",
        line_type: LineType as "LineType",
    } floats {
        47 new_connection_device_id: Text<64> as "NewConnectionDeviceID",
    } list parties: ConnectedParty

    /// The consultation call is made.
    51 => ConsultationCallConf "CONSULTATION_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
        new_connection_call_id: ConnectionCallId as "NewConnectionCallID",
        new_connection_device_id_type: ConnectionDeviceIdType as "NewConnectionDeviceIDType",
        line_handle: u16 as "LineHandle",
        line_type: LineType as "LineType",
    } floats {
        47 new_connection_device_id: Text<64> as "NewConnectionDeviceID",
    }

    /// The call is sent to another device.
    53 => DeflectCallConf "DEFLECT_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Holds a call.
    54 => HoldCallReq "HOLD_CALL_REQ" client -> server, compact "cti-server-protocol 10",
        answered by HoldCallConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        reservation: bool as "Reservation",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// The call is held.
    55 => HoldCallConf "HOLD_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Makes a call.
    56 => MakeCallReq "MAKE_CALL_REQ" client -> server, compact "cti-server-protocol 10",
        answered by MakeCallConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        call_placement_type: u16 as "CallPlacementType",
        call_manner_type: u16 as "CallMannerType",
        alert_rings: u16 as "AlertRings",
        call_option: u16 as "CallOption",
        facility_type: u16 as "FacilityType",
        answering_machine: u16 as "AnsweringMachine",
        priority: u16 as "Priority",
        post_route: u16 as "PostRoute",
        num_named_variables: u16 as "NumNamedVariables",
        num_named_arrays: u16 as "NumNamedArrays",
        skill_group_number: SkillGroupNumber as "SkillGroupNumber",
    } floats {
        6 agent_instrument: Text<64> as "AgentInstrument",
        11 dialed_number: Text<40> as "DialedNumber",
        9 user_to_user_info: Opaque<131> as "UserToUserInfo",
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
        51 facility_code: Text<40> as "FacilityCode",
        77 authorization_code: Text<40> as "AuthorizationCode",
        78 account_code: Text<40> as "AccountCode",
    }

    /// The call is made.
    57 => MakeCallConf "MAKE_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
        new_connection_call_id: ConnectionCallId as "NewConnectionCallID",
        new_connection_device_id_type: ConnectionDeviceIdType as "NewConnectionDeviceIDType",
        line_handle: u16 as "LineHandle",
        line_type: LineType as "LineType",
    } floats {
        47 new_connection_device_id: Text<64> as "NewConnectionDeviceID",
    }

    /// Ends the active call and takes the held one.
    60 => ReconnectCallReq "RECONNECT_CALL_REQ" client -> server, compact "cti-server-protocol 10",
        answered by ReconnectCallConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        active_connection_call_id: ConnectionCallId as "ActiveConnectionCallID",
        held_connection_call_id: ConnectionCallId as "HeldConnectionCallID",
        active_connection_device_id_type: ConnectionDeviceIdType as "ActiveConnectionDeviceIDType",
        held_connection_device_id_type: ConnectionDeviceIdType as "HeldConnectionDeviceIDType",
    } floats {
        50 active_connection_device_id: Text<64> as "ActiveConnectionDeviceID",
        53 held_connection_device_id: Text<64> as "HeldConnectionDeviceID",
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// The held call is active.
    61 => ReconnectCallConf "RECONNECT_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Retrieves a held call.
    62 => RetrieveCallReq "RETRIEVE_CALL_REQ" client -> server, compact "cti-server-protocol 10",
        answered by RetrieveCallConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        held_connection_call_id: ConnectionCallId as "HeldConnectionCallID",
        held_connection_device_id_type: ConnectionDeviceIdType as "HeldConnectionDeviceIDType",
    } floats {
        53 held_connection_device_id: Text<64> as "HeldConnectionDeviceID",
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// The call is retrieved.
    63 => RetrieveCallConf "RETRIEVE_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Transfers the held call to the party of the active one.
    64 => TransferCallReq "TRANSFER_CALL_REQ" client -> server, compact "cti-server-protocol 10",
        answered by TransferCallConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        active_connection_call_id: ConnectionCallId as "ActiveConnectionCallID",
        held_connection_call_id: ConnectionCallId as "HeldConnectionCallID",
        active_connection_device_id_type: ConnectionDeviceIdType as "ActiveConnectionDeviceIDType",
        held_connection_device_id_type: ConnectionDeviceIdType as "HeldConnectionDeviceIDType",
        call_placement_type: u16 as "CallPlacementType",
        call_manner_type: u16 as "CallMannerType",
        alert_rings: u16 as "AlertRings",
        call_option: u16 as "CallOption",
        facility_type: u16 as "FacilityType",
        answering_machine: u16 as "AnsweringMachine",
        priority: u16 as "Priority",
        post_route: u16 as "PostRoute",
        num_named_variables: u16 as "NumNamedVariables",
        num_named_arrays: u16 as "NumNamedArrays",
    } floats {
        50 active_connection_device_id: Text<64> as "ActiveConnectionDeviceID",
        53 held_connection_device_id: Text<64> as "HeldConnectionDeviceID",
        6 agent_instrument: Text<64> as "AgentInstrument",
        11 dialed_number: Text<40> as "DialedNumber",
        9 user_to_user_info: Opaque<131> as "UserToUserInfo",
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
        51 facility_code: Text<40> as "FacilityCode",
        77 authorization_code: Text<40> as "AuthorizationCode",
        78 account_code: Text<40> as "AccountCode",
    }

    /// The call is transferred.
    65 => TransferCallConf "TRANSFER_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
        new_connection_call_id: ConnectionCallId as "NewConnectionCallID",
        new_connection_device_id_type: ConnectionDeviceIdType as "NewConnectionDeviceIDType",
        num_parties: u16 as "NumParties",
        line_handle: u16 as "LineHandle",
        line_type: LineType as "LineType",
    } floats {
        47 new_connection_device_id: Text<64> as "NewConnectionDeviceID",
    } list parties: ConnectedParty

    /// Asks for a call's data.
    82 => SnapshotCallReq "SNAPSHOT_CALL_REQ" client -> server, compact "cti-server-protocol 8 and 10",
        answered by SnapshotCallConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
    }

    /// Reports a call of bad quality.
    139 => BadCallReq "BAD_CALL_REQ" client -> server, compact "cti-server-protocol 10",
        answered by BadCallConf, refused by FailureConf | ControlFailureConf {
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        connection_device_id_type: ConnectionDeviceIdType as "ConnectionDeviceIDType",
        connection_call_id: ConnectionCallId as "ConnectionCallID",
    } floats {
        25 connection_device_id: Text<64> as "ConnectionDeviceID",
        6 agent_instrument: Text<64> as "AgentInstrument",
    }

    /// The report is taken.
    140 => BadCallConf "BAD_CALL_CONF" server -> client, compact "cti-server-protocol 10" {
        invoke_id: InvokeId as "InvokeID" is invoke,
    }
} }
