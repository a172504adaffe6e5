//! What asyncdemo itself has to say of a run: moments that never came, and what a version leaves out.

use crate::event::{CallId, Canceller, Reason, Target};
use crate::scenario::{End, Kind, Python};

use super::Run;

/// What is worth a note. `scheduled_cancels`, by id: the scenario's own `.cancel()` came.
pub fn of(run: &Run<'_>, scheduled_cancels: &[bool]) -> Vec<String> {
    let scenario = run.scenario;
    let because = match run.reason {
        Reason::Finished => format!("the program ended at {} s", run.ended_at),
        Reason::Stuck => format!("nothing happens any more after {} s", run.ended_at),
        Reason::Interrupted | Reason::Abandoned => format!("the program was ended at {} s", run.ended_at),
    };
    let mut notes = Vec::new();
    for awaitable in &scenario.awaitables {
        let Some(cancel) = &awaitable.cancel else { continue };
        let came = &scheduled_cancels[awaitable.ids.start as usize..awaitable.ids.end as usize];
        if came.iter().any(|came| !came) {
            notes.push(format!("cancel of {} at {} s: {because}", awaitable.name, cancel.at));
        }
    }
    let scheduled =
        |target| run.cancels.iter().any(|one| one.target == target && one.cancellation.by == Canceller::Schedule);
    if let Some(moment) = scenario.caller.cancel_at
        && !scheduled(Target::Caller)
    {
        notes.push(format!("cancel of the caller at {moment} s: {because}"));
    }
    if let Some(moment) = scenario.caller.call_at
        && run.main().called.is_none()
    {
        notes.push(format!("call at {moment} s: {because}"));
    }
    if let Some(moment) = scenario.caller.await_at
        && run.main().awaited.is_none()
    {
        let missed = if run.main().called.is_none() { "the call was never made" } else { &because };
        notes.push(format!("await at {moment} s: {missed}"));
    }
    if run.call.options().gives_a_future() {
        let missed = if run.main().called.is_none() { "the call was never made" } else { &because };
        if let Some(moment) = scenario.caller.cancel_group_at
            && !scheduled(Target::Group(CallId::MAIN))
        {
            notes.push(format!("cancel of the group at {moment} s: {missed}"));
        }
        // Timers fire in order, so those that are missing are the latest.
        let mut moments = scenario.caller.check_done_at.clone();
        moments.sort();
        notes.extend(
            moments.iter().skip(run.main().checks.len()).map(|moment| format!("check at {moment} s: {missed}")),
        );
    }
    if run.python == Python::V3_8 {
        for awaitable in &scenario.awaitables {
            let came = &scheduled_cancels[awaitable.ids.start as usize..awaitable.ids.end as usize];
            let by_key = awaitable.cancel.as_ref().is_some_and(|cancel| cancel.message.is_some())
                && came.iter().any(|came| *came);
            let by_future = matches!(&awaitable.kind, Kind::Future(settlement) if matches!(&settlement.end,
                    End::Raises(raised) if raised.is_cancelled_error() && raised.message.is_some()));
            if by_key || by_future {
                notes.push(format!(
                    "the message for cancelling {} is left out: cancel() takes none in Python 3.8",
                    awaitable.name
                ));
            }
        }
    }
    notes
}
