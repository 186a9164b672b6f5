//! Creates tasks and follows them.

use super::{
    clock::Clock,
    http::{Ask, LoadPermit, Pool},
};
use cce_load::{Arrivals, Follow, LifeStep, Lives, LoadFlaw, LoadReport, OPEN_MAX, Plan, tag_of};
use cce_model::{DialogState, TaskId};
use cce_xml::task::{Task, TaskStatus};
use http::{Method, header::LOCATION};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    time::sleep,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The longest sleep of the thread that keeps the times, so that it hears of a stop.
const NAP: Duration = Duration::from_millis(50);

/// Polls of a task that fail in a row before it is given up.
const POLLS_MAX: u32 = 10;

/// What is the same for all tasks.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pub(super) path: String,
    pub(super) selector: String,
    /// Begins each tag.
    pub(super) run: String,
    pub(super) tag_variable: u8,
    pub(super) poll: Option<Duration>,
}

/// When a load has had enough tasks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) duration: Option<Duration>,
    pub(super) tasks: Option<u64>,
}

/// Tasks, and what was measured.
#[derive(Debug)]
pub(super) struct Generator {
    pub(super) clock: Clock,
    app: Pool,
    template: Template,
    /// Never locked while anything is read, parsed or waited for.
    state: Mutex<State>,
    /// Told whenever a life is over.
    changed: Notify,
    stop: CancellationToken,
    tasks: TaskTracker,
    next: AtomicU64,
}

#[derive(Debug)]
struct State {
    lives: Lives,
    /// Customers of a closed loop, by the task whose end they wait for.
    waiting: BTreeMap<u64, oneshot::Sender<()>>,
}

impl Generator {
    pub(super) fn new(
        app: Pool,
        template: Template,
        follow: Follow,
        stop: CancellationToken,
        tasks: TaskTracker,
    ) -> Self {
        let state = State { lives: Lives::new(follow, &template.run), waiting: BTreeMap::new() };
        Self {
            clock: Clock::new(),
            app,
            template,
            state: Mutex::new(state),
            changed: Notify::new(),
            stop,
            tasks,
            next: AtomicU64::new(0),
        }
    }

