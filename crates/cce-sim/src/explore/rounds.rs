//! A search in parts that may be done at the same time.

use super::{Experiment, Explored, Explorer, Search, SearchBound};
use std::fmt;

/// How many parts a search is split into, as far as there are choices.
const PARTS: usize = 32;

/// The most runs of a part in one round.
const ROUND_MAX: u64 = 64;

/// The same while there are few parts.
const FIRST_ROUND_MAX: u64 = 4;

/// A search in rounds. The parts of a round may be done at the same time, by as many threads as there are; which
/// parts there are, and how far each goes in a round, does not depend on that, so neither does what is found.
pub struct Exploration<E: Experiment> {
    explorer: Explorer,
    /// In the order of the search; none is one that is given away.
    parts: Vec<Option<Search<E>>>,
    /// How many parts there were.
    count: u64,
}

impl<E: Experiment> fmt::Debug for Exploration<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exploration").field("parts", &self.parts).finish_non_exhaustive()
    }
}

impl<E: Experiment> Exploration<E> {
    /// A search that has not begun.
    pub fn new(explorer: Explorer) -> Self {
        Self { explorer, parts: vec![Some(Search::new(explorer))], count: 1 }
    }

    /// The parts of the next round; none when the search is over. All of them must be worked on and taken back
    /// before the next round.
    pub fn round(&mut self) -> Vec<Search<E>> {
        self.hand_out_requests();
        self.wake();
        self.join();
        self.split();
        let mut left = self.explorer.max_runs.saturating_sub(self.runs());
        let open = self.parts.iter().flatten().filter(|part| part.is_ready()).count();
        let most = if open < PARTS { FIRST_ROUND_MAX } else { ROUND_MAX };
        let quota = (left / (open.max(1) as u64)).clamp(1, most);
        let mut round = Vec::new();
        for (place, part) in self.parts.iter_mut().enumerate() {
            if left > 0
                && let Some(mut search) = part.take_if(|part| part.is_ready())
            {
                (search.quota, search.place) = (quota.min(left), place);
                left -= search.quota;
                round.push(search);
            }
        }
        round
    }

