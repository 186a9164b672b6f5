//! Numbers records, lets the director judge them, and hands them to the one who writes them.

use cce_courier::{Behind, behind};
use cce_journal::{Director, Order, Reaction, Record, Ticket, Treatment, What};
use cce_kernel::{Input, NodeName, Time};
use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Records that may wait for the writer, and their bytes. More are lost.
const QUEUE_MAX: usize = 1 << 16;
const QUEUE_BYTES_MAX: usize = 128 << 20;

/// How long the writer rests when nothing waits for it. Whoever records something does not have to wake it meanwhile, which costs
/// more than the record.
const REST: Duration = Duration::from_millis(2);

/// So many rests without a record, and the writer hands on what it has buffered.
const RESTS: u32 = 5;

/// Orders of the director that may wait to be carried out. More are lost.
const ORDERS_MAX: usize = 1 << 16;

/// Takes in records on a thread of its own: writes the journal, the logs, the live ladder.
pub trait Sink: Send {
    /// Takes in the next record.
    fn record(&mut self, record: &Record);

    /// Nothing waits at the moment: a good time to hand on what is buffered.
    fn quiet(&mut self) {}

    /// Whether every record so far is kept.
    fn is_whole(&self) -> bool {
        true
    }

    /// The run is over.
    fn finish(&mut self) {}
}

/// Numbers records of one process. The director judges them under the same lock, so that it sees them in the
/// order of their numbers.
#[derive(Debug)]
pub(crate) struct Recorder {
    state: Mutex<State>,
    /// Cancelled when a record is lost and none may be.
    required: Option<CancellationToken>,
    /// Rung when orders wait, or the director may want to be woken at another time.
    bell: Notify,
    is_directed: bool,
    waiting: Arc<WriterBacklog>,
}

/// What was recorded.
#[derive(Debug)]
pub(crate) struct JudgedRecord {
    pub(crate) seq: u64,
    /// What becomes of the message that it sends.
    pub(crate) treatment: Treatment,
    /// What goes behind it, of what whoever asked holds.
    pub(crate) releases: Vec<Ticket>,
}

#[derive(Debug)]
struct State {
    last: u64,
    /// What was lost since the last record that was not.
    lost: Option<LostRecords>,
    queue: Option<Queue>,
    stage: Option<Stage>,
    /// What is to be done, in order.
    orders: VecDeque<Order>,
}

/// The director, and when it wants to be woken.
struct Stage {
    director: Box<dyn Director>,
    due: Option<Time>,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage").field("due", &self.due).finish_non_exhaustive()
    }
}

/// Records on their way to the writer.
#[derive(Clone, Debug)]
struct Queue {
    sender: SyncSender<(Record, usize)>,
    waiting: Arc<WriterBacklog>,
}

/// How much waits for the writer.
#[derive(Debug, Default)]
struct WriterBacklog {
    records: AtomicUsize,
    bytes: AtomicUsize,
}

#[derive(Debug)]
struct LostRecords {
    dropped: u64,
    at: Time,
    node: NodeName,
}

