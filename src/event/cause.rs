//! What made an event happen, as the loop knows it when it tells the event.

use std::collections::HashMap;

use super::{CallId, Event, Target, What};
use crate::scenario::Id;

/// Another event, named by what happened there. Each of these happens at most once in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A task, a future or a nested group came to exist.
    Create(Id),
    /// A body's first step.
    Start(Id),
    /// Somebody called `.cancel()`.
    Cancel(CancelId),
    /// A body began its `on_cancel`.
    Cleanup(Id),
    /// Something ended.
    Finish(Target),
    /// A call was made.
    Call(CallId),
    /// A call's timer fired.
    Timeout(CallId),
    /// The caller of a call went on.
    Resume(CallId),
    /// The main coroutine ended.
    Exit,
}

/// A `.cancel()`, refused or not, in the order in which they are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CancelId(pub u32);

/// Why an event happened.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Why {
    /// What made it happen now; none where it is the scenario's own doing, or time's.
    pub cause: Option<Cause>,
    /// What it brings with it, where that is another event: the failure or the cancellation behind what was awaited.
    pub because: Option<Cause>,
}

impl Why {
    /// The program's own doing.
    pub const NONE: Why = Why { cause: None, because: None };
}

impl From<Cause> for Why {
    fn from(cause: Cause) -> Why {
        Why { cause: Some(cause), because: None }
    }
}

impl Event<'_> {
    /// As what others name this event as their cause.
    pub fn as_cause(&self) -> Option<Cause> {
        Some(match self.what {
            What::Create { awaitable, .. } => Cause::Create(awaitable),
            What::Start { awaitable } => Cause::Start(awaitable),
            What::Cancel { id, .. } => Cause::Cancel(id),
            What::Cleanup { awaitable } => Cause::Cleanup(awaitable),
            What::Finish { target, .. } => Cause::Finish(target),
            What::Call { id, .. } => Cause::Call(id),
            What::Timeout { call } => Cause::Timeout(call),
            What::Resume { call, .. } => Cause::Resume(call),
            What::Exit => Cause::Exit,
            What::Await { .. }
            | What::Check { .. }
            | What::Callback { .. }
            | What::Warning { .. }
            | What::Log { .. } => {
                return None;
            }
        })
    }
}

/// Numbers the events of a run from 0, so that a cause can be told as the number of an event.
#[derive(Debug, Default)]
pub struct Numbering {
    numbers: HashMap<Cause, usize>,
    next: usize,
}

impl Numbering {
    /// The next event.
    pub fn add(&mut self, event: &Event<'_>) {
        if let Some(cause) = event.as_cause() {
            self.numbers.insert(cause, self.next);
        }
        self.next += 1;
    }

    /// The number of the event that a cause names.
    pub fn of(&self, cause: Cause) -> Option<usize> {
        self.numbers.get(&cause).copied()
    }
}
