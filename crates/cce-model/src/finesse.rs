//! The objects that Finesse shows to a desktop, and the notifications about them.

use super::{AgentId, AgentState, DialogState, Disposition, MrdId, SkillTarget, TaskId, UserState};
use crate::{EventReason, SkillGroupNumber, TeamId, Wall};
use serde::{Deserialize, Serialize};

/// What an agent may do with a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DialogAction {
    /// Takes an offer.
    Accept,
    /// Begins work.
    Start,
    /// Pauses work.
    Pause,
    /// Goes on after a pause.
    Resume,
    /// Goes on to after-task work.
    WrapUp,
    /// Ends the task.
    Close,
    /// Hands the task to another script selector.
    Transfer,
    /// Changes call variables.
    UpdateCallData,
}

impl DialogAction {
    /// Every action.
    pub const ALL: [Self; 8] = [
        Self::Accept,
        Self::Start,
        Self::Pause,
        Self::Resume,
        Self::WrapUp,
        Self::Close,
        Self::Transfer,
        Self::UpdateCallData,
    ];

    /// The name in `requestedAction`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "ACCEPT",
            Self::Start => "START",
            Self::Pause => "PAUSE",
            Self::Resume => "RESUME",
            Self::WrapUp => "WRAP_UP",
            Self::Close => "CLOSE",
            Self::Transfer => "TRANSFER",
            Self::UpdateCallData => "UPDATE_CALL_DATA",
        }
    }

    /// The action of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// Whether dialogs show call variables (finesse-nonvoice 2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallVariableDisplay {
    /// As documented.
    Shown,
    /// As the lab trace shows.
    Hidden,
}

/// A nonvoice dialog (finesse-nonvoice 2.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialog {
    /// The task.
    pub id: TaskId,
    /// The agent's login id, shown as `mediaAddress`.
    pub agent: AgentId,
    /// `mediaId`.
    pub mrd: MrdId,
    /// `mediaType`: the media routing domain's name.
    pub media: String,
    /// `dialedNumber`.
    pub dialed_number: String,
    /// `queueNumber`: the queue's peripheral number.
    pub queue_number: SkillGroupNumber,
    /// `queueName`.
    pub queue_name: String,
    /// Names and values as shown; empty leaves `callvariables` out.
    pub call_variables: Vec<(String, String)>,
    /// When the agent was reserved.
    pub started: Wall,
    /// When the state changed last.
    pub changed: Wall,
    /// State of the dialog and of its one participant.
    pub state: DialogState,
    /// How it ended; only when closed.
    pub disposition: Option<Disposition>,
    /// The dialog from which its task was transferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub associated: Option<TaskId>,
}

/// What happens in a domain when a call or chat interrupts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InterruptAction {
    /// The agent's state becomes `INTERRUPTED`.
    #[default]
    Accept,
    /// Nothing changes.
    Ignore,
}

/// What happens to dialogs when the agent signs out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LogoutAction {
    /// They are closed.
    #[default]
    Close,
    /// They are routed anew.
    Transfer,
}

impl InterruptAction {
    /// The name in XML.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "ACCEPT",
            Self::Ignore => "IGNORE",
        }
    }
}

impl LogoutAction {
    /// The name in XML.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Close => "CLOSE",
            Self::Transfer => "TRANSFER",
        }
    }
}

/// An agent in one media routing domain (finesse-nonvoice 2.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// The agent.
    pub agent: AgentId,
    /// The domain's id.
    pub mrd: MrdId,
    /// The domain's name.
    pub name: String,
    /// The domain's description.
    pub description: String,
    /// Whether the domain's tasks may be interrupted.
    pub interruptible: bool,
    /// Tasks at the same time, 1 to 10; none before the first sign-in.
    pub max_dialog_limit: Option<u32>,
    /// Set at sign-in.
    pub interrupt_action: InterruptAction,
    /// Set at sign-in.
    pub logout_action: LogoutAction,
    /// Whether the router may assign tasks.
    pub routable: bool,
    /// Why the agent is not ready; none where no reason applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonCode>,
    /// Whether there are reasons to choose from, and the agent chose none since the sign-in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub none_chosen: bool,
    /// The agent's state in the domain.
    pub state: AgentState,
    /// When the state changed last; none before the first event.
    pub changed: Option<Wall>,
}

