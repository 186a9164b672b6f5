//! Numbers records and hands them to the one who writes them.

use cce_journal::{Record, What};
use cce_kernel::{NodeName, Time};
use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// Records that may wait for the writer.
const QUEUE_MAX: usize = 1 << 16;

/// Takes in records on a thread of its own: writes the journal, the logs, the live ladder.
pub trait Sink: Send {
    /// Takes in the next record.
    fn record(&mut self, record: &Record);

    /// Nothing waits at the moment: a good time to hand on what is buffered.
    fn quiet(&mut self) {}

    /// The run is over.
    fn finish(&mut self) {}
}

/// Numbers records of one process.
#[derive(Debug)]
pub(crate) struct Recorder {
    state: Mutex<State>,
    /// Cancelled when a record is lost and none may be.
    required: Option<CancellationToken>,
}

#[derive(Debug)]
struct State {
    last: u64,
    /// What was lost since the last record that was not.
    lost: Option<Lost>,
    queue: Option<SyncSender<Record>>,
}

#[derive(Debug)]
struct Lost {
    dropped: u64,
    at: Time,
    node: NodeName,
}

impl Recorder {
    /// Starts the writer's thread. `required` is cancelled when a record is lost.
    pub(crate) fn start(sink: Box<dyn Sink>, required: Option<CancellationToken>) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = sync_channel(QUEUE_MAX);
        let writer = std::thread::spawn(move || write(sink, &receiver));
        let state = Mutex::new(State { last: 0, lost: None, queue: Some(sender) });
        (Self { state, required }, writer)
    }

    /// Records something and returns its number. What is lost has a number, too, so that no cause is mistaken for
    /// another.
    pub(crate) fn record(&self, at: Time, node: &NodeName, cause: Option<u64>, what: What) -> u64 {
        let mut state = self.lock();
        state.tell_gap();
        state.last += 1;
        let seq = state.last;
        if !state.offer(Record { seq, at, node: node.clone(), cause, what }) {
            let dropped = state.lost.as_ref().map_or(0, |lost| lost.dropped) + 1;
            state.lost = Some(Lost { dropped, at, node: node.clone() });
            if let Some(required) = &self.required {
                required.cancel();
            }
        }
        seq
    }

    /// Nothing more will be recorded: the writer finishes. Waits until it has room to be told of a gap.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        let (Some(queue), lost) = (state.queue.take(), state.lost.take()) else { return };
        if let Some(lost) = lost {
            // A writer that has ended cannot be told.
            let _ = queue.send(lost.gap(state.last + 1));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Says how much is missing, once there is room for it.
    fn tell_gap(&mut self) {
        let Some(lost) = &self.lost else { return };
        if self.offer(lost.gap(self.last + 1)) {
            self.last += 1;
            self.lost = None;
        }
    }

    /// Says whether the record is not lost. Behind the end of a run there is nothing to lose.
    fn offer(&self, record: Record) -> bool {
        self.queue.as_ref().is_none_or(|queue| queue.try_send(record).is_ok())
    }
}

impl Lost {
    fn gap(&self, seq: u64) -> Record {
        let what = What::Gap { dropped: self.dropped };
        Record { seq, at: self.at, node: self.node.clone(), cause: None, what }
    }
}

fn write(mut sink: Box<dyn Sink>, queue: &Receiver<Record>) {
    while let Ok(record) = queue.recv() {
        sink.record(&record);
        while let Ok(record) = queue.try_recv() {
            sink.record(&record);
        }
        sink.quiet();
    }
    sink.finish();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, mpsc::channel};

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

    #[test]
    fn a_gap_is_told_even_when_nothing_follows_it() {
        let (told, go) = channel();
        let seen = Arc::default();
        let required = CancellationToken::new();
        let sink = Box::new(Slow { go, seen: Arc::clone(&seen) });
        let (recorder, writer) = Recorder::start(sink, Some(required.clone()));
        let count = QUEUE_MAX as u64 + 10;
        for number in 1..=count {
            assert_eq!(recorder.record(Time(number), &"ccp".into(), None, What::Started), number);
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
        let (recorder, writer) = Recorder::start(Box::new(Slow { go, seen: Arc::clone(&seen) }), None);
        let record = || recorder.record(Time(1), &"ccp".into(), None, What::Started);
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
}
