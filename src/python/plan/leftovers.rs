//! What there is to let finish, and to tell of, when the call is over.

use crate::python::calls::MakesTasks;
use crate::scenario::{Kind, Python, Then};

use super::Plan;

impl Plan<'_> {
    /// Whether the call is given coroutines as they are, and makes tasks of them only when it is awaited.
    pub fn passes_coroutines(&self) -> bool {
        let is_coroutine = |table: &usize| matches!(self.awaitable(*table).kind, Kind::Coroutine(_));
        self.in_program().makes_tasks() == MakesTasks::WhenAwaited && self.arguments.iter().any(is_coroutine)
    }

    /// Whether the call is given one list by mistake.
    pub fn passes_list(&self) -> bool {
        self.in_program().passes_list(&self.scenario.caller)
    }

    /// Whether no task, future or group ever comes to exist.
    fn makes_nothing(&self) -> bool {
        let made = |table: usize| match self.awaitable(table).kind {
            Kind::Task(_) | Kind::Future(_) => true,
            Kind::Gather(_) => self.used[table],
            Kind::Coroutine(_) if self.passes_coroutines() => self.python < Python::V3_11,
            Kind::Coroutine(_) => self.used[table] && !self.passes_list(),
        };
        !(0..self.scenario.awaitables.len()).any(made)
    }

    /// Whether all that was made is done when the call is over, and in what it gives.
    pub fn leaves_nothing(&self) -> bool {
        if self.makes_nothing() {
            return true;
        }
        let loose =
            |table: usize| !self.used[table] && matches!(self.awaitable(table).kind, Kind::Task(_) | Kind::Future(_));
        // A nested group that fails leaves its members behind.
        let group_may_fail = !self.groups.is_empty() && self.raised_by_used().any();
        self.in_program().waits_for_all()
            && !self.raises().any()
            && !group_may_fail
            && !(0..self.scenario.awaitables.len()).any(loose)
    }

    /// Whether `main()` returns what `asyncio.run()` then makes an end of: it ends by itself, or may be cancelled.
    pub fn returns_everything(&self) -> bool {
        let caller = &self.scenario.caller;
        (caller.then == Then::Exit || caller.cancel_at.is_some()) && !self.leaves_nothing()
    }

    /// Whether tasks have to be asked for right after the call: no variable has those that gather() makes, nor any
    /// where the caller may never come to make them.
    pub fn asks_for_tasks(&self) -> bool {
        let in_no_variable =
            |table: usize| self.is_made_by_gather(table) || (self.may_never_call() && self.is_wrapped(table));
        !self.passes_list() && !self.leaves_nothing() && (0..self.scenario.awaitables.len()).any(in_no_variable)
    }

    /// Whether a gather() makes a task of this coroutine: that of a nested group, or the call itself.
    pub fn is_made_by_gather(&self, table: usize) -> bool {
        let is_coroutine = matches!(self.awaitable(table).kind, Kind::Coroutine(_));
        let at_once = self.in_program().makes_tasks() == MakesTasks::AtOnce;
        is_coroutine && self.used[table] && (at_once || !self.is_argument[table])
    }
}
