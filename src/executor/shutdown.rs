//! The end of `asyncio.run()` (`Lib/asyncio/runners.py`), and what Python logs when it is over.

use crate::event::{Canceller, Cause, Listener, Log, Made, Message, SetPlace, Target, What, Why};
use crate::scenario::{Id, Kind};

use super::choices::Choices;
use super::clock::Clock;
use super::future::{Callback, Object, State};
use super::lateness::Lateness;
use super::{EventLoop, Halt, Handle};

impl<C: Clock, O: Choices, J: Lateness, L: Listener> EventLoop<'_, C, O, J, L> {
    /// Every task that is not done, the caller's too, in the order in which they were made (`all_tasks()`, a set).
    pub fn unfinished_tasks(&self) -> Vec<Object> {
        let unfinished = |object: &&Object| self.futures.state(**object) == State::Pending;
        let is_task = |object: &&Object| match self.target(**object) {
            Target::Awaitable(id) => self.is_task(id),
            Target::Caller => true,
            Target::Group(_) => false,
        };
        self.futures.created().iter().filter(unfinished).filter(is_task).copied().collect()
    }

    /// `_cancel_all_tasks(loop)`: cancels what is left, and runs the loop until all of it is done.
    pub fn cancel_all_tasks(&mut self, by: Canceller) -> Result<(), Halt> {
        let mut left = self.unfinished_tasks();
        if left.is_empty() {
            return Ok(());
        }
        self.arrange(SetPlace::Shutdown, &mut left);
        let why = if by == Canceller::Exit { Cause::Exit.into() } else { Why::NONE };
        for task in &left {
            self.cancel(self.target(*task), Message::Absent, by, why, left.len() > 1);
        }
        // `gather(*to_cancel, return_exceptions=True)`: none of them can be done yet.
        self.shutting_down = left.len();
        for task in &left {
            self.add_callback(*task, Callback::ShutDown);
        }
        self.run_forever()?;
        for task in left {
            self.futures.mark_retrieved(task);
            if self.futures.exception(task).is_some() {
                let target = self.target(task);
                self.tell(What::Log { log: Log::UnhandledAtShutdown, target }, Cause::Finish(target));
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
            self.tell(What::Log { log, target: *target }, Cause::Finish(*target));
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
