//! What a run came to: the outcome of the call, and the ledger of what became of every awaitable.
//!
//! Both are folds over the [events](crate::event); nothing here knows how the executor works.

pub mod alternatives;
mod fate;
mod ledger;
mod notes;

use crate::calls::Call;
use crate::event::{
    CallId, CancelId, Canceller, Cause, Choice, Ended, Event, Exception, ExceptionKind, Item, Log, Maker, Numbering,
    Reason, Release, Returned, Target, Warning, What, Why,
};
use crate::scenario::{Id, Nanos, Python, Scenario, Way};

pub use crate::event::{Fate, Gave, Met, State, Status};

pub use alternatives::Alternatives;
pub use ledger::Ledger;
pub use notes::{Moment, Note};

/// A whole run, ready to be shown.
#[derive(Debug)]
pub struct Run<'s> {
    /// What was run.
    pub scenario: &'s Scenario,
    /// Through which call.
    pub call: Call,
    /// Under whose semantics.
    pub python: Python,
    /// The sets that it went over, in order.
    pub choices: Vec<Choice>,
    /// How many more there were, or had too many items.
    pub choices_left_out: usize,
    /// The orders and the lateness that were asked for.
    pub way: Way,
    /// What became of each awaitable, by [`Id`].
    pub entries: Vec<AwaitableRecord>,
    /// The results of each nested group that returned.
    pub nested: std::collections::BTreeMap<u32, Vec<Item>>,
    /// Every call that was made, by [`CallId`]. The first is the call that the scenario is run through, made or not.
    pub calls: Vec<CallRecord>,
    /// Every `.cancel()`, by [`CancelId`].
    pub cancels: Vec<Cancel>,
    /// When the main coroutine ended; `None` where the program got stuck or was ended before.
    pub exited_at: Option<Nanos>,
    /// What made it end.
    pub exited_by: Why,
    /// The last moment at which anything happened.
    pub last_event_at: Nanos,
    /// When the loop was over; nothing more happened, but timers for nothing may have fired.
    pub ended_at: Nanos,
    /// Why there was no more.
    pub reason: Reason,
    /// Whether Ctrl-C came in.
    pub interrupted: bool,
    /// What Python would warn, in order.
    pub warnings: Vec<Warning>,
    /// What Python would log, in order.
    pub logs: Vec<(Log, Target)>,
    /// What else was tried, and what came of that.
    pub alternatives: Alternatives<'s>,
    /// What asyncdemo itself has to say: of a moment that never came, of a message left out in 3.8.
    pub notes: Vec<Note>,
    /// Which number each event has; where awaitables were not kept, none has one.
    pub numbers: Numbering,
}

/// One call, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRecord {
    /// What was called.
    pub call: Call,
    /// Whose coroutine called.
    pub by: Target,
    /// When the call was made; `None` where it never came to that.
    pub called: Option<Nanos>,
    /// When its caller began to wait for what the call gave.
    pub awaited: Option<Nanos>,
    /// When wait()'s timer fired.
    pub timed_out: Option<Nanos>,
    /// When and how what gather() gave was settled; `None` for wait, or where it never was.
    pub settled: Option<(Nanos, Ended)>,
    /// What settled it.
    pub settled_by: Why,
    /// What its caller saw of `group.done()`, and when.
    pub checks: Vec<(Nanos, bool)>,
    /// What its caller got.
    pub outcome: Outcome,
    /// What made its caller go on.
    pub why: Why,
    /// What let its caller go on; `None` where it never did, and where the call itself raised or gave what was done.
    pub released: Option<Released>,
}

/// What let the caller of a call go on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Released {
    /// Of what kind that was.
    pub by: Release,
    /// Which member it was.
    pub member: Option<Id>,
    /// Whether it had happened before the caller began to wait.
    pub already: bool,
}

impl CallRecord {
    /// A call that has not been made yet.
    pub fn new(call: Call, by: Target) -> CallRecord {
        CallRecord {
            call,
            by,
            called: None,
            awaited: None,
            timed_out: None,
            settled: None,
            settled_by: Why::NONE,
            checks: Vec::new(),
            outcome: Outcome { at: Nanos::ZERO, gave: None },
            why: Why::NONE,
            released: None,
        }
    }

    /// Takes in an event of this call.
    pub fn event(&mut self, event: &Event<'_>) {
        let at = event.at;
        match event.what {
            What::Call { .. } => self.called = Some(at),
            What::Await { .. } => self.awaited = Some(at),
            What::Check { done, .. } => self.checks.push((at, done)),
            What::Timeout { .. } => self.timed_out = Some(at),
            What::Finish { ended, .. } => {
                self.settled = Some((at, ended));
                self.settled_by = event.why;
            }
            What::Resume { got, already, .. } => {
                self.outcome = Outcome { at, gave: Some(got.kept()) };
                self.why = event.why;
                self.released = self.released(event.why, already);
            }
            _ => {}
        }
    }

