//! Events of tasks on their way to the clients of the CTI server: whoever hears of one hears of it once.

use crate::{breach::Judge, judgement::Judgement, table::Bounded};
use cce_cti::{AgentPreCallEvent, Cti};
use cce_kernel::LinkId;
use cce_model::{MonitorId, TaskEventKind, TaskId};
use cce_wire::Message;
use std::collections::BTreeMap;

/// Tasks whose latest event is remembered. The lowest give way.
const TASKS_MAX: usize = 16_384;

/// What is told of a task: its reservation, or an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    Reserved,
    Event(TaskEventKind),
}

/// Whom it is for: a connection, and the monitor of that client, each of which gets its own (cti-server-protocol 8).
type Addressee = (LinkId, MonitorId);

/// The latest news of each task, and who got it, each with the record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deliveries(BTreeMap<TaskId, (News, BTreeMap<Addressee, u64>)>);

impl Deliveries {
    /// OPC tells of a reservation.
    pub(crate) fn on_reservation(&mut self, task: TaskId) {
        self.begin(task, News::Reserved);
    }

    /// The CTI server passes an event of a task on.
    pub(crate) fn on_event(&mut self, kind: TaskEventKind, task: TaskId) {
        self.begin(task, News::Event(kind));
    }

    /// The CTI server says something to a client.
    pub(crate) fn on_sent(&mut self, link: LinkId, message: &Cti, judge: &mut Judge<'_>) {
        let Some((news, task, monitor)) = news(message) else { return };
        let Some((_, sent)) = self.0.get_mut(&task).filter(|(latest, _)| *latest == news) else { return };
        let before = sent.insert((link, monitor), judge.seq);
        judge.expect(Judgement::DeliveredOnce, before.is_none(), before.as_slice(), || {
            format!("{} of task {task} leaves twice on {link}", message.name())
        });
    }

    /// A client asks for what it may have missed: it may get everything once more (cti-server-protocol 11).
    pub(crate) fn on_received(&mut self, link: LinkId, message: &Cti) {
        let asks = matches!(
            message,
            Cti::GetPrecallMessagesReq(_) | Cti::SnapshotTaskReq(_) | Cti::GetAgentTasksReq(_)
        );
        if asks {
            self.on_link_gone(link);
        }
    }

    pub(crate) fn on_link_gone(&mut self, link: LinkId) {
        self.0.values_mut().for_each(|(_, sent)| sent.retain(|(of, _), _| *of != link));
    }

    /// The component begins anew.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    fn begin(&mut self, task: TaskId, news: News) {
        self.0.insert(task, (news, BTreeMap::new()));
        self.0.keep(TASKS_MAX);
    }
}

/// What a message tells of which task, and the monitor that it is for.
fn news(message: &Cti) -> Option<(News, TaskId, MonitorId)> {
    let news = match TaskEventKind::of_name(message.name()) {
        Some(kind) => News::Event(kind),
        None if message.name() == AgentPreCallEvent::DOC.name => News::Reserved,
        None => return None,
    };
    let about = message.about();
    Some((news, about.task?, about.monitor?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::Ledger;
    use cce_cti::{GetAgentTasksReq, HeartbeatReq, StartTaskEvent};
    use cce_fold::Subject;
    use cce_kernel::Port;

    const LINK: LinkId = LinkId { port: Port::CtiA, number: 1 };
    const OTHER: LinkId = LinkId { port: Port::CtiA, number: 2 };

    fn task(call: i32) -> TaskId {
        TaskId { day: 1, call, sequence: 1 }
    }

    /// Passes START_TASK_EVENT of a task on, sends it to both clients, says something, and sends it to both once more:
    /// who had it before.
    fn twice(between: impl FnOnce(&mut Deliveries)) -> Vec<String> {
        let (mut ledger, subject) = (Ledger::default(), Subject::default());
        let mut judge = Judge::new(&mut ledger, 9, &subject);
        let mut deliveries = Deliveries::default();
        let event = Cti::from(StartTaskEvent { task_id: task(1), ..StartTaskEvent::default() });
        deliveries.on_event(TaskEventKind::Start, task(1));
        let mut send = |deliveries: &mut Deliveries| {
            [LINK, OTHER].iter().for_each(|link| deliveries.on_sent(*link, &event, &mut judge));
        };
        send(&mut deliveries);
        between(&mut deliveries);
        send(&mut deliveries);
        judge.breaches.into_iter().map(|breach| breach.text).collect()
    }

    #[test]
    fn an_event_comes_once_to_each_client_and_once_more_to_one_that_asks_or_connects_anew() {
        let told = |numbers: &[u32]| -> Vec<String> {
            numbers
                .iter()
                .map(|number| format!("START_TASK_EVENT of task 1_1_1 leaves twice on cti-a#{number}"))
                .collect()
        };
        assert_eq!(twice(|_| ()), told(&[1, 2]));
        assert_eq!(twice(|deliveries| deliveries.on_link_gone(LINK)), told(&[2]));
        let asks = Cti::from(GetAgentTasksReq::default());
        assert_eq!(twice(|deliveries| deliveries.on_received(LINK, &asks)), told(&[2]));
        let beats = Cti::from(HeartbeatReq::default());
        assert_eq!(twice(|deliveries| deliveries.on_received(LINK, &beats)), told(&[1, 2]));
        assert_eq!(twice(Deliveries::forget), [""; 0]);
        assert_eq!(twice(|deliveries| deliveries.on_event(TaskEventKind::Start, task(1))), [""; 0]);
    }

    #[test]
    fn tasks_beyond_their_number_let_the_lowest_go() {
        let mut deliveries = Deliveries::default();
        (1..=i32::try_from(TASKS_MAX).unwrap() + 1).for_each(|call| deliveries.on_reservation(task(call)));
        assert_eq!(deliveries.0.len(), TASKS_MAX);
        assert_eq!(deliveries.0.keys().next(), Some(&task(2)));
    }
}
