//! Notifications, system information and errors (finesse-nonvoice 1.4, 2.1, 4.6).

use super::{dialog, people};
use crate::{Xml, iso_utc};
use cce_kernel::Wall;
use cce_model::{
    ApiError, EventForm, Object, PeripheralId, Publication, PublishEvent, UserError, UserErrorForm,
};
use std::time::Duration;

/// The document of a notification.
pub fn update(publication: &Publication) -> String {
    Xml::document("Update", |xml| {
        xml.node("data", |xml| data(xml, &publication.object, publication.form));
        let (event, request_id, source) =
            (publication.event.name(), &publication.request_id, publication.source());
        let is_user_error = matches!(publication.object, Object::UserError(_));
        if is_user_error && publication.form.user_errors == UserErrorForm::Captured {
            // Captured so, the event in lower case.
            let event = event.to_ascii_lowercase();
            xml.text("requestId", request_id).text("source", source).text("event", event);
        } else {
            xml.text("event", event).text("requestId", request_id).text("source", source);
        }
    })
}

fn data(xml: &mut Xml, object: &Object, form: EventForm) {
    match object {
        Object::Dialog(changed) => xml.node("dialog", |xml| dialog::inside(xml, changed)),
        Object::Dialogs(changed) => xml.node("dialogs", |xml| {
            xml.node("Dialog", |xml| dialog::inside(xml, changed));
        }),
        Object::Media(media) => xml.node(form.media_element.name(), |xml| {
            people::inside_media(xml, media, true, form.media_connected);
        }),
        Object::User(user) => xml.node("user", |xml| people::notified_user(xml, user, form.ready_reason)),
        Object::UserError(error) => xml.node("apiErrors", |xml| match form.user_errors {
            UserErrorForm::Captured => user_error(xml, error),
            UserErrorForm::Guide => guide_user_error(xml, error),
        }),
        Object::MediaError(error) | Object::DialogError { error, .. } => {
            xml.node("apiErrors", |xml| asynchronous_error(xml, error))
        }
    };
}

fn asynchronous_error(xml: &mut Xml, error: &ApiError) {
    xml.node("apiError", |xml| {
        xml.text("errorData", &error.data)
            .maybe("errorMedia", error.media)
            .text("errorMessage", &error.message)
            .text("errorType", &error.kind);
    });
}

/// The error of a user's request: its children are in another order than those of media and dialogs.
fn user_error(xml: &mut Xml, error: &UserError) {
    let peripheral = error.peripheral.as_ref();
    xml.node("apiError", |xml| {
        xml.maybe("peripheralErrorCode", peripheral.map(|own| own.code))
            .text("errorType", &error.kind)
            .text("errorMessage", &error.message)
            .maybe("peripheralErrorText", peripheral.map(|own| &own.text))
            .maybe("peripheralErrorMsg", peripheral.map(|own| &own.message))
            .text("errorData", &error.data);
    });
}

/// The same in the order of the errors of media and dialogs, with what is of the CTI server behind it (finesse-nonvoice 1.4).
fn guide_user_error(xml: &mut Xml, error: &UserError) {
    let peripheral = error.peripheral.as_ref();
    xml.node("apiError", |xml| {
        xml.text("errorData", &error.data)
            .text("errorMessage", &error.message)
            .text("errorType", &error.kind)
            .maybe("peripheralErrorCode", peripheral.map(|own| own.code))
            .maybe("peripheralErrorText", peripheral.map(|own| &own.text))
            .maybe("peripheralErrorMsg", peripheral.map(|own| &own.message));
    });
}

/// The body of a request that is refused at once.
pub fn api_errors(error: &ApiError) -> String {
    Xml::document("ApiErrors", |xml| {
        xml.node("ApiError", |xml| {
            xml.text("ErrorType", &error.kind)
                .text("ErrorMessage", &error.message)
                .text("ErrorData", &error.data)
                .maybe("ErrorMedia", error.media);
        });
    })
}

/// How far Finesse's session with the CTI server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemStatus {
    /// It is open, and desktops are served.
    InService,
    /// It is open, and Finesse learns how its agents and tasks stand.
    Initialising,
    /// There is none.
    Disconnected,
}

