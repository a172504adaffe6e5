//! Tasks: the one machine that starts, suspends, wakes, cancels and resumes coroutines (`Task` in
//! `Lib/asyncio/tasks.py`), the main one too.

use std::collections::HashMap;

use crate::event::{
    CallId, CancelId, Canceller, Cause, Event, Exception, Listener, Made, Maker, Message, Target, What, Why,
};
use crate::scenario::{Delay, Id, Nanos};

use super::calls::Released;
use super::calls::wait::WaitId;
use super::choices::Choices;
use super::clock::Clock;
use super::future::Object;
use super::lateness::Lateness;
use super::mistakes::Mistake;
use super::plan::{Handler, LoopId, Place, Program, SiteId, Step};
use super::timers::TimerId;
use super::workspace::reset_column;
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
    /// The first `.cancel()` of each task since its body last ran, where somebody listens.
    cancelled_by: HashMap<Object, CancelId>,
    /// What an `except` clause has caught.
    pub(super) caught: HashMap<Object, Thrown>,
    /// What the step that has just been made raised.
    raised: Option<Thrown>,
    /// The latest call that each task has made at each place.
    calls: HashMap<(Object, SiteId), CallId>,
    /// The call with whose outcome each task has last gone on.
    pub(super) resumed: HashMap<Object, CallId>,
    /// How often each loop of a task has gone back.
    repeated: HashMap<(Object, LoopId), u32>,
}

/// An exception on its way through a body, and why it is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thrown {
    pub exception: Exception,
    pub why: Why,
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
    /// Something was raised in this step: [`Tasks::raised`].
    Raised,
}

impl Tasks {
    /// Forgets every task, and has room for that many.
    pub fn reset(&mut self, tasks: usize) {
        let Tasks { place, suspension, must_cancel, awaited, messages, cancelled_by, caught, raised, .. } = self;
        reset_column(place, tasks, 0);
        reset_column(suspension, tasks, Suspension::FirstStep);
        reset_column(must_cancel, tasks, false);
        reset_column(awaited, tasks, 0);
        messages.clear();
        cancelled_by.clear();
        caught.clear();
        *raised = None;
        self.calls.clear();
        self.resumed.clear();
        self.repeated.clear();
    }
}

impl<'p, C: Clock, O: Choices, J: Lateness, L: Listener> EventLoop<'p, C, O, J, L> {
    /// `create_task()`: the first step is ready.
    pub fn create_task(&mut self, id: Id, by: Maker, why: Why) {
        self.create_task_of_set(id, by, why, false);
    }

    /// The same; `open`: for one of several coroutines in a set.
    pub fn create_task_of_set(&mut self, id: Id, by: Maker, why: Why, open: bool) {
        self.futures.create(id.into());
        let what = What::Create { awaitable: id, made: Made::Task, by };
        self.listener.event(&Event { at: self.now, iteration: self.iteration, what, why, open });
        self.ready.push(Handle::Step(id.into()));
    }

    /// `Task.__step`, by way of `Task.__wakeup` where it waited for a future.
    #[inline]
    pub fn step(&mut self, task: Object) {
        let index = task.index();
        let suspension = self.tasks.suspension[index];
        let must_cancel = std::mem::take(&mut self.tasks.must_cancel[index]);
        match suspension {
            Suspension::FirstStep if !must_cancel => {
                if L::LISTENS
                    && let Target::Awaitable(id) = self.target(task)
                {
                    self.tell(What::Start { awaitable: id }, Cause::Create(id));
                }
                self.go_on(task, 0);
            }
            Suspension::Yield | Suspension::SleepDone if !must_cancel => self.go_on(task, self.place(task) + 1),
            _ => self.step_with_result(task, suspension, must_cancel),
        }
    }

    /// Runs a body from a step on. Nearly every body sleeps and then ends: that needs no [`EventLoop::run_body`].
    #[inline]
    fn go_on(&mut self, task: Object, from: Place) {
        match self.program(task)[usize::from(from)].step {
            Step::Sleep(delay) => {
                // Zeroed memory that nothing is written to costs nothing.
                if from != 0 {
                    self.tasks.place[task.index()] = from;
                }
                self.sleep(task, delay);
            }
            Step::End(ending) => self.end(task, ending),
            _ => self.run_body(task, from),
        }
    }

