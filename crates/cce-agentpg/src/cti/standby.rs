//! Two sides over one OPC: which of them serves, and how they change places (cti-server-protocol 4.6).
//!
//! The text names the messages and little else; how they follow each other is (inferred): the active side asks
//! its clients whether it may go into maintenance; when none objects within 5 s it tells them so, the other side
//! becomes active, and the clients of the first one are sent there.

use super::{CtiServer, Outcome, Side};
use cce_cti::{
    ActiveMaintenanceEventMsg, ActiveMaintenanceReqMsg, Cti, FailureEvent, StandbyActiveEventMsg, services,
    status,
};
use cce_kernel::{CloseReason, Command, Cx, Fact, LinkId, Port, TimerKey, fact::AgentPgFact};
use std::{collections::BTreeSet, time::Duration};

/// How long clients have to object.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// Ends the wait for them.
pub(crate) const MAINTENANCE: &str = "cti maintenance";
/// The setting that names the active side.
const ACTIVE: &str = "cti.active";
/// The setting that takes the active side out of service, and back.
const MAINTENANCE_SETTING: &str = "cti.maintenance";
/// The setting that names a side to be stopped: its connections break without a word, and new ones too.
const STOP: &str = "cti.stop";
/// The setting that names a side to be started again.
const START: &str = "cti.start";

/// The two sides.
#[derive(Debug)]
pub(super) struct Sides {
    active: Port,
    /// The side that takes no sessions.
    in_maintenance: Option<Port>,
    /// The sides that are stopped.
    stopped: BTreeSet<Port>,
    /// The clients that were asked and have not answered.
    asked: Option<BTreeSet<LinkId>>,
}

impl Default for Sides {
    fn default() -> Self {
        Self { active: Port::CtiA, in_maintenance: None, stopped: BTreeSet::new(), asked: None }
    }
}

impl Sides {
    pub(super) fn of(&self, port: Port) -> Side {
        if port == self.active { Side::Active } else { Side::Standby }
    }

    pub(super) fn is_stopped(&self, port: Port) -> bool {
        self.stopped.contains(&port)
    }

    pub(super) fn is_in_maintenance(&self, port: Port) -> bool {
        self.in_maintenance == Some(port)
    }
}

impl CtiServer {
    /// Follows a command that is about the sides; hands back another one.
    pub(crate) fn on_command(
        &mut self,
        command: Command,
        cx: &mut Cx<'_>,
    ) -> (Vec<Outcome>, Option<Command>) {
        let Command::Set { setting, value } = &command else { return (Vec::new(), Some(command)) };
        match (setting.as_str(), value.as_str()) {
            (ACTIVE, side @ ("a" | "b")) => (self.switch(port_of(side), cx), None),
            (STOP, side @ ("a" | "b")) => (self.stop_side(port_of(side), cx), None),
            (START, side @ ("a" | "b")) => (self.start_side(port_of(side), cx), None),
            (MAINTENANCE_SETTING, "on") if self.sides.is_stopped(other(self.sides.active)) => {
                refuse(MAINTENANCE_SETTING, cx);
                (Vec::new(), None)
            }
            (MAINTENANCE_SETTING, "on") => (self.ask_for_maintenance(cx), None),
            (MAINTENANCE_SETTING, "off") => {
                self.sides.in_maintenance = None;
                self.take_question_back(cx);
                (Vec::new(), None)
            }
            _ => (Vec::new(), Some(command)),
        }
    }

    /// Makes a side the active one, unless it is stopped.
    fn switch(&mut self, to: Port, cx: &mut Cx<'_>) -> Vec<Outcome> {
        if self.sides.is_stopped(to) {
            refuse(ACTIVE, cx);
            return Vec::new();
        }
        self.activate(to, cx)
    }

    /// A side dies: its clients hear nothing more. The other one takes over, unless it is dead too.
    fn stop_side(&mut self, port: Port, cx: &mut Cx<'_>) -> Vec<Outcome> {
        self.sides.stopped.insert(port);
        if self.sides.active == port {
            self.end_question(cx);
        } else {
            self.take_question_back(cx);
        }
        let links: Vec<LinkId> = self.connections.keys().filter(|link| link.port == port).copied().collect();
        let mut outcomes = Vec::new();
        for link in links {
            cx.close(link, CloseReason::Stopping);
            outcomes.extend(self.forget(link, status::CTI_SERVER_OFFLINE, cx));
        }
        if self.sides.active == port && !self.sides.is_stopped(other(port)) {
            outcomes.extend(self.activate(other(port), cx));
        }
        outcomes
    }

    /// A side is back: as standby, unless there is no other.
    fn start_side(&mut self, port: Port, cx: &mut Cx<'_>) -> Vec<Outcome> {
        self.sides.stopped.remove(&port);
        if self.sides.is_stopped(self.sides.active) { self.activate(port, cx) } else { Vec::new() }
    }

