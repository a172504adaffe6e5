//! The event loop: our own asyncio, faithful to the loop iteration.
//!
//! It mirrors CPython's `Lib/asyncio`, a file a module: [`ready`] and [`timers`] are the loop's two queues
//! (`base_events.py`), [`handle`] is what they hold (`events.py`), [`future`] what futures have in common and
//! [`bare_future`] those of no task (`futures.py`), [`task`] the one machine that steps every coroutine and [`ending`] how
//! its tasks end, [`calls`] the functions that coroutines call (`tasks.py`), [`shutdown`] the end of `asyncio.run()`
//! (`runners.py`). [`plan`] turns a scenario into the bodies that are stepped, of which [`main_coroutine`] is the
//! program's own; a run takes its columns from a [`workspace`]. [`dialect`] names where the versions differ, [`clock`] how
//! time passes; [`choices`] and [`lateness`] are what CPython leaves open, and [`mistakes`] what only tests let the loop
//! do.
//!
//! Bodies and callbacks are closed enums over ids in columns, not boxed futures and wakers: a scenario's bodies are
//! data, and a waker would merge the hops from one pass to the next that make up what a caller sees.

pub mod choices;
pub mod clock;
pub mod lateness;
pub mod mistakes;

mod arguments;
mod bare_future;
mod calls;
mod dialect;
mod ending;
mod future;
mod handle;
mod main_coroutine;
mod plan;
mod ready;
mod shutdown;
mod task;
#[cfg(test)]
mod tests;
mod timers;
mod workspace;

use std::collections::HashMap;

use crate::event::{
    CancelId, Canceller, Cause, Event, Listener, Message, Met, Point, Reason, RunEnd, SetPlace, Target, What, Why,
};
use crate::scenario::{Id, Kind, Nanos};

use calls::Calls;
use calls::gather::Groups;
use calls::wait::Waits;
use choices::Choices;
use clock::{Advance, Clock};
use future::{Callback, Futures, Object, State};
use handle::{Action, Handle};
use lateness::Lateness;
use mistakes::Mistake;
use ready::Ready;
use task::Tasks;
use timers::{TimerId, Timers};

pub use plan::Plan;
pub use workspace::Workspace;

/// Runs a plan, and tells the listener what happens. What the run needs is taken from a workspace, which keeps its memory
/// for the next run.
pub fn simulate<C: Clock, O: Choices, J: Lateness, L: Listener>(
    plan: &Plan<'_>,
    clock: C,
    choices: O,
    lateness: J,
    listener: L,
    workspace: &mut Workspace,
) -> RunEnd {
    let mut event_loop = EventLoop::new(plan, clock, choices, lateness, listener, workspace);
    let end = event_loop.run();
    let EventLoop { ready, timers, due, futures, tasks, groups, waits, calls, .. } = event_loop;
    *workspace = Workspace { ready, timers, due, futures, tasks, groups, waits, calls };
    end
}

/// Why the loop cannot go on.
enum Halt {
    /// Nothing is ready and no timer is left.
    Stuck,
    /// Ctrl-C a second time.
    Abandoned,
    /// `KeyboardInterrupt` leaves the loop: up to 3.10, where `asyncio.run()` then goes on to its end, and while it
    /// shuts down.
    KeyboardInterrupt,
}

/// The loop and everything on it.
struct EventLoop<'p, C, O, J, L> {
    plan: &'p Plan<'p>,
    /// How many awaitables the scenario has; the rows behind theirs are the main task's and those of calls' groups.
    awaitables: u32,
    clock: C,
    choices: O,
    lateness: J,
    listener: L,
    now: Nanos,
    iteration: u64,
    ready: Ready<Handle>,
    timers: Timers<Action>,
    /// On a loop that wakes late: which timers are due in this pass.
    due: Vec<TimerId>,
    futures: Futures,
    tasks: Tasks,
    groups: Groups,
    waits: Waits,
    calls: Calls,
    /// Clones of one coroutine that a set's order has made in another order than the canonical one: the program knows the
    /// first from the second by that alone, and so what it cancels as the first is this one.
    stand_ins: HashMap<Id, Id>,
    /// `loop.stop()` was called: the pass that runs is the last.
    stopping: bool,
    /// How many of the tasks that `asyncio.run()` cancelled are not done.
    shutting_down: usize,
    interrupted: bool,
    /// How many `.cancel()` were called.
    cancels: u32,
}

