//! Which argument lists hold an awaitable.

use crate::outcome::Run;
use crate::scenario::{Id, Ids};

/// The lists through which each awaitable was to reach the caller.
pub struct Holders {
    /// By awaitable: the call before groups, and groups that were made before those that never were, in file order.
    held: Vec<(Id, Holder)>,
}

/// What an argument list belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The caller's own call.
    Call,
    /// A nested group.
    Group(Id),
}

impl Holders {
    /// The holders in a run.
    pub fn new(run: &Run<'_>) -> Holders {
        let mut held = Vec::new();
        let mut hold = |lists: &[Ids], holder| held.extend(lists.iter().cloned().flatten().map(|id| (Id(id), holder)));
        hold(&run.scenario.caller.args, Holder::Call);
        for made in [true, false] {
            for awaitable in &run.scenario.awaitables {
                if awaitable.kind.is_group()
                    && run.entries.get(awaitable.ids.start as usize).is_some_and(|entry| entry.created.is_some())
                        == made
                {
                    hold(awaitable.kind.members(), Holder::Group(Id(awaitable.ids.start)));
                }
            }
        }
        // Stable: of one awaitable they stay in this order.
        held.sort_by_key(|(id, _)| *id);
        held.dedup();
        Holders { held }
    }

    /// What holds an awaitable, the nearest to the caller first.
    pub fn of(&self, id: Id) -> impl Iterator<Item = Holder> {
        let first = self.held.partition_point(|(held, _)| *held < id);
        self.held[first..].iter().take_while(move |(held, _)| *held == id).map(|(_, holder)| *holder)
    }
}
