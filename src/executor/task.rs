//! Tasks: the one machine that starts, suspends, wakes, cancels and resumes coroutines (`Task` in
//! `Lib/asyncio/tasks.py`), the main one too.

use std::collections::HashMap;

use crate::event::{CallId, Canceller, Ended, Exception, ExceptionKind, Listener, Made, Maker, Message, Returned};
use crate::event::{Target, What};
use crate::scenario::{Delay, Id, Nanos};

use super::calls::wait::WaitId;
use super::choices::Choices;
use super::clock::Clock;
use super::future::{Object, State};
use super::lateness::Lateness;
use super::mistakes::Mistake;
use super::plan::{Ending, Handler, Place, Program, Step};
use super::timers::TimerId;
use super::{Action, EventLoop, Handle};

/// What a suspended task waits for. A task is in exactly one of these while it is pending, and has exactly one handle in
/// the ready queue in those that say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suspension {
    /// Its first step, which is ready. It has not started.
    FirstStep,
    /// A bare yield: its next step is ready, and there is no future that a cancellation could go to.
    Yield,
    /// A sleep, whose timer is armed.
    Sleep,
    /// A sleep that is over: its wakeup is ready, and the future refuses to be cancelled.
    SleepDone,
    /// A sleep, or a future that nobody settles, that was cancelled: its wakeup is ready.
    SleepCancelled,
    /// A future that nobody settles.
    Forever,
    /// A future that others see too: a task, a bare future or a group.
    Future,
    /// The waiter of a wait().
    Waiter,
}

/// Tasks in columns, by [`Object`]. Rows of futures and groups stay unused.
#[derive(Debug, Default)]
pub struct Tasks {
    /// The step that the body is suspended in, or is to begin with.
    place: Vec<Place>,
    suspension: Vec<Suspension>,
    /// `_must_cancel`: the next step raises `CancelledError`.
    must_cancel: Vec<bool>,
    /// `_fut_waiter`: the timer of the sleep, the future or the wait(), as the suspension says.
    awaited: Vec<u32>,
    /// The argument of the `CancelledError` that waits in what a task awaits, where it has one.
    messages: HashMap<Object, Message>,
    /// What an `except` clause has caught, where that is more than a bare `CancelledError()`.
    caught: HashMap<Object, Exception>,
    /// The latest call of each task that has made one.
    calls: HashMap<Object, LatestCall>,
}

/// The latest call of a task.
#[derive(Clone, Copy, Debug)]
struct LatestCall {
    call: CallId,
    /// How often the task has gone back to an earlier step.
    repeated: u32,
}

/// Where a body stands after a step.
enum Flow {
    /// At the next step.
    Next,
    /// At another one.
    Jump(Place),
    /// In this step, suspended.
    Suspended,
    /// At its end.
    Ended,
    /// Something was raised in this step.
    Raised(Exception),
}

impl Tasks {
    /// Forgets every task, and has room for that many.
    pub fn reset(&mut self, tasks: usize) {
        let Tasks { place, suspension, must_cancel, awaited, messages, caught, calls } = self;
        super::reset(place, tasks, 0);
        super::reset(suspension, tasks, Suspension::FirstStep);
        super::reset(must_cancel, tasks, false);
        super::reset(awaited, tasks, 0);
        messages.clear();
        caught.clear();
        calls.clear();
    }
}

impl<'p, C: Clock, O: Choices, J: Lateness, L: Listener> EventLoop<'p, C, O, J, L> {
    /// `create_task()`: the first step is ready.
    pub fn create_task(&mut self, id: Id, by: Maker) {
        self.futures.create(id.into());
        self.tell(What::Create { awaitable: id, made: Made::Task, by });
        self.ready.push(Handle::Step(id.into()));
    }

