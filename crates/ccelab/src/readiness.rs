//! When a lab that starts is of use: its components are connected with each other.
//!
//! A task that came before CCP has the MR PG would be discarded, as in the product; nobody who starts a lab
//! wants that.

use cce_fold::{Decoded, Dictionary, Protocol};
use cce_journal::{Record, Tables, What};
use cce_kernel::{Fact, Input, Kind, NodeName, Output};
use cce_model::fact::FinesseFact;
use cce_mr::Mr;
use std::{collections::BTreeSet, time::Duration};
use tokio::sync::oneshot;

/// How long a start waits for that. A lab whose other parts run elsewhere may never see it.
const PATIENCE: Duration = Duration::from_secs(5);

/// What must have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    /// CCP heard that routing is enabled.
    RoutingEnabled,
    /// Finesse went into service.
    InService,
}

/// Watches the records of a start.
#[derive(Debug)]
pub(crate) struct Readiness {
    dictionary: Dictionary,
    missing: BTreeSet<Sign>,
    ready: Option<oneshot::Sender<()>>,
}

/// Waits for the end of a start.
#[derive(Debug)]
pub(crate) struct BecomesReady(oneshot::Receiver<()>);

impl Readiness {
    /// Watches what these components can show: a sign counts when everybody whom it takes is in this process.
    pub(crate) fn of(nodes: &[NodeName], tables: &Tables) -> (Self, BecomesReady) {
        let all_here =
            |kinds: &[Kind]| kinds.iter().all(|kind| nodes.iter().any(|node| node.kind() == Some(*kind)));
        let mut missing = BTreeSet::new();
        if all_here(&[Kind::Ccp, Kind::MrPg, Kind::Router]) {
            missing.insert(Sign::RoutingEnabled);
        }
        if all_here(&[Kind::AgentPg, Kind::Finesse]) {
            missing.insert(Sign::InService);
        }
        let (sender, receiver) = oneshot::channel();
        let mut readiness = Self { dictionary: Dictionary::new(tables), missing, ready: Some(sender) };
        readiness.tell();
        (readiness, BecomesReady(receiver))
    }

    /// Takes in the next record.
    pub(crate) fn learn(&mut self, record: &Record) {
        if self.ready.is_none() {
            return;
        }
        let sign = match &record.what {
            What::In(Input::Frame { bytes, .. }) if record.node.kind() == Some(Kind::Ccp) => {
                let message = self.dictionary.decode(Protocol::Mr, &bytes.0);
                let enabled =
                    matches!(message, Ok(Decoded::Mr(Mr::RoutingStatusEvent(m))) if m.routing_enabled);
                enabled.then_some(Sign::RoutingEnabled)
            }
            What::Out(Output::Note(Fact::Finesse(FinesseFact::Service { in_service: true }))) => {
                Some(Sign::InService)
            }
            What::In(_)
            | What::Out(_)
            | What::Started
            | What::Stopped { .. }
            | What::Connected { .. }
            | What::Bent(_)
            | What::Gap { .. } => None,
        };
        if sign.is_some_and(|sign| self.missing.remove(&sign)) {
            self.tell();
        }
    }

    /// Whether all of it has happened.
    pub(crate) fn is_ready(&self) -> bool {
        self.missing.is_empty()
    }

    fn tell(&mut self) {
        if self.missing.is_empty()
            && let Some(ready) = self.ready.take()
        {
            // Nobody waits any more when the run is being stopped already.
            let _ = ready.send(());
        }
    }
}

impl BecomesReady {
    /// Waits for it, but not for ever.
    pub(crate) async fn wait(self) {
        let _ = tokio::time::timeout(PATIENCE, self.0).await;
    }
}
