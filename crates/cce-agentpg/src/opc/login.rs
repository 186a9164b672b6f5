//! Whether an agent may sign in now (cti-server-protocol 11.5; where each code belongs is in the error list of Finesse,
//! that sign-ins wait while the session with the router is being opened is inferred).

use super::{Opc, sign_in::Terms};
use crate::{
    Timer,
    arm::{ArmRequest, Place, Refusal},
};
use cce_kernel::Cx;
use cce_model::SkillTarget;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// How long a sign-in waits for the router.
const WAIT: Duration = Duration::from_secs(10);

/// Sign-ins that wait for the router: at most one of each agent in each domain.
pub(super) type Logins = BTreeMap<Place, (ArmRequest, Terms)>;

/// What becomes of a sign-in for the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// It is carried out.
    Now,
    /// It waits for the router.
    Later,
}

impl Opc {
    /// Refuses a sign-in to a domain where the agent has no place.
    pub(super) fn has_place(&self, place: Place) -> Result<(), Refusal> {
        let mrd = self.model.mrds.get(&place.mrd);
        if mrd.is_some_and(|mrd| !mrd.on_path) {
            return Err(Refusal::NotOnPath);
        }
        let agent = self.model.agents.get(&place.skill_target);
        let belongs = agent.is_some_and(|agent| agent.mrds.iter().any(|mrd| mrd.id == place.mrd));
        if belongs && !self.agents.contains_key(&place) {
            return Err(Refusal::QueueLoginFailed);
        }
        Ok(())
    }

    /// Whether somebody who is signed out may sign in now.
    pub(super) fn admit_login(&self, place: Place) -> Result<Admission, Refusal> {
        if self.logins.contains_key(&place) {
            return Err(Refusal::LoginPending);
        }
        let signed_in = self.agents.values().filter(|agent| agent.is_signed_in());
        let others: BTreeSet<SkillTarget> = signed_in
            .map(|agent| agent.agent.skill_target)
            .filter(|skill_target| *skill_target != place.skill_target)
            .collect();
        if self.config.signed_in_max.is_some_and(|max| others.len() >= max) {
            return Err(Refusal::TooManyAgents);
        }
        match (self.router.is_open(), self.router.is_opening()) {
            (true, _) => Ok(Admission::Now),
            (false, true) => Ok(Admission::Later),
            (false, false) => Err(Refusal::ControllerOffline),
        }
    }

    /// Keeps a sign-in until the router is ready.
    pub(super) fn hold_login(&mut self, request: &ArmRequest, terms: Terms, cx: &mut Cx<'_>) {
        cx.arm(Timer::LoginTimeout.key(request.place.timer_id()), WAIT);
        self.logins.insert(request.place, (request.clone(), terms));
    }

    /// The router is ready: whoever waited signs in.
    pub(super) fn carry_out_logins(&mut self, cx: &mut Cx<'_>) {
        for (place, (request, terms)) in std::mem::take(&mut self.logins) {
            cx.cancel(Timer::LoginTimeout.key(place.timer_id()));
            if let Err(refusal) = self.on_media_login(&request, terms, cx) {
                self.answer(request.client.session, request.invoke_id, refusal.code());
            }
        }
    }

    /// The router is away again.
    pub(super) fn refuse_logins(&mut self, cx: &mut Cx<'_>) {
        for place in self.logins.keys().copied().collect::<Vec<_>>() {
            self.refuse_login(place, Refusal::ControllerOffline, cx);
        }
    }

    /// The router was not ready in time.
    pub(crate) fn on_login_timeout(&mut self, place: Place, cx: &mut Cx<'_>) {
        self.refuse_login(place, Refusal::LoginTimeout, cx);
    }

    /// Who asked is gone.
    pub(crate) fn forget_logins(&mut self, session: u32, cx: &mut Cx<'_>) {
        let of_session =
            |(_, (request, _)): &(&Place, &(ArmRequest, Terms))| request.client.session == session;
        let gone: Vec<Place> = self.logins.iter().filter(of_session).map(|(place, _)| *place).collect();
        for place in gone {
            cx.cancel(Timer::LoginTimeout.key(place.timer_id()));
            self.logins.remove(&place);
        }
    }

    fn refuse_login(&mut self, place: Place, refusal: Refusal, cx: &mut Cx<'_>) {
        cx.cancel(Timer::LoginTimeout.key(place.timer_id()));
        if let Some((request, _)) = self.logins.remove(&place) {
            self.answer(request.client.session, request.invoke_id, refusal.code());
        }
    }
}
