//! Bare futures: made by `loop.create_future()`, and settled by the loop (`Future` in `Lib/asyncio/futures.py`).

use crate::event::{Ended, Exception, ExceptionKind, Listener, Made, Maker, Message, Returned, What, Why};
use crate::scenario::{Delay, End, Id, Kind, Settlement};

use super::choices::Choices;
use super::clock::Clock;
use super::future::State;
use super::lateness::Lateness;
use super::{Action, EventLoop};

impl<C: Clock, O: Choices, J: Lateness, L: Listener> EventLoop<'_, C, O, J, L> {
    /// `loop.create_future()`, and what settles it.
    pub fn create_future(&mut self, id: Id, settlement: &Settlement) {
        self.futures.create(id.into());
        self.tell(What::Create { awaitable: id, made: Made::Future, by: Maker::Caller }, Why::NONE);
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
        let Kind::Future(settlement) = self.plan.kind(id) else { return };
        if self.futures.state(id.into()).is_done() {
            return;
        }
        match &settlement.end {
            End::Returns(_) => self.finish(id, State::Returned, Ended::Returned(Returned::Body(id)), Why::NONE),
            End::Raises(exception) if exception.is_cancelled_error() => {
                let message = exception.message.as_ref().map_or(Message::Absent, |_| Message::Body(id));
                self.cancel_future(id, self.plan.dialect.cancel_message(message), Why::NONE);
            }
            End::Raises(_) => {
                let exception = Exception { kind: ExceptionKind::Body(id), from: Some(id), group: None };
                self.finish(id, State::Raised, Ended::Raised(exception), Why::NONE);
            }
        }
    }

    /// `Future.cancel()` on a bare future that is not done: it is cancelled at once.
    pub fn cancel_future(&mut self, id: Id, message: Message, why: Why) {
        self.futures.set_cancel_message(id.into(), message);
        self.finish(id, State::Cancelled, Ended::Cancelled(Exception::cancelled(message, Some(id))), why);
    }
}
