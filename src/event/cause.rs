//! What made an event happen, as the loop knows it when it tells the event.

use super::{CallId, Event, Listener, Target, What};
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

    /// The `.cancel()` among them.
    pub fn cancel(self) -> Option<CancelId> {
        [self.cause, self.because].into_iter().flatten().find_map(|cause| match cause {
            Cause::Cancel(id) => Some(id),
            _ => None,
        })
    }
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

impl Cause {
    /// In which column a [`Numbering`] keeps it, and in which row.
    fn place(self) -> (usize, usize) {
        match self {
            Cause::Create(id) => (0, id.index()),
            Cause::Start(id) => (1, id.index()),
            Cause::Cleanup(id) => (2, id.index()),
            Cause::Finish(Target::Awaitable(id)) => (3, id.index()),
            Cause::Finish(Target::Group(call)) => (4, call.index()),
            Cause::Finish(Target::Caller) => (5, 0),
            Cause::Call(call) => (6, call.index()),
            Cause::Timeout(call) => (7, call.index()),
            Cause::Resume(call) => (8, call.index()),
            Cause::Cancel(CancelId(id)) => (9, id as usize),
            Cause::Exit => (10, 0),
        }
    }
}

/// Numbers the events of a run from 0, so that one can be named by its number.
///
/// A run can have millions of events: the numbers stand in columns, and cost four bytes each.
#[derive(Debug, Default)]
pub struct Numbering {
    columns: [Vec<u32>; 11],
    /// Of each call, its `await`.
    awaits: Vec<u32>,
    /// In the order in which they came.
    checks: Vec<u32>,
    logs: Vec<u32>,
    next: u32,
}

/// The number of no event.
const NONE: u32 = u32::MAX;

impl Listener for Numbering {
    fn event(&mut self, event: &Event<'_>) {
        match (event.as_cause(), event.what) {
            (Some(cause), _) => {
                let (column, row) = cause.place();
                put(&mut self.columns[column], row, self.next);
            }
            (None, What::Await { call }) => put(&mut self.awaits, call.index(), self.next),
            (None, What::Check { .. }) => self.checks.push(self.next),
            (None, What::Log { .. }) => self.logs.push(self.next),
            (None, _) => {}
        }
        self.next += 1;
    }
}

fn put(column: &mut Vec<u32>, row: usize, number: u32) {
    if column.len() <= row {
        column.resize(row + 1, NONE);
    }
    column[row] = number;
}

fn get(column: &[u32], row: usize) -> Option<usize> {
    column.get(row).filter(|number| **number != NONE).map(|number| *number as usize)
}

impl Numbering {
    /// The number of the event that a cause names.
    pub fn of(&self, cause: Cause) -> Option<usize> {
        let (column, row) = cause.place();
        get(&self.columns[column], row)
    }

    /// The number of the `await` of a call.
    pub fn of_await(&self, call: CallId) -> Option<usize> {
        get(&self.awaits, call.index())
    }

    /// The numbers of all checks, in order.
    pub fn checks(&self) -> impl Iterator<Item = usize> {
        self.checks.iter().map(|number| *number as usize)
    }

    /// The number of a log, counted among the logs.
    pub fn of_log(&self, index: usize) -> Option<usize> {
        get(&self.logs, index)
    }

    /// The number of the last event.
    pub fn last(&self) -> Option<usize> {
        self.next.checked_sub(1).map(|number| number as usize)
    }
}