    /// What let its caller go on: a cancellation too where a group or a member only brings it to its caller.
    fn released(&self, why: Why, already: bool) -> Option<Released> {
        let (by, member) = match why.cause? {
            _ if why.cancel().is_some() => (Release::Cancellation, None),
            Cause::Timeout(_) => (Release::Timeout, None),
            cause => (Release::Member, Some(member(Some(cause)).or(member(self.settled_by.cause))?)),
        };
        Some(Released { by, member, already })
    }

    /// Whether what its caller got is what the call gave, and not a `CancelledError` of the caller's own: one that came
    /// before the call or before the await, or that overtook what gather() gave.
    pub fn gave_its_own(&self) -> bool {
        let (Some(Gave::Cancelled(exception)), Some(_)) = (&self.outcome.gave, self.awaited) else {
            return self.called.is_some() && !matches!(self.outcome.gave, Some(Gave::Cancelled(_)));
        };
        !self.call.options().gives_a_future()
            || matches!(self.settled, Some((_, Ended::Raised(own))) if own == *exception)
    }

    /// When its caller went on; `None` where it never did, or has not yet.
    pub fn came_back(&self) -> Option<Nanos> {
        self.outcome.gave.as_ref().map(|_| self.outcome.at)
    }
}

/// The member that ended, where that is a cause.
fn member(cause: Option<Cause>) -> Option<Id> {
    match cause {
        Some(Cause::Finish(Target::Awaitable(id))) => Some(id),
        _ => None,
    }
}

/// What is kept of a run: a scenario may have millions of awaitables, and its reader may need few of them.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// What became of each awaitable.
    pub awaitables: bool,
    /// Every event.
    pub events: bool,
}

/// What the caller got, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// When the caller went on; where it never did, the last moment at which anything happened.
    pub at: Nanos,
    /// With what; `None` where it never did.
    pub gave: Option<Gave>,
}

impl Outcome {
    /// How the call came out.
    pub fn status(&self) -> Status {
        self.gave.as_ref().map_or(Status::Hangs, Gave::status)
    }
}

/// A `.cancel()`, refused or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cancel {
    /// When.
    pub at: Nanos,
    /// On what.
    pub target: Target,
    /// What it returned.
    pub accepted: bool,
    /// Who called it.
    pub by: Canceller,
    /// What it comes from: another `.cancel()` that was passed on, or the program's end.
    pub cause: Option<Cause>,
    /// What it met.
    pub met: Met,
    /// Whether the caller had not gone on yet; at one moment their order decides.
    pub before_return: bool,
}

/// One awaitable, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AwaitableRecord {
    /// When its task, future or group came to exist.
    pub created: Option<Nanos>,
    /// Who made it.
    pub made_by: Option<Maker>,
    /// When its body took its first step.
    pub started: Option<Nanos>,
    /// When its body began to clean up after a cancellation.
    pub cleanup: Option<Nanos>,
    /// When it ended.
    pub finished: Option<Nanos>,
    /// How it ended.
    pub ended: Option<Ended>,
    /// Its state when the caller went on; where the call hangs, at the end.
    pub at_return: State,
    /// What made it end.
    pub why: Why,
    /// The first `.cancel()` that was accepted, whatever came of it.
    pub first_cancel: Option<CancelId>,
    /// The `.cancel()` that its cleanup is for.
    pub caught: Option<CancelId>,
    /// The first `.cancel()` of the scenario's own that was refused.
    pub refused: Option<CancelId>,
    /// The first `.cancel()` that came when it had raised already: refused, and Python logs nothing of it any more.
    pub silenced: Option<CancelId>,
    /// Where in [`Run::logs`] Python logs its exception.
    pub logged: Option<u32>,
    /// What the caller got of it.
    pub fate: Fate,
    /// For an exception: whether anything asked for it, so that Python logs nothing.
    pub retrieved: bool,
}

impl AwaitableRecord {
    /// What is known before anything happened.
    pub const NEW: AwaitableRecord = AwaitableRecord {
        created: None,
        made_by: None,
        started: None,
        cleanup: None,
        finished: None,
        ended: None,
        at_return: State::NotCreated,
        why: Why::NONE,
        first_cancel: None,
        caught: None,
        refused: None,
        silenced: None,
        logged: None,
        fate: Fate::Unfinished,
        retrieved: true,
    };

