//! How the lab stands, read from the journal of the run once somebody asks: a lab that nobody watches pays nothing for it.

use super::Refusal;
use crate::{failure::Failure, follow::Follower};
use cce_views::{LabStatus, StatusView};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Records that one request reads at most. A run that has many more catches up in several.
const RECORDS_MAX: usize = 5_000;

/// The journal of the run that goes on.
pub(crate) struct RunJournal {
    path: PathBuf,
    followed: Option<(Follower, StatusView)>,
}

/// How the lab stands, and whether that is all of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct StatusAnswer {
    /// How it stands.
    #[serde(flatten)]
    pub(crate) lab: LabStatus,
    /// More has happened since: ask once more.
    pub(crate) is_behind: bool,
}

impl RunJournal {
    /// The journal that is being written there.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, followed: None }
    }

    /// How the lab stands.
    pub(crate) fn status(&mut self) -> Result<StatusAnswer, Refusal> {
        let unreadable =
            |failure: Failure| Refusal::Conflict(format!("the status is read from the journal: {failure}"));
        if self.followed.is_none() {
            let (header, follower) = Follower::open(&self.path).map_err(unreadable)?;
            self.followed = Some((follower, StatusView::new(&header)));
        }
        let (follower, view) =
            self.followed.as_mut().ok_or_else(|| Refusal::Unknown("there is no journal".into()))?;
        let records = follower.next(RECORDS_MAX).map_err(unreadable)?;
        records.iter().for_each(|record| view.push(record));
        Ok(StatusAnswer { lab: view.status(), is_behind: records.len() == RECORDS_MAX })
    }
}
