//! The timer queue: what the loop keeps in `BaseEventLoop._scheduled`.
//!
//! asyncio uses a binary heap of `TimerHandle`s. Here it is a radix heap: time only goes forward, so a timer sits in
//! the bucket of the highest bit in which its deadline differs from the present, and is moved at most once a bit.
//! Equal deadlines share every bucket that they ever sit in, in the order in which they were armed, so that the
//! queue is stable without comparing sequence numbers: timers fire by (deadline, creation).

use crate::scenario::Nanos;

/// A timer's name, for [`Timers::cancel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerId(pub u32);

/// No timer's name: cancelling it does nothing.
impl Default for TimerId {
    fn default() -> TimerId {
        TimerId(u32::MAX)
    }
}

/// Timers that carry an `A`, the action to run.
#[derive(Debug)]
pub struct Timers<A> {
    /// The present; no bucket holds an earlier deadline.
    now: u64,
    /// `buckets[0]`: due now. `buckets[b]`: the highest bit that differs from `now` is `b - 1`.
    buckets: [Vec<Timer<A>>; 65],
    /// Which buckets may hold something.
    occupied: u128,
    /// Timers armed for a moment already past, which come before everything else, by (deadline, creation). Only an
    /// absolute moment that is armed late gets here.
    overdue: Vec<Timer<A>>,
    /// How many were armed so far; a timer's id is its number.
    armed: u32,
    /// A bit for each timer ever armed: cancelled, and not to be found any more.
    cancelled: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Timer<A> {
    deadline: u64,
    id: TimerId,
    action: A,
}

/// No timers, at the program's start.
impl<A> Default for Timers<A> {
    fn default() -> Timers<A> {
        Timers {
            now: 0,
            buckets: std::array::from_fn(|_| Vec::new()),
            occupied: 0,
            overdue: Vec::new(),
            armed: 0,
            cancelled: Vec::new(),
        }
    }
}

impl<A: Copy> Timers<A> {
    /// Forgets every timer: the program's start.
    pub fn reset(&mut self) {
        let Timers { now, buckets, occupied, overdue, armed, cancelled } = self;
        (*now, *occupied, *armed) = (0, 0, 0);
        buckets.iter_mut().for_each(Vec::clear);
        overdue.clear();
        cancelled.clear();
    }

    /// Arms a timer for an absolute moment (`loop.call_at()`).
    pub fn arm(&mut self, deadline: Nanos, action: A) -> TimerId {
        let id = TimerId(self.armed);
        self.armed += 1;
        let timer = Timer { deadline: deadline.0, id, action };
        if deadline.0 < self.now {
            self.put_overdue(timer);
        } else {
            self.put(timer);
        }
        id
    }

    /// Cancels a timer (`TimerHandle.cancel()`); one that has fired already stays as it is.
    pub fn cancel(&mut self, id: TimerId) {
        if id == TimerId::default() {
            return;
        }
        let word = id.0 as usize / 64;
        if self.cancelled.len() <= word {
            self.cancelled.resize(word + 1, 0);
        }
        self.cancelled[word] |= 1 << (id.0 % 64);
    }

    /// Whether a timer was cancelled (`TimerHandle.cancelled()`).
    pub fn is_cancelled(&self, id: TimerId) -> bool {
        is_cancelled(&self.cancelled, id)
    }

    /// The earliest deadline of a timer that is not cancelled. Cancelled ones never move the clock.
    pub fn next_deadline(&mut self) -> Option<Nanos> {
        let cancelled = &self.cancelled;
        self.overdue.retain(|timer| !is_cancelled(cancelled, timer.id));
        if let Some(first) = self.overdue.first() {
            return Some(Nanos(first.deadline));
        }
        while self.occupied != 0 {
            let lowest = self.occupied.trailing_zeros() as usize;
            let bucket = &mut self.buckets[lowest];
            if !cancelled.is_empty() {
                bucket.retain(|timer| !is_cancelled(cancelled, timer.id));
            }
            if let Some(earliest) = bucket.iter().map(|timer| timer.deadline).min() {
                return Some(Nanos(earliest));
            }
            self.occupied &= !(1 << lowest);
        }
        None
    }

