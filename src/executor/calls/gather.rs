//! `gather()` and its `_GatheringFuture` (`Lib/asyncio/tasks.py`).

use std::collections::HashMap;
use std::ops::{Index, IndexMut, Range};

use crate::calls::{GatherMisuse, GatherOptions};
use crate::event::{
    CallId, CancelId, Canceller, Cause, Ended, Event, Exception, Item, Listener, Made, Maker, Message, Returned,
    Target, What, Why,
};
use crate::scenario::{Id, Ids, Kind, Nanos};

use crate::executor::arguments::{self, FirstTimes};
use crate::executor::choices::Choices;
use crate::executor::clock::Clock;
use crate::executor::future::{Callback, Object, State};
use crate::executor::lateness::Lateness;
use crate::executor::mistakes::Mistake;
use crate::executor::plan::Site;
use crate::executor::task::{Awaited, Thrown};
use crate::executor::{Action, EventLoop};

/// A group, in the order in which they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupId(u32);

/// Every group made so far, by [`GroupId`].
#[derive(Debug, Default)]
pub struct Groups {
    groups: Vec<Group>,
    ids: HashMap<Object, GroupId>,
}

#[derive(Debug)]
pub struct Group {
    object: Object,
    return_exceptions: bool,
    /// In argument order, repeats included: what `cancel()` goes over, and what the results follow.
    children: Vec<Id>,
    /// `nfuts`: how many there are without repeats.
    distinct: usize,
    /// `nfinished`.
    finished: usize,
    /// `_cancel_requested`: each `.cancel()` that was accepted, so that the group will not end with results. It goes from
    /// the group's own to the last that it passes on.
    cancels: Vec<Range<u32>>,
    /// What it holds, once it returned.
    results: Vec<Item>,
    /// Why it failed.
    why: Why,
}

impl Groups {
    /// Forgets every group.
    pub fn reset(&mut self) {
        self.groups.clear();
        self.ids.clear();
    }

    /// The group that an object is, if it is one. gather() of nothing is a plain future, and none.
    pub fn of(&self, object: Object) -> Option<GroupId> {
        if self.groups.is_empty() { None } else { self.ids.get(&object).copied() }
    }

    /// A group's children, repeats included.
    pub fn children(&self, group: GroupId) -> &[Id] {
        &self[group].children
    }

    /// Why a group that failed did: what settled it, and the cancellation behind that.
    pub fn why(&self, object: Object) -> Why {
        self.of(object).map_or(Why::NONE, |group| self[group].why)
    }

    /// The `.cancel()` of a group that another one came from.
    fn cancel_behind(&self, group: GroupId, passed_on: CancelId) -> Option<Cause> {
        let cancels = self[group].cancels.iter();
        cancels.rev().find(|range| range.contains(&passed_on.0)).map(|range| Cause::Cancel(CancelId(range.start)))
    }

    fn set_why(&mut self, object: Object, why: Why) {
        if let Some(group) = self.of(object) {
            self[group].why = why;
        }
    }

    /// What an object holds that is a group and returned.
    pub fn results(&self, object: Object) -> &[Item] {
        self.of(object).map_or(&[], |group| &self[group].results)
    }
}

impl Index<GroupId> for Groups {
    type Output = Group;

    fn index(&self, group: GroupId) -> &Group {
        &self.groups[group.0 as usize]
    }
}

impl IndexMut<GroupId> for Groups {
    fn index_mut(&mut self, group: GroupId) -> &mut Group {
        &mut self.groups[group.0 as usize]
    }
}

