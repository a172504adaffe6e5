//! What is run: the bodies of all coroutines as short programs of steps, and the calls that they make.
//!
//! A body is data: the loop keeps, for each task, the number of the step that it is suspended in, and goes on from there.
//! The main coroutine is such a body too. What a scenario can say fits into a few steps. A call may stand in any
//! coroutine, beside others and in loops; a step names the call that it awaits by the place at which that is made.

use std::borrow::Cow;

use crate::calls::Call;
use crate::scenario::{self, Body, Delay, Id, Ids, Kind, Nanos, Python, Scenario, Then, WrittenException};

use super::dialect::Dialect;

/// A step's place in its program.
pub type Place = u8;

/// A coroutine's body.
pub type Program = Vec<Line>;

/// A step, and where the body goes on if something is raised in it.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub step: Step,
    pub handler: Handler,
}

/// The `except` clause around a step.
#[derive(Clone, Copy, Debug)]
pub enum Handler {
    /// There is none: the exception leaves the body.
    None,
    /// `except CancelledError`.
    Cancelled(Place),
    /// `except BaseException`.
    All(Place),
}

/// What a body does next. Steps that do not suspend run on into the next one.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Makes the program's tasks and futures, and arms its cancellations.
    SetUp,
    /// `await asyncio.sleep(delay)`, or awaits a future that nobody settles.
    Sleep(Delay),
    /// Begins to clean up after the `CancelledError` that was caught.
    CleanUp,
    /// Makes the arguments of a call, and the call.
    Call(SiteId),
    /// Awaits what the body's latest call there gave.
    Await(SiteId),
    /// Takes what that call came to: the moment at which its caller goes on.
    Resume {
        site: SiteId,
        /// Whether what it raised is raised again, behind this step.
        raises: bool,
    },
    /// Begins a loop: it has not gone back yet.
    #[cfg_attr(not(test), expect(dead_code, reason = "no scenario can ask for a loop yet"))]
    BeginLoop(LoopId),
    /// Goes back to a step of the loop, so often; then goes on.
    #[cfg_attr(not(test), expect(dead_code, reason = "no scenario can ask for a loop yet"))]
    Repeat { of: LoopId, from: Place, times: u32 },
    /// `while left: await asyncio.wait(left)`; nothing after Ctrl-C.
    WaitForRest,
    /// The body ends.
    End(Ending),
}

/// How a body ends.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    /// With its own `returns`.
    Returns,
    /// With its own `raises`.
    Raises,
    /// With its own `raises`, which is a `CancelledError`.
    RaisesCancelled,
    /// With its `on_cancel`'s `returns`.
    CleanupReturns,
    /// With its `on_cancel`'s `raises`.
    CleanupRaises,
    /// With its `on_cancel`'s `raises`, which is a `CancelledError`.
    CleanupRaisesCancelled,
    /// With the `CancelledError` that its `on_cancel` caught.
    Reraises,
    /// As the main coroutine.
    Main,
}

/// A loop of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoopId(pub u8);

/// A place in a program at which a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SiteId(pub u32);

impl SiteId {
    /// Where the main coroutine makes the scenario's own call.
    pub const MAIN: SiteId = SiteId(0);
}

/// What is called there, and what is armed right behind the call.
#[derive(Clone, Debug)]
pub struct Site<'s> {
    pub call: Call,
    pub arguments: Cow<'s, [Ids]>,
    /// Whether gather() is given the list itself, the classic mistake.
    pub passes_list: bool,
    /// When the call is made, where nothing is late.
    pub called_at: Nanos,
    /// When `group.cancel()` is called.
    pub cancel_group_at: Option<Nanos>,
    /// When the caller looks at `group.done()`.
    pub check_done_at: Cow<'s, [Nanos]>,
}

/// Everything that is run, for one call under one Python version.
#[derive(Debug)]
pub struct Plan<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) dialect: Dialect,
    /// The body of each table of the scenario; empty where it has none.
    pub(super) bodies: Vec<Program>,
    pub(super) main: Program,
    pub(super) sites: Vec<Site<'s>>,
    /// The table of each id, where there is more than one.
    tables: Vec<u32>,
}

