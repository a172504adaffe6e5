//! What happens in a run, as one stream of [`Event`]s, and who may listen to it.
//!
//! This is the only thing that passes from the executor to whatever shows a run: progress, report, JSON and the
//! ledger are folds over it and know nothing else. An event is `Copy` and names things by [`Id`], so that telling a
//! listener allocates nothing; texts are looked up in the [`Scenario`] when somebody wants to read them.

mod recording;

use std::fmt;

pub use recording::Recording;

use crate::scenario::{self, Function, Id, Kind, Nanos, Scenario, Value, write_exception_repr};

/// Something that happened in the loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event<'a> {
    /// When, on the loop's clock.
    pub at: Nanos,
    /// The number of the `_run_once` pass in which it happened, from 1; between passes, that of the last.
    pub iteration: u64,
    /// What.
    pub what: What<'a>,
}

/// What happened. Inside one pass events stand in the order in which things are called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What<'a> {
    /// A task, future or nested group comes to exist; a group after its members.
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
    /// Somebody calls `.cancel()`; before its effects, refused ones too.
    Cancel {
        /// On what.
        target: Target,
        /// What `.cancel()` returns.
        accepted: bool,
        /// Who calls it.
        by: Canceller,
        /// The group that passes its own cancellation on, for [`Canceller::Group`]. Its own `Cancel` came before.
        through: Option<Target>,
    },
    /// A body caught `CancelledError` and begins its `on_cancel`.
    Cleanup {
        /// Whose.
        awaitable: Id,
    },
    /// A body ends, a future is settled, a group is settled.
    Finish {
        /// Never [`Target::Caller`].
        target: Target,
        /// How. A cancelled group *raised* a `CancelledError`, as asyncio has it.
        ended: Ended,
        /// What a group that returned holds, in argument order; else empty.
        results: &'a [Item],
    },
    /// The caller calls gather() or wait(); before whatever the call itself makes.
    Call {
        /// Which.
        function: Function,
    },
    /// The caller awaits what the call gave.
    Await,
    /// The caller looks at `group.done()`.
    Check {
        /// What it sees.
        done: bool,
    },
    /// wait()'s timer fires.
    Timeout,
    /// A group's done callback runs.
    Callback {
        /// [`Target::Group`] or a nested group.
        target: Target,
    },
    /// The caller goes on after the call.
    Resume {
        /// With what.
        got: Got<'a>,
    },
    /// Python would warn.
    Warning {
        /// What about.
        warning: Warning,
    },
    /// Python would log, when the object is collected; here at the end, in creation order.
    Log {
        /// What.
        log: Log,
        /// Whose exception it is.
        target: Target,
    },
    /// The main coroutine ended.
    Exit,
}

/// Something that can be cancelled or can finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A task, a future, or a nested group of the scenario.
    Awaitable(Id),
    /// What the caller's own gather() gave it.
    Group,
    /// The caller's task.
    Caller,
}

/// What kind of object is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Made {
    Task,
    Future,
    Gather,
}

/// Who makes an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// The program, with `create_task()`, `create_future()` or a nested `gather()`.
    Caller,
    /// A gather(), which wraps its coroutines.
    Gather,
    /// wait() up to Python 3.10, which wraps coroutines too.
    Wait,
}

/// Who calls `.cancel()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Canceller {
    /// The scenario says so.
    Schedule,
    /// The caller's own cancellation, passed on to what it awaits.
    Caller,
    /// A group's cancellation, passed on to a member.
    Group,
    /// `asyncio.run()`, at the program's end.
    Exit,
    /// Ctrl-C.
    Interrupt,
}

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ended {
    /// With a value.
    Returned(Returned),
    /// With an exception.
    Raised(Exception),
    /// Cancelled, with what `CancelledError` its own end carries.
    Cancelled(Exception),
}

/// Where a returned value stands in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// A body's or future's own `returns`.
    Body(Id),
    /// An `on_cancel`'s `returns`.
    Cleanup(Id),
    /// The results of a nested group, as its `Finish` told them.
    Nested(Id),
    /// The results of the caller's group.
    Group,
}

/// An exception by where it comes from. Its texts: [`Exception::type_name`], [`Exception::message`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exception {
    /// Which exception it is.
    pub kind: ExceptionKind,
    /// The awaitable whose own body or future made it, or through whose cancellation it came; never a group.
    pub from: Option<Id>,
}

/// The exceptions that a run can meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExceptionKind {
    /// A body's or future's own `raises`.
    Body(Id),
    /// An `on_cancel`'s `raises`.
    Cleanup(Id),
    /// A `CancelledError` that asyncio made.
    Cancelled(Message),
    /// What gather() or wait() raises for being called wrongly.
    Misuse(Misuse),
}

