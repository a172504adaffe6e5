//! Handles: what the loop calls in a pass (`Lib/asyncio/events.py`).

use crate::event::{CallId, Target};
use crate::scenario::Id;

use super::calls::wait::WaitId;
use super::future::{Callback, Object};

/// A handle in the ready queue: what to call.
#[derive(Clone, Copy, Debug)]
pub enum Handle {
    /// A body's next step: `Task.__step` after a bare yield, else `Task.__wakeup`. Its suspension knows which.
    Step(Object),
    /// A done callback of an object.
    Call(Callback, Object),
    /// A timer that is due.
    Due(Action),
    /// The one step of a task in which `asyncio.run()` shuts down a service of the loop.
    StepService,
}

/// What a timer does.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Ends a task's sleep.
    Wake(Object),
    /// Settles a bare future.
    Settle(Id),
    /// A `.cancel()` that the scenario asks for.
    Cancel(Target),
    /// The caller of a gather() looks at `group.done()`.
    Check(CallId),
    /// A wait()'s timeout.
    TimeOut(WaitId),
}
