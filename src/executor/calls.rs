//! The calls that coroutines make: what is the same of each, and the list of those that the loop can run.
//!
//! A call is made, then what it gave is awaited, then its caller goes on with what it came to. A file a call says what
//! these three mean there, as the functions of `Lib/asyncio/tasks.py` have it.

pub mod gather;
pub mod wait;

use crate::calls::{Call, Misuse};
use crate::event::{CallId, Cause, Event, Exception, ExceptionKind, Got, Listener, Target, What, Why};

use super::EventLoop;
use super::choices::Choices;
use super::clock::Clock;
use super::future::Object;
use super::lateness::Lateness;
use super::plan::{Site, SiteId};
use super::task::{Awaited, Thrown};
use crate::scenario::Id;

use wait::WaitId;

/// Every call made so far, by [`CallId`].
#[derive(Debug, Default)]
pub struct Calls {
    made: Vec<MadeCall>,
    /// The calls that gave a group, by the rows of these groups behind the tasks.
    groups: Vec<CallId>,
    /// What has just released the caller of a call, until that is told.
    released: Released,
}

/// What let the caller of a call go on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Released {
    pub why: Why,
    /// Whether it was so already when the caller began to wait.
    pub already: bool,
}

#[derive(Clone, Copy, Debug)]
struct MadeCall {
    /// The task that made it.
    caller: Object,
    site: SiteId,
    gave: CallObject,
}

/// What a call gave to the coroutine that made it.
#[derive(Clone, Copy, Debug)]
enum CallObject {
    /// Nothing, or nothing yet: it raised, or it is at work.
    Nothing,
    /// A group, which runs whether or not it is awaited.
    Group(Object),
    /// The coroutine of wait(), of which nothing has run.
    Coroutine,
    /// The same, once it is awaited and has not raised.
    Waiting(WaitId),
}

impl Calls {
    /// Forgets every call.
    pub fn reset(&mut self) {
        self.made.clear();
        self.groups.clear();
        self.released = Released::default();
    }

    /// What has just released a caller, if it was released and did not only wake.
    pub fn released(&self, waited: bool) -> Why {
        if waited { self.released.why } else { Why::NONE }
    }

    /// Keeps what has just released a caller.
    pub fn set_released(&mut self, released: Released) {
        self.released = released;
    }

    /// Where each call was made, in the order in which they were.
    pub fn sites(&self) -> Vec<usize> {
        self.made.iter().map(|made| made.site.0 as usize).collect()
    }

    /// How many coroutines of wait() nobody has awaited.
    pub fn unawaited(&self) -> usize {
        self.made.iter().filter(|made| matches!(made.gave, CallObject::Coroutine)).count()
    }

    /// What a row is, behind so many awaitables: the main task, or a group that a call gave.
    pub fn target(&self, object: Object, awaitables: u32) -> Target {
        match object.0.checked_sub(awaitables) {
            None => Target::Awaitable(Id(object.0)),
            Some(0) => Target::Caller,
            Some(behind) => Target::Group(self.groups[behind as usize - 1]),
        }
    }

    fn gave(&self, call: CallId) -> CallObject {
        self.made[call.index()].gave
    }

    fn set_gave(&mut self, call: CallId, gave: CallObject) {
        self.made[call.index()].gave = gave;
    }
}

impl<'p, C: Clock, O: Choices, J: Lateness, L: Listener> EventLoop<'p, C, O, J, L> {
    fn site(&self, call: CallId) -> &'p Site<'p> {
        &self.plan.sites[self.calls.made[call.index()].site.0 as usize]
    }

    fn caller_of(&self, call: CallId) -> Object {
        self.calls.made[call.index()].caller
    }