/// The argument of a `CancelledError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// None: `CancelledError()`.
    Absent,
    /// The empty text, which gather() puts in for a task without a message.
    Empty,
    /// The `cancel_message` of an awaitable.
    CancelMessage(Id),
    /// What a body's or future's own `raises` says.
    Body(Id),
    /// What an `on_cancel`'s `raises` says.
    Cleanup(Id),
}

/// An exception of gather() or wait() themselves, for being called wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// `gather([a, b])`.
    UnhashableList,
    /// `gather([a, b])` in 3.14.
    ListAsDictKey,
    /// `wait(coroutine)`.
    NotACoroutine,
    /// `wait(task)`.
    NotATask,
    /// `wait(future)`, and `wait(gather())`: gather() of nothing is a plain future.
    NotAFuture,
    /// `wait(gather(…))`.
    NotAGroup,
    /// `wait(generator)`, up to 3.11.
    NotAGenerator,
    /// `wait([])`, up to 3.10.
    NoCoroutines,
    /// `wait([])`, from 3.11.
    NoTasks,
    /// `wait()` of a generator of nothing, from 3.12.
    EmptyGenerator,
    /// `wait([coroutine])`, from 3.11.
    CoroutinesForbidden,
}

/// One place in a group's results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    /// Whose.
    pub awaitable: Id,
    /// Its value, or its exception as a value. `Cancelled` never occurs: a `CancelledError` in results is `Raised`.
    pub ended: Ended,
}

/// What the call gave its caller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Got<'a> {
    /// gather()'s list.
    Results(&'a [Item]),
    /// wait()'s two sets, each in argument order.
    Sets {
        /// The first.
        done: &'a [Id],
        /// The second.
        pending: &'a [Id],
    },
    /// An exception.
    Raised(Exception),
    /// A `CancelledError`.
    Cancelled(Exception),
}

/// What Python would warn about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// wait() was given coroutines, in 3.9 and 3.10.
    CoroutinesToWait,
    /// A coroutine that nothing ever awaited.
    NeverAwaited(Id),
    /// The coroutine of wait() itself, which nothing ever awaited.
    WaitNeverAwaited,
}

/// What Python would log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Log {
    TaskNeverRetrieved,
    FutureNeverRetrieved,
    GroupNeverRetrieved,
    UnhandledAtShutdown,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
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

/// Somebody who is told what happens. A type parameter everywhere, so that a run that nobody listens to pays nothing.
pub trait Listener {
    /// Something happened.
    fn event(&mut self, event: &Event<'_>);

    /// Time goes on towards the next event: on the real clock often, on the virtual one never.
    fn tick(&mut self, _now: Nanos) {}
}

/// Nobody listens.
impl Listener for () {
    #[inline]
    fn event(&mut self, _event: &Event<'_>) {}
}

/// Two listeners, told in this order.
impl<A: Listener, B: Listener> Listener for (A, B) {
    #[inline]
    fn event(&mut self, event: &Event<'_>) {
        self.0.event(event);
        self.1.event(event);
    }

    fn tick(&mut self, now: Nanos) {
        self.0.tick(now);
        self.1.tick(now);
    }
}

/// A listener that may be missing.
impl<L: Listener> Listener for Option<L> {
    #[inline]
    fn event(&mut self, event: &Event<'_>) {
        if let Some(listener) = self {
            listener.event(event);
        }
    }

    fn tick(&mut self, now: Nanos) {
        if let Some(listener) = self {
            listener.tick(now);
        }
    }
}

impl<L: Listener> Listener for &mut L {
    #[inline]
    fn event(&mut self, event: &Event<'_>) {
        (**self).event(event);
    }

    fn tick(&mut self, now: Nanos) {
        (**self).tick(now);
    }
}

impl Returned {
    /// The value, where it is the scenario's own; `None` for a group's results, which are a list of [`Item`]s.
    pub fn value<'s>(&self, scenario: &'s Scenario) -> Option<&'s Value> {
        let end = match *self {
            Returned::Body(id) => body_end(scenario, id),
            Returned::Cleanup(id) => cleanup_end(scenario, id),
            Returned::Nested(_) | Returned::Group => None,
        };
        match end {
            Some(scenario::End::Returns(value)) => Some(value),
            _ => None,
        }
    }
}

impl Exception {
    /// A `CancelledError` that comes from nobody in particular.
    pub fn cancelled(message: Message, from: Option<Id>) -> Exception {
        Exception { kind: ExceptionKind::Cancelled(message), from }
    }

    /// Whether it is a `CancelledError`, whoever made it.
    pub fn is_cancelled_error(&self, scenario: &Scenario) -> bool {
        self.type_name(scenario) == "CancelledError"
    }

