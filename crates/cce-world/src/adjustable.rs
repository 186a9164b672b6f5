//! A component whose settings change while it runs.

use crate::{component_config::Product, settings::Setting, world::World};
use cce_kernel::{Command, Component, Cx, Fact, Input};
use std::{collections::BTreeMap, sync::Arc};

/// Under this a component keeps what was changed, by the setting's name.
const KEPT: &str = "setting/";

/// The wrapped component, with the world as it is set now.
#[derive(Clone)]
pub(crate) struct Adjustable<C> {
    inner: C,
    /// As the lab was set at the start.
    configured: World,
    world: World,
}

impl<C: Product> Adjustable<C> {
    pub(crate) fn new(world: &World) -> Self {
        let inner = C::new(Arc::clone(&world.model), C::config(&world.lab));
        Self { inner, configured: world.clone(), world: world.clone() }
    }

    /// The component goes by the world as it is set now.
    fn apply(&mut self) {
        self.inner.reconfigure(Arc::clone(&self.world.model), C::config(&self.world.lab));
    }

    /// What was changed in an earlier life stays so, and is told again: that life may be one of another run. A setting that the lab has no more is forgotten.
    fn restore(&mut self, kept: BTreeMap<String, String>, cx: &mut Cx<'_>) {
        self.world = self.configured.clone();
        for (key, value) in kept {
            let setting = key.trim_start_matches(KEPT).to_owned();
            match self.world.changed(&setting, &value) {
                Ok((world, change)) => {
                    self.world = world;
                    cx.note(Fact::Setting { setting, value: change.value });
                }
                // The lab of this run may lack the setting, or what it was set to.
                Err(why) => {
                    cx.note(Command::Set { setting, value }.refusal(&why));
                    cx.forget(key);
                }
            }
        }
        self.apply();
    }

    fn set(&mut self, setting: String, value: String, cx: &mut Cx<'_>) {
        let changed = self.world.changed(&setting, &value).and_then(|(world, change)| {
            let is_here = change.components.contains(&C::KIND);
            is_here.then_some((world, change)).ok_or_else(|| format!("{} has no such setting", C::KIND))
        });
        match changed {
            Ok((world, change)) => {
                self.world = world;
                self.apply();
                cx.store(format!("{KEPT}{setting}"), change.value.clone());
                cx.note(Fact::Setting { setting, value: change.value });
            }
            Err(why) => cx.note(Command::Set { setting, value }.refusal(&why)),
        }
    }
}

impl<C: Product> Component for Adjustable<C> {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { stored, entropy } => {
                // What is kept here is no value of the component's own.
                let (kept, stored) = stored.into_iter().partition(|(key, _)| key.starts_with(KEPT));
                self.restore(kept, cx);
                self.inner.handle(Input::Start { stored, entropy }, cx);
            }
            Input::Command(Command::Set { setting, value }) if Setting::find(&setting).is_some() => {
                self.set(setting, value, cx);
            }
            Input::LinkUp { .. }
            | Input::LinkDown { .. }
            | Input::Frame { .. }
            | Input::BadFrame { .. }
            | Input::Call { .. }
            | Input::CallGone { .. }
            | Input::Reply { .. }
            | Input::Timer(_)
            | Input::Command(_) => self.inner.handle(input, cx),
        }
    }
}
