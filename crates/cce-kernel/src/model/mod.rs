//! The words of the field: identities, states, and the objects that the interfaces show.

mod contact;
mod ecc;
mod finesse;
mod id;
mod record;
mod sides;
mod state;

pub use contact::SocialContact;
pub use ecc::{EccLoss, EccVariable};
pub use finesse::{
    ApiError, Dialog, DialogAction, InterruptAction, LogoutAction, Media, Object, Publication, PublishEvent,
    ReasonCategory, ReasonCode, User,
};
pub use id::{AgentId, ContactId, MrdId, RouterCallKey, SkillTarget, TaskId};
pub use record::{AgentRecord, PreCall, QueueRecord, QueuedTask, TaskEvent, TaskEventKind};
pub use sides::{CtiSides, SideOrder};
pub use state::{
    AgentState, Availability, ContactStatus, DialogState, DialogueState, Disposition, StatusReason,
    TaskState, UserState,
};
