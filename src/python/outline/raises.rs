//! What the call can raise.

use crate::python::code::{Snippet, code};
use crate::scenario::{Awaitable, End, WrittenException};

use super::Outline;

/// What a call can raise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Raises {
    /// An `Exception`.
    pub exception: bool,
    /// A `CancelledError`.
    pub cancelled: bool,
    /// A `BaseException` that is neither.
    pub base: bool,
}

impl Raises {
    /// Whether it can raise anything.
    pub fn any(self) -> bool {
        self.exception || self.cancelled || self.base
    }

    /// What an `except` clause has to name; `None` where there is nothing.
    pub fn clause(self) -> Option<Snippet> {
        match (self.base, self.exception, self.cancelled) {
            (true, ..) => Some(code!("BaseException")),
            (false, true, true) => Some(code!("(Exception, asyncio.CancelledError)")),
            (false, true, false) => Some(code!("Exception")),
            (false, false, true) => Some(code!("asyncio.CancelledError")),
            (false, false, false) => None,
        }
    }
}

impl Outline<'_> {
    /// What can reach the caller at the call.
    pub fn raises(&self) -> Raises {
        let mut raises = self.in_program().raises(self);
        raises.cancelled |= self.scenario.caller.cancel_at.is_some();
        raises
    }

    /// What those can end with that the call needs, by themselves or in a group.
    pub fn raised_by_used(&self) -> Raises {
        let mut raises = Raises::default();
        for part in self.parts.iter().filter(|part| part.is_used) {
            raises.cancelled |= part.is_cancellable;
            for raised in raised(self.awaitable(part.table)) {
                match raised.type_name.as_str() {
                    "CancelledError" => raises.cancelled = true,
                    "BaseException" => raises.base = true,
                    _ => raises.exception = true,
                }
            }
        }
        raises
    }
}

/// Every exception that an awaitable may raise by itself.
pub fn raised(awaitable: &Awaitable) -> impl Iterator<Item = &WrittenException> {
    let on_cancel = awaitable.kind.body().and_then(|body| body.on_cancel.as_ref());
    let cleanup = on_cancel.and_then(|on_cancel| on_cancel.then.as_ref());
    [awaitable.kind.end(), cleanup].into_iter().flatten().filter_map(|end| match end {
        End::Raises(exception) => Some(exception),
        End::Returns(_) => None,
    })
}
