//! Which argument list holds an awaitable.

use crate::outcome::Run;
use crate::scenario::{Id, Ids, Kind};

/// The list through which each awaitable was to reach the caller: the call's own where it stands there, else that of
/// the first group in the file, one that was made before one that never was.
pub struct Holders {
    /// By id: nobody, the id of a nested group, or the call itself.
    holders: Vec<u32>,
}

const NOBODY: u32 = u32::MAX;
const THE_CALL: u32 = u32::MAX - 1;

impl Holders {
    /// The holders in a run.
    pub fn new(run: &Run<'_>) -> Holders {
        let mut holders = vec![NOBODY; run.entries.len()];
        let mut hold = |lists: &[Ids], holder: u32| {
            for ids in lists {
                let places = holders.get_mut(ids.start as usize..ids.end as usize).unwrap_or_default();
                places.iter_mut().filter(|place| **place == NOBODY).for_each(|place| *place = holder);
            }
        };
        hold(&run.scenario.caller.args, THE_CALL);
        for made in [true, false] {
            for awaitable in &run.scenario.awaitables {
                if let Kind::Gather(group) = &awaitable.kind
                    && run.entries[awaitable.ids.start as usize].created.is_some() == made
                {
                    hold(&group.members, awaitable.ids.start);
                }
            }
        }
        Holders { holders }
    }

    /// What holds an awaitable.
    pub fn of(&self, id: Id) -> Option<Holder> {
        match *self.holders.get(id.index())? {
            NOBODY => None,
            THE_CALL => Some(Holder::Call),
            group => Some(Holder::Group(Id(group))),
        }
    }
}

/// What an argument list belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The caller's own call.
    Call,
    /// A nested group.
    Group(Id),
}
