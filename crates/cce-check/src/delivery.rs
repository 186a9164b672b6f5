//! Events of tasks on their way to the clients of the CTI server: whoever hears of one hears of it once.

use crate::{
    breach::Judge,
    judgement::Judgement,
    table::{Ends, Table},
};
use cce_cti::{AgentPreCallEvent, Cti};
use cce_kernel::LinkId;
use cce_model::{MonitorId, TaskEventKind, TaskId};
use cce_wire::Message;

/// What is told of a task: its reservation, or an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    Reserved,
    Event(TaskEventKind),
}

/// Whom it is for: a connection, and the monitor of that client, each of which gets its own (cti-server-protocol 8).
type Addressee = (LinkId, MonitorId);

/// The latest news of a task, and who got it, each with the record.
#[derive(Clone, Debug)]
struct LatestNews {
    news: News,
    sent: Vec<(Addressee, u64)>,
    /// The task has ended: its end is the last news.
    is_over: bool,
}

impl Ends for LatestNews {
    fn is_over(&self) -> bool {
        self.is_over
    }
}

/// What is told of each task.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deliveries(Table<TaskId, LatestNews>);

impl Deliveries {
    /// OPC tells of a reservation.
    pub(crate) fn on_reservation(&mut self, task: TaskId) {
        self.begin(task, News::Reserved);
    }

    /// The CTI server passes an event of a task on.
    pub(crate) fn on_event(&mut self, kind: TaskEventKind, task: TaskId) {
        self.begin(task, News::Event(kind));
    }

    /// A task has ended.
    pub(crate) fn on_end(&mut self, task: TaskId) {
        if let Some(told) = self.0.find_mut(&task) {
            told.is_over = true;
            self.0.retire(&task);
        }
    }

    /// The CTI server says something to a client.
    pub(crate) fn on_sent(&mut self, link: LinkId, message: &Cti, judge: &mut Judge<'_>) {
        let Some((news, task, monitor)) = news(message) else { return };
        let Some(told) = self.0.find_mut(&task).filter(|told| told.news == news) else { return };
        let addressee = (link, monitor);
        let known = told.sent.iter_mut().find(|(known, _)| *known == addressee);
        let before = known.map(|(_, record)| std::mem::replace(record, judge.seq));
        if before.is_none() {
            told.sent.push((addressee, judge.seq));
        }
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
        self.0.values_mut().for_each(|told| told.sent.retain(|((of, _), _)| *of != link));
    }

    /// The component begins anew.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    fn begin(&mut self, task: TaskId, news: News) {
        match self.0.find_mut(&task) {
            Some(told) => {
                told.news = news;
                told.sent.clear();
            }
            None => self.0.insert(task, LatestNews { news, sent: Vec::new(), is_over: false }),
        }
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
    use crate::{breach::Ledger, table::RETIRED_MAX};
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
    fn of_tasks_that_are_over_only_the_latest_are_remembered() {
        let mut deliveries = Deliveries::default();
        deliveries.on_reservation(task(0));
        for call in 1..=i32::try_from(RETIRED_MAX).unwrap() + 1 {
            deliveries.on_reservation(task(call));
            deliveries.on_end(task(call));
            deliveries.on_event(TaskEventKind::End, task(call));
        }
        let known: Vec<TaskId> = deliveries.0.iter().map(|(task, _)| *task).collect();
        assert_eq!((known.len(), &known[..2]), (RETIRED_MAX + 1, &[task(0), task(2)][..]));
    }
}