impl Recorder {
    /// Starts the writer's thread. `required` is cancelled when a record is lost.
    pub(crate) fn start(
        sink: Box<dyn Sink>,
        required: Option<CancellationToken>,
        director: Option<Box<dyn Director>>,
    ) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = sync_channel(QUEUE_MAX);
        let waiting = Arc::<WriterBacklog>::default();
        let queue = Queue { sender, waiting: Arc::clone(&waiting) };
        let (taken, lost) = (Arc::clone(&waiting), required.clone());
        let writer = std::thread::spawn(move || write(sink, &receiver, &taken, lost.as_ref()));
        let is_directed = director.is_some();
        let stage = director.map(|director| Stage { director, due: None });
        let state = State { last: 0, lost: None, queue: Some(queue), stage, orders: VecDeque::new() };
        let recorder = Self { state: Mutex::new(state), required, bell: Notify::new(), is_directed, waiting };
        (recorder, writer)
    }

    /// Whether somebody may bend the run.
    pub(crate) fn is_directed(&self) -> bool {
        self.is_directed
    }

    /// Records something that sends no message. Returns its number. What is lost has a number, too, so that no cause is
    /// mistaken for another.
    pub(crate) fn record(&self, at: Time, node: &NodeName, cause: Option<u64>, what: What) -> u64 {
        self.judge(at, node, cause, what, |_| false).seq
    }

    /// Records something, and says what is to become of it. `is_own` says whose messages whoever asks lets go by itself:
    /// a message that is let go follows the one that let it go.
    pub(crate) fn judge(
        &self,
        at: Time,
        node: &NodeName,
        cause: Option<u64>,
        what: What,
        is_own: impl Fn(Ticket) -> bool,
    ) -> JudgedRecord {
        let mut state = self.lock();
        let (seq, Reaction { treatment, orders }) = self.write(&mut state, at, node, cause, what);
        let releases = self.take_orders(&mut state, at, orders, is_own);
        JudgedRecord { seq, treatment, releases }
    }

    /// What is to become of an input that enters from outside the lab and is not recorded yet.
    pub(crate) fn enter(&self, at: Time, node: &NodeName, input: &Input) -> Treatment {
        let mut state = self.lock();
        let Some(stage) = &mut state.stage else { return Treatment::Pass };
        let Reaction { treatment, orders } = stage.director.entering(at, node, input);
        self.take_orders(&mut state, at, orders, |_| false);
        treatment
    }

    /// Wakes the director if it is time. Says when it wants to be woken next.
    pub(crate) fn wake(&self, now: Time) -> Option<Time> {
        let mut state = self.lock();
        let stage = state.stage.as_mut()?;
        if stage.director.due().is_some_and(|due| due <= now) {
            let orders = stage.director.wake(now);
            self.take_orders(&mut state, now, orders, |_| false);
        }
        let stage = state.stage.as_mut()?;
        stage.due = stage.director.due();
        stage.due
    }

    /// Lets somebody change what directs the run, and takes the orders of that: nothing is recorded between the two, so that a
    /// journal tells of a change before it tells what came of it.
    pub(crate) fn act<E>(&self, at: Time, act: impl FnOnce() -> Result<Vec<Order>, E>) -> Result<(), E> {
        let mut state = self.lock();
        let orders = act()?;
        self.take_orders(&mut state, at, orders, |_| false);
        drop(state);
        self.bell.notify_one();
        Ok(())
    }

    /// What is to be done next.
    pub(crate) fn next_order(&self) -> Option<Order> {
        self.lock().orders.pop_front()
    }

    /// Waits until orders wait, or the director wants to be woken at another time.
    pub(crate) async fn rung(&self) {
        self.bell.notified().await;
    }

    /// Nothing more will be recorded: the writer finishes. Waits until it has room to be told of a gap.
    pub(crate) fn close(&self) {
        let (queue, gap) = {
            let mut state = self.lock();
            let last = state.last;
            (state.queue.take(), state.lost.take().map(|lost| lost.gap(last + 1)))
        };
        // Whoever still records something does not wait meanwhile.
        if let (Some(queue), Some(gap)) = (queue, gap) {
            queue.send(gap);
        }
    }

    /// Records that the writer has not written.
    pub(crate) fn unwritten(&self) -> usize {
        self.waiting.records.load(Ordering::Acquire)
    }

    fn write(
        &self,
        state: &mut State,
        at: Time,
        node: &NodeName,
        cause: Option<u64>,
        what: What,
    ) -> (u64, Reaction) {
        state.tell_gap();
        state.last += 1;
        let seq = state.last;
        let record = Record { seq, at, node: node.clone(), cause, what };
        let reaction = state.stage.as_mut().map(|stage| stage.director.see(&record)).unwrap_or_default();
        // Behind a gap that is not told yet nothing is written.
        if state.lost.is_some() || !state.offer(record) {
            let dropped = state.lost.as_ref().map_or(0, |lost| lost.dropped) + 1;
            state.lost = Some(LostRecords { dropped, at, node: node.clone() });
            if let Some(required) = &self.required {
                required.cancel();
            }
        }
        (seq, reaction)
    }

    /// What was done to a message stands right behind it; everything else is done in its turn. Returns what whoever asks
    /// lets go by itself.
    fn take_orders(
        &self,
        state: &mut State,
        at: Time,
        orders: Vec<Order>,
        is_own: impl Fn(Ticket) -> bool,
    ) -> Vec<Ticket> {
        let Behind { releases, later } = behind(orders, is_own, |node, cause, bent| {
            self.write(state, at, &node, cause, What::Bent(bent)).1.orders
        });
        // The conductor sleeps until the time that the director named last.
        if state.refresh_due() || !later.is_empty() {
            self.bell.notify_one();
        }
        state.wait_for(later);
        releases
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Asks the director when it wants to be woken. Says whether that is another time than before.
    fn refresh_due(&mut self) -> bool {
        let Some(stage) = &mut self.stage else { return false };
        let before = stage.due;
        stage.due = stage.director.due();
        stage.due != before
    }

    /// Says how much is missing, once there is room for it and for what comes behind it: else there would be a gap in front
    /// of every record.
    fn tell_gap(&mut self) {
        let Some(lost) = &self.lost else { return };
        let bytes = self.queue.as_ref().map_or(0, |queue| queue.waiting.bytes.load(Ordering::Acquire));
        if bytes > QUEUE_BYTES_MAX / 2 {
            return;
        }
        if self.offer(lost.gap(self.last + 1)) {
            self.last += 1;
            self.lost = None;
        }
    }

    /// Says whether the record is not lost. Behind the end of a run there is nothing to lose.
    fn offer(&self, record: Record) -> bool {
        self.queue.as_ref().is_none_or(|queue| queue.offer(record))
    }

    /// Adds orders to those that wait, as far as there is room.
    fn wait_for(&mut self, orders: VecDeque<Order>) {
        let room = ORDERS_MAX.saturating_sub(self.orders.len());
        if orders.len() > room {
            tracing::error!("too many orders wait to be carried out: {} are lost", orders.len() - room);
        }
        self.orders.extend(orders.into_iter().take(room));
    }
}