impl<'p, C: Clock, O: Choices, J: Lateness, L: Listener> EventLoop<'p, C, O, J, L> {
    fn new(plan: &'p Plan<'p>, clock: C, choices: O, lateness: J, listener: L, workspace: &mut Workspace) -> Self {
        let Workspace { ready, timers, due, futures, tasks, groups, waits, calls } = workspace.take_for(plan);
        EventLoop {
            plan,
            awaitables: plan.scenario.len() as u32,
            clock,
            choices,
            lateness,
            listener,
            now: Nanos::ZERO,
            iteration: 0,
            ready,
            timers,
            due,
            futures,
            tasks,
            groups,
            waits,
            calls,
            stand_ins: HashMap::new(),
            stopping: false,
            shutting_down: 0,
            interrupted: false,
            cancels: 0,
        }
    }

    fn run(&mut self) -> RunEnd {
        let reason = match self.run_program() {
            Ok(()) => Reason::Finished,
            Err(Halt::Stuck) => Reason::Stuck,
            Err(Halt::KeyboardInterrupt) => Reason::Interrupted,
            Err(Halt::Abandoned) => Reason::Abandoned,
        };
        let unretrieved = self.unretrieved();
        if reason == Reason::Finished {
            self.warn_of_unawaited();
            self.log_unretrieved(&unretrieved);
        }
        RunEnd { at: self.now, reason, unretrieved, interrupted: self.interrupted }
    }

    /// `asyncio.run(main())`.
    fn run_program(&mut self) -> Result<(), Halt> {
        self.futures.create(self.main());
        let _ = self.futures.add_callback(self.main(), Callback::Stop);
        self.ready.push(Handle::Step(self.main()));
        match self.run_forever() {
            Err(Halt::KeyboardInterrupt) => {
                self.futures.remove_callback(self.main(), Callback::Stop);
                self.cancel_all_tasks(Canceller::Interrupt)?;
            }
            ended => {
                ended?;
                self.cancel_all_tasks(Canceller::Exit)?;
            }
        }
        for _ in 0..self.plan.dialect.shutdown_services() {
            self.ready.push(Handle::StepService);
            self.run_forever()?;
        }
        Ok(())
    }

    /// `BaseEventLoop.run_forever()`: passes, until one in which `stop()` was called.
    fn run_forever(&mut self) -> Result<(), Halt> {
        self.stopping = false;
        while !self.stopping {
            self.run_once()?;
        }
        Ok(())
    }

    /// `BaseEventLoop._run_once()`: one pass. If nothing is ready the clock moves to the earliest timer; timers that
    /// are due line up behind what is ready; then exactly those handles run, and what they add waits for the next
    /// pass. This is the only place where anything is called.
    fn run_once(&mut self) -> Result<(), Halt> {
        let interrupted = if self.ready.is_empty() {
            let Some(deadline) = self.timers.next_deadline() else { return Err(Halt::Stuck) };
            if deadline > self.now {
                self.advance(deadline)
            } else {
                self.now = self.lateness.pass(self.now);
                false
            }
        } else {
            self.now = self.lateness.pass(self.now);
            self.clock.interrupted()
        };
        self.iteration += 1;
        if interrupted {
            self.interrupt()?;
        }
        let mut batch = self.ready.take_batch();
        let due = batch.len();
        if J::IS_LATE {
            self.due.clear();
            // Several deadlines may have passed meanwhile.
            while let Some(deadline) = self.timers.next_deadline().filter(|deadline| *deadline <= self.now) {
                let ids = &mut self.due;
                self.timers.pop_due(deadline, |id, action| {
                    ids.push(id);
                    batch.push(Handle::Due(action));
                });
            }
        } else {
            self.timers.pop_due(self.now, |_, action| batch.push(Handle::Due(action)));
        }
        if self.plan.dialect.makes(Mistake::TiesReversed) {
            batch[due..].reverse();
            self.due.reverse();
        }
        for (place, handle) in batch.iter().enumerate() {
            // `if handle._cancelled: continue`. Where nothing is late, what runs before a timer that is due in the same
            // pass can only cancel the timeout of a wait(), which looks for itself.
            if J::IS_LATE && place >= due && self.timers.is_cancelled(self.due[place - due]) {
                continue;
            }
            self.call(handle);
        }
        self.ready.recycle(batch);
        Ok(())
    }

