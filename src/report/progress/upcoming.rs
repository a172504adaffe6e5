//! Which awaitables end next, found without looking at those that do not.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::scenario::{Id, Nanos};

/// What an awaitable sleeps in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Running,
    CleaningUp,
}

/// The known ends of what runs, the next one on top.
///
/// What has ended meanwhile stays until a frame meets it: taking it out at once would cost the run a search for each
/// end, and a run that ends between two frames would pay for an order that nobody sees.
pub(super) struct Upcoming {
    /// Deadlines mostly come in rising order, in which a push moves nothing.
    ends: BinaryHeap<Reverse<(Nanos, Id, Step)>>,
    /// How many of them have ended, at most.
    stale: usize,
}

impl Upcoming {
    pub(super) fn with_capacity(awaitables: usize) -> Upcoming {
        Upcoming { ends: BinaryHeap::with_capacity(awaitables), stale: 0 }
    }

    /// Something sleeps until then.
    pub(super) fn push(&mut self, end: Nanos, id: Id, step: Step) {
        self.ends.push(Reverse((end, id, step)));
        if step == Step::CleaningUp {
            self.stale += 1;
        }
    }

    /// One of them has ended.
    pub(super) fn one_is_stale(&mut self) {
        self.stale += 1;
    }

    /// At most `most` that are still in their step, the next to end first.
    pub(super) fn soonest(&mut self, most: usize, in_step: impl Fn(Id, Step) -> bool) -> Vec<(Nanos, Id, Step)> {
        if self.stale > self.ends.len() / 2 {
            // As many have ended as are looked at here, so that over a run each is looked at a few times at most.
            self.ends.retain(|Reverse((_, id, step))| in_step(*id, *step));
            self.stale = 0;
        }
        let mut soonest = Vec::with_capacity(most);
        while soonest.len() < most
            && let Some(end) = self.ends.pop()
        {
            let Reverse((_, id, step)) = end;
            if in_step(id, step) {
                soonest.push(end);
            } else {
                self.stale = self.stale.saturating_sub(1);
            }
        }
        self.ends.extend(soonest.iter().copied());
        soonest.into_iter().map(|Reverse(end)| end).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soonest(upcoming: &mut Upcoming, most: usize, ended: &[u32]) -> Vec<u32> {
        let in_step = |id: Id, _| !ended.contains(&id.0);
        upcoming.soonest(most, in_step).into_iter().map(|(_, id, _)| id.0).collect()
    }

    #[test]
    fn the_next_to_end_come_first_and_stay() {
        let mut upcoming = Upcoming::with_capacity(4);
        for (id, delay) in [(0, 40), (1, 10), (2, 30), (3, 20)] {
            upcoming.push(Nanos(delay), Id(id), Step::Running);
        }
        assert_eq!(soonest(&mut upcoming, 2, &[]), [1, 3]);
        assert_eq!(soonest(&mut upcoming, 2, &[]), [1, 3]);
        upcoming.one_is_stale();
        assert_eq!(soonest(&mut upcoming, 2, &[1]), [3, 2]);
        assert_eq!(soonest(&mut upcoming, 9, &[1, 3]), [2, 0]);
    }

    #[test]
    fn what_has_ended_is_thrown_away_together() {
        let mut upcoming = Upcoming::with_capacity(1000);
        for id in 0..1000 {
            upcoming.push(Nanos(u64::from(id)), Id(id), Step::Running);
        }
        let ended: Vec<u32> = (1..1000).collect();
        for _ in &ended {
            upcoming.one_is_stale();
        }
        assert_eq!(soonest(&mut upcoming, 5, &ended), [0]);
        assert_eq!(upcoming.ends.len(), 1);
    }

    #[test]
    fn a_cleanup_stands_for_the_sleep_that_it_ended() {
        let mut upcoming = Upcoming::with_capacity(1);
        upcoming.push(Nanos(100), Id(0), Step::Running);
        upcoming.push(Nanos(15), Id(0), Step::CleaningUp);
        let found = upcoming.soonest(9, |_, step| step == Step::CleaningUp);
        assert_eq!(found, [(Nanos(15), Id(0), Step::CleaningUp)]);
    }
}
