//! Numbers records and hands them to the one who writes them.

use cce_journal::{Record, What};
use cce_kernel::{NodeName, Time};
use std::{
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
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
    dropped: u64,
    queue: Option<SyncSender<Record>>,
}

impl Recorder {
    /// Starts the writer's thread. `required` is cancelled when a record is lost.
    pub(crate) fn start(sink: Box<dyn Sink>, required: Option<CancellationToken>) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = sync_channel(QUEUE_MAX);
        let writer = std::thread::spawn(move || write(sink, &receiver));
        let state = Mutex::new(State { last: 0, dropped: 0, queue: Some(sender) });
        (Self { state, required }, writer)
    }

    /// Records something and returns its number.
    pub(crate) fn record(&self, at: Time, node: &NodeName, cause: Option<u64>, what: What) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.dropped > 0 {
            let gap = What::Gap { dropped: state.dropped };
            if state.put(at, node, None, gap) {
                state.dropped = 0;
            }
        }
        if !state.put(at, node, cause, what) {
            state.dropped += 1;
            if let Some(required) = &self.required {
                required.cancel();
            }
        }
        state.last
    }

    /// Nothing more will be recorded: the writer finishes.
    pub(crate) fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).queue = None;
    }
}

impl State {
    fn put(&mut self, at: Time, node: &NodeName, cause: Option<u64>, what: What) -> bool {
        let Some(queue) = &self.queue else { return true };
        let seq = self.last + 1;
        let record = Record { seq, at, node: node.clone(), cause, what };
        match queue.try_send(record) {
            Ok(()) => {
                self.last = seq;
                true
            }
            Err(TrySendError::Full(_)) => false,
            Err(TrySendError::Disconnected(_)) => true,
        }
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
