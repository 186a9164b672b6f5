//! What a task is about: the strings of its reservation, its call variables and its expanded variables
//! (cti-server-protocol 11.1: `SNAPSHOT_TASK_RESP`; 11.2: 200 and 263).

use super::ecc;
use cce_cti::UpdateTaskContextInd;
use cce_model::{EccVariable, PreCall};
use cce_wire::{NamedArray, NamedVariable, Text};
use std::collections::BTreeMap;

/// The context of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Context {
    /// `ScriptSelector`, `ApplicationString1`, `ApplicationString2`.
    strings: [Option<String>; 3],
    /// Call variables by their numbers.
    variables: BTreeMap<u8, String>,
    /// Expanded variables, each name once, where it was first.
    named: Vec<(String, String)>,
    /// Elements of expanded arrays, each index of a name once.
    elements: Vec<(u8, String, String)>,
}

/// The context that a request for a task gives it, which an application routes itself.
macro_rules! of_request {
    ($message:expr) => {{
        let m = $message;
        let strings = [&m.script_selector, &m.application_string1, &m.application_string2];
        $crate::cti::context::Context::given(
            strings.map(|text| text.as_ref().map(ToString::to_string)),
            cce_wire::numbered(cce_wire::call_variables!(m)),
            &m.named_variable,
            &m.named_array,
        )
    }};
}

/// Makes a message that has a task's context: several have it, each in the same fields.
macro_rules! with_context {
    ($name:ident { $($field:ident: $value:expr),* $(,)? } of $context:expr) => {{
        let context = $context;
        let [script_selector, application_string1, application_string2] = context.texts();
        let (named_variable, named_array) = (context.named_variables(), context.named_arrays());
        let mut message = $name {
            $($field: $value,)*
            num_named_variables: u16::try_from(named_variable.len()).unwrap_or(u16::MAX),
            num_named_arrays: u16::try_from(named_array.len()).unwrap_or(u16::MAX),
            script_selector,
            application_string1,
            application_string2,
            named_variable,
            named_array,
            ..$name::default()
        };
        cce_wire::set_call_variables!(message, |number| context.variable(number));
        message
    }};
}

pub(super) use {of_request, with_context};

impl Context {
    /// The context with which the router reserved an agent.
    pub(super) fn of_reservation(call: &PreCall) -> Self {
        Self {
            strings: [&call.dialed_number, &call.ani, &call.ced].map(|text| Some(text.clone())),
            variables: call.call_variables.iter().cloned().collect(),
            named: call.named_variables.clone(),
            // The router has no arrays for a task (task-routing 3.1).
            elements: Vec::new(),
        }
    }

    /// The context in the fields of a request; what is wrong with its variables was judged before.
    pub(super) fn given(
        strings: [Option<String>; 3],
        variables: impl Iterator<Item = (u8, String)>,
        named: &[NamedVariable],
        elements: &[NamedArray],
    ) -> Self {
        let mut context = Self { strings, variables: variables.collect(), ..Self::default() };
        named.iter().filter_map(NamedVariable::parts).for_each(|(name, value)| {
            context.set_named(name, value);
        });
        elements.iter().filter_map(NamedArray::parts).for_each(|(index, name, value)| {
            context.set_element(index, name, value);
        });
        context
    }

    /// Takes in what a client changes of it.
    pub(super) fn change(&mut self, m: &UpdateTaskContextInd, known: &[EccVariable]) {
        self.variables.extend(cce_wire::numbered(cce_wire::call_variables!(m)));
        for (name, value) in ecc::taken(&m.named_variable, known) {
            self.set_named(name, value);
        }
        for (index, name, value) in ecc::taken_elements(&m.named_array, known) {
            self.set_element(index, name, value);
        }
    }

    pub(super) fn texts(&self) -> [Option<Text<40>>; 3] {
        self.strings.each_ref().map(|text| text.as_ref().map(Text::new))
    }

    pub(super) fn variable(&self, number: u8) -> Option<Text<41>> {
        self.variables.get(&number).map(Text::new)
    }

    pub(super) fn named_variables(&self) -> Vec<NamedVariable> {
        self.named.iter().map(|(name, value)| NamedVariable::new(name, value)).collect()
    }

    pub(super) fn named_arrays(&self) -> Vec<NamedArray> {
        self.elements.iter().map(|(index, name, value)| NamedArray::new(*index, name, value)).collect()
    }

    fn set_named(&mut self, name: String, value: String) {
        match self.named.iter_mut().find(|(known, _)| *known == name) {
            Some((_, before)) => *before = value,
            None => self.named.push((name, value)),
        }
    }

    fn set_element(&mut self, index: u8, name: String, value: String) {
        match self.elements.iter_mut().find(|(at, known, _)| (*at, known) == (index, &name)) {
            Some((_, _, before)) => *before = value,
            None => self.elements.push((index, name, value)),
        }
    }
}
