//! Model objects with the values of the lab trace.

use cce_kernel::Wall;
use cce_model::{
    AgentState, ContactStatus, Dialog, DialogState, Disposition, EventForm, InterruptAction, LogoutAction,
    Media, MrdId, Object, Publication, PublishEvent, SkillGroupNumber, SkillTarget, SocialContact,
    StatusReason, TaskId, TeamId, User, UserState,
};

/// 2024-01-30 13:55:49.426 UTC, when the agent was reserved.
pub(crate) const RESERVED: Wall = Wall(1_706_622_949_426_000);

pub(crate) const TASK: TaskId = TaskId { day: 154_526, call: 37_051_928, sequence: 1 };

/// So many milliseconds after the reservation, with odd microseconds that no text shows.
pub(crate) fn later(millis: i64) -> Wall {
    Wall(RESERVED.0 + millis * 1_000 + 321)
}

pub(crate) fn dialog(state: DialogState, changed: Wall) -> Dialog {
    Dialog {
        id: TASK,
        agent: "1080".into(),
        mrd: MrdId(5011),
        media: "Tasks".to_owned(),
        dialed_number: "CumulusTask".to_owned(),
        queue_number: SkillGroupNumber(12_282_837),
        queue_name: "CumulusTask".to_owned(),
        call_variables: Vec::new(),
        started: RESERVED,
        changed,
        state,
        disposition: (state == DialogState::Closed).then_some(Disposition::NORMAL_END_TASK),
        associated: None,
    }
}

pub(crate) fn media() -> Media {
    Media {
        agent: "1080".into(),
        mrd: MrdId(5011),
        name: "Tasks".to_owned(),
        description: "Cumulus tasks".to_owned(),
        interruptible: true,
        max_dialog_limit: Some(3),
        interrupt_action: InterruptAction::Accept,
        logout_action: LogoutAction::Close,
        routable: true,
        reason: None,
        none_chosen: false,
        state: AgentState::NotActive,
        changed: Some(RESERVED),
    }
}

pub(crate) fn user() -> User {
    User {
        id: "1080".into(),
        login_name: "sjeffers".to_owned(),
        first_name: "Sam".to_owned(),
        last_name: "Jeffers".to_owned(),
        extension: "1080".to_owned(),
        state: UserState::NotReady,
        changed: None,
        reason: None,
        team_id: TeamId(5005),
        team_name: "Cards & loans".to_owned(),
        skill_target: SkillTarget(5172),
    }
}

pub(crate) fn publication(event: PublishEvent, object: Object) -> Publication {
    Publication { agent: "1080".into(), event, request_id: String::new(), object, form: EventForm::default() }
}

/// The contact as it was published first.
pub(crate) fn contact() -> SocialContact {
    let fields = [
        ("cv_1", "Scott McTominay"),
        ("cv_2", "Report Lost Credit Card"),
        ("cv_3", "123456789"),
        ("cv_4", "user@email"),
        ("scriptSelector", "CumulusTask"),
        ("mrdID", "5011"),
        ("mrdIsInterruptible", "true"),
        ("taskID", "154526_37051928_1"),
    ];
    SocialContact {
        id: "5AA797871000018D0000004139ED7AD5".into(),
        author: "user@email".to_owned(),
        title: "Report Lost Credit Card".to_owned(),
        description: String::new(),
        extension_fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        tags: ["cisco_uq_tag", "discard_on_recovery"].map(str::to_owned).to_vec(),
        published: Wall(1_706_622_949_233_000),
        created: Wall(1_706_622_949_255_000),
        status_changed: Wall(1_706_622_949_256_000),
        status: ContactStatus::Queued,
        reason: StatusReason::ExternallyRouted,
        user: "system".to_owned(),
    }
}
