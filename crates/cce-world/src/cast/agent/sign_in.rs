//! An agent's way to its seats: the user's sign-in, then that to each media, then ready
//! (finesse-nonvoice 2.2, 2.4, 7).

use super::{Ask, Phase, READY, Timer, VirtualAgent, instruction::plan_in, request, stream::AgentStream};
use cce_kernel::{CloseReason, Cx, TimerKey};
use cce_model::{MrdId, TaskId, UserState};
use std::time::Duration;

/// How long a sign-in may take before it is begun anew, and a sign-out before it is left to Finesse.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// How Finesse refuses a sign-in to a media of somebody who is signed in there.
pub(super) const ALREADY_LOGGED_IN: &str = "E_ARM_STAT_AGENT_ALREADY_LOGGED_IN";

/// Finesse's status while it serves.
const IN_SERVICE: &str = "IN_SERVICE";

/// How far the agent has come in one media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seat {
    Out,
    SigningIn,
    NotReady,
    Ready,
}

impl VirtualAgent {
    /// Begins the sign-in, from the first step: a user who is signed in may sign in again. Without a stream
    /// nothing would come of it.
    pub(super) fn sign_in(&mut self, cx: &mut Cx<'_>) {
        if !matches!(self.phase, Phase::Away | Phase::SigningIn | Phase::Working)
            || !self.stream.as_ref().is_some_and(AgentStream::is_ready)
        {
            return;
        }
        self.phase = Phase::SigningIn;
        self.forget_interrupts(cx);
        self.seats = self.config.mrds.iter().map(|mrd| (*mrd, Seat::Out)).collect();
        self.ask(Ask::UserLogin, request::user_login(&self.config), cx);
        cx.arm(Timer::Patience.key(0), PATIENCE);
    }

    pub(super) fn sign_in_later(&mut self, cx: &mut Cx<'_>) {
        self.phase = Phase::Away;
        cx.cancel(Timer::Patience.key(0));
        cx.arm(Timer::Retry.key(0), self.config.retry);
    }

    /// Finesse serves again after it lost the CTI server. Whoever was signed in repeats the sign-in, as clients do:
    /// settings and media states may be others since (finesse-nonvoice 5).
    pub(super) fn on_system(&mut self, status: &str, cx: &mut Cx<'_>) {
        if status == IN_SERVICE && self.phase == Phase::Working {
            self.sign_in(cx);
        }
    }

    /// A change under another id was somebody else's. One that nobody asked for is how the agent PG says that it lost the
    /// sign-in, or, ahead of a sign-in, how the user stands from before (task-routing E16).
    pub(super) fn on_user(&mut self, state: &str, request_id: &str, cx: &mut Cx<'_>) {
        if !request::is_own(request_id) {
            let is_signed_out = state == UserState::Logout.name();
            return match self.phase {
                Phase::Working if request_id.is_empty() && is_signed_out => self.sign_in_later(cx),
                Phase::SigningOut if request_id.is_empty() && is_signed_out => self.depart(cx),
                Phase::Out | Phase::Away | Phase::SigningIn if request_id.is_empty() => {}
                Phase::Out
                | Phase::Away
                | Phase::SigningIn
                | Phase::Working
                | Phase::SigningOut
                | Phase::Crashed
                | Phase::Left => self.leave(CloseReason::Superseded, cx),
            };
        }
        if self.phase == Phase::SigningOut && state == UserState::Logout.name() {
            return self.depart(cx);
        }
        if self.phase != Phase::SigningIn || state == UserState::Logout.name() {
            return;
        }
        self.phase = Phase::Working;
        for mrd in self.config.mrds.clone() {
            self.seats.insert(mrd, Seat::SigningIn);
            self.ask(Ask::MediaLogin, request::media_login(&self.config, mrd), cx);
        }
        if self.config.mrds.is_empty() {
            self.orders.end_arrival(cx);
        }
        // What was published while there was no stream is gone.
        if self.has_signed_in {
            self.ask(Ask::List, request::list(&self.config), cx);
        }
        self.has_signed_in = true;
    }

    pub(super) fn on_media(&mut self, mrd: &str, state: &str, cx: &mut Cx<'_>) {
        let Some((mrd, seat)) = mrd.parse().ok().map(MrdId).and_then(|mrd| self.seats.get_key_value(&mrd))
        else {
            return;
        };
        let (mrd, seat) = (*mrd, *seat);
        self.follow_interrupt(mrd, state, cx);
        match (state, mrd, seat) {
            (_, _, Seat::Out) | ("LOGIN", ..) => {}
            ("LOGOUT", mrd, _) if self.phase == Phase::SigningOut => self.on_seat_left(mrd, cx),
            _ if self.phase == Phase::SigningOut => {}
            ("LOGOUT" | "WORK_NOT_READY" | "WORK", ..) => self.sign_in_later(cx),
            ("NOT_READY", mrd, Seat::SigningIn) => self.on_seated(mrd, cx),
            ("NOT_READY", ..) => {}
            // Ready, or busy with tasks from before.
            (_, mrd, _) => self.settle(mrd, Seat::Ready, cx),
        }
    }

