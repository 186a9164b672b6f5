//! An agent in a domain.

use cce_model::{MrdId, SkillTarget};
use std::{fmt, ops::RangeInclusive};

/// An agent in a media routing domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) skill_target: SkillTarget,
    pub(crate) mrd: MrdId,
}

impl Place {
    /// The same agent in every domain.
    pub(crate) fn everywhere(self) -> RangeInclusive<Self> {
        Self { mrd: MrdId(i32::MIN), ..self }..=Self { mrd: MrdId(i32::MAX), ..self }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in domain {}", self.skill_target, self.mrd)
    }
}