impl Media {
    /// `reasonCodeId`: the reason's; empty if none was chosen; -1 after LOGOUT, where no codes exist, right after a sign-in,
    /// and after a failover (finesse-nonvoice 2.3).
    pub fn reason_code_id(&self) -> String {
        if self.none_chosen { String::new() } else { ReasonCode::id_of(self.reason.as_ref()).to_string() }
    }
}

/// What a reason code is for (finesse-nonvoice 2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReasonCategory {
    /// Being not ready.
    NotReady,
    /// Signing out.
    Logout,
}

impl ReasonCategory {
    /// The name in XML.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotReady => "NOT_READY",
            Self::Logout => "LOGOUT",
        }
    }

    /// The category of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::NotReady, Self::Logout].into_iter().find(|category| category.name() == name)
    }
}

/// A reason for being not ready, or for signing out (finesse-nonvoice 2.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonCode {
    /// What it is for.
    pub category: ReasonCategory,
    /// Its id, which requests name.
    pub id: i32,
    /// Its number, which the CTI server is told.
    pub code: EventReason,
    /// What agents read.
    pub label: String,
    /// Whether every agent may give it.
    pub for_all: bool,
}

impl ReasonCode {
    /// `reasonCodeId` where no reason applies.
    pub const NO_ID: i32 = -1;

    /// `reasonCodeId` of a reason that may be none.
    pub fn id_of(reason: Option<&Self>) -> i32 {
        reason.map_or(Self::NO_ID, |reason| reason.id)
    }
}

/// A Finesse user (finesse-nonvoice 2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Login id.
    pub id: AgentId,
    /// Login name.
    pub login_name: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Extension signed in to; empty when signed out.
    pub extension: String,
    /// Voice state.
    pub state: UserState,
    /// When the state changed last; none before the first event.
    pub changed: Option<Wall>,
    /// Why the user is not ready; none where no reason applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonCode>,
    /// Team's id.
    pub team_id: TeamId,
    /// Team's name.
    pub team_name: String,
    /// Id in the central controller's database.
    pub skill_target: SkillTarget,
}

/// What an asynchronous error says (finesse-nonvoice 4.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// A short English phrase.
    pub kind: String,
    /// The constant's name.
    pub message: String,
    /// The code, or the item at fault.
    pub data: String,
    /// The domain concerned.
    pub media: Option<MrdId>,
}

/// The error of a user's request, which is about no domain (finesse-nonvoice 4.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserError {
    /// A short English phrase.
    pub kind: String,
    /// The constant's name.
    pub message: String,
    /// The code.
    pub data: String,
    /// What the peripheral says of a refusal of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peripheral: Option<PeripheralError>,
}

impl From<ApiError> for UserError {
    fn from(error: ApiError) -> Self {
        let ApiError { kind, message, data, media: _ } = error;
        Self { kind, message, data, peripheral: None }
    }
}

/// What the peripheral says of a refusal: the `peripheral…` children of an error (finesse-nonvoice 4.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeripheralError {
    /// Its code, such as 10125 for an extension that it does not know.
    pub code: u32,
    /// The error's name.
    pub text: String,
    /// The error in words.
    pub message: String,
}

/// The kind of change that a notification reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PublishEvent {
    /// An object was added to a collection.
    Post,
    /// An object changed.
    Put,
    /// An object was removed from a collection.
    Delete,
}

impl PublishEvent {
    /// The name in XML.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// What a notification is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// A dialog changed.
    Dialog(Box<Dialog>),
    /// A dialog was added to, or removed from, the agent's dialogs.
    Dialogs(Box<Dialog>),
    /// An agent in one domain.
    Media(Box<Media>),
    /// A user.
    User(Box<User>),
    /// A request about a user failed.
    UserError(UserError),
    /// A request about a domain failed.
    MediaError(ApiError),
    /// A request about a dialog failed.
    DialogError {
        /// The dialog.
        dialog: TaskId,
        /// What failed.
        error: ApiError,
    },
}

