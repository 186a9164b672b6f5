//! The words of contact centers with task routing: identities, states, interfaces, the objects that the interfaces show,
//! the objects that they are configured with ([`ObjectModel`]), and the facts that components note.
//!
//! Invariants:
//! - Values are plain data: nothing here acts.
//! - Facts are typed. Formatting them is the business of views.

#![warn(missing_docs)]

mod code;
mod contact;
mod ecc;
pub mod fact;
mod finesse;
mod identity;
mod kind;
mod link;
mod nearest;
mod objects;
mod port;
mod record;
mod sides;
mod state;
mod status;
mod wall;

pub use code::{
    Direction, Disposition, EventReason, Numbered, OperationCode, OperationFlags, PeripheralType,
    code_in_words,
};
pub use contact::SocialContact;
pub use ecc::{EccLoss, EccVariable};
pub use fact::Fact;
pub use finesse::{
    ApiError, CallVariableDisplay, Dialog, DialogAction, EventForm, InterruptAction, LogoutAction, Media,
    MediaConnected, MediaElement, Object, OnDisconnect, PeripheralError, Publication, PublishEvent,
    ReadyReason, ReasonCategory, ReasonCode, User, UserError, UserErrorForm, UserSignOut, XmlDeclaration,
};
pub use identity::{
    AgentId, AgentKey, CallTypeId, ConnectionCallId, ContactId, DialogueId, InvokeId, MonitorId, MrdId,
    PeripheralId, PrecisionQueueId, RouterCallKey, RoutingClientId, SessionId, SkillGroupNumber, SkillTarget,
    TaskId, TeamId,
};
pub use kind::Kind;
pub use link::{CallId, LinkId, NodeName};
pub use nearest::{meant, nearest, nearest_few};
#[cfg(feature = "sample")]
pub use objects::sample;
pub use objects::{
    Agent, CallType, DialedNumber, Keyed, Mrd, ObjectModel, PrecisionQueue, Script, SkillGroup, Step, Table,
    Team,
};
pub use port::{Carrier, LinksMax, Port};
pub use record::{AgentRecord, PreCall, QueueRecord, QueuedTask, TaskEvent, TaskEventKind};
pub use sides::{CtiSides, SideOrder};
pub use state::{
    AgentState, Availability, ContactStatus, DialogState, DialogueState, StatusReason, TaskState, UserState,
};
pub use status::{ArmStatus, ControlFailure, CtiStatus};
pub use wall::Wall;
