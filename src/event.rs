//! What happens in a run, as one stream of [`Event`]s, and who may listen to it.
//!
//! This is the only thing that passes from the executor to whatever shows a run: progress, report, JSON and the
//! ledger are folds over it and know nothing else. An event is `Copy` and names things by [`Id`], so that telling a
//! listener allocates nothing; texts are looked up in the [`Scenario`] when somebody wants to read them.

mod cause;
mod choice;
mod ended;
mod fields;
mod listener;
mod recording;
mod vocabulary;

use strum::{EnumDiscriminants, EnumMessage, IntoStaticStr, VariantArray, VariantNames};

pub use cause::{CancelId, Cause, Numbering, Why};
pub use choice::{Choice, Point};
pub use ended::{Ended, Exception, ExceptionKind, Message, Returned};
pub use fields::{ALREADY, BECAUSE, CALL, CAUSE, COMMON, Field, Held, Holds};
pub use listener::Listener;
pub use recording::Recording;
pub use vocabulary::{Canceller, Fate, Made, Maker, Release, SetPlace, State, Status, Word};

use crate::calls::Call;
use crate::scenario::{Id, Nanos, Scenario};

/// Something that happened in the loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event<'a> {
    /// When, on the loop's clock.
    pub at: Nanos,
    /// The number of the `_run_once` pass in which it happened, from 1; between passes, that of the last.
    pub iteration: u64,
    /// What.
    pub what: What<'a>,
    /// Why.
    pub why: Why,
    /// Whether it is one of several that come in the order of a set, which CPython does not fix. What follows from it
    /// is not.
    pub open: bool,
}

/// What happened. Inside one pass events stand in the order in which things are called. What each kind of event is for
/// documents stands in its comment here, which the schema shows, and in the table of [fields](EventKind::fields).
#[derive(Clone, Copy, Debug, PartialEq, EnumDiscriminants)]
#[strum_discriminants(
    name(EventKind),
    derive(EnumMessage, IntoStaticStr, VariantArray, VariantNames),
    strum(serialize_all = "kebab-case"),
    doc = "A kind of event, with its word in documents."
)]
pub enum What<'a> {
    /// A task, a future or a nested group is created; a group after its members.
    Create {
        /// Which.
        awaitable: Id,
        /// What is made of it.
        made: Made,
        /// Who made it.
        by: Maker,
    },
    /// A body's first step.
    Start {
        /// Whose.
        awaitable: Id,
    },
    /// Something calls `.cancel()`; the event comes before its effects, and also if the call is refused.
    Cancel {
        /// Which `.cancel()` it is.
        id: CancelId,
        /// On what.
        target: Target,
        /// What `.cancel()` returns.
        accepted: bool,
        /// Who calls it.
        by: Canceller,
        /// What it meets. Only what is said for people needs it: Python tells nothing of it.
        met: Met,
    },
    /// A body caught `CancelledError` and begins its `on_cancel`.
    Cleanup {
        /// Whose.
        awaitable: Id,
    },
    /// A body ends, a future is settled, or a group is settled. A cancelled group has raised a `CancelledError`, as in
    /// asyncio.
    Finish {
        /// Never [`Target::Caller`].
        target: Target,
        /// How.
        ended: Ended,
        /// What a group that returned holds, in argument order; else empty.
        results: &'a [Item],
    },
    /// The caller calls gather() or wait(); the event comes before whatever the call itself creates.
    Call {
        /// The call, from here on.
        id: CallId,
        /// Whose coroutine calls.
        by: Target,
        /// What it calls, with which options.
        call: Call,
    },
    /// The caller awaits what the call returned.
    Await {
        /// Which call.
        call: CallId,
    },
    /// The caller calls `done()` on the group.
    Check {
        /// Which call gave the group.
        call: CallId,
        /// What it sees.
        done: bool,
    },
    /// wait()'s timer fires.
    Timeout {
        /// Which call's.
        call: CallId,
    },
    /// The done callback that the scenario adds to a group runs.
    Callback {
        /// [`Target::Group`] or a nested group.
        target: Target,
    },
    /// The caller goes on.
    Resume {
        /// Which call.
        call: CallId,
        /// With what.
        got: Got<'a>,
        /// Whether what released it was done already when the caller began to wait.
        already: bool,
    },
    /// Python would warn about something.
    Warning {
        /// What about.
        warning: Warning,
    },
    /// Python would log something; all logs come at the end of the run, in the order of creation.
    Log {
        /// What.
        log: Log,
        /// Whose exception it is.
        target: Target,
    },
    /// The main coroutine ended.
    Exit,
}

/// A call that a run makes, in the order in which they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallId(pub u32);

impl CallId {
    /// The call that the scenario is run through. It has this id also where it is never made.
    pub const MAIN: CallId = CallId(0);

    /// The id as an index into a list of calls.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a `.cancel()` meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Met {
    /// There is nothing that it could be called on: no task, no future, no group was made yet.
    Nothing,
    /// It has not ended.
    Unfinished,
    /// It has ended.
    Ended,
}

