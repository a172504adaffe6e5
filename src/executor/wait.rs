//! `wait()` and its `_wait()` (`Lib/asyncio/tasks.py`).

use crate::calls::{Collection, ReturnWhen, WaitMisuse, WaitOptions};
use crate::event::{CallId, Listener, Maker, Warning, What};
use crate::scenario::{Id, Ids, Kind, Nanos};

use super::arguments;
use super::clock::Clock;
use super::dialect::CoroutinesInWait;
use super::future::{Callback, Object, State};
use super::timers::TimerId;
use super::{Action, EventLoop, Handle};

/// The number of the wait() that is the scenario's call. Those behind it let what is left finish.
pub const THE_CALL: u32 = 0;

/// Every wait() so far, by number.
#[derive(Debug, Default)]
pub struct Waits {
    waits: Vec<Wait>,
}

#[derive(Debug)]
struct Wait {
    /// Its set of futures, in argument order.
    futures: Vec<Id>,
    return_when: ReturnWhen,
    /// How many of its callbacks have not come yet.
    counter: usize,
    waiter: Waiter,
    /// The timeout, while it is armed.
    timer: Option<TimerId>,
}

/// The future that `_wait()` awaits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiter {
    Pending,
    Done,
    Cancelled,
}

impl<C: Clock, L: Listener> EventLoop<'_, C, L> {
    /// Wraps the coroutines among the call's own arguments, as a user would before the call.
    pub fn wrap_arguments(&mut self, arguments: &[Ids]) {
        for id in arguments::each(arguments) {
            if self.is_bare_coroutine(id) {
                self.create_task(id, Maker::Caller);
            }
        }
    }

    /// Whether an argument is a coroutine that nothing has wrapped in a task.
    pub fn is_bare_coroutine(&self, id: Id) -> bool {
        self.futures.state(id.into()) == State::Absent
    }

    /// The body of `wait()` up to where it suspends: its checks in CPython's order, then `_wait()`.
    ///
    /// # Errors
    ///
    /// What it raises at once.
    pub fn begin_wait(&mut self, options: WaitOptions) -> Result<(), WaitMisuse> {
        let futures: Vec<Id> = arguments::distinct(&self.scenario.caller.args).collect();
        match options.collection {
            Collection::Bare => {
                if let [only] = futures[..] {
                    return Err(self.misuse_of_one(only));
                }
            }
            Collection::Generator if !self.dialect.wait_takes_generator() => {
                return Err(WaitMisuse::NotAGenerator);
            }
            // A generator is true, however little it will give.
            Collection::Generator => {}
            Collection::List | Collection::Tuple | Collection::Set | Collection::Dict if futures.is_empty() => {
                return Err(self.dialect.wait_on_nothing());
            }
            Collection::List | Collection::Tuple | Collection::Set | Collection::Dict => {}
        }
        if futures.iter().any(|id| self.is_bare_coroutine(*id)) {
            match self.dialect.coroutines_in_wait() {
                CoroutinesInWait::Forbidden => return Err(WaitMisuse::CoroutinesForbidden),
                CoroutinesInWait::WrappedWithWarning => {
                    self.tell(What::Warning { warning: Warning::CoroutinesToWait });
                }
                CoroutinesInWait::Wrapped => {}
            }
            for id in &futures {
                if self.is_bare_coroutine(*id) {
                    self.create_task(*id, Maker::Wait);
                }
            }
        }
        if futures.is_empty() {
            return Err(WaitMisuse::EmptyGenerator);
        }
        self.start_wait(futures, options.timeout, options.return_when);
        Ok(())
    }

    /// What wait() says of one awaitable that is no collection: the name of its type.
    fn misuse_of_one(&self, id: Id) -> WaitMisuse {
        match &self.scenario.awaitable(id).kind {
            Kind::Coroutine(_) if self.is_bare_coroutine(id) => WaitMisuse::NotACoroutine,
            Kind::Coroutine(_) | Kind::Task(_) => WaitMisuse::NotATask,
            Kind::Gather(group) if !group.members.is_empty() => WaitMisuse::NotAGroup,
            Kind::Future(_) | Kind::Gather(_) => WaitMisuse::NotAFuture,
        }
    }

    /// `_wait()` up to `await waiter`. The timer is armed before the callbacks are added. Gives the wait's number.
    pub fn start_wait(&mut self, futures: Vec<Id>, timeout: Option<Nanos>, return_when: ReturnWhen) -> u32 {
        let number = self.waits.waits.len() as u32;
        let timer = timeout.map(|timeout| self.timers.arm(self.now.after(timeout), Action::TimeOut));
        for id in &futures {
            self.add_callback((*id).into(), Callback::Waited(number));
        }
        self.waits.waits.push(Wait { counter: futures.len(), futures, return_when, waiter: Waiter::Pending, timer });
        number
    }

    /// `_on_completion(f)`: one of its futures is done. Runs also when the wait is over, if it was ready by then.
    pub fn waited(&mut self, number: u32, object: Object) {
        let wait = &mut self.waits.waits[number as usize];
        wait.counter = wait.counter.saturating_sub(1);
        let release = wait.counter == 0
            || match wait.return_when {
                ReturnWhen::AllCompleted => false,
                ReturnWhen::FirstCompleted => true,
                ReturnWhen::FirstException => {
                    // `not f.cancelled() and f.exception() is not None`: asking marks it retrieved.
                    let cancelled = self.futures.state(object) == State::Cancelled;
                    if !cancelled {
                        self.futures.mark_retrieved(object);
                    }
                    !cancelled && self.futures.exception(object).is_some()
                }
            };
        if release {
            if let Some(timer) = wait.timer.take() {
                self.timers.cancel(timer);
            }
            self.release_waiter(number);
        }
    }

    /// The timeout fires. A handle that was cancelled after it became ready is skipped.
    pub fn time_out(&mut self) {
        let Some(wait) = self.waits.waits.get_mut(THE_CALL as usize) else { return };
        if wait.timer.take().is_some() {
            self.tell(What::Timeout { call: CallId::MAIN });
            self.release_waiter(THE_CALL);
        }
    }

    /// `_release_waiter()`.
    fn release_waiter(&mut self, number: u32) {
        let waiter = &mut self.waits.waits[number as usize].waiter;
        if *waiter == Waiter::Pending {
            *waiter = Waiter::Done;
            self.ready.push(Handle::StepCaller);
        }
    }

    /// The caller's cancellation reaches the waiter. False where it is done already.
    pub fn cancel_waiter(&mut self, number: u32) -> bool {
        let waiter = &mut self.waits.waits[number as usize].waiter;
        let accepted = *waiter == Waiter::Pending;
        if accepted {
            *waiter = Waiter::Cancelled;
            self.ready.push(Handle::StepCaller);
        }
        accepted
    }

    /// Whether the waiter was cancelled, so that `await waiter` raises.
    pub fn waiter_is_cancelled(&self, number: u32) -> bool {
        self.waits.waits[number as usize].waiter == Waiter::Cancelled
    }

    /// `_wait()`'s `finally`: the timer is cancelled and the callbacks are removed.
    pub fn end_wait(&mut self, number: u32) {
        let wait = &mut self.waits.waits[number as usize];
        if let Some(timer) = wait.timer.take() {
            self.timers.cancel(timer);
        }
        for id in &wait.futures {
            if !self.futures.state((*id).into()).is_done() {
                self.futures.remove_callback((*id).into(), Callback::Waited(number));
            }
        }
    }

    /// The two sets, made only now, when the caller resumes: done and pending, each in argument order.
    pub fn sets(&self, number: u32) -> (Vec<Id>, Vec<Id>) {
        let futures = &self.waits.waits[number as usize].futures;
        futures.iter().partition(|id| self.futures.state((**id).into()).is_done())
    }
}
