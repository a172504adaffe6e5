//! Tasks that step a scenario's bodies (`Task` in `Lib/asyncio/tasks.py`), and bare futures.

use std::collections::HashMap;

use crate::event::{Ended, Exception, ExceptionKind, Listener, Made, Maker, Message, Returned, Target, What};
use crate::scenario::{Body, Delay, End, Id, Kind, Scenario, Settlement};

use super::clock::Clock;
use super::future::{Object, State};
use super::timers::TimerId;
use super::{Action, EventLoop, Handle};

/// What a suspended body waits for. A task is in exactly one of these while it is pending, and has exactly one handle
/// in the ready queue in those that say so.
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
}

/// Tasks in columns, by [`Id`]. Rows of futures and groups stay unused.
#[derive(Debug)]
pub struct Tasks<'s> {
    bodies: Bodies<'s>,
    suspension: Vec<Suspension>,
    /// The body is in its `on_cancel`.
    cleaning: Vec<bool>,
    /// `_must_cancel`: the next step raises `CancelledError`.
    must_cancel: Vec<bool>,
    /// The timer of the sleep.
    timer: Vec<TimerId>,
    /// The argument of the `CancelledError` that waits in a cancelled sleep, where it has one.
    sleep_messages: HashMap<Id, Message>,
    /// The argument of the one that a cleaning body caught, where it has one.
    caught: HashMap<Id, Message>,
}

/// The body of each id. A `count` shares one.
#[derive(Debug)]
struct Bodies<'s> {
    scenario: &'s Scenario,
    /// The table of each id, where there is more than one.
    table: Vec<u32>,
}

impl<'s> Tasks<'s> {
    /// No task exists yet.
    pub fn new(scenario: &'s Scenario) -> Tasks<'s> {
        let awaitables = scenario.len();
        Tasks {
            bodies: Bodies::new(scenario),
            suspension: vec![Suspension::FirstStep; awaitables],
            cleaning: vec![false; awaitables],
            must_cancel: vec![false; awaitables],
            timer: vec![TimerId::default(); awaitables],
            sleep_messages: HashMap::new(),
            caught: HashMap::new(),
        }
    }

    /// Whether this is a coroutine or a task, and not a bare future or a group.
    pub fn is_task(&self, id: Id) -> bool {
        matches!(self.bodies.kind(id), Kind::Coroutine(_) | Kind::Task(_))
    }
}

impl<'s> Bodies<'s> {
    fn new(scenario: &'s Scenario) -> Bodies<'s> {
        let mut table = Vec::new();
        if scenario.awaitables.len() > 1 {
            table.reserve_exact(scenario.len());
            for (number, awaitable) in scenario.awaitables.iter().enumerate() {
                table.extend(std::iter::repeat_n(number as u32, awaitable.ids.len()));
            }
        }
        Bodies { scenario, table }
    }

    fn kind(&self, id: Id) -> &'s Kind {
        let table = self.table.get(id.index()).map_or(0, |table| *table as usize);
        &self.scenario.awaitables[table].kind
    }

    /// The body of a coroutine or task.
    fn body(&self, id: Id) -> &'s Body {
        match self.kind(id) {
            Kind::Coroutine(body) | Kind::Task(body) => body,
            Kind::Future(_) | Kind::Gather(_) => unreachable!("only coroutines and tasks are stepped"),
        }
    }
}