/// Something that can be cancelled or can finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A task, a future, or a nested group of the scenario.
    Awaitable(Id),
    /// What a gather() gave to the coroutine that called it.
    Group(CallId),
    /// The caller's task.
    Caller,
}

impl Target {
    /// What a gather()'s own group is called in files and documents.
    pub const GROUP: &str = "group";
    /// What the caller is called there.
    pub const CALLER: &str = "caller";
    /// What no awaitable can be called therefore.
    pub const WORDS: [&str; 2] = [Target::GROUP, Target::CALLER];

    /// The word for it; `None` for an awaitable, which has a name.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Target::Awaitable(_) => None,
            Target::Group(_) => Some(Target::GROUP),
            Target::Caller => Some(Target::CALLER),
        }
    }
}

/// One place in a group's results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    /// Whose.
    pub awaitable: Id,
    /// Its value, or its exception as a value. `Cancelled` never occurs: a `CancelledError` in results is `Raised`.
    pub ended: Ended,
}

/// What a call gave its caller, kept; [`Got`] is the same as an event tells it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gave<Results = Vec<Item>, Set = Vec<Id>> {
    /// gather()'s list.
    Results(Results),
    /// wait()'s two sets, each in argument order.
    Sets {
        /// The first.
        done: Set,
        /// The second.
        pending: Set,
    },
    /// An exception.
    Raised(Exception),
    /// A `CancelledError`.
    Cancelled(Exception),
}

/// What a call gives its caller.
pub type Got<'a> = Gave<&'a [Item], &'a [Id]>;

impl<Results, Set> Gave<Results, Set> {
    /// How the call came out.
    pub fn status(&self) -> Status {
        match self {
            Gave::Results(_) | Gave::Sets { .. } => Status::Returned,
            Gave::Raised(_) => Status::Raised,
            Gave::Cancelled(_) => Status::Cancelled,
        }
    }
}

impl Got<'_> {
    /// The same, with lists of its own.
    pub fn kept(self) -> Gave {
        match self {
            Gave::Results(items) => Gave::Results(items.to_vec()),
            Gave::Sets { done, pending } => Gave::Sets { done: done.to_vec(), pending: pending.to_vec() },
            Gave::Raised(exception) => Gave::Raised(exception),
            Gave::Cancelled(exception) => Gave::Cancelled(exception),
        }
    }
}

/// What Python would warn about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Warning {
    /// wait() was given coroutines, in 3.9 and 3.10.
    CoroutinesToWait,
    /// A coroutine that nothing ever awaited.
    NeverAwaited(Id),
    /// The coroutine of wait() itself, which nothing ever awaited.
    WaitNeverAwaited,
}

/// What Python would log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Log {
    TaskNeverRetrieved,
    FutureNeverRetrieved,
    GroupNeverRetrieved,
    UnhandledAtShutdown,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct RunEnd {
    /// The last moment.
    pub at: Nanos,
    /// Why there was no more.
    pub reason: Reason,
    /// Objects with an exception that nobody asked for, in the order in which they were made. Unless the program got
    /// stuck, Python logs each.
    pub unretrieved: Vec<Target>,
    /// Whether Ctrl-C came in.
    pub interrupted: bool,
}

/// Why a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The program came to its end.
    Finished,
    /// Nothing was ready and no timer was left, in the call or after it: the program would wait forever.
    Stuck,
    /// Ctrl-C where nothing catches it any more: while `asyncio.run()` shuts down.
    Interrupted,
    /// Ctrl-C a second time.
    Abandoned,
}

impl Warning {
    /// What it says, without its category.
    pub fn text(&self, scenario: &Scenario) -> String {
        match self {
            Warning::CoroutinesToWait => "The explicit passing of coroutine objects to asyncio.wait() is deprecated \
                 since Python 3.8, and scheduled for removal in Python 3.11."
                .to_owned(),
            Warning::NeverAwaited(id) => {
                format!("coroutine '{}' was never awaited", scenario.awaitable(*id).name)
            }
            Warning::WaitNeverAwaited => "coroutine 'wait' was never awaited".to_owned(),
        }
    }
}

impl Log {
    /// Its first line, exactly.
    pub fn text(&self) -> &'static str {
        match self {
            Log::TaskNeverRetrieved => "Task exception was never retrieved",
            Log::FutureNeverRetrieved => "Future exception was never retrieved",
            Log::GroupNeverRetrieved => "_GatheringFuture exception was never retrieved",
            Log::UnhandledAtShutdown => "unhandled exception during asyncio.run() shutdown",
        }
    }
}

impl What<'_> {
    /// The call that it is an event of, its caller's resumption included.
    pub fn call(&self) -> Option<CallId> {
        match *self {
            What::Call { id: call, .. }
            | What::Await { call }
            | What::Check { call, .. }
            | What::Timeout { call }
            | What::Finish { target: Target::Group(call), .. }
            | What::Resume { call, .. } => Some(call),
            _ => None,
        }
    }
}
