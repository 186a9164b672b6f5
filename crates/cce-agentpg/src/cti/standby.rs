//! Two sides over one OPC: which of them serves, and how they change places (cti-server-protocol 4.6).
//!
//! The text names the messages and little else; how they follow each other is (inferred): the active side asks
//! its clients whether it may go into maintenance; when none objects within 5 s it tells them so, the other side
//! becomes active, and the clients of the first one are sent there.

use super::{CtiServer, Outcome, Side};
use crate::timer::Timer;
use cce_cti::{
    ActiveMaintenanceEventMsg, ActiveMaintenanceReqMsg, Cti, CtiStatus, StandbyActiveEventMsg, services,
};
use cce_kernel::{CloseReason, Command, Cx, LinkId, Port};
use cce_model::{CtiSides, InvokeId, SideOrder, fact::AgentPgFact};
use std::{collections::BTreeSet, time::Duration};

/// How long clients have to object (cti-server-protocol 4.6).
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// The two sides.
#[derive(Clone, Debug, Default)]
pub(super) struct Sides {
    now: CtiSides,
    /// The clients that were asked and have not answered.
    asked: BTreeSet<LinkId>,
}

impl Sides {
    pub(super) fn of(&self, port: Port) -> Side {
        if port == self.now.active { Side::Active } else { Side::Standby }
    }

    pub(super) fn is_stopped(&self, port: Port) -> bool {
        self.now.stopped.contains(&port)
    }

    pub(super) fn is_in_maintenance(&self, port: Port) -> bool {
        self.now.in_maintenance == Some(port)
    }
}

impl CtiServer {
    /// Follows a command that is about the sides, unless it would have no effect; hands back another one.
    pub(crate) fn on_command(
        &mut self,
        command: Command,
        cx: &mut Cx<'_>,
    ) -> (Vec<Outcome>, Option<Command>) {
        // It is about something else.
        let Some(order) = command.side_order() else { return (Vec::new(), Some(command)) };
        if let Some(why) = self.sides.now.refusal(order) {
            cx.note(command.refusal(&why));
            return (Vec::new(), None);
        }
        let outcomes = self.changing(cx, |server, cx| match order {
            SideOrder::Switch(side) => {
                server.give_up_maintenance(cx);
                server.activate(side, cx)
            }
            SideOrder::Stop(side) => server.stop_side(side, cx),
            SideOrder::Start(side) => server.start_side(side, cx),
            SideOrder::BeginMaintenance => server.ask_for_maintenance(cx),
            SideOrder::EndMaintenance => {
                server.sides.now.in_maintenance = None;
                server.give_up_maintenance(cx);
                Vec::new()
            }
        });
        (outcomes, None)
    }

