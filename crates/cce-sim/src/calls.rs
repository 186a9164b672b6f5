//! HTTP calls between components: who waits for what, and who has it.

use crate::stream::CallKey;
use cce_courier::PortDirection;
use cce_kernel::{CallId, NodeName, Port};
use std::collections::BTreeMap;

/// All calls, from the request until its outcome has arrived and its receiver has replied.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    /// By what callers name them.
    by_caller: BTreeMap<CallKey, Call>,
    /// The callers' names of the calls that receivers have, by what those name them.
    by_receiver: BTreeMap<CallKey, CallKey>,
    /// How many calls each component received.
    received: BTreeMap<NodeName, u64>,
}

#[derive(Clone, Debug)]
struct Call {
    port: Port,
    /// The record of the request, as long as the outcome has not arrived.
    asked: Option<u64>,
    state: CallState,
}

#[derive(Clone, Debug)]
enum CallState {
    /// The call has not set out, or its receiver has it no more.
    OffWire,
    /// The call is on its way.
    OnWay { receiver: NodeName },
    /// The call is on its way, and its caller waits no more: it never arrives.
    GivenUp { receiver: NodeName },
    /// The receiver has the call, and its caller waits.
    Open { receiver: NodeName, number: CallId },
    /// The receiver has the call, and a reply reaches nobody.
    Unawaited { receiver: NodeName, number: CallId },
}

/// Who waits for the reply to a call.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    /// What the caller names the call.
    pub(crate) caller: CallKey,
    /// The port that was called.
    port: Port,
}

/// What ends with a component.
#[derive(Debug)]
pub(crate) struct OrphanedCalls {
    /// Those who wait for its replies.
    pub(crate) callers: Vec<Waiting>,
    /// Those whose replies it waited for, and its names of the calls.
    pub(crate) callees: Vec<(NodeName, CallKey)>,
}

impl Waiting {
    /// The port and the direction of the reply.
    pub(crate) fn way(&self) -> (Port, PortDirection) {
        (self.port, PortDirection::FromListener)
    }
}

impl Calls {
    /// A component makes a call, and waits for the outcome.
    pub(crate) fn ask(&mut self, caller: CallKey, port: Port, record: u64) {
        self.entry(caller, port).asked = Some(record);
    }

    /// A call sets out.
    pub(crate) fn set_out(&mut self, caller: CallKey, receiver: NodeName, port: Port) {
        self.entry(caller, port).state = CallState::OnWay { receiver };
    }

    /// A caller waits no more. Returns who has the call and is to hear so.
    pub(crate) fn give_up(&mut self, caller: &CallKey) -> Option<NodeName> {
        let state = &mut self.by_caller.get_mut(caller)?.state;
        match state.clone() {
            CallState::OnWay { receiver } => {
                *state = CallState::GivenUp { receiver };
                None
            }
            CallState::Open { receiver, number } => {
                *state = CallState::Unawaited { receiver: receiver.clone(), number };
                Some(receiver)
            }
            CallState::OffWire | CallState::GivenUp { .. } | CallState::Unawaited { .. } => None,
        }
    }

    /// A call arrives. Says whether its caller gave it up on its way.
    pub(crate) fn take_given_up(&mut self, caller: &CallKey) -> bool {
        let is_given_up =
            self.by_caller.get(caller).is_some_and(|call| matches!(call.state, CallState::GivenUp { .. }));
        if is_given_up {
            self.leave_wire(caller);
        }
        is_given_up
    }

    /// The port of a call whose outcome has not arrived.
    pub(crate) fn port_of(&self, caller: &CallKey) -> Option<Port> {
        self.by_caller.get(caller).filter(|call| call.asked.is_some()).map(|call| call.port)
    }

    /// The outcome of a call arrives. Returns the record of the request, if the caller still waits.
    pub(crate) fn answered(&mut self, caller: &CallKey) -> Option<u64> {
        let record = self.by_caller.get_mut(caller)?.asked.take();
        self.drop_if_over(caller);
        record
    }

    /// A call arrives, and its receiver numbers it, or gives it the number of a recorded run. A call that was not on its way any
    /// more has a caller who waits for no reply.
    pub(crate) fn arrive(
        &mut self,
        receiver: &NodeName,
        caller: CallKey,
        port: Port,
        number: Option<CallId>,
    ) -> CallId {
        let number = self.number(receiver, number);
        self.by_receiver.insert((receiver.clone(), number), caller.clone());
        let receiver = receiver.clone();
        let call = self.entry(caller, port);
        call.state = match call.state {
            CallState::OnWay { .. } => CallState::Open { receiver, number },
            CallState::OffWire
            | CallState::GivenUp { .. }
            | CallState::Open { .. }
            | CallState::Unawaited { .. } => CallState::Unawaited { receiver, number },
        };
        number
    }

