//! The nodes of the notification service (finesse-nonvoice 4.4). Queues have no events in the lab, and no nodes.

use cce_model::{ObjectModel, TeamId};
use cce_xmpp::server::Nodes;
use std::collections::BTreeSet;

/// The node of the system's state.
pub(crate) const SYSTEM: &str = "/finesse/api/SystemInfo";

/// What stands before a user's id in its own nodes.
const USER: &str = "/finesse/api/User/";

/// The node of the users of a team.
pub(crate) fn of_team(team: TeamId) -> String {
    format!("/finesse/api/Team/{team}/Users")
}

/// Those that everybody may ask for, and the automatic ones of each user.
pub(crate) fn nodes(model: &ObjectModel) -> Nodes {
    let teams = model.agents.iter().map(|agent| of_team(agent.team.id));
    let of_user = ["", "/Dialogs", "/Media", "/Dialogs/Media"].map(str::to_owned);
    let of_mrds = model.mrds.iter().map(|mrd| format!("/Media/{}", mrd.id));
    Nodes {
        everyones: teams.chain([SYSTEM.to_owned()]).collect(),
        before_user: USER.to_owned(),
        behind_user: of_user.into_iter().chain(of_mrds).collect::<BTreeSet<_>>(),
    }
}