    fn on_seated(&mut self, mrd: MrdId, cx: &mut Cx<'_>) {
        self.settle(mrd, Seat::NotReady, cx);
        if let Some(wait) = self.config.ready {
            self.orders.begin_readying();
            cx.arm(ready_key(mrd), wait);
        }
    }

    /// Takes a seat; with the last one the sign-in is complete.
    fn settle(&mut self, mrd: MrdId, seat: Seat, cx: &mut Cx<'_>) {
        let was_complete = self.is_signed_in();
        self.seats.insert(mrd, seat);
        if seat == Seat::Ready {
            self.orders.keep(&plan_in(READY, mrd), cx);
        }
        if self.seats.values().all(|seat| *seat == Seat::Ready) {
            self.orders.end_readying(cx);
        }
        if !was_complete && self.is_signed_in() {
            self.orders.end_arrival(cx);
            cx.cancel(Timer::Patience.key(0));
        }
    }

    fn is_signed_in(&self) -> bool {
        self.seats.values().all(|seat| matches!(seat, Seat::NotReady | Seat::Ready))
    }

    /// A request that was taken failed; the source tells what it was about.
    pub(super) fn on_error(&mut self, source: &str, message: &str, cx: &mut Cx<'_>) {
        if let Some(task) = source.strip_prefix("/finesse/api/Dialog/").and_then(TaskId::parse) {
            return self.on_failed_step(task, cx);
        }
        let mrd = source.rsplit_once("/Media/").and_then(|(_, id)| id.parse().ok().map(MrdId));
        if let Some((mrd, seat)) = mrd.and_then(|mrd| self.seats.get_key_value(&mrd)) {
            self.on_media_error(*mrd, *seat, message, cx);
        } else if mrd.is_none() && self.phase == Phase::SigningIn {
            // The user's sign-in failed.
            self.sign_in_later(cx);
        }
    }

    /// An agent who is signed in to a media still goes on from there, with the dialogs that are open, and becomes ready:
    /// whose client was away is not routable any more, whatever the state (task-routing E16).
    fn on_media_error(&mut self, mrd: MrdId, seat: Seat, message: &str, cx: &mut Cx<'_>) {
        match (message, seat) {
            _ if self.phase == Phase::SigningOut => self.on_seat_left(mrd, cx),
            (ALREADY_LOGGED_IN, Seat::SigningIn | Seat::Ready) => {
                self.ask(Ask::List, request::list(&self.config), cx);
                self.on_seated(mrd, cx);
            }
            ("E_ARM_STAT_AGENT_NOT_LOGGED_IN", _) | (_, Seat::SigningIn) => self.sign_in_later(cx),
            _ => {}
        }
    }

    pub(super) fn send_ready(&mut self, id: u64, cx: &mut Cx<'_>) {
        let mrd = self.config.mrds.iter().copied().find(|mrd| ready_key(*mrd).id == id);
        let Some(mrd) = mrd.filter(|mrd| self.seats.get(mrd) == Some(&Seat::NotReady)) else {
            // The agent signs in anew meanwhile, and becomes ready after that.
            return;
        };
        self.carry_out(plan_in(READY, mrd), cx, |agent, cx| {
            agent.ask(Ask::Ready(mrd), request::media_state(&agent.config, mrd, "READY"), cx);
            if let Some(wait) = agent.config.not_ready {
                cx.arm(not_ready_key(mrd), wait);
            }
            Ok(())
        });
    }

    pub(super) fn send_not_ready(&mut self, id: u64, cx: &mut Cx<'_>) {
        let mrd = self.config.mrds.iter().copied().find(|mrd| not_ready_key(*mrd).id == id);
        let mrd = mrd.unwrap_or_else(|| unreachable!("no domain of the agent has timer {id}"));
        self.carry_out(plan_in("not-ready", mrd), cx, |agent, cx| {
            if agent.seats.get(&mrd) != Some(&Seat::Ready) {
                return Err("the agent is not ready there");
            }
            agent.ask(Ask::Told, request::media_state(&agent.config, mrd, "NOT_READY"), cx);
            Ok(())
        });
    }

    /// READY for somebody who is ready leads to no event (finesse-nonvoice 2.4), so the answer must do. One
    /// that belongs to an earlier sign-in says nothing about this one.
    pub(super) fn on_ready_accepted(&mut self, mrd: MrdId, cx: &mut Cx<'_>) {
        if self.seats.get(&mrd) == Some(&Seat::NotReady) {
            self.settle(mrd, Seat::Ready, cx);
        }
    }
}

pub(super) fn ready_key(mrd: MrdId) -> TimerKey {
    Timer::Ready.key(u64::from(mrd.0.cast_unsigned()))
}

pub(super) fn not_ready_key(mrd: MrdId) -> TimerKey {
    Timer::NotReady.key(ready_key(mrd).id)
}