    /// Numbers a call among those that a component receives, or gives it the number of a recorded run. Nobody of the lab waits
    /// for the reply to one from outside, or to a second copy of one.
    pub(crate) fn number(&mut self, receiver: &NodeName, number: Option<CallId>) -> CallId {
        let received = self.received.entry(receiver.clone()).or_default();
        let call = number.unwrap_or(CallId(*received + 1));
        *received = call.0.max(*received);
        call
    }

    /// Whether somebody waits for the outcome of a call.
    pub(crate) fn is_waiting(&self, caller: &CallKey) -> bool {
        let state = self.by_caller.get(caller).map(|call| &call.state);
        matches!(state, Some(CallState::OnWay { .. } | CallState::Open { .. }))
    }

    /// A caller waits no more for the outcome of a call, which arrives all the same.
    pub(crate) fn abandon(&mut self, caller: &CallKey) {
        let Some(call) = self.by_caller.get_mut(caller) else { return };
        match call.state.clone() {
            CallState::OnWay { .. } => self.leave_wire(caller),
            CallState::Open { receiver, number } => call.state = CallState::Unawaited { receiver, number },
            CallState::OffWire | CallState::GivenUp { .. } | CallState::Unawaited { .. } => {}
        }
    }

    /// Breaks every call to a port. Returns who waited for replies, and from whom.
    pub(crate) fn break_all(&mut self, port: Port) -> Vec<(Waiting, NodeName)> {
        let mut broken = self.stop_waiting(|_, _, on| on == port);
        broken.extend(self.take_on_way(|_, _, on| on == port));
        broken
    }

    /// A call is replied to. Returns who waits for it, if anybody still does.
    pub(crate) fn close(&mut self, receiver: &NodeName, number: CallId) -> Option<Waiting> {
        let caller = self.by_receiver.remove(&(receiver.clone(), number))?;
        let call = self.by_caller.get(&caller)?;
        let waiting = matches!(call.state, CallState::Open { .. })
            .then(|| Waiting { caller: caller.clone(), port: call.port });
        self.leave_wire(&caller);
        waiting
    }

    /// The call that its caller names so, as its receiver names it, if that has it.
    pub(crate) fn number_of(&self, receiver: &NodeName, caller: &CallKey) -> Option<CallId> {
        match &self.by_caller.get(caller)?.state {
            CallState::Open { receiver: at, number } | CallState::Unawaited { receiver: at, number }
                if at == receiver =>
            {
                Some(*number)
            }
            CallState::OffWire
            | CallState::OnWay { .. }
            | CallState::GivenUp { .. }
            | CallState::Open { .. }
            | CallState::Unawaited { .. } => None,
        }
    }

    /// Everything that ends with a component.
    pub(crate) fn forget(&mut self, node: &NodeName) -> OrphanedCalls {
        self.forget_outcomes(node);
        let had: Vec<CallKey> =
            self.by_receiver.keys().filter(|(receiver, _)| receiver == node).cloned().collect();
        let mut callers: Vec<Waiting> =
            had.iter().filter_map(|(receiver, number)| self.close(receiver, *number)).collect();
        let on_way = self.take_on_way(|_, receiver, _| receiver == node);
        callers.extend(on_way.into_iter().map(|(waiting, _)| waiting));
        let mut made = self.stop_waiting(|caller, _, _| caller == node);
        made.extend(self.take_on_way(|caller, _, _| caller == node));
        let callees = made.into_iter().map(|(waiting, receiver)| (receiver, waiting.caller)).collect();
        OrphanedCalls { callers, callees }
    }

    /// Whatever becomes of a component's calls, it hears of none; and what was given up on its way to it arrives no more.
    fn forget_outcomes(&mut self, node: &NodeName) {
        self.by_caller.retain(|(caller, _), call| {
            if caller == node {
                call.asked = None;
            }
            if matches!(&call.state, CallState::GivenUp { receiver } if receiver == node) {
                call.state = CallState::OffWire;
            }
            !call.is_over()
        });
    }

    /// Nobody waits any more for the replies to the calls that receivers have and that satisfy `is_meant`, by caller, receiver
    /// and port. Returns who did, in the receivers' order.
    fn stop_waiting(
        &mut self,
        is_meant: impl Fn(&NodeName, &NodeName, Port) -> bool,
    ) -> Vec<(Waiting, NodeName)> {
        let mut stopped = Vec::new();
        for caller in self.by_receiver.values() {
            let Some(call) = self.by_caller.get_mut(caller) else { continue };
            let CallState::Open { receiver, number } = &call.state else { continue };
            if is_meant(&caller.0, receiver, call.port) {
                let (receiver, number) = (receiver.clone(), *number);
                stopped.push((Waiting { caller: caller.clone(), port: call.port }, receiver.clone()));
                call.state = CallState::Unawaited { receiver, number };
            }
        }
        stopped
    }

