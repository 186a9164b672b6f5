//! Users and their media (finesse-nonvoice 2.2, 2.3, 2.7, 2.8).

use crate::{Xml, iso_utc};
use cce_model::{
    AgentState, Media, MediaConnected, ReadyReason, ReasonCategory, ReasonCode, TeamId, User, UserState,
};

/// A user, as REST shows it.
pub fn user(user: &User) -> String {
    Xml::document("User", |xml| rest_user(xml, user))
}

/// A list of users.
pub fn users<'a>(users: impl IntoIterator<Item = &'a User>) -> String {
    Xml::document("Users", |xml| {
        for user in users {
            xml.node("User", |xml| rest_user(xml, user));
        }
    })
}

/// An agent in one domain. Somebody who is in no queue of it sees only what the domain is.
pub fn media(media: &Media, is_member: bool, connected: MediaConnected) -> String {
    Xml::document("Media", |xml| inside_media(xml, media, is_member, connected))
}

/// An agent in every domain, each with whether the agent is in a queue of it.
pub fn media_list<'a>(
    list: impl IntoIterator<Item = (&'a Media, bool)>,
    connected: MediaConnected,
) -> String {
    Xml::document("MediaList", |xml| {
        for (media, is_member) in list {
            xml.node("Media", |xml| inside_media(xml, media, is_member, connected));
        }
    })
}

/// The reason codes of a category.
pub fn reason_codes<'a>(category: ReasonCategory, codes: impl IntoIterator<Item = &'a ReasonCode>) -> String {
    Xml::document(&format!("ReasonCodes category=\"{}\"", category.name()), |xml| {
        for code in codes {
            xml.node("ReasonCode", |xml| inside_reason_code(xml, code));
        }
    })
}

/// A reason code.
pub fn reason_code(code: &ReasonCode) -> String {
    Xml::document("ReasonCode", |xml| inside_reason_code(xml, code))
}

/// A team with its users (finesse-nonvoice 2.8).
pub fn team<'a>(id: TeamId, name: &str, users: impl IntoIterator<Item = &'a User>) -> String {
    Xml::document("Team", |xml| {
        xml.text("uri", format_args!("/finesse/api/Team/{id}")).text("id", id).text("name", name).node(
            "users",
            |xml| {
                for user in users {
                    xml.node("User", |xml| summary(xml, user));
                }
            },
        );
    })
}

/// The queues of a user: this lab shows none.
pub fn queues() -> String {
    Xml::document("Queues", |_| {})
}

/// What a team shows of a user.
fn summary(xml: &mut Xml, user: &User) {
    let uri = format!("/finesse/api/User/{}", user.id);
    xml.text("uri", &uri)
        .text("loginId", &user.id)
        .text("firstName", &user.first_name)
        .text("lastName", &user.last_name)
        .text("dialogs", format_args!("{uri}/Dialogs"))
        .text("extension", &user.extension)
        .text("pendingState", "")
        .text("state", user.state)
        .text("stateChangeTime", user.changed.map(iso_utc).unwrap_or_default());
}

/// The reason that applies, if one does.
fn applying(xml: &mut Xml, reason: Option<&ReasonCode>) {
    if let Some(reason) = reason {
        xml.node("ReasonCode", |xml| inside_reason_code(xml, reason));
    }
}

fn inside_reason_code(xml: &mut Xml, reason: &ReasonCode) {
    xml.text("uri", format_args!("/finesse/api/ReasonCode/{}", reason.id))
        .text("category", reason.category.name())
        .text("code", reason.code)
        .text("label", &reason.label)
        .text("forAll", reason.for_all)
        .text("systemCode", false)
        .text("id", reason.id);
}

fn rest_user(xml: &mut Xml, user: &User) {
    let uri = format!("/finesse/api/User/{}", user.id);
    xml.text("uri", &uri)
        .node("roles", roles)
        .text("loginId", &user.id)
        .text("loginName", &user.login_name)
        .text("state", user.state)
        .text("stateChangeTime", user.changed.map(iso_utc).unwrap_or_default())
        .text("mediaType", 1)
        .text("pendingState", "")
        .text("reasonCodeId", ReasonCode::id_of(user.reason.as_ref()))
        .with(|xml| applying(xml, user.reason.as_ref()))
        .node("settings", settings)
        .text("extension", &user.extension)
        .text("firstName", &user.first_name)
        .text("lastName", &user.last_name)
        .text("teamId", user.team_id)
        .text("teamName", &user.team_name)
        .text("skillTargetId", user.skill_target)
        .text("dialogs", format_args!("{uri}/Dialogs"))
        .text("teams", "")
        .text("wrapUpTimer", 7200);
}

/// The same in a notification: children in alphabetical order.
pub(super) fn notified_user(xml: &mut Xml, user: &User, of_ready: ReadyReason) {
    let uri = format!("/finesse/api/User/{}", user.id);
    xml.text("dialogs", format_args!("{uri}/Dialogs"))
        .text("extension", &user.extension)
        .text("firstName", &user.first_name)
        .text("lastName", &user.last_name)
        .text("loginId", &user.id)
        .text("loginName", &user.login_name)
        .text("mediaType", 1)
        .text("pendingState", "")
        .with(|xml| reason_of_event(xml, user, of_ready))
        .node("roles", roles)
        .node("settings", settings)
        .text("state", user.state)
        .text("stateChangeTime", user.changed.map(iso_utc).unwrap_or_default())
        .text("teamId", user.team_id)
        .text("teamName", &user.team_name)
        .text("teams", "")
        .text("uri", uri)
        .text("wrapUpTimer", 7200);
}

/// A captured READY event has no `reasonCodeId`, those of the other states have one (finesse-nonvoice 4.6).
fn reason_of_event(xml: &mut Xml, user: &User, of_ready: ReadyReason) {
    match (user.state, of_ready) {
        (UserState::Ready, ReadyReason::Absent) => {}
        (UserState::Ready, ReadyReason::Present) | (UserState::Logout | UserState::NotReady, _) => {
            applying(xml, user.reason.as_ref());
            xml.text("reasonCodeId", ReasonCode::id_of(user.reason.as_ref()));
        }
    }
}

fn roles(xml: &mut Xml) {
    xml.text("role", "Agent");
}

fn settings(xml: &mut Xml) {
    xml.text("wrapUpOnIncoming", "OPTIONAL").text("wrapUpOnOutgoing", "NOT_ALLOWED");
}

pub(super) fn inside_media(xml: &mut Xml, media: &Media, is_member: bool, connected: MediaConnected) {
    let uri = format!("/finesse/api/User/{}/Media/{}", media.agent, media.mrd);
    xml.text("uri", uri).text("description", &media.description);
    if !is_member {
        xml.text("id", media.mrd).text("interruptible", media.interruptible).text("name", &media.name);
        return;
    }
    xml.text("dialogLogoutAction", media.logout_action.name())
        .text("id", media.mrd)
        .text("interruptible", media.interruptible)
        .maybe("maxDialogLimit", media.max_dialog_limit)
        .text("name", &media.name)
        .with(|xml| applying(xml, media.reason.as_ref()))
        .text("reasonCodeId", media.reason_code_id())
        .text("routable", media.routable)
        .text("state", media.state.media_name())
        .text("stateChangeTime", media.changed.map(iso_utc).unwrap_or_default())
        .text("interruptAction", media.interrupt_action.name());
    match connected {
        MediaConnected::Hidden => {}
        MediaConnected::Shown => {
            xml.text("mediaConnected", media.state != AgentState::Logout);
        }
    }
}