impl SystemStatus {
    /// `lastCTIHeartbeatStatus`, `status`, `statusReason`; the words of the reason are (inferred).
    const fn words(self) -> [&'static str; 3] {
        match self {
            Self::InService => ["success", "IN_SERVICE", ""],
            Self::Initialising => ["success", "OUT_OF_SERVICE", "agents and tasks are being initialised"],
            Self::Disconnected => ["failure", "OUT_OF_SERVICE", "the CTI server is not connected"],
        }
    }
}

/// What the system says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemInfo {
    /// Fully qualified name, also the XMPP domain.
    pub fqdn: String,
    /// The host's calendar clock.
    pub now: Wall,
    /// How far the session with the CTI server is.
    pub status: SystemStatus,
    /// When the CTI server last answered a heartbeat.
    pub last_heartbeat: Option<Wall>,
    /// The CTI servers of both sides, A first.
    pub cti_servers: [CtiServerInfo; 2],
    /// The other node, where there is one.
    pub secondary: Option<String>,
    /// Protocol version of the CTI session.
    pub cti_version: u32,
    /// Heartbeat interval of the CTI session.
    pub heartbeat_seconds: u64,
    /// Peripheral id of the agent PG.
    pub peripheral: PeripheralId,
    /// Minutes east of UTC of the host's zone.
    pub timezone_minutes: i32,
}

/// What the system says of a CTI server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CtiServerInfo {
    /// Fully qualified name of its host.
    pub host: String,
    /// How long the session with it is open; none without one.
    pub connected: Option<Duration>,
}

/// The resource and node of the system's state.
const SYSTEM_INFO: &str = "/finesse/api/SystemInfo";

/// The document of the system's state.
pub fn system_info(info: &SystemInfo) -> String {
    Xml::document("SystemInfo", |xml| inside_system_info(xml, info))
}

/// The notification of the system's state (finesse-nonvoice 4.6; the shape is inferred there).
pub fn system_update(info: &SystemInfo) -> String {
    Xml::document("Update", |xml| {
        xml.node("data", |xml| {
            xml.node("systemInfo", |xml| inside_system_info(xml, info));
        });
        xml.text("event", PublishEvent::Put.name()).text("requestId", "").text("source", SYSTEM_INFO);
    })
}

fn inside_system_info(xml: &mut Xml, info: &SystemInfo) {
    let [heartbeat, status, reason] = info.status.words();
    xml.text("currentTimestamp", iso_utc(info.now))
        .text("ctiHeartbeatInterval", info.heartbeat_seconds)
        // Nothing here is in maintenance: no mode, and a negative time in it (finesse-nonvoice 2.1).
        .text("ctiMMode", "")
        .node("ctiServers", |xml| {
            for server in &info.cti_servers {
                xml.node("ctiServer", |xml| cti_server(xml, server));
            }
        })
        .text("ctiTimeInMMode", -1)
        .text("ctiVersion", info.cti_version)
        .text("deploymentType", "UCCE")
        .text("finesseMMode", "")
        .text("finesseTimeInMMode", -1)
        .text("lastCTIHeartbeatStatus", heartbeat)
        .text("lastSuccessCTIHeartbeatTime", info.last_heartbeat.map(iso_utc).unwrap_or_default())
        .text("peripheralId", info.peripheral)
        .node("primaryNode", |xml| {
            xml.text("host", &info.fqdn);
        })
        .with(|xml| {
            if let Some(host) = &info.secondary {
                xml.node("secondaryNode", |xml| {
                    xml.text("host", host);
                });
            }
        })
        .text("status", status)
        .text("statusReason", reason)
        .text("systemAuthMode", "NON_SSO")
        .text("timezoneOffset", info.timezone_minutes)
        .text("uri", SYSTEM_INFO)
        .text("xmppDomain", &info.fqdn)
        .text("xmppPubSubDomain", format_args!("pubsub.{}", info.fqdn));
}

/// The duration is in seconds, and 0 without a session (inferred).
fn cti_server(xml: &mut Xml, server: &CtiServerInfo) {
    xml.text("active", server.connected.is_some())
        .text("connectedDuration", server.connected.unwrap_or_default().as_secs())
        .text("host", &server.host);
}