    /// The same, where something may be thrown into the body.
    #[inline(never)]
    fn step_with_result(&mut self, task: Object, suspension: Suspension, must_cancel: bool) {
        let index = task.index();
        let mut thrown = match suspension {
            Suspension::SleepCancelled => {
                // sleep()'s own `finally: h.cancel()`. Nothing was armed for a future that nobody settles.
                if !self.plan.dialect.makes(Mistake::CancelledSleepKeepsItsTimer) {
                    self.timers.cancel(TimerId(self.tasks.awaited[index]));
                }
                Some(self.cancelled_error(task))
            }
            Suspension::Future => self.take_result(Object(self.tasks.awaited[index]), false).err(),
            Suspension::Waiter => {
                let cancelled = self.end_wait(WaitId(self.tasks.awaited[index]));
                cancelled.then(|| self.cancelled_error(task))
            }
            _ => None,
        };
        let cancel = if L::LISTENS { self.tasks.cancelled_by.remove(&task) } else { None };
        if must_cancel && !thrown.is_some_and(|thrown| thrown.exception.is_cancelled_error(self.plan.scenario)) {
            let exception = Exception::cancelled(self.futures.cancel_message(task), None);
            // What was awaited has woken the task; else the cancellation itself has.
            let because = cancel.map(Cause::Cancel);
            let waited = matches!(suspension, Suspension::Waiter | Suspension::Future);
            let woken = thrown.map_or_else(|| self.calls.released(waited).cause, |thrown| thrown.why.cause);
            let why = Why { cause: woken.or(because), because: woken.and(because) };
            thrown = Some(Thrown { exception, why });
        }
        let place = self.place(task);
        match thrown {
            // The body never runs.
            Some(thrown) if suspension == Suspension::FirstStep => self.leave(task, thrown),
            Some(thrown) => {
                let handler = self.program(task)[usize::from(place)].handler;
                match self.catch(task, handler, thrown) {
                    Some(to) => self.run_body(task, to),
                    None => self.leave(task, thrown),
                }
            }
            None if matches!(self.program(task)[usize::from(place)].step, Step::WaitForRest) => {
                self.run_body(task, place);
            }
            None => self.run_body(task, place + 1),
        }
    }

    /// The `CancelledError` that was waiting in what a task awaited.
    fn cancelled_error(&mut self, task: Object) -> Thrown {
        let exception = Exception::cancelled(self.tasks.messages.remove(&task).unwrap_or(Message::Absent), None);
        let cause = self.tasks.cancelled_by.remove(&task).map(Cause::Cancel);
        Thrown { exception, why: Why { cause, because: None } }
    }

    /// `future.result()` of a group that is done: nothing, or what it raises. That marks it retrieved.
    /// `already`: it was done when it was awaited.
    pub fn take_result(&mut self, future: Object, already: bool) -> Result<(), Thrown> {
        self.futures.mark_retrieved(future);
        let behind = self.groups.why(future);
        let why = Why { cause: Some(Cause::Finish(self.target(future))), because: behind.because.or(behind.cause) };
        self.calls.set_released(Released { why: Why { because: None, ..why }, already });
        self.futures.exception(future).map_or(Ok(()), |exception| Err(Thrown { exception, why }))
    }

    /// The step that a body is suspended in.
    fn place(&self, task: Object) -> Place {
        self.tasks.place[task.index()]
    }

