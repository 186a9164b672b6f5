//! A point of a run at which something can be chosen, and what is left to be chosen there: its backtrack set (Flanagan and
//! Godefroid 2005) without its sleep set.

use super::races::Delivery;
use crate::{Choice, Stream};
use std::collections::BTreeSet;

/// A race says that one of these streams must be chosen at a frame in some run. Any of them will do.
#[derive(Clone, Debug)]
pub(crate) struct BacktrackRequest {
    pub(crate) frame: usize,
    pub(crate) streams: Vec<Stream>,
}

/// A point of a run at which at least two deliveries were possible that do not only repeat what was run.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// What can be chosen, with its place among everything that could be delivered.
    options: Vec<(usize, Choice)>,
    /// Which of them is chosen.
    at: usize,
    /// Which of them must be chosen in some run.
    backtrack_set: BTreeSet<usize>,
    /// Whether what is chosen stirs; none until it was run.
    pub(super) stirs: Option<bool>,
    /// What was chosen in earlier runs.
    pub(super) sleep_set: Vec<Delivery>,
}

impl Frame {
    pub(super) fn new(options: Vec<(usize, Choice)>) -> Self {
        Self { options, at: 0, backtrack_set: BTreeSet::from([0]), stirs: None, sleep_set: Vec::new() }
    }

    /// The place of what is chosen among everything that could be delivered.
    pub(super) fn chosen(&self) -> usize {
        self.options[self.at].0
    }

    /// Whether just these can be chosen.
    pub(super) fn offers(&self, options: &[(usize, Choice)]) -> bool {
        self.options == options
    }

    /// Adds the first of the streams, unless one of them is there already. Where one of the streams cannot be chosen, it sleeps,
    /// so that whatever follows was run already.
    pub(super) fn add_backtrack(&mut self, request: &BacktrackRequest) {
        let option = |stream: &Stream| self.options.iter().position(|(_, choice)| choice.stream == *stream);
        let Some(options) = request.streams.iter().map(option).collect::<Option<Vec<usize>>>() else {
            return;
        };
        if let Some(first) = options.first()
            && !options.iter().any(|option| self.backtrack_set.contains(option))
        {
            self.backtrack_set.insert(*first);
        }
    }

    /// What is left to be chosen.
    pub(super) fn next(&self) -> Option<usize> {
        let is_tried = |at: &usize| {
            *at == self.at || self.sleep_set.iter().any(|tried| tried.stream == self.options[*at].1.stream)
        };
        self.backtrack_set.iter().copied().find(|at| !is_tried(at))
    }

    /// Turns to the next choice. Says whether there is one.
    pub(super) fn go_on(&mut self) -> bool {
        let Some(next) = self.next() else { return false };
        let Choice { stream, to, .. } = self.options[self.at].1.clone();
        self.sleep_set.push(Delivery { stream, to, stirs: self.stirs.take().unwrap_or(true) });
        self.at = next;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cce_kernel::CallId;

    #[test]
    fn a_request_adds_the_first_of_its_streams() {
        assert_eq!(backtrack_set_after(&[2, 1]), [0, 2]);
    }

    #[test]
    fn a_request_for_what_is_to_be_chosen_already_adds_nothing() {
        assert_eq!(backtrack_set_after(&[2, 0]), [0]);
    }

    #[test]
    fn a_request_for_a_stream_that_cannot_be_chosen_adds_nothing() {
        assert_eq!(backtrack_set_after(&[1, 9]), [0]);
    }

    /// The backtrack set of a frame of three streams, the first of which is chosen, after a request.
    fn backtrack_set_after(streams: &[u64]) -> Vec<usize> {
        let options = (0..3).map(|number| {
            let choice = Choice {
                stream: stream(number),
                to: cce_kernel::Kind::Ccp.into(),
                is_outside: false,
                sent_in: 0,
            };
            (usize::try_from(number).unwrap_or_default(), choice)
        });
        let mut frame = Frame::new(options.collect());
        frame.add_backtrack(&BacktrackRequest {
            frame: 0,
            streams: streams.iter().copied().map(stream).collect(),
        });
        frame.backtrack_set.into_iter().collect()
    }

    fn stream(number: u64) -> Stream {
        Stream::Request(("customer".into(), CallId(number)))
    }
}
