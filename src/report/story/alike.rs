//! Awaitables to which the same happened, so that one paragraph tells of them all.

use super::history::History;
use crate::event::Ended;
use crate::outcome::AwaitableRecord;
use crate::report::counted::Counted;
use crate::scenario::Id;

/// Awaitables with one history, which the same sentences tell.
pub struct Alike {
    /// What happened.
    pub history: History,
    /// Where the first stands in the order of lanes.
    pub position: usize,
    /// The first few.
    pub ids: Vec<Id>,
    /// How many there are.
    pub count: usize,
    /// When they ended.
    pub finished: Counted,
    /// When they were cancelled.
    pub cancelled: Counted,
    /// How the first ended.
    pub ended: Option<Ended>,
    /// Whether times and values are those of all.
    pub exactly: bool,
}

impl Alike {
    pub fn new(history: History, position: usize, entry: &AwaitableRecord) -> Alike {
        let (ids, finished, cancelled) = (Vec::new(), Counted::default(), Counted::default());
        Alike { history, position, ids, count: 0, finished, cancelled, ended: entry.ended, exactly: false }
    }
}
