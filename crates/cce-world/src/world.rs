//! A lab whose names are resolved once, for all who need its objects.

use crate::{lab::Lab, problem::ConfigProblem, resolve::resolve, settings::SettingChange};
use cce_model::ObjectModel;
use std::sync::Arc;

/// A lab whose names are resolved: it makes components, which share its objects.
#[derive(Clone, Debug)]
pub struct World {
    pub(crate) lab: Arc<Lab>,
    pub(crate) model: Arc<ObjectModel>,
}

impl World {
    /// The world of a lab, or every name in it that names nothing.
    pub fn of(lab: &Lab) -> Result<Self, Vec<ConfigProblem>> {
        let model =
            resolve(lab).map_err(|faults| faults.into_iter().map(ConfigProblem::from).collect::<Vec<_>>())?;
        Ok(Self { lab: Arc::new(lab.clone()), model: Arc::new(model) })
    }

    /// The objects that its components share.
    pub fn model(&self) -> &Arc<ObjectModel> {
        &self.model
    }

    /// The world with one setting changed while it runs, given as text.
    pub(crate) fn changed(&self, setting: &str, text: &str) -> Result<(Self, SettingChange), String> {
        let (lab, change) = self.lab.changed_by_text(setting, text)?;
        let told = |problems: Vec<ConfigProblem>| {
            problems.iter().map(ConfigProblem::to_string).collect::<Vec<_>>().join("; ")
        };
        Ok((Self::of(&lab).map_err(told)?, change))
    }
}
