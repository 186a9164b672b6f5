//! Fits the clocks of several processes to each other: what was received was sent before.

/// A message from one process to another, by the clock of each, in microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sighting {
    pub(super) from: usize,
    pub(super) sent: i64,
    pub(super) to: usize,
    pub(super) received: i64,
}

/// What is to be added to each process's clock so that all show the time of the first one of those that are joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clocks {
    /// Microseconds to add.
    pub(super) offsets: Vec<i64>,
    /// By how many microseconds the offset may be wrong on either side; none where causality leaves it open.
    pub(super) uncertainties: Vec<Option<u64>>,
    /// By how many microseconds the messages contradict each other, taken one by one.
    pub(super) conflict: u64,
}

/// `bounds[to][from]`: at most so much more is to be added to the clock of `from` than to that of `to`.
type Bounds = Vec<Vec<Option<i64>>>;

impl Clocks {
    /// Fits them: each offset is the middle of what causality allows. Where messages went in one direction only, it is what
    /// the clocks say themselves, as far as that is allowed.
    pub(super) fn fit(count: usize, sightings: impl Iterator<Item = Sighting>) -> Self {
        let mut bounds: Bounds = vec![vec![None; count]; count];
        for Sighting { from, sent, to, received } in sightings {
            let way = received - sent;
            let bound = &mut bounds[to][from];
            *bound = Some(bound.map_or(way, |known| known.min(way)));
        }
        let conflict = conflict(&bounds);
        // Each message may be early by as much as the messages contradict each other, so that some clocks agree with all of them.
        let bounds: Bounds = bounds
            .into_iter()
            .map(|row| {
                row.into_iter()
                    .map(|bound| bound.map(|bound| bound.saturating_add_unsigned(conflict)))
                    .collect()
            })
            .collect();
        let mut closed = bounds.clone();
        close(&mut closed);
        let mut offsets = vec![0; count];
        let mut uncertainties = vec![Some(0); count];
        let mut fixed = bounds;
        for process in 1..count {
            // How far its clock may be moved against the reference, which is the first process that it is joined with.
            let reference =
                (0..process).find(|other| closed[*other][process].or(closed[process][*other]).is_some());
            let Some(reference) = reference else {
                uncertainties[process] = None;
                continue;
            };
            uncertainties[process] =
                match (closed[reference][process], closed[process][reference], uncertainties[reference]) {
                    (Some(most), Some(least), Some(_)) => {
                        Some(most.saturating_add(least).unsigned_abs().div_ceil(2))
                    }
                    (_, _, _) => None,
                };
            // The offsets that are chosen bound this one, too.
            close(&mut fixed);
            let most = fixed[reference][process];
            let least = fixed[process][reference].map(|least| -least);
            let moved = match (least, most) {
                (Some(least), Some(most)) => (least + most).div_euclid(2),
                // In one direction there is one bound: within it, the clocks are taken as they are.
                (Some(least), None) => least.max(-offsets[reference]),
                (None, Some(most)) => most.min(-offsets[reference]),
                (None, None) => 0,
            };
            offsets[process] = offsets[reference] + moved;
            fixed[reference][process] = Some(moved);
            fixed[process][reference] = Some(-moved);
        }
        Self { offsets, uncertainties, conflict }
    }

    /// A time of that process's clock on the common one.
    pub(super) fn corrected(&self, process: usize, at: i64) -> i64 {
        at.saturating_add(self.offsets[process])
    }
}

/// The least number of microseconds by which each message must be allowed to be early, so that no clocks contradict them: 0
/// where the clocks ran alike.
fn conflict(bounds: &Bounds) -> u64 {
    let agrees = |slack: u64| {
        let mut closed: Bounds = bounds
            .iter()
            .map(|row| {
                row.iter().map(|bound| bound.map(|bound| bound.saturating_add_unsigned(slack))).collect()
            })
            .collect();
        close(&mut closed);
        // A way back to the same process that takes less than no time is a contradiction.
        (0..closed.len()).all(|process| closed[process][process].is_none_or(|round| round >= 0))
    };
    if agrees(0) {
        return 0;
    }
    let all = bounds.iter().flatten().flatten();
    let (mut wrong, mut right) = (0, all.map(|bound| bound.unsigned_abs()).max().unwrap_or(0));
    while right - wrong > 1 {
        let middle = wrong.midpoint(right);
        if agrees(middle) {
            right = middle;
        } else {
            wrong = middle;
        }
    }
    right
}