    /// Takes the calls that are on their way and satisfy `is_meant`, by caller, receiver and port.
    fn take_on_way(
        &mut self,
        is_meant: impl Fn(&NodeName, &NodeName, Port) -> bool,
    ) -> Vec<(Waiting, NodeName)> {
        let mut taken = Vec::new();
        self.by_caller.retain(|caller, call| {
            if let CallState::OnWay { receiver } = &call.state
                && is_meant(&caller.0, receiver, call.port)
            {
                taken.push((Waiting { caller: caller.clone(), port: call.port }, receiver.clone()));
                call.state = CallState::OffWire;
            }
            !call.is_over()
        });
        taken
    }

    fn entry(&mut self, caller: CallKey, port: Port) -> &mut Call {
        self.by_caller.entry(caller).or_insert(Call { port, asked: None, state: CallState::OffWire })
    }

    fn leave_wire(&mut self, caller: &CallKey) {
        if let Some(call) = self.by_caller.get_mut(caller) {
            call.state = CallState::OffWire;
        }
        self.drop_if_over(caller);
    }

    fn drop_if_over(&mut self, caller: &CallKey) {
        if self.by_caller.get(caller).is_some_and(Call::is_over) {
            self.by_caller.remove(caller);
        }
    }
}

impl Call {
    fn is_over(&self) -> bool {
        self.asked.is_none() && matches!(self.state, CallState::OffWire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: Port = Port::CcpRest;

    fn key(node: &str, number: u64) -> CallKey {
        (NodeName::from(node), CallId(number))
    }

    /// A call of Finesse's that CCP has.
    fn open() -> (Calls, CallId) {
        let mut calls = Calls::default();
        calls.ask(key("finesse", 1), PORT, 7);
        calls.set_out(key("finesse", 1), "ccp".into(), PORT);
        let number = calls.arrive(&"ccp".into(), key("finesse", 1), PORT, None);
        (calls, number)
    }

    fn is_empty(calls: &Calls) -> bool {
        calls.by_caller.is_empty() && calls.by_receiver.is_empty()
    }

    #[test]
    fn a_call_is_kept_until_its_outcome_has_arrived() {
        let (mut calls, number) = open();
        assert!(calls.is_waiting(&key("finesse", 1)));
        let waiting = calls.close(&"ccp".into(), number).expect("somebody waits");
        assert_eq!(waiting.caller, key("finesse", 1));
        assert_eq!(calls.port_of(&waiting.caller), Some(PORT), "the response is on its way");
        assert_eq!(calls.answered(&waiting.caller), Some(7));
        assert!(is_empty(&calls));
    }

    #[test]
    fn the_reply_to_a_call_that_was_given_up_reaches_nobody() {
        let (mut calls, number) = open();
        assert_eq!(calls.give_up(&key("finesse", 1)), Some("ccp".into()));
        assert_eq!(calls.give_up(&key("finesse", 1)), None);
        assert_eq!(calls.answered(&key("finesse", 1)), Some(7));
        assert_eq!(calls.number_of(&"ccp".into(), &key("finesse", 1)), Some(number));
        assert!(calls.close(&"ccp".into(), number).is_none());
        assert!(is_empty(&calls));
    }

    #[test]
    fn a_call_that_is_given_up_on_its_way_never_arrives() {
        let mut calls = Calls::default();
        calls.ask(key("finesse", 1), PORT, 7);
        calls.set_out(key("finesse", 1), "ccp".into(), PORT);
        assert_eq!(calls.give_up(&key("finesse", 1)), None);
        assert!(!calls.is_waiting(&key("finesse", 1)));
        assert_eq!(calls.answered(&key("finesse", 1)), Some(7));
        assert!(calls.take_given_up(&key("finesse", 1)));
        assert!(!calls.take_given_up(&key("finesse", 1)));
        assert!(is_empty(&calls));
    }

    #[test]
    fn a_component_that_dies_leaves_callers_and_callees() {
        let (mut calls, number) = open();
        calls.ask(key("ccp", 1), PORT, 8);
        calls.set_out(key("ccp", 1), "desk".into(), PORT);
        let OrphanedCalls { callers, callees } = calls.forget(&"ccp".into());
        assert_eq!(callers.iter().map(|waiting| &waiting.caller).collect::<Vec<_>>(), [&key("finesse", 1)]);
        assert_eq!(callees, [(NodeName::from("desk"), key("ccp", 1))]);
        assert_eq!(calls.number_of(&"ccp".into(), &key("finesse", 1)), None);
        // Its request arrives all the same, and nobody waits for the reply.
        let there = calls.arrive(&"desk".into(), key("ccp", 1), PORT, None);
        assert!(calls.close(&"desk".into(), there).is_none());
        assert_eq!(calls.number(&"ccp".into(), None), CallId(number.0 + 1), "numbers are not used again");
    }
}
