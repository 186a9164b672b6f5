//! Which agent a client means: agents have three items that name them, and an id of the central controller.

use cce_cti::CtiStatus;
use cce_model::{Agent, ObjectModel, SkillTarget};
use cce_wire::Text;

/// The items of a message that name an agent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Items<'a> {
    pub(super) extension: Option<&'a Text<16>>,
    pub(super) id: Option<&'a Text<12>>,
    pub(super) instrument: Option<&'a Text<64>>,
    pub(super) icm_agent_id: Option<SkillTarget>,
}

/// "No agent" as an id.
const NOBODY: [SkillTarget; 2] = [SkillTarget(0), SkillTarget::NONE];

impl Items<'_> {
    /// The agent whom all of them name. The error is a status code: something is missing (6), unknown (8), or
    /// names another agent than the rest (32).
    pub(super) fn find<'m>(&self, model: &'m ObjectModel) -> Result<&'m Agent, CtiStatus> {
        let text =
            |text: Option<&dyn ToString>| text.map(ToString::to_string).filter(|text| !text.is_empty());
        let extension = text(self.extension.map(|item| item as &dyn ToString));
        let id = text(self.id.map(|item| item as &dyn ToString));
        let instrument = text(self.instrument.map(|item| item as &dyn ToString));
        let icm_agent_id = self.icm_agent_id.filter(|id| !NOBODY.contains(id));
        let by = |matches: &dyn Fn(&Agent) -> bool| model.agents.find(matches).map(|agent| &**agent);
        let named = [
            extension.map(|item| by(&|agent| agent.extension == item)),
            id.map(|item| by(&|agent| agent.id.as_str() == item)),
            instrument.map(|item| by(&|agent| agent.instrument() == item)),
            icm_agent_id.map(|item| by(&|agent| agent.skill_target == item)),
        ];
        let mut found = None;
        for agent in named.into_iter().flatten() {
            let agent = agent.ok_or(CtiStatus::INVALID_AGENT_DATA)?;
            if found.is_some_and(|other: &Agent| other.skill_target != agent.skill_target) {
                return Err(CtiStatus::INCONSISTENT_AGENT_DATA);
            }
            found = Some(agent);
        }
        found.ok_or(CtiStatus::REQUIRED_DATA_MISSING)
    }
}
