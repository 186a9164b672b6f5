//! Messages whose number and name are published, but no layout: their bodies are kept as they came
//! (cti-server-protocol 5).

use crate::{ConsultationCallConf, ControlFailureConf, DeflectCallConf, FailureConf};
use cce_wire::Opaque;

/// The largest body (cti-server-protocol 17).
const BODY_MAX: usize = 12_492;

cce_wire::rows! { $ raw {
    /// Makes a consultation call.
    50 => ConsultationCallReq "CONSULTATION_CALL_REQ" client -> server, raw "cti-server-protocol 5",
        answered by ConsultationCallConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Sends a call to another device.
    52 => DeflectCallReq "DEFLECT_CALL_REQ" client -> server, raw "cti-server-protocol 5",
        answered by DeflectCallConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Makes a predictive call.
    58 => MakePredictiveCallReq "MAKE_PREDICTIVE_CALL_REQ" client -> server, raw "cti-server-protocol 5",
        answered by MakePredictiveCallConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The predictive call is made.
    59 => MakePredictiveCallConf "MAKE_PREDICTIVE_CALL_CONF" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// A call's data.
    83 => SnapshotCallConf "SNAPSHOT_CALL_CONF" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Sends tones into a call.
    91 => SendDtmfSignalReq "SEND_DTMF_SIGNAL_REQ" client -> server, raw "cti-server-protocol 5",
        answered by SendDtmfSignalConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The tones are sent.
    92 => SendDtmfSignalConf "SEND_DTMF_SIGNAL_CONF" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// A stream of voice began.
    116 => RtpStartedEvent "RTP_STARTED_EVENT" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// A stream of voice ended.
    117 => RtpStoppedEvent "RTP_STOPPED_EVENT" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Calls for a supervisor.
    118 => SupervisorAssistReq "SUPERVISOR_ASSIST_REQ" client -> server, raw "cti-server-protocol 5",
        answered by SupervisorAssistConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// A supervisor is called.
    119 => SupervisorAssistConf "SUPERVISOR_ASSIST_CONF" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// An agent calls for a supervisor.
    120 => SupervisorAssistEvent "SUPERVISOR_ASSIST_EVENT" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Reports an emergency.
    121 => EmergencyCallReq "EMERGENCY_CALL_REQ" client -> server, raw "cti-server-protocol 5",
        answered by EmergencyCallConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The emergency is reported.
    122 => EmergencyCallConf "EMERGENCY_CALL_CONF" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// An agent reports an emergency.
    123 => EmergencyCallEvent "EMERGENCY_CALL_EVENT" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Takes a supervisory action on a call.
    124 => SuperviseCallReq "SUPERVISE_CALL_REQ" client -> server, raw "cti-server-protocol 5",
        answered by SuperviseCallConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The action is taken.
    125 => SuperviseCallConf "SUPERVISE_CALL_CONF" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Asks for the members of a team.
    126 => AgentTeamConfigReq "AGENT_TEAM_CONFIG_REQ" client -> server, raw "cti-server-protocol 5",
        answered by AgentTeamConfigConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The members follow.
    127 => AgentTeamConfigConf "AGENT_TEAM_CONFIG_CONF" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Sets attributes of a device.
    141 => SetDeviceAttributesReq "SET_DEVICE_ATTRIBUTES_REQ" client -> server, raw "cti-server-protocol 5",
        answered by SetDeviceAttributesConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The attributes are set.
    142 => SetDeviceAttributesConf "SET_DEVICE_ATTRIBUTES_CONF" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Begins to record a call.
    147 => StartRecordingReq "START_RECORDING_REQ" client -> server, raw "cti-server-protocol 5",
        answered by StartRecordingConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The call is recorded.
    148 => StartRecordingConf "START_RECORDING_CONF" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Ends to record a call.
    149 => StopRecordingReq "STOP_RECORDING_REQ" client -> server, raw "cti-server-protocol 5",
        answered by StopRecordingConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The call is recorded no more.
    150 => StopRecordingConf "STOP_RECORDING_CONF" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Offers to route calls.
    211 => RouteRegisterEvent "ROUTE_REGISTER_EVENT" client -> server, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Answers that offer.
    212 => RouteRegisterReplyEvent "ROUTE_REGISTER_REPLY_EVENT" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Asks for the route of a call.
    213 => RouteRequestEvent "ROUTE_REQUEST_EVENT" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The route of a call.
    214 => RouteSelectEvent "ROUTE_SELECT_EVENT" client -> server, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// A dialogue about a route is over.
    215 => RouteEndEvent "ROUTE_END_EVENT" server -> client, raw "cti-server-protocol 5" {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// A call's attributes changed.
    240 => CallAttributeChangeEvent "CALL_ATTRIBUTE_CHANGE_EVENT" server -> client, raw "cti-server-protocol 5" since 15 {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Asks for the configuration of teams.
    242 => TeamConfigReq "TEAM_CONFIG_REQ" client -> server, raw "cti-server-protocol 5" since 11,
        answered by TeamConfigConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The configuration of a team.
    243 => TeamConfigEvent "TEAM_CONFIG_EVENT" server -> client, raw "cti-server-protocol 5" since 11 {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The configuration of teams is complete.
    244 => TeamConfigConf "TEAM_CONFIG_CONF" server -> client, raw "cti-server-protocol 5" since 11 {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// A call was terminated.
    247 => CallTerminationEvent "CALL_TERMINATION_EVENT" server -> client, raw "cti-server-protocol 5" since 15 {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// An agent's greeting began or ended.
    248 => CallAgentGreetingEvent "CALL_AGENT_GREETING_EVENT" server -> client, raw "cti-server-protocol 5" since 15 {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Controls an agent's greeting.
    249 => AgentGreetingControlReq "AGENT_GREETING_CONTROL_REQ" client -> server, raw "cti-server-protocol 5" since 15,
        answered by AgentGreetingControlConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The greeting is controlled.
    250 => AgentGreetingControlConf "AGENT_GREETING_CONTROL_CONF" server -> client, raw "cti-server-protocol 5" since 15 {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Begins to record a call in the network.
    267 => StartNetworkRecordingReq "START_NETWORK_RECORDING_REQ" client -> server, raw "cti-server-protocol 5" since 23,
        answered by StartNetworkRecordingConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The call is recorded.
    268 => StartNetworkRecordingConf "START_NETWORK_RECORDING_CONF" server -> client, raw "cti-server-protocol 5" since 23 {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Ends to record a call in the network.
    269 => StopNetworkRecordingReq "STOP_NETWORK_RECORDING_REQ" client -> server, raw "cti-server-protocol 5" since 23,
        answered by StopNetworkRecordingConf, refused by FailureConf | ControlFailureConf {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// The call is recorded no more.
    270 => StopNetworkRecordingConf "STOP_NETWORK_RECORDING_CONF" server -> client, raw "cti-server-protocol 5" since 23 {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// A recording in the network began.
    271 => NetworkRecordingStartedEvent "NETWORK_RECORDING_STARTED_EVENT" server -> client, raw "cti-server-protocol 5" since 23 {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// A recording in the network ended.
    272 => NetworkRecordingEndedEvent "NETWORK_RECORDING_ENDED_EVENT" server -> client, raw "cti-server-protocol 5" since 23 {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// A recording in the network failed.
    273 => NetworkRecordingFailedEvent "NETWORK_RECORDING_FAILED_EVENT" server -> client, raw "cti-server-protocol 5" since 23 {
        body: Opaque<BODY_MAX> as "Body",
    }

    /// Where a recording in the network is.
    274 => NetworkRecordingTargetInfoEvent "NETWORK_RECORDING_TARGET_INFO_EVENT" server -> client, raw "cti-server-protocol 5" since 23 {
        body: Opaque<BODY_MAX> as "Body",
    }
} }
