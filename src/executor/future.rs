//! Futures: what is common to tasks, bare futures and groups (`Lib/asyncio/futures.py`).
//!
//! Every object that can have done callbacks is a row in these columns. The first rows are the scenario's awaitables,
//! by their [`Id`]; the main task and the groups that calls gave follow. The futures that nobody but one task ever sees (of
//! `sleep()`, of `wait()`) are states of that task instead.

use std::collections::HashMap;

use crate::event::{CancelId, Ended, Exception, ExceptionKind, Message, Returned};
use crate::scenario::Id;

use super::calls::gather::GroupId;
use super::calls::wait::WaitId;
use super::dialect::Dialect;
use super::workspace::reset_column;

/// A row: an awaitable, the main task, or a group that a call gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Object(pub u32);

impl From<Id> for Object {
    fn from(id: Id) -> Object {
        Object(id.0)
    }
}

impl Object {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Whether an object is there, and how it ended. The states with an exception that may be logged come last, so that one
/// comparison tells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not made yet.
    Absent,
    /// Made, and not done.
    Pending,
    /// Done, with its own `returns`.
    Returned,
    /// Done, with its `on_cancel`'s `returns`.
    ReturnedFromCleanup,
    /// A group that is done, with results.
    Gave,
    /// Done, and `cancelled()`. Never a group.
    Cancelled,
    /// Done, with its own `raises`.
    Raised,
    /// Done, with its `on_cancel`'s `raises`.
    RaisedFromCleanup,
    /// Done, with an exception that is none of its own: a group with that of a member, or a task with that of its call.
    Failed,
}

impl State {
    /// `Future.done()`; false for what is not made yet.
    pub fn is_done(self) -> bool {
        !matches!(self, State::Absent | State::Pending)
    }
}

/// What a future calls when it is done, by way of the ready queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callback {
    /// `gather()`'s `_done_callback`, of that group.
    Gathered(GroupId),
    /// The done callback that the program adds to a group.
    GroupDone,
    /// `_wait()`'s `_on_completion`, of that wait.
    Waited(WaitId),
    /// `Task.__wakeup` of a task that awaits this.
    Wake(Object),
    /// The gather() with which `asyncio.run()` waits for what it cancelled.
    ShutDown,
    /// `_run_until_complete_cb`.
    Stop,
}

/// The columns.
#[derive(Debug, Default)]
pub struct Futures {
    state: Vec<State>,
    /// `_log_traceback`: an exception that nobody has asked for.
    unretrieved: Vec<bool>,
    callbacks: Vec<Callbacks>,
    /// Callbacks behind the first, as circular lists.
    nodes: Vec<Node>,
    /// The first of the nodes that are free, a list too.
    free: u32,
    /// `_cancel_message`, where there is one.
    cancel_messages: HashMap<Object, Message>,
    /// `_cancelled_exc`: the message of the `CancelledError` that ended a task, while nobody has taken it.
    cancelled_errors: HashMap<Object, Message>,
    /// The exceptions of what is [`State::Failed`].
    exceptions: HashMap<Object, Exception>,
    /// The `.cancel()` that ended each that was ended by one, where somebody listens.
    ended_by: HashMap<Object, CancelId>,
    /// In the order in which they were made.
    created: Vec<Object>,
}

/// The callbacks of one object. Nearly all have at most one, which stands here.
#[derive(Clone, Copy, Debug)]
struct Callbacks {
    first: Option<Callback>,
    /// The last node of those behind the first, whose `next` is the second callback; [`NONE`] where there is none.
    last: u32,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    callback: Callback,
    next: u32,
}

const NONE: u32 = u32::MAX;

impl Callbacks {
    const NONE: Callbacks = Callbacks { first: None, last: NONE };
}

impl Futures {
    /// Forgets every object, and has room for that many.
    pub fn reset(&mut self, objects: usize) {
        let Futures { state, unretrieved, callbacks, nodes, free, .. } = self;
        reset_column(state, objects, State::Absent);
        reset_column(unretrieved, objects, false);
        reset_column(callbacks, objects, Callbacks::NONE);
        nodes.clear();
        *free = NONE;
        self.cancel_messages.clear();
        self.cancelled_errors.clear();
        self.exceptions.clear();
        self.ended_by.clear();
        self.created.clear();
        // One more: the group of the scenario's own call.
        self.created.reserve_exact(objects + 1);
    }

    /// One row more.
    pub fn add(&mut self) {
        self.state.push(State::Absent);
        self.unretrieved.push(false);
        self.callbacks.push(Callbacks::NONE);
    }

    /// Makes an object, pending.
    #[inline]
    pub fn create(&mut self, object: Object) {
        self.state[object.index()] = State::Pending;
        self.created.push(object);
    }

    /// Every object made so far, in order.
    pub fn created(&self) -> &[Object] {
        &self.created
    }

    /// Its state.
    #[inline]
    pub fn state(&self, object: Object) -> State {
        self.state[object.index()]
    }

    /// `add_done_callback()`. True where the future is done already: the caller of this must call it soon.
    #[inline]
    #[must_use]
    pub fn add_callback(&mut self, object: Object, callback: Callback) -> bool {
        if self.state(object).is_done() {
            return true;
        }
        let first = &mut self.callbacks[object.index()].first;
        if first.is_none() {
            *first = Some(callback);
        } else {
            self.add_node(object, callback);
        }
        false
    }

