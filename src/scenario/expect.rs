//! What a file says must come of one of its runs.

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
    pub at: Option<Nanos>,
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
    /// Events that must occur in this order; each a list of the fields to compare.
    pub events: Vec<Vec<(String, Value)>>,
}
