//! Argument lists: awaitables in order, some perhaps more than once.

use std::collections::HashSet;

use crate::scenario::{Id, Ids};

/// Tells the first occurrence of an awaitable in an argument list from its repeats, as a dict or a set of Python does.
/// Only a list that has repeats costs a set.
#[derive(Debug)]
pub struct FirstTimes {
    seen: Option<HashSet<Id>>,
}

impl FirstTimes {
    /// Before the first argument.
    pub fn of(arguments: &[Ids]) -> FirstTimes {
        FirstTimes { seen: has_repeats(arguments).then(HashSet::new) }
    }

    /// Whether the next argument has not come before.
    pub fn is_first(&mut self, id: Id) -> bool {
        self.seen.as_mut().is_none_or(|seen| seen.insert(id))
    }
}

/// The arguments in order.
pub fn each(arguments: &[Ids]) -> impl Iterator<Item = Id> {
    arguments.iter().cloned().flatten().map(Id)
}

/// The arguments in order, each once.
pub fn distinct(arguments: &[Ids]) -> impl Iterator<Item = Id> {
    let mut first_times = FirstTimes::of(arguments);
    each(arguments).filter(move |id| first_times.is_first(*id))
}

/// How many arguments there are, repeats included.
pub fn count(arguments: &[Ids]) -> usize {
    arguments.iter().map(ExactSizeIterator::len).sum()
}

/// Sorted by their starts, ranges that do not overlap their neighbour overlap none.
fn has_repeats(arguments: &[Ids]) -> bool {
    let mut sorted: Vec<&Ids> = arguments.iter().collect();
    sorted.sort_by_key(|ids| ids.start);
    sorted.windows(2).any(|pair| pair[1].start < pair[0].end)
}