    /// Makes the arguments of a call, then the call. What it raises at once comes back beside its id.
    pub fn make_call(&mut self, caller: Object, site: SiteId) -> (CallId, Result<(), Thrown>) {
        let call = CallId(self.calls.made.len() as u32);
        self.calls.made.push(MadeCall { caller, site, gave: CallObject::Nothing });
        let site = self.site(call);
        self.make_nested_groups(&site.arguments);
        let (by, why) = (self.target(caller), self.start_of(caller));
        let made = match site.call {
            Call::Gather(options) => self.call_gather(call, by, why, site, options).map_err(Misuse::Gather),
            Call::Wait(options) => {
                self.call_wait(call, by, why, site, options);
                Ok(())
            }
        };
        (call, made.map_err(raised))
    }

    /// What a call's own events happen by: in a body its first step.
    fn start_of(&self, caller: Object) -> Why {
        match self.target(caller) {
            Target::Awaitable(id) => Cause::Start(id).into(),
            Target::Caller | Target::Group(_) => Why::NONE,
        }
    }

    /// Awaits what a call gave: `None` where that does not suspend.
    pub fn await_call(&mut self, caller: Object, call: CallId) -> Result<Option<Awaited>, Thrown> {
        let why = self.start_of(caller);
        self.tell(What::Await { call }, why);
        match (self.calls.gave(call), self.site(call).call) {
            (CallObject::Group(group), _) => self.await_group(caller, group),
            (CallObject::Coroutine, Call::Wait(options)) => {
                self.calls.set_gave(call, CallObject::Nothing);
                let wait = self.begin_wait(caller, call, options).map_err(|misuse| raised(Misuse::Wait(misuse)))?;
                self.calls.set_gave(call, CallObject::Waiting(wait));
                Ok(Some(Awaited::Waiter(wait)))
            }
            (CallObject::Coroutine, Call::Gather(_)) | (CallObject::Nothing | CallObject::Waiting(_), _) => Ok(None),
        }
    }

    /// Tells with what the caller of a call goes on: what was raised in its way, or else what the call came to.
    pub fn tell_outcome(&mut self, call: CallId, raised: Option<Thrown>) {
        let released = std::mem::take(&mut self.calls.released);
        if let Some(Thrown { exception, why }) = raised {
            let cancelled = exception.is_cancelled_error(self.plan.scenario);
            let got = if cancelled { Got::Cancelled(exception) } else { Got::Raised(exception) };
            let already = released.already && why.cause == released.why.cause;
            return self.tell(What::Resume { call, got, already }, why);
        }
        let Released { why, already } = released;
        match self.calls.gave(call) {
            CallObject::Group(group) => {
                let got = Got::Results(self.groups.results(group));
                let what = What::Resume { call, got, already };
                self.listener.event(&Event { at: self.now, iteration: self.iteration, what, why, open: false });
            }
            CallObject::Waiting(wait) => {
                let (done, pending) = self.sets(wait);
                self.tell(What::Resume { call, got: Got::Sets { done: &done, pending: &pending }, already }, why);
            }
            CallObject::Nothing | CallObject::Coroutine => {}
        }
    }

    /// A row for the group that a call gives.
    fn add_group_of(&mut self, call: CallId) -> Target {
        let group = self.row_of_group(self.calls.groups.len());
        self.futures.add();
        self.calls.groups.push(call);
        self.calls.set_gave(call, CallObject::Group(group));
        Target::Group(call)
    }

    /// The row of the group that a call gave; of a call that gave none, one behind them all.
    pub fn group_of(&self, call: CallId) -> Object {
        match self.calls.gave(call) {
            CallObject::Group(group) => group,
            _ => self.row_of_group(self.calls.groups.len()),
        }
    }

    fn row_of_group(&self, number: usize) -> Object {
        Object(self.main().0 + 1 + number as u32)
    }
}

/// What a call raises for being called wrongly.
fn raised(misuse: Misuse) -> Thrown {
    let exception = Exception { kind: ExceptionKind::Misuse(misuse), from: None, group: None };
    Thrown { exception, why: Why::NONE }
}
