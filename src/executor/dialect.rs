//! Where the Python versions differ, each difference named once.
//!
//! The classes of behaviour are 3.8 | 3.9 and 3.10 | 3.11 | 3.12 | 3.13 and 3.14. Scheduling changes at one boundary
//! only, from 3.11 to 3.12; the rest is about messages, refusals and texts.

use crate::calls::{GatherMisuse, WaitMisuse};
use crate::event::Message;
use crate::scenario::Python;

use super::mistakes::Mistake;

/// One Python version's answers to the questions on which versions differ.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    python: Python,
    #[cfg(feature = "mistakes")]
    mistake: Option<Mistake>,
}

/// What wait() does with coroutines among its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoroutinesInWait {
    /// It wraps them in tasks.
    Wrapped,
    /// It wraps them, and warns.
    WrappedWithWarning,
    /// It raises TypeError.
    Forbidden,
}

impl Dialect {
    /// The dialect of a version.
    pub fn new(python: Python) -> Dialect {
        Dialect {
            python,
            #[cfg(feature = "mistakes")]
            mistake: Mistake::made(),
        }
    }

    /// Whether the loop is to make this mistake.
    #[cfg(feature = "mistakes")]
    pub fn makes(self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// Whether the loop is to make this mistake: never.
    #[cfg(not(feature = "mistakes"))]
    pub fn makes(self, _mistake: Mistake) -> bool {
        false
    }

    /// What a `.cancel(message)` hands on; 3.8's `cancel()` takes no argument.
    pub fn cancel_message(self, message: Message) -> Message {
        if self.python >= Python::V3_9 { message } else { Message::Absent }
    }

    /// Whether a cancelled task hands the very exception that ended it to the first who asks
    /// (`Future._make_cancelled_error`, from 3.11); before, each reader gets a new one.
    pub fn keeps_cancelled_error(self) -> bool {
        self.python >= Python::V3_11
    }

    /// The argument of the `CancelledError` that gather() puts into its results for a cancelled child whose
    /// `_cancel_message` is `own`: `'' if fut._cancel_message is None else fut._cancel_message`, from 3.9.
    pub fn cancelled_in_results(self, own: Message) -> Message {
        match own {
            _ if self.python <= Python::V3_8 => Message::Absent,
            Message::Absent => Message::Empty,
            own => own,
        }
    }

    /// Whether gather() counts children that are already done at once, before it returns (3.12), instead of through
    /// `call_soon()`.
    pub fn gather_counts_done_children_at_once(self) -> bool {
        self.python >= Python::V3_12
            || (self.python == Python::V3_11 && self.makes(Mistake::SynchronousCompletionIn311))
    }

    /// What wait() does with coroutines.
    pub fn coroutines_in_wait(self) -> CoroutinesInWait {
        match self.python {
            Python::V3_8 => CoroutinesInWait::Wrapped,
            Python::V3_9 | Python::V3_10 => CoroutinesInWait::WrappedWithWarning,
            _ => CoroutinesInWait::Forbidden,
        }
    }

    /// Whether wait() takes a generator. Up to 3.11 `coroutines.iscoroutine()` holds a generator for a coroutine.
    pub fn wait_takes_generator(self) -> bool {
        self.python >= Python::V3_12
    }

    /// Whether Ctrl-C cancels the main task alone (`Runner._on_sigint`, 3.11), and not all tasks at once.
    pub fn interrupt_cancels_main_alone(self) -> bool {
        self.python >= Python::V3_11
    }

    /// How many services `asyncio.run()` shuts down at the end, each in a task of its own: async generators, and from
    /// 3.9 the default executor.
    pub fn shutdown_services(self) -> usize {
        if self.python >= Python::V3_9 { 2 } else { 1 }
    }

    /// `gather([a, b])`.
    pub fn gather_of_a_list(self) -> GatherMisuse {
        if self.python >= Python::V3_14 { GatherMisuse::ListAsDictKey } else { GatherMisuse::UnhashableList }
    }

    /// `wait([])`.
    pub fn wait_on_nothing(self) -> WaitMisuse {
        if self.python >= Python::V3_11 { WaitMisuse::NoTasks } else { WaitMisuse::NoCoroutines }
    }
}
