//! Notifications, system information and errors (finesse-nonvoice 1.4, 2.1, 4.6).

use super::{dialog, people};
use crate::{Xml, iso_utc};
use cce_kernel::{
    Wall,
    model::{ApiError, Object, Publication, PublishEvent},
};

/// The document of a notification.
pub fn update(publication: &Publication) -> String {
    Xml::document("Update", |xml| {
        xml.node("data", |xml| data(xml, &publication.object));
        xml.text("event", publication.event.name())
            .text("requestId", &publication.request_id)
            .text("source", publication.source());
    })
}

fn data(xml: &mut Xml, object: &Object) {
    match object {
        Object::Dialog(changed) => xml.node("dialog", |xml| dialog::inside(xml, changed)),
        Object::Dialogs(changed) => xml.node("dialogs", |xml| {
            xml.node("Dialog", |xml| dialog::inside(xml, changed));
        }),
        Object::Media(media) => xml.node("media", |xml| people::inside_media(xml, media, true)),
        Object::User(user) => xml.node("user", |xml| people::notified_user(xml, user)),
        Object::UserError(error) | Object::MediaError(error) | Object::DialogError { error, .. } => {
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

/// What the system says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemInfo {
    /// Fully qualified name, also the XMPP domain.
    pub fqdn: String,
    /// The host's calendar clock.
    pub now: Wall,
    /// Whether the CTI server is connected.
    pub in_service: bool,
    /// When the CTI server last answered a heartbeat.
    pub last_heartbeat: Option<Wall>,
    /// Protocol version of the CTI session.
    pub cti_version: u32,
    /// Heartbeat interval of the CTI session.
    pub heartbeat_seconds: u64,
    /// Peripheral id of the agent PG.
    pub peripheral: u32,
    /// Minutes east of UTC of the host's zone.
    pub timezone_minutes: i32,
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
    let heartbeat = if info.in_service { "success" } else { "failure" };
    let status = if info.in_service { "IN_SERVICE" } else { "OUT_OF_SERVICE" };
    xml.text("currentTimestamp", iso_utc(info.now))
        .text("ctiHeartbeatInterval", info.heartbeat_seconds)
        .text("ctiVersion", info.cti_version)
        .text("deploymentType", "UCCE")
        .text("lastCTIHeartbeatStatus", heartbeat)
        .text("lastSuccessCTIHeartbeatTime", info.last_heartbeat.map(iso_utc).unwrap_or_default())
        .text("peripheralId", info.peripheral)
        .node("primaryNode", |xml| {
            xml.text("host", &info.fqdn);
        })
        .text("status", status)
        .text("statusReason", if info.in_service { "" } else { "the CTI server is not connected" })
        .text("systemAuthMode", "NON_SSO")
        .text("timezoneOffset", info.timezone_minutes)
        .text("uri", SYSTEM_INFO)
        .text("xmppDomain", &info.fqdn)
        .text("xmppPubSubDomain", format_args!("pubsub.{}", info.fqdn));
}