/// The bounds that follow from each other: the shortest path between each two processes.
fn close(bounds: &mut Bounds) {
    // Floyd's algorithm: `over` grows in the outermost loop, so that each path is found from shorter ones.
    for over in 0..bounds.len() {
        for to in 0..bounds.len() {
            for from in 0..bounds.len() {
                let (Some(one), Some(other)) = (bounds[to][over], bounds[over][from]) else { continue };
                let way = one.saturating_add(other);
                let bound = &mut bounds[to][from];
                *bound = Some(bound.map_or(way, |known| known.min(way)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(from: usize, sent: i64, to: usize, received: i64) -> Sighting {
        Sighting { from, sent, to, received }
    }

    #[test]
    fn an_offset_is_the_middle_of_what_both_directions_allow() {
        // The second clock is 1000 ahead; messages take 10 there, and 30 back.
        let both = [sighting(0, 0, 1, 1_010), sighting(1, 2_000, 0, 1_030)];
        let clocks = Clocks::fit(2, both.into_iter());
        assert_eq!(
            clocks,
            Clocks { offsets: vec![0, -990], uncertainties: vec![Some(0), Some(20)], conflict: 0 }
        );
    }

    #[test]
    fn the_fastest_messages_decide() {
        let all = [
            sighting(0, 0, 1, 5_000),
            sighting(0, 10_000, 1, 10_002),
            sighting(1, 20_000, 0, 20_004),
            sighting(1, 30_000, 0, 39_000),
        ];
        let clocks = Clocks::fit(2, all.into_iter());
        assert_eq!((clocks.offsets[1], clocks.uncertainties[1]), (1, Some(3)));
    }

    #[test]
    fn a_process_is_fitted_over_others_that_lie_between() {
        let all = [
            sighting(0, 0, 1, 110),
            sighting(1, 200, 0, 110),
            sighting(1, 300, 2, 1_310),
            sighting(2, 1_400, 1, 410),
        ];
        let clocks = Clocks::fit(3, all.into_iter());
        assert_eq!(clocks.offsets, [0, -100, -1_100]);
        assert_eq!(clocks.uncertainties, [Some(0), Some(10), Some(20)]);
    }

    #[test]
    fn nothing_is_received_before_it_was_sent() {
        let all = [
            sighting(0, 0, 1, 40),
            sighting(1, 100, 0, 90),
            sighting(1, 200, 2, 210),
            sighting(2, 300, 1, 325),
            sighting(2, 400, 0, 371),
            sighting(0, 500, 2, 531),
        ];
        let clocks = Clocks::fit(3, all.into_iter());
        assert_eq!(clocks.conflict, 0);
        for Sighting { from, sent, to, received } in all {
            assert!(clocks.corrected(from, sent) <= clocks.corrected(to, received), "{clocks:?}");
        }
    }

    #[test]
    fn with_messages_in_one_direction_only_a_clock_is_moved_no_further_than_it_must_be() {
        let clocks = Clocks::fit(2, [sighting(0, 100, 1, 40)].into_iter());
        assert_eq!((clocks.offsets[1], clocks.uncertainties[1]), (60, None));
        let clocks = Clocks::fit(2, [sighting(0, 100, 1, 140)].into_iter());
        assert_eq!((clocks.offsets[1], clocks.uncertainties[1]), (0, None));
    }

    #[test]
    fn clocks_that_contradict_each_other_are_fitted_as_well_as_can_be_and_it_is_told() {
        // The way there and back takes less than nothing: one of the clocks was slow for a while.
        let all = [sighting(0, 0, 1, 10), sighting(1, 20, 0, 0)];
        let clocks = Clocks::fit(2, all.into_iter());
        assert_eq!((clocks.conflict, clocks.uncertainties[1]), (5, Some(0)));
        assert_eq!(clocks.offsets[1], -15);
    }

    #[test]
    fn a_process_that_nobody_spoke_with_keeps_its_clock() {
        let clocks = Clocks::fit(2, std::iter::empty());
        assert_eq!((clocks.offsets[1], clocks.uncertainties[1]), (0, None));
    }
}
