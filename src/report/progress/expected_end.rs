//! How long a run will take, as far as its scenario tells.

use crate::calls::Call;
use crate::scenario::{Awaitable, Caller, Delay, Kind, Nanos, Scenario, Then};

/// How far the time axis of a run reaches, as far as the scenario tells before anything has happened: to the last end,
/// and to the full delay of what is cancelled before, unless that would leave the run half of the axis or less.
pub(super) fn expected_end(scenario: &Scenario, call: Call) -> Nanos {
    let caller = &scenario.caller;
    let (mut end, mut full, mut endless) = (Nanos::ZERO, Nanos::ZERO, false);
    for awaitable in scenario.awaitables.iter().filter(|awaitable| !awaitable.kind.is_group()) {
        let own = own_end(awaitable, caller);
        full = full.max(own.unwrap_or_default());
        match cancelled_end(awaitable).into_iter().chain(own).min() {
            Some(known) => end = end.max(known),
            None => endless = true,
        }
    }
    let timeout = call.options().timeout().map(|timeout| awaits_at(caller).after(timeout));
    if endless {
        let moments = [timeout, caller.cancel_at, caller.cancel_group_at];
        end = moments.into_iter().flatten().fold(end, Nanos::max);
    }
    if let (Then::Exit, Some(timeout)) = (caller.then, timeout) {
        end = end.min(timeout);
    }
    if full <= end.after(end) { end.max(full) } else { end }
}

/// When an awaitable ends if nothing cancels it; `None` where it never does.
fn own_end(awaitable: &Awaitable, caller: &Caller) -> Option<Nanos> {
    let begun = match awaitable.kind {
        Kind::Coroutine(_) => caller.call_at.unwrap_or_default(),
        _ => Nanos::ZERO,
    };
    awaitable.kind.delay().map_or(Some(begun), |delay| Some(begun.after(delay.known()?)))
}

/// When an awaitable has cleaned up after its own `cancel_at`.
fn cancelled_end(awaitable: &Awaitable) -> Option<Nanos> {
    let cleanup = awaitable.kind.cleanup().and_then(Delay::known);
    Some(awaitable.cancel.as_ref()?.at.after(cleanup.unwrap_or_default()))
}

fn awaits_at(caller: &Caller) -> Nanos {
    caller.await_at.unwrap_or_default().max(caller.call_at.unwrap_or_default())
}
