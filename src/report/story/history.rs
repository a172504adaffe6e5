//! What happened to an awaitable, as far as it decides what is said.

use super::causes::Causes;
use super::holders::Holder;
use crate::event::{Canceller, Ended, Maker};
use crate::outcome::{AwaitableRecord, Fate, Met, State, Status};
use crate::report::timeline::order::Placed;
use crate::scenario::Kind;

/// What happened to an awaitable, without times, names and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct History {
    pub fate: Fate,
    pub at_return: State,
    /// How it ended; it hangs where it never did.
    pub end: Status,
    pub canceller: Option<Canceller>,
    /// It was cancelled before the call came back, or right then.
    pub cancelled_first: bool,
    pub created: bool,
    pub started: bool,
    pub cleaned: bool,
    /// Who cancelled it again while it cleaned up.
    pub again: Option<Canceller>,
    /// What the scenario's own `.cancel()` met where that was refused.
    pub refused: Option<Met>,
    /// A `.cancel()` came when it had raised already.
    pub silenced: bool,
    pub retrieved: bool,
    /// Python logs its exception as `asyncio.run()` ends.
    pub logged_at_shutdown: bool,
    /// The caller made it, and so still has it when the call is over.
    pub kept: bool,
    pub given: bool,
    /// It is in the set of wait() by its own name, and not in the results of a group that is.
    pub in_set: bool,
    /// A gather() has it among its members, the call itself or a nested one.
    pub gathered: bool,
    pub sort: Sort,
}

/// What sort of thing it is, as far as sentences differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    Coroutine,
    Task,
    Other,
}

impl History {
    pub fn new(causes: &Causes<'_>, place: Placed, entry: &AwaitableRecord) -> History {
        let run = causes.voice.run;
        let canceller = |cancel: Option<_>| cancel.map(|id| run.cancel(id).by);
        let sort = match run.scenario.awaitable(place.id).kind {
            Kind::Coroutine(_) => Sort::Coroutine,
            Kind::Task(_) => Sort::Task,
            Kind::Future(_) | Kind::Gather(_) => Sort::Other,
        };
        History {
            fate: entry.fate,
            at_return: entry.at_return,
            end: entry.ended.map_or(Status::Hangs, |ended| ended.status()),
            canceller: canceller(entry.cancelled_by()),
            cancelled_first: entry.cancelled_by().is_some_and(|id| run.cancel(id).before_return),
            created: entry.created.is_some(),
            started: entry.started.is_some(),
            cleaned: entry.cleanup.is_some(),
            again: canceller(entry.cancelled_again()),
            refused: entry.refused.map(|id| run.cancel(id).met),
            silenced: entry.silenced.is_some(),
            // Only for an exception does it make a difference. A cancelled group has one too.
            retrieved: entry.retrieved || !matches!(entry.ended, Some(Ended::Raised(_))),
            logged_at_shutdown: causes.is_logged_at_shutdown(entry),
            kept: entry.made_by == Some(Maker::Caller),
            given: place.given,
            in_set: matches!(entry.fate, Fate::Done | Fate::Pending)
                && causes.holders.of(place.id).next() == Some(Holder::Call),
            gathered: place.depth > 0 || (place.given && run.call.options().takes_exceptions()),
            sort,
        }
    }

    /// Whether the verdict and its lists leave something of it untold.
    pub fn is_worth_telling(&self) -> bool {
        self.has_more_to_tell() || (self.refused.is_some() && !self.silenced)
    }

    /// The same, but for a cancellation that did nothing.
    pub fn has_more_to_tell(&self) -> bool {
        let twisted = self.canceller.is_some() && (self.end != Status::Cancelled || self.cleaned);
        match self.fate {
            Fate::Delivered => self.canceller.is_some(),
            Fate::Done => self.end == Status::Raised || self.canceller.is_some() || !self.retrieved,
            // The verdict names who asked for the cancellation, but not through whom it came.
            Fate::Raised => twisted || !matches!(self.canceller, None | Some(Canceller::Schedule)),
            Fate::Pending | Fate::Cancelled | Fate::Lost | Fate::Swallowed | Fate::Unretrieved | Fate::Unfinished => {
                true
            }
        }
    }
}
