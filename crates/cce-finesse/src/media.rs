//! Agents in media routing domains: which message asks the CTI server for a change, what a change does to a media, and
//! what shows that it came about (finesse-nonvoice 2.3, 2.4).

use crate::{
    cti::CtiClient,
    request::{MediaChange, Settings},
    user::NodeUser,
};
use cce_cti::{
    AgentMode, MakeAgentNotReadyReq, MakeAgentNotRoutableReq, MakeAgentReadyInd, MakeAgentRoutableInd,
    MediaLoginReq, MediaLogoutInd,
};
use cce_kernel::Cx;
use cce_model::{
    AgentState, Disposition, EventReason, InterruptAction, InvokeId, LogoutAction, Media, MrdId,
    OnDisconnect, ReasonCode,
};
use cce_wire::Text;

/// Sends a request about a user's media, and returns its invoke id; none when there is nothing to change.
pub(crate) fn send(
    change: &MediaChange,
    (user, mrd): (&mut NodeUser, MrdId),
    extension: &str,
    cti: &mut CtiClient,
    cx: &mut Cx<'_>,
) -> Option<InvokeId> {
    // A confirmed routable=false is taken back by whatever makes the agent routable, so that it is sent even where it seems to
    // change nothing (finesse-nonvoice 2.4).
    let is_to_be_not_routable = user.not_routable_next.contains(&mrd);
    if matches!(change, MediaChange::Ready | MediaChange::Routable(true)) {
        user.not_routable_next.remove(&mrd);
    }
    let user = &*user;
    // A sign-in may be one to the voice domain, which has no media (finesse-nonvoice 4.6, code 11).
    let media = || user.media(mrd);
    let (mrd_id, icm_agent_id) = (mrd, user.shown.skill_target);
    match *change {
        // Who signs in is routable, and gets tasks once ready (finesse-nonvoice 2.4).
        MediaChange::SignIn(settings) => cti.send(cx, |invoke_id| MediaLoginReq {
            invoke_id,
            mrd_id,
            icm_agent_id,
            max_task_limit: settings.max_dialog_limit,
            make_routable: true,
            agent_instrument: Some(Text::new(extension)),
            ..MediaLoginReq::default()
        }),
        // READY from READY is ignored silently (finesse-nonvoice 2.4).
        MediaChange::Ready if is_ready(media()) && !is_to_be_not_routable => None,
        MediaChange::Ready => cti.send(cx, |invoke_id| MakeAgentReadyInd {
            invoke_id,
            mrd_id,
            icm_agent_id,
            make_routable: true,
            ..MakeAgentReadyInd::default()
        }),
        // An open offer refuses it with 14, so that this one has a response, and READY has none
        // (finesse-nonvoice 2.5, 3).
        MediaChange::NotReady(reason_code) => cti.send(cx, |invoke_id| MakeAgentNotReadyReq {
            invoke_id,
            mrd_id,
            icm_agent_id,
            reason_code,
            ..MakeAgentNotReadyReq::default()
        }),
        MediaChange::SignOut(reason) | MediaChange::SignOutWithUser(reason) => {
            send_sign_out(user, mrd, reason, cti, cx)
        }
        MediaChange::ForcedSignOut(_) => send_sign_out(user, mrd, EventReason::FORCED_SIGN_OUT, cti, cx),
        // Ignored silently, as READY from READY is (inferred).
        MediaChange::Routable(wanted)
            if wanted == media().routable && is_signed_in(media()) && !is_to_be_not_routable =>
        {
            None
        }
        // The indication carries the limit of the sign-in (cti-server-protocol 11.1).
        MediaChange::Routable(true) => cti.send(cx, |invoke_id| MakeAgentRoutableInd {
            invoke_id,
            mrd_id,
            icm_agent_id,
            max_tasks: media().max_dialog_limit.unwrap_or(1),
            ..MakeAgentRoutableInd::default()
        }),
        MediaChange::Routable(false) => cti.send(cx, |invoke_id| MakeAgentNotRoutableReq {
            invoke_id,
            mrd_id,
            icm_agent_id,
            ..MakeAgentNotRoutableReq::default()
        }),
    }
}

