//! The event loop: our own asyncio, faithful to the loop iteration.
//!
//! It mirrors CPython's `Lib/asyncio`, a file a module: [`ready`] and [`timers`] are the loop's two queues
//! (`base_events.py`), [`future`] what futures have in common (`futures.py`), [`task`] the tasks that step a
//! scenario's bodies, [`gather`] and [`wait`] the two functions (`tasks.py`), [`caller`] the program's main coroutine,
//! [`shutdown`] the end of `asyncio.run()` (`runners.py`). [`dialect`] names where the versions differ, [`clock`] how
//! time passes.
//!
//! Bodies and callbacks are closed enums over ids in columns, not boxed futures and wakers: a scenario's bodies are
//! data, and a waker would merge the hops from one pass to the next that make up what a caller sees.

pub mod clock;

mod arguments;
mod caller;
mod dialect;
mod future;
mod gather;
mod ready;
mod shutdown;
mod task;
mod timers;
mod wait;

use crate::calls::Call;
use crate::event::{CallId, Canceller, End, Event, Listener, Message, Reason, Target, What};
use crate::scenario::{Id, Nanos, Python, Scenario};

use caller::Caller;
use clock::{Advance, Clock};
use dialect::Dialect;
use future::{Callback, Futures, Object, State};
use gather::Groups;
use ready::Ready;
use task::Tasks;
use timers::Timers;
use wait::Waits;

/// Runs the program that a scenario means for one call, and tells the listener what happens.
///
/// The scenario must have come through [`crate::scenario`]'s checks.
pub fn run<C: Clock, L: Listener>(scenario: &Scenario, call: Call, python: Python, clock: C, listener: L) -> End {
    EventLoop::new(scenario, call, python, clock, listener).run()
}

/// A handle in the ready queue: what to call.
#[derive(Clone, Copy, Debug)]
enum Handle {
    /// A body's next step: `Task.__step` after a bare yield, else `Task.__wakeup`. Its phase knows which.
    Step(Id),
    /// The same of the caller's task.
    StepCaller,
    /// A done callback of an object.
    Call(Callback, Object),
    /// A timer that is due.
    Due(Action),
    /// The one step of a task in which `asyncio.run()` shuts down a service of the loop.
    StepService,
}

/// What a timer does.
#[derive(Clone, Copy, Debug)]
enum Action {
    /// Ends a body's sleep.
    Wake(Id),
    /// Ends the caller's sleep.
    WakeCaller,
    /// Settles a bare future.
    Settle(Id),
    /// A `.cancel()` that the scenario asks for.
    Cancel(Target),
    /// The caller looks at `group.done()`.
    Check,
    /// wait()'s timeout.
    TimeOut,
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
struct EventLoop<'s, C, L> {
    scenario: &'s Scenario,
    call: Call,
    dialect: Dialect,
    clock: C,
    listener: L,
    now: Nanos,
    iteration: u64,
    ready: Ready<Handle>,
    timers: Timers<Action>,
    futures: Futures,
    tasks: Tasks<'s>,
    groups: Groups,
    waits: Waits,
    caller: Caller,
    /// `loop.stop()` was called: the pass that runs is the last.
    stopping: bool,
    /// How many of the tasks that `asyncio.run()` cancelled are not done.
    shutting_down: usize,
    interrupted: bool,
}

impl<'s, C: Clock, L: Listener> EventLoop<'s, C, L> {
    fn new(scenario: &'s Scenario, call: Call, python: Python, clock: C, listener: L) -> Self {
        let awaitables = scenario.len();
        EventLoop {
            scenario,
            call,
            dialect: Dialect::new(python),
            clock,
            listener,
            now: Nanos::ZERO,
            iteration: 0,
            ready: Ready::new(),
            timers: Timers::new(),
            // Two rows more: the caller's group and its task.
            futures: Futures::new(awaitables + 2),
            tasks: Tasks::new(scenario),
            groups: Groups::default(),
            waits: Waits::default(),
            caller: Caller::new(),
            stopping: false,
            shutting_down: 0,
            interrupted: false,
        }
    }

    fn run(mut self) -> End {
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
        End { at: self.now, reason, unretrieved, interrupted: self.interrupted }
    }

    /// `asyncio.run(main())`.
    fn run_program(&mut self) -> Result<(), Halt> {
        self.futures.create(self.main());
        let _ = self.futures.add_callback(self.main(), Callback::Stop);
        self.ready.push(Handle::StepCaller);
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
        for _ in 0..self.dialect.shutdown_services() {
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
            if deadline > self.now { self.advance(deadline) } else { false }
        } else {
            self.clock.interrupted()
        };
        self.iteration += 1;
        if interrupted {
            self.interrupt()?;
        }
        let mut batch = self.ready.take_batch();
        self.timers.pop_due(self.now, |action| batch.push(Handle::Due(action)));
        for handle in &batch {
            self.call(*handle);
        }
        self.ready.recycle(batch);
        Ok(())
    }

