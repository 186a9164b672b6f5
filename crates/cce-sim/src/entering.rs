//! What entered a recorded run from outside enters once more, as the director wants.

use crate::{Recorded, Sequence, Sim, recorded::Origin, recording::Behind};
use cce_courier::{Manner, Parcel, Payload};
use cce_journal::{Director, Reaction, Treatment};
use cce_kernel::{Input, NodeName};

impl<D: Director> Sim<D, Recorded> {
    /// Nothing in the lab led to an input. What enters from outside is judged first, as in a run over the network.
    pub(crate) fn enter_recorded(&mut self, node: &NodeName, input: Input, behind: Vec<Behind>) {
        if !self.is_alive(node) || self.defer_outcome(node, &input) {
            return;
        }
        let Some(input) = self.here(node, input, Origin::Outside) else { return };
        let parcel = self.entering(node, &input);
        let treatment = match &parcel {
            Some(Parcel::Payload(_)) => self.judge_entering(node, &input),
            Some(_) | None => Treatment::Pass,
        };
        match parcel {
            Some(parcel) if treatment != Treatment::Pass || self.is_waited_for(node, &input) => {
                self.order.note_entering(node, &parcel, &treatment);
                match parcel {
                    Parcel::Payload(message) => self.treat(node, message, treatment),
                    end @ (Parcel::Close { .. }
                    | Parcel::Tail { .. }
                    | Parcel::RequestCopy { .. }
                    | Parcel::Abandoned(_)) => self.courier(node, |courier| courier.pass(end)),
                }
            }
            Some(_) | None => {
                // What is held alone on a connection is gone with it.
                if let Input::LinkDown { link, .. } = &input {
                    self.courier(node, |courier| courier.forget_link(*link));
                }
                self.deliver_with(node, input, None, |sim| sim.record_behind(behind));
            }
        }
    }

    /// An outcome from outside that the director bends: until it is heard, the caller waits.
    fn defer_outcome(&mut self, node: &NodeName, input: &Input) -> bool {
        let Input::Reply { call, result } = input else { return false };
        let caller = (node.clone(), *call);
        let treatment = self.judge_entering(node, input);
        if treatment == Treatment::Pass || self.wires.calls.port_of(&caller).is_none() {
            return false;
        }
        self.order.part();
        self.wires.calls.abandon(&caller);
        self.treat(node, Payload::Outcome { call: *call, result: result.clone(), cause: None }, treatment);
        true
    }

    fn judge_entering(&mut self, node: &NodeName, input: &Input) -> Treatment {
        let Reaction { treatment, orders } = self.director.entering(self.now, node, input);
        self.take_orders(orders);
        treatment
    }

    /// What enters from outside, on its way to a component.
    fn entering(&self, node: &NodeName, input: &Input) -> Option<Parcel> {
        match input {
            Input::Frame { link, bytes } if self.order.is_outside(node, *link) => {
                let bytes = bytes.0.clone();
                Some(Payload::Frame { link: *link, bytes, manner: Manner::WHOLE }.into())
            }
            Input::BadFrame { link, .. } | Input::LinkDown { link, .. } => {
                Some(Parcel::Tail { link: *link, input: input.clone(), cause: None })
            }
            Input::Call { call, port, request } => {
                Some(Payload::Request { call: *call, port: *port, request: request.clone() }.into())
            }
            Input::Frame { .. }
            | Input::Start { .. }
            | Input::LinkUp { .. }
            | Input::CallGone { .. }
            | Input::Reply { .. }
            | Input::Timer(_)
            | Input::Command(_) => None,
        }
    }

    /// Whether something that entered before it on its connection has yet to be heard.
    fn is_waited_for(&self, node: &NodeName, input: &Input) -> bool {
        let (Input::Frame { link, .. } | Input::BadFrame { link, .. } | Input::LinkDown { link, .. }) = input
        else {
            return false;
        };
        self.wires.hears_until(node).is_some_and(|heard| heard >= self.now)
            || self.nodes.get(node).is_some_and(|node| node.courier.is_entering(*link))
    }
}