    /// One callback more behind the first.
    #[inline(never)]
    fn add_node(&mut self, object: Object, callback: Callback) {
        let last = self.callbacks[object.index()].last;
        let place = if self.free == NONE {
            self.nodes.push(Node { callback, next: NONE });
            self.nodes.len() as u32 - 1
        } else {
            let next_free = self.nodes[self.free as usize].next;
            std::mem::replace(&mut self.free, next_free)
        };
        let next = if last == NONE { place } else { std::mem::replace(&mut self.nodes[last as usize].next, place) };
        self.nodes[place as usize] = Node { callback, next };
        self.callbacks[object.index()].last = place;
    }

    /// `remove_done_callback()`.
    pub fn remove_callback(&mut self, object: Object, callback: Callback) {
        let mut kept = Vec::new();
        self.drain_callbacks(object, |node| kept.push(node));
        for other in kept {
            if other != callback {
                // Not done, else it would have had no callbacks left.
                let _ = self.add_callback(object, other);
            }
        }
    }

    /// Hands out the callbacks in the order in which they were added, and forgets them (`__schedule_callbacks`).
    #[inline]
    pub fn drain_callbacks(&mut self, object: Object, mut each: impl FnMut(Callback)) {
        let Callbacks { first, last } = std::mem::replace(&mut self.callbacks[object.index()], Callbacks::NONE);
        if let Some(first) = first {
            each(first);
        }
        if last != NONE {
            self.drain_nodes(last, each);
        }
    }

    /// The same with the callbacks behind the first.
    #[inline(never)]
    fn drain_nodes(&mut self, last: u32, mut each: impl FnMut(Callback)) {
        // Once round, from behind the last to the last; then the circle is opened into the free ones.
        let mut place = last;
        loop {
            place = self.nodes[place as usize].next;
            each(self.nodes[place as usize].callback);
            if place == last {
                break;
            }
        }
        self.free = std::mem::replace(&mut self.nodes[last as usize].next, self.free);
    }

    /// Marks an object done, with what its state says. The caller of this schedules the callbacks.
    #[inline]
    pub fn settle(&mut self, object: Object, state: State) {
        self.state[object.index()] = state;
        self.unretrieved[object.index()] = matches!(state, State::Raised | State::RaisedFromCleanup | State::Failed);
    }

    /// `_log_traceback = False`: somebody has asked for the exception, or called `.cancel()`.
    #[inline]
    pub fn mark_retrieved(&mut self, object: Object) {
        self.unretrieved[object.index()] = false;
    }

    /// Whether Python would log "exception was never retrieved".
    pub fn is_unretrieved(&self, object: Object) -> bool {
        self.unretrieved[object.index()]
    }

    /// Sets `_cancel_message`.
    pub fn set_cancel_message(&mut self, object: Object, message: Message) {
        set(&mut self.cancel_messages, object, message);
    }

    /// `_cancel_message`.
    pub fn cancel_message(&self, object: Object) -> Message {
        self.cancel_messages.get(&object).copied().unwrap_or(Message::Absent)
    }

    /// Sets `_cancelled_exc`.
    pub fn set_cancelled_error(&mut self, object: Object, message: Message) {
        set(&mut self.cancelled_errors, object, message);
    }

    /// `_make_cancelled_error()`: the argument of the `CancelledError` that a reader of this object gets.
    pub fn make_cancelled_error(&mut self, object: Object, dialect: Dialect) -> Message {
        let own = self.cancelled_errors.remove(&object);
        match own {
            Some(message) if dialect.keeps_cancelled_error() => message,
            _ => dialect.cancel_message(self.cancel_message(object)),
        }
    }

    /// Keeps an exception that an object is about to fail with, and that is none of its own.
    pub fn set_exception(&mut self, object: Object, exception: Exception) {
        self.exceptions.insert(object, exception);
    }

    /// Keeps which `.cancel()` ends an object.
    pub fn set_ended_by(&mut self, object: Object, cancel: CancelId) {
        self.ended_by.insert(object, cancel);
    }

    /// The `.cancel()` that ended an object.
    pub fn ended_by(&self, object: Object) -> Option<CancelId> {
        self.ended_by.get(&object).copied()
    }

    /// `exception()` of what is done and not cancelled, without marking it retrieved.
    #[inline]
    pub fn exception(&self, object: Object) -> Option<Exception> {
        let id = Id(object.0);
        match self.state(object) {
            State::Raised => Some(Exception { kind: ExceptionKind::Body(id), from: Some(id), group: None }),
            State::RaisedFromCleanup => {
                Some(Exception { kind: ExceptionKind::Cleanup(id), from: Some(id), group: None })
            }
            State::Failed => self.exceptions.get(&object).copied(),
            _ => None,
        }
    }

    /// How an awaitable that is done and not cancelled ended.
    #[inline]
    pub fn ended(&self, id: Id) -> Ended {
        match self.state(id.into()) {
            State::Returned => Ended::Returned(Returned::Body(id)),
            State::ReturnedFromCleanup => Ended::Returned(Returned::Cleanup(id)),
            State::Gave => Ended::Returned(Returned::Nested(id)),
            _ => self.exception(id.into()).map_or(Ended::Returned(Returned::Body(id)), Ended::Raised),
        }
    }
}

/// Most cancellations carry no message: those cost no entry.
fn set(messages: &mut HashMap<Object, Message>, object: Object, message: Message) {
    if message == Message::Absent {
        messages.remove(&object);
    } else {
        messages.insert(object, message);
    }
}
