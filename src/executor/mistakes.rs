//! Deliberate mistakes of the loop, one at a time: how a test sees that what CPython answered would catch them.
//!
//! Only a build with the feature `mistakes` can make one. In every other [`Dialect::makes`](super::dialect::Dialect)
//! is false when it is compiled, and nothing of this is left.

/// A mistake that somebody could make who writes such a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each says what it is in its description")]
pub enum Mistake {
    OneHopLessInGather,
    CallbacksInReverse,
    TiesReversed,
    OnePassLessAtTheShutdown,
    FirstExceptionEndsWithACancelledTask,
    CancelledGroupCountsAsCancelled,
    WaitKeepsItsTimeout,
    WaitTakesItsSetsTooEarly,
    FirstExceptionCancelsTheOthers,
    LateExceptionsAreNotRetrieved,
    CancelledGroupAsksItsFirstChild,
    GroupCancelStopsAtTheFirstChild,
    SynchronousCompletionIn311,
    CancelAfterSleepIsForgotten,
    SleepZeroWaitsForATimer,
    CancelledSleepKeepsItsTimer,
}

impl Mistake {
    /// Every mistake, with a description.
    pub const ALL: [(Mistake, &str); 16] = [
        (Mistake::OneHopLessInGather, "one hop less in gather"),
        (Mistake::CallbacksInReverse, "callbacks run in reverse"),
        (Mistake::TiesReversed, "ties reversed"),
        (Mistake::OnePassLessAtTheShutdown, "one pass less at the shutdown"),
        (Mistake::FirstExceptionEndsWithACancelledTask, "FIRST_EXCEPTION ends with a cancelled task"),
        (Mistake::CancelledGroupCountsAsCancelled, "a cancelled group counts as cancelled"),
        (Mistake::WaitKeepsItsTimeout, "wait's timeout is not cancelled"),
        (Mistake::WaitTakesItsSetsTooEarly, "wait's sets are taken too early"),
        (Mistake::FirstExceptionCancelsTheOthers, "the first exception cancels the others"),
        (Mistake::LateExceptionsAreNotRetrieved, "late exceptions are not marked retrieved"),
        (Mistake::CancelledGroupAsksItsFirstChild, "a cancelled group's error is made by its first child"),
        (Mistake::GroupCancelStopsAtTheFirstChild, "group.cancel() stops at the first child"),
        (Mistake::SynchronousCompletionIn311, "3.12's synchronous completion in 3.11"),
        (Mistake::CancelAfterSleepIsForgotten, "cancelling after a sleep's end is forgotten"),
        (Mistake::SleepZeroWaitsForATimer, "sleep(0) waits for a timer"),
        (Mistake::CancelledSleepKeepsItsTimer, "a cancelled sleep leaves its timer armed"),
    ];

    /// Lets every loop on this thread make the mistake, while something is done.
    #[cfg(feature = "mistakes")]
    pub fn during<T>(self, act: impl FnOnce() -> T) -> T {
        let before = MADE.replace(Some(self));
        let done = act();
        MADE.set(before);
        done
    }

    /// The one that loops on this thread make.
    #[cfg(feature = "mistakes")]
    pub(super) fn made() -> Option<Mistake> {
        MADE.get()
    }
}

#[cfg(feature = "mistakes")]
thread_local! {
    static MADE: std::cell::Cell<Option<Mistake>> = const { std::cell::Cell::new(None) };
}
