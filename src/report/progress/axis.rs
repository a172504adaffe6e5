//! Time across a lane: how far it reaches, and which column a moment falls in.

use crate::calls::Call;
use crate::scenario::{Awaitable, Caller, Delay, Kind, Nanos, Scenario, Then};

/// How far the time axis of a run reaches, as far as the scenario tells before anything has happened: to the last end,
/// and to the full delay of what is cancelled before, unless that would leave the run half of the axis or less.
pub(super) fn expected_end(scenario: &Scenario, call: Call) -> Nanos {
    let caller = &scenario.caller;
    let (mut end, mut full, mut endless) = (Nanos::ZERO, Nanos::ZERO, false);
    for awaitable in scenario.awaitables.iter().filter(|awaitable| !matches!(awaitable.kind, Kind::Gather(_))) {
        let own = own_end(awaitable, caller);
        full = full.max(own.unwrap_or_default());
        match cancelled_end(awaitable).into_iter().chain(own).min() {
            Some(known) => end = end.max(known),
            None => endless = true,
        }
    }
    let timeout = match call {
        Call::Wait(options) => options.timeout.map(|timeout| later(awaits_at(caller), timeout)),
        Call::Gather(_) => None,
    };
    if endless {
        let moments = [timeout, caller.cancel_at, caller.cancel_group_at];
        end = moments.into_iter().flatten().fold(end, Nanos::max);
    }
    if let (Then::Exit, Some(timeout)) = (caller.then, timeout) {
        end = end.min(timeout);
    }
    if full <= later(end, end) { end.max(full) } else { end }
}

/// When an awaitable ends if nothing cancels it; `None` where it never does.
fn own_end(awaitable: &Awaitable, caller: &Caller) -> Option<Nanos> {
    let called = caller.call_at.unwrap_or_default();
    let (start, delay) = match &awaitable.kind {
        Kind::Coroutine(body) => (called, body.delay),
        Kind::Task(body) => (Nanos::ZERO, body.delay),
        Kind::Future(settlement) => (Nanos::ZERO, settlement.delay),
        Kind::Gather(_) => return None,
    };
    match delay {
        Some(Delay::For(delay)) => Some(later(start, delay)),
        Some(Delay::Forever) => None,
        None => Some(start),
    }
}

/// When an awaitable has cleaned up after its own `cancel_at`.
fn cancelled_end(awaitable: &Awaitable) -> Option<Nanos> {
    let cancelled = awaitable.cancel.as_ref()?.at;
    let on_cancel = match &awaitable.kind {
        Kind::Coroutine(body) | Kind::Task(body) => body.on_cancel.as_ref(),
        Kind::Future(_) | Kind::Gather(_) => None,
    };
    Some(match on_cancel.and_then(|on_cancel| on_cancel.cleanup) {
        Some(Delay::For(cleanup)) => later(cancelled, cleanup),
        Some(Delay::Forever) | None => cancelled,
    })
}

fn awaits_at(caller: &Caller) -> Nanos {
    caller.await_at.unwrap_or_default().max(caller.call_at.unwrap_or_default())
}

/// A moment that much later.
pub(super) fn later(moment: Nanos, delay: Nanos) -> Nanos {
    Nanos(moment.0.saturating_add(delay.0))
}

/// A time axis from the program's start over a number of columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    end: Nanos,
    columns: usize,
}

impl Axis {
    /// An axis that reaches to `horizon` at least, and beyond `now`: it doubles where a run takes longer than could be
    /// told, so that it does so seldom.
    pub(super) fn new(horizon: Nanos, now: Nanos, columns: usize) -> Axis {
        let mut end = if horizon == Nanos::ZERO { Nanos::SECOND } else { horizon };
        while end < now {
            end = Nanos(end.0.saturating_mul(2));
        }
        Axis { end, columns }
    }

    /// The column in which a moment falls: 0 for the start, the last for the end and for what lies beyond.
    pub(super) fn column(&self, moment: Nanos) -> usize {
        let last = self.columns.saturating_sub(1);
        let exact = u128::from(moment.0) * last as u128 / u128::from(self.end.0.max(1));
        usize::try_from(exact).unwrap_or(last).min(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_fall_in_columns() {
        let axis = Axis::new(Nanos(1000), Nanos::ZERO, 11);
        let columns = [0, 99, 100, 999, 1000, 5000, u64::MAX].map(|moment| axis.column(Nanos(moment)));
        assert_eq!(columns, [0, 0, 1, 9, 10, 10, 10]);
        assert_eq!(Axis::new(Nanos(1000), Nanos::ZERO, 0).column(Nanos(7)), 0);
    }

    #[test]
    fn an_axis_reaches_beyond_now() {
        assert_eq!(Axis::new(Nanos(1000), Nanos(1001), 11).end, Nanos(2000));
        assert_eq!(Axis::new(Nanos(1000), Nanos(4001), 11).end, Nanos(8000));
        assert_eq!(Axis::new(Nanos::ZERO, Nanos::ZERO, 11).end, Nanos::SECOND);
        assert_eq!(Axis::new(Nanos(u64::MAX), Nanos(u64::MAX), 11).column(Nanos(u64::MAX)), 10);
    }
}
