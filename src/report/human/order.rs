//! In which order awaitables are shown, and which of them where there are more than fit.

use std::collections::BTreeSet;

use crate::calls::{Call, ReturnWhen};
use crate::event::{Ended, Exception, ExceptionKind};
use crate::outcome::{Entry, Fate, Gave, Run, State};
use crate::scenario::{Id, Ids, Kind, Nanos};

/// Up to this many awaitables are all shown.
const FIT: usize = 16;
/// Of more, this many are.
const CHOSEN: usize = 12;
/// Of those that are alike in everything that a lane shows, this many.
const ALIKE: usize = 3;
/// How many kinds there are to choose from.
const RANKS: usize = 6;
/// Lanes whose moments differ by less than this share of the run look the same.
const PRECISION: u128 = 40;

/// An awaitable's place on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which.
    pub id: Id,
    /// How many groups it is in.
    pub depth: usize,
    /// Whether the call was given it, or a group that holds it.
    pub given: bool,
}

/// Visits every awaitable once: the call's arguments in their order, each group followed by its members; then what
/// the call was not given, in file order.
pub fn visit(run: &Run<'_>, mut tell: impl FnMut(Place)) {
    let mut seen = vec![false; run.entries.len()];
    for ids in &run.scenario.caller.args {
        visit_ids(run, ids.clone(), 0, true, &mut seen, &mut tell);
    }
    // A group before what it holds: its members would come first otherwise, where the file has them so.
    let groups = || run.scenario.awaitables.iter().filter(|awaitable| matches!(awaitable.kind, Kind::Gather(_)));
    let held: BTreeSet<u32> = groups().flat_map(|group| members(&group.kind)).map(|ids| ids.start).collect();
    for group in groups().filter(|group| !held.contains(&group.ids.start)) {
        visit_ids(run, group.ids.clone(), 0, false, &mut seen, &mut tell);
    }
    visit_ids(run, 0..run.entries.len() as u32, 0, false, &mut seen, &mut tell);
}

fn members(kind: &Kind) -> &[Ids] {
    match kind {
        Kind::Gather(group) => &group.members,
        _ => &[],
    }
}

fn visit_ids(run: &Run<'_>, ids: Ids, depth: usize, given: bool, seen: &mut [bool], tell: &mut impl FnMut(Place)) {
    for id in ids.map(Id) {
        match seen.get_mut(id.index()) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        tell(Place { id, depth, given });
        for members in members(&run.scenario.awaitable(id).kind) {
            visit_ids(run, members.clone(), depth + 1, given, seen, tell);
        }
    }
}

/// The awaitables that made the call come out as it did, as far as one can tell; at most a few.
pub fn deciders(run: &Run<'_>) -> Vec<Id> {
    match (&run.outcome().gave, run.call) {
        (Gave::Exception(exception), _) => exception.from.into_iter().collect(),
        (Gave::Sets { done, .. }, Call::Wait(options)) => {
            let ended =
                |id: &&Id| run.entries.get(id.index()).is_some_and(|entry| triggers(options.return_when, entry));
            let first = done.iter().filter(ended).filter_map(|id| run.entries.get(id.index())?.finished).min();
            let in_time = |id: &&Id| run.entries.get(id.index()).is_some_and(|entry| entry.finished == first);
            done.iter().filter(ended).filter(in_time).take(ALIKE).copied().collect()
        }
        _ => Vec::new(),
    }
}

fn triggers(return_when: ReturnWhen, entry: &Entry) -> bool {
    match return_when {
        ReturnWhen::AllCompleted => false,
        ReturnWhen::FirstCompleted => entry.ended.is_some(),
        ReturnWhen::FirstException => matches!(entry.ended, Some(Ended::Raised(_))),
    }
}

/// Which awaitables get a lane, in the order of [`visit`], and what is said of the others.
#[derive(Debug)]
pub struct Chosen {
    /// Those that are shown.
    pub places: Vec<Place>,
    /// Those that are not.
    pub rest: Rest,
}

/// Awaitables by how they ended; counts, with the first and the last moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Rest {
    pub returned: Tally,
    pub raised: Tally,
    pub cancelled: Tally,
    pub unfinished: Tally,
    pub never_started: Tally,
}

/// How many, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// How many.
    pub count: usize,
    /// The first moment and the last, where there is one.
    pub span: Option<(Nanos, Nanos)>,
}

impl Tally {
    /// One more.
    pub fn add(&mut self, at: Option<Nanos>) {
        self.count += 1;
        if let Some(at) = at {
            let (first, last) = self.span.unwrap_or((at, at));
            self.span = Some((first.min(at), last.max(at)));
        }
    }
}

impl Rest {
    fn add(&mut self, entry: &Entry) {
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
            .map(|tally| tally.count)
            .iter()
            .sum()
    }
}

/// Chooses what is shown: first those that decided the outcome, then the failed, the cancelled, those that were
/// pending or running when the call came back, then the others; of each some, and few that look the same.
pub fn choose(run: &Run<'_>) -> Chosen {
    let fits = run.entries.len() <= FIT;
    let deciders = deciders(run);
    let mut ranks: [Vec<(usize, Place)>; RANKS] = Default::default();
    let mut rest = Rest::default();
    let mut position = 0;
    let mut alike: [Option<(Lane, usize)>; RANKS] = [None; RANKS];
    visit(run, |place| {
        position += 1;
        let Some(entry) = run.entries.get(place.id.index()) else { return };
        let rank = if fits { 0 } else { rank(place.id, entry, &deciders) };
        let (Some(rank_places), Some(alike)) = (ranks.get_mut(rank), alike.get_mut(rank)) else { return };
        let lane = Lane::new(run, place.id, entry);
        let same = match alike {
            Some((last, same)) if *last == lane => {
                *same += 1;
                *same
            }
            _ => {
                *alike = Some((lane, 1));
                1
            }
        };
        if fits || (rank_places.len() < CHOSEN && same <= ALIKE) {
            rank_places.push((position, place));
        } else {
            rest.add(entry);
        }
    });
    let mut places: Vec<(usize, Place)> = Vec::new();
    if !fits {
        let mut left = CHOSEN;
        for rank in &mut ranks {
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
    Chosen { places: places.into_iter().map(|(_, place)| place).collect(), rest }
}

fn rank(id: Id, entry: &Entry, deciders: &[Id]) -> usize {
    match entry.ended {
        _ if deciders.contains(&id) => 0,
        Some(Ended::Raised(Exception { kind: ExceptionKind::Cancelled(_), .. }) | Ended::Cancelled(_)) => 2,
        Some(Ended::Raised(_)) => 1,
        None => 3,
        Some(Ended::Returned(_)) if entry.fate == Fate::Pending || entry.at_return == State::Running => 4,
        Some(Ended::Returned(_)) => 5,
    }
}

/// All that a lane shows but the name.
#[derive(Clone, Copy, PartialEq)]
struct Lane {
    table: u32,
    started: Option<u128>,
    cleanup: Option<u128>,
    finished: Option<u128>,
}

impl Lane {
    fn new(run: &Run<'_>, id: Id, entry: &Entry) -> Lane {
        let table = run.scenario.awaitable(id).ids.start;
        let end = u128::from(run.ended_at.0.max(1));
        let place = |at: Option<Nanos>| at.map(|Nanos(at)| u128::from(at) * PRECISION / end);
        Lane { table, started: place(entry.started), cleanup: place(entry.cleanup), finished: place(entry.finished) }
    }
}
