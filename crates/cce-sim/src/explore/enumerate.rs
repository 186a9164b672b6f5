//! Every interleaving of a small system, also those that come to the same: what a search is compared with.

use super::{Experiment, Explorer};
use std::{
    collections::BTreeSet,
    panic::{self, AssertUnwindSafe},
};

/// A choice that was made, and of how many.
type Taken = (usize, usize);

impl Explorer {
    /// What every interleaving of a system comes to, one run for each; none if there are more than `max_runs`.
    pub fn enumerate<E: Experiment>(&self, experiment: &E) -> Option<BTreeSet<E::Outcome>> {
        let mut outcomes = BTreeSet::new();
        let mut path: Vec<Taken> = Vec::new();
        for _ in 0..self.max_runs {
            outcomes.insert(self.come_to(experiment, &mut path));
            while path.last().is_some_and(|(at, count)| at + 1 == *count) {
                path.pop();
            }
            match path.last_mut() {
                Some((at, _)) => *at += 1,
                None => return Some(outcomes),
            }
        }
        None
    }

    /// What one run along a path comes to, also where a component panics.
    fn come_to<E: Experiment>(&self, experiment: &E, path: &mut Vec<Taken>) -> E::Outcome {
        match experiment.panicked() {
            None => self.along(experiment, path),
            Some(panicked) => {
                panic::catch_unwind(AssertUnwindSafe(|| self.along(experiment, path))).unwrap_or(panicked)
            }
        }
    }

    /// One run along a path of choices, which it goes on by always taking the first.
    fn along<E: Experiment>(&self, experiment: &E, path: &mut Vec<Taken>) -> E::Outcome {
        let mut sim = experiment.build().by_choice();
        let mut depth = 0;
        loop {
            let choices = sim.choices();
            if choices.is_empty() {
                if !sim.pass_time(self.end) {
                    return experiment.outcome(&sim);
                }
                continue;
            }
            if depth == path.len() {
                path.push((0, choices.len()));
            }
            sim.choose(&choices[path[depth].0].stream);
            depth += 1;
        }
    }
}
