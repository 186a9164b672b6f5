//! Connections that can be used: those of a secure listener once their handshakes are over.

use crate::port_listener::{Arrival, Entrance, PortListener};
use std::sync::Arc;
use tokio::task::JoinSet;

/// The connections of one listener. A handshake that is under way holds its place among the connections from outside,
/// whose number is bounded; however long it takes, the next connection does not wait for it.
#[derive(Debug)]
pub(crate) struct Arrivals {
    listener: Arc<PortListener>,
    handshakes: JoinSet<Option<Arrival>>,
}

impl Arrivals {
    pub(crate) fn of(listener: Arc<PortListener>) -> Self {
        Self { listener, handshakes: JoinSet::new() }
    }

    /// The next connection. Nothing is lost where nobody waits for it any more.
    pub(crate) async fn next(&mut self) -> Arrival {
        loop {
            let arrival = tokio::select! {
                // A handshake that is over comes before a new connection.
                biased;
                Some(passed) = self.handshakes.join_next() => match passed {
                    Ok(Some(arrival)) => return arrival,
                    Ok(None) | Err(_) => continue,
                },
                arrival = self.listener.accept() => arrival,
            };
            let door = match &self.listener.entrance {
                Entrance::Plain(_) => return arrival,
                Entrance::Tls(door) => Arc::clone(door),
            };
            let (Arrival { stream, port, permit }, listener) = (arrival, Arc::clone(&self.listener));
            self.handshakes.spawn(async move {
                let stream = door.pass(stream, port.name()).await?;
                // A port that was cut meanwhile has no connection that began before.
                (!listener.is_cut(port)).then_some(Arrival { stream, port, permit })
            });
        }
    }
}
