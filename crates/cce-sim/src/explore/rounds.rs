//! A search in parts that may be done at the same time.

use super::{Bound, Explored, Explorer, Search};

/// How many parts a search is split into, as far as there are choices.
const PARTS: usize = 32;

/// The most runs of a part in one round.
const ROUND_MAX: u64 = 64;

/// The same while there are few parts.
const FIRST_ROUND_MAX: u64 = 4;

/// A search in rounds. The parts of a round may be done at the same time, by as many threads as there are; which
/// parts there are, and how far each goes in a round, does not depend on that, so neither does what is found.
#[derive(Debug)]
pub struct Exploration<O> {
    explorer: Explorer,
    /// In the order of the search; none is one that is given away.
    parts: Vec<Option<Search<O>>>,
}

impl<O: Ord + Clone> Exploration<O> {
    /// A search that has not begun.
    pub fn new(explorer: Explorer) -> Self {
        Self { explorer, parts: vec![Some(Search::new(explorer))] }
    }

    /// The parts of the next round; none when the search is over. All of them must be worked on and taken back
    /// before the next round.
    pub fn round(&mut self) -> Vec<Search<O>> {
        self.join();
        self.split();
        let mut left = self.explorer.max_runs.saturating_sub(self.runs());
        let open = self.parts.iter().flatten().filter(|part| !part.is_done()).count();
        let most = if open < PARTS { FIRST_ROUND_MAX } else { ROUND_MAX };
        let quota = (left / (open.max(1) as u64)).clamp(1, most);
        let mut round = Vec::new();
        for (place, part) in self.parts.iter_mut().enumerate() {
            if left > 0
                && let Some(mut search) = part.take_if(|part| !part.is_done())
            {
                (search.quota, search.place) = (quota.min(left), place);
                left -= search.quota;
                round.push(search);
            }
        }
        round
    }

    /// Takes the parts of a round back, in whatever order.
    pub fn take_back(&mut self, round: Vec<Search<O>>) {
        for search in round {
            let place = search.place;
            self.parts[place] = Some(search);
        }
    }

    /// How many runs there were until this round.
    pub fn runs(&self) -> u64 {
        self.parts.iter().flatten().map(|part| part.explored.runs()).sum()
    }

    /// What was found.
    pub fn explored(self) -> Explored<O> {
        let mut explored = Explored::new();
        for part in self.parts.into_iter().flatten() {
            if !part.is_done() {
                explored.bounds.insert(Bound::Runs);
            }
            explored.append(part.explored);
        }
        explored
    }

    /// Makes one part of neighbours that are done.
    fn join(&mut self) {
        self.parts.dedup_by(|later, earlier| {
            let (Some(later), Some(earlier)) = (later, earlier) else { return false };
            let are_done = later.is_done() && earlier.is_done();
            if are_done {
                earlier.explored.append(std::mem::replace(&mut later.explored, Explored::new()));
            }
            are_done
        });
    }

    /// Splits the parts that are left until there are enough of them.
    fn split(&mut self) {
        let mut open = self.parts.iter().flatten().filter(|part| !part.is_done()).count();
        let mut at = 0;
        while open < PARTS && at < self.parts.len() {
            match self.parts[at].as_mut().and_then(Search::split) {
                Some(rest) => {
                    self.parts.insert(at + 1, Some(rest));
                    open += 1;
                }
                None => at += 1,
            }
        }
    }
}
