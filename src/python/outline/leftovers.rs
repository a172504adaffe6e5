//! What there is to let finish, and to tell of, when the call is over.

use crate::python::calls::MakesTasks;
use crate::scenario::{Kind, Python, Then};

use super::{Outline, Part};

impl Outline<'_> {
    /// Whether the call is given coroutines as they are, and makes tasks of them only when it is awaited.
    pub fn passes_coroutines(&self) -> bool {
        let is_coroutine = |part: &usize| self.table(*part).kind.is_coroutine();
        self.in_program().makes_tasks() == MakesTasks::WhenAwaited && self.arguments.iter().any(is_coroutine)
    }

    /// Whether the call is given one list by mistake.
    pub fn passes_list(&self) -> bool {
        self.in_program().passes_list(&self.scenario.caller)
    }

    /// Whether no task, future or group ever comes to exist.
    fn makes_nothing(&self) -> bool {
        let made = |part: usize| match self.table(part).kind {
            Kind::Task(_) | Kind::Future(_) => true,
            Kind::Gather(_) => self.parts[part].is_used,
            Kind::Coroutine(_) if self.passes_coroutines() => self.python < Python::V3_11,
            Kind::Coroutine(_) => self.parts[part].is_used && !self.passes_list(),
        };
        !(0..self.parts.len()).any(made)
    }

    /// Whether all that was made is done when the call is over, and in what it gives.
    pub fn leaves_nothing(&self) -> bool {
        if self.makes_nothing() {
            return true;
        }
        let is_loose = |part: &Part| !part.is_used && self.awaitable(part.table).kind.is_made_at_start();
        // A nested group that fails leaves its members behind.
        let group_may_fail = !self.groups.is_empty() && self.raised_by_used().any();
        self.in_program().waits_for_all() && !self.raises().any() && !group_may_fail && !self.parts.iter().any(is_loose)
    }

    /// Whether `main()` returns what `asyncio.run()` then makes an end of: it ends by itself, or may be cancelled.
    pub fn returns_everything(&self) -> bool {
        let caller = &self.scenario.caller;
        (caller.then == Then::Exit || caller.cancel_at.is_some()) && !self.leaves_nothing()
    }

    /// Whether tasks have to be asked for right after the call: no variable has those that gather() makes, nor any
    /// where the caller may never come to make them.
    pub fn asks_for_tasks(&self) -> bool {
        let wraps = |part: usize| self.may_never_call() && self.is_wrapped(part);
        !self.passes_list() && !self.leaves_nothing() && (self.gather_makes_tasks() || (0..self.parts.len()).any(wraps))
    }

    /// Whether a gather() makes tasks of coroutines: that of a nested group, or the call itself.
    pub fn gather_makes_tasks(&self) -> bool {
        let at_once = self.in_program().makes_tasks() == MakesTasks::AtOnce;
        self.parts.iter().any(|part| {
            let is_coroutine = self.awaitable(part.table).kind.is_coroutine();
            is_coroutine && part.is_used && (at_once || !part.is_argument)
        })
    }
}