    /// Moves the present to `now`, which must not be past [`Timers::next_deadline`], and hands out what is due, in order.
    pub fn pop_due(&mut self, now: Nanos, mut each: impl FnMut(TimerId, A)) {
        let cancelled = &self.cancelled;
        let mut hand_out = |timer: Timer<A>| {
            if !is_cancelled(cancelled, timer.id) {
                each(timer.id, timer.action);
            }
        };
        self.overdue.drain(..).for_each(&mut hand_out);
        // What was armed for the present, since it became the present.
        self.buckets[0].drain(..).for_each(&mut hand_out);
        self.occupied &= !1;
        if now.0 <= self.now {
            return;
        }
        // Only the bucket that the new present lies in has to be spread over lower ones: for those above, the highest
        // bit that differs stays the same, and what lies below was cancelled, else it would be the next deadline.
        let bucket = bucket_of(self.now, now.0);
        self.now = now.0;
        for lower in 0..bucket {
            self.buckets[lower].clear();
        }
        self.occupied &= !((1u128 << bucket) - 1);
        if self.occupied & (1 << bucket) == 0 {
            return;
        }
        self.occupied &= !(1 << bucket);
        let mut spread = std::mem::take(&mut self.buckets[bucket]);
        for timer in spread.drain(..) {
            if timer.deadline > now.0 {
                let bucket = bucket_of(now.0, timer.deadline);
                self.buckets[bucket].push(timer);
                self.occupied |= 1 << bucket;
            } else {
                hand_out(timer);
            }
        }
        // Keep the allocation for the next burst.
        self.buckets[bucket] = spread;
    }

    #[cold]
    fn put_overdue(&mut self, timer: Timer<A>) {
        let place = self.overdue.partition_point(|other| other.deadline <= timer.deadline);
        self.overdue.insert(place, timer);
    }

    fn put(&mut self, timer: Timer<A>) {
        let bucket = bucket_of(self.now, timer.deadline);
        self.buckets[bucket].push(timer);
        self.occupied |= 1 << bucket;
    }
}

fn bucket_of(now: u64, deadline: u64) -> usize {
    64 - (now ^ deadline).leading_zeros() as usize
}

fn is_cancelled(cancelled: &[u64], id: TimerId) -> bool {
    cancelled.get(id.0 as usize / 64).is_some_and(|word| word & (1 << (id.0 % 64)) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn equal_deadlines_fire_in_the_order_in_which_they_were_armed() {
        let mut timers = Timers::default();
        for action in 0..4 {
            timers.arm(Nanos(5), action);
        }
        assert_eq!(timers.next_deadline(), Some(Nanos(5)));
        assert_eq!(due(&mut timers, 5), [0, 1, 2, 3]);
    }

    #[test]
    fn a_moment_already_past_comes_first() {
        let mut timers = Timers::default();
        timers.arm(Nanos(10), 0);
        timers.pop_due(Nanos(9), |_, _| {});
        timers.arm(Nanos(10), 1);
        timers.arm(Nanos(7), 2);
        timers.arm(Nanos(3), 3);
        timers.arm(Nanos(7), 4);
        assert_eq!(due(&mut timers, 10), [3, 2, 4, 0, 1]);
    }

    #[test]
    fn a_cancelled_timer_never_moves_the_clock() {
        let mut timers = Timers::default();
        let first = timers.arm(Nanos(1), 0);
        timers.arm(Nanos(2), 1);
        timers.cancel(first);
        assert_eq!(timers.next_deadline(), Some(Nanos(2)));
        assert_eq!(due(&mut timers, 2), [1]);
        assert_eq!(timers.next_deadline(), None);
    }

    /// The same as a sorted map of (deadline, sequence), over many pseudo-random programs.
    #[test]
    fn agrees_with_a_sorted_map() {
        let mut seed = 1u64;
        let mut random = move |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..300 {
            let (mut timers, mut expected, mut now, mut ids) = (Timers::default(), BTreeMap::new(), 0, Vec::new());
            for action in 0..200u32 {
                match random(4) {
                    0 | 1 => {
                        let most = 1 << random(40);
                        let deadline = (now + random(most)).saturating_sub(random(3));
                        expected.insert((deadline, action), action);
                        ids.push((deadline, action, timers.arm(Nanos(deadline), action)));
                    }
                    2 if !ids.is_empty() => {
                        let (deadline, action, id) = ids.swap_remove(random(ids.len() as u64) as usize);
                        timers.cancel(id);
                        expected.remove(&(deadline, action));
                    }
                    _ => {
                        let next = expected.keys().next().map(|(deadline, _)| Nanos(*deadline));
                        assert_eq!(timers.next_deadline(), next);
                        let Some(next) = next else { continue };
                        now = now.max(next.0);
                        let later = expected.split_off(&(now + 1, 0));
                        let wanted: Vec<u32> = std::mem::replace(&mut expected, later).into_values().collect();
                        assert_eq!(due(&mut timers, now), wanted);
                    }
                }
            }
        }
    }

    fn due(timers: &mut Timers<u32>, now: u64) -> Vec<u32> {
        let mut fired = Vec::new();
        timers.pop_due(Nanos(now), |_, action| fired.push(action));
        fired
    }
}