impl Queue {
    /// Says whether there was room.
    fn offer(&self, record: Record) -> bool {
        let size = record.size();
        if self.waiting.bytes.load(Ordering::Acquire) + size > QUEUE_BYTES_MAX {
            return false;
        }
        // Counted first: the writer may take it before the next line.
        self.waiting.add(size);
        let is_offered = self.sender.try_send((record, size)).is_ok();
        if !is_offered {
            self.waiting.take(size);
        }
        is_offered
    }

    /// Waits until there is room. A writer that has ended cannot be told.
    fn send(&self, record: Record) {
        let size = record.size();
        self.waiting.add(size);
        if self.sender.send((record, size)).is_err() {
            self.waiting.take(size);
        }
    }
}

impl WriterBacklog {
    fn add(&self, size: usize) {
        self.records.fetch_add(1, Ordering::AcqRel);
        self.bytes.fetch_add(size, Ordering::AcqRel);
    }

    fn take(&self, size: usize) {
        self.records.fetch_sub(1, Ordering::AcqRel);
        self.bytes.fetch_sub(size, Ordering::AcqRel);
    }
}

impl LostRecords {
    fn gap(&self, seq: u64) -> Record {
        let what = What::Gap { dropped: self.dropped };
        Record { seq, at: self.at, node: self.node.clone(), cause: None, what }
    }
}

/// Takes records until nobody can record any more. `lost` is cancelled when the sink loses one.
fn write(
    mut sink: Box<dyn Sink>,
    queue: &Receiver<(Record, usize)>,
    waiting: &WriterBacklog,
    lost: Option<&CancellationToken>,
) {
    let tell = |sink: &dyn Sink| {
        if let Some(lost) = lost.filter(|_| !sink.is_whole()) {
            lost.cancel();
        }
    };
    while let Ok(next) = queue.recv() {
        let mut next = Some(next);
        while let Some((record, size)) = next {
            sink.record(&record);
            tell(sink.as_ref());
            waiting.take(size);
            next = queue.try_recv().ok().or_else(|| next_soon(queue));
        }
        sink.quiet();
        tell(sink.as_ref());
    }
    sink.finish();
    tell(sink.as_ref());
}