/// How the agent's tasks end was chosen at the sign-in (task-routing E4).
fn send_sign_out(
    user: &NodeUser,
    mrd_id: MrdId,
    reason_code: EventReason,
    cti: &mut CtiClient,
    cx: &mut Cx<'_>,
) -> Option<InvokeId> {
    let disposition = match user.media(mrd_id).logout_action {
        LogoutAction::Close => Disposition::AGENT_LOGGED_OUT_DURING_TASK,
        LogoutAction::Transfer => Disposition::TASK_TRANSFERRED_ON_AGENT_LOGOUT,
    };
    let (disposition, icm_agent_id) = (Some(disposition), user.shown.skill_target);
    cti.send(cx, |invoke_id| MediaLogoutInd {
        invoke_id,
        mrd_id,
        icm_agent_id,
        reason_code,
        flt_icm_disp: disposition,
        flt_app_disp: disposition,
        ..MediaLogoutInd::default()
    })
}

/// The agent PG reports the agent's state in the domain. A sign-out ends what the sign-in set (finesse-nonvoice 2.3).
pub(crate) fn follow(media: &mut Media, state: AgentState, mode: AgentMode, report: MediaReason) {
    media.none_chosen = report.reason.is_none() && report.has_codes && could_choose(media, state);
    media.state = state;
    media.routable = mode == AgentMode::ROUTABLE;
    media.reason = report.reason;
    if state == AgentState::Logout {
        forget_settings(media);
    }
}

/// What a report of a state says of its reason.
pub(crate) struct MediaReason {
    /// The reason for being not ready, if there is one.
    pub(crate) reason: Option<ReasonCode>,
    /// Whether there are codes of such reasons.
    pub(crate) has_codes: bool,
}

/// Whether an agent whose state becomes `state` has had a choice of a reason: right after a sign-in, which ends in NOT_READY, and
/// after a failover, there was none (finesse-nonvoice 2.3).
fn could_choose(media: &Media, state: AgentState) -> bool {
    let is_away = |state| matches!(state, AgentState::Logout | AgentState::WorkNotReady);
    if is_away(state) || is_away(media.state) {
        return false;
    }
    // A state that stays says nothing new, and NOT_READY without a reason is that of the sign-in.
    media.none_chosen || ![AgentState::NotReady, media.state].contains(&state)
}

/// The agent is signed out, which nobody reported.
pub(crate) fn sign_out(media: &mut Media) {
    (media.state, media.none_chosen) = (AgentState::Logout, false);
    // Routable comes back with the next sign-in, and not before (finesse-nonvoice 2.3).
    media.routable = false;
    forget_settings(media);
}

/// A sign-in sets the media's settings.
pub(crate) fn apply(media: &mut Media, settings: Settings) {
    media.max_dialog_limit = Some(settings.max_dialog_limit);
    media.interrupt_action = settings.interrupt_action;
    media.logout_action = settings.logout_action;
}

/// Whether the agent is signed in to the domain on this node.
pub(crate) fn is_signed_in(media: &Media) -> bool {
    !matches!(media.state, AgentState::Logout | AgentState::WorkNotReady)
}

/// Whether a request has led to what it asked for. A request that has a response waits for that and for the
/// state; routable=false is confirmed by the response alone while it takes effect only later, with the begin of every
/// `unstarted` task (finesse-nonvoice 2.4).
pub(crate) fn is_done(change: &MediaChange, is_answered: bool, media: &Media, unstarted: bool) -> bool {
    match change {
        MediaChange::SignIn(_) => is_answered && is_signed_in(media),
        // READY and sign-out are indications: the state alone confirms them (cti-server-protocol 4.4).
        MediaChange::Ready => is_ready(media),
        MediaChange::NotReady(_) => is_answered && media.state == AgentState::NotReady,
        MediaChange::SignOut(_)
        | MediaChange::SignOutWithUser(_)
        | MediaChange::ForcedSignOut(OnDisconnect::Logout) => media.state == AgentState::Logout,
        MediaChange::ForcedSignOut(OnDisconnect::NotReady) => {
            matches!(media.state, AgentState::Logout | AgentState::NotReady)
        }
        MediaChange::Routable(true) => media.routable,
        MediaChange::Routable(false) => is_answered && (!media.routable || unstarted),
    }
}

/// Whether the agent is ready and routable.
fn is_ready(media: &Media) -> bool {
    is_signed_in(media) && media.state != AgentState::NotReady && media.routable
}

/// Settings are of one sign-in: who is signed out has none (finesse-nonvoice 2.3).
fn forget_settings(media: &mut Media) {
    media.max_dialog_limit = None;
    media.interrupt_action = InterruptAction::default();
    media.logout_action = LogoutAction::default();
}
