//! What a file says must come of one of its runs.

use super::{End, Exception, Nanos, Python, Value};
use crate::calls::Call;

/// A `[[expect]]`: one run, and what must come of it. Only what is written is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    /// The line of the file that it begins on, from 1.
    pub line: u32,
    /// The call, with the options of the file's own tables under those written here.
    pub call: Call,
    /// For which versions it holds; empty: for the file's own, or the default one.
    pub python: Vec<Python>,
    /// The outcome's status.
    pub outcome: Option<Status>,
    /// When the outcome came.
    pub at: Option<Nanos>,
    /// gather's results, in argument order.
    pub results: Option<Vec<End>>,
    /// The exception that the call raised.
    pub exception: Option<Exception>,
    /// Names in wait's first set.
    pub done: Option<Vec<String>>,
    /// Names in wait's second set.
    pub pending: Option<Vec<String>>,
    /// Awaitables by name with what the caller got of each.
    pub fates: Vec<(String, Fate)>,
    /// What Python would warn.
    pub warnings: Option<Vec<String>>,
    /// What Python would log.
    pub logs: Option<Vec<String>>,
    /// Events that must occur in this order; each a list of the fields to compare.
    pub events: Vec<Vec<(String, Value)>>,
}

/// How a call can come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It gave a value.
    Returned,
    /// It raised.
    Raised,
    /// It raised `CancelledError`.
    Cancelled,
    /// It never comes back.
    Hangs,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 4] = [Status::Returned, Status::Raised, Status::Cancelled, Status::Hangs];

    /// Its word in files and documents.
    pub fn word(self) -> &'static str {
        match self {
            Status::Returned => "returned",
            Status::Raised => "raised",
            Status::Cancelled => "cancelled",
            Status::Hangs => "hangs",
        }
    }
}

/// What the caller got of an awaitable, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// The exception that the caller got is this one's.
    Raised,
    /// Its value, or its exception as a value, is in the results.
    Delivered,
    /// It is in wait()'s first set.
    Done,
    /// It is in wait()'s second set.
    Pending,
    /// It was cancelled, and the caller got nothing of it.
    Cancelled,
    /// It finished, but its value never reaches the caller.
    Lost,
    /// It raised, something marked that as retrieved, nobody sees it.
    Swallowed,
    /// It raised, nobody asked, Python logs it.
    Unretrieved,
    /// It never finished.
    Unfinished,
}

impl Fate {
    /// Every fate.
    pub const ALL: [Fate; 9] = [
        Fate::Raised,
        Fate::Delivered,
        Fate::Done,
        Fate::Pending,
        Fate::Cancelled,
        Fate::Lost,
        Fate::Swallowed,
        Fate::Unretrieved,
        Fate::Unfinished,
    ];

    /// Its word in documents.
    pub fn word(self) -> &'static str {
        match self {
            Fate::Raised => "raised",
            Fate::Delivered => "delivered",
            Fate::Done => "done",
            Fate::Pending => "pending",
            Fate::Cancelled => "cancelled",
            Fate::Lost => "lost",
            Fate::Swallowed => "swallowed",
            Fate::Unretrieved => "unretrieved",
            Fate::Unfinished => "unfinished",
        }
    }
}
