//! What only the main coroutine does: it makes what the scenario has, and lets what is left finish.

use crate::calls::ReturnWhen;
use crate::event::{Listener, Maker, Target, Warning, What, Why};
use crate::scenario::{Id, Kind};

use super::calls::wait::WaitId;
use super::choices::Choices;
use super::clock::Clock;
use super::future::{Object, State};
use super::lateness::Lateness;
use super::{Action, EventLoop, arguments};

impl<C: Clock, O: Choices, J: Lateness, L: Listener> EventLoop<'_, C, O, J, L> {
    /// Makes the program's tasks and futures, then arms its cancellations, both in file order.
    pub fn set_up(&mut self) {
        let scenario = self.plan.scenario;
        for awaitable in &scenario.awaitables {
            for id in awaitable.ids.clone().map(Id) {
                match &awaitable.kind {
                    Kind::Task(_) => self.create_task(id, Maker::Caller, Why::NONE),
                    Kind::Future(settlement) => self.create_future(id, settlement),
                    Kind::Coroutine(_) | Kind::Gather(_) => break,
                }
            }
        }
        for awaitable in &scenario.awaitables {
            if let Some(cancel) = &awaitable.cancel {
                for id in awaitable.ids.clone().map(Id) {
                    self.timers.arm(self.now.after(cancel.at), Action::Cancel(Target::Awaitable(id)));
                }
            }
        }
        if let Some(moment) = scenario.caller.cancel_at {
            self.timers.arm(self.now.after(moment), Action::Cancel(Target::Caller));
        }
    }

    /// `await asyncio.wait(left)`, where anything is left. Ctrl-C is the program's end, whatever is left.
    pub fn wait_for_rest(&mut self, task: Object) -> Option<WaitId> {
        if self.interrupted {
            return None;
        }
        let mut left = Vec::new();
        for object in self.futures.created() {
            if let Target::Awaitable(id) = self.target(*object)
                && self.futures.state(*object) == State::Pending
            {
                left.push(id);
            }
        }
        (!left.is_empty()).then(|| self.start_wait(task, None, left, None, ReturnWhen::AllCompleted))
    }

    /// The program's own end. Whatever ended its main coroutine, nothing is told of that but here.
    pub fn end_main(&mut self, why: Why) {
        self.tell(What::Exit, why);
        self.settle(self.main(), State::Returned);
    }

    /// Python warns of coroutines that nothing ever awaited when it collects them; here at the end.
    pub fn warn_of_unawaited(&mut self) {
        let plan = self.plan;
        for site in self.calls.sites() {
            for id in arguments::distinct(&plan.sites[site].arguments) {
                if self.is_bare_coroutine(id) {
                    self.tell(What::Warning { warning: Warning::NeverAwaited(id) }, Why::NONE);
                }
            }
        }
        for _ in 0..self.calls.unawaited() {
            self.tell(What::Warning { warning: Warning::WaitNeverAwaited }, Why::NONE);
        }
    }
}