    /// Takes the parts of a round back, in whatever order.
    pub fn take_back(&mut self, round: Vec<Search<E>>) {
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
    pub fn explored(self) -> Explored<E::Outcome> {
        let mut explored = Explored::new();
        for part in self.parts.into_iter().flatten() {
            if !part.is_done() {
                explored.bounds.insert(SearchBound::Runs);
            }
            explored.append(part.explored);
        }
        explored
    }

    /// Hands each request to the part that owns the choice which it is for.
    fn hand_out_requests(&mut self) {
        for at in 0..self.parts.len() {
            let Some(part) = &mut self.parts[at] else { continue };
            let (requests, parent) = (std::mem::take(&mut part.requests), part.family.parent);
            for request in requests {
                if let Some(owner) = self.owner(parent, request.frame) {
                    owner.add_backtrack(&request);
                }
            }
        }
    }

    /// The part that owns a choice: an ancestor.
    fn owner(&mut self, mut ancestor: Option<u64>, frame: usize) -> Option<&mut Search<E>> {
        loop {
            let id = ancestor?;
            let place =
                self.parts.iter().position(|part| part.as_ref().is_some_and(|part| part.family.id == id))?;
            let part = self.parts[place].as_ref()?;
            if part.fixed <= frame {
                return self.parts[place].as_mut();
            }
            ancestor = part.family.parent;
        }
    }

    /// Tells each part which of its choices others may still have requests for, the children before their parents.
    fn wake(&mut self) {
        loop {
            let done = self.done();
            for at in 0..self.parts.len() {
                let held = self.parts[at].as_ref().and_then(|part| self.held(part.family.id));
                if let Some(part) = &mut self.parts[at] {
                    part.wake(held);
                }
            }
            if self.done() == done {
                return;
            }
        }
    }

    fn done(&self) -> usize {
        self.parts.iter().flatten().filter(|part| part.is_done()).count()
    }

    /// The last choice of a part that one of its children hangs on which is not done.
    fn held(&self, id: u64) -> Option<usize> {
        let children =
            self.parts.iter().flatten().filter(|part| part.family.parent == Some(id) && !part.is_done());
        children.filter_map(|child| child.fixed.checked_sub(1)).max()
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
        let mut open = self.parts.iter().flatten().filter(|part| part.is_ready()).count();
        let mut at = 0;
        while open < PARTS && at < self.parts.len() {
            let Some(part) = self.parts[at].as_mut().filter(|part| part.is_ready()) else {
                at += 1;
                continue;
            };
            let (id, before) = (self.count, part.family.id);
            match part.split(id) {
                Some(rest) => {
                    self.adopt(before, &rest);
                    self.parts.insert(at + 1, Some(rest));
                    self.count += 1;
                    open += 1;
                }
                None => at += 1,
            }
        }
    }

    /// What hung on choices that a part gave away hangs on their new owner.
    fn adopt(&mut self, before: u64, owner: &Search<E>) {
        let given = owner.family.held.map_or(0, |last| last + 1);
        for part in self.parts.iter_mut().flatten() {
            if part.family.parent == Some(before) && part.fixed <= given {
                part.family.parent = Some(owner.family.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chosen, Sim, explore::Experiment};
    use cce_journal::{Bystander, What};
    use cce_kernel::{Address, Command, Component, Cx, HostClock, Input, LinkId, NodeName, Port, Time};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// So many senders of one message each to one receiver, all at once.
    struct Senders(u8);

    #[derive(Clone)]
    struct Sender {
        mark: u8,
        link: Option<LinkId>,
    }

    #[derive(Clone)]
    struct Sink;

    impl Component for Sender {
        fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
            if let Input::Start { .. } = input {
                cx.dial(Port::Mr, Address::Lab);
            } else if let Input::LinkUp { link, .. } = input {
                self.link = Some(link);
            } else if let (Input::Command(Command::Cue), Some(link)) = (input, self.link) {
                cx.send(link, vec![0, 0, 0, 1, 0, 0, 0, 5, self.mark]);
            }
        }
    }

    impl Component for Sink {
        fn handle(&mut self, _: Input, _: &mut Cx<'_>) {}
    }

    impl Experiment for Senders {
        type Director = Bystander;
        type Outcome = Vec<u8>;

        fn build(&self) -> Sim {
            let mut sim = Sim::new(1);
            sim.add(&cce_kernel::Kind::Ccp.into(), HostClock::default(), Box::new(Sink));
            let names: Vec<NodeName> =
                (0..self.0).map(|mark| format!("sender-{mark}").as_str().into()).collect();
            for (mark, name) in (0..).zip(&names) {
                sim.add(name, HostClock::default(), Box::new(Sender { mark, link: None }));
            }
            sim.run_until(Time(1_000_000));
            names.iter().for_each(|name| sim.command(name, Command::Cue));
            sim
        }

        fn outcome(&self, finished: &Sim<Bystander, Chosen>) -> Vec<u8> {
            let heard = |what: &What| {
                let What::In(Input::Frame { bytes, .. }) = what else { return None };
                bytes.0.last().copied()
            };
            finished.records().iter().filter_map(|record| heard(&record.what)).collect()
        }
    }

    /// Counts how often its run is built.
    struct Counting<'a> {
        senders: Senders,
        built: &'a AtomicUsize,
    }

    impl Experiment for Counting<'_> {
        type Director = Bystander;
        type Outcome = Vec<u8>;

        fn build(&self) -> Sim {
            self.built.fetch_add(1, Ordering::Relaxed);
            self.senders.build()
        }

        fn outcome(&self, finished: &Sim<Bystander, Chosen>) -> Vec<u8> {
            self.senders.outcome(finished)
        }
    }

    fn explorer(max_runs: u64) -> Explorer {
        Explorer { end: Time(5_000_000), max_runs, max_choices: 1_000 }
    }

    /// However many choices there are, threads have at most that many parts to do, each with a like share of the runs that
    /// are left: few while there are few parts, so that there are more of them soon.
    #[test]
    fn a_round_has_as_many_parts_as_are_wanted_and_each_has_a_like_share_of_the_runs() {
        let mut exploration = Exploration::new(explorer(700));
        let mut sizes = Vec::new();
        loop {
            let left = 700 - exploration.runs();
            let mut round = exploration.round();
            let Some(parts) = u64::try_from(round.len()).ok().filter(|parts| *parts > 0) else { break };
            let most = if round.len() < PARTS { FIRST_ROUND_MAX } else { ROUND_MAX };
            let share = (left / parts).clamp(1, most);
            assert!(round.iter().all(|part| part.quota == share), "{left} left for {parts} parts");
            round.iter_mut().for_each(|part| part.work(&Senders(6), &mut |_| ()));
            sizes.push(round.len());
            exploration.take_back(round);
        }
        assert_eq!(sizes.iter().max(), Some(&PARTS), "{sizes:?}");
        assert_eq!(exploration.explored().runs(), 700);
    }

    /// Who gives choices away has those behind them only: what hung on the others hangs on their new owner.
    #[test]
    fn each_part_hangs_on_the_one_that_owns_the_choice_before_its_own() {
        let mut exploration = Exploration::new(explorer(2_000));
        let mut children = 0;
        loop {
            let mut round = exploration.round();
            if round.is_empty() {
                break;
            }
            let parts: Vec<_> = exploration.parts.iter().flatten().chain(&round).collect();
            for part in &parts {
                let parent = parts.iter().find(|parent| Some(parent.family.id) == part.family.parent);
                children += usize::from(parent.is_some());
                assert!(parent.is_none_or(|parent| parent.fixed < part.fixed), "{:?}", part.family);
            }
            round.iter_mut().for_each(|part| part.work(&Senders(6), &mut |_| ()));
            exploration.take_back(round);
        }
        assert!(children > 0);
    }

    /// Runs and parts go on from copies.
    #[test]
    fn the_lab_is_built_once_for_all_orders() {
        let built = AtomicUsize::new(0);
        let explored = explorer(100_000).run(&Counting { senders: Senders(4), built: &built }, |_| ());
        assert_eq!((explored.orders, built.into_inner()), (24, 1));
    }

    /// How many parts there are, and how far each goes in a round, shows in nothing that is found. The senders are alike, so
    /// each part comes upon every request by itself: that a part waits for the requests of others, `uneven` shows.
    #[test]
    fn each_order_is_found_however_few_runs_a_part_does_in_a_round() {
        for quota in [1, 2, 3, 7] {
            let explorer = explorer(100_000);
            let mut exploration = Exploration::new(explorer);
            loop {
                let mut round = exploration.round();
                if round.is_empty() {
                    break;
                }
                for part in &mut round {
                    part.quota = quota;
                    part.work(&Senders(5), &mut |_| ());
                }
                exploration.take_back(round);
            }
            let explored = exploration.explored();
            let found = (explored.orders, explored.outcomes().len(), explored.is_complete());
            assert_eq!(found, (120, 120, true), "{quota}");
        }
    }
}