    /// The name of its class.
    pub fn type_name<'s>(&self, scenario: &'s Scenario) -> &'s str {
        match self.kind {
            ExceptionKind::Cancelled(_) => "CancelledError",
            ExceptionKind::Misuse(misuse) => misuse.type_name(),
            ExceptionKind::Body(id) => raised(body_end(scenario, id)).map_or("", |raised| &raised.type_name),
            ExceptionKind::Cleanup(id) => raised(cleanup_end(scenario, id)).map_or("", |raised| &raised.type_name),
        }
    }

    /// Its one argument; `None` where it has none.
    pub fn message<'s>(&self, scenario: &'s Scenario) -> Option<&'s str> {
        match self.kind {
            ExceptionKind::Misuse(misuse) => Some(misuse.message()),
            ExceptionKind::Cleanup(id) | ExceptionKind::Cancelled(Message::Cleanup(id)) => {
                raised(cleanup_end(scenario, id))?.message.as_deref()
            }
            ExceptionKind::Cancelled(Message::Absent) => None,
            ExceptionKind::Cancelled(Message::Empty) => Some(""),
            ExceptionKind::Cancelled(Message::CancelMessage(id)) => {
                scenario.awaitable(id).cancel.as_ref()?.message.as_deref()
            }
            ExceptionKind::Body(id) | ExceptionKind::Cancelled(Message::Body(id)) => {
                raised(body_end(scenario, id))?.message.as_deref()
            }
        }
    }

    /// Its `repr` in Python.
    pub fn repr<'s>(&self, scenario: &'s Scenario) -> impl fmt::Display + use<'s> {
        let (type_name, message) = (self.type_name(scenario), self.message(scenario));
        fmt::from_fn(move |f| write_exception_repr(f, type_name, message))
    }
}

fn body_end(scenario: &Scenario, id: Id) -> Option<&scenario::End> {
    match &scenario.awaitable(id).kind {
        Kind::Coroutine(body) | Kind::Task(body) => Some(&body.end),
        Kind::Future(settlement) => Some(&settlement.end),
        Kind::Gather(_) => None,
    }
}

fn cleanup_end(scenario: &Scenario, id: Id) -> Option<&scenario::End> {
    match &scenario.awaitable(id).kind {
        Kind::Coroutine(body) | Kind::Task(body) => body.on_cancel.as_ref()?.then.as_ref(),
        Kind::Future(_) | Kind::Gather(_) => None,
    }
}

fn raised(end: Option<&scenario::End>) -> Option<&scenario::Exception> {
    match end {
        Some(scenario::End::Raises(exception)) => Some(exception),
        _ => None,
    }
}

impl Misuse {
    /// The name of its class.
    pub fn type_name(self) -> &'static str {
        match self {
            Misuse::NoCoroutines | Misuse::NoTasks => "ValueError",
            Misuse::EmptyGenerator => "AssertionError",
            _ => "TypeError",
        }
    }

    /// Its message, exactly.
    pub fn message(self) -> &'static str {
        match self {
            Misuse::UnhashableList => "unhashable type: 'list'",
            Misuse::ListAsDictKey => "cannot use 'list' as a dict key (unhashable type: 'list')",
            Misuse::NotACoroutine => "expect a list of futures, not coroutine",
            Misuse::NotATask => "expect a list of futures, not Task",
            Misuse::NotAFuture => "expect a list of futures, not Future",
            Misuse::NotAGroup => "expect a list of futures, not _GatheringFuture",
            Misuse::NotAGenerator => "expect a list of futures, not generator",
            Misuse::NoCoroutines => "Set of coroutines/Futures is empty.",
            Misuse::NoTasks => "Set of Tasks/Futures is empty.",
            Misuse::EmptyGenerator => "Set of Futures is empty.",
            Misuse::CoroutinesForbidden => "Passing coroutines is forbidden, use tasks explicitly.",
        }
    }
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
    /// Its word in documents.
    pub fn word(&self) -> &'static str {
        match self {
            What::Create { .. } => "create",
            What::Start { .. } => "start",
            What::Cancel { .. } => "cancel",
            What::Cleanup { .. } => "cleanup",
            What::Finish { .. } => "finish",
            What::Call { .. } => "call",
            What::Await => "await",
            What::Check { .. } => "check",
            What::Timeout => "timeout",
            What::Callback { .. } => "callback",
            What::Resume { .. } => "resume",
            What::Warning { .. } => "warning",
            What::Log { .. } => "log",
            What::Exit => "exit",
        }
    }
}

impl Canceller {
    /// Its word in documents.
    pub fn word(self) -> &'static str {
        match self {
            Canceller::Schedule => "schedule",
            Canceller::Caller => "caller",
            Canceller::Group => "group",
            Canceller::Exit => "exit",
            Canceller::Interrupt => "interrupt",
        }
    }
}
