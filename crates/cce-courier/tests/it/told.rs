//! What each component was told, and what was done to its messages, in short words.

use cce_journal::{Record, What};
use cce_kernel::{Input, Output};
use std::collections::BTreeMap;

/// By component: in order, what it heard, and what was done to its messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told(pub(crate) BTreeMap<String, Vec<String>>);

impl Told {
    /// As in `ccp: up 1 2 | mrpg: up`.
    pub(crate) fn read(text: &str) -> Self {
        let line = |line: &str| {
            let (node, words) = line.split_once(':').unwrap();
            (node.trim().to_owned(), words.split_whitespace().map(ToOwned::to_owned).collect())
        };
        Self(text.split('|').map(line).filter(|(_, words): &(_, Vec<String>)| !words.is_empty()).collect())
    }

    /// Whether each component was told at least as much there.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let length = |told: &Self, node: &str| {
            told.0.get(node).map_or(0, |words| words.iter().map(String::len).sum::<usize>())
        };
        self.0.keys().all(|node| length(self, node) <= length(other, node))
    }
}

pub(crate) fn tell(records: &[Record]) -> Told {
    let mut told = Told::default();
    for record in records {
        let Some(word) = word(record) else { continue };
        let lines = told.0.entry(record.node.to_string()).or_default();
        if let Some(text) = text_of(record)
            && let Some(last) = lines.last_mut().filter(|last| last.starts_with('"'))
        {
            // In how many pieces a stream arrives is the network's affair.
            last.push_str(&text);
        } else {
            lines.push(word);
        }
    }
    told
}

/// What led to what a component heard, in order.
pub(crate) fn causes(records: &[Record]) -> BTreeMap<String, Vec<String>> {
    let outputs: BTreeMap<u64, &Record> = records.iter().map(|record| (record.seq, record)).collect();
    let mut causes = BTreeMap::<String, Vec<String>>::new();
    for record in records.iter().filter(|record| text_of(record).is_none()) {
        if let Some(word) = word(record) {
            let cause = record.cause.and_then(|cause| outputs.get(&cause)).map(|cause| output(cause));
            let cause = cause.unwrap_or_else(|| "nothing".to_owned());
            causes.entry(record.node.to_string()).or_default().push(format!("{word} because of {cause}"));
        }
    }
    causes
}

fn text_of(record: &Record) -> Option<String> {
    match &record.what {
        What::In(Input::Frame { bytes, .. }) if bytes.0.first() != Some(&0) => {
            Some(bytes.text().into_owned())
        }
        _ => None,
    }
}

fn word(record: &Record) -> Option<String> {
    match &record.what {
        What::In(input) => heard(input),
        What::Bent(bent) => Some(format!("{:?}", bent.bend).replace("Stepped(\"treated\")", "treated")),
        What::Stopped { .. } => Some("stopped".to_owned()),
        What::Started | What::Out(_) | What::Connected { .. } | What::Gap { .. } => None,
    }
}

fn heard(input: &Input) -> Option<String> {
    Some(match input {
        Input::LinkUp { .. } => "up".to_owned(),
        Input::LinkDown { reason, .. } => format!("{reason:?}"),
        Input::Frame { bytes, .. } if bytes.0.first() == Some(&0) => bytes.0.last()?.to_string(),
        Input::Frame { bytes, .. } => format!("\"{}", bytes.text()),
        Input::BadFrame { .. } => "bad".to_owned(),
        Input::Call { request, .. } => {
            format!("call:{}/{}", request.body.text(), request.get("content-length").unwrap_or("?"))
        }
        Input::CallGone { .. } => "left".to_owned(),
        Input::Reply { result: Ok(response), .. } => format!("reply:{}", response.body.text()),
        Input::Reply { result: Err(error), .. } => format!("{error:?}"),
        Input::Start { .. } | Input::Timer(_) | Input::Command(_) => return None,
    })
}

fn output(record: &Record) -> String {
    match &record.what {
        What::Out(Output::Send { bytes, .. }) => format!("message {:?}", bytes.0.last()),
        What::Out(Output::Dial { .. }) => "a dial".to_owned(),
        What::Out(Output::Close { .. }) => "a close".to_owned(),
        What::Out(Output::Call { request, .. }) => format!("request {}", request.body.text()),
        What::Out(Output::Reply { response, .. }) => format!("response {}", response.body.text()),
        other => format!("{other:?}"),
    }
}