impl<'s> Plan<'s> {
    /// The program that a scenario means for a call.
    pub fn new(scenario: &'s Scenario, call: Call, python: Python) -> Plan<'s> {
        let mut tables = Vec::new();
        if scenario.awaitables.len() > 1 {
            tables.reserve_exact(scenario.len());
            for (number, awaitable) in scenario.awaitables.iter().enumerate() {
                tables.extend(std::iter::repeat_n(number as u32, awaitable.ids.len()));
            }
        }
        let program = |kind: &Kind| match kind {
            Kind::Coroutine(body) | Kind::Task(body) => of_body(body),
            Kind::Future(_) | Kind::Gather(_) => Vec::new(),
        };
        Plan {
            scenario,
            dialect: Dialect::new(python),
            bodies: scenario.awaitables.iter().map(|awaitable| program(&awaitable.kind)).collect(),
            main: of_main(&scenario.caller),
            sites: vec![Site {
                call,
                arguments: Cow::Borrowed(&scenario.caller.args),
                passes_list: scenario.caller.passes_list,
                called_at: scenario.caller.call_at.unwrap_or_default(),
                cancel_group_at: scenario.caller.cancel_group_at,
                check_done_at: Cow::Borrowed(&scenario.caller.check_done_at),
            }],
            tables,
        }
    }

    /// The table that an awaitable comes from.
    #[inline]
    pub(super) fn table(&self, id: Id) -> usize {
        self.tables.get(id.index()).map_or(0, |table| *table as usize)
    }

    /// What kind of thing an awaitable is.
    pub(super) fn kind(&self, id: Id) -> &'s Kind {
        &self.scenario.awaitables[self.table(id)].kind
    }
}

/// An `async def`: it sleeps, then it ends.
fn of_body(body: &Body) -> Program {
    let end = match &body.end {
        scenario::End::Returns(_) => Ending::Returns,
        scenario::End::Raises(raised) if raised.is_cancelled_error() => Ending::RaisesCancelled,
        scenario::End::Raises(_) => Ending::Raises,
    };
    // Nearly every body sleeps, and ends.
    let mut program = Vec::with_capacity(2);
    if let Some(delay) = body.delay {
        // Behind the sleep and the end.
        let handler = if body.on_cancel.is_some() { Handler::Cancelled(2) } else { Handler::None };
        program.push(Line { step: Step::Sleep(delay), handler });
    }
    program.push(Step::End(end).into());
    if let (Some(on_cancel), Some(_)) = (&body.on_cancel, body.delay) {
        program.push(Step::CleanUp.into());
        program.extend(on_cancel.cleanup.map(|delay| Line::from(Step::Sleep(delay))));
        program.push(Step::End(of_cleanup(on_cancel.then.as_ref())).into());
    }
    program
}

fn of_cleanup(then: Option<&scenario::End>) -> Ending {
    match then {
        None => Ending::Reraises,
        Some(scenario::End::Returns(_)) => Ending::CleanupReturns,
        Some(scenario::End::Raises(raised)) if WrittenException::is_cancelled_error(raised) => {
            Ending::CleanupRaisesCancelled
        }
        Some(scenario::End::Raises(_)) => Ending::CleanupRaises,
    }
}

/// The main coroutine: it makes the call, takes what came of it, and lets what is left finish.
fn of_main(caller: &scenario::Caller) -> Program {
    let mut steps = vec![Step::SetUp];
    let mut moment = Nanos::ZERO;
    let mut sleep_until = |until: Nanos| {
        // A moment that is now or past is one bare yield.
        let span = Nanos(until.0.saturating_sub(moment.0));
        moment = until.max(moment);
        Step::Sleep(Delay::For(span))
    };
    steps.extend(caller.call_at.map(&mut sleep_until));
    steps.push(Step::Call(SiteId::MAIN));
    steps.extend(caller.await_at.map(&mut sleep_until));
    steps.push(Step::Await(SiteId::MAIN));
    let resume = steps.len() as Place;
    let mut program: Program = steps.into_iter().map(|step| Line { step, handler: Handler::All(resume) }).collect();
    program.push(Step::Resume { site: SiteId::MAIN, raises: false }.into());
    if caller.then == Then::Finish {
        program.push(Line { step: Step::WaitForRest, handler: Handler::All(resume + 2) });
    }
    program.push(Step::End(Ending::Main).into());
    program
}

/// A step that nothing is raised in, or that has no `except` clause.
impl From<Step> for Line {
    fn from(step: Step) -> Line {
        Line { step, handler: Handler::None }
    }
}
