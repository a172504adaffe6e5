//! What is to be said of a run beside what happened: moments that never came, and what a version leaves out.

use crate::event::{CallId, Canceller, Target};
use crate::scenario::{End, Id, Nanos, Python};

use super::Run;

/// Something that a reader of the scenario expects, and that did not come to pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A moment of the scenario that the program did not live to see.
    NeverCame {
        /// For what.
        moment: Moment,
        /// When it would have been.
        at: Nanos,
        /// The name of what would have been cancelled: of a table, where that makes several.
        to: Option<String>,
    },
    /// `cancel()` takes no message in Python 3.8.
    MessageLeftOut {
        /// The name of what is cancelled.
        of: String,
    },
    /// More choices were asked for than the run makes.
    ChoicesLeftOver {
        /// How many.
        given: usize,
        /// How many it makes.
        made: usize,
    },
}

/// What was to happen at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Moment {
    Call,
    Await,
    Check,
    Cancel(Target),
}

/// What is worth a note. `scheduled_cancels`, by id: the scenario's own `.cancel()` came.
pub fn of(run: &Run<'_>, scheduled_cancels: &[bool]) -> Vec<Note> {
    let scenario = run.scenario;
    let mut notes = Vec::new();
    let mut never = |moment, at: Nanos, to: Option<&String>| {
        notes.push(Note::NeverCame { moment, at, to: to.cloned() });
    };
    for awaitable in &scenario.awaitables {
        let Some(cancel) = &awaitable.cancel else { continue };
        let came = &scheduled_cancels[awaitable.ids.start as usize..awaitable.ids.end as usize];
        if came.iter().any(|came| !came) {
            never(Moment::Cancel(Target::Awaitable(Id(awaitable.ids.start))), cancel.at, Some(&awaitable.name));
        }
    }
    let scheduled = |target| run.cancels.iter().any(|one| one.target == target && one.by == Canceller::Schedule);
    let caller = &scenario.caller;
    if let Some(at) = caller.cancel_at.filter(|_| !scheduled(Target::Caller)) {
        never(Moment::Cancel(Target::Caller), at, None);
    }
    if let Some(at) = caller.call_at.filter(|_| run.main().called.is_none()) {
        never(Moment::Call, at, None);
    }
    if let Some(at) = caller.await_at.filter(|_| run.main().awaited.is_none()) {
        never(Moment::Await, at, None);
    }
    if run.call.options().gives_a_future() {
        let group = Target::Group(CallId::MAIN);
        if let Some(at) = caller.cancel_group_at.filter(|_| !scheduled(group)) {
            never(Moment::Cancel(group), at, None);
        }
        // Timers fire in order, so those that are missing are the latest.
        let mut moments = caller.check_done_at.clone();
        moments.sort();
        moments.iter().skip(run.main().checks.len()).for_each(|at| never(Moment::Check, *at, None));
    }
    if run.python == Python::V3_8 {
        for awaitable in &scenario.awaitables {
            let came = &scheduled_cancels[awaitable.ids.start as usize..awaitable.ids.end as usize];
            let by_key = awaitable.cancel.as_ref().is_some_and(|cancel| cancel.message.is_some())
                && came.iter().any(|came| *came);
            let by_future = awaitable.kind.is_future()
                && matches!(awaitable.kind.end(), Some(End::Raises(raised))
                    if raised.is_cancelled_error() && raised.message.is_some());
            if by_key || by_future {
                notes.push(Note::MessageLeftOut { of: awaitable.name.clone() });
            }
        }
    }
    notes
}
