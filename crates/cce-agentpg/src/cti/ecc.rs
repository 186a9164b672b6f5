//! Expanded call context variables in clients' messages: the central controller knows which there are
//! (cti-server-protocol 3 and 13). Every message that can carry some is judged alike.

use cce_cti::{Cti, CtiStatus};
use cce_model::EccVariable;
use cce_wire::{NamedArray, NamedVariable, Shown, Value};

/// Labels of the fields that carry variables.
const SCALAR: &str = "NamedVariable";
const ELEMENT: &str = "NamedArray";

/// One variable, or one element of an array, as a client gives it.
struct GivenVariable {
    name: String,
    value: String,
    index: Option<u8>,
}

/// Refuses a message with a variable that is not configured, is used as what it is not, or does not fit. The status code
/// says which.
///
/// The task layer is lenient: it cuts a value that is too long, and of a change some variables of which are no good the others
/// are taken; only one that has nothing else is refused (finesse-nonvoice 2.6; which messages do so is inferred).
pub(super) fn check(message: &Cti, known: &[EccVariable]) -> Result<(), CtiStatus> {
    let change = if let Cti::UpdateTaskContextInd(change) = message { Some(change) } else { None };
    let mut is_any_taken =
        change.is_some_and(|change| cce_wire::numbered(cce_wire::call_variables!(change)).next().is_some());
    let (mut bytes, mut refused) = (0, None);
    for given in message.fields().iter().filter_map(given) {
        match (judge(&given, known), change) {
            (Ok(()), _) | (Err(CtiStatus::VALUE_TOO_LONG), Some(_)) => is_any_taken = true,
            (Err(status), Some(_)) => refused = refused.or(Some(status)),
            (Err(status), None) => return Err(status),
        }
        bytes += EccVariable::bytes(&given.name, &given.value) + usize::from(given.index.is_some());
    }
    // All variables of a message have 2000 bytes together: 73 (cti-server-protocol 3).
    if bytes > EccVariable::PAYLOAD_MAX {
        return Err(CtiStatus::TOO_MUCH_DATA);
    }
    refused.filter(|_| !is_any_taken).map_or(Ok(()), Err)
}

/// Names and values of what a change of a task says of configured scalars, cut where a value is too long. What is said of
/// others has no effect (finesse-nonvoice 2.6).
pub(super) fn taken(
    given: &[NamedVariable],
    known: &[EccVariable],
) -> impl Iterator<Item = (String, String)> {
    given.iter().filter_map(NamedVariable::parts).filter_map(|(name, value)| {
        let mut scalars = known.iter().filter(|variable| variable.elements.is_none());
        let value = scalars.find(|variable| variable.name == name)?.cut(&value);
        Some((name, value))
    })
}

/// Indexes, names and values of what a change says of elements of configured arrays, likewise.
pub(super) fn taken_elements(
    given: &[NamedArray],
    known: &[EccVariable],
) -> impl Iterator<Item = (u8, String, String)> {
    given.iter().filter_map(NamedArray::parts).filter_map(|(index, name, value)| {
        let mut arrays = known.iter().filter(|variable| variable.elements.is_some_and(|all| index < all));
        let value = arrays.find(|variable| variable.name == name)?.cut(&value);
        Some((index, name, value))
    })
}

fn given(field: &Shown) -> Option<GivenVariable> {
    let Value::List(parts) = &field.value else { return None };
    match (field.label, parts.as_slice()) {
        (SCALAR, [Value::Text(name), Value::Text(value)]) => {
            Some(GivenVariable { name: name.clone(), value: value.clone(), index: None })
        }
        (ELEMENT, [Value::Uint(index), Value::Text(name), Value::Text(value)]) => {
            let index = u8::try_from(*index).ok()?;
            Some(GivenVariable { name: name.clone(), value: value.clone(), index: Some(index) })
        }
        _ => None,
    }
}

