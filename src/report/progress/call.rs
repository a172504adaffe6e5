//! The call itself, as far as it has come.

use super::axis::later;
use crate::calls::{Call, Function};
use crate::event::{Ended, Event, Exception, ExceptionKind, Got, Target, What};
use crate::scenario::Nanos;

/// The call that the run is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallLane {
    call: Call,
    pub(super) called: Option<Nanos>,
    pub(super) awaited: Option<Nanos>,
    /// When and how what gather() gave was settled, whether or not the caller has seen it.
    settled: Option<(Nanos, Came)>,
    /// When the caller went on, and with what.
    back: Option<(Nanos, Came)>,
    timed_out: bool,
}

/// How the call came out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Came {
    /// gather() returned.
    Returned,
    /// wait() returned, with that many in each set.
    Sets { done: usize, pending: usize },
    /// It raised something else than a `CancelledError`.
    Raised(Exception),
    /// It raised a `CancelledError`.
    Cancelled(Exception),
}

impl CallLane {
    pub(super) fn new(call: Call) -> CallLane {
        CallLane { call, called: None, awaited: None, settled: None, back: None, timed_out: false }
    }

    /// Takes in what happened to the call.
    pub(super) fn event(&mut self, event: &Event<'_>) {
        let at = event.at;
        match event.what {
            What::Finish { target: Target::Group(_), ended, .. } => self.settled = Some((at, Came::from_ended(ended))),
            What::Call { .. } => self.called = Some(at),
            What::Await { .. } => self.awaited = Some(at),
            What::Timeout { .. } => self.timed_out = true,
            What::Resume { got, .. } => self.back = Some((at, Came::from_got(got))),
            _ => {}
        }
    }

    /// Since when whatever still runs does so without the call, and how the call came out.
    pub(super) fn over(&self) -> Option<(Nanos, Came)> {
        self.settled.or(self.back)
    }

    /// Whether the caller has taken what the call gave.
    pub(super) fn is_back(&self) -> bool {
        self.back.is_some()
    }

    /// What the caller got; else what it will get.
    pub(super) fn outcome(&self) -> Option<Came> {
        self.back.or(self.settled).map(|(_, came)| came)
    }

    /// When wait()'s timer will fire.
    pub(super) fn expected_end(&self) -> Option<Nanos> {
        match self.call {
            Call::Wait(options) => Some(later(self.awaited?, options.timeout?)),
            Call::Gather(_) => None,
        }
    }

    pub(super) fn timed_out(&self) -> bool {
        self.timed_out
    }

    /// `gather`, `wait`.
    pub(super) fn name(&self) -> &'static str {
        self.call.function().name()
    }

    /// What is said of an awaitable that runs on although the call is over, once it is.
    pub(super) fn leftover_words(&self) -> Option<&'static str> {
        let (_, came) = self.over()?;
        Some(match (self.call.function(), came) {
            _ if self.called.is_none() => "running, the caller was cancelled",
            (Function::Gather, Came::Returned | Came::Sets { .. }) => "running, gather() has returned",
            (Function::Gather, Came::Raised(_)) => "running, gather() has raised",
            (Function::Gather, Came::Cancelled(_)) => "running, gather() was cancelled",
            (Function::Wait, Came::Returned | Came::Sets { .. }) => "pending, wait() has returned",
            (Function::Wait, Came::Raised(_)) => "running, wait() has raised",
            (Function::Wait, Came::Cancelled(_)) => "running, wait() was cancelled",
        })
    }
}

impl Came {
    fn from_ended(ended: Ended) -> Came {
        match ended {
            Ended::Returned(_) => Came::Returned,
            // A cancelled group has raised a CancelledError; to its caller that is a cancellation.
            Ended::Raised(exception) if matches!(exception.kind, ExceptionKind::Cancelled(_)) => {
                Came::Cancelled(exception)
            }
            Ended::Raised(exception) => Came::Raised(exception),
            Ended::Cancelled(exception) => Came::Cancelled(exception),
        }
    }

    fn from_got(got: Got<'_>) -> Came {
        match got {
            Got::Results(_) => Came::Returned,
            Got::Sets { done, pending } => Came::Sets { done: done.len(), pending: pending.len() },
            Got::Raised(exception) => Came::Raised(exception),
            Got::Cancelled(exception) => Came::Cancelled(exception),
        }
    }
}
