//! What an agent can be told to do.

use super::{
    Ask, Phase, READY, VirtualAgent, request,
    sign_in::{ALREADY_LOGGED_IN, Seat},
};
use crate::cast::refusal;
use cce_kernel::{CallError, Command, Cx, Fact, Response};
use cce_model::{DialogAction, MrdId};
use std::collections::{BTreeMap, BTreeSet};

/// The words that an agent understands. Those about a dialog may be followed by its task id, or by `T1`, `T2`, …:
/// the first, the second dialog that this agent saw. Without either, the oldest open dialog is meant that allows
/// the action.
pub const WORDS: [&str; 15] = [
    "sign-in",
    "ready",
    "not-ready",
    "accept",
    "start",
    "pause",
    "resume",
    "wrap-up",
    "close",
    "sign-out",
    "crash",
    "return",
    "voice-sign-in",
    "voice-ready",
    "voice-not-ready",
];

/// Whether a dialog may be named behind a word.
pub fn is_about_dialog(word: &str) -> bool {
    action_of(word).is_some()
}

impl VirtualAgent {
    /// Does what it is told, or says why not.
    pub(super) fn on_instruction(&mut self, words: &str, cx: &mut Cx<'_>) {
        self.orders.following = Some(Order::Told(words.to_owned()));
        if let Err(detail) = self.follow(words, cx) {
            self.orders.refuse(&Order::Told(words.to_owned()), &detail, cx);
        }
        self.orders.following = None;
    }

    /// Does what it planned, or says why not.
    pub(super) fn carry_out(
        &mut self,
        plan: String,
        cx: &mut Cx<'_>,
        act: impl FnOnce(&mut Self, &mut Cx<'_>) -> Result<(), &'static str>,
    ) {
        self.orders.following = Some(Order::Planned(plan.clone()));
        if let Err(detail) = act(self, cx) {
            self.orders.refuse(&Order::Planned(plan), detail, cx);
        }
        self.orders.following = None;
    }

    fn follow(&mut self, words: &str, cx: &mut Cx<'_>) -> Result<(), String> {
        let mut words = words.split_whitespace();
        let word = words.next().unwrap_or_default();
        let about = words.next();
        if let Some(extra) = words.next() {
            return Err(format!("`{extra}` is one word too many"));
        }
        if let Some(objection) = self.objection(word) {
            return Err(objection.to_owned());
        }
        if let Some(action) = action_of(word) {
            return self.follow_about_dialog(action, about, cx);
        }
        if let Some(extra) = about.filter(|_| WORDS.contains(&word)) {
            return Err(format!("`{word}` is about no dialog: leave out `{extra}`"));
        }
        match word {
            "sign-in" | "return" => {
                self.orders.take_seats();
                // Somebody who is connected signs in anew. Others connect first, and sign in then.
                if self.stream.is_none() { self.arrive(cx) } else { self.sign_in(cx) }
            }
            "crash" => self.crash(cx),
            "sign-out" => self.sign_out(cx),
            "ready" => return self.change_seats("READY", cx),
            "not-ready" => return self.change_seats("NOT_READY", cx),
            "voice-sign-in" => self.ask(Ask::Told, request::user_login(&self.config), cx),
            "voice-ready" => self.ask(Ask::Told, request::user_state(&self.config, "READY"), cx),
            "voice-not-ready" => self.ask(Ask::Told, request::user_state(&self.config, "NOT_READY"), cx),
            unknown => return Err(format!("`{unknown}` is unknown; an agent knows {}", WORDS.join(", "))),
        }
        Ok(())
    }

    /// Why the agent cannot follow a word now; none for an unknown word.
    pub(super) fn objection(&self, word: &str) -> Option<&'static str> {
        match (word, self.phase) {
            (known, _) if !WORDS.contains(&known) => None,
            (_, Phase::Left) => Some(LEFT),
            ("return", Phase::Crashed) => None,
            ("return", _) => Some("the agent did not crash"),
            (_, Phase::Crashed) => Some(CRASHED),
            ("sign-in", Phase::SigningOut) => Some("the agent is signing out"),
            ("sign-out", Phase::Out | Phase::SigningOut) => Some(SIGNED_OUT),
            (_, Phase::Out | Phase::Away | Phase::SigningIn | Phase::Working | Phase::SigningOut) => None,
        }
    }

    fn follow_about_dialog(
        &mut self,
        action: DialogAction,
        about: Option<&str>,
        cx: &mut Cx<'_>,
    ) -> Result<(), String> {
        let task = self.dialogs.chosen(about, action)?;
        self.ask(Ask::Act(task, action), request::act(task, action), cx);
        Ok(())
    }

    fn change_seats(&mut self, state: &str, cx: &mut Cx<'_>) -> Result<(), String> {
        let seated = |seat: &Seat| matches!(seat, Seat::NotReady | Seat::Ready);
        let mrds: Vec<_> = self.seats.iter().filter(|(_, seat)| seated(seat)).map(|(mrd, _)| *mrd).collect();
        if mrds.is_empty() {
            return Err(SIGNED_OUT.to_owned());
        }
        for mrd in mrds {
            self.ask(Ask::Told, request::media_state(&self.config, mrd, state), cx);
        }
        Ok(())
    }
}

/// Requests that are remembered with what led to them. The answer to one, or its failure, comes soon.
const REQUESTS_MAX: usize = 256;