fn judge(given: &GivenVariable, known: &[EccVariable]) -> Result<(), CtiStatus> {
    let variable = known.iter().find(|variable| variable.name == given.name);
    // Scalars and arrays have codes of their own: 67, 68, 75, 76 and 61 (cti-server-protocol 13).
    match (variable.map(|variable| variable.elements), given.index) {
        (None, None) => return Err(CtiStatus::NAMED_VARIABLE_NOT_CONFIGURED),
        (None, Some(_)) => return Err(CtiStatus::NAMED_ARRAY_NOT_CONFIGURED),
        (Some(Some(_)), None) => return Err(CtiStatus::SCALAR_FUNCTION_ON_ARRAY),
        (Some(None), Some(_)) => return Err(CtiStatus::ARRAY_FUNCTION_ON_SCALAR),
        (Some(Some(elements)), Some(index)) if index >= elements => {
            return Err(CtiStatus::INVALID_ARRAY_INDEX);
        }
        (Some(Some(_)), Some(_)) | (Some(None), None) => {}
    }
    let is_too_long = variable.is_some_and(|variable| given.value.chars().count() > variable.length);
    if is_too_long { Err(CtiStatus::VALUE_TOO_LONG) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_cti::{RegisterVariablesReq, SetCallDataReq, UpdateTaskContextInd};
    use cce_wire::Text;

    fn known() -> Vec<EccVariable> {
        let variable = |name: &str, length, elements| EccVariable { name: name.to_owned(), length, elements };
        vec![
            variable("user.order", 4, None),
            variable("user.items", 4, Some(2)),
            variable("user.long", 210, Some(250)),
        ]
    }

    fn scalar(name: &str, value: &str) -> Result<(), CtiStatus> {
        let named_variable = vec![NamedVariable::new(name, value)];
        check(&SetCallDataReq { named_variable, ..SetCallDataReq::default() }.into(), &known())
    }

    fn element(index: u8, name: &str, value: &str) -> Result<(), CtiStatus> {
        let named_array = vec![NamedArray::new(index, name, value)];
        check(&SetCallDataReq { named_array, ..SetCallDataReq::default() }.into(), &known())
    }

    #[test]
    fn a_configured_variable_is_taken_up_to_its_length() {
        assert_eq!(scalar("user.order", "4711"), Ok(()));
        assert_eq!(scalar("user.order", "47110"), Err(CtiStatus::VALUE_TOO_LONG));
        assert_eq!(element(1, "user.items", "4711"), Ok(()));
        assert_eq!(element(1, "user.items", "47110"), Err(CtiStatus::VALUE_TOO_LONG));
    }

    #[test]
    fn a_value_that_is_too_long_is_no_reason_to_refuse_a_change_of_a_task() {
        let update = |name: &str| {
            let named_variable = vec![NamedVariable::new(name, "47110")];
            check(
                &UpdateTaskContextInd { named_variable, ..UpdateTaskContextInd::default() }.into(),
                &known(),
            )
        };
        assert_eq!(
            (update("user.order"), update("user.none")),
            (Ok(()), Err(CtiStatus::NAMED_VARIABLE_NOT_CONFIGURED))
        );
    }

    #[test]
    fn a_change_of_a_task_is_refused_only_where_none_of_it_is_good() {
        let update = |names: &[&str], plain: Option<&str>| {
            let change = UpdateTaskContextInd {
                named_variable: names.iter().map(|name| NamedVariable::new(name, "1")).collect(),
                call_variable3: plain.map(Text::new),
                ..UpdateTaskContextInd::default()
            };
            check(&change.into(), &known())
        };
        assert_eq!(update(&["user.none", "user.order"], None), Ok(()));
        assert_eq!(update(&["user.none"], Some("gold")), Ok(()));
        assert_eq!(update(&["user.none", "user.items"], None), Err(CtiStatus::NAMED_VARIABLE_NOT_CONFIGURED));
        assert_eq!(update(&["user.items"], None), Err(CtiStatus::SCALAR_FUNCTION_ON_ARRAY));
    }

    #[test]
    fn a_variable_that_is_not_configured_has_a_code_as_scalar_and_one_as_array() {
        assert_eq!(scalar("user.none", "1"), Err(CtiStatus::NAMED_VARIABLE_NOT_CONFIGURED));
        assert_eq!(element(0, "user.none", "1"), Err(CtiStatus::NAMED_ARRAY_NOT_CONFIGURED));
    }

    #[test]
    fn a_scalar_is_no_array_and_an_array_no_scalar() {
        assert_eq!(scalar("user.items", "1"), Err(CtiStatus::SCALAR_FUNCTION_ON_ARRAY));
        assert_eq!(element(0, "user.order", "1"), Err(CtiStatus::ARRAY_FUNCTION_ON_SCALAR));
    }

    #[test]
    fn an_array_ends_with_its_last_element() {
        assert_eq!(element(2, "user.items", "1"), Err(CtiStatus::INVALID_ARRAY_INDEX));
    }

    #[test]
    fn all_variables_of_a_message_together_have_2000_bytes() {
        // Index, name, value and two NULs: exactly 200 bytes.
        let value = "x".repeat(188);
        let message = |count: u8, extra: usize| {
            let mut named_array: Vec<_> =
                (0..count).map(|index| NamedArray::new(index, "user.long", &value)).collect();
            if extra > 0 {
                named_array.push(NamedArray::new(count, "user.long", &"x".repeat(extra - 1)));
            }
            Cti::from(UpdateTaskContextInd { named_array, ..UpdateTaskContextInd::default() })
        };
        assert_eq!(check(&message(10, 0), &known()), Ok(()));
        assert_eq!(check(&message(10, 1), &known()), Err(CtiStatus::TOO_MUCH_DATA));
    }

    #[test]
    fn a_character_that_is_not_ascii_has_one_byte_of_the_2000() {
        // Index, name, value and two NULs: exactly 200 bytes.
        let value = "é".repeat(188);
        let named_array = (0..10).map(|index| NamedArray::new(index, "user.long", &value)).collect();
        let message = UpdateTaskContextInd { named_array, ..UpdateTaskContextInd::default() };
        assert_eq!(check(&message.into(), &known()), Ok(()));
    }

    #[test]
    fn a_registration_is_judged_like_data() {
        let named_variable = vec![NamedVariable::new("user.none", "")];
        let asked = RegisterVariablesReq { named_variable, ..RegisterVariablesReq::default() };
        assert_eq!(check(&asked.into(), &known()), Err(CtiStatus::NAMED_VARIABLE_NOT_CONFIGURED));
    }
}
