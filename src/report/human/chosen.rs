//! Which awaitables get a lane where there are more than fit, and what is said of the others.

use std::cmp::Reverse;

use crate::event::Ended;
use crate::outcome::{AwaitableRecord, Fate, Run, State, Status};
use crate::report::counted::Counted;
use crate::report::timeline::order::{Placed, visit};
use crate::scenario::{Id, Nanos};

/// Up to this many awaitables are all shown.
const FIT: usize = 16;
/// Of more, this many are.
const CHOSEN: usize = 12;
/// So many of those that failed are, whatever else there is.
pub const FAILED: usize = 40;
/// Of those that are alike in everything that a lane shows, this many.
const ALIKE: usize = 3;
/// How many kinds there are to choose from.
const RANKS: usize = 6;
/// Lanes whose moments differ by less than this share of the run look the same.
const PRECISION: u128 = 40;

/// Which awaitables get a lane, in the order of [`visit`], and what is said of the others.
#[derive(Debug)]
pub struct Shown {
    /// Those that are shown.
    pub places: Vec<Placed>,
    /// Those that are not.
    pub rest: Rest,
}

/// Awaitables by how they ended; counts, with the first and the last moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Rest {
    pub returned: Counted,
    pub raised: Counted,
    pub cancelled: Counted,
    pub unfinished: Counted,
    pub never_started: Counted,
}

impl Rest {
    fn add(&mut self, entry: &AwaitableRecord) {
        match entry.ended {
            Some(Ended::Returned(_)) => self.returned.add(entry.finished),
            Some(Ended::Raised(_)) => self.raised.add(entry.finished),
            Some(Ended::Cancelled(_)) => self.cancelled.add(entry.finished),
            None if entry.created.is_none() => self.never_started.add(None),
            None => self.unfinished.add(None),
        }
    }

    /// How many there are in all.
    pub fn count(&self) -> usize {
        [self.returned, self.raised, self.cancelled, self.unfinished, self.never_started]
            .map(|counted| counted.count)
            .iter()
            .sum()
    }
}

/// Chooses what is shown: what decided the outcome, what ended last, and what failed in any case; then the cancelled,
/// those that were pending or running when the call came back, and the others, of each some. Of those that look the same
/// few are. `all`: everything is.
pub fn choose(run: &Run<'_>, all: bool) -> Shown {
    let fits = all || run.entries.len() <= FIT;
    let ends = run.entries.iter().zip(0..).filter_map(|(entry, id)| Some((entry.finished?, Reverse(id))));
    let last = ends.max().map(|(_, Reverse(id))| Id(id));
    let stands_out = |id: Id| [run.decided_by(), last].contains(&Some(id));
    let mut ranks: [Vec<(usize, Placed)>; RANKS] = Default::default();
    let mut rest = Rest::default();
    let mut position = 0;
    let mut alike: [Option<(Drawn, usize)>; RANKS] = [None; RANKS];
    visit(run.scenario, |place| {
        position += 1;
        let Some(entry) = run.entries.get(place.id.index()) else { return };
        let rank = if fits { 0 } else { rank(entry, stands_out(place.id)) };
        let most = if rank == 1 { FAILED } else { CHOSEN };
        let (Some(rank_places), Some(alike)) = (ranks.get_mut(rank), alike.get_mut(rank)) else { return };
        let drawn = Drawn::new(run, place.id, entry);
        let same = match alike {
            Some((last, same)) if *last == drawn => {
                *same += 1;
                *same
            }
            _ => {
                *alike = Some((drawn, 1));
                1
            }
        };
        if fits || (rank_places.len() < most && (same <= ALIKE || rank == 0)) {
            rank_places.push((position, place));
        } else {
            rest.add(entry);
        }
    });
    let mut places: Vec<(usize, Placed)> = Vec::new();
    if !fits {
        let [outstanding, failed, others @ ..] = &mut ranks;
        let mut left = CHOSEN.saturating_sub(outstanding.len() + failed.len());
        for rank in others {
            for (_, place) in rank.drain(left.min(rank.len())..) {
                if let Some(entry) = run.entries.get(place.id.index()) {
                    rest.add(entry);
                }
            }
            left -= rank.len();
        }
    }
    places.extend(ranks.into_iter().flatten());
    places.sort_unstable_by_key(|(position, _)| *position);
    Shown { places: places.into_iter().map(|(_, place)| place).collect(), rest }
}

fn rank(entry: &AwaitableRecord, stands_out: bool) -> usize {
    match entry.ended.map(|ended| ended.status()) {
        _ if stands_out => 0,
        Some(Status::Cancelled) => 2,
        Some(Status::Raised) => 1,
        None | Some(Status::Hangs) => 3,
        Some(Status::Returned) if entry.fate == Fate::Pending || entry.at_return == State::Running => 4,
        Some(Status::Returned) => 5,
    }
}

/// All that a lane shows but the name.
#[derive(Clone, Copy, PartialEq)]
struct Drawn {
    table: u32,
    started: Option<u128>,
    cleanup: Option<u128>,
    finished: Option<u128>,
}

impl Drawn {
    fn new(run: &Run<'_>, id: Id, entry: &AwaitableRecord) -> Drawn {
        let table = run.scenario.awaitable(id).ids.start;
        let end = u128::from(run.ended_at.0.max(1));
        let place = |at: Option<Nanos>| at.map(|Nanos(at)| u128::from(at) * PRECISION / end);
        Drawn { table, started: place(entry.started), cleanup: place(entry.cleanup), finished: place(entry.finished) }
    }
}