/// The next record, if one comes before the writer hands on what it has buffered.
fn next_soon(queue: &Receiver<(Record, usize)>) -> Option<(Record, usize)> {
    (0..RESTS).find_map(|_| {
        // Nobody unparks it: whoever records something pays for no wake-up.
        std::thread::park_timeout(REST);
        queue.try_recv().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_kernel::Kind;
    use std::sync::mpsc::channel;

    /// Takes nothing in until it is told to, then passes everything on.
    struct Slow {
        go: Receiver<()>,
        seen: Arc<Mutex<Vec<Record>>>,
    }

    impl Sink for Slow {
        fn record(&mut self, record: &Record) {
            let mut seen = self.seen.lock().unwrap();
            if seen.is_empty() {
                self.go.recv().unwrap();
            }
            seen.push(record.clone());
        }
    }

    /// A disk that is full from the start.
    struct Full;

    impl Sink for Full {
        fn record(&mut self, _: &Record) {}

        fn is_whole(&self) -> bool {
            false
        }
    }

    #[test]
    fn nothing_is_recorded_between_what_somebody_does_and_the_record_of_it() {
        let (recorder, _) = Recorder::start(Box::new(Full), None, None);
        let node = NodeName::from(Kind::Ccp);
        let bent = cce_journal::Bent::new("a rule", cce_journal::Bend::Armed);
        let order = Order::Record { node: node.clone(), cause: None, bent };
        let done = recorder.act(Time(0), || {
            assert!(recorder.state.try_lock().is_err(), "somebody else could record something");
            Ok::<_, ()>(vec![order])
        });
        assert_eq!(done, Ok(()));
        assert_eq!(recorder.record(Time(0), &node, None, What::Started), 2, "the deed has the first number");
    }

    #[test]
    fn a_sink_that_cannot_keep_a_record_stops_a_run_that_may_lose_none() {
        let required = CancellationToken::new();
        let (recorder, writer) = Recorder::start(Box::new(Full), Some(required.clone()), None);
        recorder.record(Time(1), &Kind::Ccp.into(), None, What::Started);
        recorder.close();
        writer.join().unwrap();
        assert!(required.is_cancelled());
    }

    /// Wants to be woken once something has happened.
    struct Sleeper(Option<Time>);

    impl Director for Sleeper {
        fn see(&mut self, record: &Record) -> Reaction {
            self.0 = Some(record.at);
            Reaction::default()
        }

        fn entering(&mut self, _: Time, _: &NodeName, _: &Input) -> Reaction {
            Reaction::default()
        }

        fn due(&self) -> Option<Time> {
            self.0
        }

        fn wake(&mut self, _: Time) -> Vec<Order> {
            Vec::new()
        }
    }

    #[test]
    fn the_bell_rings_when_a_record_makes_the_director_want_to_be_woken_at_another_time() {
        let (recorder, writer) = Recorder::start(Box::new(Full), None, Some(Box::new(Sleeper(None))));
        let rings = || {
            let ringing = std::pin::pin!(recorder.rung());
            ringing.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready()
        };
        let record = |at| recorder.record(Time(at), &Kind::Ccp.into(), None, What::Started);
        assert!(!rings());
        record(1);
        assert!(rings());
        record(1);
        assert!(!rings(), "at the same time as before");
        record(2);
        assert!(rings());
        recorder.close();
        writer.join().unwrap();
    }

    #[test]
    fn a_gap_is_told_even_when_nothing_follows_it() {
        let (told, go) = channel();
        let seen = Arc::default();
        let required = CancellationToken::new();
        let sink = Box::new(Slow { go, seen: Arc::clone(&seen) });
        let (recorder, writer) = Recorder::start(sink, Some(required.clone()), None);
        let count = QUEUE_MAX as u64 + 10;
        for number in 1..=count {
            assert_eq!(recorder.record(Time(number), &Kind::Ccp.into(), None, What::Started), number);
        }
        assert!(required.is_cancelled());
        told.send(()).unwrap();
        recorder.close();
        writer.join().unwrap();
        let seen = seen.lock().unwrap();
        let (gap, kept) = seen.split_last().unwrap();
        assert_eq!(gap.what, What::Gap { dropped: count - kept.len() as u64 });
        assert_eq!(gap.seq, count + 1);
        assert!(kept.iter().all(|record| record.what == What::Started));
    }

    #[test]
    fn behind_a_gap_records_and_their_numbers_go_on() {
        let (told, go) = channel();
        let seen = Arc::default();
        let (recorder, writer) = Recorder::start(Box::new(Slow { go, seen: Arc::clone(&seen) }), None, None);
        let record = || recorder.record(Time(1), &Kind::Ccp.into(), None, What::Started);
        let lost = (0..QUEUE_MAX + 10).map(|_| record()).max().unwrap();
        told.send(()).unwrap();
        while seen.lock().unwrap().len() < QUEUE_MAX {
            std::thread::yield_now();
        }
        let next = record();
        recorder.close();
        writer.join().unwrap();
        let seen = seen.lock().unwrap();
        let [.., gap, last] = &seen[..] else { panic!() };
        assert!(matches!(gap.what, What::Gap { .. }));
        assert_eq!((gap.seq, last.seq, next), (lost + 1, lost + 2, lost + 2));
    }

    #[test]
    fn records_of_a_megabyte_each_are_bounded_by_their_bytes() {
        let (told, go) = channel();
        let seen = Arc::default();
        let sink = Box::new(Slow { go, seen: Arc::clone(&seen) });
        let (recorder, writer) = Recorder::start(sink, None, None);
        let body = bytes::Bytes::from(vec![0_u8; 1 << 20]);
        let link = cce_kernel::LinkId { port: cce_kernel::Port::Xmpp, number: 1 };
        let count = 200;
        for _ in 0..count {
            let input = Input::Frame { link, bytes: body.clone().into() };
            recorder.record(Time(1), &Kind::Finesse.into(), None, What::In(input));
        }
        let waits = recorder.unwritten();
        assert!((120..128).contains(&waits), "{waits}");
        told.send(()).unwrap();
        recorder.close();
        writer.join().unwrap();
        assert_eq!(recorder.unwritten(), 0);
        assert_eq!(recorder.waiting.bytes.load(Ordering::Acquire), 0);
        let seen = seen.lock().unwrap();
        let (gap, kept) = seen.split_last().unwrap();
        assert_eq!(gap.what, What::Gap { dropped: (count - kept.len()) as u64 });
        assert!(kept.iter().all(|record| matches!(record.what, What::In(_))));
    }
}
