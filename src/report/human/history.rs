//! What happened to an awaitable, as far as it decides what is said.

use super::page::Page;
use crate::event::{Canceller, Ended};
use crate::outcome::{AwaitableRecord, Fate, State, Status};
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
    /// A `.cancel()` came when it had raised already.
    pub silenced: bool,
    pub retrieved: bool,
    pub given: bool,
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
    pub fn new(page: &Page<'_>, place: Placed, entry: &AwaitableRecord) -> History {
        let sort = match page.run.scenario.awaitable(place.id).kind {
            Kind::Coroutine(_) => Sort::Coroutine,
            Kind::Task(_) => Sort::Task,
            Kind::Future(_) | Kind::Gather(_) => Sort::Other,
        };
        History {
            fate: entry.fate,
            at_return: entry.at_return,
            end: entry.ended.map_or(Status::Hangs, |ended| ended.status()),
            canceller: entry.cancelled_by.map(|cancelled| cancelled.by),
            cancelled_first: entry.cancelled_before_return,
            created: entry.created.is_some(),
            started: entry.started.is_some(),
            cleaned: entry.cleanup.is_some(),
            again: entry.cancelled_again.map(|cancelled| cancelled.by),
            silenced: entry.silenced.is_some(),
            // Only for an exception does it make a difference. A cancelled group has one too.
            retrieved: entry.retrieved || !matches!(entry.ended, Some(Ended::Raised(_))),
            given: place.given,
            gathered: place.depth > 0 || (place.given && page.run.call.options().takes_exceptions()),
            sort,
        }
    }

    /// Whether the verdict and its lists leave something of it untold.
    pub fn is_worth_telling(&self) -> bool {
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