impl<C: Clock, O: Choices, J: Lateness, L: Listener> EventLoop<'_, C, O, J, L> {
    /// Calls gather(). It runs at once, and gives a group that runs on whether or not anybody awaits it.
    pub(super) fn call_gather(
        &mut self,
        call: CallId,
        by: Target,
        why: Why,
        site: &Site<'_>,
        options: GatherOptions,
    ) -> Result<(), GatherMisuse> {
        self.tell(What::Call { id: call, by, call: site.call }, why);
        if site.passes_list {
            return Err(self.plan.dialect.gather_of_a_list());
        }
        let group = self.add_group_of(call);
        self.gather(group, &site.arguments, options);
        // `loop.call_later(moment - called_at, …)`: where the call comes late, so do they.
        let late = Nanos(self.now.0.saturating_sub(site.called_at.0));
        if let Some(moment) = site.cancel_group_at {
            self.timers.arm(moment.after(late), Action::Cancel(group));
        }
        for moment in &*site.check_done_at {
            self.timers.arm(moment.after(late), Action::Check(call));
        }
        Ok(())
    }

    /// Awaits a group. Awaiting a future that is done does not suspend.
    pub(super) fn await_group(&mut self, caller: Object, group: Object) -> Result<Option<Awaited>, Thrown> {
        if self.futures.add_callback(group, Callback::Wake(caller)) {
            return self.take_result(group, true).map(|()| None);
        }
        Ok(Some(Awaited::Future(group)))
    }

    /// The caller of a gather() looks at `group.done()`.
    pub fn check(&mut self, call: CallId) {
        let done = self.futures.state(self.group_of(call)).is_done();
        let why = self.start_of(self.caller_of(call));
        self.tell(What::Check { call, done }, why);
    }

    /// Makes the nested groups among some arguments, depth first: Python evaluates arguments before the call.
    pub fn make_nested_groups(&mut self, arguments: &[Ids]) {
        let scenario = self.plan.scenario;
        for ids in arguments {
            let awaitable = scenario.awaitable(Id(ids.start));
            let Kind::Gather(nested) = &awaitable.kind else { continue };
            let id = Id(ids.start);
            if self.futures.state(id.into()) == State::Absent {
                self.make_nested_groups(&nested.members);
                self.gather(Target::Awaitable(id), &nested.members, nested.options);
            }
        }
    }

    /// `gather(*arguments)`, and the done callback that the program may add to what it gives.
    pub fn gather(&mut self, target: Target, arguments: &[Ids], options: GatherOptions) {
        let object = self.object(target);
        if arguments.is_empty() {
            self.make_group_future(target);
            let why = call_of(target);
            self.tell(What::Finish { target, ended: Ended::Returned(returned(target)), results: &[] }, why);
            self.settle(object, State::Gave);
            self.add_done_callback(object, options);
            return;
        }
        let group = GroupId(self.groups.groups.len() as u32);
        let mut children = Vec::with_capacity(arguments::count(arguments));
        let mut done = Vec::new();
        let mut first_times = FirstTimes::of(arguments);
        let mut distinct = 0;
        for id in arguments::each(arguments) {
            children.push(id);
            if !first_times.is_first(id) {
                continue;
            }
            distinct += 1;
            if self.futures.state(id.into()) == State::Absent {
                self.create_task(id, Maker::Gather, call_of(target));
            }
            if self.plan.dialect.gather_counts_done_children_at_once() && self.futures.state(id.into()).is_done() {
                done.push(id);
            } else {
                self.add_callback(id.into(), Callback::Gathered(group));
            }
        }
        self.groups.ids.insert(object, group);
        self.groups.groups.push(Group {
            object,
            return_exceptions: options.return_exceptions,
            children,
            distinct,
            finished: 0,
            cancels: Vec::new(),
            results: Vec::new(),
            why: Why::NONE,
        });
        self.make_group_future(target);
        for id in done {
            self.gathered(group, id.into());
        }
        self.add_done_callback(object, options);
    }

    /// `group.add_done_callback(…)`, where the scenario asks for it.
    fn add_done_callback(&mut self, group: Object, options: GatherOptions) {
        if options.done_callback {
            self.add_callback(group, Callback::GroupDone);
        }
    }

    fn make_group_future(&mut self, target: Target) {
        self.futures.create(self.object(target));
        if let Target::Awaitable(id) = target {
            self.tell(What::Create { awaitable: id, made: Made::Gather, by: Maker::Caller }, Why::NONE);
        }
    }

    /// `_done_callback(fut)`: a child is done.
    pub fn gathered(&mut self, group: GroupId, child: Object) {
        let gathering = &mut self.groups[group];
        gathering.finished += 1;
        let all_done = gathering.finished == gathering.distinct;
        let state = self.futures.state(child);
        if state == State::Returned && !all_done {
            // Nothing to ask for, and nothing to tell.
            return;
        }
        let (object, return_exceptions) = (gathering.object, gathering.return_exceptions);
        let cancelled_by = gathering.cancels.first().map(|range| Cause::Cancel(CancelId(range.start)));
        let why = Why::from(Cause::Finish(self.target(child)));
        let cancelled = state == State::Cancelled;
        let group_done = self.futures.state(object).is_done();
        // `fut.exception()`. With return_exceptions it waits until all children are done.
        let forgets = group_done && self.plan.dialect.makes(Mistake::LateExceptionsAreNotRetrieved);
        if !cancelled && (group_done || !return_exceptions) && !forgets {
            self.futures.mark_retrieved(child);
        }
        if group_done {
            return;
        }
        if !return_exceptions {
            if cancelled {
                let message = self.futures.make_cancelled_error(child, self.plan.dialect);
                // Once the group was cancelled, its members only pass that on.
                let from = cancelled_by.is_none().then_some(Id(child.0));
                let made_by = Some(self.target(object));
                let exception = Exception { group: made_by, ..Exception::cancelled(message, from) };
                return self.raise_group(object, exception, self.why_of_cancelled(group, child, cancelled_by));
            }
            if let Some(exception) = self.futures.exception(child) {
                let cancelled = exception.is_cancelled_error(self.plan.scenario);
                let why = if cancelled { self.why_of_cancelled(group, child, cancelled_by) } else { why };
                return self.raise_group(object, exception, why);
            }
        }
        if all_done {
            self.complete_group(group, Why { because: cancelled_by, ..why });
        }
    }

    /// Why a group ends with the `CancelledError` of a child: that, and behind it the group's own cancellation: the one that
    /// the child's comes from, else the first.
    fn why_of_cancelled(&self, group: GroupId, child: Object, first: Option<Cause>) -> Why {
        let passed_on = self.futures.ended_by(child).and_then(|cancel| self.groups.cancel_behind(group, cancel));
        let because = passed_on.or(first);
        Why { because, ..Cause::Finish(self.target(child)).into() }
    }

    /// All children are done: the results, or where the group was cancelled a `CancelledError` that the last argument
    /// makes, not the last child to finish.
    fn complete_group(&mut self, group: GroupId, why: Why) {
        let gathering = &self.groups[group];
        let object = gathering.object;
        if !gathering.cancels.is_empty() {
            let asks_first = self.plan.dialect.makes(Mistake::CancelledGroupAsksItsFirstChild);
            let asked = if asks_first { gathering.children.first() } else { gathering.children.last() };
            if let Some(asked) = asked.copied() {
                self.mark_all_retrieved(group);
                let message = self.futures.make_cancelled_error(asked.into(), self.plan.dialect);
                let group = Some(self.target(object));
                self.raise_group(object, Exception { group, ..Exception::cancelled(message, None) }, why);
            }
            return;
        }
        let (futures, dialect) = (&self.futures, self.plan.dialect);
        let item = |id: Id| Item {
            awaitable: id,
            ended: match futures.state(id.into()) {
                State::Cancelled => {
                    let message = dialect.cancelled_in_results(futures.cancel_message(id.into()));
                    Ended::Raised(Exception::cancelled(message, Some(id)))
                }
                _ => futures.ended(id),
            },
        };
        let results: Vec<Item> = gathering.children.iter().map(|id| item(*id)).collect();
        self.mark_all_retrieved(group);
        self.groups[group].results = results;
        let target = self.target(object);
        let results = &self.groups[group].results;
        self.listener.event(&Event {
            at: self.now,
            iteration: self.iteration,
            what: What::Finish { target, ended: Ended::Returned(returned(target)), results },
            why,
            open: false,
        });
        self.settle(object, State::Gave);
    }

    /// Collecting the results asks every child that is not cancelled for its exception.
    fn mark_all_retrieved(&mut self, group: GroupId) {
        for child in &self.groups[group].children {
            self.futures.mark_retrieved((*child).into());
        }
    }

    fn raise_group(&mut self, object: Object, exception: Exception, why: Why) {
        let target = self.target(object);
        self.futures.set_exception(object, exception);
        self.tell(What::Finish { target, ended: Ended::Raised(exception), results: &[] }, why);
        if L::LISTENS {
            self.groups.set_why(object, why);
            if let Some(cancel) = why.cancel() {
                self.futures.set_ended_by(object, cancel);
            }
        }
        self.settle(object, State::Failed);
        if self.plan.dialect.makes(Mistake::FirstExceptionCancelsTheOthers)
            && let Some(group) = self.groups.of(object)
        {
            for child in self.groups.children(group).to_vec() {
                self.cancel(Target::Awaitable(child), Message::Absent, Canceller::Group, Why::NONE, false);
            }
        }
    }

    /// `_GatheringFuture.cancel()`: cancels every child, a repeated one twice. It never finishes the group itself.
    pub fn cancel_group(&mut self, group: GroupId, message: Message, id: CancelId) {
        let why = Why::from(Cause::Cancel(id));
        for place in 0..self.groups.children(group).len() {
            let child = self.groups.children(group)[place];
            if self.cancel(Target::Awaitable(child), message, Canceller::Group, why, false) {
                let (passed_on, cancels) = (id.0..self.cancels, &mut self.groups[group].cancels);
                match cancels.last_mut().filter(|last| last.start == id.0) {
                    Some(last) => *last = passed_on,
                    None => cancels.push(passed_on),
                }
                if self.plan.dialect.makes(Mistake::GroupCancelStopsAtTheFirstChild) {
                    return;
                }
            }
        }
    }
}

/// The call that makes what a group's gather() wraps. Of a nested group the program does that itself.
fn call_of(target: Target) -> Why {
    match target {
        Target::Group(call) => Cause::Call(call).into(),
        Target::Awaitable(_) | Target::Caller => Why::NONE,
    }
}

fn returned(target: Target) -> Returned {
    match target {
        Target::Awaitable(id) => Returned::Nested(id),
        Target::Group(call) => Returned::Group(call),
        Target::Caller => Returned::Group(CallId::MAIN),
    }
}
