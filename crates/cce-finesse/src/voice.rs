//! The voice state of users: the agent PG has it, and Finesse asks for changes and tells what it hears
//! (finesse-nonvoice 2.2; cti-server-protocol 7).

use crate::{
    cti::CtiClient,
    request::{self, UserChange},
};
use cce_cti::SetAgentStateReq;
use cce_kernel::Cx;
use cce_model::{AgentState, InvokeId, User, UserState};
use cce_wire::Text;

/// `ForcedFlag` of a change that the agent's state has to allow.
const UNFORCED: u8 = 0;
/// `ForcedFlag` of a change whatever the agent's state is.
const FORCED: u8 = 1;

/// Asks the CTI server for a user's voice state, and returns the request's invoke id.
pub(crate) fn send(
    user: &User,
    change: &UserChange,
    cti: &mut CtiClient,
    cx: &mut Cx<'_>,
) -> Option<InvokeId> {
    let (state, event_reason_code, forced_flag) = match change {
        // A sign-in of somebody who is signed in succeeds, and keeps the state (finesse-nonvoice 2.2).
        UserChange::SignIn { .. } => (AgentState::Login, 0, FORCED),
        // The agent PG judges these: LOGOUT is accepted from NOT_READY only (finesse-nonvoice 2.2).
        UserChange::State(to, reason) => (to.agent_state(), *reason, UNFORCED),
        // A user who is gone cannot become not ready first (finesse-nonvoice 5).
        UserChange::ForcedSignOut => (AgentState::Logout, request::FORCED, FORCED),
    };
    let instrument = match change {
        UserChange::SignIn { extension } => extension,
        UserChange::State(..) | UserChange::ForcedSignOut => &user.extension,
    };
    let peripheral_id = cti.peripheral();
    cti.send(cx, |invoke_id| SetAgentStateReq {
        invoke_id,
        peripheral_id,
        agent_state: state.into(),
        event_reason_code,
        forced_flag,
        agent_instrument: (!instrument.is_empty()).then(|| Text::new(instrument)),
        agent_id: Some(Text::new(user.id.as_str())),
        ..SetAgentStateReq::default()
    })
}

/// Whether a user is as a request wants, for the reason that it gives.
pub(crate) fn is_shown_by(user: &User, change: &UserChange) -> bool {
    let code = user.reason.as_ref().map_or(0, |reason| reason.code);
    is_in_state(user, change)
        && match change {
            UserChange::State(UserState::NotReady, reason) => code == *reason,
            UserChange::State(UserState::Logout | UserState::Ready, _)
            | UserChange::SignIn { .. }
            | UserChange::ForcedSignOut => true,
        }
}

/// The same whatever the reason is.
pub(crate) fn is_in_state(user: &User, change: &UserChange) -> bool {
    match change {
        UserChange::SignIn { extension } => user.state != UserState::Logout && user.extension == *extension,
        UserChange::State(to, _) => user.state == *to,
        UserChange::ForcedSignOut => user.state == UserState::Logout,
    }
}
