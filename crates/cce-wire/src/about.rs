//! What a message is about: read off the fields that its row marks.

use crate::{Field, Slot, Type, Value};
use cce_model::{ContactId, DialogueId, InvokeId, MonitorId, MrdId, PeripheralId, SkillTarget, TaskId};

/// What a field says about its message as a whole: `task_id: TaskId as "TaskID" is task`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The task.
    Task,
    /// The first part of the router's key, which names the task as well.
    KeyDay,
    /// The second part of that key.
    KeyCall,
    /// The third part of that key.
    KeySequence,
    /// The dialogue.
    Dialogue,
    /// The dialogue that the message begins.
    Opens,
    /// The MR PIM's peripheral, whose dialogue it is.
    Client,
    /// The social contact.
    Contact,
    /// The agent, by skill target.
    Agent,
    /// The media routing domain.
    Mrd,
    /// What the answer carries, too.
    Invoke,
    /// Why a request failed.
    Refusal,
    /// The monitor that an event is for.
    Monitor,
}

impl Mark {
    /// Whether the protocols' "none" is no value of the field: any number may be an invoke id, a monitor or a status.
    const fn may_be_none(self) -> bool {
        !matches!(self, Self::Invoke | Self::Monitor | Self::Refusal)
    }

    /// A field's mark, checked against its type where the row is declared.
    #[doc(hidden)]
    #[must_use]
    pub const fn of_type(mark: Option<Self>, ty: &Type) -> Option<Self> {
        let fits = match mark {
            None => true,
            Some(Self::Task) => matches!(ty, Type::Task),
            Some(Self::Contact) => matches!(ty, Type::Text(_)),
            Some(Self::Agent | Self::Mrd) => matches!(ty, Type::I32),
            Some(Self::Refusal) => matches!(ty, Type::U16 | Type::U32),
            Some(
                Self::KeyDay
                | Self::KeyCall
                | Self::KeySequence
                | Self::Dialogue
                | Self::Opens
                | Self::Client
                | Self::Invoke
                | Self::Monitor,
            ) => matches!(ty, Type::U32),
        };
        assert!(fits, "a field has a mark that its type does not fit");
        mark
    }
}

/// What a message is about, as far as its marked fields say it. Fields that say "none" are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The one task that it names.
    pub task: Option<TaskId>,
    /// The dialogue.
    pub dialogue: Option<DialogueId>,
    /// Whether the message begins that dialogue.
    pub opens: bool,
    /// The MR PIM's peripheral, whose dialogue it is.
    pub client: Option<PeripheralId>,
    /// The social contact.
    pub contact: Option<ContactId>,
    /// The agent.
    pub agent: Option<SkillTarget>,
    /// The media routing domain.
    pub mrd: Option<MrdId>,
    /// What the answer carries, too.
    pub invoke: Option<InvokeId>,
    /// Why a request failed: the message is a refusal.
    pub refusal: Option<u32>,
    /// The monitor that an event is for.
    pub monitor: Option<MonitorId>,
}

/// Collects what the marked fields of a message say.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Marked {
    about: About,
    key: [Option<u32>; 3],
    tasks: usize,
}

impl Marked {
    /// A field of the fixed part.
    #[must_use]
    pub fn field(mut self, mark: Option<Mark>, field: &impl Field) -> Self {
        mark.into_iter().for_each(|mark| self.add(mark, field.value()));
        self
    }

    /// A floating field.
    #[must_use]
    pub fn slot(mut self, mark: Option<Mark>, slot: &impl Slot) -> Self {
        mark.into_iter().for_each(|mark| slot.values().for_each(|value| self.add(mark, value)));
        self
    }

    /// What all of them say. A message about several tasks is about none in particular.
    pub fn about(mut self) -> About {
        self.about.task = match self.tasks {
            0 => task_of(self.key),
            1 => self.about.task,
            _ => None,
        };
        self.about
    }

    fn add(&mut self, mark: Mark, value: Value) {
        if value.is_null() && mark.may_be_none() {
            return;
        }
        match (mark, value) {
            (Mark::Task, Value::Task(task)) => {
                self.about.task = Some(task);
                self.tasks += 1;
            }
            (Mark::Contact, Value::Text(id)) => {
                self.about.contact = (!id.is_empty()).then(|| id.into());
            }
            (Mark::Agent, Value::Int(agent)) => self.about.agent = Some(SkillTarget(agent)),
            (Mark::Mrd, Value::Int(mrd)) => self.about.mrd = Some(MrdId(mrd)),
            (mark, Value::Uint(number)) => self.add_number(mark, number),
            (mark, value) => unreachable!("a field of {value:?} cannot be marked as {mark:?}"),
        }
    }

    fn add_number(&mut self, mark: Mark, number: u32) {
        match mark {
            Mark::KeyDay => self.key[0] = Some(number),
            Mark::KeyCall => self.key[1] = Some(number),
            Mark::KeySequence => self.key[2] = Some(number),
            Mark::Opens => {
                self.about.opens = true;
                self.about.dialogue = Some(DialogueId(number));
            }
            Mark::Dialogue => self.about.dialogue = Some(DialogueId(number)),
            Mark::Client => self.about.client = Some(PeripheralId(number)),
            Mark::Invoke => self.about.invoke = Some(InvokeId(number)),
            Mark::Refusal => self.about.refusal = Some(number),
            Mark::Monitor => self.about.monitor = Some(MonitorId(number)),
            Mark::Task | Mark::Contact | Mark::Agent | Mark::Mrd => {
                unreachable!("an unsigned number cannot be marked as {mark:?}")
            }
        }
    }
}

/// The task of a router's key.
fn task_of([day, call, sequence]: [Option<u32>; 3]) -> Option<TaskId> {
    let (day, call, sequence) = (day?.cast_signed(), call?.cast_signed(), sequence?.cast_signed());
    Some(TaskId { day, call, sequence })
}
