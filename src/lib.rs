//! asyncdemo shows, measures and proves what Python's `asyncio.gather()` and `asyncio.wait()` do.
//!
//! A *scenario* describes awaitables: how long they take, what they return or raise, when something cancels them, how
//! they react. It stands for exactly one Python program: a *caller* (the main coroutine of `asyncio.run()`) makes the
//! awaitables, hands them to gather() or wait(), awaits what that gives, and then lets what is left finish. asyncdemo
//! runs that program on its own event loop and tells what CPython would do, event for event, each with its time and the
//! number of the loop's pass in which it happens.
//!
//! # The words
//!
//! They are asyncio's own. A *coroutine* does nothing until something wraps it in a *task*. A task's body takes *steps*;
//! between two of them it is *suspended* on a *future*. A future is *pending* until it is *done*: it returned, raised,
//! or was *cancelled*. When it is done its *done callbacks* go into the *ready queue*. The loop runs in *passes*
//! (CPython's `_run_once`): a pass moves the clock if nothing is ready, appends the *timer handles* that are due, and
//! runs exactly the handles that are ready then. A *group* is what gather() gives. A *hop* is an effect's step from one
//! pass to the next; most of what surprises people about gather() and wait() comes from hops.
//!
//! # The parts, in reading order
//!
//! 1. [`scenario`]: the plain model of a file, and the parser that makes it. Nothing after it ever sees an invalid
//!    scenario.
//! 2. [`calls`]: gather(), wait() and their options. Each call is one file, and this module lists them.
//! 3. [`event`]: what happens in a run, as one stream. It is the only coupling between the loop and what is shown. The
//!    closed sets of words of the formats are here too, and the fields of each event, each with the sentence that
//!    explains it.
//! 4. [`executor`]: the event loop. It mirrors `Lib/asyncio` file by file; the Python versions are one small closed
//!    dialect that names each difference once.
//! 5. [`outcome`]: a fold over the events: what the caller got, and a ledger of what became of everything else.
//! 6. [`simulation`]: one way to run a scenario, for the commands, the expectations, the proof and the tests; and
//!    [`alternatives`]: what else can come of a run, where CPython leaves something open.
//! 7. [`expect`]: what a file expects of its runs, compared with what happens.
//! 8. [`python`]: the program that a scenario stands for, as text. It knows the scenario, but of its run only whether
//!    and where that gets stuck.
//! 9. [`report`]: what a person, a script or another program sees. A format is a file and a row in one table, and all of
//!    them are folds.
//! 10. [`verify`]: the proof. It runs that text on real CPythons, on a virtual clock, and compares every event; or as it
//!     is, on the real clock, and compares what comes of it.
//! 11. [`schema`]: the two formats, files and documents, as JSON Schemas, generated from the parser's own tables.
//! 12. [`cli`] and [`commands`]: the command line. A command reads like a table of contents.
//!
//! Imports go in one direction only, from the bottom of that list to its top (the first three share the words of the
//! formats), and the executor and the reports do not know each other at all. A test reads every path in the source and
//! enforces that.
//!
//! # Time
//!
//! Time is a whole number of nanoseconds since the program's start, never a float: in doubles `sleep(.1)` and then
//! `sleep(.7)` ends before `sleep(.8)`. Timers fire by (deadline, order of creation), which is what happens on a real
//! clock, where no two of them read the same time. There is one timeline, the virtual one; the real clock only *paces*
//! it. So ties, order and outcome are the same on both clocks, on every machine, on every run.
//!
//! # Decisions
//!
//! Where asyncio itself leaves something open, asyncdemo decides as follows.
//!
//! - Sets of futures (the arguments of wait(), the tasks left at the program's end) are gone over in argument order, or
//!   in the order of creation. CPython goes over them in a set's order, which it does not fix. [`executor::choices`] can
//!   ask for any other, and [`executor::lateness`] for a loop that wakes as late as real ones do.
//! - What Python prints when an object is collected ("exception was never retrieved", "coroutine was never awaited") is
//!   told at the end of the run, in the order of creation, and not at all where the program is stuck.
//! - A warning is told of each coroutine that it is about; Python's default filter shows the same text only once a place.
//! - Where nothing is ready and no timer is left, a real program would wait forever. That is an outcome, `hangs`.
//! - A nested group that ended with the very exception that reached the caller counts as delivered.
//! - An exception that gather() took from its member, and that Python logs as the group's since nobody asked the group
//!   for it, is unretrieved and not swallowed: its traceback is in the log.
//! - In wait's two sets an awaitable's fate is the set, also where a group that holds it is in `done` as well. What is in
//!   the results of a group that is pending is pending with it.
//! - A nested group that was cancelled counts as cancelled, though it has raised its `CancelledError`.
//! - Where the main coroutine or `asyncio.run()` waits forever, the program does not end: `ends` is false. Only where
//!   `asyncio.run()` itself does is the exit code 5: what the main coroutine waits for at the end is asyncdemo's own doing.
//! - An event names its call where that is not the main one: while a stream is written, nobody knows whether there will be
//!   several.
//! - Where awaitables are left out of a document, so is what can be told only of them: `story` and `why`.
//! - What never reaches the call (a coroutine that is in no argument list) is left out of the printed program; a
//!   cancellation of it stays in, and finds nothing.
//!
//! # Adding to it
//!
//! In this order; what is forgotten, the compiler or a test finds.
//!
//! - *A call*: its options and what differs from call to call, in a file under `calls/`, and a line in each list of
//!   `calls.rs` (one in `Misuse` too, where it can be called wrongly). What the loop does for it, in a file under
//!   `executor/calls/` where that is new, and a line in `executor/calls.rs`. What its program looks like, in a file under `python/calls/`, and a line in `python/calls.rs`.
//!   Its command in `cli.rs` and `commands.rs`. Then scenarios that show it. Files, documents, expectations, schemas,
//!   reports, pictures and the proof take it from [`calls::Options`].
//! - *An event*: its variant in `event.rs`, whose comment the schema shows; its fields in `event/fields.rs`, and what is
//!   kept of it in `event/recording.rs`; the place in the executor that tells it, with its cause; what the ledger makes of
//!   it (`outcome/ledger.rs`, `CallRecord` in `outcome.rs`); whether others name it as their cause (`event/cause.rs`) and
//!   whether a row changes with it (`report/timeline.rs`, `report/progress/records.rs`); its words in `report/phrases.rs`
//!   and `report/progress/plain.rs`, and as a cause in `report/story/causes.rs`; and how the harness sees it
//!   (`python/harness.py`).
//! - *A kind of awaitable*: its variant of [`scenario::Kind`] and its keys (`scenario/parse/awaitables.rs`); its program of
//!   steps (`executor/plan.rs`), or its own file in the executor where it has no body; where the main coroutine or a call
//!   makes it; its text in the printed program (`python/definitions.rs`, `python/caller.rs`); and its share in the random
//!   scenarios (`verify/generator.rs`).
//! - *A format*: its file under `report/` with its row, and a line in the table of `report/format.rs`.
//! - *A word of the formats*: its variant in `event/vocabulary.rs`, with the sentence that explains it.
//!
//! # Speed
//!
//! Bodies, callbacks and handles are closed enums over ids in columns; nothing is allocated per event and there is no
//! waker. A body is a program of steps that all tasks of a table share; a task is the number of its step. The timer queue
//! is a radix heap: time only goes forward, so a timer moves at most once a bit of its distance, and equal deadlines keep
//! their order at no cost. Clock, choices, lateness and listener are type parameters, so that a run that nobody listens
//! to, in canonical order and never late, pays for none of them.

pub mod scenario;

pub mod calls;

pub mod event;

pub mod executor;

pub mod outcome;

pub mod random;

pub mod simulation;

pub mod alternatives;

pub mod expect;

pub mod python;

pub mod report;

pub mod verify;

pub mod schema;

pub mod cli;
pub mod commands;

mod parallel;
