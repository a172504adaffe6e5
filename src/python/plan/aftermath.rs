//! What the call can raise, and what there may be to tell of when it is over.

use crate::calls::{Call, Collection, ReturnWhen};
use crate::scenario::{Awaitable, End, Exception, Kind, Python, Then};

use super::Plan;

/// What a call can raise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Raises {
    /// An `Exception`.
    exception: bool,
    /// A `CancelledError`.
    cancelled: bool,
    /// A `BaseException` that is neither.
    base: bool,
}

impl Raises {
    /// Whether it can raise anything.
    pub fn any(self) -> bool {
        self.clause().is_some()
    }

    /// What an `except` clause has to name; `None` where there is nothing.
    pub fn clause(self) -> Option<&'static str> {
        match (self.base, self.exception, self.cancelled) {
            (true, ..) => Some("BaseException"),
            (false, true, true) => Some("(Exception, asyncio.CancelledError)"),
            (false, true, false) => Some("Exception"),
            (false, false, true) => Some("asyncio.CancelledError"),
            (false, false, false) => None,
        }
    }
}

impl Plan<'_> {
    /// What the call can raise.
    pub fn raises(&self) -> Raises {
        let caller = &self.scenario.caller;
        let mut raises = Raises { cancelled: caller.cancel_at.is_some(), ..Raises::default() };
        match self.call {
            Call::Gather(options) => {
                raises.exception |= caller.passes_list;
                raises.cancelled |= caller.cancel_group_at.is_some() && !caller.passes_list;
                if !options.return_exceptions && !caller.passes_list {
                    (0..self.scenario.awaitables.len())
                        .filter(|table| self.used[*table])
                        .for_each(|table| self.add_raised(table, &mut raises));
                }
            }
            Call::Wait(options) => {
                raises.exception |= self.arguments.is_empty()
                    || matches!(options.collection, Collection::Generator | Collection::Bare)
                    || self.passes_coroutines();
            }
        }
        raises
    }

    /// What an awaitable can end with.
    fn add_raised(&self, table: usize, raises: &mut Raises) {
        raises.cancelled |= self.cancellable[table];
        for raised in raised(self.awaitable(table)) {
            match raised.type_name.as_str() {
                "CancelledError" => raises.cancelled = true,
                "BaseException" => raises.base = true,
                _ => raises.exception = true,
            }
        }
    }

    /// Whether wait() is given coroutines as they are.
    pub fn passes_coroutines(&self) -> bool {
        let is_coroutine = |table: &usize| matches!(self.awaitable(*table).kind, Kind::Coroutine(_));
        matches!(self.call, Call::Wait(options) if !options.wrap) && self.arguments.iter().any(is_coroutine)
    }

    /// Whether gather() is given one list.
    pub fn passes_list(&self) -> bool {
        matches!(self.call, Call::Gather(_)) && self.scenario.caller.passes_list
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
        let tables = || 0..self.scenario.awaitables.len();
        let loose =
            |table: usize| !self.used[table] && matches!(self.awaitable(table).kind, Kind::Task(_) | Kind::Future(_));
        let waits_for_all = match self.call {
            Call::Gather(_) => true,
            Call::Wait(options) => options.return_when == ReturnWhen::AllCompleted && options.timeout.is_none(),
        };
        // A nested group that fails leaves its members behind.
        let mut inside = Raises::default();
        if !self.groups.is_empty() {
            tables().filter(|table| self.used[*table]).for_each(|table| self.add_raised(table, &mut inside));
        }
        waits_for_all && !self.raises().any() && !inside.any() && !tables().any(loose)
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

    /// Whether a gather() makes a task of this coroutine.
    pub fn is_made_by_gather(&self, table: usize) -> bool {
        let is_coroutine = matches!(self.awaitable(table).kind, Kind::Coroutine(_));
        let by_wait = matches!(self.call, Call::Wait(_)) && self.is_argument[table];
        is_coroutine && self.used[table] && !by_wait
    }
}

/// Every exception that an awaitable may raise by itself.
pub fn raised(awaitable: &Awaitable) -> impl Iterator<Item = &Exception> {
    let (end, cleanup) = match &awaitable.kind {
        Kind::Coroutine(body) | Kind::Task(body) => {
            (Some(&body.end), body.on_cancel.as_ref().and_then(|on_cancel| on_cancel.then.as_ref()))
        }
        Kind::Future(settlement) => (Some(&settlement.end), None),
        Kind::Gather(_) => (None, None),
    };
    [end, cleanup].into_iter().flatten().filter_map(|end| match end {
        End::Raises(exception) => Some(exception),
        End::Returns(_) => None,
    })
}
