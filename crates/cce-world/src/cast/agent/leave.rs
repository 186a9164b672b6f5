//! How an agent goes: by signing out, for good, or without a word.

use super::{
    Ask, Phase, Timer, VirtualAgent,
    instruction::Orders,
    request,
    sign_in::{PATIENCE, Seat, not_ready_key, ready_key},
};
use cce_kernel::{CloseReason, Cx};
use cce_model::MrdId;

impl VirtualAgent {
    /// Signs out as planned, or says why nothing comes of it.
    pub(super) fn go_home(&mut self, cx: &mut Cx<'_>) -> Result<(), &'static str> {
        if let Some(objection) = self.objection("sign-out") {
            return Err(objection);
        }
        self.sign_out(cx);
        Ok(())
    }

    /// Signs out of every media, then of Finesse. Dialogs end as Finesse says. A sign-in that is not complete is
    /// given up instead.
    pub(super) fn sign_out(&mut self, cx: &mut Cx<'_>) {
        match self.phase {
            Phase::Working => {
                self.orders.take_seats();
                self.begin_signing_out(cx);
            }
            Phase::Away | Phase::SigningIn => {
                self.orders.give_up_arrival(cx);
                self.close_stream(CloseReason::Done, cx);
                self.forget_everything(Phase::Out, cx);
            }
            Phase::Out | Phase::SigningOut | Phase::Crashed | Phase::Left => {}
        }
    }

    fn begin_signing_out(&mut self, cx: &mut Cx<'_>) {
        self.phase = Phase::SigningOut;
        self.cancel_timers(cx);
        cx.arm(Timer::Patience.key(0), PATIENCE);
        for mrd in self.seated() {
            self.ask(Ask::MediaLogout(mrd), request::media_state(&self.config, mrd, "LOGOUT"), cx);
        }
        // Who is signed in to no media signs out at once.
        self.go_on_signing_out(cx);
    }

    /// A sign-out that Finesse cannot take is left to it: it signs out whoever is not present for long.
    pub(super) fn on_media_logout_answered(&mut self, mrd: MrdId, is_accepted: bool, cx: &mut Cx<'_>) {
        if !is_accepted {
            self.on_seat_left(mrd, cx);
        }
    }

    /// The agent is out of one media. Out of all of them, the user signs out.
    pub(super) fn on_seat_left(&mut self, mrd: MrdId, cx: &mut Cx<'_>) {
        let was_seated = self.seats.insert(mrd, Seat::Out) != Some(Seat::Out);
        if was_seated {
            self.go_on_signing_out(cx);
        }
    }

    /// The user is signed out, or cannot be: the stream ends.
    pub(super) fn depart(&mut self, cx: &mut Cx<'_>) {
        if self.phase == Phase::SigningOut {
            self.close_stream(CloseReason::Done, cx);
            self.forget_everything(Phase::Out, cx);
        }
    }

    /// Stops acting. The user stays signed in: that is for whoever took over, or for Finesse to decide.
    pub(super) fn leave(&mut self, reason: CloseReason, cx: &mut Cx<'_>) {
        self.forget_everything(Phase::Left, cx);
        self.close_stream(reason, cx);
    }

    /// The desktop dies: its connections break, and nobody is told.
    pub(super) fn crash(&mut self, cx: &mut Cx<'_>) {
        self.forget_everything(Phase::Crashed, cx);
        if let Some(stream) = self.stream.take() {
            stream.drop_without_a_word(CloseReason::Crashed, cx);
        }
    }

    /// Nothing that was asked or seen before counts any more.
    pub(super) fn forget_everything(&mut self, phase: Phase, cx: &mut Cx<'_>) {
        self.phase = phase;
        self.calls.clear();
        self.orders = Orders::default();
        self.forget_interrupts(cx);
        self.cancel_timers(cx);
        self.drop_dialogs(cx);
    }

    fn go_on_signing_out(&mut self, cx: &mut Cx<'_>) {
        if self.phase == Phase::SigningOut && self.seated().is_empty() {
            self.ask(Ask::UserLogout, request::user_state(&self.config, "LOGOUT"), cx);
        }
    }

    /// The media that the agent is signed in to, or signing in to.
    fn seated(&self) -> Vec<MrdId> {
        self.seats.iter().filter(|(_, seat)| **seat != Seat::Out).map(|(mrd, _)| *mrd).collect()
    }

    fn close_stream(&mut self, reason: CloseReason, cx: &mut Cx<'_>) {
        if let Some(stream) = self.stream.take() {
            stream.close(reason, cx);
        }
    }

    fn cancel_timers(&self, cx: &mut Cx<'_>) {
        for timer in [Timer::SignIn, Timer::Redial, Timer::Retry, Timer::Patience] {
            cx.cancel(timer.key(0));
        }
        for (timer, wait) in [(Timer::SignOut, self.config.sign_out), (Timer::Crash, self.config.crash)] {
            if wait.is_some() && self.phase != Phase::SigningOut {
                cx.cancel(timer.key(0));
            }
        }
        for mrd in &self.config.mrds {
            cx.cancel(ready_key(*mrd));
            if self.config.not_ready.is_some() {
                cx.cancel(not_ready_key(*mrd));
            }
        }
    }
}