    /// `Task.__step`, by way of `Task.__wakeup` where it waited for a future.
    pub fn step(&mut self, task: Object) {
        let index = task.index();
        let suspension = self.tasks.suspension[index];
        let mut thrown = match suspension {
            Suspension::SleepCancelled => {
                // sleep()'s own `finally: h.cancel()`. Nothing was armed for a future that nobody settles.
                if !self.plan.dialect.makes(Mistake::CancelledSleepKeepsItsTimer) {
                    self.timers.cancel(TimerId(self.tasks.awaited[index]));
                }
                Some(self.cancelled_error(task))
            }
            Suspension::Future => self.take_result(Object(self.tasks.awaited[index])).err(),
            Suspension::Waiter => {
                let cancelled = self.end_wait(WaitId(self.tasks.awaited[index]));
                cancelled.then(|| self.cancelled_error(task))
            }
            _ => None,
        };
        if std::mem::take(&mut self.tasks.must_cancel[index])
            && !thrown.is_some_and(|exception| exception.is_cancelled_error(self.plan.scenario))
        {
            thrown = Some(Exception::cancelled(self.futures.cancel_message(task), None));
        }
        if suspension != Suspension::FirstStep {
            return self.go_on(task, thrown);
        }
        match (thrown, self.target(task)) {
            // The body never runs.
            (Some(exception), _) => self.leave(task, exception),
            (None, Target::Awaitable(id)) => {
                self.tell(What::Start { awaitable: id });
                self.run_body(task, 0, None);
            }
            (None, _) => self.run_body(task, 0, None),
        }
    }

    /// The `CancelledError` that was waiting in what a task awaited.
    fn cancelled_error(&mut self, task: Object) -> Exception {
        Exception::cancelled(self.tasks.messages.remove(&task).unwrap_or(Message::Absent), None)
    }

    /// `future.result()` of a group that is done: nothing, or what it raises. That marks it retrieved.
    pub fn take_result(&mut self, future: Object) -> Result<(), Exception> {
        self.futures.mark_retrieved(future);
        self.futures.exception(future).map_or(Ok(()), Err)
    }

    /// The body goes on behind what it was suspended in, or there with what is thrown into it.
    fn go_on(&mut self, task: Object, thrown: Option<Exception>) {
        let place = self.tasks.place[task.index()];
        let next = match self.program(task)[usize::from(place)].step {
            Step::WaitForRest => place,
            _ if thrown.is_some() => place,
            _ => place + 1,
        };
        self.run_body(task, next, thrown);
    }

    /// Runs a body from a step on, until it suspends or ends.
    fn run_body(&mut self, task: Object, from: Place, mut thrown: Option<Exception>) {
        let program = self.program(task);
        let mut place = from;
        loop {
            let line = program[usize::from(place)];
            let flow = match thrown.take() {
                Some(exception) => Flow::Raised(exception),
                None => self.perform(task, line.step),
            };
            match flow {
                Flow::Next => place += 1,
                Flow::Jump(to) => place = to,
                Flow::Suspended => {
                    self.tasks.place[task.index()] = place;
                    return;
                }
                Flow::Ended => return,
                Flow::Raised(exception) => match self.catch(task, line.handler, exception) {
                    Some(to) => place = to,
                    None => return self.leave(task, exception),
                },
            }
        }
    }