    /// Does something that may change how the sides stand, and tells of it if it does.
    fn changing<T>(&mut self, cx: &mut Cx<'_>, act: impl FnOnce(&mut Self, &mut Cx<'_>) -> T) -> T {
        let before = self.sides.now.clone();
        let done = act(self, cx);
        if self.sides.now != before {
            cx.note(AgentPgFact::Sides(self.sides.now.clone()).into());
        }
        done
    }

    /// A side dies: its clients hear nothing more. The other one takes over, unless it is dead too.
    fn stop_side(&mut self, port: Port, cx: &mut Cx<'_>) -> Vec<Outcome> {
        self.sides.now.stopped.insert(port);
        let mut outcomes = Vec::new();
        for link in self.clients.links_of(port) {
            outcomes.extend(self.close(link, CloseReason::Stopping, CtiStatus::CTI_SERVER_OFFLINE, cx));
        }
        self.give_up_maintenance(cx);
        if self.sides.now.active == port && !self.sides.is_stopped(CtiSides::other(port)) {
            outcomes.extend(self.activate(CtiSides::other(port), cx));
        }
        outcomes
    }

    /// A side is back: as standby, unless there is no other.
    fn start_side(&mut self, port: Port, cx: &mut Cx<'_>) -> Vec<Outcome> {
        self.sides.now.stopped.remove(&port);
        if self.sides.is_stopped(self.sides.now.active) { self.activate(port, cx) } else { Vec::new() }
    }

    /// A client says whether maintenance may begin.
    pub(super) fn on_maintenance_answer(
        &mut self,
        link: LinkId,
        accepts: bool,
        cx: &mut Cx<'_>,
    ) -> Option<Outcome> {
        // The question is answered by another client's objection, by an order, or by the time.
        if !self.sides.asked.remove(&link) {
            cx.over_meanwhile("question about maintenance");
            return None;
        }
        if !accepts {
            // Whoever ordered the maintenance hears that it is not carried out.
            cx.note(Command::from(SideOrder::BeginMaintenance).refusal("a client objects"));
            self.changing(cx, Self::give_up_maintenance);
        } else if self.sides.asked.is_empty() {
            // The sessions end one by one, by this timer that is due at once: each is an outcome for OPC.
            cx.arm(Timer::Maintenance.key(0), Duration::ZERO);
        }
        None
    }

    /// Everybody had the time to object.
    pub(crate) fn on_maintenance_due(&mut self, cx: &mut Cx<'_>) -> Vec<Outcome> {
        assert!(self.sides.now.is_asking, "the timer of maintenance ends with the question");
        self.changing(cx, Self::begin_maintenance)
    }

    fn begin_maintenance(&mut self, cx: &mut Cx<'_>) -> Vec<Outcome> {
        self.end_question(cx);
        // The event says 1, continue, while its readers are still there (cti-server-protocol 8).
        self.tell_maintenance(true, cx);
        let (from, to) = (self.sides.now.active, CtiSides::other(self.sides.now.active));
        let outcomes = self.activate(to, cx);
        // Opens on the side in maintenance have code 110 (cti-server-protocol 4.1).
        self.sides.now.in_maintenance = Some(from);
        outcomes
    }

    fn ask_for_maintenance(&mut self, cx: &mut Cx<'_>) -> Vec<Outcome> {
        let clients: BTreeSet<LinkId> = self.partners().collect();
        for link in &clients {
            self.send(
                *link,
                ActiveMaintenanceReqMsg { invoke_id: InvokeId(1), ..ActiveMaintenanceReqMsg::default() },
                cx,
            );
        }
        if clients.is_empty() {
            return self.begin_maintenance(cx);
        }
        (self.sides.asked, self.sides.now.is_asking) = (clients, true);
        cx.arm(Timer::Maintenance.key(0), ANSWER_TIMEOUT);
        Vec::new()
    }

    fn tell_maintenance(&self, goes_on: bool, cx: &mut Cx<'_>) {
        let event = ActiveMaintenanceEventMsg {
            continue_maintenance: goes_on,
            ..ActiveMaintenanceEventMsg::default()
        };
        self.broadcast(|session| session.has(services::ACTIVE_STANDBY), &event.into(), cx);
    }

    /// The maintenance that clients are asked about is not carried out.
    fn give_up_maintenance(&mut self, cx: &mut Cx<'_>) {
        if self.sides.now.is_asking {
            self.end_question(cx);
            self.tell_maintenance(false, cx);
        }
    }

    fn end_question(&mut self, cx: &mut Cx<'_>) {
        self.sides.asked.clear();
        self.sides.now.is_asking = false;
        cx.cancel(Timer::Maintenance.key(0));
    }

    /// Clients of the active side that know of the other one.
    fn partners(&self) -> impl Iterator<Item = LinkId> {
        self.sessions()
            .filter(|(link, session)| {
                // A client that asked for the service knows these messages (cti-server-protocol 4.6).
                self.side_of(*link) == Side::Active && session.has(services::ACTIVE_STANDBY)
            })
            .map(|(link, _)| link)
    }

    /// Makes a side the active one. Sessions of the other one are sent away, since they would hear no more.
    fn activate(&mut self, to: Port, cx: &mut Cx<'_>) -> Vec<Outcome> {
        let left: Vec<LinkId> =
            self.sessions().map(|(link, _)| link).filter(|link| link.port != to).collect();
        self.sides.now.active = to;
        self.sides.now.in_maintenance = self.sides.now.in_maintenance.filter(|port| *port != to);
        cx.note(AgentPgFact::SideActive { side: to }.into());
        let event = Cti::from(StandbyActiveEventMsg::default());
        self.broadcast(|session| session.has(services::ACTIVE_STANDBY), &event, cx);
        self.tell_missed_ends(cx);
        // FAILURE_EVENT 15 makes a client try the other side (cti-server-protocol 4.3).
        left.into_iter()
            .filter_map(|link| self.dismiss(link, CloseReason::Done, CtiStatus::CTI_SERVER_OFFLINE, cx))
            .collect()
    }
}
