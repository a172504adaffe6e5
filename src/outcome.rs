//! What a run came to: the outcome of the call, and the ledger of what became of every awaitable.
//!
//! Both are folds over the [events](crate::event); nothing here knows how the executor works.

pub mod alternatives;
mod fate;
mod ledger;
mod notes;

use crate::calls::Call;
use crate::event::{
    CallId, Canceller, Cause, Choice, Ended, Event, Item, Log, Reason, Release, Returned, Target, Warning, What, Why,
};
use crate::scenario::{Id, Nanos, Python, Scenario, Way};

pub use crate::event::{Fate, Gave, State, Status};

pub use alternatives::Alternatives;
pub use ledger::Ledger;

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
    /// Every `.cancel()` of the caller, of the call's own group and of a nested one, in the order of the calls.
    pub cancels: Vec<Cancel>,
    /// When the main coroutine ended; `None` where the program got stuck or was ended before.
    pub exited_at: Option<Nanos>,
    /// The last moment of the run.
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
    /// What asyncdemo itself has to say (a moment that never came, a message left out in 3.8): full sentences.
    pub notes: Vec<String>,
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
    /// The member whose end settled it.
    pub settled_by: Option<Id>,
    /// What its caller saw of `group.done()`, and when.
    pub checks: Vec<(Nanos, bool)>,
    /// What its caller got.
    pub outcome: Outcome,
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
            settled_by: None,
            checks: Vec::new(),
            outcome: Outcome { at: Nanos::ZERO, gave: None },
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
                self.settled_by = member(event.why.cause);
            }
            What::Resume { got, already, .. } => {
                self.outcome = Outcome { at, gave: Some(got.kept()) };
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
            cause => (Release::Member, Some(member(Some(cause)).or(self.settled_by)?)),
        };
        Some(Released { by, member, already })
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

/// A `.cancel()` of the caller or of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cancel {
    /// On what.
    pub target: Target,
    /// What it returned.
    pub accepted: bool,
    /// Whether the caller had not gone on yet; at one moment their order decides.
    pub before_return: bool,
    /// When, by whom, and what it is a part of.
    pub cancellation: Cancellation,
}

/// A `.cancel()` seen from what was cancelled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cancellation {
    /// When.
    pub at: Nanos,
    /// Who called it.
    pub by: Canceller,
    /// Of which of [`Run::cancels`] it is a part: that of the group or of the caller that passed its own on.
    pub cause: Option<u32>,
}

/// One awaitable, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AwaitableRecord {
    /// When its task, future or group came to exist.
    pub created: Option<Nanos>,
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
    /// The first accepted `.cancel()`.
    pub cancelled_by: Option<Cancellation>,
    /// Whether that came before the caller went on; at one moment their order decides.
    pub cancelled_before_return: bool,
    /// The first that was accepted after its cleanup began, and ended that.
    pub cancelled_again: Option<Cancellation>,
    /// The first `.cancel()` that came when it had raised already: refused, and Python logs nothing of it any more.
    pub silenced: Option<Nanos>,
    /// What the caller got of it.
    pub fate: Fate,
    /// For an exception: whether anything asked for it, so that Python logs nothing.
    pub retrieved: bool,
}

impl AwaitableRecord {
    /// What is known before anything happened.
    pub const NEW: AwaitableRecord = AwaitableRecord {
        created: None,
        started: None,
        cleanup: None,
        finished: None,
        ended: None,
        at_return: State::NotCreated,
        cancelled_by: None,
        cancelled_before_return: false,
        cancelled_again: None,
        silenced: None,
        fate: Fate::Unfinished,
        retrieved: true,
    };

    /// Takes in an event of this awaitable.
    pub fn event(&mut self, event: &Event<'_>) {
        let at = Some(event.at);
        match event.what {
            What::Create { .. } => self.created = at,
            What::Start { .. } => self.started = at,
            What::Cleanup { .. } => self.cleanup = at,
            What::Finish { ended, .. } => (self.finished, self.ended) = (at, Some(ended)),
            _ => {}
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

    /// Where a cancellation began that others may have passed on: on what, when, and by whom.
    pub fn beginning(&self, target: Target, cancellation: Cancellation) -> (Target, Cancellation) {
        match cancellation.cause.and_then(|cause| self.cancels.get(cause as usize)) {
            Some(cause) => self.beginning(cause.target, cause.cancellation),
            None => (target, cancellation),
        }
    }
}
