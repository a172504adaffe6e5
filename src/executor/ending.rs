//! How tasks end: by themselves, or by an exception that leaves their body.

use crate::event::{Cause, Ended, Exception, ExceptionKind, Listener, Message, Returned, Target, What, Why};
use crate::scenario::Id;

use super::EventLoop;
use super::choices::Choices;
use super::clock::Clock;
use super::future::{Object, State};
use super::lateness::Lateness;
use super::plan::Ending;
use super::task::Thrown;

impl<C: Clock, O: Choices, J: Lateness, L: Listener> EventLoop<'_, C, O, J, L> {
    /// A body comes to its end by itself.
    #[inline]
    pub fn end(&mut self, task: Object, ending: Ending) {
        match ending {
            // What nearly every body does; there is nothing to tell.
            Ending::Returns if !L::LISTENS => self.settle(task, State::Returned),
            ending => self.end_and_tell(task, ending),
        }
    }

    #[inline(never)]
    fn end_and_tell(&mut self, task: Object, ending: Ending) {
        let Target::Awaitable(id) = self.target(task) else {
            let caught = self.tasks.caught.remove(&task).map(|caught| caught.why);
            let resumed = self.resumed(task);
            // Where it has let what is left finish: the last of that.
            let waited = Some(self.calls.released(true)).filter(|why| *why != Why::NONE);
            return self.end_main(caught.or(waited).unwrap_or(resumed));
        };
        let why = if L::LISTENS { self.why_of_end(task, id, ending) } else { Why::NONE };
        let own = |kind| Exception { kind, from: Some(id), group: None };
        match ending {
            Ending::Returns => self.finish(id, State::Returned, Ended::Returned(Returned::Body(id)), why),
            Ending::Raises => self.finish(id, State::Raised, Ended::Raised(own(ExceptionKind::Body(id))), why),
            Ending::RaisesCancelled => self.finish_cancelled(id, Exception::cancelled(Message::Body(id), None), why),
            Ending::CleanupReturns => {
                self.finish(id, State::ReturnedFromCleanup, Ended::Returned(Returned::Cleanup(id)), why);
            }
            Ending::CleanupRaises => {
                self.finish(id, State::RaisedFromCleanup, Ended::Raised(own(ExceptionKind::Cleanup(id))), why);
            }
            Ending::CleanupRaisesCancelled => {
                self.finish_cancelled(id, Exception::cancelled(Message::Cleanup(id), None), why);
            }
            Ending::Reraises => {
                let caught = self.tasks.caught.remove(&task).map(|caught| caught.exception);
                self.finish_cancelled(id, caught.unwrap_or(Exception::cancelled(Message::Absent, None)), why);
            }
            Ending::Main => {}
        }
    }

    /// Why a body ends by itself: after a cleanup by that, behind its own call by that, else by nobody's doing.
    fn why_of_end(&self, task: Object, id: Id, ending: Ending) -> Why {
        if !matches!(ending, Ending::Returns | Ending::Raises | Ending::RaisesCancelled) {
            let because = self.tasks.caught.get(&task).and_then(|caught| caught.why.cause);
            return Why { cause: Some(Cause::Cleanup(id)), because };
        }
        self.resumed(task)
    }

    /// The outcome of a call with which a task has last gone on.
    fn resumed(&self, task: Object) -> Why {
        self.tasks.resumed.get(&task).map_or(Why::NONE, |call| Cause::Resume(*call).into())
    }

    /// An exception leaves a body.
    pub fn leave(&mut self, task: Object, Thrown { exception, why }: Thrown) {
        match self.target(task) {
            Target::Awaitable(id) if matches!(exception.kind, ExceptionKind::Cancelled(_)) => {
                self.finish_cancelled(id, exception, why);
            }
            Target::Awaitable(id) => {
                self.futures.set_exception(task, exception);
                self.finish(id, State::Failed, Ended::Raised(exception), why);
            }
            Target::Caller | Target::Group(_) => self.end_main(why),
        }
    }

    /// The coroutine ended with a `CancelledError`: `Future.cancel(self)`, without a message; the exception itself is
    /// kept for the first who asks.
    fn finish_cancelled(&mut self, id: Id, exception: Exception, why: Why) {
        let message = match exception.kind {
            ExceptionKind::Cancelled(message) => message,
            _ => Message::Absent,
        };
        self.futures.set_cancel_message(id.into(), Message::Absent);
        self.futures.set_cancelled_error(id.into(), message);
        let exception = Exception { from: exception.from.or(Some(id)), ..exception };
        self.finish(id, State::Cancelled, Ended::Cancelled(exception), why);
    }

    /// An awaitable is done.
    pub fn finish(&mut self, id: Id, state: State, ended: Ended, why: Why) {
        self.tell(What::Finish { target: Target::Awaitable(id), ended, results: &[] }, why);
        if L::LISTENS
            && let Some(cancel) = why.cancel()
        {
            self.futures.set_ended_by(id.into(), cancel);
        }
        self.settle(id.into(), state);
    }
}