    /// Lets time pass until a deadline. True where Ctrl-C came in before.
    fn advance(&mut self, deadline: Nanos) -> bool {
        let listener = &mut self.listener;
        let woken = self.lateness.wake(self.now, deadline);
        match self.clock.advance(self.now, woken, |now| listener.tick(now)) {
            Advance::Reached => self.now = woken,
            Advance::Interrupted(at) => {
                self.now = at.clamp(self.now, deadline);
                return true;
            }
        }
        false
    }

    /// Ctrl-C. From 3.11 it cancels the caller's task (`Runner._on_sigint`); before, `KeyboardInterrupt` leaves the
    /// loop, as it does while that shuts down. A second one ends the run.
    fn interrupt(&mut self) -> Result<(), Halt> {
        if std::mem::replace(&mut self.interrupted, true) {
            return Err(Halt::Abandoned);
        }
        if self.futures.state(self.main()).is_done() || !self.plan.dialect.interrupt_cancels_main_alone() {
            return Err(Halt::KeyboardInterrupt);
        }
        self.cancel(Target::Caller, Message::Absent, Canceller::Interrupt, Why::NONE, false);
        Ok(())
    }

    #[inline]
    fn call(&mut self, handle: &Handle) {
        match *handle {
            Handle::Step(task) => self.step(task),
            Handle::Call(callback, object) => self.call_back(callback, object),
            Handle::Due(action) => self.fire(action),
            Handle::StepService if self.plan.dialect.makes(Mistake::OnePassLessAtTheShutdown) => self.stopping = true,
            Handle::StepService => self.ready.push(Handle::Call(Callback::Stop, self.main())),
        }
    }

    fn call_back(&mut self, callback: Callback, object: Object) {
        match callback {
            Callback::Gathered(group) => self.gathered(group, object),
            Callback::GroupDone => {
                let target = self.target(object);
                self.tell(What::Callback { target }, Cause::Finish(target));
            }
            Callback::Waited(wait) => self.waited(wait, object),
            Callback::Wake(task) => self.step(task),
            Callback::ShutDown => self.shut_down_one(object),
            Callback::Stop => self.stopping = true,
        }
    }

    fn fire(&mut self, action: Action) {
        match action {
            Action::Wake(task) => self.wake(task),
            Action::Settle(id) => self.settle_future(id),
            Action::Cancel(target) => {
                let target = self.stand_in(target);
                let message = match target {
                    Target::Awaitable(id) => self.scheduled_message(id),
                    Target::Group(_) | Target::Caller => Message::Absent,
                };
                self.cancel(target, message, Canceller::Schedule, Why::NONE, false);
            }
            Action::Check(call) => self.check(call),
            Action::TimeOut(wait) => self.time_out(wait),
        }
    }

    /// What the program finds where it looks for the clone of a coroutine.
    fn stand_in(&self, target: Target) -> Target {
        match target {
            Target::Awaitable(id) if O::ARE_OPEN => Target::Awaitable(self.stand_ins.get(&id).copied().unwrap_or(id)),
            target => target,
        }
    }

    /// `.cancel()`, on any kind of object. A refused call is told too; it has no effect but to silence the
    /// never-retrieved log of a task or a bare future.
    fn cancel(&mut self, target: Target, message: Message, by: Canceller, why: Why, open: bool) -> bool {
        let object = self.object(target);
        let id = CancelId(self.cancels);
        self.cancels += 1;
        if self.groups.of(object).is_none() {
            self.futures.mark_retrieved(object);
        }
        let accepted = self.accepts_cancel(object);
        let met = match self.futures.state(object) {
            State::Absent => Met::Nothing,
            State::Pending => Met::Unfinished,
            _ => Met::Ended,
        };
        let what = What::Cancel { id, target, accepted, by, met };
        self.listener.event(&Event { at: self.now, iteration: self.iteration, what, why, open });
        if self.futures.state(object) != State::Pending {
            return false;
        }
        let message = self.plan.dialect.cancel_message(message);
        match (target, self.groups.of(object)) {
            (_, Some(group)) => self.cancel_group(group, message, id),
            (Target::Caller, None) => self.cancel_task(object, message, id),
            (Target::Awaitable(awaitable), None) if self.is_task(awaitable) => self.cancel_task(object, message, id),
            (Target::Awaitable(awaitable), None) => self.cancel_future(awaitable, message, Cause::Cancel(id).into()),
            (Target::Group(_), None) => {}
        }
        accepted
    }