/// How events are spelled: releases differ in it (finesse-nonvoice 4.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventForm {
    /// The element of a media.
    pub media_element: MediaElement,
    /// Whether the event of a user who became ready has a reason.
    pub ready_reason: ReadyReason,
    /// The errors of requests about a user.
    pub user_errors: UserErrorForm,
    /// Whether a media says that it is connected.
    #[serde(skip_serializing_if = "MediaConnected::is_hidden")]
    pub media_connected: MediaConnected,
}

impl EventForm {
    /// Whether it is that of the captures.
    pub fn is_captured(&self) -> bool {
        *self == Self::default()
    }
}

/// The element of a media in its event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediaElement {
    /// In small letters, as the captured events of users and dialogs (inferred).
    #[default]
    #[serde(rename = "media")]
    Small,
    /// As the guide prints it.
    #[serde(rename = "Media")]
    Capital,
}

impl MediaElement {
    /// The name in XML.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Small => "media",
            Self::Capital => "Media",
        }
    }
}

/// Whether the event of a user who became ready has `reasonCodeId`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadyReason {
    /// As captured on 12.5.
    #[default]
    Absent,
    /// As in the guide's object, with -1 for none.
    Present,
}

/// Whether a media has `mediaConnected`, as those of newer releases have (finesse-nonvoice 2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaConnected {
    /// As in the releases before.
    #[default]
    Hidden,
    /// It says whether the agent is signed in to the domain (inferred).
    Shown,
}

impl MediaConnected {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde demands a reference")]
    fn is_hidden(&self) -> bool {
        *self == Self::Hidden
    }
}

/// What a user's sign-out signs out: the products have a command for it, `utils finesse user_signout_channel`
/// (finesse-nonvoice 2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserSignOut {
    /// The user's voice state alone.
    #[default]
    Voice,
    /// Every media, too.
    AllMedia,
}

/// What becomes of an agent whose client is gone, and whom Finesse signs out for it: the peripheral's setting "Logout on
/// Agent Disconnect" (LOAD; finesse-nonvoice 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDisconnect {
    /// The agent is signed out: LOAD=1.
    #[default]
    Logout,
    /// The agent stays signed in, and is not ready: LOAD=0.
    NotReady,
}

/// Whether documents that are read have an XML declaration (finesse-nonvoice 1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum XmlDeclaration {
    /// None: a captured client writes its own in front of what it reads.
    #[default]
    Absent,
    /// As the guide prints it.
    Present,
}

impl XmlDeclaration {
    /// What stands in front of a document.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Absent => "",
            Self::Present => r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
        }
    }
}

/// The form of the errors of requests about a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserErrorForm {
    /// As captured on 12.5: an order of its own, and the event in small letters.
    #[default]
    Captured,
    /// As the errors of media and dialogs in the guide.
    Guide,
}

/// One notification to the nodes of one agent (finesse-nonvoice 4.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// Whose nodes.
    pub agent: AgentId,
    /// The kind of change.
    pub event: PublishEvent,
    /// The request that led to it, where the interface repeats that.
    pub request_id: String,
    /// What it is about.
    pub object: Object,
    /// How it is spelled.
    #[serde(default, skip_serializing_if = "EventForm::is_captured")]
    pub form: EventForm,
}

impl Publication {
    /// The node that it is published on.
    pub fn node(&self) -> String {
        let user = format!("/finesse/api/User/{}", self.agent);
        match &self.object {
            Object::Dialog(_) | Object::Dialogs(_) | Object::DialogError { .. } => user + "/Dialogs/Media",
            Object::Media(_) | Object::MediaError(_) => user + "/Media",
            Object::User(_) | Object::UserError(_) => user,
        }
    }

    /// The URL of what it is about.
    pub fn source(&self) -> String {
        let user = format!("/finesse/api/User/{}", self.agent);
        match &self.object {
            Object::Dialog(dialog) => format!("/finesse/api/Dialog/{}", dialog.id),
            Object::DialogError { dialog, .. } => format!("/finesse/api/Dialog/{dialog}"),
            Object::Dialogs(dialog) => format!("{user}/Media/{}/Dialogs", dialog.mrd),
            Object::Media(media) => format!("{user}/Media/{}", media.mrd),
            Object::MediaError(error) => {
                error.media.map_or_else(|| format!("{user}/Media"), |mrd| format!("{user}/Media/{mrd}"))
            }
            Object::User(_) | Object::UserError(_) => user,
        }
    }
}
