//! Does what the director orders, and wakes it when it wants to be woken.

use crate::{
    event::{Event, Inbox, Life},
    port_listener::PortListener,
    shared::Shared,
};
use cce_journal::{Order, What};
use cce_kernel::{Build, NodeName, Port, Time};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

/// How soon a director is woken again at the earliest.
const NAP: Duration = Duration::from_millis(1);

/// Does what the director orders.
pub(crate) struct Conductor {
    pub(crate) shared: Arc<Shared>,
    pub(crate) inboxes: BTreeMap<NodeName, Inbox>,
    pub(crate) build: Option<Build>,
}

impl Conductor {
    /// Runs until the token is cancelled.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let work = async {
            let mut awake = Time(0);
            loop {
                while let Some(order) = self.shared.recorder.next_order() {
                    self.carry_out(order).await;
                }
                let now = self.shared.clock.now();
                // A director that is always due would not let anybody else work.
                let due = self.shared.recorder.wake(now).map(|due| due.max(awake));
                awake = now + NAP;
                tokio::select! {
                    // Orders that wait count before the time: both lead to the same next turn.
                    biased;
                    () = self.shared.recorder.rung() => {}
                    () = sleep_until(self.shared.clock.instant(due)) => {}
                }
            }
        };
        tokio::select! {
            // A stop counts before one more order.
            biased;
            () = stop.cancelled() => {}
            () = work => {}
        }
    }

    async fn carry_out(&self, order: Order) {
        match order {
            Order::Record { node, cause, bent } => {
                let now = self.shared.clock.now();
                self.shared.recorder.record(now, &node, cause, What::Bent(bent));
            }
            // The component that holds the message knows the ticket; the others do nothing.
            Order::Release(ticket) => self.tell_all(|| Event::Release(ticket)).await,
            Order::Command(node, command) => self.tell(&node, Event::Command(command)).await,
            Order::Stop(node) => self.stop(&node).await,
            Order::Start(node) => self.start(&node).await,
            Order::Cut { port, lasting } => self.cut(port, lasting).await,
            Order::Stall { port, lasting } => {
                self.shared.faults.stall(port, self.shared.clock.now() + lasting);
            }
        }
    }

    async fn stop(&self, node: &NodeName) {
        // Nobody connects any more before the component hears of its end.
        for listener in self.listeners(node) {
            listener.set_alive(false);
            listener.break_all();
        }
        self.tell(node, Event::Kill).await;
    }

    async fn start(&self, node: &NodeName) {
        let Some(component) = self.build.as_ref().and_then(|build| build(node)) else {
            tracing::warn!(%node, "the scenario wants to start a component that cannot be built");
            return;
        };
        // A component that lives ends first.
        self.stop(node).await;
        self.tell(node, Event::Begin(Life(component))).await;
        // It is told of its life before anybody can connect.
        self.listeners(node).for_each(|listener| listener.set_alive(true));
    }

    async fn cut(&self, port: Port, lasting: Duration) {
        let Shared { faults, clock, tasks, listeners, .. } = &*self.shared;
        // Closed first: what breaks may dial again at once, and must find the port closed.
        faults.close(port, clock.now() + lasting);
        for listener in listeners.iter().filter(|listener| listener.port == port.socket()) {
            listener.refresh();
            listener.break_connections(port);
            let (listener, faults) = (Arc::clone(listener), Arc::clone(faults));
            tasks.spawn(async move {
                faults.opened(port).await;
                listener.refresh();
            });
        }
        self.tell_all(|| Event::Cut(port)).await;
    }

    fn listeners(&self, node: &NodeName) -> impl Iterator<Item = &Arc<PortListener>> {
        self.shared.listeners.iter().filter(move |listener| listener.node() == *node)
    }

    /// Gives a component an event.
    async fn tell(&self, node: &NodeName, event: Event) {
        if let Some(inbox) = self.inboxes.get(node) {
            // One that has ended does not hear it.
            let _ = inbox.send(event).await;
        }
    }

    async fn tell_all(&self, event: impl Fn() -> Event) {
        for node in self.inboxes.keys() {
            self.tell(node, event()).await;
        }
    }
}
