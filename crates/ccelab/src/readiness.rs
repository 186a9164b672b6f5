//! When a lab that starts is of use: its components are connected with each other.
//!
//! A task that came before CCP has the MR PG would be discarded, as in the product; nobody who starts a lab
//! wants that.

use cce_fold::{Decoded, Dictionary, Protocol};
use cce_journal::{Record, Tables, What};
use cce_kernel::{Fact, Input, Kind, NodeName, Output};
use cce_model::fact::FinesseFact;
use cce_mr::Mr;
use std::{collections::BTreeSet, future::pending, time::Duration};
use tokio::{sync::watch, time::timeout};

/// How long a start waits for that.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What must have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sign {
    /// CCP heard that routing is enabled.
    RoutingEnabled,
    /// Finesse went into service.
    InService,
}

impl Sign {
    /// What it means for clients that it has not happened.
    pub(crate) const fn lack(self) -> &'static str {
        match self {
            Self::RoutingEnabled => {
                "CCP does not know yet that routing is enabled: a task that comes now is discarded"
            }
            Self::InService => "Finesse is not in service yet: agents cannot sign in",
        }
    }
}

/// Watches the records of a start.
#[derive(Debug)]
pub(crate) struct Readiness {
    dictionary: Dictionary,
    missing: watch::Sender<BTreeSet<Sign>>,
}

/// Waits for the end of a start.
#[derive(Debug)]
pub(crate) struct BecomesReady(watch::Receiver<BTreeSet<Sign>>);

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
        let (missing, watched) = watch::channel(missing);
        (Self { dictionary: Dictionary::new(tables), missing }, BecomesReady(watched))
    }

    /// Takes in the next record.
    pub(crate) fn learn(&mut self, record: &Record) {
        if self.is_ready() {
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
        if let Some(sign) = sign {
            self.missing.send_if_modified(|missing| missing.remove(&sign));
        }
    }

    /// Whether all of it has happened.
    pub(crate) fn is_ready(&self) -> bool {
        self.missing.borrow().is_empty()
    }
}

impl BecomesReady {
    /// Waits for it as long as it takes. Nobody shows anything any more where the run is being stopped.
    pub(crate) async fn wait_on(&mut self) {
        if self.0.wait_for(BTreeSet::is_empty).await.is_err() {
            pending::<()>().await;
        }
    }

    /// Waits for it, but no longer than that. What has not happened by then is returned.
    pub(crate) async fn wait(&mut self, patience: Duration) -> BTreeSet<Sign> {
        // Nobody shows anything any more where the run is being stopped already.
        let _ = timeout(patience, self.0.wait_for(BTreeSet::is_empty)).await;
        self.0.borrow().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_kernel::Time;

    #[tokio::test]
    async fn what_has_not_happened_in_time_is_told() {
        let lab = cce_world::load(&cce_world::Layers::default()).unwrap();
        let (mut readiness, mut ready) = Readiness::of(&lab.nodes(), &Tables::default());
        let service = Fact::Finesse(FinesseFact::Service { in_service: true });
        let what = What::Out(Output::Note(service));
        readiness.learn(&Record { seq: 1, at: Time(0), node: Kind::Finesse.into(), cause: None, what });
        assert_eq!(ready.wait(Duration::ZERO).await, BTreeSet::from([Sign::RoutingEnabled]));
    }

    #[tokio::test]
    async fn nothing_is_expected_of_who_runs_elsewhere() {
        let (readiness, mut ready) =
            Readiness::of(&[Kind::Router.into(), Kind::Ccp.into()], &Tables::default());
        assert!(readiness.is_ready() && ready.wait(Duration::ZERO).await.is_empty());
    }
}