    /// Runs a body from a step on, until it suspends or ends.
    #[inline(never)]
    fn run_body(&mut self, task: Object, from: Place) {
        let program = self.program(task);
        let mut place = from;
        loop {
            let line = &program[usize::from(place)];
            match self.perform(task, line.step) {
                Flow::Next => place += 1,
                Flow::Jump(to) => place = to,
                Flow::Suspended => {
                    self.tasks.place[task.index()] = place;
                    return;
                }
                Flow::Ended => return,
                Flow::Raised => {
                    let Some(raised) = self.tasks.raised.take() else { return };
                    match self.catch(task, line.handler, raised) {
                        Some(to) => place = to,
                        None => return self.leave(task, raised),
                    }
                }
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

    fn perform(&mut self, task: Object, step: Step) -> Flow {
        match step {
            Step::Sleep(delay) => self.sleep(task, delay),
            Step::End(ending) => {
                self.end(task, ending);
                Flow::Ended
            }
            Step::CleanUp => {
                if let Target::Awaitable(id) = self.target(task) {
                    let why = self.tasks.caught.get(&task).map_or(Why::NONE, |caught| caught.why);
                    self.tell(What::Cleanup { awaitable: id }, Why { because: None, ..why });
                }
                Flow::Next
            }
            Step::SetUp => {
                self.set_up();
                Flow::Next
            }
            Step::Call(site) => {
                let (call, made) = self.make_call(task, site);
                self.tasks.calls.insert((task, site), call);
                made.map_or_else(|raised| self.raise(raised), |()| Flow::Next)
            }
            Step::Await(site) => match self.await_call(task, self.call_at(task, site)) {
                Ok(None) => Flow::Next,
                Ok(Some(Awaited::Future(future))) => self.suspend(task, Suspension::Future, future.0),
                Ok(Some(Awaited::Waiter(wait))) => self.suspend(task, Suspension::Waiter, wait.0),
                Err(raised) => self.raise(raised),
            },
            Step::Resume { site, raises } => {
                let caught = self.tasks.caught.remove(&task);
                let call = self.call_at(task, site);
                self.tasks.resumed.insert(task, call);
                self.tell_outcome(call, caught);
                match caught {
                    // From here on it comes out of this call.
                    Some(caught) if raises => self.raise(Thrown { why: Cause::Resume(call).into(), ..caught }),
                    _ => Flow::Next,
                }
            }
            Step::BeginLoop(of) => {
                self.tasks.repeated.insert((task, of), 0);
                Flow::Next
            }
            Step::Repeat { of, from, times } => match self.tasks.repeated.get_mut(&(task, of)) {
                Some(repeated) if *repeated < times => {
                    *repeated += 1;
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

    fn raise(&mut self, raised: Thrown) -> Flow {
        self.tasks.raised = Some(raised);
        Flow::Raised
    }

    /// The latest call that a task has made at a place; where the main coroutine has not come to its own, that one.
    fn call_at(&self, task: Object, site: SiteId) -> CallId {
        self.tasks.calls.get(&(task, site)).copied().unwrap_or(CallId::MAIN)
    }

    fn suspend(&mut self, task: Object, suspension: Suspension, awaited: u32) -> Flow {
        self.tasks.suspension[task.index()] = suspension;
        self.tasks.awaited[task.index()] = awaited;
        Flow::Suspended
    }

    /// `await asyncio.sleep(delay)`.
    #[inline]
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
    fn catch(&mut self, task: Object, handler: Handler, raised: Thrown) -> Option<Place> {
        let to = match handler {
            Handler::Cancelled(to) if raised.exception.is_cancelled_error(self.plan.scenario) => to,
            Handler::All(to) => to,
            Handler::None | Handler::Cancelled(_) => return None,
        };
        self.tasks.caught.insert(task, raised);
        Some(to)
    }

    /// `Task.cancel()` on a task that is not done: it goes to the awaited future. If that refuses, or there is none,
    /// it is remembered, and the next step raises.
    pub fn cancel_task(&mut self, task: Object, message: Message, id: CancelId) {
        let index = task.index();
        let (suspension, awaited) = (self.tasks.suspension[index], self.tasks.awaited[index]);
        let accepted = match suspension {
            Suspension::Sleep | Suspension::Forever => {
                self.tasks.suspension[index] = Suspension::SleepCancelled;
                self.ready.push(Handle::Step(task));
                true
            }
            Suspension::Future => {
                // Its own error carries the message.
                let future = self.target(Object(awaited));
                if self.cancel(future, message, Canceller::Caller, Cause::Cancel(id).into(), false) {
                    return;
                }
                false
            }
            Suspension::Waiter => self.cancel_waiter(WaitId(awaited)),
            Suspension::FirstStep | Suspension::Yield | Suspension::SleepDone | Suspension::SleepCancelled => false,
        };
        if L::LISTENS {
            self.tasks.cancelled_by.entry(task).or_insert(id);
        }
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
}

/// What a task awaits that others see too.
#[derive(Clone, Copy, Debug)]
pub enum Awaited {
    /// A future of any kind, which has the task's wakeup among its callbacks.
    Future(Object),
    /// The waiter of a wait().
    Waiter(WaitId),
}