    /// What `.cancel()` will return. A group accepts where one of its children does; the first that does is still
    /// not done when its turn comes, so that asking beforehand gives the same answer.
    fn accepts_cancel(&self, object: Object) -> bool {
        self.futures.state(object) == State::Pending
            && self.groups.of(object).is_none_or(|group| {
                self.groups.children(group).iter().any(|child| self.accepts_cancel((*child).into()))
            })
    }

    /// Marks an object done and puts its callbacks into the ready queue.
    fn settle(&mut self, object: Object, state: State) {
        self.futures.settle(object, state);
        if self.plan.dialect.makes(Mistake::CallbacksInReverse) || self.plan.dialect.makes(Mistake::OneHopLessInGather)
        {
            return self.schedule_wrongly(object);
        }
        let ready = &mut self.ready;
        self.futures.drain_callbacks(object, |callback| ready.push(Handle::Call(callback, object)));
    }

    fn schedule_wrongly(&mut self, object: Object) {
        let mut callbacks = Vec::new();
        self.futures.drain_callbacks(object, |callback| callbacks.push(callback));
        if self.plan.dialect.makes(Mistake::CallbacksInReverse) {
            callbacks.reverse();
        }
        for callback in callbacks {
            match callback {
                Callback::Gathered(_) if self.plan.dialect.makes(Mistake::OneHopLessInGather) => {
                    self.call_back(callback, object);
                }
                _ => self.ready.push(Handle::Call(callback, object)),
            }
        }
    }

    /// `add_done_callback()`.
    fn add_callback(&mut self, object: Object, callback: Callback) {
        if self.futures.add_callback(object, callback) {
            self.ready.push(Handle::Call(callback, object));
        }
    }

    /// The main task's row, behind the awaitables'.
    fn main(&self) -> Object {
        Object(self.awaitables)
    }

    /// The row of something that was made; of a group that was not yet, one behind them all.
    fn object(&self, target: Target) -> Object {
        match target {
            Target::Awaitable(id) => id.into(),
            Target::Group(call) => self.group_of(call),
            Target::Caller => self.main(),
        }
    }

    fn target(&self, object: Object) -> Target {
        if object.0 < self.awaitables {
            Target::Awaitable(Id(object.0))
        } else {
            self.calls.target(object, self.awaitables)
        }
    }

    /// Whether this is a coroutine or a task, and not a bare future or a group.
    fn is_task(&self, id: Id) -> bool {
        matches!(self.plan.kind(id), Kind::Coroutine(_) | Kind::Task(_))
    }

    /// The `cancel_message` of an awaitable, where the scenario has one.
    fn scheduled_message(&self, id: Id) -> Message {
        match &self.plan.scenario.awaitable(id).cancel {
            Some(cancel) if cancel.message.is_some() => Message::CancelMessage(id),
            _ => Message::Absent,
        }
    }

    /// Puts the items of a set into the order in which CPython goes over it.
    fn arrange<T: Copy + Into<Object>>(&mut self, place: SetPlace, items: &mut [T]) {
        let point = Point { place, at: self.now, iteration: self.iteration };
        let (calls, awaitables) = (&self.calls, self.awaitables);
        self.choices.arrange(point, items, |item| calls.target(item.into(), awaitables));
    }

    #[inline]
    fn tell(&mut self, what: What<'_>, why: impl Into<Why>) {
        let why = why.into();
        self.listener.event(&Event { at: self.now, iteration: self.iteration, what, why, open: false });
    }
}
