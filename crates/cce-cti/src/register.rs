//! What clients register, and what they tell each other (cti-server-protocol 8).

use crate::{Distribution, FailureConf, ServerMode};
use cce_model::{CallTypeId, InvokeId, PeripheralId};
use cce_wire::{NamedArray, NamedVariable, Text, Time32};

cce_wire::rows! { $ register {
    /// Sends a text to other clients.
    107 => UserMessageReq "USER_MESSAGE_REQ" client -> server, published "cti-server-protocol 8",
        answered by UserMessageConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        peripheral_id: PeripheralId as "PeripheralID",
        /// 0 client, 1 supervisor, 2 team, 3 all.
        distribution: Distribution as "Distribution",
    } floats {
        1 client_id: Text<64> as "ClientID",
        4 agent_extension: Text<16> as "AgentExtension",
        5 agent_id: Text<12> as "AgentID",
        6 agent_instrument: Text<64> as "AgentInstrument",
        7 text: Text<255> as "Text",
    }

    /// The text is sent.
    108 => UserMessageConf "USER_MESSAGE_CONF" server -> client, published "cti-server-protocol 8" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// A text of another client.
    109 => UserMessageEvent "USER_MESSAGE_EVENT" server -> client, published "cti-server-protocol 8" {
        /// Seconds since 1970-01-01 00:00 UTC.
        icm_central_controller_time: Time32 as "ICMCentralControllerTime",
        /// 0 client, 1 supervisor, 2 team, 3 all.
        distribution: Distribution as "Distribution",
    } floats {
        1 client_id: Text<64> as "ClientID",
        4 agent_extension: Text<16> as "AgentExtension",
        5 agent_id: Text<12> as "AgentID",
        6 agent_instrument: Text<64> as "AgentInstrument",
        7 text: Text<255> as "Text",
    }

    /// Says which call variables the client wants.
    110 => RegisterVariablesReq "REGISTER_VARIABLES_REQ" client -> server, published "cti-server-protocol 8",
        answered by RegisterVariablesConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// A bit per call variable, the lowest for the first.
        call_variable_mask: u16 as "CallVariableMask",
        /// Number of named variables of the floating part.
        num_named_variables: u16 as "NumNamedVariables",
        /// Number of array elements of the floating part.
        num_named_arrays: u16 as "NumNamedArrays",
    } floats {
        82 named_variable: NamedVariable as "NamedVariable" is repeated,
        83 named_array: NamedArray as "NamedArray" is repeated,
    }

    /// The call variables are known.
    111 => RegisterVariablesConf "REGISTER_VARIABLES_CONF" server -> client, published "cti-server-protocol 8" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Sets data of an application path.
    129 => SetAppDataReq "SET_APP_DATA_REQ" client -> server, published "cti-server-protocol 8",
        answered by SetAppDataConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
    } floats {
        97 application_path_id: i32 as "ApplicationPathID",
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
        210 flt_call_type_id: CallTypeId as "CallTypeID" since 11,
        221 pre_call_invoke_id: InvokeId as "PreCallInvokeID" since 14,
    }

    /// The data is set.
    130 => SetAppDataConf "SET_APP_DATA_CONF" server -> client, published "cti-server-protocol 8" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }

    /// Offers a service to other clients.
    143 => RegisterServiceReq "REGISTER_SERVICE_REQ" client -> server, published "cti-server-protocol 8",
        answered by RegisterServiceConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        /// 0 exclusive, 1 round robin, 2 parallel.
        server_mode: ServerMode as "ServerMode",
    } floats {
        94 service_name: Text<64> as "ServiceName",
    }

    /// The service is offered.
    144 => RegisterServiceConf "REGISTER_SERVICE_CONF" server -> client, published "cti-server-protocol 8" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
        registered_service_id: u32 as "RegisteredServiceID",
    }

    /// Ends to offer a service.
    145 => UnregisterServiceReq "UNREGISTER_SERVICE_REQ" client -> server, published "cti-server-protocol 8",
        answered by UnregisterServiceConf, refused by FailureConf {
        /// Echoed by the answer.
        invoke_id: InvokeId as "InvokeID" is invoke,
        registered_service_id: u32 as "RegisteredServiceID",
    }

    /// The service is offered no more.
    146 => UnregisterServiceConf "UNREGISTER_SERVICE_CONF" server -> client, published "cti-server-protocol 8" {
        /// Of the request.
        invoke_id: InvokeId as "InvokeID" is invoke,
    }
} }
