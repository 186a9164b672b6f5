//! What a record repeats of its cause stands in a journal once: a frame that arrives has the bytes of the frame that
//! was sent, and so have the bodies of requests and responses.

use crate::{Record, What};
use bytes::Bytes;
use cce_kernel::{Blob, Input, Output};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};
use std::collections::BTreeMap;

/// Records whose bytes a later one may repeat. Writer and reader forget the same ones.
const RECORDS_MAX: usize = 1 << 12;
/// Bytes of all of them.
const BYTES_MAX: usize = 1 << 22;

/// A record as it stands in a line.
#[derive(Deserialize)]
pub(crate) struct Line {
    /// The bytes of its frame or body are those of its cause, and are left out.
    #[serde(default)]
    same: bool,
    #[serde(flatten)]
    record: Record,
}

impl Line {
    /// The number of its record.
    pub(crate) const fn seq(&self) -> u64 {
        self.record.seq
    }
}

/// The line of a record that repeats the bytes of its cause.
pub(crate) struct RepeatedLine<'a>(pub(crate) &'a Record);

impl Serialize for RepeatedLine<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(record) = self;
        let mut line = to.serialize_map(None)?;
        line.serialize_entry("same", &true)?;
        record.write_head(&mut line)?;
        if let What::In(input) = &record.what {
            line.serialize_entry("in", &without_bytes(input))?;
        }
        line.end()
    }
}

fn without_bytes(input: &Input) -> Input {
    if let Input::Frame { link, .. } = input {
        return Input::Frame { link: *link, bytes: Blob::default() };
    }
    let mut what = What::In(input.clone());
    if let Some(bytes) = arrives_mut(&mut what) {
        *bytes = Blob::default();
    }
    let What::In(input) = what else { unreachable!("it is the input") };
    input
}

/// The record of a line.
pub(crate) enum RestoredRecord {
    /// With all its bytes.
    Whole(Record),
    /// Without those that another record should have.
    WithoutBytes(Record),
}

/// The bytes that the latest records carried.
#[derive(Debug, Default)]
pub(crate) struct CarriedBytes {
    by_record: BTreeMap<u64, Bytes>,
    bytes: usize,
}

impl CarriedBytes {
    /// Takes in the next record. Says whether it repeats the bytes of its cause.
    pub(crate) fn take(&mut self, record: &Record) -> bool {
        self.remember(record);
        let arrived = arrives(&record.what).map(|bytes| &bytes.0);
        arrived.is_some() && arrived == self.of_cause(record)
    }

    /// The next line's record with all its bytes, or without them where it repeats those of a record that is not there.
    pub(crate) fn restore(&mut self, line: Line) -> RestoredRecord {
        let Line { same, mut record } = line;
        if same {
            let carried = self.of_cause(&record).cloned();
            // Behind a gap, the cause may be among the records that are missing.
            let (Some(bytes), Some(place)) = (carried, arrives_mut(&mut record.what)) else {
                return RestoredRecord::WithoutBytes(record);
            };
            place.0 = bytes;
        }
        self.remember(&record);
        RestoredRecord::Whole(record)
    }

    fn of_cause(&self, record: &Record) -> Option<&Bytes> {
        self.by_record.get(&record.cause?)
    }

    fn remember(&mut self, record: &Record) {
        let Some(bytes) = leaves(&record.what).filter(|bytes| !bytes.0.is_empty()) else { return };
        self.bytes += bytes.0.len();
        // A journal whose numbers are repeated keeps the later bytes.
        let replaced = self.by_record.insert(record.seq, bytes.0.clone());
        self.bytes -= replaced.map_or(0, |replaced| replaced.len());
        while self.by_record.len() > RECORDS_MAX || self.bytes > BYTES_MAX {
            let Some((_, oldest)) = self.by_record.pop_first() else { return };
            self.bytes -= oldest.len();
        }
    }
}

/// What a message carries that leaves a component.
const fn leaves(what: &What) -> Option<&Blob> {
    let What::Out(output) = what else { return None };
    match output {
        Output::Send { bytes, .. } => Some(bytes),
        Output::Call { request, .. } => Some(&request.body),
        Output::Reply { response, .. } => Some(&response.body),
        Output::Dial { .. }
        | Output::Close { .. }
        | Output::Secure { .. }
        | Output::Arm { .. }
        | Output::Cancel { .. }
        | Output::Store { .. }
        | Output::Note(_) => None,
    }
}

/// What a message carries that arrives at a component.
const fn arrives(what: &What) -> Option<&Blob> {
    let What::In(input) = what else { return None };
    match input {
        Input::Frame { bytes, .. } => Some(bytes),
        Input::Call { request, .. } => Some(&request.body),
        Input::Reply { result: Ok(response), .. } => Some(&response.body),
        Input::Reply { result: Err(_), .. }
        | Input::Start { .. }
        | Input::LinkUp { .. }
        | Input::LinkDown { .. }
        | Input::BadFrame { .. }
        | Input::CallGone { .. }
        | Input::Timer(_)
        | Input::Command(_) => None,
    }
}

const fn arrives_mut(what: &mut What) -> Option<&mut Blob> {
    let What::In(input) = what else { return None };
    match input {
        Input::Frame { bytes, .. } => Some(bytes),
        Input::Call { request, .. } => Some(&mut request.body),
        Input::Reply { result: Ok(response), .. } => Some(&mut response.body),
        Input::Reply { result: Err(_), .. }
        | Input::Start { .. }
        | Input::LinkUp { .. }
        | Input::LinkDown { .. }
        | Input::BadFrame { .. }
        | Input::CallGone { .. }
        | Input::Timer(_)
        | Input::Command(_) => None,
    }
}
