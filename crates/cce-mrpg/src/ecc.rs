//! Expanded call context variables on their way to the router. What the central controller does not know it ignores; a
//! value that is longer than configured is cut (ccp-task-api 4). No variable is left out because of another one: the
//! configuration sees to it that all of them have room in one payload.

use cce_model::{EccLoss, EccVariable};
use cce_wire::NamedVariable;

/// A variable that does not go on as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LostVariable {
    pub(crate) variable: String,
    /// Characters of its value, before the cut.
    pub(crate) length: usize,
    pub(crate) loss: EccLoss,
}

/// The variables that go on, and what is lost of the others.
pub(crate) fn admit(
    known: &[EccVariable],
    given: Vec<NamedVariable>,
) -> (Vec<NamedVariable>, Vec<LostVariable>) {
    let mut lost = Vec::new();
    let admitted = given.into_iter().filter_map(|variable| {
        let (name, value) = variable.parts()?;
        let length = value.chars().count();
        let configured = known.iter().find(|known| known.name == name);
        let loss = match configured {
            // CCE ignores what it does not know, and the task goes on (ccp-task-api 4).
            None => Some(EccLoss::Unknown),
            // Tasks carry scalars alone (task-routing 3.1).
            Some(EccVariable { elements: Some(_), .. }) => Some(EccLoss::Array),
            Some(scalar) => (length > scalar.length).then_some(EccLoss::Cut),
        };
        let kept = match (loss, configured) {
            (None, _) => Some(variable),
            (Some(EccLoss::Cut), Some(scalar)) => {
                // A value that is too long is cut silently (finesse-nonvoice 2.6).
                let cut = scalar.cut(&value);
                Some(NamedVariable::new(&name, &cut))
            }
            (Some(_), _) => None,
        };
        lost.extend(loss.map(|loss| LostVariable { variable: name, length, loss }));
        kept
    });
    (admitted.collect(), lost)
}
