//! How late the loop wakes. On a virtual clock never; a real one rounds its sleep up to whole milliseconds, and then
//! still wakes a little later.
//!
//! The figures are those of Linux and epoll, measured on CPython 3.8 and 3.13.

use crate::random::Random;
use crate::scenario::Nanos;

/// Decides what the clock reads behind each pass's `select()`. A type parameter, so that never being late costs nothing.
pub trait Lateness {
    /// Whether the clock can read more than the deadline that was slept for.
    const IS_LATE: bool;

    /// What the clock reads after a sleep for a deadline.
    fn wake(&mut self, now: Nanos, deadline: Nanos) -> Nanos;

    /// What it reads at the beginning of a pass that did not sleep.
    fn pass(&mut self, now: Nanos) -> Nanos;
}

/// The clock reads exactly what was asked for, and passes take no time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Never;

impl Lateness for Never {
    const IS_LATE: bool = false;

    #[inline]
    fn wake(&mut self, _now: Nanos, deadline: Nanos) -> Nanos {
        deadline
    }

    #[inline]
    fn pass(&mut self, now: Nanos) -> Nanos {
        now
    }
}

/// As late as a real loop, by a seeded stream. The harness that moves CPython's clock draws the same numbers.
#[derive(Clone, Debug)]
pub struct Jitter {
    random: Random,
}

impl Jitter {
    /// The lateness with that number.
    pub fn new(number: u64) -> Jitter {
        Jitter { random: Random::new(number, 0) }
    }
}

const MICROSECOND: u64 = 1_000;

impl Lateness for Jitter {
    const IS_LATE: bool = true;

    fn wake(&mut self, now: Nanos, deadline: Nanos) -> Nanos {
        let drawn = self.random.next();
        // 0.06 to 0.5 ms, and half of them at most 0.15 ms.
        let late = if drawn.is_multiple_of(2) {
            60 * MICROSECOND + (drawn >> 1) % (90 * MICROSECOND)
        } else {
            150 * MICROSECOND + (drawn >> 1) % (350 * MICROSECOND)
        };
        Nanos(now.0.saturating_add(slept(deadline.0.saturating_sub(now.0))).saturating_add(late))
    }

    fn pass(&mut self, now: Nanos) -> Nanos {
        Nanos(now.0.saturating_add(2 * MICROSECOND + self.random.next() % (58 * MICROSECOND)))
    }
}

/// How long `EpollSelector.select()` sleeps for a timeout, in nanoseconds: whole milliseconds. It computes
/// `math.ceil(timeout * 1e3) * 1e-3`, and `epoll.poll()` rounds that up once more, to nanoseconds and then to
/// milliseconds; so 9 ms become 10.
fn slept(timeout: u64) -> u64 {
    let rounded = (timeout as f64 / 1e9 * 1e3).ceil() * 1e-3;
    let nanos = (rounded * 1e9).ceil() as u64;
    nanos.div_ceil(1_000_000) * 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_milliseconds_sleep_one_more() {
        let longer: Vec<u64> = (1..60).filter(|millis| slept(millis * 1_000_000) > millis * 1_000_000).collect();
        assert_eq!(longer, [9, 13, 18, 26, 36, 52, 59]);
        assert_eq!(slept(1), 1_000_000);
        assert_eq!(slept(1_000_001), 2_000_000);
        assert_eq!(slept(0), 0);
    }

    #[test]
    fn lateness_lies_where_it_was_measured() {
        let mut jitter = Jitter::new(7);
        let mut late: Vec<u64> = (0..1001).map(|_| jitter.wake(Nanos(0), Nanos(1_000_000)).0 - 1_000_000).collect();
        late.sort_unstable();
        assert!(late[0] >= 60_000 && late[1000] <= 500_000 && (140_000..160_000).contains(&late[500]), "{late:?}");
        let passes: Vec<u64> = (0..1000).map(|_| jitter.pass(Nanos(0)).0).collect();
        assert!(passes.iter().all(|nanos| (2_000..60_000).contains(nanos)));
    }
}
