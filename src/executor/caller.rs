//! The caller: the main coroutine of the program that a scenario means.
//!
//! It makes the tasks and futures, arms the cancellations, calls gather() or wait(), awaits what that gave, and then
//! lets what is left finish. It is a task like any other, but its steps are these and no scenario's.

use crate::calls::{Call, GatherOptions, Misuse, ReturnWhen, WaitOptions};
use crate::event::{
    CallId, Canceller, Event, Exception, ExceptionKind, Got, Listener, Maker, Message, Target, Warning, What,
};
use crate::scenario::{Id, Kind, Nanos, Then};

use super::arguments;
use super::clock::Clock;
use super::future::{Callback, Object, State};
use super::timers::TimerId;
use super::wait::THE_CALL;
use super::{Action, EventLoop, Handle};

/// The caller's task.
#[derive(Debug)]
pub struct Caller {
    /// Where its coroutine stands.
    place: Place,
    /// What it is suspended on.
    suspension: Suspension,
    /// `_must_cancel`: the next step raises `CancelledError`.
    must_cancel: bool,
    /// The timer of its sleep.
    timer: TimerId,
    /// The arguments of the call were made, so that coroutine objects exist.
    made_arguments: bool,
    /// wait()'s coroutine exists, and nobody has awaited it.
    holds_unawaited_wait: bool,
}

/// Where the main coroutine stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before its first step.
    Start,
    /// It sleeps until `call_at`.
    BeforeCall,
    /// It sleeps until `await_at`.
    BeforeAwait,
    /// It awaits what the call gave.
    InCall,
    /// It lets what is left finish, in the wait() of that number.
    Finishing(u32),
    /// It has ended.
    Ended,
}

/// What the caller is suspended on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suspension {
    /// Nothing: its next step is ready, and there is no future that a cancellation could go to.
    Ready,
    /// A sleep, whose timer is armed.
    Sleep,
    /// A sleep that is over.
    SleepDone,
    /// A sleep that was cancelled.
    SleepCancelled,
    /// The group.
    Group,
    /// The waiter of the wait() of that number.
    Waiter(u32),
}

impl Caller {
    /// Its first step is still to come.
    pub fn new() -> Caller {
        Caller {
            place: Place::Start,
            suspension: Suspension::Ready,
            must_cancel: false,
            timer: TimerId::default(),
            made_arguments: false,
            holds_unawaited_wait: false,
        }
    }
}