    /// Lets time pass until a deadline. True where Ctrl-C came in before.
    fn advance(&mut self, deadline: Nanos) -> bool {
        let listener = &mut self.listener;
        match self.clock.advance(self.now, deadline, |now| listener.tick(now)) {
            Advance::Reached => self.now = deadline,
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
        if self.futures.state(self.main()).is_done() || !self.dialect.interrupt_cancels_main_alone() {
            return Err(Halt::KeyboardInterrupt);
        }
        self.cancel(Target::Caller, Message::Absent, Canceller::Interrupt, None);
        Ok(())
    }

    #[inline]
    fn call(&mut self, handle: Handle) {
        match handle {
            Handle::Step(id) => self.step(id),
            Handle::StepCaller => self.step_caller(),
            Handle::Call(callback, object) => self.call_back(callback, object),
            Handle::Due(action) => self.fire(action),
            Handle::StepService => self.ready.push(Handle::Call(Callback::Stop, self.main())),
        }
    }

    fn call_back(&mut self, callback: Callback, object: Object) {
        match callback {
            Callback::Gathered(group) => self.gathered(group, object),
            Callback::GroupDone => {
                let target = self.target(object);
                self.tell(What::Callback { target });
            }
            Callback::Waited(wait) => self.waited(wait, object),
            Callback::WakeCaller => self.step_caller(),
            Callback::ShutDown => self.shut_down_one(object),
            Callback::Stop => self.stopping = true,
        }
    }

    fn fire(&mut self, action: Action) {
        match action {
            Action::Wake(id) => self.wake(id),
            Action::WakeCaller => self.wake_caller(),
            Action::Settle(id) => self.settle_future(id),
            Action::Cancel(target) => {
                let message = match target {
                    Target::Awaitable(id) => self.scheduled_message(id),
                    Target::Group(_) | Target::Caller => Message::Absent,
                };
                self.cancel(target, message, Canceller::Schedule, None);
            }
            Action::Check => {
                let done = self.futures.state(self.group()).is_done();
                self.tell(What::Check { call: CallId::MAIN, done });
            }
            Action::TimeOut => self.time_out(),
        }
    }

    /// `.cancel()`, on any kind of object. A refused call is told too; it has no effect but to silence the
    /// never-retrieved log of a task or a bare future.
    fn cancel(&mut self, target: Target, message: Message, by: Canceller, through: Option<Target>) -> bool {
        let object = self.object(target);
        if self.groups.of(object).is_none() {
            self.futures.mark_retrieved(object);
        }
        let accepted = self.accepts_cancel(object);
        self.tell(What::Cancel { target, accepted, by, through });
        if self.futures.state(object) != State::Pending {
            return false;
        }
        let message = self.dialect.cancel_message(message);
        match (target, self.groups.of(object)) {
            (Target::Caller, _) => self.cancel_caller(message),
            (_, Some(group)) => self.cancel_group(group, message),
            (Target::Awaitable(id), None) if self.tasks.is_task(id) => self.cancel_task(id, message),
            (Target::Awaitable(id), None) => self.cancel_future(id, message),
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
        let ready = &mut self.ready;
        self.futures.drain_callbacks(object, |callback| ready.push(Handle::Call(callback, object)));
    }

    /// `add_done_callback()`.
    fn add_callback(&mut self, object: Object, callback: Callback) {
        if self.futures.add_callback(object, callback) {
            self.ready.push(Handle::Call(callback, object));
        }
    }

    /// The caller's group.
    fn group(&self) -> Object {
        Object(self.scenario.len() as u32)
    }

    /// The caller's task.
    fn main(&self) -> Object {
        Object(self.scenario.len() as u32 + 1)
    }

    fn object(&self, target: Target) -> Object {
        match target {
            Target::Awaitable(id) => id.into(),
            Target::Group(_) => self.group(),
            Target::Caller => self.main(),
        }
    }

    fn target(&self, object: Object) -> Target {
        match object.index().checked_sub(self.scenario.len()) {
            None => Target::Awaitable(Id(object.0)),
            Some(0) => Target::Group(CallId::MAIN),
            Some(_) => Target::Caller,
        }
    }

    #[inline]
    fn tell(&mut self, what: What<'_>) {
        self.listener.event(&Event { at: self.now, iteration: self.iteration, what });
    }
}