    /// A client says whether maintenance may begin.
    pub(super) fn on_maintenance_answer(
        &mut self,
        link: LinkId,
        accepts: bool,
        cx: &mut Cx<'_>,
    ) -> Option<Outcome> {
        let asked = self.sides.asked.as_mut()?;
        if !asked.remove(&link) {
            return None;
        }
        if !accepts {
            self.take_question_back(cx);
        } else if asked.is_empty() {
            // The sessions end one by one, by this timer that is due at once: each is an outcome for OPC.
            cx.arm(TimerKey::new(MAINTENANCE, 0), Duration::ZERO);
        }
        None
    }

    /// Everybody had the time to object.
    pub(crate) fn on_maintenance_due(&mut self, cx: &mut Cx<'_>) -> Vec<Outcome> {
        if self.sides.asked.is_none() {
            return Vec::new();
        }
        self.end_question(cx);
        self.tell_maintenance(true, cx);
        let (from, to) = (self.sides.active, other(self.sides.active));
        let outcomes = self.activate(to, cx);
        self.sides.in_maintenance = Some(from);
        outcomes
    }

    fn ask_for_maintenance(&mut self, cx: &mut Cx<'_>) -> Vec<Outcome> {
        if self.sides.asked.is_some() {
            return Vec::new();
        }
        let clients: BTreeSet<LinkId> = self.partners().collect();
        for link in &clients {
            self.send(
                *link,
                ActiveMaintenanceReqMsg { invoke_id: 1, ..ActiveMaintenanceReqMsg::default() },
                cx,
            );
        }
        let nobody = clients.is_empty();
        self.sides.asked = Some(clients);
        if nobody {
            return self.on_maintenance_due(cx);
        }
        cx.arm(TimerKey::new(MAINTENANCE, 0), ANSWER_TIMEOUT);
        Vec::new()
    }

    fn tell_maintenance(&self, goes_on: bool, cx: &mut Cx<'_>) {
        let event = ActiveMaintenanceEventMsg {
            continue_maintenance: goes_on,
            ..ActiveMaintenanceEventMsg::default()
        };
        let knows = |session: &super::Session| session.has(services::ACTIVE_STANDBY);
        self.broadcast(knows, &event.into(), cx);
    }

    /// Maintenance does not begin after all: clients that were asked hear of that.
    fn take_question_back(&mut self, cx: &mut Cx<'_>) {
        if self.sides.asked.is_some() {
            self.end_question(cx);
            self.tell_maintenance(false, cx);
        }
    }

    fn end_question(&mut self, cx: &mut Cx<'_>) {
        if self.sides.asked.take().is_some() {
            cx.cancel(TimerKey::new(MAINTENANCE, 0));
        }
    }

    /// Clients of the active side that know of the other one.
    fn partners(&self) -> impl Iterator<Item = LinkId> {
        let knows = |(link, session): &(LinkId, &super::Session)| {
            self.side_of(*link) == Side::Active && session.has(services::ACTIVE_STANDBY)
        };
        self.sessions().filter(knows).map(|(link, _)| link)
    }

    /// Makes a side the active one. Sessions of the other one are sent away, since they would hear no more.
    fn activate(&mut self, to: Port, cx: &mut Cx<'_>) -> Vec<Outcome> {
        if self.sides.active == to {
            return Vec::new();
        }
        // The question was about the side that was the active one.
        self.end_question(cx);
        let left: Vec<LinkId> =
            self.sessions().map(|(link, _)| link).filter(|link| link.port != to).collect();
        self.sides.active = to;
        self.sides.in_maintenance = self.sides.in_maintenance.filter(|port| *port != to);
        cx.note(AgentPgFact::SideActive { side: to }.into());
        let knows = |session: &super::Session| session.has(services::ACTIVE_STANDBY);
        self.broadcast(knows, &Cti::from(StandbyActiveEventMsg::default()), cx);
        self.tell_missed_ends(cx);
        left.into_iter().filter_map(|link| self.send_away(link, cx)).collect()
    }

    fn send_away(&mut self, link: LinkId, cx: &mut Cx<'_>) -> Option<Outcome> {
        self.send(link, FailureEvent { status: status::CTI_SERVER_OFFLINE, ..FailureEvent::default() }, cx);
        cx.close(link, CloseReason::Done);
        self.forget(link, status::CTI_SERVER_OFFLINE, cx)
    }
}

/// The other side is stopped, and cannot serve.
fn refuse(setting: &str, cx: &mut Cx<'_>) {
    let detail = "the side that would serve is stopped".to_owned();
    cx.note(Fact::CommandRefused { command: setting.to_owned(), detail });
}

fn port_of(side: &str) -> Port {
    if side == "a" { Port::CtiA } else { Port::CtiB }
}

fn other(port: Port) -> Port {
    if port == Port::CtiA { Port::CtiB } else { Port::CtiA }
}
