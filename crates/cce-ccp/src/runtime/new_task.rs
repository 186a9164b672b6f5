//! What a contact becomes at the MR interface (ccp-task-api 4, mr-interface 3.1).

use crate::contact::Contact;
use cce_model::{EccLoss, EccVariable, MrdId, SkillTarget};
use cce_mr::{RoutingService, mr::NewTask};
use cce_wire::{NamedVariable, Text};

/// Characters of a call variable; what is longer is cut (inferred).
const CALL_VARIABLE_MAX: usize = 40;
/// Bytes that a message has for expanded variables beside everything else (mr-interface 2: at most 4,096 in all).
const ECC_BYTES_MAX: usize = 3_400;

/// What a variable takes of a message beside its name and value: tag, length, and a NUL behind each.
const ECC_OVERHEAD: usize = 4;

/// An expanded variable that does not go on as it came: name, characters of its value, what became of it.
pub(super) type Lost = (String, usize, EccLoss);

/// The message that hands a contact's task to CCE, and what is lost of expanded variables. The dialogue's own fields are
/// left at their defaults.
pub(super) fn of_contact(contact: &Contact) -> (NewTask, Vec<Lost>) {
    let (named_variables, lost) = named_variables(contact);
    let mut task = NewTask {
        // The router derives the domain from the script selector (mr-interface 3.1).
        mr_domain_id: MrdId::NONE,
        previous_task: contact.route.previous,
        preferred_agent: SkillTarget::NONE,
        script_selector: contact.social.field("scriptSelector").map(Text::new),
        application_string1: Some(Text::new(&contact.application)),
        // The contact's id becomes the CED, by which Finesse knows which contact to close (ccp-task-api 7).
        application_string2: Some(Text::new(contact.id().as_str())),
        named_variables,
        // A service of 0 is left out: the lab's message has its 201 bytes without it (mr-interface 3, 4).
        service_requested: Some(contact.route.service_requested)
            .filter(|service| *service != RoutingService::NONE),
        ..NewTask::default()
    };
    cce_wire::set_call_variables!(task, |number| call_variable(contact, number));
    (task, lost)
}

/// The value of `cv_<number>`, in whatever case its prefix is written.
fn call_variable(contact: &Contact, number: u8) -> Option<Text<41>> {
    let wanted = format!("cv_{number}");
    let fields = &contact.social.extension_fields;
    let (_, value) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(&wanted))?;
    Some(Text::new(value.chars().take(CALL_VARIABLE_MAX).collect::<String>()))
}

/// The expanded variables: `user_` is stripped once. A name that no variable can have stays behind, a value is cut to
/// what any variable can hold; which of them CCE knows, and how long theirs are, CCE decides. One that has no room in
/// the message stays behind, and takes no other one with it.
fn named_variables(contact: &Contact) -> (Vec<NamedVariable>, Vec<Lost>) {
    let (mut kept, mut lost, mut room) = (Vec::new(), Vec::new(), ECC_BYTES_MAX);
    let fields = contact.social.extension_fields.iter();
    for (name, value) in fields.filter_map(|(name, value)| Some((ecc_name(name)?, value))) {
        let length = value.chars().count();
        let mut lose = |loss| lost.push((name.to_owned(), length, loss));
        // Clients do send names like `user_1`, and the task does not fail for them (ccp-task-api 4).
        if !EccVariable::is_name(name) {
            lose(EccLoss::Unknown);
            continue;
        }
        let cut: String = value.chars().take(EccVariable::VALUE_MAX).collect();
        let size = ECC_OVERHEAD + name.chars().count() + cut.chars().count();
        let Some(left) = room.checked_sub(size) else {
            lose(EccLoss::NoRoom);
            continue;
        };
        room = left;
        if length > EccVariable::VALUE_MAX {
            lose(EccLoss::Cut);
        }
        kept.push(NamedVariable::new(name, &cut));
    }
    (kept, lost)
}

fn ecc_name(field: &str) -> Option<&str> {
    let (prefix, name) = field.split_at_checked("user_".len())?;
    prefix.eq_ignore_ascii_case("user_").then_some(name)
}