impl<C: Clock, L: Listener> EventLoop<'_, C, L> {
    /// The caller's next step. Going on from one place to the next without suspending stays in the same step.
    pub fn step_caller(&mut self) {
        let suspension = std::mem::replace(&mut self.caller.suspension, Suspension::Ready);
        let must_cancel = std::mem::take(&mut self.caller.must_cancel);
        let cancelled = must_cancel || suspension == Suspension::SleepCancelled;
        match self.caller.place {
            Place::Start if cancelled => self.end_caller(),
            Place::Start => {
                self.make_tasks_and_futures();
                self.arm_cancellations();
                match self.scenario.caller.call_at {
                    Some(moment) => self.sleep_until(moment, Place::BeforeCall),
                    None => self.make_call(),
                }
            }
            Place::BeforeCall | Place::BeforeAwait if cancelled => {
                self.timers.cancel(self.caller.timer);
                self.resume(Got::Cancelled(Exception::cancelled(Message::Absent, None)));
            }
            Place::BeforeCall => self.make_call(),
            Place::BeforeAwait => self.await_call(),
            Place::InCall => self.come_back(must_cancel),
            Place::Finishing(number) => {
                self.end_wait(number);
                if cancelled || self.waiter_is_cancelled(number) {
                    self.end_caller();
                } else {
                    self.finish_what_is_left();
                }
            }
            Place::Ended => {}
        }
    }

    fn make_tasks_and_futures(&mut self) {
        let scenario = self.scenario;
        for awaitable in &scenario.awaitables {
            for id in awaitable.ids.clone().map(Id) {
                match &awaitable.kind {
                    Kind::Task(_) => self.create_task(id, Maker::Caller),
                    Kind::Future(settlement) => self.create_future(id, settlement),
                    Kind::Coroutine(_) | Kind::Gather(_) => {}
                }
            }
        }
    }

    fn arm_cancellations(&mut self) {
        let scenario = self.scenario;
        for awaitable in &scenario.awaitables {
            if let Some(cancel) = &awaitable.cancel {
                for id in awaitable.ids.clone().map(Id) {
                    self.timers.arm(cancel.at, Action::Cancel(Target::Awaitable(id)));
                }
            }
        }
        if let Some(moment) = scenario.caller.cancel_at {
            self.timers.arm(moment, Action::Cancel(Target::Caller));
        }
    }

    /// `await asyncio.sleep(moment - now)`; a moment that is now or past is one bare yield.
    fn sleep_until(&mut self, moment: Nanos, place: Place) {
        self.caller.place = place;
        if moment <= self.now {
            self.ready.push(Handle::StepCaller);
            self.caller.suspension = Suspension::Ready;
        } else {
            self.caller.timer = self.timers.arm(moment, Action::WakeCaller);
            self.caller.suspension = Suspension::Sleep;
        }
    }

    /// The timer of the caller's sleep fires.
    pub fn wake_caller(&mut self) {
        if self.caller.suspension == Suspension::Sleep {
            self.caller.suspension = Suspension::SleepDone;
            self.ready.push(Handle::StepCaller);
        }
    }

    /// Makes the arguments, then calls gather() or wait().
    fn make_call(&mut self) {
        let scenario = self.scenario;
        self.make_nested_groups(&scenario.caller.args);
        self.caller.made_arguments = true;
        match self.call {
            Call::Gather(GatherOptions { return_exceptions }) => {
                self.tell(What::Call { id: CallId::MAIN, by: Target::Caller, call: self.call });
                if scenario.caller.passes_list {
                    return self.raise_misuse(Misuse::Gather(self.dialect.gather_of_a_list()));
                }
                self.gather(Target::Group(CallId::MAIN), &scenario.caller.args, return_exceptions);
                if let Some(moment) = scenario.caller.cancel_group_at {
                    self.timers.arm(moment, Action::Cancel(Target::Group(CallId::MAIN)));
                }
                for moment in &scenario.caller.check_done_at {
                    self.timers.arm(*moment, Action::Check);
                }
            }
            Call::Wait(WaitOptions { wrap, .. }) => {
                if wrap {
                    self.wrap_arguments(&scenario.caller.args);
                }
                self.tell(What::Call { id: CallId::MAIN, by: Target::Caller, call: self.call });
                self.caller.holds_unawaited_wait = true;
            }
        }
        match scenario.caller.await_at {
            Some(moment) => self.sleep_until(moment, Place::BeforeAwait),
            None => self.await_call(),
        }
    }

    /// Awaits what the call gave. wait() is a coroutine function: its body begins only here.
    fn await_call(&mut self) {
        self.tell(What::Await { call: CallId::MAIN });
        self.caller.place = Place::InCall;
        match self.call {
            Call::Gather(_) => {
                let group = self.group();
                if self.futures.state(group).is_done() {
                    // Awaiting a future that is done does not suspend.
                    self.come_back(false);
                } else {
                    let _ = self.futures.add_callback(group, Callback::WakeCaller);
                    self.caller.suspension = Suspension::Group;
                }
            }
            Call::Wait(options) => {
                self.caller.holds_unawaited_wait = false;
                match self.begin_wait(options) {
                    Ok(()) => self.caller.suspension = Suspension::Waiter(THE_CALL),
                    Err(misuse) => self.raise_misuse(Misuse::Wait(misuse)),
                }
            }
        }
    }

    /// The caller goes on after the await, with what it gives; `thrown`: a cancellation that was remembered, which
    /// beats everything but another `CancelledError`.
    fn come_back(&mut self, thrown: bool) {
        let own = Got::Cancelled(Exception::cancelled(Message::Absent, None));
        match self.call {
            Call::Gather(_) => {
                let group = self.group();
                self.futures.mark_retrieved(group);
                match self.futures.group_exception(group) {
                    Some(exception) if exception.is_cancelled_error(self.scenario) => {
                        self.resume(Got::Cancelled(exception));
                    }
                    _ if thrown => self.resume(own),
                    Some(exception) => self.resume(Got::Raised(exception)),
                    None => self.resume_with_results(group),
                }
            }
            Call::Wait(_) => {
                self.end_wait(THE_CALL);
                if thrown || self.waiter_is_cancelled(THE_CALL) {
                    return self.resume(own);
                }
                let (done, pending) = self.sets(THE_CALL);
                self.resume(Got::Sets { done: &done, pending: &pending });
            }
        }
    }

    fn raise_misuse(&mut self, misuse: Misuse) {
        self.resume(Got::Raised(Exception { kind: ExceptionKind::Misuse(misuse), from: None, group: None }));
    }

    fn resume_with_results(&mut self, group: Object) {
        let got = Got::Results(self.groups.results(group));
        self.listener.event(&Event {
            at: self.now,
            iteration: self.iteration,
            what: What::Resume { call: CallId::MAIN, got },
        });
        self.after_call();
    }

    fn resume(&mut self, got: Got<'_>) {
        self.tell(What::Resume { call: CallId::MAIN, got });
        self.after_call();
    }

    fn after_call(&mut self) {
        match self.scenario.caller.then {
            // Ctrl-C is the program's end, whatever is left.
            Then::Finish if !self.interrupted => self.finish_what_is_left(),
            Then::Finish | Then::Exit => self.end_caller(),
        }
    }

    /// `while left: await asyncio.wait(left)`.
    fn finish_what_is_left(&mut self) {
        let mut left = Vec::new();
        for object in self.futures.created() {
            if let Target::Awaitable(id) = self.target(*object)
                && self.futures.state(*object) == State::Pending
            {
                left.push(id);
            }
        }
        if left.is_empty() {
            return self.end_caller();
        }
        let number = self.start_wait(left, None, ReturnWhen::AllCompleted);
        self.caller.place = Place::Finishing(number);
        self.caller.suspension = Suspension::Waiter(number);
    }

    fn end_caller(&mut self) {
        self.caller.place = Place::Ended;
        self.tell(What::Exit);
        self.settle(self.main(), State::Returned);
    }

    /// `Task.cancel()` on the caller's task.
    pub fn cancel_caller(&mut self, message: Message) {
        let accepted = match self.caller.suspension {
            Suspension::Sleep => {
                self.caller.suspension = Suspension::SleepCancelled;
                self.ready.push(Handle::StepCaller);
                true
            }
            Suspension::Group => self.cancel(Target::Group(CallId::MAIN), message, Canceller::Caller, None),
            Suspension::Waiter(number) => self.cancel_waiter(number),
            Suspension::Ready | Suspension::SleepDone | Suspension::SleepCancelled => false,
        };
        if !accepted {
            self.caller.must_cancel = true;
        }
    }

    /// Python warns of coroutines that nothing ever awaited when it collects them; here at the end.
    pub fn warn_of_unawaited(&mut self) {
        if self.caller.made_arguments {
            let scenario = self.scenario;
            for id in arguments::distinct(&scenario.caller.args) {
                if self.is_bare_coroutine(id) {
                    self.tell(What::Warning { warning: Warning::NeverAwaited(id) });
                }
            }
        }
        if self.caller.holds_unawaited_wait {
            self.tell(What::Warning { warning: Warning::WaitNeverAwaited });
        }
    }
}
