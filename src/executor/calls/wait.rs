//! `wait()` and its `_wait()` (`Lib/asyncio/tasks.py`).

use std::ops::{Index, IndexMut};

use crate::calls::{Collection, ReturnWhen, WaitMisuse, WaitOptions};
use crate::event::{CallId, Cause, Listener, Maker, SetPlace, Target, Warning, What, Why};
use crate::scenario::{Id, Ids, Kind, Nanos};

use super::{CallObject, Released};
use crate::executor::arguments;
use crate::executor::choices::Choices;
use crate::executor::clock::Clock;
use crate::executor::dialect::CoroutinesInWait;
use crate::executor::future::{Callback, Object, State};
use crate::executor::lateness::Lateness;
use crate::executor::mistakes::Mistake;
use crate::executor::plan::Site;
use crate::executor::timers::TimerId;
use crate::executor::{Action, EventLoop, Handle};

/// A wait(), in the order in which they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitId(pub u32);

/// Every wait() that has begun so far, by [`WaitId`]; those too that are no call of the scenario's.
#[derive(Debug, Default)]
pub struct Waits {
    waits: Vec<Wait>,
}

#[derive(Debug)]
pub struct Wait {
    /// The task that awaits it.
    task: Object,
    /// The call that it is, where it is one.
    call: Option<CallId>,
    /// Its set of futures, in argument order.
    futures: Vec<Id>,
    return_when: ReturnWhen,
    /// How many of its callbacks have not come yet.
    counter: usize,
    /// How many of those that come next are of futures that were done when it began.
    already_done: usize,
    /// What released its caller.
    released: Released,
    waiter: Waiter,
    /// The timeout, while it is armed.
    timer: Option<TimerId>,
    /// The two sets, where they are taken before the caller goes on.
    #[cfg(feature = "mistakes")]
    taken_early: Option<(Vec<Id>, Vec<Id>)>,
}

/// The future that `_wait()` awaits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiter {
    Pending,
    Done,
    Cancelled,
}

impl Waits {
    /// Forgets every wait().
    pub fn reset(&mut self) {
        self.waits.clear();
    }
}

impl Index<WaitId> for Waits {
    type Output = Wait;

    fn index(&self, wait: WaitId) -> &Wait {
        &self.waits[wait.0 as usize]
    }
}

impl IndexMut<WaitId> for Waits {
    fn index_mut(&mut self, wait: WaitId) -> &mut Wait {
        &mut self.waits[wait.0 as usize]
    }
}

