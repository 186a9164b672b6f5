//! One line of a journal.

use crate::{Bent, weight::weight};
use cce_kernel::{CallId, Command, Input, NodeName, Output, Response, Time};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};

/// Why a component stopped when the run was ended.
pub const STOPPED: &str = "stopped";

/// What the reason begins with where a component panicked.
pub const PANICKED: &str = "panicked: ";

/// Something that went into a component, came out of it, or happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Record {
    /// Counts the records of a process, from 1. Those that were lost are counted, too.
    pub seq: u64,
    /// When, on the run's own clock.
    pub at: Time,
    /// Whose it is.
    pub node: NodeName,
    /// The record that led to it, where that is known; always a lower number.
    #[serde(default)]
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
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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

/// Written by hand, key by key: what is flattened by `serde` is put together anew for each line.
impl Serialize for Record {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut line = to.serialize_map(None)?;
        self.write_head(&mut line)?;
        match &self.what {
            What::In(input) => line.serialize_entry("in", input)?,
            What::Out(output) => line.serialize_entry("out", output)?,
            What::Started => line.serialize_entry("started", &())?,
            What::Stopped { reason } => line.serialize_entry("stopped", &Stopped { reason })?,
            What::Connected { call, here, there } => {
                line.serialize_entry("connected", &Connected { call: *call, here, there })?;
            }
            What::Bent(bent) => line.serialize_entry("bent", bent)?,
            What::Gap { dropped } => line.serialize_entry("gap", &Gap { dropped: *dropped })?,
        }
        line.end()
    }
}

#[derive(Serialize)]
struct Stopped<'a> {
    reason: &'a str,
}

#[derive(Serialize)]
struct Connected<'a> {
    call: CallId,
    here: &'a str,
    there: &'a str,
}

#[derive(Serialize)]
struct Gap {
    dropped: u64,
}

impl Record {
    /// Writes what every record has.
    pub(crate) fn write_head<M: SerializeMap>(&self, line: &mut M) -> Result<(), M::Error> {
        line.serialize_entry("seq", &self.seq)?;
        line.serialize_entry("at", &self.at)?;
        line.serialize_entry("node", &self.node)?;
        self.cause.map_or(Ok(()), |cause| line.serialize_entry("cause", &cause))
    }
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
        Input::Start { stored, .. } => stored.iter().map(|(key, value)| key.len() + value.len()).sum(),
        Input::Frame { bytes, .. } => bytes.0.len(),
        Input::Call { request, .. } => request.size(),
        Input::Reply { result, .. } => result.as_ref().map_or(0, Response::size),
        Input::Command(Command::Act(words)) => words.len(),
        Input::Command(Command::Set { setting, value }) => setting.len() + value.len(),
        Input::LinkUp { .. }
        | Input::LinkDown { .. }
        | Input::BadFrame { .. }
        | Input::CallGone { .. }
        | Input::Timer(_)
        | Input::Command(Command::Stop | Command::Cue) => 0,
    }
}

fn size_of_output(output: &Output) -> usize {
    match output {
        Output::Send { bytes, .. } => bytes.0.len(),
        Output::Call { request, .. } => request.size(),
        Output::Reply { response, .. } => response.size(),
        Output::Store { key, value } => key.len() + value.as_ref().map_or(0, String::len),
        // Facts are many, and some carry what a client wrote.
        Output::Note(fact) => weight(fact),
        Output::Dial { .. }
        | Output::Close { .. }
        | Output::Secure { .. }
        | Output::Arm { .. }
        | Output::Cancel { .. } => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_kernel::{Fact, Port, Request};

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
            What::In(Input::Start { stored, entropy: cce_kernel::Entropy::Seed }),
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
