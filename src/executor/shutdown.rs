//! The end of `asyncio.run()` (`Lib/asyncio/runners.py`), and what Python logs when it is over.

use crate::event::{Canceller, Listener, Log, Made, Message, Target, What};
use crate::scenario::{Id, Kind};

use super::clock::Clock;
use super::future::{Callback, Object, State};
use super::{EventLoop, Halt, Handle};

impl<C: Clock, L: Listener> EventLoop<'_, C, L> {
    /// Every task that is not done, the caller's too, in the order in which they were made (`all_tasks()`; a set, whose
    /// own order CPython does not fix).
    pub fn unfinished_tasks(&self) -> Vec<Target> {
        let unfinished = |object: &&Object| self.futures.state(**object) == State::Pending;
        let task = |object: &Object| {
            let target = self.target(*object);
            match target {
                Target::Awaitable(id) => self.is_task(id).then_some(target),
                Target::Caller => Some(target),
                Target::Group(_) => None,
            }
        };
        self.futures.created().iter().filter(unfinished).filter_map(task).collect()
    }

    /// `_cancel_all_tasks(loop)`: cancels what is left, and runs the loop until all of it is done.
    pub fn cancel_all_tasks(&mut self, by: Canceller) -> Result<(), Halt> {
        let left = self.unfinished_tasks();
        if left.is_empty() {
            return Ok(());
        }
        for task in &left {
            self.cancel(*task, Message::Absent, by, None);
        }
        // `gather(*to_cancel, return_exceptions=True)`: none of them can be done yet.
        self.shutting_down = left.len();
        for task in &left {
            self.add_callback(self.object(*task), Callback::ShutDown);
        }
        self.run_forever()?;
        for task in left {
            let object = self.object(task);
            self.futures.mark_retrieved(object);
            if self.futures.exception(object).is_some() {
                self.tell(What::Log { log: Log::UnhandledAtShutdown, target: task });
            }
        }
        Ok(())
    }

    /// That gather's `_done_callback`: the last one ends the loop, by way of the ready queue.
    pub fn shut_down_one(&mut self, object: Object) {
        self.shutting_down -= 1;
        if self.shutting_down == 0 {
            self.ready.push(Handle::Call(Callback::Stop, object));
        }
    }

    /// What still holds an exception that nobody has asked for, in the order in which it was made.
    pub fn unretrieved(&self) -> Vec<Target> {
        let unretrieved = self.futures.created().iter().filter(|object| self.futures.is_unretrieved(**object));
        unretrieved.map(|object| self.target(*object)).collect()
    }

    /// `Future.__del__`: an exception that was never retrieved.
    pub fn log_unretrieved(&mut self, unretrieved: &[Target]) {
        for target in unretrieved {
            let log = match target {
                Target::Awaitable(id) => match self.made(*id) {
                    Made::Task => Log::TaskNeverRetrieved,
                    Made::Future => Log::FutureNeverRetrieved,
                    Made::Gather => Log::GroupNeverRetrieved,
                },
                Target::Group(_) => Log::GroupNeverRetrieved,
                Target::Caller => Log::TaskNeverRetrieved,
            };
            self.tell(What::Log { log, target: *target });
        }
    }

    fn made(&self, id: Id) -> Made {
        match self.plan.kind(id) {
            Kind::Coroutine(_) | Kind::Task(_) => Made::Task,
            Kind::Future(_) => Made::Future,
            Kind::Gather(_) => Made::Gather,
        }
    }
}