impl<C: Clock, L: Listener> EventLoop<'_, C, L> {
    /// `create_task()`: the first step is ready.
    pub fn create_task(&mut self, id: Id, by: Maker) {
        self.futures.create(id.into());
        self.tell(What::Create { awaitable: id, made: Made::Task, by });
        self.ready.push(Handle::Step(id));
    }

    /// `Task.__step`, by way of `Task.__wakeup` where it waited for a future.
    pub fn step(&mut self, id: Id) {
        let index = id.index();
        let suspension = self.tasks.suspension[index];
        let mut thrown = None;
        if suspension == Suspension::SleepCancelled {
            thrown = Some(self.tasks.sleep_messages.remove(&id).unwrap_or(Message::Absent));
        }
        if std::mem::take(&mut self.tasks.must_cancel[index]) && thrown.is_none() {
            thrown = Some(self.futures.cancel_message(id.into()));
        }
        match (thrown, suspension) {
            (None, Suspension::FirstStep) => {
                self.tell(What::Start { awaitable: id });
                match self.tasks.bodies.body(id).delay {
                    None => self.end_body(id),
                    Some(delay) => self.suspend(id, delay),
                }
            }
            (None, _) if self.tasks.cleaning[index] => self.end_cleanup(id),
            (None, _) => self.end_body(id),
            (Some(message), Suspension::FirstStep) => self.finish_cancelled(id, message),
            (Some(message), _) => {
                if suspension == Suspension::SleepCancelled {
                    // sleep()'s own `finally: h.cancel()`. Nothing was armed for a future that nobody settles.
                    self.timers.cancel(self.tasks.timer[index]);
                }
                self.catch(id, message);
            }
        }
    }

    /// A `CancelledError` reaches the body where it is suspended.
    fn catch(&mut self, id: Id, message: Message) {
        let Some(on_cancel) = &self.tasks.bodies.body(id).on_cancel else {
            return self.finish_cancelled(id, message);
        };
        if std::mem::replace(&mut self.tasks.cleaning[id.index()], true) {
            return self.finish_cancelled(id, message);
        }
        if message != Message::Absent {
            self.tasks.caught.insert(id, message);
        }
        self.tell(What::Cleanup { awaitable: id });
        match on_cancel.cleanup {
            None => self.end_cleanup(id),
            Some(delay) => self.suspend(id, delay),
        }
    }

    fn suspend(&mut self, id: Id, delay: Delay) {
        let index = id.index();
        self.tasks.suspension[index] = match delay {
            Delay::For(span) if span.0 == 0 => {
                self.ready.push(Handle::Step(id));
                Suspension::Yield
            }
            Delay::For(span) => {
                self.tasks.timer[index] = self.timers.arm(self.now.after(span), Action::Wake(id));
                Suspension::Sleep
            }
            Delay::Forever => {
                self.tasks.timer[index] = TimerId::default();
                Suspension::Forever
            }
        };
    }

    /// A sleep's timer fires: `_set_result_unless_cancelled`.
    pub fn wake(&mut self, id: Id) {
        let suspension = &mut self.tasks.suspension[id.index()];
        if *suspension == Suspension::Sleep {
            *suspension = Suspension::SleepDone;
            self.ready.push(Handle::Step(id));
        }
    }

    /// `Task.cancel()` on a task that is not done: it goes to the awaited future. If that refuses, or there is none,
    /// it is remembered, and the next step raises.
    pub fn cancel_task(&mut self, id: Id, message: Message) {
        let suspension = &mut self.tasks.suspension[id.index()];
        if matches!(suspension, Suspension::Sleep | Suspension::Forever) {
            *suspension = Suspension::SleepCancelled;
            if message != Message::Absent {
                self.tasks.sleep_messages.insert(id, message);
            }
            self.ready.push(Handle::Step(id));
        } else {
            self.tasks.must_cancel[id.index()] = true;
            self.futures.set_cancel_message(id.into(), message);
        }
    }

    fn end_body(&mut self, id: Id) {
        match &self.tasks.bodies.body(id).end {
            End::Returns(_) => self.finish(id, State::Returned),
            End::Raises(exception) if exception.is_cancelled_error() => self.finish_cancelled(id, Message::Body(id)),
            End::Raises(_) => self.finish(id, State::Raised),
        }
    }

    fn end_cleanup(&mut self, id: Id) {
        let then = self.tasks.bodies.body(id).on_cancel.as_ref().and_then(|on_cancel| on_cancel.then.as_ref());
        match then {
            None => {
                let message = self.tasks.caught.get(&id).copied().unwrap_or(Message::Absent);
                self.finish_cancelled(id, message);
            }
            Some(End::Returns(_)) => self.finish(id, State::ReturnedFromCleanup),
            Some(End::Raises(exception)) if exception.is_cancelled_error() => {
                self.finish_cancelled(id, Message::Cleanup(id));
            }
            Some(End::Raises(_)) => self.finish(id, State::RaisedFromCleanup),
        }
    }

    /// The coroutine ended with a `CancelledError`: `Future.cancel(self)`, without a message; the exception itself is
    /// kept for the first who asks.
    fn finish_cancelled(&mut self, id: Id, message: Message) {
        self.futures.set_cancel_message(id.into(), Message::Absent);
        self.futures.set_cancelled_error(id.into(), message);
        let ended = Ended::Cancelled(Exception::cancelled(message, Some(id)));
        self.tell(What::Finish { target: Target::Awaitable(id), ended, results: &[] });
        self.settle(id.into(), State::Cancelled);
    }

    fn finish(&mut self, id: Id, state: State) {
        let raised = |kind| Ended::Raised(Exception { kind, from: Some(id), group: None });
        let ended = match state {
            State::Raised => raised(ExceptionKind::Body(id)),
            State::RaisedFromCleanup => raised(ExceptionKind::Cleanup(id)),
            State::ReturnedFromCleanup => Ended::Returned(Returned::Cleanup(id)),
            _ => Ended::Returned(Returned::Body(id)),
        };
        self.tell(What::Finish { target: Target::Awaitable(id), ended, results: &[] });
        self.settle(id.into(), state);
    }

    /// `loop.create_future()`, and what settles it.
    pub fn create_future(&mut self, id: Id, settlement: &Settlement) {
        self.futures.create(id.into());
        self.tell(What::Create { awaitable: id, made: Made::Future, by: Maker::Caller });
        match settlement.delay {
            None => self.settle_future(id),
            Some(Delay::For(span)) => {
                self.timers.arm(self.now.after(span), Action::Settle(id));
            }
            Some(Delay::Forever) => {}
        }
    }

    /// The loop settles a bare future, unless something has cancelled it.
    pub fn settle_future(&mut self, id: Id) {
        let Kind::Future(settlement) = self.tasks.bodies.kind(id) else { return };
        if self.futures.state(id.into()).is_done() {
            return;
        }
        match &settlement.end {
            End::Returns(_) => self.finish(id, State::Returned),
            End::Raises(exception) if exception.is_cancelled_error() => {
                let message = exception.message.as_ref().map_or(Message::Absent, |_| Message::Body(id));
                self.cancel_future(id, message);
            }
            End::Raises(_) => self.finish(id, State::Raised),
        }
    }

    /// `Future.cancel()` on a bare future that is not done: it is cancelled at once.
    pub fn cancel_future(&mut self, id: Id, message: Message) {
        let object = Object::from(id);
        let message = self.dialect.cancel_message(message);
        self.futures.set_cancel_message(object, message);
        let ended = Ended::Cancelled(Exception::cancelled(message, Some(id)));
        self.tell(What::Finish { target: Target::Awaitable(id), ended, results: &[] });
        self.settle(object, State::Cancelled);
    }

    /// The `cancel_message` of an awaitable, where the scenario has one.
    pub fn scheduled_message(&self, id: Id) -> Message {
        match &self.scenario.awaitable(id).cancel {
            Some(cancel) if cancel.message.is_some() => Message::CancelMessage(id),
            _ => Message::Absent,
        }
    }
}
