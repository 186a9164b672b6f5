//! Users whose clients are gone: after a while Finesse signs them out (finesse-nonvoice 5; task-routing E5).
//!
//! Only who was present can be missed: a user who works without a client of the notification service stays.

use crate::{
    Finesse,
    request::{Ask, Change, FORCED, Target, UserChange},
    timer::Timer,
    user::{Desk, desk},
    xmpp::UserPresence,
};
use cce_kernel::{Blob, Cx, LinkId, TimerKey};
use cce_model::{AgentId, AgentState, UserState, fact::FinesseFact};
use std::collections::BTreeMap;

impl Finesse {
    /// A client of the notification service sent something. Each event is taken in before the next, since one may end the
    /// stream that the next one is about.
    pub(crate) fn on_xmpp_bytes(&mut self, link: LinkId, bytes: &Blob, cx: &mut Cx<'_>) {
        let (desks, now) = (&mut self.desks, cx.now());
        let events = self.xmpp.feed(link, bytes, |name, password| {
            let desk = desk_named(desks, name)?;
            desk.admits(password, false, now).then(|| desk.user.id.to_string())
        });
        for event in events {
            let presence = self.xmpp.take_in(link, event, cx);
            self.on_user_presence(presence, cx);
        }
    }

    /// What a stream told of its user, if anything.
    pub(crate) fn on_user_presence(&mut self, presence: Option<UserPresence>, cx: &mut Cx<'_>) {
        match presence {
            Some(UserPresence::Present(user)) => self.on_present(&user, cx),
            Some(UserPresence::Gone(user)) => self.on_client_gone(&user, cx),
            None => {}
        }
    }

    /// A client of a user is present: nobody is missed.
    fn on_present(&mut self, user: &str, cx: &mut Cx<'_>) {
        let agent = AgentId::from(user);
        self.recovery.on_present(&agent);
        if self.absent.remove(&agent)
            && let Some(key) = self.absence_of(&agent)
        {
            cx.cancel(key);
        }
    }

    /// A client of a user that was present is gone. Where it was the last one, the wait begins.
    fn on_client_gone(&mut self, user: &str, cx: &mut Cx<'_>) {
        let agent = AgentId::from(user);
        if self.xmpp.is_present(user) || !self.is_anywhere(&agent) {
            return;
        }
        if let Some(key) = self.absence_of(&agent) {
            self.absent.insert(agent);
            cx.arm(key, self.config.presence_grace);
        }
    }

    /// The user did not come back: signs out of every media, whose tasks end as the agent chose at the sign-in,
    /// then of Finesse. While the CTI server cannot be asked, that waits.
    pub(crate) fn on_absence_over(&mut self, timer: u64, cx: &mut Cx<'_>) {
        let is_due = |agent: &&AgentId| self.absence_of(agent).is_some_and(|key| key.id == timer);
        let absent = self.absent.iter().find(is_due).cloned();
        let agent = absent.expect("the timer of an absence ends with it");
        self.absent.remove(&agent);
        if !self.is_anywhere(&agent) {
            return;
        }
        if self.cti.is_in_service() {
            self.sign_out_absent(&agent, cx);
        } else {
            self.recovery.sign_out_later(agent);
        }
    }

    /// The CTI server did not confirm a sign-out that nobody else will ask for again: it is made again after the same
    /// while, unless the user is back by then.
    pub(crate) fn sign_out_again(&mut self, agent: &AgentId, cx: &mut Cx<'_>) {
        if let Some(key) = self.absence_of(agent) {
            self.absent.insert(agent.clone());
            cx.arm(key, self.config.presence_grace);
        }
    }

    /// Signs out who is away for too long.
    pub(crate) fn sign_out_absent(&mut self, agent: &AgentId, cx: &mut Cx<'_>) {
        cx.note(FinesseFact::ForcedSignOut { agent: agent.clone(), reason: FORCED.into() }.into());
        for target in self.signed_in_media(agent) {
            let ask = Ask { request_id: String::new(), change: Change::SignOut(FORCED) };
            self.submit(&target, ask, cx);
        }
        let change = Change::User(UserChange::ForcedSignOut(FORCED));
        self.submit(&Target::User(agent.clone()), Ask { request_id: String::new(), change }, cx);
    }

    /// The user is signed out: who is signed in nowhere is not missed.
    pub(crate) fn on_user_signed_out(&mut self, agent: &AgentId, cx: &mut Cx<'_>) {
        if !self.is_anywhere(agent)
            && self.absent.remove(agent)
            && let Some(key) = self.absence_of(agent)
        {
            cx.cancel(key);
        }
    }

    /// The media to sign out of.
    fn signed_in_media(&self, agent: &AgentId) -> Vec<Target> {
        let desk = desk(&self.desks, agent);
        let signed_in = desk.media.values().filter(|media| media.state != AgentState::Logout);
        signed_in.map(|media| Target::Media(agent.clone(), media.mrd)).collect()
    }

    /// Whether the user is signed in to Finesse, or to a media.
    fn is_anywhere(&self, agent: &AgentId) -> bool {
        let desk = desk(&self.desks, agent);
        desk.user.state != UserState::Logout || !self.signed_in_media(agent).is_empty()
    }

    fn absence_of(&self, agent: &AgentId) -> Option<TimerKey> {
        let desk = self.desks.get(agent)?;
        Some(Timer::Absence.key(u64::from(desk.user.skill_target.0.cast_unsigned())))
    }
}

fn desk_named<'a>(desks: &'a mut BTreeMap<AgentId, Desk>, name: &str) -> Option<&'a mut Desk> {
    desks.values_mut().find(|desk| desk.user.id.as_str() == name || desk.user.login_name == name)
}
