//! A component whose settings change while it runs.

use crate::{lab::Lab, settings::Setting};
use cce_kernel::{Command, Component, Cx, Fact, Input};
use std::{collections::BTreeMap, sync::Arc};

/// Under this a component keeps what was changed, by the setting's name.
const KEPT: &str = "setting/";

/// The wrapped component, with the lab as it is set now.
pub(crate) struct Adjustable<C> {
    inner: C,
    name: &'static str,
    /// As the lab was set at the start.
    configured: Arc<Lab>,
    lab: Arc<Lab>,
    apply: fn(&mut C, &Lab),
}

impl<C: Component> Adjustable<C> {
    pub(crate) fn new(name: &'static str, inner: C, lab: &Lab, apply: fn(&mut C, &Lab)) -> Self {
        let lab = Arc::new(lab.clone());
        Self { inner, name, configured: Arc::clone(&lab), lab, apply }
    }

    /// What was changed in an earlier life stays so. A setting that the lab has no more is forgotten.
    fn restore(&mut self, kept: BTreeMap<String, String>, cx: &mut Cx<'_>) {
        self.lab = Arc::clone(&self.configured);
        for (key, value) in kept {
            let setting = key.trim_start_matches(KEPT).to_owned();
            match self.lab.changed_by_text(&setting, &value) {
                Ok((lab, _)) => self.lab = Arc::new(lab),
                Err(why) => {
                    cx.note(Command::Set { setting, value }.refusal(&why));
                    cx.forget(key);
                }
            }
        }
        (self.apply)(&mut self.inner, &self.lab);
    }

    fn set(&mut self, setting: String, value: String, cx: &mut Cx<'_>) {
        let changed = self.lab.changed_by_text(&setting, &value).and_then(|(lab, change)| {
            let is_here = change.components.contains(&self.name);
            is_here.then_some((lab, change)).ok_or_else(|| format!("{} has no such setting", self.name))
        });
        match changed {
            Ok((lab, change)) => {
                self.lab = Arc::new(lab);
                (self.apply)(&mut self.inner, &self.lab);
                cx.store(format!("{KEPT}{setting}"), change.value.clone());
                cx.note(Fact::Setting { setting, value: change.value });
            }
            Err(why) => cx.note(Command::Set { setting, value }.refusal(&why)),
        }
    }
}

impl<C: Component> Component for Adjustable<C> {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "everything else is for the component")]
        match input {
            Input::Start { stored } => {
                let (kept, stored) = stored.into_iter().partition(|(key, _)| key.starts_with(KEPT));
                self.restore(kept, cx);
                self.inner.handle(Input::Start { stored }, cx);
            }
            Input::Command(Command::Set { setting, value }) if Setting::find(&setting).is_some() => {
                self.set(setting, value, cx);
            }
            other => self.inner.handle(other, cx),
        }
    }
}