/// Who wants something of the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Somebody told it so, in these words.
    Told(String),
    /// The agent itself: what it planned.
    Planned(String),
}

/// What the agent was told and what it planned, from the words to what becomes of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Orders {
    /// What is being followed.
    following: Option<Order>,
    /// A sign-in or a sign-out, which takes several requests.
    seat: Option<Order>,
    /// What led to a request, by its number.
    asked: BTreeMap<u64, Order>,
    /// Plans that were refused and not kept since.
    refused: BTreeSet<String>,
    /// The agent plans to become ready, and is not in all its media so far.
    is_readying: bool,
}

impl Orders {
    /// What is being followed is a sign-in or a sign-out: it leads to further requests.
    pub(super) fn take_seats(&mut self) {
        self.seat = self.following.clone();
    }

    /// A request follows from what the agent was told or planned, if anything of that led to it.
    pub(super) fn follow_up(&mut self, ask: &Ask, number: u64) {
        let seat = self.seat.as_ref().filter(|_| is_about_seat(ask));
        let Some(order) = self.following.as_ref().or(seat) else { return };
        self.asked.insert(number, order.clone());
        if self.asked.len() > REQUESTS_MAX {
            // Numbers grow, so that the first one is the oldest.
            self.asked.pop_first();
        }
    }

    /// The agent is signed in.
    pub(super) fn end_arrival(&mut self, cx: &mut Cx<'_>) {
        if let Some(Order::Planned(plan)) = self.seat.take() {
            self.refused.remove(&plan);
            cx.note(Fact::PlanKept { plan });
        }
    }

    /// The agent signs out before it was signed in.
    pub(super) fn give_up_arrival(&mut self, cx: &mut Cx<'_>) {
        if let Some(order) = self.seat.take() {
            self.refuse(&order, "the agent signs out before the sign-in is complete", cx);
        }
    }

    /// A plan that may have been refused before was kept.
    pub(super) fn keep(&mut self, plan: &str, cx: &mut Cx<'_>) {
        if self.refused.remove(plan) {
            cx.note(Fact::PlanKept { plan: plan.to_owned() });
        }
    }

    /// The agent is to become ready as it planned, in one medium after the other, unless it is told so before.
    pub(super) fn begin_readying(&mut self) {
        self.is_readying = true;
    }

    /// The agent is ready in all its media.
    pub(super) fn end_readying(&mut self, cx: &mut Cx<'_>) {
        if std::mem::take(&mut self.is_readying) {
            cx.note(Fact::PlanKept { plan: READY.to_owned() });
        }
    }

    /// A request was answered. A sign-in that cannot be taken now is repeated: that is no refusal.
    pub(super) fn note_refusal(
        &mut self,
        ask: &Ask,
        number: u64,
        result: &Result<Response, CallError>,
        cx: &mut Cx<'_>,
    ) {
        let is_repeated = matches!(ask, Ask::UserLogin | Ask::MediaLogin | Ask::Ready(_))
            && result.as_ref().map_or(true, |response| response.status >= 500);
        if !is_repeated && let Some(why) = refusal(result) {
            self.note(number, &why, cx);
        }
    }

    /// What a request asked for did not come about, though it was taken. Whoever is signed in already has what was
    /// asked for (task-routing E16).
    pub(super) fn note_failure(&mut self, number: Option<u64>, message: &str, cx: &mut Cx<'_>) {
        if let Some(number) = number.filter(|_| message != ALREADY_LOGGED_IN) {
            self.note(number, message, cx);
        }
    }

    fn note(&mut self, number: u64, why: &str, cx: &mut Cx<'_>) {
        if let Some(order) = self.asked.remove(&number) {
            self.refuse(&order, why, cx);
        }
    }

    /// Says that an order is not followed; of a plan that is tried again and again, once.
    fn refuse(&mut self, order: &Order, why: &str, cx: &mut Cx<'_>) {
        match order {
            Order::Told(words) => cx.note(Command::Act(words.clone()).refusal(why)),
            Order::Planned(plan) => {
                if self.refused.insert(plan.clone()) {
                    cx.note(Fact::PlanRefused { plan: plan.clone(), detail: why.to_owned() });
                }
            }
        }
    }
}

/// What an agent plans about one domain: `ready 5001`.
pub(super) fn plan_in(word: &str, mrd: MrdId) -> String {
    format!("{word} {mrd}")
}

/// Whether a request is a part of a sign-in or a sign-out.
const fn is_about_seat(ask: &Ask) -> bool {
    match ask {
        Ask::UserLogin | Ask::MediaLogin | Ask::MediaLogout(_) | Ask::UserLogout => true,
        Ask::Ready(_) | Ask::List | Ask::InterruptList(_) | Ask::Act(..) | Ask::Told => false,
    }
}

const LEFT: &str = "the agent has left for good";
const CRASHED: &str = "the agent crashed: `return` brings it back";
const SIGNED_OUT: &str = "the agent is signed in to no media";

fn action_of(word: &str) -> Option<DialogAction> {
    Some(match word {
        "accept" => DialogAction::Accept,
        "start" => DialogAction::Start,
        "pause" => DialogAction::Pause,
        "resume" => DialogAction::Resume,
        "wrap-up" => DialogAction::WrapUp,
        "close" => DialogAction::Close,
        _ => return None,
    })
}
