//! One line of a journal.

use crate::Bent;
use cce_kernel::{CallError, CallId, Command, Fact, Input, NodeName, Output, Response, Time};
use serde::{Deserialize, Serialize};
use std::io;

/// Why a component stopped when the run was ended.
pub const STOPPED: &str = "stopped";

/// What the reason begins with where a component panicked.
pub const PANICKED: &str = "panicked: ";

/// Something that went into a component, came out of it, or happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Counts the records of a process, from 1. Those that were lost are counted, too.
    pub seq: u64,
    /// When, on the run's own clock.
    pub at: Time,
    /// Whose it is.
    pub node: NodeName,
    /// The record that led to it, where that is known; always a lower number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<u64>,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

impl Record {
    /// Whether it says that whoever runs the lab ends the run: every component is told to stop.
    pub fn ends_the_run(&self) -> bool {
        matches!(self.what, What::In(Input::Command(Command::Stop)))
    }

    /// About how many bytes it takes up in memory, so that a queue of records can be bounded.
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.what.size()
    }
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An input, as it was taken from the component's queue.
    In(Input),
    /// An output, before it acts.
    Out(Output),
    /// A life of the component begins.
    Started,
    /// The component's life is over.
    Stopped {
        /// Why: it was asked to, or the text of its panic.
        reason: String,
    },
    /// The connection that a request of this component's took to a listener of another process: the two addresses are
    /// known to the other end, too. Recorded once the request's outcome is there.
    Connected {
        /// The exchange.
        call: CallId,
        /// This end's network address.
        here: String,
        /// The other end's network address.
        there: String,
    },
    /// A scenario did something to the run: to the message of the record that is its cause, where it has one.
    Bent(Bent),
    /// Records are missing here.
    Gap {
        /// How many.
        dropped: u64,
    },
}

impl What {
    fn size(&self) -> usize {
        match self {
            Self::In(input) => size_of_input(input),
            Self::Out(output) => size_of_output(output),
            Self::Stopped { reason } => reason.len(),
            // What was done to a message is told in few words, and so are addresses.
            Self::Connected { .. } | Self::Started | Self::Bent(_) | Self::Gap { .. } => 0,
        }
    }
}

fn size_of_input(input: &Input) -> usize {
    match input {
        Input::Start { stored } => stored.iter().map(|(key, value)| key.len() + value.len()).sum(),
        Input::Frame { bytes, .. } => bytes.0.len(),
        Input::Call { request, .. } => request.size(),
        Input::Reply { result, .. } => size_of_result(result),
        Input::Command(command) => size_of_command(command),
        Input::LinkUp { .. }
        | Input::LinkDown { .. }
        | Input::BadFrame { .. }
        | Input::CallGone { .. }
        | Input::Timer(_) => 0,
    }
}

fn size_of_output(output: &Output) -> usize {
    match output {
        Output::Send { bytes, .. } => bytes.0.len(),
        Output::Call { request, .. } => request.size(),
        Output::Reply { response, .. } => response.size(),
        Output::Store { key, value } => key.len() + value.as_ref().map_or(0, String::len),
        Output::Note(fact) => size_of_fact(fact),
        Output::Dial { .. } | Output::Close { .. } | Output::Arm { .. } | Output::Cancel { .. } => 0,
    }
}

fn size_of_result(result: &Result<Response, CallError>) -> usize {
    result.as_ref().map_or(0, Response::size)
}

fn size_of_command(command: &Command) -> usize {
    match command {
        Command::Stop | Command::Cue => 0,
        Command::Act(words) => words.len(),
        Command::Set { setting, value } => setting.len() + value.len(),
    }
}

/// Facts are many, and some carry what a client wrote: their text is counted as it will be written.
fn size_of_fact(fact: &Fact) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // A fact that cannot be written is told by the writer.
    let _ = serde_json::to_writer(&mut count, fact);
    count.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_kernel::{Port, Request};

    fn size(what: What) -> usize {
        Record { seq: 1, at: Time(0), node: cce_kernel::Kind::Ccp.into(), cause: None, what }.size()
    }

    #[test]
    fn whatever_may_be_large_counts() {
        let large = "x".repeat(100_000);
        let request = || Request::new("POST", "/").xml(large.as_str());
        let response = || Response::new(200).xml(large.as_str());
        let (call, port) = (CallId(1), Port::App);
        let link = cce_kernel::LinkId { port: Port::Xmpp, number: 1 };
        let stored = [("key".to_owned(), large.clone())].into();
        for what in [
            What::In(Input::Start { stored }),
            What::In(Input::Frame { link, bytes: large.as_str().into() }),
            What::In(Input::Call { call, port, request: request() }),
            What::In(Input::Call {
                call,
                port,
                request: Request::new("GET", "/").header("x", large.as_str()),
            }),
            What::In(Input::Reply { call, result: Ok(response()) }),
            What::In(Input::Command(Command::Act(large.clone()))),
            What::Out(Output::Send { link, bytes: large.as_str().into() }),
            What::Out(Output::Call { call, port, request: request() }),
            What::Out(Output::Reply { call, response: response() }),
            What::Out(Output::Store { key: "key".into(), value: Some(large.clone()) }),
            What::Out(Output::Note(Fact::CommandRefused { command: "set".into(), detail: large.clone() })),
            What::Stopped { reason: large.clone() },
        ] {
            assert!(size(what.clone()) >= large.len(), "{}", &format!("{what:?}")[..60]);
        }
        assert!(size(What::Started) < 1_000);
    }
}
