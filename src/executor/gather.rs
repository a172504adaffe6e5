//! `gather()` and its `_GatheringFuture` (`Lib/asyncio/tasks.py`).

use std::collections::HashMap;

use crate::event::{
    CallId, Canceller, Ended, Event, Exception, Item, Listener, Made, Maker, Message, Returned, Target, What,
};
use crate::scenario::{Id, Ids, Kind};

use super::EventLoop;
use super::arguments::{self, FirstTimes};
use super::clock::Clock;
use super::future::{Callback, Object, State};

/// Every group made so far, by number.
#[derive(Debug, Default)]
pub struct Groups {
    groups: Vec<Group>,
    numbers: HashMap<Object, u32>,
}

#[derive(Debug)]
struct Group {
    object: Object,
    return_exceptions: bool,
    /// In argument order, repeats included: what `cancel()` goes over, and what the results follow.
    children: Vec<Id>,
    /// `nfuts`: how many there are without repeats.
    distinct: usize,
    /// `nfinished`.
    finished: usize,
    /// `_cancel_requested`: a `.cancel()` was accepted, so that the group will not end with results.
    cancel_requested: bool,
    /// What it holds, once it returned.
    results: Vec<Item>,
}

impl Groups {
    /// The number of the group that an object is, if it is one. gather() of nothing is a plain future, and none.
    pub fn of(&self, object: Object) -> Option<u32> {
        if self.groups.is_empty() { None } else { self.numbers.get(&object).copied() }
    }

    /// A group's children, repeats included.
    pub fn children(&self, group: u32) -> &[Id] {
        &self.groups[group as usize].children
    }

    /// What an object holds that is a group and returned.
    pub fn results(&self, object: Object) -> &[Item] {
        self.of(object).map_or(&[], |group| &self.groups[group as usize].results)
    }
}

impl<C: Clock, L: Listener> EventLoop<'_, C, L> {
    /// Makes the nested groups among some arguments, depth first: Python evaluates arguments before the call.
    pub fn make_nested_groups(&mut self, arguments: &[Ids]) {
        let scenario = self.scenario;
        for ids in arguments {
            let awaitable = scenario.awaitable(Id(ids.start));
            let Kind::Gather(nested) = &awaitable.kind else { continue };
            let id = Id(ids.start);
            if self.futures.state(id.into()) == State::Absent {
                self.make_nested_groups(&nested.members);
                self.gather(Target::Awaitable(id), &nested.members, nested.return_exceptions);
            }
        }
    }

    /// `gather(*arguments)`, and the done callback that the program adds to what it gives.
    pub fn gather(&mut self, target: Target, arguments: &[Ids], return_exceptions: bool) {
        let object = self.object(target);
        if arguments.is_empty() {
            self.make_group_future(target);
            self.tell(What::Finish { target, ended: Ended::Returned(returned(target)), results: &[] });
            self.settle(object, State::GroupReturned);
            self.add_callback(object, Callback::GroupDone);
            return;
        }
        let number = self.groups.groups.len() as u32;
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
                self.create_task(id, Maker::Gather);
            }
            if self.dialect.gather_counts_done_children_at_once() && self.futures.state(id.into()).is_done() {
                done.push(id);
            } else {
                self.add_callback(id.into(), Callback::Gathered(number));
            }
        }
        self.groups.numbers.insert(object, number);
        self.groups.groups.push(Group {
            object,
            return_exceptions,
            children,
            distinct,
            finished: 0,
            cancel_requested: false,
            results: Vec::new(),
        });
        self.make_group_future(target);
        for id in done {
            self.gathered(number, id.into());
        }
        self.add_callback(object, Callback::GroupDone);
    }

    fn make_group_future(&mut self, target: Target) {
        self.futures.create(self.object(target));
        if let Target::Awaitable(id) = target {
            self.tell(What::Create { awaitable: id, made: Made::Gather, by: Maker::Caller });
        }
    }

    /// `_done_callback(fut)`: a child is done.
    pub fn gathered(&mut self, number: u32, child: Object) {
        let group = &mut self.groups.groups[number as usize];
        group.finished += 1;
        let (object, return_exceptions) = (group.object, group.return_exceptions);
        let all_done = group.finished == group.distinct;
        let cancelled = self.futures.state(child) == State::Cancelled;
        let group_done = self.futures.state(object).is_done();
        // `fut.exception()`. With return_exceptions it waits until all children are done.
        if !cancelled && (group_done || !return_exceptions) {
            self.futures.mark_retrieved(child);
        }
        if group_done {
            return;
        }
        if !return_exceptions {
            if cancelled {
                let message = self.futures.make_cancelled_error(child, self.dialect);
                return self.raise_group(object, Exception::cancelled(message, Some(Id(child.0))));
            }
            if let Some(exception) = self.futures.exception(child) {
                return self.raise_group(object, exception);
            }
        }
        if all_done {
            self.complete_group(number);
        }
    }

    /// All children are done: the results, or where the group was cancelled a `CancelledError` that the last argument
    /// makes, not the last child to finish.
    fn complete_group(&mut self, number: u32) {
        let group = &self.groups.groups[number as usize];
        let object = group.object;
        if group.cancel_requested {
            if let Some(last) = group.children.last().copied() {
                self.mark_all_retrieved(number);
                let message = self.futures.make_cancelled_error(last.into(), self.dialect);
                let group = Some(self.target(object));
                self.raise_group(object, Exception { group, ..Exception::cancelled(message, None) });
            }
            return;
        }
        let (futures, dialect) = (&self.futures, self.dialect);
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
        let results: Vec<Item> = group.children.iter().map(|id| item(*id)).collect();
        self.mark_all_retrieved(number);
        self.groups.groups[number as usize].results = results;
        let target = self.target(object);
        let results = &self.groups.groups[number as usize].results;
        self.listener.event(&Event {
            at: self.now,
            iteration: self.iteration,
            what: What::Finish { target, ended: Ended::Returned(returned(target)), results },
        });
        self.settle(object, State::GroupReturned);
    }

    /// Collecting the results asks every child that is not cancelled for its exception.
    fn mark_all_retrieved(&mut self, number: u32) {
        for child in &self.groups.groups[number as usize].children {
            self.futures.mark_retrieved((*child).into());
        }
    }

    fn raise_group(&mut self, object: Object, exception: Exception) {
        let target = self.target(object);
        self.futures.set_group_exception(object, exception);
        self.tell(What::Finish { target, ended: Ended::Raised(exception), results: &[] });
        self.settle(object, State::GroupRaised);
    }

    /// `_GatheringFuture.cancel()`: cancels every child, a repeated one twice. It never finishes the group itself.
    pub fn cancel_group(&mut self, number: u32, message: Message) {
        let group = self.target(self.groups.groups[number as usize].object);
        for place in 0..self.groups.children(number).len() {
            let child = self.groups.children(number)[place];
            if self.cancel(Target::Awaitable(child), message, Canceller::Group, Some(group)) {
                self.groups.groups[number as usize].cancel_requested = true;
            }
        }
    }
}

fn returned(target: Target) -> Returned {
    match target {
        Target::Awaitable(id) => Returned::Nested(id),
        Target::Group(call) => Returned::Group(call),
        Target::Caller => Returned::Group(CallId::MAIN),
    }
}