    /// Takes in an event of this awaitable.
    pub fn event(&mut self, event: &Event<'_>) {
        let at = Some(event.at);
        match event.what {
            What::Create { by, .. } => (self.created, self.made_by) = (at, Some(by)),
            What::Start { .. } => self.started = at,
            What::Cleanup { .. } => (self.cleanup, self.caught) = (at, event.why.cancel()),
            What::Finish { ended, .. } => (self.finished, self.ended, self.why) = (at, Some(ended), event.why),
            _ => {}
        }
    }

    /// The `.cancel()` that it met: what its cleanup is for, else what it ended by, else the first that it accepted.
    pub fn cancelled_by(&self) -> Option<CancelId> {
        self.caught.or(self.why.cancel()).or(self.first_cancel)
    }

    /// What it raised.
    pub fn exception(&self) -> Option<Exception> {
        match self.ended {
            Some(Ended::Raised(exception)) => Some(exception),
            _ => None,
        }
    }

    /// Whether it is a group that ended by its own cancellation: it has raised a `CancelledError`, as asyncio has it.
    pub fn was_cancelled(&self) -> bool {
        self.exception().is_some_and(|exception| matches!(exception.kind, ExceptionKind::Cancelled(_)))
            && self.why.cancel().is_some()
    }

    /// The `.cancel()` that ended its cleanup before that was over.
    pub fn cancelled_again(&self) -> Option<CancelId> {
        match (self.caught, self.why.cause) {
            (Some(_), Some(Cause::Cancel(again))) => Some(again),
            _ => None,
        }
    }

    /// Its state at the end of the run. A future and a group run from the moment they are made.
    pub fn state(&self, has_body: bool) -> State {
        match self.ended {
            Some(ended) => ended.state(),
            None if self.created.is_none() => State::NotCreated,
            None if has_body && self.started.is_none() => State::NotStarted,
            None => State::Running,
        }
    }
}

impl Run<'_> {
    /// What the caller got.
    pub fn outcome(&self) -> &Outcome {
        &self.main().outcome
    }

    /// The call that the scenario is run through.
    pub fn main(&self) -> &CallRecord {
        &self.calls[CallId::MAIN.index()]
    }

    /// The awaitable that made the call come out as it did: whose exception it raised, or whose end let it return.
    pub fn decided_by(&self) -> Option<Id> {
        match &self.outcome().gave {
            Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => exception.from,
            _ => self.main().released.and_then(|released| released.member),
        }
    }

    /// Whether the program comes to its end: not where nothing can happen any more, in the call or after it.
    pub fn ends(&self) -> bool {
        self.reason != Reason::Stuck
    }

    /// Whether `asyncio.run()` itself never returns: it waits for tasks that it has cancelled, and that never end.
    pub fn is_stuck_at_exit(&self) -> bool {
        !self.ends() && self.exited_at.is_some()
    }

    /// The arguments of the call that the scenario is run through, in order, repeats included.
    pub fn arguments(&self) -> impl Iterator<Item = Id> + Clone {
        self.scenario.caller.args.iter().cloned().flatten().map(Id)
    }

    /// An awaitable's state at the end of the run.
    pub fn state(&self, id: Id) -> State {
        self.entries[id.index()].state(self.scenario.awaitable(id).kind.has_body())
    }

    /// What a nested group returned; `None` for what is no group, and for the group of a call.
    pub fn items(&self, returned: Returned) -> Option<&[Item]> {
        match returned {
            Returned::Nested(id) => self.nested.get(&id.0).map(Vec::as_slice),
            Returned::Body(_) | Returned::Cleanup(_) | Returned::Group(_) => None,
        }
    }

    /// Every moment that there is to tell of, in no order.
    pub fn moments(&self) -> impl Iterator<Item = Nanos> {
        let entries = self
            .entries
            .iter()
            .flat_map(|entry| [entry.created, entry.started, entry.cleanup, entry.finished].into_iter().flatten());
        let calls = self.calls.iter().flat_map(|call| {
            let checks = call.checks.iter().map(|(at, _)| *at);
            let moments = [call.called, call.awaited, call.timed_out, call.came_back()];
            moments.into_iter().flatten().chain(call.settled.map(|(at, _)| at)).chain(checks)
        });
        let missed = self.notes.iter().filter_map(|note| match note {
            Note::NeverCame { at, .. } => Some(*at),
            Note::MessageLeftOut { .. } | Note::ChoicesLeftOver { .. } => None,
        });
        let ends = [Some(self.last_event_at), self.exited_at].into_iter().flatten();
        entries.chain(calls).chain(self.cancels.iter().map(|cancel| cancel.at)).chain(missed).chain(ends)
    }

    /// A `.cancel()` of this run.
    pub fn cancel(&self, id: CancelId) -> &Cancel {
        &self.cancels[id.0 as usize]
    }
}
