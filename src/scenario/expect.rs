//! What a file says must come of one of its runs.

use std::fmt;

use super::{End, Nanos, Python, Value, Way, WrittenException};
use crate::calls::Call;
use crate::event::{Fate, Status};

/// A `[[expect]]`: one run, and what must come of it. Only what is written is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    /// The line of the file that it begins on, from 1.
    pub line: u32,
    /// The call, with the options of the file's own tables under those written here.
    pub call: Call,
    /// For which versions it holds; empty: for the file's own, or the default one.
    pub python: Vec<Python>,
    /// The orders of sets and the lateness under which it holds.
    pub way: Way,
    /// The outcome's status.
    pub outcome: Option<Status>,
    /// When the outcome came.
    pub at: Option<Bounds>,
    /// gather's results, in argument order.
    pub results: Option<Vec<End>>,
    /// The exception that the call raised.
    pub exception: Option<WrittenException>,
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
    /// Whether nothing was left when the call came back: nothing that runs on, is pending, lost, or cancelled at the exit.
    pub nothing_left: Option<bool>,
    /// Whether the program comes to its end.
    pub ends: Option<bool>,
    /// Events that must occur in this order; each a list of the fields to compare.
    pub events: Vec<Vec<(String, Value)>>,
}

/// When something is expected: at a moment, or between two, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Not before.
    pub min: Nanos,
    /// Not after; `None`: whenever.
    pub max: Option<Nanos>,
}

impl Bounds {
    /// At a moment.
    pub fn exactly(at: Nanos) -> Bounds {
        Bounds { min: at, max: Some(at) }
    }

    /// Whether a moment is one that is expected.
    pub fn hold(self, at: Nanos) -> bool {
        self.min <= at && self.max.is_none_or(|max| at <= max)
    }
}

/// `1 s`, `0.5 s to 2 s`, `at least 1 s`.
impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max {
            Some(max) if max == self.min => write!(f, "{max} s"),
            Some(max) => write!(f, "{} s to {max} s", self.min),
            None => write!(f, "at least {} s", self.min),
        }
    }
}
