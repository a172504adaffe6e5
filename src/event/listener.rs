//! Who is told of events.

use crate::scenario::Nanos;

use super::Event;

/// Somebody who is told what happens. A type parameter everywhere, so that a run that nobody listens to pays nothing.
pub trait Listener {
    /// Whether anybody listens at all, so that it is worth finding out what an event was caused by.
    const LISTENS: bool = true;

    /// Something happened.
    fn event(&mut self, event: &Event<'_>);

    /// Time goes on towards the next event: on the real clock often, on the virtual one never.
    fn tick(&mut self, _now: Nanos) {}
}

/// Nobody listens.
impl Listener for () {
    const LISTENS: bool = false;

    #[inline]
    fn event(&mut self, _event: &Event<'_>) {}
}

/// Two listeners, told in this order.
impl<A: Listener, B: Listener> Listener for (A, B) {
    const LISTENS: bool = A::LISTENS || B::LISTENS;

    #[inline]
    fn event(&mut self, event: &Event<'_>) {
        self.0.event(event);
        self.1.event(event);
    }

    fn tick(&mut self, now: Nanos) {
        self.0.tick(now);
        self.1.tick(now);
    }
}

/// A listener that may be missing.
impl<L: Listener> Listener for Option<L> {
    const LISTENS: bool = L::LISTENS;

    #[inline]
    fn event(&mut self, event: &Event<'_>) {
        if let Some(listener) = self {
            listener.event(event);
        }
    }

    fn tick(&mut self, now: Nanos) {
        if let Some(listener) = self {
            listener.tick(now);
        }
    }
}

impl<L: Listener> Listener for &mut L {
    const LISTENS: bool = L::LISTENS;

    #[inline]
    fn event(&mut self, event: &Event<'_>) {
        (**self).event(event);
    }

    fn tick(&mut self, now: Nanos) {
        (**self).tick(now);
    }
}