impl<C: Clock, O: Choices, J: Lateness, L: Listener> EventLoop<'_, C, O, J, L> {
    /// Calls wait(). It is a coroutine function: nothing of it runs before it is awaited.
    pub(super) fn call_wait(&mut self, call: CallId, by: Target, why: Why, site: &Site<'_>, options: WaitOptions) {
        if options.wrap {
            self.wrap_arguments(&site.arguments);
        }
        self.tell(What::Call { id: call, by, call: site.call }, why);
        self.calls.set_gave(call, CallObject::Coroutine);
    }

    /// Wraps the coroutines among the call's own arguments, as a user would before the call.
    fn wrap_arguments(&mut self, arguments: &[Ids]) {
        for id in arguments::each(arguments) {
            if self.is_bare_coroutine(id) {
                self.create_task(id, Maker::Caller, Why::NONE);
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
    pub(super) fn begin_wait(
        &mut self,
        caller: Object,
        call: CallId,
        options: WaitOptions,
    ) -> Result<WaitId, WaitMisuse> {
        let arguments = &self.site(call).arguments;
        let mut futures = Vec::with_capacity(arguments::count(arguments));
        futures.extend(arguments::distinct(arguments));
        match options.collection {
            Collection::Bare => {
                if let [only] = futures[..] {
                    return Err(self.misuse_of_one(only));
                }
            }
            Collection::Generator if !self.plan.dialect.wait_takes_generator() => {
                return Err(WaitMisuse::NotAGenerator);
            }
            // A generator is true, however little it will give.
            Collection::Generator => {}
            Collection::List | Collection::Tuple | Collection::Set | Collection::Dict if futures.is_empty() => {
                return Err(self.plan.dialect.wait_on_nothing());
            }
            Collection::List | Collection::Tuple | Collection::Set | Collection::Dict => {}
        }
        if futures.iter().any(|id| self.is_bare_coroutine(*id)) {
            match self.plan.dialect.coroutines_in_wait() {
                CoroutinesInWait::Forbidden => return Err(WaitMisuse::CoroutinesForbidden),
                CoroutinesInWait::WrappedWithWarning => {
                    let why = self.start_of(caller);
                    self.tell(What::Warning { warning: Warning::CoroutinesToWait }, why);
                }
                CoroutinesInWait::Wrapped => {}
            }
            let mut coroutines: Vec<Id> = futures.iter().copied().filter(|id| self.is_bare_coroutine(*id)).collect();
            let canonical = if O::ARE_OPEN { coroutines.clone() } else { Vec::new() };
            self.arrange(SetPlace::WaitWraps, &mut coroutines);
            if O::ARE_OPEN {
                self.note_stand_ins(canonical, coroutines.clone());
            }
            let open = coroutines.len() > 1;
            for id in coroutines {
                self.create_task_of_set(id, Maker::Wait, Cause::Call(call).into(), open);
            }
        }
        if futures.is_empty() {
            return Err(WaitMisuse::EmptyGenerator);
        }
        Ok(self.start_wait(caller, Some(call), futures, options.timeout, options.return_when))
    }

    /// Notes which clone is made where the canonical order would make another.
    fn note_stand_ins(&mut self, mut canonical: Vec<Id>, mut made: Vec<Id>) {
        if canonical != made {
            for ids in [&mut canonical, &mut made] {
                ids.sort_by_key(|id| self.plan.table(*id));
            }
            self.stand_ins.extend(canonical.into_iter().zip(made));
        }
    }

    /// What wait() says of one awaitable that is no collection: the name of its type.
    fn misuse_of_one(&self, id: Id) -> WaitMisuse {
        match self.plan.kind(id) {
            Kind::Coroutine(_) if self.is_bare_coroutine(id) => WaitMisuse::NotACoroutine,
            Kind::Coroutine(_) | Kind::Task(_) => WaitMisuse::NotATask,
            Kind::Gather(group) if !group.members.is_empty() => WaitMisuse::NotAGroup,
            Kind::Future(_) | Kind::Gather(_) => WaitMisuse::NotAFuture,
        }
    }

    /// `_wait()` up to `await waiter`. The timer is armed before the callbacks are added.
    pub fn start_wait(
        &mut self,
        task: Object,
        call: Option<CallId>,
        futures: Vec<Id>,
        timeout: Option<Nanos>,
        return_when: ReturnWhen,
    ) -> WaitId {
        let wait = WaitId(self.waits.waits.len() as u32);
        let done = |id: &&Id| self.futures.state((**id).into()).is_done();
        let already_done = if L::LISTENS { futures.iter().filter(done).count() } else { 0 };
        let timer = timeout.map(|timeout| self.timers.arm(self.now.after(timeout), Action::TimeOut(wait)));
        if O::ARE_OPEN {
            // The callbacks of those that are done are called soon, so that their order shows.
            let is_done = |id: &Id| self.futures.state((*id).into()).is_done();
            let (mut done, others): (Vec<Id>, Vec<Id>) = futures.iter().copied().partition(is_done);
            self.arrange(SetPlace::WaitLooks, &mut done);
            done.extend(others);
            done.into_iter().for_each(|id| self.add_callback(id.into(), Callback::Waited(wait)));
        } else {
            futures.iter().for_each(|id| self.add_callback((*id).into(), Callback::Waited(wait)));
        }
        self.waits.waits.push(Wait {
            task,
            call,
            counter: futures.len(),
            already_done,
            released: Released::default(),
            futures,
            return_when,
            waiter: Waiter::Pending,
            timer,
            #[cfg(feature = "mistakes")]
            taken_early: None,
        });
        wait
    }

    /// `_on_completion(f)`: one of its futures is done. Runs also when the wait is over, if it was ready by then.
    pub fn waited(&mut self, wait: WaitId, object: Object) {
        let dialect = self.plan.dialect;
        let waiting = &mut self.waits[wait];
        waiting.counter = waiting.counter.saturating_sub(1);
        let already = waiting.already_done > 0;
        waiting.already_done = waiting.already_done.saturating_sub(1);
        let release = waiting.counter == 0
            || match waiting.return_when {
                ReturnWhen::AllCompleted => false,
                ReturnWhen::FirstCompleted => true,
                ReturnWhen::FirstException => {
                    // `not f.cancelled() and f.exception() is not None`: asking marks it retrieved.
                    let cancelled = self.futures.state(object) == State::Cancelled;
                    if !cancelled {
                        self.futures.mark_retrieved(object);
                    }
                    let failed = self.futures.exception(object).is_some_and(|exception| {
                        !dialect.makes(Mistake::CancelledGroupCountsAsCancelled)
                            || !exception.is_cancelled_error(self.plan.scenario)
                    });
                    failed || (cancelled && dialect.makes(Mistake::FirstExceptionEndsWithACancelledTask))
                }
            };
        if release {
            self.cancel_timeout(wait);
            let why = Cause::Finish(self.target(object)).into();
            self.release_waiter(wait, Released { why, already });
        }
    }

    fn cancel_timeout(&mut self, wait: WaitId) {
        if !self.plan.dialect.makes(Mistake::WaitKeepsItsTimeout)
            && let Some(timer) = self.waits[wait].timer.take()
        {
            self.timers.cancel(timer);
        }
    }

    /// The timeout fires. A handle that was cancelled after it became ready is skipped.
    pub fn time_out(&mut self, wait: WaitId) {
        let Wait { timer, call, task, .. } = &mut self.waits[wait];
        let (timer, task) = (timer.take(), *task);
        if let (Some(_), Some(call)) = (timer, *call) {
            let why = self.start_of(task);
            self.tell(What::Timeout { call }, why);
            self.release_waiter(wait, Released { why: Cause::Timeout(call).into(), already: false });
        }
    }

    /// `_release_waiter()`.
    fn release_waiter(&mut self, wait: WaitId, released: Released) {
        #[cfg(feature = "mistakes")]
        if self.plan.dialect.makes(Mistake::WaitTakesItsSetsTooEarly) {
            self.waits[wait].taken_early = Some(self.sets(wait));
        }
        if self.settle_waiter(wait, Waiter::Done) {
            self.waits[wait].released = released;
        }
    }

    /// The cancellation of the task that waits reaches the waiter. False where it is done already.
    pub fn cancel_waiter(&mut self, wait: WaitId) -> bool {
        self.settle_waiter(wait, Waiter::Cancelled)
    }

    fn settle_waiter(&mut self, wait: WaitId, settled: Waiter) -> bool {
        let Wait { waiter, task, .. } = &mut self.waits[wait];
        let pending = *waiter == Waiter::Pending;
        if pending {
            *waiter = settled;
            self.ready.push(Handle::Step(*task));
        }
        pending
    }

    /// `_wait()`'s `finally`: the timer is cancelled and the callbacks are removed. Whether the waiter was cancelled, so
    /// that `await waiter` raises.
    pub fn end_wait(&mut self, wait: WaitId) -> bool {
        self.cancel_timeout(wait);
        let Wait { futures, waiter, .. } = &self.waits[wait];
        for id in futures {
            if !self.futures.state((*id).into()).is_done() {
                self.futures.remove_callback((*id).into(), Callback::Waited(wait));
            }
        }
        let cancelled = *waiter == Waiter::Cancelled;
        self.calls.set_released(self.waits[wait].released);
        cancelled
    }

    /// The two sets, made only now, when the caller resumes: done and pending, each in argument order.
    pub(super) fn sets(&self, wait: WaitId) -> (Vec<Id>, Vec<Id>) {
        let waiting = &self.waits[wait];
        #[cfg(feature = "mistakes")]
        if let Some(sets) = &waiting.taken_early {
            return sets.clone();
        }
        waiting.futures.iter().partition(|id| self.futures.state((**id).into()).is_done())
    }
}
