//! Which awaitables end next, found without looking at those that do not.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::report::timeline::Phase;
use crate::scenario::{Id, Nanos};

/// When an awaitable's sleep ends, with the phase that it sleeps in.
pub(super) type SleepEnd = (Nanos, Id, Phase);

/// The known ends of what runs or cleans up, the next one on top.
///
/// What has ended meanwhile stays until a frame meets it: taking it out at once would cost the run a search for each
/// end, and a run that ends between two frames would pay for an order that nobody sees.
pub(super) struct NextToFinish {
    /// Deadlines mostly come in rising order, in which a push moves nothing.
    ends: BinaryHeap<Reverse<SleepEnd>>,
    /// How many of them have ended, at most.
    stale: usize,
}

impl NextToFinish {
    pub(super) fn with_capacity(awaitables: usize) -> NextToFinish {
        NextToFinish { ends: BinaryHeap::with_capacity(awaitables), stale: 0 }
    }

    /// Something sleeps until then. A cleanup takes the place of the sleep that it ended.
    pub(super) fn push(&mut self, end: SleepEnd) {
        self.ends.push(Reverse(end));
        self.stale += usize::from(end.2 == Phase::CleaningUp);
    }

    /// One of them has ended.
    pub(super) fn one_is_stale(&mut self) {
        self.stale += 1;
    }

    /// At most `most` that are still in the phase in which they sleep, the next to end first.
    pub(super) fn soonest(&mut self, most: usize, phase: impl Fn(Id) -> Phase) -> Vec<SleepEnd> {
        if self.stale > self.ends.len() / 2 {
            // As many have ended as are looked at here, so that over a run each is looked at a few times at most.
            self.ends.retain(|Reverse((_, id, sleeps_in))| phase(*id) == *sleeps_in);
            self.stale = 0;
        }
        let mut soonest = Vec::with_capacity(most);
        while soonest.len() < most
            && let Some(Reverse(end)) = self.ends.pop()
        {
            if phase(end.1) == end.2 {
                soonest.push(end);
            } else {
                self.stale = self.stale.saturating_sub(1);
            }
        }
        self.ends.extend(soonest.iter().copied().map(Reverse));
        soonest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::State;

    fn check(next: &mut NextToFinish, most: usize, ended: &[u32], expected: &[u32]) {
        let phase = |id: Id| if ended.contains(&id.0) { Phase::In(State::Returned) } else { Phase::In(State::Running) };
        let soonest = next.soonest(most, phase).into_iter().map(|(_, id, _)| id.0);
        assert_eq!(soonest.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_next_to_end_come_first_and_stay() {
        let mut next = NextToFinish::with_capacity(4);
        for (id, delay) in [(0, 40), (1, 10), (2, 30), (3, 20)] {
            next.push((Nanos(delay), Id(id), Phase::In(State::Running)));
        }
        check(&mut next, 2, &[], &[1, 3]);
        check(&mut next, 2, &[], &[1, 3]);
        next.one_is_stale();
        check(&mut next, 2, &[1], &[3, 2]);
        check(&mut next, 9, &[1, 3], &[2, 0]);
    }

    #[test]
    fn what_has_ended_is_thrown_away_together() {
        let mut next = NextToFinish::with_capacity(1000);
        for id in 0..1000 {
            next.push((Nanos(u64::from(id)), Id(id), Phase::In(State::Running)));
        }
        let ended: Vec<u32> = (1..1000).collect();
        for _ in &ended {
            next.one_is_stale();
        }
        check(&mut next, 5, &ended, &[0]);
        assert_eq!(next.ends.len(), 1);
    }

    #[test]
    fn a_cleanup_stands_for_the_sleep_that_it_ended() {
        let mut next = NextToFinish::with_capacity(1);
        next.push((Nanos(100), Id(0), Phase::In(State::Running)));
        next.push((Nanos(15), Id(0), Phase::CleaningUp));
        assert_eq!(next.soonest(9, |_| Phase::CleaningUp), [(Nanos(15), Id(0), Phase::CleaningUp)]);
    }
}
