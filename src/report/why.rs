//! Why something became of an awaitable that was not of its own making: the chain of causes, nearest first.
//!
//! A chain says first why what came of it did not reach the caller; then who cancelled it, or what a group failed by.
//! Each sentence is a fact of the [`Run`]; of which other `.cancel()` one was a part, the ledger knows.

mod chain;
mod holders;

use crate::outcome::Run;
use crate::scenario::Id;

use chain::Chain;
use holders::Holders;

/// Tells the causes in one run. Made once a run, since it must know which group holds what.
pub struct Causes<'r> {
    run: &'r Run<'r>,
    holders: Holders,
}

impl<'r> Causes<'r> {
    /// The causes in a run.
    pub fn new(run: &'r Run<'r>) -> Causes<'r> {
        Causes { run, holders: Holders::new(run) }
    }

    /// The chain of causes as short sentences; empty where an awaitable ended by itself and its outcome reached the caller.
    pub fn of(&self, id: Id) -> Vec<String> {
        let mut whole: Vec<String> = Vec::new();
        for (beginning, causes) in Chain::all_of(self, id) {
            // What another chain has said already, from its beginning to its end, is said.
            if causes.is_empty() || whole.windows(causes.len()).any(|said| *said == causes) {
                continue;
            }
            if !whole.is_empty() {
                whole.extend(beginning);
            }
            whole.extend(causes);
        }
        whole
    }
}