    fn program(&self, task: Object) -> &'p Program {
        let plan = self.plan;
        match self.target(task) {
            Target::Awaitable(id) => &plan.bodies[plan.table(id)],
            Target::Caller | Target::Group(_) => &plan.main,
        }
    }

    #[inline]
    fn perform(&mut self, task: Object, step: Step) -> Flow {
        match step {
            Step::Sleep(delay) => self.sleep(task, delay),
            Step::SleepUntil(moment) => {
                let left = moment.0.saturating_sub(self.now.0);
                self.sleep(task, Delay::For(Nanos(left)))
            }
            Step::End(ending) => {
                self.end(task, ending);
                Flow::Ended
            }
            Step::CleanUp => {
                if let Target::Awaitable(id) = self.target(task) {
                    self.tell(What::Cleanup { awaitable: id });
                }
                Flow::Next
            }
            Step::SetUp => {
                self.set_up();
                Flow::Next
            }
            Step::Call(site) => {
                let (call, made) = self.make_call(task, site);
                self.tasks.calls.entry(task).or_insert(LatestCall { call, repeated: 0 }).call = call;
                made.map_or_else(Flow::Raised, |()| Flow::Next)
            }
            Step::Await => match self.await_call(task, self.latest_call(task)) {
                Ok(None) => Flow::Next,
                Ok(Some(awaited)) => {
                    let (suspension, awaited) = match awaited {
                        Awaited::Future(future) => (Suspension::Future, future.0),
                        Awaited::Waiter(wait) => (Suspension::Waiter, wait.0),
                    };
                    self.suspend(task, suspension, awaited)
                }
                Err(exception) => Flow::Raised(exception),
            },
            Step::Resume { raises } => {
                let caught = self.tasks.caught.remove(&task);
                self.tell_outcome(self.latest_call(task), caught);
                caught.filter(|_| raises).map_or(Flow::Next, Flow::Raised)
            }
            Step::Repeat { from, times } => match self.tasks.calls.get_mut(&task) {
                Some(latest) if latest.repeated < times => {
                    latest.repeated += 1;
                    Flow::Jump(from)
                }
                _ => Flow::Next,
            },
            Step::WaitForRest => match self.wait_for_rest(task) {
                Some(wait) => self.suspend(task, Suspension::Waiter, wait.0),
                None => Flow::Next,
            },
        }
    }

    /// The latest call of a task; of one that has made none, the call that it was to make.
    fn latest_call(&self, task: Object) -> CallId {
        self.tasks.calls.get(&task).map_or(CallId::MAIN, |latest| latest.call)
    }

    fn suspend(&mut self, task: Object, suspension: Suspension, awaited: u32) -> Flow {
        self.tasks.suspension[task.index()] = suspension;
        self.tasks.awaited[task.index()] = awaited;
        Flow::Suspended
    }

    /// `await asyncio.sleep(delay)`.
    fn sleep(&mut self, task: Object, delay: Delay) -> Flow {
        match delay {
            Delay::For(Nanos(0)) if !self.plan.dialect.makes(Mistake::SleepZeroWaitsForATimer) => {
                self.ready.push(Handle::Step(task));
                self.suspend(task, Suspension::Yield, 0)
            }
            Delay::For(span) => {
                let timer = self.timers.arm(self.now.after(span), Action::Wake(task));
                self.suspend(task, Suspension::Sleep, timer.0)
            }
            Delay::Forever => self.suspend(task, Suspension::Forever, TimerId::default().0),
        }
    }

    /// A sleep's timer fires: `_set_result_unless_cancelled`.
    pub fn wake(&mut self, task: Object) {
        let suspension = &mut self.tasks.suspension[task.index()];
        if *suspension == Suspension::Sleep {
            *suspension = Suspension::SleepDone;
            self.ready.push(Handle::Step(task));
        }
    }

    /// Where the `except` clause around a step goes on with an exception, if there is one for it.
    fn catch(&mut self, task: Object, handler: Handler, exception: Exception) -> Option<Place> {
        match handler {
            Handler::Cancelled(to) if exception.is_cancelled_error(self.plan.scenario) => {
                if exception != Exception::cancelled(Message::Absent, None) {
                    self.tasks.caught.insert(task, exception);
                }
                Some(to)
            }
            Handler::All(to) => {
                self.tasks.caught.insert(task, exception);
                Some(to)
            }
            Handler::None | Handler::Cancelled(_) => None,
        }
    }

    /// `Task.cancel()` on a task that is not done: it goes to the awaited future. If that refuses, or there is none,
    /// it is remembered, and the next step raises.
    pub fn cancel_task(&mut self, task: Object, message: Message) {
        let index = task.index();
        let (suspension, awaited) = (self.tasks.suspension[index], self.tasks.awaited[index]);
        let accepted = match suspension {
            Suspension::Sleep | Suspension::Forever => {
                self.tasks.suspension[index] = Suspension::SleepCancelled;
                self.ready.push(Handle::Step(task));
                true
            }
            Suspension::Future => {
                let (future, through) = (self.target(Object(awaited)), Some(self.target(task)));
                // Its own error carries the message.
                if self.cancel(future, message, Canceller::Caller, through) {
                    return;
                }
                false
            }
            Suspension::Waiter => self.cancel_waiter(WaitId(awaited)),
            Suspension::FirstStep | Suspension::Yield | Suspension::SleepDone | Suspension::SleepCancelled => false,
        };
        if accepted {
            if message != Message::Absent {
                self.tasks.messages.insert(task, message);
            }
            return;
        }
        self.tasks.must_cancel[index] =
            suspension != Suspension::SleepDone || !self.plan.dialect.makes(Mistake::CancelAfterSleepIsForgotten);
        self.futures.set_cancel_message(task, message);
    }

    /// A body comes to its end by itself.
    fn end(&mut self, task: Object, ending: Ending) {
        let Target::Awaitable(id) = self.target(task) else { return self.end_main() };
        let own = |kind| Exception { kind, from: Some(id), group: None };
        match ending {
            Ending::Returns => self.finish(id, State::Returned, Ended::Returned(Returned::Body(id))),
            Ending::Raises => self.finish(id, State::Raised, Ended::Raised(own(ExceptionKind::Body(id)))),
            Ending::RaisesCancelled => self.finish_cancelled(id, Exception::cancelled(Message::Body(id), None)),
            Ending::CleanupReturns => {
                self.finish(id, State::ReturnedFromCleanup, Ended::Returned(Returned::Cleanup(id)));
            }
            Ending::CleanupRaises => {
                self.finish(id, State::RaisedFromCleanup, Ended::Raised(own(ExceptionKind::Cleanup(id))));
            }
            Ending::CleanupRaisesCancelled => {
                self.finish_cancelled(id, Exception::cancelled(Message::Cleanup(id), None));
            }
            Ending::Reraises => {
                let caught = self.tasks.caught.remove(&task);
                self.finish_cancelled(id, caught.unwrap_or(Exception::cancelled(Message::Absent, None)));
            }
            Ending::Main => {}
        }
    }

    /// An exception leaves a body.
    fn leave(&mut self, task: Object, exception: Exception) {
        match self.target(task) {
            Target::Awaitable(id) if matches!(exception.kind, ExceptionKind::Cancelled(_)) => {
                self.finish_cancelled(id, exception);
            }
            Target::Awaitable(id) => {
                self.futures.set_exception(task, exception);
                self.finish(id, State::Failed, Ended::Raised(exception));
            }
            Target::Caller | Target::Group(_) => self.end_main(),
        }
    }

    /// The coroutine ended with a `CancelledError`: `Future.cancel(self)`, without a message; the exception itself is
    /// kept for the first who asks.
    fn finish_cancelled(&mut self, id: Id, exception: Exception) {
        let message = match exception.kind {
            ExceptionKind::Cancelled(message) => message,
            _ => Message::Absent,
        };
        self.futures.set_cancel_message(id.into(), Message::Absent);
        self.futures.set_cancelled_error(id.into(), message);
        let exception = Exception { from: exception.from.or(Some(id)), ..exception };
        self.finish(id, State::Cancelled, Ended::Cancelled(exception));
    }

    /// An awaitable is done.
    pub fn finish(&mut self, id: Id, state: State, ended: Ended) {
        self.tell(What::Finish { target: Target::Awaitable(id), ended, results: &[] });
        self.settle(id.into(), state);
    }
}

/// What a task awaits that others see too.
#[derive(Clone, Copy, Debug)]
pub enum Awaited {
    /// A future of any kind, which has the task's wakeup among its callbacks.
    Future(Object),
    /// The waiter of a wait().
    Waiter(WaitId),
}
