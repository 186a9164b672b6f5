//! What a contact becomes at the MR interface (ccp-task-api 4, mr-interface 3.1).

use crate::contact::Contact;
use cce_mr::mr::NewTask;
use cce_wire::{NamedVariable, Text};

/// Characters of a call variable; what is longer is cut (inferred).
const CALL_VARIABLE_MAX: usize = 40;
/// Characters of an expanded variable's name.
const ECC_NAME_MAX: usize = 32;
/// Bytes of all expanded variables, each with five of overhead.
const ECC_PAYLOAD_MAX: usize = 2_000;

/// The message that hands a contact's task to CCE. The dialogue's own fields are left at their defaults.
pub(super) fn of_contact(contact: &Contact) -> NewTask {
    let variable = |number: u8| call_variable(contact, number);
    NewTask {
        mr_domain_id: -1,
        previous_task: contact.route.previous,
        preferred_agent: -1,
        script_selector: contact.social.field("scriptSelector").map(Text::new),
        application_string1: Some(Text::new(&contact.application)),
        application_string2: Some(Text::new(contact.id().as_str())),
        call_variable1: variable(1),
        call_variable2: variable(2),
        call_variable3: variable(3),
        call_variable4: variable(4),
        call_variable5: variable(5),
        call_variable6: variable(6),
        call_variable7: variable(7),
        call_variable8: variable(8),
        call_variable9: variable(9),
        call_variable10: variable(10),
        named_variables: named_variables(contact),
        service_requested: Some(contact.route.service_requested).filter(|service| *service != 0),
        ..NewTask::default()
    }
}

/// The value of `cv_<number>`, in whatever case its prefix is written.
fn call_variable(contact: &Contact, number: u8) -> Option<Text<41>> {
    let wanted = format!("cv_{number}");
    let fields = &contact.social.extension_fields;
    let (_, value) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(&wanted))?;
    Some(Text::new(value.chars().take(CALL_VARIABLE_MAX).collect::<String>()))
}

/// The expanded variables: `user_` is stripped once. What CCE could not take is left out, since it would
/// ignore it.
fn named_variables(contact: &Contact) -> Vec<NamedVariable> {
    let mut room = ECC_PAYLOAD_MAX;
    let fields = contact.social.extension_fields.iter();
    fields
        .filter_map(|(name, value)| Some((ecc_name(name)?, value)))
        .map_while(|(name, value)| {
            room = room.checked_sub(5 + name.len() + value.chars().count())?;
            Some(NamedVariable::new(name, value))
        })
        .collect()
}

fn ecc_name(field: &str) -> Option<&str> {
    let (prefix, name) = field.split_at_checked("user_".len())?;
    let is_ecc = prefix.eq_ignore_ascii_case("user_") && (1..=ECC_NAME_MAX).contains(&name.chars().count());
    is_ecc.then_some(name)
}