    /// The state. Each use lets it go at the end of its statement: what follows may take it again.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the lives.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Lives) -> T) -> T {
        look(&self.state().lives)
    }

    pub(super) fn report(&self, plan: Plan, interrupted: bool) -> LoadReport {
        LoadReport::new(plan, &self.state().lives, self.clock.now(), interrupted)
    }

    /// An error that belongs to no task.
    pub(super) fn error(&self, step: LifeStep, flaw: LoadFlaw) {
        let now = self.clock.now();
        self.state().lives.error(step, flaw, now);
    }

    /// An agent was told about a dialog.
    pub(super) fn notify(&self, tag: Option<&str>, task: TaskId, state: DialogState) {
        let now = self.clock.now();
        let over = self.state().lives.notify(tag, task, state, now);
        if let Some(number) = over {
            self.finish(number);
        }
    }

    fn finish(&self, number: u64) {
        let waiting = self.state().waiting.remove(&number);
        if let Some(waiting) = waiting {
            // A customer that was stopped does not wait any more.
            let _ = waiting.send(());
        }
        self.changed.notify_one();
    }

    /// Waits until no task is open.
    pub(super) async fn until_idle(&self) {
        // A life that ends between the look and the wait leaves a permit (tokio, `Notify::notify_one`).
        while self.look(Lives::open) > 0 {
            self.changed.notified().await;
        }
    }

    /// The open loop: tasks begin when the plan says so, whatever becomes of them.
    pub(super) async fn run_open(self: &Arc<Self>, arrivals: Arrivals, bounds: Bounds) {
        // Each number is an open task, of which there are no more.
        let (sender, mut due) = mpsc::channel(OPEN_MAX);
        let generator = self.clone();
        let pacing = tokio::task::spawn_blocking(move || generator.pace(arrivals, bounds, &sender));
        while let Some(number) = due.recv().await {
            let place = self.stop.run_until_cancelled(self.app.place()).await;
            let Some(place) = place else {
                self.give_up(number);
                continue;
            };
            let generator = self.clone();
            self.tasks.spawn(async move { generator.create(number, place).await });
        }
        // The thread has ended, since its sender is gone.
        let _ = pacing.await;
    }

    /// Plans each task when it is due, and hands it on: the target, which may take its time, has no say in the plan. A
    /// thread of its own: the runtime's timers are a millisecond coarse.
    fn pace(&self, arrivals: Arrivals, bounds: Bounds, due: &mpsc::Sender<u64>) {
        let tasks = usize::try_from(bounds.tasks.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        for planned in arrivals
            .take_while(|planned| bounds.duration.is_none_or(|duration| *planned < duration))
            .take(tasks)
        {
            loop {
                if self.stop.is_cancelled() {
                    return;
                }
                let left = planned.saturating_sub(self.clock.now());
                if left.is_zero() {
                    break;
                }
                std::thread::sleep(left.min(NAP));
            }
            if let Some(number) = self.plan(planned)
                && due.blocking_send(number).is_err()
            {
                return;
            }
        }
    }

    /// The closed loop: each customer has one task at a time. It ends when the bounds are reached, though tasks may be open
    /// that customers wait for. Without a duration, it also ends once every task has stood still for that long.
    pub(super) async fn run_closed(
        self: &Arc<Self>,
        users: u32,
        think: Duration,
        bounds: Bounds,
        patience: Duration,
    ) {
        let (customers, enough) = (TaskTracker::new(), self.stop.child_token());
        for _ in 0..users {
            let (generator, enough) = (self.clone(), enough.clone());
            customers.spawn(async move { generator.custom(think, bounds, &enough).await });
        }
        customers.close();
        let bound = async {
            match bounds.duration {
                Some(duration) => sleep(duration.saturating_sub(self.clock.now())).await,
                None => self.until_still(patience).await,
            }
            enough.cancel();
        };
        tokio::join!(enough.run_until_cancelled(bound), customers.wait());
    }

    /// Waits until tasks are open and no task came any further for that long.
    async fn until_still(&self, patience: Duration) {
        let mut before = None;
        loop {
            let now = self.look(|lives| (lives.open() > 0).then(|| lives.counts()));
            if now.is_some() && now == before {
                return;
            }
            before = now;
            sleep(patience).await;
        }
    }

    /// One customer of a closed loop.
    async fn custom(self: Arc<Self>, think: Duration, bounds: Bounds, enough: &CancellationToken) {
        let allowed = bounds.tasks.unwrap_or(u64::MAX);
        loop {
            let planned = self.clock.now();
            let is_late = bounds.duration.is_some_and(|duration| planned >= duration);
            if is_late || enough.is_cancelled() {
                return;
            }
            let Some(number) = self.plan_one_of(allowed, planned) else { return };
            // No other task is allowed: customers who pause before their next one need not go on.
            if self.next.load(Ordering::Relaxed) >= allowed {
                enough.cancel();
            }
            let (sender, over) = oneshot::channel();
            self.state().waiting.insert(number, sender);
            let Some(place) = self.stop.run_until_cancelled(self.app.place()).await else {
                return self.give_up(number);
            };
            // It is followed further than the customer waits.
            let generator = self.clone();
            self.tasks.spawn(async move { generator.create(number, place).await });
            let pause = async {
                // Nothing is sent when the life is over already.
                let _ = over.await;
                sleep(think).await;
            };
            if enough.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }

    /// Plans the next task; none where `allowed` tasks are planned, or too many are open.
    fn plan_one_of(&self, allowed: u64, planned: Duration) -> Option<u64> {
        // Customers count at the same time: a number that is allowed goes to one of them only.
        let number = self
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| (next < allowed).then_some(next + 1))
            .ok()?;
        let now = self.clock.now();
        self.state().lives.plan(number, planned, now).then_some(number)
    }

    fn plan(&self, planned: Duration) -> Option<u64> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let now = self.clock.now();
        self.state().lives.plan(number, planned, now).then_some(number)
    }

    fn give_up(&self, number: u64) {
        let now = self.clock.now();
        self.state().lives.give_up(number, now);
        self.changed.notify_one();
    }

    /// Creates a task, and follows it by its status if that was asked for.
    async fn create(&self, number: u64, place: LoadPermit) {
        let body = self.body(number);
        let path = self.template.path.clone();
        let ask = Ask { method: Method::POST, path, authorization: None, body };
        let now = self.clock.now();
        self.state().lives.send(number, now);
        let answer = self.app.exchange(&place, ask, &self.clock).await;
        drop(place);
        // An answer's time is that of its last byte, and not of what is done with it here.
        let now = answer.as_ref().map_or_else(|_| self.clock.now(), |answer| answer.at);
        let created = answer.and_then(|answer| self.created(answer));
        let result = created.as_ref().map(|_| ()).map_err(Clone::clone);
        let is_over = self.state().lives.answer(number, result, now);
        if is_over {
            return self.finish(number);
        }
        if let (Ok(Some(path)), Some(pause)) = (created, self.template.poll) {
            self.follow(number, path, pause).await;
        }
    }

    fn body(&self, number: u64) -> String {
        let tag = (format!("cv_{}", self.template.tag_variable), tag_of(&self.template.run, number));
        Task {
            name: Some("ccelab-load".to_owned()),
            title: Some("Load".to_owned()),
            script_selector: Some(self.template.selector.clone()),
            variables: vec![tag],
            ..Task::default()
        }
        .to_xml()
    }

    /// The path where a task's status can be read, which only polls need.
    fn created(&self, answer: super::http::Answer) -> Result<Option<String>, LoadFlaw> {
        let answer = answer.successful()?;
        if self.template.poll.is_none() {
            return Ok(None);
        }
        let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let uri: http::Uri = location.and_then(|text| text.parse().ok()).ok_or(LoadFlaw::NoLocation)?;
        uri.path_and_query().map(|path| Some(path.to_string())).ok_or(LoadFlaw::NoLocation)
    }

    async fn follow(&self, number: u64, path: String, pause: Duration) {
        let mut failures = 0;
        while self.look(|lives| lives.is_open(number)) {
            sleep(pause).await;
            let place = self.app.place().await;
            let ask =
                Ask { method: Method::GET, path: path.clone(), authorization: None, body: String::new() };
            let answer = self.app.exchange(&place, ask, &self.clock).await;
            drop(place);
            let read = answer.and_then(super::http::Answer::successful).and_then(|answer| {
                TaskStatus::read(&answer.body).map(|status| (status, answer.at)).ok_or(LoadFlaw::Unreadable)
            });
            match read {
                Ok((status, at)) => {
                    failures = 0;
                    let TaskStatus { status, status_reason, task_id, .. } = status;
                    let is_over = self.state().lives.poll(number, status, status_reason, task_id, at);
                    if is_over {
                        return self.finish(number);
                    }
                }
                Err(flaw) => {
                    failures += 1;
                    // What is not known is not known a second later.
                    let is_lost = failures >= POLLS_MAX || flaw == LoadFlaw::Status(404);
                    self.error(LifeStep::Poll, flaw);
                    if is_lost {
                        self.state().lives.lose(number);
                        return self.finish(number);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{connect::Connector, targets::Target},
        *,
    };
    use cce_load::Distribution;

    /// Nothing takes what is due: the target has stalled, and every connection waits for it.
    #[test]
    fn what_is_due_is_planned_though_nothing_of_it_can_be_sent() {
        let target = Target { name: "stalled:8080".to_owned(), address: ([127, 0, 0, 1], 8080).into() };
        let (timeout, tasks) = (Duration::from_secs(10), TaskTracker::new());
        let pool = Pool::new(target, Connector::Plain, 1, timeout, tasks.clone());
        let template = Template {
            path: "/ccp/task/feed/100080".to_owned(),
            selector: "CumulusTask".to_owned(),
            run: "load".to_owned(),
            tag_variable: 10,
            poll: None,
        };
        let generator = Generator::new(pool, template, Follow::Creation, CancellationToken::new(), tasks);
        generator.clock.begin();
        let (sender, due) = mpsc::channel(OPEN_MAX);
        let arrivals = Arrivals::new("100000".parse().unwrap(), Distribution::Constant, 1);
        generator.pace(arrivals, Bounds { duration: None, tasks: Some(300) }, &sender);
        let counts = generator.look(Lives::counts);
        assert_eq!((counts.planned, counts.unsent, due.len()), (300, 300, 300));
    }
}
